"""Every claim has its section, every section its claim, and every statement is the checked one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tool import ROOT
from theorem_audit.report.notes import BLOCK, chapter_of, notes, refreshed, sections
from theorem_audit.weigh.collected import evidence_of
from theory import claims

TEXTS = {chapter_of(path): path.read_text(encoding="utf-8") for path in notes()}
SECTIONS = {
    claim_id: (chapter, body)
    for chapter, text in TEXTS.items()
    for claim_id, body in zip(
        sections(text), re.split(r"^## [A-Z][A-Z0-9-]*\s*$", text, flags=re.M)[1:], strict=True
    )
}


FENCE = re.compile(r"^```.*?^```", re.S | re.M)
FILES = [*ROOT.glob("*.md"), ROOT / "theorem_audit/guide/guide.md",
         *(x for folder in ("proofs_notes", "examples") for x in (ROOT / folder).rglob("*.md"))]  # fmt: skip


def marks_of(text: str) -> set[str]:
    """The marks of a Markdown file's headings, as GitHub makes them."""
    heads = re.findall(r"^#{1,6} +(.*)$", FENCE.sub("", text), re.M)
    bare = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", x).strip().lower() for x in heads]
    found = [re.sub(r"[^\w\- ]", "", x).replace(" ", "-") for x in bare]
    return {x + (f"-{n}" if (n := found[:k].count(x)) else "") for k, x in enumerate(found)}


def lost_links(path: Path) -> list[str]:
    """The links of a Markdown file that lead to no file, or to no heading in it."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    lost = []
    for href in re.findall(r"\[[^\]\n]*\]\(([^)\s]+)\)", re.sub(r"\$[^$]*\$|`[^`]*`", "", text)):
        file, _, mark = href.partition("#")
        there = path.parent / file if file else path
        if re.match(r"[a-z]+:", href):
            continue
        if not there.exists() or (mark and mark not in marks_of(there.read_text(encoding="utf-8"))):
            lost.append(href)
    return lost


@pytest.mark.parametrize("path", FILES, ids=lambda x: str(x.relative_to(ROOT)))
def test_links_of_markdown_lead_to_files_and_to_headings_in_them(path: Path) -> None:
    assert lost_links(path) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text(
        "# One & *two*: `x_1`\n\n# Twice\n\n# Twice\n\n```\n# code\n```\n"
    )
    good = "[a](b.md) [b](b.md#one--two-x_1) [c](b.md#twice-1) [d](https://e.org/#x) [e](#me) $[x](y)$ `[x](y)`"
    bad = "[a](c.md) [b](b.md#one) [c](b.md#twice-2) [d](b.md#code) [e](#you)"
    (tmp_path / "a.md").write_text(f"# Me\n\n{good}\n{bad}\n")
    assert lost_links(tmp_path / "a.md") == re.findall(r"\((.*?)\)", bad)


def test_no_section_names_a_claim_that_does_not_exist() -> None:
    assert set(SECTIONS) <= set(claims), sorted(set(SECTIONS) - set(claims))


@pytest.mark.parametrize("claim_id", list(claims))
def test_claim_has_its_section(claim_id: str) -> None:
    """In the note of its chapter, with a generated statement, each step and each deciding test."""
    assert claim_id in SECTIONS, f"no section '## {claim_id}' in proofs_notes/"
    chapter, body = SECTIONS[claim_id]
    claim = claims[claim_id]
    assert chapter == claim.chapter
    assert [m["id"] for m in BLOCK.finditer(body)] == [claim_id]
    if claim.steps != ("statement",):
        missing = [step for step in claim.steps if f"**{step}" not in body]
        assert not missing, f"steps without a paragraph: {missing}"
    named = set(re.findall(r"`(test_\w+)", body))
    deciding = {
        item.function.__name__
        for item in evidence_of()[claim_id]
        if item.kind in ("symbolic", "certificate", "ball", "cited")
    }
    assert deciding <= named, f"deciding evidence that the note does not name: {deciding - named}"


def test_tests_named_in_notes_exist() -> None:
    """Evidence, or a plain test of something the note needs on the way."""
    known = {
        name
        for folder in ("tests", "sim/tests", "theorem_audit/tests")
        for path in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.M)
    }
    for claim_id, (_, body) in SECTIONS.items():
        unknown = set(re.findall(r"`(test_\w+)", body)) - known
        assert not unknown, f"{claim_id}: {unknown}"


@pytest.mark.parametrize("chapter", list(TEXTS))
def test_generated_statements_are_current(chapter: str) -> None:
    assert refreshed(TEXTS[chapter], claims) == TEXTS[chapter], "run: audit notes"
