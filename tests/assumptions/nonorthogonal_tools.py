"""What the evidence of the chapter nonorthogonal shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Expr, Ge, Integer, Rational, Symbol

from tests.inequalities import expect_implied, restricted
from theorem_audit import expect
from theorem_audit.exact.region import box_of
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import c, oblique_least
from theory.notation import a, q_i, q_j, r2, s, t

INSIDE = {a: Rational(1, 4), r2: 1, s: Rational(1, 2), oblique_least: Rational(1, 4)}


def _box(claim: Claim) -> dict[Symbol, tuple[Expr, Expr]]:
    """a, c, t of the region and q_i, q_j up to sqrt(2) <= 3/2; q_i^2 <= r2 <= 2 as x_i is a unit."""
    region = claim.region
    for symbol in (q_i, q_j):
        expect_implied(Ge(symbol, 0), region)
    box = {}
    for symbol in (a, c, t):
        box |= box_of(restricted(region, (symbol,)), (symbol,))
    return {**box, q_i: (Integer(0), Rational(3, 2)), q_j: (Integer(0), Rational(3, 2))}


def expect_other_neuron(claim: Claim, activation: str, message: str) -> None:
    """The claim, whose conclusion is known to fail for this neuron, must not admit it."""
    expect(not claim.item(words.NEURON).holds(activation), f"{message}: it admits {activation}")
