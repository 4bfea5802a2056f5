"""The general engine: any step size, any activation, any batches, O(n) work per run and step.

One step, with multiplicities m_j of coordinate j in the batch (0 or 1 without replacement), live
coordinates only (ReLU: q_j > 0), a = step_size/batch_size:

    S = sum_j m_j q_j^2,   q_j+ = q_j [1 - a S + a (2 - r2) m_j],   w_perp+ = (1 - a S) w_perp

r2 and S are summed anew at each step, and each coordinate is renormalised to mantissa and integer
exponent: nothing drifts, nothing underflows. Slow, and what the fast engines are tested against.
A coordinate's values in all runs lie side by side, so that a sum over coordinates adds long rows.
"""

from __future__ import annotations

import numpy as np

from sim.engine.batches import BATCH
from sim.engine.state import Floats, Integers, State, join, split


class GeneralBlock:
    """M runs, advanced in place."""

    form = BATCH

    def __init__(self, start: State, a: float):
        # (n, M): a row for each coordinate
        self.mantissa = np.ascontiguousarray(start.mantissa.T)
        self.exponent = np.ascontiguousarray(start.exponent.T)
        self.perp, self.perp_exponent = start.perp.copy(), start.perp_exponent.copy()
        self.relu = start.activation == "relu"
        self.a = a
        self._runs = np.arange(self.mantissa.shape[1])
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            self._measure()

    def advance(self, sets: Integers) -> None:
        """Do one step per batch in `sets` (T, b, M)."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for batch in sets:
                self._step(batch)

    def _measure(self) -> None:
        """q^2 and r2 of the state as it is: the next step reads both."""
        self._squares = join(self.mantissa, self.exponent) ** 2
        self._r2 = summed(self._squares) + join(self.perp**2, 2 * self.perp_exponent)

    def _step(self, batch: Integers) -> None:
        a = self.a
        places = batch * len(self._runs) + self._runs
        count = np.bincount(places.ravel(), minlength=self._squares.size)
        count = count.reshape(self._squares.shape)
        weight = np.where(self.mantissa > 0, count, 0) if self.relu else count
        common = 1 - a * summed(weight * self._squares)
        factor = common + a * (2 - self._r2) * weight
        self.mantissa, self.exponent = split(self.mantissa * factor, self.exponent)
        self.perp, self.perp_exponent = split(self.perp * common, self.perp_exponent)
        self._measure()
        # a run whose next squared norm is not a float64 has diverged: nan from here on
        lost = ~np.isfinite(self._r2)
        if lost.any():
            self.mantissa[:, lost], self.perp[lost] = np.nan, np.nan
            self.exponent[:, lost], self.perp_exponent[lost] = 0, 0
            self._squares[:, lost], self._r2[lost] = np.nan, np.nan

    def read(self) -> tuple[Floats, Integers, Floats, Integers]:
        """Give mantissa, exponent (M, n), perp, perp_exponent (M,)."""
        return (
            np.ascontiguousarray(self.mantissa.T),
            np.ascontiguousarray(self.exponent.T),
            self.perp.copy(),
            self.perp_exponent.copy(),
        )


def summed(rows: Floats) -> Floats:
    """The sum of the rows, in the order in which NumPy adds what lies side by side: no bit differs from it.

    Fewer than 8 one after the other, up to 128 in 8 sums that are added in pairs, more of them in two halves.
    """
    count = len(rows)
    if count < 8:
        return rows.sum(axis=0)
    if count > 128:
        half = count // 2 - count // 2 % 8
        return summed(rows[:half]) + summed(rows[half:])
    whole = count - count % 8
    eight = rows[:whole].reshape(-1, 8, rows.shape[1]).sum(axis=0)
    pairs = eight[0::2] + eight[1::2]
    total = (pairs[0] + pairs[1]) + (pairs[2] + pairs[3])
    for row in rows[whole:]:
        total += row
    return total
