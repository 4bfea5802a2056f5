"""A claim as plain data: all that tables, ledgers and verdicts need of it, without SymPy.

``describe`` writes it down while the claim's object is at hand; ``Told`` reads it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim
    from theorem_audit.statement.vocabulary import Item


@dataclass(frozen=True)
class ToldPrior:
    """What somebody had first: the work as it is cited, its key, and what it states."""

    work: str
    key: str
    states: str


@dataclass(frozen=True)
class ToldSource:
    """Where a claim comes from; see ``Source``."""

    kind: str
    reference: str
    prior: tuple[ToldPrior, ...] = ()


@dataclass(frozen=True)
class ToldItem:
    """A word of the vocabulary; implied: names of all items of its kind that it implies, itself included.

    widest: whether it is what its kind assumes where nothing is said.
    """

    kind: str
    name: str
    after: bool
    widest: bool
    implied: tuple[str, ...]


@dataclass(frozen=True)
class ToldAssumption:
    """One hypothesis: condition and text as strings, whether it was declared as needed, and by what."""

    name: str
    condition: str
    text: str
    needed: bool | None
    witness: str
    note: str = ""
    item: str = ""


@dataclass(frozen=True)
class Told:
    """A claim's words.

    region is empty where the claim holds everywhere; applied: ids of the lemmas of which it says how they are
    used (a ledger tells none); loose: see ``uncovered``; stated: see ``stated``; names:
    of the statement's symbols; out_of_reach: those of them that no run can compute.
    """

    id: str
    title: str
    chapter: str
    source: ToldSource
    bound: str
    statement: str
    formula: str
    region: str
    remark: str
    symbols: Mapping[str, str]
    steps: tuple[str, ...]
    parts: Mapping[str, str]
    cites: tuple[str, ...]
    assumptions: tuple[ToldAssumption, ...]
    items: tuple[ToldItem, ...] = ()
    carried: Mapping[str, str] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    sentence: str = ""
    typeset: str = ""
    loose: str = ""
    survivors: Mapping[str, str] = field(default_factory=dict)
    stated: str = ""
    names: tuple[str, ...] = ()
    out_of_reach: tuple[str, ...] = ()
    object: str = field(default="", compare=False)

    @classmethod
    def of(cls, claim: Claim | Told) -> Told:
        """The words of a claim."""
        return claim if isinstance(claim, Told) else cls.back(describe(claim))

    @classmethod
    def back(cls, data: Mapping[str, Any]) -> Told:
        """From what ``describe`` wrote."""
        return cls(**{
            **data,
            "source": ToldSource(**{
                **data["source"], "prior": tuple(ToldPrior(**x) for x in data["source"]["prior"])
            }),
            "items": tuple(ToldItem(**{**x, "implied": tuple(x["implied"])}) for x in data["items"]),
            "steps": tuple(data["steps"]),
            "names": tuple(data.get("names", ())),
            "applied": tuple(data.get("applied", ())),
            "out_of_reach": tuple(data.get("out_of_reach", ())),
            "cites": tuple(data["cites"]),
            "assumptions": tuple(ToldAssumption(**x) for x in data["assumptions"]),
        })  # fmt: skip


def describe(claim: Claim) -> dict[str, Any]:
    """A claim as JSON holds it."""
    from sympy import true

    from theorem_audit.weigh.verdict import uncovered

    return {
        "id": claim.id,
        "title": claim.title,
        "chapter": claim.chapter,
        "source": {
            "kind": claim.source.kind,
            "reference": claim.source.reference,
            "prior": [
                {"work": x.work.cite(), "key": x.work.key, "states": x.states}
                for x in claim.source.prior
            ],
        },
        "items": [_item(x) for x in claim.items],
        "carried": dict(claim.carried),
        "applied": list(claim.applied),
        "sentence": claim.sentence,
        "typeset": claim.typeset,
        "bound": claim.bound,
        "statement": claim.statement,
        "formula": str(claim.formula),
        "region": "" if claim.region is true else str(claim.region),
        "remark": claim.remarks,
        "names": list(claim.names),
        "out_of_reach": list(claim.out_of_reach),
        "symbols": {name: _line(said) for name, said in claim.symbols.items()},
        "steps": list(claim.steps),
        "parts": {step: str(part) for step, part in claim.parts.items()},
        "cites": list(claim.cites),
        "assumptions": [
            {
                "name": x.name,
                "condition": "" if x.condition is None else str(x.condition),
                "text": x.words,
                "needed": x.needed,
                "witness": x.witness,
                "note": x.note,
                "item": "" if x.item is None else x.item.kind,
            }
            for x in claim.assumptions
        ],
        "loose": uncovered(claim),
        "survivors": dict(claim.survivors),
        "stated": stated(claim),
        "object": fingerprint(claim),
    }


def _line(said: str) -> str:
    """What is said of a symbol, and why no run can compute it, where none can."""
    why = getattr(said, "why", "")
    return f"{said} (no run can compute it: {why})" if why else str(said)


def _item(item: Item) -> dict[str, Any]:
    from theorem_audit.statement.setting import kind_of

    kind = kind_of(item)
    return {
        "kind": kind.name, "name": item.name, "after": item.after, "widest": item.name == kind.widest,
        "implied": [x.name for x in kind if kind.implied(item, x)],
    }  # fmt: skip


def items_of(claim: Claim | Told) -> tuple[ToldItem, ...]:
    """The items of a claim, told."""
    if isinstance(claim, Told):
        return claim.items
    return tuple(ToldItem(**{**x, "implied": tuple(x["implied"])}) for x in map(_item, claim.items))


def beyond(claim: Claim | Told, lemma: Claim | Told) -> list[str]:
    """What ``lemma`` supposes and ``claim`` does not: one line each, empty where all is implied.

    A lemma on orthonormal data says nothing about oblique ones: what deciding evidence reads of it is worth
    something only where the claim's own items imply the lemma's, kind by kind.  Items that qualify a
    conclusion (``after``: limits) are none of what a lemma supposes.
    """
    found, mine = [], {x.kind: x for x in items_of(claim)}
    for item in items_of(lemma):
        own = mine.get(item.kind)
        if not (item.after or item.widest or (own is not None and item.name in own.implied)):
            name = "nothing" if own is None else own.name
            found.append(f"{lemma.id} supposes {item.name} ({item.kind}), {claim.id} {name}")
    return found


def fingerprint(claim: Claim) -> str:
    """A hash of the claim's object: formula and conditions with the assumptions of their symbols, and words."""
    from sympy import srepr

    def said(value: Any) -> str:
        return srepr(value) if hasattr(value, "free_symbols") else repr(value)

    parts = [
        claim.id, claim.title, said(claim.formula), repr(claim.source), claim.bound, repr(claim.steps),
        repr(claim.cites), repr(dict(claim.symbols)), claim.remarks, repr(dict(claim.survivors)),
        repr(dict(claim.carried)),
        *(f"{k}: {[(said(x.where), [*map(said, (*x.put, *x.put.values()))]) for x in uses]}"
          for k, uses in claim.applied.items()),
        *(f"{k}: {said(v)}" for k, v in claim.parts.items()),
    ]  # fmt: skip
    for x in claim.assumptions:
        parts += [f"{k}={_worded(v) or said(v)}" for k, v in sorted(vars(x).items())]
    return _hash(parts)


def stated(claim: Claim) -> str:
    """A hash of what a claim states: formula, conditions, items and meanings, and the neighbours of those.

    Titles, remarks and explanations may change under it; wrong variants are made from what it covers.
    """
    from sympy import srepr

    from theorem_audit.statement.meaning import meanings_of
    from theorem_audit.statement.setting import kind_of

    parts = [claim.id, srepr(claim.formula), claim.bound]
    for name, said in meanings_of(claim.symbols).items():
        parts += [name, said, *said.near]
    for x in claim.assumptions:
        parts += [x.name, srepr(x.condition), srepr(x.sharp), _worded(x.item)]
        if x.item is not None:
            parts += [_worded(y) for y in kind_of(x.item).neighbours(x.item)]
    return _hash(parts)


def _worded(item: Any) -> str:
    """All that an item says; empty for what is none."""
    from sympy import srepr

    from theorem_audit.statement.vocabulary import Item

    if not isinstance(item, Item):
        return ""
    return "|".join((item.kind, item.name, item.words, item.latex, srepr(item.needs)))


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


__all__ = ["Told", "ToldAssumption", "ToldSource", "beyond", "describe", "fingerprint", "stated"]
