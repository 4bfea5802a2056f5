"""What is imported or run may not end the process: `sys.exit(0)` in a chapter would look like success."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDS = ("_exit", "execv", "execve")  # ``os.execl`` and the others call one of these
HOMES = (os, sys.modules[os.name])  # where they stand: ``posix._exit`` is ``os._exit``


class Left(Exception):
    """Code under audit asked for the end of the process; the message says where and how."""


@contextmanager
def no_exit() -> Iterator[None]:
    """Raise Left where the block ends the process: SystemExit, ``os._exit``, an error that is no Exception, or
    another program in its place (``os.execv`` and its kin).

    KeyboardInterrupt passes, and a process that the block forks ends as it likes.
    """
    old, here = {name: getattr(os, name) for name in ENDS if hasattr(os, name)}, os.getpid()
    others = [(home, {name: getattr(home, name) for name in old}) for home in HOMES]

    def refusing(name: str) -> Callable[..., None]:
        def refuses(*words: Any, **named: Any) -> None:
            if os.getpid() != here:
                old[name](*words, **named)
            raise refused(name, words, named)

        return refuses

    for home, names in others:
        for name in names:
            setattr(home, name, refusing(name))
    try:
        yield
    except (Exception, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = ", ".join(map(repr, error.args))
        at = place(traceback.extract_tb(error.__traceback__))
        raise Left(f"{at}: {type(error).__name__}({said}) was raised") from error
    finally:
        for home, names in others:
            for name, function in names.items():
                setattr(home, name, function)


class Ended(KeyboardInterrupt):
    """The process was asked to end by a signal; ``code`` is the exit code that says so."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = 128 + number


@contextmanager
def ends_in_order() -> Iterator[None]:
    """Raise Ended where SIGTERM or SIGHUP comes, so that what was computed is kept, as after Ctrl-C.

    Only where the signal would end the process: under ``nohup`` SIGHUP stays ignored.
    """

    def end(number: int, _: FrameType | None) -> None:
        raise Ended(number)

    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    numbers = [getattr(signal, x) for x in names if hasattr(signal, x)]
    ours = [x for x in numbers if signal.getsignal(x) is signal.SIG_DFL]
    for x in ours:
        signal.signal(x, end)
    try:
        yield
    finally:
        for x in ours:
            signal.signal(x, signal.SIG_DFL)


def refused(name: str, words: Sequence[Any], named: Mapping[str, Any]) -> Left:
    """What is raised by whoever stands in the place of a function of ``os`` that ends the process."""
    at, said = place(traceback.extract_stack()[:-2]), [*words, *named.values()]
    return Left(f"{at}: os.{name}({', '.join(map(repr, said[:1]))}) was called")


def place(frames: list[traceback.FrameSummary] | traceback.StackSummary) -> str:
    """File and line that came last."""
    if not frames:
        return "what no frame tells of"
    last = frames[-1]
    return f"{last.filename}, line {last.lineno}"


__all__ = ["ENDS", "HOMES", "Ended", "Left", "ends_in_order", "no_exit", "place", "refused"]
