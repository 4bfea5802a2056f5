"""A kernel for b = 1 with few runs on many coordinates: many steps in a few whole-array calls.

A NumPy call costs about 0.3 us, which few runs cannot share out. But where the coordinates that K
steps draw are all distinct, they can be gathered together, and only two numbers per run are
sequential,

    p_{k+1} = p_k c_k^2,   t_{k+1} = t_k + s_k [e_k (c_k + f_k) - t_k (1 + c_k)],   e = 2a - t,

the second being (t - s) c^2 + s f^2 written as an increment. Both are solved for all k at once: from
a guess of s = p v (then of t), form the products and sums, and repeat until no bit changes. Entry k
is a function of the entries before it, so K rounds always suffice, and what no longer changes is the
sequential recursion to the last bit: how the steps are cut cannot be seen in a result. The error of
round m is about (2 sum s)^m / m!, so 3 to 5 rounds are the rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine._kernel import Kernel
from sim.engine._scaled import CHECK, aligned
from sim.engine.batches import BATCH
from sim.engine.state import Integers

_RUNS = range(6, 49)  # below, a Python loop is faster; above, a call per operation and step


def pays(n: int, b: int, runs: int) -> bool:
    """Say whether a block of `runs` runs is computed ahead: a repeat in CHECK steps must be rare."""
    return b == 1 and runs in _RUNS and runs * CHECK**2 <= n


class _Ahead:
    """Advances `sim.engine._direct`; agrees with its other kernels to rounding, not to the last bit."""

    def __init__(self, engine: Any):
        runs = engine.runs
        self._engine = engine
        self._ones = np.ones((CHECK, runs))
        self._twice = np.full((CHECK, runs), 2 * engine.a)
        self._work = aligned(12, CHECK + 1, runs)

    def __call__(self, sets: Integers) -> None:
        flat = np.add(sets[:, 0], self._engine.offset, dtype=np.intp)
        while len(flat):
            count = distinct_steps(flat)
            self._distinct(flat[:count])
            flat = flat[count:]

    def _distinct(self, flat: Integers) -> None:
        """Do one step per row of `flat` (K, M), whose entries are distinct."""
        steps = len(flat)
        scale, mass = self._engine.scale, self._engine.st[1]
        ones, twice, y = self._ones[:steps], self._twice[:steps], self._engine.flat
        v, s, c, e, f, g, new = self._work[:7, :steps]
        factor, p, change, t, t_new = self._work[7:, : steps + 1]
        multiply, subtract, add = np.multiply, np.subtract, np.add
        y.take(flat, out=v, mode="clip")

        factor[0] = scale
        multiply(v, scale, out=s)
        while True:
            subtract(ones, s, out=c)
            multiply(c, c, out=factor[1:])
            multiply.accumulate(factor, axis=0, out=p)
            multiply(p[:-1], v, out=new)
            if (new == s).all():
                break
            s, new = new, s

        change[0] = mass
        t[:] = mass
        add(ones, c, out=g)
        while True:
            now = t[:-1]
            subtract(twice, now, out=e)
            add(c, e, out=f)
            add(c, f, out=new)
            multiply(e, new, out=e)
            multiply(now, g, out=new)
            subtract(e, new, out=e)
            multiply(e, s, out=change[1:])
            add.accumulate(change, axis=0, out=t_new)
            if (t_new == t).all():
                break
            t, t_new = t_new, t

        multiply(f, f, out=f)
        multiply(f, s, out=f)
        np.divide(f, p[1:], out=f)
        y[flat] = f
        scale[:], mass[:] = p[-1], t[-1]


AHEAD = Kernel("NumPy, ahead", BATCH, _Ahead)


def distinct_steps(flat: Integers) -> int:
    """Give the largest K such that no entry of flat[:K] repeats."""
    ordered = np.sort(flat, axis=None)
    if not (ordered[1:] == ordered[:-1]).any():
        return len(flat)
    entries = flat.reshape(-1)
    order = np.argsort(entries, kind="stable")
    again = order[1:][entries[order[1:]] == entries[order[:-1]]]
    return int(again.min()) // flat.shape[1]
