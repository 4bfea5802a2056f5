"""One condition between symbols, compiled for exact evaluation at many points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import isqrt, lcm
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from flint import arb, fmpq
from mpmath.libmp import NoConvergence
from sympy import Expr, Poly, Rational, Symbol, nan, numer, together, true
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.rationals import to_sympy
from theorem_audit.exact.sizes import LARGEST, TooLarge, fits, short
from theorem_audit.exact.zero import rational_form

_OPERATORS = {Ge: ge, Gt: gt, Le: le, Lt: lt, Eq: eq, Ne: ne}

MOST_ROOTS = 64  # of a polynomial whose roots are looked for


class Condition:
    """One inequality or equation ``top/under (relation) 0``, compiled for exact evaluation."""

    def __init__(self, relation: Relational) -> None:
        self.relation = relation
        self.symbols = sorted(relation.free_symbols, key=str)
        self.names = frozenset(self.symbols)
        self._sides = tuple((side, sorted(side.free_symbols, key=str)) for side in relation.args)
        self._known: dict[tuple[Any, ...], Expr] = {}
        self._ends: dict[tuple[Any, ...], list[fmpq]] = {}
        self._degrees: dict[Symbol, int] = {}
        self._polynomial: dict[Symbol, bool] = {}
        if type(relation) not in _OPERATORS:
            raise TypeError(f"{relation} is no comparison, and no point can be asked for it")
        self.func = _OPERATORS[type(relation)]
        try:
            self.top, under = rational_form(relation.lhs - relation.rhs)
            if max(*self.top.degree_list(), *under.degree_list()) > LARGEST:
                raise TooLarge(f"{relation}: a power that is not worked out")
        except Undecided:
            self.values = None  # square roots and the like: slowly, by SymPy
            return
        if not self.top.free_symbols | under.free_symbols <= set(self.symbols):
            self.values = None  # square roots of numbers, likewise
            return
        self.values = _compiled(self.symbols, (self.top, under))

    def gap(self, value: Mapping[Symbol, fmpq]) -> fmpq | None:
        """A number with the sign of left - right; None where that is undefined."""
        assert self.values is not None
        top, under = self.values(*[value[x] for x in self.symbols])
        return None if under == 0 else fmpq(top) * under

    def holds(self, value: Mapping[Symbol, fmpq]) -> bool:
        """Whether it holds at a point, exactly."""
        if self.values is None:
            if (sure := self._surely(value)) is not None:
                return sure
            if not fits(self.relation, {x: to_sympy(value[x]) for x in self.symbols}):
                return False  # what is not worked out is no instance
            sides = [self._side(k, value) for k in (0, 1)]
            if any(side is nan or side.is_extended_real is False for side in sides):
                return False  # log(-1) != 2 says nothing, as sqrt(-1) = sqrt(-1) does
            try:
                return self.relation.func(*sides) is true
            except TypeError:  # SymPy does not compare with infinity
                return False
        gap = self.gap(value)
        return gap is not None and bool(self.func(gap, 0))

    def _surely(self, value: Mapping[Symbol, fmpq]) -> bool | None:
        """What ball arithmetic says of an inequality at a point; None where it cannot tell."""
        if self.func in (eq, ne):
            return None
        at = {x: arb(value[x]) for x in self.symbols}
        try:
            left, right = (enclose(side, at) for side in self.relation.args)
        except (Undecided, ZeroDivisionError):
            return None
        above, below = (
            left > right,
            left < right,
        )  # both false where the balls meet, or are no numbers
        return bool(self.func(1 if above else -1, 0)) if above or below else None

    def _side(self, k: int, value: Mapping[Symbol, fmpq]) -> Expr:
        """One side at a point; each is worked out once for the values that it depends on."""
        side, symbols = self._sides[k]
        key = (k, *(value[x] for x in symbols))
        if key not in self._known:
            self._known[key] = side.subs({x: to_sympy(value[x]) for x in symbols})
        return self._known[key]

    def degree(self, x: Symbol) -> int:
        """Degree of an equation in ``x``; 99 where that makes no sense."""
        if x not in self._degrees:
            sensible = self.values is not None and x in self.top.gens
            self._degrees[x] = int(self.top.degree(x)) if sensible else 99
        return self._degrees[x]

    def solved_for(self, x: Symbol) -> bool:
        """Whether ``roots`` knows the form that it has in ``x``."""
        return self.degree(x) <= 2 and self._polynomial_in(x)

    def roots(self, x: Symbol, value: Mapping[Symbol, fmpq]) -> Iterator[fmpq]:
        """Rational solutions of left = right for ``x``, of degree at most 2 in it."""
        if not self.solved_for(x):
            return
        zero, one, minus = (self.gap({**value, x: fmpq(k)}) for k in (0, 1, -1))
        if zero is None or one is None or minus is None:
            return
        linear, square = (one - minus) / 2, (one + minus) / 2 - zero
        if square == 0:
            if linear != 0:
                yield -zero / linear
            return
        inside = linear**2 - 4 * square * zero
        if inside >= 0:
            root = fmpq(isqrt(int(inside.p)), isqrt(int(inside.q)))
            if root**2 == inside:
                yield from ((-linear + root) / (2 * square), (-linear - root) / (2 * square))

    def ends(self, x: Symbol, value: Mapping[Symbol, fmpq]) -> list[fmpq]:
        """Where left = right, close to it: real roots in ``x`` of any degree, as fractions."""
        key = (x, *(value[y] for y in self.symbols if y != x))
        if key not in self._ends:
            self._ends[key] = self._close_to(x, value)
        return self._ends[key]

    def _close_to(self, x: Symbol, value: Mapping[Symbol, fmpq]) -> list[fmpq]:
        others = {y: to_sympy(value[y]) for y in self.symbols if y != x}
        gap = self.relation.lhs - self.relation.rhs
        if not fits(gap, others):
            return []
        try:
            gap = gap.subs(others, simultaneous=True)
            if not short(gap) or (form := Poly(numer(together(gap)), x)).degree() > MOST_ROOTS:
                return []
            roots = form.nroots(n=30, maxsteps=100)
        except (BasePolynomialError, NoConvergence, ValueError, TypeError, ZeroDivisionError):
            return []
        return [_decimal(str(root)) for root in roots if root.is_real]

    def _polynomial_in(self, x: Symbol) -> bool:
        if x not in self._polynomial:
            gap = self.relation.lhs - self.relation.rhs
            self._polynomial[x] = bool(gap.is_polynomial(x))
        return self._polynomial[x]


condition_of = cache(Condition)  # most conditions are those of many claims


def _compiled(symbols: Sequence[Symbol], polys: Iterable[Poly]) -> Callable[..., tuple[Any, ...]]:
    """The polynomials as one function of the symbols' values, with integer coefficients: each is scaled."""
    names = {x: f"x{k}" for k, x in enumerate(symbols)}
    sums = []
    for poly in polys:
        scale = lcm(*(int(Rational(c).q) for c in poly.coeffs()), 1)
        sums.append(
            " + ".join(
                "*".join(
                    [f"({int(c * scale)})"]
                    + [f"{names[x]}**{k}" if k > 1 else names[x]
                       for x, k in zip(poly.gens, powers, strict=True) if k]
                )
                for powers, c in poly.terms()
            )
        )  # fmt: skip
    code = f"lambda {', '.join(names.values())}: ({', '.join(sums)},)"
    found: Callable[..., tuple[Any, ...]] = eval(code, {})  # made of integers and x0, x1, ...
    return found


def _decimal(text: str) -> fmpq:
    """The number that is written there."""
    return fmpq(*Fraction(text).as_integer_ratio())


__all__ = ["MOST_ROOTS", "Condition", "condition_of"]
