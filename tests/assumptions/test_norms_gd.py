"""Evidence: NORMS-GD, GD-DIRECTION."""

from __future__ import annotations

from fractions import Fraction

from sympy import Ge, Gt, Le, Lt, Min, Rational, Symbol, expand, log, solve

from tests.ambient import derivatives, gates_at, gradient
from tests.analysis import expect_outside, expect_same
from tests.assumptions.norms import X, Y, alpha, scaled, scaled_region, v
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, restricted
from tests.instances import Instance, exact
from tests.obstructions import two_cycles
from tests.reading import expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.saddle_trap import factor_of
from theory.assumptions.unequal_norms import (
    NORMS_CONFINED,
    NORMS_GD,
    c_star2,
    gain,
    rate_j,
    rate_off,
    sigma_j,
    sigma_m,
    start_j2,
    start_m2,
)  # fmt: skip
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.model.landscape import STATIONARY
from theory.model.landscape import loss_excess as equal_excess
from theory.notation import (
    S,
    a,
    n,
    q_j,
    q_j_next,
    r2,
    r2_next,
    rho,
    s,
    s_next,
)  # fmt: skip

# NORMS-GD


@evidence(NORMS_GD, "symbolic", step="gain")
def test_gain_of_the_largest_norm(claim: Claim) -> None:
    """All are drawn: factors of c_m and c_j at the same S."""
    expect_only(claim, gain, c_star2, rate_j, rate_off)
    factor_j = factor_of(1)
    factor_m = factor_j.subs(sigma_j, sigma_m)
    points = [{a: Rational(1, 5), S: Rational(1, 2), r2: Rational(3, 4), sigma_m: Rational(6, 5),
               sigma_j: 1}]  # fmt: skip
    expect_same(claim.says(gain), log(factor_m / factor_j), points, "gain")


@evidence(NORMS_GD, "certificate", step="confined")
def test_full_batch_is_confined(claim: Claim) -> None:
    """NORMS-CONFINED's hypotheses hold; Q <= sigma_max^2 S is what the largest norm means."""
    ours = scaled_region(claim.region)
    for condition in relations(scaled_region(NORMS_CONFINED.region)):
        if not condition.has(Y):
            expect_implied(condition, ours & Ge(r2, 0))
    bound = NORMS_CONFINED.conjunct(r2_next)
    (least,) = bound.atoms(Min)
    start = least.subs(r2, 2 - Symbol("t_0", positive=True))
    expect(start.is_positive, f"2 - r2 stays above {least} > 0 from r2 < 2")
    expect_implied(Gt(2 - r2, 0), ours)


@evidence(NORMS_GD, "certificate", step="growth")
def test_gain_is_bounded_below(claim: Claim) -> None:
    """argument - 1 = a t (sigma_max^2 - sigma_j^2)/f_j, 0 < f_j <= 1 + 2 a sigma_max^2."""
    (logarithm,) = claim.says(gain).atoms(log)
    factor_j, _ = scaled(factor_of(1))
    excess, _ = scaled((logarithm.args[0] - 1) * factor_of(1))
    order = (alpha, r2, X, v)
    region = restricted(scaled_region(claim.region), order)
    expect_holds(Gt(excess, 0), region, order, derived={})
    expect_zero(excess - alpha * (2 - r2) * (1 - v), "numerator")
    expect_holds(Gt(factor_j, 0), region, order, derived={})
    expect_holds(Le(factor_j, 1 + 2 * alpha), region, order, derived={})


@evidence(NORMS_GD, "certificate", step="floor")
def test_largest_coordinate_stays_away_from_zero(claim: Claim) -> None:
    """m = c_m^2, r2 = (1+e) m, e <= 1/2: the factor is >= 1 for m <= 2/3, and >= 1 - 2 alpha always."""
    expect_implied(Gt(start_m2, 0), claim.region)  # it starts away from 0
    m, e = Symbol("m", real=True), Symbol("e", real=True)
    factor, _ = scaled(factor_of(1).subs(sigma_j, sigma_m))
    region, order = scaled_region(claim.region), (alpha, r2, X)
    region = restricted(region, order)
    expect_holds(Ge(factor, 1 - 2 * alpha), region, order, derived={})
    expect_holds(Gt(1 - 2 * alpha, 0), region, order, derived={})
    least = factor.subs(X, r2)  # it falls in X, and X <= r2
    expect_nonnegative((factor - least).expand(), {alpha: (0, 1), r2: (0, 2), X: (0, r2)}, "X")
    low = expand(least.subs(r2, m * (1 + e)) - 1)
    expect_nonnegative(low, {alpha: (0, 1), m: (0, Rational(2, 3)), e: (0, Rational(1, 2))}, "low")


@evidence(NORMS_GD, "symbolic", step="axis")
def test_limit_map_is_equal_norms_on_one_axis(claim: Claim) -> None:
    """With c_m alone, c_m^2 moves as s in GD-DIRECTION with a sigma_max^2 for a and rho = 0."""
    m = Symbol("m", real=True)
    factor = factor_of(1).subs(sigma_j, sigma_m).subs({S: sigma_m**2 * m, r2: m})
    known = GD_DIRECTION.says(s_next).subs({a: a * sigma_m**2, s: m, rho: 0}, simultaneous=True)
    expect_zero(m * factor**2 - known, "m+")
    ours = scaled_region(claim.region)
    for condition in relations(GD_CONVERGES.region):
        if condition.has(a):
            expect_implied(condition.subs(a, alpha), ours)
    roots = [root for root in solve(cancel(known / m) - 1, m) if root.is_Rational and root > 0]
    expect(roots == [claim.says(c_star2)], f"limit of c_m^2: {roots}")


@evidence(NORMS_GD, "symbolic", step="rates")
def test_rates_at_the_largest_norm(claim: Claim) -> None:
    """Logarithms of the factors at S = sigma_max^2 c_m^2, r2 = c_m^2, c_m^2 at its limit."""
    expect_implied(Gt(start_j2, 0), claim.region)  # log|c_j| is finite
    end = claim.says(c_star2)
    at = {S: sigma_m**2 * end, r2: end}
    points = [{a: Rational(1, 5), sigma_m: Rational(6, 5), sigma_j: 1}]
    expect_same(claim.says(rate_j), log(factor_of(1).subs(at)), points, "c_j")
    expect_same(claim.says(rate_off), log(factor_of(0).subs(at)), points, "w_perp")
    factor_j, _ = scaled(factor_of(1).subs(at))
    box = (alpha, v)
    region = scaled_region(claim.region)
    expect_holds(Lt(factor_j, 1), restricted(region, box), box, derived={})


# What the papers' statements need equal norms for


@evidence(GD_DIRECTION, "witness", needs="orthonormal data")
@evidence(STATIONARY, "witness", step="classification", needs="orthonormal data")
def test_unequal_norms_turn_full_batch(claim: Claim) -> None:
    """Norms 1 and 2, w = (3/5, 4/5), in exact rationals: s in the claim's sense is c_1^2 + c_2^2 = 1.

    The claims put w on the sphere of minima, where full batch rests; it turns to the larger norm.
    """
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]]
    weight = [Fraction(3, 5), Fraction(4, 5)]
    at = Instance(data, weight, (0, 1), Fraction(1, 10), "linear")
    after = at.step()
    kept = after.q[0] * at.q[1] == after.q[1] * at.q[0]
    expect(not kept, "the ratio q_1/q_2 is kept")
    if claim.id == "GD-DIRECTION":
        one = claim.conjunct(side=q_j_next)
        here = {a: exact(at.a), s: exact(at.S), rho: exact(at.r2 - at.S)}
        held = [
            one.subs({**here, q_j: exact(before), q_j_next: exact(moved)})
            for before, moved in zip(at.q, after.q, strict=True)
        ]
        expect(False in held, f"{one} holds for both")
        return
    gates = gates_at(weight, data, "linear")
    slope = gradient(weight, data, gates)
    expect(any(slope), "a unit vector in the span of the data is stationary")
    expect(derivatives(weight, slope, data, gates)[0] > 0, "the loss can be lowered")
    excess = claim.says(equal_excess)
    expect(excess.subs({s: 1, rho: 0, n: 2}) == 0, "the claim makes it a global minimum")


@evidence(NORMS_GD, "witness", step="growth", needs="one largest norm")
def test_equal_norms_keep_the_direction(claim: Claim) -> None:
    """Two data of norm 2: full batch keeps c_1/c_2 = 3/4."""
    data = [[Fraction(2), Fraction(0)], [Fraction(0), Fraction(2)]]
    at = Instance(data, [Fraction(3, 10), Fraction(2, 5)], (0, 1), Fraction(1, 10), "linear")
    after = at.step()
    expect(after.q[0] * at.q[1] == after.q[1] * at.q[0], "the ratio moves")
    point = {a: exact(at.a), S: exact(at.S), r2: exact(at.r2), sigma_m: 2, sigma_j: 2}
    expect_outside(claim, point, "equal norms keep every ratio")


@evidence(NORMS_GD, "witness", step="floor", needs="not 0")
def test_a_zero_on_the_largest_norm_stays(claim: Claim) -> None:
    """c_m(0) = 0: every step leaves it, so c_m^2 -> 0; and a zero c_j has log|c_j| = -oo for ever."""
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]]
    at = Instance(data, [Fraction(1, 2), Fraction(0)], (0, 1), Fraction(1, 10), "linear")
    for _ in range(4):
        at = at.step()
        expect(at.weight[1] == 0, "c_m moves away from 0")
    expect(claim.says(c_star2) == 1, "the claim's limit of c_m^2")
    point = {a: Rational(1, 10), S: Rational(1, 4), r2: Rational(1, 4), sigma_m: 2, sigma_j: 1}
    for zero in ({start_m2: 0, start_j2: Rational(1, 4)}, {start_m2: Rational(1, 4), start_j2: 0}):
        expect_outside(claim, {**point, **zero}, "a zero stays")


@evidence(NORMS_GD, "witness", step="axis", needs="step size")
def test_cycles_past_the_step_size(claim: Claim) -> None:
    """w on the axis of x_m, sigma_max = 1, a > 1/2: |c_m| alternates for ever."""
    for point, why in two_cycles():
        values = {**point, S: point[r2], sigma_m: 1, sigma_j: Rational(1, 2)}
        expect_outside(claim, values, why)
