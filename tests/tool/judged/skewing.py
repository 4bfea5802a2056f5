"""The battery of skewed draws: the distance of their law, solved for by halving at 22 digits."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from types import ModuleType

import numpy as np
from mpmath import betainc, log, mp, mpf, ncdf, sqrt

# SciPy's root is as close as 2e-12, and its two quantiles as a few roundings of numbers below 100.
NEAR = 1e-10
# Draws, and errors asked for; of the last three sorts of draws the skewness is too large to tell anything.
DRAWS: tuple[tuple[list[int], tuple[float, ...]], ...] = (
    ([1] * 9 + [2] * 7 + [4], (0.2, 0.1)), ([0] * 300 + [1] * 200, (0.01, 1e-4, 1e-7)),
    ([-3] * 200 + [0] * 300 + [1] * 200 + [7] * 9, (0.01, 1e-3, 1e-5)),
    ([5, 9, 9, 10, 10, 10, 11, 12], (0.2, 0.1)), ([0] * 4 + [1] * 3, (0.5, 1e-3)),
    ([k**2 for k in range(90)], (0.1, 1e-3, 1e-6)), ([-(k**3) for k in range(400)], (0.3, 1e-4, 1e-8)),
    ([0] * 60 + [1], (0.1, 0.01)), ([0] * 12 + [5] * 2, (0.3, 0.001)),
    ([0] * 30 + [1] * 9, (1e-9,)),
)  # fmt: skip


@cache
def _student(tail: float, freedom: int) -> mpf:
    """What Student's T exceeds with that probability."""
    low, high = mpf(0), mpf(1000)
    for _ in range(52):
        middle = (low + high) / 2
        share = freedom / (freedom + middle**2)
        beyond = betainc(mpf(freedom) / 2, 0.5, 0, share, regularized=True) / 2
        low, high = (middle, high) if beyond > tail else (low, middle)
    return low


def _distance(values: list[int], error: float) -> mpf | None:
    """The same as ``critical``, from the law as it is written there; the skewness squared is exact."""
    size = len(values)
    mean = Fraction(sum(values), size)
    third = sum(((v - mean) ** 3 for v in values), Fraction(0)) / size
    second = sum(((v - mean) ** 2 for v in values), Fraction(0)) / size
    if third == 0:
        return _student(error / 2, size - 1)
    square = third * third / (second * second * second) / size
    share = sqrt(mpf(square.numerator) / square.denominator)

    def beyond(x: mpf) -> mpf:
        """The logarithm of the larger tail: it falls as long as x share < 1 or so."""
        return log(ncdf(-x)) + share * x**3 / 3

    def crossed(said: mpf, low: mpf, high: mpf, bend: int) -> mpf:
        for _ in range(52):
            middle = (low + high) / 2
            tall = log(ncdf(-middle)) + bend * share * middle**3 / 3 > said
            low, high = (middle, high) if tall else (low, middle)
        return low

    said = log(mpf(error) / 2)
    normal = crossed(said, mpf(0), mpf(40), 0)
    if normal * share >= 1 or beyond(1 / share) > said:
        return None
    return _student(error / 2, size - 1) + crossed(said, normal, 1 / share, 1) - normal


@cache
def _told() -> tuple[tuple[list[int], float, float | None], ...]:
    with mp.workdps(22):
        found = [(v, e, _distance(v, e)) for v, errors in DRAWS for e in errors]
        return tuple((v, e, None if x is None else float(x)) for v, e, x in found)


def skewness_holds(judge: ModuleType) -> None:
    """The distance for draws of either skewness, of any size and unit, and where it is not known."""
    for values, error, told in _told():
        for scale in (1.0, -1.0, 1e-130, 1e130):
            found = judge.critical(scale * np.array(values), error)
            if told is None:
                assert found is None, (values[-3:], error)
            else:
                assert abs(found - told) < NEAR, (values[-3:], error, scale)
    assert {x is None for *_, x in _told()} == {True, False}
    even = np.array([-2.0, -1, 0, 0, 1, 2])
    with mp.workdps(22):
        assert abs(judge.critical(even, 1e-3) - float(_student(5e-4, 5))) < NEAR
