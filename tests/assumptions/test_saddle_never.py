"""Evidence: SADDLE-TRAP, SADDLE-NEVER, NORMS-GD."""

from __future__ import annotations

from fractions import Fraction

from sympy import Ge, Gt, Integer, Rational, Symbol, log

from tests.analysis import expect_outside
from tests.assumptions.norms import CHART, alpha, scaled, scaled_region, u, u_k, v
from tests.assumptions.saddle_trap_tools import SETTING, TRAPPED
from tests.exponents import (
    HITS,
    LOCAL,
    beta,
    expect_batch_one,
    expect_hit,
    local_region,
    rational_part,
    w,
)  # fmt: skip
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, is_strict, restricted
from tests.instances import Instance
from tests.obstructions import two_cycles
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.saddle_trap import (
    NORMS_EXPONENT,
    SADDLE_CAPTURE,
    SADDLE_NEVER,
    SADDLE_TRAP,
    SADDLE_WINDOW,
    W_exit,
    W_ratio,
    W_start,
    a_high,
    a_low,
    factor_of,
    kept_c2,
    p_trap,
    start_c2,
    theta,
)  # fmt: skip
from theory.assumptions.unequal_norms import (
    NORMS_CONFINED,
    NORMS_GD,
    NORMS_HESSIAN,
    curve_j,
    rate_j,
    sigma_i,
    sigma_j,
    sigma_k,
    sigma_m,
    start_j2,
)  # fmt: skip
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.notation import S, a, b, n, r2, rho, rho_next, s, s_next

# SADDLE-TRAP


@evidence(SADDLE_TRAP, "symbolic", step="saddle")
def test_the_direction_is_a_strict_saddle(claim: Claim) -> None:
    curve = NORMS_HESSIAN.says(curve_j).subs(sigma_j, sigma_m)
    expect(len(relations(claim.formula)) == 3, "three relations are read")
    expect_identity(claim.conjunct(curve_j, sigma_m), {curve_j: curve})
    sign = claim.conjunct(curve_j, without=[sigma_m])
    expect_implied(Gt(w - 1, 0), local_region(claim))
    value, power = scaled(n * curve, LOCAL, sigma_i)
    expect(power == 2 and sign.subs(curve_j, Symbol("x", negative=True)) == True, f"{sign}")  # noqa: E712
    expect(sign.subs(curve_j, 0) == False, f"{sign} holds at 0")  # noqa: E712
    expect_zero(value + (w - 1), "n mu/sigma_i^2 = -(w - 1) < 0")
    expect_implied(Ge(n, 2), claim.region)


@evidence(SADDLE_TRAP, "symbolic", step="exponents")
def test_window_makes_all_exponents_negative(claim: Claim) -> None:
    """SADDLE-WINDOW's ends, strictly, and its hypotheses; a sigma_i^2 < 1/2 is SADDLE-CAPTURE's."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_batch_one(claim)
    low, high = SADDLE_WINDOW.says(a_low), SADDLE_WINDOW.says(a_high)
    gaps = [difference(x) for x in relations(claim.region) if x.has(a) and is_strict(x)]
    for what, needed in (("a > a_low", a - low), ("a < a_high", high - a)):
        expect(any(cancel(gap - needed) == 0 for gap in gaps), f"{what} is not assumed")
    for condition in relations(local_region(SADDLE_WINDOW)):
        expect_implied(condition, local_region(claim))
    at_high, _ = scaled(high, LOCAL, sigma_i)
    limits = matching(local_region(SADDLE_CAPTURE), symbols=[beta], number=2)
    expect_implied(Gt(at_high - beta, 0), limits[0] & limits[1])
    for condition in relations(SADDLE_CAPTURE.region):
        if condition.has(start_c2):
            expect_implied(condition, claim.region)


@evidence(SADDLE_TRAP, "symbolic", step="reach")
def test_drawing_one_datum_is_full_batch_on_it(claim: Claim) -> None:
    """B = {i}: (c_i^2, r2 - c_i^2) moves as (s, rho) in GD-DIRECTION with a sigma_i^2 for a.

    All other coordinates, on the data or off, have the factor 1 - aS, as w_perp has.
    """
    expect_items(claim, words.ORTHOGONAL)
    expect_batch_one(claim)
    alone = {S: sigma_i**2 * s, r2: s + rho}
    step = beta / sigma_i**2
    own = factor_of(1).subs(sigma_j, sigma_i).subs(alone).subs(a, step)
    rest = factor_of(0).subs(alone).subs(a, step)
    known = {x: GD_DIRECTION.says(x).subs(a, beta) for x in (s_next, rho_next)}
    expect_zero(s * own**2 - known[s_next], "c_i^2")
    expect_zero(rho * rest**2 - known[rho_next], "the rest")
    ours = local_region(claim) & restricted(claim.region, (start_c2, r2))
    for condition in relations(restricted(GD_CONVERGES.region, (a, s, rho))):
        read = condition.subs({a: beta, s: start_c2, rho: r2 - start_c2}, simultaneous=True)
        if condition.has(a) and beta - 0 not in (difference(read),):
            expect(SADDLE_WINDOW.says(a_high) * sigma_i**2 == Rational(1, 2), "a_high")
            expect_zero(difference(read) - (Rational(1, 2) - beta), "GD-CONVERGES' step size")
            window = [x for x in relations(ours) if x.free_symbols == {beta} and is_strict(x)]
            expect(any(difference(x).subs(beta, Rational(1, 2)) == 0 for x in window), "a < a_high")
        elif condition.has(a):
            expect_implied(Gt(w - 1, 0), ours)  # a > a_low > 0
        else:
            expect_implied(read, ours)


@evidence(SADDLE_TRAP, "symbolic", step="capture")
def test_chance_is_positive(claim: Claim) -> None:
    """n^-K for drawing i K times, then 1 - W/W_exit or more: positive, as small as one likes."""
    relation = claim.conjunct(p_trap)
    bound = SADDLE_CAPTURE.formula.lts
    x = Symbol("x", positive=True)
    share = cancel(bound.subs(W_start, x * W_exit))
    expect_zero(share - (1 - x), "SADDLE-CAPTURE's bound")
    for points, draws in ((2, 1), (2, 60), (7, 40)):
        chance = Rational(1, points) ** draws * share.subs(x, Rational(1, 2))
        expect(relation.subs(p_trap, chance) == True, f"{relation} at {chance}")  # noqa: E712
    expect(relation.subs(p_trap, 0) == False, f"{relation} says nothing at 0")  # noqa: E712


# SADDLE-NEVER


@evidence(SADDLE_NEVER, "certificate", step="kept")
def test_no_coordinate_hits_zero(claim: Claim) -> None:
    """NORMS-CONFINED at every step: both factors are positive, and r2 <= 2 is kept."""
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    for condition in relations(scaled_region(NORMS_CONFINED.region)):
        if condition.free_symbols <= {alpha, r2}:
            expect_implied(condition, ours)
    relation = NORMS_CONFINED.conjunct(a)
    expect(is_strict(relation), "1 - aS > 0")
    expect_zero(difference(relation) - factor_of(0), "the factor of what is left out")
    extra = cancel((factor_of(1) - factor_of(0)) / (a * sigma_j**2))
    expect_zero(extra - (2 - r2), "drawn: more, as r2 <= 2")
    # NORMS-CONFINED's Q <= sigma_max^2 S and S <= sigma_max^2 r2, termwise: i, j and any other k
    for size in (u, v, u_k):
        expect_implied(Ge(1 - size, 0), ours)


@evidence(SADDLE_NEVER, "symbolic", step="rate")
def test_convergence_would_need_a_growing_coordinate_to_vanish(claim: Claim) -> None:
    """On w_k -> x_i/sigma_i: (1/k) log|c_j| -> lambda_j > 0 and c_j -> 0, c_j != 0: impossible."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_implied(Gt(start_j2, 0), claim.region)
    rate = NORMS_EXPONENT.says(rate_j)
    strict = [x for x in relations(claim.region) if x.has(log) and is_strict(x)]
    expect(any(cancel(difference(x) - rate) == 0 for x in strict),
           "the region does not say lambda_j > 0", region=claim.region)  # fmt: skip
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    order = (alpha, u)
    for condition in relations(NORMS_EXPONENT.region):
        if condition.has(a, sigma_i, sigma_j):
            gap, _ = scaled(difference(condition))
            if gap.has(alpha):
                expect_holds(Gt(gap, 0), restricted(ours, order), order, derived={})
            else:
                expect_implied(Gt(gap, 0), ours)
        elif condition.has(kept_c2):  # step "kept": no coordinate is ever 0
            expect_implied(condition, Gt(kept_c2, 0))
        else:
            expect_implied(condition, claim.region)
    expect_identity(claim.formula, {p_trap: Integer(0)})


@evidence(SADDLE_NEVER, "symbolic", step="rate")
def test_live_mass_does_not_fall_where_i_is_passive(claim: Claim) -> None:
    """ReLU at -x_i/sigma_i: M, the sum of the live squares, has M+ >= M + 2aS((1-aS) t - M).

    There t -> 1 and M, S -> 0, so M does not fall, and M > 0: it cannot tend to 0.
    """
    M, size = Symbol("M", real=True), Symbol("v_k", real=True)
    left, more = factor_of(0), cancel(factor_of(1) - factor_of(0)).subs(sigma_j**2, size)
    # M+ = left^2 M + 2 left (sum of more c_k^2) + (sum of more^2 c_k^2), the last >= 0
    least = left**2 * M + 2 * left * more / size * S
    spare = least - M - 2 * a * S * (left * (2 - r2) - M)
    expect_zero(spare - (a * S) ** 2 * M, "what is left over is >= 0")
    expect_identity(claim.formula, {p_trap: Integer(0)})


LEAVING = {**SETTING, a: Rational(3, 25)}  # in SADDLE-NEVER's


@evidence(SADDLE_TRAP, "witness", step="exponents", needs="window")
@evidence(SADDLE_CAPTURE, "witness", step="moment", needs="exponents")
def test_below_the_window_nothing_is_trapped(claim: Claim) -> None:
    """Where SADDLE-NEVER holds the chance is 0."""
    expect(satisfies(SADDLE_NEVER.region, LEAVING), "SADDLE-NEVER applies")
    expect_zero(SADDLE_NEVER.says(p_trap), "its probability")
    expect_outside(
        claim, {**LEAVING, W_start: 0, W_exit: 1, W_ratio: 0, theta: 0}, "the exponent is positive"
    )


@evidence(SADDLE_TRAP, "witness", step="exponents", needs="window")
@evidence(SADDLE_CAPTURE, "witness", step="radial", needs="step size")
def test_past_the_window_there_are_cycles(claim: Claim) -> None:
    """Two_cycles: w on the axis of x_i, sigma_i = 1, a > 1/2: |c_i| alternates for ever."""
    for point, why in two_cycles():
        values = {
            **SETTING,
            **point,
            start_c2: point[r2],
            W_start: 0,
            W_exit: 1,
            W_ratio: 0,
            theta: 0,
        }
        expect_outside(claim, values, why)


@evidence(SADDLE_TRAP, "witness", step="reach", needs="start")
def test_a_dead_coordinate_is_never_found(claim: Claim) -> None:
    """c_i = 0 stays 0, whatever is drawn."""
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(11, 10)]]
    weight = [Fraction(0), Fraction(3, 10)]
    for batch in ((0,), (1,)):
        after = Instance(data, weight, batch, Fraction(1, 4), "linear").step()
        expect(after.weight[0] == 0, "c_i moves away from 0")
    expect_outside(claim, {**TRAPPED, start_c2: 0, r2: Rational(9, 100)}, "c_i = 0 for ever")


@evidence(SADDLE_TRAP, "witness", step="saddle", needs="larger norm")
def test_the_largest_norm_is_no_saddle(claim: Claim) -> None:
    """sigma_i = 1.1 > 1: all but this assumption hold, and the curvature is positive."""
    point = {**TRAPPED, sigma_i: Rational(11, 10), sigma_m: 1, a: Rational(1, 4)}
    for assumption in claim.assumptions:
        if assumption.condition is not None and assumption.name != "larger norm":
            expect(satisfies(assumption.condition, point), f"{assumption.name} holds")
    curve = NORMS_HESSIAN.says(curve_j).subs(sigma_j, sigma_m).subs(point)
    expect(curve > 0, "x_i/sigma_i is a minimum", curvature=curve)
    expect_outside(claim, point, "no saddle")


@evidence(SADDLE_TRAP, "witness", step="exponents", needs="batch size")
def test_full_batch_is_not_trapped(claim: Claim) -> None:
    """b = n: NORMS-GD's region, so c_i -> 0 from the same start."""
    expect(satisfies(NORMS_GD.region, {**TRAPPED, sigma_j: 1, S: Rational(7, 10)}), "NORMS-GD")
    expect_outside(claim, {**TRAPPED, b: 2}, "full batch goes to the largest norm")


@evidence(SADDLE_NEVER, "witness", step="rate", needs="exponent")
def test_above_the_threshold_some_are_trapped(claim: Claim) -> None:
    expect(satisfies(SADDLE_TRAP.region, TRAPPED), "SADDLE-TRAP applies")
    expect_outside(claim, TRAPPED, "SADDLE-TRAP's probability is positive")


HIT = {"largest norm": Integer(1), "step size": Rational(3, 2)}  # what is called sigma_max


@evidence(SADDLE_NEVER, "witness", step="kept", needs="largest norm",
          cases={"largest norm": "largest norm"})  # fmt: skip
@evidence(SADDLE_NEVER, "witness", step="kept", needs="step size", cases={"step size": "step size"})
def test_a_coordinate_that_is_hit_to_zero_does_not_return(claim: Claim, case: str) -> None:
    """sigma = (1, 3/2), a = 100/359: a positive exponent, r2 < 2, and c_2 = 0 after drawing 2.

    So w_k -> -x_1 with probability 1/2 or more. a sigma_2^2 > 1/2, but a * 1 < 1/2.
    """
    point = {**expect_hit(HITS[1]), sigma_m: HIT[case], sigma_k: 1, start_j2: 1}
    for assumption in SADDLE_NEVER.assumptions:
        if assumption.condition is not None:
            holds = satisfies(assumption.condition, point)
            expect(holds == (assumption.name != case), f"{assumption.name} is {holds}", at=point)
    expect_outside(claim, point, "SGD ends at -x_1 with positive probability")


@evidence(NORMS_GD, "witness", step="gain", needs="full batch")
def test_single_draws_need_not_find_the_largest_norm(claim: Claim) -> None:
    """The same start and step size at b = 1: SADDLE-TRAP gives x_i/sigma_i a positive probability."""
    expect(satisfies(SADDLE_TRAP.region, TRAPPED), "SADDLE-TRAP applies")
    expect(satisfies(claim.region, {**TRAPPED, sigma_j: 1, S: Rational(7, 10)}), "the rest holds")
    names = [x.name for x in claim.assumptions]
    expect("full batch" in names, "mini-batches can end at a saddle, and the claim admits them")
