"""Chapter two_batches: the evidence on the periodic orbit's radius."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Eq, Expr, Integer, Poly, Rational, Symbol, diff, floor, rem

from tests.analysis import ball
from tests.assumptions.sampling_tools import interval_of
from tests.forms import cancel
from tests.inequalities import is_strict, univariate_sign
from tests.reading import expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.assumptions.epochs import SAMPLING_CYCLIC_SHARED, first_square, second_square, u
from theory.assumptions.two_batches import SAMPLING_CYCLIC_RADIUS, excess, excess_slope
from theory.notation import a, r2

CUBE_ROOT = 2 ** Rational(1, 3)
c = Symbol("c", positive=True)  # its cube is 2


def own_excess() -> Expr:
    """(r2 - 1)/a as SAMPLING-CYCLIC-SHARED gives r2 and a."""
    return cancel((SAMPLING_CYCLIC_SHARED.says(r2) - 1) / SAMPLING_CYCLIC_SHARED.says(a))


def sign_inside(expr: Expr, claim: Claim) -> int:
    """The sign that a rational function of u keeps on the closed interval; 0 where it may change."""
    ends = interval_of(claim)
    low = floor(1000 * ends.inf) / Integer(1000)
    top, bottom = cancel(expr).as_numer_denom()
    return univariate_sign(top, u, low, ends.sup) * univariate_sign(bottom, u, low, ends.sup)


@evidence(SAMPLING_CYCLIC_RADIUS, "symbolic", step="value")
def test_distance_from_the_unit_sphere(claim: Claim) -> None:
    expect_only(claim, excess, excess_slope, inequalities=3)
    expect_zero(claim.says(excess) - own_excess(), "(r2 - 1)/a")
    for mass in (first_square, second_square):
        expect(SAMPLING_CYCLIC_SHARED.says(mass).has(u), "the orbit has these masses")


@evidence(SAMPLING_CYCLIC_RADIUS, "certificate", step="monotone")
def test_the_larger_the_step_the_farther_the_orbit(claim: Claim) -> None:
    """The chain rule along u, and Sturm's theorem on the interval of u."""
    slope = diff(own_excess(), u) / diff(SAMPLING_CYCLIC_SHARED.says(a), u)
    for part in matching(claim.formula, excess_slope, number=2):
        if isinstance(part, Eq):
            expect_identity(part, {excess_slope: slope})
        else:
            gap = difference(part).subs(excess_slope, slope)
            expect(is_strict(part) and sign_inside(gap, claim) > 0, f"{part}")


@evidence(SAMPLING_CYCLIC_RADIUS, "certificate", step="range")
def test_ends_of_the_radius(claim: Claim) -> None:
    """(r2 - 1)/a falls in u, so it lies between its values at the ends, which the open interval excludes."""
    own, ends = own_excess(), interval_of(claim)
    expect(sign_inside(diff(own, u), claim) < 0, "falls in u")
    expect_zero(ends.inf - 1 / CUBE_ROOT, "u = 2^(-1/3)")
    expect_zero(ends.sup - 1, "u = 1")
    values = {"least": own.subs(u, 1), "largest": own.subs(u, c**2 / 2)}
    for bound in matching(claim.formula, excess, kind="inequality", number=2):
        expect(excess in (bound.gts, bound.lts), f"{bound} is on {excess} alone")
        low = bound.gts == excess
        claimed = (bound.lts if low else bound.gts).subs(CUBE_ROOT**2, c**2).subs(CUBE_ROOT, c)
        gap = cancel((values["least"] - claimed) if low else (claimed - values["largest"]))
        expect(_nonnegative(gap), f"{bound}: beyond it by {gap}")


def _nonnegative(gap: Expr) -> bool:
    """Of a rational function of the cube root of 2: 0 by division, else the sign of a ball."""
    top = gap.as_numer_denom()[0]
    if rem(Poly(top, c), Poly(c**3 - 2, c)).is_zero:
        return True
    return bool(ball(gap.subs(c, CUBE_ROOT), {}) > 0)


def bound_of_excess() -> tuple[Rational, Rational]:
    """SAMPLING-CYCLIC-RADIUS's bounds on (r2 - 1)/a: the lower, and a rational above the upper."""
    low = SAMPLING_CYCLIC_RADIUS.conjunct(greater=excess).lts
    high = SAMPLING_CYCLIC_RADIUS.conjunct(lesser=excess).gts
    above = Rational(13513, 100000)
    expect(bool(ball(above - high, {}) > 0), "a rational above the upper end")
    return low, above


@evidence(SAMPLING_CYCLIC_RADIUS, "witness", step=("value", "range"))
def test_radius_of_the_rational_orbit(claim: Claim) -> None:
    """u = 31/35: (31^2 + 35^2)/46^2 = 2186/2116 and a = 8464/33635, by hand."""
    found: Any = Fraction(2186 - 2116, 2116) / Fraction(8464, 33635)
    value = claim.says(excess).subs(u, Rational(31, 35))
    expect(value == Rational(found.numerator, found.denominator), "(r2 - 1)/a", value=value)
    for bound in matching(claim.formula, excess, kind="inequality", number=2):
        expect(bool(bound.subs(excess, value)), f"{bound}")
