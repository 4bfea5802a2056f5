"""What a report replaces in its folder, and what it takes away: pages that a report wrote, and nothing else.

A page says in its head who made it, and a badge is like no other picture.  What is of no report is never
written over; what a report wrote and this one does not (of a claim that is gone, of a shelf that was renamed)
is taken away, so that no page speaks for what nobody claims any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from theorem_audit.errors import BadUsage
from theorem_audit.files import write_text
from theorem_audit.report import renewed

GENERATOR = '<meta name="generator" content="theorem-audit">'  # as the pages' template has it
BADGE = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" width="\d+" height="20" role="img"><title>'
)
HEAD = 4096  # bytes; a page says it in its first lines
PLACES = ("", "claims", "badges", "shelves", "sources")  # where a report has pages and badges


def made_by_a_report(path: Path) -> bool:
    """Whether a page or a badge is one that a report wrote."""
    with path.open("rb") as file:
        head = file.read(HEAD).decode("utf-8", "replace")
    return GENERATOR in head if path.suffix == ".html" else BADGE.match(head) is not None


def refuse_anothers(folder: Path, names: Iterable[str]) -> None:
    """BadUsage where one of the names is of a file in the folder that no report made: it would be lost."""
    known = renewed.pages_of(folder)  # of a report that was written before pages said who made them
    for name in names:
        path = folder / name
        try:
            if name not in known and not made_by_a_report(path):
                raise BadUsage(
                    f"--out {folder}: its {name} is of no report; name another folder, or move it"
                )
        except FileNotFoundError:
            continue
        except OSError as error:
            raise BadUsage(f"--out {folder}: {path}: {error.strerror}") from error


def put(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the texts below the folder, by name, and take away what earlier reports wrote beside them."""
    refuse_anothers(folder, [*texts])
    for name, text in texts.items():
        write_text(folder / name, text, durable=False)
    for place in PLACES:
        for path in sorted((folder / place).glob("*.*")):
            name = f"{place}/{path.name}" if place else path.name
            page = path.suffix in (".html", ".svg") and path.is_file()
            if page and name not in texts and made_by_a_report(path):
                path.unlink()


__all__ = ["GENERATOR", "made_by_a_report", "put", "refuse_anothers"]
