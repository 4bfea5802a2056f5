"""What is measured: settings, starts, data and the batches everyone is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.engine.batches import BATCH, LEFT_OUT, Sampler, complement

SCALE = 0.2  # a = step_size / batch_size in every case
_MOST_INDICES, _MOST_STEPS = 2_000_000, 60_000
DENSE_LIMIT = 2_000  # above this the data are the standard basis, rows made on the fly
_DENSE_BYTES = 64e6


@dataclass(frozen=True)
class Case:
    """n data in R^d, batch size b, R runs."""

    n: int
    d: int
    b: int
    runs: int

    @property
    def name(self) -> str:
        return f"n={self.n} d={self.d} b={self.b} R={self.runs}"

    @property
    def step_size(self) -> float:
        return SCALE * self.b

    @property
    def dense_runs(self) -> int:
        """Runs a dense contender advances together: what keeps its batch rows within 64 MB."""
        return int(max(1, min(self.runs, _DENSE_BYTES // (8 * self.b * self.d))))

    @cached_property
    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights with ||w|| = 0.8 spread over all coordinates: q (R, n) and rho (R,)."""
        rng = np.random.default_rng(1)
        q = rng.normal(size=(self.runs, self.n))
        rho = 0.1 if self.d > self.n else 0.0
        q *= (np.sqrt(0.64 - rho) / np.linalg.norm(q, axis=1))[:, None]
        return q, np.full(self.runs, rho)

    @cached_property
    def data(self) -> np.ndarray:
        """The first n rows of a Householder reflection: dense and orthonormal."""
        if self.n > DENSE_LIMIT:
            raise ValueError("above DENSE_LIMIT there is no data matrix")
        v = np.random.default_rng(2).normal(size=self.d)
        v *= np.sqrt(2) / np.linalg.norm(v)
        data = np.outer(-v[: self.n], v)
        data[np.arange(self.n), np.arange(self.n)] += 1
        return data

    @cached_property
    def weights(self) -> np.ndarray:
        """The same start in R^d (standard basis above DENSE_LIMIT), (dense_runs, d)."""
        q, rho = (x[: self.dense_runs] for x in self.start)
        if self.n > DENSE_LIMIT:
            return q.copy()
        w = q @ self.data
        if self.d > self.n:
            extra = np.random.default_rng(3).normal(size=self.d)
            extra -= (self.data @ extra) @ self.data
            w += np.sqrt(rho)[:, None] * extra / np.linalg.norm(extra)
        return w

    def coordinates(self, weights: np.ndarray) -> np.ndarray:
        return weights if self.n > DENSE_LIMIT else weights @ self.data.T

    @cached_property
    def sets(self) -> np.ndarray:
        """Predrawn batches, or what they leave out if b > n/2: (steps, size, R)."""
        size = self.b if 2 * self.b <= self.n else self.n - self.b
        steps = max(20, min(_MOST_STEPS, _MOST_INDICES // (self.runs * max(1, size))))
        sampler = Sampler("uniform", self.n, self.b, self.runs, np.random.SeedSequence(4))
        return np.concatenate(list(sampler.take(steps))).astype(np.int64)

    @property
    def left_out(self) -> bool:
        return 2 * self.b > self.n

    @property
    def form(self) -> str:
        """What `sets` hold, as `sim.engine.batches` calls it."""
        return LEFT_OUT if self.left_out else BATCH

    @cached_property
    def batches(self) -> np.ndarray:
        """The batches themselves for the dense runs, (steps, runs, b)."""
        sets = self.sets[:, :, : self.dense_runs]
        if self.left_out:
            sets = complement(sets[:20], self.n)
        return np.ascontiguousarray(sets.swapaxes(1, 2))


CASES = (
    Case(100, 100, 1, 1000),
    Case(1000, 1000, 1, 1000),
    Case(1000, 2000, 32, 256),
    Case(10_000, 10_000, 1, 256),
    Case(100_000, 100_000, 8, 64),
    Case(1000, 1000, 999, 256),
    Case(1000, 1000, 1000, 256),
    Case(1_000_000, 1_000_000, 1, 16),
)
