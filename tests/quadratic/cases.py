"""Rational quadratic sums for the tests: kept examples, random ones, and the plain route to M_C."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from math import factorial, prod
from typing import Any

import flint
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st
from sympy import Basic, Expr, Integer, Or, Poly, Rational, Symbol, log, solve
from sympy.core.relational import Ge, Gt, Le, Lt

from tests.forms import cancel
from tests.rationals import fractions
from theorem_audit import attempt, expect
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory.model.trace_algebra import trace
from theory.quadratic.mean_square import (
    Q_KAPPA,
    gradient2,
    kappa_replacement,
    kappa_uniform,
    l_min,
    start_least,
)
from theory.quadratic.paths import mean_start2
from theory.quadratic.second_moment import C, N, k, kappa, kron_product, kron_sum, noise, operator
from theory.quadratic.thresholds import (
    FINITE,
    QuadraticSum,
    Threshold,
    definiteness,
    identity,
    kron,
    spectral_radius,
    threshold,
)

F = Fraction
Entries = Sequence[Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Case:
    """Components, batch size and sampling."""

    components: Entries
    batch_size: int = 1
    sampling: str = "uniform"

    @property
    def problem(self) -> QuadraticSum:
        return QuadraticSum(self.components)

    @property
    def kappa(self) -> Fraction:
        return self.problem.variance_factor(self.batch_size, self.sampling)

    @property
    def threshold(self) -> Threshold:
        return threshold(self.problem, self.kappa)


# Converges in mean square beyond 2 l_1/(l_1^2 + s kappa) = 64/33, l_1 = 1 and s = 1/32 (Q-BRACKET).
SINGLE_J = Case([[[1, F(1, 4)], [F(1, 4), F(1, 2)]], [[1, F(-1, 4)], [F(-1, 4), F(1, 2)]]])
# The noise spares the sharpest direction: C_ms = 1 for every batch size (Q-SMALL-BATCH).
FLAT_NOISE = Case([[[2, 0], [0, F(3, 4)]], [[2, 0], [0, F(5, 4)]], [[2, 0], [0, 1]]])

STABLE = {
    "one component": Case([[[2]]]),
    "pair": Case([[[1]], [[3]]]),
    "pair in two batches of replacement": Case([[[1]], [[3]]], 2, "replacement"),
    "single j": SINGLE_J,
    "flat noise": FLAT_NOISE,
    "commuting, equal noise": Case([[[3, 0], [0, 2]], [[1, 0], [0, 0]]]),
    "indefinite components": Case([[[3, 1], [1, -1]], [[0, -1], [-1, 3]], [[1, 0], [0, 1]]], 2),
    "three dimensions": Case(
        [
            [[2, 1, 0], [1, 3, -1], [0, -1, 1]],
            [[1, 0, 1], [0, 1, 0], [1, 0, 2]],
            [[3, -1, 0], [-1, 1, 0], [0, 0, F(1, 2)]],
            [[1, 0, 0], [0, 2, 1], [0, 1, 1]],
        ],
        3,
    ),
    "full batch": Case([[[3, 1], [1, 1]], [[1, -1], [-1, 2]]], 2),
}
SINGULAR = {
    "common kernel": Case([[[1, 0], [0, 0]], [[3, 0], [0, 0]]]),
    "common kernel, tilted": Case([[[1, 2], [2, 4]], [[3, 6], [6, 12]]]),
}
# name -> case and a direction v with v'Qv <= 0 and noise
UNSTABLE = {
    "noisy kernel": (Case([[[2, 0], [0, 1]], [[2, 0], [0, -1]]]), (0, 1)),
    "noise leaves the kernel": (Case([[[2, 1], [1, 0]], [[2, -1], [-1, 0]]]), (0, 1)),
    "negative mean": (Case([[[2, 0], [0, -3]], [[1, 0], [0, 1]]]), (0, 1)),
    "full batch on a saddle": (Case([[[2, 0], [0, -1]], [[2, 0], [0, -1]]], 2), (0, 1)),
    "tilted": (Case([[[0, 1], [1, 0]], [[0, -1], [-1, 0]]]), (F(3, 5), F(4, 5))),
}

ENTRY = fractions(min_value=-2, max_value=2, max_denominator=4)


@st.composite
def cases(
    draw: st.DrawFn, max_count: int = 3, max_dimension: int = 3, sampling: str | None = None
) -> Case:
    """Random symmetric components, shifted so that the mean is positive definite (or not at all)."""
    size = draw(st.integers(1, max_dimension))
    count = draw(st.integers(1, max_count))
    shift = draw(st.integers(2 * size, 3 * size))
    components = []
    for _ in range(count):
        matrix = [[F(0)] * size for _ in range(size)]
        for row in range(size):
            for column in range(row + 1):
                value = draw(ENTRY) + (shift if row == column else 0)
                matrix[row][column] = matrix[column][row] = value
        components.append(matrix)
    # a symmetric spread that leaves the mean as it is, and makes components indefinite
    if count > 1 and draw(st.booleans()):
        for row in range(size):
            spread = draw(st.integers(0, 3 * shift))
            components[0][row][row] += spread
            components[1][row][row] -= spread
    scheme = sampling or draw(st.sampled_from(["uniform", "replacement"]))
    return Case(components, draw(st.integers(1, count)), scheme)


def batches(case: Case) -> list[fmpq_mat]:
    """Q_B for every equally likely batch."""
    matrices = case.problem.matrices
    draws: Any
    if case.sampling == "uniform":
        draws = combinations(range(len(matrices)), case.batch_size)
    else:
        draws = product(range(len(matrices)), repeat=case.batch_size)
    found = []
    for batch in draws:
        total = matrices[batch[0]]
        for index in batch[1:]:
            total = total + matrices[index]
        found.append(total * fmpq(1, case.batch_size))
    return found


def enumerated_operator(case: Case, step: Fraction) -> fmpq_mat:
    """M_C as an average over all batches: knows neither kappa nor V.

    Draws with replacement that differ in their order alone are worked out once, and counted.
    """
    problem, b = case.problem, case.batch_size
    size, points = problem.dimension, range(problem.count)
    total, count = fmpq_mat(size**2, size**2), 0
    listed = combinations if case.sampling == "uniform" else combinations_with_replacement
    for batch in listed(points, b):
        ways = 1
        if case.sampling != "uniform":
            ways = factorial(b) // prod(factorial(batch.count(i)) for i in {*batch})
        drawn = problem.matrices[batch[0]]
        for index in batch[1:]:
            drawn = drawn + problem.matrices[index]
        one_step = identity(size) - drawn * fmpq(step.numerator, step.denominator * b)
        total = total + kron(one_step, one_step) * ways
        count += ways
    return total * fmpq(1, count)


def values_of(case: Case, step: Fraction | None = None) -> dict[Symbol, Any]:
    """The meaning of Q-MS's symbols for one problem, as exact matrices and numbers."""
    A, product_, V = case.problem.operators
    found: dict[Symbol, Any] = {
        kron_sum: A,
        kron_product: product_,
        noise: V,
        kappa: fmpq(case.kappa.numerator, case.kappa.denominator),
    }
    if step is not None:
        found[C] = fmpq(step.numerator, step.denominator)
        found[operator] = enumerated_operator(case, step)
    return found


class Singular(AssertionError):
    """A formula divides by a singular operator."""


def evaluated(expr: Basic, values: Mapping[Symbol, Any]) -> Any:
    """A formula on one problem: rationals, exact matrices (1 is the identity), balls for rho and log.

    In a quotient the inverse acts last, as in A^{-1} G.
    """
    if expr in values:
        return values[expr]
    if expr.is_Rational:
        return fmpq(int(expr.p), int(expr.q))
    name = expr.func.__name__
    if name == "rho":
        return spectral_radius(_matrix(evaluated(expr.args[0], values), values))
    if name == "log":
        return flint.arb(evaluated(expr.args[0], values)).log()
    if expr.is_Pow:
        base, power = evaluated(expr.base, values), int(expr.exp)
        if isinstance(base, fmpq_mat):
            base = _matrix(base, values)
            result = identity(base.nrows())
            for _ in range(abs(power)):
                result = result * base
            if power < 0 and not result.det():
                raise Singular(f"{expr}: not invertible")
            return result.inv() if power < 0 else result
        return base**power
    parts = [evaluated(arg, values) for arg in expr.args]
    if expr.is_Mul:
        order = sorted(
            zip(expr.args, parts, strict=True), key=lambda x: not (x[0].is_Pow and x[0].exp < 0)
        )
        total = order[0][1]
        for _, part in order[1:]:
            total = total * part if isinstance(total, fmpq_mat) else part * total
        return total
    if expr.is_Add:
        if any(isinstance(part, fmpq_mat) for part in parts):
            parts = [_matrix(part, values) for part in parts]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total
    raise TypeError(f"{expr}: no value here")


def _matrix(value: Any, values: Mapping[Symbol, Any]) -> fmpq_mat:
    if isinstance(value, fmpq_mat):
        return value
    sizes = [x.nrows() for x in values.values() if isinstance(x, fmpq_mat)]
    return identity(sizes[0]) * value


def ball(low: Fraction, high: Fraction) -> flint.arb:
    """A ball over [low, high]."""
    ends = [flint.arb(fmpq(x.numerator, x.denominator)) for x in (low, high)]
    return ends[0].union(ends[1])


def expect_overlap(claimed: flint.arb, found: flint.arb, what: str, case: Any) -> None:
    """Two enclosures of one number meet, and are narrow enough for that to say something."""
    narrow = flint.arb("1e-9") * (1 + abs(found))
    expect(claimed.rad() < narrow and found.rad() < narrow, f"{what}: wide enclosure", case=case)
    expect(claimed.overlaps(found), f"{what}: {claimed} against {found}", case=case)


def expect_relation(
    relation: Basic, intervals: Mapping[Basic, tuple[Fraction, Fraction]], **witness: Any
) -> None:
    """An inequality is not surely false when each quantity is anywhere in its interval.

    Each side is monotone in each quantity (they are positive), so the extremes are at the corners;
    at point intervals the answer is exact, strictness included.
    """
    names = list(intervals)
    truths = []
    for corner in product(*(sorted(set(intervals[name])) for name in names)):
        point = {
            n: Rational(x.numerator, x.denominator) for n, x in zip(names, corner, strict=True)
        }
        truths.append(relation.xreplace(point).doit())
    expect(isinstance(relation, Le | Ge | Lt | Gt), f"{relation} is no inequality", **witness)
    expect(any(bool(x) for x in truths), f"{relation} is false", **witness)


def expect_fails(check: Callable[[], object], message: str) -> None:
    """The check refutes, as it should."""
    try:
        with attempt():
            check()
    except Refuted:
        expect(True, message)
    else:
        expect(False, f"{message}: not refuted")


def interval(found: Threshold) -> tuple[Fraction, Fraction]:
    """The ends of a finite threshold."""
    expect(found.kind == FINITE, f"a finite threshold is needed, not {found}")
    return found.low, found.high


def log_symbols(expr: Expr) -> Expr:
    """Each log(x) as a symbol of its own, so that normal form decides."""
    return expr.replace(log, lambda x: Symbol(f"log[{x}]"))


def inside(claim: Claim, case: Case, more: Mapping[Symbol, Any] | None = None) -> bool:
    """Whether the case is in the claim's region: shared minimiser, a full start, its N, k and kappa.

    more: values of the region's other symbols; l_min is 1, 0 or -1 where it is not among them.
    """
    point: dict[Symbol, Any] = {
        gradient2: 0, mean_start2: 0, start_least: 1, l_min: sign_of_mean(case), N: case.problem.count,
        k: case.batch_size, kappa: Rational(case.kappa), **(more or {}),
    }  # fmt: skip
    return satisfies(claim.region, point)


def expect_assumed(claim: Claim, condition: Basic) -> None:
    """The region states this condition itself: what is decided uses it, and without it nothing is."""
    if condition not in relations(claim.region):
        raise Undecided(f"{claim.id} does not assume {condition}")
    expect(True, f"{claim.id} assumes {condition}")


def expect_squares(traced: Mapping[tuple[Symbol, ...], Expr], message: str) -> None:
    """A trace is a sum of tr(w w') with coefficients >= 0: each w is exhibited and multiplied out.

    Symbols in the coefficients are taken to be >= 0.
    """
    expect(bool(traced), f"{message}: nothing is left")
    for word, coefficient in traced.items():
        turns = [word[i:] + word[:i] for i in range(len(word))]
        half = len(word) // 2
        roots = [x[:half] for x in turns if len(x) % 2 == 0 and x[half:] == x[:half][::-1]]
        expect(bool(roots), f"{message}: tr of {word} is no square")
        square: Expr = Integer(1)
        for symbol in (*roots[0], *roots[0][::-1]):
            square = square * symbol
        expect(trace(square) == {word: 1}, f"{message}: {roots[0]} is a root of {word}")
        gens = sorted(coefficient.free_symbols, key=str) or [Symbol("_")]
        expect(all(x >= 0 for x in Poly(coefficient, *gens).coeffs()), f"{message}: {coefficient}")


def expect_variance_factors(claim: Claim) -> None:
    """The region ties kappa to N and k as Q-KAPPA does: without and with replacement, and N = 1."""
    (ties,) = [x for x in relations(claim.region) if isinstance(x, Or) and x.has(kappa)]
    found = set()
    for option in ties.args:
        tie = conjunct(option, kappa, kind="equation")
        (value,) = solve(tie, kappa)
        found.add(cancel(value))
    known = {cancel(Q_KAPPA.says(x)) for x in (kappa_uniform, kappa_replacement)}
    expect(found == known | {Integer(0)}, "kappa of the region", found=found, known=known)


def sign_of_mean(case: Case) -> Rational:
    """1, 0 or -1 as the least eigenvalue of Q is: all that a condition on its sign can see."""
    return Rational(definiteness(case.problem.mean))
