"""What the shared symbols of the neuron's claims mean: functions of one exact state, or of one step from it.

A search makes a ``Seen`` of what it plays and asks the claim (``claim.meaning(symbol)``); nothing here shares
code with ``sim``.  ``near`` holds what is easily confused with each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb
from typing import Any

from mpmath import mp

from theorem_audit.statement.meaning import Meaning
from theory.vocabulary.telling import told

F = Fraction


@dataclass(frozen=True)
class Seen:
    """One neuron in exact rationals, the batch that it sees, and what one step of that batch makes of it.

    q: <w, x_j> by datum.  gates: phi' there, before the step, also of what comes ``after``.  r2: ||w||^2.
    on: squared length of w on the span of the active data.  off: coordinates of w off the span of all data.
    batch: indices, as often as drawn.  rest: those of the batch that are none of ``pair``.  size: of a batch.
    pair, row: which coordinates q_i, q_j and w_perp are.
    """

    q: Sequence[Fraction]
    gates: Sequence[int]
    r2: Fraction
    on: Fraction
    off: Sequence[Fraction] = ()
    batch: Sequence[int] = ()
    rest: Sequence[int] = ()
    size: int = 1
    pair: tuple[int, int] = (0, 0)
    row: int = 0
    after: Seen | None = None

    @property
    def next(self) -> Seen:
        """The state after the step."""
        if self.after is None:
            raise ValueError("after=None: no step was played")
        return self.after

    def mass(self, among: Sequence[int]) -> Fraction:
        """Sum of the active q_j^2 over indices, each as often as it stands there."""
        return sum((self.gates[j] * self.q[j] ** 2 for j in among), F(0))


Value = Callable[[Seen], Any]


def live_of(x: Seen) -> list[int]:
    """The indices of the live data: active, and q_j is not 0."""
    return [j for j, value in enumerate(x.q) if value and x.gates[j]]


def _mass(x: Seen) -> Fraction:
    return x.mass(range(len(x.q)))


def _chance(x: Seen, kept: int) -> Fraction:
    """Of a uniform b-subset that takes ``kept`` of two data, given ones."""
    n, others = len(x.q), x.size - kept
    return F(comb(n - 2, others), comb(n, x.size)) if n >= 2 and others >= 0 else F(0)


def _i(x: Seen) -> Fraction:
    return x.q[x.pair[0]]


def _j(x: Seen) -> Fraction:
    return x.q[x.pair[1]]


MASS = told(
    "mass on the data, the sum of q_j^2 over the active ones", _mass, {
        "the sum of |q_j| over the active data":
            lambda x: sum((g * abs(q) for g, q in zip(x.gates, x.q, strict=True)), F(0)),
        "the largest of the active q_j^2": lambda x: max(x.mass([j]) for j in range(len(x.q))),
    },
)  # fmt: skip
MASS_OFF = told(
    "mass off the active data, ||w_perp||^2", lambda x: x.r2 - x.on, {"||w||^2": lambda x: x.r2}
)
SQUARED_NORM = told(
    "squared norm ||w||^2", lambda x: x.r2,
    {"||w||^2 on the data alone": lambda x: x.on, "||w||^4": lambda x: x.r2**2},
)  # fmt: skip
BATCH_MASS = told(
    "mass that the batch sees: the sum of q_i^2 over its active points", lambda x: x.mass(x.batch), {
        "the mass that the batch does not see": lambda x: _mass(x) - x.mass(x.batch),
        "twice the mass that the batch sees": lambda x: 2 * x.mass(x.batch),
    },
)  # fmt: skip
REST_MASS = told(
    "the same without the points i and j", lambda x: x.mass(x.rest),
    {"twice the mass of the batch without i and j": lambda x: 2 * x.mass(x.rest)},
)  # fmt: skip
SPLIT = told(
    "P(i in the batch, j not)", lambda x: _chance(x, 1),
    {"P(i and j in the batch)": lambda x: _chance(x, 2), "P(i in the batch)": lambda x: F(x.size, len(x.q))},
)  # fmt: skip
BOTH = told(
    "P(i and j in the batch)", lambda x: _chance(x, 2),
    {"P(i in the batch, j not)": lambda x: _chance(x, 1), "P(i in the batch)": lambda x: F(x.size, len(x.q))},
)  # fmt: skip
ACTIVE_COUNT = told(
    "number of active coordinates",
    lambda x: sum(x.gates),
    {"the number of data": lambda x: len(x.q)},
)
LIVE_COUNT = told(
    "number of live coordinates: active, and not 0", lambda x: len(live_of(x)),
    {"the live data but one": lambda x: len(live_of(x)) - 1},
)  # fmt: skip
DELTA = told("r2 - 1", lambda x: x.r2 - 1, {"1 - r2": lambda x: 1 - x.r2})
SLACK = told("2 - r2", lambda x: 2 - x.r2, {"1 - r2": lambda x: 1 - x.r2})
Q_I = told(
    "<w, x_i>, the neuron's coordinate on the data point x_i", _i,
    {"<w, x_j>": _j, "2 <w, x_i>": lambda x: 2 * _i(x)},
)  # fmt: skip
Q_J = told(
    "<w, x_j>, the neuron's coordinate on the data point x_j", _j,
    {"<w, x_i>": _i, "2 <w, x_j>": lambda x: 2 * _j(x)},
)  # fmt: skip
ACTIVE_Q_I = told(
    "<w, x_i> where x_i is active (linear: always; ReLU: q_i > 0), else 0",
    lambda x: x.gates[x.pair[0]] * _i(x), {"<w, x_i>, active or not": _i},
)  # fmt: skip
ACTIVE_Q_J = told(
    "<w, x_j> where x_j is active (linear: always; ReLU: q_j > 0), else 0",
    lambda x: x.gates[x.pair[1]] * _j(x), {"<w, x_j>, active or not": _j},
)  # fmt: skip
GATE = told(
    "ReLU gate, 1 where q > 0 and else 0; 1 for the linear neuron", lambda x: x.gates[x.pair[1]],
    {"1 less the gate": lambda x: 1 - x.gates[x.pair[1]]},
)  # fmt: skip
DRAWN = told(
    "1 when j is in the active batch, else 0",
    lambda x: x.gates[x.pair[1]] * int(x.pair[1] in x.batch),
    {"1 when j is not in the batch": lambda x: int(x.pair[1] not in x.batch)},
)
DRAWN_I = told(
    "1 when i is active and in the batch, else 0",
    lambda x: x.gates[x.pair[0]] * int(x.pair[0] in x.batch),
    {"1 when i is not in the batch": lambda x: int(x.pair[0] not in x.batch)},
)
TIMES = told(
    "how often j is in the active batch", lambda x: x.gates[x.pair[1]] * list(x.batch).count(x.pair[1]),
    {"1 when j is in the active batch, else 0": DRAWN.value},
)  # fmt: skip
FOURTH = told(
    "sum of q_j^4 over the live data", lambda x: sum((x.q[j] ** 4 for j in live_of(x)), F(0)),
    {"the square of the sum of q_j^2": lambda x: _mass(x) ** 2},
)  # fmt: skip
PERP = told(
    "one coordinate of w off the span of the data", lambda x: x.off[x.row] if x.off else F(0),
    {"one coordinate of w off the span, and 1": lambda x: x.off[x.row] + 1 if x.off else F(1)},
)  # fmt: skip


def later(words: str, now: Meaning) -> Meaning:
    """A meaning one step later; confused with the same before the step."""
    return Meaning(
        words,
        lambda x: now.value(replace(x.next, pair=x.pair, row=x.row)),
        near=[Meaning(str(now), now.value)],
    )


Q_I_NEXT = later("q_i one step later", Q_I)
Q_J_NEXT = later("q_j one step later", Q_J)
PERP_NEXT = later("w_perp one step later", PERP)
MASS_NEXT = later("s one step later", MASS)
MASS_OFF_NEXT = later("rho one step later", MASS_OFF)
SQUARED_NORM_NEXT = later("r2 one step later", SQUARED_NORM)
DELTA_NEXT = later("delta one step later", DELTA)


def _factor(x: Seen) -> Fraction | None:
    drawn = [j for j in x.batch if x.gates[j] and x.q[j]]
    return x.next.q[drawn[0]] / x.q[drawn[0]] if drawn else None


def _ratio(x: Seen) -> Fraction:
    """Of |q_i/q_j| after the step and before it."""
    i, j = x.pair
    return abs(x.next.q[i] / x.next.q[j] / (x.q[i] / x.q[j]))


def _log(value: Fraction) -> Any:
    return mp.log(mp.mpf(value.numerator) / value.denominator)


FACTOR = told(
    "1 - aS + a(2 - r2), the factor of the coordinates in the batch", _factor,
    {"less that factor": lambda x: None if (f := _factor(x)) is None else -f,
     "1 more than it": lambda x: None if (f := _factor(x)) is None else 1 + f},
)  # fmt: skip
LOG_CHANGE = told(
    "log|q_i+/q_j+| - log|q_i/q_j|", lambda x: _log(_ratio(x)),
    {"log|q_j+/q_i+| - log|q_j/q_i|": lambda x: -_log(_ratio(x)),
     "log (q_i+/q_j+)^2 - log (q_i/q_j)^2": lambda x: 2 * _log(_ratio(x))},
)  # fmt: skip
# Of one state and all equally likely batches: a sequence of ``Seen``, each with what comes after.
MOVED = Meaning(
    "E|w+ - w|^2 of one step from w on the span of the data",
    lambda ways: sum((_distance(x) for x in ways), F(0)) / len(ways),
    near=[Meaning("|E w+ - w|^2", lambda ways: _from_mean(ways))],
)


def _distance(x: Seen) -> Fraction:
    return sum(((y - z) ** 2 for y, z in zip(x.next.q, x.q, strict=True)), F(0))


def _from_mean(ways: Sequence[Seen]) -> Fraction:
    shifts = [
        sum((x.next.q[j] - x.q[j] for x in ways), F(0)) / len(ways) for j in range(len(ways[0].q))
    ]
    return sum((y**2 for y in shifts), F(0))
