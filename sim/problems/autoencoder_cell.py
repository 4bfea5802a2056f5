"""The autoencoder as a cell of a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine._settings import complete
from sim.problems.autoencoder import CELLS_SINCE, Result, simulate
from sim.sweeps import observables
from sim.sweeps.cell import Cell

DEFAULTS: dict[str, Any] = {
    "d": None,
    "runs": 1,
    "radius": 1.0,
    "activation": "linear",
    "sampling": "uniform",
    "backend": "numpy",
    "observe": ["loss", "r2", "participation_ratio", "max_share"],
    "every": None,
}
LEAST, MOST = 1e-150, 1e150  # radii whose squares are numbers of full precision
REQUIRED = ("n", "batch_size", "step_size", "steps")


def run_autoencoder(
    settings: dict[str, Any], seed: np.random.SeedSequence
) -> dict[str, NDArray[Any]]:
    """Compute one cell; see `simulate_cell`."""
    settings = DEFAULTS | settings
    n, runs, every = settings["n"], settings["runs"], settings["every"]
    d = n if settings["d"] is None else settings["d"]
    start, batches = seed.spawn(2)
    q, rho = uniform_start(np.random.default_rng(start), runs, n, d, settings["radius"])
    steps = settings["steps"]
    result = _call(settings, q, rho, d, steps, steps if every is None else every, batches)
    recorded = result.recorded
    if every is None:
        recorded = {name: rows[-1] for name, rows in recorded.items()}
    else:
        recorded["recorded_steps"] = result.recorded_steps
    return {**recorded, "dead": result.dead, "diverged": result.diverged}


def uniform_start(
    rng: np.random.Generator, runs: int, n: int, d: int, radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw weights uniform on the sphere ||w|| = radius in R^d; give q (runs, n) and rho (runs,).

    A Gaussian vector of R^d, normalised; only the norm of its part outside the data is drawn.
    """
    q = rng.standard_normal((runs, n))
    rho = rng.chisquare(d - n, runs) if d > n else np.zeros(runs)
    scale = radius**2 / ((q**2).sum(axis=1) + rho)
    return q * np.sqrt(scale)[:, None], rho * scale


def _call(
    settings: dict[str, Any], q: Any, rho: Any, d: int, steps: int, every: int, seed: Any
) -> Result:
    return simulate(
        q,
        rho,
        batch_size=settings["batch_size"],
        step_size=settings["step_size"],
        steps=steps,
        activation=settings["activation"],
        sampling=settings["sampling"],
        backend=settings["backend"],
        workers=1,  # a sweep's cells run side by side already
        observe=observables.functions(settings["observe"]),
        every=max(every, 1),
        dimension=d,
        seed=seed,
    )


def _check(settings: dict[str, Any]) -> None:
    settings = complete(settings, REQUIRED, DEFAULTS)
    n = arguments.integer("n", settings["n"], 1)
    d = n if settings["d"] is None else arguments.integer("d", settings["d"], n)
    radius = arguments.positive("radius", settings["radius"])
    # Beyond, its square would be 0, or no number: every run would start dead.
    if not LEAST <= radius <= MOST:
        raise ValueError(f"radius={radius!r}: must be from {LEAST:g} to {MOST:g}")
    observables.functions(settings["observe"])
    _call(settings | {"observe": None}, np.ones((1, n)), 0.0, d, 0, 1, 0)


simulate_cell = Cell(run_autoencoder, f"engine {CELLS_SINCE}", _check)
"""Runs of the autoencoder from starts uniform on the sphere ||w(0)|| = radius of R^d.

Settings: n, batch_size, step_size, steps; d (default n), runs (1), radius (1.0), activation,
sampling, backend and observe as in `sim.simulate`, a function of your own as
`sim.sweeps.observables.observed(function)`; every (default: only the last step is kept).
Outputs: each observable, (runs, ...) or with `every` (records, runs, ...); recorded_steps with
`every`; dead and diverged, (runs,).
"""
