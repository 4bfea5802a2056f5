"""Which step sizes keep one minimum and leave another, for each batch size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim import _arguments as arguments
from sim.problems.exponents import Hessians
from sim.problems.gram_enclosure import enclose
from sim.problems.gram_input import read
from sim.problems.gram_lyapunov import AlmostSure, almost_sure_threshold
from sim.problems.gram_operator import variance_factor
from sim.quadratic_moments import mean_square_threshold as dense_threshold

Span = tuple[float, float]
FLOATS = 1e-9  # relative error granted to the dense operator's floats, where K is no Gram matrix


@dataclass(frozen=True)
class Window:
    """The step sizes at one batch size, each an open interval, None where there is none.

    tame: keeps every A in mean square (no heavy tails) and leaves every B.
    paths: keeps every A's single paths (up to C_as), tame or not, and leaves every B.
    keeps_below: the lower end of the least C_ms(A); paths_below: of the least C_as(A);
    leaves_above: the upper end of the largest C_as(B).
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

    def __str__(self) -> str:
        sure = f"with probability {self.level:g}"
        if self.tame:
            said = f"{self.tame[0]:.5g} < C < {self.tame[1]:.5g} keeps A, leaves B, {sure}"
        elif self.paths:
            said = "no C keeps A in mean square and leaves B"
        else:
            said = "none keeps A and leaves B"
        if self.paths and self.paths != self.tame:
            said += (
                f"; A's paths up to {self.paths[1]:.5g} (heavy tails past {self.keeps_below:.5g})"
            )
        return f"b = {self.batch_size}: {said}"


def batch_sizes(samples: int) -> list[int]:
    """Give 1, 2, 4, ... and N."""
    sizes = [2**k for k in range(samples.bit_length()) if 2**k < samples]
    return [*sizes, samples]


def design(
    *, keep: Sequence[Any], leave: Sequence[Any], batch_size: Iterable[int] | None = None,
    sampling: str = "uniform", level: float = 0.99, runs: int = 48, epochs: int = 1000, seed: Any = 0,
    progress: Callable[[str], None] | None = None,
) -> tuple[Window, ...]:  # fmt: skip
    """For each b, the step sizes at which SGD keeps the minima A and leaves the minima B.

    keep, leave: minima, each as in `mean_square_threshold`, or `Hessians(Q)` where the components
    are no Gram matrix (the autoencoder: there C_ms = 0 and C_as alone counts, claim BRIDGE).
    batch_size: default 1, 2, 4, ..., N, N the least of the minima's sample numbers.

    What is promised: started close enough to A (within the linear range), SGD stays and converges;
    no path converges to B. It is *not* promised that SGD which leaves B finds A.
    """
    kept = [x if isinstance(x, Hessians) else read(x) for x in keep]
    left = [x if isinstance(x, Hessians) else read(x) for x in leave]
    if not kept and not left:
        raise ValueError("keep=[], leave=[]: at least one minimum is needed")
    if not 0 < level < 1:
        raise ValueError(f"level={level}: must be between 0 and 1")
    least = min(x.samples for x in (*kept, *left))
    sizes = batch_sizes(least) if batch_size is None else list(batch_size)
    for b in sizes:
        arguments.integer("batch_size", b, 1, None if sampling == "replacement" else least)
    alone = 1 - (1 - level) / max(1, len(kept) + len(left))

    def paths(x: Any, b: int) -> AlmostSure:
        return almost_sure_threshold(
            x, batch_size=b, sampling=sampling, level=alone, runs=runs, epochs=epochs, seed=seed,
            progress=progress,
        )  # fmt: skip

    windows = []
    for b in sizes:
        squares = [_mean_square(x, b, sampling) for x in kept]
        keeps = min(squares, default=float("inf"))
        path = min((paths(x, b).low for x in kept), default=float("inf"))
        leaves = max((paths(x, b).high for x in left), default=0.0)
        windows.append(
            Window(
                b, _span(leaves, keeps), _span(leaves, max(keeps, path)), keeps, path, leaves, level,
                not any(isinstance(x, Hessians) for x in kept),
            )
        )  # fmt: skip
    return tuple(windows)


def _mean_square(x: Any, b: int, sampling: str) -> float:
    if isinstance(x, Hessians):
        return dense_threshold(x.Q, b, sampling) * (1 - FLOATS)
    return enclose(x, variance_factor(x.samples, b, sampling), b)[0].low


def _span(low: float, high: float) -> Span | None:
    return (low, high) if low < high else None
