"""Heavy ball on a quadratic: its recursion, its roots, where it is stable, its best rate."""

from __future__ import annotations

from sympy import And, Eq, Equivalent, Expr, Ge, Gt, Le, Lt, Symbol

from heavy_ball import descent
from heavy_ball.notation import (
    b,
    beta,
    char,
    disc,
    eta,
    h,
    k,
    m,
    modulus2,
    mu,
    r,
    radius,
    x,
    x_next,
    x_prev,
    z,
)
from theorem_audit.statement import Assumption, Claim, Source

eta_star = Symbol("eta_*", real=True)
b_star = Symbol("b_*", real=True)

POLYAK = "B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964"
SCHUR_COHN = (
    "Schur and Cohn: both roots of z^2 + p z + q, p and q real, have modulus < 1 exactly when "
    "1 + p + q > 0, 1 - p + q > 0 and q < 1"
)


def step() -> Expr:
    """One step: gradient descent's, and beta times the last displacement."""
    return descent.step() + beta * (x - x_prev)


HB_STEP = Claim(
    id="HB-STEP",
    title="One step of heavy ball on a parabola",
    formula=Eq(x_next, (1 + beta - eta * h) * x - beta * x_prev),
    source=Source("lemma", POLYAK),
    bound="exact",
    chapter=__name__,
    symbols={"beta": "momentum", "x^-": "x one step earlier", "x^+": "x one step later"},
)

_CHAR = Eq(char, z**2 - (1 + beta - eta * h) * z + beta)
_DISC = Eq(disc, ((1 - b) ** 2 - eta * h) * ((1 + b) ** 2 - eta * h))
HB_ROOTS = Claim(
    id="HB-ROOTS",
    title="Characteristic polynomial of heavy ball, and its discriminant",
    formula=And(_CHAR, _DISC),
    source=Source("lemma", POLYAK),
    bound="exact",
    chapter=__name__,
    assumptions=(Assumption("momentum as a square", Eq(beta, b**2)),),
    steps=("polynomial", "discriminant"),
    parts={"polynomial": _CHAR, "discriminant": _DISC},
    symbols={
        "P": "characteristic polynomial of (x^-, x) -> (x, x^+), at z",
        "D": "its discriminant",
    },
)

HB_STABLE = Claim(
    id="HB-STABLE",
    title="Stability region of heavy ball",
    formula=Equivalent(
        Lt(radius, 1), And(Gt(eta * h, 0), Lt(eta * h, 2 * (1 + beta)), Lt(beta, 1))
    ),
    source=Source("paper", POLYAK),
    bound="exact",
    chapter=__name__,
    cites=(SCHUR_COHN,),
    symbols={"R": "the larger of the moduli of the two roots of P"},
    remark="For curvatures between mu > 0 and L: stable on all of them exactly for 0 < eta L < 2 (1 + beta), "
    "beta < 1. Momentum nearly doubles the largest step; eta h > 0 and eta h < 2 (1 + beta) give beta > -1.",
)

_PARAMETERS = And(Eq(eta_star, 4 / (m**2 * (k + 1) ** 2)), Eq(b_star, (k - 1) / (k + 1)))
_COMPLEX = Le(disc, 0)
_MODULUS = Eq(modulus2, ((k - 1) / (k + 1)) ** 2)
HB_RATE = Claim(
    id="HB-RATE",
    title="Rate of heavy ball at its optimal parameters",
    formula=And(_PARAMETERS, _COMPLEX, _MODULUS),
    source=Source("paper", POLYAK),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("mu = m^2, strongly convex", Gt(m, 0)),
        Assumption("ordered", Ge(k, 1)),
        Assumption("curvature at least mu", Ge(h, m**2), needed=True, sharp=Ge(h, m**2)),
        Assumption("curvature at most L = k^2 m^2", Le(h, k**2 * m**2), needed=True,
                   sharp=Le(h, k**2 * m**2)),
    ),
    steps=("parameters", "no two real roots", "modulus"),
    parts={"parameters": _PARAMETERS, "no two real roots": _COMPLEX, "modulus": _MODULUS},
    symbols={
        "m": "sqrt(mu)",
        "k": "sqrt(L/mu)",
        "eta_*, b_*": "step and root of the momentum for which D = 0 both at mu and at L",
        "D": "discriminant of P at these parameters",
        "R^2": "product of the roots of P, the square of their common modulus where D <= 0",
    },
)  # fmt: skip

HB_LOWER = Claim(
    id="HB-LOWER",
    title="The best rate of heavy ball over all its parameters",
    formula=Ge(r, (k - 1) / (k + 1)),
    source=Source("paper", POLYAK),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("ordered", Ge(k, 1)),
        Assumption("positive", Gt(r, 0)),
        Assumption("below one", Lt(r, 1)),
        Assumption("product of the roots", Le(beta, r**2), needed=True),
        Assumption(
            "no root beyond r at mu", Ge(r**2 - (1 + beta - eta * mu) * r + beta, 0), needed=True
        ),
        Assumption(
            "no root below -r at L",
            Ge(r**2 + (1 + beta - eta * k**2 * mu) * r + beta, 0),
            needed=True,
        ),
    ),
    symbols={"r": "a bound on the moduli of all roots at mu and at L", "k": "sqrt(L/mu)"},
    remark="With HB-RATE: Polyak's parameters are optimal, exactly.",
)
