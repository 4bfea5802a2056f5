"""Words on where a run starts and where it stands: laws of w_0, velocities, states, events."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

import numpy as np
import scipy  # its parts are loaded when they are used: scipy.stats takes most of a second
from numpy.typing import NDArray

from theorem_audit.statement.vocabulary import Item, Kind
from theory.vocabulary.data import Points, Rng, choose, inner, off_span

Floats = NDArray[np.float64]
ERROR = 1e-9  # chance that one test of a law refuses a sample of it

# The law of w_0: (runs, d) draws, in coordinates whose first n are the data's.


def _gaussian(rng: Rng, runs: int, dimension: int) -> Floats:
    return rng.normal(size=(runs, dimension))


def _rotation_invariant(rng: Rng, runs: int, dimension: int) -> Floats:
    """A uniform direction; the norm is 1, or uniform on (0, sqrt 2], drawn apart."""
    w = rng.normal(size=(runs, dimension))
    size = np.sqrt(2) * (1 - rng.random((runs, 1))) if rng.random() < 0.5 else np.ones((runs, 1))
    return np.asarray(size * w / np.linalg.norm(w, axis=1, keepdims=True))


def _fair_signs(rng: Rng, runs: int, dimension: int) -> Floats:
    """Sizes with a common factor and a law of their own for each coordinate; independent fair signs."""
    sizes = rng.exponential(size=(runs, dimension)) ** np.arange(1, dimension + 1)
    return np.asarray(
        rng.exponential(size=(runs, 1)) * sizes * rng.choice([-1, 1], size=sizes.shape)
    )


def _any_law(rng: Rng, runs: int, dimension: int) -> Floats:
    """One point, or a law that leans to one side."""
    point = rng.normal(size=(1, dimension))
    spread = 0.0 if rng.random() < 0.5 else rng.exponential(size=(runs, dimension))
    return np.asarray(np.repeat(point, runs, axis=0) + spread)


def _is_gaussian(w: Floats) -> bool:
    found = [scipy.stats.kstest(column, "norm").pvalue for column in w.T]
    found.append(scipy.stats.kstest((w**2).sum(axis=1), scipy.stats.chi2(w.shape[1]).cdf).pvalue)
    return bool(min(found) * len(found) > ERROR)


def _has_uniform_direction(w: Floats) -> bool:
    """The share of each coordinate has the Beta law of a uniform direction, for small norms and large."""
    runs, dimension = w.shape
    size = (w**2).sum(axis=1)
    if dimension == 1:
        return _has_fair_signs(w)
    share = (w**2) / size[:, None]
    law = scipy.stats.beta(0.5, (dimension - 1) / 2).cdf
    halves = [np.argsort(size)[: runs // 2], np.argsort(size)[runs // 2 :]]
    found = [
        scipy.stats.kstest(share[half, j], law).pvalue for half in halves for j in range(dimension)
    ]
    return bool(min(found) * len(found) > ERROR) and _has_fair_signs(w)


def _has_fair_signs(w: Floats) -> bool:
    """No zeros, and every pattern of the first three signs as often, for small |w| and for large."""
    if (w == 0).any():
        return False
    signs = (w[:, :3] > 0) @ (2 ** np.arange(min(3, w.shape[1])))
    size = np.abs(w).sum(axis=1)
    found = []
    for half in (size <= np.median(size), size > np.median(size)):
        counts = np.bincount(signs[half], minlength=2 ** min(3, w.shape[1]))
        if counts.sum():
            found.append(scipy.stats.chisquare(counts).pvalue)
    return bool(min(found) * len(found) > ERROR)


ANY_START = Item("start", "any start", "the start has any law, a point among them", r"w_0\in\mathbb R^d",
                 sample=_any_law, holds=lambda w: True)  # fmt: skip
SIGN_SYMMETRIC = Item(
    "start", "sign-symmetric",
    "flipping the sign of any one q_j(0) leaves the joint law as it is, and P(q_j(0) = 0) = 0",
    r"(q_1,\dots,-q_j,\dots)\overset d=(q_1,\dots,q_j,\dots),\ P(q_j=0)=0",
    sample=_fair_signs, holds=_has_fair_signs, implies=("any start",),
)  # fmt: skip
ROTATION_INVARIANT = Item(
    "start", "rotation-invariant", "the law of w_0 is invariant under rotations of R^d, and w_0 is not 0",
    r"w_0\overset d=Uw_0\ \forall U\in O(d)", sample=_rotation_invariant, holds=_has_uniform_direction,
    implies=("sign-symmetric",), near=("sign-symmetric",),
)  # fmt: skip
GAUSSIAN = Item(
    "start", "Gaussian", "w_0 ~ N(0, I_d), not conditioned on its norm", r"w_0\sim N(0,I_d)",
    sample=_gaussian, holds=_is_gaussian, implies=("rotation-invariant",), near=("rotation-invariant",),
)  # fmt: skip
START = Kind("start", "a law of w_0: sample(rng, runs, d) and holds(draws), an array (runs, d); tests of a "
             "law err with chance 1e-9", "any start",
             (ANY_START, SIGN_SYMMETRIC, ROTATION_INVARIANT, GAUSSIAN))  # fmt: skip


# The velocity of momentum at the start, beside w_0.


def _some_velocity(rng: Rng, weight: Sequence[Fraction]) -> list[Fraction]:
    return [Fraction(int(x), 7) for x in rng.integers(-3, 4, size=len(weight))]


ANY_VELOCITY = Item("velocity", "any velocity", "the velocity at the start is any", r"v_0\in\mathbb R^d",
                    sample=_some_velocity, holds=lambda v: True)  # fmt: skip
AT_REST = Item("velocity", "at rest", "the velocity at the start is 0", "v_0 = 0",
               sample=lambda rng, weight: [Fraction(0)] * len(weight),
               holds=lambda v: all(x == 0 for x in v), implies=("any velocity",))  # fmt: skip
VELOCITY = Kind("velocity", "the velocity at the start, sample(rng, w_0), holds(v_0)", "any velocity",
                (ANY_VELOCITY, AT_REST))  # fmt: skip


# What is iterated.

AS_IT_IS = Item("dynamics", "as it is", "the recursion is that of the loss", r"w_{t+1}=w_t-\dots",
                unread="the recursion of the setting, whatever it is")  # fmt: skip
LINEARISED = Item(
    "dynamics", "linearised", "the heavy ball is linearised at w = x_i, v = 0",
    r"(v,w)_{t+1}=D_{(x_i,0)}\,(v,w)_t", implies=("as it is",),
    unread="searches play the product of the Jacobians, which stands with them",
)  # fmt: skip
DYNAMICS = Kind("dynamics", "what is iterated", "as it is", (AS_IT_IS, LINEARISED))


# The state at which something is said: a weight, with the data and the activation's name.


def _active(w: Sequence[Fraction], data: Points, activation: str) -> list[int]:
    return [i for i, x in enumerate(data) if activation == "linear" or inner(w, x) > 0]


def _some_state(rng: Rng, data: Points, activation: str) -> list[Fraction]:
    return [Fraction(int(x), 5) for x in rng.integers(-6, 7, size=len(data[0]))]


def _on_the_sphere(rng: Rng, size: int) -> list[Fraction]:
    """A rational point of the unit sphere of R^size."""
    raw = [Fraction(int(x), 4) for x in rng.integers(-3, 4, size=size - 1)]
    total = sum((x * x for x in raw), Fraction(0))
    return [2 * x / (1 + total) for x in raw] + [(1 - total) / (1 + total)]


def _minimum(rng: Rng, data: Points, activation: str) -> list[Fraction]:
    """A datum, normed where its norm is rational; or a rational point of orthonormal data's sphere."""
    size = len(data)
    if rng.random() < 0.3:
        return _one_norm(rng, [choose(rng, *data)], activation)
    q = _on_the_sphere(rng, size)
    if activation == "relu":
        q = [abs(x) for x in q]
    return [
        sum((c * x[k] for c, x in zip(q, data, strict=True)), Fraction(0))
        for k in range(len(data[0]))
    ]


def _is_minimum(w: Sequence[Fraction], data: Points, activation: str) -> bool:
    """A unit vector in the span of its k >= 1 active data."""
    active = [data[i] for i in _active(w, data, activation)]
    return inner(w, w) == 1 and not any(off_span(w, active))


def _one_norm(rng: Rng, data: Points, activation: str) -> list[Fraction]:
    """A combination, of any signs, of the data that are as long as one of them."""
    length = inner(*[choose(rng, *data)] * 2)
    root = Fraction(isqrt(length.numerator), isqrt(length.denominator)) or Fraction(1)
    group = [x for x in data if inner(x, x) == length]
    q = _on_the_sphere(rng, len(group))
    return [
        sum((c * x[k] / root for c, x in zip(q, group, strict=True)), Fraction(0))
        for k in range(len(data[0]))
    ]


def _on_one_norm(w: Sequence[Fraction], data: Points, activation: str) -> bool:
    """w is a unit vector in the span of the data of one norm."""
    lengths = {inner(x, x) for x in data if inner(w, x) != 0}
    on = sum((inner(w, x) ** 2 / inner(x, x) for x in data), Fraction(0))
    return len(lengths) == 1 and inner(w, w) == 1 == on


def _ends_at_a_datum(w: Sequence[Fraction], data: Points, activation: str) -> bool:
    """Where a run has come to rest: within 1e-3 of +-x_i, x_i active, and all else of it below 1e-4.

    A path with a limit of its own beside a datum, as full batch has them, comes to rest there, too.
    """
    whole = inner(w, w)
    near = [
        abs(q) > 0.999 and whole < 1.001 and whole - q**2 < 1e-8
        for q in (inner(w, x) for x in data)
    ]
    return any(near[i] for i in _active(w, data, activation))


ANY_STATE = Item("state", "any state", "w is any weight", r"w\in\mathbb R^d", sample=_some_state,
                 holds=lambda w, data, activation: True)  # fmt: skip
MINIMUM = Item(
    "state", "global minimum",
    "w is a unit vector in the span of its k active data (ReLU: phi'(0) = 0)",
    r"\|w\|=1,\ w\in\mathrm{span}\{x_i:\ i\text{ active}\}", sample=_minimum, holds=_is_minimum,
    implies=("on one norm's sphere",), gives={"phi'(0)": 0},
)  # fmt: skip
STATIONARY = Item(
    "state", "on one norm's sphere", "w is a unit vector in the span of the data of norm sigma_i",
    r"\|w\|=1,\ w\in\mathrm{span}\{x_j:\ \sigma_j=\sigma_i\}", sample=_one_norm, holds=_on_one_norm,
    implies=("any state",),
)  # fmt: skip
CONVERGES = Item(
    "state", "converging path", "(s_t, ||w_t||^2) -> (1, 1) along the path, and its limit is some x_I",
    r"(s_t,\|w_t\|^2)\to(1,1),\ w_t\to x_I", holds=_ends_at_a_datum, implies=("any state",),
    unread="no finite path tells that it converges; searches play to rest, and ask of that state",
)  # fmt: skip
STATE = Kind("state", "a weight with its data and activation: sample(rng, data, activation), "
             "holds(w, data, activation)", "any state",
             (ANY_STATE, MINIMUM, STATIONARY, CONVERGES))  # fmt: skip
