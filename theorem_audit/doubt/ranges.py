"""Sums and products whose range is none at some point of a claim's region.

Where a range ends before it begins, SymPy continues a sum's formula (of k from 1 to -3: k from -2 to 0 with
the sign turned), and a reader takes it for empty.  Where the ends are no whole number apart, the formula says
what no range does.  Either way what is shown is not what is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import And, Expr, Lt, Mod, Ne, Product, Sum, Symbol, false, oo, true
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.instances import NODES, Boundary, Found, Instance, find


def without_range(nodes: Iterable[Found], region: Boolean) -> Iterator[Boundary]:
    """Instances of the region at which a finite sum or product has no range."""
    for node, index, within, guard in dict.fromkeys(nodes):
        if not isinstance(node, Sum | Product) or within is None:
            continue
        here, bound = And(region, within, guard), set(index)
        for x, *ends in reversed(node.limits):  # the outermost stands last
            if len(ends) != 2:
                break
            finite = not {oo, -oo} & {*ends}
            if finite and (found := _none(ends[1] - ends[0], here, bound)) is not None:
                shown = {y: v for y, v in found.items() if y not in bound}
                yield Boundary(f"{node} has no range", shown or found)
                break
            here = And(here, *(y for y in (x >= ends[0], x <= ends[1]) if not y.has(oo, -oo)))
            bound.add(x)


def _none(length: Expr, region: Boolean, bound: set[Symbol]) -> Instance | None:
    """Where the ends of a range are less than -1 apart, or no whole number."""
    cases = [Lt(length, -1)]
    # An index takes whole numbers, whatever its symbol is.
    if not length.is_integer and not length.free_symbols & {x for x in bound if not x.is_integer}:
        cases.append(true if length.is_integer is False else Ne(Mod(length, 1), 0))
    for case in cases:
        asked = And(region, case)
        found = None if asked is false else find(asked, max_nodes=NODES, thorough=True)
        if found is not None:
            return found
    return None


__all__ = ["without_range"]
