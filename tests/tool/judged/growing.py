"""The battery of growth: of some sixty expressions by hand, and each beside its own logarithm, far out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import mpmath
from sympy import (
    Abs,
    E,
    Expr,
    Function,
    Max,
    Rational,
    Symbol,
    acos,
    asin,
    atan,
    besselj,
    besselk,
    binomial,
    cos,
    exp,
    factorial,
    gamma,
    lambdify,
    log,
    loggamma,
    lowergamma,
    pi,
    sin,
    sinh,
    sqrt,
    sympify,
    tanh,
)

x, y, z = (Symbol(name, real=True) for name in "xyz")
HALF = Rational(1, 2)
f = Function("f")
# An expression; fast and degree, factorial, log of the base, power, logs; what is not exact (e) or plain (p).
GROWS: tuple[tuple[Any, tuple[Any, int, Any, Any, Any, Any], str], ...] = (
    (sympify(5), (0, 0, 0, 0, 0, 0), ""), (3 * x**2, (0, 0, 0, 0, 2, 0), ""), (x**2 - 7 * x, (0, 0, 0, 0, 2,
     0), ""),
    ((x + 1) / (x**3 + 2), (0, 0, 0, 0, -2, 0), ""), (sqrt(x), (0, 0, 0, 0, HALF, 0), ""),
     (1 / sqrt(x**3 + x), (0, 0, 0, 0, -3 * HALF, 0), ""),
    (exp(-x), (0, 0, 0, -1, 0, 0), ""), (2**x, (0, 0, 0, log(2), 0, 0), ""), (x**3 * 2 ** (1 - 3 * x), (0,
     0, 0, -3 * log(2), 3, 0), ""),
    (exp(-(x**2)), (-1, 2, 0, 0, 0, 0), ""), (3 ** (-2 * x**3), (-2 * log(3), 3, 0, 0, 0, 0), ""),
     (exp(x / (x + 1)), (0, 0, 0, 0, 0, 0), ""),
    (exp((x**2 + 1) / (x + 1)), (0, 0, 0, 1, 0, 0), ""), (exp(-(x**2)) * 3 ** (-(x**2)), (-1 - log(3), 2, 0,
     0, 0, 0), ""),
    (exp(1 / x), (0, 0, 0, 0, 0, 0), ""), (x**x, (0, 0, 1, 0, 0, 0), ""), ((2 * x) ** (3 * x + 1), (0, 0, 3,
     3 * log(2), 1, 0), ""),
    ((1 + 1 / x) ** x, (0, 0, 0, 0, 0, 0), ""), (((2 * x + 1) / (3 * x**2 + 1)) ** (2 * x + 5), (0, 0, -2,
     2 * log(Rational(2, 3)), -5, 0), ""),
    (x ** (1 / x), (0, 0, 0, 0, 0, 0), ""), (x ** ((x + 1) / x), (0, 0, 0, 0, 1, 0), ""),
    (factorial(x), (0, 0, 1, -1, HALF, 0), ""), (1 / factorial(x), (0, 0, -1, 1, -HALF, 0), ""),
    (gamma(2 * x + 3), (0, 0, 2, 2 * log(2) - 2, 5 * HALF, 0), ""), (gamma(x / 3), (0, 0, Rational(1, 3),
     -log(3) / 3 - Rational(1, 3), -HALF, 0), ""),
    (binomial(2 * x, x), (0, 0, 0, 2 * log(2), -HALF, 0), ""), (log(x), (0, 0, 0, 0, 0, 1), "p"),
     (x * log(x**2 + 1), (0, 0, 0, 0, 1, 1), "p"),
    (1 / log(x) ** 2, (0, 0, 0, 0, 0, -2), "p"), (log(1 / x), (0, 0, 0, 0, 0, 1), "p"), (log(1 + 1 / x), (0,
     0, 0, 0, -1, 0), ""),
    (log((x**2 + 3) / x**2), (0, 0, 0, 0, -2, 0), ""), (sin(1 / x), (0, 0, 0, 0, -1, 0), ""),
     (x * sinh(2 / x**2), (0, 0, 0, 0, -1, 0), ""),
    (asin(1 / sqrt(x)), (0, 0, 0, 0, -HALF, 0), ""), (sin(x) / x, (0, 0, 0, 0, -1, 0), "e"), (cos(x), (0, 0,
     0, 0, 0, 0), "e"),
    (atan(x), (0, 0, 0, 0, 0, 0), "e"), (sin(x) ** 2 / x**2, (0, 0, 0, 0, -2, 0), "e"), (tanh(x) * 2**x, (0,
     0, 0, log(2), 0, 0), "e"),
    (lowergamma(y, x), (0, 0, 0, 0, 0, 0), "e"), (Abs(x**3 - 5), (0, 0, 0, 0, 3, 0), ""), (x + log(x), (0,
     0, 0, 0, 1, 0), "p"),
    (x**2 + x * sin(x), (0, 0, 0, 0, 2, 0), "p"), (exp(x) - exp(-x), (0, 0, 0, 1, 0, 0), "p"),
     (1 / x + 1 / (x + 1), (0, 0, 0, 0, -1, 0), ""),
    (1 / (2**x + x**5), (0, 0, 0, -log(2), 0, 0), "p"), (sqrt(x + log(x)), (0, 0, 0, 0, HALF, 0), "p"),
     (2**x + 3**x + x**x, (0, 0, 1, 0, 0, 0), "p"),
    (x**2 + 2**x + exp(x**2), (1, 2, 0, 0, 0, 0), "p"), (factorial(x) + 9**x, (0, 0, 1, -1, HALF, 0), "p"),
     (sqrt(x) + log(x), (0, 0, 0, 0, HALF, 0), "p"),
    (x * log(x) + x, (0, 0, 0, 0, 1, 1), "p"), ((-2) ** x / x, (0, 0, 0, log(2), -1, 0), ""),
     (log(x) * log(x + 1), (0, 0, 0, 0, 0, 2), "p"),
    (x**2 * sin(1 / x) * exp(-x), (0, 0, 0, -1, 1, 0), ""), (exp(3 * x**2 + 5) / 7**x, (3, 2, 0, -log(7), 0,
     0), ""),
)  # fmt: skip
NONE: tuple[Any, ...] = (
    f(x), x * f(x), f(x) + x, Max(x, 3), besselj(1, x), besselj(x, 2) + x, loggamma(x), gamma(x**2),
    gamma(-x), gamma(1 - x / 2), gamma(5 - x),
    gamma(sqrt(x)), sin(x) + 1, sin(x) + cos(x), 1 / sin(x), sin(x) ** -2 * x, x**2 + x**2 * sin(x),
    exp(sqrt(x)), exp(sin(x)), x ** (x**2), (sqrt(x) + 1) ** x,
    log(log(x)), log(2 + 1 / x), log(exp(x) + 1), log(x**x), log(sin(x)), exp(x**2) * 3 ** (x**3),
    sin(x) ** y, acos(x) * x, (x + log(x)) ** x,
    exp(x) ** f(x), 3 ** (x**2 + x) * exp(-log(3) * x**2), exp(-(x**2)) + 3 ** (x**3) + f(x), exp(f(x) / x),
    log(f(x)), Abs(f(x)), asin(f(x)), sqrt(f(x)),
)  # fmt: skip


def _same(found: Any, told: tuple[Any, ...], flaws: str) -> None:
    fast, degree, factor, base, power, logs = map(sympify, told)
    if degree:
        assert found.fast[1] == degree
    close = (
        (found.fast[0], fast),
        (found.factorial, factor),
        (log(found.base), base),
        (found.power, power),
        (found.logs, logs),
    )
    for one, two in close:
        assert abs((one - two).evalf(40)) < 1e-30, (one, two)  # numbers below 100, with 40 digits
    assert (found.exact, found.plain) == ("e" not in flaws, "p" not in flaws)


def _far_out(expr: Expr, found: Any) -> None:
    """log|f| less what is told of it goes to a constant: it changes by little between 10^7 and 10^8.

    What is left out falls as log log x / log x or faster; of the rows of logarithms less than 0.2 is left.
    """
    with mpmath.workdps(40):
        there = lambdify(x, expr, "mpmath")
        gaps = []
        for at in (
            mpmath.mpf(10) ** 7 + mpmath.mpf(1) / 3,
            mpmath.mpf(10) ** 8 + mpmath.mpf(1) / 3,
        ):
            rate = [
                mpmath.mpf(sympify(v).evalf(40))
                for v in (found.fast[0], found.factorial, log(found.base), found.power, found.logs)
            ]
            parts = (
                at ** found.fast[1] if found.fast[1] else 0,
                at * mpmath.log(at),
                at,
                mpmath.log(at),
                mpmath.log(mpmath.log(at)),
            )
            gaps.append(
                mpmath.log(abs(there(at))) - sum(r * p for r, p in zip(rate, parts, strict=True))
            )
        assert abs(gaps[0] - gaps[1]) < 0.2, (expr, gaps)


def growth_holds(judge: ModuleType) -> None:
    """How an expression grows, where that can be read off; a sign; which of two is larger."""

    def sure(value: Any) -> bool:
        return judge.sign(value) in (1, -1) or value.free_symbols == {y}

    for expr, told, flaws in GROWS:
        found = judge.growth(expr, x, sure)
        assert found is not None, expr
        _same(found, told, flaws)
        if found.exact:
            _far_out(expr, found)
    for expr in NONE:
        assert judge.growth(expr, x, sure) is None, (expr, judge.growth(expr, x, sure))
    for expr in (
        y * x + 1,
        (z * x + 1) / x,
        x ** (1 / (z * x + 1)),
        (1 + z * x) ** x,
        x + x / z,
        3 ** (x / (x + z)),
    ):
        found = judge.growth(expr, x, lambda value: value != z)
        assert (found is None) == expr.has(z * x), (expr, found)
    table = {(expr, sign): told for sign, rows in SIGNS.items() for expr, told in rows}
    for (expr, _), told in table.items():
        assert judge.sign(sympify(expr)) == told, expr
    _records(judge)


SIGNS: dict[str, list[tuple[Any, Any]]] = {
    "exact": [(0, 0), (3, 1), (Rational(-1, 7), -1), (y, None), (y - y, 0)],
    "by a ball": [(pi - 3, 1), (sqrt(2) - 2, -1), (sqrt(2) * sqrt(3) - sqrt(6), 0), (exp(1) - log(E**E), 0),
                  (log(-2), None), (sin(1), 1), (cos(2), -1), (besselj(0, 1), 1), (besselk(0, 1), None),
                  (log(4) - log(2) * 2, None), (log(9) - log(3) * 2, None)],
}  # fmt: skip


def _records(judge: ModuleType) -> None:
    make = judge.Growth
    zero = sympify(0)
    rows = [make(power=sympify(k)) for k in (-2, 0, 1)] + [
        make(logs=sympify(-1)),
        make(bases=((sympify(3), sympify(-1)),)),
    ]
    rows += [
        make((sympify(-2), 2)),
        make(factorial=sympify(1)),
        make(bases=((sympify(-1), sympify(1)),)),
        make(power=y),
        make((pi - 3, 1)),
        make(bases=((sympify(2), sympify(1)),)),
    ]
    for one, told in zip(rows, (-1, 0, 1, -1, -1, -1, 1, 0, None, 1, 1), strict=True):
        assert judge.order(one) == told
    for one, told in zip(rows, (True, *[False] * 10), strict=True):
        assert one.vanishes is told
    for one, told in zip(rows, (set(),) * 8 + ({y}, set(), set()), strict=True):
        assert one.free_symbols == told
    whole = make((y, 2), z, ((x, sympify(1)), (sympify(2), y)), pi * zero, f(z), exact=False)
    assert whole.free_symbols == {x, y, z}
    first = make(
        (sympify(2), 2),
        sympify(3),
        ((sympify(-5), sympify(2)),),
        sympify(7),
        sympify(1),
        exact=False,
    )
    other = make(
        (sympify(4), 2),
        sympify(1),
        ((sympify(3), sympify(-1)),),
        sympify(2),
        sympify(5),
        plain=False,
    )
    both = first.times(other)
    told = ((6, 2), 4, ((-5, 2), (3, -1)), 9, 6, False, False)
    assert (
        both.fast,
        both.factorial,
        both.bases,
        both.power,
        both.logs,
        both.exact,
        both.plain,
    ) == told
    assert (both.base, first.base, other.base) == (Rational(25, 3), 25, Rational(1, 3))
    assert [k.exact for k in (other.times(other), other.times(first), first.times(first))] == [
        True,
        False,
        False,
    ]
    assert [k.plain for k in (first.times(first), other.times(first), other.times(other))] == [
        True,
        False,
        False,
    ]
    cube, half = make((sympify(1), 3)), make(power=HALF)
    for one, two, fast in (
        (first, cube, None), (cube, first, None), (cube, half, (1, 3)), (half, cube, (1, 3)), (cube,
         make((sympify(-1), 3)), None),
        (cube, make((-log(2), 3)), (1 - log(2), 3)), (make((log(9), 2)), make((-2 * log(3), 2)), None),
        (cube, make((y, 3)), (1 + y, 3)), (make((y, 2)), make((-y, 2)), None), (half, half, (0, 0)),
    ):  # fmt: skip
        found = one.times(two)
        assert found == fast if fast is None else found.fast == fast, (one, two, found)
    raised = other.to(sympify(-2))
    told = ((-8, 2), -2, ((3, 2),), -4, -10, True, False)
    assert (
        raised.fast,
        raised.factorial,
        raised.bases,
        raised.power,
        raised.logs,
        raised.exact,
        raised.plain,
    ) == told
    assert first.to(sympify(-1)) is first.to(y) is first.to(zero) is None
    assert first.to(sympify(2)).power == 14
    assert other.to(y).power == 2 * y
    for one, two, told in (
        (rows[0], rows[1], True), (rows[1], rows[0], False), (rows[1], rows[1], False), (rows[2], rows[0],
         False),
        (rows[0], first, False), (rows[4], rows[0], True), (first, rows[6], False), (rows[2], rows[6], True),
        (make(power=sympify(-3), exact=False), rows[0], True), (cube, rows[5], False),
    ):  # fmt: skip
        assert judge._less(one, two) is told, (one, two)
