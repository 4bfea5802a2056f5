"""SGD's step size near a minimum of a trained model: which ones keep it, for every batch size.

Samples i = 1..N with losses f_i = |h(x_i; theta) - y_i|^2/2, a minimum theta* that fits all of
them, J the
derivatives of the outputs and K = J J'.  SGD steps by C times the batch's mean gradient.  Everything
below is in the residuals' N (outputs: N k) dimensions; the number of parameters does not enter.

K may be: a `Gram`; what `from_torch` or `from_jax` give; K itself, (N, N) or (N, k, N, k); a
Jacobian, (N, p) with p != N or (N, k, p).
For a square Jacobian use ``Gram.from_jacobian``, for products with K ``Gram.from_product``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from sim.engine import _arguments as arguments
from sim.problems.arrays import host
from sim.problems.gram_enclosure import WIDTH, Threshold, edge, enclose
from sim.problems.gram_growth import Growth, enclose_growth
from sim.problems.gram_input import Gram, NotAGram, memory, read
from sim.problems.gram_operator import Operator, Weights, variance_factor

__all__ = [
    "Enclosure",
    "Gram",
    "Growth",
    "NotAGram",
    "Threshold",
    "full_batch_edge",
    "growth_rate",
    "mean_square_threshold",
    "memory",
    "stationary_covariance",
]


@dataclass(frozen=True)
class Enclosure:
    """A number known to lie in [low, high]."""

    low: float
    high: float


@overload
def mean_square_threshold(
    K: Any, *, batch_size: int, sampling: str = ..., width: float = ..., outputs: int = ...,
    progress: Callable[[str], None] | None = ...,
) -> Threshold: ...  # fmt: skip
@overload
def mean_square_threshold(
    K: Any, *, batch_size: Iterable[int], sampling: str = ..., width: float = ..., outputs: int = ...,
    progress: Callable[[str], None] | None = ...,
) -> tuple[Threshold, ...]: ...  # fmt: skip
def mean_square_threshold(
    K: Any,
    *,
    batch_size: Any,
    sampling: str = "uniform",
    width: float = WIDTH,
    outputs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Any:
    """C_ms: the second moment of the distance to the minimum falls to 0 exactly for 0 < C < C_ms.

    K: see the module; outputs: k, where K comes as (N k, N k).
    batch_size: b, or several (one decomposition, each started where its neighbour ended).
    sampling: ``uniform`` (without replacement) or ``replacement``. width: relative, asked for.
    progress: called with a line before each batch size.

    Returns a `Threshold` (or a tuple): ``.low <= C_ms <= .high`` is rigorous for the K that is given,
    for J: for J J' exactly, rounding included; ``.perron`` says which samples carry the instability.
    Where rounding does not allow `width` the enclosure is wider, never wrong.  Raises NotAGram (a
    ValueError) for a K that is not symmetric or has a negative eigenvalue, ValueError for b > N.
    Source: claims Q-GRAM, Q-GRAM-PERRON, Q-GRAM-EDGE, Q-GRAM-ORDER.

    >>> import numpy as np
    >>> found = mean_square_threshold(np.diag([1.0, 2.0]), batch_size=1)
    >>> found.low <= 1.0 <= found.high  # one sample's own curvature: 2/max K_ii
    True
    """
    gram = read(K, outputs)
    arguments.positive("width", width)
    many = np.iterable(batch_size) and not isinstance(batch_size, str)
    sizes = list(batch_size) if many else [batch_size]
    factors = [variance_factor(gram.samples, b, sampling) for b in sizes]
    found: dict[int, Threshold] = {}
    V = None
    for index in sorted(range(len(sizes)), key=lambda i: -factors[i]):
        if progress is not None:
            progress(f"batch size {sizes[index]}")
        found[index], V = enclose(gram, factors[index], int(sizes[index]), width=width, start=V)
    return tuple(found[i] for i in range(len(sizes))) if many else found[0]


def full_batch_edge(K: Any, *, outputs: int = 1) -> Enclosure:
    """2N/l_max, the threshold of gradient descent, and of b = N.

    K, outputs and errors: as in `mean_square_threshold`; the enclosure is rigorous.
    """
    return Enclosure(*edge(read(K, outputs)))


def growth_rate(
    K: Any, *, batch_size: int, step_size: float, sampling: str = "uniform", outputs: int = 1,
    width: float = WIDTH,
) -> Growth:  # fmt: skip
    """lim (1/t) log E|r_t|^2, a step, at one step size: negative exactly below C_ms.

    Arguments as in `mean_square_threshold`. The enclosure [low, high] holds for a matrix within
    ``Gram.uncertainty`` of K: unlike C_ms the rate is not monotone in K below the threshold, where it
    is led by the smallest eigenvalues.  `width` is absolute for the factor exp(rate).
    """
    gram = read(K, outputs)
    C = arguments.positive("step_size", step_size)
    return enclose_growth(gram, variance_factor(gram.samples, batch_size, sampling), C, width)


def stationary_covariance(
    K: Any, residuals: Any, *, batch_size: int, step_size: float, sampling: str = "uniform",
    outputs: int = 1,
) -> Any:  # fmt: skip
    """Limit of the covariance of the residuals, (N k, N k), where the samples' gradients do not vanish.

    residuals: (N,) or (N, k), at the minimum. Only their part r* that K does not see matters (K r* = 0
    at a minimum). The excess loss is trace/(2N). Linearised model, floats, no enclosure.

    D = C T (D + D*), D* = blockdiag(r* r*'), is solved by conjugate gradients (I - C T is positive
    definite below C_ms); then Sigma = (C kappa/N) U [(U'(D + D*)U) o (l l'/d)] U'.
    Raises ValueError where step_size is not below C_ms: there is no limit.
    Source: the recursion of Q-GRAM with the noise of Q-STATIONARY.
    """
    gram = read(K, outputs)
    C = arguments.positive("step_size", step_size)
    kappa = variance_factor(gram.samples, batch_size, sampling)
    limit = enclose(gram, kappa, batch_size)[0]
    if limit.low <= C:
        raise ValueError(f"step_size={C}: must be below the mean-square threshold {limit.low:.9g}")
    r = arguments.array("residuals", residuals).reshape(-1)
    size = gram.samples * gram.outputs
    if r.size != size:
        raise ValueError(f"residuals: {r.size} numbers; must be N k = {size}")
    if kappa == 0 or gram.rank == 0:
        return np.zeros((size, size))
    gram = Gram(gram.samples, gram.outputs, host(gram.values), host(gram.vectors), 0.0, 0.0)
    U = gram.vectors
    hidden = (r - U @ (U.T @ r)).reshape(gram.samples, gram.outputs)
    op, weights = Operator(gram, kappa), Weights(gram, kappa, C)

    def step(V: Any) -> Any:
        return C * op.apply(op.spread(V), weights)[0]

    noise = hidden[:, :, None] * hidden[:, None, :]
    D = _conjugate_gradients(lambda V: V - step(V), step(noise))
    W = op.spread(D + noise)
    g = weights.rows(0, gram.rank)
    return (C * op.scale) * (U @ (W * g) @ U.T)


def _conjugate_gradients(matrix: Callable[[Any], Any], right: Any) -> Any:
    x = np.zeros_like(right)
    rest = direction = right
    size = float((rest * rest).sum())
    stop = size * 1e-30
    for _ in range(10 * right.size):
        if size <= stop or size == 0.0:
            break
        image = matrix(direction)
        pace = size / float((direction * image).sum())
        x, rest = x + pace * direction, rest - pace * image
        size, old = float((rest * rest).sum()), size
        direction = rest + (size / old) * direction
    else:
        raise ArithmeticError("no convergence: step_size is too close to the threshold")
    if not math.isfinite(size):
        raise ArithmeticError("overflow: step_size is too close to the threshold")
    return x
