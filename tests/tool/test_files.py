"""Files are written whole, with the umask's mode, and nothing but a file is ever replaced."""

from __future__ import annotations

import json
import os
import signal
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from sim import SerialExecutor, load, salvage, sweep
from sim.sweeps.results import Results
from sim.sweeps.store import Store, StoreError
from sim.tests import sweep_stubs
from theorem_audit.files import write_text
from theorem_audit.scaffold import scaffold
from theorem_audit.tests import warm
from theorem_audit.usage import emit
from theorem_audit.weigh.ledger import Ledger, validate


def test_a_new_file_has_the_umasks_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        Ledger(seed=0).write(tmp_path / "deep" / "run.json")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "deep" / "run.json").stat().st_mode) == 0o640
    private = tmp_path / "private.json"
    private.touch(mode=0o600)
    write_text(private, "x")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_a_link_keeps_pointing_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


@pytest.mark.parametrize("what", ["ledger", "json", "csv"])
def test_a_pipe_is_written_to_and_stays_a_pipe(what: str, tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
    reader.start()
    if what == "ledger":
        ledger = Ledger(seed=3)
        ledger.write(pipe)  # not complete: nothing yet, or the reader would be gone
        ledger.complete = True
        ledger.write(pipe)
    elif what == "json":
        emit({"seed": 3}, str(pipe))
    else:
        store = tmp_path / "s.db"
        sweep(sweep_stubs.GRID, seeds=1, store=store, cell=sweep_stubs.measure,
              executor=SerialExecutor()).to_csv(pipe)  # fmt: skip
    reader.join(20)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert got
    if what != "csv":
        assert json.loads(got[0])["seed"] == 3
    else:
        assert got[0].startswith("shift,size,seed")


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    """As root ``--json /dev/null`` once put a plain file in its place: tried on a node of our own."""
    node = tmp_path / "null"
    try:
        os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        node.write_text("x")
    except OSError as error:
        pytest.skip(f"no device can be made and used here: {error}")
    ledger = Ledger(seed=0)
    ledger.complete = True
    ledger.write(node)
    emit([], str(node))
    assert stat.S_ISCHR(node.stat().st_mode)


KILLED = """
import os, signal, sys
from theorem_audit.cli import main
from theorem_audit.weigh.session import Session
Session.WHEN = lambda *x, **more: os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""


@pytest.mark.parametrize("when", ["run", "_look_around"])
def test_an_older_ledger_does_not_speak_for_a_run_that_was_killed(
    tmp_path: Path, when: str
) -> None:
    """Killed before the first evidence is done, or while chapters are imported: the file says so."""
    target = tmp_path / "run.json"
    older = Ledger(seed=7)
    older.complete = True
    older.write(target)
    scaffold(tmp_path / "small", "small")
    words = ("run", "--seed", "8", "--json", str(target))
    killed = warm.python(KILLED.replace("WHEN", when), words, tmp_path / "small")
    assert killed.returncode == -signal.SIGKILL
    data = json.loads(target.read_text())
    validate(data)
    assert (data["complete"], data["seed"]) == (False, 8)


REFUSED = "import sys\nfrom theorem_audit.cli import main\nsys.exit(main(sys.argv[1:]))\n"


def test_an_older_ledger_stays_where_a_run_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    older = Ledger(seed=7)
    older.complete = True
    older.write(target)
    before = target.read_bytes()
    scaffold(tmp_path / "small", "small")
    words = ("run", "NO", "--json", str(target))
    assert warm.python(REFUSED, words, tmp_path / "small").returncode == 2
    assert target.read_bytes() == before


# --- a store that cannot be written -----------------------------------------------------------


def _swept(path: Path, seeds: int) -> Results:
    return sweep(
        sweep_stubs.GRID,
        seeds=seeds,
        store=path,
        cell=sweep_stubs.measure,
        executor=SerialExecutor(),
    )


def test_a_store_on_read_only_media_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.db"
    _swept(path, 1)
    before = path.read_bytes()
    monkeypatch.setattr("sim.sweeps.store._writable", lambda _: False)
    assert len(load(path)) == 6
    assert path.read_bytes() == before
    assert [x.name for x in tmp_path.iterdir()] == ["s.db"]
    with pytest.raises(StoreError), Store(path, create=False) as store:
        store.commit([(store.tasks()[0], b"other")])
    Path(f"{path}-wal").write_bytes(b"left by a writer that was killed")
    with pytest.raises(StoreError, match=r"holds commits in s\.db-wal"):
        load(path)


def test_a_sweep_reads_a_store_on_read_only_media_that_has_all_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: "unable to open database file", where every cell is there and nothing is computed."""
    path = tmp_path / "s.db"
    _swept(path, 1)
    before = path.read_bytes()
    monkeypatch.setattr("sim.sweeps.store._writable", lambda _: False)
    with monkeypatch.context() as patch:
        patch.setattr("sim.sweeps.sweep.compute", lambda *_: pytest.fail("a cell is computed"))
        found = _swept(path, 1)
        assert (len(found), found.computed, found.reused) == (6, 0, 6)
        with pytest.raises(StoreError, match=r"cannot be written, and 6 of 12 cells are not in it"):
            _swept(path, 2)
    assert path.read_bytes() == before
    assert [x.name for x in tmp_path.iterdir()] == ["s.db"]


def test_a_link_to_a_store_is_read_with_the_stores_own_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: the log was looked for beside the link, so that commits in it were missing without a word."""
    path, link = tmp_path / "s.db", tmp_path / "elsewhere" / "link.db"
    _swept(path, 1)
    link.parent.mkdir()
    link.symlink_to(path)
    Path(f"{path}-wal").write_bytes(b"left by a writer that was killed")
    with monkeypatch.context() as patch:
        patch.setattr("sim.sweeps.store._writable", lambda _: False)
        with pytest.raises(StoreError, match=r"holds commits in s\.db-wal"):
            load(link)
    copied: list[str] = []
    monkeypatch.setattr("shutil.copyfile", lambda old, new: copied.append(Path(old).name))
    with pytest.raises(StoreError):
        salvage(link, tmp_path / "new.db")
    assert copied == ["s.db", "s.db-wal"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_store_of_somebody_else_is_read() -> None:
    """In a folder beside pytest's own, whose rights are other tests' business, too."""
    with tempfile.TemporaryDirectory() as name:
        _read_by_somebody_else(Path(name))


def _read_by_somebody_else(folder: Path) -> None:
    path = folder / "s.db"
    _swept(path, 1)
    folder.chmod(0o755)
    path.chmod(0o444)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setuid(65534)
            os.write(writing, str(len(load(path))).encode())
        except BaseException as error:  # noqa: BLE001 - told through the pipe
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1_000) == b"6"
