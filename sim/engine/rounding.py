"""A bound on the engines' rounding error, to first order in u = 2^-53, along one trajectory.

Let x_j = log q_j^2 (live j), x_p = log of the passive product, and D the error of the mass the
engine carries. One step with a batch B, t = a r2, s = aS, c = 1 - s, f = c + 2a - t changes small
errors by

    dx_j+ = dx_j - 2 ds/c            (j not in B, and p)      ds = sum_B a q_i^2 dx_i
    dx_j+ = dx_j - 2 (ds + dt)/f     (j in B)                 dt = sum_live a q_j^2 dx_j + u dx_p + D
    D+    = g D,   g = c^2 (batch followed), f^2 (complement), 0 (b = n)

where in the complement form ds also contains D, and u = a * passive mass. With k = min(b, n - b)
each step adds at most (proofs_notes/engine.md, "Local errors")

    u (12 + 4(k + 6) t/f)   in B,      u (6 + 4(k + 6) t/c)   outside,
    u (k + 11)(t+ + t max(1, f)^2)  to D,   u n t  to D at the start and at a resummation

(b = n: the mass at the start is summed once, so k = n and there is no D). So the final error is
bounded by the sum over steps of |A_T ... A_{i+1}| times these, which `bound` adds up, backwards.
What is left out is of second order: about the square of the bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.engine.state import Floats

UNIT = 2.0**-53
_READ = 8  # roundings between the squares and the q that is read, and of the start's squares


def bound(
    q: Sequence[float],
    rho: float,
    batches: Sequence[Sequence[int]],
    *,
    step_size: float,
    batch_size: int,
    activation: str = "linear",
    masked: bool = False,
) -> Floats:
    """Bound the relative error of |q_j|, (n,), and last of sqrt(rho), after these batches.

    Valid where the fast engines are (a < 1/2, r2(0) <= 2, distinct indices). Zero coordinates
    have no error. masked: masks (`sim.engine._direct_loops`), where the engine follows the batch for any b < n.
    """
    n, a = len(q), step_size / batch_size
    steps = _steps(np.array(q, dtype=float), float(rho), batches, a, activation)
    left_out = n - batch_size
    k = min(batch_size, left_out) if left_out else n
    complement = 2 * batch_size > n and not masked
    if masked:
        k = batch_size
    sync = max(1, int(n / (2 * a * left_out))) if left_out else 0
    transfer = np.eye(n + 2)  # from the state after step i to the end
    total = np.zeros(n + 2)
    for i in range(len(steps) - 1, -1, -1):
        share, u, inside, after = steps[i]
        s = share[inside].sum()
        t = share.sum() + u
        c = 1 - s
        f = c + 2 * a - t
        drawn, rest = coordinate_errors(k, t, c, f)
        local = np.where(inside, drawn, rest)
        local[n + 1] = carried_error(k, t, f, after) if left_out else 0.0
        total += np.abs(transfer) @ local
        matrix = np.eye(n + 2)
        ds = np.where(inside, share, 0.0)
        ds[n + 1] = 1.0 if complement else 0.0
        dt = share.copy()
        dt[n], dt[n + 1] = u, 1.0
        matrix[:] += np.where(inside[:, None], -2 * (ds + dt) / f, -2 * ds / c)
        matrix[n + 1] = 0.0
        if left_out:
            matrix[n + 1, n + 1] = f * f if complement else c * c
            if i == 0 or (complement and i % sync == 0):
                total += np.abs(transfer @ matrix[:, n + 1]) * n * t
                matrix[:, n + 1] = 0.0
        transfer = transfer @ matrix
    return UNIT * (total[: n + 1] / 2 + np.abs(transfer[: n + 1]).sum(axis=1) + _READ)


def coordinate_errors(k: int, t: float, c: float, f: float) -> tuple[float, float]:
    """What one step adds to the relative error of q_j^2, in the batch and outside, in units of u."""
    return 12 + 4 * (k + 6) * t / f, 6 + 4 * (k + 6) * t / c


def carried_error(k: int, t: float, f: float, after: float) -> float:
    """What one step adds to the error of the mass that is carried, in units of u."""
    return (k + 11) * (after + t * max(1.0, f) ** 2)


_Step = tuple[Floats, float, "np.ndarray[tuple[int], np.dtype[np.bool_]]", float]


def _steps(
    q: Floats, rho: float, batches: Sequence[Sequence[int]], a: float, activation: str
) -> list[_Step]:
    """Give a q_j^2 (live; two more slots, zero), a * passive mass, the batch, and t after it."""
    n = len(q)
    live = q > 0 if activation == "relu" else q != 0
    squares = np.where(live, q * q, 0.0)
    passive = float((np.where(live, 0.0, q) ** 2).sum() + rho)
    steps: list[_Step] = []
    for batch in batches:
        share, inside = np.zeros(n + 2), np.zeros(n + 2, dtype=bool)
        share[:n] = a * squares
        inside[np.asarray(batch, dtype=int)] = True
        u = a * passive
        c = 1 - share[inside].sum()
        f = c + 2 * a - share.sum() - u
        squares = squares * np.where(inside[:n], f, c) ** 2
        passive *= c * c
        steps.append((share, u, inside, a * float(squares.sum() + passive)))
    return steps
