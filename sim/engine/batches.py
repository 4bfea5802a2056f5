"""Batches: which coordinates each of M runs sees at each step.

uniform      a uniform subset of size b, without replacement, independent at each step
replacement  b independent uniform indices; an index drawn m times counts m times
cyclic       the fixed partition {0..b-1}, {b..2b-1}, ... in this order, for ever (b divides n)
reshuffled   a fresh uniform permutation every epoch of n/b steps, cut into batches (b divides n)

Streams: the words are a counter's (`sim.engine._words`), keyed by the seed; run and step decide the batch
(of `reshuffled`, run and epoch the order). So the batches of a run depend neither on the number of runs nor
on how they are cut into blocks, on the machine, on the number of workers, or on how often anything is
recorded. The key
lies under one of the simulator's own, OURS, of a SeedSequence and of an integer alike: whoever spawns
children of the seed that he also hands to the simulator, or of theirs, draws from other streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._masks import masks as draw_masks
from sim.engine._numpy_words import Words16or32
from sim.engine._orders import orders
from sim.engine._rows import span
from sim.engine._subsets import FLOYD, in_tiles, indices, subsets, together
from sim.engine._words import MOST, TILE, Words
from sim.engine.state import Integers

SAMPLINGS = ("uniform", "replacement", "cyclic", "reshuffled")
BATCH, LEFT_OUT, MASK = "batch", "left out", "mask"  # how a Sampler gives its subsets
OURS = 0x5347_4442  # "SGDB": no one spawns as many children as would reach it
_CHUNK = 1 << 17  # indices drawn in one go
_MASK_CHUNK = 1 << 20  # bytes


def block_runs(n: int, b: int) -> int:
    """Runs advanced together: 64 to 2048, about 2048 touched coordinates. No result depends on it."""
    touched = max(1, min(b, n - b))
    return min(2048, max(64, 2048 // touched))


def child(seed: int | np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Give the seed of our streams, without changing the parent's spawn counter.

    key: numbers one of several streams of ours.

    An integer k names streams of its own, which are not those of SeedSequence(k), nor of its children.
    """
    if not isinstance(seed, np.random.SeedSequence):
        return np.random.SeedSequence(seed, spawn_key=(OURS, 1, *key))
    return np.random.SeedSequence(
        seed.entropy, spawn_key=(*seed.spawn_key, OURS, 0, *key), pool_size=seed.pool_size
    )


def sources(
    sampling: str,
    n: int,
    b: int,
    runs: int,
    seed: int | np.random.SeedSequence,
    batches: Any,
    *,
    size: int | None = None,
    masks: bool = False,
    backend: str = "numpy",
) -> Iterator[tuple[slice, Sampler | Integers]]:
    """Cut the runs into blocks: which rows, and where their batches come from.

    batches: explicit index sets (steps, R, b), used instead of drawing where they are given.
    size: runs in a block, `block_runs(n, b)` unless given. masks, backend: as for `Sampler`.
    """
    size = size or block_runs(n, b)
    for first in range(0, runs, size):
        rows = slice(first, min(first + size, runs))
        if batches is None:
            count = rows.stop - first
            yield rows, Sampler(sampling, n, b, count, child(seed), masks, backend, first)
        else:
            yield rows, batches[:, rows]


@dataclass(frozen=True)
class Drawn:
    """The sets of `size` indices below `bound` of steps start..stop-1, which a kernel draws for itself."""

    words: Words
    bound: int
    size: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, steps: slice) -> Drawn:
        """Give some of the steps, which stand together."""
        some = range(self.start, self.stop)[steps]
        return Drawn(self.words, self.bound, self.size, some.start, some.stop)


def _words(backend: str) -> type[Words]:
    if backend != "numba":
        return Words16or32
    from sim.engine._numba_words import CompiledWords

    return CompiledWords


class Sampler:
    """A stream of batches for `runs` runs, as index arrays (T, size, runs).

    `take(steps)` yields arrays with T summing to `steps`, in the form that `form` says. For uniform
    subsets with b > n/2 it is the n - b indices left out that are drawn and given (LEFT_OUT). masks:
    give booleans (T, runs, n) where that is cheaper (MASK); the batches drawn are then others.
    backend: "numba" draws the same batches with compiled passes. first: the number of the first run.
    """

    def __init__(
        self,
        sampling: str,
        n: int,
        b: int,
        runs: int,
        seed: np.random.SeedSequence,
        masks: bool = False,
        backend: str = "numpy",
        first: int = 0,
    ):
        if n > MOST:
            raise ValueError(f"n={n}: must be at most 2**32")
        self.sampling, self.n, self.b, self.runs = sampling, n, b, runs
        self.form = LEFT_OUT if sampling == "uniform" and 2 * b > n else BATCH
        self.size = n - b if self.form == LEFT_OUT else b
        if masks and sampling == "uniform" and mask_pays(n, self.size):
            self.form = MASK
        self._words = _words(backend)(seed, n, first)
        self._chunk: NDArray[Any] = np.empty((0, self.size, runs), dtype=np.int64)
        self._used = self._drawn = 0
        self._lazy = False
        self._chunk_steps = max(1, _CHUNK // (runs * max(1, self.size)))
        self._unit = 1  # steps that are drawn together
        if self.form == MASK:
            self._chunk_steps, self._unit = max(1, _MASK_CHUNK // (runs * n)), span(n)
        elif sampling == "uniform":
            self._unit = together(n, self.size)
        elif sampling == "replacement":
            self._unit = TILE
        else:
            self._unit = n // b * (span(n) if sampling == "reshuffled" else 1)
        self._chunk_steps = -(-self._chunk_steps // self._unit) * self._unit

    @property
    def left_out(self) -> bool:
        """Whether it gives what the batches leave out."""
        return self.form == LEFT_OUT

    def leave_to_kernel(self) -> None:
        """Give `Drawn` from now on, where a kernel can draw: single indices, and lists of rows."""
        uniform = self.sampling == "uniform" and self.form != MASK
        self._lazy = (uniform or self.sampling == "replacement") and self.size == 1
        self._lazy |= uniform and self.form == BATCH and not in_tiles(self.n, self.size)

    def take(self, steps: int) -> Iterator[Any]:
        """Yield the next `steps` batches."""
        if self._lazy and steps:
            yield Drawn(self._words, self.n, self.size, self._drawn, self._drawn + steps)
            self._drawn += steps
            return
        while steps:
            if self._used == len(self._chunk):
                # how much is drawn in one go changes nothing
                wanted = min(self._chunk_steps, -(-steps // self._unit) * self._unit)
                self._chunk, self._used = self._draw(wanted), 0
                self._drawn += wanted
            piece = self._chunk[self._used : self._used + steps]
            self._used += len(piece)
            steps -= len(piece)
            yield piece

    def _draw(self, steps: int) -> NDArray[Any]:
        n, b, runs = self.n, self.b, self.runs
        if self.form == MASK:
            return draw_masks(self._words, n, b, steps, runs, self._drawn)
        if self.sampling == "uniform":
            return subsets(self._words, n, self.size, steps, runs, self._drawn)
        if self.sampling == "replacement":
            return indices(self._words, n, b, steps, runs, self._drawn)
        epochs = steps * b // n
        if self.sampling == "reshuffled":
            order = orders(self._words, n, epochs, runs, self._drawn * b // n)
        else:
            order = np.broadcast_to(np.arange(n)[:, None], (epochs, n, runs))
        return order.reshape(steps, b, runs)


def drawn(n: int, b: int, runs: int, steps: int, seed: int) -> Integers:
    """Give the uniform batches that `sim.simulate` draws for its first block, (steps, b, runs).

    runs: those of the block, all of them where they are no more than `block_runs(n, b)`.
    """
    sampler = Sampler("uniform", n, b, runs, child(seed), masks=True)
    return convert(np.concatenate(list(sampler.take(steps))), sampler.form, BATCH, n)


def mask_pays(n: int, size: int) -> bool:
    """Say whether a mask is cheaper than a list: measured, from 0.7 n^(6/7), n = 50 to 100,000."""
    return size > FLOYD and (10 * size) ** 7 >= 7**7 * n**6


def convert(sets: NDArray[Any], have: str, want: str, n: int) -> NDArray[Any]:
    """Give the same batches in another form."""
    if have == want:
        return sets
    if have == MASK:
        steps, runs, _ = sets.shape
        inside = sets if want == BATCH else ~sets
        return np.nonzero(inside)[2].reshape(steps, runs, -1).swapaxes(1, 2)
    if want != MASK:
        return complement(sets, n)
    masks = np.full((len(sets), sets.shape[2], n), have == LEFT_OUT)
    np.put_along_axis(masks, sets.swapaxes(1, 2).astype(np.int64), have == BATCH, axis=2)
    return masks


def complement(sets: NDArray[Any], n: int) -> Integers:
    """Give range(n) minus each set: (T, size, M) -> (T, n - size, M)."""
    steps, size, runs = sets.shape
    rows = np.arange(runs)
    rest = np.empty((steps, n - size, runs), dtype=np.int64)
    for out, chosen in zip(rest, sets, strict=True):
        keep = np.ones((runs, n), dtype=bool)
        keep[rows, chosen] = False
        out[:] = np.nonzero(keep)[1].reshape(runs, n - size).T
    return rest
