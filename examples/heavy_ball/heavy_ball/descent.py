"""Gradient descent on a quadratic: one step, the largest step, the best step."""

from __future__ import annotations

from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Symbol, diff

from heavy_ball.notation import L, eta, h, kappa, mu, rho, x, x_next
from theorem_audit.statement import Assumption, Claim, Source

drop = Symbol("Delta", real=True)  # x^2 - (x^+)^2
eta_star = Symbol("eta_*", real=True)
rho_star = Symbol("rho_*", real=True)

TEXTBOOK = "textbook; B. T. Polyak, Introduction to Optimization, 1987, section 1.4"
SPECTRUM = (
    Assumption("strongly convex", Gt(mu, 0)),
    Assumption("curvature at least mu", Ge(h, mu)),
    Assumption("curvature at most L", Le(h, L)),
)


def step(at: Expr = x) -> Expr:
    """One step from ``at``: minus the step size times the gradient of h x^2/2 there."""
    loss = h * x**2 / 2
    return at - eta * diff(loss, x).subs(x, at)


GD_STEP = Claim(
    id="GD-STEP",
    title="One step of gradient descent on a parabola",
    formula=Eq(x_next, (1 - eta * h) * x),
    source=Source("lemma", "textbook"),
    bound="exact",
    chapter=__name__,
    symbols={"h": "curvature: the loss is h x^2/2", "eta": "step size", "x^+": "x one step later"},
)

_DROP = Eq(drop, eta * h * (2 - eta * h) * x**2)
_SIGN = Gt(eta * h * (2 - eta * h) * x**2, 0)
GD_EDGE = Claim(
    id="GD-EDGE",
    title="Decrease at every step of gradient descent, for steps below 2/L",
    formula=And(_DROP, _SIGN),
    source=Source("paper", TEXTBOOK),
    bound="exact",
    chapter=__name__,
    assumptions=(
        *SPECTRUM,
        Assumption("forward", Gt(eta, 0)),
        Assumption("below the edge", Lt(eta * L, 2), needed=True, sharp=Lt(eta * L, 2)),
        Assumption("not at the minimum", Gt(x**2, 0)),
    ),
    steps=("drop", "sign"),
    parts={"drop": _DROP, "sign": _SIGN},
    symbols={"Delta": "decrease of the squared distance: x^2 - (x^+)^2"},
)

GD_RATE = Claim(
    id="GD-RATE",
    title="Contraction factor of gradient descent on all curvatures between mu and L",
    formula=And(Ge(rho, 1 - eta * h), Ge(rho, eta * h - 1)),
    source=Source("paper", TEXTBOOK),
    bound="upper",
    chapter=__name__,
    assumptions=(
        *SPECTRUM[1:],
        Assumption("not backward", Ge(eta, 0)),
        Assumption("factor at mu", Ge(rho, 1 - eta * mu)),
        Assumption("factor at L", Ge(rho, eta * L - 1)),
    ),
    symbols={"rho": "any number that is at least 1 - eta mu and eta L - 1"},
)

_BALANCE = And(Eq(eta_star, 2 / (mu + L)), Eq(rho_star, (kappa - 1) / (kappa + 1)))
_NO_BETTER = Ge(rho, (kappa - 1) / (kappa + 1))
GD_OPTIMAL = Claim(
    id="GD-OPTIMAL",
    title="The best step size of gradient descent, and its rate",
    formula=And(_BALANCE, _NO_BETTER),
    source=Source("paper", TEXTBOOK),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("strongly convex", Gt(mu, 0)),
        Assumption("condition number", Eq(L, kappa * mu)),
        Assumption("ordered", Ge(kappa, 1)),
        Assumption("factor at mu", Ge(rho, 1 - eta * mu)),
        Assumption("factor at L", Ge(rho, eta * L - 1), needed=True),
    ),
    steps=("balance", "no better"),
    parts={"balance": _BALANCE, "no better": _NO_BETTER},
    symbols={
        "eta_*": "the step at which the factors at mu and at L agree",
        "rho_*": "the factor there",
        "rho": "a factor that the step eta, any step, reaches at mu and at L",
    },
)
