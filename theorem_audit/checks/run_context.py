"""What one run of one evidence leaves behind: checks counted, errors spent, powers, the seed.

Evidence reaches it through ``rng``, ``seed`` and the ``expect`` functions; nothing is passed around.
"""

from __future__ import annotations

import hashlib
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

DEFAULT_SEED = 0
HERE = os.path.join(os.path.dirname(__file__), "")
LAST_BIT = 1 << 63


class Inconclusive(Exception):
    """The evidence could not tell: too little power, or no decision within its means."""


class Absent(Exception):
    """An optional program that the evidence needs is not installed; the message says which."""


@dataclass
class RunContext:
    """Record of one evidence run.

    error: summed probability that a true claim is called refuted by chance.
    power: least power over the tests made, at each test's smallest visible error; None if none.
    smallest_visible: the largest of the tests' smallest visible relative errors; None if none.
    lost: what ended threads of the evidence, which nobody else is told.
    refused: tests of chance that rejected: to draw again until one passes is no test.
    weak: tests of chance and expectations that could not tell; evidence that goes on after one has not
        tested that.
    failed: expectations that failed; evidence that catches one, or keeps it in a task, does not pass.
    drawn: the keys of generators and of seeds that were asked for.
    again: a key may be asked for again: Hypothesis calls the evidence for one example after another.
    claim: the claim that the evidence is handed.  pieces: an inequality of its formula -> the parts of its
        region on which it was certified.  weakly: a strict one -> what was certified to be >= 0 alone.
    at_points: equations of the claim -> what to say where they were compared at some points alone.
        in_general: those that were compared for all that they are claimed for (``at_one_point``).
    counted: where in the evidence's code ``all`` or ``any`` was last called -> its name where that was over
        nothing, else an empty text (``over_nothing``).
    asked: where an expectation was called: code and instruction (``over_nothing``).
    look: called as a check begins, with the number of checks so far; by ``thread`` alone, which made this.

    An expectation is judged inside ``with current()``, which notes how it failed, whoever catches that.
    """

    test: str = ""
    seed: int = DEFAULT_SEED
    quick: bool = False
    checks: int = 0
    error: float = 0.0
    power: float | None = None
    smallest_visible: float | None = None
    notes: list[str] = field(default_factory=list)
    witness: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    drawn: set[tuple[str, ...]] = field(default_factory=set)
    again: bool = False
    claim: Any = None
    pieces: dict[Any, list[Any]] = field(default_factory=dict)
    weakly: dict[Any, Any] = field(default_factory=dict)
    at_points: dict[frozenset[Any], str] = field(default_factory=dict)
    in_general: set[Any] = field(default_factory=set)
    counted: dict[tuple[CodeType, int], str] = field(default_factory=dict)
    asked: set[tuple[CodeType, int]] = field(default_factory=set)
    look: Callable[[int], None] | None = None
    thread: int = field(default_factory=threading.get_ident)

    def count(self) -> None:
        """Note that a check begins, and who asks for it."""
        self.checks += 1
        frame: Any = sys._getframe(1)
        while frame.f_code.co_filename.startswith(HERE):
            frame = frame.f_back
        self.asked.add((frame.f_code, frame.f_lasti))
        if self.look is not None and threading.get_ident() == self.thread:
            self.look(self.checks)

    def __enter__(self) -> RunContext:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not _trying.get():
            (self.failed if isinstance(error, AssertionError) else self.weak).append(str(error))

    def spend(self, error: float, power: float | None = None, visible: float | None = None) -> None:
        """Book one statistical test; ValueError for what is no probability or no finite size."""
        for name, value in (("error", error), ("power", power)):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name}={value}: a probability is needed")
        if visible is not None and not math.isfinite(visible):
            raise ValueError(f"visible={visible}: a finite number is needed")
        self.error += error
        if power is not None:
            self.power = power if self.power is None else min(self.power, power)
        if visible is not None:
            old = self.smallest_visible
            self.smallest_visible = visible if old is None else max(old, visible)


_current: ContextVar[RunContext | None] = ContextVar("audit_run_context", default=None)
_trying: ContextVar[bool] = ContextVar("audit_trying", default=False)
# Threads have a context of their own, in which nothing runs: theirs is the innermost of these.
_running: list[RunContext] = []


def current() -> RunContext:
    """The record of the evidence that runs, also in threads that it starts; a throw-away one outside a run."""
    return _current.get() or (_running[-1] if _running else RunContext())


def inside() -> bool:
    """Whether evidence runs here."""
    return _current.get() is not None


@contextmanager
def running(context: RunContext) -> Iterator[RunContext]:
    """Make ``context`` the current one inside the block, and note there what ends a thread."""

    def lost(ended: threading.ExceptHookArgs) -> None:
        context.lost.append(f"{ended.exc_type.__name__}: {ended.exc_value}")

    def lost_without_a_name(ended: Any) -> None:
        """The same of a thread that ``threading`` did not start."""
        if str(ended.err_msg).startswith("Exception ignored in thread"):
            lost(ended)
        else:
            ignored(ended)

    token, hook, ignored = _current.set(context), threading.excepthook, sys.unraisablehook
    threading.excepthook, sys.unraisablehook = lost, lost_without_a_name
    _running.append(context)
    try:
        yield context
    finally:
        _running.pop()
        threading.excepthook, sys.unraisablehook = hook, ignored
        _current.reset(token)


@contextmanager
def attempt() -> Iterator[None]:
    """Expectations inside may fail, and be caught: one proof is tried, and then another.

    Evidence that catches a failed expectation elsewhere does not pass, whatever it says afterwards.

    >>> from theorem_audit import attempt, expect
    >>> try:
    ...     with attempt():
    ...         expect(1 == 2, "the short way")
    ... except AssertionError:
    ...     expect(1 + 1 == 2, "the long way")
    """
    token = _trying.set(True)
    try:
        yield
    finally:
        _trying.reset(token)


def seed(*key: str | int) -> np.random.SeedSequence:
    """A seed keyed by the run's seed, the evidence and ``key``: the same whoever runs it, and when.

    Asked for twice with one key in one evidence (one case of it) it would give the same draws twice, which
    no test of chance expects: ValueError.  Where the same are meant, keep what is given.  What Hypothesis
    calls, it calls for each example: there a key may come again.
    """
    return _seed("seed", key)


def rng(*key: str | int) -> np.random.Generator:
    """A generator for ``key``, with draws of its own; ValueError where asked for before, like ``seed``."""
    return np.random.Generator(np.random.PCG64(_seed("rng", key)))


def _seed(what: str, key: tuple[str | int, ...]) -> np.random.SeedSequence:
    context = current()
    name = (what, *map(str, key))
    if name in context.drawn and not context.again:
        told = ", ".join(repr(part) for part in key)
        raise ValueError(
            f"{what}({told}): asked for before in this evidence, and the draws would be the same again; keep "
            "what it gave, or use another key"
        )
    context.drawn.add(name)
    words = map(_number, (context.test, what, *map(str, key)))
    return np.random.SeedSequence([context.seed, *words])


def _number(word: str) -> int:
    """A number of 64 bits for a word, the last one set: what ends in zeros is something shorter to NumPy."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little") | LAST_BIT


def note(text: str) -> None:
    """Leave a line for the report."""
    current().notes.append(text)
