"""Chapter capture: moments of the ratios near a data point."""

from __future__ import annotations

from sympy import Expr, Ge, Gt, Integer, Le, Poly, Rational, Symbol, diff, exp, log, solve, sqrt
from sympy.core.relational import Eq

from tests.analysis import ball, expect_quotient, expect_same, frozen, log_zero
from tests.forms import cancel
from tests.inequalities import in_chart
from tests.minibatch.test_log_ratios import positive_factors
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_nonnegative, expect_positive_ball, expect_zero
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theory.minibatch.capture import (
    CAPTURE,
    CAPTURE_HALF,
    MOMENT,
    MOMENT_UP,
    Lambda,
    g,
    growth,
    lead_drift,
    s_star,
    t_star,
    theta,
)
from theory.minibatch.log_ratios import WALK_DRIFT_LOW, WALK_JUMP, S_i, S_j, jump, slow
from theory.notation import S_C, a, n, p, q_i, q_j, s, t

AT_LIMIT = {t: 1, S_C: 0, q_i: 1, q_j: 0}
GRID = [
    {a: step, g: moment, p: Rational(1, 4)}
    for step in (Rational(1, 1000), Rational(1, 10), Rational(1, 2), Rational(9, 10))
    for moment in (Rational(1, 4), Rational(1, 2), Rational(3, 4))
]
E2, Y = Symbol("e", real=True), Symbol("Y", real=True)


def move(first: int, second: int, mass: Expr) -> Expr:
    """1 + u: by what |q_i/q_j| is multiplied or divided (RATIO)."""
    (logarithm,) = jump(first, second, mass).atoms(log)
    return logarithm.args[0]


def factor_of_moment() -> Expr:
    """E[|q_j/q_i|^g after the step] / |q_j/q_i|^g at x_i, from RATIO."""
    down, up = 1 / move(1, 0, S_i), move(0, 1, S_j)
    return 1 - 2 * p + p * sum(cancel(x.subs(AT_LIMIT)) ** g for x in (down, up))


@evidence(MOMENT, "symbolic", step="exponent")
def test_moment_exponent_at_the_limit(claim: Claim) -> None:
    """E of the factor over the b-subsets: i alone, j alone with chance p each, symbolic n and b."""
    expect_counts(claim)
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p is the chance of a split")
    expect_same(claim.says(Lambda), log(factor_of_moment()), GRID, "moment exponent")


def _two_sided_gap(claim: Claim) -> Expr:
    bound = claim.conjunct(kind="inequality")
    return difference(bound)


def second_derivative_excess(gap: Expr, weight: Expr, least: int) -> Expr:
    """gap'' - weight ((1-a)^(g-2) + (1+a)^(g-2) - least), which must then be rational."""
    curvature = (1 - a) ** g / (1 - a) ** 2 + (1 + a) ** g / (1 + a) ** 2
    excess = frozen((diff(gap, a, 2) - weight * (curvature - least)).expand(), {})
    excess = cancel(excess)
    if any(str(x).startswith("_atom") for x in excess.free_symbols):
        raise Undecided(f"{gap}: its second derivative is not the expected one")
    return excess


@evidence(MOMENT, "certificate", step="bound")
def test_two_sided_moment(claim: Claim) -> None:
    """gap(0) = gap'(0) = 0 and gap'' >= g (1-g) ((1-a)^(g-2) + (1+a)^(g-2) - 2) >= 0.

    x + y - 2 sqrt(xy) is a square, and (1-a)^(g-2) (1+a)^(g-2) = (1-a^2)^(g-2) >= 1 for g <= 2.
    """
    gap, box = _two_sided_gap(claim), box_of(claim.region, (a, g))
    for at in GRID:
        value = ball(gap, at)
        if value < 0:
            raise Refuted(f"the bound fails: gap {value}", {str(k): v for k, v in at.items()})
    expect_nonnegative(g * (1 - g), box, "g (1 - g)")
    expect_nonnegative(cancel(gap.subs(a, 0)) + 0 * g, {g: box[g]}, "gap at a = 0")
    expect_nonnegative(cancel(diff(gap, a).subs(a, 0)) + 0 * g, {g: box[g]}, "gap' at a = 0")
    excess = second_derivative_excess(gap, g * (1 - g), 2)
    expect_nonnegative(excess, box, "gap'' above the convex part")

    x, y = Symbol("x"), Symbol("y")
    expect_zero(x**2 + y**2 - 2 * x * y - (x - y) ** 2, "a sum minus twice its geometric mean")
    product = (g - 2) * (log(1 - a) + log(1 + a)) - (g - 2) * log(1 - a**2)
    expect(log_zero(product), "product of the two powers")
    expect(box[g][1] <= 2 and box[a][0] >= 0 and box[a][1] <= 1, "g <= 2, a <= 1", box=box)


BALLS = {
    "down": (MOMENT, {a: (Rational(1, 5), Rational(1, 2)), g: (Rational(1, 5), Rational(4, 5))}),
    "up": (MOMENT_UP, {a: (Rational(1, 5), Rational(1, 2)), g: (Rational(6, 5), Rational(3))}),
}


@evidence(MOMENT, "ball", step="bound", cases={"down": "down"})
@evidence(MOMENT_UP, "ball", cases={"up": "up"})
def test_sign_of_the_exponent_by_balls(claim: Claim, case: str) -> None:
    """A second opinion away from g = 0, g = 1 and a = 0, where both sides meet."""
    bound = claim.conjunct(kind="inequality")
    two_sided = bound.lts if case == "down" else bound.gts
    expect_positive_ball((2 - two_sided) * (1 if case == "down" else -1), BALLS[case][1], case)


@evidence(MOMENT_UP, "certificate")
def test_gap_above_first_moment(claim: Claim) -> None:
    """gap'' >= g (g-1) ((1-a)^(g-2) + (1+a)^(g-2) - 1), with coefficients >= 0 in g - 1.

    One of the two powers is at least 1: (g-2) log(1+a) >= 0 for g >= 2, (g-2) log(1-a) >= 0 for g <= 2,
    the logarithms having the sign of +-a.
    """
    gap, above = _two_sided_gap(claim), Symbol("x", real=True)
    for at in GRID:
        for moment in (Rational(101, 100), Rational(3, 2), Rational(5, 2), Integer(5)):
            value = ball(gap, {**at, g: moment})
            if value < 0:
                raise Refuted(f"the bound fails: gap {value} at g = {moment}, {at}")
    least = max(
        (solve(difference(x), g)[0] for x in relations(claim.region) if x.free_symbols == {g}),
        default=Integer(0),
    )
    excess = second_derivative_excess(gap, g * (g - 1), 1)
    for quantity in (gap.subs(a, 0), diff(gap, a).subs(a, 0), excess, g * (g - 1)):
        shifted = Poly(cancel(quantity).subs(g, least + above), above, a).coeffs()
        expect(all(x >= 0 for x in shifted), f"{quantity} is not >= 0 for every g >= {least}")

    expect_zero(diff(log(1 + a), a) - 1 / (1 + a), "slope of log(1 + a)")
    expect_zero(diff(log(1 - a), a) + 1 / (1 - a), "slope of log(1 - a)")
    low, high = box_of(claim.region, (a,))[a]
    expect(low >= 0 and high <= 1, "0 <= a <= 1", low=low, high=high)


# CAPTURE-HALF

LEAD_CHART = {q_i: sqrt(Y + 3 * t / 4 + E2), q_j: sqrt(Y)}


def expect_factors_of_the_ratio(claim: Claim) -> None:
    squares = sorted((x**2 for x in claim.formula.lts.args), key=str)
    for factor in (1 / move(1, 0, S_i), move(0, 1, S_j)):
        same = [x for x in squares if cancel(x - factor) == 0]
        expect(bool(same), f"{factor}, the factor of |q_j/q_i|, is none of {squares}")
    expect(len(squares) == 2, "two factors")


@evidence(CAPTURE_HALF, "certificate")
def test_half_moment_falls(claim: Claim) -> None:
    """sqrt(A) + sqrt(B) <= m iff D = m^2 - A - B >= 0 and D^2 >= 4 A B."""
    expect_factors_of_the_ratio(claim)
    (first, second), bound = claim.formula.lts.args, claim.formula.gts
    gap = bound**2 - first**2 - second**2
    # q_j^2 >= 0 and q_i^2 - q_j^2 >= 3t/4 leave S_C + 2 q_j^2 <= 2 - 7t/4, so t <= 8/7
    also = (Ge(Y, 0), Ge(2 - 7 * t / 4, S_C), Ge(2 - 7 * t / 4 - S_C, 2 * Y), Ge(8 - 7 * t, 0))
    region, order = in_chart(claim.region, LEAD_CHART, *also), (a, t, S_C, Y, E2)
    box = box_of(region, order)
    positive = positive_factors(region, order, S_i, S_j, chart=LEAD_CHART)
    for quantity in (gap, gap**2 - 4 * first**2 * second**2):
        expect_quotient(
            Ge(cancel(quantity), 0), box, positive=positive, chart=LEAD_CHART, factors=(a**2, t)
        )


# CAPTURE


@evidence(CAPTURE, "symbolic", step=("lead", "threshold"))
def test_threshold_makes_one_coordinate_lead(claim: Claim) -> None:
    """U <= theta: |q_j/q_i| <= theta^(1/g); then s <= q_i^2 (1 + (n-1)/4), the lead is 3/4 q_i^2."""
    expect_mini_batches(claim)
    ratio = Rational(1, 2)
    expect(claim.says(theta).free_symbols == {g}, "theta is a function of g")
    level = claim.says(theta)
    expect_same(level / ratio**g, Integer(1), [{g: Rational(1, 7)}, {g: Rational(2, 5)}], "ratio^g")
    X = Symbol("X", real=True)
    mass = X * (1 + (n - 1) * ratio**2)
    expect_zero((1 - ratio**2) * X - 3 * mass / (n + 3), "least lead in terms of the mass s")


@evidence(CAPTURE, "symbolic", step="drift")
def test_drift_where_one_coordinate_leads(claim: Claim) -> None:
    """z from WALK-DRIFT-LOW's cross difference and bound on K, which grows in t and in the lead.

    The lead is 3s/(n+3) at least, t >= t_* and s >= s_*; log(1+z) >= z/(1+z).
    """
    for kept in (Le(t_star, t), Le(s_star, s), Gt(t_star, 0), Gt(s_star, 0), Gt(a, 0)):
        expect(implied(kept, claim.region), f"{kept} is not assumed", region=claim.region)
    parts = relations(WALK_DRIFT_LOW.formula)
    cross = next(difference(x) for x in parts if not x.has(slow))
    largest = next(x.gts for x in parts if x.has(slow) and not isinstance(x, Eq))
    lead = Symbol("E", real=True)
    z = (cross / (q_i**2 - q_j**2)).subs(t, t_star) * lead / largest
    expect_zero(cancel(z).subs(lead, 3 * s_star / (n + 3)) - lead_drift(), "z")
    x = Symbol("x", real=True)
    slope = diff(log(1 + x) - x / (1 + x), x)
    expect_zero(slope - x / (1 + x) ** 2, "slope of log(1+x) - x/(1+x), which is 0 at 0")


@evidence(CAPTURE, "ball", step="spread")
def test_second_moment_of_the_log_ratio(claim: Claim) -> None:
    """|l| <= log(1 + 2a) <= log 2, with probability 2p of a jump: E l^2 <= 2 p log(2)^2 <= p."""
    largest = WALK_JUMP.formula.gts
    expect_counts(claim)
    expect_zero(
        stated(claim.region, p) - chance_of(1, 1), "either of two is drawn alone with chance p"
    )
    expect_nonnegative(1 - largest, box_of(claim.region, (a,)), "u <= 1")
    expect_positive_ball(1 - 2 * log(2) ** 2, {}, "2 log(2)^2 <= 1")


@evidence(CAPTURE, "symbolic", step="exponential")
def test_exponential_below_its_quadratic(claim: Claim) -> None:
    """h = 1 + x + x^2 - e^x: h(0) = h'(0) = 0, h'' = 2 - e^x >= 0 for x <= log 2; and g l <= log 2."""
    x = Symbol("x", real=True)
    h = 1 + x + x**2 - exp(x)
    expect(h.subs(x, 0) == 0 and diff(h, x).subs(x, 0) == 0, "h and h' at 0")
    expect(diff(h, x, 2) == 2 - exp(x) and exp(log(2)) == 2, "h''")
    z = lead_drift()
    expect_zero(1 - 2 * claim.says(g) - 1 / (1 + z), "g <= 1/2, as 1 - 2g = 1/(1+z) > 0")


@evidence(CAPTURE, "symbolic", step="balance")
def test_constants_of_capture(claim: Claim) -> None:
    """E e^(g l) <= 1 - g p lam + g^2 p with lam = z/(1+z); the least bound over g."""
    z = lead_drift()
    bound = 1 - g * p * z / (1 + z) + g**2 * p
    (best,) = solve(diff(bound, g), g)
    found = {g: best, growth: bound.subs(g, best)}
    for symbol, value in found.items():
        expect_zero(claim.says(symbol).subs(g, best) - value, f"{symbol}")
