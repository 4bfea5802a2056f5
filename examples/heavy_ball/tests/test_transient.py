"""Chapter transient: the evidence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from sympy import (
    And,
    Expr,
    Le,
    Rational,
    cancel,
    exp,
    log,
)

from heavy_ball.descent import GD_OPTIMAL, rho_star
from heavy_ball.momentum import HB_RATE, b_star, eta_star
from heavy_ball.notation import (
    beta,
    eta,
    h,
    k,
    kappa,
    m,
    modulus2,
    s,
    x,
    x_next,
    x_prev,
)
from heavy_ball.transient import HB_OVERSHOOT, gain_gd, gain_hb
from tests.consequences import (
    Assumed,
    equations,
    expect_consequence,
    expect_fails,
    rational,
)
from tests.recursions import after_step
from theorem_audit import (
    check,
    evidence,
    expect,
    expect_identity,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.exact import box_of, difference, enclose, relations
from theorem_audit.statement import Claim
from theorem_audit.statement.conjuncts import matching


@evidence("HB-OVERSHOOT", "symbolic", step="first step")
def test_first_step_from_rest_along_l(claim: Claim) -> None:
    size = HB_RATE.says(eta_star)
    momentum = HB_RATE.says(b_star) ** 2
    first = after_step().subs({x_prev: x, h: k**2 * m**2, eta: size, beta: momentum})
    expect_identity(equations(claim), {x_next: first})


@evidence("HB-OVERSHOOT", "symbolic", step="growth")
def test_growth_is_the_hypothesis_times_a_square(claim: Claim) -> None:
    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        root_kappa = assumed(k - 1) + 1
        return (root_kappa + 1) ** 4, 8 * root_kappa**2 * assumed(k**2 - 2 * k - 1)

    growth = claim.conjunct(kind="inequality")
    expect_consequence(growth, claim.region, [proof])


@evidence("HB-OVERSHOOT", "witness", step="growth", needs="kappa > (1 + sqrt 2)^2")
def test_no_growth_for_kappa_four(claim: Claim) -> None:
    expect_fails(
        claim.conjunct(kind="inequality"),
        {k: 2},
        claim.region,
        claim.condition("kappa > (1 + sqrt 2)^2"),
    )


@evidence("HB-OVERSHOOT", "witness", step="first step")
def test_two_coordinates_for_kappa_nine(claim: Claim) -> None:
    """mu = 1, L = 9, from (1, 1): 34/16 after one step, where the start has 2."""
    size = Fraction(4, 16)
    slow, fast = 1 - size * 1, 1 - size * 9
    expect(claim.says(x_next).subs({k: 3, x: 1}) == rational(fast), "one step", kappa=9)
    expect(slow**2 + fast**2 > 2, "the distance grows", slow=slow, fast=fast)


def test_folklore_that_the_distance_never_grows_is_refuted() -> None:
    growth = next(
        p for p in relations(HB_OVERSHOOT.formula) if p != HB_OVERSHOOT.parts["first step"]
    )
    folklore = replace(
        HB_OVERSHOOT,
        formula=And(HB_OVERSHOOT.parts["first step"], Le(growth.gts, 1)),
        assumptions=HB_OVERSHOOT.assumptions[:1],
        steps=("statement",), parts={},
    )  # fmt: skip
    verdict = check(folklore)
    assert verdict.name == "refuted"
    (refuting,) = (o for o in verdict.outcomes if o.outcome == "refuted")
    at = Fraction(refuting.witness["k"])
    assert at**2 - 2 * at - 1 > 0


def gains() -> dict[Expr, Expr]:
    """Minus the logarithms of the two best rates, read from the claims about them."""
    squared = HB_RATE.says(modulus2).subs(k, 1 / s)
    descent = GD_OPTIMAL.says(rho_star).subs(kappa, 1 / s**2)
    return {gain_hb: -log(cancel(squared)) / 2, gain_gd: -log(cancel(descent))}


@evidence("HB-SPEEDUP", "ball", step="gains")
def test_gains_are_the_logarithms_of_the_rates(claim: Claim) -> None:
    """At one point by balls, which refute; then exactly: exp(2 gain) times the squared rate is 1."""
    said = matching(claim.formula, kind="equation")
    expect({e.lhs for e in said} == set(gains()), "two gains")
    for equation in said:
        ours = gains()[equation.lhs]
        gap = enclose((equation.rhs - ours).subs(s, Rational(1, 2)), {})
        expect(gap.contains(0), f"{equation} at s = 1/2", s=Rational(1, 2))
        powers = [exp(2 * side).simplify() for side in (equation.rhs, ours)]
        expect_zero(powers[0] - powers[1], f"{equation}")


@evidence("HB-SPEEDUP", "ball", step="comparison")
def test_gain_by_balls_on_the_whole_range(claim: Claim) -> None:
    relation = claim.conjunct(kind="inequality")
    gap = difference(relation).subs(gains())
    expect_positive_ball(gap, box_of(claim.region, (s,)), "gain a step")
