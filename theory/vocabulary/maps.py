"""What symbols of full batch's radial map mean: functions of two played maps, in floats.

A ``Maps`` takes s to s after one step at rho = 0, and to the factor of a small w_perp there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from theory.vocabulary.telling import told

H = 1e-5  # of central differences: their error is of order H^2 beside what a search allows
TURNS = 1_000  # steps after which a cycle that attracts is taken as reached


@dataclass(frozen=True)
class Maps:
    """radial: s -> s+.  off: s -> w_perp+/w_perp."""

    radial: Callable[[float], float]
    off: Callable[[float], float]

    def slope(self, s: float) -> float:
        """Of ``radial``, by a central difference."""
        return (self.radial(s + H) - self.radial(s - H)) / (2 * H)

    @cached_property
    def cycle(self) -> tuple[float, float]:
        """The two points, the lower first, between which it goes to and fro in the end."""
        s = 0.9
        for _ in range(TURNS):
            s = self.radial(s)
        other = self.radial(s)
        return min(s, other), max(s, other)

    def coefficient(self, order: int, turns: int, e: float = 1e-2) -> float:
        """Of e^order, 2 or 3, in the ``turns``-th iterate at 1 + e, to order e^2."""
        ends = []
        for step in (e, -e):
            s = 1 + step
            for _ in range(turns):
                s = self.radial(s)
            ends.append(s - 1 - (step if turns == 2 else 0))
        sign = 1 if order == 2 else -1
        return (ends[0] + sign * ends[1]) / (2 * e**order)


def _both(at: Maps, of: Callable[[float], float]) -> float:
    low, high = at.cycle
    return of(low) * of(high)


RADIAL_FACTOR = told(
    "d s+/d s at (s, rho) = (1, 0); the same for ||w_data||", lambda at: at.slope(1.0),
    {"d s+/d s at s = 1/2": lambda at: at.slope(0.5), "its square": lambda at: at.slope(1.0) ** 2},
)  # fmt: skip
OFF_FACTOR = told(
    "factor of w_perp per step at s = 1; rho has its square", lambda at: at.off(1.0),
    {"factor of rho per step at s = 1": lambda at: at.off(1.0) ** 2},
)  # fmt: skip
LOW_POINT = told(
    "the point below 1 of the cycle of two steps, rho = 0", lambda at: at.cycle[0],
    {"the point above 1": lambda at: at.cycle[1]},
)  # fmt: skip
HIGH_POINT = told(
    "the point above 1", lambda at: at.cycle[1], {"the point below 1": lambda at: at.cycle[0]}
)
CYCLE_FACTOR = told(
    "multiplier of the cycle in s", lambda at: _both(at, at.slope),
    {"d s+/d s at the lower point": lambda at: at.slope(at.cycle[0])},
)  # fmt: skip
CYCLE_OFF_FACTOR = told(
    "factor of w_perp over one cycle", lambda at: _both(at, at.off),
    {"factor of rho over one cycle": lambda at: _both(at, at.off) ** 2},
)  # fmt: skip
SECOND_ORDER = told(
    "coefficient of e^2 in the second iterate of the radial map at s = 1 + e",
    lambda at: at.coefficient(2, 2), {"that in one step": lambda at: at.coefficient(2, 1)},
)  # fmt: skip
THIRD_ORDER = told(
    "coefficient of e^3", lambda at: at.coefficient(3, 2),
    {"that in one step": lambda at: at.coefficient(3, 1)},
)  # fmt: skip
