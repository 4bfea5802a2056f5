"""Chapter selection_n: the law of the winner among n points, its bounds, and a refuted guess."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import (
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Poly,
    Rational,
    Sum,
    Symbol,
    atan,
    cancel,
    diff,
    exp,
    fraction,
    lambdify,
    limit,
    log,
    oo,
    pi,
    solve,
    sqrt,
    together,
)

from sim import simulate
from sim.problems.selection_law import Law, selection_law
from tests.analysis import expect_quotient, upper_bound_on
from tests.inequalities import condition_of, end_of, expect_implied, is_strict
from tests.instances import Instance
from tests.minibatch.test_selection import E, in_ratio
from tests.reading import by_side, expect_stated
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero, seed
from theorem_audit.checks.statistics import expect_at_most, expect_proportion
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
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
    generated,
    generator_in_r,
    generator_on_angle,
    generator_summand,
    h_j,
    h_jj,
    j,
    operator_of,
    other_end,
    own_end,
    pair_decay,
    product_rule,
    q_1,
    q_2,
    q_3,
    r,
    rest,
    share,
    slope,
    square,
)
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.minibatch.sparse_time import BAND_ABOVE, SPARSE_TIME, Q, mean_psi
from theory.notation import a, delta, delta_next, p, q_i, q_j, r2


def equation_of(claim: Claim) -> Sum:
    """The sum that the claim says is 0."""
    found = [x for x in relations(claim.formula) if x.has(Sum)]
    sums = [y for x in found for y in x.atoms(Sum)]
    if len(found) != 1 or len(sums) != 1 or not isinstance(found[0], Eq):
        raise Undecided(f"{claim.id}: one sum that is 0 is expected, not {found}")
    expect_zero(difference(found[0]) - sums[0], "nothing but the sum")
    return sums[0]


POINT = Symbol("_pi")  # pi as a transcendental: an indeterminate over QQ

# SELECT-REVERSIBLE


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_divergence_by_the_product_rule(claim: Claim) -> None:
    expect_identity(claim.formula, {flux_change: product_rule()})


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_bracket_is_the_generators_summand(claim: Claim) -> None:
    """What is multiplied by 2 g r2 is SELECT-GENERATOR's summand over p, read at degree 0."""
    value = by_side(claim, flux_change).expand()
    bracket = (value.coeff(gauge, 1) / (2 * r2)).expand()
    expect_zero(bracket - generator_summand(), "L")
    expect_zero(value - value.coeff(gauge, 1) * gauge - value.coeff(gauge_slope, 1) * gauge_slope,
                "nothing but multiples of g and g'")  # fmt: skip


@evidence(SELECT_REVERSIBLE, "symbolic")
def test_the_gauges_term_sums_to_zero(claim: Claim) -> None:
    """Its coefficient of h_j does not depend on j, and sum_j h_j = 0."""
    of_gauge = by_side(claim, flux_change).expand().coeff(gauge_slope, 1)
    factor = cancel(of_gauge / slope)
    expect(not factor.has(slope, curvature, q_j), f"{factor} depends on j")
    expect_stated(claim, "orthonormal data", "degree")


# SELECT-N


@evidence(SELECT_N, "symbolic", step="equation")
def test_equation_of_the_chances(claim: Claim) -> None:
    """The generator of SELECT-GENERATOR over p, term by term under the sum."""
    parts = {x.lhs: x.rhs for x in relations(SELECT_GENERATOR.formula)}
    total = equation_of(claim)
    expect_stated(claim, "orthonormal data", "on the sphere")
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
    expect_stated(claim, "orthonormal data", "on the sphere", "small steps")
    parts = {x.lhs: x.rhs for x in relations(SELECT_GENERATOR.formula)}
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
    (mean,) = [
        x.rhs for x in relations(SPARSE_TIME.formula)
        if x.has(mean_psi) and isinstance(x, Le)
    ]  # fmt: skip
    expect_nonnegative((1 - mean).subs(p, 1) + 0 * a, {a: (0, 1)}, "Phi does not grow on average")
    expect(WALK_JUMP.formula.gts == 2 * a, f"jumps {WALK_JUMP.formula}")
    # |q_j|/|q_i| >= 1/g, g = 1 + 2a, and q_i^2/s >= 1/m (the largest of m shares that sum to 1)
    largest, ratio = Symbol("u_i", real=True), Symbol("_ratio", real=True)
    m, g = Symbol("_m", positive=True), 1 + WALK_JUMP.formula.gts
    pair_squared = largest * ratio  # |q_i q_j|/s
    expect_zero(pair_squared.subs({largest: 1 / m, ratio: 1 / g}) - 1 / (m * g), "the least Phi^2")
    expect(diff(pair_squared, largest) == ratio and diff(pair_squared, ratio) == largest, "rises")
    expect_stated(claim, "on the sphere", "small steps")


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
        (relation,) = [x for x in relations(claim.formula) if x.has(symbol)]
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
    found = [x for x in claim.assumptions if x.name == "on the sphere" and "b < n" in x.text]
    expect(len(found) == 1, f"{claim.id} admits b = n")


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
    for k, move in enumerate(((1, 0), (0, 1), (-1, -1))):
        up2, up, here, low, low2 = (at(move, times) for times in (2, 1, 0, -1, -2))
        once = (8 * (up - low) - (up2 - low2)) / (12 * step)
        twice = (16 * (up + low) - (up2 + low2) - 30 * here) / (12 * step**2)
        residual += summand(twice, once, weight[:, k])
        size += np.abs(summand(0, once, weight[:, k]))
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
    equal = float(by_side(SELECT_EQUAL, p_equal).subs(Symbol("k", integer=True), 3))
    expect(np.abs(solution.at(0, 0) - equal).max() < 1e-9, "centre")
    edge = lambdify(y, by_side(SELECT, p_win))
    for gap in (-1.0, -0.5, 0.0, 0.5, 1.0):
        seen = solution.at(6 + gap, 6)[0]
        expect(abs(seen - edge(gap)) < 0.01, "edge", seen=seen, law=float(edge(gap)))
    size = np.exp(solution.grid.log_q)
    others = np.sqrt((size**2).sum(axis=1) - size[:, 0] ** 2)
    bound = lambdify((q_i, rest), upper_bound_on(SELECT_ANGLE, chance))(size[:, 0], others)
    expect((solution.chance[:, 0] <= bound + 1e-4).all(), "above the angle")
    guess = lambdify((q_1, q_2, q_3, r), by_side(SELECT_AREA, area))
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


# SELECT-ANGLE


@evidence(SELECT_ANGLE, "certificate", step="superharmonic")
def test_angle_is_superharmonic(claim: Claim) -> None:
    """L of the claimed bound is what the claim says it is, and that is <= 0 as V <= 1.

    The last is of degree 0 in (q_i, R), so 0 < q_i, R <= 1 is no restriction.
    """
    bound = upper_bound_on(claim, chance)
    value = by_side(claim, generated)
    expect_zero((generator_on_angle(bound) - value).subs(pi, POINT), "L f")
    scale = Symbol("_c")
    sign = [x for x in relations(claim.formula) if not x.has(chance) and not x.has(generated)]
    expect(len(sign) == 1, f"one sign is claimed, not {sign}")
    gap = difference(sign[0])
    expect_zero((gap.subs({q_i: scale * q_i, rest: scale * rest}) - gap).subs(pi, POINT), "degree")
    expect_zero((gap + value).subs(pi, POINT), "it is the sign of L f")
    for condition in (Gt(q_i, 0), Gt(rest, 0)):
        expect_implied(condition, claim.region)
    expect_stated(claim, "orthonormal data", "on the sphere", "small steps")
    top = end_of(condition_of(claim, "share"), share)
    box = {share: (0, top), q_i: (0, 1), rest: (0, 1)}
    expect_quotient(Ge(pi * gap, 0), box, positive=[q_i**2 + rest**2])


@evidence(SELECT_ANGLE, "symbolic", step="superharmonic")
def test_equality_for_two_live_coordinates(claim: Claim) -> None:
    """V = 1: L f = 0 and the bound is SELECT's own value, so neither inequality is strict."""
    bound = upper_bound_on(claim, chance)
    expect(by_side(SELECT, p_win).subs(exp(y), q_i / rest) == bound, f"SELECT against {bound}")
    expect_zero(by_side(claim, generated).subs(share, 1).subs(pi, POINT), "L f at V = 1")
    for relation in relations(claim.formula):
        expect(not is_strict(relation), f"{relation} is an equality at V = 1")


@evidence(SELECT_ANGLE, "symbolic", step="limits")
def test_angle_at_the_data_points(claim: Claim) -> None:
    """SGD-SPARSE: some point wins; there q_i/R tends to oo or to 0 and the bound to 1 or 0."""
    bound = upper_bound_on(claim, chance)
    ratio = Symbol("_ratio", positive=True)
    seen = bound.subs(q_i, ratio * rest)
    expect(seen.free_symbols == {ratio}, f"{bound} is no function of q_i/R")
    expect(by_side(SGD_SPARSE, p_sparse) == 1, "some point wins")
    expect(limit(seen, ratio, 0) == 0, "x_i has lost")
    expect(limit(seen, ratio, oo) == by_side(SGD_SPARSE, p_sparse), "x_i has won")


@evidence(SELECT_ANGLE, "certificate", step="remainder")
def test_derivatives_are_of_the_size_of_phi(claim: Claim) -> None:
    """As functions of z = log(q_i/R) f', f'', f''' are <= sech z = 2 q_i R/r2 <= 2 Phi in size.

    z's own derivatives in log|q_j| are polynomials in the shares v_j = q_j^2/R^2 in [0, 1]: bounded.
    q_i R <= sum_j |q_i q_j|, and x <= sqrt(x) on [0, 1] for x = |q_i q_j|/r2.
    """
    f = upper_bound_on(claim, chance).subs(q_i, rest * exp(y))
    sech, tau = 2 * E / (1 + E**2), Symbol("tau", real=True)
    for order in (1, 2, 3):
        relative = cancel(in_ratio(diff(f, y, order)) / sech * POINT)
        even = cancel(relative**2).subs(E, sqrt((1 + tau) / (1 - tau)))
        expect_nonnegative((1 - cancel(even)).expand() + 0 * tau, {tau: (-1, 1)}, f"order {order}")
    expect_zero(sech.subs(E, q_i / rest) - 2 * q_i * rest / (q_i**2 + rest**2), "sech z")
    x_k, others = Symbol("x_k", real=True), Symbol("_o")
    change = diff(-log(others + exp(2 * x_k)) / 2, x_k)
    v = exp(2 * x_k) / (others + exp(2 * x_k))
    k_th = Symbol("_e")
    flat = {exp(2 * x_k): k_th, exp(4 * x_k): k_th**2}
    expect_zero((change + v).subs(flat), "D_k z = -v_k")
    expect_zero((diff(v, x_k) - 2 * v * (1 - v)).expand().subs(flat), "D_k v_k = 2 v_k (1 - v_k)")
    root = Symbol("_root", real=True)  # x = root^2
    expect_nonnegative(root - root**2, {root: (0, 1)}, "x <= sqrt(x)")


@evidence(SELECT_ANGLE, "symbolic", step="closing")
def test_errors_add_up_for_every_n(claim: Claim) -> None:
    """sum_k E Phi_k <= 6 Phi_0/(p a^2) by SPARSE-TIME; an error O(a^3) Phi_k a step makes O(a)."""
    (bound,) = [
        x for x in relations(SPARSE_TIME.formula) if x.has(mean_psi) and isinstance(x, Le)
    ]  # fmt: skip
    loss = cancel(1 - solve(difference(bound), mean_psi)[0])
    expect_zero(1 / loss - 6 / (p * a**2), "sum of the geometric series")
    expect(limit(a**3 / loss, a, 0) == 0, "the errors vanish with a")
    sides = {difference(x) for x in relations(BAND_ABOVE.formula)}
    expect(sides == {delta_next, a / 4 - delta_next}, "delta = O(a)")
    expect(not claim.formula.has(a, delta), "the claim is about the limit a -> 0")


@evidence(SELECT_ANGLE, "property", step="superharmonic")
@given(sizes=st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_generator_of_the_angle_on_explicit_points(claim: Claim, sizes: list[int]) -> None:
    """L f by central differences in log|q_j|, 40 digits, step 1e-10: truncation below 1e-17."""
    bound = lambdify((q_i, rest), upper_bound_on(claim, chance), "mpmath")
    claimed = lambdify((q_i, rest, share), by_side(claim, generated), "mpmath")
    with mp.workdps(40):
        h = mp.mpf(10) ** -10

        def f(logs: list[Any]) -> Any:
            q = [mp.e**x for x in logs]
            return bound(q[0], mp.sqrt(mp.fsum(z**2 for z in q[1:])))

        logs = [mp.log(z) for z in sizes]
        norm, total = mp.fsum(z**2 for z in sizes), mp.mpf(0)
        for k, size in enumerate(sizes):
            up, low = list(logs), list(logs)
            up[k] += h
            low[k] -= h
            total += (f(up) - 2 * f(logs) + f(low)) / h**2 / 2
            total += mp.mpf(size) ** 2 / norm * (f(up) - f(low)) / (2 * h)
        squares = sum(z**2 for z in sizes[1:])
        v = mp.mpf(sum(z**4 for z in sizes[1:])) / squares**2
        expected = claimed(mp.mpf(sizes[0]), mp.sqrt(squares), v)
        expect(abs(total - expected) < mp.mpf(10) ** -16, "L f", q=sizes)


@evidence(SELECT_ANGLE, "simulation", step="closing")
def test_no_point_wins_more_than_its_angle(claim: Claim) -> None:
    """n = 5, b = 2, a = 0.15, from |q| = (2, 1, 1, 1, 1): 2000 runs, each coordinate in turn."""
    runs, q = 2000, np.array([2.0, 1.0, -1.0, 1.0, 1.0])
    result = simulate(np.tile(q / np.linalg.norm(q), (runs, 1)), 0.0, batch_size=2, step_size=0.3,
                      steps=2500, seed=seed("angle"))  # fmt: skip
    winner = result.log_abs_q.argmax(axis=1)
    bound = lambdify((q_i, rest), upper_bound_on(claim, chance))
    for k in (0, 1):
        top = float(bound(abs(q[k]), np.sqrt((q**2).sum() - q[k] ** 2)))
        expect_at_most(int((winner == k).sum()), runs, top, what=f"x_{k} wins")


# SELECT-AREA


@evidence(SELECT_AREA, "symbolic", step="generator")
def test_generator_of_the_area(claim: Claim) -> None:
    """L f_1 against the claim modulo r^2 = q_1^2 + q_2^2 + q_3^2, and SELECT-N's 0 it is not."""
    expect_stated(claim, "sizes")
    operator = operator_of(equation_of(SELECT_N))
    sides = (generator_in_r(by_side(claim, area), operator), by_side(claim, generated))
    (top, bottom), (claimed, below) = (fraction(together(x.subs(pi, POINT))) for x in sides)
    gap = Poly(top, r, q_1, q_2, q_3, POINT) * Poly(below, r, q_1, q_2, q_3, POINT)
    gap -= Poly(claimed, r, q_1, q_2, q_3, POINT) * Poly(bottom, r, q_1, q_2, q_3, POINT)
    norm = Poly(r**2 - q_1**2 - q_2**2 - q_3**2, r, q_1, q_2, q_3, POINT)
    expect_zero(gap.rem(norm).as_expr(), "L f_1")
    at = {q_1: 2, q_2: 1, q_3: 2, r: 3}
    expect(bottom.subs(at) != 0, "denominator")
    expect(
        by_side(claim, generated).subs(at) != 0,
        "L f_1 is zero",
        **{str(x): v for x, v in at.items()},
    )


def tangent(expr: Expr) -> tuple[Expr, Expr]:
    """(factor, t) of factor/pi * atan(t)."""
    (arc,) = expr.atoms(atan)
    return cancel(expr / arc * pi), arc.args[0]


@evidence(SELECT_AREA, "symbolic", step="right on the edges")
def test_area_on_the_edges(claim: Claim) -> None:
    """q_3 = 0: tan of twice the angle is q_1/q_2, SELECT's law; with q_1 = 0 the area is 0."""
    factor, t = tangent(by_side(claim, area))
    law_factor, law_t = tangent(by_side(SELECT, p_win))
    expect(factor == 2 * law_factor, f"{factor}: twice {law_factor} is needed")
    edge = t.subs(q_3, 0)
    double = 2 * edge / (1 - edge**2) - law_t.subs(exp(y), q_1 / q_2)
    top, _ = cancel(double).as_numer_denom()
    expect_zero(top.subs(r, sqrt(q_1**2 + q_2**2)), "the edge q_3 = 0")
    expect_zero(t - t.subs({q_2: q_3, q_3: q_2}, simultaneous=True), "symmetric in 2 and 3")
    expect_zero(t.subs(q_1, 0), "the edge q_1 = 0")


@evidence(SELECT_AREA, "symbolic", step="right at the centre")
def test_area_at_the_centre(claim: Claim) -> None:
    """SELECT-EQUAL's 1/3: tan(pi/12) = 2 - sqrt(3); and the three areas fill the octant."""
    value = by_side(claim, area).subs({q_1: 1, q_2: 1, q_3: 1, r: sqrt(3)})
    factor, t = tangent(value)
    twelfth = cancel(by_side(SELECT_EQUAL, p_equal).subs(Symbol("k", integer=True), 3) / factor)
    expect(twelfth == Rational(1, 12), f"atan must be pi times {twelfth}")
    # tan(2 x) = 1/sqrt(3) for x = pi/12
    expect_zero((2 * t / (1 - t**2)) ** 2 - Rational(1, 3), "tan(pi/6)^2")
    expect(0 < float(t) < 1, "the branch")


@evidence(SELECT_AREA, "property", step="generator")
@given(sizes=st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_areas_sum_to_one(claim: Claim, sizes: list[int]) -> None:
    """In 40 digits; and the solid angle by l'Huilier's theorem from the triangle's sides."""
    value = lambdify((q_1, q_2, q_3, r), by_side(claim, area), "mpmath")
    with mp.workdps(40):
        norm = mp.sqrt(sum(z**2 for z in sizes))
        found = [value(*(mp.mpf(z) for z in sizes[k:] + sizes[:k]), norm) for k in range(3)]
        expect(abs(sum(found) - 1) < mp.mpf(10) ** -35, "sum", q=sizes)
        sides = [mp.pi / 2, mp.acos(sizes[1] / norm), mp.acos(sizes[2] / norm)]
        half = sum(sides) / 2
        product = mp.tan(half / 2)
        for side in sides:
            product *= mp.tan((half - side) / 2)
        excess = 4 * mp.atan(mp.sqrt(product))
        expect(abs(excess / (mp.pi / 2) - found[0]) < mp.mpf(10) ** -17, "area", q=sizes)
