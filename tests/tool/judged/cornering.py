"""The batteries of exact points at which a claim is false, and of symbols of which nothing is supposed."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Function,
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
    Xor,
    exp,
    false,
    log,
    pi,
    sqrt,
    true,
)
from sympy.logic.boolalg import Boolean

from theorem_audit.statement.meaning import Meaning, OutOfReach, Parameter
from theorem_audit.tests import test_corners
from theorem_audit.tests.made_up import claim

x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
n = Symbol("n", integer=True)
c = Symbol("c")
HALF = Rational(1, 2)
MEANT, ANY = Meaning("what is seen", value=len), Parameter("any")
UNIT = And(Ge(x, 0), Le(x, 1))
# A condition, a point, and what is decided there.
DECIDED: tuple[tuple[Boolean, dict[Any, Any], bool | None], ...] = (
    (true, {}, True), (false, {}, False), (Gt(x, 0), {x: Integer(1)}, True),
    (Gt(x, 0), {x: Integer(0)}, False),
    (And(Gt(x, 0), Gt(log(x), y)), {x: Integer(0), y: Integer(0)}, False),
    (And(Gt(x, 0), Gt(log(x - 2), y)), {x: Integer(1), y: Integer(0)}, None),
    (Or(Gt(x, 0), Gt(log(x - 2), y)), {x: Integer(1), y: Integer(0)}, True),
    (Or(Lt(x, 0), Gt(log(x - 2), y)), {x: Integer(1), y: Integer(0)}, None),
    (And(Gt(x, 0), Lt(sqrt(x), 2)), {x: Integer(1)}, True),
    (Or(Lt(x, 0), Gt(sqrt(x), 2)), {x: Integer(1)}, False),
    (Not(Or(Gt(x, 0), Gt(y, 0))), {x: Integer(-1), y: Integer(-1)}, True),
    (Not(And(Gt(sqrt(x), 0), Gt(y, 0)), evaluate=False), {x: Integer(1), y: Integer(1)}, False),
    (Not(Eq(log(x), 0), evaluate=False), {x: Integer(-1)}, None),
    (Xor(Gt(x, 0), Gt(y, 0)), {x: HALF, y: HALF}, None),
    (Gt(1 / x, 0), {x: Integer(0)}, None), (Lt(log(x), y), {x: Integer(0), y: Integer(0)}, None),
    (Gt(x, y), {x: Integer(0)}, None),
    (Gt(exp(x), 2), {x: Integer(1)}, True), (Gt(exp(x), 3), {x: Integer(1)}, False),
    (Lt(exp(x), 3), {x: Integer(1)}, True), (Eq(exp(x), 3), {x: Integer(1)}, False),
    (Ne(exp(x), 3), {x: Integer(1)}, True), (Ge(sqrt(x), 1), {x: Integer(1)}, True),
    (Gt((sqrt(x) - 1) ** 2, 3 - 2 * sqrt(2)), {x: Integer(2)}, False),
    (Gt(sqrt(5 + 2 * sqrt(x)), sqrt(2) + sqrt(3)), {x: Integer(6)}, None),
    (Gt(sqrt(x) ** 2, c), {x: Integer(2), c: sqrt(-1)}, None),
    (Gt(Function("f")(x), 0), {x: Integer(1)}, None),
    (Gt(x, 2), {x: pi}, True), (Gt(x, 0), {x: sqrt(2)}, True), (Gt(sqrt(x), 1), {x: Rational(1, 4)}, False),
)  # fmt: skip
# A formula, its region, what is said of symbols, and whether a point is found: surely, or with a doubt.
SAID: tuple[tuple[Any, Any, dict[str, str], bool | None], ...] = (
    (Gt(1 - x, 0), UNIT, {}, True), (Gt(1 - x, 0), UNIT, {"x": MEANT}, None),
    (Gt(1 - x, 0), UNIT, {"x": ANY}, True),
    (Gt(1 - x, 0), UNIT, {"x": "words"}, False), (Gt(1 - x, 0), And(UNIT, Ge(y, x)), {"y": MEANT}, None),
    (Gt(1 - x, 0), And(UNIT, Ge(y, x), Ge(z, y)), {"z": OutOfReach("a limit", why="one")}, None),
    (Gt(1 - x, 0), And(UNIT, Ge(z, y)), {"z": MEANT}, True), (Eq(x**2, x), UNIT, {}, None),
    (Eq(x**2, x), UNIT, {"x": ANY}, True), (Or(Eq(x, 0), Lt(x, 0)), UNIT, {}, None),
    (Or(Eq(x, 0), Lt(x, 0)), UNIT, {"x": ANY}, True), (Gt(x, 0), true, {}, None),
    (Gt(x, 0), true, {"x": ANY}, True),
    (Gt(x + y, 0), true, {}, True), (Gt(x + y, 0), true, {"x": "words"}, None),
    (Gt(x + y, x), true, {}, None),
    (And(Gt(1 - x, 0), Gt(1 - y, 0)), And(UNIT, Ge(y, 0), Le(y, 1)), {"x": "words"}, True),
    (And(Gt(1 - x, 0), Gt(1 - y, 0)), And(UNIT, Ge(y, 0), Le(y, 1)), {"x": "words", "y": "words"}, False),
    (And(Eq(y, 1 - x), Gt(y, 0)), UNIT, {"y": MEANT}, True), (And(Eq(y, y**2 - 1), Gt(y, 0)), UNIT, {}, None),
    (Eq(Gt(x, 0), Gt(y, 0)), And(Ge(x, 0), Ge(y, 0)), {"x": ANY, "y": ANY}, None),
)  # fmt: skip
# A formula, its region, and of which symbols nothing is supposed.
UNSPOKEN: tuple[tuple[Any, Any, tuple[Symbol, ...]], ...] = (
    (Eq(y, 1 / x), true, (x,)), (Eq(y, 1 / x), Gt(x, 0), ()), (Eq(2 * y, 1 / x), true, (x, y)),
    (Eq(y, x), true, ()), (Gt(y, 1 / x), true, (x, y)), (Eq(y, 1 / c), true, (c,)),
    (Eq(y, sqrt(c)), true, ()), (Eq(y, c**x), true, (x,)), (Eq(y, c**-2 + x * c), true, (c, x)),
    (And(Eq(y, 1 / c), Gt(exp(c), 0)), true, ()), (Eq(y, n + 1), true, (n,)),
    (Or(Gt(1 / c, 0), Lt(sqrt(x), 0)), true, (c, x)), (Eq(y, 1 / c + exp(x)), true, (c, x)),
)  # fmt: skip


def corners_hold(judge: ModuleType) -> None:
    """Points of the claims that are known to be false, and none of those that are true or say too little."""
    for part, at, so in DECIDED:
        assert judge._decided(part, at) is so, (part, at)
    for name, (formula, region) in test_corners.FALSE.items():
        found = judge.false_at(claim(formula, region))
        assert found is not None, name
        assert found.sure, name
        if found.at:
            assert region.subs(found.at, simultaneous=True) == True, name  # noqa: E712 - a SymPy Boolean
    for name, (formula, region) in test_corners.TRUE.items():
        assert judge.false_at(claim(formula, region)) is None, name
    bounds = And(Ge(x, pi), Le(y, 2), Le(x, y), Lt(x, 9), Le(w, x))
    assert [judge._ends(s, bounds) for s in (x, y, z)] == [[pi], [2], []]
    assert judge._factors(Eq(c, Gt(x, 0))) == judge._factors(Eq(Gt(x, 0), Gt(y, 0))) == []
    for formula, region, symbols, sure in SAID:
        found = judge.false_at(claim(formula, region, symbols=symbols))
        assert (found and found.sure) is sure, (formula, region, symbols)


def unspoken_holds(judge: ModuleType) -> None:
    """By hand, and what is left out for its meaning."""
    for formula, region, symbols in UNSPOKEN:
        found = judge.unspoken(claim(formula, region))
        assert found == [Ge(s, -(10**6)) for s in symbols], formula
    for line, count in ((MEANT, 0), (OutOfReach("a limit", why="one"), 0), (ANY, 1), ("words", 1)):
        assert len(judge.unspoken(claim(Eq(y, 1 / x), symbols={"x": line}))) == count


__all__ = ["corners_hold", "unspoken_holds"]
