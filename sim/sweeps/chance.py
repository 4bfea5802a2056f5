"""Chance that a cell does not draw from its own seed, as it runs: what the code alone does not tell.

The streams that all of a process share (``numpy.random``, ``random``) begin each cell where the cell's own
seed puts them, and go on afterwards as if nothing had been; a stream that the cell's thread makes without a
seed (``default_rng(None)``, ``Random(None)``) begins by it as well.  So what is drawn hangs on the cell alone.
Where several cells run in one process at once, and one draws from a shared stream, it is told.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from numpy.random import bit_generator

from sim.sweeps.started import by_the_way

SHARED = "it draws from a stream that all share, while another cell of this process runs"
_TOLD, _PUT = np.random.get_state, np.random.set_state  # of the stream that all share
_WORD = 0x73776565  # keys of these streams are no others'
_IDLE = frozenset(("tempfile", "uuid"))  # draw names, on which no number rests
_LOCK, _OWN = threading.Lock(), list[Any]()
_RUNNING: list[_Cell] = []
_STATES: list[Any] = []  # as all was before, and as a cell's seed has put it last


class _Cell:
    """Whether others ran meanwhile; whether somebody drew from what all share."""

    def __init__(self) -> None:
        self.with_others = self.drawn = False


class _Here(threading.local):
    """The stream from which this thread's cell takes seeds that are not said; None between cells."""

    def __init__(self) -> None:
        self.seeds: np.random.Generator | None = None


_HERE = _Here()


@contextmanager
def by_the_seed(stream: np.random.SeedSequence, unseen: Callable[[str], None]) -> Iterator[None]:
    """Let a cell draw by its seed alone; ``unseen`` is called, in words, where it may not."""
    cell, outer = _Cell(), _HERE.seeds
    own = np.random.SeedSequence(stream.entropy, spawn_key=(*stream.spawn_key, _WORD))
    _begin(cell, own)
    _HERE.seeds = np.random.Generator(np.random.PCG64(own))
    try:
        yield
    finally:
        _HERE.seeds = outer
        if _end(cell):
            unseen(SHARED)


def _begin(cell: _Cell, own: np.random.SeedSequence) -> None:
    with _LOCK:
        if not _RUNNING:
            _stand_in()
            _STATES[:] = [_states(), None]
        drawn = bool(_RUNNING) and not _same(_states(), _STATES[1])
        for one in _RUNNING:
            one.with_others = cell.with_others = True
            one.drawn |= drawn
        _RUNNING.append(cell)
        legacy = np.random.RandomState(np.random.MT19937(own)).get_state(legacy=False)
        words = own.generate_state(16).tobytes()
        _put((legacy, random.Random(int.from_bytes(words, "little")).getstate()))
        _STATES[1] = _states()


def _end(cell: _Cell) -> bool:
    """Whether, among several cells, one has drawn from what all share."""
    with _LOCK:
        drawn = cell.with_others and (cell.drawn or not _same(_states(), _STATES[1]))
        _RUNNING[:] = [x for x in _RUNNING if x is not cell]
        if not _RUNNING:
            _put(_STATES[0])
            bit_generator.randbits, random.Random.seed = _OWN  # type: ignore[attr-defined, method-assign]
        return drawn


def _states() -> tuple[Any, Any]:
    return _TOLD(legacy=False), random.getstate()


def _put(states: tuple[Any, Any]) -> None:
    _PUT(states[0])
    random.setstate(states[1])


def _same(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    numbers = [
        (x["state"]["pos"], x["state"]["key"].tobytes(), x["has_gauss"]) for x in (one[0], other[0])
    ]
    return numbers[0] == numbers[1] and one[1] == other[1]


def _stand_in() -> None:
    """Take the seeds that nobody says from the stream of the cell that runs."""
    of_numpy, of_python = bit_generator.randbits, random.Random.seed  # type: ignore[attr-defined]
    _OWN[:] = of_numpy, of_python

    def randbits(count: int) -> int:
        seeds = _seeds(sys._getframe(1))
        return int(of_numpy(count)) if seeds is None else _drawn(seeds) >> max(0, 256 - count)

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if a is None and (seeds := _seeds(sys._getframe(1))) is not None:
            a = _drawn(seeds)
        of_python(self, a, version)

    bit_generator.randbits = randbits  # type: ignore[attr-defined]
    random.Random.seed = seed  # type: ignore[method-assign]


def _drawn(seeds: np.random.Generator) -> int:
    return int.from_bytes(seeds.bytes(32), "little")


def _seeds(frame: FrameType | None) -> np.random.Generator | None:
    """The stream of seeds of the cell that asks: of none, where a module is imported or a name is drawn."""
    return None if by_the_way(frame, _IDLE) else _HERE.seeds


__all__ = ["SHARED", "by_the_seed"]
