"""What the evidence of the chapter saddle_trap shares: instances, strategies, derivations."""

from __future__ import annotations

import numpy as np
from sympy import (
    Rational,
)  # fmt: skip

from sim.problems.nonorthogonal import simulate_gram
from theory.assumptions.saddle_trap import (
    p_both,
    start_c2,
)  # fmt: skip
from theory.assumptions.unequal_norms import (
    sigma_i,
    sigma_j,
    sigma_k,
    sigma_m,
    start_j2,
    start_m2,
)  # fmt: skip
from theory.notation import a, b, n, p, r2

# The first draft: n = 2, sigma = (1, 1.1), from c = (0.8, 0.3)
SIGMA = np.array([1.0, 1.1])
SETTING = {sigma_i: 1, sigma_j: Rational(11, 10), sigma_m: Rational(11, 10), sigma_k: 1, n: 2, b: 1,
           start_m2: Rational(9, 100), start_j2: Rational(16, 25),
           p: Rational(1, 2), p_both: 0, start_c2: Rational(16, 25), r2: Rational(73, 100)}  # fmt: skip


def at_the_saddle(a_value: Rational, runs: int, steps: int, start: object) -> int:
    """How many of the runs have |c_1| > |c_2| at the end."""
    q = np.tile(SIGMA * [0.8, 0.3], (runs, 1))
    result = simulate_gram(q, 0.73, np.diag(SIGMA**2), batch_size=1, step_size=float(a_value),
                           steps=steps, seed=start)  # fmt: skip
    c = np.abs(result.q / SIGMA)
    return int((c[:, 0] > c[:, 1]).sum())


def undecided(a_value: Rational, steps: int) -> float:
    """Chance to be on the other side of its start after ``steps`` steps of the walk near a limit.

    Near x_i/sigma_i log|c_j| moves by log(1 - a sigma_i^2) or log(1 + a sigma_j^2), each with
    probability 1/2: Hoeffding's bound exp(-2 steps mean^2/range^2), the worse of the two limits.
    """
    worst = 0.0
    for one, other in ((1.0, 1.21), (1.21, 1.0)):
        down, up = np.log(1 - float(a_value) * one), np.log(1 + float(a_value) * other)
        worst = max(worst, np.exp(-steps * (down + up) ** 2 / 2 / (up - down) ** 2))
    return worst


# What is needed


TRAPPED = {**SETTING, a: Rational(1, 4)}  # in SADDLE-TRAP's region
