"""The loss in R^d, written with vectors, and its derivatives by exact differences.

Nothing here uses a formula of ``theory/``.  With the gates held fixed the loss is a quartic along any
line, so five values give its first and second derivative exactly (all arithmetic in rationals).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint
from hypothesis import strategies as st
from sympy import Rational

from tests.instances import ENTRIES, Vector, dot, reflected
from tests.rationals import fractions


def gates_at(weight: Vector, data: Sequence[Vector], activation: str) -> list[int]:
    """1 where the neuron lets the datum through; at the kink q_i = 0 ReLU's is 0."""
    return [int(activation == "linear" or dot(weight, point) > 0) for point in data]


def loss(weight: Vector, data: Sequence[Vector], gates: Sequence[int]) -> Fraction:
    """Mean of 1/2 ||x_i - w h_i <w, x_i>||^2."""
    total = Fraction(0)
    for point, gate in zip(data, gates, strict=True):
        value = gate * dot(weight, point)
        residual = [x - w * value for x, w in zip(point, weight, strict=True)]
        total += dot(residual, residual) / 2
    return total / len(data)


def relu_loss(weight: Vector, data: Sequence[Vector]) -> Fraction:
    """L of the ReLU neuron."""
    return loss(weight, data, gates_at(weight, data, "relu"))


def derivatives(
    weight: Vector, direction: Vector, data: Sequence[Vector], gates: Sequence[int]
) -> tuple[Fraction, Fraction]:
    """First and second derivative of u -> L(w + u v) at 0, exact for a quartic."""
    low2, low, middle, high, high2 = (
        loss([w + u * v for w, v in zip(weight, direction, strict=True)], data, gates)
        for u in (-2, -1, 0, 1, 2)
    )
    first = (8 * (high - low) - (high2 - low2)) / 12
    second = (16 * (high + low) - (high2 + low2) - 30 * middle) / 12
    return first, second


def unit(index: int, size: int) -> Vector:
    return [Fraction(int(index == row)) for row in range(size)]


def gradient(weight: Vector, data: Sequence[Vector], gates: Sequence[int]) -> Vector:
    size = len(weight)
    return [derivatives(weight, unit(row, size), data, gates)[0] for row in range(size)]


def hessian(weight: Vector, data: Sequence[Vector], gates: Sequence[int]) -> flint.fmpq_mat:
    """The Hessian matrix, by polarisation of the second derivatives along lines."""
    size = len(weight)
    diagonal = [derivatives(weight, unit(row, size), data, gates)[1] for row in range(size)]
    matrix = flint.fmpq_mat(size, size)
    for row in range(size):
        matrix[row, row] = as_fmpq(diagonal[row])
        for column in range(row):
            along = [x + y for x, y in zip(unit(row, size), unit(column, size), strict=True)]
            both = derivatives(weight, along, data, gates)[1]
            entry = as_fmpq((both - diagonal[row] - diagonal[column]) / 2)
            matrix[row, column] = matrix[column, row] = entry
    return matrix


def spectrum_polynomial(pairs: Sequence[tuple[Rational, int]]) -> flint.fmpq_poly:
    """prod (x - eigenvalue)^multiplicity."""
    poly = flint.fmpq_poly([1])
    for eigenvalue, multiplicity in pairs:
        value = Rational(eigenvalue)
        root = flint.fmpq(int(value.p), int(value.q))
        for _ in range(multiplicity):
            poly *= flint.fmpq_poly([-root, 1])
    return poly


def as_fmpq(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def combination(coefficients: Sequence[Fraction], vectors: Sequence[Vector]) -> Vector:
    return [
        sum((c * v[row] for c, v in zip(coefficients, vectors, strict=True)), Fraction(0))
        for row in range(len(vectors[0]))
    ]


@st.composite
def bases(draw: st.DrawFn, max_n: int = 3, extra: int = 2) -> tuple[list[Vector], list[Vector]]:
    """(data, rest): an orthonormal rational basis of R^d, n of its vectors being the data."""
    n = draw(st.integers(1, max_n))
    d = n + draw(st.integers(0, extra))
    mirrors = [draw(st.lists(ENTRIES, min_size=d, max_size=d)) for _ in range(2)]
    basis = reflected(d, mirrors)
    return basis[:n], basis[n:]


@st.composite
def unit_vectors(draw: st.DrawFn, size: int) -> Vector:
    """A rational point of the sphere in R^size with no coordinate zero where that can be had."""
    mirror = draw(st.lists(fractions(Fraction(1, 8), 1, max_denominator=8), min_size=size,
                           max_size=size))  # fmt: skip
    return reflected(1, [mirror])[0]
