"""Tools of the falsifiers: exact or rigorous evaluation, drawing inside a region, and plain references.

A falsifier draws settings inside a claim's own region, plays them with a reference that shares no code
with ``sim``, and judges the claim's formula.  Rational values are compared exactly; where logarithms
enter, both sides are balls, and only what is surely false refutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import wraps
from math import comb
from operator import mul
from typing import Any

import flint
import numpy as np
from sympy import Abs, Basic, Max, Min, Sum, binomial, exp, log, pi, sign
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Or

from tests.ambient import as_fmpq
from tests.falsify.model.draw import until
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim

F = Fraction
ZERO = flint.fmpq(0)
Falsifier = Callable[[Claim, np.random.Generator, float], int]
Point = Mapping[Any, Any]
PRECISION = 200


def precise(search: Falsifier) -> Falsifier:
    """The same search with balls of 200 bits; the precision is set back at its end."""

    @wraps(search)
    def run(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
        old, flint.ctx.prec = flint.ctx.prec, PRECISION
        try:
            return search(claim, rng, seconds)
        finally:
            flint.ctx.prec = old

    return run


def ball(number: Any) -> flint.arb:
    """A rational as a ball; a ball as it is."""
    if isinstance(number, flint.arb):
        return number
    x = F(number)
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def _product(left: Any, right: Any) -> Any:
    if isinstance(left, flint.arb) or isinstance(right, flint.arb):
        return ball(left) * ball(right)
    return left * right


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, flint.arb) or isinstance(right, flint.arb):
        return ball(left) + ball(right)
    return left + right


def _log(number: Any) -> flint.arb:
    return flint.arb("-inf") if number == 0 else ball(number).log()


def value(expr: Basic, at: Point) -> Any:
    """``expr`` at a point: a Fraction where it is rational there, else a ball.  KeyError: no value."""
    if expr in at:
        found = at[expr]
        return found if isinstance(found, flint.arb) else F(found)
    if expr.is_Symbol:
        raise KeyError(expr)
    if expr.is_Rational:
        return F(int(expr.p), int(expr.q))
    if expr is pi:
        return flint.arb.pi()
    if isinstance(expr, Sum):
        return _summed(expr, at)
    args = [value(x, at) for x in expr.args]
    if expr.is_Add or expr.is_Mul:
        join = _sum if expr.is_Add else _product
        total = args[0]
        for x in args[1:]:
            total = join(total, x)
        return total
    if expr.is_Pow:
        base, power = args
        if isinstance(power, Fraction) and power.denominator == 1:
            return base ** int(power)
        if isinstance(power, Fraction) and power == F(1, 2):
            return ball(base).sqrt()
        return (ball(power) * _log(base)).exp() if base != 0 else F(0)
    if isinstance(expr, log):
        return _log(args[0])
    if isinstance(expr, exp):
        return ball(args[0]).exp()
    if isinstance(expr, Abs):
        return abs(args[0])
    if isinstance(expr, sign):
        return F((args[0] > 0) - (args[0] < 0))
    if isinstance(expr, Min | Max):
        return (min if isinstance(expr, Min) else max)(args)
    if isinstance(expr, binomial):
        return F(comb(int(args[0]), int(args[1])))
    raise Undecided(f"{expr.func.__name__} has no value here")


def _summed(expr: Sum, at: Point) -> Any:
    (index, low, high), *inner = reversed(expr.limits)
    body = Sum(expr.function, *reversed(inner)) if inner else expr.function
    total: Any = F(0)
    for k in range(int(value(low, at)), int(value(high, at)) + 1):
        total = _sum(total, value(body, {**at, index: k}))
    return total


def holds(statement: Basic, at: Point) -> bool:
    """False only where the statement is surely false at the point."""
    if isinstance(statement, BooleanTrue | BooleanFalse):
        return bool(statement)
    if isinstance(statement, And | Or):
        return (all if isinstance(statement, And) else any)(holds(x, at) for x in statement.args)
    if not isinstance(statement, Relational):
        raise Undecided(f"{statement} is no relation")
    left, right = (value(x, at) for x in (statement.lhs, statement.rhs))
    if isinstance(left, flint.arb) or isinstance(right, flint.arb):
        left, right = ball(left), ball(right)
        if isinstance(statement, Eq):
            return bool(left.overlaps(right)) or (left == right)
        surely = {Ge: left < right, Gt: left <= right, Le: left > right, Lt: left >= right}
        return not bool(surely.get(type(statement), False))
    table = {Eq: left == right, Ne: left != right, Ge: left >= right, Gt: left > right,
             Le: left <= right, Lt: left < right}  # fmt: skip
    return bool(table[type(statement)])


def inside(claim: Claim, at: Point) -> bool:
    """Whether the claim's own region admits the point: exact substitution, or balls for logarithms."""
    try:
        if not holds(claim.region, at):
            return False
    except ZeroDivisionError:
        return False
    claim.drawn(at)
    return True


def shown(at: Point) -> dict[str, Any]:
    return {str(key): str(x) for key, x in at.items()}


def refute(claim: Claim, what: str, at: Point) -> None:
    raise Refuted(f"{claim.id}: {what} at {shown(at)}", shown(at))


def judge(claim: Claim, at: Point, only: Callable[[Basic], bool] = lambda part: True) -> None:
    """Every conjunct (that ``only`` lets through) at a point that has a value for each symbol."""
    for part in relations(claim.formula):
        if not only(part):
            continue
        try:
            true = holds(part, at)
        except ZeroDivisionError:
            refute(claim, f"{part} divides by zero", at)
        if not true:
            refute(claim, f"{part} is false", at)


def equals(claim: Claim, symbol: Basic, at: Point) -> Any:
    """The value of what the claim says ``symbol`` equals; Refuted where it says nothing."""
    for part in relations(claim.formula):
        if isinstance(part, Eq) and symbol in (part.lhs, part.rhs):
            try:
                return value(part.rhs if part.lhs == symbol else part.lhs, at)
            except ZeroDivisionError:
                refute(claim, f"{symbol} is undefined", at)
    raise Refuted(f"{claim.id}: no equation for {symbol}", {})


def cases(seconds: float) -> Iterator[int]:
    """0, 1, 2, ... while there is time: at least 12 cases, the boundaries first."""
    return until(seconds, least=12)


def rational(rng: np.random.Generator, low: Any, high: Any, parts: int = 24) -> Fraction:
    """A rational between the ends, each end with chance 1/8."""
    pick = rng.integers(16)
    if pick < 2:
        return F(low)
    if pick < 4:
        return F(high)
    return F(low) + (F(high) - F(low)) * F(int(rng.integers(parts + 1)), parts)


def choose(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def sizes(rng: np.random.Generator, count: int, most: int = 40) -> tuple[int, int]:
    """(n, b), boundaries first: n = 1, b = 1, n - 1, n, n >= 8, then anything."""
    fixed = [(1, 1), (2, 1), (2, 2), (8, 7), (9, 1), (most, most - 1), (most, 1), (3, 2), (12, 5)]
    if count < len(fixed):
        n, b = fixed[count]
        return min(n, most), min(b, n, most)
    n = int(rng.integers(1, most + 1))
    return n, int(choose(rng, [1, max(1, n - 1), n, int(rng.integers(1, n + 1))]))


def plain_step(
    data: list[list[Fraction]], weight: list[Fraction], batch: Sequence[int], step: Fraction,
    linear: bool = True,
) -> list[Fraction]:  # fmt: skip
    """One SGD step of 1/2 ||x_i - w phi(<w, x_i>)||^2, from the definition, in exact rationals.

    grad = -phi(q)(x - w phi(q)) - phi'(q) <w, x - w phi(q)> x; step: eta/b; indices may repeat.
    """
    return plain_steps(data, weight, [batch], step, linear)


def plain_steps(
    data: list[list[Fraction]], weight: list[Fraction], batches: Sequence[Sequence[int]],
    step: Fraction, linear: bool = True,
) -> list[Fraction]:  # fmt: skip
    """The weight after a step with each of the batches."""
    # FLINT's numbers in between: a Fraction's product is slow
    points = {i: _flints(data[i]) for batch in batches for i in batch}
    w, size = _flints(weight), as_fmpq(step)
    for batch in batches:
        total = [ZERO] * len(w)
        for i in batch:
            q = sum(map(mul, w, points[i]), ZERO)
            if not linear and q <= 0:
                continue
            residual = [x - y * q for x, y in zip(points[i], w, strict=True)]
            pull = sum(map(mul, w, residual), ZERO)
            total = [
                t - q * r - pull * x for t, r, x in zip(total, residual, points[i], strict=True)
            ]
        w = [x - size * y for x, y in zip(w, total, strict=True)]
    return [F(int(x.p), int(x.q)) for x in w]


def _flints(values: Sequence[Fraction]) -> list[flint.fmpq]:
    return [as_fmpq(x) for x in values]


def axes(n: int, d: int, norms: Sequence[Any] | None = None) -> list[list[Fraction]]:
    """n points along the first n axes of R^d, of the given norms (1)."""
    length = [F(1)] * n if norms is None else [F(x) for x in norms]
    return [[length[i] if i == j else F(0) for j in range(d)] for i in range(n)]


def squared(vector: Sequence[Fraction]) -> Fraction:
    return sum((x * x for x in vector), F(0))
