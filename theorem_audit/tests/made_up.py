"""A claim that no theory has, for tests of what looks at claims."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Symbol, true
from sympy.logic.boolalg import Boolean

from theorem_audit.statement.claim import Assumption, Claim, Source


def claim(formula: Any, region: Boolean = true, name: str = "ODD", **more: Any) -> Claim:
    """One of a formula, on a region that is one hypothesis, or none."""
    given = () if region is true else (Assumption("given", region),)
    return Claim(
        name, "made up", formula, Source("new", "here"), "exact", "made", assumptions=given, **more
    )


def valued(side: Expr, region: Boolean = true) -> Claim:
    """v = SIDE, as it stands."""
    return claim(Eq(Symbol("v", real=True), side, evaluate=False), region)
