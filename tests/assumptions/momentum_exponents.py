"""Exponents of heavy ball at a data point: boxes, drives, exact runs and enclosures."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Eq, Integer, Or, Symbol
from sympy.logic.boolalg import Boolean

from tests.assumptions.momentum_tools import largest_step
from tests.inequalities import restricted
from tests.projective import Product, enclosure, product_of
from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, is_zero, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.momentum import (
    beta,
    cone,
    drive_moments,
    drives,
    gamma_2,
    gamma_off,
    gamma_radial,
    gamma_ratio,
    u,
)
from theory.minibatch.log_ratios import membership_moments
from theory.notation import a, b, n

# MOMENTUM-EXPONENT and MOMENTUM-LOCAL

NAMES = {gamma_ratio: "ratio", gamma_off: "off", gamma_radial: "radial"}
W = Symbol("w", real=True)  # the step's w = beta u + m


def momentum_box(claim: Claim) -> dict[Symbol, Any]:
    return dict(box_of(restricted(claim.region, (beta,)), (beta,)))


def small_box(claim: Claim) -> dict[Symbol, Any]:
    return {**momentum_box(claim), a: (Integer(0), largest_step(claim))}


def named_drive(claim: Claim) -> str:
    """The drive that the claim speaks about."""
    if claim.formula.has(gamma_2):
        return "ratio"
    found = [name for symbol, name in NAMES.items() if claim.formula.has(symbol)]
    if len(found) != 1:
        raise Undecided(f"{claim.id} speaks about the drives {found}")
    return found[0]


def expect_cone(claim: Claim, *otherwise: Boolean) -> None:
    """Starts lie in the drive's cone |u| <= M/(1-M), or the claim says one of ``otherwise``; else Undecided."""
    top = cone(drive_moments(named_drive(claim))[2])
    gap = (top**2 - u**2 * (1 - top) ** 2) * (1 - beta) ** 2
    for said in relations(claim.region):
        sides = set(said.args if isinstance(said, Or) else (said,))
        kept = [x for x in sides if not isinstance(x, Eq) and is_zero(difference(x) - gap)]
        if kept and sides - {*kept} <= {*otherwise}:
            expect(True, f"{claim.id}: starts in the cone")
            return
    raise Undecided(f"{claim.region} does not keep starts in the cone {gap} >= 0")


# MOMENTUM-ENCLOSURE

ARCS = 2000


def law_of_drive(points: int, size: int) -> dict[Fraction, Fraction]:
    """m/a -> its chance, from STEP's drive and the chances of membership of i and j."""
    left, right = drives()["ratio"]
    at = {n: points, b: size}
    single, both = (Fraction(str(x.subs(at))) for x in membership_moments())
    alone = single - both
    chances = {(1, 0): alone, (0, 1): alone, (1, 1): both, (0, 0): 1 - 2 * alone - both}
    found: dict[Fraction, Fraction] = {}
    for (i, j), chance in chances.items():
        drive = Fraction(str(left * i + right * j))
        found[drive] = found.get(drive, Fraction(0)) + chance
    return {drive: chance for drive, chance in found.items() if chance}


def heavy_ball(law: Any, momentum: Fraction, step: Fraction) -> Product:
    """(v, q) -> (beta v + m q, q + v+), m = step times a drive, in the coordinates (v/k, q), k = 2 (1 - beta).

    law: pairs of a drive and its chance.  The coordinates change no exponent.
    """
    k = 2 * (1 - momentum)
    return product_of([
        (chance, [[momentum, step * drive / k], [k * momentum, 1 + step * drive]])
        for drive, chance in law
    ])  # fmt: skip


@cache
def _enclosed(
    law: tuple[tuple[Fraction, Fraction], ...], momentum: Fraction, step: Fraction
) -> Any:
    return enclosure(heavy_ball(law, momentum, step), ARCS)


def enclosed(points: int, size: int, momentum: Fraction, step: Fraction) -> Any:
    """The exponent's ball at a setting; the drive's law is read from STEP each time, what follows is kept."""
    return _enclosed(tuple(sorted(law_of_drive(points, size).items())), momentum, step)
