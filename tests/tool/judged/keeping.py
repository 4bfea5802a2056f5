"""The battery of the store: what is kept comes back as it was, or not at all, and trouble is told."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import folder_in_memory, raises

MANY = {f"k{i}": {"value": i, "text": "ε"} for i in range(950)}


def _silent(text: str) -> None:
    raise AssertionError(f"told: {text}")


def _sql(path: Path, *texts: str) -> list[Any]:
    found: list[Any] = []
    with closing(sqlite3.connect(path)) as line, line:
        for text in texts:
            found = line.execute(text).fetchall()
    return found


def _kept(judge: ModuleType) -> None:
    """What is put is read back, in this run and the next, and nothing else."""
    with folder_in_memory() as folder:
        path = folder / "deep" / "kept.sqlite"
        store = judge.open_store(path, _silent)
        assert store.writable
        assert store.get("a", "k1") is None
        store.put_all("a", MANY)
        assert store.get_all("a", MANY) == MANY, "also before it is written"
        store.put("b", "k1", [1, None])
        assert store.get("b", "k1") == [1, None]
        store.flush()
        assert store._waiting == {}
        assert _sql(path, "select count(*) from kept") == [(len(MANY) + 1,)]
        store.put("a", "k1", 0)
        assert store.get("a", "k1") == 0, "the newer one"
        line = store._line
        store.close()
        assert store._line is None
        assert "closed" in raises(sqlite3.ProgrammingError, lambda: line.execute("select 1"))
        store = judge.open_store(path, _silent)
        assert store.get_all("a", [*MANY, *MANY, "none"]) == {**MANY, "k1": 0}
        assert list(store.get_all("a", ("k7", "k3", "k7"))) in (["k3", "k7"], ["k7", "k3"])
        assert store.all("a") == {**MANY, "k1": 0}
        assert store.all("b") == {"k1": [1, None]}
        assert store.get("b", "k2") is None
        store.close()
        assert _sql(path, "select name, value from about order by name") == [
            ("form", judge.FORM), ("machine", judge.machine())]  # fmt: skip
        assert not (folder / "deep" / "kept.aside.sqlite").exists()


def _checked(judge: ModuleType) -> None:
    """A row that is not what was written counts as none: data, key, kind and sum."""
    with folder_in_memory() as folder:
        path = folder / "kept.sqlite"
        store = judge.open_store(path, _silent)
        store.put_all("a", {f"k{i}": i for i in range(9)})
        store.close()
        _sql(
            path, "update kept set data = (select data from kept where key = 'k2') where key = 'k1'",
            "update kept set key = 'k33' where key = 'k3'", "update kept set kind = 'b' where key = 'k4'",
            "update kept set sum = 'x' where key = 'k5'", "update kept set data = 'text' where key = 'k6'",
        )  # fmt: skip
        store = judge.open_store(path, _silent)
        assert store.get_all("a", [f"k{i}" for i in range(40)]) == {
            f"k{i}": i for i in (0, 2, 7, 8)
        }
        assert store.get_all("b", ["k4"]) == {}
        store.close()
        data = zlib.compress(json.dumps(5).encode(), 1)
        assert judge._sum("a", "k1", data) != judge._sum("ak", "1", data)
        assert len(judge._sum("a", "k1", data)) == 24


def _unfit(judge: ModuleType) -> None:
    """A file of another form, machine or program, or damaged: told, set aside, and another one begun."""
    changes: tuple[tuple[Callable[[Path], Any], str], ...] = (
        (lambda path: _sql(path, "update about set value = '0' where name = 'form'"), "it is of form 0"),
        (lambda path: _sql(path, "delete from about where name = 'form'"), "it is of form None"),
        (lambda path: _sql(path, "update about set value = 'x' where name = 'machine'"),
         "it was written on another machine"),
        (lambda path: _sql(path, "drop table about"), "it is another program's"),
        (lambda path: _sql(path, "drop table kept"), "it is another program's"),
        (lambda path: os.truncate(path, path.stat().st_size // 2), "it is damaged"),
        (lambda path: path.write_bytes(b"no database " * 99), "it is damaged"),
    )  # fmt: skip
    for change, why in changes:
        with folder_in_memory() as folder:
            path, told = folder / "kept.sqlite", list[str]()
            store = judge.open_store(path, _silent)
            store.put_all("a", MANY)
            store.close()
            change(path)
            for ending in ("journal", "wal", "shm"):
                (folder / f"kept.sqlite-{ending}").write_text("of the old one")
            store = judge.open_store(path, told.append)
            assert not list(folder.glob("kept.sqlite-*"))
            assert store.writable
            assert store.get_all("a", MANY) == {}
            store.put("a", "new", 1)
            store.close()
            assert len(told) == 1
            assert why in told[0]
            assert told[0].startswith(f"kept outcomes: {path}: ")
            assert told[0].endswith("set aside as kept.aside.sqlite, another is begun")
            assert (folder / "kept.aside.sqlite").exists()
            assert judge.open_store(path, _silent).all("a") == {"new": 1}
    with folder_in_memory() as folder:  # damage that a first look leaves out
        path, told = folder / "kept.sqlite", list[str]()
        store = judge.open_store(path, _silent)
        store.put_all("a", {k: os.urandom(99).hex() for k in MANY})
        store.close()
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(3 * 4096)
            file.write(b"\xff" * (size - 3 * 4096))
        store = judge.open_store(path, told.append, check=False)
        assert len(store.get_all("a", MANY)) < len(MANY)
        assert len(told) == 1
        assert "damaged" in told[0]
        store.put("a", "new", 1)
        store.close()
        assert judge.open_store(path, _silent).get("a", "new") == 1
        os.replace(folder / "kept.aside.sqlite", path)
        told.clear()
        judge.open_store(path, told.append).close()
        assert len(told) == 1, "and a whole look finds it at once"


def _without(judge: ModuleType) -> None:
    """Where nothing can be written: told once, and the run goes on."""
    with folder_in_memory() as folder:
        (folder / "file").touch()
        told = list[str]()
        store = judge.open_store(folder / "file" / "kept.sqlite", told.append)
        store.put("a", "k", 1)
        assert store.get("a", "k") == 1
        store.flush()
        assert store._waiting, "nothing is written"
        store.close()
        assert len(told) == 1
        assert "nothing is read from it, nothing is kept" in told[0]
        assert not store.writable
        told.clear()
        store = judge.open_store(folder, told.append)
        assert len(told) == 1, "a folder is no file"
        store.close()
        path = folder / "kept.sqlite"
        store = judge.open_store(path, _silent)
        store.put_all("a", MANY)
        store.close()
        access = os.access
        try:
            os.access = lambda *_: False  # type: ignore[assignment]
            store = judge.open_store(path, _silent)
        finally:
            os.access = access
        assert not store.writable
        assert store.all("a") == MANY
        store.put("a", "new", 1)
        store.close()
        store = judge.open_store(path, told.append)
        assert store.get("a", "new") is None
        pages = store._line.execute("pragma page_count").fetchone()[0]
        store._line.execute(f"pragma max_page_count = {pages}")
        told.clear()
        for k in range(2):
            store.put_all("a", {f"big{k}{i}": os.urandom(2000).hex() for i in range(50)})
            store.flush()
            assert not store._line.in_transaction
            assert not store.writable
        assert len(told) == 1
        assert "full: nothing more is kept of this run" in told[0]
        assert store.get("a", "k7") == MANY["k7"], "what was kept is read on"
        store.close()
        with (
            replaced(judge, WAIT=0.01),
            closing(sqlite3.connect(path, isolation_level=None)) as other,
        ):
            store = judge.open_store(path, told.append)
            other.execute("begin exclusive")
            told.clear()
            assert store.get("a", "k1") is None
            assert len(told) == 1
            assert "locked: nothing more is kept" in told[0]
            store.close()
        store = judge.open_store(None, _silent)
        store.put("a", "k", "\udcff")
        store.flush()
        assert store.get("a", "k") == "\udcff", "a name of a file that is no UTF-8"
        assert judge.open_store(None, _silent).get("a", "k") is None
        aside = folder / "other.sqlite"
        aside.write_bytes(b"no database " * 99)
        real = os.replace
        for error, said in ((PermissionError, "it cannot be set aside"), (FileNotFoundError, "")):

            def refuses(*_: Any, kind: type[OSError] = error) -> None:
                aside.unlink(missing_ok=kind is FileNotFoundError)
                raise kind

            told.clear()
            aside.write_bytes(b"no database " * 99)
            try:
                os.replace = refuses  # type: ignore[assignment]
                store = judge.open_store(aside, told.append)
            finally:
                os.replace = real
            assert store.writable == (not said)
            assert len(told) == bool(said)
            assert all(said in x for x in told)
            store.close()


class _Line:
    """A connection that has turned bad."""

    def __init__(self, error: type[sqlite3.Error]) -> None:
        self.error, self.asked, self.in_transaction = error, list[str](), True

    def execute(self, text: str, *_: Any) -> Any:
        self.asked.append(text)
        raise self.error("odd")

    def close(self) -> None:
        self.asked.append("closed")


class _Tables(str):
    """Fit for memory, and for no file."""

    __slots__ = ()

    def strip(self, *_: Any) -> str:
        return "create table kept(x);\nno table"


def _turned_bad(judge: ModuleType) -> None:
    """What goes wrong later: told, and the run goes on with another file, or without one."""
    for error, aside, said, writable in (
        (sqlite3.DatabaseError, True, "it is damaged (odd): set aside", True),
        (sqlite3.DatabaseError, False, "it is damaged, and cannot be set aside: nothing is read", False),
        (sqlite3.OperationalError, True, "odd: nothing more is kept of this run", False),
    ):  # fmt: skip
        for call in (lambda s: s.get("a", "k1"), lambda s: s.flush(), lambda s: s.all("a")):
            with folder_in_memory() as folder:
                path, told = folder / "kept.sqlite", list[str]()
                store = judge.open_store(path, _silent)
                store.put("a", "k1", 1)
                store.flush()
                store.put("a", "k2", 2)
                store.tell = told.append
                store._line, bad = _Line(error), store._line
                bad.close()
                bad = store._line
                real = store._set_aside
                store._set_aside = real if aside else lambda why: False
                call(store)
                assert len(told) == 1
                assert said in told[0]
                assert store.writable == writable
                assert store.get("a", "k2") == 2
                assert bad.asked[-1] == ("closed" if error is sqlite3.DatabaseError else "rollback")
                store._line = None if store._line is bad else store._line
    with folder_in_memory() as folder:
        path, told = folder / "kept.sqlite", list[str]()
        store = judge.open_store(path, told.append)
        store._used, store._line = {("a", "k")}, _Line(sqlite3.DatabaseError)
        store.close()
        assert told == [f"kept outcomes: {path}: odd: nothing more is kept of this run"]
        path.write_bytes(b"no database " * 99)
        told.clear()
        store = judge.Store(path, told.append)
        store._set_aside = lambda why: True  # another run has put back what was there
        store.open(True)
        assert len(told) == 1
        assert "nothing is read from it" in told[0]
        store.put("a", "k", 1)
        assert store.get("a", "k") == 1
        told.clear()
        with replaced(judge, TABLES=_Tables(judge.TABLES)):
            judge.open_store(folder / "new.sqlite", told.append)
        assert len(told) == 1
        assert "syntax error: nothing is read" in told[0]


def _aged(judge: ModuleType) -> None:
    """The longest unused of each kind go first; large kinds keep few."""
    with folder_in_memory() as folder, replaced(judge, ROWS=10):
        path = folder / "kept.sqlite"
        store = judge.open_store(path, _silent)
        store.put_all("a", {f"k{i}": i for i in range(30)})
        store.close()
        assert len(judge.open_store(path, _silent).all("a")) == 30, "nothing was used, nothing goes"
        _sql(path, "update kept set at = 1", "update kept set at = 2 where key in ('k8', 'k9')")
        store = judge.open_store(path, _silent)
        used = ["k1", "k2", "k3"]
        store.get_all("a", used)
        store.put_all("state", {f"s{i}": i for i in range(judge.FEW["state"] + 9)})
        store.close()
        store = judge.open_store(path, _silent)
        left = store.all("a")
        assert len(left) == 10
        assert {*used, "k8", "k9"} <= {*left}
        assert len(store.all("state")) == judge.FEW["state"]
        ages = dict(_sql(path, "select key, at from kept where kind = 'a'"))
        assert all((ages[x] > 2) == (x in used) for x in left)
        assert abs(ages["k1"] - time.time()) < 600


def _machines(judge: ModuleType) -> None:
    judge.machine.cache_clear()
    here = judge.machine()
    assert len(here) == 16
    for name in ("node", "system", "machine"):
        with replaced(judge, platform=_Platform(name)):
            judge.machine.cache_clear()
            assert judge.machine() != here, "another one is another one's"
    judge.machine.cache_clear()
    if Path("/proc/cpuinfo").exists():
        names = [
            x for x in Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name")
        ]
        with replaced(judge, Path=_Read):
            for text, same in (
                (names[0], True),
                (f"{names[0]}\nother: 1\n{names[0]}", True),
                ("model name: x", False),
            ):
                _Read.text = text
                judge.machine.cache_clear()
                assert (judge.machine() == here) == same, "one line of it"
    judge.machine.cache_clear()


class _Platform:
    """``platform``, where one of its answers is another's."""

    def __init__(self, other: str) -> None:
        self.other = other

    def __getattr__(self, name: str) -> Any:
        return (lambda: "other") if name == self.other else getattr(platform, name)


class _Read(type(Path())):  # type: ignore[misc]
    """Files that say what they are told to."""

    text = ""

    def read_text(self, *_: Any, **__: Any) -> str:
        return self.text


def stores_hold(judge: ModuleType) -> None:
    """What is kept comes back as it was, or not at all, and trouble is told."""
    _kept(judge)
    _checked(judge)
    _unfit(judge)
    _without(judge)
    _turned_bad(judge)
    _aged(judge)
    _machines(judge)
