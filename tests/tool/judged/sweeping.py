"""The battery of the store of sweeps: what is committed is whole, checked and never changed."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.sweeps.opened import digest
from sim.sweeps.payload import encode
from sim.sweeps.tasks import Task
from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import folder_in_memory, raises


def _task(k: int, cell: str = "c", version: str = "1") -> Task:
    return Task(cell, version, f'{{"k":{k}}}', k)


def _numbers(k: int) -> bytes:
    return encode({"k": k, "x": [k, 2.0 * k]})


def _sql(path: Path, *texts: str) -> list[Any]:
    found: list[Any] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as line:
        for text in texts:
            found = line.execute(text).fetchall()
    return found


def _filled(judge: ModuleType, path: Path, count: int = 4) -> None:
    with judge.Store(path, patience=1) as store:  # where a store was left open, it is held
        store.commit((_task(k), _numbers(k)) for k in range(count))


def _kept(judge: ModuleType) -> None:
    with folder_in_memory() as folder:
        path = folder / "s.db"
        _filled(judge, path)
        assert _sql(path, "pragma application_id") == [(judge.APPLICATION_ID,)]
        assert _sql(path, "pragma user_version") == [(judge.SCHEMA,)]
        assert _sql(path, "pragma journal_mode") == [("wal",)]
        with judge.Store(path, create=False) as store:
            assert len(store) == 4
            assert {*store.tasks()} == {_task(k) for k in range(4)}
            assert _task(3) in store
            assert _task(4) not in store
            assert store.read(_task(3))["x"].tolist() == [3.0, 6.0]
            assert "seed 9" in raises(KeyError, lambda: store.read(_task(9)))
            assert store._scalar("PRAGMA synchronous") == 2
            assert store.path == path.absolute()
            assert store.patience == 60.0
            before = _sql(path, "select * from cell")
            store.commit([(_task(0), _numbers(0))])
            assert _sql(path, "select * from cell") == before
            said = raises(
                judge.ConflictError,
                lambda: store.commit([(_task(0), _numbers(7)), (_task(5), _numbers(5))]),
            )
            assert 'stored for settings {"k":0}, seed 0' in said
            assert store.read(_task(0))["k"] == 0
            assert _task(5) in store, "the others are committed"

            def breaks() -> Iterator[Any]:
                yield _task(6), _numbers(6)
                raise KeyboardInterrupt

            raises(KeyboardInterrupt, lambda: store.commit(breaks()))
            assert _task(6) not in store
            real = store._insert
            store._insert = lambda task, *rest: real(task, *rest) if task != _task(8) else {}["x"]
            raises(
                KeyError, lambda: store.commit([(_task(7), _numbers(7)), (_task(8), _numbers(8))])
            )
            assert _task(7) not in store, "all or none"
            assert not store._db.in_transaction
        raises(sqlite3.ProgrammingError, lambda: store._db.execute("select 1"))


def _refused(judge: ModuleType) -> None:
    """What is no store, and places where there can be none: each with its reason, and left as it is."""
    with folder_in_memory() as folder:
        path = folder / "s.db"
        assert "is a folder; must be a file" in raises(
            judge.StoreError, lambda: judge.Store(folder)
        )
        for create, what in ((True, "folder"), (False, "file")):
            said = raises(
                judge.StoreError, lambda c=create: judge.Store(folder / "x" / "s.db", create=c)
            )
            assert f"no such {what}" in said
        assert "no such file" in raises(judge.StoreError, lambda: judge.Store(path, create=False))
        assert not path.exists()
        for size, kind in ((1, judge.StoreDamagedError), (judge._SMALLEST - 1, judge.StoreDamagedError),
                           (judge._SMALLEST, judge.StoreDamagedError)):  # fmt: skip
            path.write_bytes(b"x" * size)
            said = raises(kind, lambda: judge.Store(path))
            assert ("is not a database: name another file" in said) == (size < judge._SMALLEST)
            assert path.read_bytes() == b"x" * size
        path.write_bytes(b"")
        _filled(judge, path)
        for text, kind, told in (
            ("pragma application_id = 5", judge.StoreError, "a database, but not a sweep store"),
            (f"pragma user_version = {judge.SCHEMA + 1}", judge.StoreVersionError,
             f"has store format {judge.SCHEMA + 1}"),
        ):  # fmt: skip
            other = folder / "other.db"
            other.write_bytes(b"")
            _filled(judge, other)
            _sql(other, text)
            size = other.stat().st_size
            assert told in raises(kind, lambda o=other: judge.Store(o))
            assert other.stat().st_size == size
        foreign = folder / "foreign.db"
        _sql(foreign, "create table t(x)")
        assert "not a sweep store" in raises(judge.StoreError, lambda: judge.Store(foreign))
        assert _sql(foreign, "select name from sqlite_master") == [("t",)]


def _damaged(judge: ModuleType) -> None:
    """A row that is not what was written is told, never returned."""
    for text in (
        "update cell set payload = (select payload from cell where seed = 1) where seed = 2",
        "update cell set digest = zeroblob(32) where seed = 2", "update cell set seed = 9 where seed = 2",
        "update cell set cell = 'd' where seed = 2", "update cell set version = '2' where seed = 2",
        "update cell set settings = '{}' where seed = 2", "update cell set spawn_key = '[]' where seed = 2",
        "update cell set payload = 'text' where seed = 2", "update cell set cell = x'63' where seed = 2",
        "update cell set seed = 'x' where seed = 2",
         "update cell set settings = cast(x'ff' as text) where seed = 2",
        "update cell set key = zeroblob(32) where seed = 2",
    ):  # fmt: skip
        with folder_in_memory() as folder:
            path = folder / "s.db"
            _filled(judge, path)
            _sql(path, text)
            with judge.Store(path) as store:
                said = raises(judge.StoreDamagedError, store.tasks)
                assert "is damaged" in said
                assert "sim.salvage(old, new)" in said
                if "key = " not in text.split("where")[0].replace("spawn_key", ""):
                    raises(judge.StoreDamagedError, lambda s=store: s.read(_task(2)))
                assert store.read(_task(1))["k"] == 1
    with folder_in_memory() as folder:
        path = folder / "s.db"
        _filled(judge, path, 400)
        _sql(path, "pragma wal_checkpoint(truncate)", "pragma journal_mode = delete")
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // 2 // 4096 * 4096)
            file.write(b"\xff" * 4096)
        with judge.Store(path) as store:
            raises(judge.StoreDamagedError, store.tasks)
        os.truncate(path, size // 2)
        assert "is damaged" in raises(judge.StoreError, lambda: judge.Store(path).tasks())
        table = folder / "table.db"
        _filled(judge, table)
        _sql(table, "drop table cell")
        with judge.Store(table) as store:
            for call in (lambda s=store: len(s), lambda s=store: _task(1) in s,
             lambda s=store: s.read(_task(1)),
                         store.tasks, lambda s=store: s.commit([(_task(1), _numbers(1))])):  # fmt: skip
                raises(judge.StoreDamagedError, call)


def _held(judge: ModuleType) -> None:
    """Another's lock is waited for, and no longer than is allowed; a full disk and a medium without writes."""
    with folder_in_memory() as folder:
        path = folder / "s.db"
        _filled(judge, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            with judge.Store(path, patience=0.05) as store:
                said = raises(judge.StoreBusyError, lambda: store.commit([(_task(9), _numbers(9))]))
                assert "held it locked for 0.05 s" in said
            other.execute("rollback")
        with judge.Store(path) as store:
            store._db.execute(f"pragma max_page_count = {store._scalar('pragma page_count')}")
            large = [(_task(k), encode({"x": [float(k)] * 3000})) for k in range(20, 40)]
            assert "cannot be written" in raises(judge.StoreFullError, lambda: store.commit(large))
            assert len(store) == 4
        for code, kind in (
            (sqlite3.SQLITE_IOERR, judge.StoreFullError), (sqlite3.SQLITE_FULL | 256, judge.StoreFullError),
            (sqlite3.SQLITE_LOCKED, judge.StoreBusyError), (sqlite3.SQLITE_BUSY | 512, judge.StoreBusyError),
            (sqlite3.SQLITE_CORRUPT, judge.StoreDamagedError), (sqlite3.SQLITE_NOTADB, judge.StoreDamagedError),
            (0, judge.StoreDamagedError), (sqlite3.SQLITE_ERROR, judge.StoreDamagedError),
            (sqlite3.SQLITE_CANTOPEN, judge.StoreError),
        ):  # fmt: skip
            error = sqlite3.Error("odd")
            error.sqlite_errorcode = code
            assert type(store._explain(error)) is kind
            assert str(path) in str(store._explain(error))
        delete = folder / "delete.db"
        with judge.Store(delete, patience=5) as first:
            first.commit([(_task(0), _numbers(0))])
        _sql(delete, "pragma journal_mode = delete")
        with closing(
            sqlite3.connect(delete, isolation_level=None, check_same_thread=False)
        ) as other:
            other.execute("begin exclusive")
            start = time.monotonic()
            with replaced(judge, time=_Clock()):
                raises(judge.StoreBusyError, lambda: judge.Store(delete, patience=0.01))
            assert time.monotonic() - start < 3
            other.execute("rollback")
        real = os.access
        try:
            os.access = lambda place, how: Path(place) != path  # type: ignore[assignment]
            with judge.Store(path, create=False) as frozen:
                assert len(frozen.tasks()) == 4
                assert frozen._frozen
                raises(judge.StoreError, lambda: frozen.commit([(_task(9), _numbers(9))]))
            with judge.Store(path) as store:
                assert not store._frozen
            log = Path(f"{path}-wal")
            log.write_bytes(b"")
            judge.Store(path, create=False).close()
            log.write_bytes(b"x")
            said = raises(judge.StoreError, lambda: judge.Store(path, create=False))
            assert "holds commits in s.db-wal that only a writer can read" in said
            os.access = lambda place, how: Path(place) != path.parent  # type: ignore[assignment]
            assert not judge._writable(path), "nor can it make files beside it"
        finally:
            os.access = real
        assert judge._writable(path)
        old = judge.Store._scalar
        try:
            judge.Store._scalar = lambda self, query: (
                "off" if "journal_mode" in query else old(self, query)
            )
            Path(f"{path}-wal").unlink(missing_ok=True)
            assert "no write-ahead logging" in raises(judge.StoreError, lambda: judge.Store(path))
        finally:
            judge.Store._scalar = old


class _Db:
    """A database that says these rows, and that all is well."""

    def __init__(self, rows: list[Any], verdict: str = "ok") -> None:
        self.rows, self.verdict = rows, verdict

    def execute(self, query: str, *_: Any) -> Any:
        return _Found([(self.verdict,)]) if "quick_check" in query else self.rows


class _Found(list[Any]):
    def fetchone(self) -> Any:
        return self[0]


def _looked_at(judge: ModuleType) -> None:
    """What a look through all rows refuses, and how long the mode of the file is waited for."""
    rows = []
    for k in range(3):
        task, payload = _task(k), _numbers(k)
        rows.append(
            (
                task.key,
                "c",
                "1",
                task.settings,
                k,
                json.dumps(task.spawn_key),
                payload,
                judge._digest(task.key, payload),
            )
        )
    low, middle, high = sorted(rows)
    store = judge.Store.__new__(judge.Store)
    store.path = Path("s.db")
    store._db = _Db([low, middle, high])
    assert [x.key for x in store.tasks()] == [low[0], middle[0], high[0]]
    for bad in ([low, low], [high, low], [low, high, middle]):
        store._db = _Db(bad)
        raises(judge.StoreDamagedError, store.tasks)
    store._db = _Db([low], "odd")
    assert "is damaged (odd)" in raises(judge.StoreDamagedError, store.tasks)
    for code, times in (
        (sqlite3.SQLITE_BUSY, 4),
        (sqlite3.SQLITE_BUSY | 512, 4),
        (sqlite3.SQLITE_IOERR, 1),
    ):
        asked = list[str]()

        def says(query: str, code: int = code, asked: list[str] = asked) -> str:
            asked.append(query)
            assert len(asked) < 9, "it is waited for without an end"
            error = sqlite3.OperationalError("odd")
            error.sqlite_errorcode = code
            raise error

        clock = _Clock()
        store.patience, store._scalar = 3.0, says
        with replaced(judge, time=clock):
            assert raises(sqlite3.OperationalError, store._use_wal) == "odd"
        assert len(asked) == times
        assert clock.slept == times - 1
    answers = ["wal"]
    store._scalar = lambda query: answers.pop()
    store._use_wal()
    answers.append("off")
    assert "no write-ahead logging" in raises(judge.StoreError, store._use_wal)


class _Clock:
    """``time``, a second on at each look."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0

    def monotonic(self) -> float:
        self.now += 1
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds == 0.01
        self.slept += 1


def _rows(judge: ModuleType) -> None:
    task = _task(1)
    payload = _numbers(1)
    row = [
        task.key,
        "c",
        "1",
        task.settings,
        1,
        str(list(task.spawn_key)),
        payload,
        judge._digest(task.key, payload),
    ]
    assert judge.intact(row) == task
    for k, other in enumerate((b"k", "d", "2", "{}", 2, "[]", b"p", b"d")):
        assert judge.intact([*row[:k], other, *row[k + 1 :]]) is None
    assert judge.intact([*row[:4], True, *row[5:]]) is None
    assert len(judge._digest(b"", b"")) == 32
    assert judge._digest(b"a", b"b") != judge._digest(b"a", b"c")


def _opened(judge: ModuleType) -> None:
    """What cells have read is kept with them; another edition is refused, before any work and during it."""
    with folder_in_memory() as folder:
        path, data, more = folder / "s.db", folder / "data", folder / "more"
        data.write_text("1")
        more.write_text("1")
        a, b = str(data), str(more)
        with judge.Store(path) as store:
            assert store.files("c", "1") == {}
            store.look_again("c", "1")
            store.commit([(_task(0), _numbers(0))], [{}])
            assert not _sql(path, "select 1 from sqlite_master where name = 'opened'"), (
                "made where it is needed"
            )
            first = digest(a)
            store.commit(
                [(_task(1), _numbers(1)), (_task(2), _numbers(2))],
                [{a: first}, {a: first, b: digest(b)}],
            )
            store.commit(
                [(_task(3, version="2"), _numbers(3)), (_task(3, cell="d"), _numbers(3))],
                [{a: "x"}, {a: "y"}],
            )
            store.commit([(_task(1), _numbers(1))], [{a: first}])
            assert store.files("c", "1") == {a: first, b: digest(b)}
            assert (store.files("c", "2"), store.files("d", "1"), store.files("d", "2")) == (
                {a: "x"},
                {a: "y"},
                {},
            )
            store.look_again("c", "1")
            data.write_text("2")
            said = raises(judge.FileChangedError, lambda: store.look_again("c", "1"))
            assert f"cells of c have read {a}, which is another file by now" in said
            for finished, opened in (
                ([(_task(5), _numbers(5))], [{a: digest(a)}]),
                ([(_task(5, version="9"), _numbers(5)), (_task(6, version="9"), _numbers(6))], [{b: "1"},
                 {b: "2"}]),
            ):  # fmt: skip
                raises(judge.FileChangedError, lambda f=finished, o=opened: store.commit(f, o))
                assert finished[0][0] not in store, "nothing of it is committed"
                assert not store._db.in_transaction
            store.commit([(_task(7), _numbers(7))], [{b: digest(b)}])
            data.write_text("1")
            store.look_again("c", "1")
            data.unlink()
            raises(judge.FileChangedError, lambda: store.look_again("c", "1"))
        for text in (
            "digest = 'x'",
            "version = '7'",
            "cell = 'e'",
            "path = 'p'",
            "checksum = x'00'",
            "checksum = 'text'",
            "path = cast(path as blob)",
            "digest = cast(digest as blob)",
        ):
            _sql(path, "pragma wal_checkpoint(truncate)")
            copy = folder / "copy.db"
            copy.write_bytes(path.read_bytes())
            _sql(
                copy,
                f"update opened set {text} where cell = 'd'",
                "pragma wal_checkpoint(truncate)",
            )
            with judge.Store(copy) as store:
                cell, version = (
                    ("e" if "cell" in text else "d"),
                    ("7" if "version" in text else "1"),
                )
                said = raises(
                    judge.StoreDamagedError,
                    lambda s=store, c=cell, v=version: s.files(c, v),
                )
                (row,) = _sql(
                    copy, f"select cell, version, path, digest from opened where cell = '{cell}'"
                )
                assert f"does not match its checksum: {row})" in said
                assert store.files("c", "2") == {a: "x"}
        assert judge.checksum(["a", "b"]) != judge.checksum(["ab"])
        row = ["c", "1", "p", "d"]
        whole = [*row, judge.checksum(row)]
        assert judge.names_a_file(whole)
        for k in range(5):
            for other in (b"c", 1, "x", None):
                assert not judge.names_a_file([*whole[:k], other, *whole[k + 1 :]])
        for size in (3, 5):
            other = [*row, "e"][:size]
            assert not judge.names_a_file([*other, judge.checksum(other)])
        many = {f"/{k}": "x" for k in range(5)}
        with judge.Store(folder / "many.db") as store:
            store.commit([(_task(1), _numbers(1))], [many])
            assert "have read /0, /1, /2, which" in raises(
                judge.FileChangedError, lambda: store.look_again("c", "1")
            )


def sweeps_hold(judge: ModuleType) -> None:
    """What a store of sweeps gives back, refuses and tells."""
    for part in (_rows, _looked_at, _kept, _refused, _damaged, _held, _opened):
        part(judge)
