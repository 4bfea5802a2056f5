"""What could act in a worker process after the evidence has ended: threads, children, timers, hooks, limits.

A thread that outlives its evidence could change what judges the next one, and put it back.  So a process in
which more is left than before an evidence is not used again; that is no fault of the evidence, which may
have used a pool.
"""

from __future__ import annotations

import _thread
import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

try:
    import resource
except ImportError:  # not where there are no such limits
    resource = None  # type: ignore[assignment]

SIGNALS = tuple(sorted(signal.valid_signals())) if hasattr(signal, "valid_signals") else ()
TIMERS = tuple(
    getattr(signal, x)
    for x in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")
    if hasattr(signal, x)
)
OLDER = "RLIMIT_OFILE"  # another name of RLIMIT_NOFILE
RESOURCES = tuple(x for x in dir(resource) if x.startswith("RLIMIT_") and x != OLDER)
TOOLS = range(6)  # places for tools that watch the interpreter, in Python 3.12 and later


def hooks() -> tuple[Any, ...]:
    """What the interpreter calls of itself; equal as long as nobody puts another there."""
    watching = getattr(sys, "monitoring", None)
    tools = () if watching is None else tuple(watching.get_tool(x) for x in TOOLS)
    return (
        sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile(), tools,
        tuple(x for x in gc.callbacks if _home(x) != "hypothesis"), sys.excepthook, sys.unraisablehook,
        tuple(map(signal.getsignal, SIGNALS)),
        tuple(signal.getitimer(x)[0] > 0 for x in TIMERS),
    )  # fmt: skip


def _home(function: Any) -> str:
    """The package that a function is of.  Hypothesis times the garbage collector from its first use on."""
    return str(getattr(function, "__module__", "")).partition(".")[0]


def threads() -> frozenset[int | None]:
    """The threads that run here."""
    return frozenset(x.ident for x in threading.enumerate())


def children() -> frozenset[str]:
    """The processes that this one's threads have started; empty where the system does not tell."""
    found, tasks = set[str](), f"/proc/{os.getpid()}/task"
    for task in os.listdir(tasks) if os.path.isdir(tasks) else ():
        try:
            with open(f"{tasks}/{task}/children", encoding="ascii") as told:
                found |= set(told.read().split())
        except OSError:
            continue  # the thread has ended in between
    return frozenset(found)


def limits() -> dict[str, tuple[float, float]]:
    """What this process may take of each resource, soft and hard; infinity where there is no limit."""
    if resource is None:
        return {}
    found = {x: resource.getrlimit(getattr(resource, x)) for x in RESOURCES}
    none = resource.RLIM_INFINITY
    return {x: tuple(math.inf if y == none else y for y in two) for x, two in found.items()}  # type: ignore[misc]


def lowered(before: Mapping[str, tuple[float, float]]) -> list[str]:
    """The resources of which this process may take less than it once might: who is judged next errs for it."""
    return [x for x, now in limits().items() if now[0] < before[x][0] or now[1] < before[x][1]]


class Leftovers:
    """What there was when a process began; ``left`` says whether there is more."""

    def __init__(self) -> None:
        self._hooks, self._threads, self._children = hooks(), threads(), children()
        self._limits = limits()
        self._count = _thread._count()  # also of those that ``threading`` does not know

    def left(self) -> bool:
        """Whether something could act here that could not at first."""
        return (
            hooks() != self._hooks
            or not threads() <= self._threads
            or _thread._count() > self._count
            or not children() <= self._children
            or limits() != self._limits
        )


__all__ = ["Leftovers", "children", "limits", "lowered"]
