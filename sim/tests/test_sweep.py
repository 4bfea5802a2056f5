"""Sweeps: the same numbers whoever computes them, only what is missing, exports that round-trip."""

from __future__ import annotations

import functools
import json
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

from sim import (
    Cell,
    CellError,
    SerialExecutor,
    StoreError,
    SweepError,
    load,
)
from sim.sweeps.tasks import Task, canonical
from sim.sweeps.workers import worker_pool
from sim.tests import sweep_stubs as stubs
from sim.tests.sweep_stubs import GRID, STOPS, rows
from sim.tests.sweep_tools import SERIAL, _sweep


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
