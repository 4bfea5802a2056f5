"""Further pages of a report: the project's ``pages`` are functions of the ledger that give an ``ExtraPage``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from theorem_audit import project

NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class ExtraPage:
    """One page: its file's stem, its name in the menu, its body, and the only scripts that it may run.

    The body is the project's own HTML: what of it comes from a ledger, the project escapes.
    """

    name: str
    title: str
    body: Markup
    scripts: tuple[Markup, ...] = ()
    style: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name={self.name!r}: it names a file, so it must be {NAME.pattern}")


def extra_pages(run: Mapping[str, Any]) -> list[ExtraPage]:
    """The project's further pages for a ledger, in the order of its table."""
    here = project.current()
    return [here.import_from("pages", name)(run) for name in here.pages]


__all__ = ["ExtraPage", "extra_pages"]
