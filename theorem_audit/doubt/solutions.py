"""Solutions of one equation for one of its symbols, exactly: what a search over rationals never meets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sympy import (
    Dummy,
    Expr,
    Float,
    Function,
    Integer,
    Poly,
    Pow,
    Symbol,
    acos,
    acosh,
    acot,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    cot,
    exp,
    floor,
    log,
    pi,
    real_roots,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip
from sympy.core.relational import Eq, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.condition import MOST_ROOTS, condition_of
from theorem_audit.exact.rationals import to_sympy
from theorem_audit.exact.sizes import short
from theorem_audit.exact.zero import relations

# f -> every v of one period, and the period, with f(v) = c.
_PERIODIC: dict[type[Expr], Callable[[Expr], tuple[list[Expr], Expr]]] = {
    cos: lambda c: ([acos(c), -acos(c)], 2 * pi),
    sin: lambda c: ([asin(c), pi - asin(c)], 2 * pi),
    tan: lambda c: ([atan(c)], pi),
    cot: lambda c: ([acot(c)], pi),
}
_INVERSES: dict[type[Expr], Callable[[Expr], list[Expr]]] = {
    exp: lambda c: [log(c)],
    log: lambda c: [exp(c)],
    sinh: lambda c: [asinh(c)],
    cosh: lambda c: [acosh(c), -acosh(c)],
    tanh: lambda c: [atanh(c)],
}


def anchors(region: Boolean, x: Symbol) -> list[Expr]:
    """Where of infinitely many solutions for ``x`` some are taken: about 0, the ends of what a condition of
    ``x`` alone leaves to it, and the numbers that stand in the region."""
    found: list[Expr] = [Integer(0)]
    for condition in (c for c in relations(region) if isinstance(c, Relational)):
        if condition.free_symbols == {x}:
            found += map(to_sympy, condition_of(condition).ends(x, {}))
        found += (side for side in condition.args if side.is_number and side.is_finite)
    return list(dict.fromkeys(found))


def solutions(equation: Eq, x: Symbol, near: Sequence[Expr] = ()) -> list[Expr]:
    """What an equation says of ``x``, where that is real: a polynomial one of degree 1 or 2 in it, any one
    of ``x`` alone, or one of ``x`` alone that is a polynomial in a function which can be inverted.

    near: of infinitely many solutions those close to these numbers are given.
    """
    if x.is_integer:
        return []
    gap = equation.lhs - equation.rhs
    if gap.is_polynomial(x):
        return _roots(gap, x)
    return _inverted(gap, x, near) if gap.free_symbols == {x} else []


def _roots(gap: Expr, x: Symbol) -> list[Expr]:
    if not short(gap) or (form := Poly(gap, x)).degree() > MOST_ROOTS:
        return []
    if form.degree() > 2 and gap.free_symbols == {x} and all(c.is_rational for c in form.coeffs()):
        return list(dict.fromkeys(real_roots(form)))
    if form.degree() == 1:
        return [-form.nth(0) / form.nth(1)]
    if form.degree() != 2:
        return []
    c, b, a = (form.nth(k) for k in range(3))
    inside = b**2 - 4 * a * c
    if inside.is_negative:
        return []
    root = sqrt(inside)
    return [(-b + sign * root) / (2 * a) for sign in (1, -1)]


def _inverted(gap: Expr, x: Symbol, near: Sequence[Expr]) -> list[Expr]:
    """The same where ``x`` stands within one function alone: solved for that, then for what it is of."""
    gap = gap.replace(_exponential, lambda power: exp(power.exp * log(power.base), evaluate=False))
    within = [f for f in gap.atoms(Function) if f.has(x)]
    outer = [f for f in within if not any(g is not f and g.has(f) for g in within)]
    if len(outer) != 1 or len(outer[0].args) != 1:
        return []
    whole, value = outer[0], Dummy(real=True)
    rest = gap.xreplace({whole: value})
    if rest.has(x) or not rest.is_polynomial(value):
        return []
    inner = whole.args[0]
    about = [inner.subs(x, at) for at in near]
    found = [
        solution
        for c in _roots(rest, value)
        for v in _arguments(type(whole), c, about)
        for solution in solutions(Eq(inner, v, evaluate=False), x, near)
    ]
    return [y for y in dict.fromkeys(found) if y.is_real]


def _exponential(part: Expr) -> bool:
    """Whether it is 2**x: a power of a number whose exponent is not one."""
    return isinstance(part, Pow) and bool(part.base.is_positive) and not part.exp.is_number


def _arguments(function: type[Expr], c: Expr, near: Iterable[Expr]) -> list[Expr]:
    """Real v with function(v) = c, exactly; of a periodic one those next to the numbers ``near``."""
    if function in _PERIODIC:
        starts, period = _PERIODIC[function](c)
        ends = [
            end for at in near if (end := at.evalf(30)).is_real and isinstance(end, Float | Integer)
        ]
        return [
            start + k * period
            for start in starts
            if start.is_real
            for end in ends
            for middle in [int(floor((end - start) / period))]
            for k in (middle - 1, middle, middle + 1, middle + 2)
        ]
    try:
        known = _INVERSES.get(function)
        found = known(c) if known else [function(Symbol("x")).inverse()(c)]
    except (AttributeError, NotImplementedError):
        return []
    # asin(sin(2)) is pi - 2: not each number is a value of each function
    return [v for v in found if v.is_real and (known or function(v) == c)]


__all__ = ["anchors", "solutions"]
