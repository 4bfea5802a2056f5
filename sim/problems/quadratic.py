"""SGD on a stochastic quadratic sum, many independent runs at once.

f = mean of f_i over N components, f_i(t) = t'Q_i t/2 + r_i't (Patel). One step with batch B of size k:

    t+ = t - step_size * mean over B of (Q_i t + r_i).

Without linear parts the iterate is kept as mantissa * 2**exponent, so neither convergence to 1e-1000
nor divergence to 1e1000 leaves the float range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine.batches import Sampler, sources
from sim.engine.state import Bools, Floats, Integers

QUADRATIC_VERSION = 3  # names a sweep's cells: raise when the same SeedSequence gives other numbers
SYMMETRY_TOLERANCE = 1e-12  # relative: rounding of a symmetric matrix's entries is near 1e-16
TOGETHER = 1 << 15  # numbers of the table that are looked up in one go
_RESCALE_EVERY = (
    16  # steps; an iterate changes by less than 2**1000 in between (checked at the start)
)
_LOG2 = float(np.log(2.0))


@dataclass(frozen=True, eq=False)
class QuadraticResult:
    """R runs after `steps` steps.

    iterate: (R, d), 0 or inf where it leaves the float range. log_norm: (R,), log ||t||, exact also
    there (-inf at zero). diverged: (R,), the iterate left the float range with linear parts present;
    its numbers are nan. recorded: (records, R, d) and recorded_log_norm: (records, R), the iterates
    and their log norms at `recorded_steps`; empty unless asked for.
    """

    iterate: Floats
    log_norm: Floats
    diverged: Bools
    recorded: Floats
    recorded_log_norm: Floats
    recorded_steps: Integers
    steps: int
    batch_size: int
    step_size: float
    sampling: str


def components(matrices: Any) -> Floats:
    """Give symmetric matrices as (N, d, d); (N,) stands for N one-dimensional components.

    Raises ValueError or TypeError naming `matrices` and the first bad entry.
    """
    Q = arguments.array("matrices", matrices)
    if Q.ndim == 1:
        Q = Q[:, None, None]
    if Q.ndim != 3 or Q.shape[1] != Q.shape[2] or Q.size == 0:
        raise ValueError(
            f"matrices: shape {Q.shape}; must be (N, d, d) or (N,), N and d at least 1"
        )
    gap = np.abs(Q - Q.swapaxes(1, 2))
    if gap.max() > SYMMETRY_TOLERANCE * max(1.0, float(np.abs(Q).max())):
        i, r, c = (int(x) for x in np.unravel_index(gap.argmax(), gap.shape))
        raise ValueError(
            f"matrices[{i}][{r}][{c}]={Q[i, r, c]} but [{c}][{r}]={Q[i, c, r]}: must be symmetric"
        )
    return Q


def linear_parts(linear: Any, count: int, dimension: int) -> Floats | None:
    """Give r_i as (N, d), or None; (N,) is taken for d = 1."""
    if linear is None:
        return None
    r = arguments.array("linear", linear)
    if r.ndim == 1 and dimension == 1:
        r = r[:, None]
    if r.shape != (count, dimension):
        raise ValueError(f"linear: shape {r.shape}; must be (N, d) = {(count, dimension)}")
    return r


def start_points(start: Any, dimension: int, batches: Any) -> Floats:
    """Give the start as (R, d)."""
    t = arguments.array("start", start)
    if t.ndim == 1:
        runs = np.shape(batches)[1] if np.ndim(batches) == 3 else 1
        t = np.broadcast_to(t, (runs, t.size))
    if t.ndim != 2 or t.shape[1] != dimension or t.size == 0:
        raise ValueError(f"start: shape {t.shape}; must be (R, d) or (d,) with d = {dimension}")
    return t


class BatchMeans:
    """Means over batches of the rows of a table (N, m), for one block of runs, step by step."""

    def __init__(self, table: Floats, source: Sampler | Integers, batch_size: int):
        self._table, self._source, self._k = table, source, batch_size
        self._left_out = isinstance(source, Sampler) and source.left_out
        self._total = table.sum(axis=0)

    def take(self, steps: int) -> Iterator[Floats]:
        """Yield (runs, m) for each of the next `steps` steps."""
        pieces: Iterator[NDArray[Any]]
        if isinstance(self._source, Sampler):
            pieces = self._source.take(steps)
        else:
            pieces = iter([self._source[:steps].swapaxes(1, 2)])
        for piece in pieces:
            count, size, runs = piece.shape
            together = max(1, TOGETHER // (max(size, 1) * runs * self._table.shape[1]))
            for begin in range(0, count, together):
                total = self._table.take(piece[begin : begin + together], axis=0).sum(axis=1)
                yield from (self._total - total if self._left_out else total) / self._k


def blocks(
    table: Floats, runs: int, batch_size: int, sampling: str, seed: Any, batches: Integers | None
) -> Iterator[tuple[slice, BatchMeans]]:
    """Cut the runs into blocks, each with its batches (`sim.engine.batches`)."""
    count = len(table)
    size = 1024 if sampling == "replacement" else None
    for rows, source in sources(sampling, count, batch_size, runs, seed, batches, size=size):
        yield rows, BatchMeans(table, source, batch_size)


def simulate_quadratic(
    matrices: Any,
    start: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    linear: Any = None,
    sampling: str = "uniform",
    seed: int | np.random.SeedSequence = 0,
    batches: Any = None,
    every: int | None = None,
) -> QuadraticResult:
    """Run `steps` steps of SGD on a quadratic sum from each of R starts.

    matrices: (N, d, d) symmetric, possibly indefinite, or (N,) for d = 1. start: (R, d) or (d,).
    linear: (N, d), the r_i; None: the minimiser 0 is shared by all components. batch_size: 1..N, any
    size >= 1 with sampling="replacement". step_size: C > 0. sampling, seed, batches: as in
    `sim.simulate`. every: record iterates and log norms at steps 0, every, 2 every, ...

    Raises ValueError or TypeError, naming the argument, before any step is done.
    """
    Q = components(matrices)
    count, d = Q.shape[:2]
    r = linear_parts(linear, count, d)
    t = start_points(start, d, batches)
    k = arguments.integer("batch_size", batch_size, 1, None if sampling == "replacement" else count)
    C = arguments.positive("step_size", step_size)
    steps = arguments.integer("steps", steps, 0)
    sampling = arguments.sampling(sampling, count, k)
    seed = arguments.seed(seed)
    if every is not None:
        every = arguments.integer("every", every, 1)
    if batches is not None:
        batches = arguments.explicit_batches(
            batches, steps, len(t), count, k, repeats=sampling == "replacement"
        )
    if C * float(np.abs(Q).max()) * d > 2.0**50:
        raise ValueError(f"step_size={C}: step_size * max|Q| must be below 2**50")
    table = Q.reshape(count, d * d)
    if r is not None:
        table = np.concatenate([table, r], axis=1)
    marks = np.arange(0, steps + 1, every) if every else np.empty(0, dtype=np.int64)
    recorded, logs = np.empty((len(marks), *t.shape)), np.empty((len(marks), len(t)))
    iterate, log_norm = np.empty(t.shape), np.empty(len(t))
    for rows, means in blocks(table, len(t), k, sampling, seed, batches):
        iterate[rows], log_norm[rows] = _run(
            means, t[rows], C, steps, r is None, every, recorded[:, rows], logs[:, rows]
        )
    return QuadraticResult(
        iterate=iterate,
        log_norm=log_norm,
        diverged=np.asarray(np.isnan(iterate).any(axis=1)),
        recorded=recorded,
        recorded_log_norm=logs,
        recorded_steps=marks,
        steps=steps,
        batch_size=k,
        step_size=C,
        sampling=sampling,
    )


def _run(
    means: BatchMeans,
    t: Floats,
    C: float,
    steps: int,
    scaled: bool,
    every: int | None,
    recorded: Floats,
    logs: Floats,
) -> tuple[Floats, Floats]:
    runs, d = t.shape
    exponent = np.zeros(runs, dtype=np.int64)
    if every:
        recorded[0], logs[0] = t, _log_norm(t, exponent, scaled)
    if scaled:
        t, exponent = _rescaled(t, exponent)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for step, mean in enumerate(means.take(steps), start=1):
            gradient = np.einsum("rij,rj->ri", mean[:, : d * d].reshape(runs, d, d), t)
            if not scaled:
                gradient += mean[:, d * d :]
            t = t - C * gradient
            if scaled and step % _RESCALE_EVERY == 0:
                t, exponent = _rescaled(t, exponent)
            if every and step % every == 0:
                recorded[step // every] = _joined(t, exponent)
                logs[step // every] = _log_norm(t, exponent, scaled)
        log_norm = _log_norm(t, exponent, scaled)
        iterate = _joined(t, exponent)
    if not scaled:
        iterate[~np.isfinite(iterate).all(axis=1)] = np.nan
    return iterate, log_norm


def _rescaled(t: Floats, exponent: Integers) -> tuple[Floats, Integers]:
    """Bring the largest entry of each run to [1/2, 1); exact."""
    shift = np.frexp(np.abs(t).max(axis=1))[1]
    return np.ldexp(t, -shift[:, None]), exponent + shift


def _log_norm(t: Floats, exponent: Integers, scaled: bool) -> Floats:
    mantissa, shift = np.frexp(np.abs(t).max(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.linalg.norm(np.ldexp(t, -shift[:, None]), axis=1)  # between 1/2 and sqrt(d)
        log_norm = np.where(mantissa == 0, -np.inf, np.log(unit) + (shift + exponent) * _LOG2)
    return log_norm if scaled else np.where(np.isfinite(t).all(axis=1), log_norm, np.nan)


def _joined(t: Floats, exponent: Integers) -> Floats:
    return np.ldexp(t, np.clip(exponent, -3000, 3000).astype(np.int32)[:, None])
