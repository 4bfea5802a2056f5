"""What a cell of a sweep costs beside what it computes: `python -m benchmarks.cells`."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from sim import SerialExecutor, sweep


def draw(settings: dict[str, Any], seed: np.random.SeedSequence) -> dict[str, Any]:
    """Compute next to nothing."""
    return {"value": np.random.default_rng(seed).random(2)}


def measure(cells: int, rounds: int) -> dict[str, Any]:
    """Give milliseconds of processor time a cell, in one process and a new store each round: all that a
    sweep does, less the calls of the cell by themselves."""
    spent, itself = [], []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(rounds):
            begun = process_time()
            results = sweep(
                {"k": list(range(cells))},
                seeds=1,
                store=Path(folder) / f"{k}.db",
                cell=draw,
                executor=SerialExecutor(),
            )
            spent.append(1e3 * (process_time() - begun) / cells)
            assert results.computed == cells, results
            begun = process_time()
            for child in np.random.SeedSequence(k).spawn(cells):
                draw({"k": 0}, child)
            itself.append(1e3 * (process_time() - begun) / cells)
    return {
        "cells": cells,
        "ms": median(spent) - median(itself),
        "all_ms": spent,
        "cell_ms": itself,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cells", description=__doc__)
    parser.add_argument("--cells", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps(measure(options.cells, options.rounds), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
