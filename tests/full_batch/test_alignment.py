"""Chapter alignment: the law of the full-batch limit, seen from a rotation-invariant start."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Expr, Gt, Integer, Lt, Rational, Sum, Symbol, binomial

from sim import simulate
from tests.forms import cancel
from tests.full_batch.alignment_tools import expect_count, expect_same_powers
from tests.full_batch.tools import expect_convergence, expect_linear
from tests.inequalities import expect_condition
from tests.instances import Instance, dot, exact
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero, rng, seed
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, equated
from theory import vocabulary as words
from theory.full_batch.alignment import (
    GD_ALIGN,
    GD_ALIGN_RELU,
    GD_DENSE,
    GD_DENSE_MAX,
    RADIAL,
    density_of_share,
    exponents,
    max_tail,
    mixture_density,
    share,
    share_density,
    sum_of_fourths,
    threshold,
)
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.model.initialisation import INIT_RADIUS, kappa
from theory.model.step import SIGN
from theory.notation import S, a, d, k, n, q_j, q_j_next, r2, rho, s


def expect_start(claim: Claim) -> None:
    """Every start converges (GD-CONVERGES), and the law of its direction is the uniform one."""
    expect_convergence(claim)
    expect_items(claim, words.ROTATION_INVARIANT, words.ORTHONORMAL)


@evidence(GD_ALIGN, "symbolic", step="limit")
@evidence(GD_DENSE, "symbolic", step="limit")
@evidence(GD_DENSE_MAX, "symbolic", step="limit")
def test_limit_is_the_normed_projection(claim: Claim) -> None:
    """All q_j have one factor (GD-DIRECTION), (s, rho) -> (1, 0) (GD-CONVERGES).

    So w_inf = P w_0/|P w_0|, u = q/sqrt(s), <w_inf, w_0> = sqrt(s), and cos^2 = s/(s + rho).
    """
    expect_start(claim)
    if claim.id == GD_ALIGN.id:
        expect_linear(claim)  # so s is the mass of all n coordinates, whatever their signs
    else:
        expect_count(claim)  # so s is the mass of k coordinates, uniform on their sphere
    step = equated(GD_DIRECTION.formula)
    factor = cancel(step[q_j_next] / q_j)
    expect(not factor.has(q_j), "the factor of q_j depends on j")
    expect_zero(factor.subs({s: 1, rho: 0}) - 1, "the limit is not fixed")
    value = GD_CONVERGES.conjunct(lesser=(s - 1) ** 2 + rho).gts
    expect_zero(value.subs({s: 1, rho: 0}), "V does not vanish at the limit")
    root = Symbol("root", real=True)  # sqrt(s)
    cosine = (root**2 / root) ** 2 / (root**2 + rho)
    expect_zero(cosine - (s / (s + rho)).subs(s, root**2), "cos^2")
    about = {share, max_tail, sum_of_fourths} & claim.formula.free_symbols
    expect(bool(about), f"{claim.formula} is about none of them")


@evidence(GD_ALIGN_RELU, "symbolic", step="active set")
def test_active_set_is_kept_from_the_start(claim: Claim) -> None:
    """SIGN keeps the active set from any r2 <= 2, a < 1/2; the mixture leaves the dead neuron out.

    With a = 1/2 - eps, r2 = 2 - gap the room inside SIGN's radius is gap (1 - 2 eps) + 2 eps > 0.
    """
    eps, gap = Symbol("eps", real=True), Symbol("gap", real=True)
    radius = conjunct(SIGN.region, r2, a)
    room = difference(radius).subs({a: Rational(1, 2) - eps, r2: 2 - gap})
    expect_zero(room - (gap * (1 - 2 * eps) + 2 * eps), "room inside SIGN's radius")
    expect_start(claim)
    expect_items(claim, words.RELU)
    for condition in relations(SIGN.region):
        if condition.free_symbols == {a}:
            expect_condition(claim.region, condition, "SIGN's step size")
    expect(_mixture(claim).limits[0][1] == 1, "the dead neuron (k = 0) is counted")


@evidence(GD_ALIGN, "symbolic", step="law")
def test_density_from_two_chi_squares(claim: Claim) -> None:
    """In the polar coordinates (c, r) of two chi-squares; the density of c has no r in it, so c is
    independent of r, and every other law of the radius leaves the law of c as it is."""
    expect_items(claim, words.ROTATION_INVARIANT, words.ORTHONORMAL)
    expect(claim.formula.lhs == share_density, f"{claim.formula.lhs} is not the density")
    _expect_share(claim)
    derived = density_of_share(n, d)
    expect(not any(x.has(RADIAL) for x in derived), "the share depends on the radius")
    expect_same_powers(exponents(claim.formula.rhs), derived, "density of C")


def _expect_share(claim: Claim) -> None:
    """(c r, (1 - c) r) are values of two chi-squares: 0 < c < 1."""
    for condition in (Gt(share, 0), Lt(share, 1)):
        expect_condition(claim.region, condition, "a value of both chi-squares")


def _mixture(claim: Claim) -> Sum:
    total = claim.formula.rhs
    _expect_share(claim)
    expect(isinstance(total, Sum) and total.variables == [k], f"{total} is no mixture over k")
    expect(total.limits[0][1:] == (1, n), f"k runs over {total.limits[0][1:]}, not 1..n")
    expect(claim.formula.lhs == mixture_density, f"{claim.formula.lhs} is not the density")
    return total


def _weight(total: Sum) -> dict[Expr, Expr]:
    """The part of a summand that the law of the share of k coordinates does not account for."""
    law, found = density_of_share(k, d), exponents(total.function)
    gaps = {x: (found.get(x, Integer(0)) - law.get(x, Integer(0))).expand() for x in (*law, *found)}
    return {x: gap for x, gap in gaps.items() if gap != 0}


@evidence(GD_ALIGN_RELU, "symbolic", step="law given k")
def test_each_part_of_the_mixture_is_an_alignment_law(claim: Claim) -> None:
    """Given the active set, of size k, the limit is P_A w_0 normed: C is the share of k coordinates.

    A uniform direction keeps its law given the signs of its coordinates, up to those signs.
    """
    expect_items(claim, words.ROTATION_INVARIANT)
    for base, gap in _weight(_mixture(claim)).items():
        expect(not (base.has(share) or base.has(d)), f"exponent of {base}", gap=gap)


@evidence(GD_ALIGN_RELU, "symbolic", step="weights")
def test_weights_of_the_mixture(claim: Claim) -> None:
    """C(n, k) 2^-n / (1 - 2^-n): fair signs, conditioned on k >= 1."""
    expect_items(claim, words.ROTATION_INVARIANT)
    weight = _weight(_mixture(claim))
    fair = exponents(binomial(n, k) / 2**n / ((2**n - 1) / 2**n))
    expect_same_powers(weight, fair, "weight of k")


@evidence(GD_ALIGN, "witness", step="law", needs="sizes")
def test_alignment_is_one_when_the_data_span_the_space(claim: Claim) -> None:
    """d = n: the Beta law degenerates (second parameter 0) and cos = 1; the region excludes it."""
    size = claim.region.subs({n: 4, d: 4, share: Rational(1, 2)})
    expect(size == False, "the region includes d = n")  # noqa: E712
    start = rng().normal(size=(50, 4))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    run = simulate(
        start, 0.0, batch_size=4, step_size=1.2, steps=400, observe=["alignment"], every=400
    )
    expect(np.all(np.abs(run.recorded["alignment"][-1] - 1) < 1e-12), "cos is not 1")


# --- what each hypothesis is for


BEYOND = {a: Rational(1, 4), s: Rational(1, 100), rho: 4, S: Rational(1, 100)}


@evidence(GD_ALIGN, "witness", needs="radius")
@evidence(GD_ALIGN_RELU, "witness", needs="radius")
@evidence(GD_DENSE, "witness", needs="radius")
@evidence(GD_DENSE_MAX, "witness", needs="radius")
def test_a_start_beyond_squared_norm_two_is_caught(claim: Claim) -> None:
    """INIT-RADIUS holds at BEYOND (kappa = 1) and around it: w_inf is off the data, u = 0 there.

    cos^2 -> rho/(s + rho) = 400/401, where the claims have s/(s + rho) = 1/401. On its sphere such
    starts have positive probability, and 40 exact steps show where this one goes.
    """
    at = {**BEYOND, kappa: 1, n: 1, d: 2, k: 1}
    expect(satisfies(INIT_RADIUS.region, at), "INIT-RADIUS does not hold there")
    start = {a: at[a], r2: at[s] + at[rho]}
    sizes = {n: 1, d: 2, k: 1} if claim.id != GD_DENSE_MAX.id else {n: 2, d: 3, k: 2}
    inside = claim.region.subs({**start, **sizes, share: Rational(1, 2), threshold: Rational(3, 4)})
    expect(inside == False, "the region admits it")  # noqa: E712
    q, off, step = 0.1, 2.0, 0.25
    for _ in range(2000):
        q, off = q * (1 + step * (2 - 2 * q * q - off * off)), off * (1 - step * q * q)
    expect(abs(q) < 1e-12 and off**2 > 3.9, "it is not caught", q=q, off=off)


@evidence(GD_ALIGN, "witness", needs="linear")
def test_a_dead_neuron_has_no_limit_on_the_sphere(claim: Claim) -> None:
    """ReLU, n = 1, d = 2, w = (-1/2, 1/2), of positive probability: w stays, cos = 1."""
    data, weight = [[Fraction(1), Fraction(0)]], [Fraction(-1, 2), Fraction(1, 2)]
    at = Instance(data, weight, (0,), Fraction(1, 4), "relu")
    expect(at.gates == [0] and at.step().weight == weight, "the neuron moves")
    values = {n: 1, d: 2, share: Rational(1, 2), a: Rational(1, 4), r2: exact(at.r2)}
    expect(satisfies(claim.region, values), "the rest holds")
    expect(not claim.item(words.NEURON).holds("relu"), "a ReLU neuron is admitted")


@evidence(GD_ALIGN, "witness", needs="rotation-invariant start")
@evidence(GD_ALIGN_RELU, "witness", needs="rotation-invariant start")
@evidence(GD_DENSE, "witness", needs="rotation-invariant start")
@evidence(GD_DENSE_MAX, "witness", needs="rotation-invariant start")
def test_a_start_of_one_direction_has_no_such_law(claim: Claim) -> None:
    """w_0 = (4/5, 3/5)/2 surely, n = 1, d = 2: C = 16/25 surely, which has no density.

    w_0 = x_1 surely, n = k = d = 2: sum u^4 = 1, not 3/4, and P(max u^2 >= 9/10) = 1, above the bound.
    """
    law = claim.item(words.START)
    expect(not law.holds(np.full((1000, 2), (0.4, 0.3))), "the start may be one point")
    w0 = [Fraction(2, 5), Fraction(3, 10)]
    cosine = w0[0] ** 2 / dot(w0, w0)
    expect(cosine == Fraction(16, 25), "C", C=cosine)
    if claim.id in (GD_ALIGN.id, GD_ALIGN_RELU.id):
        value = claim.formula.rhs.subs({n: 1, d: 2, share: Rational(16, 25)}).doit()
        expect(value.is_finite, "the claimed density has no atom there", density=value)
    elif claim.id == GD_DENSE.id:
        expect(claim.formula.rhs.subs(k, 2) != 1, "sum u^4")
    else:
        bound = claim.formula.gts.subs({k: 20, threshold: Rational(9, 10)})
        expect(float(bound) < 1, "the bound admits a sparse limit", bound=bound)


@evidence(GD_ALIGN, "witness", needs="full batch")
@evidence(GD_DENSE, "witness", needs="full batch")
@evidence(GD_DENSE_MAX, "witness", needs="full batch")
def test_a_smaller_batch_ends_elsewhere(claim: Claim) -> None:
    """b = 1: every run ends on a data point (SGD-SPARSE), so sum u^4 = max u^2 = 1."""
    size, runs = 20, 40
    q = rng("smaller").normal(size=(runs, size))
    q *= 0.9 / np.linalg.norm(q, axis=1, keepdims=True)
    run = simulate(q, 0.2, batch_size=1, step_size=0.4, steps=6000, seed=seed("smaller"))
    expect((np.abs((run.q**4).sum(axis=1) - 1) < 1e-6).all(), "a run is not sparse yet")
    one = claim.item(words.BATCHES).holds(lambda past: {(0,): Fraction(1)}, size, 1)
    expect(not one, "b = 1 is admitted")
    if claim.id == GD_DENSE.id:
        expect(claim.formula.rhs.subs(k, size) != 1, "sum u^4 is 1")
    elif claim.id == GD_DENSE_MAX.id:
        bound = float(claim.formula.gts.subs({k: size, threshold: Rational(9, 10)}))
        expect(bound < 0.05, "the bound admits a sparse limit", bound=bound)
    else:  # mean of C: n/d by the claim; one coordinate's share, at most 1, here
        winner = run.log_abs_q.argmax(axis=1)
        share_ = q[np.arange(runs), winner] ** 2 / (0.9**2 + 0.2)
        claimed = (q**2).sum(axis=1) / (0.9**2 + 0.2)
        expect((share_ < 0.7 * claimed).all(), "cos^2 is that of the projection")


@evidence(GD_ALIGN, "witness", needs="step size")
@evidence(GD_ALIGN_RELU, "witness", needs="step size")
@evidence(GD_DENSE, "witness", needs="step size")
@evidence(GD_DENSE_MAX, "witness", needs="step size")
def test_past_one_half_there_is_no_limit(claim: Claim) -> None:
    """a = 7/12: GD-EDGE's cycle is 4/7 <-> 9/7, exactly, and attracts: no run of 200 converges."""
    step = 7 / 12
    mass = Fraction(4, 7)
    swapped = mass * (1 + Fraction(7, 12) * (2 - 2 * mass)) ** 2
    expect(swapped == Fraction(9, 7), "4/7 goes to", s=swapped)
    back = swapped * (1 + Fraction(7, 12) * (2 - 2 * swapped)) ** 2
    expect(back == mass, "9/7 goes to", s=back)
    q = np.abs(rng("past").normal(size=(200, 3)))
    q *= rng("radius").uniform(0.2, 1.2, size=(200, 1)) / np.linalg.norm(q, axis=1, keepdims=True)
    run = simulate(q, 0.3, batch_size=3, step_size=3 * step, steps=2000)
    last = (run.q**2).sum(axis=1)
    gap = np.minimum(np.abs(last - 4 / 7), np.abs(last - 9 / 7))
    expect((gap < 1e-9).all(), "a run is not on the cycle", worst=float(gap.max()))
    sizes = {n: 3, d: 4, k: 3, r2: 1}
    values = {**sizes, share: Rational(1, 2), threshold: Rational(3, 4), a: Rational(7, 12)}
    expect(claim.region.subs(values) == False, "the region admits it")  # noqa: E712
