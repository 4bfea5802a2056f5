"""Chapter sparse_time: the global supermartingale and what it gives for runs of known length."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sympy import And, Eq, Expr, Integer, Or, Poly, Rational, Symbol, fraction, solve
from sympy.logic.boolalg import Boolean

from sim import simulate
from tests.forms import cancel
from tests.inequalities import is_strict
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, exact_quotient, expect, expect_nonnegative, expect_zero, seed
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import Box, box_of, satisfies
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, matching
from theory.minibatch.log_ratios import membership_moments
from theory.minibatch.sparse import SGD_SPARSE, limit_winner
from theory.minibatch.sparse_time import (
    BAND_ABOVE,
    SPARSE_TIME,
    Q,
    averages,
    c,
    mean_psi,
    pi,
    psi,
    squared_factor,
)
from theory.model.step import norm_step
from theory.notation import S, a, b, delta, delta_next, n, p, r2, rho, s, t

XI = Symbol("xi", real=True)  # delta / a


def box_over(claim: Claim, *order: Symbol) -> Box:
    """The box of those conditions of the claim that are inequalities."""
    return box_of(And(*matching(claim.region, kind="inequality")), order)


def scaled_band(claim: Claim) -> Box:
    """The claim's box over (a, xi), delta = a xi, where its bounds on delta are multiples of a."""
    box = box_over(claim, a, delta)
    ends = tuple(cancel(x / a) for x in box[delta])
    if not all(x.is_Rational for x in ends):
        raise Refuted(f"the band {box[delta]} does not shrink with a, as the deviation does")
    return {a: box[a], XI: ends}


def strictness(bound: Boolean) -> Expr:
    """A margin that a strict inequality is asked to leave (more than it claims), else 0."""
    return Rational(int(is_strict(bound)), 10**9)


@evidence(BAND_ABOVE, "certificate", step="bounds")
def test_norm_stays_above_the_sphere(claim: Claim) -> None:
    """delta+ and a/4 - delta+ are a times polynomials in a, xi and S."""
    after, box = norm_step().subs(delta, a * XI), scaled_band(claim)
    for bound in relations(claim.formula):
        gap = difference(bound).subs(delta_next, after).expand() - strictness(bound)
        quotient = exact_quotient(gap, a)
        expect_nonnegative(gap if quotient is None else quotient, {**box, S: (0, 1 + a * XI)})


@evidence(BAND_ABOVE, "certificate", step="sharp")
def test_largest_step_that_stays_above(claim: Claim) -> None:
    """At delta = a/4, S = r2 the claim's bounds meet zero at a root just above its largest a."""
    largest = box_over(claim, a)[a][1]
    worst = norm_step().subs(S, 1 + delta).subs(delta, a / 4)
    low = difference(claim.conjunct(side=Integer(0)))
    gap = Poly(cancel(low.subs(delta_next, worst) / a), a)
    roots = [x for x in gap.real_roots() if x > 0]
    expect(0 <= roots[0] - largest < Rational(1, 10**5), "root", root=roots[0].evalf(9))


@evidence(SPARSE_TIME, "certificate", step="band")
def test_band_is_kept(claim: Claim) -> None:
    """BAND-ABOVE covers the claim's step sizes and keeps exactly its band."""
    ours, kept = scaled_band(claim), scaled_band(BAND_ABOVE)
    expect(ours[a][1] <= kept[a][1], "BAND-ABOVE does not reach", largest=ours[a][1])
    for bound in relations(BAND_ABOVE.formula):
        gap = difference(bound).subs(delta_next, a * XI)
        expect_nonnegative((gap / a).expand(), ours, "the claim's band is inside")
        end = [x for x in ours[XI] if (gap / a).expand().subs(XI, x) == 0]
        expect(bool(end), f"{bound} does not keep the claim's band {ours[XI]}")


def _values(condition: Boolean, symbol: Symbol) -> list[Expr]:
    """The values that a condition ``symbol = x or symbol = y ...`` lists; Undecided for another one."""
    parts = condition.args if isinstance(condition, Or) else (condition,)
    if not all(isinstance(x, Eq) and x.lhs == symbol for x in parts):
        raise Undecided(f"{condition} does not list the values of {symbol}")
    return [x.rhs for x in parts]


@evidence(SPARSE_TIME, "certificate", step=("factor", "pointwise"))
def test_factor_of_a_pair(claim: Claim) -> None:
    """bound >= 0 and bound^2 >= psi^2, for c = 0, 1, 2; zeros at a, pi, 1 - pi divided out.

    psi follows the true slack 2 - r2 = 1 - delta, the bound the slack that the claim assumes.
    """
    bound = claim.conjunct(psi).gts
    box = {**scaled_band(claim), pi: box_over(claim, pi)[pi]}
    expect(stated(claim.region, rho) == 0, "s = r2 = 1 + delta")
    state = {s: 1 + delta, t: 1 - delta}
    slack = claim.condition("slack")
    if not isinstance(slack, Eq):
        raise Undecided(f"{slack} does not say what t is")
    assumed = {s: 1 + delta, t: solve(slack, t)[0]}
    for members in _values(claim.condition("members"), c):
        top, bottom = fraction(squared_factor(members).subs(state).subs(delta, a * XI).together())
        if bottom.subs({a: box[a][1], XI: 0, pi: 1}) < 0:
            top, bottom = -top, -bottom
        expect_nonnegative(bottom.expand(), box, "mass after the step")
        value = bound.subs(c, members).subs(assumed).subs(delta, a * XI)
        expect_nonnegative(value.expand(), box, f"bound for c = {members}")
        gap = (value**2 * bottom - top).expand()
        for factor in (a**2, pi, 1 - pi):
            quotient = exact_quotient(gap, factor)
            gap = gap if quotient is None else quotient
        expect_nonnegative(gap, box, f"psi for c = {members}")


@evidence(SPARSE_TIME, "symbolic", step="average")
def test_average_of_the_bound(claim: Claim) -> None:
    """The bound is 1 + A (c/2 - pi) + B pi(1-pi) + C c(2-c); its mean from the pair moments."""
    bound = claim.conjunct(psi).gts
    means = averages()
    expect_zero(means["balance"], "E[c/2 - pi]")
    A = bound.subs({pi: 0, c: 2}) - 1
    B = cancel((bound.subs({pi: 1 / Rational(2), c: 1}) - bound.subs({pi: 0, c: 1}) + A / 2) * 4)
    C = bound.subs({pi: 0, c: 1}) - 1 - A / 2
    rebuilt = 1 + A * (c / 2 - pi) + B * pi * (1 - pi) + C * c * (2 - c)
    expect_zero(bound - rebuilt, "the bound is no combination of the three terms")
    mean = 1 + B * means["share"] + C * means["pair"]
    expect_zero(claim.says(mean_psi) - mean, "mean of the bound")
    largest = mean_bound(claim)
    expect_counts(claim)
    expect_mini_batches(claim)
    share = stated(claim.region, p)
    single, both = membership_moments()
    expect_zero(single - chance_of(1), "P(i in B)")
    expect_zero(both - chance_of(2), "P(i, j in B)")
    expect_zero(share - chance_of(1, 1), "p = P(i in B, j not), in [0, 1]")
    gap = difference(largest).subs(mean_psi, claim.says(mean_psi)) - strictness(largest)
    gap = exact_quotient(gap.expand(), a**2 * p) or gap
    top = conjunct(claim.region, symbols=[Q], lesser=Q)
    box = {a: box_over(claim, a)[a], p: (0, 1), Q: (0, solve(difference(top), Q)[0])}
    expect_nonnegative(gap, box, "mean against its bound")


# What it gives: runs of a length from which the chance of bad luck is known


CHANCE = 1e-10  # per event; three events per example stay below 1e-9
LEVEL = 1e-4


def mean_bound(claim: Claim) -> Boolean:
    """The claim's upper bound on E_psi."""
    return claim.conjunct(mean_psi, kind="inequality")


@cache  # SymPy takes longer over it than the runs of a small example
def _solved(gap: Expr) -> Expr:
    """E Phi where the gap of a bound on it is 0."""
    return solve(gap, mean_psi)[0]


def fall(claim: Claim, split: float, step: float) -> float:
    """-log of the claimed factor of E Phi per step."""
    bound = _solved(difference(mean_bound(claim)))
    return -math.log(float(bound.subs({p: split, a: step})))


def phi(log_abs_q: Any) -> Any:
    """Phi of live coordinates (runs, k), from log|q|."""
    top = log_abs_q.max(axis=1, keepdims=True)
    shares = np.exp(log_abs_q - top)
    roots = np.sqrt(shares / np.sqrt((shares**2).sum(axis=1, keepdims=True)))
    return (roots.sum(axis=1) ** 2 - (roots**2).sum(axis=1)) / 2


def horizon_of(claim: Claim, points: int, batch: int, live: int, step: float) -> tuple[int, int]:
    """(T, N): P(sup over k >= T of Phi_k > LEVEL) <= CHANCE, and after N more steps P(too few hits).

    claim: SPARSE-TIME, whose rate it is.  E Phi_T <= (1 - p a^2/6)^T live (live-1)/2, each term being < 1; the
    maximal inequality for the supermartingale Phi bounds the sup.  N: a binomial count of batches with the
    winner is at most HITS with probability <= CHANCE.
    """
    split = batch * (points - batch) / (points * (points - 1))
    first = live * (live - 1) / 2
    rate = fall(claim, split, step)
    steps = 0 if live == 1 else math.ceil(math.log(first / (LEVEL * CHANCE)) / rate)
    more = HITS
    while stats.binom.cdf(HITS, more, batch / points) > CHANCE:
        more += HITS
    return steps, more


HITS = 60


@evidence(SPARSE_TIME, "property", step="average")
@evidence(SGD_SPARSE, "property", step="tail", slow=True)
@settings(max_examples=20)
@given(data=st.data())
def test_runs_are_sparse_within_the_horizon(claim: Claim, data: st.DataObject) -> None:
    """From the sphere every run has converged by a horizon that fails with probability < 1e-9.

    With Phi <= LEVEL: the others' shares are <= LEVEL^4 n each, so they are below 1e-14 of the mass.
    Then NORM multiplies delta by 1 - 4aS(1 - a delta) in [0, 0.6] (a in [0.15, 0.23]) at each batch
    with the winner: HITS of them leave 0.6^60 a/4 < 1e-13, plus N (a^2 * 2e-14) from the others.
    """
    points = data.draw(st.integers(2, 5), "n")
    batch = data.draw(st.sampled_from(sorted({1, points - 1, points // 2} - {0})), "b")
    step = data.draw(st.sampled_from([0.15, 0.2, 0.23]), "a")
    kind = data.draw(st.sampled_from(["generic", "ties", "zeros", "single"]), "start")
    activation = data.draw(st.sampled_from(["linear", "relu"]), "activation")
    sizes = np.array(data.draw(st.lists(st.integers(1, 20), min_size=points, max_size=points)))
    q = np.ones(points) if kind == "ties" else sizes.astype(float)
    if kind == "zeros":
        q[-1] = 0.0
    if kind == "single":
        q[1:] = 0.0
    if activation == "linear":
        q *= np.where(np.arange(points) % 2, -1.0, 1.0)
    # a hair outside the unit sphere, far inside the band, so that rounding cannot put it below
    q *= (1 + 1e-9) / np.linalg.norm(q)
    live = int(np.count_nonzero(q))
    time, sparse = (claim if claim.id == x.id else x for x in (SPARSE_TIME, SGD_SPARSE))
    steps, more = horizon_of(time, points, batch, live, step)
    point = {n: points, b: batch, a: Rational(str(step)), r2: 1, s: 1, delta: 0, pi: 0, c: 0, Q: 1,
             t: 1, rho: 0, p: Rational(batch * (points - batch), points * (points - 1))}  # fmt: skip
    expect(satisfies(claim.region, point), "the region leaves this start out", n=points, b=batch)
    run = simulate(
        q, 0.0, batch_size=batch, step_size=step * batch, steps=steps + more,
        activation=activation, seed=seed(str((points, batch, step, kind, activation, sizes))),
    )  # fmt: skip
    winner = int(run.log_abs_q[0].argmax())
    rest = run.r2[0] - run.q[0, winner] ** 2
    expect(phi(run.log_abs_q[:, q != 0])[0] <= LEVEL if live > 1 else True, "Phi", q=q, b=batch)
    expect(rest < 1e-12, "the others' squares", q=q, b=batch, a=step, rest=rest)
    target = float(sparse.says(limit_winner))
    expect(abs(run.q[0, winner] ** 2 - target) < 1e-9, "size of the winner", q=q, b=batch, a=step)
    expect(np.array_equal(run.sign[0], np.sign(q)), "signs and zeros are kept", q=q)
