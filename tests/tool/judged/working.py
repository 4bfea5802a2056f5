"""The battery of worker processes: what they say is believed once, and one that dies loses its own job alone.

The caller's side talks to threads that play a process; the worker's own side runs in a fork of this one.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import Endless
from theorem_audit.weigh.answers import read, written
from theorem_audit.weigh.apart import FORKS, Apart

WALL = (
    5.0  # seconds for one mutant: a process that is waited for in vain uses none of the processor's
)


@contextmanager
def _ends() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Endless

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, WALL, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


class _Played:
    """A process that is none: a thread that answers as its jobs say."""

    made: ClassVar[list[_Played]] = []
    how = ""  # how it starts
    pids = 2**30

    def __init__(self, target: Any, args: Any, daemon: bool) -> None:
        self.line, self.answers, self.daemon = args[0], args[4], daemon
        self.args, self.exitcode, self.joined = args, None, 0
        self.killed, self.over = threading.Event(), threading.Event()
        self.pid = self.pids + len(self.made)
        self.made.append(self)
        self.theirs = self.line

    def start(self) -> None:
        self.theirs = connection.Connection(os.dup(self.line.fileno()))  # the caller closes its own
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(OSError, EOFError):
            self._play()
        self.theirs.close()
        self.over.set()

    def say(self, number: int, said: Any) -> None:
        self.theirs.send_bytes(written((number, said), self.answers))

    def _play(self) -> None:
        how = type(self).how
        if how == "never":
            self.exitcode = 7
            return
        if how == "hangs":
            self.killed.wait()
            return
        self.say(0, "\0done")
        job = ""
        while True:
            before = job
            number, job = self.theirs.recv()
            if job == "\0done":
                if before.startswith("dies later"):
                    self.exitcode = 5
                    return
                if before.startswith("hangs later"):
                    self.killed.wait()
                    return
                self.say(number, job)
            elif job.startswith("exits"):
                self.exitcode = int(job.split()[1])
                return
            elif job.startswith("quits"):
                self.say(number, f"did {job}")
                self.exitcode = 4
                return
            elif job.startswith("closes"):
                self.theirs.close()
                self.killed.wait()
                return
            elif job.startswith("hangs now"):
                self.killed.wait()
                return
            elif job.startswith("none"):
                self.theirs.send_bytes(b"zzz")
            elif job.startswith("half"):
                os.write(self.theirs.fileno(), b"\0\0\0\x09half")
                self.killed.wait()
                return
            elif job.startswith("waits"):
                self.say(number, "\0done")
            else:
                kind = self.answers[1]
                self.say(number, kind(f"did {job}") if job.startswith("last") else f"did {job}")
                if job.startswith("twice"):
                    self.say(number, "forged")
                if job.startswith("ahead"):
                    self.say(number + 1, "forged")

    def kill(self) -> None:
        self.killed.set()
        with suppress(OSError):  # wakes who reads the other end
            import socket

            with socket.socket(fileno=os.dup(self.theirs.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
        if self.exitcode is None:
            self.exitcode = -9

    def join(self) -> None:
        self.joined += 1


class _Context:
    Pipe = staticmethod(multiprocessing.Pipe)
    Process = _Played


class _Box:
    """What a crew is handed."""


def _crew(
    judge: ModuleType, jobs: Any, workers: int = 1, how: str = "", **more: Any
) -> list[tuple[Any, Any]]:
    """All that a crew yields for these jobs, lost ones as their reasons."""
    _Played.made, _Played.how = [], how
    kinds = list[str]()
    killed = list[tuple[int, int]]()
    names = {"READ_LIMIT": 0.05, "START_LIMIT": 0.4, "DONE_LIMIT": 0.3, **more}
    real = os.killpg
    try:
        os.killpg = lambda pid, how: killed.append((pid, how))  # type: ignore[assignment]
        with replaced(judge, get_context=lambda kind: (kinds.append(kind), _Context)[1], **names):
            with judge.Crew(
                len, print, [1, "x"], workers=workers, limit=0.4, answers=[_Box]
            ) as crew:
                assert crew.answers == (judge.Lost, judge.Last, _Box)
                said = list(crew.run(jobs))
                assert len(crew._hands) <= workers
                assert all(hand.job is None and hand.waits for hand in crew._hands)
                left = [hand.process for hand in crew._hands]
                lines = [hand.line for hand in crew._hands]
            assert crew._hands == []
            assert all(line.closed for line in lines)
    finally:
        os.killpg = real
    for made in _Played.made:
        assert made.joined == 1
        assert made.killed.is_set() or made.over.wait(2)
        assert (made.pid, signal.SIGKILL) in killed
        assert made.args[1:] == (len, print, (1, "x"), crew.answers, None)
        assert made.daemon is False
        assert made.line.closed
    assert {*kinds} <= {"spawn"}
    assert all(x in _Played.made for x in left)
    return [(job, x.reason if isinstance(x, judge.Lost) else x) for job, x in said]


def _caller(judge: ModuleType) -> None:
    """Each way in which a process may answer or die, between two jobs that are done."""
    ended = "its worker process ended"
    for bad, reason in (
        ("exits 0", f"{ended} (exit code 0)"), ("exits 3", f"{ended} (exit code 3)"),
        ("exits -9", f"{ended} (SIGKILL: killed, or out of memory)"), ("exits -1",
         f"{ended} (SIGHUP: killed, or out of memory)"),
        ("hangs now", "no end within 0.4 s: it was stopped"), ("none", f"{ended} (by an answer that is none)"),
        ("half", f"{ended} (SIGKILL: killed, or out of memory)"),
    ):  # fmt: skip
        assert _crew(judge, ["a", bad, "b"]) == [("a", "did a"), (bad, reason), ("b", "did b")], bad
        assert len(_Played.made) == 2
        found = _crew(judge, ["a", bad, "b", "c", bad, "d"], workers=2)
        assert sorted(found) == sorted(
            [(bad, reason), (bad, reason), *((x, f"did {x}") for x in "abcd")]
        )
    twice = "its worker process answered more than once"
    assert _crew(judge, ["waits", "a"]) == [("waits", twice), ("a", "did a")]
    found = _crew(judge, ["a", "waits", "b"])
    assert found == [("a", "did a"), ("a", twice), ("waits", twice), ("b", "did b")], (
        "whose it was is not known"
    )
    found = _crew(judge, ["a", "twice", "b", "c"])
    assert [x for x in found if x[0] == "twice"] == [("twice", "did twice"), ("twice", twice)]
    assert [x for x in found if x[0] != "twice"] == [(x, f"did {x}") for x in "abc"]
    assert len(_Played.made) == 2
    found = _crew(judge, ["a", "ahead", "b", "c"])
    assert [x for x in found if x[0] in "ac"] == [("a", "did a"), ("c", "did c")]
    assert dict(found)["b"] in (twice, "did b"), "what was forged for it is taken back"
    for bad in ("twice", "ahead"):
        assert _crew(judge, ["a", bad]) == [("a", "did a"), (bad, f"did {bad}"), (bad, twice)]
    assert _crew(judge, ["a", "last", "b"]) == [
        ("a", "did a"),
        ("last", "did last"),
        ("b", "did b"),
    ]
    assert len(_Played.made) == 2, "what said the last is used no more"
    for bad, reason in (
        ("dies later", f"{ended} (exit code 5)"),
        ("hangs later", "no end within 0.3 s: it was stopped"),
    ):
        assert _crew(judge, ["a", bad]) == [("a", "did a"), (bad, f"did {bad}"), (bad, reason)]
        assert len(_Played.made) == 1
    found = _crew(judge, ["hangs now", "quits"], workers=2)
    assert sorted(found) == [
        ("hangs now", "no end within 0.4 s: it was stopped"),
        ("quits", "did quits"),
        ("quits", f"{ended} (exit code 4)"),
    ], "it answered, and never said that it waits"
    assert _crew(judge, []) == []
    assert _Played.made == []
    assert _crew(judge, [str(k) for k in range(20)]) == [(str(k), f"did {k}") for k in range(20)]
    assert len(_Played.made) == 1
    assert sorted(_crew(judge, [str(k) for k in range(20)], workers=3)) == sorted(
        (str(k), f"did {k}") for k in range(20)
    )
    assert len(_Played.made) == 3
    assert sorted(_crew(judge, ["a", "b"], workers=5)) == [("a", "did a"), ("b", "did b")]
    assert len(_Played.made) <= 2, "no more than there is work"
    for how, why in (
        ("never", f"{ended} (exit code 7)"),
        ("hangs", "no end within 0.4 s: it was stopped"),
    ):
        assert _crew(judge, ["a", "b"], how=how) == [
            (x, f"no worker process can be started: {why}") for x in "ab"
        ]
        assert len(_Played.made) == 3
    asked = list[int]()

    def jobs() -> Iterator[str]:
        for k in range(50):
            asked.append(k)
            yield str(k)

    _Played.made, _Played.how = [], ""
    with replaced(judge, get_context=lambda kind: _Context):
        with judge.Crew(len, print, workers=2, limit=0.5) as crew:
            run = crew.run(jobs())
            assert next(run)[1].startswith("did ")
            assert 4 <= len(asked) <= 6, "asked for as they are needed"
            crew._failed = 2
            assert len(list(run)) == 49
            assert [crew.limit, crew.apart, crew.function] == [0.5, None, len]
            again = list(crew.run(["x"]))
            assert again == [("x", "did x")]
            assert len(_Played.made) == 2, "the same processes"
        with judge.Crew(len, print, workers=1, limit=5) as crew:
            crew._failed = 2
            assert list(crew.run(["x"])) == [("x", "did x")]
            assert crew._failed == 0, "one that started is none of those in a row"
        old = judge.Crew._died.__defaults__
        judge.Crew._died.__defaults__ = (0.2,)
        try:
            with judge.Crew(len, print, workers=1, limit=5) as crew:
                before = time.monotonic()
                ((_, said),) = crew.run(["closes"])
                assert said.reason == f"{ended} (by an answer that is none)"
                assert 0.15 < time.monotonic() - before < 3
        finally:
            judge.Crew._died.__defaults__ = old
    assert old == (5,)


def _patience(judge: ModuleType) -> None:
    """How long lines are waited for: until the first of the processes has had its time."""
    crew = judge.Crew(len, print, workers=2, limit=0.25)
    starting = judge._Hand(None, "a", 100.0)
    asked = judge._Hand(None, "b", 100.0, job="j", ready=True)
    idle = judge._Hand(None, "c", 1.0, ready=True)
    waited = list[Any]()
    ended = list[Any]()
    crew._end = ended.append
    for now, timeout, lost in (
        (100.0, 0.25, 0),
        (100.25, 0.0, 0),
        (100.5, 0.0, 1),
        (1000.0, 0.0, 1),
    ):
        crew._hands, waited[:], ended[:] = [starting, asked, idle], [], []

        class _Wait:
            @staticmethod
            def wait(lines: Any, timeout: float) -> list[Any]:
                waited.append((list(lines), timeout))
                return []

        with replaced(judge, time=_At(now), connection=_Wait):
            found = list(crew._arrived())
        assert waited == [(["a", "b", "c"], timeout)]
        assert [job for job, _ in found] == ["j"] * lost
        assert len(ended) == lost + (now == 1000.0)


class _At:
    """``time``, which stands."""

    def __init__(self, now: float) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now


# --- the worker's own side ---------------------------------------------------------------------


class _Heard:
    """A line that keeps what is sent along it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.said, self.error = list[Any](), error

    def send_bytes(self, text: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.said.append(json.loads(text))


def _answers(judge: ModuleType) -> None:
    """What is sent of what a job says, raises, or cannot send."""
    known = (judge.Lost, judge.Last)

    def one(
        function: Callable[[Any], Any], job: Any = "j", last: Any = None, error: Any = None
    ) -> tuple[bool, Any]:
        line = _Heard(error)
        done = judge._answer(line, function, known, (4, job), last)
        if not line.said:
            return done, None
        (said,) = line.said
        number, found = read(json.dumps(said).encode(), known)
        assert number == 4
        return done, found

    def raises(error: BaseException) -> Callable[[Any], Any]:
        def function(job: Any) -> Any:
            raise error

        return function

    assert one(lambda job: f"did {job}") == (True, "did j")
    assert one(raises(ValueError("x")), "\0done") == (True, "\0done")
    for error, told in (
        (ValueError("x"), "ValueError: x"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt: "),
    ):
        assert one(raises(error)) == (True, judge.Lost(told))
    done, said = one(lambda job: object())
    assert done
    assert said.reason.startswith("its answer cannot be sent: builtins.object is no part")
    assert one(lambda job: 1, error=OSError()) == (False, None)
    with replaced(
        judge, written=lambda what, kinds: b"{" if isinstance(what[1], judge.Lost) else {}["x"]
    ):
        line = _Text()
        assert judge._answer(line, lambda job: 1, known, (4, "j"))
        assert line.text == b"{"
    with replaced(judge, written=_Once(written)):
        assert one(lambda job: 1) == (True, judge.Lost("its answer cannot be sent: RecursionError"))
    assert one(lambda job: judge.Last(3)) == (True, judge.Last(3))
    for children, last, told in (
        (frozenset(), [judge.Last(3)], 3),
        (frozenset("1"), [], judge.Last(3)),
    ):
        filled: list[Any] = []
        with replaced(judge, children=lambda these=children: these):
            assert one(lambda job: judge.Last(3), last=filled) == (True, told)
        assert filled == last
    filled = []
    assert one(lambda job: 3, last=filled) == (True, 3)
    assert filled == []
    left = list[int]()

    def leaves(code: int) -> None:
        left.append(code)
        raise _Left

    with replaced(judge, _exit=leaves):
        assert judge._in_a_fork(lambda asked, last: True, (1, "j"))
        assert not judge._in_a_fork(lambda asked, last: last.append(1) or True, (1, "j"))
        with suppress(_Left):
            judge._in_a_fork(lambda asked, last: False, (1, "j"))
    assert left == [0]
    line = _Heard()
    judge._send(line, 7, "x", known)
    assert line.said == [json.loads(written((7, "x"), known))]


class _Left(Exception):
    """Where a process would end."""


class _Text:
    text = b""

    def send_bytes(self, text: bytes) -> None:
        self.text = text


class _Once:
    """``written``, which fails the first time."""

    def __init__(self, real: Any) -> None:
        self.real, self.failed = real, False

    def __call__(self, *words: Any) -> bytes:
        if not self.failed:
            self.failed = True
            raise RecursionError
        return bytes(self.real(*words))


STATE: dict[str, Any] = {}


def _start(*words: Any) -> None:
    STATE["start"] = words


def _does(job: Any) -> Any:
    if job == "state":
        adjusted = (
            Path("/proc/self/oom_score_adj").read_text().strip()
            if sys.platform == "linux"
            else "1000"
        )
        return (STATE["start"], os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
                os.fstat(1).st_ino == os.fstat(2).st_ino, adjusted)  # fmt: skip
    if job == "ends":
        return (STATE.get("ends"), STATE.get("settled", 0))
    name = job[1]
    if name == "exits":
        os._exit(3)
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    STATE[name] = STATE.get(name, 0) + 1
    if name == "last":
        return STATE["last kind"](os.getpid())
    return (os.getpid(), os.getppid(), STATE[name], STATE.get("before"), STATE.get("begun"))


@contextmanager
def _served(judge: ModuleType, apart: Any) -> Iterator[tuple[Any, int]]:
    """The caller's end of a fork of this process that serves."""
    STATE.clear()
    STATE["last kind"] = judge.Last
    ours, theirs = multiprocessing.Pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            ours.close()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(int(WALL))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            judge.end_with_parent = lambda: STATE.update(ends=True)
            judge.settle = lambda: STATE.update(settled=1)
            judge._serve(theirs, _does, _start, (1, "x"), (judge.Lost, judge.Last), apart)
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    try:
        yield ours, pid
    finally:
        ours.close()
        with suppress(ChildProcessError):
            _, status = os.waitpid(pid, 0)
            STATE["status"] = os.waitstatus_to_exitcode(status)


def _ask(judge: ModuleType, line: Any, number: int, job: Any) -> Any:
    line.send((number, job))
    return _hear(judge, line, number)


def _hear(judge: ModuleType, line: Any, number: int) -> Any:
    said, found = read(line.recv_bytes(), (judge.Lost, judge.Last))
    assert said == number
    return found


def _worker(judge: ModuleType) -> None:
    with _served(judge, None) as (line, pid):
        assert _hear(judge, line, 0) == "\0done"
        said = _ask(judge, line, 1, "state")
        assert said == ((1, "x"), True, True, True, "1000"), said
        assert _ask(judge, line, 2, "ends") == (True, 0), "one waits for the caller's end"
        assert _ask(judge, line, 3, ("", "n"))[0] == pid
        assert _ask(judge, line, 4, "\0done") == "\0done"
        assert _ask(judge, line, 5, ("", "n"))[2] == 2
    assert STATE["status"] == 0
    if not FORKS:
        return
    apart = Apart(lambda job: job[0] or None, _before, _begin, lambda: b"left", _after)
    with _served(judge, apart) as (line, pid):
        _hear(judge, line, 0)
        one = _ask(judge, line, 1, ("a", "n"))
        two = _ask(judge, line, 2, ("a", "n"))
        assert _ask(judge, line, 3, "\0done") == "\0done"
        three = _ask(judge, line, 4, ("b", "n"))
        with suppress(ProcessLookupError):
            os.kill(one[0], 0)
            raise AssertionError("the fork of another claim goes on")
        mine = _ask(judge, line, 5, ("", "n"))
        four = _ask(judge, line, 6, ("c", "n"))
        assert one[0] == two[0] != three[0] != four[0]
        assert one[1] == two[1] == three[1] == four[1] == mine[0] == pid
        assert (one[2], two[2], three[2], four[2], mine[2]) == (1, 2, 1, 2, 1), (
            "each begins as the server is"
        )
        assert (one[3], three[3], one[4], mine[4]) == (("a", "n"), ("b", "n"), True, None)
        assert _ask(judge, line, 6, "ends") == (True, 1), "what there is by now stays shared"
        four = _ask(judge, line, 6, ("c", "n"))
        last = _ask(judge, line, 7, ("c", "last"))
        assert last == four[0]
        after = _ask(judge, line, 8, ("c", "n"))
        assert after[0] not in (four[0], pid)
        assert _ask(judge, line, 9, ("bad", "n"))[3] == ("c", "n"), (
            "what fails before is the job's own matter"
        )
    assert STATE["status"] == 0
    for what, code in (("exits", 3), ("killed", -9)):
        with _served(judge, apart) as (line, _):
            _hear(judge, line, 0)
            assert _ask(judge, line, 1, ("a", "n"))[2] == 1
            line.send((2, ("a", what)))
            try:
                _hear(judge, line, 2)
            except EOFError:
                pass
            else:
                raise AssertionError("it answered")
        assert STATE["status"] == code, "it ends as its fork has ended"


def _before(job: Any) -> None:
    if job[0] == "bad":
        raise ValueError
    STATE["before"] = job


def _begin() -> None:
    STATE["begun"] = True


def _after(left: bytes) -> None:
    assert left == b"left"


def workers_hold(judge: ModuleType) -> None:
    """Both sides of the line between a run and its worker processes."""
    with _ends():
        _answers(judge)
        _patience(judge)
        _worker(judge)
        _caller(judge)
