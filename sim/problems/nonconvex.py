"""SGD on non-convex sums of one-dimensional polynomials, coordinate by coordinate, many runs at once.

f = mean of f_i, f_i(x) = sum over coordinates of F_i(x_m), each F_i' a polynomial.  One batch is drawn
per step and run, and moves all coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import _arguments as arguments
from sim.engine.state import Bools, Floats, Integers
from sim.problems.quadratic import blocks, start_points

NONCONVEX_VERSION = 2  # names a sweep's cells: raise when the same SeedSequence gives other numbers


@dataclass(frozen=True, eq=False)
class NonconvexResult:
    """R runs after `steps` steps.

    iterate: (R, d), nan in a run that left the float range. left_at: (R,), the step after which the
    run was first farther than `radius` from `centre` in some coordinate, -1 if never.
    """

    iterate: Floats
    left_at: Integers
    steps: int

    @property
    def left(self) -> Bools:
        """Runs that left the neighbourhood, (R,)."""
        return np.asarray(self.left_at >= 0)


def styblinski_tang_slopes(weights: Any) -> Floats:
    """F_i' for f_i = z_i (x^4 - 16x^2 + 5x)/2 per coordinate: (N, 4), ascending powers."""
    z = arguments.array("weights", weights)
    return np.multiply.outer(z, np.array([2.5, -16.0, 0.0, 2.0]))


def barrier_slopes(barriers: Any) -> Floats:
    """F_i' = x (x - 1)(x - c_i): (N, 4), ascending powers."""
    c = arguments.array("barriers", barriers)
    return np.stack([np.zeros_like(c), c, -(1 + c), np.ones_like(c)], axis=1)


def simulate_sum(
    slopes: Any,
    start: Any,
    *,
    batch_size: int,
    step_size: Any,
    steps: int,
    centre: Any = 0.0,
    radius: float = np.inf,
    sampling: str = "uniform",
    seed: int | np.random.SeedSequence = 0,
) -> NonconvexResult:
    """Run SGD from each of R starts.

    slopes: (N, m + 1), coefficients of F_i' in ascending powers. start: (R, d) or (d,). step_size: a
    positive number, or (R,), one for each run. centre, radius: the neighbourhood that is watched,
    centre a number or (d,). Raises ValueError or TypeError, naming the argument.
    """
    table = arguments.array("slopes", slopes)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"slopes: shape {table.shape}; must be (N, m + 1), coefficients of F_i'")
    raw = arguments.array("start", start)
    x = start_points(raw, raw.shape[-1] if raw.ndim else 0, None)
    count, runs = len(table), len(x)
    k = arguments.integer("batch_size", batch_size, 1, None if sampling == "replacement" else count)
    steps = arguments.steps(steps)
    sampling = arguments.sampling(sampling, count, k)
    seed = arguments.seed(seed)
    C = arguments.array("step_size", step_size)
    if C.shape not in ((), (runs,)) or (C <= 0).any():
        raise ValueError(f"step_size={step_size!r}: must be > 0, a number or shape ({runs},)")
    middle = arguments.array("centre", centre)
    if middle.shape not in ((), x.shape[1:]):
        raise ValueError(f"centre: shape {middle.shape}; must be a number or shape {x.shape[1:]}")
    if not radius > 0:
        raise ValueError(f"radius={radius!r}: must be > 0")
    C = np.broadcast_to(C, (runs,))
    iterate, left_at = np.empty(x.shape), np.full(runs, -1)
    for rows, means in blocks(table, runs, k, sampling, seed, None):
        here, first, size = x[rows].copy(), np.full(rows.stop - rows.start, -1), C[rows, None]
        with np.errstate(over="ignore", invalid="ignore"):
            for step, mean in enumerate(means.take(steps), start=1):
                highest, *others = mean.T[::-1, :, None]
                slope = highest
                for coefficient in others:
                    slope = slope * here + coefficient
                here = here - size * slope
                far = np.abs(here - middle)
                near = (far[:, 0] if far.shape[1] == 1 else far.max(axis=1)) <= radius
                if not near.all():
                    first[~near & (first < 0)] = step
        here[~np.isfinite(here).all(axis=1)] = np.nan
        iterate[rows], left_at[rows] = here, first
    return NonconvexResult(iterate=iterate, left_at=left_at, steps=steps)
