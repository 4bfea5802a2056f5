"""The batteries of signs: what is shown to follow from a region's conditions, and what is not."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Or,
    Rational,
    Symbol,
    exp,
    false,
    sqrt,
    true,
)

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit.exact.zero import difference

x, y, z, w, s = (Symbol(name, real=True) for name in "xyzws")
UNIT = And(Ge(x, 0), Le(x, 1))
BOTH = And(Ge(x, 0), Ge(y, 0))
TRIANGLE = (Ge(x, 0), Le(x, 1), Ge(y, 0), Le(y, x))
HALF = Rational(1, 2)

# An expression, a region, and whether it is shown to be at least 0 there.
AT_LEAST: tuple[tuple[Any, Any, bool], ...] = (
    (Integer(0), true, True), (Integer(3), true, True), (Integer(-1), true, False), (x, Ge(x, 0), True),
    (x, true, False), (x, Ge(x, -1), False), (-x, Ge(x, 0), False), (-x, Le(x, 0), True), (x**2, true, True),
    (-(x**2), true, False), (x**3, Ge(x, 0), True), (x**2 * y, Ge(y, 0), True), (x * y, BOTH, True),
    (x * y, Ge(x, 0), False), (x * y, And(Le(x, 0), Le(y, 0)), True), (x * y, And(Ge(x, 0), Le(y, 0)), False),
    (-x * y, And(Ge(x, 0), Le(y, 0)), True), (-x * y, BOTH, False), (x * y * z, And(BOTH, Ge(z, 0)), True),
    (x * y * z, And(Le(x, 0), Le(y, 0), Ge(z, 0)), True), (x * y * z, And(Le(x, 0), Le(y, 0), Le(z, 0)), False),
    (x - 1, Ge(x, 0), False), (x - 1, Ge(x, 1), True), (x**2 - 1, Ge(x, 1), True), (x**2 - 1, Ge(x, 0), False),
    (x - y, Ge(x, y), True), (x - y, BOTH, False), (y - x, Ge(x, y), False), (1 / x, Gt(x, 0), True),
    (1 / x, Lt(x, 0), False), (-1 / x, Lt(x, 0), True), (1 / x, true, False), (x / (y + 1), BOTH, True),
    ((x - 2) / (y + 1), BOTH, False), (x * (1 - x), UNIT, True), (x**2 - x, UNIT, False),
    (x**2 - x + 1, UNIT, True), (x**2 - x + Rational(1, 8), UNIT, False), (x - y**2, And(*TRIANGLE), True),
    (y - x**2, And(*TRIANGLE), False), (sqrt(x) - x, UNIT, False), (exp(x), true, False), (x - x, true, True),
    ((x + 1) / (x + 1), true, True), (x**2 + 1, And(Ne(x, 3), Ge(x, 0)), True), (x * sqrt(2), true, False),
    ((x + 1) ** 2 - x**2 - 2 * x - 1, true, True), ((x + 1) ** 2 - x**2 - 2 * x - 2, true, False),
    (x, And(Gt(x, 0), Ge(exp(y), 2)), True), (x, Or(Gt(x, 1), Gt(x, 2)), False), (x, Eq(x, 3), False),
)  # fmt: skip
DEEP = x * (y - z) ** 2 + w  # each coefficient of w has a sign where x >= 0
# A condition, a region, and whether it is shown there.
SHOWN: tuple[tuple[Any, Any, bool], ...] = (
    (Gt(x, 0), Gt(x, 0), True), (Ne(x, 0), And(Ne(x, 0), Gt(y, 0)), True), (Ne(x, 0), Gt(x, 0), False),
    (Eq(x, 0), And(Ge(x, 0), Le(x, 0)), False), (Ge(x, 0), Gt(x, 1), True), (Gt(x, 0), Gt(x, 1), True),
    (Gt(x, 0), Ge(x, 1), False), (Gt(x, 0), Ge(x, 0), False), (Lt(x, 5), Lt(x, 3), True), (Lt(x, 3), Lt(x, 5),
     False),
    (Gt(x, 1), Gt(x, 0), False), (Gt(x + y, 0), And(Gt(x, 0), Ge(y, 0)), True), (Le(x, 1), UNIT, True),
    (Gt(x + y, 0), BOTH, False), (Ge(x + y, 0), BOTH, True), (Gt(x, y), And(Gt(x, 5), Gt(x, y + 1)), True),
    (Ge(x, 2), UNIT, False), (Gt(x, 0), true, False),
)  # fmt: skip
# Conditions, and what two of them say where a symbol cancels: what is at least 0.
TOGETHER: tuple[tuple[tuple[Any, ...], tuple[Expr, ...]], ...] = (
    ((Ge(s, 0), Ge(x, s)), (x,)), ((Ge(2 * s, 1), Ge(x, 3 * s)), (x / 3 - HALF,)), ((Ge(s, 0), Ge(x, -s)), ()),
    ((Ge(s, 0), Le(s, 0)), ()), ((Ge(s, 0), Le(s, 5)), ()), ((Ge(s, 0),), ()), ((Ge(s**2, 1), Ge(x, s)), ()),
    ((Ge(s, 0), Ge(x, s**2)), ()), ((Ge(s, y), Ge(x, s)), (x - y,)), ((Ge(x, 0), Ge(y, 0)), ()),
    ((Gt(s, 0), Lt(s, x), Le(s, y)), (x, y)), ((Ge(s + y, 0), Ge(x, s + y)), (x, x)),
    ((Ge(x, s), Ge(s, 1)), (x - 1,)), ((Ge(s / 2, 0), Ge(x + s / 2, 0)), ()),
    ((Ge(s * y, 0), Ge(x, s)), ()),
)  # fmt: skip
SETTLED: tuple[tuple[Any, tuple[Any, ...], bool], ...] = (
    (Integer(2), (), True), (Integer(0), (), True), (Integer(-2), (), False), (x - y, (Ge(x, y),), True),
    (x - y, (Ge(y, x),), False), (x + y - y**2, (Ge(x + y, y**2),), True), (2 * x, (Ge(x, 0),), True),
    (x - y**2, TRIANGLE, True), (y - x**2, TRIANGLE, False), (x - x**2, (Ge(s, 0), Ge(x, s), Le(x, 1)), True),
    (x - x**2, (Ge(x, s), Le(x, 1)), False), (x - x**2, (Ge(x, 0),), False), (x, (), False),
    (x**2 - x + 1, (Ge(x, 0), Le(x, 1)), True), (x * y - z, (), False),
    (x - x**2, (Ge(x, 0), Le(x, 1), Ge(z, x)), True),
    (2 * x - x * y, (Ge(x, 0), Le(x, y), Ge(y, 0), Le(y, 1)), True),
)  # fmt: skip
SHIFTED: tuple[tuple[Any, tuple[Any, ...], bool], ...] = (
    (x - 1, (Ge(x, 1),), True), (x * y - 1, (Ge(x, 1), Ge(y, 1)), True), (3 - x, (Le(x, 3),), True),
    (x - 2, (Ge(x, 1),), False), (x + y, (Ge(x, 0),), False), (x - 1, (Ge(x, 0), Ge(x, 1)), True),
    (x - 1, (Ge(x, 1), Ge(x, 0)), True), (2 * x - 1, (Ge(2 * x, 1),), True), (x, (Ge(x, 0),), True),
    (x - y, (Ge(x, 3), Le(y, 2)), True), (x - y, (Ge(x, 2), Le(y, 3)), False),
    (x**2 - 4, (Ge(-3 * x, 6),), True),
    (x - 1, (Ge(x**2, 1),), False), (x, (Ge(x * y, 0),), False), (x / 2, (Ge(x, 0),), True),
)  # fmt: skip


def implications_hold(judge: ModuleType) -> None:
    """A sign is shown or not; by coefficients, shifts, boxes and what two conditions say together."""
    for value, region, told in AT_LEAST:
        assert judge.nonnegative(value, region) is told, (value, region)
    positive = And(Ge(x, 0), Ge(w, 0))
    for depth, told in ((0, False), (1, True), (9, True)):
        assert judge.nonnegative(DEEP, positive, depth=depth) is told
    assert not judge.nonnegative(DEEP, Ge(x, 0))
    assert judge.nonnegative(x**3 * (y - z) ** 2 + w**3, positive), (
        "no other way than by coefficients, some 0"
    )
    for module, told in (("sympy.polys.made_up", False), ("elsewhere", None)):
        odd = type("Odd", (Exception,), {"__module__": module})

        def breaks(value: Any, odd: Any = odd) -> Any:
            raise odd

        with replaced(judge, rational_form=breaks):
            if told is None:
                assert raises(odd, lambda: judge.nonnegative(x, Ge(x, 0))) == ""
            else:
                assert judge.nonnegative(x, Ge(x, 0)) is told
    assert not judge.nonnegative(DEEP - 1, positive)
    assert judge.nonnegative(DEEP * s, And(positive, Ge(s, 0)))
    twice = w + s * (x * (y - z) ** 2 + y**2)
    for depth, told in ((1, False), (2, True)):
        assert judge.nonnegative(twice, And(positive, Ge(s, 0)), depth=depth) is told
    for condition, region, told in SHOWN:
        assert judge.implied(condition, region) is told, (condition, region)
    for conditions, told in TOGETHER:
        found = [difference(c) for c in judge.consequences(conditions)]
        assert len(found) == len(told), (conditions, found)
        assert all((a - b).expand() == 0 for a, b in zip(found, told, strict=True)), (
            conditions,
            found,
        )
    for ask, table in ((judge._settled, SETTLED), (judge._by_shift, SHIFTED)):
        for value, conditions, told in table:
            assert ask(value, conditions) is told, (value, conditions)
    for condition, told in (
        (Ge(x, 0), True), (Ge(x * y + HALF, 0), True), (Ge(x**2, 1), True), (Ge(sqrt(2) * x, 1), False),
        (Ge(exp(x), 1), False), (Ge(1 / x, 1), False),
    ):  # fmt: skip
        assert judge._linear(condition) is told, condition
    for condition, symbol, told in (
        (Ge(2 * x + y, 0), x, True), (Ge(x**2, 1), x, False), (Ge(x * y, 1), x, False), (Ge(y, 1), x, False),
        (Le(x, y**2), x, True), (Le(x, y**2), y, False),
    ):  # fmt: skip
        assert judge._lead(condition, symbol) is told, (condition, symbol)
    assert judge._lead_last(Le(x, y**2), [y, x])
    assert not judge._lead_last(Le(x, y**2), [x, y])
    asked: list[Any] = []

    def one(condition: Any) -> bool:
        asked.append(condition)
        return bool(condition == Gt(x, 0))

    yes, no = Gt(x, 0), Gt(y, 0)
    for condition, told in (
        (true, True), (false, False), (yes, True), (no, False), (And(yes, no), False), (Or(yes, no), True),
        (And(yes, Or(no, yes)), True), (Or(no, And(yes, no)), False),
    ):  # fmt: skip
        asked.clear()
        assert judge.part_by_part(condition, one) is told, condition
        assert {*asked} <= {yes, no}


# An expression, a region, whether it is shown to be more than 0 there, and whether to be no zero.
SIGNS: tuple[tuple[Any, Any, bool, bool], ...] = (
    (Integer(1), true, True, True), (Integer(0), true, False, False), (Integer(-1), true, False, True),
    (sqrt(2), true, True, True), (sqrt(2) - 2, true, False, True), (x, Gt(x, 0), True, True),
    (x, Ge(x, 0), False, False), (x, Lt(x, 0), False, True), (x, Ge(x, 1), True, True),
    (x, Le(x, -1), False, True),
    (x, Ge(x, Rational(1, 10**5)), True, True), (x, true, False, False), (x**2, Gt(x, 0), False, False),
    (x * y, And(Gt(x, 0), Gt(y, 0)), True, True), (x * y, And(Gt(x, 0), Lt(y, 0)), False, True),
    (x * y, And(Lt(x, 0), Lt(y, 0)), True, True), (-x * y, And(Gt(x, 0), Lt(y, 0)), True, True),
    (x / y, And(Gt(x, 0), Gt(y, 0)), True, True), (x * y, Gt(x, 0), False, False),
    (x + 1, Gt(x, 0), True, True),
    (x - 1, Gt(x, 0), False, False), (x - y, Gt(x, y), True, True), (y - x, Gt(x, y), False, True),
    (1 / x + 1 / y - w / z, And(Gt(z * (x + y) - x * y * w, 0), Gt(x, 0),
     Gt(y, 0), Gt(z, 0)), True, True),
    
    (x - y, And(Gt(x * z - y * z, 0), Gt(z, 0)), True, True),
    (x - y, And(Gt(x * z - y * z, 0), Lt(z, 0)), False,
     True),
    (x - y, Gt(x * z - y * z, 0), False, False), (x * z - y * z, Gt(x * z - y * z, 0), True, True),
 (exp(x), true, True, True),
    (exp(x) - 1, Gt(x, 0), False, False), (x**3, Gt(x, 0), True, True), (x**3, Lt(x, 0), False, True),
    (x**3, true, False, False),
    (x**2 * y, Gt(y, 0), False, False), (x * y * z, And(Lt(x, 0), Lt(y, 0), Lt(z, 0)), False, True),
    (x * (z - y), And(Le(x, -HALF), Gt(y, z)), True, True),
    (x * (y - z), And(Ge(x, HALF), Gt(y, z)), True, True),
    (x - y, And(Lt(w, 0), Lt(z, 0), Gt(-w * z * (x - y), 0)), False, True),
    (-2 * x, Lt(x, 0), True, True),
    (x - y, And(Gt(w * (x - y), 0), Gt(w * z, 0), Gt(z, 0)), True, True), (x, Ne(x, 0), False, True),
    (x, Ne(y, 0), False, False), (x * y, Ne(x, 0), False, False), (x * y, And(Ne(x, 0), Ne(y, 0)), False, True),
    (x**2 * y, Ne(x * y, 0), False, True), (x * y, And(Ne(x, 0), Lt(y, 0)), False, True),
    (x * y, And(Ne(x, 0), Gt(y, 0)), False, True), (x * y, And(Ne(x, 0), Ge(y, 0)), False, False),
    (x * (y - z), And(Ne(x, 0), Ne(z, y)), False, True), (x / y, And(Ne(x, 0), Ne(y, 0)), False, True),
    (x * (y - 3), And(Ne(x, 0), Ne(y, 3)), False, True), (x - x, Ne(x, 0), False, False),
    (exp(x) - 2, Ne(exp(x), 2), False, True), (x * (exp(x) - 2), Ne(exp(x), 2), False, False),
    (x, Ne(x + 1, 1), False, True), (x, Ne(x, 1), False, False), (Integer(0), Ne(x, 0), False, False),
    (3 * x + 6, Gt(x, -2), True, True),
)  # fmt: skip


def signs_hold(judge: ModuleType) -> None:
    """More than 0, or no zero: shown, or not at all."""
    for value, region, more, never in SIGNS:
        assert judge.positive(value, region) is more, (value, region)
        assert judge.nonzero(value, region) is never, (value, region)
