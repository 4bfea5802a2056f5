"""Falsifiers for sums of quadratics: exact second moments by listing batches, no kappa and no V."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, islice, product
from typing import Any

import flint
import numpy as np
from flint import fmpq, fmpq_mat

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
from tests.quadratic.cases import Case, Singular, batches, enumerated_operator, evaluated, values_of
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.quadratic import bounds as qb
from theory.quadratic import mean_square as qu
from theory.quadratic import paths as qp
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    mean_a,
    mean_ab,
    mean_b,
    operator,
)
from theory.quadratic.thresholds import FINITE, compare, definiteness, identity
from theory.vocabulary.meanings import VARIANCE_FACTOR, Draws

F = Fraction


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
    parts = []
    for _ in range(number):
        matrix = [[F(0)] * size for _ in range(size)]
        for i in range(size):
            matrix[i][i] = rational(rng, F(-1, 2), 3, 12)
            for j in range(0 if diagonal else i):
                matrix[i][j] = matrix[j][i] = rational(rng, F(-1, 2), F(1, 2), 8)
        parts.append(matrix)
    scheme = choose(rng, ["uniform", "replacement"])
    return Case(parts, int(choose(rng, [1, number, int(rng.integers(1, number + 1))])), scheme)


def numbers(case: Case) -> tuple[Fraction, Fraction]:
    """Mean and variance of one-dimensional components."""
    values = [F(m[0][0]) for m in case.components]
    mean = sum(values) / len(values)
    return mean, sum(x * x for x in values) / len(values) - mean**2


def factor_of(claim: Claim, case: Case) -> Fraction:
    """kappa as the claim means it, from how often a batch holds samples."""
    size, count = case.batch_size, case.problem.count
    pairs = F(size * (size - 1))
    if case.sampling == "uniform":
        product = pairs / (count * (count - 1)) if count > 1 else F(0)
        law = Draws(count, size, F(size, count), product)
    else:
        law = Draws(count, size, F(size, count) + pairs / count**2, pairs / count**2)
    try:
        return F(claim.meaning(kappa).value(law))
    except LookupError:
        return F(VARIANCE_FACTOR.value(law))


def setting(claim: Claim, case: Case) -> dict[Any, Any]:
    """N, k, kappa, the sign of the least eigenvalue of Q, a shared minimiser and a full start."""
    return {N: case.problem.count, k: case.batch_size, kappa: factor_of(claim, case),
            qu.l_min: definiteness(case.problem.mean), qu.gradient2: 0, qu.start_least: 1,
            qp.mean_start2: 0}  # fmt: skip


BELOW = ((1, 3), 1), ((0, 0, 3, 3), 2), ((1, 1, 1, 9), 1), ((0, 1, 2), 1)  # curvatures and k
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
            found = {}
            for name, listed in (
                (qu.kappa_uniform, list(combinations(range(number), size))),
                (qu.kappa_replacement, list(product(range(number), repeat=min(size, 4)))),
            ):
                if name == qu.kappa_replacement and size > 4:
                    continue
                if not listed:
                    refute(claim, "no such batch", at)
                means = [[sum(v[i] for i in batch) / size for v in (one, two)] for batch in listed]
                moment = sum((x * y for x, y in means), F(0)) / len(means)
                whole = [sum(v, F(0)) / number for v in (one, two)]
                mixed = sum((x * y for x, y in zip(one, two, strict=True)), F(0)) / number
                factor = equals(claim, name, at)
                here = {**at, mean_a: whole[0], mean_b: whole[1], mean_ab: mixed, kappa: factor}
                found[name] = equals(claim, qu.batch_ab, here)
                if found[name] != moment:
                    refute(claim, f"E[a_B b_B] is {moment}, claimed {found[name]}", here)
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
        at = {**setting(claim, case), qu.gradient2: push, qu.start_least: int(full)}
        if not inside(claim, at):
            continue
        played += 1
        values, one = values_of(case, step), identity(case.problem.dimension**2)
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
        for sign, near in ((1, 1 - F(1, 10**6)), (-1, 1 + F(1, 10**6))):
            beside = claimed * ball(near)
            at_step = F(int((beside * 2**80).mid().floor().unique_fmpz()), 2**80)
            if definiteness(one - enumerated_operator(case, at_step)) != sign:
                refute(claim, f"C_ms = {claimed}", {**at, "case": case})
        size = case.problem.dimension
        for slopes, drawn in BELOW[played - 1 : played]:
            line = Case([[[F(x)]] for x in slopes], drawn)
            mean, variance = numbers(line)
            here = {**setting(claim, line), qu.l: mean, qu.v: variance}
            expect_decay(claim, rng, line, equals(claim, qu.C_direction, here), here)
        start = identity(size)
        if not full:
            start = fmpq_mat(size, size)
            start[size - 1, size - 1] = 1
        half = F(int((claimed * 2**40).mid().floor().unique_fmpz()), 2**41)
        late = second_moment(case, half, start, push, 1500)
        first = second_moment(case, half, start, push, 100)
        if push and not late < first / 2 and not late < flint.arb("1e-6"):
            refute(claim, "below C_ms the second moment does not tend to 0", {**at, "case": case})
        growth = evaluated(said[qu.growth], values)
        far = second_moment(case, step, start, F(0), 512)
        if far > 0 and growth.is_finite():
            rate, room = far.log() / 512, (flint.arb(size).log() + 1) / 512
            if rate < growth - room or rate > growth + room:
                refute(claim, f"growth {growth}, found {rate}", {**at, "case": case, C: step})
        if size == 1:
            mean, variance = numbers(case)
            here = {qu.l: mean, qu.v: variance, kappa: case.kappa}
            if compare(case.problem, case.kappa, equals(claim, qu.C_direction, here)) != 0:
                refute(claim, "C_j", {**at, "case": case})
    return played


def q_indefinite(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        case, step = family(rng, count), rational(rng, F(-1), F(2), 12)
        drawn = batches(case)
        size = case.problem.dimension
        raw = [(1, 0), (0, 1), (F(3, 5), F(4, 5))][count % 3] if size == 2 else (1,)
        vector = fmpq_mat([[fmpq(F(x).numerator, F(x).denominator)] for x in raw])

        def mean(values: list[Any]) -> Fraction:
            total = sum(values, fmpq(0)) / len(values)
            return F(int(total.p), int(total.q))

        forms = [(vector.transpose() * m * vector)[0, 0] for m in drawn]
        images = [((m * vector).transpose() * (m * vector))[0, 0] for m in drawn]
        at = {qu.q_v: mean(forms), qu.second_v: mean([x * x for x in forms]),
              qu.image_v: mean(images), C: step}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        moved = enumerated_operator(case, step)
        outer = fmpq_mat(size * size, 1, (vector * vector.transpose()).entries())
        after = moved * outer
        form = (outer.transpose() * after)[0, 0] - 1
        total = sum((after[i * size + i, 0] for i in range(size)), fmpq(0)) - 1
        at[qu.form_excess] = F(int(form.p), int(form.q))
        at[qu.trace_excess] = F(int(total.p), int(total.q))
        judge(claim, at, lambda part: part.lhs in (qu.form_excess, qu.trace_excess))
        if definiteness(identity(size * size) - moved) != -1:
            refute(claim, "rho(M_C) <= 1", {**at, "case": case})
    return played


def brackets(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Q-BRACKET and Q-LARGE-BATCH on commuting components: C_ms and the best s, t are rational."""
    played = 0
    for count in cases(seconds):
        case = family(rng, count)
        if count % 3 == 2:
            slopes, drawn = BELOW[count // 3 % 4]
            case = Case([[[F(x)]] for x in slopes], drawn)
        size = case.problem.dimension
        parts = [[F(m[j][j]) for j in range(size)] for m in case.components]
        means = [sum(p[j] for p in parts) / len(parts) for j in range(size)]
        spread = [sum(p[j] ** 2 for p in parts) / len(parts) - means[j] ** 2 for j in range(size)]
        if min(means) <= 0:
            continue
        ms = min(2 * x / (x * x + case.kappa * y) for x, y in zip(means, spread, strict=True))
        low, high = min(spread), max(spread)  # D Q = diag(l_j v_j) against Q
        at: dict[Any, Any] = {**setting(claim, case), qu.l_min: min(means), qb.l_max: max(means),
                              qu.C_ms: ms, qb.s: low, qb.t: high}  # fmt: skip
        down = choose(rng, [0, F(1, 7), 1, 2, 3, 4]) if count > 3 else [2, 1, 3, 2][count]
        at |= {qb.nu_min: low, qb.nu_max: high}
        at[qb.s] = low - down
        at[qb.t] = high + choose(rng, [0, 0, F(1, 3), -high / 2])
        if rng.integers(8) == 0:
            at[qb.s] = low + F(1, 3)
        if not inside(claim, at):
            continue
        played += 1
        for part in relations(claim.formula):
            for name, pick in ((qb.least, min), (qb.largest, max)):
                for node in part.atoms(name):
                    try:
                        at[node] = pick(value(node.args[0], {**at, qu.l: x}) for x in means)
                    except ZeroDivisionError:
                        refute(claim, f"{node} has no value", at)
        judge(claim, at)
        for part in relations(claim.formula):
            if part.gts == qu.C_ms and size == 1:
                expect_decay(claim, rng, case, value(part.lts, at), at)
    return played


def q_small_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        number, size = [(2, 1), (40, 39), (9, 1), (12, 5)][count % 4]
        values = [rational(rng, F(-1), 3, 12) for _ in range(number)]
        mean = sum(values) / number
        variance = sum(x * x for x in values) / number - mean**2
        factors = [choose(rng, [F(0), F(1), F(1, 2), F(number - size, size * (number - 1))])
                   for _ in range(2)]  # fmt: skip
        at: dict[Any, Any] = {qu.gradient2: 0, N: number, k: size, qb.kappa_1: factors[0],
                              qb.kappa_2: factors[1]}  # fmt: skip
        if mean <= 0 or not inside(claim, at):
            continue
        played += 1
        if size + 1 <= number:
            at[qb.drop_uniform] = F(number - size, size * (number - 1)) - F(
                number - size - 1, (size + 1) * (number - 1)
            )
            at[qb.drop_replacement] = F(1, size) - F(1, size + 1)
            judge(claim, at, lambda p: p.has(qb.drop_uniform, qb.drop_replacement))
        for symbol, factor in zip((qb.kappa_1, qb.kappa_2), factors, strict=True):
            at[qb.threshold_of(symbol)] = 2 * mean / (mean**2 + factor * variance)
        judge(claim, at, lambda p: p.has(qb.threshold_of))
    return played


def q_flat(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        case, factor = family(rng, count, 1), rational(rng, F(-2), 3, 10)
        mean, variance = numbers(case)
        if case.problem.dimension > 1 or mean <= 0:
            continue
        at: dict[Any, Any] = {qu.gradient2: 0, qb.u: factor}
        if not inside(claim, at):
            continue
        played += 1
        scaled = Case(
            [[[factor * m[0][0]]] for m in case.components], case.batch_size, case.sampling
        )
        if scaled.threshold.kind != FINITE:
            refute(claim, "the scaled family has no threshold", {**at, "case": case})
        at[qb.threshold_of(qb.Q)] = 2 * mean / (mean**2 + case.kappa * variance)
        exact = equals(claim, qb.threshold_of(qb.u * qb.Q), at)
        if compare(scaled.problem, scaled.kappa, exact) != 0:
            refute(claim, f"C_ms of the scaled family is not {exact}", {**at, "case": case})
    return played
