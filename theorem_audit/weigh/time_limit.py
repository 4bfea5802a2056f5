"""Stopping evidence that takes too long on a wrong variant."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from theorem_audit.checks.run_context import Inconclusive


class TimeLimit(Inconclusive):
    """The evidence took too long on a variant."""


def limited(function: Callable[..., None], seconds: float) -> Callable[..., None]:
    """``function``, stopped by ``TimeLimit`` after ``seconds`` (in the main thread, on POSIX)."""

    def call(**arguments: Any) -> None:
        if threading.current_thread() is not threading.main_thread() or not hasattr(
            signal, "SIGALRM"
        ):
            return function(**arguments)
        running = True

        def stop(_: int, frame: FrameType | None) -> None:
            while frame is not None:
                # Where an exception would be swallowed, wait for the next tick.
                if frame.f_code.co_name in ("gc_callback", "__del__", "trace"):
                    return
                frame = frame.f_back
            if running:
                raise TimeLimit(f"no decision within {seconds:.0f} s")

        old = signal.signal(signal.SIGALRM, stop)
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
            try:
                return function(**arguments)
            finally:
                running = False  # a tick that comes before is met by the outer ``finally``
        finally:
            running = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)

    return call
