"""The state of R runs at one step, as observables see it.

Every coordinate is held as mantissa * 2**exponent with an integer exponent, so a coordinate of size
1e-100000 is as exact as one of size 1; only `q` itself, a float64 array, underflows to zero there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LOG2 = float(np.log(2.0))


def split(values: Floats, exponent: Integers | int = 0) -> tuple[Floats, Integers]:
    """Write values * 2**exponent with mantissas in [1/2, 1); zero keeps exponent 0."""
    mantissa, shift = np.frexp(values)
    return mantissa, np.where(mantissa == 0, 0, exponent + shift.astype(np.int64))


def join(mantissa: Floats, exponent: Integers) -> Floats:
    """Give mantissa * 2**exponent, rounded once; below 5e-324 zero, above 1.8e308 infinite."""
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(mantissa, np.clip(exponent, -3000, 3000).astype(np.int32))


def log_abs(mantissa: Floats, exponent: Integers) -> Floats:
    """Give log|mantissa * 2**exponent|, -inf at zero, without underflow."""
    direct = np.abs(exponent) < 1000
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        near = np.log(np.abs(join(mantissa, np.where(direct, exponent, 0))))
        return np.where(direct, near, near + exponent * _LOG2)


def fixed(values: NDArray[Any]) -> NDArray[Any]:
    """The same array, which nobody can write to by this name."""
    seen = values.view()
    seen.flags.writeable = False
    return seen


@dataclass(frozen=True, eq=False)
class State:
    """R runs at step `step`; n data coordinates each.

    mantissa, exponent: (R, n), q = mantissa * 2**exponent. perp, perp_exponent: (R,), the signed
    length of w_perp along its own start direction, in the same form (w_perp only ever changes by a
    scalar factor). start: the state at step 0, or None when this is it.
    No array of it can be written to: an observable would change what the others, and the run, go on from.
    """

    mantissa: Floats
    exponent: Integers
    perp: Floats
    perp_exponent: Integers
    step: int
    activation: str
    batch_size: int
    step_size: float
    dimension: int | None = None
    start: State | None = None

    def __post_init__(self) -> None:
        for name in ("mantissa", "exponent", "perp", "perp_exponent"):
            object.__setattr__(self, name, fixed(getattr(self, name)))

    @classmethod
    def at(cls, q: Any, rho: Any, *, activation: str = "linear", **rest: Any) -> State:
        """Make a state from q (R, n) and rho (R,): for evaluating an observable anywhere."""
        mantissa, exponent = split(np.atleast_2d(np.asarray(q, dtype=float)))
        rho_column = np.broadcast_to(np.asarray(rho, dtype=float), mantissa.shape[:1])
        perp, perp_exponent = split(np.sqrt(rho_column))
        rest = {"step": 0, "batch_size": 1, "step_size": 1.0} | rest
        return cls(mantissa, exponent, perp, perp_exponent, activation=activation, **rest)

    @cached_property
    def q(self) -> Floats:
        """<w, x_j>, (R, n)."""
        return fixed(join(self.mantissa, self.exponent))

    @cached_property
    def log_abs_q(self) -> Floats:
        """log|q_j|, (R, n); exact where q underflows, -inf where q_j is zero."""
        return fixed(log_abs(self.mantissa, self.exponent))

    @cached_property
    def sign(self) -> NDArray[np.int8]:
        """Sign of q_j, (R, n): -1, 0 or 1, also where q underflows; 0 in a diverged run."""
        known = np.where(np.isnan(self.mantissa), 0.0, self.mantissa)
        return fixed(np.sign(known).astype(np.int8))

    @cached_property
    def rho(self) -> Floats:
        """||w_perp||^2, (R,)."""
        return fixed(join(self.perp**2, 2 * self.perp_exponent))

    @cached_property
    def log_rho(self) -> Floats:
        """log ||w_perp||^2, (R,)."""
        return fixed(2 * log_abs(self.perp, self.perp_exponent))

    @cached_property
    def r2(self) -> Floats:
        """||w||^2, (R,)."""
        with np.errstate(over="ignore", under="ignore"):
            return fixed((self.q**2).sum(axis=1) + self.rho)

    @cached_property
    def live(self) -> Bools:
        """Coordinates the gradient sees, (R, n): q_j != 0 (linear), q_j > 0 (ReLU)."""
        return fixed(self.sign > 0 if self.activation == "relu" else self.sign != 0)

    @cached_property
    def dead(self) -> Bools:
        """Runs with no live coordinate, (R,): the gradient of every loss_i is exactly zero."""
        return fixed(~self.live.any(axis=1) & ~self.diverged)

    @cached_property
    def diverged(self) -> Bools:
        """Runs whose squared norm left the float64 range, (R,); every number in them is nan."""
        return fixed(np.asarray(np.isnan(self.mantissa).any(axis=1)))
