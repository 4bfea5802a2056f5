"""Chapter two_batches: two batches in turn from almost every start, by the order of the masses."""

from __future__ import annotations

from typing import Any

from sympy import (
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Matrix,
    Rational,
    Symbol,
    diff,
    expand,
    fraction,
)

from tests.assumptions.sampling_tools import interval_of
from tests.assumptions.test_two_batches import bound_of_excess
from tests.forms import cancel, together
from tests.inequalities import end_of, expect_implied, is_strict
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.assumptions.epochs import (
    SAMPLING_CYCLIC_SHARED,
    epochs,
    first_square,
    multiplier,
    other_multiplier,
    p_cyclic,
    second_square,
    u,
)
from theory.assumptions.two_batches import SAMPLING_CYCLIC_TWO, exceptions
from theory.full_batch.alignment import RADIAL, density_of_share, share
from theory.minibatch.log_ratios import step_factor
from theory.model.step import NORM
from theory.notation import S, a, b, d, delta, delta_next, n, r2, t

MARGIN = Rational(1, 1000)  # any positive number
X, Y = Symbol("X_1", real=True), Symbol("Y_1", real=True)  # masses: seen, not seen
part, level = Symbol("w", real=True), Symbol("z", real=True)  # X/(X+Y); delta = a level/4
f, g = (step_factor(c, X).subs(t, 2 - X - Y) for c in (0, 1))
HALF = (Y * f**2, X * g**2)  # the masses after the step, their names exchanged
STRIP = {X: (1 + a * level / 4) * part, Y: (1 + a * level / 4) * (1 - part)}


def largest_step(claim: Claim) -> Rational:
    """The claim's own upper end of a."""
    ends = [end_of(x, a) for x in relations(claim.condition("step size")) if x != Gt(a, 0)]
    expect_implied(Gt(a, 0), claim.region)
    if len(ends) != 1 or not ends[0].is_Rational:
        raise Undecided(f"{claim.region} does not bound the step size")
    return ends[0]


def expect_on_strip(claim: Claim, expr: Expr, shares: tuple[Any, Any], message: str) -> None:
    """``expr`` >= 0 where |X + Y - 1| <= a/4 and X/(X + Y) is in ``shares``, for the claim's a."""
    box = {a: (0, largest_step(claim)), part: shares, level: (-1, 1)}
    expect_nonnegative(expand(expr.subs(STRIP, simultaneous=True)), box, message)


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="strip")
def test_a_strip_about_the_unit_sphere_is_kept(claim: Claim) -> None:
    """-a/4 <= delta <= a/4 for ever, and f, g > 0 there: signs are kept."""
    expect_items(claim, words.ORTHONORMAL, words.LINEAR, words.CYCLIC)
    expect_implied(Ge(b, 1), claim.region)
    after = sum(HALF) - 1
    known = NORM.conjunct(without=[r2], side=delta_next).rhs
    expect_zero(known.subs({S: X, delta: X + Y - 1}) - after, "delta+ is NORM's")
    for side, what in ((after + a / 4, "delta+ >= -a/4"), (a / 4 - after, "delta+ <= a/4")):
        expect_on_strip(claim, side, (0, 1), what)
    for factor, what in ((f, "f"), (g, "g")):
        expect_on_strip(claim, factor - MARGIN, (0, 1), f"{what} > 0")
    expect(claim.condition("start") == Eq(r2, 1), "the start has delta = 0")
    expect(claim.condition("no room") == Eq(d, n), "all of r2 is on the data")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="majority")
def test_half_of_the_mass_wins_when_it_is_seen(claim: Claim) -> None:
    """X >= Y: over an epoch Y/X is multiplied by (f g'/(g f'))^2 < 1, as f t' < t f', f', g', t' those of
    its second half.  So Y/X -> 0, and on the axis delta is multiplied by k, |k| < 1."""
    expect(claim.condition("two batches") == Eq(epochs, 2), "K = 2")
    second = {X: HALF[0], Y: HALF[1]}  # B is seen
    f_two, g_two = (x.subs(second, simultaneous=True) for x in (f, g))
    slack = 2 - X - Y
    slack_two = slack.subs(second, simultaneous=True)
    expect_zero(f * g_two - g * f_two - a * (f * slack_two - slack * f_two), "f g' - g f'")
    gap = expand(slack * f_two - f * slack_two)
    strip = expand(gap.subs(STRIP, simultaneous=True))
    expect_zero(strip.subs(a, 0), "a divides it")
    box = {a: (0, largest_step(claim)), part: (Rational(1, 2), 1), level: (-1, 1)}
    expect_nonnegative(expand(cancel(strip / a) - a * MARGIN), box, "f t' < t f' where X >= Y")
    expect_on_strip(claim, f_two - MARGIN, (0, 1), "f' > 0")
    alone = (HALF[1] - 1).subs(Y, 0)
    factor = cancel(alone / (X - 1))
    for side, what in ((1 - factor, "k < 1"), (1 + factor, "k > -1")):
        value = expand(cancel(side.subs(X, 1 + a * level / 4) / (a if what == "k < 1" else 1)))
        axis = {a: (0, largest_step(claim)), level: (-1, 1)}
        expect_nonnegative(value - MARGIN, axis, what)
    expect_zero(HALF[0].subs(Y, 0), "no mass comes back")
    expect_zero(step_factor(0, Integer(0)) - 1, "a batch without mass moves nothing")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="order")
def test_half_an_epoch_turns_the_order_round(claim: Claim) -> None:
    """Signs -, +; +, - of the Jacobian of (X, Y) -> (Y f^2, X g^2) where 0 < X <= Y, strictly.

    This part of the strip is convex: along the segment between two ordered points both coordinates move
    one way.
    """
    slopes = Matrix(HALF).jacobian([X, Y])
    grip = g - 4 * a * X
    claimed = Matrix([[-2 * a * Y * f, f**2], [g * grip, -2 * a * X * g]])
    for entry in slopes - claimed:
        expect_zero(entry, "Jacobian")
    expect_on_strip(claim, grip - MARGIN, (0, Rational(1, 2)), "g - 4aX > 0")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="fixed points")
def test_the_orbit_is_the_only_shared_fixed_point_of_an_epoch(claim: Claim) -> None:
    """A fixed point has g f' = f g' = 1 (f', g' in the second half), so g > 1.  Without a these say
    (f g - 1) G(f, g) = 0, and G > 0 for f = 1 - p, g = 1 + q: only f g = 1 is left."""
    one, two = Symbol("f", real=True), Symbol("g", real=True)
    first = (1 - one) / a
    second = 2 - 2 * first - (two - 1) / a
    expect_zero(f.subs({X: first}) - one, "f")
    expect_zero(g.subs({X: first, Y: second}) - two, "g")
    after = {X: second * one**2, Y: first * two**2}  # B is seen
    closed = [
        two * f.subs(after, simultaneous=True) - 1,
        one * g.subs(after, simultaneous=True) - 1,
    ]
    lines = [expand(cancel(x)) for x in closed]
    for line in lines:
        expect_zero(diff(line, a, 2), "linear in a")
    at_0, slope = zip(*((x.subs(a, 0), diff(x, a)) for x in lines), strict=True)
    rest = one**2 * two**2 - 2 * one**2 - one * two**2 + 2 * one * two - two + 1
    joint = at_0[0] * slope[1] - at_0[1] * slope[0]
    quotient = cancel(joint / (rest * (one * two - 1)))
    numerator, denominator = fraction(quotient)
    for extra in (numerator, denominator):
        expect(not extra.has(a) and set(extra.free_symbols) <= {one, two}, "another factor")
        expect(extra.subs({one: Integer(1), two: Integer(1)}) != 0, f"another factor {extra}")
        expect(_monomial(extra, one, two), f"{extra} may vanish for f, g > 0")
    p, q = Symbol("p", real=True), Symbol("q", real=True)
    most = largest_step(claim)
    wide = most * (
        1 + most / 4
    )  # g - 1 = a (2 - 2X - Y) <= a (1 - delta), and X <= Y: 2aX <= a (1 + delta)
    inside = expand(rest.subs({one: 1 - p, two: 1 + q}))
    spare = expand(inside - (p + q) / 8)  # G >= (p + q)/8 > 0, as p = aX > 0
    expect_nonnegative(spare, {p: (0, wide / 2), q: (0, wide)}, "G > 0")
    orbit = cancel(lines[0].subs(two, 1 / one))
    size = SAMPLING_CYCLIC_SHARED.says(a).subs(u, one)
    expect_zero(orbit.subs(a, size), "f g = 1: the step size of SAMPLING-CYCLIC-SHARED at u = f")
    falls = cancel(diff(size, one) * one**3)
    expect(
        bool(falls.subs(one, part).as_poly(part).all_coeffs() == [-1, 0, 0, -1]), "one u in (0, 1)"
    )
    expect_zero(cancel(first.subs(a, size)) - SAMPLING_CYCLIC_SHARED.says(first_square).subs(u, one),
                "its mass X")  # fmt: skip
    expect_zero(cancel((second.subs(two, 1 / one)).subs(a, size))
                - SAMPLING_CYCLIC_SHARED.says(second_square).subs(u, one), "its mass Y")  # fmt: skip


def _monomial(expr: Expr, *symbols: Symbol) -> bool:
    form = expr.as_poly(*symbols)
    return form is None or len(form.monoms()) == 1


def orbit_slopes() -> Matrix:
    """|d log H/d log (X, Y)| at the orbit: signs are those of the order."""
    entries = [[2 * a * X / f, Integer(1)], [1 - 4 * a * X / g, 2 * a * Y / g]]
    orbit = {x: SAMPLING_CYCLIC_SHARED.says(y) for x, y in ((X, first_square), (Y, second_square))}
    size = SAMPLING_CYCLIC_SHARED.says(a)
    return Matrix(entries).subs(orbit, simultaneous=True).subs(a, size).applyfunc(cancel)


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="sides")
def test_the_orbit_pushes_what_is_above_it_up(claim: Claim) -> None:
    """In logarithms (1, -(2u - 1)) is stretched by 2u - 3 + 2/u > 1: a little above the orbit an epoch
    leads up, and there is no fixed point up there with X <= Y.  Likewise below.  On the orbit X < Y."""
    masses = [SAMPLING_CYCLIC_SHARED.says(y) for y in (first_square, second_square)]
    expect_zero(masses[0] / masses[1] - u**2, "X/Y = u^2 < 1 on the orbit")
    largest_step(claim)
    slopes, grown = orbit_slopes(), 2 * u - 3 + 2 / u
    along = Matrix([1, 2 * u - 1])
    for entry in slopes * along - grown * along:
        expect_zero(entry, "an eigenvector with both signs of the order")
    expect_zero(grown**2 - SAMPLING_CYCLIC_SHARED.says(other_multiplier), "mu_2")
    more = SAMPLING_CYCLIC_SHARED.conjunct(other_multiplier, kind="inequality")  # fmt: skip
    expect(is_strict(more) and more.has(1) and more.gts == other_multiplier, f"{more}")
    ends = interval_of(SAMPLING_CYCLIC_SHARED)
    expect(bool(ends.inf > Rational(1, 2)), "2u - 1 > 0: the vector has both signs")
    others = SAMPLING_CYCLIC_SHARED.says(multiplier) * SAMPLING_CYCLIC_SHARED.says(other_multiplier)
    expect_zero(slopes.det() ** 2 - others, "the multipliers are this map's")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="middle")
def test_what_stays_beside_the_orbit_tends_to_it(claim: Claim) -> None:
    """Both coordinates larger than the orbit's, or both smaller, for ever.  Then (2u - 1)|d log X| + |d log Y|
    shrinks in every half epoch: |beta C - alpha A| < alpha, |alpha B - beta D| < beta for the weights
    (alpha, beta) = (2u - 1, 1) and the slopes -A, B; C, -D of log H."""
    low, high = bound_of_excess()
    most, least = largest_step(claim), Rational(817, 1000)
    size = SAMPLING_CYCLIC_SHARED.says(a)
    expect(size.subs(u, least) > most, "the claim's a have u > 0.817; a falls in u")
    x, y, e = Symbol("x", real=True), Symbol("y", real=True), Symbol("e", real=True)
    near = {X: SAMPLING_CYCLIC_SHARED.says(first_square) + a * x,
            Y: SAMPLING_CYCLIC_SHARED.says(second_square) + a * y}  # fmt: skip
    logs = [[mass * diff(h, mass) / h for mass in (X, Y)] for h in HALF]
    slopes = {"A": -logs[0][0], "B": logs[0][1], "C": logs[1][0], "D": -logs[1][1]}
    expect_zero(slopes["B"] - 1, "B = 1")
    weight = 2 * u - 1
    pulls = (
        (weight, slopes["C"] - weight * slopes["A"]),
        (Integer(1), weight * slopes["B"] - slopes["D"]),
    )
    # above: X - X_* <= delta - delta_* <= a/4 - delta_*; below: X_* - X <= delta_* + a/4
    for sides in ((0, Rational(1, 4) - low), (-Rational(1, 4) - high, 0)):
        box = {e: (0, 1 - least), x: sides, y: sides}
        for own, pull in pulls:
            for gap in (own - pull, own + pull):
                placed = gap.subs(near, simultaneous=True).subs(a, size)
                top, bottom = fraction(cancel(together(placed)))
                if top.subs(u, 1) == 0:
                    top = cancel(top / (1 - u))  # 1 - u > 0
                parts = [expand(z.subs(u, 1 - e)) for z in (top, bottom)]
                sign = 1 if parts[1].subs({e: 0, x: 0, y: 0}) > 0 else -1
                for z in parts:
                    expect_nonnegative(expand(sign * z) - MARGIN, box, "|pull| < weight")


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="count")
def test_one_share_is_lost(claim: Claim) -> None:
    """Two ordered lost starts would tend to the orbit, and part there: the same weights are a left
    eigenvector, of 2u - 3 + 2/u > 1, for ordered displacements.  None lost would cut (0, 1) into two open
    sets that are not empty."""
    expect_only(claim, p_cyclic, exceptions)
    expect(claim.says(exceptions) == 1, "one share", claimed=claim.says(exceptions))
    largest_step(claim)
    slopes, weight = orbit_slopes(), Matrix([[2 * u - 1, 1]])
    for entry in weight * slopes - (2 * u - 3 + 2 / u) * weight:
        expect_zero(entry, "ordered displacements are stretched")
    expect_zero(2 * u - 3 + 2 / u - 1 - 2 * (1 - u) ** 2 / u, "by more than 1")
    # nearly all mass in B: after A is seen B has more, and it is B's turn
    expect(HALF[0].subs(X, 0) == Y and HALF[1].subs(X, 0) == 0, "B wins from small shares")


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="law")
def test_no_single_share_has_a_chance(claim: Claim) -> None:
    """d = n = 2b: X has the density of Beta(b/2, b/2), whatever the radius; 0 < X < 1 almost surely."""
    expect_items(claim, words.ROTATION_INVARIANT, words.ORTHONORMAL, words.CYCLIC)
    expect(claim.condition("no room") == Eq(d, n), "all of r2 is on the data")
    tie = conjunct(claim.condition("cyclic"), kind="equation")
    expect(tie.subs(epochs, 2) == Eq(n, 2 * b), f"n = 2b by {tie}")
    law = density_of_share(b, 2 * b)
    expect(RADIAL not in law, "the share depends on the radius")
    for base in (share, 1 - share):
        expect_zero(law[base] - (b / 2 - 1), f"exponent of {base}")
        expect_implied(Gt(b, 0), claim.region)  # above -1: a density, without atoms
    expect_zero(claim.says(p_cyclic) - 1, "one share of (0, 1) is lost")


@evidence(SAMPLING_CYCLIC_TWO, "witness", step="middle", needs="start")
def test_on_the_orbit_two_batches_share_for_ever(claim: Claim) -> None:
    """SAMPLING-CYCLIC-SHARED's orbit in the strip: a start with r2 > 1, of one direction, has no limit."""
    point = {u: Rational(9, 10)}
    size = SAMPLING_CYCLIC_SHARED.says(a).subs(point)
    expect(size < largest_step(claim), "a step size of the claim", a=size)
    masses = [SAMPLING_CYCLIC_SHARED.says(z).subs(point) for z in (first_square, second_square)]
    after = [h.subs({X: masses[0], Y: masses[1], a: size}) for h in HALF]
    expect(after == masses, "H keeps it", after=after)
    expect(sum(masses) > 1 and claim.condition("start") == Eq(r2, 1), "r2 = 1 leaves it out")
    expect(
        difference(SAMPLING_CYCLIC_SHARED.conjunct(multiplier, kind="inequality")).subs(
            multiplier, 1
        )
        == 0,
        "mu_1 < 1",
    )
