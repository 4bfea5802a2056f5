"""The words of `sim.engine._words` by NumPy."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine._distinct import distinct
from sim.engine._words import GROUP, SPARE, TILE, Words, accepted, high
from sim.engine.state import Integers

_COUNTERS = 1 << 256


class Counter:
    """numpy.random.Philox with the counter in hand."""

    def __init__(self, key: NDArray[np.uint64]):
        self._bits = np.random.Philox(key=key)
        self._at = 0  # NumPy counts first, then draws

    def words(
        self, counts: int, first: int, second: int = 0, third: int = 0, fourth: int = 0
    ) -> Any:
        """Give the 4 * counts words of the counter (first, second, third, fourth) and those after it."""
        before = first - 1 + (second << 64) + (third << 128) + (fourth << 192)
        self._bits.advance((before - self._at) % _COUNTERS)
        self._at = before + counts
        return self._bits.random_raw(4 * counts).astype("<u8", copy=False)


@final
class Words16or32(Words):
    """By NumPy."""

    def __init__(self, seed: np.random.SeedSequence, n: int, first: int = 0):
        super().__init__(seed, n, first)
        self._own = Counter(self.key)
        self._rooms = [np.empty(0, dtype=np.uint8)] * 2

    def each(self, bound: int, runs: int, tiles: range, slot: int = 0) -> NDArray[Any]:
        """As the base class says."""
        groups, first = -(-runs // GROUP), self.first // GROUP
        blocks = TILE * GROUP * self.width // 256
        step = np.dtype((np.void, GROUP * self.width // 8))  # the words of a group at a step
        size = len(tiles) * TILE * groups
        words = self._room(0, size * step.itemsize).view(step).reshape(len(tiles), TILE, groups)
        for k, tile in enumerate(tiles):
            own = self._own.words(groups * blocks, first * blocks, tile, slot)
            words[k] = own.view(step).reshape(groups, TILE).T
        result, rejected = self._tile(words.reshape(-1).view(self._word), bound)
        again = 0
        while rejected.size:
            again += 1
            group = rejected // (TILE * GROUP * groups) * groups + rejected // GROUP % groups
            order = np.argsort(group, kind="stable")
            rejected, group = rejected[order], group[order]
            rank = np.arange(rejected.size) - np.searchsorted(group, group)
            served = np.flatnonzero(rank < SPARE)
            spare = self._spare(group[served] // groups, groups, tiles, slot + (again << 32))
            fresh = spare[SPARE * group[served] + rank[served]]
            result[rejected[served]] = high(fresh, bound)
            left = rank >= SPARE
            left[served] = ~accepted(fresh, bound)
            rejected = rejected[left]
        return result.reshape(-1, groups * GROUP)[:, :runs]

    def _tile(self, words: NDArray[Any], bound: int) -> tuple[NDArray[Any], Integers]:
        """As `products`, in memory that is kept: pages that the system has to make cost more than the rest."""
        least, wide = (1 << self.width) % bound, f"<u{self.width // 4}"
        product = self._room(1, 2 * words.nbytes).view(wide)
        np.copyto(product, words)
        product *= np.array(bound, wide)
        result = np.empty_like(words)
        np.right_shift(product, self.width, out=result, casting="unsafe")
        low = np.multiply(words, np.array(bound % (1 << self.width), words.dtype), out=words)
        if not least or low.min() >= least:
            return result, np.empty(0, dtype=np.int64)
        return result, np.flatnonzero(low < least)

    def _room(self, which: int, count: int) -> NDArray[np.uint8]:
        if self._rooms[which].size != count:
            self._rooms[which] = np.empty(count, dtype=np.uint8)
        return self._rooms[which]

    def _spare(self, wanted: Integers, groups: int, tiles: range, place: int) -> NDArray[np.uint32]:
        """Give SPARE words a tile and group, but only of the tiles `wanted`."""
        words = np.empty((len(tiles), groups * SPARE), dtype="<u4")
        first = 2 * self.first // GROUP
        for k in np.flatnonzero(np.bincount(wanted)).tolist():
            words[k] = self._own.words(2 * groups, first, tiles[k], place).view("<u4")
        return words.reshape(-1)

    def floyd(self, n: int, size: int, tiles: range, runs: int) -> NDArray[Any]:
        """As the base class says."""
        chosen = [self.each(n - size + k + 1, runs, tiles, k) for k in range(size)]
        if size == 1:
            return chosen[0][:, None]
        for k in range(1, size):
            taken = chosen[0] == chosen[k]
            for other in chosen[1:k]:
                taken |= other == chosen[k]
            np.copyto(chosen[k], n - size + k, where=taken, casting="unsafe")
        return np.stack(chosen, axis=1)

    def distinct(self, n: int, size: int, tiles: range, runs: int) -> NDArray[Any]:
        """As the base class says."""
        return distinct(self, n, size, tiles, runs)

    def counted(self, counts: int, first: int, second: int, third: int, fourth: int) -> Any:
        """As the base class says."""
        return self._own.words(counts, first, second, third, fourth)
