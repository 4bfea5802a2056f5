"""Searches at x_1/sigma_1 on data of unequal norms: moments of the factor of c_2, by plain steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import measured, way_of
from tests.falsify.sums.draws import TINY, over
from tests.falsify.sums.items import batches_of, data_of, linear_of, plus, sigma
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
from tests.frames import inner
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.unequal_norms import sigma_i, sigma_j
from theory.neighbours import saddle_phases as sp
from theory.notation import a, b, n
from theory.vocabulary.factors import Factors, Line, path_rate

F = Fraction
SIZES = [(2, 1), (3, 2), (4, 3), (2, 2), (3, 1), (8, 7), (4, 2), (5, 2), (9, 1)]
SHARES = [F(1, 2), F(1, 4), F(49, 100), F(51, 100), F(1, 50), F(99, 100), F(1), F(3, 2), F(0)]
MOST_BATCHES = 300
Law = list[tuple[Fraction, int, int]]  # chance, how often 1 and 2 are drawn


def law_of(claim: Claim, points: int, size: int) -> Law | None:
    """How often 1 and 2 are drawn; None where the item gives no law."""
    known = way_of(claim, points + size).gives.get("chance")
    if known is None:
        return None
    total: dict[tuple[int, int], Fraction] = {}
    for batch, chance in known(points, size).items():
        key = batch.count(0), batch.count(1)
        total[key] = total.get(key, F(0)) + chance
    return [(chance, i, j) for (i, j), chance in total.items()]


def falls(line: Line) -> bool:
    """Whether E log|f| falls somewhere: beyond what is claimed."""
    return any(path_rate(line, F(k, 8)) < 0 <= path_rate(line, F(k - 1, 8)) for k in range(1, 40))


def _moments(
    claim: Claim, rng: np.random.Generator, points: int, size: int, share: Fraction
) -> tuple[dict[Any, Any], Factors] | None:
    """The claim's parameters, and the factors at x_1/sigma_1 by plain steps beside it."""
    data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
    one, two = sigma(data[0]), sigma(data[1])
    if not all(isinstance(x, Fraction) and x for x in (one, two)):
        return None
    step = share / one**2
    at = [x / one for x in data[0]]
    beside, far = plus(at, TINY, data[1]), plus(at, TINY, at)
    if not inner(beside, data[1]):
        return None

    @cache
    def of(batch: tuple[int, ...]) -> dict[str, Fraction]:
        moved = plain_step(data, far, batch, step, linear)
        along = inner(plain_step(data, beside, batch, step, linear), data[1]) / inner(
            beside, data[1]
        )
        return {"along": along, "radial": (inner(moved, moved) - 1) / (inner(far, far) - 1)}

    at = {
        n: points,
        b: size,
        a: step,
        sigma_i: one,
        sigma_j: two,
        sp.beta: share,
        sp.h: (two / one) ** 2,
    }
    return at, over(claim, rng, points, size, of, per=F(points, size))


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
        made = _moments(claim, rng, points, size, share)
        if made is None or not inside(claim, made[0]):
            continue
        played += 1
        at, step = made[0], replace(made[1], per=F(1))
        at |= measured(claim, step, (sp.mean_growth, sp.square_growth, sp.rate))
        one = {"radial": step.of((0,))["radial"], "left out": step.of((1,))["radial"]}
        at |= measured(claim, one, (sp.factor_radial,))
        law = law_of(claim, points, size)
        if law is not None:
            line = Line(law, share)
            lines = measured(claim, line, (sp.h_as, sp.h_ms))
            if None in lines.values() or falls(line):
                refute(claim, "there is no such line", at)
            at |= lines
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
        (low, first), (_, second) = found
        at: dict[Any, Any] = {**low, sp.b_more: sizes[1]}
        if not inside(claim, at):
            continue
        played += 1
        gains = measured(claim, (first, second), (sp.rate_gain, sp.square_gain))
        if sizes[0] == sizes[1]:
            refute(claim, "nothing is gained", at)
        judge(claim, {**at, **gains})
    return played


FALSIFIERS = {"SADDLE-PHASES": phases, "SADDLE-PHASES-BATCH": two_batches}
