"""Limits of a formula: those that do not exist, those that do, and the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sympy import (
    And,
    Eq,
    Expr,
    Function,
    Ge,
    Gt,
    Le,
    Limit,
    Lt,
    Piecewise,
    cos,
    exp,
    floor,
    oo,
    sign,
    sin,
    symbols,
    true,
)

from theorem_audit.tests.made_up import valued
from theorem_audit.weigh.sense import vacuous

pytestmark = pytest.mark.usefixtures("somewhere")

x, y = symbols("x y", real=True)
n = symbols("n", integer=True)
f = Function("f")
Case = tuple[Expr, Any]

NONE: dict[str, Case] = {
    "to and fro": (Limit(sin(x), x, oo), true),
    "faster and faster": (Limit(sin(1 / x), x, 0), true),
    "another one on each side": (Limit(sign(x), x, 0, "+-"), true),
    "a step": (Limit(floor(x), x, 1, "+-"), true),
    "up on one side and down on the other": (Limit(1 / x, x, 0, "+-"), true),
    "for one parameter": (Limit(cos(x * y), x, oo), Ge(y, 0)),
    "for one at the edge": (1 + Limit(sign(x - y), x, 1, "+-"), And(Ge(y, 0), Le(y, 1))),
}
SOME: dict[str, Case] = {
    "a quotient": (Limit(sin(x) / x, x, 0), true),
    "from above": (Limit(sign(x), x, 0), true),
    "from below": (Limit(1 / x, x, 0, "-"), true),
    "infinite": (Limit(x**2, x, oo), true),
    "of a positive parameter": (Limit(exp(-x * y), x, oo), Gt(y, 0)),
    "of one that is less than 0": (Limit(exp(x * y), x, oo), Lt(y, -1)),
    "of any parameter": (Limit((1 + y / x) ** x, x, oo), true),
    "of a sequence": (Limit(1 / n, n, oo), true),
    "of a function that the chapter names": (Limit(f(x), x, 0, "+"), true),
}
UNKNOWN: dict[str, Case] = {
    "signs in turn": (Limit((-1) ** n, n, oo), true),
    "of any sign": (Limit(exp(-x * y), x, oo), true),
}


@pytest.mark.parametrize("name", NONE)
def test_a_limit_that_does_not_exist_is_an_error(name: str) -> None:
    """Mended: each was a part with a value."""
    said = vacuous(valued(*NONE[name]), 0)
    assert said is not None
    assert said.outcome == "error"
    assert "does not exist" in said.detail
    assert vacuous(replace(valued(*NONE[name]), converges="it does not"), 0) is not None


@pytest.mark.parametrize("name", SOME)
def test_a_limit_that_exists_is_left_alone(name: str) -> None:
    assert vacuous(valued(*SOME[name]), 0) is None


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_limit_that_is_not_shown_to_exist_needs_its_authors_word(name: str) -> None:
    claim = valued(*UNKNOWN[name])
    said = vacuous(claim, 0)
    assert said is not None
    assert said.outcome == "inconclusive"
    assert vacuous(replace(claim, converges="by the paper"), 0) is None


def test_what_no_case_comes_to_has_no_limit_to_ask_for() -> None:
    table = Piecewise((Limit(sin(x), x, oo), y > 1), (y, True))
    assert vacuous(valued(table, Ge(y, 2)), 0) is not None
    assert vacuous(valued(table, And(Ge(y, 0), Le(y, 1))), 0) is None
    assert vacuous(valued(y + Limit(x, x, 1), Eq(y, 2)), 0) is None
