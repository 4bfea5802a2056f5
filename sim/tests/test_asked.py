"""What a cell asks of files that it does not open is part of what its numbers rest on."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import CellError, sweep
from sim.sweeps.opened import reading
from sim.sweeps.store import FileChangedError
from sim.tests.sweep_tools import SERIAL


def asked(what: str, at: Path) -> Any:
    """The answer to one question."""
    match what:
        case "exists":
            return os.path.exists(at / "new")
        case "Path.exists":
            return (at / "new").exists()
        case "is_file":
            return (at / "new").is_file()
        case "listdir":
            return len(os.listdir(at))
        case "iterdir":
            return len([*at.iterdir()])
        case "scandir":
            return len([*os.scandir(at)])
        case "glob":
            return len(glob.glob(f"{at}/*"))
        case "Path.glob":
            return len([*at.glob("*")])
        case "walk":
            return sum(len(files) for _, _, files in os.walk(at))
        case "getsize":
            return os.path.getsize(at / "old")
        case "Path.stat":
            return (at / "old").stat().st_size
        case "getmtime":
            return os.path.getmtime(at / "old") > 2e9
        case "access":
            return os.access(at / "old", os.X_OK)
        case "a size by scandir":
            return sum(x.stat().st_size for x in os.scandir(at))
        case "a link":
            return (at / "link").read_text() == "two"
    raise ValueError(what)


# What a file that is new changes; and what any change of one does.
NEW = (
    "exists", "Path.exists", "is_file", "listdir", "iterdir", "scandir", "glob", "Path.glob", "walk",
)  # fmt: skip
ASKS = (*NEW, "getsize", "Path.stat", "getmtime", "access", "a size by scandir", "a link")


def cell(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Ask one thing."""
    return {"answer": int(asked(settings["ask"], Path(settings["folder"])))}


def _answer(tmp_path: Path, ask: str) -> int:
    grid = {"ask": [ask], "folder": str(tmp_path / "data")}
    return int(
        sweep(grid, cell=cell, seeds=1, store=tmp_path / "s.db", executor=SERIAL)
        .array("answer")
        .ravel()[0]
    )


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, text in (("old", "one"), ("1", "one"), ("2", "two")):
        (folder / name).write_text(text)
    (folder / "link").symlink_to(folder / "1")
    return folder


def _changed(folder: Path, ask: str) -> None:
    if ask in NEW:
        (folder / "new").write_text("here")
    elif ask == "getmtime":
        os.utime(folder / "old", (3e9, 3e9))
    elif ask == "access":
        (folder / "old").chmod(0o755)
    elif ask == "a link":
        (folder / "link").unlink()
        (folder / "link").symlink_to(folder / "2")
    else:
        (folder / "old").write_text("longer")


@pytest.mark.parametrize("ask", ASKS)
def test_what_a_cell_asks_of_files_is_looked_at_again(ask: str, tmp_path: Path) -> None:
    """Mended: the older answer was "reused"."""
    folder = _folder(tmp_path)
    assert _answer(tmp_path, ask) == _answer(tmp_path, ask)
    _changed(folder, ask)
    with pytest.raises(FileChangedError, match="data"):
        _answer(tmp_path, ask)


def test_that_a_file_is_there_says_nothing_of_its_time_or_size(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "new").write_text("here")
    _answer(tmp_path, "exists")
    (folder / "new").write_text("longer")
    assert _answer(tmp_path, "exists") == 1


def makes(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Make, look at and remove files of its own, as a simulation does with what it writes."""
    out = Path(settings["folder"], "out")
    out.mkdir(exist_ok=True)
    os.makedirs(out / "deep" / str(settings["k"]), exist_ok=True)
    own = out / "deep" / str(settings["k"]) / "own.txt"
    found = own.exists()
    own.write_text("1")
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "a").write_text("2")
        assert os.listdir(scratch) == ["a"]
        assert Path(scratch, "a").stat().st_size == 1
    assert [x.name for x in own.parent.iterdir()] == ["own.txt"]
    shutil.rmtree(own.parent)
    return {"found": settings["k"] + int(found)}


def test_what_a_cell_makes_itself_is_its_own(tmp_path: Path) -> None:
    grid = {"k": [0, 1, 2], "folder": str(tmp_path)}
    for _ in range(2):
        found = sweep(grid, cell=makes, seeds=1, store=tmp_path / "s.db", executor=SERIAL)
        assert [int(x) for x in found.array("found").ravel()] == [0, 1, 2]


def counts_while_it_grows(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """List a folder that a thread, which was there before the cell, then writes into."""
    found = len(os.listdir(settings["folder"]))
    Path(settings["asked"]).touch()
    while any(thread.name == "writer" for thread in threading.enumerate()):
        time.sleep(0.01)
    return {"found": found}


def test_a_folder_that_changes_while_a_cell_runs_gives_no_number(tmp_path: Path) -> None:
    folder, asked_it = _folder(tmp_path), tmp_path / "asked"

    def write() -> None:
        while not asked_it.exists():
            time.sleep(0.01)
        (folder / "other").touch()

    threading.Thread(target=write, name="writer", daemon=True).start()
    grid = {"k": [0], "folder": str(folder), "asked": str(asked_it)}
    call: dict[str, Any] = {"seeds": 1, "store": tmp_path / "s.db", "executor": SERIAL}
    with pytest.raises(CellError, match="changed while the cell ran"):
        sweep(grid, cell=counts_while_it_grows, **call)
    assert int(sweep(grid, cell=counts_while_it_grows, **call).array("found").ravel()[0]) == 5


def test_nobody_stands_in_the_place_of_the_system_afterwards() -> None:
    before = os.stat, os.lstat, os.access, os.readlink
    with reading() as outer:
        assert os.stat is not before[0]
        with reading():
            pass
        assert os.stat is not before[0]
        os.path.exists("/surely not there")
    assert (os.stat, os.lstat, os.access, os.readlink) == before
    assert outer == {"there:/surely not there": "absent"}
