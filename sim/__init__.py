"""Plays the dynamics out: exact SGD trajectories of many independent runs, in NumPy."""

from sim.problems.autoencoder import ENGINE_VERSION, Result, from_weights, simulate
from sim.problems.autoencoder_cell import simulate_cell
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
    "Result",
    "Results",
    "SerialExecutor",
    "StoreError",
    "SweepError",
    "from_weights",
    "load",
    "nonconvex_cell",
    "quadratic_cell",
    "salvage",
    "simulate",
    "simulate_cell",
    "sweep",
]
