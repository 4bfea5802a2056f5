"""What symbols of one mini-batch step mean: means over the batches that can come, read to many digits.

A list of logs is that of one factor, one a batch, each batch as likely; nothing here shares code with ``sim``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpmath import mp

from theory.vocabulary.observables import Seen
from theory.vocabulary.telling import told

F = Fraction
TINY = (
    mp.mpf(10) ** -40
)  # a factor below this is 0, up to the size of what is small at a data point


def mean(values: Sequence[Any]) -> Any:
    """The mean, as mpmath adds."""
    return mp.fsum(values) / len(values)


# The walk of log|q_i/q_j|.

DRIFT = told(
    "what has the mean E[change of log|q_i/q_j| | past] over C, the batch without i and j", mean,
    {"that of log|q_j/q_i|": lambda logs: -mean(logs),
     "that of the change's square": lambda logs: mean([x * x for x in logs])},
)  # fmt: skip
SPREAD = told(
    "what has the mean E[(change of log|q_i/q_j|)^2 | past] over C, the batch without i and j",
    lambda logs: mean([x * x for x in logs]),
    {"that of |change of log|q_i/q_j||": lambda logs: mean([abs(x) for x in logs])},
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """e^(change of log|q_i/q_j|) over the two batches C with i and C with j, times each other; a; the state."""

    gain: Fraction
    a: Fraction
    at: Seen

    def slow(self, order: int) -> Fraction | None:
        """K with gain = 1 + a^order t (q_i^2 - q_j^2)/K; None where nothing is gained."""
        i, j = self.at.pair
        cross = (2 - self.at.r2) * (self.at.q[i] ** 2 - self.at.q[j] ** 2)
        return None if self.gain == 1 else self.a**order * cross / (self.gain - 1)


SLOW = told(
    "the denominator K_ij in WALK-DRIFT's D_ij|C = p log(1 + a^2 t (q_i^2 - q_j^2)/K_ij)", lambda x: x.slow(2),
    {"such that D_ij|C is p log(1 + a t (q_i^2 - q_j^2)/K_ij)": lambda x: x.slow(1)},
)  # fmt: skip


# Capture: powers of ratios, and the level at which one coordinate leads.

MOMENT = told(
    "log of E[|q_j/q_i|^g after the step] / |q_j/q_i|^g, j live, as q_i^2 -> 1 and all else -> 0",
    lambda x: mp.log(mean([mp.exp(x[1] * log) for log in x[0]])),
    {"g times the mean of log|q_j/q_i|'s change": lambda x: x[1] * mean(x[0])},
)  # fmt: skip


@dataclass(frozen=True)
class Leads:
    """Exact states: of each the live |q|, that of i first; g, the exponent of U."""

    sizes: Sequence[Sequence[Fraction]]
    g: Any

    def least(self, factor: int) -> Any:
        """The least U of a state where some other is at least |q_i|/factor: below it, i leads by more.

        Where i alone is live U is 0 and no other is there: such a state sets no level.
        """
        return min(self._total(x) for x in self.sizes if x[1:] and factor * max(x[1:]) >= x[0])

    def _total(self, sizes: Sequence[Fraction]) -> Any:
        """U, the sum of |q_j/q_i|^g over the others."""
        ratios = [mp.mpf(x.numerator) / x.denominator for x in (y / sizes[0] for y in sizes[1:])]
        return mp.fsum(mp.exp(self.g * mp.log(x)) for x in ratios)


LEAD = told(
    "largest such that at every state U <= theta makes every other live |q_j| <= |q_i|/2",
    lambda x: x.least(2),
    {"largest such that at every state U <= theta makes every other live |q_j| <= |q_i|/4":
         lambda x: x.least(4)},
)  # fmt: skip
HALF_LEAD = told(
    "level that is reached: half of CAPTURE's theta", lambda x: LEAD.value(x) / 2,
    {"CAPTURE's theta": LEAD.value},
)  # fmt: skip
GROWTH = told(
    "1 + g (bound of E l) + g^2 (bound of E l^2), at least E[U after the step | past]/U where U <= theta",
    lambda x: mean(x[1]) / x[0], {"the largest U after the step over U": lambda x: max(x[1]) / x[0]},
)  # fmt: skip
SCHEDULED = told(
    "probability that M times n - 1 given batches come, in each cycle i in all, every other j in b - 1",
    lambda chances: mp.fprod(chances),
    {"probability of its first step": lambda chances: chances[0] if chances else mp.mpf(1) / 2},
)  # fmt: skip
FINAL_RATIO = told(
    "max over live j != i of |q_j/q_i| after T steps; i: largest |q_i| at their start",
    lambda sizes: max(sizes[1:]) / sizes[0],
    {"max over live j != i of |q_i/q_j| after T steps": lambda sizes: sizes[0] / min(sizes[1:])},
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A schedule: the chance of each batch of one cycle, given those before; how many cycles; n and b."""

    chances: Sequence[Any]
    cycles: int
    n: int
    b: int

    def whole(self) -> Any:
        """The chance that all of its batches come."""
        return mp.fprod(self.chances) ** self.cycles

    def replaced(self) -> Any:
        """The same where each index of a batch is drawn from all n, in order."""
        return mp.mpf(self.n) ** (-self.b * len(self.chances) * self.cycles)


DRAWN_SO = told(
    "lower bound of the probability of U <= U_* after T_* steps", lambda x: x.whole(),
    {"that of T_* steps with replacement": lambda x: x.replaced(), "that of one step": lambda x: x.chances[0]},
)  # fmt: skip


def _first(played: tuple[Sequence[Any], Any], power: int) -> float:
    """Of U after each cycle, and a level: the first cycle after which U <= level^power; oo where none is."""
    totals, level = played
    return next((k + 1.0 for k, u in enumerate(totals) if u <= level**power), float("inf"))


CYCLES = told(
    "cycles after which U <= U_*", lambda x: _first(x, 1),
    {"cycles after which U <= U_*^2": lambda x: _first(x, 2)},
)  # fmt: skip
HORIZON = told("horizon, in steps", lambda x: x[0] * x[1], {"horizon, in cycles": lambda x: x[0]})


# Two live coordinates: z = log|q_1/q_2|, at (z, [z after each batch]).

JUMP = told(
    "bound on the jumps", lambda x: max(abs(y - x[0]) for y in x[1]),
    {"bound on the jumps of log(q_1^2/q_2^2)": lambda x: 2 * max(abs(y - x[0]) for y in x[1])},
)  # fmt: skip
SECOND = told(
    "lower bound of E[(z+ - z)^2 | past]", lambda x: mean([(y - x[0]) ** 2 for y in x[1]]),
    {"lower bound of E[z+ - z | past]^2": lambda x: mean([y - x[0] for y in x[1]]) ** 2},
)  # fmt: skip
OUTWARD = told(
    "lower bound of the drift of |z| beyond log 2", lambda x: mean([abs(y) - abs(x[0]) for y in x[1]]),
    {"lower bound of the drift of log min(|q_1/q_2|, |q_2/q_1|)":
         lambda x: -mean([abs(y) - abs(x[0]) for y in x[1]])},
)  # fmt: skip


# Exponents at a data point.

RADIAL = told(
    "mean of log|factor of delta|, delta = r2 - 1, linearised there in the direction x_I",
    lambda moves: _mean_log(moves), {
        "log of the mean of |factor of delta|":
            lambda moves: mp.log(mp.fsum(p * abs(f) for p, f in moves)),
        "mean of log(factor of delta)^2": lambda moves: 2 * _mean_log(moves),
    },
    low="at a = 1/4",
)  # fmt: skip


def _mean_log(moves: Sequence[tuple[Any, Any]]) -> Any:
    """Of (chance, factor); -oo where a factor is 0."""
    if any(abs(f) < TINY for _, f in moves):
        return mp.mpf("-inf")
    return mp.fsum(p * mp.log(abs(f)) for p, f in moves)


def _edge(x: Any) -> tuple[Any, Any]:
    """The largest tried step at which all are negative, the least at which not; x: (b, [(a, negative)])."""
    below = [a for a, negative in x[1] if negative]
    return max(below, default=F(0)), min((a for a, yes in x[1] if not yes), default=mp.inf)


def _edge_eta(x: Any) -> tuple[Any, Any]:
    low, high = _edge(x)
    return x[0] * low, x[0] * high


LARGEST_STEP = told(
    "supremum of the a > 0 at which all exponents at x_i are negative", _edge,
    {"supremum of the a b": _edge_eta},
)  # fmt: skip
LARGEST_ETA = told("the same for the step size eta = a b", _edge_eta, {"for eta = a": _edge})


@dataclass(frozen=True)
class Change:
    """Means over all batches of a step a: of the sum of log|q_j| over the k live j, and of r2."""

    a: Any
    k: int
    logs: Any
    r2: Any

    def over(self, order: int, share: Any) -> Any:
        """(mean of the sum of logs - k share r2)/a^order."""
        return (self.logs - self.k * share * self.r2) / self.a**order


HALF = mp.mpf(1) / 2
_F = "E[F+ - F] = a F_1 + a^2 F_2 + O(a^3), F = sum_live log|q_j| - (k/2) delta"
FIRST_ORDER = told(_F, lambda x: x.over(1, HALF), {"of F + k delta/2": lambda x: x.over(1, 0)})
SECOND_ORDER = told(
    f"{_F}; F_2 at delta = 0", lambda x: x.over(2, HALF), {"of F - k delta/2": lambda x: x.over(2, 1)}
)  # fmt: skip


# Of two log ratios at x_I: pairs of changes, one a batch.


def _covariance(pairs: Sequence[Sequence[Any]], i: int, j: int) -> Any:
    return mean([x[i] * x[j] for x in pairs]) - mean([x[i] for x in pairs]) * mean(
        [x[j] for x in pairs]
    )


VARIANCE = told(
    "variance of the change of log|q_j/q_I| at x_I", lambda x: _covariance(x, 0, 0),
    {"mean of its square": lambda x: mean([y[0] ** 2 for y in x])},
)  # fmt: skip
COVARIANCE = told(
    "covariance of the changes of log|q_j/q_I|, log|q_l/q_I| at x_I", lambda x: _covariance(x, 0, 1),
    {"mean of their product": lambda x: mean([y[0] * y[1] for y in x])},
)  # fmt: skip
OWN = told(
    "V - C: what the ratios do not share", lambda x: _covariance(x, 0, 0) - _covariance(x, 0, 1),
    {"V + C": lambda x: _covariance(x, 0, 0) + _covariance(x, 0, 1)},
)  # fmt: skip
MEAN_CHANGE = told(
    "p log(1 - a^2), SGD-RATE", lambda x: mean([y[0] for y in x]),
    {"that of the squares": lambda x: 2 * mean([y[0] for y in x])},
)  # fmt: skip


# How fast a batch size is: minus the exponent of a ratio at b and at b + 1.


@dataclass(frozen=True)
class Pace:
    """-Lambda at b and at b + 1, n, b."""

    here: Any
    after: Any
    n: int
    b: int

    def epochs(self) -> tuple[Any, Any]:
        """The same per epoch of n/b steps."""
        return mp.mpf(self.n) / self.b * self.here, mp.mpf(self.n) / (self.b + 1) * self.after


PER_STEP = told(
    "-Lambda per step; T_eps ~ log(1/eps)/(2R)", lambda x: x.here, {"2 Lambda": lambda x: -2 * x.here}
)  # fmt: skip
PER_EPOCH = told(
    "-Lambda per epoch of n/b steps", lambda x: x.epochs()[0],
    {"-Lambda per n steps": lambda x: x.n * x.here},
)  # fmt: skip
GAIN_STEP = told(
    "R_step's change from b to b + 1", lambda x: x.after - x.here,
    {"its change from b + 1 to b": lambda x: x.here - x.after,
     "R_epoch's change": lambda x: x.epochs()[1] - x.epochs()[0]},
)  # fmt: skip
GAIN_EPOCH = told(
    "R_epoch's change from b to b + 1", lambda x: x.epochs()[1] - x.epochs()[0],
    {"R_step's change": lambda x: x.after - x.here},
)  # fmt: skip


# Shares, where Phi is looked at: of the mass that a batch sees, and of each coordinate.


def _mass(x: Seen) -> Fraction:
    return x.mass(range(len(x.q)))


def _fourths(x: Seen) -> Fraction:
    return sum((g * q**4 for g, q in zip(x.gates, x.q, strict=True)), F(0))


def _psi(x: Seen, power: int) -> Any:
    i, j = x.pair
    old, new = (abs(y.q[i] * y.q[j]) / _mass(y) for y in (x, x.next))
    ratio = new / old
    return mp.sqrt(mp.mpf(ratio.numerator) / ratio.denominator) ** power


MEMBERS = told(
    "number of i, j in the batch", lambda x: sum(j in x.batch for j in x.pair),
    {"number of i, j that are not": lambda x: sum(j not in x.batch for j in x.pair)},
)  # fmt: skip
SHARE = told(
    "share S/s of the mass that the batch sees", lambda x: x.mass(x.batch) / _mass(x),
    {"share that it does not see": lambda x: 1 - x.mass(x.batch) / _mass(x)},
)  # fmt: skip
CONCENTRATION = told(
    "sum of the squares of the shares q_j^2/s", lambda x: _fourths(x) / _mass(x) ** 2,
    {"sum of q_j^4/s": lambda x: _fourths(x) / _mass(x) / 2},
)  # fmt: skip
PSI = told(
    "factor of sqrt(|q_i q_j|/s) in one step", lambda x: _psi(x, 1),
    {"1 over it": lambda x: _psi(x, -1), "that of |q_i q_j|/s": lambda x: _psi(x, 2)},
)  # fmt: skip
MEAN_BOUND = told(
    "mean over the batch of the bound on psi", mean, {"the largest of these bounds": max}
)
