"""Whether a claim's own inequality is certified on the claim's region, or on a part of it.

A box may be smaller than the region that the evidence was handed; a certificate on it says less than the claim.
Compared is what speaks of the claim's symbols: in new coordinates a box is the evidence's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import And, Not, Symbol, true
from sympy.core.relational import Ge, Le
from sympy.logic.boolalg import Boolean

from theorem_audit.checks.run_context import RunContext
from theorem_audit.doubt.lemmas import follows, supposed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import held


def expect_within(
    context: RunContext, relation: Boolean, region: Any, order: Sequence[Symbol], part: Boolean
) -> bool:
    """Whether ``relation`` is one of the claim's own.

    Raises Undecided where it is, and the claim's region is not shown to lie in what it is certified on.

    part: on which part of the claim's region that is.
    """
    claim = context.claim
    if claim is None:
        return False
    formula = held(claim, "formula")
    if relation not in relations(formula):
        return False
    whole, own = supposed(claim)
    for condition in _conditions(region, order):
        if condition.free_symbols <= own and not follows(condition, And(whole, part)):
            raise Undecided(
                f"{relation} is certified where {condition}, and that the claim's region says so"
                f"{'' if part is true else f' where {part}'} is not shown: hand over the whole, or say which "
                "part it is (part=)"
            )
    return True


def _conditions(region: Any, order: Sequence[Symbol]) -> list[Boolean]:
    if isinstance(region, Mapping):
        ends = [(Ge(x, low), Le(x, high)) for x, (low, high) in region.items()]
        return [x for pair in ends for x in pair if x is not true]
    return [x for x in relations(region) if x.free_symbols <= set(order)]


def left_out(context: RunContext) -> str:
    """What to say of an inequality of the claim that is certified on parts alone, not shown to be all."""
    for relation, parts in context.pieces.items():
        region = held(context.claim, "region")
        if not _cover(region, parts):
            told = "; ".join(map(str, parts))
            return f"{relation} is certified on a part of its region, and this is not all: {told}"
    return ""


def _cover(region: Boolean, parts: Sequence[Boolean]) -> bool:
    """Whether the parts are shown to be all of it: where a condition of the first fails, the others are."""
    return bool(parts) and all(
        follows(x, region) or _cover(And(region, Not(x)), parts[1:]) for x in relations(parts[0])
    )


__all__ = ["expect_within", "left_out"]
