"""What the evidence of the chapter step shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Expr, Symbol

from theorem_audit.statement.conjuncts import equated
from theory.model.step import STEP


def one_step() -> dict[Symbol, Expr]:
    """The map that STEP claims: q_j+ and w_perp+."""
    return equated(STEP.formula)
