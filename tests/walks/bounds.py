"""Tools for evidence about best-possible upper bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat
from sympy import And, Expr, Ge, Le, Lt, Rational, Symbol, expand

from theorem_audit import expect, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.zero import difference, rational_form, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.walks.random_walk import k, tau
from theory.walks.walk_law import increment
from theory.walks.walk_states import sign


def rational(value: Fraction | int) -> Rational:
    return Rational(value.numerator, value.denominator)


def upper_bound(formula: Any, bounded: Expr) -> Expr:
    """The expression that ``formula`` says ``bounded`` is at most."""
    if not isinstance(formula, Le | Lt):
        expect(False, f"{formula} is not an upper bound")
    if formula.lhs != bounded:
        expect(False, f"{formula} does not bound {bounded} from above")
    return formula.rhs


def expect_attained(formula: Any, bounded: Symbol, values: dict[Symbol, Expr]) -> None:
    """Equality occurs in ``formula`` for the given instance: neither strict nor to be improved."""
    bound = upper_bound(formula, bounded)
    gap = (bound - bounded).subs(values, simultaneous=True)
    try:
        expect_zero(gap, f"{formula} at the extremal walk")
    except Undecided:  # no rational function: one instance that is surely off refutes it
        names = sorted(gap.free_symbols, key=str)
        point = {x: Rational(k + 1, 7) for k, x in enumerate(names)}
        found = sign(gap.subs(point))
        expect(
            found in (0, None),
            f"{formula} at an extremal walk",
            **{str(x): v for x, v in point.items()},
        )
        raise
    expect(isinstance(formula, Le), f"{formula} is strict, but equality occurs")


def expect_on_orthant(expr: Expr, message: str) -> None:
    """``expr >= 0`` for all positive values of its symbols: numerator and denominator have only
    coefficients of one sign."""
    top, bottom = rational_form(expr)
    if all(value <= 0 for value in bottom.coeffs()):
        top, bottom = -top, -bottom
    if min(top.coeffs()) >= 0 and min(bottom.coeffs()) > 0:
        expect(True, message)
        return
    names = sorted(expr.free_symbols, key=str)
    for index in range(3 ** len(names)):
        point = {x: Rational(10) ** (index // 3**k % 3 - 1) for k, x in enumerate(names)}
        value = expr.subs(point)
        if value.is_Rational and value < 0:
            raise Refuted(f"{message}: {expr} = {value} at {point}", point)
    raise Undecided(f"{message}: the coefficients of {expr} do not decide")


def expect_every_step(claim: Claim) -> None:
    """What the claim asks of step k it asks of every k with 0 <= k < tau: no less is used."""
    scope = And(Ge(k, 0), Lt(k, tau))
    found = matching(claim.region, k)
    for condition in found:
        known = condition in relations(scope)  # k < tau, k >= 0: the steps that the proof uses
        expect(known, f"{claim.id}: {condition} does not hold at every step before tau")
    expect(len(found) <= 2, f"{claim.id}: {found}")


def asked(claim: Claim, symbol: Symbol) -> Expr:
    """What the claim's one condition with ``symbol`` says is >= 0; Undecided where there is not one.

    "moments" is left out: it says what is true of every law, and nothing is drawn from it.
    """
    kept = [
        x.condition for x in claim.assumptions if x.condition is not None and x.name != "moments"
    ]
    found = [y for x in kept for y in relations(x) if y.has(symbol)]
    if len(found) != 1 or not hasattr(found[0], "gts"):
        raise Undecided(f"{claim.id} has {len(found)} inequalities on {symbol}")
    return difference(found[0]).expand()


def from_slack(claim: Claim, symbol: Symbol, slack: Symbol) -> Expr:
    """``symbol`` from its one condition, of which ``slack`` >= 0 is what it has to spare."""
    gap = asked(claim, symbol)
    weight = gap.coeff(symbol)
    if weight == 0 or gap.diff(symbol, 2) != 0:
        raise Undecided(f"{claim.id}: {gap} >= 0 is not linear in {symbol}")
    return (slack - (gap - weight * symbol)) / weight


def coefficients_in(expr: Expr, order: int) -> list[Expr]:
    """Coefficients of 1, D, D^2 of a polynomial in the increment of at most this degree."""
    values = [expand(expr).coeff(increment, k) for k in range(order + 1)]
    rest = expand(expr) - sum(x * increment**k for k, x in enumerate(values))
    if rest != 0:
        raise Undecided(f"{expr} has degree above {order} in the increment")
    return values


def exact_exit_times(size: int, laws: list[dict[int, Fraction]]) -> list[Fraction]:
    """E tau from each state 0..size, by solving (I - P) T = 1 over the rationals."""
    rows = [[fmpq(int(i == j)) for j in range(size + 1)] for i in range(size + 1)]
    for state, law in enumerate(laws):
        for d, chance in law.items():
            if 0 <= state + d <= size:
                rows[state][state + d] -= fmpq(chance.numerator, chance.denominator)
    times = fmpq_mat(rows).solve(fmpq_mat(size + 1, 1, [1] * (size + 1)))
    return [Fraction(int(times[i, 0].p), int(times[i, 0].q)) for i in range(size + 1)]
