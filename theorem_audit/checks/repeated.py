"""Draws that come again: a table whose rows were broadcast is no larger a sample than one of its rows.

Whether draws are independent cannot be seen from them.  What can be seen is that each value comes equally
often, and more than once.  Of n = k m independent draws, of whatever law, the probability that m values come
exactly k times each is at most e sqrt(n) b^m with b = e (k/e)^k / k!: 0.74 for k = 2, and less for more.

Of N atoms it is n! / k!^m times the sum of p_1^k ... p_m^k over all sets of m atoms.  Of two atoms with p + q
given, that is a convex function of p q (k > 1), so it is largest where p = q, or where one is 0: where N >= m
atoms are equal.  There it is C(N, m) n! / (k!^m N^n) with C(N, m) <= (e N / m)^m, which falls with N from
N = m on; and n! <= e sqrt(n) (n/e)^n.  A part of the law without atoms makes it less.
"""

from __future__ import annotations

import math

import numpy as np


def come_again(values: np.ndarray, error: float) -> str:
    """What to say of draws of which each comes again, as independent ones do with probability <= error.

    Looked at are all draws, and those that are not 0: a law may have an atom there.
    """
    for part, which in ((values.ravel(), ""), (values[values != 0], " other than 0")):
        size = part.size
        if size < 2 or np.count_nonzero(part == part[0]) == 1:
            continue
        counts = np.unique(part, return_counts=True)[1]
        times, many = int(counts[0]), counts.size
        if times == 1 or (counts != times).any():
            continue
        base = 1 + times * (math.log(times) - 1) - math.lgamma(times + 1)
        # Any of the n possible k may come, of all draws or of those that are not 0.
        if 1 + math.log(size) / 2 + many * base <= math.log(error / (2 * size)):
            return f"each of {many} values{which} comes {times} times: these are not {size} independent draws"
    return ""


__all__ = ["come_again"]
