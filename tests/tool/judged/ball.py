"""The battery of ``exact/ball.py`` and ``exact/decided.py``: enclosures against 60 digits of mpmath."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType
from typing import Any

import flint
import mpmath
from sympy import (
    E,
    Float,
    Integer,
    Limit,
    Max,
    Min,
    Rational,
    Symbol,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    besselj,
    cos,
    cosh,
    cot,
    coth,
    csc,
    erf,
    erfc,
    exp,
    gamma,
    lambdify,
    log,
    pi,
    sec,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
)

from tests.tool.judged.tools import outcome, told

X, Y = symbols("x y")
N = Symbol("n", integer=True)
HALF = Rational(1, 2)
FORMULAS = (
    X, X + Y + 1, X * Y * 3, X - Y, X**3, X**-2, sqrt(X), X ** Rational(3, 2), X ** Rational(-1, 2),
    X ** Rational(1, 3), X**Y, log(X), exp(X * Y), pi * X, E + X, E**Y, Rational(2, 7) * Y,
    Integer(5) + 0 * X,
    log(1 + X) * exp(-Y) + sqrt(X + Y),
    *(f(X - Y) for f in (sin, cos, tan, cot, sec, csc, sinh, cosh, tanh, coth, atan, asinh, erf, erfc, abs)),
    *(f(X * Y / 2) for f in (asin, atanh)), acosh(1 + X), sin(X) * cos(Y) - 2,
    besselj(0, X * Y), besselj(3, X - Y),
)  # fmt: skip


def enclosures_hold(judge: ModuleType) -> None:
    """Each formula's ball holds the value, is small, and reaches over an interval what it should."""
    for p, q in ((Fraction(3, 7), Fraction(5, 3)), (Fraction(9, 4), Fraction(1, 8))):
        balls = {x: flint.arb(flint.fmpq(v.numerator, v.denominator)) for x, v in ((X, p), (Y, q))}
        for formula in FORMULAS:
            ball = judge.enclose(formula, balls)
            with mpmath.workdps(60):
                at = [mpmath.mpf(v.numerator) / v.denominator for v in (p, q)]
                value = lambdify([X, Y], formula, modules="mpmath")(*at)
                assert ball.overlaps(flint.arb(mpmath.nstr(mpmath.mpf(value), 50))), formula
            assert ball.rad() < 1e-9, formula  # 53 bits of working precision, a few operations
    for unknown in (
        gamma(X),
        Float("0.5") * X,
        Limit(X * Y, Y, 0),
        1 + gamma(X),
        besselj(HALF, X),
        besselj(X, 1),
        log(X, HALF, evaluate=False),
    ):
        assert outcome(lambda u=unknown: judge.enclose(u, {X: flint.arb(1)}))[0] == "inconclusive"  # type: ignore[misc]
    at = {x: flint.arb(k) for x, k in ((X, 2), (Y, -5), (N, 1))}
    for formula, whole_number in (
        (Max(X, Y, N), 2),
        (Min(X, Y, N), -5),
        (Max(Y, N), 1),
        (Min(X, N), 1),
        (abs(Y), 5),
    ):
        assert judge.enclose(formula, at) == whole_number, formula
    assert not judge.enclose(asin(X), at).is_finite()
    assert not judge.enclose(tan(X), {X: flint.arb(1).union(flint.arb(2))}).is_finite()
    whole = judge._interval(Fraction(-1, 3), Fraction(5, 2))
    for inside in ((-1, 3), (5, 2), (0, 1), (1, 1)):
        assert whole.overlaps(flint.arb(flint.fmpq(*inside)))
    for outside in ((-1, 2), (8, 3)):
        assert not whole.overlaps(flint.arb(flint.fmpq(*outside)))


def proofs_hold(judge: ModuleType) -> None:
    """What is positive is proved, what is negative somewhere refuted there, and the rest is undecided."""

    def is_(word: str, *arguments: Any, **more: Any) -> str:
        found, said, _ = outcome(lambda: judge.prove_positive(*arguments, **more))
        assert found == word, (arguments, said)
        return said

    precision = flint.ctx.prec
    assert judge.prove_positive(X, {X: (1, 2)}) == 1
    assert judge.prove_positive(Y + 1 + 0 * X, {X: (0, 0), Y: (0, 1)}) == 1
    # x (1 - x) + 1/8 on [0, 1]: its ball is [-7/8, ...] on the whole, and bisection settles it
    quarter = X * (1 - X) + Rational(1, 8)
    cells = judge.prove_positive(quarter, {X: (0, 1)})
    assert cells % 2 == 1  # each bisection makes two of one
    assert cells >= 7  # on [0, 1/2] the ball reaches -3/8 + ..., and on [0, 1/4] it is positive
    assert judge.prove_positive(quarter, {X: (0, 1)}, max_cells=cells) == cells
    is_("inconclusive", quarter, {X: (0, 1)}, max_cells=cells - 1)
    # only x needs bisecting: the other side is short, and stays whole
    assert judge.prove_positive(quarter + 0 * Y, {X: (0, 1), Y: (0, Rational(1, 1000))}) == cells
    assert judge.prove_positive(quarter + Y, {Y: (0, Rational(1, 1000)), X: (0, 1)}) == cells
    assert (
        judge.prove_positive(quarter + Y - 50, {Y: (50, Rational(50001, 1000)), X: (0, 1)}) == cells
    )
    with told() as heard:
        judge.prove_positive(log(1 + X) - X / (1 + X), {X: (Rational(1, 100), HALF)})
    assert heard == [("ball", (log(1 + X) - X / (1 + X), {X: (Rational(1, 100), HALF)}))]
    for expr, box in (
        (X - log(1 + X) - X**2 / 2, {X: (Rational(1, 100), HALF)}),
        (X - 1, {X: (0, Rational(3, 2))}), (X - Y, {X: (2, 3), Y: (0, 9)}),
    ):  # fmt: skip
        with told() as heard:
            try:
                judge.prove_positive(expr, box)
                raise RuntimeError(f"{expr} > 0 was proved")
            except AssertionError as error:
                at = {x: Rational(v.numerator, v.denominator) for x, v in error.witness.items()}  # type: ignore[attr-defined]
        assert heard == []
        assert expr.subs(at) < 0
        assert all(low <= at[x] <= high for x, (low, high) in box.items())
    # between integers nothing is refuted, at one it is, also next to the middle; none outside the box counts
    is_("inconclusive", (N - 1) * (N - 2) + Rational(1, 10), {N: (1, 3)}, max_cells=10)
    assert "{n: Fraction(2, 1)}" in is_("refuted", (N - 1) * (N - 3) + HALF, {N: (0, 3)})
    assert "{n: Fraction(1, 1)}" in is_("refuted", N - Rational(11, 10), {N: (1, 2)})
    is_("inconclusive", N - Rational(11, 10), {N: (Rational(21, 20), Rational(3, 2))}, max_cells=50)
    is_(
        "inconclusive",
        Rational(39, 20) - N,
        {N: (Rational(3, 2), Rational(199, 100))},
        max_cells=50,
    )
    is_(
        "inconclusive",
        N - Rational(11, 10),
        {X: (0, 1), N: (Rational(21, 20), Rational(3, 2))},
        max_cells=50,
    )
    is_("inconclusive", (N - 1) * (N - 2), {N: (1, 2)}, max_cells=50)  # 0 at both, and not below
    inside = {
        N: (Rational(11, 10), Rational(19, 10))
    }  # negative everywhere, and nowhere an integer
    assert "no decision within 32" in is_("inconclusive", (N - 1) * (N - 2), inside, max_cells=32)
    assert "between integers" in is_("inconclusive", (N - 1) * (N - 2), inside, max_cells=33)
    assert "no decision within 40" in is_("inconclusive", X - X, {X: (0, 1)}, max_cells=40)
    assert "no decision within 200 cells" in is_(
        "inconclusive", X - log(1 + X), {X: (0, HALF)}, max_cells=200
    )
    assert "not settled at the point" in is_("inconclusive", X - 1, {X: (1, 1)})
    assert "not settled at the point" in is_("inconclusive", X - Y, {X: (1, 1), Y: (1, 1)})
    is_("passed", X, {X: (1, 1)})
    is_("inconclusive", gamma(X), {X: (0, 1)})
    is_("passed", X + Rational(1, 100) - sin(X), {X: (0, 1)})
    is_("refuted", cos(X) - HALF, {X: (0, 3)})
    is_("inconclusive", 1 + tan(X) ** 2, {X: (1, 2)}, max_cells=200)
    is_("inconclusive", log(X, HALF, evaluate=False), {X: (2, 3)})
    for ends in ((0, pi), (pi, 4), (Float(0.5), 1), (2, 1), (0, X)):
        assert is_("ValueError", X + 9, {X: ends}).startswith("box[x]=")
    assert flint.ctx.prec == precision


def balls_hold(judge: ModuleType) -> None:
    """The whole battery of ``exact/ball.py``."""
    enclosures_hold(judge)
    proofs_hold(judge)


def telling_holds(judge: ModuleType) -> None:
    """Listeners hear what is told inside their block, and nothing outside it."""
    heard: list[tuple[str, Any]] = []
    judge.tell("zero", 1)
    with judge.listening(lambda kind, what: heard.append((kind, what))):
        judge.tell("zero", 2)
        with judge.listening(lambda kind, what: None):
            judge.tell("zero", 3)
        judge.tell("ball", 4)
    judge.tell("zero", 5)
    assert heard == [("zero", 2), ("ball", 4)]
