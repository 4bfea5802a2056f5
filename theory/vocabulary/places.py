"""What symbols of the loss mean, as functions of losses, slopes and Hessians at played places: exact.

Nothing here shares code with ``sim``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.vocabulary.data import inner, off_span
from theory.vocabulary.meanings import Curvature
from theory.vocabulary.telling import told

F = Fraction
ZERO = F(0)
Value = Callable[[Any], Any]
Vector = Sequence[Fraction]


# One sample's loss along a line w + u v: its value, slope and second derivative at u = 0.

GRADIENT = told(
    "gradient of loss_i at w", lambda jet: jet[1], {"half of it": lambda jet: jet[1] / 2}
)
HESSIAN = told(
    "Hessian of the loss of x_i, as a quadratic form at v", lambda jet: jet[2],
    {"half of it, the Taylor coefficient": lambda jet: jet[2] / 2},
)  # fmt: skip


# Losses and slopes at places.


@dataclass(frozen=True)
class Place:
    """L at a weight, its gradient, the masses there; others: L elsewhere; level: L on {s = 0}."""

    loss: Fraction
    slope: Vector
    s: Fraction
    rho: Fraction
    n: int
    others: Sequence[Fraction] = ()
    level: Fraction = ZERO


def _least(at: Place) -> Fraction:
    return min([at.loss, *at.others])


SLOPE_SQUARED = told(
    "squared norm of the gradient of L", lambda at: inner(at.slope, at.slope),
    {"squared norm of the gradient of n L": lambda at: at.n**2 * inner(at.slope, at.slope)},
)  # fmt: skip
LEAST_LOSS = told(
    "the global minimum of L", _least, {"the largest L": lambda at: max([at.loss, *at.others])}
)
EXCESS = told(
    "L minus its global minimum", lambda at: at.loss - _least(at),
    {"n L minus its global minimum": lambda at: at.n * (at.loss - _least(at)), "L": lambda at: at.loss},
)  # fmt: skip
STILL_S = told(
    "s at the one stationary pair (s, rho) with s != 0", lambda at: at.s, {"rho there": lambda at: at.rho}
)  # fmt: skip
STILL_RHO = told(
    "rho at the one stationary pair (s, rho) with s != 0", lambda at: at.rho, {"s there": lambda at: at.s}
)  # fmt: skip
GAP = told(
    "L minus its value 1/2 on {s = 0}", lambda at: at.loss - at.level,
    {"L": lambda at: at.loss, "n L minus its value on {s = 0}": lambda at: at.n * (at.loss - at.level)},
)  # fmt: skip


# Hessians: eigenvalues by Rayleigh quotients, multiplicities by ranks.


@dataclass(frozen=True)
class Bend:
    """The Hessian of L at w, and the data whose gates count as open."""

    hessian: Curvature
    w: Vector
    open: Sequence[Vector] = ()


def form(at: Bend, v: Vector) -> Fraction:
    """v' H v/v' v."""
    return inner(v, [inner(row, v) for row in at.hessian.matrix]) / inner(v, v)


def rank(rows: Sequence[Vector]) -> int:
    """By exact elimination."""
    left, found = [list(row) for row in rows], 0
    for j in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[j]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for row in left[found + 1 :]:
            share = row[j] / pivot[j]
            row[:] = [x - share * y for x, y in zip(row, pivot, strict=True)]
        found += 1
    return found


def _tangent(at: Bend) -> Vector | None:
    """In the span of the open data, across w; None where there is nothing."""
    return next((v for x in at.open if any(v := off_span(x, [list(at.w)]))), None)


def _rest(at: Bend) -> Vector | None:
    """Off the span of the open data, which are orthogonal; None where there is nothing."""
    units = ([F(int(i == j)) for j in range(len(at.w))] for i in range(len(at.w)))
    return next((v for x in units if any(v := off_span(x, [list(y) for y in at.open]))), None)


def _along(where: Callable[[Bend], Vector | None]) -> Value:
    return lambda at: None if (v := where(at)) is None else form(at, v)


def _dimension(value: Value) -> Value:
    """Of the eigenspace of what ``value`` gives; 0 where that is nothing."""

    def of(at: Bend) -> int:
        if (root := value(at)) is None:
            return 0
        rows = [
            [x - root * (i == j) for j, x in enumerate(row)]
            for i, row in enumerate(at.hessian.matrix)
        ]
        return len(rows) - rank(rows)

    return of


def _times_n(value: Value) -> Value:
    return lambda at: None if (found := value(at)) is None else at.hessian.n * found


def _codimension(value: Value) -> Value:
    return lambda at: len(at.w) - _dimension(value)(at)


_WHERE = {
    "max": ("along w", _along(lambda at: at.w)),
    "tangent": ("in the span of the active data, across w", _along(_tangent)),
    "rest": ("off the span of the active data", _along(_rest)),
}


def _more(value: Value) -> Value:
    return lambda at: None if (found := value(at)) is None else found + F(1, at.hessian.n)


EIGENVALUE = {
    name: told(f"eigenvalue {where}", value, {"the same and 1/n": _more(value)})
    for name, (where, value) in _WHERE.items()
}
MULTIPLICITY = {
    name: told(f"multiplicity {where}", _dimension(value), {"d less it": _codimension(value)})
    for name, (where, value) in _WHERE.items()
}


def _open(at: Bend) -> Fraction | None:
    return form(at, at.open[0]) if at.open else None


def _multiple(at: Bend) -> int:
    """Of the eigenvalue 0, which the rank does not count, the whole span."""
    return rank(at.hessian.matrix) + (len(at.open) if at.open and _open(at) == 0 else 0)


SADDLE_CURVATURE = told(
    "Hessian eigenvalue on the span of the k data whose gate is open", _open,
    {"that of the Hessian of n L": _times_n(_open)},
)  # fmt: skip
SADDLE_MULTIPLICITY = told(
    "the dimension of its eigenspace in that span; the eigenvalues off the span are 0", _multiple,
    {"the multiplicity of 0": lambda at: len(at.w) - rank(at.hessian.matrix)},
)  # fmt: skip


def _crossing(curvature: Callable[[Fraction], Fraction]) -> Fraction:
    """The length below 3 at which a curvature, a function of it, changes sign, to 2^-30."""
    low, high = F(0), F(3)
    for _ in range(32):
        middle = (low + high) / 2
        low, high = (middle, high) if curvature(middle) < 0 else (low, middle)
    return (low + high) / 2


SIGN_CHANGE = told(
    "squared norm at which the curvature changes sign", lambda f: _crossing(f) ** 2,
    {"norm at which it does": _crossing},
)  # fmt: skip


# Two places or two laws against each other.

TRACE_GAP = told(
    "ReLU: sparse minimum (k = 1) minus dense one (k = k_0)", lambda two: two[0].trace - two[1].trace,
    {"dense minus sparse": lambda two: two[1].trace - two[0].trace},
)  # fmt: skip
TRACE_JUMP = told(
    "trace at the limit point minus limit of the traces", lambda two: two[0] - two[1],
    {"limit of the traces minus trace at the limit point": lambda two: two[1] - two[0]},
)  # fmt: skip
MEAN_ACTIVE = told(
    "E[k_0 | k_0 >= 1], active data at a random start that is not dead",
    lambda counts: counts[counts > 0].mean(), {"E k_0, dead starts included": lambda counts: counts.mean()},
)  # fmt: skip
DEAD = told(
    "P(no q_j(0) > 0)", lambda q: (q.max(axis=1) <= 0).mean(),
    {"P(some q_j(0) > 0)": lambda q: (q.max(axis=1) > 0).mean(),
     "P(some q_j(0) <= 0)": lambda q: (q.min(axis=1) <= 0).mean()},
)  # fmt: skip


# Gradient flow: starts on either side of a border.

BORDER = told(
    "the s that separates the two basins, at rho > 2", lambda tried: _between(tried, lambda s, rho: s),
    {"the ||w||^2 that separates them": lambda tried: _between(tried, lambda s, rho: s + rho)},
)  # fmt: skip
BORDER_SHARE = told(
    "s/||w||^2 on the sphere of squared norm r2 > 2 below which it is caught",
    lambda tried: _between(tried, lambda s, rho: s / (s + rho)),
    {"s/rho there": lambda tried: _between(tried, lambda s, rho: s / rho)},
)  # fmt: skip


def _between(
    tried: Sequence[tuple[float, float, int]], of: Callable[[float, float], float]
) -> tuple[float, float]:
    """The largest value that was caught (side -1) and the least that was not, of starts (s, rho, side)."""
    values = [(of(s, rho), side) for s, rho, side in tried]
    caught = [x for x, side in values if side < 0]
    return max(caught, default=-float("inf")), min(
        (x for x, side in values if side > 0), default=float("inf")
    )
