"""The tasks that a grid of settings and seeds makes of a cell.

The random stream of a task is keyed by what is run: SeedSequence(seed, spawn_key = SHA-256 of the
settings). So no result changes when the grid grows, is reordered or is cut differently, and tasks
with different settings are independent.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from sim.engine._arguments import integer
from sim.sweeps.cell import Cell, Function
from sim.sweeps.fingerprint import fingerprint
from sim.sweeps.own import of
from sim.sweeps.said import NotComparable

Settings = Mapping[str, Any]
Grid = Mapping[str, Any] | Iterable[Settings]


def as_cell(cell: Cell | Function) -> Cell:
    """Give `cell` as a Cell; a plain function has version 1.

    Raises TypeError unless its function is found under its name, as a worker process looks for it.
    """
    found = cell if isinstance(cell, Cell) else Cell(cell)
    module, _, name = found.name.partition(":")
    try:
        there = attrgetter(name)(sys.modules[module])
    except (KeyError, AttributeError):
        there = None
    if there is not found.function:
        raise TypeError(
            f"cell={found.function!r}: must be a function defined at the top of a module, "
            "so that worker processes can import it"
        )
    return found


def identity(cell: Cell) -> str:
    """Give a cell's name with a hash of what it computes; the package's own go by their version.

    Raises NotComparable where that cannot be read off the function.
    """
    if cell.name.startswith("sim.") and not cell.name.startswith("sim.tests."):
        return cell.name
    with of(cell.function):
        computes = f"{cell.name}@{fingerprint(cell.function)}"
    _HERE.add(computes)
    return computes


_HERE: set[str] = set()  # identities of what this process has: found here, or compared


def same_here(function: Function, computes: str) -> None:
    """Raise NotComparable where a cell is not in this process what it was where the sweep was called.

    A worker process imports it by its name: from a file that was edited by then, or was when the worker began;
    or without what a script has set below ``if __name__ == "__main__":``.
    """
    name, _, said = computes.partition("@")
    if not said or computes in _HERE or not _by_name(function):
        return
    with of(function):
        found = fingerprint(function)
    if found != said:
        raise NotComparable(
            f"{name} is another in this worker process than where the sweep was called: a file was edited "
            "meanwhile, the worker is an old one, or a value, or what is set for a whole process (how NumPy "
            "prints and takes errors, a precision, a locale), is set below "
            '`if __name__ == "__main__":`: set it above, where workers come by'
        )
    _HERE.add(computes)


def _by_name(function: Function) -> bool:
    """Whether a process gets a function by importing it; else it was handed as it is."""
    try:
        there = attrgetter(function.__qualname__)(sys.modules[function.__module__])
    except (KeyError, AttributeError):
        return False
    return there is function


@dataclass(frozen=True)
class Task:
    """One cell of a grid: the cell's identity and version, settings as canonical JSON, the seed."""

    cell: str
    version: str
    settings: str
    seed: int

    @property
    def spawn_key(self) -> tuple[int, ...]:
        """Spawn key of the task's random stream: eight 32-bit words."""
        digest = hashlib.sha256(self.settings.encode()).digest()
        return tuple(int(word) for word in np.frombuffer(digest, dtype="<u4"))

    @property
    def stream(self) -> np.random.SeedSequence:
        """A fresh copy of the task's random stream."""
        return np.random.SeedSequence(self.seed, spawn_key=self.spawn_key)

    @cached_property
    def key(self) -> bytes:
        """SHA-256 of settings, seed stream, cell and version: 32 bytes."""
        fields = [self.cell, self.version, self.settings, self.seed, self.spawn_key]
        return hashlib.sha256(json.dumps(fields).encode()).digest()

    def __str__(self) -> str:
        return f"settings {self.settings}, seed {self.seed}"


def make_tasks(grid: Grid, seeds: int | Iterable[int], cell: Cell) -> tuple[list[Task], list[int]]:
    """Give one task per settings and seed, seeds fastest, and the shape (axes..., seeds).

    Every settings passes cell.check first; its error is raised with the settings named.
    """
    settings, shape = expand(grid)
    numbers = _seeds(seeds)
    for text in dict.fromkeys(settings):
        try:
            cell.check(json.loads(text))
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{error} (in settings {text})") from error
    computes = identity(cell)
    tasks = [Task(computes, str(cell.version), s, k) for s in settings for k in numbers]
    return tasks, [*shape, len(numbers)]


def expand(grid: Grid) -> tuple[list[str], list[int]]:
    """Give the settings of a grid as canonical JSON, and the lengths of its axes.

    A mapping is a product: each list, tuple, range or array is an axis, anything else a constant
    (a list as a constant is written [[1, 2]]). An iterable of mappings is taken as it is.
    """
    if isinstance(grid, Mapping):
        axes = {name: list(values) for name, values in grid.items() if _is_axis(values)}
        for name, values in axes.items():
            if not values:
                raise ValueError(f"grid[{name!r}]: has no values; must have at least one")
        points = itertools.product(*axes.values())
        rows = [{**grid, **dict(zip(axes, point, strict=True))} for point in points]
        shape = [len(values) for values in axes.values()]
    else:
        try:
            rows = [dict(settings) for settings in grid]
        except (TypeError, ValueError):
            raise TypeError(
                f"grid={grid!r}: must be a mapping name -> values, or a list of settings"
            ) from None
        shape = [len(rows)]
        if not rows:
            raise ValueError("grid: has no settings; must have at least one")
    return [canonical(row) for row in rows], shape


def _is_axis(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, list | tuple | range)


def canonical(settings: Settings) -> str:
    """Give settings as JSON with sorted keys; equal settings give equal text. 1 is not 1.0."""
    if "seed" in settings:
        raise ValueError("grid: 'seed' cannot be a setting; pass seeds=")
    return json.dumps(_plain("grid", settings), sort_keys=True, separators=(",", ":"))


def _plain(where: str, value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        if np.ma.is_masked(value):
            raise TypeError(f"{where}={value!r}: some of it is masked; leave out what is not meant")
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where}={value!r}: must be finite")
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(f"{where}[{k}]", item) for k, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(f"{where}[{name!r}]", item) for name, item in value.items()}
    raise TypeError(
        f"{where}={value!r}: must be a number, string, bool, None, or a list or dict of these"
    )


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    if not isinstance(seeds, Iterable):
        return list(range(integer("seeds", seeds, 1)))
    numbers = [integer(f"seeds[{k}]", seed, 0, 2**63 - 1) for k, seed in enumerate(seeds)]
    if not numbers:
        raise ValueError("seeds: is empty; must have at least one")
    return numbers
