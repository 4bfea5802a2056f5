"""Falsifiers for momentum and Adam."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tests.falsify.sums.tools import (
    axes,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    rational,
    sizes,
    squared,
)
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.assumptions import momentum as mo
from theory.notation import S, a, active, b, below, d, n, p, perp_next, q_j_next, r2, s

F = Fraction


def momentum_direction(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, _ = sizes(rng, count, 6)
        linear, nesterov = bool(rng.integers(2)), bool(rng.integers(2))
        step, share = rational(rng, F(1, 50), 2), choose(rng, [F(0), F(1, 2), F(9, 10)])
        start = [choose(rng, [F(0), rational(rng, -1, 1, 8)]) for _ in range(points + 1)]
        w, v, data = list(start), [F(0)] * (points + 1), axes(points, points + 1)
        if not inside(claim, {}):
            continue
        played += 1
        for _ in range(3):
            ahead = [x + share * y * nesterov for x, y in zip(w, v, strict=True)]
            pulled = plain_step(data, ahead, range(points), step, linear)
            pull = [x - y for x, y in zip(pulled, ahead, strict=True)]
            new = [share * x + y for x, y in zip(v, pull, strict=True)]
            after = [x + y for x, y in zip(w, new, strict=True)]
            live = [linear or x > 0 for x in ahead]
            mass = sum((ahead[i] ** 2 for i in range(points) if live[i]), F(0))
            for j in range(points):
                c, off = start[j], start[-1]
                if c == 0 or off == 0:
                    continue
                at: dict[Any, Any] = {a: step, mo.beta: share, mo.nu: share * nesterov, S: mass,
                                      r2: squared(ahead), active: int(live[j]), mo.c_j: c,
                                      mo.lam: w[j] / c, mo.mu: v[j] / c, mo.v_next: new[j],
                                      q_j_next: after[j], mo.c_off: off, mo.lam_off: w[-1] / off,
                                      mo.mu_off: v[-1] / off, mo.v_off_next: new[-1],
                                      perp_next: after[-1]}  # fmt: skip
                judge(claim, at)
            w, v = after, new
    return played


def momentum_bounds(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """MOMENTUM-LOCAL, -OFF, -RADIAL: mean slopes of the product, 400 runs; 8 standard errors."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 20)
        share = float(choose(rng, [0.0, 0.5, 0.7, 0.9, 1.0]))
        power = {mo.gamma_ratio: 1, mo.gamma_off: 1, mo.gamma_radial: 4}
        name = next(x for x in power if claim.formula.has(x))
        top = (1 - share) ** 2 / (4 * power[name])
        step = float(choose(rng, [top, 0.5 * top, 1 - share]))
        at: dict[Any, Any] = {n: points, b: size, mo.beta: F(share), a: F(step),
                              p: F(size * (points - size), max(points * (points - 1), 1))}  # fmt: skip
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        v, q, total = np.zeros(400), np.ones(400), np.zeros(400)
        steps = 1500
        for _ in range(steps):
            i = rng.random(400) < size / points
            other = (size - i) / (points - 1)
            j = rng.random(400) < other
            drive = step * ((j * 1.0 - i * 1.0) if name == mo.gamma_ratio else -power[name] * i)
            v = share * v + drive * q
            q = q + v
            scale = np.hypot(v, q)
            scale = np.maximum(scale, 1e-300)  # a factor that is exactly 0: the slope is -oo
            total += np.log(scale)
            v, q = v / scale, q / scale
        slopes = total / steps
        bound = next(x for x in relations(claim.formula) if x.has(name))
        found = float(slopes.mean()) - 8 * float(slopes.std(ddof=1)) / 20 - 4 / steps
        judge(claim, {**at, name: F(found)}, lambda x, only=bound: x == only)
    return played


def momentum_sparse(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs that blow up, or whose data part is gone: P_sparse = 1 is false for that start."""
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (3, 1), (3, 2), (9, 8)][count % 4]
        share = float(choose(rng, [0.0, 0.5, 0.7, 0.9, 2.0]))
        step = (1 - share) ** 2 / 4 * float(choose(rng, [1, 0.5, 3]))
        c = rng.normal(size=points)
        norm = choose(rng, [F(1), F(19, 10), F(1, 100), F(25)])
        c *= np.sqrt(float(norm) * 0.7 / (c**2).sum())
        if rng.integers(8) == 0:
            c[:] = 0
        at: dict[Any, Any] = {n: points, b: size, mo.beta: F(share), a: F(step), r2: norm, below: 1,
                              s: F(float((c**2).sum()))}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        w = np.tile(np.append(c, np.sqrt(float(norm) * 0.3)), (20, 1))
        v = np.zeros_like(w)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(300):
                drawn = (rng.random((20, points)).argsort(axis=1) < size) * 1.0
                mass = (drawn * w[:, :points] ** 2).sum(axis=1, keepdims=True)
                pull = -step * mass * w
                pull[:, :points] += (
                    step * (2 - (w**2).sum(axis=1, keepdims=True)) * drawn * w[:, :points]
                )
                v = share * v + pull
                w = w + v
        sparse = not (~(np.abs(w).max(axis=1) < 1e3)).any() and np.abs(w[:, :points]).max() > 1e-9
        at |= {mo.p_sparse: int(sparse), mo.limit_winner: 1, mo.limit_others: 0, mo.limit_off: 0}
        judge(claim, at)
    return played


def adam_basis(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    frames = [(F(1), F(0)), (F(3, 5), F(4, 5)), (F(5, 13), F(12, 13))]
    for _ in cases(seconds):
        cosine, sine = choose(rng, frames)
        data = [[cosine, sine], [-sine, cosine]]
        first = choose(rng, [F(0), F(3, 10), rational(rng, -1, 1, 9)])
        second = choose(rng, [F(0), first, rational(rng, -1, 1, 9)])
        size, linear = (2 if rng.integers(4) else 1), bool(rng.integers(4))
        rate = F(1, 10)
        at: dict[Any, Any] = {n: 2, d: 2, b: size, below: int(linear), r2: first**2 + second**2,
                              mo.first: first, mo.second: second, mo.rate: rate}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        pulled = plain_step(data, [first, second], range(size), F(1), linear)
        move = [rate * ((x > y) - (x < y)) for x, y in zip(pulled, [first, second], strict=True)]
        judge(claim, {**at, mo.turn: move[0] * second - move[1] * first})
    return played
