"""Random search against the claims on who wins and when: limits by runs at two step sizes.

A limit as a -> 0 is read off runs at a and a/2: what is linear in a is extrapolated away, and half of
that correction is allowed besides 6 standard errors.  So an error in a claimed limit is seen from
about a tenth on; a claim that is exact at a fixed a is read there alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

from tests.falsify.seeing import measured
from tests.falsify.walks.exponents import _mp, factor_means
from tests.falsify.walks.generators import angle_generator, angle_point
from tests.falsify.walks.paths import SIGMAS
from tests.falsify.walks.play import (
    MOST_OBLIQUE,
    Case,
    Clock,
    Neuron,
    float_steps,
    inside,
    number,
    on_axes,
    refute,
)
from tests.falsify.walks.setting import Setting, setting_of
from tests.falsify.walks.steps import Search, claimed_split
from theorem_audit.doubt.again import kept
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.minibatch import purity_time, selection
from theory.minibatch import selection_n as many
from theory.minibatch.rates import P4
from theory.notation import p, q_i, q_j

F = Fraction
RUNS = 2500
FEWER = 120  # on other data, or where each run draws a sequence of its own, which is slow
CHUNK = 50
UNTIED = [F(1), F(794, 403), *[F(80, 403)] * 3]  # 4 = (794^2 + 3 80^2)/403^2
SIZES = [(2, 1), (3, 1), (2, 2), (3, 2), (4, 3), (5, 1), (3, 3), (8, 8), (9, 1)]


Begin = tuple[Neuron, int, Item]  # a neuron, the size of a batch, and how batches are drawn


class Runs:
    """Copies of a neuron at one step size, each with batches of its own, in floats."""

    def __init__(self, rng: np.random.Generator, begin: Begin, step: float, share: int = 1) -> None:
        at, size, batching = begin
        usual = batching == words.UNIFORM and at.data is None
        count = (RUNS if usual else FEWER) // share
        weight, self.X = at.floats()
        self.activation, self.step, self.W = at.activation, step, np.tile(weight, (count, 1))
        paths = Setting(batching=batching, rng=rng).paths(count, len(at.q), size)
        if paths is None:
            raise Undecided(f"no such batches at n={len(at.q)}, b={size}")
        self.paths, self.axes = paths, on_axes(self.X)
        self.ahead = np.zeros((0, count, size), dtype=int)  # batches that are drawn already

    @property
    def q(self) -> np.ndarray:
        return self.W[:, : len(self.X)] if self.axes else self.W @ self.X.T

    @property
    def error(self) -> float:
        """Largest standard error of a frequency."""
        return float(np.sqrt(0.25 / len(self.W)))

    def go(self, steps: int) -> None:
        size = CHUNK if self.paths.fast else 1  # sequences share a generator, and take turns
        while steps:
            if not len(self.ahead):
                self.ahead = self.paths.next(size)
            now, self.ahead = self.ahead[:steps], self.ahead[steps:]
            self.W = float_steps(self.W, self.step, now, self.activation, self.X)
            steps -= len(now)

    def keep(self, runs: np.ndarray) -> None:
        """Go on with these runs alone, a mask of those there are."""
        self.W, self.ahead = self.W.T[:, runs].T, self.ahead[:, runs]
        self.paths.keep(runs)

    def until(self, stop: Callable[[np.ndarray], bool], most: int) -> int:
        """Steps until ``stop(q)`` says so (asked every CHUNK steps), or ``most`` are over."""
        now = 0
        while now < most and not stop(self.q):
            self.go(CHUNK)
            now += CHUNK
        return now


def begin_of(case: Case) -> Begin:
    """What its runs begin with."""
    return case.at, case.size, case.setting.batching


def starts(claim: Claim, rng: np.random.Generator, clock: Clock) -> Iterator[Case]:
    """Points of spheres (mostly the unit one), with 2 or more live coordinates, off mass now and
    then.
    """
    turn, setting = 0, setting_of(claim, rng)
    while clock.left:
        points, batch = SIZES[turn % len(SIZES)]
        if (not setting.orthonormal and points > MOST_OBLIQUE) or not setting.paths(
            1, points, batch
        ):
            turn += 1
            continue
        m = F(int(rng.integers(1, 8)), int(rng.integers(1, 8)))
        q = [abs(1 - m**2) / (1 + m**2) or F(3, 5), 2 * m / (1 + m**2) if m != 1 else F(4, 5)]
        rest = points - 2
        if rest > 0 and turn % 2 == 1:  # three live ones: (2, 1, 2)/3
            q = [F(2, 3), F(1, 3), F(2, 3)]
            rest -= 1
        q += [F(0)] * rest
        scale = F(1) if turn % 5 else F(int(rng.integers(2, 14)), 10)
        off = [F(0)] if turn % 7 else [F(3, 5)]
        turn += 1
        data = setting.data(points)
        if data is not None:
            q, off = data.on_sphere(rng, False), []
        at = Neuron([scale * x for x in q], off, F(1, 4), setting.activation(), data)
        if len(at.live) > 1:
            yield Case(at, batch, f"start {turn}", setting)


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


@kept
def decided(
    rng: np.random.Generator, begin: Begin, step: float, most: int
) -> tuple[np.ndarray, float]:
    """q once all but one run in a thousand have a winner, or ``most`` steps are over; a frequency's error."""

    def over(q: np.ndarray) -> bool:
        share = np.sort(q**2, axis=1)
        return bool((share[:, -2] < 1e-7 * share[:, -1]).mean() > 0.999)

    runs = Runs(rng, begin, step)
    runs.until(over, most)
    return runs.q, runs.error


def winner(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT and SELECT-ANGLE: the frequency of x_1 at a = 1/4 and 1/8, from the case's own start."""
    clock, upper = Clock(seconds), claim.id == many.SELECT_ANGLE.id
    if upper:
        angle_generator(claim, rng)
    for case in starts(claim, rng, clock):
        at: dict[Symbol, Any] = case.observed(claim)
        q = case.at.q
        values = dict(at)
        if upper and any(q[1:]):
            point = angle_point(claim, [_mp(x) for x in q])
            values |= {q_i: abs(q[0]), many.rest: F(str(mp.nstr(point[many.rest], 40)))}
            values[many.share] = F(str(mp.nstr(point[many.share], 20)))
        elif upper:
            values |= {q_i: abs(q[0]), many.rest: F(0), many.share: F(1)}
        if not inside(claim, values) or (case.size == case.n and upper):
            continue
        clock.played += 1
        found = []
        for step in (0.25, 0.125):
            ends, error = decided(rng, begin_of(case), step, int(120 / step**2))
            share = np.sort(ends**2, axis=1)
            open_ = (share[:, -2] > 0.1 * share[:, -1]).mean()
            if open_ > 0.05:
                refute(
                    claim,
                    case,
                    f"{open_:.0%} of the runs have no winner after {120 / step**2:.0f} steps",
                )
            wins = claim.meaning(many.chance if upper else "P_1").value(ends)
            found.append((float(wins.mean()), error))
        if upper:
            part = next(x for x in relations(claim.formula) if x.has(many.chance))
            bound, limit = float(number(part.gts, values)), 2 * found[1][0] - found[0][0]
            allowed = SIGMAS * 2.3 * found[0][1] + abs(found[1][0] - found[0][0]) / 2
            if limit > bound + allowed:
                refute(claim, case, f"x_1 wins {limit:.3f} of the runs, bound {bound:.3f}")
        else:
            y = float(mp.log(_mp(abs(q[0] / q[1]))))
            claim.drawn((selection.y,))
            claimed = float(stated(claim.formula, selection.p_win).subs(selection.y, y))
            extrapolated(claim, case, claimed, found, "x_1 wins")
    return clock.played


@kept
def exits(
    rng: np.random.Generator, begin: Begin, step: float, level: float, *, most: int
) -> tuple[np.ndarray, float, int]:
    """Steps until |log(q_1/q_2)| is ``level``; the share of runs that have not come there, and steps taken."""
    runs = Runs(rng, begin, step)
    times, near, far = np.full(len(runs.W), float(most)), np.exp(-level), np.exp(level)
    going = np.arange(len(times))
    for now in range(most):
        one, two = np.abs(runs.q[:, 0]), np.abs(runs.q[:, 1])
        stays = (one < far * two) & (one > near * two)
        if not stays.all():
            times[going[~stays]] = now
            going = going[stays]
            if not len(going):
                return times, 0.0, now
            runs.keep(stays)
        runs.go(1)
    return times, len(going) / len(times), most


def exit_times(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-TIME and TIME-TWO: a^2 times the mean number of steps, at a = 1/4 and 1/8."""
    clock, purity = Clock(seconds), claim.id == purity_time.TIME_TWO.id
    for case in starts(claim, rng, clock):
        at: dict[Symbol, Any] = case.observed(claim)
        q = case.at.q
        z = float(mp.log(_mp(abs(q[0] / q[1]))))
        eps = F(int(rng.integers(1, 9)), 200)
        first = claim.meaning(purity_time.purity).value(q) if purity else F(1)
        far = F(int(rng.integers(8, 25)), 10) + F(abs(z))
        if rng.random() < 0.2 and abs(z) > 0.1:  # a level within the start, where that is allowed
            near = {**at, selection.level: F(abs(z)) / 2, selection.start: F(z)}
            if not purity and inside(claim, near):
                refute(claim, case, f"from |z_0| = {abs(z):.3f} > Z it takes no step")
        at |= {selection.level: far, selection.start: F(z), purity_time.eps: eps,
               purity_time.purity: first}  # fmt: skip
        if not inside(claim, at):
            continue
        clock.played += 1
        if purity:
            level = float(number(stated(claim.formula, purity_time.level), at))
            exact_level = float(claim.meaning(purity_time.level).value(_mp(eps)))
            if abs(level - exact_level) > 1e-12:
                refute(claim, case, f"purity 1 - {eps} is at {exact_level}, claimed {level}")
            claimed = float(number(stated(claim.formula, purity_time.time), at))
        else:
            level = float(far)
            claimed = float(number(stated(claim.formula, selection.time), at))
        found = []
        for step in (0.25, 0.125):
            most = int(40 * (claimed + 2) / step**2)
            times, going, _ = exits(rng, begin_of(case), step, level, most=most)
            if going > 0.05:
                refute(claim, case, f"{going:.0%} of the runs have not left by then")
            times = claim.meaning(purity_time.time if purity else "E_steps").value(times)
            found.append((step**2 * times.mean(), step**2 * times.std() / np.sqrt(len(times))))
        extrapolated(claim, case, claimed, found, "a^2 E[steps]")
    return clock.played


def equal_chances(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-EQUAL: k live coordinates at one fixed a, tied or x_1 of their mean square; x_1's wins."""
    clock, turn, setting = Clock(seconds), 0, setting_of(claim, rng)
    while clock.left:
        points, batch = SIZES[turn % len(SIZES)]
        if (not setting.orthonormal and points > MOST_OBLIQUE) or not setting.paths(
            1, points, batch
        ):
            turn += 1
            continue
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
        if points >= 5 and turn % 2:  # five squares with the mean 1, which is the first: not tied
            live, whole = 5, [size * x for x in UNTIED] + [F(0)] * (points - 5)
        mass = sum((x * x for x in whole), F(0))
        off = F(int(mp.ceil(mp.sqrt(_mp(max(square - mass, F(0)))) * 1000)), 1000)
        at = Neuron(whole, [off], step, "relu" if turn % 3 else "linear", setting.data(points))
        case = Case(at, batch, "tied", setting)
        seen = case.seen(pair=(at.live[0],) * 2 if at.live else (0, 0))
        observed = {**case.observed(claim), **measured(claim, seen, (q_j, P4))}
        if not inside(claim, observed):
            continue
        clock.played += 1
        runs = Runs(rng, begin_of(case), float(step))

        def over(q: np.ndarray, runs: Runs = runs) -> bool:
            return bool(((q**2).max(axis=1) > 0.99 * (runs.W**2).sum(axis=1)).mean() > 0.9995)

        steps = runs.until(over, 4000)
        W, q = runs.W, runs.q
        norm = (W**2).sum(axis=1)
        largest = (q**2).max(axis=1)
        lost = (norm > 1.2) & (largest < 0.05)
        if lost.mean() > 0.01:
            refute(
                claim,
                case,
                f"{lost.mean():.0%} of the runs are caught off the data after {steps} steps",
            )
        won = largest > 0.9 * norm
        if won.mean() < 0.99:
            tied = np.abs(np.abs(q[:, 0]) - np.abs(q[:, min(live, points) - 1])) < 1e-12
            if live > 1 and tied.mean() > 0.5:
                refute(claim, case, f"still tied after {steps} steps: nobody wins")
            continue
        if at.live[0] != 0:
            continue
        wins = claim.meaning(selection.p_equal).value(q).mean()
        claimed = float(number(stated(claim.formula, selection.p_equal), observed))
        if abs(wins - claimed) > SIGMAS * runs.error:
            refute(claim, case, f"x_1 wins {wins:.3f}, claimed {claimed:.3f}")
    return clock.played


def purity_steps(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-PURITY's slope between impurities e^-40 and e^-600; TIME-MEAN's bound at its own eps."""
    clock, mean = Clock(seconds), claim.id == purity_time.TIME_MEAN.id
    for case in starts(claim, rng, clock):
        step = F(23, 100) if mean else F(int(rng.integers(30, 49)), 100)
        case = case.like(replace(case.at, a=step))
        eps = F(1, 2 ** int(rng.integers(1, 12)))
        at: dict[Symbol, Any] = {**case.observed(claim), purity_time.eps: eps}
        if not inside(claim, at):
            continue
        clock.played += 1
        at[p] = claimed_split(claim, at)
        if mean:
            part = next(x for x in relations(claim.formula) if x.has(purity_time.mean_time))
            bound = float(number(part.gts, at))
            marks, most = [float(eps)], int(20 * bound) + 50
        late = purity_time.mean_slope if mean else purity_time.slope
        slope, levels = (
            float(number(stated(claim.formula, late), at)),
            (20, 120) if mean else (40, 600),
        )
        ends = [np.exp(-float(x)) for x in levels]
        long = int(min(2000 * abs(slope), 30_000)) + 50
        if not mean:
            marks, most = ends, long
        times, _ = passage(rng, begin_of(case), marks, 1 if mean else 5, most=most)
        # By Markov at most 1/20 of the runs take 20 means; one that takes twice the time to e^-600, some ten
        # standard deviations of it, is as good as none.
        late_share, allowed = float(np.isinf(times[-1]).mean()), 0.05 if mean else 0.01
        late_share -= SIGMAS * np.sqrt(allowed / len(times[-1]))
        if late_share > allowed and (mean or most >= 2 * levels[1] * abs(slope)):
            refute(claim, case, f"too many of the runs are not pure after {most} steps")
        if np.isinf(times).any():
            continue
        if mean:
            error = times[0].std() / np.sqrt(len(times[0]))
            seen = claim.meaning(purity_time.mean_time).value(times[0]).mean()
            if seen - SIGMAS * error > bound:
                refute(claim, case, f"E[T_eps] = {seen:.1f} > {bound:.1f}, eps = {eps}")
            times, _ = passage(rng, begin_of(case), ends, 25, most=long)
            if np.isinf(times).any():
                continue
        found = claim.meaning(late).value((times, levels[1] - levels[0]))
        # what the claim leaves open past log(1/eps): a term of order its square root, whose mean is at
        # most mu sqrt(V/2)/|Lambda|^(3/2), mu < 1.2 the mean of the largest of 4 normals (k <= 5)
        decay = abs(float(factor_means(case)["ratio"]))
        square = float(at[p]) * (np.log(1 - float(step)) ** 2 + np.log(1 + float(step)) ** 2)
        roots = (np.sqrt(levels[1]) - np.sqrt(levels[0])) / (levels[1] - levels[0])
        wide = 1.2 * np.sqrt(square / 2) / decay**1.5 * roots
        if abs(found.mean() - slope) > SIGMAS * found.std() / np.sqrt(len(found)) + wide:
            refute(claim, case, f"slope {found.mean():.3f}, claimed {slope:.3f}")
    return clock.played


@kept
def passage(
    rng: np.random.Generator, begin: Begin, marks: list[float], share: int, *, most: int
) -> tuple[np.ndarray, int]:
    """First steps (marks, runs) at which the largest live share is 1 - mark or more; inf where
    never.  And the steps taken.
    """
    at = begin[0]
    runs, live = Runs(rng, begin, float(at.a), share), np.array(at.live)
    times = np.full((len(marks), len(runs.W)), np.inf)
    going = np.arange(len(runs.W))
    for now in range(most):
        square = runs.q.T[live] ** 2
        largest, rest = square[0], np.zeros(len(going))
        for one in square[1:]:  # no difference to the largest: e^-600 is seen
            rest += np.minimum(largest, one)
            largest = np.maximum(largest, one)
        impure = rest / (largest + rest)
        for row, mark in enumerate(marks):
            pure = impure <= mark
            if pure.any():
                times[row, going[pure & np.isinf(times[row, going])]] = now
        if not (stays := np.isinf(times[:, going]).any(axis=0)).all():
            going = going[stays]
            if not len(going):
                return times, now
            runs.keep(stays)
        runs.go(1)
    return times, most


SEARCHES: dict[str, Search] = {
    "SELECT": winner,
    "SELECT-TIME": exit_times,
    "SELECT-EQUAL": equal_chances,
    "SELECT-ANGLE": winner,
    "TIME-TWO": exit_times,
    "TIME-PURITY": purity_steps,
    "TIME-MEAN": purity_steps,
}
