"""The battery of a worker's own side: it runs in a fork of this process, and its own forks below that."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import Endless, raises
from theorem_audit.weigh.answers import read, written
from theorem_audit.weigh.apart import FORKS, Apart

WALL = 3  # seconds for a mutant that waits in vain
WORK = 1.0  # seconds of the processor for one that does not wait
WHOLE = 60  # seconds for what is no mutant, however busy the machine is


def _wall(judge: ModuleType) -> int:
    return WALL if judge.__name__.endswith("_mutant") else WHOLE


@contextmanager
def ends(judge: ModuleType) -> Iterator[None]:
    """Raise Endless where the block does not end."""

    def stop(*_: object) -> None:
        raise Endless

    clocks = ((signal.ITIMER_REAL, signal.SIGALRM, _wall(judge)), (signal.ITIMER_VIRTUAL,
              signal.SIGVTALRM, WORK * _wall(judge) / WALL))  # fmt: skip
    old = [signal.signal(ring, stop) for _, ring, _ in clocks]
    for clock, _, seconds in clocks:
        signal.setitimer(clock, seconds, 0.5)
    try:
        yield
    finally:
        for clock, _, _ in clocks:
            signal.setitimer(clock, 0)
        for (_, ring, _), was in zip(clocks, old, strict=True):
            signal.signal(ring, was)


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
    if words == (1, "refused"):
        raise ValueError("no theory")


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
    return (os.getpid(), os.getppid(), STATE[name], STATE.get("before"), STATE.get("begun"),
            STATE.get("learned", 0))  # fmt: skip


@contextmanager
def _served(judge: ModuleType, apart: Any, word: str = "x") -> Iterator[tuple[Any, int]]:
    """The caller's end of a fork of this process that serves."""
    STATE.clear()
    STATE["last kind"] = judge.Last
    ours, theirs = multiprocessing.Pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            ours.close()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(_wall(judge))  # a fork has none of the timers
            with tempfile.TemporaryFile() as nowhere:  # a file that nothing else here is
                os.dup2(nowhere.fileno(), 2)
            judge.end_with_parent = lambda: STATE.update(ends=True)
            judge.settle = lambda: STATE.update(settled=1)
            judge._serve(theirs, _does, _start, (1, word), (judge.Lost, judge.Last), apart)
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
    with _served(judge, None, "refused") as (line, _):
        assert _hear(judge, line, 0) == judge.Lost("ValueError: no theory")
        assert raises(EOFError, line.recv_bytes) is not None
    assert STATE["status"] == 0, "it ends without a word of its own"
    if not FORKS:
        return
    apart = Apart(lambda job: job[0] or None, _before, _begin, lambda: b"left", _after)
    with _served(judge, apart) as (line, pid):
        _hear(judge, line, 0)
        one = _ask(judge, line, 1, ("a", "n"))
        two = _ask(judge, line, 2, ("a", "n"))
        assert _ask(judge, line, 3, "\0done") == "\0done"
        assert _ask(judge, line, 3, ("", "m"))[5] == 0, "it says so before it imports anything"
        three = _ask(judge, line, 4, ("b", "n"))
        assert three[5] == 1
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
    STATE["learned"] = STATE.get("learned", 0) + 1


def serves(judge: ModuleType) -> None:
    """What a worker process says, and what becomes of its forks."""
    _answers(judge)
    _worker(judge)
