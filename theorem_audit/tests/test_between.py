"""Poles that no tried number is: a denominator with both signs in the region has a zero between."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Ne,
    Or,
    Piecewise,
    Rational,
    Symbol,
    besselj,
    cos,
    exp,
    log,
    sec,
    sin,
    sqrt,
    tanh,
)

from theorem_audit.doubt.between import zero_between
from theorem_audit.doubt.undefined import undefined
from theorem_audit.tests.made_up import valued

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, z = (Symbol(name, real=True) for name in "xyz")
n = Symbol("n", integer=True)
QUADRANT = And(Gt(x, 0), Gt(y, 0))


POLES: dict[str, tuple[Expr, Any]] = {
    "a circle without a rational point": (1 / (x**2 + y**2 - 3), QUADRANT),
    "two lines of irrational slope": (1 / (x**2 - 2 * y**2), QUADRANT),
    "a square of it": (1 / (x**2 + y**2 - 3) ** 2, QUADRANT),
    "one line of irrational slope": (1 / (x - sqrt(2) * y), QUADRANT),
    "the logarithm of 5": (1 / (exp(x) - 5), Gt(x, 0)),
    "a quintic": (1 / (x**9 - x - 3), Gt(x, 0)),
    "a number that nobody tries": (1 / (log(x) - Rational(7, 13)), Gt(x, 0)),
    "beside an integer": (1 / (x**2 - 2 * n), And(Gt(x, 0), Eq(n, 1))),
    "within a disc": (1 / (x**2 + y**2 - 3), And(QUADRANT, Lt(x**2 + y**2, 4))),
    "a cosine less its angle": (1 / (cos(x) - x), Gt(x, 0)),
    "a square of one": (1 / (y * (sin(x) - x / 3)) ** 2, And(Gt(x, 1), Gt(y, 0))),
    "a hyperbolic tangent": (y / (3 * tanh(x) - 2), QUADRANT),
    "the larger of two": (1 / (Max(x, y) - exp(x) / 3), And(Gt(x, 1), Lt(x, 2), Eq(y, 0))),
    "a Bessel function": (1 / besselj(0, x), And(Ge(x, 1), Le(x, 4))),
    "another": (1 / besselj(2, x), And(Ge(x, 1), Le(x, 8))),
    "beside a curve": (1 / (x**2 + y**2 - 3), And(QUADRANT, Ne(x * y, 100))),
}
NONE: dict[str, tuple[Expr, Any]] = {
    "outside the region": (1 / (x**2 + y**2 - 3), And(QUADRANT, Lt(x, 1), Lt(y, 1))),
    "outside a disc": (1 / (x**2 + y**2 - 3), And(QUADRANT, Lt(x**2 + y**2, 3))),
    "before a Bessel function's": (1 / besselj(0, x), And(Ge(x, 0), Le(x, 2))),
    "between integers": (1 / (n**2 - 2), Gt(n, 0)),
    "in the gap of two regions": (1 / (x**5 - x - 3), Or(Lt(x, 1), Gt(x, 2))),
    "where it is taken out": (1 / (x**2 + y**2 - 3), And(QUADRANT, Ne(x**2 + y**2, 3))),
    "a cosine less a larger angle": (1 / (cos(x) - x), Gt(x, Rational(3, 4))),
    "of one sign": (1 / (x**2 + y**2 + x * y), QUADRANT),
    "a sign that jumps": (1 / (1 / (x - 1) + 0 * y), And(Gt(x, 1), Le(x, 3))),
}


@pytest.mark.parametrize("what", POLES)
def test_a_pole_between_two_points_is_an_error(what: str) -> None:
    """Mended: zeros at rational numbers alone were found, and of one symbol some others."""
    (found, *_) = undefined(valued(*POLES[what]))
    assert set(found.instance) == POLES[what][1].free_symbols


@pytest.mark.parametrize("what", NONE)
def test_without_a_pole_nothing_is_said(what: str) -> None:
    assert undefined(valued(*NONE[what])) == []


def test_the_digits_shown_are_those_of_a_zero() -> None:
    at = zero_between(x**2 - 2, And(Gt(x, 0), Lt(x, 5)))
    assert {str(k): str(v) for k, v in (at or {}).items()} == {"x": "1.4142135623..."}
    at = zero_between(x**2 + y**2 - 3, And(Eq(y, 1), Gt(x, 0)))
    assert {str(k): str(v) for k, v in (at or {}).items()} == {"x": "1.4142135623...", "y": "1"}


def test_another_case_may_hold_there() -> None:
    cases = Piecewise((1 / (x**2 + y**2 - 3), Gt(x**2 + y**2, 3)), (0, True))
    assert undefined(valued(cases, QUADRANT)) == []


def test_a_function_that_jumps_has_no_zero_between() -> None:
    """1/(x - 1/3) has both signs, and none: it is no value of it that is passed over."""
    assert zero_between(exp(1 / (x - Rational(1, 3))) - 1, And(Ge(x, 0), Le(x, 1))) is None
    assert zero_between(sec(x), And(Ge(x, 1), Le(x, 2))) is None
