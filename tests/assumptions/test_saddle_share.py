"""Chapter saddle_batches: exponents of a datum whose share outweighs i, and large batches."""

from __future__ import annotations

from sympy import Ge, Gt, Le, Rational, Symbol, diff, expand, fraction, log, together

from tests.analysis import expect_same, log_terms
from tests.assumptions.norms import CHART, alpha, scaled_region, u
from tests.assumptions.saddle_batches_tools import SHARE, expect_large_share, expect_sizes, x
from tests.exponents import exponent, rational_part
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, is_strict
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.assumptions.saddle_batches import SADDLE_LARGE_BATCH, SADDLE_SHARE, SADDLE_TRAP_BATCH
from theory.assumptions.saddle_trap import SADDLE_NEVER, p_both, p_trap, start_c2
from theory.assumptions.unequal_norms import sigma_i, sigma_j, sigma_k, sigma_m, start_j2
from theory.minibatch.log_ratios import membership_moments
from theory.notation import a, b, n, p, r2

dist, theta_ = Symbol("d", real=True), Symbol("theta", real=True)
POINTS = [
    {a: Rational(3, 10), n: 5, b: 2, sigma_i: 1, sigma_j: Rational(6, 5)},
    {a: Rational(1, 5), n: 4, b: 3, sigma_i: Rational(4, 5), sigma_j: Rational(3, 2)},
]


@evidence(SADDLE_SHARE, "certificate")
def test_a_large_share_makes_the_exponent_positive(claim: Claim) -> None:
    """(n/b) lambda = (1-f) log[(1-x)(1+y)] + f log(1+d) with y = x + d.  Each log(1+z) >= z/(1+z), and
    log(1+d) >= 2d/(2+d).  f y >= x: f = (x + theta d)/(x + d), 0 <= theta < 1, d > 0."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_sizes(claim)
    (relation,) = relations(claim.formula)
    expect(is_strict(relation) and relation.lts == 0, "positive")
    single, both = membership_moments()
    claimed = difference(relation).subs({p: single - both, p_both: both})
    expect_same(claimed, exponent(), POINTS, "lambda_j is NORMS-EXPONENT's mean")
    for symbol, chance in ((p, single - both), (p_both, both)):
        tie = conjunct(claim.region, symbol, kind="equation")
        expect_zero(difference(tie).subs(symbol, chance), f"{symbol}")
    _, terms = log_terms((claimed * n / b).subs(sigma_j, (x + dist) ** Rational(1, 2) / a ** Rational(1, 2))
                         .subs(sigma_i, x ** Rational(1, 2) / a ** Rational(1, 2)))  # fmt: skip
    weights: dict[object, object] = {}
    for weight, argument in terms:
        weights[cancel(argument)] = cancel(weights.get(cancel(argument), 0) + weight)
    expected = {1 - x: 1 - SHARE, 1 + x + dist: 1 - SHARE, 1 + dist: SHARE}
    expect(set(weights) == {cancel(y) for y in expected}, f"logarithms of {set(weights)}")
    for argument, weight in expected.items():
        expect_zero(weights[cancel(argument)] - weight, f"weight of log({argument})")
    z = Symbol("z", real=True)  # both are 0 at z = 0, and fall before it and rise after it
    expect_zero(diff(log(1 + z) - z / (1 + z), z) - z / (1 + z) ** 2, "log(1+z) >= z/(1+z)")
    expect_zero(diff(log(1 + z) - 2 * z / (2 + z), z) - z**2 / ((1 + z) * (2 + z) ** 2), "rises")
    product = (1 - x) * (1 + x + dist)
    part = (x + theta_ * dist) / (x + dist)
    least = (1 - part) * (1 - 1 / product) + part * 2 * dist / (2 + dist)
    top, bottom = fraction(cancel(together(least)))
    bottom_own = (x + dist) * product * (2 + dist)
    value = cancel(top * bottom_own / bottom / dist)  # of the sign of least
    expect(value.is_polynomial(x, dist, theta_), "d divides it")
    form = expand(value).as_poly(theta_)
    expect(form.degree() <= 1, "linear in theta: its ends decide")
    at_0, at_1 = (expand(form.as_expr().subs(theta_, end)) for end in (0, 1))
    room = 1 - x - x**2  # >= 0 by "step size", so x < 1 and 2 - 3 x^2 = 2 room + x (2 - x) > 0
    expect_zero(
        at_0 - (dist**2 * (1 - x) + dist * (2 * room + x * (2 - x)) + 2 * x * room), "theta = 0"
    )
    expect_zero(at_1 - 2 * (x + dist) * product, "theta = 1")
    steps = [y for y in relations(claim.condition("step size")) if y.has(a) and y != Gt(a, 0)]
    gaps = [cancel(difference(y).subs(a, x / sigma_i**2)) for y in steps]
    expect(gaps == [expand(room)] or any(cancel(gap - room) == 0 for gap in gaps), f"{steps}")
    for needed in (Gt(a, 0), Gt(sigma_i**2, 0)):
        expect_implied(needed, claim.region)
    expect_large_share(claim)


@evidence(SADDLE_LARGE_BATCH, "symbolic")
def test_a_large_share_leaves_no_trap(claim: Claim) -> None:
    """SADDLE-SHARE gives lambda_j > 0, which with the rest is SADDLE-NEVER's region."""
    expect_only(claim, p_trap)
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_sizes(claim)
    expect_large_share(claim)
    (positive,) = relations(SADDLE_SHARE.formula)
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    expect_implied(Gt(Rational(1, 2) - alpha, 0), ours)
    expect_implied(Ge(1 - u, 0), ours)
    gap = 1 - x - x**2  # SADDLE-SHARE's step size, x = alpha u <= 1/2
    expect_holds(Gt(gap, 0), Ge(x, 0) & Le(x, Rational(1, 2)), (x,), derived={})
    for lemma in (SADDLE_SHARE, SADDLE_NEVER):
        for condition in relations(lemma.region):
            if condition.has(log):
                expect_zero(difference(condition) - difference(positive), "lambda_j > 0")
            elif condition in relations(claim.region):
                continue
            elif lemma is SADDLE_SHARE and condition.has(a):
                expect_zero(
                    cancel(difference(condition).subs(a, x / sigma_i**2)) - gap, "its step size"
                )
            else:
                expect_implied(condition, claim.region)
    expect_zero(claim.says(p_trap) - SADDLE_NEVER.says(p_trap), "its probability")


@evidence(SADDLE_LARGE_BATCH, "witness", needs="large share")
def test_below_the_share_a_saddle_can_trap(claim: Claim) -> None:
    """n = 3, b = 2, sigma = (1, 51/50), a = 12/25: SADDLE-TRAP-BATCH gives a positive chance."""
    point = {sigma_i: 1, sigma_j: Rational(51, 50), sigma_k: 1, sigma_m: Rational(51, 50), n: 3, b: 2,
             a: Rational(12, 25), p: Rational(1, 3), p_both: Rational(1, 3), start_c2: Rational(1, 10),
             start_j2: Rational(1, 10), r2: 1}  # fmt: skip
    expect(satisfies(SADDLE_TRAP_BATCH.region, point), "SADDLE-TRAP-BATCH applies")
    for assumption in claim.assumptions:
        if assumption.condition is not None:
            holds = satisfies(assumption.condition, point)
            expect(holds == (assumption.name != "large share"), f"{assumption.name} is {holds}")
