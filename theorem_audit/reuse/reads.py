"""Which files and programs evidence opens, recorded as it runs, by the definition that opened them.

An audit hook of the interpreter sees every file that is opened.  It is put down to the innermost
definition of the project on the stack: whoever reaches that definition depends on the file, also where a
cache spares the next one from opening it.  Python sources are left out: their definitions are read anyway.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

Owner = tuple[str, str]  # module, top-level name ("" for the module's own statements)
Reads = dict[Owner, set[str]]
SCRATCH = frozenset(("__pycache__", ".git", ".hypothesis", ".pytest_cache"))


class Recorder:
    """Records reads below ``root`` by code in ``modules`` (file name -> module)."""

    def __init__(self, root: Path, output: Path, modules: dict[str, str]) -> None:
        self.root, self.output = f"{root}{os.sep}", f"{output}{os.sep}"
        self.modules = modules
        self.reads: Reads = {}
        self._busy = False

    def start(self) -> None:
        """From now on, in this process; there is no end to it."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir", "subprocess.Popen") or self._busy:
            return
        self._busy = True
        try:
            if what := self._what(event, arguments):
                owner = self._owner(sys._getframe(2))
                if owner is not None:
                    self.reads.setdefault(owner, set()).add(what)
        finally:
            self._busy = False

    def _what(self, event: str, arguments: tuple[Any, ...]) -> str:
        path = arguments[0]
        if event == "subprocess.Popen":
            words = arguments[1]
            name = words[0] if isinstance(words, list | tuple) and words else path
            return f"program:{os.fsdecode(name)}" if isinstance(name, str | bytes) else ""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        text = os.path.abspath(os.fsdecode(path))
        if not text.startswith(self.root) or SCRATCH & {*text[len(self.root) :].split(os.sep)}:
            return ""
        if event != "open":
            return f"folder:{text[len(self.root) :]}"
        mode, flags = arguments[1], arguments[2]
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return ""
        if isinstance(mode, str) and set(mode) & set("wax+"):
            return ""
        if text.endswith((".py", ".pyc")):
            return ""
        kind = "stamp" if text.startswith(self.output) else "file"
        return f"{kind}:{text[len(self.root) :]}"

    def _owner(self, frame: FrameType | None) -> Owner | None:
        while frame is not None:
            module = self.modules.get(frame.f_code.co_filename)
            if module is not None:
                name = frame.f_code.co_qualname.split(".")[0]
                return module, "" if name == "<module>" else name
            frame = frame.f_back
        return None


def state(what: str, root: Path) -> str:
    """How a read stands now: a hash of a file, the listing of a folder, which program a name means."""
    kind, _, name = what.partition(":")
    try:
        if kind == "program":
            found = shutil.which(name)
            if found is None:
                return "absent"
            info = os.stat(os.path.realpath(found))
            return f"{found} {info.st_size} {info.st_mtime_ns}"
        path = root / name
        if kind == "folder":
            with os.scandir(path) as entries:
                names = sorted(x.name for x in entries if x.name not in SCRATCH)
            return hashlib.sha256("\0".join(names).encode()).hexdigest()[:24]
        if kind == "stamp":
            info = path.stat()
            return f"{info.st_size} {info.st_mtime_ns}"
        return hashlib.sha256(path.read_bytes()).hexdigest()[:24]
    except OSError:
        return "absent"


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


__all__ = ["Owner", "Reads", "Recorder", "States", "state"]
