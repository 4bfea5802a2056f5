"""Which variants are no wrong ones: equal to the original, or merely weaker than it.

Both are decided exactly, by normal form and by the prover, or not at all: a variant that cannot be
recognised stays a wrong one and must be caught.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import cycle, permutations, product

from flint import fmpq
from sympy import Add, And, Dummy, Expr, Integer, Or, Poly, Pow, Rational, Symbol, exp, solve
from sympy.core.relational import Eq, Ge, Gt, Le, Lt
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt import instances
from theorem_audit.doubt.implication import nonnegative
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.rationals import to_flint
from theorem_audit.exact.values import LARGEST, Left, value_at
from theorem_audit.exact.zero import difference, rational_form, relations

EQUAL, WEAKER, DIFFERENT = "equal", "weaker", "different"
MAX_TERMS = 40  # larger polynomials are left to the thorough comparison
_VALUES = tuple(Rational(*x) for x in ((1, 2), (2, 3), (3, 4), (1, 3), (2, 5), (3, 5), (1, 7)))
# Of what a region does not bound, in turn.
_SPREAD = tuple(
    fmpq(*x) for x in ((1, 2), (7, 3), (-1, 1), (-1, 5), (10, 1), (1, 9), (-13, 2), (3, 1))
)
# new >= c old, c >= 0 makes the variant weaker; c is a number or a symbol that is >= 0 there.
_SCALES = (Rational(1), Rational(1001, 1000), Rational(999, 1000), Rational(2), Rational(1, 2))


def compare(original: Boolean, variant: Boolean, region: Boolean, *, thorough: bool = True) -> str:
    """How ``variant`` stands to ``original``, two relations, on ``region``.

    thorough: also where that means long proofs; without it those end in ``different``.

    Returns ``equal`` (the same statement), ``weaker`` (implied by the original) or ``different``.
    """
    if original == variant:
        return EQUAL
    if isinstance(original, Eq) != isinstance(variant, Eq):
        return DIFFERENT
    if not isinstance(original, Eq) and not (hasattr(original, "gts") and hasattr(variant, "gts")):
        return DIFFERENT
    if not all(isinstance(x, Expr) for x in (*original.args, *variant.args)):  # pairs
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
    if not (factors := _open(factors, old, new, table, region)):
        return DIFFERENT
    known = And(region, *_known(table, region))
    gaps = ((new - c * old).expand() for c in factors)
    small = (g for g in gaps if thorough or len(Add.make_args(g)) <= MAX_TERMS)
    depth = 9 if thorough else 1
    return WEAKER if any(nonnegative(gap, known, depth=depth) for gap in small) else DIFFERENT


@cache
def _points(region: Boolean) -> tuple[dict[Symbol, Expr], ...]:
    """A few exact points of ``region``: one inside, those at its edges."""
    found = instances.somewhere(region)
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
        if _large(old, base) or _large(new, base):
            continue
        one, two = old.subs(base), new.subs(base)
        for values in _settings(one, two):
            if _holds(original, one.subs(values)) and _holds(variant, two.subs(values)) is False:
                return True
    return False


def _large(expr: Expr, base: Mapping[Symbol, Expr]) -> bool:
    """Whether a power's exponent is so large at a point that its exact value would fill the memory."""
    exponents = (x.exp for x in expr.atoms(Pow) if x.exp.free_symbols & base.keys())
    return any(abs(v) > LARGEST for v in (x.subs(base) for x in exponents) if v.is_Rational)


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


def _open(
    factors: Sequence[Expr], old: Expr, new: Expr, table: Mapping[Expr, Symbol], region: Boolean
) -> list[Expr]:
    """The factors c for which no exact point of ``region`` has new - c old < 0: the others need no proof.

    Most have one, and a long proof that fails would be looked for in vain.
    """
    left = list(factors)
    for at in _samples(region, old.free_symbols | new.free_symbols, table):
        try:
            one, two = value_at(old, at), value_at(new, at)
            left = [c for c in left if two >= value_at(c, at) * one]
        except (ZeroDivisionError, Left):
            continue
        if not left:
            break
    return left


def _samples(
    region: Boolean, symbols: set[Symbol], table: Mapping[Expr, Symbol]
) -> Iterator[dict[Symbol, fmpq]]:
    """Points of ``region``, with several values of what it does not bound.

    What is frozen is one and the same number > 0, as ``_known`` allows: no exponential exceeds another.
    """
    frozen = {*table.values()}
    for base in _points(region):
        if not all(value.is_Rational for value in base.values()):
            continue
        fixed = {x: to_flint(v) for x, v in base.items()}
        loose = sorted(symbols - frozen - fixed.keys(), key=str)
        turns = product((1, 2, 3), range(len(_SPREAD))) if loose or frozen else ((0, 0),)
        for stride, turn in turns:
            picked = (_SPREAD[(k * stride + turn) % len(_SPREAD)] for k in range(len(loose)))
            values = {x: _allowed(x, value) for x, value in zip(loose, picked, strict=True)}
            yield {**fixed, **values, **dict.fromkeys(frozen, abs(_SPREAD[turn]))}


def _allowed(x: Symbol, value: fmpq) -> fmpq:
    """A value like this that the symbol's own assumptions admit."""
    value = abs(value) if x.is_nonnegative else value
    return fmpq(value.ceil()) if x.is_integer else value


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


_form = lru_cache(maxsize=1024)(rational_form)  # a variant is compared with each conjunct


def _constant_ratio(new: Expr, old: Expr) -> Rational | None:
    """``new / old`` where that is a constant over QQ, else None."""
    (top, under), (top_old, under_old) = _form(new), _form(old)
    if top_old.is_zero or top.is_zero:
        return None
    above = top.as_expr() * under_old.as_expr()
    below = under.as_expr() * top_old.as_expr()
    gens = sorted(above.free_symbols | below.free_symbols, key=str) or [Symbol("_")]
    one, two = Poly(above, *gens, domain="QQ"), Poly(below, *gens, domain="QQ")
    ratio = Rational(one.LC()) / Rational(two.LC())
    return ratio if (one - two.mul_ground(ratio)).is_zero else None


@cache
def branches(region: Boolean) -> tuple[dict[Symbol, Expr], ...]:
    """The substitutions that the region's equations make: one for each branch of its Ors of them."""
    choices = []
    for condition in relations(region):
        options = condition.args if isinstance(condition, Or) else (condition,)
        if all(isinstance(option, Eq) for option in options):
            choices.append([_solved(option) for option in options])
    return tuple(
        {x: value for one in choice for x, value in one.items()} for choice in product(*choices)
    )


def _solved(equation: Boolean) -> dict[Symbol, Expr]:
    gap = difference(equation)
    for symbol in sorted(gap.free_symbols, key=str):
        if gap.is_polynomial(symbol) and Poly(gap, symbol).degree() == 1:
            lead = Poly(gap, symbol).LC()
            if lead.is_Rational:
                return {symbol: solve(gap, symbol)[0]}
    return {}
