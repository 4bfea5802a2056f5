"""Evidence: NONORTH-CROSSOVER."""

from __future__ import annotations

import numpy as np
from scipy.integrate import cumulative_simpson
from sympy import (
    Expr,
    Gt,
    Integer,
    Rational,
    Symbol,
    besselk,
    cos,
    cosh,
    diff,
    exp,
    expand,
    expand_log,
    lambdify,
    limit,
    log,
    pi,
    sin,
    sinh,
    solve,
    tanh,
)

from tests.assumptions.nonorthogonal_law_tools import XI, from_data_points
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.minibatch.test_selection import generator, in_ratio
from tests.minibatch.test_selection import y as log_ratio
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.checks.statistics import expect_distribution
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal_law import (
    NONORTH_ANGLE,
    NONORTH_CROSSOVER,
    X,
    c,
    density,
    density_y,
    drift,
    kappa,
    kappa_mode,
    mean_m,
    mean_m2,
    sine_mode,
    spread,
    square,
    u,
    y,
)
from theory.notation import a

# NONORTH-CROSSOVER


def plain(expr: Expr) -> Expr:
    """Rational in T = tan(u/2), in e^y and in a symbol for each Bessel function and exponential."""
    T, E = Symbol("T", real=True), Symbol("E", real=True)
    expr = expr.subs({sin(u): 2 * T / (1 + T**2), cos(u): (1 - T**2) / (1 + T**2)})
    expr = expr.subs({cosh(y): (E + 1 / E) / 2, sinh(y): (E - 1 / E) / 2})
    atoms = sorted(expr.atoms(besselk, exp), key=str)
    return cancel(expr.xreplace({z: Symbol(f"<{z}>", real=True) for z in atoms}))


def log_slope(expr: Expr, variable: Symbol) -> Expr:
    return diff(expand_log(log(expr), force=True), variable)


@evidence(NONORTH_CROSSOVER, "symbolic", step="generator")
def test_generator_of_the_angle(claim: Claim) -> None:
    """u+ - u = 2 turn; c = kappa a, delta = a xi, sin 2 phi = -cos u.  kappa = 0: SELECT-GENERATOR."""
    expect_items(claim, words.UNIT_DATA, words.UNIFORM, words.SMALL_STEPS_LATE)
    expect_only(claim, drift, square, density, density_y, sine_mode, kappa_mode, spread)
    at = {c: kappa * a, X: -cos(u)}
    one = expand((2 * a * (1 - a * XI) * NONORTH_ANGLE.says(mean_m)).subs(at))
    two = expand((4 * a**2 * (1 - a * XI) ** 2 * NONORTH_ANGLE.says(mean_m2)).subs(at))
    for value, symbol in ((one, drift), (two, square)):
        expect(value.coeff(a, 0) == 0 and value.coeff(a, 1) == 0, f"{symbol}: lower order")
        expect_zero(plain(value.coeff(a, 2) - claim.says(symbol)), f"{symbol}")
    # y = log cot(u/2): dy/du = -1/sin u, d^2y/du^2 = cos u/sin^2 u; cos u = tanh y, cot u = sinh y
    slope, bend = -1 / sin(u), cos(u) / sin(u) ** 2
    second = claim.says(square) / 2 * slope**2
    first = claim.says(square) / 2 * bend + claim.says(drift) * slope
    expect_zero(plain(second - Rational(1, 2)), "second order in y")
    expect_zero(plain(first - (cos(u) / 2 - kappa * cos(u) / sin(u))), "first order in y")
    f = exp(log_ratio)
    bent, sloped = in_ratio(diff(f, log_ratio, 2)), in_ratio(diff(f, log_ratio))
    free = (bent + in_ratio(tanh(log_ratio)) * sloped) / 2
    expect_zero(generator(f, log_ratio) - free, "SELECT-GENERATOR: (1/2) f'' + (1/2) tanh(y) f'")


@evidence(NONORTH_CROSSOVER, "symbolic", step="no atoms")
def test_no_mass_stays_at_the_data(claim: Claim) -> None:
    """f = eps g(u/eps), g(0) = 0, g'(0) = 1: L f -> A_1(0) 1{u = 0} boundedly, as A_2 = O(u^2)."""
    one, two = claim.says(drift), claim.says(square)
    for end, inwards in ((Integer(0), 1), (pi, -1)):
        expect(two.subs(u, end) == 0 and diff(two, u).subs(u, end) == 0, "double zero of A_2")
        weight = cancel(inwards * one.subs(u, end) / kappa)
        expect(weight.is_Rational and weight > 0, f"A_1 does not point inwards at {end}")
    expect_implied(Gt(kappa, 0), claim.region)


@evidence(NONORTH_CROSSOVER, "symbolic", step="no flux")
def test_the_density_has_no_flux(claim: Claim) -> None:
    """A_1 p - (A_2 p)'/2 = 0 on (0, pi), over p; p is positive."""
    p = claim.says(density)
    one, two = claim.says(drift), claim.says(square)
    flux = one - diff(two, u) / 2 - two * log_slope(p, u) / 2
    expect_zero(plain(flux), "flux over density")


@evidence(NONORTH_CROSSOVER, "symbolic", step="density")
def test_density_in_the_log_ratio(claim: Claim) -> None:
    """sin u = 1/cosh y and |du/dy| = sin u.

    q_1/q_2 = cos(phi + h)/cos(phi - h) -> cot(pi/4 + phi) = cot(u/2) as h -> pi/4, that is c -> 0.
    """
    phi = Symbol("phi", real=True)
    for near, far in ((cos(phi + pi / 4), cos(u / 2)), (cos(phi - pi / 4), sin(u / 2))):
        gap = near - far.subs(u, pi / 2 + 2 * phi)
        expect(gap.expand().expand(trig=True) == 0, "log|q_1/q_2| is not y in the limit")
    moved = claim.says(density).subs(sin(u), 1 / cosh(y)) / cosh(y)
    expect_zero(plain(cancel(claim.says(density_y) / moved) - 1), "change of variables")


Z = 2 * kappa


@evidence(NONORTH_CROSSOVER, "cited", step="normalisation")
def test_normalisation(claim: Claim) -> None:
    """DLMF 10.32.9: int over R of cosh(y) exp(-z cosh y) = 2 K_1(z), z = 2 kappa > 0."""
    expect_implied(Gt(kappa, 0), claim.region)
    constant = claim.says(density_y) * 2 * besselk(1, Z) / (cosh(y) * exp(-Z * cosh(y)))
    expect_zero(plain(constant) - 1, "constant")
    expect(set(claim.cites) == {"Helly's selection theorem", "DLMF 10.29.1, 10.32.9"}, "cites")


@evidence(NONORTH_CROSSOVER, "symbolic", step="modes")
def test_modes_of_the_density(claim: Claim) -> None:
    """p'/p = 2 cos u (kappa - sin u)/sin^2 u: zero at pi/2, and at sin u = kappa if kappa < 1."""
    slope = plain(log_slope(claim.says(density), u))
    level = claim.says(sine_mode)
    expected = 2 * cos(u) * (level - sin(u)) / sin(u) ** 2
    expect_zero(slope - plain(expected), "slope of log p")
    edge = solve(level - sin(pi / 2), kappa)
    expect(edge == [claim.says(kappa_mode)], f"the modes meet at pi/2 for kappa in {edge}")


@evidence(NONORTH_CROSSOVER, "symbolic", step="second moment")
def test_second_moment_of_the_cotangent(claim: Claim) -> None:
    """cot u = sinh y, sinh^2 cosh = (cosh 3y - cosh y)/4, DLMF 10.29.1: K_3 = K_1 + (4/z) K_2."""
    expect_zero(plain(sinh(y) ** 2 * cosh(y)) - plain((4 * cosh(y) ** 3 - 3 * cosh(y) - cosh(y)) / 4),
                "product")  # fmt: skip
    third = besselk(1, Z) + 4 / Z * besselk(2, Z)
    value = (2 * third - 2 * besselk(1, Z)) / 4 / (2 * besselk(1, Z))
    expect_zero(plain(claim.says(spread) - value), "E cot^2")


def law(claim: Claim, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Distribution function of u/pi on a grid, from the claim's density."""
    grid = np.linspace(0, np.pi, 4001)[1:-1]
    with np.errstate(under="ignore"):
        p = lambdify((u, kappa), claim.says(density), "scipy")(grid, value)
    return grid, cumulative_simpson(p, x=grid, initial=0.0)


CROSSOVERS = {"a=0.12, kappa=0.4": (0.12, 0.4), "a=0.15, kappa=1.5": (0.15, 1.5)}


@evidence(NONORTH_CROSSOVER, "simulation", step=("density", "normalisation"), cases=CROSSOVERS)
def test_angles_in_runs(claim: Claim, case: tuple[float, float]) -> None:
    """From the data points themselves, after 8/a^2 steps: u against the claim's density.

    A fair start keeps the symmetry u -> pi - u, which leaves out the slow exchange of the two ends.
    """
    step, value = case
    cosine = step * value
    phi = from_data_points(cosine, 8000, step, int(8 / step**2), str(case))
    grid, below = law(claim, value)
    expect(abs(below[-1] - 1) < 1e-3, "total mass", mass=below[-1])
    expect_distribution(np.pi / 2 + 2 * phi, lambda z: np.interp(z, grid, below), visible=0.055,
                        what=f"law of u, {case}")  # fmt: skip


@evidence(NONORTH_CROSSOVER, "witness", step="no atoms", needs="crossover")
def test_without_the_pull_the_data_keep_their_mass(claim: Claim) -> None:
    """kappa = 0: u = 0 is kept (A_1 = A_2 = 0 there), so an atom stays; and no density is left."""
    at = {kappa: 0, u: 0}
    expect(claim.says(drift).subs(at) == 0 and claim.says(square).subs(at) == 0, "it moves")
    near = claim.says(density_y).subs(y, 0)
    expect(limit(near, kappa, 0, "+") == 0, "a density is left at kappa = 0")
    expect(not bool(claim.region.subs(kappa, 0)), "the region admits kappa = 0")
