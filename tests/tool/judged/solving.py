"""The battery of solutions: written by hand, or next to a number by going through all of a period."""

from __future__ import annotations

from math import acos, asin, atan, ceil, floor, isclose, pi, tau
from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Ge,
    Gt,
    I,
    Integer,
    Lt,
    Max,
    Ne,
    Or,
    Rational,
    S,
    Symbol,
    acosh,
    asinh,
    atanh,
    besselj,
    cos,
    cosh,
    cot,
    exp,
    gamma,
    log,
    oo,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from sympy import asin as arcsine

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, u = Symbol("n", integer=True), Symbol("u")
HALF, THIRD = Rational(1, 2), Rational(1, 3)


def _eq(left: Any, right: Any) -> Any:
    return Eq(left, right, evaluate=False)


# An equation, and what it says of x, in this order.
SAID: tuple[tuple[Any, list[Any]], ...] = (
    (_eq(2 * x, -3), [-3 * HALF]), (_eq(x**2, 2), [sqrt(2), -sqrt(2)]), (_eq(3 * x**2, 2 * x + 1), [1, -THIRD]),
    (_eq(x**2 + 2 * x, 2), [sqrt(3) - 1, -sqrt(3) - 1]), (_eq(x**2, -1), []), (_eq(x**2, 4 * x - 4), [2, 2]),
    (_eq(x * y, 3), [3 / y]), (_eq(x * y + z, 3), [(3 - z) / y]), (_eq(x**2, y), [sqrt(y), -sqrt(y)]),
    (_eq(x**2 + y * x, z), [(sqrt(y**2 + 4 * z) - y) / 2, (-sqrt(y**2 + 4 * z) - y) / 2]),
    (_eq(z, y), []), (_eq(x**3, x), [-1, 0, 1]), (_eq(x**4, 2 * x**2), [-sqrt(2), 0, sqrt(2)]), (_eq(x**3,
     y), []),
    (_eq(x**3, sqrt(2)), []), (_eq((x - 1) ** 2 * (x - 2), 0), [1, 2]), (_eq(x**2, sqrt(2)), [2**Rational(1,
     4), -(2**Rational(1, 4))]),
    (_eq(y * x**2, y), [1, -1]), (_eq(exp(x), 2), [log(2)]), (_eq(log(x), 2), [exp(2)]), (_eq(sinh(x), 3),
     [asinh(3)]),
    (_eq(cosh(x), 2), [acosh(2), -acosh(2)]), (_eq(tanh(x), HALF), [atanh(HALF)]), (_eq(2**x, 5),
     [log(5) / log(2)]),
    (_eq(cosh(x) ** 2, 4), [acosh(2), -acosh(2)]), (_eq(exp(cosh(x)), 10), [acosh(log(10)), -acosh(log(10))]),
    (_eq(exp(2 * x + 1), 7), [(log(7) - 1) / 2]), (_eq(exp(x**2), 7), [sqrt(log(7)), -sqrt(log(7))]),
     (_eq(exp(x) + x, 2), []),
    (_eq(exp(x), y), []), (_eq(exp(x) + sin(x), 2), []), (_eq(sqrt(cosh(x)), 2), []), (_eq(Max(x, 3), 4), []),
    (_eq(besselj(0, x), HALF), []), (_eq(sqrt(x), 2), []), (_eq(x ** Rational(1, 3), 2), []), (_eq(gamma(x), 2),
     []),
    (_eq(arcsine(x), HALF), [sin(HALF)]), (_eq(arcsine(x), 2), []), 
     (_eq(cosh(x), HALF), []),
    (_eq(exp(x), -1), []), (_eq(3 ** (x**2), 9), [sqrt(2), -sqrt(2)]), (_eq(2**x + 3**x, 5), []),
     (_eq(exp(x) ** 2, 4), [log(4) / 2]),
    (_eq(log(x) ** 2, 4), [exp(2), exp(-2)]), (_eq(log(x) ** 2 + log(x), 2), [exp(1), exp(-2)]),
    (_eq((-2) ** x, 4), []), (_eq(exp(1 / x), 3), []), (_eq(log(log(x)), 0), [exp(1)]),
)  # fmt: skip
# A periodic equation f(inner) = c, the solutions of one period for the inner, the period, and the numbers near.
PERIODIC: tuple[tuple[Any, Any, list[float], float, list[Any]], ...] = (
    (cos(x), HALF, [acos(0.5), -acos(0.5)], tau, [0]), (sin(x), THIRD, [asin(1 / 3), pi - asin(1 / 3)], tau,
     [0]),
    (sin(x), THIRD, [asin(1 / 3), pi - asin(1 / 3)], tau, [50]), (tan(x), 3, [atan(3)], pi, [0,
     Rational(-31, 7)]),
    (cot(x), 3, [atan(1 / 3)], pi, [Rational(1001, 10)]), (cos(x), -THIRD, [acos(-1 / 3), -acos(-1 / 3)],
     tau, [y, I, sqrt(2)]),
    (cos(x), 2, [], tau, [0]), (cos(x), HALF, [acos(0.5), -acos(0.5)], tau, []), (cos(2 * x + 1), HALF,
     [acos(0.5), -acos(0.5)], tau, [10]),
    (sin(S.Pi * x), HALF, [pi / 6, 5 * pi / 6], tau, [-20, 5]),
)  # fmt: skip


def _next_to(start: float, period: float, near: float) -> list[float]:
    """Two at or below, and two above."""
    steps = range(floor((near - start) / period) - 5, ceil((near - start) / period) + 5)
    every = [start + k * period for k in steps]
    return [v for v in every if v <= near][-2:] + [v for v in every if v > near][:2]


def solutions_hold(judge: ModuleType) -> None:
    """All real solutions where the equation has a form that is known; some of infinitely many; and none."""
    for equation, told in SAID:
        found = judge.solutions(equation, x)
        assert len(found) == len(told), (equation, found)
        at = {y: Rational(7, 5), z: Rational(11, 3)}
        for one, two in zip(found, told, strict=True):
            gap = (one - two).subs(at).evalf(40)
            assert abs(gap) < 1e-30, (
                equation,
                one,
            )  # the numbers are below 10, and it is 40 digits
        if not equation.free_symbols & {y, z} and equation.lhs.has(x):
            assert all(v.is_real for v in found)
    assert judge.solutions(Eq(n, 3), n) == judge.solutions(Eq(n**2, 2), n) == []
    for f, c, starts, period, near in PERIODIC:
        inner = f.args[0]
        places = [float(inner.subs(x, v)) for v in near if v not in (y, I)]
        told = sorted({round(v, 9) for s in starts for p in places for v in _next_to(s, period, p)})
        found = judge.solutions(_eq(f, c), x, near)
        assert len(found) == len({*found})
        values = sorted(float(inner.subs(x, v)) for v in found)
        assert len(values) == len(told), (f, c, values, told)
        assert all(isclose(v, w, abs_tol=1e-8) for v, w in zip(values, told, strict=True)), (
            f,
            values,
            told,
        )
    _anchors(judge)


def _anchors(judge: ModuleType) -> None:
    for region, exact, close in (
        (Ge(x, 2), [0, 2], []), (And(Ge(x, 2), Lt(x**2, 30)), [0, 2, 30], [-sqrt(30), sqrt(30)]),
        (And(Gt(y, 7), Eq(y, x + z)), [0, 7], []), (Lt(u, oo), [0], []), (And(Gt(x, y), Ne(y, -4)), [0, -4],
         []),
        (And(Or(Gt(x, 1), Lt(x, -1)), Lt(y, 3)), [0, 3], []), (Gt(y, sqrt(5)), [0, sqrt(5)], []), (Ge(x, 0),
         [0], []),
        (Gt(3 * x, 1), [0, 1], [THIRD]),
    ):  # fmt: skip
        found = judge.anchors(region, x)
        assert found[0] == Integer(0)
        assert len({*found}) == len(found) == len(exact) + len(close), (region, found)
        assert {*found} >= {*exact}
        for one in close:
            assert any(abs((v - one).evalf(40)) < 1e-28 for v in found), (
                region,
                found,
            )  # 30 digits
