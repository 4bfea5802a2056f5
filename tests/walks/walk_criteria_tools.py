"""What the evidence of the chapter walk_criteria shares: instances, strategies, derivations."""

from __future__ import annotations

from typing import Any

from sympy import Rational, Symbol

from theorem_audit import expect
from theorem_audit.statement.claim import Claim
from theory.walks.walk_law import FiniteLaw, increment, position
from theory.walks.walk_states import States

x, D = position, increment
half, HALF_LINE = Rational(1, 2), States(x, 0)
TO_ZERO = FiniteLaw(States(x, 1), ((1, 1 - 1 / (4 * x)), (-x, 1 / (4 * x))))


# Why the conclusions fail: exact instances on which a claim without the hypothesis is false.


def expect_false(claim: Claim, values: dict[Symbol, Any], why: str) -> None:
    truth = claim.formula.subs(values)
    expect(truth == False, f"{claim.id} without a hypothesis: {why}", values=values)  # noqa: E712
