"""What a cell asks of files without opening them: is one there, how large, of when; what does a folder hold?

The interpreter tells of folders that are listed, and of nothing else: while a cell runs, what stands in the
place of ``os.stat`` and its like tells of the rest.  Each question is kept as a key, ``kind:path``:

    there    whether it is there, and a file or a folder (``os.path.exists``, ``Path.is_file``)
    size     its size and rights, too (``os.path.getsize``, ``os.access``; a library's own ``os.stat``)
    stat     when it was last changed, too (``os.path.getmtime``, a cell's own ``os.stat``)
    link     where it leads in the end
    folder   which names a folder holds (``os.listdir``, ``glob``, ``os.walk``, ``Path.iterdir``)
    entries  their sizes and times, too (a cell's own ``os.scandir``)

Native code is not heard, nor is a process that a cell starts, which is refused (``started``).
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

KINDS = ("there", "size", "stat", "link", "folder", "entries")
LISTS = frozenset(("os.listdir", "os.scandir"))
ABSENT = "absent"
_ASK = ("stat", "lstat", "access", "readlink")
_ASKS: dict[str, Callable[..., Any]] = {}  # the system's own, while others stand in their place
_SETS = (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks)
_LOCK, _LISTENERS = threading.Lock(), list[Callable[..., None]]()
# Modules through which a cell asks: what counts is what it called of them.
_THROUGH = frozenset((
    "os", "posixpath", "ntpath", "genericpath", "pathlib", "pathlib._local", "pathlib._abc", "pathlib._os",
    "pathlib.types", "glob", "fnmatch", "shutil", "tempfile", __name__, "sim.sweeps.opened",
    "theorem_audit.reuse.reads",
))  # fmt: skip
_PRESENCE = frozenset((
    "exists", "lexists", "isfile", "isdir", "islink", "ismount", "is_file", "is_dir", "is_symlink", "is_mount",
    "walk", "_walk", "glob", "iglob", "rglob", "iterdir", "which",
))  # fmt: skip
_TIMES = frozenset(("getmtime", "getctime", "getatime"))
# Asked in order to make, to remove or to spell out: no number rests on the answer.
_IDLE = frozenset((
    "makedirs", "mkdir", "removedirs", "rmtree", "_rmtree_safe_fd", "_rmtree_unsafe", "_rmtree_safe_fd_step",
    "realpath", "_joinrealpath", "resolve", "mkdtemp", "mkstemp", "gettempdir", "_get_default_tempdir",
    "_candidate_tempdir_list", "cleanup", "_rmtree",
))  # fmt: skip
_INSTALLED = tuple(
    f"{os.path.realpath(sysconfig.get_path(x))}{os.sep}"
    for x in ("stdlib", "platstdlib", "purelib", "platlib")
)


@contextmanager
def asking(hear: Callable[[str, Any, FrameType], None]) -> Iterator[None]:
    """Have ``hear(event, path, frame)`` called for each question inside the block, whichever thread asks."""
    with _LOCK:
        if not _LISTENERS:
            _stand_in()
        _LISTENERS.append(hear)
    try:
        yield
    finally:
        with _LOCK:
            _LISTENERS.remove(hear)
            if not _LISTENERS:
                for name, own in _ASKS.items():
                    for of in _SETS:
                        of.discard(getattr(os, name))
                    setattr(os, name, own)


def _stand_in() -> None:
    for name in _ASK:
        own = _ASKS[name] = getattr(os, name)

        @functools.wraps(own)
        def asked(path: Any, *rest: Any, _own: Any = own, _name: str = name, **more: Any) -> Any:
            for hear in {*_LISTENERS}:
                hear(_name, _below(more.get("dir_fd"), path), sys._getframe(1))
            return _own(path, *rest, **more)

        setattr(os, name, asked)
        for of in _SETS:
            if own in of:
                of.add(asked)


def _below(folder: Any, path: Any) -> Any:
    """A path that was named below an open folder; a number where that cannot be told."""
    if folder is None:
        return path
    try:
        return os.path.join(_ASKS["readlink"](f"/proc/self/fd/{folder}"), os.fsdecode(path))
    except (OSError, TypeError):
        return -1


def key_of(event: str, path: Any, frame: FrameType | None) -> str | None:
    """What is asked of which path; None where no number rests on the answer."""
    if path is None and event in LISTS:
        path = "."
    if not isinstance(path, str | bytes | os.PathLike):
        return None
    names, file = _called(frame)
    own = not file.startswith(_INSTALLED)
    if names & _IDLE or file.startswith("<frozen importlib"):
        return None
    where = os.path.abspath(os.fsdecode(path))
    if not own and where.endswith((".py", ".pyc")):
        return None  # a library looks at sources, which the fingerprint knows
    if event in LISTS:
        kind = "entries" if event == "os.scandir" and own and not names & _PRESENCE else "folder"
    elif event == "readlink":
        kind = "link"
    elif names & _PRESENCE:
        kind = "there"
    elif names & _TIMES or (own and event != "access" and "getsize" not in names):
        kind = "stat"
    else:
        kind = "size"
    return f"{kind}:{where}"


def _called(frame: FrameType | None) -> tuple[set[str], str]:
    """What was called of the modules through which files are asked for, and the file of who called them."""
    names = set[str]()
    while frame is not None and frame.f_globals.get("__name__") in _THROUGH:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return names, "" if frame is None else frame.f_code.co_filename


def state(key: str, without: frozenset[str] | set[str] = frozenset()) -> str:
    """How what was asked stands now; of a folder without these paths in it."""
    kind, _, path = key.partition(":")
    try:
        if kind == "link":
            return os.path.realpath(path)
        if kind in ("folder", "entries"):
            with os.scandir(path) as entries:
                held = sorted(
                    (x.name, _told("stat", x.stat()) if kind == "entries" else "")
                    for x in entries
                    if x.name not in ("__pycache__", ".git") and x.path not in without
                )
            return hashlib.sha256(os.fsencode(repr(held))).hexdigest()
        return _told(kind, os.stat(path))
    except (OSError, ValueError):
        return ABSENT


def _told(kind: str, info: os.stat_result) -> str:
    folder = stat.S_ISDIR(info.st_mode)
    what = "folder" if folder else "file" if stat.S_ISREG(info.st_mode) else "device"
    if kind == "there" or what == "device":
        return what
    size = "" if folder else f" {info.st_size}"  # of a folder: the file system's own business
    when = f" {info.st_mtime_ns}" if kind == "stat" else ""
    return f"{what}{size} {stat.S_IMODE(info.st_mode):o}{when}"


__all__ = ["ABSENT", "KINDS", "LISTS", "asking", "key_of", "state"]
