"""Evidence: SELECT-ANGLE, SELECT-AREA."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Ge,
    Gt,
    Poly,
    Rational,
    Symbol,
    atan,
    diff,
    exp,
    fraction,
    limit,
    log,
    oo,
    pi,
    solve,
    sqrt,
    together,
)

from tests.analysis import expect_quotient, upper_bound_on
from tests.forms import cancel
from tests.inequalities import end_of, expect_implied, is_strict
from tests.minibatch.selection_n_tools import equation_of
from tests.minibatch.test_selection import E, in_ratio
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.selection import SELECT, SELECT_EQUAL, p_equal, p_win, y
from theory.minibatch.selection_n import (
    SELECT_ANGLE,
    SELECT_AREA,
    SELECT_N,
    area,
    chance,
    generated,
    generator_in_r,
    generator_on_angle,
    operator_of,
    q_1,
    q_2,
    q_3,
    r,
    rest,
    share,
)
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.minibatch.sparse_time import BAND_ABOVE, SPARSE_TIME, mean_psi
from theory.notation import a, delta, delta_next, p, q_i, rho

POINT = Symbol("_pi")  # pi as a transcendental: an indeterminate over QQ


# SELECT-ANGLE


@evidence(SELECT_ANGLE, "certificate", step="superharmonic")
def test_angle_is_superharmonic(claim: Claim) -> None:
    """L of the claimed bound is what the claim says it is, and that is <= 0 as V <= 1.

    The last is of degree 0 in (q_i, R), so 0 < q_i, R <= 1 is no restriction.
    """
    bound = upper_bound_on(claim, chance)
    value = claim.says(generated)
    expect_zero((generator_on_angle(bound) - value).subs(pi, POINT), "L f")
    scale = Symbol("_c")
    gap = difference(claim.conjunct(without=[chance, generated]))
    expect_zero((gap.subs({q_i: scale * q_i, rest: scale * rest}) - gap).subs(pi, POINT), "degree")
    expect_zero((gap + value).subs(pi, POINT), "it is the sign of L f")
    for condition in (Gt(q_i, 0), Gt(rest, 0)):
        expect_implied(condition, claim.region)
    expect_items(claim, words.ORTHONORMAL, words.SMALL_STEPS)
    expect(implied(Eq(rho, 0), claim.region) and implied(Eq(delta, 0), claim.region), "the sphere")
    top = end_of(claim.condition("share"), share)
    box = {share: (0, top), q_i: (0, 1), rest: (0, 1)}
    expect_quotient(Ge(pi * gap, 0), box, positive=[q_i**2 + rest**2])


@evidence(SELECT_ANGLE, "symbolic", step="superharmonic")
def test_equality_for_two_live_coordinates(claim: Claim) -> None:
    """V = 1: L f = 0 and the bound is SELECT's own value, so neither inequality is strict."""
    bound = upper_bound_on(claim, chance)
    expect(SELECT.says(p_win).subs(exp(y), q_i / rest) == bound, f"SELECT against {bound}")
    expect_zero(claim.says(generated).subs(share, 1).subs(pi, POINT), "L f at V = 1")
    for relation in relations(claim.formula):
        expect(not is_strict(relation), f"{relation} is an equality at V = 1")


@evidence(SELECT_ANGLE, "symbolic", step="limits")
def test_angle_at_the_data_points(claim: Claim) -> None:
    """SGD-SPARSE: some point wins; there q_i/R tends to oo or to 0 and the bound to 1 or 0."""
    bound = upper_bound_on(claim, chance)
    ratio = Symbol("_ratio", positive=True)
    seen = bound.subs(q_i, ratio * rest)
    expect(seen.free_symbols == {ratio}, f"{bound} is no function of q_i/R")
    expect(SGD_SPARSE.says(p_sparse) == 1, "some point wins")
    expect(limit(seen, ratio, 0) == 0, "x_i has lost")
    expect(limit(seen, ratio, oo) == SGD_SPARSE.says(p_sparse), "x_i has won")


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
    bound = SPARSE_TIME.conjunct(mean_psi, kind="inequality")  # fmt: skip
    loss = cancel(1 - solve(difference(bound), mean_psi)[0])
    expect_zero(1 / loss - 6 / (p * a**2), "sum of the geometric series")
    expect(limit(a**3 / loss, a, 0) == 0, "the errors vanish with a")
    sides = {difference(x) for x in relations(BAND_ABOVE.formula)}
    expect(sides == {delta_next, a / 4 - delta_next}, "delta = O(a)")
    expect(not claim.formula.has(a, delta), "the claim is about the limit a -> 0")


# SELECT-AREA


@evidence(SELECT_AREA, "symbolic", step="generator")
def test_generator_of_the_area(claim: Claim) -> None:
    """L f_1 against the claim modulo r^2 = q_1^2 + q_2^2 + q_3^2, and SELECT-N's 0 it is not."""
    for size in (q_1, q_2, q_3, r):
        expect_implied(Gt(size, 0), claim.region)
    operator = operator_of(equation_of(SELECT_N))
    sides = (generator_in_r(claim.says(area), operator), claim.says(generated))
    (top, bottom), (claimed, below) = (fraction(together(x.subs(pi, POINT))) for x in sides)
    gap = Poly(top, r, q_1, q_2, q_3, POINT) * Poly(below, r, q_1, q_2, q_3, POINT)
    gap -= Poly(claimed, r, q_1, q_2, q_3, POINT) * Poly(bottom, r, q_1, q_2, q_3, POINT)
    norm = Poly(r**2 - q_1**2 - q_2**2 - q_3**2, r, q_1, q_2, q_3, POINT)
    expect_zero(gap.rem(norm).as_expr(), "L f_1")
    at = {q_1: 2, q_2: 1, q_3: 2, r: 3}
    expect(bottom.subs(at) != 0, "denominator")
    expect(
        claim.says(generated).subs(at) != 0,
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
    factor, t = tangent(claim.says(area))
    law_factor, law_t = tangent(SELECT.says(p_win))
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
    value = claim.says(area).subs({q_1: 1, q_2: 1, q_3: 1, r: sqrt(3)})
    factor, t = tangent(value)
    twelfth = cancel(SELECT_EQUAL.says(p_equal).subs(Symbol("k", integer=True), 3) / factor)
    expect(twelfth == Rational(1, 12), f"atan must be pi times {twelfth}")
    # tan(2 x) = 1/sqrt(3) for x = pi/12
    expect_zero((2 * t / (1 - t**2)) ** 2 - Rational(1, 3), "tan(pi/6)^2")
    expect(0 < float(t) < 1, "the branch")
