"""Formulas that have no value somewhere, where no condition between polynomials says so."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Derivative,
    Determinant,
    DiracDelta,
    E,
    Ei,
    Eq,
    Expr,
    Function,
    Ge,
    Gt,
    I,
    ImmutableMatrix,
    Integral,
    Inverse,
    LambertW,
    Le,
    Limit,
    Lt,
    MatMul,
    MatrixSymbol,
    Max,
    Min,
    Piecewise,
    Product,
    Rational,
    Subs,
    Sum,
    Symbol,
    Trace,
    acsch,
    asec,
    asech,
    atan,
    atan2,
    atanh,
    besselk,
    binomial,
    cos,
    cot,
    digamma,
    elliptic_k,
    erfcinv,
    erfinv,
    exp,
    expint,
    factorial,
    factorial2,
    floor,
    gamma,
    harmonic,
    hyper,
    li,
    log,
    loggamma,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    tan,
    true,
    zeta,
)  # fmt: skip

from theorem_audit.doubt.undefined import undefined
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning
from theorem_audit.tests.made_up import claim, valued

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, k = Symbol("n", integer=True), Symbol("k", integer=True)
SQUARE = ImmutableMatrix([[x, 1], [1, x]])
ABOVE, BELOW_2 = Gt(x, 0), And(Gt(x, 0), Lt(x, 2))

NOWHERE: dict[str, tuple[Expr, Any]] = {
    "a root beside a symbol that no hypothesis names": (sqrt(z - exp(x)), ABOVE),
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
    "a derivative of |x| at 0": (Derivative(Abs(x), x), Ge(x, 0)),
    "a derivative of |x - 1| put in": (1 + Subs(Derivative(Abs(y - 1), y), y, 2 * x), ABOVE),
    "one along another symbol": (Derivative(Abs(x * z), x), And(Ge(x, 0), Gt(z, 0))),
    "one of a maximum": (Derivative(Max(x, 1 - x, z), x), And(Ge(x, 0), Lt(z, 0), Gt(z, -1))),
    "one of a least": (x * Derivative(Min(x**2, x), x), Ge(x, Rational(1, 2))),
    "one of a sign": (Derivative(sign(x - 2), x), Gt(x, 1)),
    "one of a floor": (Derivative(floor(x), x), And(Gt(x, 0), Lt(x, Rational(3, 2)))),
    "one of a table": (Derivative(Piecewise((x, x < 1), (x**2, True)), x), ABOVE),
    "one of a table with a jump": (Derivative(Piecewise((x, x < 1), (x + 1, True)), x), ABOVE),
    "a second derivative": (Derivative(x * Abs(x), (x, 2)), Ge(x, 0)),
    "a derivative of bars within bars": (Derivative(Abs(Abs(x) - 1), x), ABOVE),
    "a derivative of a root of a square": (Derivative(sqrt((x - 1) ** 2), x), ABOVE),
    "a derivative beside an exponential": (Derivative(exp(x) * Abs(x), x), Ge(x, 0)),
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
    "an inverse error function beyond 1": (erfinv(x), Gt(x, Rational(3, 2))),
    "an inverse complementary error function beyond 2": (erfcinv(x + 1), Gt(x, Rational(3, 2))),
    "an exponential integral of a first order at 0": (expint(1, x), Ge(x, 0)),
    "one of any order at 0": (z * expint(n, x), And(Ge(x, 0), Ge(n, 1), Gt(z, 0))),
    "an elliptic integral beyond 1": (elliptic_k(x), And(Gt(x, 1), Lt(x, 3))),
    "a number that has no value": (x + expint(1, 0, evaluate=False), ABOVE),
    "a value put in at a pole": (Subs(1 / (y - 1), y, x), ABOVE),
    "a derivative at a pole": (Subs(Derivative(log(y), y), y, x), Ge(x, 0)),
    "one over a derivative": (1 / Derivative(x**2 - x, x), ABOVE),
    "one over a sum": (1 / Sum(k - 2, (k, 1, n)), Ge(n, 1)),
    "one over a sum of three": (1 / Sum(k * x - 2, (k, 1, 3)), ABOVE),
    "one over a sum that is 0": (1 / Sum(k - 2, (k, 1, 3)), ABOVE),
    "one over a sum of logarithms": (1 / Sum(log(k) - log(2) / 2, (k, 1, n)), Ge(n, 1)),
    "a logarithm of a sum": (log(Sum(k - 2, (k, 1, n))), Ge(n, 1)),
    "one over a product": (1 / Product(x - k, (k, 1, n)), And(ABOVE, Ge(n, 1))),
    "one over an integral": (1 / Integral(y - 1, (y, 0, x)), Ge(x, 1)),
    "one over an integral of no length": (1 / Integral(exp(y), (y, 1, x)), ABOVE),
    "one over a limit": (1 / Limit((x - 1) * sin(y) / y, y, 0), ABOVE),
    "one over a limit that is 0": (1 / Limit(x * y, y, 0), ABOVE),
    "one over a determinant": (1 / Determinant(SQUARE), ABOVE),
    "an inverse of a singular matrix": (Trace(Inverse(SQUARE)), ABOVE),
    "a vector times such an inverse": (Trace(MatMul(Inverse(SQUARE), SQUARE + SQUARE)), ABOVE),
    "an inverse secant in a dip": (
        asec(exp(x) / 9),
        And(Gt(x, Rational(74, 100)), Lt(x, Rational(3, 4))),
    ),
    "a logarithm of 0": (log(x), Ge(x, 0)),
    "a logarithm of 0 beside a number": (
        1 + z * log(4 * x - 1),
        And(Ge(x, Rational(1, 4)), Gt(z, 0)),
    ),
    "a logarithm of |0|": (log(Abs(4 * x - 1)), ABOVE),
    "a logarithm of |0| between": (log(Abs(x**2 - 2)), ABOVE),
    "a logarithm of the |sine| of 0": (log(Abs(sin(x))), Gt(x, -1)),
    "a term with a logarithm of 0": (Sum(log(k - 2), (k, 2, n)), Ge(n, 2)),
    "a root of a dip": (sqrt(cos(x) - x), And(Gt(x, Rational(74, 100)), Lt(x, Rational(3, 4)))),
    "one over what has a quotient by 0 in it": (1 / (1 + 1 / x), Ge(x, 0)),
    "and a quotient more": (1 / (1 + 1 / (1 + 1 / x)), Ge(x, 0)),
    "in a case that holds there": (Piecewise((1 / (1 + 1 / x), x > -1), (0, True)), Ge(x, 0)),
    "one over a Bessel function with a pole": (1 / (3 + besselk(0, x)), Ge(x, 0)),
    "one over 1 and a gamma function": (1 / (1 + gamma(x)), Ge(x, 0)),
    "an angle of a quotient": (atan(1 / x), Ge(x, -1)),
    "a case asked by a quotient": (Piecewise((1, 1 / x > 1), (2, True)), Ge(x, -1)),
    "a root of what is nowhere positive": (sqrt(-(x**2)), Ge(x, 0)),
    "a number times i": (1 + I * x, Ge(x, 0)),
    "Dirac's delta": (DiracDelta(x), Ge(x, -1)),
    "a double factorial": (factorial2(n), Ge(n, -4)),
    "a hypergeometric series": (hyper((1, 1), (2,), x), Ge(x, 0)),
}
FIXED: dict[str, tuple[Expr, Any]] = {
    "a derivative of |x| at 0": (Subs(Derivative(Abs(x), x), x, 0), true),
    "beside a hypothesis": (Subs(Derivative(Abs(x), x), x, 0) + z, Gt(z, 0)),
    "a derivative of z |x| at 0, where nothing is said of z": (
        Subs(Derivative(z * Abs(x), x), x, 0),
        true,
    ),
    "a derivative of |x - 1| at 1": (Subs(Derivative(Abs(x - 1), x), x, 1), true),
    "at a root": (Subs(Derivative(Abs(x**2 - 2), x), x, sqrt(2)), true),
    "a second one of x |x| at 0": (Subs(Derivative(x * Abs(x), (x, 2)), x, 0), true),
    "times what is more than 0": (Subs(Derivative(z * Abs(x), x), x, 0), Gt(z, 0)),
    "times what may be another number": (Subs(Derivative(z * Abs(x), x), x, 0), Ge(z, 0)),
}
TURNED: dict[str, tuple[Expr, Any]] = {
    "one turn": (1 / (1 - cos(x)), And(Ge(x, 1), Le(x, 7))),
    "two turns back": (1 / (1 - cos(x)), And(Ge(x, -13), Le(x, -7))),
    "a slower one": (1 / (1 - cos(x / 10)), And(Ge(x, 1), Le(x, 70))),
    "with a phase": (1 / (1 - sin(3 * x + 1)), And(Ge(x, 1), Le(x, 3))),
    "a half": (1 / (1 - 2 * cos(x)), And(Ge(x, 5), Le(x, 6))),
    "a root of a half": (1 / (sqrt(2) - 2 * sin(x)), And(Ge(x, 8), Le(x, 9))),
    "under a root, in a sum": (x + tan(x) / 2, And(Ge(x, 7), Le(x, 8))),
}
SOMEWHERE: dict[str, tuple[Expr, Any]] = {
    "one over 1 and a quotient, where it has a value": (1 / (1 + 1 / x), ABOVE),
    "in a case that does not hold there": (
        Piecewise((1 / (1 + 1 / x), x > 0), (0, True)),
        Ge(x, 0),
    ),
    "one over a gamma function": (1 / gamma(x), Ge(x, 0)),
    "an angle of a quotient beyond 0": (atan(1 / x), ABOVE),
    "what is real, written with i": (exp(I * x) * exp(-I * x) + I**2 * x, Ge(x, 0)),
    "an absolute value of what is complex": (Abs(2 + I * x), Ge(x, 0)),
    "a hypergeometric series before 1": (hyper((1, 1), (2,), x), And(Ge(x, 0), Lt(x, 1))),
    "one over a logarithm beyond 1": (1 / log(x), Gt(x, 1)),
    "a case that leaves the pole out": (Piecewise((1 / log(x), x > 1), (0, True)), ABOVE),
    "an exponential": (1 / (exp(x) + 1), Gt(x, -9)),
    "before one turn": (1 / (1 - cos(x)), And(Ge(x, 1), Le(x, 6))),
    "after one turn": (1 / (1 - cos(x)), And(Ge(x, Rational(63, 10)), Le(x, 7))),
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
    "a derivative of |x| beyond 0": (Derivative(Abs(x), x), Gt(x, 0)),
    "a derivative of |x|^3": (Derivative(Abs(x) ** 3, x), Ge(x, 0)),
    "a first derivative of x |x|": (Derivative(x * Abs(x), x), Ge(x, 0)),
    "a derivative of |x| at 1": (Subs(Derivative(Abs(x), x), x, 1), true),
    "a derivative of |x|^3 at 0": (Subs(Derivative(Abs(x) ** 3, x), x, 0), true),
    "a derivative of z |x| at 0, where z is 0": (
        Subs(Derivative(z * Abs(x), x), x, 0),
        Eq(z, 0),
    ),
    "a derivative at 0 in a case that never holds": (
        Piecewise((Subs(Derivative(Abs(x), x), x, 0), z < 0), (1, True)),
        Gt(z, 0),
    ),
    "a derivative of |x^2|": (Derivative(Abs(z * x**2), x), And(Ge(x, 0), Gt(z, 0))),
    "a derivative of a maximum that touches": (Derivative(Max(x**2, 2 * x - 1), x), ABOVE),
    "a derivative of a table that fits": (
        Derivative(Piecewise((x**2, x < 1), (2 * x - 1, True)), x),
        ABOVE,
    ),
    "a derivative of sin |x| times x": (Derivative(x * sin(Abs(x)), x), Ge(x, 0)),
    "a derivative along another symbol": (Derivative(z * Abs(x), z), And(Ge(x, 0), Gt(z, 0))),
    "a derivative of a floor between": (Derivative(floor(x), x), And(ABOVE, Lt(x, 1))),
    "a maximum": (Max(x, 1 / z), And(Ge(x, 0), Gt(z, 0))),
    "below the pole": (1 / log(x), And(Gt(x, 0), Le(x, Rational(1, 2)))),
    "an exponential integral": (Ei(x), Gt(x, 0)),
    "an integral to infinity": (Integral(exp(-z), (z, x, oo)), ABOVE),
    "an inverse error function": (erfinv(x), And(Gt(x, -1), Lt(x, 1))),
    "an inverse complementary error function": (erfcinv(x), And(ABOVE, Lt(x, 2))),
    "an exponential integral of a second order": (expint(2, x), Ge(x, 0)),
    "an elliptic integral before 1": (elliptic_k(x), And(Gt(x, -1), Lt(x, 1))),
    "a value put in beyond the pole": (Subs(1 / (y - 1), y, x), Gt(x, 1)),
    "a derivative of what nobody knows": (Subs(Derivative(Function("f")(y), y), y, x), Ge(x, 0)),
    "one over a sum from 4 on": (1 / Sum(k - 2, (k, 1, n)), Ge(n, 4)),
    "a root of a sum": (sqrt(Sum(k - 2, (k, 1, n))), Ge(n, 3)),
    "one over an integral beyond its zero": (1 / Integral(y - 1, (y, 0, x)), Gt(x, 2)),
    "one over an integral of what is above 0": (1 / Integral(y + 1, (y, 0, x)), ABOVE),
    "one over a limit": (1 / Limit(x * y, y, 1), ABOVE),
    "a quotient within a limit": (Limit(sin(y) / y, y, 0) / x, ABOVE),
    "one over a determinant": (1 / Determinant(SQUARE), Gt(x, 1)),
    "a determinant that is 0": (Determinant(SQUARE), ABOVE),
    "an inverse of a regular matrix": (Trace(Inverse(SQUARE)), Gt(x, 1)),
    "an inverse of any matrix": (Trace(Inverse(MatrixSymbol("A", 2, 2))), ABOVE),
    "a power of what is no polynomial": ((exp(x) - 1) ** z, And(ABOVE, Gt(z, 0))),
    "a logarithm of |x|": (log(Abs(x)), ABOVE),
    "a power of -2 that is whole": ((-2) ** x, Eq(x, 2)),
    "a root before the dip": (sqrt(cos(x) - x), And(ABOVE, Lt(x, Rational(73, 100)))),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_a_part_without_a_value_that_no_polynomial_tells_is_an_error(what: str) -> None:
    """Mended: each came out proved, as only zeros of polynomials were looked for, and rational ones."""
    assert undefined(valued(*NOWHERE[what]))


@pytest.mark.parametrize("what", TURNED)
def test_a_part_without_a_value_at_an_angle_is_an_error(what: str) -> None:
    """Mended: nine angles were tried, up to 3 pi/2."""
    assert undefined(valued(*TURNED[what]))


@pytest.mark.parametrize("what", FIXED)
def test_a_derivative_at_a_kink_that_is_put_in_is_an_error(what: str) -> None:
    """Mended: a kink was looked for where a symbol of the region makes one, and not at a number."""
    found = undefined(valued(*FIXED[what]))
    assert found[0].what.endswith(" has two slopes, or none")


@pytest.mark.parametrize("what", SOMEWHERE)
def test_what_has_a_value_everywhere_is_left_alone(what: str) -> None:
    assert not undefined(valued(*SOMEWHERE[what]))


LOW = Meaning("mean of log|factor|", value=float, low="at x = 1/4")
LAMBDA, Y = Symbol("lambda", real=True), log(Abs(4 * x - 1))


LOW_SOMEWHERE = (
    log(Abs(x**2 - 2)),
    Y,
    n * Y / 2,
    log(1 + x) + Y,
    log(4 * x - 1),
    Sum(k * Y, (k, 1, n)),
)
FROM_THERE = And(Ge(x, Rational(1, 4)), Ge(n, 1))
NO_VALUE = (
    Y - log(2 * Abs(4 * x - 1)), x - 1 / Y, 1 - Y, sqrt(1 - Y), Y + sqrt(x - 1), (4 * x - 1) * Y, log(x - 1),
    1 / (x - 1) + Y,
)  # fmt: skip
OF_TERMS = Sum(log(Abs(2 * x * k - 1)), (k, 0, n))


def exponent(side: Expr, said: str, region: Any = FROM_THERE, symbol: str = "lambda") -> Claim:
    """lambda = SIDE, with a line on one of its symbols."""
    formula = Eq(LAMBDA, side, evaluate=False)
    return claim(formula, region, symbols={symbol: said})


def test_a_logarithm_is_minus_infinity_where_the_meaning_of_its_symbol_says_so() -> None:
    """Mended: that of |0| was taken for a value whatever was said, that of 0 for none."""
    for side in LOW_SOMEWHERE:
        assert not undefined(exponent(side, LOW)), side
        assert undefined(exponent(side, LOW.said("mean of log|factor|; -oo at x = 1/4"))), side
        assert not undefined(exponent(side, LOW.shared)), side
        assert undefined(exponent(side, str(LOW))), side  # words that nothing plays
        assert undefined(exponent(side, LOW, symbol="x")), side


def test_what_is_no_logarithm_of_0_has_no_value_all_the_same() -> None:
    for side in NO_VALUE:
        assert undefined(exponent(side, LOW, ABOVE)), side
    above = And(Eq(LAMBDA, 1 + x), Gt(LAMBDA, Y))
    assert undefined(claim(above, ABOVE, symbols={"lambda": LOW}))
    assert not undefined(exponent(OF_TERMS, LOW))
    assert undefined(exponent(OF_TERMS, "a sum"))


def test_where_a_meaning_is_minus_infinity_is_said_in_words_and_of_no_integer() -> None:
    for blank in (" ", True):
        with pytest.raises(ValueError, match=f"low={blank!r}: in words, where the value is -oo"):
            Meaning("mean of log|factor|", float, low=blank)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"symbols\['n'\] in claim ODD: an integer is nowhere -oo"):
        claim(Eq(n, k), symbols={"n": LOW})
    assert str(LOW) == "mean of log|factor|; -oo at x = 1/4"
