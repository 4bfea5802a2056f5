"""Chapter two_batches: two batches in turn from almost every start, by the order of the masses."""

from __future__ import annotations

import numpy as np
from sympy import (
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Matrix,
    Max,
    Rational,
    Symbol,
    cancel,
    diff,
    expand,
    fraction,
    together,
)

from sim import simulate
from tests.assumptions.sampling_tools import interval_of
from tests.assumptions.test_two_batches import bound_of_excess
from tests.inequalities import condition_of, end_of, expect_implied, is_strict
from tests.reading import bound_on, by_side, expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, seed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.sampling import (
    SAMPLING_CYCLIC,
    SAMPLING_CYCLIC_SHARED,
    epochs,
    factor_between,
    factor_radial,
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
from theory.model.band import BAND
from theory.model.step import NORM
from theory.notation import S, a, b, d, delta, delta_next, n, r2, t

X, Y = Symbol("X_1", real=True), Symbol("Y_1", real=True)  # masses: seen, not seen
part, level = Symbol("w", real=True), Symbol("z", real=True)  # X/(X+Y), and delta/(a/4)
f, g = (step_factor(c, X).subs(t, 2 - X - Y) for c in (0, 1))
HALF = (Y * f**2, X * g**2)  # the masses after the step, their names exchanged
STRIP = {X: (1 + a * level / 4) * part, Y: (1 + a * level / 4) * (1 - part)}


def largest_step(claim: Claim) -> Rational:
    """The claim's own upper end of a."""
    ends = [end_of(x, a) for x in relations(condition_of(claim, "step size")) if x != Gt(a, 0)]
    expect_implied(Gt(a, 0), claim.region)
    if len(ends) != 1 or not ends[0].is_Rational:
        raise Undecided(f"{claim.region} does not bound the step size")
    return ends[0]


def expect_on_strip(claim: Claim, expr: Expr, message: str) -> None:
    """``expr`` >= 0 where 1 <= X + Y <= 1 + a/4, X, Y >= 0 and a is one of the claim's."""
    box = {a: (0, largest_step(claim)), part: (0, 1), level: (0, 1)}
    expect_nonnegative(expand(expr.subs(STRIP, simultaneous=True)), box, message)


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="band")
def test_the_strip_above_the_unit_sphere_is_kept(claim: Claim) -> None:
    """0 <= delta <= a/4 for ever: above by BAND, below because a (1 + delta) <= 1/4 there."""
    expect_items(claim, words.ORTHONORMAL, words.LINEAR, words.CYCLIC)
    expect_implied(Ge(b, 1), claim.region)
    (kept,) = [x for x in relations(BAND.formula) if x.lts == delta_next]
    expect_zero(kept.gts - a / 4, "BAND's upper end")
    for condition in relations(BAND.region):
        if condition.free_symbols == {a} and condition != Gt(a, 0):
            expect(end_of(condition, a) >= largest_step(claim), "BAND's step size")
    after = sum(HALF) - 1
    known = next(x.rhs for x in relations(NORM.formula) if x.lhs == delta_next and not x.has(r2))
    expect_zero(known.subs({S: X, delta: X + Y - 1}) - after, "delta+ is NORM's")
    expect_on_strip(claim, after, "delta+ >= 0")
    expect(condition_of(claim, "start") == Eq(r2, 1), "the start has delta = 0")
    expect(condition_of(claim, "no room") == Eq(d, n), "all of r2 is on the data")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="order")
def test_half_an_epoch_turns_the_order_round(claim: Claim) -> None:
    """Signs -, +; +, - of the Jacobian of (X, Y) -> (Y f^2, X g^2), strict inside the strip.

    The strip is convex: along the segment between two ordered points both coordinates move one way.
    """
    expect(condition_of(claim, "two batches") == Eq(epochs, 2), "K = 2")
    slopes = Matrix(HALF).jacobian([X, Y])
    grip = g - 4 * a * X
    claimed = Matrix([[-2 * a * Y * f, f**2], [g * grip, -2 * a * X * g]])
    for entry in slopes - claimed:
        expect_zero(entry, "Jacobian")
    margin = Rational(1, 10**4)  # any positive number
    for factor, what in ((f, "f"), (g, "g"), (grip, "g - 4aX")):
        expect_on_strip(claim, factor - margin, f"{what} > 0")


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
    lost = most * (1 + most / 4)  # aX <= a (1 + a/4), and g - 1 = a (2 - 2X - Y) <= a
    inside = expand(rest.subs({one: 1 - p, two: 1 + q}))
    spare = expand(inside - (p + q) / 8)  # G >= (p + q)/8 > 0, as p = aX > 0
    expect_nonnegative(spare, {p: (0, lost), q: (0, lost)}, "G > 0")
    orbit = cancel(lines[0].subs(two, 1 / one))
    size = by_side(SAMPLING_CYCLIC_SHARED, a).subs(u, one)
    expect_zero(orbit.subs(a, size), "f g = 1: the step size of SAMPLING-CYCLIC-SHARED at u = f")
    falls = cancel(diff(size, one) * one**3)
    expect(
        bool(falls.subs(one, part).as_poly(part).all_coeffs() == [-1, 0, 0, -1]), "one u in (0, 1)"
    )
    expect_zero(cancel(first.subs(a, size)) - by_side(SAMPLING_CYCLIC_SHARED, first_square).subs(u, one),
                "its mass X")  # fmt: skip
    expect_zero(cancel((second.subs(two, 1 / one)).subs(a, size))
                - by_side(SAMPLING_CYCLIC_SHARED, second_square).subs(u, one), "its mass Y")  # fmt: skip


def _monomial(expr: Expr, *symbols: Symbol) -> bool:
    form = expr.as_poly(*symbols)
    return form is None or len(form.monoms()) == 1


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="ends")
def test_one_batch_alone_goes_to_its_sphere(claim: Claim) -> None:
    """Y = 0: seeing A multiplies delta by k, 0 <= k <= 1 - 3a; seeing B moves nothing.

    So the greatest masses (1 + a/4, 0) and the least (0, 1 + a/4) tend to (1, 0) and (0, 1), which are
    the fixed points on the axes.
    """
    alone = (HALF[1] - 1).subs(Y, 0)
    factor = cancel(alone / (X - 1))
    expect_zero(alone.subs(X, 1), "X = 1 is fixed")
    most = largest_step(claim)
    for expr, what in ((factor, "k >= 0"), (1 - 3 * a - factor, "k <= 1 - 3a")):
        value = expand(expr.subs(X, 1 + a * level / 4))
        expect_nonnegative(value, {a: (0, most), level: (0, 1)}, what)
    expect(3 * most < 1, "1 - 3a < 1 and a > 0")
    expect_zero(HALF[0].subs(Y, 0), "no mass comes back")
    expect_zero(HALF[1].subs(X, 0), "B is idle where it has no mass")
    expect_zero(step_factor(0, Integer(0)) - 1, "a batch without mass moves nothing")


def orbit_slopes() -> Matrix:
    """|d log H/d log (X, Y)| at the orbit: signs are those of the order."""
    entries = [[2 * a * X / f, Integer(1)], [1 - 4 * a * X / g, 2 * a * Y / g]]
    orbit = {
        x: by_side(SAMPLING_CYCLIC_SHARED, y) for x, y in ((X, first_square), (Y, second_square))
    }
    size = by_side(SAMPLING_CYCLIC_SHARED, a)
    return Matrix(entries).subs(orbit, simultaneous=True).subs(a, size).applyfunc(cancel)


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="sides")
def test_the_orbit_pushes_what_is_above_it_up(claim: Claim) -> None:
    """In logarithms (1, -(2u - 1)) is stretched by 2u - 3 + 2/u > 1: a little above the orbit an epoch
    leads up, and the only fixed point up there is (1, 0).  Likewise below."""
    largest_step(claim)
    slopes, grown = orbit_slopes(), 2 * u - 3 + 2 / u
    along = Matrix([1, 2 * u - 1])
    for entry in slopes * along - grown * along:
        expect_zero(entry, "an eigenvector with both signs of the order")
    expect_zero(grown**2 - by_side(SAMPLING_CYCLIC_SHARED, other_multiplier), "mu_2")
    (more,) = [x for x in relations(SAMPLING_CYCLIC_SHARED.formula)
               if x.has(other_multiplier) and not isinstance(x, Eq)]  # fmt: skip
    expect(is_strict(more) and more.has(1) and more.gts == other_multiplier, f"{more}")
    ends = interval_of(SAMPLING_CYCLIC_SHARED)
    expect(bool(ends.inf > Rational(1, 2)), "2u - 1 > 0: the vector has both signs")
    others = by_side(SAMPLING_CYCLIC_SHARED, multiplier) * by_side(
        SAMPLING_CYCLIC_SHARED, other_multiplier
    )
    expect_zero(slopes.det() ** 2 - others, "the multipliers are this map's")


@evidence(SAMPLING_CYCLIC_TWO, "certificate", step="middle")
def test_ordered_pairs_beside_the_orbit_part(claim: Claim) -> None:
    """What never comes above or below the orbit stays within kappa a of it, X and Y alike.

    There (2u - 1)|d log X| + |d log Y| grows in every half epoch of an ordered pair, by a factor above
    1 + c (1-u)^2: two such starts on the sphere cannot both stay.
    """
    low, high = bound_of_excess()
    kappa = Rational(169, 1250)
    # below: X_* - X <= delta_* = excess a; above: X - X_* <= a/4 - delta_*
    expect(Max(high, Rational(1, 4) - low) < kappa, "the orbit's distance from the strip's sides")
    least = Rational(894, 1000)
    size = by_side(SAMPLING_CYCLIC_SHARED, a)
    expect(size.subs(u, least) > largest_step(claim), "a <= 23/100 has u >= 0.894; a falls in u")
    x, y, e = Symbol("x", real=True), Symbol("y", real=True), Symbol("e", real=True)
    near = {X: by_side(SAMPLING_CYCLIC_SHARED, first_square) + a * x,
            Y: by_side(SAMPLING_CYCLIC_SHARED, second_square) + a * y}  # fmt: skip
    box = {e: (0, 1 - least), x: (-kappa, kappa), y: (-kappa, kappa)}
    weight = (2 * u - 1, Integer(1))

    def quotient(value: Expr) -> tuple[Expr, Expr]:
        placed = value.subs(near, simultaneous=True).subs(a, size)
        return tuple(fraction(cancel(together(placed))))

    def expect_positive(top: Expr, bottom: Expr, what: str) -> None:
        parts = [expand(z.subs(u, 1 - e)) for z in (top, bottom)]
        sign = 1 if parts[1].subs({e: 0, x: 0, y: 0}) > 0 else -1
        for z in parts:
            expect_nonnegative(expand(sign * z) - Rational(1, 1000), box, what)

    for column, mass, signs in ((0, X, (-1, 1)), (1, Y, (1, -1))):
        logs = [sign * mass * diff(h, mass) / h for sign, h in zip(signs, HALF, strict=True)]
        for entry in logs:  # the signs of "order", on all of the box: a path may leave the strip
            top, bottom = quotient(entry)
            expect_positive(cancel(top / (1 - u)) if top.subs(u, 1) == 0 else top, bottom, "signs")
        gain = sum(w * z for w, z in zip(weight, logs, strict=True)) - weight[column]
        top, bottom = quotient(gain)
        spare = cancel(top / (1 - u) ** 2)
        expect(spare.is_polynomial(u, x, y), "(1-u)^2 divides it")
        expect_positive(spare, bottom, f"growth along {mass}")


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="count")
def test_one_share_is_lost(claim: Claim) -> None:
    """At most one by "middle"; none would cut (0, 1) into two open sets that are not empty: the shares that
    go to A and those that go to B, as both ends attract (SAMPLING-CYCLIC)."""
    expect_only(claim, p_cyclic, exceptions)
    expect(by_side(claim, exceptions) == 1, "one share", claimed=by_side(claim, exceptions))
    most = largest_step(claim)
    for factor in (factor_between, factor_radial):
        bounds = [
            x for x in relations(SAMPLING_CYCLIC.formula) if x.has(factor) and not isinstance(x, Eq)
        ]
        expect(len(bounds) == 1 and is_strict(bounds[0]), f"{factor} is below 1 in modulus")
    for condition in relations(SAMPLING_CYCLIC.region):
        if condition.free_symbols == {a} and condition != Gt(a, 0):
            expect(end_of(condition, a) > most, "SAMPLING-CYCLIC's step size")


@evidence(SAMPLING_CYCLIC_TWO, "symbolic", step="law")
def test_no_single_share_has_a_chance(claim: Claim) -> None:
    """d = n = 2b: X has the density of Beta(b/2, b/2), whatever the radius; 0 < X < 1 almost surely."""
    expect_items(claim, words.ROTATION_INVARIANT, words.ORTHONORMAL, words.CYCLIC)
    expect(condition_of(claim, "no room") == Eq(d, n), "all of r2 is on the data")
    tie = [x for x in relations(condition_of(claim, "cyclic")) if isinstance(x, Eq)]
    expect(len(tie) == 1 and tie[0].subs(epochs, 2) == Eq(n, 2 * b), f"n = 2b by {tie}")
    law = density_of_share(b, 2 * b)
    expect(RADIAL not in law, "the share depends on the radius")
    for base in (share, 1 - share):
        expect_zero(law[base] - (b / 2 - 1), f"exponent of {base}")
        expect_implied(Gt(b, 0), claim.region)  # above -1: a density, without atoms
    expect_zero(by_side(claim, p_cyclic) - 1, "one share of (0, 1) is lost")


@evidence(SAMPLING_CYCLIC_TWO, "simulation", cases={"0.2": 0.2, "0.23": 0.23})
def test_runs_part_at_one_share(claim: Claim, case: float) -> None:
    """b = 1 and 200 shares: up to one share all end on B, beyond it all on A, and the end is sharp."""
    expect(by_side(claim, exceptions) == 1, "one share parts them")
    inside = {a: Rational(str(case)), n: 2, d: 2, b: 1, epochs: 2, r2: 1}
    expect(bool(claim.region.subs(inside)), "the runs are outside")
    shares = np.linspace(0.0025, 0.9975, 200)
    q = np.sqrt(np.stack([shares, 1 - shares], axis=1))
    result = simulate(q, 0.0, batch_size=1, step_size=case, steps=3000, sampling="cyclic",
                      seed=seed("order"))  # fmt: skip
    first = result.q[:, 0] ** 2
    settled = (np.abs(first - (first > 0.5)) < 1e-6) & (
        np.abs((result.q**2).sum(axis=1) - 1) < 1e-6
    )
    expect(bool(settled.all()), f"{settled.sum()} of 200 are on a batch")
    expect(bool((np.diff((first > 0.5).astype(int)) >= 0).all()) or
           bool((np.diff((first > 0.5).astype(int)) <= 0).all()), "the ends alternate")  # fmt: skip
    expect(0 < (first > 0.5).sum() < 200, "both are reached")


@evidence(SAMPLING_CYCLIC_TWO, "witness", step="middle", needs="start")
def test_on_the_orbit_two_batches_share_for_ever(claim: Claim) -> None:
    """SAMPLING-CYCLIC-SHARED's orbit in the strip: a start with r2 > 1, of one direction, has no limit."""
    point = {u: Rational(9, 10)}
    size = by_side(SAMPLING_CYCLIC_SHARED, a).subs(point)
    expect(size < largest_step(claim), "a step size of the claim", a=size)
    masses = [by_side(SAMPLING_CYCLIC_SHARED, z).subs(point) for z in (first_square, second_square)]
    after = [h.subs({X: masses[0], Y: masses[1], a: size}) for h in HALF]
    expect(after == masses, "H keeps it", after=after)
    expect(sum(masses) > 1 and condition_of(claim, "start") == Eq(r2, 1), "r2 = 1 leaves it out")
    expect(
        difference(bound_on(SAMPLING_CYCLIC_SHARED, multiplier)).subs(multiplier, 1) == 0,
        "mu_1 < 1",
    )
