"""What the evidence of the chapter selection_n shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Sum

from theorem_audit import expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim


def equation_of(claim: Claim) -> Sum:
    """The sum that the claim says is 0."""
    found = claim.conjunct(Sum, kind="equation")
    sums = list(found.atoms(Sum))
    if len(sums) != 1:
        raise Undecided(f"{claim.id}: one sum that is 0 is expected, not {found}")
    expect_zero(difference(found) - sums[0], "nothing but the sum")
    return sums[0]
