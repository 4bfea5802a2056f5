"""What a theory cites: a BibTeX file, and its sources' abstracts sentence by sentence.

``audit notes`` keeps ``references.bib`` and ``abstracts.md`` in the folder of the notes, where the project
names a ``bibliography`` and ``abstracts``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from theorem_audit import project
from theorem_audit.files import bare, read_text, write_text
from theorem_audit.statement.bibliography import Said, Work, bibtex

HEAD = """\
# The sources' own words

Each sentence of the sources' abstracts: a few words of it, what it says in ours, which claims say it, where,
and what it hides. What each claim is worth stands in the report, from the run. Written by `audit notes`; the
sentences are data of the theory.
"""


class UnknownClaim(ValueError):
    """A sentence names a claim that does not exist."""


def works() -> Sequence[Work]:
    """The works of the project's ``bibliography``; none where it names none."""
    here = project.current()
    return here.import_from("bibliography", here.bibliography) if here.bibliography else ()


def sentences() -> Sequence[Said]:
    """The sentences of the project's ``abstracts``; UnknownClaim where one names no claim."""
    here = project.current()
    found: Sequence[Said] = here.import_from("abstracts", here.abstracts) if here.abstracts else ()
    for said in found:
        for claim_id in said.claims:
            if claim_id not in here.claims:
                raise UnknownClaim(
                    f"the sentence {said.quote!r} names {claim_id}, which is no claim"
                )
    return found


def worth(said: Said, verdicts: Mapping[str, str], order: Sequence[str]) -> str:
    """The weakest verdict among the claims that say a sentence; empty where none does or none was run."""
    found = [verdicts[x] for x in said.claims if x in verdicts]
    return max(found, key=order.index) if found else ""


def abstracts_note(found: Sequence[Said]) -> str:
    """The page of the notes that reads the abstracts."""
    lines, work = [HEAD], None
    for said in found:
        if said.work != work:
            work = said.work
            lines.append(f"## {work.title}\n\n{work.cite()}.\n")
        claims = ", ".join(said.claims) or "none"
        where = f" Where: {said.region}." if said.region else ""
        lines.append(f"> {said.quote}\n\n{_sentence(said.words)} Claims: {claims}.{where}\n")
        lines.append(f"*Left out:* {said.hides}\n")
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def files() -> dict[str, str]:
    """Name within the notes' folder -> text, of what is written from the bibliography and the abstracts."""
    found = {}
    if works():
        found["references.bib"] = bibtex(works())
    if sentences():
        found["abstracts.md"] = abstracts_note(sentences())
    return found


def refresh(*, check: bool = False) -> list[str]:
    """Write those files anew; the names of those that were out of date.  check: only say."""
    folder, stale = project.current().path("notes"), []
    for name, text in files().items():
        path = folder / name
        if not path.exists() or bare(read_text(path)) != text:
            stale.append(name)
            if not check:
                write_text(path, text)
    return stale


def cited(run: Mapping[str, Any]) -> list[Work]:
    """The works that a ledger's claims name as prior, and the sources, by key."""
    keys = {x["key"] for claim in run["claims"] for x in claim["source"].get("prior", [])}
    sources = {said.work.key for said in sentences()}
    return sorted((x for x in works() if x.key in keys | sources), key=lambda x: x.key)
