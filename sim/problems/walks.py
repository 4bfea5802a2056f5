"""Plays one-dimensional adapted processes out, and estimates their increment moments.

A sampler is any callable (states, rng) -> increments, arrays of one shape: it may keep a memory of
the past in itself.  Runs are independent; a run keeps its own place in every array it is handed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.batches import child

Floats = NDArray[np.float64]
Sampler = Callable[[Floats, np.random.Generator], Any]


@dataclass(frozen=True)
class Exits:
    """times: steps until each run left the band, (runs,); positions: where it was then, (runs,).

    A run that was still inside after ``max_steps`` has time -1.
    """

    times: NDArray[np.int64]
    positions: Floats

    @property
    def finished(self) -> NDArray[np.bool_]:
        """Which runs left the band, (runs,)."""
        return self.times >= 0


def _generator(seed: Any) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(child(seed)))


def exit_times(
    sampler: Sampler, start: float, low: float, high: float, *, runs: int, seed: Any, max_steps: int
) -> Exits:
    """Run until the position is outside the closed band [low, high] (either may be infinite).

    seed: int or SeedSequence.  Raises ValueError for a start outside the band or a count < 1.
    The sampler is handed all runs at every step, finished ones too, so that its memory stays aligned.
    """
    if not low <= start <= high:
        raise ValueError(f"start={start}: a start in the band [{low}, {high}] is needed")
    for name, value in (("runs", runs), ("max_steps", max_steps)):
        if value < 1:
            raise ValueError(f"{name}={value}: at least 1 is needed")
    rng = _generator(seed)
    position = np.full(runs, float(start))
    times = np.full(runs, -1, dtype=np.int64)
    inside = np.ones(runs, dtype=bool)
    for step in range(1, max_steps + 1):
        moved = position + np.asarray(sampler(position, rng), dtype=float)
        position = np.where(inside, moved, position)
        left = inside & ((position < low) | (position > high))
        times[left] = step
        inside &= ~left
        if not inside.any():
            break
    return Exits(times, position)


def birth_death_sampler(drift: float, variance: float, base: int) -> Sampler:
    """+1 with probability variance/2 + drift/(2x), -1 with variance/2 - drift/(2x); +1 at ``base``."""

    def sample(states: Floats, rng: np.random.Generator) -> Any:
        u = rng.random(states.shape)
        x = np.maximum(states, 1.0)  # at base = 0 the law below is not used
        plus = np.where(states <= base, 1.0, (variance + drift / x) / 2)
        return np.where(u < plus, 1.0, np.where((u < variance) & (states > base), -1.0, 0.0))

    return sample


@dataclass(frozen=True)
class MomentIntervals:
    """Intervals for E[D] and E[D^2] at one state; both hold with probability >= 1 - error.

    rigorous: by Hoeffding's inequality from a stated bound on |D|; else by the normal limit.
    """

    state: float
    first: tuple[float, float]
    second: tuple[float, float]
    jump: float | None
    error: float
    rigorous: bool


def sample_moments(
    sampler: Sampler,
    states: Sequence[float],
    *,
    draws: int,
    error: float,
    seed: Any,
    jump: float | None = None,
) -> list[MomentIntervals]:
    """Estimate the first two conditional moments of the increment at each state.

    error: probability that any of the intervals misses, shared evenly (Bonferroni).
    jump: a known bound on |D|.  Then Hoeffding's inequality, P(|mean - E| >= r) <= 2 exp(-2 draws
    r^2/range^2), gives intervals for any number of draws; without it the normal limit is used.
    Raises ValueError for bad input, and when a draw exceeds ``jump``.
    """
    if not 0 < error < 1 or draws < 2 or not len(states):
        raise ValueError(f"error={error}, draws={draws}, {len(states)} states: 0 < error < 1, "
                         "draws >= 2 and at least one state are needed")  # fmt: skip
    rng, each = _generator(seed), error / (2 * len(states))
    found = []
    for state in states:
        values = np.asarray(sampler(np.full(draws, float(state)), rng), dtype=float)
        if jump is not None and np.abs(values).max() > jump:
            raise ValueError(f"jump={jump}: the sampler gave {np.abs(values).max()} at {state}")
        ends = []
        # D lies in [-jump, jump] and D^2 in [0, jump^2].
        for sample, span in ((values, 2 * (jump or 0.0)), (values**2, (jump or 0.0) ** 2)):
            mean = float(sample.mean())
            if jump is not None:
                radius = span * math.sqrt(math.log(2 / each) / (2 * draws))
            else:
                radius = _normal_quantile(each) * float(sample.std(ddof=1)) / math.sqrt(draws)
            ends.append((mean - radius, mean + radius))
        found.append(MomentIntervals(float(state), ends[0], ends[1], jump, error, jump is not None))
    return found


def _normal_quantile(error: float) -> float:
    return -NormalDist().inv_cdf(error / 2)
