"""Deciding zero and proving inequalities without a float.

Zero is decided by polynomial normal form over QQ.  ``Expr.equals`` and ``simplify`` are not used:
both miss true identities (``theorem_audit/tests/test_exact.py`` keeps examples), and ``equals`` may fall
back on floating point.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import QQ, Expr, Poly, Pow, Rational, Symbol, Tuple, cancel, fraction, sympify, together
from sympy.core.relational import Eq
from sympy.logic.boolalg import And, Boolean, BooleanTrue

from theorem_audit.exact.bernstein import Refuted, Undecided, prove_nonnegative
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.exact.decided import tell
from theorem_audit.exact.quotients import vanishes
from theorem_audit.exact.sizes import written_out

ROOT = "_root"  # how the generators are called that stand for square roots


def rational_form(expr: Expr) -> tuple[Poly, Poly]:
    """Numerator and denominator of ``expr`` as polynomials over QQ in its symbols, coprime.

    Square roots become further generators, one for each distinct expanded radicand, and even powers
    of them are reduced; the numerator may then be a non-zero polynomial that is zero as a function.

    Raises Undecided when ``expr`` is not a rational function of symbols and square roots, or one of too many
    terms, and
    ZeroDivisionError when its denominator is identically zero.
    """
    expr = sympify(expr)
    if expr.has(Eq) or not isinstance(expr, Expr):
        raise TypeError(f"expr={expr}: an expression is needed, not a relation")
    written_out(expr)
    for inner in _nested(expr):
        rational_form(inner)  # ``together`` may cancel it
    radicals: dict[Symbol, Expr] = {}
    numerator, denominator = fraction(together(_lift_radicals(expr, radicals)))
    if taken := radicals.keys() & expr.free_symbols:
        raise Undecided(f"{next(iter(taken))}: a name that is kept for square roots")
    symbols = sorted(numerator.free_symbols | denominator.free_symbols, key=str)
    polys = []
    for part in (numerator, denominator):
        for atom in part.atoms(Pow):
            if not (atom.exp.is_Integer and atom.exp >= 0):
                raise Undecided(f"{atom} is not a polynomial in {symbols}: zero is not decided")
        poly = Poly(part, *symbols, domain=QQ) if symbols else Poly(part, Symbol("_"), domain=QQ)
        polys.append(_reduce(poly, radicals))
    top, bottom = polys
    if bottom.is_zero:
        raise ZeroDivisionError(f"the denominator of {expr} is identically zero")
    common = top.gcd(bottom)
    return top.quo(common), bottom.quo(common)


def _nested(expr: Expr) -> set[Expr]:
    """The outermost quotients within denominators: what lies within these is looked at with them."""
    inner = _within(_quotients(expr))
    return inner - _within(inner)


def _quotients(expr: Expr) -> set[Expr]:
    return {x for x in expr.atoms(Pow) if x.exp.is_negative}


def _within(quotients: set[Expr]) -> set[Expr]:
    """The quotients within the denominators of some."""
    return set().union(*(_quotients(x.base) for x in quotients))


def _lift_radicals(expr: Expr, radicals: dict[Symbol, Expr]) -> Expr:
    if isinstance(expr, Pow) and expr.exp.is_Rational and expr.exp.q == 2:
        base = cancel(together(_lift_radicals(expr.base, radicals))).expand()
        for symbol, radicand in radicals.items():
            if radicand == base:
                return symbol**expr.exp.p
        symbol = Symbol(f"{ROOT}{len(radicals)}")
        radicals[symbol] = base
        return symbol**expr.exp.p
    if expr.is_Atom:
        if not (expr.is_Symbol or expr.is_Rational):
            raise Undecided(f"{expr} is neither a rational number nor a symbol")
        return expr
    if expr.is_Add or expr.is_Mul or (isinstance(expr, Pow) and expr.exp.is_Integer):
        return expr.func(*(_lift_radicals(arg, radicals) for arg in expr.args))
    raise Undecided(f"{expr} is not a rational function of symbols: zero is not decided")


def _reduce(poly: Poly, radicals: Mapping[Symbol, Expr]) -> Poly:
    for symbol, radicand in reversed(list(radicals.items())):
        if symbol not in poly.gens:
            continue
        top, bottom = fraction(together(radicand))
        relation = Poly(bottom * symbol**2 - top, symbol)
        remainder = Poly(poly.as_expr(), symbol).rem(relation).as_expr()
        numerator = fraction(together(remainder))[0]
        gens = sorted(numerator.free_symbols, key=str) or [Symbol("_")]
        poly = Poly(numerator, *gens, domain=QQ)
    return poly


def is_zero(expr: Expr) -> bool:
    """Whether ``expr`` is identically zero, decided by normal form over QQ.

    Raises Undecided where the normal form does not decide: functions other than square roots, or
    a non-zero normal form in which square roots remain (``sqrt(x**2) - x``); TypeError where two of its
    symbols have one name.

    >>> x = Symbol("x", real=True)
    >>> is_zero(1 / (1 - x) - x / (1 - x) - 1), is_zero(x**2 - x)
    (True, False)
    """
    expr = sympify(expr)
    zero, numerator = vanishes(expr) if isinstance(expr, Expr) else None, None
    if zero is None:
        numerator, _ = rational_form(expr)
        zero = numerator.is_zero
    if zero:
        tell("zero", expr)
        return True
    named: dict[str, Symbol] = {}
    for symbol in expr.free_symbols:
        if named.setdefault(str(symbol), symbol) != symbol:  # else x - x would be refuted
            raise TypeError(
                f"{expr}: two symbols are called {symbol}, of other assumptions; take the theory's own"
            )
    if numerator is not None and any(
        str(symbol).startswith(ROOT) for symbol in numerator.free_symbols
    ):
        raise Undecided(f"{expr}: square roots remain in the normal form {numerator.as_expr()}")
    return False


def relations(formula: Boolean) -> tuple[Boolean, ...]:
    """The conjuncts of a formula, as a tuple."""
    if isinstance(formula, BooleanTrue):
        return ()
    if isinstance(formula, And | Tuple):
        return tuple(formula.args)
    return (formula,)


def conjuncts(formula: Boolean) -> frozenset[Boolean]:
    """What a formula says, as a set: conjunctions (also lists, and nested ones) taken apart."""
    parts = relations(formula)
    if parts == (formula,):
        return frozenset(parts)
    return frozenset[Boolean]().union(*map(conjuncts, parts))


def difference(relation: Boolean) -> Expr:
    """left - right of an equation; greater - less of an inequality."""
    if isinstance(relation, Eq):
        return relation.lhs - relation.rhs
    if hasattr(relation, "gts"):
        return relation.gts - relation.lts
    raise TypeError(f"relation={relation}: an equation or an inequality is needed")


def stated(formula: Boolean, symbol: Expr) -> Expr:
    """What ``formula`` says ``symbol`` equals, in exactly one of its equations; else Undecided."""
    said = [x.rhs for x in relations(formula) if isinstance(x, Eq) and x.lhs == symbol]
    if len(said) != 1:
        raise Undecided(f"{formula} has {len(said)} equations for {symbol}; one is needed")
    return said[0]


def as_rational(value: object) -> Rational:
    """``value`` as an exact rational; a float is refused, because a float is never a bound."""
    number = sympify(value)
    if not number.is_Rational:
        raise TypeError(f"{value!r}: an exact rational is needed; a float is never a bound")
    return number


__all__ = [
    "Certificate",
    "InvalidCertificate",
    "Refuted",
    "Undecided",
    "as_rational",
    "check_certificate",
    "conjuncts",
    "difference",
    "is_zero",
    "prove_nonnegative",
    "rational_form",
    "relations",
    "stated",
]
