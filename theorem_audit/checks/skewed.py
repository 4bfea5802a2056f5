"""How far a mean may lie from what is expected where draws are skewed: further than a normal law says.

For independent draws with skewness g, and Student's statistic T of n of them, P(T > x) and P(T < -x) are those
of the normal law times exp(-+ x^3 g / (3 sqrt(n))), to leading order for x small beside sqrt(n) (the moderate
deviations of self-normalised sums).  At x = 5.3, as an error of 1e-7 asks, that is a factor of 17 for
exponential draws, n = 1000.  Taken is the x at which the larger of both has the probability that it is to have.

Where x g / sqrt(n) comes near 1, the next terms are as large as this one: nothing is known then.  So it is for
draws without a variance, of which a few make up the sum of squares, and their skewness is near sqrt(n).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, special, stats


def critical(values: np.ndarray, error: float) -> float | None:
    """What |T| exceeds with probability ``error``; None where the skewness found is too large to tell."""
    size = values.size
    least = float(stats.t.isf(error / 2, size - 1))
    # Of values divided by the largest: the third power of what is large, or small, is no float.
    apart = values - values.mean()
    apart = apart / np.abs(apart).max()
    skewness = float((apart**3).mean() / (apart**2).mean() ** 1.5)
    share = abs(skewness) / math.sqrt(size)
    if share == 0:
        return least

    def over(x: float) -> float:
        """The logarithm of the probability beyond x over what it is to be; it falls up to 1 / share."""
        return float(special.log_ndtr(-x) + share * x**3 / 3) - math.log(error / 2)

    normal = float(-special.ndtri(error / 2))
    last = 1 / share
    if last <= normal or over(last) > 0:
        return None
    if over(normal) <= 0:  # by rounding
        return least
    # Student's law in place of the normal one counts the draws beside this.
    return least + float(optimize.brentq(over, normal, last)) - normal


__all__ = ["critical"]
