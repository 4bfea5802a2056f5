"""The falsifiers of this folder refute what is false and are silent on what is true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import And, Eq, Rational

from tests.falsify.stability.table import FALSIFIERS
from tests.falsify.trying import generator
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import claims
from theory import vocabulary as words
from theory.vocabulary.batches import DRAWN_ONCE, FULL_FROM_8

pytestmark = pytest.mark.thorough

DROPPED = {
    "Q-MIXTURE": ("batch size",),
    "NON-UNIFORMITY": ("shared minimiser", "batch size"),
    "NON-UNIFORMITY-GAP": ("shared minimiser", "batch size", "star", "positive curvature"),
    "SCALING-ETA-B": ("shared minimiser", "variance factor"),
    "SCALING-EPOCH": ("without replacement",),
    "COHERENCE": ("batch size", "convex components"),
    "COHERENCE-INDICES": ("independent indices", "convex components"),
}
ITEMS = {
    "Q-MIXTURE": (words.WITH_REPLACEMENT, words.CYCLIC, words.RESHUFFLED, words.FAIR_BATCHES, FULL_FROM_8,
                  DRAWN_ONCE),
    "NON-UNIFORMITY": (DRAWN_ONCE, words.CYCLIC),
    "NON-UNIFORMITY-GAP": (DRAWN_ONCE,),
    "SCALING-ETA-B": (DRAWN_ONCE, words.CYCLIC),
    "SCALING-EPOCH": (words.WITH_REPLACEMENT, words.FULL),
}  # fmt: skip


def bent(claim: Claim) -> dict[str, Claim]:
    """Each equation times 1.001; each inequality turned round."""
    parts, found = relations(claim.formula), {}
    for index, part in enumerate(parts):
        if isinstance(part, Eq):
            wrong = Eq(part.lhs, part.rhs * Rational(1001, 1000))
        else:
            wrong = part.func(part.rhs, part.lhs)
        rest = [wrong if i == index else x for i, x in enumerate(parts)]
        found[f"{claim.id}: {part}"] = replace(claim, formula=And(*rest, evaluate=False), parts={})
    return found


def swapped(claim: Claim, item: words.batches.Item) -> Claim:
    (old,) = [x for x in claim.items if x.kind == item.kind]
    return claim.with_item(old, item)


FALSE: dict[str, Claim] = {
    **{
        f"{x} without {what!r}": claims[x].without(what)
        for x, all_ in DROPPED.items()
        for what in all_
    },
    **{f"{x}: {item.name}": swapped(claims[x], item) for x, all_ in ITEMS.items() for item in all_},
    **{name: claim for x in FALSIFIERS for name, claim in bent(claims[x]).items()},
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted(name: str) -> None:
    claim = FALSE[name]
    with pytest.raises(Refuted):
        FALSIFIERS[claim.id](claim, generator(name), 6.0)


@pytest.mark.parametrize("name", FALSIFIERS)
def test_nothing_is_found_against_the_claims_as_they_stand(name: str) -> None:
    assert FALSIFIERS[name](claims[name], generator(name), 0.3) > 0
