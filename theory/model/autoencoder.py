r"""From the loss to the gradient, the Hessian and one SGD step, for arbitrary n and d.

One data point x_i, one neuron w, activation phi (linear: h = 1; ReLU: h = 1{q_i > 0}):

    loss_i(w) = 1/2 ||x_i - w phi(<w, x_i>)||^2
              = 1/2 <x_i, x_i> - phi(q_i) q_i + 1/2 phi(q_i)^2 ||w||^2,      q_i = <w, x_i>.

The loss sees w only through q_i and ||w||^2, so along any line w + u v it is a polynomial in u whose
coefficients are inner products of x_i, w and v.  Its first and second derivatives at u = 0 are
<grad, v> and H[v, v].  Nothing here knows a dimension: this is the general-dimension statement.
Off the set {q_i = 0} the gate h is locally constant and h^2 = h.
"""

from __future__ import annotations

from functools import cache

from sympy import Expr, Ge, Integer, Ne, Or, Poly, Rational, Symbol, diff, expand

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.notation import (
    Eq,
    active,
    below,
    gradient,
    hessian_form,
    n,
    q_i,
    r2,
    v_v,
    w,
    w_v,
    x,
    x_v,
)
from theory.sources import GHOSH
from theory.vocabulary import observables, places

ACTIVATIONS = ("linear", "relu")
_u = Symbol("u", real=True)
_ONE = Integer(1)

ORTHONORMAL = Assumption("orthonormal data", item=words.ORTHONORMAL)
SOME_DATA = Assumption("some data", Ge(n, 1), note="the mean loss is a mean over something")
UNIT = Assumption("unit data", item=words.UNIT_DATA)
GATE = Assumption(
    "gate",
    condition=Or(Eq(active, 0), Eq(active, 1)),
    note="h = 1 for the linear neuron; h = 1{q_i > 0} for ReLU",
    needed=True,
    witness="test_a_gate_between_open_and_closed_breaks_the_formulas",
)


def gate_reduced(expr: Expr) -> Expr:
    """Normal form modulo h^2 = h (the gate is 0 or 1)."""
    poly = Poly(expand(expr), active)
    total: Expr = Integer(0)
    for (power,), coefficient in poly.terms():
        total += coefficient * (active if power else 1)
    return expand(total)


_X_X = Symbol("x_x", real=True)  # <x_i, x_i>: any, where derivatives are taken


@cache
def loss_on_line(x_x: Expr = _ONE) -> Expr:
    """loss_i at w + u v, a polynomial in u; ``x_x`` is <x_i, x_i>."""
    q_u = q_i + _u * x_v
    r2_u = r2 + 2 * _u * w_v + _u**2 * v_v
    phi = active * q_u
    return gate_reduced(Rational(1, 2) * (x_x - 2 * phi * q_u + phi**2 * r2_u))


@cache
def gradient_of_loss() -> Expr:
    """grad loss_i as a combination of the vectors x_i and w, from the loss, for x_i of any norm."""
    slope = expand(diff(loss_on_line(_X_X), _u).subs(_u, 0))
    along_x, along_w = slope.coeff(x_v), slope.coeff(w_v)
    return along_x * x + along_w * w


@cache
def hessian_of_loss() -> Expr:
    """v' (hess loss_i) v in the inner products of x_i, w and v, from the loss, for x_i of any norm."""
    return expand(diff(loss_on_line(_X_X), _u, 2).subs(_u, 0))


def loss_value() -> Expr:
    """loss_i itself, in q_i and ||w||^2."""
    return loss_on_line().subs(_u, 0)


RELU = Assumption("ReLU", item=words.RELU)
LINEAR_NEURON = Assumption("linear neuron", Eq(below, 1), item=words.LINEAR)
RELU_NEURON = Assumption("ReLU", Eq(below, 0), item=words.RELU)

GRAD = Claim(
    id="GRAD",
    title="Gradient of one sample's loss",
    formula=Eq(gradient, active * (-(2 - r2) * q_i * x + q_i**2 * w)),
    source=Source("lemma", f"{GHOSH}: model; derived here from the loss"),
    bound="exact",
    chapter=__name__,
    assumptions=(UNIT, GATE),
    symbols={str(gradient): places.GRADIENT, str(active): observables.GATE.said("the gate")},
    survivors={
        "dropped item: unit": "true: <x_i, x_i> is a constant of the loss; the kernel's theorem is for 1"
    },
    remark="True for x_i of any norm: <x_i, x_i> is a constant of the loss.",
)

HESS = Claim(
    id="HESS",
    title="Hessian of one sample's loss",
    formula=Eq(
        hessian_form,
        active * (-(2 - r2) * x_v**2 + 4 * q_i * w_v * x_v + q_i**2 * v_v),
    ),
    source=Source("lemma", f"{GHOSH}: model; derived here from the loss"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        GATE,
        Assumption(
            "off the kink",
            Or(Eq(active, 1), Ne(q_i, 0)),
            note="ReLU: q_i != 0",
            needed=True,
            witness="test_relu_has_no_second_derivative_at_the_kink",
        ),
    ),
    remark=(
        "As a quadratic form at v: x_v = <x_i, v>, w_v = <w, v>, v_v = <v, v>. "
        "The matrix is h (-(2-r2) x_i x_i' + 2 q_i (w x_i' + x_i w') + q_i^2 I), for x_i of any norm."
    ),
)
