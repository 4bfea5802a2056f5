"""What no run can show: second moments of SGD on a quadratic sum, by their exact recursion in floats.

The mean of a second moment that diverges is carried by paths too rare to be sampled, so it is
computed here:  Sigma+ = M_C(Sigma) + C^2 kappa Gamma,  M_C(X) = X - C(QX + XQ) + C^2(QXQ + kappa V(X)).
Floats throughout; `theory.quadratic.thresholds` gives rigorous enclosures for rational matrices.
"""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from typing import Any

import numpy as np
from scipy import linalg

from sim.engine import _arguments as arguments
from sim.engine.state import Floats
from sim.problems.quadratic import components, linear_parts

SAMPLINGS = ("uniform", "replacement")
MOST_BATCHES = 200_000
# An eigenvalue of the mean this much smaller than the largest is taken for zero: computed zeros are
# near 1e-16 * d.
KERNEL = 1e-12


def variance_factor(count: int, batch_size: int, sampling: str = "uniform") -> float:
    """kappa: Var(mean of a batch) = kappa Var(one component)."""
    arguments.choice("sampling", sampling, SAMPLINGS)
    k = arguments.integer("batch_size", batch_size, 1, None if sampling == "replacement" else count)
    if sampling == "replacement":
        return 1.0 / k
    return 0.0 if k == count else (count - k) / (k * (count - 1))


def _moment(Q: Floats, X: Floats, kappa: float) -> Floats:
    """QXQ + kappa V(X) for the components Q (N, d, d)."""
    mean = Q.mean(axis=0)
    each = np.einsum("nij,jk,nkl->il", Q, X, Q) / len(Q)
    return (1 - kappa) * mean @ X @ mean + kappa * each


def second_moments(
    matrices: Any,
    start: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    linear: Any = None,
    sampling: str = "uniform",
) -> Floats:
    """E[(t_p - t*)(t_p - t*)'] for p = 0..steps, as (steps + 1, d, d).

    matrices: (N, d, d), the components' Hessians. start: (d, d), the second moment at p = 0, of a start with
    mean t*. linear: (N, d), the gradients grad f_i(t*), of mean zero; None: a shared minimiser.
    """
    Q = components(matrices)
    d = Q.shape[1]
    kappa = variance_factor(len(Q), batch_size, sampling)
    C = arguments.positive("step_size", step_size)
    X = arguments.array("start", start)
    if X.shape != (d, d):
        raise ValueError(f"start: shape {X.shape}; must be (d, d) = {(d, d)}")
    noise = _noise(linear, Q)
    found = np.empty((arguments.steps(steps) + 1, d, d))
    found[0], mean = X, Q.mean(axis=0)
    for p in range(steps):
        X = X - C * (mean @ X + X @ mean) + C**2 * (_moment(Q, X, kappa) + kappa * noise)
        found[p + 1] = X
    return found


def _noise(linear: Any, Q: Floats) -> Floats:
    g = linear_parts(linear, len(Q), Q.shape[1])
    if g is None:
        return np.zeros(Q.shape[1:])
    if np.abs(g.mean(axis=0)).max() > 1e-12 * max(1.0, np.abs(g).max()):
        raise ValueError(
            f"linear: mean {g.mean(axis=0)}; must be zero (gradients at the minimiser)"
        )
    return g.T @ g / len(g)


def mean_square_threshold(matrices: Any, batch_size: int, sampling: str = "uniform") -> float:
    """C_ms as 1 / the largest eigenvalue of the pencil (G, A) on symmetric X: one eigenproblem.

    A X = QX + XQ, G X = QXQ + kappa V(X). Zero where a direction without mean curvature has noise or
    negative curvature: no step is stable; infinite where nothing moves.
    """
    Q = components(matrices)
    kappa = variance_factor(len(Q), batch_size, sampling)
    mean = Q.mean(axis=0)
    active = Q if kappa else mean[None]
    scale = float(np.abs(active).max())
    if scale == 0.0:
        return float("inf")
    values, vectors = linalg.eigh(mean)
    if values[0] < -KERNEL * scale:
        return 0.0
    kernel, basis = vectors[:, values <= KERNEL * scale], vectors[:, values > KERNEL * scale]
    if np.abs(active @ kernel).max(initial=0.0) > KERNEL * scale:
        return 0.0
    r = basis.shape[1]
    reduced = basis.T @ Q @ basis
    units = []
    for i in range(r):
        for j in range(i, r):
            X = np.zeros((r, r))
            X[i, j] = X[j, i] = 1.0 if i == j else np.sqrt(0.5)
            units.append(X)
    core = reduced.mean(axis=0)
    A = np.array([[np.sum(X * (core @ Y + Y @ core)) for Y in units] for X in units])
    G = np.array([[np.sum(X * _moment(reduced, Y, kappa)) for Y in units] for X in units])
    last = len(units) - 1
    return 1.0 / float(linalg.eigh(G, A, eigvals_only=True, subset_by_index=[last, last])[0])


def stationary_second_moment(
    matrices: Any, linear: Any, *, batch_size: int, step_size: float, sampling: str = "uniform"
) -> Floats:
    """The limit of `second_moments`, (d, d), from the linear equation (A - C G) X = C kappa Gamma.

    matrices: (N, d, d), the components' Hessians. linear: (N, d), the gradients grad f_i(t*), of mean zero.
    Source: claim Q-STATIONARY. Raises ValueError where step_size is not below the mean-square threshold:
    there is no limit.
    """
    Q = components(matrices)
    d = Q.shape[1]
    C = arguments.positive("step_size", step_size)
    limit = mean_square_threshold(Q, batch_size, sampling)
    if limit <= C:
        raise ValueError(f"step_size={C}: must be below the mean-square threshold {limit:.6g}")
    kappa = variance_factor(len(Q), batch_size, sampling)
    mean, one = Q.mean(axis=0), np.eye(d)
    pairs = np.einsum("nij,nkl->ikjl", Q, Q).reshape(d * d, d * d) / len(Q)
    G = (1 - kappa) * np.kron(mean, mean) + kappa * pairs
    system = np.kron(mean, one) + np.kron(one, mean) - C * G
    return linalg.solve(system, C * kappa * _noise(linear, Q).ravel(), assume_a="sym").reshape(d, d)


def batch_means(values: Any, batch_size: int, sampling: str = "uniform") -> Floats:
    """The means of all equally likely batches of N numbers. Raises ValueError where too many."""
    x = arguments.array("values", values)
    if x.ndim != 1 or not x.size:
        raise ValueError(f"values: shape {x.shape}; must be (N,), N at least 1")
    variance_factor(x.size, batch_size, sampling)
    count = comb(x.size, batch_size) if sampling == "uniform" else x.size**batch_size
    if count > MOST_BATCHES:
        raise ValueError(
            f"batch_size={batch_size}: {count} batches; at most {MOST_BATCHES} are listed"
        )
    draws: Any = (
        combinations(range(x.size), batch_size)
        if sampling == "uniform"
        else product(range(x.size), repeat=batch_size)
    )
    return np.asarray(x[np.array(list(draws), dtype=np.int64)].mean(axis=1))


def lyapunov_exponent(
    values: Any, *, batch_size: int, step_size: float, sampling: str = "uniform"
) -> float:
    """E log|1 - C Q_B| for one-dimensional components: the almost sure growth rate per step."""
    means = batch_means(values, batch_size, sampling)
    with np.errstate(divide="ignore"):
        return float(np.log(np.abs(1 - arguments.positive("step_size", step_size) * means)).mean())


def almost_sure_threshold(values: Any, batch_size: int, sampling: str = "uniform") -> float:
    """The first step size at which the Lyapunov exponent of one-dimensional components reaches 0.

    values: (N,) with positive mean. Searched upwards from the mean-square threshold (below it the
    exponent is negative) on a grid of relative step 1e-3, then by bisection.
    """
    x = arguments.array("values", values)
    low = mean_square_threshold(x, batch_size, sampling)
    if not 0 < low < np.inf:
        raise ValueError(f"values: mean {x.mean():.6g}; must be positive")

    def exponent(C: float) -> float:
        with np.errstate(divide="ignore"):
            return float(np.log(np.abs(1 - C * means)).mean())

    means = batch_means(x, batch_size, sampling)
    high = low * (1 + 1e-12)
    while exponent(high) < 0:
        low, high = high, high * 1.001
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if exponent(middle) < 0 else (low, middle)
    return high
