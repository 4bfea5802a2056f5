"""A non-convex sum of one-dimensional polynomials as a cell of a sweep.

    sweep({"slopes": [barrier_slopes([0.2, 0.4])], "start": [[0.01], [0.99]], "batch_size": [1, 2],
           "step_size": 0.5, "steps": 1_000}, seeds=8, store="barrier.db", cell=nonconvex_cell)

In a grid a list is an axis: here one sum, and two starts, each a point of R^1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine._settings import complete, point
from sim.problems.nonconvex import NONCONVEX_VERSION, NonconvexResult, simulate_sum
from sim.sweeps.cell import Cell

REQUIRED = ("slopes", "start", "batch_size", "step_size", "steps")
DEFAULTS: dict[str, Any] = {"runs": 1, "centre": 0.0, "radius": None, "sampling": "uniform"}


def run_nonconvex(
    settings: dict[str, Any], seed: np.random.SeedSequence
) -> dict[str, NDArray[Any]]:
    """Compute one cell; see `nonconvex_cell`."""
    settings = DEFAULTS | settings
    result = _call(settings, settings["runs"], settings["steps"], seed)
    return {"left_at": result.left_at, "iterate": result.iterate}


def _call(settings: dict[str, Any], runs: int, steps: int, seed: Any) -> NonconvexResult:
    radius = settings["radius"]
    return simulate_sum(
        settings["slopes"],
        np.tile(point("start", settings["start"]), (runs, 1)),
        batch_size=settings["batch_size"],
        step_size=arguments.positive("step_size", settings["step_size"]),
        steps=steps,
        centre=settings["centre"],
        radius=np.inf if radius is None else arguments.positive("radius", radius),
        sampling=settings["sampling"],
        seed=seed,
    )


def _check(settings: dict[str, Any]) -> None:
    _call(complete(settings, REQUIRED, DEFAULTS), 1, 0, 0)


nonconvex_cell = Cell(run_nonconvex, f"nonconvex {NONCONVEX_VERSION}", _check)
"""Runs of SGD on a non-convex sum, as in `sim.problems.nonconvex.simulate_sum`.

Settings: slopes, (N, m + 1), start, (d,), where all runs begin, batch_size, step_size, steps;
runs (1); centre, a number or (d,) (0.0), and radius (None: infinite) of the neighbourhood that is
watched; sampling. Outputs: left_at (runs,), iterate (runs, d).
"""
