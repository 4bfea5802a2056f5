"""Lyapunov exponents of linearised SGD, from many independent runs at several step sizes at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import special

from sim.engine import _arguments as arguments
from sim.problems.arrays import host
from sim.problems.gram_input import Gram

RENEW = 32  # steps between two normalisations: far from overflow for |1 - C K_ii| < 1e9
BURN_IN = 0.25  # of the run: forgets the start's direction
LEAST_RUNS = 16


class Linear(Protocol):
    """Linearised SGD: how many samples, how many coordinates, and what a batch does."""

    samples: int
    size: int

    def pull(self, z: Any, batches: Any) -> Any:
        """Give the batch sums of Q_i z for z (steps sizes c, runs m, size), batches (m, b)."""


class Residuals:
    """Q_i = R_i' R_i with K = R R': only directions that the data see, so rank-deficient K does no
    harm."""

    def __init__(self, gram: Gram):
        self.R = host(gram.factor())
        self.samples, self.size = gram.samples, gram.rank

    def pull(self, z: Any, batches: Any) -> Any:
        """Give the batch sums of R_i' R_i z."""
        if batches.shape[1] == 1 and self.R.shape[1] == 1:
            R = self.R[batches[:, 0], 0]
            return (z * R).sum(axis=-1, keepdims=True) * R
        R = self.R[batches].reshape(len(batches), -1, self.size)
        z = z.transpose(1, 0, 2)
        return ((z @ R.transpose(0, 2, 1)) @ R).transpose(1, 0, 2)


class Hessians:
    """Q_i given outright, (N, d, d) symmetric, possibly indefinite: any shared stationary point."""

    def __init__(self, Q: Any):
        Q = arguments.array("Q", Q)
        if Q.ndim != 3 or Q.shape[1] != Q.shape[2] or not Q.size:
            raise ValueError(f"Q: shape {Q.shape}; must be (N, d, d)")
        if not np.array_equal(Q, Q.transpose(0, 2, 1)):
            raise ValueError("Q: every component must be symmetric")
        self.Q = Q
        self.samples, self.size = Q.shape[:2]

    def pull(self, z: Any, batches: Any) -> Any:
        """Give the batch sums of Q_i z."""
        Q = self.Q[batches].sum(axis=1)
        return (z.transpose(1, 0, 2) @ Q).transpose(1, 0, 2)


@dataclass(frozen=True)
class Exponent:
    """Top Lyapunov exponent an epoch (N/b steps) at one step size: mean over runs, standard error."""

    step_size: float
    mean: float
    error: float
    runs: int

    def limits(self, level: float) -> tuple[float, float]:
        """Give the two-sided confidence interval of the stated level (Student's t over runs)."""
        wide = float(special.stdtrit(self.runs - 1, (1 + level) / 2)) * self.error
        return self.mean - wide, self.mean + wide


def draw_batches(
    rng: np.random.Generator, samples: int, batch_size: int, sampling: str, runs: int
) -> Iterator[Any]:
    """Give one (runs, b) array of indices a step, for ever."""
    while True:
        if sampling == "replacement" or batch_size == 1:
            yield from rng.integers(samples, size=(64, runs, batch_size))
        elif batch_size == samples:
            yield np.broadcast_to(np.arange(samples), (runs, samples))
        else:
            keys = rng.random((8, runs, samples))
            yield from np.argpartition(keys, batch_size - 1, axis=-1)[..., :batch_size]


def enough(runs: Any, epochs: Any) -> None:
    """Raise where there are too few runs for a confidence interval, or no epochs."""
    arguments.integer("epochs", epochs, 1, arguments.MOST_STEPS)
    if arguments.integer("runs", runs, 1) < LEAST_RUNS:
        raise ValueError(f"runs={runs}: must be at least {LEAST_RUNS} for a confidence interval")


def exponents(
    problem: Linear, step_sizes: Any, *, batch_size: int, epochs: int, runs: int, seed: Any,
    sampling: str = "uniform",
) -> list[Exponent]:  # fmt: skip
    """Measure the exponent at each step size; all of them see the same batches, runs are independent.

    What is measured is the mean growth over the last three quarters of `epochs`.
    """
    enough(runs, epochs)
    C = np.asarray(step_sizes, dtype=np.float64)
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(runs, problem.size))
    z = np.broadcast_to(z / np.linalg.norm(z, axis=-1, keepdims=True), (len(C), *z.shape)).copy()
    pace = (C / batch_size)[:, None, None]
    steps = math.ceil(epochs * problem.samples / batch_size)
    first = math.floor(steps * BURN_IN)
    total, counted = np.zeros(z.shape[:2]), 0
    batches = draw_batches(rng, problem.samples, batch_size, sampling, runs)
    since = 0
    for step in range(steps):
        z -= pace * problem.pull(z, next(batches))
        since += 1
        if since == RENEW or step + 1 in (steps, first):
            size = np.linalg.norm(z, axis=-1)
            size = np.where(size > 0, size, np.finfo(float).tiny)
            z /= size[..., None]
            if step >= first:
                total += np.log(size)
                counted += since
            since = 0
    rate = total / counted * (problem.samples / batch_size)
    error = rate.std(axis=1, ddof=1) / math.sqrt(runs)
    rows = zip(C, rate.mean(axis=1), error, strict=True)
    return [Exponent(float(c), float(m), float(e), runs) for c, m, e in rows]
