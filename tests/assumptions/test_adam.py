"""Chapter momentum: Adam depends on the axes in which a problem is written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Gt, Rational, Symbol, sign
from sympy.logic.boolalg import Boolean

from sim import from_weights
from sim.problems.momentum import simulate_adam, simulate_momentum
from tests.assumptions.momentum_tools import PLANE, expect_not_admitted
from tests.forms import cancel
from tests.full_batch.tools import U
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, exact
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.momentum import ADAM_BASIS, first, rate, second, turn
from theory.model.autoencoder import GRAD
from theory.notation import active, gradient, q_i, r2, w, x

# ADAM-BASIS


def signs(expr: Expr) -> Expr:
    """sign(A), sign(B) as symbols."""
    return expr.subs({sign(first): Symbol("_sA"), sign(second): Symbol("_sB")})


@evidence(ADAM_BASIS, "symbolic")
def test_first_step_of_adam(claim: Claim) -> None:
    """m^ = g and u^ = g^2 after one step, so w moves by -alpha sign(g); -g is along +w.

    sum_i grad_i = -(2 - r2) sum q_i x_i + (sum q_i^2) w = (2 r2 - 2) w, as the x_i are a basis (GRAD).
    """
    expect_items(claim, words.ORTHONORMAL, words.LINEAR, words.FULL)
    (norm,) = relations(claim.condition("square"))
    expect_identity(norm, {r2: first**2 + second**2})  # axes of R^2 are orthonormal
    g, first_decay = Symbol("g", real=True), Symbol("beta_1", real=True)
    expect_zero((1 - first_decay) * g / (1 - first_decay) - g, "bias correction")
    grad = GRAD.says(gradient)
    each = grad.subs(active, 1).expand()
    total = each.coeff(x, 1).coeff(q_i, 1) * w + each.coeff(w, 1).coeff(q_i, 2) * r2 * w
    expect_zero(each - each.coeff(x, 1).coeff(q_i, 1) * q_i * x
                - each.coeff(w, 1).coeff(q_i, 2) * q_i**2 * w, "GRAD has other terms")  # fmt: skip
    expect_implied(Gt(cancel(-total / (2 * w)), 0), _norm_conditions(claim))
    step = (rate * sign(first), rate * sign(second))
    expect_zero(signs(claim.says(turn)) - signs(step[0] * second - step[1] * first), "turn")


def _norm_conditions(claim: Claim) -> Boolean:
    return restricted(claim.region, (r2,))


def rotated(data: list[list[Fraction]], cosine: Fraction, sine: Fraction) -> list[list[Fraction]]:
    return [[cosine * e + sine * f, -sine * e + cosine * f] for e, f in data]


def exact_turn(
    weight: list[Fraction],
    cosine: Fraction,
    sine: Fraction,
    alpha: Fraction,
    activation: str = "linear",
) -> Any:
    """(A, B, turn) of Adam's first step (epsilon = 0) in rotated axes, gradient by the chain rule."""
    (point,) = rotated([weight], cosine, sine)
    at = Instance(rotated(PLANE, cosine, sine), point, (0, 1), Fraction(1), activation)
    down = [f - e for e, f in zip(point, at.step().weight, strict=True)]
    step = [alpha * ((g > 0) - (g < 0)) for g in down]
    return point[0], point[1], step[0] * point[1] - step[1] * point[0]


UNITS = (
    (Fraction(1), Fraction(0)),
    (Fraction(3, 5), Fraction(4, 5)),
    (Fraction(5, 13), Fraction(12, 13)),
)


@evidence(ADAM_BASIS, "witness")
def test_the_basis_changes_the_answer(claim: Claim) -> None:
    """w_0 = (3/10, 4/10): turned in the standard axes, kept in the axes along (3/5, 4/5)."""
    weight = [Fraction(3, 10), Fraction(4, 10)]
    found = []
    for axes in UNITS[:2]:
        A, B, seen = exact_turn(weight, *axes, Fraction(1, 10))
        claimed = claim.says(turn).subs({first: exact(A), second: exact(B), rate: Rational(1, 10)})
        expect(claimed == exact(seen), "turn", axes=axes)
        found.append(seen)
    expect(found[0] != 0 and found[1] == 0, f"turns {found}")


@evidence(ADAM_BASIS, "witness", needs="inside the sphere")
def test_outside_the_sphere_the_turn_is_the_other_way(claim: Claim) -> None:
    A, B, seen = exact_turn([Fraction(1), Fraction(1, 2)], *UNITS[0], Fraction(1, 10))
    claimed = claim.says(turn).subs({first: exact(A), second: exact(B), rate: Rational(1, 10)})
    expect(A**2 + B**2 > 1, "the start is outside")
    expect(claimed == -exact(seen) != 0, "the turn is reversed")


@evidence(ADAM_BASIS, "witness", needs="linear neuron")
def test_relu_gates_turn_otherwise(claim: Claim) -> None:
    """w_0 = (3/10, -4/10), alpha = 1/10: one gate is shut, and the turn is not the linear one's."""
    weight, alpha = [Fraction(3, 10), Fraction(-4, 10)], Fraction(1, 10)
    A, B, linear = exact_turn(weight, *UNITS[0], alpha)
    _, _, relu = exact_turn(weight, *UNITS[0], alpha, "relu")
    claimed = claim.says(turn).subs({first: exact(A), second: exact(B), rate: exact(alpha)})
    expect(claimed == exact(linear), "linear")
    expect(claimed != exact(relu), "ReLU", turn=relu)
    expect_not_admitted(claim, "linear neuron")


@evidence(ADAM_BASIS, "simulation")
def test_adam_ends_elsewhere_in_other_axes(claim: Claim) -> None:
    """Full batch from (0.3, 0.4), 4000 steps of 1e-3: Adam's limit depends on the axes, momentum's not.

    In both axes |w| -> 1.  Heavy ball: the angles differ by rounding only, 4000 steps of 8 * 36 u.
    """
    weight, steps = np.array([0.3, 0.4]), 4000
    angles: dict[str, list[float]] = {"adam": [], "heavy ball": []}
    for cosine, sine in UNITS[:2]:
        axes = np.array([[float(cosine), float(sine)], [-float(sine), float(cosine)]])
        data = np.eye(2) @ axes.T
        point = axes @ weight
        final = simulate_adam(point, data, batch_size=2, step_size=1e-3, steps=steps).weight[0]
        expect(abs(np.linalg.norm(final) - 1) < 1e-2, "Adam is not at a minimum")
        q = data @ final
        angles["adam"].append(float(np.arctan2(q[1], q[0])))
        start, rho = from_weights(point, data)
        run = simulate_momentum(start, rho, batch_size=2, step_size=0.1, steps=steps, momentum=0.9)
        angles["heavy ball"].append(float(np.arctan2(run.q[0, 1], run.q[0, 0])))
    expect(abs(np.subtract(*angles["heavy ball"])) <= 8 * 36 * U * steps, f"{angles}")
    A, B = 0.3, 0.4
    claimed = claim.says(turn).subs({first: Rational(3, 10), second: Rational(2, 5), rate: 1})
    wrong = angles["adam"][0] - angles["adam"][1]
    # turn = det(step, w_0) > 0 is a step clockwise of w_0: the angle falls
    expect(np.sign(wrong) == -np.sign(float(claimed)), f"{angles}", A=A, B=B)
    expect(abs(wrong) > 0.05, f"the axes do not matter: {angles}")
