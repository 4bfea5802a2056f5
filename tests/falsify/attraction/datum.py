"""Searches at a data point: one plain step beside x_1 for every batch that the claim's item admits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import numpy as np
from sympy import Rational, sign

from tests.falsify.seeing import chances, measured
from tests.falsify.sums.draws import TINY, about, over
from tests.falsify.sums.items import batches_of, data_of, linear_of, numbers, plus
from tests.falsify.sums.tools import (
    cases,
    choose,
    inside,
    judge,
    plain_step,
    precise,
    rational,
    refute,
)
from tests.frames import inner, off_span
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours import collapse, lyapunov
from theory.notation import a, b, n, p

F = Fraction
SIZES = [(2, 1), (2, 2), (3, 2), (8, 7), (9, 1), (9, 8), (4, 2), (1, 1), (5, 5), (6, 3), (8, 4)]
STEPS = [F(1, 2), F(1, 4), F(49, 50), F(1, 100), F(1), F(3, 2), F(0), F(51, 100), F(2), F(5), F(49, 100),
         F(1, 2000)]  # fmt: skip
MOST_BATCHES = 2000  # listed with their chances, where they are no subsets
Of = Callable[[tuple[int, ...]], dict[str, Fraction]]


def factors_of(claim: Claim, rng: np.random.Generator, points: int, step: Fraction) -> Of | None:
    """batch -> the factors of <w, x_2>, of what is off the data and of w - x_1 beside x_1, by plain steps.

    Of a neuron that the claim admits: beside x_1 both x_1 and x_2 are live, ReLU or not.  None where the data
    drawn leave one of them without a meaning.
    """
    data, linear = data_of(claim, rng, points, points + 1), linear_of(claim, rng)
    one = data[0]
    off = off_span(numbers(rng, points + 1), data)
    if not any(off) or not any(one):
        return None
    beside = plus(one, TINY, off)
    far = plus(one, TINY, one)
    mixed = plus(one, TINY, data[1]) if points > 1 else None

    @cache
    def of(batch: tuple[int, ...]) -> dict[str, Fraction]:
        moved = inner(plain_step(data, far, batch, step, linear), one) - inner(one, one)
        found = {
            "off": inner(plain_step(data, beside, batch, step, linear), off) / inner(beside, off),
            "radial": moved / (inner(far, one) - inner(one, one)),
        }
        if mixed is not None and inner(mixed, data[1]):
            found["along"] = inner(plain_step(data, mixed, batch, step, linear), data[1]) / inner(
                mixed, data[1]
            )
        return found

    return of


def settings(claim: Claim, rng: np.random.Generator, seconds: float) -> Any:
    """(point, batch size, factors) inside the claim's region, the boundaries first."""
    for count in cases(seconds):
        points, size = SIZES[count % len(SIZES)] if count < 33 else (
            (m := int(rng.integers(1, 9))), int(rng.integers(1, m + 1)))  # fmt: skip
        if claim.item(words.BATCHES) != words.UNIFORM and points**size > MOST_BATCHES:
            points, size = 3, 2
        size, _ = batches_of(claim, rng, points, size)
        step = choose(rng, [*STEPS, rational(rng, F(0), F(1), 200)]) if count else F(0)
        at: dict[Any, Any] = {a: step, b: size, n: points}
        if points > 1:
            at |= measured(claim, chances(points, size), (p,))
        elif claim.region.has(p):
            continue
        if inside(claim, at) and (factors := factors_of(claim, rng, points, step)) is not None:
            yield at, over(claim, rng, points, size, factors)


@precise
def criterion(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """COLLAPSE: means, variances and logarithms of the factors along x_2 and off the data."""
    played = 0
    for at, here in settings(claim, rng, seconds):
        if "along" not in here.of((0,)):
            continue
        played += 1
        if any(not here.of((k,))[x] > 0 for k in range(at[n]) for x in ("along", "off")):
            refute(claim, "a factor is not positive, and has no logarithm", at)
        names = (
            collapse.criterion_j,
            collapse.criterion_off,
            collapse.exponent_j,
            collapse.exponent_off,
        )
        judge(claim, at | measured(claim, here, names))
    return played


@precise
def along_the_axis(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """COLLAPSE-EDGE: the same on the axis of x_1, where the factor is that of a batch with 1 in it."""
    played = 0
    for at, here in settings(claim, rng, seconds):
        played += 1
        one = {"radial": here.of((0,))["radial"], "left out": here.of((at[n] - 1,))["radial"]}
        at |= measured(claim, one, (collapse.factor_radial,))
        judge(claim, at | measured(claim, here, (collapse.criterion_radial,)))
    return played


@precise
def largest(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """LYAPUNOV: the largest of the means of log|factor| along x_1, along x_2 and off the data."""
    played = 0
    for at, here in settings(claim, rng, seconds):
        if "along" not in here.of((0,)):
            continue
        played += 1
        found = measured(claim, here, (lyapunov.top,))[lyapunov.top]
        claimed = stated(claim.formula, lyapunov.top).subs({x: _exact(y) for x, y in at.items()})
        if claimed.is_finite is False:
            refute(claim, f"the exponent {claimed} is claimed", at)
        told = claimed.evalf(40)
        if not found.overlaps(about(0) + flint.arb(str(told))):
            refute(claim, f"the largest exponent is {found}, {told} is claimed", at)
        judge(claim, {**at, lyapunov.top: found}, lambda part: part.has(sign))
    return played


def _exact(number: Any) -> Rational:
    return Rational(*F(number).as_integer_ratio())


FALSIFIERS = {"COLLAPSE": criterion, "COLLAPSE-EDGE": along_the_axis, "LYAPUNOV": largest}
