"""Evidence: SADDLES."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Ge, Le, Poly, Rational, expand

from tests.ambient import bases, combination, gates_at, hessian, loss, relu_loss
from tests.forms import cancel
from tests.inequalities import expect_condition, restricted
from tests.instances import ENTRIES, Vector, dot, exact
from tests.model.landscape_tools import masses
from tests.rationals import fractions
from tests.reading import expect_items
from tests.unit_cube import cube_chart, expect_on_cube
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.autoencoder import HESS
from theory.model.landscape import (
    SADDLES,
    critical_radius2,
    edge_gap,
    loss_gap,
    mean_loss,
    mean_over_data,
    overlap,
    saddle_curvature,
    saddle_multiplicity,
    v_active,
)
from theory.model.spectrum import trace_of_hessian
from theory.notation import d, k, n, r2, rho, s, v_v

# --- SADDLES


@evidence(SADDLES, "symbolic", step="hessian")
def test_hessian_at_points_off_the_data(claim: Claim) -> None:
    """w_A = 0 and s = 0 leave a multiple of the projection on the span of the k data."""
    expect_items(claim, words.ORTHONORMAL)
    form = mean_over_data(HESS.formula.rhs).subs({s: 0, overlap: 0, r2: rho})
    poly = Poly(form, v_v, v_active)
    expect_zero(poly.coeff_monomial(v_v), "the Hessian sees directions off the data")
    curvature = poly.coeff_monomial(v_active)
    expect_condition(claim.region, Ge(k, 1), "some datum is counted")
    rank = cancel(trace_of_hessian(HESS.formula.rhs).subs({s: 0, r2: rho}) / curvature)
    for symbol, value in ((saddle_curvature, curvature), (saddle_multiplicity, rank)):
        expect_identity(claim.conjunct(side=symbol, kind="equation"), {symbol: value})


@evidence(SADDLES, "symbolic", step="loss")
def test_loss_against_its_value_off_the_data(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    level = mean_loss().subs(s, 0)
    expect_zero(level - Rational(1, 2), "L at s = 0")
    expect_identity(claim.conjunct(side=loss_gap, kind="equation"), {loss_gap: mean_loss() - level})


@evidence(SADDLES, "certificate", step="inside")
def test_curvature_is_negative_inside(claim: Claim) -> None:
    """n mu is of degree 1 in rho, so it is negative below its root, and the root is r2_c."""
    scaled = expand(n * claim.says(saddle_curvature))
    border = claim.says(critical_radius2)
    expect_zero(scaled.subs(rho, border), "the curvature does not vanish at r2_c")
    expect(Poly(scaled, rho).degree() == 1, "the curvature is not of degree 1 in rho")
    expect_nonnegative(-scaled, {rho: (0, border)}, "negative curvature inside")


@evidence(SADDLES, "certificate", step="outside", cases={"s<=r_c^2": Le, "s>=r_c^2": Ge})
def test_loss_is_not_below_one_half_outside(claim: Claim, case: Any) -> None:
    """Every point with ||w||^2 >= r_c^2; those near (s, rho) = (0, > r_c^2) are among them."""
    border = claim.says(critical_radius2)
    outside = And(restricted(claim.region, (s, rho)), case(s, border), Ge(s + rho, border))
    gap = expand(2 * n * claim.says(loss_gap))
    expect_on_cube(gap, cube_chart(outside, [s, rho]), "L >= 1/2 outside")


@evidence(SADDLES, "symbolic", step="edge")
def test_no_minimum_at_the_critical_norm(claim: Claim) -> None:
    """Along rho = r2_c - 2s, s -> 0: the loss is below 1/2 although the Hessian at the end is 0."""
    border = claim.says(critical_radius2)
    curve = claim.says(loss_gap).subs(rho, border - 2 * s)
    expect_identity(claim.conjunct(side=edge_gap, kind="equation"), {edge_gap: curve})
    descent = Poly(expand(2 * n * claim.says(edge_gap)), s)
    expect(
        descent.is_monomial and descent.degree() % 2 == 0 and descent.LC() < 0,
        "L is not below 1/2 along the curve",
        gap=descent.as_expr(),
    )
    expect_zero(claim.says(saddle_curvature).subs(rho, border), "Hessian at the end")


@evidence(SADDLES, "property")
@given(data=st.data(), basis=bases(max_n=3))
def test_dead_neurons_are_flat_minima_at_every_norm(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]]
) -> None:
    """All q_i < 0: L = 1/2 on a whole ball, whatever ||w||; the threshold is for q_i = 0 only."""
    points, rest = basis
    negative = fractions(-2, Fraction(-1, 8), max_denominator=8)
    q = data.draw(st.lists(negative, min_size=len(points), max_size=len(points)))
    entries = data.draw(st.lists(ENTRIES, min_size=len(rest), max_size=len(rest)))
    shift = data.draw(st.lists(ENTRIES, min_size=len(points), max_size=len(points)))
    radius = min(abs(x) for x in q)
    level = Rational(1, 2) + claim.says(loss_gap).subs(s, 0)
    for scale in (Fraction(0), radius / 2):
        moved = [x + scale * y for x, y in zip(q, shift, strict=True)]
        weight = combination([*moved, *entries], [*points, *rest])
        expect(exact(relu_loss(weight, points)) == level, "L near a dead neuron", weight=weight)


@evidence(SADDLES, "witness", needs="counted data")
def test_a_dead_neuron_has_no_such_curvature(claim: Claim) -> None:
    """ReLU, n = d = 2, q = (-1/2, -1): no gate is counted, the Hessian is 0 on a ball around w.

    So there is no curvature that changes sign at r_c^2, inside it or outside: w is a local minimum.
    """
    points = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    for weight in ([Fraction(-1, 2), Fraction(-1)], [Fraction(-1), Fraction(-3, 2)]):
        gates = gates_at(weight, points, "relu")
        at = masses(weight, points, gates)
        found = hessian(weight, points, gates)
        expect(sum(gates) == 0 and found == found * 0, "the Hessian", weight=weight)
        curvature = claim.says(saddle_curvature).subs(at)
        expect(curvature != 0, "the claimed curvature is 0 as well", weight=weight)
        admitted = claim.region.subs({**at, k: 0, d: 2})
        expect(admitted == False, "the region counts no datum", weight=weight)  # noqa: E712


@evidence(SADDLES, "witness")
def test_squared_norm_two_is_no_local_minimum(claim: Claim) -> None:
    """n = 1, d = 3, w = (0, 1, 1): ||w||^2 = r2_c, and lower points come as near as we like."""
    border = int(claim.says(critical_radius2))
    point = [[Fraction(1), Fraction(0), Fraction(0)]]
    end = [Fraction(0), Fraction(1), Fraction(1)]
    expect(dot(end, end) == border, "the end of the curve has another norm", border=border)
    for power in range(1, 30, 4):
        step = Fraction(1, 2**power)
        # ||w||^2 = step^2 + 1 + (1 - step^2)^2 = 2 - step^2 + step^4
        weight = [step, Fraction(1), 1 - step**2]
        below = loss(weight, point, [1]) - loss(end, point, [1])
        at = masses(weight, point, [1])
        expect(exact(below) == claim.says(loss_gap).subs(at), "L - 1/2", step=step)
        expect(below < 0, "not lower", step=step)
