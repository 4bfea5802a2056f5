"""What a store of sweeps refuses: what is no store, what is damaged, what others hold."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import ModuleType

from sim.sweeps.payload import encode
from tests.tool.judged.kernel import replaced
from tests.tool.judged.sweep_tools import Clock, fill, numbers, sql, task_of
from tests.tool.judged.tools import folder_in_memory, raises


def refused(judge: ModuleType) -> None:
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
        fill(judge, path)
        for text, kind, told in (
            ("pragma application_id = 5", judge.StoreError, "a database, but not a sweep store"),
            (f"pragma user_version = {judge.SCHEMA + 1}", judge.StoreVersionError,
             f"has store format {judge.SCHEMA + 1}"),
        ):  # fmt: skip
            other = folder / "other.db"
            other.write_bytes(b"")
            fill(judge, other)
            sql(other, text)
            size = other.stat().st_size
            assert told in raises(kind, lambda o=other: judge.Store(o))
            assert other.stat().st_size == size
        foreign = folder / "foreign.db"
        sql(foreign, "create table t(x)")
        assert "not a sweep store" in raises(judge.StoreError, lambda: judge.Store(foreign))
        linked = folder / "linked.db"
        fill(judge, linked)
        os.link(linked, folder / "again.db")
        for name in ("linked.db", "again.db"):
            said = raises(judge.StoreError, lambda n=name: judge.Store(folder / n))
            assert said.startswith(f"{folder / name} has 2 names (hard links), and SQLite keeps")
        (folder / "again.db").unlink()
        judge.Store(linked).close()
        assert sql(foreign, "select name from sqlite_master") == [("t",)]


def damaged(judge: ModuleType) -> None:
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
            fill(judge, path)
            sql(path, text)
            with judge.Store(path) as store:
                said = raises(judge.StoreDamagedError, store.tasks)
                assert "is damaged" in said
                assert "sim.salvage(old, new)" in said
                if "key = " not in text.split("where")[0].replace("spawn_key", ""):
                    raises(judge.StoreDamagedError, lambda s=store: s.read(task_of(2)))
                assert store.read(task_of(1))["k"] == 1
    with folder_in_memory() as folder:
        path = folder / "s.db"
        fill(judge, path, 400)
        sql(path, "pragma wal_checkpoint(truncate)", "pragma journal_mode = delete")
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // 2 // 4096 * 4096)
            file.write(b"\xff" * 4096)
        with judge.Store(path) as store:
            raises(judge.StoreDamagedError, store.tasks)
        os.truncate(path, size // 2)
        assert "is damaged" in raises(judge.StoreError, lambda: judge.Store(path).tasks())
        table = folder / "table.db"
        fill(judge, table)
        sql(table, "drop table cell")
        with judge.Store(table) as store:
            for call in (lambda s=store: len(s), lambda s=store: task_of(1) in s,
             lambda s=store: s.read(task_of(1)),
                         store.tasks, lambda s=store: s.commit([(task_of(1), numbers(1))])):  # fmt: skip
                raises(judge.StoreDamagedError, call)


def held(judge: ModuleType) -> None:
    """Another's lock is waited for, and no longer than is allowed; a full disk and a medium without writes."""
    with folder_in_memory() as folder:
        path = folder / "s.db"
        fill(judge, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            with judge.Store(path, patience=0.05) as store:
                said = raises(
                    judge.StoreBusyError, lambda: store.commit([(task_of(9), numbers(9))])
                )
                assert "held it locked for 0.05 s" in said
            other.execute("rollback")
        with judge.Store(path) as store:
            store._db.execute(f"pragma max_page_count = {store._scalar('pragma page_count')}")
            large = [(task_of(k), encode({"x": [float(k)] * 3000})) for k in range(20, 40)]
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
            first.commit([(task_of(0), numbers(0))])
        sql(delete, "pragma journal_mode = delete")
        with closing(
            sqlite3.connect(delete, isolation_level=None, check_same_thread=False)
        ) as other:
            other.execute("begin exclusive")
            start = time.monotonic()
            with replaced(judge, time=Clock()):
                raises(judge.StoreBusyError, lambda: judge.Store(delete, patience=0.01))
            assert time.monotonic() - start < 3
            other.execute("rollback")
        real = os.access
        try:
            closed = {path}
            os.access = lambda place, how: Path(place).exists() and Path(place) not in closed  # type: ignore[assignment]
            for create in (False, True):
                with judge.Store(path, create=create) as frozen:
                    assert len(frozen.tasks()) == 4
                    assert frozen.frozen
                    raises(judge.StoreError, lambda f=frozen: f.commit([(task_of(9), numbers(9))]))
            log = Path(f"{path}-wal")
            log.write_bytes(b"")
            with judge.Store(path, create=False) as frozen:
                assert frozen.frozen
            with judge.Store(path) as store:
                assert not store.frozen, "who may write into its log may go on"
            closed |= {log}
            log.write_bytes(b"x")
            for create in (False, True):
                said = raises(judge.StoreError, lambda c=create: judge.Store(path, create=c))
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
