"""The tool's own sources as ``reuse.definitions`` reads them: once, and kept for all processes that need them.

To read them takes three seconds, which the server of commands and each worker of pytest would spend anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from theorem_audit.files import write_text
from theorem_audit.reuse import definitions

TOOL = Path(__file__).parents[1]


def place_of(config: pytest.Config) -> Path | None:
    """Where they are kept: in pytest's cache, where it has one, by what reads them."""
    cache = getattr(config, "cache", None)
    if cache is None:
        return None
    reading = [x.read_bytes() for x in sorted((TOOL / "reuse").glob("*.py"))]
    said = hashlib.sha256(b"\0".join((sys.version.encode(), *reading))).hexdigest()[:20]
    return Path(cache.mkdir("theorem-audit")) / f"{said}.json"


def take(place: Path | None) -> None:
    """Take what is kept there; each is known by the hash of its file."""
    if place is not None and place.is_file():
        kept = json.loads(place.read_text(encoding="utf-8"))
        definitions.KNOWN.update((x, definitions.Source.back(said)) for x, said in kept.items())


def read_all(place: Path | None) -> None:
    """Read all that are not kept, and keep all of them."""
    take(place)
    known = set(definitions.KNOWN)
    found = {
        hashlib.sha256(x).hexdigest(): definitions.of_bytes(x)
        for x in (file.read_bytes() for file in TOOL.rglob("*.py"))
    }
    if place is not None and not known.issuperset(found):
        for older in place.parent.glob("*.json"):
            older.unlink(missing_ok=True)
        write_text(place, json.dumps({x: source.plain() for x, source in found.items()}))
