"""What the machine could do: nanoseconds that no code for one run-step can go below, by a stated model.

Cycles. A core starts ISSUE instructions a cycle and does PORTS vector operations, each on LANES runs, a
division taking a port for DIVISION cycles a run; numbers of the last Intel and AMD server cores, rounded in
their favour. Counted from the recursions (`sim/engine/_direct.py`, `_full.py`), with STEP instructions for a
run's scalars, and EACH for a coordinate: index drawn (word 10, product and test 4), address, the sum's
addition, the product; all on LANES runs at a time. Only the MOVED, load and store of a coordinate at a
random place, go one by one. At b = n nothing is moved.

Bandwidth. Each coordinate is a line read and written at a random place of one run's n squares, as if runs
were done one after another: measured by `lines` in kernel.c, which asks for 64 lines ahead. Not in the
model: that a step waits for the one before it (64 runs or more hide that), page tables, rescaling.

The limit is the larger of the two. A cycle is measured: additions that wait for one another.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from time import process_time

import numpy as np

from benchmarks.c_peers import library
from benchmarks.cases import Case

ISSUE, PORTS, DIVISION, LANES = 6, 2, 4, 8
STEP_FLOATS, STEP_OTHER = 11, 8  # beside the division; loads and stores of p and t, the loop
EACH_FLOATS, EACH_OTHER, MOVED = 2, 16, 2
FULL_FLOATS = 10
_CHAIN, _LINES, _ROUNDS = 20_000_000, 1_000_000, 3


@cache
def cycle() -> float:
    """Nanoseconds of a cycle."""
    library().chain(_CHAIN)
    return min(_timed(lambda: library().chain(_CHAIN)) for _ in range(_ROUNDS)) / _CHAIN


@cache
def line(entries: int) -> float:
    """Nanoseconds to read and write one of so many float64 at a random place."""
    y = np.ones(entries)
    index = np.random.default_rng(0).integers(0, entries, _LINES)

    def touch() -> None:
        library().lines(y.ctypes.data, index.ctypes.data, _LINES)

    touch()
    return min(_timed(touch) for _ in range(_ROUNDS)) / _LINES


def cycles(n: int, b: int) -> float:
    """Give the cycles of a run-step by the model above."""
    if b == n:
        return FULL_FLOATS / (PORTS * LANES)
    k = min(b, n - b)
    floats, each = STEP_FLOATS + EACH_FLOATS * k, EACH_FLOATS + EACH_OTHER
    together = STEP_FLOATS + 1 + STEP_OTHER + each * k
    return max((floats + DIVISION) / (PORTS * LANES), (together / LANES + MOVED * k) / ISSUE)


def limit(case: Case) -> dict[str, float]:
    """Give cycle_ns, line_ns and, the larger, limit_ns of a run-step; needs the C compiler."""
    k = min(case.b, case.n - case.b)
    by_cycles = cycle() * cycles(case.n, case.b)
    by_lines = k * line(case.n) if k else 0.0
    return {"cycle_ns": by_cycles, "line_ns": by_lines, "limit_ns": max(by_cycles, by_lines)}


def _timed(function: Callable[[], object]) -> float:
    start = process_time()
    function()
    return 1e9 * (process_time() - start)
