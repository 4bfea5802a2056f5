"""Worker processes that may die: whatever a job does to its process, the others go on.

A job that ends its process, is killed, runs out of memory or does not end in time comes back as
``Lost``, with the reason; its process is replaced.  Ctrl-C reaches the caller alone, which then ends
the workers, and workers end when their caller is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Any, Self

STARTS = (
    3  # processes in a row that end before they are ready, after which none is started any more
)
READ_LIMIT = 60.0  # seconds for one answer to come whole, once it has begun
START_LIMIT = 600.0  # seconds for a process to be ready; the slowest import takes a few
READY = "ready"
_exit = os._exit  # taken at the import: while a job runs, `guard` refuses it in every thread


@dataclass(frozen=True)
class Lost:
    """What became of a job that has no result: ``reason`` in words."""

    reason: str


@dataclass(eq=False)
class _Hand:
    process: Any
    line: connection.Connection
    since: float
    job: Any = None
    ready: bool = False

    @property
    def busy(self) -> bool:
        return self.job is not None or not self.ready


class Crew:
    """Up to ``workers`` processes that each run ``function(job)``, one job after the other.

    start(*arguments) is what a process does first.  limit: seconds for one job.
    Functions, arguments, jobs and results must be picklable.  A context manager.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        start: Callable[..., None],
        arguments: Sequence[Any] = (),
        *,
        workers: int,
        limit: float,
    ) -> None:
        self.function, self.start, self.arguments = function, start, tuple(arguments)
        self.workers, self.limit = workers, limit
        self._hands: list[_Hand] = []
        self._failed = 0  # starts that failed, since the last that did not
        self._why = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for hand in list(self._hands):
            self._end(hand)

    def run(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield (job, result or Lost) as they come; jobs are asked for as they are needed."""
        more, waiting = iter(jobs), deque[Any]()
        while True:
            waiting.extend(islice(more, 2 * self.workers - len(waiting)))
            if not waiting and all(hand.job is None for hand in self._hands):
                return
            if waiting and self._failed >= STARTS and not self._hands:
                yield waiting.popleft(), Lost(f"no worker process can be started: {self._why}")
                continue
            for hand in self._hands:
                if waiting and not hand.busy:
                    hand.job, hand.since = waiting.popleft(), time.monotonic()
                    with suppress(OSError):  # it has died in between: told below
                        hand.line.send(hand.job)
            idle = sum(not hand.ready for hand in self._hands)
            while len(self._hands) < self.workers and idle < len(waiting) and self._failed < STARTS:
                self._hands.append(self._hire())
                idle += 1
            yield from self._arrived()

    def _arrived(self) -> Iterator[tuple[Any, Any]]:
        """What came back within a moment, or was lost."""
        now = time.monotonic()
        left = [hand.since + self._limit(hand) - now for hand in self._hands if hand.busy]
        lines = [hand.line for hand in self._hands]
        ready = connection.wait(lines, timeout=max(0.0, min(left, default=0.0)))
        for hand in list(self._hands):
            if hand.line in ready:
                try:
                    said = _received(hand)
                except Exception:  # noqa: BLE001 - its end, or what a job wrote there
                    yield from self._died(hand)
                    continue
                if not hand.ready:
                    hand.ready, self._failed = True, 0
                else:
                    job, hand.job = hand.job, None
                    yield job, said
            elif hand.busy and time.monotonic() - hand.since > self._limit(hand):
                self._end(hand)
                reason = f"no end within {self._limit(hand):g} s: it was stopped"
                yield from self._lost(hand, reason)

    def _limit(self, hand: _Hand) -> float:
        return self.limit if hand.ready else START_LIMIT

    def _died(self, hand: _Hand) -> Iterator[tuple[Any, Any]]:
        until = time.monotonic() + 5
        while (code := hand.process.exitcode) is None and time.monotonic() < until:
            time.sleep(0.01)  # join(5) has no end where a job wrote to what tells of its end
        self._end(hand)
        how = "by an answer that is none" if code is None else f"exit code {code}"
        if code is not None and code < 0:
            how = f"{signal.Signals(-code).name}: killed, or out of memory"
        yield from self._lost(hand, f"its worker process ended ({how})")

    def _lost(self, hand: _Hand, reason: str) -> Iterator[tuple[Any, Any]]:
        if not hand.ready:
            self._failed, self._why = self._failed + 1, reason
        elif hand.job is not None:
            yield hand.job, Lost(reason)

    def _hire(self) -> _Hand:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self.function, self.start, self.arguments), daemon=False
        )
        process.start()
        theirs.close()
        return _Hand(process, ours, time.monotonic())

    def _end(self, hand: _Hand) -> None:
        """End a process with all that it started."""
        self._hands.remove(hand)
        if hasattr(os, "killpg"):
            with suppress(OSError):  # it may not have got as far as its own group, or be gone
                os.killpg(hand.process.pid, signal.SIGKILL)
        hand.process.kill()
        hand.process.join()
        hand.line.close()


def _received(hand: _Hand) -> Any:
    """One answer; a job that wrote the length of one and no more is ended."""
    ends = threading.Timer(READ_LIMIT, hand.process.kill)
    ends.daemon = True
    ends.start()
    try:
        return hand.line.recv()
    finally:
        ends.cancel()


def _serve(
    line: connection.Connection,
    function: Callable[[Any], Any],
    start: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that what it starts can be ended with it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.flush()
    os.dup2(2, 1)  # standard output is the caller's: a job that prints must not spoil its JSON
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")  # where memory ends, a worker goes first
    start(*arguments)
    line.send(READY)
    while True:
        try:
            job = line.recv()
        except EOFError:
            return
        try:
            said = function(job)
        except BaseException as error:  # noqa: BLE001 - whatever a job raises is its own matter
            said = Lost(f"{type(error).__name__}: {error}")
        try:
            line.send(said)
        except Exception as error:  # noqa: BLE001 - of what it is made is the job's own matter, too
            line.send(Lost(f"its answer cannot be sent: {type(error).__name__}"))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        _exit(1)
