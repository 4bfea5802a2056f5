"""Items, kinds, claims made of them, and what a lemma supposes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Or, Symbol, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from theorem_audit.statement import setting
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.recording import recording_hypotheses
from theorem_audit.statement.sentence import chains, latex_chains
from theorem_audit.statement.vocabulary import Item, Kind
from theorem_audit.weigh.told import beyond

a, b, n = Symbol("a", real=True), Symbol("b", integer=True), Symbol("n", integer=True)
F = Symbol("F", real=True)

ANY = Item("coin", "any", "the coin is any", "p", sample=lambda rng: 0.3, holds=lambda p: True)
FAIR = Item("coin", "fair", "the coin is fair", "p=1/2", sample=lambda rng: 0.5, holds=lambda p: p == 0.5,
            implies=("not certain",), near=("not certain", "any"))  # fmt: skip
OPEN = Item("coin", "not certain", "the coin can fall either way", "0<p<1", sample=lambda rng: 0.3,
            holds=lambda p: 0 < p < 1)  # fmt: skip
COIN = Kind("coin", "the chance of heads", "any", (ANY, FAIR, OPEN))
SMALL = Item("limit", "small a", "as a -> 0", r"a\to0", after=True, unread="a way to read")
PLAIN = Item("limit", "this a", "at a itself", "a", after=True, unread="a way to read")
LIMIT = Kind("limit", "how it is meant", "this a", (SMALL, PLAIN))


def made(*assumptions: Assumption, name: str = "TOY", **more: object) -> Claim:
    return Claim(name, "a toy", Eq(F, 2 * a), Source("lemma", "here"), "exact", __name__,
                 assumptions=assumptions, **more)  # type: ignore[arg-type]  # fmt: skip


TOSSED = Assumption("tossed", item=FAIR)
SIZE = Assumption("size", And(Gt(a, 0), Le(a, 1)))


def test_words_alone_are_no_hypothesis() -> None:
    with pytest.raises(ValueError, match="'sunny': a condition between symbols or an item"):
        Assumption("sunny", note="the sun shines")


def test_an_item_is_drawn_and_tested_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="sample and holds are needed, or unread="):
        Item("coin", "odd", "the coin is odd", "p")
    with pytest.raises(ValueError, match="words=''"):
        Item("coin", "odd", "", "p", unread="no")


def test_a_kind_knows_its_items() -> None:
    for wrong, says in (
        ({"items": (ANY, ANY)}, "declared twice"),
        ({"items": (ANY, SMALL)}, "is of kind 'limit'"),
        ({"items": (ANY, FAIR)}, "names 'not certain'"),
        ({"widest": "none"}, "no item of kind"),
        ({"items": (ANY, FAIR, replace(OPEN, implies=("fair",)))}, "in a circle: .*fair"),
    ):
        with pytest.raises(ValueError, match=says):
            replace(COIN, **wrong)
    with pytest.raises(KeyError, match="fair, not certain"):
        COIN["heavy"]


def test_implication_is_by_chain_and_everything_implies_the_widest() -> None:
    order = {(x.name, y.name) for x in COIN for y in COIN if COIN.implied(x, y)}
    assert order == {("any", "any"), ("fair", "fair"), ("not certain", "not certain"), ("fair", "not certain"),
                     ("fair", "any"), ("not certain", "any")}  # fmt: skip
    assert COIN.neighbours(FAIR) == (OPEN,)  # the widest is what dropping gives


def test_two_items_of_one_kind_contradict_each_other() -> None:
    with pytest.raises(ValueError, match="'fair' and 'not certain' are both items of kind 'coin'"):
        made(TOSSED, Assumption("again", item=OPEN))


def test_a_claim_without_an_item_assumes_the_widest_and_the_read_is_recorded() -> None:
    claim = made(SIZE)
    with recording_hypotheses() as reads:
        assert claim.item(COIN) is ANY
        assert made(TOSSED, name="OTHER").item(COIN) is FAIR
        claim.region  # noqa: B018
    assert reads == {("TOY", "coin"), ("OTHER", "coin"), ("TOY", "region")}


def test_an_item_is_replaced_or_dropped_and_a_condition_stays() -> None:
    both = Assumption("both", Gt(a, 0), item=FAIR)
    assert made(both).with_item(FAIR, None).assumptions == (Assumption("both", Gt(a, 0)),)
    assert made(TOSSED, SIZE).with_item(FAIR, None).assumptions == (SIZE,)
    assert made(both).with_item(FAIR, OPEN).items == (OPEN,)
    with pytest.raises(ValueError, match="'not certain': claim TOY has the items fair"):
        made(TOSSED).with_item(OPEN, None)


def test_the_sentence_says_every_hypothesis() -> None:
    claim = made(TOSSED, SIZE, Assumption("small", item=SMALL), symbols={"F": "what is found"})
    assert claim.sentence == (
        "Suppose that the coin is fair; and that 0 < a <= 1. Then F = 2*a, as a -> 0. Here F: what is found."
    )
    assert r"p=1/2" in claim.statement
    assert r"0 < a \leq 1" in claim.statement


CONDITIONS = [
    And(Gt(a, 0), Lt(a, 1)), And(Le(1, b), Lt(b, n), Le(n, 9)), And(Gt(a, 0), Gt(a, -1), Lt(a, 1), Lt(a, F)),
    Or(And(Eq(b, 1), Gt(a, 0)), Ne(n, 2)), And(Lt(a * n, 1), Lt(0, a * n), Or(Eq(a, 0), Gt(F, 1))), Gt(a, 0),
]  # fmt: skip


def parsed(text: str) -> Boolean:
    """What a chain such as "0 < a <= 1" says, or such chains joined by or and and."""
    for word, build in ((" or ", Or), (" and ", And)):
        if word in text:
            return build(*(parsed(x.removeprefix("(").removesuffix(")")) for x in text.split(word)))
    kinds: dict[str, Any] = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "=": Eq, "!=": Ne}
    pieces = re.split(r" (<=|>=|!=|<|>|=) ", text)
    terms = [sympify(x, locals={"a": a, "b": b, "n": n, "F": F}) for x in pieces[::2]]
    return And(
        *(kinds[sign](x, y) for x, sign, y in zip(terms, pieces[1::2], terms[1:], strict=False))
    )


def in_one_form(condition: Boolean) -> Boolean:
    return condition.replace(lambda x: isinstance(x, Relational), lambda x: x.canonical)


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_the_words_of_a_region_say_the_region(condition: Boolean) -> None:
    said = And(*(parsed(text) for text in chains(condition)))
    assert in_one_form(said) == in_one_form(condition)
    assert len(latex_chains(condition)) == len(chains(condition))


def test_a_lemma_is_worth_something_only_where_what_it_supposes_is_implied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(setting, "kinds", lambda: {"coin": COIN, "limit": LIMIT})
    lemma = made(Assumption("open", item=OPEN), Assumption("small", item=SMALL), name="LEMMA")
    assert beyond(made(TOSSED), lemma) == []
    assert beyond(made(SIZE), lemma) == ["LEMMA supposes not certain (coin), TOY nothing"]
    with pytest.raises(setting.UnknownItem, match="'sunny' of kind 'sky'"):
        setting.kind_of(Item("sky", "sunny", "the sun shines", "s", unread="no"))
