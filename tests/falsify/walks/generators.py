"""Random search against the claims on the small-step generator, and what it does to given functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Eq, Symbol

from tests.falsify.walks.exponents import _mp
from tests.falsify.walks.play import DIGITS, Clock, cases, inside, number, refute, same
from tests.falsify.walks.steps import Search, claimed_split
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory.minibatch import selection
from theory.minibatch import selection_n as many
from theory.notation import n, p, q_i, q_j, r2

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
            second, mixed = (number(stated(claim.formula, x), at) for x in
                             (selection.second_coefficient, selection.mixed_coefficient))  # fmt: skip
            claimed = mp.mpf(0)
            for j, e in powers.items():
                slope = number(
                    stated(claim.formula, selection.first_coefficient), {**at, q_j: case.at.q[j]}
                )
                claimed += second * e**2 + slope * e
                claimed += mixed * e * mp.fsum(x for i, x in powers.items() if i != j)
            if abs(claimed - found) > mp.mpf(10) ** -15 * (1 + abs(found)):
                refute(
                    claim,
                    case,
                    f"L f/f = {mp.nstr(found, 9)}, claimed {mp.nstr(claimed, 9)}, {powers}",
                )
    return clock.played


def operator(f: Callable[..., Any], logs: list[Any]) -> Any:
    """(1/2) sum D_j^2 f + sum (q_j^2/r2) D_j f at log q, by numerical differentiation to 30 digits."""
    squares = [mp.exp(2 * x) for x in logs]
    total, norm = mp.mpf(0), mp.fsum(squares)
    for j in range(len(logs)):
        order = [0] * len(logs)
        for times, factor in ((2, mp.mpf(1) / 2), (1, squares[j] / norm)):
            order[j] = times
            total += factor * mp.diff(f, tuple(logs), tuple(order))
    return total


def angle_generator(claim: Claim, rng: np.random.Generator) -> None:
    """SELECT-ANGLE's L f for f = (2/pi) atan(q_1/R), n = 2..5."""
    part = next(x for x in relations(claim.formula) if isinstance(x, Eq))
    for size in (2, 3, 5):
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=size)]

            def f(*x: Any) -> Any:
                rest = mp.sqrt(mp.fsum(mp.exp(2 * y) for y in x[1:]))
                return 2 / mp.pi * mp.atan(mp.exp(x[0]) / rest)

            squares = [mp.exp(2 * x) for x in logs[1:]]
            point = {q_i: mp.exp(logs[0]), many.rest: mp.sqrt(mp.fsum(squares)),
                     many.share: mp.fsum(x**2 for x in squares) / mp.fsum(squares) ** 2}  # fmt: skip
            found = operator(f, logs)
            where = f"log q = {[mp.nstr(x, 6) for x in logs]}"
            same(claim, where, number(part.rhs, point), found, "L f", mp.mpf(10) ** -18)


def area_generator(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-AREA: the triangle's area by its angles, and L of it by differentiation."""
    clock = Clock(seconds)
    while clock.left and clock.played < 300:
        clock.played += 1
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=3)]
            q = [mp.exp(x) for x in logs]
            norm = mp.sqrt(mp.fsum(x**2 for x in q))
            point = {many.q_1: q[0], many.q_2: q[1], many.q_3: q[2], many.r: norm}
            w = [x / norm for x in q]
            found = spherical_excess(w, [0, 1, 0], [0, 0, 1]) / (mp.pi / 2)
            where = f"q = {[mp.nstr(x, 6) for x in q]}"
            same(
                claim,
                where,
                number(stated(claim.formula, many.area), point),
                found,
                "area",
                mp.mpf(10) ** -20,
            )

            def f(x: Any, y: Any, z: Any) -> Any:
                size = mp.sqrt(mp.exp(2 * x) + mp.exp(2 * y) + mp.exp(2 * z))
                return 4 / mp.pi * mp.atan(mp.exp(x) / (size + mp.exp(y) + mp.exp(z)))

            claimed = number(stated(claim.formula, many.generated), point)
            same(claim, where, claimed, operator(f, logs), "L f", mp.mpf(10) ** -18)
    return clock.played


def spherical_excess(*corners: Any) -> Any:
    """Area of a spherical triangle: the sum of its angles less pi; corners are unit vectors."""

    def along(u: Any, v: Any) -> Any:  # the unit tangent at u towards v
        inner = mp.fsum(x * y for x, y in zip(u, v, strict=True))
        t = [y - inner * x for x, y in zip(u, v, strict=True)]
        size = mp.sqrt(mp.fsum(x**2 for x in t))
        return [x / size for x in t]

    total = -mp.pi
    for i in range(3):
        u, v, w = corners[i], corners[(i + 1) % 3], corners[(i + 2) % 3]
        one, two = along(u, v), along(u, w)
        total += mp.acos(mp.fsum(x * y for x, y in zip(one, two, strict=True)))
    return total


def divergence(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SELECT-REVERSIBLE: D_j of g(m) r2 h_j for g = exp(alpha m), h a product of powers of degree 0."""
    clock = Clock(seconds)
    while clock.left and clock.played < 300:
        clock.played += 1
        size = int(rng.integers(2, 6))
        powers, alpha = weights(rng, list(range(size))), int(rng.integers(-3, 4))
        with mp.workdps(DIGITS):
            logs = [mp.mpf(float(x)) for x in rng.normal(size=size)]

            def flux(*x: Any) -> Any:
                h = mp.exp(mp.fsum(e * y for e, y in zip(powers, x, strict=True)))  # noqa: B023
                norm = mp.fsum(mp.exp(2 * y) for y in x)
                return mp.exp(alpha * mp.fsum(x) / size) * norm * powers[0] * h  # noqa: B023

            found = mp.diff(flux, tuple(logs), tuple([1] + [0] * (size - 1)))
            h = mp.exp(mp.fsum(e * y for e, y in zip(powers, logs, strict=True)))
            g = mp.exp(alpha * mp.fsum(logs) / size)
            point = {many.gauge: g, many.gauge_slope: alpha * g, many.slope: powers[0] * h,
                     many.curvature: powers[0] ** 2 * h, q_j: mp.exp(logs[0]), n: size,
                     r2: mp.fsum(mp.exp(2 * y) for y in logs)}  # fmt: skip
            claimed = number(stated(claim.formula, many.flux_change), point)
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
    "SELECT-REVERSIBLE": divergence,
    "SELECT-AREA": area_generator,
}
