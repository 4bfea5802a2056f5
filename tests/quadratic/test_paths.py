"""Chapter quadratic_paths: stationary noise, and paths that converge while their mean diverges."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
from flint import fmpq, fmpq_mat
from scipy import stats
from sympy import Eq, Ge, Gt, Le, Lt, Poly, Rational, Symbol, diff, log

from sim.problems.quadratic import simulate_quadratic
from sim.problems.quadratic_moments import lyapunov_exponent, second_moments
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.quadratic.cases import (
    SINGULAR,
    STABLE,
    UNSTABLE,
    Case,
    Singular,
    batches,
    enumerated_operator,
    evaluated,
    expect_assumed,
    expect_variance_factors,
    inside,
    log_symbols,
    values_of,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero, note, seed
from theorem_audit.checks.statistics import expect_proportion
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.quadratic.mean_square import Q_KAPPA, Q_MS, C_direction, C_ms, batch_ab, gradient2, l, v
from theory.quadratic.paths import (
    Q_AS,
    Q_STATIONARY,
    C_as,
    Gamma,
    Sigma,
    Sigma_inf,
    Sigma_next,
    exponent,
    mean_start2,
    q1,
    q2,
)
from theory.quadratic.second_moment import C, kappa, mean_a, mean_ab, mean_b, operator
from theory.quadratic.second_moment import spectral_radius as rho
from theory.quadratic.thresholds import definiteness, identity

F = Fraction

# ------------------------------------------------------------------------------------- Q-STATIONARY


@evidence(Q_STATIONARY, "symbolic", step="recursion")
def test_recursion_of_the_second_moment(claim: Claim) -> None:
    """e+ = E e - C g_B: the batch is independent of e and E e = 0, so no cross term is left."""
    gradients = {mean_a: 0, mean_b: 0, mean_ab: Gamma}
    noise = Q_KAPPA.says(batch_ab).subs(gradients)
    derived = operator * Sigma + C**2 * noise
    expect_zero(claim.says(Sigma_next) - derived, "E[e+ e+']")
    expect_assumed(claim, Eq(mean_start2, 0))
    expect_items(claim, words.INDEPENDENT)
    expect_variance_factors(claim)


@evidence(Q_STATIONARY, "witness", step="recursion", needs="centred")
def test_off_centre_the_recursion_has_a_cross_term(claim: Claim) -> None:
    """Q = 1, 3, g = 1, -1, k = 1, C = 1/2 from e = 1: both samples lead to 0, and 1/2 is claimed."""
    case, step = STABLE["pair"], F(1, 2)
    exact = [(1 - step * q) * 1 - step * g for q, g in ((1, 1), (3, -1))]
    expect(exact == [0, 0], "both steps", exact=exact)
    one = fmpq_mat([[1]])
    values = {**values_of(case, step), Gamma: one, Sigma: one}
    claimed = evaluated(claim.says(Sigma_next), values)
    expect(claimed[0, 0] == fmpq(1, 2), "the claim's E e+^2", claimed=claimed)
    point = {C: Rational(1, 2), C_ms: Rational(4, 5), mean_start2: 1}
    expect(not inside(claim, case, point), "the region admits it")


@evidence(Q_STATIONARY, "symbolic", step="fixed point")
def test_fixed_point_of_the_recursion(claim: Claim) -> None:
    step = claim.says(Sigma_next).subs(operator, Q_MS.says(operator))
    limit = claim.says(Sigma_inf)
    expect_zero(step.subs(Sigma, limit) - limit, "Sigma_inf is the recursion's fixed point")
    gap = Symbol("D")
    recursion = claim.says(Sigma_next)
    away = recursion.subs(Sigma, Sigma_inf + gap) - recursion.subs(Sigma, Sigma_inf)
    expect_zero(away - operator * gap, "the distance from it obeys D+ = M_C D")
    for needed in (Gt(C, 0), Gt(C_ms - C, 0)):  # Q-MS: rho(M_C) < 1, so D -> 0 from every start
        expect_implied(needed, claim.region)


def _gradients(case: Case) -> list[list[Fraction]]:
    """Gradients of mean zero, one per component, that span what they can."""
    count, size = case.problem.count, case.problem.dimension
    raw = [[F((i + 1) * (j + 2) % 5 - i) for j in range(size)] for i in range(count)]
    return [[row[j] - sum(x[j] for x in raw) / count for j in range(size)] for row in raw]


@evidence(Q_STATIONARY, "ball", step=("recursion", "fixed point"))
def test_limit_on_kept_problems(claim: Claim) -> None:
    """2^14 steps of the recursion from Sigma_0 = I, in balls, against the linear equation."""
    table = [*STABLE.values(), *SINGULAR.values(), *(case for case, _ in UNSTABLE.values())]
    old, flint.ctx.prec = flint.ctx.prec, 512
    try:
        for case in table:
            limit = case.threshold
            steps = [F(-1, 10), F(-1, 100), F(0), F(1, 10)]
            steps += [limit.low * x for x in (F(1, 2), F(9, 10), F(1001, 1000))]
            for step in steps:
                point = {C: Rational(step), C_ms: Rational(limit.low)}
                if inside(claim, case, point):
                    _check_limit(claim, case, step)
    finally:
        flint.ctx.prec = old


def _check_limit(claim: Claim, case: Case, step: Fraction) -> None:
    size = case.problem.dimension
    gradients = [
        fmpq_mat([[fmpq(x.numerator, x.denominator)] for x in g]) for g in _gradients(case)
    ]
    total = fmpq_mat(size, size)
    for g in gradients:
        total = total + g * g.transpose()
    gamma = fmpq_mat(size**2, 1, total.entries()) * fmpq(1, len(gradients))
    values = {**values_of(case, step), Gamma: gamma}
    values[Sigma] = fmpq_mat(size**2, 1, identity(size).entries())
    try:
        claimed = evaluated(claim.says(Sigma_inf), values)
    except Singular as error:
        raise Refuted(f"{error}: no unique limit", {"case": case, "step": step}) from error
    first = evaluated(claim.says(Sigma_next), values)
    noise = first - values[operator] * values[Sigma]
    power, moment = flint.arb_mat(values[operator]), flint.arb_mat(noise)
    for _ in range(14):  # doubling: (M^p, sum of M^j noise for j < p)
        moment, power = moment + power * moment, power * power
    moment = moment + power * flint.arb_mat(values[Sigma])
    for found, exact in zip(moment.entries(), claimed.entries(), strict=True):
        expect(abs(found - exact) < flint.arb("1e-5"), "limit", case=case, step=step)
    square = fmpq_mat(size, size, claimed.entries())
    expect(definiteness(square) >= 0, "a second moment is >= 0", case=case, step=step)


@evidence(Q_STATIONARY, "witness", step="fixed point", needs="stable")
def test_stationary_second_moment_solves_the_linear_equation(claim: Claim) -> None:
    """Beyond C_ms the equation's solution is no second moment: it is negative somewhere."""
    case = STABLE["pair"]
    values = {**values_of(case, F(1)), Gamma: fmpq_mat([[1]])}
    value = evaluated(claim.says(Sigma_inf), values)
    expect(value[0, 0] < 0, "C = 1 > C_ms = 4/5", value=value)


# --------------------------------------------------------------------------------------------- Q-AS


@evidence(Q_AS, "symbolic", step="jensen")
def test_logarithm_lies_below_its_tangent(claim: Claim) -> None:
    """With y = |e+|^2/|e|^2 and m = E y: rhs(m) + rhs'(m)(y - m) >= (1/2) log y, in the mean rhs(m).

    The gap vanishes at y = m and its derivative has the sign of y - m.
    """
    m, y = Symbol("m", positive=True), Symbol("y", positive=True)
    bound = claim.conjunct(exponent)
    expect(bound.lts == exponent, f"{bound} bounds the exponent from above")
    right = bound.gts.replace(rho, lambda x: x).subs(operator, m)
    gap = right + diff(right, m) * (y - m) - log(y) / 2
    expect_zero(log_symbols(gap.subs(y, m)), "no gap at y = m")
    expect(not isinstance(bound, Lt | Gt), f"{bound}: equality where |e+|/|e| is not random")
    slope = cancel(diff(gap, y) * 2 * m * y)
    expect_zero(slope - (y - m), "the gap falls before m and rises after")


@evidence(Q_AS, "symbolic", step="pair")
def test_pair_changes_sign_at_its_threshold(claim: Claim) -> None:
    """Lambda = (1/2) log|P|, P = (1 - C q_1)(1 - C q_2); -1 < P < 1 on 0 < C < C_as, P = 1 there."""
    product = (1 - C * q1) * (1 - C * q2)
    claimed = claim.says(C_as)
    expect_assumed(claim, Eq(gradient2, 0))
    expect_items(claim, words.INDEPENDENT)
    expect_zero(1 - product - C * q1 * q2 * (claimed - C), "1 - P = C q_1 q_2 (C_as - C)")
    spread = [p for p in relations(claim.region) if Poly(difference(p), q1, q2).total_degree() == 2]
    expect(len(spread) == 1, "the moderate spread is assumed", region=claim.region)
    square = (2 * C * q1 * q2 - (q1 + q2)) ** 2
    gap = 4 * q1 * q2 * (1 + product) - square - difference(spread[0])
    expect_zero(gap, "4 q_1 q_2 (1 + P) = square + what the region keeps positive")


@evidence(Q_AS, "symbolic", step="pair")
def test_pair_mean_square_threshold(claim: Claim) -> None:
    """Q-MS in one dimension with mean (q_1 + q_2)/2, variance ((q_1 - q_2)/2)^2, kappa = 1."""
    moments = {l: (q1 + q2) / 2, v: ((q1 - q2) / 2) ** 2, kappa: 1}
    derived = Q_MS.says(C_direction).subs(moments)
    expect_zero(claim.says(C_ms) - derived, "C_ms of the pair")


@evidence(Q_AS, "symbolic", step="pair")
def test_gradient_descent_lies_between_the_two_thresholds(claim: Claim) -> None:
    """At k = N = 2 the one eigenvalue (q_1 + q_2)/2 gives 2/l; both gaps are squares."""
    whole = Q_MS.says(C_direction).subs({l: (q1 + q2) / 2, kappa: 0})
    orders = matching(claim.formula, kind="inequality", without=[exponent], number=2)
    total, product, squares = q1 + q2, q1 * q2, q1**2 + q2**2
    for part, weight in zip(
        sorted(orders, key=lambda p: p.has(C_as)), (squares, product), strict=True
    ):
        expect(isinstance(part, Le | Ge), f"{part}: equality at q_1 = q_2")
        middle = part.gts if part.has(C_ms) else part.lts
        expect_zero(middle - whole, f"{part}: gradient descent's threshold")
        values = {x: claim.says(x) for x in (C_ms, C_as)}
        gap = difference(part).subs(values)
        # weight and total are > 0: q_1 q_2 > 0 by the spread, q_1 + q_2 > 0
        square = cancel(gap * weight * total)
        expect_zero(square - (2 if part.has(C_ms) else 1) * (q1 - q2) ** 2, f"{part}: a square")


_PAIRS = [(1, 3), (1, 1), (2, 7), (3, 1), (1, 5), (F(1, 2), F(1, 3)), (1, F(583, 100)), (1, 6), (1, 40),
          (-1, -2), (F(-1, 25), F(-1, 30)), (F(-1, 25), F(1, 30)), (0, 1),
          (F(-1, 50), F(-1, 60))]  # fmt: skip


@evidence(Q_AS, "ball", step="pair")
def test_the_pair_is_stable_up_to_its_threshold(claim: Claim) -> None:
    """Exact signs of Lambda on a grid, for every pair that the region admits."""
    for pair in _PAIRS:
        point = {gradient2: 0, q1: Rational(pair[0]), q2: Rational(pair[1])}
        if not satisfies(claim.region, point):
            continue
        value = claim.says(C_as).subs(point)
        expect(value.is_Rational and value > 0, "a threshold", pair=pair)
        values = {C_as: value, C_ms: claim.says(C_ms).subs(point)}
        for part in matching(claim.formula, kind="inequality", without=[exponent], number=2):
            expect(part.subs(point).subs(values), f"{part}", pair=pair)
        for j in range(1, 60):
            product = 1
            for q in pair:
                product *= 1 - value * Rational(j, 40) * Rational(q)
            sign = bool(product**2 > 1) - bool(product**2 < 1)
            expect(sign == (j > 40) - (j < 40), "sign of Lambda", pair=pair, C=f"{j}/40 C_as")


@evidence(Q_AS, "witness", step="pair", needs="moderate spread")
def test_wide_pairs_are_unstable_in_a_gap(claim: Claim) -> None:
    """q = (1, 6): |P| > 1 at C_as/2, below 1 before and after: the stable steps are no interval."""
    ends = {q1: 1, q2: 6}
    limit = claim.says(C_as).subs(ends)
    signs = []
    for j in range(1, 40):
        at = limit * Rational(j, 40)
        signs.append(abs((1 - at) * (1 - 6 * at)) > 1)
    runs = [signs[0], *(b for a, b in pairwise(signs) if a != b)]
    expect(runs == [False, True, False], "stable, unstable, stable", runs=runs)


@evidence(Q_AS, "witness", step="pair", needs="positive mean")
def test_negative_pairs_have_no_threshold(claim: Claim) -> None:
    value = claim.says(C_as).subs({q1: -1, q2: -2})
    expect(value < 0, "no step > 0 is stable", value=value)
    expect(abs((1 + Rational(1, 10)) * (1 + Rational(2, 10))) > 1, "at C = 1/10 it grows")


@evidence(Q_AS, "ball", step="jensen")
def test_exponent_against_the_second_moment(claim: Claim) -> None:
    """d = 1: E log|1 - C Q_B| over all batches, in balls; one component alone gives equality."""
    bound = claim.conjunct(exponent)
    table = [Case([[[1]], [[3]]]), Case([[[2]]]), Case([[[1]], [[2]], [[-1]]], 2),
             Case([[[1]], [[3]]], 2, "replacement")]  # fmt: skip
    for case in table:
        for step in (F(1, 7), F(2, 3), F(9, 10), F(3, 2), F(5, 2)):
            at = fmpq(step.numerator, step.denominator)
            steps = [1 - at * m[0, 0] for m in batches(case)]
            if not all(steps):
                continue  # a batch that jumps to the minimiser: Lambda = -infinity
            found = sum((flint.arb(abs(x)).log() for x in steps), flint.arb(0)) / len(steps)
            values = {operator: enumerated_operator(case, step), exponent: found}
            less, more = (flint.arb(evaluated(x, values)) for x in (bound.lts, bound.gts))
            expect(not less > more, f"{bound}: {less} > {more}", case=case, step=step)


def _below(pair: tuple[int, int], step: float, steps: int, level: float) -> float:
    """P(|e_steps| < level) from e_0 = 1: the number of draws of q_1 is binomial."""
    first, second = (math.log(abs(1 - step * q)) for q in pair)
    draws = np.arange(steps + 1)
    logs = draws * first + (steps - draws) * second
    return float(stats.binom.pmf(draws[logs < math.log(level)], steps, 0.5).sum())


@evidence(Q_AS, "simulation", step=("jensen", "pair"))
def test_paths_converge_while_the_second_moment_diverges(claim: Claim) -> None:
    """Between C_ms and C_as: paths by simulation, the second moment by its exact recursion.

    The mean of |e|^2 cannot be estimated from runs: after 200 steps it is carried by paths of
    probability below 1e-9.
    """
    pair = (1, 3)
    ends = [float(claim.says(x).subs({q1: 1, q2: 3})) for x in (C_ms, C_as)]
    step = (ends[0] + ends[1]) / 2
    expect(ends[0] < step < ends[1], "there is room between the thresholds", ends=ends)
    one = {"batch_size": 1, "step_size": step}
    moments = second_moments(pair, [[1.0]], steps=200, **one)[:, 0, 0]
    expect((np.diff(moments) > 0).all() and moments[-1] > 1e50, "E|e|^2 diverges", last=moments[-1])
    expect(lyapunov_exponent(pair, **one) < 0, "Lambda < 0")
    runs = 20_000
    start = np.ones((runs, 1))
    short = simulate_quadratic(pair, start, steps=8, seed=seed("short"), **one)
    likely = _below(pair, step, 8, 1e-2)
    below = int((short.log_norm < math.log(1e-2)).sum())
    expect_proportion(below, runs, likely, visible=0.05, what=f"P(|e_8| < 0.01) at C = {step:.4f}")
    long = simulate_quadratic(pair, start[:2000], steps=200, seed=seed("long"), **one)
    # all 2000 below: fails by chance with probability at most 2000 times this
    missed = 1 - _below(pair, step, 200, 1e-6)
    expect(2000 * missed < 1e-9, "the level is safe", missed=missed)
    expect((long.log_norm < math.log(1e-6)).all(), "every path is below 1e-6 after 200 steps")
    note(f"C = {step:.4f} in ({ends[0]:.4f}, {ends[1]:.4f}): E|e_200|^2 = {moments[-1]:.3g}, largest "
         f"of 2000 runs |e_200| = {np.exp(long.log_norm.max()):.3g}")  # fmt: skip
    past = 1.1 * ends[1]
    one["step_size"] = past
    far = simulate_quadratic(pair, start[:2000], steps=2000, seed=seed("far"), **one)
    near = _below(pair, past, 2000, 1.0)
    expect(lyapunov_exponent(pair, batch_size=1, step_size=past) > 0, "Lambda > 0 past C_as")
    expect(2000 * near < 1e-9, "the level is safe", near=near)
    expect((far.log_norm > 0).all(), "every path has left")
