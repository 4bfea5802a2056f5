"""The first different integers of each row of words, by NumPy (why they are uniform: `sim.engine._subsets`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._rows import LISTS, Rows, counters, span
from sim.engine._words import Words, integers
from sim.engine.state import Integers

_FEW_REPEATS = 2  # expected in a row, up to which comparing is cheaper than sorting again


def sizes(size: int, width: int) -> tuple[int, int]:
    """Counters of a row in round 0, of which `size` words are used, and in each later round: a quarter."""
    first = counters(size * width)
    return first, -(-first // 4)


def distinct(words: Words, n: int, size: int, tiles: range, runs: int) -> NDArray[Any]:
    """Give subsets (steps, size, runs): sort the first integers of a row, replace those that repeat."""
    rows = Rows(words, LISTS, span(size), *sizes(size, words.width), tiles, runs)
    begun = rows.begin().view(f"<u{words.width // 8}")[:, :size]
    begun = np.ascontiguousarray(begun).reshape(-1)
    sets = integers(begun, n).reshape(rows.count, size)  # n is no index
    if size * (size - 1) > 2 * _FEW_REPEATS * n:
        _sort_again(sets, n, rows)
    else:
        _compare(sets, n, rows)
    return rows.by_step(sets)


def _open(sets: NDArray[Any], n: int) -> Integers:
    """Sort the rows; find the entries that repeat the one before, or are no index, as flat positions."""
    sets.sort(axis=1)
    flat, size = sets.reshape(-1), sets.shape[1]
    again = np.zeros(flat.size, dtype=bool)
    np.equal(flat[1:], flat[:-1], out=again[1:])
    again[::size] = False  # the one before is another row's
    if n < 1 << 8 * sets.itemsize:  # else every word is accepted
        again |= flat == n
    return np.flatnonzero(again)


def _sort_again(sets: NDArray[Any], n: int, rows: Rows) -> None:
    """Where repeats are many: put the next integers in, and sort the rows that changed."""
    size = sets.shape[1]
    slots = _open(sets, n)
    while slots.size:
        row = slots // size
        sets.reshape(-1)[slots] = rows.below(n, row)
        changed = np.flatnonzero(np.bincount(row))
        part = sets[changed]
        again = _open(part, n)
        sets[changed] = part
        slots = changed[again // size] * size + again % size


def _compare(sets: NDArray[Any], n: int, rows: Rows) -> None:
    """Where repeats are few: compare the next integers with their rows."""
    size, flat = sets.shape[1], sets.reshape(-1)
    slots = _open(sets, n)
    while slots.size:
        row = slots // size
        fresh = rows.below(n, row)
        left = np.zeros(row.size, dtype=bool)
        left[np.flatnonzero(sets.take(row, axis=0) == fresh[:, None]) // size] = True
        if n < 1 << 8 * fresh.itemsize:
            left |= fresh == n
        for apart in range(1, row.size):  # with those of the same row before it
            same = row[apart:] == row[:-apart]
            if not same.any():
                break
            same &= fresh[apart:] == fresh[:-apart]
            left[apart:] |= same
        flat[slots[~left]] = fresh[~left]
        slots = slots[left]
