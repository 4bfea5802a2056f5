"""What stands on the report's first page: the model, the sources' sentences, the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from theorem_audit import project
from theorem_audit.files import read_text
from theorem_audit.report.findings import findings
from theorem_audit.report.literature import sentences, worth
from theorem_audit.report.mathematics import note_html
from theorem_audit.report.pages import data_uri
from theorem_audit.report.prose import prose
from theorem_audit.weigh.verdict import RANKS

MEANINGS = {
    "kernel": "a theorem of Coq, its statement generated from the claim",
    "proved": "one derivation by algebra, for all values in the stated region",
    "certified": "the same, with exact certificates on the whole stated region",
    "proved_given": "proved, given a cited outside theorem",
    "certified_given": "certified, given a cited outside theorem",
    "steps": "each step is decided; the note composes them, in prose",
    "steps_given": "the same, given a cited outside theorem",
    "supported": "by experiments only",
    "open": "an open question, with what is known",
    "refuted": "false as stated",
    "inconclusive": "the evidence could not tell, or broke",
    "unchecked": "no evidence was run, or not all of it: the run was cut short",
    "stale": "its sources changed since the run",
}


def front(verdicts: Iterable[str] = ()) -> Markup:
    """What the project says first, typeset, its claims as links; nothing where it says nothing."""
    here = project.current()
    if not here.front:
        return Markup()
    said = prose(verdicts, "claims/{}.html")
    return note_html(read_text(here.path("front")), said.linked)


def cited_theorems(run: Mapping[str, Any]) -> dict[str, list[str]]:
    """Outside theorem -> the claims that rest on it, themselves or through a lemma; most claims first."""
    found: dict[str, list[str]] = {}
    for claim in run["claims"]:
        for theorem in claim["given"]:
            found.setdefault(theorem, []).append(claim["id"])
    return dict(sorted(found.items(), key=lambda x: (-len(x[1]), x[0])))


def front_picture(pictures: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """The picture that the project wants on the first page, if it is among those drawn."""
    wanted = project.current().front_picture
    for p in pictures:
        if p["name"] == wanted:
            return {
                "name": wanted,
                "title": p["title"],
                "data": data_uri(Path(p["png"]), "image/png"),
            }
    return None


def found(
    verdicts: Mapping[str, str], pictures: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The findings whose claims are all in the run, typeset; ``picture`` only where it was drawn."""
    drawn = {p["name"] for p in pictures}
    return [
        {
            "mark": f"finding-{place}",
            "headline": Markup(_line(f.headline)),
            "text": note_html(f.text),
            "claims": f.claims,
            "picture": f.picture if f.picture in drawn else "",
        }
        for place, f in enumerate(findings(), 1)
        if all(x in verdicts for x in f.claims)
    ]


def _line(text: str) -> str:
    """Markdown of one line as HTML, without its paragraph."""
    return str(note_html(text)).strip().removeprefix("<p>").removesuffix("</p>")


def abstracts(verdicts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sources' sentences, work by work, each with the weakest verdict of the claims that say it."""
    read: list[dict[str, Any]] = []
    for said in sentences():
        if not read or read[-1]["work"] != said.work:
            read.append({"work": said.work, "sentences": []})
        known = [x for x in said.claims if x in verdicts]
        row = {"said": said, "worth": worth(said, verdicts, RANKS), "claims": known}
        read[-1]["sentences"].append(row)
    return read


__all__ = ["MEANINGS", "abstracts", "cited_theorems", "found", "front", "front_picture"]
