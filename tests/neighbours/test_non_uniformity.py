"""Chapter non_uniformity: conditions by sharpness and non-uniformity, and their gap."""

from __future__ import annotations

from fractions import Fraction

import flint
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from sympy import Eq, Expr, Ge, Gt, Matrix, Poly, Rational, Symbol, cancel, eye, symbols

from tests.analysis import expect_outside
from tests.inequalities import expect_implied, is_strict
from tests.quadratic.cases import (
    STABLE,
    UNSTABLE,
    Case,
    cases,
    enumerated_operator,
    equation,
    expect_assumed,
    expect_squares,
    expect_variance_factors,
    inside,
)
from tests.rationals import fractions
from tests.reading import by_side, expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero, note
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.trace_algebra import letter, trace
from theory.neighbours import non_uniformity as nu
from theory.neighbours.non_uniformity import NON_UNIFORMITY, NON_UNIFORMITY_GAP, star, swap
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import Q_KAPPA, C_ms, batch_ab, gradient2, q_v
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    kron_product,
    kron_sum,
    noise,
    second_moment_operator,
)
from theory.quadratic.thresholds import FINITE, NEVER_STABLE, compare, definiteness, identity

F = Fraction


def one_step() -> Expr:
    """M_C in Q (+) Q, Q (x) Q and V, from the batch moments."""
    return second_moment_operator(equation(Q_KAPPA, batch_ab))


def at_identity(mean: Expr, square: Expr, spread: Expr) -> Expr:
    """A linear functional of M_C(1): QI + IQ = 2Q, QIQ = Q^2, V(I) = Sigma."""
    return one_step().subs({kron_sum: 2 * mean, kron_product: square, noise: spread})


def sides(claim: Claim, lesser: Expr) -> Expr:
    """The gap, larger minus smaller side, of the one inequality whose smaller side has ``lesser``."""
    found = [x for x in relations(claim.formula) if not isinstance(x, Eq) and x.lts.has(lesser)]
    expect(len(found) == 1, f"one inequality bounds {lesser}", found=found)
    if is_strict(found[0]):
        raise Undecided(f"{found[0]}: nothing here shows that the sides differ")
    return found[0].gts - found[0].lts


def _setting(claim: Claim) -> None:
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0, so e+ = (I - C Q_B) e
    expect_items(claim, words.INDEPENDENT)  # B is independent of e
    expect_variance_factors(claim)


# ----------------------------------------------------------------------------------- NON-UNIFORMITY


@evidence(NON_UNIFORMITY, "symbolic", step="image")
def test_w_is_the_image_of_the_identity(claim: Claim) -> None:
    _setting(claim)
    derived = at_identity(nu.Q, nu.Q_squared, nu.spread)
    expect_zero(by_side(claim, nu.W) - derived, "W = M_C(1)")


@evidence(NON_UNIFORMITY, "symbolic", step="one step")
def test_one_step_from_any_error(claim: Claim) -> None:
    """E|e+|^2 = tr W X for X = E ee' = T^2; W = w_min + R^2 = w_max - R^2."""
    _setting(claim)
    E, R, T = (letter(x) for x in "ERT")
    expect(trace(E * T**2 * E) == trace(T**2 * E**2), "tr E X E = tr X E^2: E^2 has the mean W")
    expect_squares(trace(R**2 * T**2), "tr R^2 X >= 0")
    slack = Symbol("slack")  # tr R^2 X
    low = sides(claim, nu.w_min).subs(nu.e2_next, nu.w_min * nu.e2 + slack)
    high = sides(claim, nu.e2_next).subs(nu.e2_next, nu.w_max * nu.e2 - slack)
    for gap in (low, high):
        expect_zero(gap - slack, "the inequality's gap")


@evidence(NON_UNIFORMITY, "symbolic", step="radius")
def test_radius_lies_between_mean_and_largest_eigenvalue(claim: Claim) -> None:
    """Below: <I, M I>/<I, I> = tr W/d, and M is self-adjoint.

    Above: M X = +-rho X with c = |X| the operator norm, c - X = R^2, c + X = T^2, w_max - W = U^2:
    c w_max -+ M X = c U^2 + M(R^2 or T^2) >= 0, so rho c = |M X| <= c w_max.
    """
    _setting(claim)
    E, R, U, X, Y, v = (letter(name) for name in "ERUXYv")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    derived = at_identity(nu.q_mean, nu.q2_mean, nu.s_mean)
    expect_zero(by_side(claim, nu.w_mean) - derived, "tr W/d")
    c, w, slack = symbols("c w slack")  # w: W, and M(1) = W
    image, whole = Symbol("MR"), Symbol("U2")
    for sign in (1, -1):  # M(+-X) = c M(1) - M(R^2)
        rest = c * nu.w_max - (c * w - image)
        expect_zero(rest.subs(w, nu.w_max - whole) - (c * whole + image), f"c w_max - M({sign} X)")
    expect_squares(trace(c * v**2 * U**2 + v**2 * E * R**2 * E), "it is >= 0")
    low = sides(claim, nu.w_mean).subs(nu.radius, nu.w_mean + slack)
    upper = [x for x in relations(claim.formula) if not isinstance(x, Eq) and x.gts == nu.w_max]
    expect(len(upper) == 1 and upper[0].lts == nu.radius, "rho <= w_max", found=upper)
    expect(not is_strict(upper[0]), "d = 1 has equality", found=upper)
    high = (upper[0].gts - upper[0].lts).subs(nu.radius, nu.w_max - slack)
    for gap in (low, high):
        expect_zero(gap - slack, "the inequality's gap")


@evidence(NON_UNIFORMITY, "symbolic", step="direction")
def test_form_of_one_direction(claim: Claim) -> None:
    """<vv', M vv'>: QX + XQ -> 2 v'Qv, QXQ -> (v'Qv)^2, V -> E(v'Q_Y v)^2 - (v'Qv)^2; |vv'| = 1."""
    _setting(claim)
    E, X, Y = (letter(name) for name in "EXY")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    scalar = {kron_sum: 2 * q_v, kron_product: q_v**2, noise: nu.var_v}
    expect_zero(by_side(claim, nu.form_v) - one_step().subs(scalar), "the form")
    slack = Symbol("slack")
    gap = sides(claim, nu.form_v).subs(nu.radius, nu.form_v + slack)
    expect_zero(gap - slack, "a Rayleigh quotient")


@evidence(NON_UNIFORMITY, "symbolic", step="bounds")
def test_each_term_alone_is_a_lower_bound(claim: Claim) -> None:
    """Parts of the two lower bounds; what is left of each is >= 0, as kappa >= 0 and variances are."""
    _setting(claim)
    slack, square = symbols("slack rest")
    form = one_step().subs({kron_sum: 2 * q_v, kron_product: q_v**2, noise: nu.var_v}) + slack
    sharp = sides(claim, l_max).subs(nu.radius, form).subs(q_v, l_max)  # v the top eigenvector
    expect_zero(sharp - (slack + C**2 * kappa * nu.var_v), "the variance is left")
    uneven = sides(claim, nu.var_v).subs(nu.radius, form)
    expect_zero(uneven - (slack + (1 - C * q_v) ** 2), "a square is left")
    Q_ = letter("Q")
    expect_squares(trace(Q_**2), "tr Y^2 >= 0 for Y = 1 - C Q, so the rest below is")
    mean = at_identity(nu.q_mean, nu.q2_mean, nu.s_mean) + slack
    rest = 1 - 2 * C * nu.q_mean + C**2 * nu.q2_mean  # tr (1 - C Q)^2/d
    spread = sides(claim, nu.s_mean).subs(nu.radius, mean)
    expect_zero(spread.subs(nu.q2_mean, (square - 1 + 2 * C * nu.q_mean) / C**2) - (slack + square),
                "tr (1 - C Q)^2/d is left")  # fmt: skip
    expect_zero(rest.subs(nu.q2_mean, (square - 1 + 2 * C * nu.q_mean) / C**2) - square, "rest")


def _ends(claim: Claim, case: Case, step: Fraction) -> None:
    """Every part at one problem: W and rho(M_C) from the operator by enumeration, by definiteness."""
    if not inside(claim, case):
        return
    size, moved = case.problem.dimension, enumerated_operator(case, step)
    unit = fmpq_mat(size**2, 1, identity(size).entries())
    image = fmpq_mat(size, size, (moved * unit).entries())
    mean = case.problem.mean
    spread = fmpq_mat(size, size, (case.problem.operators[2] * unit).entries())
    number = {kappa: case.kappa, C: step}
    claimed = by_side(claim, nu.W)
    total = identity(size) * 0
    meaning = {nu.Q: mean, nu.Q_squared: mean * mean, nu.spread: spread}
    said = Poly(claimed.subs(number), *meaning)
    for symbol, matrix in ((1, identity(size)), *meaning.items()):
        weight = said.coeff_monomial(symbol)
        total = total + matrix * fmpq(int(weight.p), int(weight.q))
    expect(total == image, "W by enumeration", case=case, C=step)
    high, low = _eigenvalues(image)
    rho = max(abs(x) for x in _eigenvalues(moved))
    trace_ = sum((image[i, i] for i in range(size)), fmpq(0)) / size
    expect(not flint.arb(trace_) > rho, "tr W/d <= rho", case=case, C=step)
    expect(not rho > high, "rho <= w_max", case=case, C=step)
    expect(not low > flint.arb(trace_), "w_min <= tr W/d", case=case, C=step)


def _eigenvalues(symmetric: fmpq_mat) -> tuple[flint.arb, flint.arb]:
    """The largest and the least eigenvalue, enclosed."""
    roots = [root.real for root, _ in symmetric.charpoly().numer().complex_roots()]
    high = low = roots[0]
    for root in roots[1:]:
        high, low = high.max(root), low.min(root)
    return high, low


@evidence(NON_UNIFORMITY, "ball", step=("image", "radius"))
def test_bounds_on_kept_problems(claim: Claim) -> None:
    for case in (*STABLE.values(), *(x for x, _ in UNSTABLE.values())):
        for step in (F(1, 3), F(1), F(-1, 2)):
            _ends(claim, case, step)


@evidence(NON_UNIFORMITY, "property", step=("image", "radius"))
@settings(max_examples=25, deadline=None)
@given(case=cases(max_dimension=2), step=fractions(min_value=-1, max_value=2, max_denominator=9))
def test_bounds_on_random_problems(claim: Claim, case: Case, step: Fraction) -> None:
    _ends(claim, case, step)


@evidence(NON_UNIFORMITY, "witness", needs="shared minimiser", step="one step")
def test_noise_at_the_minimiser_adds_to_every_step(claim: Claim) -> None:
    """Q = 1 twice, g = +-1, k = 1, C = 1: W = 0, and yet E|e+|^2 = 1 from e = 0."""
    case = Case([[[1]], [[1]]])
    expect(not inside(claim, case, {gradient2: 1}), "the region admits it")
    at = {C: 1, kappa: 1, nu.Q: 1, nu.Q_squared: 1, nu.spread: 0}
    expect(by_side(claim, nu.W).subs(at) == 0, "W = 0")
    expect(
        sides(claim, nu.e2_next).subs({nu.e2: 0, nu.e2_next: 1, nu.w_max: 0}) < 0, "E|e+|^2 <= 0"
    )


@evidence(NON_UNIFORMITY, "witness", needs="independent batches", step="one step")
def test_a_batch_that_looks_at_the_error_obeys_no_w(claim: Claim) -> None:
    """Q = 1, 3, one index kept for ever, C = 7/10: the half with index 2 grows by 121/100 a step.

    W = 13/20: after two steps E|e|^2 would be at most (13/20)^2 < 1/2, and it is more than 7/10.
    """
    at = {C: Rational(7, 10), kappa: 1, nu.Q: 2, nu.Q_squared: 4, nu.spread: 1}
    claimed = by_side(claim, nu.W).subs(at)
    expect(claimed == Rational(13, 20), "W", W=claimed)
    kept = (F(3, 10) ** 4 + F(11, 10) ** 4) / 2
    expect(kept > F(7, 10) > F(13, 20) ** 2, "E|e|^2 after two steps", found=kept)
    expect_items(claim, words.INDEPENDENT)


@evidence(NON_UNIFORMITY, "witness", needs="batch size", step="radius")
def test_another_variance_factor_has_another_radius(claim: Claim) -> None:
    """Q = 1, 3, k = 2 with replacement, C = 1: rho = 3/2; at kappa = 1/4 it would be 5/4."""
    case = Case([[[1]], [[3]]], 2, "replacement")
    rho = enumerated_operator(case, F(1))[0, 0]
    at = {C: 1, nu.q_mean: 2, nu.q2_mean: 4, nu.s_mean: 1}
    found = by_side(claim, nu.w_mean).subs(at)
    expect(rho == fmpq(3, 2) and found.subs(kappa, Rational(case.kappa)) == Rational(3, 2), "rho")
    other = Rational(1, 4)
    expect(found.subs(kappa, other) == Rational(5, 4), "at another kappa")
    expect(not inside(claim, case, {kappa: other}), "the region admits it")


# ------------------------------------------------------------------------------- NON-UNIFORMITY-GAP

ROOT = Symbol("r", positive=True)  # sqrt(m)


def _deviation(x: Expr) -> Matrix:
    """E over the sign of D X D for D = +-swap_1, X = diag(x, y, y): indices 0, j and any other one."""
    y = Symbol("y")
    X, D = Matrix.diag(x, y, y), swap(1, 3)
    return (D * X * D + (-D) * X * (-D)) / 2


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="threshold")
def test_a_positive_eigenmatrix_of_the_star(claim: Claim) -> None:
    """X = r e_0 e_0' + sum_j e_j e_j', r^2 = m, is positive definite, and V X = l^2 X/r for Q = l I.

    D_j touches the entries 00 and jj alone, so over j = 1..m the mean of D X D has y at 00 and x/m at jj.
    M X = theta X with X > 0: M^p lies between multiples of theta^p, so rho(M) = theta.
    """
    _setting(claim)
    expect_assumed(claim, Eq(N, 2 * nu.m))
    for needed in (Ge(nu.m, 1), Gt(nu.l, 0)):
        expect_implied(needed, claim.region)
    x, y = symbols("x y")
    image = _deviation(x)
    expect(image == Matrix.diag(y, x, 0), "D X D", found=image)
    expect(sum(star(3), Matrix.zeros(4)) == 6 * eye(4), "the mean is I")
    at_00, at_jj = image[0, 0], image[1, 1] / ROOT**2  # m times the same; one j of m
    eigen = {x: ROOT, y: 1}
    theta = 1 / ROOT
    expect_zero(at_00.subs(eigen) - theta * ROOT, "entry 00")
    expect_zero(at_jj.subs(eigen) - theta * 1, "entry jj")
    scalar = {kron_sum: 2 * nu.l, kron_product: nu.l**2, noise: nu.l**2 * theta}
    multiplier = one_step().subs(scalar)
    claimed = by_side(claim, C_ms).subs(nu.m, ROOT**2)
    _decided_by_root(multiplier, claimed, "theta")


def _decided_by_root(multiplier: Expr, root: Expr, what: str) -> None:
    """multiplier - 1 = C w (C - root) with w > 0: below 1 exactly for 0 < C < root."""
    weight = Poly(multiplier, C).coeff_monomial(C**2)
    expect_zero(multiplier - 1 - C * weight * (C - root), f"{what} = 1 at C = {root}")
    top, bottom = cancel(weight).as_numer_denom()
    gens = sorted(weight.free_symbols, key=str)
    expect(all(x > 0 for x in Poly(top * bottom, *gens).coeffs()), f"{what}: {weight} > 0")


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="conditions")
def test_where_the_conditions_end_on_the_star(claim: Claim) -> None:
    """Sigma = E D^2 = diag(1, 1/m, ..): largest eigenvalue l^2 as m >= 1, mean 2 l^2/(m + 1)."""
    _setting(claim)
    expect_implied(Ge(nu.m, 1), claim.region)
    square = swap(1, 3) ** 2
    expect(square == Matrix.diag(1, 1, 0), "D^2", found=square)
    ends = [square[0, 0], square[1, 1] / nu.m]  # m times the same; one j of m
    largest, mean = ends[0], (ends[0] + nu.m * ends[1]) / (nu.m + 1)
    expect_zero(cancel(ends[0] - ends[1]) - (nu.m - 1) / nu.m, "l^2 is the larger")
    values = {nu.Q: nu.l, nu.Q_squared: nu.l**2}
    top = by_side(NON_UNIFORMITY, nu.W).subs({**values, nu.spread: nu.l**2 * largest})
    _decided_by_root(top, by_side(claim, nu.C_low), "w_max")
    average = {nu.q_mean: nu.l, nu.q2_mean: nu.l**2, nu.s_mean: nu.l**2 * mean}
    _decided_by_root(
        by_side(NON_UNIFORMITY, nu.w_mean).subs(average), by_side(claim, nu.C_high), "mean"
    )


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="order")
def test_order_of_threshold_and_conditions(claim: Claim) -> None:
    """With m = r^2, r = 1 + y: numerators of the gaps have no negative coefficient."""
    expect_only(claim, C_ms, nu.C_low, nu.C_high, nu.level, inequalities=3)
    expect_variance_factors(claim)  # kappa >= 0, as N >= k
    for needed in (Ge(nu.m, 1), Gt(nu.l, 0)):
        expect_implied(needed, claim.region)
    values = {x: by_side(claim, x) for x in (C_ms, nu.C_low, nu.C_high)}
    y = Symbol("y")
    for part in (x for x in relations(claim.formula) if not isinstance(x, Eq)):
        gap = (part.gts - part.lts).subs(values).subs(nu.m, ROOT**2).subs(ROOT, 1 + y)
        top, bottom = (Poly(x, y, kappa, nu.l) for x in cancel(gap).as_numer_denom())
        sign = 1 if bottom.LC() > 0 else -1
        expect(all(sign * x > 0 for x in bottom.coeffs()), f"{part}: the denominator {bottom}")
        expect(any(x[:2] == (0, 0) for x in bottom.monoms()), f"{bottom} is not 0 at y = kappa = 0")
        expect(all(sign * x >= 0 for x in top.coeffs()), f"{part}: the numerator {top}")
        expect(
            not is_strict(part) or any(x[:2] == (0, 0) for x in top.monoms()), f"{part}: equality"
        )


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="level")
def test_non_uniformity_at_the_threshold(claim: Claim) -> None:
    """The largest eigenvalue of Sigma is l^2 (conditions)."""
    _setting(claim)
    top = nu.l**2 * (swap(1, 3) ** 2)[0, 0]
    claimed = by_side(claim, nu.level)
    expect_zero(
        (claimed - by_side(claim, C_ms) ** 2 * kappa * top).subs(nu.m, ROOT**2), "the level"
    )
    past = cancel((claimed - 1).subs({kappa: 1, nu.m: ROOT**2}).subs(ROOT, 1 + Symbol("y")))
    top_, bottom = past.as_numer_denom()
    expect(
        all(x > 0 for x in Poly(top_ * bottom, Symbol("y")).coeffs()), "above 1 at kappa = 1, m > 1"
    )


def _star(spokes: int, batch_size: int, scheme: str = "uniform", scale: int = 1) -> Case:
    return Case([[[scale * F(int(x)) for x in row] for row in Q.tolist()] for Q in star(spokes)],
                batch_size, scheme)  # fmt: skip


@evidence(NON_UNIFORMITY_GAP, "ball", step=("threshold", "conditions"))
def test_star_by_the_exact_threshold(claim: Claim) -> None:
    """m = 1, 2, 3 against definiteness of 1 - M_C; at m = 1 all three are one number, exactly."""
    margin = F(1, 10**9)
    for spokes, size, scheme in ((1, 1, "uniform"), (1, 2, "replacement"), (2, 1, "uniform"),
                                 (2, 3, "uniform"), (3, 1, "uniform"), (3, 4, "replacement")):  # fmt: skip
        case = _star(spokes, size, scheme)
        at = {nu.m: spokes, nu.l: 1, kappa: Rational(case.kappa)}
        claimed = by_side(claim, C_ms).subs(at)
        for sign, near in ((1, 1 - margin), (-1, 1 + margin)):
            step = claimed * Rational(near)
            close = F(int((step * 2**60).round()), 2**60)
            expect(compare(case.problem, case.kappa, close) == sign, "C_ms", m=spokes, k=size)
        if spokes == 1:
            ends = {by_side(claim, x).subs(at) for x in (C_ms, nu.C_low, nu.C_high)}
            expect(len(ends) == 1, "m = 1: no gap", ends=ends)
        note(f"m = {spokes}, k = {size}, {scheme}: C_ms = {float(claimed):.9f}")


@evidence(NON_UNIFORMITY_GAP, "witness", step="level")
def test_stable_with_more_non_uniformity_than_the_bound_allows(claim: Claim) -> None:
    """m = 2, k = 1, C = 11/10: C^2 kappa |Sigma| = 121/100 > 1, and 1 - M_C is positive definite."""
    case, step = _star(2, 1), F(11, 10)
    gap = identity(9) - enumerated_operator(case, step)
    expect(definiteness(gap) == 1, "the second moment contracts")
    expect(case.kappa == 1 and step**2 * case.kappa > 1, "past the bound")
    expect(all(definiteness(x) >= 0 for x in case.problem.matrices), "no component is indefinite")
    expect(by_side(claim, nu.level).subs({nu.m: 2, kappa: 1}) > 1, "the level at the threshold")


@evidence(NON_UNIFORMITY_GAP, "witness", needs="positive curvature", step="threshold")
def test_turned_upside_down_the_star_has_no_threshold(claim: Claim) -> None:
    case = _star(2, 1, scale=-1)
    expect(case.threshold.kind == NEVER_STABLE, "no C > 0 is stable")
    expect(_star(2, 1).threshold.kind == FINITE, "as it is for l = 1")
    claimed = by_side(claim, C_ms).subs({nu.m: 2, kappa: 1, nu.l: -1})
    expect(claimed < 0, "the formula is below 0", claimed=claimed)
    expect_outside(claim, {gradient2: 0, N: 4, k: 1, kappa: 1, nu.m: 2, nu.l: -1}, "C_ms < 0")
