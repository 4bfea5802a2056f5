"""Chapter descent: the evidence.

A check reads the claim that it is handed, never a formula of its own, so that wrong variants meet it too
(`audit mutants`).
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, solve

from heavy_ball.descent import (
    GD_STEP,
    drop,
    eta_star,
    rho_star,
    step,
)
from heavy_ball.notation import L, eta, h, kappa, mu, rho, x, x_next
from tests.consequences import (
    Assumed,
    equations,
    expect_consequence,
    expect_fails,
    rational,
)
from theorem_audit import evidence, expect, expect_identity
from theorem_audit.statement import Claim
from theorem_audit.statement.conjuncts import matching

VALUES = st.fractions(min_value=-4, max_value=4, max_denominator=9)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=9)


@evidence("GD-STEP", "symbolic")
def test_step_from_the_gradient(claim: Claim) -> None:
    expect_identity(claim.formula, {x_next: step()})


@evidence("GD-STEP", "property")
@given(curvature=VALUES, size=VALUES, start=VALUES)
def test_step_on_random_parabolas(
    claim: Claim, curvature: Fraction, size: Fraction, start: Fraction
) -> None:
    """The gradient by a symmetric difference, which is exact for a parabola."""

    def loss(at: Fraction) -> Fraction:
        return curvature * at**2 / 2

    gradient = (loss(start + 1) - loss(start - 1)) / 2
    values = {h: curvature, eta: size, x: start, x_next: start - size * gradient}
    said = claim.formula.subs({key: rational(value) for key, value in values.items()})
    expect(said, "one step", h=curvature, eta=size, x=start)


@evidence("GD-EDGE", "symbolic", step="drop")
def test_drop_from_one_step(claim: Claim) -> None:
    after = GD_STEP.says(x_next)
    expect_identity(equations(claim), {drop: x**2 - after**2})


@evidence("GD-EDGE", "symbolic", step="sign")
def test_drop_is_a_sum_of_products_of_the_hypotheses(claim: Claim) -> None:
    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        curvature = assumed(h - mu) + assumed(mu)
        below = assumed(2 - eta * L) + assumed(eta) * assumed(L - h)
        return Rational(1), assumed(eta) * curvature * below * assumed(x**2)

    sign = claim.conjunct(kind="inequality")
    expect_consequence(sign, claim.region, [proof])


@evidence("GD-EDGE", "witness", step="sign", needs="below the edge")
def test_no_decrease_at_the_edge(claim: Claim) -> None:
    """At eta = 2/L the steepest coordinate goes to minus itself, for ever."""
    below = next(a for a in claim.assumptions if a.name == "below the edge").condition
    at = {mu: 1, h: 4, L: 4, eta: Rational(1, 2), x: 1}
    expect(GD_STEP.says(x_next).subs(at) == -1, "one step at the edge")
    expect_fails(claim.conjunct(kind="inequality"), at, claim.region, below)


@evidence("GD-RATE", "symbolic")
def test_factor_between_its_values_at_the_ends(claim: Claim) -> None:
    def above(assumed: Assumed) -> tuple[Expr, Expr]:
        return Rational(1), assumed(rho - 1 + eta * mu) + assumed(eta) * assumed(h - mu)

    def below(assumed: Assumed) -> tuple[Expr, Expr]:
        return Rational(1), assumed(rho - eta * L + 1) + assumed(eta) * assumed(L - h)

    for relation in matching(claim.formula, kind="inequality"):
        expect_consequence(relation, claim.region, [above, below])


@evidence("GD-RATE", "property")
@given(low=SHARES, width=SHARES, place=SHARES, size=SHARES, start=VALUES)
def test_one_step_on_random_spectra(
    claim: Claim, low: Fraction, width: Fraction, place: Fraction, size: Fraction, start: Fraction
) -> None:
    """Any curvature between the ends: the coordinate shrinks by the factor at least."""
    high, step_size = low + width, 4 * size
    factor = max(1 - step_size * low, step_size * high - 1)
    values = {mu: low, L: high, h: low + place * width, eta: step_size, rho: factor, x: start}
    at = {key: rational(value) for key, value in values.items()}
    expect(claim.formula.subs(at), "contraction", **{str(key): value for key, value in at.items()})
    after = GD_STEP.says(x_next).subs(at)
    expect(abs(after) <= at[rho] * abs(at[x]), "one step", h=at[h], eta=at[eta], x=at[x])


@evidence("GD-OPTIMAL", "symbolic", step="balance")
def test_step_at_which_both_ends_shrink_alike(claim: Claim) -> None:
    (balanced,) = solve((1 - eta * mu) - (eta * L - 1), eta)
    factor = (1 - balanced * mu).subs(L, kappa * mu)
    expect_identity(equations(claim), {eta_star: balanced, rho_star: factor})


@evidence("GD-OPTIMAL", "symbolic", step="no better")
def test_no_step_does_better_at_both_ends(claim: Claim) -> None:
    """kappa times the hypothesis at mu, plus that at L: the step size drops out."""

    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        ratio = assumed(kappa - 1) + 1
        return ratio + 1, ratio * assumed(rho - 1 + eta * mu) + assumed(rho - eta * L + 1)

    bound = claim.conjunct(kind="inequality")
    expect_consequence(bound, claim.region, [proof])


@evidence("GD-OPTIMAL", "witness", step="no better", needs="factor at L")
def test_one_end_alone_allows_any_rate(claim: Claim) -> None:
    fast = next(a for a in claim.assumptions if a.name == "factor at L").condition
    at = {mu: 1, kappa: 3, L: 3, eta: 1, rho: 0}
    expect_fails(claim.conjunct(kind="inequality"), at, claim.region, fast)
