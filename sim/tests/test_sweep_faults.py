"""Sweeps that are killed, starved, interrupted or doubled: each ends with a clear error or resumes.

Real processes and real signals. `SWEEP_FULL=1` repeats the random ones many times.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import CellError, SerialExecutor, load, sweep
from sim.sweeps.store import Store
from sim.tests import sweep_stubs as stubs
from sim.tests.sweep_stubs import FULL, ROOT, rows

PATIENCE = 90  # seconds, on a busy machine; what waits is told long before


def _until(condition: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"still waiting after {PATIENCE:g} s: {what}"
        time.sleep(0.01)


def _slow_grid(
    folder: Path, count: int, seconds: float, gated: tuple[int, ...] = ()
) -> dict[str, Any]:
    """Give a grid of `slow` cells; those in `gated` do not end while the gate's file is there."""
    (folder / "pids").mkdir()
    (folder / "gate").touch()
    pids = str(folder / "pids")
    return {"k": range(count), "folder": pids, "seconds": seconds, "gated": [list(gated)]}


def _start(code: str, **options: Any) -> subprocess.Popen[str]:
    """Run `code` in a new process, in a group of its own as a terminal would."""
    begin = "from sim import *; from sim.tests.sweep_stubs import *; "
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", begin + code],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def _committed(path: Path) -> int:
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with Store(path, create=False) as store:
        return len(store)


def _alive(pid: int) -> bool:
    """Tell whether the process is there and not a zombie (whose parent may never reap it)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _check_no_workers(folder: Path) -> None:
    workers = [int(name) for name in os.listdir(folder / "pids")]
    assert workers
    _until(lambda: not any(map(_alive, workers)), "the workers to exit")


def _check_resumes(path: Path, grid: dict[str, Any], before: list[Any], **call: Any) -> None:
    """Resume; nothing that was committed changed, and all is as if nothing had happened."""
    (path.parent / "gate").unlink()
    call = {"seeds": 1, "cell": stubs.slow, "executor": SerialExecutor()} | call
    whole = sweep(grid, store=path.parent / "whole.db", **call)
    results = sweep(grid, store=path, **call)
    assert (results.computed, results.reused) == (len(whole) - len(before), len(before))
    assert set(before) <= set(rows(path))
    assert rows(path) == rows(path.parent / "whole.db")


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    grid = {"k": range(8), "lethal": [[2, 5]], "always": False, "folder": str(tmp_path)}
    call = {"seeds": 1, "cell": stubs.mortal}
    results = sweep(grid, store=tmp_path / "s.db", workers=2, **call)
    assert results.computed == 8
    assert {path.name for path in tmp_path.glob("died-*")} == {"died-2", "died-5"}
    sweep(grid, store=tmp_path / "whole.db", executor=SerialExecutor(), **call)
    assert rows(tmp_path / "s.db") == rows(tmp_path / "whole.db")


def test_a_cell_that_always_kills_ends_in_an_error_and_stops_no_other(tmp_path: Path) -> None:
    """The others take so long that they are in flight whenever it strikes, and go unblamed."""
    grid = {"k": range(3), "lethal": [[1]], "always": True, "folder": str(tmp_path), "seconds": 0.5}
    with pytest.raises(CellError, match=r"^1 cells .*; 2 of 3 cells are committed") as caught:
        sweep(grid, seeds=1, store=tmp_path / "s.db", cell=stubs.mortal, workers=2)
    assert '"k":1' in str(caught.value)
    assert "its worker process died 3 times, at last with no other cell running" in str(
        caught.value
    )
    assert len(rows(tmp_path / "s.db")) == 2


@pytest.mark.parametrize("round_", range(1, 11) if FULL else [2])
def test_a_killed_parent_loses_nothing_and_leaves_no_worker(tmp_path: Path, round_: int) -> None:
    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 30, 0.02, gated=(4,))
    code = f"sweep({grid!r}, seeds=1, store={str(path)!r}, cell=slow, workers=2)"
    parent = _start(code)
    _until(lambda: _committed(path) >= 3 * round_ - 2, "some cells")
    parent.kill()
    parent.wait()
    assert parent.stderr is not None
    parent.stderr.close()
    _check_no_workers(tmp_path)
    before = rows(path)
    assert 3 * round_ - 2 <= len(before) < 30
    _check_resumes(path, grid, before)


# kill -9 from within the transaction: after the insert, and just after the commit
KILL = """
import os, signal
from sim.sweeps.store import Store
done = []
def deadly(self, *args, _inner=Store.{method}):
    value = _inner(self, *args)
    done.append(1)
    if len(done) == {calls}:
        os.kill(os.getpid(), signal.SIGKILL)
    return value
Store.{method} = deadly
sweep({grid!r}, seeds=1, store={store!r}, cell=slow, executor=SerialExecutor())
"""


@pytest.mark.parametrize("method, calls, expected", [("_insert", 4, 3), ("commit", 4, 4)])
def test_a_parent_killed_in_mid_write_leaves_whole_commits(
    tmp_path: Path, method: str, calls: int, expected: int
) -> None:
    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 8, 0)
    parent = _start(KILL.format(method=method, calls=calls, grid=grid, store=str(path)))
    assert parent.communicate()[1] == ""
    assert parent.returncode == -signal.SIGKILL
    before = rows(path)
    assert len(before) == expected
    _check_resumes(path, grid, before)


@pytest.mark.parametrize("kib", range(40, 400, 12) if FULL else [64])
def test_a_full_disk_by_file_size_limit(tmp_path: Path, kib: int) -> None:
    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 150, 0)
    limit = kib * 1024
    code = f"sweep({grid!r}, seeds=1, store={str(path)!r}, cell=slow, executor=SerialExecutor())"
    process = _start(
        code, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    message = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 1
    assert "StoreFullError" in message
    assert "what was committed before is safe" in message
    before = rows(path)
    assert 0 < len(before) < 150
    _check_resumes(path, grid, before)


@pytest.mark.parametrize("count", [2, 4] if FULL else [2])
def test_sweeps_at_once_on_one_store_share_the_work(tmp_path: Path, count: int) -> None:
    """Each works in random order and skips what another has committed, so little is done twice."""
    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 24, 0.03)
    code = (
        f"r = sweep({grid!r}, seeds=1, store={str(path)!r}, cell=slow, executor=SerialExecutor());"
        f"Path({str(tmp_path)!r}, f'{{os.getpid()}}.done').write_text(str(r.computed))"
    )
    processes = [_start(code) for _ in range(count)]
    for process in processes:
        assert process.communicate(timeout=PATIENCE)[1] == ""
        assert process.returncode == 0
    computed = [int(done.read_text()) for done in tmp_path.glob("*.done")]
    assert len(computed) == count
    assert 24 <= sum(computed) < 24 * count
    _check_resumes(path, grid, rows(path))


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(tmp_path: Path) -> None:
    """The interrupt goes to the whole process group, as a terminal sends it."""
    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 8, 0, gated=(3,))
    code = f"sweep({grid!r}, seeds=1, store={str(path)!r}, cell=slow, workers=2)"
    parent = _start(code)
    _until(lambda: _committed(path) == 7, "all cells but the long one")
    os.killpg(parent.pid, signal.SIGINT)
    message = parent.communicate(timeout=PATIENCE)[1]
    assert parent.returncode == -signal.SIGINT
    assert "sweep stopped: 7 of 8 cells are committed in" in message
    assert message.count("Traceback") == 1, message  # the parent's own, no worker's
    _check_no_workers(tmp_path)
    _check_resumes(path, grid, rows(path))


def test_a_damaged_store_stops_the_sweep_and_a_salvaged_one_goes_on(tmp_path: Path) -> None:
    from sim import StoreError, salvage

    path, grid = tmp_path / "s.db", _slow_grid(tmp_path, 30, 0)
    call: Any = {"seeds": 1, "cell": stubs.slow, "executor": SerialExecutor()}
    sweep(grid, store=path, **call)
    kept = rows(path)
    sweep(grid, store=path, **call)
    assert rows(path) == kept, "the cells were run once more: what they rest on is another"
    assert not path.with_name("s.db-wal").exists(), (
        "what is changed below would be read from the log"
    )
    data = path.read_bytes()
    needle = next(iter(load(path))).values["value"].tobytes()[:16]
    assert needle in data
    # Wherever it stands: a page that was split may hold a row once more, where nobody reads it.
    path.write_bytes(data.replace(needle, bytes([needle[0] ^ 1]) + needle[1:]))
    with pytest.raises(StoreError, match=r"damaged .*sim\.salvage"):
        sweep(grid, store=path, **call)
    assert salvage(path, tmp_path / "new.db") == 29
    _check_resumes(tmp_path / "new.db", grid, rows(tmp_path / "new.db"))


def test_a_script_without_the_main_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from sim import sweep\nfrom sim.tests.sweep_stubs import GRID, measure\n"
        f"sweep(GRID, seeds=1, store={str(tmp_path / 's.db')!r}, cell=measure, workers=2)\n"
    )
    finished = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert finished.returncode == 1, finished.stderr
    assert "0 of 6 cells are committed" in finished.stderr
    assert 'is the script guarded by `if __name__ == "__main__":`?' in finished.stderr


@pytest.mark.parametrize("executor", [None, SerialExecutor()], ids=["own", "serial"])
def test_a_cell_that_calls_exit_is_a_failure_of_that_cell(tmp_path: Path, executor: Any) -> None:
    with pytest.raises(CellError, match=r"1 cells failed; 0 of 1 [^$]*SystemExit: 3"):
        sweep({"k": 1}, seeds=1, store=tmp_path / "s.db", cell=stubs.leaving, executor=executor)
