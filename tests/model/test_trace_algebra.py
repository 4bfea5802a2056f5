"""Traces of words in symmetric letters, against traces of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Symbol, expand

from theory.model.trace_algebra import applied, letter, trace

X, Y, Z = letter("X"), letter("Y"), letter("Z")
LETTERS = {"X": X, "Y": Y, "Z": Z}
WORDS = st.lists(st.sampled_from("XYZ"), min_size=1, max_size=6)
ENTRIES = st.lists(st.integers(-3, 3), min_size=18, max_size=18)


def _matrices(entries: list[int]) -> dict[str, np.ndarray]:
    """Symmetric integer matrices: traces are exact in int64."""
    found = {}
    for name, block in zip("XYZ", np.array(entries).reshape(3, 6), strict=True):
        m = np.zeros((3, 3), dtype=np.int64)
        m[np.triu_indices(3)] = block
        found[name] = m + np.triu(m, 1).T
    return found


def _numeric(word: list[str], matrices: dict[str, np.ndarray]) -> int:
    product = np.eye(3, dtype=np.int64)
    for name in word:
        product = product @ matrices[name]
    return int(np.trace(product))


def _symbolic(word: list[str]) -> object:
    product = Integer(1)
    for name in word:
        product = product * LETTERS[name]
    return product


@given(word=WORDS, turn=st.integers(0, 5), back=st.booleans(), other=WORDS, entries=ENTRIES)
def test_equal_normal_forms_are_equal_traces(
    word: list[str], turn: int, back: bool, other: list[str], entries: list[int]
) -> None:
    matrices = _matrices(entries)
    moved = word[turn % len(word) :] + word[: turn % len(word)]
    moved = moved[::-1] if back else moved
    assert trace(_symbolic(moved)) == trace(_symbolic(word))
    assert _numeric(moved, matrices) == _numeric(word, matrices)
    if trace(_symbolic(other)) == trace(_symbolic(word)):
        assert _numeric(other, matrices) == _numeric(word, matrices)


def test_vanishing_products() -> None:
    apart = [frozenset((X, Y))]
    assert trace(X * Y * Z, apart) == {}
    assert trace(X * Z * Y, apart) == {}  # Y meets X around the end
    assert len(trace(X * Z * Y * Z, apart)) == 1


def test_operators_act_linearly() -> None:
    A = Symbol("A")
    assert expand(applied(1 - 2 * A, {A: lambda m: Y * m * Y}, X) - (X - 2 * Y * X * Y)) == 0
    with pytest.raises(ValueError, match="must be linear"):
        applied(A**2, {A: lambda m: m}, X)
