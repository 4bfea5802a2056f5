"""Falsifiers for how batches are drawn: exact steps, exact laws of the draws, plain runs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import measured, norm2, seen
from tests.falsify.sums.items import (
    batches_of,
    data_of,
    float_path,
    linear_of,
    mean_of,
    numbers,
    plus,
)
from tests.falsify.sums.levels import RUNS, STEPS, Runs, capture_level, past_another
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
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
from theory.assumptions import sampling as sa
from theory.minibatch.capture import g
from theory.notation import (
    S,
    a,
    b,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    s,
)
from theory.vocabulary.factors import Factors
from theory.vocabulary.meanings import Ends

F = Fraction
TINY = F(1, 10**30)


def about(number: Any, radius: str = "1e-25") -> flint.arb:
    """A ball: what was found at a distance of 1e-30 from a limit."""
    return ball(number) + flint.arb(0, float(radius))


def sampling_step(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, _ = sizes(rng, count, 6)
        extra = int(rng.integers(2))
        linear, step = linear_of(claim, rng), rational(rng, F(1, 50), 2)
        data = data_of(claim, rng, points, points + extra)
        weight = [rational(rng, -2, 2, 12) for _ in range(points + extra)]
        batch = [int(x) for x in rng.integers(0, points, size=1 + int(rng.integers(6)))]
        if not inside(claim, {}):
            continue
        after = plain_step(data, weight, batch, step, linear)
        row = count % len(weight)
        for j in range(points):
            step_ = seen(
                weight, data, linear=linear, after=after, batch=batch, pair=(j, j), row=row
            )
            at = measured(claim, step_, (S, r2, q_j, q_j_next, perp, perp_next, sa.m_j))
            claim.drawn((a,))
            judge(claim, {**at, a: step})
        played += 1
    return played


def difference_law(points: int, size: int) -> dict[int, flint.arb]:
    """The law of m_j - m_i: one index after the other."""
    law = {0: flint.arb(1)}
    move = ball(F(1, points))
    for _ in range(size):
        new: dict[int, flint.arb] = {}
        for key, chance in law.items():
            for shift, part in ((0, 1 - 2 * move), (1, move), (-1, move)):
                new[key + shift] = new.get(key + shift, flint.arb(0)) + chance * part
        law = new
    return law


def count_law(points: int, size: int) -> dict[int, flint.arb]:
    """The law of m_i."""
    one = F(1, points)
    return {k: ball(comb(size, k) * one**k * (1 - one) ** (size - k)) for k in range(size + 1)}


def product_step(rng: np.random.Generator, size: int, most: Fraction) -> Fraction:
    """a with a b up to ``most``, the end and what lies past it included at times."""
    share = choose(rng, [F(1, 2), F(9, 10), F(99, 100), F(1), F(3, 2), rational(rng, F(1, 20), 1)])
    return most * share / size


def _factors(claim: Claim, rng: np.random.Generator, points: int, step: Fraction) -> Any:
    """batch -> factors in one step beside x_1 of q_2, q_1, w_perp and q_1^2 - 1.

    None where the data drawn leave one of them without a meaning.
    """
    data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
    one, two = data[0], data[min(1, points - 1)]
    off = off_span(numbers(rng, points + 1), data)
    mixed, beside, far = plus(one, TINY, two), plus(one, TINY, off), plus(one, TINY, one)
    if not inner(mixed, two) or not any(off) or inner(far, one) ** 2 == 1 or not inner(one, one):
        return None

    @cache
    def of(batch: tuple[int, ...]) -> dict[str, Fraction]:
        after = plain_step(data, mixed, batch, step, linear)
        own, along = inner(after, one) / inner(mixed, one), inner(after, two) / inner(mixed, two)
        stretched = inner(plain_step(data, far, batch, step, linear), one) ** 2 - 1
        return {
            "own": own or F(1), "along": along if own else F(0),
            "off": inner(plain_step(data, beside, batch, step, linear), off) / inner(beside, off),
            "radial": stretched / (inner(far, one) ** 2 - 1),
        }  # fmt: skip

    return of


def over(
    claim: Claim, rng: np.random.Generator, points: int, size: int, of: Any, **more: Any
) -> Factors:
    """Factors with the mean over the claim's own batches."""
    return Factors(lambda value: mean_of(claim, rng, points, size, value), of, **more)


def listed(law: dict[int, flint.arb], of: Callable[[int], Any], **more: Any) -> Factors:
    """Factors with the mean over a law of numbers."""

    def mean(value: Any) -> flint.arb:
        return sum((chance * value(k) for k, chance in law.items()), flint.arb(0))

    return Factors(mean, of, **more)


def replacement(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SAMPLING-REPLACEMENT and SAMPLING-MOMENT: plain steps on small data, the law of m_j - m_i on large."""
    played = 0
    for count in cases(seconds):
        small = count % 3 > 0 or claim.item(words.BATCHES) != words.WITH_REPLACEMENT
        points, size = (int(rng.integers(1, 4)),) * 2 if small else sizes(rng, count, 12)
        size = int(rng.integers(1, 4)) if small else min(40, size + int(rng.integers(3)))
        if claim.item(words.BATCHES) != words.WITH_REPLACEMENT:
            size = min(size, points)
        at: dict[Any, Any] = {n: points, b: size, a: product_step(rng, size, F(1)),
                              g: choose(rng, [0, 1, F(1, 2), F(9, 10)])}  # fmt: skip
        if not inside(claim, at):
            continue
        if small:
            factors = _factors(claim, rng, points, F(at[a]))
            if factors is None:
                continue
            here = over(claim, rng, points, size, factors, power=F(at[g]))
        else:
            law, step = difference_law(points, size), F(at[a])
            if any(1 + step * shift <= 0 for shift in law):
                refute(claim, "a factor is not positive", at)
            here = listed(law, lambda k, h=step: {"along": 1 + h * k, "own": F(1)}, power=F(at[g]))
        played += 1
        symbol = sa.rate_multi if claim.formula.has(sa.rate_multi) else sa.moment
        judge(claim, at | measured(claim, here, (symbol,)), lambda part, x=symbol: part.has(x))
    return played


def radial_and_off(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SAMPLING-LOCAL and SAMPLING-EDGE: exponents by plain steps, or the binomial law; false levels."""
    played = captured = 0
    for count in cases(seconds):
        small = count % 3 > 0 or claim.item(words.BATCHES) != words.WITH_REPLACEMENT
        points, size = (int(rng.integers(1, 4)),) * 2 if small else sizes(rng, count, 30)
        size = int(rng.integers(1, points + 1)) if small else size
        edge = claim.id == "SAMPLING-EDGE"
        step = product_step(rng, size, F(1, 2))
        if edge:
            step = choose(rng, [F(1, 2), rational(rng, F(1, 10), 2)])
        at: dict[Any, Any] = {
            n: points,
            b: size,
            a: step,
            sa.U_exit: F(1, 10**6),
            sa.theta: F(1, 2),
            sa.U_ratio: F(1, 2),
        }
        if not inside(claim, at):
            continue
        if small:
            factors = _factors(claim, rng, points, step)
            if factors is None:
                continue
            here = over(claim, rng, points, size, factors)
        else:
            here = listed(
                count_law(points, size),
                lambda k, h=step: {"off": 1 - h * k, "radial": 1 - 4 * h * k},
            )
        names = (sa.rate_multi_radial,) if edge else (sa.rate_multi_off, sa.rate_multi_radial)
        at |= measured(claim, here, names)
        played += 1
        if at[sa.rate_multi_radial].is_finite():
            judge(claim, at, lambda part: not part.has(sa.p_local))
        if not edge:
            if played == 1:
                past_another(claim, rng, {n: 2, b: 1, a: F(1, 4)}, _runs(claim, rng, 2, 1, F(1, 4)))
            if captured < 2 and size * step < F(9, 20) and 2 <= points**size < 10:
                again = _runs(claim, rng, points, size, step)
                captured += capture_level(claim, rng, at, [F(1)] * points, size, step, again)
    return played


def float_runs(
    start: np.ndarray, rho: np.ndarray, step: float, draw: Callable[[int], np.ndarray], steps: int,
    relu: bool = False, norms: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(c, rho) after ``steps`` steps; draw(k): how often each index is drawn, an array (runs, n)."""
    c, off = start.astype(float).copy(), np.sqrt(rho)
    square = np.ones(c.shape[1]) if norms is None else norms**2
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps):
            times = draw(k) * ((c > 0) if relu else 1)
            mass = (times * square * c**2).sum(axis=1, keepdims=True)
            slack = 2 - (c**2).sum(axis=1, keepdims=True) - (off**2)[:, None]
            c, off = (
                c * (1 - step * mass + step * slack * square * times),
                off * (1 - step * mass[:, 0]),
            )
    return c, off**2


def multisets(rng: np.random.Generator, runs: int, points: int, size: int) -> Callable[[int], Any]:
    return lambda _: rng.multinomial(size, np.full(points, 1 / points), size=runs)


def subsets(rng: np.random.Generator, runs: int, points: int, size: int) -> Callable[[int], Any]:
    def draw(_: int) -> np.ndarray:
        order = rng.random((runs, points)).argsort(axis=1)
        return (order < size).astype(float)

    return draw


def _runs(claim: Claim, rng: np.random.Generator, points: int, size: int, step: Fraction) -> Runs:
    again = claim.item(words.BATCHES) == words.WITH_REPLACEMENT
    draw = (multisets if again else subsets)(rng, RUNS, points, size)
    return lambda c, off: float_runs(c, off, float(step), draw, STEPS)


def sampling_global(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Starts that are caught off the data or cycle, exactly or nearly; and where 20 runs of 1000 steps end.

    At the sizes played the exponent of q_j/q_i at a datum is below -1/50, so that a run that is not within
    1e-3 of one after 1000 steps is rare: half of them refute.
    """
    played = 0
    fixed: list[Any] = [
        (2, 1, F(1, 4), [F(1, 10), F(1, 30), F(2)]),  # outside the ball, caught
        (2, 1, F(3, 5), [F(6, 5), F(0), F(0)]),  # on an axis, a > 1/2: a cycle of the radius
        (2, 2, F(1, 8), [F(0), F(0), F(1)]),  # dead
        (3, 5, F(1, 20), [F(1), F(0), F(0), F(0)]),  # at the limit
        (2, 2, F(1, 5), [F(3, 5), F(4, 5), F(1, 5)]),
        (2, 1, F(9, 20), [F(3, 5), F(4, 5), F(0)]),
    ]
    for count in cases(seconds):
        if count < len(fixed):
            points, size, step, at_axes = fixed[count]
        else:
            points, size = int(rng.integers(1, 4)), int(rng.integers(1, 3))
            step, at_axes = product_step(rng, size, F(1, 2)), numbers(rng, points + 1, 1)
        data = data_of(claim, rng, points, points + 1)
        off = off_span(numbers(rng, points + 1), data)
        length = float(squared(off)) ** 0.5
        weight = [F(0)] * (points + 1)
        for c, x in zip(at_axes, data, strict=False):
            weight = plus(weight, c, x)
        if length:
            weight = plus(weight, at_axes[-1] * F(1 / length).limit_denominator(10**6), off)
        linear = linear_of(claim, rng)
        seen = [x for x in data if linear or inner(weight, x) > 0]
        live = plus(weight, -1, off_span(weight, seen))
        made = [batches_of(claim, rng, points, size) for _ in range(20)]
        draws, size = [x[1] for x in made if x[0] == made[0][0]], made[0][0]
        at: dict[Any, Any] = {n: points, b: size, a: step, s: squared(live), **norm2(claim, weight)}
        if not inside(claim, at):
            continue
        played += 1
        start = np.tile(np.array([float(x) for x in weight]), (len(draws), 1))
        slow = count >= len(fixed) and not F(1, 5) <= step * size <= F(9, 20)
        found = float_path(data, start, float(step), draws, 100 if slow else 1000, linear)
        q, norm = found @ np.array(data, float).T, (found**2).sum(axis=1)
        if (np.abs(q).max(axis=1) < 1e-6).any() or not np.isfinite(norm).all():
            refute(claim, "a run has no mass left on the data", at)
        if (norm >= 2).any():
            refute(claim, "a run leaves the ball", at)
        near = claim.meaning(sa.p_multi).value(
            Ends(start, found, np.array(data, float), relu=not linear)
        )
        if not slow and near.mean() < 0.5:
            refute(claim, f"{near.sum()} of {len(near)} runs are at a datum", at)
    return played


__all__ = ["about", "float_runs", "subsets"]
