"""Exact points of a claim's region at which its own formula is false, whatever its evidence shows.

A strict claim that is an equality at a corner is what evidence for "at least" does not tell from a true
one.  So each conjunct is asked at points: where the region's bounds are met, alone and together, where two
symbols are equal, where a factor of the gap is 0, at small numbers, and where a search for the opposite ends.

Only what is free can be put in.  Free is a ``Parameter``; where the claim has no items, also a symbol that the
region speaks of, or that has no words and stands alone on no side.  A symbol with a meaning that is played, or
that no run can compute, is what it is in a run, and so is all that the region ties to it.  In an equation only
parameters are free: a symbol of one may be what it defines.  What the formula's own equations define is put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations, islice, product

from sympy import (
    And,
    Basic,
    Expr,
    Indexed,
    Integer,
    MatrixSymbol,
    Not,
    Or,
    PolynomialError,
    Rational,
    Symbol,
    factor_list,
    false,
    nan,
    oo,
    true,
    zoo,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.condition import condition_of
from theorem_audit.doubt.instances import Instance, find, somewhere
from theorem_audit.doubt.worked_out import worked_out
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.values import holds
from theorem_audit.exact.zero import is_zero, rational_form, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning, OutOfReach, Parameter, line_of

NODES = 300  # partial instances looked at for each case
CORNERS = 40  # sets of bounds that are met together
SMALL = tuple(Rational(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2)))
MOST_SYMBOLS = 3  # that small numbers are put in for
MOST_POINTS = 30  # of the region, at which a conjunct is worked out
REFUSED = (AppliedUndef, Indexed, MatrixSymbol)


@dataclass(frozen=True)
class Counterexample:
    """A conjunct, and an exact point of the region at which it is false.

    sure: every symbol is a parameter, or the claim has no words for it.
    """

    part: Boolean
    at: Mapping[Symbol, Expr]
    sure: bool


def false_at(claim: Claim) -> Counterexample | None:
    """Where a conjunct of the formula is false and all hypotheses hold; None where no such point is found.

    >>> from sympy import And, Gt, Symbol
    >>> from theorem_audit.tests.made_up import claim
    >>> x = Symbol("x", real=True)
    >>> false_at(claim(Gt(1 - x, 0), And(x >= 0, x <= 1))).at
    {x: 1}
    """
    needs = [x.needs for x in claim.items if x.needs is not true]
    region = And(claim.region, *needs)
    doubtful: Counterexample | None = None
    for part in relations(claim.formula):
        said = _defined(part, claim.formula)
        free = _free(claim, said, region)
        if free is None:
            continue
        sure, near = free
        at = _falsified(said, near)
        if at is None:
            continue
        found = Counterexample(part, {**(somewhere(region) or {}), **at}, sure)
        if sure:
            return found
        doubtful = doubtful or found
    return doubtful


def _defined(part: Boolean, formula: Boolean) -> Boolean:
    """A comparison with what the formula's other conjuncts say that its symbols equal."""
    known = {
        x.lhs: x.rhs
        for x in relations(formula)
        if x is not part and isinstance(x, Eq) and x.lhs.is_Symbol and not x.rhs.has(x.lhs)
    }
    for _ in known:  # a chain, at most as long as there are equations
        if isinstance(part, Eq) or not part.free_symbols & known.keys():
            break
        part = part.subs(known, simultaneous=True)
    return part


def _free(claim: Claim, part: Boolean, region: Boolean) -> tuple[bool, Boolean] | None:
    """Whether its symbols are surely free, and what the region says of them; None where one is not."""
    if isinstance(part, BooleanTrue | BooleanFalse) or part.has(*REFUSED):
        return None
    reached, near = set(part.free_symbols), list[Boolean]()
    left = list(relations(region))
    while tied := [x for x in left if x.free_symbols & reached]:
        near += tied
        left = [x for x in left if x not in tied]
        reached |= set().union(*(x.free_symbols for x in tied))
    sure, bound, equations = True, region.free_symbols, part.has(Eq)
    alone = {x for y in claim.formula.atoms(Relational) for x in y.args if x.is_Symbol}
    for x in reached:
        line = line_of(claim.symbols, claim.chapter, str(x))
        if isinstance(line, Parameter):
            continue
        if isinstance(line, Meaning | OutOfReach) or equations or claim.items:
            return None
        if x not in bound and (line or x in alone):
            return None
        sure = sure and not line
    return sure, And(*near)


@cache
def _falsified(part: Boolean, region: Boolean) -> Instance | None:
    """A point of the region at which the part is false, both decided exactly."""
    symbols = sorted(part.free_symbols | region.free_symbols, key=str)
    looked = 0
    seen = set[tuple[Expr, ...]]()
    for at in _points(part, region, symbols):
        point = tuple(at.get(x, Integer(0)) for x in symbols)
        if point in seen:
            continue
        seen.add(point)
        at = dict(zip(symbols, point, strict=True))
        if _decided(region, at) is not True:
            continue
        if _decided(part, at) is False:
            return at
        looked += 1
        if looked >= MOST_POINTS:
            break
    return None


def _points(part: Boolean, region: Boolean, symbols: list[Symbol]) -> Iterator[Instance]:
    for case in _cases(part, region, symbols):
        asked = And(region, case)
        if asked is true:
            yield {}
        elif asked is not false and (found := _found(asked)) is not None:
            yield found
    if len(symbols) <= MOST_SYMBOLS:
        whole = [x for x in SMALL if x.is_integer]
        for values in product(*(whole if x.is_integer else SMALL for x in symbols)):
            yield dict(zip(symbols, values, strict=True))


def _found(case: Boolean) -> Instance | None:
    try:
        return find(case, max_nodes=NODES)
    except (TypeError, ValueError, NotImplementedError, ZeroDivisionError):
        return None  # what the search cannot ask


def _cases(part: Boolean, region: Boolean, symbols: list[Symbol]) -> Iterator[Boolean]:
    """Conditions that a point is looked for under: the part's opposite first, where that is quick to ask."""
    if all(map(quick, part.atoms(Relational))):
        yield Not(part)
    yield true
    met = [Eq(*x.args) for x in relations(region) if isinstance(x, Ge | Le)]
    most = range(1, min(len(symbols), len(met)) + 1)
    yield from islice((And(*x) for size in most for x in combinations(met, size)), CORNERS)
    for x in part.atoms(Relational):
        yield from (Eq(f, 0) for f in _factors(x))
    own = sorted(part.free_symbols, key=str)
    yield from islice((Eq(*x) for x in combinations(own, 2)), CORNERS)


def quick(condition: Boolean) -> bool:
    """Whether the search can evaluate the condition exactly and fast."""
    try:
        return isinstance(condition, Relational) and condition_of(condition).values is not None
    except (TypeError, KeyError, ZeroDivisionError, PolynomialError):
        return False


def _factors(relation: Relational) -> list[Expr]:
    """The factors of left - right, where it is a quotient of polynomials; not those with square roots."""
    symbols = relation.free_symbols
    try:
        top, _ = rational_form(relation.lhs - relation.rhs)
        return [x for x, _ in factor_list(top.as_expr())[1] if x.free_symbols <= symbols]
    except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
        return []


def _decided(part: Basic, at: Instance) -> bool | None:
    """Whether it holds there; None where that is not decided exactly."""
    if isinstance(part, BooleanTrue | BooleanFalse):
        return bool(part)
    if isinstance(part, And | Or):
        parts = [_decided(x, at) for x in part.args]
        ends = isinstance(part, Or)  # what one alone decides
        return ends if ends in parts else None if None in parts else not ends
    if isinstance(part, Not):
        said = _decided(part.args[0], at)
        return None if said is None else not said
    if not isinstance(part, Eq | Ne | Ge | Gt | Le | Lt):
        return None
    said = holds(part, at)
    return _compared(part, at) if said is None else said


def _compared(part: Relational, at: Instance) -> bool | None:
    try:
        sides = [worked_out(x.subs(at, simultaneous=True)) for x in part.args]
        if any(x.free_symbols or x.has(nan, zoo, oo, -oo) or x.is_real is not True for x in sides):
            return None
        sign = _sign(sides[0] - sides[1])
    except (TypeError, ValueError, ZeroDivisionError, NotImplementedError, RecursionError):
        return None
    return None if sign is None else bool(part.func(Integer(sign), 0))


def _sign(gap: Expr) -> int | None:
    """Of a number: by its value, by normal form, or by balls; None where none tells."""
    if gap.is_Rational:
        return 1 if gap.is_positive else -1 if gap.is_negative else 0
    try:
        if is_zero(gap):
            return 0
    except Undecided:
        pass  # balls may tell
    try:
        ball = enclose(gap, {})
    except (Undecided, ZeroDivisionError):
        return None
    return 1 if ball > 0 else -1 if ball < 0 else None


__all__ = ["Counterexample", "false_at"]
