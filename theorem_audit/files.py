"""Writing files: one whole or not at all, and in place where it is no plain file; several all or none.

A pipe, a device or a terminal has no name to put another file under: it is written to, never replaced.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import Path

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # ``splitlines`` also cuts at a form feed


MOST = 2**26  # bytes; the ledger of 154 claims has two million


class NoText(OSError):
    """A file is no UTF-8 text; the message names it."""


def bounded(path: Path) -> bytes:
    """What a file holds; raises OSError, also where that is more than MOST: ``/dev/zero`` has no end."""
    with path.open("rb") as file:
        data = file.read(MOST + 1)
    if len(data) > MOST:
        raise OSError(f"more than {MOST:,} bytes")
    return data


def read_text(path: Path) -> str:
    """The text of a UTF-8 file as it stands: its line ends, too.  Raises NoText, and OSError."""
    data = bounded(path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoText(f"{path}: no UTF-8 text (byte {error.start})") from error


def line_end(text: str) -> str:
    """What ends the lines of a text: most of them, where they differ."""
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def bare(text: str) -> str:
    """A text whose lines end as Python's do."""
    return text.replace("\r\n", "\n")


def in_its_ends(text: str, change: Callable[[str], str]) -> str:
    """What ``change`` makes of the bare text, in the line ends that the text has.

    Where they differ, lines that it leaves keep their own.
    """
    plain, end = bare(text), line_end(text)
    changed = change(plain)
    if plain.replace("\n", end) == text:
        return changed.replace("\n", end)
    old, new = _LINE.findall(text), _LINE.findall(changed)
    found: list[str] = []
    match = SequenceMatcher(None, [bare(x) for x in old], new, autojunk=False)
    for what, start, stop, first, last in match.get_opcodes():
        made = [x.replace("\n", end) for x in new[first:last]]
        found += old[start:stop] if what == "equal" else made
    return "".join(found)


def is_plain(path: Path) -> bool:
    """Whether the path names a regular file, or nothing yet."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """``write_bytes`` of a text as UTF-8."""
    write_bytes(path, text.encode("utf-8"), durable=durable)


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write ``data``.  Missing folders are made.

    durable: wait until it is on the disk, whatever becomes of the machine; not for what is made anew at once.

    A regular file is replaced in one step, keeping its mode (a new one gets the umask's), also where
    the path is a link to it: an interrupted write leaves the old file.  Anything else is written to.
    Raises OSError.
    """
    if not is_plain(path):
        with path.open("wb") as file:
            file.write(data)
        return
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if mode is not None:
            os.chmod(part, mode)
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_all(texts: Mapping[Path, str]) -> None:
    """Write each text to its path: all of them, or, where one cannot be written, none.

    Missing folders are made.  Every text is first written beside its path; only then are they moved into
    place.  What was there before comes back when a move fails, and folders made on the way go again.

    Raises OSError for a path that cannot be written.
    """
    ready: list[tuple[Path, Path]] = []
    made: list[Path] = []
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    moved: list[Path] = []
    try:
        for path, text in texts.items():
            made += _make(path.parent)
            handle, name = tempfile.mkstemp(
                dir=path.parent, prefix=f".{path.name}.", suffix=".part"
            )
            ready.append((Path(name), path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
            Path(name).chmod(stat.S_IMODE(mode))
        for part, path in ready:
            os.replace(part, path)
            moved.append(path)
    except BaseException:
        for part, _ in ready:
            part.unlink(missing_ok=True)
        for path in moved:
            old = before[path]
            if old is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(old)
        for folder in reversed(made):
            folder.rmdir()
        raise


def _make(folder: Path) -> list[Path]:
    """Make a folder with those above it; the ones that were missing, outermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
    return missing[::-1]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
