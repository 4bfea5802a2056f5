"""A sweep's results as tables, and its progress on a terminal."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.sweeps.progress import rate
from sim.tests.sweep_stubs import ROOT
from sim.tests.sweep_tools import _needs, _sweep


def test_csv_gives_every_number_back(tmp_path: Path) -> None:
    results = _sweep(tmp_path)
    results.to_csv(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["shift", "size", "seed", "mean", "draws", "positive"]
    for line, (point, seed, values) in zip(table, results, strict=True):
        assert (float(line["shift"]), int(line["size"])) == (point["shift"], point["size"])
        assert int(line["seed"]) == seed
        assert float(line["mean"]) == values["mean"]
        assert json.loads(line["draws"]) == values["draws"].tolist()
        assert int(line["positive"]) == values["positive"]
    assert {p.name for p in tmp_path.iterdir()} == {"s.db", "t.csv"}
    with pytest.raises(KeyError, match="'median': no such output; there are mean, draws"):
        results.array("median")


@_needs("pandas")
def test_pandas_has_a_row_per_cell(tmp_path: Path) -> None:
    results = _sweep(tmp_path)
    frame = results.to_pandas()
    assert list(frame.columns) == ["shift", "size", "seed", "mean", "draws", "positive"]
    assert frame["mean"].to_numpy().tobytes() == results.array("mean").tobytes()
    assert frame["positive"].dtype == np.int64
    for draws, row in zip(frame["draws"], results, strict=True):
        assert draws.tobytes() == row.values["draws"].tobytes()


@_needs("pyarrow")
def test_parquet_gives_every_number_back(tmp_path: Path) -> None:
    from pyarrow import parquet

    results = _sweep(tmp_path)
    results.to_parquet(tmp_path / "t.parquet")
    table = parquet.read_table(tmp_path / "t.parquet").to_pydict()
    assert np.array(table["mean"]).tobytes() == results.array("mean").tobytes()
    assert table["draws"] == [row.values["draws"].tolist() for row in results]
    assert table["seed"] == [row.seed for row in results]


def test_a_missing_table_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = _sweep(tmp_path)
    for package in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"needs pandas: pip install 'sgd-batch-audit\[table\]'"):
        results.to_pandas()
    with pytest.raises(ImportError, match="needs pyarrow"):
        results.to_parquet(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    "speed, text",
    [(None, ""), (250.4, "250 cells/s"), (0.5, "30 cells/min"), (0.001, "3.6 cells/h")],
)
def test_rate_is_written_in_a_readable_unit(speed: float | None, text: str) -> None:
    assert rate(speed) == text


SHOW = (
    "from sim.tests.sweep_stubs import *; from sim import *;"
    "sweep(GRID | {'naps': True}, seeds=3, store={store!r}, cell=measure, executor=SerialExecutor())"
)


def test_progress_shows_rate_and_time_left_on_a_terminal_only(tmp_path: Path) -> None:
    code = SHOW.replace("{store!r}", repr(str(tmp_path / "s.db")))
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code], stderr=theirs, cwd=ROOT, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # how Linux reports that the other side of a terminal has closed
            break
    os.close(ours)
    assert process.wait() == 0
    for part in (b"18/18", b"cells/", b"0:00:00", b"left"):
        assert part in shown
    quiet = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, cwd=ROOT, check=True
    )
    assert (quiet.stdout, quiet.stderr) == (b"", b"")
