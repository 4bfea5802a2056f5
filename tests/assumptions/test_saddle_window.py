"""Chapter saddle_trap: the exponents at a data direction, and where all are negative."""

from __future__ import annotations

from sympy import Abs, Expr, Ge, Gt, Integer, Rational, Symbol, diff, expand, log, zeta

from tests.analysis import expect_outside, expect_same
from tests.assumptions.norms import scaled
from tests.exponents import (
    HITS,
    LOCAL,
    MEMBERS,
    POINTS,
    beta,
    chances,
    expect_batch_one,
    expect_hit,
    exponent,
    in_sizes,
    local_region,
    radial_slope,
    w,
)  # fmt: skip
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.saddle_trap import (
    NORMS_EXPONENT,
    SADDLE_WINDOW,
    a_high,
    a_low,
    factor_at,
    factor_of,
    kept_c2,
    p_both,
    rate_radial,
    widest,
)  # fmt: skip
from theory.assumptions.unequal_norms import (
    NORMS_GD,
    rate_j,
    rate_off,
    sigma_i,
    sigma_j,
    sigma_m,
)  # fmt: skip
from theory.minibatch.log_ratios import membership_moments
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.notation import a, b, n, p, r2

# NORMS-EXPONENT


@evidence(NORMS_EXPONENT, "symbolic", step="limit")
def test_exponents_at_a_data_direction(claim: Claim) -> None:
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_only(claim, p, p_both, rate_j, rate_off, rate_radial)
    weights = chances()
    expect_zero(claim.says(p) - weights[1, 0], "p")
    expect_zero(claim.says(p_both) - weights[1, 1], "p_2")
    expect_same(in_sizes(claim, claim.says(rate_j)), exponent(), POINTS, "c_j")
    single, _ = membership_moments()
    off = single * log(factor_of(0, sigma_i**2)) + (1 - single) * log(factor_of(0, Integer(0)))
    expect_same(claim.says(rate_off), off, POINTS, "off the live coordinates")


@evidence(NORMS_EXPONENT, "certificate", step="bounded")
def test_limiting_factors_are_positive(claim: Claim) -> None:
    """So near the limit the logarithms are bounded."""
    region = local_region(claim)
    for at in MEMBERS:
        factor, power = scaled(factor_at(*at), LOCAL, sigma_i)
        expect(power == 0, "a factor has no scale")
        if at[1]:  # it grows with w > 0
            expect_implied(Gt(w, 0), region)
            expect_implied(Gt(beta, 0), region)
            expect_zero(diff(factor, w) - beta, "slope in w")
            factor = factor.subs(w, 0)
        if not factor.is_Rational:
            expect_implied(Gt(factor, 0), region)
        else:
            expect(factor > 0, f"factor {factor}")
    for condition in (Ge(n, 2), Ge(b, 1), Ge(n, b)):
        expect_implied(condition, claim.region)


@evidence(NORMS_EXPONENT, "cited", step="strong law")
def test_hypotheses_of_the_strong_law(claim: Claim) -> None:
    """As for SGD-RATE: bounded martingale differences D_l; sum of D_l/l is bounded in L^2."""
    expect(claim.cites == ("supermartingale convergence theorem",), f"cites {claim.cites}")
    expect(zeta(2).is_finite, "sum of 1/l^2")
    expect_implied(Gt(kept_c2, 0), claim.region)  # so the first logarithms are finite, too


@evidence(NORMS_EXPONENT, "witness", step="strong law", needs="never 0")
def test_a_coordinate_that_is_hit_to_zero(claim: Claim) -> None:
    """c_2 = 0 from the first step on and w_k -> -x_1: log|c_2| = -oo, and not k lambda_j."""
    for hit in HITS:
        at = expect_hit(hit)
        rate = in_sizes(claim, claim.says(rate_j)).subs(at)
        expect(rate.is_finite, "a finite exponent is claimed", rate=rate)
        expect_outside(claim, {**at, kept_c2: 0}, "c_2 is 0 from some step on")


@evidence(NORMS_EXPONENT, "symbolic", step="radial")
def test_radial_exponent(claim: Claim) -> None:
    """c_i alone; nothing moves when i is left out. The mean logarithm of the factor at the point."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    single, _ = membership_moments()
    squared = lambda x: x.replace(Abs, lambda y: y)  # noqa: E731 - log|x| up to the sign of x
    claimed = squared(claim.says(rate_radial))
    (found,) = claimed.atoms(log)
    expect_zero(found.args[0] ** 2 - radial_slope() ** 2, "factor of r2 - 1")
    expect_zero(claimed.coeff(found) - single, "i is drawn")
    expect(claim.says(rate_radial).has(Abs), "log of an absolute value")


@evidence(NORMS_EXPONENT, "property", step="limit")
def test_equal_norms_and_full_batch_are_known(claim: Claim) -> None:
    """sigma = 1 is SGD-RATE (both drawn: no change); b = n is NORMS-GD."""
    rate = claim.says(rate_j)
    expect_same(rate.subs({sigma_i: 1, sigma_j: 1}), SGD_RATE.says(rate_ratio),
                [{a: Rational(1, 5), p: Rational(1, 3), p_both: Rational(1, 7)}],
                "equal norms")  # fmt: skip
    full = in_sizes(claim, rate).subs(b, n)
    expect_same(full, NORMS_GD.says(rate_j).subs(sigma_m, sigma_i), POINTS, "full batch")


# SADDLE-WINDOW


def one_log(expr: Expr) -> Expr:
    """The product P with expr = (1/n) log P."""
    total = Integer(1)
    for term in expand(n * expr).as_ordered_terms():
        (found,) = term.atoms(log)
        expect(cancel(term / found) == 1, f"{term} is no plain logarithm")
        total *= found.args[0]
    return total


@evidence(SADDLE_WINDOW, "symbolic", step="largest norm")
def test_lower_end_of_the_window(claim: Claim) -> None:
    """1 - (1 - a sigma_i^2)(1 + a sigma_max^2) = a sigma_i^2 sigma_max^2 (a - a_low)."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_only(claim, a_low, a_high, widest)
    expect_batch_one(claim)
    product = one_log(exponent().subs({b: 1, sigma_j: sigma_m}))
    low = claim.says(a_low)
    expect_zero(1 - product - a * sigma_i**2 * sigma_m**2 * (a - low), "negative iff a > a_low")
    gap, _ = scaled(low, LOCAL, sigma_i)
    expect_zero(gap - (w - 1) / w, "a_low over 1/sigma_i^2")
    expect_implied(Gt(w - 1, 0), local_region(claim))  # so a > a_low > 0


@evidence(SADDLE_WINDOW, "symbolic", step="smaller norms")
def test_largest_norm_has_the_largest_exponent(claim: Claim) -> None:
    """The product grows with sigma_j^2, its factor 1 - a sigma_i^2 being positive below a_high."""
    y = Symbol("y", real=True)
    product = one_log(exponent().subs(b, 1)).subs(sigma_j**2, y)
    expect_zero(diff(product, y) - a * factor_at(1, 0), "slope in sigma_j^2")
    expect_zero(factor_of(0, sigma_i**2).subs(r2, 1) - factor_at(1, 0), "off the data: the same")
    least = factor_at(1, 0).subs(a, claim.says(a_high))
    expect(least.is_Rational and 0 < least < 1, f"1 - a sigma_i^2 > {least} below a_high")


@evidence(SADDLE_WINDOW, "symbolic", step="radial")
def test_upper_end_of_the_window(claim: Claim) -> None:
    """1 - (1 - 4x)^2 = 8x(1 - 2x), x = a sigma_i^2: positive exactly on 0 < a < a_high."""
    margin = cancel(1 - radial_slope() ** 2)
    high = claim.says(a_high)
    slope = cancel(margin / (a * (high - a)))
    expect_zero(slope - 16 * sigma_i**4, "negative iff 0 < a < a_high")


@evidence(SADDLE_WINDOW, "symbolic", step="window")
def test_widest_ratio_of_norms(claim: Claim) -> None:
    """a_high - a_low has the sign of h_max - sigma_max^2/sigma_i^2."""
    width, _ = scaled(claim.says(a_high) - claim.says(a_low), LOCAL, sigma_i)
    expect_zero(width - (claim.says(widest) - w) / (2 * w), "width of the window")
    expect_implied(Gt(w, 0), local_region(claim))


@evidence(SADDLE_WINDOW, "witness")
def test_threshold_of_theory_md(claim: Claim) -> None:
    """n = 2, sigma = (1, 1.1): a = 0.1736 to four digits."""
    value = claim.says(a_low).subs({sigma_i: 1, sigma_m: Rational(11, 10)})
    expect(abs(value - Rational(1736, 10000)) <= Rational(5, 100000), f"threshold {value}")
