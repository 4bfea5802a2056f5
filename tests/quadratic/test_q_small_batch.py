"""Evidence: Q-SMALL-BATCH, Q-FLAT."""

from __future__ import annotations

from fractions import Fraction

from sympy import Eq, Ge, Poly, Rational, Symbol, expand

from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.quadratic.bounds_tools import F
from tests.quadratic.cases import (
    FLAT_NOISE,
    STABLE,
    Case,
    expect_assumed,
    expect_fails,
    expect_relation,
    expect_squares,
    interval,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.trace_algebra import letter, trace
from theory.quadratic.bounds import (
    Q_FLAT,
    Q_SMALL_BATCH,
    Q,
    drop_replacement,
    drop_uniform,
    kappa_1,
    kappa_2,
    threshold_of,
    u,
)
from theory.quadratic.mean_square import (
    Q_KAPPA,
    Q_MS,
    C_ms,
    gradient2,
    kappa_replacement,
    kappa_uniform,
)
from theory.quadratic.second_moment import (
    SAMPLINGS,
    C,
    N,
    k,
    kappa,
    kron_product,
    kron_sum,
    noise,
    operator,
)
from theory.quadratic.second_moment import spectral_radius as rho
from theory.quadratic.thresholds import threshold

# ---------------------------------------------------------------------------- Q-SMALL-BATCH, Q-FLAT


@evidence(Q_SMALL_BATCH, "symbolic", step="noise factor")
def test_variance_factor_falls_with_the_batch(claim: Claim) -> None:
    derived = {}
    for symbol, name in ((drop_uniform, kappa_uniform), (drop_replacement, kappa_replacement)):
        factor = Q_KAPPA.says(name)
        derived[symbol] = factor - factor.subs(k, k + 1)
        # k >= 1 and N >= 2, k < N: k = 1 + x, N = 2 + y
        drop = claim.says(symbol).subs({k: 1 + Symbol("x0"), N: 2 + Symbol("y0")})
        top, bottom = cancel(drop).as_numer_denom()
        coefficients = Poly(top * bottom, Symbol("x0"), Symbol("y0")).coeffs()
        expect(all(c > 0 for c in coefficients), f"{symbol} > 0")
    for symbol, value in derived.items():
        expect_zero(claim.says(symbol) - value, f"{symbol}")
    for needed in (Ge(k, 1), Ge(N - k, 1)):
        expect_implied(needed, claim.region)


@evidence(Q_SMALL_BATCH, "symbolic", step="positive noise")
def test_more_noise_raises_the_form(claim: Claim) -> None:
    """1/C_ms = max over X >= 0 of <X, G X>/<X, A X>, affine in kappa with slope <X, V X> >= 0."""
    inner = Q_MS.says(C_ms).args[0] if Q_MS.says(C_ms).is_Pow else None
    expect(inner is not None and inner.func == rho, "C_ms is one over a spectral radius")
    numerator = expand(inner.args[0] * kron_sum)
    poly = Poly(numerator, kappa)
    expect(poly.degree() == 1 and poly.coeff_monomial(kappa) == noise, "slope in kappa is V")
    D, R = letter("D"), letter("R")
    expect_squares(trace(R**2 * D * R**2 * D), "<X, V X> >= 0 for X = R^2")
    greater = claim.conjunct(threshold_of).gts
    expect(greater.has(kappa_2) and not greater.has(kappa_1), "more noise is no better")
    for needed in (Ge(kappa_2, 0), Ge(kappa_1 - kappa_2, 0)):
        expect_implied(needed, claim.region)
    expect_assumed(claim, Eq(gradient2, 0))
    expect_items(claim, words.INDEPENDENT)


def _monotone(claim: Claim, case: Case, factors: list[Fraction]) -> None:
    relation = claim.conjunct(threshold_of)
    for first in factors:
        for second in factors:
            sizes = {gradient2: 0, N: 2, k: 1}
            at = {**sizes, kappa_1: Rational(first), kappa_2: Rational(second)}
            if not satisfies(claim.region, at):
                continue
            ends = {
                threshold_of(kappa_1): interval(threshold(case.problem, first)),
                threshold_of(kappa_2): interval(threshold(case.problem, second)),
            }
            expect_relation(relation, ends, case=case, kappas=(first, second))


@evidence(Q_SMALL_BATCH, "ball", step=("noise factor", "positive noise"))
def test_threshold_is_monotone_in_the_noise(claim: Claim) -> None:
    """Kept problems, over every batch size; on FLAT_NOISE nothing changes, so <= is not <."""
    for case in STABLE.values():
        sizes = range(1, case.problem.count + 1)
        factors = [case.problem.variance_factor(k_, x) for k_ in sizes for x in SAMPLINGS]
        _monotone(claim, case, sorted(set(factors)))
    _monotone(claim, STABLE["pair"], [F(1), F(51, 50)])  # close enough to see 1/20 in the region
    constant = {
        str(threshold(FLAT_NOISE.problem, FLAT_NOISE.problem.variance_factor(k_)))
        for k_ in (1, 2, 3)
    }
    expect(constant == {"C_ms = 1 exactly"}, "constant in the batch size", found=constant)


@evidence(Q_SMALL_BATCH, "witness", needs="less noise", step=("noise factor", "positive noise"))
def test_more_noise_lowers_the_threshold(claim: Claim) -> None:
    _monotone(claim, STABLE["pair"], [F(0), F(1)])
    wide = claim.without("less noise")
    expect_fails(lambda: _monotone(wide, STABLE["pair"], [F(0), F(1)]), "C_ms(1) < C_ms(0)")


@evidence(Q_FLAT, "symbolic")
def test_scale_enters_with_the_step_only(claim: Claim) -> None:
    """uQ_i: A -> uA, QQ -> u^2 QQ, V -> u^2 V, so C_ms's argument is multiplied by u."""
    expect_assumed(claim, Eq(gradient2, 0))  # Q-MS's threshold is that of a shared minimiser
    scaled = {kron_sum: u * kron_sum, kron_product: u**2 * kron_product, noise: u**2 * noise}
    formula = Q_MS.says(C_ms).replace(rho, lambda x: x)
    table = {
        threshold_of(u * Q): formula.subs(scaled, simultaneous=True),
        threshold_of(Q): formula,
    }
    expect(claim.formula.atoms(type(threshold_of(Q))) == set(table), "both thresholds are compared")
    expect_zero(difference(claim.formula).subs(table), "C_ms of the scaled family")
    step = Q_MS.says(operator)
    expect_zero(
        step.subs(scaled, simultaneous=True) - step.subs(C, u * C), "M_C sees C and Q_i as C Q_i"
    )
