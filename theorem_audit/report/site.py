"""The report as a folder of self-contained pages: opens from the file system, asks nobody anything.

Each page carries its style, its script and its pictures, and a content security policy that forbids
every request.  Everything from a ledger or a note is escaped.  The first page is small; what is long
(the ledger with the words that it is searched by, the pictures, the notes) has pages of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from theorem_audit import guide, project
from theorem_audit.beside import beside
from theorem_audit.errors import rounded_down, rounded_up
from theorem_audit.files import read_text
from theorem_audit.kernel import steps
from theorem_audit.kinds import CLAIM_ID
from theorem_audit.report import front
from theorem_audit.report.badges import badge
from theorem_audit.report.book import Shelf, chapter_notes, shelf_of, shelves
from theorem_audit.report.claim_page import region, shown
from theorem_audit.report.extra import extra_pages
from theorem_audit.report.folder import put
from theorem_audit.report.front import MEANINGS
from theorem_audit.report.graph import edges, svg
from theorem_audit.report.in_coq import coq_statements
from theorem_audit.report.listings import listings
from theorem_audit.report.literature import cited
from theorem_audit.report.mathematics import note_html
from theorem_audit.report.pages import data_uri, inline, render
from theorem_audit.report.prose import prose
from theorem_audit.report.tutorial import tutorial
from theorem_audit.weigh.left import left, line
from theorem_audit.weigh.verdict import RANKS
from theorem_audit.weigh.whole import below, cut_short, lacking

Pictures = Sequence[Mapping[str, Any]]
ID = re.compile(CLAIM_ID)


def write_site(
    run: Mapping[str, Any],
    folder: Path,
    pictures: Pictures | Callable[[], Pictures] = (),
    known: Collection[str] = (),
) -> Path:
    """Write the report of a ledger into ``folder``; returns the path of its first page.

    Pages there that an earlier report wrote and this one does not are taken away; BadUsage where a page would
    be written over a file that no report made.

    run: as ``load_run`` gives it.  pictures: mappings with name, title, png and csv (paths), or what gives
    them: it is asked while another process sets the claims' pages.  known: the ids of the theory's claims, as
    far as one knows them: those that the run lacks are told.
    """
    return _Site(run, folder, pictures, known).write()


class _Site:
    """One ledger's report."""

    def __init__(
        self,
        run: Mapping[str, Any],
        folder: Path,
        pictures: Pictures | Callable[[], Pictures],
        known: Collection[str],
    ) -> None:
        self.known = known
        self.run, self.folder, self._drawn = run, folder, pictures
        self.claims = run["claims"]
        for name in (x for c in self.claims for x in (c["id"], *c["uses"])):
            if not ID.fullmatch(name):
                raise ValueError(
                    f"id={name!r}: it names a file and a link, so it must be {ID.pattern}"
                )
        self.verdicts = {c["id"]: c["verdict"] for c in self.claims}
        self.uses = {k: [u for u in v if u in self.verdicts] for k, v in edges(run).items()}
        self.shelves = shelves(self.claims)
        self.notes = chapter_notes()
        self.sections = {k: v for note in self.notes.values() for k, v in note.sections.items()}
        self.listings = listings(run)
        self.extra = extra_pages(run)
        self.counted = Counter(self.verdicts.values())
        self.texts: dict[str, str] = {}  # of pages and badges, by their place in the folder

    @cached_property
    def pictures(self) -> Pictures:
        """The pictures that there are."""
        return self._drawn() if callable(self._drawn) else self._drawn

    @cached_property
    def kernel(self) -> Markup:
        """The page that says what of the Coq development must be believed; nothing where there is none."""
        path = project.current().path("formal") / "README.md"
        return note_html(read_text(path), below=0) if path.is_file() else Markup()

    @cached_property
    def tutorial(self) -> Markup:
        """The project's tutorial; nothing where it names none."""
        return tutorial()

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What every page is given."""
        menu = [
            ("index.html#abstracts", "Abstracts"),
            ("findings.html", "Findings"),
            ("ledger.html", "Ledger"),
            ("book.html", "Notes"),
            ("graph.html", "Graph"),
            ("pictures.html", "Pictures"),
            ("guide.html", "Guide"),
            *[("tutorial.html", "Tutorial")] * bool(self.tutorial),
            *((f"{x.name}.html", x.title) for x in self.extra),
        ]
        if self.kernel:
            menu.append(("kernel.html", "Kernel"))
        return {
            "title": project.current().title or project.current().name,
            "run": self.run,
            "cut_short": cut_short(self.run),
            "lacking": lacking(self.run, self.known),
            "menu": menu,
            "style": inline("style.css"),
            "verdicts": self.verdicts,
            "family_error": rounded_up(self.run["family_error"]),
            "rounded_up": rounded_up,
            "left": left,
            "left_in_all": line(left(c["verdict"], c["evidence"]) for c in self.claims),
            "rounded_down": rounded_down,
        }

    def page(
        self, path: str, template: str, scripts: Sequence[Markup] = (), **said: object
    ) -> None:
        """Set one page, ``root`` being the way back to the first."""
        root = "../" * path.count("/")
        said = {**self.shared, **said}
        self.texts[path] = render(template, scripts, root=root, path=path, **said)

    def write(self) -> Path:
        """Every page, and a badge for each claim."""
        by_claim = beside(self._by_claim)
        self._index()
        self._ledger()
        self._graph()
        self._pictures()
        self._findings()
        self.page(
            "guide.html", "note.html", name="Using the tool", page=note_html(guide.text(), below=0)
        )
        if self.tutorial:
            self.page("tutorial.html", "note.html", name="Tutorial", page=self.tutorial)
        if self.kernel:
            name = "What Coq's kernel is asked"
            self.page("kernel.html", "note.html", name=name, page=self.kernel)
        for extra in self.extra:
            self.page(f"{extra.name}.html", "extra.html", extra.scripts, extra=extra)
        for listing in self.listings.files.values():
            self.page(f"sources/{listing.page}", "source.html", listing=listing)
        put(self.folder, self.texts | by_claim())
        return self.folder / "index.html"

    def _by_claim(self) -> dict[str, str]:
        """The pages that tell of each claim, which take as long as all else."""
        before = {*self.texts}
        self._book()
        self._claims()
        return {x: self.texts[x] for x in self.texts.keys() - before}

    def _index(self) -> None:
        self.page(
            "index.html",
            "index.html",
            front=front.front(self.verdicts),
            theorems=front.cited_theorems(self.run),
            picture=front.front_picture(self.pictures),
            abstracts=front.abstracts(self.verdicts),
            counts={name: self.counted[name] for name in RANKS if self.counted[name]},
            meanings={
                k: v for k, v in MEANINGS.items() if self.counted[k] or k in ("proved", "refuted")
            },
            findings=front.found(self.verdicts, self.pictures),
            kernel_steps=steps.told(steps.known()),
            shelves=self.shelves,
        )

    def _ledger(self) -> None:
        kinds = {c["id"]: _kinds(c) for c in self.claims}
        self.page(
            "ledger.html",
            "ledger.html",
            [inline("ledger.js")],
            words={c["id"]: _words(c, self.sections.get(c["id"], "")) for c in self.claims},
            filters={
                "shelf": [s.name for s in self.shelves],
                "chapter": sorted({c["chapter"] for c in self.claims}),
                "source": sorted({c["source"]["kind"] for c in self.claims}),
                "verdict": [name for name in RANKS if self.counted[name]],
                "kind": sorted({k for found in kinds.values() for k in found}),
            },
            kinds=kinds,
            prose=prose(self.verdicts, "claims/{}.html"),
            region=region,
            shelf_of=shelf_of,
        )

    def _graph(self) -> None:
        self.page(
            "graph.html",
            "graph.html",
            [inline("graph.js")],
            graph=svg(self.verdicts, self.uses),
            uses=self.uses,
            shelves=self.shelves,
            ranks=[name for name in RANKS if self.counted[name]],
        )

    def _pictures(self) -> None:
        shown = [
            {
                "name": p["name"],
                "title": p["title"],
                "data": data_uri(Path(p["png"]), "image/png"),
                "csv": data_uri(Path(p["csv"]), "text/csv"),
            }
            for p in self.pictures
        ]
        self.page("pictures.html", "pictures.html", pictures=shown)

    def _findings(self) -> None:
        drawn = {
            p["name"]: {"title": p["title"], "data": data_uri(Path(p["png"]), "image/png")}
            for p in self.pictures
        }
        found = front.found(self.verdicts, self.pictures)
        self.page("findings.html", "findings.html", findings=found, drawn=drawn)

    def _book(self) -> None:
        self.page(
            "book.html",
            "book.html",
            shelves=self.shelves,
            notes=self.notes,
            works=cited(self.run),
            printed=(self.folder / "book.pdf").is_file(),
        )
        order: list[Shelf | None] = [None, *self.shelves, None]
        said = self._prose("")
        for before, shelf, after in zip(order, self.shelves, order[2:], strict=False):
            self.page(
                f"shelves/{shelf.name}.html",
                "shelf.html",
                shelf=shelf,
                before=before,
                after=after,
                notes=self.notes,
                set_note=lambda text: note_html(text, said.linked, said.address),
                sections=self.told,
            )

    def _prose(self, here: str) -> Any:
        return prose(self.verdicts, "../claims/{}.html", here)

    @cached_property
    def told(self) -> dict[str, dict[str, Any]]:
        """What is said of each claim, once for its own page and for its shelf's."""
        order = [None, *self.verdicts, None]
        coq = coq_statements(self.run)
        return {
            c["id"]: shown(
                c,
                prose=self._prose(c["id"]),
                listings=self.listings,
                note=self.sections.get(c["id"]),
                coq=coq.get(c["id"], ""),
                beside=(before, after),
            )
            for before, c, after in zip(order, self.claims, order[2:], strict=False)
        }

    def _claims(self) -> None:
        used_by: dict[str, list[str]] = {k: [] for k in self.verdicts}
        for claim_id, found in self.uses.items():
            for used in found:
                used_by[used].append(claim_id)
        for claim in self.claims:
            claim_id = claim["id"]
            self.page(
                f"claims/{claim_id}.html",
                "claim.html",
                **self.told[claim_id],
                used_by=used_by[claim_id],
                graph=svg(
                    self.verdicts,
                    self.uses,
                    only=below(claim_id, self.uses),
                    link="{}.html",
                    focus=claim_id,
                ),
                shelf=shelf_of(claim),
            )
            self.texts[f"badges/{claim_id}.svg"] = badge(claim_id, claim["verdict"])


def _kinds(claim: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(e["kind"] for e in claim["evidence"] if e["outcome"] != "not_run"))


def _words(claim: Mapping[str, Any], note: str) -> str:
    """The words by which the ledger's search finds a claim: statement, sources, hypotheses, note."""
    prior = " ".join(f"{x['work']} {x['states']}" for x in claim["source"].get("prior", []))
    supposed = " ".join(f"{x['name']} {x.get('text', '')}" for x in claim["assumptions"])
    parts = (
        claim["id"], claim["title"], claim.get("sentence", ""), claim["source"]["reference"], prior,
        claim["remark"], " ".join(claim["given"]), supposed, " ".join(claim.get("symbols", {}).values()), note,
    )  # fmt: skip
    found = re.findall(r"[^\W_]{2,}", _without_accents(" ".join(parts)).lower())
    return " ".join(dict.fromkeys(found))


def _without_accents(text: str) -> str:
    """As the page's script folds what is typed: Levy finds Lévy."""
    return "".join(x for x in unicodedata.normalize("NFD", text) if not unicodedata.combining(x))


__all__ = ["ID", "MEANINGS", "write_site"]
