"""Chapter gram_thresholds: the reduction to N x N, the sign of its entries, the order in the noise."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as cartesian

from sympy import Expr, Integral, Rational, Symbol, diff, exp, expand, false, oo, solve

from tests.forms import cancel
from tests.quadratic.cases import expect_relation
from tests.quadratic.gram_cases import (
    KEPT,
    Model,
    enclosed,
    fraction,
    kernel,
    matrix_T,
    plain,
    rational,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, note
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.quadratic.bounds import kappa_1, kappa_2, threshold_of
from theory.quadratic.gram_thresholds import (
    Q_GRAM,
    Q_GRAM_PERRON,
    C_ms,
    Sigma,
    d_ab,
    diagonal,
    entry,
    image,
    kappa_slope,
    l_a,
    l_b,
    l_max,
    linear,
    mean_y,
    mean_y2,
    off,
    on,
    product,
    radius,
    s,
    tau,
)
from theory.quadratic.mean_square import gradient2
from theory.quadratic.second_moment import (
    SAMPLINGS,
    C,
    N,
    k,
    kappa,
    multiplicity_moments,
    variance_factor,
)
from theory.quadratic.thresholds import definiteness, identity, threshold

F = Fraction


# ------------------------------------------------------------------------------------------- Q-GRAM


@evidence(Q_GRAM, "symbolic", step="batch")
def test_what_a_batch_does_to_an_entry_of_the_second_moment(claim: Claim) -> None:
    """E[m_i m_j] Sigma_ij/k^2, for any N and k, from exchangeability; both samplings."""
    expect_items(claim, words.INDEPENDENT)
    for sampling in SAMPLINGS:
        square, mixed = multiplicity_moments(sampling)
        factor = {kappa: variance_factor(sampling)}
        expect_zero(claim.says(off).subs(factor) - mixed / k**2, f"{sampling}: i != j")
        expect_zero(claim.says(on).subs(factor) - square / k**2, f"{sampling}: i = j")


@evidence(Q_GRAM, "symbolic", step="map")
def test_second_moment_of_one_step(claim: Claim) -> None:
    """E[(r - (C/k) K P r)(...)'], E P = k/N, E[P S P]/k^2 = o S + (e - o) diag S; o and e derived."""
    expect_items(claim, words.INDEPENDENT, words.FITTED)  # B apart from r; grad f_i = J_i' r_i
    for sampling in SAMPLINGS:
        square, mixed = (x / k**2 for x in multiplicity_moments(sampling))
        derived = Sigma - C / k * (k / N) * linear
        derived += C**2 * (mixed * product + (square - mixed) * diagonal)
        claimed = claim.says(image).subs(kappa, variance_factor(sampling))
        expect_zero(claimed - derived, f"{sampling}: Sigma^+")


@evidence(Q_GRAM, "symbolic", step="modes")
def test_modes_of_the_mean_dynamics(claim: Claim) -> None:
    """Sigma = u_a u_b' + u_b u_a' and no noise: K Sigma + Sigma K = (l_a + l_b) Sigma, K Sigma K =
    l_a l_b Sigma.

    The mean dynamics is taken from the batch's moments, not from the claim's own map.
    """
    _, mixed = (x / k**2 for x in multiplicity_moments("uniform"))
    plain_map = 1 - C / N * (l_a + l_b) + C**2 * mixed * l_a * l_b
    claimed = claim.says(d_ab).subs(kappa, variance_factor("uniform"))
    expect_zero((1 - plain_map) / C - claimed, "(1 - factor)/C")


@evidence(Q_GRAM, "symbolic", step="reduction")
def test_a_critical_second_moment_is_a_fixed_point_of_t(claim: Claim) -> None:
    """Sigma = Sigma^+ by entries in K's basis: S = S - C d S + C^2 (kappa/N) l_a l_b W; then D = C T D.

    W_ab = (U' D U)_ab. Reading the diagonal, D_i = sum U_ia U_ib S_ab = sum_j [C tau sum_ab U_ia
    U_ib U_ja U_jb] D_j.
    """
    S, W, d = Symbol("S"), Symbol("W"), Symbol("d")
    noisy = expand(claim.says(image)).coeff(diagonal)
    noise_part = noisy * l_a * l_b * W
    (critical,) = solve(-C * d * S + noise_part, S)
    claimed = claim.says(tau).subs(d_ab, d)
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
    claimed = claim.says(tau)
    root = (
        kappa / N * l_a * l_b
    )  # R'R on the mode a, b: (J w_a)_i (J w_b)_i = sqrt(l_a l_b) U_ia U_ib
    expect_zero(claimed - root / d_ab, "T = R L^-1 R'")
    critical = claim.conjunct(radius)
    (value,) = solve(critical, radius)
    expect_zero(value - 1 / C_ms, "rho(T) = 1/C at the threshold")


def _sign(claim: Claim, model: Model, step: Fraction) -> int:
    """The sign that the claim gives C_ms - step: that of rho* - T, rho* from its last equation."""
    critical = claim.conjunct(radius)
    (value,) = solve(critical, radius)
    bound = rational(Rational(value.subs(C_ms, plain(step))))
    T = matrix_T(model, kernel(claim, model, step))
    return definiteness(identity(len(model.roots)) * bound - T)


@evidence(Q_GRAM, "ball", step=("reduction", "threshold"))
def test_thresholds_on_kept_models(claim: Claim) -> None:
    """C_ms by definiteness of the p^2 operator (exact), against the claimed N x N matrix at its
    ends."""
    margin = F(1, 10**9)
    for name, model in KEPT.items():
        low, high = enclosed(model, model.case.kappa)
        at = {
            gradient2: 0,
            kappa: plain(model.case.kappa),
            k: model.batch_size,
            N: len(model.roots),
            l_max: plain(max(model.values)),
        }
        live = [plain(x) for x in model.values if x]
        ends = [plain(low * (1 - margin)), plain(high * (1 + margin))]
        if not all(
            claim.region.subs({**at, C: step, l_a: one, l_b: other})
            for step, one, other in cartesian(ends, live, live)
        ):
            continue
        expect(_sign(claim, model, low * (1 - margin)) == 1, "stable below", case=name)
        expect(_sign(claim, model, high * (1 + margin)) == -1, "unstable above", case=name)
        note(f"{name}: C_ms in [{float(low):.12f}, {float(high):.12f}]")


@evidence(Q_GRAM, "witness", needs="noise", step="threshold")
def test_without_noise_t_vanishes(claim: Claim) -> None:
    """kappa = 0: T = 0, so no C has C rho(T) = 1, and yet C_ms is finite."""
    model = Model((F(1), F(2)), ((0, 1, F(1, 3)),), 2)
    expect(model.case.kappa == 0, "full batch")
    T = matrix_T(model, kernel(claim, model, F(1, 2)))
    expect(not any(T.entries()), "T = 0")
    expect(model.case.threshold.low == 1, "2N/l_max = 1")


@evidence(Q_GRAM, "witness", needs="curvature", step="threshold")
def test_at_zero_gram_no_threshold_is_finite(claim: Claim) -> None:
    """K = 0: no step moves r, 0 is the only start in its range, and C rho(T) = 0 at every C."""
    model = Model((F(0), F(0)), ((0, 1, F(1, 3)),), 1)
    expect(model.case.kappa > 0, "noise")
    for C_ in (F(1, 2), F(100)):
        expect(not any(matrix_T(model, kernel(claim, model, C_)).entries()), "T = 0", C=C_)
    expect(not any(model.gram.entries()), "K = 0")
    mode = {C: 1, l_a: 1, l_b: 1}  # of K = 0 no eigenvalue is positive
    inside = {gradient2: 0, kappa: plain(model.case.kappa), k: 1, N: 2, **mode}
    expect(claim.region.subs({**inside, l_max: 1}) == True, "all else holds")  # noqa: E712
    expect(claim.region.subs({**inside, l_max: 0}) == False, "outside the region")  # noqa: E712
    critical = claim.conjunct(radius)
    expect(critical.subs(radius, 0) == False, "no C has C rho(T) = 1")  # noqa: E712


# ------------------------------------------------------------------------------------ Q-GRAM-PERRON


def _tau(claim: Claim, *, integral: bool) -> Expr:
    asked = {} if integral else {"without": [Integral]}
    return claim.conjunct(*[Integral] * integral, side=tau, **asked).rhs


@evidence(Q_GRAM_PERRON, "symbolic", step="kernel")
def test_kernel_in_reciprocal_eigenvalues(claim: Claim) -> None:
    known = Q_GRAM.says(tau).subs(d_ab, Q_GRAM.says(d_ab))
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
    known = Q_GRAM.says(tau).subs(d_ab, Q_GRAM.says(d_ab))
    expect_zero(factor / decay - known, "the integral is tau_ab")
    expect_zero(decay * l_a * l_b / N - Q_GRAM.says(d_ab), "E has the sign of d_ab")


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
    relation = claim.conjunct(entry, kind="inequality")
    T = matrix_T(KEPT["diagonal"], kernel(Q_GRAM, KEPT["diagonal"], F(1, 2)))
    values = [fraction(T[0, 1]), fraction(T[0, 0]), F(1, 10**9)]
    expect(values[0] == 0 < values[1], "both signs that occur occur")
    for value in values:
        expect(relation.subs(entry, plain(value)), f"{relation}", T_ij=value)
    # one entry, K = 4 x identity: where the region admits the step size
    for step in (Rational(1, 2), Rational(2)):
        point = {
            gradient2: 0,
            l_a: 4,
            l_b: 4,
            kappa: Rational(1, 10),
            C: step,
            N: 2,
            kappa_1: 1,
            kappa_2: 1,
        }
        if claim.region.subs(point):
            value = _tau(claim, integral=False).subs(point)
            expect(relation.subs(entry, value), "the entry of a diagonal K", C=step, T_ii=value)


@evidence(Q_GRAM_PERRON, "symbolic", step="covariance")
def test_the_noise_is_a_covariance(claim: Claim) -> None:
    """v'K Sigma K v = (sum y)^2 and v'K Delta K v = sum y^2 for Sigma = rr'; derivative of
    Q-GRAM's map in kappa."""
    expect_items(claim, words.INDEPENDENT, words.FITTED)  # those of Q-GRAM's map
    quadratic = {product: (N * mean_y) ** 2, diagonal: N * mean_y2, Sigma: 0, linear: 0}
    derived = diff(Q_GRAM.says(image).subs(quadratic), kappa)
    expect_zero(claim.says(kappa_slope) - derived, "C^2 (mean of y^2 - square of the mean)")
    relation = claim.conjunct(kappa_slope, kind="inequality")
    spread, step = Symbol("w"), Symbol("h")  # the variance of y, any number >= 0; C > 0
    value = expand(claim.says(kappa_slope).subs({mean_y2: mean_y**2 + spread, C: step}))
    given_ = (relation.gts - relation.lts).subs(kappa_slope, value)
    expect_nonnegative(given_, {step: (0, 1), spread: (0, 1), mean_y: (-1, 1)}, f"{relation}")
    expect(relation.subs(kappa_slope, 0), "equality for y constant")


@evidence(Q_GRAM_PERRON, "symbolic", step="order")
def test_more_noise_means_a_larger_operator(claim: Claim) -> None:
    """Contraction is <X, L X> > C (kappa-part): raising kappa by u adds C u times a form >= 0.

    So what contracts at kappa_1 >= kappa_2 contracts at kappa_2: C_ms(kappa_1) <= C_ms(kappa_2),
    equal for equal kappa.
    """
    expect_items(
        claim, words.INDEPENDENT, words.FITTED
    )  # else C_ms is not where this operator contracts
    relation = claim.conjunct(threshold_of(kappa_1), threshold_of(kappa_2), kind="inequality")
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
    relation = claim.conjunct(threshold_of(kappa_1), threshold_of(kappa_2), kind="inequality")
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
    relation = claim.conjunct(threshold_of(kappa_1), threshold_of(kappa_2), kind="inequality")
    point = {threshold_of(kappa_1): plain(quiet.low), threshold_of(kappa_2): plain(loud.high)}
    expect(not relation.subs(point), "with kappa_1 < kappa_2 the order is the other one")


@evidence(Q_GRAM_PERRON, "witness", needs="below the edge", step="sign")
def test_past_the_edge_of_the_mean_t_has_a_pole(claim: Claim) -> None:
    """N = 2, K = 4 x identity, kappa = 1/10, C = 2 > 2N/l = 1: d = 4 - 2 (9/10) 16/4 < 0, T_11 < 0."""
    form = _tau(claim, integral=False)
    value = form.subs({l_a: 4, l_b: 4, kappa: Rational(1, 10), C: 2, N: 2})
    expect(not claim.conjunct(entry, kind="inequality").subs(entry, value), "T_11 < 0", T=value)
