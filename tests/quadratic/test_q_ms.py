"""Evidence: Q-MS."""

from __future__ import annotations

from typing import Any

import flint
from flint import fmpq, fmpq_mat
from sympy import Eq, Expr, Gt, Poly, Symbol, expand, expand_log, limit, log, oo, symbols

from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.quadratic.cases import (
    SINGULAR,
    STABLE,
    UNSTABLE,
    Case,
    Singular,
    ball,
    enumerated_operator,
    evaluated,
    expect_assumed,
    expect_overlap,
    expect_squares,
    expect_variance_factors,
    inside,
    interval,
    log_symbols,
    values_of,
)
from tests.quadratic.mean_square_tools import F
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, note
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.trace_algebra import applied, letter, trace
from theory.quadratic.mean_square import (
    Q_KAPPA,
    Q_MS,
    C_direction,
    C_ms,
    batch_ab,
    gradient2,
    growth,
    l,
    l_min,
    start_least,
    v,
)
from theory.quadratic.second_moment import (
    C,
    kappa,
    kron_product,
    kron_sum,
    noise,
    operator,
    second_moment_operator,
)
from theory.quadratic.second_moment import spectral_radius as rho
from theory.quadratic.thresholds import NEVER_STABLE, definiteness, identity

EVERY = {**STABLE, **SINGULAR, **{name: case for name, (case, _) in UNSTABLE.items()}}


in_region = inside


# --------------------------------------------------------------------------------------------- Q-MS


@evidence(Q_MS, "symbolic", step="operator")
def test_operator_from_batch_moments(claim: Claim) -> None:
    derived = second_moment_operator(Q_KAPPA.says(batch_ab))
    expect_zero(claim.says(operator) - derived, "M_C against E[(I - C Q_B) (x) (I - C Q_B)]")
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0, so e+ = (I - C Q_B) e
    expect_items(claim, words.INDEPENDENT)  # B is independent of e
    expect_variance_factors(claim)


@evidence(Q_MS, "symbolic", step="modulus")
def test_the_modulus_of_an_eigenmatrix_does_as_well(claim: Claim) -> None:
    """X = P - N with P = R^2, N = S^2, RS = 0; |X| = P + N.  Both parts of the pencil (A, G)."""
    mean, deviation, one_step = letter("Q"), letter("D"), letter("E")
    R, S = letter("R"), letter("S")
    apart = [frozenset((R, S))]
    meaning = {
        kron_sum: lambda X: mean * X + X * mean,
        kron_product: lambda X: mean * X * mean,
        noise: lambda X: deviation * X * deviation,
    }
    X, modulus = R**2 - S**2, R**2 + S**2
    poly = Poly(claim.says(operator), C)
    linear, quadratic = poly.coeff_monomial(C), poly.coeff_monomial(C**2)

    def form(part: Expr, Y: Expr) -> dict[Any, Expr]:
        return trace(expand(Y * applied(part, meaning, Y)), apart)

    expect(form(linear, X) == form(linear, modulus), "<X, A X> = <|X|, A |X|>")
    for sign in (1, -1):
        whole = expand(
            modulus * applied(quadratic, meaning, modulus)
            - sign * X * applied(quadratic, meaning, X)
        )
        expect_squares(trace(whole, apart), f"<|X|, G |X|> >= {sign} <X, G X>")
    # The same for one realised step X -> E X E, so for its mean M_C.
    for sign in (1, -1):
        whole = expand(modulus * one_step * modulus * one_step - sign * X * one_step * X * one_step)
        expect_squares(trace(whole, apart), f"<|X|, M |X|> >= {sign} <X, M X>")


@evidence(Q_MS, "symbolic", step="threshold")
def test_form_of_one_minus_operator_changes_sign_at_the_threshold(claim: Claim) -> None:
    """1 - M_C = C (A - C G), and on an eigenmatrix G X = lambda A X it is C A (1 - C lambda)."""
    gap = cancel((1 - claim.says(operator)) / C)
    claimed = claim.says(C_ms).replace(rho, lambda x: x)
    expect_zero(gap.subs(C, 0) - kron_sum, "for small C only A counts")
    expect_zero(gap.subs(C, claimed), "1 - M_C at the threshold")
    expect(Poly(gap, C).degree() == 1, "and there is no other")
    expect_implied(
        Gt(l_min, 0), claim.region
    )  # so A, with eigenvalues l_i + l_j, is positive definite
    Q_, D = letter("Q"), letter("D")
    expect_squares(trace(Q_**2 + D**2), "<I, G I> = tr Q^2 + kappa tr D^2 >= tr Q^2 > 0")


def in_radius(expr: Expr, radius: Symbol) -> Expr:
    """rho(c M_C^m) as |c| rho(M_C)^m: eigenvalues of a power are powers; ``radius`` is rho(M_C)."""

    def power(argument: Expr) -> Expr:
        number, rest = argument.as_coeff_Mul()
        base, exponent = rest.as_base_exp()
        if base != operator or not (exponent.is_Integer and exponent > 0):
            raise Undecided(f"rho({argument}) is not read")
        return abs(number) * radius**exponent

    return expand_log(expr.replace(rho, power), force=True)


@evidence(Q_MS, "symbolic", step="growth")
def test_growth_of_the_second_moment_is_that_of_the_operator(claim: Claim) -> None:
    """Any d: l_0 rho^p tr X <= tr M^p Sigma_0 <= T d rho^p, for l_0 I <= Sigma_0 <= T I.

    M is self-adjoint and keeps the order; X >= 0 is the top eigenmatrix (modulus), X <= I, tr X >= 1.
    """
    E, R, S, X, Y = (letter(name) for name in "ERSXY")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    expect_squares(trace(S**2 * E * R**2 * E), "<S^2, M R^2> >= 0: the order is kept")
    expect_assumed(claim, Gt(start_least, 0))
    expect_items(claim, words.INDEPENDENT)
    radius, least, most, steps = symbols("r l_0 c p", positive=True)
    for end in (log(least) + steps * log(radius), log(most) + steps * log(radius)):
        expect_zero(
            log_symbols(limit(end / steps, steps, oo) - log(radius)), "an end of the bracket"
        )
    claimed = in_radius(claim.says(growth), radius)
    expect_zero(log_symbols(claimed - log(radius)), "growth per step")


@evidence(Q_MS, "symbolic", step="direction")
def test_direction_threshold_is_the_one_dimensional_case(claim: Claim) -> None:
    scalar = {kron_sum: 2 * l, kron_product: l**2, noise: v}
    one_step = claim.says(operator).subs(scalar)
    expect_zero(
        cancel((one_step - 1) / C).subs(C, claim.says(C_direction)),
        "E(1 - C Q_B)^2 = 1 at C_j",
    )


@evidence(Q_MS, "symbolic", step="direction")
def test_off_diagonal_thresholds_are_no_smaller(claim: Claim) -> None:
    """Commuting Q_i act on E_ij by (m_i + m_j, E[x_i x_j]); the AM-GM step of the note.

    With 2 m_i/C >= g_i and E[x_i x_j]^2 <= g_i g_j: (m_i + m_j)^2/C^2 - g_i g_j >= 0.
    """
    m1, m2, g1, g2 = symbols_nonnegative = [Symbol(f"y{i}") for i in range(4)]
    gap = (m1 + m2) ** 2 - 4 * m1 * m2
    expect_zero(gap - (m1 - m2) ** 2, "(m_i + m_j)^2 >= 4 m_i m_j")
    # g_i <= 2 m_i/C: put 2 m_i/C = g_i + slack
    direction = claim.says(C_direction)
    expect_zero(
        direction * (l**2 + kappa * v) - 2 * l, "C_j g_j = 2 l_j defines the direction's threshold"
    )
    slack = expand((g1 + m1) * (g2 + m2) - g1 * g2)
    box = {x: (0, 1) for x in symbols_nonnegative}
    expect_nonnegative(slack, box, "raising both factors raises the product")


@evidence(Q_MS, "ball", step="threshold")
def test_threshold_on_kept_problems(claim: Claim) -> None:
    """The formula, by rigorous eigenvalues, against definiteness of 1 - M_C, M_C by enumeration."""
    margin = F(1, 10**9)
    for name, case in EVERY.items():
        if not in_region(claim, case):
            continue
        try:
            claimed = evaluated(claim.says(C_ms), values_of(case))
        except Singular as error:
            raise AssertionError(f"{name}: {error}") from error
        found = case.threshold
        expect_overlap(claimed, ball(*interval(found)), "C_ms", name)
        one = identity(case.problem.dimension**2)
        for step, sign in ((found.low * (1 - margin), 1), (found.high * (1 + margin), -1)):
            gap = one - enumerated_operator(case, step)
            expect(definiteness(gap) == sign, "1 - M_C by enumeration", case=name, step=step)
        note(f"{name}: {found}")


@evidence(Q_MS, "ball", step="growth")
def test_growth_on_kept_problems(claim: Claim) -> None:
    """From Sigma_0 = I: rho^p <= tr M^p I <= d rho^p (note), at p = 4096 steps, in balls."""
    old, flint.ctx.prec = flint.ctx.prec, 512
    try:
        for name, case in STABLE.items():
            for factor in (F(1, 2), F(5, 4)):
                step = case.threshold.high * factor
                values = values_of(case, step)
                claimed = evaluated(claim.says(growth), values)
                size = case.problem.dimension
                power = flint.arb_mat(values[operator])
                for _ in range(12):
                    power = power * power
                start = flint.arb_mat(fmpq_mat(size**2, 1, identity(size).entries()))
                second_moment = (start.transpose() * power * start)[0, 0]
                low, high = second_moment.log() / 4096, (second_moment / size).log() / 4096
                expect(not claimed > low, "growth <= log(tr M^p I)/p", case=name, step=step)
                expect(not claimed < high, "growth >= log(tr M^p I/d)/p", case=name, step=step)
    finally:
        flint.ctx.prec = old


@evidence(Q_MS, "witness", needs="independent batches", step=("operator", "threshold"))
def test_one_batch_kept_for_ever_diverges_below_the_threshold(claim: Claim) -> None:
    """Q = 1, 3, one index drawn once and kept: at C = 7/10 < 4/5 = C_ms half the runs diverge."""
    case, step = STABLE["pair"], F(7, 10)
    claimed = evaluated(claim.says(C_ms), values_of(case))
    expect(flint.arb(fmpq(7, 10)) < claimed, "below the threshold")
    expect((1 - 3 * step) ** 2 == F(121, 100), "the half that keeps index 2 grows")
    expect_items(claim, words.INDEPENDENT)


@evidence(Q_MS, "witness", needs="full start", step="growth")
def test_a_start_along_one_axis_grows_at_another_rate(claim: Claim) -> None:
    """Q = diag(1, 3), C = 1/4: from e_2 it is log (1/16) for ever, and the claim says log (9/16)."""
    case, step = Case([[[1, 0], [0, 3]]]), F(1, 4)
    claimed = evaluated(claim.says(growth), values_of(case, step))
    square = (1 - 3 * step) ** 2
    expect(square == F(1, 16), "factor of e_2^2")
    expect(claimed > flint.arb(fmpq(1, 16)).log() + 2, "another rate", claimed=claimed)
    expect(not inside(claim, case, {start_least: 0}), "the region admits lambda_0 = 0")


@evidence(Q_MS, "witness", step="threshold")
def test_without_noise_a_kernel_is_silent_whatever_the_components_are(claim: Claim) -> None:
    """Q = diag(1, 1), diag(1, -1): at k = N = 2, kappa = 0 and C_ms = 2, not 0; at k = 1, C_ms = 0."""
    components = [[[1, 0], [0, 1]], [[1, 0], [0, -1]]]
    whole, single = Case(components, 2), Case(components, 1)
    on_range = evaluated(claim.says(C_ms), values_of(Case([[[1]]])))
    expect(on_range.overlaps(flint.arb(2)), "Q-MS on the range of Q")
    expect(interval(whole.threshold) == (F(2), F(2)), "full batch", found=whole.threshold)
    expect(single.threshold.kind == NEVER_STABLE, "one sample: noise on the kernel")


def threshold_kind(case: Case) -> str:
    return case.threshold.kind


@evidence(Q_MS, "witness", needs="positive definite mean", step=("operator", "threshold"))
def test_without_a_positive_mean_there_is_no_threshold(claim: Claim) -> None:
    """Same operator, no step size at which 1 - M_C is positive definite."""
    for name, (case, _) in UNSTABLE.items():
        expect(not in_region(claim, case), "outside the region", case=name)
        expect(threshold_kind(case) == NEVER_STABLE, "the search says so", case=name)
        for step in (F(1, 1000), F(1, 10), F(1)):
            gap = identity(case.problem.dimension**2) - evaluated(
                claim.says(operator), values_of(case, step)
            )
            expect(definiteness(gap) == -1, "the second moment grows", case=name, step=step)


@evidence(Q_MS, "witness", needs="shared minimiser", step=("operator", "threshold"))
def test_noise_at_the_minimiser_keeps_the_second_moment_away_from_zero(claim: Claim) -> None:
    """Q = 1 for both components, g = +-1, k = 1, C = 1/2 < C_ms: E e^2 -> C^2/(1 - (1-C)^2) = 1/3."""
    case = Case([[[1]], [[1]]])
    step = F(1, 2)
    claimed = evaluated(claim.says(C_ms), values_of(case))
    expect(flint.arb(fmpq(1, 2)) < claimed, "below the threshold")
    second = F(0)
    for _ in range(60):
        second = (1 - step) ** 2 * second + step**2
    expect(second > F(33, 100), "yet it does not tend to zero", second=float(second))
