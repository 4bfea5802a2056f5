"""Writes each claim's statement into its proof note, from the same expression that is checked.

    audit notes           rewrite the generated blocks
    audit notes --check   say which are out of date; exit code 1 if any

A note has one section ``## ID`` per claim of its chapter, with the lines

    <!-- statement:ID -->
    <!-- /statement -->

between which the statement is kept.  Everything else in a note is written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

from theorem_audit import project
from theorem_audit.errors import BadUsage, NoNotes
from theorem_audit.files import in_its_ends, read_text, write_text
from theorem_audit.report import literature
from theorem_audit.statement.claim import Claim

# At the beginning of a line: within one, a mark is spoken of.
BLOCK = re.compile(
    r"^<!-- statement:(?P<id>\S+) -->\n(?P<body>.*?)^<!-- /statement -->", re.S | re.M
)
MARK = re.compile(r"^<!-- (?:statement:\S+|/statement) -->", re.M)
SECTION = re.compile(r"^## ([A-Z][A-Z0-9-]*)\s*$", re.M)


class BrokenMarks(ValueError):
    """A note's generated blocks do not begin and end in turn; the message says where."""


def block_for(claim: Claim) -> str:
    """The generated text of a claim: statement, hypotheses, source."""
    lines = [f"*{claim.title}* ({claim.source.kind}; {claim.bound}).", ""]
    lines += [f"$$ {claim.statement} $$", "", claim.typeset, ""]
    for x in claim.assumptions:
        lines.append(f"- {x.name}: {x.words}" + (f" ({x.note})" if x.note else ""))
    if claim.assumptions:
        lines.append("")
    for symbol, meaning in claim.symbols.items():
        lines.append(f"- `{symbol}`: {meaning}")
    if claim.symbols:
        lines.append("")
    lines.append(f"Source: {claim.source.reference}.")
    lines += [f"Prior work: {x.work.cite()}: {x.states}." for x in claim.source.prior]
    cited = "; ".join(claim.cites) or "nothing"
    lines.append(f"Cites {cited}; the audit adds what the claims that it rests on cite.")
    return "\n".join(lines) + "\n"


def notes() -> list[Path]:
    """The proof notes, by path; NoNotes where the project's folder holds none."""
    folder = project.current().path("notes")
    found = sorted(x for x in folder.rglob("*.md") if x.is_file())
    if not found:
        raise NoNotes(
            f"{project.current().file}: notes = {project.current().notes!r}: no *.md in {folder}"
        )
    return found


def chapter_of(path: Path) -> str:
    """The chapter that a note belongs to, as claims name it: its place below the notes' folder."""
    return ".".join(path.relative_to(project.current().path("notes")).with_suffix("").parts)


def split(text: str) -> tuple[str, dict[str, str]]:
    """What stands in a note before its first claim, and claim id -> the body of its section."""
    head, *rest = SECTION.split(text)
    return head, dict(zip(rest[::2], rest[1::2], strict=True))


def sections(text: str) -> list[str]:
    """Claim ids that have a section in a note, in order."""
    return SECTION.findall(text)


def refreshed(text: str, claims: dict[str, Claim]) -> str:
    """The note with all generated blocks made anew; KeyError names an unknown claim.

    Raises BrokenMarks where the marks do not come in pairs: what stands between would be lost.
    """
    expected = True  # whether a block begins next
    for mark in MARK.finditer(text):
        if ("/statement" in mark[0]) is expected:
            line = text.count("\n", 0, mark.start()) + 1
            missing = "<!-- /statement -->" if not expected else "<!-- statement:ID -->"
            raise BrokenMarks(f"line {line}: {mark[0]}, and no {missing} before it")
        expected = not expected
    if not expected:
        raise BrokenMarks("the last block has no <!-- /statement -->")
    if 2 * len(BLOCK.findall(text)) != len(MARK.findall(text)):
        raise BrokenMarks("after <!-- statement:ID --> something else stands on the line")

    def renew(match: re.Match[str]) -> str:
        claim_id = match["id"]
        if claim_id not in claims:
            raise KeyError(f"statement:{claim_id} in a note names no claim")
        return f"<!-- statement:{claim_id} -->\n{block_for(claims[claim_id])}<!-- /statement -->"

    return BLOCK.sub(renew, text)


def refresh(*, check: bool = False) -> list[str]:
    """Rewrite the generated blocks of all notes; the names of those that were out of date.

    check: only say, write nothing.
    """
    claims = project.claims()

    stale, renewed = [], dict[Path, str]()
    for path in notes():
        name = str(path.relative_to(project.current().path("notes")))
        text = read_text(path)
        try:
            new = in_its_ends(text, lambda plain: refreshed(plain, claims))
        except (BrokenMarks, KeyError) as error:
            raise BadUsage(f"{name}: {error.args[0]}; nothing is rewritten") from error
        if new != text:
            renewed[path] = new
            stale.append(name)
    if not check:
        for path, new in renewed.items():
            write_text(path, new)
    return stale + literature.refresh(check=check)
