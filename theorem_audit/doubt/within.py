"""Whether some part of an expression has no value at a point, whatever SymPy makes of the whole.

SymPy reckons with infinity: 1/(1 + 1/x) at x = 0 is 0 to it, atan(1/x) an interval.  A reader is told of a
quotient by zero.  It also writes i |x| for the root of -x^2, of which no sign of what is under a root tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import (
    AccumBounds,
    And,
    Basic,
    Derivative,
    DiracDelta,
    Expr,
    Function,
    I,
    Ne,
    Piecewise,
    Pow,
    factorial,
    false,
    gamma,
    im,
    nan,
    oo,
    re,
    true,
    zoo,
)
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.instances import NODES, Boundary, find
from theorem_audit.doubt.probe import BINDING
from theorem_audit.exact.sizes import fits
from theorem_audit.exact.zero import difference, relations


def without_value(side: Basic, at: Mapping[Basic, Expr]) -> bool:
    """Whether a power or a function in ``side`` has no value at these numbers, or is infinite there.

    What has symbols of its own is left alone, and so are the cases of a table that do not hold there.

    >>> from sympy import symbols
    >>> x = symbols("x", real=True)
    >>> without_value(1 / (1 + 1 / x), {x: 0}), without_value(1 / (1 + x), {x: 0})
    (True, False)
    """
    return any(_infinite(x, at) for x in _parts(side, at))


def _infinite(part: Basic, at: Mapping[Basic, Expr]) -> bool:
    if not fits(part, at):
        return False
    try:
        value = part.xreplace({x: y for x, y in at.items() if x in part.free_symbols})
    except (TypeError, ValueError, ZeroDivisionError):  # of SymPy, where it compares or divides
        return False  # told where the whole is asked for
    if value.has(DiracDelta) and any(x.args[0].is_zero for x in value.atoms(DiracDelta)):
        return True
    return value.has(nan, zoo, AccumBounds) or (value.has(oo, -oo) and not part.has(oo, -oo))


def _parts(side: Basic, at: Mapping[Basic, Expr]) -> Iterator[Basic]:
    if isinstance(side, (Derivative, *BINDING)):
        return
    if isinstance(side, Piecewise):
        for value, cond in side.args:
            here = cond.xreplace(dict(at))
            if here is not false:
                if here is true:
                    yield from _parts(value, at)
                return
        return
    inner = side.args
    if isinstance(side, Pow) and side.exp.is_negative and isinstance(side.base, gamma | factorial):
        inner = side.base.args  # one over it has a value everywhere: 0 where it is infinite
    elif inner and isinstance(side, Pow | Function):
        yield side
    for part in inner:
        yield from _parts(part, at)


def imaginary(formula: Boolean, region: Boolean) -> Iterator[Boundary]:
    """Instances of the region at which two sides that are to be equal differ in their imaginary part."""
    for part in relations(formula):
        if not isinstance(part, Eq) or not part.has(I) or part.has(*BINDING, Piecewise):
            continue
        try:
            _, gap = difference(part).expand(complex=True).as_real_imag()
        except (TypeError, AttributeError):  # of matrices, of pairs
            continue
        if gap.has(re, im) or not gap.free_symbols <= region.free_symbols:
            continue
        case = And(region, Ne(gap, 0))
        at = None if case is false else find(case, max_nodes=NODES)
        if at is not None:
            yield Boundary(f"{part}, of which one side is no real number", at)


__all__ = ["imaginary", "without_value"]
