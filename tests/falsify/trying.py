"""How a claim is made false on purpose, and whether its search, or anything, sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from types import FunctionType
from typing import Any

from sympy import And
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from theorem_audit import check
from theorem_audit.doubt.falsify import Falsified, falsify
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item

Change = Callable[[Claim], Claim]
REFUSED = ("refuted", "inconclusive", "supported")  # supported: a lemma is used beyond its setting


def less(*names: str) -> Change:
    """The claim without these hypotheses."""
    return lambda claim: reduce(Claim.without, names, claim)


def word(old: Item, new: Item | None) -> Change:
    """The claim with another word, or without it."""
    return lambda claim: claim.with_item(old, new)


def under(name: str, condition: Boolean) -> Change:
    """The claim with another condition."""
    return lambda claim: claim.widened(name, condition)


def says(*parts: Boolean) -> Change:
    """The claim with another formula."""
    formula = parts[0] if len(parts) == 1 else And(*parts, evaluate=False)
    return lambda claim: replace(claim, formula=formula, parts={})


def bent(old: Any, new: Any) -> Change:
    """The claim with ``new`` in place of ``old`` in its formula."""

    def change(claim: Claim) -> Claim:
        found = replace(claim, formula=claim.formula.subs(old, new), parts={})
        assert found.formula != claim.formula, f"{claim.id} does not say {old}"
        return found

    return change


def part(side: Any, new: Any) -> Change:
    """The claim with ``new`` across from ``side`` in the first conjunct that has it there, or with what the
    function ``new`` makes of that side; a relation stands in the place of the conjunct.
    """

    def change(claim: Claim) -> Claim:
        parts = list(relations(claim.formula))
        at = next(k for k, x in enumerate(parts) if side in (x.lhs, x.rhs))
        if isinstance(new, Relational):
            parts[at] = new
        else:
            changed = new if isinstance(new, FunctionType) else lambda _: new
            parts[at] = parts[at].func(*(x if x == side else changed(x) for x in parts[at].args))
        return says(*parts)(claim)

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""
    return lambda claim: reduce(lambda x, change: change(x), changes, claim)


def refuted(claim: Claim, tries: int = 6) -> bool:
    """Whether one of some searches, each twice as long as the last, finds a counterexample with its witness."""
    for k in range(tries):
        found = falsify(claim, seconds=2.0 * 2**k, seed=k)
        if isinstance(found, Falsified):
            return bool(found.witness)
    return False


def fate(claim: Claim) -> str:
    """``refuted`` by a run, else the verdict of its evidence; a rank is searched longer before it is told."""
    if refuted(claim, tries=1):
        return "refuted"
    name = check(claim, quick=True).name
    return "refuted" if name not in REFUSED and refuted(claim) else name
