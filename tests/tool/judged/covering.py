"""The battery of parts: whether what is certified on boxes is all of a claim's region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

from sympy import ITE, And, Eq, Ge, Gt, Implies, Le, Lt, Or, Rational, Symbol, oo, sqrt, true

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit.checks import expect
from theorem_audit.checks.run_context import RunContext
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.tests import test_covering
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh import runner

x, y, u = (Symbol(name, real=True) for name in "xyu")
HALF, QUARTER = Rational(1, 2), Rational(1, 4)
UNIT = And(Ge(x, 0), Le(x, 1))
PARABOLA = Ge(x * (1 - x), 0)
TWO = And(PARABOLA, Le(x, 2))
SQUARE = And(UNIT, Ge(y, 0), Le(y, 1))
LOW, HIGH = Le(x, HALF), Ge(x, HALF)

# A region, the order of coordinates and the part that is claimed; whether the claim's region lies in it.
ON: tuple[tuple[Any, tuple[Symbol, ...], Any, bool], ...] = (
    (UNIT, (x,), true, True), ({x: (0, 1)}, (x,), true, True), ({x: (-1, 2)}, (x,), true, True),
    ({x: (0, oo)}, (x,), true, True), ({x: (0, 1), u: (0, 3)}, (x, u), true, True),
    ({x: (0, HALF)}, (x,), true, False), ({x: (HALF, 1)}, (x,), true, False),
    (And(Ge(x, 0), Le(3 * x, 2)), (x,), true, False), ({x: (0, HALF)}, (x,), LOW, True),
    ({x: (0, QUARTER)}, (x,), LOW, False), (And(UNIT, LOW), (x,), LOW, True),
    (And(UNIT, Ge(y, HALF)), (x,), true, True),
)  # fmt: skip
# Parts, in order, and whether they are all of 0 <= x <= 1.
PARTS: tuple[tuple[tuple[Any, ...], bool], ...] = (
    ((true,), True), ((UNIT,), True), ((Ge(x, 0),), True), ((LOW, HIGH), True), ((HIGH, LOW), True),
    ((LOW,), False), ((HIGH,), False), ((), False), ((Lt(x, HALF), Gt(x, HALF)), False),
    ((LOW, And(HIGH, Le(x, Rational(3, 4))), Ge(x, Rational(3, 4))), True),
    ((LOW, Ge(x, Rational(3, 4))), False), ((LOW, And(HIGH, Le(x, Rational(3, 4)))), False),
    ((And(Ge(x, QUARTER), LOW), HIGH), False), ((And(Le(x, HALF), Ge(x, -1)), HIGH), True),
    ((And(Ge(x, QUARTER), LOW), HIGH, Le(x, QUARTER)), True), ((Gt(x, 2), UNIT), True),
)  # fmt: skip


def parts_hold(judge: ModuleType) -> None:
    """A smaller box decides nothing, but as a part that says so; parts decide where they are all."""
    made = claim(PARABOLA, UNIT)
    for region, order, part, holds in ON:
        context = RunContext(claim=claim(PARABOLA, SQUARE) if y in part_symbols(region) else made)
        told = (context, PARABOLA, region, order, part, {})
        if holds:
            assert judge.expect_within(*told) == (PARABOLA,), told
            continue
        said = raises(Undecided, lambda told=told: judge.expect_within(*told))
        assert f"{PARABOLA} is certified where " in said
        assert (f" where {part} is not shown" in said) == (part is not true), said
        assert ("says so is not shown" in said) == (part is true), said
    assert judge.expect_within(RunContext(), PARABOLA, {x: (0, HALF)}, (x,), true, {}) == ()
    own = RunContext(claim=made)
    assert judge.expect_within(own, Ge(x, HALF), {x: (0, HALF)}, (x,), true, {}) == ()
    two = RunContext(claim=claim(TWO, UNIT))
    assert judge.expect_within(two, Le(x, 2), UNIT, (x,), true, {}) == (Le(x, 2),)
    for parts, all_of_it in PARTS:
        context = RunContext(claim=made, pieces={PARABOLA: [*parts]})
        said = judge.left_out(context)
        assert (said == "") == all_of_it, parts
        assert all_of_it or said.endswith(f"this is not all: {'; '.join(map(str, parts))}")
    assert judge.left_out(own) == ""
    both = RunContext(claim=claim(TWO, UNIT), pieces={Le(x, 2): [true], PARABOLA: [LOW]})
    assert judge.left_out(both).startswith(f"{PARABOLA} is certified on a part of its region")
    both.pieces = {PARABOLA: [LOW, HIGH], Le(x, 2): [UNIT]}
    assert judge.left_out(both) == ""
    _own_is_known(judge)
    _within_others(judge)
    _strict_is_more(judge)
    with (
        replaced(
            expect, expect_within=judge.expect_within, own_inequality=judge.own_inequality,
            says_less=judge.says_less,
        ),
        replaced(runner, left_out=judge.left_out),
    ):  # fmt: skip
        for call in CALLS:
            call()


def _own_is_known(judge: ModuleType) -> None:
    """Which inequality of a claim something says, by a factor or multiple; what new coordinates surely take."""
    for other in (Ge(-x * (1 - x), 0), Ge(x - 2 * x**2, 0), Eq(x, x**2)):
        assert judge._own(other, (PARABOLA,)) is None, other
    third, line = x - Rational(1, 3), 1 - x
    for gap, holds in ((third**2 * line, True), (third**3 * line, False), (third * line, False)):
        own = Ge(gap, 0)
        found = judge.own_inequality(RunContext(claim=claim(own, UNIT)), line)
        assert found == (own if holds else None), gap
    assert judge.own_inequality(RunContext(claim=claim(Eq(y, x), UNIT)), y - x) is None
    assert judge._image({x: u**2}, {u: (0, 2)}, {x}) == And(Ge(x, 0), Le(x, 4))
    for value, ends in ((u**2, (0, sqrt(2))), (sqrt(2) * u, (0, 1))):
        assert judge._image({x: value}, {u: ends}, {x}) is None, value
    v = Symbol("v", real=True)
    told = (RunContext(claim=claim(PARABOLA, UNIT)), PARABOLA, Ge(x, u + v), (u, v, x), true, {})
    said = raises(Undecided, lambda: judge.expect_within(*told))
    assert "where the claim does not speak of u, and" in said


LINE = x * (1 - x)
POSITIVE = And(UNIT, Gt(y, 0))
# An inequality, its region, what is certified, whether as > 0, and whether that says less.
STRICT: tuple[tuple[Any, Any, Any, bool, bool], ...] = (
    (PARABOLA, UNIT, LINE, False, False), (Gt(LINE, 0), UNIT, LINE, False, True),
    (Gt(LINE, 0), UNIT, LINE, True, False),
    (Lt(x**2, x), UNIT, LINE, False, True), (Lt(x**2, x), UNIT, 3 * LINE, False, True),
    (Lt(x**2, x), UNIT, 3 * LINE, True, False), (Gt(LINE + 1, 0), UNIT, LINE, False, False),
    (Lt(x**2, x + 1), UNIT, 2 * LINE, False, False), (Gt(LINE + 1, 0), UNIT, LINE, True, False),
    (Gt(y * (1 - x), 0), POSITIVE, 1 - x, True, False), (Gt(y * (1 - x), 0), POSITIVE, 1 - x, False, True),
    (Gt(y * (1 - x), 0), SQUARE, 1 - x, True, True), (Gt(y * (1 - x), 0), SQUARE, 1 - x, False, True),
    (Gt((1 + x) * (1 - x), 0), UNIT, 1 - x, True, False), (Gt((1 + x) * (1 - x), 0), UNIT, 1 - x, False, True),
    (Gt(LINE, 0), UNIT, 1 - x, True, True), (Gt(x**2 * (1 - x), 0), UNIT, 1 - x, True, True),
    (Gt(x**2 * (1 - x), 0), And(UNIT, Gt(x, 0)), 1 - x, True, False),
)  # fmt: skip


def _within_others(judge: ModuleType) -> None:
    """What each relation is a part of, and where that is said."""
    one, two, three = Ge(x, 0), Le(y, 1), Ge(y, x)
    when, else_ = Gt(x, 0), Le(x, 0)
    either, both = Or(two, three), And(two, three)
    none = {one: {one: true}}
    for formula, found in (
        (And(one, two), {**none, two: {two: true}}),
        (Implies(when, two), {two: {two: when}}),
        (Implies(when, both), {two: {two: when}, three: {three: when}}),
        (either, {two: {either: true}, three: {either: true}}),
        (And(one, Implies(when, either)), {**none, two: {either: when}, three: {either: when}}),
        (ITE(when, two, three), {two: {two: when}, three: {three: else_}}),
        (Or(one, And(two, three)), {x: {Or(one, both): true} for x in (one, two, three)}),
        (Implies(when, Implies(two, three)), {three: {three: And(when, two)}}),
        (And(Implies(when, two), Implies(three, two)), {two: {two: Or(when, three)}}),
        (And(Implies(when, two), two), {two: {two: true}}),
        (And(Implies(when, two), either), {two: {two: when, either: true}, three: {either: true}}),
    ):  # fmt: skip
        assert judge._stated(RunContext(claim=claim(formula))) == found, formula
    many = [Ge(Symbol(f"x{k}", real=True), 0) for k in range(9)]
    order = [*judge._stated(RunContext(claim=claim(And(*many))))]
    assert order == many, "in one order, whatever a set's is"
    assert judge._stated(RunContext()) == {}
    context = RunContext(claim=claim(either, UNIT), pieces={either: [Le(x, HALF)]})
    assert judge.left_out(context).startswith(f"{either} is certified on a part")
    guarded = RunContext(claim=claim(Implies(Ge(x, HALF), two), UNIT), pieces={two: [Ge(x, HALF)]})
    assert judge.left_out(guarded) == ""


def _strict_is_more(judge: ModuleType) -> None:
    """What is strict is not said by >= 0, but with a number to spare."""
    for relation, region, expr, strictly, less in STRICT:
        context = RunContext(claim=claim(relation, region))
        told = (relation, region, expr, strictly)
        assert judge.says_less(context, relation, expr, strictly) is less, told
    own = RunContext(claim=claim(Lt(x**2, x), UNIT), weakly={Lt(x**2, x): LINE})
    assert judge.left_out(own).startswith(
        f"{Lt(x**2, x)} is strict, and no more than >= is certified"
    )
    own.pieces = {Lt(x**2, x): [true]}
    assert judge.left_out(own) == ""


def _calls(module: ModuleType) -> Iterator[Callable[[], object]]:
    """The tests of a module, each for all its cases."""
    for name, test in list(vars(module).items()):
        if not name.startswith("test_"):
            continue
        marks = [x for x in getattr(test, "pytestmark", ()) if x.name == "parametrize"]
        if not marks:
            yield test
            continue
        ((names, cases),) = (x.args for x in marks)
        for case in cases:
            yield partial(test, *((case,) if isinstance(names, str) else case))


CALLS = [*_calls(test_covering)]


def part_symbols(region: Any) -> set[Symbol]:
    """The symbols that a region, or a box, speaks of."""
    return {*region} if isinstance(region, dict) else region.free_symbols
