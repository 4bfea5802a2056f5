"""What the evidence of the chapter selection_n shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Eq, Sum

from theorem_audit import expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim


def equation_of(claim: Claim) -> Sum:
    """The sum that the claim says is 0."""
    found = [x for x in relations(claim.formula) if x.has(Sum)]
    sums = [y for x in found for y in x.atoms(Sum)]
    if len(found) != 1 or len(sums) != 1 or not isinstance(found[0], Eq):
        raise Undecided(f"{claim.id}: one sum that is 0 is expected, not {found}")
    expect_zero(difference(found[0]) - sums[0], "nothing but the sum")
    return sums[0]
