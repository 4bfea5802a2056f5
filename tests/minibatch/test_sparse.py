"""Chapter sparse: almost sure convergence of mini-batch SGD to one data point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from sympy import And, Expr, Ge, Gt, Le, Lt, Min, Rational, Symbol, cancel, diff, log, solve
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean

from sim import from_weights, simulate
from tests.analysis import expect_outside
from tests.inequalities import expect_holds, expect_implied, expect_inside, restricted
from tests.minibatch.test_reach import CASES
from tests.obstructions import OBSTRUCTIONS
from tests.reading import by_side
from theorem_audit import (
    check,
    evidence,
    expect,
    expect_nonnegative,
    expect_zero,
    rng,
    seed,
)
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import box_of, satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import claims
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.minibatch.capture import (
    CAPTURE,
    CONFINED,
    FLOOR,
    g,
    growth,
    lead_drift,
    s_star,
    t_star,
    threshold,
)
from theory.minibatch.log_ratios import (
    SAMPLING,
    WALK_DRIFT,
    WALK_DRIFT_LOW,
    WALK_JUMP,
    drift,
    slow,
    step_factor,
)
from theory.minibatch.reach import (
    REACH_TIME,
    chance,
    cycles,
    horizon,
    reach_time,
)
from theory.minibatch.sparse import (
    CITED,
    SGD_SPARSE,
    least_mass,
    least_slack,
    limit_off,
    limit_others,
    limit_winner,
    p_sparse,
)
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.band import BAND_WIDE, ENTRY
from theory.model.step import SIGN
from theory.notation import (
    S_C,
    S,
    a,
    b,
    delta,
    delta_next,
    n,
    p,
    q_i,
    q_j,
    r2,
    rho,
    rho_next,
    s,
    s_next,
    t,
)

STATE_ORDER = (a, r2, s, t_star)


def expect_fits(
    claim: Claim,
    conditions: Iterable[Boolean],
    symbol: Symbol,
    value: Expr,
    order: Sequence[Symbol],
) -> None:
    """Each bound on ``symbol`` holds for ``value``, a minimum: from below for each of its terms."""
    region = And(claim.region, CONFINED.condition)  # t_* occurs in s_*
    for condition in conditions:
        weight = difference(condition).coeff(symbol)
        expect(weight.is_Rational and weight != 0, f"{condition} does not bound {symbol}")
        failed: list[Exception] = []
        for term in value.args:
            try:
                bound = condition.subs(symbol, term)
                expect_holds(bound, restricted(region, order), order, derived={})
            except (Refuted, Undecided) as error:
                if weight > 0:
                    raise
                failed.append(error)
        if len(failed) == len(value.args):
            raise failed[0]


def expect_hypotheses(claim: Claim, lemma: Claim) -> None:
    """The lemma's hypotheses hold for the claim's t_* and s_*, strict ones strictly."""
    known: list[Boolean] = []
    for symbol, value, order in (
        (t_star, least_slack(), (a, r2)),
        (s_star, least_mass(), STATE_ORDER),
    ):
        found = [x for x in relations(lemma.region) if x.free_symbols == {symbol}]
        expect_fits(claim, found, symbol, value, order)
        known += found
    expect_inside(claim.region, lemma, (a,), given=known)


# SGD-SPARSE: the chain


@evidence(SGD_SPARSE, "certificate", step="confine")
def test_slack_is_kept(claim: Claim) -> None:
    """delta <= max(delta_0, 10a/27) for ever: BAND-WIDE below, ENTRY above; SIGN keeps the live set."""
    top = next(x.gts for x in relations(BAND_WIDE.formula) if x.has(a))
    expect(top.free_symbols == {a} and delta_next not in top.free_symbols, f"band {top}")
    step = box_of(claim.region, (a,))[a]
    widest = next(
        x.rhs for x in relations(BAND_WIDE.region) if x.lhs == a and x.has(a) and x.rhs != 0
    )
    expect(step[1] <= widest, "BAND-WIDE does not reach the claim's step sizes", largest=step[1])
    falls = [x for x in relations(ENTRY.region) if x.has(delta) and not x.has(S)]
    for condition in falls:  # with top <= delta <= 1: inside ENTRY's region
        gap = difference(condition).subs(delta, top + (1 - top) * Symbol("v"))
        expect_nonnegative(gap.expand(), {a: step, Symbol("v"): (0, 1)}, f"{condition}")
    signs = next(x for x in relations(SIGN.region) if x.has(r2) and not x.has(S))
    radius = box_of(claim.region, (a, r2))
    expect_nonnegative(difference(signs), radius, "SIGN's radius")
    first, second = least_slack().args
    expect({cancel(2 - r2), cancel(1 - top)} == {cancel(first), cancel(second)}, "t_*")
    expect_fits(claim, relations(CONFINED.condition), t_star, least_slack(), (a, r2))


@evidence(SGD_SPARSE, "certificate", step="floor")
def test_live_mass_is_kept(claim: Claim) -> None:
    """MASS-FLOOR: s never falls where s <= t; elsewhere s > t_* and a step keeps (1 - aS)^2 of it."""
    gain = next(x for x in relations(MASS_FLOOR.formula) if isinstance(x, Eq))
    keep = next(x for x in relations(MASS_FLOOR.formula) if not isinstance(x, Eq))
    box = {**box_of(claim.region, (a,)), t: (0, 2), s: (0, 2 - t), S: (0, s)}
    bracket = (gain.rhs / (a * S)).expand()
    low, over = Symbol("v", real=True), Symbol("x", real=True)
    inside = {a: box[a], low: (0, 1), over: (0, 1), S: (0, low)}
    # s = low <= t = low + over
    expect_nonnegative(
        bracket.subs({t: low + over, s: low}).expand(), inside, "growth where s <= t"
    )
    expect_zero(difference(keep) - (s_next - s * (1 - a * S) ** 2), "what a step keeps")
    expect_nonnegative((1 - a * S) - (1 - 2 * a), {a: box[a], S: (0, 2)}, "1 - aS >= 1 - 2a")
    expect_zero(least_mass() - Min(s, (1 - 2 * a) ** 2 * t_star), "s_*")
    expect_fits(claim, relations(FLOOR.condition), s_star, least_mass(), STATE_ORDER)


@evidence(SGD_SPARSE, "symbolic", step="walk")
def test_walk_is_a_submartingale(claim: Claim) -> None:
    """Drift, its sign and the jump bound hold for b < n, where p > 0."""
    share = by_side(WALK_DRIFT, p)
    top, bottom = share.as_numer_denom()
    expect_zero(cancel(top * n * (n - 1) / bottom) - b * (n - b), "p n (n-1) = b (n - b)")
    for points in range(1, 8):
        for size in range(points + 1):
            admitted = claim.region.subs({n: points, b: size})
            if admitted != False and points > 1:  # noqa: E712 - a SymPy truth value
                expect(share.subs({n: points, b: size}) > 0, "no pair is split", n=points, b=size)
    for condition in relations(SAMPLING.condition):  # both factors of b (n - b) are >= 1
        expect_implied(condition, claim.region)
    expect(by_side(WALK_DRIFT, drift).has(log), "drift")
    expect(any(x.has(slow) for x in relations(WALK_DRIFT_LOW.formula)), "lower bound")
    expect(WALK_JUMP.formula.gts.subs(a, box_of(claim.region, (a,))[a][1]) <= 1, "u <= 1")


@evidence(SGD_SPARSE, "symbolic", step="reach")
def test_every_state_can_be_captured(claim: Claim) -> None:
    """REACH-TIME applies at every step, with the same T_* and eps > 0."""
    for at in CASES:
        steps = by_side(REACH_TIME, cycles).subs(g, by_side(CAPTURE, g)).subs(at)
        least = by_side(REACH_TIME, chance).subs(horizon, (at[n] - 1) * steps).subs(at)
        expect(0 < least < 1, "eps", **{str(k): v for k, v in at.items()})
    expect_hypotheses(claim, REACH_TIME)


def _expect_contraction() -> None:
    """CAPTURE's factor of E U lies in [7/8, 1): 0 < g <= 1/2 and 0 < p <= 1/2."""
    rate, z = by_side(CAPTURE, growth), lead_drift()
    expect_zero(1 - 2 * by_side(CAPTURE, g) - 1 / (1 + z), "1 - 2g = 1/(1+z) > 0")
    excess = n * (n - 1) * (1 - 2 * by_side(WALK_DRIFT, p))
    expect_zero(excess - b * (b - 1) - (n - b) * (n - b - 1), "n(n-1)(1 - 2p), >= 0 for 1 <= b < n")
    box = {p: (0, Rational(1, 2)), g: (0, Rational(1, 2))}
    expect_nonnegative(rate - Rational(7, 8), box, "E U falls by at most an eighth")
    fall = 1 - rate
    expect(fall.is_Mul and fall.free_symbols == {p, g}, f"1 - G = {fall} is a product, > 0")
    expect_nonnegative(fall, box, "E U falls")


@evidence(SGD_SPARSE, "certificate", step="capture")
def test_capture_has_probability_at_least_one_half(claim: Claim) -> None:
    """U stopped at U > theta is a supermartingale: theta P(sup U > theta) <= U_0 <= theta/2."""
    expect_hypotheses(claim, CAPTURE)
    _expect_contraction()
    theta = threshold()
    expect_zero((theta / 2) / theta - Rational(1, 2), "P(U ever exceeds theta) <= 1/2")
    expect(theta.subs(g, Rational(1, 2)) < 1 and theta.subs(g, 0) == 1, "0 < theta <= 1")


@evidence(SGD_SPARSE, "cited", step="levy")
def test_hypotheses_of_the_cited_theorems(claim: Claim) -> None:
    """Supermartingale: U >= 0 stopped, times ((1 + G)/2)^(-k), has factor G/((1 + G)/2) < 1.

    Levy: the limit of P(E | F_k) is 1_E, in {0, 1}, and is >= eps/2 > 0; so it is 1.
    """
    expect(set(claim.cites) == set(CITED), f"cites {claim.cites}")
    _expect_contraction()
    expect_zero((1 + growth) / 2 - growth - (1 - growth) / 2, "(1 + G)/2 > G for G < 1")
    for at in CASES:
        floor = reach_time()[1].subs(at) / 2
        limits = [x for x in (0, 1) if x >= floor]
        expect(limits == [by_side(claim, p_sparse)], "P(E | F_k) tends to", limits=limits)


PERTURBED = 200


@evidence(SGD_SPARSE, "certificate", step="limit")
def test_limit_of_the_winner(claim: Claim) -> None:
    """(q_I^2, rho) is GD's (s, rho) up to 200 sigma in the Lyapunov function; its only limit is (1, 0).

    f = 1 - aS + at with S = z + x sigma, r2 = z + rho + sigma, 0 <= x <= 1, against GD's factor.
    """
    z, sigma, x = (Symbol(name, real=True) for name in ("z", "sigma", "x"))
    step = box_of(claim.region, (a,))[a]
    mass, slack = z + x * sigma, 2 - z - rho - sigma
    gd = {y.lhs: y.rhs.subs(s, z) for y in relations(GD_DIRECTION.formula)}
    drawn, off = step_factor(1, mass).subs(t, slack), step_factor(0, mass)
    change = z * drawn**2 - gd[s_next], rho * off**2 - gd[rho_next]
    missed = z * step_factor(0, x * sigma) ** 2 - z, rho * step_factor(0, x * sigma) ** 2 - rho
    box = {a: step, z: (0, 2), rho: (0, 2 - z), sigma: (0, 2 - z - rho), x: (0, 1)}
    # V = (s^2-1)^2 + 4 rho: |dV/ds| = 4 s |s^2-1| <= 24 on [0, 2], dV/drho = 4
    for parts, bounds in ((change, (8, 2)), (missed, (2, 2))):
        for part, bound in zip(parts, bounds, strict=True):
            for sign in (1, -1):
                gap = bound - sign * cancel(part / sigma)
                expect_nonnegative(gap.expand(), box, f"{part} against sigma")
        expect(24 * bounds[0] + 4 * bounds[1] <= PERTURBED, "constant C")
    lyapunov = next(y for y in relations(GD_CONVERGES.formula) if y.has(rho_next) and y.has(s_next)
                    and y.has(s) and not y.has(1 - a * S) and y.lts.has(a))  # fmt: skip
    rate = lyapunov.lts.subs(s, z)
    margin = 4 * a * (1 - 2 * a)
    expect_holds(Gt(margin, 0), restricted(claim.region, (a,)), (a,), derived={})
    quotient = cancel(rate / margin)
    expect_zero(quotient - z * (z * (z - 1) ** 2 + rho), "dissipation")
    # dissipation -> 0 with z bounded below leaves z -> 1 and rho -> 0
    roots = set(solve(quotient.subs(rho, 0) / z**2, z))
    expect(roots == {by_side(claim, limit_winner)}, f"limits of q_I^2: {roots}")
    at_limit = solve(quotient.subs(z, 1), rho)
    expect(at_limit == [by_side(claim, limit_off)], f"limits of rho: {at_limit}")
    expect_nonnegative(diff(quotient, rho), {z: (0, 2), rho: (0, 2)}, "dissipation grows with rho")
    # sigma <= 2 (n-1) U^(2/g) -> 0
    expect(by_side(claim, limit_others) == 0, "the others' squares")


# Each hypothesis is needed


FULL, CYCLE, CAUGHT, DEAD = ({name: name} for name in OBSTRUCTIONS)


@evidence(SGD_SPARSE, "witness", step="walk", cases=FULL, needs="without replacement")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CYCLE, needs="step size")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CAUGHT, needs="radius")
@evidence(SGD_SPARSE, "witness", step="floor", cases=DEAD, needs="live coordinate")
def test_starts_that_do_not_converge(claim: Claim, case: str) -> None:
    """Exact starts, arbitrarily near the region; each violates only the assumption it is named for."""
    for point, why in OBSTRUCTIONS[case]():
        for assumption in claim.assumptions:
            if assumption.condition is not None and assumption.name != case:
                expect(satisfies(assumption.condition, point), f"{assumption.name} at {point}")
        expect_outside(claim, point, why)


# SGD-SPARSE: played


@evidence(SGD_SPARSE, "simulation", step="limit")
def test_extreme_starts_converge(claim: Claim) -> None:
    """a = 0.49, r2(0) = 1.95: every run ends at a data point with the sign of its start."""
    for index, (size, dimension, batch, steps) in enumerate(
        ((2, 3, 1, 2500), (5, 8, 2, 3000), (6, 6, 5, 6000))
    ):
        point = {n: size, b: batch, a: Rational(49, 100), r2: Rational(39, 20), s: Rational(1, 2)}
        expect(satisfies(claim.region, point), "the region leaves these starts out", **_text(point))
        for activation in ("linear", "relu"):
            random = rng(index, activation)
            weight = random.normal(size=(40, dimension))
            data = np.linalg.qr(random.normal(size=(dimension, size)))[0].T
            weight *= np.sqrt(1.95) / np.linalg.norm(weight, axis=1, keepdims=True)
            q, off = from_weights(weight, data)
            if activation == "relu":
                q[:, 0] = np.abs(q[:, 0])  # a live coordinate
            run = simulate(
                q, off, batch_size=batch, step_size=0.49 * batch, steps=steps,
                activation=activation, seed=seed(index, activation),
            )  # fmt: skip
            winner = run.log_abs_q.argmax(axis=1)
            rows = np.arange(len(q))
            value = run.q[rows, winner]
            expect(np.all(np.sign(value) == np.sign(q[rows, winner])), "sign of the winner")
            rest = run.r2 - value**2
            target = float(by_side(claim, limit_winner))
            done = (np.abs(value**2 - target) < 1e-3) & (rest < 1e-3)
            expect(np.all(done), f"not converged: {(~done).sum()} of {len(q)}", **_text(point))


def _text(point: dict[Symbol, Any]) -> dict[str, Any]:
    return {str(symbol): value for symbol, value in point.items()}


# Regions past their sharp ends are not accepted, in this chapter and those it rests on

HALF = Rational(1, 2)
WRONG_REGIONS = [
    ("SGD-SPARSE", "step size", And(Ge(a, 0), Lt(a, HALF))),
    ("SGD-SPARSE", "step size", And(Gt(a, 0), Le(a, HALF))),
    ("SGD-SPARSE", "without replacement", And(Ge(b, 0), Lt(b, n))),
    ("SGD-SPARSE", "live coordinate", And(Ge(s, 0), Le(s, r2))),
    ("REACH", "step size", And(Gt(a, 0), Lt(a, Rational(9, 10)))),
    ("REACH-TIME", "step size", And(Gt(a, 0), Lt(a, 1))),
    ("WALK-VARIANCE", "masses", And(Ge(S_C, 0), Le(S_C + q_i**2 + q_j**2, 3 - t))),
    ("WALK-VARIANCE", "split probability", Ge(p, -1)),
    ("WALK-DRIFT-LOW", "masses", And(Ge(S_C, 0), Le(S_C + q_i**2 + q_j**2, 3 - t))),
    ("TWO-POINTS", "step size", And(Gt(a, 0), Le(a, 2))),
    ("TWO-POINTS", "confined", And(Gt(t_star, -1), Le(t_star, 2), Gt(s_star, 0), Le(s_star, 2))),
    ("SPARSE-TIME", "slack", Eq(t, 1 + delta)),
]


@pytest.mark.parametrize(("name", "assumption", "condition"), WRONG_REGIONS)
def test_wrong_regions_are_not_accepted(name: str, assumption: str, condition: Boolean) -> None:
    verdict = check(claims[name].widened(assumption, condition), quick=True)
    assert verdict.name in ("refuted", "inconclusive"), verdict
