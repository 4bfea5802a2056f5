"""Cells and executors for the tests of sweeps; importable by worker processes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from sim import SerialExecutor

FULL = os.environ.get("SWEEP_FULL") == "1"  # the full set of fault tests: see Makefile
ROOT = Path(__file__).parents[2]
GRID = {"size": [1, 2, 5], "shift": [0.0, -1.5]}


def measure(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Draw; `naps` makes the order of arrival differ, and must not matter."""
    if settings.get("naps"):
        time.sleep(random.Random().uniform(0, 0.01))
    draws = np.random.default_rng(seed).standard_normal(settings["size"]) + settings["shift"]
    return {"mean": draws.mean(), "draws": draws, "positive": int((draws > 0).sum())}


def slow(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Leave the worker's id in `folder`, take `seconds`; `gated` cells wait at the gate's file."""
    folder = Path(settings["folder"])
    Path(folder, str(os.getpid())).touch()
    while settings["k"] in settings["gated"] and folder.with_name("gate").exists():
        time.sleep(0.01)
    time.sleep(settings["seconds"])
    return {"value": np.random.default_rng(seed).random(40)}


def mortal(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Die by SIGKILL in the cells `lethal`: the first time only, unless `always`."""
    if settings["k"] in settings["lethal"]:
        mark = Path(settings["folder"], f"died-{settings['k']}")
        if settings["always"] or not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(settings.get("seconds", 0))
    return {"value": np.random.default_rng(seed).random()}


def once_killed(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Draw; in the cell k = `kill`, the first time, the worker dies by SIGKILL."""
    if settings["k"] == settings["kill"]:
        mark = Path(settings["folder"], "died")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return {"value": np.random.default_rng(seed).random(2)}


def failing(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Raise while the file `broken` exists."""
    if settings["k"] == 3 and Path(settings["broken"]).exists():
        raise ZeroDivisionError("k is three")
    return {"value": np.random.default_rng(seed).random()}


def drifting(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Break the contract: depend on the clock."""
    return {"now": time.time_ns()}


def leaving(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Call sys.exit, as a library might."""
    raise SystemExit(3)


def returns(settings: dict[str, Any], seed: np.random.SeedSequence) -> Any:
    """Return something that is no dict of numbers."""
    return {"text": {"a": "b"}, "setting": {"kind": 1}, "list": [1]}[settings["kind"]]


class Interrupting(Executor):
    """Serial, but the call after `calls` good ones breaks or is interrupted."""

    def __init__(self, calls: int, error: type[BaseException]):
        self.calls, self.error = calls, error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.calls == 0:
            raise self.error("stopped by the test")
        self.calls -= 1
        return SerialExecutor().submit(fn, *args, **kwargs)


class InterruptedWithResults(Executor):
    """Holds calls back, then finishes all of them and is interrupted in the same moment."""

    def __init__(self, hold: int):
        self.hold, self.held = hold, []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if len(self.held) == self.hold:
            for future, function, arguments in self.held:
                future.set_result(function(*arguments))
            raise KeyboardInterrupt
        self.held.append((Future(), fn, args))
        return self.held[-1][0]


class Cancelling(Executor):
    """Cancels every call after the first."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        if self.calls == 1:
            return SerialExecutor().submit(fn, *args, **kwargs)
        future: Future[Any] = Future()
        future.cancel()
        return future


class Backwards(Executor):
    """Holds calls back and runs the last first; `hold` at most at a time."""

    def __init__(self, expected: int, hold: int):
        self.left, self.hold, self.held = expected, hold, []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.held.append((future, fn, args))
        self.left -= 1
        if len(self.held) == self.hold or not self.left:
            for late, function, arguments in reversed(self.held):
                late.set_result(function(*arguments))
            self.held.clear()
        return future


STOPS = (KeyboardInterrupt, SystemExit, BrokenExecutor)


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Read every row of a store, past our own code."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM cell ORDER BY key").fetchall()
