"""Sweeps: the same numbers whoever computes them, only what is missing, exports that round-trip."""

from __future__ import annotations

import csv
import functools
import importlib.util
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from sim import (
    Cell,
    CellError,
    Results,
    SerialExecutor,
    StoreError,
    SweepError,
    load,
    simulate,
    simulate_cell,
    sweep,
)
from sim.problems.autoencoder_cell import uniform_start
from sim.sweeps.cell import Task, canonical
from sim.sweeps.progress import rate
from sim.sweeps.workers import worker_pool
from sim.tests import sweep_stubs as stubs
from sim.tests.sweep_stubs import GRID, ROOT, STOPS, rows

SERIAL = SerialExecutor()


def _needs(*packages: str) -> pytest.MarkDecorator:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def _sweep(folder: Path, name: str = "s.db", **changes: Any) -> Results:
    call = {"grid": GRID, "seeds": 3, "cell": stubs.measure, "executor": SERIAL} | changes
    return sweep(call.pop("grid"), store=folder / name, **call)


def test_results_follow_the_grid_and_each_cell_is_the_documented_call(tmp_path: Path) -> None:
    results = _sweep(tmp_path, seeds=[5, 2])
    means = results.array("mean")
    assert means.shape == results.shape == (3, 2, 2)
    assert len(results) == results.computed == 12
    for i, size in enumerate(GRID["size"]):
        for j, shift in enumerate(GRID["shift"]):
            for k, seed in enumerate([5, 2]):
                point = {"shift": shift, "size": size}
                task = Task("", "", canonical(point), seed)
                stream = np.random.SeedSequence(seed, spawn_key=task.spawn_key)
                assert means[i, j, k] == stubs.measure(point, stream)["mean"]
    for row, task in zip(results, results.tasks, strict=True):
        assert (row.settings, row.seed) == (json.loads(task.settings), task.seed)


@contextmanager
def _executor(kind: str) -> Iterator[Executor | None]:
    if kind == "threads":
        with ThreadPoolExecutor(3) as pool:
            yield pool
    elif kind == "backwards":
        yield stubs.Backwards(expected=18, hold=4)
    elif kind == "given processes":
        with worker_pool(2) as pool:
            yield pool
    else:
        yield SERIAL if kind == "serial" else None


def test_results_are_bitwise_the_same_for_any_executor_workers_and_order(tmp_path: Path) -> None:
    grid = GRID | {"naps": True}
    reference = _sweep(tmp_path, "reference.db", grid=grid)
    expected = rows(tmp_path / "reference.db")
    cases = [("threads", None), ("backwards", None), ("given processes", None), ("own", 1)]
    for kind, workers in [*cases, ("own", 2), ("own", 5)] if stubs.FULL else [*cases, ("own", 2)]:
        name = f"{kind}{workers}.db"
        with _executor(kind) as executor:
            results = _sweep(tmp_path, name, grid=grid, executor=executor, workers=workers)
        assert rows(tmp_path / name) == expected, name
        assert results.tasks == reference.tasks


def test_a_grown_or_reordered_grid_keeps_its_numbers_and_computes_the_rest(tmp_path: Path) -> None:
    first = _sweep(tmp_path)
    old = rows(tmp_path / "s.db")
    grown = {"shift": [2.0, -1.5, 0.0], "size": [5, 2, 1]}
    results = _sweep(tmp_path, grid=grown, seeds=[4, 2, 1, 0])
    assert (results.computed, results.reused) == (36 - 18, 18)
    assert set(old) < set(rows(tmp_path / "s.db"))
    back = results.array("mean")[1:, ::-1, 1:][::-1, :, ::-1]
    assert np.array_equal(back.swapaxes(0, 1), first.array("mean"))
    again = _sweep(tmp_path, grid=grown, seeds=[4, 2, 1, 0])
    assert (again.computed, again.reused) == (0, 36)


def test_a_repeated_cell_is_computed_once_and_listed_as_asked(tmp_path: Path) -> None:
    results = _sweep(tmp_path, grid={"size": [1, 1, 2], "shift": 0.0}, seeds=[0, 0])
    assert results.computed == 2
    assert results.array("mean").shape == (3, 2)


def test_a_list_of_settings_is_taken_as_it_is(tmp_path: Path) -> None:
    points = [{"size": 1, "shift": 0.0}, {"size": 3, "shift": 1.0, "naps": False}]
    assert _sweep(tmp_path, grid=iter(points), seeds=1).array("positive").shape == (2, 1)


@functools.cache
def _whole() -> list[Any]:
    with tempfile.TemporaryDirectory() as name:
        _sweep(Path(name))
        return rows(Path(name, "s.db"))


STOPPING = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(STOPS)), max_size=3)


@given(STOPPING)
@settings(max_examples=40 if stubs.FULL else 8)
def test_whatever_stops_it_a_sweep_loses_nothing_and_resumes(
    stops: list[tuple[int, type[BaseException]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, done = Path(name), 0
        for calls, error in stops:
            executor = stubs.Interrupting(calls, error)
            expected = SweepError if error is BrokenExecutor else error
            if done + calls < 18:
                with pytest.raises(expected) as caught:
                    _sweep(folder, executor=executor)
                done += calls
                text = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
                assert f"{done} of 18 cells are committed" in text
            else:
                assert _sweep(folder, executor=executor).reused == done
                done = 18
            assert len(rows(folder / "s.db")) == done
        assert _sweep(folder).computed == 18 - done
        assert rows(folder / "s.db") == _whole()


def test_results_that_came_back_but_were_not_yet_written_survive_an_interrupt(
    tmp_path: Path,
) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        _sweep(tmp_path, executor=stubs.InterruptedWithResults(hold=7))
    assert "7 of 18 cells are committed" in caught.value.__notes__[0]
    assert set(rows(tmp_path / "s.db")) < set(_whole())
    assert _sweep(tmp_path).computed == 11


def test_an_executor_that_cancels_is_an_error_and_the_sweep_resumes(tmp_path: Path) -> None:
    match = "the executor broke: it cancelled a cell; 1 of 18 cells are committed"
    with pytest.raises(SweepError, match=match):
        _sweep(tmp_path, executor=stubs.Cancelling())
    assert _sweep(tmp_path).computed == 17


def test_streams_are_keyed_by_what_is_run(tmp_path: Path) -> None:
    tasks = _sweep(tmp_path).tasks
    states = {tuple(task.stream.generate_state(4)) for task in tasks}
    assert len(states) == len(tasks)
    one = tasks[0]
    same = Task("other", "other", one.settings, one.seed)
    assert np.array_equal(same.stream.generate_state(4), one.stream.generate_state(4))
    assert same.key != one.key


def test_a_cell_sees_only_what_its_key_holds(tmp_path: Path) -> None:
    """NumPy numbers, tuples and key order make no other settings; 1 and 1.0 do."""
    plain = canonical({"a": 2, "b": [1.5, True, None], "c": {"x": "y"}})
    array = np.array([1.5])[0]
    assert canonical({"c": {"x": "y"}, "b": (array, True, None), "a": np.int32(2)}) == plain
    assert canonical({"a": 1}) != canonical({"a": 1.0})
    assert json.loads(canonical({"a": 0.1 + 0.2}))["a"] == 0.1 + 0.2


BAD = [
    ({"grid": 3}, "grid=3: must be a mapping"),
    ({"grid": [1]}, "must be a mapping"),
    ({"grid": []}, "grid: has no settings"),
    ({"grid": {"size": []}}, r"grid\['size'\]: has no values"),
    ({"grid": {"size": {1, 2}}}, r"grid\['size'\]=\{1, 2\}: must be a number"),
    ({"grid": {"size": [float("nan")]}}, r"grid\['size'\]=nan: must be finite"),
    ({"grid": {"size": [[1, object()]]}}, r"grid\['size'\]\[1\]=<object"),
    ({"grid": {"seed": 1}}, "'seed' cannot be a setting"),
    ({"seeds": 0}, "seeds=0: must be an integer >= 1"),
    ({"seeds": []}, "seeds: is empty"),
    ({"seeds": [1, -1]}, r"seeds\[1\]=-1: must be"),
    ({"seeds": [0.5]}, r"seeds\[0\]=0.5: must be"),
    ({"seeds": 2.0}, "seeds=2.0: must be"),
    ({"executor": 4}, "executor=4: must be a concurrent.futures.Executor"),
    ({"workers": 2}, "workers=2: must be None when an executor is given"),
    ({"workers": 0, "executor": None}, "workers=0: must be an integer >= 1"),
    ({"cell": lambda settings, seed: {}}, "must be a function defined at the top of a module"),
    ({"cell": 7}, "cell=7: must be a function"),
]


@pytest.mark.parametrize("change, match", BAD, ids=[str(list(change)) for change, _ in BAD])
def test_bad_arguments_are_named_before_any_work(
    tmp_path: Path, change: dict[str, Any], match: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=match):
        _sweep(tmp_path, **change)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind, match", [("text", "'a'='b': must be made of"), ("list", "a dict")])
def test_what_a_cell_returns_is_checked(tmp_path: Path, kind: str, match: str) -> None:
    with pytest.raises(CellError, match=match):
        _sweep(tmp_path, grid={"kind": kind}, cell=stubs.returns)


def test_an_output_may_not_bear_the_name_of_a_setting(tmp_path: Path) -> None:
    with pytest.raises(CellError, match="output 'kind': must be"):
        _sweep(tmp_path, grid={"kind": "setting"}, cell=stubs.returns)


def test_a_cell_that_raises_stops_no_other_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    call = {
        "grid": {"k": range(6), "broken": str(tmp_path / "broken")},
        "cell": stubs.failing,
        "seeds": 2,
    }
    with pytest.raises(CellError) as caught:
        _sweep(tmp_path, **call)
    text = str(caught.value)
    assert "2 cells failed; 10 of 12 cells are committed" in text
    assert '"k":3' in text
    assert "ZeroDivisionError: k is three" in text
    assert "in failing" in text
    (tmp_path / "broken").unlink()
    assert _sweep(tmp_path, **call).computed == 2


def test_versions_of_a_cell_live_side_by_side_and_are_never_mixed(tmp_path: Path) -> None:
    _sweep(tmp_path)
    old = rows(tmp_path / "s.db")
    results = _sweep(tmp_path, cell=Cell(stubs.measure, version=2))
    assert (results.computed, results.reused) == (18, 0)
    assert set(old) < set(rows(tmp_path / "s.db"))
    with pytest.raises(ValueError, match=r"version=None: must name one of .*'1'.*'2'"):
        load(tmp_path / "s.db")
    loaded = load(tmp_path / "s.db", version=2)
    assert set(loaded.tasks) == set(results.tasks)
    with pytest.raises(StoreError, match="no such file"):
        load(tmp_path / "none.db")


def test_a_cell_that_is_not_deterministic_is_found_out(tmp_path: Path) -> None:
    """Two sweeps that do not see each other's rows in time: the second commit differs."""

    class Late(SerialExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            _sweep(tmp_path, grid={"k": 1}, seeds=1, cell=stubs.drifting)
            return super().submit(fn, *args, **kwargs)

    with pytest.raises(StoreError, match="depends on more than its arguments"):
        _sweep(tmp_path, grid={"k": 1}, seeds=1, cell=stubs.drifting, executor=Late())
    assert len(rows(tmp_path / "s.db")) == 1


POINT = {"n": 6, "d": 9, "batch_size": 2, "step_size": 0.1, "steps": 12, "runs": 5}


def test_the_autoencoder_is_the_default_cell(tmp_path: Path) -> None:
    results = sweep(POINT | {"n": [6, 8]}, seeds=2, store=tmp_path / "s.db", executor=SERIAL)
    assert results.array("loss").shape == (2, 2, 5)
    task = results.tasks[0]
    start, batches = task.stream.spawn(2)
    q, rho = uniform_start(np.random.default_rng(start), 5, 6, 9, 1.0)
    direct = simulate(
        q, rho, batch_size=2, step_size=0.1, steps=12, seed=batches, observe=["loss"], every=12
    )
    assert np.array_equal(results.array("loss")[0, 0], direct.recorded["loss"][-1])


def test_the_autoencoder_cell_records_when_asked() -> None:
    values = simulate_cell(POINT | {"every": 4, "observe": ["r2", "q"]}, np.random.SeedSequence(0))
    assert list(values["recorded_steps"]) == [0, 4, 8, 12]
    assert values["q"].shape == (4, 5, 6)
    assert values["dead"].shape == (5,)
    # r2 = radius^2 up to the rounding of n + 1 squares and their sum: (n + 4) * 2^-53 < 1e-14
    assert np.abs(values["r2"][0] - 1).max() < 1e-14


@pytest.mark.parametrize(
    "change, match",
    [
        ({"batch_size": [2, 7]}, r'batch_size=7: must be .* from 1 to 6 \(in settings .*"n":6'),
        ({"step_size": -0.1}, "step_size=-0.1"),
        ({"steps": 1.5}, "steps=1.5"),
        ({"d": 5}, "d=5: must be an integer >= 6"),
        ({"every": 0}, "every=0"),
        ({"runs": 0}, "runs=0"),
        ({"radius": 0}, "radius=0"),
        ({"observe": ["lost"]}, "observe='lost': unknown"),
        ({"activation": "tanh"}, "activation='tanh'"),
        ({"backend": "abacus"}, "backend='abacus'"),
        ({"sampling": "cyclic", "batch_size": 4}, "batch_size=4: must divide"),
        ({"stepsize": 1}, r"grid\['stepsize'\]: unknown setting; known are n, batch_size"),
    ],
    ids=str,
)
def test_bad_autoencoder_settings_are_refused_before_any_work(
    tmp_path: Path, change: dict[str, Any], match: str
) -> None:
    values = change.get("observe")
    grid = POINT | change | ({"observe": [values]} if values else {})
    with pytest.raises((TypeError, ValueError), match=match):
        sweep(grid, seeds=1, store=tmp_path / "s.db", executor=SERIAL)
    assert not list(tmp_path.iterdir())


def test_a_missing_autoencoder_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"grid\['steps'\]: is missing"):
        sweep({"n": 3, "batch_size": 1, "step_size": 1}, seeds=1, store=tmp_path / "s.db")


@pytest.mark.parametrize("n, d", [(3, 8), (5, 5)])
def test_the_start_is_uniform_on_the_sphere(n: int, d: int) -> None:
    """u = w / |w| uniform in R^d: u_1^2 is Beta(1/2, (d-1)/2), so is each; error 1e-4, seed fixed.

    A start with rho left out (d = 8 as if d = 3) has Kolmogorov distance 0.3: at 20,000 draws it
    is rejected with probability 1 up to 1e-100.
    """
    q, rho = uniform_start(np.random.default_rng(7), 20_000, n, d, 1.5)
    for j in range(n):
        p = kstest((q[:, j] / 1.5) ** 2, "beta", args=(0.5, (d - 1) / 2)).pvalue
        assert p > 1e-4 / n
    assert np.abs((q**2).sum(axis=1) + rho - 2.25).max() < 1e-13


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


PEER = """
import sys
from sim.tests.sweep_stubs import GRID, measure
from sim import sweep

def run(executor, store):
    results = sweep(GRID | {"naps": True}, seeds=3, store=store, cell=measure, executor=executor)
    assert results.computed == 18, results.computed

if __name__ == "__main__":
"""

DASK = """
    from dask.distributed import Client, LocalCluster
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                      dashboard_address=None) as cluster, Client(cluster) as client:
        assert len(set(client.run(__import__("os").getpid).values())) == 2
        with client.get_executor() as executor:
            run(executor, sys.argv[1])
"""

MPI = """
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor() as executor:
        assert executor.num_workers == 2, executor.num_workers
        run(executor, sys.argv[1])
"""


def _peer(tmp_path: Path, body: str, *command: str) -> None:
    """Run a sweep under another program's executor and compare every byte with ours."""
    script = tmp_path / "peer.py"
    script.write_text(PEER + body)
    finished = subprocess.run(
        [*command, str(script), str(tmp_path / "peer.db")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert finished.returncode == 0, finished.stderr
    _sweep(tmp_path, grid=GRID | {"naps": True})
    assert rows(tmp_path / "peer.db") == rows(tmp_path / "s.db")


@_needs("dask", "distributed")
def test_dask_workers_give_the_same_bytes(tmp_path: Path) -> None:
    _peer(tmp_path, DASK, sys.executable)


# the one that belongs to this environment's mpi4py, if it has one
MPIEXEC = shutil.which(
    "mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
)


@_needs("mpi4py")
@pytest.mark.skipif(not MPIEXEC, reason="not on PATH: mpiexec")
def test_mpi_workers_give_the_same_bytes(tmp_path: Path) -> None:
    _peer(tmp_path, MPI, str(MPIEXEC), "-n", "3", sys.executable, "-m", "mpi4py.futures")
