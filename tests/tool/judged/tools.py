"""What the batteries share: what became of a call, in a word."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from theorem_audit.checks.run_context import Inconclusive, RunContext, running
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.decided import listening


def outcome(call: Callable[[], Any]) -> tuple[str, str, RunContext]:
    """(what became of it, what it said, what it left behind) of one expectation."""
    with running(RunContext()) as context:
        try:
            call()
        except Refuted as error:
            return "refuted", str(error), context
        except (Undecided, Inconclusive) as error:
            return "inconclusive", str(error), context
        except (TypeError, ValueError, ArithmeticError) as error:
            return type(error).__name__, str(error), context
    return "passed", "", context


class Endless(Exception):
    """A mutant did not end."""


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Raise Endless after so much work; a busy machine does not make a mutant look caught."""

    def stop(*_: object) -> None:
        raise Endless

    old = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


@contextmanager
def told() -> Iterator[list[tuple[str, Any]]]:
    """All that is told as decided inside the block."""
    heard: list[tuple[str, Any]] = []
    with listening(lambda kind, what: heard.append((kind, what))):
        yield heard


def raises(kind: type[BaseException], call: Any) -> str:
    """What the call says as it raises; an AssertionError where it does not."""
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}")
