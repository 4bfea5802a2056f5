"""Which JSON files this tool wrote itself, so that a later call may put another in their place.

A file is known by its form: the keys of what a command writes, all of them and no others, and those of the rows
in it.  A list of names has no keys: it is one of ours where its text is, to the letter, what ``emit`` makes of
it, and only to a command that writes such a list.  A command of a project may write what it likes: there a file
must be written as ``emit`` does, and have the keys of what is to stand in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from theorem_audit.kinds import CLAIM_ID


@dataclass(frozen=True)
class Form:
    """What a command writes: keys that it has, and may have; lists in it, with the keys of their rows.

    bare: so few keys that its text must be ours, too.
    """

    keys: frozenset[str]
    more: frozenset[str] = frozenset()
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    bare: bool = False

    def fits(self, data: Any) -> bool:
        """Whether an object has this form."""
        return (
            isinstance(data, dict)
            and self.keys <= data.keys() <= self.keys | self.more
            and all(_rows(data[name], keys) for name, keys in self.lists.items())
        )


def _rows(data: Any, keys: frozenset[str]) -> bool:
    return isinstance(data, list) and all(isinstance(x, dict) and keys <= x.keys() for x in data)


def _form(keys: str, more: str = "", *, bare: bool = False, **lists: str) -> Form:
    rows = {name: frozenset(said.split()) for name, said in lists.items()}
    return Form(frozenset(keys.split()), frozenset(more.split()), rows, bare)


# `more` holds what earlier versions did not write.
OBJECTS = (
    _form("schema project commit started complete quick seed family_error versions sources claims",
          "hypotheses variants left_out outside elsewhere", claims="id verdict evidence"),
    _form("receipt project commit seed quick versions sources claim uses certificates coq digest",
          "made left_out"),
    _form("schema seed commit complete claims", claims="id"),  # wrong variants
    _form("schema seed found", found="claim_id outcome"),
    _form("schema claims not_run", claims="id verdict reasons"),
    _form("schema id verdict direct falls rises", "never_run", falls="id now then", rises="id now then"),
    _form("nodes edges impact", "never_run", nodes="id verdict", edges="from to"),
    _form("opinions kernel"),
    _form("written removed", bare=True),
)  # fmt: skip
ROWS = (
    _form("id title chapter bound verdict", "source evidence"),
    _form("name png csv", bare=True),
)
ID = re.compile(CLAIM_ID)
# Lists of names that a command writes, and what each name in them is.
NAMES: dict[str, Callable[[str], bool]] = {
    "ids": lambda x: ID.fullmatch(x) is not None,
    "files": lambda x: _is_file(x),
    "notes": lambda x: x.endswith(".md"),
}


class There(NamedTuple):
    """What a JSON file holds, and whether its text is what ``emit`` makes of that."""

    data: Any
    to_the_letter: bool = False


def read(path: Path) -> There | None:
    """What a JSON file holds; None where nothing would be lost with it: it is empty, or gone.

    Raises ValueError for what is no JSON.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None  # told where it is written
    if not text.strip():
        return None
    try:
        data = json.loads(text)
        return There(data, text in (as_text(data), as_text(data, ascii_only=True)))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def as_text(data: Any, *, ascii_only: bool = False) -> str:
    """The JSON that this tool writes of data."""
    return json.dumps(data, indent=1, ensure_ascii=ascii_only) + "\n"


def is_ours(there: There | None, names: str = "") -> bool:
    """Whether this tool writes such JSON, or nothing is in it.

    names: which list of names is to stand in its place, if one is: a key of ``NAMES``.

    >>> is_ours(There({"schema": 1, "seed": 0, "found": []})), is_ours(There({"schema": 1, "seed": 0}))
    (True, False)
    >>> [is_ours(There(["AN-ID"], x), names) for x, names in ((True, "ids"), (True, ""), (False, "ids"))]
    [True, False, False]
    """
    if there is None or there.data in ({}, []):
        return True
    data, to_the_letter = there
    if isinstance(data, dict):
        return any(x.fits(data) and (to_the_letter or not x.bare) for x in OBJECTS)
    if not isinstance(data, list):
        return False
    if all(isinstance(x, str) for x in data):
        return to_the_letter and names in NAMES and all(map(NAMES[names], data))
    return any(all(map(x.fits, data)) and (to_the_letter or not x.bare) for x in ROWS)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def alike(there: There, new: Any) -> bool:
    """Whether what is there may be an older edition of ``new``: written as this tool does, with the same keys,
    or rows with the same keys.

    >>> alike(There({"a": 1}, True), {"a": 2}), alike(There({"a": 1}), {"a": 2})
    (True, False)
    >>> alike(There([{"a": 1}], True), [{"b": 1}])
    False
    """
    old = there.data
    if not there.to_the_letter:
        return False
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys()
    if isinstance(old, list) and isinstance(new, list):
        rows = [x.keys() if isinstance(x, dict) else type(x) for x in (*old, *new)]
        return all(x == rows[0] for x in rows)
    return False


__all__ = ["There", "alike", "as_text", "is_ours", "read"]
