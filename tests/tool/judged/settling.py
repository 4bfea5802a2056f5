"""The battery of what a search for instances asks: lists by hand, of the numbers that are always tried."""

from __future__ import annotations

from itertools import chain, pairwise
from types import ModuleType
from typing import Any

from flint import fmpq
from sympy import And, Eq, Gt, Le, Lt, Ne, Or, Rational, Symbol, exp, sqrt

x, y, z, a, b = (Symbol(name, real=True) for name in "xyzab")
n, m, k = (Symbol(name, integer=True) for name in "nmk")
TABLE = Or(And(Eq(x, Rational(17, 23)), Gt(y, 2)), And(Eq(y, 4), Lt(x, y)))
# A region, and the order in which its symbols are settled where nothing forces another.
ORDERS: tuple[tuple[Any, str], ...] = (
    (And(Gt(x, y), Gt(n, a), Gt(m, 0)), "m n a x y"), (And(Eq(a, x + y), Gt(b, 0)), "b x y a"),
    (And(Eq(x + y, b), Gt(a, 0)), "a b x y"), (And(Eq(x**2, b**2), Eq(y, a**3)), "a b x y"),
    (And(Eq(k, n + m), Gt(x, 0)), "m n k x"), (And(Eq(b**2, 2 * x), Gt(y, 0)), "b y x"),
    (And(Eq(b**2, 2 * x), Eq(y**2, a**3)), "a b y x"), (And(Eq(x, exp(y)), Gt(a, 0)), "a y x"),
     (And(Or(Eq(a, 1), Eq(a, 2)), Gt(b, a)), "a b"),
)  # fmt: skip
# A region, symbols with values, the one that was settled last, and whether the region is left.
POSSIBLE: tuple[tuple[Any, dict[Any, int], Any, bool], ...] = (
    (And(Gt(x, 1), Gt(y, x)), {}, None, True), (And(Gt(x, 1), Gt(y, x)), {x: 2}, None, True),
    (And(Gt(x, 1), Gt(y, x)), {x: 0}, None, False), (And(Gt(x, 1), Gt(y, x)), {x: 2, y: 1}, None, False),
    (And(Gt(x, 1), Gt(y, x)), {y: 1}, None, True), (And(Gt(x, 1), Gt(y, x)), {x: 0, y: 3}, y, True),
    (And(Gt(x, 1), Gt(y, x)), {x: 0, y: -3}, y, False), (TABLE, {y: 4}, None, True), (TABLE, {y: 3}, None,
     True),
    (TABLE, {y: 1}, None, False), (TABLE, {y: 4, x: 5}, None, False), (TABLE, {y: 4, x: 3}, None, True),
    (And(TABLE, Gt(z, y)), {y: 1, z: 5}, z, True), (And(TABLE, Gt(z, y)), {y: 1, z: 0}, z, False),
    (And(TABLE, Gt(z, y)), {z: 0, y: 1}, y, False), (And(TABLE, Gt(z, 9)), {z: 0, y: 4}, y, True),
    (Or(Gt(x, 3), Lt(x, -3)), {x: 0}, None, False), (Or(Gt(x, 3), Lt(x, -3)), {x: 5}, x, True),
    (Or(Gt(x, 3), Lt(y, -3)), {x: 0}, x, True), (Or(Gt(x, 3), Lt(y, -3)), {x: 0, y: 0}, y, False),
)  # fmt: skip
# A region, what is settled, and the symbol that is settled next.
NEXT: tuple[tuple[Any, str, str], ...] = (
    (And(Eq(a, x + y), Gt(b, 0)), "", "b"), (And(Eq(a, x + y), Gt(b, 0)), "x y", "a"),
    (And(Eq(a, x + y), Gt(b, 0)), "a x", "y"), (And(Eq(n, 2), Gt(m, 0)), "", "n"),
    (And(Eq(a, x + y), Eq(b**2, y + n + m)), "x y", "a"), (And(Gt(a, x + y), Gt(b, 0)), "x y", "a"),
     (And(Eq(x, 3), Eq(y, x)), "", "x"), (And(Eq(x, 3), Eq(y, x)),
     "x", "y"),
)  # fmt: skip


def _fmpq(*values: Any) -> list[fmpq]:
    return [fmpq(int(v.p), int(v.q)) for v in map(Rational, values)]


def _named(names: str) -> list[Any]:
    return [{str(s): s for s in (x, y, z, a, b, n, m, k)}[name] for name in names.split()]


def searches_hold(judge: ModuleType) -> None:
    """Which symbol is next, which of its values are tried, in what order; and what excludes a point."""
    for region, told in ORDERS:
        assert [*judge.Partial(region).symbols] == _named(told), region
    for region, values, last, told in POSSIBLE:
        at = {s: fmpq(v) for s, v in values.items()}
        partial = judge.Partial(region)
        for _ in range(2):
            assert partial.possible(at, frozenset(at), last) is told, (region, values, last)
    partial = judge.Partial(And(Gt(x, 1), Gt(y, x)))
    assert partial.possible({x: fmpq(2)}, frozenset([x]))
    assert not partial.possible({x: fmpq(0)}, frozenset([x]))
    for region, settled, told in NEXT:
        partial, done = judge.Partial(region), _named(settled)
        left = tuple(s for s in partial.symbols if s not in done)
        for _ in range(2):
            assert [partial.next(left, frozenset(done))] == _named(told), (region, settled)
    _options(judge)
    _candidates(judge)


def _options(judge: ModuleType) -> None:
    partial = judge.Partial(And(Gt(x, 1), TABLE, Eq(z, x), Le(y, 5)))
    told = {
        frozenset(frozenset(str(c.relation) for c in o) for o in choice)
        for choice in partial.options
    }
    table = [{"Eq(x, 17/23)", "y > 2"}, {"Eq(y, 4)", "x < y"}]
    assert told == {
        frozenset(map(frozenset, v)) for v in (table, [{"x > 1"}], [{"Eq(z, x)"}], [{"y <= 5"}])
    }
    assert len(partial.options) == 4
    assert {str(c.relation) for c in partial.single} == {"x > 1", "Eq(z, x)", "y <= 5"}
    assert {str(c.relation) for c in partial.equations} == {"Eq(z, x)"}
    assert {str(c.relation) for c in partial.either} == {"Eq(x, 17/23)", "Eq(y, 4)"}
    for symbol, single, whole in (
        (x, {"x > 1", "Eq(z, x)"}, 1),
        (y, {"y <= 5"}, 1),
        (z, {"Eq(z, x)"}, 0),
        (a, set(), 0),
    ):
        for _ in range(2):
            about = partial.about(symbol)
            assert {str(c.relation) for part in about if len(part) == 1 for c in part[0]} == single
            assert [part for part in about if len(part) > 1] == [
                o for o in partial.options if len(o) > 1
            ] * whole
    for symbol, settled, single, either in (
        (x, [], {"x > 1"}, {"Eq(x, 17/23)"}), (y, [], {"y <= 5"}, {"Eq(y, 4)"}), (x, [z], {"x > 1",
         "Eq(z, x)"}, {"Eq(x, 17/23)"}),
        (z, [x], {"Eq(z, x)"}, set()), (z, [], set(), set()), (y, [x], {"y <= 5"}, {"Eq(y, 4)"}),
    ):  # fmt: skip
        for _ in range(2):
            found = partial.ready(symbol, frozenset(settled))
            assert tuple({str(c.relation) for c in part} for part in found) == (single, either)


def _tried(
    judge: ModuleType, region: Any, symbol: Any, at: dict[Any, int], thorough: bool = False
) -> list[fmpq]:
    values = {s: fmpq(v) for s, v in at.items()}
    return [*judge.Partial(region, thorough).candidates(symbol, values, frozenset(values))]


def _around(ends: list[fmpq], thorough: bool = False) -> list[fmpq]:
    """Middles, the ends, their halves, and points close to them, nearest last but for the thousandth."""
    halves = [end / 2 for end in ends] * thorough
    middles = [(low + high) / 2 for low, high in pairwise(ends)]
    steps = _fmpq("1/100", "-1/100", "1/20", "-1/20", "1/1000", "-1/1000")
    return [
        *middles,
        *ends,
        *halves,
        *chain.from_iterable([end + step for end in ends] for step in steps),
    ]


def _candidates(judge: ModuleType) -> None:
    whole, more, some, large = (
        [*v] for v in (judge.WHOLE, judge.MORE, judge.RATIONAL, judge.LARGE)
    )
    sizes = _fmpq(7, 8, 6, 9, 12, 13, 11, 14)
    region = And(Gt(n, 7), Lt(n, 12), Gt(x, n))
    assert _tried(judge, region, n, {}) == [*whole, *sizes]
    near = [fmpq(v + j) for v in (7, 12) for j in (0, 1, 2, -1)]
    found = _tried(judge, region, n, {}, True)
    assert found[: -len(near)] == [*whole, *sizes, *more]
    assert {*found[-len(near) :]} == {*near}
    found = _tried(judge, Gt(n**2, 50), n, {}, True)  # beyond 7.07 and -7.07
    assert {*found[-8:]} == {*_fmpq(7, 8, 9, 6, -8, -7, -6, -9)}
    assert _tried(judge, And(Gt(x, 1), Lt(x, 3), Gt(y, x)), x, {}) == [*some, *_around(_fmpq(1, 3))]
    assert _tried(judge, And(Gt(x, 1), Lt(x, y)), x, {y: 8}) == [*some, *_around(_fmpq(1, 8))]
    assert _tried(judge, Gt(y, x), x, {}) == some
    found = _tried(judge, And(Gt(x, 1), Lt(x, Rational(9, 16))), x, {}, True)
    assert found == [
        *some,
        *large,
        *_fmpq(9, 10, 8, 11, 16, 17, 15, 18),
        *_around(_fmpq("9/16", 1), True),
    ]
    found = _tried(judge, Gt(x**2, 2), x, {}, True)
    assert found[: len(some) + 3] == [*some, *large]
    low, high = found[len(some) + 4 : len(some) + 6]
    assert (found[len(some) + 3], -low) == (0, high)
    assert abs(high * high - 2) < fmpq(1, 10**28)  # it is asked for 30 digits
    assert _tried(judge, Gt(x**2, 2), x, {}) == some
    # What an equation forces; a thorough search tries others where it is none that is solved.
    for thorough in (False, True):
        assert _tried(judge, And(Eq(2 * x, 7), Gt(x, 0)), x, {}, thorough) == _fmpq("7/2")
        assert _tried(judge, And(Eq(x, 2 * n), Gt(x, 0)), x, {n: 5}, thorough) == _fmpq(10)
        assert _tried(judge, And(Eq(n, 3), Gt(n, 0)), n, {}, thorough) == _fmpq(3)
    assert _tried(judge, And(Eq(x, exp(y)), Gt(x, 0)), y, {x: 5}) == []
    assert _tried(judge, And(Eq(x, exp(y)), Gt(x, 0)), y, {x: 5}, True)[: len(some)] == some
    assert _tried(judge, Eq(x**3, 8), x, {}) == []
    assert fmpq(2) in _tried(judge, Eq(x**3, 8), x, {}, True)
    assert _tried(judge, TABLE, x, {}) == [*some, *_fmpq("17/23")]
    assert _tried(judge, Or(Eq(n, 40), Eq(n, x)), n, {x: 50})[len(whole) :] == [
        *_fmpq(40, 41, 39, 42),
        *_fmpq(40, 50),
    ]
    assert _tried(judge, Or(Eq(n, 4), Eq(n, x)), n, {})[len(whole) :] == _fmpq(4)
    # The eight largest numbers of a region, those above 5, with the next and the one after.
    many = And(*(Gt(n, k * x) for k in range(3, 16)))
    told = [fmpq(j + shift) for j in range(8, 16) for shift in (0, 1, -1, 2)]
    assert judge.Partial(many).sizes == judge.Partial(many, True).sizes == told
    few = And(Gt(n, 5 * x), Gt(x, -6), Lt(y, Rational(7, 2)), Ne(x, sqrt(11)))
    assert judge.Partial(few).sizes == _fmpq(6, 7, 5, 8, 11, 12, 10, 13)
    assert judge.Partial(And(Gt(n, 6 * x), Gt(x, 5))).sizes == _fmpq(6, 7, 5, 8)
    assert judge.Partial(And(Gt(y, Rational(7, 9)), Gt(x, -5))).sizes == []
    assert judge.Partial(And(Gt(y, Rational(7, 9)), Gt(x, -5)), True).sizes == _fmpq(
        7, 8, 6, 9, 9, 10, 8, 11
    )
