"""Is a claim about something?  Exact instances of its hypotheses, and of their boundary.

An instance gives every symbol of the region an exact value at which the region holds.  The search
walks small rationals and integers, and what equations and bounds determine; it is finite, so a region
in which nothing was found is reported as such and is an error: the claim may be about nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sympy import And, Expr, Integer, Rational, Symbol, nan, oo, solve, zoo
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import And as AndBool
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue, Or

from theory.claim import Claim
from theory.exact import difference, relations

Instance = dict[Symbol, Expr]

WHOLE = tuple(map(Integer, (1, 2, 3, 4, 5, 0, 6, 8)))
RATIONAL = tuple(
    Rational(p, q)
    for p, q in (
        (1, 10), (1, 4), (1, 2), (1, 1), (0, 1), (3, 10), (3, 4), (1, 3), (3, 2), (2, 1), (-1, 10),
        (-1, 2), (-1, 1), (5, 4), (1, 100), (3, 1), (9, 10), (-1, 4), (5, 1), (1, 1000),
    )
)  # fmt: skip
MAX_NODES = 20_000


class EmptyRegion(ValueError):
    """No instance of a claim's hypotheses was found."""


@dataclass(frozen=True)
class Boundary:
    """A case at the edge of a claim's region.

    what: the condition that holds with equality, or the extreme value.
    formula: ``holds``, ``undefined``, or ``open`` (it has symbols beyond those of the region).
    """

    what: str
    instance: Mapping[Symbol, Expr]
    formula: str


def find(region: Boolean, fixed: Mapping[Symbol, Expr] | None = None) -> Instance | None:
    """An instance of ``region`` with the values in ``fixed``, or None when the search finds none."""
    value: Instance = dict(fixed or {})
    symbols = sorted(region.free_symbols - set(value), key=lambda x: (not x.is_integer, str(x)))
    nodes = 0

    def holds_so_far(value: Instance) -> bool:
        return all(_truth(c, value) is not False for c in relations(region))

    def search(left: tuple[Symbol, ...], value: Instance) -> Instance | None:
        nonlocal nodes
        nodes += 1
        if nodes > MAX_NODES or not holds_so_far(value):
            return None
        if not left:
            sure = all(_truth(c, value) is True for c in relations(region))
            return value if sure else None
        for x in left:  # a symbol that an equation determines goes first
            if (forced := _forced(region, x, value)) is not None:
                rest = tuple(y for y in left if y != x)
                return search(rest, {**value, x: forced})
        x = left[0]
        for candidate in _candidates(region, x, value):
            if found := search(left[1:], {**value, x: candidate}):
                return found
        return None

    return search(tuple(symbols), value)


def _truth(condition: Boolean, value: Mapping[Symbol, Expr]) -> bool | None:
    """True or False where ``value`` settles the condition, else None."""
    if isinstance(condition, BooleanTrue | BooleanFalse):
        return bool(condition)
    if isinstance(condition, Or):
        parts = [_truth(c, value) for c in condition.args]
        return True if True in parts else (False if all(p is False for p in parts) else None)
    if isinstance(condition, AndBool):
        parts = [_truth(c, value) for c in condition.args]
        return False if False in parts else (True if all(p is True for p in parts) else None)
    if not condition.free_symbols <= set(value):
        return None
    result = condition.subs(dict(value))
    if isinstance(result, Relational) and not result.free_symbols:
        result = result.func(*(side.n(50) for side in result.args))
    return bool(result) if isinstance(result, BooleanTrue | BooleanFalse) else False


def _forced(region: Boolean, x: Symbol, value: Mapping[Symbol, Expr]) -> Expr | None:
    for condition in relations(region):
        if isinstance(condition, Eq) and condition.free_symbols - set(value) == {x}:
            roots = [r for r in solve(difference(condition).subs(dict(value)), x) if r.is_real]
            if roots:
                return max(roots)
    return None


def _candidates(region: Boolean, x: Symbol, value: Mapping[Symbol, Expr]) -> Iterator[Expr]:
    """Small numbers, and the ends and the middle of what the conditions leave to ``x``."""
    if x.is_integer:
        yield from WHOLE
        return
    ends = sorted(set(_ends(region, x, value)))
    yield from RATIONAL
    yield from ((low + high) / 2 for low, high in pairwise(ends))
    yield from ends


def _ends(region: Boolean, x: Symbol, value: Mapping[Symbol, Expr]) -> Iterator[Expr]:
    for condition in region.atoms(Le, Lt, Ge, Gt, Ne, Eq):
        if condition.free_symbols - set(value) == {x}:
            gap = (condition.lhs - condition.rhs).subs(dict(value))
            if gap.is_polynomial(x) and gap.as_poly(x).degree() == 1:
                end = solve(gap, x)[0]
                if end.is_Rational:
                    yield end


_found = cache(find)


def instance(claim: Claim) -> Instance:
    """One instance of all hypotheses of ``claim`` at once ({} where they bind no symbol).

    Raises EmptyRegion when none is found.
    """
    found = _found(claim.region)
    if found is None:
        raise EmptyRegion(f"{claim.id}: no instance of {claim.region} was found; is it empty?")
    return found


def boundaries(claim: Claim) -> tuple[Boundary, ...]:
    """Each non-strict condition met with equality, and the least n, b, ... with b = 1, n-1, n; d = n.

    Cases that the hypotheses exclude are left out.
    """
    return _boundaries(claim.region, claim.formula)


@cache
def _boundaries(region: Boolean, formula: Boolean) -> tuple[Boundary, ...]:
    found: dict[str, Instance] = {}
    for condition in relations(region):
        if isinstance(condition, Le | Ge):
            at = find(And(region, Eq(*condition.args)))
            if at is not None:
                found[f"{condition.lhs} = {condition.rhs}"] = at
    names = {x.name: x for x in region.free_symbols | formula.free_symbols}
    for x in (y for y in names.values() if y.is_integer and y in region.free_symbols):
        for least in (0, 1, 2, 3):
            if (at := find(region, {x: Integer(least)})) is not None:
                found[f"{x} = {least} (least)"] = at
                break
    if {"n", "b"} <= set(names):
        for b in (Integer(1), names["n"] - 1, names["n"]):
            _add_case(region, names["b"], b, found)
    if {"n", "d"} <= set(names):
        _add_case(region, names["d"], names["n"], found)
    return tuple(Boundary(what, at, _state(formula, at)) for what, at in found.items())


def _add_case(region: Boolean, x: Symbol, value: Expr, found: dict[str, Instance]) -> None:
    at = find(And(region, Eq(x, value)))
    if at is not None:
        found.setdefault(f"{x} = {value}", at)


def _state(formula: Boolean, at: Mapping[Symbol, Expr]) -> str:
    """Whether the formula makes sense at ``at``; and holds there, if it has no further symbols."""
    states = []
    for part in relations(formula):
        try:
            value = part.subs(dict(at), simultaneous=True)
        except (ZeroDivisionError, TypeError):
            return "undefined"
        if value.has(nan, zoo, oo, -oo):
            return "undefined"
        if isinstance(value, BooleanTrue | BooleanFalse):
            states.append("holds" if value else "fails")
        else:
            states.append("open")
    return next((s for s in ("fails", "open", "holds") if s in states), "open")
