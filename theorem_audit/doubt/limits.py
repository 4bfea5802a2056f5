"""Limits in a formula: those that do not exist for some value that the hypotheses allow, and the others.

Of a function that a chapter names and nobody knows (``P_1(a)``) nothing is decided: that it has a limit is
what such a claim says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import AccumBounds, Basic, Dummy, Expr, Limit, nan, zoo
from sympy.core.function import AppliedUndef
from sympy.core.relational import Ge, Gt, Lt
from sympy.logic.boolalg import And, Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.converges import Unsettled
from theorem_audit.doubt.instances import NODES, Found, Instance, edges, find
from theorem_audit.doubt.lemmas import follows


def without_limit(nodes: Iterable[Found], region: Boolean) -> Iterator[Unsettled]:
    """Limits that do not exist at an instance of the region; or (None) are not shown to exist on all of it."""
    for node, _, within, guard in dict.fromkeys(nodes):
        if not isinstance(node, Limit) or node.has(AppliedUndef) or within is None:
            continue
        here = And(region, within, guard)
        if not (found := _instances(here)):
            continue  # no case comes to it
        for at in found:
            if _exists(node, at) is False:
                yield Unsettled(f"{node}, which does not exist", at)
                break
        else:
            if not _exists(node.xreplace(_signed(node, here)), {}):
                yield Unsettled(str(node), None)


def _instances(region: Boolean) -> list[Instance]:
    first = find(region, max_nodes=NODES)
    return [] if first is None else [first, *(dict(x.instance) for x in edges(region))]


def _signed(node: Expr, region: Boolean) -> dict[Basic, Basic]:
    """Its symbols with the signs that the region gives them: SymPy takes a limit by these."""
    found: dict[Basic, Basic] = {}
    for x in node.free_symbols & region.free_symbols:
        for said, sign in (
            (Gt(x, 0), "positive"),
            (Lt(x, 0), "negative"),
            (Ge(x, 0), "nonnegative"),
        ):
            if follows(said, region):
                found[x] = Dummy(str(x), **{**x.assumptions0, sign: True})
                break
    return found


def _exists(node: Expr, at: Instance) -> bool | None:
    """Whether the limit there is a number, or infinite; None where SymPy does not say."""
    put = {x: v for x, v in at.items() if x in node.free_symbols}
    try:
        value: Basic = node.subs(put, simultaneous=True).doit()
    except ValueError as error:
        return None if node.free_symbols - {*put} or "does not exist" not in str(error) else False
    except (NotImplementedError, TypeError, BasePolynomialError, RecursionError):
        return None
    if value.has(Limit, nan):
        return None
    if value.has(AccumBounds, zoo):  # it goes to and fro; or to oo on one side and -oo on the other
        return None if value.free_symbols else False
    return True


__all__ = ["without_limit"]
