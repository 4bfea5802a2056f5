"""What exponents at a point mean: means over one batch (or epoch) of functions of what a step multiplies.

A search plays steps beside the point and hands their factors over; rationals in, balls out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from theorem_audit.statement.meaning import Meaning
from theory.vocabulary.quadratic_sum import ball
from theory.vocabulary.telling import told

F = Fraction
ONE = F(1)
ERROR = "1e-25"  # of a factor read beside a point, at a distance of 1e-30
NOTHING = F(1, 10**20)  # a factor below is 0 at the point itself


@dataclass(frozen=True)
class Factors:
    """of: a batch's factors by name: ``along`` x_j, ``own`` along x_i, ``off`` the data, ``radial``.

    mean: E over batches of a function of the batch, in balls.  per: what a mean is multiplied by, n/b for an
    epoch.  power: of a factor's moment.
    """

    mean: Callable[[Callable[[Any], Any]], Any]
    of: Callable[[Any], Mapping[str, Any]]
    per: Fraction = ONE
    power: Fraction = ONE

    def expected(self, value: Callable[[Mapping[str, Any]], Any]) -> Any:
        """E of a function of the factors, times ``per``."""
        return self.mean(lambda batch: value(self.of(batch))) * ball(self.per)


def log(factor: Any) -> flint.arb:
    """log|factor|; -oo for one that is 0 at the point."""
    if factor == 1:  # a step that moves nothing, exactly
        return flint.arb(0)
    size = abs(ball(factor))
    return (size + flint.arb(0, ERROR)).log() if size > ball(NOTHING) else flint.arb("-inf")


def ratio(f: Mapping[str, Any]) -> Any:
    """The factor of q_j/q_i."""
    return f["along"] / f["own"]


def _about(x: Any) -> flint.arb:
    return ball(x) + flint.arb(0, ERROR)


Value = Callable[[Factors], Any]


def _mean_log(factor: Callable[[Mapping[str, Any]], Any]) -> Value:
    return lambda x: x.expected(lambda f: log(factor(f)))


def _log_mean(factor: Callable[[Mapping[str, Any]], Any]) -> Value:
    return lambda x: log(x.expected(lambda f: ball(abs(factor(f))))) * ball(x.per)


def _along(f: Mapping[str, Any]) -> Any:
    return f["along"]


def _off(f: Mapping[str, Any]) -> Any:
    return f["off"]


def _radial(f: Mapping[str, Any]) -> Any:
    return f["radial"]


LOG_RATIO = told(
    "E of the change of log|q_j/q_i| in one step at x_i, j live", _mean_log(ratio),
    {"log of E of the factor of |q_j/q_i| in one step at x_i": _log_mean(ratio)},
)  # fmt: skip
LOG_ALONG = told(
    "E of the change of log|q_j| in one step at x_i, j live", _mean_log(_along),
    {"log of E of the factor of |q_j|": _log_mean(_along), "E of the change of log|w_perp|": _mean_log(_off),
     "E of the change of log|q_i|, which is 0 at x_i": lambda x: flint.arb(0)},
)  # fmt: skip
LOG_OFF = told(
    "E of the change of log|w_perp| in one step at x_i", _mean_log(_off),
    {"E of the change of log|r2 - 1|": _mean_log(_radial)},
)  # fmt: skip
LOG_RADIAL = told(
    "E of log|factor of r2 - 1| in one step at x_i", _mean_log(_radial),
    {"E of the change of log|w_perp|": _mean_log(_off)},
)  # fmt: skip
LARGEST = told(
    "the largest, over the directions x_i, x_j (j != i, its gate counted as open) and off the data, of the "
    "mean over one batch of log|factor| of the linearised step at x_i",
    lambda x: _top(f(x) for f in (_mean_log(_radial), _mean_log(_along), _mean_log(_off))),
    {
        "the least of them": lambda x: (
            -_top(-f(x) for f in (_mean_log(_radial), _mean_log(_along), _mean_log(_off)))
        )
    },
)
MOMENT = told(
    "E of the factor of |q_j/q_i|^g in one step at x_i, j live",
    lambda x: x.expected(lambda f: (log(ratio(f)) * ball(x.power)).exp()),
    {"(E of the factor of |q_j/q_i|)^g": lambda x: (_log_mean(ratio)(x) * ball(x.power)).exp()},
)  # fmt: skip
ABSOLUTE_MOMENT = told(
    "lim (1/t) log E|e_j|^g", lambda x: x.expected(lambda f: (log(_along(f)) * ball(x.power)).exp()).log(),
    {"g times lim (1/t) log E|e_j|": lambda x: _log_mean(_along)(x) * ball(x.power)},
)  # fmt: skip
SQUARE_RATE = told(
    "lim (1/t) log E[e_j^2] of the linearised process along x_j, j != i",
    lambda x: x.expected(lambda f: ball(_along(f) ** 2)).log(),
    {"lim (2/t) E log|e_j|": lambda x: 2 * _mean_log(_along)(x)},
)  # fmt: skip
MEAN_GROWTH = told(
    "E f - 1: growth of E c_j in the linearised step",
    lambda x: _about(x.expected(lambda f: ball(_along(f))) - 1),
    {"E log|f|": _mean_log(_along)},
)
SQUARE_GROWTH = told(
    "E f^2 - 1: growth of E c_j^2 in the linearised step",
    lambda x: _about(x.expected(lambda f: ball(_along(f) ** 2)) - ball(x.per)),
    {"(E f)^2 - 1": lambda x: _about(x.expected(lambda f: ball(_along(f)))) ** 2 - ball(x.per)},
)  # fmt: skip


def _top(values: Any) -> flint.arb:
    found, *others = values
    for other in others:
        found = other if other > found else found
    return found


def _gain(value: Value) -> Callable[[tuple[Factors, Factors]], Any]:
    return lambda pair: value(pair[1]) - value(pair[0])


GAIN_LOG = Meaning(
    "(n/b_2) E log|f| at b_2 minus (n/b) E log|f| at b", _gain(_mean_log(_along)),
    near=[Meaning("(n/b) E log|f| at b minus that at b_2", lambda pair: -_gain(_mean_log(_along))(pair))],
)  # fmt: skip
GAIN_SQUARE = Meaning(
    "(n/b_2) (E f^2 - 1) at b_2 minus (n/b) (E f^2 - 1) at b", _gain(SQUARE_GROWTH.value),
    near=[Meaning("the same at b minus that at b_2", lambda pair: -_gain(SQUARE_GROWTH.value)(pair))],
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """law: chance, how often i, how often j is drawn; f = 1 - beta times the one + beta h times the other."""

    law: list[tuple[Fraction, int, int]]
    beta: Fraction

    def factors(self, h: Fraction) -> list[tuple[Fraction, Fraction]]:
        """(chance, factor)."""
        return [(p, 1 - self.beta * i + self.beta * h * j) for p, i, j in self.law]


FAR = F(2**20)  # past every line: h_as <= 1/(1 - beta), and beta <= 99/100 where it is drawn


def _zero(x: Line, function: Callable[[Line, Fraction], Any]) -> flint.arb | None:
    """Where a function of h, increasing on (0, FAR), changes sign; None where it has one sign."""
    low, high = F(0), FAR
    if function(x, high) < 0 or function(x, F(1, 10**9)) > 0:
        return None
    for _ in range(130):
        middle = (low + high) / 2
        low, high = (middle, high) if function(x, middle) < 0 else (low, middle)
    return ball(low) + flint.arb(0, "1e-20")


def path_rate(x: Line, h: Fraction) -> flint.arb:
    """E log|f|."""
    found = flint.arb(0)
    for chance, factor in x.factors(h):
        found += ball(chance) * (abs(ball(factor)).log() if factor else flint.arb("-inf"))
    return found


def _square_rate(x: Line, h: Fraction) -> Fraction:
    return sum((chance * factor**2 for chance, factor in x.factors(h)), F(-1))


def _as(x: Line) -> Any:
    return _zero(x, path_rate)


def _ms(x: Line) -> Any:
    return _zero(x, _square_rate)


LINE_AS = Meaning("the h > 0 at which E log|f| is 0", _as,
                  near=[Meaning("the h > 0 at which E f^2 is 1", _ms)])  # fmt: skip
LINE_MS = Meaning("the h > 0 at which E f^2 is 1", _ms,
                  near=[Meaning("the h > 0 at which E log|f| is 0", _as)])  # fmt: skip


def _diffusion(factor: Callable[[Mapping[str, Any]], Any], half: Fraction) -> Value:
    """E[1 - f] + Var f / 2: what a diffusion of the same two moments loses in the mean."""

    def value(x: Factors) -> flint.arb:
        first = x.expected(lambda f: ball(1 - factor(f)))
        second = x.expected(lambda f: ball((1 - factor(f)) ** 2))
        return _about(first + (second - first**2) * ball(half))

    return value


def _limit(words: str, factor: Callable[[Mapping[str, Any]], Any]) -> Meaning:
    near = {"the same with all of the variance": _diffusion(factor, F(1)),
            "the same without the variance": _diffusion(factor, F(0))}  # fmt: skip
    return told(words, _diffusion(factor, F(1, 2)), near)


_LIMIT = (
    "of a step's continuous-time limit: eta times the mean over batches of the curvature, plus half of "
    "eta^2 times "
    "its variance"
)
X_ALONG = _limit(f"along x_j (j != i) at x_i: {_LIMIT}", _along)
X_OFF = _limit(f"off the data at x_i: {_LIMIT}", _off)
X_RADIAL = _limit(f"along x_i at x_i: {_LIMIT}", _radial)


# Factors of one batch, or of one epoch, with nothing to be averaged: a mapping by name.

DRAWN_RADIAL = Meaning(
    "derivative of <w, x_i> after a step with i in the batch, at x_i on its axis (without i: 1)",
    lambda f: f["radial"].limit_denominator(10**6),
    near=[
        Meaning("the same for a batch without i", lambda f: f["left out"].limit_denominator(10**6))
    ],
)
ONE_STEP = Meaning(
    "growth of log|c_m/c_j| in one step", lambda f: log(ratio(f)),
    near=[Meaning("growth of log|c_m| in one step", lambda f: log(f["along"]))],
)  # fmt: skip
EPOCH_RATIO = Meaning(
    "factor of q_j/q_i over an epoch, i in A, j not, both live, as w tends to one with all its mass 1 in A",
    lambda f: _about(ratio(f)),
    near=[Meaning("factor of w_perp there", lambda f: _about(f["off"]))],
)
EPOCH_OFF = Meaning(
    "factor of w_perp there",
    lambda f: _about(f["off"]),
    near=[Meaning("factor of s_A - 1 there", lambda f: _about(f["radial"]))],
)
EPOCH_RADIAL = Meaning(
    "factor of s_A - 1 there, s_A the mass of A (first order)",
    lambda f: _about(f["radial"]),
    near=[Meaning("factor of w_perp there", lambda f: _about(f["off"]))],
)
SHARED_BATCH = Meaning(
    "P(i and j are in one batch of the epoch)", lambda x: x.expected(lambda f: ball(int(f["shared"]))),
    near=[Meaning("P(i and j are in two batches of the epoch)",
                  lambda x: x.expected(lambda f: ball(1 - int(f["shared"]))))],
)  # fmt: skip
