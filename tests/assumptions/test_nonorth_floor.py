"""Evidence: NONORTH-FLOOR."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Ge, Gt, Rational, Symbol, cos, diff, expand, pi, sin, solve

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, dot, exact
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import NONORTH_STEP, U
from theory.assumptions.nonorthogonal_law import (
    NONORTH_ANGLE,
    NONORTH_CROSSOVER,
    NONORTH_FLOOR,
    NONORTH_LYAPUNOV,
    X,
    c,
    floor,
    kappa,
    mean_m,
    mean_m2,
    turn_error2,
)
from theory.minibatch.sparse_time import BAND_ABOVE
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
)

# NONORTH-FLOOR


@evidence(NONORTH_FLOOR, "certificate", step="cone")
@evidence(NONORTH_CROSSOVER, "certificate", step="generator")
def test_cone_and_band_are_kept(claim: Claim) -> None:
    """q_j+ = (1 - aS) q_j + a t U, U = c q_i or q_i, is >= 0 with q_1, q_2; BAND-ABOVE: S = q_i^2."""
    step = NONORTH_STEP.says(q_j_next).subs(r2, 1 + delta)
    on, pull = step.coeff(q_j), step.expand().coeff(U)
    expect_zero(step - on * q_j - pull * U, "two terms")
    expect_zero(NONORTH_STEP.says(perp_next).subs(perp, 0), "w stays in span(x_1, x_2)")
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
    mean = NONORTH_ANGLE.says(mean_m)
    expect(cancel(mean / X).is_polynomial(c), f"{mean} is not a multiple of sin 2 phi")
    return -cancel(mean / X), NONORTH_ANGLE.says(mean_m2).subs(X, 0)


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
    expect_items(claim, words.UNIT_DATA, words.UNIFORM)
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
    error = NONORTH_ANGLE.conjunct(turn_error2, kind="inequality")
    expect(
        cancel((difference(error) + turn_error2) / a**6).is_Rational, "the turn's error is O(a^3)"
    )
    expect(claim.says(floor).has(c), "floor")


@evidence(NONORTH_FLOOR, "symbolic", step="floor")
def test_second_moment_balances_pull_and_noise(claim: Claim) -> None:
    """E phi+^2 - E phi^2 = -2 a P E[phi sin 2phi] + a^2 N + ... = -4 a P E phi^2 + a^2 N + O(a^3)."""
    expect_items(claim, words.UNIFORM, words.SMALL_STEPS_LATE)  # k first: the mean is stationary
    pull, noise_ = pull_and_noise()
    level = Symbol("level", real=True)  # E phi^2/a
    balance = solve(-2 * a * pull * 2 * (a * level) + a**2 * noise_, level)
    expect(len(balance) == 1, f"{balance}")
    expect_identity(claim.formula, {floor: balance[0]})
    expect_zero(balance[0] - NONORTH_LYAPUNOV.says(floor), "NONORTH-LYAPUNOV's leading order")
