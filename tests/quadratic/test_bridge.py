"""Chapter bridge: mean-square and almost-sure stability at a data point, by the same machinery."""

from __future__ import annotations

import flint
from flint import fmpq
from sympy import Expr, Gt, Poly, Pow, Rational, Symbol, diff, expand, log, symbols
from sympy import sign as sign_of

from tests.forms import cancel
from tests.quadratic.cases import log_symbols
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.minibatch.capture import MOMENT as CAPTURE_MOMENT
from theory.model.autoencoder import GRAD
from theory.model.step import STEP
from theory.notation import S, a, active, b, chi, eta, n, p, perp_next, q_i, q_j, q_j_next, r2, w, x
from theory.quadratic.bridge import (
    BRIDGE,
    DIRECTIONS,
    component_moments,
    curvature,
    displacement,
    g,
    mean_square,
    moment_exponent,
    perpendicular,
    radial,
    step_law,
    tangent,
    u4,
)
from theory.quadratic.mean_square import (
    Q_INDEFINITE,
    Q_KAPPA,
    Q_MS,
    form_excess,
    kappa_uniform,
    q_v,
    second_v,
)
from theory.quadratic.paths import Q_STATIONARY, Gamma, Sigma, Sigma_next
from theory.quadratic.second_moment import C, N, k, kappa, kron_product, kron_sum, noise, operator

_KAPPA = {N: n, k: b}


def _growth(direction: str) -> Expr:
    """E[factor^2] along a direction by Q-MS's operator; C = eta = a b."""
    mean, variance = component_moments(direction)
    moments = {kron_sum: 2 * mean, kron_product: mean**2, noise: variance}
    kappa_b = Q_KAPPA.says(kappa_uniform).subs(_KAPPA)
    return cancel(Q_MS.says(operator).subs(moments).subs({kappa: kappa_b, C: a * b}))


def _with_p(claim: Claim, expr: Expr) -> Expr:
    return expr.subs(p, claim.says(p))


def _gaps(claim: Claim, *wanted: Symbol) -> list[Expr]:
    """What the region keeps positive about these symbols alone."""
    found = [difference(c) for c in relations(claim.region) if c.free_symbols <= set(wanted)]
    return [gap for gap in found if gap.free_symbols]


@evidence(BRIDGE, "symbolic", step="linearisation")
def test_hessians_at_a_data_point_linearise_the_step(claim: Claim) -> None:
    """The derivative of STEP at q = e_i, along each direction, is 1 - a (curvatures in the batch).

    With S = q_i^2 1{i in B} + q_j^2 1{j in B} and r2 = q_i^2 + q_j^2; chi_i, chi_j: memberships.
    """
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM)
    drawn_i, drawn_j, first, second, off = symbols("drawn_i drawn_j first second off")
    mass = {S: drawn_i * first**2 + drawn_j * second**2, r2: first**2 + second**2 + off**2}
    own = STEP.says(q_j_next).subs({q_j: first, chi: drawn_i}).subs(mass)
    other = STEP.says(q_j_next).subs({q_j: second, chi: drawn_j}).subs(mass)
    away = STEP.says(perp_next).subs(mass)
    at = {first: 1, second: 0, off: 0}
    perp_symbol = next(iter(away.free_symbols - {a, drawn_i, drawn_j, first, second, off}))
    for image, variable, direction in (
        (own, first, "radial"),
        (other, second, "tangent"),
        (away.subs(perp_symbol, off), off, "perpendicular"),
    ):
        in_batch = drawn_i * curvature(direction, "own") + drawn_j * curvature(direction, "other")
        expect_zero(diff(image, variable).subs(at) - (1 - a * in_batch), f"{direction} derivative")
        expect_zero(curvature(direction, "rest"), f"{direction}: other samples are flat")
    factors = [value for _, value in step_law("tangent")]
    moment = claim.says(moment_exponent(g))
    for factor in factors[:2]:
        expect(moment.has(Pow(factor, g)), f"the tangent factor {factor} stands in the claim")


@evidence(BRIDGE, "symbolic", step="linearisation")
def test_probability_that_one_of_two_is_drawn(claim: Claim) -> None:
    law = step_law("tangent")
    expect_zero(law[0][0] - claim.says(p), "P(i in B, j not)")
    for direction in DIRECTIONS:
        law = step_law(direction)
        expect_zero(sum(prob for prob, _ in law) - 1, "probabilities")
        second = sum(prob * factor**2 for prob, factor in law)
        expect_zero(second - _growth(direction), f"{direction}: Q-MS and the step's law agree")


@evidence(BRIDGE, "symbolic", step="mean square")
def test_mean_square_growth_of_a_tangent_direction(claim: Claim) -> None:
    claimed = _log_argument(claim.says(mean_square))
    expect_zero(_with_p(claim, claimed) - _growth("tangent"), "E[factor^2]")
    mean, variance = component_moments("tangent")
    kappa_b = Q_KAPPA.says(kappa_uniform).subs(_KAPPA)
    excess = Q_INDEFINITE.says(form_excess).subs({q_v: mean, second_v: kappa_b * variance})
    expect_zero(_growth("tangent") - 1 - excess.subs(C, a * b), "Q-INDEFINITE: no mean curvature")
    curvature_only = conjunct(Q_INDEFINITE.region, q_v)
    expect(curvature_only.subs(q_v, mean), "its region admits mean curvature 0")
    positive = [part for part in relations(claim.formula) if isinstance(part, Gt)]
    expect(len(positive) == 1 and difference(positive[0]) == mean_square, "the growth is positive")
    # growth - 1 = 2 p a^2, p n (n - 1) = b (n - b): products of what the region keeps positive
    excess_claimed = claimed - 1
    steps, sizes = _gaps(claim, a), _gaps(claim, b, n)
    expect(
        a in steps and n - b in sizes and b - 1 in sizes, "a > 0, 1 <= b < n", region=claim.region
    )
    expect_zero(excess_claimed - 2 * p * a**2, "growth - 1 is a positive multiple of p a^2")
    expect_zero(claim.says(p) * n * (n - 1) - b * (n - b), "p > 0")


def _log_argument(expr: Expr) -> Expr:
    expect(isinstance(expr, log), f"{expr} is one logarithm")
    return expr.args[0]


@evidence(BRIDGE, "symbolic", step="moment one")
def test_moment_exponent_from_the_law_of_a_step(claim: Claim) -> None:
    """f(g) = E factor^g is strictly convex with f(0) = f(1) = 1: below 1 between, above 1 beyond."""
    claimed = _log_argument(claim.says(moment_exponent(g)))
    derived = sum(prob * factor**g for prob, factor in step_law("tangent"))
    powers = {Pow(1 - a, g): Symbol("X"), Pow(1 + a, g): Symbol("Y")}
    expect_zero(_with_p(claim, claimed).subs(powers) - derived.subs(powers), "E factor^g")
    for at in (0, 1):
        expect_zero(claimed.subs(g, at) - 1, f"f({at}) = 1")
    curve = log_symbols(diff(claimed, g, 2).subs(powers))
    logs = [Symbol(f"log[{1 - a}]"), Symbol(f"log[{1 + a}]")]
    expect_zero(curve - p * (logs[0] ** 2 * Symbol("X") + logs[1] ** 2 * Symbol("Y")), "f'' > 0")
    inner = claim.says(sign_of(moment_exponent(g))).args[0]
    expect_zero(inner - (g - 1), "the sign of g - 1")


@evidence(BRIDGE, "property", step="moment one")
def test_moment_exponent_is_that_of_capture(claim: Claim) -> None:
    """CAPTURE-MOMENT has it for the ratios |q_j/q_i|, from STEP: the same process, seen otherwise."""
    capture = CAPTURE_MOMENT.conjunct(kind="equation")
    powers = {Pow(1 - a, g): Symbol("X"), Pow(1 + a, g): Symbol("Y")}
    mine = _log_argument(claim.says(moment_exponent(g)))
    expect_zero((mine - _log_argument(capture.rhs)).subs(powers), "the two exponents")


@evidence(BRIDGE, "ball", step="moment one")
def test_sign_of_the_moment_exponent_on_a_grid(claim: Claim) -> None:
    sign_claim = claim.conjunct(sign_of)
    argument = _log_argument(claim.says(moment_exponent(g)))
    for size, batch in ((2, 1), (5, 2), (9, 8)):
        chance = claim.says(p).subs({n: size, b: batch})
        for step in (Rational(1, 100), Rational(1, 4), Rational(49, 100)):
            for moment in (Rational(-1), Rational(-1, 40), Rational(0), Rational(1, 20),
                           Rational(1, 2), Rational(999, 1000), Rational(1), Rational(1001, 1000),
                           Rational(2), Rational(7)):  # fmt: skip
                if not claim.region.subs(
                    {g: moment, a: step, b: batch, n: size, eta: step * batch}
                ):
                    continue
                inner = argument.subs({p: chance, a: step, g: moment})
                gap = enclose(inner - 1, {}) if not inner.is_Rational else _ball(inner - 1)
                found = 1 if gap > 0 else -1 if gap < 0 else 0
                expect(found != 0 or inner == 1, "decided", gap=gap)
                expect(sign_claim.rhs.subs(g, moment) == found, "sign", a=step, g=moment, n=size)


def _ball(value: Rational) -> flint.arb:
    return flint.arb(fmpq(int(value.p), int(value.q)))


@evidence(BRIDGE, "symbolic", step="almost sure")
def test_growth_rates_of_paths(claim: Claim) -> None:
    """E log|factor| by the step's law; negative where the factors' product is inside (-1, 1)."""
    for symbol, direction in (
        (tangent, "tangent"),
        (radial, "radial"),
        (perpendicular, "perpendicular"),
    ):
        derived = sum(prob * log(abs(factor)) for prob, factor in step_law(direction))
        claimed = _with_p(claim, claim.says(symbol))
        expect_zero(_log_form(claimed) - _log_form(derived), f"rate of the {direction} direction")
    negative = {difference(q) for q in relations(claim.formula) if q.has(tangent, radial, perpendicular)
                and q.rhs == 0}  # fmt: skip
    expect(negative == {-tangent, -radial, -perpendicular}, "all three are claimed negative")
    gaps = _gaps(claim, a)
    expect(len(gaps) == 2 and a in gaps, "0 < a < edge", region=claim.region)
    upper = gaps[1 - gaps.index(a)]
    # 1 - x^2 > 0 for each |factor| (and 1 - a^2 itself): products of a, the edge's gap and 1 +- a
    expect_zero(1 - (1 - 4 * a) ** 2 - 16 * a * upper, "radial: |1 - 4a| < 1 up to the edge")
    expect_zero((1 - a) - (upper + Rational(1, 2)), "perpendicular and tangent: 0 < 1 - a < 1")


def _log_form(expr: Expr) -> Expr:
    """Logarithms of |products| as sums over irreducible factors, up to sign, each a symbol."""

    def split(argument: Expr) -> Expr:
        inner = argument.replace(lambda e: e.func.__name__ == "Abs", lambda e: e.args[0])
        content, factors = Poly(expand(inner), a).factor_list()
        total: Expr = log_symbols(log(abs(content))) if abs(content) != 1 else Rational(0)
        for factor, power in factors:
            base = factor.as_expr()
            base = base if base.subs(a, 0) >= 0 else -base
            total += power * Symbol(f"log|{expand(base)}|")
        return total

    return expr.replace(log, split)


@evidence(BRIDGE, "symbolic", step="dense")
def test_noise_at_a_dense_minimum_is_tangent(claim: Claim) -> None:
    """GRAD at r2 = 1: E|w+ - w|^2 = eta^2 kappa mean|grad_j|^2 by Q-STATIONARY from Sigma = 0."""
    gradient = Poly(GRAD.formula.rhs.subs({r2: 1, active: 1}), x, w)
    along_x, along_w = gradient.coeff_monomial(x), gradient.coeff_monomial(w)
    expect_zero(along_x * q_i + along_w, "<grad_j, w> = 0: no radial noise")
    square = Poly(expand(along_x**2 + 2 * along_x * along_w * q_i + along_w**2), q_i)
    means = {2: 1 / n, 4: u4 / n}  # mean over j of u_j^2 and u_j^4
    trace = sum(c * means[power] for (power,), c in square.terms())
    moved = Q_STATIONARY.says(Sigma_next).subs({Sigma: 0, Gamma: trace, C: eta})
    derived = moved.subs(kappa, Q_KAPPA.says(kappa_uniform).subs(_KAPPA))
    expect_zero(claim.says(displacement) - derived, "E|w+ - w|^2")


@evidence(BRIDGE, "witness", step="almost sure", needs="step size")
def test_past_one_half_the_radial_direction_is_unstable(claim: Claim) -> None:
    value = claim.says(radial).subs({n: 5, b: 2, a: Rational(51, 100)})
    expect(enclose(value, {}) > 0, "Lambda_i > 0 at a = 0.51", value=value)


@evidence(BRIDGE, "witness", step="mean square", needs="mini-batch")
def test_full_batch_has_no_noise(claim: Claim) -> None:
    expect(claim.says(p).subs({n: 5, b: 5}) == 0, "b = n: p = 0, every factor is 1")


@evidence(BRIDGE, "witness", step="moment one", needs="moment")
def test_negative_moments_grow(claim: Claim) -> None:
    """A moment below zero is carried by the paths that converge."""
    argument = _log_argument(claim.says(moment_exponent(g)))
    value = argument.subs({g: -1, p: Rational(3, 10), a: Rational(1, 4)})
    expect(value > 1, "Lambda(-1) > 0 although -1 < 1", value=value)
