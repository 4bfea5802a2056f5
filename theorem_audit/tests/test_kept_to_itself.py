"""A failed expectation is told, also where evidence catches it or a task, a future or a finalizer keeps it."""

from __future__ import annotations

import _thread
import asyncio
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sympy import Eq, Ge, Gt, Rational, Symbol, sqrt

from theorem_audit import (
    Absent,
    attempt,
    expect,
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.checks.mark import Evidence
from theorem_audit.tests.test_no_silent_success import claim
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.runner import run_evidence

pytestmark = pytest.mark.usefixtures("somewhere")

a, b = Symbol("a", real=True), Symbol("b", real=True)
BOX: dict[Symbol, tuple[Any, Any]] = {a: (0, 1)}
FALSE: dict[str, Callable[[], Any]] = {
    "a condition": lambda: expect(False, "false"),
    "an identity": lambda: expect_zero(a - b, "false"),
    "a formula": lambda: expect_identity(Eq(b, a**2), {b: a}),
    "a sign": lambda: expect_nonnegative(a - Rational(1, 2), BOX, "false"),
    "an inequality": lambda: expect_inequality(Ge(a, Rational(1, 2)), BOX),
    "a strict one": lambda: expect_inequality(Gt(a, 0), BOX),
    "what holds nowhere": lambda: expect_inequality(Gt(0, 1), BOX),
    "a ball": lambda: expect_positive_ball(a - 1, BOX, "false"),
}
OPEN: dict[str, Callable[[], Any]] = {
    "neither true nor false": lambda: expect(None, "open"),
    "no verdict": lambda: expect("yes", "open"),
    "a root": lambda: expect_zero(sqrt(a**2) - a, "open"),
    "text": lambda: expect_zero("a", "open"),  # type: ignore[arg-type]
    "a formula of another form": lambda: expect_identity(Ge(b, a), {b: a}),
    "no inequality": lambda: expect_inequality(Eq(a, 0), BOX),
    "a factor that may be negative": lambda: expect_inequality(Ge(-a, 0), {a: (-1, 0)}, factor=a),
    "no certificate": lambda: expect_nonnegative((a - Rational(1, 3)) ** 2, BOX),
}


def _judged(check: Callable[[], Any]) -> Outcome:
    def function(claim: Any) -> None:
        expect(True, "before")
        check()
        expect(True, "after")

    return run_evidence(Evidence("A", "symbolic", function), claim())


def _caught(check: Callable[[], Any]) -> None:
    with suppress(Exception):
        check()


@pytest.mark.parametrize("what", FALSE)
def test_evidence_that_goes_on_after_a_failed_expectation_does_not_pass(what: str) -> None:
    found = _judged(lambda: _caught(FALSE[what]))
    assert (found.outcome, "failed, and it went on" in found.detail) == ("error", True), found
    assert _judged(FALSE[what]).outcome == "refuted"


@pytest.mark.parametrize("what", OPEN)
def test_evidence_that_goes_on_after_an_open_one_could_not_tell(what: str) -> None:
    found = _judged(lambda: _caught(OPEN[what]))
    assert (found.outcome, "it went on" in found.detail) == ("inconclusive", True), found


class _Last:
    def __del__(self) -> None:
        FALSE["a condition"]()


def _in_a_task() -> None:
    async def check() -> None:
        FALSE["a condition"]()

    async def main() -> None:
        task = asyncio.create_task(check())
        await asyncio.wait([task])

    asyncio.run(main())


def _in_a_future() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(FALSE["a condition"])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("keeps", [_in_a_task, _in_a_future, _Last], ids=lambda x: x.__name__)
def test_what_keeps_a_failed_expectation_to_itself_is_told(keeps: Callable[[], Any]) -> None:
    found = _judged(keeps)
    assert (found.outcome, "failed, and it went on" in found.detail) == ("error", True), found


def test_a_failed_expectation_is_no_missing_program() -> None:
    def absent() -> None:
        _caught(FALSE["a condition"])
        raise Absent("coqc")

    assert _judged(absent).outcome == "error"


def test_what_is_tried_may_fail() -> None:
    """One proof, and then another; outside of it a failure counts again, and a test of chance always."""

    def tries() -> None:
        for check in (*FALSE.values(), *OPEN.values()):
            with suppress(Exception), attempt():
                check()

    assert _judged(tries).outcome == "passed"
    assert _judged(lambda: (tries(), _caught(FALSE["a ball"]))).outcome == "error"

    def refused() -> None:
        with attempt():
            FALSE["a condition"]()

    assert _judged(refused).outcome == "refuted"


def test_the_proof_of_a_strict_inequality_may_need_several_margins() -> None:
    strict = Gt(a + Rational(1, 1000), 0)
    assert _judged(lambda: expect_inequality(strict, BOX)).outcome == "passed"


def _alone(work: Callable[[], Any]) -> None:
    """Do it in a thread that `threading` does not know, and wait for that."""
    done = threading.Event()

    class Last:
        def __del__(self) -> None:
            done.set()

    def run(last: Last) -> None:
        work()

    _thread.start_new_thread(run, (Last(),))
    assert done.wait(60)
    for _ in range(1000):  # what ended it is told a moment later
        if not _thread._count() > COUNT:
            break
        time.sleep(0.01)


COUNT = _thread._count()


def test_a_thread_past_threading_speaks_for_its_evidence() -> None:
    """Mended: what ended such a thread was told to nobody but the terminal."""
    assert _judged(lambda: _alone(lambda: expect(1 == 1, "true"))).checks == 3
    failed = _judged(lambda: _alone(lambda: expect(False, "false")))
    assert failed.outcome == "error"
    broken = _judged(lambda: _alone(lambda: {}["key"]))
    assert (broken.outcome, "a thread of it ended by KeyError" in broken.detail) == ("error", True)
    before = sys.unraisablehook
    _judged(lambda: expect(True, "m"))
    assert sys.unraisablehook is before
