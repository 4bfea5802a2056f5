"""Ends of commands where nothing was checked, or less than a verdict needs: exit 0, and *proved*, once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from theorem_audit.doubt.falsify import played
from theorem_audit.tests.test_plugin import run as run_pytest
from theorem_audit.tests.thorough import in_ci_but

Run = Callable[..., "subprocess.CompletedProcess[str]"]

CHAPTER = """
from sympy import Eq, Symbol
from theorem_audit.statement import Claim, Source

x, y = Symbol("x", real=True), Symbol("y", real=True)
MORE = Claim(
    id="MORE", title="t", formula=Eq(y, 3 * x), source=Source("{source}", "here"), bound="exact",
    chapter=__name__,
)
"""
EVIDENCE = """
from small.more import x, y
from theorem_audit import evidence, expect_identity

@evidence("MORE", "symbolic", cases={"three": 3, "two": 2})
def test_more(claim, case):
    expect_identity(claim.formula, {y: case * x})

@evidence("MORE", "symbolic")
def test_beside(claim):
    expect_identity(claim.formula, {y: x + x + x})
"""


def _more(folder: Path, evidence: str = "", source: str = "new") -> Path:
    text = CHAPTER.replace("{source}", source)
    (folder / "small" / "more.py").write_text(text, encoding="utf-8")
    if evidence:
        (folder / "tests" / "test_more.py").write_text(evidence, encoding="utf-8")
    return folder


# --- a session of pytest in which some is not selected ---------------------------------------------

SELECTED = [("three",), ("beside",), ("not two", "-n", "2")]


@pytest.mark.parametrize("words", in_ci_but(SELECTED, SELECTED[0]), ids="-".join)
def test_what_is_not_selected_decides_nothing(fresh: Path, words: tuple[str, ...]) -> None:
    """Without its refuting case the claim was proved: "1 proved", and so in the ledger."""
    _more(fresh, EVIDENCE)
    done = run_pytest(fresh, "tests/test_more.py", "--audit-json", "r.json", "-k", *words)
    assert "audit, by the tests selected: 1 supported" in done.stdout
    (row,) = json.loads((fresh / "r.json").read_text(encoding="utf-8"))["claims"]
    assert row["verdict"] == "supported"
    assert "not selected" in {x["detail"] for x in row["evidence"]}


def test_what_is_selected_as_a_whole_is_judged(fresh: Path) -> None:
    _more(fresh, EVIDENCE)
    assert "1 refuted" in run_pytest(fresh, "tests/test_more.py").stdout
    _more(fresh, EVIDENCE.replace('"two": 2', '"also": 3'))
    assert "1 proved" in run_pytest(fresh, "tests/test_more.py").stdout


# --- commands that have nothing to do --------------------------------------------------------------


def test_mutants_of_a_claim_on_which_no_evidence_passes_fail(fresh: Path, audit: Run) -> None:
    """It ended with 0: "0 unexplained survivors of 7 variants", all of them untested."""
    _more(fresh, EVIDENCE.replace("x + x + x", "x").replace('"three": 3, ', ""))
    done = audit("mutants", "MORE")
    assert done.returncode == 1, done.stdout
    said = "MORE: no wrong variant was tried: no evidence passes on the claim itself"
    assert said in " ".join(done.stdout.split())
    assert audit("mutants", "GD-STEP").returncode == 0


def test_mutants_of_an_open_question_need_no_evidence(fresh: Path, audit: Run) -> None:
    _more(fresh, source="open")
    done = audit("mutants", "MORE")
    assert done.returncode == 0, done.stdout
    assert "no wrong variant was tried" not in done.stdout


def test_a_run_of_a_claim_without_evidence_is_undecided(fresh: Path, audit: Run) -> None:
    """It ended with 0: "reused 0 of 0, ran 0"."""
    _more(fresh)
    for words in (("run", "MORE"), ("run",)):
        done = audit(*words)
        assert done.returncode == 3, done.stdout
        assert "unchecked" in done.stdout
    assert audit("run", "GD-STEP").returncode == 0
    _more(fresh, source="open")
    assert audit("run", "MORE").returncode == 0


@pytest.mark.parametrize("said", [True, False])
def test_a_search_that_gives_back_a_verdict_has_played_nothing(said: bool) -> None:
    """Mended: True is 1 to Python, and "held, 1 case" was said of a search that nobody had counted."""
    with pytest.raises(TypeError, match="a search gives back how many cases it played"):
        played(lambda share: said, 0.1)
