"""Formulas that have no value somewhere, where no condition between polynomials says so."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    E,
    Eq,
    Expr,
    Ge,
    Gt,
    LambertW,
    Le,
    Lt,
    Max,
    Piecewise,
    Rational,
    Symbol,
    acsch,
    asech,
    atan2,
    cos,
    cot,
    digamma,
    exp,
    floor,
    harmonic,
    log,
    pi,
    sin,
    sqrt,
    tan,
    zeta,
)  # fmt: skip

from theorem_audit.doubt.undefined import undefined
from theorem_audit.tests.made_up import valued

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, z = (Symbol(name, real=True) for name in "xyz")
n = Symbol("n", integer=True)
ABOVE, BELOW_2 = Gt(x, 0), And(Gt(x, 0), Lt(x, 2))

NOWHERE: dict[str, tuple[Expr, Any]] = {
    "one over a logarithm": (1 / log(x), ABOVE),
    "one over a logarithm less 1": (1 / (log(x) - 1), ABOVE),
    "one over an exponential less 1": (1 / (exp(x) - 1), Gt(x, -1)),
    "0/0 of sines": (sin(x) / sin(2 * x), And(Gt(x, -1), Lt(x, 1))),
    "one over a cosine": (z / cos(x), And(ABOVE, Lt(x, 3), Gt(z, 0))),
    "a tangent": (tan(x), BELOW_2),
    "a cotangent": (cot(x), Ge(x, 0)),
    "a sign by division": (x / Abs(x), Gt(x, -1)),
    "one over a floor": (1 / floor(x), Gt(x, 0)),
    "one over a maximum": (1 / Max(x, 0), Gt(x, -1)),
    "a logarithm of a logarithm": (log(log(x)), ABOVE),
    "a root of a logarithm": (sqrt(log(x)), ABOVE),
    "an irrational zero": (1 / (x**2 - 2), ABOVE),
    "a zero beside pi": (1 / (x**2 + pi * (x - 1) - 1), ABOVE),
    "an irrational zero of three": (1 / (x**3 - x - 1), ABOVE),
    "asech below 0": (asech(x), Gt(x, -1)),
    "acsch of 0": (acsch(x), Gt(x, -1)),
    "Lambert's W below -1/e": (LambertW(x), Gt(x, -2)),
    "zeta of 1": (zeta(x), ABOVE),
    "digamma of 0": (digamma(x), Ge(x, 0)),
    "harmonic numbers below 0": (harmonic(n), Ge(n, -2)),
    "one over 1 less a long power": (1 / (1 - x**n), And(Eq(x, 1), Ge(n, 20_000))),
    "a root of a long power": (sqrt(x**n - 2), And(Eq(x, 1), Ge(n, 20_000))),
    "a root of an odd long power": (sqrt(x**n), And(Eq(x, -2), Ge(n, 20_001))),
    "the direction of 0": (atan2(x, z), And(Ge(x, 0), Ge(z, 0))),
}
SOMEWHERE: dict[str, tuple[Expr, Any]] = {
    "one over a logarithm beyond 1": (1 / log(x), Gt(x, 1)),
    "a case that leaves the pole out": (Piecewise((1 / log(x), x > 1), (0, True)), ABOVE),
    "an exponential": (1 / (exp(x) + 1), Gt(x, -9)),
    "a tangent before pi/2": (tan(x), And(Gt(x, -pi / 2), Lt(x, pi / 2))),
    "cosines": (1 / (2 + cos(x)), Gt(x, 0)),
    "an absolute value": (1 / (1 + Abs(x)), Gt(x, -1)),
    "beyond the irrational zero": (1 / (x**2 - 2), Ge(x, Rational(3, 2))),
    "roots of a logarithm beyond 1": (sqrt(log(x)), Ge(x, 1)),
    "Lambert's W above -1/e": (LambertW(x), Ge(x, -1 / E)),
    "harmonic numbers": (harmonic(n), Ge(n, 0)),
    "irrational coefficients": (1 / (x**2 + sqrt(2)), ABOVE),  # mended: a traceback
    "pi among the coefficients": (1 / (x**2 + pi * x + 1), ABOVE),
    "one over 1 and a long power": (1 / (1 + x**n), And(ABOVE, Ge(n, 20_000))),
    "a root of an even long power": (sqrt(x**n), And(Eq(x, -2), Eq(n, 20_000))),
    "below the pole": (1 / log(x), And(Gt(x, 0), Le(x, Rational(1, 2)))),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_a_part_without_a_value_that_no_polynomial_tells_is_an_error(what: str) -> None:
    """Mended: each came out proved, as only zeros of polynomials were looked for, and rational ones."""
    assert undefined(valued(*NOWHERE[what]))


@pytest.mark.parametrize("what", SOMEWHERE)
def test_what_has_a_value_everywhere_is_left_alone(what: str) -> None:
    assert not undefined(valued(*SOMEWHERE[what]))
