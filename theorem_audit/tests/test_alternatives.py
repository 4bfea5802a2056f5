"""A case, a number or a side that no evidence reads, and equations that are read off each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import (
    ITE,
    And,
    Eq,
    Equivalent,
    Ge,
    Gt,
    Implies,
    Le,
    Matrix,
    Max,
    Min,
    Ne,
    Or,
    Piecewise,
    Tuple,
    Xor,
    expand_log,
    log,
    sign,
    symbols,
    true,
)

from theorem_audit.checks.expect import expect, expect_identity, expect_zero
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt.alternatives import alternatives, only, rescaled
from theorem_audit.doubt.challenge import challenge
from theorem_audit.statement.claim import Claim
from theorem_audit.tests.made_up import claim

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, z, w = symbols("x y z w", real=True)
TABLE = Piecewise((2 * x, x < 1), (7 * x - 91, True))
FIRST: dict[str, tuple[Any, Callable[[Claim], Any]]] = {
    "a case": (Eq(y, TABLE), lambda c: c.formula.rhs.args[0].expr - x - x),
    "a maximum": (Eq(y, Max(x, 2 * x - 7)), lambda c: _with(c.formula.rhs.args, 1) - x),
    "a minimum": (Eq(y, 3 * Min(x, 2 * x - 7)), lambda c: _with(c.formula.rhs.args[1].args, 1) - x),
    "a pair": (Eq(Tuple(y, z), Tuple(2 * x, 9 * x)), lambda c: c.formula.rhs[0] - x - x),
    "a column": (Eq(Matrix([y, z]), Matrix([2 * x, 9 * x])), lambda c: c.formula.rhs[0] - x - x),
    "one or the other": (
        Xor(Eq(y, 2 * x), Eq(y, 3 * x)),
        lambda c: _with([e.rhs for e in c.formula.args], 2) - x - x,
    ),
    "if, else": (
        ITE(x > 0, Eq(y, 2 * x), Eq(y, 9 * x)),
        lambda c: c.formula.args[1].rhs - x - x,
    ),
    "what follows": (
        Implies(x > 0, Eq(y, TABLE)),
        lambda c: c.formula.args[1].rhs.args[0].expr - x - x,
    ),
    "a list in a list": (
        Tuple(And(Eq(y, 2 * x), Eq(z, 9 * x)), Eq(w, x)),
        lambda c: _with([e.rhs for e in c.formula.args[0].args], 2) - x - x + c.formula.args[1].rhs - x,
    ),
}  # fmt: skip


def _with(parts: Any, factor: int) -> Any:
    return next((e for e in parts if e.coeff(x) == factor), x)


def _asked(of: Claim, function: Callable[[Claim], None], kind: str = "symbolic") -> Any:
    said = challenge(of, [Evidence("ODD", kind, lambda claim: function(claim))])
    assert said is not None
    return said


@pytest.mark.parametrize("what", FIRST)
def test_what_is_read_in_part_keeps_no_rank(what: str) -> None:
    """Mended: one rejected variant of a conjunct was enough, so that no evidence had to read all of it."""
    formula, gap = FIRST[what]
    said = _asked(claim(formula), lambda c: expect_zero(gap(c), "the first part"))
    assert said.outcome == "inconclusive", said
    assert "no wrong variant is rejected of" in said.detail


def _each_case(handed: Claim) -> None:
    first, second = handed.formula.rhs.args
    expect_zero(first.expr - x - x, "below 1")
    expect_zero(second.expr - 7 * (x - 13), "from 1 on")
    expect(first.cond == (x < 1), "where")


def test_what_is_read_in_whole_keeps_it() -> None:
    said = _asked(claim(Eq(y, TABLE)), _each_case)
    assert (said.outcome, said.checks) == ("passed", 4), said


def _from_each_other(handed: Claim) -> None:
    first, second = sorted(handed.formula.args, key=lambda e: str(e.lhs))
    expect_identity(first, {y: second.rhs / 2})
    expect_identity(second, {z: 2 * first.rhs})


def _from_outside(handed: Claim) -> None:
    expect_identity(handed.formula, {y: x + x + x, z: 6 * x})


def test_equations_that_are_read_off_each_other_keep_no_rank() -> None:
    """Mended: a change of one of them was rejected, by the other, and y = 3 x was proved whatever y is."""
    both = claim(And(Eq(y, 3 * x), Eq(z, 6 * x)))
    said = _asked(both, _from_each_other)
    assert (said.outcome, "x doubled throughout" in said.detail) == ("inconclusive", True), said
    assert _asked(both, _from_outside).outcome == "passed"
    why = {"x doubled throughout": "the scale of x is free here"}
    assert _asked(claim(both.formula, survivors=why), _from_each_other).outcome == "passed"


NOT_DOUBLED: dict[str, tuple[Any, Any, dict[Any, Any]]] = {
    "a sign": (And(Eq(y, sign(x)), Eq(z, 3 * sign(x))), Ne(x, 0), {}),
    "zero on both sides": (And(Eq(x * (y - 3), 0), Eq(x * (z - 4), 0)), Ne(x, 0), {y: 3, z: 4}),
    "what is zero": (And(Eq(x, 0), Eq(y, x + 3)), true, {x: 0, y: 3}),
    "a difference of logarithms": (
        And(Eq(y, log(2 * x) - log(x)), Eq(z, 3 * log(2 * x) - 3 * log(x))),
        Gt(x, 0),
        {y: log(2), z: 3 * log(2)},
    ),
}


@pytest.mark.parametrize("what", NOT_DOUBLED)
def test_what_doubling_does_not_change_is_no_wrong_variant(what: str) -> None:
    """Mended: a true claim lost its rank, as its evidence accepted what says the same."""
    formula, region, values = NOT_DOUBLED[what]

    def from_outside(handed: Claim) -> None:
        for equation in handed.formula.args:
            if values:
                gap = (equation.lhs - equation.rhs).subs(values)
                expect_zero(expand_log(gap, force=True), "at these values")
                continue
            scale = equation.rhs.subs(x, 1)
            expect(equation.rhs == scale * sign(x), "a multiple of the sign")
            expect(scale == {y: 1, z: 3}[equation.lhs], "this one")

    said = _asked(claim(formula, region), from_outside)
    assert said.outcome == "passed", said


def test_what_the_alternatives_are() -> None:
    cases = Tuple(x < 1, True)
    for part, found in (
        (Eq(y, TABLE), [cases, 2 * x, 7 * x - 91]),
        (Eq(y, 1 + Max(x, 2 * z)), [*Max(x, 2 * z).args]),
        (Le(y, Max(x, 2 * z)), []),  # below one of them is enough
        (Or(Eq(y, x), Eq(y, 2 * x)), []),
        (Eq(y, 3 * x), []),
        (Eq(Tuple(y, z), Tuple(x, w)), [y, z, x, w]),
        (Eq(y, TABLE + Max(z, w)), [cases, 2 * x, 7 * x - 91, *Max(z, w).args]),
        (Equivalent(Gt(x, 0), Gt(y, 1)), [*Equivalent(Gt(x, 0), Gt(y, 1)).args]),
        (Implies(Gt(x, 0), Ge(y, Min(z, w))), []),
        (Implies(Gt(x, 0), Eq(y, Min(z, w))), [*Min(z, w).args]),
    ):
        assert set(alternatives(part)) == set(found), part
    one = Eq(y, Piecewise((2 * x, x < 1), (7 * x + 91, True)))
    assert only(Eq(y, TABLE), one) == 7 * x - 91
    assert only(Eq(y, TABLE), Eq(2 * y, TABLE)) is None
    assert only(Eq(y, TABLE), Eq(y, Piecewise((3 * x, x < 1), (7 * x + 91, True)))) is None


def test_what_is_doubled_throughout() -> None:
    said = dict(rescaled(claim(And(Eq(y, 3 * x), Eq(z, y * w), Ge(z, x)))))
    assert {name: of.formula for name, of in said.items()} == {
        "y doubled throughout": And(Eq(y, 3 * x / 2), Eq(z, 2 * y * w), Ge(z, x)),
    }
    said = dict(rescaled(claim(And(Eq(y, 3 * x), Eq(z, x**2)))))
    assert [of.formula for of in said.values()] == [And(Eq(y, 6 * x), Eq(z, 4 * x**2))]
    assert not dict(rescaled(claim(Eq(y, 3 * x))))
    assert not dict(rescaled(claim(And(Eq(y, 3 * x), Ge(y, x)))))
