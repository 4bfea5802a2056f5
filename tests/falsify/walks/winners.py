"""Random search against the claims on who wins and when: limits by runs at two step sizes.

A limit as a -> 0 is read off runs at a and a/2: what is linear in a is extrapolated away, and half of
that correction is allowed besides 6 standard errors.  So an error in a claimed limit is seen from
about a tenth on; a claim that is exact at a fixed a is read there alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

from tests.falsify.walks.exponents import _mp, factor_means
from tests.falsify.walks.generators import angle_generator
from tests.falsify.walks.paths import SIGMAS
from tests.falsify.walks.play import (
    DIGITS,
    Case,
    Clock,
    Neuron,
    cases,
    draw,
    float_steps,
    inside,
    number,
    refute,
    same,
)
from tests.falsify.walks.steps import Search, claimed_split
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory.minibatch import purity_time, selection
from theory.minibatch import selection_n as many
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.notation import p, q_i

F = Fraction
RUNS = 2500
CHUNK = 50
SIZES = [(2, 1), (3, 1), (2, 2), (3, 2), (4, 3), (5, 1), (3, 3), (8, 8), (9, 1)]


def play(case: Case, rng: np.random.Generator, step: float, most: int,
         stop: Callable[[np.ndarray, int], bool]) -> tuple[np.ndarray, int]:  # fmt: skip
    """RUNS copies of the case until ``stop(W, steps)`` says so (asked every CHUNK steps)."""
    W = np.tile(np.array([*map(float, case.at.q), *map(float, case.at.off)]), (RUNS, 1))
    now = 0
    while now < most and not stop(W, now):
        for _ in range(CHUNK):
            batch = draw(rng, 1, RUNS, case.n, case.size)
            W = float_steps(W, step, batch, case.at.activation, case.n)
        now += CHUNK
    return W, now


def starts(rng: np.random.Generator, clock: Clock) -> Iterator[Case]:
    """Points of spheres (mostly the unit one), with 2 or more live coordinates, off mass now and
    then.
    """
    turn = 0
    while clock.left:
        points, batch = SIZES[turn % len(SIZES)]
        m = F(int(rng.integers(1, 8)), int(rng.integers(1, 8)))
        q = [abs(1 - m**2) / (1 + m**2) or F(3, 5), 2 * m / (1 + m**2) if m != 1 else F(4, 5)]
        rest = points - 2
        if rest > 0 and turn % 2 == 1:  # three live ones: (2, 1, 2)/3
            q = [F(2, 3), F(1, 3), F(2, 3)]
            rest -= 1
        q += [F(0)] * rest
        scale = F(1) if turn % 5 else F(int(rng.integers(2, 14)), 10)
        off = [F(0)] if turn % 7 else [F(3, 5)]
        activation = "relu" if rng.random() < 0.3 else "linear"
        turn += 1
        yield Case(Neuron([scale * x for x in q], off, F(1, 4), activation), batch, f"start {turn}")


def log_ratio(W: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(np.abs(W[:, 0] / W[:, 1]))


def extrapolated(claim: Claim, case: Case, claimed: float, found: list[tuple[float, float]],
                 what: str) -> None:  # fmt: skip
    """Refute when the limit from (mean, standard error) at a and a/2 is too far from the claimed
    one.
    """
    (coarse, first), (fine, second) = found
    limit = 2 * fine - coarse
    allowed = SIGMAS * float(np.hypot(2 * second, first)) + abs(fine - coarse) / 2
    if abs(limit - claimed) > allowed:
        refute(claim, case, f"{what}: {coarse:.4f}, {fine:.4f} -> {limit:.4f}, claimed {claimed:.4f}, "
               f"allowed {allowed:.4f}")  # fmt: skip


def winner(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT and SELECT-ANGLE: the frequency of x_1 at a = 1/4 and 1/8, from the case's own start."""
    clock, upper = Clock(seconds), claim.id == many.SELECT_ANGLE.id
    if upper:
        angle_generator(claim, rng)
    for case in starts(rng, clock):
        at: dict[Symbol, Any] = case.observed()
        q = case.at.q
        rest = mp.sqrt(_mp(sum((x * x for x in q[1:]), F(0))))
        values = {**at, q_i: q[0], many.rest: F(str(mp.nstr(rest, 40))), many.share: F(1)}
        if rest:
            values[many.share] = (
                sum((x**4 for x in q[1:]), F(0)) / sum((x * x for x in q[1:]), F(0)) ** 2
            )
        if not inside(claim, values) or (case.size == case.n and upper):
            continue
        clock.played += 1
        found = []
        for step in (0.25, 0.125):

            def over(W: np.ndarray, _: int) -> bool:
                share = np.sort(W[:, : case.n] ** 2, axis=1)  # noqa: B023 - used in this turn alone
                return bool((share[:, -2] < 1e-7 * share[:, -1]).mean() > 0.999)

            W, _ = play(case, rng, step, int(120 / step**2), over)
            share = np.sort(W[:, : case.n] ** 2, axis=1)
            open_ = (share[:, -2] > 0.1 * share[:, -1]).mean()
            if open_ > 0.05:
                refute(
                    claim,
                    case,
                    f"{open_:.0%} of the runs have no winner after {120 / step**2:.0f} steps",
                )
            wins = np.abs(W[:, : case.n]).argmax(axis=1) == 0
            found.append((float(wins.mean()), float(np.sqrt(0.25 / RUNS))))
        if upper:
            part = next(x for x in relations(claim.formula) if x.has(many.chance))
            bound, limit = float(number(part.gts, values)), 2 * found[1][0] - found[0][0]
            allowed = SIGMAS * 2.3 * found[0][1] + abs(found[1][0] - found[0][0]) / 2
            if limit > bound + allowed:
                refute(claim, case, f"x_1 wins {limit:.3f} of the runs, bound {bound:.3f}")
        else:
            y = float(mp.log(_mp(abs(q[0] / q[1]))))
            claimed = float(stated(claim.formula, selection.p_win).subs(selection.y, y))
            extrapolated(claim, case, claimed, found, "x_1 wins")
    return clock.played


def exit_times(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-TIME and TIME-TWO: a^2 times the mean number of steps, at a = 1/4 and 1/8."""
    clock, purity = Clock(seconds), claim.id == purity_time.TIME_TWO.id
    for case in starts(rng, clock):
        at: dict[Symbol, Any] = case.observed()
        q = case.at.q
        z = float(mp.log(_mp(abs(q[0] / q[1]))))
        eps = F(int(rng.integers(1, 9)), 200)
        first = max(q[0] ** 2, q[1] ** 2) / (q[0] ** 2 + q[1] ** 2)
        far = F(int(rng.integers(8, 25)), 10) + F(abs(z))
        at |= {selection.level: far, selection.start: F(z), purity_time.eps: eps,
               purity_time.purity: first}  # fmt: skip
        if not inside(claim, at):
            continue
        clock.played += 1
        if purity:
            level = float(number(stated(claim.formula, purity_time.level), at))
            exact_level = float(mp.log(_mp((1 - eps) / eps)) / 2)
            if abs(level - exact_level) > 1e-12:
                refute(claim, case, f"purity 1 - {eps} is at {exact_level}, claimed {level}")
            claimed = float(number(stated(claim.formula, purity_time.time), at))
        else:
            level = float(far)
            claimed = float(number(stated(claim.formula, selection.time), at))
        found = []
        for step in (0.25, 0.125):
            W = np.tile(np.array([*map(float, q), *map(float, case.at.off)]), (RUNS, 1))
            times, going, most = (
                np.zeros(RUNS),
                np.ones(RUNS, dtype=bool),
                int(40 * (claimed + 2) / step**2),
            )
            for _ in range(most):
                going &= np.abs(log_ratio(W)) < level
                if not going.any():
                    break
                times += going
                W = float_steps(
                    W, step, draw(rng, 1, RUNS, case.n, case.size), case.at.activation, case.n
                )
            found.append((step**2 * times.mean(), step**2 * times.std() / np.sqrt(RUNS)))
        extrapolated(claim, case, claimed, found, "a^2 E[steps]")
    return clock.played


def equal_chances(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-EQUAL: k tied live coordinates at one fixed a; each wins as often as claimed."""
    clock, turn = Clock(seconds), 0
    while clock.left:
        points, batch = SIZES[turn % len(SIZES)]
        live = 1 + turn % points
        square = (
            F(int(rng.integers(205, 300)), 100)
            if turn % 4 == 1
            else F(int(rng.integers(5, 199)), 100)
        )
        step, turn = F(int(rng.integers(20, 50)), 100), turn + 1
        size = (
            F(1, 10) if square > 2 else F(int(mp.floor(mp.sqrt(_mp(square / live)) * 1000)), 1000)
        )
        whole = [size] * live + [F(0)] * (points - live)
        off = F(int(mp.ceil(mp.sqrt(_mp(max(square - live * size**2, F(0)))) * 1000)), 1000)
        case = Case(Neuron(whole, [off], step, "relu" if turn % 3 else "linear"), batch, "tied")
        if not inside(claim, case.observed()):
            continue
        clock.played += 1

        def over(W: np.ndarray, _: int) -> bool:
            square_ = np.sort(W[:, : case.n] ** 2, axis=1)  # noqa: B023
            return bool((square_[:, -1] > 0.99 * (W**2).sum(axis=1)).mean() > 0.9995)

        W, steps = play(case, rng, float(step), 4000, over)
        norm = (W**2).sum(axis=1)
        largest = (W[:, :points] ** 2).max(axis=1)
        lost = (norm > 1.2) & (largest < 0.05)
        if lost.mean() > 0.01:
            refute(
                claim,
                case,
                f"{lost.mean():.0%} of the runs are caught off the data after {steps} steps",
            )
        won = largest > 0.9 * norm
        if won.mean() < 0.99:
            tied = np.abs(np.abs(W[:, 0]) - np.abs(W[:, min(live, points) - 1])) < 1e-12
            if live > 1 and tied.mean() > 0.5:
                refute(claim, case, f"still tied after {steps} steps: nobody wins")
            continue
        wins = (np.abs(W[:, :points]).argmax(axis=1) == 0).mean()
        claimed = float(number(stated(claim.formula, selection.p_equal), case.observed()))
        if abs(wins - claimed) > SIGMAS * np.sqrt(0.25 / RUNS):
            refute(claim, case, f"x_1 wins {wins:.3f}, claimed {claimed:.3f}")
    return clock.played


def purity_steps(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-PURITY's slope between impurities e^-40 and e^-600; TIME-MEAN's bound at its own eps."""
    clock, mean = Clock(seconds), claim.id == purity_time.TIME_MEAN.id
    for case in starts(rng, clock):
        step = F(23, 100) if mean else F(int(rng.integers(30, 49)), 100)
        case = Case(Neuron(case.at.q, case.at.off, step, case.at.activation), case.size, case.kind)
        eps = F(1, 2 ** int(rng.integers(1, 12)))
        at: dict[Symbol, Any] = {**case.observed(), purity_time.eps: eps}
        if not inside(claim, at):
            continue
        clock.played += 1
        at[p] = claimed_split(claim, at)
        if mean:
            part = next(x for x in relations(claim.formula) if x.has(purity_time.mean_time))
            bound = float(number(part.gts, at))
            marks, most = [float(eps)], int(20 * bound) + 50
        else:
            slope = float(number(stated(claim.formula, purity_time.slope), at))
            marks, most = [np.exp(-40.0), np.exp(-600.0)], int(min(2000 * abs(slope), 30_000)) + 50
        times = passage(case, rng, marks, most, RUNS if mean else RUNS // 5)
        if np.isinf(times).mean() > 0.01:
            refute(
                claim,
                case,
                f"{np.isinf(times).mean():.0%} of the runs are not pure after {most} steps",
            )
        if mean:
            error = times[0].std() / np.sqrt(len(times[0]))
            if times[0].mean() - SIGMAS * error > bound:
                refute(claim, case, f"E[T_eps] = {times[0].mean():.1f} > {bound:.1f}, eps = {eps}")
            continue
        found = (times[1] - times[0]) / 560
        # what the claim leaves open past log(1/eps): a term of order its square root, whose mean is at
        # most mu sqrt(V/2)/|Lambda|^(3/2), mu < 1.2 the mean of the largest of 4 normals (k <= 5)
        decay = abs(float(factor_means(case)["ratio"]))
        square = float(at[p]) * (np.log(1 - float(step)) ** 2 + np.log(1 + float(step)) ** 2)
        wide = 1.2 * np.sqrt(square / 2) / decay**1.5 * (np.sqrt(600) - np.sqrt(40)) / 560
        if abs(found.mean() - slope) > SIGMAS * found.std() / np.sqrt(len(found)) + wide:
            refute(claim, case, f"slope {found.mean():.3f}, claimed {slope:.3f}")
    return clock.played


def passage(
    case: Case, rng: np.random.Generator, marks: list[float], most: int, runs: int
) -> np.ndarray:
    """First steps (marks, runs) at which the largest live share is 1 - mark or more; inf where
    never.
    """
    W = np.tile(np.array([*map(float, case.at.q), *map(float, case.at.off)]), (runs, 1))
    times, live = np.full((len(marks), runs), np.inf), np.array(case.live)
    for now in range(most):
        square = np.sort(W[:, live] ** 2, axis=1)
        impure = square[:, :-1].sum(axis=1) / square.sum(axis=1)
        for row, mark in enumerate(marks):
            times[row, (impure <= mark) & np.isinf(times[row])] = now
        if np.isfinite(times[-1]).all():
            break
        W = float_steps(
            W, float(case.at.a), draw(rng, 1, runs, case.n, case.size), case.at.activation, case.n
        )
    return times


def spread(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-SPREAD: variances of two log ratios at x_1 over all batches; the offset is a mean of a
    largest.
    """
    clock = Clock(seconds)
    for case in cases(rng, clock, most=12):
        at: dict[Symbol, Any] = case.observed()
        batches = case.batches()
        if not inside(claim, at) or not batches or case.at.a <= 0:
            continue
        clock.played += 1
        at[p] = claimed_split(claim, at)
        tiny = F(1, 10**60)
        near = Neuron([F(1), tiny, tiny] + [F(0)] * (case.n - 3), [], case.at.a, "linear")
        with mp.workdps(2 * DIGITS):
            moves = []
            for batch in batches:
                q = near.step(batch).q
                moves.append([mp.log(_mp(q[j] / q[0] / tiny)) for j in (1, 2)])
            mean = [mp.fsum(x[j] for x in moves) / len(moves) for j in (0, 1)]
            own = mp.fsum(x[0] ** 2 for x in moves) / len(moves) - mean[0] ** 2
            both = mp.fsum(x[0] * x[1] for x in moves) / len(moves) - mean[0] * mean[1]
            decay = number(stated(SGD_RATE.formula, rate_ratio), at)
            at[purity_time.rate] = decay
            for symbol, value in ((purity_time.variance, own), (purity_time.covariance, both),
                                  (purity_time.spread, own - both)):  # fmt: skip
                same(claim, case, number(stated(claim.formula, symbol), at), value, f"{symbol}")
            at[purity_time.spread] = own - both
            unit = stated(claim.formula, purity_time.offset).subs(purity_time.largest, 1)
            found = mp.sqrt((own - both) / 2) / (-decay) ** mp.mpf("1.5")
            same(
                claim,
                case,
                number(unit, at),
                found,
                "offset at mu = 1",
            )
    return clock.played


SEARCHES: dict[str, Search] = {
    "SELECT": winner,
    "SELECT-TIME": exit_times,
    "SELECT-EQUAL": equal_chances,
    "SELECT-ANGLE": winner,
    "TIME-TWO": exit_times,
    "TIME-PURITY": purity_steps,
    "TIME-MEAN": purity_steps,
    "TIME-SPREAD": spread,
}
