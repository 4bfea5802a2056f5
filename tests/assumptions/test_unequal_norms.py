"""Chapter unequal_norms: the step, the landscape and full batch on orthogonal data of any norms."""

from __future__ import annotations

from typing import Any

from sympy import Ge, Gt, Integer, Le, Lt, Min, Poly, Rational, Symbol, expand, solve
from sympy.logic.boolalg import Boolean

from tests.analysis import expect_outside
from tests.assumptions.norms import X, Y, alpha, scaled, scaled_region
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied
from tests.quadratic.cases import expect_assumed
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.saddle_trap import factor_of
from theory.assumptions.unequal_norms import (
    NORMS_CONFINED,
    NORMS_HESSIAN,
    NORMS_STATIONARY,
    NORMS_STEP,
    Q,
    c_j,
    c_j_next,
    curve_along,
    curve_j,
    curve_off,
    gradient_j,
    gradient_off,
    loss_excess,
    mass,
    mass_star,
    norm_of_step,
    norm_star,
    sigma_i,
    sigma_j,
    sigma_m,
    step_of_norms,
)  # fmt: skip
from theory.model.autoencoder import GATE, HESS, gradient_of_loss, loss_on_line
from theory.model.step import MEMBERSHIP
from theory.notation import (
    S,
    a,
    active,
    chi,
    n,
    perp,
    perp_next,
    q_i,
    r2,
    r2_next,
    v_v,
    w_v,
    x_v,
)  # fmt: skip

N_X = Symbol("<x_i,x_i>", real=True)


# NORMS-STEP


@evidence(NORMS_STEP, "symbolic")
def test_step_from_the_loss(claim: Claim) -> None:
    """<x_i, x_i> enters the loss by a constant alone, so the gradient is that of a unit datum."""
    expect_items(claim, words.ORTHOGONAL)
    expect_assumed(claim, MEMBERSHIP.condition)  # chi^2 = chi, in the norm of the step
    shift = expand(loss_on_line(N_X) - loss_on_line())
    expect(shift.free_symbols == {N_X}, f"<x_i, x_i> changes the loss by {shift}")
    along, off = step_of_norms(gradient_of_loss())
    expect_identity(
        claim.formula, {c_j_next: along, perp_next: off, r2_next: norm_of_step(along, off)}
    )


# NORMS-STATIONARY and NORMS-HESSIAN


@evidence(NORMS_STATIONARY, "symbolic", step="gradient")
def test_gradient_of_the_mean_loss(claim: Claim) -> None:
    """A full-batch step moves c_j by -a n times the gradient's coordinate; S is s, chi the gate."""
    expect_assumed(claim, GATE.condition)  # the gate is a membership
    expect_implied(Ge(n, 1), claim.region)
    expect_only(claim, gradient_j, gradient_off, norm_star, mass_star, loss_excess)
    everything = {S: mass, chi: active}
    moved = {
        gradient_j: (c_j - NORMS_STEP.says(c_j_next)) / (a * n),
        gradient_off: (perp - NORMS_STEP.says(perp_next)) / (a * n),
    }
    for symbol, value in moved.items():
        expect_zero(claim.says(symbol) - cancel(value.subs(everything)), str(symbol))


@evidence(NORMS_STATIONARY, "symbolic", step="classification")
def test_stationary_points_have_one_norm(claim: Claim) -> None:
    """s != 0: w_perp = 0, no closed gate at c_j != 0, one norm, then r2 = 1 and s = sigma_j^2."""
    per = cancel(n * claim.says(gradient_j) / c_j)
    expect_zero(cancel(n * claim.says(gradient_off) / perp) - mass, "w_perp = 0 unless s = 0")
    expect_zero(per.subs(active, 0) - mass, "a closed gate needs c_j = 0 unless s = 0")
    expect_zero(claim.says(gradient_j).subs({active: 1, c_j: 0}), "c_j = 0 is stationary")
    live = per.subs(active, 1)
    other = live.subs(sigma_j, sigma_i)
    quotient = cancel((live - other) / (sigma_i**2 - sigma_j**2))
    expect_zero(quotient - (2 - r2), "two norms need r2 = 2")
    expect_zero(live.subs(r2, 2) - mass, "and r2 = 2 needs s = 0")
    common = live.subs(mass, sigma_j**2 * r2)  # all of w has this norm
    expect(solve(common, r2) == [claim.says(norm_star)], "r2 of a stationary point")
    at = {r2: claim.says(norm_star), mass: claim.says(mass_star)}
    expect_zero(live.subs(at), "the claimed point is not stationary")
    expect_zero(at[mass] - sigma_j**2 * at[r2], "s of the claimed point")


@evidence(NORMS_STATIONARY, "symbolic", step="minimum")
def test_loss_over_its_value_at_the_largest_norm(claim: Claim) -> None:
    """The sum over active data of q_i^2 is s; (1/2) sum <x_i, x_i> cancels."""
    one = Poly(expand(loss_on_line(N_X).subs({x_v: 0, w_v: 0, v_v: 0})).subs(active, 1), q_i)
    expect(set(one.monoms()) == {(0,), (2,)}, f"loss of one sample: {one}")
    level = one.coeff_monomial(q_i**2) * mass / n  # and a constant
    expect_zero(one.coeff_monomial(1) - N_X / 2, "constant of the loss")
    least = level.subs({r2: 1, mass: sigma_m**2}, simultaneous=True)
    expect_zero(claim.says(loss_excess) - (level - least), "L - L(x_m/sigma_max)")


@evidence(NORMS_STATIONARY, "certificate", step="nothing lower", cases={"in": 0, "out": 1})
def test_nothing_is_lower_than_the_largest_norm(claim: Claim, case: int) -> None:
    """r2 <= 2 as a box; r2 = 2 + y, y >= 0, where all coefficients are positive."""
    chart = {mass: sigma_m**2 * X}
    gap, power = scaled(2 * n * claim.says(loss_excess), chart)
    expect(power % 2 == 0, "the excess has the sign of its scaled form")
    region = scaled_region(claim.region, chart)
    if case == 0:
        expect_holds(Ge(gap, 0), region & Ge(r2, 0) & Le(r2, 2), (r2, X), derived={})
        minimum = {X: r2, r2: 1}
        expect_zero(gap.subs(minimum), "attained at a unit vector on the largest norm")
        return
    expect_implied(Ge(X, 0), region)
    terms = Poly(gap.subs(r2, 2 + Symbol("y")), Symbol("y"), X)
    expect(all(value > 0 for value in terms.coeffs()), f"signs of {terms}")


def on_vector(form: Any, squares: Any, with_w: Any, length: Any) -> Any:
    """n H[v, v] at w, a unit vector on norm sigma_i, from the form of one sample.

    squares: sum_k <x_k, v>^2; with_w: <w, v>; then sum_k q_k <x_k, v> = sigma_i^2 <w, v>.
    """
    totals = {(2, 0): sigma_i**2, (1, 1): sigma_i**2 * with_w, (0, 2): squares}
    poly = Poly(expand(form.subs({active: 1, r2: 1, w_v: with_w, v_v: length})), q_i, x_v)
    return sum((c * totals[powers] for powers, c in poly.terms()), Integer(0))


@evidence(NORMS_HESSIAN, "symbolic")
def test_spectrum_at_a_stationary_point(claim: Claim) -> None:
    """The form is diagonal in any orthonormal basis of w, vectors along data, and the rest.

    On sum_k <x_k, v>^2, <w, v>^2 and <v, v> it depends linearly, and each is diagonal there.
    """
    expect_items(claim, words.ORTHOGONAL, words.LINEAR, words.STATIONARY)
    expect_implied(Ge(n, 1), claim.region)
    form = HESS.formula.rhs
    expect_identity(
        claim.formula,
        {
            curve_along: on_vector(form, sigma_i**2, 1, 1) / n,
            curve_j: on_vector(form, sigma_j**2, 0, 1) / n,
            curve_off: on_vector(form, 0, 0, 1) / n,
        },
    )


# NORMS-CONFINED


def split_minimum(relation: Boolean) -> list[tuple[Boolean, Boolean]]:
    """lhs >= Min(u, v) as (lhs >= u where u <= v, lhs >= v where v <= u)."""
    found = list(relation.atoms(Min))
    if not found:
        return [(relation, Le(0, 1))] * 2
    (least,) = found
    one, two = least.args
    return [(relation.subs(least, one), Le(one, two)), (relation.subs(least, two), Le(two, one))]


@evidence(NORMS_CONFINED, "certificate", step="norm", cases={"first": 0, "second": 1})
def test_distance_to_radius_two_is_kept(claim: Claim, case: int) -> None:
    """In the chart a sigma_max^2, S/sigma_max^2, Q/sigma_max^4 the largest norm drops out."""
    relation = claim.conjunct(r2_next)
    part, where = split_minimum(relation)[case]
    gap, power = scaled(difference(part).subs(r2_next, NORMS_STEP.says(r2_next)))
    expect(power == 0, "the inequality has no scale")
    region = scaled_region(claim.region) & where
    expect_holds(Ge(gap, 0), region, (alpha, r2, X, Y), derived={}, factor=alpha)


@evidence(NORMS_CONFINED, "certificate", step="factor")
def test_left_out_factor_is_positive(claim: Claim) -> None:
    expect(len(relations(claim.formula)) == 2, "two inequalities are read")
    relation = claim.conjunct(without=[r2_next])
    gap, power = scaled(difference(relation))
    expect(power == 0 and isinstance(relation, Gt | Lt), f"{relation}")
    expect_zero(difference(relation) - factor_of(0), "it is the factor of NORMS-STEP")
    region = scaled_region(claim.region)
    expect_holds(Gt(gap, 0), region, (alpha, r2, X, Y), derived={})


def expect_vanishing(claim: Claim, step: Rational, norm: Rational) -> None:
    """One datum of norm 1, w along it: 1 - aS = 0."""
    point = {a: step, S: norm, r2: norm, Q: norm, sigma_m: 1}
    expect(factor_of(0).subs(point) == 0, "the factor does not vanish")
    expect_outside(claim, point, "the factor of what is left out vanishes")


@evidence(NORMS_CONFINED, "witness", step="factor", needs="step size")
def test_factor_vanishes_at_the_step_size(claim: Claim) -> None:
    expect_vanishing(claim, Rational(1, 2), Integer(2))


@evidence(NORMS_CONFINED, "witness", step="factor", needs="radius")
def test_factor_vanishes_outside_the_radius(claim: Claim) -> None:
    expect_vanishing(claim, Rational(2, 5), Rational(5, 2))
