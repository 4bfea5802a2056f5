"""Tools for MOMENTUM-AIRY: Airy functions in formulas and in balls, and the integral behind them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
from sympy import Expr, Symbol, airyai, airyaiprime, airybi, airybiprime

from tests.projective import ball_of
from theorem_audit import expect_zero
from theorem_audit.exact.ball import enclose
from theory.assumptions.momentum_exponent import c, potential

AIRY = (airyai, airyaiprime, airybi, airybiprime)
q, V = Symbol("q", real=True), Symbol("V", real=True)  # V = v/(1-beta)
y, x, s = Symbol("y", real=True), Symbol("x", real=True), Symbol("s", real=True)
ell = Symbol("l", real=True)  # gamma_slow + 1/2
root = Symbol("eps", real=True)  # the square root of 1 - beta


def frozen(expr: Any) -> Any:
    """The same with each value of an Airy function as a symbol, equal by equal."""
    atoms = sorted(expr.atoms(*AIRY), key=str)
    return expr.xreplace({f: Symbol(f"_{f}", real=True) for f in atoms})


def airy_ball(expr: Expr, values: dict[Symbol, Any]) -> Any:
    """``expr`` in balls, with Airy functions of anything that ``enclose`` knows."""
    at, known = {}, dict(values)
    for f in sorted(expr.atoms(*AIRY), key=str):
        at[f] = Symbol(f"_{f}", real=True)
        known[at[f]] = enclose(f.args[0], values).airy()[AIRY.index(f.func)]
    return enclose(expr.xreplace(at), known)


def exponent_of(symbol: Expr) -> Expr:
    """Phi(x) - Phi(x+s)."""
    return (potential(x) - potential(x + symbol)).expand()


def integral_slope() -> tuple[Expr, Expr]:
    """(exponent of s = c t in t and z = 1/(4c^2), the factor c/2): l = (c/2) I'(z)/I(z)."""
    t, z = Symbol("t", real=True), Symbol("z", real=True)
    inside = (s / 4 - s**3 / 12) / c**3
    expect_zero(inside.subs(s, c * t) - (t / (4 * c**2) - t**3 / 12), "s = c t")
    expect_zero((z * t).subs(z, 1 / (4 * c**2)) - t / (4 * c**2), "z")
    # l = (1/2) int s^(1/2) e / int s^(-1/2) e, and s = c t gives one factor c
    return z * t - t**3 / 12, c / 2


def by_quadrature(size: Fraction) -> Any:
    """int s^(1/2) e / (2 int s^(-1/2) e) - 1/2, e = exp((s/4 - s^3/12)/c^3), s = t^2 on [0, 6], and a tail.

    For s >= 36, c <= 2: s/4 - s^3/12 <= -s^3/13, so each tail is below int_36 s e^(-s^3/104) < 10^-100.
    """
    cube = flint.acb(ball_of(size**3))

    def part(power: int) -> Any:
        return flint.acb.integral(
            lambda t, _: 2 * t**power * ((t**2 / 4 - t**6 / 12) / cube).exp(), 0, 6
        ).real + flint.arb(0, 1e-100)

    return part(2) / part(0) / 2 - flint.arb(1) / 2
