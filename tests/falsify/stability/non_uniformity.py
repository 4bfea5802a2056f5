"""Falsifiers for NON-UNIFORMITY and its gap: operators by listing all batches, eigenvalues in balls."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from sympy import Eq

from tests.falsify.stability.laws import eigenvalues, two_steps
from tests.falsify.sums.sums import family, setting
from tests.falsify.sums.tools import ball, cases, choose, equals, inside, judge, rational, refute
from tests.quadratic.cases import Case, enumerated_operator, evaluated
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours import non_uniformity as nu
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import C_ms, gradient2, q_v
from theory.quadratic.second_moment import C, N, k, kappa
from theory.quadratic.thresholds import compare, identity

F = Fraction


def fraction(value: Any) -> Fraction:
    return F(int(value.p), int(value.q))


def stray(rng: np.random.Generator, at: dict[Any, Any]) -> Fraction:
    """A number of [0, 1] that is the variance factor of neither way of drawing."""
    known = {F(1, at[k])} | ({F(at[N] - at[k], at[k] * (at[N] - 1))} if at[N] > 1 else {F(0)})
    while (found := rational(rng, 0, 1)) in known:
        pass
    return found


def _trace(matrix: fmpq_mat) -> Fraction:
    return fraction(sum((matrix[i, i] for i in range(matrix.nrows())), fmpq(0)))


def _applied(operator: fmpq_mat, X: fmpq_mat) -> fmpq_mat:
    size = X.nrows()
    return fmpq_mat(size, size, (operator * fmpq_mat(size**2, 1, X.entries())).entries())


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
        size, operators = case.problem.dimension, case.problem.operators
        moved, one = enumerated_operator(case, step), identity(size)
        mean, spread = case.problem.mean, _applied(operators[2], one)
        image = _applied(moved, one)
        number = {x: fmpq(F(at[x]).numerator, F(at[x]).denominator) for x in (kappa, C)}
        meaning = {nu.Q: mean, nu.Q_squared: mean * mean, nu.spread: spread, **number}
        for part in relations(claim.formula):
            if part.lhs == nu.W and evaluated(part.rhs, meaning) != image:
                refute(claim, "W", {**at, "case": case})
        at |= dict(zip((nu.w_min, nu.w_max), eigenvalues(image), strict=True))
        at |= {nu.w_mean: _trace(image) / size, nu.q_mean: _trace(mean) / size,
               nu.q2_mean: _trace(mean * mean) / size, nu.s_mean: _trace(spread) / size}  # fmt: skip
        ends = eigenvalues(moved)
        at |= {nu.radius: abs(ends[0]).max(abs(ends[1])), l_max: eigenvalues(mean)[1]}
        error = fmpq_mat(size, size, [fmpq(int(x)) for x in rng.integers(-2, 3, size=size * size)])
        second = error * error.transpose()
        raw = (1,) if size == 1 else ((1, 0), (0, 1), (F(3, 5), F(4, 5)))[count % 3]
        vector = fmpq_mat([[fmpq(F(x).numerator, F(x).denominator)] for x in raw])
        outer = vector * vector.transpose()
        forms = [fraction((vector.transpose() * m * vector)[0, 0]) for m in case.problem.matrices]
        centre = sum(forms, F(0)) / len(forms)
        at |= {
            nu.e2: _trace(second),
            nu.e2_next: _trace(_applied(moved, second)) + step**2 * at[gradient2],
            q_v: centre, nu.var_v: sum((x - centre) ** 2 for x in forms) / len(forms),
            nu.form_v: _trace(outer * _applied(moved, outer)),
        }  # fmt: skip
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
        said = {x: ball(equals(claim, x, at)) for x in (C_ms, nu.C_low, nu.C_high)}
        for near, sign in ((1 - F(1, 10**6), 1), (1 + F(1, 10**6), -1)):
            steps = {x: F(int((v * 2**60).mid().floor().unique_fmpz()), 2**60) * near
                     for x, v in said.items()}  # fmt: skip
            if compare(case.problem, case.kappa, steps[C_ms]) != sign:
                refute(claim, f"C_ms = {said[C_ms]}", at)
            for name, top in ((nu.C_low, True), (nu.C_high, False)):
                image = _applied(enumerated_operator(case, steps[name]), identity(spokes + 1))
                value = eigenvalues(image)[1] if top else ball(_trace(image) / (spokes + 1))
                if not (value < 1 if sign > 0 else value > 1):
                    refute(claim, f"{name} = {said[name]}", at)
        both = said[C_ms] * ball(1 - F(1, 10**6)).union(ball(1 + F(1, 10**6)))
        spread = _applied(case.problem.operators[2], identity(spokes + 1))
        level = both**2 * ball(at[kappa]) * eigenvalues(spread)[1]
        ends = [Eq(x, stated(claim.formula, x)) for x in (nu.C_low, nu.C_high)]  # played above
        values = {**at, **said, C_ms: both, nu.level: level}
        judge(claim, values, lambda part: part not in ends)  # noqa: B023 - called at once
        _decays(claim, rng, case, float(both.mid()) / 2, {**at, k: size})
    return played
