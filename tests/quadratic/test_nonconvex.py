"""Chapter nonconvex: thresholds of single minima, in symbols, on grids and on random sums."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Poly, Rational, Symbol, diff, expand
from sympy import sign as sign_of

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.quadratic.cases import Case, interval
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, note
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory.quadratic.mean_square import Q_MS, C_direction, l
from theory.quadratic.mean_square import v as v_j
from theory.quadratic.nonconvex import (
    Q_NONCONVEX,
    C_left,
    C_right,
    C_well,
    barrier_slope,
    c,
    c_b,
    h,
    m,
    styblinski_tang,
    v,
    wells,
    x,
)
from theory.quadratic.second_moment import kappa
from theory.quadratic.thresholds import NEVER_STABLE, compare

F = Fraction
# z_i: quantiles of the exponential law, rounded.
WEIGHTS = (F(1, 20), F(1, 5), F(2, 5), F(7, 10), F(11, 10), F(9, 5), F(11, 4), F(1, 2))

POSITIVE_WEIGHT = {m: Rational(1), h: Rational(1)}  # nothing to the barrier


def _threshold(mean: Expr, variance: Expr) -> Expr:
    return Q_MS.says(C_direction).subs({l: mean, v_j: variance}, simultaneous=True)


@evidence(Q_NONCONVEX, "symbolic", step="curvature")
def test_curvatures_of_both_sums(claim: Claim) -> None:
    bend = diff(styblinski_tang(), x, 2)
    expect_zero(claim.says(h) - bend, "h = g'' in one coordinate")
    slope = barrier_slope()
    for at, curvature in ((0, c_b), (1, 1 - c_b)):
        expect_zero(slope.subs(x, at), f"every component is stationary at {at}")
        expect_zero(diff(slope, x).subs(x, at) - curvature, f"curvature at {at}")


@evidence(Q_NONCONVEX, "symbolic", step="threshold")
def test_thresholds_by_the_quadratic_theory(claim: Claim) -> None:
    """z_i h has mean m h and variance v h^2; c_i has c and v; 1 - c_i has 1 - c and v."""
    for symbol, mean, variance in ((C_well, m * h, v * h**2), (C_left, c, v), (C_right, 1 - c, v)):
        expect_zero(claim.says(symbol) - _threshold(mean, variance), f"{symbol}")


@evidence(Q_NONCONVEX, "symbolic", step="order")
def test_order_of_the_two_minima(claim: Claim) -> None:
    """C_0 - C_1 times both denominators is twice the claimed product; the denominators are > 0."""
    part = claim.conjunct(sign_of)
    expect(part.lhs == sign_of(C_left - C_right), "the order is that of the two thresholds")
    difference = claim.says(C_left) - claim.says(C_right)
    weights = (c**2 + kappa * v) * ((1 - c) ** 2 + kappa * v)
    expect_zero(cancel(difference * weights) - 2 * part.rhs.args[0], "cross difference")


@evidence(Q_NONCONVEX, "ball", step="order")
def test_order_and_thresholds_on_a_grid(claim: Claim) -> None:
    """Exact rationals over means, variances and kappas, wherever the region admits them."""
    part = claim.conjunct(sign_of)
    means = [Rational(x, 40) for x in (-4, -1, 0, 1, 8, 20, 30, 39, 40, 41, 44)]
    for mean in means:
        for spread in (Rational(0), Rational(1, 5), Rational(1, 2), Rational(2)):
            for factor in (Rational(0), Rational(1, 3), Rational(1)):
                point = {**POSITIVE_WEIGHT, c: mean, v: spread**2, kappa: factor}
                if not satisfies(claim.region, point):
                    continue
                case = Case([[[mean + spread]], [[mean - spread]]])
                fraction = F(int(factor.p), int(factor.q))
                ends = []
                for symbol, mirrored in ((C_left, False), (C_right, True)):
                    if mirrored:
                        case = Case([[[1 - mean + spread]], [[1 - mean - spread]]])
                    value = claim.says(symbol).subs(point)
                    ends.append(value)
                    where = {"c": mean, "v": spread**2, "kappa": factor}
                    expect(value.is_Rational and value > 0, "a threshold", **where)
                    at = F(int(value.p), int(value.q))
                    expect(compare(case.problem, fraction, at) == 0, f"{symbol} is C_ms", **where)
                expect(sign_of(ends[0] - ends[1]) == part.rhs.subs(point), "order", **where)


@evidence(Q_NONCONVEX, "ball", step="threshold")
def test_wells_of_styblinski_tang(claim: Claim) -> None:
    """Rational enclosures: the deeper well is the sharper, and so the first to be left."""
    mean = sum(WEIGHTS) / len(WEIGHTS)
    variance = sum(z * z for z in WEIGHTS) / len(WEIGHTS) - mean**2
    found = []
    for low, high in wells():
        # h is monotone on either side of zero, so the ends' values enclose it
        values = sorted(
            claim.says(C_well).subs(
                {
                    h: claim.says(h).subs(x, end),
                    m: Rational(mean),
                    v: Rational(variance),
                    kappa: 1,
                }
            )
            for end in (low, high)
        )
        expect(low * high > 0 and values[1] - values[0] < Rational(1, 2**40), "narrow enclosure")
        exact = Case([[[z * F(claim.says(h).subs(x, low))]] for z in WEIGHTS])
        ends = interval(exact.threshold)
        tolerance = F(1, 2**38)
        expect(F(values[0]) - tolerance < ends[1] and ends[0] < F(values[1]) + tolerance, "C_ms")
        found.append(values)
        note(
            f"well at {float(low):+.6f}: C_ms in [{float(values[0]):.12f}, {float(values[1]):.12f}]"
        )
    expect(
        len(found) == 2 and found[0][1] < found[1][0], "the sharper well has the lower threshold"
    )
    sharp, flat = (F(claim.says(h).subs(x, low)) for low, _ in wells())
    mixed = Case([[[z * sharp, 0], [0, z * flat]] for z in WEIGHTS])
    alone = Case([[[z * sharp]] for z in WEIGHTS])
    ends = interval(mixed.threshold), interval(alone.threshold)
    expect(ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1], "the sharpest coordinate decides")


@evidence(Q_NONCONVEX, "certificate", step="capture")
def test_below_the_threshold_the_error_contracts_in_mean_square(claim: Claim) -> None:
    """E[e+^2] <= e^2 on a neighbourhood, at C = theta C_ms, theta <= 9/10.

    Barrier, at 0: e+ = e (1 - C (1 - e)(c_B - e)).  With w = kappa v and e = c y the inequality is
    2(c - e) >= C (1 - e)((c - e)^2 + w), times (c^2 + w)/(2c) a polynomial.  At 1: by x -> 1 - x.
    Styblinski-Tang: e+ = e (1 - C z_B p(e)), p(e) = h + 6x e + 2e^2, and it is 0 <= p(e) <= h/theta.
    """
    e, w, theta, y = (Symbol(name) for name in ("e", "w", "theta", "y"))
    slope = barrier_slope().subs(x, e)
    expect_zero(slope - e * (1 - e) * (c_b - e), "factored slope")
    mirrored = -barrier_slope().subs({x: 1 - e, c_b: 1 - c_b}, simultaneous=True)
    expect_zero(mirrored - slope, "x -> 1 - x turns the minimum at 1 into that at 0")
    step = theta * claim.says(C_left).subs(kappa * v, w)
    gap = 2 * (c - e) - step * (1 - e) * ((c - e) ** 2 + w)
    poly = expand(cancel(gap.subs(e, c * y) * (c**2 + w) / (2 * c)))
    box = {c: (Rational(1, 10), Rational(9, 10)), w: (0, 1), theta: (0, Rational(9, 10)),
           y: (-RADIUS, RADIUS)}  # fmt: skip
    expect_nonnegative(poly, box, "mean-square contraction at 0")
    well = Symbol("x_0")
    about = Poly(expand(diff(styblinski_tang(), x).subs(x, well + e)), e)
    ratio = (about.as_expr() - about.coeff_monomial(1)) / e
    expect_zero(expand(ratio) - (claim.says(h).subs(x, well) + 6 * well * e + 2 * e**2), "p(e)")
    p, z2 = Symbol("p"), m**2 + kappa * v
    growth = -2 * m * p + theta * claim.says(C_well) * z2 * p**2
    expect_zero(growth.subs(p, h / theta), "E[e+^2] = e^2 exactly at p = h/theta")


RADIUS = Rational(1, 50)  # in units of the minimum's mean curvature


@evidence(Q_NONCONVEX, "witness", step="threshold", needs="both are minima")
def test_outside_the_unit_interval_an_end_is_no_minimum(claim: Claim) -> None:
    for mean, symbol in ((Rational(-1, 10), C_left), (Rational(11, 10), C_right)):
        value = claim.says(symbol).subs({c: mean, v: 1, kappa: 1})
        expect(value < 0, "no positive threshold", c=mean, value=value)


@evidence(Q_NONCONVEX, "witness", step="threshold", needs="a minimum of g is one of the sum")
def test_a_negative_mean_weight_turns_minima_into_maxima(claim: Claim) -> None:
    """z = (1, -2), kappa = 1: the mean curvature at g's minima is negative, and C_ms is 0, not < 0."""
    for bend in (Rational(1), Rational(29)):
        case = Case([[[F(int(bend))]], [[F(-2 * int(bend))]]])
        expect(case.threshold.kind == NEVER_STABLE, "no minimum of the sum")
        point = {h: bend, m: Rational(-1, 2), v: Rational(9, 4), kappa: 1, c: Rational(1, 2)}
        value = claim.says(C_well).subs(point)
        expect(value < 0, "the claim's threshold", value=value)
        expect_outside(claim, point, "g's minima are maxima of the sum")
    point = {h: -Rational(1, 40), m: 1, v: 0, kappa: 1, c: Rational(1, 2)}
    expect(claim.says(C_well).subs(point) < 0, "no positive threshold where g is concave")
    expect_outside(claim, point, "where g is concave the sum has no minimum")
