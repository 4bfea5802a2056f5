"""Chapter saddle_trap: strict saddles that trap SGD, and those that cannot."""

from __future__ import annotations

from fractions import Fraction

from scipy import stats
from sympy import Ge, Gt, Integer, Poly, Rational, Symbol, diff, expand, log

from tests.analysis import expect_outside, expect_same
from tests.assumptions.norms import scaled
from tests.assumptions.saddle_trap_tools import TRAPPED, at_the_saddle, undecided
from tests.exponents import (
    LOCAL,
    MEMBERS,
    POINTS,
    beta,
    chances,
    local_region,
    w,
)  # fmt: skip
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, is_strict, restricted
from tests.instances import Instance
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.assumptions.saddle_trap import (
    SADDLE_CAPTURE,
    W_exit,
    W_ratio,
    W_start,
    factor_at,
    factor_of,
    p_both,
    start_c2,
    theta,
)  # fmt: skip
from theory.assumptions.unequal_norms import (
    sigma_i,
    sigma_j,
)  # fmt: skip
from theory.minibatch.log_ratios import membership_moments
from theory.notation import S, a, b, p, r2

# SADDLE-CAPTURE


@evidence(SADDLE_CAPTURE, "symbolic", step="moment")
def test_a_small_moment_falls(claim: Claim) -> None:
    """phi(g) = E factor^g: phi(0) = 1, phi'(0) = lambda_j, which the region says is < 0."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    g = Symbol("g", real=True)
    phi = sum((x * factor_at(*at) ** g for at, x in chances().items()), Integer(0))
    expect_zero(cancel(phi.subs(g, 0)) - 1, "phi(0)")
    slope = diff(phi, g).subs(g, 0)
    condition = conjunct(claim.region, log)
    expect(
        is_strict(condition),
        "the region does not say lambda_j < 0, and at lambda_j >= 0 no moment falls",
        region=claim.region,
    )
    single, both = membership_moments()
    negative = -difference(condition).subs({p: single - both, p_both: both})
    expect_same(negative, slope, POINTS, "what the region says is < 0 is phi'(0)")


@evidence(SADDLE_CAPTURE, "certificate", step="factors")
def test_factors_are_continuous_and_positive_near_the_limit(claim: Claim) -> None:
    """Polynomials in S and r2, which are polynomials of the state; positive at the limit."""
    for drawn in (0, 1):
        expect(factor_of(drawn).is_polynomial(S, r2), "a factor is no polynomial of the state")
    region = local_region(claim)
    order = (beta,)
    for at in MEMBERS:
        factor, _ = scaled(factor_at(*at), LOCAL, sigma_i)
        if at[1]:
            expect_implied(Gt(w, 0), region)
            expect_zero(diff(factor, w) - beta, "slope in w")
            factor = factor.subs(w, 0)
        if factor.is_Rational:
            expect(factor > 0, f"factor {factor}")
        else:
            expect_holds(Gt(factor, 0), restricted(region, order), order, derived={})


@evidence(SADDLE_CAPTURE, "certificate", step="off")
def test_off_the_live_coordinates(claim: Claim) -> None:
    """w_perp and passive coordinates: 0 < factor < 1 when i is drawn, which has a chance b/n > 0."""
    region = restricted(local_region(claim), (beta,))
    drawn, _ = scaled(factor_of(0, sigma_i**2), LOCAL, sigma_i)
    expect_holds(Gt(1 - drawn, 0), region, (beta,), derived={})
    expect_holds(Gt(drawn, 0), region, (beta,), derived={})
    expect_zero(factor_of(0, Integer(0)) - 1, "i is left out")
    expect_implied(Ge(b, 1), claim.region)


@evidence(SADDLE_CAPTURE, "certificate", step="radial")
def test_radial_factor_and_second_order_force(claim: Claim) -> None:
    """c_i = 1 + u: u+ = (1 - 4 beta) u or u, plus terms of degree >= 2 in u and z, z^2 the rest.

    S = sigma_i^2 ((1+u)^2 1{i in B} + f z^2), r2 = (1+u)^2 + z^2, f z^2 the batch's weighted rest.
    A passive i would count as left out, whatever is drawn.
    """
    expect_implied(Gt(start_c2, 0), claim.region)
    z, f, e = Symbol("z"), Symbol("f"), Symbol("e")
    own = (1 + e) ** 2
    region = restricted(local_region(claim), (beta,))
    for drawn in (0, 1):
        state = {S: sigma_i**2 * (own * drawn + f * z**2), r2: own + z**2}
        moved = expand((1 + e) * factor_of(drawn).subs(sigma_j, sigma_i).subs(state) - 1)
        poly = Poly(expand(moved.subs(a, beta / sigma_i**2)), e, z)
        slope = poly.coeff_monomial(e)
        expect_zero(poly.coeff_monomial(1), "the limit is fixed")
        rest = [(k, m) for k, m in poly.monoms() if (k, m) != (1, 0)]
        expect(all(k + m >= 2 for k, m in rest), f"force of first order: {rest}")
        if drawn:
            expect_holds(Gt(1 - slope**2, 0), region, (beta,), derived={})
        else:
            expect_zero(slope - 1, "i is left out")
            expect(all(m >= 2 for _, m in rest), "left out: no force but by the rest")


def test_theory_md_overstates_the_share_at_the_saddle() -> None:
    """52 % at a = 0.35 (rounded: at least 51.5 %) is refused at 1e-6; the share is near 47 %."""
    runs, steps = 6144, 1000
    found = at_the_saddle(Rational(7, 20), runs, steps, 35)
    assert undecided(Rational(7, 20), steps) < 0.01
    assert stats.binom.cdf(found, runs, 0.515 - 0.01) < 1e-6


@evidence(SADDLE_CAPTURE, "witness", step="radial", needs="start")
def test_a_passive_datum_captures_nothing(claim: Claim) -> None:
    """ReLU from (-1 + 1e-9, 1e-9): drawing i moves nothing, drawing j only makes c_j grow.

    As c_j^2 < 1/2 grows at every draw (1 - aS + a (2 - r2) sigma_j^2 > 1 where r2 + c_j^2 < 2), c_j
    does not tend to 0, though c_i(0), c_j(0) are as near to -1 and 0 as one likes.
    """
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(11, 10)]]
    near = Fraction(1, 10**9)
    for other in (near, Fraction(1, 10), Fraction(7, 10)):
        weight = [near - 1, other]
        idle, drawn = (Instance(data, weight, (k,), Fraction(1, 4), "relu").step() for k in (0, 1))
        expect(idle.weight == weight, "drawing a passive i moves w")
        expect(drawn.weight[1] > other, "c_j falls", at=weight)
        expect(weight[0] <= drawn.weight[0] < 0, "i becomes live", at=weight)
    own = Symbol("z", real=True)
    grows = factor_of(1).subs({S: sigma_j**2 * own, r2: 2 - own}) - 1
    expect_zero(grows, "r2 + c_j^2 = 2 is where c_j begins to fall")
    expect_outside(
        claim,
        {**TRAPPED, start_c2: 0, W_start: 0, W_exit: 1, W_ratio: 0, theta: 0},
        "i is passive for ever",
    )
