"""The battery of ``checks/at_one_point.py``: the tables of its tests, without an expectation around them."""

from __future__ import annotations

from types import ModuleType

from sympy import Eq, Integer, Rational, Tuple, exp

from theorem_audit.checks.run_context import RunContext
from theorem_audit.exact.zero import relations
from theorem_audit.tests.made_up import claim
from theorem_audit.tests.test_at_one_point import AT_POINTS, IN_GENERAL, Row, s, t, x, y, z

POLE = Rational(7, 3)  # where the first point lies


def points_are_told(judge: ModuleType) -> None:
    """What is compared at some points is told with the words for it, and what is in general is not."""
    _pairs_are_left_alone(judge)
    for what, row in AT_POINTS.items():
        found, number = (
            judge.at_points(_noted(judge, row)),
            what.startswith(("one", "two", "a number", "a part")),
        )
        assert ("at one number alone (" in found) == number, (what, found)
        assert ("at some of its points alone (" in found) == (not number), (what, found)
    for what, row in IN_GENERAL.items():
        assert judge.at_points(_noted(judge, row)) == "", what
    context = RunContext()  # nobody's claim
    judge.note_reach(context, Eq(y, x), {y: Integer(1), x: Integer(1)})
    assert (context.at_points, context.in_general) == ({}, set())
    context = RunContext(claim=claim(Eq(y, x)))
    judge.note_reach(context, Eq(x, 1), {y: Integer(1)})  # it speaks of nothing derived
    assert (context.at_points, context.in_general) == ({}, set())
    judge.note_reach(context, Eq(y, x), {y: 2 * t, x: 2 * t, z: s})
    assert context.in_general == {Eq(y, x)}
    judge.note_reach(context, Eq(3 * y, 3), {y: Integer(1)})
    assert [*context.at_points] == [frozenset({Eq(y, x)})]
    assert judge.at_points(context) == ""
    for values, count in (([x, y], 2), ([x, x], 1), ([x, 2 * x], 1), ([2 * t, 3 * t], 1), ([t, 2 * s], 2),
                          ([x, x * t], 2), ([s * t, s + t], 2), ([s * t, 2 * s * t], 1), ([Integer(1)], 0),
                          ([s * t, s + t, s - t], 2), ([s * t, (s * t) ** 2, x], 2),
                          ([s * t + 1 / (t - POLE), 2 * (s * t + 1 / (t - POLE))], 1),
                          ([s * exp(t), t * exp(s)], 2),
                          ([(t - POLE) ** 2 + s, s], 2), ([(t - POLE) ** 2 * s, s**2], 2)):  # fmt: skip
        assert judge._directions(values) == count, values


def _noted(judge: ModuleType, row: Row) -> RunContext:
    formula, region, handed, puts = row
    context = RunContext(claim=claim(formula, region))
    for put in puts:
        for equation in relations(handed(formula)):
            judge.note_reach(context, equation, put)
    return context


__all__ = ["points_are_told"]


def _pairs_are_left_alone(judge: ModuleType) -> None:
    """Pairs have no gap: one follows from itself alone."""
    square, pair = Eq(y, x**2), Eq(Tuple(s, t), Tuple(1, 2))
    assert [judge._of_numbers(x) for x in (square, pair, Eq(pair.lhs, s))] == [
        True,
        False,
        False,
    ]
    for claimed, other, follows in (
        (pair, pair, True),
        (pair, square, False),
        (square, pair, False),
    ):
        assert judge._follows(claimed, other) is follows, (claimed, other)
