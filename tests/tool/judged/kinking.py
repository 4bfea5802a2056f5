"""The battery of kinks: where they may be, what slopes there are beside one, and which derivative asks."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    Derivative,
    Dummy,
    Eq,
    Function,
    Gt,
    Heaviside,
    Integer,
    Le,
    Limit,
    Lt,
    Max,
    Min,
    Mul,
    Or,
    Piecewise,
    Rational,
    Subs,
    Sum,
    ceiling,
    exp,
    floor,
    log,
    sin,
    sqrt,
    symbols,
    true,
)  # fmt: skip
from sympy import sign as sign_of

from theorem_audit.doubt.undefined import _nodes

x, y, z = symbols("x y z", real=True)
k, n = symbols("k n", integer=True)
ONE, HALF = Integer(1), Rational(1, 2)

# An expression in x, a point, and whether it has one slope there.
SLOPES: tuple[tuple[Any, Any, bool], ...] = (
    (Abs(x), 0, False), (Abs(x), 1, True), (Abs(x), -1, True), (Abs(x) ** 3, 0, True), (x * Abs(x), 0, True),
    (x + Abs(x), 0, False), (Abs(x - 1) + Abs(1 - x), 1, False), (Abs(x - 1) - Abs(1 - x), 1, True),
    (Abs(Abs(x) - 1), 1, False), (Abs(Abs(x) - 1), -1, False), (Abs(Abs(x) - 1), 0, False),
    (Abs(x**2 - 1), 1, False), (Abs(x**2), 0, True), (sign_of(x), 0, False), (sign_of(x), 1, True),
    (x * sign_of(x), 0, False), (x**2 * sign_of(x), 0, True), (Heaviside(x), 0, False),
    (x**2 * Heaviside(x), 0, True), (x * Heaviside(x), 0, False), (Heaviside(x), -1, True),
    (Heaviside(x) * x, 2, True),
    (Max(x, 0), 0, False), (Max(x, 0), 1, True), (Max(x, 0), -1, True), (Max(x**2, 2 * x - 1), 1, True),
    (Min(x, 1), 1, False), (Min(x, 1), 2, True), (Min(x, -x, 0), 0, False), (Max(x, 2 * x, 3 * x), 0, False),
    (Max(x, -x, 1), 1, False), (Max(x, -x, 1), HALF, True), (Min(2 * x, x) + Max(2 * x, x), 0, True),
    (floor(x), 1, False), (floor(x), HALF, True), (ceiling(x), 1, False), (ceiling(x), HALF, True),
    (x - floor(x), 1, False), ((x - 1) ** 2 * floor(x), 1, True), ((x - 1) ** 2 * ceiling(x), 1, True),
    (floor(x**2), 0, True), (floor(-(x**2)), 0, False), (floor(x**2), 1, False), (ceiling(x**2), 1, False),
    (Piecewise((x, x > 1), (x**2, True)), 1, False), (Piecewise((x**2, x >= 1), (x, True)), 1, False),
    (Piecewise((x, x > 1)), 1, False), (Piecewise((x, x > 1)), 2, True),
    (Min(x**2, x), 1, False), (Min(x**2, x**3), 1, False), (Max(x**2, x**3), 1, False),
    (Min(x**3, x**2), 2, True),
    (Piecewise((x, x**2 > 1), (x**3, True)), 1, False), (Piecewise((x**3, x**2 <= 1), (x, True)), 1, False),
    (Min(x, 2 * x) + x, 0, False), (Min(3 * x, 2 * x, x), 0, False),
    (Piecewise((x, x < 1), (x**2, True)), 1, False), (Piecewise((x**2, x < 1), (2 * x - 1, True)), 1, True),
    (Piecewise((x, x < 1), (x + 1, True)), 1, False), (Piecewise((x, x <= 1), (x**2, True)), 1, False),
    (Piecewise((0, Or(x < 0, x > 1)), (x * (1 - x), True)), 1, False),
    (Piecewise((5, Eq(x, 1)), (x, True)), 1, False),
    (Piecewise((1, Eq(x, 1)), (x, True)), 1, True), (Piecewise((x, Gt(Abs(x), 1)), (x**3, True)), 1, False),
    (exp(x) * Abs(x), 0, False), (x * sin(Abs(x)), 0, True), (sqrt(Abs(x)), 0, False),
    (log(1 + Abs(x)), 0, False),
    (Abs(x) / x, 1, True), (Abs(exp(x) - 1), 0, False), (Abs(x) * (x - 1), 0, False), (3 * x, 5, True),
)  # fmt: skip

# An expression, and what must be 0 where it may have a kink along x.
EDGES: tuple[tuple[Any, set[Any]], ...] = (
    (Abs(x), {x}), (Abs(x - 1), {x - 1}), (Abs(x * (x - 2)), {x, x - 2}), (Abs(z) + x, set()), (x, set()),
    (Abs(z * x), {x}), (sign_of(x - y), {x - y}), (Heaviside(x), {x}), (Abs(Abs(x) - 1), {x, x - 1, -x - 1}),
    (floor(x), {x + 1, x, x - 1, x - 2}), (ceiling(2 * x), {2 * x + 1, x, 2 * x - 1, x - 1}),
    (Max(x, y, 2 * x), {x - y, x, y - 2 * x}), (Min(y, z) * x, set()),
    (Piecewise((x, x < 1), (z, Le(z, 2)), (0, True)), {x - 1}),
)  # fmt: skip
BRANCHES: tuple[tuple[Any, set[Any]], ...] = (
    (x, {x}), (Abs(x), {x, -x}), (Max(x, y), {x, y}), (Min(x, y, 1), {x, y, ONE}), (1 + Abs(x), {1 + x, 1 - x}),
    (Piecewise((x, x < 1), (y, True)), {x, y}), (Abs(Abs(x) - 1), {x - 1, 1 - x, -x - 1, x + 1}),
)  # fmt: skip


def _unsigned(gap: Any) -> Any:
    return -gap if gap.could_extract_minus_sign() else gap


def _asked(judge: ModuleType, part: Any) -> list[Any]:
    """Of each kink that a part of a formula asks about: its condition, what is derived, and by what."""
    return [(edge, derived, along) for _, _, edge, derived, along, _ in judge.kinks(_nodes(part))]


def kinks_hold(judge: ModuleType) -> None:
    """Slopes at points by hand; conditions of kinks, on each level and put in; no others."""
    for derived, at, told in SLOPES:
        point = {x: Integer(at) if isinstance(at, int) else at}
        assert judge.has_slope(derived, x, {}, point) is told, (derived, at)
        moved = derived.subs(x, y - 1)
        assert judge.has_slope(moved, y, {y: z + 1}, {z: point[x]}) is told, (moved, at)
    assert judge.has_slope(Abs(x * z), x, {}, {x: Integer(0), z: Integer(0)}) is True
    assert judge.has_slope(Abs(x * z), x, {}, {x: Integer(0), z: ONE}) is False
    assert judge.has_slope(Abs(x * z), z, {}, {x: Integer(0), z: ONE}) is True
    for derived, expected in EDGES:
        gaps = {_unsigned(e.lhs - e.rhs) for e in judge._edges(derived, x)}
        assert gaps == {_unsigned(gap) for gap in expected}, (derived, gaps)
    for gap, expected in BRANCHES:
        assert {*judge.branches(gap)} == expected, gap
    once = Derivative(Abs(x), x)
    assert _asked(judge, once) == [(Eq(x, 0), Abs(x), x)]
    assert _asked(judge, once + 1 / once) == [
        (Eq(x, 0), Abs(x), x)
    ]  # once, however often it stands there
    assert _asked(judge, Subs(Derivative(Abs(y), y), y, x - 1)) == [(Eq(x - 1, 0), Abs(y), y)]
    assert _asked(judge, Subs(2 + Derivative(Abs(y), y), y, x)) == [(Eq(x, 0), Abs(y), y)]
    twice = Derivative(x * Abs(x), (x, 2))
    assert [d for _, d, _ in _asked(judge, twice)] == [
        x * Abs(x),
        x * sign_of(x) + Abs(x),
        x * sign_of(x) + Abs(x),
    ]
    both = Derivative(Abs(x) * Abs(z), x, z)
    assert [(e, a) for e, _, a in _asked(judge, both)] == [(Eq(x, 0), x), (Eq(z, 0), z)]
    free = Function("f")(x)
    for none in (
        Abs(x), x, Derivative(x**2, x), Derivative(free * Abs(x), x), Derivative(Abs(x), (x, n)),
        Derivative(Abs(x) * y, x, (y, n)),
        Sum(Derivative(Abs(z), z).subs(z, z) * 0 + k, (k, 1, 3)), Limit(Derivative(Abs(x), x), x, 1),
    ):  # fmt: skip
        assert _asked(judge, none) == [], none
    guard = Lt(x, 5)
    rows = [(once, frozenset(), true, guard), (once, frozenset(), true, guard),
            (once, frozenset({x}), true, true), (once, frozenset(), None, true)]  # fmt: skip
    assert [(node, said) for node, said, *_ in judge.kinks(rows)] == [(once, guard)]
    step = Dummy(positive=True)
    assert judge._sign(step - step**2, step) == 1
    assert judge._sign(Mul(-1, step**2), step) == -1
    assert judge._sign(Integer(-3), step) == -1
    assert judge._sign(step - step, step) == 0


__all__ = ["kinks_hold"]
