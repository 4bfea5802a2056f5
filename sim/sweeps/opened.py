"""Which files a cell reads while it runs, and how they stood: part of what its numbers rest on.

An audit hook of the interpreter sees every file that the cell's own thread opens, or one that it starts, and
takes its digest before the first read; one that is another at the end has CHANGED: the numbers are of no one
edition.  Left out are what the cell wrote itself, installed packages and this one, sources and caches that an
import reads (the fingerprint knows what is imported), and devices that say nothing.  Other devices, and what
the system says of itself (``/proc``), are said as UNSEEN.  Native code is not seen, nor are threads
that were there before; a process that was started, and what a thread of an earlier cell reads, is said as
UNSEEN.  What it asks of files that it does not open (``asked``) is kept beside them, and so is where a link
leads.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from sim.sweeps.asked import ABSENT, KINDS, LISTS, asking, key_of, state
from sim.sweeps.started import (
    PAST,
    PROCESSES,
    THREADS,
    about_the_machine,
    is_heard,
    named,
    starting,
)

# Absolute path -> SHA-256 of its bytes, or ABSENT; or a key of ``asked`` -> its state.
Files = dict[str, str]
CHANGED = "changed while it was read"  # is the digest of nothing
UNSEEN = "is not seen"  # nor this: of what a cell starts, in the place of a path
_TICK = 100_000_000  # ns; a file system's clock stands still for 10 ms: two edits can have one time
_NO_FILES = frozenset(("", ":memory:"))  # to SQLite
_OPENS = frozenset(("open", "sqlite3.connect", "ctypes.dlopen"))
# Event -> which argument is made.
_MAKES = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}
_LEFT_OUT = tuple(
    f"{os.path.realpath(x)}{os.sep}"
    for x in {
        *(sysconfig.get_path(x) for x in ("stdlib", "platstdlib", "purelib", "platlib")),
        str(Path(__file__).parents[1]), "/proc", "/sys", "/dev",
    }
)  # fmt: skip
_MEMORY = f"{os.path.realpath('/dev/shm')}{os.sep}"  # files there are files
# What the system says of itself, and devices, but these: another thing each time.
_SYSTEM, _DEVICES, _STEADY = ("/proc/", "/sys/"), "/dev/", ("/dev/null", "/dev/zero", "/dev/full")
_CACHES = frozenset(("__pycache__", ".git"))
_SOURCES = frozenset(("linecache", "tokenize", "inspect", "traceback"))


class _Heard(threading.local):
    """What this thread's cell has read and written by now; None between cells."""

    def __init__(self) -> None:
        self.read: Files | None = None  # as each stood before the first read
        self.written = set[str]()
        self.new = set[str]()  # of these, what was not there before
        self.cell = _Cell()


class _Cell:
    """What is said of a cell's threads and processes; whether it has ended, which a thread may outlive."""

    def __init__(self) -> None:
        self.unseen = dict[str, None]()
        self.ended = False


_HEARD = _Heard()
_RUNNING: list[_Cell] = []
_HOOKED: list[bool] = []


@contextmanager
def reading() -> Iterator[Files]:
    """Fill the mapping, at the end, with the files that were read inside the block by this thread, and by those
    that it starts.
    """
    if not _HOOKED:
        _HOOKED.append(True)
        sys.addaudithook(_hook)
    outer, around = (_HEARD.read, _HEARD.written, _HEARD.new), _HEARD.cell
    _HEARD.read, _HEARD.written, _HEARD.new = {}, set(), set()
    _HEARD.cell = cell = _Cell()
    _RUNNING.append(cell)
    found: Files = {}
    try:
        with asking(_asked), starting(_begun, tell_unseen):
            yield found
    finally:
        _RUNNING.remove(cell)
        cell.ended, _HEARD.cell = True, around
        found |= dict.fromkeys(cell.unseen, UNSEEN)
        around.unseen |= cell.unseen
        read, made, new = _HEARD.read, _HEARD.written, _HEARD.new
        _HEARD.read = None  # what is opened to be hashed is nobody's read
        for path, was in sorted(read.items()):
            own = was == ABSENT and _path(path) in made
            same = own or digest(path, new) == was
            found[path] = digest(path) if same else CHANGED
        _HEARD.read, _HEARD.written, _HEARD.new = outer
        above, own_above, new_above = outer
        if above is not None:
            above |= read | above
            own_above.update(made)
            new_above.update(new)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    read = _HEARD.read
    if read is None:
        return
    if event in PROCESSES and not about_the_machine(sys._getframe(1)):
        tell_unseen(f"it starts a process ({named(event, arguments)})")
    if event in THREADS and not is_heard(arguments):
        tell_unseen(PAST)
    if event == "os.getxattr" and not _below_packages(sys._getframe(1)):
        tell_unseen("it asks for an attribute of a file")
    if _HEARD.cell.ended and event in _OPENS | LISTS:
        for cell in _RUNNING:
            cell.unseen["a thread that an earlier cell started reads files"] = None
        return
    if event in LISTS:
        _asked(event, arguments[0], sys._getframe(1))
    elif event in _MAKES:
        _made(arguments[_MAKES[event]])
    if event not in _OPENS:
        return
    path = arguments[0]
    if not isinstance(path, str | bytes | os.PathLike):
        return
    if event != "open" and os.fsdecode(path) in _NO_FILES:
        return
    if event == "ctypes.dlopen" and os.sep not in os.fsdecode(path):
        return  # the system looks for it among its own
    if event == "sqlite3.connect" and os.fsdecode(path).startswith("file:"):
        path = unquote(urlsplit(os.fsdecode(path)).path)
    text = _real(path)
    if _left_out(text):
        if event == "open" and not _writes(arguments[1], arguments[2]):
            _said_otherwise(text, sys._getframe(1))
        return
    if event == "open" and _writes(arguments[1], arguments[2]):
        _made(path)
    elif text not in _HEARD.written and not _imports(text, sys._getframe(1)):
        link = f"link:{os.path.abspath(os.fsdecode(path))}"
        for key in (text, *((link,) if link != f"link:{text}" else ())):
            _keep(key)
        if read[text] == ABSENT and (event != "open" or _makes(arguments[2])):
            _HEARD.written.add(text)


def _said_otherwise(text: str, frame: FrameType) -> None:
    """Say that what is read is another thing each time, where it is: not as one asks about the machine."""
    device = text.startswith(_DEVICES) and text not in _STEADY
    if (device or text.startswith(_SYSTEM)) and not about_the_machine(frame):
        tell_unseen(f"it reads {text}, which says another thing each time")


def _below_packages(frame: FrameType) -> bool:
    """Whether a package asks, as who copies a file does."""
    return _left_out(os.path.abspath(frame.f_code.co_filename))


def _begun() -> Callable[[], None] | None:
    """What a thread does first that is started now: it goes on as part of this one's cell."""
    mine = _HEARD.read, _HEARD.written, _HEARD.new, _HEARD.cell
    if mine[0] is None:
        return None

    def go_on() -> None:
        _HEARD.read, _HEARD.written, _HEARD.new, _HEARD.cell = mine

    return go_on


def tell_unseen(what: str) -> None:
    """Say it of this thread's cell; where that has ended, of each that runs: any may wait for the thread."""
    if _HEARD.read is None:
        return
    for cell in [*_RUNNING] if _HEARD.cell.ended else [_HEARD.cell]:
        before = "a thread that an earlier cell started goes on: " if _HEARD.cell.ended else ""
        cell.unseen[before + what] = None


def _asked(event: str, path: Any, frame: FrameType) -> None:
    """Keep what is asked of a file or a folder, but of what the cell made itself."""
    if _HEARD.read is None or _HEARD.cell.ended or (key := key_of(event, path, frame)) is None:
        return
    text = _real(_path(key))
    if event in LISTS and text.startswith(_SYSTEM):
        _said_otherwise(text, frame)
    if not (_left_out(text) or any(x in _HEARD.written for x in (text, *_above(text)))):
        _keep(key)


def _keep(key: str) -> None:
    """Note how what is read or asked for stands, before the first time."""
    read = _HEARD.read
    if read is not None and key not in read:
        _HEARD.read = None
        try:
            read[key] = digest(key, _HEARD.new)
        finally:
            _HEARD.read = read


def _made(path: Any) -> None:
    """Note what the cell writes, and whether it is new."""
    if not isinstance(path, str | bytes | os.PathLike):
        return
    text = _real(path)
    if text not in _HEARD.written:
        read, _HEARD.read = _HEARD.read, None
        if digest(f"there:{text}") == ABSENT:
            _HEARD.new.add(text)
        _HEARD.read = read
    _HEARD.written.add(text)


def _real(path: Any) -> str:
    """A path without links; asked for while nobody listens."""
    read, _HEARD.read = _HEARD.read, None
    try:
        return os.path.realpath(os.fsdecode(path))
    finally:
        _HEARD.read = read


def _path(key: str) -> str:
    """The path of a key, or of what was opened."""
    kind, _, path = key.partition(":")
    return path if kind in KINDS else key


def _above(text: str) -> list[str]:
    """The folders above a path."""
    parts = text.split(os.sep)
    return [os.sep.join(parts[:n]) for n in range(2, len(parts))]


def _left_out(text: str) -> bool:
    if text.startswith(_LEFT_OUT) and not text.startswith(_MEMORY):
        return True
    return bool(_CACHES & {*text.split(os.sep)})


def _writes(mode: Any, flags: Any) -> bool:
    """Whether an open reads nothing of what was there."""
    if not isinstance(flags, int) or not flags:
        return isinstance(mode, str) and bool({*mode} & {*"wxa"}) and "a+" not in mode
    kind = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
    return kind == os.O_WRONLY or bool(kind and flags & (os.O_TRUNC | os.O_EXCL))


def _makes(flags: Any) -> bool:
    """Whether an open makes the file where there is none."""
    return isinstance(flags, int) and bool(flags & os.O_CREAT)


def _imports(text: str, frame: FrameType | None) -> bool:
    """Whether a source is opened to be imported, or to be shown in a message."""
    if not text.endswith((".py", ".pyc")) or frame is None:
        return False
    if frame.f_code.co_filename.startswith("<frozen importlib"):
        return True
    for _ in range(4):
        if frame is not None:
            if frame.f_globals.get("__name__") in _SOURCES:
                return True
            frame = frame.f_back
    return False


def digest(path: str, without: set[str] | frozenset[str] = frozenset()) -> str:
    """SHA-256 of a file as it is now; one that is no plain file is ABSENT.  Of a key: how that stands.

    without: what does not count of a folder.
    """
    if path.partition(":")[0] in KINDS:
        return state(path, without)
    try:
        info = os.stat(path)
        if not os.path.isfile(path):
            return ABSENT
        edition = info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns
        if time.time_ns() - info.st_ctime_ns < _TICK:
            return _hashed.__wrapped__(path, *edition)
        return _hashed(path, *edition)
    except OSError:
        return ABSENT


@lru_cache(maxsize=4096)  # the cells of a worker mostly read the same files
def _hashed(path: str, *edition: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["ABSENT", "CHANGED", "UNSEEN", "Files", "digest", "reading", "tell_unseen"]
