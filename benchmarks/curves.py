"""How the engine's cost grows in n, d, b, R and T, beside a bare gather and scatter."""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Any

from benchmarks.cases import Case
from benchmarks.contenders import Ours
from benchmarks.contract import Contender
from benchmarks.measure import SLICE, Floor, steps_for

CURVES: dict[str, list[Case]] = {
    "n": [Case(n, n, 1, 256) for n in (100, 1_000, 10_000, 100_000)],
    "d": [Case(1_000, d, 1, 256) for d in (1_000, 3_000, 10_000, 100_000)],
    "b": [Case(1_000, 1_000, b, 256) for b in (1, 2, 4, 8, 16, 32, 128, 200, 500, 800, 990, 999)],
    "R": [Case(1_000, 1_000, 1, runs) for runs in (1, 4, 16, 64, 256, 1_024, 4_096)],
}
LENGTHS = (100, 1_000, 10_000, 100_000)


def growth(rounds: int) -> dict[str, Any]:
    """Give, per curve, nanoseconds per run-step of the engine and of the bare memory traffic."""
    curves: dict[str, Any] = {}
    for name, cases in CURVES.items():
        curves[name] = {"x": [], "ours": [], "floor": []}
        for case in cases:
            value = {"n": case.n, "d": case.d, "b": case.b, "R": case.runs}[name]
            both: list[Contender] = [Ours(case, "numpy"), Floor(case)]
            plan = [(contender, steps_for(contender, SLICE)) for contender in both]
            spent: list[list[float]] = [[], []]
            for _ in range(rounds):
                for times, (contender, steps) in zip(spent, plan, strict=True):
                    times.append(_seconds(contender, steps) / steps / case.runs * 1e9)
            curves[name]["x"].append(value)
            curves[name]["ours"].append(median(spent[0]))
            curves[name]["floor"].append(median(spent[1]))
    case = Case(100, 100, 1, 100)
    lengths = [
        median(_seconds(Ours(case, "numpy"), t) / t / case.runs * 1e9 for _ in range(rounds))
        for t in LENGTHS
    ]
    curves["T"] = {"x": list(LENGTHS), "ours": lengths, "floor": []}
    return curves


def _seconds(contender: Contender, steps: int) -> float:
    start = process_time()
    contender.advance(steps)
    return process_time() - start
