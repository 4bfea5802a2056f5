"""Falsifier for SCALING-ETA-B: enclosed thresholds at every batch size, the operator by listing all batches."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from tests.falsify.seeing import measured
from tests.falsify.stability.laws import two_steps
from tests.falsify.sums.sums import as_sum, counts, family, operators, setting
from tests.falsify.sums.tools import (
    cases,
    choose,
    equals,
    inside,
    judge,
    rational,
    refute,
)
from tests.quadratic.cases import Case, evaluated
from theorem_audit.statement.claim import Claim
from theory.neighbours import scaling as sc
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import gradient2
from theory.quadratic.second_moment import C, kappa, kron_product, kron_sum, noise, operator
from theory.quadratic.thresholds import definiteness
from theory.vocabulary.quadratic_sum import Sum

F = Fraction
# one direction with the noise on the flat axis alone: past kappa = 1 the upper bound fails
UNEVEN = Case([[[F(2), 0], [0, F(5, 2)]], [[F(2), 0], [0, F(-1, 2)]]])


def scaling(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The noise scale and the operator at the batch's kappa, the bounds at any kappa of the region."""
    played = 0
    pair: dict[Any, Any] = {**setting(claim, Case([[[F(0)]], [[F(2)]]])), l_max: F(1), kappa: F(1)}
    if inside(claim, pair):  # Q = 0, 2 and C = 1/2 are Q = 0, 1 and C = 1
        values = {C: F(1, 2), kron_sum: F(2), kron_product: F(1), noise: F(1), kappa: F(1)}
        values[sc.scale] = equals(claim, sc.scale, values)
        two_steps(claim, rng, equals(claim, operator, values), pair)
    for count in cases(seconds):
        case = UNEVEN if count % 6 == 0 else family(rng, count)
        problem, step = case.problem, rational(rng, F(-1, 2), F(3, 2), 14)
        sign = definiteness(problem.mean)
        factor = choose(rng, [F(0), F(1), F(1, 2), rational(rng, 0, 1), F(2), F(-1, 8)])
        at: dict[Any, Any] = {**setting(claim, case), C: step, gradient2: choose(rng, [0, 0, 1]),
                              kappa: factor, **measured(claim, as_sum(case), (l_max,))}  # fmt: skip
        if not inside(claim, at):
            continue
        if at[gradient2]:
            refute(claim, "no C > 0 is stable", at)
        if sign < 0 or factor < 0:
            refute(claim, "there is no such threshold", at)
        played += 1
        values = operators(claim, case, step)
        values[sc.scale] = evaluated(claim.says(sc.scale), values)
        if evaluated(claim.says(operator), values) != values[operator]:
            refute(claim, "M_C", {**at, "case": case})
        law = counts(problem.count, case.batch_size, case.sampling)
        own = {
            **at,
            kappa: claim.meaning(kappa).value(law),
            sc.scale: claim.meaning(sc.scale).value((step, law)),
        }
        judge(claim, own, lambda part: part.has(sc.scale) and not part.has(operator))
        one = Sum(problem.matrices).one()
        at |= {sc.single: claim.meaning("C_ms").value(one),
               sc.any_noise: claim.meaning("C_ms").value(replace(one, kappa=factor))}  # fmt: skip
        ratios = (sc.ratio_one, sc.ratio_replacement, sc.ratio_uniform)
        at |= measured(claim, as_sum(case), ratios)
        judge(claim, at, lambda part: not part.has(sc.scale))
    return played


__all__ = ["scaling"]
