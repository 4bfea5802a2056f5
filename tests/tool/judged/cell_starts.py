"""The battery of what a cell starts: threads that go on as part of it, and what cannot be heard."""

from __future__ import annotations

import _thread
import os
import threading
from multiprocessing.process import BaseProcess
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.tools import raises

OWN = threading.Thread.start, BaseProcess.start, _thread.start_new_thread


def _now() -> tuple[Any, ...]:
    return threading.Thread.start, BaseProcess.start, _thread.start_new_thread


class _Hears:
    """Who listens: what began, and what cannot be heard."""

    def __init__(self, first: bool = True) -> None:
        self.began, self.unseen, self.first = list[Any](), list[str](), first

    def begin(self) -> Any:
        self.began.append("asked")
        return (lambda: self.began.append(threading.current_thread().name)) if self.first else None


def starts_hold(judge: ModuleType) -> None:
    """Each thread begins as part of who listens; the rest is told; all ends with the last."""
    one, two = _Hears(), _Hears(first=False)
    ran: list[str] = []
    assert _now() == OWN
    with judge.starting(one.begin, one.unseen.append):
        inside = _now()
        assert all(now is not own for now, own in zip(inside, OWN, strict=True))
        with judge.starting(two.begin, two.unseen.append):
            assert _now() == inside, "they stand in once"
            _runs("first", ran)
            assert (one.began, two.began, ran) == (["asked", "first"], ["asked"], ["first"])
        assert _now() == inside
        _runs("second", ran)
        assert (one.began[2:], two.began, ran) == (
            ["asked", "second"],
            ["asked"],
            ["first", "second"],
        )
        _bare(one)
        _process(one)
        raises(KeyError, lambda: _breaks(judge))
        assert _now() == inside
    assert _now() == OWN
    _runs("third", ran)
    assert one.began[4:] == []
    raises(KeyError, lambda: _breaks(judge))
    assert _now() == OWN
    assert judge._OWN.keys() <= {threading.Thread, BaseProcess}
    _named(judge)
    _about(judge)


def _breaks(judge: ModuleType) -> None:
    with judge.starting(lambda: None, lambda _: None):
        raise KeyError


def _runs(name: str, ran: list[str]) -> None:
    thread = threading.Thread(target=lambda: ran.append(name), name=name)
    thread.start()
    thread.join()
    assert "run" not in vars(thread), "no circle is left"


def _bare(hears: _Hears) -> None:
    done = threading.Event()
    before = [*hears.began]
    assert type(_thread.start_new_thread(done.set, ())) is int
    assert done.wait(30)
    assert hears.unseen == ["it starts a thread past `threading`"]
    assert hears.began == before


def _process(hears: _Hears) -> None:
    hears.unseen.clear()

    class Process(BaseProcess):
        def __init__(self, name: str) -> None:
            self._name = name
            self._popen = None
            self._parent_pid = os.getpid()
            self._config: dict[str, Any] = {}
            self._closed = False

        def _check_closed(self) -> None:
            raise LookupError(f"{self._name} is to start")

        def __repr__(self) -> str:
            return "a process"

    assert raises(LookupError, Process("child").start) == "child is to start"
    assert hears.unseen == ["it starts a process (multiprocessing, child)"]


def _named(judge: ModuleType) -> None:
    long = "x" * 70
    for event, arguments, words in (
        ("subprocess.Popen", ("ls", ["ls", "-l"], None, None), "subprocess.Popen, ls"),
        ("subprocess.Popen", ("ls", "ls -l", None, None), "subprocess.Popen, ls -l"),
        ("subprocess.Popen", (None, (b"cat",), None), "subprocess.Popen, cat"),
        ("subprocess.Popen", (None, [], None), "subprocess.Popen, []"),
        ("os.system", (b"true \xff",), "os.system, true \ufffd"),
        ("os.system", ("true",), "os.system, true"), ("os.fork", (), "os.fork"),
        ("os.exec", (long, []), f"os.exec, {long[:60]}"),
        ("os.posix_spawn", (("a", "b"),), "os.posix_spawn, a"), ("os.spawn", (3, "p"), "os.spawn, 3"),
        ("os.system", ("",), "os.system"),
    ):  # fmt: skip
        assert judge.named(event, arguments) == words, (event, arguments)
    assert judge.is_heard((threading.Thread().run,)) is True
    assert judge.is_heard((print,)) is False
    assert judge.is_heard((raises,)) is False
    assert judge.is_heard(([].append,)) is False


def _frames(*names: str) -> Any:
    """Frames, the first called by the second and so on: modules, or with a slash files."""
    frame = None
    for name in reversed(names):
        code = SimpleNamespace(co_filename=name if name.startswith("<") else "some.py")
        frame = SimpleNamespace(f_globals={"__name__": name}, f_code=code, f_back=frame)
    return frame


def _about(judge: ModuleType) -> None:
    cell, machine, around = "tests.cells", "platform", "sim.sweeps.sweep"
    for names, so in (
        ((), False), ((cell,), False), ((machine,), True), (("subprocess", machine, cell, around), True),
        (("subprocess", cell, around, machine), False), (("uuid", cell), True), (("ctypes.util",), True),
        (("sysconfig", cell), True),
        ((cell, "<frozen importlib._bootstrap>", cell), True), ((around, machine), False),
        (("os", cell, "threading"), False),
        ((cell, around, "<frozen importlib._bootstrap>"), False),
    ):  # fmt: skip
        assert judge.about_the_machine(_frames(*names)) is so, names


__all__ = ["starts_hold"]
