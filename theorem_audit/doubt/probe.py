"""Where a part of a formula has no value, tried at a few numbers: for what is no condition between polynomials.

``undefined`` has exact conditions for a quotient of polynomials and searches rational numbers for them.  Here
are the others: log, exp and trigonometric functions in a denominator, functions with poles of their own, and
irrational zeros of a polynomial in one symbol.  The numbers tried are those at which such things vanish in
practice; that none is found is no proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from itertools import product

import sympy
from sympy import (
    AccumBounds,
    And,
    Basic,
    Derivative,
    E,
    Expr,
    Function,
    Integer,
    Lambda,
    Limit,
    Or,
    Piecewise,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    Subs,
    Symbol,
    false,
    fraction,
    nan,
    oo,
    pi,
    real_roots,
    together,
    zoo,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import CoercionFailed

from theorem_audit.doubt.instances import NODES, Boundary, Found, Instance, find
from theorem_audit.doubt.worked_out import WRITTEN, worked_out
from theorem_audit.exact.sizes import TooLarge, fits, short, sized
from theorem_audit.exact.values import holds
from theorem_audit.exact.zero import relations

NUMBERS = tuple(
    Rational(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1))
)
OF_ANGLES = (pi / 2, pi, -pi / 2, -pi, pi / 4, 3 * pi / 2, pi / 6, 5 * pi / 6, pi / 3)
# Of what a sine or a cosine is taken of, where one symbol stands alone: up to two turns either way.
TURNS = tuple(
    sign * Rational(k, 12) * pi
    for k in range(49)
    for sign in (1, -1)
    if Rational(k, 12).q in (1, 2, 3, 4, 6)
)
OF_LOGARITHMS = (E, 1 / E)
WHOLE = tuple(map(Integer, (0, 1, -1, 2, -2, 3, -3)))
LARGER = tuple(map(Integer, range(4, 21)))  # of an integer that stands alone: 2^n = 4096
EVERYWHERE = (  # with a value at each real number
    sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan, sympy.asinh, sympy.acot,
    sympy.Abs, sympy.sign, sympy.floor, sympy.ceiling, sympy.Max, sympy.Min, sympy.erf, sympy.erfc,
    sympy.Heaviside, sympy.re, sympy.im, sympy.conjugate, sympy.binomial, Piecewise, AppliedUndef,
)  # fmt: skip
EXACTLY = (  # ``undefined`` has conditions for them, which it can search where they are between polynomials
    sympy.log, sympy.asin, sympy.acos, sympy.atanh, sympy.acosh, sympy.acoth, sympy.asec,
    sympy.asech, sympy.gamma, sympy.loggamma, sympy.factorial, sympy.LambertW,
)  # fmt: skip
MOST_SYMBOLS, MOST_DEGREE = 2, 8
BINDING = (
    ExprWithLimits,
    Lambda,
    Limit,
    Subs,
)  # what has symbols of its own, for which nothing can be put in


def probed(nodes: Iterable[Found], region: Boolean) -> Iterator[Boundary]:
    """Points of the region at which one of the nodes has no value, the terms of sums and products among them;
    what an integral is over is left alone.
    """
    for node, index, limits, guard in dict.fromkeys(nodes):
        symbols, bound = sorted(node.free_symbols, key=str), node.free_symbols & index
        if not symbols or not node.free_symbols - bound <= region.free_symbols:
            continue
        if (bound and limits is None) or any(x.is_extended_real is False for x in symbols):
            continue
        inside = And(region, guard, limits) if bound else And(region, guard)
        for at in _points(node, symbols, inside, bound):
            if (whole := _within(inside, at)) is not None:
                yield Boundary(f"{node} at {at}", whole)
                break


def _points(
    node: Basic, symbols: list[Symbol], region: Boolean, bound: Set[Basic]
) -> Iterator[Instance]:
    """Values of its symbols at which the node has none; some that the region excludes are left out.

    bound: those that are an index, which takes whole numbers, whatever its symbol is.
    """
    if isinstance(node, Pow):
        if node.exp.is_integer and node.exp.is_nonnegative:
            return
        fixed = bool(node.base.is_number and node.base.is_negative)  # (-1)^x
        if (roots := None if bound or fixed else _roots(node.base, symbols)) is not None:
            yield from roots if node.exp.is_negative else ()
            return
    elif (
        not isinstance(node, Function)
        or isinstance(node, EVERYWHERE)
        or (isinstance(node, EXACTLY) and not node.args[0].has(Function))
    ):
        return
    if len(symbols) > MOST_SYMBOLS:
        return
    numbers = NUMBERS
    numbers += OF_ANGLES if node.has(TrigonometricFunction) else ()
    numbers += OF_LOGARITHMS if node.has(sympy.log) else ()
    if len(symbols) == 1:
        numbers = tuple(dict.fromkeys((*numbers, *_turned(node, symbols[0]))))
    whole = WHOLE + LARGER if len(symbols) == 1 else WHOLE
    for values in product(*(whole if x.is_integer or x in bound else numbers for x in symbols)):
        at = dict(zip(symbols, values, strict=True))
        if not _excluded(region, at) and _none(node, at):
            yield at


def _turned(node: Basic, x: Symbol) -> Iterator[Expr]:
    """Where angles that are a x + b are multiples of pi/4 or pi/6."""
    for angle in sorted({y.args[0] for y in node.atoms(TrigonometricFunction)}, key=str):
        rate = angle.diff(x)
        if rate.is_number and rate.is_nonzero and rate.is_real:
            yield from ((turn - angle.subs(x, 0)) / rate for turn in TURNS)


def _excluded(region: Boolean, at: Instance) -> bool:
    """Whether one condition on these symbols alone is false there: quick, where ``_none`` takes its time."""
    try:
        return not _taken(at) or any(
            _false(c, at)
            for c in relations(region)
            if isinstance(c, Relational) and c.free_symbols <= at.keys()
        )
    except (TypeError, ValueError):
        return True  # it is no instance for ``_within`` either


def _false(condition: Relational, at: Instance) -> bool:
    said = holds(condition, at)
    if said is None and not fits(condition, at):
        return True
    return condition.subs(at, simultaneous=True) is false if said is None else not said


def _roots(base: Expr, symbols: list[Symbol]) -> list[Instance] | None:
    """The real zeros of a rational function of one symbol that are not rational; None for anything else."""
    if base.has(Function, *WRITTEN) or not base.is_rational_function(*symbols):
        return None
    if len(symbols) > 1 or symbols[0].is_integer:
        return []  # the search for exact instances has looked
    if not short(base):
        return []
    try:
        form = Poly(fraction(together(base))[0], *symbols, domain="QQ")
    except CoercionFailed:  # sqrt(2) or pi among the coefficients
        return None
    except PolynomialError:
        return []
    try:
        if not 2 <= form.degree() <= MOST_DEGREE:
            return []
        return [{symbols[0]: x} for x in dict.fromkeys(real_roots(form)) if not x.is_rational]
    except NotImplementedError:
        return []


def _none(node: Basic, at: Instance) -> bool:
    try:
        sized(node, at)
        value = (
            node.subs(at, simultaneous=True)
            if node.has(Derivative, *BINDING)
            else node.xreplace(at)
        )
        value = worked_out(value)
    except ValueError:  # of SymPy's Bell numbers and double factorials: it is for other numbers
        return isinstance(node, Function)
    except (TypeError, ZeroDivisionError, RecursionError, TooLarge):
        return False
    if value.has(nan, zoo, AccumBounds) or (value.has(oo, -oo) and not node.has(oo, -oo)):
        return True
    try:
        wrong = bool(value.is_number and value.is_extended_real is False)
    except RecursionError:  # SymPy asks itself in circles
        return False
    return wrong or without_number(value)


def without_number(value: Basic) -> bool:
    """Whether a function of rational numbers that SymPy leaves as it is has no real number for its value.

    expint(1, 0) is infinite, erfinv is for numbers up to 1, and elliptic_k(2) is complex: a function of exact
    real numbers has no imaginary part by rounding, as it is worked out along the real axis, or is not.
    """
    if not isinstance(value, Function) or isinstance(value, EVERYWHERE):
        return False
    if not value.args or not all(x.is_Rational for x in sympy.flatten(value.args, cls=sympy.Tuple)):
        return False
    if isinstance(value, sympy.erfcinv):  # neither has a number for it
        value = value.rewrite(sympy.erfinv)
    try:
        found = value.evalf()
    except ValueError:  # mpmath: it is defined elsewhere
        return True
    except (TypeError, ZeroDivisionError, NotImplementedError, ArithmeticError):
        return False
    return bool(found.has(oo, -oo, nan, zoo) or found.is_extended_real is False)


def _within(region: Boolean, at: Instance) -> Instance | None:
    """An instance of the region with these values, where the search finds one."""
    if not _taken(at) or not fits(region, at):
        return None
    try:
        rest = region.subs(at, simultaneous=True)
    except (TypeError, ValueError):
        return None
    if any(not isinstance(c, Relational) for c in _parts(rest)):
        return None
    inner = find(rest, max_nodes=NODES)
    return None if inner is None else {**inner, **at}


SIGNS = ("positive", "negative", "zero", "nonnegative", "nonpositive", "nonzero")


def _taken(at: Instance) -> bool:
    """Whether the symbols may have these values, as far as they are known themselves."""
    return all((v.is_integer or not x.is_integer) and _fits(x, v) for x, v in at.items())


def _fits(x: Symbol, value: Expr) -> bool:
    """Whether the symbol's own assumptions allow the value."""
    return all(
        getattr(value, f"is_{name}") is said
        for name, said in x.assumptions0.items()
        if name in SIGNS
    )


def _parts(region: Boolean) -> list[Boolean]:
    """The single conditions of a region, those of alternatives too; none of one that is decided."""
    found = []
    for part in relations(region):
        for one in part.args if isinstance(part, Or) else (part,):
            found += [
                x for x in relations(one) if not isinstance(x, sympy.logic.boolalg.BooleanAtom)
            ]
    return found


__all__ = ["BINDING", "probed", "without_number"]
