"""Searches: epochs of plain steps in ambient space, as polynomials in the step size cut after its square."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, permutations, product
from math import log, sqrt
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import measured, seen
from tests.falsify.sums.items import batches_of, data_of, linear_of, numbers, plus
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    precise,
    refute,
)
from tests.frames import inner, off_span
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.epochs import epochs
from theory.minibatch.rates import P4
from theory.neighbours import epoch_drift as ed
from theory.notation import a, b, n, perp, q_i, q_j, r2, s, t
from theory.vocabulary.runs import Second

F = Fraction
ONE = F(1)
SIZES = [(2, 1), (3, 1), (4, 2), (4, 1), (3, 2), (2, 2), (3, 3)]
RUNS = 400
SLACK = sqrt(log(2e9) / (2 * RUNS))  # Hoeffding at 1e-9, for values in [0, 1]
Cut = tuple[Fraction, Fraction, Fraction]
Epoch = tuple[tuple[int, ...], ...]
ZERO: Cut = (F(0), F(0), F(0))


def mul(u: Cut, v: Cut) -> Cut:
    return u[0] * v[0], u[0] * v[1] + u[1] * v[0], u[0] * v[2] + u[1] * v[1] + u[2] * v[0]


def add(u: Cut, v: Cut, share: Fraction = ONE) -> Cut:
    return u[0] + share * v[0], u[1] + share * v[1], u[2] + share * v[2]


def dot(u: Sequence[Cut], v: Sequence[Any]) -> Cut:
    total = ZERO
    for x, y in zip(u, v, strict=True):
        total = add(total, mul(x, y) if isinstance(y, tuple) else (x[0] * y, x[1] * y, x[2] * y))
    return total


def stepped(
    data: Sequence[Sequence[Fraction]],
    weight: list[Cut],
    batch: Sequence[int],
    share: Fraction,
    linear: bool,
) -> list[Cut]:
    """w + a share sum of phi r + phi' <w, r> x, r = x - w phi, by the chain rule."""
    gain = [ZERO] * len(weight)
    for i in batch:
        phi = dot(weight, data[i])
        if not linear and phi[0] <= 0:
            continue
        rest = [
            add((x, F(0), F(0)), mul(y, phi), F(-1)) for x, y in zip(data[i], weight, strict=True)
        ]
        pull = dot(rest, weight)
        gain = [
            add(add(g, mul(phi, r)), (pull[0] * x, pull[1] * x, pull[2] * x))
            for g, r, x in zip(gain, rest, data[i], strict=True)
        ]
    return [
        (y[0], y[1] + share * g[0], y[2] + share * g[1]) for y, g in zip(weight, gain, strict=True)
    ]


def epochs_of(
    claim: Claim, points: int, size: int, batches: Iterator[tuple[int, ...]]
) -> tuple[dict[Epoch, Fraction], float]:
    """Epochs with their shares, and how far a mean may be off: exact for reshuffled ones, else sampled."""
    found: dict[Epoch, int] = {}
    if claim.item(words.BATCHES) == words.RESHUFFLED:
        for order in permutations(range(points)):
            epoch = tuple(tuple(sorted(order[k : k + size])) for k in range(0, points, size))
            found[epoch] = found.get(epoch, 0) + 1
        wide = 0.0
    else:
        for _ in range(RUNS):
            epoch = tuple(tuple(x) for x in islice(batches, points // size))
            found[epoch] = found.get(epoch, 0) + 1
        wide = SLACK
    total = sum(found.values())
    return {x: F(k, total) for x, k in found.items()}, wide


def _mean(values: Sequence[Fraction], shares: Sequence[Fraction], wide: float) -> Any:
    mean = sum((x * y for x, y in zip(values, shares, strict=True)), F(0))
    if not wide:
        return mean
    return ball(mean) + flint.arb(0, wide * float(max(values) - min(values)) + 1e-12)


def _states(claim: Claim, rng: np.random.Generator, count: int, data: Any) -> list[Fraction]:
    """A weight: rational, or (one time of three) on the unit sphere of the first two data."""
    if count % 3 == 0:
        u = F(int(rng.integers(1, 6)), int(rng.integers(1, 6)))
        c, d = 2 * u / (1 + u * u), (1 - u * u) / (1 + u * u)
        return plus([c * x for x in data[0]], choose(rng, [1, -1]) * d, data[1])
    return numbers(rng, len(data[0]), 1, 3)


class Played:
    """One setting: its data, a weight, its epochs and what they do to a linear measure at a^2."""

    def __init__(self, claim: Claim, rng: np.random.Generator, count: int) -> None:
        self.points, size = SIZES[count % len(SIZES)]
        self.size, batches = batches_of(claim, rng, self.points, size)
        self.data = data_of(claim, rng, self.points, self.points + 1)
        self.linear = linear_of(claim, rng)
        self.weight = _states(claim, rng, count, self.data)
        self.shares, self.wide = epochs_of(claim, self.points, self.size, batches)
        self.q = [inner(self.weight, x) for x in self.data]
        self.live = [j for j, x in enumerate(self.q) if x and (self.linear or x > 0)]
        self.off = off_span(numbers(rng, self.points + 1), self.data)
        self.at: dict[Any, Any] = {
            n: self.points, b: self.size, epochs: F(self.points, self.size), a: F(1, 4),
        }  # fmt: skip
        self.state = seen(self.weight, self.data, linear=self.linear, pair=(0, 1))
        self.at |= measured(claim, self.state, (r2, t, s))

    def ends(self) -> list[list[Cut]]:
        begin: list[Cut] = [(x, F(0), F(0)) for x in self.weight]
        found = []
        for epoch in self.shares:
            at = begin
            for batch in epoch:
                at = stepped(self.data, at, batch, F(1), self.linear)
            found.append(at)
        return found

    def full(self) -> list[Cut]:
        at: list[Cut] = [(x, F(0), F(0)) for x in self.weight]
        for _ in range(self.points // self.size):
            at = stepped(self.data, at, range(self.points), F(self.size, self.points), self.linear)
        return at

    def mean(self, values: Sequence[Fraction]) -> Any:
        return _mean(values, list(self.shares.values()), self.wide)

    def at_a_step(self, along: Sequence[Fraction], step: Fraction) -> Fraction:
        """The drift over a^2 at a = ``step`` itself."""
        total = F(0)
        for epoch, share in self.shares.items():
            w = self.weight
            for batch in epoch:
                w = plain_step(self.data, w, batch, step, self.linear)
            total += share * inner(w, along)
        w = self.weight
        for _ in range(self.points // self.size):
            w = plain_step(
                self.data, w, range(self.points), step * F(self.size, self.points), self.linear
            )
        return (total - inner(w, along)) / step**2


@precise
def drift(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """EPOCH-DRIFT: every coordinate's drift, and on the minima its part along the sphere."""
    played = 0
    for count in cases(seconds):
        here = Played(claim, rng, count)
        if not inside(claim, here.at) or not any(here.off):
            continue
        played += 1
        here.at |= measured(claim, here.state, (P4,))
        ends, full = here.ends(), here.full()
        exactly = claim.item(words.LIMIT).name == words.LIMIT.widest

        def along(v: Sequence[Fraction], *, h: Any = here, e: Any = ends, f: Any = full,
                  x: bool = exactly, **more: Any) -> Second:  # fmt: skip
            if x:
                return Second([h.at_a_step(v, F(1, 4))], lambda values: values[0], **more)
            return Second([dot(end, v)[2] for end in e], h.mean, dot(f, v)[2], **more)

        radial = measured(claim, along(here.weight), (ed.radial,))
        minimum = here.at[r2] == here.at[s] == 1
        for j in here.live:
            moved = along(here.data[j], outward=radial[ed.radial], q=here.q[j])
            at = here.at | measured(claim, replace(here.state, pair=(j, j)), (q_j,))
            at |= measured(claim, moved, (ed.drift_j,))
            judge(claim, at, lambda part: part.has(ed.drift_j))
            if minimum:
                at |= radial | measured(claim, moved, (ed.flat_j,))
                judge(claim, at, lambda part: part.has(ed.radial, ed.flat_j))
        at = here.at | measured(claim, along(here.off), (ed.drift_off,))
        at |= measured(claim, replace(here.state, off=[inner(here.weight, here.off)]), (perp,))
        judge(claim, at, lambda part: part.has(ed.drift_off))
    return played


@precise
def log_ratio(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """EPOCH-DRIFT-RATIO: log|q_1/q_2| over the claim's epochs, and over all sequences of subsets."""
    played = 0
    for count in cases(seconds):
        here = Played(claim, rng, count)
        if here.points < 2:
            continue
        one, two = here.q[:2]
        pair = measured(claim, here.state, (q_i, q_j))
        if not inside(claim, {**here.at, **pair}):
            continue
        if not (one and two):
            refute(claim, "there is no ratio", here.at)
        played += 1

        def changes(
            ends: Sequence[Sequence[Cut]], h: Any = here
        ) -> list[tuple[Fraction, Fraction]]:
            found = []
            for end in ends:
                x, y = ([c / q for c in dot(end, h.data[k])] for k, q in enumerate(h.q[:2]))
                found.append((x[1] - y[1], x[2] - y[2] - (x[1] ** 2 - y[1] ** 2) / 2))
            return found

        own = changes(here.ends())
        if any(x for x, _ in own) and not here.wide:
            refute(claim, "the first order moves the ratio", here.at)
        at = here.at | pair
        at |= measured(claim, Second([y for _, y in own], here.mean), (ed.ratio_reshuffled,))
        if claim.item(words.LIMIT).name == words.LIMIT.widest:
            at[ed.ratio_reshuffled] = _at_a_step(here)
        judge(claim, at, lambda part: part.has(ed.ratio_reshuffled))
        if here.points > 3 and here.size == 1:
            continue
        subsets = [
            [k for k in range(here.points) if x[k]]
            for x in product((0, 1), repeat=here.points)
            if sum(x) == here.size
        ]
        ends = []
        for way in product(subsets, repeat=here.points // here.size):
            w: list[Cut] = [(x, F(0), F(0)) for x in here.weight]
            for batch in way:
                w = stepped(here.data, w, batch, F(1), here.linear)
            ends.append(w)
        found = Second(
            [y for _, y in changes(ends)], lambda values: sum(values, F(0)) / len(values)
        )
        at |= measured(claim, found, (ed.ratio_uniform,))
        judge(claim, at, lambda part: part.has(ed.ratio_uniform))
    return played


def _at_a_step(here: Played) -> Any:
    step, total = F(1, 4), flint.arb(0)
    for epoch, share in here.shares.items():
        w = here.weight
        for batch in epoch:
            w = plain_step(here.data, w, batch, step, here.linear)
        ends = [abs(inner(w, x) / q) for x, q in zip(here.data[:2], here.q[:2], strict=True)]
        if not all(ends):
            return flint.arb("-inf")
        total += ball(share) * (ball(ends[0]).log() - ball(ends[1]).log())
    return total / ball(step) ** 2


FALSIFIERS = {"EPOCH-DRIFT": drift, "EPOCH-DRIFT-RATIO": log_ratio}
