"""Random search against the claims on one step: every batch played in exact rationals, read to 50
digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Eq, Symbol

from tests.falsify.seeing import measured
from tests.falsify.walks.play import (
    DIGITS,
    Case,
    Clock,
    Neuron,
    cases,
    inside,
    make,
    number,
    real,
    refute,
    same,
)
from tests.instances import evaluate
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.legend import LEGEND
from theory.minibatch.log_ratios import drift, slow, spread
from theory.minibatch.sparse_time import Q, c, mean_psi, pi, psi
from theory.notation import (
    S_C,
    S,
    delta_next,
    p,
    perp,
    perp_next,
    q_i,
    q_i_next,
    q_j,
    q_j_next,
    s_next,
)
from theory.vocabulary.moves import Turn

F = Fraction
Search = Callable[[Claim, np.random.Generator, float], int]
RELATIVE = mp.mpf(10) ** -25


def logs_of(case: Case, pair: tuple[int, int]) -> list[Any] | None:
    """log of the factor of |q_i/q_j| for every batch; None where a factor is not positive."""
    i, j = pair
    before, found = case.at.q, []
    with mp.workdps(DIGITS):
        for batch in case.batches() or ():
            after = case.step(batch).q
            up, down = after[i] / before[i], after[j] / before[j]
            if up <= 0 or down <= 0:
                return None
            found.append(mp.log(real(up / down)))
    return found


def pairs(case: Case) -> list[tuple[int, int]]:
    """Live i, j, the larger first; a few of them."""
    live = sorted(case.live, key=lambda j: -abs(case.at.q[j]))
    return list(combinations(live[:3] + live[-1:] * (len(live) > 3), 2))[:3]


def any_pairs(case: Case) -> list[tuple[int, int]]:
    """The same, one the other way round, and some with a passive datum, of which no log ratio moves as that of
    a live pair.
    """
    passive = [j for j, x in enumerate(case.at.q) if x and j not in case.live]
    mixed = [x for i in case.live[:1] for j in passive[:1] for x in ((i, j), (j, i))]
    return pairs(case) + [(j, i) for i, j in pairs(case)[:1]] + mixed + list(pairwise(passive))[:1]


def rests(case: Case, pair: tuple[int, int]) -> list[tuple[int, ...]]:
    """The sets C: all (b-1)-subsets of the others; none where b - 1 of them do not exist."""
    others = [j for j in range(case.n) if j not in pair]
    return list(combinations(others, case.size - 1))


def pair_point(
    claim: Claim, case: Case, pair: tuple[int, int], rest: tuple[int, ...]
) -> dict[Symbol, Any]:
    """What the case says of a pair and a set C."""
    return {
        **case.observed(claim),
        **measured(claim, case.seen(pair=pair, rest=rest), (S_C, q_i, q_j)),
    }


def walk(symbol: Symbol) -> Search:
    """WALK-DRIFT and WALK-VARIANCE: the mean over all batches against the claim's over C."""

    def search(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
        clock = Clock(seconds)
        for case in with_bare(cases(claim, rng, clock), rng):
            for pair in any_pairs(case) if case.batches() else ():
                sets = rests(case, pair)
                points = [pair_point(claim, case, pair, rest) for rest in sets]
                masses = {
                    measured(claim, case.seen(batch), (S,))[S] for batch in case.batches() or ()
                }
                if not points or not all(inside(claim, {**points[0], S: x}) for x in masses):
                    continue
                if not all(inside(claim, {**x, S: F(0)}) for x in points):
                    continue
                logs = logs_of(case, pair)
                if logs is None:
                    refute(claim, case, f"a factor of pair {pair} is not positive")
                with mp.workdps(DIGITS):
                    mean = claim.meaning(symbol).value(logs)
                    split = claimed_split(claim, points[0])
                    if split != points[0][p]:
                        refute(claim, case, f"p is {points[0][p]}, not {split}")
                    rows = [{**x, p: split} for x in points]
                    values = [number(claim.says(symbol), x) for x in rows]
                    same(claim, case, mp.fsum(values) / len(values), mean, f"{symbol}")
                    for part in relations(claim.formula):
                        if part.has(symbol) and not isinstance(part, Eq):
                            bound = number(part.lts, rows[0])
                            if not bound <= mean * (1 + RELATIVE):
                                refute(claim, case, f"{part}: {mp.nstr(mean, 9)}, pair {pair}")
                clock.played += 1
        return clock.played

    return search


def with_bare(found: Iterator[Case], rng: np.random.Generator) -> Iterator[Case]:
    """The cases, and after each one of few points with next to no mass on the data, at a large step."""
    for case in found:
        yield case
        points = int(rng.integers(2, 6))
        size = points, int(rng.integers(1, points))
        step = F(2, 5) - F(int(rng.integers(0, 3)), 100)
        yield make(rng, size, step, "bare", case.setting)


def claimed_split(claim: Claim, at: dict[Symbol, Any]) -> Fraction:
    """p as the claim's formula or region states it; the counted one where neither does."""
    for source in (claim.formula, claim.region):
        for part in relations(source):
            if isinstance(part, Eq) and part.lhs == p:
                return evaluate(part.rhs, at)  # type: ignore[no-any-return]
    return at[p]  # type: ignore[no-any-return]


def drift_low(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """WALK-DRIFT-LOW: the played drift is at least its bound from cross and K's bound, and cross >=
    0.
    """
    clock = Clock(seconds)
    bounds = matching(claim.formula, kind="inequality")
    cross = next(x for x in bounds if not x.has(slow))
    for case in cases(claim, rng, clock):
        for pair in any_pairs(case) if case.batches() else ():
            for rest in rests(case, pair)[:6]:
                at = pair_point(claim, case, pair, rest)
                if not inside(claim, at):
                    continue
                clock.played += 1
                after = [case.step((*rest, x)).q for x in pair]
                before = case.at.q[pair[0]] / case.at.q[pair[1]]
                gain = F(1)
                for moved in after:
                    gain *= moved[pair[0]] / moved[pair[1]] / before
                at[slow] = evaluate(claim.says(slow), at)
                excess = evaluate(cross.gts - cross.lts, at)
                if excess < 0 or not all(evaluate(x, at) for x in bounds):
                    refute(claim, case, f"a bound fails, pair {pair}, C = {rest}")
                found = claim.meaning(slow).value(Turn(gain, case.at.a, case.seen(pair=pair)))
                if found not in (None, at[slow]) or (found is None and excess):
                    refute(
                        claim, case, f"e^drift is {gain}, not 1 + cross/K, pair {pair}, C = {rest}"
                    )
            _drift_of(claim, case, pair)
    return clock.played


def _drift_of(claim: Claim, case: Case, pair: tuple[int, int]) -> None:
    """The mean change over the batches that come next is p times that of log(1 + cross/K) over C."""
    points = [pair_point(claim, case, pair, rest) for rest in rests(case, pair)]
    logs = logs_of(case, pair) if points and all(inside(claim, x) for x in points) else None
    if not logs:
        return
    cross = claim.conjunct(without=[slow], kind="inequality")
    with mp.workdps(DIGITS):
        total = mp.mpf(0)
        for at in points:
            below = number(claim.says(slow), at)
            total += real(at[p]) * mp.log(1 + number(cross.gts - cross.lts, at) / below)
        found = mp.fsum(logs) / len(logs)
        same(claim, case, total / len(points), found, f"mean of the log's change, pair {pair}")


def largest_jump(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """WALK-JUMP: no batch moves |q_i/q_j| by more than the claimed factor."""
    clock, most = Clock(seconds), claim.formula.gts
    for case in cases(claim, rng, clock):
        at = case.observed(claim)
        for batch in case.some_batches():
            moved = case.step(batch)
            at |= measured(claim, case.seen(batch), (S,))
            if not inside(claim, at):
                continue
            bound = 1 + evaluate(most, at)
            for i, j in any_pairs(case):
                factor = moved.q[i] * case.at.q[j]
                against = moved.q[j] * case.at.q[i]
                clock.played += 1
                if against == 0 or not 1 / bound <= factor / against <= bound:
                    refute(claim, case, f"pair {(i, j)} jumps beyond {bound} under {batch}")
    return clock.played


def fixed_points(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """FIXED-POINTS: a weight that every batch leaves alone and that the region admits is what it
    says.
    """
    clock = Clock(seconds)
    for case in cases(claim, rng, clock):
        batches = case.setting.support(case.n, case.size)
        if not batches:
            continue
        moved: list[Neuron] = []

        def moves(
            case: Case = case, batches: Any = batches, moved: Any = moved
        ) -> Iterator[Neuron]:
            for k, batch in enumerate(batches):  # as many as are asked for
                if k == len(moved):
                    moved.append(case.step(batch))
                yield moved[k]

        at, q, hold = case.observed(claim), case.at.q, (q_i, q_j, perp)
        after_ = (q_i_next, q_j_next, perp_next)
        row = next((k for k, x in enumerate(case.at.off) if x), 0)
        nonzero = [j for j, x in enumerate(q) if x and j not in case.live]
        for i in case.live[:3] + nonzero[:1]:
            for j in [x for x in range(case.n) if x != i][:6] or [None]:
                pair = (i, i if j is None else j)
                none = {q_j: F(0), q_j_next: F(0)} if j is None else {}
                values = {**at, **measured(claim, case.seen(pair=pair, row=row), hold), **none}
                after = (
                    {
                        **values,
                        **measured(claim, case.seen(after=x, pair=pair, row=row), after_),
                        **none,
                    }
                    for x in moves()
                )
                if not all(inside(claim, x) for x in after):
                    continue
                clock.played += 1
                if not evaluate(claim.formula, values):
                    refute(claim, case, "every batch leaves it as the hypotheses say")
        at_point = len(case.live) == 1 and q[case.live[0]] ** 2 == 1 == case.at.r2
        if at_point and any(x.q != q or x.r2 != 1 for x in moves()):
            refute(claim, case, "a data point moves")
    return clock.played


def mass_floor(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """MASS-FLOOR: the live mass after one step; ReLU's passive coordinates do not count."""
    clock = Clock(seconds)
    for case in cases(claim, rng, clock):
        for batch in case.some_batches():
            seen = case.seen(batch, case.step(batch))
            at = case.observed(claim) | measured(claim, seen, (S, s_next))
            if inside(claim, at):
                clock.played += 1
                if not evaluate(claim.formula, at):
                    refute(claim, case, f"s+ = {at[s_next]} under {batch}")
    return clock.played


def band_above(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """BAND-ABOVE: delta after one step, from deltas on and inside the band."""
    clock = Clock(seconds)
    for case in near_sphere(cases(claim, rng, clock), rng):
        for batch in case.some_batches():
            at = case.observed(claim)
            at |= measured(claim, case.seen(batch), (S,))
            if inside(claim, at):
                clock.played += 1
                at |= measured(claim, case.seen(batch, case.step(batch)), (delta_next,))
                if not evaluate(claim.formula, at):
                    refute(claim, case, f"delta+ = {at[delta_next]} under {batch}")
    return clock.played


def near_sphere(found: Iterator[Case], rng: np.random.Generator) -> Iterator[Case]:
    """Cases in the span with 0 <= delta <= a/4: every norm between, by two exact coordinates.

    Most of the mass is one coordinate's, (1 + x) say; x <= a/8 keeps delta = 2x + x^2 + rest in the
    band.
    """
    for case in found:
        if case.n < 2 or not case.live:
            yield case
            continue
        m = F(int(rng.integers(1, 12)), int(rng.integers(1, 12)))
        circle = [(1 - m**2) / (1 + m**2), 2 * m / (1 + m**2)]
        grow = 1 + abs(case.at.a) * F(int(rng.integers(0, 25)), 200)
        if case.at.data is not None:
            unit = case.at.data.on_sphere(rng, False)
            yield case.like(case.at.at([grow * x for x in unit], []), "sphere band")
            continue
        q = [F(0)] * case.n
        q[0], q[1] = (abs(grow * x) for x in circle)
        if case.n > 2:  # a little of a third one: still within the band's width
            q[2] = abs(case.at.a) / 50
        yield case.like(case.at.at(q, []), "sphere band")


def sparse_time(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SPARSE-TIME: each pair's factor under each batch, and E Phi after the step, against the claim."""
    clock = Clock(seconds)
    pointwise = claim.conjunct(psi)
    average = claim.conjunct(mean_psi, kind="inequality")
    for case in near_sphere(cases(claim, rng, clock, most=12), rng):
        batches, live = case.batches(), case.live
        if not batches or len(live) < 2:
            continue
        base = case.observed(claim)
        base |= measured(claim, case.seen(), (Q,), LEGEND["minibatch.sparse_time"])
        bounds: dict[tuple[int, int], list[Any]] = {x: [] for x in any_pairs(case)}
        with mp.workdps(DIGITS):
            before = phi(case.at, live)
            after, admitted = [], True
            for batch in batches:
                moved = case.step(batch)
                for i, j in any_pairs(case):
                    seen = case.seen(batch, moved, pair=(i, j))
                    at = {**base, **measured(claim, seen, (pi, c))}
                    if not inside(claim, at):
                        admitted = False
                        break
                    found = claim.meaning(psi).value(seen)
                    bounds[i, j].append(number(pointwise.gts, at))
                    if not found <= bounds[i, j][-1] * (1 + RELATIVE):
                        refute(
                            claim, case, f"psi = {mp.nstr(found, 9)}, pair {(i, j)} under {batch}"
                        )
                if not admitted:
                    break
                after.append(phi(moved, live))
            if admitted:
                clock.played += 1
                mean, at = mp.fsum(after) / len(after), {**base, p: claimed_split(claim, base)}
                if not mean <= number(average.gts, at) * before * (1 + RELATIVE):
                    refute(claim, case, f"E Phi+/Phi = {mp.nstr(mean / before, 12)}")
                weighted = number(claim.says(mean_psi), at)
                for played in bounds.values():
                    same(claim, case, weighted, claim.meaning(mean_psi).value(played), "E_psi")
                if not mean <= weighted * before * (1 + RELATIVE):
                    refute(claim, case, f"E Phi+/Phi against E_psi: {mp.nstr(mean / before, 12)}")
    return clock.played


def phi(at: Neuron, live: list[int]) -> Any:
    """Sum over live pairs of sqrt(|q_i q_j|/s)."""
    mass = real(sum((at.q[j] ** 2 for j in live), F(0)))
    roots = [mp.sqrt(abs(real(at.q[j])) / mp.sqrt(mass)) for j in live]
    return (mp.fsum(roots) ** 2 - mp.fsum(x**2 for x in roots)) / 2


SEARCHES: dict[str, Search] = {
    "FIXED-POINTS": fixed_points,
    "WALK-DRIFT": walk(drift),
    "WALK-DRIFT-LOW": drift_low,
    "WALK-JUMP": largest_jump,
    "WALK-VARIANCE": walk(spread),
    "MASS-FLOOR": mass_floor,
    "BAND-ABOVE": band_above,
    "SPARSE-TIME": sparse_time,
}
