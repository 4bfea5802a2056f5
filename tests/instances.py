"""Exact instances of the model: rational orthonormal data, weight, batch and step, by the chain rule.

Nothing here uses a formula of ``theory/``: the step is w - (eta/b) sum of the gradients of
1/2 ||x_i - w phi(<w, x_i>)||^2, each by the chain rule, in exact rationals.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from hypothesis import strategies as st
from sympy import Add, And, Basic, Mul, Or, Pow, Rational, Symbol
from sympy.core.relational import Relational

from tests.rationals import fractions

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Vector = list[Fraction]
ENTRIES = fractions(min_value=-1, max_value=1, max_denominator=8)


def dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(u, v, strict=True) if x and y), Fraction(0))


def exact(value: Fraction | int) -> Rational:
    """The SymPy rational of the same value."""
    return Rational(*Fraction(value).as_integer_ratio())


def evaluate(expr: Basic, at: Mapping[Symbol, Fraction | int]) -> Any:
    """A rational expression at a point (a Fraction), or a relation, And, Or there (a bool)."""
    if isinstance(expr, Symbol):
        return Fraction(at[expr])
    if isinstance(expr, Rational):
        return Fraction(int(expr.p), int(expr.q))
    values = [evaluate(x, at) for x in expr.args]
    if isinstance(expr, Add):
        return sum(values)
    if isinstance(expr, Mul):
        return prod(values)
    if isinstance(expr, Pow) and values[1].denominator == 1:
        return values[0] ** int(values[1])
    if isinstance(expr, And | Or):
        return all(values) if isinstance(expr, And) else any(values)
    if isinstance(expr, Relational):
        return COMPARE[expr.rel_op](*values)
    raise TypeError(f"expr={expr}: neither rational in its symbols nor a relation of such")


@dataclass(frozen=True)
class Instance:
    """data: n orthonormal rows in R^d; batch: b distinct indices; a = eta/b."""

    data: list[Vector]
    weight: Vector
    batch: tuple[int, ...]
    a: Fraction
    activation: str

    @cached_property
    def q(self) -> Vector:
        return [dot(self.weight, x) for x in self.data]

    @cached_property
    def r2(self) -> Fraction:
        return dot(self.weight, self.weight)

    @cached_property
    def perp(self) -> Vector:
        """w_perp, the part of w off span(x)."""
        rest = list(self.weight)
        for q, x in zip(self.q, self.data, strict=True):
            rest = [r - q * e for r, e in zip(rest, x, strict=True)]
        return rest

    @cached_property
    def gates(self) -> list[int]:
        return [int(self.activation == "linear" or q > 0) for q in self.q]

    def chi(self, j: int) -> int:
        return self.gates[j] if j in self.batch else 0

    @cached_property
    def S(self) -> Fraction:
        return sum((self.chi(j) * q**2 for j, q in enumerate(self.q)), Fraction(0))

    def step(self) -> Instance:
        """One SGD step."""
        weight = list(self.weight)
        for i in self.batch:
            x, gate = self.data[i], self.gates[i]
            phi = gate * dot(self.weight, x)
            residual = [e - w * phi for e, w in zip(x, self.weight, strict=True)]
            slope = gate * dot(self.weight, residual)
            # d/dw of 1/2 |x - w phi|^2 is -phi (x - w phi) - <w, x - w phi> phi' x
            weight = [
                w + self.a * (phi * r + slope * e)
                for w, r, e in zip(weight, residual, x, strict=True)
            ]
        return replace(self, weight=weight)


def reflected(rows: int, mirrors: Sequence[Vector]) -> list[Vector]:
    """The first ``rows`` unit vectors, reflected in each mirror: orthonormal and rational."""
    size = len(mirrors[0])
    basis = [[Fraction(int(i == j)) for j in range(size)] for i in range(rows)]
    for mirror in mirrors:
        norm = dot(mirror, mirror)
        if norm:
            basis = [
                [e - 2 * dot(x, mirror) / norm * v for e, v in zip(x, mirror, strict=True)]
                for x in basis
            ]
    return basis


@st.composite
def instances(
    draw: st.DrawFn,
    step: Callable[[Fraction, Fraction], Fraction] = lambda share, _: 2 * share,
    *,
    full_batch: bool = False,
    max_n: int = 4,
) -> Instance:
    """Any n, d, b, orthonormal basis, start and activation.

    step: maps (a share in (0, 1), r2) to a = eta/b; by default a is anything in (0, 2).
    """
    n = draw(st.integers(1, max_n))
    d = draw(st.integers(n, max_n + 1))
    vectors = st.lists(ENTRIES, min_size=d, max_size=d)
    data = reflected(n, [draw(vectors), draw(vectors)])
    weight = draw(vectors)
    order = draw(st.permutations(range(n)))
    b = n if full_batch else draw(st.integers(1, n))
    share = draw(fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=100))
    activation = draw(st.sampled_from(["linear", "relu"]))
    a = step(share, dot(weight, weight))
    return Instance(data, weight, tuple(order[:b]), a, activation)
