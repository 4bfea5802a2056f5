"""Falsifiers for two batches in turn: the orbit's radius by its equations, and where plain runs end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, islice
from typing import Any

import numpy as np

from tests.falsify.seeing import Seen, measured, norm2
from tests.falsify.sums.items import Batch, batches_by, data_of, float_path, linear_of
from tests.falsify.sums.tools import cases, choose, inside, judge, rational, refute
from theorem_audit.doubt.again import kept
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.assumptions import epochs as ep
from theory.assumptions import two_batches as tb
from theory.notation import a, b, d, n, s
from theory.vocabulary.runs import CycleEnds, Orbit

F = Fraction


def cyclic_radius(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """(r2 - 1)/a from the orbit's equations, and its slope by a difference of 1e-30.

    The orbit is SAMPLING-CYCLIC-SHARED's, whose search plays it with both neurons; here it is numbers alone.
    """
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
        judge(claim, at | measured(claim, Orbit(left, rest), (tb.excess, tb.excess_slope)))
    return played


@kept
def _played(
    rng: np.random.Generator, item: Item, sizes: tuple[int, int], data: Sequence[Any],
    begin: np.ndarray, step: float, linear: bool, parts: int,
) -> tuple[np.ndarray, list[list[Batch]]]:  # fmt: skip
    """The weights of runs after 40/a^2 epochs, and the batches of each run's first epoch.

    sizes: n and b.  begin: a start for each run, or (one-dimensional) the share of the run's first batch.
    """
    points, size = sizes
    draws = [batches_by(item, rng, points, size)[1] for _ in begin]
    x, steps = np.array(data, float), int(40 / step**2) * parts if step else parts
    start = begin
    if begin.ndim == 1:
        first = [list(islice(draw, 1)) for draw in draws]
        start = _shared(first, begin, points) @ x
        draws = [chain(y, z) for y, z in zip(first, draws, strict=True)]
    orders = [list(islice(draw, parts)) for draw in draws]
    whole = [chain(order, draw) for order, draw in zip(orders, draws, strict=True)]
    return float_path(data, start, step, whole, steps, linear), orders


def _shared(first: Sequence[Sequence[Batch]], shares: np.ndarray, points: int) -> np.ndarray:
    """Coordinates on the unit sphere: these shares of the mass on each run's first batch."""
    weight = np.zeros((len(shares), points))
    for k, ((batch,), share) in enumerate(zip(first, shares, strict=True)):
        weight[k] = ((1 - share) / max(points - len(batch), 1)) ** 0.5
        weight[k, list(batch)] = (share / len(batch)) ** 0.5
    return weight


def _ends(
    claim: Claim, data: Sequence[Any], run: tuple[np.ndarray, list[list[Batch]]]
) -> np.ndarray:
    """For each run: which batch of its first epoch has all its mass, 1, or -1."""
    found, orders = run
    q = found @ np.array(data, float).T
    on = claim.meaning(ep.p_cyclic).value(CycleEnds(q, (found**2).sum(axis=1), orders))
    where = [np.argmax([(w[list(batch)] ** 2).sum() for batch in order])
             for w, order in zip(q, orders, strict=True)]  # fmt: skip
    return np.where(on, where, -1)


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
            **norm2(claim, (F(1),)),
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
        item, n_b = claim.item(words.BATCHES), (points, size)
        run = _played(rng, item, n_b, data, c / norms @ frame, float(step), linear, parts)
        ends = _ends(claim, data, run)
        if (ends < 0).any():
            refute(claim, f"{(ends < 0).sum()} of 20 runs are on no batch of the first epoch", at)
        if parts > 2 or extra:
            continue
        shares = np.array(
            [0.02, *np.linspace(0.4, 0.6, 22), 0.98]
        )  # the lost one is near 1/2 - a/5
        run = _played(rng, item, n_b, data, shares, float(step), linear, 2)
        where = _ends(claim, data, run)
        parted = claim.meaning(tb.exceptions).value(where)
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
            **norm2(claim, (F(1),)),
        }
        masses = []
        for mass in live:  # a rounding may take it past 1
            one = Seen([F(float(mass) ** 0.5)], [1], F(1), F(1))
            masses.append({s: min(measured(claim, one, (s,))[s], F(1))})
        runs = [k for k in range(20) if inside(claim, at | masses[k])]
        if not runs:
            continue
        played += 1
        item, n_b = claim.item(words.BATCHES), (points, size)
        run = _played(rng, item, n_b, data, start[runs], float(step), linear, parts)
        ends = _ends(claim, data, run)
        if (ends < 0).any():
            refute(claim, f"{(ends < 0).sum()} of {len(runs)} runs are on no batch", at)
    return played


__all__ = ["cyclic_radius", "cyclic_room", "cyclic_two"]
