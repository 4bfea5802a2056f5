"""Evidence: RATIO."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, Symbol, log

from tests.forms import cancel
from tests.inequalities import named
from tests.instances import Instance, exact
from tests.model.step_tools import one_step
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.step import RATIO, chi_i, chi_j, log_ratio_change
from theory.notation import S, a, chi, q_i, q_j, q_j_next, r2


def _factor(value: tuple[int, int]) -> Expr:
    """(q_i+/q_i) / (q_j+/q_j) for the two memberships."""
    factor = cancel(one_step()[q_j_next] / q_j)
    return cancel(factor.subs(chi, value[0]) / factor.subs(chi, value[1]))


def exponential(expr: Expr) -> Expr:
    """exp(expr) for an integer combination of logarithms; Undecided for anything else."""
    total: Expr = Rational(1)
    for term in expr.expand().as_ordered_terms():
        coefficient, rest = term.as_coeff_Mul()
        if rest.func is log and coefficient.is_Integer:
            total *= rest.args[0] ** coefficient
        elif term != 0:
            raise Undecided(f"{term} is not an integer multiple of a logarithm")
    return total


MEMBERSHIPS = {"neither": (0, 0), "i": (1, 0), "j": (0, 1), "both": (1, 1)}


@evidence(RATIO, "symbolic")
def test_ratio_for_each_membership(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    for symbol in (chi_i, chi_j):  # 0 or 1 each, so that four cases are all
        for value in (-1, Rational(1, 2), 2):
            between = claim.region.subs(symbol, value)
            expect(between == False, f"{symbol} = {value} is admitted")  # noqa: E712
    for name, value in MEMBERSHIPS.items():
        claimed = claim.formula.rhs.subs({chi_i: value[0], chi_j: value[1]})
        at = {S: Rational(1, 2), r2: Rational(3, 4), a: Rational(1, 4)}
        apart = claimed.subs(at) - log(_factor(value).subs(at))
        expect(
            enclose(apart, {}).contains(0), f"ratio of factors when {name} is drawn", **named(at)
        )
        gap = exponential(claimed) - _factor(value)
        expect_zero(gap, f"ratio of factors when {name} is drawn")
    expect(claim.formula.lhs == log_ratio_change, f"{claim.formula.lhs} is not the change")


RATIO_POINTS: dict[str, dict[Symbol, Any]] = {
    # all in exact rationals, n = 2, both data drawn or one of them; what is broken is named
    "nonzero coordinates": {q_i: 0, q_j: Rational(1, 2), chi_i: 0, chi_j: 1},
    "positive quotient": {q_i: Rational(1, 2), q_j: Rational(2), chi_i: 1, chi_j: 0},
}


@evidence(
    RATIO, "witness", cases={x: x for x in list(RATIO_POINTS)[:1]}, needs="nonzero coordinates"
)
@evidence(RATIO, "witness", cases={x: x for x in list(RATIO_POINTS)[1:]}, needs="positive quotient")
def test_ratio_needs_its_assumptions(claim: Claim, case: str) -> None:
    """There the log ratio after the step, or before it, or the claimed change, is no real number."""
    point = RATIO_POINTS[case]
    step = Rational(1)
    weight = [Fraction(int(x.p), int(x.q)) for x in map(Rational, (point[q_i], point[q_j]))]
    drawn = tuple(j for j, x in enumerate((chi_i, chi_j)) if point[x])
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], weight, drawn,
                  Fraction(1), "linear")  # fmt: skip
    values = {**point, a: step, S: exact(at.S), r2: exact(at.r2)}
    for assumption in claim.assumptions:
        if assumption.condition is not None and assumption.name != case:
            holds = bool(assumption.condition.subs(values))
            expect(holds, f"{assumption.name} fails as well", **named(values))
    expect(claim.region.subs(values) == False, f"{case} is not assumed", **named(values))  # noqa: E712
    after = at.step().q
    claimed = claim.formula.rhs.subs(values)
    undefined = 0 in (*at.q, *after) or not claimed.is_real
    expect(undefined, "the log ratio exists", before=at.q, after=after, claimed=claimed)
