"""Chapter selection_n: the law of the winner among n points, its bounds, and a refuted guess."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sympy import Eq, Ge, Integer, Rational, Sum, Symbol, diff, lambdify, limit, sqrt

from sim import simulate
from sim.problems.selection_law import Law, selection_law
from tests.analysis import upper_bound_on
from tests.forms import cancel
from tests.instances import Instance
from tests.minibatch.selection_n_tools import equation_of
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero, seed
from theorem_audit.checks.statistics import expect_proportion
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.minibatch.log_ratios import WALK_JUMP
from theory.minibatch.selection import (
    SELECT,
    SELECT_EQUAL,
    SELECT_GENERATOR,
    first_coefficient,
    mixed_coefficient,
    p_equal,
    p_win,
    second_coefficient,
    y,
)
from theory.minibatch.selection_n import (
    SELECT_ANGLE,
    SELECT_AREA,
    SELECT_N,
    SELECT_REVERSIBLE,
    area,
    chance,
    curvature,
    flux_change,
    gauge,
    gauge_slope,
    generator_summand,
    h_j,
    h_jj,
    j,
    other_end,
    own_end,
    pair_decay,
    product_rule,
    q_1,
    q_2,
    q_3,
    r,
    rest,
    slope,
    square,
)
from theory.minibatch.sparse_time import BAND_ABOVE, SPARSE_TIME, Q, mean_psi
from theory.notation import a, b, delta, delta_next, k, n, p, q_i, q_j, r2, rho

# SELECT-REVERSIBLE


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_divergence_by_the_product_rule(claim: Claim) -> None:
    expect_identity(claim.formula, {flux_change: product_rule()})


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_bracket_is_the_generators_summand(claim: Claim) -> None:
    """What is multiplied by 2 g r2 is SELECT-GENERATOR's summand over p, read at degree 0."""
    value = claim.says(flux_change).expand()
    bracket = (value.coeff(gauge, 1) / (2 * r2)).expand()
    expect_zero(bracket - generator_summand(), "L")
    expect_zero(value - value.coeff(gauge, 1) * gauge - value.coeff(gauge_slope, 1) * gauge_slope,
                "nothing but multiples of g and g'")  # fmt: skip


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_the_gauges_term_sums_to_zero(claim: Claim) -> None:
    """Its coefficient of h_j does not depend on j, and sum_j h_j = 0."""
    of_gauge = claim.says(flux_change).expand().coeff(gauge_slope, 1)
    factor = cancel(of_gauge / slope)
    expect(not factor.has(slope, curvature, q_j), f"{factor} depends on j")
    expect(implied(Ge(n, 1), claim.region), "a mean of log|q_j| over no data", region=claim.region)
    expect_items(claim, words.ORTHONORMAL, words.DEGREE_ZERO)


# SELECT-N


def _expect_sphere(claim: Claim) -> None:
    """The start is on the unit sphere of the span of n live data."""
    for condition in (Eq(rho, 0), Eq(delta, 0), Eq(k, n)):
        expect(implied(condition, claim.region), f"{condition} is not assumed", region=claim.region)


@evidence(SELECT_N, "symbolic", step="equation")
def test_equation_of_the_chances(claim: Claim) -> None:
    """The generator of SELECT-GENERATOR over p, term by term under the sum."""
    parts = equated(SELECT_GENERATOR.formula)
    total = equation_of(claim)
    expect_items(claim, words.ORTHONORMAL)
    _expect_sphere(claim)
    derived = (
        parts[second_coefficient] * h_jj[j]
        + parts[first_coefficient].subs(q_j**2, square[j]) * h_j[j]
    ) / p
    flat = {h_jj[j]: Symbol("X"), h_j[j]: Symbol("Y"), square[j]: Symbol("Z")}
    expect_zero((total.function - derived).subs(flat), "summand")
    expect(total.limits == ((j, 1, Symbol("n", integer=True)),), f"limits {total.limits}")
    expect_zero(parts[mixed_coefficient], "mixed derivatives")


@evidence(SELECT_N, "cited", step="diffusion")
def test_hypotheses_of_the_limit_theorem(claim: Claim) -> None:
    """Bounded, Lipschitz drift; constant covariance; jumps and delta tend to 0 with a.

    In log coordinates the drift of x_j is u_j = q_j^2/r2 in [0, 1], with D_i u_j = 2 u_j (1{i=j} - u_i)
    in [-2, 2]; the covariance is A_jj's, the same in every state.
    """
    expect(len(claim.cites) == 3, f"cites {claim.cites}")
    expect_items(claim, words.ORTHONORMAL, words.SMALL_STEPS)
    _expect_sphere(claim)
    parts = equated(SELECT_GENERATOR.formula)
    expect(not parts[second_coefficient].has(q_j), "the covariance depends on the state")
    expect_zero(parts[first_coefficient] / p - q_j**2, "drift u_j")
    u_i, u_j = Symbol("u_i", real=True), Symbol("u_j", real=True)
    box = {u_i: (0, 1), u_j: (0, 1)}
    for change in (2 * u_j * (1 - u_j), -2 * u_j * u_i):
        expect_nonnegative((2 - change).expand() + 0 * u_i, box, "Lipschitz from above")
        expect_nonnegative((2 + change).expand() + 0 * u_i, box, "Lipschitz from below")
    expect(WALK_JUMP.formula.gts.subs(a, 0) == 0, "jumps do not vanish with a")
    bounds = {difference(x) for x in relations(BAND_ABOVE.formula)}
    expect(bounds == {delta_next, a / 4 - delta_next}, f"BAND-ABOVE says {bounds}")


@evidence(SELECT_N, "symbolic", step="dominant")
def test_the_leader_stays(claim: Claim) -> None:
    """SPARSE-TIME: Phi is a supermartingale; where the lead changes, Phi >= 1/sqrt(n (1 + 2a)).

    There the two largest satisfy q_j^2 >= q_i^2/(1 + 2a)^2 (WALK-JUMP) and n q_i^2 >= s.
    """
    mean = SPARSE_TIME.conjunct(mean_psi, kind="inequality").rhs  # fmt: skip
    expect_nonnegative((1 - mean).subs(p, 1) + 0 * a, {a: (0, 1)}, "Phi does not grow on average")
    expect(WALK_JUMP.formula.gts == 2 * a, f"jumps {WALK_JUMP.formula}")
    # |q_j|/|q_i| >= 1/g, g = 1 + 2a, and q_i^2/s >= 1/m (the largest of m shares that sum to 1)
    largest, ratio = Symbol("u_i", real=True), Symbol("_ratio", real=True)
    m, g = Symbol("_m", positive=True), 1 + WALK_JUMP.formula.gts
    pair_squared = largest * ratio  # |q_i q_j|/s
    expect_zero(pair_squared.subs({largest: 1 / m, ratio: 1 / g}) - 1 / (m * g), "the least Phi^2")
    expect(diff(pair_squared, largest) == ratio and diff(pair_squared, ratio) == largest, "rises")
    expect_items(claim, words.SMALL_STEPS)
    _expect_sphere(claim)


@evidence(SELECT_N, "symbolic", step="unique")
def test_chances_at_the_data_points(claim: Claim) -> None:
    """|1{i leads} - h| <= sqrt(n) Phi (step dominant, a -> 0), and Phi -> 0 where one share tends to 1.

    With u_k = 1 - e the other shares are at most e, so each pair's term is at most sqrt(e).
    """
    e, constant = Symbol("_e", positive=True), Symbol("_C", positive=True)
    phi = constant * sqrt(e)  # at most: number of pairs times the largest term
    expect_zero(pair_decay().subs(Q, 1) + Rational(1, 4), "Phi decays near the data points too")
    for symbol, leader in ((own_end, "i"), (other_end, "j")):
        leads = Integer(leader == "i")
        derived = leads + limit(phi, e, 0)
        relation = claim.conjunct(symbol)
        expect_identity(relation, {symbol: derived})


@evidence(SELECT_N, "witness", step="dominant", needs="on the sphere")
@evidence(SELECT_ANGLE, "witness", step="limits", needs="on the sphere")
def test_full_batch_has_no_winner(claim: Claim) -> None:
    """b = n = 2 from (3/5, 4/5), on the sphere: a point that full batch never leaves, so nobody wins.

    The chances would be 0; SELECT-N's sum to 1, and SELECT-ANGLE's "limits" needs a winner.
    """
    start = [Fraction(3, 5), Fraction(4, 5)]
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], start, (0, 1),
                  Fraction(1, 10), "linear")  # fmt: skip
    for _ in range(3):
        at = at.step()
        expect(at.q == start, "full batch stays", q=at.q)
    expect(claim.formula.has(own_end) or claim.formula.has(chance), "a claim about the winner")
    expect(claim.region.subs(b, n) == False, f"{claim.id} admits b = n")  # noqa: E712


@evidence(SELECT_N, "symbolic", step="unique")
def test_the_diffusion_ends_at_a_point(claim: Claim) -> None:
    """L f = -(3/4 - Q/2) f <= -f/4 for f = sqrt(|q_i q_j|/r2): exp(t/4) Phi is a supermartingale."""
    decay = pair_decay()
    expect(decay.free_symbols == {Q}, f"the factor {decay} depends on the pair")
    expect_nonnegative(-Rational(1, 4) - decay, {Q: (0, 1)}, "decay of Phi")
    expect(claim.formula.has(h_jj[j]), "second order")


RADIUS, FINENESS = 8, 8


@cache
def law() -> Law:
    return selection_law(RADIUS, FINENESS)


@evidence(SELECT_N, "peer", step="unique")
def test_grid_solution_solves_the_claims_equation(claim: Claim) -> None:
    """The claim's own sum, with fourth-order differences of the grid's solution, is O(spacing^2).

    A term of the solver's truncation is spacing^2/12 times a fourth derivative; tolerance: spacing^2/2.
    The same with a coefficient changed by 5 % is far from it: seen by the spread of the two terms.
    """
    total = equation_of(claim)
    names = [Symbol(x) for x in ("X", "Y", "Z")]
    summand = lambdify(
        names, total.function.subs(dict(zip((h_jj[j], h_j[j], square[j]), names, strict=True)))
    )
    grid, chances = law().grid, law().chance[:, 0]
    step, half = grid.spacing, grid.half
    centre = np.abs(grid.index).max(axis=1) <= 2 * FINENESS
    index = grid.index[centre]
    table = np.full(grid.number.shape, np.nan)
    table[grid.number >= 0] = chances[grid.number[grid.number >= 0]]

    def at(move: tuple[int, int], times: int) -> Any:
        return table[index[:, 0] + times * move[0] + half, index[:, 1] + times * move[1] + half]

    weight = np.exp(2 * grid.log_q[centre])
    weight /= weight.sum(axis=1, keepdims=True)
    residual, size = np.zeros(len(index)), np.zeros(len(index))
    for row, move in enumerate(((1, 0), (0, 1), (-1, -1))):
        up2, up, here, low, low2 = (at(move, times) for times in (2, 1, 0, -1, -2))
        once = (8 * (up - low) - (up2 - low2)) / (12 * step)
        twice = (16 * (up + low) - (up2 + low2) - 30 * here) / (12 * step**2)
        residual += summand(twice, once, weight[:, row])
        size += np.abs(summand(0, once, weight[:, row]))
    tolerance = step**2 / 2
    expect(np.abs(residual).max() <= tolerance, "residual", worst=float(np.abs(residual).max()))
    expect(0.05 * size.max() > tolerance, "5 % of the drift would not be seen")


@evidence(SELECT_N, "peer", step="unique")
def test_grid_solution_against_what_is_known(claim: Claim) -> None:
    """SELECT on the edges, SELECT-EQUAL at the centre, SELECT-ANGLE above, and the guess refuted.

    On log|q_3/q_1| = -6 the edge's law holds up to O(exp(-6)) and the grid's spacing^2: 0.01.
    """
    solution = law()
    expect(claim.formula.has(h_jj[j]), "second order")
    equal = float(SELECT_EQUAL.says(p_equal).subs(Symbol("k", integer=True), 3))
    expect(np.abs(solution.at(0, 0) - equal).max() < 1e-9, "centre")
    edge = lambdify(y, SELECT.says(p_win))
    for gap in (-1.0, -0.5, 0.0, 0.5, 1.0):
        seen = solution.at(6 + gap, 6)[0]
        expect(abs(seen - edge(gap)) < 0.01, "edge", seen=seen, law=float(edge(gap)))
    size = np.exp(solution.grid.log_q)
    others = np.sqrt((size**2).sum(axis=1) - size[:, 0] ** 2)
    bound = lambdify((q_i, rest), upper_bound_on(SELECT_ANGLE, chance))(size[:, 0], others)
    expect((solution.chance[:, 0] <= bound + 1e-4).all(), "above the angle")
    guess = lambdify((q_1, q_2, q_3, r), SELECT_AREA.says(area))
    norm = np.linalg.norm(size, axis=1)
    wrong = np.abs(guess(*size.T, norm) - solution.chance[:, 0]).max()
    coarse = selection_law(RADIUS, FINENESS // 2)
    error = np.abs(coarse.at(1, 0) - solution.at(1, 0)).max()  # second order: > the fine grid's
    expect(wrong > 10 * error, "the area cannot be told from the solution", wrong=float(wrong))


STARTS = {"(e, 1, 1)": (1, 0, 0.06), "(e^2, e, 1)": (2, 1, 0.05)}


@evidence(SELECT_N, "simulation", cases=STARTS)
def test_grid_solution_in_runs(claim: Claim, case: tuple[int, int, float]) -> None:
    """a = 0.2, n = 3, b = 1: 12000 runs of 1200 steps; visible errors of 5-6 %, bias O(a) about 1 %."""
    first, second, visible = case
    expect(claim.formula.has(Sum), "SELECT-N")
    runs = 12_000
    q = np.exp([first, second, 0.0])
    result = simulate(np.tile(q / np.linalg.norm(q), (runs, 1)), 0.0, batch_size=1, step_size=0.2,
                      steps=1200, seed=seed("wins", first, second))  # fmt: skip
    wins = int((result.log_abs_q.argmax(axis=1) == 0).sum())
    expected = float(law().at(first, second)[0])
    expect_proportion(wins, runs, expected, visible=visible, what="x_1 wins")
