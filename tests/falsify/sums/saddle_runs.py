"""Falsifiers for where runs beside the saddles of orthogonal data end: captured, trapped, or never there."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tests.ambient import as_fmpq, hessian
from tests.falsify.seeing import measured, norm2
from tests.falsify.sums.draws import float_runs, subsets
from tests.falsify.sums.items import linear_of
from tests.falsify.sums.levels import RUNS, STEPS, Runs, capture_level, past_another
from tests.falsify.sums.norms import NORMS, some_weight
from tests.falsify.sums.saddles import chances_of, exponent
from tests.falsify.sums.tools import (
    axes,
    ball,
    cases,
    choose,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    shown,
    sizes,
)
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theory.assumptions import saddle_trap as st
from theory.assumptions import unequal_norms as un
from theory.notation import a, b, n, r2
from theory.vocabulary.meanings import Ends
from theory.vocabulary.neuron import At, Bend
from theory.vocabulary.observables import Seen

F = Fraction
Vector = list[Fraction]

HITS = (
    ((1, 1), F(9, 25), (F(5, 3), F(1, 10)), 0),
    ((1, F(3, 2)), F(100, 359), (F(1, 5), F(4, 3)), 1),
)


def _runs(
    rng: np.random.Generator, norms: Vector, size: int, step: Fraction, linear: bool
) -> Runs:  # fmt: skip
    draw, length = subsets(rng, RUNS, len(norms), size), np.array(norms, float)
    return lambda c, off: float_runs(c, off, float(step), draw, STEPS, not linear, length)


def capture(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-CAPTURE: runs from below a level that is certain, and a level past another point.

    Of ReLU the last of three data is passive, and longer than the others, or i itself is.
    """
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (2, 1), (3, 1), (3, 2)][count % 4]
        linear = not count or linear_of(claim, rng)
        one, two = (F(1), F(1)) if count == 0 else (choose(rng, NORMS), choose(rng, NORMS))
        step = choose(rng, [F(1, 4), F(45, 100), F(1, 10), F(1, 3), F(3, 5)]) / one**2
        step = F(1, 4) if count == 0 else step
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              **chances_of(claim, points, size), st.start_c2: 1, st.W_exit: F(1, 1000),
                              st.theta: F(1, 2), st.W_ratio: F(1, 2)}  # fmt: skip
        if not inside(claim, at):
            continue
        norms, passive = [one] + [two] * (points - 1), set[int]()
        if not linear and points > 2 and choose(rng, [True, True, False]):
            norms[-1], passive = 2 * max(one, two), {points - 1}
        if not linear and choose(rng, [True, False, False]):
            passive |= {0}
        again = _runs(rng, norms, size, step, linear)
        if count == 0:  # the other point is at rest, and half the runs are lost
            past_another(claim, rng, at, again)
        found = capture_level(
            claim, rng, at, norms, size, step, again, None if linear else passive
        )  # fmt: skip
        played += found or count == 0
    return played


def ended(claim: Claim, start: Vector, end: np.ndarray, norms: np.ndarray, linear: bool) -> bool:
    """Whether one run ends where the claim's P_trap says; i is the first of the data."""
    data = np.pad(np.diag(norms), ((0, 0), (0, 1)))
    run = Ends(np.array([start], float), end, data, relu=not linear)
    return bool(claim.meaning(st.p_trap).value(run)[0])


def _still(weight: Vector, norms: Vector, step: Fraction, linear: bool) -> bool:
    """Whether no datum moves the weight: it stays for ever, whatever is drawn."""
    data = axes(len(norms), len(weight), norms)
    return all(plain_step(data, weight, (k,), step, linear) == weight for k in range(len(norms)))


def trap(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-TRAP: draws of i alone lead to x_i/sigma_i, and there every exponent is negative.

    Of ReLU i and the longest datum may be passive; where nothing moves the start, the chance is 0.
    """
    played = 0
    for count in cases(seconds):
        points, size = (2, 1) if count < 6 else sizes(rng, count, 9)
        one, top = choose(
            rng, [(F(1), F(11, 10)), (F(1), F(5, 4)), (F(9, 10), F(1)), (F(11, 10), F(1))]
        )
        linear = linear_of(claim, rng)
        low, high = 1 / one**2 - 1 / top**2, 1 / (2 * one**2)
        step = low + (high - low) * choose(rng, [F(1, 2), F(1, 10), F(0), F(1), F(-1, 5), F(9, 8)])
        own = choose(rng, [1, -1]) * rational(rng, 0, F(7, 5), 10)
        weight = [own, choose(rng, [F(0), rational(rng, -1, 1, 6)]), rational(rng, 0, 1, 6)]
        pair = axes(2, 3, (one, top))
        here = At(weight, pair, linear=linear)
        norm = sum((x**2 for x in weight), F(0))
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_m: top,
                              **measured(claim, here, (st.start_c2,)),
                              **measured(claim, Seen((), (), norm, F(0)), (r2,))}  # fmt: skip
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        alone = lambda _: np.array([[1.0, 0.0]])  # noqa: E731
        length = np.array([float(one), float(top)])
        start = np.array([weight[:2]], float), np.array([float(weight[2]) ** 2])
        steps = 3_000 if count % 4 == 0 else 0
        late, off = float_runs(*start, float(step), alone, steps, not linear, length)
        slow = 1 - 4 * step * one**2 < F(-49, 50) or step * one**2 < F(1, 100) or own**2 < F(1, 50)
        near = ended(claim, weight, np.hstack([late, off[:, None] ** 0.5]), length, linear)
        negative = exponent(points, size, step, one, top) < 0
        trapped = (near or slow or count % 4 > 0) and negative and size < points
        if _still(weight, [one, top], step, linear):
            trapped = own**2 == 1 and not any(weight[1:])
        elif not linear and own <= 0:
            trapped = True  # a passive i may become live: nothing is known
        at[st.p_trap] = F(1, 10**9) if trapped else F(0)
        bend = hessian([F(1), F(0)], axes(2, 2, (one, top)), [1, 1]) * as_fmpq(
            F(2, points)
        )  # the other data add nothing along x_max
        judge(claim, at | measured(claim, Bend(bend, [F(0), F(1)], points), (un.curve_j,)))
    return played


def never(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-NEVER: no coordinate may become 0; kept exact hits and exact random play; where runs end."""
    played, followed = 0, False
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 6)
        linear = linear_of(claim, rng)
        behind = not linear and count % 5 == 0  # i alone is live, and j passive
        norms = [choose(rng, NORMS) for _ in range(max(points, 2))]
        if count < 2 * len(HITS):
            pair, step, hit, drawn = HITS[count % len(HITS)]
            norms, points, size, batches = [F(x) for x in pair], 2, 1, [[drawn]]
            weight = [*map(F, hit), F(0)]
            tops = (max(norms), F(1))
        elif not followed or behind:  # an exponent of 0.16 a step, for any b that the claim admits
            norms, points, size, step = [F(1), F(2), F(2)], 3, 2, F(1, 10)
            others = F(-1 if behind else 1, 3)
            weight, batches, tops = [F(1, 2), others, others, F(1, 10)], [[0, 1]], (F(2),)
        else:
            if points < 2:
                continue
            top = max(norms)
            step = choose(rng, [F(1, 4), F(49, 100), F(1, 2), F(3, 5)]) / top**2
            weight = some_weight(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2)]))
            batches = [[int(x) for x in rng.permutation(points)[:size]] for _ in range(3)]
            tops = (top,)
        data = axes(points, points + 1, norms)
        here = At(weight, data, j=1, linear=linear)
        start = measured(claim, here, (un.start_j2,)) | norm2(claim, weight)
        for called in tops:
            at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: norms[0],
                                  un.sigma_j: norms[1], un.sigma_k: norms[-1], un.sigma_m: called,
                                  **start, **chances_of(claim, points, size)}  # fmt: skip
            if not inside(claim, at):
                continue
            if (
                weight[1] == 0
                and (weight[0] > 0 or (linear and weight[0]))
                and not any(weight[1:])
                and 0 < step * norms[0] ** 2 < F(1, 2)
            ):
                judge(
                    claim, {**at, st.p_trap: 1}
                )  # i alone is not 0: x_i/sigma_i attracts on its axis
            if (
                max(norms) > called
                and un.sigma_k in claim.region.free_symbols
                and count >= 2 * len(HITS)
            ):
                continue
            played += 1
            if not exponent(points, size, step, norms[0], norms[1]) > 0:
                refute(claim, "the exponent is not positive", at)
            state = weight
            for batch in batches:
                state = plain_step(data, state, batch, step, linear)
                if state[1] == 0:
                    trapped = (
                        (state[0] > 0 or (linear and state[0] != 0))
                        and not any(state[1:])
                        and step * norms[0] ** 2 < F(1, 2)
                    )
                    judge(claim, {**at, st.p_trap: F(1, points) if trapped else F(0)})
                    raise Refuted(f"{claim.id}: c_j is 0 after {batch} at {shown(at)}", shown(at))
            follow = not followed or behind or count % 3 == 0
            ends = _ends(rng, weight, norms, points, size, step, linear) if follow else None
            followed = followed or ends is not None
            judge(claim, {**at, st.p_trap: 0 if ends is None else _share(claim, ends)})
    return played


def _share(claim: Claim, ends: Ends) -> Fraction:
    """The share of runs where P_trap says, 0 up to a half: that many may be on their way past the saddle."""
    found = F(float(claim.meaning(st.p_trap).value(ends).mean()))
    return found if found > F(1, 2) else F(0)


def _ends(
    rng: np.random.Generator,
    weight: Vector,
    norms: Vector,
    points: int,
    size: int,
    step: Fraction,
    linear: bool,
) -> Ends | None:
    """40 runs of 600 steps; None where the exponent of c_2 at x_1/sigma_1 is too small to be seen in them."""
    if not exponent(points, size, step, norms[0], norms[1]) > ball(F(1, 50)):
        return None
    c = np.tile([float(x) for x in weight[:points]], (40, 1))
    off, length = np.full(40, float(weight[-1]) ** 2), np.array(norms[:points], float)
    end, rest = float_runs(
        c, off, float(step), subsets(rng, 40, points, size), 600, not linear, length
    )
    data = np.pad(np.diag(length), ((0, 0), (0, 1)))
    first, last = (np.hstack([x, y[:, None] ** 0.5]) for x, y in ((c, off), (end, rest)))
    return Ends(first, np.nan_to_num(last, nan=1e9, posinf=1e9, neginf=-1e9), data, relu=not linear)


def _starts(
    rng: np.random.Generator, points: int, linear: bool, turn: int
) -> tuple[Vector, Vector, int]:
    """The norms, the start and the longest live datum but i, the first; that is the last where none is live.

    Of ReLU the last datum is passive, and the longest, at times.
    """
    one, other = choose(
        rng, [(F(1), F(51, 50)), (F(1), F(11, 10)), (F(11, 10), F(1)), (F(1), F(3, 2))]
    )
    norms = [one, other] + [other * F(9, 10)] * (points - 2)
    weight = some_weight(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2)]))
    weight[0] = choose(rng, [weight[0], F(1, 5)])
    if not linear and points > 2 and turn % 2:
        norms[-1], weight[-2] = other * F(5, 4), -abs(weight[-2])
    live = [k for k in range(1, points) if (weight[k] if linear else weight[k] > 0)]
    return norms, weight, max(live or [points - 1], key=norms.__getitem__)


def trap_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-TRAP-BATCH: i and the b - 1 others of least |c_j/c_i| lead near x_i/sigma_i, or chance is 0.

    While a sigma_max^2 < 1/2 and r2 <= 2 a passive datum stays passive: a passive i is never there.
    """
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (3, 2), (9, 8), (9, 4), (3, 1), (4, 3)][count % 6]
        linear = linear_of(claim, rng)
        norms, weight, longest = _starts(rng, points, linear, count // 6)
        one, top = norms[0], max(norms)
        step = choose(rng, [F(49, 100), F(45, 100), F(1, 4), F(3, 5)]) / top**2
        here = At(weight, axes(points, points + 1, norms), linear=linear)
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: norms[longest],
                              un.sigma_k: norms[-1], un.sigma_m: top, **norm2(claim, weight),
                              **measured(claim, here, (st.start_c2,)),
                              **chances_of(claim, points, size)}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        rate = exponent(points, size, step, one, norms[longest])
        c, off = np.array([[float(x) for x in weight[:-1]]]), np.array([float(weight[-1] ** 2)])
        length = np.array([float(x) for x in norms])
        near, slow = False, F(49, 50) < abs(1 - 4 * step * one**2) < 1
        for _ in range(40):  # 40 times 200 steps of the schedule
            for _ in range(200):
                order = np.argsort(np.abs(c[0, 1:]), kind="stable")[: size - 1] + 1
                times = np.zeros((1, points))
                times[0, [0, *order]] = 1
                c, off = float_runs(
                    c, off, float(step), lambda _, x=times: x, 1, not linear, length
                )
            near = bool(abs(abs(c[0, 0]) - 1) < 1e-2 and np.abs(c[0, 1:]).max() < 1e-2)
            if near:
                break
        end = np.hstack([c, off[:, None] ** 0.5])
        live = bool(weight[0] if linear else weight[0] > 0)
        live = live and (not near or ended(claim, weight, end, length, linear))
        if rate > ball(F(-1, 1000)) and rate < 0:
            slow = slow or not near  # too slow to be seen
        trapped = bool(rate < 0) and live and (near or slow)
        judge(claim, {**at, st.p_trap: F(1, 10**9) if trapped else F(0)})
    return played
