"""Random search against claims on paths: rates, schedules, exits and returns in runs.

Runs are in floats, on the axes (exact zeros stay), by the chain rule in ``falsify_play.float_steps``.
A statistic refutes beyond 6 of its standard errors (two-sided chance 2e-9 for one number), plus what
the claim itself leaves open where it says so in words.  First steps are searched exactly for zeros.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

from tests.falsify.walks.exponents import _mp, moves_of, radial_moves
from tests.falsify.walks.forced import settling
from tests.falsify.walks.play import (
    DIGITS,
    MOST_OBLIQUE,
    Case,
    Clock,
    Neuron,
    cases,
    float_steps,
    inside,
    number,
    real,
    refute,
    same,
)
from tests.falsify.walks.setting import Setting, at_own_step, setting_of
from tests.falsify.walks.steps import Search, claimed_split
from theorem_audit.doubt.again import kept
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory.minibatch import rates, two_points
from theory.notation import p, s, t
from theory.vocabulary.moves import Change
from theory.vocabulary.passages import Late, Left

F = Fraction
SIGMAS = 6.0


def exact_zeros(claim: Claim, case: Case) -> None:
    """A live coordinate or w_perp that becomes exactly 0 within two batches: its rate is -oo."""
    at = case.at
    for first in case.some_batches(6):
        one = at.step(first)
        for second in case.some_batches(6):
            two = one.step(second)
            for moved, path in ((one, [first]), (two, [first, second])):
                gone = [j for j in at.live if moved.q[j] == 0]
                if gone and len(at.live) > len(gone):
                    refute(
                        claim, case, f"coordinates {gone} are exactly 0 after the batches {path}"
                    )
                if at.off and any(at.off) and not any(moved.off):
                    refute(claim, case, f"w_perp is exactly 0 after the batches {path}")


def path_rates(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-RATE-PATHS: exact zeros in the first steps; then slopes of runs that have converged."""
    clock, turn, settled, seen = Clock(seconds), 0, 0, 0
    for case in cases(claim, rng, clock, most=12):
        at: dict[Symbol, Any] = case.observed(claim)
        if not inside(claim, at) or len(case.live) < 2:
            continue
        seen += 1
        clock.played += turn > 0 or seen > 12  # runs are followed once, at least
        exact_zeros(claim, case)
        points = stated_rates(claim, at, case)
        slope, fall = (
            float(number(claim.says(x), points)) for x in (rates.path_ratio, rates.path_off)
        )
        if settled < 2 and case.at.data is None:
            settled += norm_rate(claim, rng, case, points)
        if case.n > 6 or case.at.a < F(1, 5) or not any(case.at.off):
            continue
        turn += 1
        if turn % 12 != 1:
            continue
        runs, (_, X), live = 400, case.at.floats(), np.array(case.live)
        span = int(min(1200, 250 / max(abs(slope), abs(fall))))
        W, then = _late(rng, case.at, case.size, case.setting.batching, runs, span)
        if then is None:
            continue  # no such batches, or not yet near a data point: the slope would be another
        rows, first = np.arange(runs), np.abs((W @ X.T)[:, live])
        winner = live[first.argmax(axis=1)]
        other = np.where(winner == live[0], live[1], live[0])
        with np.errstate(divide="ignore"):
            (before, off), (after, off_after) = (
                (np.log(np.abs(q[rows, other] / q[rows, winner])), np.log(np.abs(w[:, len(X) :])))
                for w in (W, then)
                for q in (w @ X.T,)
            )
        for symbol, one, two, claimed in (
            (rates.path_ratio, before, after, slope),
            (rates.path_off, off[:, 0], off_after[:, 0], fall) if off.size and case.at.data is None
            else (None,) * 4,
        ):  # fmt: skip
            if symbol is None or np.isneginf(one).all():
                continue
            change = claim.meaning(symbol).value(Late(one, two, span))
            if np.isneginf(change).any():
                refute(claim, case, f"{symbol}: a coordinate is 0 in floats after a run")
            error = change.std() / np.sqrt(runs)
            # what is not at the limit yet: impurities at the start of the window, over its length
            bias = 20 * np.exp(before).mean() / (span * 0.02) + abs(claimed) / 50
            if abs(change.mean() - claimed) > SIGMAS * error + bias:
                refute(
                    claim,
                    case,
                    f"{symbol} {change.mean():.5f} +- {error:.5f}, claimed {claimed:.5f}",
                )
    return clock.played


@kept
def _late(
    rng: np.random.Generator, at: Neuron, size: int, batching: Item, runs: int, span: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """The weights of runs after ``span`` steps, and after as many more if all are near a data point by then."""
    W, X = at.floats()
    W, step = np.tile(W, (runs, 1)), float(at.a)
    paths = Setting(batching=batching, rng=rng).paths(runs, len(at.q), size)
    if paths is None:
        return W, None
    W = float_steps(W, step, paths.next(span), at.activation, X)
    if not (np.abs((W @ X.T)[:, np.array(at.live)]).max(axis=1) > 0.9).all():
        return W, None
    with np.errstate(divide="ignore"):
        return W, float_steps(W, step, paths.next(span), at.activation, X)


def norm_rate(
    claim: Claim, rng: np.random.Generator, case: Case, points: dict[Symbol, Any]
) -> bool:
    """How fast ||w||^2 settles, in 400 runs, against its bound; whether that could be seen.

    6 standard errors and a twentieth of the bound, for what 900 steps are short of, are allowed.
    """
    bound = claim.conjunct(rates.rate_norm)
    most = float(number(bound.gts, points))
    late = settling(case, rng) if np.isfinite(most) and most < -0.02 else None
    if late is None:
        return False
    found = claim.meaning(rates.rate_norm).value(late)
    error = SIGMAS * found.std() / np.sqrt(len(found)) + abs(most) / 20
    if found.mean() > most + error:
        refute(claim, case, f"log|delta| falls by {found.mean():.4f} a step, claimed {most:.4f}")
    return True


def stated_rates(claim: Claim, at: dict[Symbol, Any], case: Case) -> dict[Symbol, Any]:
    """The point with the claimed exponents at x_1, as played there."""
    moves, points = moves_of(case), {**at, p: claimed_split(claim, at)}
    for x in (rates.rate_ratio, rates.rate_off, rates.rate_radial):
        seen = radial_moves(case) if x == rates.rate_radial else moves
        points[x] = claim.meaning(x).value(seen)
        if not mp.isinf(points[x]):
            same(claim, case, number(rates.SGD_RATE.says(x), points), points[x], f"{x}")
    return points


def universal_decay(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """UNIVERSAL-DECAY: the mean change of F over all batches at a = 1e-25, to order a and a^2.

    Without a word on small steps: exactly, at the case's own step.
    """
    clock, exactly = Clock(seconds), at_own_step(claim)
    for case in cases(claim, rng, clock, most=9):
        if case.kind not in ("sphere", "dense") and clock.played % 2 == 0:
            q = [abs(x) for x in case.at.c]  # in the span and of any norm
            case = case.like(case.at.at(q, []), case.kind + ", in the span")
        at: dict[Symbol, Any] = case.observed(claim)
        batches, live = case.batches(), case.live
        if not inside(claim, at) or not batches or not live or case.at.r2 > 4:
            continue
        clock.played += 1
        step = case.at.a if exactly else F(1, 10**25)
        small = replace(case.at, a=step)
        with mp.workdps(150):
            moved = [small.step(batch) for batch in batches]
            logs = mp.mpf("-inf")
            if all(x.q[j] for x in moved for j in live):
                logs = mp.fsum(mp.log(abs(_mp(x.q[j] / small.q[j]))) for x in moved for j in live)
            norm = mp.fsum(_mp(x.r2 - small.r2) for x in moved) / len(moved)
            change = Change(_mp(step), len(live), logs / len(moved), norm)
            said = {x: number(claim.says(x), at) for x in (rates.first_order, rates.second_order)}
            seen = {x: claim.meaning(x).value(change) for x in said}
            if exactly:
                if case.at.r2 == 1:
                    both = said[rates.first_order] + _mp(step) * said[rates.second_order]
                    same(claim, case, both, seen[rates.first_order], "E change")
                continue
            size = mp.mpf(10) ** -20 * (1 + _mp(case.at.r2)) ** 6 * (1 + len(live))
            for x, one in said.items():
                if (x == rates.first_order or case.at.r2 == 1) and abs(seen[x] - one) > size:
                    refute(claim, case, f"{x} = {mp.nstr(seen[x], 12)}, claimed {mp.nstr(one, 12)}")
    return clock.played


def _one_step(claim: Claim, case: Case, at: dict[Symbol, Any]) -> None:
    """The bounds of z = log|q_1/q_2| over the batches that come next."""
    after = [case.step(batch).q for batch in case.batches() or ()]
    if not after or any(q[0] * q[1] == 0 for q in (case.at.q, *after)):
        return
    with mp.workdps(DIGITS):
        z, *ends = (mp.log(abs(_mp(q[0] / q[1]))) for q in (case.at.q, *after))
        jump, second, drift = (
            claim.meaning(x).value((z, ends))
            for x in (two_points.jump, two_points.second, two_points.drift)
        )
        slack = mp.mpf(10) ** -25
        bad = {
            "jump": jump > at[two_points.jump] + slack,
            "second moment": second < at[two_points.second] - slack,
            "drift": abs(z) > mp.log(2) and drift < at[two_points.drift] - slack,
        }
        if any(bad.values()):
            refute(claim, case, f"one step of z: {bad}")


@kept
def _walked(
    rng: np.random.Generator, at: Neuron, size: int, batching: Item, runs_least: tuple[int, int],
    level: float, *, most: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:  # fmt: skip
    """Steps of each run until |z| > ``level``, which have been there, which came back, and steps taken.

    More than ``least`` steps are taken; none, and no run is there, where there are no such batches.
    """
    (runs, least), (weight, X) = runs_least, at.floats()
    paths = Setting(batching=batching, rng=rng).paths(runs, len(at.q), size)
    if paths is None:
        return np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool), 0
    W = np.tile(weight, (runs, 1))
    times, out = np.zeros(runs), np.zeros(runs, dtype=bool)
    left, back = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
    for now in range(most):
        z = np.log(np.abs((W @ X[0]) / (W @ X[1])))
        out |= np.abs(z) > level
        left |= np.abs(z) >= level - 1e-5
        back |= left & (np.abs(z) <= float(mp.log(2)) - 1e-12)
        if out.all() and now > least:
            return times, left, back, now
        times += ~out
        W = float_steps(W, float(at.a), paths.next(1), at.activation, X)
    return times, left, back, most


def two_points_walk(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TWO-POINTS: mean exit times and returns in runs, from tiny, balanced and nearly tied starts."""
    clock = Clock(seconds)
    sizes = [(2, 1), (40, 1), (2, 2), (3, 2), (8, 1), (12, 6)]
    turn, setting = 0, setting_of(claim, rng)
    while clock.left:
        points, batch = sizes[turn % len(sizes)]
        step = F(int(rng.integers(20, 50)), 100) if turn % 3 else F(3, 10)
        small = F(1, int(10 ** rng.integers(0, 4)) + 1)
        gap = F(int(rng.integers(10, 15)), 10)
        if turn % 12 == 0:  # from far out, with so much mass that a return is not likely
            step, small, gap = F(3, 10), F(9, 10), F(10**6)
        q = [small, small / gap] + [F(0)] * (points - 2)
        if not setting.orthonormal and points > MOST_OBLIQUE:
            turn += 1
            continue
        off = [F(1, 3) * (turn % 2)]
        at_ = Neuron(q, off, step, "relu" if turn % 2 else "linear", setting.data(points))
        case, turn = Case(at_, batch, "", setting), turn + 1
        slack = min(2 - case.at.r2, 1 - F(10, 27) * step)
        mass = min(case.at.mass, (1 - 2 * step) ** 2 * slack)
        wide = float(mp.log(2)) if turn % 2 else float(rng.uniform(0.7, 2.0))
        start = float(mp.log(real(gap)))
        wide = max(wide, start)
        share = F(1) if gap > 2 or rng.random() < 0.7 else F(int(rng.choice([1, 3])), 2)
        level, ratio = F(wide).limit_denominator(10**6) + F(1, 10**6), F(start)
        at: dict[Symbol, Any] = {
            **case.observed(claim), t: slack, s: mass,  # the least along the path
            two_points.t_min: slack * share, two_points.s_min: mass * share,
            two_points.level: level, two_points.ratio: ratio,
        }  # fmt: skip
        if slack <= 0 or mass <= 0 or not inside(claim, at):
            continue
        clock.played += 1
        for symbol in (two_points.jump, two_points.second, two_points.drift):
            at[symbol] = number(claim.says(symbol), at)
        _one_step(claim, case, at)
        bound, chance = (
            float(number(claim.conjunct(y).gts, at))
            for y in (two_points.mean_time, two_points.returning)
        )
        runs, most = 800, int(min(40 * bound, 20_000)) + 20
        least = min(floor(3 * bound), most) if np.isfinite(bound) else most
        times, left, back, _ = _walked(
            rng, case.at, batch, setting.batching, (runs, least), float(level), most=most
        )
        if not len(times):
            continue
        error, run = times.std() / np.sqrt(runs), Left(times, back[left])
        times = claim.meaning(two_points.mean_time).value(run)
        if times.mean() - SIGMAS * error > bound:
            refute(
                claim,
                case,
                f"mean exit time {times.mean():.2f} > {bound:.2f}, L = {float(level):.3f}",
            )
        share = claim.meaning(two_points.returning).value(run).mean() if left.any() else 0.0
        if share - SIGMAS * np.sqrt(0.25 / max(left.sum(), 1)) > chance:
            refute(claim, case, f"returns with frequency {share:.3f} > {chance:.3f}")
    return clock.played


SEARCHES: dict[str, Search] = {
    "SGD-RATE-PATHS": path_rates,
    "UNIVERSAL-DECAY": universal_decay,
    "TWO-POINTS": two_points_walk,
}
