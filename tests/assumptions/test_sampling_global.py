"""Chapter sampling: with replacement, from every start: floor, confinement, reach, finish."""

from __future__ import annotations

from sympy import Ge, Gt, Min, Poly, Rational, Symbol, binomial, expand, limit

from tests.assumptions.sampling_laws import expect_small_product, summand
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.sampling import (
    SAMPLING_GLOBAL,
    SAMPLING_LOCAL,
    SAMPLING_STEP,
    U_exit,
    U_start,
    m_i,
    m_j,
    p_local,
    p_multi,
    rate_multi_off,
)
from theory.assumptions.unequal_norms import NORMS_CONFINED, NORMS_STEP, Q, sigma_m
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION, lyapunov
from theory.notation import (
    S,
    a,
    b,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    r2_next,
    rho,
    rho_next,
    s,
    s_next,
)

A = Symbol("A", real=True)  # a b, the step of the batch {i, ..., i}


def summed(square: Symbol) -> object:
    """The next value of a sum of squares, ``square`` now, in S and Q = sum of m_k^2 q_k^2.

    q_j+ = (left + more m_j) q_j: the squares add up with sum m_j q_j^2 = S, sum m_j^2 q_j^2 = Q.
    """
    factor = Poly(cancel(SAMPLING_STEP.says(q_j_next) / q_j), m_j)
    more, left = factor.coeff_monomial(m_j), factor.coeff_monomial(1)
    expect(factor.degree() == 1, "the factor is linear in the multiplicity")
    expect_zero(left - cancel(SAMPLING_STEP.says(perp_next) / perp), "what is not drawn")
    return left**2 * square + 2 * left * more * S + more**2 * Q


@evidence(SAMPLING_GLOBAL, "certificate", step="floor")
def test_live_mass_has_a_floor_with_multiplicities(claim: Claim) -> None:
    """s+ = s (1 + aS (t/s - 1))^2 + a^2 t^2 (Q - S^2/s), and Q s >= S^2; so s+ >= s while s <= t,
    and s+ >= (1 - aS)^2 s >= (1 - 2A)^2 s always: s never falls below min(s_0, (1 - 2A)^2 t_*)."""
    t, y, share, norm = (Symbol(name, real=True) for name in ("t", "y", "x", "r"))
    after = summed(s).subs(r2, 2 - t)
    kept = s + a * S * (t - s)  # s (1 + aS (t/s - 1))
    expect_zero(after - kept**2 / s - a**2 * t**2 * (Q - S**2 / s), "s+")
    k, m, one, two = (Symbol(name, real=True) for name in ("m_k", "m_l", "q_k^2", "q_l^2"))
    # a product of two sums is one sum over pairs (k, l): those of Q s and of S^2, with (l, k) added
    heavy = (k**2 * one) * two + (m**2 * two) * one
    whole = (k * one) * (m * two) + (m * two) * (k * one)
    expect_zero(heavy - whole - one * two * (k - m) ** 2, "Q s - S^2 is a sum of squares")
    rises = Poly(expand((kept - s).subs(t, s + y)), a, S, y, s)
    expect(all(value > 0 for value in rises.coeffs()), "s <= t: s+ >= s")
    expect_zero(kept - (1 - a * S) * s - a * S * t, "t >= 0: s+ >= (1 - aS)^2 s")
    # S <= b r2, r2 <= 2: aS = A r2 x <= 2A
    spare = (1 - A * norm * share) - (1 - 2 * A)
    box = {A: (0, Rational(1, 2)), norm: (0, 2), share: (0, 1)}
    expect_nonnegative(expand(spare), box, "1 - aS >= 1 - 2A")
    expect_small_product(claim, Rational(1, 2))
    for needed in (Gt(s, 0), Gt(2 - r2, 0), Ge(r2 - s, 0)):
        expect_implied(needed, claim.region)


@evidence(SAMPLING_GLOBAL, "certificate", step="confine")
def test_confined_as_orthogonal_data_with_the_largest_norm_squared_b(claim: Claim) -> None:
    """r2+ is NORMS-STEP's in S and Q; NORMS-CONFINED's hypotheses at sigma_max^2 = b, m_k <= b."""
    expect_zero(summed(r2) - NORMS_STEP.says(r2_next), "r2+")
    share = Symbol("x", real=True)  # m_k/b
    expect_nonnegative(share * (1 - share), {share: (0, 1)}, "m_k^2 <= b m_k, so Q <= b S")
    expect_nonnegative(1 - share, {share: (0, 1)}, "m_k <= b, so S <= b r2")
    end = expect_small_product(claim, Rational(1, 2))
    read = 0
    for condition in relations(NORMS_CONFINED.region):
        gap = expand(difference(condition)).subs(sigma_m**2, b).subs(a, A / b)
        if condition == Gt(a, 0):
            expect_implied(condition, claim.region)
            read += 1
        elif gap.free_symbols == {A}:
            expect(gap in (A, Rational(1, 2) - A) and end <= Rational(1, 2), f"{condition}")
            read += 1
        elif gap.free_symbols == {r2}:
            expect_implied(Ge(gap, 0), claim.region)
            read += 1
        else:  # on S and Q, just shown; or sigma_max > 0
            expect(condition.has(S, Q) or condition == Gt(sigma_m, 0), f"{condition}")
    expect(read == 4, "step size and radius", read=read)
    bound = NORMS_CONFINED.conjunct(r2_next)
    (least,) = bound.atoms(Min)
    start = least.subs(r2, 2 - Symbol("t_0", positive=True))
    expect(start.is_positive, f"t_* = {least} > 0")
    expect_implied(Gt(2 - r2, 0), claim.region)


@evidence(SAMPLING_GLOBAL, "certificate", step="reach")
def test_drawing_one_index_b_times_is_full_batch_on_it(claim: Claim) -> None:
    """m_i = b: (q_i^2, r2 - q_i^2) moves as (s, rho) in GD-DIRECTION at the step A = ab < 1/2.

    The largest live q_i^2 is >= s_*/n, so GD-CONVERGES' floor sigma >= min(s_*/n, (1-2A)^2 t_*/2) > 0
    and its rate 1 - c(sigma) lead from every state near sign(q_i) x_i within one number K of such
    batches, each of chance n^-b.
    """
    own = cancel(SAMPLING_STEP.says(q_j_next) / q_j)
    at = {S: b * s, r2: s + rho, a: A / b}
    drawn = cancel(own.subs(m_j, b).subs(at, simultaneous=True))
    idle = cancel(own.subs(m_j, 0).subs(at, simultaneous=True))
    known = {x: GD_DIRECTION.says(x).subs(a, A) for x in (s_next, rho_next)}
    expect_zero(s * drawn**2 - known[s_next], "q_i^2")
    expect_zero(rho * idle**2 - known[rho_next], "the rest")
    expect_small_product(claim, Rational(1, 2))
    for condition in relations(GD_CONVERGES.region):
        if condition.free_symbols == {a}:
            gap = difference(condition).subs(a, A)
            expect(gap in (A, Rational(1, 2) - A), f"{condition}")
    floor = GD_CONVERGES.conjunct(greater=s_next)
    room = (1 - 2 * a) ** 2 * (2 - rho) / 2
    expect(set(floor.lts.args) == {s, room}, f"floor {floor}")
    GD_CONVERGES.conjunct(lesser=lyapunov(s_next, rho_next))  # it has a rate
    law, _ = summand(SAMPLING_LOCAL.says(rate_multi_off))
    chance = law.subs(m_i, b).subs(binomial(b, b), 1)  # b >= 1
    expect(
        chance * n**b == 1,
        "{i,..,i} has the chance n^-b > 0 by SAMPLING-LOCAL's law",
        chance=chance,
    )
    expect_implied(Ge(n, 2), claim.region)
    expect_implied(Ge(b, 1), claim.region)
    y = Symbol("y", real=True)  # |q_i - 1| <= |q_i^2 - 1| for q_i >= 0
    expect_zero((y**2 - 1) - (y - 1) * (y + 1), "q_i^2 - 1")


@evidence(SAMPLING_GLOBAL, "symbolic", step="finish")
def test_a_chance_bounded_below_at_every_step_is_one(claim: Claim) -> None:
    """From every state: within K steps U <= U_exit/2 for some i, with chance n^-bK, then SAMPLING-LOCAL
    keeps w with chance 1/2 or more.  So P(E | past) >= p = n^-bK/2 at every step, E: w_k converges.

    Let E_m, decided by the first m draws, differ from E with chance eps at most.  Then
    p P(not E_m) <= P(E and not E_m) <= eps, so P(not E) <= P(not E_m) + eps <= eps/p + eps.
    """
    expect_only(claim, p_multi)
    expect_items(claim, words.ORTHONORMAL)
    expect(claim.cites == (), f"nothing is cited, not {claim.cites}")
    kept = SAMPLING_LOCAL.conjunct(p_local, kind="inequality").lts.subs(U_start, U_exit / 2)
    expect(kept == Rational(1, 2), "chance to stay from half the level", chance=kept)
    for needed in relations(SAMPLING_LOCAL.region):
        if needed.has(a):
            expect_small_product(claim, Rational(1, 2))
        elif needed.free_symbols <= {n, b}:
            expect_implied(needed, claim.region)
    points, size, draws, eps = (Symbol(x, positive=True) for x in ("n", "b", "K", "eps"))
    for condition in (Ge(n, 2), Ge(b, 1)):
        expect_implied(condition, claim.region)
    least = points ** (-size * draws) * kept
    expect(least.is_positive is True, "a chance to be caught from every state", chance=least)
    missed = eps / least + eps
    expect(missed.is_positive is True, "an upper bound on the chance of no limit")
    expect_zero(claim.says(p_multi) - (1 - limit(missed, eps, 0)), "for every eps")
