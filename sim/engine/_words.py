"""Random words from a counter: which word it is decides its value, not who asked before.

The generator is Philox 4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC 2011), as numpy.random has it. A counter is four 64-bit numbers and gives four words:

    (blocks * group + i, tile, slot, 0)         integers of GROUP runs: slot `slot`, TILE steps
    (2 * group + i, tile, slot + 2^32 k, 0)     what replaces those rejected, round k = 1, 2, ...
    (i + 2^64 * ..., 0, first run, 1)           one stream for a block of runs that begins at `first run`

Integers below a bound: Lemire's method ("Fast Random Integer Generation in an Interval", 2019): for
a uniform word x of w bits, floor(x bound / 2^w) is exactly uniform once the words with
x bound mod 2^w < 2^w mod bound are rejected. 16-bit words up to bound 4096, 32-bit words above; in
tiles a rejected word is replaced by a 32-bit one, the k-th of a group and tile by its k-th spare word.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine.state import Integers

TILE = 64  # steps whose words stand together, step by step
GROUP = 16  # runs whose words stand together: all are drawn, even where only some of the runs exist
SPARE = 16  # 32-bit words that replace rejected ones, for a group and tile in a round
MOST = 1 << 32
_SHORT = 4096
_FEW_REPEATS = 2  # a row, up to which comparing is cheaper than sorting again
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


class Words(ABC):
    """Uniform integers below bounds up to `n`, for the runs from `first` on.

    `each` and `floyd` give each run its own, whatever other runs there are; `below` and `bytes` read the
    block's stream. A subclass (final) says how; all give the same subsets. first: a multiple of GROUP.
    transposes: whoever reads its sets wants runs side by side.
    """

    transposes: bool

    def __init__(self, seed: np.random.SeedSequence, n: int, first: int = 0):
        self.key = seed.generate_state(2, np.uint64).astype(np.uint64)
        self.first = first
        short = n <= _SHORT
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
    def stream(self, count: int) -> NDArray[Any]:
        """Draw the next `count` 64-bit words of the block's stream."""

    @abstractmethod
    def products(self, words: NDArray[Any], bound: int) -> tuple[NDArray[Any], Integers]:
        """Give floor(x bound / 2^w), and where x bound mod 2^w < 2^w mod bound."""

    @abstractmethod
    def repeats(self, sets: NDArray[Any]) -> Integers:
        """Find as many slots in each row of sets (count, size) as it has repeats, as flat positions.

        May sort the rows.
        """

    @abstractmethod
    def put_new(self, sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
        """Put into each slot its fresh value unless the row has it; give as many slots as are left."""

    def block(self) -> np.random.Philox:
        """Make NumPy's generator of the block's stream, at its beginning."""
        start = ((self.first << 128) + (1 << 192) - 1) % _COUNTERS
        return np.random.Philox(key=self.key, counter=start)

    def raw(self, count: int) -> NDArray[Any]:
        """Draw `count` uniform words."""
        return self.stream(-(-count * self.width // 64)).view(self._word)[:count]

    def bytes(self, count: int) -> NDArray[np.uint8]:
        """Draw `count` uniform bytes."""
        return self.stream(-(-count // 8)).view(np.uint8)[:count]

    def below(self, bound: int, count: int) -> NDArray[Any]:
        """Draw `count` integers, exactly uniform on 0..bound-1, as words."""
        result, rejected = self.products(self.raw(count), bound)
        while rejected.size:
            again, where = self.products(self.raw(rejected.size), bound)
            result[rejected] = again
            rejected = rejected[where]
        return result


@final
class Words16or32(Words):
    """By NumPy."""

    transposes = True

    def __init__(self, seed: np.random.SeedSequence, n: int, first: int = 0):
        super().__init__(seed, n, first)
        self._own = Counter(self.key)
        self._rooms = [np.empty(0, dtype=np.uint8)] * 2
        self._block = self.block()

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
            fresh, refused = self.products(spare[SPARE * group[served] + rank[served]], bound)
            result[rejected[served]] = fresh
            left = rank >= SPARE
            left[served[refused]] = True
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
        return result, few(low < least)

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

    def stream(self, count: int) -> NDArray[Any]:
        """As the base class says."""
        return self._block.random_raw(count).astype("<u8", copy=False)

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

    def products(self, words: NDArray[Any], bound: int) -> tuple[NDArray[Any], Integers]:
        """As the base class says."""
        least = (1 << 8 * words.itemsize) % bound
        if not least:
            return high(words, bound), np.empty(0, dtype=np.int64)
        narrow = np.array(bound % (1 << 8 * words.itemsize), words.dtype)
        return high(words, bound), np.flatnonzero(words * narrow < least)

    def repeats(self, sets: NDArray[Any]) -> Integers:
        """As the base class says."""
        return sorted_repeats(sets)

    def put_new(self, sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
        """As the base class says."""
        return sorted_put_new(sets, slots, fresh)


def sorted_repeats(sets: NDArray[Any]) -> Integers:
    """`Words.repeats` by sorting the rows."""
    sets.sort(axis=1)
    flat = sets.reshape(-1)
    equal = flat[1:] == flat[:-1]
    equal[sets.shape[1] - 1 :: sets.shape[1]] = False  # the first entry of the next row
    return np.flatnonzero(equal) + 1


def sorted_put_new(sets: NDArray[Any], slots: Integers, fresh: NDArray[Any]) -> Integers:
    """`Words.put_new`: few slots are compared with their rows; for many the rows are sorted again."""
    count, size = sets.shape
    rows, flat = slots // size, sets.reshape(-1)
    if slots.size > _FEW_REPEATS * count:
        flat[slots] = fresh
        changed = np.flatnonzero(np.bincount(rows, minlength=count))
        part = sets[changed]
        again = sorted_repeats(part)
        sets[changed] = part
        return changed[again // size] * size + again % size
    keys = rows * (int(fresh.max()) + 1) + fresh
    order = np.argsort(keys, kind="stable")
    left = np.zeros(len(keys), dtype=bool)
    left[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    left[np.flatnonzero(sets.take(rows, axis=0) == fresh[:, None]) // size] = True
    flat[slots[~left]] = fresh[~left]
    return slots[left]


def few(flags: NDArray[np.bool_]) -> Integers:
    """Give the positions of the true entries, of which there are few: eight are looked at together.

    The number of entries is a multiple of eight.
    """
    eights = flags.reshape(-1, 8)
    some = np.flatnonzero(flags.view(np.uint64))
    row, column = np.nonzero(eights[some])
    return 8 * some[row] + column


def high(words: NDArray[Any], bound: int) -> NDArray[Any]:
    """Give floor(x bound / 2^w) of 16- or 32-bit words x."""
    wide = f"<u{2 * words.itemsize}"
    product = words.astype(wide)
    product *= np.array(bound, wide)
    return product.view(words.dtype)[1::2]
