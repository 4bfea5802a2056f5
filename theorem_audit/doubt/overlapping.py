"""Tables (Piecewise) of which two cases hold at one point of a claim's region, with different values, or none.

SymPy takes the first of them; a reader of "x for x < 2, 2 x for x > 1" is told two values of what is claimed,
and of "x for x < 1, 2 x for x > 1" none at x = 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from sympy import And, Contains, Expr, Ne, Not, Or, Piecewise, false, nan, oo, to_nnf, true, zoo
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Le
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.instances import NODES, Boundary, Found, Instance, defining, find
from theorem_audit.exact.zero import relations


def overlapping(nodes: Iterable[Found], region: Boolean) -> Iterator[Boundary]:
    """Instances of the region at which a table says two things."""
    for node, index, within, guard in dict.fromkeys(nodes):
        if not isinstance(node, Piecewise) or within is None:
            continue
        cases = [x for x in node.args if x.cond is not true]  # the last is shown as "otherwise"
        for one, two in combinations(cases, 2):
            case = _compared(And(region, within, guard, one.cond, two.cond))
            at = _both(case, one.expr, two.expr)
            if at is not None:
                shown = {y: v for y, v in at.items() if y not in index}
                told = f"{node} has two values, {one.expr} and {two.expr}: no case may hold where another does"
                yield Boundary(told, shown or at)
                break


def uncovered(
    nodes: Iterable[Found], region: Boolean, formula: Boolean
) -> Iterator[tuple[Boundary, bool]]:
    """Instances of the region at which a table says nothing, and whether it stands in a sum's term there.

    A table in a symbol of which neither a hypothesis nor an equation of the formula says what it is is left
    alone, unless that symbol is an integer.
    """
    for node, index, within, guard in dict.fromkeys(nodes):
        if not isinstance(node, Piecewise) or within is None:
            continue
        covered = Or(*(_compared(x.cond) for x in node.args))
        here = And(region, within, _compared(guard))
        asked, bound = covered.free_symbols, region.free_symbols | index
        known = defining(formula, asked - index, region)
        free = (asked | And(*known).free_symbols) - bound - {x.lhs for x in known}
        if covered is true or any(not x.is_integer for x in free):
            continue
        here = And(here, *defining(formula, (asked | guard.free_symbols) - index, region))
        if covered.has(Contains) or here.has(Contains):
            continue
        missing = And(here, _equal(to_nnf(Not(covered), simplify=False)))
        if (at := find(missing, max_nodes=NODES, thorough=True)) is not None:
            yield Boundary(f"{node} has no case there", at), bool(node.free_symbols & index)


def _equal(condition: Boolean) -> Boolean:
    """The same with one equation for each two inequalities that say it: x^2 <= 2 and x^2 >= 2."""
    parts = {*relations(condition)}
    both = {x for x in parts if isinstance(x, Le | Ge) and {Ge(*x.args), Le(*x.args)} <= parts}
    return And(*(parts - both), *(Eq(*x.args) for x in both))


def _compared(condition: Boolean) -> Boolean:
    """The same with comparisons for what says that a number lies in an interval."""
    return condition.replace(
        lambda x: isinstance(x, Contains) and hasattr(x.args[1], "as_relational"),
        lambda x: x.args[1].as_relational(x.args[0]),
    )


def _both(case: Boolean, one: Expr, two: Expr) -> Instance | None:
    """An instance of the case at which both expressions have a value, and these differ."""
    asked = And(case, Ne(one, two))
    if one.has(AppliedUndef) or two.has(AppliedUndef):  # of which no number is known
        return None if asked is false else find(case, max_nodes=NODES)
    at = None if asked is false else find(asked, max_nodes=NODES, thorough=True)
    return at if at is not None and _has_value(one, at) and _has_value(two, at) else None


def _has_value(side: Expr, at: Instance) -> bool:
    return not side.subs(dict(at), simultaneous=True).has(nan, zoo, oo, -oo)


__all__ = ["overlapping", "uncovered"]
