"""Symbols of a formula of which its claim supposes nothing: they may be any numbers, 0 among them.

1/x without a word on x is undefined at 0, as it is where x >= 0 is supposed.
"""

from __future__ import annotations

from sympy import Add, Basic, Eq, Ge, Integer, Mul, Pow, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFunction

from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning, OutOfReach, line_of

LOWEST = Integer(-(10**6))  # a condition that the search can take, and that leaves all it tries
RATIONAL = (Add, Mul, Relational, BooleanFunction)


def unspoken(claim: Claim) -> list[Boolean]:
    """For each such symbol that it may take a value, as a condition; it is a part of what is supposed.

    Left out is what an equation of the formula has alone on a side, which may be what it defines; what has a
    meaning that is played, or that no run can compute; and what need not be real, where more than a quotient of
    polynomials is asked of it.

    >>> from sympy import Eq, Symbol
    >>> from theorem_audit.tests.made_up import claim
    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> unspoken(claim(Eq(y, 1 / x)))
    [x >= -1000000]
    """
    formula = claim.formula
    alone = {side for x in formula.atoms(Eq) for side in x.args}
    found = []
    for x in sorted(formula.free_symbols - claim.region.free_symbols - alone, key=str):
        line = line_of(claim.symbols, claim.chapter, str(x))
        if isinstance(line, Meaning | OutOfReach) or not isinstance(x, Symbol):
            continue
        if x.is_extended_real or _rational_in(formula, x):
            found.append(Ge(x, LOWEST, evaluate=False))
    return found


def _rational_in(part: Basic, x: Symbol) -> bool:
    """Whether it is made of sums, products and whole powers, as far as ``x`` stands in it."""
    if x not in part.free_symbols or part == x:
        return True
    if not isinstance(part, RATIONAL) and not (isinstance(part, Pow) and part.exp.is_Integer):
        return False
    return all(_rational_in(y, x) for y in part.args)


__all__ = ["unspoken"]
