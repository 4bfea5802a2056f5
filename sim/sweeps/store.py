"""Finished cells in one SQLite file, each committed at once and never changed again.

One table, one row per cell, keyed by settings, seed stream, cell and version. Write-ahead logging
with a sync at every commit: a commit survives the death of the process and a power cut, half a
commit is undone at the next opening, and any number of processes on one machine may read and write
(not over a network file system: write-ahead logging needs shared memory).  A second table, made when it is
needed, holds the files that a kind of cell has read, with their digests.

SQLite does not notice flipped bits, so each row carries a SHA-256 over its key and its numbers:
a damaged row is reported, never returned.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sim.sweeps.opened import Files, digest
from sim.sweeps.payload import decode
from sim.sweeps.tasks import Task

SCHEMA = 1  # raise when the table changes
APPLICATION_ID = 0x5347444D  # "SGDM", in the file's header: tells a store from another database

_TABLE = """
CREATE TABLE IF NOT EXISTS cell (
    key BLOB PRIMARY KEY,
    cell TEXT NOT NULL,
    version TEXT NOT NULL,
    settings TEXT NOT NULL,
    seed INTEGER NOT NULL,
    spawn_key TEXT NOT NULL,
    payload BLOB NOT NULL,
    digest BLOB NOT NULL
) WITHOUT ROWID
"""
_FILES = """
CREATE TABLE IF NOT EXISTS opened (
    cell TEXT NOT NULL,
    version TEXT NOT NULL,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (cell, version, path)
) WITHOUT ROWID
"""
SELECT = "SELECT key, cell, version, settings, seed, spawn_key, payload, digest FROM cell"
PAYLOAD = 6
_SMALLEST = 512  # bytes; SQLite takes a shorter file for an empty one and would write over it


class StoreError(RuntimeError):
    """A store cannot be used; the message says which file, why, and what to do."""


class StoreVersionError(StoreError):
    """The file was written by another version of the store."""


class StoreDamagedError(StoreError):
    """The file, or a row of it, is not what was written."""


class StoreFullError(StoreError):
    """The disk refused a write; everything committed before is safe."""


class StoreBusyError(StoreError):
    """Another process kept the file locked for too long."""


class ConflictError(StoreError):
    """A cell was computed twice with different results: it is not deterministic."""


class FileChangedError(StoreError):
    """A file that finished cells have read is another one by now."""


class Store:
    """An open store; a context manager. Threads must not share one.

    path: the file; made when `create` and it is missing or empty. patience: seconds to wait for
    another process's lock. A file on read-only media is read (`frozen`), and a commit to it is a
    StoreError. Raises a StoreError, and leaves a file that is no store untouched.
    """

    def __init__(self, path: str | PathLike[str], *, create: bool = True, patience: float = 60.0):
        # SQLite keeps what is not yet in a file beside the file itself, not beside a link to it.
        self.path = Path(os.path.realpath(path))
        self.patience = patience
        with told_rights(f"store={str(path)!r}"):
            self._connect(path, create)
        try:
            with self._plain_errors():
                self._open()
        except BaseException:
            self._db.close()
            raise

    def _connect(self, path: str | PathLike[str], create: bool) -> None:
        log = Path(f"{self.path}-wal")
        goes_on = create and os.access(log, os.W_OK)  # into a log that is there
        self.frozen = self.path.is_file() and not _writable(self.path) and not goes_on
        mode = "ro&immutable=1" if self.frozen else "rwc" if create else "rw"
        if self.frozen and log.exists() and log.stat().st_size:
            raise StoreError(
                f"{self.path} cannot be written, and holds commits in {log.name} that only a writer "
                "can read: copy both files to where you may write"
            )
        if self.path.is_dir():
            raise StoreError(f"store={str(path)!r}: is a folder; must be a file")
        if not (self.path.parent if create else self.path).exists():
            raise StoreError(f"store={str(path)!r}: no such {'folder' if create else 'file'}")
        if self.path.exists() and 0 < self.path.stat().st_size < _SMALLEST:
            raise StoreDamagedError(f"{self.path} is not a database: name another file")
        of_one_name(self.path)
        with self._plain_errors():
            self._db = sqlite3.connect(
                f"{self.path.as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=self.patience,
            )

    def _open(self) -> None:
        if (
            not self.frozen
            and self._header() == (0, 0)
            and not self._scalar("SELECT count(*) FROM sqlite_master")
        ):
            self._use_wal()
            with self._transaction():
                self._db.execute(_TABLE)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")
        application, schema = self._header()
        if application != APPLICATION_ID:
            raise StoreError(f"{self.path} is a database, but not a sweep store: name another file")
        if schema != SCHEMA:
            raise StoreVersionError(
                f"{self.path} has store format {schema}, this program reads and writes format "
                f"{SCHEMA}: use the program that wrote it, or name another file"
            )
        if not self.frozen:
            self._use_wal()
            self._db.execute("PRAGMA synchronous = FULL")

    def _header(self) -> tuple[int, int]:
        return self._scalar("PRAGMA application_id"), self._scalar("PRAGMA user_version")

    def _use_wal(self) -> None:
        # SQLite does not wait for a lock when it changes the mode: waiting is left to us
        end = time.monotonic() + self.patience
        while True:
            try:
                mode = self._scalar("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > end:
                    raise
                time.sleep(0.01)
        if mode != "wal":
            raise StoreError(f"{self.path}: its file system has no write-ahead logging")

    def _scalar(self, query: str) -> Any:
        return self._db.execute(query).fetchone()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Nothing needs it: what is committed is on disk."""
        self._db.close()

    def __contains__(self, task: Task) -> bool:
        with self._plain_errors():
            row = self._db.execute("SELECT 1 FROM cell WHERE key = ?", (task.key,)).fetchone()
        return row is not None

    def __len__(self) -> int:
        with self._plain_errors():
            return int(self._scalar("SELECT count(*) FROM cell"))

    def commit(self, finished: Iterable[tuple[Task, bytes]], opened: Sequence[Files] = ()) -> None:
        """Write the payloads of finished tasks in one transaction: all of them, or none.

        opened: the files that each task has read.  A task already there (another sweep was first) is left
        as it is; if its payload differs, the others are still committed and ConflictError is raised.
        FileChangedError, and nothing is committed, where other cells of the kind read another edition.
        """
        conflict = None
        finished = list(finished)
        with self._plain_errors(), self._transaction():
            self._keep_files(zip((task for task, _ in finished), opened, strict=False))
            for task, payload in finished:
                said = _digest(task.key, payload)
                if not self._insert(task, payload, said) and said != self._digest_of(task):
                    conflict = task
        if conflict:
            raise ConflictError(
                f"{self.path}: {conflict.cell} gave other numbers than those stored for {conflict}:"
                " it depends on more than its arguments, or its version was not raised"
            )

    def _keep_files(self, opened: Iterable[tuple[Task, Files]]) -> None:
        kinds: dict[tuple[str, str], Files] = {}
        for task, files in opened:
            known = kinds.setdefault((task.cell, task.version), {})
            for path, now in files.items():
                if known.setdefault(path, now) != now:
                    raise self._changed(task.cell, [path])
        for (cell, version), files in kinds.items():
            if not files:
                continue
            self._db.execute(_FILES)
            was = self.files(cell, version)
            if changed := [path for path, now in files.items() if was.get(path, now) != now]:
                raise self._changed(cell, changed)
            for path, now in files.items():
                row = (cell, version, path, now)
                self._db.execute(
                    "INSERT OR IGNORE INTO opened VALUES (?, ?, ?, ?, ?)", (*row, checksum(row))
                )

    def files(self, cell: str, version: str) -> Files:
        """The files that the cells of a kind have read, as they were; raises StoreDamagedError."""
        with self._plain_errors():
            if not self._scalar("SELECT count(*) FROM sqlite_master WHERE name = 'opened'"):
                return {}
            query = "SELECT * FROM opened WHERE cell = ? AND version = ?"
            rows = self._db.execute(query, (cell, version)).fetchall()
        for row in rows:
            if not names_a_file(row):
                raise self._damaged(
                    f"what is said of a file does not match its checksum: {row[:-1]}"
                )
        return {path: was for _, _, path, was, _ in rows}

    def look_again(self, cell: str, version: str) -> None:
        """Raise FileChangedError where a file that cells of this kind have read is another one by now."""
        files = self.files(cell, version)
        if changed := [path for path, was in files.items() if digest(path) != was]:
            raise self._changed(cell, changed)

    def _changed(self, cell: str, paths: Sequence[str]) -> FileChangedError:
        return FileChangedError(
            f"{self.path}: cells of {cell} have read {', '.join(paths[:3])}, which is another file by now: put "
            "back what was there, raise the Cell's version, or name another store"
        )

    def _insert(self, task: Task, payload: bytes, digest: bytes) -> bool:
        cursor = self._db.execute(
            "INSERT INTO cell VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                task.key,
                task.cell,
                task.version,
                task.settings,
                task.seed,
                json.dumps(task.spawn_key),
                payload,
                digest,
            ),
        )
        return cursor.rowcount == 1

    def _digest_of(self, task: Task) -> Any:
        query = "SELECT digest FROM cell WHERE key = ?"
        return self._db.execute(query, (task.key,)).fetchone()[0]

    def read(self, task: Task) -> dict[str, Any]:
        """Give the values of a finished task; KeyError when it is not there."""
        with self._plain_errors():
            row = self._db.execute(f"{SELECT} WHERE key = ?", (task.key,)).fetchone()
        if row is None:
            raise KeyError(str(task))
        if intact(row) != task:
            raise self._damaged(f"the row of {task} does not match its checksum")
        return decode(row[PAYLOAD])

    def tasks(self) -> list[Task]:
        """Give every task in the store, checked against its key and checksum.

        Raises StoreDamagedError. Reads the whole file: about a second per GB.
        """
        with self._plain_errors():
            verdict = self._scalar("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise self._damaged(verdict)
            tasks: list[Task] = []
            for row in self._db.execute(SELECT):
                task = intact(row)
                if task is None or (tasks and task.key <= tasks[-1].key):
                    raise self._damaged(f"a row does not match its checksum: {row[1:5]}")
                tasks.append(task)
            return tasks

    def _damaged(self, what: str) -> StoreDamagedError:
        return StoreDamagedError(
            f"{self.path} is damaged ({what}): sim.salvage(old, new) copies every intact cell to a "
            "new store, and a sweep there computes the rest"
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        # our queries are fixed: one that does not fit the tables (ERROR), or text that is not
        # UTF-8 (no code), comes from a damaged file
        damage = (0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        if code in damage:
            return self._damaged(str(error))
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            return StoreFullError(
                f"{self.path} cannot be written ({error}): what was committed before is safe; free "
                "some space and run the sweep again to go on"
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusyError(
                f"{self.path}: another process held it locked for {self.patience:g} s"
            )
        return StoreError(f"{self.path}: {error}")


@contextmanager
def told_rights(what: str) -> Iterator[None]:
    """What may not be looked at is a StoreError that names it."""
    try:
        yield
    except PermissionError as error:
        raise StoreError(f"{what}: {error.filename} may not be read ({error.strerror})") from error


def _writable(path: Path) -> bool:
    """Whether a store may be opened for writing: SQLite also makes files beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def intact(row: Sequence[Any]) -> Task | None:
    """Give the task of a row of SELECT, or None when a field is not what was written."""
    key, *fields, spawn_key, payload, digest = row
    if [type(value) for value in (key, *fields, payload)] != [bytes, str, str, str, int, bytes]:
        return None
    task = Task(*fields)
    written = (task.key, json.dumps(task.spawn_key), _digest(key, payload))
    return task if (key, spawn_key, digest) == written else None


def _digest(key: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(key + payload).digest()


def of_one_name(path: Path) -> None:
    """Raise StoreError where a file has several names: what is not yet in it lies beside one of them."""
    if path.exists() and (count := path.stat().st_nlink) > 1:
        raise StoreError(
            f"{path} has {count} names (hard links), and SQLite keeps what is not yet in the file beside one "
            "of them: take the other names away, or copy the file with the `-wal` that lies beside it"
        )


def names_a_file(row: Sequence[Any]) -> bool:
    """Whether a row that names a file is what was written."""
    return [type(x) for x in row] == [str, str, str, str, bytes] and checksum(row[:-1]) == row[-1]


def checksum(row: Sequence[str]) -> bytes:
    """Of a row that names a file, without its last field."""
    return hashlib.sha256("\0".join(row).encode("utf-8", "surrogatepass")).digest()
