"""The battery of zeros between two points: found where the way lies in the region, and nowhere else."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Or,
    Rational,
    Symbol,
    exp,
    gamma,
    log,
    sec,
    sin,
    sqrt,
    true,
)

from theorem_audit.tests.test_between import NONE, POLES

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, m = Symbol("n", integer=True), Symbol("m", integer=True)
RIGHT, QUADRANT = Gt(x, 0), And(Gt(x, 0), Gt(y, 0))
CIRCLE = x**2 + y**2 - 3

# A value, a region, and its zero there; None: none is shown.
ZEROS: tuple[tuple[Any, Any, dict[str, Any] | None], ...] = (
    (x**2 - 2, And(RIGHT, Lt(x, 5)), {"x": sqrt(2)}),
    (2 - x**2, And(RIGHT, Lt(x, 5)), {"x": sqrt(2)}),
    (x**2 - 2, And(Lt(x, 0), Gt(x, -5)), {"x": -sqrt(2)}),
    (CIRCLE, And(Eq(y, 1), RIGHT), {"x": sqrt(2), "y": 1}),
    ((x**2 - 2) ** 2, And(RIGHT, Lt(x, 5)), {"x": sqrt(2)}),
    (y * (x**2 - 2), And(QUADRANT, Lt(x, 5)), {"x": sqrt(2)}),
    ((x**2 + 1) * (x**2 - 2), And(RIGHT, Lt(x, 5)), {"x": sqrt(2)}),
    (x - sqrt(2) * y, And(QUADRANT, Eq(y, 1)), {"x": sqrt(2), "y": 1}),
    (exp(x) - 5, And(RIGHT, Lt(x, 9)), {"x": log(5)}),
    (log(x) - Rational(7, 13), RIGHT, {"x": exp(Rational(7, 13))}),
    (x**2 - 2 * n, And(RIGHT, Eq(n, 1)), {"x": sqrt(2), "n": 1}),
    (x**2 - n, And(RIGHT, Eq(n, 2), Lt(x, n)), {"x": sqrt(2), "n": 2}),
    (3 * x - 1, And(RIGHT, Lt(x, 2)), {"x": Rational(1, 3)}),
    (x**2 + 1, RIGHT, None), (x**2 - 2, Gt(x, 2), None), (x**2 - 2, true, None), (Integer(5), RIGHT, None),
    (x**2 - 2, Or(Lt(x, 1), Gt(x, 2)), None), (n**2 - 2, Gt(n, 0), None), (z**2 - 2, RIGHT, None),
    (1 / (x - 1), And(Gt(x, 0), Lt(x, 3)), None), (exp(1 / (x - Rational(1, 3))) - 1, And(Ge(x, 0), Le(x, 1)),
     None),
    (CIRCLE, And(QUADRANT, Ne(CIRCLE, 0)), None), (CIRCLE, And(QUADRANT, Ge(CIRCLE, 0)), None),
)  # fmt: skip
# A condition, two points, and whether the way between them is shown to lie in it.
WAYS: tuple[tuple[Any, dict[Symbol, Any], dict[Symbol, Any], bool], ...] = (
    (Gt(x, 0), {x: 1}, {x: 3}, True), (Gt(x, 0), {x: 0}, {x: 3}, False), (Ge(x, 0), {x: 0}, {x: 3}, True),
    (Ge(x, 0), {x: 3}, {x: 0}, True), (Gt(x, 0), {x: 3}, {x: 0}, False), (Lt(x, 0), {x: -1}, {x: -3}, True),
    (Le(x, 0), {x: 0}, {x: -3}, True), (Ge(x, 0), {x: -1}, {x: 3}, False), (Ge(x, 0), {x: 3}, {x: -1}, False),
    (Ne(x, 0), {x: 1}, {x: 3}, True), (Ne(x, 0), {x: -1}, {x: -3}, True), (Ne(x, 0), {x: -1}, {x: 3}, False),
    (Ne(x, 0), {x: Rational(1, 2)}, {x: 3}, True), (Gt(x**2, 0), {x: 1}, {x: 100}, True),
    (Ne(x, 5), {x: 1}, {x: 3}, True), (Ne(x, 0), {x: 0}, {x: 3}, False), (Ne(x, 0), {x: -3}, {x: 0}, False),
    (Gt(x**2, 0), {x: -1}, {x: 3}, False), (Gt(x**2, 0), {x: 1}, {x: 3}, True),
    (Ge(x**2 - 2 * x + 1, 0), {x: -1}, {x: 3}, True), (Ge(x**2 - 1, 0), {x: -1}, {x: 3}, False),
    (Lt(x**2, 10), {x: -1}, {x: 3}, True), (Ne(x**2, 10), {x: -1}, {x: 3}, True),
    (Ne(x**2, 4), {x: -1}, {x: 3}, False), (Ne(x**2 + x, 0), {x: -2}, {x: 3}, False),
    (Eq(x, y), {x: 1, y: 1}, {x: 3, y: 3}, True), (Eq(x, y), {x: 1, y: 1}, {x: 3, y: 4}, False),
    (Eq(x**2, y), {x: 1, y: 1}, {x: 3, y: 9}, False), (Gt(exp(x), 1), {x: 1}, {x: 3}, False),
    (Gt(x * y, 1), {x: 2, y: 1}, {x: 1, y: 2}, True), (Gt(x * y, 2), {x: 3, y: 1}, {x: 1, y: 3}, True),
    (Lt(x * y, 2), {x: 2, y: Rational(1, 2)}, {x: Rational(1, 2), y: 2}, True),
    (Lt(x * y, Rational(3, 2)), {x: 2, y: Rational(1, 2)}, {x: Rational(1, 2), y: 2}, False),
    (And(Gt(x, 0), Gt(y, 0)), {x: 1, y: 1}, {x: 2, y: 2}, True),
    (And(Gt(x, 0), Gt(y, 0)), {x: 1, y: 1}, {x: 2, y: 0}, False),
    (Or(Lt(x, 1), Gt(x, 2)), {x: 0}, {x: 3}, False), (Or(Lt(x, 1), Gt(x, 2)), {x: 3}, {x: 4}, True),
)  # fmt: skip
# A value on the way from x = 0 to x = 1, and whether it is shown to have no gap there.
UNBROKEN: tuple[tuple[Expr, bool], ...] = (
    (x**3 - 1, True), (exp(x), True), (1 / (x + 1), True), (1 / (x - Rational(1, 2)), False), (1 / x, False),
    (1 / (x - 1), False), (log(x + 1), True), (log(x), False), (sqrt(x + 1), True), (1 / (x - Rational(1, 3)),
     False),
    (sin(x) + x, True), (gamma(x + 1), False), (sec(2 * x), False), (sec(x), True),
    (1 / (x - Rational(127, 128)), False),
    (1 / (x - Rational(129, 128)), True), (1 / (x - Rational(9, 8)), True),
)  # fmt: skip
# A value on the way to x = -1, from where, and what is shown of its zero there.
SHOWN = (
    (x, 1, "0"), (x + Rational(1, 2), 1, "-1/2"), (3 * x, 2, "..."), (3 * x - 1, 1, "0.3333333333..."),
    (exp(x) - 1, 1, "..."), (exp(x) - 1, 3, "..."), (exp(x) - 2, 1, "0.6931471805..."),
    (exp(x - Rational(3, 4096)) - 1, 1 + Rational(3, 2048), "..."),
)  # fmt: skip
DECIMALS = (
    (Rational(1, 3), "0.3333333333"), (Rational(-1, 3), "-0.3333333333"), (Integer(12), "12.0000000000"),
    (Rational(7, 2), "3.5000000000"), (Rational(1, 10**9), "0.0000000010"), (Integer(0), "0.0000000000"),
    (Rational(1, 10**11), "0.0000000000"), (sqrt(2), "1.4142135623"), (-sqrt(2), "-1.4142135623"),
)  # fmt: skip
DIGITS = (
    (Rational(1, 3), Rational(1, 3), "1/3"), (Rational(1, 3), Rational(333333, 10**6), "0.333333..."),
    (Integer(1), Integer(2), "..."), (Integer(12), Rational(25, 2), "12...."),
    (Rational(1, 3), Rational(1, 3) + Rational(1, 10**12), "0.3333333333..."),
    (Integer(12), Integer(123), "12..."), (Integer(-1), Integer(1), "..."), (Integer(-1), Integer(-2), "-..."),
    (Rational(-1, 3), Rational(-1, 4), "-0...."),
)  # fmt: skip


def _begins(shown: str, zero: Expr) -> bool:
    """Whether ten decimals are shown, and are those of the number."""
    digits = shown.removesuffix("...")
    return len(digits.partition(".")[2]) == 10 and str(zero.evalf(30)).startswith(digits)


def zeros_hold(judge: ModuleType) -> None:
    """Each zero by its digits; ways, gaps and digits by themselves."""
    for value, region, told in ZEROS:
        found = judge.zero_between(value, region)
        assert (found is None) == (told is None), (value, region, found)
        for name, zero in (told or {}).items():
            (at,) = (v for k, v in (found or {}).items() if str(k) == name)
            assert at == zero or _begins(str(at), zero), (value, region, at)
    for table, there in ((POLES, True), (NONE, False)):
        for how, (value, region) in table.items():
            found = judge.zero_between(1 / value, region)
            assert (found is not None) == there, how
            assert found is None or set(found) == region.free_symbols, how
    for condition, one, two, holds in WAYS:
        ends = [{k: Rational(v) for k, v in x.items()} for x in (one, two)]
        assert judge._within(condition, *ends) == holds, (condition, one, two)
    for value, holds in UNBROKEN:
        assert judge._continuous(value, {x: Integer(0)}, {x: Integer(1)}) == holds, value
    for value, one, zero in SHOWN:
        found = judge._shown(value, {x: Rational(one)}, {x: Integer(-1)})
        assert {str(k): str(v) for k, v in found.items()} == {"x": zero}, value
    for value, text in DECIMALS:
        assert judge._decimals(value) == text
    for low, high, text in DIGITS:
        assert str(judge._digits(low, high)) == text, (low, high)
