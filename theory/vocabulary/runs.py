"""What symbols of cycles, epochs, linearised laws and curvatures along gradients mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from theory.quadratic.thresholds import identity, kron
from theory.vocabulary.quadratic_sum import ball, fraction, rational, total
from theory.vocabulary.telling import told

F = Fraction
ZERO = F(0)
TINY = F(1, 10**30)
Value = Callable[[Any], Any]


# The orbit on which two batches A and B exchange their masses.


@dataclass(frozen=True)
class Orbit:
    """left: what a coordinate of B keeps when A is seen.  rest: the mass off both.

    Seen at A, with a S = a X: B's coordinates are multiplied by left = 1 - a X, A's by left + a (2 - r2); the
    masses are exchanged where Y left^2 = X and the product of both factors is 1, at rest = 0.
    """

    left: Fraction
    rest: Fraction = ZERO

    @property
    def first(self) -> Fraction:
        """X."""
        u = self.left
        return 2 * (1 - u) / (1 / u - u + (1 - u) * (1 + 1 / u**2))

    @property
    def second(self) -> Fraction:
        """Y."""
        return self.first / self.left**2

    @property
    def step(self) -> Fraction:
        """a."""
        return (1 - self.left) / self.first

    @property
    def norm(self) -> Fraction:
        """||w||^2."""
        return self.first + self.second + self.rest

    def multipliers(self) -> tuple[flint.arb, flint.arb]:
        """Eigenvalues of two steps' Jacobian in the plane of the masses, the least first."""
        X, Y, a = self.first, self.second, self.step
        left, seen = 1 - a * X, 1 + a * (2 - X - self.norm)
        J = fmpq_mat([[rational(-2 * a * Y * left), rational(left**2)],
                      [rational(seen**2 - 4 * a * X * seen), rational(-2 * a * X * seen)]])  # fmt: skip
        twice = J * J
        trace, det = fraction(twice[0, 0] + twice[1, 1]), fraction(twice.det())
        root = ball(max(trace**2 / 4 - det, ZERO)).sqrt()
        return ball(trace / 2) - root, ball(trace / 2) + root

    def excess(self) -> Fraction:
        """(r2 - 1)/a."""
        return (self.norm - 1) / self.step


def _slope(x: Orbit) -> flint.arb:
    beside = Orbit(x.left + TINY, x.rest)
    return ball((beside.excess() - x.excess()) / (beside.step - x.step)) + flint.arb(0, "1e-25")


ORBIT_STEP = told(
    "eta/b of the orbit, one for each u", lambda x: x.step, {"1 - u": lambda x: 1 - x.left}
)
FIRST_MASS = told("mass of A before A is seen; after it Y; after B X again", lambda x: x.first,
                   {"mass of B before A is seen": lambda x: x.second})  # fmt: skip
SECOND_MASS = told("mass of B before A is seen; after it X; after B Y again", lambda x: x.second,
                    {"mass of A before A is seen": lambda x: x.first})  # fmt: skip
MULTIPLIER = told("one multiplier of the orbit over an epoch, in the plane of the two masses",
                   lambda x: x.multipliers()[0], {"the other": lambda x: x.multipliers()[1]})  # fmt: skip
OTHER_MULTIPLIER = told("the other multiplier", lambda x: x.multipliers()[1],
                         {"the first": lambda x: x.multipliers()[0]})  # fmt: skip
ORBIT_NORM = told("||w||^2 = X + Y + R on the orbit", lambda x: x.norm,
                   {"X + Y + R after A is seen, R twice": lambda x: x.norm + x.first})  # fmt: skip
EXCESS = told(
    "(r2 - 1)/a on the orbit of SAMPLING-CYCLIC-SHARED",
    Orbit.excess,
    {"r2 - 1": lambda x: x.norm - 1},
)
EXCESS_SLOPE = told("its derivative by a along the orbits", _slope,
                     {"its derivative by u": lambda x: ball(
                         (Orbit(x.left + TINY, x.rest).excess() - x.excess()) / TINY)})  # fmt: skip


@dataclass(frozen=True, eq=False)
class CycleEnds:
    """Where runs end: q (runs, n), ||w||^2, and each run's batches of one epoch."""

    q: NDArray[np.float64]
    norms: NDArray[np.float64]
    orders: Sequence[Sequence[Sequence[int]]]


def _held(x: CycleEnds, pick: Callable[[Any, Sequence[int]], float]) -> NDArray[np.bool_]:
    """Whether all of the mass, 1, is what ``pick`` takes of one batch."""
    found = [
        any(abs(pick(q**2, batch) - 1) < 1e-3 and abs(norm - 1) < 2e-3 for batch in order)
        for q, norm, order in zip(x.q, x.norms, x.orders, strict=True)
    ]
    return np.array(found)


ON_ONE_BATCH = told(
    "P(w_k converges to a point of the unit sphere of one batch's span)",
    lambda x: _held(x, lambda squares, batch: squares[list(batch)].sum()),
    {"P(w_k converges to no such point)":
         lambda x: ~_held(x, lambda squares, batch: squares[list(batch)].sum())},
)  # fmt: skip
LOST = told(
    "how many X in (0, 1) there are from which it does not, X the mass of the batch seen first in a "
    "start on the "
    "unit sphere", lambda where: int((np.diff(where) != 0).sum()),
    {"how many ends there are": lambda where: len(set(where.tolist()))},
)  # fmt: skip


# Epochs at the second order in a, and linear laws.


@dataclass(frozen=True)
class Second:
    """a^2 coefficients of a quantity after each epoch drawn, and after n/b full-batch steps; their mean.

    outward: the drift along w; q: <w, v> of the direction v that is measured.
    """

    values: Sequence[Any]
    mean: Callable[[Sequence[Any]], Any]
    full: Any = ZERO
    outward: Any = ZERO
    q: Fraction = ZERO

    def drift(self) -> Any:
        """Mean over epochs, less the full batch's."""
        return self.mean([x - self.full for x in self.values])


DRIFT = told(
    "coefficient of a^2 in: mean over the order of an epoch of the change of q_j (j live), minus the "
    "change by n/b "
    "full-batch steps of the same eta",
    Second.drift, {"the same without the full-batch steps": lambda x: x.mean([y + 0 for y in x.values])},
)  # fmt: skip
FLAT = told(
    "the part of the drift along the unit sphere",
    lambda x: ball(x.drift()) - ball(x.outward) * ball(x.q),
    {"the drift": lambda x: ball(x.drift())},
)
SECOND = told(
    "coefficient of a^2 in the mean over an epoch's order of the change of log|q_i/q_j|; that of a is 0",
    lambda x: x.mean(x.values), {"the same of log|q_j/q_i|": lambda x: x.mean([-y for y in x.values])},
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Linear:
    """e+ = move e + kick, each pair of them with the same chance."""

    moves: Sequence[fmpq_mat]
    kicks: Sequence[fmpq_mat]
    step: Fraction

    def noise(self) -> fmpq_mat:
        """E[e e'] one step after e = 0."""
        return total([x * x.transpose() * fmpq(1, len(self.kicks)) for x in self.kicks])

    def stationary(self) -> fmpq_mat:
        """E[e e'] that a step keeps."""
        size, share = self.moves[0].nrows(), fmpq(1, len(self.moves))
        kept = total([kron(x, x) * share for x in self.moves])
        found = (identity(size**2) - kept).solve(fmpq_mat(size**2, 1, self.noise().entries()))
        return fmpq_mat(size, size, found.entries())

    def entry(self, k: int) -> Fraction:
        """One of its diagonal."""
        return fraction(self.stationary()[k, k])


ALONG = told(
    "E[<e, w*>^2] that the step linearised at w* keeps, w* the unit vector of x_1 + x_2", lambda x: x.entry(0),
    {"E[<e, v>^2], v the unit vector of x_1 - x_2": lambda x: x.entry(1),
     "E[<e, w*>^2] one step after e = 0": lambda x: fraction(x.noise()[0, 0])},
)  # fmt: skip
ACROSS = told(
    "E[<e, v>^2] that the step linearised at w* keeps, e = w - w*, v the unit vector of x_1 - x_2",
    lambda x: x.entry(1),
    {"E[<e, w*>^2], w* the unit vector of x_1 + x_2": lambda x: x.entry(0),
     "E[<e, v>^2] one step after e = 0": lambda x: fraction(x.noise()[1, 1])},
)  # fmt: skip
FLOOR = told("lim of Sigma_across/a as a -> 0", lambda x: ball(x.entry(1) / x.step) + flint.arb(0, 1e-12),
              {"lim of Sigma_along/a": lambda x: ball(x.entry(0) / x.step) + flint.arb(0, 1e-12)})  # fmt: skip
ANGLE_FLOOR = told(
    "the limit of E phi_k^2/a; phi: angle of w_k from x_1 + x_2",
    lambda pair: float((pair[0] ** 2).mean()) / pair[1], {"the limit of E|phi_k|/a": lambda pair: float(
        np.abs(pair[0]).mean()) / pair[1]},
)  # fmt: skip


# The batch's curvature along its own gradient.


@dataclass(frozen=True)
class Sharp:
    """bend, size: g'Hg and g'g of a batch, to one scale; mean: E over batches."""

    mean: Callable[[Callable[[Any], Any]], Any]
    bend: Callable[[Any], Any]
    size: Callable[[Any], Any]


def _quotient(x: Sharp) -> Any:
    return x.mean(x.bend) / x.mean(x.size) + flint.arb(0, "1e-25")


def _quotients(x: Sharp) -> Any:
    return x.mean(lambda b: x.bend(b) / x.size(b) if x.size(b) > 0 else x.size(b)) + flint.arb(
        0, "1e-25"
    )


SHARPNESS = told("E[g'Hg]/E[g'g] over batches", _quotient, {"E[g'Hg/g'g] over batches": _quotients})
WHOLE = told(
    "largest of v'Hv/v'v over some directions v, H of the whole loss",
    lambda forms: ball(max(forms)) + flint.arb(0, "1e-25"),
    {"the least of them": lambda forms: ball(min(forms)) + flint.arb(0, "1e-25")},
)  # fmt: skip
SECANT = told(
    "change of the batch's gradient from one point to the other over their distance",
    lambda pair: (pair[0][1] - pair[1][1]) / (pair[0][0] - pair[1][0]),
    {"mean of the batch's gradients over their points": lambda pair: (
        pair[0][1] + pair[1][1]) / (pair[0][0] + pair[1][0])},
)  # fmt: skip
MEAN_BEND = told("mean of the curvature over the cycle's two points, where gradients are equally long",
                  lambda bends: sum(bends, ZERO) / 2, {"the larger of the two": max})  # fmt: skip
