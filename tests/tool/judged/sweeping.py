"""The battery of the store of sweeps: what is committed is whole, checked and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.sweep_opened import opened_is_kept
from tests.tool.judged.sweep_tools import Clock, fill, numbers, sql, task_of
from tests.tool.judged.sweep_trouble import damaged, held, refused
from tests.tool.judged.tools import folder_in_memory, raises


def _kept(judge: ModuleType) -> None:
    with folder_in_memory() as folder:
        path = folder / "s.db"
        fill(judge, path)
        assert sql(path, "pragma application_id") == [(judge.APPLICATION_ID,)]
        assert sql(path, "pragma user_version") == [(judge.SCHEMA,)]
        assert sql(path, "pragma journal_mode") == [("wal",)]
        with judge.Store(path, create=False) as store:
            assert len(store) == 4
            assert {*store.tasks()} == {task_of(k) for k in range(4)}
            assert task_of(3) in store
            assert task_of(4) not in store
            assert store.read(task_of(3))["x"].tolist() == [3.0, 6.0]
            assert "seed 9" in raises(KeyError, lambda: store.read(task_of(9)))
            assert store._scalar("PRAGMA synchronous") == 2
            assert store.path == path.absolute()
            assert store.patience == 60.0
            before = sql(path, "select * from cell")
            store.commit([(task_of(0), numbers(0))])
            assert sql(path, "select * from cell") == before
            said = raises(
                judge.ConflictError,
                lambda: store.commit([(task_of(0), numbers(7)), (task_of(5), numbers(5))]),
            )
            assert 'stored for settings {"k":0}, seed 0' in said
            assert store.read(task_of(0))["k"] == 0
            assert task_of(5) in store, "the others are committed"

            def breaks() -> Iterator[Any]:
                yield task_of(6), numbers(6)
                raise KeyboardInterrupt

            raises(KeyboardInterrupt, lambda: store.commit(breaks()))
            assert task_of(6) not in store
            real = store._insert
            store._insert = lambda task, *rest: real(task, *rest) if task != task_of(8) else {}["x"]
            raises(
                KeyError, lambda: store.commit([(task_of(7), numbers(7)), (task_of(8), numbers(8))])
            )
            assert task_of(7) not in store, "all or none"
            assert not store._db.in_transaction
        raises(sqlite3.ProgrammingError, lambda: store._db.execute("select 1"))


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
        task, payload = task_of(k), numbers(k)
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
    said = raises(judge.StoreError, lambda: _without_rights(judge))
    assert said == "store='s': s.db may not be read (Permission denied)"
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

        clock = Clock()
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


def _rows(judge: ModuleType) -> None:
    task = task_of(1)
    payload = numbers(1)
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


def sweeps_hold(judge: ModuleType) -> None:
    """What a store of sweeps gives back, refuses and tells."""
    for part in (_rows, _looked_at, _kept, refused, damaged, held, opened_is_kept):
        part(judge)


def _without_rights(judge: ModuleType) -> None:
    with judge.told_rights("store='s'"):
        raise PermissionError(13, "Permission denied", "s.db")
