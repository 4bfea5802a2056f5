"""Chapter alignment: the law of the full-batch limit, seen from a Gaussian start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate as quadrature
from scipy import stats
from sympy import (
    E,
    Expr,
    Integer,
    Rational,
    Sum,
    Symbol,
    binomial,
    cancel,
    exp,
    gammasimp,
    integrate,
    lambdify,
    log,
    oo,
    pi,
    sqrt,
)

from audit import evidence, expect, expect_zero, rng
from audit.statistics import expect_at_most, expect_distribution, expect_mean
from sim import from_weights, simulate
from theory.alignment import (
    BEST_TILT,
    GD_ALIGN,
    GD_ALIGN_RELU,
    GD_DENSE,
    GD_DENSE_MAX,
    chernoff_bases,
    density_of_share,
    exponents,
    max_tail,
    mixture_density,
    share,
    share_density,
    sum_of_fourths,
    threshold,
)
from theory.bernstein import Undecided
from theory.claim import Claim
from theory.exact import difference, relations
from theory.full_batch import GD_CONVERGES, GD_DIRECTION
from theory.notation import a, d, k, n, q_j, q_j_next, r2, rho, s
from theory.step import SIGN


def expect_same_powers(claimed: dict[Expr, Expr], derived: dict[Expr, Expr], what: str) -> None:
    """The same exponent for every base of two products of positive bases."""
    for base in sorted({*claimed, *derived}, key=str):
        gap = claimed.get(base, Integer(0)) - derived.get(base, Integer(0))
        expect_zero(gap, f"{what}: exponent of {base}")


@evidence(GD_ALIGN, "symbolic", step="limit")
@evidence(GD_DENSE_MAX, "symbolic", step="limit")
def test_limit_is_the_normed_projection(claim: Claim) -> None:
    """All q_j have one factor (GD-DIRECTION), (s, rho) -> (1, 0) (GD-CONVERGES).

    So w_inf = P w_0/|P w_0|, u = q/sqrt(s), <w_inf, w_0> = sqrt(s), and cos^2 = s/(s + rho).
    """
    step = {x.lhs: x.rhs for x in relations(GD_DIRECTION.formula)}
    factor = cancel(step[q_j_next] / q_j)
    expect(not factor.has(q_j), "the factor of q_j depends on j")
    expect_zero(factor.subs({s: 1, rho: 0}) - 1, "the limit is not fixed")
    (value,) = {x.gts for x in relations(GD_CONVERGES.formula) if x.lts == (s - 1) ** 2 + rho}
    expect_zero(value.subs({s: 1, rho: 0}), "V does not vanish at the limit")
    root = Symbol("root", real=True)  # sqrt(s)
    cosine = (root**2 / root) ** 2 / (root**2 + rho)
    expect_zero(cosine - (s / (s + rho)).subs(s, root**2), "cos^2")
    expect(
        bool({share, max_tail} & claim.formula.free_symbols), f"{claim.formula} is about neither"
    )


@evidence(GD_ALIGN_RELU, "symbolic", step="active set")
def test_active_set_is_kept_from_the_start(claim: Claim) -> None:
    """SIGN keeps the active set from any r2 <= 2, a < 1/2; the mixture leaves the dead neuron out.

    With a = 1/2 - eps, r2 = 2 - gap the room inside SIGN's radius is gap (1 - 2 eps) + 2 eps > 0.
    """
    eps, gap = Symbol("eps", real=True), Symbol("gap", real=True)
    radius = next(x for x in relations(SIGN.region) if x.has(r2) and x.has(a))
    room = difference(radius).subs({a: Rational(1, 2) - eps, r2: 2 - gap})
    expect_zero(room - (gap * (1 - 2 * eps) + 2 * eps), "room inside SIGN's radius")
    expect(_mixture(claim).limits[0][1] == 1, "the dead neuron (k = 0) is counted")


@evidence(GD_ALIGN, "symbolic", step="law")
def test_density_from_two_chi_squares(claim: Claim) -> None:
    expect(claim.formula.lhs == share_density, f"{claim.formula.lhs} is not the density")
    expect_same_powers(exponents(claim.formula.rhs), density_of_share(n, d), "density of C")


def _mixture(claim: Claim) -> Sum:
    total = claim.formula.rhs
    expect(isinstance(total, Sum) and total.variables == [k], f"{total} is no mixture over k")
    expect(total.limits[0][1:] == (1, n), f"k runs over {total.limits[0][1:]}, not 1..n")
    expect(claim.formula.lhs == mixture_density, f"{claim.formula.lhs} is not the density")
    return total


def _weight(total: Sum) -> Expr:
    """The part of a summand that GD-ALIGN with k in place of n does not account for."""
    return total.function / GD_ALIGN.formula.rhs.subs(n, k)


@evidence(GD_ALIGN_RELU, "symbolic", step="law given k")
def test_each_part_of_the_mixture_is_an_alignment_law(claim: Claim) -> None:
    """Given the active set, of size k, the limit is P_A w_0 normed: GD-ALIGN with k in place of n."""
    total = _mixture(claim)
    law = exponents(GD_ALIGN.formula.rhs.subs(n, k))
    found = exponents(total.function)
    for base in {x for x in (*law, *found) if x.has(share) or x.has(d)}:
        gap = found.get(base, Integer(0)) - law.get(base, Integer(0))
        expect_zero(gap, f"exponent of {base}")


@evidence(GD_ALIGN_RELU, "symbolic", step="weights")
def test_weights_of_the_mixture(claim: Claim) -> None:
    """C(n, k) 2^-n / (1 - 2^-n): fair signs, conditioned on k >= 1."""
    weight = exponents(_weight(_mixture(claim)))
    fair = exponents(binomial(n, k) / 2**n / ((2**n - 1) / 2**n))
    expect_same_powers(weight, fair, "weight of k")


@evidence(GD_ALIGN, "property", step="law")
@evidence(GD_ALIGN_RELU, "property", step=GD_ALIGN_RELU.steps)
@given(size=st.integers(1, 8), more=st.integers(1, 8))
def test_density_integrates_to_one(claim: Claim, size: int, more: int) -> None:
    """By quadrature in c = sin^2(t), which takes the end-point powers c^(-1/2) away."""
    values = lambdify((share, n, d), claim.formula.rhs, "scipy")
    total, error = quadrature.quad(
        lambda t: float(values(np.sin(t) ** 2, size, size + more)) * np.sin(2 * t),
        1e-9, np.pi / 2 - 1e-9, limit=200,
    )  # fmt: skip
    # c f(c) and (1-c) f(c) are bounded by d here, so the two ends left out have mass below 1e-7
    expect(abs(total - 1) <= error + 1e-7, "the density does not integrate to 1", total=total)


@evidence(GD_DENSE, "symbolic")
def test_fourth_moment_of_a_uniform_direction(claim: Claim) -> None:
    """u_1^2 is C with one coordinate in n, n > 1.  c^2 times that law is a constant times the law with
    five coordinates in n + 4; a law integrates to 1, so E C^2 is that constant."""
    law = GD_ALIGN.formula.rhs
    one, five = (
        law.subs({n: size, d: total}, simultaneous=True) for size, total in ((1, n), (5, n + 4))
    )
    moment = gammasimp(share**2 * one / five)
    expect(claim.formula.lhs == sum_of_fourths, f"{claim.formula.lhs} is not E sum u_j^4")
    expect_zero(claim.formula.rhs - n * moment, "n E u_1^4")
    expect_zero(claim.formula.rhs.subs(n, 1) - 1, "one coordinate: u = +-1")


@evidence(GD_DENSE_MAX, "symbolic", step="exponential moment")
def test_exponential_moment_at_the_best_tilt(claim: Claim) -> None:
    """E exp(l g^2) = (1-2l)^(-1/2); at the best tilt A = 1/(n x), 1/B = 1 - v, v = (n x - 1)/(n - 1).

    n times the moment (union bound) with (1 - v)^((n-1)/2) <= exp(-(n-1) v/2) is the claim; any other
    right side is left open here.
    """
    z, spare = Symbol("z", real=True), Symbol("spare", positive=True)  # spare = 1 - 2l
    moment = integrate(exp(-spare * z**2 / 2) / sqrt(2 * pi), (z, -oo, oo))
    expect_zero(moment**2 - 1 / spare, "E exp(l g^2)")
    first, second = chernoff_bases(BEST_TILT)
    v = (n * threshold - 1) / (n - 1)
    expect_zero(first - 1 / (n * threshold), "A at the best tilt")
    expect_zero(second - 1 / (1 - v), "B at the best tilt")
    derived = n * sqrt(n * threshold) * exp(cancel(-(n - 1) * v / 2))
    if exponents(claim.formula.gts / derived):
        raise Undecided(f"{claim.formula.gts} is not the derived bound {derived}")
    expect(claim.formula.lts == max_tail, f"{claim.formula} does not bound {max_tail}")


@evidence(GD_DENSE_MAX, "symbolic", step="logarithm")
def test_logarithm_is_below_its_tangent(claim: Claim) -> None:
    """h(v) = -v - log(1 - v) has h(0) = 0, h'(v) = v/(1 - v) >= 0 on [0, 1).

    v = (n x - 1)/(n - 1) lies there by n x >= 1 and x < 1.
    """
    v = Symbol("v", real=True)
    h = -v - log(1 - v)
    expect(h.subs(v, 0) == 0, "h(0) is not 0")
    expect_zero(h.diff(v) - v / (1 - v), "derivative")
    value = (n * threshold - 1) / (n - 1)
    low = next(x for x in relations(claim.region) if x.has(n) and x.has(threshold))
    high = next(x for x in relations(claim.region) if not x.has(n))
    expect_zero(value * (n - 1) - difference(low), f"v >= 0 is not {low}")
    expect_zero((1 - value) * (n - 1) / n - difference(high), f"v < 1 is not {high}")


def test_order_of_the_largest_coordinate() -> None:
    """At x = 4 log(n)/n the bound is 2 sqrt(e log n)/n: with L = log n, exp(-2L) = n^-2."""
    L = Symbol("L", positive=True)
    powers = exponents(GD_DENSE_MAX.formula.gts.subs(threshold, 4 * L / n))
    power = powers.pop(E)
    powers[n] = powers.get(n, Integer(0)) + power.coeff(L)
    powers[E] = power - power.coeff(L) * L
    expect_same_powers(powers, exponents(2 * sqrt(E * L) / n), "order")


@evidence(GD_DENSE_MAX, "property", step=GD_DENSE_MAX.steps)
@given(size=st.integers(2, 400), x=st.floats(0.5, 0.999))
def test_tail_is_exact_from_one_half_on(claim: Claim, size: int, x: float) -> None:
    """For x >= 1/2 the events u_j^2 >= x exclude each other, so P = n P(Beta(1/2, (n-1)/2) >= x)."""
    tail = size * float(stats.beta.sf(x, 0.5, (size - 1) / 2))
    # scipy's betainc is good to 1e-12 relative; tails below 1e-290 are not told from 0
    tail = max(tail * (1 - 1e-9), 1e-290) - 1e-290
    at = {n: size, threshold: x, max_tail: tail}
    expect(claim.formula.subs(at), "the exact tail exceeds the bound", n=size, x=x, tail=tail)


def limits(key: str, n_value: int, d_value: int, activation: str, runs: int = 20_000) -> Any:
    """Full-batch runs to the limit from uniform directions on a random orthonormal basis, r2(0) = 1.

    a = 0.3.  s_0 < 1e-6 has probability below 1e-3 and costs 30 steps more; 150 steps leave
    |s - 1| and rho below 1e-9 even then, far below what a Kolmogorov-Smirnov distance sees.
    """
    random = rng("start", key)
    data = np.linalg.qr(random.normal(size=(d_value, n_value)))[0].T
    weight = random.normal(size=(runs, d_value))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    q, off = from_weights(weight, data)
    run = simulate(
        q, off, batch_size=n_value, step_size=0.3 * n_value, steps=150, activation=activation,
        observe=["alignment", "active_mass"], every=150,
    )  # fmt: skip
    alive = ~run.dead
    mass = run.recorded["active_mass"][-1][alive]
    expect(np.all(np.abs(mass - 1) < 1e-6), "a run did not converge", worst=float(mass.min()))
    return run, alive


def distribution(density: Expr) -> Callable[[Any], Any]:
    """Distribution function of a density in ``share``, by cumulative quadrature in c = sin^2(t)."""
    values = lambdify(share, density, "scipy")
    t = np.linspace(1e-6, np.pi / 2 - 1e-6, 20_001)
    rate = values(np.sin(t) ** 2) * np.sin(2 * t)
    total = quadrature.cumulative_trapezoid(rate, t, initial=0.0)
    return lambda c: np.interp(np.arcsin(np.sqrt(np.clip(c, 0, 1))), t, total)


SIZES = {"n=1, d=4": (1, 4), "n=3, d=10": (3, 10), "n=8, d=9": (8, 9)}


@evidence(GD_ALIGN, "simulation", step="law", cases=SIZES)
@evidence(GD_ALIGN_RELU, "simulation", step=GD_ALIGN_RELU.steps, cases=SIZES)
def test_alignment_of_real_runs(claim: Claim, case: tuple[int, int]) -> None:
    """Kolmogorov-Smirnov against the claimed law, on runs that end at the limit."""
    activation = "relu" if claim.id == GD_ALIGN_RELU.id else "linear"
    run, alive = limits(f"{claim.id} {case}", *case, activation)
    density = claim.formula.rhs.subs({n: case[0], d: case[1]}).doit()
    cosine = run.recorded["alignment"][-1][alive]
    expect(np.all(cosine > 0), "the limit points away from the start")
    expect_distribution(cosine**2, distribution(density), visible=0.05, what=f"cos^2 at {case}")


@evidence(GD_ALIGN, "witness", step="law")
def test_alignment_is_one_when_the_data_span_the_space(claim: Claim) -> None:
    """d = n: the Beta law degenerates (second parameter 0) and cos = 1; the region excludes it."""
    size = claim.region.subs({n: 4, d: 4, share: Rational(1, 2)})
    expect(not bool(size), "the region includes d = n")
    run, _ = limits("square", 4, 4, "linear", runs=50)
    expect(np.all(np.abs(run.recorded["alignment"][-1] - 1) < 1e-12), "cos is not 1")


DENSE_SIZES = {"n=2": 2, "n=5": 5, "n=30": 30}


@evidence(GD_DENSE, "simulation", cases={**DENSE_SIZES, "ReLU n=4": -4})
def test_fourth_moment_of_real_runs(claim: Claim, case: int) -> None:
    """ReLU: the claim holds given the active count k, which is Bin(n, 1/2) given k >= 1."""
    size, activation = abs(case), "linear" if case > 0 else "relu"
    run, alive = limits(f"fourth {case}", size, size + 3, activation)
    q = np.maximum(run.q, 0) if activation == "relu" else run.q
    moments = (q[alive] ** 4).sum(axis=1)
    value = lambdify(n, claim.formula.rhs)
    if activation == "relu":
        counts = np.arange(1, size + 1)
        weight = stats.binom.pmf(counts, size, 0.5)
        expected = float((weight * value(counts)).sum() / weight.sum())
    else:
        expected = float(value(size))
    expect_mean(moments, expected, visible=0.05, what=f"sum of fourth powers at {case}")


@evidence(GD_DENSE_MAX, "simulation", step=GD_DENSE_MAX.steps, cases={"n=20": 20, "n=100": 100})
def test_largest_coordinate_of_real_runs(claim: Claim, case: int) -> None:
    run, alive = limits(f"largest {case}", case, case + 2, "linear", runs=4000)
    largest = (run.q[alive] ** 2).max(axis=1)
    for x in (2 * np.log(case) / case, 4 * np.log(case) / case):
        bound = min(1.0, float(claim.formula.gts.subs({n: case, threshold: x})))
        hits = int((largest >= x).sum())
        expect_at_most(hits, largest.size, bound, what=f"P(max u_j^2 >= {x:.3f}), n = {case}")
