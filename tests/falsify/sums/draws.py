"""Falsifiers for how batches are drawn: exact steps, exact laws of the draws, plain runs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from math import comb
from typing import Any

import flint
import numpy as np

from tests.falsify.sums.tools import (
    axes,
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
from theorem_audit.statement.claim import Claim
from theory.assumptions import sampling as sa
from theory.minibatch.capture import g
from theory.notation import (
    S,
    a,
    b,
    n,
    perp,
    perp_next,
    q_i,
    q_i_next,
    q_j,
    q_j_next,
    r2,
    s,
)

F = Fraction
TINY = F(1, 10**30)


def about(number: Any, radius: str = "1e-25") -> flint.arb:
    """A ball: what was found at a distance of 1e-30 from a limit."""
    return ball(number) + flint.arb(0, float(radius))


def sampling_step(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, _ = sizes(rng, count, 9)
        extra = int(rng.integers(2))
        linear, step = bool(rng.integers(2)), rational(rng, F(1, 50), 2)
        weight = [rational(rng, -2, 2, 12) for _ in range(points + extra)]
        batch = [int(x) for x in rng.integers(0, points, size=1 + int(rng.integers(6)))]
        if not inside(claim, {}):
            continue
        after = plain_step(axes(points, points + extra), weight, batch, step, linear)
        live = [linear or x > 0 for x in weight]
        mass = sum((weight[i] ** 2 for i in batch if live[i]), F(0))
        for j in range(points):
            at: dict[Any, Any] = {a: step, S: mass, r2: squared(weight), q_j: weight[j],
                                  q_j_next: after[j], sa.m_j: batch.count(j) * live[j],
                                  perp: weight[-1] if extra else 0,
                                  perp_next: after[-1] if extra else 0}  # fmt: skip
            judge(claim, at)
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


def replacement(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SAMPLING-REPLACEMENT and SAMPLING-MOMENT."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 12)
        size = min(40, size + int(rng.integers(3)))
        at: dict[Any, Any] = {n: points, b: size, a: product_step(rng, size, F(1)),
                              g: choose(rng, [0, 1, F(1, 2), F(9, 10)])}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        rate, moment = flint.arb(0), flint.arb(0)
        for shift, chance in difference_law(points, size).items():
            factor = 1 + F(at[a]) * shift
            if factor <= 0:
                refute(claim, f"a factor is {factor}", at)
            rate += chance * ball(factor).log()
            moment += chance * (ball(factor).log() * ball(at[g])).exp()
        judge(claim, {**at, sa.rate_multi: rate, sa.moment: moment})
    return played


def radial_and_off(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SAMPLING-LOCAL and SAMPLING-EDGE: exponents by the binomial law; levels that capture nothing."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 30)
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
        }
        if not inside(claim, at):
            continue
        played += 1
        law = count_law(points, size)
        for symbol, slope in ((sa.rate_multi_off, 1), (sa.rate_multi_radial, 4)):
            total = flint.arb(0)
            for times, chance in law.items():
                factor = abs(1 - slope * step * times)
                total += chance * (flint.arb("-inf") if factor == 0 else ball(factor).log())
            at[symbol] = total
        if at[sa.rate_multi_radial].is_finite():
            judge(claim, at, lambda part: not part.has(sa.p_local))
        if not edge:
            _level(claim)
            if count < 6 and size * step < F(9, 20):
                _near(claim, rng, points, size, float(step))
    return played


def _level(claim: Claim) -> None:
    """n = 2, b = 1, a = 1/4: past the other point theta is 1; half the runs from (1/10, 2) are lost."""
    at: dict[Any, Any] = {n: 2, b: 1, a: F(1, 4), sa.U_exit: 100, sa.theta: 1, sa.U_start: 3}
    lost = plain_step(axes(2, 2), [F(1, 10), F(2)], (1,), F(1, 4))
    if inside(claim, at) and lost[0] == 0:
        judge(claim, {**at, sa.p_local: F(1, 2)}, lambda part: part.has(sa.p_local))


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


def _near(claim: Claim, rng: np.random.Generator, points: int, size: int, step: float) -> None:
    """From 1e-12 beside x_1 the claimed chance is near 1: of 40 runs no half may leave in 300 steps."""
    c = np.full((40, points), 1e-12)
    c[:, 0] = 1 + 1e-3
    found, _ = float_runs(c, np.full(40, 1e-24), step, multisets(rng, 40, points, size), 300)
    left = int((np.abs(found[:, 1:]).sum(axis=1) > 0.1).sum())
    if left > 20:
        refute(claim, f"{left} of 40 runs leave x_1", {n: points, b: size, a: step})


def sampling_global(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    fixed: list[Any] = [
        (1, F(1, 4), [F(1, 10), F(1, 30)], F(4)),  # outside the ball, caught
        (1, F(3, 5), [F(6, 5), F(0)], F(0)),  # on an axis, a > 1/2: a cycle of the radius
        (2, F(1, 8), [F(0), F(0)], F(1)),  # dead
        (5, F(1, 20), [F(1), F(0), F(0)], F(0)),  # at the limit
        (3, F(1, 7), [F(7, 10), F(7, 10)], F(1)),
    ]
    played = 0
    for count in cases(seconds):
        if count < len(fixed):
            size, step, weight, rest = fixed[count]
            points = len(weight)
        else:
            points, size = sizes(rng, count, 6)
            size = min(9, size + int(rng.integers(4)))
            step, rest = product_step(rng, size, F(1, 2)), rational(rng, 0, 2)
            first = rational(rng, 0, 1)
            weight = [first] + [
                choose(rng, [F(0), first / 3, -first / 2]) for _ in range(points - 1)
            ]
        total = squared(weight)
        at: dict[Any, Any] = {n: points, b: size, a: step, s: total, r2: total + rest}
        if not inside(claim, at):
            continue
        played += 1
        c = np.tile(np.array([float(x) for x in weight]), (12, 1))
        steps = 600 if count < 10 else 300
        found, off = float_runs(c, np.full(12, float(rest)), float(step),
                                multisets(rng, 12, points, size), steps)  # fmt: skip
        norm = (found**2).sum(axis=1) + off
        dead = (found**2).sum(axis=1) < 1e-12
        if dead.any() or not np.isfinite(norm).all():
            refute(claim, f"{dead.sum()} of 12 runs have no mass left on the data", at)
        if ((norm >= 2) | (found * c < 0).any(axis=1)).any():
            refute(claim, "a run leaves the ball or a sign changes", at)
        wide = np.zeros(12, dtype=bool) | True
        for _ in range(20):  # on the sphere again and again unless the radius cycles
            found, off = float_runs(found, off, float(step), multisets(rng, 12, points, size), 20)
            mass_now = (found**2).sum(axis=1)
            wide &= (np.abs(mass_now + off - 1) > 0.2) & (mass_now > 0.3)
        if wide.any() and float(step) * size > 0.05:
            refute(claim, f"the radius of {wide.sum()} runs stays away from 1", at)
    return played


def partitions(rng: np.random.Generator, points: int, size: int) -> list[list[int]]:
    order = [int(x) for x in rng.permutation(points)]
    return [order[k : k + size] for k in range(0, points, size)]


def cyclic(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        size = [1, 2, 1, 3, 20, 4][count % 6]
        points = size * int(choose(rng, [1, 2, 3])) + int(rng.integers(4) == 0)
        step = choose(
            rng, [F(1, 4), F(49, 100), F(1, 100), F(1, 2), F(3, 5), rational(rng, 0, F(1, 2))]
        )
        at: dict[Any, Any] = {n: points, b: size, a: step, sa.epochs: points // size}
        if not inside(claim, at):
            continue
        played += 1
        batches = partitions(rng, points, size)
        data, linear = axes(points, points + 1), bool(rng.integers(2))
        first = batches[int(rng.integers(len(batches)))]
        other = next(i for batch in batches if batch is not first for i in batch)
        state = [
            choose(rng, [F(0), rational(rng, F(-1, 2), F(1, 2), 8)]) for _ in range(points + 1)
        ]
        if len(first) > 1 and (linear or state[first[0]] * state[first[1]] > 0):
            before, after = list(state), list(state)
            for batch in batches:
                after = plain_step(data, before, batch, step, linear)
                here = {q_i: before[first[0]], q_j: before[first[1]], q_i_next: after[first[0]],
                        q_j_next: after[first[1]]}  # fmt: skip
                judge(claim, {**at, **here}, lambda part: part.has(q_i_next))
                before = after
        weight = [F(0)] * (points + 1)
        weight[first[0]] = F(1) if len(first) == 1 else F(3, 5)
        if len(first) > 1:
            weight[first[1]] = F(4, 5)
        weight[other], weight[-1] = TINY, TINY
        moved = list(weight)
        for batch in batches:
            moved = plain_step(data, moved, batch, step, linear)
        stretched = [x * (1 + TINY / 2) for x in weight[:-1]] + [F(0)]
        stretched[other] = F(0)
        radius = list(stretched)
        for batch in batches:
            radius = plain_step(data, radius, batch, step, linear)
        at[sa.factor_between] = about(
            moved[other] / weight[other] / (moved[first[0]] / weight[first[0]])
        )
        at[sa.factor_off] = about(moved[-1] / weight[-1])
        at[sa.factor_radial] = about((squared(radius) - 1) / (squared(stretched) - 1))
        judge(claim, at, lambda part: not part.has(q_i_next))
    return played


def cyclic_shared(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        u = choose(rng, [F(31, 35), F(4, 5), F(99, 100), F(7937, 10000)]) if count % 2 else rational(
            rng, F(1, 2), F(11, 10), 60)  # fmt: skip
        size = 1 + int(rng.integers(4))
        at: dict[Any, Any] = {sa.u: u, b: size, n: 2 * size, sa.epochs: 2, sa.mass_elsewhere: 0}
        if not inside(claim, at):
            continue
        played += 1
        step = equals(claim, a, at)
        X, Y = equals(claim, sa.first_square, at), equals(claim, sa.second_square, at)
        if not 0 < step < F(1, 2):
            refute(claim, f"a = {step}", at)
        left, seen = 1 - step * X, 1 + step * (2 - 2 * X - Y)
        if X * seen**2 != Y or Y * left**2 != X or left <= 0 or seen <= 0:
            refute(claim, "the masses are not exchanged", at)
        J = ((-2 * step * Y * left, left**2), (seen**2 - 4 * step * X * seen, -2 * step * X * seen))
        twice = [[sum(J[i][k] * J[k][j] for k in (0, 1)) for j in (0, 1)] for i in (0, 1)]
        one, two = equals(claim, sa.multiplier, at), equals(claim, sa.other_multiplier, at)
        whole = twice[0][0] + twice[1][1], twice[0][0] * twice[1][1] - twice[0][1] * twice[1][0]
        if (one + two, one * two) != whole:
            refute(claim, f"multipliers {one}, {two}", at)
        judge(claim, {**at, a: step, sa.first_square: X, sa.second_square: Y, sa.multiplier: one,
                      sa.other_multiplier: two, r2: X + Y})  # fmt: skip
    return played


def cyclic_limit(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs of 40/a^2 epochs from the sphere: no half of them may be off every batch's sphere."""
    played = 0
    for count in cases(seconds):
        size, parts = [(1, 2), (2, 2), (1, 5), (2, 3)][count % 4]
        points, step = size * parts, choose(rng, [F(1, 4), F(2, 5), F(3, 10), F(3, 5)])
        at: dict[Any, Any] = {n: points, b: size, a: step, sa.epochs: parts, r2: 1, s: 1}
        if not inside(claim, at):
            continue
        played += 1
        c = rng.normal(size=(20, points))
        c /= np.linalg.norm(c, axis=1, keepdims=True)
        member = (np.arange(points)[None, :] // size == np.arange(parts)[:, None]).astype(float)
        found, _ = float_runs(c, np.zeros(20), float(step),
                              lambda k, m=member, p=parts: m[k % p][None, :],
                              int(40 / step**2) * parts)  # fmt: skip
        mass = np.sort((found**2).reshape(20, parts, size).sum(axis=2), axis=1)
        on = (np.abs(mass[:, -1] - 1) < 1e-3) & (mass[:, :-1].sum(axis=1) < 1e-3)
        if on.sum() < 10:
            refute(claim, f"{on.sum()} of 20 runs are on one batch", at)
        if count > 20:
            break
    return played


def reshuffled(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (3, 2), (4, 2), (6, 3), (6, 2), (5, 4), (6, 5), (6, 1), (4, 3)][
            count % 9
        ]
        step = choose(rng, [F(1, 4), F(1, 10), F(49, 100), rational(rng, 0, F(3, 5))])
        at: dict[Any, Any] = {n: points, b: size, a: step, sa.epochs: points // size}
        if not inside(claim, at):
            continue
        played += 1
        orders = list(permutations(range(points)))
        share = sum(order.index(0) // size == order.index(1) // size for order in orders)
        at[sa.p_same] = F(share, len(orders))
        both = ball(1 - step).log() + ball(1 + step).log()
        at[sa.epoch_ratio] = ball(1 - at[sa.p_same]) * both
        chance = F(size * (points - size), points * (points - 1))
        at[sa.epoch_uniform] = ball(F(points, size) * chance) * both
        at[sa.epoch_off] = ball(1 - step).log()
        radial = abs(1 - 4 * step)
        at[sa.epoch_radial] = flint.arb("-inf") if radial == 0 else ball(radial).log()
        judge(claim, at, lambda part, r=radial: r != 0 or not part.has(sa.epoch_radial))
        # one exact epoch at x_1: j apart from i has the factor (1 - a)(1 + a), with i it is kept
        order = [int(x) for x in rng.permutation(points)]
        weight = [F(1)] + [TINY] * (points - 1)
        for k in range(0, points, size):
            weight = plain_step(axes(points, points), weight, order[k : k + size], step)
        kept = order.index(0) // size == order.index(1) // size
        wanted = F(1) if kept else (1 - step) * (1 + step)
        if abs(weight[1] / TINY / weight[0] - wanted) > F(1, 10**20):
            refute(claim, "factor of an epoch", at)
    return played


__all__ = ["about", "float_runs", "subsets"]
