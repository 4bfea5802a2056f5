"""First passages of the linearised ratios beside a data point: TIME-SPREAD's second term."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Rational, Symbol

from tests.falsify.walks.play import Case, number, refute
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory.minibatch import purity_time
from theory.vocabulary.passages import Passages

PASSAGES, BLOCK, LEVEL = 2000, 200, 200.0  # runs, steps at a time, log(1/eps)


def second_term(
    claim: Claim, rng: np.random.Generator, case: Case, moves: np.ndarray, at: dict[Symbol, Any]
) -> None:
    """k = 3: E(Z_T) of first passages of the linearised ratios at log(1/eps) = 200, against its formula.

    Past the level a walk is at most its largest jump, and log 2 where both ratios count: that over |Lambda|
    sqrt(200), and 6 standard errors.
    """
    fall, top = float(at[purity_time.rate]), np.abs(moves).max()
    z, times, now = np.zeros((2, PASSAGES)), np.full(PASSAGES, np.nan), 0
    going = np.arange(PASSAGES)
    while len(going) and now < 40 * LEVEL / abs(fall):
        drawn = rng.integers(len(moves), size=(len(going), BLOCK))
        path = [x[drawn].cumsum(axis=1) + y[:, None] for x, y in zip(moves.T, z, strict=True)]
        low = (np.maximum(*path) <= -LEVEL / 2).any(axis=1)  # no others can be there
        there = np.logaddexp(2 * path[0][low], 2 * path[1][low]) <= -LEVEL
        ended = low.copy()
        ended[low] = there.any(axis=1)
        times[going[ended]] = now + 1 + there[ended[low]].argmax(axis=1)
        going, z, now = going[~ended], np.stack([x[~ended, -1] for x in path]), now + BLOCK
    mean = claim.meaning("E").value
    scaled = claim.meaning("Z_T").value(Passages(times, LEVEL, fall))
    normal = claim.meaning("N_max").value(rng.normal(size=(100_000, 2)))
    claimed = stated(claim.formula, purity_time.offset)
    claimed = float(
        number(claimed.subs(purity_time.largest, Rational(str(float(mean(normal))))), at)
    )
    slack = 6 * scaled.std() / PASSAGES**0.5 + (top + np.log(2)) / abs(fall) / LEVEL**0.5
    if not abs(mean(scaled) - claimed) <= slack:
        refute(claim, case, f"E(Z_T) is {mean(scaled):.3f} +- {slack:.3f}, claimed {claimed:.3f}")
