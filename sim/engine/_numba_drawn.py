"""b = 1 with its drawing: LANES runs do all their steps before others do, and draw a tile at a time.

What they touch and what they draw stays in the cache. Every TILE steps each run's scale is looked at;
where it is small its power of two goes into the row, which is exact, unless an entry would need an
exponent of its own (`sim.engine._scaled`): then the block stops, and the engine does it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.engine._numba_intrinsics import prefetch
from sim.engine._numba_jit import jit
from sim.engine._numba_philox import tile
from sim.engine._words import GROUP, TILE

LANES = 2 * GROUP  # runs at a time
AHEAD = 4  # steps
_INDEX = np.uint64


@jit()
def lowered(y: Any, scale: Any, fallen: Any, run: int, power: int, floor: float) -> bool:
    """Move a run's power of two from its scale into its row, if all entries stay above `floor`."""
    down = math.frexp(scale[run])[1] - power
    factor = math.ldexp(1.0, down)
    for j in range(y.size):
        if y[j] != 0.0 and y[j] * factor < floor:
            return False
    for j in range(y.size):
        y[j] *= factor
    scale[run] = math.ldexp(scale[run], -down)
    fallen[run] += down
    return True


@jit()
def _some_steps(
    y: Any, scale: Any, mass: Any, ring: Any, first: int, stop: int, end: int, twice_a: float
) -> None:
    """Steps first..stop-1, of one tile; lines are asked for up to step `end`. ring: (2, 2, TILE, GROUP)."""
    n = y.size // scale.size
    for step in range(first, stop):
        later = min(step + AHEAD, end - 1)
        for g in range(2):
            base = g * GROUP
            now = _INDEX((((step // TILE) % 2 * 2 + g) * TILE + step % TILE) * GROUP)
            soon = _INDEX((((later // TILE) % 2 * 2 + g) * TILE + later % TILE) * GROUP)
            for lane in range(min(GROUP, scale.size - base)):
                run, column = _INDEX(base + lane), _INDEX(lane)
                row = run * _INDEX(n)
                prefetch(y, np.int64(row + _INDEX(ring[soon + column])))
                j = row + _INDEX(ring[now + column])
                s = scale[run] * y[j]
                c = 1.0 - s
                f = c + (twice_a - mass[run])
                c2 = c * c
                new = s * (f * f)
                mass[run] = (mass[run] - s) * c2 + new
                scale[run] *= c2
                y[j] = new / scale[run]


@jit()
def direct_drawn(
    flat: Any, p: Any, t: Any, fallen: Any, at: Any, until: Any, key: Any, group: int, bound: int,
    short: bool, twice_a: float, limits: Any, power: int, free: bool,
) -> None:  # fmt: skip
    """Bring block k of LANES runs from step at[k] to until[k], or to where it stops; at[k] is kept.

    group: that of the first run. limits: the least scale, and the least entry at a rescaling. power: that
    of a fresh scale. free: no entry has an exponent of its own.
    """
    runs = p.size
    n = flat.size // runs
    words = np.empty(TILE * GROUP // 2, dtype=np.uint64)
    ring = np.empty((2, 2, TILE, GROUP), dtype=np.uint32)
    whole = ring.reshape(4 * TILE * GROUP)
    for block in range(at.size):
        first = block * LANES
        stop = min(first + LANES, runs)
        y, scale, mass, own = (
            flat[first * n : stop * n],
            p[first:stop],
            t[first:stop],
            fallen[first:stop],
        )
        groups = (stop - first + GROUP - 1) // GROUP
        step, end = at[block], until[block]
        ready = step // TILE - 1
        while step < end:
            number = step // TILE
            while ready < number or (ready == number and (number + 1) * TILE < end):
                ready += 1
                for g in range(groups):
                    tile(
                        ring[ready % 2, g],
                        words,
                        key,
                        group + 2 * block + g,
                        ready,
                        0,
                        bound,
                        short,
                    )
            last = min(end, (number + 1) * TILE)
            _some_steps(y, scale, mass, whole, step, last, end, twice_a)
            step = last
            stuck = False
            if free:
                for run in range(scale.size):
                    if scale[run] < limits[0]:
                        row = y[run * n : (run + 1) * n]
                        if not lowered(row, scale, own, run, power, limits[1]):
                            stuck = True
            if stuck:
                break
        at[block] = step
