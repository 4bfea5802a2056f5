"""Files below a package that declare something and that nothing would import: said, not passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

CLAIM = re.compile(r"(?<![\w.])Claim\(")
EVIDENCE = re.compile(r"^\s*@(?:\w+\.)*evidence\(", re.MULTILINE)
_NO_EVIDENCE = re.compile(r"^EVIDENCE\s*=\s*False\b", re.MULTILINE)


def unreached(
    folder: Path, declares: re.Pattern[str], wanted: Callable[[str], bool] = lambda name: True
) -> Iterator[str]:
    """Lines on the files below a package's folder whose claims or evidence would not be found, with the reason.

    declares: what a file says that declares any.  wanted: which modules are looked into, by their name.
    A package that says ``EVIDENCE = False`` is passed over.
    """
    for file in sorted(folder.rglob("*.py")):
        if (why := _reason(folder, file, wanted)) and declares.search(_text(file)):
            yield f"{file}: nothing would find what it declares: {why}"


def _reason(folder: Path, file: Path, wanted: Callable[[str], bool]) -> str:
    """Why a file is not imported; empty where it is, and for caches and packages without evidence."""
    *above, name = file.relative_to(folder).with_suffix("").parts
    if any(x.startswith((".", "__pycache__")) for x in above):
        return ""
    place = folder
    for part in above:
        place /= part
        init = place / "__init__.py"
        if init.is_file() and _NO_EVIDENCE.search(_text(init)):
            return ""
        if not part.isidentifier():
            return f"{part!r} is no module's name"
        if not init.is_file():
            return f"{place} has no __init__.py"
    if name == "__init__":
        return ""
    if not name.isidentifier():
        return f"{name!r} is no module's name"
    if (file.with_suffix("") / "__init__.py").is_file():
        return f"the package {file.with_suffix('')} has its name"
    return "" if wanted(name) else "it is no test_*.py"


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


__all__ = ["CLAIM", "EVIDENCE", "unreached"]
