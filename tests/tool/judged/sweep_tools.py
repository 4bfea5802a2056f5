"""Stores of a few tasks, and a clock, for the batteries of the store of sweeps."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.sweeps.payload import encode
from sim.sweeps.tasks import Task


def task_of(k: int, cell: str = "c", version: str = "1") -> Task:
    """The k-th task of a cell."""
    return Task(cell, version, f'{{"k":{k}}}', k)


def numbers(k: int) -> bytes:
    """What a run of it gives."""
    return encode({"k": k, "x": [k, 2.0 * k]})


def sql(path: Path, *texts: str) -> list[Any]:
    """What the last of these statements finds."""
    found: list[Any] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as line:
        for text in texts:
            found = line.execute(text).fetchall()
    return found


def fill(judge: ModuleType, path: Path, count: int = 4) -> None:
    """Make a store with some tasks."""
    with judge.Store(path, patience=1) as store:  # where a store was left open, it is held
        store.commit((task_of(k), numbers(k)) for k in range(count))


class Clock:
    """``time``, a second on at each look."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0

    def monotonic(self) -> float:
        self.now += 1
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds == 0.01
        self.slept += 1
