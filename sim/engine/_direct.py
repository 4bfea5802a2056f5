"""The engine that follows the batch: O(b) work and no allocation per run and step.

With p = aP (P the common scale of the squares, falling) and t = a r2, one step is

    s = p sum_B y,   c = 1 - s,   f = c + 2a - t,
    t+ = (t - s) c^2 + s f^2,   p+ = p c^2,   y_B+ = y_B f^2/c^2.

t is redundant; its error D = t - a r2 obeys D+ = c^2 D and so never grows. Between two rescalings
P falls to no less than 2**-250: the look every CHECK steps acts below 2**-60, and in a step
c^2 >= (1 - a(1 + 10a/27))^2 >= 2**-2.6 by BAND, except in at most two steps from above the band
(aS > 0.6 gives f <= 0.8, so r2 falls by 0.64 each time), where c >= LEAST_DECAY.
Nothing underflows: s >= 2**(FLOOR - 250 - 40). Stand-ins: y only grows, by at most `row_step` bits
a step, so y_j P <= 2**TOP is kept by looking in time (proofs_notes/engine.md, "No underflow").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._scaled import CHECK, Scaled, aligned, row_step
from sim.engine.state import Floats, Integers, State

_TOP = -180
_FEW = 12  # up to here a Python loop beats NumPy's overhead of about 0.4 us a call
_LEAST_SCALE = 2.0**-60


class Direct(Scaled):
    """M runs, batches of any size b < n."""

    FLOOR = -700

    def __init__(self, start: State, a: float):
        super().__init__(start, a)
        runs = self.runs
        self._fallen = np.zeros(runs, dtype=np.int64)
        self._constants = aligned(2, runs)
        self._constants[:] = np.array([[1.0], [2 * a]])
        self._st = aligned(2, runs)
        self._st[1] = a * (self.mass + self.passive_mass)
        self._fce, self._squares = aligned(3, runs), aligned(2, runs)
        self._calm = self._steps_until_look()

    def advance(self, sets: Integers) -> None:
        """Do one step per batch in `sets` (T, b, M)."""
        done = 0
        while done < len(sets):
            piece = sets[done : done + min(CHECK, max(1, self._calm))]
            done += len(piece)
            self._steps(piece)
            self._calm -= len(piece)
            low = self.scale < _LEAST_SCALE * self.a
            if low.any():
                self._lower(np.flatnonzero(low))
            if self._calm <= 0:
                self._calm = self._steps_until_look()
                if self._calm <= 0:
                    self._lower(np.arange(self.runs))

    def _steps(self, sets: NDArray[Any]) -> None:
        flat = np.add(sets, self.offset, dtype=np.intp)
        if flat.shape[1] > 1:
            self._batches(flat)
        elif self.runs <= _FEW:
            self._one_by_one(flat[:, 0])
        else:
            self._singles(flat)

    def _one_by_one(self, flat: Integers) -> None:
        """Do the operations of `_singles` on Python floats: the same numbers to the last bit."""
        y, t_row, twice = self.flat.data, self._st[1], 2 * self.a
        for run in range(self.runs):
            p, t = float(self.scale[run]), float(t_row[run])
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
            self.scale[run], t_row[run] = p, t

    def _singles(self, flat: Integers) -> None:
        y, p, st, constants, squares = (
            self.flat,
            self.scale,
            self._st,
            self._constants,
            self._squares,
        )
        s, t = st
        fc, (f, c, e), ce = self._fce[:2], self._fce, self._fce[1:]
        c2 = squares[1]
        v = aligned(self.runs)
        multiply, subtract, add, divide, take = np.multiply, np.subtract, np.add, np.divide, y.take
        for index in flat[:, 0]:
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

    def _batches(self, flat: Integers) -> None:
        y, s, v = self.flat, self._st[0], aligned(*flat.shape[1:])
        for index in flat:
            y.take(index, None, v, "clip")
            np.add.reduce(v, 0, None, s)
            np.multiply(v, self._growth(), v)
            y[index] = v

    def _growth(self) -> Floats:
        """With the sums of y over the batches in s: do the step for p and t, and give f^2/c^2.

        `_singles` has the same operations in line, where a call would be felt.
        """
        p, st, (f2, c2) = self.scale, self._st, self._squares
        s, t = st
        f, c, e = self._fce
        np.multiply(s, p, s)
        np.subtract(self._constants, st, self._fce[1:])
        np.add(c, e, f)
        np.multiply(self._fce[:2], self._fce[:2], self._squares)
        np.subtract(t, s, t)
        np.multiply(st, self._squares, st)
        np.add(t, s, t)
        np.multiply(p, c2, p)
        return np.divide(f2, c2, f)

    def _lower(self, rows: Integers) -> None:
        self._fallen[rows] += self._rescale(rows)
        if self.deep is not None:  # new stand-ins stand at 2**FLOOR
            self._calm = max(1, min(self._calm, int((_TOP - self.FLOOR) / row_step(self.a))))

    def _steps_until_look(self) -> int:
        """Steps in which no stand-in can exceed 2**TOP."""
        if self.deep is None:
            return 1 << 62
        top = float(self.y[self.deep != 0].max(initial=2.0**self.FLOOR))
        return int((_TOP - np.log2(top)) / row_step(self.a))

    def passive_scale(self) -> tuple[Floats, Integers]:
        """Give P, which is the product of c^2 itself."""
        return self.scale / self.a, self._fallen
