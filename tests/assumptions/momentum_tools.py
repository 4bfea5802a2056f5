"""Tools for evidence about momentum: one exact step, and what a claim assumes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Expr

from tests.inequalities import end_of
from tests.instances import Instance
from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.notation import a

HALF = Fraction(1, 2)
PLANE = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]


def exact_step(at: Instance, velocity: list[Fraction], momentum: Fraction, ahead: Fraction) -> Any:
    """(instance, velocity, the instance at the look-ahead point) after one step by the chain rule."""
    point = [e + ahead * f for e, f in zip(at.weight, velocity, strict=True)]
    there = Instance(at.data, point, at.batch, at.a, at.activation)
    pulled = there.step().weight
    new = [momentum * f + g - e for e, f, g in zip(point, velocity, pulled, strict=True)]
    weight = [e + f for e, f in zip(at.weight, new, strict=True)]
    return Instance(at.data, weight, at.batch, at.a, at.activation), new, there


def expect_not_admitted(claim: Claim, name: str) -> None:
    """What was just seen contradicts the claim without the assumption in words called ``name``."""
    expect(name in {x.name for x in claim.assumptions}, f"{claim.id} admits it: no {name!r}")


def largest_step(claim: Claim) -> Expr:
    """The claim's upper bound on a, in beta."""
    for relation in relations(claim.condition("small step")):
        gap = difference(relation).expand()
        if gap.has(a) and gap.coeff(a) < 0:
            return end_of(relation, a)
    raise Undecided(f"{claim.id} does not bound a from above")
