"""The battery of forks that serve jobs: real ones, and what each part asks of the system."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import Endless

WAITS = 15.0  # seconds on the clock: what waits for ever takes no time of the processor


def forks_hold(judge: ModuleType) -> None:
    """Each end of a fork, in time; what is asked of the collector, of threads and of signals."""
    if not judge.FORKS:
        return
    with _in_time():
        _served(judge)
        _ends(judge)
        _sizes(judge)
    _dies(judge)
    _with_parent(judge)
    _collects(judge)


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Endless

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, WAITS, 1.0)  # again: a finalizer may swallow one
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def _files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


class _Line:
    """A fork with a line on which it answers."""

    def __init__(
        self, judge: ModuleType, serve: Callable[[Any], Any], left: Callable[[], bytes] = bytes
    ) -> None:
        self.mine, self.theirs = connection.Pipe(duplex=False)
        self.log: list[str] = []
        here = os.getpid()

        def serves(what: Any) -> bool:
            more, said = serve(what)
            self.theirs.send((os.getpid(), said, [*self.log]))
            return bool(more)

        apart = judge.Apart(
            lambda job: "key",
            lambda job: None,
            lambda: self.log.append("begun"),
            left,
            lambda said: None,
        )
        with replaced(judge, end_with_parent=lambda: self.log.append("parent")):
            self.fork = judge.Fork(apart, "key", serves)
        if os.getpid() != here:  # a mutant's fork that has got out
            os._exit(99)

    def ask(self, what: Any) -> Any:
        self.fork.hand(what)
        return self.mine.recv() if self.fork.waits(self.mine) else "ended"

    def close(self) -> None:
        self.mine.close()
        self.theirs.close()


def _served(judge: ModuleType) -> None:
    before = _files()
    line = _Line(judge, lambda what: (what != "last", f"did {what}"), lambda: b"these\nnames")
    try:
        fork = line.fork
        assert (fork.key, fork.handed, fork.left_over, fork.left) == ("key", 0, False, b"")
        for count, what in enumerate(("one", "two"), 1):
            pid, said, log = line.ask(what)
            assert (pid, said, log) == (fork.pid, f"did {what}", ["parent", "begun"])
            assert fork.handed == count
        assert fork.pid != os.getpid()
        assert line.log == []
        assert fork.end() is None
        assert (fork.left, fork.left_over) == (b"these\nnames", False)
    finally:
        line.close()
    assert _files() == before
    _last(judge)


def _last(judge: ModuleType) -> None:
    """One that ends of itself, with a job that it was handed and did not do."""
    line = _Line(judge, lambda what: (what != "last", what), lambda: b"x")
    try:
        assert line.ask("last")[1] == "last"
        line.fork.hand("more")
        assert line.fork.waits(line.mine) is False
        line.fork.hand("and more")
        assert line.fork.end() is None
        assert (line.fork.handed, line.fork.left, line.fork.left_over) == (3, b"x", True)
    finally:
        line.close()


def _exits(what: Any) -> Any:
    if what == "exits":
        os._exit(3)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "raises":
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        raise ValueError("no word of it")
    if what == "hangs":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        time.sleep(600)
    if what == "leaves a child":
        if os.fork() == 0:
            time.sleep(1.5)
            os._exit(0)
        return True, "left"
    return True, what


def _ends(judge: ModuleType) -> None:
    for what, status in (("exits", 3 << 8), ("killed", signal.SIGKILL), ("raises", 1 << 8)):
        before = _files()
        line = _Line(judge, _exits)
        try:
            assert line.ask("first")[1] == "first"
            assert line.ask(what) == "ended"
            assert line.fork.end() == status, what
            assert (line.fork.left, line.fork.left_over) == (b"", False)
        finally:
            line.close()
        assert _files() == before
    line = _Line(judge, _exits)
    try:
        line.fork.hand("hangs")
        with replaced(judge, PATIENCE=0.3):
            assert line.fork.end() == signal.SIGKILL
    finally:
        line.close()
    for name, what, expected in (("a child of it holds the line", "leaves a child", None),):
        before = _files()
        line = _Line(judge, _exits)
        try:
            assert line.ask(what)[1] == "left"
            started = time.monotonic()
            assert line.fork.end() == expected, name
            assert time.monotonic() - started < 30
        finally:
            line.close()
        assert _files() == before
    back, told = os.pipe()

    def killed_with_a_child(what: Any) -> Any:
        if (child := os.fork()) == 0:
            time.sleep(600)
            os._exit(0)
        os.write(told, b"%d" % child)
        os.kill(os.getpid(), signal.SIGKILL)

    line = _Line(judge, killed_with_a_child)
    try:
        assert line.ask("x") == "ended"
        child = int(os.read(back, 20))
        signal.setitimer(signal.ITIMER_REAL, 10, 1.0)
        assert line.fork.end() == signal.SIGKILL, (
            "nothing was said, and a child holds the other end"
        )
    finally:
        os.kill(child, signal.SIGKILL)
        line.close()
        os.close(back)
        os.close(told)


def _sizes(judge: ModuleType) -> None:
    """What it leaves, up to so much."""
    assert judge.ROOM == 32_768
    for size, kept in ((0, 0), (judge.ROOM, judge.ROOM), (judge.ROOM + 1, 0)):
        line = _Line(judge, lambda what: (True, what), lambda size=size: b"n" * size)
        try:
            assert line.ask("x")[1] == "x"
            assert line.fork.end() is None
            assert line.fork.left == b"n" * kept, size
            assert line.fork.left_over is False
        finally:
            line.close()


class _Exited(Exception):
    """In the place of the end of a process."""


def _exit(code: int) -> None:
    raise _Exited(code)


def _dies(judge: ModuleType) -> None:
    log: list[Any] = []
    system = SimpleNamespace(
        WIFSIGNALED=os.WIFSIGNALED, WTERMSIG=os.WTERMSIG, waitstatus_to_exitcode=os.waitstatus_to_exitcode,
            getpid=lambda: 7,
        kill=lambda *x: log.append(x),
    )  # fmt: skip
    with replaced(judge, os=system, time=SimpleNamespace(sleep=log.append), _exit=_exit):
        for status, code, killed in (
            (3 << 8, 3, []),
            (0, 0, []),
            (signal.SIGTERM, -15, [(7, signal.SIGTERM), judge.PATIENCE]),
        ):
            log.clear()
            try:
                judge.die(status)
                raise AssertionError("it lives")
            except _Exited as error:
                assert (error.args, log) == ((code,), killed)


def _with_parent(judge: ModuleType) -> None:
    log: list[Any] = []

    class Thread:
        def __init__(self, **more: Any) -> None:
            log.append(more)

        def start(self) -> None:
            log.append("starts")

    with replaced(judge, threading=SimpleNamespace(Thread=Thread)):
        judge.end_with_parent()
    assert log == [{"target": judge._end, "daemon": True}, "starts"]
    log.clear()
    parent = SimpleNamespace(join=lambda: log.append("joined"))
    with replaced(judge, parent_process=lambda: parent, _exit=_exit):
        try:
            judge._end()
            raise AssertionError("it goes on")
        except _Exited as error:
            assert (error.args, log) == ((1,), ["joined"])
    with replaced(judge, parent_process=lambda: None, _exit=_exit):
        judge._end()
    assert threading.active_count() >= 1


def _collects(judge: ModuleType) -> None:
    enabled = gc.isenabled()
    try:
        for on in (True, False):
            (gc.enable if on else gc.disable)()
            with judge.growing():
                assert gc.isenabled() is False
            assert gc.isenabled() is on
            try:
                with judge.growing():
                    raise ValueError
            except ValueError:
                assert gc.isenabled() is on
    finally:
        (gc.enable if enabled else gc.disable)()
    for there in (True, False):
        log: list[str] = []
        modules = {"hypothesis": 1} if there else {}
        with replaced(
            judge, sys=SimpleNamespace(modules=modules),
                gc=SimpleNamespace(freeze=lambda log=log: log.append("frozen")),
            _first_example=lambda log=log: log.append("example"),
        ):  # fmt: skip
            judge.settle()
        assert log == ["example"] * there + ["frozen"]
    _example(judge)


def _example(judge: ModuleType) -> None:
    """Hypothesis plays one example, once."""
    import hypothesis

    played: list[int] = []
    real = hypothesis.given

    def given(*of: Any) -> Any:
        return lambda function: real(*of)(lambda nothing: played.append(1) or function(nothing))

    with replaced(hypothesis, given=given):
        judge._first_example.cache_clear()
        judge._first_example()
        judge._first_example()
    assert played == [1]


__all__ = ["forks_hold"]
