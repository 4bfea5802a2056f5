"""Where exponents at a point change sign as the step size grows: ends of a window, by bisection over QQ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.vocabulary.quadratic_sum import ball
from theory.vocabulary.telling import told

F = Fraction
HALVINGS = 24  # of a step size: to a relative 1e-7
RATIO_HALVINGS = 12  # of a ratio of norms: to 1e-3
Sign = Callable[[Fraction, Fraction], bool]


@dataclass(frozen=True)
class Window:
    """Whether an exponent at x_i/sigma_i is negative, as the step size and sigma_max/sigma_i say.

    along: that of the longest datum's coordinate.  off: w_perp's.  radial: that of r2 - 1.  ratio: here.
    unit: 1/sigma_i^2, the step size at which a draw of x_i leaves nothing off it.
    """

    along: Sign
    off: Sign
    radial: Sign
    unit: Fraction
    ratio: Fraction

    def turn(self, sign: Sign, below: bool) -> Any:
        """The step size up to which (from which on, if not ``below``) an exponent is negative, enclosed."""
        low, high = F(0), self.unit * (3 if below else 1)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if sign(middle, self.ratio) == below else (low, middle)
        return ball(low).union(ball(high))

    def widest(self, power: int) -> Any:
        """The ratio, to a power, from which on no step size makes all exponents negative, enclosed."""
        most, (low, high) = self._last(), (F(1), F(3))
        for _ in range(RATIO_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.along(most, middle) else (low, middle)
        return ball(low**power).union(ball(high**power))

    def _last(self) -> Fraction:
        """A step size just below that at which the radial exponent or w_perp's turns."""
        low, high = F(0), 3 * self.unit
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            both = self.off(middle, self.ratio) and self.radial(middle, self.ratio)
            low, high = (middle, high) if both else (low, middle)
        return low


FIRST_STEP = told(
    "from which on the exponent of the longest datum's coordinate is negative, up to 1/sigma_i^2",
    lambda x: x.turn(x.along, below=False),
    {"from which on that of w_perp is": lambda x: x.turn(x.off, below=False),
     "up to which the radial exponent is": lambda x: x.turn(x.radial, below=True)},
)  # fmt: skip
LAST_STEP = told(
    "up to which the exponents off the data and of r2 - 1 are negative", lambda x: x.turn(
        lambda a, r: x.off(a, r) and x.radial(a, r), below=True),
    {"up to which that of w_perp is negative": lambda x: x.turn(x.off, below=True)},
)  # fmt: skip
WIDEST = told(
    "some step size makes all exponents negative iff sigma_max^2/sigma_i^2 < h_max",
    lambda x: x.widest(2), {"some does iff sigma_max/sigma_i < h_max": lambda x: x.widest(1)},
)  # fmt: skip
