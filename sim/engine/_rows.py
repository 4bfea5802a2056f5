"""Words of a row's own: one run's at one step, as many as it asks for.

    (W * (span * run + step % span) + i, step // span, k, kind)     round k = 0, 1, ...

are its counters (`sim.engine._words`), W of them in round 0 and a fixed number in each later round; i counts
them. `span` steps of all runs stand together, so that they are made in one go. All of it follows from what
is drawn: who draws it with how many others changes no word.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine._words import Words, integers
from sim.engine.state import Integers

LISTS, MASKS, ORDERS = 1, 2, 3  # kinds; 0 are the tiles of `sim.engine._words`
_TOGETHER = 1024  # entries of a run that stand together at most, where a row is shorter
_MOST_SPAN = 64
_MANY = 16  # one row in so many wants a later round: then it is made for all of the tile


def span(entries: int) -> int:
    """Steps that stand together: a power of two, 64 or fewer."""
    return 1 << max(0, min(_MOST_SPAN, _TOGETHER // max(1, entries)).bit_length() - 1)


def counters(bits: int) -> int:
    """Counters that give so many bits."""
    return -(-bits // 256)


@final
class Rows:
    """The rows of `runs` runs in some tiles of span steps each, numbered step by step, run by run.

    first, later: counters a row in round 0, and in each later round.
    """

    def __init__(
        self, words: Words, kind: int, span: int, first: int, later: int, tiles: range, runs: int
    ):
        self.words, self.kind, self.span = words, kind, span
        self.sizes = first, later
        self.tiles, self.runs = tiles, runs
        self.count = len(tiles) * runs * span
        self.used = np.zeros(self.count, dtype=np.int64)  # words of later rounds, row by row
        self._made: dict[int, tuple[NDArray[Any], NDArray[np.bool_]]] = {}

    def begin(self) -> NDArray[np.uint64]:
        """Make the 64-bit words of round 0, (rows, 4 * first)."""
        return self._tiles(self.tiles, 0).reshape(self.count, -1)

    def more(self, rows: Integers) -> NDArray[Any]:
        """Make the next word of each of these rows, which are in order; a row named m times has the next m."""
        every = np.arange(rows.size)
        begin = every.copy()  # of those of the same row
        begin[1:] *= rows[1:] != rows[:-1]
        place = self.used[rows] + every - np.maximum.accumulate(begin)
        self.used[rows] = place + 1  # the last of a row counts
        a_round = 256 * self.sizes[1] // self.words.width
        last = int(place.max(initial=0)) // a_round
        if not last:
            return self._round(1, rows).take(rows * a_round + place)
        which, at = np.divmod(place, a_round)
        result = np.empty(rows.size, dtype=f"<u{self.words.width // 8}")
        for k in range(last + 1):
            some = np.flatnonzero(which == k)
            if some.size:
                row = rows[some]
                result[some] = self._round(k + 1, row).take(row * a_round + at[some])
        return result

    def later(self, k: int, rows: Integers) -> NDArray[Any]:
        """Make all words of round k = 1, 2, ... of these rows, (rows, words)."""
        return self._round(k, rows).reshape(self.count, -1)[rows]

    def _round(self, k: int, rows: Integers) -> NDArray[Any]:
        """Have the words of round k for these rows, which are in order."""
        if k not in self._made:
            shape = (self.count, 4 * self.sizes[1])
            self._made[k] = np.empty(shape, dtype="<u8"), np.zeros(self.count, dtype=bool)
        words, there = self._made[k]
        missing = rows[~there[rows]]
        if missing.size:
            self._make(k, words, there, missing)
        return words.reshape(-1).view(f"<u{self.words.width // 8}")

    def _make(self, k: int, words: NDArray[Any], there: NDArray[Any], missing: Integers) -> None:
        a_tile, size = self.runs * self.span, self.sizes[1]
        number = np.bincount(missing // a_tile)
        for tile in np.flatnonzero(_MANY * number >= a_tile).tolist():
            part = slice(tile * a_tile, (tile + 1) * a_tile)
            words[part] = self._tiles(self.tiles[tile : tile + 1], k).reshape(a_tile, -1)
            there[part] = True
        for row in missing[~there[missing]].tolist():
            if there[row]:
                continue
            step, run = divmod(row, self.runs)
            tile, place = divmod(step, self.span)
            at = ((self.words.first + run) * self.span + place) * size
            words[row] = self.words.counted(size, at, self.tiles[tile], k, self.kind)
            there[row] = True

    def _tiles(self, tiles: range, k: int) -> NDArray[np.uint64]:
        size = self.sizes[min(k, 1)]
        counts, first = self.runs * self.span * size, self.words.first * self.span * size
        words = np.empty(4 * len(tiles) * counts, dtype="<u8")
        row = np.dtype((np.void, 32 * size))
        for part, tile in zip(words.reshape(len(tiles), -1), tiles, strict=True):
            made = self.words.counted(counts, first, tile, k, self.kind).view(row)
            part.view(row).reshape(self.span, self.runs)[:] = made.reshape(self.runs, self.span).T
        return words

    def below(self, bound: int, rows: Integers) -> NDArray[Any]:
        """Make an integer below `bound` of the next word of each of these rows; `bound` of one to reject."""
        return integers(self.more(rows), bound)

    def by_step(self, entries: NDArray[Any]) -> NDArray[Any]:
        """Put (rows, size) into the order (steps, size, runs)."""
        parts = entries.reshape(-1, self.runs, entries.shape[1])
        return np.ascontiguousarray(parts.swapaxes(1, 2))
