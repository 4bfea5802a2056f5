"""Writing files: whole or not at all where the target is a plain file, and in place where it is not.

A pipe, a device or a terminal has no name to put another file under: it is written to, never replaced.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def is_plain(path: Path) -> bool:
    """Whether the path names a regular file, or nothing yet."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8.  Missing folders are made.

    A regular file is replaced in one step, keeping its mode (a new one gets the umask's), also where
    the path is a link to it: an interrupted write leaves the old file.  Anything else is written to.
    Raises OSError.
    """
    if not is_plain(path):
        with path.open("w", encoding="utf-8") as file:
            file.write(text)
        return
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(part, mode)
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
