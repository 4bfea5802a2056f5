"""A claim that is false at an exact point of its own region, and a formula on which nothing is supposed."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Eq,
    Function,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Mod,
    Ne,
    Or,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    cos,
    exp,
    log,
    pi,
    sin,
    sqrt,
    true,
)

from theorem_audit.doubt.corners import false_at
from theorem_audit.doubt.undefined import undefined
from theorem_audit.doubt.unspoken import unspoken
from theorem_audit.statement.meaning import Meaning, OutOfReach, Parameter
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.sense import vacuous

pytestmark = pytest.mark.usefixtures("somewhere")
x, y, z, a, b = (Symbol(name, real=True) for name in "xyzab")
n, k = (Symbol(name, integer=True) for name in "nk")
c = Symbol("c")
f = Function("f")
HALF = Rational(1, 2)
UNIT = And(Ge(x, 0), Le(x, 1))
SQUARE = And(UNIT, Ge(y, 0), Le(y, 1))
WIDE = And(Ge(x, -1), Le(x, 1))
INNER = And(Gt(x, 0), Lt(x, 1))
# What is claimed, on what, and where it is false.
FALSE: dict[str, tuple[Any, Any]] = {
    "an end": (Gt(1 - x, 0), UNIT), "an end, less": (Lt(x, 1), UNIT), "a square": (Lt(x**2, 1), UNIT),
    "one conjunct": (And(Gt(1 - x, 0), Ge(x, 0)), UNIT), "two bounds": (Gt(1 - x * y, 0), SQUARE),
    "what is determined": (Gt(y, 0), And(UNIT, Eq(y, 1 - x))),
    "what the formula defines": (And(Eq(y, 1 - x), Gt(y, 0)), UNIT),
    "a chain": (And(Eq(y, z), Eq(z, 1 - x), Gt(y, 0)), UNIT),
    "two that are equal": (Gt(x**2 - 2 * x * y + y**2, 0), SQUARE),
    "without a hypothesis": (Gt(x**2 - 2 * x * y + y**2, 0), true), "a quotient": (Gt(x / (1 + x), 0), UNIT),
    "an absolute value": (Lt(Abs(x), 1), WIDE), "a root": (Gt(sqrt(x), 0), UNIT),
    "a maximum": (Gt(Max(x, y), 0), SQUARE), "a sum": (Gt(Sum(x, (k, 1, n)), 0), And(UNIT, Ge(n, 1))),
    "inside": (Ge(x**2, x), And(Ge(x, 0), Le(x, 2))), "the middle": (Le(x * (1 - x), Rational(1, 5)), UNIT),
    "another corner": (Ge(x, y), SQUARE), "a sine": (Le(sin(x), HALF), UNIT), "a sign": (Ge(x, 0), WIDE),
    "an alternative": (Or(Lt(x, HALF), Gt(x, HALF)), UNIT), "no equality": (Ne(x, 1), UNIT),
    "an integer": (Gt(n, 1), Ge(n, 1)), "a zero far away": (Ne(x, 123), Gt(x, 0)),
    "a zero of a factor": (Gt((x - 7) ** 2 * (y + 1), 0), And(Gt(x, 0), Gt(y, 0))),
    "a root at two ends": (Gt(sqrt(x) + sqrt(1 - y), 0), SQUARE),
    "a root far away": (Gt(sqrt((x - 7) ** 2 + (y - 7) ** 2), 0), And(Ge(x, 7), Ge(y, 7))),
    "a root of a difference": (Gt(sqrt((x - y) ** 2), 0), And(Ge(x, 5), Ge(y, 6))),
    "another number": (Lt(exp(x) + Abs(y), 2), And(Gt(x, -5), Le(y, 0))),
    "a root at its end": (Gt(sqrt(x - 7), 0), Ge(x, 7)),
    "a fourth power": (Gt((x - 7) ** 4 + y, y), And(Gt(x, 0), Gt(y, 0))),
    "a number that is defined": (And(Eq(y, -1), Gt(y, 0)), UNIT),
    "zero by normal form": (Lt((sqrt(x + 1) - 1) ** 2 - 3 + 2 * sqrt(2), 0), UNIT),
    "an end that is no rational": (Gt(cos(x), -1), And(Ge(x, 0), Le(x, pi))),
    "two such ends": (Gt(cos(x) + cos(y), -2), And(Ge(x, 0), Le(x, pi), Ge(y, 0), Le(y, pi))),
    "an angle": (Lt(sin(x), 1), And(Ge(x, 0), Le(x, 2))),
    "one whole number": (Ge(2**n, n**2), Ge(n, 1)), "each third": (Gt(Mod(n, 3), 0), Ge(n, 1)),
    "a factor beside an exponential": (Gt(exp(x) * (x - 9) ** 2, 0), And(Ge(x, 0), Le(x, 10))),
    "a factor that is written": (Gt(sqrt(x) * exp(x) * (y - 9) ** 2, 0), And(Ge(x, 1), Ge(y, 2))),
    "a sum of roots": (Gt(sqrt(2) * sqrt(x + 1) - 2, 0), UNIT),
}  # fmt: skip
TRUE: dict[str, tuple[Any, Any]] = {
    "not strict": (Ge(1 - x, 0), UNIT), "an open end": (Gt(1 - x, 0), INNER),
    "a square": (Ge(x**2 - 2 * x * y + y**2, 0), SQUARE),
    "a logarithm": (Lt(log(x), 0), INNER), "an alternative": (Or(Le(x, HALF), Gt(x**2, Rational(1, 4))), UNIT),
    "determined": (Ge(y, 0), And(UNIT, Eq(y, 1 - x))), "a function": (Gt(f(x), 0), UNIT),
    "what nothing is said of": (Gt(z, 0), UNIT), "an equation": (Eq(y, x + 1), SQUARE),
    "an integer": (Ge(n**2, n), Ge(n, -3)), "a table": (Gt(Piecewise((x + 1, Gt(x, 0)), (2, True)), 0), UNIT),
    "odd": (Ge(n, 1), And(Ge(n, 0), Eq(Mod(n, 2), 1))), "an infinite bound": (Lt(x, 10**9), UNIT),
    "a tower": (Gt(2 ** (2 ** (2**n)), n), Ge(n, 0)), "a tower of ten": (Ge(10 ** (10**n), n), Ge(n, 0)),
    "equal roots": (Ge(sqrt(4 * x + 4), 2 * sqrt(x + 1)), UNIT),
}  # fmt: skip
MEANT = Meaning("what is seen", value=len)
# 1/x with what is supposed, and whether that leaves a point without a value.
UNSAID: dict[str, tuple[Any, Any, bool]] = {
    "1/x": (1 / x, true, True), "1/(x - a)": (1 / (x - a), true, True), "beside": (1 / (x - 1), Gt(a, 0), True),
    "one bound": (1 / (x - a), Gt(a, 0), True), "a square": (1 / (x - a**2), Gt(x, 0), True),
    "a circle": (1 / (x**2 + a**2 - 1), Ge(x, 0), True), "a sum of squares": (1 / (x**2 + a**2), true, True),
    "a cube": (1 / (x**3 - a - 7), Ge(x, 0), True), "|x|": (1 / (Abs(x) - 3), true, True),
    "a maximum": (1 / (Max(x, a) - 3), Gt(a, 0), True), "a power": (x**a, Ge(x, 0), True),
    "an exponential": (1 / (x - exp(a)), Gt(x, 0), True), "a size": (1 / n, true, True),
    "a root": (sqrt(x), true, True), "not real": (1 / (c - 2), true, True),
    "a product": (x / (a * c), true, True),
    "fine": (1 / (1 + x**2), true, False), "a polynomial": (x**2 + a, true, False),
    "supposed": (1 / x, Gt(x, 0), False), "cosine": (1 / (2 - cos(x)), true, False),
    "a root that may be none": (sqrt(c), true, False), "not real, in a function": (1 / exp(c), true, False),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_claim_that_is_false_at_a_point_of_its_region_is_refuted(name: str) -> None:
    made = claim(*FALSE[name])
    said = vacuous(made, 0)
    assert said is not None
    assert said.outcome == "refuted"
    assert "is false at" in said.detail
    assert said.test.endswith("corners.py::false_at")
    found = false_at(made)
    assert found is not None
    assert found.sure
    if found.at:
        assert made.region.subs(found.at, simultaneous=True) == True  # noqa: E712 - a SymPy Boolean


@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_or_one_that_no_point_decides_is_left_alone(name: str) -> None:
    assert false_at(claim(*TRUE[name])) is None


def test_only_what_is_free_is_put_in() -> None:
    """A symbol that is played is what it is in a run; one with words alone may be, so no verdict is sure."""
    strict = Gt(1 - x, 0)
    for line, sure in ((MEANT, None), (OutOfReach("a limit", why="one"), None), (Parameter("any"), True),
                       ("words", False)):  # fmt: skip
        found = false_at(claim(strict, UNIT, symbols={"x": line}))
        assert (found and found.sure) == sure, line
    tied = And(UNIT, Le(y, x))
    assert false_at(claim(strict, tied, symbols={"y": MEANT})) is None
    assert false_at(claim(strict, And(UNIT, Ge(y, 0)), symbols={"y": MEANT})) is not None
    said = vacuous(claim(strict, UNIT, symbols={"x": "words"}), 0)
    assert said is not None
    assert said.outcome == "inconclusive"
    assert "Meaning" in said.detail
    any_x = {"x": Parameter("any number")}
    assert false_at(claim(Eq(x**2, x), true, symbols=any_x)) is not None
    assert false_at(claim(Eq(x**2, x), Gt(x, 0))) is None, "x may be what is defined"
    assert false_at(claim(Gt(x, 0), true, symbols=any_x)) is not None
    assert false_at(claim(Gt(x + y, 0), Gt(y, 0), symbols={"x": "words"})) is None
    both = false_at(claim(And(Gt(1 - x, 0), Gt(1 - y, 0)), SQUARE, symbols={"x": "words"}))
    assert both is not None
    assert (both.sure, both.part) == (True, Gt(1 - y, 0))


@pytest.mark.parametrize("name", UNSAID)
def test_a_symbol_of_which_nothing_is_supposed_may_be_any_number(name: str) -> None:
    side, region, lost = UNSAID[name]
    assert bool(undefined(claim(Eq(Symbol("v", real=True), side, evaluate=False), region))) == lost


def test_what_is_played_or_out_of_reach_is_not_any_number() -> None:
    v = Symbol("v", real=True)
    for line, asked in ((MEANT, False), (OutOfReach("a limit", why="one"), False), (Parameter("p"), True),
                        ("words", True)):  # fmt: skip
        made = claim(Eq(v, 1 / x), symbols={"x": line})
        assert (bool(undefined(made)), len(unspoken(made))) == (asked, asked), line
    assert unspoken(claim(Eq(v, x + y), Gt(y, 0))) == [Ge(x, -(10**6))]


__all__ = ["FALSE", "TRUE", "UNSAID"]
