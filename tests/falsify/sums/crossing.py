"""Falsifier for NONORTH-CROSSOVER: a step's moments at a small a, and the law that they keep."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from sympy import Eq, lambdify

from tests.falsify.seeing import measured
from tests.falsify.sums.items import linear_of
from tests.falsify.sums.tools import cases, choose, inside, rational, refute
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.assumptions import nonorthogonal_law as nl
from theory.notation import a, active, b, delta, n, perp, q_i, q_j
from theory.vocabulary.crossover import Turning
from theory.vocabulary.meanings import Floats
from theory.vocabulary.observables import Seen

F = Fraction
STEP = 1e-5  # moments over a^2 are off by about a, and by 1e-16/a^2 for rounding
CLOSE = 1e-3  # of densities and their integrals, relative: the grid's error is of order 1e-5


def moments(u: Floats, kappa: float, linear: bool = True) -> tuple[Floats, Floats]:
    """Mean and mean square of u+ - u over a^2, one sample drawn of two, |w| = 1: in floats.

    Both of ReLU's gates are open for 0 <= u <= pi, up to c beyond.
    """
    half, phi = np.arccos(kappa * STEP) / 2, (u - np.pi / 2) / 2
    w = np.stack([np.cos(phi), np.sin(phi)], axis=1)
    turns = []
    for side in (-1, 1):
        x = np.array([np.cos(half), side * np.sin(half)])
        q = (w @ x)[:, None]
        q = q * (linear | (q > 0))
        move = q * x - q**2 * w + q * (1 - (w**2).sum(axis=1, keepdims=True)) * x
        across = move[:, 1] * w[:, 0] - move[:, 0] * w[:, 1]
        turns.append(2 * np.arctan2(STEP * across, 1 + STEP * (move * w).sum(axis=1)))
    return (turns[0] + turns[1]) / 2 / STEP**2, (turns[0] ** 2 + turns[1] ** 2) / 2 / STEP**2


def crossing(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Each equation of the claim, in floats, at angles and kappa that the region admits."""
    played = 0
    for count in cases(seconds):
        kappa = choose(rng, [F(1, 3), F(3, 5), F(4, 5), F(2), rational(rng, F(1, 5), 3)])
        step = choose(rng, [F(1, 10**5), F(1, 100), F(23, 100), F(3, 10)])
        u = float(rng.uniform(0.15, np.pi - 0.15))
        start = Seen([F(1), kappa * step], [1, 1], F(1), F(1), [F(0)], pair=(0, 1))  # w_0 = x_1
        at: dict[Any, Any] = {n: 2, b: choose(rng, [1, 1, 1, 2]), a: step, nl.kappa: kappa,
                              nl.c: kappa * step, nl.u: F(u),
                              **measured(claim, start, (active, perp, q_i, q_j, delta))}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        here = Turning(partial(moments, linear=linear_of(claim, rng)), float(kappa), u)
        asked = [nl.drift, nl.square, nl.density, nl.density_y, nl.y]
        asked += [nl.spread] if count % 2 == 0 else []
        asked += [nl.sine_mode] if kappa < F(9, 10) else []
        asked += [nl.kappa_mode] if played < 3 else []
        found = {x: claim.meaning(x).value(here) for x in asked}
        known = {**found, nl.kappa: float(kappa), nl.u: u}
        for part in relations(claim.formula):
            if not isinstance(part, Eq) or part.lhs not in found:
                continue
            names = sorted(part.rhs.free_symbols, key=str)
            claimed = float(lambdify(names, part.rhs, "mpmath")(*(known[x] for x in names)))
            if not abs(claimed - found[part.lhs]) <= CLOSE * (1 + abs(claimed)):
                refute(claim, f"{part.lhs} is {found[part.lhs]:.5f}, claimed {claimed:.5f}", at)
        if b in at and at[b] == 2:
            refute(claim, "full batch has no spread", at)
    return played
