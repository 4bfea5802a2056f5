"""What recurring symbols mean, as functions of whole runs in R^d: floats, from nothing but w and the data.

Nothing here shares code with ``sim``.  A run's end stands for its limit: who plays it sees to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from numpy.typing import NDArray

from theorem_audit.statement.meaning import Meaning

Floats = NDArray[np.float64]
# A run whose end has a squared distance below this from a datum counts as having reached it.
REACHED = 1e-3


@dataclass(frozen=True)
class Ends:
    """Many runs at once.  start, end: (runs, d).  data: (n, d).  relu: whether passive data are closed."""

    start: Floats
    end: Floats
    data: Floats
    relu: bool

    @property
    def live(self) -> NDArray[np.bool_]:
        """(runs, n): which data a run could move along from its start."""
        q = self.start @ self.data.T
        return np.asarray(q > 0 if self.relu else q != 0)

    @property
    def limits(self) -> Floats:
        """(runs, n): coordinates of the ends on the live data, 0 on the others."""
        return np.where(self.live, self.end @ self.data.T, 0.0)


def _cosine(one: Floats, two: Floats) -> Floats:
    inner = (one * two).sum(axis=-1)
    return np.asarray(inner / np.sqrt((one**2).sum(axis=-1) * (two**2).sum(axis=-1)))


def _aligned(run: Ends) -> Floats:
    return np.asarray(np.abs(_cosine(run.start, run.end)))


ALIGNED = Meaning(
    "P(|cos(w_inf, w_0)| >= T), given s > 0", _aligned,
    near=(Meaning("P(|sin(w_inf, w_0)| >= T), given s > 0",
                  lambda run: np.sqrt(np.maximum(1 - _aligned(run) ** 2, 0))),
          Meaning("P(|cos(w_inf, w_0)|^(1/2) >= T), given s > 0", lambda run: _aligned(run) ** 0.5)),
)  # fmt: skip
SHARE_OF_DATUM = Meaning(
    "value of C = cos^2(w_inf, x_1)", lambda run: _cosine(run.data[0], run.end) ** 2
)
SHARE_KEPT = Meaning("value of C = cos^2(w_inf, w_0)", lambda run: _cosine(run.start, run.end) ** 2,
                     near=(SHARE_OF_DATUM,
                           Meaning("value of C = |cos(w_inf, w_0)|", _aligned)))  # fmt: skip

FOURTHS = Meaning(
    "E sum_j u_j^4, u = w_inf on the data", lambda run: (run.limits**4).sum(axis=1),
    near=(Meaning("E sum_j |u_j|^3, u = w_inf on the data", lambda run: np.abs(run.limits**3).sum(axis=1)),
          Meaning("E sum_j q_j(0)^4", lambda run: ((run.start @ run.data.T) ** 4).sum(axis=1))),
)  # fmt: skip
LARGEST = Meaning(
    "P(max_j u_j^2 >= x), u = w_inf on the data", lambda run: (run.limits**2).max(axis=1),
    near=(Meaning("P(max_j |u_j| >= x), u = w_inf on the data", lambda run: np.abs(run.limits).max(axis=1)),
          Meaning("P(sum_j u_j^2 >= x), u = w_inf on the data", lambda run: (run.limits**2).sum(axis=1))),
)  # fmt: skip

DENSITY = Meaning(
    "density of C at c", lambda sample: sample,
    near=(Meaning("density of 1 - C at c", lambda sample: 1 - sample),
          Meaning("density of C^2 at c", lambda sample: sample**2)),
)  # fmt: skip


def _caught(run: Ends) -> NDArray[np.bool_]:
    on, whole = (run.limits**2).sum(axis=1), (run.end**2).sum(axis=1)
    return np.asarray((on < REACHED) & (whole > 2))


def _fourths_uncaught(run: Ends) -> Floats:
    squares = run.limits**2
    whole = np.where(_caught(run), 1.0, squares.sum(axis=1))
    return np.where(_caught(run), 0.0, (squares**2).sum(axis=1) / whole**2)


CAUGHT = Meaning(
    "limit of P(w_t -> a point with s = 0, rho > 2)", _caught,
    near=(Meaning("limit of P(w_t -> a point with s > 0)", lambda run: ~_caught(run)),),
)  # fmt: skip
FOURTHS_UNCAUGHT = Meaning(
    "limit of E sum_j u_j^4, u = the data part of w_inf (0 where caught)", _fourths_uncaught,
    near=(Meaning("the same, 1 where caught", lambda run: _fourths_uncaught(run) + _caught(run)),),
)  # fmt: skip


# Whether runs end on a datum, and what is left of the others there.


def _near(run: Ends, targets: Floats) -> NDArray[np.bool_]:
    """(runs, n): whether a run has reached a target; targets: (runs, n, d)."""
    gap = ((run.end[:, None, :] - targets) ** 2).sum(axis=2)
    return np.asarray(run.live & (gap < REACHED))


def _signed(run: Ends, of: Floats) -> Floats:
    return np.asarray(np.sign(of @ run.data.T)[:, :, None] * run.data[None])


def _on_first(run: Ends) -> NDArray[np.bool_]:
    return np.asarray(_near(run, _signed(run, run.end))[:, 0])


def _winner(run: Ends) -> NDArray[np.int64]:
    return np.asarray((run.limits**2).argmax(axis=1))


def _others(run: Ends) -> Floats:
    squares = run.limits**2
    return np.asarray(squares.sum(axis=1) - squares.max(axis=1))


ON_THE_FIRST = Meaning("P(w -> x_1 or w -> -x_1)", _on_first)
OPPOSITE = Meaning(
    "P(there is a live I with w_t -> -sign(q_I(0)) x_I)",
    lambda run: _near(run, -_signed(run, run.start)).any(axis=1),
)
ON_A_LIVE_DATUM = Meaning(
    "P(there is a live I with w_t -> sign(q_I(0)) x_I)",
    lambda run: _near(run, _signed(run, run.start)).any(axis=1),
    near=(ON_THE_FIRST, OPPOSITE),
)
ON_A_DATUM = Meaning(
    "P(w -> x_I or w -> -x_I for some I); the sign may differ from q_I(0)'s",
    lambda run: _near(run, _signed(run, run.end)).any(axis=1),
    near=(ON_THE_FIRST,),
)


def _square(run: Ends) -> Floats:
    return np.asarray((run.limits**2).max(axis=1))


def _square_at_start(run: Ends) -> Floats:
    q = run.start @ run.data.T
    return np.asarray(np.take_along_axis(q, _winner(run)[:, None], axis=1)[:, 0] ** 2)


def _off(run: Ends) -> Floats:
    return np.asarray((run.end**2).sum(axis=1) - (run.limits**2).sum(axis=1))


AT_START = Meaning("q_I(0)^2 on that event, for this I", _square_at_start)
WINNER_SQUARE = Meaning("lim q_I^2 on that event, for this I", _square, near=(AT_START,))
OTHERS = Meaning("limit of the other live coordinates' squares, summed", _others,
                 near=(Meaning("limit of all live coordinates' squares, summed",
                               lambda run: (run.limits**2).sum(axis=1)),))  # fmt: skip
OFF_THE_LIVE = Meaning("limit of the mass off the live coordinates", _off,
                       near=(Meaning("limit of the squared norm",
                                     lambda run: (run.end**2).sum(axis=1)),))  # fmt: skip

# Where a run of a sum with unequal norms ends: at x_i/sigma_i, i = 0 among the data, with the start's sign.


def trapped(run: Ends, sign: int, i: int) -> NDArray[np.bool_]:
    """Whether runs end at sign(c_0(0)) sign x_i/sigma_i."""
    if i >= len(run.data):
        return np.zeros(len(run.end), dtype=bool)
    x = run.data[i]
    target = sign * np.sign(run.start @ run.data[0])[:, None] * x / (x @ x) ** 0.5
    return np.asarray(((run.end - target) ** 2).sum(axis=1) < REACHED)


TRAPPED = Meaning(
    "P(w_k -> sign(c_i(0)) x_i/sigma_i)", lambda run: trapped(run, 1, 0),
    near=(Meaning("P(w_k -> -sign(c_i(0)) x_i/sigma_i)", lambda run: trapped(run, -1, 0)),
          Meaning("P(w_k -> sign(c_i(0)) x_j/sigma_j)", lambda run: trapped(run, 1, 1))),
)  # fmt: skip


# Means over one batch at a data point of what a step multiplies: w = x_1, the rest as small as one likes.


@dataclass(frozen=True)
class Move:
    """One batch's step: its chance; (q_1, q_2, ...) and a coordinate off the data, before and after."""

    chance: Any
    before: tuple[Sequence[Fraction], Fraction]
    after: tuple[Sequence[Fraction], Fraction]

    def ratio(self) -> Fraction:
        """Of q_2/q_1."""
        (old, _), (new, _) = self.before, self.after
        return new[1] * old[0] / (new[0] * old[1])

    def off(self) -> Fraction:
        """Of w_perp."""
        return self.after[1] / self.before[1]


def _mp(x: Fraction) -> Any:
    return abs(mp.mpf(x.numerator) / x.denominator)


def _mean_log(factor: Callable[[Move], Fraction]) -> Callable[[Sequence[Move]], Any]:
    return lambda moves: mp.fsum(
        x.chance * (mp.log(_mp(factor(x))) if factor(x) else mp.mpf("-inf")) for x in moves
    )


def _log_mean(factor: Callable[[Move], Fraction]) -> Callable[[Sequence[Move]], Any]:
    return lambda moves: mp.log(mp.fsum(x.chance * _mp(factor(x)) for x in moves))


RATIO_EXPONENT = Meaning(
    "mean over one batch at +-x_I of the change of log|q_j/q_I|, j != I live", _mean_log(Move.ratio),
    near=(Meaning("log of the mean over one batch at +-x_I of the factor of |q_j/q_I|, j != I live",
                  _log_mean(Move.ratio)),
          Meaning("mean over one batch at +-x_I of the change of log|w_perp/q_I|", _mean_log(Move.off))),
)  # fmt: skip
OFF_EXPONENT = Meaning(
    "mean of the change of log|w_perp| there, or of a passive ReLU coordinate", _mean_log(Move.off),
    near=(Meaning("log of the mean of the factor of |w_perp| there", _log_mean(Move.off)),),
)  # fmt: skip


# Many runs of a linear system of two numbers, (steps, runs): how fast they grow.


def _slopes(sizes: Floats) -> Floats:
    """Each run's (1/k) log of its last size over its first."""
    return np.asarray((sizes[-1] - sizes[0]) / (len(sizes) - 1))


def growth(begin: Floats, total: Floats, steps: int) -> Floats:
    """Logarithms of sizes, of which the first and the last are known: (steps + 1, runs)."""
    return np.linspace(begin, total, steps + 1)


SLOPE = Meaning(
    "lim (1/k) log|(v, q)|, almost surely", _slopes,
    near=(Meaning("lim log|(v, q)|, almost surely", lambda logs: np.asarray(logs[-1] - logs[0])),
          Meaning("-lim (1/k) log|(v, q)|, almost surely", lambda logs: -_slopes(logs))),
)  # fmt: skip


@dataclass(frozen=True)
class Grown:
    """How much log|q| of each run grew in ``steps`` steps, and the drive's part of it, of mean 0; a."""

    logs: Floats
    drive: Floats
    steps: int
    a: float

    def over(self, order: int) -> Floats:
        """Growth a step over a^order; less the drive, which adds noise of order a and nothing to the mean."""
        return np.asarray((self.logs - self.drive) / self.steps / self.a**order)


SECOND_EXPONENT = Meaning(
    "(1/k) log|q_j| is gamma_2 a^2 + O(a^3)", lambda x: x.over(2),
    near=(Meaning("(1/k) log q_j^2 is gamma_2 a^2 + O(a^3)", lambda x: 2 * x.over(2)),
          Meaning("(1/k) log|q_j| is gamma_2 a + O(a^2)", lambda x: x.over(1))),
)  # fmt: skip


LARGEST_NORM = Meaning(
    "||w||^2 at every step t: the largest counts", lambda norms: max(norms),
    near=(Meaning("||w||^4 at every step t", lambda norms: max(norms) ** 2),),
)  # fmt: skip


# How much of one sample's variance a batch mean keeps.


@dataclass(frozen=True)
class Draws:
    """How often a batch of ``size`` holds two of ``count`` samples: E[m_i^2] and E[m_i m_j], i != j."""

    count: int
    size: int
    square: Fraction
    product: Fraction


VARIANCE_FACTOR = Meaning(
    "variance factor of the batch mean, see Q-KAPPA",
    lambda x: x.count * (x.square - x.product) / x.size**2,
    near=(Meaning("1/k, whatever the way of drawing", lambda x: Fraction(1, x.size)),
          Meaning("(N - k)/(N - 1)/k, whatever the way of drawing",
                  lambda x: Fraction(x.count - x.size, x.size * max(x.count - 1, 1)))),
)  # fmt: skip


@dataclass(frozen=True)
class Curvature:
    """matrix: the Hessian of the mean loss L of n data at a point, exact."""

    matrix: tuple[tuple[Fraction, ...], ...]
    n: int

    @property
    def trace(self) -> Fraction:
        """The sum of the diagonal."""
        return sum((row[j] for j, row in enumerate(self.matrix)), Fraction(0))


def _squares(at: Curvature) -> Fraction:
    return sum((x * x for row in at.matrix for x in row), Fraction(0))


def hessian_trace(words: str) -> Meaning:
    """The trace of the Hessian of L, said in the claim's words."""
    return Meaning(
        words, lambda at: at.trace,
        near=(Meaning(f"{words}, of n L in the place of L", lambda at: at.n * at.trace),
              Meaning(f"{words}, with the squares of eigenvalues summed", _squares)),
    )  # fmt: skip


__all__ = [
    "ALIGNED",
    "CAUGHT",
    "DENSITY",
    "FOURTHS",
    "FOURTHS_UNCAUGHT",
    "LARGEST",
    "LARGEST_NORM",
    "OFF_EXPONENT",
    "OFF_THE_LIVE",
    "ON_A_DATUM",
    "ON_A_LIVE_DATUM",
    "OTHERS",
    "RATIO_EXPONENT",
    "REACHED",
    "SECOND_EXPONENT",
    "SHARE_KEPT",
    "SLOPE",
    "TRAPPED",
    "VARIANCE_FACTOR",
    "WINNER_SQUARE",
    "Curvature",
    "Draws",
    "Ends",
    "Grown",
    "Move",
    "hessian_trace",
    "trapped",
]
