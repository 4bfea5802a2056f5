"""Exponents of heavy ball at a data point: boxes, drives and exact runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import (
    Integer,
    Symbol,
)

from sim.problems.momentum import simulate_momentum
from tests.assumptions.momentum_tools import (
    largest_step,
)
from tests.inequalities import restricted
from theorem_audit import seed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.statement.claim import Claim
from theory.assumptions.momentum import (
    beta,
    gamma_2,
    gamma_off,
    gamma_radial,
    gamma_ratio,
)
from theory.notation import a

# MOMENTUM-EXPONENT and MOMENTUM-LOCAL

NAMES = {gamma_ratio: "ratio", gamma_off: "off", gamma_radial: "radial"}
W = Symbol("w", real=True)  # the step's w = beta u + m


def momentum_box(claim: Claim) -> dict[Symbol, Any]:
    return dict(box_of(restricted(claim.region, (beta,)), (beta,)))


def small_box(claim: Claim) -> dict[Symbol, Any]:
    return {**momentum_box(claim), a: (Integer(0), largest_step(claim))}


def named_drive(claim: Claim) -> str:
    """The drive that the claim speaks about."""
    if claim.formula.has(gamma_2):
        return "ratio"
    found = [name for symbol, name in NAMES.items() if claim.formula.has(symbol)]
    if len(found) != 1:
        raise Undecided(f"{claim.id} speaks about the drives {found}")
    return found[0]


def exponents(momentum: float, a_value: float, steps: int, key: str) -> Any:
    """Slopes of log|q_j/q_1| per step, mean over j, 2000 runs, n = 4, b = 1, from q_j = 1e-6."""
    q = np.full((2000, 4), 1e-6)
    q[:, 0] = 1.0
    run = simulate_momentum(q, 0.0, batch_size=1, step_size=a_value, steps=steps, momentum=momentum,
                            seed=seed(key))  # fmt: skip
    return np.log(np.abs(run.q[:, 1:] / run.q[:, :1]) / 1e-6).mean(axis=1) / steps
