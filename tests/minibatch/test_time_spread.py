"""Evidence: TIME-SPREAD, TIME-BEST, TIME-BEST-ETA."""

from __future__ import annotations

from sympy import Ge, Gt, Integer, diff, log

from tests.analysis import expect_same
from tests.inequalities import (
    expect_condition,
    expect_holds,
    expect_implied,
    expect_region_of,
    is_strict,
)
from tests.minibatch.purity_time_tools import c, expect_follows, points, x
from tests.reading import expect_items, expect_only
from tests.subsets import expect_counts
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.sampling import SAMPLING_REPLACEMENT, rate_multi
from theory.minibatch.log_ratios import WALK_DRIFT, step_factor
from theory.minibatch.purity_time import (
    TIME_BEST,
    TIME_BEST_ETA,
    TIME_SPREAD,
    covariance,
    gain_epoch,
    gain_step,
    offset,
    per_epoch,
    per_step,
    rate,
    spread,
    variance,
)
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.notation import a, b, eta, k, n, p, t

# TIME-SPREAD


@evidence(TIME_SPREAD, "symbolic", step="covariance")
def test_covariance_of_two_log_ratios(claim: Claim) -> None:
    """At x_I: I in B, j not, or j in B, I not, with probability p each; the third by what is left.

    Given I in B and j not, n - b - 1 of the n - 2 others are left out; given j in B and I not, b - 1
    of them are drawn.
    """
    expect_region_of(claim, SGD_RATE, a, b, n)
    expect_implied(Ge(k, 3), claim.region)
    expect_only(claim, variance, covariance, spread, offset)
    expect_items(claim, words.ORTHONORMAL)
    expect_counts(claim)
    down, up = (log(step_factor(c, Integer(1 - c)).subs(t, 1)) for c in (0, 1))
    expect_zero(step_factor(1, Integer(1)).subs(t, 1) - 1, "q_I itself when it is drawn")
    expect_zero(step_factor(0, Integer(0)) - 1, "what is left out when I is not drawn")
    mean = p * (down + up)
    expect_same(mean, SGD_RATE.says(rate_ratio), points(a, p), "mean of a change")
    both_left, both_drawn = (n - b - 1) / (n - 2), (b - 1) / (n - 2)
    square = p * (down**2 + up**2)
    mixed = p * (both_left * down**2 + both_drawn * up**2)
    at = points(a, p, n, b, rate)
    expect_same(claim.says(variance), square - rate**2, at, "variance")
    expect_same(claim.says(covariance), mixed - rate**2, at, "covariance")
    expect_same(claim.says(spread), square - mixed, at, "what is not shared")


@evidence(TIME_SPREAD, "cited", step="central limit")
def test_hypotheses_of_the_central_limit_theorem(claim: Claim) -> None:
    """Bounded increments give Lindeberg's condition; conditional covariances converge at x_I.

    The drift off x_I adds up to O(1): it differs from Lambda by O(1 - q_I^2 + ...), which is summable.
    """
    expect(claim.cites == ("martingale central limit theorem",), f"cites {claim.cites}")
    expect_region_of(claim, SGD_RATE, a, b, n)
    expect_condition(claim.region, 1 - 2 * a > 0, "log(1 - 2a) bounds the increments")


# TIME-BEST and TIME-BEST-ETA


@evidence(TIME_BEST, "symbolic", step="rates")
@evidence(TIME_BEST_ETA, "symbolic", step="rate")
def test_rates_per_step_and_epoch(claim: Claim) -> None:
    """-Lambda from SGD-RATE with p from WALK-DRIFT; n/b steps are an epoch; a = eta/b."""
    value = -SGD_RATE.says(rate_ratio).subs(p, WALK_DRIFT.says(p))
    if claim.id == TIME_BEST.id:
        expect_only(claim, per_epoch, gain_epoch, per_step, gain_step, inequalities=1)
        expect_region_of(claim, SGD_RATE)
        expect_same(claim.says(per_step), value, points(a, n, b), "per step")
        expect_same(claim.says(per_epoch), n / b * value, points(a, n, b), "per epoch")
        return
    expect_only(claim, per_step, inequalities=2)
    expect_region_of(claim, SGD_RATE, b, n)
    for needed in (Gt(eta, 0), Gt(1 - 2 * eta, 0)):  # so a = eta/b is in (0, 1/2) for every b >= 1
        expect_follows(needed, claim.condition("learning rate"))
    value = value.subs(a, eta / b)
    expect_same(claim.says(per_step), value, points(eta, n, b), "per step")


@evidence(TIME_BEST, "symbolic", step="gains")
def test_gain_of_one_more_sample(claim: Claim) -> None:
    for whole, gain in ((per_step, gain_step), (per_epoch, gain_epoch)):
        value = claim.says(whole)
        derived = value.subs(b, b + 1) - value
        expect_same(claim.says(gain), derived, points(a, n, b), f"{gain}")


@evidence(TIME_BEST, "certificate", step="sign")
def test_sign_of_the_logarithm(claim: Claim) -> None:
    """0 < 1 - a^2 < 1 strictly, and n > 1: so the gains have the signs of their other factors."""
    sign = claim.conjunct(kind="inequality")
    expect(sign.gts == 0 and sign.lts.func is log, f"{sign} is not the sign of a logarithm")
    inner, inside = sign.lts.args[0], claim.condition("step size")
    for value in (inner, 1 - inner):
        expect_holds(Gt(value, 0, evaluate=False), inside, (a,), derived={})
    expect(any(claim.says(gain).has(sign.lts) for gain in (gain_step, gain_epoch)), "the gains'")
    expect_implied(Gt(n, 1), claim.condition("without"))


@evidence(TIME_BEST_ETA, "symbolic", step="bernoulli")
def test_bernoulli_for_fixed_learning_rate(claim: Claim) -> None:
    """c log(1-x) <= log(1-cx) for 0 <= c <= 1: equal at x = 0, slope c(1-c)x/((1-cx)(1-x)).

    x = eta^2/b^2, c = b/(b+1): cx = eta^2/(b(b+1)) > eta^2/(b+1)^2.
    """
    gap = log(1 - c * x) - c * log(1 - x)
    expect(gap.subs(x, 0) == 0, "equal at 0")
    expect_zero(diff(gap, x) - c * (1 - c) * x / ((1 - c * x) * (1 - x)), "slope")
    expect_implied(Ge(b, 1), claim.condition("without"))
    share, square = b / (b + 1), eta**2 / b**2
    after = eta**2 / (b + 1) ** 2
    expect_zero(share * square - after - eta**2 / (b * (b + 1) ** 2), "strict by this much")
    term = (b + 1) * log(1 - after)
    signs = matching(claim.formula, kind="inequality", number=2)
    expect(all(map(is_strict, signs)), f"strict inequalities: {signs}")
    at = points(eta, b)
    for relation in signs:
        if relation.gts == 0:  # log of a number in (0, 1)
            expect_same(relation.lts, term, at, "negative")
            continue
        expect_same(relation.gts, term, at, "at b + 1")
        expect_same(relation.lts, b * log(1 - square), at, "at b")
    value = claim.says(per_step) * n * (n - 1) / (n - b)
    expect_same(value, -b * log(1 - square), points(eta, n, b), "what multiplies (n - b)/(n(n-1))")


@evidence(TIME_BEST, "witness", step="gains", needs="without replacement")
def test_with_replacement_small_batches_are_slowest(claim: Claim) -> None:
    """SAMPLING-REPLACEMENT: n/b times its exponent is at most log(1 - a^2), the value at b = 1."""
    bound = SAMPLING_REPLACEMENT.conjunct(lesser=rate_multi)
    expect_same(n / b * bound.gts, log(1 - a**2), points(a, n, b), "per epoch, with replacement")
    at_one = claim.says(per_epoch).subs(b, 1)
    expect_same(-at_one, log(1 - a**2), points(a, n), "b = 1, where both samplings agree")
