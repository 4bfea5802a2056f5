"""Observables: functions of a State, each giving one row per run.

`simulate(..., observe=["loss", "participation_ratio"])` looks names up here;
`observe={"name": function}` takes any callable State -> array of shape (R, ...); the settings of a sweep,
which are text, take `sim.sweeps.observables.observed(function)`.
The active set A is every coordinate (linear) or those with q_j > 0 (ReLU); s = sum of q_j^2 over A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.state import Floats, State

Observable = Callable[[State], Any]


def q(state: State) -> Floats:
    """Give <w, x_j>, (R, n)."""
    return state.q


def log_abs_q(state: State) -> Floats:
    """Give log|q_j|, (R, n), exact far below the float64 range."""
    return state.log_abs_q


def rho(state: State) -> Floats:
    """Give ||w_perp||^2, (R,)."""
    return state.rho


def r2(state: State) -> Floats:
    """Give ||w||^2, (R,)."""
    return state.r2


def active_mass(state: State) -> Floats:
    """Give s, the sum of q_j^2 over the active set, (R,)."""
    q = np.maximum(state.q, 0) if state.activation == "relu" else state.q
    return (q**2).sum(axis=1)


def active_count(state: State) -> Floats:
    """Give |A|, (R,): n for the linear neuron, the number of q_j > 0 for ReLU."""
    n = state.mantissa.shape[1]
    if state.activation == "relu":
        return (state.sign > 0).sum(axis=1).astype(float)
    return np.full(state.mantissa.shape[0], float(n))


def loss(state: State) -> Floats:
    """Give L = mean_i 1/2 ||x_i - w phi(q_i)||^2 = 1/2 - (2 - r2) s / (2n), (R,)."""
    return 0.5 - (2 - state.r2) * active_mass(state) / (2 * state.mantissa.shape[1])


def excess_loss(state: State) -> Floats:
    """Give L minus its smallest value (n-1)/(2n): ((1 - s)^2 + (r2 - s) s) / (2n), (R,)."""
    s = active_mass(state)
    rest = np.maximum(state.r2 - s, 0)
    return ((1 - s) ** 2 + rest * s) / (2 * state.mantissa.shape[1])


def _shares(state: State) -> Floats:
    """q_j^2 over the sum of squares, (R, n); nan where all q_j are zero. Does not underflow."""
    logs = state.log_abs_q
    top = logs.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", under="ignore"):
        squares = np.exp(2 * (logs - top))
        return squares / squares.sum(axis=1, keepdims=True)


def participation_ratio(state: State) -> Floats:
    """Give (sum q_j^2)^2 / sum q_j^4, (R,): k for k equal coordinates, 1 for a single one."""
    with np.errstate(under="ignore"):
        return 1 / (_shares(state) ** 2).sum(axis=1)


def max_share(state: State) -> Floats:
    """Give max_j q_j^2 / sum_j q_j^2, (R,)."""
    return _shares(state).max(axis=1)


def winner(state: State) -> Floats:
    """Give the index of the largest live |q_j|, (R,); -1 where no coordinate is live."""
    logs = np.where(state.live, state.log_abs_q, -np.inf)
    return np.where(state.live.any(axis=1), logs.argmax(axis=1), -1)


def log_ratios(state: State) -> Floats:
    """Give log|q_j / q_I|, I the largest live coordinate, (R, n); nan where none is live."""
    logs = state.log_abs_q
    top = np.where(state.live, logs, -np.inf).max(axis=1, keepdims=True)
    return logs - np.where(np.isfinite(top), top, np.nan)


def log_ratio(i: int, j: int) -> Observable:
    """Make the observable log|q_i / q_j|, (R,); nan where both are zero."""

    def observable(state: State) -> Floats:
        logs = state.log_abs_q
        with np.errstate(invalid="ignore"):
            return logs[:, i] - logs[:, j]

    return observable


def alignment(state: State) -> Floats:
    """Give cos(w_t, w_0) in R^d, (R,); nan where either is zero."""
    first = state.start or state
    perp = np.sqrt(state.rho * first.rho) * np.sign(state.perp) * np.sign(first.perp)
    with np.errstate(invalid="ignore", divide="ignore"):
        dot = (state.q * first.q).sum(axis=1) + perp
        return dot / np.sqrt(state.r2) / np.sqrt(first.r2)


def _dimension(state: State) -> int:
    n = state.mantissa.shape[1]
    if state.dimension is None:
        raise ValueError(
            "dimension=None: a Hessian observable depends on the ambient dimension d; "
            f"pass dimension=d >= n = {n} to simulate"
        )
    return state.dimension


def hessian_trace(state: State) -> Floats:
    """Give tr H = [-(2 - r2)|A| + (d + 4) s] / n, (R,); phi'(0) = 0 for ReLU. Needs dimension."""
    d, n = _dimension(state), state.mantissa.shape[1]
    return (-(2 - state.r2) * active_count(state) + (d + 4) * active_mass(state)) / n


def hessian_max_eigenvalue(state: State) -> Floats:
    """Give the largest eigenvalue of H, (R,). Needs dimension.

    With v the active part of w, z = w - v and c = 4s - (2 - r2), the mean Hessian times n is
    s I plus [[c, 2 |v||z|], [2 |v||z|, 0]] on (v, z), plus r2 - 2 <= c on the rest of the active
    span. So n lambda = s + (c + sqrt(c^2 + 16 s |z|^2))/2; when the active span is all of R^d
    there is no z and n lambda = s + (r2 - 2 + 4s); when nothing is active H = 0.
    """
    d, n = _dimension(state), state.mantissa.shape[1]
    s, k = active_mass(state), active_count(state)
    c = 4 * s - (2 - state.r2)
    rest = np.maximum(state.r2 - s, 0)
    block = np.where(k == d, c, (c + np.sqrt(c**2 + 16 * s * rest)) / 2)
    return np.where(k == 0, 0.0, s + block) / n


NAMED: dict[str, Observable] = {
    f.__name__: f
    for f in (
        q,
        log_abs_q,
        rho,
        r2,
        active_mass,
        active_count,
        loss,
        excess_loss,
        participation_ratio,
        max_share,
        winner,
        log_ratios,
        alignment,
        hessian_trace,
        hessian_max_eigenvalue,
    )
}


def resolve(observe: Mapping[str, Observable] | Sequence[str] | None) -> dict[str, Observable]:
    """Turn the `observe` argument of `simulate` into a dict; ValueError or TypeError if unknown."""
    if observe is None:
        return {}
    if isinstance(observe, Mapping):
        for name, function in observe.items():
            if not callable(function):
                raise TypeError(f"observe[{name!r}]={function!r}: must be a callable of a State")
        return dict(observe)
    return {name: named(name) for name in ([observe] if isinstance(observe, str) else observe)}


def named(name: str) -> Observable:
    """Give the observable of this name; ValueError if unknown."""
    if name not in NAMED:
        raise ValueError(f"observe={name!r}: unknown; known names are {', '.join(NAMED)}")
    return NAMED[name]


def row_per_run(name: str, value: Any, runs: int) -> NDArray[Any]:
    """Give what the observable `name` returned as an array; ValueError unless it is (R, ...), TypeError
    where some of it is masked, which an array would hold as if it were none.
    """
    if np.ma.is_masked(value):
        raise TypeError(f"observe[{name!r}]: some of what it returned is masked")
    rows = np.array(value)
    if rows.ndim == 0 or len(rows) != runs:
        raise ValueError(
            f"observe[{name!r}]: returned shape {rows.shape}; must be (R, ...) with R = {runs}"
        )
    return rows
