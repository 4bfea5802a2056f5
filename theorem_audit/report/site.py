"""The report as a folder of self-contained pages: opens from the file system, asks nobody anything.

Each page carries its style, its script and its pictures, and a content security policy that forbids
every request.  Everything from a ledger or a note is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from theorem_audit import project
from theorem_audit.errors import rounded_up
from theorem_audit.files import write_text
from theorem_audit.kernel import steps
from theorem_audit.report.findings import findings
from theorem_audit.report.graph import below, edges, svg
from theorem_audit.report.literature import sentences, worth
from theorem_audit.report.mathematics import mathml, note_html, note_sections
from theorem_audit.report.notes import notes
from theorem_audit.weigh.verdict import RANKS

ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
TEMPLATES = Path(__file__).with_name("templates")
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
    "unchecked": "no evidence was run",
    "stale": "its sources changed since the run",
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _inline(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(script: Markup) -> Markup:
    """The content security policy of a page: no request, and no script but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script else "'none'"
    return Markup(
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _data_uri(path: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _notes() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in notes():
        found |= note_sections(path.read_text(encoding="utf-8"))
    return found


def _kinds(claim: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(e["kind"] for e in claim["evidence"] if e["outcome"] != "not_run"))


def _front() -> Markup:
    """What the project says first, typeset; nothing where it says nothing."""
    here = project.current()
    return note_html(here.path("front").read_text(encoding="utf-8")) if here.front else Markup()


def _kernel() -> Markup:
    """The page that says what of the Coq development must be believed; nothing where there is none."""
    path = project.current().path("formal") / "README.md"
    return note_html(path.read_text(encoding="utf-8")) if path.is_file() else Markup()


def _findings(verdicts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The findings whose claims are all in the run, typeset."""
    return [
        {"headline": Markup(_line(f.headline)), "text": note_html(f.text), "claims": f.claims}
        for f in findings()
        if all(x in verdicts for x in f.claims)
    ]


def _line(text: str) -> str:
    """Markdown of one line as HTML, without its paragraph."""
    return str(note_html(text)).strip().removeprefix("<p>").removesuffix("</p>")


def _abstracts(verdicts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sources' sentences, work by work, each with the weakest verdict of the claims that say it."""
    found: list[dict[str, Any]] = []
    for said in sentences():
        if not found or found[-1]["work"] != said.work:
            found.append({"work": said.work, "sentences": []})
        known = [x for x in said.claims if x in verdicts]
        row = {"said": said, "worth": worth(said, verdicts, RANKS), "claims": known}
        found[-1]["sentences"].append(row)
    return found


def _words(claim: Mapping[str, Any], note: str) -> str:
    """The words by which the ledger's search finds a claim: statement, sources, hypotheses, note."""
    prior = " ".join(f"{x['work']} {x['states']}" for x in claim["source"].get("prior", []))
    parts = (
        claim["id"], claim["title"], claim.get("sentence", ""), claim["source"]["reference"], prior,
        claim["remark"], " ".join(claim["given"]), note,
    )  # fmt: skip
    found = re.findall(r"[^\W_]{3,}", " ".join(parts).lower())
    return " ".join(dict.fromkeys(found))


def write_site(
    run: Mapping[str, Any], folder: Path, pictures: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Write the report of a ledger into ``folder``; returns the path of its first page.

    run: as ``load_run`` gives it.  pictures: mappings with name, title, png and csv (paths).
    """
    claims = run["claims"]
    for name in (x for c in claims for x in (c["id"], *c["uses"])):
        if not ID.fullmatch(name):
            raise ValueError(f"id={name!r}: it names a file and a link, so it must be {ID.pattern}")
    verdicts = {c["id"]: c["verdict"] for c in claims}
    uses = {k: [u for u in v if u in verdicts] for k, v in edges(run).items()}
    used_by: dict[str, list[str]] = {k: [] for k in verdicts}
    for claim_id, found in uses.items():
        for used in found:
            used_by[used].append(claim_id)
    counted = Counter(verdicts.values())
    title = project.current().title or project.current().name
    script = _inline("ledger.js")
    kernel = _kernel()
    shared = {
        "title": title, "run": run, "style": _inline("style.css"), "verdicts": verdicts, "kernel": bool(kernel),
        "family_error": rounded_up(run["family_error"]),
    }  # fmt: skip
    (folder / "claims").mkdir(parents=True, exist_ok=True)
    kinds = {c["id"]: _kinds(c) for c in claims}
    sections = _notes()
    index = _environment().get_template("index.html").render(
        **shared,
        root="",
        front=_front(),
        abstracts=_abstracts(verdicts),
        words={c["id"]: _words(c, sections.get(c["id"], "")) for c in claims},
        counts={name: counted[name] for name in RANKS if counted[name]},
        meanings={k: v for k, v in MEANINGS.items() if counted[k] or k in ("proved", "refuted")},
        findings=_findings(verdicts),
        filters={
            "source": sorted({c["source"]["kind"] for c in claims}),
            "chapter": sorted({c["chapter"] for c in claims}),
            "verdict": [name for name in RANKS if counted[name]],
            "kind": sorted({k for found in kinds.values() for k in found}),
        },
        kinds=kinds,
        kernel_steps=steps.told(steps.known()),
        script=script,
        policy=_policy(script),
    )  # fmt: skip
    write_text(folder / "index.html", index)
    plain = {**shared, "root": "", "policy": _policy(Markup())}
    graph = _environment().get_template("graph.html").render(**plain, graph=svg(verdicts, uses))
    write_text(folder / "graph.html", graph)
    shown = [
        {
            "name": p["name"],
            "title": p["title"],
            "data": _data_uri(Path(p["png"]), "image/png"),
            "csv": _data_uri(Path(p["csv"]), "text/csv"),
        }
        for p in pictures
    ]
    gallery = _environment().get_template("pictures.html").render(**plain, pictures=shown)
    write_text(folder / "pictures.html", gallery)
    if kernel:
        believed = _environment().get_template("kernel.html").render(**plain, page=kernel)
        write_text(folder / "kernel.html", believed)
    page = _environment().get_template("claim.html")
    for claim in claims:
        claim_id = claim["id"]
        html = page.render(
            **shared,
            root="../",
            policy=_policy(Markup()),
            c=claim,
            statement=mathml(claim["statement"], block=True),
            sentence=note_html(claim.get("typeset", "")),
            used_by=used_by[claim_id],
            variant_rows=claim["variants"].get("variants", []),
            graph=svg(verdicts, uses, only=below(claim_id, uses), link="{}.html", focus=claim_id),
            note=note_html(sections[claim_id])
            if claim_id in sections
            else Markup("<p>There is no proof note for this claim.</p>"),
        )
        write_text(folder / "claims" / f"{claim_id}.html", html)
    return folder / "index.html"
