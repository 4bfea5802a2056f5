"""Is a claim about something?  Exact instances of its hypotheses, and of their boundary.

An instance gives every symbol of the region an exact value at which the region holds.  The search
walks small rationals and integers, and what equations and bounds determine; it is finite, so a region
in which nothing was found is reported as such (not as empty) and is an error: the claim may be about
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from flint import fmpq
from sympy import (
    Abs,
    And,
    Basic,
    Equivalent,
    Expr,
    Implies,
    Integer,
    Not,
    Or,
    Symbol,
    Xor,
    ceiling,
    false,
    to_cnf,
    true,
)  # fmt: skip
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit import project
from theorem_audit.doubt.condition import condition_of
from theorem_audit.doubt.partial import Partial, Settled
from theorem_audit.doubt.solutions import anchors, solutions
from theorem_audit.exact.rationals import to_flint, to_sympy
from theorem_audit.exact.sizes import fits
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim

Instance = dict[Symbol, Expr]
# A part of a formula, as ``undefined`` walks it: the part, the indices that are bound there, where these are,
# and which case of a table it stands in.
Found = tuple[Basic, frozenset[Symbol], Boolean | None, Boolean]

MAX_NODES = 3_000
NODES = 300  # where one is looked for of each part of a formula, or pair of parts: there are many


class EmptyRegion(ValueError):
    """No instance of a claim's hypotheses was found."""


@dataclass(frozen=True)
class Boundary:
    """A case at the edge of a claim's region: what holds there, and exact values."""

    what: str
    instance: Mapping[Symbol, Expr]


def find(
    region: Boolean,
    fixed: Mapping[Symbol, Expr] | None = None,
    max_nodes: int = MAX_NODES,
    thorough: bool = False,
) -> Instance | None:
    """An instance of ``region`` with the values in ``fixed``, or None when the search finds none.

    max_nodes: give up after looking at this many partial instances.
    thorough: also look close to irrational ends, and solve equations for irrational numbers.
    """
    if region in (true, false):
        return {} if region is true else None
    if region.has(Not, Implies, Xor, Equivalent):
        region = to_cnf(region)
    if (found := _raised(region, fixed or {}, max_nodes, thorough)) is not None:
        return found
    compiled, nodes = Partial(region, thorough), 0
    orders = [compiled.symbols]
    if all(c.values is not None for choice in compiled.options for o in choice for c in o):
        # further orders, where conditions are quick to evaluate: an early choice may exclude the rest
        orders.append(tuple(sorted(compiled.symbols, key=lambda x: (not x.is_integer, str(x)))))
        if thorough:
            orders.append(
                tuple(sorted(compiled.symbols, key=lambda x: (bool(x.is_integer), str(x))))
            )
            orders.append(_nested(region, compiled.symbols))
    start = {x: to_flint(v) for x, v in (fixed or {}).items()}

    def search(
        left: tuple[Symbol, ...], value: dict[Symbol, fmpq], settled: Settled,
        last: Symbol | None = None,
    ) -> Instance | None:  # fmt: skip
        nonlocal nodes
        nodes += 1
        if nodes > max_nodes or not compiled.possible(value, settled, last):
            return None
        if not left:
            return {x: to_sympy(v) for x, v in value.items()}
        x = compiled.next(left, settled)
        rest, more, whole = tuple(y for y in left if y != x), settled | {x}, x.is_integer
        for candidate in compiled.candidates(x, value, settled):
            if whole and candidate.q != 1:
                continue
            if found := search(rest, {**value, x: candidate}, more, x):
                return found
            if nodes > max_nodes:
                return None
        return None

    for order in dict.fromkeys(orders):  # each with a budget of its own
        nodes = 0
        if found := search(tuple(x for x in order if x not in start), start, frozenset(start)):
            return found
    if fixed or not thorough:
        return None
    return _eliminated(region, max_nodes) or _alternatives(region, max_nodes)


def defining(formula: Boolean, needed: Set[Basic], region: Boolean) -> list[Boolean]:
    """The equations of a formula that say what these symbols are of which the region does not speak, and what
    the symbols in these are.

    >>> from sympy import symbols
    >>> x, y, z = symbols("x y z")
    >>> defining(Eq(y, x + 1) & Eq(z, y**2), {z}, x > 0)
    [Eq(z, y**2), Eq(y, x + 1)]
    """
    known = [
        x for x in relations(formula)
        if isinstance(x, Eq) and isinstance(x.lhs, Symbol) and not x.rhs.has(x.lhs)
    ]  # fmt: skip
    asked, found = set(needed), list[Boolean]()
    while extra := [x for x in known if x.lhs in asked - region.free_symbols]:
        known = [x for x in known if x not in extra]
        found += extra
        asked |= set[Basic]().union(*(x.free_symbols for x in extra))
    return found


def _nested(region: Boolean, symbols: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """The symbols with each after those that a bound of it is made of, such as n before k where k >= n^2."""
    within = {
        x: {
            z
            for c in relations(region)
            if isinstance(c, Relational) and x in c.args
            for z in c.free_symbols
        }
        for x in symbols
    }
    order = list[Symbol]()
    while left := [x for x in symbols if x not in order]:
        order.append(min(left, key=lambda x: len(within[x] & {*left} - {x})))
    return tuple(order)


def _alternatives(region: Boolean, max_nodes: int) -> Instance | None:
    """The same for one alternative after another, where the region has any; |x| < c is two conditions."""
    plain = region.replace(
        lambda x: isinstance(x, Relational) and isinstance(x.lhs, Abs), _without_bars
    )
    parts = [y for x in relations(plain) for y in relations(x)]
    one = next((x for x in parts if isinstance(x, Or)), None)
    if one is None:
        return None if plain == region else find(plain, max_nodes=max_nodes, thorough=True)
    rest = [x for x in parts if x is not one]
    for choice in one.args:
        if (found := find(And(*rest, choice), max_nodes=max_nodes, thorough=True)) is not None:
            free = region.free_symbols - set(found)
            found = {**found, **dict.fromkeys(free, Integer(1))}
            if region.subs(found, simultaneous=True) is true:
                return found
    return None


def _without_bars(x: Relational) -> Boolean:
    inner, end = x.lhs.args[0], x.rhs
    if isinstance(x, Lt | Le):
        return And(x.func(inner, end), x.func(-inner, end))
    return Or(x.func(inner, end), x.func(-inner, end)) if isinstance(x, Gt | Ge) else x


def _eliminated(region: Boolean, max_nodes: int) -> Instance | None:
    """The same where an equation forces a number that is not rational: solved for it, put in."""
    for equation in (x for x in relations(region) if isinstance(x, Eq)):
        for x in sorted(equation.free_symbols, key=str):
            for solution in solutions(equation, x, anchors(region, x)):
                rest = And(*(c for c in relations(region) if c is not equation))
                try:
                    rest = rest.subs(x, solution)
                except TypeError:  # not real
                    continue
                inner = find(rest, max_nodes=max_nodes, thorough=True)
                if inner is None:
                    continue
                free = solution.free_symbols - set(inner)
                inner = {**inner, **dict.fromkeys(free, Integer(1))}
                if not fits(solution, inner):
                    continue
                found = {**inner, x: solution.subs(inner)}
                if not fits(region, found):
                    continue
                if x.is_real and found[x].is_real is False:  # x^2 = 1 - y^2 beyond y = 1
                    continue
                try:
                    # the equation was solved for x, which SymPy need not see: sinh(asinh(1)) = 1
                    held = rest.subs(found, simultaneous=True) is true
                    if held and equation.subs(found, simultaneous=True) is not false:
                        return found
                except TypeError:
                    continue
    return None


def _raised(
    region: Boolean, fixed: Mapping[Symbol, Expr], max_nodes: int, thorough: bool
) -> Instance | None:
    """The same where one symbol stands above an expression and in no other condition: it is taken last.

    Such a bound, M >= log(...)/..., may be any number, and far from what the search tries.
    """
    for bound in (x for x in relations(region) if isinstance(x, Ge | Gt) and x.lhs.is_Symbol):
        x, rest = bound.lhs, [c for c in relations(region) if c is not bound]
        if x in fixed or x in bound.rhs.free_symbols or any(x in c.free_symbols for c in rest):
            continue
        if condition_of(bound).values is not None:  # quick to evaluate: the search itself finds it
            continue
        inner = find(And(*rest), fixed, max_nodes, thorough)
        if inner is None or not bound.rhs.free_symbols <= set(inner) or not fits(bound.rhs, inner):
            continue
        value = bound.rhs.subs(inner).evalf(40)
        # log(-1), 1/log(1): none here, and perhaps elsewhere.
        if not (value.is_real and value.is_finite):
            continue
        beyond = ceiling(value + abs(value) / 10**30) + 1  # what 40 digits round
        found = {**inner, x: beyond}
        # ``subs`` is much slower, and puts in what stands in bound symbols, too
        if region.xreplace(found) is true or region.subs(found, simultaneous=True) is true:
            return found
    return None


@cache
def somewhere(region: Boolean) -> Instance | None:
    """An instance of a region alone, also where that takes the thorough search."""
    quick = find(region)
    return find(region, thorough=True) if quick is None else quick


def instance(claim: Claim) -> Instance:
    """One instance of all hypotheses of ``claim`` at once ({} where they bind no symbol).

    Raises EmptyRegion when none is found, or none with what the claim's items need (n <= d for orthonormal
    data).
    """
    region = claim.region
    found = somewhere(region)
    if found is None:
        if region is false:
            raise EmptyRegion(f"{claim.id}: its hypotheses contradict each other")
        raise EmptyRegion(
            f"{claim.id}: no instance of {region} was found (which does not show that there is none)"
        )
    needs = [x.needs for x in claim.items if x.needs.free_symbols & region.free_symbols]
    if needs and somewhere(And(region, *needs)) is None:
        told = ", ".join(map(str, needs))
        raise EmptyRegion(
            f"{claim.id}: no instance of {region} was found that has {told}, which its items need"
        )
    return found


def boundaries(claim: Claim) -> tuple[Boundary, ...]:
    """Each non-strict condition met with equality, the least of each integer, and the project's own cases.

    Cases that the hypotheses exclude are left out.
    """
    return edges(claim.region)


NOTHING: dict[str, Any] = {"instance": None, "boundary": []}


def about(claim: Claim) -> dict[str, Any]:
    """As plain data: an instance of the claim's hypotheses (None: none found), and its boundary cases."""
    try:
        found = instance(claim)
    except EmptyRegion:
        return NOTHING
    cases = [{"case": x.what, "instance": _plain(x.instance)} for x in boundaries(claim)]
    return {"instance": _plain(found), "boundary": cases}


def _plain(values: Mapping[Any, Any]) -> dict[str, str]:
    return {str(symbol): str(value) for symbol, value in values.items()}


def _named_cases() -> Mapping[str, Boolean]:
    """The boundary cases that the project's ``boundaries`` names: what they are called -> condition."""
    here = project.current()
    return here.import_from("boundaries", here.boundaries) if here.boundaries else {}


@cache
def edges(region: Boolean) -> tuple[Boundary, ...]:
    """The same for a region alone."""
    found: dict[str, Instance] = {}

    def add(what: str, case: Boolean) -> None:
        if case is not false and (at := find(And(region, case))) is not None:
            found.setdefault(what, at)

    for condition in relations(region):
        if isinstance(condition, Le | Ge):
            add(f"{condition.lhs} = {condition.rhs}", Eq(*condition.args))
    names = {x.name: x for x in sorted(region.free_symbols, key=str)}
    for x in names.values():
        if x.is_integer:
            for least in (0, 1, 2, 3):
                if find(region, {x: Integer(least)}) is not None:
                    add(f"{x} = {least}", Eq(x, least))
                    break
    for what, case in _named_cases().items():
        if case.free_symbols <= region.free_symbols:
            add(what, case)
    return tuple(Boundary(what, at) for what, at in found.items())
