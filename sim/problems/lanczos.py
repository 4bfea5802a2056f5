"""Lanczos' method with full reorthogonalisation for the leading vector of T(C): a guess, no bound."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.problems.arrays import like
from sim.problems.gram_operator import Operator, Weights

STEPS = 60
SMALL = 1e-6  # entries below this much of the largest are not waited for


def leading(
    op: Operator, step_size: float, V: Any, W: Any, accuracy: float, *, steps: int = STEPS,
    weights: Any = None,
) -> Any:  # fmt: skip
    """Give an approximate leading eigenvector of T(step_size), as (N, k, k), from the guess V.

    W: U'VU, known already. weights: another kernel than that of C.

    accuracy: of each entry, relative; entries below `SMALL` of the largest count as that large.
    The Ritz vector's residual is known from the recurrence, so waiting for it costs no product.
    """
    xp = op.xp
    weights = weights or Weights(op.gram, op.kappa, step_size)
    shape = V.shape
    q = xp.reshape(V, (-1,))
    length = float(xp.sqrt(xp.sum(q * q)))
    q, spread = q / length, W / length
    basis, diagonal = [q], []
    beside: list[float] = []
    for step in range(min(steps, int(q.shape[0]))):
        image, _ = op.apply(spread, weights)
        w = xp.reshape(image, (-1,))
        diagonal.append(float(xp.sum(w * basis[-1])))
        stack = xp.stack(basis)
        for _ in range(2):
            w = w - stack.T @ (stack @ w)
        beta = float(xp.sqrt(xp.sum(w * w)))
        H = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        values, vectors = np.linalg.eigh(H)
        weight = vectors[:, -1]
        ritz = stack.T @ like(weight, q)
        if beta <= 1e-14 * values[-1] or step + 1 == steps:
            break
        residual = xp.abs(w) * float(abs(weight[-1]) / values[-1])
        size = xp.abs(ritz)
        top = float(xp.max(size))
        size = xp.where(size < SMALL * top, SMALL * top, size)
        if float(xp.max(residual / size)) <= accuracy:
            break
        beside.append(beta)
        basis.append(w / beta)
        spread = op.spread(xp.reshape(basis[-1], shape))
    ritz = xp.reshape(ritz, shape)
    trace = sum(float(xp.sum(ritz[:, i, i])) for i in range(shape[-1]))
    return ritz if trace >= 0 else -ritz
