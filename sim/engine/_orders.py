"""Uniform permutations, each run's and epoch's own: Fisher and Yates, from the last place to the first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._rows import ORDERS, Rows, counters, span
from sim.engine._words import Words, integers


def orders(words: Words, n: int, epochs: int, runs: int, first: int = 0) -> NDArray[Any]:
    """Draw permutations of range(n), (epochs, n, runs); first: their first epoch, a multiple of `span(n)`."""
    tile = span(n)
    tiles = range(first // tile, -(-(first + epochs) // tile))
    size = counters(words.width * n)
    rows = Rows(words, ORDERS, tile, size, -(-size // 4), tiles, runs)
    drawn = rows.begin().view(f"<u{words.width // 8}")
    order = np.tile(np.arange(n)[:, None], (1, rows.count))
    every = np.arange(rows.count)
    for place in range(n - 1, 0, -1):
        bound = place + 1
        other = integers(np.ascontiguousarray(drawn[:, place]), bound).astype(np.intp)
        bad = np.flatnonzero(other == bound)
        while bad.size:
            other[bad] = rows.below(bound, bad)
            bad = bad[other[bad] == bound]
        last = order[place].copy()
        order[place] = order[other, every]
        order[other, every] = last
    return rows.by_step(np.ascontiguousarray(order.T))[:epochs]
