r"""Growth of the second moment at one step size, from the same T with another kernel.

M Sigma = rho Sigma reads, with m_ab = (1 - C l_a/N)(1 - C l_b/N) - kappa C^2 l_a l_b/N^2 for the
mean's part,

    C^2 (kappa/N) blockdiag(U [(U' D U) o l_a l_b/(rho - m_ab)] U') = D,     D = blockdiag(Sigma):

rho is the root of C rho(T_rho) = 1 above rho_0 = max m_ab, or rho_0 where there is none.  T_rho
falls in rho: Rayleigh's root is a lower bound, Collatz-Wielandt gives an upper one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from sim.problems.arrays import UNIT, gamma
from sim.problems.gram_enclosure import FLOOR, NUDGE, positive, root_of_radius
from sim.problems.gram_input import Gram
from sim.problems.gram_operator import Operator
from sim.problems.lanczos import leading

ROUNDS = 12
FAR = 1000.0  # times the full-batch edge: beyond, the squares in a factor use up float64's digits


@dataclass(frozen=True)
class Growth:
    """log of the growth factor a step lies in [low, high]; -inf where nothing is left."""

    low: float
    high: float


class GrowthWeights:
    """g_ab = C l_a l_b/(rho - m_ab), so that T_rho takes the place of T(C) in `Operator`.

    `relative`: m_ab is formed with fewer than 16 roundings of numbers of size at most `scale`.
    """

    slope = 0.0

    def __init__(self, gram: Gram, kappa: Fraction, step_size: float, factor: float):
        self.values, self.factor, self.step = gram.values, factor, step_size
        self.pace = step_size / gram.samples
        self.kappa = float(kappa)
        self.scale = (1 + self.pace * gram.largest) ** 2
        self.floor = floor_factor(gram, kappa, step_size)
        room = factor - self.floor
        self.relative = 32 * UNIT * self.scale / room if room > 0 else math.inf
        if self.relative > 0.01:
            self.relative = math.inf
        self.largest = step_size * gram.largest**2 / room if room > 0 else math.inf

    def rows(self, start: int, stop: int) -> Any:
        """Give g[start:stop, :stop]."""
        one, two = self.values[start:stop, None], self.values[None, :stop]
        mean = (1 - self.pace * one) * (1 - self.pace * two)
        mean = mean - self.kappa * self.pace**2 * one * two
        return self.step * one * two / (self.factor - mean)


def floor_factor(gram: Gram, kappa: Fraction, step_size: float) -> float:
    """Give rho_0 = max m_ab: bilinear in (l_a, l_b), so at a corner."""
    pace = step_size / gram.samples
    ends = (float(gram.values[0]) * pace, float(gram.values[-1]) * pace)
    return max((1 - x) * (1 - y) - float(kappa) * x * y for x, y in product(ends, ends))


def enclose_growth(gram: Gram, kappa: Fraction, step_size: float, width: float) -> Growth:
    """Enclose log rho to absolute `width`, for K~ (see `Gram`); rounding of the rest accounted for.

    Raises ValueError for a step size beyond `FAR` times the full-batch edge.
    """
    if gram.rank == 0:
        return Growth(-math.inf, -math.inf)
    C = step_size
    if C * gram.largest > FAR * 2 * gram.samples:
        raise ValueError(f"step_size={C:g}: must be at most {FAR:g} times the full-batch edge")
    slack = 64 * UNIT * (1 + C / gram.samples * gram.largest) ** 2
    base = floor_factor(gram, kappa, C)
    if kappa == 0:
        return _logs(base - slack, base + slack)
    op = Operator(gram, kappa)
    V = op.start()
    low, high = base - slack, math.inf
    for _ in range(ROUNDS):
        W = op.spread(V)
        low = max(low, _below(op, W, V, C, base))
        at = max(low, base) + width / 4
        high = min(high, _above(op, W, V, C, at, base))
        if high - low <= width:
            break
        guess = leading(op, C, V, W, 1e-10, weights=GrowthWeights(gram, kappa, C, at))
        V = positive(op, guess, FLOOR)
    return _logs(low, high)


def _logs(low: float, high: float) -> Growth:
    ends = [math.log(x) if x > 0 else -math.inf for x in (low, high)]
    return Growth(ends[0] - 4 * UNIT, ends[1] + 4 * UNIT * (1 + abs(ends[1])))


def _below(op: Operator, W: Any, V: Any, C: float, base: float) -> float:
    """A factor that is surely <= rho: root of C <V,T_rho V>/<V,V> = 1, moved down until sure."""
    square = float(op.xp.sum(V * V)) * (1 + gamma(math.prod(V.shape)))
    spread = op.spread_error(V)

    def low_form(factor: float) -> float:
        weights = GrowthWeights(op.gram, op.kappa, C, factor)
        if not math.isfinite(weights.relative):
            return math.inf  # too close to rho_0 to say: look further up
        value = op.form(W, weights)[0] * (1 - weights.relative - gamma(2 * op.gram.rank + 8))
        root = math.sqrt(max(value, 0.0)) - math.sqrt(op.scale * weights.largest) * spread
        return C * max(root, 0.0) ** 2 / square / NUDGE

    from scipy import optimize  # here: half a second that nothing else needs

    top = base + 1.0
    while low_form(top) > 1:
        top = base + 2 * (top - base)
    start = base + 4e3 * UNIT * (1 + C / op.gram.samples * op.gram.largest) ** 2
    if low_form(start) <= 1:
        return -math.inf
    root = float(optimize.brentq(lambda x: low_form(x) - 1, start, top, xtol=1e-15, rtol=1e-14))
    for k in range(40):
        sure = root - 2.0**k * UNIT
        if sure <= start:
            return -math.inf
        if low_form(sure) >= NUDGE:
            return sure
    return -math.inf


def _above(op: Operator, W: Any, V: Any, C: float, at: float, base: float) -> float:
    """A factor that is surely >= rho: `at` where C m <= 1; else further up.

    For rho >= at the quotient of kernels (at - m_ab)/(rho - m_ab) falls with m_ab, so it is
    largest at the
    least of them, m_min: C rho(T_rho) <= C m (at - m_min)/(rho - m_min), at most 1 from
    rho = m_min + C m (at - m_min) on.
    """
    weights = GrowthWeights(op.gram, op.kappa, C, at)
    if not math.isfinite(weights.relative):
        return math.inf
    image, image_norm = op.apply(W, weights)
    a, b = op.apply_errors(image_norm, weights, op.spread_error(V))
    s = root_of_radius(op, image, V, a, b)
    if not math.isfinite(s):
        return math.inf
    bound = C * s * s * NUDGE
    if bound <= 1:
        return at
    values = op.gram.values
    ends = (float(values[0]) * C / op.gram.samples, float(values[-1]) * C / op.gram.samples)
    lowest = min((1 - x) * (1 - y) - float(op.kappa) * x * y for x, y in product(ends, ends))
    return (lowest + bound * (at - lowest)) * NUDGE + 64 * UNIT
