"""Worker processes that may die: whatever a job does to its process, the others go on.

A job that ends its process, is killed, runs out of memory or does not end in time comes back as
``Lost``, with the reason; its process is replaced.  Ctrl-C reaches the caller alone, which then ends
the workers, and workers end when their caller is gone.

A job can write to the line of its process, too.  So an answer is plain data of known classes, which runs
nothing as it is read; it bears its job's number, and a process that says more than one answer to a job has
that job lost, and is replaced before another job's answer is believed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import connection, get_context
from types import TracebackType
from typing import Any, Self

from theorem_audit.weigh.answers import NotPlain, read, written
from theorem_audit.weigh.apart import FORKS, Apart, Fork, die, end_with_parent, settle
from theorem_audit.weigh.leftovers import children
from theorem_audit.weigh.turns import Turns

STARTS = (
    3  # processes in a row that end before they are ready, after which none is started any more
)
READ_LIMIT = 60.0  # seconds for one answer to come whole, once it has begun
START_LIMIT = 600.0  # seconds for a process to be ready; the slowest import takes a few
DONE_LIMIT = 60.0  # seconds, after an answer, to say that one waits; the fork ends first
LOOK = 0.2  # seconds until a crew that waits for answers looks whether it is stopped
DONE = "\0done"  # the job that is none: whoever waits for a job says so at once
# Read by a worker's NumPy and SymPy as they are imported.  Of its own SymPy keeps 1,000 results of a function,
# and one claim's evidence asks for 11,000; what a fork keeps ends with it.
SETTINGS = {"OMP_NUM_THREADS": "1", "SYMPY_CACHE_SIZE": "65536"}
_exit = os._exit  # taken at the import: while a job runs, `guard` refuses it in every thread


@dataclass(frozen=True)
class Lost:
    """What became of a job that has no result: ``reason`` in words."""

    reason: str


@dataclass(frozen=True)
class NotStarted(Lost):
    """Of a job that was never begun: no process could be started for it."""


@dataclass(frozen=True)
class Last:
    """A result after which the process is not used again."""

    said: Any


class NoAnswer(Exception):
    """What came along a line is no answer to what was asked; the argument is the number that it bears."""


@dataclass(eq=False)
class _Hand:
    process: Any
    line: connection.Connection
    since: float
    job: Any = None
    key: Any = None  # of the last job that it was handed: whose fork it has
    ready: bool = False
    number: int = 0  # of the last job that it was handed
    past: dict[int, Any] = field(default_factory=dict)  # number -> job, of those that it answered
    waits: bool = True  # whether it has said, since its last answer, that it waits for a job

    @property
    def busy(self) -> bool:
        return self.job is not None or not self.ready

    def hand(self, job: Any) -> None:
        self.job, self.since, self.number = job, time.monotonic(), self.number + 1
        with suppress(OSError):  # it has died in between: told when its line ends
            self.line.send((self.number, job))


def set_up() -> None:
    """What processes that are started from now on find in their environment, where nothing else is there."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


class Crew:
    """Up to ``workers`` processes that each run ``function(job)``, one job after the other.

    start(*arguments) is what a process does first.  limit: seconds for one job.
    Functions, arguments and jobs must be picklable; a result is plain data (None, bools, numbers, text,
    tuples, lists, sets, dicts) and objects of ``answers``, or ``Last`` of one.  apart: jobs get
    a fork of their own.  A context manager.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        start: Callable[..., None],
        arguments: Sequence[Any] = (),
        *,
        workers: int,
        limit: float,
        answers: Sequence[type] = (),
        apart: Apart | None = None,
    ) -> None:
        self.apart = apart
        self.function, self.start, self.arguments = function, start, tuple(arguments)
        self.answers = (Lost, Last, *answers)
        self._again: list[Any] = []  # jobs whose process turned out not to be trusted
        self.workers, self.limit = workers, limit
        self.stopped = False  # by another thread: ``run`` ends, whatever its jobs do
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

    def kill(self) -> None:
        """By another thread: end the processes, so that nobody waits for the rest of an answer."""
        for hand in list(self._hands):
            _kill(hand)

    def begin(self) -> None:
        """Start processes now, so that they are ready by the time that there are jobs: all but one, for which
        the caller itself has work in between.
        """
        while len(self._hands) < max(1, self.workers - 1):
            self._hands.append(self._hire())

    def run(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield (job, result or Lost) as they come; jobs are asked for as they are needed, and all
        at once where some share a fork: whose turn it is hangs on what waits.

        A job whose process answers a second time is yielded again, as Lost.
        """
        key = self._key()
        more, waiting = iter(jobs), Turns(key or (lambda job: None))
        while not self.stopped:
            if self._again:
                waiting.again(self._again)
                self._again.clear()
            # With keys, all are looked at: whose turn it is hangs on what waits.
            ahead = None if key else max(0, 2 * self.workers - len(waiting))
            waiting.extend(islice(more, ahead))
            if not waiting and all(hand.job is None for hand in self._hands):
                if all(hand.waits for hand in self._hands):
                    return
                for hand in self._hands:
                    if not hand.waits:
                        hand.hand(DONE)
            if waiting and self._failed >= STARTS and not self._hands:
                why = f"no worker process can be started: {self._why}"
                yield waiting.take(), NotStarted(why)
                continue
            for hand in self._hands:
                if waiting and not hand.busy:
                    others = {x.key for x in self._hands if x is not hand and x.job is not None}
                    job = waiting.take(hand.key, others)
                    hand.key = key and key(job)
                    hand.hand(job)
            idle = sum(not hand.ready for hand in self._hands)
            while len(self._hands) < self.workers and idle < len(waiting) and self._failed < STARTS:
                self._hands.append(self._hire())
                idle += 1
            yield from self._arrived()

    def _key(self) -> Callable[[Any], Any] | None:
        """What tells which jobs share a fork; None where each stands for itself."""
        return self.apart.key if self.apart is not None and FORKS else None

    def _arrived(self) -> Iterator[tuple[Any, Any]]:
        """What came back within a moment, or was lost."""
        now = time.monotonic()
        left = [hand.since + self._limit(hand) - now for hand in self._hands if hand.busy]
        lines = [hand.line for hand in self._hands]
        ready = connection.wait(lines, timeout=max(0.0, min(LOOK, *left)) if left else 0.0)
        for hand in list(self._hands):
            late = hand.busy and time.monotonic() - hand.since > self._limit(hand)
            # What came while the caller was busy with another answer has come in time.
            if hand.line in ready or (late and connection.wait([hand.line], timeout=0)):
                try:
                    said = self._received(hand)
                except NoAnswer as error:
                    yield from self._doubted(hand, error.args[0])
                except (OSError, EOFError):
                    yield from self._died(hand)
                except Exception:  # noqa: BLE001 - what a job wrote there
                    yield from self._died(hand, 0)
                else:
                    yield from self._answered(hand, said)
            elif late:
                self._end(hand)
                reason = f"no end within {self._limit(hand):g} s: it was stopped"
                yield from self._lost(hand, reason)

    def _received(self, hand: _Hand) -> Any:
        """The answer to what the process was asked last; a job that wrote the length of one and no more is
        ended.  Raises NoAnswer for an answer to something else.
        """
        ends = threading.Timer(READ_LIMIT, hand.process.kill)
        ends.daemon = True
        ends.start()
        try:
            text = hand.line.recv_bytes()
        finally:
            ends.cancel()
        number, said = read(text, self.answers)
        waits = hand.job == DONE or not hand.ready
        refused = not hand.ready and isinstance(said, Lost)
        if number != hand.number or not hand.busy or waits != (said == DONE or refused):
            raise NoAnswer(number)
        return said

    def _answered(self, hand: _Hand, said: Any) -> Iterator[tuple[Any, Any]]:
        if not hand.ready and isinstance(said, Lost):
            self._end(hand)  # its start raised: told once, by who asked for it
            yield from self._lost(hand, said.reason)
            return
        if not hand.ready:
            hand.ready, self._failed = True, 0
            return
        job, hand.job, hand.waits = hand.job, None, hand.job == DONE
        hand.past[hand.number] = job
        if isinstance(said, Last):
            said = said.said
            self._end(hand)
        if job != DONE:
            yield job, said

    def _doubted(self, hand: _Hand, number: Any) -> Iterator[tuple[Any, Any]]:
        """The job that answered twice is lost; what came after it in that process is asked of another.

        Where none has answered yet, the one that was asked said that it waits for a job: it is lost itself.
        """
        past = {k: job for k, job in hand.past.items() if job != DONE}
        if past:
            number = number if number in past else max(past)
            later = [*(job for k, job in past.items() if k > number), hand.job]
            self._again += [job for job in later if job not in (None, DONE)]
            hand.job = past[number]
        self._end(hand)
        yield from self._lost(hand, "its worker process answered more than once")

    def _limit(self, hand: _Hand) -> float:
        if hand.job == DONE:
            return DONE_LIMIT
        return self.limit if hand.ready else START_LIMIT

    def _died(self, hand: _Hand, wait: float = 5) -> Iterator[tuple[Any, Any]]:
        until = time.monotonic() + wait
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
            return
        if hand.job == DONE or (hand.job is None and not hand.waits):
            hand.job = hand.past[max(k for k, job in hand.past.items() if job != DONE)]
        if hand.job is not None:
            yield hand.job, Lost(reason)

    def _hire(self) -> _Hand:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve,
            args=(
                theirs,
                self.function,
                self.start,
                self.arguments,
                self.answers,
                self.apart,
            ),
            daemon=False,
        )
        process.start()
        theirs.close()
        return _Hand(process, ours, time.monotonic())

    def _end(self, hand: _Hand) -> None:
        """End a process with all that it started."""
        self._hands.remove(hand)
        _kill(hand)
        hand.process.join()
        hand.line.close()


def _kill(hand: _Hand) -> None:
    if hasattr(os, "killpg"):
        with suppress(OSError):  # it may not have got as far as its own group, or be gone
            os.killpg(hand.process.pid, signal.SIGKILL)
    hand.process.kill()


def _serve(
    line: connection.Connection,
    function: Callable[[Any], Any],
    start: Callable[..., None],
    arguments: tuple[Any, ...],
    answers: Sequence[type],
    apart: Apart | None,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that what it starts can be ended with it
    end_with_parent()
    sys.stdout.flush()
    os.dup2(2, 1)  # standard output is the caller's: a job that prints must not spoil its JSON
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")  # where memory ends, a worker goes first
    try:
        start(*arguments)
    except Exception as error:  # noqa: BLE001 - of each process the same: the caller says it once
        _send(line, 0, Lost(f"{type(error).__name__}: {error}"), answers)
        return
    _send(line, 0, DONE, answers)
    serve = partial(_answer, line, function, answers)
    fork: Fork | None = None
    number, job, left = 0, None, b""
    while True:
        again = False
        if fork is not None and not fork.waits(line):
            if (status := fork.end()) is not None:
                die(status)
            again, left, fork = fork.left_over, fork.left, None
            if not again:
                continue
        try:
            number, job = (number, job) if again else line.recv()
        except EOFError:
            return
        key = None if apart is None or job == DONE or not FORKS else apart.key(job)
        if fork is not None and fork.key != key:
            fork.end()  # it has answered all that it was asked: how it ends is nobody's matter
            # nor does a job that is done here take it for something left by itself
            left, fork = fork.left, None
        if apart is None or key is None:
            if not serve((number, job)):
                return
            continue
        if left:  # no sooner: whoever asks whether this process waits would wait for slow imports
            apart.after(left)
            left = b""
        if fork is None:
            with suppress(Exception):  # it is asked again by the job, which says so
                apart.before(job)
            settle()
            fork = Fork(apart, key, partial(_in_a_fork, serve))
        fork.hand((number, job))


def _in_a_fork(serve: Callable[..., bool], asked: tuple[int, Any]) -> bool:
    """A job's turn in a fork; false where that is to be used no more."""
    last: list[Any] = []
    if not serve(asked, last):
        _exit(0)
    return not last


def _answer(
    line: connection.Connection, function: Callable[[Any], Any], answers: Sequence[type],
    asked: tuple[int, Any], last: list[Any] | None = None,
) -> bool:  # fmt: skip
    """Do a job and send what it says; False where it closed the line, and what it was asked is lost.

    last: in a fork, whose own end is enough: filled where the answer is the last of its process.
    """
    number, job = asked
    try:
        said = job if job == DONE else function(job)
        if last is not None and isinstance(said, Last) and not children():
            last.append(said)
            said = said.said
    except BaseException as error:  # noqa: BLE001 - whatever a job raises is its own matter
        said = Lost(f"{type(error).__name__}: {error}")
    try:
        _send(line, number, said, answers)
    except OSError:
        return False
    except Exception as error:  # noqa: BLE001 - of what it is made is the job's own matter, too
        why = error if isinstance(error, NotPlain) else type(error).__name__
        _send(line, number, Lost(f"its answer cannot be sent: {why}"), answers)
    return True


def _send(line: connection.Connection, number: int, said: Any, answers: Sequence[type]) -> None:
    line.send_bytes(written((number, said), answers))
