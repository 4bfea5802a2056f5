"""Jobs of one claim in a process of their own, forked from one in which no evidence ever ran.

What evidence changes (a table of the theory, NumPy's functions, mpmath's precision, a cache) ends with its
process, so it never reaches another claim's.  That ends the whole kind, where a look for changes finds some.
Where a system has no safe fork (Windows; macOS, whose libraries bear none), jobs share their process, and
``untouched`` alone stands between them.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import connection, parent_process
from typing import Any

FORKS = sys.platform == "linux" and hasattr(os, "pidfd_open")
ROOM = 32_768  # bytes that a fork leaves for its server: a pipe holds twice that without a reader
ENDED = b"\nended"  # how they end where the fork ended as it was asked to
PATIENCE = 5.0  # seconds for a fork to end when it is asked to
_exit = os._exit  # taken at the import: while a job runs, `guard` refuses it in every thread


@dataclass(frozen=True)
class Apart:
    """What tells which jobs share a fork, and what servers and forks do beside them.

    key(job): equal for jobs that share one; None for a job that the server does itself.
    before(job): what the server does before it forks.  begin(): what a fork does first.
    left(): what a fork leaves for its server, as it ends; after(left): what the server does with it.
    """

    key: Callable[[Any], Any]
    before: Callable[[Any], None]
    begin: Callable[[], None]
    left: Callable[[], bytes]
    after: Callable[[bytes], None]


@dataclass
class Fork:
    """The server's end of one fork; ``serve`` is what that does with each thing it is sent, while true."""

    apart: Apart
    key: Any
    serve: Callable[[Any], bool]
    pid: int = field(init=False)
    handed: int = 0
    left_over: bool = False  # whether it ended before it served what it was handed last
    left: bytes = b""  # what it left, once it has ended as it was asked to

    def __post_init__(self) -> None:
        theirs, self._jobs = connection.Pipe(duplex=False)
        self._back, back = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the one other thread only waits
            self.pid = os.fork()
        if not self.pid:
            code = 1
            try:
                os.close(self._back)
                self._jobs.close()
                self._run(theirs, back)
                code = 0
            finally:
                _exit(code)
        os.close(back)
        theirs.close()
        self._end = os.pidfd_open(self.pid)

    def _run(self, jobs: connection.Connection, back: int) -> None:
        end_with_parent()
        self.apart.begin()
        served, more = 0, True
        with suppress(EOFError):
            while more:
                asked = jobs.recv()
                more, served = self.serve(asked), served + 1
        left = self.apart.left()
        os.write(back, b"%d\n%s%s" % (served, left if len(left) <= ROOM else b"", ENDED))

    def hand(self, what: Any) -> None:
        """Send it something to serve."""
        self.handed += 1
        with suppress(OSError):  # it has died in between: told by ``waits``
            self._jobs.send(what)

    def waits(self, line: Any) -> bool:
        """Wait for what comes along ``line``; false where the fork has ended before."""
        return line in connection.wait([line, self._end])

    def end(self) -> int | None:
        """Ask it to end, and keep what it leaves; the status of one that ended otherwise."""
        self._jobs.close()
        if not connection.wait([self._end], PATIENCE):
            with suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.set_blocking(self._back, False)  # what the job has left may hold the other end
        try:
            said = os.read(self._back, 2 * ROOM)
        except BlockingIOError:
            said = b""
        finally:
            os.close(self._back)
            os.close(self._end)
        if not said.endswith(ENDED):
            return status
        served, _, self.left = said[: -len(ENDED)].partition(b"\n")
        self.left_over = served != b"%d" % self.handed
        return None


def die(status: int) -> None:
    """End this process as another has ended."""
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
        time.sleep(PATIENCE)
    _exit(os.waitstatus_to_exitcode(status))


def end_with_parent() -> None:
    """End this process when the one that started it, or that it was forked for, has ended."""
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        _exit(1)


def settle() -> None:
    """What there is by now is left alone by the garbage collector, and so stays shared by forks.

    Where Hypothesis is imported, it has made its generator before: up to 6.130 it asks the collector who holds
    that, and would be told that nobody does.
    """
    if "hypothesis" in sys.modules:
        _first_example()
    gc.freeze()


@contextmanager
def growing() -> Iterator[None]:
    """No garbage is looked for within, where nearly all that is made stays: syntax trees, modules, claims."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


@cache  # once in a server, whose forks have what it made
def _first_example() -> None:
    from hypothesis import given, settings
    from hypothesis.strategies import none

    @settings(max_examples=1, database=None, deadline=None)
    @given(none())
    def example(nothing: None) -> None:
        del nothing

    example()


__all__ = ["FORKS", "Apart", "Fork", "die", "end_with_parent", "growing", "settle"]
