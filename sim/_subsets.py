"""Uniform integers and uniform subsets, drawn exactly and many at a time.

Integers below a bound: Lemire's method ("Fast Random Integer Generation in an Interval", 2019): for
a uniform word x of w bits, floor(x bound / 2^w) is exactly uniform once the words with
x bound mod 2^w < 2^w mod bound are rejected. 16-bit words up to bound 4096, 32-bit words above.

Subsets: up to FLOYD indices by Floyd's algorithm (Bentley and Floyd, CACM 30(9), 1987), beyond by
drawing with repetition and redrawing the repeats until none is left. The latter is uniform because
what is kept is a set, what is redrawn is their number, and neither looks at the labels: the law of
the result is unchanged by any relabelling of the indices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.state import Integers

FLOYD = 8  # where the two cost the same
_SHORT = 4096
MOST = 1 << 32

Words = NDArray[np.uint16] | NDArray[np.uint32]


class Words16or32:
    """Uniform integers below bounds up to `n`, from one bit generator."""

    def __init__(self, seed: np.random.SeedSequence, n: int):
        self._bits = np.random.PCG64(seed)
        short = n <= _SHORT
        self._word, self._wide = ("<u2", "<u4") if short else ("<u4", "<u8")
        self._width = 16 if short else 32

    def raw(self, count: int) -> NDArray[Any]:
        """Draw `count` uniform words."""
        words = self._bits.random_raw(-(-count * self._width // 64))
        return words.astype("<u8", copy=False).view(self._word)[:count]

    def below(self, bound: int, count: int) -> NDArray[Any]:
        """Draw `count` integers, exactly uniform on 0..bound-1, as words."""
        narrow, least = np.array(bound % (1 << self._width), self._word), (1 << self._width) % bound
        words = self.raw(count)
        result = self._high(words, bound)
        if least:
            rejected = np.flatnonzero(words * narrow < least)  # the product mod 2^w
            while rejected.size:
                words = self.raw(rejected.size)
                result[rejected] = self._high(words, bound)
                rejected = rejected[words * narrow < least]
        return result

    def _high(self, words: NDArray[Any], bound: int) -> NDArray[Any]:
        product = words.astype(self._wide)
        product *= np.array(bound, self._wide)
        return product.view(self._word)[1::2]


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
        pick = words.below(n - size + k + 1, steps * runs)
        chosen[k] = pick
        if k:
            taken = chosen[0] == pick
            for earlier in chosen[1:k]:
                taken |= earlier == pick
            chosen[k][taken] = n - size + k
    return np.ascontiguousarray(chosen.reshape(size, steps, runs).swapaxes(0, 1))


def _redraw(words: Words16or32, n: int, size: int, count: int) -> NDArray[Any]:
    """Sort each row, redraw every slot that repeats its left neighbour, until there is none."""
    sets = np.array(words.below(n, count * size)).reshape(count, size)
    sets.sort(axis=1)
    slots = _repeats(sets)
    while slots.size:
        sets.reshape(-1)[slots] = words.below(n, slots.size)
        rows = np.unique(slots // size)
        part = sets[rows]
        part.sort(axis=1)
        sets[rows] = part
        again = _repeats(part)
        slots = rows[again // size] * size + again % size
    return sets


def _repeats(rows: NDArray[Any]) -> Integers:
    """Flat positions of the entries of sorted rows that equal their left neighbour."""
    flat = rows.reshape(-1)
    equal = flat[1:] == flat[:-1]
    equal[rows.shape[1] - 1 :: rows.shape[1]] = False  # the first entry of the next row
    return np.flatnonzero(equal) + 1
