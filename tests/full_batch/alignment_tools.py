"""What the evidence of the chapter alignment shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Expr, Ge, Integer

from tests.inequalities import expect_implied
from theorem_audit import expect, expect_zero
from theorem_audit.statement.claim import Claim
from theory.notation import d, k, n


def expect_same_powers(claimed: dict[Expr, Expr], derived: dict[Expr, Expr], what: str) -> None:
    """The same exponent for every base of two products of positive bases."""
    for base in sorted({*claimed, *derived}, key=str):
        gap = claimed.get(base, Integer(0)) - derived.get(base, Integer(0))
        expect_zero(gap, f"{what}: exponent of {base}")


def expect_count(claim: Claim) -> None:
    """k active coordinates are counted, 1 <= k <= n <= d: the formula speaks of k, not of n."""
    for condition in (Ge(k, 1), Ge(n, k), Ge(d, n)):
        expect_implied(condition, claim.region)
    expect(claim.formula.has(k) and not claim.formula.has(n), f"{claim.formula} is not about k")
