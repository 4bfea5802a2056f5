"""Uniform integers and uniform subsets, drawn exactly and many at a time.

Integers below a bound: Lemire's method ("Fast Random Integer Generation in an Interval", 2019): for
a uniform word x of w bits, floor(x bound / 2^w) is exactly uniform once the words with
x bound mod 2^w < 2^w mod bound are rejected. 16-bit words up to bound 4096, 32-bit words above.

Subsets: up to FLOYD indices by Floyd's algorithm (Bentley and Floyd, CACM 30(9), 1987), beyond by
drawing with repetition and redrawing the repeats until none is left. The latter is uniform because
only equality of indices is ever asked for, never their values: the law of the result is unchanged by
any relabelling of the indices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.state import Integers

FLOYD = 16  # beyond, its comparisons cost more than sorting
_SHORT = 4096
MOST = 1 << 32
_FEW_REPEATS = 2  # a row, up to which comparing is cheaper than sorting again

Words = NDArray[np.uint16] | NDArray[np.uint32]


class Words16or32:
    """Uniform integers below bounds up to `n`, from one bit generator.

    `products`, `repeats` and `put_new`, passes over many of them, are what `sim.engine._numba_words` compiles.
    """

    def __init__(self, seed: np.random.SeedSequence, n: int):
        self._bits = np.random.PCG64(seed)
        short = n <= _SHORT
        self._word, self._wide = ("<u2", "<u4") if short else ("<u4", "<u8")
        self._width = 16 if short else 32

    def raw(self, count: int) -> NDArray[Any]:
        """Draw `count` uniform words."""
        words = self._bits.random_raw(-(-count * self._width // 64))
        return words.astype("<u8", copy=False).view(self._word)[:count]

    def bytes(self, count: int) -> NDArray[np.uint8]:
        """Draw `count` uniform bytes."""
        words = self._bits.random_raw(-(-count // 8))
        return words.astype("<u8", copy=False).view(np.uint8)[:count]

    def below(self, bound: int, count: int) -> NDArray[Any]:
        """Draw `count` integers, exactly uniform on 0..bound-1, as words."""
        least = (1 << self._width) % bound
        result, rejected = self.products(self.raw(count), bound, least)
        while rejected.size:
            again, where = self.products(self.raw(rejected.size), bound, least)
            result[rejected] = again
            rejected = rejected[where]
        return result

    def products(
        self, words: NDArray[Any], bound: int, least: int
    ) -> tuple[NDArray[Any], Integers]:
        """Give floor(x bound / 2^w), and where x bound mod 2^w < least."""
        if not least:
            return self._high(words, bound), np.empty(0, dtype=np.int64)
        narrow = np.array(bound % (1 << self._width), self._word)
        return self._high(words, bound), np.flatnonzero(words * narrow < least)

    def _high(self, words: NDArray[Any], bound: int) -> NDArray[Any]:
        product = words.astype(self._wide)
        product *= np.array(bound, self._wide)
        return product.view(self._word)[1::2]

    def repeats(self, sets: NDArray[Any]) -> Integers:
        """Find as many slots in each row of sets (count, size) as it has repeats, as flat positions.

        May sort the rows.
        """
        sets.sort(axis=1)
        flat = sets.reshape(-1)
        equal = flat[1:] == flat[:-1]
        equal[sets.shape[1] - 1 :: sets.shape[1]] = False  # the first entry of the next row
        return np.flatnonzero(equal) + 1

    def put_new(self, sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
        """Put into each slot its fresh value unless the row has it; give as many slots as are left.

        Few slots are compared with their rows; for many the rows are sorted again.
        """
        count, size = sets.shape
        rows, flat = slots // size, sets.reshape(-1)
        if slots.size > _FEW_REPEATS * count:
            flat[slots] = fresh
            changed = np.flatnonzero(np.bincount(rows, minlength=count))
            part = sets[changed]
            again = self.repeats(part)
            sets[changed] = part
            return changed[again // size] * size + again % size
        keys = rows * (int(fresh.max()) + 1) + fresh
        order = np.argsort(keys, kind="stable")
        left = np.zeros(len(keys), dtype=bool)
        left[order[1:]] = keys[order[1:]] == keys[order[:-1]]
        left[np.flatnonzero(sets.take(rows, axis=0) == fresh[:, None]) // size] = True
        flat[slots[~left]] = fresh[~left]
        return slots[left]


def subsets(words: Words16or32, n: int, size: int, steps: int, runs: int) -> NDArray[Any]:
    """Draw steps * runs independent uniform subsets of range(n), as (steps, size, runs)."""
    if size == 0:
        return np.empty((steps, 0, runs), dtype=np.uint16)
    if size == 1:
        return words.below(n, steps * runs).reshape(steps, 1, runs)
    if size <= FLOYD:
        return _floyd(words, n, size, steps, runs)
    sets = _redraw(words, n, size, steps * runs)
    return np.ascontiguousarray(sets.reshape(steps, runs, size).swapaxes(1, 2))


def _floyd(words: Words16or32, n: int, size: int, steps: int, runs: int) -> NDArray[Any]:
    """Element k is uniform on 0..n-size+k, and is n-size+k itself where that is already in."""
    chosen = np.empty((size, steps * runs), dtype=words.raw(0).dtype)
    for k in range(size):
        chosen[k] = words.below(n - size + k + 1, steps * runs)
        if k:
            taken = (chosen[:k] == chosen[k]).any(axis=0)
            np.copyto(chosen[k], n - size + k, where=taken, casting="unsafe")
    return np.ascontiguousarray(chosen.reshape(size, steps, runs).swapaxes(0, 1))


def _redraw(words: Words16or32, n: int, size: int, count: int) -> NDArray[Any]:
    """Redraw every slot that repeats another, until none does."""
    sets = np.array(words.below(n, count * size)).reshape(count, size)
    slots = words.repeats(sets)
    while slots.size:
        slots = words.put_new(sets, slots, words.below(n, slots.size))
    return sets
