"""Evidence: GROWTH, GROWTH-LOW."""

from __future__ import annotations

from sympy import And, Eq, Expr, Ge, Gt, Integer, Poly, Rational, Symbol
from sympy.logic.boolalg import Boolean

from tests.inequalities import (
    end_of,
    expect_condition,
    expect_needed,
    expect_tight,
    is_strict,
    mark_needs,
)
from tests.model.band_tools import NEEDS
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference
from theorem_audit.exact.zero import relations as conjuncts
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.model.band import BAND, BAND_LEAST, BAND_WIDE, ENTRY, ENTRY_LEAST, GROWTH, GROWTH_LOW
from theory.model.step import norm_step
from theory.notation import S, a, delta, delta_next, r2, r2_next

BANDS = (BAND, BAND_WIDE, BAND_LEAST)


def _powers_nonnegative(claim: Claim, relation: Boolean, derived: dict[Symbol, Expr]) -> None:
    """For a > 0: every coefficient of the difference, in powers of a, is >= 0 on the region.

    With two powers of a, as here, this is also necessary (a -> 0 and a -> infinity).
    """
    gap = difference(relation).subs(derived, simultaneous=True)
    powers = Poly(gap.expand(), a)
    coefficients = [x for x in powers.all_coeffs() if x != 0]
    if any(power % 2 for (power,) in powers.monoms()):
        expect_condition(claim.region, Gt(a, 0), "the powers of a are positive")
    expect(len(coefficients) <= 2, f"{relation}: more than two powers of a")
    box = box_of(And(claim.region, Ge(r2, 0)), (r2, S))  # r2 >= S >= 0
    for coefficient in coefficients:
        expect_nonnegative(coefficient, box, str(relation))


def _growth_step() -> dict[Symbol, Expr]:
    return {r2_next: (1 + norm_step().subs(delta, r2 - 1)).expand()}


@evidence(GROWTH, "symbolic", step="identity")
def test_growth_identity(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    for relation in conjuncts(claim.formula):
        if isinstance(relation, Eq):
            expect_zero(difference(relation).subs(_growth_step()), f"{relation}")
        else:
            expect_tight(relation, _growth_step(), {S: r2})
            expect_tight(relation, _growth_step(), {r2: Rational(4, 3)})


@evidence(GROWTH, "certificate", step="sign")
@evidence(GROWTH_LOW, "certificate")
def test_growth_is_bounded_below(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    for relation in matching(claim.formula, kind="inequality"):
        _powers_nonnegative(claim, relation, _growth_step())
        expect(not is_strict(relation), "equality holds at S = 0")


@evidence(GROWTH_LOW, "property")  # of the bound: it cannot be improved
def test_growth_bound_is_reached(claim: Claim) -> None:
    top = end_of(claim.condition("radius"), r2)
    for relation in conjuncts(claim.formula):
        expect_tight(relation, _growth_step(), {r2: top, S: top})
        expect_tight(relation, _growth_step(), {S: Integer(0)})


def test_needs(claim: Claim, case: tuple[str, str]) -> None:
    point = NEEDS[case]
    derived = _growth_step() if r2 in point else {delta_next: norm_step()}
    expect_needed(claim, case[1], point, derived)


mark_needs(test_needs, (*BANDS, ENTRY, ENTRY_LEAST, GROWTH, GROWTH_LOW), NEEDS)
