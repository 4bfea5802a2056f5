"""Chapter nonorthogonal_law: noise floor and crossover law of SGD on two acute points."""

from __future__ import annotations

from fractions import Fraction

from sympy import Eq, Expr, Ge, Gt, Matrix, Rational, Symbol, cos, diff, expand, sin, sqrt

from tests.assumptions.nonorthogonal_law_tools import XI
from tests.forms import cancel
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, dot, exact
from tests.quadratic.cases import expect_assumed
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import NONORTH_STEP, U
from theory.assumptions.nonorthogonal_law import (
    NONORTH_ANGLE,
    NONORTH_LYAPUNOV,
    C,
    X,
    across,
    along,
    c,
    floor,
    m,
    mean_m,
    mean_m2,
    tangent,
    turn_error2,
)
from theory.model.autoencoder import GRAD, HESS
from theory.notation import (
    S,
    a,
    active,
    b,
    delta,
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

# NONORTH-ANGLE


@evidence(NONORTH_ANGLE, "symbolic", step="turn")
def test_turn_from_the_step(claim: Claim) -> None:
    """In the frame (x_i, x_i^perp): w = (q, p), q = r cos psi, p = -r sin psi; U = q, S = q^2.

    tan of the angle from w to w+ is (q p+ - p q+)/(q q+ + p p+); <w, w>=r2, turning towards x_i > 0.
    """
    expect_items(claim, words.UNIT_DATA)
    expect_only(claim, tangent, mean_m, mean_m2, inequalities=1)  # on the turn's error
    size = {q_j: COS, perp: -SIN, U: COS, S: r2 * COS**2}  # w/r; the step is odd and linear in it
    after = [NONORTH_STEP.says(symbol).subs(size) for symbol in (q_j_next, perp_next)]
    cross = size[q_j] * after[1] - size[perp] * after[0]
    inner = size[q_j] * after[0] + size[perp] * after[1]
    claimed = claim.says(tangent).subs({C: COS**2, m: SIN * COS, delta: r2 - 1})
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
    value = claim.says(tangent).subs(delta, a * XI)
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
    bound = claim.conjunct(turn_error2, kind="inequality")
    room = cancel((difference(bound) + turn_error2) / a**6)
    expect(room.is_Rational and room >= total, f"{bound}: {total} a^6 is what is proved")


@evidence(NONORTH_ANGLE, "symbolic", step="means")
def test_means_over_the_two_points(claim: Claim) -> None:
    """x_1, x_2 at -+h from the bisector, cos 2h = c; w at phi; psi = -+h - phi."""
    expect_items(claim, words.UNIT_DATA, words.UNIFORM)
    for condition in (Eq(n, 2), Eq(b, 1), Eq(active, 1)):
        expect_assumed(claim, condition)
    h, phi = Symbol("h", real=True), Symbol("phi", real=True)
    first = [sin(2 * (side * h - phi)) / 2 for side in (-1, 1)]
    one, two = sum(first) / 2, sum(z**2 for z in first) / 2
    K, L = Symbol("K", real=True), Symbol("L", real=True)  # tan(h/2), tan(phi/2)
    for symbol, value in ((mean_m, one), (mean_m2, two)):
        claimed = claim.says(symbol).subs({c: cos(2 * h), X: sin(2 * phi)})
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
        claimed = claim.says(tangent).subs(
            {a: exact(at.a), delta: exact(at.r2 - 1), C: exact(share)}
        )
        squares.append(exact(share * (1 - share)))
        expect((claimed**2).subs(m**2, squares[i]) == exact(turned), "turn", sample=i)
        expect(after.q[i] ** 2 * at.r2 > at.q[i] ** 2 * after.r2, "not towards x_i", sample=i)
    cosine, mean2 = exact(dot(*data)), sum(squares) / 2
    values = {c: cosine, X: 0}  # the projection of w is on the bisector
    expect(min(squares) > 0 and claim.says(mean_m).subs(values) == 0, "E_m holds off the plane")
    expect(claim.says(mean_m2).subs(values) != mean2, "E_m^2 holds off the plane")


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
    """Gradients of mean zero; the mean Hessian is diagonal, 2 (1 + c) and c, positive for 0 < c < 1."""
    expect_items(claim, words.UNIT_DATA)
    expect_only(claim, across, along, floor)
    for condition in (Eq(n, 2), Eq(b, 1), Eq(active, 1)):
        expect_assumed(claim, condition)
    hessians, gradients = linearisation()
    for row in (0, 1):
        expect_zero(gradients[0][row] + gradients[1][row], "mean gradient")
    mean = (hessians[0] + hessians[1]) / 2
    expect_zero(_reduced(mean[0, 1]), "mixed entry")
    expect_zero(_reduced(mean[0, 0] - (2 + 2 * c).subs(BISECTED)), "curvature along")
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
    expect_items(claim, words.UNIFORM)
    share = Q_KAPPA.says(kappa_uniform).subs({batch.N: 2, batch.k: 1})
    limit_ = Q_STATIONARY.says(Sigma_inf)
    pencil = batch.kron_sum - batch.C * (batch.kron_product + batch.kappa * batch.noise)
    expect_zero(limit_ * pencil - batch.C * batch.kappa * Gamma, "Q-STATIONARY's equation")
    expect_zero(share - 1, "kappa = 1, so QXQ + kappa V(X) is the mean of Q_i X Q_i")
    hessians, gradients = linearisation()
    mean = ((hessians[0] + hessians[1]) / 2).applyfunc(_reduced)
    claimed = {z: claim.says(z).subs(BISECTED) for z in (along, across)}
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
    expect_zero(diff(claim.says(across), a).subs(a, 0) - claim.says(floor), "Sigma/a at 0")
    expect_zero(claim.says(across).subs(a, 0), "at a = 0")
