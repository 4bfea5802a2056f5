"""Chapter coherence: divergence by coherence, through the sharpest sample."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from flint import fmpq, fmpq_mat
from sympy import Eq, Expr, Ge, Gt, Le, Poly, Rational, Symbol, sqrt, symbols

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied, is_strict
from tests.neighbours.tools import weak_gap
from tests.quadratic.cases import (
    Case,
    enumerated_operator,
    expect_assumed,
    expect_variance_factors,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.trace_algebra import letter, trace
from theory.neighbours import coherence as co
from theory.neighbours.coherence import COHERENCE, COHERENCE_INDICES
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import (
    Q_KAPPA,
    C_ms,
    batch_ab,
    gradient2,
    kappa_replacement,
    kappa_uniform,
    l_min,
)
from theory.quadratic.second_moment import (
    C,
    N,
    batch_product,
    k,
    kappa,
    mean_a,
    mean_ab,
    mean_b,
    second_moment_operator,
)
from theory.quadratic.thresholds import identity, kron

F = Fraction


def _setting(claim: Claim) -> None:
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0: C_ms is a threshold at all
    expect_items(claim, words.INDEPENDENT)
    expect_variance_factors(claim)
    for needed in (Gt(kappa, 0), Gt(l_min, 0), Gt(co.Lambda, 0), Ge(co.q_least, 0), Gt(l_max, 0)):
        expect_implied(needed, claim.region)


def _at_most_one() -> None:
    """kappa <= 1 for both ways of drawing, k = 1 + y of N = 2 + z: 1 - kappa has no negative coefficient."""
    y, z = symbols("y z")
    for name in (kappa_uniform, kappa_replacement):
        rest = (1 - Q_KAPPA.says(name)).subs({k: 1 + y, N: 2 + z})
        top, bottom = (Poly(x, y, z) for x in cancel(rest).as_numer_denom())
        signs = {x > 0 for x in (*top.coeffs(), *bottom.coeffs())}
        expect(signs == {True}, f"{name} <= 1", rest=rest)


# ----------------------------------------------------------------------------------------- COHERENCE


@evidence(COHERENCE, "symbolic", step="sharpest sample")
def test_form_at_the_sharpest_direction(claim: Claim) -> None:
    """v: the top eigenvector of the sharpest Q_m.  M_C mixes full batch and single samples by kappa.

    <vv', M vv'> = (1 - kappa) x^2 + kappa/N ((1 - C Lambda)^2 + rest), rest: squares of the other samples.
    """
    _setting(claim)
    _at_most_one()
    full, single = (second_moment_operator(x) for x in (mean_a * mean_b, mean_ab))
    derived = second_moment_operator(Q_KAPPA.says(batch_ab))
    expect_zero(derived - ((1 - kappa) * full + kappa * single), "M_C as a mixture")
    E, X, Y = (letter(name) for name in "EXY")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    x, rest, slack = symbols("x rest slack")
    form = (1 - kappa) * x**2 + kappa / N * ((1 - C * co.Lambda) ** 2 + rest)
    gap = weak_gap(claim, co.Lambda, co.radius).subs(co.radius, form + slack)  # Rayleigh
    expect_zero(gap - ((1 - kappa) * x**2 + kappa / N * rest + slack), "squares are left")


def _schwarz() -> None:
    """<x, y>^2 <= |x|^2 |y|^2 for any inner product, by |x|^2 |y - cx|^2 >= 0, c = <x, y>/|x|^2."""
    xx, yy, xy = symbols("xx yy xy")
    c = xy / xx
    expect_zero(xx * (yy - 2 * c * xy + c**2 * xx) - (xx * yy - xy**2), "Cauchy-Schwarz")


def norms_top(slack: Symbol) -> Expr:
    """lambda_S = N l_max + slack/(N l_max) with slack >= 0, for Q_i >= 0.

    R = [Q_1^(1/2) .. Q_N^(1/2)], R R' = N Q.  v: Q's top eigenvector, u = R'v: |u|^2 = v'R R'v = N l_max and
    |R u|^2 = |R R'v|^2 = (N l_max)^2.  That is the sum over i, j of u_i' Q_i^(1/2) Q_j^(1/2) u_j, each at most
    |u_i| S_ij |u_j| (Cauchy-Schwarz with the matrix u_i u_j'): so it is lambda_S |u|^2 - slack.
    """
    _schwarz()
    length, image = N * l_max, (N * l_max) ** 2
    return (image + slack) / length


@evidence(COHERENCE, "symbolic", step="coherence")
def test_largest_eigenvalue_by_the_matrix_of_norms(claim: Claim) -> None:
    _setting(claim)
    expect_zero(claim.says(co.sigma) * co.Lambda - co.norms_top, "sigma")
    slack = Symbol("slack")
    gap = weak_gap(claim, l_max, co.norms_top).subs(co.norms_top, norms_top(slack))
    expect_zero(gap - slack / (N * l_max), "N l_max <= lambda_S")


@evidence(COHERENCE, "symbolic", step="threshold")
def test_conditions_fire_where_the_form_is_one(claim: Claim) -> None:
    """At C = (1 + x)/Lambda, x^2 = N/kappa, the form is 1 or more: no convergence there, so C_ms <= C.

    The second bound is the first times sigma Lambda/(N l_max) = lambda_S/(N l_max) >= 1.
    """
    _setting(claim)
    x, slack = symbols("x slack", positive=True)
    low = kappa / N * (1 - C * co.Lambda) ** 2  # from the step before, read below
    expect_zero(weak_gap(claim, co.Lambda, co.radius) - (co.radius - low), "the radius's bound")
    first = claim.conjunct(C_ms)
    expect(first.lts == C_ms and not is_strict(first), "an upper bound on C_ms", found=first)
    bound = first.gts.subs(kappa, N / x**2)
    expect_zero(_rooted(bound, x) - (1 + x) / co.Lambda, "where it fires")
    expect_zero(low.subs(kappa, N / x**2).subs(C, (1 + x) / co.Lambda) - 1, "the form is 1 there")
    second = weak_gap(claim, kappa, co.sigma).subs(co.sigma, co.norms_top / co.Lambda)
    second = _rooted(second.subs(kappa, N / x**2), x)
    excess = (1 + x) / co.Lambda * slack / (N * l_max)
    expect_zero(second.subs(co.norms_top, N * l_max + slack) - excess, "it fires no earlier")


def _rooted(expr: Expr, x: Expr) -> Expr:
    """sqrt(x^2) as x: x stands for sqrt(N/kappa) > 0."""
    return expr.replace(
        lambda y: y.is_Pow and y.exp == Rational(1, 2), lambda y: x * cancel(y.base / x**2)
    )


def _orthonormal(count: int, size: int) -> Case:
    return Case([[[int(i == j == s) for i in range(count)] for j in range(count)] for s in range(count)],
                size)  # fmt: skip


@evidence(COHERENCE, "witness", step="threshold")
def test_the_gap_on_orthonormal_samples(claim: Claim) -> None:
    """sigma = 1: C_ms = 2k exactly, the condition fires at 1 + sqrt(N/kappa), about sqrt(k N)."""
    first = claim.conjunct(C_ms)
    for count, size, reach in ((2, 1, 1 + sqrt(2)), (4, 1, 3), (4, 2, 1 + 2 * sqrt(3))):
        case = _orthonormal(count, size)
        expect(case.threshold.low == case.threshold.high == 2 * size, "C_ms", N=count, k=size)
        at = {N: count, kappa: Rational(case.kappa), co.Lambda: 1}
        fires = first.gts.subs(at)
        expect_zero(fires - reach, "where it fires")
        expect(bool(fires > 2 * size), "past C_ms", N=count, k=size)


@evidence(COHERENCE, "witness", needs="noise", step="threshold")
def test_without_noise_no_reach_has_a_value(claim: Claim) -> None:
    """Q = 1, full batch: N/kappa has no value, and no multiple of 1/Lambda is a bound by noise."""
    point = {gradient2: 0, l_min: 1, l_max: 1, N: 2, k: 2, kappa: 0, co.q_least: 1, co.Lambda: 1}
    expect_outside(claim, point, "the bound has no value")
    first = claim.conjunct(C_ms)
    expect(
        not first.gts.subs(point).is_finite, "the bound is infinite", found=first.gts.subs(point)
    )


# --------------------------------------------------------------------------------- COHERENCE-INDICES


def _moments(claim: Claim) -> dict[Symbol, Expr]:
    """E[m_i^2] and E[m_i m_j] as the region says; Undecided where it does not."""
    found = {}
    for part in relations(claim.region):
        if isinstance(part, Eq) and part.lhs in (co.square, co.mixed):
            found[part.lhs] = part.rhs
    if set(found) != {co.square, co.mixed}:
        raise Undecided(f"{claim.id} says nothing of the indices")
    for needed in (Ge(k, 1), Le(k, N), Gt(co.Lambda, 0), Ge(co.q_least, 0), Ge(l_max, 0)):
        expect_implied(needed, claim.region)
    return found


def _product(claim: Claim) -> Expr:
    found = _moments(claim)
    return batch_product(found[co.square], found[co.mixed])


@evidence(COHERENCE_INDICES, "symbolic", step="moments")
def test_moments_of_independent_indices(claim: Claim) -> None:
    found = _moments(claim)
    chance = k / N  # of index i; E m_i^2 = E m_i, and E m_i m_j = E m_i E m_j
    expect_zero(found[co.square] - chance, "E[m_i^2]")
    expect_zero(found[co.mixed] - chance**2, "E[m_i m_j]")
    expect_zero(claim.says(batch_ab) - _product(claim), "E[a_B b_B]")


@evidence(COHERENCE_INDICES, "symbolic", step="sharpest sample")
def test_noise_alone_at_the_sharpest_direction(claim: Claim) -> None:
    """<vv', M vv'> = (1 - C v'Qv)^2 + C^2 w ((v'Q_m v)^2 + rest)/N, w = (N - k)/(kN): w/N Lambda^2 at least."""
    derived = second_moment_operator(_product(claim))
    full = second_moment_operator(mean_a * mean_b)
    weight = (N - k) / (k * N)
    single = second_moment_operator(mean_ab) - second_moment_operator(
        0 * mean_ab
    )  # C^2 E[Q_Y (x) Q_Y]
    expect_zero(derived - (full + weight * single), "M_C: the mean's square and the noise")
    E, X, Y = (letter(name) for name in "EXY")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    x, rest, slack = symbols("x rest slack")
    form = x**2 + C**2 * weight / N * (co.Lambda**2 + rest)
    gap = weak_gap(claim, co.Lambda, co.radius).subs(co.radius, form + slack)
    expect_zero(gap - (x**2 + C**2 * weight / N * rest + slack), "squares are left")


@evidence(COHERENCE_INDICES, "symbolic", step="coherence")
def test_coherence_is_weaker_than_the_sharpest_sample(claim: Claim) -> None:
    """At lambda_S = N l_max + slack/(N l_max) the gap has no coefficient below 0."""
    _moments(claim)
    expect_zero(claim.says(co.sigma) - co.norms_top / co.Lambda, "sigma")
    slack, z = symbols("slack z")
    gap = weak_gap(claim, l_max, co.Lambda).subs(co.sigma, claim.says(co.sigma))
    gap = gap.subs(co.norms_top, norms_top(slack))
    top, bottom = cancel(gap.subs(N, k + z)).as_numer_denom()
    gens = (C, k, z, slack, l_max, co.Lambda)
    signs = {x > 0 for part in (top, bottom) for x in Poly(part, *gens).coeffs()}
    expect(signs == {True}, "the gap is not negative", gap=gap)
    odd = [x for x in Poly(top, *gens).monoms() if x[0] % 2]
    expect(not odd, "C enters by its square, so its sign does not matter", monomials=odd)


def _indices_operator(case: Case, step: Fraction) -> fmpq_mat:
    """E[(I - C Q_B) (x) (I - C Q_B)] over all subsets, each index with chance k/N."""
    parts, size = case.problem.matrices, case.problem.dimension
    count, share = len(parts), F(case.batch_size, len(parts))
    total = fmpq_mat(size**2, size**2)
    for chosen in product((0, 1), repeat=count):
        weight = share ** sum(chosen) * (1 - share) ** (count - sum(chosen))
        move = identity(size)
        for inside, part in zip(chosen, parts, strict=True):
            if inside:
                scale = step / case.batch_size
                move = move - part * fmpq(scale.numerator, scale.denominator)
        total = total + kron(move, move) * fmpq(weight.numerator, weight.denominator)
    return total


@evidence(COHERENCE_INDICES, "witness", needs="independent indices", step="sharpest sample")
def test_batches_of_fixed_size_have_less_noise(claim: Claim) -> None:
    """N = 2, k = 1, Q = 1, 1, C = 3/2: rho = 1/4; with independent indices 11/8, and the bound is 9/16."""
    case, step = Case([[[1]], [[1]]]), F(3, 2)
    fixed = enumerated_operator(case, step)[0, 0]
    free = _indices_operator(case, step)[0, 0]
    at = {C: Rational(step), N: 2, k: 1, co.Lambda: 1}
    bound = (co.radius - weak_gap(claim, co.Lambda, co.radius)).subs(at)
    expect(fixed == fmpq(1, 4) and free == fmpq(11, 8), "rho", fixed=fixed, free=free)
    expect(bound == Rational(9, 16), "the bound", bound=bound)
    point = {
        co.square: Rational(1, 2),
        co.mixed: 0,
        N: 2,
        k: 1,
        co.q_least: 1,
        co.Lambda: 1,
        l_max: 1,
    }
    expect_outside(claim, point, "the bound is above rho")
