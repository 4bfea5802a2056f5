"""Which JSON files this tool wrote itself, so that a later call may put another in their place.

A file is known by its outer shape.  A command of a project may write what it likes: there a file must have the
shape of what is to stand in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from theorem_audit.kinds import CLAIM_ID

# Keys of the objects, and of the rows of the tables, that the commands write.
OBJECTS = (
    {"schema", "claims"}, {"schema", "seed", "found"}, {"schema", "falls", "rises"}, {"receipt", "digest"},
    {"nodes", "edges", "impact"}, {"written", "removed"}, {"opinions", "kernel"},
)  # fmt: skip
ROWS = ({"id", "title", "chapter", "bound", "verdict"}, {"name", "png", "csv"})
ID = re.compile(CLAIM_ID)
MARK = object()  # stands for no data


def read(path: Path) -> Any:
    """What a JSON file holds; MARK where nothing would be lost with it: it is empty, or gone.

    Raises ValueError for what is no JSON.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError:
        return MARK  # told where it is written
    return _parsed(text) if text else MARK


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def is_ours(data: Any, *, ids: bool = False) -> bool:
    """Whether this tool writes such JSON, or nothing is in it.

    ids: also a list of claims' ids, as some commands write one.

    >>> is_ours({"schema": 2, "claims": []}), is_ours(["AN-ID"]), is_ours({"mine": 1})
    (True, False, False)
    """
    if data is MARK or data in ({}, []):
        return True
    if isinstance(data, dict):
        return any(keys <= data.keys() for keys in OBJECTS)
    if not isinstance(data, list):
        return False
    if all(isinstance(x, str) for x in data):
        return (ids and all(map(ID.fullmatch, data))) or _there(data)
    return all(isinstance(x, dict) and any(keys <= x.keys() for keys in ROWS) for x in data)


def _there(names: Iterable[str]) -> bool:
    """Whether names are of files that are there, as those of what a command wrote."""
    try:
        return all(Path(x).is_file() for x in names)
    except ValueError:
        return False


def alike(old: Any, new: Any) -> bool:
    """Whether two have one outer shape: the same keys, or rows with the same keys.

    >>> alike({"a": 1}, {"a": 2}), alike([{"a": 1}], [{"b": 1}])
    (True, False)
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys()
    if isinstance(old, list) and isinstance(new, list):
        rows = [x.keys() if isinstance(x, dict) else type(x) for x in (*old, *new)]
        return all(x == rows[0] for x in rows)
    return False


__all__ = ["alike", "is_ours", "read"]
