"""What evidence asks of files beside their bytes: is one there, how large is it, when was it changed?

Nothing tells which field of ``os.stat``'s answer is read.  So who calls it says what counts: ``os.path.exists``
asks whether a file is there, ``os.path.getsize`` for its size, ``os.path.getmtime`` for its time, and the
project's own ``os.stat`` or ``os.scandir`` for all of it.  A package's own asks for sizes: it rests on the
files that it then opens.  Who makes a path plain asks of each folder above only whether it is a link.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from types import FrameType

KINDS = THERE, WHEN, FOLDER, ENTRIES, LINK = "there", "when", "folder", "entries", "link"
# Modules through which files are asked for: what counts is what is called of them.
_THROUGH = frozenset((
    "os", "posixpath", "ntpath", "genericpath", "pathlib", "pathlib._local", "pathlib._abc", "pathlib._os",
    "pathlib.types", "glob", "fnmatch", "shutil", "tempfile",
))  # fmt: skip
_TIMES = frozenset(("getmtime", "getctime", "getatime"))
_NO_TIMES = frozenset((
    "exists", "lexists", "isfile", "isdir", "islink", "ismount", "is_file", "is_dir", "is_symlink", "is_mount",
    "getsize", "walk", "_walk", "glob", "iglob", "rglob", "iterdir", "which", "realpath", "resolve", "makedirs",
    "mkdir", "rmtree", "mkdtemp", "mkstemp", "samefile", "rename", "unlink", "touch",
))  # fmt: skip
TOOL = "theorem_audit."


def of(kind: str, frame: FrameType | None, modules: Mapping[str, str]) -> str:
    """THERE or FOLDER, LINK for a part of a path, WHEN or ENTRIES where times count; frame: of who asked.

    modules: file -> module, of the project and of the tool, which looks at times for itself.
    """
    if kind == THERE and frame is not None and _follows(frame):
        return LINK
    names = set[str]()
    while frame is not None and frame.f_globals.get("__name__") in _THROUGH:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    module = "" if frame is None else modules.get(frame.f_code.co_filename, "")
    own = bool(module) and not module.startswith(TOOL) and not names & _NO_TIMES
    if names & _TIMES or own:
        return {THERE: WHEN, FOLDER: ENTRIES}[kind]
    return kind


def _follows(frame: FrameType) -> bool:
    """Whether links alone are sought, as ``os.path.realpath`` does where a path may lead nowhere."""
    called = frame.f_code.co_name in ("realpath", "_joinrealpath")
    named = frame.f_globals.get("__name__") == "posixpath"
    return called and named and frame.f_locals.get("strict") is False


def state(kind: str, path: Path, skipped: Collection[str] = ()) -> str:
    """How what was asked stands; OSError and ValueError where nothing is there.  skipped: names in a folder."""
    if kind in (FOLDER, ENTRIES):
        with os.scandir(path) as entries:
            held = sorted(
                x.name if kind == FOLDER else f"{x.name}\0{_entry(x)}"
                for x in entries
                if x.name not in skipped
            )
        return hashlib.sha256(os.fsencode("\0".join(held))).hexdigest()[:24]
    return _told(path.stat(), times=kind == WHEN)


def _entry(entry: os.DirEntry[str]) -> str:
    try:
        return _told(entry.stat(), times=True)
    except OSError:
        return "absent"  # a link that leads nowhere


def _told(info: os.stat_result, *, times: bool) -> str:
    size = "folder" if stat.S_ISDIR(info.st_mode) else str(info.st_size)
    when = f" {info.st_mtime_ns}" if times else ""
    return f"{size} {stat.S_IMODE(info.st_mode):o}{when}"


__all__ = ["of", "state"]
