"""Falsifiers for NON-UNIFORMITY and its gap: operators by listing all batches, eigenvalues in balls."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from flint import fmpq_mat

from tests.falsify.seeing import measured
from tests.falsify.stability.laws import two_steps
from tests.falsify.sums.sums import as_sum, family, setting
from tests.falsify.sums.tools import ball, cases, choose, equals, inside, judge, rational, refute
from tests.quadratic.cases import Case, evaluated
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours import non_uniformity as nu
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import C_ms, gradient2, q_v
from theory.quadratic.second_moment import C, N, k, kappa, operator
from theory.vocabulary.quadratic_sum import rational as exact

F = Fraction


def stray(rng: np.random.Generator, at: dict[Any, Any]) -> Fraction:
    """A number of [0, 1] that is the variance factor of neither way of drawing."""
    known = {F(1, at[k])} | ({F(at[N] - at[k], at[k] * (at[N] - 1))} if at[N] > 1 else {F(0)})
    while (found := rational(rng, 0, 1)) in known:
        pass
    return found


NUMBERS = (
    nu.w_min,
    nu.w_max,
    nu.w_mean,
    nu.q_mean,
    nu.q2_mean,
    nu.s_mean,
    l_max,
    nu.e2,
    nu.e2_next,
    q_v,
    nu.var_v,
    nu.form_v,
)


def non_uniformity(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """W, both sides of one step from random errors, the radius and its lower bounds."""
    played = 0
    pair: dict[Any, Any] = {**setting(claim, Case([[[F(0)]], [[F(1)]]])), C: 1}
    if inside(claim, pair):
        at = {**pair, nu.Q: F(1, 2), nu.Q_squared: F(1, 4), nu.spread: F(1, 4)}
        two_steps(claim, rng, equals(claim, nu.W, at), at)
    for count in cases(seconds):
        case, step = family(rng, count), rational(rng, F(-1, 2), F(3, 2), 14)
        at = {**setting(claim, case), C: step, gradient2: choose(rng, [0, 0, 1])}
        if count % 4 == 3:
            at[kappa] = stray(rng, at)
        if not inside(claim, at):
            continue
        played += 1
        size = case.problem.dimension
        raw = (1,) if size == 1 else ((1, 0), (0, 1), (F(3, 5), F(4, 5)))[count % 3]
        starts = [fmpq_mat([[int(x)] for x in rng.integers(-2, 3, size=size)]) for _ in range(size)]
        pushes = [fmpq_mat([[int(at[gradient2])]] + [[0]] * (size - 1)) for _ in case.components]
        here = as_sum(
            case, step, starts=starts, pushes=pushes, along=fmpq_mat([[exact(x)] for x in raw])
        )
        meaning = measured(claim, here, (nu.Q, nu.Q_squared, nu.spread, nu.W))
        meaning |= {x: exact(at[x]) for x in (kappa, C)}
        for part in relations(claim.formula):
            if part.lhs == nu.W and evaluated(part.rhs, meaning) != meaning[nu.W]:
                refute(claim, "W", {**at, "case": case})
        at |= measured(claim, here, NUMBERS)
        at[nu.radius] = claim.meaning("rho").value(claim.meaning(operator).value(here))
        judge(claim, at, lambda part: part.lhs != nu.W)
    return played


def _star(spokes: int, size: int, scheme: str, scale: Fraction) -> Case:
    """Written out anew: I + swap_j and I - swap_j, times ``scale``."""
    parts = []
    for j in range(1, spokes + 1):
        for sign in (1, -1):
            rows = [[scale * int(r == c) for c in range(spokes + 1)] for r in range(spokes + 1)]
            rows[0][j] = rows[j][0] = scale * sign
            parts.append(rows)
    return Case(parts, size, scheme)


def _decays(claim: Claim, rng: np.random.Generator, case: Case, half: float, at: Any) -> None:
    """At half of C_ms the second moment falls by 3/4 a step or more (C l <= 1, kappa <= 1): see the note.

    After 200 steps it is below 10^-24 of a start of size 1, times the ratio sqrt(m) of the potential: a run
    above 10^-6 has a chance of less than 10^-17.
    """
    item = claim.item(words.BATCHES)
    if item == words.INDEPENDENT:
        item = words.UNIFORM if case.sampling == "uniform" else words.WITH_REPLACEMENT
    matrices = [np.array([[float(x) for x in row] for row in m]) for m in case.components]
    for _ in range(4):
        try:
            drawn = list(islice(item.sample(rng, len(matrices), case.batch_size), 200))
        except ValueError:
            return  # no batches of this size
        error = np.ones(len(matrices[0]))
        for batch in drawn:
            error = error - half * sum(matrices[i] for i in batch) @ error / len(batch)
        if (error**2).sum() > 1e-6:
            refute(claim, f"|e|^2 = {(error**2).sum():.1e} after 200 steps at {half}", at)


def gap(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Threshold, the two conditions' ends and the level on stars of 1 to 3 spokes."""
    played = 0
    for count in cases(seconds):
        spokes = 1 + count % 3
        size = int(choose(rng, [1, 2 * spokes, int(rng.integers(1, 2 * spokes + 1))]))
        scheme = choose(rng, ["uniform", "replacement"])
        scale = choose(rng, [F(1), F(1), F(2, 3), F(-1)])
        case = _star(spokes, size, scheme, scale)
        at: dict[Any, Any] = {**setting(claim, case), nu.m: spokes, nu.l: scale,
                              gradient2: choose(rng, [0, 0, 1])}  # fmt: skip
        turn = count // 3 % 3
        if turn == 1:  # another N, with a kappa of its own
            at[N] = 2 * spokes + 1
            at[kappa] = F(at[N] - size, size * (at[N] - 1)) if scheme == "uniform" else F(1, size)
        elif turn == 2:
            at[kappa] = stray(rng, at)
        if not inside(claim, at):
            continue
        played += 1
        if scale < 0 or at[gradient2]:
            refute(claim, "no C > 0 is stable", at)
        here = as_sum(case)
        values = {**at, **measured(claim, here, (C_ms, nu.C_low, nu.C_high))}
        values |= measured(claim, replace(here, kappa=at[kappa]), (nu.level,))
        judge(claim, values)
        both = ball(values[C_ms])
        _decays(claim, rng, case, float(both.mid()) / 2, {**at, k: size})
    return played
