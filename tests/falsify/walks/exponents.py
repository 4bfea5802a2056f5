"""Random search against the claims on exponents: means over all batches at a data point, any n and b.

Batches are sorted by which of two indices they hold and counted by binomials, so n = 40 costs no more
than n = 2.  Everything is exact up to logarithms, which are taken to 100 digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import flint
import numpy as np
from mpmath import mp
from sympy import Eq, Symbol

from tests.falsify.seeing import measured
from tests.falsify.sums.tools import judge
from tests.falsify.walks.passing import second_term
from tests.falsify.walks.play import (
    DIGITS,
    MOST_OBLIQUE,
    SIZES,
    Case,
    Clock,
    Neuron,
    cases,
    inside,
    number,
    refute,
    same,
)
from tests.falsify.walks.setting import setting_of
from tests.falsify.walks.steps import Search, claimed_split
from tests.instances import evaluate
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch import purity_time, rates
from theory.notation import a, eta, p
from theory.quadratic import bridge
from theory.vocabulary.factors import Factors
from theory.vocabulary.meanings import Move
from theory.vocabulary.moves import RADIAL, Pace
from theory.vocabulary.observables import Seen

F = Fraction
POWER = F(1, 10**60)  # the size of what is small at a data point
STEP_GRID = [
    F(x) for x in ("49/100", "9/20", "2/5", "3/10", "1/4", "1/5", "9/25", "25/72", "12/25")
]


def at_point(case: Case, others: int = 2) -> Neuron:
    """x_1 with ``others`` coordinates of size POWER and as much off the data."""
    q = [F(1)] + [POWER] * min(others, case.n - 1) + [F(0)] * max(case.n - 1 - others, 0)
    return case.at.at(q, [POWER])


def factor_means(case: Case) -> dict[str, Any]:
    """Means over all batches of log|factor| at x_1: of q_2/q_1, of w_perp and of delta; None: -oo.

    The batches are sorted by which of 1, 2 they hold, and counted by binomials: any n and b.
    """
    near, total = at_point(case), {"ratio": mp.mpf(0), "off": mp.mpf(0), "radial": mp.mpf(0)}
    with mp.workdps(2 * DIGITS):
        for batch, weight in kinds_of(case):
            moved = near.step(batch)
            if case.n > 1:
                total["ratio"] += weight * (_change(moved, near, 1) - _change(moved, near, 0))
            total["off"] += weight * _log(moved.off[0] / near.off[0])
        total["radial"] = finite(RADIAL.value(radial_moves(case)))
    return total


def radial_moves(case: Case) -> list[tuple[Any, Any]]:
    """(chance, factor of delta) of each batch, linearised at x_1 along it."""
    alone = case.at.at([1 + F(1, 10**80)] + [F(0)] * (case.n - 1), [])
    if alone.r2 == 1:  # on data of another length
        return [(mp.mpf(1), mp.mpf(0))]
    found = ((weight, alone.step(batch)) for batch, weight in kinds_of(case))
    return [(weight, _mp((x.r2 - 1) / (alone.r2 - 1))) for weight, x in found]


def finite(value: Any) -> Any:
    """None in the place of -oo: superstable."""
    return None if mp.isinf(value) else value


def factors_of(case: Case, **more: Any) -> Factors:
    """Factors at x_1 of the batches sorted by which of 1, 2 they hold; rationals, the chances in balls."""
    near, h = at_point(case), F(1, 10**80)
    alone = case.at.at([1 + h] + [F(0)] * (case.n - 1), [])
    law = [(tuple(batch), flint.arb(mp.nstr(weight, DIGITS))) for batch, weight in kinds_of(case)]

    @cache
    def of(batch: tuple[int, ...]) -> dict[str, Fraction]:
        moved, radial = near.step(list(batch)), alone.step(list(batch))
        found = {"own": moved.q[0] or F(1), "off": moved.off[0] / near.off[0]}
        found["radial"] = (radial.r2 - 1) / (alone.r2 - 1) if alone.r2 != 1 else F(0)
        if case.n > 1:
            found["along"] = moved.q[1] / near.q[1] if moved.q[0] else F(0)
        return found

    return Factors(lambda value: sum((p * value(x) for x, p in law), flint.arb(0)), of, **more)


def moves_of(case: Case) -> list[Move]:
    """The steps of all batches at x_1, as the meanings of exponents take them."""
    near = at_point(case)
    made = [(weight, near.step(batch)) for batch, weight in kinds_of(case)]
    return [Move(weight, (near.q, near.off[0]), (x.q, x.off[0])) for weight, x in made]


def _mp(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


def _log(factor: Fraction) -> Any:
    """log|factor|, -oo at 0."""
    return mp.log(abs(_mp(factor))) if factor else mp.mpf("-inf")


def _change(moved: Neuron, before: Neuron, j: int) -> Any:
    """Of log|q_j|; 0 from 0 to 0, which has no ratio."""
    if before.q[j] == 0:
        return mp.mpf(0) if moved.q[j] == 0 else mp.inf
    return _log(moved.q[j] / before.q[j])


def kinds_of(case: Case) -> list[tuple[list[int], Any]]:
    """A batch for each membership of 1 and 2 (and n - 2 others), with its probability.

    Where the data or the batches tell the others apart: each batch that comes next.
    """
    if case.at.data is not None or case.setting.batching != words.UNIFORM:
        batches = case.batches() or []
        with mp.workdps(2 * DIGITS):
            return [(list(x), mp.mpf(1) / len(batches)) for x in batches]
    found = []
    for first in (0, 1):
        for second in (0, 1) if case.n > 1 else (0,):
            left = case.size - first - second
            others = case.n - (2 if case.n > 1 else 1)
            if not 0 <= left <= others:
                continue
            ways = comb(others, left)
            batch = [0] * first + [1] * second + list(range(case.n - left, case.n))
            found.append((batch, F(ways, comb(case.n, case.size))))
    with mp.workdps(2 * DIGITS):
        return [(batch, _mp(weight)) for batch, weight in found]


def sized_cases(claim: Claim, rng: np.random.Generator, clock: Clock) -> Iterator[Case]:
    """Every size with every step of the grid, in turn: for what is read at a data point."""
    turn, setting = 0, setting_of(claim, rng)
    while clock.left:
        size = SIZES[turn % len(SIZES)] if turn < 3 * len(SIZES) else (
            (m := int(rng.integers(2, 41))), int(rng.integers(1, m + 1)))  # fmt: skip
        step = STEP_GRID[turn % len(STEP_GRID)] if turn % 2 else F(int(rng.integers(1, 120)), 200)
        turn += 1
        q = [F(4, 5)] + [F(1, 10)] * (size[0] - 1)
        if not setting.orthonormal and size[0] > MOST_OBLIQUE:
            continue
        at = Neuron(q, [F(1, 10)], step, setting.activation(), setting.data(size[0]))
        case = Case(at, size[1], "sized", setting)
        if setting.batching == words.UNIFORM or case.batches():
            yield case


def exponents(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-RATE: means over all batches at x_I, any n up to 40, against the formulas."""
    clock = Clock(seconds)
    for case in sized_cases(claim, rng, clock):
        at: dict[Symbol, Any] = case.observed(claim)
        if not inside(claim, at):
            continue
        clock.played += 1
        found = factor_means(case)
        at[p] = claimed_split(claim, at)
        moves = moves_of(case)
        with mp.workdps(2 * DIGITS):
            for symbol, name in ((rates.rate_ratio, "ratio"), (rates.rate_off, "off")):
                if case.n > 1 or name == "off":
                    found[name] = claim.meaning(symbol).value(moves)
            found["radial"] = finite(claim.meaning(rates.rate_radial).value(radial_moves(case)))
        for symbol, name in ((rates.rate_ratio, "ratio"), (rates.rate_off, "off"),
                             (rates.rate_radial, "radial")):  # fmt: skip
            if found[name] is not None:
                same(claim, case, number(claim.says(symbol), at), found[name], name)
    return clock.played


def edge(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-EDGE: all three exponents are negative just below a_max, and one is not just above."""
    clock = Clock(seconds)
    for case in sized_cases(claim, rng, clock):
        at: dict[Symbol, Any] = case.observed(claim)
        if not inside(claim, at):
            continue
        clock.played += 1
        top = evaluate(claim.says(rates.edge), at)
        tried = []
        for share, below in ((F(1) - F(1, 10**6), True), (F(int(rng.integers(1, 99)), 100), True),
                             (F(1) + F(1, 10**6), False)):  # fmt: skip
            found = factor_means(case.like(replace(case.at, a=share * top)))
            negative = all(x is None or x < 0 for x in found.values())
            tried.append((share * top, negative))
            if negative != below:
                refute(claim, case, f"exponents at a = {share} a_max: {negative} that all are < 0")
        for symbol in (rates.edge, rates.eta_max):
            low, high = claim.meaning(symbol).value((case.size, tried))
            if not low <= evaluate(claim.says(symbol), at) <= high:
                refute(claim, case, f"{symbol} is not between {low} and {high}")
    return clock.played


def at_dense(dense: Neuron, batch: list[int]) -> Seen:
    """A state with all its mass on the data, and the state after a batch."""

    def state(x: Neuron, **after: Any) -> Seen:
        return Seen(x.q, [1] * len(x.q), x.r2, x.r2, x.off, **after)

    return state(dense, after=state(dense.step(batch)))


def _finite(at: dict[Symbol, Any], part: Any) -> bool:
    """Whether every ball that a part reads is finite: at a = 1/4 the radius has the exponent -oo."""
    return all(v.is_finite() for x, v in at.items() if isinstance(v, flint.arb) and part.has(x))


def linearised(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """BRIDGE: moments and means of the factors at x_1, and the noise at a dense minimum, exactly."""
    clock = Clock(seconds)
    for case in sized_cases(claim, rng, clock):
        at: dict[Symbol, Any] = {**case.observed(claim), bridge.g: F(int(rng.integers(1, 40)), 10)}
        if not inside(claim, at):
            continue
        clock.played += 1
        at |= measured(claim, case.seen(), (p,))
        here = factors_of(case, power=F(at[bridge.g]))
        names = (bridge.mean_square, bridge.tangent, bridge.radial, bridge.perpendicular)
        at |= measured(claim, here, names)
        at[bridge.moment_exponent(bridge.g)] = claim.meaning("Lambda").value(here)
        dense = case.at.at([F(3, 5), F(4, 5)] + [F(0)] * (case.n - 2), [])
        known, batches = [*names, bridge.moment_exponent, p], case.batches()
        if batches:
            ways = [at_dense(dense, batch) for batch in batches]
            at |= measured(claim, ways, (bridge.displacement,)) | measured(
                claim, ways[0], (bridge.u4,)
            )
            known.append(bridge.displacement)
        if at[bridge.g] == 1:
            known.remove(bridge.moment_exponent)
        judge(claim, at, lambda part, known=tuple(known): part.has(*known) and _finite(at, part))  # noqa: B023
    return clock.played


PACES = (
    purity_time.per_step, purity_time.per_epoch, purity_time.gain_step, purity_time.gain_epoch,
)  # fmt: skip


def best_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-BEST and TIME-BEST-ETA: minus the exponent of a ratio, by counting batches, at b and b +
    1.
    """
    clock = Clock(seconds)
    fixed_eta = claim.id == purity_time.TIME_BEST_ETA.id
    for case in sized_cases(claim, rng, clock):
        base: dict[Symbol, Any] = case.observed(claim)
        if fixed_eta:
            base[eta] = case.at.a
            base[a] = case.at.a / case.size
        if not inside(claim, base):
            continue
        clock.played += 1
        value = {}
        for size in (case.size, case.size + 1):
            step = base[eta] / size if fixed_eta else base[a]
            if size <= case.n:
                other = case.like(replace(case.at, a=step), size=size)
                if case.setting.batching == words.UNIFORM or other.batches():
                    value[size] = -factor_means(other)["ratio"]
        if case.size not in value or (case.size + 1 <= case.n and case.size + 1 not in value):
            continue
        here, size = value[case.size], case.size
        with mp.workdps(DIGITS):
            pace = Pace(here, value.get(size + 1, here), case.n, size)
            for symbol in PACES[:1] if fixed_eta or size == case.n else PACES:
                found = claim.meaning(symbol).value(pace)
                same(claim, case, number(claim.says(symbol), base), found, f"{symbol}")
            if fixed_eta:
                if size + 1 < case.n and not value[size + 1] < here:
                    refute(claim, case, "b + 1 is no slower")
                for part in relations(claim.formula):
                    if not isinstance(part, Eq) and not number(part.gts - part.lts, base) > 0:
                        refute(claim, case, f"{part}")
    return clock.played


def spread(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-SPREAD: variances of two log ratios at x_1 over all batches; the offset is a mean of a
    largest.
    """
    clock, followed, looked = Clock(seconds), False, 0
    for case in cases(claim, rng, clock, most=12):
        at: dict[Symbol, Any] = case.observed(claim)
        batches = case.batches()
        if not inside(claim, at) or not batches or case.at.a <= 0:
            continue
        looked += 1
        at[p] = claimed_split(claim, at)
        tiny = F(1, 10**60)
        near = case.at.at([F(1), tiny, tiny] + [F(0)] * (case.n - 3), [])
        with mp.workdps(2 * DIGITS):
            moves = []
            for batch in batches:
                q = near.step(batch).q
                moves.append([mp.log(abs(_mp(q[j] / q[0] / tiny))) if q[j] and q[0] else mp.inf
                              for j in (1, 2)])  # fmt: skip
            decay = at[purity_time.rate] = claim.meaning(purity_time.rate).value(moves)
            same(
                claim,
                case,
                number(rates.SGD_RATE.says(rates.rate_ratio), at),
                decay,
                "Lambda",
            )
            for symbol in (purity_time.variance, purity_time.covariance, purity_time.spread):
                value = claim.meaning(symbol).value(moves)
                same(claim, case, number(claim.says(symbol), at), value, f"{symbol}")
            at[purity_time.spread] = value
            unit = claim.says(purity_time.offset).subs(purity_time.largest, 1)
            found = mp.sqrt(value / 2) / (-decay) ** mp.mpf("1.5")
            same(
                claim,
                case,
                number(unit, at),
                found,
                "offset at mu = 1",
            )
        if not followed and abs(decay) > 0.03:
            followed = True
            second_term(claim, rng, case, np.array(moves, float), at)
        clock.played += followed or looked > 12  # passages are followed once, at least
    return clock.played


SEARCHES: dict[str, Search] = {
    "SGD-RATE": exponents,
    "SGD-EDGE": edge,
    "TIME-SPREAD": spread,
    "BRIDGE": linearised,
    "TIME-BEST": best_batch,
    "TIME-BEST-ETA": best_batch,
}
