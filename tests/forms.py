"""SymPy's forms of an expression, each worked out once in a process.

Evidence asks for the same ones again for each wrong variant of its claim, of which one conjunct alone is
another, and often for each of a claim's conjuncts.  An expression cannot be changed, so that whoever asks
again is given what he would have worked out himself.
"""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Expr

MOST = 4096  # of each form


@lru_cache(maxsize=MOST)
def cancel(expr: Expr) -> Expr:
    """A quotient of two expanded polynomials without a common factor."""
    return sympy.cancel(expr)


@lru_cache(maxsize=MOST)
def factor(expr: Expr) -> Expr:
    """A quotient of products of irreducible polynomials over QQ."""
    return sympy.factor(expr)


@lru_cache(maxsize=MOST)
def together(expr: Expr) -> Expr:
    """One quotient, not expanded."""
    return sympy.together(expr)


__all__ = ["cancel", "factor", "together"]
