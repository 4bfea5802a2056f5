"""Squares of the live coordinates under one scale per run, with integer exponents for tiny ones.

Held: q_j^2 = y_j * scale/a * 2**deep_j for live j. deep_j is zero unless q_j^2 was below 2**FLOOR
when last looked at; then y_j is a stand-in started at 2**FLOOR, which is multiplied by the same
factors as the coordinate but whose part in any sum is below rounding (the subclass says why).
Passive coordinates (zero, or q_j <= 0 under ReLU) and w_perp only ever meet the factor 1 - aS: they
keep their start values and share one product, and y_j = 0.
Rescaling is by powers of two, hence exact: when it happens cannot be seen in a result.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine._kernel import Kernel
from sim.engine.state import Bools, Floats, Integers, State, split

CHECK = 64  # most steps between two looks at the scale
LEAST_DECAY = 0.01  # smallest 1 - a r2(0) the fast engines accept
LEAST_MASS = 2.0**-60  # smallest live mass they accept, unless it is zero
LEAST_A = 2.0**-40


def suits(start: State, a: float) -> Bools:
    """Say for which runs the fast engines are valid, (R,).

    With a < 1/2 and 0 <= r2 <= 2 every factor is positive (SIGN) and r2 <= 2 persists (ENTRY and
    BAND): signs, the active set and zeros are constants. The other conditions keep 1 - aS away
    from rounding to zero, and the mass away from the stand-ins of tiny coordinates.
    """
    live = np.where(start.live, start.q, 0.0)
    with np.errstate(under="ignore"):
        mass = (live**2).sum(axis=1)
    fits: Bools = (start.r2 <= 2) & (a * start.r2 <= 1 - LEAST_DECAY)
    return fits & ((mass >= LEAST_MASS) | start.dead) & (LEAST_A <= a < 0.5)


def aligned(*shape: int) -> Floats:
    """Make an empty float64 array that starts on a cache line."""
    size = math.prod(shape)
    raw = np.empty(size + 8)
    skip = (-raw.ctypes.data % 64) // 8
    return raw[skip : skip + size].reshape(shape)


def summing(v: Floats, out: Floats) -> Callable[[], object]:
    """Give what adds up v (k, M) over its rows into out: from 8 on eight sums side by side, then in pairs,
    then what is left.

    The order is that of NumPy for a single column, which it would not keep for several. The views are made
    here, once: a step would feel them.
    """
    size, runs = v.shape
    whole, add = size // 8 * 8, np.add
    reduce: Any = add.reduce  # its stubs ask for an out by name, which costs time
    if not whole:
        return lambda: reduce(v, 0, None, out)
    eights = v[:whole].reshape(-1, 2, 2, 2, runs)
    sums, fours, twos = aligned(8, runs), aligned(4, runs), aligned(2, runs)
    # what is added to each other is laid apart, in two halves: contiguous calls are the cheapest
    laid = sums.reshape(2, 2, 2, runs).transpose(2, 1, 0, 3)
    first: tuple[Floats, Floats, Floats] = (sums[:4], sums[4:], fours)
    several = len(eights) > 1
    if not several:
        first = (eights[0, :, :, 0], eights[0, :, :, 1], fours.reshape(2, 2, runs).swapaxes(0, 1))
    rest = [(out, row, out) for row in v[whole:]]
    pairs = [first, (fours[:2], fours[2:], twos), (twos[0], twos[1], out), *rest]

    def total() -> None:
        if several:
            reduce(eights, 0, None, laid)
        for left, right, both in pairs:
            add(left, right, both)

    return total


def row_step(a: float) -> float:
    """Bound the bits one step moves y_j: f/c = 1 + a(2 - r2)/(1 - aS) <= 1 + 2a (at r2 = 0)."""
    return 2 * math.log2(1 + 2 * a)


def scaled_root(
    value: Floats, exponent: Any, factor: Floats, factor_exponent: Any = 0
) -> tuple[Floats, Integers]:
    """Give sqrt(value * 2**exponent * factor * 2**factor_exponent) as mantissa and exponent."""
    left, left_power = split(value, exponent)
    right, right_power = split(factor, factor_exponent)
    mantissa, power = split(left * right, left_power + right_power)
    odd = power % 2
    return split(np.sqrt(np.ldexp(mantissa, odd.astype(np.int32))), (power - odd) // 2)


class Scaled(ABC):
    """M runs. A subclass (final) keeps the bookkeeping; what it advances in place is its kernel's work."""

    FLOOR: int

    def __init__(self, start: State, a: float, kernel: Kernel):
        self.start, self.a, self.kernel = start, a, kernel
        self.runs, self.n = start.mantissa.shape
        self.live = start.live
        self.y, self.scale = aligned(self.runs, self.n), aligned(self.runs)
        self.scale[:] = a
        self.deep: Integers | None = None
        self._store(
            np.arange(self.runs), np.where(self.live, start.mantissa**2, 0.0), 2 * start.exponent
        )
        self.flat = self.y.reshape(-1)
        self.offset = np.arange(0, self.runs * self.n, self.n)
        with np.errstate(under="ignore"):
            self.mass = self.y.sum(axis=1)
            passive = np.where(self.live, 0.0, start.q)
            self.passive_mass = (passive**2).sum(axis=1) + start.rho
        self.passive_mass[start.dead] = 2.0  # there 1 + a(2 - r2) multiplies nothing: keep it at 1
        self._calm = 0  # steps until the next look at the stand-ins

    @property
    def form(self) -> str:
        """What `advance` takes: a form of `sim.engine.batches`."""
        return self.kernel.form

    @abstractmethod
    def advance(self, sets: NDArray[Any]) -> None:
        """Do one step per leading entry of `sets`, which are in this engine's form."""

    @abstractmethod
    def passive_scale(self) -> tuple[Floats, Integers]:
        """Give the product of (1 - aS)^2 so far, as value and exponent (M,)."""

    def _store(self, rows: Integers, values: Floats, exponent: Any) -> None:
        mantissa, power = split(values, exponent)
        low = (power < self.FLOOR) & (mantissa != 0)
        self.y[rows] = np.ldexp(mantissa, np.where(low, self.FLOOR, power).astype(np.int32))
        if self.deep is None and low.any():
            self.deep = np.zeros((self.runs, self.n), dtype=np.int64)
        if self.deep is not None:
            self.deep[rows] = np.where(low, power - self.FLOOR, 0)

    def _rescale(self, rows: Integers) -> Integers:
        """Move the power of two in `scale` into y for these runs, and give it."""
        power = np.frexp(self.scale[rows])[1].astype(np.int64) - math.frexp(self.a)[1]
        self.scale[rows] = np.ldexp(self.scale[rows], -power.astype(np.int32))
        deep: Any = 0 if self.deep is None else self.deep[rows]
        self._store(rows, self.y[rows], deep + power[:, None])
        return power

    def read(self) -> tuple[Floats, Integers, Floats, Integers]:
        """Give mantissa, exponent (M, n), perp, perp_exponent (M,)."""
        start = self.start
        deep: Any = 0 if self.deep is None else self.deep
        mantissa, exponent = scaled_root(self.y, deep, (self.scale / self.a)[:, None])
        mantissa *= np.sign(start.mantissa)
        length, length_exponent = scaled_root(np.ones(self.runs), 0, *self.passive_scale())
        if not self.live.all():
            passive = split(
                start.mantissa * length[:, None], start.exponent + length_exponent[:, None]
            )
            mantissa = np.where(self.live, mantissa, passive[0])
            exponent = np.where(self.live, exponent, passive[1])
        return (
            mantissa,
            exponent,
            *split(start.perp * length, start.perp_exponent + length_exponent),
        )
