"""The proof notes as a book: a page for each shelf, its chapters in reading order, claim by claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from theorem_audit.files import bare, read_text
from theorem_audit.report.notes import chapter_of, notes, split

SHELF = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Note:
    """One chapter's note: its title, what stands before its first claim, and each claim's section."""

    title: str
    opening: str
    sections: Mapping[str, str]


@dataclass
class Shelf:
    """The claims of one shelf, chapter by chapter, in the ledger's order."""

    name: str
    chapters: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its name, as a reader expects it."""
        return self.name.replace("_", " ").capitalize()


def shelf_of(claim: Mapping[str, Any]) -> str:
    """The first part of a claim's chapter; ValueError where it cannot name a file."""
    name = str(claim["chapter"]).split(".")[0]
    if not SHELF.fullmatch(name):
        raise ValueError(f"chapter={claim['chapter']!r} of {claim['id']}: its shelf names a file")
    return name


def shelves(claims: Iterable[Mapping[str, Any]]) -> list[Shelf]:
    """The shelves in the order in which their first claims stand in the ledger."""
    found: dict[str, Shelf] = {}
    for claim in claims:
        shelf = found.setdefault(shelf_of(claim), Shelf(shelf_of(claim)))
        shelf.chapters.setdefault(claim["chapter"], []).append(claim)
    return list(found.values())


def chapter_notes() -> dict[str, Note]:
    """Chapter -> its note; pages of the notes' folder without a claim's section are none."""
    found = {}
    for path in notes():
        head, sections = split(bare(read_text(path)))
        if not sections:
            continue
        head = head.strip()
        first, _, opening = head.partition("\n")
        title = first.lstrip("# ").strip() if first.startswith("#") else chapter_of(path)
        found[chapter_of(path)] = Note(title, opening if first.startswith("#") else head, sections)
    return found


__all__ = ["Note", "Shelf", "chapter_notes", "shelf_of", "shelves"]
