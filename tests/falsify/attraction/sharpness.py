"""Searches: the batch's curvature along its own gradient, from plain gradients and difference quotients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tests.falsify.seeing import measured
from tests.falsify.sums.draws import TINY, about
from tests.falsify.sums.items import batches_of, data_of, linear_of, mean_of, numbers, plus
from tests.falsify.sums.tools import (
    cases,
    choose,
    inside,
    judge,
    plain_step,
    precise,
    rational,
    refute,
    squared,
)
from tests.frames import inner, off_span
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours import batch_sharpness as bs
from theory.notation import a, b, eta, n
from theory.vocabulary.runs import Sharp

F = Fraction
SIZES = [(2, 1), (3, 2), (4, 2), (2, 2), (3, 1), (8, 7), (5, 4), (9, 1), (3, 3)]
MOST_BATCHES = 300
Vector = list[Fraction]


def gradient(
    data: list[Vector], weight: Vector, batch: Sequence[int], linear: bool = True
) -> Vector:
    """Of the batch's mean loss."""
    after = plain_step(data, weight, batch, F(1), linear)
    return [(x - y) / len(batch) for x, y in zip(weight, after, strict=True)]


def bent(
    data: list[Vector],
    weight: Vector,
    batch: Sequence[int],
    along: Vector,
    linear: bool = True,
) -> Fraction:
    """v' H v, v = ``along``, by a difference quotient of the gradient, relative error of TINY's size."""
    moved = gradient(data, plus(weight, TINY, along), batch, linear)
    return (inner(moved, along) - inner(gradient(data, weight, batch, linear), along)) / TINY


def sharpness(
    claim: Claim,
    rng: np.random.Generator,
    data: list[Vector],
    weight: Vector,
    points: int,
    size: int,
    linear: bool = True,
) -> Sharp | None:
    """What E[g'Hg]/E[g'g] over the claim's batches reads; None where no batch has a gradient."""

    def part(top: bool) -> Any:
        def value(batch: tuple[int, ...]) -> Any:
            g = gradient(data, weight, batch, linear)
            scale = max(map(abs, g))
            if scale == 0:
                return about(0, "0")
            unit = [x / scale for x in g]
            share = scale**2 / reference**2
            return about(
                (bent(data, weight, batch, unit, linear) if top else squared(unit)) * share
            )

        return value

    slopes = [gradient(data, weight, (k,), linear) for k in range(points)]
    reference = max(abs(x) for g in slopes for x in g)
    if reference == 0:
        return None
    law = Sharp(lambda value: mean_of(claim, rng, points, size, value), part(True), part(False))
    return law if law.mean(law.size) > 0 else None


@precise
def batch_sharpness(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """On the axis of x_1 at any m, either neuron; near x_1 all data live, and the whole loss at x_1."""
    played = 0
    for count in cases(seconds):
        points, size = SIZES[count % len(SIZES)]
        if claim.item(words.BATCHES) != words.UNIFORM and points**size > MOST_BATCHES:
            points, size = 3, 2
        size, _ = batches_of(claim, rng, points, size)
        data = data_of(claim, rng, points, points + 1)
        step = choose(
            rng, [F(1, 2), F(1, 4), F(49, 100), F(51, 100), F(0), rational(rng, F(0), F(2))]
        )
        place = choose(rng, [F(1), F(0), F(1, 2), F(9, 10), F(2), F(-3, 2)])
        off = off_span(numbers(rng, points + 1), data)
        c = [F(int(x)) for x in rng.integers(-2, 3, size=2)] if count % 5 else [F(0), F(0)]
        share = F(int(rng.integers(2)))
        shift = [F(0)] * (points + 1)
        for times, x in zip(c, data, strict=False):
            shift = plus(shift, times, x)
        shift = plus(shift, share, off)
        at: dict[Any, Any] = {
            n: points, b: size, a: step, eta: step * size, bs.m: place, bs.on_axis: c[0] ** 2,
            bs.on_others: c[1] ** 2, bs.off_data: share * squared(off),
        }  # fmt: skip
        if points < 2 or not any(off) or not inside(claim, at):
            continue
        played += 1
        one = data[0]
        axis = sharpness(
            claim, rng, data, [place * x for x in one], points, size, linear_of(claim, rng)
        )
        near = sharpness(claim, rng, data, plus(one, F(1, 10**30), shift), points, size)
        if axis is None or near is None:
            refute(claim, "no batch has a gradient, so there is no sharpness", at)
        whole = bent(data, one, range(points), one) / (inner(one, one) or 1)
        some = numbers(rng, points + 1)
        if bent(data, one, range(points), some) > (F(whole) + F(1, 10**20)) * squared(some):
            refute(claim, "the whole loss has a larger curvature", at)
        touched = sharpness(claim, rng, data, plus(one, F(1, 10**30), one), points, size)
        forms = [F(whole), bent(data, one, range(points), off) / squared(off)]
        judge(
            claim,
            {
                **at,
                **measured(claim, axis, (bs.sharp_axis,)),
                **measured(claim, near, (bs.sharp_near,)),
                **measured(claim, touched, (bs.sharp_point,)),
                **measured(claim, forms, (bs.sharp_whole,)),
            },
        )
    return played


@precise
def on_a_cycle(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Rational 2-cycles on the axis of x_1 (and x_1 itself at a = 1/2): secants and curvatures there.

    Of the linear neuron also on the side of -x_1, where ReLU has none.
    """
    played = 0
    for count in cases(seconds):
        points, size = SIZES[count % len(SIZES)]
        k = choose(rng, [F(3), F(4), F(10), F(100), rational(rng, F(3), F(9))])
        z, x = 4 * k / (k**2 + 3), 2 * (k**2 - 3) / (k**2 + 3)
        if z == 1 or x == z:  # one point of the cycle is 0
            continue
        step, places = 1 / (2 * (1 - z**2)), ((x - z) / 2, (x + z) / 2)
        if count % 4 == 0:
            step, places = F(1, 2), (F(1), F(1))
        at: dict[Any, Any] = {n: points, b: size, a: step, eta: step * size}
        if not inside(claim, at):
            continue
        played += 1
        data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
        side = choose(rng, [1, -1]) if linear else 1
        places = (side * places[0], side * places[1])
        batch = list(range(size))
        slopes, bends = [], []
        for here, there in (places, places[::-1]):
            weight = [here * y for y in data[0]]
            if plain_step(data, weight, batch, step, linear) != [there * y for y in data[0]]:
                refute(claim, "the two points are not exchanged", at)
            slopes.append(inner(gradient(data, weight, batch, linear), data[0]))
            bends.append(bent(data, weight, batch, data[0], linear))
        if places[0] != places[1]:
            ends = list(zip(places, slopes, strict=True))
            judge(claim, at | measured(claim, ends, (bs.secant,)), lambda part: part.has(bs.secant))
        average = claim.meaning(bs.sharp_cycle).value(bends)
        middle = average.limit_denominator(10**6)  # exact where the cycle is x_1 itself
        at[bs.sharp_cycle] = middle if places[0] == places[1] else about(average)
        judge(claim, at, lambda part: not part.has(bs.secant))
    return played


FALSIFIERS = {"BATCH-SHARPNESS": batch_sharpness, "BATCH-SHARPNESS-CYCLE": on_a_cycle}
