"""The shared symbols' values on what a search plays, as the claim means them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import Symbol

from tests.frames import Span, inner
from tests.instances import Vector
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.legend import LEGEND
from theory.notation import r2
from theory.vocabulary.observables import Seen

SHARED = LEGEND[""]


def way_of(claim: Claim, turn: int) -> Item:
    """How the claim draws batches; an item that leaves two ways open stands for each, by turns."""
    item = claim.item(words.BATCHES)
    ways = (words.UNIFORM, words.WITH_REPLACEMENT)
    return ways[turn % 2] if item == words.INDEPENDENT else item


def seen(
    w: Vector,
    data: Sequence[Vector],
    *,
    linear: bool = True,
    after: Vector | None = None,
    **more: Any,
) -> Seen:
    """A weight as meanings read it, and the weight after a step, with the gates before it."""
    gates, span = [int(linear or inner(w, x) > 0) for x in data], Span(data)

    def state(v: Vector, **rest: Any) -> Seen:
        off, r2 = span.off(v), inner(v, v)
        return Seen([inner(v, x) for x in data], gates, r2, r2 - inner(off, off), off, **rest)

    return state(w, after=None if after is None else state(after, **more), **more)


def norm2(claim: Claim, w: Iterable[Fraction]) -> dict[Symbol, Any]:
    """The claim's r2 at a weight, where nothing else of the state is asked."""
    total = sum((x * x for x in w), Fraction(0))
    return measured(claim, Seen((), (), total, Fraction(0)), (r2,))


def chances(points: int, size: int) -> Seen:
    """What chances of a batch of ``size`` among n data read."""
    return Seen((Fraction(0),) * points, (1,) * points, Fraction(0), Fraction(0), size=size)


def measured(
    claim: Claim, at: Seen, symbols: Iterable[Symbol], shared: Mapping[str, str] = SHARED
) -> dict[Symbol, Any]:
    """Each symbol's value at ``at``: by the claim's meaning, or, where it has other words, the shared one."""
    found = {}
    for x in symbols:
        try:
            meaning = claim.meaning(x)
        except LookupError:
            meaning = shared[str(x)]  # type: ignore[assignment]
        found[x] = meaning.value(at)
    return found
