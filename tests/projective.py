r"""A two-sided enclosure of the top Lyapunov exponent of i.i.d. products of 2 x 2 matrices, by balls.

For any continuous f on the projective line and z_k = M_k ... M_1 z, the change of log|z| + f(z) has the mean

    g(z) = E[log|M z|/|z| + f(M z)] - f(z),

so almost surely liminf and limsup of (1/k) log|z_k| lie between min g and max g, for every z != 0, by the
strong law for bounded increments; the M must be invertible.  Floats find an f with g almost constant
(Poisson's equation); balls then bound g on every arc.  A bad f widens the enclosure and cannot make it false.

f is piecewise linear in the angle x, z = (cos x, sin x), with nodes in [0, pi).  On an arc g is bounded by its
value in the middle and by its slope, whose parts are M'(x) = det M/|M z|^2, the slopes of f on the arc and on
the image's arcs, and (log|M z|)' = <M z, M z'>/|M z|^2.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, nextafter, pi
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

Floats = NDArray[np.float64]
Matrix = tuple[tuple[Any, Any], tuple[Any, Any]]  # of flint.arb
PRECISION = 64
NEAR = 1e-11  # to a multiple of pi, where arcs of two turns may meet


@dataclass(frozen=True)
class Product:
    """The law of one factor: matrices with entries in balls, and their exact chances.

    Raises ValueError where the chances are no law, or a determinant may be 0.
    """

    matrices: tuple[Matrix, ...]
    chances: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if sum(self.chances) != 1 or min(self.chances) < 0:
            raise ValueError(f"chances={self.chances}: they must be >= 0 and add up to 1")
        if len(self.chances) != len(self.matrices):
            raise ValueError(f"{len(self.matrices)} matrices have {len(self.chances)} chances")
        for m in self.matrices:
            if determinant(m).contains(0):
                raise ValueError(f"matrix={m}: it must be invertible")

    @cached_property
    def factors(self) -> list[tuple[Any, Matrix, Any]]:
        """(chance, matrix, determinant) of each, in balls."""
        return [(ball_of(p), m, determinant(m))
                for m, p in zip(self.matrices, self.chances, strict=True)]  # fmt: skip


def ball_of(value: Fraction) -> Any:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def product_of(law: Sequence[tuple[Fraction, Sequence[Sequence[Fraction]]]]) -> Product:
    """The product of matrices with rational entries, given as (chance, rows)."""
    matrices = [tuple(tuple(ball_of(x) for x in row) for row in rows) for _, rows in law]
    return Product(tuple(matrices), tuple(chance for chance, _ in law))  # type: ignore[arg-type]


def determinant(m: Matrix) -> Any:
    return m[0][0] * m[1][1] - m[0][1] * m[1][0]


# Floats: an approximate solution of Poisson's equation.


def _hat(nodes: Floats, x: Floats) -> tuple[Any, Any, Floats]:
    """The two nodes beside each angle, and the weight of the second."""
    left = (np.searchsorted(nodes, x, side="right") - 1) % len(nodes)
    right = (left + 1) % len(nodes)
    gap = (nodes[right] - nodes[left]) % pi
    return left, right, ((x - nodes[left]) % pi) / gap


def _step(product: Product, x: Floats) -> list[tuple[float, Floats, Floats]]:
    """(chance, log|M z|, angle of M z in [0, pi)) of each matrix at the angles x."""
    found = []
    for m, chance in zip(product.matrices, product.chances, strict=True):
        first, second = (float(r[0].mid()) * np.cos(x) + float(r[1].mid()) * np.sin(x) for r in m)
        angle = np.arctan2(second, first) % pi
        found.append((float(chance), np.log(np.hypot(first, second)), np.minimum(angle, pi)))
    return found


def solve(product: Product, nodes: Floats) -> Floats:
    """Values at the nodes of an f with g nearly constant, f = 0 at the first node."""
    count = len(nodes)
    rows, index = [np.arange(count), np.arange(count)], np.arange(count)
    columns, entries = [index, np.zeros(count, int)], [-np.ones(count), -np.ones(count)]
    entries[0] = np.where(index == 0, 0.0, -1.0)  # column 0 stands for the constant: f = 0 there
    right = np.zeros(count)
    for chance, growth, image in _step(product, nodes):
        one, two, weight = _hat(nodes, image)
        for at, share in ((one, 1 - weight), (two, weight)):
            rows.append(index)
            columns.append(at)
            entries.append(np.where(at == 0, 0.0, chance * share))
        right -= chance * growth
    system = coo_matrix((np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))),
                        shape=(count, count))  # fmt: skip
    found = spsolve(system.tocsc(), right)
    found[0] = 0.0
    return np.asarray(found)


def _defect(product: Product, nodes: Floats, values: Floats, x: Floats) -> Floats:
    """g at the angles x, in floats."""

    def f(angle: Floats) -> Floats:
        one, two, weight = _hat(nodes, angle)
        return np.asarray((1 - weight) * values[one] + weight * values[two])

    total = -f(x)
    for chance, growth, image in _step(product, x):
        total = total + chance * (growth + f(image))
    return np.asarray(total)


def _spread(product: Product, nodes: Floats, values: Floats, gap: Floats) -> Floats:
    """How far, about, the balls will be from a constant on each arc: g in it, and its slope's range."""
    points = nodes[:, None] + gap[:, None] * np.array([0.17, 0.5, 0.83])
    defect = _defect(product, nodes, values, points.ravel()).reshape(points.shape)
    off = np.abs(defect - np.median(defect)).max(axis=1)
    slopes = np.diff(np.append(values, values[0])) / gap
    bend = np.zeros(len(nodes))
    low, high = _step(product, nodes), _step(product, nodes + gap * (1 - 1e-9))
    for (chance, _, start), (_, _, end) in zip(low, high, strict=True):
        one, two = slopes[_hat(nodes, start)[0]], slopes[_hat(nodes, end)[0]]
        bend += chance * np.abs(one - two) * ((end - start) % pi)
    return np.asarray(off + bend)


def refined(product: Product, count: int, rounds: int = 40) -> tuple[Floats, Floats]:
    """Nodes, at least ``count``, split where g is far from constant, and f's values."""
    nodes = pi * np.arange(64) / 64
    for _ in range(rounds):
        values = solve(product, nodes)
        if len(nodes) >= count:
            return nodes, values
        gap = np.diff(np.append(nodes, pi))
        worst = _spread(product, nodes, values, gap)
        split = worst >= np.quantile(worst, 0.6)
        nodes = np.sort(np.concatenate([nodes, (nodes + gap / 2)[split]]))
    raise ValueError(f"count={count}: not reached in {rounds} rounds")


# Balls: what is proved.


class _PiecewiseLinear:
    """f as a function of balls; the nodes and values are floats, and exact numbers."""

    def __init__(self, nodes: Floats, values: Floats) -> None:
        if nodes[0] != 0 or (np.diff(nodes) <= 0).any() or nodes[-1] >= pi:
            raise ValueError("nodes: they must start at 0, increase and end below pi")
        self.nodes = nodes.tolist()
        self.at = [flint.arb(float(x)) for x in nodes] + [flint.arb.pi()]
        self.values = [flint.arb(float(x)) for x in (*values, values[0])]
        self.slopes = [
            (self.values[k + 1] - self.values[k]) / (self.at[k + 1] - self.at[k])
            for k in range(len(nodes))
        ]

    def arcs(self, x: Any) -> list[tuple[int, int]]:
        """(k, turns): the arcs, lifted by turns * pi, that a ball of angles may meet."""
        found, low, high = [], _below(x), _above(x)
        full = int(low // pi)
        if low - full * pi > NEAR and high - full * pi < pi - NEAR:  # no other turn comes near
            first = bisect_right(self.nodes, low - full * pi - 1e-12) - 1
            last = bisect_right(self.nodes, high - full * pi + 1e-12)
            return [(k, full) for k in range(first, last)]
        for turns in range(int(low // pi) - 1, int(high // pi) + 2):
            # a turn is 3.14159..., between the two floats beside pi: one arc more on either side
            first = bisect_right(self.nodes, low - turns * pi - 1e-12) - 1
            last = bisect_right(self.nodes, high - turns * pi + 1e-12) - 1
            if low - turns * pi > pi + 1e-12 or last < 0:
                continue
            found += [(k, turns) for k in range(max(first, 0), last + 1)]
        return found

    def value(self, x: Any) -> Any:
        """A ball with f(y) for all y in the ball x that lie on the arcs found; their hull."""
        return _hull(
            self.values[k]
            + self.slopes[k] * ((x - turns * self.at[-1] if turns else x) - self.at[k])
            for k, turns in self.arcs(x)
        )

    def slope(self, x: Any) -> Any:
        """A ball with all slopes of f on the arcs that the ball x meets."""
        return _hull(self.slopes[k] for k, _ in self.arcs(x))


def _below(x: Any) -> float:
    return nextafter(float(x.lower()), -inf)


def _above(x: Any) -> float:
    return nextafter(float(x.upper()), inf)


def _hull(balls: Any) -> Any:
    first, *rest = balls
    for x in rest:
        first = first.union(x)
    return first


def bounds_on_arc(product: Product, f: _PiecewiseLinear, k: int) -> Any:
    """A ball with g on the k-th arc."""
    low, high = f.at[k], f.at[k + 1]
    arc, middle = low.union(high), ((low + high) / 2).mid()
    inside = arc - middle
    # the middle may be off the arc by a rounding only at the last arc: f.value takes a hull
    last = k == len(f.nodes) - 1
    value = -f.value(middle) if last else -f.values[k] - f.slopes[k] * (middle - low)
    slope = -f.slopes[k]
    (s, c), (sines, cosines) = middle.sin_cos(), arc.sin_cos()
    for p, ((one, two), (three, four)), det in product.factors:
        first, second = one * c + two * s, three * c + four * s  # M z
        angle = flint.arb.atan2(second, first)
        value += p * ((first * first + second * second).log() / 2 + f.value(angle))
        first, second = one * cosines + two * sines, three * cosines + four * sines
        third, fourth = two * cosines - one * sines, four * cosines - three * sines  # M z'
        size = first * first + second * second
        turn = det / size
        image = angle + turn * inside  # the mean value theorem, for the continuous lift
        slope += p * ((first * third + second * fourth) / size + turn * f.slope(image))
    return value + slope * inside


def enclosure(product: Product, count: int = 2000, f: tuple[Floats, Floats] | None = None) -> Any:
    """A ball that holds liminf and limsup of (1/k) log|M_k ... M_1 z| for every z != 0, almost surely.

    count: how many arcs, at least.  f: nodes and values of another f than the one that floats find.
    """
    nodes, values = refined(product, count) if f is None else f
    old, flint.ctx.prec = flint.ctx.prec, PRECISION
    try:
        linear = _PiecewiseLinear(nodes, values)
        return _hull(bounds_on_arc(product, linear, k) for k in range(len(nodes)))
    finally:
        flint.ctx.prec = old
