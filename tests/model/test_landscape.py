"""Chapter landscape: stationary points, global minima, saddles and spurious minima."""

from __future__ import annotations

from sympy import And, Ge, Le, Symbol, expand, groebner
from sympy.logic.boolalg import Boolean

from tests.inequalities import expect_condition, restricted
from tests.reading import expect_items
from tests.unit_cube import cube_chart, expect_on_cube
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.autoencoder import GRAD
from theory.model.landscape import (
    STATIONARY,
    gradient_norm2,
    loss_excess,
    loss_minimum,
    mean_gradient,
    mean_loss,
    rho_stationary,
    s_stationary,
)
from theory.notation import n, rho, s

# --- STATIONARY


@evidence(STATIONARY, "symbolic", step="gradient")
def test_squared_norm_of_the_gradient(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    on_active, on_rest = mean_gradient(GRAD.formula.rhs)
    # w_A and w_rest are orthogonal, of squared lengths s and rho.
    squared = on_active**2 * s + on_rest**2 * rho
    expect_zero(claim.says(gradient_norm2) - squared, "||grad L||^2")


@evidence(STATIONARY, "symbolic", step="classification")
def test_stationary_points_are_the_claimed_ones_and_no_others(claim: Claim) -> None:
    """grad L = 0 iff c_A^2 s = c_rest^2 rho = 0, a polynomial system, decided by elimination."""
    expect_items(claim, words.ORTHONORMAL)
    on_active, on_rest = (expand(n * c) for c in mean_gradient(GRAD.formula.rhs))
    system = [on_active * s, on_rest * rho]
    s_0, rho_0 = claim.says(s_stationary), claim.says(rho_stationary)
    expect(s_0 > 0 and rho_0 >= 0, "the stationary pair is none of a real w", s=s_0, rho=rho_0)
    for equation in system:
        expect_zero(equation.subs(s, 0), "a point with s = 0 is not stationary")
        expect_zero(equation.subs({s: s_0, rho: rho_0}), "the claimed pair is not stationary")
    inverse = Symbol("inverse")
    for name, vanishing in (("s", s * (s - s_0)), ("rho", s * (rho - rho_0))):
        basis = groebner([*system, 1 - inverse * vanishing], inverse, s, rho, order="lex")
        expect(
            basis.exprs == [1],
            f"a stationary point with s != 0 has another {name}",
            elimination=basis.exprs,
        )


def expect_loss_split(claim: Claim) -> None:
    """L = L_min + L_excess, L_min is attained at the stationary pair, and not on s = 0."""
    expect_items(claim, words.ORTHONORMAL)
    excess = claim.says(loss_excess)
    expect_zero(mean_loss() - claim.says(loss_minimum) - excess, "L = L_min + excess")
    at = {s: claim.says(s_stationary), rho: claim.says(rho_stationary)}
    expect_zero(excess.subs(at), "the minimum is not attained at the stationary pair")
    level = expand(2 * n * excess.subs(s, 0))
    expect(level.is_Rational and level > 0, "L at s = 0 is not above the minimum", level=level)


@evidence(STATIONARY, "certificate", step="minimum", cases={"s<=1": Le(s, 1), "s>=1": Ge(s, 1)})
def test_excess_is_nowhere_negative(claim: Claim, case: Boolean) -> None:
    """On the whole unbounded region, cut at s = 1: the zero (1, 0) is a corner of both parts."""
    expect_loss_split(claim)
    expect_condition(claim.region, Ge(n, 1), "n > 0, by which it is multiplied")
    excess = expand(2 * n * claim.says(loss_excess))
    region = And(restricted(claim.region, (s, rho)), case)
    expect_on_cube(excess, cube_chart(region, [s, rho]), "L - L_min >= 0")
