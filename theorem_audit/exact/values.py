"""Conditions at rational points, in FLINT's rationals: what SymPy's ``subs`` says, many times as fast."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import fmpq
from sympy import And, Basic, Expr, Or, Pow
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from theorem_audit.exact.quotients import Left
from theorem_audit.exact.rationals import ratio_to_flint, to_flint
from theorem_audit.exact.sizes import LARGEST

Values = Mapping[Any, fmpq]


def holds(condition: Boolean, point: Mapping[Any, Any]) -> bool | None:
    """Whether a condition holds at a point; None where that is not decided here.

    Decided are comparisons of polynomials and their quotients, joined by "and" and "or", where the point has a
    rational for each symbol and no denominator is 0.
    """
    try:
        return _holds(condition, {x: _rational(value) for x, value in point.items()})
    except (Left, ZeroDivisionError):
        return None


def _rational(value: Any) -> fmpq:
    if isinstance(value, int) and not isinstance(value, bool):
        return fmpq(value)
    if isinstance(value, Fraction):
        return ratio_to_flint(value)
    if getattr(value, "is_Rational", False) is True:
        return to_flint(value)
    raise Left


def _holds(condition: Boolean, values: Values) -> bool:
    if isinstance(condition, BooleanTrue | BooleanFalse):
        return bool(condition)
    if isinstance(condition, And | Or):  # each is looked at: none may be left
        found = [_holds(x, values) for x in condition.args]
        return all(found) if isinstance(condition, And) else any(found)
    if not isinstance(condition, Eq | Ne | Gt | Ge | Lt | Le):
        raise Left
    left, right = (value_at(x, values) for x in condition.args)
    if isinstance(condition, Eq | Ne):
        return bool(left == right) is isinstance(condition, Eq)
    if isinstance(condition, Gt | Ge):
        return bool(left > right if isinstance(condition, Gt) else left >= right)
    return bool(left < right if isinstance(condition, Lt) else left <= right)


def value_at(expr: Basic, values: Values) -> fmpq:
    """A quotient of polynomials at a point; raises Left for another expression, ZeroDivisionError at a pole."""
    if expr.is_Symbol:
        if expr not in values:
            raise Left
        return values[expr]
    if not isinstance(expr, Expr):
        raise Left
    if expr.is_Rational:
        return to_flint(expr)
    if expr.is_Add:
        return sum((value_at(x, values) for x in expr.args), fmpq(0))
    if expr.is_Mul:
        product = fmpq(1)
        for x in expr.args:
            product *= value_at(x, values)
        return product
    if isinstance(expr, Pow) and expr.exp.is_Integer and abs(expr.exp) <= LARGEST:
        return value_at(expr.base, values) ** int(expr.exp)
    raise Left


__all__ = ["Left", "holds", "value_at"]
