"""Saving the intact cells of a damaged store."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from os import PathLike
from pathlib import Path

from sim.sweeps.opened import Files
from sim.sweeps.store import (
    PAYLOAD,
    SELECT,
    Store,
    StoreError,
    intact,
    names_a_file,
    of_one_name,
    told_rights,
)
from sim.sweeps.tasks import Task

_PREFIXES = 4096  # keys are uniform hashes: a damaged page costs the few prefixes that touch it
LOST: Files = {"(a file that the damaged store no longer names)": "lost"}


def salvage(old: str | PathLike[str], new: str | PathLike[str]) -> int:
    """Copy every cell of `old` that matches its checksum to the new store `new`; give their number.

    What the cells have read goes with them; where that is damaged, a sweep on `new` asks for another version
    of the cell.  Works on a copy: `old` is only read. Raises StoreError when `old` is missing or no database at
    all, or `new` exists.
    """
    # Its log lies beside the file, not beside a link.
    source, target = Path(os.path.realpath(old)), Path(new)
    with told_rights(f"old={str(old)!r}"):
        if not source.is_file():
            raise StoreError(f"old={str(old)!r}: no such file")
        of_one_name(source)
    with told_rights(f"new={str(new)!r}"):
        if target.exists():
            raise StoreError(f"new={str(new)!r}: exists already; name a new file")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        for suffix in ("", "-wal"):
            with told_rights(f"old={str(old)!r}"):
                if Path(f"{source}{suffix}").exists():
                    shutil.copyfile(f"{source}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as database:
            try:
                database.execute("SELECT key FROM cell LIMIT 1").fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise StoreError(f"{source}: no cell can be read ({error})") from error
            saved = dict(_readable(database))
            opened = _opened(database)
    with Store(target) as store:
        store.commit(saved.items(), [opened(task) for task in saved])
    return len(saved)


def _opened(database: sqlite3.Connection) -> Callable[[Task], Files]:
    """What the cells of each kind have read; where that is damaged, a file that is never the same again."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'opened'").fetchall():
        return lambda task: {}
    found: dict[tuple[str, str], Files] = {}
    try:
        for row in database.execute("SELECT * FROM opened"):
            if not names_a_file(row):
                return lambda task: dict(LOST)
            found.setdefault((row[0], row[1]), {})[row[2]] = row[3]
    except (sqlite3.Error, UnicodeDecodeError):
        return lambda task: dict(LOST)
    return lambda task: found.get((task.cell, task.version), {})


def _readable(database: sqlite3.Connection) -> Iterator[tuple[Task, bytes]]:
    """Read from both ends of each range of keys, up to what cannot be read."""
    width = 2**16 // _PREFIXES
    for start in range(0, 2**16, width):
        low, high = (k.to_bytes(2, "big") for k in (start, start + width - 1))
        for order in ("ASC", "DESC"):
            query = f"{SELECT} WHERE key BETWEEN ? AND ? ORDER BY key {order}"
            try:
                for row in database.execute(query, (low, high + b"\xff" * 32)):
                    if task := intact(row):
                        yield task, row[PAYLOAD]
            except (sqlite3.Error, UnicodeDecodeError):
                continue  # damage: this range ends here, in this direction
