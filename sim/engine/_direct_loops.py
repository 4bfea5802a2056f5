"""NumPy's kernels for `sim.engine._direct`: one run after another, all runs at once, and masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._kernel import Kernel, Steps
from sim.engine._scaled import aligned, summing
from sim.engine.batches import BATCH, MASK
from sim.engine.state import Floats, Integers

_FEW = 12  # runs; up to here a Python loop beats NumPy's overhead of about 0.4 us a call


class _Work:
    """The step's scalars for all runs: (2, M) arrays of s and t, of 1 and 2a, and what a step forms."""

    def __init__(self, engine: Any):
        runs = engine.runs
        self.p, self.st = engine.scale, engine.st
        self.constants = aligned(2, runs)
        self.constants[:] = np.array([[1.0], [2 * engine.a]])
        self.fce, self.squares = aligned(3, runs), aligned(2, runs)

    def growing(self) -> Callable[[], Floats]:
        """Give what does the step for p and t, with the sums of y over the batches in s, and gives f^2/c^2.

        `_singles` has the same operations in line, where a call would be felt.
        """
        p, st, squares, constants = self.p, self.st, self.squares, self.constants
        (s, t), (f2, c2), fc, ce = st, squares, self.fce[:2], self.fce[1:]
        f, c, e = self.fce
        multiply, subtract, add, divide = np.multiply, np.subtract, np.add, np.divide

        def growth() -> Floats:
            multiply(s, p, s)
            subtract(constants, st, ce)
            add(c, e, f)
            multiply(fc, fc, squares)
            subtract(t, s, t)
            multiply(st, squares, st)
            add(t, s, t)
            multiply(p, c2, p)
            return divide(f2, c2, f)

        return growth


def _loops(engine: Any) -> Steps:
    work = _Work(engine)

    def steps(sets: NDArray[Any]) -> None:
        flat = np.add(sets, engine.offset, dtype=np.intp, order="C")
        if flat.shape[1] > 1:
            _batches(engine.flat, work, flat)
        elif engine.runs <= _FEW:
            _one_by_one(engine, flat[:, 0])
        else:
            _singles(engine.flat, work, flat[:, 0])

    return steps


def _one_by_one(engine: Any, flat: Integers) -> None:
    """Do the operations of `_singles` on Python floats: the same numbers to the last bit."""
    y, scale, t_row, twice = engine.flat.data, engine.scale, engine.st[1], 2 * engine.a
    for run in range(engine.runs):
        p, t = float(scale[run]), float(t_row[run])
        for j in flat[:, run].tolist():
            s = p * y[j]
            c = 1.0 - s
            f = c + (twice - t)
            c2 = c * c
            t = (t - s) * c2
            s *= f * f
            t += s
            p *= c2
            y[j] = s / p
        scale[run], t_row[run] = p, t


def _singles(y: Floats, work: _Work, flat: Integers) -> None:
    p, st, constants, squares = work.p, work.st, work.constants, work.squares
    s, t = st
    fc, (f, c, e), ce = work.fce[:2], work.fce, work.fce[1:]
    c2 = squares[1]
    v = aligned(len(p))
    multiply, subtract, add, divide, take = np.multiply, np.subtract, np.add, np.divide, y.take
    for index in flat:
        take(index, None, v, "clip")
        multiply(p, v, s)
        subtract(constants, st, ce)
        add(c, e, f)
        multiply(fc, fc, squares)
        subtract(t, s, t)
        multiply(st, squares, st)
        add(t, s, t)
        multiply(p, c2, p)
        divide(s, p, v)
        y[index] = v


def _batches(y: Floats, work: _Work, flat: Integers) -> None:
    v = aligned(*flat.shape[1:])
    total, growth, line = summing(v, work.st[0]), work.growing(), v.reshape(-1)
    multiply, take = np.multiply, y.take
    for index in flat.reshape(len(flat), -1):  # in one dimension NumPy scatters in half the time
        take(index, None, line, "clip")
        total()
        multiply(v, growth(), v)
        y[index] = line


def _masks(engine: Any) -> Steps:
    """Pass over every coordinate: multiply whole rows by 1 or f^2/c^2.

    A list of b indices costs a gather and a scatter an index; where b is a fair share of n this is less.
    """
    work, y, s = _Work(engine), engine.y, engine.st[0]
    inside, growth = aligned(engine.runs, engine.n), work.growing()

    def steps(sets: NDArray[Any]) -> None:
        for mask in sets:
            np.copyto(inside, mask)
            np.einsum("ij,ij->i", y, inside, out=s)  # not BLAS, whose order may vary with threads
            more = growth()
            np.subtract(more, 1.0, more)
            np.multiply(inside, more[:, None], inside)
            np.add(inside, 1.0, inside)
            np.multiply(y, inside, y)

    return steps


LOOPS = Kernel("NumPy, lists", BATCH, _loops)
MASKS = Kernel("NumPy, masks", MASK, _masks)
