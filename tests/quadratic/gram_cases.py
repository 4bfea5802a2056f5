"""Rational models for the tests of chapter gram_thresholds: K = U diag(s^2) U' with everything
rational."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from flint import fmpq, fmpq_mat
from sympy import Expr, Rational

from tests.quadratic.cases import Case, interval
from theorem_audit.statement.claim import Claim
from theory.quadratic.gram_thresholds import Q_GRAM, d_ab, l_a, l_b, tau
from theory.quadratic.second_moment import C, N, kappa
from theory.quadratic.thresholds import identity, threshold

F = Fraction


def rational(value: Any) -> fmpq:
    """A flint rational of a Fraction or a SymPy number."""
    return fmpq(int(value.numerator), int(value.denominator))


def fraction(value: Any) -> Fraction:
    """A Fraction of a flint or SymPy rational."""
    return F(int(value.p), int(value.q))


def rotation(skew: dict[tuple[int, int], Fraction], size: int) -> fmpq_mat:
    """A rational rotation by Cayley's formula (I - S)^-1 (I + S), S skew with these entries."""
    S = fmpq_mat(size, size)
    for (i, j), value in skew.items():
        S[i, j], S[j, i] = rational(value), -rational(value)
    return (identity(size) - S).inv() * (identity(size) + S)


@dataclass(frozen=True)
class Model:
    """J = U diag(s): N samples, one output; eigenvalues s^2, zero allowed."""

    roots: tuple[Fraction, ...]
    skew: tuple[tuple[int, int, Fraction], ...] = ()
    batch_size: int = 1
    sampling: str = "uniform"

    @property
    def vectors(self) -> fmpq_mat:
        return rotation({(i, j): x for i, j, x in self.skew}, len(self.roots))

    @property
    def values(self) -> list[Fraction]:
        return [x * x for x in self.roots]

    @property
    def jacobian(self) -> list[list[Fraction]]:
        U, size = self.vectors, len(self.roots)
        return [[fraction(U[i, a]) * self.roots[a] for a in range(size)] for i in range(size)]

    @property
    def gram(self) -> fmpq_mat:
        J = fmpq_mat([[rational(x) for x in row] for row in self.jacobian])
        return J * J.transpose()

    @property
    def case(self) -> Case:
        """The same in parameters: Q_i = J_i' J_i."""
        return in_parameters(self.jacobian, self.batch_size, self.sampling)


def in_parameters(J: Any, batch_size: int = 1, sampling: str = "uniform") -> Case:
    """Q_i = J_i' J_i for rational rows J_i."""
    return Case([[[x * y for x in row] for y in row] for row in J], batch_size, sampling)


def matrix_T(model: Model, term: Any) -> fmpq_mat:
    """T_ij = sum over a, b in the range of U_ia U_ib U_ja U_jb term(l_a, l_b), a rational function."""
    U, size = model.vectors, len(model.roots)
    live = [a for a in range(size) if model.roots[a]]
    terms = {}
    for a in live:
        for b in live:
            terms[a, b] = rational(Rational(term(model.values[a], model.values[b])))
    T = fmpq_mat(size, size)
    for i in range(size):
        for j in range(i + 1):
            T[i, j] = T[j, i] = sum(
                (U[i, a] * U[j, a] * U[i, b] * U[j, b] * g for (a, b), g in terms.items()), fmpq(0)
            )
    return T


def plain(value: Expr | Fraction) -> Rational:
    """A SymPy rational of a Fraction."""
    return Rational(value.numerator, value.denominator)


@cache
def enclosed(model: Model, factor: Fraction) -> tuple[Fraction, Fraction]:
    """C_ms at a variance factor, over the rationals, in p^2 dimensions."""
    return interval(threshold(model.case.problem, factor))


KEPT = {
    "two samples": Model((F(1), F(2)), ((0, 1, F(1, 3)),)),
    "two samples, with replacement": Model((F(1), F(2)), ((0, 1, F(1, 3)),), 2, "replacement"),
    "identity": Model((F(1), F(1))),
    "full batch": Model((F(1), F(2)), ((0, 1, F(1, 3)),), 2),
    "diagonal": Model((F(1), F(3, 2))),
    "repeated eigenvalue": Model((F(1), F(1), F(2)), ((0, 1, F(1, 2)), (1, 2, F(1, 3))), 2),
    "singular": Model((F(1), F(0), F(2)), ((0, 1, F(1, 2)), (0, 2, F(1, 3)))),
    "three samples": Model((F(1, 2), F(1), F(2)), ((0, 1, F(1, 2)), (0, 2, F(1, 5)), (1, 2, F(2))), 2),
}  # fmt: skip


def kernel(claim: Claim, model: Model, step: Fraction) -> Any:
    point = {C: plain(step), kappa: plain(model.case.kappa), N: len(model.roots)}
    form = (Q_GRAM if claim.id != "Q-GRAM" else claim).says(d_ab).subs(point)
    rest = claim.says(tau).subs(point)
    return lambda a, b: rest.subs(d_ab, form).subs({l_a: plain(a), l_b: plain(b)})
