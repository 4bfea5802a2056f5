"""Falsifiers for momentum: the radius for any batches, exponents at fixed beta, and their limit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import numpy as np
from sympy import Eq, Or, airyai, airyaiprime, airybi, airybiprime

from tests.falsify.seeing import chances, measured, seen
from tests.falsify.sums.items import batches_by, batches_of, data_of, linear_of, numbers, plus
from tests.falsify.sums.tools import (
    ball,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    rational,
    squared,
    value,
)
from tests.frames import inner, off_span
from theorem_audit.doubt.again import kept
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.assumptions import momentum as mo
from theory.assumptions import momentum_confined as mc
from theory.assumptions import momentum_exponent as me
from theory.legend import LEGEND
from theory.notation import S, a, b, n, p, r2, r2_next
from theory.vocabulary.meanings import growth
from theory.vocabulary.neuron import At

F = Fraction
CONFINED = LEGEND["assumptions.momentum_confined"]
RUNS = 500
AT_ONCE = 10  # steps of a product between two looks at its size, each by a bounded factor
SLOW_TIME = 100  # units of 1/(1 - beta) steps
DIRECTION = 4  # by how much the growth of two starts may differ in mean (``test_momentum_slow.py``)
# Of c; on both sides of the zero, the first near it.
CORNERS = [F(23, 20), F(7, 5), F(1), F(3, 2), F(2), F(7, 10)]
SPLITS = [(2, 1), (3, 1), (3, 2), (4, 2)]  # n, b
RARE = (40, 1)  # n, b with a p of a fortieth, which is less than 1 - beta
AIRY = (airyai, airyaiprime, airybi, airybiprime)


def _setting(claim: Claim, rng: np.random.Generator, count: int) -> tuple[Any, ...]:
    """(points, share, step, linear, data): corners first, b = n and one datum among them."""
    points = (1, 2, 3, 4)[count % 4]
    share = choose(rng, [F(0), F(1, 2), F(4, 5), F(9, 10), F(2)])
    step = (1 - share) ** 2 * choose(rng, [F(3, 10), F(1, 4), F(1, 8), F(3), F(1, 50)])
    data = data_of(claim, rng, points, points + 1)
    return points, share, step, linear_of(claim, rng), data


def _push(data: Any, w: Any, v: Any, batch: Any, step: Any, share: Any, linear: bool) -> Any:
    """(w+, v+) of the heavy ball."""
    pull = plus(plain_step(data, w, batch, step, linear), -1, w)
    new = [share * x + y for x, y in zip(v, pull, strict=True)]
    return plus(w, 1, new), new


def momentum_energy(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """One exact step from a random state; y_B, y_R and V from the vectors."""
    played = 0
    for count in cases(seconds):
        points, share, step, linear, data = _setting(claim, rng, count)
        off = off_span(numbers(rng, points + 1), data)
        w = [F(0)] * (points + 1)
        for x in data:
            w = plus(w, choose(rng, [F(0), F(1), rational(rng, -1, 1, 8)]), x)
        w = plus(w, choose(rng, [F(0), F(1, 8)]), off)
        batch = tuple(i for i in range(points) if rng.integers(3))
        q = [inner(w, x) for x in data]
        live = [i for i in batch if linear or q[i] > 0]
        if any(inner(x, z) != (x is z) for x in data for z in data):
            continue  # S and Pw are those of orthonormal data
        on = [F(0)] * (points + 1)
        for i in live:
            on = plus(on, q[i], data[i])
        other = plus(w, -1, on)
        y_b, y_r = choose(rng, [F(0), F(-1), F(1, 9), F(2)]), choose(rng, [F(0), F(1, 7), F(-1, 2)])
        aside = off_span(numbers(rng, points + 1), [on, other])
        left = choose(rng, [F(0), F(1, 20), F(1, 3)])
        v = plus(plus([y_b * x for x in on], y_r, other), left, aside)
        here = At(w, data, batch=batch, linear=linear, v=v)
        at: dict[Any, Any] = {mo.beta: share, a: step, mc.w_v: inner(w, v), mc.v_v: squared(v),
                              **measured(claim, seen(w, data, linear=linear, batch=batch), (r2, S)),
                              mc.along: y_b, mc.rest: y_r, mc.aside: left**2 * squared(aside)}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        after, new = _push(data, w, v, batch, step, share, linear)
        at |= measured(
            claim, replace(here, after=after, v_next=new), (mc.w_v_next, mc.v_v_next), CONFINED
        )
        at |= measured(claim, seen(w, data, linear=linear, after=after), (r2_next,))
        judge(claim, at)
    return played


def momentum_confined(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs in floats: random starts, batches as drawn or held for a while; the largest radius less 1e-9.

    A rounding moves the state by 1e-16 and is no step of another kind: the radius errs by far less than 1e-9.
    """
    played = 0
    for count in cases(seconds):
        points, share, step, linear, data = _setting(claim, rng, count)
        start = numbers(rng, points + 1)
        norm = choose(rng, [F(199, 100), F(1), F(1, 10), F(25)])
        if not any(start):
            continue
        scale = F(float(norm / squared(start)) ** 0.5)  # the norm may be off by a rounding
        start = [scale * x for x in start]
        speed = claim.item(words.VELOCITY).sample(rng, start)
        begin = measured(claim, seen(start, data), (mc.r2_start,))
        if not inside(claim, {mo.beta: share, a: step, **begin}):
            continue
        played += 1
        _, batches = batches_of(claim, rng, points, int(rng.integers(1, points + 1)))
        x, w, v = (np.array(z, float) for z in (data, start, speed))
        held, norms = int(rng.integers(1, 9)), [float(w @ w)]
        for batch in islice((z for z in batches for _ in range(held)), 150):
            q = x @ w
            live = np.array([i for i in batch if linear or q[i] > 0], int)
            pull = (2 - w @ w) * (q[live] @ x[live]) - (q[live] @ q[live]) * w
            v = float(share) * v + float(step) * pull
            w = w + v
            norms.append(min(float(w @ w), 1e6))
            if not norms[-1] < 1e6:
                break
        judge(claim, {mc.r2_path: F(claim.meaning(mc.r2_path).value(norms)) - F(1, 10**9)})
    return played


def _rows(claim: Claim) -> list[dict[Any, Fraction]]:
    """The alternatives of the region, as values; those of the table, if there are none."""
    found = []
    for part in relations(claim.region):
        for option in part.args if isinstance(part, Or) else ():
            row = {x.lhs: x.rhs for x in relations(option) if isinstance(x, Eq)}
            found.append({x: F(int(y.p), int(y.q)) for x, y in row.items() if y.is_Rational})
    return found or [{n: F(2), b: F(1), mo.beta: F(1, 2), a: F(1, 4), me.low: F(1), me.high: F(-1)}]


@kept
def _grown(
    rng: np.random.Generator, item: Item, n_b: tuple[int, int], share: float, step: float,
    steps: tuple[int, int],
) -> np.ndarray:  # fmt: skip
    """By how much log|(v/(1 - beta), q)| grows in each run: after ``steps[0]`` steps, in ``steps[1]``."""
    points, size = n_b
    _, batches = batches_by(item, rng, points, size)
    angle = rng.uniform(0, np.pi, RUNS)
    v, q, total = np.cos(angle), np.sin(angle), np.zeros(RUNS)  # v over 1 - beta
    first = size / points  # i is drawn; then j, given that i is, or is not
    then = [first * (size - 1) / max(points - 1, 1), (1 - first) * size / max(points - 1, 1)]
    for begin, end in ((0, steps[0]), (steps[0], sum(steps))):
        for now in range(begin, end, AT_ONCE):
            count = min(AT_ONCE, end - now)
            if item == words.UNIFORM:
                u = rng.random((count, RUNS))
                i, j = u < first, (u < then[0]) | ((u >= first) & (u < first + then[1]))
            else:
                drawn = [next(batches) for _ in range(count)]
                i, j = (np.array([[k in x] for x in drawn]) for k in (0, 1))
            drive = step / (1 - share) * (1.0 * j - 1.0 * i)
            for m in drive:
                v = share * v + m * q
                q = q + (1 - share) * v
            scale = np.maximum(np.hypot(v, q), 1e-300)
            if now >= steps[0]:
                total += np.log(scale)
            v, q = v / scale, q / scale
    return total


def momentum_enclosure(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Mean slopes of the product over 500 runs; 8 standard errors, and DIRECTION/steps for the start's."""
    played = 0
    rows = _rows(claim)
    for count in cases(seconds):
        at: dict[Any, Any] = dict(rows[count % len(rows)])
        if not {n, b, mo.beta, a} <= set(at) or not inside(claim, at):
            continue
        played += 1
        share, steps = float(at[mo.beta]), 3000
        item, n_b = claim.item(words.BATCHES), (int(at[n]), int(at[b]))
        total = _grown(rng, item, n_b, share, float(at[a]), (0, steps))
        logs = growth(np.zeros(RUNS), total, steps)
        slopes = claim.meaning(me.gamma_low).value(logs)
        error = 8 * float(slopes.std(ddof=1)) / RUNS**0.5 + DIRECTION / steps
        upper = float(claim.meaning(me.gamma_high).value(logs).mean())
        claim.drawn((me.low, me.high))
        at |= {me.gamma_low: F(float(slopes.mean()) + error), me.gamma_high: F(upper - error)}
        judge(claim, at)
    return played


def _at(claim: Claim, points: int, size: int, share: F, c: F) -> dict[Any, Any]:
    """n, b, p, beta and c, and the step size that they leave."""
    at = {
        me.c: c,
        n: points,
        b: size,
        mo.beta: share,
        **measured(claim, chances(points, size), (p,)),
    }
    return {**at, a: (ball((c * (1 - share)) ** 3 / at[p])).sqrt()}


def _slow(claim: Claim, rng: np.random.Generator, count: int) -> dict[Any, Any]:
    """The product played in slow time, near beta = 1 or at the beta that the claim's reading asks for.

    8 standard errors, and as many multiples of 1 - beta as the reading allows: one, which holds at each of
    these settings, whatever the direction after 20 units of slow time (``test_momentum_slow.py``, by balls).
    """
    reading = claim.item(words.LIMIT).gives
    share = reading["momenta"][count // 4 % len(reading["momenta"])]
    turn = int(rng.integers(len(CORNERS))) if count else int(not reading["rare"])
    size = CORNERS[turn]
    n_b = RARE if reading["rare"] else choose(rng, SPLITS)
    at = _at(claim, *n_b, share, size)
    steps = int(20 / (1 - share)), int(SLOW_TIME / (1 - share))
    item = claim.item(words.BATCHES)
    slopes = _grown(rng, item, n_b, float(share), float(at[a]), steps) / SLOW_TIME
    wide = 8 * float(slopes.std(ddof=1)) / RUNS**0.5 + float(reading["error"] * (1 - share))
    return {**at, me.gamma_slow: flint.arb(float(slopes.mean()), wide)}


def momentum_airy(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The formula's Airy functions in balls against an integral, and against the product itself."""
    played = 0
    for count in cases(seconds):
        size, share = F(int(rng.integers(6, 40)), 20), choose(rng, [F(9, 10), F(99, 100)])
        at = _slow(claim, rng, count) if count % 4 == 0 else _at(claim, 2, 1, share, size)
        if not inside(claim, at):
            continue
        played += 1
        for f in claim.formula.atoms(*AIRY):
            at[f] = ball(value(f.args[0], at)).airy()[AIRY.index(f.func)]
        at = {**measured(claim, ball(at[me.c] ** 3), (me.gamma_slow,)), **at}
        judge(claim, at)
    return played


def momentum_airy_edge(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The zero by bisection of the integral, in balls; on both sides signs, those of the product, too."""
    zero = claim.meaning(me.edge).value((F(17, 10), F(9, 5)))
    played = 0
    for count in cases(seconds):
        size, share = F(int(rng.integers(6, 40)), 20), choose(rng, [F(9, 10), F(99, 100)])
        at = _slow(claim, rng, count) if count % 4 == 0 else _at(claim, 2, 1, share, size)
        cube = ball(at[me.c] ** 3)
        at = {me.gamma_slow: claim.meaning(me.gamma_slow).value(cube), **at, me.edge: zero}
        if not inside(claim, at) or not (abs(at[me.gamma_slow]) > 0 and abs(cube - zero) > 0):
            continue
        played += 1
        judge(claim, at)
    return played
