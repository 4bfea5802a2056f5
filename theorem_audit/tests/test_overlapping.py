"""Tables of which two cases hold at once, with different values, or none does."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    And,
    Contains,
    Ei,
    Eq,
    Expr,
    Function,
    Ge,
    Gt,
    Interval,
    Le,
    Mod,
    Or,
    Piecewise,
    Sum,
    exp,
    log,
    oo,
    sqrt,
    symbols,
    true,
)

from theorem_audit.tests.made_up import claim, valued
from theorem_audit.weigh.sense import vacuous

pytestmark = pytest.mark.usefixtures("somewhere")

w, x, y, z = symbols("w x y z", real=True)
n, k = symbols("n k", integer=True)
Case = tuple[Expr, Any]

TWO: dict[str, Case] = {
    "between": (Piecewise((x, x < 2), (2 * x, x > 1)), true),
    "in the order of an else-if": (Piecewise((1, x < 1), (2, x < 2), (0, True)), Ge(x, 0)),
    "at one point": (Piecewise((x, x <= 1), (2 * x, x >= 1)), Ge(x, 0)),
    "the last of three": (Piecewise((0, x < 0), (x, x <= 1), (2 * x, x >= 1)), true),
    "of integers": (Piecewise((1, Eq(Mod(n, 2), 0)), (2, Eq(Mod(n, 3), 0)), (0, True)), Ge(n, 1)),
    "of alternatives": (Piecewise((1, Or(x < 0, x > 5)), (2, x > 4), (3, True)), true),
    "of other symbols": (Piecewise((y, x < 1), (z, x < 2), (0, True)), Ge(x, 0)),
    "of no polynomials": (Piecewise((exp(x), x < 1), (log(x), x > 0)), true),
    "in a term": (Sum(Piecewise((1, k < 3), (2, k > 1)), (k, 1, 5)), true),
    "of what nobody knows": (Piecewise((Function("f")(x), x < 1), (x, x > 0)), true),
    "beside a point without a value": (
        Piecewise((log(x), x <= 0), (z, x >= 0), (1, x < 1)),
        Ge(x, 0),
    ),
    "within another": (Piecewise((Piecewise((1, x < 2), (2, x > 1)), x > 0), (0, True)), true),
}
ONE: dict[str, Case] = {
    "each excludes the one before": (Piecewise((x, x < 1), (2 * x, x >= 1)), true),
    "with the same value where they meet": (Piecewise((x, x <= 1), (2 * x - 1, x >= 1)), true),
    "where the region has one alone": (Piecewise((x, x <= 1), (2 * x, x >= 1)), Le(x, 0)),
    "where the region excludes the place": (Piecewise((x, x < 2), (2 * x, x > 1)), Gt(x, 2)),
    "otherwise": (Piecewise((x, x < 1), (y, True)), true),
    "of integers": (Piecewise((x, n < 1), (y, n > 0)), true),
    "where a factor is 0": (Piecewise((z * (x - 1), x <= 1), (0, x >= 1)), true),
    "where one of the two has no value": (Piecewise((1 / x, x <= 0), (z, x >= 0)), true),
    "where the other has no value": (Piecewise((z, x <= 0), (log(x), x >= 0)), true),
    "where one of the two is infinite": (Piecewise((Ei(x), x >= 0), (z, x <= 0)), true),
    "where one of the two is no real number": (Piecewise((sqrt(x), x < 0), (z, x <= -1)), true),
    "odd or even": (Piecewise((1, Eq(Mod(n, 2), 0)), (2, Eq(Mod(n, 2), 1))), Ge(n, 1)),
    "in a term": (Sum(Piecewise((1, k < 3), (2, k > 1)), (k, 3, oo)) * 0 + x, true),
    "where no case comes to it": (
        Piecewise((Piecewise((1, x < 2), (2, x > 1), (3, True)), x < 0), (0, True)),
        And(Ge(x, -1), Le(x, 4)),
    ),
}


NONE: dict[str, Case] = {
    "between two": (Piecewise((1, x > 0), (2, x < 0)), Ge(x, -1)),
    "between two integers": (Piecewise((1, n > 2), (2, n < 2)), Ge(n, 0)),
    "where two symbols are equal": (Piecewise((1, x > y), (2, x < y)), And(Ge(x, 0), Ge(y, 0))),
    "at a point inside": (
        Piecewise((1, And(x >= 0, x < 1)), (2, And(x > 1, x <= 2))),
        And(Ge(x, 0), Le(x, 2)),
    ),
    "at a root": (Piecewise((1, x**2 > 2), (2, x**2 < 2)), Ge(x, 0)),
    "at a logarithm": (Piecewise((1, exp(x) > 2), (2, exp(x) < 2)), Ge(x, 0)),
    "beyond an interval": (Piecewise((1, Contains(x, Interval(0, 1)))), Ge(x, 0)),
    "in a term": (Sum(Piecewise((1, k > 2), (2, k < 2)), (k, 1, 5)), true),
    "within another": (Piecewise((Piecewise((1, x > 2), (2, x < 2)), x > 0), (0, True)), Ge(x, 0)),
}
EACH: dict[str, Case] = {
    "three that are all": (Piecewise((1, x > 0), (2, x < 0), (3, Eq(x, 0))), Ge(x, -1)),
    "where the region excludes the rest": (Piecewise((1, x > 0), (2, x < 0)), Gt(x, 0)),
    "beside an interval": (
        Piecewise((1, Contains(x, Interval(0, 1))), (2, x > 1)),
        Ge(x, 0),
    ),
    "alternatives": (Piecewise((1, Or(x < 0, x > 5)), (2, And(x >= 0, x <= 5))), Ge(x, -9)),
}


AT_0 = Piecewise((1, y > 0), (2, y < 0))
UNIT = And(Ge(x, 0), Le(x, 1))
# What the formula says beside the table, and whether the table's gap is reached by it.
DEFINED: dict[str, tuple[Any, Any, bool]] = {
    "a line": (Eq(y, 2 * x - 1), UNIT, True),
    "a line that stays above": (Eq(y, 2 * x + 1), UNIT, False),
    "a root": (Eq(y, 2 * x**2 - 1), UNIT, True),
    "no polynomial": (Eq(y, exp(x) - 2), UNIT, True),
    "no polynomial, above": (Eq(y, exp(x) + 2), UNIT, False),
    "one after the other": (And(Eq(y, w - 1), Eq(w, 2 * x)), UNIT, True),
    "one after the other, above": (And(Eq(y, w + 1), Eq(w, 2 * x)), UNIT, False),
    "by the table itself": (And(Eq(y, w - 1), Eq(w, AT_0)), UNIT, False),
    "by another table": (Eq(y, Piecewise((x, x < 1), (0, True))), UNIT, True),
    "by another table, above": (Eq(y, Piecewise((x + 1, x < 1), (3, True))), UNIT, False),
    "by what nobody bounds": (Eq(y, w), UNIT, False),
}
UNSPOKEN = "what nothing is said of"  # which may be any number (``unspoken``)
IN_INTEGERS = (Eq(n, 2 * k + 1), Ge(k, 0))


def test_a_case_that_the_formula_excludes_has_no_gap() -> None:
    """Mended: what it defines was looked at as if it could be anything."""
    inner = Piecewise((1, x > 0), (2, x < 0))
    for line, gap in ((2 * x + 1, True), (2 * x - 1, False)):
        formula = And(Eq(y, line), Eq(z, Piecewise((inner, y > 0), (0, True))))
        assert (vacuous(claim(formula, UNIT), 0) is not None) == gap


@pytest.mark.parametrize("name", [*DEFINED, UNSPOKEN])
def test_a_gap_in_what_the_formula_defines_is_an_error(name: str) -> None:
    """Mended: of a symbol that no hypothesis speaks of a table's gaps were not looked for."""
    defined, region, gap = {**DEFINED, UNSPOKEN: (*IN_INTEGERS, True)}[name]
    said = vacuous(claim(And(defined, Eq(z, AT_0)), region), 0)
    assert (said is not None) == gap, said
    if said is not None:
        assert (said.outcome, "has no case there" in said.detail) == ("error", True)


@pytest.mark.parametrize("name", NONE)
def test_a_table_that_says_nothing_somewhere_is_an_error(name: str) -> None:
    """Mended: what two cases leave out together was not looked for."""
    said = vacuous(valued(*NONE[name]), 0)
    assert said is not None
    assert said.outcome == "error"


@pytest.mark.parametrize("name", EACH)
def test_a_table_that_says_something_everywhere_is_left_alone(name: str) -> None:
    said = vacuous(valued(*EACH[name]), 0)
    assert said is None, said


@pytest.mark.parametrize("name", TWO)
def test_a_table_that_says_two_things_somewhere_is_an_error(name: str) -> None:
    """Mended: its cases were read in order, which no reader is told."""
    said = vacuous(valued(*TWO[name]), 0)
    assert said is not None
    assert said.outcome == "error"
    assert "has two values" in said.detail


@pytest.mark.parametrize("name", ONE)
def test_a_table_that_says_one_thing_everywhere_is_left_alone(name: str) -> None:
    said = vacuous(valued(*ONE[name]), 0)
    if name.startswith("where one of the two"):  # which is told, and not that there are two values
        assert said is not None
        assert "has two values" not in said.detail
    else:
        assert said is None, said
