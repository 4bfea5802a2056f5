"""A lemma's conditions, where the evidence of a claim reads it: what of them the claim's own conditions say.

A lemma that holds for x >= 0 says nothing to a claim on all x.  The same symbol is the same quantity in both,
unless the claim says what it stands for where the lemma is applied (``Claim.applied``): each condition of the
lemma, with that put in, that speaks only of what the claim speaks of must follow from the claim's conditions.
One that speaks of another quantity too (a coordinate, the mass at a later step) is the evidence's to see to, or
the proof's: it is told to the reader, and nothing is decided of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import And, Basic, Expr, Integer, Or, Poly, Rational, Symbol, factor_list, false, true
from sympy.core.relational import Eq, Ge, Gt, Lt, Ne, Relational
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.implication import consequences, nonnegative, part_by_part
from theorem_audit.doubt.signs import DEPTH, nonzero, positive
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, is_zero, rational_form, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import held
from theorem_audit.statement.use import Use

Conditions = tuple[Boolean, ...]
# Any positive number shows that what it is less is > 0.
MARGINS = (Rational(1, 100), Rational(1, 10**6))
Zero, One = Integer(0), Integer(1)


@dataclass(frozen=True)
class Asked:
    """What a lemma asks beyond what the claim says, a condition each, in words.

    beyond: of the claim's own quantities, and not shown to follow from its conditions.
    reader: of other quantities, too.
    """

    beyond: tuple[str, ...] = ()
    reader: tuple[str, ...] = ()


def asked(claim: Claim, lemma: Claim) -> Asked:
    """What ``lemma`` asks where ``claim`` uses it.

    Raises ValueError where the claim says what a symbol stands for that the lemma does not have.
    """
    wanted = held(lemma, "region")
    whole, own = supposed(claim)
    beyond, reader = dict[str, None](), dict[str, None]()
    for use in claim.applied.get(lemma.id, (Use(),)):
        if extra := {*use.put} - wanted.free_symbols - held(lemma, "formula").free_symbols:
            raise ValueError(
                f"applied of claim {claim.id}: {lemma.id} does not speak of {min(map(str, extra))}"
            )
        if use.where is not true:
            reader[f"{lemma.id}: used where {use.where}"] = None
        for condition in relations(wanted):
            here = condition.subs(dict(use.put), simultaneous=True) if use.put else condition
            if here is true or here in relations(whole):
                continue
            told = str(condition) if here == condition else f"{condition}, which is {here} here"
            if not here.free_symbols <= own:
                reader[f"{lemma.id}: {told}"] = None
            elif not follows(here, And(whole, use.where)):
                beyond[f"{lemma.id}: {told}"] = None
    return Asked(tuple(beyond), tuple(reader))


def supposed(claim: Claim) -> tuple[Boolean, set[Basic]]:
    """What a claim's conditions and its items say together, and all symbols that the claim speaks of."""
    whole = And(held(claim, "region"), *(x.needs for x in claim.items))
    return whole, whole.free_symbols | held(claim, "formula").free_symbols


@lru_cache(maxsize=5_000)
def follows(condition: Boolean, region: Boolean) -> bool:
    """Whether a condition is shown to hold wherever the region does; False where it is not, for any reason."""
    for part in relations(region):  # each alternative of the region
        if isinstance(part, Or) and part.free_symbols & condition.free_symbols:
            rest = And(*(x for x in relations(region) if x is not part))
            if follows(condition, rest):
                return True
            return all(follows(condition, And(rest, x)) for x in part.args)
    within = _put_in(region, region)
    return within is false or _follows(_put_in(condition, region), within)


@lru_cache  # a region is asked for each condition of each lemma
def _put_in(told: Boolean, region: Boolean) -> Boolean:
    """What is told, with what the region's equations say of symbols put in."""
    put = dict(_solved(region))
    for _ in put:  # one may be put into another
        if put.keys().isdisjoint(told.free_symbols):
            break
        told = told.subs(put, simultaneous=True)
    return told


def _solved(region: Boolean) -> Iterator[tuple[Symbol, Expr]]:
    """What the region's equations say of a symbol: x = 2, x = y + 1."""
    seen: set[Symbol] = set()
    for part in relations(region):
        if isinstance(part, Eq):
            for x, value in (part.args, part.args[::-1]):
                if isinstance(x, Symbol) and x not in seen | value.free_symbols:
                    if not value.free_symbols & seen:
                        seen.add(x)
                        yield x, value
                    break


def _follows(condition: Boolean, region: Boolean) -> bool:
    def one(part: Boolean) -> bool:
        if part in relations(region):
            return True
        try:
            return isinstance(part, Relational) and _relation(part, region)
        except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
            return False

    return part_by_part(condition, one)


def _relation(condition: Relational, region: Boolean) -> bool:
    unequal = isinstance(condition, Ne)
    gap = condition.lhs - condition.rhs if unequal else difference(condition)
    if isinstance(condition, Eq):
        return is_zero(gap)
    known = _about(gap, (*relations(region), *_whole(region), *_cleared(region)))
    if unequal:
        return any(_says(x, sign * gap, True) for x in known for sign in (1, -1)) or nonzero(
            gap, And(*known)
        )
    known += tuple(x for x in consequences(known) if x not in known)
    return _sign(gap, known, isinstance(condition, Gt | Lt))


def _about(gap: Expr, parts: Conditions) -> Conditions:
    """The polynomial inequalities among these that speak of its symbols, or of what those speak of."""
    left, about = [x for x in parts if _plain(x)], set(gap.free_symbols)
    found: list[Boolean] = []
    while more := [x for x in left if x.free_symbols & about]:
        found, left = found + more, [x for x in left if x not in more]
        about |= set[Any]().union(*(x.free_symbols for x in more))
    return tuple(found)


def _sign(gap: Expr, known: Conditions, strict: bool) -> bool:
    """Whether gap > 0, or >= 0, where these hold: one of them says so, its factors do, or it is a sum."""
    if any(_says(x, gap, strict) for x in known) or _product(gap, known, strict):
        return True
    if not strict:
        return nonnegative(gap, And(*known), depth=DEPTH)
    least = [*(difference(x) for x in known if isinstance(x, Gt | Lt)), *MARGINS]
    return any(nonnegative(gap - x, And(*known), depth=DEPTH) for x in least)


def _says(part: Relational, gap: Expr, strict: bool) -> bool:
    """Whether gap = k times the inequality's own gap, plus a constant, which says that gap >= 0, or > 0."""
    mine, own = (x.expand().as_coefficients_dict() for x in (gap, difference(part)))
    rest, end = mine.pop(One, Zero), own.pop(One, Zero)
    if not mine or mine.keys() != own.keys():
        return False
    scales = {mine[x] / own[x] for x in mine}
    if len(scales) > 1 or not min(scales) > 0:
        return False
    more = rest - min(scales) * end
    return bool(more > 0 or (more == 0 and (isinstance(part, Gt | Lt) or not strict)))


def _product(gap: Expr, known: Conditions, strict: bool) -> bool:
    """Whether each of several factors has a sign, and the product is >= 0, or > 0."""
    constant, powers = factor_list(gap)
    if len(powers) < 2:
        return False
    minus = bool(constant < 0)
    for factor, power in powers:
        if power % 2 == 0:
            square = any(_says(x, factor**2, True) for x in known)
            if strict and not (
                square or any(_says(x, y * factor, True) for x in known for y in (1, -1))
            ):
                return False
        elif not _sign(factor, known, strict):
            if not _sign(-factor, known, strict):
                return False
            minus = not minus
    return not minus


def _whole(region: Boolean) -> Iterator[Boolean]:
    """Of integers, a < b is a + 1 <= b."""
    for part in relations(region):
        gap = difference(part) if isinstance(part, Gt | Lt) else Zero
        whole = gap.free_symbols and all(x.is_integer for x in gap.free_symbols)
        if whole and gap.is_polynomial() and _integral(gap):
            yield Ge(gap, One)


def _integral(gap: Expr) -> bool:
    return all(c.is_Integer for c in Poly(gap, *gap.free_symbols).coeffs())


def _cleared(region: Boolean) -> Iterator[Boolean]:
    """Inequalities between quotients, times denominators that are more than 0 there."""
    for part in relations(region):
        if hasattr(part, "gts") and not _plain(part):
            try:
                top, under = rational_form(difference(part))
            except (Undecided, TypeError, ZeroDivisionError, BasePolynomialError):
                continue
            if positive(under.as_expr(), region):
                more = (Gt if isinstance(part, Gt | Lt) else Ge)(top.as_expr(), 0)
                if isinstance(more, Relational):
                    yield more


def _plain(part: Boolean) -> bool:
    return hasattr(part, "gts") and bool(difference(part).is_polynomial())


__all__ = ["Asked", "asked", "follows", "supposed"]
