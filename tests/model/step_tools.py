"""What the evidence of the chapter step shares: instances, strategies, derivations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from sim import from_weights, simulate
from theorem_audit import rng, seed
from theorem_audit.exact.zero import relations
from theory.model.step import (
    STEP,
)


def one_step() -> dict[Symbol, Expr]:
    """The map that STEP claims: q_j+ and w_perp+."""
    return {x.lhs: x.rhs for x in relations(STEP.formula)}


def inside(share: Fraction, r2_value: Fraction) -> Fraction:
    """A step size in (0, 1/2) for which r2 lies inside SIGN's radius."""
    if r2_value <= 1:
        return share / 2
    return share * min(Fraction(1, 2), 1 / (2 * (r2_value - 1)))


LONG = {"n": 7, "b": 3, "a": 0.49, "steps": 1000}


def long_run(*observe: str) -> tuple[Any, Any]:
    """The start's q and 20 runs at a = 0.49 from r2 = 1.9 on a random orthonormal basis."""
    n, b = LONG["n"], LONG["b"]
    random = rng("long")
    weight = random.normal(size=(20, n + 2))
    weight *= np.sqrt(1.9) / np.linalg.norm(weight, axis=1, keepdims=True)
    data = np.linalg.qr(random.normal(size=(n + 2, n)))[0].T
    q, rho = from_weights(weight, data)
    run = simulate(
        q, rho, batch_size=b, step_size=LONG["a"] * b, steps=LONG["steps"], seed=seed("long"),
        observe=observe,
    )  # fmt: skip
    return q, run
