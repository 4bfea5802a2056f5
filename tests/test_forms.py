"""FLINT's quotients are SymPy's expressions, to the last sign."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Rational, Symbol, sqrt, symbols

from tests import forms

x, y, a = symbols("x y a", real=True)
LEAVES = st.sampled_from(
    [x, y, a, 1 - x, x - y, x + a / 2, Integer(0), Integer(2), Rational(-3, 4), x * y - 1]
)


def _joined(parts: Any) -> Any:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda z: z[0] + z[1]),
        pairs.map(lambda z: z[0] * z[1]),
        pairs.map(lambda z: z[0] / z[1] if z[1] else z[0]),
        st.tuples(parts, st.integers(0, 3)).map(lambda z: z[0] ** z[1]),
    )


@given(st.recursive(LEAVES, _joined, max_leaves=8))
def test_they_are_sympys(expr: Expr) -> None:
    if not expr.is_finite and expr.has(sympy.zoo, sympy.nan):
        return
    assert forms.cancel.__wrapped__(expr) == sympy.cancel(expr)
    assert forms.factor.__wrapped__(expr) == sympy.factor(expr)


@pytest.mark.parametrize(
    "expr",
    [
        Integer(0), Integer(6), Rational(-2, 3), -x, 2 * x + 2, x / 2 - y / 3, (x**2 - 1) / (1 - x),
        (x - y) / (y - x), 1 / (1 - x) - 1 / (1 + x), -(x**2) / (a - 1) ** 2, (4 * x**2 - 4) / (6 * a),
        (x + y) ** 41 / (x + y) ** 40, sqrt(x) * (x - 1) / (sqrt(x) - 1), sympy.exp(x) * (x - x**2) / x,
        x * (1 / x - 1 / y) - (y - x) / y, (a * x - a * y) ** 3 / (a**2 * (y - x)),
    ],
    ids=str,
)  # fmt: skip
def test_signs_contents_and_what_is_left_to_sympy(expr: Expr) -> None:
    assert forms.cancel.__wrapped__(expr) == sympy.cancel(expr)
    assert forms.factor.__wrapped__(expr) == sympy.factor(expr)


def test_a_zero_in_a_denominator_is_left_to_sympy() -> None:
    """Unevaluated: as expressions, both halves are one."""
    zero = sympy.Add(x, -x, evaluate=False)
    expr = sympy.Pow(zero, -1, evaluate=False)
    assert forms.cancel.__wrapped__(expr) == sympy.cancel(expr)


def test_symbols_of_one_name_are_two() -> None:
    other = Symbol("x", positive=True)
    assert forms.cancel((x**2 - other**2) / (x - other)) == x + other
