"""The words of `sim.engine._words` as numba makes them: the same ones, hence the same subsets.

Within a set the order may differ.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine._distinct import sizes
from sim.engine._numba_jit import announce
from sim.engine._numba_philox import philox, subsets, tiles
from sim.engine._numba_rows import distinct
from sim.engine._rows import span
from sim.engine._words import GROUP, TILE, Words

_U = np.uint64


def room(size: int, width: int) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Make room for the words of a run's sets in a tile and of a row's later round, and for their integers."""
    first, later = sizes(size, width)
    words = np.empty(4 * (first * span(size) + later), dtype=np.uint64)
    return words, np.empty(words.size * 64 // width, dtype=np.uint32)


@final
class CompiledWords(Words):
    """By compiled passes."""

    def counted(self, counts: int, first: int, second: int, third: int, fourth: int) -> Any:
        """As the base class says."""
        announce([philox])
        words = np.empty(4 * counts, dtype=np.uint64)
        philox(words, *(_U(x) for x in (first, second, third, fourth)), *self.key)
        return words

    def floyd(self, n: int, size: int, tiles_: range, runs: int) -> NDArray[Any]:
        """As the base class says."""
        announce([subsets])
        out = np.empty((len(tiles_) * TILE, size, -(-runs // GROUP) * GROUP), dtype=self._word)
        subsets(out, self.key, self.first // GROUP, tiles_.start, n, self.width == 16)
        return np.ascontiguousarray(out[:, :, :runs])

    def distinct(self, n: int, size: int, tiles_: range, runs: int) -> NDArray[Any]:
        """As the base class says."""
        announce([distinct])
        out = np.empty((len(tiles_) * span(size), size, runs), dtype=self._word)
        each = sizes(size, self.width)
        distinct(
            out, *room(size, self.width), self.key, self.first, tiles_.start, each, span(size), n
        )  # fmt: skip
        return out

    def each(self, bound: int, runs: int, tiles_: range, slot: int = 0) -> NDArray[Any]:
        """As the base class says."""
        announce([tiles])
        out = np.empty((len(tiles_) * TILE, -(-runs // GROUP) * GROUP), dtype=self._word)
        tiles(out, self.key, self.first // GROUP, tiles_.start, slot, bound, self.width == 16)
        return np.ascontiguousarray(out[:, :runs])
