"""Gradient descent and gradient flow of many runs at once in R^d, in floats, from the loss alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def slope(w: Floats, x: Floats, relu: bool, drawn: Floats | None = None) -> Floats:
    """Sum over the batch of the gradients of 1/2 |x_i - w phi(<w, x_i>)|^2, by the chain rule.

    w: (R, d); x: (n, d); drawn: (R, n), how often each sample is in the batch, or None for once each.
    """
    q = w @ x.T
    gate = (q > 0).astype(float) if relu else np.ones_like(q)
    phi = gate * q
    along = q - (w**2).sum(axis=1, keepdims=True) * phi  # <w, x_i - w phi_i>
    times = 1.0 if drawn is None else drawn
    pull = (phi + gate * along) * times
    return -pull @ x + w * (phi**2 * times).sum(axis=1, keepdims=True)


def descend(
    w: Floats,
    x: Floats,
    a: float,
    relu: bool,
    steps: int,
    ways: Sequence[Iterator[tuple[int, ...]]] = (),
) -> tuple[Floats, NDArray[np.bool_]]:
    """The last w of each run and whether it has come to rest: 25 steps moved it by less than 1e-7.

    ways: sequences of batches, shared out among the runs in turn; none: every sample at every step.
    Where batches change, one that is drawn again may hold a run still before its end: then 100 steps must.
    """
    before, every, last = w, 25, None
    for step in range(-(-steps // 100) * 100):
        if step % every == 0 and step:
            moved = np.abs(w - before).max(axis=1)
            lost = ~np.isfinite(w).all(axis=1)  # for good: what exploded stays where it is
            if (moved < 1e-7).all() or lost.all():
                return w, moved < 1e-7
            before = w
        drawn = None
        if ways:
            rows = [np.bincount(next(way), minlength=len(x)) for way in ways]
            if last is not None and any((x != y).any() for x, y in zip(rows, last, strict=True)):
                every = 100
            last = rows
            once = all((x == 1).all() for x in rows)  # every sample: no factor is needed
            drawn = None if once else np.array(rows, dtype=float)[np.arange(len(w)) % len(ways)]
        with np.errstate(over="ignore", invalid="ignore"):
            w = w - a * slope(w, x, relu, drawn)
    return w, np.abs(w - before).max(axis=1) < 1e-7


def flow(w: Floats, x: Floats, relu: bool, until_: float = 60.0) -> Floats:
    """Gradient flow of sum_i loss_i by RK4; +1 where it reaches r2 < 1.9 with mass, -1 where s < 1e-5
    and rho > 2, 0 where neither within the time: starts so near the border that nothing is said."""
    side = np.zeros(len(w))
    t = 0.0
    todo = np.arange(len(w))
    w = w.copy()
    while len(todo) and t < until_:
        r2 = (w[todo] ** 2).sum(axis=1, keepdims=True)
        h = 0.1 / (1 + r2.max())
        y = w[todo]
        k1 = -slope(y, x, relu)
        k2 = -slope(y + h / 2 * k1, x, relu)
        k3 = -slope(y + h / 2 * k2, x, relu)
        k4 = -slope(y + h * k3, x, relu)
        w[todo] = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
        q = w[todo] @ x.T
        s = np.where((q > 0) | (not relu), q**2, 0.0).sum(axis=1)
        rho = (w[todo] ** 2).sum(axis=1) - s
        side[todo[(s + rho < 1.9) & (s > 0)]] = 1
        side[todo[(s < 1e-5) & (rho > 2)]] = -1
        todo = todo[side[todo] == 0]
    return side
