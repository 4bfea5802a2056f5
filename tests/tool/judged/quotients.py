"""The batteries of ``exact/quotients.py`` and ``exact/values.py``: identities and points by hand."""

from __future__ import annotations

from types import ModuleType

from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Or, Pow, Rational, log, sqrt, true
from sympy import false as never

from theorem_audit.tests.test_quotients import LEFT, NOT_ZERO, NOTHING, ZERO, X, Y, Z

HALF = Rational(1, 2)
# Two roots of each, in numerators, denominators and below one another, with and without what is left over.
ROOTS = (
    (sqrt(X) + sqrt(Y)) ** 2 - X - Y - 2 * sqrt(X) * sqrt(Y), sqrt(X) ** 5 - X**2 * sqrt(X),
    sqrt(1 / X) ** 3 - sqrt(1 / X) / X, 1 / sqrt(X / Y) - sqrt(X / Y) * Y / X,
    (sqrt(X / Y) + X) ** 3 - (X / Y) * sqrt(X / Y) - 3 * X**2 / Y - 3 * X**2 * sqrt(X / Y) - X**3,
    (sqrt(X / Y) + 1) ** 4 - (X / Y) ** 2 - 4 * sqrt(X / Y) ** 3 - 6 * X / Y - 4 * sqrt(X / Y) - 1,
)  # fmt: skip
OPEN = (*(x + sqrt(X) for x in ROOTS), sqrt(X), sqrt(X) ** 3 - X, sqrt(X) - sqrt(Y))


def quotients_hold(judge: ModuleType) -> None:
    """Zeros are zeros, others are not, and what is not decided is left."""
    for expr in (*ZERO, *ROOTS):
        assert judge.vanishes(expr) is True, expr
    assert judge.vanishes(Pow(NOTHING, 0, evaluate=False) - 1) is True
    for expr in NOT_ZERO:
        assert judge.vanishes(expr) is False, expr
    for expr in (*LEFT, *OPEN):
        assert judge.vanishes(expr) is None, expr
    most, judge.WORK = judge.WORK, 6
    try:
        assert judge.vanishes((X + Y) * (X + Y + Z)) is False
        assert judge.vanishes((X + Y) ** 5) is False
        assert judge.vanishes(1 / (X + Y + Z) - 1 / (X + Y)) is False
        for expr in ((X + Y + 1) * (X + Y + Z), (X + Y) ** 7, 1 / (X + Y + Z) - 1 / (X + Y + 1)):
            assert judge.vanishes(expr) is None, expr
        assert judge.vanishes(NOTHING) is True
    finally:
        judge.WORK = most


def values_hold(judge: ModuleType) -> None:
    """Conditions on both sides of their ends and at them; what is no number is left."""
    at, edge = {X: 2, Y: HALF}, {X: 1, Y: Rational(1)}
    said = {Eq: "001", Ne: "110", Gt: "100", Ge: "101", Lt: "010", Le: "011"}
    for relation, (more, less, same) in said.items():
        assert judge.holds(relation(X, Y, evaluate=False), at) is (more == "1"), relation
        assert judge.holds(relation(Y, X, evaluate=False), at) is (less == "1"), relation
        assert judge.holds(relation(X, Y, evaluate=False), edge) is (same == "1"), relation
    assert judge.holds(Eq(X**2 / Y - 3 * X * Y + X, 7), at) is True
    assert judge.holds(Eq(X**-2 + Y**-1, Rational(9, 4)), at) is True
    assert judge.holds(true, {}) is True
    assert judge.holds(never, {}) is False
    for x, y in ((1, 1), (1, -1), (-1, -1)):
        assert judge.holds(And(X > 0, Y > 0), {X: x, Y: y}) is (x > 0 and y > 0)
        assert judge.holds(Or(X > 0, Y > 0), {X: x, Y: y}) is (x > 0 or y > 0)
    large = 2**judge.LARGEST
    assert judge.holds(Eq(X**judge.LARGEST, large), {X: 2}) is True
    for condition, point in (
        (X > Y, {X: 1}), (1 / X > 0, {X: 0}), (sqrt(X) > 0, {X: 4}), (log(X) > 0, {X: 2}),
        (X > 0, {X: sqrt(2)}), (X > 0, {X: 0.5}), (X > 0, {X: True}), (~Or(X > 0, Y > 0) >> (Z > 0), {}),
        (X ** (judge.LARGEST + 1) > 0, {X: 2}), (X**Y > 0, {X: 2, Y: 2}), (2**X > 0, {X: HALF}),
        (And(X > 0, sqrt(Y) > 0), {X: -1, Y: 4}), (Or(X > 0, sqrt(Y) > 0), {X: 1, Y: 4}),
    ):  # fmt: skip
        assert judge.holds(condition, point) is None, condition
