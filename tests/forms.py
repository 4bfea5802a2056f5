"""SymPy's forms of an expression, each worked out once in a process, quotients of polynomials in FLINT.

Evidence asks for the same ones again for each wrong variant of its claim, of which one conjunct alone is
another, and often for each of a claim's conjuncts.  An expression cannot be changed, so that whoever asks
again is given what he would have worked out himself.  What FLINT gives is the same expression as SymPy's
(``tests/test_forms.py``), some ten times sooner; what is no quotient of polynomials over QQ is left to SymPy.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import Expr, Mul, Pow, Rational, Symbol
from sympy.core.exprtools import _keep_coeff
from sympy.polys.polyutils import _sort_gens, expr_from_dict

MOST = 4096  # of each form
LARGEST = 40  # exponent
WORK = 200_000  # products of terms in one product: beyond, it is left to SymPy


class _Left(Exception):
    """It is no quotient of polynomials, or a large one."""


@lru_cache(maxsize=MOST)
def cancel(expr: Expr) -> Expr:
    """A quotient of two expanded polynomials without a common factor."""
    try:
        ring = _Ring(expr)
        top, bottom = ring.lowest(expr)
    except _Left:
        return sympy.cancel(expr)
    return ring.expr(top) / ring.expr(bottom)


@lru_cache(maxsize=MOST)
def factor(expr: Expr) -> Expr:
    """A quotient of products of irreducible polynomials over QQ."""
    try:
        ring = _Ring(expr)
        top, bottom = ring.lowest(expr)
    except _Left:
        return sympy.factor(expr)
    if not top:
        return sympy.S.Zero
    number, powers = fmpq(1), []
    for poly, sign in ((top, 1), (bottom, -1)):
        own, factors = poly.factor()
        for part, power in factors:
            whole, size = _whole(part)
            own *= size ** int(power)
            powers.append(Pow(ring.expr(whole), sign * int(power)))
        number = number * own if sign == 1 else number / own
    return _keep_coeff(Rational(int(number.p), int(number.q)), Mul(*powers))


@lru_cache(maxsize=MOST)
def together(expr: Expr) -> Expr:
    """One quotient, not expanded."""
    return sympy.together(expr)


def _whole(poly: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq]:
    """(whole, size), poly = size * whole: coefficients without a common divisor, the first one positive."""
    size = fmpq(0)
    for value in poly.coeffs():
        size = size.gcd(value)
    if poly.leading_coefficient() < 0:
        size = -size
    return poly / size, size


class _Ring:
    """The polynomials in an expression's symbols, in SymPy's order."""

    def __init__(self, expr: Any) -> None:
        if not isinstance(expr, Expr):
            raise _Left
        symbols = expr.free_symbols
        if not all(isinstance(x, Symbol) and x.is_commutative for x in symbols):
            raise _Left
        self.gens = _sort_gens(symbols)
        self.ring = fmpq_mpoly_ctx.get([f"x{k}" for k in range(max(1, len(self.gens)))])
        self.one = self.ring.constant(1)
        self.known: dict[Any, tuple[fmpq_mpoly, fmpq_mpoly]] = {
            x: (gen, self.one) for x, gen in zip(self.gens, self.ring.gens(), strict=False)
        }

    def expr(self, poly: fmpq_mpoly) -> Expr:
        terms = {k: Rational(int(v.p), int(v.q)) for k, v in poly.to_dict().items()}
        if not self.gens:
            return sum(terms.values(), sympy.S.Zero)
        return expr_from_dict(terms, *self.gens)

    def lowest(self, expr: Expr) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """Numerator and denominator in lowest terms, with whole coefficients; the latter begins positive."""
        top, bottom = self._quotient(expr)
        if not top:
            return top, self.one
        common = top.gcd(bottom)
        (top, one), (bottom, two) = _whole(top / common), _whole(bottom / common)
        size = one / two
        return top * fmpq(size.p), bottom * fmpq(size.q)

    def _quotient(self, expr: Any) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if (found := self.known.get(expr)) is None:
            found = self.known[expr] = self._worked_out(expr)
        return found

    def _worked_out(self, expr: Any) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if expr.is_Rational:
            return self.ring.constant(fmpq(int(expr.p), int(expr.q))), self.one
        if expr.is_Add:
            return self._sum([self._quotient(x) for x in expr.args])
        if expr.is_Mul:
            top, bottom = self.one, self.one
            for more, under in map(self._quotient, expr.args):
                top, bottom = _times(top, more), _times(bottom, under)
            return top, bottom
        if expr.is_Pow and expr.exp.is_Integer:
            top, bottom = self._quotient(expr.base)
            if abs(power := int(expr.exp)) > LARGEST:
                raise _Left
            if power < 0:
                if not top:
                    raise _Left
                top, bottom, power = bottom, top, -power
            return top**power, bottom**power
        raise _Left

    def _sum(self, parts: list[tuple[fmpq_mpoly, fmpq_mpoly]]) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        top, bottom = parts[0]
        for more, under in parts[1:]:
            if under == bottom:
                top += more
                continue
            common = bottom.gcd(under)
            mine, theirs = bottom / common, under / common
            top = _times(top, theirs) + _times(more, mine)
            bottom = _times(bottom, theirs)
        return top, bottom


def _times(one: fmpq_mpoly, other: fmpq_mpoly) -> fmpq_mpoly:
    if len(one) * len(other) > WORK:
        raise _Left
    return one * other


__all__ = ["cancel", "factor", "together"]
