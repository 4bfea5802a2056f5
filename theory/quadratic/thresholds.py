"""Mean-square thresholds of rational quadratic sums, exactly: an enclosure, never a float.

With A X = QX + XQ and G X = QXQ + kappa V X (``theory.quadratic.second_moment``), Q-MS says that the second
moment contracts at step size C exactly when the form <X, (A - C G) X> is positive definite on
symmetric X.  That is decided here in rational arithmetic, and C_ms is enclosed by bisection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
from flint import fmpq, fmpq_mat

from theory.quadratic.second_moment import SAMPLINGS

FINITE, NEVER_STABLE, MOTIONLESS = "finite", "never stable", "motionless"
WIDTH = Fraction(1, 2**40)
PRECISION = 256


@dataclass(frozen=True)
class Threshold:
    """C_ms lies in [low, high]; low == high where it is a rational that was found.

    kind: ``finite``; ``never stable`` (C_ms = 0: the second moment grows at every C > 0);
    ``motionless`` (every Q_i is zero, no C has any effect: C_ms has no finite value).
    """

    kind: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    def __str__(self) -> str:
        if self.kind != FINITE:
            return f"no finite positive threshold ({self.kind})"
        if self.low == self.high:
            return f"C_ms = {self.low} exactly"
        return f"C_ms in [{float(self.low):.12f}, {float(self.high):.12f}]"


def _rational(value: Any, where: str) -> fmpq:
    if isinstance(value, float):
        raise TypeError(f"{where}={value!r}: a rational is needed; a float is never a bound")
    try:
        number = (
            Fraction(value) if not hasattr(value, "q") else Fraction(int(value.p), int(value.q))
        )
    except (TypeError, ValueError) as error:
        raise TypeError(f"{where}={value!r}: a rational is needed") from error
    return fmpq(number.numerator, number.denominator)


def _fraction(value: Fraction | int) -> fmpq:
    number = Fraction(value)
    return fmpq(number.numerator, number.denominator)


class QuadraticSum:
    """The matrices Q_1..Q_N of a quadratic sum, symmetric and rational (possibly indefinite).

    components: N square matrices of one size, as nested sequences of integers, Fractions or SymPy
    rationals.  Raises TypeError for an entry that is no rational, ValueError for a shape that does
    not fit or a matrix that is not symmetric, naming the entry.
    """

    def __init__(self, components: Sequence[Sequence[Sequence[Any]]]):
        if not len(components):
            raise ValueError("components=[]: at least one matrix is needed")
        self.dimension = len(components[0])
        matrices = []
        for i, component in enumerate(components):
            rows = [list(row) for row in component]
            if not rows or len(rows) != self.dimension or any(len(r) != len(rows) for r in rows):
                raise ValueError(
                    f"components[{i}]: {len(rows)} rows of lengths {[len(r) for r in rows]}; "
                    f"all must be square of size {self.dimension} (at least 1)"
                )
            entries = [
                [_rational(x, f"components[{i}][{r}][{c}]") for c, x in enumerate(row)]
                for r, row in enumerate(rows)
            ]
            for r in range(self.dimension):
                for c in range(r):
                    if entries[r][c] != entries[c][r]:
                        raise ValueError(
                            f"components[{i}][{r}][{c}]={entries[r][c]} but [{c}][{r}]="
                            f"{entries[c][r]}: must be symmetric"
                        )
            matrices.append(fmpq_mat(entries))
        self.matrices = tuple(matrices)

    @property
    def count(self) -> int:
        """N."""
        return len(self.matrices)

    @cached_property
    def mean(self) -> fmpq_mat:
        """Q."""
        return _mean(self.matrices)

    def variance_factor(self, batch_size: int, sampling: str = "uniform") -> Fraction:
        """kappa; zero for a single component drawn without replacement."""
        if sampling not in SAMPLINGS:
            raise ValueError(f"sampling={sampling!r}: allowed are {', '.join(SAMPLINGS)}")
        most = self.count if sampling == "uniform" else None
        if isinstance(batch_size, bool) or not isinstance(batch_size, int):
            raise TypeError(f"batch_size={batch_size!r}: must be an integer")
        if batch_size < 1 or (most is not None and batch_size > most):
            allowed = "at least 1" if most is None else f"from 1 to N = {most}"
            raise ValueError(f"batch_size={batch_size}: must be {allowed}")
        if sampling == "replacement":
            return Fraction(1, batch_size)
        if batch_size == self.count:
            return Fraction(0)
        return Fraction(self.count - batch_size, batch_size * (self.count - 1))

    @cached_property
    def operators(self) -> tuple[fmpq_mat, fmpq_mat, fmpq_mat]:
        """Q (+) Q, Q (x) Q and V as (d^2, d^2) matrices on row-major vec X."""
        one = identity(self.dimension)
        total = kron(self.mean, one) + kron(one, self.mean)
        product = kron(self.mean, self.mean)
        return total, product, _mean([kron(q, q) for q in self.matrices]) - product

    def forms(self, kappa: Fraction, basis: fmpq_mat | None = None) -> tuple[fmpq_mat, fmpq_mat]:
        """<X, A Y> and <X, G Y> on X = U S U' with S running over a basis of symmetric matrices.

        basis: the columns of U; all of R^d by default.
        """
        U = identity(self.dimension) if basis is None else basis
        size = U.ncols()
        columns = []
        for r in range(size):
            for c in range(r, size):
                unit = [int((i, j) in ((r, c), (c, r))) for i in range(size) for j in range(size)]
                columns.append(unit)
        lift = kron(U, U) * fmpq_mat(columns).transpose()
        total, product, noise = self.operators
        G = product + noise * _fraction(kappa)
        return lift.transpose() * total * lift, lift.transpose() * G * lift


def _mean(matrices: Sequence[fmpq_mat]) -> fmpq_mat:
    total = matrices[0]
    for matrix in matrices[1:]:
        total = total + matrix
    return total * fmpq(1, len(matrices))


def identity(size: int) -> fmpq_mat:
    """The identity over QQ."""
    return fmpq_mat([[int(i == j) for j in range(size)] for i in range(size)])


def kron(left: fmpq_mat, right: fmpq_mat) -> fmpq_mat:
    """Kronecker product over QQ."""
    return fmpq_mat(
        [[x * y for x in row for y in other] for row in left.tolist() for other in right.tolist()]
    )


def definiteness(symmetric: fmpq_mat) -> int:
    """1: positive definite; 0: positive semidefinite and singular; -1: some negative eigenvalue.

    All roots of the characteristic polynomial are real, so Descartes' rule is exact: no root is
    negative (no root is <= 0) exactly when the coefficients of det(x + matrix) are all >= 0 (> 0).
    """
    coefficients = list((symmetric * fmpq(-1)).charpoly())
    if any(c < 0 for c in coefficients):
        return -1
    return 1 if coefficients[0] > 0 else 0


def _range_of(matrix: fmpq_mat) -> fmpq_mat:
    reduced, rank = matrix.rref()
    return fmpq_mat(reduced.tolist()[:rank]).transpose()  # row space = range, by symmetry


def _reduced(problem: QuadraticSum, kappa: Fraction) -> tuple[str, fmpq_mat | None]:
    """The kind of threshold, and the basis on which a finite one is to be computed."""
    active = problem.matrices if kappa else (problem.mean,)
    if all(not any(q.entries()) for q in active):
        return MOTIONLESS, None
    sign = definiteness(problem.mean)
    if sign > 0:
        return FINITE, identity(problem.dimension)
    if sign < 0:
        return NEVER_STABLE, None
    rank = problem.mean.rank()
    for q in active:
        # range(Q_i) inside range(Q): then Q_i vanishes on ker Q, by symmetry
        stacked = fmpq_mat(problem.mean.tolist() + q.tolist())
        if stacked.rank() > rank:
            return NEVER_STABLE, None
    return FINITE, _range_of(problem.mean)


def compare(problem: QuadraticSum, kappa: Fraction, step_size: Fraction) -> int:
    """The sign of C_ms - step_size, exactly: 1 where the second moment contracts (on range Q)."""
    kind, basis = _reduced(problem, kappa)
    if kind != FINITE:
        return 1 if kind == MOTIONLESS else -1
    A, G = problem.forms(kappa, basis)
    return definiteness(A - G * _fraction(step_size))


def threshold(problem: QuadraticSum, kappa: Fraction, width: Fraction = WIDTH) -> Threshold:
    """C_ms of a rational quadratic sum, enclosed to relative ``width``.

    kappa: from ``problem.variance_factor``.  A singular Q is handled on its range.
    Raises ValueError for kappa < 0 or width <= 0.
    """
    if kappa < 0 or width <= 0:
        raise ValueError(f"kappa={kappa}, width={width}: kappa >= 0 and width > 0 are needed")
    kind, basis = _reduced(problem, kappa)
    if kind != FINITE:
        return Threshold(kind)
    A, G = problem.forms(kappa, basis)

    def sign(step: Fraction) -> int:
        return definiteness(A - G * _fraction(step))

    low = high = Fraction(1)
    while sign(low) < 1:
        low /= 2
    while sign(high) > 0:
        high *= 2
    while high - low > width * high:
        middle = (low + high) / 2
        if sign(middle) > 0:
            low = middle
        else:
            high = middle
    simple = ((low + high) / 2).limit_denominator(2**16)
    if low < simple <= high and sign(simple) == 0:
        return Threshold(FINITE, simple, simple)
    return Threshold(FINITE, low, high)


def spectral_radius(matrix: fmpq_mat, precision: int = PRECISION) -> flint.arb:
    """A ball around the largest |eigenvalue|, rigorous: roots of the exact characteristic polynomial.

    flint isolates the roots of an integer polynomial with their multiplicities, so repeated
    eigenvalues (E_ij and E_ji always come in pairs) do no harm.
    """
    old = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        best = flint.arb(0)
        for root, _ in matrix.charpoly().numer().complex_roots():
            best = best.max(abs(root))
        return best
    finally:
        flint.ctx.prec = old
