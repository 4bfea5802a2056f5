"""b = n - 1: LANES runs at a time, with indices that are given or drawn where they are used."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine._numba_drawn import AHEAD, LANES
from sim.engine._numba_intrinsics import prefetch
from sim.engine._numba_jit import jit
from sim.engine._numba_philox import tile
from sim.engine._words import GROUP, TILE

_INDEX = np.uint64


@jit()
def _lanes(
    y: Any, scale: Any, h: Any, u: Any, product: Any, sets: Any, twice_a: float, has_passive: bool
) -> None:
    """Do one step per row of sets (T, runs)."""
    n, steps = y.size // scale.size, len(sets)
    for step in range(steps):
        now, later = _INDEX(step), _INDEX(min(step + AHEAD, steps - 1))
        for run in range(scale.size):
            column, row = _INDEX(run), _INDEX(run * n)
            prefetch(y, np.int64(row + _INDEX(sets[later, column])))
            j = row + _INDEX(sets[now, column])
            left = y[j] * scale[run]
            s = h[run] - left
            c = 1.0 - s
            e = twice_a - h[run]
            if has_passive:
                e -= u[run]
            f = c + e
            c2, f2 = c * c, f * f
            left *= c2
            h[run] = left + s * f2
            if has_passive:
                u[run] *= c2
                product[run] *= c2
            scale[run] *= f2
            y[j] = left / scale[run]


@jit()
def complement_single(
    flat: Any, p: Any, h: Any, passive: Any, sets: Any, twice_a: float, has_passive: bool
) -> None:
    """Do one step per row of sets (T, runs), which names what each run leaves out."""
    runs = p.size
    n = flat.size // runs
    for first in range(0, runs, LANES):
        stop = min(first + LANES, runs)
        _lanes(
            flat[first * n : stop * n], p[first:stop], h[first:stop], passive[0, first:stop],
            passive[1, first:stop], sets[:, first:stop], twice_a, has_passive,
        )  # fmt: skip


@jit()
def complement_drawn(
    flat: Any, p: Any, h: Any, passive: Any, at: Any, end: int, key: Any, group: int, bound: int,
    short: bool, twice_a: float, has_passive: bool, least: float, most: float,
) -> None:  # fmt: skip
    """Bring block k of LANES runs from step at[k] to `end`, drawing what is left out; at[k] is kept.

    A block stops at the end of a tile where a scale is outside least..most. group: that of the first run.
    """
    runs = p.size
    n = flat.size // runs
    words = np.empty(TILE * GROUP // 2, dtype=np.uint64)
    some = np.empty((TILE, GROUP), dtype=np.uint32)
    sets = np.empty((TILE, LANES), dtype=np.uint32)
    for block in range(at.size):
        first = block * LANES
        stop = min(first + LANES, runs)
        y, scale = flat[first * n : stop * n], p[first:stop]
        inside = True
        while inside and at[block] < end:
            number = at[block] // TILE
            for base in range(0, stop - first, GROUP):
                tile(some, words, key, group + (first + base) // GROUP, number, 0, bound, short)
                sets[:, base : base + GROUP] = some
            begin, last = at[block] - number * TILE, min(end - number * TILE, TILE)
            _lanes(
                y, scale, h[first:stop], passive[0, first:stop], passive[1, first:stop],
                sets[begin:last, : stop - first], twice_a, has_passive,
            )  # fmt: skip
            at[block] = number * TILE + last
            for run in range(scale.size):
                inside &= least <= scale[run] <= most
