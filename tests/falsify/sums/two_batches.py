"""Falsifiers for two batches in turn: the periodic orbit's radius by its own equations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tests.falsify.sums.draws import TINY, about
from tests.falsify.sums.tools import cases, inside, judge, rational, refute
from theorem_audit.statement.claim import Claim
from theory.assumptions import sampling as sa
from theory.assumptions import two_batches as tb
from theory.notation import b, n

F = Fraction


def _orbit(left: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """(a, X, Y): B keeps ``left`` when A is seen, and the masses are exchanged: Y left^2 = X, X seen^2 = Y.

    So seen = 1/left = left + a (2 - X - Y), with a = (1 - left)/X and Y = X/left^2.
    """
    first = 2 * (1 - left) / (1 / left - left + (1 - left) * (1 + 1 / left**2))
    return (1 - left) / first, first, first / left**2


def cyclic_radius(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """(r2 - 1)/a from the orbit's equations, and its slope by a difference of 1e-30."""
    played = 0
    for count in cases(seconds):
        ends = [F(31, 35), F(7938, 10**4), F(7937006, 10**7), F(999, 1000), F(1), F(4, 5), F(7, 10)]
        left = ends[count] if count < len(ends) else rational(rng, F(1, 2), F(11, 10), 60)
        size = 1 + int(rng.integers(4))
        rest = F(int(rng.integers(3) == 0), 4)
        at: dict[Any, Any] = {
            sa.u: left,
            b: size,
            n: 2 * size,
            sa.epochs: 2,
            sa.mass_elsewhere: rest,
        }
        if not inside(claim, at):
            continue
        played += 1
        if left == 1:
            refute(claim, "a = 0: there is no orbit", at)
        step, first, second = _orbit(left)
        beside = _orbit(left + TINY)
        found = (first + second + rest - 1) / step
        slope = ((beside[1] + beside[2] + rest - 1) / beside[0] - found) / (beside[0] - step)
        judge(claim, {**at, tb.excess: found, tb.excess_slope: about(slope)})
    return played


__all__ = ["cyclic_radius"]
