"""The listed rationals are those that Hypothesis' own strategy may draw, no more and no fewer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rationals import listed

BOUNDS = [(-1, 1, 8), (Fraction(1, 50), Fraction(49, 50), 60), (Fraction(-7, 3), Fraction(5, 4), 9)]


@pytest.mark.parametrize(("low", "high", "largest"), BOUNDS)
def test_every_fraction_is_listed_once(low: Fraction, high: Fraction, largest: int) -> None:
    """Neighbours a/b < c/d of a full list have bc - ad = 1 and b + d > the largest denominator (Farey)."""
    found = sorted(listed(Fraction(low), Fraction(high), largest))
    assert (found[0], found[-1]) == (low, high)
    for left, right in pairwise(found):
        (a, b), (c, d) = left.as_integer_ratio(), right.as_integer_ratio()
        assert b * c - a * d == 1
        assert max(b, d) <= largest < b + d


@given(st.fractions(-2, 3, max_denominator=6))
def test_what_hypothesis_draws_is_listed(value: Fraction) -> None:
    assert value in listed(Fraction(-2), Fraction(3), 6)


@pytest.mark.parametrize(("low", "high", "largest"), [(1, 0, 3), (0, 1, 0)])
def test_an_empty_list_is_told(low: int, high: int, largest: int) -> None:
    with pytest.raises(ValueError, match="no number"):
        listed(Fraction(low), Fraction(high), largest)
