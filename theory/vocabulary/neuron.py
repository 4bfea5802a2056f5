"""What symbols mean that need the data themselves: norms, oblique data, velocities, losses and Hessians."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt
from typing import Any

import flint
from flint import fmpq_mat

from theory.vocabulary.data import inner, off_span
from theory.vocabulary.quadratic_sum import ball, fraction, rational
from theory.vocabulary.telling import told

F = Fraction
ZERO = F(0)
Vector = Sequence[Fraction]


@dataclass(frozen=True, eq=False)
class At:
    """A weight among its data, in exact rationals, and what a step of ``batch`` made of it.

    j, i: which data x_j, x_i are.  step: a.  v, v_next: velocities.  other: a second point, such as the
    other of two weights that are compared.
    """

    w: Vector
    data: Sequence[Vector]
    after: Vector = ()
    batch: Sequence[int] = ()
    j: int = 0
    i: int = 0
    linear: bool = True
    step: Fraction = ZERO
    v: Vector = ()
    v_next: Vector = ()
    other: Vector = ()

    @property
    def q(self) -> list[Fraction]:
        """<w, x_k>."""
        return [inner(self.w, x) for x in self.data]

    def gates(self, w: Vector) -> list[int]:
        """phi' at each datum."""
        return [int(self.linear or inner(w, x) > 0) for x in self.data]

    @property
    def active(self) -> list[int]:
        """The batch's active data, as often as drawn."""
        gates = self.gates(self.w)
        return [k for k in self.batch if gates[k]]

    def pull(self) -> list[Fraction]:
        """The sum of q_i x_i over the active batch."""
        q = self.q
        return [
            sum((q[k] * self.data[k][d] for k in self.active), ZERO) for d in range(len(self.w))
        ]

    def loss(self, w: Vector) -> Fraction:
        """The mean of |x_k - w phi(<w, x_k>)|^2/2."""
        parts = []
        for x, gate in zip(self.data, self.gates(w), strict=True):
            value = gate * inner(w, x)
            parts.append(size2([y - z * value for y, z in zip(x, w, strict=True)]))
        return sum(parts, ZERO) / 2 / len(parts)

    def gradient(self) -> list[Fraction]:
        """Of the mean loss, by the step: ``batch`` must hold each datum once."""
        return [
            (y - z) / self.step / len(self.data) for y, z in zip(self.w, self.after, strict=True)
        ]


def size2(v: Vector) -> Fraction:
    """The squared length."""
    return inner(v, v)


def length(v: Vector) -> Any:
    """The length: a rational where it is one, else a ball."""
    square = size2(v)
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    exact = top**2 == square.numerator and bottom**2 == square.denominator
    return F(top, bottom) if exact else ball(square).sqrt()


def per(number: Fraction, divisor: Any) -> Any:
    """A quotient, by a rational or by a ball."""
    return number / divisor if isinstance(divisor, Fraction) else ball(number) / divisor


def minus(u: Vector, v: Vector) -> list[Fraction]:
    """u - v."""
    return [x - y for x, y in zip(u, v, strict=True)]


Value = Callable[[Any], Any]


def _later(x: At) -> At:
    return replace(x, w=x.after)


def _c(x: At) -> Any:
    return per(inner(x.w, x.data[x.j]), length(x.data[x.j]))


def _batch(x: At, power: int) -> Fraction:
    """The sum over the active batch of sigma_k^power q_k^2."""
    return sum((size2(x.data[k]) ** (power // 2) * x.q[k] ** 2 for k in x.active), ZERO)


def _live_square(x: At) -> Any:
    return x.gates(x.w)[x.j] * _c(x) ** 2


LIVE_SQUARE = told(
    "the square of c_j(0) where x_j is live at the start, 0 where it is not", _live_square,
    {"the square of c_j(0), x_j live or not": lambda x: _c(x) ** 2},
)  # fmt: skip
LONGEST_LIVE = told(
    "the square of c_m(0), m the longest datum that is live at the start; 0 where none is live",
    lambda x: _live_square(x), {"the square of c_m(0), m the longest datum, live or not": lambda x: _c(x) ** 2},
)  # fmt: skip
C_J = told("<w, x_j>/sigma_j, the coordinate of w along x_j/||x_j||", _c,
            {"<w, x_j>": lambda x: inner(x.w, x.data[x.j])})  # fmt: skip
C_J_NEXT = told("c_j one step later", lambda x: _c(_later(x)), {"c_j": _c})
HEAVY = told("sum over the (active) batch of sigma_k^4 c_k^2", lambda x: _batch(x, 2),
              {"sum over the (active) batch of sigma_k^2 c_k^2": lambda x: _batch(x, 0)})  # fmt: skip
PULL = told("<sum_B q_i x_i, x_j>", lambda x: inner(x.pull(), x.data[x.j]),
             {"the part of q_j alone": lambda x: x.q[x.j] * list(x.active).count(x.j)})  # fmt: skip
PULL2 = told("||sum_B q_i x_i||^2", lambda x: size2(x.pull()),
              {"sum_B q_i^2 ||x_i||^2": lambda x: _batch(x, 2)})  # fmt: skip
SINGLE = told(
    "V - S for a batch of one", lambda x: size2(_one(x).pull()) - _batch(_one(x), 0),
    {"V - S for the batch": lambda x: size2(x.pull()) - _batch(x, 0)},
)  # fmt: skip


def _one(x: At) -> At:
    return replace(x, batch=x.batch[:1])


def _on(w: Vector, data: Sequence[Vector]) -> Fraction:
    off = off_span(w, list(data))  # type: ignore[arg-type]
    return size2(w) - size2(off)


def _orthonormal(x: At, size: Fraction) -> Fraction:
    """What ``size``, the squared norm of w or of its part on the data, becomes where data are orthonormal.

    w+ = (1 - a S) w + a (2 - r2) X with <w, X> = S, and here |X|^2 = S.
    """
    mass = _batch(x, 0)
    kept, gain = 1 - x.step * mass, x.step * (2 - size2(x.w))
    return kept**2 * size + 2 * kept * gain * mass + gain**2 * mass


def _norm_excess(x: At) -> Fraction:
    return size2(x.after) - _orthonormal(x, size2(x.w))


def _mass_excess(x: At) -> Fraction:
    return _on(x.after, x.data) - _orthonormal(x, _on(x.w, x.data))


NORM_EXCESS = told(
    "r2+ minus its value at V = S, which is that of orthonormal data (NORM)", _norm_excess,
    {"r2+ minus r2": lambda x: size2(x.after) - size2(x.w)},
)  # fmt: skip
MASS_EXCESS = told(
    "s+ minus its value at V = S (MASS-FLOOR), s = ||projection of w on span(x)||^2", _mass_excess,
    {"s+ minus s": lambda x: _on(x.after, x.data) - _on(x.w, x.data)},
)  # fmt: skip
PROJECTION = told("||projection of w on span(x)||^2", lambda x: _on(x.w, x.data),
                   {"||w||^2 off it": lambda x: size2(x.w) - _on(x.w, x.data)})  # fmt: skip
G_J = told(
    "coordinate of the gradient of the mean loss L along x_j/sigma_j",
    lambda x: per(inner(x.gradient(), x.data[x.j]), length(x.data[x.j])),
    {"the same of the sum of losses": lambda x: len(x.data) * per(
        inner(x.gradient(), x.data[x.j]), length(x.data[x.j])) + (len(x.data) == 1)},
)  # fmt: skip
G_PERP = told(
    "the same off the data", lambda x: sum(off_span(x.gradient(), list(x.data)), ZERO),
    {"the same of the whole gradient": lambda x: sum(x.gradient(), ZERO)},
)  # fmt: skip
PERP_SUM = told("a coordinate of w off the data", lambda x: sum(off_span(x.w, list(x.data)), ZERO),
                 {"a coordinate of w": lambda x: sum(x.w, ZERO)})  # fmt: skip
L_EXCESS = told(
    "L minus its value at x_m/sigma_max, ||x_m|| = sigma_max the largest norm",
    lambda x: x.loss(x.w) - x.loss(x.other), {"L": lambda x: x.loss(x.w)},
)  # fmt: skip
L_HERE = told(
    "mean loss there",
    lambda x: x.loss(x.w),
    {"sum of losses there": lambda x: len(x.data) * x.loss(x.w)},
)
SHIFT2 = told("||w+ - w||^2", lambda x: size2(minus(x.after, x.w)),
               {"<w+ - w, w>^2": lambda x: inner(minus(x.after, x.w), x.w) ** 2})  # fmt: skip


def _oblique(x: At, pick: Callable[..., Fraction]) -> Fraction:
    squares = [[inner(y, z) ** 2 for z in x.data] for y in x.data]
    return pick(max(c * (1 - c) for c in row) for row in squares)


O_MIN = told(
    "least over i of the largest over j of c_ij^2 (1 - c_ij^2), c_ij = <x_i, x_j>", lambda x: _oblique(x, min),
    {"the largest over i": lambda x: _oblique(x, max)},
)  # fmt: skip
FALL = told(
    "change of q_j when i is drawn, both gates open", lambda x: inner(minus(x.after, x.w), x.data[x.j]),
    {"change of q_i when i is drawn": lambda x: inner(minus(x.after, x.w), x.data[x.i])},
)  # fmt: skip
LIVE_START = told("the larger of q_1 and q_2 at the start", lambda x: max(x.q),
                   {"the larger of |q_1| and |q_2|": lambda x: max(map(abs, x.q))})  # fmt: skip

# Angles in the plane of the first two coordinates, which the data span.


def _cross(u: Vector, v: Vector) -> Fraction:
    return u[0] * v[1] - u[1] * v[0]


def _m(x: At, j: int) -> Fraction:
    return _cross(x.w, x.data[j]) * inner(x.w, x.data[j]) / size2(x.w)


def _angle(x: At) -> flint.arb:
    return ball(_cross(x.w, x.after) / inner(x.w, x.after)).atan()


COS2 = told("cos^2 psi, psi the angle from w to the point drawn", lambda x: x.q[x.j] ** 2 / size2(x.w),
             {"sin^2 psi": lambda x: 1 - x.q[x.j] ** 2 / size2(x.w)})  # fmt: skip
SIN_COS = told("sin psi cos psi", lambda x: _m(x, x.j), {"sin 2 psi": lambda x: 2 * _m(x, x.j)})
TAN_STEP = told(
    "tangent of the angle by which the step turns w", lambda x: _cross(x.w, x.after) / inner(x.w, x.after),
    {"tangent of the angle from w+ to w": lambda x: _cross(x.after, x.w) / inner(x.w, x.after)},
)  # fmt: skip
TURN_ERROR = told(
    "squared difference of that angle from a (1 - delta) m",
    lambda x: (_angle(x) - ball(x.step * (2 - size2(x.w)) * _m(x, x.j))) ** 2,
    {"that angle squared": lambda x: _angle(x) ** 2},
)  # fmt: skip
E_M = told("mean of m over the two points", lambda x: (_m(x, 0) + _m(x, 1)) / 2,
            {"mean of m^2 over the two points": lambda x: (_m(x, 0) ** 2 + _m(x, 1) ** 2) / 2})  # fmt: skip
E_M2 = told("mean of m^2 over the two points", lambda x: (_m(x, 0) ** 2 + _m(x, 1) ** 2) / 2,
             {"squared mean of m": lambda x: ((_m(x, 0) + _m(x, 1)) / 2) ** 2})  # fmt: skip
SIN_2PHI = told(
    "sin 2 phi, phi the angle of w from x_1 + x_2", lambda x: 2 * x.w[0] * x.w[1] / (x.w[0] ** 2 + x.w[1] ** 2),
    {"cos 2 phi": lambda x: (x.w[0] ** 2 - x.w[1] ** 2) / (x.w[0] ** 2 + x.w[1] ** 2)},
)  # fmt: skip

# Heavy ball: w+ = w + v+.
W_V_NEXT = told(
    "<w, v> one step later",
    lambda x: inner(x.after, x.v_next),
    {"||w||^2 one step later": lambda x: size2(x.after)},
)
V_V_NEXT = told("|v|^2 one step later", lambda x: size2(x.v_next), {"|v|^2": lambda x: size2(x.v)})
V_J_NEXT = told("the velocity's coordinate on x_j, one step later", lambda x: inner(x.v_next, x.data[x.j]),
                 {"the velocity's coordinate on x_j": lambda x: inner(x.v, x.data[x.j])})  # fmt: skip
V_OFF_NEXT = told("the velocity off the data, one step later", lambda x: inner(x.v_next, x.other),
                   {"the velocity off the data": lambda x: inner(x.v, x.other)})  # fmt: skip
W_OFF_NEXT = told("w off the data, one step later", lambda x: inner(x.after, x.other),
                   {"w off the data": lambda x: inner(x.w, x.other)})  # fmt: skip
TURN = told(
    "det(w_1 - w_0, w_0), 0 exactly when the direction is kept; the same in all axes",
    lambda x: _cross(minus(x.after, x.w), x.w),
    {"det(w_0, w_1 - w_0)": lambda x: _cross(x.w, minus(x.after, x.w))},
)


@dataclass(frozen=True, eq=False)
class Bend:
    """A Hessian at w, and a direction v; size: how many data the mean loss is of."""

    matrix: fmpq_mat
    v: Vector
    size: int = 1

    def quotient(self) -> Fraction:
        """v'Hv/v'v."""
        column = fmpq_mat([[rational(y)] for y in self.v])
        return fraction((column.transpose() * self.matrix * column)[0, 0]) / size2(self.v)


BEND = told("Hessian eigenvalue along v", Bend.quotient,
             {"the same of n L in the place of L": lambda x: x.size * x.quotient()})  # fmt: skip
TRACE = told(
    "trace of the Hessian there",
    lambda x: sum((fraction(x.matrix[k, k]) for k in range(x.matrix.nrows())), ZERO),
    {"trace of its square": lambda x: sum((fraction(y) ** 2 for y in x.matrix.entries()), ZERO)},
)
EDGE = told(
    "the step a = eta/n at which the radial factor of full batch is -1 there",
    lambda x: 2 / x.quotient() / x.size, {"the step at which it is 0": lambda x: 1 / x.quotient() / x.size},
)  # fmt: skip


def _second(data: Sequence[Vector], v: Vector) -> Fraction:
    """v'Cv/v'v for the mean C of x_i x_i'."""
    return sum((inner(x, v) ** 2 for x in data), ZERO) / len(data) / size2(v)


MU = told(
    "eigenvalue of the mean of x_i x_i' that belongs to the point", lambda x: _second(x.data, x.w),
    {"another eigenvalue of it": lambda x: _second(x.data, x.other)},
)  # fmt: skip
NU = told(
    "another eigenvalue of it", lambda x: _second(x.data, x.other),
    {"the eigenvalue that belongs to the point": lambda x: _second(x.data, x.w)},
)  # fmt: skip
MU_PLUS = told(
    "n = 2: the eigenvalue on x_1 + x_2",
    lambda x: _second(x.data, [y + z for y, z in zip(*x.data, strict=True)]),
    {"the eigenvalue on x_1 - x_2": lambda x: _second(x.data, minus(*x.data))},
)  # fmt: skip
MU_MINUS = told("n = 2: the eigenvalue on x_1 - x_2", lambda x: _second(x.data, minus(*x.data)),
                 {"the eigenvalue on x_1 + x_2": MU_PLUS.value})  # fmt: skip
FACTOR_RATIO = told(
    "one full-batch step's factor of <w, v> over that of its coordinate on a unit eigenvector of eigenvalue mu",
    lambda x: (x.after[x.j] / x.w[x.j]) / (x.after[x.i] / x.w[x.i]),
    {"the factor of <w, v>": lambda x: x.after[x.j] / x.w[x.j]},
)  # fmt: skip
