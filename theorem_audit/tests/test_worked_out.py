"""What is written and not worked out, worked out; what takes a search stands as it was."""

from __future__ import annotations

import pytest
from sympy import (
    Add,
    Basic,
    Derivative,
    Determinant,
    Expr,
    Function,
    Identity,
    ImmutableMatrix,
    Integral,
    Inverse,
    Limit,
    MatMul,
    MatrixSymbol,
    Product,
    Rational,
    Subs,
    Sum,
    Symbol,
    Trace,
    exp,
    log,
    oo,
    sin,
    zeta,
    zoo,
)

from theorem_audit.doubt.worked_out import determinant, worked_out

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, k, m = (Symbol(name, integer=True) for name in "nkm")
f = Function("f")
SQUARE = ImmutableMatrix([[x, 1], [1, x]])
ANY = MatrixSymbol("A", 2, 2)
LONG = ImmutableMatrix(7, 7, lambda i, j: x if i == j else 0)
SIX = ImmutableMatrix(6, 6, lambda i, j: x if i == j else 0)

WORKED_OUT: tuple[tuple[Basic, Basic], ...] = (
    (Subs(1 / (y - 1), y, x), 1 / (x - 1)), (Subs(y * z, (y, z), (z, y)), y * z),
    (Subs(y**2 * z, (y, z), (z, y)), z**2 * y), (Subs(Derivative(log(y), y), y, x), 1 / x),
    (Subs(Integral(y * z, (z, 0, x)), y, 2), x**2), (x + Subs(y, y, z), x + z),
    (Subs(Sum(x * k, (k, 1, 3)), x, k), 6 * k), (Subs(Sum(y / k, (k, 1, n)), y, x), Sum(x / k, (k, 1, n))),
    (Subs(Sum(x / k, (k, 1, n)) * Sum(k, (k, 1, 2)), x, m), 3 * Sum(m / k, (k, 1, n))),
    (Derivative(x**3, x), 3 * x**2), (Derivative(x**3, (x, 2)), 6 * x), (1 / Derivative(x**2, x),
    1 / (2 * x)),
    (Sum(k - 2, (k, 1, 3)), Add()), (1 / Sum(k - 2, (k, 1, 3)), zoo),
    (Sum(x**k, (k, 2, 4)), x**2 + x**3 + x**4),
    (Sum(k, (k, 1, n)), n**2 / 2 + n / 2), (Sum(x, (k, 3, 2)), Add()), (Product(x, (k, 3, 2)), Add(1)),
    (Product(x - k, (k, 1, 2)), (x - 1) * (x - 2)), (Sum(k * m, (k, 1, m), (m, 1, 3)), Add(25)),
    (Sum(log(k) / k, (k, 1, 2)), log(2) / 2), (Sum(sin(k), (k, 5, 5)), sin(5)),
    (Sum(2**k, (k, 1, 64)), Add(2**65 - 2)), (Sum(x * k, (k, 0, 2)) ** 2, 9 * x**2),
    (Integral(y - 1, (y, 0, x)), x**2 / 2 - x), (Integral(2 * y, (y, z, x)), x**2 - z**2), (Integral(exp(y),
    (y, x, x)), Add()),
    (Integral(x * y, (x, 0, y), (y, 0, 2)), Add(2)),
    (Limit(x * y, y, 3), 3 * x), (Limit(sin(y) / y, y, 0), Add(1)),
    (Limit(1 / y, y, oo), Add()), (Limit(exp(-y), y, oo), Add()),
    (Determinant(SQUARE), x**2 - 1), (Trace(SQUARE), 2 * x), (1 / Trace(SQUARE), 1 / (2 * x)),
    (Determinant(SIX), x**6),
)  # fmt: skip
LEFT: tuple[Basic, ...] = (
    x + y, exp(x), Subs(Derivative(f(y), y), y, x), Derivative(f(x), x), Sum(1 / k, (k, 1, n)),
    Sum(k, (k, 1, oo)), Sum(k, (k, -oo, 1)), Sum(2**k, (k, 1, 65)), Sum(1 / k, (k, 3, 1)),
    Product(k, (k, 1, n)),
    Product(k, (k, 1, oo)), Integral(exp(y), (y, 0, x)), Integral(y, (y, 0, oo)), Integral(y, (y, -oo, 0)),
    Integral(y, y),
    Sum(1 / k, (k, x, x + 2)), Limit(x * sin(y) / y, y, 0), Limit(f(y), y, 0), Limit(x * y, y, oo),
    Limit(f(x), x, oo), Limit(x * y, y, -oo), Integral(y, (y, 0, -oo)), Integral(y, (y, oo, 0)),
    Determinant(ANY), Determinant(Inverse(SQUARE)), Trace(Inverse(SQUARE)), Trace(MatMul(ANY, SQUARE)),
    Determinant(LONG), Integral(exp(y) * z, (y, 0, x), (z, 0, 1)),
    Derivative(sin(x**2), (x, n)), Derivative(exp(x**3) * sin(x) ** 5, (x, 25)),
)  # fmt: skip


IN_PART: tuple[tuple[Basic, Basic], ...] = (
    (Sum(Integral(exp(y), (y, 0, x)) * k, (k, 1, 2)), 3 * Integral(exp(y), (y, 0, x))),
    (Sum(k * 2**m, (k, 1, 3), (m, 1, n)), Sum(6 * 2**m, (m, 1, n))),
)
NO_LIMIT: tuple[Basic, ...] = (
    Limit(sin(y), y, oo), Limit(zeta(y) * f(2), y, 0), Limit(zeta(1 + 1 / y) / y, y, oo),
)  # fmt: skip
DETERMINANTS: tuple[tuple[Basic, Expr | None], ...] = (
    (SQUARE, x**2 - 1), (ImmutableMatrix([[Rational(1, 2)]]), Rational(1, 2)), (SIX, x**6),
    (MatMul(SQUARE, SQUARE), (x**2 - 1) ** 2), (x, None), (ANY, None), (LONG, None), (Inverse(SQUARE), None),
    (ImmutableMatrix([[x, 1]]), None), (MatrixSymbol("B", n, n), None), (MatMul(ANY, SQUARE), None),
    (Identity(n), None),
)  # fmt: skip


@pytest.mark.parametrize("part", WORKED_OUT, ids=lambda pair: str(pair[0])[:40])
def test_what_is_written_is_worked_out(part: tuple[Basic, Basic]) -> None:
    written, out = part
    found = worked_out(written)
    assert found == out or (found - out).expand() == 0


def test_what_takes_a_search_stands_as_it_was() -> None:
    for part in (*LEFT, *NO_LIMIT):
        assert worked_out(part) == part, part
    for part, out in IN_PART:
        assert worked_out(part) == out, part


def test_the_determinant_of_what_is_written() -> None:
    for matrix, value in DETERMINANTS:
        found = determinant(matrix)
        assert found == value or (found - value).expand() == 0, matrix  # type: ignore[operator]
