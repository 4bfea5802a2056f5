"""Chapter nonorthogonal_law: noise floor and crossover law of SGD on two acute points."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import cumulative_simpson, quad
from sympy import (
    Expr,
    Ge,
    Gt,
    Integer,
    Matrix,
    Rational,
    Symbol,
    besselk,
    cancel,
    cos,
    cosh,
    diff,
    exp,
    expand,
    expand_log,
    lambdify,
    limit,
    log,
    pi,
    sin,
    sinh,
    solve,
    sqrt,
    tanh,
)

from sim.problems.nonorthogonal import simulate_gram
from tests.analysis import expect_outside
from tests.inequalities import expect_implied, restricted
from tests.instances import ENTRIES, Instance, Vector, dot, evaluate, exact, reflected
from tests.minibatch.test_selection import generator, in_ratio
from tests.minibatch.test_selection import y as log_ratio
from tests.reading import bound_on, by_side, expect_only
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_zero,
    rng,
    seed,
)
from theorem_audit.checks.statistics import expect_distribution, expect_mean
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.nonorthogonal import NONORTH_PCA, NONORTH_STEP, U, mu_pair
from theory.assumptions.nonorthogonal_law import (
    NONORTH_ANGLE,
    NONORTH_CROSSOVER,
    NONORTH_FLOOR,
    NONORTH_LYAPUNOV,
    C,
    X,
    across,
    along,
    c,
    density,
    density_y,
    drift,
    floor,
    kappa,
    kappa_mode,
    m,
    mean_m,
    mean_m2,
    sine_mode,
    spread,
    square,
    tangent,
    turn_error2,
    u,
    y,
)
from theory.minibatch.sparse_time import BAND_ABOVE
from theory.model.autoencoder import GRAD, HESS
from theory.notation import (
    S,
    a,
    active,
    b,
    delta,
    delta_next,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    v_v,
    w,
    w_v,
    x,
    x_v,
)
from theory.quadratic import second_moment as batch
from theory.quadratic.mean_square import Q_KAPPA, kappa_uniform
from theory.quadratic.paths import Q_STATIONARY, Gamma, Sigma_inf

COS, SIN = Symbol("cos_psi", real=True), Symbol("sin_psi", real=True)
XI = Symbol("xi", real=True)  # delta = a xi

# NONORTH-ANGLE


@evidence(NONORTH_ANGLE, "symbolic", step="turn")
def test_turn_from_the_step(claim: Claim) -> None:
    """In the frame (x_i, x_i^perp): w = (q, p), q = r cos psi, p = -r sin psi; U = q, S = q^2.

    tan of the angle from w to w+ is (q p+ - p q+)/(q q+ + p p+); <w, w>=r2, turning towards x_i > 0.
    """
    expect_only(claim, tangent, mean_m, mean_m2, inequalities=1)  # on the turn's error
    size = {q_j: COS, perp: -SIN, U: COS, S: r2 * COS**2}  # w/r; the step is odd and linear in it
    after = [by_side(NONORTH_STEP, symbol).subs(size) for symbol in (q_j_next, perp_next)]
    cross = size[q_j] * after[1] - size[perp] * after[0]
    inner = size[q_j] * after[0] + size[perp] * after[1]
    claimed = by_side(claim, tangent).subs({C: COS**2, m: SIN * COS, delta: r2 - 1})
    expect_zero(_on_circle(claimed * inner - cross), "tangent of the turn")


def _on_circle(expr: Expr) -> Expr:
    """sin^2 = 1 - cos^2 by the rational parametrisation of the circle."""
    T = Symbol("T", real=True)
    return cancel(expr.subs({COS: (1 - T**2) / (1 + T**2), SIN: 2 * T / (1 + T**2)}))


def _box(claim: Claim) -> dict[Symbol, tuple[Expr, Expr]]:
    """(a, xi, C) with delta = a xi, read from the claim's region; 0 <= xi <= 1/4."""
    band = box_of(restricted(claim.region, (a, delta)), (a, delta))
    low, high = (cancel(end / a) for end in band[delta])
    expect(low.is_Rational and high.is_Rational, f"the band {band[delta]} is not a multiple of a")
    return {a: band[a], XI: (low, high), C: box_of(restricted(claim.region, (C,)), (C,))[C]}


@evidence(NONORTH_ANGLE, "certificate", step="error")
def test_turn_to_third_order(claim: Claim) -> None:
    """|tan - a (1-delta) m| <= a^3/3 and tan^2 <= a^2/3, so |arctan x - x| <= |x|^3/3 <= a^3/15.

    (x/3)^2 is compared through squares: (1/3)^3/9 = 1/243 <= (1/15)^2; 1/3 + 1/15 = 2/5.
    """
    box = _box(claim)
    value = by_side(claim, tangent).subs(delta, a * XI)
    top, bottom = cancel(value).as_numer_denom()
    if bottom.subs({a: 0}) < 0:
        top, bottom = -top, -bottom
    expect_nonnegative((bottom - Rational(1, 2)).expand() + 0 * C, box, "denominator > 0")
    linear = a * (1 - a * XI) * m
    missed = cancel((top - linear * bottom) / (a**3 * m))
    expect(not missed.has(m), f"{value} is not a multiple of m")
    shared = C * (1 - C)  # m^2
    expect_nonnegative((bottom**2 / 9 - missed**2 * shared).expand(), box, "a^3/3")
    square_ = cancel(top / (a * m)) ** 2 * shared
    expect_nonnegative((bottom**2 / 3 - square_).expand(), box, "tan^2")
    expect(Rational(1, 3) ** 3 / 9 <= Rational(1, 15) ** 2, "cube")
    total = (Rational(1, 3) + Rational(1, 15)) ** 2
    bound = bound_on(claim, turn_error2)
    room = cancel((difference(bound) + turn_error2) / a**6)
    expect(room.is_Rational and room >= total, f"{bound}: {total} a^6 is what is proved")


@evidence(NONORTH_ANGLE, "symbolic", step="means")
def test_means_over_the_two_points(claim: Claim) -> None:
    """x_1, x_2 at -+h from the bisector, cos 2h = c; w at phi; psi = -+h - phi."""
    h, phi = Symbol("h", real=True), Symbol("phi", real=True)
    first = [sin(2 * (side * h - phi)) / 2 for side in (-1, 1)]
    one, two = sum(first) / 2, sum(z**2 for z in first) / 2
    K, L = Symbol("K", real=True), Symbol("L", real=True)  # tan(h/2), tan(phi/2)
    for symbol, value in ((mean_m, one), (mean_m2, two)):
        claimed = by_side(claim, symbol).subs({c: cos(2 * h), X: sin(2 * phi)})
        gap = (claimed - value).expand(trig=True)
        expect_zero(_rational_angles(gap, {h: K, phi: L}), f"{symbol}")


def _rational_angles(expr: Expr, tangents: dict[Symbol, Symbol]) -> Expr:
    """A polynomial in sin and cos of the symbols and their doubles, in the tangents of halves."""
    table: dict[Expr, Expr] = {}
    for angle, half in tangents.items():
        sine, cosine = 2 * half / (1 + half**2), (1 - half**2) / (1 + half**2)
        table |= {sin(angle): sine, cos(angle): cosine}
        table |= {sin(2 * angle): 2 * sine * cosine, cos(2 * angle): cosine**2 - sine**2}
    return cancel(expr.xreplace(table))


@st.composite
def planar(draw: st.DrawFn) -> Instance:
    """Two rational unit points of the plane and a start on any radius."""
    vector = st.lists(ENTRIES, min_size=2, max_size=2)
    data: list[Vector] = [reflected(1, [draw(vector), draw(vector)])[0] for _ in range(2)]
    step = draw(
        st.fractions(min_value=Fraction(1, 50), max_value=Fraction(1, 4), max_denominator=50)
    )
    return Instance(data, draw(vector), (draw(st.integers(0, 1)),), step, "linear")


@evidence(NONORTH_ANGLE, "property", step="turn")
@given(at=planar())
def test_turn_of_exact_steps(claim: Claim, at: Instance) -> None:
    """Cross and inner product of w and w+ by the chain rule."""
    assume(at.r2 > 0)
    old, new, point = at.weight, at.step().weight, at.data[at.batch[0]]
    cross, inner = old[0] * new[1] - old[1] * new[0], dot(old, new)
    assume(inner != 0)
    inside = old[0] * point[1] - old[1] * point[0]
    values = {a: at.a, delta: at.r2 - 1, C: dot(old, point) ** 2 / at.r2,
              m: inside * dot(old, point) / at.r2}  # fmt: skip
    expect(evaluate(by_side(claim, tangent), values) == cross / inner, "turn", instance=at)


@evidence(NONORTH_ANGLE, "witness", step="means", needs="in the plane")
def test_means_change_off_the_plane(claim: Claim) -> None:
    """w = (3/5, 0, 4/5), x = (4/5, +-3/5, 0): above the bisector.  The turn is as claimed, with
    m^2 = C (1 - C), towards the point drawn; both means are not: m > 0 for both, though phi = 0."""
    data = [[Fraction(4, 5), side * Fraction(3, 5), Fraction(0)] for side in (1, -1)]
    weight = [Fraction(3, 5), Fraction(0), Fraction(4, 5)]
    squares = []
    for i in (0, 1):
        at = Instance(data, weight, (i,), Fraction(1, 5), "linear")
        after, share = at.step(), at.q[i] ** 2 / at.r2
        inner = dot(weight, after.weight)
        turned = Fraction(at.r2 * after.r2 - inner**2, inner**2)
        claimed = by_side(claim, tangent).subs(
            {a: exact(at.a), delta: exact(at.r2 - 1), C: exact(share)}
        )
        squares.append(exact(share * (1 - share)))
        expect((claimed**2).subs(m**2, squares[i]) == exact(turned), "turn", sample=i)
        expect(after.q[i] ** 2 * at.r2 > at.q[i] ** 2 * after.r2, "not towards x_i", sample=i)
    cosine, mean2 = exact(dot(*data)), sum(squares) / 2
    values = {c: cosine, X: 0}  # the projection of w is on the bisector
    expect(min(squares) > 0 and by_side(claim, mean_m).subs(values) == 0, "E_m holds off the plane")
    expect(by_side(claim, mean_m2).subs(values) != mean2, "E_m^2 holds off the plane")


# NONORTH-LYAPUNOV


AL = Symbol("alpha", real=True)  # cos h; c = 2 alpha^2 - 1
BE = Symbol("beta", real=True)  # sin h
BISECTED = {c: 2 * AL**2 - 1}


def _reduced(expr: Expr) -> Expr:
    """Modulo beta^2 = 1 - alpha^2, as A + B beta."""
    value = expand(expr)
    even = (value + value.subs(BE, -BE)) / 2
    odd = expand((value - value.subs(BE, -BE)) / 2)
    root = sqrt(1 - AL**2)
    return expand(even.subs(BE, root)) + BE * expand(cancel(odd / BE).subs(BE, root))


def linearisation() -> tuple[list[Matrix], list[Matrix]]:
    """Hessians and gradients of the two losses at w* = e_1, x = (alpha, +-beta), by HESS and GRAD."""
    hessians, gradients = [], []
    form, slope = HESS.formula.rhs.subs({active: 1, r2: 1}), GRAD.formula.rhs
    for side in (1, -1):
        point = (AL, side * BE)

        def value(v: tuple[int, int], point: tuple[Expr, Expr] = point) -> Expr:
            inner = {x_v: point[0] * v[0] + point[1] * v[1], w_v: v[0], v_v: v[0] ** 2 + v[1] ** 2}
            return form.subs({**inner, q_i: point[0]}, simultaneous=True)

        one, two, both = value((1, 0)), value((0, 1)), value((1, 1))
        mixed = (both - one - two) / 2
        hessians.append(Matrix([[one, mixed], [mixed, two]]).applyfunc(_reduced))
        entries = [
            slope.subs({active: 1, r2: 1, q_i: AL, x: point[row], w: 1 - row}) for row in (0, 1)
        ]
        gradients.append(Matrix(entries).applyfunc(_reduced))
    return hessians, gradients


@evidence(NONORTH_LYAPUNOV, "symbolic", step="linearise")
def test_the_bisector_is_the_minimum(claim: Claim) -> None:
    """Gradients of mean zero; the mean Hessian is diagonal, positive for 0 < c < 1; see NONORTH-PCA."""
    expect_only(claim, across, along, floor)
    hessians, gradients = linearisation()
    for row in (0, 1):
        expect_zero(gradients[0][row] + gradients[1][row], "mean gradient")
    mean = (hessians[0] + hessians[1]) / 2
    expect_zero(_reduced(mean[0, 1]), "mixed entry")
    expect_zero(_reduced(mean[0, 0] - 4 * by_side(NONORTH_PCA, mu_pair).subs(BISECTED)), "4 mu")
    expect_zero(_reduced(mean[1, 1] - c.subs(BISECTED)), "curvature across")
    for condition in (Gt(c, 0), Gt(1 - c, 0)):
        expect_implied(condition, claim.region)


def moment(value: Matrix) -> Matrix:
    """E[H X H] for one uniform sample."""
    hessians, _ = linearisation()
    return ((hessians[0] * value * hessians[0] + hessians[1] * value * hessians[1]) / 2).applyfunc(
        _reduced
    )


@evidence(NONORTH_LYAPUNOV, "symbolic", step="stationary")
def test_covariance_solves_the_linear_equation(claim: Claim) -> None:
    """Q-STATIONARY with N = 2, k = 1: (H (+) H - a E[H (x) H]) Sigma = a Gamma, entry by entry.

    The solution is unique where the recursion is stable. On diag(X, Y) and on the off-diagonal the
    second-moment operator acts apart; it is I - M with M's entries below.
    """
    share = by_side(Q_KAPPA, kappa_uniform).subs({batch.N: 2, batch.k: 1})
    limit_ = by_side(Q_STATIONARY, Sigma_inf)
    pencil = batch.kron_sum - batch.C * (batch.kron_product + batch.kappa * batch.noise)
    expect_zero(limit_ * pencil - batch.C * batch.kappa * Gamma, "Q-STATIONARY's equation")
    expect_zero(share - 1, "kappa = 1, so QXQ + kappa V(X) is the mean of Q_i X Q_i")
    hessians, gradients = linearisation()
    mean = ((hessians[0] + hessians[1]) / 2).applyfunc(_reduced)
    claimed = {z: by_side(claim, z).subs(BISECTED) for z in (along, across)}
    sigma = Matrix([[claimed[along], 0], [0, claimed[across]]])
    gamma = ((gradients[0] * gradients[0].T + gradients[1] * gradients[1].T) / 2).applyfunc(
        _reduced
    )
    first, second = Symbol("P", real=True), Symbol("Y", real=True)
    image = moment(Matrix([[first, 0], [0, second]]))
    residual = mean * sigma + sigma * mean - a * share * gamma
    for row, column in ((0, 0), (0, 1), (1, 1)):
        entry = image[row, column].subs({first: claimed[along], second: claimed[across]})
        expect_zero(cancel(residual[row, column] - a * entry), f"entry ({row}, {column})")


@evidence(NONORTH_LYAPUNOV, "symbolic", step="stable")
def test_region_is_that_of_mean_square_stability(claim: Claim) -> None:
    """M = [[(1 - aA)^2, a^2 B], [a^2 B, (1 - ac)^2]] >= 0 has spectral radius < 1 exactly when I - M
    has a positive diagonal and determinant; the second diagonal entry follows from the others."""
    first, second = Symbol("P", real=True), Symbol("Y", real=True)
    hessians, _ = linearisation()
    mean = ((hessians[0] + hessians[1]) / 2).applyfunc(_reduced)
    value = Matrix([[first, 0], [0, second]])
    drop = mean * value + value * mean - a * moment(value)  # (I - M) X / a
    rows = [[expand(drop[i, i]).coeff(z) for z in (first, second)] for i in (0, 1)]
    for i in (0, 1):
        expect_zero(_reduced(rows[i][1 - i] + a * AL**2 * (1 - AL**2)), "off-diagonal of M")
    determinant = _reduced(rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0])
    # rows[0][0] = A (2 - a A), A > 0
    lead = cancel(rows[0][0] / (4 * AL**2))
    wanted = {_key(determinant), _key(lead), _key(a)}
    found = {_key(difference(z).subs(BISECTED)) for z in relations(claim.region) if z.has(a)}
    strict = all(isinstance(z, Gt) or not isinstance(z, Ge) for z in relations(claim.region))
    expect(strict and found == wanted, f"stable where {wanted} > 0; the region has {found}")


def _key(expr: Expr) -> Expr:
    return expand(_reduced(expand(expr)))


@evidence(NONORTH_LYAPUNOV, "symbolic", step="leading")
def test_leading_order_of_the_covariance(claim: Claim) -> None:
    expect_zero(diff(by_side(claim, across), a).subs(a, 0) - by_side(claim, floor), "Sigma/a at 0")
    expect_zero(by_side(claim, across).subs(a, 0), "at a = 0")


# NONORTH-FLOOR


@evidence(NONORTH_FLOOR, "certificate", step="cone")
@evidence(NONORTH_CROSSOVER, "certificate", step="generator")
def test_cone_and_band_are_kept(claim: Claim) -> None:
    """q_j+ = (1 - aS) q_j + a t U, U = c q_i or q_i, is >= 0 with q_1, q_2; BAND-ABOVE: S = q_i^2."""
    step = by_side(NONORTH_STEP, q_j_next).subs(r2, 1 + delta)
    on, pull = step.coeff(q_j), step.expand().coeff(U)
    expect_zero(step - on * q_j - pull * U, "two terms")
    expect_zero(by_side(NONORTH_STEP, perp_next).subs(perp, 0), "w stays in span(x_1, x_2)")
    band = box_of(restricted(NONORTH_ANGLE.region, (a, delta)), (a, delta))
    for condition in relations(
        NONORTH_ANGLE.region
    ):  # its hypotheses are the start's, kept for ever
        if condition.free_symbols <= {a, delta, perp, n, b, active}:
            expect(condition in relations(claim.region), f"{condition} is not assumed at the start")
    for symbol in (q_i, q_j):
        expect_implied(Ge(symbol, 0), claim.region)
    expect_nonnegative(expand(on), {**band, S: (0, 1 + delta)}, "1 - aS")
    expect_nonnegative(expand(pull), band, "a t")
    kept = {difference(z) for z in relations(BAND_ABOVE.formula)}
    expect(kept == {delta_next, a / 4 - delta_next}, f"BAND-ABOVE says {kept}")
    for condition in relations(BAND_ABOVE.region):
        if condition.free_symbols == {a}:
            expect_implied(condition, NONORTH_ANGLE.region)
    if claim.id == NONORTH_FLOOR.id:
        expect_implied(Gt(c, 0), claim.region)
    else:
        expect_implied(Gt(kappa, 0), claim.region)


@evidence(NONORTH_FLOOR, "witness", step="cone", needs="start")
@evidence(NONORTH_CROSSOVER, "witness", step="generator", needs="start")
def test_starts_off_the_plane_and_outside_the_band(claim: Claim) -> None:
    """w_0 orthogonal to both points never moves (phi has no value); at r2 = 16 the norm blows up."""
    data = [[Fraction(4, 5), side * Fraction(3, 5), Fraction(0)] for side in (1, -1)]
    still = [Fraction(0), Fraction(0), Fraction(1)]
    for index in (0, 1):
        at = Instance(data, still, (index,), Fraction(1, 5), "linear")
        expect(at.step().weight == still, "it moves", sample=index)
    far = Instance(data, [Fraction(4), Fraction(0), Fraction(0)], (0,), Fraction(1, 5), "linear")
    expect(far.step().r2 > 2 * far.r2, "|w| does not grow", r2=far.r2)
    cosine = exact(dot(*data))
    point = {n: 2, b: 1, active: 1, a: Rational(1, 5), c: cosine, kappa: 5 * cosine}
    expect_outside(claim, {**point, perp: 1, q_i: 0, q_j: 0, delta: 0}, "no point of the plane")
    sixteen = {perp: 0, q_i: Rational(16, 5), q_j: Rational(16, 5), delta: 15}
    expect_outside(claim, {**point, **sixteen}, "|w| blows up")


def pull_and_noise() -> tuple[Expr, Expr]:
    """(P, N): E[turn] = -a P (1 - delta) sin(2 phi) + O(a^3), E[turn^2] = a^2 N + O(a^3) at phi = 0."""
    mean = by_side(NONORTH_ANGLE, mean_m)
    expect(cancel(mean / X).is_polynomial(c), f"{mean} is not a multiple of sin 2 phi")
    return -cancel(mean / X), by_side(NONORTH_ANGLE, mean_m2).subs(X, 0)


ANGLE = Symbol("z", real=True)  # 2 phi


def plain_trig(expr: Expr) -> Expr:
    """sin z and cos z as symbols: an identity in them as independent quantities."""
    return expr.subs({sin(ANGLE): Symbol("SIN"), cos(ANGLE): Symbol("COS")})


def expect_rises(expr: Expr, slope: Expr) -> None:
    """``expr`` is 0 at z = 0 and has this derivative: where that is >= 0 from 0 on, so is ``expr``."""
    expect(expr.subs(ANGLE, 0) == 0, f"{expr} at 0")
    expect_zero(plain_trig(diff(expr, ANGLE) - slope), f"derivative of {expr}")


@evidence(NONORTH_FLOOR, "symbolic", step="contraction")
def test_the_pull_is_inwards_on_the_cone(claim: Claim) -> None:
    """|phi| <= pi/2 - h there, cos 2h = c: sin(2 phi)/phi >= sin(2h)/(pi/2 - h) > 0, as 1 - c^2 > 0.

    It falls on (0, pi/2): with z = 2 phi its slope is -4 (sin z - z cos z)/z^2.
    """
    expect_only(claim, floor)
    expect_rises(sin(ANGLE) - ANGLE * cos(ANGLE), ANGLE * sin(ANGLE))  # sin z >= 0 up to pi
    slope = diff(2 * sin(ANGLE) / ANGLE, ANGLE) * 2  # d/dphi = 2 d/dz
    expect_zero(
        plain_trig(slope + 4 * (sin(ANGLE) - ANGLE * cos(ANGLE)) / ANGLE**2),
        "slope of sin(2 phi)/phi",
    )
    h = Symbol("h", real=True)
    expect(sin(2 * (pi / 2 - h)) == sin(2 * h), "value at the cone's edge")
    pull, _ = pull_and_noise()
    weight = cancel(pull / c)
    expect(weight.is_Rational and weight > 0, f"the pull {pull}")
    for condition in (Gt(c, 0), Gt(1 - c, 0), Gt(1 + c, 0)):
        expect_implied(condition, claim.region)


@evidence(NONORTH_FLOOR, "symbolic", step="fourth moment")
def test_fourth_moment_recursion(claim: Claim) -> None:
    """(phi + D)^4 - phi^4 = 4 phi^3 D + 6 phi^2 D^2 + ...; 0 <= 2 phi^2 - phi sin 2 phi <= 4 phi^4/3.

    z = 2 phi >= 0 (even in phi): sin z <= z as 1 - cos z >= 0; integrated twice, sin z >= z - z^3/6.
    """
    phi, turn = Symbol("phi", real=True), Symbol("D", real=True)
    change = expand((phi + turn) ** 4 - phi**4)
    expect_zero(change.coeff(turn, 1) - 4 * phi**3, "linear")
    expect_zero(change.coeff(turn, 2) - 6 * phi**2, "quadratic")
    below, bend = ANGLE - sin(ANGLE), cos(ANGLE) - 1 + ANGLE**2 / 2
    above = sin(ANGLE) - ANGLE + ANGLE**3 / 6
    for rising, rate in ((below, 1 - cos(ANGLE)), (bend, below), (above, bend)):
        expect_rises(rising, rate)
    missed = 2 * phi**2 - phi * sin(2 * phi)
    expect_zero(plain_trig(missed.subs(phi, ANGLE / 2) - ANGLE / 2 * below), "phi (z - sin z)")
    room = Rational(4, 3) * phi**4 - missed
    expect_zero(
        plain_trig(room.subs(phi, ANGLE / 2) - ANGLE / 2 * above), "phi (sin z - z + z^3/6)"
    )
    error = bound_on(NONORTH_ANGLE, turn_error2)
    expect(
        cancel((difference(error) + turn_error2) / a**6).is_Rational, "the turn's error is O(a^3)"
    )
    expect(by_side(claim, floor).has(c), "floor")


@evidence(NONORTH_FLOOR, "symbolic", step="floor")
def test_second_moment_balances_pull_and_noise(claim: Claim) -> None:
    """E phi+^2 - E phi^2 = -2 a P E[phi sin 2phi] + a^2 N + ... = -4 a P E phi^2 + a^2 N + O(a^3)."""
    pull, noise_ = pull_and_noise()
    level = Symbol("level", real=True)  # E phi^2/a
    balance = solve(-2 * a * pull * 2 * (a * level) + a**2 * noise_, level)
    expect(len(balance) == 1, f"{balance}")
    expect_identity(claim.formula, {floor: balance[0]})
    expect_zero(balance[0] - by_side(NONORTH_LYAPUNOV, floor), "NONORTH-LYAPUNOV's leading order")


def angle_from_bisector(q: np.ndarray, cosine: float) -> np.ndarray:
    """phi: w = (q_1 + q_2)/(2 cos h) e_1 + (q_2 - q_1)/(2 sin h) e_2 on the plane of the data."""
    up, side = np.sqrt((1 + cosine) / 2), np.sqrt((1 - cosine) / 2)
    return np.arctan2((q[:, 1] - q[:, 0]) / (2 * side), (q[:, 0] + q[:, 1]) / (2 * up))


def from_data_points(cosine: float, runs: int, step: float, steps: int, key: str) -> np.ndarray:
    """phi after ``steps`` steps of ``runs`` runs, each from x_1 or x_2 by a fair coin."""
    gram = np.array([[1.0, cosine], [cosine, 1.0]])
    run = simulate_gram(gram[rng(key).integers(2, size=runs)], 1.0, gram, batch_size=1,
                        step_size=step, steps=steps, seed=seed(key))  # fmt: skip
    return angle_from_bisector(run.q, cosine)


@evidence(NONORTH_FLOOR, "simulation", step="floor", cases={"c=0.3": 0.3, "c=0.8": 0.8})
@evidence(NONORTH_LYAPUNOV, "simulation", step="stationary", cases={"c=0.6": 0.6})
def test_floor_in_runs(claim: Claim, case: float) -> None:
    """From the data; a c = 0.012, 600 steps: the start is forgotten up to (1 - 2ac)^600 < 1e-6.

    The exact linearised covariance is off its leading order by less than 2% here.
    """
    step = 0.012 / case
    phi = from_data_points(case, 6000, step, 600, str(case))
    linearised = float(by_side(NONORTH_LYAPUNOV, across).subs({a: step, c: case}))
    leading = step * float(by_side(claim, floor).subs(c, case))
    expect(abs(linearised / leading - 1) < 0.02, "higher orders", ratio=linearised / leading)
    expected = leading if claim.id == NONORTH_FLOOR.id else float(
        by_side(claim, across).subs({a: step, c: case}))  # fmt: skip
    expect_mean(phi**2 / expected, 1.0, visible=0.15, what=f"E phi^2 at c = {case}")


# NONORTH-CROSSOVER


def plain(expr: Expr) -> Expr:
    """Rational in T = tan(u/2), in e^y and in a symbol for each Bessel function and exponential."""
    T, E = Symbol("T", real=True), Symbol("E", real=True)
    expr = expr.subs({sin(u): 2 * T / (1 + T**2), cos(u): (1 - T**2) / (1 + T**2)})
    expr = expr.subs({cosh(y): (E + 1 / E) / 2, sinh(y): (E - 1 / E) / 2})
    atoms = sorted(expr.atoms(besselk, exp), key=str)
    return cancel(expr.xreplace({z: Symbol(f"<{z}>", real=True) for z in atoms}))


def log_slope(expr: Expr, variable: Symbol) -> Expr:
    return diff(expand_log(log(expr), force=True), variable)


@evidence(NONORTH_CROSSOVER, "symbolic", step="generator")
def test_generator_of_the_angle(claim: Claim) -> None:
    """u+ - u = 2 turn; c = kappa a, delta = a xi, sin 2 phi = -cos u.  kappa = 0: SELECT-GENERATOR."""
    expect_only(claim, drift, square, density, density_y, sine_mode, kappa_mode, spread)
    at = {c: kappa * a, X: -cos(u)}
    one = expand((2 * a * (1 - a * XI) * by_side(NONORTH_ANGLE, mean_m)).subs(at))
    two = expand((4 * a**2 * (1 - a * XI) ** 2 * by_side(NONORTH_ANGLE, mean_m2)).subs(at))
    for value, symbol in ((one, drift), (two, square)):
        expect(value.coeff(a, 0) == 0 and value.coeff(a, 1) == 0, f"{symbol}: lower order")
        expect_zero(plain(value.coeff(a, 2) - by_side(claim, symbol)), f"{symbol}")
    # y = log cot(u/2): dy/du = -1/sin u, d^2y/du^2 = cos u/sin^2 u; cos u = tanh y, cot u = sinh y
    slope, bend = -1 / sin(u), cos(u) / sin(u) ** 2
    second = by_side(claim, square) / 2 * slope**2
    first = by_side(claim, square) / 2 * bend + by_side(claim, drift) * slope
    expect_zero(plain(second - Rational(1, 2)), "second order in y")
    expect_zero(plain(first - (cos(u) / 2 - kappa * cos(u) / sin(u))), "first order in y")
    f = exp(log_ratio)
    bent, sloped = in_ratio(diff(f, log_ratio, 2)), in_ratio(diff(f, log_ratio))
    free = (bent + in_ratio(tanh(log_ratio)) * sloped) / 2
    expect_zero(generator(f, log_ratio) - free, "SELECT-GENERATOR: (1/2) f'' + (1/2) tanh(y) f'")


@evidence(NONORTH_CROSSOVER, "symbolic", step="no atoms")
def test_no_mass_stays_at_the_data(claim: Claim) -> None:
    """f = eps g(u/eps), g(0) = 0, g'(0) = 1: L f -> A_1(0) 1{u = 0} boundedly, as A_2 = O(u^2)."""
    one, two = by_side(claim, drift), by_side(claim, square)
    for end, inwards in ((Integer(0), 1), (pi, -1)):
        expect(two.subs(u, end) == 0 and diff(two, u).subs(u, end) == 0, "double zero of A_2")
        weight = cancel(inwards * one.subs(u, end) / kappa)
        expect(weight.is_Rational and weight > 0, f"A_1 does not point inwards at {end}")
    expect_implied(Gt(kappa, 0), claim.region)


@evidence(NONORTH_CROSSOVER, "symbolic", step="no flux")
def test_the_density_has_no_flux(claim: Claim) -> None:
    """A_1 p - (A_2 p)'/2 = 0 on (0, pi), over p; p is positive."""
    p = by_side(claim, density)
    one, two = by_side(claim, drift), by_side(claim, square)
    flux = one - diff(two, u) / 2 - two * log_slope(p, u) / 2
    expect_zero(plain(flux), "flux over density")


@evidence(NONORTH_CROSSOVER, "symbolic", step="density")
def test_density_in_the_log_ratio(claim: Claim) -> None:
    """sin u = 1/cosh y and |du/dy| = sin u.

    q_1/q_2 = cos(phi + h)/cos(phi - h) -> cot(pi/4 + phi) = cot(u/2) as h -> pi/4, that is c -> 0.
    """
    phi = Symbol("phi", real=True)
    for near, far in ((cos(phi + pi / 4), cos(u / 2)), (cos(phi - pi / 4), sin(u / 2))):
        gap = near - far.subs(u, pi / 2 + 2 * phi)
        expect(gap.expand().expand(trig=True) == 0, "log|q_1/q_2| is not y in the limit")
    moved = by_side(claim, density).subs(sin(u), 1 / cosh(y)) / cosh(y)
    expect_zero(plain(cancel(by_side(claim, density_y) / moved) - 1), "change of variables")


Z = 2 * kappa


@evidence(NONORTH_CROSSOVER, "cited", step="normalisation")
def test_normalisation(claim: Claim) -> None:
    """DLMF 10.32.9: int over R of cosh(y) exp(-z cosh y) = 2 K_1(z), z = 2 kappa > 0."""
    expect_implied(Gt(kappa, 0), claim.region)
    constant = by_side(claim, density_y) * 2 * besselk(1, Z) / (cosh(y) * exp(-Z * cosh(y)))
    expect_zero(plain(constant) - 1, "constant")
    expect(set(claim.cites) == {"Helly's selection theorem", "DLMF 10.29.1, 10.32.9"}, "cites")


@evidence(NONORTH_CROSSOVER, "symbolic", step="modes")
def test_modes_of_the_density(claim: Claim) -> None:
    """p'/p = 2 cos u (kappa - sin u)/sin^2 u: zero at pi/2, and at sin u = kappa if kappa < 1."""
    slope = plain(log_slope(by_side(claim, density), u))
    level = by_side(claim, sine_mode)
    expected = 2 * cos(u) * (level - sin(u)) / sin(u) ** 2
    expect_zero(slope - plain(expected), "slope of log p")
    edge = solve(level - sin(pi / 2), kappa)
    expect(edge == [by_side(claim, kappa_mode)], f"the modes meet at pi/2 for kappa in {edge}")


@evidence(NONORTH_CROSSOVER, "symbolic", step="second moment")
def test_second_moment_of_the_cotangent(claim: Claim) -> None:
    """cot u = sinh y, sinh^2 cosh = (cosh 3y - cosh y)/4, DLMF 10.29.1: K_3 = K_1 + (4/z) K_2."""
    expect_zero(plain(sinh(y) ** 2 * cosh(y)) - plain((4 * cosh(y) ** 3 - 3 * cosh(y) - cosh(y)) / 4),
                "product")  # fmt: skip
    third = besselk(1, Z) + 4 / Z * besselk(2, Z)
    value = (2 * third - 2 * besselk(1, Z)) / 4 / (2 * besselk(1, Z))
    expect_zero(plain(by_side(claim, spread) - value), "E cot^2")


@evidence(NONORTH_CROSSOVER, "property", step=("normalisation", "second moment", "modes"))
@given(share=st.fractions(Fraction(1, 10), 4, max_denominator=20))
def test_law_by_quadrature(claim: Claim, share: Fraction) -> None:
    """In y; beyond |y| = 8 the density is below exp(-0.2 cosh 8) < 1e-100."""
    at = float(share)
    value = lambdify((y, kappa), by_side(claim, density_y), "scipy")
    second = float(lambdify(kappa, by_side(claim, spread), "scipy")(at))
    for power, expected in ((0, 1.0), (2, second)):
        total, error = quad(
            lambda z, e=power: value(z, at) * np.sinh(z) ** e, -8, 8, points=[0], limit=200
        )
        expect(abs(total - expected) <= error + 1e-9 * expected, "moment", power=power, kappa=at)


def law(claim: Claim, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Distribution function of u/pi on a grid, from the claim's density."""
    grid = np.linspace(0, np.pi, 4001)[1:-1]
    with np.errstate(under="ignore"):
        p = lambdify((u, kappa), by_side(claim, density), "scipy")(grid, value)
    return grid, cumulative_simpson(p, x=grid, initial=0.0)


CROSSOVERS = {"a=0.12, kappa=0.4": (0.12, 0.4), "a=0.15, kappa=1.5": (0.15, 1.5)}


@evidence(NONORTH_CROSSOVER, "simulation", step=("density", "normalisation"), cases=CROSSOVERS)
def test_angles_in_runs(claim: Claim, case: tuple[float, float]) -> None:
    """From the data points themselves, after 8/a^2 steps: u against the claim's density.

    A fair start keeps the symmetry u -> pi - u, which leaves out the slow exchange of the two ends.
    """
    step, value = case
    cosine = step * value
    phi = from_data_points(cosine, 8000, step, int(8 / step**2), str(case))
    grid, below = law(claim, value)
    expect(abs(below[-1] - 1) < 1e-3, "total mass", mass=below[-1])
    expect_distribution(np.pi / 2 + 2 * phi, lambda z: np.interp(z, grid, below), visible=0.055,
                        what=f"law of u, {case}")  # fmt: skip


@evidence(NONORTH_CROSSOVER, "witness", step="no atoms", needs="crossover")
def test_without_the_pull_the_data_keep_their_mass(claim: Claim) -> None:
    """kappa = 0: u = 0 is kept (A_1 = A_2 = 0 there), so an atom stays; and no density is left."""
    at = {kappa: 0, u: 0}
    expect(by_side(claim, drift).subs(at) == 0 and by_side(claim, square).subs(at) == 0, "it moves")
    near = by_side(claim, density_y).subs(y, 0)
    expect(limit(near, kappa, 0, "+") == 0, "a density is left at kappa = 0")
    expect(not bool(claim.region.subs(kappa, 0)), "the region admits kappa = 0")
