"""``expect(all(...))`` over nothing checks nothing, and says so."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers
from sympy import Ge, Symbol

from theorem_audit import attempt, evidence, expect
from theorem_audit.checks import over_nothing
from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import RunContext, running
from theorem_audit.checks.statistics import expect_at_most
from theorem_audit.statement import Claim
from theorem_audit.tests.made_up import claim as made
from theorem_audit.weigh.runner import run_evidence

ODD = made(Ge(Symbol("x", real=True), 0))
NOTHING: list[int] = []
SOME = [1, 2, 3]

over_nothing.give(globals())  # as a mark does for the file that it stands in

pytestmark = pytest.mark.usefixtures("somewhere")


def said(check: Callable[[], Any]) -> Any:
    def function(claim: Claim) -> None:
        check()

    return run_evidence(Evidence("ODD", "symbolic", function), ODD)


OVER_NOTHING: list[Callable[[], Any]] = [
    lambda: expect(all(NOTHING), "m"),
    lambda: expect(all(x > 0 for x in NOTHING), "m"),
    lambda: expect(all([x > 9 for x in SOME if x > 5]), "m"),
    lambda: expect(not any(x < 0 for x in NOTHING), "m"),
    lambda: expect(len(SOME) == 3 and all(x > 0 for x in NOTHING), "m"),
    lambda: expect(
        all(
            x > 0
            for x in SOME
        ) and all(x > 0 for x in NOTHING),
        "m",
    ),
    lambda: [expect(all(group), "m") for group in (SOME, NOTHING)],
]  # fmt: skip


@pytest.mark.parametrize("check", OVER_NOTHING)
def test_all_of_nothing_is_an_error(check: Callable[[], Any]) -> None:
    """Mended: it passed, as one check."""
    outcome = said(check)
    assert outcome.outcome == "error"
    assert "over nothing, so that no item was checked" in outcome.detail


OVER_SOMETHING: list[Callable[[], Any]] = [
    lambda: expect(all(SOME), "m"),
    lambda: expect(not any(x < 0 for x in SOME), "m"),
    lambda: expect(any(x > 2 for x in SOME), "m"),
    # what stands within another's arguments is asked for each of its items
    lambda: expect(all(all(y > 0 for y in group) for group in (SOME, NOTHING)), "m"),
    lambda: expect(all([all([y > 0 for y in group]) for group in (SOME, NOTHING)]), "m"),
    lambda: expect(not NOTHING or all(NOTHING), "m"),
    # a number that is worked out is no check of its items
    lambda: (all(NOTHING), expect(all(SOME), "m")),
]  # fmt: skip


@pytest.mark.parametrize("check", OVER_SOMETHING)
def test_all_of_something_passes(check: Callable[[], Any]) -> None:
    assert (said(check).outcome, said(check).detail) == ("passed", "")


EMPTY = np.array([])
FULL = np.ones(3)
OF_NO_ENTRY: list[Callable[[], Any]] = [
    lambda: expect(np.all(EMPTY > 0), "m"),
    lambda: expect((EMPTY > 0).all(), "m"),
    lambda: expect(bool(np.all(np.abs(EMPTY - 1) < 1e-9)), "m"),
    lambda: expect(np.allclose(EMPTY, 1.0), "m"),
    lambda: expect(np.all(FULL[NOTHING] < 0), "m"),
    lambda: expect(np.all([x > 0 for x in NOTHING]), "m"),
    lambda: expect(
        np.all(FULL > 0) and
        np.all(
            np.sqrt(EMPTY)
            < 0
        ),
        "m",
    ),
    lambda: expect(np.all(FULL[3:] > 0), "m"),
    lambda: expect(np.all(FULL[FULL > 1] - 1 > 0), "m"),
    lambda: expect(bool((FULL[2:1] > 0).all()), "m"),
    lambda: expect(
        (
            EMPTY
            > 0
        )
        .all(),
        "m",
    ),
    lambda: expect(
        np.all(
            np.abs(FULL[5:] - 1)
            < 1
        )
        .item(),
        "m",
    ),
    lambda: expect(all(np.all(x < EMPTY) for x in SOME), "m"),
    lambda: expect([bool(np.all(x < EMPTY)) for x in SOME] == [True] * 3, "m"),
]  # fmt: skip


@pytest.mark.parametrize("check", OF_NO_ENTRY)
def test_all_of_an_empty_array_is_an_error(check: Callable[[], Any]) -> None:
    """Mended: it passed, as one check."""
    outcome = said(check)
    assert outcome.outcome == "error"
    assert "is empty, so that no entry was checked" in outcome.detail


def test_an_empty_array_of_what_is_local_is_seen_too() -> None:
    def check(offset: float = 0.0) -> None:
        found = FULL[FULL > 1]
        expect(bool(np.all(found - offset > 0)), "m")

    assert "all of found, which is empty" in said(check).detail


def test_a_name_of_a_comprehensions_own_is_not_the_one_around_it() -> None:
    """Mended: what stands around it under the same name was looked at, and found empty."""

    def check() -> None:
        row = np.array([])
        expect(np.all([row > 0 for row in FULL]), "m")
        expect(row.size == 0, "m")

    assert (said(check).outcome, said(check).detail) == ("passed", "")


WORDS: dict[str, Any] = {}


def shifted(start: np.ndarray, steps: list[int]) -> np.ndarray:
    return start + sum(steps)


KIT = SimpleNamespace(shifted=shifted)
OF_SOME_ENTRY: list[Callable[[], Any]] = [
    lambda: expect(np.all(FULL > 0), "m"),
    lambda: expect((FULL > 0).all() and EMPTY.size == 0, "m"),
    lambda: expect(not EMPTY.any(), "m"),
    lambda: expect(len(EMPTY) == 0 and np.allclose(FULL, 1), "m"),
    lambda: expect(np.all(np.concatenate([EMPTY, FULL]) > 0), "m"),
    lambda: expect(np.array_equal(EMPTY, NOTHING), "m"),
    lambda: expect(bool((FULL[:2] > 0).all()), "m"),
    lambda: expect(np.all(np.array([FULL[i] for i in SOME if i < 3]) > 0), "m"),
    lambda: expect(np.all({"a": FULL}["a"] > 0), "m"),
    lambda: [np.all(EMPTY > 0), expect(np.all(FULL > 0), "m")],  # type: ignore[func-returns-value]
    # what is handed to a helper, or by name, are no entries
    lambda: expect(np.all(shifted(FULL, NOTHING) > 0), "m"),
    lambda: expect(np.all(KIT.shifted(FULL, NOTHING) > 0), "m"),
    lambda: expect(np.allclose(FULL, 1.0, **WORDS), "m"),
    lambda: expect(np.all([WORDS.get(x, 1.0) > 0 for x in "ab"]), "m"),
]


@pytest.mark.parametrize("check", OF_SOME_ENTRY)
def test_what_has_entries_or_counts_them_passes(check: Callable[[], Any]) -> None:
    assert (said(check).outcome, said(check).detail) == ("passed", "")


def by_part(claim: Claim) -> None:
    expect(True, "beside")
    for part in NOTHING:
        expect(part > 0, "of each")


def by_group(claim: Claim) -> None:
    for group in (NOTHING, NOTHING):
        for part in group:
            expect(part > 0, "of each")
    expect(True, "beside")


def by_group_of_some(claim: Claim) -> None:
    for group in (NOTHING, NOTHING):
        expect(not group, "nothing")
        for part in group:
            expect(part > 0, "of each")


def as_a_list(claim: Claim) -> None:
    expect(True, "beside")
    [expect(part > 0, "of each") for part in NOTHING]  # type: ignore[func-returns-value]


def within(claim: Claim) -> None:
    with attempt():
        for part in NOTHING:
            value = part + 1
            expect(
                value > 0,
                "of each",
            )
    expect(True, "beside")


def a_test_of_chance(claim: Claim) -> None:
    expect(True, "beside")
    for count in NOTHING:
        expect_at_most(count, 100, 0.5, what="of each")


LOOPS_OVER_NOTHING = [by_part, by_group, by_group_of_some, as_a_list, within, a_test_of_chance]


@pytest.mark.parametrize("function", LOOPS_OVER_NOTHING, ids=lambda f: f.__name__)
def test_a_loop_over_nothing_is_an_error(function: Callable[[Claim], None]) -> None:
    """Mended: each passed, by what stands beside the loop, or by the loop around it."""
    kind = "simulation" if function is a_test_of_chance else "symbolic"
    outcome = run_evidence(Evidence("ODD", kind, function), ODD)
    first = function.__code__.co_firstlineno
    told = range(first + 1, first + 6)
    assert outcome.outcome == "error"
    assert any(outcome.detail.startswith(f"its loop in line {n} ran over nothing") for n in told)


def by_one(claim: Claim) -> None:
    for part in SOME[:1]:
        expect(part > 0, "of each")


def where_some_are_empty(claim: Claim) -> None:
    for group in (NOTHING, SOME):
        for part in group:
            expect(part > 0, "of each")


def behind_a_condition(claim: Claim) -> None:
    expect(True, "beside")
    if NOTHING:
        for part in NOTHING:
            expect(part > 0, "of each")
    for part in SOME:
        if part > 5:
            expect(part < 5, "of those alone")
    for part in SOME:
        if part < 5:
            continue
        expect(part < 5, "of those alone")


def after_an_end(claim: Claim) -> None:
    expect(True, "beside")
    if SOME:
        return
    for part in SOME:
        expect(part > 0, "of each")


def what_is_left_early(claim: Claim) -> None:
    expect(True, "beside")
    with suppress(IndexError):
        NOTHING[0]
        for part in SOME:
            expect(part > 0, "of each")


def where_no_group_of_errors_is_raised(claim: Claim) -> None:
    expect(True, "beside")
    for part in SOME:
        try:
            _ = 1 / part
        except* ZeroDivisionError:
            expect(part > 0, "of those alone")


def of_another_kind(claim: Claim) -> None:
    total = 0
    for part in NOTHING:
        total += part
    later = [lambda: expect(False, "never called") for _ in NOTHING]
    expect(total == 0 and not later, "the sum of nothing")


def chosen(claim: Claim) -> None:
    expect(True, "beside")
    [expect(part > 5, "of those alone") for part in SOME if part > 5]  # type: ignore[func-returns-value]


def chosen_in_a_loop(claim: Claim) -> None:
    expect(True, "beside")
    for group in (SOME, SOME):
        [expect(part > 5, "of those alone") for part in group if part > 5]  # type: ignore[func-returns-value]


def within_what_is_chosen(claim: Claim) -> None:
    expect(True, "beside")
    [[expect(part > 5, "m") for part in group] for group in (SOME,) if len(group) > 5]  # type: ignore[func-returns-value]


LOOPS_OVER_SOMETHING = [
    by_one, where_some_are_empty, behind_a_condition, after_an_end, what_is_left_early, of_another_kind, chosen,
    chosen_in_a_loop, within_what_is_chosen, where_no_group_of_errors_is_raised,
]  # fmt: skip


@pytest.mark.parametrize("function", LOOPS_OVER_SOMETHING, ids=lambda f: f.__name__)
def test_a_loop_that_checks_or_may_be_passed_by_is_left_alone(
    function: Callable[[Claim], None],
) -> None:
    outcome = run_evidence(Evidence("ODD", "symbolic", function), ODD)
    assert (outcome.outcome, outcome.detail) == ("passed", "")


def test_a_loop_of_what_hypothesis_draws_may_be_over_nothing() -> None:
    @given(integers(1, 1))
    def function(claim: Claim, size: int) -> None:
        expect(size == 1, "one")
        for row in range(1, size):
            expect(row > 0, "of each")

    assert run_evidence(Evidence("ODD", "property", function), ODD).outcome == "passed"


def test_what_is_false_is_refuted_all_the_same() -> None:
    assert said(lambda: expect(any(NOTHING), "m")).outcome == "refuted"
    assert said(lambda: expect(all(NOTHING) and not SOME, "m")).outcome == "refuted"


def test_what_a_call_was_told_is_not_told_to_the_next() -> None:
    def check() -> None:
        for whole, items in ((False, SOME), (True, NOTHING), (False, SOME)):
            expect(whole or all(items), "m")
        try:
            with attempt():
                expect(all(NOTHING), "m")
        except ValueError:
            expect(True, "it was told")

    assert said(check).outcome == "passed"


def test_an_example_that_hypothesis_draws_may_be_an_empty_one() -> None:
    @given(integers(1, 3))
    def function(claim: Claim, size: int) -> None:
        expect(not any(row > 5 for row in range(1, size)), "no row below the first")

    assert run_evidence(Evidence("ODD", "property", function), ODD).outcome == "passed"


def test_both_say_what_pythons_say() -> None:
    for items in ([], [0], [1], [0, 1], [1, 0], ["", None], iter([1, 1]), [[]]):
        kept = [*items]
        for name in ("all", "any"):
            assert getattr(over_nothing, f"noted_{name}")(iter(kept)) is getattr(builtins, name)(
                kept
            )
    rest = iter([1, 0, 5])
    assert not over_nothing.noted_all(rest)
    assert next(rest) == 5, "no more is taken than is needed"


def test_what_is_noted_is_what_evidence_asked() -> None:
    """Mended: the look at a call noted what it asked itself, of each call of an array's ``all``."""
    with running(RunContext()) as context:
        expect(np.all(FULL > 0), "m")
        expect(np.all(FULL[:2] > 0), "m")
    assert context.counted == {}


def test_a_mark_gives_both_to_its_file_and_takes_nothing_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("made_here")
    monkeypatch.setitem(sys.modules, "made_here", module)
    exec("any = sum\n\ndef f(claim):\n    return all, any", vars(module))
    evidence("ODD", "property")(module.f)
    assert module.f(ODD) == (over_nothing.noted_all, sum)
