"""Chapter two_points: the mass floor for any n, and the log ratio of two coordinates."""

from __future__ import annotations

from typing import Any

from sympy import And, Expr, Ge, Gt, Integer, Le, Ne, Rational, Symbol, log, sqrt
from sympy.logic.boolalg import Boolean

from tests.analysis import ball, expect_outside, expect_same
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_inside, restricted, shadows
from tests.walks.bounds import expect_on_orthant, upper_bound
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.minibatch import log_ratios as minibatch
from theory.minibatch.two_points import MASS_FLOOR, TWO_POINTS, level, ratio, s_min, t_min
from theory.model.step import SIGN, STEP
from theory.notation import S_C, S, a, active, b, chi, k, n, p, q_i, q_j, q_j_next, r2, s, s_next, t
from theory.walks.random_walk import (
    DRIFT_ESCAPE,
    NHRW,
    drift,
    height,
    jump,
    mean_time,
    returning,
    second,
    start,
    width,
)
from theory.walks.random_walk import level as target

POINT = {
    a: Rational(3, 10), t_min: Rational(1, 2), s_min: Rational(1, 5), jump: Rational(2, 5),
    second: Rational(1, 9), drift: Rational(1, 7), level: Rational(3), ratio: Rational(1, 4),
}  # fmt: skip


# a batch's mass is part of r2 = 2 - t >= 0; that t >= t_* is the claim's; q_j^2 and q_i^2 - q_j^2, i the larger
STATE = (Le(t, 2), Ge(S, 0), Le(S, 2 - t))
X_J, X = Symbol("X_j", real=True), Symbol("X", real=True)


# MASS-FLOOR


def next_mass() -> Expr:
    """s+ = alpha^2 (s - S) + (alpha + beta)^2 S: chi_j = 1 on the batch, 0 elsewhere."""
    factor = STEP.says(q_j_next).subs(r2, 2 - t) / q_j
    out, drawn = factor.subs(chi, 0), factor.subs(chi, 1)
    return out**2 * (s - S) + drawn**2 * S


@evidence(MASS_FLOOR, "symbolic", step="mass")
def test_change_of_mass_from_the_step(claim: Claim) -> None:
    for relation in matching(claim.formula, kind="equation"):
        expect_zero(difference(relation).subs(s_next, next_mass()), f"{relation}")


@evidence(MASS_FLOOR, "symbolic", step="mass")
def test_mass_grows_while_below_t(claim: Claim) -> None:
    """s = S + rest and t = s + ahead: all terms are >= 0."""
    rest, ahead = Symbol("rest"), Symbol("ahead")
    for relation in matching(claim.formula, kind="equation"):
        change = relation.rhs - relation.lhs + s_next - s
        expect_on_orthant(change.subs({t: s + ahead}).subs(s, S + rest), "s+ - s")


@evidence(MASS_FLOOR, "symbolic", step="loss")
def test_mass_keeps_the_share_of_an_undrawn_coordinate(claim: Claim) -> None:
    """1 - aS = left >= 0, so a = (1 - left)/S; the gap is a t S (2 left + a t)."""
    left = Symbol("left")
    for relation in matching(claim.formula, kind="inequality"):
        gap = difference(relation).subs(s_next, next_mass())
        excess = gap - a * t * S * (2 * (1 - a * S) + a * t)
        expect_zero(excess, f"{relation}: gap - a t S (2 (1 - a S) + a t)")
        expect_zero(gap.subs(S, 0), "equality at S = 0")
        expect(type(relation) is type(s_next >= s), f"{relation} is strict, but equal at S = 0")
        expect_on_orthant(a * t * S * (2 * left + a * t), "the gap")


BEYOND = {
    "a < 0": {active: 1, a: -Rational(1, 40), S: 1, s: 1, t: 1},
    "a S > 1": {active: 1, a: 1 + Rational(1, 40), S: 1, s: 1, t: Rational(1, 100)},
    "S < 0": {active: 1, a: Rational(1, 4), S: -Rational(1, 40), s: 1, t: 1},
    "t < 0": {active: 1, a: Rational(1, 4), S: 1, s: 1, t: -Rational(1, 40)},
}


@evidence(MASS_FLOOR, "witness", needs="step size", cases=dict(list(BEYOND.items())[:2]))
@evidence(MASS_FLOOR, "witness", needs="batch mass", cases={"S < 0": BEYOND["S < 0"]})
@evidence(MASS_FLOOR, "witness", needs="radius", cases={"t < 0": BEYOND["t < 0"]})
def test_the_mass_may_fall_beyond_the_region(claim: Claim, case: Any) -> None:
    expect_outside(claim, case, "s+ < s (1 - a S)^2 there")
    truth = claim.formula.subs({**case, s_next: next_mass().subs(case)})
    expect(truth == False, f"{claim.id} fails there", point=case)  # noqa: E712


# TWO-POINTS


@evidence(TWO_POINTS, "symbolic", step="jump")
def test_jump_is_walk_jumps(claim: Claim) -> None:
    """A jump is +-log(1 + u) with u at most the right side of WALK-JUMP."""
    expect_inside(And(claim.region, *STATE), minibatch.WALK_JUMP, (a, t_min, t, S))
    u = upper_bound(minibatch.WALK_JUMP.formula, a * t / (1 - a * S))
    expect_same(claim.says(jump), log(1 + u), [POINT], "jump bound")


def split_of(claim: Claim) -> Expr:
    """p at the n and b that the claim's region states; with n = 2 and b = 1 the set C is empty."""
    sizes = {x: stated(claim.region, x) for x in (n, b)}
    expect_zero(sizes[n] - 2, "no third point")
    expect_zero(sizes[b] - 1, "C has b - 1 = 0 members")
    return minibatch.WALK_DRIFT.says(p).subs(sizes)


def both_live(claim: Claim, *values: Expr) -> list[Boolean]:
    """That these coordinates are not 0, where they are not so by choice: every datum is live."""
    count, points = (stated(claim.region, x) for x in (k, n))
    expect_zero(count - points, "every datum is live")
    return [Ne(x, 0) for x in values if x != 0]


@evidence(TWO_POINTS, "symbolic", step="second moment")
def test_second_moment_at_the_least_mass(claim: Claim) -> None:
    """RATIO's moves, squared, grow in S_i, S_j and t; n = 2, b = 1: p = 1/2 and C is empty."""
    region, order = And(claim.region, *STATE), (a, t_min, t, S)
    expect_inside(region, SIGN, order, {r2: 2 - t})  # so the moment's denominators are > 0
    # at/(1 - aS) >= a t_* > 0, times 1 - aS
    for condition in (Gt(a * t_min, 0), Ge(a * t, a * t_min * (1 - a * S))):
        expect_holds(condition, restricted(region, order), order, derived={})
    found = claim.says(second)
    # not WALK-VARIANCE's equation: that claim is for a <= 2/5 and t >= 1 - a/4
    moment = minibatch.pair_moment(2)
    least = moment.subs({S_C: 0, q_i: 0, q_j: 0, t: t_min, p: split_of(claim)})
    expect_same(found, least, [POINT], "least second moment")


@evidence(TWO_POINTS, "symbolic", step="drift")
def test_drift_beyond_log_two(claim: Claim) -> None:
    """|q_i| >= 2|q_j|: q_i^2 - q_j^2 >= (3/5) s, by q_i^2 = 4 q_j^2 + rest; then WALK-DRIFT."""
    found = claim.says(drift)
    order = (a, t_min, s_min)
    expect_holds(Gt(a * t_min * s_min, 0), restricted(claim.region, order), order, derived={})
    region = And(claim.region, *STATE, Ge(X_J, 0), Ge(X, 0), Le(2 * X_J + X, 2 - t))
    region = And(region, *shadows(region, X_J, X))
    pair = {S_C: 0, q_j: sqrt(X_J), q_i: sqrt(X_J + X)}
    live = both_live(claim, *pair.values())
    expect_inside(region, minibatch.WALK_DRIFT_LOW, (a, t_min, t, X_J, X), pair, given=live)
    rest, share = Symbol("rest"), Rational(4 - 1, 4 + 1)
    gap = (q_i**2 - q_j**2) - share * (q_i**2 + q_j**2)
    expect_on_orthant(gap.subs(q_i**2, 4 * q_j**2 + rest), "q_i^2 - q_j^2 against s")
    chance = split_of(claim)
    (gain,) = minibatch.WALK_DRIFT.says(minibatch.drift).atoms(log)
    low = minibatch.WALK_DRIFT_LOW
    slow = low.says(minibatch.slow)
    cross = cancel((gain.args[0] - 1) * slow)
    least = cross.expand().subs(q_i**2, q_j**2 + share * s_min).expand().subs(t, t_min)
    least /= upper_bound(low.conjunct(kind="inequality", side=minibatch.slow), minibatch.slow)
    expect_same(found, chance * log(1 + least), [POINT], "least drift beyond log 2")


@evidence(TWO_POINTS, "symbolic", step="exit")
def test_exit_by_non_confinement(claim: Claim) -> None:
    """NHRW for z with o = 0 and the band [-L, L]; its hypotheses, one by one.

    |D| <= J and E D^2 >= v are the steps "jump" and "second moment".  z E[D] >= 0: the integrand of the
    drift is p log(1 + cross/K) with K > 0 (WALK-DRIFT-LOW), and cross has the sign of q_1^2 - q_2^2,
    that of z; p >= 0.  |z_0| <= L <= L + J.
    """
    expect(split_of(claim) >= 0, "p")
    region = And(claim.region, *STATE, Ge(X_J, 0), Ge(X, 0), Le(2 * X_J + X, 2 - t))
    region = And(region, *shadows(region, X_J, X))
    pair = {S_C: 0, q_j: sqrt(X_J), q_i: sqrt(X_J + X)}
    live = both_live(claim, *pair.values())
    expect_inside(region, minibatch.WALK_DRIFT_LOW, (a, t_min, t, X_J, X), pair, given=live)
    low = relations(minibatch.WALK_DRIFT_LOW.formula)
    (cross,) = [x for x in low if not x.has(minibatch.slow)]
    expect_zero(difference(cross) - a**2 * t * (q_i**2 - q_j**2), "the sign of the drift")
    expect(isinstance(cross, Ge), "cross >= 0 where i is the larger")
    expect(Le(ratio**2, level**2) in relations(claim.region), "the start is in the band")
    asked = {x.name for x in NHRW.assumptions}
    expect(
        asked == {"bounded jumps", "outward drift", "second moment bounded below", "in the band",
                  "every step", "moments", "start in the band"},
        f"NHRW asks {asked}",
    )  # fmt: skip
    expect_instance(claim.formula, mean_time, NHRW, {width: level, height: ratio})
    expect_sizes(claim)


@evidence(TWO_POINTS, "symbolic", step="return")
def test_return_by_positive_drift(claim: Claim) -> None:
    """DRIFT-ESCAPE for |z| with A = log 2; a jump is below log 2, so |z| moves as +-z there."""
    expect_instance(claim.formula, returning, DRIFT_ESCAPE, {start: level, target: log(2)})
    (widest,) = claim.says(jump).atoms(log)
    expect_holds(Gt(2, widest.args[0]), restricted(claim.region, (a,)), (a,), derived={})
    expect_sizes(claim)


def expect_sizes(claim: Claim) -> None:
    """What NHRW and DRIFT-ESCAPE suppose of the sizes: J > 0, v > 0 and 0 < delta_1 < J.

    J = log(A), v = log(B)^2, delta_1 = c log(D) with 0 < c <= 1, B > 1 and 1 < D < A.
    """
    order, logs = (a, t_min, s_min), {}
    for symbol in (jump, second, drift):
        (logs[symbol],) = claim.says(symbol).atoms(log)
    expect_zero(claim.says(jump) - logs[jump], "J is a logarithm")
    expect_zero(claim.says(second) - logs[second] ** 2, "v is the square of one")
    share = cancel(claim.says(drift) / logs[drift])
    expect(share.is_Rational and 0 < share <= 1, "delta_1 is a part of one", share=share)
    wide, least, slow = (logs[x].args[0] for x in (jump, second, drift))
    for gap in (wide - 1, least - 1, slow - 1, wide - slow):
        top, under = cancel(gap).as_numer_denom()
        for part in {top, under} - {Integer(1)}:
            expect_holds(Gt(part, 0), restricted(claim.region, order), order, derived={})


def expect_instance(formula: Any, symbol: Symbol, general: Claim, values: dict[Any, Expr]) -> None:
    """``formula`` bounds ``symbol`` as ``general`` does for these values: no less and no stricter."""
    stated_bounds = matching(formula, symbol)
    if not stated_bounds:
        raise Undecided(f"{formula} says nothing about {symbol}")
    bound = upper_bound(general.formula, symbol).subs(values)
    for relation in stated_bounds:
        expect_same(upper_bound(relation, symbol), bound, [POINT], f"{general.id} at {values}")
        expect(relation.func is general.formula.func, f"{relation} is stricter than {general.id}")


@evidence(TWO_POINTS, "witness", needs="two live coordinates")
def test_many_points_take_longer(claim: Claim) -> None:
    """n = 50, b = 1, a = 1/10, z = 0, L = log 2: 4 moves at least are needed, each once in 25 steps.

    A move happens with chance 2 p = 2 b (n-b)/(n (n-1)) = 1/25 a step, whatever the state, so the mean
    time to the fourth is 100; (1 + 2a)^3 < 2.  t_* = 24/25 <= 1 - 10a/27 is kept
    from r2 <= 1 (BAND-WIDE).
    """
    at = {n: 50, b: 1, a: Rational(1, 10), t_min: Rational(24, 25), s_min: Rational(1, 100)}
    split = minibatch.WALK_DRIFT.says(p).subs(at)
    expect((1 + 2 * at[a]) ** 3 < 2, "three moves are not enough")
    least = 4 / (2 * split)
    bound = upper_bound(claim.conjunct(mean_time), mean_time)
    for symbol in (jump, second):
        bound = bound.subs(symbol, claim.says(symbol))
    most = bound.subs({level: log(2), ratio: 0}).subs(at)
    expect(ball(least - most, {}) > 0, "within the bound", least=least, bound=most)
    expect_outside(claim, {**at, level: log(2), ratio: 0}, "it takes longer than the bound")


@evidence(TWO_POINTS, "witness", needs="two live coordinates")
def test_full_batches_never_leave(claim: Claim) -> None:
    """b = n = 2: both are drawn at every step, the ratio stays, and the mean exit time is infinite."""
    expect_zero(minibatch.jump(1, 1, S), "the ratio moves")
    point = {n: 2, b: 2, a: Rational(1, 10), t_min: Rational(9, 10), s_min: Rational(1, 10),
             level: 1, ratio: 0}  # fmt: skip
    expect_outside(claim, point, "no exit at all")
