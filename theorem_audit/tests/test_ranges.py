"""Sums that end before they begin: SymPy continues their formula there, and a reader takes them for empty."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Mod,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    factorial,
    oo,
)  # fmt: skip

from theorem_audit.doubt.undefined import undefined
from theorem_audit.tests.made_up import valued
from theorem_audit.weigh.sense import vacuous

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, t = (Symbol(name, real=True) for name in "xyt")
n, m, k, j = (Symbol(name, integer=True) for name in "nmkj")
ANY = And()

NONE: dict[str, tuple[Expr, Any]] = {
    "no n >= 0": (Sum(k, (k, 1, n)), ANY),
    "below an odd bound": (Sum(k, (k, 1, n)), Ge(n, -50)),
    "between two sizes": (Sum(k, (k, m, n)), And(Ge(n, 0), Ge(m, 0))),
    "a product": (Product(x, (k, 1, n)), And(Le(n, -3), Gt(x, 1))),
    "to a real number": (Sum(k, (k, 1, x)), Gt(x, 0)),
    "to a half": (Sum(k, (k, 1, n / 2)), Ge(n, 1)),
    "from a half": (Sum(k, (k, Rational(1, 2), n)), Ge(n, 1)),
    "an inner one": (Sum(k * j, (j, k + 2, n), (k, 1, n)), Ge(n, 2)),
    "one within another": (Sum(k * Sum(j, (j, k + 2, n)), (k, 1, n)), Ge(n, 2)),
    "a denominator": (1 / (1 + Product(2, (k, 3, n))), Ge(n, 0)),
}
SOME: dict[str, tuple[Expr, Any]] = {
    "from 1": (Sum(k, (k, 1, n)), Ge(n, 1)),
    "an empty one": (Sum(k, (k, 1, n)), Ge(n, 0)),
    "below n": (Sum(k, (k, 0, n - 1)), Ge(n, 0)),
    "between two sizes in order": (Sum(k, (k, m, n)), Ge(n, m)),
    "an even number of halves": (Sum(k, (k, 1, n / 2)), And(Ge(n, 2), Eq(Mod(n, 2), 0))),
    "an inner one": (Sum(k * j, (j, k + 1, n), (k, 1, n)), Ge(n, 1)),
    "one within another": (Sum(k * Sum(j, (j, 1, k)), (k, 1, n)), Ge(n, 1)),
    "an index that is called real": (Sum(t * Sum(j, (j, 1, t)), (t, 1, n)), Ge(n, 1)),
    "infinite": (Sum(1 / factorial(k), (k, n, oo)), Ge(n, 0)),
    "where a case comes to it": (Piecewise((Sum(k, (k, 1, n)), n > 0), (0, True)), ANY),
    "no sum": (x + n, Ge(x, 0)),
}


@pytest.mark.parametrize("what", NONE)
def test_a_sum_without_a_range_somewhere_is_an_error(what: str) -> None:
    """Its closed form was proved, for ranges that a reader takes for empty, or for none."""
    found = undefined(valued(*NONE[what]))
    assert "has no range" in found[0].what


@pytest.mark.parametrize("what", SOME)
def test_a_sum_with_a_range_everywhere_is_left_alone(what: str) -> None:
    assert not undefined(valued(*SOME[what]))


def test_the_run_says_where() -> None:
    outcome = vacuous(valued(Sum(k, (k, 1, n)), Ge(n, -5)), 0)
    assert outcome is not None
    assert outcome.outcome == "error"
    assert "Sum(k, (k, 1, n)) has no range" in outcome.detail
    assert "at n = -" in outcome.detail
