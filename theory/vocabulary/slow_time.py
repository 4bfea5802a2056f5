"""The limit of momentum's exponent in slow time, by quadrature: no Airy functions enter."""

from __future__ import annotations

from typing import Any

import flint

from theorem_audit.statement.meaning import Meaning
from theory.vocabulary.quadratic_sum import ball

BISECTIONS = 40


def _part(cube: Any, power: int) -> Any:
    """int s^(power/2 - 1/2) exp((s/4 - s^3/12)/c^3) ds, s = t^2; past t = 6 it is below 1e-100, c^3 <= 8."""
    found = flint.acb.integral(
        lambda t, _: 2 * t**power * ((t**2 / 4 - t**6 / 12) / flint.acb(cube)).exp(), 0, 6
    )
    return found.real + flint.arb(0, 1e-100)


def _limit(cube: Any) -> Any:
    """Mean of s/2 - 1/2 under the law of s, from c^3."""
    return _part(cube, 2) / _part(cube, 0) / 2 - flint.arb(1) / 2


def _zero(bracket: Any) -> Any:
    """Where the limit changes sign between two values of c^3."""
    low, high = bracket
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if _limit(ball(middle)) > 0 else (middle, high)
    return ball(low).union(ball(high))


LIMIT = Meaning(
    "limit as beta -> 1 of the exponent a step over 1 - beta, at c", _limit,
    near=[Meaning("the same over (1 - beta)/2", lambda cube: 2 * _limit(cube))],
)  # fmt: skip
ZERO = Meaning(
    "the value of c^3 at which the limit is 0",
    _zero,
    near=[
        Meaning(
            "the value of c at which the limit is 0",
            lambda bracket: _zero(bracket) ** (flint.arb(1) / 3),
        )
    ],
)
