"""The sources of the evidence, as pages of the report: a test's name links to its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from theorem_audit import project

DEFINED = re.compile(r"^(?:async )?def (\w+)|^class (\w+)", flags=re.M)


@dataclass(frozen=True)
class Listing:
    """One file: its path in the project, its page's name, its text, and where its functions begin."""

    path: str
    page: str
    text: str

    @property
    def places(self) -> dict[str, int]:
        """Function or class -> the number of its first line, from 0."""
        found: dict[str, int] = {}
        for match in DEFINED.finditer(self.text):
            found.setdefault(match[1] or match[2], self.text.count("\n", 0, match.start()))
        return found

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each line with the name that begins there, or nothing."""
        begins = {line: name for name, line in self.places.items()}
        return [(begins.get(i, ""), line) for i, line in enumerate(self.text.splitlines())]


@dataclass(frozen=True)
class Listings:
    """The files that a ledger's evidence stands in, by path."""

    files: Mapping[str, Listing]

    def link(self, test: str, root: str = "") -> str:
        """Address of a test's lines; empty where its file is not shown."""
        path, _, rest = test.partition("::")
        listing = self.files.get(path)
        if listing is None:
            return ""
        name = rest.split("[")[0].split("::")[-1]
        mark = f"#{name}" if name in listing.places else ""
        return f"{root}sources/{listing.page}{mark}"


def listings(run: Mapping[str, Any]) -> Listings:
    """The evidence's files, as they stand in the project's folder now; others are left out.

    A ledger may come from anywhere: only Python files inside the package of the evidence are read.
    """
    here = project.current()
    folder = (here.root / here.evidence.split(".")[0]).resolve()
    found: dict[str, Listing] = {}
    for path in sorted({e["test"].split("::")[0] for c in run["claims"] for e in c["evidence"]}):
        file = Path(here.root, path)
        pure = PurePosixPath(path)
        inside = not pure.is_absolute() and ".." not in pure.parts and pure.suffix == ".py"
        if not inside or not file.resolve().is_relative_to(folder) or not file.is_file():
            continue
        page = ".".join(pure.with_suffix("").parts) + ".html"
        found[path] = Listing(path, page, file.read_text(encoding="utf-8", errors="replace"))
    return Listings(found)


__all__ = ["Listing", "Listings", "listings"]
