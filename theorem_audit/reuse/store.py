"""One SQLite file that keeps, by content, what was computed.

What is no use is told, set aside and rebuilt: a file of another form, one from another machine, one that
is no database or not whole.  What cannot be written (a full disk, a folder without rights, another run
that does not let go) is told once, and the run goes on without keeping.  Every row carries a checksum;
a row that does not match it counts as not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

FORM = "1"  # of the file; another one is set aside
WAIT = 20.0  # seconds that another run may hold the file
ROWS = 20_000  # of each kind; the longest unused go first
FEW = {
    "state": 40,
    "hashes": 40,
    "judged": 20,
}  # kinds whose rows are large, one for each state of the sources
CHUNK = 400  # keys asked for at a time
TABLES = """
create table kept(kind text, key text, data blob, sum text, at real, primary key(kind, key)) without rowid;
create table about(name text primary key, value text);
"""
Tell = Callable[[str], None]


@cache
def machine() -> str:
    """What this machine is called: results of floating point may be another one's."""
    parts = [platform.node(), platform.system(), platform.machine()]
    with suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        names = [line for line in text.splitlines() if line.startswith("model name")]
        parts += names[:1]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class _Unfit(Exception):
    """The file is a store, but not for here; the message says why."""


class Store:
    """Kept values by kind and key; use ``open_store``.

    path: the file, or None for one in memory.  writable: whether what is put is kept.
    """

    def __init__(self, path: Path | None, tell: Tell) -> None:
        self.path, self.tell, self.writable = path, tell, True
        self._line: sqlite3.Connection | None = None
        self._waiting: dict[tuple[str, str], bytes] = {}
        self._used: set[tuple[str, str]] = set()

    # --- opening ------------------------------------------------------------------------------

    def _connect(self, check: bool) -> None:
        """Open the file, or make it; raises sqlite3.Error, OSError, _Unfit."""
        if self.path is None:
            self._line = sqlite3.connect(":memory:", isolation_level=None)
            self._line.executescript(TABLES)
            return
        new = not self.path.exists() or self.path.stat().st_size == 0
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        mode = "rwc" if new or os.access(self.path, os.W_OK) else "ro"
        name = self.path.absolute().as_uri()
        self._line = sqlite3.connect(
            f"{name}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None
        )
        self._line.execute("pragma synchronous = normal")
        if mode == "ro":
            self.writable = False
        else:
            self._make()
        tables = {x for (x,) in self._line.execute("select name from sqlite_master")}
        if not {"kept", "about"} <= tables:
            raise _Unfit("it is another program's")
        said = dict(self._line.execute("select name, value from about"))
        if said.get("form") != FORM:
            raise _Unfit(f"it is of form {said.get('form')}, and this version keeps form {FORM}")
        if said.get("machine") != machine():
            raise _Unfit("it was written on another machine")
        if check:
            (found,) = self._line.execute("pragma quick_check(1)").fetchone()
            if found != "ok":
                raise _Unfit(f"it is damaged ({found})")

    def _make(self) -> None:
        assert self._line is not None
        if self._line.execute("select count(*) from sqlite_master").fetchone()[0]:
            return
        self._line.execute("begin immediate")
        try:
            if not self._line.execute("select count(*) from sqlite_master").fetchone()[0]:
                for text in TABLES.strip().split(";\n"):
                    self._line.execute(text)
                rows = (("form", FORM), ("machine", machine()))
                self._line.executemany("insert into about values(?, ?)", rows)
            self._line.execute("commit")
        except BaseException:
            self._line.execute("rollback")
            raise

    def open(self, check: bool) -> Store:
        """Connect; an unfit file is set aside and another one made."""
        for attempt in (1, 2):
            try:
                self._connect(check)
                return self
            except (sqlite3.DatabaseError, _Unfit) as error:
                self._disconnect()
                if isinstance(error, sqlite3.OperationalError) or attempt == 2:
                    return self._without(str(error))
                why = str(error) if isinstance(error, _Unfit) else f"it is damaged ({error})"
                if not self._set_aside(why):
                    return self._without("it cannot be set aside")
            except OSError as error:
                self._disconnect()
                return self._without(error.strerror or str(error))
        return self

    def _set_aside(self, why: str) -> bool:
        assert self.path is not None
        aside = self.path.with_name(f"{self.path.stem}.aside{self.path.suffix}")
        try:
            for ending in ("-journal", "-wal", "-shm"):
                Path(f"{self.path}{ending}").unlink(missing_ok=True)
            os.replace(self.path, aside)
        except FileNotFoundError:
            return True  # another run has just done so
        except OSError:
            return False
        self.tell(f"kept outcomes: {self.path}: {why}: set aside as {aside.name}, another is begun")
        return True

    def _without(self, why: str) -> Store:
        """Go on in memory."""
        self.tell(f"kept outcomes: {self.path}: {why}: nothing is read from it, nothing is kept")
        self.path, self.writable = None, False
        self._connect(check=False)
        return self

    def _disconnect(self) -> None:
        if self._line is not None:
            with suppress(sqlite3.Error):
                self._line.close()
            self._line = None

    # --- reading ------------------------------------------------------------------------------

    def get(self, kind: str, key: str) -> Any:
        """The value kept under a key; None where there is none."""
        return self.get_all(kind, [key]).get(key)

    def get_all(self, kind: str, keys: Iterable[str]) -> dict[str, Any]:
        """The values kept under several keys; those that are not kept are left out."""
        wanted, found = list(dict.fromkeys(keys)), dict[str, Any]()
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._read(
                f"select key, data, sum from kept where kind = ? and key in ({marks})",
                (kind, *part),
            )
            for key, data, said in rows:
                if isinstance(data, bytes) and _sum(kind, key, data) == said:
                    found[key] = json.loads(zlib.decompress(data))
                    self._used.add((kind, key))
        for key in wanted:
            if (kind, key) in self._waiting:
                found[key] = json.loads(zlib.decompress(self._waiting[kind, key]))
        return found

    def all(self, kind: str) -> dict[str, Any]:
        """Everything of a kind, by key."""
        keys = [x for (x,) in self._read("select key from kept where kind = ?", (kind,))]
        return self.get_all(kind, keys)

    def _read(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        assert self._line is not None
        try:
            return self._line.execute(text, values).fetchall()
        except sqlite3.OperationalError as error:
            self._stop(error)
        except sqlite3.DatabaseError as error:
            self._broken(error)
        return []

    # --- writing ------------------------------------------------------------------------------

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a value (JSON) from the next ``flush`` on."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self._waiting[kind, key] = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)

    def put_all(self, kind: str, values: Mapping[str, Any]) -> None:
        """``put`` for several."""
        for key, value in values.items():
            self.put(kind, key, value)

    def flush(self) -> None:
        """Write what was put, in one transaction; what cannot be written is told, and not tried again."""
        if not self._waiting or not self.writable:
            return
        assert self._line is not None
        now = time.time()
        rows = [(k, key, data, _sum(k, key, data), now) for (k, key), data in self._waiting.items()]
        try:
            self._line.execute("begin immediate")
            self._line.executemany("insert or replace into kept values(?, ?, ?, ?, ?)", rows)
            self._line.execute("commit")
            self._waiting.clear()
        except sqlite3.OperationalError as error:
            self._stop(error)
        except sqlite3.DatabaseError as error:
            self._broken(error)

    def close(self) -> None:
        """Write what was put, note what was used, let the longest unused go."""
        self.flush()
        if self.writable and self._used and self._line is not None:
            now = time.time()
            try:
                self._line.execute("begin immediate")
                used = [(now, *pair) for pair in sorted(self._used)]
                self._line.executemany("update kept set at = ? where kind = ? and key = ?", used)
                for (kind,) in self._line.execute("select distinct kind from kept").fetchall():
                    self._line.execute(
                        "delete from kept where kind = ? and key in (select key from kept where kind = ?"
                        " order by at desc limit -1 offset ?)",
                        (kind, kind, FEW.get(kind, ROWS)),
                    )
                self._line.execute("commit")
            except sqlite3.Error as error:
                self._stop(error)
        self._disconnect()

    def _stop(self, error: sqlite3.Error) -> None:
        """Tell, and write no more."""
        if self.writable:
            self.tell(f"kept outcomes: {self.path}: {error}: nothing more is kept of this run")
        self.writable = False
        with suppress(sqlite3.Error):
            assert self._line is not None
            if self._line.in_transaction:
                self._line.execute("rollback")

    def _broken(self, error: sqlite3.Error) -> None:
        """The file turned out to be damaged while in use: set it aside, begin another."""
        self._disconnect()
        if self.path is None or not self._set_aside(f"it is damaged ({error})"):
            self._without("it is damaged, and cannot be set aside")
            return
        self.open(check=False)


def _sum(kind: str, key: str, data: bytes) -> str:
    return hashlib.sha256(b"\0".join((kind.encode(), key.encode(), data))).hexdigest()[:24]


def open_store(path: Path | None, tell: Tell, *, check: bool = True) -> Store:
    """The store in ``path`` (made where there is none); None keeps in memory alone.

    tell: is handed a line where the file is set aside or cannot be used; nothing is raised for it.
    check: look through the whole file first.
    """
    return Store(path, tell).open(check)


__all__ = ["FORM", "Store", "machine", "open_store"]
