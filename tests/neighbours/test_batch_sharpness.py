"""Chapter batch_sharpness: the batch's curvature along its own gradient, on the axis and near x_i."""

from __future__ import annotations

from itertools import combinations

from sympy import (
    Expr,
    Ge,
    Gt,
    Integer,
    Max,
    Poly,
    Rational,
    Symbol,
    fraction,
    solve,
)
from sympy import sign as sign_of

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_condition, expect_implied, is_strict
from tests.neighbours.tools import curvatures, expect_sign
from tests.reading import expect_items, expect_only
from tests.subsets import expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.log_ratios import step_factor
from theory.model.autoencoder import GRAD, HESS
from theory.neighbours.batch_sharpness import (
    BATCH_SHARPNESS,
    BATCH_SHARPNESS_CYCLE,
    m,
    off_data,
    on_axis,
    on_others,
    secant,
    sharp_axis,
    sharp_cycle,
    sharp_near,
    sharp_point,
    sharp_whole,
)
from theory.notation import a, active, b, eta, n, q_i, r2, t, v_v, w, w_v, x, x_v
from theory.quadratic.bridge import DIRECTIONS, component_moments


def slope_on_axis(own: bool) -> Expr:
    """The derivative of one sample's loss along x_i at w = m x_i, by GRAD: own is i's, else another's."""
    gradient = GRAD.formula.rhs.subs({active: 1, r2: m**2, q_i: m if own else 0})
    return gradient.subs({x: int(own), w: m})  # inner products with x_i


def bend_on_axis(own: bool) -> Expr:
    """The second derivative along x_i there, by HESS."""
    values = {active: 1, r2: m**2, q_i: m if own else 0, x_v: int(own), w_v: m, v_v: 1}
    return HESS.formula.rhs.subs(values)


def _read_all(claim: Claim) -> None:
    edge = sign_of(2 / eta - sharp_point)
    expect_only(claim, sharp_axis, sharp_point, sharp_near, sharp_whole, edge, inequalities=1)


@evidence(BATCH_SHARPNESS, "symbolic", step="axis")
def test_curvature_along_the_axis(claim: Claim) -> None:
    """Only i has a gradient there, and it is along x_i: its weight cancels in E[g'Hg]/E[g'g]."""
    expect_items(claim, words.ORTHONORMAL)
    _read_all(claim)
    expect_zero(slope_on_axis(False), "another sample's slope along x_i")
    # its gradient is a multiple of x_j and of w with coefficients that vanish at q_j = 0
    expect_zero(GRAD.formula.rhs.subs({active: 1, q_i: 0}), "another sample's gradient")
    slope, bend = slope_on_axis(True) / b, bend_on_axis(True) / b
    chance = Symbol("chance")  # of i in the batch
    derived = cancel(chance * slope**2 * bend / (chance * slope**2))
    expect_zero(claim.says(sharp_axis) - derived, "h_axis")
    expect_zero(claim.says(sharp_point) - derived.subs(m, 1), "h_point, its limit")
    zeros = set(solve(slope, m))
    for point in zeros:  # where h is 0/0 the region says so
        inside = claim.region.subs({m: point})
        expect(inside == False, f"no gradient at m = {point}")  # noqa: E712


@evidence(BATCH_SHARPNESS, "symbolic", step="near")
def test_curvature_near_a_data_point(claim: Claim) -> None:
    """g_B = H_B u, H_B diagonal: E[u'H^3u]/E[u'H^2u] from the law of each direction's curvature."""
    expect_items(claim, words.ORTHONORMAL)
    expect_counts(claim)
    expect_mini_batches(claim)
    parts = dict(zip(DIRECTIONS, (on_axis, on_others, off_data), strict=True))
    power: dict[int, Expr] = {2: Integer(0), 3: Integer(0)}
    for direction, square in parts.items():
        for chance, value in curvatures(direction):
            for k in power:
                power[k] += square * chance * (value / b) ** k
    expect_zero(claim.says(sharp_near) - power[3] / power[2], "h_near")


@evidence(BATCH_SHARPNESS, "symbolic", step="most")
def test_most_of_it_is_along_the_axis(claim: Claim) -> None:
    """(4/b - h) times its denominator is a sum of the parts with coefficients >= 0; no part along x_i."""
    expect_mini_batches(claim)
    bound = claim.conjunct(kind="inequality")
    gap = difference(bound).subs(sharp_near, claim.says(sharp_near))
    expect(not is_strict(bound), f"{bound}: equal along x_i")
    top, bottom = fraction(cancel(gap))
    inside = {on_axis: 1, on_others: 1, off_data: 1, n: 3, b: 1}
    if bottom.subs(inside) < 0:  # the same quotient
        top, bottom = -top, -bottom
    for square in (on_axis, on_others, off_data):
        expect_implied(Ge(square, 0), claim.region)
    for poly, what in ((top, "gap"), (bottom, "denominator")):
        found = Poly(poly, on_axis, on_others, off_data)
        for monomial, coefficient in found.terms():
            expect(sum(monomial) == 1, f"{what}: {poly} is linear in the parts")
            _expect_size(claim, coefficient, f"{what} at {monomial}")


def _expect_size(claim: Claim, coefficient: Expr, what: str) -> None:
    """A product of numbers > 0 with n - b, b and n - 1, which the region keeps >= 1, is positive."""
    rest = coefficient
    for factor in (n - b, b, n - 1):
        while rest.free_symbols and (ratio := cancel(rest / factor)).is_polynomial():
            rest = ratio
    if rest.free_symbols:
        raise Undecided(f"{what}: {coefficient} has a factor {rest} of unknown sign")
    expect(rest > 0, f"{what}: {coefficient}")


@evidence(BATCH_SHARPNESS, "symbolic", step="whole")
def test_largest_eigenvalue_of_the_whole_loss(claim: Claim) -> None:
    """The mean Hessian at x_i is diagonal: 4/n along x_i, 0 along other data, 1/n off the data."""
    expect_items(claim, words.ORTHONORMAL)
    expect_implied(Ge(n, 2), claim.region)
    scaled = [cancel(n * component_moments(direction)[0]) for direction in DIRECTIONS]
    expect(all(x.is_Rational for x in scaled), f"curvatures {scaled} over n")
    expect_zero(claim.says(sharp_whole) - Max(*scaled) / n, "lambda_max")


@evidence(BATCH_SHARPNESS, "symbolic", step="edge")
def test_the_edge_is_at_one_half(claim: Claim) -> None:
    """2/eta - h_point = 4 (1/2 - a)/(a b), with a b > 0."""
    expect_implied(Gt(a, 0), claim.region)
    expect_implied(Ge(b, 1), claim.region)
    values = {eta: stated(claim.region, eta), sharp_point: claim.says(sharp_point)}
    known = 2 / eta - sharp_point
    left = known.subs(values)
    claimed = claim.says(sign_of(known))
    steps = [Rational(k, 8) for k in (1, 3, 4, 5, 9)]
    expect_sign(claimed, left, [{a: x, b: y, n: 9, eta: x * y} for x in steps for y in (1, 3)])
    right = claimed.args[0].subs(values)
    ratio = cancel(left / right * a * b)
    expect(ratio.is_Rational, f"{left} over {right} is {ratio}/(a b)")
    expect(ratio > 0, f"{left} has the sign of {right}")


@evidence(BATCH_SHARPNESS, "witness", step="near")
def test_the_mean_of_the_largest_eigenvalues_is_another(claim: Claim) -> None:
    """n = 3, b = 2, d = 4: batches at x_1 have 2, 2 and 0 as largest eigenvalue: mean 4/3 = 4/n, not 4/b.

    With i: 4/b along x_i; without: -1/b on its data and 0 elsewhere.
    """
    size, batch, dimension = 3, 2, 4
    total = Rational(0)
    for drawn in combinations(range(size), batch):
        own = int(0 in drawn)
        curved = [4 * own] + [own - int(j in drawn) for j in range(1, size)]
        curved += [own] * (dimension - size)
        total += Rational(max(curved), batch)
    mean = total / 3
    expect(mean == claim.says(sharp_whole).subs(n, size), f"mean of the largest: {mean}")
    expect(mean != claim.says(sharp_point).subs(b, batch), "the same as h_point")


@evidence(BATCH_SHARPNESS, "witness", step="near", needs="displacement")
def test_no_displacement_no_sharpness(claim: Claim) -> None:
    point = {on_axis: 0, on_others: 0, off_data: 0, n: 3, b: 1, a: 1, eta: 1, m: 2}
    _, bottom = fraction(claim.says(sharp_near))
    expect(bottom.subs(point) == 0, "0/0")
    expect_outside(claim, point, "h_near is 0/0")


# BATCH-SHARPNESS-CYCLE

y = Symbol("y", real=True)
SQUARES = 1 + 1 / (2 * a)  # of x and y on the cycle; x y = 1/(2 a)
OTHER = 1 / (2 * a * y)


def on_cycle(expr: Expr) -> Expr:
    """A symmetric expression in m and y by m y = 1/(2a) and m^2 + y^2 = 1 + 1/(2a)."""
    total, product = Symbol("total"), 1 / (2 * a)
    found = cancel(expr.subs(m, OTHER) if not expr.is_polynomial(m, y) else expr)
    poly = Poly(found, m, y)
    result: Expr = Integer(0)
    for (i, j), coefficient in poly.terms():
        low = min(i, j)
        rest = max(i, j) - low
        if rest not in (0, 2):
            raise Undecided(f"{expr} is no symmetric expression of low degree")
        share = total / 2 if rest == 2 else 1  # m^2 and y^2 come with equal coefficients
        if rest and poly.coeff_monomial(m**j * y**i) != coefficient:
            raise Undecided(f"{expr} is not symmetric")
        result += coefficient * product**low * share
    return cancel(result.subs(total, SQUARES))


@evidence(BATCH_SHARPNESS_CYCLE, "symbolic", step=("secant", "mean"))
def test_the_cycle_exists_and_is_exchanged_by_every_batch_with_i(claim: Claim) -> None:
    """m -> m (1 + 2a(1 - m^2)) = 2 a m y^2 = y; (m - y)^2 = 1 - 1/(2a) is positive past a = 1/2."""
    expect_items(claim, words.ORTHONORMAL)
    expect_only(claim, secant, sharp_cycle, inequalities=1)
    for condition in (Ge(b, 1), Ge(n - b, 0)):
        expect_implied(condition, claim.region)
    after = m * step_factor(1, m**2).subs(t, 2 - m**2)
    image = cancel(after / m).subs(m**2, SQUARES - y**2) * OTHER
    expect_zero(image - y, "m is mapped to y, and by symmetry y to m")
    expect_zero(step_factor(0, Integer(0)) - 1, "a batch without i leaves it")
    distance = on_cycle(m**2 + y**2) - 2 / (2 * a)
    expect_zero(distance - (a - Rational(1, 2)) / a, "squared distance of the two points")
    expect_condition(claim.region, Gt(a, Rational(1, 2)), "the two points are real and two")


@evidence(BATCH_SHARPNESS_CYCLE, "symbolic", step="secant")
def test_the_secant_of_a_cycle(claim: Claim) -> None:
    """(g(m) - g(y))/(m - y) by GRAD, i in the batch."""
    slope = slope_on_axis(True) / b
    quotient = cancel((slope - slope.subs(m, y)) / (m - y))
    claimed = claim.says(secant).subs(eta, stated(claim.region, eta))
    expect_zero(claimed - on_cycle(quotient), "h_secant")


@evidence(BATCH_SHARPNESS_CYCLE, "symbolic", step="mean")
def test_the_mean_of_the_two_points(claim: Claim) -> None:
    """By HESS; |g(m)| = |g(y)|, for m + y is what both steps add up to: no weight is needed."""
    bend = bend_on_axis(True) / b
    expect_zero(claim.says(sharp_cycle) - on_cycle((bend + bend.subs(m, y)) / 2), "h_cycle")
    slope = slope_on_axis(True)
    both = cancel((slope + slope.subs(m, y)) / (m + y))
    expect_zero(on_cycle(both), "g(m) + g(y) = 0")


@evidence(BATCH_SHARPNESS_CYCLE, "symbolic", step="above")
def test_above_two_over_eta(claim: Claim) -> None:
    """h_cycle - 2/eta = (a - 1/2)/(a b)."""
    expect_condition(claim.region, Gt(a, Rational(1, 2)), "past the edge")
    expect_implied(Ge(b, 1), claim.region)
    bound = claim.conjunct(kind="inequality")
    values = {eta: stated(claim.region, eta), sharp_cycle: claim.says(sharp_cycle)}
    ratio = cancel(difference(bound).subs(values) * a * b / (a - Rational(1, 2)))
    expect(ratio.is_Rational, f"{bound}: the gap is {ratio} (a - 1/2)/(a b)")
    expect(ratio > 0, f"{bound}: the gap is negative")


@evidence(BATCH_SHARPNESS_CYCLE, "witness", step="above", needs="past the edge")
def test_at_one_half_the_two_points_are_one(claim: Claim) -> None:
    """a = 1/2: the cycle is x_i itself, h = 4/b = 2/eta, and nothing is above it."""
    point = {a: Rational(1, 2), b: 1, n: 3, eta: Rational(1, 2)}
    expect(claim.says(sharp_cycle).subs(point) == 2 / point[eta], "h_cycle")
    expect_outside(claim, point, "4 > 4")
