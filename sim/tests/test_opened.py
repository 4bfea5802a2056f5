"""Files that a cell reads are part of what its numbers rest on: another edition of one is never passed over."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import Cell, CellError, StoreError, load, salvage, sweep
from sim.sweeps.opened import ABSENT, CHANGED, UNSEEN, digest, reading
from sim.sweeps.store import FileChangedError, Store, StoreDamagedError
from sim.sweeps.workers import worker_pool
from sim.tests.sweep_tools import SERIAL, _needs


def reads(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Add up what is in a file; the first cell of a process writes and reads one of its own."""
    own = Path(settings["folder"], f"own-{settings['k']}-{os.getpid()}")
    own.write_text("1")
    assert own.read_text() == "1"
    own.unlink()
    numbers = json.loads(Path(settings["folder"], "data.json").read_text())
    return {"sum": sum(numbers) + settings["k"]}


def reads_once_wrong(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Read a file, and change it."""
    path = Path(settings["folder"], "data.json")
    found = sum(json.loads(path.read_text()))
    path.write_text(f"[{found + 1}]")
    return {"sum": found}


def _data(folder: Path, text: str = "[1, 2]") -> Path:
    path = folder / "data.json"
    path.write_text(text)
    return path


def _sums(folder: Path, executor: Executor | None = SERIAL, **more: Any) -> list[int]:
    grid = {"k": [0, 1, 2], "folder": str(folder)}
    call: dict[str, Any] = {"cell": reads, "seeds": 1, "store": folder / "s.db", **more}
    return [int(x) for x in sweep(grid, executor=executor, **call).array("sum").ravel()]


@pytest.mark.parametrize(
    "make", [lambda: ThreadPoolExecutor(2), lambda: worker_pool(1)], ids=("threads", "processes")
)
def test_a_file_that_a_cell_read_and_that_is_another_is_refused(make: Any, tmp_path: Path) -> None:
    """Mended: the numbers of the file as it was were "reused"."""
    with make() as executor:
        _refused(tmp_path, executor)


def test_the_same_in_one_process(tmp_path: Path) -> None:
    _refused(tmp_path, SERIAL)


def _refused(tmp_path: Path, executor: Executor) -> None:
    path = _data(tmp_path)

    def again(**more: Any) -> list[int]:
        return _sums(tmp_path, executor, **more)

    assert again() == again() == [3, 4, 5]
    with Store(tmp_path / "s.db") as store:
        (kind,) = {(x.cell, x.version) for x in store.tasks()}
        assert store.files(*kind) == {os.path.realpath(path): digest(str(path))}, (
            "its own file is none"
        )
    info = path.stat()
    _data(tmp_path, "[1, 3]")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))  # neither size nor time tells
    match = r"cells of .*:reads@\w+ have read .*data\.json, which is another file by now: .*version"
    with pytest.raises(FileChangedError, match=match):
        again()
    assert [int(x) for x in load(tmp_path / "s.db").array("sum")] == [3, 4, 5], (
        "what was found is read"
    )
    assert again(cell=Cell(reads, version=2)) == [4, 5, 6]
    path.unlink()
    with pytest.raises(FileChangedError):
        again()
    _data(tmp_path)
    assert again() == [3, 4, 5]


def test_a_file_that_changes_during_a_sweep_is_refused(tmp_path: Path) -> None:
    _data(tmp_path)
    with pytest.raises(FileChangedError, match=r"data\.json"):
        _sums(tmp_path, Edits(tmp_path, together=False))
    with Store(tmp_path / "s.db") as store:
        assert len(store) == 1, "the first edition's"
    _data(tmp_path)
    assert _sums(tmp_path) == [3, 4, 5], "put back, the same call goes on"


class Edits(Executor):
    """Edits the file after each call; ``together``, all results but the last come back in one moment."""

    def __init__(
        self, folder: Path, together: bool, stop: type[BaseException] | None = None
    ) -> None:
        self.folder, self.together, self.stop = folder, together, stop
        self.held: list[tuple[Future[Any], Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.held.append((future, fn(*args)))
        if len(self.held) == 2:
            _data(self.folder, "[1, 3]")  # the third one reads it
        if not self.together or len(self.held) == 3:
            for held, value in self.held:
                if not held.done():
                    held.set_result(value)
            if not self.together:
                _data(self.folder, f"[{len(self.held)}]")
            if self.stop:
                raise self.stop
        return future


def test_of_a_batch_with_a_changed_file_the_other_cells_are_kept(tmp_path: Path) -> None:
    """Mended: the whole batch was lost."""
    _data(tmp_path)
    with pytest.raises(FileChangedError, match=r"data\.json"):
        _sums(tmp_path, Edits(tmp_path, together=True))
    with Store(tmp_path / "s.db") as store:
        assert len(store) == 2


def test_an_interrupt_stays_one_where_a_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: FileChangedError came in its place, without the note that says how to go on."""
    path = _data(tmp_path)
    assert _sums(tmp_path) == [3, 4, 5]
    path.write_text("[7]")
    grid = {"k": [3, 4, 5], "folder": str(tmp_path)}
    executor = Edits(tmp_path, together=True, stop=KeyboardInterrupt)

    def look_away(self: Store, cell: str, version: str) -> None:
        """As if the file were edited just after the look."""

    monkeypatch.setattr(Store, "look_again", look_away)
    with pytest.raises(KeyboardInterrupt) as caught:
        sweep(grid, seeds=1, store=tmp_path / "s.db", cell=reads, executor=executor)
    refused, state = caught.value.__notes__
    assert "what came back last is not all committed" in refused
    assert "data.json, which is another file by now" in refused
    assert "0 of 3 cells are committed" in state


def test_a_file_that_changes_while_a_cell_runs_gives_no_number(tmp_path: Path) -> None:
    """Mended: the old number was kept under the digest of the new file, and reused."""
    path = _data(tmp_path, "[3]")
    with pytest.raises(
        CellError, match=r"3 cells failed; .*\n.*data\.json changed while the cell ran"
    ):
        _sums(tmp_path, cell=reads_once_wrong)
    with Store(tmp_path / "s.db") as store:
        assert len(store) == 0
    for _ in range(20):  # one size, one inode, and often one time
        with reading() as files:
            path.read_text()
            path.write_text("[4]" if path.read_text() == "[3]" else "[3]")
        assert files == {os.path.realpath(path): CHANGED}
    with reading() as files:  # what a cell makes where there was nothing is its own
        with pytest.raises(FileNotFoundError):
            (tmp_path / "own").read_text()
        (tmp_path / "own").write_text("1")
        with (tmp_path / "log").open("a+") as file:
            file.write("1")
        with closing(sqlite3.connect(tmp_path / "own.db")) as base:
            base.execute("CREATE TABLE t (x)")
    assert files == {
        os.path.realpath(x): digest(str(x))
        for x in map(tmp_path.joinpath, ("own", "log", "own.db"))
    }
    assert ABSENT not in files.values()


def test_a_database_in_memory_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mended: ``:memory:`` was kept as a file of the working folder."""
    monkeypatch.chdir(tmp_path)
    with reading() as files:
        for name in (":memory:", "", b":memory:"):
            sqlite3.connect(name).close()
    assert files == {}
    (tmp_path / ":memory:").write_text("1")
    with reading() as files:
        Path(":memory:").read_text()
    assert list(files) == [os.path.realpath(tmp_path / ":memory:")]


PEER = """
import os, sys
from pathlib import Path
from sim.sweeps.store import FileChangedError
from sim.tests.test_opened import _data, _sums

def run(executor):
    folder = Path(sys.argv[1])
    _data(folder)
    assert _sums(folder, executor) == [3, 4, 5]
    _data(folder, "[7]")
    try:
        _sums(folder, executor)
    except FileChangedError:
        return
    raise AssertionError("not refused")

if __name__ == "__main__":
"""
DASK = """
    from dask.distributed import Client, LocalCluster
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client, client.get_executor() as executor:
            run(executor)
"""
MPI = """
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor() as executor:
        run(executor)
"""
MPIEXEC = shutil.which(
    "mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
)


def _peer(folder: Path, body: str, *command: str) -> None:
    (folder / "peer.py").write_text(PEER + body)
    root = str(Path(__file__).parents[2])
    done = subprocess.run([*command, "peer.py", str(folder)], cwd=folder, capture_output=True, text=True,
                          timeout=120, env=os.environ | {"PYTHONPATH": root}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.in_ci  # as MPI's below
@_needs("dask", "distributed")
def test_what_a_dask_worker_reads_is_kept(tmp_path: Path) -> None:
    _peer(tmp_path, DASK, sys.executable)


@_needs("mpi4py")
@pytest.mark.skipif(not MPIEXEC, reason="not on PATH: mpiexec")
def test_what_an_mpi_worker_reads_is_kept(tmp_path: Path) -> None:
    _peer(tmp_path, MPI, str(MPIEXEC), "-n", "2", sys.executable, "-m", "mpi4py.futures")


def test_what_native_code_opens_is_a_read(tmp_path: Path) -> None:
    """Mended: a library, a base by its address, an attribute of a file were "reused" after an edit."""
    base, library = tmp_path / "x.db", tmp_path / "l.so"
    sqlite3.connect(base).close()
    base.touch()
    shutil.copy(np.random._philox.__file__, library)
    with reading() as files:
        sqlite3.connect(f"file:{base}?mode=ro", uri=True).close()
        ctypes.CDLL(str(library))
        ctypes.CDLL(None)
    assert {*files} == {os.path.realpath(base), os.path.realpath(library)}
    with reading() as files, suppress(OSError):
        exec(compile(f"import os\nos.getxattr({str(base)!r}, 'user.k')", "/a/script.py", "exec"))
    assert files == {"it asks for an attribute of a file": UNSEEN}
    with reading() as files:
        shutil.copy2(base, tmp_path / "y.db")
    assert UNSEEN not in files.values(), "who copies a file asks for its attributes, too"


def reads_the_system(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    with Path(settings["path"]).open("rb") as file:
        return {"sum": len(file.read(9))}


@pytest.mark.parametrize("path", ["/proc/uptime", "/dev/urandom"])
def test_what_says_another_thing_each_time_is_refused(path: str, tmp_path: Path) -> None:
    """Mended: it was nobody's read, and the first number was "reused" for ever."""
    call: dict[str, Any] = {"cell": reads_the_system, "seeds": 1, "executor": SERIAL}
    with pytest.raises(CellError, match=f"it reads {path}, which says another thing each time"):
        sweep({"path": [path]}, store=tmp_path / "s.db", **call)
    found = sweep({"path": ["/dev/null"]}, store=tmp_path / "t.db", **call)
    assert found.array("sum").ravel().tolist() == [0]


def test_which_opens_are_reads(tmp_path: Path) -> None:
    here = {x: tmp_path / x for x in ("a", "b", "c", "d.npy", "e.db", "f.py", "__pycache__/g", "h")}
    (tmp_path / "__pycache__").mkdir()
    for path in here.values():
        path.write_text("1")
    np.save(here["d.npy"], [1])
    (tmp_path / "sym").symlink_to(here["h"])
    (tmp_path / "opened_by_import.py").write_text("K = 1\n")
    sys.path.insert(0, str(tmp_path))
    with reading() as files:
        here["a"].read_text()
        with here["b"].open("r+") as file:
            file.write("2")
        with here["c"].open("w") as file:
            file.write("3")
        here["c"].read_text()
        np.load(here["d.npy"])
        sqlite3.connect(tmp_path / "other.db").close()
        here["f.py"].read_text()
        here["__pycache__/g"].read_text()
        (tmp_path / "sym").read_text()
        Path(os.__file__).read_text(encoding="utf-8")
        Path(__file__).read_text(encoding="utf-8")
        Path("/dev/null").read_text()
        __import__("opened_by_import")
        with reading() as inner:
            (tmp_path / "sym").read_text()
        os.close(os.open(tmp_path, os.O_RDONLY))
        with pytest.raises(FileNotFoundError):
            (tmp_path / "nowhere").read_text()
    sys.path.remove(str(tmp_path))
    assert files.pop(f"link:{tmp_path / 'sym'}") == os.path.realpath(here["h"]), "where it leads"
    found = {os.path.relpath(x, os.path.realpath(tmp_path)) for x in files}
    assert found == {"a", "b", "d.npy", "other.db", "f.py", "h", ".", "nowhere"}
    assert {files[x] for x in files if x.endswith(("nowhere", tmp_path.name))} == {ABSENT}
    assert list(inner) == [os.path.realpath(here["h"]), f"link:{tmp_path / 'sym'}"], (
        "so has the outer"
    )
    here["a"].read_text()
    assert len(files) == 8, "nobody listens any more"


def test_damage_to_what_was_read_is_seen_and_salvage_does_not_forget_it(tmp_path: Path) -> None:
    _data(tmp_path)
    _sums(tmp_path)
    assert salvage(tmp_path / "s.db", tmp_path / "whole.db") == 3
    assert _sums(tmp_path, store=tmp_path / "whole.db") == [3, 4, 5]
    _data(tmp_path, "[5]")
    with pytest.raises(FileChangedError, match=r"data\.json"):
        _sums(tmp_path, store=tmp_path / "whole.db")
    with closing(sqlite3.connect(tmp_path / "s.db")) as base:
        base.execute("UPDATE opened SET digest = ?", (digest(str(tmp_path / "data.json")),))
        base.commit()
    with pytest.raises(StoreDamagedError, match="what is said of a file"):
        _sums(tmp_path)
    assert salvage(tmp_path / "s.db", tmp_path / "new.db") == 3
    with pytest.raises(FileChangedError, match="no longer names"):
        _sums(tmp_path, store=tmp_path / "new.db")
    assert issubclass(FileChangedError, StoreError)


@pytest.mark.parametrize("field", ["cell", "version", "path", "digest", "checksum"])
def test_a_name_of_a_file_that_became_bytes_is_damage(tmp_path: Path, field: str) -> None:
    """One bit of a row's header makes text a blob, and a blob text.  Mended: a bare TypeError."""
    _data(tmp_path)
    _sums(tmp_path)
    other = "TEXT" if field == "checksum" else "BLOB"
    with closing(sqlite3.connect(tmp_path / "s.db")) as base, base:
        (kind,) = base.execute("SELECT DISTINCT cell, version FROM opened")
        base.execute(f"UPDATE opened SET {field} = CAST({field} AS {other})")
    with Store(tmp_path / "s.db") as store:
        if field in ("cell", "version"):  # found by neither name; what reads all rows sees it
            kind = tuple(
                x.encode() if name == field else x
                for x, name in zip(kind, ("cell", "version"), strict=True)
            )
        with pytest.raises(StoreDamagedError):
            store.files(*kind)
    assert salvage(tmp_path / "s.db", tmp_path / "new.db") == 3
    with pytest.raises(FileChangedError, match="no longer names"):
        _sums(tmp_path, store=tmp_path / "new.db")


def test_a_read_costs_little(tmp_path: Path) -> None:
    """Under 5 ms of the processor for a cell that reads a file of a megabyte, and far less without."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(1_000_000))

    def spent(count: int, read: bool) -> float:
        start = time.process_time()
        for _ in range(count):
            with reading():
                if read:
                    path.open("rb").close()
        return (time.process_time() - start) / count

    spent(1, True)
    assert spent(100, True) < 5e-3
    assert spent(1000, False) < 5e-4
