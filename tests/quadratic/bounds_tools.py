"""What the evidence of the chapter bounds shares: instances, strategies, derivations."""

from __future__ import annotations

from fractions import Fraction

F = Fraction
