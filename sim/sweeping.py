"""What ``sim`` gives of sweeps: the function, its ready-made cells, what it returns and raises."""

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
    "Cell",
    "CellError",
    "Results",
    "SerialExecutor",
    "StoreError",
    "SweepError",
    "load",
    "nonconvex_cell",
    "quadratic_cell",
    "salvage",
    "simulate_cell",
    "sweep",
]
