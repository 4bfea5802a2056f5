"""Files that native code opens, where Python tells that it is asked to: libraries, modules that are compiled,
bases of SQLite.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

BESIDE_A_BASE = ("-wal", "-journal")  # endings of what SQLite reads with a base


def path(event: str, arguments: tuple[Any, ...]) -> Any:
    """The file, or its name or number, that an event of the interpreter is about; None where it is about none.

    >>> path("sqlite3.connect", ("file:/a/b.db?mode=ro",))
    '/a/b.db'
    >>> path("import", ("json", None, [], [], [])) is None
    True
    """
    if event == "import":
        return arguments[1]  # of a module that is compiled; of others it is not known yet
    named = arguments[0]
    if event == "ctypes.dlopen":
        # A bare name is looked for by the system among its own.
        written = isinstance(named, str | bytes | os.PathLike)
        return named if written and os.sep in os.fsdecode(named) else None
    if event == "sqlite3.connect" and isinstance(named, str) and named.startswith("file:"):
        return unquote(urlsplit(named).path)
    return named


__all__ = ["BESIDE_A_BASE", "path"]
