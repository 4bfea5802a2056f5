"""Falsifiers for the saddles of orthogonal data of unequal norms: exponents there, capture, never."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import flint
import numpy as np

from tests.ambient import as_fmpq, hessian
from tests.falsify.seeing import chances, measured, norm2
from tests.falsify.sums.draws import TINY, float_runs, listed, over, subsets
from tests.falsify.sums.items import batches_of, data_of, linear_of, numbers, plus, sigma
from tests.falsify.sums.levels import RUNS, STEPS, Runs, capture_level, past_another
from tests.falsify.sums.norms import NORMS, log_of, some_weight
from tests.falsify.sums.tools import (
    axes,
    ball,
    cases,
    choose,
    equals,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    shown,
    sizes,
    squared,
)
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions import saddle_trap as st
from theory.assumptions import unequal_norms as un
from theory.notation import a, b, n, p, r2
from theory.vocabulary.data import inner, off_span
from theory.vocabulary.factors import LOG_ALONG, LOG_OFF, LOG_RADIAL, Factors
from theory.vocabulary.meanings import Ends
from theory.vocabulary.neuron import Bend
from theory.vocabulary.observables import Seen
from theory.vocabulary.windows import Window

F = Fraction
Vector = list[Fraction]

HITS = (
    ((1, 1), F(9, 25), (F(5, 3), F(1, 10)), 0),
    ((1, F(3, 2)), F(100, 359), (F(1, 5), F(4, 3)), 1),
)


def _chances(claim: Claim, points: int, size: int) -> dict[Any, Any]:
    return measured(claim, chances(points, size), (p, st.p_both))


def _pairs(points: int, size: int, step: Fraction, one: Fraction, two: Fraction) -> Factors:
    """Factors at x_i/sigma_i by the four cases of i, j in or out of the batch."""
    ways = {(i, j): comb(points - 2, size - i - j) for i in (0, 1) for j in (0, 1)
            if 0 <= size - i - j <= points - 2}  # fmt: skip
    law = {x: ball(F(k, comb(points, size))) for x, k in ways.items()}

    def of(pair: tuple[int, int]) -> dict[str, Fraction]:
        i, j = pair
        return {"along": 1 - step * one**2 * i + step * two**2 * j, "off": 1 - step * one**2 * i,
                "radial": 1 - 4 * step * one**2 * i}  # fmt: skip

    return listed(law, of)


def _exponent(points: int, size: int, step: Fraction, one: Fraction, two: Fraction) -> flint.arb:
    """E of the change of log|c_j| at x_i/sigma_i."""
    return _pairs(points, size, step, one, two).expected(lambda f: log_of(f["along"]))


def _played(
    claim: Claim, rng: np.random.Generator, points: int, size: int, step: Fraction
) -> Any:  # fmt: skip
    """(step, norms, factors of c_j, w_perp, r2 - 1) at x_1/sigma_1 by plain steps; None where undefined."""
    data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
    one, two = sigma(data[0]), sigma(data[1])
    if not all(isinstance(x, Fraction) and x for x in (one, two)):
        return None
    step = step / one**2
    at, off = [x / one for x in data[0]], off_span(numbers(rng, points + 1), data)
    sides = plus(at, TINY, data[1]), plus(at, TINY, off), plus(at, TINY, at)
    if not any(off) or not inner(sides[0], data[1]):
        return None

    @cache
    def of(batch: Any) -> dict[str, Fraction]:
        after = [plain_step(data, side, batch, step, linear) for side in sides]
        return {"along": inner(after[0], data[1]) / inner(sides[0], data[1]),
                "off": inner(after[1], off) / inner(sides[1], off),
                "radial": (squared(after[2]) - 1) / (squared(sides[2]) - 1)}  # fmt: skip

    return step, one, two, over(claim, rng, points, size, of)


def _window(claim: Claim, rng: np.random.Generator, one: Fraction, two: Fraction) -> Window | None:
    """Signs of the exponents at x_1/sigma_1 at b = 1, by plain steps on two data whose lengths can be set."""
    data, linear = data_of(claim, rng, 2, 3), linear_of(claim, rng)
    lengths = [sigma(x) for x in data]
    off = off_span(numbers(rng, 3), data)
    if not all(isinstance(x, Fraction) and x for x in lengths) or not any(off):
        return None
    units = [[c / length for c in x] for x, length in zip(data, lengths, strict=True)]
    at, off = units[0], [c / (1 + squared(off)) for c in off]

    def negative(side: Vector, factor: Any) -> Any:
        """Whether the product over both draws of a factor's size is below 1."""

        def of(step: Fraction, ratio: Fraction) -> bool:
            pair = [[c * one for c in units[0]], [c * one * ratio for c in units[1]]]
            found = F(1)
            for i in (0, 1):
                found *= factor(plain_step(pair, side, (i,), step, linear), side)
            return abs(found) < 1

        return of

    def coordinate(x: Vector) -> Any:
        return negative(plus(at, TINY, x), lambda after, side: inner(after, x) / inner(side, x))

    beside = plus(at, TINY, at)
    if not inner(plus(at, TINY, units[1]), units[1]):
        return None
    radial = negative(beside, lambda after, side: (squared(after) - 1) / (squared(side) - 1))
    return Window(coordinate(units[1]), coordinate(off), radial, 1 / one**2, two / one)


def exponents(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-EXPONENT and SADDLE-WINDOW: the law of a pair on large sets, plain steps on small ones."""
    played = windows = 0
    for count in cases(seconds):
        small = count % 2 > 0 or claim.item(words.BATCHES) != words.UNIFORM
        points, size = sizes(rng, count + 1, 30)
        if small:
            points = choose(rng, [2, 3, 4, 4, 8])
            size = int(rng.integers(1, points + 1)) if points < 8 else 1
        one, two = choose(rng, NORMS), choose(rng, NORMS)
        if claim.id == "SADDLE-WINDOW":
            size = 1
        if points < 2:
            continue
        share = rational(rng, F(1, 100), F(99, 100), 40)
        step = share / one**2
        if small:
            size, _ = batches_of(claim, rng, points, size)
            made = _played(claim, rng, points, size, share)
            if made is None:
                continue
            step, one, two, here = made
        else:
            here = _pairs(points, size, step, one, two)
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              un.sigma_m: two, st.kept_c2: choose(rng, [F(1, 9), F(0)])}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        if claim.id == "NORMS-EXPONENT":
            if at[st.kept_c2] == 0:
                refute(claim, "a coordinate that is 0 from some step on has the exponent -oo", at)
            at |= _chances(claim, points, size)
            at |= measured(claim, here, (un.rate_j, un.rate_off, st.rate_radial))
            skip = 4 * step * one**2 == 1 or not at[st.rate_radial].is_finite()
            judge(claim, at, lambda x, no=skip: not (no and x.has(st.rate_radial)))
            continue
        if windows < 3 and (window := _window(claim, rng, one, two)) is not None:
            asked = (st.a_low, st.a_high, *(() if windows else (st.widest,)))
            found, windows = measured(claim, window, asked), windows + 1
            judge(claim, at | found, lambda part, known=found: part.has(*known))
        low, high = equals(claim, st.a_low, at), equals(claim, st.a_high, at)
        rates = [x.value(here) for x in (LOG_ALONG, LOG_OFF, LOG_RADIAL)]
        surely, hardly = all(bool(x < 0) for x in rates), any(bool(x > 0) for x in rates)
        wide = max(abs(step - low), abs(step - high)) > F(1, 10**9)
        if step not in (low, high) and wide and (
            (surely and not low < step < high) or (hardly and low < step < high)
        ):  # fmt: skip
            refute(claim, f"window ({low}, {high}), all negative: {surely}", at)
        if (low < high) != (two**2 / one**2 < equals(claim, st.widest, at)):
            refute(claim, "the window is empty or not", at)
    return played


def _runs(rng: np.random.Generator, norms: Vector, size: int, step: Fraction) -> Runs:
    draw, length = subsets(rng, RUNS, len(norms), size), np.array(norms, float)
    return lambda c, off: float_runs(c, off, float(step), draw, STEPS, norms=length)


def capture(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-CAPTURE: runs from below a level that is certain, and a level past another point."""
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (2, 1), (3, 1), (3, 2)][count % 4]
        one, two = (F(1), F(1)) if count == 0 else (choose(rng, NORMS), choose(rng, NORMS))
        step = choose(rng, [F(1, 4), F(45, 100), F(1, 10), F(1, 3), F(3, 5)]) / one**2
        step = F(1, 4) if count == 0 else step
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              **_chances(claim, points, size), st.start_c2: 1, st.W_exit: F(1, 1000),
                              st.theta: F(1, 2), st.W_ratio: F(1, 2)}  # fmt: skip
        if not inside(claim, at):
            continue
        norms = [one] + [two] * (points - 1)
        again = _runs(rng, norms, size, step)
        if count == 0:  # the other point is at rest, and half the runs are lost
            past_another(claim, rng, at, again)
        found = capture_level(claim, rng, at, norms, size, step, again)
        played += found or count == 0
    return played


def ended(
    claim: Claim, start: np.ndarray, end: np.ndarray, off: np.ndarray, norms: np.ndarray
) -> bool:
    """Whether one run ends where the claim's P_trap says; i is the first of the data."""
    data = np.pad(np.diag(norms), ((0, 0), (0, 1)))
    first, last = np.pad(start, ((0, 0), (0, 1))), np.hstack([end, off[:, None] ** 0.5])
    return bool(claim.meaning(st.p_trap).value(Ends(first, last, data, relu=False))[0])


def trap(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-TRAP: draws of i alone lead to x_i/sigma_i, and there every exponent is negative."""
    played = 0
    for count in cases(seconds):
        points, size = (2, 1) if count < 6 else sizes(rng, count, 9)
        one, top = choose(
            rng, [(F(1), F(11, 10)), (F(1), F(5, 4)), (F(9, 10), F(1)), (F(11, 10), F(1))]
        )
        low, high = 1 / one**2 - 1 / top**2, 1 / (2 * one**2)
        step = low + (high - low) * choose(rng, [F(1, 2), F(1, 10), F(0), F(1), F(-1, 5), F(9, 8)])
        own, rest = rational(rng, 0, F(7, 5), 10), rational(rng, 0, 1, 6)
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_m: top,
                              st.start_c2: own**2,
                              **measured(claim, Seen((), (), own**2 + rest, F(0)), (r2,))}  # fmt: skip
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        alone = lambda _: np.ones((1, 1))  # noqa: E731
        start = np.array([[float(own)]]), np.array([float(rest)])
        length = np.array([float(one)])
        late, off = float_runs(
            *start, float(step), alone, 3_000 if count % 4 == 0 else 0, norms=length
        )
        slow = 1 - 4 * step * one**2 < F(-49, 50) or step * one**2 < F(1, 100) or own**2 < F(1, 50)
        near = ended(claim, start[0], late, off, length)
        negative = _exponent(points, size, step, one, top) < 0
        trapped = (near or slow or count % 4 > 0) and negative and size < points
        at[st.p_trap] = F(1, 10**9) if trapped else F(0)
        pair = axes(2, 2, (one, top))
        bend = hessian([F(1), F(0)], pair, [1, 1]) * as_fmpq(
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
        norms = [choose(rng, NORMS) for _ in range(max(points, 2))]
        if count < 2 * len(HITS):
            pair, step, start, drawn = HITS[count % len(HITS)]
            norms, points, size, batches = [F(x) for x in pair], 2, 1, [[drawn]]
            weight = [*map(F, start), F(0)]
            tops = (max(norms), F(1))
        elif not followed:  # an exponent of 0.16 a step, for any b that the claim admits
            norms, points, size, step = [F(1), F(2), F(2)], 3, 2, F(1, 10)
            weight, batches, tops = [F(1, 2), F(1, 3), F(1, 3), F(1, 10)], [[0, 1]], (F(2),)
        else:
            if points < 2:
                continue
            top = max(norms)
            step = choose(rng, [F(1, 4), F(49, 100), F(1, 2), F(3, 5)]) / top**2
            weight = some_weight(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2)]))
            batches = [[int(x) for x in rng.permutation(points)[:size]] for _ in range(3)]
            tops = (top,)
        for called in tops:
            at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: norms[0],
                                  un.sigma_j: norms[1], un.sigma_k: norms[-1], un.sigma_m: called,
                                  **norm2(claim, weight), **_chances(claim, points, size)}  # fmt: skip
            at[un.start_j2] = weight[1] ** 2 if linear or weight[1] > 0 else F(0)
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
            if not _exponent(points, size, step, norms[0], norms[1]) > 0:
                refute(claim, "the exponent is not positive", at)
            state = weight
            for batch in batches:
                state = plain_step(axes(points, points + 1, norms), state, batch, step, linear)
                if state[1] == 0:
                    trapped = (
                        (state[0] > 0 or (linear and state[0] != 0))
                        and not any(state[1:])
                        and step * norms[0] ** 2 < F(1, 2)
                    )
                    judge(claim, {**at, st.p_trap: F(1, points) if trapped else F(0)})
                    raise Refuted(f"{claim.id}: c_j is 0 after {batch} at {shown(at)}", shown(at))
            follow = not followed or count % 3 == 0
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
    if not _exponent(points, size, step, norms[0], norms[1]) > ball(F(1, 50)):
        return None
    c = np.tile([float(x) for x in weight[:points]], (40, 1))
    off, length = np.full(40, float(weight[-1]) ** 2), np.array(norms[:points], float)
    end, rest = float_runs(
        c, off, float(step), subsets(rng, 40, points, size), 600, not linear, length
    )
    data = np.pad(np.diag(length), ((0, 0), (0, 1)))
    first, last = (np.hstack([x, y[:, None] ** 0.5]) for x, y in ((c, off), (end, rest)))
    return Ends(first, np.nan_to_num(last, nan=1e9, posinf=1e9, neginf=-1e9), data, relu=not linear)


def share(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-SHARE: the exponent by the law of a pair, at large and at critical shares."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 40)
        one = choose(rng, NORMS)
        if points < 2:
            continue
        critical = F(
            points - 1, max(size - 1, 1)
        )  # sigma_j^2/sigma_i^2, met by a square from below
        two = one * choose(
            rng, [F(int(1000 * float(critical) ** 0.5) + 1, 1000), F(1), F(3), F(6, 5)]
        )
        step = choose(rng, [F(1, 100), F(1, 2), F(618, 1000), F(9, 10), F(3, 10)]) / one**2
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              **_chances(claim, points, size)}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        if not _exponent(points, size, step, one, two) > 0:
            refute(claim, "the exponent is not positive", at)
        judge(claim, at)
    return played


def trap_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-TRAP-BATCH: i and the b - 1 others of least |c_j/c_i| lead near x_i/sigma_i, or chance is 0."""
    played = 0
    for count in cases(seconds):
        points, size = [(2, 1), (3, 2), (9, 8), (9, 4), (3, 1), (4, 3)][count % 6]
        one, other = choose(
            rng, [(F(1), F(51, 50)), (F(1), F(11, 10)), (F(11, 10), F(1)), (F(1), F(3, 2))]
        )
        norms = [one, other] + [other * F(9, 10)] * (points - 2)
        top = max(norms)
        step = choose(rng, [F(49, 100), F(45, 100), F(1, 4), F(3, 5)]) / top**2
        weight = some_weight(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2)]))
        weight[0] = choose(rng, [weight[0], F(1, 5)])
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: other,
                              un.sigma_k: norms[-1], un.sigma_m: top, **norm2(claim, weight),
                              st.start_c2: weight[0] ** 2, **_chances(claim, points, size)}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        rate = _exponent(points, size, step, one, other)
        c, off = np.array([[float(x) for x in weight[:-1]]]), np.array([float(weight[-1] ** 2)])
        length = np.array([float(x) for x in norms])
        begin, near, slow = c, False, F(49, 50) < abs(1 - 4 * step * one**2) < 1
        for _ in range(40):  # 40 times 200 steps of the schedule
            for _ in range(200):
                order = np.argsort(np.abs(c[0, 1:]), kind="stable")[: size - 1] + 1
                times = np.zeros((1, points))
                times[0, [0, *order]] = 1
                c, off = float_runs(c, off, float(step), lambda _, x=times: x, 1, norms=length)
            near = bool(abs(abs(c[0, 0]) - 1) < 1e-2 and np.abs(c[0, 1:]).max() < 1e-2)
            if near:
                break
        live = bool(weight[0]) and (not near or ended(claim, begin, c, off, length))
        if rate > ball(F(-1, 1000)) and rate < 0:
            slow = slow or not near  # too slow to be seen
        trapped = bool(rate < 0) and live and (near or slow)
        judge(claim, {**at, st.p_trap: F(1, 10**9) if trapped else F(0)})
    return played
