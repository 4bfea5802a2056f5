"""Writing files so that none is left half done: one whole or not at all, several all or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


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
            Path(name).chmod(0o666 & ~_umask())
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
