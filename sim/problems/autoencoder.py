"""SGD on the single-neuron autoencoder, many independent runs at once.

Model (Ghosh, Frei, Ha, Yu): loss_i(w) = 1/2 ||x_i - w phi(<w, x_i>)||^2 on orthonormal data. In the
coordinates q_j = <w, x_j> and rho = ||w_perp||^2 one step is exact and needs no vector of R^d:

    q_j+ = q_j [1 - a S + a (2 - r2) 1{j in B}],   rho+ = (1 - a S)^2 rho,
    a = step_size / batch_size,  S = sum_{i in B} q_i^2,  r2 = sum q_j^2 + rho.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import observe as observables
from sim.engine import _arguments as arguments
from sim.engine._block import Block, make_blocks, rows_of
from sim.engine._threads import Threads
from sim.engine.state import Bools, Floats, Integers, State
from sim.observe import Observable

ENGINE_VERSION = 6  # raise when the same arguments give other numbers
CELLS_SINCE = 5  # and this to the same where a SeedSequence is among those: it is what a sweep's cell is given


@dataclass(frozen=True, eq=False)
class Result:
    """R runs after `steps` steps.

    q, log_abs_q, sign: (R, n). rho, log_rho, r2, dead, diverged: (R,). log_abs_q and log_rho are
    exact where q and rho underflow. dead: no live coordinate, so the gradient is zero for ever.
    diverged: the squared norm left the float64 range; the run's numbers are nan.
    recorded[name]: (records, R, ...), taken at the steps listed in recorded_steps.
    """

    q: Floats
    log_abs_q: Floats
    sign: NDArray[np.int8]
    rho: Floats
    log_rho: Floats
    r2: Floats
    dead: Bools
    diverged: Bools
    recorded: dict[str, NDArray[Any]]
    recorded_steps: Integers
    steps: int
    batch_size: int
    step_size: float
    activation: str
    sampling: str


def simulate(
    q: Any,
    rho: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    activation: str = "linear",
    sampling: str = "uniform",
    seed: int | np.random.SeedSequence = 0,
    batches: Any = None,
    observe: Mapping[str, Observable] | Sequence[str] | None = None,
    every: int = 1,
    dimension: int | None = None,
    backend: str = "numpy",
    workers: int | None = None,
) -> Result:
    """Run `steps` steps of SGD from each of R starts.

    q: (R, n) or (n,), the start coordinates. rho: (R,) or a scalar, ||w_perp||^2 >= 0.
    batch_size: 1..n. step_size: eta > 0; one step depends on eta / batch_size only.
    activation: "linear" or "relu". sampling: see `sim.engine.batches`. seed: an integer >= 0 or a
    SeedSequence; the children of either stay the caller's to use; the same seed, n, b and sampling
    give each run the same batches on every machine, whatever other runs there are.
    batches: index sets (steps, R, b), or (steps, b) shared by all runs, used instead of drawing;
    repeated indices are allowed only with sampling="replacement".
    observe: names from `sim.observe`, or a mapping name -> callable(State) giving (R, ...);
    recorded at steps 0, every, 2 every, ... dimension: d, needed by the Hessian observables only.
    backend: "numpy", or "numba" (the extra `fast`) for the same numbers to rounding, compiled: the same
    batches, and for b = 1, n - 1 and n the same bits. "auto" takes numba where it is installed and the work
    is worth its start (the first compilation is kept, and said on the log "sim"), else numpy.
    Both take, run by run, a fast engine where one is valid (a < 1/2, r2(0) <= 2, distinct indices;
    O(b) a step, or a pass over whole rows where b is of the order of n), and the slow one elsewhere;
    "general" forces the latter. With b = 1 and n large, 6 to 48 runs are computed by another formula,
    so their last bits depend on that number.
    workers: threads, each with some of the blocks of runs that go together (2,048 touched coordinates,
    64 to 2,048 runs); all cores by default for numba, which lets them run at once, else
    one. No result depends on it. NumPy's threads mostly wait for one another.

    Raises ValueError or TypeError, naming the argument, before any step is done.
    """
    q, rho = arguments.start(q, rho, batches)
    runs, n = q.shape
    b = arguments.integer("batch_size", batch_size, 1, None if sampling == "replacement" else n)
    eta = arguments.positive("step_size", step_size)
    steps = arguments.steps(steps)
    every = arguments.integer("every", every, 1)
    activation = arguments.choice("activation", activation, arguments.ACTIVATIONS)
    sampling = arguments.sampling(sampling, n, b)
    seed = arguments.seed(seed)
    functions = observables.resolve(observe)
    backend = arguments.backend(backend, float(steps) * runs * max(1, min(b, n - b)))
    workers = arguments.workers(workers, backend)
    if dimension is not None:
        dimension = arguments.integer("dimension", dimension, n + bool((rho > 0).any()))
    if batches is not None:
        batches = arguments.explicit_batches(
            batches, steps, runs, n, b, repeats=sampling == "replacement"
        )

    start = State.at(
        q, rho, activation=activation, batch_size=b, step_size=eta, dimension=dimension
    )
    recorded: dict[str, list[NDArray[Any]]] = {name: [] for name in functions}
    recorded_steps = list(range(0, steps + 1, every)) if functions else []
    state = start
    with Threads(workers) as threads:
        blocks = make_blocks(start, sampling, seed, batches, backend, threads)
        for step in recorded_steps:
            threads.advance(blocks, step - state.step)
            state = _assemble(threads, blocks, start, step)
            for name, function in functions.items():
                recorded[name].append(observables.row_per_run(name, function(state), runs))
        threads.advance(blocks, steps - state.step)
        numbers = _numbers(threads, _assemble(threads, blocks, start, steps), len(blocks))
    return Result(
        **numbers,
        recorded={name: np.stack(rows) for name, rows in recorded.items()},
        recorded_steps=np.array(recorded_steps, dtype=np.int64),
        steps=steps,
        batch_size=b,
        step_size=eta,
        activation=activation,
        sampling=sampling,
    )


def _assemble(threads: Threads, blocks: list[Block], start: State, step: int) -> State:
    if step == 0:
        return start
    mantissa, exponent, perp, perp_exponent = (
        np.concatenate(parts) for parts in zip(*threads.each(Block.read, blocks), strict=True)
    )
    return replace(
        start,
        mantissa=mantissa,
        exponent=exponent,
        perp=perp,
        perp_exponent=perp_exponent,
        step=step,
        start=start,
    )


_NUMBERS = ("q", "log_abs_q", "sign", "rho", "log_rho", "r2", "dead", "diverged")


def _numbers(threads: Threads, state: State, pieces: int) -> dict[str, NDArray[Any]]:
    """Give what a Result holds of a state, computed in so many pieces of its runs; no row sees another."""

    def made(piece: NDArray[Any]) -> list[NDArray[Any]]:
        part = rows_of(state, slice(int(piece[0]), int(piece[-1]) + 1))
        return [getattr(part, name) for name in _NUMBERS]

    parts = threads.each(made, np.array_split(np.arange(len(state.mantissa)), pieces))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return dict(zip(_NUMBERS, columns, strict=True))


ORTHONORMAL_TOLERANCE = 1e-10


def from_weights(weight: Any, data: Any) -> tuple[Floats, Floats]:
    """Map weights (R, d) or (d,) and orthonormal rows (n, d) to q (R, n) and rho (R,).

    q_j = <w, x_j>, rho = ||w - sum_j q_j x_j||^2. Raises ValueError when an entry of
    data data^T differs from the identity by more than ORTHONORMAL_TOLERANCE (rounding of a
    computed orthonormal basis is near 1e-15 * d, and the coordinates inherit the defect).
    """
    x, w = arguments.array("data", data), arguments.array("weight", weight)
    if x.ndim != 2 or not 1 <= x.shape[0] <= x.shape[1]:
        raise ValueError(f"data: shape {x.shape}; must be (n, d) with 1 <= n <= d")
    if w.ndim not in (1, 2) or w.shape[-1] != x.shape[1] or w.size == 0:
        raise ValueError(f"weight: shape {w.shape}; must be (R, d) or (d,) with d = {x.shape[1]}")
    defect = np.abs(x @ x.T - np.eye(len(x)))
    if defect.max() > ORTHONORMAL_TOLERANCE:
        i, j = (int(k) for k in np.unravel_index(defect.argmax(), defect.shape))
        raise ValueError(
            f"data: <x_{i}, x_{j}> differs from {int(i == j)} by {defect.max():.3g}; rows must be "
            f"orthonormal within {ORTHONORMAL_TOLERANCE:g} (for data that are not, see sim.Gram "
            "and sim.from_torch)"
        )
    w = np.atleast_2d(w)
    q = w @ x.T
    perp = w - q @ x
    # rounding leaves about 1e-16 |w| of a w that lies in the span: below that rho is zero
    rho = np.where(len(x) == x.shape[1], 0.0, (perp**2).sum(axis=1))
    return q, rho
