"""What the evidence of the chapter alignment shares: instances, strategies, derivations."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import (
    Expr,
    Ge,
    Integer,
)

from sim import from_weights, simulate
from tests.inequalities import expect_implied
from theorem_audit import expect, expect_zero, rng
from theorem_audit.statement.claim import Claim
from theory.notation import d, k, n


def expect_same_powers(claimed: dict[Expr, Expr], derived: dict[Expr, Expr], what: str) -> None:
    """The same exponent for every base of two products of positive bases."""
    for base in sorted({*claimed, *derived}, key=str):
        gap = claimed.get(base, Integer(0)) - derived.get(base, Integer(0))
        expect_zero(gap, f"{what}: exponent of {base}")


def expect_count(claim: Claim) -> None:
    """k active coordinates are counted, 1 <= k <= n <= d: the formula speaks of k, not of n."""
    for condition in (Ge(k, 1), Ge(n, k), Ge(d, n)):
        expect_implied(condition, claim.region)
    expect(claim.formula.has(k) and not claim.formula.has(n), f"{claim.formula} is not about k")


SETTINGS = {  # a and the squared norms of the starts: up to the edges of both
    "small": (0.05, (0.2, 1.8)),
    "middle": (0.3, (1.0, 1.0)),
    "large": (0.49, (0.01, 2.0)),
}


def limits(
    key: str, n_value: int, d_value: int, activation: str, runs: int = 10_000, kind: str = "large"
) -> Any:
    """Full-batch runs to the limit from uniform directions on a random orthonormal basis.

    r2(0) is uniform in the setting's range, and exactly 2 (to rounding) for a fifth of the runs where
    that is its upper end: 100/a steps, and five times as many if some run is not there by then.
    Those which are not there even then are returned as not alive where fewer than one in 1,000 are:
    far below what a Kolmogorov-Smirnov distance sees.
    """
    step, (low, high) = SETTINGS[kind]
    random = rng("start", key)
    data = np.linalg.qr(random.normal(size=(d_value, n_value)))[0].T
    weight = random.normal(size=(runs, d_value))
    radius2 = random.uniform(low, high, size=(runs, 1))
    if high == 2.0:
        radius2[: runs // 5] = high
    weight *= np.sqrt(radius2) / np.linalg.norm(weight, axis=1, keepdims=True)
    q, off = from_weights(weight, data)
    result = []
    for steps in (int(100 / step), int(500 / step)):
        run = simulate(
            q, off, batch_size=n_value, step_size=step * n_value, steps=steps,
            activation=activation, observe=["alignment", "active_mass"], every=steps,
        )  # fmt: skip
        alive = ~run.dead
        there = np.abs(run.recorded["active_mass"][-1] - 1) < 1e-6
        result = [run, alive & there]
        if there[alive].all():
            break
    late = int((alive & ~there).sum())
    expect(late * 1000 <= runs, "runs did not converge", late=late, a=step)
    return result
