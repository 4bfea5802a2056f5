"""Whether an expression is more than 0 on a region, or has no zero there: shown, or not at all.

The signs of a polynomial's factors are read off the region's conditions first: N(x + y) - xyC > 0 and N >= 1
say that of 1/x + 1/y - C/N.  What they do not tell is asked of ``implication``, with a budget.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, Rational, factor_list
from sympy.core.relational import Gt, Lt, Ne
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.implication import nonnegative
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, rational_form, relations

MARGINS = tuple(Rational(1, m) for m in (1, 2, 100, 10**6))  # any positive number will do
# Of polynomials that are split into their coefficients: each level takes ten times as long.
DEPTH = 1

# Whether the constant is negative, and the factors of odd power.
Factors = tuple[bool, frozenset[Expr]]


def positive(value: Expr, region: Boolean) -> bool:
    """Whether ``value > 0`` on the region is shown."""
    if value.is_positive:
        return True
    if value.is_number:
        return False
    found = _factors(value)
    if found is not None and all(x in _signs(region) for x in found[1]):
        return found[0] == (sum(_signs(region)[x] < 0 for x in found[1]) % 2 == 1)
    strict = [difference(c) for c in relations(region) if isinstance(c, Gt | Lt)]
    return any(nonnegative(value - c, region, depth=DEPTH) for c in (*MARGINS, *strict))


def nonzero(value: Expr, region: Boolean) -> bool:
    """Whether that ``value`` has no zero in the region is shown."""
    if value.is_zero is False or positive(value, region) or positive(-value, region):
        return True
    never = {x for c in relations(region) if isinstance(c, Ne) for x in _parts(c.lhs - c.rhs)}
    parts = _parts(value) if never else []
    return bool(parts) and all(
        x in never or positive(x, region) or positive(-x, region) for x in parts
    )


def _parts(value: Expr) -> list[Expr]:
    """The factors of a quotient of polynomials, none of 0; of anything else, itself."""
    try:
        top, under = rational_form(value)
        _, powers = factor_list((top * under).as_expr())
    except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
        return [value]
    return [x for x, _ in powers]


def _factors(value: Expr) -> Factors | None:
    """What the sign of a quotient of polynomials is made of; None of anything else."""
    try:
        top, under = rational_form(value)
        constant, powers = factor_list((top * under).as_expr())
    except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
        return None
    odd = frozenset(x for x, power in powers if power % 2)
    even = any(not power % 2 for _, power in powers)
    return None if even or not constant.is_Rational or constant == 0 else (bool(constant < 0), odd)


@lru_cache(maxsize=500)
def _signs(region: Boolean) -> dict[Expr, int]:
    """Factor -> its sign, where the region's conditions say that it is never 0."""
    known: dict[Expr, int] = {}
    said: list[Factors] = []
    for condition in relations(region):
        if not hasattr(condition, "gts"):
            continue
        gap = difference(condition)
        strict = isinstance(condition, Gt | Lt)
        if (found := _factors(gap)) is not None and strict:
            said.append(found)
        for x in gap.free_symbols:
            for side in (1, -1):
                if any(nonnegative(side * x - m, region, depth=0) for m in MARGINS):
                    known[x] = side
    while True:
        for negative, factors in said:
            left = [x for x in factors if x not in known]
            if len(left) == 1:
                minus = negative + sum(known[x] < 0 for x in factors if x in known)
                known[left[0]] = -1 if minus % 2 else 1
                break
        else:
            return known


__all__ = ["nonzero", "positive"]
