"""Whether a sign or a condition follows from a region: proved exactly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations, product

from sympy import And, Dummy, Expr, Or, Poly, Symbol, factor_list, false, true
from sympy.core.relational import Ge, Gt, Lt
from sympy.logic.boolalg import Boolean

from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import Box, box_of
from theorem_audit.exact.zero import difference, prove_nonnegative, rational_form, relations

MAX_CELLS = 64
Conditions = tuple[Boolean, ...]
# The same conditions and polynomials are asked for by every variant of a claim.
asked = lru_cache(maxsize=20_000)


def nonnegative(expr: Expr, region: Boolean, *, depth: int = 9) -> bool:
    """Whether ``expr >= 0`` on ``region`` is proved here; False when it is not, for any reason.

    depth: how often a polynomial is split into its coefficients.
    """
    if expr.is_Rational:
        return bool(expr >= 0)
    conditions = tuple(c for c in relations(region) if hasattr(c, "gts") and _linear(c))
    try:
        top, under = rational_form(expr)
        poly = (top * under).as_expr().expand()
        if poly.is_Rational:
            return bool(poly >= 0)
        return _nonnegative_polynomial(poly, conditions, depth)
    except (Undecided, Refuted, ValueError, TypeError, ZeroDivisionError):
        return False
    except (
        Exception
    ) as error:  # SymPy: polynomials it cannot build (algebraic numbers and the like)
        if type(error).__module__.startswith("sympy"):
            return False
        raise


def _nonnegative_polynomial(poly: Expr, conditions: Conditions, depth: int) -> bool:
    """Each factor of odd multiplicity has a sign, or the coefficients in some symbol >= 0 are >= 0."""
    constant, factors = factor_list(poly)
    sign = 1 if constant > 0 else -1
    for factor, power in factors:
        if power % 2 == 0 or _settled(factor, conditions):
            continue
        if not _settled(-factor, conditions):
            break
        sign = -sign
    else:
        if sign > 0:
            return True
    for symbol in sorted(poly.free_symbols, key=str) if depth else ():
        if _settled(symbol, conditions):
            parts = Poly(poly, symbol).all_coeffs()
            if all(_nonnegative_polynomial(c, conditions, depth - 1) for c in parts if c != 0):
                return True
    return False


@asked
def _settled(poly: Expr, conditions: Conditions) -> bool:
    """A condition says it, or shifting to a corner, or a certificate."""
    if poly.is_Rational:
        return bool(poly >= 0)
    if any((difference(c) - poly).expand() == 0 for c in conditions):
        return True
    if _by_shift(poly, conditions):
        return True
    box = _box(poly, conditions) or _box(poly, conditions + consequences(conditions))
    if box is None:
        return False
    try:
        prove_nonnegative(poly, box, max_cells=MAX_CELLS)
    except (Refuted, Undecided):
        return False
    return True


def part_by_part(condition: Boolean, one: Callable[[Boolean], bool]) -> bool:
    """Whether a condition is shown part by part: of a conjunction each, of alternatives one; one: whether what
    is neither is shown.
    """
    if condition in (true, false):
        return condition is true
    if isinstance(condition, And):
        return all(part_by_part(x, one) for x in condition.args)
    if isinstance(condition, Or):
        return any(part_by_part(x, one) for x in condition.args)
    return one(condition)


@asked
def consequences(conditions: Conditions) -> Conditions:
    """Sums of two conditions in which a symbol cancels: S >= 0 and r2 - S >= 0 give r2 >= 0."""
    found = []
    for one, two in combinations(conditions, 2):
        for symbol in sorted(one.free_symbols & two.free_symbols, key=str):
            if _lead(one, symbol) and _lead(two, symbol):
                left, right = (Poly(difference(c), symbol) for c in (one, two))
                if left.LC() * right.LC() < 0:
                    total = (left / abs(left.LC()) + right / abs(right.LC())).as_expr().expand()
                    if total.free_symbols and isinstance(new := Ge(total, 0), Ge):
                        found.append(new)
    return tuple(found)


def _box(poly: Expr, parts: Conditions) -> Box | None:
    """A triangular box for the symbols of ``poly``, when the conditions give one."""
    wanted, order = set(poly.free_symbols), list[Symbol]()
    symbols = sorted(set().union(*(c.free_symbols for c in parts), wanted), key=str)
    while not wanted <= set(order):
        for symbol in symbols:
            known = {*order, symbol}
            signs = {
                bool(Poly(difference(c), symbol).LC() > 0)
                for c in parts
                if symbol in c.free_symbols and c.free_symbols <= known and _lead(c, symbol)
            }
            if symbol not in order and len(signs) == 2:
                order.append(symbol)
                break
        else:
            return None
    usable = [c for c in parts if c.free_symbols <= set(order) and _lead_last(c, order)]
    try:
        return box_of(And(*usable), order)
    except Undecided:
        return None


def implied(condition: Boolean, region: Boolean) -> bool:
    """Whether ``condition``, an inequality, is proved to hold on ``region``."""
    if condition in relations(region):
        return True
    if not hasattr(condition, "gts"):
        return False
    gap = difference(condition)
    if not isinstance(condition, Gt | Lt):
        return nonnegative(gap, region)
    strict = [difference(c) for c in relations(region) if isinstance(c, Gt | Lt)]
    return any(nonnegative(gap - c, region) for c in strict)


@asked
def _linear(condition: Boolean) -> bool:
    gap = difference(condition)
    return bool(gap.is_polynomial(*gap.free_symbols)) and all(
        number.is_Rational for number in Poly(gap, *gap.free_symbols).coeffs()
    )


@asked
def _lead(condition: Boolean, symbol: Symbol) -> bool:
    poly = Poly(difference(condition), symbol)
    return poly.degree() == 1 and bool(poly.LC().is_Rational)


def _lead_last(condition: Boolean, order: list[Symbol]) -> bool:
    return _lead(condition, max(condition.free_symbols, key=order.index))


def _by_shift(poly: Expr, conditions: Conditions) -> bool:
    """Non-negative coefficients after moving a constant bound of each symbol to zero."""
    shifts = _shifts(conditions)
    symbols = sorted(poly.free_symbols, key=str)
    if not set(symbols) <= set(shifts):
        return False
    for choice in product(*(shifts[x] for x in symbols)):
        moved = poly.subs(dict(zip(symbols, choice, strict=True)), simultaneous=True).expand()
        gens = sorted(moved.free_symbols, key=str) or [Symbol("_")]
        if all(value >= 0 for value in Poly(moved, *gens).coeffs()):
            return True
    return False


@asked
def _shifts(conditions: Conditions) -> dict[Symbol, list[Expr]]:
    """For each symbol with constant bounds: the symbol in terms of its distance from each of them."""
    shifts: dict[Symbol, list[Expr]] = {}
    for condition in conditions:
        gap = difference(condition)
        if len(gap.free_symbols) == 1:
            (symbol,) = gap.free_symbols
            if _lead(condition, symbol):
                poly = Poly(gap, symbol)
                end = -poly.TC() / poly.LC()  # of an integer it may lie between two
                shifts.setdefault(symbol, []).append(end + (1 if poly.LC() > 0 else -1) * Dummy())
    return shifts
