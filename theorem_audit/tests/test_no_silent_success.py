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
    Dummy,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    IndexedBase,
    Le,
    Lt,
    Mod,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    acosh,
    acoth,
    asec,
    asin,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sqrt,
)
from sympy.stats import Normal

from theorem_audit.checks.expect import expect, expect_identity
from theorem_audit.checks.mark import Evidence, evidence
from theorem_audit.checks.run_context import rng
from theorem_audit.checks.statistics import expect_at_most, expect_proportion
from theorem_audit.doubt.undefined import undefined
from theorem_audit.statement import Assumption, Claim, Source
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.test_plugin import run as run_pytest
from theorem_audit.tests.thorough import thorough_but
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
    assert (done.returncode, row["verdict"]) == (3, "inconclusive"), row["reasons"]
    if how == "by its name":
        done = audit("mutants", "--json", "m.json")
        (row,) = json.loads((fresh / "m.json").read_text())["claims"]
        assert (done.returncode, row["rejected"], len(row["survivors"]) > 3) == (1, 0, True), row


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


# --- statements -------------------------------------------------------------------------------

BOUND = Symbol("k", real=True)
ALIKE = {
    "a free letter as a sum's index": (Eq(y, Sum(BOUND, (k, 1, 3))), "two symbols are called k"),
    "a dummy": (Eq(y, x - Dummy("x", real=True)), "shown alike"),
    "x1 and x_1": (Eq(y, Symbol("x1", real=True) - Symbol("x_1", real=True)), "shown alike"),
    "alpha and its letter": (Eq(y, Symbol("alpha", real=True) - Symbol("α", real=True)), "shown alike"),
    "a Greek letter like a Latin one": (Eq(y, Symbol("o", real=True) - Symbol("ο", real=True)), "alike"),
    "e and a symbol e": (Eq(y, Symbol("e", real=True) - exp(1)), "shown alike"),
    "i and a symbol i": (Eq(y, Symbol("i", real=True) * I), "shown alike"),
    "pi and a symbol pi": (Gt(pi, Symbol("pi", real=True)), "shown alike"),
    "a Cyrillic letter": (Eq(y, x - Symbol("\u0445", real=True)), "neither ASCII nor Greek"),
    "no width": (Eq(y, x - Symbol("x\u200b", real=True)), "neither ASCII nor Greek"),
    "-1": (Eq(y, x + Symbol("-1", real=True)), "is a number"),
    "one half": (Eq(y, x + Symbol(r"\frac{1}{2}", real=True)), "is a number"),
    "infinity": (Eq(y, x + Symbol("oo", real=True)), "is a number"),
    "twice a function": (Eq(y, Function("2f")(x)), "is a number"),
    "a function by a Cyrillic letter": (Eq(y, Function("\u0455in")(x)), "neither ASCII nor Greek"),
    "a function that is called exp": (Eq(Function("exp")(x), exp(x)), "as one of SymPy's is"),
    "a random symbol": (Eq(y, Normal("X", 0, 1)), "a law that no sentence shows"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALIKE)
def test_a_statement_that_shows_another_one_is_refused(what: str) -> None:
    formula, says = ALIKE[what]
    with pytest.raises(TypeError, match=says):
        claim(formula)


def test_letters_that_differ_are_no_other_ones() -> None:
    claim(
        Eq(
            y,
            Symbol("α", real=True) * Symbol("pi", real=True)
            + Sum(k * IndexedBase("a")[k], (k, 1, n))
            - n,
        )
    )


def _in(*conditions: Any) -> tuple[Assumption, ...]:
    return tuple(Assumption(f"h{i}", c) for i, c in enumerate(conditions))


NOWHERE = {
    "a case is missing": (Piecewise((x, x > 0)), _in(Ge(x, -1), Le(x, 1))),
    "an arcus beyond 1": (asin(x), _in(Ge(x, 0), Le(x, 2))),
    "acosh below 1": (acosh(x), _in(Gt(x, 0))),
    "a pole of gamma": (gamma(n), _in(Ge(n, 0))),
    "a factorial below 0": (factorial(n), _in(Ge(n, -3))),
    "a cube root below 0": (x ** Rational(1, 3), _in(Ge(x, -8))),
    "0 to a negative power": (x**n, _in(Ge(x, 0), Ge(n, -1))),
    "a negative number to a real power": ((x - 1) ** x, _in(Ge(x, Rational(1, 2)))),
    "a remainder of a division by 0": (Mod(n, k), _in(Ge(k, 0), Ge(n, 0))),
    "a term of a sum": (Sum(x / k, (k, 0, 3)), _in(Gt(x, 0))),
    "a term of a sum, by its ends": (Sum(x / k, (k, n - 1, 2 * n)), _in(Gt(x, 0), Ge(n, 1))),
    "one of two sums with one pole": (Sum(x / k, (k, 1, 3)) + Sum(1 / k, (k, 0, 3)), _in(Gt(x, 0))),
    "a case of a sum that comes to a pole": (
        Sum(Piecewise((0, Eq(k, 2)), (1 / (k - 3), True)), (k, 1, n)),
        _in(Ge(n, 5), Le(n, 9)),
    ),
    "a case of two conditions that does": (
        Sum(Piecewise((0, (k < 3) & (n > 6)), (x / (k - 2), True)), (k, 1, n)),
        _in(Ge(n, 5), Gt(x, 0)),
    ),
    "one over a root below 0": (1 / sqrt((x - 1) * (x - 2)), _in(Gt(x, 1), Lt(x, 2))),
    "a negative number to the pi": (x**pi, _in(Ge(x, -3), Le(x, -1))),
    "a negative number to a root": ((x - 4) ** sqrt(2), _in(Ge(x, 0), Le(x, 3))),
    "acoth below 1": (acoth(x), _in(Ge(x, 0))),
    "asec below 1": (asec(x), _in(Gt(x, 0))),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_a_formula_that_has_no_value_somewhere_is_an_error(what: str) -> None:
    side, region = NOWHERE[what]
    assert undefined(claim(Eq(y, side), assumptions=region)), side


def test_formulas_with_values_everywhere_are_left_alone() -> None:
    for side, region in (
        (Piecewise((x, x > 0), (-x, True)), _in(Ge(x, -1))),
        (asin(x), _in(Ge(x, -1), Le(x, 1))),
        (factorial(n), _in(Ge(n, 0))),
        (x**n, _in(Ge(x, 0), Ge(n, 0))),
        (x ** Rational(1, 3), _in(Ge(x, 0))),
        (Sum(x / k, (k, 1, n)), _in(Gt(x, 0), Ge(n, 1))),
        (1 / sqrt(x), _in(Gt(x, 0))),
        (x**pi, _in(Ge(x, 0))),
        (acoth(x), _in(Gt(x, 1))),
        (Sum((k - 3) ** (n * (n + 1) / 2), (k, 1, 5)), _in(Ge(n, 1))),
    ):
        assert not undefined(claim(Eq(y, side), assumptions=region)), side


GUARDED = {
    "a division": Sum(Piecewise((0, Eq(k, 3)), (1 / (k - 3), True)), (k, 1, n)),
    "a division in a product": Product(Piecewise((1, Eq(k, 2)), (1 / (k - 2), True)), (k, 1, n)),
    "a root": Sum(Piecewise((sqrt(3 - k), k <= 3), (0, True)), (k, 1, n)),
    "by two conditions": Sum(Piecewise((1 / (k - 3), (k < 3) | (k > 3)), (0, True)), (k, 1, n)),
    "by what is not reached": Sum(Piecewise((1, k <= n), (1 / (x - 1), True)), (k, 1, n)),
    "in a case of its own": Piecewise((Sum(1 / (k - 3), (k, 4, n)), n > 3), (0, True)),
    "around the sum": Piecewise((Sum(1 / (k - 9), (k, 1, n)), n < 9), (log(x), True)),
    "in a sum in a case": Sum(Piecewise((0, k < 4), (1 / (k - 3), True)), (k, 1, n)) / x,
}


@pytest.mark.parametrize("what", GUARDED)
def test_a_term_whose_case_is_never_taken_is_left_alone(what: str) -> None:
    region = _in(Ge(n, 5), Le(n, 9), Gt(x, 0))
    assert not undefined(claim(Eq(y, GUARDED[what]), assumptions=region))


UNSAID: dict[str, tuple[dict[str, Any], str]] = {
    "no step": ({"steps": ()}, "one step at least"),
    "a step without a name": ({"steps": ("a", " ")}, "one has no name"),
    "a cited theorem without a name": ({"cites": ("",)}, "one has no name"),
    "a step twice": ({"steps": ("a", "a")}, "two have one name"),
    "steps that are a word": ({"steps": "ab"}, "a tuple is needed"),
    "theorems that are a word": ({"cites": "Robbins"}, "a tuple is needed"),
    "two assumptions of one name": (
        {"assumptions": (Assumption("a", Gt(x, 0)), Assumption("a", Le(x, 1)))}, "two have one name"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNSAID)
def test_a_claim_put_together_wrongly_is_refused(what: str) -> None:
    more, says = UNSAID[what]
    with pytest.raises((TypeError, ValueError), match=says):
        claim(**more)


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
    (fresh / "proofs_notes" / "variants.json").write_text("{}")
    (fresh / "proofs_notes" / "certificates").mkdir(exist_ok=True)
    (fresh / "proofs_notes" / "certificates" / "C.json").write_text("{}")
    before = {
        p: p.read_bytes() for p in fresh.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    }
    for words in (
        ("run", "--json", "small/descent.py"), ("list", "--json", "pyproject.toml"),
        ("run", "--json", "build/kept.sqlite"), ("notes", "--json", "proofs_notes/descent.md"),
        ("receipt", "GD-STEP", "--from", "run.json", "--json", "run.json"),
        ("receipt", "GD-STEP", "--from", "run.json", "--json", "link.json"),
        ("run", "--json", "proofs_notes/variants.json"),
        ("mutants", "--json", "proofs_notes/certificates/C.json"),
    ):  # fmt: skip
        done = audit(*words)
        assert (done.returncode, "--json" in done.stderr) == (2, True), (words, done.stderr)
    assert {p: p.read_bytes() for p in before} == before
    assert audit("run", "--json", "run.json").returncode == 0


def test_a_variant_that_reads_only_itself_is_judged() -> None:
    """Nothing is put down to evidence that keeps to what it is handed."""
    found = run_evidence(
        Evidence("A", "symbolic", lambda claim: expect_identity(claim.formula, {y: x})),
        replace(claim(), formula=Eq(y, 2 * x)),
    )
    assert found.outcome == "refuted"
