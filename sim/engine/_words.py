"""Random words from a counter: which word it is decides its value, not who asked before.

The generator is Philox 4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC 2011), as numpy.random has it. A counter is four 64-bit numbers and gives four words:

    (blocks * group + i, tile, slot, 0)         integers of GROUP runs: slot `slot`, TILE steps
    (2 * group + i, tile, slot + 2^32 k, 0)     what replaces those rejected, round k = 1, 2, ...
    (..., ..., k, 1, 2 or 3)                    a row for each run and step (`sim.engine._rows`)

Integers below a bound: Lemire's method ("Fast Random Integer Generation in an Interval", 2019): for
a uniform word x of w bits, floor(x bound / 2^w) is exactly uniform once the words with
x bound mod 2^w < 2^w mod bound are rejected. 16-bit words up to bound 4096, 32-bit words above; in
tiles a rejected word is replaced by a 32-bit one, the k-th of a group and tile by its k-th spare word.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

TILE = 64  # steps whose words stand together, step by step
GROUP = 16  # runs whose words stand together: all are drawn, even where only some of the runs exist
SPARE = 16  # 32-bit words that replace rejected ones, for a group and tile in a round
MOST = 1 << 32
SHORT = 4096  # most that a 16-bit word is used for


class Words(ABC):
    """Uniform integers below bounds up to `n`, for the runs from `first` on: each run has its own, whatever
    other runs there are.

    A subclass (final) says how; all give the same words, hence the same subsets. first: a multiple of GROUP
    where integers are drawn in tiles.
    """

    def __init__(self, seed: np.random.SeedSequence, n: int, first: int = 0):
        self.key = seed.generate_state(2, np.uint64).astype(np.uint64)
        self.first = first
        short = n <= SHORT
        self._word = "<u2" if short else "<u4"
        self.width = 16 if short else 32

    @abstractmethod
    def each(self, bound: int, runs: int, tiles: range, slot: int = 0) -> NDArray[Any]:
        """Draw TILE integers on 0..bound-1 a tile for each of the first runs, as words (steps, runs)."""

    @abstractmethod
    def floyd(self, n: int, size: int, tiles: range, runs: int) -> NDArray[Any]:
        """Draw a subset for each step and run, (steps, size, runs): element k is uniform on 0..n-size+k,
        and is n-size+k itself where that is already in."""

    @abstractmethod
    def distinct(self, n: int, size: int, tiles: range, runs: int) -> NDArray[Any]:
        """Draw a subset for each step and run, (steps, size, runs): the first `size` different integers
        below n of its row, in an order that depends on nothing else."""

    @abstractmethod
    def counted(self, counts: int, first: int, second: int, third: int, fourth: int) -> Any:
        """Give the 4 * counts words of the counter (first, second, third, fourth) and those after it."""


def accepted(words: NDArray[Any], bound: int) -> NDArray[np.bool_]:
    """Say which words make uniform integers below `bound`: all but 2^w mod bound of 2^w."""
    size = 1 << 8 * words.itemsize
    least = size % bound
    if not least:
        return np.ones(words.shape, dtype=bool)
    good: NDArray[np.bool_] = words * np.array(bound % size, words.dtype) >= least
    return good


def high(words: NDArray[Any], bound: int) -> NDArray[Any]:
    """Give floor(x bound / 2^w) of 16- or 32-bit words x."""
    product = words.astype(f"<u{2 * words.itemsize}")
    product *= np.array(bound, product.dtype)
    product >>= np.array(8 * words.itemsize, product.dtype)
    return product.astype(words.dtype)


def integers(words: NDArray[Any], bound: int) -> NDArray[Any]:
    """Give `high`, and `bound` itself for each word that is not accepted."""
    result, least = high(words, bound), (1 << 8 * words.itemsize) % bound
    if least:  # else all are, and the bound may not fit
        low = words * np.array(bound, words.dtype)
        np.copyto(result, np.array(bound, words.dtype), where=low < least)
    return result
