"""Whether one claim's items imply another's: what a proof that reads a lemma must have.

A lemma on orthonormal data says nothing about oblique ones.  So what deciding evidence reads of a lemma is
worth something only where the claim's own items imply the lemma's, kind by kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from theorem_audit import project
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item, Kind


class UnknownItem(ValueError):
    """An item of a claim is none of the project's vocabulary."""


def kinds() -> dict[str, Kind]:
    """The kinds of the project's vocabulary, by name; empty where it has none."""
    here = project.current()
    if not here.vocabulary:
        return {}
    return {kind.name: kind for kind in here.import_from("vocabulary", here.vocabulary)}


def kind_of(item: Item, known: Mapping[str, Kind] | None = None) -> Kind:
    """The kind that declares ``item``; UnknownItem where no kind of the vocabulary does."""
    known = kinds() if known is None else known
    kind = known.get(item.kind)
    if kind is None or item not in kind.items:
        raise UnknownItem(
            f"item {item.name!r} of kind {item.kind!r} is not in the project's vocabulary; its kinds: "
            f"{', '.join(known) or 'none (set vocabulary = in pyproject.toml)'}"
        )
    return kind


def beyond(claim: Claim, lemma: Claim) -> list[str]:
    """What ``lemma`` supposes and ``claim`` does not: one line each, empty where all is implied.

    Items that qualify a conclusion (``after``: limits) are none of what a lemma supposes.
    """
    found = []
    for item in lemma.items:
        if item.after:
            continue
        kind = kind_of(item)
        own = next((x for x in claim.items if x.kind == kind.name), kind[kind.widest])
        if not kind.implied(own, item):
            found.append(f"{lemma.id} supposes {item.name} ({kind.name}), {claim.id} {own.name}")
    return found


__all__ = ["UnknownItem", "beyond", "kind_of", "kinds"]
