"""Changed words and meanings that kept their verdict once: now refuted, or not accepted.

Each is made through the public objects: ``with_item``, ``without``, ``widened`` or another formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import And, Function, Ge, Le, Lt, Or

from theorem_audit import check
from theorem_audit.doubt.falsify import Falsified, falsify
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import claims
from theory import vocabulary as words
from theory.minibatch.selection import p_win
from theory.notation import a, b, n

pytestmark = pytest.mark.thorough

REFUSED = ("refuted", "inconclusive", "supported")  # supported: a lemma is used beyond its setting
FULL_FROM_8 = words.BATCHES["full from n = 8"]
DRAWN_ONCE = words.BATCHES["drawn once"]
UNIFORM_IS = {name: getattr(words.UNIFORM, name) for name in ("sample", "gives")}
# full batches admitted from n = 8 on, in the bounds of b
WIDER = And(Ge(b, 1), Or(Lt(b, n), And(Ge(n, 8), Le(b, n))))

ITEMS: list[tuple[str, Item, Item | None]] = [
    *((x, words.UNIFORM, FULL_FROM_8) for x in (
        "FIXED-POINTS", "CAPTURE", "REACH", "REACH-TIME", "SGD-SPARSE", "SPARSE-TIME", "SGD-RATE")),
    *(("SGD-SPARSE", words.UNIFORM, x) for x in (None, words.FAIR_BATCHES)),
    *(("TWO-POINTS", words.UNIFORM, x) for x in (None, DRAWN_ONCE)),
    *((x, words.ORTHONORMAL, words.UNIT_DATA) for x in (
        "WALK-DRIFT-LOW", "WALK-JUMP", "CAPTURE-HALF", "BAND-ABOVE", "SGD-SPARSE", "SELECT-EQUAL")),
    *((x, words.ORTHONORMAL, words.ORTHOGONAL) for x in ("SGD-SPARSE", "SGD-EDGE")),
    ("UNIVERSAL-DECAY", words.TWO_COEFFICIENTS, None),
    ("SELECT", words.SMALL_STEPS_LINEAR, None),
    ("SELECT-REVERSIBLE", words.SMOOTH, None),
]  # fmt: skip

OTHERS: dict[str, tuple[str, Callable[[Claim], Claim]]] = {
    **{f"b = n from n = 8 on, {x}": (x, lambda claim: claim.widened("without replacement", WIDER))
       for x in ("FIXED-POINTS", "SGD-SPARSE", "REACH", "REACH-TIME", "CAPTURE")},
    "any n and start": ("SELECT", lambda x: x.without("start")),
    "at each a": ("SELECT", lambda x: replace(
        x, formula=x.formula.xreplace({p_win: Function("P_1", real=True)(a)}))),
    "slack at no step": ("CAPTURE", lambda x: x.without("slack kept")),
    "mass at no step": ("CAPTURE", lambda x: x.without("mass kept")),
    "mass at no step, to reach": ("REACH-TIME", lambda x: x.without("mass kept")),
    "a median in place of a mean": ("TIME-SPREAD", lambda x: replace(x, parts={}, formula=x.formula.replace(
        Function("E", real=True), Function("median", real=True)))),
    "start off the band": ("NHRW", lambda x: x.without("start in the band")),
}  # fmt: skip


def fate(claim: Claim) -> str:
    """``falsified`` by a run, else the verdict of its evidence."""
    if isinstance(falsify(claim, seconds=2.0), Falsified):
        return "refuted"
    return check(claim, quick=True).name


@pytest.mark.parametrize(("claim_id", "old", "new"), ITEMS, ids=lambda x: str(x))
def test_other_items_are_not_accepted(claim_id: str, old: Item, new: Item | None) -> None:
    assert fate(claims[claim_id].with_item(old, new)) in REFUSED


def test_a_word_edited_in_its_place_is_seen() -> None:
    """All claims at once: what "uniform subsets" draws, and its chances, are everything from n = 8 on."""
    for name in ("sample", "gives"):
        object.__setattr__(words.UNIFORM, name, getattr(FULL_FROM_8, name))
    try:
        for claim_id in ("FIXED-POINTS", "REACH", "CAPTURE", "COLLAPSE"):
            assert isinstance(falsify(claims[claim_id], seconds=2.0), Falsified), claim_id
    finally:
        for name, was in UNIFORM_IS.items():
            object.__setattr__(words.UNIFORM, name, was)
    assert not isinstance(falsify(claims["REACH"], seconds=0.5), Falsified)


@pytest.mark.parametrize("name", OTHERS)
def test_other_hypotheses_are_not_accepted(name: str) -> None:
    claim_id, change = OTHERS[name]
    assert fate(change(claims[claim_id])) in REFUSED
