"""Formulas without an end where numbers are put in: what is not worked out is not asked, and the look ends."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Derivative,
    Eq,
    Expr,
    Function,
    Ge,
    Gt,
    Integer,
    Integral,
    Ne,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    bell,
    bernoulli,
    binomial,
    catalan,
    chebyshevt,
    cos,
    cosh,
    euler,
    exp,
    factorial,
    factorial2,
    fibonacci,
    floor,
    gamma,
    harmonic,
    legendre,
    log,
    lucas,
    pi,
    primepi,
    root,
    sin,
    sqrt,
    subfactorial,
    sympify,
    zeta,
)  # fmt: skip

from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.sizes import TooLarge, fits, short, sized, written_out
from theorem_audit.exact.zero import rational_form
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh import sense

pytestmark = pytest.mark.usefixtures("somewhere")
x, y, v = (Symbol(name, real=True) for name in "xyv")
n, k = Symbol("n", integer=True), Symbol("k", integer=True)
f = Function("f")
SECONDS = 2.0  # of the processor, for the look at one claim
HALF = Rational(1, 2)
FROM_1, ABOVE = Ge(n, 1), Gt(x, 0)
# What is claimed, and on what; the look at each took minutes, or all memory.
ENDLESS: dict[str, tuple[Any, Any]] = {
    "a factorial of a factorial": (Gt(factorial(factorial(n)) + 1, n), Ge(n, 0)),
    "three": (Eq(v, factorial(factorial(factorial(n)))), Ge(n, 0)),
    "a Fibonacci number": (Gt(fibonacci(10**9 * n), 0), FROM_1),
    "of a tower": (Gt(fibonacci(2 ** (2**n)), 0), FROM_1), "Lucas": (Gt(lucas(10**9 * n), 0), FROM_1),
    "Bell": (Gt(bell(10**8 * n), 0), FROM_1), "Bernoulli": (Ne(bernoulli(10**6 * n), 0), FROM_1),
    "Euler": (Ne(euler(10**6 * n), 0), FROM_1), "zeta": (Gt(zeta(10**8 * n), 0), FROM_1),
    "Catalan": (Gt(catalan(10**8 * n), 0), FROM_1), "harmonic": (Gt(harmonic(10**9 * n), 0), FROM_1),
    "without a fixed point": (Gt(subfactorial(10**7 * n), 0), FROM_1),
    "each second factor": (Gt(factorial2(10**8 * n), 0), FROM_1), "gamma": (Gt(gamma(10**8 * n), 0), FROM_1),
    "primes": (Gt(primepi(10**12 * n), 0), FROM_1), "a root": (Gt(root(10 ** (500 * n) + 1, 7), n), FROM_1),
    "Legendre": (Gt(legendre(10**5 * n, x), -2), And(FROM_1, ABOVE)),
    "Chebyshev": (Gt(chebyshevt(10**5 * n, x), -2), And(FROM_1, ABOVE)),
    "one over a binomial": (Eq(v, 1 / (binomial(2 ** (2**n), 2**n) - 1)), Ge(n, 1)),
    "one over exponentials": (Eq(v, 1 / (exp(exp(exp(exp(x)))) - 7)), Ge(x, 0)),
    "one over a long power": (Eq(v, 1 / ((x + 2) ** (10**6) - 3)), Ge(x, 0)),
    "a sum to a tower": (Gt(Sum(1 / k, (k, 1, n ** (n**n))), 0), FROM_1),
    "the integral of a long power": (Gt(Integral((y + x) ** (10**4), (y, 0, 1)), 0), ABOVE),
    "a hypothesis with a tower": (Gt(x, -1), And(Gt(x, n ** (n**n)), Ge(n, 6))),
    "an equation with one": (Gt(x, -1), And(Eq(x, 2 ** (3 ** (2**n))), Ge(n, 6))),
    "a hypothesis of a long power": (Gt(x, -1), And(Eq(x ** (10**4), 2), Ge(x, 0))),
    "a case": (Eq(v, Piecewise((x, Gt(n ** (n ** (n**n)), x)), (1, True))), And(FROM_1, ABOVE)),
    "a number's long power": (Gt((HALF + sqrt(5) / 2) ** (10**6) * x - 1, -2), ABOVE),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDLESS)
def test_the_look_at_a_claim_ends(what: str) -> None:
    made, before = claim(*ENDLESS[what]), time.process_time()
    sense.vacuous(made, 0)
    assert time.process_time() - before < SECONDS


def test_a_look_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(of: object) -> None:
        while True:
            pass

    monkeypatch.setattr(sense, "PATIENCE", 0.1)
    monkeypatch.setattr(sense, "false_anywhere", slowly)
    said = sense.vacuous(claim(Gt(x, 0), ABOVE), 0)
    assert said is not None
    assert said.outcome == "inconclusive"
    assert "at exact points was not asked: no decision within" in said.detail


SIZED: tuple[tuple[Any, dict[Any, Any], bool], ...] = (
    (2**n, {n: 1000}, True), (2**n, {n: 1001}, True), (2**n, {n: 19_999}, False),
    (x**n, {x: 1, n: 10**9}, True),
    (x**n, {x: 0, n: 10**9}, True), (x**n, {x: -1, n: 10**9}, True),
    (x**n, {x: Rational(1, 2), n: -(10**5)}, False),
    (x**n, {n: 10**9}, True), (x**n, {x: 2}, True), (n ** (n**n), {n: 4}, True), (n ** (n**n), {n: 5}, True),
    (n ** (n**n), {n: 6}, False), (factorial(n), {n: 1000}, True), (factorial(n), {n: 1001}, False),
    (factorial(factorial(n)), {n: 6}, True), (factorial(factorial(n)), {n: 7}, False),
    (bell(n), {n: 100}, True), (bell(n), {n: 101}, False), (bell(bell(n)), {n: 5}, True),
    (bell(bell(n)), {n: 6}, False), (legendre(n, x), {n: 3}, True), (legendre(n, x), {n: 10**5}, False),
    (f(2**n), {n: 900}, True), (f(2 ** (2**n)), {n: 20}, False), (log(n), {n: 10**9}, True),
    (Abs(n) + floor(n), {n: -(10**9)}, True), (exp(x), {x: 10**6}, True), (exp(x), {x: 10**15}, False),
    (exp(exp(x)), {x: 20}, True), (exp(exp(x)), {x: 10**6}, False), (floor(exp(x)), {x: 100}, True),
    (floor(exp(x)), {x: 10**6}, False), (cos(exp(x)), {x: 10**6}, False), (cos(x), {x: 10**6}, True),
    (cosh(x), {x: 10**6}, True), (cosh(x), {x: 10**15}, False), (x**n, {x: pi, n: 10**6}, True),
    (x ** exp(y), {x: 2, y: 10**6}, False), (x**y, {x: 2, y: pi}, True),
    (x**y, {x: 10**9, y: pi * 10**12}, False),
    (root(x, 7), {x: 10**9}, True), (root(x, 7), {x: 10**400}, False), (sqrt(x), {x: sqrt(2)}, True),
    (Sum(k**2, (k, 1, n)), {n: 1000}, True), (Sum(k**2, (k, 1, n)), {n: 1001}, False),
    (Product(k, (k, 1, n)), {n: 10**6}, False), (Sum(2**k, (k, 1, 3)), {k: 10**9}, True),
    (Sum(2 ** (2**n), (k, 1, 3)), {n: 40}, False), (Integral(2**n, (x, 0, 1)), {n: 10**6}, False),
    (And(Gt(2**n, x), Gt(x, 0)), {n: 10**6, x: 1}, False), (n, {n: n}, True),
    (binomial(n, 3), {n: Rational(1, 2)}, True), (gamma(x), {x: -1}, True), (bell(bell(-n)), {n: 3}, True),
    (Derivative(2**n, n), {n: 10**6}, False), (exp(sin(n)), {n: 10**6}, True), (x**2 + y, {x: 1, y: 2}, True),
    (exp(x * pi + 1), {x: 10**15}, False), (exp(2**n * x), {n: 100, x: 1}, False),
)  # fmt: skip


def test_what_has_too_many_digits_is_told_before_it_is_worked_out() -> None:
    for part, at, small in SIZED:
        assert fits(part, {z: sympify(value) for z, value in at.items()}) is small, (part, at)
    with pytest.raises(TooLarge, match="factorial of 5040"):
        sized(factorial(factorial(n)), {n: Integer(7)})


WRITTEN: tuple[tuple[Expr, bool], ...] = (
    ((x + 1) ** 1000, True), ((x + 1) ** 1001, False), (x ** (10**6), True), ((x + y) ** 900, True),
    ((x + y + v + n + k) ** 80, False), ((x + y + v + n + k) ** 20, True), (1 / (x + 1) ** 5000, False),
    ((x + 1) ** 900 * (y - 1) ** 900, True), ((x + 1) ** 900 * (y - 1) ** 900 * (v + 1) ** 9, False),
    ((1 + x) * (1 + y) * (1 + v), True), ((1 + sqrt(2)) ** 900, True), ((1 + sqrt(2)) ** 1001, False),
    (Pow(x * y, 5000), True), (log((x + 1) ** 3), True), ((1 + exp(x)) ** 5000, False), (x, True),
    ((x**2 + 1) ** 400 * (x + 2) ** 500, True), (Integer(3), True),
)  # fmt: skip


def test_what_has_too_many_terms_is_told_before_it_is_written_out() -> None:
    for part, few in WRITTEN:
        assert short(part) is few, part
    with pytest.raises(TooLarge, match="more than are written out"):
        written_out((x + 1) ** 5000)
    with pytest.raises(Undecided):
        rational_form((x + 1) ** 5000)


__all__ = ["SIZED", "WRITTEN"]
