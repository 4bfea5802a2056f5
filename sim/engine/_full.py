"""The engine for b = n: two scalars per run, whatever n is.

Every live coordinate meets the same factor f and the passive part c, so with F and C the products
of f^2 and c^2 so far, z = z0 F (a times the live mass) and u = u0 C (a times the passive mass),

    c = 1 - z,   f = c + 2a - (z + u),   F+ = F f^2,   C+ = C c^2.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.engine._kernel import Kernel, Steps
from sim.engine._scaled import CHECK, Scaled, aligned
from sim.engine.batches import LEFT_OUT
from sim.engine.state import Floats, Integers, State


def _loops(engine: Full) -> Steps:
    """Six NumPy calls a step on all runs, five where nothing passive has a mass."""
    products, masses, runs = engine.products, engine.masses, engine.runs
    wzu, fc, constants = aligned(3, runs), aligned(2, runs), aligned(2, runs)
    constants[:] = np.array([[1 + 2 * engine.a], [1.0]])
    (w, z, u), wz, zu = wzu, wzu[:2], wzu[1:]  # w = 2 z + u
    multiply, subtract, add = np.multiply, np.subtract, np.add

    def steps(sets: NDArray[Any]) -> None:
        for done in range(0, len(sets), CHECK):
            passive = masses[1].any()
            for _ in range(min(CHECK, len(sets) - done)):
                multiply(masses, products, out=zu)
                add(z, z, out=w)
                if passive:
                    add(w, u, out=w)
                subtract(constants, wz, out=fc)
                multiply(fc, fc, out=fc)
                multiply(products, fc, out=products)
            products[1], power = np.frexp(products[1])
            masses[1] = np.ldexp(masses[1], power)
            np.add(engine.passive_exponent, power, out=engine.passive_exponent)

    return steps


LOOPS = Kernel("NumPy, b = n", LEFT_OUT, _loops)


@final
class Full(Scaled):
    """M runs; `advance` uses only the number of steps in `sets` (T, 0, M).

    products: F, C and masses: z0, u0, (2, M) each. C is held in [1/2, 1) by its kernel, at least every
    CHECK steps; its power of two goes to passive_exponent (M,), and to u0 so that u0 C is as it was.
    """

    FLOOR = -1000  # y is only summed once and read: anything float64 holds may stay

    def __init__(self, start: State, a: float, kernel: Kernel = LOOPS):
        super().__init__(start, a, kernel)
        self.masses, self.products = aligned(2, self.runs), aligned(2, self.runs)
        self.masses[:] = a * np.array([self.mass, self.passive_mass])
        self.products[:] = 1.0
        self.passive_exponent = np.zeros(self.runs, dtype=np.int64)
        self._steps = kernel.make(self)

    def advance(self, sets: NDArray[Any]) -> None:
        """Do len(sets) steps."""
        self._steps(sets)
        np.multiply(self.products[0], self.a, out=self.scale)

    def passive_scale(self) -> tuple[Floats, Integers]:
        """Give C."""
        return self.products[1], self.passive_exponent
