"""Chapter edge: the loss as a Lyapunov function, a = 1/2 exactly, and past it."""

from __future__ import annotations

from functools import cache
from typing import Any

from flint import arb, fmpq
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Poly,
    Rational,
    Symbol,
    prod,
    solve,
)

from tests.forms import cancel
from tests.full_batch.tools import certify, expect_every_sample, full_step, mass_step
from tests.inequalities import (
    MARGIN,
    cleared,
    end_of,
    expect_condition,
    expect_needed,
    is_strict,
    mark_needs,
    restricted,
    univariate_sign,
)
from theorem_audit import (
    evidence,
    exact_quotient,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_zero,
)
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, rational_form, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated, matching
from theory.full_batch.convergence import GD_RATE
from theory.full_batch.edge import (
    GD_EDGE,
    GD_HALF,
    GD_LOSS,
    cycle_factor,
    cycle_perp_factor,
    high_point,
    low_point,
    radial_map,
    second_iterate,
    second_order,
    third_order,
)
from theory.model.autoencoder import loss_value
from theory.notation import (
    a,
    active,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    rho,
    rho_next,
    s,
    s_next,
)

NEEDS: dict[tuple[str, str], dict[Symbol, Any]] = {
    ("GD-LOSS", "step size"): {a: Rational(9, 20), s: 1 + Rational(11, 18), rho: 0},
    ("GD-LOSS", "positive step"): {a: Rational(-1, 10), s: Rational(1, 2), rho: 0},
    ("GD-LOSS", "radius"): {a: Rational(2, 5), s: 4, rho: 0},
    ("GD-LOSS", "start"): {a: Rational(1, 4), s: Rational(-1, 10), rho: Rational(1)},
    ("GD-HALF", "radius"): {a: Rational(1, 2), s: Rational(1, 10), rho: 3},
    ("GD-HALF", "step size"): {a: Rational(3, 5), s: Rational(11, 10), rho: 0},
    ("GD-HALF", "start"): {a: Rational(1, 2), s: 0, rho: 1},
    ("GD-HALF", "not sent to zero"): {a: Rational(1, 2), s: 2, rho: 0},
}


def test_needs(claim: Claim, case: tuple[str, str]) -> None:
    derived: dict[Symbol, Expr] = mass_step()
    if claim.id == GD_HALF.id:
        derived |= {second_order: Integer(0), third_order: Integer(-4)}
    expect_needed(claim, case[1], {**NEEDS[case], n: 2}, derived)


mark_needs(test_needs, (GD_LOSS, GD_HALF), NEEDS)


@evidence(GD_LOSS, "property")  # of the scaled loss: it is the mean loss
def test_scaled_loss_is_the_mean_loss(claim: Claim) -> None:
    """loss_i = 1/2 + (r2 - 2) q_i^2/2 where the gate is 1, and 1/2 where it is 0; add over i."""
    mass = loss_value().subs(active, 1) - Rational(1, 2)
    per_square = cancel(mass / q_i**2)
    expect(not per_square.has(q_i), f"{mass} is not a multiple of q_i^2")
    total = n / 2 + per_square.subs(r2, s + rho) * s  # sum of q_i^2 over the active i is s
    for relation in relations(claim.formula):
        expect_zero(2 * total - (n - 1) - relation.gts, "2 n L - (n - 1) before the step")
        after = {s: s_next, rho: rho_next}
        expect_zero((2 * total - (n - 1)).subs(after) - relation.lts, "the same after it")


@evidence(GD_LOSS, "certificate")
def test_loss_falls(claim: Claim) -> None:
    expect_every_sample(claim)
    for relation in relations(claim.formula):
        certify(claim, relation)
        expect(not is_strict(relation), "equality holds at s = 0")
        gap = difference(relation).subs(mass_step(), simultaneous=True)
        expect_zero(gap.subs({s: 1, rho: 0}), f"{relation} at the limit")
        expect_zero(gap.subs(s, 0), f"{relation} at s = 0")


@evidence(GD_LOSS, "property")  # of the sharp step size: the claim stops before it
def test_loss_falls_up_to_the_root(claim: Claim) -> None:
    """Right up to a = sqrt(2) - 1 < 83/200.

    s <= 1: a certificate holds past the root.  s >= 1: the part with rho likewise; on rho = 0 the
    change is (s-1)^2 4as (1 + a - as) [(2a(s-1) - (1-a))^2 + 1 - 2a - a^2].
    """
    top = Rational(83, 200)
    sharp = claim.assumption("step size").sharp.gts
    expect(sharp < top, "the sharp value is past the box")
    gap = difference(claim.formula).subs(mass_step(), simultaneous=True).expand()
    flat = gap.subs(rho, 0)
    box = {a: (0, top), s: (0, 1), rho: (0, 2 - s)}
    expect_nonnegative(cancel(gap / (a * s)), box, "s <= 1")
    box = {a: (0, top), s: (1, 2), rho: (0, 2 - s)}
    expect_nonnegative(cancel((gap - flat) / (a * s * rho)), box, "s >= 1, the part with rho")
    square, room = (2 * a * (s - 1) - (1 - a)) ** 2, 1 - 2 * a - a**2
    expect_zero(flat - (s - 1) ** 2 * 4 * a * s * (1 + a - a * s) * (square + room), "rho = 0")
    expect_nonnegative(1 + a - a * s, {a: (0, top), s: (1, 2)}, "1 + a - a s")
    expect_zero(room.subs(a, sharp), f"1 - 2a - a^2 does not vanish at {sharp}")
    expect(
        univariate_sign(room, a, Rational(0), Rational(41421, 100000)) == 1, "or is negative before"
    )


@evidence(GD_LOSS, "property")  # of the sharp step size
def test_loss_rises_past_the_root(claim: Claim) -> None:
    """At rho = 0, s = 1 + (1-a)/(2a) the sign of the change is that of a^2 + 2a - 1."""
    rise = 1 + (1 - a) / (2 * a)
    gap = difference(claim.formula).subs(mass_step(), simultaneous=True)
    numerator = Poly(cleared(gap.subs({rho: 0, s: rise})), a)
    sharp = claim.assumption("step size").sharp.gts
    expect_zero(numerator.as_expr().subs(a, sharp), f"no change of sign at {sharp}")
    low, high = Rational(41421, 100000), Rational(41422, 100000)
    expect(low < sharp < high and numerator.count_roots(low, high) == 1, "one root near the value")
    expect(
        univariate_sign(numerator.as_expr(), a, high, Rational(1, 2)) == -1, "rises up to a = 1/2"
    )
    expect(univariate_sign(numerator.as_expr(), a, Rational(1, 3), low) == 1, "falls below")
    inside = claim.condition("radius").subs({rho: 0, s: rise}).subs(a, Rational(2, 5))
    expect(bool(inside), "the point lies inside the radius")


@cache
def _roots() -> tuple[Expr, Expr]:
    """Of X^2 - (1+2a) X + 1, the lower one first."""
    lam, x_square = 1 + 2 * a, Symbol("X", real=True)
    found = solve(x_square**2 - lam * x_square + 1, x_square)
    low, high = sorted(found, key=lambda x: x.subs(a, 1))
    return low, high


def _cycle() -> dict[Symbol, Expr]:
    """The 2-cycle and its multipliers: x_1^2 and x_2^2 are the roots of X^2 - (1+2a) X + 1."""
    low, high = _roots()
    points = {low_point: low / (2 * a), high_point: high / (2 * a)}
    slope, off = radial_map().diff(s), full_step()[perp_next] / perp
    products = [
        prod(cancel(factor).subs(s, point) for point in points.values()) for factor in (slope, off)
    ]
    return {**points, cycle_factor: products[0], cycle_perp_factor: products[1]}


@evidence(GD_EDGE, "symbolic", step=("cycle", "multipliers"))
def test_cycle_past_the_edge(claim: Claim) -> None:
    """The two points are swapped by the radial map; the multipliers are products over them."""
    expect_every_sample(claim)
    derived, step = _cycle(), radial_map()
    low, high = derived[low_point], derived[high_point]
    expect_zero(step.subs(s, low) - high, "the lower point is not sent to the upper one")
    expect_zero(step.subs(s, high) - low, "the upper point is not sent to the lower one")
    expect_zero((high - low) ** 2 - ((1 + 2 * a) ** 2 - 4) / (4 * a**2), "the points coincide")
    equations = matching(claim.formula, kind="equation")
    # first by balls at one point: two different square roots leave the normal form undecided
    at = {a: arb(fmpq(11, 20))}
    for equation in equations:
        gap = enclose(difference(equation).subs(derived, simultaneous=True), at)
        expect(gap.contains(0), f"{equation} is false at a = 11/20", gap=gap)
    expect_identity(And(*equations), derived)


@evidence(GD_EDGE, "certificate", step=("unstable", "attracting"))
def test_limit_is_unstable_and_cycle_attracts(claim: Claim) -> None:
    """Each inequality's difference is a slack of the region, or 1, times something >= MARGIN.

    The region's upper end is irrational; the box goes on to a = 5/8, past it.
    """
    derived = equated(GD_RATE.formula)
    top, bottom = (x.as_expr() for x in rational_form(_cycle()[cycle_factor]))
    derived |= {cycle_factor: cancel(top / bottom)}
    expect_zero(derived[cycle_factor] - _cycle()[cycle_factor], "the multiplier is no polynomial")
    edge = claim.condition("past the edge")
    slacks = [difference(edge), difference(claim.condition("before the next doubling"))]
    expect(slacks[1].subs(a, Rational(5, 8)) < 0, "the region goes on past 5/8")
    for relation in relations(claim.formula):
        if not isinstance(relation, Eq):
            gap = difference(relation).subs(derived).expand()
            quotients = (exact_quotient(gap, slack) for slack in slacks)
            gap = next((x for x in quotients if x is not None), gap)
            expect_nonnegative(gap - MARGIN, {a: (end_of(edge, a), Rational(5, 8))}, str(relation))


@evidence(GD_EDGE, "property")  # of the ends of the region
def test_cycle_is_born_and_lost_at_the_ends(claim: Claim) -> None:
    """The multiplier is 1 where the region starts, -1 where it ends."""
    factor = _cycle()[cycle_factor]
    start = end_of(claim.condition("past the edge"), a)
    expect_zero(factor.subs(a, start) - 1, "multiplier at the lower end")
    rest = difference(claim.condition("before the next doubling"))
    expect_zero(factor + 1 - 2 * rest, "multiplier at the upper end")


@evidence(GD_HALF, "certificate", step=("decrease", "region kept"))
def test_lyapunov_function_falls_at_one_half(claim: Claim) -> None:
    """The coefficient 2 is sharp: equality at s = 2, rho = 0, which is sent to s = 0."""
    expect_every_sample(claim)
    half = claim.condition("step size")
    expect(isinstance(half, Eq), f"{half} is not one step size")
    at = {half.lhs: half.rhs} if half.lhs == a else {half.rhs: half.lhs}
    step = {x: y.subs(at) for x, y in mass_step().items()}
    rest = relations(restricted(claim.region, (s, rho)))
    top = end_of(claim.condition("radius").subs(rho, 0), s)
    for relation in relations(claim.formula):
        if isinstance(relation, Eq):
            continue
        if is_strict(relation):
            expect(relation == Gt(s_next, 0), f"{relation} is not read here")
            # s+ = s f^2, s > 0; f is linear, and f >= (2 - s)/2 + (2 - s - rho)/2, both parts >= 0
            factor = cancel(full_step()[q_j_next] / q_j).subs(at)
            expect_zero(step[s_next] - s * factor**2, "s+ is s times a square")
            expect_zero(factor - (2 - s) / 2 - (2 - s - rho) / 2, "the factor of q_j at a = 1/2")
            for needed in (Gt(s, 0), Lt(s, 2), Le(s + rho, 2)):
                expect_condition(claim.region, needed, f"{relation} needs {needed}")
            continue
        expect(not is_strict(relation), "equality holds at s = 0, rho = 2")
        gap = difference(relation).subs(step, simultaneous=True)
        quotient, remainder = Poly(gap, s, rho).div(Poly(s, s, rho))
        gap = quotient.as_expr() if remainder.is_zero else gap
        for cell in (Le(s, 1), And(Ge(s, 1), Le(s, top))):
            expect_nonnegative(gap.expand(), box_of(And(*rest, cell), (s, rho)), str(relation))
    fall = claim.conjunct(s, s_next)
    expect(len(rest) >= 4, "conditions on s and rho", found=rest)
    corner = difference(fall).subs(step, simultaneous=True).subs({s: 2, rho: 0})
    expect_zero(corner, "equality at s = 2, rho = 0")
    expect_zero(step[s_next].subs({s: 2, rho: 0}), "s = 2, rho = 0 is sent to s = 0")


@evidence(GD_HALF, "symbolic", step="normal form")
def test_normal_form_at_one_half(claim: Claim) -> None:
    at = {a: Rational(1, 2)}
    first, second, third = second_iterate(radial_map().subs(at), s)
    expect_zero(first - 1, "the second iterate's linear part")
    equations = And(*matching(claim.formula, kind="equation"))
    expect_identity(equations, {second_order: second, third_order: third})
