"""Uniform subsets as masks, for sizes of the order of n: a byte per index instead of a list.

Every index is in with the same chance q/256, near size/n, independently; then a row with too few gets
new members and one with too many loses some, uniformly chosen: positions are drawn one after the other,
and those that are not yet as wanted are changed, until the count is right. Only whether a position is in is
ever asked for, so the law is unchanged by any relabelling of the indices, and a law on subsets of one size
with that property is uniform. In rounds: as many positions as are missing can all be wanted.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._rows import MASKS, Rows, counters, span
from sim.engine._words import Words
from sim.engine.state import Bools, Integers


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
    while off.size:
        wanted, row = (np.repeat(x, np.abs(missing)) for x in (missing > 0, off))
        positions, good = rows.below(n, row)
        flat[(row * n + positions)[good]] = wanted[good]
        missing = size - counts(inside[off])
        off, missing = off[missing != 0], missing[missing != 0]
    parts = inside.reshape(len(tiles), runs, tile, n).swapaxes(1, 2)
    return np.ascontiguousarray(parts).reshape(-1, runs, n)[:steps]


def counts(rows: Bools) -> Integers:
    """Give the number of true entries in each row."""
    packed: NDArray[Any] = np.packbits(rows, axis=1)
    return np.bitwise_count(packed).sum(axis=1, dtype=np.int64)
