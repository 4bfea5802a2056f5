"""The battery of parts of a formula without a value: found where one is, told with a point where that is so."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    And,
    Derivative,
    Determinant,
    Dummy,
    E,
    Ei,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    ImmutableMatrix,
    Integer,
    Integral,
    Inverse,
    Le,
    Limit,
    Lt,
    MatPow,
    MatrixSymbol,
    Max,
    Mod,
    Ne,
    Or,
    Piecewise,
    Pow,
    Rational,
    Subs,
    Sum,
    Symbol,
    Trace,
    exp,
    expint,
    factorial,
    floor,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
    true,
)

from theorem_audit.statement.meaning import Meaning
from theorem_audit.tests import test_between, test_no_value, test_overlapping, test_ranges
from theorem_audit.tests.made_up import claim, valued
from theorem_audit.tests.test_converges import CONVERGES, DIVERGES, OPEN
from theorem_audit.tests.test_refused_statements import GUARDED, NOWHERE

x, y, z, t = (Symbol(name, real=True) for name in "xyzt")
k, n, m = (Symbol(name, integer=True) for name in "knm")
f, SQUARE = Function("f"), ImmutableMatrix([[x, 1], [1, x]])
some = Symbol("e", positive=True)
whole, free = Symbol("h", integer=True, negative=True), Symbol("c")
HALF = Rational(1, 2)
NEAR = And(Ge(x, -1), Le(x, 1))

# A node, and where it may have no value.
OF_NODE: tuple[tuple[Any, list[Any]], ...] = (
    (log(x), [Lt(x, 0), Eq(x, 0)]),
    (log(Abs(x - 1)), [Lt(Abs(x - 1), 0), Eq(x - 1, 0)]),
    (1 / x, [Eq(x, 0)]), (x**-2, [Eq(x, 0)]), (x**2, []), (x, []), (x + 1, []),
    (Pow(x * (y + 1), -1, evaluate=False), [Eq(x, 0), Eq(y + 1, 0)]), (sqrt(x), [Lt(x, 0)]),
    (x ** Rational(-1, 2), [Eq(x, 0), Lt(x, 0)]),
    (Pow(2 * x + 4, -1, evaluate=False), [Eq(2, 0), Eq(x + 2, 0)]), (x**k, [And(Eq(x, 0), Eq(k, -1))]),
    (x**whole, [Eq(x, 0)]), (x**y, [And(Eq(x, 0), Lt(y, 0)), Lt(x, 0)]), (x**pi, [Lt(x, 0)]),
    (free**HALF, [Lt(free, 0)]), (x**free, [And(Eq(x, 0), Lt(free, 0)), Lt(x, 0)]), (exp(x), []),
    (sin(x), []), (Mod(x, y), [Eq(y, 0)]),
    (factorial(k), [Eq(k, -1), Eq(k, -2)]), (Piecewise((x, x > 0)), []),
    (Pow(x, I), []), (Inverse(SQUARE), [Eq(x**2 - 1, 0)]), (MatPow(SQUARE, 2, evaluate=False), []),
    (Inverse(MatrixSymbol("A", 2, 2)), []), (MatPow(SQUARE, -2, evaluate=False), [Eq(x**2 - 1, 0)]),
)  # fmt: skip
# A side, a point with one large value, and which powers are not worked out there: their sign.
LARGE = Integer(10_001)
LONG: tuple[tuple[Any, dict[Any, Any], dict[Any, bool]], ...] = (
    (x**n, {x: Integer(2), n: LARGE}, {x**n: True}), (x**n, {x: Integer(-2), n: LARGE}, {x**n: False}),
    (x**n, {x: Integer(-2), n: LARGE + 1}, {x**n: True}), (x**n, {x: Integer(0), n: LARGE}, {}),
    (x**n, {x: Integer(2), n: LARGE - 1}, {}), (x**n, {x: Integer(2), n: -LARGE}, {x**n: True}),
    (x**n, {x: sqrt(2), n: LARGE}, {}), (x**n, {x: Integer(2), n: Integer(3)}, {}),
    (y + x**n, {x: Integer(2), n: LARGE - 1, y: LARGE}, {}),
    (x ** (n**2), {x: Integer(2), n: Integer(200)}, {}),
    (x ** (n + 1), {x: Integer(2), n: LARGE - 1}, {}), (x**n, {x: HALF, n: LARGE}, {x**n: True}),
    (x**y, {x: Integer(2), y: LARGE + HALF}, {}), (y + x**n, {x: Integer(2), n: Integer(3), y: LARGE}, {}),
)  # fmt: skip
# A condition, a point, and whether it has no sense there.
SENSELESS: tuple[tuple[Any, dict[Any, Any], bool], ...] = (
    (Eq(y, 1 / x), {x: Integer(0)}, True), (Eq(y, 1 / x), {x: Integer(1)}, False),
    (Eq(y, x / z), {x: Integer(0), z: Integer(0)}, True), (Eq(y, sqrt(x)), {x: Integer(-1)}, True),
    (Eq(y, log(x)), {x: Integer(0)}, True), (Eq(y, log(x)), {x: Integer(-1)}, True),
    (Eq(y, Mod(n, k)), {k: Integer(0), n: Integer(1)}, True),
    (Eq(y, Max(1 / x, 1)), {x: Integer(0)}, True), (Eq(y, Max(x, 1)), {x: Integer(0)}, False),
    (Eq(y, Derivative(1 / x, x)), {x: Integer(0)}, True), (Eq(y, Derivative(x**2, x)), {x: Integer(0)},
    False),
    (Eq(y, Derivative(exp(x**3) * sin(x) ** 5, (x, 25))), {x: Integer(1)}, False),  # too long to be asked
    (Eq(1 / x, factorial(factorial(n))), {x: Integer(0), n: Integer(8)}, False),
    (Or(Eq(y, 1 / x), Eq(x, 0)), {x: Integer(0)}, False), (Or(Eq(y, 1 / x), Eq(x, 1)), {x: Integer(0)}, True),
    (Eq(y, (x - 4) ** sqrt(2)), {x: Integer(1)}, True), (Eq(y, (x - 4) ** sqrt(2)), {x: Integer(5)}, False),
    (Eq(y, Sum(k * x, (k, 1, n))), {x: Integer(1), n: Integer(3)}, False),
    (Eq(y, Subs(1 / x, x, z, evaluate=False)), {z: Integer(1)}, False), (Gt(y, 1 / x), {x: Integer(0)}, True),
    (Eq(y, 1 / (1 - x**n)), {x: Integer(1), n: Integer(20_000)}, True),
    (Eq(y, 1 / (1 + x**n)), {x: Integer(2), n: Integer(20_000)}, False),
    (Or(Eq(y, 1 / (1 - x**n)), Eq(x, 5)), {x: Integer(1), n: Integer(20_000)}, True),
    (Gt(z, sqrt(x) * some), {x: Integer(-1)}, True), (Eq(y, sqrt(x) + z), {x: Integer(-1)}, True),
    (Eq(y, z * Sum(x**k, (k, 1, n))), {x: Integer(-2)}, False),
    (Eq(2 ** sqrt(2) * free, x), {x: Integer(1)}, False),
    (Eq(y, Integral(exp(t), (t, -oo, x))), {x: Integer(1)}, False),
    (Eq(y, x), {x: oo}, True), (Eq(y, Ei(x)), {x: Integer(0)}, True), (Lt(Ei(x), 5), {x: Integer(0)}, True),
    (Or(Eq(y, Ei(x)), Eq(x, 0)), {x: Integer(0)}, False), (Or(Eq(y, Ei(x)), Eq(x, 1)), {x: Integer(0)}, True),
    (Eq(y, Integral(exp(-t), (t, x, oo))), {x: Integer(1)}, False), (Lt(x, oo), {x: Integer(1)}, False),
    (Eq(y, sqrt(x**n)), {x: Integer(-2), n: Integer(20_001)}, True),
    (Eq(y, expint(1, x)), {x: Integer(0)}, True), (Eq(y, expint(2, x)), {x: Integer(0)}, False),
    (Eq(y, Trace(Inverse(SQUARE))), {x: Integer(1)}, True), (Eq(y, Trace(Inverse(SQUARE))), {x: Integer(2)},
    False),
    (Eq(y, Trace(MatPow(SQUARE, 2, evaluate=False))), {x: Integer(1)}, False),
    (Eq(y, 1 / Determinant(SQUARE)), {x: Integer(1)}, True), (Eq(y, Determinant(SQUARE)), {x: Integer(1)},
    False),
    (Eq(y, 1 / Sum(k - 2, (k, 1, n))), {n: Integer(3)}, True),
    (Eq(y, 1 / Sum(log(k) - log(2) / 2, (k, 1, n))), {n: Integer(2)}, True),
    (Eq(y, 1 / Sum(log(k) - log(2) / 2, (k, 1, n))), {n: Integer(3)}, False),
)  # fmt: skip
WALKED: tuple[tuple[Any, set[tuple[Any, frozenset[Any], Any, Any]]], ...] = (
    (Sum(1 / k, (k, 2, n)), {(k, frozenset({k}), And(Ge(k, 2), Le(k, n)), true), (n, frozenset(),
    true, true)}),
    (Sum(1 / k, (k, 2, oo)), {(k, frozenset({k}), Ge(k, 2), true)}),
    (Integral(1 / x, (x, 2, y)), {(x, frozenset({x}), None, true), (y, frozenset(), true, true)}),
    (Sum(Integral(x * k, (x, 0, 1)), (k, 1, 2)), {(x, frozenset({x, k}), None, true)}),
    (Integral(Sum(x * k, (k, 1, 2)), (x, 0, 1)), {(k, frozenset({x, k}), None, true)}),
    (Sum(k * m, (m, 1, k), (k, 1, 3)),
     {(m, frozenset({k, m}), And(Ge(m, 1), Le(m, k), Ge(k, 1), Le(k, 3)), true),
    (k, frozenset(), true, true)}),
    (Piecewise((y, x > 0), (z, x < -1), (n, True)),
     {(y, frozenset(), true, Gt(x, 0)), (z, frozenset(), true, And(Le(x, 0), Lt(x, -1))),
      (n, frozenset(), true, And(Le(x, 0), Ge(x, -1))), (x, frozenset(), true, true),
      (x, frozenset(), true, Le(x, 0))}),
    (x + Piecewise((Sum(k, (k, 1, n)), n > 1), (0, True)),
     {(k, frozenset({k}), And(Ge(k, 1), Le(k, n)), Gt(n, 1)), (n, frozenset(), true, Gt(n, 1))}),
    (Limit(y * x, y, z), {(y, frozenset({y}), None, true), (x, frozenset({y}), None, true), (z, frozenset(),
    true, true)}),
    (Subs(Derivative(f(y), y), y, z), {(y, frozenset({y}), None, true), (z, frozenset(), true, true)}),
    (Subs(y * x, y, z), {(x, frozenset(), true, true), (z, frozenset(), true, true)}),
    (exp(Sum(k * x, (k, 1, 3))), {(x, frozenset(), true, true), (k, frozenset({k}), And(Ge(k, 1), Le(k, 3)),
    true)}),
)  # fmt: skip
# A formula, and what of it is false whatever its symbols are.
FALSE: tuple[tuple[Any, Any], ...] = (
    (Eq(1 + x, 2 + x, evaluate=False), 0), (Eq(1 + x, 1 + x, evaluate=False), None), (Eq(x, 1), None),
    (Gt(x, x, evaluate=False), 0), (Ge(x, x, evaluate=False), None), (Gt(x + 1, x, evaluate=False), None),
    (Lt(x, x, evaluate=False), 0), (Le(x, x, evaluate=False), None), (Lt(x + 1, x, evaluate=False), 0),
    (Ge(x, x + 1, evaluate=False), 0), (Ge(x + 1, x, evaluate=False), None), (Ne(x, x, evaluate=False), None),
    (Le(x, x + 1, evaluate=False), None), (And(Eq(x, 1), Gt(y, y, evaluate=False), evaluate=False), 1),
    (And(Ge(y, y, evaluate=False), Lt(y + 2, y, evaluate=False), evaluate=False), 1),
    (Eq(Gt(x, 0), Gt(y, 0), evaluate=False), None), (Eq(true, Gt(y, 0), evaluate=False), None),
)  # fmt: skip
# A side, a region, what has no value first, and where (None: nowhere that is looked for).
SAID: tuple[tuple[Any, Any, str | None, dict[Any, Any] | None], ...] = (
    (1 / x, NEAR, "Eq(x, 0)", {x: 0}), (1 / x, Gt(x, 0), None, None), (1 / x, true, "Eq(x, 0)", {x: 0}),
    (1 / n, true, "Eq(n, 0)", {n: 0}), (1 / (x - z), Gt(x, 0), "Eq(x - z, 0)", None),
    (x / (n - 2), And(Gt(x, 0), Gt(n, 0)), "Eq(n - 2, 0)", {n: 2}),
    (sqrt(x), NEAR, "x < 0", None), (Sum(1 / k, (k, 0, 3)), Gt(x, 0), "Eq(k, 0)", {k: 0}),
    (Integral(1 / (x - HALF), (x, 0, 1)), Gt(y, 0), None, None),
    (Sum((k - 3) ** (n * (n + 1) / 2), (k, 1, 5)), Ge(n, 1), None, None),
    (Sum(Integral(1 / (x - k), (x, 0, 1)), (k, 0, 3)), Gt(y, 0), None, None),
    (1 / (floor(x) - 7), And(Gt(x, 0), Lt(x, 5)), None, None),
    (Piecewise((1 / (x**2 - 2), x > 3), (0, True)), And(Gt(x, 0), Lt(x, 5)), None, None),
    (1 / (x**2 - 2), And(Gt(x, 0), Lt(x, 5)), "Eq(x**2 - 2, 0)", None),
    (sqrt(x**2 - 2), Ge(x, 2), None, None), (log(x) + 1 / (x - exp(free)), Ge(x, 0), "Eq(x, 0)", {x: 0}),
    (1 / (exp(x) - exp(Rational(7, 13))) + 1 / (x - exp(free)), Ge(x, Rational(7, 13)),
    "x = 7/13", {x: Rational(7, 13)}),
    (gamma(x**2 - 3), And(Gt(x, 1), Lt(x, Rational(3, 2))), "Eq(x**2 - 3, -1)", None),
)  # fmt: skip


def undefined_holds(judge: ModuleType) -> None:
    """Parts by hand, then formulas with and without a value everywhere."""
    _parts(judge)
    _walks(judge)
    for formula, which in FALSE:
        made = claim(Gt(x, 0))
        object.__setattr__(made, "formula", formula)
        parts = formula.args if isinstance(formula, And) else (formula,)
        assert judge.false_anywhere(made) == (None if which is None else parts[which]), formula
    _formulas(judge)
    _unsettled(judge)


def _parts(judge: ModuleType) -> None:
    for node, where in OF_NODE:
        assert judge._of_node(node) == where, node
    for side, at, long in LONG:
        found = judge._long_powers(side, at)
        assert {p: bool(v.is_positive) for p, v in found.items()} == long, (side, at)
        assert all(v.is_positive or v.is_negative for v in found.values())
        assert all(isinstance(v, Dummy) for v in found.values())
    for part, at, so in SENSELESS:
        assert judge._senseless(part, at) == so, (part, at)
    for part, at, so in ((sqrt(x), {x: Integer(-1)}, False), (sqrt(x), {x: Integer(1)}, True),
                         (1 / x, {x: Integer(0)}, False), (x**y, {x: Integer(-2), y: Integer(2)}, True),
                         (Mod(n, k), {n: Integer(1), k: Integer(0)}, False)):  # fmt: skip
        assert judge._real(part, at) == so, part
    for condition, so in ((Gt(x, 0), True), (Eq(x * y, 1), True), (Gt(exp(x), 0), False), (true, False),
                          (Gt(sqrt(2) * x, 1), False), (Or(Gt(x, 0), Gt(y, 0)), False)):  # fmt: skip
        assert judge._rational(condition) == so, condition
    assert judge._put(x + y, {x: Integer(2), z: Integer(3)}) == y + 2
    assert judge._between(k, Integer(1), n) == (Ge(k, 1), Le(k, n))
    assert judge._between(free, -oo, n) == (Le(free, n),)
    assert judge._between(free, n, oo) == (Ge(free, n),)


def _walks(judge: ModuleType) -> None:
    for side, rows in WALKED:
        found = {row for row in judge._nodes(side) if isinstance(row[0], Symbol)}
        assert rows <= found, (side, rows - found)
        assert side in {row[0] for row in judge._nodes(side)}
    formula = Eq(y, Sum(x / (k - n), (k, 0, n)) + 1 / (z - 1) + Integral(1 / (x - 2), (x, 0, 1)))
    poles, terms = judge._poles(formula)
    assert poles == [Eq(z - 1, 0)]
    assert [row[:3] for row in terms] == [(Eq(k - n, 0), And(Ge(k, 0), Le(k, n)), true)]
    assert [row[3] for row in terms] == [1 / (k - n)]


def _formulas(judge: ModuleType) -> None:
    for side, region, what, at in SAID:
        found = judge.undefined(valued(side, region))
        assert (found[0].what if found else None) == what, (side, found)
        for s, v in (at or {}).items():
            assert found[0].instance[s] == v, (side, found)
    low, said = test_no_value.LOW, test_no_value.exponent
    for side in (*test_no_value.LOW_SOMEWHERE, test_no_value.OF_TERMS):
        assert judge.undefined(said(side, low)) == [], side
        assert judge.undefined(said(side, str(low))), side
        assert judge.undefined(said(side, low.said("its mean"))), side
    for side in test_no_value.NO_VALUE:
        assert judge.undefined(said(side, low, Gt(x, 0))), side
    seen = Meaning("what is seen", value=len)
    assert judge.undefined(claim(Eq(y, 1 / x), symbols={"x": seen})) == [], (
        "it is what it is in a run"
    )
    defined = claim(And(Eq(y, 1 / z), Eq(z, x - 1)), Gt(x, 0))
    at = judge.undefined(defined)[0].instance
    assert (at[x], at[z]) == (1, 0)
    chain = claim(And(Eq(y, 1 / z), Eq(z, t), Eq(t, x - 1)), Gt(x, 0))
    assert judge.undefined(chain)[0].instance[x] == 1
    assert not judge.undefined(claim(And(Eq(y, 1 / z), Eq(z, x + 1)), Gt(x, 0)))
    kink = Subs(Derivative(z * Abs(x), x), x, 0)
    never = Piecewise((Subs(Derivative(Abs(x), x), x, 0), z > 0), (1, True))
    for side, said, found in ((kink, t + 1, True), (kink, y - y + 0 * t, False), (never, -t, False),
                              (never, t - 1, True)):  # fmt: skip
        made = claim(And(Eq(y, side), Eq(z, said)), Gt(t, 0))
        assert bool(judge.undefined(made)) == found, (side, said)
    loose = claim(And(Eq(y, 1 / z), Eq(z, x - t)), Gt(x, 0))  # of t nothing is said
    assert not judge.undefined(loose)
    assert judge.undefined(claim(Or(Eq(y, 1 / x), Eq(x, 0)), NEAR)) == []
    assert (
        judge.undefined(claim(Or(Eq(y, 1 / (x**2 - 2)), Gt(x, 1)), And(Gt(x, 0), Lt(x, 5)))) == []
    )
    for what, (side, region) in {
        **test_no_value.NOWHERE,
        **test_no_value.FIXED,
        **test_ranges.NONE,
        **test_between.POLES,
        **test_overlapping.NONE,
    }.items():
        assert judge.undefined(valued(side, region)), what
    for what, (side, region) in {
        **test_no_value.SOMEWHERE,
        **test_ranges.SOME,
        **test_between.NONE,
        **test_overlapping.EACH,
    }.items():
        assert judge.undefined(valued(side, region)) == [], what
    for what, (side, given) in NOWHERE.items():
        assert judge.undefined(valued(side, And(*(a.condition for a in given)))), what
    for what, side in GUARDED.items():
        assert judge.undefined(valued(side, And(Ge(n, 5), Le(n, 9), Gt(x, 0)))) == [], what


def _unsettled(judge: ModuleType) -> None:
    for table, says in ((DIVERGES, True), (OPEN, False)):
        for what in list(table)[:4]:
            made = valued(*table[what])
            found = judge.unsettled(made)
            assert [u.instance is not None for u in found] == [says], what
            object.__setattr__(made, "converges", "by its author's word")
            assert len(judge.unsettled(made)) == says, what
    for what in list(CONVERGES)[:4]:
        assert judge.unsettled(valued(*CONVERGES[what])) == [], what
    harmonic = Sum(1 / k, (k, 1, oo))
    assert len(judge.unsettled(valued(harmonic))) == 1
    assert judge.unsettled(claim(Eq(harmonic, oo, evaluate=False))) == []
    assert judge.unsettled(claim(Eq(-harmonic, -oo, evaluate=False))) == []
    assert judge.unsettled(valued(x + Pow(E, x))) == []


__all__ = ["undefined_holds"]
