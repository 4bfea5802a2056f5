"""Exact pairs of unit points that are not orthogonal."""

from __future__ import annotations

from fractions import Fraction

from tests.instances import Vector, dot, exact


def pair(cosine: Fraction) -> list[Vector]:
    """Two unit points at +-h from e_1, cos h = 4/5 or 3/5: c = 7/25 or -7/25."""
    sine = Fraction(7, 5) - cosine
    return [[cosine, sine], [cosine, -sine]]


ACUTE = pair(Fraction(4, 5))  # minimum of full batch: e_1
COSINE = exact(dot(*ACUTE))
