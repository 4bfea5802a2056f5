"""Uniform subsets, drawn exactly and many at a time.

Up to FLOYD indices by Floyd's algorithm (Bentley and Floyd, CACM 30(9), 1987), from words of each run's
own; beyond by drawing with repetition and redrawing the repeats until none is left, from the stream of
the block. The latter is uniform because only equality of indices is ever asked for, never their
values: the law of the result is unchanged by any relabelling of the indices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._words import TILE, Words

FLOYD = 16  # beyond, its comparisons cost more than sorting


def subsets(words: Words, n: int, size: int, steps: int, runs: int, first: int = 0) -> NDArray[Any]:
    """Draw steps * runs independent uniform subsets of range(n), as (steps, size, runs).

    first: the step they begin at, a multiple of TILE; up to FLOYD indices it and the run decide the
    subset, and `steps` how many are given.
    """
    if size == 0:
        return np.empty((steps, 0, runs), dtype=np.uint16)
    if size <= FLOYD:
        tiles = range(first // TILE, -(-(first + steps) // TILE))
        return words.floyd(n, size, tiles, runs)[:steps]
    sets = _redraw(words, n, size, steps * runs)
    sets = sets.reshape(steps, runs, size).swapaxes(1, 2)
    return np.ascontiguousarray(sets) if words.transposes else sets


def indices(words: Words, n: int, size: int, steps: int, runs: int, first: int) -> Any:
    """Draw independent uniform indices below n, (steps, size, runs), steps and first multiples of TILE."""
    tiles = range(first // TILE, (first + steps) // TILE)
    return np.stack([words.each(n, runs, tiles, k) for k in range(size)], axis=1)


def _redraw(words: Words, n: int, size: int, count: int) -> NDArray[Any]:
    """Redraw every slot that repeats another, until none does."""
    sets = np.array(words.below(n, count * size)).reshape(count, size)
    slots = words.repeats(sets)
    while slots.size:
        slots = words.put_new(sets, slots, words.below(n, slots.size))
    return sets
