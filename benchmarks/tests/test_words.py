"""What the benchmarks' commands refuse, before they measure; and the page that lists them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from theorem_audit.tests.thorough import in_ci_but

HERE = Path(__file__).parents[1]
README = HERE / "README.md"


def _run(module: str, *words: str, cwd: Path = HERE.parent) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *words], cwd=cwd, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def _commands() -> set[str]:
    """The modules that can be called."""
    called = {x for x in HERE.glob("*.py") if "__main__" in x.read_text(encoding="utf-8")}
    return {"benchmarks" if x.stem == "__main__" else f"benchmarks.{x.stem}" for x in called}


def test_the_page_names_every_command() -> None:
    named = set(re.findall(r"`python -m ([\w.]+)` \|", README.read_text(encoding="utf-8")))
    assert named == _commands()


@pytest.mark.parametrize(
    "module",
    in_ci_but(
        ["benchmarks.tables", "benchmarks.streams", "benchmarks.accuracy"], "benchmarks.tables"
    ),
)
def test_a_command_without_words_does_nothing_for_help(module: str) -> None:
    """Mended: `--help` renewed the tables of two pages, or streamed random words without end."""
    page = HERE.parent / "README.md"
    before = page.stat().st_mtime_ns
    told = _run(module, "--help")
    assert told.returncode == 0
    assert f"usage: python -m {module}" in told.stdout
    assert _run(module, "--all").returncode == 2
    assert page.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "module", ["benchmarks.gram", "benchmarks.real_models", "benchmarks.reuse"]
)
def test_out_replaces_only_json(module: str, tmp_path: Path) -> None:
    """Mended: the figures were written over whatever `--out` named."""
    note = tmp_path / "note.md"
    note.write_text("mine")
    done = _run(module, "--out", str(note))
    assert done.returncode == 2
    assert "no figures of this benchmark; it would be replaced" in done.stderr
    assert note.read_text() == "mine"
    folder = _run(module, "--out", str(tmp_path))
    assert folder.returncode == 2
    assert "it is a folder" in folder.stderr
