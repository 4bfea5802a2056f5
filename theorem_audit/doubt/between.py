"""A zero between two points of a region: where a denominator is more than 0 at one and less at another.

The search for instances tries rational numbers, and x^2 + y^2 = 3 has no rational solution.  But a continuous
function with both signs has a zero on the way, and where the way lies in the region it is a zero in the region.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise, takewhile

import flint
from sympy import Dummy, Expr, Integer, Mul, Poly, Rational, Symbol, factor_list, factor_terms
from sympy.core.relational import Eq, Gt, Lt, Ne, Relational
from sympy.logic.boolalg import And, Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.implication import part_by_part
from theorem_audit.doubt.instances import NODES, Instance, find
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.rationals import to_flint
from theorem_audit.exact.sizes import FACTORED, TooLarge
from theorem_audit.exact.zero import difference, prove_nonnegative, rational_form

HALVES = 40  # of the way, until the zero is shown
CELLS = 64  # of the way, on each of which what is no polynomial has a value
T = Dummy("t", real=True)

Point = Mapping[Symbol, Expr]


def zero_between(value: Expr, region: Boolean) -> Instance | None:
    """A zero of ``value`` in the region, its coordinates as the digits they begin with; None: none is found."""
    for factor in _factors(value):
        if factor.free_symbols and factor.free_symbols <= region.free_symbols:
            ends = _ends(factor, region)
            if ends is not None:
                return _shown(factor, *ends)
    return None


def _factors(value: Expr) -> list[Expr]:
    """The factors of a numerator: a square has no sign that changes, and what is squared has one."""
    try:
        top, _ = rational_form(value)
        if top.total_degree() > FACTORED:
            raise TooLarge(f"{value}: more factors than are looked for")
    except (Undecided, TypeError, ValueError, ZeroDivisionError, BasePolynomialError):
        powers = (x.as_base_exp() for x in Mul.make_args(factor_terms(value)))
        return [base if exp.is_positive else base**exp for base, exp in powers]
    if not top.free_symbols <= value.free_symbols:  # a root of a number is a symbol there
        return [value]
    return [x for x, _ in factor_list(top.as_expr())[1]]


def _ends(value: Expr, region: Boolean) -> tuple[Point, Point] | None:
    """Two points of the region with both signs, the way between them in the region, and no gap on it."""
    if (one := find(And(region, Gt(value, 0)), max_nodes=NODES)) is None:
        return None
    moved = [x for x in sorted(value.free_symbols, key=str) if not x.is_integer]
    choices = [[x] for x in moved] + ([[*moved]] if len(moved) > 1 else [])
    for free in [*choices, [x for x in one if not x.is_integer]]:
        fixed = {x: v for x, v in one.items() if x not in free}  # rational, as it was found so
        two = find(And(region, Lt(value, 0)), fixed, max_nodes=NODES)
        if two is not None and _within(region, one, two) and _continuous(value, one, two):
            return one, two
    return None


def _way(one: Point, two: Point) -> dict[Symbol, Expr]:
    return {x: one[x] + T * (two[x] - one[x]) for x in one}


def _within(region: Boolean, one: Point, two: Point) -> bool:
    """Whether the way between two points of the region is shown to lie in it."""
    way = _way(one, two)
    return part_by_part(region, lambda x: _holds(x, way))


def _holds(condition: Boolean, way: Mapping[Symbol, Expr]) -> bool:
    if not isinstance(condition, Relational):
        return False
    unequal = isinstance(condition, Ne)
    gap = condition.lhs - condition.rhs if unequal else difference(condition)
    gap = gap.subs(dict(way), simultaneous=True).expand()
    if not gap.is_polynomial(T):
        return False
    if isinstance(condition, Eq):
        return bool(gap == 0)
    signs = [gap.subs(T, end) for end in (0, 1)]
    if unequal and not signs[0] > 0:
        gap, signs = -gap, [-x for x in signs]
    strict = unequal or isinstance(condition, Gt | Lt)
    if not all(x > 0 if strict else x >= 0 for x in signs):
        return False
    if Poly(gap, T).degree() <= 1:
        return True
    try:
        prove_nonnegative(gap - min(signs) / 100 if strict else gap, {T: (Integer(0), Integer(1))})
    except (Refuted, Undecided):
        return False
    return True


def _continuous(value: Expr, one: Point, two: Point) -> bool:
    """Whether the value is a polynomial, or has one in balls on each part of the way: no pole lies on it."""
    if value.is_polynomial(*value.free_symbols):
        return True
    along = value.subs(_way(one, two), simultaneous=True)
    ends = [flint.arb(flint.fmpq(k, CELLS)) for k in range(CELLS + 1)]
    try:
        return all(enclose(along, {T: low.union(high)}).is_finite() for low, high in pairwise(ends))
    except (Undecided, ZeroDivisionError, KeyError):
        return False


def _shown(value: Expr, one: Point, two: Point) -> Instance:
    """Where the zero is, by halves of the way."""
    way = _way(one, two)
    sign = _sign(value.subs(way, simultaneous=True))
    low, high = Rational(0), Rational(1)
    for _ in range(HALVES):
        middle = (low + high) / 2
        if (side := sign(middle)) is None:
            break
        low, high = (middle if side >= 0 else low), (middle if side <= 0 else high)
    return {x: _digits(line.subs(T, low), line.subs(T, high)) for x, line in way.items()}


def _sign(along: Expr) -> Callable[[Rational], int | None]:
    """The sign of the value at a part of the way; None where balls do not tell it from 0."""

    def exactly(at: Rational) -> int | None:
        found = along.subs(T, at)
        return bool(found > 0) - bool(found < 0)

    def by_balls(at: Rational) -> int | None:
        found = enclose(along, {T: flint.arb(to_flint(at))})
        return bool(found > 0) - bool(found < 0) or None

    return exactly if along.is_polynomial(T) else by_balls


def _digits(low: Expr, high: Expr) -> Expr:
    """The digits with which all numbers between two begin, as a symbol; the number, where both are one."""
    if low == high:
        return low
    same = takewhile(
        lambda pair: len({*pair}) == 1, zip(_decimals(low), _decimals(high), strict=False)
    )
    return Symbol(f"{''.join(digit for digit, _ in same)}...")


def _decimals(value: Expr) -> str:
    """The number to ten decimals, cut off."""
    whole, rest = divmod(int(abs(value) * 10**10), 10**10)
    return f"{'-' if value < 0 else ''}{whole}.{rest:010}"


__all__ = ["zero_between"]
