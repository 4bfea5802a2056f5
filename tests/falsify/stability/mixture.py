"""Falsifier for Q-MIXTURE: both laws are listed; batches drawn by the claim's item."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from tests.falsify.stability.laws import two_steps
from tests.falsify.sums.tools import cases, equals, inside, judge, rational, refute
from tests.quadratic.cases import Case, evaluated, values_of
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours import mixture as mx
from theory.quadratic.mean_square import batch_ab
from theory.quadratic.second_moment import C, N, k, mean_a, mean_ab, mean_b, operator
from theory.quadratic.thresholds import identity, kron

F = Fraction
Law = list[tuple[tuple[int, ...], Fraction]]
SIZES = [(1, 1), (2, 1), (2, 2), (3, 2), (3, 4), (2, 3), (8, 3), (8, 7), (5, 1), (4, 4)]


def _mean(values: list[Fraction], law: Law) -> Fraction:
    return sum((w * sum(values[i] for i in x) / len(x) for x, w in law), F(0))


def _product(one: list[Fraction], two: list[Fraction], law: Law) -> Fraction:
    total = F(0)
    for batch, weight in law:
        means = [sum(values[i] for i in batch) / len(batch) for values in (one, two)]
        total += weight * means[0] * means[1]
    return total


def _cube(values: list[Fraction], law: Law) -> Fraction:
    centre = sum(values, F(0)) / len(values)
    return sum((w * (sum(values[i] for i in x) / len(x) - centre) ** 3 for x, w in law), F(0))


def _moved(case: Case, law: Law, step: Fraction) -> fmpq_mat:
    size = case.problem.dimension
    total = fmpq_mat(size**2, size**2)
    for batch, weight in law:
        mean = case.problem.matrices[batch[0]]
        for i in batch[1:]:
            mean = mean + case.problem.matrices[i]
        move = identity(size) - mean * fmpq(step.numerator, step.denominator * len(batch))
        total = total + kron(move, move) * fmpq(weight.numerator, weight.denominator)
    return total


def _two_steps(claim: Claim, rng: np.random.Generator) -> None:
    at: dict[Any, Any] = {N: 2, k: 1}
    if not inside(claim, at):
        return
    at[mx.chance] = equals(claim, mx.chance, at)
    # full batch: (1 - 1/2)^2; one sample: 1 or 0
    factor = equals(claim, operator, {**at, mx.full_operator: F(1, 4), mx.single_operator: F(1, 2)})
    two_steps(claim, rng, factor, at)


def q_mixture(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Mean products, operators and third moments of the item's law, against those of the mixture."""
    _two_steps(claim, rng)
    played = 0
    for count in cases(seconds):
        number, size = SIZES[count] if count < len(SIZES) else (int(rng.integers(1, 7)),
                                                                int(rng.integers(1, 7)))  # fmt: skip
        at: dict[Any, Any] = {N: number, k: size}
        if not inside(claim, at):
            continue
        if number < size:
            refute(claim, "no such batch", at)
        law_of = claim.item(words.BATCHES).gives.get("chance")
        if law_of is None:
            played += 1
            continue  # its steps are played above
        law: Law = list(law_of(number, size).items())
        one, two = ([rational(rng, -2, 2, 6) for _ in range(number)] for _ in range(2))
        single: Law = [((i,), F(1, number)) for i in range(number)]
        p = at[mx.chance] = equals(claim, mx.chance, at)
        if not 0 <= p <= 1:
            refute(claim, f"{p} is no chance", at)
        at |= {mean_a: _mean(one, single), mean_b: _mean(two, single),
               mean_ab: _product(one, two, single), batch_ab: _product(one, two, law)}  # fmt: skip
        judge(claim, at, lambda part: part.has(batch_ab))
        at |= {mx.mu_3: _cube(one, single), mx.third_batch: _cube(one, law),
               mx.third_mixture: p * _cube(one, single)}  # fmt: skip
        judge(claim, at, lambda part: part.has(mx.mu_3))
        _operators(claim, rng, law, at)
        played += 1
    return played


def _operators(claim: Claim, rng: np.random.Generator, law: Law, at: dict[Any, Any]) -> None:
    number, step, other = at[N], rational(rng, -1, 2, 9), rational(rng, 0, 1, 7)
    parts = []
    for _ in range(number):
        a, b, c = (rational(rng, -2, 2, 6) for _ in range(3))
        parts.append([[a, b], [b, c]])
    case = Case(parts)
    values = values_of(case, step)
    alone: Law = [((i,), F(1, number)) for i in range(number)]
    whole: Law = [(tuple(range(number)), F(1))]
    full, single, batch = (_moved(case, x, step) for x in (whole, alone, law))
    q = fmpq(other.numerator, other.denominator)
    values |= {
        mx.full_operator: full, mx.single_operator: single, operator: batch,
        mx.excess: batch - (full * (1 - q) + single * q),
        mx.chance: fmpq(at[mx.chance].numerator, at[mx.chance].denominator), mx.other_chance: q,
    }  # fmt: skip
    for part in relations(claim.formula):
        if part.lhs in (mx.full_operator, mx.single_operator, operator, mx.excess):
            claimed = evaluated(part.rhs, values)
            if claimed != values[part.lhs]:
                refute(claim, f"{part.lhs}", {**at, C: step, "case": case})
