"""Conditions at rational points: as SymPy's ``subs`` has them, or not at all."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import fmpq
from sympy import (
    QQ,
    And,
    Eq,
    Float,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Not,
    Or,
    Rational,
    Symbol,
    log,
    pi,
    sqrt,
    symbols,
)
from sympy import false as never
from sympy import true as always

from theorem_audit.exact.rationals import ratio_to_flint, to_flint, to_fraction, to_sympy
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.values import LARGEST, holds

X, Y = symbols("x y")
N = Symbol("n", integer=True)
HALF = Rational(1, 2)


@pytest.mark.parametrize("text", ["0", "-3/2", "7", "123456789012345678901234567890/7"])
def test_a_number_is_the_same_in_each_library(text: str) -> None:
    ours, theirs = Rational(text), fmpq(*Fraction(text).as_integer_ratio())
    assert (
        to_flint(ours)
        == ratio_to_flint(Fraction(text))
        == ratio_to_flint(QQ.convert(ours))
        == theirs
    )
    assert (to_sympy(theirs), type(to_sympy(theirs))) == (ours, type(ours))
    assert to_fraction(theirs) == to_fraction(ours) == Fraction(text)


def test_comparisons_on_both_sides_and_at_the_edge() -> None:
    said = {Eq: "01", Ne: "10", Gt: "10", Ge: "11", Lt: "00", Le: "01"}  # at x^2 - y = 1/4 and 0
    for relation, (beyond, edge) in said.items():
        condition = relation(X**2 - Y, 0, evaluate=False)
        assert holds(condition, {X: 1, Y: Fraction(3, 4)}) is (beyond == "1"), condition
        assert holds(condition, {X: -HALF, Y: Rational(1, 4)}) is (edge == "1"), condition
    assert holds(Lt(X, Y), {X: 1, Y: 2}) is True
    assert holds(Gt(X, Y), {X: 1, Y: 2}) is False


def test_conditions_are_joined() -> None:
    both, one = And(X > 0, Y > 0), Or(X > 0, Y > 0)
    for x, y in ((1, 1), (1, -1), (-1, -1)):
        at = {X: x, Y: y}
        assert holds(both, at) is (x > 0 and y > 0)
        assert holds(one, at) is (x > 0 or y > 0)
    assert holds(always, {}) is True
    assert holds(never, {}) is False


@pytest.mark.parametrize(
    ("condition", "point"),
    [
        (X > Y, {X: 1}), (1 / X > 0, {X: 0}), (Gt((X - 1) ** -2, 0), {X: 1}), (sqrt(X) > 0, {X: 4}),
        (log(X) > 0, {X: 2}), (pi < X, {X: 4}), (X > 0, {X: sqrt(2)}), (X > 0, {X: 0.5}),
        (Float("0.5") < X, {X: 1}), (X > 0, {X: True}), (Not(And(X > 0, Y > 0)), {X: 1, Y: 1}),
        (X**N > 0, {X: 2, N: 3}), (X ** (LARGEST + 1) > 0, {X: 2}),
        # what is left of one part leaves the whole: ``subs`` may raise there
        (And(X > 0, sqrt(Y) > 0), {X: -1, Y: -1}), (Or(X > 0, sqrt(Y) > 0), {X: 1, Y: -1}),
    ],
)  # fmt: skip
def test_what_is_not_decided(condition: object, point: dict[Symbol, object]) -> None:
    assert holds(condition, point) is None  # type: ignore[arg-type]


def test_as_subs_has_it() -> None:
    rng, told = random.Random(5), {True: 0, False: 0}

    def number() -> Rational:
        return Rational(rng.randint(-4, 4), rng.randint(1, 3))

    for _ in range(200):
        one = number() * X**2 + number() * X * Y + number() / (1 + Y**2) + number()
        other = (X - number()) * number() ** 2
        relation = rng.choice((Eq, Ne, Gt, Ge, Lt, Le))(one, other)
        condition = rng.choice((And, Or))(relation, Gt(X + Y, number()), Le(X, 3))
        point = {X: number(), Y: number()}
        found = holds(condition, point)
        assert found is bool(condition.subs(point)), (condition, point)
        told[found] += 1
    assert min(told.values()) > 20


def test_what_is_left_is_asked_of_subs() -> None:
    assert satisfies(sqrt(X) > 1, {X: Integer(4)})
    assert not satisfies(And(X > 0, N > 0), {X: 1, N: HALF})
    with pytest.raises(ValueError, match="open"):
        satisfies(X > Y, {X: 1})
