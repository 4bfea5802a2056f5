"""Falsifiers for stationary noise, single paths and non-convex sums."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import flint
import numpy as np

from tests.falsify.sums.sums import family, numbers, setting
from tests.falsify.sums.tools import ball, cases, choose, equals, inside, judge, rational, refute
from theorem_audit.exact.zero import relations
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
        slopes = [F(m[0][0]) for m in case.components]
        raw = [rational(rng, -1, 1, 6) for _ in range(number)]
        pushes = [x - sum(raw) / number for x in raw]
        starts = [F(1), F(-1)] if count % 2 == 0 else [F(1), F(1, 2)]
        ms = 2 * mean / (mean**2 + case.kappa * variance) if mean > 0 else F(0)
        step = ms * choose(rng, [F(1, 2), F(9, 10), F(1), F(3, 2), F(0)])
        at = {**setting(claim, case), qp.mean_start2: (sum(starts) / 2) ** 2, C: step, qu.C_ms: ms}
        if not inside(claim, at):
            continue
        played += 1
        size = case.batch_size
        listed = list(combinations(range(number), size) if case.sampling == "uniform"
                      else product(range(number), repeat=size))  # fmt: skip
        after = []
        for batch in listed:
            slope = sum((slopes[i] for i in batch), F(0)) / size
            push = sum((pushes[i] for i in batch), F(0)) / size
            after += [((1 - step * slope) * e - step * push) ** 2 for e in starts]
        at[qp.Sigma] = sum(e * e for e in starts) / 2
        at[qp.Gamma] = sum((x * x for x in pushes), F(0)) / number
        factors = [(1 - step * sum((slopes[i] for i in x), F(0)) / size) ** 2 for x in listed]
        at[operator] = sum(factors) / len(factors)
        at |= {kron_sum: 2 * mean, kron_product: mean**2, noise: variance}
        at[qp.Sigma_next] = sum(after) / len(after)
        judge(claim, at, lambda part: part.lhs == qp.Sigma_next)
        limit = equals(claim, qp.Sigma_inf, at)
        kept = at[operator] * limit + step**2 * case.kappa * at[qp.Gamma]
        if limit != kept or limit < 0:
            refute(claim, f"Sigma_inf = {limit} is no stationary second moment", at)
    return played


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
        try:
            end, ms = equals(claim, qp.C_as, at), equals(claim, qu.C_ms, at)
        except ZeroDivisionError:
            refute(claim, "C_as is undefined", at)
        mean, variance = (F(one) + two) / 2, ((F(one) - two) / 2) ** 2
        if mean <= 0 or ms != 2 * mean / (mean**2 + variance):
            refute(claim, f"C_ms = {ms}", at)
        for j in range(1, 80):
            at_step = F(end) * F(j, 40)
            size = abs((1 - at_step * one) * (1 - at_step * two))
            if (size > 1) - (size < 1) != (j > 40) - (j < 40) or end <= 0:
                refute(claim, f"sign of Lambda at {j}/40 of C_as = {end}", at)
        judge(claim, {**at, qp.C_as: end, qu.C_ms: ms}, lambda p: p.has(qp.C_as, qu.C_ms))
        step = F(end) * F(int(rng.integers(1, 60)), 41)
        factors = [1 - step * one, 1 - step * two]
        if all(factors):
            average = sum((ball(abs(x)).log() for x in factors), flint.arb(0)) / 2
            moment = sum(x * x for x in factors) / 2
            bound = next(p for p in relations(claim.formula) if p.has(qp.exponent))
            judge(claim, {qp.exponent: average, spectral_radius(operator): moment},
                  lambda part, bound=bound: part == bound)  # fmt: skip
    return played


def q_nonconvex(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        number = [1, 2, 8, 40][count % 4]
        weights = [rational(rng, F(-2), 3, 10) for _ in range(number)]
        ends = [rational(rng, F(-1), 2, 12) for _ in range(number)]
        size = int(choose(rng, [1, number, max(1, number - 1)]))
        spot = rational(rng, F(-3), 3, 12)
        mean, middle = sum(weights) / number, sum(ends) / number
        factor = F(number - size, size * (number - 1)) if number > 1 else F(0)
        bend = 6 * spot**2 - 16
        for values, average, where in ((weights, mean, "well"), (ends, middle, "barrier")):
            variance = sum(x * x for x in values) / number - average**2
            at: dict[Any, Any] = {nc.x: spot, nc.h: bend, nc.m: mean, nc.v: variance, kappa: factor,
                                  nc.c: middle}  # fmt: skip
            if not inside(claim, at):
                continue
            played += 1
            targets = [(nc.C_well, mean * bend, variance * bend**2)] if where == "well" else [
                (nc.C_left, middle, variance), (nc.C_right, 1 - middle, variance)]  # fmt: skip
            for symbol, curve, noise_level in targets:
                exact = 2 * curve / (curve**2 + factor * noise_level) if curve > 0 else F(0)
                try:
                    found = equals(claim, symbol, at)
                except ZeroDivisionError:
                    refute(claim, f"{symbol} is undefined", at)
                if found != exact:
                    refute(claim, f"{symbol} is {exact}, claimed {found}", at)
                at[symbol] = exact
            if where == "barrier":
                judge(claim, at, lambda p: p.has(nc.C_left) and p.has(nc.C_right))
            judge(claim, at, lambda p: p.lhs == nc.h)
    return played
