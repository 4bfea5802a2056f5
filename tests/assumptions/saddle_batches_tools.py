"""What the evidence of the chapter saddle_batches shares: sizes, and the share of a datum in a batch."""

from __future__ import annotations

from sympy import Ge, Gt, Symbol, log

from tests.forms import cancel
from tests.inequalities import expect_implied
from theorem_audit import expect
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.assumptions.unequal_norms import sigma_i, sigma_j, sigma_m
from theory.notation import b, n

x = Symbol("x", real=True)  # a sigma_i^2
SHARE = (b - 1) / (n - 1)  # P(j in B | i in B)


def expect_sizes(claim: Claim) -> None:
    """1 <= b < n: 0 <= f < 1."""
    expect_implied(Ge(b, 1), claim.region)
    expect_implied(Gt(n - b, 0), claim.region)


def expect_large_share(claim: Claim) -> None:
    """The region says f sigma_j^2 >= sigma_i^2."""
    gaps = [difference(y) for y in matching(claim.region, sigma_j, without=[log, sigma_m])]
    needed = SHARE * sigma_j**2 - sigma_i**2
    expect(any(cancel(gap / (n - 1) - needed) == 0 for gap in gaps), "f sigma_j^2 >= sigma_i^2")
