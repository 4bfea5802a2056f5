"""Statements that show another one, have no value somewhere, or are put together wrongly: each is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Dummy,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    IndexedBase,
    Le,
    Lt,
    Mod,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    acosh,
    acoth,
    asec,
    asin,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sqrt,
)
from sympy.stats import Normal

from theorem_audit.doubt.undefined import undefined
from theorem_audit.statement import Assumption
from theorem_audit.tests.test_no_silent_success import claim

x, y = Symbol("x", real=True), Symbol("y", real=True)
n, k = Symbol("n", integer=True), Symbol("k", integer=True)

pytestmark = pytest.mark.usefixtures("somewhere")


BOUND = Symbol("k", real=True)
ALIKE = {
    "a free letter as a sum's index": (Eq(y, Sum(BOUND, (k, 1, 3))), "two symbols are called k"),
    "a dummy": (Eq(y, x - Dummy("x", real=True)), "shown alike"),
    "x1 and x_1": (Eq(y, Symbol("x1", real=True) - Symbol("x_1", real=True)), "shown alike"),
    "alpha and its letter": (Eq(y, Symbol("alpha", real=True) - Symbol("α", real=True)), "shown alike"),
    "a Greek letter like a Latin one": (Eq(y, Symbol("o", real=True) - Symbol("ο", real=True)), "alike"),
    "e and a symbol e": (Eq(y, Symbol("e", real=True) - exp(1)), "shown alike"),
    "i and a symbol i": (Eq(y, Symbol("i", real=True) * I), "shown alike"),
    "pi and a symbol pi": (Gt(pi, Symbol("pi", real=True)), "shown alike"),
    "a Cyrillic letter": (Eq(y, x - Symbol("\u0445", real=True)), "neither ASCII nor Greek"),
    "no width": (Eq(y, x - Symbol("x\u200b", real=True)), "neither ASCII nor Greek"),
    "-1": (Eq(y, x + Symbol("-1", real=True)), "is a number"),
    "one half": (Eq(y, x + Symbol(r"\frac{1}{2}", real=True)), "is a number"),
    "infinity": (Eq(y, x + Symbol("oo", real=True)), "is a number"),
    "twice a function": (Eq(y, Function("2f")(x)), "is a number"),
    "a function by a Cyrillic letter": (Eq(y, Function("\u0455in")(x)), "neither ASCII nor Greek"),
    "a function that is called exp": (Eq(Function("exp")(x), exp(x)), "as one of SymPy's is"),
    "a random symbol": (Eq(y, Normal("X", 0, 1)), "a law that no sentence shows"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALIKE)
def test_a_statement_that_shows_another_one_is_refused(what: str) -> None:
    formula, says = ALIKE[what]
    with pytest.raises(TypeError, match=says):
        claim(formula)


def test_letters_that_differ_are_no_other_ones() -> None:
    claim(
        Eq(
            y,
            Symbol("α", real=True) * Symbol("pi", real=True)
            + Sum(k * IndexedBase("a")[k], (k, 1, n))
            - n,
        )
    )


def _in(*conditions: Any) -> tuple[Assumption, ...]:
    return tuple(Assumption(f"h{i}", c) for i, c in enumerate(conditions))


NOWHERE = {
    "a case is missing": (Piecewise((x, x > 0)), _in(Ge(x, -1), Le(x, 1))),
    "an arcus beyond 1": (asin(x), _in(Ge(x, 0), Le(x, 2))),
    "acosh below 1": (acosh(x), _in(Gt(x, 0))),
    "a pole of gamma": (gamma(n), _in(Ge(n, 0))),
    "a factorial below 0": (factorial(n), _in(Ge(n, -3))),
    "a cube root below 0": (x ** Rational(1, 3), _in(Ge(x, -8))),
    "0 to a negative power": (x**n, _in(Ge(x, 0), Ge(n, -1))),
    "a negative number to a real power": ((x - 1) ** x, _in(Ge(x, Rational(1, 2)))),
    "a remainder of a division by 0": (Mod(n, k), _in(Ge(k, 0), Ge(n, 0))),
    "a term of a sum": (Sum(x / k, (k, 0, 3)), _in(Gt(x, 0))),
    "a term of a sum, by its ends": (Sum(x / k, (k, n - 1, 2 * n)), _in(Gt(x, 0), Ge(n, 1))),
    "one of two sums with one pole": (Sum(x / k, (k, 1, 3)) + Sum(1 / k, (k, 0, 3)), _in(Gt(x, 0))),
    "a case of a sum that comes to a pole": (
        Sum(Piecewise((0, Eq(k, 2)), (1 / (k - 3), True)), (k, 1, n)),
        _in(Ge(n, 5), Le(n, 9)),
    ),
    "a case of two conditions that does": (
        Sum(Piecewise((0, (k < 3) & (n > 6)), (x / (k - 2), True)), (k, 1, n)),
        _in(Ge(n, 5), Gt(x, 0)),
    ),
    "one over a root below 0": (1 / sqrt((x - 1) * (x - 2)), _in(Gt(x, 1), Lt(x, 2))),
    "a negative number to the pi": (x**pi, _in(Ge(x, -3), Le(x, -1))),
    "a negative number to a root": ((x - 4) ** sqrt(2), _in(Ge(x, 0), Le(x, 3))),
    "acoth below 1": (acoth(x), _in(Ge(x, 0))),
    "asec below 1": (asec(x), _in(Gt(x, 0))),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_a_formula_that_has_no_value_somewhere_is_an_error(what: str) -> None:
    side, region = NOWHERE[what]
    assert undefined(claim(Eq(y, side), assumptions=region)), side


def test_formulas_with_values_everywhere_are_left_alone() -> None:
    for side, region in (
        (Piecewise((x, x > 0), (-x, True)), _in(Ge(x, -1))),
        (asin(x), _in(Ge(x, -1), Le(x, 1))),
        (factorial(n), _in(Ge(n, 0))),
        (x**n, _in(Ge(x, 0), Ge(n, 0))),
        (x ** Rational(1, 3), _in(Ge(x, 0))),
        (Sum(x / k, (k, 1, n)), _in(Gt(x, 0), Ge(n, 1))),
        (1 / sqrt(x), _in(Gt(x, 0))),
        (x**pi, _in(Ge(x, 0))),
        (acoth(x), _in(Gt(x, 1))),
        (Sum((k - 3) ** (n * (n + 1) / 2), (k, 1, 5)), _in(Ge(n, 1))),
    ):
        assert not undefined(claim(Eq(y, side), assumptions=region)), side


GUARDED = {
    "a division": Sum(Piecewise((0, Eq(k, 3)), (1 / (k - 3), True)), (k, 1, n)),
    "a division in a product": Product(Piecewise((1, Eq(k, 2)), (1 / (k - 2), True)), (k, 1, n)),
    "a root": Sum(Piecewise((sqrt(3 - k), k <= 3), (0, True)), (k, 1, n)),
    "by two conditions": Sum(Piecewise((1 / (k - 3), (k < 3) | (k > 3)), (0, True)), (k, 1, n)),
    "by what is not reached": Sum(Piecewise((1, k <= n), (1 / (x - 1), True)), (k, 1, n)),
    "in a case of its own": Piecewise((Sum(1 / (k - 3), (k, 4, n)), n > 3), (0, True)),
    "around the sum": Piecewise((Sum(1 / (k - 9), (k, 1, n)), n < 9), (log(x), True)),
    "in a sum in a case": Sum(Piecewise((0, k < 4), (1 / (k - 3), True)), (k, 1, n)) / x,
}


@pytest.mark.parametrize("what", GUARDED)
def test_a_term_whose_case_is_never_taken_is_left_alone(what: str) -> None:
    region = _in(Ge(n, 5), Le(n, 9), Gt(x, 0))
    assert not undefined(claim(Eq(y, GUARDED[what]), assumptions=region))


UNSAID: dict[str, tuple[dict[str, Any], str]] = {
    "no step": ({"steps": ()}, "one step at least"),
    "a step without a name": ({"steps": ("a", " ")}, "one has no name"),
    "a cited theorem without a name": ({"cites": ("",)}, "one has no name"),
    "a step twice": ({"steps": ("a", "a")}, "two have one name"),
    "steps that are a word": ({"steps": "ab"}, "a tuple is needed"),
    "theorems that are a word": ({"cites": "Robbins"}, "a tuple is needed"),
    "two assumptions of one name": (
        {"assumptions": (Assumption("a", Gt(x, 0)), Assumption("a", Le(x, 1)))}, "two have one name"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNSAID)
def test_a_claim_put_together_wrongly_is_refused(what: str) -> None:
    more, says = UNSAID[what]
    with pytest.raises((TypeError, ValueError), match=says):
        claim(**more)
