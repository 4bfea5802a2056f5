"""Nesterov's method with constant momentum on a quadratic."""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Symbol

from heavy_ball import descent
from heavy_ball.notation import beta, disc, modulus2, s, x, x_prev
from theorem_audit.statement import Assumption, Claim, Source

q = Symbol("q", real=True)  # h/L


def step() -> Expr:
    """One step: gradient descent's, from the point that the last displacement leads to."""
    return descent.step(x + beta * (x - x_prev))


_COMPLEX = Le(disc, 0)
_MODULUS = Le(modulus2, (1 - s) ** 2)
NAG_RATE = Claim(
    id="NAG-RATE",
    title="Rate of Nesterov's method on quadratics, with step 1/L",
    formula=And(_COMPLEX, _MODULUS),
    source=Source("paper", "Y. Nesterov, Introductory Lectures on Convex Optimization, 2004"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        Assumption("s > 0", Gt(s, 0)),
        Assumption("s at most 1", Le(s, 1)),
        Assumption("curvature at least mu", Ge(q, s**2), needed=True, sharp=Ge(q, s**2)),
        Assumption("curvature at most L", Le(q, 1), needed=True, sharp=Le(q, 1)),
    ),
    steps=("no two real roots", "modulus"),
    parts={"no two real roots": _COMPLEX, "modulus": _MODULUS},
    symbols={
        "s": "1/sqrt(kappa); the momentum is (1 - s)/(1 + s)",
        "q": "h/L, between 1/kappa and 1",
        "D": "discriminant of the characteristic polynomial",
        "R^2": "product of its roots: the square of their common modulus where D <= 0",
    },
    remark="The rate per step is 1 - 1/sqrt(kappa), reached at h = mu; heavy ball's is smaller.",
)
