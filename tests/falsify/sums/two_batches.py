"""Falsifiers for two batches in turn: the orbit's radius by its equations, and where plain runs end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, islice
from typing import Any

import numpy as np

from tests.falsify.sums.draws import TINY, about
from tests.falsify.sums.items import Batch, batches_of, data_of, float_path, linear_of
from tests.falsify.sums.tools import cases, choose, inside, judge, rational, refute
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import epochs as ep
from theory.assumptions import two_batches as tb
from theory.notation import a, b, d, n, r2, s

F = Fraction


def _orbit(left: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """(a, X, Y): B keeps ``left`` when A is seen, and the masses are exchanged: Y left^2 = X, X seen^2 = Y.

    So seen = 1/left = left + a (2 - X - Y), with a = (1 - left)/X and Y = X/left^2.
    """
    first = 2 * (1 - left) / (1 / left - left + (1 - left) * (1 + 1 / left**2))
    return (1 - left) / first, first, first / left**2


def cyclic_radius(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """(r2 - 1)/a from the orbit's equations, and its slope by a difference of 1e-30."""
    played = 0
    for count in cases(seconds):
        ends = [F(31, 35), F(7938, 10**4), F(7937006, 10**7), F(999, 1000), F(1), F(4, 5), F(7, 10)]
        left = ends[count] if count < len(ends) else rational(rng, F(1, 2), F(11, 10), 60)
        size = 1 + int(rng.integers(4))
        rest = F(int(rng.integers(3) == 0), 4)
        at: dict[Any, Any] = {
            ep.u: left,
            b: size,
            n: 2 * size,
            ep.epochs: 2,
            ep.mass_elsewhere: rest,
        }
        if not inside(claim, at):
            continue
        played += 1
        if left == 1:
            refute(claim, "a = 0: there is no orbit", at)
        step, first, second = _orbit(left)
        beside = _orbit(left + TINY)
        found = (first + second + rest - 1) / step
        slope = ((beside[1] + beside[2] + rest - 1) / beside[0] - found) / (beside[0] - step)
        judge(claim, {**at, tb.excess: found, tb.excess_slope: about(slope)})
    return played


def _ends(
    data: Sequence[Any], start: np.ndarray, step: float, linear: bool,
    draws: Sequence[Iterator[Batch]], parts: int,
) -> np.ndarray:  # fmt: skip
    """For each run after 40/a^2 epochs: which batch of its first epoch has all its mass, 1, or -1."""
    x, steps = np.array(data, float), int(40 / step**2) * parts if step else parts
    orders = [list(islice(draw, parts)) for draw in draws]
    whole = [chain(order, draw) for order, draw in zip(orders, draws, strict=True)]
    found = float_path(data, start, step, whole, steps, linear)
    ends = []
    for weight, order in zip(found, orders, strict=True):
        q = x @ weight
        held = [k for k, batch in enumerate(order) if abs((q[list(batch)] ** 2).sum() - 1) < 1e-3]
        alone = abs((weight**2).sum() - 1) < 1e-3
        ends.append(held[0] if len(held) == 1 and alone else -1)
    return np.array(ends)


def cyclic_two(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """20 runs from the start's law, and shares of the first batch from the unit sphere.

    A start that is within exp(-30) of the lost share is not drawn: every run has settled.
    """
    played = 0
    for count in cases(seconds):
        size, parts = [(1, 2), (2, 2), (1, 3), (3, 2)][count % 4]
        points, extra = size * parts, int(count % 3 == 1)
        step = choose(rng, [F(1, 5), F(3, 7), F(1, 5), F(2, 5), F(3, 5), F(0)])
        at: dict[Any, Any] = {
            n: points,
            d: points + extra,
            b: size,
            a: step,
            ep.epochs: parts,
            r2: 1,
        }
        if not inside(claim, at):
            continue
        played += 1
        data, linear = data_of(claim, rng, points, points + extra), linear_of(claim, rng)
        c = claim.item(words.START).sample(rng, 20, points + extra)
        frame = np.linalg.qr(np.array(data, float).T, mode="complete")[0].T
        frame[:points] = np.array(data, float)
        norms = np.linalg.norm(c, axis=1, keepdims=True)
        if not norms.all():
            refute(claim, "a start at 0 stays", at)
        draws = [batches_of(claim, rng, points, size)[1] for _ in range(20)]
        ends = _ends(data, c / norms @ frame, float(step), linear, draws, parts)
        if (ends < 0).any():
            refute(claim, f"{(ends < 0).sum()} of 20 runs are on no batch of the first epoch", at)
        if parts > 2 or extra:
            continue
        made = [batches_of(claim, rng, points, size)[1] for _ in range(24)]
        first = [list(islice(draw, 1)) for draw in made]
        shares = np.array(
            [0.02, *np.linspace(0.4, 0.6, 22), 0.98]
        )  # the lost one is near 1/2 - a/5
        weight = np.zeros((24, points))
        for k, ((batch,), share) in enumerate(zip(first, shares, strict=True)):
            weight[k] = ((1 - share) / max(points - len(batch), 1)) ** 0.5
            weight[k, list(batch)] = (share / len(batch)) ** 0.5
        again = [chain(x, y) for x, y in zip(first, made, strict=True)]
        where = _ends(data, weight @ np.array(data, float), float(step), linear, again, 2)
        parted = int((np.diff(where) != 0).sum())
        if parted != 1 or where[0] == where[-1]:
            refute(claim, f"the ends change {parted} times along the shares", at)
        judge(claim, {**at, ep.p_cyclic: 1, tb.exceptions: parted})
    return played


def cyclic_room(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """20 runs from the start's law, either neuron, with room off the data: every one has settled."""
    played = 0
    for count in cases(seconds):
        size, parts = [(1, 2), (2, 2), (1, 2), (1, 3)][count % 4]
        points, extra = size * parts, int(rng.integers(3))
        step = choose(rng, [F(1, 5), F(2, 5), F(2, 5), F(3, 5), F(0)])
        data, linear = data_of(claim, rng, points, points + extra), linear_of(claim, rng)
        x = np.array(data, float)
        frame = np.linalg.qr(x.T, mode="complete")[0].T
        frame[:points] = x
        c = claim.item(words.START).sample(rng, 20, points + extra)
        norms = np.linalg.norm(c, axis=1, keepdims=True)
        start = c / np.where(norms > 0, norms, 1) @ frame
        live = ((start @ x.T) ** 2 * (linear | (start @ x.T > 0))).sum(axis=1)
        at: dict[Any, Any] = {
            n: points,
            d: points + extra,
            b: size,
            a: step,
            ep.epochs: parts,
            r2: 1,
        }
        runs = [k for k in range(20) if inside(claim, {**at, s: min(F(float(live[k])), F(1))})]
        if not runs:
            continue
        played += 1
        draws = [batches_of(claim, rng, points, size)[1] for _ in runs]
        ends = _ends(data, start[runs], float(step), linear, draws, parts)
        if (ends < 0).any():
            refute(claim, f"{(ends < 0).sum()} of {len(runs)} runs are on no batch", at)
    return played


__all__ = ["cyclic_radius", "cyclic_room", "cyclic_two"]
