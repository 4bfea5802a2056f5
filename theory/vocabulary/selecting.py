"""What symbols of the small-step selection mean: its generator by differentiation, areas by angles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from theory.vocabulary.meanings import Floats
from theory.vocabulary.telling import told


@dataclass(frozen=True)
class Field:
    """Functions h and g(m) of x, m the mean of x, at a point."""

    x: Sequence[Any]
    h: Callable[..., Any]
    g: Callable[[Any], Any] = mp.exp

    def d(self, f: Callable[..., Any], order: int = 1, j: int = 0) -> Any:
        """D_j^order f."""
        return mp.diff(f, tuple(self.x), tuple(order * (i == j) for i in range(len(self.x))))

    def r2(self, *x: Any) -> Any:
        """||w||^2."""
        return mp.fsum(mp.exp(2 * y) for y in x)

    def flux(self, norm: bool = True) -> Any:
        """D_j of g(m) r2 h_j, or of g(m) h_j."""

        def f(*x: Any) -> Any:
            slope = Field(x, self.h).d(self.h)
            return self.g(mp.fsum(x) / len(x)) * (self.r2(*x) if norm else 1) * slope

        return self.d(f)

    def generator(self, drift: int = 1) -> Any:
        """(1/2) sum D_j^2 h + drift sum (q_j^2/r2) D_j h."""
        norm = self.r2(*self.x)
        return mp.fsum(
            self.d(self.h, 2, j) / 2 + drift * mp.exp(2 * y) / norm * self.d(self.h, 1, j)
            for j, y in enumerate(self.x)
        )


def _m(x: Field) -> Any:
    return mp.fsum(x.x) / len(x.x)


GAUGE = told("g(m)", lambda x: x.g(_m(x)), {"g(n m)": lambda x: x.g(len(x.x) * _m(x))})
GAUGE_SLOPE = told(
    "dg/dm", lambda x: mp.diff(x.g, _m(x)), {"dg/dx_j": lambda x: mp.diff(x.g, _m(x)) / len(x.x)}
)
SLOPE = told("D_j h", lambda x: x.d(x.h), {"D_j^2 h": lambda x: x.d(x.h, 2)})
CURVATURE = told("D_j^2 h", lambda x: x.d(x.h, 2), {"D_j h": lambda x: x.d(x.h)})
FLUX_CHANGE = told(
    "derivative of F_j by log|q_j|", lambda x: x.flux(),
    {"derivative of g(m) h_j by log|q_j|": lambda x: x.flux(norm=False)},
)  # fmt: skip


def generated(words: str) -> Any:
    """The generator on a function, said in the claim's words."""
    return told(
        words,
        lambda x: x.generator(),
        {f"{words}, without its drift": lambda x: x.generator(0)},
    )


def _others(x: Any, power: int) -> Any:
    return mp.fsum(abs(y) ** power for y in x[1:])


OTHERS = told(
    "sqrt(sum of q_j^2, j != i), so r2 = q_i^2 + R^2", lambda q: mp.sqrt(_others(q, 2)),
    {"sum of q_j^2, j != i": lambda q: _others(q, 2)},
)  # fmt: skip
OTHERS_SHARE = told(
    "sum of q_j^4 over j != i, over R^4; 1 exactly when one q_j alone is left",
    lambda q: _others(q, 4) / _others(q, 2) ** 2,
    {"R^4 over that sum": lambda q: _others(q, 2) ** 2 / _others(q, 4)},
)  # fmt: skip


def _excess(w: Sequence[Any]) -> Any:
    """Area of the spherical triangle (w, x_2, x_3): the sum of its angles less pi."""
    corners = [w, [0, 1, 0], [0, 0, 1]]

    def along(u: Any, v: Any) -> Any:  # the unit tangent at u towards v
        inner = mp.fsum(x * y for x, y in zip(u, v, strict=True))
        t = [y - inner * x for x, y in zip(u, v, strict=True)]
        size = mp.sqrt(mp.fsum(x**2 for x in t))
        return [x / size for x in t]

    total = -mp.pi
    for i in range(3):
        u, v, x = corners[i], corners[(i + 1) % 3], corners[(i + 2) % 3]
        one, two = along(u, v), along(u, x)
        total += mp.acos(mp.fsum(a * b for a, b in zip(one, two, strict=True)))
    return total


AREA = told(
    "area of the triangle (w, x_2, x_3) over that of the octant, w on the sphere",
    lambda w: _excess(w) / (mp.pi / 2), {"area of the triangle (w, x_2, x_3)": _excess},
)  # fmt: skip
NORM = told(
    "length of (q_1, q_2, q_3)", lambda q: mp.sqrt(mp.fsum(x**2 for x in q)),
    {"its square": lambda q: mp.fsum(x**2 for x in q)},
)  # fmt: skip


# One step's changes of log|q|, one row a batch, over a: means of products of their differences.


@dataclass(frozen=True)
class Moved:
    """rows: changes of log|q_0|, ..., one row a batch, over a; the last q is as small as one likes."""

    rows: Sequence[Sequence[Any]]
    a: Any

    def mean(self, *pairs: tuple[int, int]) -> Any:
        """Mean of the product of the changes of log|q_i/q_j| over a, one factor a pair."""
        return mp.fsum(mp.fprod(row[i] - row[j] for i, j in pairs) for row in self.rows) / len(
            self.rows
        )

    def own(self) -> Any:
        """A_jj: of two data the square is A_11 + A_22 - 2 A_12, twice, and the two share it."""
        if len(self.rows[0]) == 2:
            return self.mean((0, 1), (0, 1)) / 4
        return self.mean((0, 1), (0, 2)) / 2

    def mixed(self) -> Any:
        """A_ij, i != j: from four data on; of fewer some c makes every A_ij + c_i + c_j zero."""
        return self.mean((0, 2), (1, 3)) / 2 if len(self.rows[0]) > 3 else mp.mpf(0)


GENERATOR = (
    "E[f(q+) - f(q)] = a^2 (sum A_jj D_j^2 f + sum_{i != j} A_ij D_i D_j f + sum B_j D_j f) + O(a^3), f of "
    "degree 0"
)
OWN_SECOND = told(
    f"{GENERATOR}; half the mean product of the changes of log|q_j/q_i| and log|q_j/q_k| over a, three data; "
    "of two data, which fix A_11 + A_22 - 2 A_12 alone, half of that",
    Moved.own,
    {"half the mean square of that of log|q_j/q_i|": lambda x: x.mean((0, 1), (0, 1)) / 2,
     "twice that": lambda x: 2 * x.own()},
)  # fmt: skip
MIXED_SECOND = told(
    f"{GENERATOR}; half the mean product of the changes of log|q_i/q_k| and log|q_j/q_l| over a, four data; "
    "of fewer 0, as A_ij + c_i + c_j in the place of A_ij is the same for every f",
    Moved.mixed,
    {"the same with k in the place of l": lambda x: x.mean((0, -1), (1, -1)) / 2},
)  # fmt: skip
FIRST = told(
    f"{GENERATOR}; the mean change of log|q_j/q_k| over a^2 where q_k -> 0",
    lambda x: x.mean((0, -1)) / x.a,
    {"that of log (q_j/q_k)^2": lambda x: 2 * x.mean((0, -1)) / x.a,
     "that of log|q_j/q_i|": lambda x: x.mean((0, 1)) / x.a},
)  # fmt: skip


# Two points: the chance of x_1 by the scale of the walk of z = log|q_1/q_2|, from played moments.


@dataclass(frozen=True)
class Scale:
    """z: a grid.  drift, square: E[z+ - z]/a^2 and E[(z+ - z)^2]/a^2 there, at a small a.

    at: an index of the grid.
    """

    z: Floats
    drift: Floats
    square: Floats
    at: int

    @property
    def chance(self) -> Floats:
        """That z leaves the grid at its upper end: drift h' + square h''/2 = 0."""
        slope = -2 * self.drift / self.square
        width = np.diff(self.z)
        log = np.concatenate([[0.0], np.cumsum(width * (slope[1:] + slope[:-1]) / 2)])
        rise = np.exp(log - log.max())
        found = np.concatenate([[0.0], np.cumsum(width * (rise[1:] + rise[:-1]) / 2)])
        return np.asarray(found / found[-1])

    @property
    def half(self) -> float:
        """h at z = 0."""
        return float(np.interp(0.0, self.z, self.chance))

    def derivative(self, order: int) -> float:
        """Of h by z, by differences on the grid."""
        found = self.chance
        for _ in range(order):
            found = np.gradient(found, self.z)
        return float(found[self.at])


HITS_SLOPE = told(
    "D_j h, of x_1 and x_2", lambda x: (x.derivative(1), -x.derivative(1)),
    {"D_j^2 h": lambda x: (x.derivative(2),) * 2, "minus it": lambda x: (-x.derivative(1), x.derivative(1))},
)  # fmt: skip
HITS_CURVATURE = told(
    "D_j^2 h, of x_1 and x_2", lambda x: (x.derivative(2),) * 2,
    {"D_j h": lambda x: (x.derivative(1), -x.derivative(1))},
)  # fmt: skip
HITS_OWN = told(
    "limit of h as q_i^2 -> 1", lambda x: float(x.chance[-1]), {"as q_i^2 -> 1/2": lambda x: x.half}
)
HITS_OTHER = told(
    "limit of h as q_j^2 -> 1 with j != i", lambda x: float(x.chance[0]), {"as q_j^2 -> 1/2": lambda x: x.half}
)  # fmt: skip
SQUARES = told(
    "q_j^2 on the unit sphere",
    lambda q: tuple(x * x for x in q),
    {"|q_j|": lambda q: tuple(map(abs, q))},
)
