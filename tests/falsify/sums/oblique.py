"""Falsifiers for unit data with any inner products."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from tests.ambient import hessian
from tests.falsify.seeing import measured, norm2, seen
from tests.falsify.sums.items import batches_of, data_of, float_path, linear_of
from tests.falsify.sums.tools import (
    axes,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    sizes,
)
from tests.frames import inner
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import nonorthogonal as no
from theory.legend import LEGEND
from theory.notation import (
    S,
    a,
    b,
    d,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    s,
    t,
    w_v,
)
from theory.vocabulary.meanings import Ends
from theory.vocabulary.neuron import At, Bend

F = Fraction
OBLIQUE = LEGEND["assumptions.nonorthogonal"]
UNITS = [(F(1), F(0)), (F(3, 5), F(4, 5)), (F(-3, 5), F(4, 5)), (F(4, 5), F(-3, 5)), (F(0), F(1)),
         (F(-1), F(0)), (F(12, 13), F(5, 13)), (F(-5, 13), F(12, 13))]  # fmt: skip


def cloud(rng: np.random.Generator, points: int, extra: int) -> list[list[Fraction]]:
    """Unit points of the plane, in R^(2 + extra); equal, opposite and orthogonal ones among them."""
    return [[*choose(rng, UNITS), *[F(0)] * extra] for _ in range(points)]


def nonorth_step(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 6)
        data, step = data_of(claim, rng, points, 3), rational(rng, F(1, 50), 2)
        linear = linear_of(claim, rng)
        weight = [rational(rng, -2, 2, 8) for _ in range(3)]
        batch = [int(x) for x in rng.permutation(points)[:size]]
        after = plain_step(data, weight, batch, step, linear)
        here = At(weight, data, after, batch, linear=linear, step=step)
        whole = measured(claim, here, (no.V, no.norm_excess, no.mass_excess, no.single_excess))
        for j in range(points):
            state = seen(
                weight, data, linear=linear, after=after, batch=batch, pair=(j, j), row=count % 3
            )
            at: dict[Any, Any] = {
                a: step,
                **whole,
                **measured(claim, replace(here, j=j), (no.U,)),
                **measured(claim, state, (S, r2, q_j, q_j_next, perp, perp_next)),
            }
            if inside(claim, at):
                played += 1
                judge(claim, at)
    return played


def nonorth_fixed(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 6)
        linear = linear_of(claim, rng)
        pair = data_of(claim, rng, 2, 2)
        cosine, step = inner(*pair), rational(rng, 0, 1)
        at: dict[Any, Any] = {n: points, b: size, a: step, no.c: cosine}
        side = choose(rng, [1, -1])
        start = [side * x for x in pair[0]]
        moved = plain_step(pair, start, (1,), step, linear)
        at |= measured(claim, At(start, pair, moved), (no.shift2,))
        at |= measured(claim, seen(start, pair), (q_i, r2))
        if not inside(claim, at):
            continue
        played += 1
        if plain_step(pair, start, (0,), step, linear) != start:
            refute(claim, "x_i is not left alone by its own sample", at)
        judge(claim, at)
        if at[no.shift2] == 0:
            refute(claim, "both samples leave x_i alone", at)
        other = [rational(rng, -1, 1, 6), rational(rng, -1, 1, 6)]
        rest = all(plain_step(pair, other, (i,), step, linear) == other for i in (0, 1))
        if rest and any(inner(other, x) for x in pair) and step:
            refute(claim, f"a common fixed point {other}", at)
    return played


def nonorth_nolimit(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """A start that every sample leaves alone has P_limit = 1; caught starts converge, too."""
    played = rested = 0
    fixed = [
        ([[F(1), F(0)], [F(-3, 5), F(4, 5)]], "relu"),
        ([[F(1), F(0)], [F(3, 5), F(4, 5)]], "linear"),
    ]
    for count in cases(seconds):
        linear = linear_of(claim, rng)
        if count < 2 and claim.item(words.NEURON).holds(fixed[count][1]):
            data, linear = fixed[count][0], fixed[count][1] == "linear"
        else:
            many = 8 if count in (5, 9) else 2 + int(rng.integers(3))
            data = cloud(rng, many, 1) if many > 4 or rng.integers(3) else data_of(claim, rng, 3, 3)
            if rng.integers(4) == 0 and many < 5:
                data = [*data, [F(0), F(0), F(1)]]
        size = len(data)
        drawn = 1 if rng.integers(4) else size
        step = choose(rng, [F(1, 10), F(1, 4), F(49, 100), F(3, 5)])
        kinds = [data[int(rng.integers(size))]]
        kinds.append([F(1, 10), *[F(0)] * (len(data[0]) - 2), F(8, 5)])
        if len(data[0]) == 3:
            kinds.append([F(0), F(0), F(1)])
        for start in kinds:
            at: dict[Any, Any] = {n: size, b: drawn, a: step, **norm2(claim, start),
                                  **measured(claim, At(start, data), (s, no.oblique_least))}  # fmt: skip
            if not inside(claim, at):
                continue
            played += 1
            batches = [range(size)] if drawn == size else [(i,) for i in range(size)]
            still = all(plain_step(data, start, batch, step, linear) == start for batch in batches)
            if still:
                judge(claim, {**at, no.p_limit: 1})
            if not still and linear and _caught(rng, data, start, step):
                judge(claim, {**at, no.p_limit: F(1, 10**6)})
            resting = drawn == 1 and (count % 4 == 1 or not rested)
            rested += resting
            found = _rests(claim, rng, data, start, step, linear) if resting else F(0)
            judge(claim, {**at, no.p_limit: found})
    return played


def _rests(
    claim: Claim, rng: np.random.Generator, data: Any, start: Any, step: Fraction, linear: bool
) -> Fraction:  # fmt: skip
    """The share of ten runs that converge: after 1500 steps, by how far they move in 60 more.

    Where w is moved by each draw of another datum than the last, that has a chance of at most 10 * 2^-60.
    """
    draws = [batches_of(claim, rng, len(data), 1)[1] for _ in range(10)]
    w = np.tile(np.array(start, float), (10, 1))
    late = float_path(data, w, float(step), draws, 1500, linear)
    moved, now = np.zeros(10), late
    for _ in range(60):
        now = float_path(data, now, float(step), draws, 1, linear)
        moved = np.maximum(moved, np.abs(now - late).max(axis=1))
    return F(float(claim.meaning(no.p_limit).value(moved).mean()))


def _caught(rng: np.random.Generator, data: Any, start: Any, step: Fraction) -> bool:
    """One float run: is all its mass on the data lost, outside the ball?"""
    w, x = np.array(start, float), np.array(data, float)
    for i in rng.integers(len(data), size=400):
        q = x[i] @ w
        w = w + float(step) * (q * (x[i] - q * w) + q * (1 - w @ w) * x[i])
        if not np.isfinite(w).all():
            return False
    return bool(np.abs(x @ w).max() < 1e-8 and w @ w > 2)


def _to_zero(state: list[Fraction], data: Any, here: int) -> Fraction:
    """The step size at which a full batch of the linear neuron takes the coordinate ``here`` to 0."""
    still = plain_step(data, state, (0, 1), F(1), True)[here] - state[here]
    return -state[here] / still


def nonorth_pca(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    frames = [(F(4, 5), F(3, 5)), (F(3, 5), F(4, 5)), (F(12, 13), F(5, 13)), (F(5, 13), F(12, 13))]
    for _ in cases(seconds):
        along, across = choose(rng, frames)
        extra, linear = int(rng.integers(3)), linear_of(claim, rng)
        data = [[along, side * across, *[F(0)] * extra] for side in (1, -1)]
        size = 2 + extra
        cosine = inner(*data)
        for here in (0, 1):
            unit, aside = axes(size, size)[here], axes(size, size)[1 - here]
            if not rng.integers(3):
                aside = [-x for x in unit]  # of the same line, and a unit eigenvector, too
            place = At(unit, data, linear=linear, other=aside, j=1 - here, i=here)
            at: dict[Any, Any] = {
                d: size,
                n: 2,
                no.c: cosine,
                w_v: inner(unit, aside),
                a: F(1, 10),
                **measured(claim, seen(unit, data, batch=(0, 1)), (S, t)),
                **measured(claim, place, (no.mu, no.nu), OBLIQUE),
            }
            if not inside(claim, at):
                continue
            played += 1
            step = F(1, 10)
            gates = [int(linear or inner(unit, x) > 0) for x in data]
            if plain_step(data, unit, (0, 1), step, linear) != unit:
                refute(claim, "not stationary", at)
            form = hessian(unit, data, gates)
            bend = Bend(form, unit, 2)
            at |= measured(claim, bend, (no.curvature_along, no.trace_here, no.edge_here))
            at |= measured(claim, replace(bend, v=aside), (no.curvature_across,))
            at |= measured(claim, place, (no.loss_here, no.mu_pair, no.nu_pair)) | norm2(
                claim, unit
            )
            judge(claim, at, lambda x: not x.has(no.ratio_factor))
            state = [rational(rng, F(1, 10), F(1, 2), 9) for _ in range(2)] + [F(0)] * extra
            if not rng.integers(3):  # along w, where the step takes it to 0
                state = [F(3, 2) * x for x in unit]
                state[1 - here] = F(1, 100)
                step = _to_zero(state, data, here)
            after = plain_step(data, state, (0, 1), step, linear)
            place = replace(place, w=state, after=after)
            claim.drawn((a,))
            at |= measured(claim, seen(state, data, batch=(0, 1)), (S, t)) | {a: step}
            if not inside(claim, at):
                continue
            if not after[here]:
                refute(claim, "f_w = 0: the ratio is undefined", at)
            judge(claim, {**at, **measured(claim, place, (no.ratio_factor,))},
                  lambda x: x.has(no.ratio_factor))  # fmt: skip
    return played


def nonorth_obtuse(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = followed = 0
    pairs = [[(F(1), F(0)), x] for x in UNITS]
    for count in cases(seconds):
        data = [list(x) for x in choose(rng, pairs)]
        cosine, linear = inner(*data), linear_of(claim, rng)
        if abs(cosine) == 1 and count not in (1, 3, 4, 5):
            continue
        step = choose(rng, [F(1, 4), F(49, 100), F(1, 10), F(3, 5)])
        state = [rational(rng, -1, 1, 8), rational(rng, -1, 1, 8)]
        if count < 3:
            state = [[F(1), F(0)], [F(-1, 10), F(-1, 2)], [F(0), F(13, 10)]][count]
        size, drawn = (2, 1) if rng.integers(4) else (2, 2)
        start = state
        if count == 1:  # both gates are closed at the start: nothing moves
            data, step, drawn = [[F(1), F(0)], [F(-3, 5), F(4, 5)]], F(1, 4), 1
            start, state, cosine = [F(-1, 5), F(-1, 2)], [F(1, 2), F(1, 2)], F(-3, 5)
        if count == 3:  # runs are followed from here, whatever else is drawn
            data, step, drawn, cosine = [[F(1), F(0)], [F(-3, 5), F(4, 5)]], F(1, 4), 1, F(-3, 5)
            start = state = [F(1, 4), F(1, 2)]
        if count == 4:  # most of the start is off the pair's span
            data = [[F(1), F(0), F(0)], [F(-3, 5), F(4, 5), F(0)]]
            start = state = [F(1, 8), F(1, 4), F(21, 16)]
            step, drawn, cosine = F(1, 4), 1, F(-3, 5)
        if count == 5:  # nearly all the norm that is admitted is in it
            data, step, drawn, cosine = (
                [[F(1), F(0)], [F(-7, 25), F(24, 25)]],
                F(1, 4),
                1,
                F(-7, 25),
            )
            start = state = [F(4, 5), F(21, 20)]
        if count > 5 and count % 4 == 2:
            far = rational(rng, 0, F(11, 8), 8)
            data, start = [[*x, F(0)] for x in data], [*start, far]
            state = start
            for i in rng.integers(2, size=choose(rng, [0, 1, 4])):
                state = [
                    x.limit_denominator(10**4)
                    for x in plain_step(data, state, (int(i),), step, linear)
                ]
        base: dict[Any, Any] = {a: step, no.c: cosine, n: size, b: drawn, **norm2(claim, start), **measured(
            claim, At(start, data), (s, no.live_start))}  # fmt: skip
        for i, j in ((0, 1), (1, 0)):
            here = seen(state, data, linear=linear, pair=(i, j))
            at = base | measured(claim, here, (t, q_i, q_j))
            if not inside(claim, at):
                continue
            played += 1
            after = plain_step(data, state, (i,), step, linear)
            at |= measured(claim, At(state, data, after, j=j, i=i), (no.fall, no.mass_bound))
            judge(claim, at, lambda x: not x.has(no.p_sparse))
            rest = any(inner(after_i, data[1 - k]) != inner(data[k], data[1 - k]) for k in (0, 1)
                       for after_i in [plain_step(data, data[k], (1 - k,), step, linear)])  # fmt: skip
            dead = max(inner(start, x) for x in data) <= 0 and not linear
            share = F(0) if rest or dead else F(1)
            if share and i == 0 and (not followed or count % 3 == 0) and step >= F(1, 4):
                followed += 1
                share = _sparse(claim, rng, data, start, step, drawn, linear)
            judge(claim, {**at, no.p_sparse: share}, lambda x: x.has(no.p_sparse))
    return played


def _sparse(
    claim: Claim, rng: np.random.Generator, data: Any, start: Any, step: Fraction, size: int, linear: bool
) -> Fraction:  # fmt: skip
    """The share of 20 runs of 1000 steps that end where P_sparse says; 1 past 3/4.

    At a >= 1/4 the ratio of two coordinates that are both live falls by a factor e^-0.03 a step in the mean:
    that a quarter of the runs are still on their way has a chance far below 1e-9.
    """
    draws = [batches_of(claim, rng, 2, size)[1] for _ in range(20)]
    w = np.tile(np.array(start, float), (20, 1))
    end = float_path(data, w, float(step), draws, 1000, linear)
    end = np.nan_to_num(end, nan=1e9, posinf=1e9, neginf=-1e9)
    run = Ends(w, end, np.array(data, float), relu=not linear)
    found = F(float(claim.meaning(no.p_sparse).value(run).mean()))
    return F(1) if found > F(3, 4) else found
