"""The store: exact bytes, whole commits, and damage that is always noticed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.sweeps import recovery
from sim.sweeps.payload import decode, encode
from sim.sweeps.recovery import salvage
from sim.sweeps.store import (
    ConflictError,
    Store,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreVersionError,
)
from sim.sweeps.tasks import Task, canonical
from sim.tests.sweep_stubs import FULL, rows

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))


def _task(k: int) -> Task:
    return Task("tests:stub", "1", f'{{"k":{k}}}', k)


def _values(k: int, size: int = 30) -> dict[str, Any]:
    return {"k": k, "draws": np.random.default_rng(k).random(size)}


def _fill(path: Path, count: int, size: int = 30) -> dict[Task, bytes]:
    filled = {_task(k): encode(_values(k, size)) for k in range(count)}
    with Store(path) as store:
        for item in filled.items():
            store.commit([item])
    return filled


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name != "seed"), ARRAYS))
def test_payload_gives_back_every_bit(values: dict[str, Any]) -> None:
    back = decode(encode(values))
    assert list(back) == list(values)
    for name, array in values.items():
        little = array.astype(array.dtype.newbyteorder("<"))
        assert back[name].dtype == little.dtype
        assert np.shape(back[name]) == array.shape
        assert back[name].tobytes() == little.tobytes()


def test_payload_keeps_a_nan_with_its_bits_and_minus_zero() -> None:
    odd = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_1234))[0]
    back = decode(encode({"nan": odd, "zero": -0.0, "int": 2**63 - 1, "flag": True}))
    assert struct.pack("<d", back["nan"]) == struct.pack("<Q", 0xFFF8_0000_0000_1234)
    assert np.signbit(back["zero"])
    assert back["int"] == 2**63 - 1
    assert back["flag"] is np.True_


@pytest.mark.parametrize(
    "values",
    [{"x": "text"}, {"x": None}, {"x": 2**70}, {"x": 1j}, {"x": [1, "a"]}, {"seed": 1}, {1: 2}, 3],
    ids=str,
)
def test_payload_refuses_what_it_cannot_keep(values: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"output|must return"):
        encode(values)


@pytest.mark.parametrize(
    "value",
    [np.ma.array([1.0, 2.0], mask=[0, 1]), np.ma.masked, [np.ma.masked, 1.0]],
    ids=["an array", "one number", "a list"],
)
def test_what_is_masked_is_no_number(value: object) -> None:
    """Mended: what lay below the mask was kept as if it were none, one masked number as 0."""
    with pytest.raises(TypeError, match="some of it is masked"):
        encode({"mean": value})
    with pytest.raises(TypeError, match="some of it is masked"):
        canonical({"shift": value})
    assert decode(encode({"mean": np.ma.array([1.0, 2.0])}))["mean"].tolist() == [1.0, 2.0]


def test_what_is_committed_is_read_back_after_reopening(tmp_path: Path) -> None:
    filled = _fill(tmp_path / "s.db", 5)
    with Store(tmp_path / "s.db", create=False) as store:
        assert len(store) == 5
        assert set(store.tasks()) == set(filled)
        assert _task(3) in store
        assert _task(5) not in store
        assert store.read(_task(3))["draws"].tobytes() == _values(3)["draws"].tobytes()
        with pytest.raises(KeyError, match="seed 5"):
            store.read(_task(5))


def test_a_commit_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Store, task: Task, payload: bytes, digest: bytes) -> bool:
        if task == _task(1):
            raise KeyboardInterrupt
        return insert(self, task, payload, digest)

    insert = Store._insert
    monkeypatch.setattr(Store, "_insert", interrupted)
    with Store(tmp_path / "s.db") as store:
        with pytest.raises(KeyboardInterrupt):
            store.commit([(_task(k), encode(_values(k))) for k in (0, 1)])
        assert len(store) == 0
        store.commit([(_task(0), encode(_values(0)))])
    assert len(rows(tmp_path / "s.db")) == 1


def test_the_same_cell_twice_is_kept_once_and_another_result_is_a_conflict(tmp_path: Path) -> None:
    filled = _fill(tmp_path / "s.db", 2)
    before = rows(tmp_path / "s.db")
    with Store(tmp_path / "s.db") as store:
        store.commit(filled.items())
        assert rows(tmp_path / "s.db") == before
        batch = [(_task(0), encode(_values(7))), (_task(2), encode(_values(2)))]
        with pytest.raises(ConflictError, match=r'settings {"k":0}, seed 0'):
            store.commit(batch)
        assert store.read(_task(0))["k"] == 0
        assert _task(2) in store


def test_key_covers_cell_version_settings_and_seed() -> None:
    base = Task("c", "1", '{"k":1}', 0)
    others = [
        Task("d", "1", '{"k":1}', 0),
        Task("c", "2", '{"k":1}', 0),
        Task("c", "1", '{"k":2}', 0),
        Task("c", "1", '{"k":1}', 1),
    ]
    assert len({task.key for task in [base, *others]}) == 5


def _other_format(path: Path) -> None:
    _fill(path, 2)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def _other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE mine (x)")


@pytest.mark.parametrize(
    "make, error, match",
    [
        (_other_format, StoreVersionError, "format 99, this program reads and writes format 1"),
        (_other_database, StoreError, "not a sweep store"),
        (lambda path: path.write_text("my notes\n" * 200), StoreDamagedError, "not a database"),
        (lambda path: path.write_text("a short note"), StoreDamagedError, "not a database"),
        (lambda path: path.write_bytes(b"\x00" * 5000), StoreDamagedError, "not a database"),
        (lambda path: path.mkdir(), StoreError, "is a folder"),
    ],
    ids=["other format", "other database", "text", "note", "zeros", "folder"],
)
def test_what_is_no_store_is_refused_and_left_untouched(
    tmp_path: Path, make: Any, error: type[StoreError], match: str
) -> None:
    path = tmp_path / "s.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(error, match=match):
        Store(path)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        Store(tmp_path / "none" / "s.db")
    with pytest.raises(StoreError, match="no such file"):
        Store(tmp_path / "s.db", create=False)
    assert not list(tmp_path.iterdir())


def test_a_file_of_two_names_is_refused_and_left_untouched(tmp_path: Path) -> None:
    """Mended: by the other name what the log held was missing, without a word."""
    path, other = tmp_path / "s.db", tmp_path / "other.db"
    _fill(path, 1)
    with sqlite3.connect(path) as held:  # which leaves the log there
        held.execute("SELECT count(*) FROM cell").fetchall()
        os.link(path, other)
        for call in (
            lambda: Store(other), lambda: Store(path), lambda: Store(other, create=False),
            lambda: salvage(other, tmp_path / "new.db"),
        ):  # fmt: skip
            with pytest.raises(StoreError, match=r"has 2 names \(hard links\)"):
                call()
    held.close()
    other.unlink()
    with Store(path) as store:
        assert len(store) == 1


def test_a_lock_held_too_long_is_an_error_and_nothing_is_lost(tmp_path: Path) -> None:
    _fill(tmp_path / "s.db", 1)
    with Store(tmp_path / "s.db", patience=0.05) as store:
        with closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError, match=r"locked for 0\.05 s"):
                store.commit([(_task(1), encode(_values(1)))])
        store.commit([(_task(1), encode(_values(1)))])
        assert len(store) == 2


def test_full_disk_by_page_limit(tmp_path: Path) -> None:
    """Every commit before the one refused is there; with room again the rest follows."""
    items = [(_task(k), encode(_values(k, 200))) for k in range(60)]
    with Store(tmp_path / "s.db") as store:
        store._db.execute("PRAGMA max_page_count = 20")
        with pytest.raises(StoreFullError, match="committed before is safe"):
            list(map(store.commit, ([item] for item in items)))
        done = len(store)
        assert 0 < done < 60
        assert set(store.tasks()) == {task for task, _ in items[:done]}
        store._db.execute("PRAGMA max_page_count = 1000000")
        store.commit(items[done:])
        assert set(store.tasks()) == {task for task, _ in items}


def test_a_write_torn_at_any_byte_leaves_exactly_the_commits_before_it(tmp_path: Path) -> None:
    """The log cut at byte c, as by a power cut, holds the commits whose frames end by c."""
    path, ends = tmp_path / "s.db", []
    wal = Path(f"{path}-wal")
    with Store(path) as store:
        for k in range(12):
            store.commit([(_task(k), encode(_values(k, 300)))])
            ends.append(wal.stat().st_size)
        shutil.copy(path, tmp_path / "copy")
        shutil.copy(wal, tmp_path / "copy-wal")
    whole = (tmp_path / "copy-wal").read_bytes()
    base = (tmp_path / "copy").read_bytes()
    assert len(whole) == ends[-1]
    picks = random.Random(1).sample(range(len(whole)), 500 if FULL else 25)
    for cut in sorted({*picks, *ends, *(end - 1 for end in ends), 0}):
        torn = tmp_path / f"torn{cut}"
        torn.write_bytes(base)
        Path(f"{torn}-wal").write_bytes(whole[:cut])
        with Store(torn) as store:
            assert {task.seed for task in store.tasks()} == set(range(sum(e <= cut for e in ends)))
        for left in tmp_path.glob("torn*"):
            left.unlink()


def _check_damage(damaged: Path, original: dict[Task, bytes], new: Path) -> str:
    """Read and salvage a damaged store: an error or the truth, never a wrong number."""
    outcome = "noticed"
    try:
        with Store(damaged, create=False) as store:
            tasks = store.tasks()
            assert set(tasks) <= set(original)
            outcome = "unharmed" if len(tasks) == len(original) else "short"
            for task in tasks:
                assert encode(store.read(task)) == original[task]
    except StoreError:
        pass  # the outcome "noticed"
    try:
        saved = salvage(damaged, new)
    except StoreError:
        return outcome
    with Store(new) as store:
        tasks = store.tasks()
        assert len(tasks) == saved
        assert all(encode(store.read(task)) == original[task] for task in tasks)
    assert outcome == "noticed" or saved == len(original)
    return outcome


def test_flipped_bytes_never_give_a_wrong_number(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    original = _fill(path, 25)
    good = path.read_bytes()
    assert not Path(f"{path}-wal").exists()
    rng = random.Random(2)
    outcomes = []
    for k in range(300 if FULL else 25):
        bad = bytearray(good)
        for _ in range(rng.choice([1, 1, 8, 200])):
            bad[rng.randrange(len(bad))] ^= rng.randrange(1, 256)
        damaged = tmp_path / f"bad{k}"
        damaged.write_bytes(bad)
        outcomes.append(_check_damage(damaged, original, tmp_path / f"new{k}"))
    assert "short" not in outcomes
    # most of the file is rows: a test that seldom meets damage would show nothing
    assert outcomes.count("noticed") > len(outcomes) / 2


@pytest.mark.parametrize("field", ["cell", "version", "settings", "seed", "spawn_key", "payload"])
def test_every_field_of_a_row_is_covered_by_the_checksum(tmp_path: Path, field: str) -> None:
    path = tmp_path / "s.db"
    _fill(path, 3)
    with closing(sqlite3.connect(path)) as database, database:
        change = "seed = seed + 1" if field == "seed" else f"{field} = CAST({field} || 'x' AS TEXT)"
        if field == "payload":
            change = "payload = CAST(payload || x'00' AS BLOB)"
        database.execute(f"UPDATE cell SET {change} WHERE seed = 1")
    with Store(path) as store:
        with pytest.raises(StoreDamagedError, match=r"sim\.salvage"):
            store.tasks()
        with pytest.raises(StoreDamagedError):
            store.read(_task(1))
        assert store.read(_task(2))["k"] == 2
    assert salvage(path, tmp_path / "new.db") == 2


@pytest.mark.parametrize("prefixes", [1, 4096])
def test_salvage_saves_all_but_the_damaged_pages_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefixes: int
) -> None:
    """With a single range of keys, only reading from both its ends can save so much."""
    monkeypatch.setattr(recovery, "_PREFIXES", prefixes)
    path = tmp_path / "s.db"
    original = _fill(path, 200, size=8)
    bad = bytearray(path.read_bytes())
    page = 4096
    pages = len(bad) // page
    bad[(pages - 2) * page : (pages - 1) * page] = b"\xff" * page
    path.write_bytes(bad)
    with Store(path) as store, pytest.raises(StoreDamagedError):
        store.tasks()
    before = path.read_bytes()
    saved = salvage(path, tmp_path / "new.db")
    assert path.read_bytes() == before
    # a leaf page of 4096 bytes holds at most 4096 / 400 rows (key, digest, payload and texts)
    assert len(original) - 12 <= saved < len(original)
    with pytest.raises(StoreError, match="exists already"):
        salvage(path, tmp_path / "new.db")
    with pytest.raises(StoreError, match="no such file"):
        salvage(tmp_path / "none", tmp_path / "new2.db")


def test_a_truncated_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    original = _fill(path, 100)
    good = path.read_bytes()
    for cut in (1, 50, 4096, len(good) // 2, len(good) - 1):
        damaged = tmp_path / f"cut{cut}"
        damaged.write_bytes(good[:cut])
        assert _check_damage(damaged, original, tmp_path / f"new{cut}") == "noticed"


@contextmanager
def _without_rights(folder: Path) -> Iterator[None]:
    """Nobody may look into a folder; root may everywhere, and becomes somebody else."""
    folder.chmod(0)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_store_that_may_not_be_looked_at_is_told_with_its_name(tmp_path: Path) -> None:
    """Mended: each was a PermissionError of the file system."""
    closed = tmp_path / "closed"
    closed.mkdir()
    path = closed / "s.db"
    _fill(path, 1)
    with _without_rights(closed):
        for create in (True, False):
            with pytest.raises(
                StoreError, match=r"store='.*s\.db': .* may not be read \(Permission"
            ):
                Store(path, create=create)
        with pytest.raises(StoreError, match=r"old='.*s\.db': .* may not be read"):
            salvage(path, tmp_path / "new.db")
    with Store(path) as store:
        assert len(store) == 1
