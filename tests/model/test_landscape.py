"""Chapter landscape: stationary points, global minima, saddles and spurious minima."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Ge, Le, Symbol, expand, groebner
from sympy.logic.boolalg import Boolean

from sim import from_weights, simulate
from sim.observe import active_mass
from sim.observe import loss as observed_loss
from tests.ambient import (
    bases,
    combination,
    gates_at,
    gradient,
    loss,
    unit_vectors,
)
from tests.inequalities import expect_condition, restricted
from tests.instances import ENTRIES, Vector, dot, exact
from tests.model.landscape_tools import ACTIVATIONS, masses
from tests.rationals import fractions
from tests.unit_cube import cube_chart, expect_on_cube
from theorem_audit import (
    evidence,
    expect,
    expect_zero,
    note,
    rng,
    seed,
)
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
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
    on_active, on_rest = mean_gradient(GRAD.formula.rhs)
    # w_A and w_rest are orthogonal, of squared lengths s and rho.
    squared = on_active**2 * s + on_rest**2 * rho
    expect_zero(stated(claim.formula, gradient_norm2) - squared, "||grad L||^2")


@evidence(STATIONARY, "symbolic", step="classification")
def test_stationary_points_are_the_claimed_ones_and_no_others(claim: Claim) -> None:
    """grad L = 0 iff c_A^2 s = c_rest^2 rho = 0, a polynomial system, decided by elimination."""
    on_active, on_rest = (expand(n * c) for c in mean_gradient(GRAD.formula.rhs))
    system = [on_active * s, on_rest * rho]
    s_0, rho_0 = stated(claim.formula, s_stationary), stated(claim.formula, rho_stationary)
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
    excess = stated(claim.formula, loss_excess)
    expect_zero(mean_loss() - stated(claim.formula, loss_minimum) - excess, "L = L_min + excess")
    at = {s: stated(claim.formula, s_stationary), rho: stated(claim.formula, rho_stationary)}
    expect_zero(excess.subs(at), "the minimum is not attained at the stationary pair")
    level = expand(2 * n * excess.subs(s, 0))
    expect(level.is_Rational and level > 0, "L at s = 0 is not above the minimum", level=level)


@evidence(STATIONARY, "certificate", step="minimum", cases={"s<=1": Le(s, 1), "s>=1": Ge(s, 1)})
def test_excess_is_nowhere_negative(claim: Claim, case: Boolean) -> None:
    """On the whole unbounded region, cut at s = 1: the zero (1, 0) is a corner of both parts."""
    expect_loss_split(claim)
    expect_condition(claim.region, Ge(n, 1), "n > 0, by which it is multiplied")
    excess = expand(2 * n * stated(claim.formula, loss_excess))
    region = And(restricted(claim.region, (s, rho)), case)
    expect_on_cube(excess, cube_chart(region, [s, rho]), "L - L_min >= 0")


@evidence(STATIONARY, "property")
@given(data=st.data(), basis=bases(), activation=ACTIVATIONS)
def test_gradient_and_loss_of_explicit_weights(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], activation: str
) -> None:
    points, _ = basis
    size = len(points[0])
    weight = data.draw(st.lists(ENTRIES, min_size=size, max_size=size))
    gates = gates_at(weight, points, activation)
    at = masses(weight, points, gates)
    found = gradient(weight, points, gates)
    norm2 = stated(claim.formula, gradient_norm2).subs(at)
    expect(norm2 == exact(dot(found, found)), "||grad L||^2", weight=weight, data=points)
    minimum = stated(claim.formula, loss_minimum).subs(at)
    excess = stated(claim.formula, loss_excess).subs(at)
    value = exact(loss(weight, points, gates))
    expect(value == minimum + excess, "L", weight=weight, data=points)
    expect(value >= minimum, "L below its minimum", weight=weight, data=points)


@evidence(STATIONARY, "property")
@given(data=st.data(), basis=bases(), activation=ACTIVATIONS)
def test_the_claimed_points_are_stationary_in_space(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], activation: str
) -> None:
    """Both families, on random data: the sphere in the span, and the complement of the data."""
    points, rest = basis
    size = len(points)
    entries = st.lists(ENTRIES, min_size=len(rest), max_size=len(rest))
    direction = data.draw(unit_vectors(size))
    if activation == "relu":
        direction = [abs(x) for x in direction]
    on_manifold = combination(direction, points)
    away = combination(data.draw(entries), rest) if rest else [Fraction(0)] * size
    if activation == "relu":
        negative = data.draw(st.lists(fractions(-1, 0, max_denominator=8),
                                      min_size=size, max_size=size))  # fmt: skip
        away = [x + y for x, y in zip(away, combination(negative, points), strict=True)]
    for weight in (on_manifold, away):
        gates = gates_at(weight, points, activation)
        at = masses(weight, points, gates)
        found = gradient(weight, points, gates)
        expect(not any(found), "the gradient is not zero", weight=weight, data=points)
        expect(stated(claim.formula, gradient_norm2).subs(at) == 0, "claimed norm", weight=weight)
    gates = gates_at(on_manifold, points, activation)
    at = masses(on_manifold, points, gates)
    expect(at[s] == stated(claim.formula, s_stationary), "s on the manifold")
    expect(at[rho] == stated(claim.formula, rho_stationary), "rho on the manifold")
    value = exact(loss(on_manifold, points, gates))
    expect(value == stated(claim.formula, loss_minimum).subs(at), "minimum value")


@evidence(STATIONARY, "simulation", cases={"linear": "linear", "relu": "relu"})
def test_runs_end_at_the_global_minimum(claim: Claim, case: str) -> None:
    """Full batch and mini-batch, 100 starts inside squared norm 2 on a random orthonormal basis.

    Tolerance: the loss observable is a sum of products of float64 values below 4 with fewer than
    4 n roundings each, so 64 n eps covers it; the excess itself is evaluated at the final state.
    """
    size, dimension, runs = 5, 9, 100
    stream = rng(case)
    basis = np.linalg.qr(stream.standard_normal((dimension, dimension)))[0][:size]
    weight = stream.standard_normal((runs, dimension))
    weight *= 1.2 / np.linalg.norm(weight, axis=1)[:, None]
    q, off = from_weights(weight, basis)
    tolerance = 64 * size * np.finfo(float).eps
    minimum = float(stated(claim.formula, loss_minimum).subs(n, size))
    for batch_size in (size, 2):
        run = simulate(
            q, off, batch_size=batch_size, step_size=0.3 * batch_size, steps=2000,
            activation=case, seed=seed(case, batch_size),
            observe={"loss": observed_loss, "s": active_mass}, every=2000,
        )  # fmt: skip
        alive = ~run.dead
        expect(alive.sum() > runs / 2, "too few live runs", alive=int(alive.sum()))
        on = run.recorded["s"][-1][alive]
        excess = stated(claim.formula, loss_excess).subs(n, size)
        for value, mass, total in zip(
            run.recorded["loss"][-1][alive], on, run.r2[alive], strict=True
        ):
            claimed = float(excess.subs({s: mass, rho: total - mass}))
            expect(abs(value - minimum - claimed) <= tolerance, "loss", loss=value, s=mass)
            expect(value - minimum <= 1e-9, "not at the minimum after 2000 steps", loss=value)
        note(f"{case}, b = {batch_size}: {int(alive.sum())} live runs end at L_min = {minimum:g}")
