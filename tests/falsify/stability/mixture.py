"""Falsifier for Q-MIXTURE: both laws are listed; batches drawn by the claim's item."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tests.falsify.seeing import measured, way_of
from tests.falsify.stability.laws import two_steps
from tests.falsify.sums.tools import cases, equals, inside, judge, rational, refute
from tests.quadratic.cases import Case, evaluated
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.neighbours import mixture as mx
from theory.quadratic.mean_square import batch_ab
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    noise,
    operator,
)
from theory.vocabulary.batch_means import Means
from theory.vocabulary.quadratic_sum import Sum
from theory.vocabulary.quadratic_sum import rational as exact

F = Fraction
Law = list[tuple[tuple[int, ...], Fraction]]
SIZES = [(1, 1), (2, 1), (2, 2), (3, 2), (3, 4), (2, 3), (8, 3), (8, 7), (5, 1), (4, 4)]


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
        law_of = way_of(claim, number + size).gives.get("chance")
        if law_of is None:
            played += 1
            continue  # its steps are played above
        law: Law = list(law_of(number, size).items())
        one, two = ([rational(rng, -2, 2, 6) for _ in range(number)] for _ in range(2))
        p = equals(claim, mx.chance, at)
        if not 0 <= p <= 1:
            refute(claim, f"{p} is no chance", at)
        means = Means(one, two, law, chance=p)
        at |= measured(claim, means, (mx.chance, mean_a, mean_b, mean_ab, batch_ab))
        judge(
            claim,
            at,
            lambda part: (
                part.has(batch_ab, mx.chance) and not part.has(operator, mx.mu_3, mx.excess)
            ),
        )
        at |= measured(claim, means, (mx.mu_3, mx.third_batch, mx.third_mixture))
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
    here = Sum(case.problem.matrices, law, step, chance=other)
    claim.drawn((C, mx.other_chance))
    names = (
        kron_sum,
        kron_product,
        noise,
        mx.full_operator,
        mx.single_operator,
        operator,
        mx.excess,
    )
    values = measured(claim, here, names) | {
        C: exact(step), mx.chance: exact(at[mx.chance]), mx.other_chance: exact(other),
    }  # fmt: skip
    for part in relations(claim.formula):
        if part.lhs in (mx.full_operator, mx.single_operator, operator, mx.excess):
            claimed = evaluated(part.rhs, values)
            if claimed != values[part.lhs]:
                refute(claim, f"{part.lhs}", {**at, C: step, "case": case})
