"""Threads and processes that a cell starts: the threads speak for it, the processes cannot be heard.

While a cell runs, what stands in the place of ``threading.Thread.start`` has a new thread begin as part of the
cell that started it; and what stands in the place of a ``multiprocessing`` process's ``start``, and of
``_thread.start_new_thread``, tells of that: the interpreter tells of no such process but by a fork, and of no
such thread before Python 3.12.
"""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

# The interpreter's events; what each hands over first is a program or a command, if anything.
PROCESSES = frozenset((
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty",
))  # fmt: skip
# A thread begins; what it hands over first is the function that it runs.
THREADS = frozenset(("_thread.start_new_thread", "_thread.start_joinable_thread"))
# Parts of Python that ask a program about the machine, which no number rests on.
_ABOUT_THE_MACHINE = frozenset(("platform", "ctypes.util", "uuid", "sysconfig"))
_AROUND = "sim.sweeps.sweep"  # calls the cell
Begin = Callable[[], Callable[[], None] | None]
_LOCK, _LISTENERS = threading.Lock(), list[tuple[Begin, Callable[[str], None]]]()
_OWN: dict[Any, Any] = {}  # the library's, while others stand in their place
PAST = "it starts a thread past `threading`"


@contextmanager
def starting(begin: Begin, unseen: Callable[[str], None]) -> Iterator[None]:
    """Hear of what is started inside the block, by whichever thread.

    begin: called by who starts a thread; what it gives, if anything, the thread does first.
    unseen: called with what is started and cannot be heard, in words.
    """
    with _LOCK:
        if not _LISTENERS:
            _stand_in()
        _LISTENERS.append((begin, unseen))
    try:
        yield
    finally:
        with _LOCK:
            _LISTENERS.remove((begin, unseen))
            if not _LISTENERS:
                _thread.start_new_thread = _OWN.pop(_thread)
                for kind, own in _OWN.items():
                    kind.start = own


def _stand_in() -> None:
    thread, process = _OWN[threading.Thread], _OWN[BaseProcess] = (
        threading.Thread.start,
        BaseProcess.start,
    )

    def start(self: threading.Thread) -> None:
        for first in filter(None, [begin() for begin, _ in {*_LISTENERS}]):
            self.run = _after(first, self.run, self)  # type: ignore[method-assign]
        thread(self)

    def start_process(self: BaseProcess) -> None:
        for _, tell in {*_LISTENERS}:
            tell(f"it starts a process (multiprocessing, {self.name})")
        process(self)

    alone = _OWN[_thread] = _thread.start_new_thread

    def start_alone(*given: Any) -> int:
        for _, tell in {*_LISTENERS}:
            tell(PAST)
        return int(alone(*given))

    threading.Thread.start = start  # type: ignore[method-assign]
    BaseProcess.start = start_process  # type: ignore[method-assign]
    _thread.start_new_thread = start_alone


def _after(first: Callable[[], None], run: Callable[[], None], of: threading.Thread) -> Any:
    def both() -> None:
        vars(of).pop("run", None)  # the class's own again: no circle is left
        first()
        run()

    return both


def named(event: str, arguments: tuple[Any, ...]) -> str:
    """What an event of PROCESSES starts, in words."""
    words = arguments[1] if event == "subprocess.Popen" else arguments[0] if arguments else ""
    first = words[0] if isinstance(words, list | tuple) and words else words
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return f"{event}, {text[:60]}" if text else event


def is_heard(arguments: tuple[Any, ...]) -> bool:
    """Whether a thread that begins is one of ``threading``'s, which go on as part of their cell."""
    return isinstance(getattr(arguments[0], "__self__", None), threading.Thread)


def about_the_machine(frame: FrameType | None) -> bool:
    """Whether a process is started to learn about the machine, or by an import; frame: of who starts it."""
    return by_the_way(frame, _ABOUT_THE_MACHINE)


def by_the_way(frame: FrameType | None, modules: Container[str]) -> bool:
    """Whether an import, or one of some modules, goes on between a cell and a frame."""
    while frame is not None and frame.f_globals.get("__name__") != _AROUND:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        if frame.f_globals.get("__name__") in modules:
            return True
        frame = frame.f_back
    return False


__all__ = [
    "PAST", "PROCESSES", "THREADS", "about_the_machine", "by_the_way", "is_heard", "named", "starting",
]  # fmt: skip
