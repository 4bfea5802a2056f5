"""Draws that hang together: sorted, summed up, a chain's, or in part the same over again.

Independent draws of one law come in each order equally often, given which values they are.  So how many runs
of values above the middle they make has a law that no other knowledge is needed for: of N values, n above,
K runs have the probability C(N - n + 1, K) C(n - 1, K - 1) / C(N, n), a hypergeometric one.  Sorted draws
make one; sums of steps, and a chain that forgets slowly, make few; pairs of x and -x make many.

Likewise a stretch of L values that comes twice, apart: that L pairs of places hold equal values has at most
the probability of the product over k < L of P / ((N - 2 k) (N - 2 k - 1)), where P = sum of m (m - 1) over the
values that come m times, and there are fewer than N^2 / 2 pairs of places to begin at.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

LONGEST = 64  # of a stretch that is looked for
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # an odd number with mixed bits


def hang_together(values: np.ndarray, error: float) -> str:
    """What to say of draws that independent ones of one law are with probability <= error; or empty."""
    draws = values.ravel()
    return _runs(draws, error / 2) or _twice(draws, error / 2)


def _runs(draws: np.ndarray, error: float) -> str:
    middle = np.median(draws)
    above = draws > middle if (draws > middle).any() else draws >= middle
    size, high = draws.size, int(above.sum())
    if high in (0, size):
        return ""
    runs = int(above[0]) + int((above[1:] & ~above[:-1]).sum())
    law = stats.hypergeom(size, size - high + 1, high)
    if min(law.cdf(runs), law.sf(runs - 1)) > error / 2:
        return ""
    told = f"{runs} runs of values above {middle:.6g}, where independent ones make about {law.mean():.0f}"
    return f"its {size} draws hang together: {told}; hand them over as they were drawn"


def _twice(draws: np.ndarray, error: float) -> str:
    codes, counts = np.unique(draws, return_inverse=True, return_counts=True)[1:]
    pairs, size = int((counts * (counts - 1.0)).sum()), draws.size
    length = _length(pairs, size, error)
    if not length:
        return ""
    marks = np.zeros(size - length + 1, dtype=np.uint64)
    for k in range(length):  # of each stretch; what overflows is dropped
        marks = marks * SPREAD + codes.astype(np.uint64)[k : size - length + 1 + k]
    order = np.argsort(marks, kind="stable")
    new = np.flatnonzero(np.diff(marks[order])) + 1
    # The first and the last of each kind: those between may all overlap.
    for one, two in zip(order[np.append(0, new)], order[np.append(new, 0) - 1], strict=True):
        if two - one >= length and (codes[one : one + length] == codes[two : two + length]).all():
            told = f"{one + 1} to {one + length} come again as draws {two + 1} to {two + length}"
            return f"draws {told}: these are not {size} independent draws"
    return ""


def _length(pairs: int, size: int, error: float) -> int:
    """How long a stretch is that comes twice with probability <= error; 0: too long to look for."""
    if not pairs:
        return 0
    chance = 2 * math.log(size) - math.log(2)
    for k in range(min(LONGEST, size // 2)):
        left = size - 2 * k
        chance += min(0.0, math.log(pairs) - math.log(left * (left - 1)))
        if chance <= math.log(error):
            return k + 1
    return 0


__all__ = ["hang_together"]
