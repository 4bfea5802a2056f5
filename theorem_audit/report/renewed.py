"""Whether the pages of a report would come out as they are: then they are left alone.

Beside the pages a stamp is kept: a hash of the run (but for the moment it began), of all sources, notes,
templates, pictures and the table of variants, and each page's size and hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from theorem_audit import project
from theorem_audit.files import write_text
from theorem_audit.reuse import versions
from theorem_audit.reuse.files import look

NAME = ".stamp.json"
TEMPLATES = Path(__file__).with_name("templates")
SETTERS = ("jinja2", "latex2mathml", "markdown_it", "markupsafe", "mdit_py_plugins", "pygraphviz")


def stamp(run: Mapping[str, Any], files: Iterable[Path]) -> str:
    """A hash of all that the pages are made of; files: further ones, and folders of them."""
    here = project.current()
    said = [json.dumps({**run, "started": ""}, sort_keys=True), look(here).state()]
    said += [versions.interpreter(), *map(versions.of, SETTERS), here.file.read_text("utf-8")]
    for place in (here.path("notes"), TEMPLATES, *files):
        found = sorted(x for x in place.rglob("*") if x.is_file()) if place.is_dir() else [place]
        said += [f"{x} {_hash(x)}" for x in found if x.is_file()]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _pages(folder: Path) -> dict[str, str]:
    found = (x for x in sorted(folder.rglob("*")) if x.suffix in (".html", ".svg") and x.is_file())
    return {str(x.relative_to(folder)): _hash(x) for x in found}


def stands(folder: Path, said: str) -> bool:
    """Whether the folder holds the pages of that stamp, every one as it was written."""
    try:
        kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return bool(kept["stamp"] == said and kept["pages"] and kept["pages"] == _pages(folder))
    except (OSError, ValueError, TypeError, KeyError):
        return False  # written anew


def note(folder: Path, said: str) -> None:
    """Keep the stamp of the pages that were just written."""
    write_text(folder / NAME, json.dumps({"stamp": said, "pages": _pages(folder)}, indent=1) + "\n")


__all__ = ["NAME", "note", "stamp", "stands"]
