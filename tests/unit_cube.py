"""Regions bounded by rational functions, and unbounded ones, as images of the unit cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sympy import Expr, Poly, Rational, Symbol, expand, fraction
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from tests.forms import cancel, factor
from theorem_audit import expect_nonnegative
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.zero import difference, relations

Chart = dict[Symbol, Expr]


def _units(expr: Expr) -> dict[Symbol, tuple[int, int]]:
    return {x: (0, 1) for x in sorted(expr.free_symbols, key=str)}


def _sign_on_cube(expr: Expr) -> int:
    """The sign that a polynomial keeps on the open unit cube, proved; 0 for the zero polynomial."""
    expr = expand(expr)
    if not expr.free_symbols:
        return int(bool(expr > 0)) - int(bool(expr < 0))
    middle = expr.subs({x: Rational(1, 3) for x in expr.free_symbols})
    sign = 1 if middle > 0 else -1
    expect_nonnegative(sign * expr, _units(expr), f"sign of {expr}")
    return sign


def cube_chart(region: Boolean, order: Sequence[Symbol]) -> Chart:
    """Each symbol as a rational function of u_0, u_1, ... in [0, 1), onto the closed region.

    Every condition must be of degree 1 in the last of its symbols (in ``order``).  A symbol
    without an upper bound is low + u/(1-u).  Raises Undecided for anything else.
    """
    chart: Chart = {}
    for index, symbol in enumerate(order):
        unit = Symbol(f"u{index}", real=True)
        bounds: dict[int, list[Expr]] = {1: [], -1: []}
        for condition in relations(region):
            if not isinstance(condition, Relational):
                raise Undecided(f"{condition} is no inequality")
            gap = difference(condition)
            if not gap.free_symbols or max(gap.free_symbols, key=order.index) != symbol:
                continue
            poly = Poly(gap, symbol)
            if poly.degree() != 1:
                raise Undecided(f"{condition} is not of degree 1 in {symbol}")
            top, bottom = fraction(factor(poly.LC().subs(chart)))
            sign = _sign_on_cube(top) * _sign_on_cube(bottom)
            bounds[sign].append(factor((-poly.TC() / poly.LC()).subs(chart)))
        if not bounds[1]:
            raise Undecided(f"the region has no low bound for {symbol}")
        low = _tightest(bounds[1], 1)
        width = _tightest(bounds[-1], -1) - low if bounds[-1] else 1 / (1 - unit)
        chart[symbol] = factor(low + unit * width)
    return chart


def _tightest(bounds: Sequence[Expr], side: int) -> Expr:
    """The largest low bound (side 1) or smallest high bound (side -1), proved to be so."""
    for candidate in bounds:
        gaps = [fraction(factor(side * (candidate - other))) for other in bounds]
        try:
            if all(_sign_on_cube(top) * _sign_on_cube(bottom) >= 0 for top, bottom in gaps):
                return candidate
        except Refuted:
            continue
    raise Undecided(f"the bounds {bounds} cross")


def expect_on_cube(
    gap: Expr, chart: Mapping[Symbol, Expr], message: str, factors: Sequence[Expr] = ()
) -> Certificate:
    """Certify ``gap >= 0`` on the image of the cube.

    factors: not constant and known to be >= 0 there; divided out as often as they divide.
    """
    top, bottom = _on_cube(gap, tuple(chart.items()), tuple(factors))
    sign = _sign_on_cube(bottom)
    top = expand(sign * top)
    return expect_nonnegative(top, _units(top) or {Symbol("u0", real=True): (0, 1)}, message)


@cache
def _on_cube(
    gap: Expr, chart: tuple[tuple[Symbol, Expr], ...], factors: tuple[Expr, ...]
) -> tuple[Expr, Expr]:
    """Numerator and denominator of the gap, without the factors, in the cube's coordinates."""
    symbols = sorted(gap.free_symbols, key=str)
    poly = Poly(gap, *symbols)
    for known in factors:
        if not known.free_symbols <= set(symbols):
            continue
        divisor = Poly(known, *symbols)
        while not poly.is_zero and poly.rem(divisor).is_zero:
            poly = poly.quo(divisor)
    top, bottom = fraction(cancel(poly.as_expr().subs(dict(chart), simultaneous=True)))
    return top, bottom
