"""Chance that a cell does not draw from its own seed, as it runs: what the code alone does not tell.

The streams that all of a process share (``numpy.random``, ``random``) begin each cell where the cell's own
seed puts them, and go on afterwards as if nothing had been: what draws from them (``scipy.stats``'s ``rvs``
without a stream) depends on the cell alone.  Of a stream that is made without a seed (``default_rng(None)``,
``Random(None)``) it is told.
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

SHARED = "it draws from a stream that all share, while another cell of this process runs"
UNSEEDED = "it makes a stream of random numbers without a seed (draw from the cell's)"
_TOLD, _PUT = np.random.get_state, np.random.set_state  # of the stream that all share
_AROUND = "sim.sweeps.sweep"  # calls the cell
_WORD = 0x73776565  # keys of these streams are no others'
# Draw names that no number rests on.
_IDLE = frozenset(("tempfile", "uuid"))
_LOCK, _LISTENERS, _OWN = threading.Lock(), list[Callable[[str], None]](), list[Any]()
_RUNNING: list[set[int]] = []  # of each cell, which others ran meanwhile


@contextmanager
def by_the_seed(stream: np.random.SeedSequence, unseen: Callable[[str], None]) -> Iterator[None]:
    """Let a cell draw by its seed alone; ``unseen`` is called, in words, where it does not."""
    others = set[int]()
    with _LOCK:
        for one in _RUNNING:
            one.add(id(others))
            others.add(id(one))
        _RUNNING.append(others)
        if not _LISTENERS:
            _stand_in()
        _LISTENERS.append(unseen)
    before = _TOLD(legacy=False), random.getstate()
    own = np.random.SeedSequence(stream.entropy, spawn_key=(*stream.spawn_key, _WORD))
    words = own.generate_state(16)
    _PUT(np.random.RandomState(np.random.MT19937(own)).get_state(legacy=False))
    random.seed(int.from_bytes(words.tobytes(), "little"))
    begun = _states()
    try:
        yield
    finally:
        with _LOCK:
            _RUNNING[:] = [x for x in _RUNNING if x is not others]
            _LISTENERS.remove(unseen)
            if not _LISTENERS:
                bit_generator.randbits, random.Random.seed = _OWN  # type: ignore[attr-defined, method-assign]
                _OWN.clear()
        if others and _states() != begun:
            unseen(SHARED)
        _PUT(before[0])
        random.setstate(before[1])


def _states() -> tuple[Any, ...]:
    held = _TOLD(legacy=False)
    return held["state"]["pos"], held["state"]["key"].tobytes(), held["gauss"], random.getstate()


def _stand_in() -> None:
    """Hear of seeds that are left to the machine, by whom."""
    of_numpy, of_python = bit_generator.randbits, random.Random.seed  # type: ignore[attr-defined]
    _OWN[:] = of_numpy, of_python

    def randbits(count: int) -> int:
        _tell(sys._getframe(1))
        return int(of_numpy(count))

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if a is None:
            _tell(sys._getframe(1))
        of_python(self, a, version)

    bit_generator.randbits = randbits  # type: ignore[attr-defined]
    random.Random.seed = seed  # type: ignore[method-assign]


def _tell(frame: FrameType | None) -> None:
    """Say it, but of what is imported, and of names that are drawn."""
    while frame is not None and frame.f_globals.get("__name__") != _AROUND:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return
        if frame.f_globals.get("__name__") in _IDLE:
            return
        frame = frame.f_back
    for unseen in [*_LISTENERS]:
        unseen(UNSEEDED)


__all__ = ["SHARED", "UNSEEDED", "by_the_seed"]
