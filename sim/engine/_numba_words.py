"""Passes of `sim.engine._words` as numba kernels: the same words, hence the same subsets.

Within a set the order may differ. What else it does is as fast in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._numba_jit import announce, jit
from sim.engine._numba_philox import tiles
from sim.engine._words import GROUP, TILE, Words16or32
from sim.engine.state import Integers

_STAMPS = 1 << 16  # above, the table of `_repeats` leaves the cache, and sorting is as good
_PIECE = 256  # words looked at together: few pieces hold a word to be rejected


@jit()
def _products16(words: Any, bound: int, least: int, result: Any, slots: Any) -> int:
    count = 0
    for first in range(0, words.size, _PIECE):
        stop = min(first + _PIECE, words.size)
        some, high = words[first:stop], result[first:stop]
        low = np.uint32(0xFFFF)
        for i in range(some.size):
            product = np.uint32(np.uint32(some[i]) * np.uint32(bound))
            high[i] = np.uint16(product >> np.uint32(16))
            low = min(low, np.uint32(product & np.uint32(0xFFFF)))
        if low < least:
            for i in range(some.size):
                if (np.uint32(some[i]) * np.uint32(bound)) & 0xFFFF < least:
                    slots[count] = first + i
                    count += 1
    return count


@jit()
def _products32(words: Any, bound: int, least: int, result: Any, slots: Any) -> int:
    count = 0
    for first in range(0, words.size, _PIECE):
        stop = min(first + _PIECE, words.size)
        some, high = words[first:stop], result[first:stop]
        low = np.uint64(0xFFFFFFFF)
        for i in range(some.size):
            product = np.uint64(some[i]) * np.uint64(bound)
            high[i] = np.uint32(product >> np.uint64(32))
            low = min(low, product & np.uint64(0xFFFFFFFF))
        if low < np.uint64(least):
            for i in range(some.size):
                if (np.uint64(some[i]) * np.uint64(bound)) & np.uint64(0xFFFFFFFF) < np.uint64(
                    least
                ):
                    slots[count] = first + i
                    count += 1
    return count


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

    def each(self, bound: int, runs: int, tiles_: range, slot: int = 0) -> NDArray[Any]:
        """As the base class says."""
        announce([tiles])
        out = np.empty((len(tiles_) * TILE, -(-runs // GROUP) * GROUP), dtype=self._word)
        tiles(out, self.key, self.first // GROUP, tiles_.start, slot, bound, self.width == 16)
        return np.ascontiguousarray(out[:, :runs])

    def products(self, words: NDArray[Any], bound: int) -> tuple[NDArray[Any], Integers]:
        """As the base class says."""
        short = words.itemsize == 2
        least = (1 << 8 * words.itemsize) % bound
        result = np.empty(words.size, words.dtype)
        slots = np.empty(words.size if least else 0, dtype=np.int64)
        passes = _products16 if short else _products32
        announce([passes])
        return result, slots[: passes(words, bound, least, result, slots)]

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
