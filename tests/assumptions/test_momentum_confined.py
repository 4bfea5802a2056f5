"""Chapter momentum_confined: the energy of the heavy ball, and the radius, for any batches."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sympy import Expr, Ge, Gt, Poly, Rational, Symbol, expand

from tests.analysis import expect_outside, expect_quotient
from tests.assumptions.momentum_tools import HALF, PLANE, exact_step, largest_step
from tests.forms import cancel
from tests.inequalities import expect_implied, named, restricted
from tests.instances import Instance, evaluate, exact
from tests.projective import ball_of
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import Box, box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, equated
from theory import claims
from theory import vocabulary as words
from theory.assumptions.momentum import beta
from theory.assumptions.momentum_confined import (
    MOMENTUM_CONFINED,
    MOMENTUM_ENERGY,
    along,
    aside,
    energy,
    moved,
    multiplier,
    r2_path,
    r2_start,
    rest,
    v_v,
    v_v_next,
    w_v,
    w_v_next,
)
from theory.notation import S, a, r2, r2_next

SHARE = Symbol("alpha", real=True)  # a/(1-beta)^2
FRICTION = Symbol("k", real=True)  # 1 - beta
POSITIVE = [1 - beta, 1 + beta]


def region_box(claim: Claim) -> Box:
    """0 <= beta <= 1, 0 <= alpha <= the claim's, 0 <= S <= r2 <= 2; S and r2 from the claim."""
    expect_items(claim, words.ORTHONORMAL)
    top = cancel(largest_step(claim) / (1 - beta) ** 2)
    if top.free_symbols:
        raise Undecided(f"the largest step is {top} (1-beta)^2")
    expect_implied(Gt(a, 0), restricted(claim.region, (a,)))
    expect_implied(Ge(r2 - S, 0), claim.region)
    box = box_of(restricted(claim.region, (beta,)), (beta,))
    square = box_of(restricted(claim.region, (r2, S)) & Ge(r2, 0), (r2, S))  # r2 >= S >= 0
    return {**box, SHARE: (Rational(0), top), **square}


def in_parts(claim: Claim, expr: Expr) -> Expr:
    """<w,v> and |v|^2 as the claim's region has them, in y_B, y_R and V."""
    told = equated(claim.condition("velocity"))
    if set(told) != {w_v, v_v}:
        raise Undecided(f"the velocity's equations are those of {set(told)}")
    expect_implied(Ge(aside, 0), claim.region)
    return expr.subs(told)


def slack_before(claim: Claim) -> Expr:
    """2 - energy, as the claim's region has it."""
    return in_parts(claim, difference(conjunct(claim.condition("state"), v_v)))


def own(check: Callable[[], Any]) -> None:
    """A certificate of this proof's own: where there is none the proof fails, and the claim may hold."""
    try:
        check()
    except Refuted as refuted:
        raise Undecided(f"the proof does not go through: {refuted}") from refuted


INSIDE = [  # at rest, moving out, and moving in from the rim; all with r2 <= 2 and energy <= 2
    {beta: HALF, a: Fraction(1, 20), r2: 1, S: HALF, along: 0, rest: 0, aside: 0},
    {beta: HALF, a: Fraction(1, 20), r2: HALF, S: HALF, along: Fraction(1, 4), rest: 0, aside: 0},
    {
        beta: HALF,
        a: Fraction(3, 40),
        r2: 2,
        S: 1,
        along: Fraction(-1, 4),
        rest: Fraction(-1, 8),
        aside: 0,
    },
]


STILL = {beta: HALF, a: Fraction(1, 20), r2: 2, S: 0, along: 0, rest: 0, aside: 0}


def expect_not_lifted(claim: Claim, after: Expr) -> None:
    """after >= 0 where it is 2 - energy+: certified as >= (1 - tau)(2 - energy), 0 <= tau <= 1.

    The difference is a quadratic form in y_B, y_R with V: A S y_B^2 + A (r2-S) y_R^2 + A V + linear + constant.
    Squares completed, what is left is a function of k = 1 - beta, alpha, r2 and S.
    """
    for at in INSIDE:
        expect(after.subs(at) >= 0, "2 - energy+ at a state of the region", **named(at))
    box = region_box(claim)
    low, high = box.pop(beta)
    box = {FRICTION: (1 - high, 1 - low), **box}
    scale = {beta: 1 - FRICTION, a: SHARE * FRICTION**2}
    tau = multiplier().subs(scale, simultaneous=True).expand()
    own(lambda: expect_nonnegative(tau, box, "tau >= 0"))
    own(lambda: expect_nonnegative((1 - tau).expand(), box, "tau <= 1"))
    before, after = (x.subs(scale, simultaneous=True) for x in (slack_before(claim), after))
    form = ((after - (1 - tau) * before) * FRICTION).expand()
    if not form.is_polynomial(along, rest, aside, FRICTION):
        raise Undecided(f"{form} is no polynomial: the claim's energy is another")
    parts = Poly(form, along, rest, aside)
    weight = parts.coeff_monomial(aside)
    one, two = parts.coeff_monomial(along), parts.coeff_monomial(rest)
    expect_zero(parts.coeff_monomial(along**2) - weight * S, "the form on Pw")
    expect_zero(parts.coeff_monomial(rest**2) - weight * (r2 - S), "the form on w - Pw")
    one, two = cancel(one / S), cancel(two / (r2 - S))
    left = (4 * weight * parts.coeff_monomial(1) - S * one**2 - (r2 - S) * two**2).expand()
    squares = S * (2 * weight * along + one) ** 2 + (r2 - S) * (2 * weight * rest + two) ** 2
    expect_zero(4 * weight * form - squares - 4 * weight**2 * aside - left, "squares completed")
    own(lambda: expect_nonnegative((weight - Rational(1, 10)).expand(), box, "A >= 1/10"))
    factors = [S, SHARE, FRICTION, FRICTION]
    own(lambda: expect_quotient(Ge(left, 0), box, positive=[], factors=factors))


def stepped() -> dict[Symbol, Expr]:
    square, product, speed = moved()
    return {r2_next: square, w_v_next: product, v_v_next: speed}


@evidence(MOMENTUM_ENERGY, "certificate", step="energy")
def test_energy_is_not_lifted_over_two(claim: Claim) -> None:
    bound = claim.conjunct(v_v_next, kind="inequality")
    still = bound.subs(stepped(), simultaneous=True).subs(STILL)
    expect(still, "on the rim, at rest, the batch sees nothing: equality")
    expect_not_lifted(claim, difference(bound).subs(stepped(), simultaneous=True))


def radius_gap(claim: Claim) -> Expr:
    """(2 - energy+) + beta/(1-beta) (2 - r2) + k |v+|^2, k >= 0: a multiple >= 1 of 2 - r2+.

    w = w+ - v+ gives r2 = r2+ - 2 <w,v>+ + |v|^2+; so 2 <w,v>+ = r2+ - r2 + |v|^2+ in the energy.
    """
    product = (r2_next - r2 + v_v_next) / 2
    ratio = beta / (1 - beta)
    speed = cancel(energy(0 * r2, v_v_next / 2, v_v_next) / v_v_next)
    expect_quotient(Ge(speed, 0), {beta: (0, 1)}, positive=POSITIVE)
    whole = 2 - energy(r2_next, product, v_v_next) + ratio * (2 - r2) + speed * v_v_next
    expect_zero(whole - (1 + ratio) * (2 - r2_next), "the energy in r2+, r2 and |v+|^2")
    expect_implied(Ge(2 - r2, 0), claim.region)
    return 1 + ratio


@evidence(MOMENTUM_ENERGY, "certificate", step="radius")
def test_radius_from_the_energy(claim: Claim) -> None:
    """2 - r2+ is (2 - energy+) + beta/(1-beta) (2 - r2) + k |v+|^2 over 1/(1-beta): all are >= 0."""
    bound = claim.conjunct(symbols=[r2_next])
    square, product, speed = moved()
    expect_zero(square - 2 * product + speed - r2, "w = w+ - v+")
    radius_gap(claim)
    expect_not_lifted(claim, 2 - energy(square, product, speed))
    spare = difference(bound).subs(r2_next, 2)  # the claim's bound over 2
    slope = Poly(difference(bound), r2_next).coeff_monomial(r2_next)
    expect(slope < 0, f"{bound} bounds r2+ from above")
    expect(spare >= 0, f"{bound} asks for more than r2+ <= 2")


@evidence(MOMENTUM_ENERGY, "witness", step="energy", needs="small step")
def test_a_large_step_leaves_the_ball(claim: Claim) -> None:
    """beta = 0, a = 2, one datum, q = 1/2: q+ = q (1 + 2a (1 - q^2)) = 2."""
    at = Instance([[Fraction(1)]], [HALF], (0,), Fraction(2), "linear")
    after, _, _ = exact_step(at, [Fraction(0)], Fraction(0), Fraction(0))
    expect(not evaluate(bound_of_radius(claim), {r2_next: after.r2}), "r2+ = 4")
    point = {beta: 0, a: 2, r2: Rational(1, 4), S: Rational(1, 4), along: 0, rest: 0, aside: 0,
             w_v: 0, v_v: 0}  # fmt: skip
    expect_outside(claim, point, "the radius is 2")


def bound_of_radius(claim: Claim) -> object:
    bound = claim.conjunct(symbols=[r2_next])
    return bound


@evidence(MOMENTUM_ENERGY, "witness", step="energy", needs="state")
def test_a_fast_start_leaves_the_ball(claim: Claim) -> None:
    """From w = (1/2, 1/2) with the velocity (3, 0), beta = 1/2, a = 1/20: r2+ > 2 after one step."""
    at = Instance(PLANE, [HALF, HALF], (0,), Fraction(1, 20), "linear")
    start = [Fraction(3), Fraction(0)]
    after, _, there = exact_step(at, start, HALF, Fraction(0))
    expect(not evaluate(bound_of_radius(claim), {r2_next: after.r2}), "r2+ > 2", r2=after.r2)
    point = {beta: Rational(1, 2), a: Rational(1, 20), r2: Rational(1, 2), S: Rational(1, 4),
             along: 6, rest: 0, aside: 0, w_v: Rational(3, 2), v_v: 9}  # fmt: skip
    expect_zero(exact(there.S) - point[S], "S")
    expect_outside(claim, point, "the ball is left")


# MOMENTUM-CONFINED


@evidence(MOMENTUM_CONFINED, "symbolic", step="start")
def test_at_rest_the_energy_is_the_squared_norm(claim: Claim) -> None:
    """v_0 = 0: y_B = y_R = V = 0, and the conditions of MOMENTUM-ENERGY follow from r2 <= 2."""
    expect_items(claim, words.AT_REST)
    lemma = claims["MOMENTUM-ENERGY"]
    still = {along: 0, rest: 0, aside: 0, w_v: 0, v_v: 0}
    gap = difference(conjunct(lemma.condition("state"), v_v))
    expect_zero(gap.subs(still) - (2 - r2), "the energy at rest")
    expect_implied(Ge(2 - r2_start, 0), claim.region)
    for x in relations(lemma.condition("velocity")):
        expect(x.subs(still) == True, f"{x} at rest")  # noqa: E712


@evidence(MOMENTUM_CONFINED, "symbolic", step="induction")
def test_what_a_step_gives_is_what_the_next_one_asks(claim: Claim) -> None:
    """MOMENTUM-ENERGY's conclusion is its condition on the state, for any batch; and r2_t <= 2 is a part."""
    expect_items(claim, words.ORTHONORMAL)
    lemma = claims["MOMENTUM-ENERGY"]
    later = {r2: r2_next, w_v: w_v_next, v_v: v_v_next}
    asked = [difference(x).subs(later) for x in relations(lemma.condition("state"))]
    given_ = [difference(x) for x in relations(lemma.formula)]
    expect(len(asked) == len(given_) == 2, "two conditions on the state")
    for gap in asked:
        expect(any(expand(cancel(gap - x)) == 0 for x in given_), f"{gap} >= 0 is not concluded")
    for condition in relations(restricted(lemma.region, (a, beta))):
        expect_implied(condition, claim.region)
    over = difference(claim.conjunct(r2_path))
    expect_nonnegative(over.subs(r2_path, 2 - SHARE), {SHARE: (0, 2)}, "r2 <= 2 is what is kept")


@evidence(MOMENTUM_CONFINED, "witness", step="induction", needs="small step")
def test_a_large_step_from_rest(claim: Claim) -> None:
    at = Instance([[Fraction(1)]], [HALF], (0,), Fraction(2), "linear")
    after, _, _ = exact_step(at, [Fraction(0)], Fraction(0), Fraction(0))
    expect(not evaluate(claim.formula, {r2_path: after.r2}), "r2 = 4 after one step")
    expect_outside(claim, {beta: 0, a: 2, r2_start: Rational(1, 4)}, "the radius is 2")


@evidence(MOMENTUM_CONFINED, "witness", step="induction", needs="small step")
def test_growing_on_one_datum_and_coasting_on_another(claim: Claim) -> None:
    """beta = 4/5, a = (1-beta)^2, w_0 = (3/100, 0): datum 1 for 20 steps, then datum 2, which sees nothing.

    In balls: coasting, w moves by v beta/(1-beta) in all, and r2 passes 2 on the way.
    """
    momentum, step = ball_of(Fraction(4, 5)), ball_of(Fraction(1, 25))
    q, v, largest = ball_of(Fraction(3, 100)), ball_of(Fraction(0)), Fraction(0)
    for k in range(60):
        v = momentum * v + (2 * step * q * (1 - q * q) if k < 20 else 0)
        q = q + v
        seen = Fraction(float((q * q).lower()))
        largest = max(largest, seen - Fraction(1, 10**12))  # a float's rounding is far below that
    expect(largest > 2, "r2 > 2 on the way", r2=float(largest))
    expect(not evaluate(claim.formula, {r2_path: largest}), "the claim's bound")
    expect_outside(claim, {beta: Rational(4, 5), a: Rational(1, 25), r2_start: Rational(9, 10**4)},
                   "r2 > 2")  # fmt: skip
