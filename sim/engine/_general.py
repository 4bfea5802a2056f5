"""The general engine: any step size, any activation, any batches, O(n) work per run and step.

One step, with multiplicities m_j of coordinate j in the batch (0 or 1 without replacement), live
coordinates only (ReLU: q_j > 0), a = step_size/batch_size:

    S = sum_j m_j q_j^2,   q_j+ = q_j [1 - a S + a (2 - r2) m_j],   w_perp+ = (1 - a S) w_perp

r2 and S are summed anew at each step, and each coordinate is renormalised to mantissa and integer
exponent: nothing drifts, nothing underflows. Slow, and what the fast engines are tested against.
"""

from __future__ import annotations

import numpy as np

from sim.engine.batches import BATCH
from sim.engine.state import Floats, Integers, State, join, split


class GeneralBlock:
    """M runs, advanced in place."""

    form = BATCH

    def __init__(self, start: State, a: float):
        self.mantissa, self.exponent = start.mantissa.copy(), start.exponent.copy()
        self.perp, self.perp_exponent = start.perp.copy(), start.perp_exponent.copy()
        self.relu = start.activation == "relu"
        self.a = a
        runs, self.n = self.mantissa.shape
        self._row = self.n * np.arange(runs)[:, None]

    def advance(self, sets: Integers) -> None:
        """Do one step per batch in `sets` (T, b, M)."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for batch in sets:
                self._step(batch.T)

    def _step(self, batch: Integers) -> None:
        a = self.a
        q = join(self.mantissa, self.exponent)
        count = np.bincount((batch + self._row).ravel(), minlength=q.size).reshape(q.shape)
        weight = np.where(self.mantissa > 0, count, 0) if self.relu else count
        squares = q**2
        r2 = squares.sum(axis=1) + join(self.perp**2, 2 * self.perp_exponent)
        common = 1 - a * (weight * squares).sum(axis=1)
        factor = common[:, None] + a * (2 - r2)[:, None] * weight
        mantissa, self.exponent = split(self.mantissa * factor, self.exponent)
        perp, self.perp_exponent = split(self.perp * common, self.perp_exponent)
        self.mantissa, self.perp = mantissa, perp
        # a run whose next squared norm is not a float64 has diverged: nan from here on
        norm = (join(mantissa, self.exponent) ** 2).sum(axis=1)
        lost = ~np.isfinite(norm + join(perp**2, 2 * self.perp_exponent))
        if lost.any():
            self.mantissa[lost], self.perp[lost] = np.nan, np.nan
            self.exponent[lost], self.perp_exponent[lost] = 0, 0

    def read(self) -> tuple[Floats, Integers, Floats, Integers]:
        """Give mantissa, exponent (M, n), perp, perp_exponent (M,)."""
        return (
            self.mantissa.copy(),
            self.exponent.copy(),
            self.perp.copy(),
            self.perp_exponent.copy(),
        )
