"""Capture near a data point: the chance never to leave a level, and levels that are none."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Ge, Gt, Integer, Poly, Rational, Symbol, expand, solve

from tests.analysis import expect_outside
from tests.exponents import MEMBERS
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.instances import Instance, exact
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.assumptions.saddle_trap import (
    SADDLE_CAPTURE,
    SADDLE_NEVER,
    W_exit,
    W_ratio,
    W_start,
    factor_at,
    factor_of,
    p_both,
    p_trap,
    start_c2,
    theta,
)
from theory.assumptions.sampling import (
    SAMPLING_LOCAL,
    SAMPLING_STEP,
    U_exit,
    U_ratio,
    U_start,
    m_i,
    m_j,
    p_local,
)
from theory.assumptions.unequal_norms import sigma_i, sigma_j
from theory.minibatch.log_ratios import membership_moments
from theory.notation import S, a, b, n, p, perp, perp_next, q_j, q_j_next, r2

LEVELS = {
    SADDLE_CAPTURE.id: (p_trap, W_start, W_exit, W_ratio),
    SAMPLING_LOCAL.id: (p_local, U_start, U_exit, U_ratio),
}


@evidence(SADDLE_CAPTURE, "certificate", step="exit")
@evidence(SAMPLING_LOCAL, "certificate", step="attraction")
def test_chance_of_reaching_the_level(claim: Claim) -> None:
    """From E[W+ | past] <= theta W below the level, theta < 1, by induction over the steps left.

    h_k(W), the chance to reach the level within k steps, is 1 at and past it, and E h_{k-1}(W+) below.
    most(W), what the claim leaves for it, is linear and rises, so E most(W+) <= most(theta W): what is
    needed is most >= 1 from the level on, and most(theta W) <= most(W).  Without exit
    E W_k <= theta^k W_0, a convergent sum, so W_k -> 0 almost surely.
    """
    chance, start, level, ratio = LEVELS[claim.id]
    bound = claim.conjunct(chance, kind="inequality")
    expect(isinstance(bound, Ge) and bound.gts == chance, f"{bound} is no bound from below")
    share, past = Symbol("x", real=True), Symbol("y", real=True)
    most = cancel((1 - bound.lts).subs(start, share * level))
    expect(most.free_symbols == {share}, f"{most} is a function of W_0/W_exit", most=most)
    line = Poly(most, share)
    expect(line.degree() == 1 and line.LC() > 0, f"{most} is linear and rises")
    expect_zero(most.subs(share, 1) - 1, "nothing is given away: it is 1 at the level")
    over = Poly(most.subs(share, 1 + past) - 1, past)
    expect(all(value >= 0 for value in over.coeffs()), f"{most} >= 1 from the level on")
    expect_nonnegative(expand(most - most.subs(share, theta * share)), {share: (0, 1), theta: (0, 1)},
                       "it falls on average")  # fmt: skip
    for needed in (Gt(level, 0), Ge(theta, 0), Ge(theta - ratio, 0), Gt(1 - theta, 0)):
        expect_implied(needed, claim.region)
    total = 1 / (1 - theta)
    expect_zero(1 + theta * total - total, "sum of theta^k")


def members(poly: Poly, generators: tuple[tuple[int, ...], ...]) -> bool:
    """Whether each monomial is a multiple of one of the generators: it is in their ideal."""
    return all(
        any(all(x >= y for x, y in zip(powers, least, strict=True)) for least in generators)
        for powers in poly.monoms()
    )


@evidence(SADDLE_CAPTURE, "certificate", step="supermartingale")
def test_parts_add_up_to_a_falling_sum(claim: Claim) -> None:
    """Each factor is its limit plus a member of (u, z^2); u+ is its slope times u plus (u^2, z^2).

    So near the limit E[|c_j+|^g | past] <= (1-2k) |c_j|^g by "moment" and "off", |u+|^g is at most
    |slope u|^g + C (|u|^2g + |z|^2g), and with |z|^2g <= C W sum |z_j|^g: E V+ <= (1-2k) V,
    E U+ <= (1-2k) U + k V.
    """
    u, z, f = (Symbol(name, real=True) for name in "uzf")  # f z^2: the batch's weighted rest
    own = (1 + u) ** 2
    for i_drawn, j_drawn in MEMBERS:
        state = {S: sigma_i**2 * (own * i_drawn + f * z**2), r2: own + z**2}
        missed = expand(factor_of(j_drawn).subs(state) - factor_at(i_drawn, j_drawn))
        expect(
            missed == 0 or members(Poly(missed, u, z), ((1, 0), (0, 2))), f"factor of c_j: {missed}"
        )
    for drawn in (0, 1):
        state = {S: sigma_i**2 * (own * drawn + f * z**2), r2: own + z**2}
        after = expand((1 + u) * factor_of(drawn).subs(sigma_j, sigma_i).subs(state) - 1)
        slope = Poly(after, u, z).coeff_monomial(u)
        expect(members(Poly(after - slope * u, u, z), ((2, 0), (0, 2))), f"force on u: {after}")
    V, U, k_ = (Symbol(x, real=True) for x in ("V", "U", "kappa"))
    found = (1 - 2 * k_) * V + (1 - 2 * k_) * U + k_ * V
    box = {k_: (0, 1), V: (0, 1), U: (0, 1)}  # of degree 1 in V, U: any bound will do
    expect_nonnegative(expand((1 - k_) * (V + U) - found), box, "sum")
    expect_implied(Gt(W_exit, 0), claim.region)


@evidence(SAMPLING_LOCAL, "symbolic", step="attraction")
def test_other_coordinates_keep_their_factor_near_the_point(claim: Claim) -> None:
    """q_i = 1 + y, S = m_i q_i^2 + R, r2 = q_i^2 + Z: 1 - a m_i + a m_j plus a member of (y, R, Z)."""
    y, R, Z = (Symbol(name, real=True) for name in "yRZ")
    state = {S: m_i * (1 + y) ** 2 + R, r2: (1 + y) ** 2 + Z}
    one = (0, 0, 1), (0, 1, 0), (1, 0, 0)
    for after, before, limit in (
        (q_j_next, q_j, 1 - a * m_i + a * m_j),
        (perp_next, perp, 1 - a * m_i),
    ):
        factor = cancel(SAMPLING_STEP.says(after) / before)
        expect(members(Poly(expand(factor.subs(state) - limit), y, R, Z), one), f"factor {factor}")
    expect_implied(Gt(U_exit, 0), claim.region)


@evidence(SADDLE_CAPTURE, "symbolic", step="moment")
@evidence(SADDLE_NEVER, "symbolic", step="rate")
def test_chances_of_the_region_are_those_of_subsets(claim: Claim) -> None:
    """p and p_2 are no free numbers: the region ties them to n and b."""
    expect_items(claim, words.UNIFORM)
    single, both = membership_moments()
    for symbol, value in ((p, single - both), (p_both, both)):
        (found,) = solve(conjunct(claim.region, symbol, kind="equation"), symbol)
        expect_zero(found - value, f"{symbol}")


@evidence(SADDLE_CAPTURE, "witness", step=("supermartingale", "exit"), needs="level")
@evidence(SAMPLING_LOCAL, "witness", step="attraction", needs="level")
def test_a_level_past_another_point_captures_nothing(claim: Claim) -> None:
    """n = 2, b = 1, both of norm 1, a = 1/4: both samples leave x_2 alone, where W = 2 for every g.

    So past 2 theta is 1.  With W_exit = 100 the chance of x_1 from (1/10, 2), where W <= 3, would be at
    least 97/100; drawing 2, of chance 1/2, makes c_1 exactly 0, for ever.
    """
    plane = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    step = Fraction(1, 4)
    for index in (0, 1):
        rest = Instance(plane, plane[1], (index,), step, "linear")
        expect(rest.step().weight == rest.weight, "x_2 moves", sample=index)
    start = Instance(plane, [Fraction(1, 10), Fraction(2)], (1,), step, "linear")
    hit = start.step()
    expect(hit.weight[0] == 0 and hit.weight[1] != 0, "c_1 is 0", weight=hit.weight)
    for index in (0, 1):
        at = Instance(plane, hit.weight, (index,), step, "linear")
        expect(at.step().weight[0] == 0, "and stays 0")
    chance, weight, level, ratio = LEVELS[claim.id]
    least = claim.conjunct(chance, kind="inequality").lts.subs({weight: 3, level: 100})
    expect(least > Rational(1, 2), "the claimed chance", least=least)
    point: dict[Expr, Expr] = {n: Integer(2), b: Integer(1), a: exact(step), p: Rational(1, 2),
                               p_both: Integer(0), sigma_i: Integer(1), sigma_j: Integer(1),
                               start_c2: Rational(1, 100), level: Integer(100), ratio: Integer(1),
                               theta: Integer(1)}  # fmt: skip
    for assumption in claim.assumptions:
        if assumption.condition is not None and assumption.name != "level":
            expect(bool(assumption.condition.subs(point)), f"{assumption.name}", at=point)
    expect_outside(claim, point, "half of the runs are not captured")
