"""Chapter quadratic: batch moments and the mean-square threshold."""

from __future__ import annotations

from sympy import Ge, Poly, Symbol

from tests.inequalities import expect_implied
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory.quadratic.mean_square import Q_KAPPA, batch_ab, kappa_replacement, kappa_uniform
from theory.quadratic.second_moment import (
    SAMPLINGS,
    N,
    batch_product,
    k,
    kappa,
    mean_ab,
    multiplicity_moments,
    variance_factor,
)

# ------------------------------------------------------------------------------------------ Q-KAPPA


@evidence(Q_KAPPA, "symbolic")
def test_batch_moments_from_multiplicities(claim: Claim) -> None:
    """Any multiplicities with sum k: kappa = N (E m_i^2 - E m_i m_j)/k^2; then both samplings."""
    square = Symbol("E[m_i^2]")
    product = batch_product(square, (k**2 - N * square) / (N * (N - 1)))
    derived = {
        batch_ab: product,
        kappa: Poly(product, mean_ab).LC(),
        kappa_uniform: variance_factor("uniform"),
        kappa_replacement: variance_factor("replacement"),
    }
    expect_identity(claim.formula, derived)
    expect_implied(Ge(k, 1), claim.region)
    expect_implied(Ge(N, 2), claim.region)
    for sampling in SAMPLINGS:
        squares, mixed = multiplicity_moments(sampling)
        expect_zero(N * squares + N * (N - 1) * mixed - k**2, f"{sampling}: (sum of m)^2 = k^2")


@evidence(Q_KAPPA, "witness", needs="batch size")
def test_sizes_outside_the_range_have_no_variance_factor(claim: Claim) -> None:
    """k = N + 1: below 0, yet a variance factor is >= 0; k = 0 or N = 1: a division by zero."""
    factor = claim.says(kappa_uniform)
    for count in (2, 5):
        expect(factor.subs({N: count, k: count + 1}) < 0, "kappa >= 0 at k = N + 1", N=count)
        expect(not satisfies(claim.region, {N: count, k: count + 1}), "k = N + 1 is admitted")
    for point in ({N: 3, k: 0}, {N: 1, k: 1}):
        _, bottom = factor.as_numer_denom()
        expect(bottom.subs(point) == 0, f"{factor} is defined", at=point)
        expect(not satisfies(claim.region, point), "the region admits it", at=point)
