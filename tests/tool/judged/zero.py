"""The battery of ``exact/zero.py`` and ``exact/region.py``: identities by construction, points by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Float,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    Poly,
    Rational,
    Symbol,
    Tuple,
    exp,
    log,
    pi,
    sin,
    sqrt,
    symbols,
    true,
)

from tests.tool.judged.tools import outcome, told

X, Y, Z = symbols("x y z")
THIRD, HALF = Rational(1, 3), Rational(1, 2)

ZEROS = (
    (X + Y) ** 3 - X**3 - 3 * X**2 * Y - 3 * X * Y**2 - Y**3,
    1 / X - 1 / (X + 1) - 1 / (X * (X + 1)), sqrt(2) ** 2 - 2, sqrt(8) - 2 * sqrt(2),
    sqrt(X + 1) ** 4 - (X + 1) ** 2, sqrt(X**2 + 2 * X * Y + Y**2) - sqrt((X + Y) ** 2),
    1 / (sqrt(X + 7) - 1) - (sqrt(X + 7) + 1) / (X + 6), (sqrt(X / Y)) ** 2 - X / Y,
    (1 + sqrt(X + sqrt(Y))) ** 2 - 1 - 2 * sqrt(X + sqrt(Y)) - X - sqrt(Y),
    (X + 1) ** Rational(-3, 2) * sqrt(X + 1) ** 3 - 1, X - X,
)  # fmt: skip
NOT_ZERO = (
    X, X - Y, 1 / X - 1 / Y, (X + Y) ** 2 - X**2 - Y**2, X + Rational(1, 10**12), sqrt(X) ** 2,
)  # fmt: skip
OPEN = (
    sqrt(X**2) - X, log(X), sin(X) ** 2 + sin(X + pi / 2) ** 2 - 1, 2**X, pi - 3, X ** Rational(1, 3),
    sqrt(X) - sqrt(Y), Float("0.5") * X, X + exp(X), X**Y, sqrt(log(X)),
)  # fmt: skip


def _kind(call: Any) -> str:
    return outcome(call)[0]


def zero_is_decided(judge: ModuleType) -> None:
    """Identities made by hand are zero, others are not, and the rest is undecided."""
    for expr in ZEROS:
        with told() as heard:
            assert judge.is_zero(expr) is True, expr
        assert heard == [("zero", expr)]
        top, bottom = judge.rational_form(expr)
        assert top.is_zero
        assert not bottom.is_zero
    for expr in NOT_ZERO:
        with told() as heard:
            assert judge.is_zero(expr) is False, expr
        assert heard == []
    other = Symbol("x", real=True)  # X is another symbol of this name
    kind, said, _ = outcome(lambda: judge.is_zero(X - other))
    assert kind == "TypeError"
    assert ": two symbols are called x, of other assumptions" in said
    assert judge.is_zero((X - other) ** 2 - X**2 + 2 * X * other - other**2) is True
    named = Symbol("_root0")  # as a square root is called
    assert judge.is_zero(named - named) is True
    assert outcome(lambda: judge.is_zero(sqrt(X) - named))[1].startswith("_root0: a name that")
    for expr in OPEN:
        assert _kind(lambda e=expr: judge.is_zero(e)) == "inconclusive", expr
    form = judge.rational_form((X**2 - 1) / (X * Y - Y))
    assert [x.as_expr() for x in form] in ([X + 1, Y], [-X - 1, -Y])
    form = judge.rational_form(X / Y + Y / X)
    assert (form[0].as_expr() * X * Y - form[1].as_expr() * (X**2 + Y**2)).expand() == 0
    assert (
        judge.rational_form(Rational(3, 4))[0].as_expr() * 4
        == 3 * judge.rational_form(Rational(3, 4))[1].as_expr()
    )
    for wrong in (Eq(X, Y), X < Y, true, And(X < 1, Y < 1)):
        assert _kind(lambda w=wrong: judge.rational_form(w)) == "TypeError", wrong
    assert (
        _kind(lambda: judge.is_zero(1 / ((X + 1) ** 2 - X**2 - 2 * X - 1))) == "ZeroDivisionError"
    )
    none = (X + 1) ** 2 - X**2 - 2 * X - 1
    for lost in (1 / (1 + 1 / none), X - X / (1 + X / none**2)):
        assert _kind(lambda e=lost: judge.is_zero(e)) == "ZeroDivisionError", lost


def formulas_are_read(judge: ModuleType) -> None:
    """Conjuncts, differences and what is said of a symbol."""
    one, two, three = Eq(X, 1), Gt(Y, 2), Le(Z, X)
    assert judge.relations(true) == ()
    assert judge.relations(one) == (one,)
    assert set(judge.relations(And(one, two, three))) == {one, two, three}
    assert judge.relations(Tuple(one, two)) == (one, two)
    assert judge.conjuncts(one) == {one}
    assert judge.conjuncts(Tuple(one, Tuple(two, And(one, three)))) == {one, two, three}
    assert judge.conjuncts(true) == set()
    assert judge.difference(Eq(X, Y)) == X - Y
    for relation in (Gt(X, Y), Ge(X, Y), Lt(Y, X), Le(Y, X)):
        assert judge.difference(relation) == X - Y
    for wrong in (true, Ne(X, Y), And(one, two)):
        assert _kind(lambda w=wrong: judge.difference(w)) == "TypeError"
    both = And(Eq(X, Y + 1), Eq(Y, Z), X > 0)
    assert judge.stated(both, X) == Y + 1
    assert judge.stated(both, Y) == Z
    assert _kind(lambda: judge.stated(both, Z)) == "inconclusive"
    assert _kind(lambda: judge.stated(Tuple(Eq(X, 1), Eq(X, 2)), X)) == "inconclusive"
    assert judge.as_rational("3/4") == Rational(3, 4)
    assert judge.as_rational(2) == 2
    for wrong in (0.5, pi, X, sqrt(2)):
        assert _kind(lambda w=wrong: judge.as_rational(w)) == "TypeError", wrong


def zero_holds(judge: ModuleType) -> None:
    """The whole battery of ``exact/zero.py``."""
    zero_is_decided(judge)
    formulas_are_read(judge)


BOXES = (
    (And(X >= 0, X <= 1), [X], {X: (0, 1)}),
    (And(2 * X > 1, 3 * X < 4), [X], {X: (HALF, 4 * THIRD)}),
    (And(X >= 0, X >= -1, X <= 2, X <= 1, X < 7), [X], {X: (0, 1)}),
    (And(X > 0, X < 1, Y > X, Y < 2 - X, Y > -X), [X, Y], {X: (0, 1), Y: (X, 2 - X)}),
    (And(X > 0, X < 1, Y > 0, Y < 1, Z < X * Y, Z > -X), [X, Y, Z], {X: (0, 1), Y: (0, 1), Z: (-X, X * Y)}),
    (And(X > 0, X < 1, Y < 5), [X], {X: (0, 1)}),
    (And(X > 0, X < 1, X <= 1), [X], {X: (0, 1)}),
)  # fmt: skip
NO_BOXES = (
    (And(X >= 0), [X], "the region has no high bound for x"),
    (And(X <= 0), [X], "the region has no low bound for x"),
    (And(X >= 0, X <= 1, X * X <= 2), [X], "does not bound x by a polynomial"),
    (And(X >= 0, X <= 1, Y >= 0, X * Y <= 1), [X, Y], "does not bound y by a polynomial"),
    (And(X >= 0, X <= 1, Y >= 0, Y <= X, Y <= 1 - X), [X, Y], "the high bounds "),
    (And(X >= 0, X <= 1, Y >= X, Y <= 2, Y >= 1 - X), [X, Y], "the low bounds "),
    (And(X >= 0, X <= 1, Ne(X, HALF)), [X], "is not an inequality"),
)


def regions_hold(judge: ModuleType) -> None:
    """Boxes made by hand, regions that are none, and points on both sides."""
    for region, order, expected in BOXES:
        box = judge.box_of(region, order)
        assert list(box) == order
        for x in order:
            ends = zip(box[x], expected[x], strict=True)
            assert all(Poly(a - b, X, Y, Z).is_zero for a, b in ends), (region, x, box)
    for region, order, message in NO_BOXES:
        found, said, _ = outcome(lambda r=region, o=order: judge.box_of(r, o))  # type: ignore[misc]
        assert found == "inconclusive", region
        assert message in said, said
    always = Ge(Symbol("k", positive=True) * 0 + 1, 0, evaluate=False)
    assert judge.box_of(And(X >= 0, X <= 1, always, evaluate=False), [X]) == {X: (0, 1)}
    assert judge._implied(Rational(0), {}) is True
    assert judge._implied(Rational(1, 2), {}) is True
    assert judge._implied(Rational(-1, 2), {}) is False
    region = And(X > 0, X <= 1)
    assert judge.satisfies(region, {X: Rational(1)}) is True
    assert judge.satisfies(region, {X: Rational(0)}) is False
    assert judge.satisfies(And(region, sqrt(X) > 0), {X: HALF}) is True  # which SymPy is asked
    count = Symbol("n", integer=True)
    assert judge.satisfies(count > 0, {count: HALF}) is False
    assert judge.satisfies(count > 0, {count: 1}) is True
    assert _kind(lambda: judge.satisfies(And(region, Y > 0), {X: HALF})) == "ValueError"
