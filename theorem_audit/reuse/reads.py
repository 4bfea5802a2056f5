"""Which files and programs evidence opens, recorded as it runs, by the definition that opened them.

An audit hook of the interpreter sees every file that is opened, and so does what stands in the place of
``os.stat`` every name that is asked for, and ``environment`` every variable.  A read is put down to the
innermost definition of the project on the stack: whoever reaches that definition depends on the file, also
where a cache spares the next one from opening it.  A function without a name, and a list that is made as a
module is imported, are the module's own; what no definition is seen to ask for, in a thread, is put down to all
that started one.  Sources that Python imports are left out where their
definitions are read anyway.  What a child process or the network says cannot be recorded, and what a device, or
the system of itself (``/proc``), says is another thing each time: ``UNSEEN`` is never the same again, so it is
run anew.
"""

from __future__ import annotations

import _thread
import functools
import hashlib
import os
import shutil
import stat
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from theorem_audit.reuse import asking, environment, natively, system
from theorem_audit.reuse.environment import IMPORTS

Owner = tuple[str, str]  # module, top-level name ("" for the module's own statements)
Reads = dict[Owner, set[str]]
EVERYONE: Owner = ("", "")
SCRATCH = frozenset(("__pycache__", ".git", ".hypothesis", ".pytest_cache"))
TOOL = "theorem_audit."
UNSEEN = "unseen:"
CHILD, NETWORK = f"{UNSEEN}what a child process read", f"{UNSEEN}what the network said"
# What the tool sees of processes and the system is no evidence's.
ITS_OWN = (
    CHILD,
    *(f"{UNSEEN}what {x}" for x in (*system.SYSTEM, system.DEVICES)),
    *(f"{kind}:{x}" for kind in asking.KINDS for x in system.SYSTEM),
)
CLOCK = f"{UNSEEN}what time it is"
CHANGED = f"{UNSEEN}what a file said that changed as the run went on"
CANNOT = {
    **dict.fromkeys(
        ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"), CHILD
    ),
    **dict.fromkeys(("socket.connect", "socket.sendto", "socket.getaddrinfo"), NETWORK),
}
KINDS = {
    "asked": "there", "allowed": "there", "numbered": "there", "followed": "link", "os.listdir": "folder",
    "os.scandir": "folder",
}  # fmt: skip
TIMED = frozenset(("asked", "numbered", "os.scandir"))  # what may ask for times, too
ATTRIBUTES = f"{UNSEEN}what an attribute of a file says"
OPENS = frozenset((
    "open", "os.listdir", "os.scandir", "subprocess.Popen", "sqlite3.connect", "ctypes.dlopen", "import",
    "os.getxattr",
))  # fmt: skip
# Who reads sources to show them, in messages.
SHOWS = frozenset(("linecache", "tokenize", "inspect", "traceback"))
_readlink = os.readlink  # the system's own, before it is listened to
_INSTALLED = tuple(
    f"{os.path.realpath(x)}{os.sep}"
    for x in {
        *(sysconfig.get_path(x) for x in ("stdlib", "platstdlib", "purelib", "platlib")),
        sys.prefix,
    }
)  # fmt: skip


class Recorder:
    """Records reads by code in ``modules`` (file name -> module), of all but what is installed."""

    def __init__(self, root: Path, output: Path, modules: dict[str, str]) -> None:
        self.root, self.output = f"{root}{os.sep}", f"{output}{os.sep}"
        self.modules = modules
        self.reads: Reads = {}
        self._own: set[str] = set()  # what this process wrote itself
        self._starters: set[Owner] = set()  # who started a thread
        self._busy = False

    def start(self) -> None:
        """From now on, in this process; there is no end to it."""
        sys.addaudithook(self._hook)
        for name, event in (
            ("stat", "asked"),
            ("lstat", "asked"),
            ("access", "allowed"),
            ("fstat", "numbered"),
        ):
            self._ask(name, event)
        self._ask("readlink", "followed")
        self._ask("open", "open")  # the interpreter does not tell below which folder
        self._starts(threading.Thread, "start")
        self._starts(_thread, "start_new_thread")
        environment.listen(lambda name: self._heard("variable", (name,), sys._getframe(2)))

    def _ask(self, name: str, event: str) -> None:
        """Put in the place of a function of ``os`` one that records which name it asks for."""
        asks: Callable[..., Any] = getattr(os, name)

        @functools.wraps(asks)
        def asked(path: Any, *rest: Any, **more: Any) -> Any:
            below = more.get("dir_fd")
            if event != "open":
                self._heard(event, (_below(below, path),), sys._getframe(1))
            elif below is not None:
                flags = rest[0] if rest else more.get("flags")
                self._heard(event, (_below(below, path), None, flags), sys._getframe(1))
            return asks(path, *rest, **more)

        setattr(os, name, asked)
        for of in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if asks in of:
                of.add(asked)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in OPENS or event in CANNOT:
            self._heard(event, arguments, sys._getframe(1))

    def _starts(self, of: Any, name: str) -> None:
        """Put in the place of what starts a thread one that notes who does: older Pythons tell nobody."""
        starts: Callable[..., Any] = getattr(of, name)

        @functools.wraps(starts)
        def started(*given: Any, **more: Any) -> Any:
            self._starters |= {*filter(None, [self._owner(sys._getframe(1))])}
            return starts(*given, **more)

        setattr(of, name, started)

    def _heard(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        """frame: of who called the function that tells."""
        if self._busy:
            return
        self._busy = True
        try:
            for what in self._what(event, arguments, frame):
                owner = EVERYONE if _imported(event, what, frame) else self._owner(frame)
                for one in self._starters if owner is None else (owner,):
                    if not (what.startswith(ITS_OWN) and one[0].startswith(TOOL)):
                        self.reads.setdefault(one, set()).add(what)
        finally:
            self._busy = False

    def _what(
        self, event: str, arguments: tuple[Any, ...], frame: FrameType | None = None
    ) -> tuple[str, ...]:
        if event in CANNOT:
            return (CANNOT[event],)
        if event == "os.getxattr":  # who copies a file asks for them, too
            own = frame is not None and frame.f_code.co_filename in self.modules
            return (ATTRIBUTES,) if own else ()
        path = natively.path(event, arguments)
        if event == "variable":
            sought = environment.program(path, frame)
            if sought is not None:
                return (f"program:{sought}",) if sought else ()
            return (environment.named(path, frame, self.modules),)
        if event == "subprocess.Popen":
            words = arguments[1]
            name = words[0] if isinstance(words, list | tuple) and words else path
            named = isinstance(name, str | bytes)
            return (CHILD, *((f"program:{os.fsdecode(name)}",) if named else ()))
        kind = KINDS.get(event, "")
        if event in TIMED:
            kind = asking.of(kind, frame, self.modules)
        if event in ("os.listdir", "os.scandir") and path is None:
            path = "."
        if isinstance(path, int) and (kind in ("folder", "entries", "when")):
            path = _folder(path)
        if not isinstance(path, str | bytes | os.PathLike):
            return ()
        text = os.path.abspath(os.fsdecode(path))
        if kind == "when" and text in self._own:
            return ()  # the time at which it was written
        source = text.endswith((".py", ".pyc")) and kind != "when"
        if source and not (text := self._source(text, event, frame)):
            return ()
        inside = text.startswith(self.root)
        if not inside and (text.startswith(_INSTALLED) or text in system.STEADY):
            return ()
        if SCRATCH & {*(text[len(self.root) :] if inside else text).split(os.sep)}:
            return ()
        name = text[len(self.root) :] if inside else text
        if kind not in ("there", "link") and not inside and system.says_otherwise(text):
            told = event != "open" or not self._written(text, arguments[1], arguments[2])
            # A device is no folder, but open already; a package looks at the machine as it is imported.
            told &= not (kind and system.is_device(text))
            told &= not environment.package_of(frame, self.modules)[1]
            return (f"{UNSEEN}what {text} says",) * told
        if kind:
            return (f"{kind}:{name}",)
        if event == "sqlite3.connect":  # beside it lies what is not yet written into it
            kind = "stamp" if text.startswith(self.output) else "file"
            return tuple(f"{kind}:{name}{x}" for x in ("", *natively.BESIDE_A_BASE))
        if event == "open" and self._written(text, arguments[1], arguments[2]):
            return ()
        return (f"{'stamp' if text.startswith(self.output) else 'file'}:{name}",)

    def _written(self, text: str, mode: Any, flags: Any) -> bool:
        """Whether an open only writes, or reads what this process wrote."""
        if not isinstance(flags, int) or not flags:
            only = isinstance(mode, str) and bool({*mode} & {*"wxa"}) and "a+" not in mode
        else:
            kind = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
            only = kind == os.O_WRONLY or bool(kind and flags & (os.O_TRUNC | os.O_EXCL))
        if only:
            self._own.add(text)
        return text in self._own

    def _source(self, text: str, event: str, frame: FrameType | None) -> str:
        """The source of a file of Python's; empty where its definitions are read anyway."""
        folder, name = os.path.split(text)
        if name.endswith(".pyc"):
            if os.path.basename(folder) == "__pycache__":
                folder = os.path.dirname(folder)
            text = os.path.join(folder, f"{name.partition('.')[0]}.py")
        if text not in self.modules:
            return text
        if event == "asked" or frame is None:
            return ""
        told = frame.f_code.co_filename.startswith(IMPORTS) or _shown(frame, self.modules)
        return "" if told else text

    def _owner(self, frame: FrameType | None) -> Owner | None:
        while frame is not None:
            module = self.modules.get(frame.f_code.co_filename)
            # what stands in for a function of ``os`` owns no read
            if module is not None and frame.f_code.co_filename != __file__:
                name = frame.f_code.co_qualname.split(".")[0]
                return module, "" if name.startswith("<") else name
            frame = frame.f_back
        return None


def _imported(event: str, what: str, frame: FrameType) -> bool:
    """Whether a module that is no source of the project is read: once, by who is the first to import it."""
    source = what.endswith(".py") and frame.f_code.co_filename.startswith(IMPORTS)
    return event == "import" or (event == "open" and source)


def _folder(number: Any) -> str | None:
    """The path of what is open under a number, where the system tells."""
    try:
        found = _readlink(f"/proc/self/fd/{number}")
    except OSError:
        return None
    return found if os.path.isabs(found) else None  # a pipe has no path


def _below(number: Any, path: Any) -> Any:
    """A path that was named below an open folder."""
    folder = None if number is None else _folder(number)
    if folder is None or not isinstance(path, str | bytes | os.PathLike):
        return path
    return os.path.join(folder, os.fsdecode(path))


def _shown(frame: FrameType | None, modules: Mapping[str, str] = {}) -> bool:
    """Whether a source is read to be shown: not where the project's own code asks ``inspect`` for its text."""
    for _ in range(4):
        if frame is None:
            return False
        if frame.f_globals.get("__name__") in SHOWS:
            return not _handed(frame, modules)
        frame = frame.f_back
    return False


def _handed(frame: FrameType | None, modules: Mapping[str, str]) -> bool:
    names = set[str]()
    while frame is not None and (name := frame.f_globals.get("__name__", "")) in SHOWS:
        names.add(name)
        frame = frame.f_back
    asks = "" if frame is None else modules.get(frame.f_code.co_filename, "")
    return bool(asks) and not asks.startswith(TOOL) and "traceback" not in names


def state(what: str, root: Path) -> str:
    """How a read stands now: a hash of a file or a variable, the listing of a folder, a name's program.

    What cannot be seen stands otherwise each time.
    """
    kind, _, name = what.partition(":")
    if what.startswith(UNSEEN):
        return str(time.time_ns())
    if what.startswith(environment.KIND):
        return environment.state(what)
    try:
        if kind == "program":
            found = shutil.which(name)
            if found is None:
                return "absent"
            real = os.path.realpath(found)  # a link is turned from one version to another
            info = os.stat(real)
            return f"{found} {real} {info.st_size} {info.st_mtime_ns}"
        path = root / name
        if kind == "link":
            return os.readlink(path)
        if kind in ("there", "when", "folder", "entries"):
            return asking.state(kind, path, SCRATCH)
        if kind == "stamp":
            info = path.stat()
            return f"{info.st_size} {info.st_mtime_ns}"
        if name.endswith(".py") and not path.exists():
            path = path.with_suffix(".pyc")  # a module without a source
        if not (stat.S_ISREG(mode := os.stat(path).st_mode) or stat.S_ISDIR(mode)):
            return str(time.time_ns())  # a link to a device, which may have no end; a pipe
        return hashlib.sha256(path.read_bytes()).hexdigest()[:24]
    except (OSError, ValueError):  # a name that no file can have
        return "absent"


def changed_since(what: str, root: Path, moment: int) -> bool:
    """Whether a file that was opened changed since a moment, in ns: which edition was read, nobody knows."""
    kind, _, name = what.partition(":")
    try:
        return kind == "file" and (root / name).stat().st_ctime_ns >= moment
    except (OSError, ValueError):
        return False


class States:
    """``state``, once for each read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[str, str] = {}

    def __call__(self, what: str) -> str:
        """How it stands."""
        if what not in self._known:
            self._known[what] = state(what, self.root)
        return self._known[what]

    def changed(self, kept: dict[str, str]) -> list[str]:
        """Which of the reads stand otherwise than they did."""
        return [what for what, was in kept.items() if self(what) != was]

    def of(self, whats: Iterable[str]) -> dict[str, str]:
        """How several stand."""
        return {what: self(what) for what in sorted(whats)}


__all__ = [
    "CHANGED", "CHILD", "CLOCK", "EVERYONE", "UNSEEN", "Owner", "Reads", "Recorder", "States", "changed_since",
    "state",
]  # fmt: skip
