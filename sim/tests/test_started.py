"""A cell's threads speak for it, and a cell that starts a process is refused: what that reads is not seen."""

from __future__ import annotations

import _thread
import json
import os
import platform
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import CellError, sweep
from sim.sweeps.store import FileChangedError
from sim.tests.sweep_tools import SERIAL
from sim.tests.test_opened import _data, _sums


def reads_in_a_thread(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Add up what is in a file, by a pool of threads of its own."""
    with ThreadPoolExecutor(2) as pool:
        (text,) = pool.map(Path.read_text, [Path(settings["folder"], "data.json")])
    return {"sum": sum(json.loads(text)) + settings["k"]}


POOL: list[ThreadPoolExecutor] = []


def reads_in_one_pool(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """The same, by threads that the first cell of a process starts."""
    if not POOL:
        POOL.append(ThreadPoolExecutor(1))
    text = POOL[0].submit(Path(settings["folder"], "data.json").read_text).result()
    return {"sum": sum(json.loads(text)) + settings["k"]}


def reads_in_a_process(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """The same, in one of several kinds of process."""
    path = Path(settings["folder"], "data.json")
    if settings["how"] == "program":
        text = subprocess.check_output([sys.executable, "-c", f"print(open({str(path)!r}).read())"])
        return {"sum": sum(json.loads(text)) + settings["k"]}
    if settings["how"] == "shell":
        return {"sum": os.system(f"test -s '{path}'")}
    started = get_context(settings["how"]).Process(target=path.read_text)
    started.start()
    started.join()
    return {"sum": started.exitcode}


def reads_past_threading(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """The same, in a thread that `threading` does not know."""
    path, found = Path(settings["folder"], "data.json"), queue.SimpleQueue[str]()
    _thread.start_new_thread(lambda: found.put(path.read_text()), ())
    return {"sum": sum(json.loads(found.get(timeout=60))) + settings["k"]}


def starts_in_one_pool(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """A thread of the first cell starts a process for the others."""
    if not POOL:
        POOL.append(ThreadPoolExecutor(1))
        POOL[0].submit(int).result()
        return {"sum": 0}
    return {"sum": POOL[0].submit(os.system, f"test -s '{settings['folder']}/data.json'").result()}


def asks_about_the_machine(
    settings: dict[str, Any], seed: np.random.SeedSequence
) -> dict[str, Any]:
    """Ask a program which processor this is."""
    vars(platform)["_uname_cache"] = None
    return {"sum": len(platform.processor()) * 0}


def test_what_a_cells_threads_read_is_kept(tmp_path: Path) -> None:
    """Mended: it was not seen, and the older sums were "reused"."""
    _data(tmp_path)
    assert _sums(tmp_path, cell=reads_in_a_thread) == [3, 4, 5]
    assert _sums(tmp_path, cell=reads_in_a_thread) == [3, 4, 5]
    _data(tmp_path, "[1, 3]")
    with pytest.raises(FileChangedError, match=r"data\.json"):
        _sums(tmp_path, cell=reads_in_a_thread)


def test_a_thread_that_outlives_its_cell_reads_for_no_other(tmp_path: Path) -> None:
    _data(tmp_path)
    try:
        with pytest.raises(
            CellError, match="a thread that an earlier cell started reads files: what"
        ):
            _sums(tmp_path, cell=reads_in_one_pool)
    finally:
        POOL.pop().shutdown()


def test_a_thread_that_outlives_its_cell_starts_no_process_for_another(tmp_path: Path) -> None:
    """Mended: it was put down to the cell that had ended, and the numbers were kept."""
    _data(tmp_path)
    said = r"a thread that an earlier cell started goes on: it starts a process \(os.system, test"
    try:
        with pytest.raises(CellError, match=said):
            _sums(tmp_path, cell=starts_in_one_pool)
    finally:
        POOL.pop().shutdown()


def test_a_cell_that_starts_a_thread_past_threading_is_refused(tmp_path: Path) -> None:
    """Mended: what that reads is not seen, and the older sums were "reused"."""
    _data(tmp_path)
    own = _thread.start_new_thread
    with pytest.raises(CellError, match="it starts a thread past `threading`: what that reads"):
        _sums(tmp_path, cell=reads_past_threading)
    assert _thread.start_new_thread is own, "what stood in its place is gone"


@pytest.mark.parametrize("how", ["program", "shell", "fork", "spawn"])
def test_a_cell_that_starts_a_process_is_refused(how: str, tmp_path: Path) -> None:
    """Mended: what that reads is not seen, and the older sums were "reused"."""
    if how not in ("program", "shell", *get_all_start_methods()):
        pytest.skip(f"no {how} here")
    _data(tmp_path)
    grid = {"k": [0], "folder": str(tmp_path), "how": how}
    with pytest.raises(CellError, match=r"it starts a process \(.*\): what that reads is not seen"):
        sweep(grid, seeds=1, store=tmp_path / "s.db", cell=reads_in_a_process, executor=SERIAL)
    assert (threading.Thread.start.__module__, BaseProcess.start.__module__) == (
        "threading", "multiprocessing.process",
    ), "what stood in their place is gone"  # fmt: skip


def test_a_question_about_the_machine_is_none(tmp_path: Path) -> None:
    _data(tmp_path)
    assert _sums(tmp_path, cell=asks_about_the_machine) == [0, 0, 0]
