"""Falsifiers for COHERENCE and COHERENCE-INDICES: all batches are listed, eigenvalues enclosed."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from tests.falsify.seeing import measured
from tests.falsify.stability.non_uniformity import stray
from tests.falsify.sums.sums import as_sum, family, law_of, setting
from tests.falsify.sums.tools import cases, choose, inside, judge, rational, refute
from tests.quadratic.cases import Case
from theorem_audit.statement.claim import Claim
from theory.neighbours import coherence as co
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import C_ms, batch_ab, gradient2
from theory.quadratic.second_moment import C, N, k, kappa, mean_a, mean_ab, mean_b, operator
from theory.quadratic.thresholds import FINITE
from theory.vocabulary.batch_means import Means
from theory.vocabulary.quadratic_sum import Sum, fraction, trace

F = Fraction


def _squares(case: Case) -> Case:
    parts = [m * m for m in case.problem.matrices]
    return Case([[[fraction(x) for x in row] for row in m.tolist()] for m in parts], case.batch_size,
                case.sampling)  # fmt: skip


SPECTRA = (co.q_least, co.Lambda, l_max)


def _roots(case: Case) -> bool:
    """Whether tr Q_i Q_j >= 0 throughout, so that S has a value."""
    parts = case.problem.matrices
    return all(trace(x * y) >= 0 for x in parts for y in parts)


def coherence(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """C_ms and rho(M_C) of squares of the families, and of families as they are."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count)
        if count % 4:
            case = _squares(case)
        step = rational(rng, F(-1), F(3), 14)
        here = as_sum(case, step)
        at: dict[Any, Any] = {
            **setting(claim, case),
            C: step,
            gradient2: choose(rng, [0, 0, 1]),
            **measured(claim, here, SPECTRA),
        }
        if count % 5 == 4:
            at[kappa] = stray(rng, at)
        if not inside(claim, at):
            continue
        if not _roots(case):
            refute(claim, "S has no value", {**at, "case": case})
        if case.threshold.kind != FINITE and not at[gradient2]:
            continue
        played += 1
        at |= measured(claim, here, (co.norms_top, co.sigma, C_ms))
        at[co.radius] = claim.meaning("rho").value(claim.meaning(operator).value(here))
        if at[gradient2]:
            at[C_ms] = F(0)
        judge(claim, at)
    return played


def _law(number: int, size: int, times: int) -> list[tuple[tuple[int, ...], Fraction]]:
    """Independent indices of mean size ``size``, each ``times`` where it is drawn; 0: a fixed size."""
    if not times:
        return law_of(number, size, "uniform")
    share, found = F(size, number * times), []
    for chosen in product((0, times), repeat=number):
        drawn = tuple(i for i, x in enumerate(chosen) for _ in range(x))
        many = len(drawn) // times
        found.append((drawn, share**many * (1 - share) ** (number - many)))
    return found


def indices(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Independent indices, and where the region admits it batches of a fixed size."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count)
        if count % 4:
            case = _squares(case)
        number = case.problem.count
        size = int(choose(rng, [1, number, number + 1, int(rng.integers(1, number + 1))]))
        times, step = choose(rng, [0, 1, 1, 2]), rational(rng, F(-1), F(3), 14)
        if size > number:
            continue
        law = _law(number, size, times)
        one, two = ([rational(rng, -2, 2, 6) for _ in range(number)] for _ in range(2))
        means = Means(one, two, law, divisor=size)
        here = Sum(case.problem.matrices, law, step, divisor=size)
        at: dict[Any, Any] = {N: number, k: size, C: step, **measured(claim, means, (co.square, co.mixed)),
                              **measured(claim, here, SPECTRA)}  # fmt: skip
        if number == 1:
            at[co.mixed] = F(size**2, number**2)
        if not inside(claim, at):
            continue
        if not _roots(case):
            refute(claim, "S has no value", {**at, "case": case})
        played += 1
        at |= measured(claim, means, (mean_a, mean_b, mean_ab, batch_ab))
        at |= measured(claim, here, (co.norms_top, co.sigma))
        at[co.radius] = claim.meaning("rho").value(claim.meaning(operator).value(here))
        judge(claim, at)
    return played


__all__ = ["coherence", "indices"]
