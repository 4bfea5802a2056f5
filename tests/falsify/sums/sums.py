"""Falsifiers for sums of quadratics: exact second moments by listing batches, no kappa and no V."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, islice, product
from math import factorial, prod
from typing import Any

import flint
import numpy as np
from flint import fmpq, fmpq_mat

from tests.falsify.seeing import measured
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    equals,
    inside,
    judge,
    rational,
    refute,
    value,
)
from tests.quadratic.cases import (
    SINGLE_J,
    Case,
    Singular,
    enumerated_operator,
    evaluated,
    values_of,
)
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.legend import LEGEND
from theory.quadratic import bounds as qb
from theory.quadratic import mean_square as qu
from theory.quadratic import paths as qp
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    noise,
    operator,
    spectral_radius,
)
from theory.quadratic.thresholds import FINITE, definiteness, identity
from theory.vocabulary import sums
from theory.vocabulary.batch_means import Means, counted
from theory.vocabulary.meanings import VARIANCE_FACTOR, Draws
from theory.vocabulary.quadratic_sum import Sum
from theory.vocabulary.sums import LATE

F = Fraction
QUADRATIC = LEGEND["quadratic"]
ZERO = F(0)


def family(rng: np.random.Generator, count: int, dimension: int = 2) -> Case:
    """Boundaries first: one component, k = N, equal, zero, indefinite, negative; both samplings."""
    fixed = [
        Case([[[F(2)]]]), Case([[[F(1)]], [[F(1)]]]), Case([[[F(2)]], [[F(1)]]]),
        Case([[[F(1)]], [[F(3)]]], 2), Case([[[F(1)]], [[F(-2)]]]), Case([[[F(0)]], [[F(0)]]]),
        Case([[[F(1), 0], [0, F(1)]], [[F(1), 0], [0, F(-1)]]], 2),
        Case([[[F(1), 0], [0, F(1)]], [[F(1), 0], [0, F(-1)]]], 1),
        Case([[[F(1), 0], [0, F(3)]]]), Case([[[F(1)]], [[F(3)]]], 2, "replacement"),
    ]  # fmt: skip
    if count < len(fixed):
        return fixed[count]
    size, number = int(rng.integers(1, dimension + 1)), int(rng.integers(1, 5))
    diagonal = rng.integers(3) == 0
    parts = _symmetric(rng, number, size, bool(diagonal))
    scheme = choose(rng, ["uniform", "replacement"])
    return Case(parts, int(choose(rng, [1, number, int(rng.integers(1, number + 1))])), scheme)


def _symmetric(
    rng: np.random.Generator, number: int, size: int, diagonal: bool = False
) -> list[list[list[Fraction]]]:
    parts = []
    for _ in range(number):
        matrix = [[F(0)] * size for _ in range(size)]
        for i in range(size):
            matrix[i][i] = rational(rng, F(-1, 2), 3, 12)
            for j in range(0 if diagonal else i):
                matrix[i][j] = matrix[j][i] = rational(rng, F(-1, 2), F(1, 2), 8)
        parts.append(matrix)
    return parts


def numbers(case: Case) -> tuple[Fraction, Fraction]:
    """Mean and variance of one-dimensional components."""
    values = [F(m[0][0]) for m in case.components]
    mean = sum(values) / len(values)
    return mean, sum(x * x for x in values) / len(values) - mean**2


def law_of(number: int, size: int, sampling: str) -> list[tuple[tuple[int, ...], Fraction]]:
    """Every batch with its chance; draws that differ in their order alone are one, counted."""
    uniform = sampling == "uniform"
    listed = (combinations if uniform else combinations_with_replacement)(range(number), size)
    ways = {
        x: 1 if uniform else factorial(size) // prod(factorial(x.count(i)) for i in {*x})
        for x in listed
    }
    return [(x, F(many, sum(ways.values()))) for x, many in ways.items()]


def as_sum(case: Case, step: Fraction = ZERO, **more: Any) -> Sum:
    """A case as the meanings of its symbols read it."""
    law = law_of(case.problem.count, case.batch_size, case.sampling)
    return Sum(case.problem.matrices, law, step, **more)


def operators(claim: Claim, case: Case, step: Fraction) -> dict[Any, Any]:
    """What a formula between operators is evaluated at."""
    names = (kron_sum, kron_product, noise, operator)
    claim.drawn((C,))
    return values_of(case, step) | measured(claim, as_sum(case, step), names)


def axis(case: Case, j: int = 0) -> fmpq_mat:
    """The unit vector e_j, a column."""
    return fmpq_mat([[int(i == j)] for i in range(case.problem.dimension)])


def factor_of(claim: Claim, case: Case) -> Fraction:
    """kappa as the claim means it, from how often a batch holds samples."""
    law = counts(case.problem.count, case.batch_size, case.sampling)
    try:
        return F(claim.meaning(kappa).value(law))
    except LookupError:
        return F(VARIANCE_FACTOR.value(law))


def setting(claim: Claim, case: Case) -> dict[Any, Any]:
    """N, k, kappa, the least eigenvalue of Q, a shared minimiser and a full start."""
    return {N: case.problem.count, k: case.batch_size, kappa: factor_of(claim, case),
            **measured(claim, as_sum(case), (qu.l_min,), QUADRATIC), qu.gradient2: 0, qu.start_least: 1,
            qp.mean_start2: 0}  # fmt: skip


BELOW = ((1, 3), 1), ((0, 0, 3, 3), 2), ((1, 1, 1, 9), 1), ((0, 1, 2), 1)  # curvatures and k
BRACKETS = {0: (2, 0), 1: (1, 0), 2: (3, 0), 3: (0, 0), 5: (F(-1, 3), F(1, 3))}  # below and above
STEPS, RUNS, PAST = 200, 20, 10.0**6


def expect_decay(
    claim: Claim, rng: np.random.Generator, case: Case, threshold: Fraction, at: dict[Any, Any]
) -> None:
    """One dimension, 5 % below what is claimed to be no more than the threshold, batches by the item.

    With independent batches E e_t^2 <= 1 for e_0 = 1, so |e_t| > 10^6 has a chance of at most 10^-12 a run
    (Markov's inequality): such a run refutes.
    """
    item = claim.item(words.BATCHES)
    if item == words.INDEPENDENT:
        item = words.UNIFORM if case.sampling == "uniform" else words.WITH_REPLACEMENT
    slopes, size = [float(m[0][0]) for m in case.components], case.batch_size
    step = float(threshold) * 0.95
    for _ in range(RUNS):
        try:
            drawn = list(islice(item.sample(rng, len(slopes), size), STEPS))
        except ValueError:
            return  # no batches of this size
        error = 1.0
        for batch in drawn:
            error *= abs(1 - step * sum(slopes[i] for i in batch) / len(batch))
        if error > PAST:
            refute(claim, f"|e| = {error:.1e} after {STEPS} steps at {step}", {**at, "case": case})


def q_kappa(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        number = 1 + count % 6
        one = [rational(rng, -2, 2, 6) for _ in range(number)]
        two = [rational(rng, -2, 2, 6) for _ in range(number)]
        for size in range(1, number + 2):
            at: dict[Any, Any] = {N: number, k: size}
            if not inside(claim, at):
                continue
            for name, listed in (
                (qu.kappa_uniform, list(combinations(range(number), size))),
                (qu.kappa_replacement, list(product(range(number), repeat=min(size, 4)))),
            ):
                if name == qu.kappa_replacement and size > 4:
                    continue
                if not listed:
                    refute(claim, "no such batch", at)
                law = Means(one, two, [(x, F(1, len(listed))) for x in listed])
                factor = measured(claim, law, (name,), LEGEND["quadratic.mean_square"])[name]
                here = {**at, name: factor, kappa: claim.meaning(kappa).value(counted(law))}
                here |= measured(claim, law, (mean_a, mean_b, mean_ab, qu.batch_ab))
                judge(claim, here, lambda part, name=name: part.has(name, kappa))
            played += 1
    return played


def second_moment(case: Case, step: Fraction, start: fmpq_mat, push: Fraction, steps: int) -> Any:
    """E|e_p|^2 by the recursion over all batches (a ball); push: E|g_B|^2, added at every step."""
    size = case.problem.dimension
    move = flint.arb_mat(enumerated_operator(case, step))
    state = flint.arb_mat(fmpq_mat(size * size, 1, start.entries()))
    add = flint.arb_mat(fmpq_mat(size * size, 1, identity(size).entries()))
    for _ in range(steps):
        state = move * state + add * (ball(push) * ball(step) ** 2)
    return sum((state[i * size + i, 0] for i in range(size)), flint.arb(0))


def q_ms(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        case, step = family(rng, count), rational(rng, F(1, 10), F(3, 2), 14)
        push = F(0) if rng.integers(3) else F(1)
        full = count != 8 and (bool(rng.integers(2)) or count % 2 == 0)
        size = case.problem.dimension
        starts = [axis(case, j) for j in range(size)] if full else [axis(case, size - 1)]
        here = as_sum(case, step, starts=starts)
        at = {
            **setting(claim, case),
            qu.gradient2: push,
            **measured(claim, here, (qu.start_least,)),
        }
        if not inside(claim, at):
            continue
        played += 1
        values = operators(claim, case, step)
        values[spectral_radius(operator)] = claim.meaning("rho").value(values[operator])
        named = {str(x): x for x in (operator, qu.C_ms, qu.growth)}
        said = {
            part.lhs: part.rhs for part in relations(claim.formula) if part.lhs in named.values()
        }
        if evaluated(said[operator], values) != values[operator]:
            refute(claim, "M_C", {**at, "case": case, C: step})
        try:
            claimed = evaluated(said[qu.C_ms], values)
        except Singular:
            refute(claim, "C_ms divides by a singular operator", {**at, "case": case})
        if not claimed.overlaps(ball(claim.meaning(qu.C_ms).value(here))):
            refute(claim, f"C_ms = {claimed}", {**at, "case": case})
        for slopes, drawn in BELOW[played - 1 : played]:
            line = Case([[[F(x)]] for x in slopes], drawn)
            there = setting(claim, line) | measured(
                claim, as_sum(line, along=axis(line)), (qu.l, qu.v)
            )
            expect_decay(claim, rng, line, equals(claim, qu.C_direction, there), there)
        start = sum((e * e.transpose() for e in starts), fmpq_mat(size, size))
        half = F(int((claimed * 2**40).mid().floor().unique_fmpz()), 2**41)
        late = second_moment(case, half, start, push, 1500)
        first = second_moment(case, half, start, push, 100)
        if push and not late < first / 2 and not late < flint.arb("1e-6"):
            refute(claim, "below C_ms the second moment does not tend to 0", {**at, "case": case})
        growth = evaluated(said[qu.growth], values)
        rate, room = claim.meaning(qu.growth).value(here), (flint.arb(size).log() + 1) / LATE
        if rate.is_finite() and growth.is_finite() and not abs(rate - growth) < room:
            refute(claim, f"growth {growth}, found {rate}", {**at, "case": case, C: step})
        if size == 1:
            here = as_sum(case, along=axis(case))
            judge(
                claim,
                at | measured(claim, here, (qu.l, qu.v, qu.C_direction)),
                lambda part: part.has(qu.v),
            )
    return played


def q_indefinite(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        case, step = family(rng, count), rational(rng, F(-1), F(2), 12)
        size = case.problem.dimension
        raw = [(1, 0), (0, 1), (F(3, 5), F(4, 5))][count % 3] if size == 2 else (1,)
        vector = fmpq_mat([[fmpq(F(x).numerator, F(x).denominator)] for x in raw])
        here = as_sum(case, step, along=vector)
        names = (qu.q_v, qu.second_v, qu.image_v, qu.form_excess, qu.trace_excess)
        at = {C: step, **measured(claim, here, names)}
        if not inside(claim, at):
            continue
        played += 1
        moved = claim.meaning(operator).value(here)
        at[spectral_radius(operator)] = claim.meaning("rho").value(moved)
        judge(claim, at)
    return played


def _commuting(case: Case) -> Case:
    """The diagonals of its components."""
    size = range(case.problem.dimension)
    parts = [[[m[i][j] if i == j else F(0) for j in size] for i in size] for m in case.components]
    return Case(parts, case.batch_size, case.sampling)


def _mirrored(case: Case) -> Case:
    """With the mirror image of each component: Q is diagonal, and they need not commute."""
    size = range(case.problem.dimension)
    images = [
        [[m[i][j] if i == j else -m[i][j] for j in size] for i in size] for m in case.components
    ]
    return Case([*case.components, *images], case.batch_size, case.sampling)


def brackets(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Q-BRACKET and Q-LARGE-BATCH where Q is diagonal: components that commute, and some that do not."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count)
        if count % 3 == 2:
            slopes, drawn = BELOW[count // 3 % 4]
            case = Case([[[F(x)]] for x in slopes], drawn)
        diagonal = _mirrored if count % 3 == 1 else _commuting
        case = SINGLE_J if count == 3 else diagonal(case)
        size = case.problem.dimension
        here = as_sum(case)
        if definiteness(here.mean) < 1:
            continue
        known = measured(claim, here, (qb.nu_min, qb.nu_max), {"nu_min": sums.NU_MIN})
        low, high = sums.NU_MIN.value(here), sums.NU_MAX.value(here)
        at: dict[Any, Any] = {**setting(claim, case), **known, qb.s: low, qb.t: high,
                              **measured(claim, here, (qb.l_max, qu.C_ms), QUADRATIC)}  # fmt: skip
        lows, highs = [0, F(1, 7), 1, 2, 3, 4, F(-1, 3)], [0, F(1, 3), F(1, 3), -high / 2]
        down, up = BRACKETS.get(count) or (choose(rng, lows), choose(rng, highs))
        at |= {qb.s: low - down, qb.t: high + up}
        if not inside(claim, at):
            continue
        played += 1
        for part in relations(claim.formula):
            for name in (qb.least, qb.largest):
                for node in part.atoms(name):
                    modes = [
                        claim.meaning(qu.l).value(as_sum(case, along=axis(case, j)))
                        for j in range(size)
                    ]
                    try:
                        at[node] = claim.meaning(name).value(
                            [value(node.args[0], {**at, qu.l: x}) for x in modes]
                        )
                    except ZeroDivisionError:
                        refute(claim, f"{node} has no value", at)
        judge(claim, at)
        for part in relations(claim.formula):
            if part.gts == qu.C_ms and size == 1:
                expect_decay(claim, rng, case, value(part.lts, at), at)
    return played


def counts(number: int, size: int, sampling: str) -> Draws:
    """How often a batch holds one and two of the samples, by counting subsets or sequences."""
    pairs, square = F(size * (size - 1)), F(size, number)
    if sampling == "uniform":
        return Draws(number, size, square, pairs / (number * (number - 1)) if number > 1 else F(0))
    return Draws(number, size, square + pairs / number**2, pairs / number**2)


def q_small_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        number, size = [(2, 1), (40, 39), (9, 1), (12, 5)][count % 4]
        problem = Case(_symmetric(rng, number, 1 + count // 4 % 2)).problem
        factors = [choose(rng, [F(0), F(1), F(1, 2), F(number - size, size * (number - 1))])
                   for _ in range(2)]  # fmt: skip
        at: dict[Any, Any] = {qu.gradient2: 0, N: number, k: size, qb.kappa_1: factors[0],
                              qb.kappa_2: factors[1]}  # fmt: skip
        if definiteness(problem.mean) < 1 or not inside(claim, at):
            continue
        played += 1
        if size + 1 <= number:
            for name, way in ((qb.drop_uniform, "uniform"), (qb.drop_replacement, "replacement")):
                pair = counts(number, size, way), counts(number, size + 1, way)
                at |= measured(claim, pair, (name,))
            judge(claim, at, lambda p: p.has(qb.drop_uniform, qb.drop_replacement))
        for symbol, factor in zip((qb.kappa_1, qb.kappa_2), factors, strict=True):
            at[qb.threshold_of(symbol)] = claim.meaning("C_ms").value(
                Sum(problem.matrices, kappa=factor)
            )
        judge(claim, at, lambda p: p.has(qb.threshold_of))
    return played


def q_flat(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        case, factor = family(rng, count), rational(rng, F(-2), 3, 10)
        if definiteness(case.problem.mean) < 1:
            continue
        at: dict[Any, Any] = {qu.gradient2: 0, qb.u: factor}
        if not inside(claim, at):
            continue
        claim.drawn((qb.Q,))
        played += 1
        scaled = replace(
            case, components=[[[factor * x for x in row] for row in m] for m in case.components]
        )
        if scaled.threshold.kind != FINITE:
            refute(claim, "the scaled family has no threshold", {**at, "case": case})
        one, two = (claim.meaning("C_ms").value(as_sum(x)) for x in (case, scaled))
        judge(claim, {**at, qb.threshold_of(qb.Q): one, qb.threshold_of(qb.u * qb.Q): two})
    return played
