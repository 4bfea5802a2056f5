"""Passes of `sim.engine._words` as numba kernels: the same words, hence the same subsets.

Within a set the order may differ. What else it does is as fast in NumPy.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine._numba_jit import announce, jit
from sim.engine._numba_philox import philox, subsets, tiles
from sim.engine._words import GROUP, TILE, Words, sorted_put_new, sorted_repeats
from sim.engine.state import Integers

_U = np.uint64
_STAMPS = 1 << 16  # above, the table of `_repeats` leaves the cache, and sorting is as good


@jit()
def _products16(words: Any, bound: int, least: int, result: Any, slots: Any) -> int:
    n, limit = np.uint32(bound), np.uint16(least)
    for i in range(words.size):
        result[i] = np.uint16(np.uint32(np.uint32(words[i]) * n) >> np.uint32(16))
    count: Any = 0
    if least:
        for i in range(words.size):  # no branch, which would be mispredicted
            slots[count] = i
            count += np.int64(np.uint16(np.uint32(words[i]) * n) < limit)
    return count


@jit()
def _products32(words: Any, bound: int, least: int, result: Any, slots: Any) -> int:
    n, limit = np.uint64(bound), np.uint32(least)
    for i in range(words.size):
        result[i] = np.uint32((np.uint64(words[i]) * n) >> np.uint64(32))
    count: Any = 0
    if least:
        for i in range(words.size):
            slots[count] = i
            count += np.int64(np.uint32(np.uint64(words[i]) * n) < limit)
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


@final
class CompiledWords(Words):
    """By compiled passes."""

    transposes = False

    def __init__(self, seed: np.random.SeedSequence, n: int, first: int = 0):
        super().__init__(seed, n, first)
        self._used = 0  # words of the block's stream

    def stream(self, count: int) -> NDArray[Any]:
        """As the base class says."""
        announce([philox])
        first, skip = divmod(self._used, 4)
        self._used += count
        words = np.empty(-(-(skip + count) // 4) * 4, dtype=np.uint64)
        place = (_U(x) for x in (first, 0, self.first, 1))
        philox(words, *place, *self.key)
        return words[skip : skip + count]

    def floyd(self, n: int, size: int, tiles_: range, runs: int) -> NDArray[Any]:
        """As the base class says."""
        announce([subsets])
        out = np.empty((len(tiles_) * TILE, size, -(-runs // GROUP) * GROUP), dtype=self._word)
        subsets(out, self.key, self.first // GROUP, tiles_.start, n, self.width == 16)
        return np.ascontiguousarray(out[:, :, :runs])

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
        slots = np.empty(words.size + 1 if least else 0, dtype=np.int64)
        passes = _products16 if short else _products32
        announce([passes])
        return result, slots[: passes(words, bound, least, result, slots)]

    def repeats(self, sets: NDArray[Any]) -> Integers:
        """As the base class says."""
        n = int(sets.max()) + 1
        if n > _STAMPS:
            return sorted_repeats(sets)
        slots = np.empty(sets.size, dtype=np.int64)
        return slots[: _repeats(sets, np.zeros(n, dtype=np.int64), slots)]

    def put_new(self, sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
        """As the base class says."""
        n = int(max(sets.max(), fresh.max())) + 1
        if n > _STAMPS:
            return sorted_put_new(sets, slots, fresh)
        left = np.empty_like(slots)
        return left[: _put_new(sets, slots, fresh, np.zeros(n, dtype=np.int64), left)]
