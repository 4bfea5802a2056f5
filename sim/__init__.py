"""Plays the dynamics out: exact SGD trajectories of many independent runs, in NumPy."""

from sim.problems.autoencoder import ENGINE_VERSION, Result, from_weights, simulate
from sim.problems.autoencoder_cell import simulate_cell
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
from sim.problems.nonconvex_cell import nonconvex_cell
from sim.problems.quadratic_cell import quadratic_cell
from sim.sweeps.cell import Cell
from sim.sweeps.recovery import salvage
from sim.sweeps.results import Results, load
from sim.sweeps.store import StoreError
from sim.sweeps.sweep import CellError, SweepError, sweep
from sim.sweeps.workers import SerialExecutor

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
