"""Threads: python -m benchmarks.scaling [--workers 1 2] [--rounds 7].

Wall seconds of one `simulate` by numba, b = 1, four blocks of runs, for each number of threads,
interleaved; the ratio is the median over rounds. On a busy machine the wall clock measures the
neighbours as well, and the processor's seconds beside it say what the threads cost.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from statistics import median
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before numpy is imported

import numpy as np  # noqa: E402


def measure(counts: list[int], rounds: int, steps: int = 4_000) -> dict[str, Any]:
    """Give seconds for each number of threads, and how many times as fast as one thread it is."""
    from sim import simulate
    from sim.engine.batches import block_runs

    n, b = 100, 1
    runs = 4 * block_runs(n, b)
    q = np.random.default_rng(0).normal(size=(runs, n)) / 20
    given = {"batch_size": b, "step_size": 0.2, "steps": steps, "backend": "numba", "seed": 1}
    wall: dict[int, list[float]] = {k: [] for k in counts}
    cpu: dict[int, list[float]] = {k: [] for k in counts}
    simulate(q, 0.1, workers=1, **(given | {"steps": 64}))
    for _ in range(rounds):
        for k in counts:
            begun, spent = time.perf_counter(), time.process_time()
            simulate(q, 0.1, workers=k, **given)
            wall[k].append(time.perf_counter() - begun)
            cpu[k].append(time.process_time() - spent)
    one = counts[0]
    return {
        "runs": runs, "steps": steps, "blocks": 4, "wall_s": wall, "cpu_s": cpu,
        "faster": {k: median(x / y for x, y in zip(wall[one], wall[k], strict=True)) for k in counts},
        "run_steps": {k: runs * steps / median(wall[k]) for k in counts},
    }  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps(measure(options.workers, options.rounds), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
