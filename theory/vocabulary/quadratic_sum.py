"""A sum of quadratics as it is played: matrices over QQ, the law of its batches, and plain linear algebra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations, combinations_with_replacement
from math import factorial, prod
from typing import Any

import flint
from flint import fmpq, fmpq_mat

from theory.quadratic.thresholds import definiteness, identity, kron

F = Fraction
ZERO = F(0)
WIDTH = F(1, 2**44)  # relative, of an enclosed threshold


@dataclass(frozen=True, eq=False)
class Sum:
    """Q_1..Q_N, symmetric over QQ, how batches are drawn, and what else one step is told.

    law: (batch, chance), a batch: indices as often as drawn.  step: C.  along: v, a column.
    starts: equally likely e_0, columns.  pushes: g_i = grad f_i(t*), columns; none: all 0.
    kappa: in place of the law's own, for thresholds at a variance factor that is drawn.
    chance: of the single sample in a mixture with the full batch.  divisor: of a batch's sum, where it is not
    the batch's own size.
    """

    matrices: Sequence[fmpq_mat]
    law: Sequence[tuple[Sequence[int], Fraction]] = ()
    step: Fraction = ZERO
    along: fmpq_mat | None = None
    starts: Sequence[fmpq_mat] = ()
    pushes: Sequence[fmpq_mat] = ()
    kappa: Fraction | None = None
    chance: Fraction = ZERO
    divisor: int = 0

    @property
    def size(self) -> int:
        """d."""
        return int(self.matrices[0].nrows())

    @cached_property
    def mean(self) -> fmpq_mat:
        """Q."""
        return mean_of(self.matrices)

    @cached_property
    def drawn(self) -> list[tuple[fmpq_mat, fmpq]]:
        """Q_B and its chance."""
        none = fmpq_mat(self.size, self.size)
        return [
            (
                total([none, *(self.matrices[i] for i in x)]) * fmpq(1, self.divisor or len(x)),
                rational(p),
            )
            for x, p in self.law
        ]

    def over(self, value: Callable[[fmpq_mat], fmpq_mat]) -> fmpq_mat:
        """E of a matrix of Q_B."""
        return total([value(q) * p for q, p in self.drawn])

    def one(self) -> Sum:
        """The same sum, one uniform sample a step."""
        many = len(self.matrices)
        return replace(self, law=[((i,), F(1, many)) for i in range(many)], kappa=None, divisor=0)

    def replaced(self) -> Sum:
        """The same sum, batches of its own size, uniform with replacement."""
        many, size = len(self.matrices), len(self.law[0][0])
        law = []
        for batch in combinations_with_replacement(range(many), size):
            ways = factorial(size) // prod(factorial(batch.count(i)) for i in {*batch})
            law.append((batch, F(ways, many**size)))
        return replace(self, law=law, kappa=None, divisor=0)

    def subsets(self) -> Sum:
        """The same sum, uniform subsets of its batches' size."""
        found = list(combinations(range(len(self.matrices)), len(self.law[0][0])))
        return replace(self, law=[(x, F(1, len(found))) for x in found], kappa=None, divisor=0)

    def full(self) -> Sum:
        """The same sum, all samples a step."""
        return replace(self, law=[(range(len(self.matrices)), F(1))], kappa=None, divisor=0)

    @cached_property
    def moved(self) -> fmpq_mat:
        """M_C on row-major vec X."""
        one, step = identity(self.size), rational(self.step)
        return self.over(lambda q: kron(one - q * step, one - q * step))

    def applied(self, X: fmpq_mat) -> fmpq_mat:
        """M_C X."""
        column = fmpq_mat(self.size**2, 1, X.entries())
        return fmpq_mat(self.size, self.size, (self.moved * column).entries())

    @cached_property
    def squares(self) -> fmpq_mat:
        """E[Q_B^2]."""
        return self.over(lambda q: q * q)

    @cached_property
    def products(self) -> fmpq_mat:
        """X -> E[Q_B X Q_B]; at ``kappa``, where that is drawn."""
        if self.kappa is None:
            return self.over(lambda q: kron(q, q))
        whole = kron(self.mean, self.mean)
        return whole + (self.one().products - whole) * rational(self.kappa)


def rational(x: Any) -> fmpq:
    """A Fraction as a rational of flint."""
    return fmpq(F(x).numerator, F(x).denominator)


def fraction(x: Any) -> Fraction:
    """A rational of flint as a Fraction."""
    return F(int(x.p), int(x.q))


def total(matrices: Sequence[fmpq_mat]) -> fmpq_mat:
    """Their sum."""
    found = matrices[0]
    for x in matrices[1:]:
        found = found + x
    return found


def mean_of(matrices: Sequence[fmpq_mat]) -> fmpq_mat:
    """Their mean."""
    return total(matrices) * fmpq(1, len(matrices))


def trace(matrix: fmpq_mat) -> Fraction:
    """The trace."""
    return fraction(sum((matrix[i, i] for i in range(matrix.nrows())), fmpq(0)))


def is_diagonal(matrix: fmpq_mat) -> bool:
    """Whether all entries off the diagonal are 0."""
    size = matrix.nrows()
    return not any(matrix[i, j] for i in range(size) for j in range(size) if i != j)


def ends(symmetric: fmpq_mat) -> tuple[Any, Any]:
    """The least and the largest eigenvalue: rationals where the matrix is diagonal, else balls; 0 is exact."""
    size = symmetric.nrows()
    if is_diagonal(symmetric):
        found = [fraction(symmetric[i, i]) for i in range(size)]
        return min(found), max(found)
    low, high = roots_of(symmetric)
    down, up = definiteness(symmetric), definiteness(symmetric * fmpq(-1))
    return low if down else F(0), high if up else F(0)


def roots_of(matrix: fmpq_mat) -> tuple[flint.arb, flint.arb]:
    """The least and the largest eigenvalue of a matrix that has real ones, in balls."""
    roots = [root.real for root, _ in matrix.charpoly().numer().complex_roots()]
    low = high = roots[0]
    for root in roots[1:]:
        low, high = low.min(root), high.max(root)
    return low, high


def ball(x: Any) -> flint.arb:
    """A rational or a ball as a ball."""
    return x if isinstance(x, flint.arb) else flint.arb(rational(x))


def radius(matrix: fmpq_mat) -> flint.arb:
    """The largest |eigenvalue| of a symmetric matrix."""
    low, high = roots_of(matrix)
    return abs(low).max(abs(high))


def last_stable(below: Callable[[Fraction], bool]) -> Any:
    """Where ``below``, true at small C > 0 and false from some C on, changes; 0 where it is never true."""
    low = high = F(1)
    for _ in range(64):
        if below(low):
            break
        low /= 2
    else:
        return F(0)
    while below(high):
        high *= 2
    while high - low > WIDTH * high:
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return ball(low).union(ball(high))


def threshold(x: Sum) -> Any:
    """sup of the C > 0 with 1 - M_C positive definite; M_C keeps the cone X >= 0, so rho(M_C) < 1 there."""
    one = identity(x.size)
    if definiteness(x.mean) < 1:
        return F(0)
    linear = kron(x.mean, one) + kron(one, x.mean)
    if x.size == 1 and x.products[0, 0] > 0:
        return fraction(linear[0, 0] / x.products[0, 0])  # the zero of 1 - M_C
    return last_stable(lambda C: definiteness(linear - x.products * rational(C)) == 1)
