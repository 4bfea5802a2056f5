"""The battery of instances: each is put in, a plain walk meets the same, and where there is none it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from flint import fmpq
from sympy import (
    Abs,
    And,
    Eq,
    Equivalent,
    Ge,
    Gt,
    Implies,
    Integer,
    Le,
    Lt,
    Mod,
    Ne,
    Not,
    Or,
    Rational,
    Symbol,
    Xor,
    acosh,
    cosh,
    exp,
    false,
    log,
    sqrt,
    true,
)

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit.doubt.partial import Partial
from theorem_audit.exact.rationals import to_sympy
from theorem_audit.statement.vocabulary import Item
from theorem_audit.tests.made_up import claim

a, b, x, y, z, M = (Symbol(name, real=True) for name in "abxyzM")
k, n, m = (Symbol(name, integer=True) for name in "knm")
u = Symbol("u")

# Regions that the plain walk is compared on, with what is fixed there.
PLAIN: tuple[tuple[Any, Mapping[Any, Any]], ...] = (
    (And(Eq(x, y * z), Gt(x, 50), Gt(y, 0), Ge(n, 2), Lt(n, x)), {}),
    (And(Eq(x, y * z), Gt(x, 50), Gt(y, 0), Lt(exp(y), 3)), {}), (And(Eq(x, n**2), Eq(k + n, x)), {}),
     (And(Eq(m + y, z), Gt(x, k * n)), {}), (Gt(x, 3), {}), (And(Ge(n, 7), Lt(x, 0)),
     {}), (And(Eq(x + y, 7), Gt(x * y, 12)), {}),
    (And(Ge(n, 2), Lt(m, n), Ge(m, 1), Eq(x, Rational(1, 2) * n)), {}), (And(Gt(x, y), Gt(y, n), Ge(n, 3)), {}),
    (And(Eq(a * b, n), Gt(a, 1), Gt(n, 4)), {}), (And(Gt(x, 3), Gt(y, x)), {x: Rational(9, 2)}),
    (And(Gt(x, 3), Gt(y, x)), {x: Rational(1, 2)}), (Or(And(Eq(x, 1), Gt(y, 2)), And(Eq(x, 5), Ne(y, 0))), {}),
    (And(Gt(exp(x), 2), Lt(n, x)), {}), (And(Gt(x * n, 20), Lt(x, 1)), {}), (And(Eq(2 * n, x), Gt(x, 2),
     Lt(x, 5)), {}),
    (And(Eq(x, 3 * n), Lt(x, 2), Gt(x, 0)), {}), (And(Eq(2 * x, n + 1), Eq(x, y**2), Gt(n, 3)), {}),
    (And(Eq(n, 2 * x), Eq(x, 5 * y), Gt(y, 4)), {}), (And(Ge(x, 1), Lt(n, x / 3), Gt(n, 0)), {}),
)  # fmt: skip
# Regions of which an instance is found: by the plain search, or by the thorough one alone.
QUICKLY = (
    Ge(M, exp(30)), *(And(Ge(M, exp(k * x)), Gt(x, 1)) for k in (70, 74, 75)),
    Implies(Lt(x, 2), Gt(y, 5)), Not(Or(Lt(x, 7), Eq(y, 1)), evaluate=False), Xor(Gt(x, 1), Gt(y, 1)),
    Equivalent(Gt(x, 1), Gt(y, 1)), And(Ge(M, exp(30 * x)), Gt(x, 1)), And(Gt(M, exp(40 * x)), Gt(x, 1),
    Lt(y, x)),
    And(Ge(M, 1 / log(x)), Ge(x, 1)), And(Ge(M, exp(30 * x)), Gt(x, 1), Gt(y, -exp(x))),
    And(Gt(exp(x), y), Gt(y, 0)), And(Ge(x, exp(x) - 5), Gt(x, 0)), And(Ge(M, exp(30 * x)), Le(M, 2)),
    And(Le(y, exp(30 * x)), Gt(x, 1)), Ge(M, exp(30 * x)),
)  # fmt: skip
THOROUGHLY = (
    And(Ge(n, 10), Ge(k, n**2)), And(Ge(k, 10), Ge(n, k**2)), And(Ge(x, 1000), Ge(a, x**2), Le(a, 2 * x**2)),
    And(Gt(b, 0), Lt(x, Rational(1, 1000)), Lt(a, x / 1000), Lt(b, a / 1000)),
    And(Ge(m, 1000), Ge(k, m**2), Ge(n, k**2)), And(Ge(n, 1000), Ge(k, n**2), Ge(m, k**2)),
    And(Ge(n, 1000), Ge(m, n**2), Ge(k, m**2)), And(Ge(m, 1000), Ge(n, m**2), Ge(k, n**2)),
    And(Ge(M, 5 * x), Gt(x, 1)),
    And(Eq(x**2, 2), Gt(x, 0)), And(Eq(x**2, 2), Lt(x, 0)), Eq(x**2, 3 - y**2), Eq(x**2, 3 * y**2 + 2),
    And(Eq(cosh(x), 2), Lt(x, 0)), And(Eq(u**2, 2), Gt(x, 0)), And(Eq(y, x + 1), Eq(x**2, 2)),
    And(Or(Eq(x**2, 2), Eq(x**2, 3)), Gt(x, 0)), And(Or(And(Eq(x**2, 2), Gt(x, 2)), Eq(x**2, 3)), Gt(x, 0)),
    And(Or(Eq(x**2, 2), Eq(x**2, 3)), Lt(x, 0)), And(Or(Eq(x**2, 2), And(Eq(x**2, 3), Gt(y, 5))), Gt(x, 0)),
    And(Gt(Abs(10 * x + 1), 425),
    Lt(Abs(10 * x + 1), 427)),
    And(Gt(Abs(10 * x + 1), 425), Lt(Abs(10 * x + 1), 427), Lt(x, 0)), Lt(Abs(10 * x - 5001), 2),
    And(Ge(Abs(10 * x + 1), 425), Le(Abs(10 * x + 1), 427)), And(Or(Eq(x**2, 2), Gt(x**2, 9)), Lt(x, 2),
    Gt(x, 0)),
    And(Eq(x, acosh(2)), Gt(x, 1)), And(Gt(x, sqrt(2)), Lt(x,
    sqrt(2) + Rational(1, 900))),
)  # fmt: skip
NOWHERE = (
    And(Eq(u * y, 1), Eq(y, 0)),
    And(Gt(x, 1), Lt(x, 0)), Eq(x**2, -3 - y**2), And(Eq(x**2, 1 - y**2), Gt(y, 1)), And(Ge(M, exp(30 * x)),
    Gt(x, 1), Lt(x, 0)),
    And(Ge(M, log(x)), Lt(x, 0)), And(Ge(M, exp(x)), Lt(x, 0), Lt(M, 0)), And(Eq(n**2, 2), Ge(n, 0)),
    And(Or(Eq(x, 1), Eq(x, 2)), Gt(x, 3)), And(Gt(Abs(x), 4), Lt(Abs(x), 3)), And(Eq(exp(x), -1), Gt(x, 0)),
    And(Eq(Mod(n, 2), 0), Eq(n, 3)), And(Eq(x**2, 2), Gt(x, 2)), And(Eq(x, sqrt(y)), Lt(y, -3)),
)  # fmt: skip


def _walk(plan: Partial, order: tuple[Symbol, ...], start: dict[Any, Any], budget: int) -> Any:
    """Depth first, without recursion: the first whole point, at most so many points looked at."""

    def below(
        left: tuple[Symbol, ...], value: dict[Any, Any], settled: frozenset[Any]
    ) -> Iterator[Any]:
        one = plan.next(left, settled)
        for candidate in plan.candidates(one, value, settled):
            if not one.is_integer or candidate.q == 1:
                yield (
                    tuple(k for k in left if k != one),
                    {**value, one: candidate},
                    settled.union([one]),
                    one,
                )

    ways = [iter([(tuple(k for k in order if k not in start), start, frozenset(start), None)])]
    while ways:
        if (point := next(ways[-1], None)) is None:
            ways.pop()
            continue
        left, value, settled, last = point
        budget -= 1
        if budget < 0:
            return None
        if plan.possible(value, settled, last):
            if not left:
                return {k: to_sympy(v) for k, v in value.items()}
            ways.append(below(left, value, settled))
    return None


def _walked(region: Any, fixed: Mapping[Any, Any], budget: int, thorough: bool) -> Any:
    plan = Partial(region, thorough)
    start = {k: fmpq(int(v.p), int(v.q)) for k, v in fixed.items()}
    by_name = sorted(plan.symbols, key=str)
    whole = [k for k in by_name if k.is_integer]
    other = [k for k in by_name if not k.is_integer]
    orders = [plan.symbols]
    if not region.has(exp):
        orders += [(*whole, *other), (*other, *whole)][: 1 + thorough]
    for order in orders:
        if (found := _walk(plan, order, start, budget)) is not None:
            return found
    return None


def _is_one(region: Any, found: Any) -> None:
    assert found is not None, region
    assert {*found} == region.free_symbols, (region, found)
    for k, v in found.items():
        assert not k.is_integer or v.is_integer
        assert not k.is_real or v.is_real, (region, found)
    # Where SymPy does not see that an equation holds, sixty digits do.
    left = region.subs(found, simultaneous=True)
    if left is not true:
        assert all(
            isinstance(c, Eq) and abs((c.lhs - c.rhs).evalf(60)) < 10**-50
            for c in And.make_args(left)
        ), region


def instances_hold(judge: ModuleType) -> None:
    """What is found, and within how many steps; what is told where nothing is; the cases at an edge."""
    for region, fixed in PLAIN:
        for budget in (2, 5, 14, 400):
            for thorough in (False, True):
                told = _walked(region, fixed, budget, thorough)
                if told is None and thorough and not fixed:
                    continue
                found = judge.find(region, fixed, max_nodes=budget, thorough=thorough)
                assert found == told, (region, budget, thorough)
    for region in QUICKLY:
        _is_one(region, judge.find(region))
    for region in THOROUGHLY:
        assert judge.find(region) is None, region
        _is_one(region, judge.find(region, thorough=True))
    _is_one(THOROUGHLY[0], judge.somewhere(THOROUGHLY[0]))
    for region in NOWHERE:
        assert judge.find(region, thorough=True) is None, region
    assert judge.somewhere(NOWHERE[0]) is judge.find(NOWHERE[1]) is None
    assert (judge.find(true), judge.find(false)) == ({}, None)
    _definitions(judge)
    above = And(Ge(M, exp(x)), Ge(x, 0))
    assert judge.find(above, {x: Integer(3)}) == {
        x: 3,
        M: 22,
    }  # e^3 is 20.09: the next integer, and one more
    assert judge.find(above, {M: Integer(5)}) == {M: 5, x: Rational(1, 10)}
    assert judge.find(And(Eq(x**2, 2), Gt(y, 0)), {y: Integer(1)}, thorough=True) is None
    _claims(judge)
    _edges(judge)


def _definitions(judge: ModuleType) -> None:
    """Which equations say what some symbols are: of a symbol apart, which is not in the region."""
    one, two, three = Eq(x, y + 1), Eq(y, z * a), Eq(a, 2 * b)
    for formula, needed, region, found in (
        (And(one, two, three), {x}, true, [one, two, three]),
        (And(one, two, three), {y}, true, [two, three]), (And(one, two, three), {b}, true, []),
        (And(one, two, three), {x, a}, true, [three, one, two]),
        (And(one, two, three), {x}, Gt(y, 0), [one]), (And(one, two, three), {x}, Gt(x, 0), []),
        (And(one, two, three), {x}, Gt(a, 0), [one, two]), (one, {x}, true, [one]),
        (Eq(x, x**2 + y), {x}, true, []), (Eq(x + 1, y), {x, y}, true, []), (Gt(x, y), {x}, true, []),
        (And(one, Eq(x, z)), {x}, true, [one, Eq(x, z)]), (And(one, Eq(y, x - 1)), {x}, true,
         [one, Eq(y, x - 1)]),
    ):  # fmt: skip
        told = judge.defining(formula, frozenset(needed), region)
        assert sorted(told, key=str) == sorted(found, key=str), (formula, needed)
        asked = needed - region.free_symbols
        assert all(x.lhs in asked for x in told[: len(asked & {e.lhs for e in told})])


def _claims(judge: ModuleType) -> None:
    made = claim(Gt(x, y), And(Gt(x, 3), Eq(y, x + 1)))
    assert judge.instance(made) == {x: 5, y: 6}
    assert judge.instance(claim(Gt(x, y))) == {}
    assert judge.instance(claim(Gt(x, 0), Eq(x**2, 2)))[x] ** 2 == 2
    empty = claim(Gt(x, y), Gt(-(x**2), 3 - y + y))
    told = raises(
        judge.EmptyRegion, lambda: judge.instance(claim(Gt(x, 0), And(Gt(x, 1), Lt(x, 0))))
    )
    assert told.startswith("ODD: no instance of") == told.endswith(
        "was found (which does not show that there is none)"
    )
    told = raises(
        judge.EmptyRegion, lambda: judge.instance(SimpleNamespace(id="ODD", region=false))
    )
    assert told == "ODD: its hypotheses contradict each other"
    for needs, region, bad in (
        (Le(n, m), And(Ge(n, 3), Le(m, 2)), True), (Le(n, m), And(Ge(n, 3), Le(m, 9)), False), (Le(n, m),
         Ge(x, 0), False),
        (Le(n, m), And(Ge(n, 3), Le(n, 9)), False), (And(Le(n, 2), Le(n, m)), Ge(n, 3), True),
    ):  # fmt: skip
        item = Item("data", "odd", "the data are odd", "odd", unread="nobody draws it", needs=needs)
        made = SimpleNamespace(id="ODD", region=region, items=(item,))
        if bad:
            said = f"ODD: no instance of {region} was found that has {needs}, which its items need"
            assert raises(judge.EmptyRegion, lambda made=made: judge.instance(made)) == said
            assert judge.about(made) == {"instance": None, "boundary": []}
        else:
            assert {*judge.instance(made)} == region.free_symbols
    assert empty.region is false or judge.about(empty) == {"instance": None, "boundary": []}


def _edges(judge: ModuleType) -> None:
    named = {"x = y": Eq(x, y), "x = z": Eq(x, z), "no case": false, "far": Gt(x, 5)}
    with replaced(judge, _named_cases=lambda: named):
        made = claim(Gt(x, y), And(Ge(x, 1), Lt(x, 4), Le(y, 7), Ge(y, 1)))
        found = {k.what: dict(k.instance) for k in judge.boundaries(made)}
        assert [*found] == ["x = 1", "y = 1", "y = 7", "x = y"]
        for what, case in (
            ("x = 1", Eq(x, 1)),
            ("y = 1", Eq(y, 1)),
            ("y = 7", Eq(y, 7)),
            ("x = y", Eq(x, y)),
        ):
            assert And(made.region, case).subs(found[what]) is true
        told = judge.about(made)
        assert [k["case"] for k in told["boundary"]] == [*found]
        assert told["boundary"][0]["instance"] == {
            str(k): str(v) for k, v in found["x = 1"].items()
        }
        assert told["instance"] == {str(k): str(v) for k, v in judge.instance(made).items()}
    with replaced(judge, _named_cases=dict):
        for least in range(-2, 6):
            region = And(Gt(n, least - Rational(1, 2)), Lt(x, n))
            wanted = [f"n = {max(least, 0)}"] if least < 4 else []
            assert [k.what for k in judge.edges(region)] == wanted
        region = And(Ge(n, 2), Gt(x, 0), Gt(m, 0), Lt(m, n))
        assert {k.what for k in judge.edges(region)} == {"n = 2", "m = 1"}
        region = And(Ge(x, 2), Le(x, 2), Gt(y, 1), Lt(y, 0))
        assert judge.edges(region) == ()
