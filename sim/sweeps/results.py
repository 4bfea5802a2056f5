"""The finished cells of a sweep as rows, arrays, and tables for other programs."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.sweeps.store import Store
from sim.sweeps.tasks import Task


class Row(NamedTuple):
    """One finished cell."""

    settings: dict[str, Any]
    seed: int
    values: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Results:
    """Finished cells in the order of the grid, seeds fastest; read from the store when asked for.

    shape: (length of each axis of the grid, seeds). computed, reused: cells that this sweep
    computed, and cells that it found in the store.
    """

    path: Path
    tasks: list[Task]
    shape: tuple[int, ...]
    computed: int = 0
    reused: int = 0

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Row]:
        with Store(self.path, create=False) as store:
            for task in self.tasks:
                yield Row(json.loads(task.settings), task.seed, store.read(task))

    def array(self, name: str) -> NDArray[Any]:
        """Give output `name` of every cell, shape (axes..., seeds, shape of the output...)."""
        values = []
        for row in self:
            if name not in row.values:
                raise KeyError(f"{name!r}: no such output; there are {', '.join(row.values)}")
            values.append(row.values[name])
        stacked = np.stack(values)
        return stacked.reshape(*self.shape, *stacked.shape[1:])

    def to_pandas(self) -> Any:
        """Give a pandas DataFrame, a row per cell: settings, seed, outputs (arrays as objects)."""
        pandas = _require("pandas")
        return pandas.DataFrame.from_records(list(self._records(lambda value: value)))

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write a Parquet file, a row per cell; an array becomes a (nested) list."""
        pyarrow, parquet = _require("pyarrow"), _require("pyarrow.parquet")
        records = list(self._records(_listed))
        names = list(dict.fromkeys(name for record in records for name in record))
        columns = {name: [record.get(name) for record in records] for name in names}
        table = pyarrow.table(columns)
        _replace(path, lambda partial: parquet.write_table(table, partial))

    def to_csv(self, path: str | PathLike[str], *, tidy: bool = False) -> None:
        """Write a CSV file, a row per cell; a list or array becomes JSON text.

        tidy: a row per entry along the first axis of the outputs instead (``row`` counts them): with the
        ready-made cells, a row per run.  Floats are written with the digits that give them back exactly;
        nan and inf as such.
        """
        records = list(self._tidy() if tidy else self._records(_text))
        names = list(dict.fromkeys(name for record in records for name in record))

        def write(partial: Path) -> None:
            with partial.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(records)

        _replace(path, write)

    def _tidy(self) -> Iterator[dict[str, Any]]:
        """A record per entry of the outputs' first axis; an output of another length is repeated whole."""
        for settings, seed, values in self:
            sizes = [len(x) for x in values.values() if np.ndim(x) > 0]
            size = max(sizes, default=1)
            head = {name: _text(x) for name, x in settings.items()} | {"seed": seed}
            for row in range(size):
                each = {
                    name: _text(x[row] if np.ndim(x) > 0 and len(x) == size else x)
                    for name, x in values.items()
                }
                yield head | {"row": row} | each

    def _records(self, convert: Callable[[Any], Any]) -> Iterator[dict[str, Any]]:
        for settings, seed, values in self:
            record = settings | {"seed": seed} | values
            yield {name: convert(value) for name, value in record.items()}


def load(
    path: str | PathLike[str], *, cell: str | None = None, version: int | str | None = None
) -> Results:
    """Give every finished cell in a store, ordered by settings and seed.

    Raises ValueError when several cell functions or versions are there and none is named, and a
    StoreError when the file is missing, damaged or no store.
    """
    with Store(path, create=False) as store:
        tasks = store.tasks()
    kinds = {(task.cell, task.version) for task in tasks}
    wanted = {
        (name, number)
        for name, number in kinds
        if cell in (None, name, name.partition("@")[0])
        and (version is None or str(version) == number)
    }
    if len(wanted) != 1:
        raise ValueError(
            f"cell={cell!r}, version={version!r}: must name one of the kinds of cell in "
            f"{path}: {sorted(kinds)}"
        )
    chosen = [task for task in tasks if (task.cell, task.version) in wanted]
    chosen.sort(key=lambda task: (task.settings, task.seed))
    return Results(Path(path).absolute(), chosen, (len(chosen),), reused=len(chosen))


def _require(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"this export needs {name}: pip install 'sgd-batch-audit[table]' (CSV needs nothing)"
        ) from error


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _text(value: Any) -> Any:
    plain = _listed(value)
    if isinstance(plain, float) and not math.isfinite(plain):
        return str(plain)
    return json.dumps(plain) if isinstance(plain, list | dict) else plain


def _replace(path: str | PathLike[str], write: Callable[[Path], None]) -> None:
    """Write beside the target, then rename: a file is there whole or not at all.

    A pipe or a device is written to as it is; a link keeps pointing to what is written.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        write(path)
        return
    partial = Path(f"{path}.partial-{os.getpid()}")
    try:
        write(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
