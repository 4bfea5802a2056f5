"""What of a formula is written and not worked out: a substitution, a derivative, a finite sum, a determinant.

That such a part is 0, or has no value, shows where it is worked out.  Done is what takes no search: sums and
products of few terms, sums of polynomials, integrals of polynomials, limits that are values, matrices whose
entries are written.  What is left stands as it was.
"""

from __future__ import annotations

from sympy import (
    AccumBounds,
    Add,
    Basic,
    Derivative,
    Determinant,
    Expr,
    Integer,
    Integral,
    Limit,
    MatPow,
    MatrixSymbol,
    Mul,
    Poly,
    Product,
    S,
    Subs,
    Sum,
    Trace,
    oo,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.exact.sizes import fits, short

WRITTEN = (Subs, Derivative, Sum, Product, Integral, Limit, Determinant, Trace)
MOST_TERMS = 64  # of a sum or product that are written out
MOST_OPERATIONS = 500  # in what is differentiated once more
MOST_ROWS = 6  # of a matrix whose determinant is worked out


def worked_out(part: Basic) -> Basic:
    """The same with all of it worked out that can be.

    >>> from sympy import Integral, Sum, symbols
    >>> k, n = symbols("k n", integer=True)
    >>> worked_out(Sum(k - 2, (k, 1, 3)) + 1 / Integral(k, (k, 0, n)))
    2/n**2
    """
    if not part.has(*WRITTEN):
        return part
    if isinstance(part, Subs):  # as a whole: its own symbols are no numbers to its derivatives
        found = _substituted(part)
        return part if found is None else worked_out(found)
    return _one(part.func(*map(worked_out, part.args)))


def determinant(matrix: Basic) -> Expr | None:
    """The determinant of a square matrix whose entries are written; None of any other."""
    if not isinstance(matrix, MatrixExpr) or matrix.has(MatrixSymbol, MatPow):
        return None
    rows, columns = matrix.shape
    if rows != columns or rows not in range(MOST_ROWS + 1):
        return None
    return matrix.as_explicit().det(method="berkowitz")


def _substituted(part: Subs) -> Basic | None:
    inner = part.expr
    if inner.has(Derivative):
        return None if inner.has(AppliedUndef) else part.doit()
    if part.point.free_symbols & {x for y in inner.atoms(ExprWithLimits) for x in y.variables}:
        inner = inner.as_dummy()  # a symbol that is put in is no index of a sum
    return inner.subs(dict(zip(part.variables, part.point, strict=True)), simultaneous=True)


def _one(part: Basic) -> Basic:
    """The same, if its arguments are worked out already."""
    if isinstance(part, Derivative):
        return part if part.has(AppliedUndef) else _differentiated(part)
    if isinstance(part, Sum | Product | Integral):
        return _over(part)
    if isinstance(part, Limit):
        return _limit(part)
    if isinstance(part, Determinant):
        found = determinant(part.arg)
        return part if found is None else found
    if isinstance(part, Trace) and determinant(part.arg) is not None:
        return part.arg.as_explicit().trace()
    return part


def _differentiated(part: Derivative) -> Expr:
    """One step after another; as it was where it grows too long."""
    found = part.expr
    for x, count in part.variable_count:
        if not count.is_Integer:
            return part.doit(deep=False)
        for _ in range(int(count)):
            if found.count_ops() > MOST_OPERATIONS:
                return part
            found = found.diff(x)
    return found


def _over(part: Sum | Product | Integral) -> Expr:
    """From the innermost limit outwards, as far as that goes."""
    inner, limits = part.function, list(part.limits)
    while limits and (found := _along(part.func, inner, limits[0])) is not None:
        inner, limits = found, limits[1:]
    return part.func(inner, *limits) if limits else inner


def _along(kind: type, inner: Expr, limit: tuple[Expr, ...]) -> Expr | None:
    if len(limit) != 3 or limit[1].has(oo, -oo) or limit[2].has(oo, -oo):
        return None
    x, low, high = limit
    if kind is Integral:
        if low == high:
            return S.Zero
        if not inner.is_polynomial(x) or not short(inner):
            return None
        whole = Poly(inner, x).integrate().as_expr()
        return whole.subs(x, high) - whole.subs(x, low)
    if low.is_Integer and high.is_Integer and -1 <= high - low < MOST_TERMS:
        at = [{x: Integer(k)} for k in range(int(low), int(high) + 1)]
        if not all(fits(inner, put) for put in at):
            return None
        terms = [inner.subs(put) for put in at]
        return Add(*terms) if kind is Sum else Mul(*terms)
    if kind is not Sum or not inner.is_polynomial(x) or not short(inner):
        return None
    if Poly(inner, x).degree() > MOST_TERMS:
        return None
    return Sum(inner, limit).doit()


def _limit(part: Limit) -> Basic:
    inner, x, end, _ = part.args
    if inner.is_polynomial(x) and not end.has(oo, -oo):
        return inner.subs(x, end)
    if part.free_symbols or part.has(AppliedUndef):
        return part
    try:
        found = part.doit()
    except (ValueError, NotImplementedError, TypeError, BasePolynomialError, RecursionError):
        return part
    return part if found.has(AccumBounds) else found


__all__ = ["MOST_OPERATIONS", "WRITTEN", "determinant", "worked_out"]
