"""Random search against the claims on the small-step generator, and what it does to given functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Symbol

from tests.falsify.seeing import measured
from tests.falsify.walks.exponents import _mp
from tests.falsify.walks.play import DIGITS, Case, Clock, cases, inside, number, refute, same
from tests.falsify.walks.steps import Search, claimed_split
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.minibatch import selection
from theory.minibatch import selection_n as many
from theory.notation import n, p, q_i, q_j, r2
from theory.vocabulary.observables import Seen
from theory.vocabulary.selecting import Field, Moved, Scale

F = Fraction


def weights(rng: np.random.Generator, live: list[int]) -> list[int]:
    """Integers that sum to 0: f = prod |q_j|^c_j is smooth and of degree 0."""
    found = [int(x) for x in rng.integers(-3, 4, len(live))]
    return [*found[:-1], -sum(found[:-1])]


def generator(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-GENERATOR: E f(q+) - f(q) over all batches at a = 1e-25, f a product of powers."""
    clock, step = Clock(seconds), F(1, 10**25)
    for case in cases(claim, rng, clock, most=9):
        at: dict[Symbol, Any] = case.observed(claim)
        batches, live = case.batches(), case.live
        if not inside(claim, at) or not batches or len(live) < 2 or case.at.r2 > 4:
            continue
        clock.played += 1
        if clock.played == 1 and case.at.data is None:
            _coefficients(claim, case)
        powers = dict(zip(live, weights(rng, live), strict=True))
        small = replace(case.at, a=step)
        with mp.workdps(150):
            total = mp.mpf(0)
            for batch in batches:
                moved = small.step(batch)
                total += mp.expm1(mp.fsum(e * mp.log(abs(_mp(moved.q[j] / small.q[j])))
                                          for j, e in powers.items()))  # fmt: skip
            found = total / len(batches) / _mp(step) ** 2
            at[p] = claimed_split(claim, at)
            second, mixed = (number(claim.says(x), at) for x in
                             (selection.second_coefficient, selection.mixed_coefficient))  # fmt: skip
            claimed = mp.mpf(0)
            for j, e in powers.items():
                own = measured(claim, case.seen(pair=(j, j)), (q_j,))
                slope = number(claim.says(selection.first_coefficient), {**at, **own})
                claimed += second * e**2 + slope * e
                claimed += mixed * e * mp.fsum(x for i, x in powers.items() if i != j)
            if abs(claimed - found) > mp.mpf(10) ** -15 * (1 + abs(found)):
                refute(
                    claim,
                    case,
                    f"L f/f = {mp.nstr(found, 9)}, claimed {mp.nstr(claimed, 9)}, {powers}",
                )
    return clock.played


def _unit(values: Sequence[int], total: int) -> list[Fraction]:
    """Integers whose squares sum to total^2, over it, and a tiny one: exactly of length 1."""
    tiny = F(1, 10**40)
    along, off = (1 - tiny**2) / (1 + tiny**2), 2 * tiny / (1 + tiny**2)
    return [*(along * F(x, total) for x in values), off]


def _coefficients(claim: Claim, case: Case) -> None:
    """Each coefficient by itself, at points of the sphere with two to five live coordinates, one tiny."""
    step = F(1, 10**25)
    for values, total, size in (((1, 2, 2, 4), 5, 1), ((4, 2, 2, 1), 5, 3), ((1, 1, 1, 1), 2, 2),
                                ((1,), 1, 1), ((3, 4), 5, 1), ((3, 4), 5, 2), ((1, 2, 2), 3, 2)):  # fmt: skip
        here = case.like(
            replace(case.at, c=_unit(values, total), off=[F(0)], a=step), "sphere", size
        )
        at, batches = here.observed(claim), here.batches()
        if not batches or not inside(claim, at):
            continue
        at |= measured(claim, here.seen(pair=(0, 0)), (q_j,))
        at[p] = claimed_split(claim, at)
        with mp.workdps(150):
            rows = [
                [mp.log(abs(_mp(x / y))) / _mp(step) for x, y in zip(end.q, here.at.q, strict=True)]
                for end in map(here.step, batches)
            ]
            moved = Moved(rows, _mp(step))
            for symbol in (
                selection.second_coefficient,
                selection.mixed_coefficient,
                selection.first_coefficient,
            ):
                found, claimed = (
                    claim.meaning(symbol).value(moved),
                    number(claim.says(symbol), at),
                )
                if abs(claimed - found) > mp.mpf(10) ** -15:
                    refute(
                        claim,
                        here,
                        f"{symbol} = {mp.nstr(found, 9)}, claimed {mp.nstr(claimed, 9)}",
                    )


def winning(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-N for two points: h by the scale of the walk of log|q_1/q_2|, played at a = 1e-5.

    For more h has no closed form; tests/minibatch/test_selection_n.py compares a grid solution with runs.
    """
    clock, step = Clock(seconds), 1e-5
    for case in cases(claim, rng, clock, most=4):
        exact = case.like(replace(case.at, c=[F(3, 5), F(4, 5)], off=[F(0)]), "circle", 1)
        at = exact.observed(claim)
        if not inside(claim, at):
            continue
        clock.played += 1
        z = np.linspace(-18, 18, 4001)
        first = 1 / np.sqrt(1 + np.exp(-2 * z))
        q = np.stack([first, np.exp(-z) * first])
        moves = []
        for batch in exact.batches() or []:
            drawn = np.array([[batch.count(0)], [batch.count(1)]], float)
            mass, norm = (drawn * q**2).sum(axis=0), (q**2).sum(axis=0)
            factor = np.log1p(step * (drawn * (2 - norm) - mass))
            moves.append(factor[0] - factor[1])
        drift = np.mean(moves, axis=0) / step**2
        square = np.mean(np.square(moves), axis=0) / step**2
        spot = int(rng.integers(1500, 2500))
        scale, symbols = Scale(z, drift, square, spot), (many.h_j, many.h_jj)
        values = dict(zip(symbols, (claim.meaning(x).value(scale) for x in symbols), strict=True))
        values[many.square] = claim.meaning(many.square).value(tuple(q[:, spot]))
        ends = {x: claim.meaning(x).value(scale) for x in (many.own_end, many.other_end)}
        for part in relations(claim.formula):
            sides = [_evaluated(side, values, ends) for side in part.args]
            if abs(sides[0] - sides[1]) > 1e-3:
                refute(
                    claim, exact, f"{part}: {sides[0]:.5f} and {sides[1]:.5f} at z = {z[spot]:.3f}"
                )
    return clock.played


def _evaluated(side: Any, values: dict[Any, Any], ends: dict[Symbol, float]) -> float:
    spread = side.subs(n, 2).doit()
    known = {base[k + 1]: x for base, said in values.items() for k, x in enumerate(said)}
    return float(spread.subs({**known, **ends}))


def angle_generator(claim: Claim, rng: np.random.Generator) -> None:
    """SELECT-ANGLE's L f for f = (2/pi) atan(q_1/R), n = 2..5."""
    part = claim.conjunct(kind="equation")
    for size in (2, 3, 5):
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=size)]

            def f(*x: Any) -> Any:
                rest = mp.sqrt(mp.fsum(mp.exp(2 * y) for y in x[1:]))
                return 2 / mp.pi * mp.atan(mp.exp(x[0]) / rest)

            point = angle_point(claim, [mp.exp(x) for x in logs])
            found = claim.meaning(many.generated).value(Field(logs, f))
            where = f"log q = {[mp.nstr(x, 6) for x in logs]}"
            same(claim, where, number(part.rhs, point), found, "L f", mp.mpf(10) ** -18)


def angle_point(claim: Claim, q: Sequence[Any]) -> dict[Symbol, Any]:
    """|q_i|, R and V for i = 1."""
    own = claim.meaning(q_i).value(Seen([abs(x) for x in q], [1] * len(q), F(0), F(0)))
    return {q_i: own, **{x: claim.meaning(x).value(q) for x in (many.rest, many.share)}}


def area_generator(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-AREA: the triangle's area by its angles, and L of it by differentiation.

    A function on the octant q_1, q_2, q_3 > 0, where every datum is live: no neuron is in it.
    """
    clock = Clock(seconds)
    while clock.left and clock.played < 300:
        clock.played += 1
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=3)]
            q = [mp.exp(x) for x in logs]
            norm = claim.meaning(many.r).value(q)
            point = {many.q_1: q[0], many.q_2: q[1], many.q_3: q[2], many.r: norm}
            claim.drawn(point)
            found = claim.meaning(many.area).value([x / norm for x in q])
            where = f"q = {[mp.nstr(x, 6) for x in q]}"
            same(
                claim,
                where,
                number(claim.says(many.area), point),
                found,
                "area",
                mp.mpf(10) ** -20,
            )

            def f(x: Any, y: Any, z: Any) -> Any:
                size = mp.sqrt(mp.exp(2 * x) + mp.exp(2 * y) + mp.exp(2 * z))
                return 4 / mp.pi * mp.atan(mp.exp(x) / (size + mp.exp(y) + mp.exp(z)))

            claimed = number(claim.says(many.generated), point)
            seen = claim.meaning(many.generated).value(Field(logs, f))
            same(claim, where, claimed, seen, "L f", mp.mpf(10) ** -18)
    return clock.played


def divergence(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-REVERSIBLE: D_j of g(m) r2 h_j for g = exp(alpha m), h a product of powers of degree 0.

    A derivative of a given function of log|q|: no neuron is in it (SELECT-GENERATOR's search plays both).
    """
    clock = Clock(seconds)
    while clock.left and clock.played < 300:
        clock.played += 1
        size = int(rng.integers(2, 6))
        powers, alpha = weights(rng, list(range(size))), int(rng.integers(-3, 4))
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=size)]

            def h(*x: Any) -> Any:
                return mp.exp(mp.fsum(e * y for e, y in zip(powers, x, strict=True)))  # noqa: B023

            field = Field(logs, h, lambda m: mp.exp(alpha * m))  # noqa: B023
            found = claim.meaning(many.flux_change).value(field)
            q = [mp.exp(x) for x in logs]
            state = Seen(q, [1] * size, field.r2(*logs), field.r2(*logs))
            point = {n: size, **measured(claim, state, (q_j, r2)), **{
                x: claim.meaning(x).value(field)
                for x in (many.gauge, many.gauge_slope, many.slope, many.curvature)
            }}  # fmt: skip
            claim.drawn((n,))
            claimed = number(claim.says(many.flux_change), point)
            same(
                claim,
                f"powers {powers}, alpha {alpha}",
                claimed,
                found,
                "D_j F_j",
                mp.mpf(10) ** -15,
            )
    return clock.played


SEARCHES: dict[str, Search] = {
    "SELECT-GENERATOR": generator,
    "SELECT-N": winning,
    "SELECT-REVERSIBLE": divergence,
    "SELECT-AREA": area_generator,
}
