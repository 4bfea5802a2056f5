"""The search for repeats of `sim.engine._subsets` as numba kernels: the same words, hence the same subsets.

Within a set the order may differ. What else `sim.engine._subsets` does is as fast in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._numba_jit import jit
from sim.engine._subsets import Words16or32
from sim.engine.state import Integers

_STAMPS = 1 << 16  # above, the table of `_repeats` leaves the cache, and sorting is as good


@jit()
def _repeats(sets: Any, stamp: Any, slots: Any) -> int:
    count = 0
    rows, size = sets.shape
    for row in range(rows):
        for k in range(size):
            value = sets[row, k]
            if stamp[value] == row + 1:
                slots[count] = row * size + k
                count += 1
            stamp[value] = row + 1
    return count


@jit()
def _put_new(sets: Any, slots: Any, fresh: Any, stamp: Any, left: Any) -> int:
    size, count, last = sets.shape[1], 0, -1
    for i in range(slots.size):
        row, k = slots[i] // size, slots[i] % size
        if row != last:  # the slots of a row stand together
            for other in range(size):
                stamp[sets[row, other]] = row + 1
            last = row
        if stamp[fresh[i]] == row + 1:
            left[count] = slots[i]
            count += 1
        else:
            sets[row, k] = fresh[i]
            stamp[fresh[i]] = row + 1
    return count


class CompiledWords(Words16or32):
    """Words16or32 with compiled passes."""

    def repeats(self, sets: NDArray[Any]) -> Integers:
        """As the base class says."""
        n = int(sets.max()) + 1
        if n > _STAMPS:
            return super().repeats(sets)
        slots = np.empty(sets.size, dtype=np.int64)
        return slots[: _repeats(sets, np.zeros(n, dtype=np.int64), slots)]

    def put_new(self, sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
        """As the base class says."""
        n = int(max(sets.max(), fresh.max())) + 1
        if n > _STAMPS:
            return super().put_new(sets, slots, fresh)
        left = np.empty_like(slots)
        return left[: _put_new(sets, slots, fresh, np.zeros(n, dtype=np.int64), left)]
