"""Chapter noise: the evidence."""

from __future__ import annotations

from sympy import Expr, Rational, diff, solve, symbols

from heavy_ball.momentum import HB_STEP
from heavy_ball.noise import HB_NOISE, sigma, slope, variance
from heavy_ball.notation import beta, eta, h, x, x_next, x_prev
from tests.consequences import (
    Assumed,
    equations,
    expect_consequence,
    expect_fails,
)
from theorem_audit import evidence, expect, expect_identity, note, rng
from theorem_audit.checks.statistics import expect_mean
from theorem_audit.statement import Claim

# eta h, beta and the law of the noise: whatever has variance one will do.
CASES = {
    "no momentum": (Rational(1, 2), Rational(0), "normal"),
    "momentum": (Rational(1, 2), Rational(3, 5), "normal"),
    "two-valued noise": (Rational(1, 2), Rational(3, 5), "signs"),
    "large step": (Rational(5, 2), Rational(1, 2), "normal"),
}
RUNS, STEPS = 20_000, 150
VISIBLE = 0.1  # relative error of the variance that is seen with power 0.99


@evidence("HB-NOISE", "symbolic", step="variance")
def test_variance_from_the_stationarity_of_two_moments(claim: Claim) -> None:
    """v = E x^2 and c = E x x^- are the same one step later: two linear equations."""
    after = HB_STEP.says(x_next).expand()
    one, two = after.coeff(x), after.coeff(x_prev)
    v, c = symbols("v_ c_")
    stationary = [
        one**2 * v + two**2 * v + 2 * one * two * c + eta**2 * sigma**2 - v,
        one * v + two * c - c,
    ]
    (found,) = solve(stationary, [v, c], dict=True)
    expect_identity(equations(claim), {variance: found[v]})


@evidence("HB-NOISE", "simulation", step="variance", cases=CASES)
def test_variance_of_independent_runs(claim: Claim, case: tuple[Expr, Expr, str]) -> None:
    """Runs from 0: after 150 steps the second moment is within 1e-10 of its limit, relatively.

    The gap contracts with the square of the larger root's modulus, which is at most 0.775 (beta = 3/5): 0.6
    to the power 150 is below 1e-33, and the polynomial factor of a double root below 1e6.
    """
    scaled, momentum, law = case
    values = {eta: scaled, h: 1, beta: momentum, sigma: 1}
    expected = float(claim.says(variance).subs(values))
    draw = rng("noise")
    now = before = 0.0
    for _ in range(STEPS):
        noise = draw.normal(size=RUNS) if law == "normal" else draw.choice([-1.0, 1.0], size=RUNS)
        displacement = float(momentum) * (now - before)
        before, now = now, now - float(scaled) * (now + noise) + displacement
    expect_mean(now**2, expected, visible=VISIBLE, what="second moment")
    note(f"{RUNS} runs, {law} noise: {float((now**2).mean()):.4f}, claimed {expected:.4f}")


@evidence("HB-NOISE", "symbolic", step="sign")
def test_variance_is_positive_within_the_stability_region(claim: Claim) -> None:
    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        scaled, below = assumed(eta) * assumed(h), assumed(2 * (1 + beta) - eta * h)
        return 2 * assumed(1 - beta) * assumed(h) * below, assumed(eta) * (below + scaled)

    sign = claim.conjunct(kind="inequality")
    expect_consequence(sign, claim.region, [proof])


@evidence("HB-NOISE", "witness", step="sign", needs="step within the stability region")
def test_no_variance_beyond_the_edge(claim: Claim) -> None:
    """The formula's value is negative there: there is no stationary law."""
    at = {eta: 5, h: 1, beta: Rational(1, 2), sigma: 1}
    dropped = claim.condition("step within the stability region")
    expect_fails(claim.conjunct(kind="inequality"), at, claim.region, dropped)
    expect(claim.says(variance).subs(at) < 0, "no variance")


@evidence("HB-NOISE-SLOPE", "symbolic", step="slope")
def test_slope_by_differentiating_the_variance(claim: Claim) -> None:
    expect_identity(equations(claim), {slope: diff(HB_NOISE.says(variance), beta)})


@evidence("HB-NOISE-SLOPE", "symbolic", step="sign")
def test_factor_of_the_slope_is_positive(claim: Claim) -> None:
    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        below = assumed(2 * (1 + beta) - eta * h)
        return assumed(1 - beta) ** 2 * assumed(h) * below**2, 2 * assumed(eta)

    sign = claim.conjunct(kind="inequality")
    expect_consequence(sign, claim.region, [proof])


@evidence("HB-NOISE-SLOPE", "witness", step="slope")
def test_more_momentum_more_noise_and_the_reverse(claim: Claim) -> None:
    """Against beta = 0: more at eta h = 1/2 with beta = 1/2, less at eta h = 7/4 with beta = 1/10."""
    for scaled, momentum, rises in (
        (Rational(1, 2), Rational(1, 2), True),
        (Rational(7, 4), Rational(1, 10), False),
    ):
        at = {eta: scaled, h: 1, sigma: 1}
        without, with_it = (HB_NOISE.says(variance).subs(at | {beta: y}) for y in (0, momentum))
        expect((with_it > without) == rises, "variances", without=without, with_it=with_it)
        claimed = claim.says(slope).subs(at | {beta: 0})
        expect((claimed > 0) == rises, "slope at beta = 0", slope=claimed, eta=scaled)
