"""What the evidence of several chapters derives from heavy ball's step."""

from __future__ import annotations

from sympy import Expr, Matrix, eye, solve, symbols

from heavy_ball.momentum import HB_STEP
from heavy_ball.notation import b, k, m, x, x_next, x_prev, z


def companion(after: Expr) -> Matrix:
    """The matrix of (x^-, x) -> (x, x^+)."""
    return Matrix([[0, 1], [after.coeff(x_prev), after.coeff(x)]])


def characteristic(after: Expr) -> Expr:
    """The characteristic polynomial of that matrix, at z."""
    return (z * eye(2) - companion(after)).det()


def after_step() -> Expr:
    return HB_STEP.says(x_next).expand()


def polyak() -> tuple[Expr, Expr]:
    """Step and root of the momentum for which the discriminant vanishes at both ends.

    (1 - b)^2 = eta mu and (1 + b)^2 = eta L, roots taken: 1 - b = g m, 1 + b = g k m with g = sqrt(eta).
    """
    g = symbols("g")
    found = solve([1 - b - g * m, 1 + b - g * k * m], [b, g], dict=True)[0]
    return found[g] ** 2, found[b]
