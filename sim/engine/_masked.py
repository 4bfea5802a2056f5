"""The engine for b of the order of n: batches are masks, and every coordinate is passed over.

The recursion of `sim.engine._direct`, for any b < n (nothing in its derivation asks for b <= n/2). A list of
b indices costs a gather and a scatter per index; where b is a fair share of n, multiplying whole rows
by 1 or f^2/c^2 costs less.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._direct import Direct
from sim.engine._scaled import aligned
from sim.engine.batches import MASK
from sim.engine.state import State


class Masked(Direct):
    """M runs; `advance` takes masks (T, M, n)."""

    FORM = MASK

    def __init__(self, start: State, a: float):
        super().__init__(start, a)
        self._inside = aligned(self.runs, self.n)

    def _steps(self, sets: NDArray[Any]) -> None:
        y, s, inside = self.y, self._st[0], self._inside
        for mask in sets:
            np.copyto(inside, mask)
            np.einsum("ij,ij->i", y, inside, out=s)  # not BLAS, whose order may vary with threads
            more = self._growth()
            np.subtract(more, 1.0, more)
            np.multiply(inside, more[:, None], inside)
            np.add(inside, 1.0, inside)
            np.multiply(y, inside, y)
