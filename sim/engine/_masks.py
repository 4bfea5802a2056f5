"""Uniform subsets as masks, for sizes of the order of n: a byte per index instead of a list.

Every index is in with the same chance q/256, near size/n, independently; then rows with too few get
new members and rows with too many lose some, uniformly chosen: as many positions are drawn as are
missing, those that are not yet in are put in (or the other way round), and so on until the count is
right. Only whether a position is in is ever asked for, so the law is unchanged by any relabelling of
the indices, and a law on subsets of one size with that property is uniform.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._words import Words
from sim.engine.state import Bools, Integers


def masks(words: Words, n: int, size: int, steps: int, runs: int) -> Bools:
    """Draw steps * runs independent uniform subsets of range(n), as booleans (steps, runs, n)."""
    share = min(255, max(1, round(256 * size / n)))
    rows = words.bytes(steps * runs * n).reshape(steps * runs, n) < np.uint8(share)
    flat = rows.reshape(-1)
    missing = size - counts(rows)
    off = np.flatnonzero(missing)
    missing = missing[off]
    while off.size:
        wanted = np.repeat(missing > 0, np.abs(missing))
        start = np.repeat(off * n, np.abs(missing))
        positions = start + words.below(n, start.size)
        # positions that are as wanted already stay so; a position drawn twice is set once
        flat[positions] = wanted
        missing = size - counts(rows[off])
        off, missing = off[missing != 0], missing[missing != 0]
    return rows.reshape(steps, runs, n)


def counts(rows: Bools) -> Integers:
    """Give the number of true entries in each row."""
    packed: NDArray[Any] = np.packbits(rows, axis=1)
    return np.bitwise_count(packed).sum(axis=1, dtype=np.int64)
