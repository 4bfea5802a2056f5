"""What a search for instances asks where some symbols of a region are settled, and others are not.

What hangs on which symbols are settled, and not on their values, is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from operator import eq

from flint import fmpq
from sympy import Integer, Rational, Symbol
from sympy.logic.boolalg import Boolean, Or

from theorem_audit.doubt.condition import Condition, condition_of
from theorem_audit.exact.zero import relations

Settled = frozenset[Symbol]
Holds = Callable[[Mapping[Symbol, fmpq]], bool]

WHOLE = tuple(map(fmpq, (1, 2, 3, 4, 5, 0, 6, 8)))
MORE = tuple(map(fmpq, (7, *range(9, 41), *range(-1, -10, -1))))
RATIONAL = tuple(
    fmpq(p, q)
    for p, q in (
        (1, 10), (1, 4), (1, 2), (1, 1), (0, 1), (3, 10), (3, 4), (1, 3), (3, 2), (2, 1), (-1, 10),
        (-1, 2), (-1, 1), (5, 4), (1, 100), (3, 1), (9, 10), (-1, 4), (5, 1), (1, 1000),
    )
)  # fmt: skip
LARGE = (fmpq(10), fmpq(100), fmpq(10_000))
NEAR = tuple(fmpq(s, q) for q in (100, 20, 1000) for s in (1, -1))


class Partial:
    """A conjunction of conditions and of alternatives, ready for the search."""

    def __init__(self, region: Boolean, thorough: bool = False) -> None:
        self.thorough = thorough
        self.options: list[list[list[Condition]]] = []  # and of (or of (and of conditions))
        for part in relations(region):
            choices = part.args if isinstance(part, Or) else (part,)
            self.options.append([[condition_of(c) for c in relations(o)] for o in choices])
        self.single = [c for choice in self.options if len(choice) == 1 for c in choice[0]]
        self.equations = [c for c in self.single if c.func is eq]
        self.either = [
            c
            for choice in self.options
            if len(choice) > 1
            for o in choice
            for c in o
            if c.func is eq
        ]

        numbers = sorted(map(abs, region.atoms(Integer)))[-8:]
        if thorough:
            parts = {abs(int(k)) for x in region.atoms(Rational) for k in (x.p, x.q)}
            numbers = sorted(map(Integer, parts))[-8:]
        self.sizes = [fmpq(int(k) + shift) for k in numbers if k > 5 for shift in (0, 1, -1, 2)]
        defined = {c.relation.lhs for c in self.equations if c.relation.lhs.is_Symbol}

        def rank(x: Symbol) -> tuple[bool, bool, bool, str]:
            last = any(c.degree(x) == 1 for c in self.equations)
            return (not x.is_integer, x in defined, last, str(x))

        self.symbols = tuple(sorted(region.free_symbols, key=rank))
        self._about: dict[Symbol, list[list[list[Condition]]]] = {}
        # What hangs on which symbols are settled, and not on their values.
        self._asked: dict[tuple[Settled, Symbol | None], list[list[list[Holds]]]] = {}
        self._next: dict[tuple[tuple[Symbol, ...], Settled], Symbol] = {}
        self._ready: dict[tuple[Symbol, Settled], tuple[list[Condition], list[Condition]]] = {}

    def possible(
        self, value: Mapping[Symbol, fmpq], settled: Settled, last: Symbol | None = None
    ) -> bool:
        """False when what is settled so far already excludes the region.

        last: the symbol that was settled last, where the others were asked before.
        """
        if (asked := self._asked.get((settled, last))) is None:
            asked = self._asked[settled, last] = [
                [[c.holds for c in o if c.names <= settled] for o in choice]
                for choice in (self.options if last is None else self.about(last))
            ]
        for choice in asked:
            for conditions in choice:
                for holds in conditions:
                    if not holds(value):
                        break
                else:
                    break
            else:
                return False
        return True

    def about(self, x: Symbol) -> list[list[list[Condition]]]:
        """The part of ``options`` that speaks of ``x``."""
        if x not in self._about:
            self._about[x] = [
                [[c for c in choice[0] if x in c.names]] if len(choice) == 1 else choice
                for choice in self.options
                if any(x in c.names for o in choice for c in o)
            ]
        return self._about[x]

    def next(self, left: tuple[Symbol, ...], settled: Settled) -> Symbol:
        """The symbol that is settled next: one that an equation determines, where there is one."""
        if (found := self._next.get((left, settled))) is None:
            forced = (x for x in left if any(_left(c, x, settled) for c in self.equations))
            found = self._next[left, settled] = next(forced, left[0])
        return found

    def ready(self, x: Symbol, settled: Settled) -> tuple[list[Condition], list[Condition]]:
        """The conditions in which ``x`` alone is not settled: single ones, and equations of alternatives."""
        if (found := self._ready.get((x, settled))) is None:
            found = self._ready[x, settled] = (
                [c for c in self.single if _left(c, x, settled)],
                [c for c in self.either if _left(c, x, settled)],
            )
        return found

    def ends(self, ready: list[Condition], x: Symbol, value: Mapping[Symbol, fmpq]) -> set[fmpq]:
        """Where conditions on ``x`` alone become equations, close to it; none unless thorough."""
        if not self.thorough:
            return set()
        return set[fmpq]().union(*(condition.ends(x, value) for condition in ready))

    def candidates(
        self, x: Symbol, value: Mapping[Symbol, fmpq], settled: Settled
    ) -> Iterator[fmpq]:
        """What equations force; else small numbers, and ends and middles of what is left to ``x``."""
        ready, either = self.ready(x, settled)
        for condition in ready:
            # a thorough search tries numbers where an equation is none that is solved
            if condition.func is eq and not (self.thorough and not condition.solved_for(x)):
                yield from condition.roots(x, value)
                return
        if x.is_integer:
            yield from WHOLE
            yield from self.sizes
            yield from MORE if self.thorough else ()
            for end in self.ends(ready, x, value):
                yield from (fmpq(end.floor() + k) for k in (0, 1, 2, -1))
            yield from _entries(either, x, value)
            return
        yield from RATIONAL
        yield from (*LARGE, *self.sizes) if self.thorough else ()
        exact = {root for condition in ready for root in condition.roots(x, value)}
        ends = sorted(exact.union(self.ends(ready, x, value)))
        yield from ((low + high) / 2 for low, high in pairwise(ends))
        yield from ends
        yield from (end / 2 for end in ends if self.thorough)  # between it and 0
        for step in NEAR:  # open ends: points close to them
            yield from (end + step for end in ends)
        yield from _entries(either, x, value)


def _entries(either: list[Condition], x: Symbol, value: Mapping[Symbol, fmpq]) -> Iterator[fmpq]:
    """What the equations of one alternative or another say of ``x``: a table's entries."""
    for condition in either:
        yield from condition.roots(x, value)


def _left(condition: Condition, x: Symbol, settled: Settled) -> bool:
    """Whether ``x`` is the one symbol of the condition that is not settled."""
    return x in condition.names and condition.names - settled == {x}


__all__ = ["Partial", "Settled"]
