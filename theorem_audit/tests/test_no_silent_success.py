"""What a sixth referee got past the judge without a word: each is refused now, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sympy import (
    Eq,
    Symbol,
)

from theorem_audit.checks.expect import expect, expect_identity
from theorem_audit.checks.mark import Evidence, evidence
from theorem_audit.checks.run_context import rng
from theorem_audit.checks.statistics import expect_at_most, expect_proportion
from theorem_audit.statement import Claim, Source
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.test_plugin import run as run_pytest
from theorem_audit.tests.thorough import thorough_but
from theorem_audit.usage import BadUsage, emit
from theorem_audit.weigh.runner import run_evidence

x, y = Symbol("x", real=True), Symbol("y", real=True)
n, k = Symbol("n", integer=True), Symbol("k", integer=True)
TRUE = Eq(y, x)


pytestmark = pytest.mark.usefixtures("somewhere")


def claim(formula: Any = TRUE, **more: Any) -> Claim:
    return Claim("A", "t", formula, Source("new", "here"), "exact", __name__, **more)


# --- evidence ---------------------------------------------------------------------------------

HEAD = """
from sympy import *
from theorem_audit import evidence, expect, expect_identity, expect_zero
from small import descent
from small.descent import *

"""
COPIES = {
    "by its name": "descent.GD_STEP.formula.rhs",
    "by its id": "__import__('theorem_audit').project.claims()['GD-STEP'].formula.rhs",
}


def _false(fresh: Path, evidence_of_it: str, more: str = "") -> None:
    """Make GD-STEP false, with one evidence alone."""
    chapter = fresh / "small" / "descent.py"
    text = chapter.read_text().replace("formula=Eq(x_next, (1 -", "formula=Eq(x_next, (2 -")
    chapter.write_text(text.replace("    chapter=__name__,\n", f"    chapter=__name__,\n{more}"))
    (fresh / "tests" / "test_descent.py").write_text(HEAD + evidence_of_it)


@pytest.mark.parametrize("how", thorough_but(COPIES, "by its id"))
def test_a_claim_compared_with_the_theorys_own_copy_of_it_keeps_no_rank(
    fresh: Path, audit: Run, how: str
) -> None:
    """Every wrong variant differs from that copy, so that all of them were rejected."""
    _false(
        fresh,
        "@evidence('GD-STEP', 'symbolic')\ndef test_it(claim):\n"
        f"    expect_identity(claim.formula, {{x_next: {COPIES[how]}}})\n",
    )
    done = audit("run", "--json", "l.json")
    (row,) = json.loads((fresh / "l.json").read_text())["claims"]
    assert (done.returncode, row["verdict"]) == (1, "inconclusive"), row["reasons"]
    if how == "by its name":
        done = audit("mutants")
        assert done.returncode == 1, done.stdout  # no evidence passes on the claim itself


def test_what_hypothesis_draws_decides_nothing() -> None:
    def drawn(claim: Claim, m: int) -> None:
        expect(True, "m")

    given = hypothesis.given(m=st.integers())(drawn)
    assert evidence("A", "property")(given) is given
    for kind in ("symbolic", "certificate", "ball", "kernel", "cited"):
        with pytest.raises(ValueError, match="decide nothing"):
            evidence("A", kind)(hypothesis.given(m=st.integers())(drawn))


def test_a_table_without_a_case_is_refused() -> None:
    with pytest.raises(ValueError, match="without a case"):
        evidence("A", "symbolic", cases={})


def _chance(claim: Claim) -> None:
    expect_proportion(50_000, 100_000, 0.5, visible=0.1, what="half")


def _until_it_passes(claim: Claim) -> None:
    for tried in range(50):
        try:
            expect_proportion(
                int(rng(tried).binomial(2000, 0.6)) - 200 * (tried == 5),
                2000,
                0.5,
                visible=0.3,
                what="half",
            )
            return
        except AssertionError:
            continue


def _bound_until_it_passes(claim: Claim) -> None:
    try:
        expect_at_most(900, 1000, 0.5, what="bound")
    except AssertionError:
        expect(True, "once more")


def _yields(claim: Claim) -> Any:
    expect(True, "m")

    def rest() -> Any:
        yield expect(False, "never")

    return rest()


def _waits(claim: Claim) -> Any:
    expect(True, "m")

    async def rest() -> None:
        expect(False, "never")

    return rest()


def _says(said: Any) -> Callable[[Claim], Any]:
    return lambda claim: expect(True, "m") or said


UNDONE: dict[str, tuple[str, Callable[[Claim], Any], str]] = {
    "chance that decides": ("symbolic", _chance, "decides nothing"),
    "draws until one passes": ("simulation", _until_it_passes, "rejected, and it went on"),
    "a bound, until it passes": ("simulation", _bound_until_it_passes, "rejected, and it went on"),
    "a generator": ("symbolic", _yields, "gives back a generator"),
    "a coroutine": ("symbolic", _waits, "gives back a coroutine"),
    "False": ("symbolic", _says(False), "gives back False"),
    "an open relation": ("symbolic", _says(Eq(x, 1)), "gives back Eq"),
}


@pytest.mark.parametrize("what", UNDONE)
def test_evidence_that_leaves_its_verdict_lying_does_not_pass(what: str) -> None:
    kind, function, says = UNDONE[what]
    found = run_evidence(Evidence("A", kind, function), claim())
    assert (found.outcome, says in found.detail) == ("error", True), found.detail


def test_a_simulation_may_book_chance_and_a_value_may_be_given_back() -> None:
    assert run_evidence(Evidence("A", "simulation", _chance), claim()).outcome == "passed"
    assert run_evidence(Evidence("A", "symbolic", _says(3)), claim()).outcome == "passed"


def test_a_witness_of_no_assumption_is_told(fresh: Path, audit: Run) -> None:
    test = fresh / "tests" / "test_more.py"
    test.write_text(
        "from theorem_audit import evidence, expect\n\n@evidence('GD-STEP', 'witness', needs='no such')\n"
        "def test_more(claim):\n    expect(True, 'm')\n"
    )
    for words in (("run",), ("mutants",)):
        done = audit(*words)
        said = " ".join(done.stderr.split())
        assert (done.returncode, "no assumption 'no such'" in said) == (1, True), said


@pytest.mark.parametrize("name", thorough_but(["skip", "skipif", "xfail"], "xfail"))
def test_pytest_excuses_no_evidence(fresh: Path, name: str) -> None:
    mark = {"skip": "skip", "skipif": "skipif(True, reason='r')", "xfail": "xfail"}[name]
    (fresh / "tests" / "test_more.py").write_text(
        "import pytest\nfrom theorem_audit import evidence, expect\n\n"
        f"@pytest.mark.{mark}\n@evidence('GD-STEP', 'witness')\ndef test_more(claim):\n    expect(False, 'm')\n"
    )
    done = run_pytest(fresh)
    assert (done.returncode, f"and marked {name}" in done.stdout + done.stderr) == (4, True), (
        done.stdout
    )


def test_pytest_reads_what_evidence_gives_back(fresh: Path) -> None:
    (fresh / "tests" / "test_more.py").write_text(
        "from theorem_audit import evidence, expect\n\n@evidence('GD-STEP', 'witness')\n"
        "def test_more(claim):\n    expect(True, 'm')\n    return claim.formula.rhs == 3\n"
    )
    done = run_pytest(fresh)
    said = " ".join(done.stdout.split())
    assert (done.returncode, "gives back False, and nobody reads that" in said) == (1, True), said


def test_a_claim_of_the_theory_is_no_outside_theorem(fresh: Path, audit: Run) -> None:
    """Cited, it would not be the weakest link: a refuted one would still give a rank."""
    _false(
        fresh,
        "@evidence('GD-STEP', 'cited')\ndef test_it(claim):\n    expect_zero(claim.formula.rhs * 0, '')\n",
        "    cites=('GD-STEP',),\n",
    )
    done = audit("run")
    assert (done.returncode, "no outside theorem" in " ".join(done.stderr.split())) == (1, True), (
        done.stderr
    )


# --- files ------------------------------------------------------------------------------------


def test_json_replaces_nothing_that_would_be_lost_without_a_word(fresh: Path, audit: Run) -> None:
    assert audit("run", "--json", "run.json").returncode == 0
    (fresh / "link.json").symlink_to("run.json")
    (fresh / "toml.json").symlink_to("pyproject.toml")  # which begins with [
    (fresh / "proofs_notes" / "variants.json").write_text("{}")
    (fresh / "proofs_notes" / "certificates").mkdir(exist_ok=True)
    (fresh / "proofs_notes" / "certificates" / "C.json").write_text("{}")
    mine = {
        "mine.json": '{"mine": 1}',
        "rows.json": "[[1]]",
        "cut.json": '{"mine":',
        "ids.json": '["A-B"]',
    }
    for name, text in mine.items():
        (fresh / name).write_text(text)
    log = fresh / "build" / "kept.sqlite-wal"
    log.write_text("")  # an empty file is no loss, but where it lies beside the store
    before = {
        p: p.read_bytes() for p in fresh.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    }
    for words in (
        ("run", "--json", "small/descent.py"), ("list", "--json", "pyproject.toml"),
        ("run", "--json", "build/kept.sqlite"), ("notes", "--json", "proofs_notes/descent.md"),
        ("receipt", "GD-STEP", "--from", "run.json", "--json", "run.json"),
        ("receipt", "GD-STEP", "--from", "run.json", "--json", "link.json"),
        ("run", "--json", "proofs_notes/variants.json"), ("run", "--json", "toml.json"),
        ("mutants", "--json", "proofs_notes/certificates/C.json"),
        *((command, "--json", name) for command in ("run", "list") for name in mine),
        ("run", "--json", "build/kept.sqlite-wal"), ("list", "--json", "build/kept.sqlite-journal"),
    ):  # fmt: skip
        done = audit(*words)
        assert (done.returncode, "--json" in done.stderr) == (2, True), (words, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert {p: p.read_bytes() for p in before} == before
    assert not (fresh / "build" / "kept.sqlite-journal").exists()
    for words in (("list",), ("run",), ("graph",), *[("list", "--names")] * 2):
        file = "names.json" if words[1:] else "run.json"
        assert audit(*words, "--json", file).returncode == 0, "what it wrote is replaced"


def test_files_elsewhere_that_evidence_opens_are_told(
    fresh: Path, tmp_path: Path, audit: Run
) -> None:
    """Mended: ``audit stale RUN.json`` said nothing of them, then how many they are; nor that pytest hears of
    no opened file.
    """
    (tmp_path / "elsewhere.txt").write_text("1")
    with (fresh / "tests" / "test_descent.py").open("a") as file:
        file.write(f"open({str(tmp_path / 'elsewhere.txt')!r}).close()\n")
    assert audit("run", "--json", "run.json").returncode == 0
    assert audit("show", "GD-STEP", "--json", "shown.json").returncode == 0
    for name in ("run.json", "shown.json"):
        told = audit("stale", name)
        assert (told.returncode, "not watched" in told.stdout) == (0, False), told.stdout
    older = json.loads((fresh / "run.json").read_text())
    del older["elsewhere"]
    for claim_told in older["claims"]:
        del claim_told["elsewhere"]
    (fresh / "older.json").write_text(json.dumps(older))
    told = audit("stale", "older.json")
    assert "not watched: 1 file outside the project that evidence opened" in told.stdout
    (tmp_path / "elsewhere.txt").write_text("2")
    for name in ("run.json", "shown.json"):
        told = audit("stale", name)
        assert told.returncode == 1
        assert "elsewhere.txt changed" in "".join(told.stdout.split("\n"))
    (tmp_path / "elsewhere.txt").unlink()
    assert audit("stale", "run.json").returncode == 1
    (tmp_path / "elsewhere.txt").write_text("1")
    assert audit("stale", "run.json").returncode == 0
    assert run_pytest(fresh, "--audit-json", "py.json").returncode == 0
    told = audit("stale", "py.json")
    assert "not watched: files that evidence opened, of which that run (pytest's)" in told.stdout


def test_a_projects_own_commands_replace_what_is_like_what_they_write(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    for old, fits in ({"a": 1}, True), ({"a": 1, "b": 2}, False), ([{"a": 1}], False), ({}, True):
        file.write_text(json.dumps(old, indent=1) + "\n")
        if fits:
            emit({"a": 3}, str(file))
            assert json.loads(file.read_text()) == {"a": 3}
            continue
        with pytest.raises(BadUsage, match="it would be lost"):
            emit({"a": 3}, str(file))
        assert json.loads(file.read_text()) == old
    emit([{"a": 1}], str(tmp_path / "rows.json"))
    emit([{"a": 2}, {"a": 3}], str(tmp_path / "rows.json"))


def test_a_variant_that_reads_only_itself_is_judged() -> None:
    """Nothing is put down to evidence that keeps to what it is handed."""
    found = run_evidence(
        Evidence("A", "symbolic", lambda claim: expect_identity(claim.formula, {y: x})),
        replace(claim(), formula=Eq(y, 2 * x)),
    )
    assert found.outcome == "refuted"
