"""The batteries of points: whether a witness lies within a claim's hypotheses, and where a sum has no range."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Mod,
    Ne,
    Or,
    Product,
    Rational,
    Sum,
    Symbol,
    log,
    oo,
    sin,
    sqrt,
    true,
)

x, y, t = (Symbol(name, real=True) for name in "xyt")
n, k, j = (Symbol(name, integer=True) for name in "nkj")

# A region, a witness, and what of the region excludes it.
WITNESSES: tuple[tuple[Any, dict[Any, Any], str], ...] = (
    (Ge(x, 0), {x: 1}, ""), (Ge(x, 0), {x: -1}, "x >= 0"), (Ge(x, 0), {x: Fraction(-1, 2)}, "x >= 0"),
    (Ge(x, 0), {x: Rational(-1, 2)}, "x >= 0"), (Ge(x, 0), {x: 0}, ""),
    (Gt(x, 0), {x: 0}, ""), (Gt(x, 0), {x: -1}, "x > 0"), (Lt(x, 0), {x: 0}, ""), (Lt(x, 0), {x: 1}, "x < 0"),
    (Le(x, 0), {x: 1}, "x <= 0"), (Ne(x, 0), {x: 0}, ""), (Eq(x, 2), {x: 1}, "Eq(x, 2)"),
    (Eq(x, 2), {x: 2}, ""),
    (true, {x: 1}, ""), (Ge(x, 0), {}, ""), (Ge(x, 0), {"x": -1}, ""), (Ge(x, 0), {x: -1.0}, ""),
    (Ge(x, 0), {x: True}, ""), (Ge(x, 1), {x: False}, ""), (Ge(x, 0), {x: "-1"}, ""),
    (Ge(x, 0), {x: sqrt(2)}, ""),
    (Ge(x, 0), {x: -1, y: sqrt(2)}, ""), (Ge(x, 0), {x: -1, "y": 3}, "x >= 0"),
    (And(Ge(x, 0), Ge(y, 0)), {x: 1, y: -1}, "y >= 0"), (And(Ge(x, 0), Le(y, 3)), {x: 1, y: 2}, ""),
    (And(Ge(x, 0), Gt(log(y), 1)), {y: -1, x: -1}, "x >= 0"), (Gt(log(y), 1), {y: -1}, ""),
    (Or(Lt(x, -1), Gt(x, 1)), {x: 0}, "(x > 1) | (x < -1)"), (Or(Lt(x, -1), Gt(x, 1)), {x: 1}, ""),
    (Or(And(Lt(x, 2), Gt(x, 1)), Eq(x, 5)), {x: 3}, "Eq(x, 5) | ((x > 1) & (x < 2))"),
    (And(Ge(y, 0), Le(x + y, 2)), {x: 1}, ""), (And(Ge(y, 0), Le(x + y, 2)), {x: 3}, "(y >= 0) & (y + 3 <= 2)"),
    (And(Gt(y, 0), Lt(x + y, 2)), {x: 2}, ""), (And(Eq(y, x), Eq(y, 3)), {x: 4}, "Eq(y, 3) & Eq(y, 4)"),
    (And(Eq(y**2, x), Ge(y, 0)), {x: 2}, ""), (And(Eq(y**2, x), Ge(y, 0)), {x: -2}, "Eq(y**2, x)"),
    (And(Gt(sin(y), 2), Ge(x, 0)), {x: 1}, ""), (And(Ne(y, 0), Ge(x, 0)), {x: 1}, ""),
)  # fmt: skip
# A sum, the region, its name in what is told, and the point's symbols; None: it has a range everywhere.
RANGES: tuple[tuple[Any, Any, str | None], ...] = (
    (Sum(k, (k, 1, n)), Ge(n, 0), None), (Sum(k, (k, 1, n)), Ge(n, -1), "n"),
    (Sum(k, (k, 2, n)), Ge(n, 1), None),
    (Sum(k, (k, 2, n)), Ge(n, 0), "n"), (Sum(k, (k, 1, n / 2)), And(Ge(n, 2), Eq(Mod(n, 2), 0)), None),
    (Sum(k, (k, 1, n / 2)), Ge(n, 2), "n"), (Sum(k, (k, Rational(1, 2), 3)), true, ""),
    (Sum(k, (k, Rational(1, 2), 3)), Ge(n, 0), "n"), (Sum(j, (j, k + 2, 3), (k, 1, 5)), true, "k"),
    (Sum(k, (k, -oo, n)), true, None), (Sum(k, (k, n, oo)), true, None),
    (Sum(k * j, (j, 1, k), (k, 1, n)), Ge(n, 1), None), (Sum(k * j, (j, 3, k), (k, 1, n)), Ge(n, 1), "n"),
    (Sum(k * j, (j, 1, k), (k, 0, n)), Ge(n, 0), None), (Sum(k * j, (j, 1, k), (k, -1, n)), Ge(n, 0), "n"),
    (Sum(j, (j, 1, n), (k, 1, oo)), Ge(n, 1), None), (Sum(j, (j, 1, k), (k, 1, oo)), Ge(n, 1), None),
    (Product(x, (k, 1, n)), Ge(n, -5), "n"), (Sum(k, (k, x, x + 2)), Ge(x, 0), None),
    (Sum(j, (j, k, 3), (k, 1, 5)), true, "k"), (Sum(t * Sum(j, (j, 1, t)), (t, 1, n)), Ge(n, 1), None),
    (Sum(k, (k, 1, x)), Ge(x, 1), "x"), (x + n, Ge(x, 0), None),
)  # fmt: skip


def witnesses_are_placed(judge: ModuleType) -> None:
    """A witness outside the hypotheses, and which of them it breaks; what is not exact is left alone."""
    for region, witness, told in WITNESSES:
        assert judge.excluded(region, witness) == told, (
            region,
            witness,
            judge.excluded(region, witness),
        )


def ranges_hold(judge: ModuleType) -> None:
    """Where a finite sum has no range, its first such limit, and a point that names no index."""
    from theorem_audit.doubt.undefined import _nodes

    for value, region, told in RANGES:
        found = list(judge.without_range(_nodes(value), region))
        assert len(found) == (told is not None), (value, found)
        if found:
            assert found[0].what == f"{value} has no range"
            assert {str(y) for y in found[0].instance} == {*told}, value
