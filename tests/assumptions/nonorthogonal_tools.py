"""What the evidence of the chapter nonorthogonal shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Ge,
    Integer,
    Rational,
    Symbol,
)

from tests.inequalities import expect_implied, restricted
from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.nonorthogonal import (
    c,
    oblique_least,
)
from theory.notation import (
    a,
    below,
    q_i,
    q_j,
    r2,
    s,
    t,
)

INSIDE = {a: Rational(1, 4), r2: 1, s: Rational(1, 2), oblique_least: Rational(1, 4), below: 1}


def _box(claim: Claim) -> dict[Symbol, tuple[Expr, Expr]]:
    """a, c, t of the region and q_i, q_j up to sqrt(2) <= 3/2; q_i^2 <= r2 <= 2 as x_i is a unit."""
    region = claim.region
    for symbol in (q_i, q_j):
        expect_implied(Ge(symbol, 0), region)
    box = {}
    for symbol in (a, c, t):
        box |= box_of(restricted(region, (symbol,)), (symbol,))
    return {**box, q_i: (Integer(0), Rational(3, 2)), q_j: (Integer(0), Rational(3, 2))}


def expect_neuron(claim: Claim, gate: int) -> None:
    """The region says which neuron: h_- = 1 linear, h_- = 0 ReLU."""
    if Eq(below, gate) not in relations(claim.region):
        raise Undecided(f"{claim.id} does not say that h_- = {gate}")
    expect(True, f"h_- = {gate}")
