"""Formulas that have no value somewhere, where no condition between polynomials says so."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Derivative,
    E,
    Ei,
    Eq,
    Expr,
    Ge,
    Gt,
    Integral,
    LambertW,
    Le,
    Lt,
    Max,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    acsch,
    asech,
    atan2,
    atanh,
    besselk,
    binomial,
    cos,
    cot,
    digamma,
    erfinv,
    exp,
    factorial,
    floor,
    gamma,
    harmonic,
    li,
    log,
    loggamma,
    oo,
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
n, k = Symbol("n", integer=True), Symbol("k", integer=True)
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
    "Lambert's W between -1 and -1/e": (LambertW(x), And(Gt(x, -1), Lt(x, Rational(-1, 2)))),
    "a power of -1": ((-1) ** x, ABOVE),
    "a power of -2": ((-2) ** (x / 2), And(Ge(x, 0), Le(x, 1))),
    "a root of a sine": (sqrt(sin(x)), ABOVE),
    "a logarithm of a sine": (log(sin(x)), ABOVE),
    "one over a sine less 1/2": (1 / (sin(x) - Rational(1, 2)), Gt(x, 1)),
    "one over a factorial less 24": (1 / (factorial(n) - 24), Gt(n, 0)),
    "one over a power of 2 less 4096": (1 / (2**n - 4096), Gt(n, 0)),
    "one over a number of pairs less 15": (1 / (binomial(n, 2) - 15), Gt(n, 1)),
    "a term of a sum over a logarithm": (Sum(1 / log(k), (k, 1, n)), Ge(n, 1)),
    "the first term of a series": (Sum(1 / (k * log(k) ** 2), (k, 1, oo)), Gt(x, 0)),
    "a term over a floor": (Sum(1 / floor(k / 2), (k, 1, n)), Ge(n, 1)),
    "a term beyond the last": (Sum(1 / binomial(n, k), (k, 0, n + 1)), Ge(n, 1)),
    "the last term over a sine": (Sum(1 / sin(pi * k / n), (k, 1, n)), Ge(n, 2)),
    "an index that is no integer by itself": (Sum(1 / log(z), (z, 1, n)), Ge(n, 1)),
    "a factor of a product": (Product(gamma(k - 2), (k, 1, n)), Ge(n, 1)),
    "a maximum of 1/0": (Max(1 / x, 1), Ge(x, 0)),
    "a derivative of 1/0": (Derivative(1 / x, x), Ge(x, 0)),
    "a root below 0 beside a symbol that no hypothesis names": (
        sqrt(x) + z,
        And(Ge(x, -1), Le(x, 1)),
    ),
    "a root below 0 times an exponential of it": (sqrt(x) * exp(z), And(Ge(x, -1), Le(x, 1))),
    "the direction of 0": (atan2(x, z), And(Ge(x, 0), Ge(z, 0))),
    "a logarithmic integral at 1": (li(x), ABOVE),
    "an exponential integral at 0": (1 + Ei(x), Ge(x, 0)),
    "a Bessel function at 0": (besselk(0, x), Ge(x, 0)),
    "an inverse tangent's end": (atanh(x / 2), And(ABOVE, Le(x, 2))),
    "a gamma function's logarithm at 0": (loggamma(x), Ge(x, 0)),
    "an inverse error function at 1": (erfinv(x), ABOVE),
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
    "a power of -1 with whole exponents": ((-1) ** n, Gt(n, 0)),
    "a root of a sine before pi": (sqrt(sin(x)), And(Ge(x, 0), Lt(x, 3))),
    "terms from 2 on": (Sum(1 / log(k), (k, 2, n)), Ge(n, 2)),
    "a term's own case": (Sum(Piecewise((1 / log(k), k > 1), (0, True)), (k, 1, n)), Ge(n, 1)),
    "terms over sines": (Sum(1 / sin(pi * k / n), (k, 1, n - 1)), Ge(n, 2)),
    "terms over binomials": (Sum(1 / binomial(n, k), (k, 0, n)), Ge(n, 1)),
    "roots of what is left": (Sum(sqrt(n - k) / k, (k, 1, n)), Ge(n, 1)),
    "a derivative": (Derivative(x**2 / z, x), And(Ge(x, 0), Gt(z, 0))),
    "a maximum": (Max(x, 1 / z), And(Ge(x, 0), Gt(z, 0))),
    "below the pole": (1 / log(x), And(Gt(x, 0), Le(x, Rational(1, 2)))),
    "an exponential integral": (Ei(x), Gt(x, 0)),
    "an integral to infinity": (Integral(exp(-z), (z, x, oo)), ABOVE),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_a_part_without_a_value_that_no_polynomial_tells_is_an_error(what: str) -> None:
    """Mended: each came out proved, as only zeros of polynomials were looked for, and rational ones."""
    assert undefined(valued(*NOWHERE[what]))


@pytest.mark.parametrize("what", SOMEWHERE)
def test_what_has_a_value_everywhere_is_left_alone(what: str) -> None:
    assert not undefined(valued(*SOMEWHERE[what]))
