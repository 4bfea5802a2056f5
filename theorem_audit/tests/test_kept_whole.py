"""What is cut short, or speaks of a part, takes nothing away from what was kept before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.tests import lab, warm
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import IN_CI, in_ci_but

INTERRUPTED = """
import sys
from theorem_audit.doubt import mutation
from theorem_audit.cli import main

whole = mutation.run

def cut_short(*words, **more):
    for k, tried in enumerate(whole(*words, **more)):
        if k == int(sys.argv[1]):
            raise KeyboardInterrupt
        yield tried

mutation.run = cut_short
sys.exit(main(sys.argv[2:]))
"""
TABLE = "notes/variants.json"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The laboratory, where the fixture ``audit`` runs its commands."""
    return lab.write(tmp_path / "lab")


def rows(folder: Path) -> dict[str, Any]:
    """The rows of the kept table, by claim; when each was tried is left out."""
    found = json.loads((folder / TABLE).read_text())["claims"]
    return {row["id"]: {k: v for k, v in row.items() if k != "tried_at"} for row in found}


def interrupted(folder: Path, after: int, *words: str) -> int:
    """The exit code of ``audit WORDS``, interrupted after that many variants."""
    return warm.python(INTERRUPTED, (str(after), *words), folder).returncode


@IN_CI
def test_a_claim_that_was_tried_in_part_is_not_in_the_table(fresh: Path, audit: Run) -> None:
    """Mended: after Ctrl-C such a row stood there as that of today's statement, without the survivors that
    nobody had come to; verdicts rose by it, and ``--stale`` found nothing left to try."""
    words = ("mutants", "--workers", "1", "--json", TABLE)
    assert interrupted(fresh, 3, *words, "LOG", "SQUARE") == 130
    first = rows(fresh)
    assert set(first) < {"LOG", "SQUARE"}, "at most the claim that was done"
    audit(*words, "LOG", "SQUARE")
    before = rows(fresh)
    assert min(len(row["variants"]) for row in before.values()) > 3
    chapter = fresh / "lab" / "roots.py"
    chapter.write_text(
        chapter.read_text().replace("Eq(y, 2 * log(1 + x))", "Eq(y, 3 * log(1 + x))")
    )
    assert interrupted(fresh, 3, *words, "--stale", "LOG") == 130
    assert rows(fresh) == before, "the older row stays, and is of the older statement"
    audit(*words, "--stale", "LOG")
    assert rows(fresh)["LOG"]["stated"] != before["LOG"]["stated"]


def test_the_rows_of_other_claims_stay_in_the_kept_table(fresh: Path, audit: Run) -> None:
    """Mended: ``audit mutants ID --json TABLE`` left that one row, and the caps by the others were gone."""
    words = ("mutants", "--workers", "1", "--json", TABLE)
    audit(*words, "LOG", "SQUARE")
    before = rows(fresh)
    audit(*words, "SQUARE")
    assert set(rows(fresh)) == {"LOG", "SQUARE"}
    assert rows(fresh)["LOG"] == before["LOG"]
    audit("mutants", "SQUARE", "--workers", "1", "--json", "other.json")
    assert [row["id"] for row in json.loads((fresh / "other.json").read_text())["claims"]] == [
        "SQUARE"
    ]
    done = audit("mutants", "SQUARE", "LOG", "--stale", "--workers", "1", "--json", "third.json")
    assert done.returncode == 0
    assert "every statement" in done.stdout
    assert [row["id"] for row in json.loads((fresh / "third.json").read_text())["claims"]] == [
        row["id"] for row in json.loads((fresh / TABLE).read_text())["claims"]
    ], "mended: nothing was written"
    for less in (("--cap", "2"), ("--quick",)):
        done = audit(*words, "SQUARE", *less)
        assert done.returncode == 2, done.stderr
        assert "less is tried" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "<!-- /statement -->",
            "",
            "line 12: <!-- statement:TWO -->, and no <!-- /statement --> before it",
        ),
        (
            "<!-- statement:ONE -->",
            "",
            "line 6: <!-- /statement -->, and no <!-- statement:ID --> before it",
        ),
        ("<!-- statement:ONE -->", "<!-- statement:ONE --> ", "something else stands on the line"),
        (
            "<!-- statement:ONE -->",
            "<!-- statement:OEN -->",
            "statement:OEN in a note names no claim",
        ),
    ],
)
def test_notes_with_a_mark_too_few_are_left_alone(
    fresh: Path, audit: Run, old: str, new: str, told: str
) -> None:
    """Mended: from one mark to the next one that closes, a proof and the next section's head were replaced."""
    part = "## {}\n\n<!-- statement:{} -->\n<!-- /statement -->\n\nProof of {} by hand.\n\n"
    note = fresh / "notes" / "bounds.md"
    text = "# Bounds\n\n" + "".join(part.format(x, x, x) for x in ("ONE", "TWO"))
    text = text.replace(old, new, 1)
    note.write_text(text.replace("ONE", "SQUARE").replace("TWO", "HALF"))
    (fresh / "notes" / "a.md").write_text(part.format("LOG", "LOG", "LOG"))
    before = {x.name: x.read_text() for x in (fresh / "notes").glob("*.md")}
    for words in (("notes",), ("notes", "--check")):
        done = audit(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert told.replace("ONE", "SQUARE").replace("TWO", "HALF") in done.stderr
        assert {x.name: x.read_text() for x in (fresh / "notes").glob("*.md")} == before


@IN_CI
def test_nothing_is_replaced_by_what_another_option_writes(fresh: Path, audit: Run) -> None:
    """Mended: ``--latex``, ``--book`` and the like took any file's place, a source's and the ledger's too."""
    audit("run", "LOG", "--workers", "1", "--json", "run.json")
    (fresh / "paper.tex").write_text("\\documentclass{article}\n\\title{Mine}\n")
    before = {p: p.read_bytes() for p in fresh.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    for words in (
        ("--latex", "lab/bounds.py"), ("--latex", "run.json"), ("--latex", "paper.tex"),
        ("--book", "notes/bounds.md"), ("--book", "paper.pdf"),
        ("--latex", "build/kept.sqlite"), ("--latex", "run.json/x.tex"), ("--book", "."),
        ("--latex", "new.tex", "--json", "new.tex"),
    ):  # fmt: skip
        done = audit("report", "--from", "run.json", *words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), (words, done.stderr)
        assert any(word in done.stderr for word in words[::2]), (words, done.stderr)
    done = audit("report", "--from", "run.json", "--latex", "new.tex", "--book", "new.tex")
    assert (done.returncode, (fresh / "new.tex").exists()) == (2, False)
    assert "argument --book: not allowed with argument --latex" in done.stderr
    assert {p: p.read_bytes() for p in before} == before
    for words in (("--latex", "p.latex"), ("--latex", "p"), ("--book", "p.text")):
        done = audit(
            "report", "--from", "run.json", *words
        )  # mended: written once, and then refused
        assert (done.returncode, (fresh / words[1]).exists()) == (2, False), words
        assert f"{words[0]} {words[1]}: the ending must be .tex" in done.stderr
    for _ in "again":  # its own it does replace
        assert audit("report", "--from", "run.json", "--latex", "new.tex").returncode == 0
    assert (
        audit(
            "report", "--from", "run.json", "--latex", "/dev/null", "--json", "/dev/null"
        ).returncode
        == 0
    )


def test_what_is_interrupted_before_it_runs_does_not_point_to_an_older_ledger(
    fresh: Path, audit: Run
) -> None:
    """Mended: Ctrl-C while chapters are imported, and the older ledger was called what was run."""
    audit("run", "LOG", "--workers", "1", "--json", "run.json")
    before = (fresh / "run.json").read_bytes()
    with (fresh / "lab" / "roots.py").open("a") as chapter:
        chapter.write("raise KeyboardInterrupt\n")
    done = audit("run", "LOG", "--workers", "1", "--json", "run.json")
    assert done.returncode == 130
    assert done.stdout == "interrupted; nothing was run\n"
    assert (fresh / "run.json").read_bytes() == before


def test_what_is_no_certificate_is_told(fresh: Path, audit: Run) -> None:
    """Mended: a traceback."""
    folder = fresh / "proofs_notes" / "certificates"
    folder.mkdir(parents=True)
    for text in (b"{}", b"caf\xe9"):
        (folder / "MINE.json").write_bytes(text)
        done = audit("opinions")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "MINE.json: " in done.stderr


@IN_CI
def test_what_is_asked_for_beside_is_given_too(fresh: Path, audit: Run) -> None:
    """Mended: `--json` beside `--names` wrote nothing, and pictures from nowhere were none, exit 0."""
    assert json.loads(audit("list", "--names", "--json", "-").stdout) == [
        "SQUARE",
        "HALF",
        "ROOT",
        "LOG",
    ]
    audit("run", "LOG", "--workers", "1", "--json", "run.json")
    assert json.loads(audit("list", "--names", "LOG", "--json", "-").stdout) == ["LOG"]
    done = audit("report", "--from", "run.json", "--pictures", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--pictures nowhere: no such folder" in done.stderr


# --- what certify and export find in their folders ------------------------------------------------


@pytest.mark.parametrize("text", in_ci_but(['{"a": 1}', "[]", "not JSON"], "[]"))
def test_certify_removes_nothing_but_certificates(fresh: Path, audit: Run, text: str) -> None:
    """Each *.json of the folder that no evidence makes was removed, also the kept table of variants."""
    folder = fresh / "proofs_notes" / "certificates"
    assert audit("certify").returncode == 0
    (folder / "SQUARE.json").rename(folder / "OLD.json")
    (folder / "mine.json").write_text(text, encoding="utf-8")
    done = audit("certify")
    assert done.returncode == 2
    assert "mine.json" in done.stderr
    assert (folder / "mine.json").read_text(encoding="utf-8") == text
    assert {x.name for x in folder.iterdir()} == {"OLD.json", "mine.json"}
    (folder / "mine.json").unlink()
    assert "1 removed" in audit("certify").stdout


@pytest.mark.parametrize("name", in_ci_but(["SQUARE.v", "cover.v", "_CoqProject"], "cover.v"))
def test_export_replaces_nothing_but_its_own(
    fresh: Path, audit: Run, tmp_path: Path, name: str
) -> None:
    """A Coq file of one's own, of a certificate's name, was replaced, and a _CoqProject."""
    folder = tmp_path / "coq"
    folder.mkdir()
    (folder / name).write_text("(* my own *)\n", encoding="utf-8")
    assert audit("certify").returncode == 0
    words = ("export", "--coq", str(folder))
    done = audit(*words)
    assert done.returncode == 2
    assert "it would be replaced" in done.stderr
    assert [x.name for x in folder.iterdir()] == [name]
    (folder / name).unlink()
    assert audit(*words).returncode == 0
    again = {x.name: x.read_bytes() for x in folder.iterdir()}
    assert audit(*words).returncode == 0
    assert {x.name: x.read_bytes() for x in folder.iterdir()} == again
