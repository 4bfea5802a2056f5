"""SGD-SPARSE: starts outside its region that do not converge, and runs from inside that do."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Rational, Symbol

from sim import from_weights, simulate
from tests.analysis import expect_outside
from tests.obstructions import OBSTRUCTIONS
from tests.reading import by_side
from theorem_audit import evidence, expect, rng, seed
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory.minibatch.sparse import SGD_SPARSE, limit_winner
from theory.notation import a, b, n, r2, s

# Each hypothesis is needed


FULL, CYCLE, CAUGHT, DEAD = ({name: name} for name in OBSTRUCTIONS)


@evidence(SGD_SPARSE, "witness", step="block", cases=FULL, needs="without replacement")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CYCLE, needs="step size")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CAUGHT, needs="radius")
@evidence(SGD_SPARSE, "witness", step="floor", cases=DEAD, needs="live coordinate")
def test_starts_that_do_not_converge(claim: Claim, case: str) -> None:
    """Exact starts, arbitrarily near the region; each violates only the assumption it is named for."""
    for point, why in OBSTRUCTIONS[case]():
        for assumption in claim.assumptions:
            if assumption.condition is not None and assumption.name != case:
                expect(satisfies(assumption.condition, point), f"{assumption.name} at {point}")
        expect_outside(claim, point, why)


# SGD-SPARSE: played


@evidence(SGD_SPARSE, "simulation", step="tail")
def test_extreme_starts_converge(claim: Claim) -> None:
    """a = 0.49, r2(0) = 1.95: every run ends at a data point with the sign of its start."""
    for index, (size, dimension, batch, steps) in enumerate(
        ((2, 3, 1, 2500), (5, 8, 2, 3000), (6, 6, 5, 6000))
    ):
        point = {n: size, b: batch, a: Rational(49, 100), r2: Rational(39, 20), s: Rational(1, 2)}
        expect(satisfies(claim.region, point), "the region leaves these starts out", **_text(point))
        for activation in ("linear", "relu"):
            random = rng(index, activation)
            weight = random.normal(size=(40, dimension))
            data = np.linalg.qr(random.normal(size=(dimension, size)))[0].T
            weight *= np.sqrt(1.95) / np.linalg.norm(weight, axis=1, keepdims=True)
            q, off = from_weights(weight, data)
            if activation == "relu":
                q[:, 0] = np.abs(q[:, 0])  # a live coordinate
            run = simulate(
                q, off, batch_size=batch, step_size=0.49 * batch, steps=steps,
                activation=activation, seed=seed(index, activation),
            )  # fmt: skip
            winner = run.log_abs_q.argmax(axis=1)
            rows = np.arange(len(q))
            value = run.q[rows, winner]
            expect(np.all(np.sign(value) == np.sign(q[rows, winner])), "sign of the winner")
            rest = run.r2 - value**2
            target = float(by_side(claim, limit_winner))
            done = (np.abs(value**2 - target) < 1e-3) & (rest < 1e-3)
            expect(np.all(done), f"not converged: {(~done).sum()} of {len(q)}", **_text(point))


def _text(point: dict[Symbol, Any]) -> dict[str, Any]:
    return {str(symbol): value for symbol, value in point.items()}
