"""Falsifiers for the chance of capture: levels below which U falls in the mean, and runs from inside them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from math import log, sqrt
from typing import Any

import numpy as np

from tests.falsify.sums.items import mean_of
from tests.falsify.sums.tools import axes, ball, inside, judge, plain_step
from theorem_audit.statement.claim import Claim
from theory.assumptions import saddle_trap as st
from theory.assumptions import sampling as sa
from theory.vocabulary.levels import Level, State
from theory.vocabulary.meanings import Ends
from theory.vocabulary.neuron import At

F = Fraction
RUNS, STEPS = 400, 400
SLACK = F(
    sqrt(log(2e9) / (2 * RUNS))
)  # Hoeffding: a share of the runs is off by more with chance 1e-9
THETA = F(9999, 10_000)
POWERS = (F(1, 2), F(1, 4), F(1, 8))
PAST = F(100)  # a level with another data point inside
Runs = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Names:
    """A claim's symbols for its chance, its start, its level and what U keeps below it.

    live: that for c_i(0)^2 where i is live.
    """

    chance: Any
    start: Any
    exit: Any
    ratio: Any
    theta: Any
    folded: bool = False
    live: Any = None


NAMES = {
    "SAMPLING-LOCAL": Names(sa.p_local, sa.U_start, sa.U_exit, sa.U_ratio, sa.theta),
    "SADDLE-CAPTURE": Names(
        st.p_trap, st.W_start, st.W_exit, st.W_ratio, st.theta, folded=True, live=st.start_c2
    ),
}


def _step(norms: list[Fraction], step: Fraction, linear: bool) -> Callable[[State, Any], State]:
    points = len(norms)
    data = axes(points, points + 1, norms)

    def after(state: State, batch: Any) -> State:
        end = plain_step(data, [*state[0], state[1]], batch, step, linear)
        return end[:-1], end[-1]

    return after


def _states(norms: list[Fraction], level: Fraction, g: Fraction) -> list[State]:
    """One number off its limit, by half of what U < level allows it, of either sign; the other points.

    All of them once more with the other sign of c_i.
    """
    count = len(norms)
    tiny = F(float(min(level, F(1, 2))) ** float(1 / g)).limit_denominator(10**30)
    found: list[State] = []
    for k in range(count + 1):
        for side in (1, -1):
            at = [F(int(j == 0)) for j in range(count)] + [F(0)]
            at[k] += side * tiny / 2
            found.append((at[:-1], at[-1]))
    for j in range(1, count):
        found.append(([F(int(k == j)) for k in range(count)], F(0)))
    return found + [([-c[0], *c[1:]], off) for c, off in found if c[0]]


def past_another(claim: Claim, rng: np.random.Generator, at: dict[Any, Any], runs: Runs) -> None:
    """n = 2, b = 1, a = 1/4, unit data: a level with x_2 inside; half the runs from (1/10, 2) are lost."""
    norms = [F(1), F(1)]
    level = _level(claim, rng, norms, 1, F(1, 4), POWERS[0], PAST)
    _judged(claim, at, norms, level, ([F(1, 10), F(2)], F(0)), runs)


def _level(
    claim: Claim, rng: np.random.Generator, norms: list[Fraction], size: int, step: Fraction, g: Fraction,
    exit_: Fraction, passive: Collection[int] | None = None,
) -> Level:  # fmt: skip
    def mean(value: Any) -> Any:
        return mean_of(claim, rng, len(norms), size, lambda batch: ball(value(batch)))

    squares, states = [x * x for x in norms], _states(norms, exit_, g)
    folded = NAMES[claim.id].folded
    after = _step(norms, step, passive is None)
    return Level(mean, after, squares, step, g, exit_, states, folded, passive)


def capture_level(
    claim: Claim, rng: np.random.Generator, at: dict[Any, Any], norms: list[Fraction], size: int,
    step: Fraction, runs: Runs, passive: Collection[int] | None = None,
) -> bool:  # fmt: skip
    """Runs from U_0 = U_exit/2 below a level that is certain; whether there was one.

    passive: which data are so at the start, i among them; None: linear.
    """
    names, count = NAMES[claim.id], len(norms)
    for g in POWERS:
        level = _level(claim, rng, norms, size, step, g, F(1, 1000), passive)
        if not claim.meaning(names.ratio).value(level) <= ball(THETA):
            continue
        each = F((float(level.exit) / 2 / (count + 1)) ** float(1 / g))
        c = [1 + each, *[each] * (count - 1)]
        signed = [-x if k in (passive or ()) else x for k, x in enumerate(c)]
        _judged(claim, at, norms, level, (signed, each), runs)
        return True
    return False


def _judged(
    claim: Claim, at: dict[Any, Any], norms: list[Fraction], level: Level, start: State, runs: Runs
) -> None:
    names, count, linear = NAMES[claim.id], len(start[0]), level.passive is None
    exact = axes(count, count + 1, norms)
    here = {
        **at,
        names.exit: level.exit,
        names.theta: THETA,
        names.ratio: claim.meaning(names.ratio).value(level),
        names.start: claim.meaning(names.start).value((start, level.power)),
    }
    if names.live is not None:
        seen = At([*start[0], start[1]], exact, linear=linear)
        here[names.live] = claim.meaning(names.live).value(seen)
    if not inside(claim, here):
        return
    c, off = np.tile([float(x) for x in start[0]], (RUNS, 1)), np.full(RUNS, float(start[1]) ** 2)
    end, rest = runs(c, off)
    data = np.diag([float(x) ** 0.5 for x in level.squares])
    data = np.pad(data, ((0, 0), (0, 1)))
    first, last = (np.hstack([x, y[:, None] ** 0.5]) for x, y in ((c, off), (end, rest)))
    ends = Ends(first, np.nan_to_num(last, nan=1e9, posinf=1e9, neginf=-1e9), data, relu=not linear)
    assert first.shape[1] == count + 1
    share = F(float(claim.meaning(names.chance).value(ends).mean()))
    judge(
        claim, {**here, names.chance: min(share + SLACK, F(1))}, lambda part: part.has(names.chance)
    )
