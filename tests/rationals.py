"""Random rationals for Hypothesis: ``st.fractions`` with a largest denominator, drawn in one choice."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil, floor

from hypothesis import strategies as st

CORNERS = Fraction(45, 100)  # share of draws; st.fractions(-1, 1, max_denominator=8) has it too


@cache
def fractions(
    min_value: Fraction | int, max_value: Fraction | int, *, max_denominator: int
) -> st.SearchStrategy[Fraction]:
    """Any fraction of the interval with a denominator up to ``max_denominator``.

    The same numbers as ``st.fractions`` gives, ends included: they are listed, simplest first (what a
    failure shrinks to), and one draw takes one.  As there, nearly half of the draws are an end or the
    simplest number, most often 0: the degenerate cases.  ``st.fractions`` builds a strategy for the
    numerator at each draw, and that took most of the time of these tests.
    """
    low, high = Fraction(min_value), Fraction(max_value)
    values = listed(low, high, max_denominator)
    corners = list(dict.fromkeys([values[0], low, high]))
    often = ceil(CORNERS / (1 - CORNERS) * len(values) / len(corners))
    return st.sampled_from(corners * often + values)


def listed(low: Fraction, high: Fraction, largest: int) -> list[Fraction]:
    """Every fraction from ``low`` to ``high`` with a denominator up to ``largest``; ValueError if none.

    >>> [str(x) for x in listed(Fraction(-1, 2), Fraction(1, 2), 3)]
    ['0', '1/2', '-1/2', '1/3', '-1/3']
    """
    if low > high or largest < 1:
        raise ValueError(f"[{low}, {high}], denominators up to {largest}: no number")
    values = {
        Fraction(p, q)
        for q in range(1, largest + 1)
        for p in range(ceil(low * q), floor(high * q) + 1)
    }
    return sorted(values, key=lambda x: (x.denominator, abs(x.numerator), x.numerator < 0))


__all__ = ["fractions", "listed"]
