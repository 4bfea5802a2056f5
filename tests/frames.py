"""Inner products and parts off a span of rational vectors, in whole numbers over one denominator each.

The same numbers as ``theory.vocabulary.data`` gives: a Fraction is made once an answer, not once a product.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from operator import mul

Whole = tuple[list[int], int]  # numerators, and what they are over


def whole(v: Sequence[Fraction]) -> Whole:
    """The vector as whole numbers over a common denominator."""
    below = lcm(*(x.denominator for x in v))
    return [x.numerator * (below // x.denominator) for x in v], below


def inner(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    """The inner product.  ValueError where one vector is longer.

    >>> inner([Fraction(1, 2), Fraction(1)], [Fraction(2), Fraction(1, 3)])
    Fraction(4, 3)
    """
    if len(u) != len(v):
        raise ValueError(f"{len(u)} and {len(v)} coordinates: as many are needed")
    (one, below), (two, other) = whole(u), whole(v)
    return Fraction(sum(map(mul, one, two)), below * other)


class Span:
    """What vectors span."""

    def __init__(self, vectors: Sequence[Sequence[Fraction]]) -> None:
        self.vectors = vectors

    @cached_property
    def frame(self) -> list[tuple[list[int], int]]:
        """Orthogonal whole vectors that span the same, and their squared norms."""
        found: list[tuple[list[int], int]] = []
        for x in self.vectors:
            rest, _ = _off(found, whole(x))
            if common := gcd(*rest):
                rest = [e // common for e in rest]
                found.append((rest, sum(map(mul, rest, rest))))
        return found

    def off(self, v: Sequence[Fraction]) -> list[Fraction]:
        """The part of ``v`` that is orthogonal to all of it.

        >>> Span([[Fraction(1), Fraction(1)]]).off([Fraction(1), Fraction(0)])
        [Fraction(1, 2), Fraction(-1, 2)]
        """
        rest, below = _off(self.frame, whole(v))
        return [Fraction(e, below) for e in rest]


def _off(frame: Sequence[tuple[list[int], int]], v: Whole) -> Whole:
    rest, below = v
    for y, length in frame:
        if share := sum(map(mul, rest, y)):
            rest = [length * e - share * f for e, f in zip(rest, y, strict=True)]
            common = gcd(below * length, *rest)
            rest, below = [e // common for e in rest], below * length // common
    return rest, below


def off_span(v: Sequence[Fraction], vectors: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """The part of ``v`` orthogonal to all ``vectors``."""
    return Span(vectors).off(v)


__all__ = ["Span", "inner", "off_span"]
