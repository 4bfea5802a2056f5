"""Which step sizes keep one minimum and leave another, for each batch size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import _arguments as arguments
from sim.engine.batches import child
from sim.problems.exponents import Hessians, Residuals, exponents
from sim.problems.gram_enclosure import enclose
from sim.problems.gram_input import read
from sim.problems.gram_lyapunov import AlmostSure, almost_sure_threshold
from sim.problems.gram_operator import variance_factor
from sim.problems.printed import at_least, at_most
from sim.problems.quadratic_moments import mean_square_threshold as dense_threshold

Span = tuple[float, float]
INSIDE = 9  # step sizes within a window, at least, at which B's exponent is measured
RATIO = 1.15  # and at most this far apart: a narrower island of stability can hide between two
MOST = 60
BEYOND = 16  # streams of a seed from here on: `almost_sure_threshold` has those before
FLOATS = 1e-9  # relative error granted to the dense operator's floats, where K is no Gram matrix


@dataclass(frozen=True)
class Window:
    """The step sizes at one batch size, each an open interval, None where there is none.

    tame: keeps every A in mean square (no heavy tails) and leaves every B.
    paths: keeps every A's single paths (up to C_as), tame or not, and leaves every B.
    keeps_below: the lower end of the least C_ms(A); paths_below: of the least C_as(A);
    leaves_above: the upper end of the largest C_as(B). measured: step sizes inside at which every B's
    exponent was measured and surely positive: past C_as it may turn negative again (claim DESIGN), so
    a window is cut where one is not. Between these step sizes nothing was run.
    level: the probability with which all thresholds from runs hold; rigorous: the mean-square end
    is an enclosure and not a float.
    """

    batch_size: int
    tame: Span | None
    paths: Span | None
    keeps_below: float
    paths_below: float
    leaves_above: float
    level: float
    rigorous: bool
    measured: tuple[float, ...] = ()

    def __str__(self) -> str:
        sure = f"with probability {self.level:g}"
        if self.tame:
            said = (
                f"{at_least(self.tame[0])} < C < {at_most(self.tame[1])} keeps A, leaves B, {sure}"
            )
        elif self.paths:
            said = "no C keeps A in mean square and leaves B"
        else:
            said = "none keeps A and leaves B"
        if self.paths and self.paths != self.tame:
            far, near = at_most(self.paths[1]), at_most(self.keeps_below)
            said += f"; A's paths up to {far} (heavy tails past {near})"
        return f"b = {self.batch_size}: {said}"


def batch_sizes(samples: int) -> list[int]:
    """Give 1, 2, 4, ... and N."""
    sizes = [2**k for k in range(samples.bit_length()) if 2**k < samples]
    return [*sizes, samples]


def design(
    *, keep: Sequence[Any], leave: Sequence[Any], batch_size: int | Iterable[int] | None = None,
    sampling: str = "uniform", level: float = 0.99, runs: int = 48, epochs: int = 1000, seed: Any = 0,
    progress: Callable[[str], None] | None = None,
) -> tuple[Window, ...]:  # fmt: skip
    """For each b, the step sizes at which SGD keeps the minima A and leaves the minima B.

    keep, leave: minima, each as in `mean_square_threshold`, or `Hessians(Q)` where the components
    are no Gram matrix (the autoencoder: there C_ms = 0 and C_as alone counts, claim BRIDGE).
    batch_size: default 1, 2, 4, ..., N, N the least of the minima's sample numbers.

    What is promised: started close enough to A (within the linear range), SGD stays and converges;
    no path converges to B. It is *not* promised that SGD which leaves B finds A.

    >>> import numpy as np
    >>> flat, sharp = np.array([[1.0], [1.2]]), np.array([[2.0], [2.4]])  # Jacobians of two minima
    >>> (found,) = design(keep=[flat], leave=[sharp], batch_size=[2])
    >>> found.tame[0] < 0.7 < found.tame[1]  # between 2/l_max(Q) of the sharp and of the flat one
    True
    """
    for name, value in (("keep", keep), ("leave", leave)):
        if not isinstance(value, list | tuple):
            raise TypeError(f"{name}: must be a list of minima, got {type(value).__name__}")
    kept = [x if isinstance(x, Hessians) else read(x) for x in keep]
    left = [x if isinstance(x, Hessians) else read(x) for x in leave]
    if not kept and not left:
        raise ValueError("keep=[], leave=[]: at least one minimum is needed")
    if not 0 < level < 1:
        raise ValueError(f"level={level}: must be between 0 and 1")
    least = min(x.samples for x in (*kept, *left))
    sizes: list[Any] = batch_sizes(least) if batch_size is None else [batch_size]
    if np.iterable(batch_size) and not isinstance(batch_size, str):
        sizes = list(batch_size)
    for b in sizes:
        arguments.integer("batch_size", b, 1, None if sampling == "replacement" else least)
    seed = arguments.seed(seed)
    alone = 1 - (1 - level) / max(1, len(kept) + len(left))

    def paths(x: Any, b: int) -> AlmostSure:
        return almost_sure_threshold(
            x, batch_size=b, sampling=sampling, level=alone, runs=runs, epochs=epochs, seed=seed,
            progress=progress,
        )  # fmt: skip

    windows = []
    for b in sizes:
        keeps = min((_mean_square(x, b, sampling) for x in kept), default=float("inf"))
        path = min((paths(x, b).low for x in kept), default=float("inf"))
        leaves = max((paths(x, b).high for x in left), default=0.0)
        far = max(keeps, path)
        inside: list[float] = []
        if left and leaves < far:
            end = far if far < float("inf") else 2 * leaves
            inside, cut = _leaving(left, b, leaves, end, sampling, runs, epochs, seed, alone)
            far = far if cut is None else cut
        windows.append(
            Window(
                b, _span(leaves, min(keeps, far)), _span(leaves, far), keeps, path, leaves, level,
                not any(isinstance(x, Hessians) for x in kept), tuple(inside),
            )
        )  # fmt: skip
    return tuple(windows)


def _leaving(
    left: Sequence[Any], b: int, low: float, high: float, sampling: str, runs: int, epochs: int,
    seed: Any, level: float,
) -> tuple[list[float], float | None]:  # fmt: skip
    """Give the step sizes in (low, high) where all B surely leave, up to the first that one does not.

    And the last of them where there is such a one, None where all do. A batch of all samples moves
    deterministically: |1 - C l/N| > 1 for the largest l at every C past the edge; nothing is measured.
    """
    count = min(MOST, max(INSIDE, math.ceil(math.log(high / low) / math.log(RATIO))))
    grid = [low * (high / low) ** ((i + 1) / (count + 1)) for i in range(count)]
    good = [True] * count
    alone = 1 - (1 - level) / count
    for x in left:
        if variance_factor(x.samples, b, sampling) == 0:
            continue
        problem = x if isinstance(x, Hessians) else Residuals(x)
        found = exponents(problem, grid, batch_size=b, epochs=max(epochs // 4, 50), runs=runs,
                          seed=child(seed, BEYOND, b), sampling=sampling)  # fmt: skip
        good = [a and y.limits(alone)[0] > 0 for a, y in zip(good, found, strict=True)]
    if False not in good:
        return grid, None
    first = good.index(False)
    return grid[:first], (grid[first - 1] if first else low)


def _mean_square(x: Any, b: int, sampling: str) -> float:
    if isinstance(x, Hessians):
        return dense_threshold(x.Q, b, sampling) * (1 - FLOATS)
    return enclose(x, variance_factor(x.samples, b, sampling), b)[0].low


def _span(low: float, high: float) -> Span | None:
    return (low, high) if low < high else None
