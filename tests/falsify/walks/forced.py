"""How fast the norm settles beside a data point, past what floats tell of ||w||^2 - 1: small numbers alone.

With S the batch's mass, m the mass that it leaves out, ||w||^2 = 1 + delta, the step's definition gives

    delta+ = delta (1 - 4 a S) + a^2 S (m + delta (3 (delta - m) + delta)),  x_I drawn: S = 1 + delta - m,
    delta+ = delta + S (a^2 (1 - S) - 4 a delta + a^2 delta (3 S - 2 + delta)),  x_I not drawn: S small,

in which no number near 1 is taken away from another (``tests/falsify/walks/test_forced.py`` plays it exactly).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.falsify.walks.play import Case
from theorem_audit.doubt.again import kept
from theory.vocabulary.passages import Late

RUNS, BURN, SPAN = 400, 200, 900


def forced_step(
    a: Any, delta: Any, others: Any, off: Any, own: Any, drawn: Any
) -> tuple[Any, Any, Any]:
    """(delta, q_j for j != I, w_perp) after a step: arrays (runs,), (runs, n - 1), (runs,).

    own, drawn: whether x_I, and which x_j, are in the batch: 0 or 1.
    """
    seen = (drawn * others**2).sum(axis=1)
    left = ((1 - drawn) * others**2).sum(axis=1) + off**2
    mass = own * (1 + delta - left) + (1 - own) * seen
    with_own = delta * (1 - 4 * a * mass) + a**2 * mass * (
        left + delta * (3 * (delta - left) + delta)
    )
    without = delta + mass * (
        a**2 * (1 - mass) - 4 * a * delta + a**2 * delta * (3 * mass - 2 + delta)
    )
    keep, gain = 1 - a * mass, a * (1 - delta)
    new = others * (keep[:, None] + gain[:, None] * drawn)
    return own * with_own + (1 - own) * without, new, off * keep


def settling(case: Case, rng: np.random.Generator) -> Late | None:
    """log|delta| of RUNS runs from beside x_1, x_2 alone live beside it, at two late steps.

    None where batches are too many.
    """
    batches = case.batches()
    if not batches or case.n < 2:
        return None
    table = np.array([np.bincount(x, minlength=case.n) for x in batches], float)
    logs = _beside(rng, table, float(case.at.a))
    fine = np.isfinite(logs[0]) & np.isfinite(logs[1])
    return Late(logs[0][fine], logs[1][fine], SPAN) if fine.sum() > RUNS // 2 else None


@kept
def _beside(rng: np.random.Generator, table: np.ndarray, a: float) -> list[np.ndarray]:
    """log|delta| of RUNS runs after BURN steps and SPAN more; a row of ``table`` for each batch."""
    delta, off = np.full(RUNS, 0.01), np.full(RUNS, 0.01)
    others = np.zeros((RUNS, table.shape[1] - 1))
    others[:, 0] = 0.01  # one: the largest of several falls slower by the order of 1/sqrt(SPAN)
    logs = []
    for k in range(BURN + SPAN + 1):
        if k in (BURN, BURN + SPAN):
            with np.errstate(divide="ignore"):
                logs.append(np.log(np.abs(delta)))
        drawn = table[rng.integers(len(table), size=RUNS)]
        delta, others, off = forced_step(a, delta, others, off, drawn[:, 0], drawn[:, 1:])
    return logs
