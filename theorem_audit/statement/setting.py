"""The kinds of the project's vocabulary, and which of them declares an item."""

from __future__ import annotations

from collections.abc import Mapping

from theorem_audit import project
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


__all__ = ["UnknownItem", "kind_of", "kinds"]
