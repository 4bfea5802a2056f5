"""Falsifiers for stationary noise, single paths and non-convex sums."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from tests.falsify.seeing import measured
from tests.falsify.sums.sums import as_sum, counts, family, numbers, setting
from tests.falsify.sums.tools import cases, choose, equals, inside, judge, rational, refute
from tests.quadratic.cases import Case
from theorem_audit.statement.claim import Claim
from theory.quadratic import mean_square as qu
from theory.quadratic import nonconvex as nc
from theory.quadratic import paths as qp
from theory.quadratic.second_moment import (
    C,
    kappa,
    kron_product,
    kron_sum,
    noise,
    operator,
    spectral_radius,
)
from theory.vocabulary.minima import Minima
from theory.vocabulary.quadratic_sum import fraction
from theory.vocabulary.quadratic_sum import rational as exact

F = Fraction


def q_stationary(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """One dimension: both samples of e_0 and all batches listed; then the fixed point of that step."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count, 1)
        if case.problem.dimension > 1:
            continue
        mean, variance = numbers(case)
        number = case.problem.count
        raw = [rational(rng, -1, 1, 6) for _ in range(number)]
        pushes = [x - sum(raw) / number for x in raw]
        starts = ([F(1), F(-1)], [F(1), F(1, 2)], [F(1), F(-1)], [F(1), F(1)])[count % 4]
        ms = 2 * mean / (mean**2 + case.kappa * variance) if mean > 0 else F(0)
        step = ms * choose(rng, [F(1, 2), F(9, 10), F(1), F(3, 2), F(0)])
        here = as_sum(case, step, starts=_columns(starts), pushes=_columns(pushes))
        at = {**setting(claim, case), C: step, **measured(claim, here, (qp.mean_start2, qu.C_ms))}
        if not inside(claim, at):
            continue
        played += 1
        names = (
            qp.Sigma,
            qp.Gamma,
            operator,
            kron_sum,
            kron_product,
            noise,
            qp.Sigma_next,
            qp.Sigma_inf,
        )
        try:
            at |= {x: fraction(m[0, 0]) for x, m in measured(claim, here, names).items()}
        except ZeroDivisionError:
            refute(claim, "no second moment is stationary", at)
        judge(claim, at)
        if at[qp.Sigma_inf] < 0:
            refute(claim, f"Sigma_inf = {at[qp.Sigma_inf]} is no second moment", at)
    return played


def _columns(numbers: list[Fraction]) -> list[fmpq_mat]:
    """Vectors of R^1."""
    return [fmpq_mat([[exact(x)]]) for x in numbers]


def q_as(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    fixed = [(1, 1), (1, 3), (1, 6), (-1, -2), (0, 1), (1, F(29, 5)), (3, F(1, 2)), (1, -1)]
    played = 0
    for count in cases(seconds):
        one, two = (
            fixed[count] if count < len(fixed) else (rational(rng, -1, 6), rational(rng, -1, 6))
        )
        at: dict[Any, Any] = {qu.gradient2: 0, qp.q1: one, qp.q2: two}
        if not inside(claim, at):
            continue
        played += 1
        here = as_sum(Case([[[F(one)]], [[F(two)]]]))
        try:
            end = equals(claim, qp.C_as, at)
        except ZeroDivisionError:
            refute(claim, "C_as is undefined", at)
        if (F(one) + two) / 2 <= 0:
            refute(claim, "C_ms = 0", at)
        at |= measured(claim, here, (qu.C_ms, qp.C_as))
        for j in range(1, 80):
            at_step = F(end) * F(j, 40)
            size = abs((1 - at_step * one) * (1 - at_step * two))
            if (size > 1) - (size < 1) != (j > 40) - (j < 40) or end <= 0:
                refute(claim, f"sign of Lambda at {j}/40 of C_as = {end}", at)
        judge(claim, at, lambda p: p.has(qp.C_as, qu.C_ms))
        step = F(end) * F(int(rng.integers(1, 60)), 41)
        if (1 - step * one) * (1 - step * two):
            here = replace(here, step=step)
            found = measured(claim, here, (qp.exponent,))
            found[spectral_radius(operator)] = claim.meaning("rho").value(
                claim.meaning(operator).value(here)
            )
            judge(claim, found, lambda part: part.has(qp.exponent))
    return played


def q_nonconvex(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        number = [1, 2, 8, 40][count % 4]
        weights = [rational(rng, F(-2), 3, 10) for _ in range(number)]
        ends = [rational(rng, F(-1), 2, 12) for _ in range(number)]
        size = int(choose(rng, [1, number, max(1, number - 1)]))
        spot = rational(rng, F(-3), 3, 12)
        factor = claim.meaning(kappa).value(counts(number, size, "uniform"))
        two = Minima(weights, spot, factor), Minima(ends, spot, factor)
        for here, where in zip(two, ("well", "barrier"), strict=True):
            at: dict[Any, Any] = {
                nc.x: spot,
                kappa: factor,
                **measured(claim, two[0], (nc.h, nc.m)),
                **measured(claim, two[1], (nc.c,)),
                **measured(claim, here, (nc.v,)),
            }
            if not inside(claim, at):
                continue
            played += 1
            names = (nc.C_well,) if where == "well" else (nc.C_left, nc.C_right)
            at |= measured(claim, here, names)
            other = {nc.C_well, nc.C_left, nc.C_right} - {*names}
            judge(claim, at, lambda part, other=other: not part.has(*other))
    return played
