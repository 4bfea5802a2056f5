"""What symbols of the small-step selection mean: its generator by differentiation, areas by angles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

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
