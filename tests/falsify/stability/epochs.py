"""Falsifier for SCALING-EPOCH: means over all batches at a data point, any n up to 40."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Symbol

from tests.falsify.seeing import measured
from tests.falsify.sums.tools import judge
from tests.falsify.walks.exponents import factors_of, sized_cases
from tests.falsify.walks.play import Clock, inside
from theorem_audit.statement.claim import Claim
from theory.neighbours import scaling as sc

F = Fraction


def epochs(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """n/b times the mean logarithms of the factors at x_I, against the formulas."""
    clock = Clock(seconds)
    for case in sized_cases(claim, rng, clock):
        at: dict[Symbol, Any] = case.observed(claim)
        if not inside(claim, at):
            continue
        clock.played += 1
        names = (sc.epoch_ratio, sc.epoch_off, sc.epoch_radial)[case.n < 2 :]
        at |= measured(claim, factors_of(case, per=F(case.n, case.size)), names)
        judge(claim, at, lambda part, names=names: part.has(*names))
    return clock.played
