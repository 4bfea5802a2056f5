"""Chapter gram_thresholds: the reduction to N x N, its sign and order, closed forms, and design."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as cartesian
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Expr,
    Integral,
    Rational,
    Symbol,
    cancel,
    diff,
    exp,
    expand,
    false,
    log,
    oo,
    sign,
    solve,
)  # fmt: skip

from audit import (
    evidence,
    expect,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
    note,
    rng,
    seed,
)
from audit.statistics import expect_at_least
from sim.nonconvex import barrier_slopes, simulate_sum
from sim.quadratic_moments import almost_sure_threshold, lyapunov_exponent, mean_square_threshold
from tests.gram_cases import (
    KEPT,
    Model,
    enclosed,
    fraction,
    in_parameters,
    matrix_T,
    models,
    plain,
    rational,
)
from tests.quadratic_cases import Case, equation, expect_relation, interval
from theory.bernstein import Refuted
from theory.claim import Claim
from theory.exact import relations
from theory.gram_thresholds import (
    DESIGN,
    K_1,
    K_2,
    Q_GRAM,
    Q_GRAM_EDGE,
    Q_GRAM_ORDER,
    Q_GRAM_PERRON,
    C_ms,
    K_max,
    Lambda_A,
    Lambda_B,
    Sigma,
    at_kappa,
    d_ab,
    diagonal,
    entry,
    factor_kept,
    gap,
    h_1,
    h_2,
    image,
    kappa_slope,
    l_a,
    l_b,
    l_max,
    linear,
    low_kept,
    m_kept,
    mean_y,
    mean_y2,
    off,
    on,
    ones_form,
    product,
    radius,
    s,
    tau,
    tau_slope,
    trace_k,
    v_kept,
)
from theory.quadratic_bounds import kappa_1, kappa_2, threshold_of
from theory.quadratic_thresholds import compare, definiteness, identity, threshold
from theory.second_moment import SAMPLINGS, C, N, k, kappa, multiplicity_moments, variance_factor

F = Fraction


def _inequality(claim: Claim, *symbols: Any) -> Any:
    found = [
        x for x in relations(claim.formula) if hasattr(x, "gts") and all(x.has(y) for y in symbols)
    ]
    if len(found) != 1:
        raise Refuted(f"{claim.id} has {len(found)} inequalities in {symbols}")
    return found[0]


# ------------------------------------------------------------------------------------------- Q-GRAM


@evidence(Q_GRAM, "symbolic", step="batch")
def test_what_a_batch_does_to_an_entry_of_the_second_moment(claim: Claim) -> None:
    """E[m_i m_j] Sigma_ij/k^2, for any N and k, from exchangeability; both samplings."""
    for sampling in SAMPLINGS:
        square, mixed = multiplicity_moments(sampling)
        factor = {kappa: variance_factor(sampling)}
        expect_zero(equation(claim, off).subs(factor) - mixed / k**2, f"{sampling}: i != j")
        expect_zero(equation(claim, on).subs(factor) - square / k**2, f"{sampling}: i = j")


@evidence(Q_GRAM, "symbolic", step="map")
def test_second_moment_of_one_step(claim: Claim) -> None:
    """E[(r - (C/k) K P r)(...)'], E P = k/N, E[P S P]/k^2 = o S + (e - o) diag S; o and e derived."""
    for sampling in SAMPLINGS:
        square, mixed = (x / k**2 for x in multiplicity_moments(sampling))
        derived = Sigma - C / k * (k / N) * linear
        derived += C**2 * (mixed * product + (square - mixed) * diagonal)
        claimed = equation(claim, image).subs(kappa, variance_factor(sampling))
        expect_zero(claimed - derived, f"{sampling}: Sigma^+")


@evidence(Q_GRAM, "symbolic", step="modes")
def test_modes_of_the_mean_dynamics(claim: Claim) -> None:
    """Sigma = u_a u_b' + u_b u_a' and no noise: K Sigma + Sigma K = (l_a + l_b) Sigma, K Sigma K =
    l_a l_b Sigma.

    The mean dynamics is taken from the batch's moments, not from the claim's own map.
    """
    _, mixed = (x / k**2 for x in multiplicity_moments("uniform"))
    plain_map = 1 - C / N * (l_a + l_b) + C**2 * mixed * l_a * l_b
    claimed = equation(claim, d_ab).subs(kappa, variance_factor("uniform"))
    expect_zero((1 - plain_map) / C - claimed, "(1 - factor)/C")


@evidence(Q_GRAM, "symbolic", step="reduction")
def test_a_critical_second_moment_is_a_fixed_point_of_t(claim: Claim) -> None:
    """Sigma = Sigma^+ by entries in K's basis: S = S - C d S + C^2 (kappa/N) l_a l_b W; then D = C T D.

    W_ab = (U' D U)_ab. Reading the diagonal, D_i = sum U_ia U_ib S_ab = sum_j [C tau sum_ab U_ia
    U_ib U_ja U_jb] D_j.
    """
    S, W, d = Symbol("S"), Symbol("W"), Symbol("d")
    noisy = expand(equation(claim, image)).coeff(diagonal)
    noise_part = noisy * l_a * l_b * W
    (critical,) = solve(-C * d * S + noise_part, S)
    claimed = equation(claim, tau).subs(d_ab, d)
    expect_zero(cancel(critical / (C * W)) - claimed, "S_ab/(C W_ab) = tau_ab")


@evidence(Q_GRAM, "symbolic", step="threshold")
def test_contraction_is_a_condition_on_t(claim: Claim) -> None:
    """In parameters (Q-MS) the second moment contracts iff  L - C R'R  is positive definite.

    L: the mean's part, eigenvalues d_ab > 0 below the edge; R X = sqrt(kappa/N) diag(J X J').
    Completing the
    square both ways, [[L, z R'], [z R, 1]] with z^2 = C, shows that it is so iff 1 - C R L^-1 R' is,
    and R L^-1 R' is T: its eigenvalues are below 1/C.
    """
    L, R, x, y, z = (Symbol(n) for n in ("L", "R", "x", "y", "z"))
    form = L * x**2 + 2 * z * R * x * y + y**2
    expect_zero(form - ((y + z * R * x) ** 2 + (L - z**2 * R**2) * x**2), "eliminating y")
    expect_zero(
        form - (L * (x + z * R * y / L) ** 2 + (1 - z**2 * R**2 / L) * y**2), "eliminating x"
    )
    claimed = equation(claim, tau)
    root = (
        kappa / N * l_a * l_b
    )  # R'R on the mode a, b: (J w_a)_i (J w_b)_i = sqrt(l_a l_b) U_ia U_ib
    expect_zero(claimed - root / d_ab, "T = R L^-1 R'")
    (critical,) = [x for x in relations(claim.formula) if x.has(radius)]
    (value,) = solve(critical, radius)
    expect_zero(value - 1 / C_ms, "rho(T) = 1/C at the threshold")


def _kernel(claim: Claim, model: Model, step: Fraction) -> Any:
    point = {C: plain(step), kappa: plain(model.case.kappa), N: len(model.roots)}
    form = equation(Q_GRAM if claim.id != "Q-GRAM" else claim, d_ab).subs(point)
    rest = equation(claim, tau).subs(point)
    return lambda a, b: rest.subs(d_ab, form).subs({l_a: plain(a), l_b: plain(b)})


def _sign(claim: Claim, model: Model, step: Fraction) -> int:
    """The sign that the claim gives C_ms - step: that of rho* - T, rho* from its last equation."""
    (critical,) = [x for x in relations(claim.formula) if x.has(radius)]
    (value,) = solve(critical, radius)
    bound = rational(Rational(value.subs(C_ms, plain(step))))
    T = matrix_T(model, _kernel(claim, model, step))
    return definiteness(identity(len(model.roots)) * bound - T)


@evidence(Q_GRAM, "ball", step=("reduction", "threshold"))
def test_thresholds_on_kept_models(claim: Claim) -> None:
    """C_ms by definiteness of the p^2 operator (exact), against the claimed N x N matrix at its
    ends."""
    margin = F(1, 10**9)
    for name, model in KEPT.items():
        if not claim.region.subs(
            {kappa: plain(model.case.kappa), k: model.batch_size, N: len(model.roots)}
        ):
            continue
        low, high = enclosed(model, model.case.kappa)
        expect(_sign(claim, model, low * (1 - margin)) == 1, "stable below", case=name)
        expect(_sign(claim, model, high * (1 + margin)) == -1, "unstable above", case=name)
        note(f"{name}: C_ms in [{float(low):.12f}, {float(high):.12f}]")


@evidence(Q_GRAM, "property", step=("reduction", "threshold"))
@settings(max_examples=25, deadline=None)
@given(model=models(), share=st.fractions(min_value=F(1, 20), max_value=1, max_denominator=40))
def test_random_models_against_the_dense_operator(
    claim: Claim, model: Model, share: Fraction
) -> None:
    """At a rational C up to the edge 2N/l_max the two signs agree, exactly."""
    step = share * 2 * len(model.roots) / max(model.values) * F(999, 1000)
    expected = compare(model.case.problem, model.case.kappa, step)
    expect(_sign(claim, model, step) == expected, "sign of C_ms - C", model=model, step=step)


@evidence(Q_GRAM, "witness", needs="noise", step="threshold")
def test_without_noise_t_vanishes(claim: Claim) -> None:
    """kappa = 0: T = 0, so no C has C rho(T) = 1, and yet C_ms is finite."""
    model = Model((F(1), F(2)), ((0, 1, F(1, 3)),), 2)
    expect(model.case.kappa == 0, "full batch")
    T = matrix_T(model, _kernel(claim, model, F(1, 2)))
    expect(not any(T.entries()), "T = 0")
    expect(model.case.threshold.low == 1, "2N/l_max = 1")


@evidence(Q_GRAM, "simulation")
def test_second_moment_of_many_runs_follows_the_map(claim: Claim) -> None:
    """E|r|^2 after 6 steps by the claimed map, against 4 x 10^5 runs; N = 3, b = 2, C = 0.8 C_ms."""
    from audit.statistics import expect_mean

    model = KEPT["three samples"]
    K = np.array([[float(fraction(x)) for x in row] for row in model.gram.tolist()])
    size, runs, steps = len(K), 400_000, 6
    step = 0.8 * float(model.case.threshold.low)
    names = {C: step, N: size, kappa: float(model.case.kappa)}
    claimed = expand(equation(claim, image))
    parts = {x: float(claimed.coeff(x).subs(names)) for x in (Sigma, linear, product, diagonal)}
    second = np.ones((size, size))
    for _ in range(steps):
        second = (
            parts[Sigma] * second + parts[linear] * (K @ second + second @ K)
            + parts[product] * K @ second @ K + parts[diagonal] * K @ np.diag(np.diag(second)) @ K
        )  # fmt: skip
    r, draw = np.ones((runs, size)), rng("runs")
    for _ in range(steps):
        mask = np.ones((runs, size))
        mask[np.arange(runs), draw.integers(size, size=runs)] = 0.0  # b = 2 of 3
        r = r - step / 2 * (r * mask) @ K
    expect_mean(
        (r**2).sum(axis=1), float(np.trace(second)), visible=0.05, what="E|r|^2 after 6 steps"
    )


# ------------------------------------------------------------------------------------ Q-GRAM-PERRON


def _tau(claim: Claim, *, integral: bool) -> Expr:
    found = [
        x.rhs for x in relations(claim.formula) if x.lhs == tau and x.has(Integral) == integral
    ]
    if len(found) != 1:
        raise Refuted(f"{claim.id} has {len(found)} such equations for tau_ab")
    return found[0]


@evidence(Q_GRAM_PERRON, "symbolic", step="kernel")
def test_kernel_in_reciprocal_eigenvalues(claim: Claim) -> None:
    known = equation(Q_GRAM, tau).subs(d_ab, equation(Q_GRAM, d_ab))
    expect_zero(_tau(claim, integral=False) - known, "kappa/(x_a + x_b - c)")


def _decay(claim: Claim) -> tuple[Expr, Expr]:
    """(factor, E) of the claimed factor * integral of exp(-s E)."""
    stated = _tau(claim, integral=True)
    (whole,) = stated.atoms(Integral)
    expect(tuple(whole.limits[0]) == (s, 0, oo), "from 0 to infinity")
    (power,) = whole.function.atoms(exp)
    expect(whole.function == power, "the integrand is one exponential")
    decay = -power.args[0] / s
    expect(not cancel(decay).has(s), "linear in s")
    return cancel(stated / whole), cancel(decay)


@evidence(Q_GRAM_PERRON, "symbolic", step="integral")
def test_kernel_as_an_integral(claim: Claim) -> None:
    """d/ds (-exp(-sE)/E) = exp(-sE), 0 at infinity as E > 0 below the edge: the integral is 1/E."""
    factor, decay = _decay(claim)
    known = equation(Q_GRAM, tau).subs(d_ab, equation(Q_GRAM, d_ab))
    expect_zero(factor / decay - known, "the integral is tau_ab")
    expect_zero(decay * l_a * l_b / N - equation(Q_GRAM, d_ab), "E has the sign of d_ab")


@evidence(Q_GRAM_PERRON, "symbolic", step="sign")
def test_entries_are_integrals_of_squares(claim: Claim) -> None:
    """The exponent is a sum of one term in l_a, the same in l_b, and a constant c:

    sum_ab z_a z_b e^(-s E_ab) = e^(cs) (sum_a z_a e^(-s/l_a))^2 with z_a = U_ia U_ja, not
    negative; zero for i != j when K is diagonal. So T_ij takes any value >= 0 and no other.
    """
    factor, decay = _decay(claim)
    expect_zero(diff(decay, l_a, l_b), "no mixed term")
    expect_zero(decay - decay.subs({l_a: l_b, l_b: l_a}, simultaneous=True), "symmetric")
    expect_zero(factor - kappa, "the factor is kappa >= 0")
    relation = _inequality(claim, entry)
    T = matrix_T(KEPT["diagonal"], _kernel(Q_GRAM, KEPT["diagonal"], F(1, 2)))
    values = [fraction(T[0, 1]), fraction(T[0, 0]), F(1, 10**9)]
    expect(values[0] == 0 < values[1], "both signs that occur occur")
    for value in values:
        expect(relation.subs(entry, plain(value)), f"{relation}", T_ij=value)
    # one entry, K = 4 x identity: where the region admits the step size
    for step in (Rational(1, 2), Rational(2)):
        point = {l_a: 4, l_b: 4, kappa: Rational(1, 10), C: step, N: 2, kappa_1: 1, kappa_2: 1}
        if claim.region.subs(point):
            value = _tau(claim, integral=False).subs(point)
            expect(relation.subs(entry, value), "the entry of a diagonal K", C=step, T_ii=value)


@evidence(Q_GRAM_PERRON, "property", step="sign")
@settings(max_examples=25, deadline=None)
@given(model=models(), share=st.fractions(min_value=F(1, 20), max_value=1, max_denominator=20))
def test_entries_of_random_models(claim: Claim, model: Model, share: Fraction) -> None:
    step = share * 2 * len(model.roots) / max(model.values)
    relation = _inequality(claim, entry)
    form = _tau(claim, integral=False)
    point = {C: plain(step), kappa: plain(model.case.kappa), N: len(model.roots)}
    T = matrix_T(model, lambda a, b: form.subs({**point, l_a: plain(a), l_b: plain(b)}))
    for value in T.entries():
        expect(relation.subs(entry, plain(fraction(value))), "entry of T", model=model, C=step)


@evidence(Q_GRAM_PERRON, "symbolic", step="covariance")
def test_the_noise_is_a_covariance(claim: Claim) -> None:
    """v'K Sigma K v = (sum y)^2 and v'K Delta K v = sum y^2 for Sigma = rr'; derivative of
    Q-GRAM's map in kappa."""
    quadratic = {product: (N * mean_y) ** 2, diagonal: N * mean_y2, Sigma: 0, linear: 0}
    derived = diff(equation(Q_GRAM, image).subs(quadratic), kappa)
    expect_zero(equation(claim, kappa_slope) - derived, "C^2 (mean of y^2 - square of the mean)")
    relation = _inequality(claim, kappa_slope)
    spread, step = Symbol("w"), Symbol("h")  # the variance of y, any number >= 0; C > 0
    value = expand(equation(claim, kappa_slope).subs({mean_y2: mean_y**2 + spread, C: step}))
    given_ = (relation.gts - relation.lts).subs(kappa_slope, value)
    expect_nonnegative(given_, {step: (0, 1), spread: (0, 1), mean_y: (-1, 1)}, f"{relation}")
    expect(relation.subs(kappa_slope, 0), "equality for y constant")


@evidence(Q_GRAM_PERRON, "symbolic", step="order")
def test_more_noise_means_a_larger_operator(claim: Claim) -> None:
    """Contraction is <X, L X> > C (kappa-part): raising kappa by u adds C u times a form >= 0.

    So what contracts at kappa_1 >= kappa_2 contracts at kappa_2: C_ms(kappa_1) <= C_ms(kappa_2),
    equal for equal kappa.
    """
    relation = _inequality(claim, threshold_of(kappa_1), threshold_of(kappa_2))
    base, noise, u, step = (Symbol(n) for n in ("L", "V", "u", "h"))
    margin = expand((base - step * (kappa_2 * noise)) - (base - step * ((kappa_2 + u) * noise)))
    expect_nonnegative(margin, {x: (0, 1) for x in (noise, u, step)}, "the margin falls with kappa")
    expect(relation.gts == threshold_of(kappa_2), "the larger threshold is that of less noise")
    same = Symbol("c", positive=True)
    expect(
        relation.subs({threshold_of(kappa_1): same, threshold_of(kappa_2): same}), "equality occurs"
    )


@evidence(Q_GRAM_PERRON, "ball", step="order")
def test_order_on_kept_models(claim: Claim) -> None:
    relation = _inequality(claim, threshold_of(kappa_1), threshold_of(kappa_2))
    for name, model in KEPT.items():
        factors = (F(1), F(1, 2), F(1, 7), F(0))
        ends = {x: enclosed(model, x) for x in factors}
        for more, less in cartesian(factors, repeat=2):
            if claim.region.subs({kappa_1: plain(more), kappa_2: plain(less)}) == false:
                continue
            found = {threshold_of(kappa_1): ends[more], threshold_of(kappa_2): ends[less]}
            expect_relation(relation, found, case=name)


@evidence(Q_GRAM_PERRON, "witness", needs="less noise", step="order")
def test_more_noise_lowers_a_threshold(claim: Claim) -> None:
    model = KEPT["two samples"]
    quiet, loud = (threshold(model.case.problem, x) for x in (F(1, 7), F(1)))
    relation = _inequality(claim, threshold_of(kappa_1), threshold_of(kappa_2))
    point = {threshold_of(kappa_1): plain(quiet.low), threshold_of(kappa_2): plain(loud.high)}
    expect(not relation.subs(point), "with kappa_1 < kappa_2 the order is the other one")


@evidence(Q_GRAM_PERRON, "witness", needs="below the edge", step="sign")
def test_past_the_edge_of_the_mean_t_has_a_pole(claim: Claim) -> None:
    """N = 2, K = 4 x identity, kappa = 1/10, C = 2 > 2N/l = 1: d = 4 - 2 (9/10) 16/4 < 0, T_11 < 0."""
    form = _tau(claim, integral=False)
    value = form.subs({l_a: 4, l_b: 4, kappa: Rational(1, 10), C: 2, N: 2})
    expect(not _inequality(claim, entry).subs(entry, value), "T_11 < 0", T=value)


# ------------------------------------------------------------------------------------- Q-GRAM-ORDER


@evidence(Q_GRAM_ORDER, "symbolic", step="slope")
def test_kernel_rises_with_each_eigenvalue(claim: Claim) -> None:
    """Derivative of Q-GRAM's kernel; kappa >= 0 times a square."""
    known = equation(Q_GRAM, tau).subs(d_ab, equation(Q_GRAM, d_ab))
    expect_zero(equation(claim, tau_slope) - diff(known, l_a), "derivative in l_a")
    relation = _inequality(claim, tau_slope)
    root = Symbol("w")
    shown = cancel(equation(claim, tau_slope) / kappa)
    square = cancel(shown / (known / (kappa * l_a)) ** 2)
    expect_zero(square - 1, "a square")
    given_ = (relation.gts - relation.lts).subs(tau_slope, kappa * root**2)
    expect_nonnegative(expand(given_), {kappa: (0, 1), root: (-1, 1)}, f"{relation}")
    silent = equation(claim, tau_slope).subs(kappa, 0)
    expect(relation.subs(tau_slope, silent), "kappa = 0 is allowed", value=silent)


def _pair(left: Any, extra: Any) -> tuple[Case, Case]:
    """K_1 = J J' and K_2 = J J' + w w', both with the parameters of [J, w]."""
    small = in_parameters([[*row, F(0)] for row in left])
    large = in_parameters([[*row, x] for row, x in zip(left, extra, strict=True)])
    return small, large


def _ordered(claim: Claim, small: Case, large: Case, factors: Any) -> None:
    relation = _inequality(claim, threshold_of(K_1), threshold_of(K_2))
    for factor in factors:
        one, two = (threshold(x.problem, factor) for x in (small, large))
        if one.kind == two.kind == "finite":
            found = {threshold_of(K_1): interval(one), threshold_of(K_2): interval(two)}
            expect_relation(relation, found, small=small, large=large, kappa=factor)


PAIRS = {
    "one direction": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(1), F(-1)]),
    "nothing added": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(0), F(0)]),
    "a new direction": ([[F(1)], [F(2)], [F(1)]], [F(1), F(0), F(-1)]),
    "orthogonal": ([[F(1), F(0)], [F(0), F(1, 2)]], [F(0), F(1)]),
    "a hair": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(1, 1000), F(0)]),
}


@evidence(Q_GRAM_ORDER, "ball", step="order")
def test_order_on_kept_pairs(claim: Claim) -> None:
    """Exact thresholds in p^2 dimensions; every kappa of three."""
    for left, extra in PAIRS.values():
        _ordered(claim, *_pair(left, extra), (F(1), F(1, 3), F(0)))
    same = Symbol("c", positive=True)
    relation = _inequality(claim, threshold_of(K_1), threshold_of(K_2))
    expect(relation.subs({threshold_of(K_1): same, threshold_of(K_2): same}), "equality occurs")


@evidence(Q_GRAM_ORDER, "cited", step="order")
def test_hypotheses_of_the_antitone_inverse(claim: Claim) -> None:
    """<V,T V> is kappa <V, [x_A + x_B - c]^-1 V> with x_A = K^-1 (x) 1, x_B = 1 (x) K^-1, positive
    below the edge.

    K_1 <= K_2 reverses to K_2^-1 <= K_1^-1, so the bracket falls, is still positive below K_2's
    edge, and its inverse
    rises. Checked exactly: brackets, their order, and their inverses' order, on pairs of definite K.
    """
    inequality = _inequality(claim, threshold_of(K_1), threshold_of(K_2))
    expect(inequality.gts == threshold_of(K_1), "the smaller matrix has the larger threshold")
    from theory.quadratic_thresholds import kron

    for left, extra in (PAIRS["one direction"], PAIRS["orthogonal"], PAIRS["a hair"]):
        J = fmpq_mat([[rational(x) for x in row] for row in left])
        w = fmpq_mat([[rational(x)] for x in extra])
        one = J * J.transpose()
        two = one + w * w.transpose()
        expect(definiteness(two - one) >= 0, "K_1 <= K_2")
        eye = identity(2)
        brackets = []
        for K in (one, two):
            inverse = K.inv()
            cut = fmpq(1, 4) * fmpq(1, 2)  # C (1 - kappa)/N
            brackets.append(kron(inverse, eye) + kron(eye, inverse) - kron(eye, eye) * cut)
        expect(all(definiteness(x) > 0 for x in brackets), "below both edges")
        expect(definiteness(brackets[0] - brackets[1]) >= 0, "the bracket falls")
        expect(definiteness(brackets[1].inv() - brackets[0].inv()) >= 0, "its inverse rises")


@evidence(Q_GRAM_ORDER, "property", step="order")
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_order_on_random_pairs(claim: Claim, data: st.DataObject) -> None:
    entry_ = st.fractions(min_value=-2, max_value=2, max_denominator=3)
    size, width = data.draw(st.integers(2, 3)), data.draw(st.integers(1, 2))
    left = [[data.draw(entry_) for _ in range(width)] for _ in range(size)]
    _ordered(claim, *_pair(left, [data.draw(entry_) for _ in range(size)]), (F(1), F(1, size)))


@evidence(Q_GRAM_ORDER, "witness", needs="ordered", step="order")
def test_a_smaller_matrix_has_no_smaller_threshold(claim: Claim) -> None:
    small, large = _pair(*PAIRS["one direction"])
    relation = _inequality(claim, threshold_of(K_1), threshold_of(K_2))
    one, two = (threshold(x.problem, F(1)) for x in (large, small))  # K_1 the larger: g < 0
    point = {threshold_of(K_1): plain(one.high), threshold_of(K_2): plain(two.low)}
    expect(not claim.region.subs(gap, -1), "outside the region")
    expect(not relation.subs(point), "the other order")


# -------------------------------------------------------------------------------------- Q-GRAM-EDGE


def _bounds(claim: Claim, function_at: Any) -> list[Any]:
    return [x for x in relations(claim.formula) if x.has(function_at)]


@evidence(Q_GRAM_EDGE, "symbolic", step="full batch")
def test_without_noise_the_sharpest_mode_decides(claim: Claim) -> None:
    """kappa = 0: the mode a, a has factor 1 - C d_aa = (1 - C l_a/N)^2; it is 1 first at l_max."""
    factor = 1 - C * equation(Q_GRAM, d_ab).subs({kappa: 0, l_b: l_max, l_a: l_max})
    stated = equation(claim, at_kappa(0))
    expect_zero(factor.subs(C, stated) - 1, "factor 1 at the claimed threshold")
    expect(stated.subs({N: 2, l_max: 1}) != 0, "and it is not C = 0")


@evidence(Q_GRAM_EDGE, "symbolic", step="one sample")
def test_row_sums_at_one_sample(claim: Claim) -> None:
    """kappa = 1: (T 1)_i = sum_a U_ia^2 tau_aa = K_ii/2, as tau_aa = l_a/2.

    The least and largest row sum enclose rho(T), and so does their mean from below: with 2 rho + u
    = K_max
    and 2 rho - w = tr K/N, u, w >= 0, C_ms = 1/rho lies where the claim says; and at u = w = 0 it may.
    """
    row = equation(Q_GRAM, tau).subs(d_ab, equation(Q_GRAM, d_ab)).subs({l_b: l_a, kappa: 1})
    expect_zero(row - l_a / 2, "tau_aa at kappa = 1")
    found = _bounds(claim, at_kappa(1))
    expect(len(found) == 2, "two bounds")
    z, u, w = Symbol("z"), Symbol("u"), Symbol("w")  # z = rho
    for relation in found:
        value = (relation.gts - relation.lts).subs(
            {at_kappa(1): 1 / z, K_max: 2 * z + u, trace_k: N * (2 * z - w)}
        )
        top, bottom = cancel(value).as_numer_denom()
        sure = bottom.subs({z: 1, u: Rational(1, 2), w: Rational(1, 2)})
        top = top * sign(sure)
        names: dict[Symbol, Any] = {x: (0, 1) for x in (z, u, w) if top.has(x)}
        if top.has(w) and top.has(z):
            names[w] = (0, 2 * z)  # tr K >= 0
        if names:
            expect_nonnegative(expand(top), names, f"{relation}")
        else:
            expect(top >= 0, f"{relation}")


@evidence(Q_GRAM_EDGE, "symbolic", step="eigenvalues")
def test_form_of_the_all_ones_vector(claim: Claim) -> None:
    """U'U = 1: <1, T 1>/N = (1/N) sum_a tau_aa."""
    row = equation(Q_GRAM, tau).subs(d_ab, equation(Q_GRAM, d_ab)).subs(l_b, l_a)
    expect_zero(equation(claim, ones_form) - row / N, "omega_a")


@evidence(Q_GRAM_EDGE, "ball", step=("full batch", "one sample", "eigenvalues"))
def test_closed_forms_on_kept_models(claim: Claim) -> None:
    for name, model in KEPT.items():
        size, problem = len(model.roots), model.case.problem
        K = model.gram
        point = {
            N: size, l_max: plain(max(model.values)),
            K_max: plain(max(fraction(K[i, i]) for i in range(size))),
            trace_k: plain(sum((fraction(K[i, i]) for i in range(size)), F(0))),
        }  # fmt: skip
        edge = equation(claim, at_kappa(0)).subs(point)
        expect(compare(problem, F(0), F(int(edge.p), int(edge.q))) == 0, "2N/l_max", case=name)
        one = enclosed(model, F(1))
        for relation in _bounds(claim, at_kappa(1)):
            expect_relation(relation.subs(point), {at_kappa(1): one}, case=name)
        factor = model.case.kappa
        low = plain(enclosed(model, factor)[0])
        terms = [
            equation(claim, ones_form).subs({N: size, l_a: plain(x), C: low, kappa: plain(factor)})
            for x in model.values if x
        ]  # fmt: skip
        expect(low * sum(terms) <= 1, "C_ms is at most the root", case=name)


# ------------------------------------------------------------------------------------------- DESIGN


def _about(claim: Claim, *, paths: bool) -> Any:
    """The inequality about A's paths, or that about its second moment."""
    found = [x for x in relations(claim.formula) if hasattr(x, "gts") and x.has(Lambda_A) == paths]
    if len(found) != 1:
        raise Refuted(f"{claim.id} has {len(found)} such inequalities")
    return found[0]


@evidence(DESIGN, "symbolic", step="keeps")
def test_factor_of_the_second_moment(claim: Claim) -> None:
    """E(1 - C h_B)^2 with mean m and variance kappa v; below low_A <= C_ms(A) it is less than 1."""
    derived = 1 - 2 * C * m_kept + C**2 * (m_kept**2 + kappa * v_kept)
    expect_zero(equation(claim, factor_kept) - derived, "rho_A")
    # 1 - rho_A = C (2 m - C w), w = m^2 + kappa v; low w = 2 m - y and C = low - z give y + z w
    relation = _about(claim, paths=False)
    y, z, w = Symbol("y"), Symbol("z"), Symbol("w")
    margin = expand((2 * m_kept - C * w).subs({m_kept: (low_kept * w + y) / 2, C: low_kept - z}))
    expect_zero(margin - (y + z * w), "2 m - C w = y + z w, positive as z, w > 0")
    for value, fine in (
        (Rational(1), False),
        (Rational(999_999, 10**6), True),
        (Rational(0), True),
    ):
        expect(bool(relation.subs(factor_kept, value)) == fine, f"{relation}", rho=value)


@evidence(DESIGN, "ball", step="paths")
def test_paths_contract_where_the_second_moment_does(claim: Claim) -> None:
    """Lambda_A = E log(x^2)/2 with x^2 of mean rho_A, and log y <= y - 1: the gap y - 1 - log y is
    0 at 1 only.

    It is convex in y (second derivative 1/y^2) with slope 0 at 1: positive on both sides, by balls
    on a box.
    """
    relation = _about(claim, paths=True)
    y = Symbol("y")
    gap_ = (relation.gts - relation.lts).subs({Lambda_A: log(y) / 2, factor_kept: y})
    expect_zero(diff(gap_, y).subs(y, 1), "slope 0 at y = 1")
    expect_zero(gap_.subs(y, 1), "0 at y = 1")
    expect_zero(diff(gap_, y, 2) - 1 / (2 * y**2), "convex")
    for low, high in ((F(1, 10**4), F(9, 10)), (F(11, 10), F(10))):
        expect_positive_ball(gap_, {y: (low, high)}, "y - 1 - log y > 0")


def _sign_B(claim: Claim) -> Expr:
    (found,) = [x.rhs for x in relations(claim.formula) if x.has(Lambda_B)]
    return found.args[0]


@evidence(DESIGN, "symbolic", step="leaves")
def test_exponent_at_two_curvatures(claim: Claim) -> None:
    """2 Lambda_B = log|p|, p = (1 - C h_1)(1 - C h_2): its sign is that of p^2 - 1 = C (...), C > 0."""
    p = (1 - C * h_1) * (1 - C * h_2)
    quotient = cancel((p**2 - 1) / (C * _sign_B(claim)))
    expect(quotient.is_Rational and quotient > 0, "a positive multiple", quotient=quotient)


@evidence(DESIGN, "property", step=("keeps", "leaves"))
@settings(max_examples=25, deadline=None)
@given(
    one=st.fractions(min_value=F(1, 9), max_value=9, max_denominator=9),
    two=st.fractions(min_value=F(1, 9), max_value=9, max_denominator=9),
    step=st.fractions(min_value=F(1, 50), max_value=4, max_denominator=50),
)
def test_exponent_on_explicit_curvatures(
    claim: Claim, one: Fraction, two: Fraction, step: Fraction
) -> None:
    p = abs((1 - step * one) * (1 - step * two))
    claimed = _sign_B(claim).subs({h_1: plain(one), h_2: plain(two), C: plain(step)})
    expect(sign(claimed) == (p > 1) - (p < 1), "sign of the exponent", h=(one, two), C=step)


@evidence(DESIGN, "witness", needs="lower end", step="keeps")
def test_past_the_upper_end_the_second_moment_grows(claim: Claim) -> None:
    point = {m_kept: 1, v_kept: 1, kappa: 1, low_kept: 1, C: Rational(11, 10)}  # C_ms = 1
    value = equation(claim, factor_kept).subs(point)
    relation = _about(claim, paths=False)
    expect(not claim.region.subs(point), "outside the region")
    expect(not relation.subs(factor_kept, value), "rho_A > 1", rho=value)


CURVES = (F(1), F(10))  # 121 > 80: leaves, keeps and leaves again


@evidence(DESIGN, "simulation", step="leaves")
def test_runs_leave_and_stay_and_leave_again(claim: Claim) -> None:
    """Linear SGD, curvatures 1 and 10, one drawn a step: log|e| is a walk with two steps, independent.

    At each C of five the sign of its mean over 2,000 runs of 400 steps is the claimed one.
    Hoeffding: the mean
    of 8 10^5 terms of range w misses its expectation L by |L| with probability at most exp(-2 n
    L^2/w^2).
    """
    draw = rng("walk")
    for step in (F(1, 10), F(1, 4), F(97, 100), F(21, 20), F(6, 5)):
        logs = [abs(1 - step * h) for h in CURVES]
        if 0 in logs:
            continue
        terms = np.log([float(x) for x in logs])
        claimed = int(sign(_sign_B(claim).subs({h_1: 1, h_2: 10, C: plain(step)})))
        walk = terms[draw.integers(2, size=(2000, 400))].mean()
        expect(int(np.sign(walk)) == claimed, "sign of the walk's drift", C=step, drift=walk)
        bound = np.exp(-2 * 8e5 * terms.mean() ** 2 / (terms[0] - terms[1]) ** 2)
        from audit.run_context import current

        current().spend(float(bound), 1 - float(bound))


@evidence(DESIGN, "simulation", step=("keeps", "leaves"))
def test_one_step_size_keeps_one_minimum_and_leaves_the_other(claim: Claim) -> None:
    """The moving barrier (Q-NONCONVEX): C between C_as at one minimum and C_ms at the other.

    P(A is never left) >= 1 - (e_0/r)^2 by the supermartingale of Q-NONCONVEX, r = 1/50 of A's
    curvature.
    """
    barriers = np.linspace(0.05, 0.55, 11)  # mean 0.3: flat at 0, sharp at 1
    sharp = 1 - barriers
    C = (almost_sure_threshold(sharp, 4) + mean_square_threshold(barriers, 4)) / 2
    expect(mean_square_threshold(barriers, 4) > C, "a window exists", C=C)
    values = {
        m_kept: barriers.mean(),
        v_kept: barriers.var(),
        kappa: 7 / 40,
        Symbol("C", real=True): C,
    }
    expect(float(equation(claim, factor_kept).subs(values)) < 1, "A is kept in mean square")
    expect(lyapunov_exponent(sharp, batch_size=4, step_size=C) > 0, "B is left", C=C)
    runs = 200
    stays = simulate_sum(
        barrier_slopes(barriers), np.full((runs, 1), 1e-5), batch_size=4, step_size=C, steps=3000,
        centre=0.0, radius=0.3 / 50 * 0.1, seed=seed("keep"),
    )  # fmt: skip
    expect_at_least(int((~stays.left).sum()), runs, 0.9, what="A kept")
    goes = simulate_sum(
        barrier_slopes(sharp), np.full((runs, 1), 1e-5), batch_size=4, step_size=C, steps=20_000,
        centre=0.0, radius=1e-2, seed=seed("leave"),
    )  # fmt: skip
    expect(goes.left.all(), "B left by every run", left=int(goes.left.sum()))
