"""Whether numbers can be put into an expression without an end: what would have too many digits, or terms.

SymPy works out what is put in at once, and a factorial of a factorial, a tower of powers or a Fibonacci
number of 10^9 fills the memory before anybody is asked.  So sizes are reckoned first, from the leaves up:
rationals exactly, other numbers by the logarithm of a bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import comb, inf, log2, prod
from typing import Any, TypeAlias

import sympy
from sympy import Add, Basic, Expr, Function, Mul, Pow, Product, Rational, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from theorem_audit.exact.bernstein import Undecided

LARGEST = 1_000  # an exponent, and what a factorial is taken of
BITS = 20_000  # of a number that is worked out
ROOT_BITS = 1_000  # of what a root is taken of: SymPy looks for its factors
TURNS = 1_000  # bits of an irrational number of which a sine or a floor is taken
FAST = 40  # bits of an exponent that is no rational: of e^(2^40) a bound is known, and no digit asked for
OTHERS = 100  # what any other function is taken of: nobody knows here how its value grows
DIGITS = 1_000  # bits of a number of terms
TERMS = 1_000_000  # of a polynomial that is written out
FACTORED = 100  # degree of a polynomial whose factors are looked for

# Worked out in about as many steps as their argument has digits.
PLAIN = (
    sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.re, sympy.im, sympy.conjugate, sympy.log,
    sympy.Heaviside, sympy.Piecewise, sympy.Mod, sympy.LambertW, sympy.erf, sympy.erfc, sympy.erfinv,
    sympy.Ei, sympy.li,
    sympy.asin, sympy.acos, sympy.atan, sympy.acot, sympy.asec, sympy.acsc, sympy.atan2,
    sympy.asinh, sympy.acosh, sympy.atanh, sympy.acoth, sympy.asech, sympy.acsch, sympy.DiracDelta,
)  # fmt: skip
WHOLE = (sympy.floor, sympy.ceiling, sympy.frac, TrigonometricFunction)
FACTORIALS = (
    sympy.factorial, sympy.gamma, sympy.binomial, sympy.rf, sympy.ff, sympy.factorial2, sympy.harmonic,
    sympy.fibonacci, sympy.lucas,
)  # fmt: skip


class TooLarge(Undecided):
    """What is asked for would have too many digits, or too many terms."""


class _Bits(float):
    """An upper bound on log2 |value| of a number that is not reckoned exactly."""


Size: TypeAlias = Rational | _Bits | None  # None: it is no number, or nothing is known of it


def sized(part: Basic, at: Mapping[Any, Any]) -> None:
    """Raises TooLarge where a part would have too many digits once these numbers are put in.

    >>> n = Symbol("n", integer=True)
    >>> sized(2 ** (2**n), {n: 3})
    >>> sized(sympy.factorial(sympy.factorial(n)), {n: 8})
    Traceback (most recent call last):
        ...
    theorem_audit.exact.sizes.TooLarge: factorial of 40320: more digits than are worked out
    """
    if _steep(part):
        known = {x: sympy.sympify(y) for x, y in at.items() if y is not None}
        _size(part, known)


def fits(part: Basic, at: Mapping[Any, Any]) -> bool:
    """Whether ``sized`` lets it be put in."""
    try:
        sized(part, at)
    except TooLarge:
        return False
    return True


@cache
def _steep(part: Basic) -> bool:
    """Whether anything in it can grow faster than a polynomial of moderate degree."""
    return part.has(Sum, Product) or any(
        not (x.exp.is_Integer and abs(x.exp) <= LARGEST)
        if isinstance(x, Pow)
        else not isinstance(x, (*PLAIN, AppliedUndef))
        for x in part.atoms(Pow, Function)
    )


def _size(node: Basic, at: Mapping[Basic, Any]) -> Size:
    if node in at:
        return _size(at[node], {}) if at[node] != node else None
    if isinstance(node, Rational):
        return node
    if isinstance(node, sympy.NumberSymbol):
        return _Bits(2)
    if isinstance(node, ExprWithLimits):
        at = {x: y for x, y in at.items() if x not in node.variables}
    if isinstance(node, Sum | Product):
        for _, *ends in node.limits:
            for end in (_size(x, at) for x in ends):
                if end is not None and _magnitude(end) > LARGEST:
                    raise TooLarge(f"{type(node).__name__} to {end}: more terms than are added up")
    args = [_size(x, at) for x in node.args]
    if not isinstance(node, Expr) or isinstance(node, ExprWithLimits) or not args:
        return None
    if isinstance(node, Pow):
        return _power(args[0], args[1])
    if isinstance(node, sympy.exp):
        return _power(_Bits(1.4427), args[0])
    if isinstance(node, Function):
        return _function(node, args)
    if not isinstance(node, Add | Mul) or None in args:
        return None
    if all(isinstance(x, Rational) for x in args):
        return _written(node.func(*args))
    sizes = [_bits(x) for x in args if x is not None]
    return _Bits(max(sizes) + len(sizes) if isinstance(node, Add) else sum(sizes))


def _bits(value: Rational | _Bits) -> float:
    """A bound on log2 of the number's size; of a rational one on its digits."""
    if isinstance(value, _Bits):
        return value
    return float(max(int(value.p).bit_length(), int(value.q).bit_length()))


def _magnitude(value: Rational | _Bits) -> float:
    """A bound on |value|, infinite where it is beyond floats."""
    if isinstance(value, _Bits):
        return inf if value > 1_000 else 2.0**value
    return inf if _bits(value) > 1_000 and abs(value) > 2 else float(abs(value))


def _written(value: Expr) -> Size:
    if not isinstance(value, Rational):
        return None
    if _bits(value) > BITS:
        raise TooLarge(f"a number of {_bits(value):.0f} bits: more digits than are worked out")
    return value


def _power(base: Size, exponent: Size) -> Size:
    if base is None or exponent is None:
        return None
    if base in (0, 1, -1):
        return Rational(1) if base == 1 else _Bits(1)
    rise = _magnitude(exponent)
    if not (isinstance(base, Rational) and isinstance(exponent, Rational)):
        if rise > 2.0**FAST:
            raise TooLarge(f"an exponent beyond 2^{FAST}: more digits than are worked out")
        return _Bits(max(1.0, _bits(base)) * rise + 1)
    size = _bits(base) * rise
    if size > BITS or (exponent.q != 1 and _bits(base) > ROOT_BITS):
        raise TooLarge(
            f"{_bits(base):.0f} bits to the power {exponent}: more digits than are worked out"
        )
    return base**exponent if exponent.q == 1 else _Bits(size + 1)


def _function(node: Function, args: list[Size]) -> Size:
    name, known = type(node).__name__, [x for x in args if x is not None]
    if isinstance(node, AppliedUndef):
        return None
    if isinstance(node, PLAIN):
        return _Bits(max(map(_bits, known)) + 2) if known and len(known) == len(args) else None
    if isinstance(node, WHOLE):
        if any(isinstance(x, _Bits) and x > TURNS for x in known):
            raise TooLarge(f"{name} of a number of {max(map(_bits, known)):.0f} bits")
        return _Bits(max(map(_bits, known)) + 2) if isinstance(node, WHOLE[:3]) and known else None
    if isinstance(node, HyperbolicFunction):
        return _power(_Bits(1.4427), known[0]) if known else None
    most = LARGEST if isinstance(node, FACTORIALS) else OTHERS
    for x in known:
        if _magnitude(x) > most:
            raise TooLarge(f"{name} of {x}: more digits than are worked out")
    if len(known) != len(args) or not all(isinstance(x, Rational) for x in known):
        return None
    try:
        value = node.func(*known)
    except (TypeError, ValueError, ZeroDivisionError):  # it is for other numbers
        return None
    return _written(value)


def written_out(expr: Basic) -> None:
    """Raises TooLarge where an expression would have too many terms as a polynomial, or digits in them."""
    if expr.has(Pow, Mul) and (count := _terms(expr)) > TERMS:
        raise TooLarge(f"{expr}: {count:g} terms, more than are written out")


def short(expr: Basic) -> bool:
    """Whether ``written_out`` lets it be written as a polynomial."""
    try:
        written_out(expr)
    except TooLarge:
        return False
    return True


@cache
def _terms(part: Basic) -> float:
    """A bound on the terms of what is written out in it, the longest part of it."""
    if isinstance(part, Add):
        found = sum(map(_terms, part.args))
    elif isinstance(part, Mul):
        found = prod(map(_terms, part.args))
    elif isinstance(part, Pow) and part.exp.is_Integer:
        inner, k = _terms(part.base), int(abs(part.exp))
        if inner <= 1 or k == 1:
            found = inner
        elif min(inner - 1, k) * log2(inner + k) > DIGITS or (k > LARGEST):
            found = inf
        else:
            found = float(comb(int(inner) + k - 1, k))
    else:
        return 1.0
    return found if found <= TERMS else min(found, _by_degree(part))


def _by_degree(part: Basic) -> float:
    """The same from the degrees in each symbol; infinite where one is large, or it is no polynomial."""
    if not all(x.is_Symbol or x.is_Rational for x in part.atoms()) or part.has(Function):
        return inf
    if any(not x.exp.is_Integer for x in part.atoms(Pow)):
        return inf
    degrees = [_degree(part, x) for x in part.free_symbols]
    return inf if max(degrees, default=0) > LARGEST else float(prod(d + 1 for d in degrees))


def _degree(part: Basic, x: Symbol) -> int:
    if x not in part.free_symbols:
        return 0
    if isinstance(part, Mul):
        return sum(_degree(y, x) for y in part.args)
    if isinstance(part, Pow) and part.exp.is_Integer:
        return int(abs(part.exp)) * _degree(part.base, x)
    return max((_degree(y, x) for y in part.args), default=1)


__all__ = ["FACTORED", "LARGEST", "TooLarge", "fits", "short", "sized", "written_out"]
