"""What the evidence of the chapter nonorthogonal_law shares: instances, strategies, derivations."""

from __future__ import annotations

import numpy as np
from sympy import Symbol

from sim.problems.nonorthogonal import simulate_gram
from theorem_audit import rng, seed

XI = Symbol("xi", real=True)  # delta = a xi


def angle_from_bisector(q: np.ndarray, cosine: float) -> np.ndarray:
    """phi: w = (q_1 + q_2)/(2 cos h) e_1 + (q_2 - q_1)/(2 sin h) e_2 on the plane of the data."""
    up, side = np.sqrt((1 + cosine) / 2), np.sqrt((1 - cosine) / 2)
    return np.arctan2((q[:, 1] - q[:, 0]) / (2 * side), (q[:, 0] + q[:, 1]) / (2 * up))


def from_data_points(cosine: float, runs: int, step: float, steps: int, key: str) -> np.ndarray:
    """phi after ``steps`` steps of ``runs`` runs, each from x_1 or x_2 by a fair coin."""
    gram = np.array([[1.0, cosine], [cosine, 1.0]])
    run = simulate_gram(gram[rng(key).integers(2, size=runs)], 1.0, gram, batch_size=1,
                        step_size=step, steps=steps, seed=seed(key))  # fmt: skip
    return angle_from_bisector(run.q, cosine)
