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


def stamp(run: Mapping[str, Any], files: Iterable[Path]) -> dict[str, str]:
    """Hashes of all that the pages are made of, by what it is; files: further ones, and folders of them."""
    here = project.current()
    versions_of = [versions.interpreter(), *map(versions.of, SETTERS)]
    said = {
        "the run": _digest(json.dumps({**run, "started": ""}, sort_keys=True)),
        "the sources": look(here).state(),
        "versions": _digest("\0".join(versions_of)),
        here.file.name: _hash(here.file),
    }
    for place in (here.path("notes"), TEMPLATES, *files):
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        name = str(place.relative_to(here.root)) if place.is_relative_to(here.root) else str(place)
        said[name] = _digest("\0".join(f"{x} {_hash(x)}" for x in found if _read(x)))
    return said


def _read(file: Path) -> bool:
    """What Python compiles beside its sources is none of the pages' matter."""
    return file.is_file() and "__pycache__" not in file.parts


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _pages(folder: Path) -> dict[str, str]:
    found = (x for x in sorted(folder.rglob("*")) if x.suffix in (".html", ".svg") and x.is_file())
    return {str(x.relative_to(folder)): _hash(x) for x in found}


def changed(folder: Path, said: Mapping[str, str]) -> list[str] | None:
    """What is another one since the folder's pages were written: nothing where all stand; None: no stamp."""
    try:
        kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
        parts, pages = dict(kept["stamp"]), dict(kept["pages"])
    except (OSError, ValueError, TypeError, KeyError):
        return None  # written anew
    found = [x for x in {**said, **parts} if said.get(x) != parts.get(x)]
    return found if pages and pages == _pages(folder) else [*found, "the pages"]


def pages_of(folder: Path) -> set[str]:
    """The names of the pages that the folder's stamp tells of; none where there is no stamp."""
    try:
        return {*json.loads((folder / NAME).read_text(encoding="utf-8"))["pages"]}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def note(folder: Path, said: Mapping[str, str]) -> None:
    """Keep the stamp of the pages that were just written."""
    text = json.dumps({"stamp": said, "pages": _pages(folder)}, indent=1)
    write_text(folder / NAME, text + "\n")


__all__ = ["NAME", "changed", "note", "pages_of", "stamp"]
