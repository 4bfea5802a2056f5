"""Chapter autoencoder: the gradient and the Hessian, from the loss."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Matrix, Rational, diff, expand, symbols

from audit import evidence, expect, expect_identity, expect_zero
from theory.autoencoder import GRAD, HESS, gradient_of_loss, hessian_of_loss, loss_value
from theory.claim import Claim
from theory.notation import active, gradient, hessian_form, q_i, r2, v_v, w, w_v, x, x_v

RATIONALS = st.fractions(min_value=-2, max_value=2, max_denominator=12)
DIMENSIONS = st.integers(min_value=1, max_value=4)


@evidence(GRAD, "symbolic")
def test_gradient_is_the_first_derivative_on_every_line(claim: Claim) -> None:
    expect_identity(claim.formula, {gradient: gradient_of_loss()})


@evidence(HESS, "symbolic")
def test_hessian_is_the_second_derivative_on_every_line(claim: Claim) -> None:
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
