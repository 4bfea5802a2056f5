"""Uniform subsets, drawn exactly and many at a time.

Of few indices among few by Floyd's algorithm (Bentley and Floyd, CACM 30(9), 1987), in tiles of runs and
steps; else each run and step has a row of words of its own, and its subset are the first `size` different
integers that they give. That is uniform because only equality of indices is ever asked for, never their
values: the law of the result is unchanged by any relabelling of the indices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._rows import span
from sim.engine._words import SHORT, TILE, Words

FLOYD = 16  # beyond, its comparisons cost more than sorting


def in_tiles(n: int, size: int) -> bool:
    """Say whether Floyd's algorithm is used. Tiles mix runs: where a run fills a cache, rows are better."""
    return size == 1 or (size <= FLOYD and n <= SHORT)


def together(n: int, size: int) -> int:
    """Steps that are drawn together."""
    return TILE if in_tiles(n, size) else span(size)


def subsets(words: Words, n: int, size: int, steps: int, runs: int, first: int = 0) -> NDArray[Any]:
    """Draw steps * runs independent uniform subsets of range(n), as (steps, size, runs).

    first: the step they begin at, a multiple of `together(n, size)`; it and the run decide the subset, and
    `steps` how many are given.
    """
    if size == 0:
        return np.empty((steps, 0, runs), dtype=np.uint16)
    tile = together(n, size)
    tiles = range(first // tile, -(-(first + steps) // tile))
    draw = words.floyd if in_tiles(n, size) else words.distinct
    return draw(n, size, tiles, runs)[:steps]


def indices(words: Words, n: int, size: int, steps: int, runs: int, first: int) -> Any:
    """Draw independent uniform indices below n, (steps, size, runs), steps and first multiples of TILE."""
    tiles = range(first // TILE, (first + steps) // TILE)
    return np.stack([words.each(n, runs, tiles, k) for k in range(size)], axis=1)
