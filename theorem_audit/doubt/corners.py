"""Exact points of a claim's region at which its own formula is false, whatever its evidence shows.

A strict claim that is an equality at a corner is what evidence for "at least" does not tell from a true
one.  So each conjunct is asked at points: where the region's bounds are met, alone and together, where two
symbols are equal, where a factor of the gap is 0, at small numbers and simple angles, and where a search for
the opposite ends.

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
    Mul,
    Not,
    Or,
    Rational,
    Symbol,
    factor_list,
    false,
    pi,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.growth import sign as sign_of
from theorem_audit.doubt.instances import Instance, find
from theorem_audit.doubt.worked_out import worked_out
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.sizes import FACTORED, TooLarge, sized
from theorem_audit.exact.values import holds
from theorem_audit.exact.zero import is_zero, rational_form, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning, OutOfReach, Parameter, line_of

NODES = 200  # partial instances looked at for each case
CORNERS = 16  # sets of bounds that are met together, and pairs of symbols
SMALL = tuple(Rational(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2)))
WHOLE = (*map(Integer, (0, 1, -1, 2, 3, 4, 5, 6, 7, 8)),)
ANGLES = (
    *(pi * Rational(p, q) for p, q in ((1, 2), (1, 1), (3, 2), (2, 1), (1, 3), (1, 4), (1, 6))),
)
MOST_SMALL = 64
MOST_POINTS = 16  # of the region, at which a conjunct is worked out
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
    region = And(claim.region, *(x.needs for x in claim.items))
    doubtful: Counterexample | None = None
    for part in relations(claim.formula):
        said = _defined(part, claim.formula)
        free = _free(claim, said, region)
        at = None if free is None else _falsified(said, free[1])
        if free is None or at is None:
            continue
        found = Counterexample(part, at, free[0])
        if found.sure:
            return found
        doubtful = doubtful or found
    return doubtful


def _defined(part: Boolean, formula: Boolean) -> Boolean:
    """A comparison with what the formula's other conjuncts say that its symbols equal."""
    if isinstance(part, Eq):
        return part
    equations = [x for x in relations(formula) if isinstance(x, Eq) and x.lhs.is_Symbol]
    known = {x.lhs: x.rhs for x in equations if not x.rhs.has(x.lhs)}
    for _ in known:  # a chain, at most as long as there are equations
        if part.free_symbols.isdisjoint(known):
            break
        part = part.subs(known, simultaneous=True)
    return part


def _free(claim: Claim, part: Boolean, region: Boolean) -> tuple[bool, Boolean] | None:
    """Whether its symbols are surely free, and what the region says of them; None where one is not."""
    if part.has(*REFUSED):
        return None
    reached, near = set(part.free_symbols), list[Boolean]()
    left = list(relations(region))
    while tied := [x for x in left if x.free_symbols & reached]:
        near += tied
        left = [x for x in left if x not in tied]
        reached |= set().union(*(x.free_symbols for x in tied))
    sure, equations = True, part.has(Eq)
    alone = {x for y in claim.formula.atoms(Relational) for x in y.args if x.is_Symbol}
    for x in reached:
        line = line_of(claim.symbols, claim.chapter, str(x))
        if isinstance(line, Parameter):
            continue
        if isinstance(line, Meaning | OutOfReach) or equations or claim.items:
            return None
        if x not in region.free_symbols and (line or x in alone):
            return None
        sure = sure and not line
    return sure, And(*near)


@cache
def _falsified(part: Boolean, region: Boolean) -> Instance | None:
    """A point of the region at which the part is false, both decided exactly."""
    points = islice(_points(part, region), MOST_POINTS)
    return next((at for at in points if _decided(part, at) is False), None)


def _points(part: Boolean, region: Boolean) -> Iterator[Instance]:
    """Points of the region, each once."""
    symbols = sorted(part.free_symbols | region.free_symbols, key=str)
    seen = set[tuple[Expr, ...]]()
    for found in _tried(part, region, symbols):
        point = tuple(found.get(x, Integer(0)) for x in symbols)
        at = dict(zip(symbols, point, strict=True))
        if point not in seen and _decided(region, at) is True:
            yield at
        seen.add(point)


def _tried(part: Boolean, region: Boolean, symbols: list[Symbol]) -> Iterator[Instance]:
    for case in _cases(part, region):
        asked = And(region, case)
        try:
            found = None if asked is false else find(asked, max_nodes=NODES)
        except (TypeError, ValueError, NotImplementedError, ZeroDivisionError):
            continue  # what the search cannot ask
        if found is not None:
            yield found
    angles = ANGLES if part.has(TrigonometricFunction) else ()
    small = product(
        *(WHOLE if x.is_integer else (*_ends(x, region), *angles, *SMALL) for x in symbols)
    )
    yield from (dict(zip(symbols, values, strict=True)) for values in islice(small, MOST_SMALL))


def _ends(symbol: Symbol, region: Boolean) -> list[Expr]:
    """The numbers that the region has a symbol at least, or at most: the search knows rational ones alone."""
    bounds = [x for x in relations(region) if isinstance(x, Ge | Le) and symbol in x.args]
    return [y for x in bounds for y in x.args if not y.free_symbols]


def _cases(part: Boolean, region: Boolean) -> Iterator[Boolean]:
    """Conditions that a point is looked for under: the part's opposite first, where that is quick to ask."""
    asked = sorted(part.atoms(Relational), key=str)
    if all(_rational(side) for x in asked for side in x.args):
        yield Not(part)
    met = [Eq(*x.args) for x in relations(region) if isinstance(x, Ge | Le)]
    sets = (And(*x) for size in range(len(met) + 1) for x in combinations(met, size))
    yield from islice(sets, CORNERS)
    for x in asked:
        yield from (Eq(factor, 0) for factor in _factors(x))
    symbols = sorted(part.free_symbols, key=str)
    yield from islice((Eq(*x) for x in combinations(symbols, 2)), CORNERS)


def _rational(side: Basic) -> bool:
    return isinstance(side, Expr) and bool(side.is_rational_function())


def _factors(relation: Relational) -> list[Expr]:
    """The factors of left - right: of a quotient of polynomials, or as they are written."""
    if not all(isinstance(x, Expr) for x in relation.args):
        return []
    gap = relation.lhs - relation.rhs
    try:
        top, _ = rational_form(gap)
        if top.total_degree() > FACTORED:
            raise TooLarge(f"{top.as_expr()}: more factors than are looked for")
        return [x for x, _ in factor_list(top.as_expr())[1]]
    except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
        return [x.as_base_exp()[0] for x in Mul.make_args(gap)]


def _decided(part: Basic, at: Instance) -> bool | None:
    """Whether it holds there; None where that is not decided exactly."""
    if isinstance(part, BooleanTrue | BooleanFalse):
        return bool(part)
    if isinstance(part, And | Or):
        ends, said = isinstance(part, Or), set[bool | None]()
        for x in part.args:
            said.add(_decided(x, at))
            if ends in said:  # one alone decides
                return ends
        return None if None in said else not ends
    if isinstance(part, Not):
        inner = _decided(part.args[0], at)
        return None if inner is None else not inner
    if not isinstance(part, Eq | Ne | Ge | Gt | Le | Lt):
        return None
    exact = holds(part, at)
    return _compared(part, at) if exact is None else exact


def _compared(part: Relational, at: Instance) -> bool | None:
    try:
        sized(part, at)
        sides = [worked_out(x.subs(at, simultaneous=True)) for x in part.args]
        if any(x.free_symbols or x.is_real is not True for x in sides):
            return None
        sign = _sign(sides[0] - sides[1])
    except (
        Undecided, TypeError, ValueError, ZeroDivisionError, NotImplementedError, RecursionError,
    ):  # fmt: skip
        return None
    return None if sign is None else bool(part.func(sign, 0))


def _sign(gap: Expr) -> int | None:
    """The sign of a number: 0 also by normal form; None where neither that nor a ball tells."""
    try:
        if is_zero(gap):
            return 0
    except Undecided:
        pass  # a ball may tell
    return sign_of(gap)


__all__ = ["Counterexample", "false_at"]
