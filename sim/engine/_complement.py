"""The engine for n/2 < b < n: the batch's factor is the common one, work is O(n - b).

With m = n - b left out, p = aP following the bulk, h = a * (live mass), u = a * (passive mass):

    l = p sum_left y,   s = h - l,   c = 1 - s,   f = c + 2a - h - u,
    h+ = s f^2 + l c^2,   u+ = u c^2,   p+ = p f^2,   y_left+ = y_left c^2/f^2.

The error of h obeys D+ = f^2 D, f = 1 + a whenever the dominant coordinate is left out: it grows
by e^(2am/n) a step. So h is summed anew from y every n/(2am) steps, which costs O(am) a step.
y only falls, by at most `row_step` bits a step: a look in time keeps it above 2**BOTTOM. P is brought
within 2**+-32 every CHECK steps, and f <= 1 + 2a, so P <= 2**160: the square of a stand-in stays
below 2**(FLOOR + 160), 120 bits below LEAST_MASS. Downwards P stays above 2**-100 (f >= 0.8 in the
band, and at most two steps from above it), so p y >= 2**(BOTTOM - 140) does not underflow.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np

from sim.engine._kernel import Kernel, Steps
from sim.engine._scaled import CHECK, Scaled, aligned, row_step, summing
from sim.engine._words import TILE
from sim.engine.batches import LEFT_OUT, Drawn
from sim.engine.state import Floats, Integers, State

_BOTTOM = -800
_SCALE_RANGE = 2.0**32
# u below this changes no bit of f = c + (2a - h - u): 2a - h is 0 or at least 2**-93 (LEAST_A), and
# c >= LEAST_DECAY. Between two looks u and the product of c^2 fall by at most 2**-536 (c^2 >= 2**-2.6
# in the band, and >= LEAST_DECAY^2 in at most two of 3 TILE steps), so they are not subnormal in between.
_NOTHING = 2.0**-150
_TILES = 3  # that are drawn and stepped through in one go, looking at the scales after each
_SYNC_SHARE = 1.0  # of the n/(2am) steps over which the error of h grows by e


def _loops(engine: Complement) -> Steps:
    """At most seventeen NumPy calls a step, on all runs."""
    y, p, has_passive = engine.flat, engine.scale, engine.has_passive
    constants, fce, squares = (
        aligned(2, engine.runs),
        aligned(3, engine.runs),
        aligned(2, engine.runs),
    )
    constants[:] = np.array([[1.0], [2 * engine.a]])
    left, s, h = engine.lsh
    ls, sh = engine.lsh[:2], engine.lsh[1:]
    (f, c, e), fc, ce = fce, fce[:2], fce[1:]
    (f2, c2), c2f2 = squares, squares[::-1]
    passive, u = engine.passive, engine.passive[0]
    multiply, subtract, add, divide, take = np.multiply, np.subtract, np.add, np.divide, y.take

    def steps(sets: Integers) -> None:
        v = aligned(*sets.shape[1:])
        single, line, total = len(v) == 1, v.reshape(-1), summing(v, left)
        flat = np.add(sets, engine.offset, dtype=np.intp, order="C").reshape(len(sets), -1)
        for index in flat:
            take(index, None, line, "clip")
            if single:
                multiply(line, p, left)
            else:
                total()
                multiply(left, p, left)
            subtract(h, left, s)
            subtract(constants, sh, ce)
            if has_passive:
                subtract(e, u, e)
            add(c, e, f)
            multiply(fc, fc, squares)
            multiply(ls, c2f2, ls)
            add(left, s, h)
            if has_passive:
                multiply(passive, c2, passive)
            multiply(p, f2, p)
            if single:
                divide(left, p, line)
            else:
                divide(c2, f2, f)
                multiply(v, f, v)
            y[index] = line

    return steps


LOOPS = Kernel("NumPy, left out", LEFT_OUT, _loops)


@final
class Complement(Scaled):
    """M runs; `advance` takes the indices each batch leaves out.

    lsh: (3, M), room for l and s, and h. passive: (2, M), u and the product of c^2. least, most: the
    range of the scale.
    """

    FLOOR = -340

    def __init__(self, start: State, a: float, kernel: Kernel = LOOPS):
        super().__init__(start, a, kernel)
        runs = self.runs
        left_out = self.n - start.batch_size
        self.lsh = aligned(3, runs)
        self.passive = aligned(2, runs)
        self.passive[0], self.passive[1] = a * self.passive_mass, 1.0
        # a run may hold passive coordinates of mass zero (underflow), so ask for the coordinates
        self.has_passive = bool((start.perp != 0).any() or (~self.live & (start.sign != 0)).any())
        self.has_passive |= bool(start.dead.any())
        self.least, self.most = a / _SCALE_RANGE, a * _SCALE_RANGE  # of the scale
        self._passive_exponent = np.zeros(runs, dtype=np.int64)
        self._sync_every = max(1, int(_SYNC_SHARE * self.n / (2 * a * left_out)))
        self._sync = 0
        self._calm = self._steps_until_look()
        self._steps = kernel.make(self)

    def advance(self, sets: Any) -> None:
        """Do one step per index set in `sets` (T, n - b, M), or Drawn."""
        done = 0
        while done < len(sets):
            if self._sync <= 0:
                np.multiply(self.y.sum(axis=1), self.scale, out=self.lsh[2])
                self._sync = self._sync_every
            steps = min(CHECK, max(1, self._calm), self._sync)
            if isinstance(sets, Drawn):  # to the end of a tile, or two pieces would draw it
                most = _TILES * TILE - (sets.start + done) % TILE
                steps = min(most, max(1, self._calm), self._sync)
            piece = sets[done : done + steps]
            done += len(piece)
            self._steps(piece)
            self._sync -= len(piece)
            self._calm -= len(piece)
            self.keep_in_range()

    def keep_in_range(self) -> None:
        """Keep scales, passive masses and the least squares in their range."""
        out = np.flatnonzero((self.scale > self.most) | (self.scale < self.least))
        if self._calm <= 0:
            self._calm = self._steps_until_look()
            if self._calm <= 0:
                out = np.arange(self.runs)
                self._calm = 1 << 62
        if out.size:
            self._rescale(out)  # leaves y >= 2**(FLOOR - 1)
            self._calm = min(self._calm, int((self.FLOOR - 1 - _BOTTOM) / row_step(self.a)))
        if not self.has_passive:  # then its kernel leaves the masses at 0 and the product at 1
            return
        u = self.passive[0]
        u[u < _NOTHING] = (
            0.0  # else it would stay a subnormal number, and each step take nine times as long
        )
        self.passive[1], power = np.frexp(self.passive[1])
        self._passive_exponent += power

    def _steps_until_look(self) -> int:
        """Steps in which no y_j can fall below 2**BOTTOM."""
        smallest = float(self.y.min(initial=1.0))
        if smallest == 0.0:
            smallest = float(self.y[self.y > 0].min(initial=1.0))
        return int((np.log2(smallest) - _BOTTOM) / row_step(self.a))

    def passive_scale(self) -> tuple[Floats, Integers]:
        """Give the product of c^2."""
        return self.passive[1], self._passive_exponent
