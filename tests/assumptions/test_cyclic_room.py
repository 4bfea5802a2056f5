"""Chapter two_batches: two batches in turn with mass that no batch feeds."""

from __future__ import annotations

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
    together,
)

from tests.assumptions.sampling_tools import interval_of
from tests.assumptions.test_cyclic_two import MARGIN, largest_step
from tests.forms import cancel
from tests.inequalities import end_of, expect_implied, is_strict, univariate_sign
from tests.obstructions import dead_starts
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, matching
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
from theory.assumptions.two_batches import SAMPLING_CYCLIC_ROOM, SAMPLING_CYCLIC_TWO, exceptions
from theory.full_batch.alignment import RADIAL, density_of_share, share
from theory.full_batch.convergence import GD_CONVERGES
from theory.minibatch.log_ratios import step_factor
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.band import BAND_LEAST, m
from theory.model.step import NORM
from theory.notation import S, a, b, d, delta, delta_next, n, r2, rho, s, s_next, t

X, Y, Z = (Symbol(name, real=True) for name in ("X_1", "Y_1", "Z_1"))  # seen, not seen, no batch's
f, g = (step_factor(c, X).subs(t, 2 - X - Y - Z) for c in (0, 1))
HALF = (Y * f**2, X * g**2, Z * f**2)
LARGEST_M = Rational(18322, 100000)  # a = m (m + 2) <= 2/5 there


def own_parameter(claim: Claim) -> Expr:
    """a in m = sqrt(1 + a) - 1, where LARGEST_M covers the claim's step sizes."""
    size = m * (m + 2)
    tie = conjunct(BAND_LEAST.region, a, kind="equation")
    expect_zero(difference(tie) - (a - size), "a = m (m + 2)")
    expect(size.subs(m, LARGEST_M) > largest_step(claim), "all of the claim's a are covered")
    return size


@evidence(SAMPLING_CYCLIC_ROOM, "certificate", step="strip")
def test_the_least_band_is_kept_from_the_unit_sphere(claim: Claim) -> None:
    """-a/4 <= delta <= D* for ever, by BAND-LEAST from above; S <= 1 + delta."""
    expect_items(claim, words.ORTHONORMAL, words.CYCLIC)
    own_parameter(claim)
    upper = BAND_LEAST.conjunct(lesser=delta_next)
    expect_zero(upper.gts - m / (m + 2), "D*")
    for condition in relations(BAND_LEAST.region):
        if condition.free_symbols == {m} and condition != Gt(m, 0):
            expect(end_of(condition, m) >= LARGEST_M, "BAND-LEAST's step size")
    known = NORM.conjunct(without=[r2], side=delta_next).rhs
    level, part = Symbol("z", real=True), Symbol("w", real=True)
    after = known.subs({S: (1 + delta) * part}).subs(delta, a * level / 4)
    box = {a: (0, largest_step(claim)), level: (-1, 1), part: (0, 1)}
    expect_nonnegative(expand(after + a / 4), box, "delta+ >= -a/4")
    size = m * (m + 2)
    expect_zero(size / 4 - m / (m + 2) - m * (m * (m + 4) / 4) / (m + 2), "D* <= a/4")
    # f >= 1 - a (1 + delta) > 0, g >= f: signs are kept
    expect_zero(f - (1 - a * X), "f")
    expect(largest_step(claim) * (1 + largest_step(claim) / 4) < 1, "f > 0")
    expect_zero(g - f - a * (2 - X - Y - Z), "g >= f")
    expect(claim.condition("start") == Eq(r2, 1), "the start has delta = 0")


@evidence(SAMPLING_CYCLIC_ROOM, "certificate", step="majority")
def test_the_larger_live_mass_wins_when_it_is_seen(claim: Claim) -> None:
    """X >= Y: f t' < t f' again.  With Y = q X, q <= 1: (t f' - f t')/(aX) falls in q, and at q = 1 it is at
    least c X > 0 for -a/4 <= delta <= D*."""
    expect(claim.condition("two batches") == Eq(epochs, 2), "K = 2")
    second = dict(zip((X, Y, Z), HALF, strict=True))  # B is seen
    f_two, g_two = (x.subs(second, simultaneous=True) for x in (f, g))
    slack = 2 - X - Y - Z
    slack_two = slack.subs(second, simultaneous=True)
    expect_zero(f * g_two - g * f_two - a * (f * slack_two - slack * f_two), "f g' - g f'")
    part = Symbol("q", real=True)
    rest = -4 * delta * (1 - a * delta) + a * (1 - 3 * delta) * (1 + delta - X)
    spare = (1 - delta) * (1 - part * (1 - a * X) ** 2) + (1 - a * X) * rest
    placed = {part: Y / X, delta: X + Y + Z - 1}
    expect_zero(cancel(slack * f_two - f * slack_two - a * X * spare.subs(placed, simultaneous=True)),
                "t f' - f t' = aX times this")  # fmt: skip
    expect_zero(diff(spare, part) + (1 - delta) * (1 - a * X) ** 2, "falls in q, as t > 0")
    size, level = own_parameter(claim), Symbol("z", real=True)
    sides = (((0, 1), m / (m + 2) * level), ((-1, 0), size * level / 4))
    for ends, place in sides:
        value = cancel(
            together(spare.subs(part, 1).subs({delta: place, a: size}, simultaneous=True))
        )
        top, bottom = fraction(value)
        expect(bottom.subs(m, 0) > 0 and bottom.free_symbols <= {m}, f"{bottom} > 0")
        expect_zero(top.subs(m, 0), "m divides it")
        box = {m: (0, LARGEST_M), level: ends, X: (0, Rational(11, 10))}
        expect_nonnegative(expand(cancel(top / m) - MARGIN * X), box, "f t' < t f' where X >= Y")
    expect(1 + largest_step(claim) / 4 <= Rational(11, 10), "X <= 1 + delta")


@evidence(SAMPLING_CYCLIC_ROOM, "symbolic", step="lost")
def test_lost_paths_tend_to_the_orbit(claim: Claim) -> None:
    """X < Y at every half epoch.  X -> 0 would make Y, by MASS-FLOOR not small, the next X, and X the next
    Y.  So f < 1 - c and Z -> 0; limit points are full lost paths of two masses (SAMPLING-CYCLIC-TWO)."""
    expect_items(claim, words.ORTHONORMAL)
    expect(all(x.subs(X, 0) == y for x, y in zip(HALF, (Y, Integer(0), Z), strict=True)), "X = 0")
    kept = MASS_FLOOR.conjunct(kind="inequality")
    expect(kept.gts == s_next and kept.lts.subs({S: 0}) == s, f"{kept}")
    for condition in relations(MASS_FLOOR.condition("step size")):
        if condition != Gt(a, 0):  # a S <= a (1 + delta) <= 1
            most = largest_step(claim)
            expect(bool(difference(condition).subs({a: most, S: 1 + most / 4}) > 0), f"{condition}")
    expect_zero(HALF[2] / Z - (1 - a * X) ** 2, "Z falls with X > 0")
    for mine, theirs in zip(
        HALF[:2], (Y * (1 - a * X) ** 2, X * (1 + a * (2 - 2 * X - Y)) ** 2), strict=True
    ):
        expect_zero(mine.subs(Z, 0) - theirs, "Z = 0: the map of two masses")
    expect(largest_step(claim) <= largest_step(SAMPLING_CYCLIC_TWO), "its step sizes")
    expect(SAMPLING_CYCLIC_TWO.says(exceptions) == 1, "one share is lost there")
    expect_implied(Gt(s, 0), claim.region)


@evidence(SAMPLING_CYCLIC_ROOM, "cited", step="manifold")
def test_the_orbit_is_a_hyperbolic_saddle_of_all_masses(claim: Claim) -> None:
    """Multipliers of half an epoch: 2u + 1 - 2/u and u^2 inside the unit circle, not 0; -(2u - 3 + 2/u)
    outside.  So what stays near it is an analytic surface; its preimages meet the start's triangle
    X + Y + Z = 1 in null sets, for no piece of the triangle is lost."""
    expect(claim.cites == ("analytic stable manifold theorem",), f"cites {claim.cites}")
    largest_step(claim)
    orbit = {X: SAMPLING_CYCLIC_SHARED.says(first_square),
             Y: SAMPLING_CYCLIC_SHARED.says(second_square), Z: Integer(0)}  # fmt: skip
    size = SAMPLING_CYCLIC_SHARED.says(a)
    slopes = Matrix(HALF).jacobian([X, Y, Z]).subs(orbit, simultaneous=True).subs(a, size)
    z = Symbol("z", real=True)
    inward, outward = 2 * u + 1 - 2 / u, 2 * u - 3 + 2 / u
    known = (z - u**2) * (z - inward) * (z + outward)
    found = (z * Matrix.eye(3) - slopes.applyfunc(cancel)).det()
    expect_zero(cancel(found) - known, "characteristic polynomial")
    expect_zero(inward**2 - SAMPLING_CYCLIC_SHARED.says(multiplier), "mu_1")
    expect_zero(outward**2 - SAMPLING_CYCLIC_SHARED.says(other_multiplier), "mu_2")
    signs = matching(SAMPLING_CYCLIC_SHARED.formula, kind="inequality", number=2)
    expect(all(map(is_strict, signs)), "mu_1 < 1 < mu_2")
    ends = interval_of(SAMPLING_CYCLIC_SHARED)
    low = Rational(793, 1000)
    expect(bool(ends.inf > low) and ends.sup == 1, "0.793 < u < 1: u^2 is inside")
    expect(univariate_sign(expand(inward * u), u, low, ends.sup) == 1, "no multiplier is 0")


@evidence(SAMPLING_CYCLIC_ROOM, "symbolic", step="law")
def test_masses_have_a_density(claim: Claim) -> None:
    """Live counts k, l >= 1 in A, B and h >= 1 other coordinates: the shares of X in X + Y and of X + Y in
    r2 have densities, independent of each other and of the radius.  h = 0 is SAMPLING-CYCLIC-TWO; with one
    live batch alone GD-CONVERGES leads to its sphere, and the other moves nothing."""
    expect_only(claim, p_cyclic)
    expect_items(claim, words.ROTATION_INVARIANT, words.ORTHONORMAL, words.CYCLIC)
    one, two, rest = (Symbol(name, positive=True) for name in ("k", "l", "h"))
    for size, total in ((one, one + two), (one + two, one + two + rest)):
        law = density_of_share(size, total)
        expect(RADIAL not in law, "the share depends on the radius")
        expect_zero(law[share] - (size / 2 - 1), "exponent above -1")
        expect_zero(law[1 - share] - ((total - size) / 2 - 1), "exponent above -1")
    for condition in relations(GD_CONVERGES.region):
        if condition.free_symbols == {a} and condition != Gt(a, 0):
            expect(end_of(condition, a) > largest_step(claim), "GD-CONVERGES' step size")
        elif condition.free_symbols == {s, rho}:  # its r2 = s + rho is the start's, 1
            expect(bool(difference(condition).subs(rho, 1 - s) >= 0), f"{condition}")
    expect(claim.condition("start") == Eq(r2, 1), "the start's radius")
    expect_zero(step_factor(0, Integer(0)) - 1, "a batch without live mass moves nothing")
    expect(SAMPLING_CYCLIC_TWO.condition("no room") == Eq(d, n), "h = 0")
    expect_implied(Ge(b, 1), claim.region)
    expect_zero(claim.says(p_cyclic) - SAMPLING_CYCLIC_TWO.says(p_cyclic), "both are 1")


@evidence(SAMPLING_CYCLIC_ROOM, "witness", step="lost", needs="live coordinate")
def test_dead_starts_stay(claim: Claim) -> None:
    for point, why in dead_starts():
        known = {**point, r2: 1, s: 0, epochs: 2, n: 2, b: 1, a: Rational(1, 4)}
        names = [x for x in claim.assumptions if x.condition is not None]
        held = {x.name: satisfies(x.condition, known) for x in names}
        expect(held == {**dict.fromkeys(held, True), "live coordinate": False}, why, held=held)
