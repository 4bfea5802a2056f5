"""The battery of single conditions: at points, beside SymPy; their roots by hand, and ends by 40 digits."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from types import ModuleType
from typing import Any

from flint import fmpq
from sympy import (
    Abs,
    Contains,
    Eq,
    Ge,
    Gt,
    Integers,
    Le,
    Lt,
    Mod,
    Ne,
    Poly,
    Rational,
    Symbol,
    cos,
    exp,
    log,
    pi,
    sqrt,
    sympify,
    true,
)

from tests.tool.judged.tools import raises

x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
n = Symbol("n", integer=True)
VALUES = [[Rational(v)] for v in ("0", "1", "-1", "2", "1/2", "-3")]
PAIRS = [
    tuple(map(Rational, v.split()))
    for v in ("0 0", "1 1", "4 2", "-1 0", "1/2 -1", "-3 -3", "0 1", "2 -1", "1 -1", "-1 1")
]
SIDES: tuple[tuple[Any, Any], ...] = (
    (x, 0), (x, 1), (2 * x + y, 3), (x * y, 1), (x**2, 4), (x**3 - y, x / 3), (1 / x, 2),
     ((x - 1) / (y + 1), y / 2),
    (x / 2 - y / 3, Rational(1, 6)), (x**2 * y**3, x), (sqrt(x**2 + 1), 2), (exp(x), y), (log(x), y),
     (sqrt(x), y),
    (Abs(x - 1), 1), (sqrt(2) * x, 2), (Mod(x, 2), 1), (cos(pi * x), 1), (exp(x), exp(y)),
    (x**2 - y**2, (x - y) * (x + y)), (2**x, 4), (x, x**2 / x), (y, x), (sqrt(y), sqrt(x)),
)  # fmt: skip


def _eq(left: Any, right: Any) -> Any:
    return Eq(left, right, evaluate=False)


# A relation, a symbol, values of the others, and its rational roots.
ROOTS: tuple[tuple[Any, Any, dict[Any, str], list[str]], ...] = (
    (_eq(2 * x, 3), x, {}, ["3/2"]), (_eq(x**2, 4), x, {}, ["2", "-2"]), (_eq(x**2, 2), x, {}, []), (_eq(x**2,
     -4), x, {}, []),
    (_eq(x**2, 0), x, {}, ["0", "0"]), (_eq(6 * x**2 + x, 1), x, {}, ["1/3", "-1/2"]), (_eq(x * y, 3), x,
     {y: "5"}, ["3/5"]),
    (_eq(x * y, 3), x, {y: "0"}, []), (_eq(x**3, 8), x, {}, []), (_eq(x / y, 3), x, {y: "2"}, ["6"]),
     (_eq(1 / x, 3), x, {}, []),
    (_eq(x, y**3), y, {x: "8"}, []), (_eq(x, y**3), x, {y: "2"}, ["8"]), (_eq(x * y**2 + x**2, 2), x, {y: "1"},
     ["1", "-2"]),
    (Gt(x, 7), x, {}, ["7"]), (Le(x**2, 9), x, {}, ["3", "-3"]), (_eq(x / y, 3), x, {y: "0"}, []),
     (_eq(exp(x), 1), x, {}, []),
    (_eq(x + exp(y), 1), x, {y: "0"}, []), (_eq(x**2 * y - x, 2), x, {y: "0"}, ["-2"]), (_eq(4 * x**2,
     4 * x - 1), x, {}, ["1/2", "1/2"]),
    (_eq(x / (x - y), 2), x, {y: "3"}, []), (_eq(x + y, 3), z, {x: "1", y: "1"}, []), (_eq(9 * x**2, 4), x, {},
     ["2/3", "-2/3"]),
    (_eq(3 * x**2, 4), x, {}, []), (_eq(x**2, 8), x, {}, []), (_eq(2 * x**2 + 3 * x * y, 5 * y**2), x,
     {y: "7"}, ["7", "-35/2"]),
)  # fmt: skip
# The same, and where the sides are equal, closely.
ENDS: tuple[tuple[Any, Any, dict[Any, str], list[Any]], ...] = (
    (Gt(x**2, 2), x, {}, [-sqrt(2), sqrt(2)]), (Lt(x**3, 2), x, {}, [2 ** Rational(1, 3)]), (_eq(x**2, -1),
     x, {}, []),
    (_eq(x**2, y), x, {y: "5"}, [-sqrt(5), sqrt(5)]), (_eq(x**2, y), x, {y: "-5"}, []), (_eq(x**2, y), y,
     {x: "3"}, [9]),
    (Ge(1 / x, 3), x, {}, [Rational(1, 3)]), (_eq(exp(x), 2), x, {}, []), (_eq(x**2, exp(y)), x, {y: "0"},
     [-1, 1]),
    (_eq(sqrt(2) * x, 1), x, {}, [sqrt(2) / 2]), (_eq(x / y, 2), x, {y: "0"}, []), (_eq(y, 3), x, {y: "3"},
     []), (_eq(x, 7), x, {y: "1"}, [7]),
)  # fmt: skip
DEGREES = (
    (Eq(x**2 * y, z), {x: 2, y: 1, z: 1, w: 99}), (Eq(exp(x), y), {x: 99, y: 99}), (Eq(1 / x, x), {x: 2}),
    (Eq(sqrt(2) * x, y), {x: 99, y: 99}), (Eq(x / (y**3 + 1), 2), {x: 1, y: 3}),
)  # fmt: skip
SOLVED = (
    (Eq(x**2 * y, z), {x: True, y: True, z: True, w: False}), (Eq(x**3, y), {x: False, y: True}), (Eq(1 / x,
     y), {x: False, y: True}),
    (Eq(exp(x), y), {x: False, y: False}), (Eq(sqrt(2) * x, y), {x: False}), (Eq(x + 1 / x, 1 / x + y),
     {x: True}),
)  # fmt: skip


def _number(text: str) -> fmpq:
    v = Rational(text)
    return fmpq(int(v.p), int(v.q))


def _by_sympy(kind: Any, sides: Sequence[Any]) -> bool:
    """What SymPy says of two sides, where both are real numbers."""
    return all(v.is_real for v in sides) and bool(kind(*sides) == true)


def conditions_hold(judge: ModuleType) -> None:
    """Whether they hold at points; what they say of one symbol where the others have values."""
    for pair in SIDES:
        symbols = sorted(Eq(*pair, evaluate=False).free_symbols, key=str)
        points = [
            dict(zip(symbols, at, strict=True)) for at in (PAIRS if len(symbols) > 1 else VALUES)
        ]
        values = [
            [sympify(side).subs(point, simultaneous=True) for side in pair] for point in points
        ]
        for kind in (Ge, Gt, Le, Lt, Eq, Ne):
            relation = kind(*pair, evaluate=False)
            condition = judge.Condition(relation)
            assert (condition.symbols, condition.names) == (symbols, frozenset(symbols))
            for point, sides in zip(points, values, strict=True):
                exact, told = {k: _number(str(v)) for k, v in point.items()}, _by_sympy(kind, sides)
                assert condition.holds(exact) is condition.holds(exact) is told, (relation, point)
    _numbers(judge)


def _numbers(judge: ModuleType) -> None:
    for relation, one, others, told in ROOTS:
        condition, at = judge.Condition(relation), {k: _number(v) for k, v in others.items()}
        for _ in range(2):
            assert [*condition.roots(one, at)] == [_number(v) for v in told], (relation, others)
    for relation, one, others, told in ENDS:
        condition, at = judge.Condition(relation), {k: _number(v) for k, v in others.items()}
        for _ in range(2):
            found = condition.ends(one, at)
            assert len(found) == len(told), (relation, found)
            for v, exact in zip(found, told, strict=True):
                assert abs((Rational(str(v)) - exact).evalf(45)) < 1e-28, (
                    relation
                )  # it is asked for 30 digits
    condition = judge.Condition(Eq(x**2, y))
    for value in ("4", "9", "4"):
        assert condition.ends(x, {y: _number(value)}) == [-isqrt(int(value)), isqrt(int(value))]
    for asked, table in (("degree", DEGREES), ("solved_for", SOLVED)):
        for relation, told in table:
            condition = judge.Condition(relation)
            for one, value in told.items():
                assert getattr(condition, asked)(one) == getattr(condition, asked)(one) == value, (
                    relation,
                    one,
                )
    for relation in (Contains(n, Integers), true):
        told = f"{relation} is no comparison, and no point can be asked for it"
        assert raises(TypeError, lambda relation=relation: judge.Condition(relation)) == told
    for relation, at, told in (
        (Gt(x / 2, y / 3), {x: "1", y: "1"}, 1), (Gt(x / 2, y / 3), {x: "2", y: "3"}, 0), (Gt(x / 2, y / 3),
         {x: "1", y: "2"}, -1),
        (Gt(1 / x, 2), {x: "0"}, None), (Gt(1 / x, 2), {x: "-1"}, -1), (Gt(1 / x, -2), {x: "-1"}, 1),
         (Gt(1 / x, 2), {x: "1/3"}, 1),
    ):  # fmt: skip
        gap = judge.Condition(relation).gap({k: _number(v) for k, v in at.items()})
        assert (gap if gap is None else (gap > 0) - (gap < 0)) == told, (relation, at)
    polys = Poly(x**2 * y / 6 - 3 * y**3 + Rational(5, 4), x, y), Poly(7, x, y), Poly(2 * y / 3, y)
    compiled = judge._compiled([x, y], polys)
    for at in ((0, 0), (1, 2), (-3, 5)):
        told = [p.as_expr().subs({x: at[0], y: at[1]}) for p in polys]
        found = compiled(*map(fmpq, at))
        assert [
            Rational(int(fmpq(v).p), int(fmpq(v).q)) / k
            for v, k in zip(found, (12, 1, 3), strict=True)
        ] == told
