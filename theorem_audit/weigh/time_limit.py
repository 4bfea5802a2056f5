"""Stopping evidence that takes too long on a wrong variant."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from theorem_audit.checks.run_context import Inconclusive

WAITS = 30  # seconds on the clock for one of the processor: a busy machine is no reason, waiting for ever is

SWALLOWS = ("gc_callback", "__del__", "trace")
LOCKS = "coverage"  # a package that is called by whatever runs while it is measured, and closes a lock there


class TimeLimit(Inconclusive):
    """The evidence took too long on a variant."""


def _home(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def limited(function: Callable[..., None], seconds: float) -> Callable[..., None]:
    """``function``, stopped by ``TimeLimit`` after ``seconds`` (in the main thread, on POSIX).

    They are the processor's: what is decided does not hang on what else the machine does.  What waits and
    computes nothing is stopped after WAITS times as long.
    """

    def call(**arguments: Any) -> None:
        if threading.current_thread() is not threading.main_thread() or not hasattr(
            signal, "SIGALRM"
        ):
            return function(**arguments)
        running = True

        def stop(_: int, frame: FrameType | None) -> None:
            while frame is not None and frame.f_code is not call.__code__:
                # Where an exception would be swallowed, or a lock stay closed for ever, wait for the next tick.
                if frame.f_code.co_name in SWALLOWS or _home(frame) == LOCKS:
                    return
                frame = frame.f_back
            if running:
                raise TimeLimit(f"no decision within {seconds:.0f} s")

        timers = (
            (signal.ITIMER_PROF, signal.SIGPROF, seconds),
            (signal.ITIMER_REAL, signal.SIGALRM, WAITS * seconds),
        )
        heard_by = [signal.signal(heard, stop) for _, heard, _ in timers]
        before = [signal.setitimer(timer, after, 0.5) for timer, _, after in timers]
        try:
            try:
                return function(**arguments)
            finally:
                running = False  # a tick that comes before is met by the outer ``finally``
        finally:
            running = False
            for (timer, heard, _), told, left in zip(timers, heard_by, before, strict=True):
                signal.setitimer(timer, 0)
                signal.signal(heard, told)
                signal.setitimer(timer, *left)  # whoever else goes by it

    return call
