"""Falsifiers for COHERENCE and COHERENCE-INDICES: all batches are listed, eigenvalues enclosed."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import flint
import numpy as np
from flint import fmpq, fmpq_mat

from tests.falsify.stability.laws import eigenvalues
from tests.falsify.stability.non_uniformity import fraction, stray
from tests.falsify.sums.sums import family, setting
from tests.falsify.sums.tools import ball, cases, choose, inside, judge, rational, refute
from tests.quadratic.cases import Case, enumerated_operator
from theorem_audit.statement.claim import Claim
from theory.neighbours import coherence as co
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import C_ms, batch_ab, gradient2, l_min
from theory.quadratic.second_moment import C, N, k, kappa, mean_a, mean_ab, mean_b
from theory.quadratic.thresholds import FINITE, definiteness, identity, kron

F = Fraction


def _squares(case: Case) -> Case:
    parts = [m * m for m in case.problem.matrices]
    return Case([[[fraction(x) for x in row] for row in m.tolist()] for m in parts], case.batch_size,
                case.sampling)  # fmt: skip


def _top_of_norms(case: Case) -> flint.arb | None:
    """The largest eigenvalue of (sqrt(tr Q_i Q_j)), between Rayleigh's quotient and Collatz' bound."""
    parts = [m for m in case.problem.matrices if any(m.entries())]
    rows = []
    for left in parts:
        traces = [sum(((left * x)[i, i] for i in range(left.nrows())), fmpq(0)) for x in parts]
        if any(x < 0 for x in traces):
            return None
        rows.append([flint.arb(x).sqrt() for x in traces])
    if not parts:
        return flint.arb(0)
    S = flint.arb_mat(rows)
    v = flint.arb_mat([[1]] * len(parts))
    for _ in range(40):
        v = S * v
    image = S * v
    low = (v.transpose() * image)[0, 0] / (v.transpose() * v)[0, 0]
    high = flint.arb(0)
    for i in range(len(parts)):
        high = high.max(image[i, 0] / v[i, 0])
    return low.union(high)


def _spectra(case: Case) -> dict[Any, Any]:
    """Largest and least eigenvalues of the components and their mean, and lambda_S; exact signs of zero."""
    ends = [eigenvalues(m) for m in case.problem.matrices]
    low, high = ends[0]
    for x, y in ends[1:]:
        low, high = low.min(x), high.max(y)
    some = any(any(m.entries()) for m in case.problem.matrices)
    semidefinite = all(definiteness(m) >= 0 for m in case.problem.matrices)
    return {
        co.q_least: low.max(flint.arb(0)) if semidefinite else low,
        co.Lambda: high if some else F(0),
        l_max: eigenvalues(case.problem.mean)[1],
    }


def coherence(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """C_ms and rho(M_C) of squares of the families, and of families as they are."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count)
        if count % 4:
            case = _squares(case)
        step = rational(rng, F(-1), F(3), 14)
        sign = definiteness(case.problem.mean)
        at: dict[Any, Any] = {
            **setting(claim, case),
            C: step,
            gradient2: choose(rng, [0, 0, 1]),
            **_spectra(case),
        }
        at[l_min] = eigenvalues(case.problem.mean)[0] if sign > 0 else F(sign)
        if count % 5 == 4:
            at[kappa] = stray(rng, at)
        if not inside(claim, at):
            continue
        top = _top_of_norms(case)
        if top is None:
            refute(claim, "S has no value", {**at, "case": case})
        found = case.threshold
        if found.kind != FINITE and not at[gradient2]:
            continue
        played += 1
        ends = eigenvalues(enumerated_operator(case, step))
        at |= {co.norms_top: top, co.radius: abs(ends[0]).max(abs(ends[1])),
               co.sigma: top / ball(at[co.Lambda]),
               C_ms: F(0) if at[gradient2] else ball(found.low).union(ball(found.high))}  # fmt: skip
        judge(claim, at)
    return played


def _law(number: int, size: int, free: bool) -> list[tuple[tuple[int, ...], Fraction]]:
    if not free:
        listed = list(combinations(range(number), size))
        return [(x, F(1, len(listed))) for x in listed]
    share, found = F(size, number), []
    for chosen in product((0, 1), repeat=number):
        weight = share ** sum(chosen) * (1 - share) ** (number - sum(chosen))
        found.append((tuple(i for i, x in enumerate(chosen) if x), weight))
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
        free, step = bool(rng.integers(3)) or size > number, rational(rng, F(-1), F(3), 14)
        if size > number:
            continue
        law = _law(number, size, free)
        mixed = sum((w for x, w in law if {0, 1} <= set(x)), F(0))
        square = sum((w for x, w in law if 0 in x), F(0))
        if number == 1:
            mixed = F(size**2, number**2)
        at: dict[Any, Any] = {N: number, k: size, C: step, co.square: square, co.mixed: mixed,
                              **_spectra(case)}  # fmt: skip
        if not inside(claim, at):
            continue
        top = _top_of_norms(case)
        if top is None:
            refute(claim, "S has no value", {**at, "case": case})
        played += 1
        one, two = ([rational(rng, -2, 2, 6) for _ in range(number)] for _ in range(2))
        means = [[sum((v[i] for i in x), F(0)) / size for v in (one, two)] for x, _ in law]
        at |= {
            mean_a: sum(one, F(0)) / number, mean_b: sum(two, F(0)) / number,
            mean_ab: sum((x * y for x, y in zip(one, two, strict=True)), F(0)) / number,
            batch_ab: sum((x * y * w for (x, y), (_, w) in zip(means, law, strict=True)), F(0)),
        }  # fmt: skip
        dimension = case.problem.dimension
        moved = fmpq_mat(dimension**2, dimension**2)
        for batch, weight in law:
            move = identity(dimension)
            for i in batch:
                scale = step / size
                move = move - case.problem.matrices[i] * fmpq(scale.numerator, scale.denominator)
            moved = moved + kron(move, move) * fmpq(weight.numerator, weight.denominator)
        ends = eigenvalues(moved)
        at |= {co.norms_top: top, co.radius: abs(ends[0]).max(abs(ends[1])),
               co.sigma: top / ball(at[co.Lambda])}  # fmt: skip
        judge(claim, at)
    return played


__all__ = ["coherence", "indices"]
