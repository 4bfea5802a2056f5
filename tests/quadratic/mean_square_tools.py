"""What the evidence of the chapter mean_square shares: instances, strategies, derivations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq
from sympy import Rational

F = Fraction


def _sympy(value: Any) -> Rational:
    number = fmpq(value)
    return Rational(int(number.p), int(number.q))
