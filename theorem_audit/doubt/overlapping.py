"""Tables (Piecewise) of which two cases hold at one point of a claim's region, with different values.

SymPy takes the first of them; a reader of "x for x < 2, 2 x for x > 1" is told two values of what is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from sympy import And, Expr, Ne, Piecewise, false, nan, oo, true, zoo
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.instances import Boundary, Found, Instance, find

NODES = 300


def overlapping(nodes: Iterable[Found], region: Boolean) -> Iterator[Boundary]:
    """Instances of the region at which a table says two things."""
    for node, index, within, guard in dict.fromkeys(nodes):
        if not isinstance(node, Piecewise) or within is None:
            continue
        cases = [x for x in node.args if x.cond is not true]  # the last is shown as "otherwise"
        for one, two in combinations(cases, 2):
            at = _both(And(region, within, guard, one.cond, two.cond), one.expr, two.expr)
            if at is not None:
                shown = {y: v for y, v in at.items() if y not in index}
                told = f"{node} has two values, {one.expr} and {two.expr}: no case may hold where another does"
                yield Boundary(told, shown or at)
                break


def _both(case: Boolean, one: Expr, two: Expr) -> Instance | None:
    """An instance of the case at which both expressions have a value, and these differ."""
    asked = And(case, Ne(one, two))
    if one.has(AppliedUndef) or two.has(AppliedUndef):  # of which no number is known
        return None if asked is false else find(case, max_nodes=NODES)
    at = None if asked is false else find(asked, max_nodes=NODES, thorough=True)
    return at if at is not None and _has_value(one, at) and _has_value(two, at) else None


def _has_value(side: Expr, at: Instance) -> bool:
    return not side.subs(dict(at), simultaneous=True).has(nan, zoo, oo, -oo)


__all__ = ["overlapping"]
