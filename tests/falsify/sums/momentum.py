"""Falsifiers for momentum and Adam."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from tests.falsify.seeing import Seen, chances, measured, norm2, seen
from tests.falsify.sums.items import batches_of, data_of, linear_of, numbers, plus
from tests.falsify.sums.tools import (
    cases,
    choose,
    equals,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    sizes,
)
from tests.falsify.walks.sparse import limits_seen
from tests.frames import inner, off_span
from theorem_audit.doubt.again import kept
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import momentum as mo
from theory.notation import S, a, active, b, below, d, n, p, perp_next, q_j_next, r2, s
from theory.vocabulary import meanings
from theory.vocabulary.meanings import Ends, Grown, growth
from theory.vocabulary.neuron import At

F = Fraction


def momentum_direction(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Three steps: lambda and mu are those of the first coordinate of each group."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 6)
        linear, nesterov = linear_of(claim, rng), bool(rng.integers(2))
        step, share = rational(rng, F(1, 50), 2), choose(rng, [F(0), F(1, 2), F(9, 10)])
        data = data_of(claim, rng, points, points + 1)
        off = off_span(numbers(rng, points + 1), data)
        w = [F(0)] * (points + 1)
        for x in data:
            w = plus(w, choose(rng, [F(0), rational(rng, -1, 1, 8)]), x)
        w = plus(w, F(1, 8), off)
        v = claim.item(words.VELOCITY).sample(rng, w)
        size, batches = batches_of(claim, rng, points, size)
        item = claim.item(words.BATCHES)
        if not inside(claim, {n: points, b: points if item == words.FULL else size}):
            continue
        start, rest = [inner(w, x) for x in data], inner(w, off)
        played += 1
        for batch in islice(batches, 3):
            ahead = plus(w, share * nesterov, v)
            pull = plus(plain_step(data, ahead, batch, step, linear), -1, ahead)
            new = [share * x + y for x, y in zip(v, pull, strict=True)]
            after = plus(w, 1, new)
            state = seen(ahead, data, linear=linear, after=after, batch=range(points))
            for j in range(points):
                group = [i for i, y in enumerate(start) if y and (linear or y * start[j] > 0)]
                if start[j] == 0 or not any(off):
                    continue
                first, c = group[0], start[j]
                claim.drawn(
                    (a, mo.beta, mo.nu, mo.lam, mo.mu, mo.c_j, mo.c_off, mo.lam_off, mo.mu_off)
                )
                here, moved = (
                    replace(state, pair=(j, j)),
                    At(w, data, after, j=j, v=v, v_next=new, other=off),
                )
                at: dict[Any, Any] = {a: step, mo.beta: share, mo.nu: share * nesterov, mo.c_j: c,
                                      **measured(claim, here, (S, r2, active, q_j_next)),
                                      mo.lam: inner(w, data[first]) / start[first],
                                      mo.mu: inner(v, data[first]) / start[first],
                                      **measured(claim, moved, (mo.v_next, mo.v_off_next, perp_next)),
                                      mo.c_off: rest, mo.lam_off: inner(w, off) / rest,
                                      mo.mu_off: inner(v, off) / rest}  # fmt: skip
                judge(claim, at)
            w, v = after, new
    return played


@kept
def _rates(
    rng: np.random.Generator, n_b: tuple[int, int], share: float, step: float, begin: float,
    power: int, linear: bool,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """By how much log|(v, q)| grows in 400 runs from (``begin``, 1), and in how many steps.

    power: of the drive by i, less; 0: by j, more, too.
    """
    points, size = n_b
    v, q, total, steps = np.full(400, begin), np.ones(400), np.zeros(400), 1500
    for _ in range(steps):
        i = rng.random(400) < size / points
        other = (size - i) / (points - 1)
        j = rng.random(400) < other
        j = j & (linear | (q > 0))  # ReLU: only an open gate lets j in
        drive = step * (-power * i if power else (j * 1.0 - i * 1.0))
        v = share * v + drive * q
        q = q + v
        scale = np.hypot(v, q)
        scale = np.maximum(scale, 1e-300)  # a factor that is exactly 0: the slope is -oo
        total += np.log(scale)
        v, q = v / scale, q / scale
    return total, steps


def momentum_bounds(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """MOMENTUM-LOCAL, -OFF, -RADIAL: mean slopes of the product, 400 runs; 8 standard errors."""
    played = 0
    for count in cases(seconds):
        points, size = (2, 1) if count % 2 else sizes(rng, count + 1, 20)
        share = float(choose(rng, [0.0, 0.5, 0.7, 0.9, 0.95, 1.0]))
        power = {mo.gamma_ratio: 1, mo.gamma_off: 1, mo.gamma_radial: 4}
        name = next(x for x in power if claim.formula.has(x))
        top = (1 - share) ** 2 / (4 * power[name])
        step = float(choose(rng, [top, 0.5 * top, 1 - share]))
        linear = linear_of(claim, rng)
        largest = 2 * step / (1 - share) if share < 1 else 0.0
        at: dict[Any, Any] = {n: points, b: size, mo.beta: F(share), a: F(step),
                              below: int(linear),
                              mo.u: choose(rng, [F(0), F(largest) / 2, F(-4)]),
                              **measured(claim, chances(points, size), (p,))}  # fmt: skip
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        alone = 0 if name == mo.gamma_ratio else power[name]
        total, steps = _rates(rng, (points, size), share, step, float(at[mo.u]), alone, linear)
        slopes = claim.meaning(name).value(growth(np.zeros(len(total)), total, steps))
        bound = next(x for x in relations(claim.formula) if x.has(name))
        # before it dies a velocity carries q as far as |u|/(1 - beta): no rate, but in the sum of logs
        carried = np.log1p(abs(float(at[mo.u])) / max(1 - share, 1e-3))
        found = float(slopes.mean()) - 8 * float(slopes.std(ddof=1)) / 20 - (4 + carried) / steps
        judge(claim, {**at, name: F(found)}, lambda x, only=bound: x == only)
    return played


def _drawn(
    claim: Claim, rng: np.random.Generator, points: int, size: int, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """(runs, steps) twice: how often i = 0 is drawn, and j = 1, as the claim draws batches."""
    if claim.item(words.BATCHES) == words.UNIFORM:
        i = rng.random((400, steps)) < size / points
        return i * 1.0, (rng.random((400, steps)) < (size - i) / (points - 1)) * 1.0
    rows = [batches_of(claim, rng, points, size)[1] for _ in range(20)]
    drawn = [
        [((batch := next(row)).count(0), batch.count(1)) for _ in range(steps)] for row in rows
    ]
    both = np.array(drawn, float)
    return both[..., 0], both[..., 1]


def momentum_exponent(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """MOMENTUM-EXPONENT at a = (1 - beta)/100: growth of the product less the drive's own part over 1 - beta.

    What is left out is of the relative order of a/(1 - beta); a tenth is allowed for it, and 8 standard errors.
    j is live: q_j is of either sign for the linear neuron, positive for ReLU, where a draw moves no other.
    """
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (3, 2), (9, 4), (9, 8), (4, 4)][count % 5]
        share = choose(rng, [F(0), F(1, 2), F(7, 10)] if count else [F(1, 2)])
        step = (1 - share) / 100
        at: dict[Any, Any] = {n: points, b: size, mo.beta: share, a: step,
                              mo.u: choose(rng, [F(0), F(1, 100), F(-1, 100), F(-1, 2)]),
                              **measured(claim, chances(points, size), (p,))}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        small, kept, burn = float(step), float(share), int(20 / (1 - share))
        steps = 40 * burn
        i, j = _drawn(claim, rng, points, size, burn + steps)
        linear, runs = linear_of(claim, rng), len(i)
        q, start, driven = (
            np.full(runs, choose(rng, [1.0, -1.0]) if linear else 1.0),
            0.0,
            np.zeros(runs),
        )
        v = float(at[mo.u]) * q
        for k in range(burn + steps):
            if k == burn:
                start, driven = np.log(np.abs(q)), np.zeros(runs)
            push = j[:, k] * (linear | (q > 0)) - i[:, k]
            v = kept * v + small * push * q
            q, driven = q + v, driven + push
        drive = small * driven / (1 - kept)
        grown = Grown(np.log(np.abs(q)) - start, drive, steps, small)
        found = claim.meaning(mo.gamma_2).value(grown)
        claimed = float(equals(claim, mo.gamma_2, at))
        error = 8 * float(found.std(ddof=1)) / len(found) ** 0.5 + abs(claimed) / 10
        if not abs(found.mean() - claimed) <= error:
            refute(
                claim, f"gamma_2 is {found.mean():.4f} +- {error:.4f}, claimed {claimed:.4f}", at
            )
    return played


def momentum_sparse(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs that blow up, have no mass left on the data, or are at rest off them: P_sparse < 1 there."""
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (2, 1), (3, 2), (9, 8)][count % 4]
        share = float(choose(rng, [0.0, 0.5, 0.7, 0.9, 2.0]))
        step = (1 - share) ** 2 / 4 * float(choose(rng, [1, 0.5, 3]))
        norm = choose(rng, [F(1), F(19, 10), F(1, 100), F(25)])
        if count == 0:  # runs that all settle
            share, step, norm = 0.0, 0.25, F(1)
        linear = linear_of(claim, rng)
        data = np.array(data_of(claim, rng, points, points + 1), float)
        c = rng.normal(size=points + 1)
        if count and rng.integers(8) == 0:
            c[:points] = 0
        start = c[:points] @ data
        start += (
            0.1
            * c[-1]
            * np.array(off_span(numbers(rng, points + 1), list(map(_exact, data))), float)
        )
        start *= float(norm) ** 0.5 / (np.linalg.norm(start) or 1)
        on, *_ = np.linalg.lstsq(data.T, start, rcond=None)
        mass_on = float(((data.T @ on) ** 2).sum())
        made = [batches_of(claim, rng, points, size) for _ in range(20)]
        draws, size = [x[1] for x in made if x[0] == made[0][0]], made[0][0]
        velocity = claim.item(words.VELOCITY).sample(rng, [F(0)] * (points + 1))
        mass = F(mass_on) if mass_on > 1e-20 else F(0)
        state = Seen([F(float(mass) ** 0.5)], [1], F(norm), mass)
        at: dict[Any, Any] = {n: points, b: size, mo.beta: F(share), a: F(step),
                              **measured(claim, state, (r2, s))}  # fmt: skip
        if not inside(claim, at) or not np.linalg.norm(start) > 0:
            continue
        played += 1
        w, v = (np.tile(np.array(x, float), (len(draws), 1)) for x in (start, velocity))
        moved = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(600):
                drawn = np.array([np.bincount(next(d), minlength=points) for d in draws], float)
                q = w @ data.T
                drawn = drawn * (linear | (q > 0))
                mass = (drawn * q**2).sum(axis=1, keepdims=True)
                slack = 2 - (w**2).sum(axis=1, keepdims=True)
                v = share * v - step * mass * w + step * slack * (drawn * q) @ data
                w = w + v
                moved = max(moved, float(np.abs(v).max())) if k > 500 else 0.0
        q = w @ data.T
        run = Ends(np.tile(start, (len(draws), 1)), w, data, not linear)
        near = meanings.ON_A_DATUM.value(run)
        gone = (~(np.abs(w).max(axis=1) < 1e3)).any() or np.abs(q).max() < 1e-9
        sparse = not gone and not (moved < 1e-12 and not near.all())
        at |= {mo.p_sparse: int(sparse), mo.limit_winner: 1, mo.limit_others: 0, mo.limit_off: 0}
        judge(claim, {**at, **limits_seen(claim, run)} if sparse and near.all() else at)
    return played


def _exact(x: np.ndarray) -> list[Fraction]:
    return [F(float(y)).limit_denominator(10**6) for y in x]


def adam_basis(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for _ in cases(seconds):
        data = data_of(claim, rng, 2, 2)
        first = choose(rng, [F(0), F(3, 10), rational(rng, -1, 1, 9)])
        second = choose(rng, [F(0), first, rational(rng, -1, 1, 9)])
        size, batches = batches_of(claim, rng, 2, 2 if rng.integers(4) else 1)
        size = 2 if claim.item(words.BATCHES) == words.FULL else size
        linear, rate = linear_of(claim, rng), F(1, 10)
        at: dict[Any, Any] = {n: 2, d: 2, b: size, **norm2(claim, (first, second)), mo.first: first,
                              mo.second: second, mo.rate: rate}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        pulled = plain_step(data, [first, second], next(batches), F(1), linear)
        move = [rate * ((x > y) - (x < y)) for x, y in zip(pulled, [first, second], strict=True)]
        here = At([first, second], data, plus([first, second], 1, move))
        judge(claim, at | measured(claim, here, (mo.turn,)))
    return played
