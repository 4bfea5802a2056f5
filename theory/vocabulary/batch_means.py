"""What the symbols of batch means mean: numbers a_i, b_i, the law of a batch, all batches listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.vocabulary.meanings import VARIANCE_FACTOR, Draws
from theory.vocabulary.telling import told

F = Fraction
ZERO = F(0)
Value = Callable[[Any], Any]


@dataclass(frozen=True)
class Means:
    """Numbers a_1..a_N (one), b_1..b_N (two) and a batch's law: (indices, chance).

    divisor: what a batch's sum is divided by; its own size where it is 0.  chance: of the single sample in a
    mixture with the full batch.
    """

    one: Sequence[Fraction]
    two: Sequence[Fraction]
    law: Sequence[tuple[Sequence[int], Fraction]] = ()
    divisor: int = 0
    chance: Fraction = ZERO

    def expected(self, value: Callable[[Sequence[int]], Fraction]) -> Fraction:
        """E of a batch's value."""
        return sum((p * value(x) for x, p in self.law), F(0))

    def drawn(self, values: Sequence[Fraction], batch: Sequence[int]) -> Fraction:
        """The batch mean."""
        return sum((values[i] for i in batch), F(0)) / (self.divisor or len(batch))

    def mixed(self, value: Callable[[Fraction], Fraction]) -> Fraction:
        """E of a function of a_M: one uniform a_i with the mixture's chance, else the mean of all."""
        alone = sum(map(value, self.one), F(0)) / len(self.one)
        return self.chance * alone + (1 - self.chance) * value(plain(self.one))


def plain(values: Sequence[Fraction]) -> Fraction:
    """The mean."""
    return sum(values, F(0)) / len(values)


def _cube(x: Means, power: int = 3) -> Fraction:
    return plain([(y - plain(x.one)) ** power for y in x.one])


MEAN_A = told(
    "mean of a_1..a_N", lambda x: plain(x.one), {"mean of b_1..b_N": lambda x: plain(x.two)}
)
MEAN_B = told(
    "mean of b_1..b_N", lambda x: plain(x.two), {"mean of a_1..a_N": lambda x: plain(x.one)}
)
MEAN_AB = told(
    "mean of a_i b_i", lambda x: plain([y * z for y, z in zip(x.one, x.two, strict=True)]),
    {"mean of the a_i times mean of the b_i": lambda x: plain(x.one) * plain(x.two)},
)  # fmt: skip
BATCH_AB = told(
    "mean of the product of the two batch means, of a_i and of b_i over the batch B",
    lambda x: x.expected(lambda batch: x.drawn(x.one, batch) * x.drawn(x.two, batch)),
    {"mean of the batch mean of a_i b_i":
         lambda x: x.expected(lambda batch: x.drawn([y * z for y, z in zip(x.one, x.two, strict=True)], batch)),
     "product of the means of the two batch means":
         lambda x: x.expected(lambda y: x.drawn(x.one, y)) * x.expected(lambda y: x.drawn(x.two, y))},
)  # fmt: skip
THIRD = told(
    "third central moment of numbers a_1..a_N", _cube, {"their variance": lambda x: _cube(x, 2)}
)
THIRD_BATCH = told(
    "third central moment of the batch mean a_B",
    lambda x: x.expected(lambda batch: (x.drawn(x.one, batch) - plain(x.one)) ** 3),
    {"third moment of the batch mean a_B": lambda x: x.expected(lambda batch: x.drawn(x.one, batch) ** 3)},
)  # fmt: skip
THIRD_MIXTURE = told(
    "third central moment of the mixture's mean a_M",
    lambda x: x.mixed(lambda y: (y - plain(x.one)) ** 3),
    {"third moment of the mixture's mean a_M": lambda x: x.mixed(lambda y: y**3)},
)  # fmt: skip


def _mixing(x: Means) -> Fraction:
    """The chance at which the mixture of one sample and all has the batch mean's variance."""
    centre = plain(x.one)
    alone = plain([(y - centre) ** 2 for y in x.one])
    drawn = x.expected(lambda batch: (x.drawn(x.one, batch) - centre) ** 2)
    return drawn / alone if alone else x.chance


CHANCE = told(
    "chance of the single sample in the mixture, else the full batch", _mixing,
    {"chance of the full batch in the mixture": lambda x: 1 - _mixing(x)},
)  # fmt: skip
HOLDS_ONE = told(
    "mean of m_i^2", lambda x: x.expected(lambda batch: F(batch.count(0) ** 2)),
    {"mean of m_i": lambda x: x.expected(lambda y: F(y.count(0)))},
)  # fmt: skip
HOLDS_TWO = told(
    "mean of m_i m_j for i != j", lambda x: x.expected(lambda y: F(y.count(0) * y.count(1))),
    {"mean of m_i times mean of m_j": lambda x: x.expected(lambda y: F(y.count(0))) * x.expected(
        lambda y: F(y.count(1)))},
)  # fmt: skip


def counted(x: Means) -> Draws:
    """How often a batch holds two of the samples, as the variance factor reads it."""
    return Draws(len(x.one), x.divisor or len(x.law[0][0]), HOLDS_ONE.value(x), HOLDS_TWO.value(x))


FACTOR_REPLACEMENT = told(
    "variance factor with replacement",
    lambda x: VARIANCE_FACTOR.value(counted(x)),
    {
        "variance factor with replacement, times k": lambda x: (
            VARIANCE_FACTOR.value(counted(x)) * counted(x).size
        )
    },
)
DROP = told(
    "kappa at batch size k minus kappa at k + 1, with replacement",
    lambda pair: VARIANCE_FACTOR.value(pair[0]) - VARIANCE_FACTOR.value(pair[1]),
    {"kappa at batch size k + 1 minus kappa at k":
         lambda pair: VARIANCE_FACTOR.value(pair[1]) - VARIANCE_FACTOR.value(pair[0])},
)  # fmt: skip
NOISE_SCALE = told(
    "C times the variance of a batch mean of numbers of variance 1",
    lambda x: x[0] * VARIANCE_FACTOR.value(x[1]), {"C/k": lambda x: x[0] / x[1].size},
)  # fmt: skip
SQUARES = told(
    "mean of y_i^2",
    lambda x: plain([y * y for y in x.one]),
    {"squared mean of y_i": lambda x: plain(x.one) ** 2},
)
