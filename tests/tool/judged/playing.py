"""Threads that play worker processes, and a clock that goes on where nobody has anything left to do.

So what waits for the end of its patience waits in no time, and a slow machine is no hanging process.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, connection
from types import ModuleType
from typing import Any, ClassVar

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import Endless
from theorem_audit.weigh.answers import written

LOOKS = 2000  # more looks at clock or lines than any crew here takes: it does not end
MANY = 40  # more processes than any crew here starts


class Played:
    """A process that is none: a thread that answers as its jobs say."""

    made: ClassVar[list[Played]] = []
    how = ""  # how it starts

    def __init__(self, target: Any, args: Any, daemon: bool) -> None:
        self.line, self.answers, self.daemon = args[0], args[4], daemon
        self.args, self.exitcode, self.joined = args, None, 0
        self.killed, self.over = threading.Event(), threading.Event()
        self.idle = self.hangs = self.halved = False
        self.pid = 2**30 + len(self.made)
        self.made.append(self)
        self.theirs = self.line
        self.thread = threading.Thread(target=self._run, daemon=True)
        if len(self.made) > MANY:
            raise Endless

    def start(self) -> None:
        self.theirs = connection.Connection(os.dup(self.line.fileno()))  # the caller closes its own
        self.thread.start()

    def _run(self) -> None:
        with suppress(OSError, EOFError):
            self._play()
        self.theirs.close()
        self.over.set()

    def quiet(self) -> bool:
        """Whether nothing more comes of it, unless it is asked or killed."""
        if self.over.is_set() or self.hangs:
            return True
        with suppress(OSError):
            return not self.theirs.poll(0) and self.idle
        return False

    def _say(self, number: int, said: Any) -> None:
        self.theirs.send_bytes(written((number, said), self.answers))

    def _asked(self) -> Any:
        self.idle = True
        self.theirs.poll(None)
        self.idle = False
        return self.theirs.recv()

    def _hang(self) -> None:
        self.hangs = True
        self.killed.wait()

    def _play(self) -> None:
        how = type(self).how
        if how == "never":
            self.exitcode = 7
            return
        if how == "hangs":
            self._hang()
            return
        if how == "refuses":
            self._say(0, self.answers[0]("ProjectError: no theory"))
            return
        self._say(0, "\0done" if how != "babbles" else "hello")
        job = ""
        while True:
            before = job
            number, job = self._asked()
            if job == "\0done":
                if before.startswith("dies later"):
                    self.exitcode = 5
                    return
                if before.startswith("hangs later"):
                    self._hang()
                    return
                self._say(number, job)
            elif job.startswith("exits"):
                self.exitcode = int(job.split()[1])
                return
            elif job.startswith("quits"):
                self._say(number, f"did {job}")
                self.exitcode = 4
                return
            elif job.startswith("closes"):
                self.theirs.close()
                self._hang()
                return
            elif job.startswith("hangs now"):
                self._hang()
                return
            elif job.startswith("none"):
                self.theirs.send_bytes(b"zzz")
            elif job.startswith("half"):
                self.halved = True
                os.write(self.theirs.fileno(), b"\0\0\0\x09half")
                self._hang()
                return
            elif job.startswith("raises"):
                self._say(number, self.answers[0]("ValueError: x"))
            elif job.startswith("waits"):
                self._say(number, "\0done")
            else:
                kind = self.answers[1]
                self._say(number, kind(f"did {job}") if job.startswith("last") else f"did {job}")
                if job.startswith("twice"):
                    self._say(number, "forged")
                if job.startswith("ahead"):
                    self._say(number + 1, "forged")

    def kill(self) -> None:
        if self.exitcode is None:
            self.exitcode = -9
        with suppress(OSError), socket.socket(fileno=os.dup(self.theirs.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)  # wakes who reads the other end
        self.killed.set()  # from here on its thread may close the line, whose number is then another's

    def join(self) -> None:
        self.joined += 1


class _Context:
    Pipe = staticmethod(Pipe)
    Process = Played


class Clock:
    """``time`` and ``connection`` at once: it stands while anybody is at work."""

    def __init__(self) -> None:
        self.now, self.looks = 1000.0, 0

    def monotonic(self) -> float:
        self._looked()
        return self.now

    def sleep(self, seconds: float) -> None:
        self._looked()
        self.now += seconds

    def wait(self, lines: Any, timeout: float) -> list[Any]:
        self._looked()
        while True:
            quiet = all(
                x.quiet() for x in Played.made
            )  # before the lines: else an answer is missed
            ready = connection.wait(lines, 0 if quiet or not timeout else 0.001)
            if ready or quiet or not timeout:
                self.now += 0 if ready else timeout + 0.001
                return ready

    def _looked(self) -> None:
        self.looks += 1
        if self.looks > LOOKS:
            raise Endless


class _Timer:
    """A timer that rings where a process has sent half an answer, and only there."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call, self.ended = call, True
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        self.ended = False
        if self.call.__self__.halved:  # type: ignore[attr-defined] - a process's method
            self.thread = threading.Timer(0.005, self.call)
            self.thread.start()

    def cancel(self) -> None:
        self.ended = True
        if self.thread is not None:
            self.thread.join()


class _Timers:
    """``threading``, with such timers."""

    def __init__(self) -> None:
        self.set = list[_Timer]()

    def Timer(self, seconds: float, call: Callable[[], None]) -> _Timer:
        self.set.append(_Timer(call))
        return self.set[-1]


@contextmanager
def played(judge: ModuleType, how: str = "", **names: Any) -> Iterator[tuple[Clock, list[str]]]:
    """Crews of the module start threads inside the block: the clock, and the kinds of process asked for."""
    clock, timers, kinds = Clock(), _Timers(), list[str]()
    Played.made, Played.how = [], how
    try:
        with replaced(
            judge, time=clock, connection=clock, threading=timers,
            get_context=lambda kind: (kinds.append(kind), _Context)[1], **names,
        ):  # fmt: skip
            yield clock, kinds
        assert all(x.ended for x in timers.set), "no timer is left"
    finally:
        for timer in timers.set:
            timer.cancel()
        for made in Played.made:
            made.kill()
            if made.thread.ident is not None:
                made.thread.join(5)
