"""Falsifiers for two oblique data at b = 1: the turn of a step, and the noise about the bisector."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import numpy as np

from tests.ambient import as_fmpq, hessian
from tests.falsify.seeing import measured, seen
from tests.falsify.sums.items import linear_of
from tests.falsify.sums.tools import (
    cases,
    choose,
    equals,
    inside,
    judge,
    plain_step,
    rational,
    refute,
)
from tests.frames import inner
from theorem_audit.doubt.again import kept
from theorem_audit.statement.claim import Claim
from theory.assumptions import nonorthogonal_law as nl
from theory.notation import a, active, b, delta, n, perp, q_i, q_j
from theory.vocabulary.neuron import At
from theory.vocabulary.runs import Linear

F = Fraction
UNITS = [(F(1), F(0)), (F(3, 5), F(4, 5)), (F(-3, 5), F(4, 5)), (F(4, 5), F(-3, 5)), (F(0), F(1)),
         (F(-1), F(0)), (F(12, 13), F(5, 13)), (F(-5, 13), F(12, 13))]  # fmt: skip
Pair = list[list[Fraction]]
# x_1, x_2 = (along, +-across)
FRAMES = [(F(4, 5), F(3, 5)), (F(12, 13), F(5, 13)), (F(15, 17), F(8, 17))]


def nonorth_angle(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """One exact step in and off the plane, at any angle: of ReLU the point drawn may be passive."""
    played = 0
    for _ in cases(seconds):
        step = choose(rng, [F(23, 100), F(1, 100), rational(rng, 0, F(1, 4))])
        first, second = [(F(4, 5), F(3, 5)), (F(3, 5), F(4, 5)), (F(12, 13), F(5, 13))][
            rng.integers(3)
        ]
        data = [[first, side * second, F(0)] for side in (1, -1)]
        cosine = first**2 - second**2
        base = [*choose(rng, UNITS), F(0)] if rng.integers(4) else [F(3, 5), F(0), F(4, 5)]
        over = choose(rng, [F(1), 1 + step / 9, 1 + step / 8 - step**2 / 128, F(11, 10)])
        weight, linear = [x * over for x in base], linear_of(claim, rng)
        for i in (0, 1):
            after = plain_step(data, weight, (i,), step, linear)
            here = At(weight, data, after, (i,), j=i, linear=linear, step=step)
            state = seen(weight, data, linear=linear, pair=(i, i), row=2)
            at: dict[Any, Any] = {a: step, n: 2, b: 1, nl.c: cosine, **measured(claim, here, (nl.C, nl.m)),
                                  **measured(claim, state, (active, perp, delta))}  # fmt: skip
            if not inside(claim, at):
                continue
            played += 1
            at |= measured(claim, here, (nl.tangent, nl.turn_error2))
            judge(claim, at, lambda x: x.has(nl.tangent, nl.turn_error2))
            if i == 1:
                at |= measured(claim, here, (nl.X, nl.mean_m, nl.mean_m2))
                judge(claim, at, lambda x: x.has(nl.mean_m, nl.mean_m2))
    return played


def _linear(data: Pair, unit: list[Fraction], step: Fraction, linear: bool) -> Linear:
    """The recursion linearised at +-e_1, that of x_1 + x_2: one sample's Hessian and gradient each."""
    one = flint.fmpq_mat([[1, 0], [0, 1]])
    moves, kicks = [], []
    for k, x in enumerate(data):
        after = plain_step(data, unit, (k,), step, linear)
        kicks.append([[as_fmpq(y - z)] for y, z in zip(after, unit, strict=True)])
        gate = int(linear or inner(unit, x) > 0)
        moves.append(one - hessian(unit, [x], [gate]) * as_fmpq(step))
    return Linear(moves, [flint.fmpq_mat(x) for x in kicks], step)


def nonorth_lyapunov(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Exact stationary second moments of the linearised recursion, from Hessians by differences.

    At both minima of the linear neuron; at the one behind the data ReLU's gates are closed.
    """
    played = 0
    frames = [*FRAMES, (F(3, 5), F(4, 5))]
    for _ in cases(seconds):
        along, across = choose(rng, frames)
        data, step = [[along, across], [along, -across]], rational(rng, F(1, 100), F(1, 2), 40)
        unit, linear = [F(int(choose(rng, [1, -1]))), F(0)], linear_of(claim, rng)
        at: dict[Any, Any] = {a: step, n: 2, b: 1, nl.c: along**2 - across**2,
                              **measured(claim, seen(unit, data, linear=linear), (active,))}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        if not linear and unit[0] < 0:
            refute(claim, "nothing moves there: every law is stationary", at)
        judge(
            claim,
            at | measured(claim, _linear(data, unit, step, linear), (nl.along, nl.across)),
            lambda x: not x.has(nl.floor),
        )
        found = measured(claim, _linear(data, unit, F(1, 10**15), linear), (nl.floor,))
        judge(claim, at | found, lambda x: x.has(nl.floor))
    return played


@kept
def _later(
    rng: np.random.Generator, data: Pair, start: list[Fraction], step: float, size: int,
    linear: bool,
) -> np.ndarray:  # fmt: skip
    """The weights after 600 steps of 2,000 runs from one start."""
    x, w = np.array(data, float), np.tile(np.array(start, float), (2000, 1))
    for _ in range(600):
        move = np.zeros_like(w)
        picks = (
            [rng.integers(2, size=2000)] if size == 1 else [np.zeros(2000, int), np.ones(2000, int)]
        )
        for pick in picks:
            point = x[pick]
            q = (w * point).sum(axis=1, keepdims=True)
            q = q * (linear | (q > 0))
            norm = (w**2).sum(axis=1, keepdims=True)
            move += q * (2 - norm) * point - q**2 * w
        w = w + step * move
    return w


def nonorth_floor(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs at a c = 0.012 from the cone of the data, its ends, or behind: E phi^2/a within 40 % of the floor.

    Its relative standard error is about sqrt(2/2000) = 3 %, higher orders are below 2 %: 12 of them.
    ReLU's gates are both open inside the cone alone: at an end of it one coordinate is 0.
    """
    played = 0
    for count in cases(seconds):
        along, across = FRAMES[count % len(FRAMES)]
        data, linear = [[along, across], [along, -across]], linear_of(claim, rng)
        cosine, size = inner(*data), 1 if rng.integers(3) else 2
        step = 0.012 / float(cosine)
        ends = [[across, along], [across, -along]]
        start = choose(rng, [*data, *ends, [F(1), F(0)], [F(-1), F(0)]])
        at: dict[Any, Any] = {n: 2, b: size, a: F(step), nl.c: cosine}
        gates = []
        for pair in ((1, 0), (0, 1)):
            state = seen(start, data, linear=linear, pair=pair)
            at |= measured(claim, state, (active, perp, q_i, q_j, delta))
            gates.append(at[active])
        at[active] = min(gates)
        if not inside(claim, at):
            continue
        played += 1
        w = _later(rng, data, start, step, size, linear)
        level = float(claim.meaning(nl.floor).value((np.arctan2(w[:, 1], w[:, 0]), step)))
        claimed = float(equals(claim, nl.floor, at))
        if abs(level - claimed) > 0.4 * claimed:
            refute(claim, f"E phi^2/a = {level:.4f}, claimed {claimed:.4f}", at)
        if played > 30:
            break
    return played
