"""What the batteries share: what became of a call, in a word."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

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


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder for a store: a disk takes its time for each commit."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@contextmanager
def module_there(name: str, **names: Any) -> Iterator[ModuleType]:
    """A module with these names, imported as far as anybody can tell."""
    module = ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module
    try:
        yield module
    finally:
        del sys.modules[name]


def raises(kind: type[BaseException], call: Any) -> str:
    """What the call says as it raises; an AssertionError where it does not."""
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


def survives(
    battery: Callable[[ModuleType], None], make: Callable[[], ModuleType], seconds: float
) -> bool:
    """Whether a mutant passes, in a fork of this process: what it leaves (a hook, a thread) ends with that.

    Raises AssertionError where the fork ended without a word.
    """
    back, end = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads are none of its matter
        pid = os.fork()
    if not pid:
        said = b"?"
        try:
            mutant = make()  # to fail here is not to be caught
            try:
                with processor_time(seconds):
                    battery(mutant)
                said = b"passes"
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - breaking is being caught
                said = b"caught"
        finally:
            os.write(end, said)
            os._exit(0)
    os.close(end)
    said = os.read(back, 16)
    os.close(back)
    os.waitpid(pid, 0)
    assert said in (b"passes", b"caught"), "its process ended without a word"
    return said == b"passes"


@contextmanager
def nothing_stays() -> Iterator[None]:
    """Raise AssertionError where the block leaves something in this process that acts afterwards."""
    real, hooks = sys.addaudithook, list[Any]()

    def hooked(hook: Any) -> None:
        hooks.append(hook)
        real(hook)

    sys.addaudithook = hooked  # type: ignore[assignment]
    before = _standing()
    try:
        yield
        assert sys.addaudithook is hooked
    finally:
        sys.addaudithook = real
    assert hooks == [], "an audit hook cannot be taken away"
    if (after := _standing()) != before:
        gc.collect()  # what nobody can reach any more
        after = _standing()
    for what in before:
        assert before[what] == after[what], what


def _standing() -> dict[str, Any]:
    """What acts in this process beside what is called."""
    kind: Any = type(os.environ)
    rings = (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGINT)
    timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL)
    return {
        "functions of os": {k: x for k, x in vars(os).items() if callable(x)},
        "os.environ": (os.environ, dict(vars(kind)), dict(os.environ)),
        "what they bear": [
            {*x} for x in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks)
        ],
        "threads": {*threading.enumerate()},
        "signals": [signal.getsignal(x) for x in rings],
        "timers": [signal.getitimer(x) for x in timers],
        "folder": os.getcwd(),
        "path": sys.path[:],
        "open files": {*os.listdir("/proc/self/fd")} if os.path.isdir("/proc/self/fd") else set(),
    }
