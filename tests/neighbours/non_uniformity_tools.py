"""What the evidence on non-uniformity shares: M_C at the identity, and how its inequalities are read."""

from __future__ import annotations

from sympy import Eq, Expr

from tests.quadratic.cases import expect_assumed, expect_variance_factors
from tests.reading import expect_items
from theorem_audit import expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.quadratic.mean_square import Q_KAPPA, batch_ab, gradient2
from theory.quadratic.second_moment import (
    N,
    batch_product,
    k,
    kappa,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    noise,
    second_moment_operator,
)


def one_step() -> Expr:
    """M_C in Q (+) Q, Q (x) Q and V, from the batch moments."""
    product = Q_KAPPA.says(batch_ab)
    expect_other_batches(product)
    return second_moment_operator(product)


def expect_other_batches(product: Expr) -> None:
    """The equation where Q-KAPPA has nothing to say: k > N with replacement, and N = 1.

    With replacement m_i is a sum of k independent indicators of mean 1/N: E m_i^2 = k/N + k (k-1)/N^2 and
    E m_i m_j = k (k-1)/N^2, for all k, N >= 1.  For N = 1 and k = 1 a_B b_B = a b, whose mean is ab_bar, and
    ab_bar = a_bar b_bar.
    """
    both = k * (k - 1) / N**2
    drawn = batch_product(k / N + both, both)
    expect_zero(product.subs(kappa, 1 / k) - drawn, "with replacement, for every k and N")
    expect_zero(product.subs({kappa: 0, mean_ab: mean_a * mean_b}) - mean_a * mean_b, "N = 1")


def at_identity(mean: Expr, square: Expr, spread: Expr) -> Expr:
    """A linear functional of M_C(1): QI + IQ = 2Q, QIQ = Q^2, V(I) = Sigma."""
    return one_step().subs({kron_sum: 2 * mean, kron_product: square, noise: spread})


def expect_setting(claim: Claim) -> None:
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0, so e+ = (I - C Q_B) e
    expect_items(claim, words.INDEPENDENT)  # B is independent of e
    expect_variance_factors(claim)
