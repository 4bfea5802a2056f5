"""Falsifier for SCALING-EPOCH: means over all batches at a data point, any n up to 40."""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

from tests.falsify.walks.exponents import factor_means, sized_cases
from tests.falsify.walks.play import DIGITS, Clock, inside, number, same
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory.neighbours import scaling as sc


def epochs(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """n/b times the mean logarithms of the factors at x_I, against the formulas."""
    clock = Clock(seconds)
    with mp.workdps(2 * DIGITS):
        for case in sized_cases(claim, rng, clock):
            at: dict[Symbol, Any] = case.observed(claim)
            if not inside(claim, at):
                continue
            clock.played += 1
            found = factor_means(case)
            for symbol, name in ((sc.epoch_ratio, "ratio"), (sc.epoch_off, "off"),
                                 (sc.epoch_radial, "radial")):  # fmt: skip
                if found[name] is not None:
                    played = found[name] * mp.mpf(case.n) / case.size
                    same(claim, case, number(stated(claim.formula, symbol), at), played, name)
    return clock.played
