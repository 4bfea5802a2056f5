"""The angle of SGD between two points, c = kappa a: moments of a played step, and the law that they keep.

A law of density p on (0, pi), drift A_1 and spread A_2 has no flux where (A_2 p)' = 2 A_1 p.  Both are
played, none of the claim's formulas enters; that runs come to this law as a -> 0 is the claim's proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.vocabulary.meanings import Floats
from theory.vocabulary.telling import told

WIDE, POINTS = 9.0, 6001  # of y = log cot(u/2): the density falls below 1e-300 for kappa >= 1/10
HALVINGS = 30
Moments = Callable[[Floats, float], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Turning:
    """moments: (u, kappa) -> E[u+ - u]/a^2 and E[(u+ - u)^2]/a^2, played at a small a.  u, kappa: here."""

    moments: Moments
    kappa: float
    u: float

    @cached_property
    def grid(self) -> Floats:
        """Of y."""
        return np.linspace(-WIDE, WIDE, POINTS)

    def law(self, y: Floats) -> Floats:
        """The density of y that has no flux, at points of a fine grid."""
        u = angle(y)
        drift, square = self.moments(u, self.kappa)
        # in y, du = -sin u dy: log(A_2 p_u) falls by 2 A_1/A_2 sin u
        slope = -2 * drift / square * np.sin(u)
        steps = np.diff(y) * (slope[1:] + slope[:-1]) / 2
        log = np.concatenate([[0.0], np.cumsum(steps)]) - np.log(square) + np.log(np.sin(u))
        found = np.exp(log - log.max())
        return np.asarray(found / np.trapezoid(found, y))

    def at(self, u: float, *, of_y: bool) -> float:
        """The density of u, or that of y, at an angle."""
        y = self.grid
        found = float(np.interp(height(u), y, self.law(y)))
        return found if of_y else found / float(np.sin(u))

    def mean(self, value: Callable[[Floats], Floats]) -> float:
        """E of a function of u."""
        y = self.grid
        return float(np.trapezoid(value(angle(y)) * self.law(y), y))

    def mode(self, *, of_y: bool) -> float:
        """The sine of the most likely angle."""
        y = self.grid
        density = self.law(y) / (1 if of_y else np.sin(angle(y)))
        return float(np.sin(angle(y[density.argmax()])))

    def one_mode(self, *, of_y: bool) -> float:
        """The least kappa at which the density has no dip at pi/2."""
        low, high = 0.05, 5.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            y = np.linspace(-0.02, 0.02, 5)
            density = Turning(self.moments, middle, self.u).law(y)
            density = density / (1 if of_y else np.sin(angle(y)))
            low, high = (low, middle) if density[2] >= density[0] else (middle, high)
        return (low + high) / 2


def angle(y: Floats) -> Floats:
    """u of y = log cot(u/2)."""
    return np.asarray(2 * np.arctan(np.exp(-y)))


def height(u: float) -> float:
    """y of u."""
    return float(-np.log(np.tan(u / 2)))


def _here(x: Turning, which: int) -> float:
    return float(x.moments(np.array([x.u]), x.kappa)[which][0])


TURN = told(
    "E[u+ - u] = a^2 A_1 + O(a^3)", lambda x: _here(x, 0),
    {"the same of phi, u = pi/2 + 2 phi": lambda x: _here(x, 0) / 2},
)  # fmt: skip
TURN_SQUARE = told(
    "E[(u+ - u)^2] = a^2 A_2 + O(a^3)", lambda x: _here(x, 1),
    {"the same of phi, u = pi/2 + 2 phi": lambda x: _here(x, 1) / 4},
)  # fmt: skip
LAW = told(
    "density on (0, pi) of the limit law of u", lambda x: x.at(x.u, of_y=False),
    {"its density as one of y = log cot(u/2)": lambda x: x.at(x.u, of_y=True)},
)  # fmt: skip
LAW_OF_Y = told(
    "density of the same law as one of y = log cot(u/2)", lambda x: x.at(x.u, of_y=True),
    {"as one of u": lambda x: x.at(x.u, of_y=False)},
)  # fmt: skip
HEIGHT = told(
    "log cot(u/2)", lambda x: height(x.u), {"cot(u/2)": lambda x: float(np.exp(height(x.u)))}
)
MODE = told(
    "sin u at the two modes of p_u", lambda x: x.mode(of_y=False),
    {"sin u at those of p_y": lambda x: x.mode(of_y=True)},
)  # fmt: skip
ONE_MODE = told(
    "the value of kappa from which on p_u has one mode", lambda x: x.one_mode(of_y=False),
    {"that from which on p_y has": lambda x: x.one_mode(of_y=True)},
)  # fmt: skip
COT_SQUARE = told(
    "integral of cot(u)^2 p_u", lambda x: x.mean(lambda u: 1 / np.tan(u) ** 2),
    {"integral of cos(u)^2 p_u": lambda x: x.mean(lambda u: np.cos(u) ** 2)},
)  # fmt: skip
