"""Whether what refutes a claim lies within the claim's own hypotheses.

Evidence may ask more than is claimed: on a box that is wider than the region, without a condition on some other
symbol.  A point at which that fails refutes the claim only where its hypotheses hold, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Or, Rational, Symbol, false, true
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.instances import NODES, find
from theorem_audit.exact.zero import relations

BUT = "; but the claim supposes "  # stands before what excludes a witness
_CLOSED = {Gt: Ge, Lt: Le}


def excluded(region: Boolean, witness: Mapping[Any, Any]) -> str:
    """What of ``region`` excludes a witness, as text; empty where nothing is known to.

    A point on the edge of an open region counts as one of it: what is negative there is so beside it.  What
    is not made of SymPy's symbols and exact numbers is in its author's own words, and is left alone.
    """
    at = {x: _exact(value) for x, value in witness.items() if isinstance(x, Symbol)}
    if not at or None in at.values():
        return ""
    left = []
    for condition in relations(region):
        try:
            rest = _closed(condition).subs(at, simultaneous=True)
        except (TypeError, ValueError, ZeroDivisionError):  # log(x) > 1 at x = -1
            continue
        if rest is false:
            return str(condition)
        if rest is not true:
            left.append(rest)
    rest = And(*left)
    if rest is true or _findable(rest) or not _findable(_closed(region)):
        return ""
    return str(rest)


@cache
def _findable(region: Boolean) -> bool:
    return find(region, max_nodes=NODES, thorough=True) is not None


def _closed(region: Boolean) -> Boolean:
    """The same with its edges: x >= 0 for x > 0, and anything for x != 0 and for what is no comparison."""
    if isinstance(region, And | Or):
        return region.func(*map(_closed, region.args))
    if isinstance(region, Eq | Ge | Le | Gt | Lt):
        return _CLOSED.get(type(region), region.func)(*region.args)
    return true


def _exact(value: Any) -> Rational | None:
    if isinstance(value, Fraction | int) and not isinstance(value, bool):
        return Rational(value.numerator, value.denominator)
    return value if isinstance(value, Rational) else None


__all__ = ["BUT", "excluded"]
