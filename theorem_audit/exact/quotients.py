"""Is a quotient of polynomials, maybe with square roots, identically zero?  In FLINT's polynomials over QQ.

The same normal form as ``zero.rational_form`` and several times as fast, since nothing is factored or brought
to lowest terms: a sum is zero where its numerator over the common denominator is.  What is not decided here
(functions, denominators with roots, a zero in a denominator) is left to ``rational_form``, which says why.
"""

from __future__ import annotations

from math import comb

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import Expr, Pow, Symbol

from theorem_audit.exact.rationals import to_flint

WORK = 200_000  # products of terms in one product: beyond, it is left to ``rational_form``
Quotient = tuple[fmpq_mpoly, fmpq_mpoly]


class Left(Exception):
    """It is not decided here."""


def vanishes(expr: Expr) -> bool | None:
    """Whether ``expr`` is identically zero; None where that is not decided here.

    True also where it is zero for every choice of the roots' signs; False only where there is no root.
    """
    ring = _Ring(expr)
    try:
        top, _ = ring.quotient(expr)
        zero = not ring.reduced(top)
    except Left:
        return None
    return True if zero else None if ring.roots else False


class _Ring:
    """The polynomials in an expression's symbols, and in a further one for each of its square roots.

    A root r has r^2 = its radicand, a quotient whose denominator has no roots.  So numerators stand in a free
    module over QQ(symbols), in which to multiply by a denominator without roots takes nothing to zero that is
    not zero.
    """

    def __init__(self, expr: Expr) -> None:
        symbols = [x for x in expr.free_symbols if isinstance(x, Symbol) and x.is_commutative]
        roots = sum(_is_root(x) for x in expr.atoms(Pow))
        self.ring = fmpq_mpoly_ctx.get([f"x{k}" for k in range(max(1, len(symbols) + roots))])
        gens = self.ring.gens()
        self.one = self.ring.constant(1)
        self.known: dict[Expr, Quotient] = {
            x: (gen, self.one) for x, gen in zip(symbols, gens, strict=False)
        }
        self.free = [*enumerate(gens)][len(symbols) :]
        # each with its place among the generators, and what its square is
        self.roots: list[tuple[fmpq_mpoly, int, Quotient]] = []

    def quotient(self, expr: Expr) -> Quotient:
        """Numerator and denominator, which is not zero and has no roots."""
        if (found := self.known.get(expr)) is None:
            found = self.known[expr] = self._quotient(expr)
        return found

    def _quotient(self, expr: Expr) -> Quotient:
        if expr.is_Rational:
            return self.ring.constant(to_flint(expr)), self.one
        if expr.is_Add:
            return self._sum([self.quotient(x) for x in expr.args])
        if expr.is_Mul:
            top, bottom = self.one, self.one
            for more, under in map(self.quotient, expr.args):
                top, bottom = _times(top, more), _times(bottom, under)
            return top, bottom
        if isinstance(expr, Pow) and expr.exp.is_Rational and expr.exp.q in (1, 2):
            base = self.quotient(expr.base)
            return self._power(self._root(base) if _is_root(expr) else base, int(expr.exp.p))
        raise Left

    def _sum(self, parts: list[Quotient]) -> Quotient:
        by_bottom: list[Quotient] = []
        for top, bottom in parts:
            for k, (more, under) in enumerate(by_bottom):
                if under == bottom:
                    by_bottom[k] = more + top, under
                    break
            else:
                by_bottom.append((top, bottom))
        top, bottom = by_bottom[0]
        for more, under in by_bottom[1:]:
            if len(bottom) * len(under) > WORK:
                raise Left
            common = bottom.gcd(under)
            mine, theirs = bottom / common, under / common
            top = _times(top, theirs) + _times(more, mine)
            bottom = _times(bottom, theirs)
        return top, bottom

    def _power(self, base: Quotient, exponent: int) -> Quotient:
        top, bottom = base if exponent >= 0 else self._inverse(base)
        return _raised(top, abs(exponent)), _raised(bottom, abs(exponent))

    def _inverse(self, of: Quotient) -> Quotient:
        top, bottom = of
        for gen, _, (inside, under) in self.roots:
            if top == gen:  # 1/r = r / r^2
                top, bottom = inside, gen * under * bottom
                break
        if not top or self._has_roots(top):
            raise Left
        return bottom, top

    def _root(self, of: Quotient) -> Quotient:
        """The generator whose square it is: the same one for the same quotient."""
        top, bottom = of
        for gen, _, (inside, under) in self.roots:
            if top * under == inside * bottom:
                return gen, self.one
        place, gen = self.free.pop()
        self.roots.append((gen, place, of))
        return gen, self.one

    def _has_roots(self, poly: fmpq_mpoly) -> bool:
        degrees = poly.degrees()
        return any(degrees[place] for _, place, _ in self.roots)

    def reduced(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """Zero where the polynomial is, once r^2 is put in for each root: times denominators, which are not.

        The last root first: what it is the root of may have the earlier ones in it.
        """
        for gen, place, (inside, under) in reversed(self.roots):
            half = poly.degrees()[place] // 2 if poly else 0
            if not half:
                continue
            terms: dict[int, dict[tuple[int, ...], fmpq]] = {}
            for exponents, value in poly.to_dict().items():
                rest = (*exponents[:place], 0, *exponents[place + 1 :])
                terms.setdefault(exponents[place], {})[rest] = value
            poly = self.ring.constant(0)
            for power, part in terms.items():
                squares, left = divmod(power, 2)
                factor = _times(_raised(inside, squares), _raised(under, half - squares))
                poly += _times(self.ring.from_dict(part), factor * gen**left)
        return poly


def _times(one: fmpq_mpoly, other: fmpq_mpoly) -> fmpq_mpoly:
    if len(one) * len(other) > WORK:
        raise Left
    return one * other


def _raised(poly: fmpq_mpoly, power: int) -> fmpq_mpoly:
    """The power, where its terms are few: comb(terms - 1 + power, power) at most."""
    if len(poly) > 1 and comb(len(poly) - 1 + power, power) > WORK:
        raise Left
    return poly**power


def _is_root(x: Pow) -> bool:
    return bool(x.exp.is_Rational and x.exp.q == 2)


__all__ = ["Left", "vanishes"]
