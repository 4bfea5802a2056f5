"""The file of kept outcomes: what is unfit is told, set aside and rebuilt; what cannot be written is told."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from theorem_audit.reuse import store as stores
from theorem_audit.reuse.store import Store, open_store
from theorem_audit.tests.reuse_project import TOOL

KEPT = {f"k{i}": {"value": i, "text": "ε" * 200} for i in range(300)}


def filled(path: Path) -> None:
    store = open_store(path, _silent)
    store.put_all("outcome", KEPT)
    store.close()


def _silent(text: str) -> None:
    raise AssertionError(f"told: {text}")


def test_what_is_put_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "kept.sqlite"
    filled(path)
    store = open_store(path, _silent)
    assert store.get_all("outcome", [*KEPT, "other"]) == KEPT
    assert store.get("source", "k1") is None
    store.put("outcome", "k1", [])
    assert store.get("outcome", "k1") == [], "also before it is written"
    store.close()


def _sql(text: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as line:
            line.execute(text)
        line.close()

    return change


UNFIT = {
    "another version": (_sql("update about set value = '0' where name = 'form'"), "it is of form 0"),
    "another machine": (
        _sql("update about set value = 'x' where name = 'machine'"), "it was written on another machine",
    ),
    "truncated": (lambda path: os.truncate(path, path.stat().st_size // 2), "it is damaged"),
    "cut in its first page": (lambda path: os.truncate(path, 1000), "it is damaged"),
    "no database": (lambda path: path.write_bytes(b"not a database at all" * 99), "it is damaged"),
    "another database": (_sql("drop table about"), "it is another program's"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(UNFIT))
def test_an_unfit_file_is_told_set_aside_and_rebuilt(tmp_path: Path, what: str) -> None:
    path, told = tmp_path / "kept.sqlite", list[str]()
    filled(path)
    change, why = UNFIT[what]
    change(path)
    store = open_store(path, told.append)
    assert store.get_all("outcome", KEPT) == {}
    store.put("outcome", "new", 1)
    store.close()
    assert len(told) == 1
    assert why in told[0]
    assert "set aside as kept.aside.sqlite, another is begun" in told[0]
    assert (tmp_path / "kept.aside.sqlite").exists()
    assert open_store(path, _silent).get("outcome", "new") == 1


def test_damage_that_shows_late_is_told_too(tmp_path: Path) -> None:
    path, told = tmp_path / "kept.sqlite", list[str]()
    filled(path)
    size = path.stat().st_size
    with path.open("r+b") as file:  # all but the first pages
        file.seek(3 * 4096)
        file.write(b"\xff" * (size - 3 * 4096))
    store = open_store(path, told.append, check=False)
    assert len(store.get_all("outcome", KEPT)) < len(KEPT)
    store.put("outcome", "new", 1)
    store.close()
    assert len(told) == 1
    assert "damaged" in told[0]
    assert open_store(path, _silent).get("outcome", "new") == 1


def test_a_row_that_was_changed_counts_as_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    filled(path)
    _sql("update kept set data = (select data from kept where key = 'k2') where key = 'k1'")(path)
    _sql("update kept set key = 'k999' where key = 'k3'")(path)
    store = open_store(path, _silent)
    assert store.get("outcome", "k1") is None
    assert store.get("outcome", "k999") is None
    assert store.get("outcome", "k2") == KEPT["k2"]


def test_a_full_disk_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    path, told = tmp_path / "kept.sqlite", list[str]()
    filled(path)
    store = open_store(path, told.append)
    assert store._line is not None
    pages = store._line.execute("pragma page_count").fetchone()[0]
    store._line.execute(f"pragma max_page_count = {pages}")
    for k in range(2):
        store.put_all("outcome", {f"big{k}{i}": os.urandom(2000).hex() for i in range(50)})
        store.flush()
    assert len(told) == 1
    assert "full: nothing more is kept of this run" in told[0]
    assert store.get_all("outcome", KEPT) == KEPT, "what was kept is read on"
    store.close()
    assert open_store(path, _silent).get_all("outcome", KEPT) == KEPT


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = list[str]()
    store = open_store(tmp_path / "file" / "kept.sqlite", told.append)
    store.put("outcome", "k", 1)
    assert store.get("outcome", "k") == 1, "within the run"
    store.close()
    assert len(told) == 1
    assert "nothing is kept" in told[0]


def test_a_file_without_write_permission_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.sqlite"
    filled(path)
    monkeypatch.setattr(stores.os, "access", lambda *_: False)  # root may write anything
    store = open_store(path, _silent)
    assert store.get_all("outcome", KEPT) == KEPT
    store.put("outcome", "new", 1)
    store.close()
    monkeypatch.undo()
    assert open_store(path, _silent).get("outcome", "new") is None


WRITER = """
import sys
from pathlib import Path
from theorem_audit.reuse.store import open_store
store = open_store(Path(sys.argv[1]), lambda text: sys.exit(text))
for k in range(200):
    store.put("outcome", f"{sys.argv[2]}-{k}", list(range(k)))
    store.flush()
    print(k, flush=True)
store.close()
"""


def _writer(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": TOOL},
    )  # fmt: skip


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    both = [_writer(path, name) for name in "ab"]
    assert [w.communicate(timeout=120)[1] for w in both] == ["", ""]
    store = open_store(path, _silent)
    keys = [f"{name}-{k}" for name in "ab" for k in range(200)]
    assert len(store.get_all("outcome", keys)) == 400


def test_a_run_that_is_killed_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    writer = _writer(path, "a")
    assert writer.stdout is not None
    for _ in range(20):
        last = int(writer.stdout.readline())
    time.sleep(0.01)
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=30)
    store = open_store(path, _silent)
    found = store.get_all("outcome", [f"a-{k}" for k in range(last + 1)])
    assert found == {f"a-{k}": list(range(k)) for k in range(last + 1)}


def test_the_longest_unused_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.sqlite"
    filled(path)
    monkeypatch.setattr(stores, "ROWS", 10)
    store = open_store(path, _silent)
    used = [f"k{i}" for i in range(5)]
    store.get_all("outcome", used)
    store.put_all("state", {f"s{i}": i for i in range(stores.FEW["state"] + 9)})
    store.close()
    store = open_store(path, _silent)
    left = store.all("outcome")
    assert len(left) == 10
    assert set(used) <= set(left)
    assert len(store.all("state")) == stores.FEW["state"]


def test_a_store_in_memory_asks_for_no_file() -> None:
    store = Store(None, _silent).open(check=True)
    store.put("outcome", "k", 1)
    store.flush()
    assert store.get("outcome", "k") == 1
