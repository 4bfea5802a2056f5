"""Works that a theory cites: what its claims come from, and who had something like them before.

A theory lists its works once; claims name them (``Source.prior``), and the report, the LaTeX appendix and a
BibTeX file take them from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

KINDS = ("article", "inproceedings", "misc", "book")
READ = ("whole", "abstract", "summary")
LONGEST_QUOTE = 20  # words
_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"}


@dataclass(frozen=True)
class Work:
    """One work.

    key: its BibTeX key.  authors: family names with given names after a comma.  where: journal, proceedings
    or archive, as it is cited.  kind: one of ``KINDS``.  read: how much of it was read for this theory:
    ``whole``, ``abstract``, or ``summary`` (what others say of it).

    >>> work = Work("knuth84", ("Knuth, Donald",), "Literate Programming", "The Computer Journal 27(2)", 1984)
    >>> work.cite()
    'Knuth, The Computer Journal 27(2), 1984'
    """

    key: str
    authors: tuple[str, ...]
    title: str
    where: str
    year: int
    url: str = ""
    kind: str = "article"
    read: str = "abstract"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind={self.kind!r} of {self.key}: allowed are {', '.join(KINDS)}")
        if self.read not in READ:
            raise ValueError(f"read={self.read!r} of {self.key}: allowed are {', '.join(READ)}")
        if not self.authors:
            raise ValueError(f"authors=() of {self.key}: at least one is needed")

    def cite(self) -> str:
        """Authors, place and year, as prose cites the work."""
        return f"{', '.join(x.split(',')[0] for x in self.authors)}, {self.where}, {self.year}"

    def bibtex(self) -> str:
        """The BibTeX entry; titles keep their capitals."""
        place = {
            "article": "journal",
            "inproceedings": "booktitle",
            "misc": "howpublished",
            "book": "publisher",
        }
        fields = {
            "author": " and ".join(self.authors), "title": f"{{{self.title}}}",
            place[self.kind]: self.where, "year": str(self.year), "url": self.url,
        }  # fmt: skip
        rows = [f"  {k:<12} = {{{_escaped(v, k)}}}" for k, v in fields.items() if v]
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(rows) + "\n}\n"


@dataclass(frozen=True)
class Prior:
    """What somebody had first: the work, and what it states, in our words."""

    work: Work
    states: str


@dataclass(frozen=True)
class Said:
    """One sentence of a source, and what is known of it.

    quote: a few words of it.  words: what it says, in ours.  claims: ids of those that say it, none for a
    sentence that is about no statement.  region: where they hold.  hides: what the sentence does not say.
    """

    work: Work
    quote: str
    words: str
    claims: tuple[str, ...]
    region: str
    hides: str

    def __post_init__(self) -> None:
        if len(self.quote.split()) > LONGEST_QUOTE:
            raise ValueError(f"quote={self.quote!r}: at most {LONGEST_QUOTE} words")
        if not self.claims and not self.hides:
            raise ValueError(f"quote={self.quote!r}: no claim says it, and no word says why")


def _escaped(text: str, name: str) -> str:
    return text if name == "url" else "".join(_SPECIAL.get(x, x) for x in text)


def bibtex(works: Iterable[Work]) -> str:
    """A BibTeX file of the works, by key; ValueError where two share one."""
    found = sorted(works, key=lambda x: x.key)
    if twice := [x.key for x, y in pairwise(found) if x.key == y.key]:
        raise ValueError(f"key={twice[0]!r} names two works")
    return "\n".join(x.bibtex() for x in found)


__all__ = ["Prior", "Said", "Work", "bibtex"]
