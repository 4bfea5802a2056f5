"""The first author's development notebooks as peers: numbers they print, from an independent run.

``tests/data/authors_notebooks.json`` says where they are from.  Here the same steps are played in
1,200-bit balls (20,000 steps) or exact rationals (two steps), not with ``sim``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

import flint
import numpy as np
from sympy import Poly, Rational

from tests.forms import cancel
from tests.instances import Instance
from theorem_audit import evidence, expect, note
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory.assumptions.epochs import (
    SAMPLING_CYCLIC,
    SAMPLING_CYCLIC_SHARED,
    factor_between,
    first_square,
    second_square,
    u,
)
from theory.notation import a as step_symbol

PRINTED = json.loads(
    (Path(__file__).parents[1] / "data" / "authors_notebooks.json").read_text("utf-8")
)
UNIT = 2.0**-53


def half_a_digit(value: float, digits: int) -> float:
    """Half a unit of the last of ``digits`` printed significant digits."""
    return float(Decimal(5).scaleb(Decimal(repr(value)).adjusted() - digits))


def played(number: Any, start: Any, step: Any, steps: int) -> list[Any]:
    """Cyclic one-sample steps on n = d orthonormal points, in any arithmetic."""
    q = list(start)
    norm = number(0)
    for x in q:
        norm = norm + x * x
    for count in range(steps):
        i = count % len(q)
        own = q[i]
        mass = own * own
        shrink, pull = 1 - step * mass, step * (2 - norm)
        q = [x * shrink for x in q]
        q[i] = q[i] + pull * own
        norm = number(0)
        for x in q:
            norm = norm + x * x
    return q


@evidence(SAMPLING_CYCLIC, "peer", step="between")
def test_cyclic_order_on_twenty_points(claim: Claim) -> None:
    """20,000 steps at a = 0.2 from 0.1/sqrt(20) each: every printed digit, half a digit allowed.

    Their run is in float64: what such roundings can do is seen from a float64 run of the same steps, in
    another order of operations; four times its distance from the balls is allowed on top.
    """
    kept = PRINTED["cyclic_n20"]
    points, steps = kept["n"], kept["steps"]
    old, flint.ctx.prec = flint.ctx.prec, 1200
    try:
        fifth, tenth = flint.arb(1) / 5, flint.arb(1) / 10
        exact = played(flint.arb, [tenth / flint.arb(points).sqrt()] * points, fifth, steps)
        wide = max(float((x.rad() / abs(x)).upper()) for x in exact)
        expect(wide < 1e-20, "the balls are narrow", wide=wide)
        values = [float(x.mid()) for x in exact]
    finally:
        flint.ctx.prec = old
    plain = played(float, [0.1 / sqrt(points)] * points, 0.2, steps)
    rounding = max(abs(x / y - 1) for x, y in zip(plain, values, strict=True))
    expect(rounding < 1e-10, "roundings are far below a printed digit", rounding=rounding)
    for j, (printed, found) in enumerate(zip(kept["final"], values, strict=True)):
        allowed = half_a_digit(printed, 9) + 4 * rounding * abs(found)
        expect(abs(printed - found) <= allowed, f"q_{j}", printed=printed, found=found)
    one = max(range(points), key=lambda j: values[j])
    others = sum(x * x for j, x in enumerate(values) if j != one)
    expect(abs(values[one] - 1) < 1e-12 and others < 1e-17, "it is at a data point", others=others)
    # an epoch after the end: every other q_j has the factor 1 - a^2, as the claim says
    factor = float(claim.says(factor_between).subs(step_symbol, Rational(1, 5)))
    later = played(float, plain, 0.2, points)
    change = max(
        abs(y / x - factor) for j, (x, y) in enumerate(zip(plain, later, strict=True)) if j != one
    )
    # the state is at x_1 to 1e-8, the factors to its square, 20 steps of at most 4 roundings each
    expect(change < 1e-14 + 80 * UNIT, "factor of an epoch", off=change)
    note(f"largest relative distance from the printed digits' run: {rounding:.1e} by rounding")


def epoch_gap(y: float, z: float, step: Fraction) -> Fraction:
    """(z'' - y'') - (z - y) after y is drawn and then z, exactly from the floats."""
    plane = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    at = Instance(plane, [Fraction(y), Fraction(z)], (0,), step, "linear").step()
    after = Instance(plane, at.weight, (1,), step, "linear").step().weight
    return (after[1] - after[0]) - (Fraction(z) - Fraction(y))


@evidence(SAMPLING_CYCLIC_SHARED, "peer", step="orbit")
def test_epoch_gaps_of_two_points(claim: Claim) -> None:
    """a = 1/4: 4 gaps printed in full, 50 to eight places; the claim's orbit is where they change sign.

    A float64 epoch is at most 30 roundings of numbers below 2, in the inputs too: 60 units of 2^-53.
    """
    step = Fraction(1, 4)
    radius = sqrt(1 + 0.25 / 8)
    low, high = 0.6168, sqrt(1 + 0.25 / 8 - 0.6168**2)
    diagonal = [size * sqrt(0.5) for size in (radius, 1.0)]
    points = [(low, high), (high, low), *((x, x) for x in diagonal)]
    for point, printed in zip(points, PRINTED["epoch_gap"]["values"], strict=True):
        found = float(epoch_gap(*point, step))
        expect(abs(found - printed) <= 60 * UNIT, "gap", at=point, found=found, printed=printed)
    grid = np.linspace(0.01, 0.99, 50)
    for y, printed in zip(grid, PRINTED["epoch_gap_z01"]["values"], strict=True):
        found = float(epoch_gap(float(y), 0.1, step))
        expect(abs(found - printed) <= 0.5e-8 + 60 * UNIT, "gap at z = 0.1", y=y, found=found)
    # on the claim's orbit an epoch leads back: the gap is 0 there, and changes sign along the circle
    orbit = equated(claim.formula)
    cubic = Poly(cancel((orbit[step_symbol] - Rational(1, 4)) * 2 * u**2), u)
    (root,) = [z for z in cubic.nroots(40) if z.is_real and Rational(3, 4) < z < 1]
    y, z = (float(orbit[x].subs(u, root)) ** 0.5 for x in (first_square, second_square))
    expect(
        abs(float(epoch_gap(y, z, step))) <= 60 * UNIT, "the orbit's gap", gap=epoch_gap(y, z, step)
    )
    expect(low < y < diagonal[0], "between the points where the printed gaps have both signs", y=y)
    expect(PRINTED["epoch_gap"]["values"][0] > 0 > PRINTED["epoch_gap"]["values"][2], "signs")
