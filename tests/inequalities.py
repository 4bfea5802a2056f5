"""Tools for evidence about polynomial inequalities: other coordinates, strict ones, tightness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from sympy import (
    And,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Mul,
    Poly,
    Rational,
    Symbol,
    fraction,
    oo,
    together,
    true,
)
from sympy.core.relational import Eq, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from theorem_audit import attempt, evidence, expect, expect_nonnegative
from theorem_audit.checks.expect import certify_factor
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.region import Box, box_of
from theorem_audit.exact.zero import difference, is_zero, relations
from theorem_audit.statement.claim import Claim

MARGIN = Rational(1, 100)  # any positive number makes expect_positive a proof


def is_strict(relation: Boolean) -> bool:
    return isinstance(relation, StrictGreaterThan | StrictLessThan)


def cleared(expr: Expr) -> Expr:
    """``expr`` times its denominator, which must be positive wherever its symbols are.

    (A denominator with positive coefficients only; its symbols are step parameters, > 0.)
    """
    numerator, denominator = fraction(together(expr))
    symbols = sorted(denominator.free_symbols, key=str) or [Symbol("_")]
    if any(value <= 0 for value in Poly(denominator, *symbols).coeffs()):
        raise ValueError(f"expr={expr}: the sign of its denominator {denominator} is open")
    return numerator.expand()


def in_chart(region: Boolean, chart: Mapping[Symbol, Expr], *also: Boolean) -> Boolean:
    """``region`` in other coordinates, denominators cleared; ``also`` holds consequences of it."""
    return _in_chart(region, tuple(chart.items()), also)


@lru_cache(
    maxsize=512
)  # each inequality of a claim, and each wrong variant, asks for the same region
def _in_chart(
    region: Boolean, chart: tuple[tuple[Symbol, Expr], ...], also: tuple[Boolean, ...]
) -> Boolean:
    kept = []
    for condition in (*relations(region), *also):
        gap = cleared(difference(condition).subs(dict(chart), simultaneous=True))
        if isinstance(condition, Eq):
            if gap != 0:
                raise ValueError(
                    f"{condition} does not hold identically in the chart {dict(chart)}"
                )
            continue
        kept.append(Gt(gap, 0) if is_strict(condition) else Ge(gap, 0))
    return And(*kept)


def slack_of(region: Boolean) -> Expr:
    """The product of the slacks of the strict conditions: positive exactly where all of them hold."""
    return Mul(*(difference(x) for x in relations(region) if is_strict(x))) + Integer(0)


def expect_holds(
    relation: Boolean,
    region: Boolean,
    order: Sequence[Symbol],
    *,
    derived: Mapping[Symbol, Expr],
    chart: Mapping[Symbol, Expr] | None = None,
    also: Sequence[Boolean] = (),
    factor: Expr | None = None,
    part: Boolean = true,
) -> Certificate:
    """Certify one inequality of a claim on its region, strictly where it is strict.

    part: on which part of the claim's region that is.
    derived: next-step symbols by the derived map.  chart: new coordinates, put in afterwards.
    also: consequences of the region that bound the box (say in a comment why they follow).
    factor: >= 0 on the region, which is certified; divided out where it divides.
    A strict inequality P > 0 is proved as P >= MARGIN * slack^k for k = 1, 2 or 3, slack the product of
    the region's strict slacks: positive on the region, though not on its closure.
    """
    chart = dict(chart or {})
    region = in_chart(region, chart, *also)
    box = box_of(region, order)
    gap = difference(relation).subs(dict(derived), simultaneous=True)
    gap = cleared(gap.subs(chart, simultaneous=True))
    if is_strict(relation):
        return _expect_positive(gap, slack_of(region), box, str(relation), part)
    if factor is not None:
        symbols = sorted(gap.free_symbols | factor.free_symbols, key=str)
        quotient, remainder = Poly(gap, *symbols).div(Poly(factor, *symbols))
        if remainder.is_zero:
            certify_factor(factor, box)
            gap = quotient.as_expr()
    return expect_nonnegative(gap, box, str(relation), part=part)


def _expect_positive(
    gap: Expr, slack: Expr, box: Box, message: str, part: Boolean, power: int = 1
) -> Certificate:
    try:
        with attempt():
            left = (gap - MARGIN * slack**power).expand()
            return expect_nonnegative(left, box, message, part=part)
    except Refuted as refuted:
        if power < 3 and gap.subs(refuted.witness) > 0:  # the margin was too much, not the claim
            return _expect_positive(gap, slack, box, message, part, power + 1)
        raise


def expect_tight(
    relation: Boolean, derived: Mapping[Symbol, Expr], at: Mapping[Symbol, Expr]
) -> None:
    """Both sides of an inequality (or of its closure) are equal at ``at``: it cannot be improved."""
    gap = difference(relation).subs(dict(derived), simultaneous=True).subs(dict(at))
    expect(is_zero(gap), f"{relation} is not tight: the sides differ by {gap}", **named(at))


def named(point: Mapping[Symbol, Any]) -> dict[str, Any]:
    return {str(symbol): value for symbol, value in point.items()}


def end_of(condition: Boolean, symbol: Symbol) -> Expr:
    """Where an inequality linear in ``symbol`` becomes an equality."""
    gap = Poly(difference(condition), symbol)
    if gap.degree() != 1:
        raise Undecided(f"{condition} is not linear in {symbol}")
    return -gap.TC() / gap.LC()


def expect_needed(
    claim: Claim, name: str, point: Mapping[Symbol, Any], derived: Mapping[Symbol, Expr]
) -> None:
    """The point satisfies every assumption but ``name``, and the formula is false there."""
    values = {symbol: Rational(value) for symbol, value in point.items()}
    for assumption in claim.assumptions:
        if assumption.condition is not None:
            holds = bool(assumption.condition.subs(values))
            expect(
                holds == (assumption.name != name), f"{assumption.name} is {holds}", **named(point)
            )
    formula = claim.formula.subs(dict(derived), simultaneous=True).subs(values)
    expect(not bool(formula), f"{claim.id} holds without {name}", **named(point))


def mark_needs(
    function: Callable[..., None],
    claims: Iterable[Claim],
    table: Mapping[tuple[str, str], Mapping[Symbol, Any]],
) -> None:
    """Make ``function`` a witness for each (claim id, assumption) of the table, one case each."""
    for claim in claims:
        for case in table:
            if case[0] == claim.id:
                cases = {case[1]: case}
                evidence(claim, "witness", step=claim.steps, cases=cases, needs=case[1])(function)


def univariate_sign(poly: Expr, variable: Symbol, low: Rational, high: Rational) -> int:
    """The sign that a polynomial keeps on [low, high], by Sturm's theorem; 0 when it has a root."""
    form = Poly(poly, variable, domain="QQ")
    if form.count_roots(low, high):
        return 0
    return 1 if form.eval(low) > 0 else -1


def restricted(region: Boolean, symbols: Iterable[Symbol]) -> Boolean:
    """The conditions of ``region`` that are inequalities in these symbols alone."""
    known = set(symbols)
    kept = [x for x in relations(region) if hasattr(x, "gts") and x.free_symbols <= known]
    return And(*kept)


def shadows(region: Boolean, *squares: Symbol) -> tuple[Boolean, ...]:
    """What conditions that fall in quantities >= 0 say when these are 0: consequences of them."""
    found: list[Boolean] = []
    for symbol in reversed(squares):
        for condition in (*relations(region), *found):
            gap = difference(condition).expand()
            weight = gap.coeff(symbol)
            if weight.is_Rational and weight < 0 and gap.has(symbol):
                found.append(Ge(gap.subs(symbol, 0), 0))
    return tuple(x for x in found if x.free_symbols)


def expect_implied(relation: Boolean, region: Boolean) -> None:
    """One condition of the region, or two added up, imply the relation up to a constant >= 0.

    For symbols without an upper bound.  Between integers, > 0 means >= 1; an equation is two conditions.
    """
    known = [side for x in relations(region) for side in _sides(x)]
    for used in (*combinations(known, 1), *combinations(known, 2)):
        spare = (_least(relation) - sum(map(_least, used))).expand()
        strict = is_strict(relation) and not _whole(relation)
        if spare.is_Rational and (
            spare > 0 or (spare == 0 and (not strict or any(map(is_strict, used))))
        ):
            expect(True, f"{relation} by {used}")
            return
    raise Undecided(f"{relation} does not follow from one or two conditions of {region}")


def _whole(relation: Boolean) -> bool:
    return all(x.is_integer for x in relation.free_symbols)


def _sides(condition: Boolean) -> tuple[Boolean, ...]:
    if isinstance(condition, Eq):
        left, right = condition.args
        return Ge(left, right, evaluate=False), Le(left, right, evaluate=False)
    return (condition,) if hasattr(condition, "gts") else ()


def _least(relation: Boolean) -> Expr:
    """What the relation says is >= 0."""
    gap = difference(relation)
    return gap - 1 if is_strict(relation) and _whole(relation) else gap


def expect_inside(
    region: Boolean,
    lemma: Claim,
    order: Sequence[Symbol],
    at: Mapping[Symbol, Expr] | None = None,
    *,
    given: Sequence[Boolean] = (),
) -> None:
    """Each hypothesis of the lemma, read at ``at``, holds on the region; strict ones strictly.

    order: of the region's bounded symbols.  Hypotheses on others: expect_implied.
    given: hypotheses of the lemma that hold for a reason which is not in the region.
    """
    bounded = restricted(region, order)
    for condition in relations(lemma.region):
        read = condition.subs(dict(at or {}), simultaneous=True)
        if read == True or read in given:  # noqa: E712 - a SymPy truth value
            continue
        if _defines(read, region):
            continue
        expect(read != False, f"{lemma.id} needs {condition}")  # noqa: E712
        if read.free_symbols <= set(order):
            expect_holds(read, bounded, order, derived={})
        else:
            expect_implied(read, region)


def _defines(condition: Boolean, region: Boolean) -> bool:
    """An equation for a symbol that the region leaves free (it holds by choice), or that it states."""
    if not isinstance(condition, Eq):
        return False
    free = condition.lhs.is_Symbol and condition.lhs not in region.free_symbols
    return free or condition in relations(region)


def expect_condition(region: Boolean, condition: Boolean, what: str) -> None:
    """A condition of ``region`` implies ``condition``, strictly where it is strict.

    Both linear: gap = c * slack + rest with rationals c > 0, rest >= 0, slack being >= 0 or > 0.
    """
    if _defines(condition, region):
        return
    gap = difference(condition)
    first = min(gap.free_symbols, key=str)
    for known in (x for x in relations(region) if hasattr(x, "gts")):
        slack = difference(known)
        share = gap.coeff(first) / (slack.coeff(first) or oo)
        rest = (gap - share * slack).expand()
        if share > 0 and rest.is_Rational:
            strict = is_strict(known) or not is_strict(condition)
            if rest > 0 or (rest == 0 and strict):
                break
    else:
        expect(False, f"{what}: {condition} does not follow", region=region)
    expect(True, what)


def expect_region_of(claim: Claim, other: Claim, *symbols: Symbol) -> None:
    """The region of ``claim`` lies in that of ``other`` (in its conditions on ``symbols`` only)."""
    for condition in relations(other.region):
        if not symbols or condition.free_symbols <= set(symbols):
            expect_condition(claim.region, condition, f"{claim.id} uses {other.id}")
