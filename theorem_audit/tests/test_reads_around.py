"""What stands around a project counts: the hour's zone, the path, packages imported for what their import does.

Each row is a claim whose evidence passes at first, and must not be reused once what is around it is another.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.tests import warm
from theorem_audit.tests.one_chapter import CHAPTER, HEAD, write

IMPORTS = """
import os, time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from theorem_audit import evidence, expect_identity
from th.ch import x, y
"""
# What evidence imports, how it comes to a number: 2 before, 3 after.
ROWS = {
    "zone": ("", "time.tzset() or datetime.fromtimestamp(0).hour"),
    "offset": ("", "time.tzset() or -time.timezone // 3600"),
    "variable": ("ASKS = lambda: int(os.environ['K_AROUND'])\n", "ASKS()"),
    "thread": ("", "int(ThreadPoolExecutor(1).submit(os.getenv, 'K_AROUND').result())"),
    "cases": ("CASES = {n: int(os.environ[n]) for n in ['K_AROUND']}\n", "CASES['K_AROUND']"),
    "shadowed": ("import shadowed\n", "shadowed.K"),
    "second": ("import shadowed as other\n", "other.K"),
    "absent": ("import only_before\n", "2"),
    "changing": ("", "changing()"),
}
CHANGING = """
def changing():
    found = int(Path("data/k.txt").read_text())
    os.replace("data/k.new", "data/k.txt")  # somebody edits it as the run goes on
    return found
"""


def _run(folder: Path, k: int, places: list[Path]) -> dict[str, str]:
    paths = os.pathsep.join([*map(str, places), warm.this_tool()["PYTHONPATH"]])
    around = {**os.environ, "PYTHONPATH": paths, "TZ": f"XXX-{k}", "K_AROUND": str(k)}
    done = warm.audit(("run", "--quick", "--workers", "1", "--json", "../run.json"), folder, around)
    assert (folder.parent / "run.json").exists(), done.stderr
    return found_in(folder.parent / "run.json")


def found_in(file: Path) -> dict[str, str]:
    """Verdicts by id."""
    return {c["id"]: c["verdict"] for c in json.loads(file.read_text())["claims"]}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Before and after everything around is another."""
    top = tmp_path_factory.mktemp("around")
    folder, chapter = top / "project", CHAPTER
    tests = {}
    for name, (head, how) in ROWS.items():
        chapter += f'R_{name} = claim("R-{name.upper()}", Eq(y, 2*x))\n'
        tests[f"tests/test_{name}.py"] = (
            f"{IMPORTS}{head}{CHANGING if name == 'changing' else ''}\n"
            f'@evidence("R-{name.upper()}", "symbolic")\n'
            f"def test_{name}(claim):\n    expect_identity(claim.formula, {{y: ({how}) * x}})\n"
        )
    write(folder, {**HEAD, **tests, "th/ch.py": chapter, "data/k.txt": "2", "data/k.new": "3"})
    write(
        top,
        {"site/shadowed.py": "K = 2\n", "site/only_before.py": "", "front/shadowed.py": "K = 3\n"},
    )
    before = _run(folder, 2, [top / "site"])
    write(folder, {"data/k.new": "3"})
    (top / "site" / "only_before.py").unlink()
    return before, _run(folder, 3, [top / "front", top / "site"])


@pytest.mark.parametrize("what", ROWS)
def test_what_stands_around_a_project_counts(what: str, verdicts: tuple[Any, Any]) -> None:
    """Mended: each was reused, and proved what a run from scratch does not."""
    before, after = verdicts
    assert before[f"R-{what.upper()}"] == "proved", before
    assert after[f"R-{what.upper()}"] in ("refuted", "unchecked", "inconclusive"), after


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one claim that was run; its evidence reads a file whose name stands in parts."""
    folder = tmp_path_factory.mktemp("small") / "project"
    evidence = (
        f'{IMPORTS}@evidence("AA", "symbolic")\ndef test_a(claim):\n'
        '    k = int((Path(__file__).parent / "d.json").read_text()) * int(open("data/k.txt").read())\n'
        "    expect_identity(claim.formula, {y: k * x / 2})\n"
    )
    chapter = CHAPTER + 'A = claim("AA", Eq(y, 2*x))\n'
    texts = {
        "th/ch.py": chapter,
        "tests/test_a.py": evidence,
        "tests/d.json": "2",
        "data/k.txt": "2",
    }
    write(folder, {**HEAD, **texts})
    done = warm.audit(("run", "--json", "../run.json"), folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["tests/d.json", "data/k.txt"])
def test_data_that_evidence_opened_stands_in_the_ledger(small: Path, name: str) -> None:
    """Mended: the first was no part of a ledger or a receipt, the second "absent", and so changed for ever."""
    recorded = json.loads((small.parent / "run.json").read_text())
    assert recorded["claims"][0]["opened"] == ["data/k.txt", "tests/d.json"]
    slip = warm.audit(("receipt", "AA", "--json", "-"), small)
    sha = hashlib.sha256((small / name).read_bytes()).hexdigest()
    assert json.loads(slip.stdout)["sources"][name] == recorded["sources"][name] == sha
    assert warm.audit(("stale", "../run.json"), small).returncode == 0
    write(small, {name: "3"})
    done = warm.audit(("stale", "../run.json"), small)
    write(small, {name: "2"})
    assert (done.returncode, f"{name} changed" in done.stdout) == (1, True), done.stdout


NEW = {
    "a claim of a known chapter": ({"th/ch.py": 'C = claim("CC", Eq(y, 2*x))\n'}, "new: th/ch.py (C)"),
    "a package that is not there": ({"tests/test_a.py": "import nothing_there\n"}, "1 of 1 stale: AA"),
    "searches": (
        {"pyproject.toml": 'falsifiers = "searches"\n'}, "new: pyproject.toml ([tool.theorem-audit])"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NEW)
def test_what_a_run_would_find_anew_is_told(small: Path, what: str) -> None:
    """Mended: "nothing is stale"."""
    texts, told = NEW[what]
    before = {name: (small / name).read_text() for name in texts}
    assert warm.audit(("stale",), small).returncode == 0
    write(small, {name: before[name] + more for name, more in texts.items()})
    done = warm.audit(("stale",), small)
    write(small, before)
    assert (done.returncode, told in done.stdout) == (1, True), done.stdout
