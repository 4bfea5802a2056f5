"""The battery of parts without a value at a point, and of sides that are no real numbers: by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    And,
    Derivative,
    DiracDelta,
    Ei,
    Eq,
    Ge,
    Gt,
    I,
    Integer,
    Integral,
    Le,
    Limit,
    Lt,
    Matrix,
    Max,
    Mod,
    Ne,
    Piecewise,
    Subs,
    Sum,
    Symbol,
    Tuple,
    atan,
    besselk,
    cos,
    exp,
    factorial,
    false,
    gamma,
    log,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    tan,
    true,
    zoo,
)

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, k = Symbol("n", integer=True), Symbol("k", integer=True)
u = Symbol("u")
ZERO, ONE = Integer(0), Integer(1)
INNER = 1 / (1 + 1 / x)

# A part, a point, and whether something in it has no value there.
WITHOUT: tuple[tuple[Any, dict[Any, Any], bool], ...] = (
    (INNER, {x: ZERO}, True), (INNER, {x: ONE}, False), (1 / (1 + x), {x: ZERO}, False),
    (x, {x: ZERO}, False), (1 / x, {x: ZERO}, True), (atan(1 / x), {x: ZERO}, True),
    (atan(1 / x), {x: ONE}, False), (2 + INNER, {x: ZERO}, True), (exp(-1 / x**2), {x: ZERO}, True),
    (log(x), {x: ZERO}, True), (log(x), {x: ONE}, False), (1 / log(x), {x: ZERO}, True),
    (1 / (3 + besselk(0, x)), {x: ZERO}, True), (Ei(x), {x: ZERO}, True), (tan(x), {x: pi / 2}, True),
    (1 / x + y, {x: ZERO}, True), (1 / x + y, {y: ZERO}, False), (1 / y, {x: ZERO}, False),
    (1 / (x * y), {x: ZERO}, True), (gamma(x), {x: ZERO}, True), (1 / gamma(x), {x: ZERO}, False),
    (1 / gamma(x) ** 2, {x: ZERO}, False), (gamma(x) ** 2, {x: ZERO}, True),
    (1 / factorial(n), {n: Integer(-1)}, False), (factorial(n), {n: -ONE}, True),
    (1 / gamma(1 / x), {x: ZERO}, True), (x / gamma(INNER), {x: ZERO}, True),
    (1 / gamma(x + 1), {x: -ONE}, False), (1 / (1 + gamma(x)), {x: ZERO}, True),
    (gamma(x) ** y, {x: ZERO}, True), (DiracDelta(x), {x: ZERO}, True), (DiracDelta(x), {x: ONE}, False),
    (DiracDelta(x - 1), {x: ONE}, True), (2 ** DiracDelta(x), {x: ZERO}, True),
    (DiracDelta(x) + DiracDelta(y), {x: ONE, y: ZERO}, True), (DiracDelta(y), {x: ZERO}, False),
    (DiracDelta(x * y), {x: ZERO}, True), (exp(x), {x: oo}, True), (exp(-oo * x), {x: ONE}, False),
    (Max(x, INNER), {x: ZERO}, True), (Max(x, 1 / y), {y: ZERO}, True), (Max(x, y), {x: ZERO}, False),
    (Mod(x, y), {y: ZERO}, False), (Mod(n, k), {n: ONE, k: ZERO}, False), (sqrt(1 / x), {x: ZERO}, True),
    (Piecewise((INNER, x > 0), (0, True)), {x: ZERO}, False),
    (Piecewise((0, x > 0), (INNER, True)), {x: ZERO}, True),
    (Piecewise((INNER, x >= 0), (0, True)), {x: ZERO}, True),
    (Piecewise((1, x >= 0), (INNER, True)), {x: ZERO}, False),
    (Piecewise((INNER, y > 0), (0, True)), {x: ZERO}, False),
    (Piecewise((1, y > 0), (INNER, True)), {x: ZERO}, False),
    (1 / Piecewise((x, x > -1), (1, True)), {x: ZERO}, True), (Sum(1 / x, (k, 1, n)), {x: ZERO}, False),
    (Derivative(1 / x, x), {x: ZERO}, False), (1 + Derivative(Abs(x), x), {x: ZERO}, False),
    (Integral(1 / x, (y, 0, 1)), {x: ZERO}, False), (Limit(1 / y, y, x), {x: ZERO}, False),
    (x * Sum(1 / x, (k, 1, n)) + 1 / x, {x: ZERO}, True), (Subs(1 / y, y, x), {x: ZERO}, False),
    (1 / sin(x), {x: pi}, True), (1 / (1 - cos(x)), {x: 2 * pi}, True), (1 / (1 - cos(x)), {x: pi}, False),
    (exp(-oo * x), {x: -ONE}, False),
    (exp(Sum(DiracDelta(x) + k * DiracDelta(y), (k, 1, n))), {x: ZERO}, True), (x * zoo, {x: ONE}, False),
    (nan + x, {x: ONE}, False), (Tuple(x, INNER), {x: ZERO}, True),
)  # fmt: skip

# A formula, its region, and whether a side of it is no real number there, with what is told of where.
IMAGINARY: tuple[tuple[Any, Any, dict[Any, Any] | None], ...] = (
    (Eq(y, I * Abs(x)), And(Ge(x, 0), Ge(y, 0)), {}), (Eq(y, I * x), And(Eq(x, 3), Gt(y, 0)), {x: 3}),
    (Eq(y, I * x), And(Eq(x, 0), Gt(y, 0)), None),
    (Eq(y, exp(I * x) * exp(-I * x) + I**2 * x), Ge(x, 0), None), (Eq(y, I * x), Gt(x, 0), {}),
    (Eq(y, I * x + Piecewise((1, x > 0), (2, True))), Gt(x, 0), None), (Eq(y, I * x), Gt(y, 0), None),
    (Eq(y, x), Gt(x, 0), None), (Ge(y, x), Gt(x, 0), None),
    (Eq(y + I * x, I * x + 2), And(Gt(x, 0), Gt(y, 0)), None), (Eq(y, I * z), And(Gt(z, 0), Lt(z, 0)), None),
    (And(Eq(y, 1), Eq(y, I * x)), And(Gt(x, 0), Gt(y, 0)), {}),
    (Eq(Abs(2 + I * x), y), And(Gt(x, 0), Gt(y, 0)), None),
    (Eq(Sum(I * k * x, (k, 1, n)), y), And(Gt(x, 0), Ge(n, 1), Gt(y, 0)), None),
    (Eq(Piecewise((I * x, x > 0), (0, True)), y), And(Gt(x, 0), Gt(y, 0)), None),
    (Eq(Matrix([y, I * x]), Matrix([1, 2])), And(Gt(x, 0), Gt(y, 0)), None),
    (Eq(Tuple(y, I * x), Tuple(1, 2)), And(Gt(x, 0), Gt(y, 0)), None), (Eq(u, I * x), Gt(x, 0), None),
    (Eq(y, I * x - 2 * I), And(Ge(x, 2), Gt(y, 0)), {}), (Eq(y, I * (x - 2)), And(Eq(x, 2), Gt(y, 0)), None),
    (And(Ne(y, I * x), Eq(z, 1)), And(Gt(x, 0), Gt(y, 0)), None),
    (Eq(y, I, evaluate=False), And(Gt(y, 0), Le(y, 1)), {}),
)  # fmt: skip


class _Odd:
    """An expression that SymPy does not compare, or divide by, where something is put in."""

    free_symbols = frozenset({x})

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def has(self, *_: Any) -> bool:
        return False

    def atoms(self, *_: Any) -> set[Any]:
        return set()

    def xreplace(self, put: Any) -> Any:
        raise self.error


def values_hold(judge: ModuleType) -> None:
    """Which parts have no value, with the cases that hold there; which side is no real number, and where."""
    for side, at, told in WITHOUT:
        assert judge.without_value(side, at) is told, (side, at)
    for error in (TypeError, ValueError, ZeroDivisionError):
        assert judge._infinite(_Odd(error), {x: ZERO}) is False
    for formula, region, told in IMAGINARY:
        found = [*judge.imaginary(formula, region)]
        assert len(found) == (told is not None), formula
        for one in found:
            assert one.what.endswith(", of which one side is no real number")
            assert one.what.startswith("Eq(")
            assert region.subs(one.instance) == true, formula
            assert {s: one.instance[s] for s in told or {}} == told
    assert [*judge.imaginary(Eq(y, I * x), false)] == []
