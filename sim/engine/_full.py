"""The engine for b = n: two scalars per run, whatever n is.

Every live coordinate meets the same factor f and the passive part c, so with F and C the products
of f^2 and c^2 so far, z = z0 F (a times the live mass) and u = u0 C (a times the passive mass),

    c = 1 - z,   f = c + 2a - (z + u),   F+ = F f^2,   C+ = C c^2.
"""

from __future__ import annotations

import numpy as np

from sim.engine._scaled import CHECK, Scaled, aligned
from sim.engine.batches import LEFT_OUT
from sim.engine.state import Floats, Integers, State


class Full(Scaled):
    """M runs; `advance` uses only the number of steps in `sets` (T, 0, M)."""

    FLOOR = -1000  # y is only summed once and read: anything float64 holds may stay
    FORM = LEFT_OUT

    def __init__(self, start: State, a: float):
        super().__init__(start, a)
        self._masses = aligned(2, self.runs)
        self._masses[:] = a * np.array([self.mass, self.passive_mass])
        self._products = aligned(2, self.runs)
        self._products[:] = 1.0
        self._now, self._fc = aligned(2, self.runs), aligned(2, self.runs)
        self._ones, self._twice = np.ones(self.runs), np.full(self.runs, 1 + 2 * a)
        self._passive_exponent = np.zeros(self.runs, dtype=np.int64)

    def advance(self, sets: Integers) -> None:
        """Do len(sets) steps."""
        for done in range(0, len(sets), CHECK):
            self._steps(min(CHECK, len(sets) - done))
            power = np.frexp(self._products[1])[1]
            self._products[1] = np.ldexp(self._products[1], -power)
            self._masses[1] = np.ldexp(self._masses[1], power)
            self._passive_exponent += power
        np.multiply(self._products[0], self.a, out=self.scale)

    def _steps(self, steps: int) -> None:
        products, masses = self._products, self._masses
        (z, u), (f, c), ones, twice = self._now, self._fc, self._ones, self._twice
        now, fc = self._now, self._fc
        multiply, subtract, add = np.multiply, np.subtract, np.add
        for _ in range(steps):
            multiply(masses, products, out=now)
            subtract(ones, z, out=c)
            add(z, z, out=f)
            add(f, u, out=f)
            subtract(twice, f, out=f)
            multiply(fc, fc, out=fc)
            multiply(products, fc, out=products)

    def passive_scale(self) -> tuple[Floats, Integers]:
        """Give C."""
        return self._products[1], self._passive_exponent
