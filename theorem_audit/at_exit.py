"""How a process of ours may end: as a success only after what it was asked has ended so, whoever ends it.

What a chapter or evidence leaves running (a thread, a timer, a handler of ``atexit`` or of a signal) can end
the process at any time, long after the evidence.  So nothing is looked for: from ``begin`` on ``os._exit``
gives no success, and no other program takes the process's place, until ``finish`` says what came out; then no
other code than that one stands for it.  All else that ends a process from Python is an error, or a signal, and
no success.  Not met: native code, as ``ctypes`` calls it.
"""

from __future__ import annotations

import operator
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from theorem_audit.guard import ENDS, HOMES, place, refused
from theorem_audit.weigh.leftovers import SIGNALS, TIMERS


class _Process:
    """Of the process that began last: how many runs go on in it, and what the outermost came to."""

    def __init__(self) -> None:
        self.number, self.running, self.code = os.getpid(), 0, 0
        self.stream = -1  # standard error, before anybody captures it

    @property
    def least(self) -> int:
        """What takes the place of a success; 0 in a process that was forked, which ends as it likes."""
        if self.number != os.getpid():
            return 0
        return 1 if self.running else self.code


_now = _Process()
_installed = False


class Ending:
    """Of one run, or session: ``begin``, then ``finish`` with what came out.  A run may go on within another.

    ending = Ending()
    ending.begin()
    ...
    ending.finish(1)  # os._exit(0) ends this process with 1 from now on
    """

    def __init__(self) -> None:
        self._begun = False
        self._handlers = _handlers()
        self._ticks = {x: signal.getitimer(x)[0] > 0 for x in TIMERS}

    def begin(self) -> None:
        """From now on this process ends with no success."""
        global _now
        install()
        if _now.number != os.getpid():
            _now = _Process()
        if not _now.running and _now.stream < 0:
            with suppress(OSError):  # there may be none
                _now.stream = os.dup(2)
        _now.running += 1
        self._begun = True

    def finish(self, code: int, *, stands: bool = True) -> None:
        """The run came to ``code``: with no less does the process end.  Timers and handlers of signals, which
        would raise SystemExit later, are put back.

        stands: false where a caller in this process is told the code, and makes of it what it likes.
        """
        _now.running -= self._begun
        self._begun = False
        if _now.running:
            return
        if stands:
            _now.code = _now.code or code
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # closed, or there is none
                stream.flush()  # ``os._exit`` would take with it what was said
        if threading.current_thread() is threading.main_thread():
            for x in TIMERS:
                if not self._ticks[x]:
                    signal.setitimer(x, 0)
            for number, had in self._handlers.items():
                if signal.getsignal(number) != had:
                    signal.signal(number, had)


def install() -> None:
    """Stand where Python ends the process, before anybody takes it from there by name."""
    global _installed
    if not _installed:
        _installed = True
        for home in HOMES:
            for name in (x for x in ENDS if hasattr(home, x)):
                old = getattr(home, name)
                setattr(home, name, _ends(old) if name == "_exit" else _replaces(name, old))


def _ends(old: Callable[[int], Any]) -> Callable[[int], Any]:
    @wraps(old)
    def _exit(status: int) -> Any:
        if not operator.index(status) & 0xFF and (code := _now.least):
            _tell(f"os._exit({status}) was called, which is no success here: exit code {code}")
            status = code
        return old(status)

    return _exit


def _replaces(name: str, old: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(old)
    def execute(*words: Any, **named: Any) -> Any:
        if _now.least:
            raise refused(name, words, named)
        return old(*words, **named)

    return execute


def _tell(what: str) -> None:
    at = place(traceback.extract_stack()[:-2])
    with suppress(OSError):  # nobody may listen
        os.write(_now.stream, f"{at}: {what}\n".encode("utf-8", "replace"))


def _handlers() -> dict[int, Any]:
    """What Python calls for each signal; without those that another language handles."""
    found = {x: signal.getsignal(x) for x in SIGNALS}
    return {x: handler for x, handler in found.items() if handler is not None}


__all__ = ["Ending", "install"]
