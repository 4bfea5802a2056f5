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

from typing import Any, final

import numpy as np

from sim.engine._direct_loops import LOOPS
from sim.engine._kernel import Kernel
from sim.engine._scaled import CHECK, Scaled, aligned, row_step
from sim.engine.batches import Drawn
from sim.engine.state import Floats, Integers, State

_TOP = -180
LEAST_SCALE = 2.0**-60


@final
class Direct(Scaled):
    """M runs, batches of any size b < n (nothing in the derivation asks for b <= n/2).

    st: (2, M), room for s, and t. fallen: (M,), powers of two that went from the scale into y.
    """

    FLOOR = -700

    def __init__(self, start: State, a: float, kernel: Kernel = LOOPS):
        super().__init__(start, a, kernel)
        runs = self.runs
        self.fallen = np.zeros(runs, dtype=np.int64)
        self.st = aligned(2, runs)
        self.st[1] = a * (self.mass + self.passive_mass)
        self._calm = self._steps_until_look()
        self._steps = kernel.make(self)

    def advance(self, sets: Any) -> None:
        """Do one step per batch in `sets`: lists (T, b, M), masks (T, M, n), or Drawn."""
        if isinstance(sets, Drawn):
            self._steps(sets)  # it looks by itself
            return
        done = 0
        while done < len(sets):
            piece = sets[done : done + self.piece()]
            done += len(piece)
            self._steps(piece)
            self.look(len(piece))

    def piece(self) -> int:
        """Steps until the next look."""
        return min(CHECK, max(1, self._calm))

    def look(self, steps: int) -> None:
        """After so many steps: keep scales and stand-ins in their range."""
        self._calm -= steps
        low = self.scale < LEAST_SCALE * self.a
        if low.any():
            self._lower(np.flatnonzero(low))
        if self._calm <= 0:
            self._calm = self._steps_until_look()
            if self._calm <= 0:
                self._lower(np.arange(self.runs))

    def _lower(self, rows: Integers) -> None:
        self.fallen[rows] += self._rescale(rows)
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
        return self.scale / self.a, self.fallen
