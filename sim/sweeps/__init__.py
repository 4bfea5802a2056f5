"""Grids of settings that survive interruption (``sim.sweeps.sweep`` is the function)."""
