"""Chapter gaussian_start: full batch from N(0, I_d), as the step goes to 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate as quadrature
from sympy import (
    Ge,
    Gt,
    Integral,
    Le,
    Mul,
    Rational,
    Symbol,
    diff,
    expand,
    fraction,
    gammasimp,
    lambdify,
    lowergamma,
    oo,
    together,
)
from sympy.core.relational import Relational

from sim import simulate
from tests.full_batch.tools import expect_every_sample, expect_linear
from tests.inequalities import expect_implied
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, rng
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, equated
from theory import vocabulary as words
from theory.full_batch.alignment import (
    GD_ALIGN,
    GD_DENSE,
    chi_square_density,
    exponents,
    share,
    share_density,
    sum_of_fourths,
)
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.full_batch.gaussian_start import GD_GAUSSIAN, caught_share, mean_alignment, mean_fourths
from theory.model.initialisation import FLOW_SEPARATRIX, INIT_RADIUS, kappa, separatrix
from theory.notation import S, a, d, k, n, rho, s


def expect_hypotheses(claim: Claim) -> None:
    """What the proof uses besides sizes: every sample, linear, the law and the limit."""
    expect_every_sample(claim)
    expect_linear(claim)
    expect_items(claim, words.ORTHONORMAL, words.GAUSSIAN, words.SMALL_STEPS_LATE)


@evidence(GD_GAUSSIAN, "symbolic", step="caught")
def test_starts_below_the_separatrix_are_caught_by_short_steps(claim: Claim) -> None:
    """INIT-RADIUS holds at kappa = y/(2y + 1), y = 1 - 4s/(rho-2)^2, once a is small.

    Its condition *near* is (2 - kappa)(rho-2)^2 > 8s, that is kappa < 2y; *step size* is a bound on a.
    """
    expect_hypotheses(claim)
    expect_implied(Ge(n, 1), claim.region)
    gap = Symbol("y", real=True)  # 1 - s/s_sep, in (0, 1] below the separatrix
    border = FLOW_SEPARATRIX.says(separatrix)
    at = {s: border * (1 - gap), S: border * (1 - gap), kappa: gap}
    seen: set[str] = set()
    for assumption in INIT_RADIUS.assumptions:
        for condition in (
            relations(assumption.condition) if assumption.condition is not None else ()
        ):
            read = difference(condition).subs(at) if isinstance(condition, Relational) else None
            if condition.has(a) and condition.has(rho):
                # kappa (rho-2) - a (..)^2 > 0 at a = 0: so it holds for all small a
                expect_zero(read.subs(a, 0) - gap * (rho - 2), "the bound on the step is positive")
                seen.add("step size")
            elif condition.has(kappa) and condition.has(s):
                expect_zero(read - gap * (rho - 2) ** 2, "near")
                seen.add("near")
    expect(seen == {"step size", "near"}, "conditions of INIT-RADIUS that were read", seen=seen)
    within = {x for x in relations(INIT_RADIUS.region) if x.free_symbols == {kappa}}
    expect(within == {Gt(kappa, 0), Le(kappa, 1)}, "kappa = y is allowed, 0 < y <= 1", found=within)


@evidence(GD_GAUSSIAN, "cited", step="missed")
def test_starts_above_the_separatrix_reach_the_sphere(claim: Claim) -> None:
    """Gradient flow from s > s_sep, or rho <= 2, s > 0, tends to (1, 0) (FLOW-SEPARATRIX), an inner
    point of GD-CONVERGES' region.  One step of length a is Euler's method on dw/dtau = -n grad L for
    the time a, and its field is a polynomial, so locally Lipschitz: over the finite time in which the
    flow comes within r2 < 2 the run stays near for small a, and then GD-CONVERGES takes it."""
    expect_hypotheses(claim)
    step = equated(GD_DIRECTION.formula)
    for after, before, field in (
        ("s^+", s, 2 * s * (2 - 2 * s - rho)),
        ("rho^+", rho, -2 * s * rho),
    ):
        moved = next(y for x, y in step.items() if str(x) == after)
        expect(expand(moved).is_polynomial(s, rho, a), "the field is no polynomial")
        expect_zero(diff(moved, a).subs(a, 0) - field, f"velocity of {before}")
        expect_zero(moved.subs(a, 0) - before, "the step of length 0 moves")
    inside = {s: 1, rho: 0, a: Rational(1, 4)}
    for condition in relations(GD_CONVERGES.region):
        if condition.free_symbols <= {s, rho, a} and condition != Ge(rho, 0):
            expect(
                difference(condition).subs(inside) > 0, f"(1, 0) is on the border of {condition}"
            )
    # the flow: C = (s + rho - 1)/rho^2 is conserved and C > 1/4 exactly above the separatrix
    border = FLOW_SEPARATRIX.says(separatrix)
    invariant = (s + rho - 1) / rho**2
    top, bottom = fraction(together(invariant - Rational(1, 4)))
    expect_zero(top / bottom * rho**2 - (s - border), "the sign of C - 1/4")


@evidence(GD_GAUSSIAN, "symbolic", step="law")
def test_the_law_of_the_two_masses(claim: Claim) -> None:
    """Each right side is the claimed integral of GD-ALIGN's ingredients over the caught region.

    s and rho are the chi-squares whose quotient has GD-ALIGN's law; u is independent of both, so
    E sum u^4 is GD-DENSE's times the chance to be missed; cos^2 is s/(s+rho), or rho/(s+rho) where
    caught, and E s/(s+rho) is the mean of GD-ALIGN's law, n/d.
    """
    expect_hypotheses(claim)
    border = FLOW_SEPARATRIX.says(separatrix)
    caught, cosine = claim.says(caught_share), claim.says(mean_alignment)
    expect(isinstance(caught, Integral), f"{caught} is no integral")
    ((variable, low, high),) = caught.limits
    expect((variable, low, high) == (rho, 2, oo), "rho > 2", limits=caught.limits)
    # d/ds of the inner distribution function is the density of s, and it is 0 at s = 0
    inner = Mul(*(x**y for x, y in exponents(caught.function / _density(rho, d - n)).items()))
    level = Symbol("level", positive=True)
    ((function),) = inner.atoms(lowergamma)
    expect_zero(2 * function.args[1] - border, "the inner bound is not the separatrix")
    as_function = inner.subs(function, lowergamma(function.args[0], level / 2))
    expect(not as_function.has(rho), "another factor with rho", inner=inner)
    expect_zero_product(diff(as_function, level), _density(level, n))
    for size in (1, 2, 5):
        expect(as_function.subs(n, size).doit().limit(level, 0) == 0, "F(0) is not 0", n=size)
    integral = cosine - n / d
    expect(isinstance(integral, Integral), f"{cosine} is not n/d and an integral")
    expect(
        integral.limits == ((s, 0, border), (rho, 2, oo)), "the caught region", at=integral.limits
    )
    # E[cos^2] = E[s/(s+rho)] + E[(rho - s)/(s + rho); caught]
    expect_zero_product(
        integral.function, (rho - s) / (rho + s) * _density(s, n) * _density(rho, d - n)
    )
    law = GD_ALIGN.says(share_density)
    # c times the law is a constant times the law of n + 2 in d + 2, which integrates to 1
    other = law.subs({n: n + 2, d: d + 2}, simultaneous=True)
    expect_zero(gammasimp(share * law / other) - n / d, "mean of C")
    fourths = GD_DENSE.says(sum_of_fourths).subs(k, n)
    expect_zero(claim.says(mean_fourths) - fourths * (1 - caught_share), "E sum u^4")


def _density(value: Any, freedom: Any) -> Any:
    return chi_square_density(value, freedom)


def expect_zero_product(first: Any, second: Any) -> None:
    """Two products of powers of positive bases are the same."""
    quotient = exponents(first / second)
    expect(not quotient, f"{first} is not {second}", quotient=quotient)


def values(claim: Claim, size: int, total: int) -> tuple[float, float, float]:
    """The three claimed numbers, by quadrature of the claimed integrands."""
    at = {n: size, d: total}
    share_ = claim.says(caught_share).subs(at)
    outer = lambdify(rho, share_.function, "scipy")
    caught = quadrature.quad(outer, 2, np.inf)[0]
    inner = (claim.says(mean_alignment).subs(at) - Rational(size, total)).function
    both = lambdify((s, rho), inner, "scipy")

    def strip(r: float) -> float:
        top = (r - 2) ** 2 / 4  # s = x^2 takes the power s^(-1/2) away
        return quadrature.quad(lambda x: 2 * x * both(x * x, r), 0, np.sqrt(min(top, 300.0)))[0]

    cosine = size / total + quadrature.quad(strip, 2, 200, limit=200)[0]
    fourths = claim.says(mean_fourths).subs({**at, caught_share: caught})
    return caught, cosine, float(fourths)


@evidence(GD_GAUSSIAN, "witness", needs="plain Gaussian start")
def test_a_start_within_squared_norm_two_is_never_caught(claim: Claim) -> None:
    """The same direction on the unit sphere: GD-CONVERGES' region, so the share caught is 0."""
    expect_hypotheses(claim)
    weight = rng("unit").normal(size=(500, 12))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    q = weight[:, :4]
    run = simulate(q, 1 - (q**2).sum(axis=1), batch_size=4, step_size=0.2, steps=4000)
    mass = (run.q**2).sum(axis=1)
    expect((np.abs(mass - 1) < 1e-6).all(), "a run was caught from inside", least=mass.min())
    expect(values(claim, 4, 12)[0] > 0.5, "the claimed share is small")


@evidence(GD_GAUSSIAN, "witness", needs="sizes")
def test_nothing_is_caught_where_the_data_span_the_space(claim: Claim) -> None:
    """d = n: rho = 0, so nothing is caught, from r2 up to 10; n = d = 1, q = 3/2, a = 1/4: 9/16."""
    expect(claim.region.subs({n: 2, d: 2}) != True, "d = n is admitted")  # noqa: E712
    q = Rational(3, 2)
    after = q * (1 + Rational(1, 4) * (2 - 2 * q**2))
    expect(after == Rational(9, 16), "one step", after=after)
    start = rng("square").normal(size=(500, 2))
    start *= np.minimum(1, np.sqrt(10) / np.linalg.norm(start, axis=1))[:, None]
    run = simulate(start, 0.0, batch_size=2, step_size=0.1, steps=4000)
    expect((np.abs((run.q**2).sum(axis=1) - 1) < 1e-6).all(), "a run did not converge")


@evidence(GD_GAUSSIAN, "property", step="caught")
def test_the_caught_region_grows_to_the_flows_basin(claim: Claim) -> None:
    """(2 - kappa)(rho-2)^2 - 8s falls in kappa, and is twice (rho-2)^2 - 4s at kappa = 0."""
    expect_hypotheses(claim)
    near = conjunct(INIT_RADIUS.region, kappa, s, without=[a])
    gap = difference(near)
    border = FLOW_SEPARATRIX.says(separatrix)
    expect_zero(gap.subs(kappa, 0) - 8 * (border - s), "at kappa = 0")
    expect_nonnegative(-diff(gap, kappa).subs(rho, 2 + Symbol("y")), {Symbol("y"): (0, 1)}, "slope")
