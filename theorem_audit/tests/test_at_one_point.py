"""An equation of a claim that is compared at one number, or along a line, is no identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Eq,
    Gt,
    Integer,
    Max,
    Mod,
    Ne,
    Piecewise,
    Rational,
    Symbol,
    Tuple,
    exp,
    floor,
    sign,
    true,
)

from theorem_audit.checks.expect import expect_identity
from theorem_audit.checks.mark import Evidence
from theorem_audit.statement import Claim
from theorem_audit.tests.made_up import claim as made
from theorem_audit.weigh.runner import run_evidence

x, y, z, w, s, t, a = (Symbol(name, real=True) for name in "xyzwsta")
n = Symbol("n", integer=True)
ONE, TWO = Integer(1), Integer(2)
SQUARE, SUM = Eq(y, x**2), Eq(y, x + z)
SCALED = Eq(a * y, a * x**2)  # says nothing of x and y where a is 0

pytestmark = pytest.mark.usefixtures("somewhere")

# A formula, the region, what is handed over (of the formula), and what is put in.
Row = tuple[Any, Any, Callable[[Any], Any], tuple[dict[Symbol, Any], ...]]


def whole(formula: Any) -> Any:
    return formula


AT_POINTS: dict[str, Row] = {
    "one number": (SQUARE, true, whole, ({y: ONE, x: ONE},)),
    "one number of many hypotheses": (SQUARE, And(Gt(x, 0), Gt(z, 0)), whole, ({y: 4, x: TWO},)),
    "two numbers, one after the other": (SQUARE, true, whole, ({y: 4, x: 2}, {y: 9, x: 3})),
    "a number put in beforehand": (SQUARE, true, lambda f: f.subs(x, 3), ({y: 9},)),
    "a number, of another equation": (SQUARE, true, lambda f: Eq(2 * y, 18), ({y: 9},)),
    "a line of a plane": (SUM, true, whole, ({y: 2 * t, x: t, z: t},)),
    "a line by two symbols that go together": (
        SUM,
        true,
        whole,
        ({y: 2 * s * t, x: s * t, z: s * t},),
    ),
    "a line beside a number": (SUM, true, whole, ({y: t + 1, x: t, z: ONE},)),
    "a line by what is no quotient": (SUM, true, whole, ({y: 2 * exp(t), x: exp(t), z: exp(t)},)),
    "a number beside one that it is": (
        And(Eq(w, 3), Eq(y, x)),
        true,
        lambda f: Eq(w + y, 5),
        ({w: 3, y: 2},),
    ),
    "a number beside another": (
        And(Eq(x, 2), Eq(y, x * z)),
        true,
        whole,
        ({x: TWO, y: TWO, z: ONE},),
    ),
    "a number that a hypothesis gives a name": (
        SQUARE,
        And(Eq(x, z + w), Gt(z, 0)),
        whole,
        ({y: ONE, x: ONE},),
    ),
    "a number beside what divides": (Eq(y, n**2), Eq(Mod(n, 2), 0), whole, ({y: 4, n: TWO},)),
    "a number beside what divides as much": (
        Eq(y, n**2),
        Eq(Mod(n, 2), Mod(n, 3)),
        whole,
        ({y: 4, n: TWO},),
    ),
    "a number beside a sign": (SQUARE, Eq(sign(x), 1), whole, ({y: 4, x: TWO},)),
    "a number beside what is no less than 0": (SQUARE, Eq(Abs(x), x), whole, ({y: 4, x: TWO},)),
    "a number beside what is no more than 0": (
        SQUARE,
        Eq(Abs(x), -x),
        whole,
        ({y: 4, x: -2},),
    ),
    "a number beside a side of it": (
        And(SQUARE, Gt(x, 0)),
        true,
        lambda f: next(part for part in f.args if isinstance(part, Eq)),
        ({y: 4, x: TWO},),
    ),
    "a number beside a larger one": (SQUARE, Eq(Max(x, 1), x), whole, ({y: 4, x: TWO},)),
    "a number beside a table": (
        SQUARE,
        Eq(Piecewise((x, x > 1), (1, True)), x),
        whole,
        ({y: 4, x: TWO},),
    ),
    "a number beside what a part gives": (
        Eq(y, n**2),
        Eq(w, floor(n / 2)),
        whole,
        ({y: 4, n: TWO},),
    ),
    "a number beside one of the same": (
        SUM,
        And(Eq(x, z), Eq(2 * x, 2 * z)),
        whole,
        ({y: 4, x: 2, z: 2},),
    ),
    "a number beside one that says nothing of it": (
        And(Eq(w, 0), Eq(w * z, 0), Eq(y, x * z)),
        true,
        whole,
        ({y: 4, x: 2, z: 2, w: 0},),
    ),
    "a number, and another equation in general": (
        SQUARE,
        true,
        lambda f: And(f, Eq(z * y, w * x)),
        ({y: ONE, x: ONE, z: s, w: s},),
    ),
    "where a factor is 0": (SCALED, true, whole, ({a: 0},)),
    "where a factor is 0 beside others": (SCALED, true, whole, ({a: 0, y: t, x: s},)),
    "where a factor of another kind is 0": (
        Eq(exp(a) * y, exp(a) * x**2 + y - x**2),
        true,
        whole,
        ({a: 0},),
    ),
    "where a factor may be 0": (Eq(x * y, 3 * x), true, whole, ({y: 3},)),
    "where a factor may be 0, and another not": (
        Eq(x * z * (y - 3), 0),
        Ne(x, 0),
        whole,
        ({y: 3},),
    ),
    "a part of it": (And(SQUARE, Eq(z, x)), true, whole, ({y: 4, x: TWO, z: TWO},)),
}
IN_GENERAL: dict[str, Row] = {
    "as it stands": (SQUARE, true, whole, ({y: x * x},)),
    "by a parameter": (SQUARE, true, whole, ({y: t**2, x: t},)),
    "by one beside": (SUM, true, whole, ({y: s + 2 * t, x: s + t, z: t},)),
    "by two that are no quotients": (
        SUM,
        true,
        whole,
        ({y: exp(s) + exp(t), x: exp(s), z: exp(t)},),
    ),
    "a number that it is": (Eq(y, 3), Gt(x, 0), whole, ({y: 3},)),
    "a number that the hypotheses give": (SQUARE, Eq(x, 2), whole, ({y: 4, x: 2},)),
    "a line that the hypotheses give": (SUM, Eq(x, z), whole, ({y: 2 * t, x: t, z: t},)),
    "a number that two hypotheses give": (
        SQUARE,
        And(Eq(x, z + w), Eq(z, w), Eq(w + z, 2)),
        whole,
        ({y: 4, x: 2},),
    ),
    "a number that the claim says": (And(Eq(x * y, 6), Eq(x, 2)), true, whole, ({x: 2, y: 3},)),
    "at a number, and in general": (SQUARE, true, whole, ({y: 4, x: 2}, {y: x**2})),
    "in general, and at a number": (SQUARE, true, whole, ({y: x**2}, {y: 4, x: 2})),
    "at a number, and in another form": (
        SQUARE,
        true,
        lambda f: Eq(2 * y, 2 * f.rhs),
        ({y: 4, x: 2}, {y: x**2}),
    ),
    "a number beyond a factor that is not 0": (Eq(x * y, 3 * x), Gt(x, 0), whole, ({y: 3},)),
    "a number where a factor may not be 0": (Eq(x * (y - 3), 0), Ne(x, 0), whole, ({y: 3},)),
    "a number where factors may not be 0": (
        Eq(x**2 * z * y, 3 * x**2 * z),
        And(Ne(x * w, 0), Gt(z, 0)),
        whole,
        ({y: 3},),
    ),
    "where a factor is 0, and in general": (SCALED, true, whole, ({a: 0}, {y: x**2})),
    "numbers by a chain": (
        And(Eq(w, 1), Eq(z, w + 1), Eq(y, x * z)),
        true,
        whole,
        ({w: 1, z: 2, y: 2 * x},),
    ),
    "numbers by a chain, of a number": (
        And(Eq(w, 1), Eq(z, w + 1), Eq(y, z * w)),
        true,
        whole,
        ({w: 1, z: 2, y: 2},),
    ),
    "numbers by a chain that the hypotheses begin": (
        And(Eq(z, w + 1), Eq(y, z**2)),
        Eq(w, 1),
        whole,
        ({w: 1, z: 2, y: 4},),
    ),
    "one of two numbers": (And(Eq(x**2, 4), Eq(y, x**2)), Gt(x, 0), whole, ({x: 2, y: 4},)),
    "a number that two hypotheses say": (
        SQUARE,
        And(Eq(x, 2), Eq(2 * x, 4)),
        whole,
        ({y: 4, x: 2},),
    ),
    "a number that a table gives": (
        SQUARE,
        Eq(Piecewise((2 * x, x > 1), (x, True)), 4),
        whole,
        ({y: 4, x: 2},),
    ),
    "a lemma of two of its own": (SQUARE, true, lambda f: Eq(w, 2 * z), ({w: 2, z: 1},)),
    "a lemma of its own": (SQUARE, true, lambda f: Eq(w, 2), ({w: 2},)),
    "beside a pair": (
        And(SQUARE, Eq(Tuple(a, s), Tuple(1, 2))),
        Eq(Tuple(t, w), Tuple(3, 4)),
        lambda f: SQUARE,
        ({y: x**2},),
    ),
    "where the rank is less at one point": (
        SUM,
        true,
        whole,
        ({y: (t - Rational(7, 3)) ** 2 + s, x: (t - Rational(7, 3)) ** 2, z: s},),
    ),
    "with a pole there": (
        SUM,
        true,
        whole,
        ({y: 1 / (t - Rational(7, 3)) + s**2, x: 1 / (t - Rational(7, 3)), z: s**2},),
    ),
}


def said(row: Row, kind: str = "symbolic") -> Any:
    formula, region, handed, puts = row

    def function(claim: Claim) -> None:
        for put in puts:
            expect_identity(handed(claim.formula), put)

    return run_evidence(Evidence("ODD", kind, function), made(formula, region))


@pytest.mark.parametrize("what", AT_POINTS)
def test_an_equation_at_some_points_decides_nothing(what: str) -> None:
    """Mended: each passed, and was a proof."""
    outcome = said(AT_POINTS[what])
    assert outcome.outcome == "inconclusive", outcome.detail
    assert (
        "and the claim says it for more: put in what its symbols are in general" in outcome.detail
    )


@pytest.mark.parametrize("what", IN_GENERAL)
def test_an_equation_in_general_decides(what: str) -> None:
    outcome = said(IN_GENERAL[what])
    assert (outcome.outcome, outcome.detail) == ("passed", "")


def test_an_instance_supports() -> None:
    assert said(AT_POINTS["one number"], "property").outcome == "passed"


def test_what_is_false_is_refuted_at_a_number_too() -> None:
    row = (SQUARE, true, whole, ({y: ONE, x: TWO},))
    assert said(row).outcome == "refuted"


def test_the_number_is_told() -> None:
    told = said(AT_POINTS["one number"]).detail
    assert told.startswith("Eq(y, x**2) is compared at one number alone (x = 1, y = 1), ")
    told = said(AT_POINTS["a line of a plane"]).detail
    assert "at some of its points alone (x = t, y = 2*t, z = t), " in told
