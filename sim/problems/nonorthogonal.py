"""SGD on any data points, of any norms and inner products, through their Gram matrix.

loss_i(w) = 1/2 ||x_i - w phi(<w, x_i>)||^2 has, for every x_i in R^d, the gradient
-(2 - r2) q_i x_i + q_i^2 w where its gate is open (linear: always; ReLU: q_i = <w, x_i> > 0) and zero
elsewhere. So q = (<w, x_i>)_i, r2 = ||w||^2 and G = (<x_i, x_j>) close on themselves. With m_i
counting index i in the batch (0 where its gate is closed), a = step_size/batch_size, t = 2 - r2:

    S = sum m_i q_i^2,   u = m q,   q+ = (1 - aS) q + a t G u,
    r2+ = (1 - aS)^2 r2 + 2 (1 - aS) a t S + a^2 t^2 u' G u.

r2 - q' G^+ q, the squared length off the data, is multiplied by (1 - aS)^2, whether or not q and r2
fit together exactly: rounding does not push the state away from those that a w in R^d has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine.batches import Sampler, sources
from sim.engine.state import Bools, Floats, Integers
from sim.observe import row_per_run

GramObservable = Callable[[Floats, Floats], Any]

# A Gram matrix of unit vectors whose entries are inner products over at most MOST_DIMENSIONS
# coordinates, each summed with an error below MOST_DIMENSIONS * UNIT, is off by at most
# size * MOST_DIMENSIONS * UNIT in norm; its computed eigenvalues add about size * UNIT.
UNIT = 2.0**-53
MOST_DIMENSIONS = 2**16


def tolerance(n: int) -> float:
    """How far below zero rounding can put an eigenvalue of the Gram matrix of n points and w."""
    return (n + 1) * (MOST_DIMENSIONS + 1) * UNIT


@dataclass(frozen=True, eq=False)
class GramResult:
    """R runs after `steps` steps.

    q: (R, n), <w, x_j>. r2: (R,), ||w||^2. diverged: (R,), r2 left the float64 range; nan from there.
    recorded[name]: (records, R, ...), taken at the steps listed in recorded_steps.
    """

    q: Floats
    r2: Floats
    diverged: Bools
    recorded: dict[str, NDArray[Any]]
    recorded_steps: Integers
    gram: Floats
    steps: int
    batch_size: int
    step_size: float
    activation: str
    sampling: str


def simulate_gram(
    q: Any,
    r2: Any,
    gram: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    activation: str = "linear",
    sampling: str = "uniform",
    seed: int | np.random.SeedSequence = 0,
    batches: Any = None,
    observe: Mapping[str, GramObservable] | None = None,
    every: int = 1,
) -> GramResult:
    """Run `steps` steps of SGD from each of R starts, on data with the Gram matrix `gram`.

    q: (R, n) or (n,), <w, x_j>. r2: (R,) or a scalar, ||w||^2. gram: (n, n), <x_i, x_j>. The three
    must be those of some w and x_1..x_n in some R^d: the Gram matrix of x_1..x_n, w is positive
    semidefinite (so gram is, and r2 >= q' G^+ q), up to `tolerance(n)` after scaling to unit norms.
    batch_size, step_size, steps, activation, sampling, seed, batches, every: as in `sim.simulate`;
    the same seed, R, n, b and sampling give the same batches as there.
    observe: mapping name -> callable(q, r2) giving (R, ...), recorded at steps 0, every, ...

    For diagonal `gram` (orthogonal data, any norms) each coordinate is only ever multiplied, so a
    small one keeps its relative precision down to 1e-308, where it underflows to zero for ever;
    `sim.simulate` (equal norms) has no such floor. Otherwise coordinates feed each other and are
    precise relative to the largest. O(n^2) work per run and step, O(n) for diagonal `gram`.

    Raises ValueError or TypeError, naming the argument, before any step is done.
    """
    q, r2, gram = _start(q, r2, gram, batches)
    runs, n = q.shape
    b = arguments.integer("batch_size", batch_size, 1, None if sampling == "replacement" else n)
    eta = arguments.positive("step_size", step_size)
    steps = arguments.steps(steps)
    every = arguments.integer("every", every, 1)
    activation = arguments.choice("activation", activation, arguments.ACTIVATIONS)
    sampling = arguments.sampling(sampling, n, b)
    seed = arguments.seed(seed)
    functions = dict(observe or {})
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"observe[{name!r}]={function!r}: must be a callable of (q, r2)")
    if batches is not None:
        batches = arguments.explicit_batches(
            batches, steps, runs, n, b, repeats=sampling == "replacement"
        )
    blocks = [
        _Block(q[rows], r2[rows], gram, eta / b, activation == "relu", source)
        for rows, source in sources(sampling, n, b, runs, seed, batches)
    ]

    recorded: dict[str, list[NDArray[Any]]] = {name: [] for name in functions}
    recorded_steps = list(range(0, steps + 1, every)) if functions else []
    done = 0
    for step in recorded_steps:
        q, r2 = _advance(blocks, step - done)
        done = step
        for name, function in functions.items():
            recorded[name].append(row_per_run(name, function(q, r2), runs))
    q, r2 = _advance(blocks, steps - done)
    return GramResult(
        q=q,
        r2=r2,
        diverged=np.isnan(r2),
        recorded={name: np.stack(rows) for name, rows in recorded.items()},
        recorded_steps=np.array(recorded_steps, dtype=np.int64),
        gram=gram,
        steps=steps,
        batch_size=b,
        step_size=eta,
        activation=activation,
        sampling=sampling,
    )


def _advance(blocks: list[_Block], steps: int) -> tuple[Floats, Floats]:
    for block in blocks:
        block.advance(steps)
    return np.concatenate([x.q for x in blocks]), np.concatenate([x.r2 for x in blocks])


class _Block:
    """M runs, advanced in place."""

    def __init__(
        self, q: Floats, r2: Floats, gram: Floats, a: float, relu: bool, source: Sampler | Integers
    ):
        self.q, self.r2, self._a, self._relu, self._source = q.copy(), r2.copy(), a, relu, source
        self._left_out = isinstance(source, Sampler) and source.left_out
        self._done = 0
        runs, n = q.shape
        self._row = n * np.arange(runs)[:, None]
        diagonal = np.diagonal(gram).copy()
        orthogonal = np.array_equal(gram, np.diag(diagonal))
        self._apply: Callable[[Floats], Floats] = (
            (lambda u: u * diagonal) if orthogonal else (lambda u: u @ gram)
        )

    def advance(self, steps: int) -> None:
        """Do `steps` steps."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            if isinstance(self._source, Sampler):
                for sets in self._source.take(steps):
                    for batch in sets:
                        self._step(batch.T)
            else:
                for batch in self._source[self._done : self._done + steps]:
                    self._step(batch)
        self._done += steps

    def _step(self, batch: Integers) -> None:
        q, r2 = self.q, self.r2
        weight = np.bincount((batch + self._row).ravel(), minlength=q.size).reshape(q.shape)
        if self._left_out:
            weight = 1 - weight
        if self._relu:
            weight = np.where(q > 0, weight, 0)
        u = weight * q
        S = (u * q).sum(axis=1)
        on_w, pull = 1 - self._a * S, self._a * (2 - r2)
        along = self._apply(u)
        square = (u * along).sum(axis=1)
        self.q = on_w[:, None] * q + pull[:, None] * along
        self.r2 = on_w**2 * r2 + 2 * on_w * pull * S + pull**2 * square
        lost = ~(np.isfinite(self.r2) & np.isfinite(self.q).all(axis=1))
        if lost.any():
            self.q[lost], self.r2[lost] = np.nan, np.nan


def _start(q: Any, r2: Any, gram: Any, batches: Any) -> tuple[Floats, Floats, Floats]:
    """Give q (R, n), r2 (R,) and the symmetric gram (n, n), or raise."""
    q, r2 = arguments.per_run(q, "r2", r2, batches)
    gram, n = arguments.array("gram", gram), q.shape[1]
    if gram.shape != (n, n):
        raise ValueError(f"gram: shape {gram.shape}; must be (n, n) = {(n, n)}, n from q")
    return q, r2, _checked_gram(q, r2, gram)


def _checked_gram(q: Floats, r2: Floats, gram: Floats) -> Floats:
    """Give gram, made symmetric; ValueError unless the Gram matrix of the data and w is one.

    [[C, y], [y', 1]] + tol >= 0, C and y scaled to unit norms, iff C + tol >= 0 and
    y' (C + tol)^-1 y <= 1 + tol (Schur complement): no pseudo-inverse, no rank to guess.
    """
    most, norms = tolerance(len(gram)), np.diagonal(gram)
    if (norms < 0).any():
        j = int(norms.argmin())
        raise ValueError(f"gram[{j}, {j}]={norms[j]}: a squared norm must be >= 0")
    if (r2 < 0).any():
        raise ValueError(f"r2={r2.min()}: must be >= 0")
    if gram[norms == 0].any() or q[:, norms == 0].any():
        j = int(np.flatnonzero(norms == 0)[0])
        raise ValueError(f"gram[{j}, {j}]=0: its row and <w, x_{j}> must be 0 as well")
    size = np.sqrt(np.where(norms > 0, norms, 1.0))
    cosines = gram / size / size[:, None]
    skew = np.abs(cosines - cosines.T)
    if skew.max() > most:
        i, j = (int(k) for k in np.unravel_index(skew.argmax(), skew.shape))
        raise ValueError(
            f"gram[{i}, {j}]={gram[i, j]}, gram[{j}, {i}]={gram[j, i]}: must be symmetric"
        )
    values, vectors = np.linalg.eigh((cosines + cosines.T) / 2)
    if values[0] < -most:
        raise ValueError(
            f"gram: scaled to unit norms its least eigenvalue is {values[0]:.3g}; it must be "
            f"positive semidefinite within {most:.2g}"
        )
    radius = np.sqrt(np.where(r2 > 0, r2, 1.0))
    with np.errstate(under="ignore", over="ignore"):
        y = q / size / radius[:, None]
        share = ((y @ vectors) ** 2 / np.maximum(values + most, UNIT * most)).sum(axis=1)
    bad = ~(share <= 1 + most) | ((r2 == 0) & q.any(axis=1))
    if bad.any():
        run = int(bad.argmax())
        raise ValueError(
            f"r2={r2[run]}, q={q[run].tolist()} (run {run}): no w has these inner products with "
            f"data of this gram; r2 >= q' G^+ q is needed, with q in the range of gram"
        )
    return gram if np.array_equal(gram, gram.T) else (gram + gram.T) / 2


def from_data(weight: Any, data: Any) -> tuple[Floats, Floats, Floats]:
    """Map weights (R, d) or (d,) and any data rows (n, d) to q (R, n), r2 (R,) and gram (n, n)."""
    x, w = arguments.array("data", data), arguments.array("weight", weight)
    if x.ndim != 2 or x.size == 0:
        raise ValueError(f"data: shape {x.shape}; must be (n, d)")
    if w.ndim not in (1, 2) or w.shape[-1] != x.shape[1] or w.size == 0:
        raise ValueError(f"weight: shape {w.shape}; must be (R, d) or (d,) with d = {x.shape[1]}")
    w = np.atleast_2d(w)
    return w @ x.T, (w**2).sum(axis=1), x @ x.T
