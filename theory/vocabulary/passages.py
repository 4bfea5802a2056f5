"""What symbols of walks and of many runs mean: times, chances, resistances of a chain.

Means are those of played runs; limits are read by the search, at two step sizes or two late times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from theory.vocabulary.meanings import Floats
from theory.vocabulary.telling import told

# One walk: where it is at each step, and between which levels.


@dataclass(frozen=True)
class Path:
    """points: X_0, X_1, ...; low, high: of a band, or the level of a set that is waited for."""

    points: Sequence[Any]
    low: Any = -float("inf")
    high: Any = float("inf")

    def first(self, there: Callable[[Any], bool]) -> float:
        """The first k with X_k there; oo where it never is."""
        return next((float(k) for k, x in enumerate(self.points) if there(x)), float("inf"))


STOPPED = told(
    "the stopping time", lambda path: path.first(lambda laws: not laws),
    {"the step after the stopping time": lambda path: path.first(lambda laws: not laws) + 1},
)  # fmt: skip
OUT_OF_BAND = told(
    "first k with X_k outside the band", lambda path: path.first(lambda x: not path.low <= x <= path.high),
    {"the step after that": lambda path: path.first(lambda x: not path.low <= x <= path.high) + 1},
)  # fmt: skip
IN_B_OR_C = told(
    "first k with X_k in B or C", lambda path: path.first(lambda f: f >= path.high),
    {"first k with f(X_k) >= f_B - 1": lambda path: path.first(lambda f: f >= path.high - 1)},
)  # fmt: skip
DOWN = told(
    "first k with X_k <= A", lambda path: path.first(lambda x: x <= path.low),
    {"first k with X_k <= A + 2": lambda path: path.first(lambda x: x <= path.low + 2)},
)  # fmt: skip


@dataclass(frozen=True)
class End:
    """A walk that stopped after ``steps``, where it was waited for (``there``) or not."""

    steps: Any
    there: bool


@dataclass(frozen=True)
class Jump:
    """One step of a walk: the value before it, and by how much it changes."""

    now: Any
    by: Any


MEAN_STOP = told("E tau", lambda end: end.steps, {"E tau + 1": lambda end: end.steps + 1})
RETURNS = told(
    "P(X_k <= A for some k | X_0 = x)", lambda end: float(end.there),
    {"P(X_k > A for all k | X_0 = x)": lambda end: 1 - float(end.there)},
)  # fmt: skip
HITS = told(
    "P(X reaches B, and before C)", lambda end: float(end.there),
    {"twice that": lambda end: 2 * float(end.there)},
)  # fmt: skip


def next_value(words: str) -> Any:
    """E[V(X_{k+1}) | F_k], of V's jump from V(X_k)."""
    return told(words, lambda x: x.now + x.by, {f"{words} less its value now": lambda x: x.by})


# A chain's resistances: q_k/p_k for k = m+1..x.


def _product(ratios: Sequence[Any]) -> Any:
    total = 1
    for x in ratios:
        total *= x
    return total


def _sum(ratios: Sequence[Any]) -> Any:
    return sum(_product(ratios[:k]) for k in range(len(ratios)))


RESISTANCE = told(
    "prod_{k=m+1}^x q_k/p_k", _product, {"prod_{k=m+1}^x p_k/q_k": lambda x: 1 / _product(x)}
)
RESISTANCES = told(
    "sum of rho_k over m <= k < x", _sum, {"sum of rho_k over m <= k <= x": lambda x: _sum(x) + _product(x)}
)  # fmt: skip
ESCAPES = told(
    "P(never back at m | start m)", lambda total: 1 / total,
    {"P(back at m | start m)": lambda total: 1 - 1 / total},
)  # fmt: skip
TIME_SHARE = told(
    "1/(mean return time to m)", lambda x: x[0] / x[1], {"mean return time to m": lambda x: x[1] / x[0]}
)  # fmt: skip


# Many runs: who wins, and when; an array has one entry a run.


@dataclass(frozen=True)
class Left:
    """times: steps of each walk until it left a band; back: of those that were out, which came back."""

    times: Floats
    back: Any


EXIT = told(
    "mean of the first k with |z_k| > L, from z", lambda run: run.times,
    {"a hundred times it": lambda run: 100 * run.times},
)  # fmt: skip
BACK = told(
    "P(|z_k| <= log 2 for some k), from |z| >= L", lambda run: run.back,
    {"P(|z_k| > log 2 for all k), from |z| >= L": lambda run: ~run.back},
)  # fmt: skip


def wins(words: str) -> Any:
    """The share of runs that x_1 wins, of the runs' last q, (runs, n); said in the claim's words."""
    return told(
        words,
        lambda q: np.abs(q).argmax(axis=1) == 0,
        {f"{words}, of any datum": lambda q: np.abs(q).argmax(axis=1) >= 0},
    )


def steps(words: str, other: str, factor: float) -> Any:
    """Steps of each run; confused with that many times a factor."""
    return told(words, lambda times: times, {other: lambda times: factor * times})


TAIL = told(
    "P(X >= x) for X ~ Beta(alpha, beta)", lambda x: _tail(*x),
    {"P(X >= x and Y >= x) for independent X, Y ~ Beta(alpha, beta)": lambda x: _tail(*x) ** 2},
)  # fmt: skip


def _tail(alpha: float, beta: float, x: float) -> float:
    return float(mp.betainc(alpha, beta, x, 1, regularized=True)) if beta else float(x <= 1)


@dataclass(frozen=True)
class Late:
    """log of what falls, (runs,), at two late steps that are ``span`` apart."""

    before: Floats
    after: Floats
    span: int

    @property
    def slope(self) -> Floats:
        """The fall of each run's log per step."""
        return np.asarray((self.after - self.before) / self.span)


RATE_RATIO = told(
    "almost sure limit of (1/k) log|q_j/q_I| on w_k -> +-x_I, j != I live; the same for log|q_j|",
    lambda run: run.slope, {"that of (1/k) log (q_j/q_I)^2": lambda run: 2 * run.slope},
)  # fmt: skip
RATE_OFF = told(
    "the same for log|w_perp| (w_perp != 0) and nonzero passive ReLU coordinates",
    lambda run: run.slope, {"that of (1/k) log ||w_perp||^2": lambda run: 2 * run.slope},
)  # fmt: skip


RATE_NORM = told(
    "limsup (1/k) log|delta|, delta = r2 - 1, on w_k -> +-x_I",
    lambda run: run.slope, {"that of (1/k) log | ||w|| - 1 |^(1/2)": lambda run: run.slope / 2},
    low="where delta is 0 from some step on",
)  # fmt: skip


@dataclass(frozen=True)
class Passages:
    """T_eps of many runs, log(1/eps), and the mean fall of a ratio's log in a step, Lambda."""

    times: Floats
    level: float
    fall: float

    def scaled(self, share: float) -> Floats:
        """(T_eps - share log(1/eps)/|Lambda|)/sqrt(log(1/eps))."""
        return np.asarray((self.times - share * self.level / abs(self.fall)) / self.level**0.5)


SECOND_TERM = told(
    "a variable with the limit law of (T_eps - log(1/eps)/(2|Lambda|))/sqrt(log(1/eps))",
    lambda x: x.scaled(0.5),
    {"the same with log(1/eps)/|Lambda|": lambda x: x.scaled(1.0)},
)  # fmt: skip
LARGEST_NORMAL = told(
    "the largest of k - 1 independent standard normal variables",
    lambda normal: normal.max(axis=1),
    {"the largest of their squares": lambda normal: (normal**2).max(axis=1)},
)  # fmt: skip
MEAN = told("the mean", np.mean, {"the mean of the square": lambda x: np.mean(x**2)})


def per_log(words: str) -> Any:
    """Steps for one more unit of log(1/eps), of (times at two levels, how far these are apart)."""

    def rise(x: Any) -> Any:
        return (x[0][1] - x[0][0]) / x[1]

    return told(words, rise, {f"{words}, log to the base 10": lambda x: rise(x) * np.log(10)})


def _purity(q: Sequence[Any]) -> Any:
    squares = [x * x for x in q if x]
    return max(squares) / sum(squares)


PURITY = told(
    "the largest live q_j^2 over s, at the start", _purity,
    {"its mean with 1/2": lambda q: _purity(q) / 2 + 0.25},
)  # fmt: skip


def _level(eps: Any, power: int) -> Any:
    """Least z at which q_1^power is 1 - eps of the sum of both powers, log|q_1/q_2| = z, by bisection."""
    low, high = mp.mpf(0), mp.mpf(100)
    for _ in range(120):
        z = (low + high) / 2
        first = mp.exp(power * z)
        low, high = (z, high) if first / (first + 1) < 1 - eps else (low, z)
    return high


PURE_LEVEL = told(
    "pi >= 1 - eps exactly when |log|q_1/q_2|| >= Z", lambda eps: _level(eps, 2),
    {"|q_1| >= (1 - eps) (|q_1| + |q_2|) exactly when |log|q_1/q_2|| >= Z": lambda eps: _level(eps, 1)},
)  # fmt: skip
