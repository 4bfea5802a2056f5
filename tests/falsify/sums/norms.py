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
from tests.frames import inner, off_span
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import unequal_norms as un
from theory.legend import LEGEND
from theory.notation import S, a, active, b, chi, n, perp, perp_next, r2, r2_next
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


def _at_largest(
    data: list[list[Fraction]], off: list[Fraction], step: Fraction, linear: bool
) -> Factors:  # fmt: skip
    """Factors of full-batch steps beside x_m/sigma_m, m the last of the data; along the first of them."""
    at = [x / sigma(data[-1]) for x in data[-1]]
    near = F(1, 10**30)

    def of(batch: range) -> dict[str, Fraction]:
        sides = {"along": (data[0], plus(at, near, data[0])), "off": (off, plus(at, near, off))}
        return {name: inner(plain_step(data, w, batch, step, linear), v) / inner(w, v)
                for name, (v, w) in sides.items() if any(v)} | {"radial": F(1, 2)}  # fmt: skip

    return Factors(lambda value: value(range(len(data))), of)


def norms_gd(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Two or three data, of which ReLU may not see the longest; rates beside x_m, and where it ends."""
    played, settled = 0, set[tuple[bool, bool]]()
    for count in cases(seconds):
        points, linear = 2 + count % 2, linear_of(claim, rng)
        data = data_of(claim, rng, points, points + 1)
        lengths = [sigma(x) for x in data]
        if not all(isinstance(x, Fraction) and x for x in lengths):
            continue
        sizes_ = [rational(rng, 0, F(3, 4), 8), *(rational(rng, 0, 1, 8) for _ in data[1:])]
        signs = [choose(rng, [1, 1, -1]) for _ in data]
        longest = max(range(points), key=lengths.__getitem__)
        if not linear and choose(rng, [True, False]):  # the longest is passive, another live
            signs = [-1 if k == longest else 1 for k in range(points)]
        off = off_span(numbers(rng, points + 1), data)
        if not any(off):
            continue
        weight = plus([F(0)] * (points + 1), choose(rng, [F(0), F(1, 5)]), off)
        for c, sign_, length, x in zip(sizes_, signs, lengths, data, strict=True):
            weight = plus(weight, c * sign_ / length, x)
        live = [
            k for k, x in enumerate(data) if inner(weight, x) > 0 or (linear and inner(weight, x))
        ]
        for m in {longest, max(live or [longest], key=lengths.__getitem__)}:
            j = choose(rng, [k for k in range(points) if k != m])
            step = choose(rng, [F(1, 4), F(49, 100), F(1, 20), F(3, 5)]) / lengths[m] ** 2
            others = [x for k, x in enumerate(data) if k not in (j, m)]
            ordered = [data[j], *others, data[m]]
            at = {a: step, un.sigma_m: lengths[m], un.sigma_j: lengths[j], n: points}
            played += _to_largest(
                claim, rng, at, ordered, weight, off, linear, count % 4 == 0, settled
            )
    return played


def _turned(
    weight: list[Fraction], data: list[list[Fraction]]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """One start and the data in floats; orthogonal ones turned to lie along the axes, which no loss sees.

    A coordinate that is 0 stays 0 there; by rounding alone it would grow along a longer datum.
    """
    start, x = np.array([[float(v) for v in weight]]), np.array(data, float)
    if any(inner(v, w) for k, v in enumerate(data) for w in data[:k]):
        return start, x
    along = [inner(weight, v) / sigma(v) for v in data]
    rest = inner(weight, weight) - sum(c**2 for c in along)
    turned = np.array([[*map(float, along), float(rest) ** 0.5]])
    return turned, np.eye(len(data), len(data) + 1) * [*map(float, map(sigma, data)), 0]


def _to_largest(
    claim: Claim, rng: np.random.Generator, at: dict[Any, Any], data: list[list[Fraction]],
    weight: list[Fraction], off: list[Fraction], linear: bool, again: bool, settled: set[tuple[bool, bool]],
) -> int:  # fmt: skip
    """1 where the claim admits the start; j is the first of the data, m the last."""
    points, step, every = len(data), at[a], range(len(data))
    q = [inner(weight, data[0]), inner(weight, data[-1])]
    item = claim.item(words.BATCHES)
    size, batches = batches_of(claim, rng, points, choose(rng, [1, points]))
    size = points if item == words.FULL else size
    here = At(weight, data, linear=linear)
    at |= {b: size, **norm2(claim, weight),
           **measured(claim, seen(weight, data, batch=every, linear=linear), (S,)),
           **measured(claim, here, (un.start_j2,)),
           **measured(claim, replace(here, j=points - 1), (un.start_m2,))}  # fmt: skip
    for k in range(1, points - 1):  # what the region asks of any live datum but x_m
        of_k = measured(claim, replace(here, j=k), (un.start_j2,))
        if of_k[un.start_j2] and not inside(claim, at | of_k | {un.sigma_j: sigma(data[k])}):
            return 0
    if not inside(claim, at):
        return 0
    after = plain_step(data, weight, next(batches), step, linear)
    moved = [inner(after, data[0]), inner(after, data[-1])]
    if 0 in (*q, *moved):
        refute(claim, "a zero stays, and no rate is finite", at)
    at |= measured(claim, {"along": moved[1] / q[1], "own": moved[0] / q[0]}, (un.gain,))
    at |= measured(claim, _at_largest(data, off, step, linear), (un.rate_j, un.rate_off))
    judge(claim, at, lambda part: not part.has(un.c_star2))
    kind = linear, points > 2
    if kind in settled and not again:
        return 1
    start, x = _turned(weight, data)
    late = float_path(x, start, float(step), [batches], 3_000, linear)
    along = late @ x.T / np.sqrt((x**2).sum(axis=1))
    if abs(along[0, -1] ** 2 - 1) > 1e-3 and np.abs(along[0, :-1]).max() > 1e-3:
        nearer = float_path(x, late, float(step), [batches], 2, linear)
        level = at[un.sigma_m] == at[un.sigma_j]
        if abs(nearer - late).max() < 1e-9 or level or size < points:
            refute(claim, f"the path is at {along[0]} after 3000 steps", at)
    elif np.abs(late - float_path(x, late, float(step), [batches], 300, linear)).max() < 1e-9:
        settled.add(kind)
        (found,) = claim.meaning(un.c_star2).value(Ends(start, late, x, relu=not linear))
        known = {un.c_star2: ball(F(float(found))) + flint.arb(0, 1e-6)}
        judge(claim, at | known, lambda part: part.has(un.c_star2))
    return 1
