"""What a claim says, read so that nothing of it is passed over: its conjuncts and its assumptions."""

from __future__ import annotations

from collections import Counter

from sympy import Eq, Expr, sympify

from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.setting import kind_of
from theorem_audit.statement.vocabulary import Item, Kind


def expect_only(claim: Claim, *symbols: Expr, inequalities: int = 0) -> None:
    """The formula is one equation for each symbol and ``inequalities``: no conjunct is left unread.

    The evidence must read each of the inequalities; here they are only counted.
    """
    parts = relations(claim.formula)
    sides = [x.lhs for x in parts if isinstance(x, Eq)]
    expect(Counter(sides) == Counter(symbols), f"equations for {sides}, read are {symbols}")
    others = [x for x in parts if not isinstance(x, Eq)]
    same = len(others) == inequalities and all(hasattr(x, "gts") for x in others)
    expect(same, f"besides equations there are {others}, read are {inequalities} inequalities")


def expect_items(claim: Claim, *items: Item) -> None:
    """The proof uses these items: the claim's own of each kind must imply them, else Undecided."""
    for item in items:
        kind = kind_of(item)
        own = claim.item(kind)
        if not kind.implied(own, item):
            raise Undecided(f"{claim.id} supposes {own.name!r}; the proof, {item.name!r}")
        expect(True, f"{claim.id}: {own.name} is {item.name}")


def from_item(claim: Claim, kind: Kind, name: str) -> Expr:
    """What the claim's item of a kind gives for derivations, such as the data's inner products."""
    value = claim.item(kind).gives.get(name)
    if value is None:
        raise Undecided(f"{claim.id}: {claim.item(kind).name!r} says nothing of {name}")
    return sympify(value)
