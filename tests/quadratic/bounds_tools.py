"""What the evidence of bounds shares: instances, strategies, derivations."""

from __future__ import annotations

from fractions import Fraction

F = Fraction
