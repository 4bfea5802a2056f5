"""Random search against the claims on capture: moments of the ratios over all batches."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

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
from tests.falsify.walks.steps import (
    RELATIVE,
    Search,
    any_pairs,
    claimed_split,
    logs_of,
    pair_point,
    rests,
)
from tests.instances import evaluate
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.minibatch.capture import Lambda, g, growth, s_star, t_star, theta
from theory.notation import a, p
from theory.vocabulary.moves import Leads

F = Fraction


def capture_half(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """CAPTURE-HALF: sqrt of the two factors of |q_j/q_i|, played with i and with j in C's batch."""
    clock = Clock(seconds)
    for case in leading(cases(claim, rng, clock), rng):
        for pair in any_pairs(case):
            for rest in rests(case, pair)[:8] if case.n <= 12 else ():
                if not inside(claim, pair_point(claim, case, pair, rest)):
                    continue
                clock.played += 1
                i, j = pair
                ratio = case.at.q[j] / case.at.q[i]
                with mp.workdps(DIGITS):
                    total = mp.mpf(0)
                    for one in pair:
                        moved = case.step((*rest, one)).q
                        gone = moved[i] == 0 or ratio == 0
                        total += mp.inf if gone else mp.sqrt(abs(real(moved[j] / moved[i] / ratio)))
                    at = pair_point(claim, case, pair, rest)
                    roots = claim.formula.lts
                    sides = [claim.formula.gts] + [roots] * (roots.is_Add and len(roots.args) == 2)
                    for side in sides:  # the bound, and the sum of the two roots
                        if not total <= number(side, at) * (1 + RELATIVE):
                            shown = f"the roots add to {mp.nstr(total, 12)}, not {side} at most"
                            refute(claim, case, f"{shown}, {pair}, C = {rest}")
    return clock.played


def leading(found: Iterator[Case], rng: np.random.Generator) -> Iterator[Case]:
    """Cases with one coordinate ahead of the others by any factor from 1 to 10^9."""
    for case in found:
        share = F(1, int(10 ** rng.uniform(0, 9 if rng.random() < 0.5 else 1)))
        first = int(np.argmax([abs(float(x)) for x in case.at.q]))
        q = [x if j == first else x * share for j, x in enumerate(case.at.c)]
        yield case.like(case.at.at(q), f"{case.kind}, lead {share}")


def bounds_of(case: Case, rng: np.random.Generator) -> dict[Symbol, Fraction]:
    """t_* and s_*: the state's own 2 - r2 and live mass, or less; more than them where that is allowed."""
    share = F(1, 2) if rng.random() < 0.2 else F(1)
    slack, mass = share * min(2 - case.at.r2, F(1)), share * min(case.at.mass, F(2))
    over = rng.random(2) < 0.15
    return {t_star: F(1) if over[0] else slack, s_star: F(2) if over[1] else mass}


def leads(case: Case, power: Any) -> Leads:
    """States where i leads by more or by less: the case's own, and some where one other is live."""
    own = sorted((abs(case.at.q[j]) for j in case.live), reverse=True)
    return Leads(
        [own, own[:1], *([own[0], own[0] * F(k, 12)] for k in (1, 3, 4, 5, 6, 7, 8, 12))], power
    )


def capture(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """CAPTURE: E U after a step, all batches, where U <= theta, with the state's own t_* and s_*."""
    clock = Clock(seconds)
    for case in leading(cases(claim, rng, clock, most=40), rng):
        live = sorted(case.live, key=lambda j: -abs(case.at.q[j]))
        if not case.batches() or len(live) < 2 or case.at.r2 >= 2:
            continue
        base = case.observed(claim)
        base |= bounds_of(case, rng)
        if not inside(claim, base):
            continue
        base[p] = claimed_split(claim, base)
        base[g] = evaluate(claim.says(g), base)
        with mp.workdps(DIGITS):
            level = number(claim.says(theta), base)
            # stretch or shrink the others to U = filled * theta: the same direction, another lead
            power, filled = real(base[g]), mp.mpf(float(rng.choice([1.0, 1.0, 0.5, rng.random()])))
            u = [real(abs(case.at.q[j] / case.at.q[live[0]])) ** power for j in live[1:]]
            logs = [mp.log(x * filled * level / mp.fsum(u)) / power for x in u]
            if max(logs) > mp.mpf(5):
                continue
            top = case.at.q[live[0]]
            weight = list(case.at.c)
            for j, x in zip(live[1:], logs, strict=True):
                size = F(int(mp.floor(mp.exp(x) * 2**160)), 2**160) * abs(top)
                weight[j] = size if case.at.q[j] > 0 else -size
            at = case.like(case.at.at(weight)) if case.at.data is None else case
            if any(at.at.q[j] == 0 for j in live):
                continue
            seen = at.observed(claim)
            if at.at.r2 >= 2:
                continue
            base = {**seen, **bounds_of(at, rng), p: base[p]}
            if not inside(claim, base):
                continue
            base[g] = evaluate(claim.says(g), base)
            power = real(base[g])
            level = number(claim.says(theta), base)
            same(claim, at, level, claim.meaning(theta).value(leads(at, power)), "theta")

            def whole(q: list[Fraction], lead: int = live[0], rest: list[int] = live[1:],
                      e: Any = power) -> Any:  # fmt: skip
                return mp.fsum(real(abs(q[j] / q[lead])) ** e for j in rest) if q[lead] else mp.inf

            before = whole(at.at.q)
            if before > level:
                continue
            clock.played += 1
            after = [whole(at.step(batch).q) for batch in at.batches() or ()]
            mean = claim.meaning(growth).value((before, after))
            factor = number(claim.says(growth), base)
            if not mean <= factor * (1 + RELATIVE):
                refute(claim, at, f"E U+/U = {mp.nstr(mean, 15)} > {mp.nstr(factor, 15)}")
    return clock.played


def beside_a_point(at: Neuron, rng: np.random.Generator) -> Neuron:
    """Next to x_0, or to -x_0 (linear); coordinate 1 is live, the others are 0 or, for ReLU, passive."""
    signs = (1, -1) if at.activation == "linear" else (1,)
    one, two = (int(x) for x in rng.choice(signs, 2))
    rest = F(0) if at.activation == "linear" else F(-int(rng.integers(2)), 10**40)
    return at.at([F(one), F(two, 10**40)] + [rest] * (len(at.c) - 2), [])


def moment_at_point(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """CAPTURE-MOMENT and -UP: E |q_j/q_i|^g over all batches at x_i (|q_j| = 1e-40), against the
    claim, for the neuron that the case has: a ReLU neuron's other data are passive.
    """
    clock = Clock(seconds)
    corners = [
        F(x) for x in ("0", "1", "1/2", "1/1000", "999/1000", "1001/1000", "3/2", "2", "3", "40")
    ]
    bound = claim.conjunct(kind="inequality")
    for case in cases(claim, rng, clock):
        if case.n < 2 or not case.batches():
            continue
        for power in (*corners, F(int(rng.integers(0, 500)), 100)):
            at = {**case.observed(claim), g: power}
            if not inside(claim, at):
                continue
            clock.played += 1
            near = case.like(beside_a_point(case.at, rng), "x_i")
            with mp.workdps(DIGITS):
                at[p] = claimed_split(claim, at)
                if any(x.has(Lambda) for x in relations(claim.formula)) and {0, 1} <= {*near.live}:
                    logs = logs_of(near, (1, 0)) or [mp.mpf(0)]
                    found = claim.meaning(Lambda).value((logs, real(power)))
                    claimed = number(claim.says(Lambda), at)
                    same(claim, near, claimed, found, f"Lambda at g = {power}")
                two_sided = sum((1 + x * real(at[a])) ** real(power) for x in (1, -1))
                upper = bound.lhs == bound.lts
                rest = bound.gts if upper else bound.lts
                if rest.has(p):
                    continue
                value = number(rest, at)
                if (
                    (two_sided > value * (1 + RELATIVE))
                    if upper
                    else (two_sided < value * (1 - RELATIVE))
                ):
                    refute(
                        claim, case, f"the two powers add to {mp.nstr(two_sided, 12)}, g = {power}"
                    )
    return clock.played


SEARCHES: dict[str, Search] = {
    "CAPTURE-MOMENT": moment_at_point,
    "CAPTURE-MOMENT-UP": moment_at_point,
    "CAPTURE-HALF": capture_half,
    "CAPTURE": capture,
}
