"""A block: consecutive runs with one source of batches, each advanced by the engine that fits it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.engine import _ahead, _complement, _direct_loops, _full
from sim.engine._complement import Complement
from sim.engine._direct import Direct
from sim.engine._full import Full
from sim.engine._general import GeneralBlock
from sim.engine._kernel import Kernel
from sim.engine._scaled import Scaled, suits
from sim.engine._threads import Threads
from sim.engine.batches import BATCH, MASK, Sampler, convert, sources
from sim.engine.state import Bools, Floats, Integers, State

Reading = tuple[Floats, Integers, Floats, Integers]


class Engine(Protocol):
    """What a block needs of an engine."""

    @property
    def form(self) -> str: ...

    def advance(self, sets: Integers) -> None: ...

    def read(self) -> Reading: ...


def rows_of(state: State, rows: Any) -> State:
    """Take some of the runs."""
    return replace(
        state,
        mantissa=state.mantissa[rows],
        exponent=state.exponent[rows],
        perp=state.perp[rows],
        perp_exponent=state.perp_exponent[rows],
    )


def fast_engine(start: State, a: float, backend: str, block: int, form: str) -> Scaled:
    """Choose by batch size: all, more than half, at most half; or masks where those are drawn.

    block: runs of the whole block.
    """
    n, b = start.mantissa.shape[1], start.batch_size
    kind: type[Scaled] = Full if b == n else Complement if 2 * b > n else Direct
    if form == MASK:
        kind = Direct
    shape = "masks" if form == MASK else kind.__name__.lower()
    if backend == "numpy" and _ahead.pays(n, b, block):
        return kind(start, a, _ahead.AHEAD)
    return kind(start, a, _kernel(backend, shape, min(b, n - b) == 1))


def _kernel(backend: str, shape: str, single: bool) -> Kernel:
    if backend != "numba":
        return _NUMPY[shape]
    from sim.engine import _numba

    return _numba.kernel(shape, single)


_NUMPY = {
    "full": _full.LOOPS,
    "complement": _complement.LOOPS,
    "direct": _direct_loops.LOOPS,
    "masks": _direct_loops.MASKS,
}


class Block:
    """Runs with one source of batches: a Sampler, or explicit index sets (steps, M, b)."""

    def __init__(self, start: State, source: Sampler | Integers, fast: Bools, backend: str):
        a = start.step_size / start.batch_size
        self._n, self._source, self._done = start.mantissa.shape[1], source, 0
        self._form = source.form if isinstance(source, Sampler) else BATCH
        self._engines: list[tuple[Engine, Any]] = []
        block, form = len(fast), self._form
        if fast.all():
            engine = fast_engine(start, a, backend, block, form)
            self._engines.append((engine, slice(None)))
            if engine.kernel.draws and isinstance(source, Sampler):
                source.leave_to_kernel()
        else:
            slow = np.flatnonzero(~fast)
            self._engines.append((GeneralBlock(rows_of(start, slow), a), slow))
            if fast.any():
                rest = np.flatnonzero(fast)
                self._engines.append(
                    (fast_engine(rows_of(start, rest), a, backend, block, form), rest)
                )

    def _take(self, steps: int) -> Iterator[NDArray[Any]]:
        if isinstance(self._source, Sampler):
            yield from self._source.take(steps)
        else:
            yield self._source[self._done : self._done + steps].swapaxes(1, 2)

    def advance(self, steps: int) -> None:
        """Do `steps` steps in every run."""
        for sets in self._take(steps):
            for engine, rows in self._engines:
                part = sets
                if not isinstance(rows, slice):
                    part = sets[:, rows] if self._form == MASK else sets[:, :, rows]
                engine.advance(convert(part, self._form, engine.form, self._n))
        self._done += steps

    def read(self) -> Reading:
        """Give mantissa, exponent (M, n), perp, perp_exponent (M,)."""
        readings = [(engine.read(), rows) for engine, rows in self._engines]
        if len(readings) == 1:
            return readings[0][0]
        runs = sum(len(rows) for _, rows in readings)
        merged = []
        for parts in zip(*(reading for reading, _ in readings), strict=True):
            whole = np.empty((runs, *parts[0].shape[1:]), dtype=parts[0].dtype)
            for part, (_, rows) in zip(parts, readings, strict=True):
                whole[rows] = part
            merged.append(whole)
        return merged[0], merged[1], merged[2], merged[3]


def make_blocks(
    start: State,
    sampling: str,
    seed: int | np.random.SeedSequence,
    batches: Integers | None,
    backend: str,
    threads: Threads | None = None,
) -> list[Block]:
    """Cut the runs into blocks, made by these threads. backend "general" forces the slow path."""
    runs, n = start.mantissa.shape
    b = start.batch_size
    distinct = sampling != "replacement" or b == 1

    def made(part: tuple[slice, Sampler | Integers]) -> Block:
        own = rows_of(start, part[0])
        fast = suits(own, start.step_size / b) & (distinct and backend != "general")
        return Block(own, part[1], fast, backend)

    parts = list(sources(sampling, n, b, runs, seed, batches, masks=True, backend=backend))
    return (threads or Threads(1)).each(made, parts)
