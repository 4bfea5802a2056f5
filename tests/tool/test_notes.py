"""Every claim has its section, every section its claim, and every statement is the checked one."""

from __future__ import annotations

import re

import pytest

from theorem_audit.checks.mark import ROOT
from theorem_audit.report.notes import BLOCK, notes, refreshed, sections
from theorem_audit.weigh.runner import evidence_of
from theory import claims

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in notes()}
SECTIONS = {
    claim_id: (chapter, body)
    for chapter, text in TEXTS.items()
    for claim_id, body in zip(
        sections(text), re.split(r"^## [A-Z][A-Z0-9-]*\s*$", text, flags=re.M)[1:], strict=True
    )
}


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
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.M)
    }
    for claim_id, (_, body) in SECTIONS.items():
        unknown = set(re.findall(r"`(test_\w+)", body)) - known
        assert not unknown, f"{claim_id}: {unknown}"


@pytest.mark.parametrize("chapter", list(TEXTS))
def test_generated_statements_are_current(chapter: str) -> None:
    assert refreshed(TEXTS[chapter], claims) == TEXTS[chapter], "run: audit notes"
