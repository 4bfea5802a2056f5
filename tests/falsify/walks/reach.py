"""Random search against REACH and REACH-TIME: the schedule played, its ratio, its chance, its horizon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol, log

from tests.falsify.walks.capture import leads
from tests.falsify.walks.exponents import _mp
from tests.falsify.walks.play import (
    DIGITS,
    Case,
    Clock,
    Neuron,
    cases,
    inside,
    number,
    real,
    refute,
    same,
)
from tests.falsify.walks.steps import Search
from tests.instances import evaluate
from theorem_audit.statement.claim import Claim
from theory.minibatch import reach
from theory.minibatch.capture import CAPTURE, g, s_star, t_star
from theory.notation import s, t
from theory.vocabulary import UNIFORM
from theory.vocabulary.moves import Words

F = Fraction


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
            bound = claim.conjunct(reach.final_ratio)
            with mp.workdps(DIGITS):
                if real(ratio) > number(bound.gts, at) * (1 + mp.mpf(10) ** -25):
                    refute(claim, case, f"ratio {float(ratio)} after {turns} cycles")
                chances = _chances(case, islice(schedule(case, lead, turns), len(path) - 1))
                if chances is None:
                    continue
                chance = claim.meaning(reach.schedule_probability).value(chances)
                claimed = number(claim.says(reach.schedule_probability), at)
                if not abs(claimed - chance) <= chance * mp.mpf(10) ** -25:
                    refute(
                        claim,
                        case,
                        f"chance of the schedule is {mp.nstr(chance, 9)}, not {claimed}",
                    )
    return clock.played


def _chances(case: Case, wanted: Iterable[Sequence[int]]) -> list[Any] | None:
    """That each of these batches is the next one, to DIGITS digits.

    None where the law has too many cases to be listed, and is not uniform.
    """
    batches, sets = case.batches(), [tuple(sorted(x)) for x in wanted]
    if batches is not None:
        law = Counter(tuple(sorted(x)) for x in batches)
        return [_mp(F(law[x], len(batches))) for x in sets]
    if case.setting.batching != UNIFORM:
        return None
    return [_mp(in_turn(case.n, len(x))) for x in sets]


@cache
def in_turn(count: int, size: int) -> Fraction:
    """The chance of a set where one index is drawn after another, none twice."""
    chance = F(1)
    for drawn in range(size):
        chance *= F(size - drawn, count - drawn)
    return chance


def reach_horizon(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """REACH-TIME: after T_* steps of the schedule U <= U_*; U_* is half of theta; the chance of T_*
    draws.
    """
    clock, first = Clock(seconds), True
    for case in cases(claim, rng, clock, most=40):
        if first and case.at.data is None:  # one whose horizon is short: it is played, every time
            at = Neuron([F(3, 5), F(4, 5)], [F(0)], F(3, 10), case.at.activation)
            _horizon(claim, case.like(at, "short horizon", 1), clock)
        first = False
        _horizon(claim, case, clock)
    return clock.played


def _horizon(claim: Claim, case: Case, clock: Clock) -> None:
    if len(case.live) < 2 or case.at.r2 >= F(199, 100):
        return
    base: dict[Symbol, Any] = case.observed(claim)
    width = 1 - F(10, 27) * case.at.a
    floor_ = min(base[s], (1 - 2 * case.at.a) ** 2 * min(2 - case.at.r2, width))
    base |= {t_star: min(2 - case.at.r2, width), s_star: min(floor_, F(2))}
    base |= {t: base[t_star], s: base[s_star]}  # the least along the path
    if base[s_star] <= 0:
        return
    base[g] = evaluate(CAPTURE.says(g), base)
    if not inside(claim, base):
        return
    clock.played += 1
    with mp.workdps(DIGITS):
        try:
            top = mp.mpf(number(claim.says(reach.cycles), base))
        except ZeroDivisionError:
            refute(claim, case, "T_* has no value")
        base[reach.cycles] = int(top)
        steps = evaluate(claim.says(reach.horizon), base)
        base[reach.horizon] = int(steps)
        chances = _chances(case, schedule(case, case.live[0], 1))
        cycle = sum(1 for _ in schedule(case, case.live[0], 1))
        if chances is not None:
            words = Words(chances, int(steps) // cycle, case.n, case.size)
            chance = mp.log(claim.meaning(reach.chance).value(words))
            claimed = number(log(claim.says(reach.chance)), {**base})
            if not abs(claimed - chance) <= mp.mpf(10) ** -20 * (1 + abs(claimed)):
                refute(claim, case, f"chance of {steps} draws of {case.size} out of {case.n}")
        if claim.meaning(reach.horizon).value((int(top), cycle)) != steps:
            refute(claim, case, f"{top} cycles of {cycle} steps are not {steps}")
        level = number(claim.says(reach.reached), base)
        found = claim.meaning(reach.reached).value(leads(case, real(base[g])))
        same(claim, case, level, found, "level")
        # the schedule's own bound at T_*: (n-1) (1 + a t_*)^(-g (n-b) M) <= U_*
        fall = real(base[g]) * (case.n - case.size) * mp.log(1 + real(case.at.a * base[t_star]))
        if mp.log(case.n - 1) - fall * int(top) > mp.log(level) + mp.mpf(10) ** -30:
            refute(claim, case, f"{top} cycles do not lead to U <= U_*")
    if int(steps) <= 3000 and case.n <= 4:
        played_horizon(claim, case, base, int(steps), float(level))


def played_horizon(
    claim: Claim, case: Case, at: dict[Symbol, Any], steps: int, level: float
) -> None:
    """The same schedule to 60 digits (floats would stop at 5e-324): the cycle after which U <= U_*."""
    lead = max(case.live, key=lambda j: abs(case.at.q[j]))
    cycle, exact = case.n - 1, case.at
    with mp.workdps(DIGITS):
        power, totals = real(at[g]), []
        end = replace(
            exact, c=list(map(real, exact.c)), off=list(map(real, exact.off)), a=real(exact.a)
        )
        for now, batch in enumerate(schedule(case, lead, steps // cycle)):
            end = end.step(batch)
            if (now + 1) % cycle == 0:
                sizes = [abs(end.q[j] / end.q[lead]) for j in case.live if j != lead]
                totals.append(mp.fsum(x**power for x in sizes))
        found = claim.meaning(reach.cycles).value((totals, level * (1 + 1e-12)))
        if found > at[reach.cycles]:
            refute(claim, case, f"U <= U_* after {found} cycles, not {at[reach.cycles]}")


SEARCHES: dict[str, Search] = {"REACH": reach_schedule, "REACH-TIME": reach_horizon}
