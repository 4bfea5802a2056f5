"""Where in its region a formula makes no sense: a division by zero, a root of what is negative."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sympy import (
    And,
    Expr,
    Mul,
    PolynomialError,
    Pow,
    Symbol,
    factor_terms,
    false,
    log,
    nan,
    preorder_traversal,
    true,
    zoo,
)  # fmt: skip
from sympy.core.relational import Eq, Lt, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.condition import condition_of
from theorem_audit.doubt.instances import Boundary, Instance, edges, find
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim

POLE_NODES = 300  # partial instances looked at for each denominator of a formula


def undefined(claim: Claim) -> list[Boundary]:
    """Where in its region some part of the formula makes no sense: x/0, 0/0, a root or log below 0.

    Looked for are the boundary cases, and zeros of each denominator (a root's or logarithm's argument
    below 0) inside the region.  What a formula's own equations define is put in.  A denominator with
    a symbol that neither the region nor such an equation speaks of is left alone, unless that symbol
    is an integer (a size).  log 0 = -oo is a value.
    """
    return list(_undefined(claim.formula, claim.region))


@cache
def _undefined(formula: Boolean, region: Boolean) -> tuple[Boundary, ...]:
    cases = [Boundary(str(x), at) for x in _poles(formula) if (at := _reached(x, formula, region))]
    if cases or any(x.free_symbols <= region.free_symbols for x in _poles(formula)):
        cases += edges(region)
    return tuple(x for x in cases if any(_senseless(p, x.instance) for p in relations(formula)))


def _poles(formula: Boolean) -> list[Boolean]:
    """Conditions under which a part of the formula may be undefined."""
    found: dict[Boolean, None] = {}
    for node in preorder_traversal(formula):
        if isinstance(node, log):
            found[Lt(node.args[0], 0)] = None
        elif isinstance(node, Pow) and node.exp.is_negative:
            found |= dict.fromkeys(Eq(x, 0) for x in Mul.make_args(factor_terms(node.base)))
        elif isinstance(node, Pow) and node.exp.is_Rational and node.exp.q % 2 == 0:
            found[Lt(node.base, 0)] = None
    return [x for x in found if x is not false]


def _reached(pole: Boolean, formula: Boolean, region: Boolean) -> Instance | None:
    """An instance of the region at which the condition holds, where the search finds one."""
    if not isinstance(pole, Relational):
        return None
    known = [
        x for x in relations(formula)
        if isinstance(x, Eq) and isinstance(x.lhs, Symbol) and not x.rhs.has(x.lhs)
    ]  # fmt: skip
    needed, defining = set(pole.free_symbols), list[Boolean]()
    while extra := [x for x in known if x.lhs in needed - region.free_symbols]:
        known = [x for x in known if x not in extra]
        defining += extra
        needed |= set().union(*(x.free_symbols for x in extra))
    bound = region.free_symbols | {x.lhs for x in defining}
    if any(not x.is_integer for x in needed - bound) or not all(map(_rational, (pole, *defining))):
        return None
    case = And(region, pole, *defining)
    return None if case is false else find(case, max_nodes=POLE_NODES)


def _rational(condition: Boolean) -> bool:
    """Whether the search can evaluate the condition exactly and fast."""
    try:
        return condition_of(condition).values is not None
    except (TypeError, KeyError, ZeroDivisionError, PolynomialError):
        return False


def _senseless(part: Boolean, at: Mapping[Symbol, Expr]) -> bool:
    sides = [side for x in part.atoms(Relational) for side in x.args if isinstance(side, Expr)]
    quick = [side.xreplace(at) for side in sides]
    if all(v.is_real and not v.has(nan, zoo) for v in quick):
        return False  # the usual case, and real numbers can be compared: ``subs`` is much slower
    try:
        if part.subs(dict(at), simultaneous=True) is true:
            return False  # an alternative that holds
    except TypeError:  # SymPy does not compare with infinity
        return True
    values = [side.subs(dict(at), simultaneous=True) for side in sides]
    return any(
        v.has(nan, zoo) or (v.is_number and v.is_extended_real is False)
        for v in values
        if not any(x.args[0] == 0 for x in v.atoms(log))
    )
