"""Evidence is not run again on a wrong variant of which it asks what it asked of the claim, and of no other."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Eq, Ge, Gt, Le

from theorem_audit import expect, expect_inequality
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt import unasked
from theorem_audit.doubt.lemmas import supposed
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Meaning
from theorem_audit.tests.thorough import in_ci_but
from theory import claims
from theory.notation import a, s
from theory.vocabulary import DATA, LINEAR, NEURON, ORTHOGONAL, ORTHONORMAL

LAST, FIRST = (
    Meaning(f"the {x} mass", lambda run, k=k: run[k]) for x, k in (("last", -1), ("first", 0))
)
CLAIM = Claim(
    "GRAD", "made up", And(Eq(s, 3 * a), Ge(a + 1, 0)), Source("lemma", "made up"), "exact", "made",
    (Assumption("positive", Gt(a, 0)), Assumption("small", Le(a, 2)), Assumption("data", item=ORTHONORMAL)),
    symbols={"s": LAST, "a": FIRST},
)  # fmt: skip
VARIANTS = {
    "formula": replace(CLAIM, formula=Eq(s, 4 * a)),
    "condition": CLAIM.without("positive"),
    "data": CLAIM.with_item(ORTHONORMAL, ORTHOGONAL),
    "no data": CLAIM.with_item(ORTHONORMAL, None),
    "meaning": CLAIM.with_meaning("s", FIRST),
}
ITEMS = ("data", "no data")


@pytest.fixture(autouse=True)
def as_the_theorys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(claims, "GRAD", CLAIM)
    unasked.forget()
    yield
    unasked.forget()


def again(ask: Callable[[Claim], Any]) -> set[str]:
    """The variants on which evidence that asks so is run again."""
    ran = []

    def evidence(claim: Claim) -> None:
        ran.append(claim)
        ask(claim)
        expect(True, "fine")

    item = Evidence("GRAD", "symbolic", evidence)
    passed = unasked.on_itself(item, CLAIM, case="", run_seed=0)
    assert passed.outcome == "passed", passed.detail
    for variant in VARIANTS.values():
        unasked.on_variant(item, CLAIM, variant, passed, evidence)
    return {name for name, x in VARIANTS.items() if any(x is y for y in ran)}


def _inequality(claim: Claim) -> None:
    """The tool itself looks whether the claim's conditions say those of the box."""
    expect_inequality(Ge(a + 1, 0), {a: (0, 2)})


ASKS: dict[str, tuple[Callable[[Claim], Any], set[str]]] = {
    "nothing": (lambda c: c.id, set()),
    "its formula": (lambda c: c.formula, {"formula"}),
    "its conclusion": (lambda c: c.conclusion, {"formula"}),
    "its region": (lambda c: c.region, {"condition"}),
    "where it holds": (lambda c: c.where, {"condition"}),
    "its items": (lambda c: c.items, {"condition", *ITEMS}),
    "its assumptions": (lambda c: c.assumptions, {"condition", *ITEMS}),
    "an item": (lambda c: c.item(DATA), {*ITEMS}),
    "another item": (lambda c: c.item(NEURON), set()),
    "a meaning": (lambda c: c.meaning("s"), {"meaning"}),
    "another meaning": (lambda c: c.meaning("a"), set()),
    "its symbols": (lambda c: c.symbols, {"meaning"}),
    "its sentence": (lambda c: c.sentence, {*VARIANTS}),
    "what it supposes": (supposed, {"formula", "condition", *ITEMS}),
    "an inequality": (_inequality, {"formula", "condition", *ITEMS}),
    "a variant of it": (lambda c: c.without("small"), {*VARIANTS}),
    "a copy": (lambda c: replace(c, bound="upper"), {*VARIANTS}),
    "all of it": (vars, {*VARIANTS}),
    "a pickle": (lambda c: _pickled(c), {*VARIANTS}),
    "whether it is another": (lambda c: c == replace(CLAIM), {*VARIANTS}),
    "its words": (repr, {*VARIANTS}),
}


def _pickled(claim: Claim) -> None:
    with pytest.raises(Exception, match="pickle"):  # its meanings are functions without a name
        pickle.dumps(claim)


@pytest.mark.parametrize(
    "what",
    in_ci_but(ASKS, "nothing", "its formula", "its items", "another item", "a meaning", "a copy"),
)
def test_what_asks_for_what_varies_is_run_again(what: str) -> None:
    ask, expected = ASKS[what]
    assert again(ask) == expected


def test_what_it_asks_is_learned_from_a_variant_too() -> None:
    """Where earlier runs found what it says of the claim itself, nothing is known of what it asks."""
    ran, formula = [], CLAIM.formula

    def evidence(claim: Claim) -> None:
        ran.append(claim)
        expect(claim.formula == formula, "the formula")

    item = Evidence("GRAD", "symbolic", evidence)
    passed = unasked.on_itself(item, CLAIM, case="", run_seed=0)
    unasked.forget()
    for name in ("formula", "condition", "data", "no data", "meaning", "formula"):
        found = unasked.on_variant(item, CLAIM, VARIANTS[name], passed, evidence)
        assert found.outcome == ("refuted" if name == "formula" else "passed")
    wanted = ["formula", "condition", "formula"]
    assert [x for c in ran[1:] for x, y in VARIANTS.items() if y is c] == wanted


def test_another_object_of_the_claim_starts_anew() -> None:
    ran = []

    def evidence(claim: Claim) -> None:
        ran.append(claim)
        expect(True, "fine")

    item = Evidence("GRAD", "symbolic", evidence)
    passed = unasked.on_itself(item, CLAIM, case="", run_seed=0)
    other = replace(CLAIM, title="another")
    unasked.on_variant(item, other, replace(other, formula=Eq(s, 4 * a)), passed, evidence)
    assert len(ran) == 2


def test_what_evidence_asks_in_a_thread_counts() -> None:
    from threading import Thread

    def ask(claim: Claim) -> None:
        thread = Thread(target=lambda: claim.region)
        thread.start()
        thread.join()

    assert again(ask) == {"condition"}


def test_an_item_of_the_same_kind_is_no_change() -> None:
    both = CLAIM.with_item(ORTHONORMAL, ORTHOGONAL)
    assert unasked.changed(CLAIM, both) == {"assumptions", "item:data"}
    neuron = replace(CLAIM, assumptions=(*CLAIM.assumptions, Assumption("neuron", item=LINEAR)))
    assert unasked.changed(CLAIM, neuron) == {"assumptions", "item:neuron"}
    assert unasked.changed(CLAIM, replace(CLAIM)) == set()
