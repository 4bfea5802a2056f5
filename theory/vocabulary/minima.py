"""What symbols mean at single minima: z_i g for Styblinski and Tang's g, and f_i' = x(x - 1)(x - c_i)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq_mat

from theory.vocabulary.batch_means import plain
from theory.vocabulary.quadratic_sum import Sum, rational, threshold
from theory.vocabulary.telling import told

F = Fraction


@dataclass(frozen=True)
class Minima:
    """values: the z_i, or the c_i.  spot: a coordinate x.  kappa: of the batch."""

    values: Sequence[Fraction]
    spot: Fraction
    kappa: Fraction

    def threshold(self, curvatures: Sequence[Fraction]) -> Any:
        """C_ms of the one-dimensional sum of these curvatures."""
        return threshold(Sum([fmpq_mat([[rational(x)]]) for x in curvatures], kappa=self.kappa))


def _g(x: Fraction) -> Fraction:
    return (x**4 - 16 * x**2 + 5 * x) / 2


def _bend(x: Fraction) -> Fraction:
    """g'' by five points, exact for degree 4."""
    return (16 * (_g(x + 1) + _g(x - 1)) - _g(x + 2) - _g(x - 2) - 30 * _g(x)) / 12


def _at(x: Fraction) -> Callable[[Minima], Any]:
    """The threshold at the minimum x of the moving barrier; slopes by four points, exact for degree 3."""

    def slope(y: Fraction, c: Fraction) -> Fraction:
        return y * (y - 1) * (y - c)

    def bend(c: Fraction) -> Fraction:
        near, far = (slope(x + s, c) - slope(x - s, c) for s in (1, 2))
        return (8 * near - far) / 12

    return lambda at: at.threshold([bend(c) for c in at.values])


def _variance(at: Minima) -> Fraction:
    return plain([(x - plain(at.values)) ** 2 for x in at.values])


BEND = told("curvature at the coordinate x of a minimum of g", lambda at: _bend(at.spot),
             {"curvature of 2 g there": lambda at: 2 * _bend(at.spot)})  # fmt: skip
MEAN_VALUE = told(
    "mean of the z_i",
    lambda at: plain(at.values),
    {"sum of the z_i": lambda at: sum(at.values, F(0))},
)
VARIANCE = told("variance of the z_i", _variance,
                 {"mean square of the z_i": lambda at: plain([x * x for x in at.values])})  # fmt: skip
WELL = told(
    "mean-square threshold of a coordinate; a minimum's is that of its sharpest one",
    lambda at: at.threshold([z * _bend(at.spot) for z in at.values]),
    {"mean-square threshold of the weights z_i alone": lambda at: at.threshold(at.values)},
)  # fmt: skip
LEFT = told("mean-square threshold at the minimum 0 of the moving-barrier sum", _at(F(0)),
             {"mean-square threshold at the minimum 1": _at(F(1))})  # fmt: skip
RIGHT = told("mean-square threshold at the minimum 1 of the moving-barrier sum", _at(F(1)),
              {"mean-square threshold at the minimum 0": _at(F(0))})  # fmt: skip
