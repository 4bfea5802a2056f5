"""Whole numbers give the products and parts that fractions give."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import frames
from theory.vocabulary import data

F = Fraction
ENTRIES = st.fractions(-3, 3, max_denominator=7)
VECTORS = st.integers(1, 4).flatmap(
    lambda d: st.lists(st.lists(ENTRIES, min_size=d, max_size=d), min_size=2, max_size=5)
)


@given(VECTORS)
def test_they_are_those_of_the_vocabulary(vectors: list[list[Fraction]]) -> None:
    v, *others = vectors
    assert frames.inner(v, others[0]) == data.inner(v, others[0])
    assert frames.off_span(v, others) == data.off_span(v, others)
    assert frames.off_span(v, []) == v


def test_a_vector_of_the_span_has_no_part_off_it() -> None:
    span = [[F(1, 2), F(1, 3), F(0)], [F(0), F(0), F(0)], [F(0), F(1, 7), F(2)]]
    assert frames.off_span([F(1, 2), F(1, 3) + F(5, 7), F(10)], span) == [0, 0, 0]


def test_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 and 1 coordinates"):
        frames.inner([F(1), F(2)], [F(1)])
