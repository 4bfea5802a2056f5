"""Uniform subsets as masks, for sizes of the order of n: a byte per index instead of a list.

Every index is in with the same chance q/256, near size/n, independently; then a row with too few gets
new members and one with too many loses some, uniformly chosen: positions are drawn one after the other,
and those that are not yet as wanted are changed, until the count is right. Only whether a position is in is
ever asked for, so the law is unchanged by any relabelling of the indices, and a law on subsets of one size
with that property is uniform.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._rows import MASKS, Rows, counters, span
from sim.engine._words import Words, accepted, high
from sim.engine.state import Bools, Integers

_COLUMNS = 4  # words after which the rows that are right are left alone


def masks(words: Words, n: int, size: int, steps: int, runs: int, first: int = 0) -> Bools:
    """Draw steps * runs independent uniform subsets of range(n), as booleans (steps, runs, n).

    first: the step they begin at, a multiple of `span(n)`; it and the run decide the subset.
    """
    tile, width = span(n), words.width
    tiles = range(first // tile, -(-(first + steps) // tile))
    rows = Rows(words, MASKS, tile, counters(8 * n), counters(width * isqrt(4 * n)), tiles, runs)
    share = min(255, max(1, round(256 * size / n)))
    inside = rows.begin().view(np.uint8)[:, :n] < np.uint8(share)
    flat = inside.reshape(-1)
    missing = size - counts(inside)
    off = np.flatnonzero(missing)
    missing = missing[off]
    k = 0
    while off.size:
        k += 1
        drawn = rows.later(k, off)
        off, missing = _put_right(flat, off, n, missing, drawn)
    return inside.reshape(-1, runs, n)[:steps]


def _put_right(
    flat: Bools, off: Integers, n: int, missing: Integers, drawn: NDArray[Any]
) -> tuple[Integers, Integers]:
    """Change the positions that are drawn for the rows `off`, one word after the other, until each is right.

    missing: members, negative where there are too many. Give the rows that are still off, and theirs.
    """
    words = np.ascontiguousarray(drawn.T)
    positions, good = high(words.reshape(-1), n).reshape(words.shape), accepted(words, n)
    which, wanted, left = np.arange(off.size), missing > 0, np.abs(missing)
    for k, (position, fine) in enumerate(zip(positions, good, strict=True)):
        if k % _COLUMNS == 0:
            which = which[left[which] > 0]
            if not which.size:
                break
            begin, want, still = off[which] * n, wanted[which], left[which]
        place = begin + position[which]
        was = flat[place]
        now = np.where(fine[which] & (still > 0), want, was)
        flat[place] = now
        still -= now != was
        left[which] = still
    rest = left > 0
    return off[rest], np.where(wanted, left, -left)[rest]


def counts(rows: Bools) -> Integers:
    """Give the number of true entries in each row."""
    packed: NDArray[Any] = np.packbits(rows, axis=1)
    return np.bitwise_count(packed).sum(axis=1, dtype=np.int64)
