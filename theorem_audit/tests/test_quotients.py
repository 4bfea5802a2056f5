"""Zero by FLINT's polynomials: as ``rational_form`` decides it, or not at all."""

from __future__ import annotations

import random

import pytest
from sympy import (
    Add,
    Expr,
    Float,
    I,
    Integer,
    MatrixSymbol,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    cancel,
    exp,
    expand,
    factor,
    pi,
    sqrt,
    symbols,
    together,
)

from theorem_audit.exact import Undecided, is_zero, quotients, rational_form
from theorem_audit.exact.quotients import vanishes

X, Y, Z = symbols("x y z")
A, B = symbols("a b", commutative=False)
NOTHING = (X + 1) ** 2 - X**2 - 2 * X - 1
ROOT = sqrt(X + sqrt(Y))

ZERO = (
    X - X, NOTHING, 1 / X - 1 / (X + 1) - 1 / (X * (X + 1)), (X / Y - Y / X) * X * Y - X**2 + Y**2,
    1 / (1 + 1 / X) - X / (X + 1), sqrt(2) ** 2 - 2, 1 / sqrt(X) - sqrt(X) / X, sqrt(X / Y) ** 2 - X / Y,
    sqrt(X**2 + 2 * X * Y + Y**2) - sqrt((X + Y) ** 2), (1 + ROOT) ** 2 - 1 - 2 * ROOT - X - sqrt(Y),
    sqrt(1 / X + 1) - sqrt((X + 1) / X), (X + 1) ** Rational(-3, 2) * sqrt(X + 1) ** 3 - 1,
    Pow(Mul(sqrt(X), 1 / Y, evaluate=False), -1, evaluate=False) - Y / sqrt(X),
)  # fmt: skip
NOT_ZERO = (
    X, X - Y, 1 / X - 1 / Y, X + Rational(1, 10**12), Rational(1, 3), (X + Y) ** 9 - X**9 - Y**9,
    X - Symbol("x", real=True),
)  # fmt: skip
LEFT = (
    1 / NOTHING, X - X / (1 + X / NOTHING**2), Pow(Add(X, -X, evaluate=False), -1, evaluate=False),
    A * B - B * A, A - A.subs(A, X), MatrixSymbol("M", 2, 2)[0, 0], exp(X) - exp(X + 1), pi - 3, 2**X,
    Float("0.5") * X, X ** Rational(1, 3), I * X, sqrt(-X - 1) + I, Piecewise((X, X > 0), (0, True)),
    # a zero below which no polynomial shows, and roots that are not independent
    1 / (sqrt(4 * X) - 2 * sqrt(X)), sqrt(4 * Y, evaluate=False) - 2 * sqrt(Y), sqrt(X**2) - X,
    1 / (sqrt(X) - 1) - (sqrt(X) + 1) / (X - 1),
)  # fmt: skip


def test_what_is_zero_and_what_is_not() -> None:
    for expr in ZERO:
        assert vanishes(expr) is True, expr
    for expr in NOT_ZERO:
        assert vanishes(expr) is False, expr
    for expr in LEFT:
        assert vanishes(expr) is None, expr


def _made(rng: random.Random, depth: int) -> Expr:
    if not depth:
        number = Rational(rng.randint(-3, 5), rng.randint(1, 4))
        return rng.choice([X, Y, Z, Integer(rng.randint(-3, 3)), number])
    one, way = _made(rng, depth - 1), rng.random()
    if way < 0.8:
        other = _made(rng, depth - 1)
        return one + other if way < 0.3 else one * other if way < 0.6 else one - other
    return one ** rng.choice([-2, -1, 2, 3]) if way < 0.9 else sqrt(one)


def test_as_the_normal_form_has_it() -> None:
    rng, told = random.Random(20), {True: 0, False: 0, None: 0}
    for _ in range(300):
        expr = _made(rng, rng.choice((2, 3)))
        if expr.is_finite is False or expr.has(I):
            continue
        if rng.random() < 0.5:
            expr = Add(expr, -rng.choice((expand, factor, together, cancel))(expr))
        found = vanishes(expr)
        told[found] += 1
        if found is None:
            continue
        top, _ = rational_form(expr)
        assert top.is_zero is found, expr
    assert min(told.values()) > 10, told


def test_what_would_take_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    large = (X + Y + Z) ** 20 * (X - Y) ** 20 + 1 / (X + Y + Z) + 1 / (X * Y - Z)
    assert vanishes(large) is False
    monkeypatch.setattr(quotients, "WORK", 5)
    assert vanishes(large) is None
    assert vanishes(1 / (X + Y + Z) - 1 / (X + Y - Z)) is None
    assert vanishes((X + Y) ** 2 - X**2 - 2 * X * Y - Y**2) is True


def test_what_is_left_is_told_by_the_normal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        is_zero(1 / NOTHING)
    with pytest.raises(Undecided, match="square roots remain"):
        is_zero(sqrt(X**2) - X)
    assert is_zero(1 / (sqrt(X) - 1) - (sqrt(X) + 1) / (X - 1))
    monkeypatch.setattr(quotients, "WORK", 0)
    assert all(map(is_zero, ZERO))
    assert not any(is_zero(x) for x in NOT_ZERO[:-1])
