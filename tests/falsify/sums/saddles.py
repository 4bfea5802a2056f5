"""Falsifiers for the exponents at the saddles of orthogonal data of unequal norms."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import chances, measured
from tests.falsify.sums.draws import TINY, listed, over
from tests.falsify.sums.items import batches_of, data_of, linear_of, numbers, plus, sigma
from tests.falsify.sums.norms import NORMS, log_of
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    equals,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    sizes,
    squared,
)
from tests.frames import inner, off_span
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import saddle_trap as st
from theory.assumptions import unequal_norms as un
from theory.notation import a, b, n, p
from theory.vocabulary.factors import LOG_ALONG, LOG_OFF, LOG_RADIAL, Factors
from theory.vocabulary.windows import Window

F = Fraction
Vector = list[Fraction]


def chances_of(claim: Claim, points: int, size: int) -> dict[Any, Any]:
    return measured(claim, chances(points, size), (p, st.p_both))


def _pairs(points: int, size: int, step: Fraction, one: Fraction, two: Fraction) -> Factors:
    """Factors at x_i/sigma_i by the four cases of i, j in or out of the batch."""
    ways = {(i, j): comb(points - 2, size - i - j) for i in (0, 1) for j in (0, 1)
            if 0 <= size - i - j <= points - 2}  # fmt: skip
    law = {x: ball(F(k, comb(points, size))) for x, k in ways.items()}

    def of(pair: tuple[int, int]) -> dict[str, Fraction]:
        i, j = pair
        return {"along": 1 - step * one**2 * i + step * two**2 * j, "off": 1 - step * one**2 * i,
                "radial": 1 - 4 * step * one**2 * i}  # fmt: skip

    return listed(law, of)


def exponent(points: int, size: int, step: Fraction, one: Fraction, two: Fraction) -> flint.arb:
    """E of the change of log|c_j| at x_i/sigma_i."""
    return _pairs(points, size, step, one, two).expected(lambda f: log_of(f["along"]))


def _played(
    claim: Claim, rng: np.random.Generator, points: int, size: int, step: Fraction
) -> Any:  # fmt: skip
    """(step, norms, factors of c_j, w_perp, r2 - 1) at x_1/sigma_1 by plain steps; None where undefined."""
    data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
    one, two = sigma(data[0]), sigma(data[1])
    if not all(isinstance(x, Fraction) and x for x in (one, two)):
        return None
    step = step / one**2
    at, off = [x / one for x in data[0]], off_span(numbers(rng, points + 1), data)
    sides = plus(at, TINY, data[1]), plus(at, TINY, off), plus(at, TINY, at)
    if not any(off) or not inner(sides[0], data[1]):
        return None

    @cache
    def of(batch: Any) -> dict[str, Fraction]:
        after = [plain_step(data, side, batch, step, linear) for side in sides]
        return {"along": inner(after[0], data[1]) / inner(sides[0], data[1]),
                "off": inner(after[1], off) / inner(sides[1], off),
                "radial": (squared(after[2]) - 1) / (squared(sides[2]) - 1)}  # fmt: skip

    return step, one, two, over(claim, rng, points, size, of)


def _window(claim: Claim, rng: np.random.Generator, one: Fraction, two: Fraction) -> Window | None:
    """Signs of the exponents at x_1/sigma_1 at b = 1, by plain steps on two data whose lengths can be set."""
    data, linear = data_of(claim, rng, 2, 3), linear_of(claim, rng)
    lengths = [sigma(x) for x in data]
    off = off_span(numbers(rng, 3), data)
    if not all(isinstance(x, Fraction) and x for x in lengths) or not any(off):
        return None
    units = [[c / length for c in x] for x, length in zip(data, lengths, strict=True)]
    at, off = units[0], [c / (1 + squared(off)) for c in off]

    def negative(side: Vector, factor: Any) -> Any:
        """Whether the product over both draws of a factor's size is below 1."""

        def of(step: Fraction, ratio: Fraction) -> bool:
            pair = [[c * one for c in units[0]], [c * one * ratio for c in units[1]]]
            found = F(1)
            for i in (0, 1):
                found *= factor(plain_step(pair, side, (i,), step, linear), side)
            return abs(found) < 1

        return of

    def coordinate(x: Vector) -> Any:
        return negative(plus(at, TINY, x), lambda after, side: inner(after, x) / inner(side, x))

    beside = plus(at, TINY, at)
    if not inner(plus(at, TINY, units[1]), units[1]):
        return None
    radial = negative(beside, lambda after, side: (squared(after) - 1) / (squared(side) - 1))
    return Window(coordinate(units[1]), coordinate(off), radial, 1 / one**2, two / one)


def exponents(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-EXPONENT and SADDLE-WINDOW: the law of a pair on large sets, plain steps on small ones."""
    played = windows = 0
    for count in cases(seconds):
        small = count % 2 > 0 or claim.item(words.BATCHES) != words.UNIFORM
        points, size = sizes(rng, count + 1, 30)
        if small:
            points = choose(rng, [2, 3, 4, 4, 8])
            size = int(rng.integers(1, points + 1)) if points < 8 else 1
        one, two = choose(rng, NORMS), choose(rng, NORMS)
        if claim.id == "SADDLE-WINDOW":
            size = 1
        if points < 2:
            continue
        share = rational(rng, F(1, 100), F(99, 100), 40)
        step = share / one**2
        if small:
            size, _ = batches_of(claim, rng, points, size)
            made = _played(claim, rng, points, size, share)
            if made is None:
                continue
            step, one, two, here = made
        else:
            here = _pairs(points, size, step, one, two)
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              un.sigma_m: two, st.kept_c2: choose(rng, [F(1, 9), F(0)])}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        if claim.id == "NORMS-EXPONENT":
            if at[st.kept_c2] == 0:
                refute(claim, "a coordinate that is 0 from some step on has the exponent -oo", at)
            at |= chances_of(claim, points, size)
            at |= measured(claim, here, (un.rate_j, un.rate_off, st.rate_radial))
            skip = 4 * step * one**2 == 1 or not at[st.rate_radial].is_finite()
            judge(claim, at, lambda x, no=skip: not (no and x.has(st.rate_radial)))
            continue
        if windows < 3 and (window := _window(claim, rng, one, two)) is not None:
            asked = (st.a_low, st.a_high, *(() if windows else (st.widest,)))
            found, windows = measured(claim, window, asked), windows + 1
            judge(claim, at | found, lambda part, known=found: part.has(*known))
        low, high = equals(claim, st.a_low, at), equals(claim, st.a_high, at)
        rates = [x.value(here) for x in (LOG_ALONG, LOG_OFF, LOG_RADIAL)]
        surely, hardly = all(bool(x < 0) for x in rates), any(bool(x > 0) for x in rates)
        wide = max(abs(step - low), abs(step - high)) > F(1, 10**9)
        if step not in (low, high) and wide and (
            (surely and not low < step < high) or (hardly and low < step < high)
        ):  # fmt: skip
            refute(claim, f"window ({low}, {high}), all negative: {surely}", at)
        if (low < high) != (two**2 / one**2 < equals(claim, st.widest, at)):
            refute(claim, "the window is empty or not", at)
    return played


def share(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-SHARE: the exponent by the law of a pair, at large and at critical shares.

    An inequality between norms, sizes and a: no neuron is in it (NORMS-EXPONENT's search plays both).
    """
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 40)
        one = choose(rng, NORMS)
        if points < 2:
            continue
        critical = F(
            points - 1, max(size - 1, 1)
        )  # sigma_j^2/sigma_i^2, met by a square from below
        two = one * choose(
            rng, [F(int(1000 * float(critical) ** 0.5) + 1, 1000), F(1), F(3), F(6, 5)]
        )
        step = choose(rng, [F(1, 100), F(1, 2), F(618, 1000), F(9, 10), F(3, 10)]) / one**2
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              **chances_of(claim, points, size)}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        if not exponent(points, size, step, one, two) > 0:
            refute(claim, "the exponent is not positive", at)
        judge(claim, at)
    return played
