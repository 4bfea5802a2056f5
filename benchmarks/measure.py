"""Agreement first, then medians of interleaved runs.

The clock is the processor time of this process, pinned to one core: on a shared machine the wall
clock would measure the neighbours.
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Any

import numpy as np

from benchmarks import limits
from benchmarks.cases import Case
from benchmarks.contenders import Ours
from benchmarks.contract import Contender, Maker, NotApplicable
from sim.engine.batches import Sampler

AGREEMENT = 1e-12
CHECK_STEPS = 10
_MOST_COORDINATES = 3_000_000  # of the general engine's runs in a check
SLICE = 0.1  # seconds a contender runs per round


class Disagreement(Exception):
    """A contender computes something else."""


def agreement(maker: Maker, case: Case) -> tuple[Contender, float | None]:
    """Give the contender, and its distance from the general engine after CHECK_STEPS on the same
    batches: max |q - q'| over the runs they share, relative to max |q|. None if it only draws its own:
    it is then the contender without ", drawing" in its name, checked there, with a generator."""
    contender = maker(case)
    if getattr(contender, "OWN_BATCHES", False):
        return contender, None
    mine: Contender = contender
    if isinstance(contender, Ours):
        mine = Ours(case, contender.backend, drawn=False)
    mine.advance(CHECK_STEPS)
    shared = min(mine.runs, len(expected_q(case)))
    expected, found = expected_q(case)[:shared], mine.q()[:shared]
    return contender, float(np.abs(found - expected).max() / np.abs(expected).max())


_EXPECTED: dict[Case, np.ndarray] = {}


def expected_q(case: Case) -> np.ndarray:
    """The general engine (O(n), sums anew at each step), on the first runs where n is large."""
    if case not in _EXPECTED:
        runs = min(case.runs, max(1, _MOST_COORDINATES // case.n))
        reference = Ours(case, "general", drawn=False, runs=runs)
        reference.advance(CHECK_STEPS)
        _EXPECTED.clear()
        _EXPECTED[case] = reference.q()
    return _EXPECTED[case]


def steps_for(contender: Contender, seconds: float) -> int:
    """Choose how many steps take about `seconds`, and leave the contender warm for that number."""
    steps, times = 1, getattr(contender, "WARM_UPS", 1)
    while True:
        for _ in range(times):
            contender.advance(steps)
        start = process_time()
        contender.advance(steps)
        spent = process_time() - start
        if spent > seconds / 8 or steps >= 1 << 20:
            break
        steps *= 8
    steps = max(1, min(round(steps * seconds / spent), 1 << 20))
    for _ in range(times):
        contender.advance(steps)
    return steps


class Floor:
    """What no engine of this shape can avoid: draw the indices, gather, scatter."""

    def __init__(self, case: Case):
        self.runs, self.case = case.runs, case
        self._sampler = Sampler("uniform", case.n, case.b, case.runs, np.random.SeedSequence(0))
        self._y = np.ones(case.runs * case.n)
        self._offset = np.arange(case.runs) * case.n
        self._v = np.empty(self._sampler.size * case.runs)

    def advance(self, steps: int) -> None:
        for sets in self._sampler.take(steps):
            flat = np.add(sets, self._offset, dtype=np.intp, order="C")
            for index in flat.reshape(len(flat), -1):  # in one dimension a scatter costs least
                self._y.take(index, out=self._v, mode="clip")
                self._y[index] = self._v

    def q(self) -> np.ndarray:
        return self._y


def measure(case: Case, makers: dict[str, Maker], rounds: int) -> dict[str, Any]:
    """Give per contender: nanoseconds per run-step (median, and all rounds)."""
    result: dict[str, Any] = {
        "case": case.name,
        "n": case.n,
        "d": case.d,
        "b": case.b,
        "runs": case.runs,
        "contenders": {},
    }
    running: dict[str, tuple[Contender, int]] = {}
    for name, maker in makers.items():
        try:
            contender, gap = agreement(maker, case)
        except NotApplicable:
            continue
        if gap is not None and not gap < AGREEMENT:
            raise Disagreement(f"{case.name}: {name} differs from ours by {gap:.2g}")
        running[name] = contender, steps_for(contender, SLICE)
        result["contenders"][name] = {"gap": gap, "runs": contender.runs, "ns": []}
    if case.b < case.n:
        floor = Floor(case)
        running["floor"] = floor, steps_for(floor, SLICE)
        result["contenders"]["floor"] = {"gap": 0.0, "runs": case.runs, "ns": []}
    for _ in range(rounds):
        for name, (contender, steps) in running.items():
            start = process_time()
            contender.advance(steps)
            spent = process_time() - start
            result["contenders"][name]["ns"].append(1e9 * spent / steps / contender.runs)
    for entry in result["contenders"].values():
        entry["median_ns"] = median(entry["ns"])
    ours = result["contenders"]["ours"]["ns"]
    for entry in result["contenders"].values():
        entry["ratio"] = median(x / y for x, y in zip(entry["ns"], ours, strict=True))
    if any(name.startswith("C") for name in makers):  # a compiler is there
        result["limit"] = limits.limit(case)
    return result
