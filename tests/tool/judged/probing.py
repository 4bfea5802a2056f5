"""The battery of what is tried at a few numbers: where nodes have no value, by hand, with the point."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import sympy
from sympy import (
    Abs,
    And,
    Derivative,
    E,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    Integer,
    Integral,
    Le,
    Lt,
    Ne,
    Or,
    Pow,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    cos,
    cot,
    digamma,
    exp,
    false,
    log,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    tan,
    true,
    zoo,
)

from tests.tool.judged.kernel import replaced

x, y, z = (Symbol(name, real=True) for name in "xyz")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
other = Symbol("u", imaginary=True)
free, index = Symbol("c"), Symbol("i")
HALF = Rational(1, 2)
NONE = frozenset[Symbol]()
NEAR = And(Ge(x, -4), Le(x, 4))

# A node, its region, indices bound there with their range, a case of a table; the point that is told, or None.
PROBED: tuple[tuple[Any, Any, frozenset[Any], Any, Any, dict[Any, Any] | None], ...] = (
    (1 / log(x), Gt(x, 0), NONE, true, true, {x: 1}), (1 / log(x), Gt(x, 1), NONE, true, true, None),
    (1 / (exp(x) - 1), NEAR, NONE, true, true, {x: 0}), (1 / (exp(x) - 1), Gt(x, 0), NONE, true, true, None),
    (1 / (exp(x) - 1), Gt(y, 0), NONE, true, true, None),
    (1 / (log(x) - 1), Gt(x, 0), NONE, true, true, {x: E}),
    (1 / (log(x) + 1), Gt(x, 0), NONE, true, true, {x: 1 / E}),
    (1 / (exp(x) - E**2), NEAR, NONE, true, true, {x: 2}), (1 / (exp(x) - E**3), NEAR, NONE, true, true, None),
    (1 / (exp(x) - exp(-HALF)), NEAR, NONE, true, true, {x: -HALF}),
    (tan(x), NEAR, NONE, true, true, {x: pi / 2}),
    (tan(x), And(Lt(x, 0), Gt(x, -4)), NONE, true, true, {x: -pi / 2}),
    (cot(x), NEAR, NONE, true, true, {x: 0}), (1 / (sin(x) - HALF), NEAR, NONE, true, true, {x: pi / 6}),
    (1 / sin(x), Gt(x, 1), NONE, true, true, {x: pi}), (tan(x), Gt(x, 4), NONE, true, true, {x: 3 * pi / 2}),
    (1 / (1 - cos(x)), And(Ge(x, 5), Le(x, 7)), NONE, true, true, {x: 2 * pi}),
    (1 / (1 - cos(x)), And(Ge(x, -13), Le(x, -7)), NONE, true, true, {x: -4 * pi}),
    (1 / (1 - cos(x)), And(Ge(x, 13), Le(x, 20)), NONE, true, true, None),
    (1 / (1 - sin(3 * x + 1)), And(Ge(x, 1), Le(x, 3)), NONE, true, true, {x: (5 * pi / 2 - 1) / 3}),
    (1 / (1 + cos(x) + y**2), And(Ge(x, 1), Le(x, 4), Ge(y, 0)), NONE, true, true, {x: pi, y: 0}),
    (1 / (1 - cos(x) + y**2), And(Ge(x, 5), Le(x, 7), Ge(y, 0)), NONE, true, true, None),
    (1 / (x - cos(1)), And(Ge(x, 0), Le(x, 2)), NONE, true, true, None),
    (1 / (1 - cos(x**2)), And(Ge(x, 1), Le(x, 7)), NONE, true, true, None),
    (1 / (1 - cos(other * x)), And(Ge(x, 1), Le(x, 7)), NONE, true, true, None),
    (1 / (exp(k) - E**20), Gt(k, 3), NONE, true, true, {k: 20}),
    (1 / (exp(k) - E**21), Gt(k, 3), NONE, true, true, None),
    (1 / (exp(k * y) - E**4), Gt(k + y, 3), NONE, true, true, {k: 2, y: 2}),
    (1 / (exp(k + y) - E**6), Gt(k + y, 3), NONE, true, true, None),
    (1 / (exp(x + y) - E), And(Gt(x, 0), Gt(y, 0)), NONE, true, true, {x: HALF, y: HALF}),
    (1 / (exp(x + y + z) - 1), And(NEAR, Gt(y, 0), Gt(z, 0)), NONE, true, true, None),
    (1 / (exp(x) - 1), NEAR, NONE, true, Gt(x, 0), None),
    (1 / (exp(x) - 1), NEAR, NONE, true, Le(x, 0), {x: 0}),
    (1 / (exp(k) - E**3), Gt(n, 0), frozenset({k}), And(Ge(k, 1), Le(k, 5)), true, {k: 3}),
    (1 / (exp(k) - E**3), Gt(n, 0), frozenset({k}), And(Ge(k, 1), Le(k, 2)), true, None),
    (1 / (exp(k) - E**3), Gt(n, 0), frozenset({k}), None, true, None),
    (1 / (exp(x) - 1), NEAR, frozenset({k}), None, true, {x: 0}),
    (1 / (exp(n) - 1), NEAR, frozenset({k}), And(Ge(k, 1)), true, None),
    (1 / (exp(2 * index) - E), Gt(x, 0), frozenset({index}), And(Ge(index, 0), Le(index, 3)), true, None),
    (1 / (exp(index) - E), Gt(x, 0), frozenset({index}), And(Ge(index, 0), Le(index, 3)), true, {index: 1}),
    (1 / (k**2 - 2), Gt(n, 0), frozenset({k}), And(Ge(k, 1), Le(k, 5)), true, None),
    (1 / (k**2 - 4), Gt(n, 0), frozenset({k}), And(Ge(k, 1), Le(k, 5)), true, {k: 2}),
    (1 / (x**2 - 2), NEAR, NONE, true, true, {x: -sqrt(2)}),
    (1 / (x**2 - 2), Gt(x, 0), NONE, true, true, {x: sqrt(2)}),
    (1 / (x**2 - 2), Gt(x, 2), NONE, true, true, None), (sqrt(x**2 - 2), NEAR, NONE, true, true, None),
    (1 / (x**2 - 4), NEAR, NONE, true, true, None), (1 / (x**9 - 2), NEAR, NONE, true, true, None),
    (1 / (x**8 - 2), Gt(x, 0), NONE, true, true, {x: 2 ** Rational(1, 8)}),
    ((x**2 - 2) ** 2, NEAR, NONE, true, true, None),
    (Pow(x, y), And(NEAR, Gt(y, -2), Lt(y, 0)), NONE, true, true, None),
    (exp(x), NEAR, NONE, true, true, None), (x + 1, NEAR, NONE, true, true, None),
    (log(x), NEAR, NONE, true, true, None),
    (log(sin(x)), And(Ge(x, 0), Le(x, 4)), NONE, true, true, {x: 0}),
    (log(exp(x) - 1), NEAR, NONE, true, true, {x: 0}),
    (digamma(x), NEAR, NONE, true, true, {x: 0}), (digamma(x), Lt(x, 0), NONE, true, true, {x: -1}),
    ((-1) ** x, NEAR, NONE, true, true, {x: HALF}), ((-1) ** k, Gt(k, 0), NONE, true, true, None),
    ((x - 1) ** (x - HALF), And(Ge(x, 0), Le(x, 4)), NONE, true, true, None),
    (1 / (exp(free) - 1), And(Ge(free, -1), Le(free, 1)), NONE, true, true, {free: 0}),
    (1 / (exp(I * other) - 1), true, NONE, true, true, None),
    (1 / (exp(x) + other - 1), And(NEAR, Ne(other**2, -5)), NONE, true, true, None),
    ((-1 - x**2) ** y, And(NEAR, Gt(y, 0), Lt(y, 1)), NONE, true, true, None),
    (1 / (exp(x) - 1), And(NEAR, Gt(y, x)), NONE, true, true, {x: 0}),
    (1 / (exp(x) - 1), And(NEAR, Gt(y, x), Lt(y, 0)),
                                                                       NONE, true, true, None),
    (1 / (exp(x) - 1), And(NEAR, Or(Gt(x, 1), Lt(x, 1))), NONE, true, true, {x: 0}),
    (1 / (exp(x) - 1), And(NEAR, Ne(x, 0)), NONE, true, true, None),
    (1 / (exp(x) - 1), And(NEAR, Symbol("B", bool=True)), NONE, true, true, None),
    (Function("f")(x), NEAR, NONE, true, true, None), (Abs(x), NEAR, NONE, true, true, None),
    (1 / Derivative(Function("f")(x), x), NEAR, NONE, true, true, None),
    (1 / (Derivative(x**2 + exp(x), x) - 1), NEAR, NONE, true, true, {x: 0}),
    (1 / Sum(k * x, (k, 1, 3)), NEAR, NONE, true, true, {x: 0}), (1 / Integral(exp(y),
    (y, 0, x)), NEAR, NONE, true, true,
                                                                 {x: 0}),
    (1 / Subs(exp(y) - x, y, 0), NEAR, NONE, true, true, {x: 1}),
    (1 / (exp(oo * Abs(x - 1)) - 2), Gt(x, 0), NONE, true, true, {x: 1}),
)  # fmt: skip


def probes_hold(judge: ModuleType) -> None:
    """Points that are told, and what leads to them, each by hand."""
    for node, region, bound, limits, guard, at in PROBED:
        found = [*judge.probed([(node, bound, limits, guard)], region)]
        assert len(found) == (at is not None), (node, region, found)
        if at is not None:
            told = {s: v for s, v in found[0].instance.items() if s in at}
            assert told == at, (node, region, found)
            assert found[0].what == f"{node} at {at}", found
            assert region.subs(found[0].instance) in (true, True), (node, found)
    same = [(1 / log(x), NONE, true, true)] * 3
    assert len([*judge.probed(same, Gt(x, 0))]) == 1
    two = [*same, (1 / (exp(x) - E), NONE, true, true)]
    assert [b.instance[x] for b in judge.probed(two, Gt(x, 0))] == [1, 1]
    turns = {Rational(m, 12) * pi for m in range(-48, 49) if m % 2 == 0 or m % 3 == 0}
    assert (len(judge.TURNS), {*judge.TURNS}) == (len(turns) + 1, turns)  # 0 either way
    for node, places in (
        (cos(2 * x) + x, {t / 2 for t in turns}), (cos(x) * sin(x + 1), {*turns, *(t - 1 for t in turns)}),
        (x - cos(1), set()), (cos(x**2), set()), (cos(y * x), set()), (cos((1 + I) * x), set()),
        (exp(x), set()),
    ):  # fmt: skip
        assert {*judge._turned(node, x)} == places, node
    _roots(judge)
    _values(judge)
    _inside(judge)


def _roots(judge: ModuleType) -> None:
    for base, symbols, roots in (
        (x**2 - 2, [x], [-sqrt(2), sqrt(2)]), (x**2 + 1, [x], []), (x**2 - 4, [x], []), (x - 1, [x], []),
        ((x**2 - 2) ** 2, [x], [-sqrt(2), sqrt(2)]), ((x**2 - 3) / (x - 5), [x], [-sqrt(3), sqrt(3)]),
        (x**9 - 2, [x], []), (k**2 - 2, [k], []), (x**2 - y, [x, y], []), (exp(x) - 2, [x], None),
        (Sum(x, (k, 1, 3)), [x], None), (x**y, [x, y], None), (sqrt(2) * x**2 - 1, [x], None),
        (pi * x - 1, [x], None),
        (sqrt(x) - 2, [x], None), (x**2 * y - 2, [x, y], []), (Derivative(x**2, x), [x], None),
        ((x**2 - 2) * (x - 3), [x], [-sqrt(2), sqrt(2)]),
    ):  # fmt: skip
        found = judge._roots(base, symbols)
        assert found == (None if roots is None else [{x: r} for r in roots]), (base, found)


def _values(judge: ModuleType) -> None:
    for node, at, so in (
        (1 / x, {x: Integer(0)}, True), (1 / x, {x: Integer(1)}, False), (log(x), {x: Integer(0)}, True),
        (log(x), {x: Integer(-1)}, True), (sqrt(x), {x: Integer(-1)}, True), (tan(x), {x: pi / 2}, True),
        (sympy.expint(1, x), {x: Integer(0)}, True), (sympy.expint(2, x), {x: Integer(0)}, False),
        (1 / Subs(y, y, x), {x: Integer(0)}, True), (Subs(1 / y, y, x), {x: Integer(0)}, True),
        (Sum(1 / k, (k, 1, n)), {n: Integer(2)}, False), (Sum(1 / (k - 1), (k, 1, n)), {n: Integer(2)}, True),
        (1 / Derivative(x**2, x), {x: Integer(0)}, True), (sympy.Limit(1 / y, y, x), {x: Integer(0)}, True),
        (x * y, {x: Integer(0)}, False), (x + oo, {x: Integer(0)}, False), (x - oo, {x: Integer(0)}, False),
        (sympy.Limit(-1 / y**2, y, x), {x: Integer(0)}, True), (1 / x + oo, {x: Integer(0)}, True),
        (Function("f")(x), {x: Integer(0)}, False), (x**y, {x: Integer(-2), y: HALF}, True),
        (sympy.Max(1 / x, 0), {x: Integer(0)}, False), (sympy.elliptic_k(x), {x: Integer(2)}, True),
        (sympy.elliptic_k(x), {x: HALF}, False), (x / y, {x: Integer(0), y: Integer(0)}, True),
        (1 / (x * sympy.factorial(n)), {x: Integer(0), n: Integer(900)}, True),
        (1 / (x * sympy.factorial(n)), {x: Integer(0), n: Integer(1100)}, False),  # too long to be asked
    ):  # fmt: skip
        assert judge._none(node, at) is so, (node, at)
    for value, so in (
        (sympy.expint(1, 0), True), (sympy.erfinv(2), True), ((-2) ** Rational(1, 3), False),
        (sympy.erfinv(HALF), False), (sympy.elliptic_k(2), True),
        (sympy.elliptic_k(HALF), False), (sympy.Ei(1), False), (S.One, False), (x, False),
        (sympy.elliptic_k(x), False), (sympy.elliptic_k(sqrt(2)), False), (sympy.erf(1), False),
        (Function("f")(1), False),
        (Function("f")(), False), (sympy.Li(1), True), (sympy.Li(2), False), (sympy.Heaviside(1), False),
        (exp(1), False), (sympy.Chi(-1), True), (sympy.Ci(-1), True), (sympy.Si(-1), False),
        (sympy.zeta(1), False),
    ):  # fmt: skip
        assert judge.without_number(value) is so, value
    for error, so in ((ValueError, True), (TypeError, False), (ZeroDivisionError, False),
        (NotImplementedError, False),
                      (ArithmeticError, False)):  # fmt: skip
        assert judge.without_number(_fails(error)(1)) is so, error
    for found, so in (
        (oo, True),
        (-oo, True),
        (nan, True),
        (zoo, True),
        (S.One, False),
        (I, True),
        (2 + I, True),
    ):
        assert judge.without_number(_gives(found)(1)) is so, found
    assert judge.without_number(_gives(I)(1, sqrt(2))) is False, "it may be by rounding"
    for error in (TypeError, ValueError, ZeroDivisionError, RecursionError):

        def fails(value: Any, error: type[Exception] = error) -> Any:
            raise error

        with replaced(judge, worked_out=fails):
            assert judge._none(1 / x, {x: Integer(0)}) is False


def _fails(error: type[Exception]) -> Any:
    def evalf(self: Any, *_: Any, **__: Any) -> Any:
        raise error

    return type("Fails", (Function,), {"evalf": evalf})


def _gives(value: Any) -> Any:
    return type("Gives", (Function,), {"evalf": lambda self, *_, **__: value})


def _inside(judge: ModuleType) -> None:
    positive, even = Symbol("p", positive=True), Symbol("e", even=True)
    unsigned = Symbol("m", nonnegative=True)
    some, zero = Symbol("s", nonzero=True), Symbol("t", zero=True)
    for at, so in (
        ({x: Integer(0)}, True), ({k: HALF}, False), ({k: Integer(1)}, True), ({k: pi}, False),
        ({x: pi}, True),
        ({positive: Integer(0)}, False), ({positive: Integer(-1)}, False), ({positive: HALF}, True),
        ({}, True),
        ({unsigned: Integer(0)}, True), ({unsigned: Integer(-1)}, False), ({some: Integer(0)}, False),
        ({some: Integer(1)}, True), ({zero: Integer(0)}, True), ({zero: Integer(1)}, False),
        ({even: Integer(2)}, True),
        ({x: Integer(0), k: HALF}, False), ({Symbol("g", negative=True): Integer(1)}, False),
        ({Symbol("g", negative=True): Integer(-1)}, True),
        ({Symbol("g", nonpositive=True): Integer(1)}, False),
    ):  # fmt: skip
        assert judge._taken(at) is so, at
        if so:
            assert judge._within(true, at) == at
        else:
            assert judge._within(true, at) is None
        assert judge._excluded(true, at) is not so
    for region, at, so in (
        (Gt(x, 0), {x: Integer(0)}, True), (Ge(x, 0), {x: Integer(0)}, False),
        (Gt(y, 0), {x: Integer(0)}, False),
        (Gt(x, y), {x: Integer(0)}, False), (Gt(x * y, 0), {x: Integer(0)}, False),
        (And(Gt(x, y), Gt(x, 1)), {x: Integer(1)}, True),
        (Gt(exp(x), 2), {x: Integer(0)}, True), (Gt(exp(x), 0), {x: Integer(0)}, False),
        (Gt(1 / x, 0), {x: Integer(0)}, True),
        (Gt(x, 3), {x: pi}, False), (Gt(x, 4), {x: pi}, True),
        (Or(Gt(x, 0), Gt(y, 0)), {x: Integer(0)}, False),
        (Gt(log(x), I * 0 + 1), {x: Integer(-1)}, True),
    ):  # fmt: skip
        assert judge._excluded(region, at) is so, (region, at)
    for condition, at, so in ((Gt(x, 0), {x: Integer(0)}, True), (Gt(x, 0), {x: HALF}, False),
        (Gt(x, 4), {x: pi}, True),
        (Gt(sympy.factorial(n) * pi, 0), {n: Integer(900)}, False),
        (Gt(sympy.factorial(n) * pi, 0), {n: Integer(1100)}, True),  # too long to be asked
                              (Gt(x, 3), {x: pi}, False), (Gt(x, y), {x: pi}, False)):  # fmt: skip
        assert judge._false(condition, at) is so, (condition, at)
    for region, at, whole in (
        (Gt(y, x), {x: Integer(3)}, True), (And(Gt(y, x), Lt(y, 2)), {x: Integer(3)}, False),
        (Gt(x, 0), {x: Integer(-1)}, False), (Gt(log(x), 0), {x: Integer(-1)}, False),
        (false, {x: Integer(1)}, False),
        (Or(Gt(y, x), Lt(y, 0)), {x: Integer(3)}, True), (And(Gt(x, 0), Symbol("B")), {x: Integer(1)}, False),
        (And(Gt(y, 0), Symbol("B")), {x: Integer(1)}, False),
        (And(Or(Gt(y, x), Symbol("B"))), {x: Integer(1)}, False),
    ):  # fmt: skip
        found = judge._within(region, at)
        assert (found is not None) is whole, (region, at, found)
        if found is not None:
            assert found.items() >= at.items()
            assert region.subs(found) in (true, True)
    asked: list[int] = []
    with replaced(judge, find=lambda rest, max_nodes: asked.append(max_nodes)):
        assert judge._within(Gt(y, x), {x: Integer(1)}) is None
    assert asked == [300]
    for region, parts in (
        (And(Gt(x, 0), Lt(y, 1)), {Gt(x, 0), Lt(y, 1)}), (Or(Gt(x, 0), Lt(y, 1)), {Gt(x, 0), Lt(y, 1)}),
        (true, set()), (false, set()), (And(Gt(z, 0), Or(And(Gt(x, 0), Eq(y, 1)), Lt(y, 0))),
                                        {Gt(z, 0), Gt(x, 0), Eq(y, 1), Lt(y, 0)}),
    ):  # fmt: skip
        assert {*judge._parts(region)} == parts, region


__all__ = ["probes_hold"]
