"""Random search against claims on paths: rates, schedules, exits and returns in runs.

Runs are in floats, on the axes (exact zeros stay), by the chain rule in ``falsify_play.float_steps``.
A statistic refutes beyond 6 of its standard errors (two-sided chance 2e-9 for one number), plus what
the claim itself leaves open where it says so in words.  First steps are searched exactly for zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol, log

from tests.falsify.walks.exponents import _mp, moves_of, radial_moves
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
from tests.falsify.walks.setting import at_own_step, setting_of
from tests.falsify.walks.steps import Search, claimed_split
from tests.instances import evaluate
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory.minibatch import rates, reach, two_points
from theory.minibatch.capture import CAPTURE, g, s_star, t_star
from theory.notation import p, s, t
from theory.vocabulary.moves import Change
from theory.vocabulary.passages import Late

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
    clock, turn = Clock(seconds), 0
    for case in cases(claim, rng, clock, most=12):
        at: dict[Symbol, Any] = case.observed(claim)
        if not inside(claim, at) or len(case.live) < 2:
            continue
        clock.played += 1
        exact_zeros(claim, case)
        slope, fall = (float(x) for x in stated_rates(claim, at, case))
        if case.n > 6 or case.at.a < F(1, 5) or not any(case.at.off):
            continue
        turn += 1
        if turn % 12 != 1:
            continue
        runs, (W, X) = 400, case.at.floats()
        paths = case.setting.paths(runs, case.n, case.size)
        if paths is None:
            continue
        live = np.array(case.live)
        span = int(min(1200, 250 / max(abs(slope), abs(fall))))
        W = np.tile(W, (runs, 1))
        W = float_steps(W, float(case.at.a), paths.next(span), case.at.activation, X)
        rows, first = np.arange(runs), np.abs((W @ X.T)[:, live])
        winner = live[first.argmax(axis=1)]
        if not (first.max(axis=1) > 0.9).all():
            continue  # not yet near a data point: the slope would be another
        other = np.where(winner == live[0], live[1], live[0])
        with np.errstate(divide="ignore"):
            then = float_steps(W, float(case.at.a), paths.next(span), case.at.activation, X)
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


def stated_rates(claim: Claim, at: dict[Symbol, Any], case: Case) -> list[Any]:
    """The claimed rates of a ratio and of w_perp along paths, from exponents at x_1 as played there."""
    moves, points = moves_of(case), {**at, p: claimed_split(claim, at)}
    for x in (rates.rate_ratio, rates.rate_off, rates.rate_radial):
        seen = radial_moves(case) if x == rates.rate_radial else moves
        points[x] = claim.meaning(x).value(seen)
        if not mp.isinf(points[x]):
            same(claim, case, number(stated(rates.SGD_RATE.formula, x), points), points[x], f"{x}")
    return [number(stated(claim.formula, x), points) for x in (rates.path_ratio, rates.path_off)]


def universal_decay(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """UNIVERSAL-DECAY: the mean change of F over all batches at a = 1e-25, to order a and a^2.

    Without a word on small steps: exactly, at the case's own step.
    """
    clock, exactly = Clock(seconds), at_own_step(claim)
    for case in cases(claim, rng, clock, most=9):
        if case.kind not in ("sphere", "dense") and clock.played % 2 == 0:
            q = [abs(x) for x in case.at.c]  # in the span and of any norm
            near = replace(case.at.at(q, []), activation="linear")
            case = case.like(near, case.kind + ", in the span")
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
            said = {
                x: number(stated(claim.formula, x), at)
                for x in (rates.first_order, rates.second_order)
            }
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


def schedule(case: Case, start: int, cycles: int) -> Iterator[list[int]]:
    """Batches that always hold ``start`` and rotate the others, ``cycles`` times around."""
    others = [j for j in range(case.n) if j != start]
    for turn in range(cycles * len(others)):
        yield [start, *(others[(turn + x) % len(others)] for x in range(case.size - 1))]


def shortened(at: Neuron) -> Neuron:
    """The same to a relative 2^-200 a coordinate: exact rationals grow fivefold in length a step."""

    def cut(x: Fraction) -> Fraction:
        if x == 0 or x.denominator.bit_length() < 400:
            return x
        shift = 200 - x.numerator.bit_length() + x.denominator.bit_length()
        return F(int(x * F(2) ** shift), 1) / F(2) ** shift

    return at.at([cut(x) for x in at.c], [cut(x) for x in at.off])


def reach_schedule(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """REACH: the schedule (exact while short, then to 60 digits), its ratio and its chance."""
    clock = Clock(seconds)
    for case in cases(claim, rng, clock):
        if len(case.live) < 2 or case.at.r2 >= 2:
            continue
        share = F(1) if rng.random() < 0.6 else F(int(rng.choice([1, 3])), 2)
        for turns in (0, 1, 2) if case.n <= 5 else (0, 1):
            lead = max(case.live, key=lambda j: abs(case.at.q[j]))
            path = [case.at]
            for batch in schedule(case, lead, turns):
                path.append(shortened(path[-1].step(batch)))
                if path[-1].r2 >= 2:  # no slack is left: outside every t_* > 0
                    break
            slack = min(2 - x.r2 for x in path)
            at: dict[Symbol, Any] = {
                **case.observed(claim), t: slack, t_star: min(slack, F(1)) * share, reach.M: turns
            }  # fmt: skip
            if slack <= 0 or not inside(claim, at):
                continue
            clock.played += 1
            sizes = [abs(path[-1].q[j]) for j in [lead, *(j for j in case.live if j != lead)]]
            ratio = claim.meaning(reach.final_ratio).value(sizes)
            bound = next(x for x in relations(claim.formula) if x.has(reach.final_ratio))
            with mp.workdps(DIGITS):
                if real(ratio) > number(bound.gts, at) * (1 + mp.mpf(10) ** -25):
                    refute(claim, case, f"ratio {float(ratio)} after {turns} cycles")
                chances = [_mp(_chance(case, lead))] * (len(path) - 1)
                chance = claim.meaning(reach.schedule_probability).value(chances)
                claimed = number(stated(claim.formula, reach.schedule_probability), at)
                if not abs(claimed - chance) <= chance * mp.mpf(10) ** -25:
                    refute(
                        claim,
                        case,
                        f"chance of the schedule is {mp.nstr(chance, 9)}, not {claimed}",
                    )
    return clock.played


def _chance(case: Case, lead: int) -> Fraction:
    """That the next batch is the schedule's first one; its others are as likely, for a law that stays."""
    batches, first = case.batches(), sorted(next(schedule(case, lead, 1)))
    if batches is None:  # too many to list
        return F(1, comb(case.n, case.size))
    return F(sum(sorted(x) == first for x in batches), len(batches))


def reach_horizon(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """REACH-TIME: after T_* steps of the schedule U <= U_*; U_* is half of theta; the chance of T_*
    draws.
    """
    clock = Clock(seconds)
    for case in cases(claim, rng, clock, most=40):
        if len(case.live) < 2 or case.at.r2 >= F(199, 100):
            continue
        base: dict[Symbol, Any] = case.observed(claim)
        width = 1 - F(10, 27) * case.at.a
        floor_ = min(base[s], (1 - 2 * case.at.a) ** 2 * min(2 - case.at.r2, width))
        base |= {t_star: min(2 - case.at.r2, width), s_star: min(floor_, F(2))}
        base |= {t: base[t_star], s: base[s_star]}  # the least along the path
        if base[s_star] <= 0:
            continue
        base[g] = evaluate(stated(CAPTURE.formula, g), base)
        if not inside(claim, base):
            continue
        clock.played += 1
        with mp.workdps(DIGITS):
            try:
                top = mp.mpf(number(stated(claim.formula, reach.cycles), base))
            except ZeroDivisionError:
                refute(claim, case, "T_* has no value")
            base[reach.cycles] = int(top)
            steps = evaluate(stated(claim.formula, reach.horizon), base)
            base[reach.horizon] = int(steps)
            chance = mp.log(claim.meaning(reach.chance).value((case.n, case.size, int(steps))))
            claimed = number(log(stated(claim.formula, reach.chance)), {**base})
            if abs(claimed - chance) > mp.mpf(10) ** -20 * (1 + abs(claimed)):
                refute(claim, case, f"chance of {steps} draws of {case.size} out of {case.n}")
            cycle = sum(1 for _ in schedule(case, case.live[0], 1))
            if claim.meaning(reach.horizon).value((int(top), cycle)) != steps:
                refute(claim, case, f"{top} cycles of {cycle} steps are not {steps}")
            level = number(stated(claim.formula, reach.reached), base)
            same(claim, case, level, claim.meaning(reach.reached).value(real(base[g])), "level")
            # the schedule's own bound at T_*: (n-1) (1 + a t_*)^(-g (n-b) M) <= U_*
            fall = real(base[g]) * (case.n - case.size) * mp.log(1 + real(case.at.a * base[t_star]))
            if mp.log(case.n - 1) - fall * int(top) > mp.log(level) + mp.mpf(10) ** -30:
                refute(claim, case, f"{top} cycles do not lead to U <= U_*")
        if int(steps) <= 3000 and case.n <= 4:
            played_horizon(claim, case, base, int(steps), float(level))
    return clock.played


def played_horizon(
    claim: Claim, case: Case, at: dict[Symbol, Any], steps: int, level: float
) -> None:
    """The same schedule to 60 digits (floats would stop at 5e-324): the cycle after which U <= U_*."""
    lead = max(case.live, key=lambda j: abs(case.at.q[j]))
    end, cycle = case.at, case.n - 1
    with mp.workdps(DIGITS):
        power, totals = real(at[g]), []
        for now, batch in enumerate(schedule(case, lead, steps // cycle)):
            end = shortened(end.step(batch))
            if (now + 1) % cycle == 0:
                sizes = [abs(real(end.q[j]) / real(end.q[lead])) for j in case.live if j != lead]
                totals.append(mp.fsum(x**power for x in sizes))
        found = claim.meaning(reach.cycles).value((totals, level * (1 + 1e-12)))
        if found > at[reach.cycles]:
            refute(claim, case, f"U <= U_* after {found} cycles, not {at[reach.cycles]}")


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
        share = F(1) if rng.random() < 0.7 else F(int(rng.choice([1, 3])), 2)
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
            at[symbol] = number(stated(claim.formula, symbol), at)
        _one_step(claim, case, at)
        bound, chance = (
            float(number(next(x for x in relations(claim.formula) if x.has(y)).gts, at))
            for y in (two_points.mean_time, two_points.returning)
        )
        runs, most = 800, int(min(40 * bound, 20_000)) + 20
        paths, (W, X) = setting.paths(runs, points, batch), case.at.floats()
        if paths is None:
            continue
        W = np.tile(W, (runs, 1))
        times, out = np.zeros(runs), np.zeros(runs, dtype=bool)
        left, back = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
        for now in range(most):
            z = np.log(np.abs((W @ X[0]) / (W @ X[1])))
            out |= np.abs(z) > float(level)
            left |= np.abs(z) >= float(level) - 1e-5
            back |= left & (np.abs(z) <= float(mp.log(2)) - 1e-12)
            if out.all() and now > 3 * bound:
                break
            times += ~out
            W = float_steps(W, float(step), paths.next(1), case.at.activation, X)
        error = times.std() / np.sqrt(runs)
        times = claim.meaning(two_points.mean_time).value(times)
        if times.mean() - SIGMAS * error > bound:
            refute(
                claim,
                case,
                f"mean exit time {times.mean():.2f} > {bound:.2f}, L = {float(level):.3f}",
            )
        share = claim.meaning(two_points.returning).value(back[left]).mean() if left.any() else 0.0
        if share - SIGMAS * np.sqrt(0.25 / max(left.sum(), 1)) > chance:
            refute(claim, case, f"returns with frequency {share:.3f} > {chance:.3f}")
    return clock.played


SEARCHES: dict[str, Search] = {
    "SGD-RATE-PATHS": path_rates,
    "UNIVERSAL-DECAY": universal_decay,
    "REACH": reach_schedule,
    "REACH-TIME": reach_horizon,
    "TWO-POINTS": two_points_walk,
}
