"""Chapter band: the bands that one step keeps, entry into them, growth below the sphere."""

from __future__ import annotations

from sympy import Eq, Expr, Integer, Le, Poly, Rational, Symbol
from sympy.logic.boolalg import Boolean

from tests.forms import cancel
from tests.inequalities import (
    cleared,
    end_of,
    expect_holds,
    expect_tight,
    is_strict,
    univariate_sign,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.zero import difference
from theorem_audit.exact.zero import relations as conjuncts
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.model.band import BAND, BAND_LEAST, BAND_WIDE, ENTRY, ENTRY_LEAST, PEAK, m
from theory.model.step import norm_step
from theory.notation import S, a, delta, delta_next

P, Y = Symbol("p", real=True), Symbol("y", real=True)
FROM_M = {a: m * (m + 2)}


def parameter_of(claim: Claim) -> Symbol:
    """The free step parameter: m where a = m(m+2), else a."""
    return m if claim.region.has(m) else a


def upper_end(claim: Claim) -> Expr:
    """The upper end of the band that the claim says is kept."""
    return claim.conjunct(lesser=delta_next).gts


def chart_of(claim: Claim) -> tuple[dict[Symbol, Expr], tuple[Symbol, ...]]:
    """Coordinates in which the region is a box: (a, delta, S), or (m, (m+2)(1+delta), (m+2) S)."""
    if parameter_of(claim) is a:
        return {}, (a, delta, S)
    return {**FROM_M, delta: P / (m + 2) - 1, S: Y / (m + 2)}, (m, P, Y)


def _kept(claim: Claim, relation: Boolean, end: Expr) -> None:
    """On the whole region; and tight at rest (S = 0) at that end, so it cannot be improved."""
    expect_items(claim, words.ORTHONORMAL)
    chart, order = chart_of(claim)
    derived = {delta_next: norm_step()}
    expect_holds(relation, claim.region, order, derived=derived, chart=chart)
    expect_tight(relation, derived, {delta: end, S: Integer(0)})


def _start(claim: Claim) -> Expr:
    """The upper end of the band that the step starts from."""
    return end_of(claim.condition("start in the band"), delta).expand()


@evidence(BAND, "certificate", step="upper")
@evidence(BAND_WIDE, "certificate", step="upper")
@evidence(BAND_LEAST, "certificate", step="upper")
def test_upper_end_is_kept(claim: Claim) -> None:
    # Two ends, one on each side of delta+: where both stand on one side, one of them is denied.
    above = matching(claim.formula, lesser=delta_next)
    for upper in above or matching(claim.formula, kind="inequality"):
        expect(not is_strict(upper), "equality holds at S = 0")
        _kept(claim, upper, _start(claim))


@evidence(BAND, "certificate", step="lower")
@evidence(BAND_WIDE, "certificate", step="lower")
@evidence(BAND_LEAST, "certificate", step="lower")
def test_lower_end_is_kept(claim: Claim) -> None:
    parts = conjuncts(claim.formula)
    below = [x for x in parts if isinstance(x, Eq) or x.lts != delta_next]
    for relation in below or parts:
        _kept(claim, relation, Integer(-1))


@evidence(BAND_WIDE, "property")  # of the bound, not of the claim: it cannot be improved
def test_wide_band_is_reached_by_the_overshoot(claim: Claim) -> None:
    """At the largest step size the overshoot lands exactly on the upper end."""
    largest = end_of(claim.condition("step size"), a)
    at = {a: largest, delta: PEAK.subs(a, largest), S: 1 + PEAK.subs(a, largest)}
    relation = claim.conjunct(lesser=delta_next)
    expect_tight(relation, {delta_next: norm_step()}, at)
    expect(claim.region.subs(at), "the point of equality lies in the region", a=largest)


def _edge(claim: Claim) -> tuple[Symbol, Poly, Rational, Rational]:
    """Parameter, numerator N of (upper end - overshoot), the stated largest parameter, a = 1/2.

    N = 0 at the claimed sharp value, N > 0 below and N < 0 above it, up to a = 1/2 (rounded up).
    """
    parameter = parameter_of(claim)
    assumption = claim.assumption("step size")
    seen = norm_step().subs(S, 1 + delta).subs(delta, PEAK)
    gap = (upper_end(claim) - seen).subs(FROM_M if parameter is m else {})
    numerator = Poly(cleared(gap), parameter, domain="QQ")
    sharp, stated = assumption.sharp.gts, end_of(assumption.condition, parameter)
    half = Rational(9, 40) if parameter is m else Rational(1, 2)
    expect(parameter is a or half * (half + 2) >= Rational(1, 2), "a = 1/2 is not covered")
    minimal = Poly(sharp.poly.as_expr(), *sharp.poly.gens).as_expr().subs(sharp.poly.gen, parameter)
    expect(
        numerator.rem(Poly(minimal, parameter, domain="QQ")).is_zero,
        f"the sharp value {sharp} is no root of {numerator.as_expr()}",
    )
    low, high = sharp.eval_rational(dx=Rational(1, 10**9)) - Rational(1, 10**8), None
    high = low + Rational(2, 10**8)
    expect(stated < low and low < sharp < high, "the stated value lies below the sharp one")
    for name, ends, sign in (("below", (stated, low), 1), ("above", (high, half), -1)):
        expect(
            univariate_sign(numerator.as_expr(), parameter, *ends) == sign,
            f"{name} the sharp value the overshoot is on the wrong side of the band",
        )
    expect(numerator.count_roots(low, high) == 1, "the sharp value is the only root near it")
    return parameter, numerator, stated, half


@evidence(BAND, "property")  # of the sharp step size: the claim stops before it
@evidence(BAND_LEAST, "property")
def test_overshoot_leaves_the_band_past_the_root(claim: Claim) -> None:
    """The overshoot starts inside the band, so N < 0 is a failure for every a past the root."""
    parameter, _, stated, half = _edge(claim)
    chart = FROM_M if parameter is m else {}
    inside = cleared((upper_end(claim) - PEAK).subs(chart))
    sign = univariate_sign(inside, parameter, stated, half)
    expect(sign == 1, "the overshoot starts outside the band")
    expect_zero(1 + PEAK - (1 + 2 * a) / (6 * a), "the overshoot starts above delta = -1")


SPLIT = Rational(-1, 7)  # below it delta+ grows with S for every a <= 1/2


@evidence(BAND, "property")  # of the sharp step size: the claim stops before it
@evidence(BAND_LEAST, "property")
def test_band_is_kept_up_to_the_root(claim: Claim) -> None:
    """From the stated largest step size to the root itself.

    Above SPLIT a certificate holds past the root.  Below it delta+ is largest at S = 1 + delta, and
    (overshoot) - (delta+ at S = 1 + delta) = (delta - PEAK)^2 K with K >= 0; the overshoot itself
    stays in the band up to the root (test_overshoot_leaves_the_band_past_the_root).
    """
    parameter, _, stated, _ = _edge(claim)
    beyond = stated + Rational(1, 1000)
    expect(beyond > claim.assumption("step size").sharp.gts, "margin")
    chart = FROM_M if parameter is m else {}
    step = norm_step()
    # (i) above SPLIT; u = 1 + delta in units of its largest value
    end, u, v = upper_end(claim), Symbol("u", real=True), Symbol("v", real=True)
    at = {delta: SPLIT + u * (end - SPLIT)}
    gap = cleared((end - step.subs(S, v * (1 + delta)).subs(at)).subs(chart))
    box = {parameter: (stated, beyond), u: (0, 1), v: (0, 1)}
    expect_nonnegative(gap, box, "above SPLIT")
    # (ii) below SPLIT the step grows with S
    slope = cancel((step.subs(S, 1 + delta) - step) / (1 + delta - S))
    box = {a: (0, Rational(1, 2)), delta: (-1, SPLIT), S: (0, 1 + delta)}
    expect_nonnegative(cancel(slope / a), box, "below SPLIT delta+ is not largest at S = 1 + delta")
    # (iii) the overshoot is the largest value on S = 1 + delta
    seen = step.subs(S, 1 + delta)
    curvature = 4 * a * ((2 + a) / 3 - a * delta)
    expect_zero(seen.subs(delta, PEAK) - seen - (delta - PEAK) ** 2 * curvature, "overshoot")
    box = {a: (0, Rational(1, 2)), delta: (-1, SPLIT)}
    expect_nonnegative(curvature, box, "curvature")


def bracket() -> Expr:
    """(delta+ - delta)/(a S): linear in S."""
    return cancel((norm_step() - delta) / (a * S))


@evidence(BAND_LEAST, "property")  # of the title: no conjunct says that it is the least
def test_no_smaller_band_is_kept(claim: Claim) -> None:
    """As S -> 0 the bracket is ((m+2) delta - m)(m delta - (m+2)), positive below the upper end."""
    end = upper_end(claim)
    first = bracket().subs(S, 0).subs(FROM_M)
    expect_zero(first - ((m + 2) * delta - m) * (m * delta - (m + 2)), "the bracket at S = 0")
    expect_zero(first.subs(delta, end), f"the bracket does not vanish at {end}")
    expect_zero(_start(claim) - end, "start and end of the band differ")
    # the other root is 1/D* > D*: (m+2)/m - m/(m+2) = 4 (m+1)/(m (m+2)) > 0
    expect_zero((m + 2) / m - end - 4 * (m + 1) / (m * (m + 2)), "the other root")


def _entry_chart(claim: Claim) -> tuple[dict[Symbol, Expr], Symbol]:
    parameter = parameter_of(claim)
    chart = FROM_M if parameter is m else {}
    return {**chart, delta: P / a.subs(chart), S: Y / a.subs(chart)}, parameter


def _ends(claim: Claim) -> tuple[Boolean, Boolean]:
    """The conditions that bound delta from below and from above."""
    return claim.condition("above the"), claim.condition("upper end")


@evidence(ENTRY, "certificate")
@evidence(ENTRY_LEAST, "certificate")
def test_norm_falls_above_the_band(claim: Claim) -> None:
    """Box p = a delta, y = a S; delta - delta+ has the factor a S.

    Both ends of delta together bound the step: lower end <= delta <= 1/a.
    """
    chart, parameter = _entry_chart(claim)
    lower, upper = _ends(claim)
    room = (difference(upper) + a * difference(lower)).subs(FROM_M if parameter is m else {})
    numerator = Poly(cleared(cancel(room.expand())), parameter)
    top = numerator.real_roots()[-1]
    limit = top if top.is_Rational else Rational(int(top.evalf(30) * 1000) + 1, 1000)
    also = (Le(parameter, limit),)
    expect(numerator.LC() < 0, "the two ends do not bound the step size")
    for relation in conjuncts(claim.formula):
        expect_holds(
            relation, claim.region, (parameter, P, Y),
            derived={delta_next: norm_step()}, chart=chart, also=also, factor=Y,
        )  # fmt: skip
        expect_tight(relation, {delta_next: norm_step()}, {S: Integer(0)})


@evidence(ENTRY_LEAST, "property")  # of the sharp end
def test_below_the_lower_end_a_small_step_rises(claim: Claim) -> None:
    lower, _ = _ends(claim)
    first = bracket().subs(S, 0).subs(FROM_M)
    expect_zero(first - ((m + 2) * delta - m) * (m * delta - (m + 2)), "the bracket at S = 0")
    end = end_of(lower, delta)
    expect_zero(first.subs(delta, end), f"the bracket does not vanish at {end}")


@evidence(ENTRY, "property")  # of the sharp end
@evidence(ENTRY_LEAST, "property")
def test_above_the_upper_end_a_full_step_rises(claim: Claim) -> None:
    """At S = 1 + delta the bracket is -4 delta (1 - a delta): zero at the end, positive beyond."""
    _, upper = _ends(claim)
    full = bracket().subs(S, 1 + delta)
    expect_zero(full + 4 * delta * (1 - a * delta), "the bracket at S = 1 + delta")
    edge = 1 / a
    expect_zero(difference(upper).subs(delta, edge), f"{upper} does not end at {edge}")
    expect_zero(full.subs(delta, edge), "the bracket at the upper end")
