"""The fast engines' kernels compiled by numba: optional, chosen by backend="numba".

The same recursions in the same order of operations on the same arrays; only the sum over a batch
may associate differently. What makes them fast:

b = 1, n - 1 (`_numba_drawn`, `_numba_left_out`): LANES runs at a time do many steps, so that what they
touch stays in the cache, with the lines that they need AHEAD steps later asked for early, and indices
that are known not to be negative.
b = n: LANES runs side by side in one buffer whose size the compiler knows, so that it uses its
vector registers; a run alone would wait for its own last product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._direct import LEAST_SCALE
from sim.engine._distinct import sizes
from sim.engine._kernel import Kernel, Steps
from sim.engine._numba_drawn import AHEAD, LANES, direct_drawn
from sim.engine._numba_intrinsics import prefetch
from sim.engine._numba_jit import announce, jit
from sim.engine._numba_left_out import complement_drawn, complement_single
from sim.engine._numba_rows import direct_rows
from sim.engine._numba_words import room
from sim.engine._rows import span
from sim.engine._scaled import CHECK
from sim.engine._words import GROUP
from sim.engine.batches import BATCH, LEFT_OUT, MASK, Drawn
from sim.engine.state import Integers

_INDEX = np.uint64
_NEAREST = 1 << 15  # bytes of a run, beyond which it is more than the nearest cache
_NEAR = 1 << 24  # bytes of a block, beyond which what it will touch is asked for early


@jit()
def _growth(total: float, p: Any, t: Any, run: int, twice_a: float) -> float:
    s = total * p[run]
    c = 1.0 - s
    f = c + (twice_a - t[run])
    c2, f2 = c * c, f * f
    t[run] = (t[run] - s) * c2 + s * f2
    p[run] *= c2
    return f2 / c2


@jit()
def _direct(flat: Any, p: Any, t: Any, sets: Any, twice_a: float, lanes: int, far: bool) -> None:
    """lanes: runs that do all their steps before others do. far: ask for lines a step early.

    The sum is that of `_numba_rows._steps`. No slices inside: numba counts references at each.
    """
    steps, size, runs = sets.shape
    n, fours = flat.size // runs, size // 4 * 4
    for first in range(0, runs, lanes):
        stop = min(first + lanes, runs)
        for step in range(steps):
            now, soon = _INDEX(step), _INDEX(min(step + 1, steps - 1))
            for run in range(first, stop):
                column, row = _INDEX(run), _INDEX(run * n)
                if far:
                    for k in range(size):
                        prefetch(flat, np.int64(row + _INDEX(sets[soon, _INDEX(k), column])))
                s0 = s1 = s2 = s3 = 0.0
                for k in range(0, fours, 4):
                    s0 += flat[row + _INDEX(sets[now, _INDEX(k), column])]
                    s1 += flat[row + _INDEX(sets[now, _INDEX(k + 1), column])]
                    s2 += flat[row + _INDEX(sets[now, _INDEX(k + 2), column])]
                    s3 += flat[row + _INDEX(sets[now, _INDEX(k + 3), column])]
                for k in range(fours, size):
                    s0 += flat[row + _INDEX(sets[now, _INDEX(k), column])]
                scale, mass = p[run], t[run]
                s = ((s0 + s1) + (s2 + s3)) * scale
                c = 1.0 - s
                f = c + (twice_a - mass)
                c2, f2 = c * c, f * f
                t[run] = (mass - s) * c2 + s * f2
                p[run] = scale * c2
                g = f2 / c2
                for k in range(size):
                    flat[row + _INDEX(sets[now, _INDEX(k), column])] *= g


@jit()
def _direct_single(flat: Any, p: Any, t: Any, sets: Any, twice_a: float) -> None:
    steps, runs = sets.shape
    n = flat.size // runs
    for first in range(0, runs, LANES):
        stop = min(first + LANES, runs)
        y, scale, mass = flat[first * n : stop * n], p[first:stop], t[first:stop]
        some = sets[:, first:stop]
        for step in range(steps):
            now, later = _INDEX(step), _INDEX(min(step + AHEAD, steps - 1))
            for run in range(scale.size):
                column, row = _INDEX(run), _INDEX(run * n)
                prefetch(y, np.int64(row + _INDEX(some[later, column])))
                j = row + _INDEX(some[now, column])
                s = scale[run] * y[j]
                c = 1.0 - s
                f = c + (twice_a - mass[run])
                c2 = c * c
                new = s * (f * f)
                mass[run] = (mass[run] - s) * c2 + new
                scale[run] *= c2
                y[j] = new / scale[run]


@jit(fastmath={"reassoc"})
def _inside(y: Any, mask: Any) -> float:
    total = 0.0
    for j in range(y.shape[0]):
        total += y[j] if mask[j] else 0.0
    return total


@jit()
def _masked(y: Any, p: Any, t: Any, masks: Any, twice_a: float) -> None:
    steps, runs, n = masks.shape
    for step in range(steps):
        for run in range(runs):
            g = _growth(_inside(y[run], masks[step, run]), p, t, run, twice_a)
            for j in range(n):
                y[run, j] *= g if masks[step, run, j] else 1.0


@jit()
def _complement(y: Any, p: Any, h: Any, passive: Any, sets: Any, twice_a: float) -> None:
    steps, size, runs = sets.shape
    for step in range(steps):
        for run in range(runs):
            left = 0.0
            for k in range(size):
                left += y[run, sets[step, k, run]]
            left *= p[run]
            s = h[run] - left
            c = 1.0 - s
            f = c + (twice_a - h[run] - passive[0, run])
            c2, f2 = c * c, f * f
            h[run] = left * c2 + s * f2
            passive[0, run] *= c2
            passive[1, run] *= c2
            p[run] *= f2
            g = c2 / f2
            for k in range(size):
                y[run, sets[step, k, run]] *= g


@jit()
def _full(products: Any, masses: Any, exponent: Any, steps: int, twice_a: float) -> None:
    runs = products.shape[1]
    # live and passive products, live and passive masses; idle lanes are 0
    lanes = np.zeros(4 * LANES)
    for first in range(0, runs, LANES):
        count = min(LANES, runs - first)
        for k in range(count):
            lanes[k], lanes[LANES + k] = products[0, first + k], products[1, first + k]
            lanes[2 * LANES + k] = masses[0, first + k]
            lanes[3 * LANES + k] = masses[1, first + k]
        for done in range(0, steps, CHECK):
            for _ in range(min(CHECK, steps - done)):
                for k in range(LANES):
                    z = lanes[2 * LANES + k] * lanes[k]
                    u = lanes[3 * LANES + k] * lanes[LANES + k]
                    c = 1.0 - z
                    f = (1.0 + twice_a) - ((z + z) + u)
                    lanes[k] *= f * f
                    lanes[LANES + k] *= c * c
            for k in range(count):
                product, power = math.frexp(lanes[LANES + k])
                lanes[LANES + k] = product
                lanes[3 * LANES + k] = math.ldexp(lanes[3 * LANES + k], power)
                exponent[first + k] += power
        for k in range(count):
            products[0, first + k], products[1, first + k] = lanes[k], lanes[LANES + k]
            masses[1, first + k] = lanes[3 * LANES + k]


def _lists(engine: Any) -> Steps:
    flat, scale, t, twice_a = engine.flat, engine.scale, engine.st[1], 2 * engine.a
    far = flat.nbytes > _NEAR
    if engine.start.batch_size > 1:
        announce([_direct])

    def steps(sets: Integers) -> None:
        if sets.shape[1] == 1:
            _direct_single(flat, scale, t, sets[:, 0], twice_a)
        else:
            _direct(flat, scale, t, sets, twice_a, LANES if far else engine.runs, far)

    return steps


def _masks(engine: Any) -> Steps:
    y, scale, t, twice_a = engine.y, engine.scale, engine.st[1], 2 * engine.a

    def steps(sets: NDArray[Any]) -> None:
        _masked(y, scale, t, sets, twice_a)

    return steps


def _left_out(engine: Any) -> Steps:
    y, flat, scale, twice_a = engine.y, engine.flat, engine.scale, 2 * engine.a
    h, passive, has_passive = engine.lsh[2], engine.passive, engine.has_passive
    blocks = -(-engine.runs // LANES)

    def steps(sets: Any) -> None:
        if isinstance(sets, Drawn):
            at = np.full(blocks, sets.start)
            while True:
                complement_drawn(
                    flat, scale, h, passive, at, sets.stop, sets.words.key, sets.words.first // GROUP,
                    sets.bound, sets.words.width == 16, twice_a, has_passive, engine.least, engine.most,
                )  # fmt: skip
                if at.min() == sets.stop:
                    break
                engine.keep_in_range()
        elif sets.shape[1] == 1:
            complement_single(flat, scale, h, passive, sets[:, 0], twice_a, has_passive)
        else:
            _complement(y, scale, h, passive, sets, twice_a)

    return steps


def _all(engine: Any) -> Steps:
    products, masses, exponent = engine.products, engine.masses, engine.passive_exponent
    twice_a = 2 * engine.a

    def steps(sets: Integers) -> None:
        _full(products, masses, exponent, len(sets), twice_a)

    return steps


def _single_lists(engine: Any) -> Steps:
    flat, scale, t, twice_a = engine.flat, engine.scale, engine.st[1], 2 * engine.a
    listed, blocks = _lists(engine), -(-engine.runs // LANES)
    limits, power = _limits(engine)

    def draw(sets: Drawn, at: Integers, until: Integers, free: bool) -> None:
        direct_drawn(
            flat, scale, t, engine.fallen, at, until, sets.words.key, sets.words.first // GROUP,
            sets.bound, sets.words.width == 16, twice_a, limits, power, free,
        )  # fmt: skip

    return _stretches(engine, listed, blocks, draw)


def _several_lists(engine: Any) -> Steps:
    y, scale, t, twice_a = engine.y, engine.scale, engine.st[1], 2 * engine.a
    limits, power = _limits(engine)

    def draw(sets: Drawn, at: Integers, until: Integers, free: bool) -> None:
        words, size = sets.words, sets.size
        announce([direct_rows])
        direct_rows(
            y, scale, t, engine.fallen, at, until, *room(size, words.width), words.key, words.first,
            sizes(size, words.width), span(size), np.empty(span(size) * size, dtype=np.uint32), twice_a,
            limits, power, free, y[0].nbytes > _NEAREST,
        )  # fmt: skip

    return _stretches(engine, _lists(engine), engine.runs, draw)


def _limits(engine: Any) -> tuple[NDArray[np.float64], int]:
    """Give the least scale and the least entry at a rescaling, and the power of a fresh scale."""
    return np.array([LEAST_SCALE * engine.a, 2.0**engine.FLOOR]), math.frexp(engine.a)[1]


def _stretches(engine: Any, listed: Steps, blocks: int, draw: Callable[..., None]) -> Steps:
    """Draw in stretches as long as the engine needs not look; `blocks` of runs may stop before."""

    def steps(sets: Any) -> None:
        if not isinstance(sets, Drawn):
            listed(sets)
            return
        at = np.full(blocks, sets.start)
        while at.min() < sets.stop:
            free = engine.deep is None
            most = sets.stop if free else engine.piece()
            draw(sets, at, np.minimum(at + most, sets.stop), free)
            engine.look(0 if free else most)

    return steps


def kernel(shape: str, single: bool) -> Kernel:
    """Give the kernel for an engine's shape; what it needs compiled first is said. single: b = 1, n - 1."""
    if shape in _SINGLES and single:
        announce([_SINGLES[shape]])
    elif shape in _MANY:
        announce([_MANY[shape]])
    return COMPILED[f"single {shape}" if single and shape in _SINGLES else shape]


_SINGLES = {"direct": direct_drawn, "complement": complement_drawn}
_MANY = {"masks": _masked, "complement": _complement, "full": _full}
COMPILED = {
    "single direct": Kernel("numba, b = 1", BATCH, _single_lists, draws=True),
    "single complement": Kernel("numba, b = n - 1", LEFT_OUT, _left_out, draws=True),
    "direct": Kernel("numba, lists", BATCH, _several_lists, draws=True),
    "masks": Kernel("numba, masks", MASK, _masks),
    "complement": Kernel("numba, left out", LEFT_OUT, _left_out),
    "full": Kernel("numba, b = n", LEFT_OUT, _all),
}
