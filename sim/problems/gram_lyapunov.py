"""The almost-sure threshold: where the top Lyapunov exponent of linearised SGD turns positive."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import _arguments as arguments
from sim.engine.batches import child
from sim.problems.exponents import Exponent, Hessians, Residuals, enough, exponents
from sim.problems.gram_enclosure import edge, enclose
from sim.problems.gram_input import Gram, read
from sim.problems.gram_operator import variance_factor
from sim.problems.quadratic_moments import mean_square_threshold as dense_threshold

POINTS = 12  # step sizes a round
RESOLUTION = 2e-3  # an exponent an epoch below this does not count as leaving
STRIDE = 1.04


@dataclass(frozen=True)
class AlmostSure:
    """C_as, from runs: with probability `level` both statements hold.

    At `high` the exponent is positive: runs leave. At `low` it is below `resolution` an epoch: a run
    needs more than 1/resolution epochs to move away by a factor e. (Below C_as the exponent is only
    about -C l_min/N, too close to 0 to be seen; and it is not proved that it changes sign just once.)
    exact: no run was needed (full batch), or none is possible.
    """

    low: float
    high: float
    batch_size: int
    level: float
    resolution: float
    exact: bool = False
    measured: tuple[Exponent, ...] = ()


def _problem(
    K: Any, batch_size: int, sampling: str, outputs: int
) -> tuple[Any, float, float, bool]:
    """Give the linear problem, C_ms, an edge beyond which all leave, and whether there is no noise."""
    if isinstance(K, Hessians):
        ms = dense_threshold(K.Q, batch_size, sampling)
        silent = variance_factor(K.samples, batch_size, sampling) == 0 or not K.Q.any()
        top = float(np.linalg.eigvalsh(K.Q.mean(axis=0))[-1])
        if top <= 0 and K.Q.any():
            raise ValueError("Hessians: no direction has positive mean curvature; not a minimum")
        return K, ms, 2 / top if top > 0 else math.inf, silent
    gram: Gram = read(K, outputs)
    kappa = variance_factor(gram.samples, batch_size, sampling)
    return (
        Residuals(gram), enclose(gram, kappa, batch_size)[0].low, edge(gram)[1],
        kappa == 0 or gram.rank == 0,
    )  # fmt: skip


def almost_sure_threshold(
    K: Any, *, batch_size: int, sampling: str = "uniform", outputs: int = 1, level: float = 0.99,
    runs: int = 48, epochs: int = 1000, resolution: float = RESOLUTION, seed: Any = 0,
    progress: Callable[[str], None] | None = None,
) -> AlmostSure:  # fmt: skip
    """C_as: single runs stay near the minimum below it and leave above it.

    K: as in `mean_square_threshold`, or `Hessians` for components that are no Gram matrix.
    level: of the interval [low, high]; runs, epochs: a step size; resolution: see `AlmostSure`.
    seed: an integer >= 0 or a SeedSequence, whose spawned children stay the caller's to use.

    First a ladder of step sizes from C_ms (below it the exponent is negative: Jensen) up until one
    is surely positive, then two rounds of twelve step sizes in between. Each limit is taken at level
    1 - (1 - level)/(number of step sizes), so that all hold together.
    Raises ArithmeticError where no step size up to 64 times the full-batch edge is seen to leave,
    ValueError for a K, a batch size, a level or a number of runs (at least 16) that is none.
    """
    b = arguments.integer("batch_size", batch_size, 1)
    if not 0 < level < 1:
        raise ValueError(f"level={level}: must be between 0 and 1")
    arguments.positive("resolution", resolution)
    enough(runs, epochs)
    seed = arguments.seed(seed)
    problem, ms, top, silent = _problem(K, b, sampling, outputs)
    if silent:
        if isinstance(K, Hessians):  # ms is 0 where the mean has a negative direction: all C leave
            low, top = (0.0, 0.0) if ms == 0 else (top * (1 - 1e-12), top)
        else:
            low = ms
        return AlmostSure(low, top, b, level, resolution, exact=True)
    base = ms if ms > 0 else top / 64
    measured: list[Exponent] = []
    rounds = 0
    alone = 1 - (1 - level) / (POINTS * 5)

    def measure(grid: Any, length: int) -> list[Exponent]:
        nonlocal rounds
        if progress is not None:
            progress(f"batch size {b}: exponents from {grid[0]:.5g} to {grid[-1]:.5g}")
        found = exponents(problem, grid, batch_size=b, epochs=length, runs=runs,
                          seed=child(seed, rounds), sampling=sampling)  # fmt: skip
        rounds += 1
        measured.extend(found)
        return found

    low, start = base, base
    while True:
        grid = start * STRIDE ** np.arange(1, POINTS + 1)
        found = measure(grid, max(epochs // 4, 50))
        leaves = [x.limits(alone)[0] > 0 for x in found]
        stays = [x.limits(alone)[1] < max(resolution, 4 / max(epochs // 4, 50)) for x in found]
        low = max([low, *(x.step_size for x, y in zip(found, stays, strict=True) if y)])
        if any(leaves):
            high = found[leaves.index(True)].step_size
            break
        start = float(grid[-1])
        if start > 64 * top or rounds > 12:
            raise ArithmeticError(f"no step size up to {start:.6g} is seen to leave")
    low = min(low, high / STRIDE)
    for _ in range(2):
        grid = np.linspace(max(ms, low - (high - low) / 2), high * 1.002, POINTS)
        found = measure(grid, epochs)
        leaves = [x.limits(alone)[0] > 0 for x in found]
        if any(leaves):
            high = found[leaves.index(True)].step_size
        before = [x.step_size for x in found if x.step_size < high]
        stays = [x.limits(alone)[1] < resolution for x in found]
        first = stays.index(False) if False in stays else len(stays)
        low = max(ms, before[min(first, len(before)) - 1] if first and before else ms)
    return AlmostSure(low, high, b, level, resolution, measured=tuple(measured))
