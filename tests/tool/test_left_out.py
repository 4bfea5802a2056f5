"""Tests that wait for CI are left out at collection, and counted by reason where a person reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from theorem_audit.tests.thorough import in_ci_but

ROOT = Path(__file__).resolve().parents[2]
INI = """[pytest]
markers =
    thorough: rare
    in_ci: more
    kind: evidence
addopts = -q -p no:cacheprovider
"""
FILE = """import pytest

def test_quick(): pass

@pytest.mark.thorough
@pytest.mark.parametrize("x", range(3))
def test_rare(x): pass

@pytest.mark.in_ci
@pytest.mark.parametrize("x", range(2))
def test_more(x): pass

@pytest.mark.thorough
@pytest.mark.kind
def test_evidence(): pass
"""
SAID = [
    "left out: 2 tests, in_ci: others of their kind are run "
    "(THOROUGH=1 make test runs them, CI for every commit)",
    "left out: 3 tests, thorough: a few of their kind are run "
    "(THOROUGH=1 make test runs them, CI by turns)",
]


def _pytest(folder: Path, *words: str, thorough: str = "") -> tuple[int, list[str]]:
    (folder / "pytest.ini").write_text(INI)
    (folder / "test_some.py").write_text(FILE)
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text(encoding="utf-8"))
    mine = {"PYTHONPATH": str(ROOT), "THOROUGH": thorough, "COLUMNS": "200"}
    here = {x: y for x, y in os.environ.items() if not x.startswith(("PYTEST_", "COVERAGE_"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:theorem-audit", *words],
        cwd=folder, env=here | mine, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert not run.stderr
    return run.returncode, run.stdout.splitlines()


@pytest.mark.parametrize("workers", in_ci_but(["1", "2", "0"], "1"))
def test_how_many_are_left_out_is_printed_by_reason(tmp_path: Path, workers: str) -> None:
    code, said = _pytest(tmp_path, "-n", workers)
    assert code == 0
    assert [x for x in said if "left out" in x] == SAID
    assert said[-1].startswith("2 passed"), "evidence is never left out"


@pytest.mark.parametrize(
    ("words", "thorough", "last"),
    in_ci_but(
        [
            ("-k test_rare", "", "3 skipped"),  # nothing else is asked for
            ("-m in_ci -n 2", "", "2 skipped"),
            ("-k nothing", "", "7 deselected"),
            ("-n 2 -k nothing", "", "no tests ran"),
            ("-n 2", "1", "7 passed"),
        ],
        rows=True,
    ),
)
def test_what_is_asked_for_alone_is_skipped_with_its_reason(
    tmp_path: Path, words: str, thorough: str, last: str
) -> None:
    _, said = _pytest(tmp_path, *words.split(), thorough=thorough)
    assert not [x for x in said if "left out" in x]
    assert said[-1].startswith(last)


@pytest.mark.in_ci
def test_where_every_worker_died_it_says_that_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "test_dies.py").write_text("import os\n\ndef test_it(): os._exit(3)\n")
    code, said = _pytest(tmp_path, "-n", "1", "--max-worker-restart=0", "test_dies.py")
    assert code == 1
    assert "no worker came to its end: how many tests were left out is not known" in said
