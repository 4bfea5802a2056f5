"""Saving the intact cells of a damaged store."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from os import PathLike
from pathlib import Path

from sim.sweeps.cell import Task
from sim.sweeps.store import PAYLOAD, SELECT, Store, StoreError, intact

_PREFIXES = 4096  # keys are uniform hashes: a damaged page costs the few prefixes that touch it


def salvage(old: str | PathLike[str], new: str | PathLike[str]) -> int:
    """Copy every cell of `old` that matches its checksum to the new store `new`; give their number.

    Works on a copy: `old` is only read. Raises StoreError when `old` is missing or no database at
    all, or `new` exists.
    """
    source, target = Path(old), Path(new)
    if not source.is_file():
        raise StoreError(f"old={str(old)!r}: no such file")
    if target.exists():
        raise StoreError(f"new={str(new)!r}: exists already; name a new file")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        for suffix in ("", "-wal"):
            if Path(f"{source}{suffix}").exists():
                shutil.copyfile(f"{source}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as database:
            try:
                database.execute("SELECT key FROM cell LIMIT 1").fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise StoreError(f"{source}: no cell can be read ({error})") from error
            saved = dict(_readable(database))
    with Store(target) as store:
        store.commit(saved.items())
    return len(saved)


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
