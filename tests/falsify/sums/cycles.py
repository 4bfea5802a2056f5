"""Falsifiers for batches in a fixed or a reshuffled order: epochs of plain steps, as the claim draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import chain, islice
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import Seen, measured, seen
from tests.falsify.sums.draws import TINY
from tests.falsify.sums.items import (
    DRAWS,
    SLACK,
    Batch,
    batches_by,
    batches_of,
    data_of,
    float_path,
    linear_of,
    numbers,
    plus,
)
from tests.falsify.sums.sums import law_of
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    plain_steps,
    rational,
    refute,
)
from tests.frames import inner, off_span
from theorem_audit.doubt.again import kept
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.assumptions import epochs as ep
from theory.notation import a, b, n, q_i, q_i_next, q_j, q_j_next, r2, s
from theory.vocabulary.factors import Factors
from theory.vocabulary.runs import CycleEnds, Orbit

F = Fraction


def _own_batches(
    claim: Claim, rng: np.random.Generator, at: dict[Any, Any], points: int, size: int
) -> tuple[int, Iterator[Batch]] | None:
    """The size and the batches that the claim's item draws, told to ``at``; None outside its region."""
    if not inside(claim, at):
        return None
    size, batches = batches_of(claim, rng, points, size)
    at |= {b: size, ep.epochs: points // size}
    return (size, batches) if inside(claim, at) else None


def cyclic(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The epoch's factors twice: A is the first batch, whatever the second epoch draws."""
    played = 0
    for count in cases(seconds):
        size = [1, 2, 1, 3, 8, 4][count % 6] if count < 12 else int(rng.integers(1, 4))
        points = size * int(choose(rng, [2, 2, 3] if size < 8 else [2])) + int(rng.integers(5) == 0)
        step = choose(
            rng, [F(1, 4), F(49, 100), F(1, 100), F(1, 2), F(3, 5), rational(rng, 0, F(1, 2))]
        )
        at: dict[Any, Any] = {n: points, b: size, a: step, ep.epochs: points // size}
        if (own := _own_batches(claim, rng, at, points, size)) is None:
            continue
        size, batches = own
        data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
        epochs = [list(islice(batches, points // size)) for _ in range(2)]
        first = epochs[0][0]
        others = [i for i in range(points) if i not in first]
        off = off_span(numbers(rng, points + 1), data)
        if not others or not any(off) or any(not any(x) for x in data):
            continue
        played += 1
        state = numbers(rng, points + 1, 1, 8)
        q = [inner(state, data[i]) for i in first]
        if len(q) > 1 and (linear or q[0] * q[1] > 0):
            before = state
            for batch in [*epochs[0], *epochs[1]]:
                after = plain_step(data, before, batch, step, linear)
                state = seen(before, data, linear=linear, after=after, pair=(first[0], first[1]))
                here = measured(claim, state, (q_i, q_j, q_i_next, q_j_next))
                judge(claim, {**at, **here}, lambda part: part.has(q_i_next))
                before = after
        one, other = data[first[0]], data[others[0]]
        weight = (
            one if len(first) == 1 else plus([F(3, 5) * x for x in one], F(4, 5), data[first[1]])
        )
        sides = plus(weight, TINY, other), plus(weight, TINY, off), plus(weight, TINY, weight)
        for epoch in epochs:
            moved, away, radius = (plain_steps(data, w, epoch, step) for w in sides)
            masses = [
                sum((inner(w, data[i]) ** 2 for i in first), F(0)) - 1 for w in (radius, sides[2])
            ]
            bottoms = (inner(sides[0], other), inner(moved, one), inner(sides[0], one), masses[1])
            if 0 in bottoms:
                refute(claim, "a factor is undefined", at)
            found = {
                "along": inner(moved, other) / bottoms[0],
                "own": inner(moved, one) / inner(sides[0], one),
                "off": inner(away, off) / inner(sides[1], off),
                "radial": masses[0] / masses[1],
            }
            at |= measured(claim, found, (ep.factor_between, ep.factor_off, ep.factor_radial))
            judge(claim, at, lambda part: not part.has(q_i_next))
    return played


def _on_two(
    rng: np.random.Generator,
    data: Any,
    batches: Iterator[Batch],
    masses: Any,
    size: int,
    linear: bool,
) -> tuple[list[Batch], np.ndarray]:
    """(four batches, the weight with these masses on the first two); of the linear neuron any signs do."""
    drawn = list(islice(batches, 4))
    weight = np.zeros(len(data[0]))
    for batch, mass in zip(drawn[:2], masses, strict=True):
        for i in batch:
            side = choose(rng, [1, -1]) if linear else 1
            weight = weight + side * (float(mass) / size) ** 0.5 * np.array(data[i], float)
    return drawn, weight


def cyclic_shared(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Two batches' masses, exactly; then four plain float steps, after which the orbit has closed.

    Of ReLU every coordinate is positive: a passive one is multiplied by u twice an epoch, which no orbit is.
    """
    played = 0
    for count in cases(seconds):
        u = choose(rng, [F(31, 35), F(4, 5), F(99, 100), F(7937, 10000)]) if count % 2 else rational(
            rng, F(1, 2), F(11, 10), 60)  # fmt: skip
        size = 1 + int(rng.integers(4))
        rest = F(int(rng.integers(3) == 0), 4)
        at: dict[Any, Any] = {ep.u: u, b: size, n: 2 * size, ep.epochs: 2, ep.mass_elsewhere: rest}
        if not inside(claim, at):
            continue
        played += 1
        if u == 1:
            refute(claim, "a = 0: there is no orbit", at)
        orbit = Orbit(u, rest)
        names = (a, ep.first_square, ep.second_square, ep.multiplier, ep.other_multiplier, r2)
        at |= measured(claim, orbit, names)
        step, X, Y = at[a], at[ep.first_square], at[ep.second_square]
        if not 0 < step < F(1, 2):
            refute(claim, f"a = {step}", at)
        judge(claim, at)
        data, linear = data_of(claim, rng, 2 * size, 2 * size), linear_of(claim, rng)
        drawn, weight = _on_two(
            rng, data, batches_of(claim, rng, 2 * size, size)[1], (X, Y), size, linear
        )
        if len(drawn[0]) != size:
            continue
        after = float_path(data, weight[None], float(step), [iter(drawn)], 4, linear)
        if not np.abs(after - weight).max() < 1e-9:
            refute(claim, f"the orbit has not closed after {drawn}", at)
    return played


EPOCHS = 40  # how many times 1/a^2 of them a run has: by then it is on one batch, if it ever is


@cache
def _lost(step: float) -> float:
    """The mass of the batch seen first in a unit start from which neither of two batches wins, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        own = (low + high) / 2
        first, second = own, 1 - own
        for _ in range(int(EPOCHS / step**2)):
            grown = first * (1 - step * first + step * (2 - first - second)) ** 2
            first, second = grown, second * (1 - step * first) ** 2
            grown = second * (1 - step * second + step * (2 - first - second)) ** 2
            first, second = first * (1 - step * second) ** 2, grown
        low, high = (low, own) if first > second else (own, high)
    return low


def _lost_start(points: int, step: float) -> np.ndarray:
    """The lost start on two batches, in the order in which a run draws its data."""
    share = np.repeat([_lost(step), 1 - _lost(step)], points // 2)
    return np.asarray((share / (points // 2)) ** 0.5)


@kept
def _played(
    rng: np.random.Generator, item: Item, sizes: tuple[int, int], data: Any, c: np.ndarray,
    lost: bool, step: float, parts: int, linear: bool,
) -> tuple[np.ndarray, np.ndarray, list[list[Batch]]]:  # fmt: skip
    """The weights of runs after a quarter of all steps, and after all, and each run's batches of 20 epochs.

    They start at the coordinates ``c``; with ``lost``, at that start for the order of their own batches, and
    with the signs of ``c``.
    """
    draws = [batches_by(item, rng, *sizes)[1] for _ in c]
    orders = [list(islice(d, 20 * parts)) for d in draws]
    if lost:
        for k, order in enumerate(orders):
            at = [i for batch in order[:parts] for i in batch]
            if sorted(at) == list(range(sizes[0])):
                c[k, at] = np.sign(c[k, at]) * _lost_start(sizes[0], step)
    whole = [chain(o, d) for o, d in zip(orders, draws, strict=True)]
    steps = int(EPOCHS / step**2) * parts
    early = float_path(data, c @ np.array(data, float), step, whole, steps // 4, linear)
    seen_so = [list(dict.fromkeys(order)) for order in orders]
    return early, float_path(data, early, step, whole, steps - steps // 4, linear), seen_so


def cyclic_limit(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs of 40/a^2 epochs from the start's law: four of five are on one batch's sphere, and stay on it.

    A run that is on one batch's sphere after a quarter of its steps, and on another's in the end, has no limit.
    A law that is one point, but for signs, is played where the item admits it: the start that no batch wins.
    """
    played = 0
    for count in cases(seconds):
        size, parts = [(1, 2), (2, 2), (1, 3)][count % 3]
        points, step = size * parts, float(choose(rng, [F(1, 4), F(2, 5), F(3, 10), F(3, 5)]))
        norm = choose(rng, [F(1), F(1), F(0)])
        at: dict[Any, Any] = {
            n: points,
            b: size,
            a: F(step),
            ep.epochs: parts,
            **measured(claim, Seen([norm], [1], norm * norm, norm), (r2, s)),
        }
        if not inside(claim, at):
            continue
        played += 1
        data = data_of(claim, rng, points, points)
        x = np.array(data, float)
        start = claim.item(words.START)
        c = start.sample(rng, 20, points)
        c = c / np.linalg.norm(c, axis=1, keepdims=True) * float(norm) ** 0.5
        linear = linear_of(claim, rng)
        c = c if linear or not norm else c[(c > 0).any(axis=1)]  # the others are dead: no live mass
        lost = parts == 2 and step < 0.5 and norm == 1 and linear
        if lost and start.holds is not None:
            signs = rng.choice([-1.0, 1.0], size=(400, points))
            lost = start.holds(signs * _lost_start(points, step))
        item = claim.item(words.BATCHES)
        *times, orders = _played(rng, item, (points, size), data, c, lost, step, parts, linear)
        ends = [
            claim.meaning(ep.p_cyclic).value(CycleEnds(q, (q**2).sum(axis=1), orders))
            for q in (w @ x.T for w in times)
        ]
        left = np.abs(np.abs(times[0] @ x.T) - np.abs(times[1] @ x.T)).max(axis=1) > 0.1
        on = int((ends[1] & ~(ends[0] & left)).sum())
        if on < 4 * len(c) / 5 - 1:
            refute(claim, f"{on} of {len(c)} runs stay on one batch", at)
    return played


def reshuffled(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Epochs as the claim draws them: the share that has i and j in one batch, and exact factors at x_1."""
    played = 0
    fixed = [(2, 1), (3, 2), (4, 2), (6, 3), (6, 2), (5, 4), (6, 5), (6, 1), (4, 3)]
    for count in cases(seconds):
        points, size = fixed[count % 9]
        step = choose(rng, [F(1, 4), F(1, 10), F(49, 100), rational(rng, 0, F(3, 5))])
        at: dict[Any, Any] = {n: points, b: size, a: step, ep.epochs: points // size}
        if (own := _own_batches(claim, rng, at, points, size)) is None:
            continue
        size, batches = own
        played += 1
        data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
        off = off_span(numbers(rng, points + 1), data)
        sides = plus(data[0], TINY, data[1]), plus(data[0], TINY, off), plus(data[0], TINY, data[0])
        if not any(off) or not inner(sides[0], data[1]) or inner(sides[2], data[0]) ** 2 == 1:
            continue
        runs = DRAWS if count < 9 else 300
        wide = SLACK * (DRAWS / runs) ** 0.5
        drawn = Counter(tuple(islice(batches, points // size)) for _ in range(runs))

        @cache
        def moved_by(
            epoch: tuple[Batch, ...],
            side: int,
            h: Fraction = step,
            x: Any = data,
            v: Any = sides,
            linear: bool = linear,
        ) -> Any:
            """Epochs that begin alike share their first steps."""
            if not epoch:
                return v[side]
            return plain_step(x, moved_by(epoch[:-1], side), epoch[-1], h, linear)

        @cache
        def of(
            epoch: tuple[Batch, ...],
            x: Any = data,
            v: Any = sides,
            o: Any = off,
            by: Any = moved_by,
        ) -> Any:
            moved, away, far = (by(epoch, side) for side in range(3))
            return {
                "shared": any(0 in batch and 1 in batch for batch in epoch),
                "along": inner(moved, x[1]) / inner(v[0], x[1]),
                "own": inner(moved, x[0]) / inner(v[0], x[0]),
                "off": inner(away, o) / inner(v[1], o),
                "radial": (inner(far, x[0]) ** 2 - 1) / (inner(v[2], x[0]) ** 2 - 1),
            }

        def mean(value: Any, drawn: Any = drawn, wide: float = wide) -> flint.arb:
            """Over the epochs drawn, widened: for independent ones it misses the mean with a chance of 1e-9."""
            found = {epoch: value(of(epoch)) for epoch in drawn}
            ends = [float(x) for x in found.values()]
            total = sum((found[x] * times for x, times in drawn.items()), flint.arb(0))
            total /= drawn.total()
            return total + flint.arb(0, wide * (max(ends) - min(ends)) + 1e-20)

        if any(not of(epoch)["own"] for epoch in drawn):
            refute(claim, "q_i is 0 after an epoch", at)
        if not all(of(epoch)["along"] for epoch in drawn):
            continue
        here = Factors(lambda value: mean(lambda f: value(f)), lambda f: f)
        found = measured(claim, here, (ep.p_same, ep.epoch_ratio))
        law = law_of(points, size, "uniform")
        alone = Factors(
            lambda value, law=law: sum((value((x,)) * ball(p) for x, p in law), flint.arb(0)),
            of,
            per=F(points, size),
        )
        found |= measured(claim, alone, (ep.epoch_uniform,))
        for epoch in drawn:
            one = Factors(lambda value, epoch=epoch: value(epoch), of)
            found |= measured(claim, one, (ep.epoch_off, ep.epoch_radial))
            judge(
                claim,
                {**at, **found},
                lambda part, x=found[ep.epoch_radial]: (
                    x.is_finite() or not part.has(ep.epoch_radial)
                ),
            )
    return played
