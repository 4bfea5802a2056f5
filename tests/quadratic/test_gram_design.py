"""Chapter gram_thresholds: keeping one minimum and leaving another."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Rational, Symbol, diff, expand, log, sign

from tests.forms import cancel
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_positive_ball, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.quadratic.gram_thresholds import (
    DESIGN,
    Lambda_A,
    Lambda_B,
    factor_kept,
    h_1,
    h_2,
    low_kept,
    m_kept,
    v_kept,
)
from theory.quadratic.second_moment import C, kappa

F = Fraction


# ------------------------------------------------------------------------------------------- DESIGN


@evidence(DESIGN, "symbolic", step="keeps")
def test_factor_of_the_second_moment(claim: Claim) -> None:
    """E(1 - C h_B)^2 with mean m and variance kappa v; below low_A <= C_ms(A) it is less than 1."""
    expect_items(claim, words.INDEPENDENT)  # E of a product of steps is the product
    derived = 1 - 2 * C * m_kept + C**2 * (m_kept**2 + kappa * v_kept)
    expect_zero(claim.says(factor_kept) - derived, "rho_A")
    # 1 - rho_A = C (2 m - C w), w = m^2 + kappa v; low w = 2 m - y and C = low - z give y + z w
    relation = claim.conjunct(kind="inequality", without=[Lambda_A])
    y, z, w = Symbol("y"), Symbol("z"), Symbol("w")
    margin = expand((2 * m_kept - C * w).subs({m_kept: (low_kept * w + y) / 2, C: low_kept - z}))
    expect_zero(margin - (y + z * w), "2 m - C w = y + z w, positive as z, w > 0")
    for value, fine in (
        (Rational(1), False),
        (Rational(999_999, 10**6), True),
        (Rational(0), True),
    ):
        expect(bool(relation.subs(factor_kept, value)) == fine, f"{relation}", rho=value)


@evidence(DESIGN, "ball", step="paths")
def test_paths_contract_where_the_second_moment_does(claim: Claim) -> None:
    """Lambda_A = E log(x^2)/2 with x^2 of mean rho_A, and log y <= y - 1: the gap y - 1 - log y is
    0 at 1 only.

    It is convex in y (second derivative 1/y^2) with slope 0 at 1: positive on both sides, by balls
    on a box.
    """
    relation = claim.conjunct(Lambda_A, kind="inequality")
    y = Symbol("y")
    gap_ = (relation.gts - relation.lts).subs({Lambda_A: log(y) / 2, factor_kept: y})
    expect_zero(diff(gap_, y).subs(y, 1), "slope 0 at y = 1")
    expect_zero(gap_.subs(y, 1), "0 at y = 1")
    expect_zero(diff(gap_, y, 2) - 1 / (2 * y**2), "convex")
    for low, high in ((F(1, 10**4), F(9, 10)), (F(11, 10), F(10))):
        expect_positive_ball(gap_, {y: (low, high)}, "y - 1 - log y > 0")


def _sign_B(claim: Claim) -> Expr:
    return claim.says(sign(Lambda_B)).args[0]


@evidence(DESIGN, "symbolic", step="leaves")
def test_exponent_at_two_curvatures(claim: Claim) -> None:
    """2 Lambda_B = log|p|, p = (1 - C h_1)(1 - C h_2): its sign is that of p^2 - 1 = C (...), C > 0."""
    expect_items(claim, words.INDEPENDENT)  # the strong law: the exponent is E log
    p = (1 - C * h_1) * (1 - C * h_2)
    quotient = cancel((p**2 - 1) / (C * _sign_B(claim)))
    expect(quotient.is_Rational and quotient > 0, "a positive multiple", quotient=quotient)


@evidence(DESIGN, "witness", needs="lower end", step="keeps")
def test_past_the_upper_end_the_second_moment_grows(claim: Claim) -> None:
    point = {m_kept: 1, v_kept: 1, kappa: 1, low_kept: 1, C: Rational(11, 10)}  # C_ms = 1
    value = claim.says(factor_kept).subs(point)
    relation = claim.conjunct(kind="inequality", without=[Lambda_A])
    expect(not claim.region.subs(point), "outside the region")
    expect(not relation.subs(factor_kept, value), "rho_A > 1", rho=value)
