"""What the kept table of wrong variants says of today's claims.

``audit mutants --json`` writes the table; every verdict reads it.  A row speaks of a claim only while it was
tried on the statement that the claim has today.  A variant that was accepted then, and that the claim does
not explain, caps the claim at *supported*: its evidence takes a false statement for a true one.  Where there
is no row, or one of another statement, nothing is known; that caps nothing, and is said and counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorem_audit import project
from theorem_audit.errors import several
from theorem_audit.files import bounded
from theorem_audit.weigh.tallies import table_of
from theorem_audit.weigh.told import Told, stated

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim

    Claims = Mapping[str, Claim] | Mapping[str, Told] | Mapping[str, Claim | Told]

PART = re.compile(r" \(part \d+\)$")


class UnreadableTable(ValueError):
    """The file is no table of variants; the message says why."""


def load(path: Path) -> dict[str, dict[str, Any]]:
    """The rows that ``audit mutants --json path`` wrote, by claim id, each with the ``commit`` it was tried at.

    Raises UnreadableTable for a file that is none of the kind.
    """
    try:
        data = table_of(bounded(path).decode("utf-8"))
        at = str(data.get("commit", "unknown"))
        rows = {row["id"]: {"tried_at": at, **row} for row in data["claims"]}
        for row in rows.values():
            row["statement"]
            [x["name"] for x in row["survivors"]]
    except OSError as error:
        raise UnreadableTable(f"{path}: cannot be read: {error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableTable(f"{path}: not what `audit mutants --json` writes: {error}") from None
    return rows


@dataclass(frozen=True)
class Table:
    """The rows by claim id; trouble: why there are none."""

    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trouble: str = ""


@cache
def _loaded(path: Path, state: tuple[int, int]) -> Table:
    try:
        return Table(load(path))
    except UnreadableTable as error:
        return Table(trouble=str(error))


def table() -> Table:
    """The project's kept table, as the file is now."""
    path = project.current().path("variants")
    try:
        found = path.stat()
    except OSError:
        return Table(trouble="none is kept (`audit mutants --json FILE` makes it)")
    return _loaded(path, (found.st_mtime_ns, found.st_size))


def current(told: Claims, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The claims whose row is of the statement that they have."""
    found = []
    for x, said in told.items():
        own = said.stated if isinstance(said, Told) else stated(said)
        if own and rows.get(x, {}).get("stated") == own:
            found.append(x)
    return found


def accepted(told: Claims) -> dict[str, list[str]]:
    """Claim -> the wrong variants that its evidence accepted and the claim does not explain."""
    rows = table().rows
    found = {}
    for x in current(told, rows):
        names = [s["name"] for s in rows[x]["survivors"]]
        if left := [name for name in names if not explained(told[x].survivors, name)]:
            found[x] = left
    return found


def explained(survivors: Mapping[str, str], name: str) -> str:
    """What a claim's ``survivors`` say of a variant; the number of its conjunct may be left out.

    The numbers follow SymPy's order of an And, which is not the author's.
    """
    return survivors.get(name, "") or survivors.get(PART.sub("", name), "")


def line(told: Claims) -> str:
    """One line for the reader: of how many claims the table speaks, and of which it does not."""
    kept = table()
    known = current(told, kept.rows)
    said = f"variants: {len(known)} of {several(len(told), 'claim')} current"
    if kept.trouble:
        return f"{said}: {kept.trouble}"
    others = [x for x in told if x not in known]
    for what, ids in (
        ("stale", [x for x in others if x in kept.rows]),
        ("not tried", [x for x in others if x not in kept.rows]),
    ):
        if ids:
            said += f"; {what}: {', '.join(ids[:8])}" + (
                f" and {len(ids) - 8} more" if len(ids) > 8 else ""
            )
    return said


__all__ = ["UnreadableTable", "accepted", "current", "explained", "line", "load", "table"]
