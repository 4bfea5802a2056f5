"""Which variants are no wrong ones: equal to the original, or merely weaker than it.

Both are decided exactly, by normal form and by the prover, or not at all: a variant that cannot be
recognised stays a wrong one and must be caught.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, cycle, permutations, product

from sympy import (
    Add,
    And,
    Dummy,
    Expr,
    Integer,
    Or,
    Poly,
    Pow,
    Rational,
    Symbol,
    exp,
    factor_list,
    solve,
)
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean

from audit import instances
from theory.bernstein import Refuted, Undecided
from theory.exact import difference, prove_nonnegative, rational_form, relations
from theory.region import Box, box_of

EQUAL, WEAKER, DIFFERENT = "equal", "weaker", "different"
MAX_CELLS = 64
MAX_TERMS = 40  # larger polynomials are left to the thorough comparison
_VALUES = tuple(Rational(*x) for x in ((1, 2), (2, 3), (3, 4), (1, 3), (2, 5), (3, 5), (1, 7)))
# new >= c old, c >= 0 makes the variant weaker; c is a number or a symbol that is >= 0 there.
_SCALES = (Rational(1), Rational(1001, 1000), Rational(999, 1000), Rational(2), Rational(1, 2))


def compare(original: Boolean, variant: Boolean, region: Boolean, *, thorough: bool = True) -> str:
    """How ``variant`` stands to ``original``, two relations, on ``region``.

    thorough: also where that means long proofs; without it those end in ``different``.

    Returns ``equal`` (the same statement), ``weaker`` (implied by the original) or ``different``.
    """
    if original == variant:
        return EQUAL
    if not isinstance(original, Relational) or not isinstance(variant, Relational):
        return DIFFERENT
    if isinstance(original, Eq) != isinstance(variant, Eq):
        return DIFFERENT
    if not isinstance(original, Eq) and not (hasattr(original, "gts") and hasattr(variant, "gts")):
        return DIFFERENT
    if separated(original, variant, region):
        return DIFFERENT
    table: dict[Expr, Symbol] = {}
    try:
        old, new = _frozen(difference(original), table), _frozen(difference(variant), table)
        ratios = [_constant_ratio(new.subs(b), old.subs(b)) for b in branches(region)]
    except (Undecided, ZeroDivisionError, TypeError):
        return DIFFERENT
    if isinstance(original, Eq):
        return EQUAL if all(ratio not in (None, 0) for ratio in ratios) else DIFFERENT
    stricter = isinstance(variant, Gt | Lt) and not isinstance(original, Gt | Lt)
    if all(ratio is not None and ratio > 0 for ratio in ratios):
        if stricter:
            return DIFFERENT
        return EQUAL if type(variant) in _kin(original) else WEAKER
    if stricter:
        return DIFFERENT
    factors = [*_SCALES, *_factors(old.free_symbols | new.free_symbols, variant, region)]
    known = And(region, *_known(table, region))
    gaps = ((new - c * old).expand() for c in factors)
    small = (g for g in gaps if thorough or len(Add.make_args(g)) <= MAX_TERMS)
    depth = 9 if thorough else 1
    return WEAKER if any(nonnegative(gap, known, depth=depth) for gap in small) else DIFFERENT


@cache
def _points(region: Boolean) -> tuple[dict[Symbol, Expr], ...]:
    """A few exact points of ``region``: one inside, those at its edges."""
    found = instances.find(region)
    if found is None:
        return ()
    return (found, *(dict(edge.instance) for edge in instances.edges(region)))


def separated(original: Boolean, variant: Boolean, region: Boolean) -> bool:
    """Whether an exact point of ``region`` was found where ``original`` holds and ``variant`` fails.

    Symbols that the region does not bound take what they like: one of them is put where the original
    holds with equality, or just past where the variant does.
    """
    old, new = difference(original), difference(variant)
    for base in _points(region):
        one, two = old.subs(base), new.subs(base)
        for values in _settings(one, two):
            if _holds(original, one.subs(values)) and _holds(variant, two.subs(values)) is False:
                return True
    return False


def _settings(one: Expr, two: Expr) -> Iterator[dict[Symbol, Expr]]:
    loose = sorted(one.free_symbols | two.free_symbols, key=str)
    values = dict(zip(loose, cycle(_VALUES), strict=False))
    yield values
    for last in loose:
        others = {x: value for x, value in values.items() if x != last}
        edge = _root(two.subs(others), last)
        for value in (_root(one.subs(others), last), edge + 1, edge - 1):
            yield {**others, last: value}


def _root(gap: Expr, x: Symbol) -> Expr:
    """Where a gap of degree 1 in ``x`` is zero; 0 where it is of no such form."""
    if gap.is_polynomial(x) and Poly(gap, x).degree() == 1:
        return -Poly(gap, x).TC() / Poly(gap, x).LC()
    return Integer(0)


def _holds(relation: Boolean, gap: Expr) -> bool | None:
    """Whether ``relation`` holds with this gap; None where the gap is no rational number."""
    if not gap.is_Rational:
        return None
    if isinstance(relation, Eq):
        return bool(gap == 0)
    return bool(gap > 0 if isinstance(relation, Gt | Lt) else gap >= 0)


def _known(table: Mapping[Expr, Symbol], region: Boolean) -> Iterator[Boolean]:
    """What holds of the frozen parts: exp and sqrt are >= 0, and exp increases."""
    positive = {e: x for e, x in table.items() if isinstance(e, exp) or _is_root(e)}
    yield from (Ge(x, 0) for x in positive.values())
    for one, two in permutations((e for e in positive if isinstance(e, exp)), 2):
        if nonnegative(one.exp - two.exp, region):
            yield Ge(positive[one], positive[two])


def _is_root(expr: Expr) -> bool:
    return isinstance(expr, Pow) and expr.exp == Rational(1, 2)


def _factors(symbols: set[Symbol], variant: Boolean, region: Boolean) -> list[Symbol]:
    """Symbols that the region keeps non-negative; positive, for a strict variant."""
    found = sorted(symbols & region.free_symbols, key=str)
    if isinstance(variant, Gt | Lt):
        positive = {difference(c) for c in relations(region) if isinstance(c, Gt | Lt)}
        return [x for x in found if x in positive]
    return [x for x in found if nonnegative(x, region)]


def _kin(relation: Boolean) -> tuple[type, ...]:
    return (Gt, Lt) if isinstance(relation, Gt | Lt) else (Ge, Le)


def _frozen(expr: Expr, table: dict[Expr, Symbol]) -> Expr:
    """``expr`` with everything that is not rational in its symbols replaced by a symbol."""
    if expr.is_Symbol or expr.is_Rational:
        return expr
    if expr.is_Add or expr.is_Mul or (isinstance(expr, Pow) and expr.exp.is_Integer):
        return expr.func(*(_frozen(arg, table) for arg in expr.args))
    return table.setdefault(expr, Dummy())


def _constant_ratio(new: Expr, old: Expr) -> Rational | None:
    """``new / old`` where that is a constant over QQ, else None."""
    (top, under), (top_old, under_old) = rational_form(new), rational_form(old)
    if top_old.is_zero or top.is_zero:
        return None
    above = top.as_expr() * under_old.as_expr()
    below = under.as_expr() * top_old.as_expr()
    gens = sorted(above.free_symbols | below.free_symbols, key=str) or [Symbol("_")]
    one, two = Poly(above, *gens, domain="QQ"), Poly(below, *gens, domain="QQ")
    ratio = Rational(one.LC()) / Rational(two.LC())
    return ratio if (one - two.mul_ground(ratio)).is_zero else None


def branches(region: Boolean) -> Iterator[dict[Symbol, Expr]]:
    """The substitutions that the region's equations make: one for each branch of its Ors of them."""
    choices = []
    for condition in relations(region):
        options = condition.args if isinstance(condition, Or) else (condition,)
        if all(isinstance(option, Eq) for option in options):
            choices.append([_solved(option) for option in options])
    for choice in product(*choices):
        yield {x: value for one in choice for x, value in one.items()}


def _solved(equation: Boolean) -> dict[Symbol, Expr]:
    gap = difference(equation)
    for symbol in sorted(gap.free_symbols, key=str):
        if gap.is_polynomial(symbol) and Poly(gap, symbol).degree() == 1:
            lead = Poly(gap, symbol).LC()
            if lead.is_Rational:
                return {symbol: solve(gap, symbol)[0]}
    return {}


def nonnegative(expr: Expr, region: Boolean, *, depth: int = 9) -> bool:
    """Whether ``expr >= 0`` on ``region`` is proved here; False when it is not, for any reason.

    depth: how often a polynomial is split into its coefficients.
    """
    if expr.is_Rational:
        return bool(expr >= 0)
    conditions = [c for c in relations(region) if hasattr(c, "gts") and _linear(c)]
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


def _nonnegative_polynomial(poly: Expr, conditions: list[Boolean], depth: int) -> bool:
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
        if _settled(symbol, conditions) and Poly(poly, symbol).degree() > 0:
            parts = Poly(poly, symbol).all_coeffs()
            if all(_nonnegative_polynomial(c, conditions, depth - 1) for c in parts if c != 0):
                return True
    return False


def _settled(poly: Expr, conditions: list[Boolean]) -> bool:
    """A condition says it, or shifting to a corner, or a certificate."""
    if poly.is_Rational:
        return bool(poly >= 0)
    if any((difference(c) - poly).expand() == 0 for c in conditions):
        return True
    if _by_shift(poly, conditions):
        return True
    box = _box(poly, conditions) or _box(poly, [*conditions, *_consequences(conditions)])
    if box is None:
        return False
    try:
        prove_nonnegative(poly, box, max_cells=MAX_CELLS)
    except (Refuted, Undecided):
        return False
    return True


def _consequences(conditions: list[Boolean]) -> list[Boolean]:
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
    return found


def _box(poly: Expr, parts: list[Boolean]) -> Box | None:
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


def _linear(condition: Boolean) -> bool:
    gap = difference(condition)
    return bool(gap.is_polynomial(*gap.free_symbols)) and all(
        number.is_Rational for number in Poly(gap, *gap.free_symbols).coeffs()
    )


def _lead(condition: Boolean, symbol: Symbol) -> bool:
    poly = Poly(difference(condition), symbol)
    return poly.degree() == 1 and bool(poly.LC().is_Rational)


def _lead_last(condition: Boolean, order: list[Symbol]) -> bool:
    return _lead(condition, max(condition.free_symbols, key=order.index))


def _by_shift(poly: Expr, conditions: list[Boolean]) -> bool:
    """Non-negative coefficients after moving a constant bound of each symbol to zero."""
    shifts: dict[Symbol, list[Expr]] = {}
    for condition in conditions:
        gap = difference(condition)
        if len(gap.free_symbols) == 1:
            (symbol,) = gap.free_symbols
            if _lead(condition, symbol):
                sign = 1 if Poly(gap, symbol).LC() > 0 else -1
                shifts.setdefault(symbol, []).append(solve(gap, symbol)[0] + sign * Dummy())
    symbols = sorted(poly.free_symbols, key=str)
    if not set(symbols) <= set(shifts):
        return False
    for choice in product(*(shifts[x] for x in symbols)):
        moved = poly.subs(dict(zip(symbols, choice, strict=True)), simultaneous=True).expand()
        gens = sorted(moved.free_symbols, key=str) or [Symbol("_")]
        if all(value >= 0 for value in Poly(moved, *gens).coeffs()):
            return True
    return False
