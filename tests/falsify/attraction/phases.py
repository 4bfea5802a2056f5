"""Searches at x_1/sigma_1 on data of unequal norms: moments of the factor of c_2, by plain steps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from tests.falsify.sums.draws import TINY, about
from tests.falsify.sums.items import batches_of, data_of, mean_of, plus, sigma
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    precise,
    rational,
    refute,
)
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.unequal_norms import sigma_i, sigma_j
from theory.neighbours import saddle_phases as sp
from theory.notation import a, b, n
from theory.vocabulary.data import inner

F = Fraction
SIZES = [(2, 1), (3, 2), (4, 3), (2, 2), (3, 1), (8, 7), (4, 2), (5, 2), (9, 1)]
SHARES = [F(1, 2), F(1, 4), F(49, 100), F(51, 100), F(1, 50), F(99, 100), F(1), F(3, 2), F(0)]
MOST_BATCHES = 300
FAR = F(2**20)  # past every line: h_as <= 1/(1 - beta), and beta <= 99/100 where it is drawn
Law = list[tuple[Fraction, int, int]]  # chance, how often 1 and 2 are drawn


def law_of(claim: Claim, points: int, size: int) -> Law | None:
    """How often 1 and 2 are drawn; None where the item gives no law."""
    known = claim.item(words.BATCHES).gives.get("chance")
    if known is None:
        return None
    total: dict[tuple[int, int], Fraction] = {}
    for batch, chance in known(points, size).items():
        key = batch.count(0), batch.count(1)
        total[key] = total.get(key, F(0)) + chance
    return [(chance, i, j) for (i, j), chance in total.items()]


def zero_of(function: Any) -> flint.arb | None:
    """Where an increasing function of h in (0, FAR) changes sign; None where it has one sign."""
    low, high = F(0), FAR
    if function(high) < 0 or function(F(1, 10**9)) > 0:
        return None
    for _ in range(130):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return ball(low) + flint.arb(0, "1e-20")


def roots(law: Law, step: Fraction) -> tuple[flint.arb | None, flint.arb | None]:
    """h at which E log|f| is 0, and at which E f^2 is 1; None where there is none."""

    def path(h: Fraction) -> flint.arb:
        total = flint.arb(0)
        for chance, i, j in law:
            factor = abs(1 - step * i + step * h * j)
            total += ball(chance) * (ball(factor).log() if factor else flint.arb("-inf"))
        return total

    def square(h: Fraction) -> Fraction:
        return sum((c * (1 - step * i + step * h * j) ** 2 for c, i, j in law), F(-1))

    if any(path(F(k, 8)) < 0 <= path(F(k - 1, 8)) for k in range(1, 40)):
        return None, None  # E log|f| falls somewhere: beyond what is claimed
    return zero_of(path), zero_of(square)


def _moments(
    claim: Claim, rng: np.random.Generator, points: int, size: int, share: Fraction
) -> dict[Any, Any] | None:
    """The point of the claim's symbols at x_1/sigma_1, by plain steps beside it."""
    data = data_of(claim, rng, points, points + 1)
    one, two = sigma(data[0]), sigma(data[1])
    if not all(isinstance(x, Fraction) and x for x in (one, two)):
        return None
    step = share / one**2
    at = [x / one for x in data[0]]
    beside, far = plus(at, TINY, data[1]), plus(at, TINY, at)
    if not inner(beside, data[1]):
        return None

    def factor(batch: tuple[int, ...]) -> Fraction:
        return inner(plain_step(data, beside, batch, step), data[1]) / inner(beside, data[1])

    def log_of(batch: tuple[int, ...]) -> flint.arb:
        f = factor(batch)
        return about(abs(f)).log() if abs(f) > F(1, 10**20) else flint.arb("-inf")

    def mean(value: Any) -> flint.arb:
        return mean_of(claim, rng, points, size, value)

    moved = plain_step(data, far, (0,), step)
    radial = (inner(moved, moved) - 1) / (inner(far, far) - 1)
    return {
        n: points, b: size, a: step, sigma_i: one, sigma_j: two, sp.beta: share, sp.h: (two / one) ** 2,
        sp.mean_growth: about(mean(lambda x: ball(factor(x))) - 1),
        sp.square_growth: about(mean(lambda x: ball(factor(x) ** 2)) - 1),
        sp.rate: mean(log_of), sp.factor_radial: radial.limit_denominator(10**6),
    }  # fmt: skip


@precise
def phases(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-PHASES: signs on both sides of the lines, and the lines by bisection of the item's own law."""
    played = 0
    for count in cases(seconds):
        points, size = SIZES[count % len(SIZES)]
        if claim.item(words.BATCHES) != words.UNIFORM and points**size > MOST_BATCHES:
            points, size = 3, 2
        size, _ = batches_of(claim, rng, points, size)
        share = choose(rng, [*SHARES, rational(rng, F(0), F(1), 40)])
        at = _moments(claim, rng, points, size, share)
        if at is None or not inside(claim, at):
            continue
        played += 1
        law, lines = law_of(claim, points, size), (None, None)
        if law is not None:
            lines = roots(law, share)
            if None in lines:
                refute(claim, "there is no such line", at)
            at |= {sp.h_as: lines[0], sp.h_ms: lines[1]}
        _judge(claim, at, law is not None)
        if law is not None and _near(at[sp.h_ms], F(1)) and size == points:
            refute(claim, "h_ms is 1", at)
    return played


def _judge(claim: Claim, at: Mapping[Any, Any], lines: bool) -> None:
    judge(claim, at, lambda part: lines or not part.has(sp.h_as, sp.h_ms))


def _near(number: flint.arb, value: Fraction) -> bool:
    return bool(number.overlaps(ball(value)))


@precise
def two_batches(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-PHASES-BATCH: the same moments at two batch sizes, on data of the same norms."""
    played = 0
    for _ in cases(seconds):
        points = choose(rng, [2, 3, 4, 5])
        sizes = sorted(int(x) for x in rng.integers(1, points + 1, size=2))
        if claim.item(words.BATCHES) != words.UNIFORM and points ** sizes[1] > MOST_BATCHES:
            continue
        share = choose(rng, [*SHARES, rational(rng, F(0), F(1), 40)])
        seed = int(rng.integers(2**32))
        found = [
            _moments(claim, np.random.default_rng(seed), points, k, share) for k in sizes
        ]  # fmt: skip
        if None in found:
            continue
        low, high = found
        at: dict[Any, Any] = {**low, sp.b_more: sizes[1]}
        if not inside(claim, at):
            continue
        played += 1
        per = [F(points, k) for k in sizes]
        gains = {
            name: high[symbol] * ball(per[1]) - low[symbol] * ball(per[0])
            for name, symbol in ((sp.rate_gain, sp.rate), (sp.square_gain, sp.square_growth))
        }
        if sizes[0] == sizes[1]:
            refute(claim, "nothing is gained", at)
        judge(claim, {**at, **gains})
    return played


FALSIFIERS = {"SADDLE-PHASES": phases, "SADDLE-PHASES-BATCH": two_batches}
