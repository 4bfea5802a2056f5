"""Plays the dynamics out: exact SGD trajectories of many independent runs, in NumPy.

What sweeps need (a store, processes, the ready-made cells) is loaded where one of it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from sim.problems.autoencoder import ENGINE_VERSION, Result, from_weights, simulate
from sim.problems.exponents import Hessians
from sim.problems.gram import (
    Gram,
    full_batch_edge,
    growth_rate,
    mean_square_threshold,
    stationary_covariance,
)
from sim.problems.gram_design import design
from sim.problems.gram_lyapunov import almost_sure_threshold
from sim.problems.network import from_jax, from_torch

if TYPE_CHECKING:
    from sim.sweeping import (
        Cell,
        CellError,
        Results,
        SerialExecutor,
        StoreError,
        SweepError,
        load,
        nonconvex_cell,
        quadratic_cell,
        salvage,
        simulate_cell,
        sweep,
    )

__all__ = [
    "ENGINE_VERSION",
    "Cell",
    "CellError",
    "Gram",
    "Hessians",
    "Result",
    "Results",
    "SerialExecutor",
    "StoreError",
    "SweepError",
    "almost_sure_threshold",
    "design",
    "from_jax",
    "from_torch",
    "from_weights",
    "full_batch_edge",
    "growth_rate",
    "load",
    "mean_square_threshold",
    "nonconvex_cell",
    "quadratic_cell",
    "salvage",
    "simulate",
    "simulate_cell",
    "stationary_covariance",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from sim import sweeping

        return getattr(sweeping, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
