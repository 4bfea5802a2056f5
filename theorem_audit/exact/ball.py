"""Non-polynomial inequalities by ball arithmetic (python-flint's ``arb``).

Every number is an interval that surely holds the true value, so a positive lower end is a proof.
Ball arithmetic cannot settle an inequality at a point of equality: factor the zero out first.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

import flint
import sympy
from sympy import E, Expr, Pow, Symbol, log, pi, sympify

from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.decided import tell
from theorem_audit.exact.integers import BETWEEN, next_to
from theorem_audit.exact.rationals import ratio_to_flint, to_flint, to_fraction

# Functions of one real number that FLINT knows by SymPy's name for them, on the same branch; beyond where
# one is real its ball is no number.  SymPy's acot jumps at 0, and is not among them.
BALLS: dict[type, str] = {
    getattr(sympy, name): name
    for name in (
        "exp", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "asin", "acos", "atan",
        "asinh", "acosh", "atanh", "erf", "erfc",
    )
}  # fmt: skip
PRECISION = 128
MAX_CELLS = 20_000


def enclose(expr: Expr, values: Mapping[Symbol, flint.arb]) -> flint.arb:
    """An interval that contains ``expr`` for all symbol values in the given intervals.

    Known: +, *, powers, log, the absolute value, maxima, minima, the functions of ``BALLS``,
    J_n of a whole order, pi and E.
    Raises Undecided otherwise.
    """
    if expr.is_Symbol:
        return values[expr]
    if expr.is_Rational:
        return flint.arb(to_flint(expr))
    if expr is pi:
        return flint.arb.pi()
    if expr is E:
        return flint.arb(1).exp()
    if not _known(expr):  # asked first: what stands within may have symbols of its own
        raise Undecided(f"{expr.func.__name__} has no interval version here")
    args = [enclose(arg, values) for arg in expr.args]
    if expr.is_Add:
        return sum(args[1:], args[0])
    if expr.is_Mul:
        return prod(args[1:], start=args[0])
    if isinstance(expr, Pow):
        base, exponent = args
        if expr.exp.is_Integer:
            return base ** int(expr.exp)
        if expr.exp.is_Rational and expr.exp.q == 2:
            return base.sqrt() ** int(expr.exp.p)
        return (exponent * base.log()).exp()
    if isinstance(expr, sympy.Max | sympy.Min):
        return reduce(flint.arb.max if isinstance(expr, sympy.Max) else flint.arb.min, args)
    if isinstance(expr, sympy.Abs):
        return abs(args[0])
    if isinstance(expr, sympy.besselj):
        return args[1].bessel_j(args[0])
    return args[0].log() if isinstance(expr, log) else getattr(args[0], BALLS[type(expr)])()


def _known(expr: Expr) -> bool:
    """Whether its kind has an interval version; a logarithm that is not evaluated may have a base."""
    if isinstance(expr, log):
        return len(expr.args) == 1
    if isinstance(expr, sympy.besselj):
        return bool(expr.order.is_Integer)
    return type(expr) in BALLS or isinstance(
        expr, sympy.Add | sympy.Mul | Pow | sympy.Abs | sympy.Max | sympy.Min
    )


def _interval(low: Fraction, high: Fraction) -> flint.arb:
    ends = [flint.arb(ratio_to_flint(x)) for x in (low, high)]
    return ends[0].union(ends[1])


def prove_positive(
    expr: Expr, box: Mapping[Symbol, tuple[Any, Any]], *, max_cells: int = MAX_CELLS
) -> int:
    """Prove ``expr > 0`` on a box with rational bounds; returns the number of cells used.

    Raises Refuted with a point where ``expr < 0`` surely, Undecided when a cell is not settled.
    """
    symbols = list(box)
    start = []
    for x in symbols:
        ends = [sympify(end) for end in box[x]]
        if not all(end.is_Rational for end in ends) or ends[0] > ends[1]:
            raise ValueError(f"box[{x}]={box[x]}: rationals with low <= high are needed")
        start.append(tuple(to_fraction(end) for end in ends))
    old = flint.ctx.prec
    flint.ctx.prec = PRECISION
    try:
        cells = _prove(sympify(expr), symbols, start, max_cells)
        tell("ball", (sympify(expr), dict(box)))
        return cells
    finally:
        flint.ctx.prec = old


def _prove(expr: Expr, symbols: list[Symbol], start: list[Any], max_cells: int) -> int:
    pending, cells, between, ends_of = [start], 0, 0, dict(zip(symbols, start, strict=True))
    while pending:
        cell = pending.pop()
        cells += 1
        if cells > max_cells:
            raise Undecided(f"{expr} > 0: no decision within {max_cells} cells")
        balls = {x: _interval(*ends) for x, ends in zip(symbols, cell, strict=True)}
        if enclose(expr, balls) > 0:
            continue
        middle = [(low + high) / 2 for low, high in cell]
        at = dict(zip(symbols, middle, strict=True))
        if _at(expr, at) < 0:
            for where in next_to(at):
                inside = all(low <= where[x] <= high for x, (low, high) in ends_of.items())
                if inside and (value := _at(expr, where)) < 0:
                    raise Refuted(f"{expr} in {value} < 0 at {where}", where)
            between += 1
            if between > BETWEEN:
                raise Undecided(f"{expr} > 0: negative between integers, as at {middle}")
        widest = max(range(len(cell)), key=lambda k: cell[k][1] - cell[k][0])
        low, high = cell[widest]
        if high == low:
            raise Undecided(f"{expr} > 0: not settled at the point {middle}")
        for half in ((low, middle[widest]), (middle[widest], high)):
            pending.append([half if k == widest else ends for k, ends in enumerate(cell)])
    return cells


def _at(expr: Expr, point: Mapping[Symbol, Fraction]) -> flint.arb:
    return enclose(expr, {x: _interval(value, value) for x, value in point.items()})
