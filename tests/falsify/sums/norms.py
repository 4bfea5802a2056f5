"""Falsifiers for orthogonal data of unequal norms."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from tests.ambient import gates_at, hessian, relu_loss
from tests.falsify.seeing import measured, norm2, seen
from tests.falsify.sums.items import (
    batches_of,
    data_of,
    float_path,
    linear_of,
    numbers,
    plus,
    sigma,
)
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
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import unequal_norms as un
from theory.legend import LEGEND
from theory.notation import S, a, active, b, chi, n, perp, perp_next, r2, r2_next
from theory.vocabulary.data import inner, off_span
from theory.vocabulary.factors import Factors
from theory.vocabulary.meanings import Ends
from theory.vocabulary.neuron import At, Bend

F = Fraction
NORMS_LEGEND = LEGEND["assumptions"]
NORMS = (F(1), F(11, 10), F(1, 2), F(2), F(3, 2), F(9, 10))


def some_weight(rng: np.random.Generator, points: int, norms: list[Fraction], size: Any = 1) -> Any:
    weight = [choose(rng, [F(0), rational(rng, -1, 1, 10), F(1)]) for _ in range(points + 1)]
    total = squared(weight)
    return [x * F(size) / (1 + total) for x in weight] if total else weight


def _weight(rng: np.random.Generator, data: list[list[Fraction]], size: Any = 1) -> list[Fraction]:
    """``some_weight`` in coordinates along the data, which are normed where their norms are rational."""
    dimension = len(data[0])
    found = [F(0)] * dimension
    along = some_weight(rng, len(data), [], size)
    for c, x in zip(along, data, strict=False):
        length = sigma(x)
        found = plus(found, c / length if isinstance(length, Fraction) and length else c, x)
    off = off_span([choose(rng, [F(0), F(1), F(1, 2)]) for _ in range(dimension)], data)
    return plus(found, along[-1], off)


def norms_step(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-STEP and NORMS-CONFINED: exact steps from the loss."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 9)
        data = data_of(claim, rng, points, points + 1)
        norms = [sigma(x) for x in data]
        top = max(squared(x) for x in data)
        linear = linear_of(claim, rng)
        step = choose(rng, [F(1, 4), F(49, 100), F(499, 1000), F(1, 2), F(3, 5), F(2)]) / (top or 1)
        weight = _weight(rng, data, choose(rng, [F(1), F(7, 5), F(2), F(3)]))
        batch = [int(x) for x in rng.permutation(points)[:size]]
        after = plain_step(data, weight, batch, step, linear)
        row = count % (points + 1)
        step_ = seen(weight, data, linear=linear, after=after, batch=batch, row=row)
        here = At(weight, data, after, batch, linear=linear)
        largest = next(x for x, y in zip(norms, data, strict=True) if squared(y) == top)
        at: dict[Any, Any] = {a: step, un.sigma_m: largest, **measured(claim, here, (un.Q,)),
                              **measured(claim, step_, (S, r2, r2_next, perp, perp_next))}  # fmt: skip
        for j, point in enumerate(data):
            if not any(point):
                continue
            point_of = {**at, un.sigma_j: norms[j],
                        **measured(claim, replace(here, j=j), (un.c_j, un.c_j_next), NORMS_LEGEND),
                        **measured(claim, replace(step_, pair=(j, j)), (chi, active))}  # fmt: skip
            if inside(claim, point_of):
                played += 1
                judge(claim, point_of)
    return played


def norms_hessian(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """v' H v along w, x_j made orthogonal to w, and off the data, at states that the item draws."""
    played = 0
    for count in cases(seconds):
        points = 1 + count % 4
        data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
        rule = "linear" if linear else "relu"
        w = claim.item(words.STATE).sample(rng, data, rule)
        i = max(range(points), key=lambda k: inner(w, data[k]) ** 2)
        if not any(w) or not any(data[i]):
            continue
        at: dict[Any, Any] = {n: points, un.sigma_i: sigma(data[i])}
        if not inside(claim, at):
            continue
        played += 1
        if not linear:  # along x_j, both ways: is there a second derivative?
            h = F(1, 10**6)
            for x in data:
                ends = [relu_loss(plus(w, side * h, x), data) for side in (1, -1, 0)]
                bend = [2 * (end - ends[2]) / h**2 for end in ends[:2]]
                if not inner(w, x) and abs(bend[0] - bend[1]) > F(1, 100):
                    refute(claim, "no second derivative", at)
        form = hessian(w, data, gates_at(w, data, rule))
        sides = [
            (un.curve_along, w, None),
            (un.curve_off, off_span(numbers(rng, points + 1), data), None),
        ]
        sides += [(un.curve_j, plus(x, -inner(x, w) / squared(w), w), x) for x in data]
        for symbol, v, x in sides:
            if not any(v):
                continue
            here = {**at, un.sigma_j: 0 if x is None else sigma(x),
                    **measured(claim, Bend(form, v, points), (symbol,))}  # fmt: skip
            claim.drawn((un.sigma_j,))
            judge(claim, here, lambda part, name=symbol: part.has(name))
    return played


def norms_stationary(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The gradient by a step, the classification at weights, and the loss against that at x_m/sigma_max."""
    played = 0
    for count in cases(seconds):
        points = 1 + count % 4
        data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
        norms = [sigma(x) for x in data]
        if not all(isinstance(x, Fraction) and x for x in norms):
            continue
        top = max(range(points), key=norms.__getitem__)
        weight = _weight(rng, data, choose(rng, [F(1), F(7, 5), F(3)]))
        step = F(1, 7)
        after = plain_step(data, weight, range(points), step, linear)
        best = [x / norms[top] for x in data[top]]
        here = At(weight, data, after, range(points), linear=linear, step=step, other=best)
        known = measured(claim, seen(weight, data, linear=linear), (un.mass, r2))
        known |= measured(claim, here, (perp, un.gradient_off, un.loss_excess))
        for j, x in enumerate(data):
            still = seen([y / norms[j] for y in x], data, linear=linear)
            at = {**known, **measured(claim, seen(weight, data, linear=linear, pair=(j, j)), (active,)),
                  **measured(claim, replace(here, j=j), (un.c_j, un.gradient_j)),
                  **measured(claim, still, (un.norm_star, un.mass_star)),
                  n: points, un.sigma_m: norms[top], un.sigma_j: norms[j]}  # fmt: skip
            if inside(claim, at):
                played += 1
                judge(claim, at)
    return played


def log_of(number: Fraction) -> flint.arb:
    return flint.arb("-inf") if number == 0 else ball(abs(number)).log()


def _at_largest(data: list[list[Fraction]], off: list[Fraction], step: Fraction) -> Factors:
    """Factors of full-batch steps beside x_m/sigma_m, m the last of the data."""
    at = [x / sigma(data[-1]) for x in data[-1]]
    near = F(1, 10**30)

    def of(batch: range) -> dict[str, Fraction]:
        sides = {"along": (data[0], plus(at, near, data[0])), "off": (off, plus(at, near, off))}
        return {name: inner(plain_step(data, w, batch, step), v) / inner(w, v) for name, (v, w) in sides.items()
                if any(v)} | {"radial": F(1, 2)}  # fmt: skip

    return Factors(lambda value: value(range(len(data))), of)


def norms_gd(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = settled = 0
    for count in cases(seconds):
        data = data_of(claim, rng, 2, 3)
        data.sort(key=squared)
        low, top = (sigma(x) for x in data)
        if not all(isinstance(x, Fraction) and x for x in (low, top)):
            continue
        step = choose(rng, [F(1, 4), F(49, 100), F(1, 20), F(3, 5)]) / top**2
        first, second = rational(rng, 0, 1, 8), rational(rng, 0, F(3, 4), 8)
        off = off_span(numbers(rng, 3), data)
        if not any(off):
            continue
        rest = choose(rng, [F(0), F(1, 5)])
        weight = plus(plus([x * first / top for x in data[1]], second / low, data[0]), rest, off)
        q = [inner(weight, x) for x in data]
        cs = [q[0] / low, q[1] / top]
        item = claim.item(words.BATCHES)
        size, batches = batches_of(claim, rng, 2, choose(rng, [1, 2]))
        size = 2 if item == words.FULL else size
        at: dict[Any, Any] = {a: step, un.sigma_m: top, un.sigma_j: low, **norm2(claim, weight), n: 2,
                              b: size, un.start_m2: cs[1] ** 2, un.start_j2: cs[0] ** 2,
                              **measured(claim, seen(weight, data, batch=(0, 1)), (S,))}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        batch = next(batches)
        after = plain_step(data, weight, batch, step)
        moved = [inner(after, x) for x in data]
        if 0 in (*q, *moved):
            refute(claim, "a zero stays, and no rate is finite", at)
        at |= measured(claim, {"along": moved[1] / q[1], "own": moved[0] / q[0]}, (un.gain,))
        at |= measured(claim, _at_largest(data, off, step), (un.rate_j, un.rate_off))
        judge(claim, at, lambda part: not part.has(un.c_star2))
        if count % 4 and settled:
            continue
        start = np.array([[float(x) for x in weight]])
        late = float_path(data, start, float(step), [batches], 3_000)
        along = late @ np.array(data, float).T / np.array([float(low), float(top)])
        if abs(along[0, 1] ** 2 - 1) > 1e-3 and abs(along[0, 0]) > 1e-3:
            again = float_path(data, late, float(step), [batches], 2)
            if abs(again - late).max() < 1e-9 or top == low or size < 2:
                refute(claim, f"the path is at {along[0]} after 3000 steps", at)
        elif np.abs(late - float_path(data, late, float(step), [batches], 300)).max() < 1e-9:
            ends = Ends(start, late, np.array(data, float), relu=False)
            settled += 1
            (found,) = claim.meaning(un.c_star2).value(ends)
            seen_ = {un.c_star2: ball(F(float(found))) + flint.arb(0, 1e-6)}
            judge(claim, at | seen_, lambda part: part.has(un.c_star2))
    return played
