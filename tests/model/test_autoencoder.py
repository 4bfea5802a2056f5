"""Chapter autoencoder: the gradient and the Hessian, from the loss."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Rational, Symbol, lambdify

from sim import from_weights, simulate
from tests.ambient import derivatives
from tests.instances import exact
from theorem_audit import evidence, expect, expect_identity, rng
from theorem_audit.statement.claim import Claim
from theory.model.autoencoder import GRAD, HESS, gradient_of_loss, hessian_of_loss
from theory.notation import active, gradient, hessian_form, q_i, r2, v_v, w, w_v, x, x_v


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
