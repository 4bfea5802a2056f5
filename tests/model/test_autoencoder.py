"""Chapter autoencoder: the gradient and the Hessian, from the loss."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Matrix, Rational, Symbol, diff, expand, lambdify, symbols

from sim import from_weights, simulate
from tests.ambient import bases, derivatives, gates_at
from tests.ambient import gradient as gradient_in_space
from tests.instances import ENTRIES, Vector, dot, exact
from tests.rationals import fractions
from theorem_audit import evidence, expect, expect_identity, expect_zero, rng
from theorem_audit.statement.claim import Claim
from theory.model.autoencoder import (
    ACTIVATIONS,
    GRAD,
    HESS,
    gradient_of_loss,
    hessian_of_loss,
    loss_value,
)
from theory.notation import active, gradient, hessian_form, q_i, r2, v_v, w, w_v, x, x_v

RATIONALS = fractions(min_value=-2, max_value=2, max_denominator=12)
DIMENSIONS = st.integers(min_value=1, max_value=4)


def _named(point: dict[Symbol, int]) -> dict[str, int]:
    return {str(x): value for x, value in point.items()}


def _expect_gate(claim: Claim) -> None:
    """The region holds the gate to 0 and 1, which the derivation uses as h^2 = h."""
    for value in (-1, Rational(1, 2), 2):
        at = {active: value, q_i: 1}
        expect(claim.region.subs(at) == False, "a gate between or beyond", **_named(at))  # noqa: E712


@evidence(GRAD, "symbolic")
def test_gradient_is_the_first_derivative_on_every_line(claim: Claim) -> None:
    _expect_gate(claim)
    expect_identity(claim.formula, {gradient: gradient_of_loss()})


@evidence(HESS, "symbolic")
def test_hessian_is_the_second_derivative_on_every_line(claim: Claim) -> None:
    _expect_gate(claim)
    closed = {active: 0, q_i: 0}  # there ReLU's loss has no second derivative: see the witness
    expect(claim.region.subs(closed) == False, "the kink is in the region", **_named(closed))  # noqa: E712
    expect_identity(claim.formula, {hessian_form: hessian_of_loss()})


def _explicit(size: int) -> tuple[Matrix, Matrix, Expr]:
    """Weight, a unit point e_1 rotated by a rational rotation, and the loss, entry by entry."""
    weight = Matrix(symbols(f"w0:{size}", real=True))
    point = Matrix([1] + [0] * (size - 1))
    if size > 1:
        point[0], point[1] = Rational(3, 5), Rational(4, 5)
    phi = active * (weight.T * point)[0]
    residual = point - weight * phi
    return weight, point, expand((residual.T * residual)[0] / 2)


@evidence(GRAD, "property", cases={f"d={size}": size for size in (1, 2, 3)})
def test_gradient_entry_by_entry(claim: Claim, case: int) -> None:
    weight, point, loss = _explicit(case)
    scalars = {q_i: (weight.T * point)[0], r2: (weight.T * weight)[0]}
    for row in range(case):
        value = claim.formula.rhs.subs({x: point[row], w: weight[row]}).subs(scalars)
        for gate in (0, 1):
            gap = diff(loss.subs(active, gate), weight[row]) - value.subs(active, gate)
            expect_zero(gap, f"entry {row} of the gradient with gate {gate}")


@evidence(HESS, "property", cases={f"d={size}": size for size in (1, 2, 3)})
def test_hessian_entry_by_entry(claim: Claim, case: int) -> None:
    weight, point, loss = _explicit(case)
    scalars = {q_i: (weight.T * point)[0], r2: (weight.T * weight)[0]}
    direction = Matrix(symbols(f"v0:{case}", real=True))
    inner = {
        x_v: (point.T * direction)[0],
        w_v: (weight.T * direction)[0],
        v_v: (direction.T * direction)[0],
    }
    form = claim.formula.rhs.subs({**inner, **scalars}, simultaneous=True)
    for row in range(case):
        for column in range(case):
            for gate in (0, 1):
                entry = diff(loss.subs(active, gate), weight[row], weight[column])
                claimed = diff(form.subs(active, gate), direction[row], direction[column]) / 2
                expect_zero(entry - claimed, f"entry ({row}, {column}) with gate {gate}")


@evidence(GRAD, "property")
@given(data=st.data(), size=DIMENSIONS)
def test_gradient_matches_exact_differences(claim: Claim, data: st.DataObject, size: int) -> None:
    """Central differences of a quartic with two step widths give the derivative exactly."""
    weight = data.draw(st.lists(RATIONALS, min_size=size, max_size=size))
    direction = data.draw(st.lists(RATIONALS, min_size=size, max_size=size))
    q0, slope = weight[0], direction[0]  # the data point is e_1
    if q0 == 0:
        q0 = weight[0] = Fraction(1)

    def loss(u: Fraction) -> Fraction:
        moved = [a + u * b for a, b in zip(weight, direction, strict=True)]
        value = loss_value().subs(
            {
                active: 1,
                q_i: Rational(*moved[0].as_integer_ratio()),
                r2: sum(Rational(*m.as_integer_ratio()) ** 2 for m in moved),
            }
        )
        return Fraction(int(value.p), int(value.q))

    one, two = Fraction(1), Fraction(2)
    derivative = (8 * (loss(one) - loss(-one)) - (loss(two) - loss(-two))) / 12
    claimed = claim.formula.rhs.subs(
        {
            active: 1,
            x: Rational(*slope.as_integer_ratio()),
            w: sum(
                Rational(*a.as_integer_ratio()) * Rational(*b.as_integer_ratio())
                for a, b in zip(weight, direction, strict=True)
            ),
            q_i: Rational(*weight[0].as_integer_ratio()),
            r2: sum(Rational(*a.as_integer_ratio()) ** 2 for a in weight),
        }
    )
    expect(claimed == derivative, "directional derivative", weight=weight, direction=direction)


def _explicit_state(data: st.DataObject, basis: tuple[list[Vector], list[Vector]]) -> Vector:
    points, _ = basis
    size = len(points[0])
    return data.draw(st.lists(ENTRIES, min_size=size, max_size=size))


@evidence(GRAD, "property")
@given(data=st.data(), basis=bases(), activation=st.sampled_from(ACTIVATIONS))
def test_gradient_on_random_orthonormal_data(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], activation: str
) -> None:
    """Each datum of a rational orthonormal basis, against exact differences of the loss in R^d.

    ReLU at q_i = 0 is included: the loss has a gradient there, 0, which is the claim's at gate 0.
    """
    weight = _explicit_state(data, basis)
    for point in basis[0]:
        gates = gates_at(weight, [point], activation)
        found = gradient_in_space(weight, [point], gates)
        at = {active: gates[0], q_i: exact(dot(weight, point)), r2: exact(dot(weight, weight))}
        claimed = claim.formula.rhs.subs(at)
        for row, value in enumerate(found):
            entry = claimed.subs({x: exact(point[row]), w: exact(weight[row])})
            expect(entry == exact(value), f"entry {row}", weight=weight, point=point)


@evidence(HESS, "property")
@given(data=st.data(), basis=bases(), activation=st.sampled_from(ACTIVATIONS))
def test_hessian_on_random_orthonormal_data(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], activation: str
) -> None:
    weight, v = _explicit_state(data, basis), _explicit_state(data, basis)
    for point in basis[0]:
        q = dot(weight, point)
        if activation == "relu" and q == 0:
            continue
        gates = gates_at(weight, [point], activation)
        found = derivatives(weight, v, [point], gates)[1]
        at = {
            active: gates[0],
            q_i: exact(q),
            r2: exact(dot(weight, weight)),
            x_v: exact(dot(point, v)),
            w_v: exact(dot(weight, v)),
            v_v: exact(dot(v, v)),
        }
        expect(claim.formula.rhs.subs(at) == exact(found), "H[v, v]", weight=weight, v=v)


@evidence(HESS, "witness", needs="off the kink")
def test_relu_has_no_second_derivative_at_the_kink(claim: Claim) -> None:
    """w = (0, 1), x = (1, 0), at w + u x: the loss is 1/2 for u < 0 and 1/2 - (1 - u^2) u^2/2 above."""
    point, weight, v = [1, 0], [0, 1], [1, 0]
    fractions = [[Fraction(e) for e in vector] for vector in (point, weight, v)]
    sides = {
        gate: derivatives(fractions[1], fractions[2], [fractions[0]], [gate])[1] for gate in (0, 1)
    }
    at = {q_i: 0, r2: 1, x_v: 1, w_v: 0, v_v: 1}
    for gate, found in sides.items():
        expect(claim.formula.rhs.subs({**at, active: gate}) == exact(found), "one-sided", gate=gate)
    expect(sides[0] != sides[1], "the sides agree", **{f"gate {g}": x for g, x in sides.items()})


@evidence(GRAD, "peer", cases={"linear": "linear", "relu": "relu"})
def test_the_simulator_follows_the_gradient(claim: Claim, case: str) -> None:
    """One simulated step on a random orthonormal basis against w - (eta/b) sum of claimed gradients.

    Tolerance: entries are below 8 and each side does fewer than 20 d + 20 n roundings, so their gap
    is below 8 (20 d + 20 n) eps; the basis of LAPACK's QR is orthonormal to within d eps, which is
    of the same order.  The bound below allows four times as much.
    """
    size, dimension, batch_size, step_size, runs = 5, 8, 3, 0.7, 200
    stream = rng(case)
    basis = np.linalg.qr(stream.standard_normal((dimension, dimension)))[0][:size]
    weight = stream.standard_normal((runs, dimension))
    weight /= np.linalg.norm(weight, axis=1)[:, None]
    batches = np.stack([stream.permutation(size)[:batch_size] for _ in range(runs)])
    slope = lambdify((active, q_i, r2, x, w), claim.formula.rhs, "numpy")
    moved = weight.copy()
    for row, batch in enumerate(batches):
        before = weight[row]
        for index in batch:
            q = before @ basis[index]
            gate = float(case == "linear" or q > 0)
            moved[row] -= (
                step_size / batch_size * slope(gate, q, before @ before, basis[index], before)
            )
    q, off = from_weights(weight, basis)
    run = simulate(q, off, batch_size=batch_size, step_size=step_size, steps=1, activation=case,
                   batches=batches[None])  # fmt: skip
    q_moved, off_moved = from_weights(moved, basis)
    bound = 4 * 8 * 20 * (dimension + size) * np.finfo(float).eps
    gap = max(np.abs(run.q - q_moved).max(), np.abs(run.rho - off_moved).max())
    expect(gap < bound, "one step", gap=gap, bound=bound)


@evidence(GRAD, "witness", needs="gate")
@evidence(HESS, "witness", needs="gate")
def test_a_gate_between_open_and_closed_breaks_the_formulas(claim: Claim) -> None:
    """h = 1/2, x = (1, 0), w = (1, 1): the formulas use h^2 = h."""
    point, weight = [Fraction(1), Fraction(0)], [Fraction(1), Fraction(1)]
    found = derivatives(weight, point, [point], [Fraction(1, 2)])
    at = {active: Rational(1, 2), q_i: 1, r2: 2, x_v: 1, w_v: 1, v_v: 1, x: 1, w: 1}
    order = 0 if claim.id == GRAD.id else 1
    claimed = claim.formula.rhs.subs(at)
    expect(claimed != exact(found[order]), "holds at h = 1/2", found=found[order])
