"""What the evidence of the chapter landscape shares: instances, strategies, derivations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Symbol

from tests.instances import Vector, dot, exact
from theory.notation import n, rho, s


def masses(weight: Vector, data: list[Vector], gates: list[int]) -> dict[Symbol, Any]:
    """s (on the data with an open gate) and rho of an explicit weight."""
    on = sum((g * dot(weight, x) ** 2 for x, g in zip(data, gates, strict=True)), Fraction(0))
    return {s: exact(on), rho: exact(dot(weight, weight) - on), n: len(data)}
