"""What the symbols of a model's residuals mean: r+ = r - (C/k) K P r, every batch listed, exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
from flint import fmpq, fmpq_mat

from theory.quadratic.thresholds import definiteness, identity, kron
from theory.vocabulary.batch_means import Means
from theory.vocabulary.quadratic_sum import Sum, ball, ends, fraction, last_stable, rational, trace
from theory.vocabulary.telling import told

F = Fraction
ZERO = F(0)


@dataclass(frozen=True, eq=False)
class Residuals:
    """K, how batches are drawn, C, and equally likely residuals r, columns."""

    K: fmpq_mat
    law: Sequence[tuple[Sequence[int], Fraction]] = ()
    step: Fraction = ZERO
    samples: Sequence[fmpq_mat] = ()

    @property
    def second(self) -> fmpq_mat:
        """E[r r']."""
        found = self.samples[0] * self.samples[0].transpose()
        for r in self.samples[1:]:
            found = found + r * r.transpose()
        return found * fmpq(1, len(self.samples))

    def stepped(self) -> fmpq_mat:
        """E[r+ r+'], a batch holding i m_i times."""
        size, second = self.K.nrows(), self.second
        found = fmpq_mat(size, size)
        for batch, chance in self.law:
            P = fmpq_mat(size, size)
            for i in batch:
                P[i, i] += 1
            move = identity(size) - self.K * P * rational(self.step / len(batch))
            found = found + move * second * move.transpose() * rational(chance)
        return found

    def diagonal(self) -> fmpq_mat:
        """Delta."""
        second, size = self.second, self.K.nrows()
        return fmpq_mat([[second[i, j] if i == j else 0 for j in range(size)] for i in range(size)])


@dataclass(frozen=True)
class Mode:
    """Eigenvalues l_a, l_b of K, C, N, and E[m_i m_j]/k^2 for i != j (apart) and i = j (same)."""

    l_a: Fraction
    l_b: Fraction
    step: Fraction
    count: int
    apart: Fraction
    same: Fraction

    @staticmethod
    def at(l_a: Fraction, l_b: Fraction, step: Fraction, count: int, kappa: Fraction) -> Mode:
        """A batch's moments from E m_i = k/N and from kappa, the share kept of one sample's variance."""
        apart = (1 - kappa) / count**2  # sum over j of E[m_i m_j]/k^2 is 1/N
        return Mode(l_a, l_b, step, count, apart, F(1, count) - (count - 1) * apart)

    def shrink(self) -> Fraction:
        """(1 - the factor that the mean dynamics gives u_a u_b')/C."""
        return (self.l_a + self.l_b) / self.count - self.step * self.apart * self.l_a * self.l_b

    def term(self) -> Fraction:
        """tau_ab: what the noise of one sample gives the mode, over what the mean takes."""
        return (self.same - self.apart) * self.l_a * self.l_b / self.shrink()


def entries(
    U: fmpq_mat, values: Sequence[Fraction], term: Callable[[Fraction, Fraction], Fraction]
) -> fmpq_mat:
    """T_ij = sum over a, b of U_ia U_ib U_ja U_jb term(l_a, l_b), a and b in the range."""
    size = len(values)
    live = [a for a in range(size) if values[a]]
    terms = {(a, b): rational(term(values[a], values[b])) for a in live for b in live}
    found = fmpq_mat(size, size)
    for i in range(size):
        for j in range(size):
            found[i, j] = sum(
                (U[i, a] * U[j, a] * U[i, b] * U[j, b] * g for (a, b), g in terms.items()), fmpq(0)
            )
    return found


def threshold(x: Sum) -> Any:
    """sup of the C > 0 at which 1 - M_C is positive definite on range(Q) x range(Q); the Q_i vanish off it.

    oo at Q = 0, where 0 is the only start.  At kappa < 0, which no batch has, M_C need not keep the cone, and
    1 + M_C has to be positive definite, too.
    """
    reduced, rank = x.mean.rref()
    if not rank:
        return flint.arb("inf")
    U = fmpq_mat(reduced.tolist()[:rank]).transpose()
    lift, one = kron(U, U), identity(x.size)
    linear = lift.transpose() * (kron(x.mean, one) + kron(one, x.mean)) * lift
    products = lift.transpose() * x.products * lift
    twice = lift.transpose() * lift * 2

    def stable(C: Fraction) -> bool:
        below = linear - products * rational(C)  # (1 - M_C)/C
        kept = x.kappa is None or x.kappa >= 0 or definiteness(twice - below * rational(C)) == 1
        return kept and definiteness(below) == 1

    return last_stable(stable)


Value = Callable[[Any], Any]


def _moment(x: Means, i: int, j: int) -> Fraction:
    return x.expected(lambda batch: F(list(batch).count(i) * list(batch).count(j), len(batch) ** 2))


OFF = told(
    "E[m_i m_j]/k^2 for i != j: what P Sigma P/k^2 does to an entry off the diagonal, in the mean",
    lambda x: _moment(x, 0, 1), {"E[m_i^2]/k^2": lambda x: _moment(x, 0, 0)},
)  # fmt: skip
ON = told("E[m_i^2]/k^2: what it does to an entry of the diagonal", lambda x: _moment(x, 0, 0),
           {"E[m_i m_j]/k^2 for i != j": lambda x: _moment(x, 0, 1)})  # fmt: skip
SIGMA = told("E[r r']", lambda x: x.second, {"N E[r r']": lambda x: x.second * x.K.nrows()})
SIGMA_NEXT = told(
    "Sigma one step later",
    Residuals.stepped,
    {
        "Sigma one full batch later": lambda x: replace(
            x, law=[(range(x.K.nrows()), F(1))]
        ).stepped()
    },
)
LINEAR = told("K Sigma + Sigma K", lambda x: x.K * x.second + x.second * x.K,
               {"2 K Sigma": lambda x: x.K * x.second * 2})  # fmt: skip
PRODUCT = told("K Sigma K", lambda x: x.K * x.second * x.K,
                {"K Delta K": lambda x: x.K * x.diagonal() * x.K})  # fmt: skip
DIAGONAL = told(
    "K Delta K, Delta the diagonal of Sigma, K = J J' for the Jacobian J of the N outputs",
    lambda x: x.K * x.diagonal() * x.K, {"K Sigma K": lambda x: x.K * x.second * x.K},
)  # fmt: skip
SHRINK = told(
    "(1 - the mean dynamics' factor of the mode u_a u_b')/C", Mode.shrink,
    {"the same of full batch": lambda x: replace(x, apart=F(1, x.count**2)).shrink()},
)  # fmt: skip
TERM = told(
    "T_ij = sum over a, b of U_ia U_ib U_ja U_jb tau_ab; T is N x N", Mode.term,
    {"the same with E[m_i^2] in place of E[m_i^2] - E[m_i m_j]":
         lambda x: x.same * x.l_a * x.l_b / x.shrink()},
)  # fmt: skip
C_MS = told(
    "E|r_t|^2 -> 0 from every start in K's range exactly for 0 < C < C_ms", threshold,
    {"E|r_t|^2 -> 0 exactly for 0 < 2 C < C_ms": lambda x: 2 * threshold(x),
     "E|r_t|^2 -> 0 exactly for 0 < C < 2 C_ms": lambda x: threshold(x) / 2},
)  # fmt: skip
ENTRY = told(
    "kappa times the integral over s of e^(cs) (sum_a U_ia U_ja e^(-s/l_a))^2, c = C(1 - kappa)/N",
    lambda T: min(map(fraction, T.entries())),
    {"its inverse's": lambda T: min(map(fraction, (T * fmpq(-1)).entries()))},
)  # fmt: skip


def _slope(x: Residuals, v: fmpq_mat) -> Fraction:
    """v' Sigma^+ v for one sample a step, less that for all: it is linear in kappa, 1 and 0 there."""
    size = x.K.nrows()
    one = replace(x, law=[((i,), F(1, size)) for i in range(size)]).stepped()
    full = replace(x, law=[(range(size), F(1))]).stepped()
    return fraction((v.transpose() * (one - full) * v)[0, 0])


NOISE_SLOPE = told(
    "v' Sigma_kappa v, for any vector v", lambda pair: _slope(*pair),
    {"v' Sigma^+ v of one sample a step":
         lambda pair: _slope(*pair) + fraction((pair[1].transpose() * replace(pair[0], law=[
             (range(pair[0].K.nrows()), F(1))]).stepped() * pair[1])[0, 0])},
)  # fmt: skip


def _in_l_a(x: Mode) -> Fraction:
    """d/dl_a of kappa/N l_a l_b/d by the quotient rule."""
    d, noise = x.shrink(), x.same - x.apart
    return noise * x.l_b * (d - x.l_a * (F(1, x.count) - x.step * x.apart * x.l_b)) / d**2


TERM_SLOPE = told(
    "derivative of tau_ab in l_a",
    _in_l_a,
    {"derivative of tau_ab in l_b": lambda x: _in_l_a(replace(x, l_a=x.l_b, l_b=x.l_a))},
)
K_MAX = told(
    "the largest diagonal entry of K",
    lambda K: max(fraction(K[i, i]) for i in range(K.nrows())),
    {"the least diagonal entry of K": lambda K: min(fraction(K[i, i]) for i in range(K.nrows()))},
)
TRACE_K = told("the trace of K", trace, {"N times the trace of K": lambda K: trace(K) * K.nrows()})
TOP_K = told("the largest eigenvalue of K", lambda K: ends(K)[1], {"the trace of K": trace})
ONES = told(
    "<1, T(C) 1>/N is the sum of omega_a over a: C_ms is at most the root of C sum omega_a = 1",
    lambda x: x.term() / x.count, {"<1, T(C) 1> is the sum of omega_a over a": Mode.term},
)  # fmt: skip
FACTOR = told(
    "factor of E e^2 a step, along one direction, by what each batch multiplies e",
    lambda moves: sum((x * x for x in moves), ZERO) / len(moves),
    {"square of the factor of E e": lambda moves: (sum(moves, ZERO) / len(moves)) ** 2},
)  # fmt: skip


def _path(moves: Sequence[Fraction]) -> flint.arb:
    if not all(moves):
        return flint.arb("-inf")
    return sum((ball(abs(x)).log() for x in moves), flint.arb(0)) / len(moves)


PATH = told("E log|1 - C h_B|, h_B a batch's mean curvature: the path's exponent a step", _path,
             {"-E log|1 - C h_B|": lambda moves: -_path(moves)})  # fmt: skip
