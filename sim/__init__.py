"""Plays the dynamics out: exact SGD trajectories of many independent runs, in NumPy."""

from sim.autoencoder import ENGINE_VERSION, Result, from_weights, simulate
from sim.autoencoder_cell import simulate_cell
from sim.cell import Cell
from sim.nonconvex_cell import nonconvex_cell
from sim.quadratic_cell import quadratic_cell
from sim.recovery import salvage
from sim.results import Results, load
from sim.store import StoreError
from sim.sweep import CellError, SweepError, sweep
from sim.workers import SerialExecutor

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
