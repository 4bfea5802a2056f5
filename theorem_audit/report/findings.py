"""Headlines of a theory for its report, in plain words; each names the claims behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from theorem_audit import project


@dataclass(frozen=True)
class Finding:
    """One headline, a few sentences (Markdown, with mathematics between dollars), and the claims behind it.

    picture: the name of the picture that shows it, if one does.
    """

    headline: str
    text: str
    claims: tuple[str, ...]
    picture: str = ""


def findings() -> Sequence[Finding]:
    """The findings that the project's ``findings`` names; none where it names none."""
    here = project.current()
    return here.import_from("findings", here.findings) if here.findings else ()
