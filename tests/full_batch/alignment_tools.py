"""What the evidence of the chapter alignment shares: instances, strategies, derivations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Ge, Integer

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


@dataclass(frozen=True)
class Limits:
    """q and cos(w, w_0) of runs at their end, and which of them are at their limit, none of those dead."""

    q: NDArray[np.float64]
    cosine: NDArray[np.float64]
    there: NDArray[np.bool_]


def limits(
    key: str, n_value: int, d_value: int, activation: str, runs: int = 10_000, kind: str = "large"
) -> Limits:
    """Full-batch runs to the limit from uniform directions on a random orthonormal basis.

    r2(0) is uniform in the setting's range, and exactly 2 (to rounding) for a fifth of the runs where
    that is its upper end: 100/a steps, and five times as many for those that are not there by then.
    Fewer than one in 1,000 are not there even then: far below what a Kolmogorov-Smirnov distance sees.
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
    end, cosine = np.empty_like(q), np.empty(runs)
    there, late = np.zeros(runs, dtype=bool), np.arange(runs)
    for steps in (int(100 / step), int(500 / step)):
        run = simulate(
            q[late], off[late], batch_size=n_value, step_size=step * n_value, steps=steps,
            activation=activation, observe=["alignment", "active_mass"], every=steps,
        )  # fmt: skip
        end[late], cosine[late] = run.q, run.recorded["alignment"][-1]
        there[late] = ~run.dead & (np.abs(run.recorded["active_mass"][-1] - 1) < 1e-6)
        late = late[~run.dead & ~there[late]]
        if not late.size:
            break
    expect(late.size * 1000 <= runs, "runs did not converge", late=late.size, a=step)
    return Limits(end, cosine, there)
