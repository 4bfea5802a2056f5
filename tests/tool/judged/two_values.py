"""The batteries of tables that say two things, and of limits: the cases of their tests, and what is left."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    And,
    Contains,
    Dummy,
    Eq,
    Function,
    Ge,
    Gt,
    Le,
    Limit,
    Lt,
    Naturals,
    Piecewise,
    Rationals,
    Reals,
    Sum,
    Symbol,
    exp,
    false,
    log,
    oo,
    sin,
    sqrt,
    sympify,
    true,
)

from theorem_audit.doubt.undefined import _nodes
from theorem_audit.tests import test_limits, test_overlapping

x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
k = Symbol("k", integer=True)
FUNCTION = Function("f")
VALUE = {"x": x, "y": y, "z": z, "w": w, "k": k}


def _asked(judge: ModuleType, side: Any, region: Any) -> list[Any]:
    return [*judge.overlapping(_nodes(side), region)]


def _gaps(judge: ModuleType, side: Any, region: Any, formula: Any = true) -> list[Any]:
    return [*judge.uncovered(_nodes(side), region, formula)]


def overlaps_hold(judge: ModuleType) -> None:
    """The point told lies in both cases, which differ there; one a table; what cannot happen is not told."""
    for side, region in test_overlapping.ONE.values():
        assert _asked(judge, side, region) == [], side
    for name, (side, region) in test_overlapping.TWO.items():
        (found,) = _asked(judge, side, region)
        assert " has two values, " in found.what
        assert ": no case may hold where another does" in found.what
        if name in ("in a term", "within another", "of integers"):
            continue
        held = [
            v.subs(found.instance) for v, case in side.args if case.subs(found.instance) == true
        ]
        assert len({*held}) > 1 or name in ("of what nobody knows", "of no polynomials"), (
            name,
            found.instance,
        )
        assert region.subs(found.instance) == true
    for side, region in test_overlapping.EACH.values():
        assert _gaps(judge, side, region) == [], side
    for name, (side, region) in test_overlapping.NONE.items():
        ((found, bound),) = _gaps(judge, side, region)
        assert found.what.endswith(" has no case there")
        assert bound == (name == "in a term")
        if name not in ("in a term", "within another"):
            assert not any(case.subs(found.instance) == true for _, case in side.args), name
            assert region.subs(found.instance) == true
    for side, region, says in (
        (Piecewise((1, x > 0), (2, x < 0)), Gt(y, 0), 0),  # of x no hypothesis speaks
        (Piecewise((1, k > 0), (2, k < 0)), Gt(y, 0), 1),
        (Piecewise((1, Contains(x, Reals)), (2, x < 0)), Gt(x, 0), 0),
        (Piecewise((1, Contains(x, Naturals)), (2, x < 0)), Gt(x, 0), 1),
        (Piecewise((1, Contains(x, Rationals)), (2, x < 0)), Gt(x, 0), 0),
        (
            Piecewise((Piecewise((1, y > 0), (2, y < 0)), Contains(x, Rationals)), (0, True)),
            And(Gt(x, 0), Gt(y, -1)),
            0,
        ),
        (Piecewise((1, And(x > 0, x < 2)), (2, x >= 3)), Gt(x, 0), 1),
        (Piecewise((1, x**2 >= 2), (2, x**2 < 2)), Gt(x, 0), 0),
        (Piecewise((1, x + y > 2), (2, x + y < 2)), And(Gt(x, 0), Gt(y, 0)), 1),
    ):
        assert len(_gaps(judge, side, region)) == says, side
    _defined_tables(judge)
    (found,) = _asked(judge, test_overlapping.TWO["in a term"][0], true)
    assert found.instance == {test_overlapping.k: 2}
    two = Piecewise((y, x < 3), (z, k > x), (5, x > 2))
    assert [t.what.partition(" has")[0] for t in _asked(judge, two, true)] == [str(two)]
    told = f"{two} has two values, y and 5: no case may hold where another does"
    assert [t.what for t in _asked(judge, two, Gt(x, k))] == [told]
    # An index that is bound there is not told, where there is something else to tell.
    for part, shown in ((And(Gt(k, 2), Gt(y, 1)), {y}), (Gt(k, 2), {k})):
        rows = [(Piecewise((1, part), (2, Ge(k, 3)), (w, True)), frozenset({k}), Ge(k, 0), true)]
        (found,) = judge.overlapping(rows, true)
        assert {*found.instance} == shown
    table = Piecewise((1, x < 2), (2, x > 1))
    for rows, many in (
        ([(table, frozenset(), None, true)], 0), ([(x + table, frozenset(), true, true)], 0),
        ([(table, frozenset(), true, Lt(x, 0))], 0), ([(table, frozenset(), Gt(x, 5), true)], 0),
        ([(table, frozenset(), true, true)] * 2, 1), ([(table, frozenset(), false, true)], 0),
    ):  # fmt: skip
        assert len([*judge.overlapping(rows, true)]) == many
    for case, one, two, told in (
        (Gt(x, 0), y, y, None), (false, x, y, None), (Gt(x, 0), x, 2 * x, "x"), (Gt(x, 0), y, z, "xyz"),
        (And(Gt(x, 0), Eq(y, x)), x, y, None), (Gt(x, 0), 1, 2, "x"), (And(Gt(x, 0), Gt(y, 0)), x, y, "xy"),
        (Eq(x**2, 2), x, sqrt(2), "x"), (And(Gt(x, 0), Lt(x, 0)), 1, 2, None),
        (And(Eq(x, 3), Gt(y, 0)), x, 3, None), (Gt(x, 0), x, x * w, "xw"), (Gt(x, 0), FUNCTION(y), z, "x"),
        (Gt(x, 0), FUNCTION(y), FUNCTION(y), None), (Eq(x, 0), 1 / x, z, None),
    ):  # fmt: skip
        at = judge._both(case, sympify(one), sympify(two))
        assert ({*(at or ())} == {VALUE[c] for c in told}) if told else at is None, (
            case,
            one,
            two,
            at,
        )
        if at and told == "xy":
            assert at[x] != at[y]
    first = judge._both(Gt(x, 0), x, z)[x]
    assert judge._both(Gt(x, 0), log(Abs(x - first)), z)[x] not in (
        0,
        first,
    )  # it has no value there


def _defined_tables(judge: ModuleType) -> None:
    """What the formula's equations say of a table's symbols, and of its cases'; not of a sum's index."""
    rows = [*test_overlapping.DEFINED.values(), (*test_overlapping.IN_INTEGERS, False)]
    for defined, region, gap in rows:
        found = _gaps(judge, test_overlapping.AT_0, region, And(defined, Eq(z, 1)))
        assert len(found) == gap, defined
        assert all(v.instance[y] == 0 for v, _ in found)
    inner = Piecewise((1, x > 0), (2, x < 0))
    both = Piecewise((inner, y > 0), (0, True))
    unit = And(Ge(x, 0), Le(x, 1))
    for line, gap in ((2 * x + 1, 1), (2 * x - 1, 0), (2 * x + w, 1)):
        assert len(_gaps(judge, both, unit, Eq(y, line))) == gap, line
    term = Sum(Piecewise((1, k > 2), (2, k < 2)), (k, 1, 5))
    assert len(_gaps(judge, term, true, Eq(k, 7))) == 1
    guarded = Sum(Piecewise((inner, k > 4), (0, True)), (k, 1, 5))
    assert len(_gaps(judge, guarded, unit, Eq(k, 3))) == 1


def limits_hold(judge: ModuleType) -> None:
    """Those that do not exist at a point of the region, those that nobody shows to exist, and the others."""
    for table, told in ((test_limits.NONE, 1), (test_limits.SOME, 0), (test_limits.UNKNOWN, 2)):
        for name, (side, region) in table.items():
            found = [*judge.without_limit(_nodes(side), region)]
            assert len(found) == min(told, 1), (name, found)
            for one in found:
                assert (one.instance is None) == (told == 2)
                assert one.what.endswith(", which does not exist") == (told == 1)
                assert told == 2 or region.subs(one.instance) == true
    nowhere = Limit(sin(x), x, oo)
    for rows, many in (
        ([(nowhere, frozenset(), None, true)], 0), ([(1 + nowhere, frozenset(), true, true)], 0),
        ([(nowhere, frozenset(), true, true)] * 2, 1), ([(nowhere, frozenset(), true, And(Gt(y, 0), Lt(y,
         0)))], 0),
        ([(nowhere, frozenset(), true, Gt(y, 0))], 1), ([(nowhere, frozenset(), And(Gt(y, 0), Lt(y, 0)),
         true)], 0),
        ([(Limit(FUNCTION(x) * sin(x), x, oo), frozenset(), true, true)], 0),
    ):  # fmt: skip
        assert len([*judge.without_limit(rows, true)]) == many, rows
    for region, told in ((Gt(y, 0), 0), (true, 1)):  # the sign of y is asked for
        assert len([*judge.without_limit(_nodes(Limit(x**y, x, 0)), region)]) == told
    for region, told in (
        (Gt(y, 1), "positive"),
        (Lt(y, 0), "negative"),
        (Ge(y, 0), "nonnegative"),
        (Le(y, 0), ""),
    ):
        found = judge._signed(Limit(x * y * z, x, 0), And(region, Gt(w, 0), Lt(x, 5)))
        assert [*found] == ([y] if told else [])
        for new in found.values():
            assert isinstance(new, Dummy)
            assert new.is_real
            assert (
                next(k for k in ("positive", "negative", "nonnegative") if new.assumptions0.get(k))
                == told
            )
    assert {*judge._instances(And(Gt(x, 1), Lt(x, 0)))} == set()
    ends = judge._instances(And(Ge(x, 1), Lt(x, 3)))
    assert ends[0] == {x: 1} or Gt(ends[0][x], 1) == true
    assert {x: 1} in ends[1:]
    for node, at, told in (
        (nowhere, {}, False), (Limit(sin(x * y), x, oo), {}, None), (Limit(sin(x * y), x, oo), {y: 1}, False),
        (Limit(x * y, x, 0), {y: 1, z: 2}, True), (Limit(x * y, x, 2), {}, True), (Limit(1 / x, x, 0, "+-"),
         {}, False),
        (Limit(x, x, oo), {}, True), (Limit(exp(-x * y), x, oo), {}, None), (Limit(1 / x, x, 0), {x: 5}, True),
    ):  # fmt: skip
        assert judge._exists(node, at) is told, (node, at)
    for said, free, told in (
        ("the limit does not exist", set(), False), ("the limit does not exist", {y}, None), ("another",
         set(), None),
    ):  # fmt: skip
        assert judge._exists(_Odd(said, free), {}) is told


class _Odd:
    """An expression of which SymPy has no limit, and says so."""

    def __init__(self, said: str, free: set[Any]) -> None:
        self.said, self.free_symbols = said, free

    def subs(self, *put: Any, simultaneous: bool) -> _Odd:
        return self

    def doit(self) -> None:
        raise ValueError(self.said)
