"""A quadratic sum as a cell of a sweep.

    sweep({"matrices": [[1.0, 3.0]], "batch_size": [1, 2], "step_size": [0.4, 1.15, 1.6],
           "steps": 2_000, "runs": 20}, seeds=8, store="pair.db", cell=quadratic_cell)

In a grid a list is an axis, so a constant list is written in one more pair of brackets: [[1.0, 3.0]]
is one sum with Q_1 = 1, Q_2 = 3, and [[1.0, 3.0], [0.1, 3.9]] an axis of two sums. So too for start
and linear: "start": [[1.0, 0.0]] is one point of R^2, [None, [1.0, 0.0]] an axis of two starts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine._settings import complete, point
from sim.engine.state import Floats
from sim.problems.quadratic import (
    QUADRATIC_VERSION,
    QuadraticResult,
    components,
    simulate_quadratic,
)
from sim.sweeps.cell import Cell

REQUIRED = ("matrices", "batch_size", "step_size", "steps")
DEFAULTS: dict[str, Any] = {
    "runs": 1,
    "start": None,
    "radius": 1.0,
    "linear": None,
    "sampling": "uniform",
    "every": None,
}


def run_quadratic(
    settings: dict[str, Any], seed: np.random.SeedSequence
) -> dict[str, NDArray[Any]]:
    """Compute one cell; see `quadratic_cell`."""
    settings = DEFAULTS | settings
    starts, batches = seed.spawn(2)
    runs, t = settings["runs"], settings["start"]
    if t is None:
        d = components(settings["matrices"]).shape[1]
        t = on_sphere(np.random.default_rng(starts), runs, d, float(settings["radius"]))
    else:
        t = np.tile(point("start", t), (runs, 1))
    result = _call(settings, t, settings["steps"], settings["every"], batches)
    values = {name: getattr(result, name) for name in ("log_norm", "iterate", "diverged")}
    if settings["every"] is not None:
        values["recorded_log_norm"] = result.recorded_log_norm
        values["recorded_steps"] = result.recorded_steps
    return values


def on_sphere(rng: np.random.Generator, runs: int, d: int, radius: float) -> Floats:
    """Draw points uniform on the sphere ||t|| = radius in R^d, (runs, d): normalised Gaussians."""
    t = rng.standard_normal((runs, d))
    return np.asarray(t / np.linalg.norm(t, axis=1, keepdims=True) * radius)


def _call(
    settings: dict[str, Any], start: Floats, steps: int, every: int | None, seed: Any
) -> QuadraticResult:
    return simulate_quadratic(
        settings["matrices"],
        start,
        batch_size=settings["batch_size"],
        step_size=settings["step_size"],
        steps=steps,
        linear=settings["linear"],
        sampling=settings["sampling"],
        every=every,
        seed=seed,
    )


def _check(settings: dict[str, Any]) -> None:
    whole = complete(settings, REQUIRED, DEFAULTS)
    arguments.positive("radius", whole["radius"])
    t = whole["start"]
    if t is None:
        t = np.ones(components(whole["matrices"]).shape[1])
    elif "radius" in settings:
        raise ValueError(f"radius={whole['radius']!r}: must be left out where a start is given")
    _call(whole, point("start", t), 0, None, 0)


quadratic_cell = Cell(run_quadratic, f"quadratic {QUADRATIC_VERSION}", _check)
"""Runs of SGD on a quadratic sum, as in `sim.problems.quadratic.simulate_quadratic`.

Settings: matrices, (N, d, d) or (N,), batch_size, step_size, steps; runs (1); start, (d,), where all
runs begin (default: each uniform on the sphere ||t|| = radius; 0 is the shared minimiser where there
are no linear parts); radius (1.0), only without start; linear, (N, d) or None; sampling; every
(default: nothing is recorded).
Outputs: log_norm (runs,), iterate (runs, d), diverged (runs,); with `every`, recorded_log_norm
(records, runs) at recorded_steps (records,).
"""
