"""Sizes of what is small beside a point, and their largest mean factor in one step: enclosed in balls.

At c_i = 1 + u, all else small, one step of a batch with multiplicities m has, S = sum sigma_k^2 m_k c_k^2,

    c_k+ = c_k (1 - a S + a (2 - r2) sigma_k^2 m_k),  w_perp+ = (1 - a S) w_perp,
    u+ = u (1 - 2 a sigma_i^2 m_i c_i (1 + c_i)) - a c_i (sum (sigma_k^2 m_k + sigma_i^2 m_i) c_k^2
         + sigma_i^2 m_i ||w_perp||^2),  k != i.

For 0 < g <= 1 a sum to the power g is at most the sum of the powers, and |c_k|^(2g) <= U_exit |c_k|^g.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import flint

from theory.vocabulary.quadratic_sum import ball
from theory.vocabulary.telling import told

F = Fraction
State = tuple[Sequence[Fraction], Fraction]  # (c_i first and the other c_j, |w_perp|)
UNKNOWN = 10**6  # above what is seen, where the box is too wide for a bound


def _power(x: Any, g: Fraction) -> flint.arb:
    """|x|^g: for a ball around 0 from above alone."""
    size = abs(ball(x))
    if size == 0:
        return flint.arb(0)
    top = (size.upper().log() * ball(g)).exp()
    return top if size.contains(0) else (size.log() * ball(g)).exp()


def _size(state: State, g: Fraction, folded: bool) -> flint.arb:
    c, off = state
    own = (abs(c[0]) if folded else c[0]) - 1
    return sum((_power(x, g) for x in (own, *c[1:], off)), flint.arb(0))


@dataclass(frozen=True)
class Level:
    """The box U < exit beside x_i, sigma_i first in ``squares``, and states of it that are tried.

    mean: E over batches, tuples of indices.  after: one step of a batch.  folded: U has
    ||c_i| - 1|, not |c_i - 1|.  passive: those of a ReLU neuron that are so at the start; None: linear.
    A state of ReLU where i is passive, or one of these is live, is none of the box, and U is oo there.
    """

    mean: Callable[[Callable[[Any], Any]], Any]
    after: Callable[[State, Any], State]
    squares: Sequence[Fraction]
    step: Fraction
    power: Fraction
    exit: Fraction
    tried: Sequence[State]
    folded: bool = False
    passive: Collection[int] | None = None

    def size(self, state: State) -> flint.arb:
        """U there."""
        c, _ = state
        if self.passive is not None and (c[0] <= 0 or any(k and c[k] > 0 for k in self.passive)):
            return flint.arb("inf")
        return _size(state, self.power, self.folded)

    def ratio(self, state: State) -> flint.arb:
        """E[U+]/U there."""
        return self.mean(lambda batch: self.size(self.after(state, batch))) / self.size(state)

    def seen(self) -> list[flint.arb]:
        """The ratios at the states tried that lie in the box."""
        inside = [x for x in self.tried if 0 < self.size(x) < ball(self.exit)]
        return [self.ratio(x) for x in inside]

    def bound(self, level: Fraction) -> flint.arb:
        """At least E[U+]/U wherever 0 < U < ``level``: the largest of its parts' factors."""
        g, a = self.power, ball(self.step)
        box = (ball(level).log() / ball(g)).exp() if level else flint.arb(0)
        if not box < 1:
            return ball(UNKNOWN)
        wide = flint.arb(0, 1) * box.upper()
        c, small, many = 1 + wide, box**2, len(self.squares)
        small = small.upper() * (flint.arb(1) / 2 + flint.arb(0, 0.5))  # a square, from 0 to box^2
        sizes = [ball(x) for x in self.squares]

        def part(j: int, batch: Sequence[int]) -> flint.arb:
            times = [sum(x == k for x in batch) for k in range(many)]
            own = sizes[0] * times[0]
            rest = sum((x * m for x, m in zip(sizes[1:], times[1:], strict=True)), flint.arb(0))
            mass = own * c**2 + rest * small
            slack = 2 - c**2 - small * many
            if self.passive is not None and not (
                1 - a * mass > 0 and 1 + a * (slack * own - mass) > 0
            ):
                return ball(UNKNOWN)  # a passive datum may become live, or i passive
            if j == 0:
                return _power(1 - 2 * a * own * c * (1 + c), g)
            pull = sizes[j] * times[j] if j < many else flint.arb(0)
            cross = _power(a * c * (pull + own), g) * ball(level)
            return _power(1 - a * mass + a * slack * pull, g) + cross

        # what is passive moves as what is off the data, the last part
        live = [j for j in range(many + 1) if not (self.passive and j and j in self.passive)]
        found = [self.mean(partial(part, j)) for j in live]
        return max((x.upper() for x in found), key=float)


def _ratio(x: Level) -> flint.arb:
    low = max((y.lower() for y in x.seen()), key=float, default=flint.arb(0))
    return low.union(x.bound(x.exit))


def _least(x: Level) -> flint.arb:
    return min((y.upper() for y in x.seen()), key=float, default=flint.arb(0))


def at_start(words: str, *, folded: bool) -> Any:
    """U of a state, from (state, g), said in a claim's words."""
    return told(
        words, lambda x: _size(x[0], x[1], folded),
        {f"log of {words}": lambda x: _size(x[0], x[1], folded).log()},
    )  # fmt: skip


FACTOR = told(
    "the supremum of E[U+ | past]/U over the states with 0 < U < U_exit", _ratio,
    {"its limit as U -> 0": lambda x: x.bound(F(0)), "the infimum over these states": _least},
)  # fmt: skip
U_START = at_start("U at the start", folded=False)
W_START = at_start("W at the start", folded=True)
