"""Which variables of the environment evidence asks for, and how they stand.

What stands in the place of the methods of ``os.environ`` hears each name that is asked for, and where all are
gone through.  A package from elsewhere that goes through all of them as it is imported looks for its own
settings: those that begin with its name count.  What asks the operating system itself (native code, the
table below ``os.environ``) is not heard.
"""

from __future__ import annotations

import collections.abc
import functools
import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Container
from types import FrameType
from typing import Any

KIND = "environment:"
ONE, SEVERAL = f"{KIND}variable ", f"{KIND}variables "
ALL = f"{SEVERAL}*"
IMPORTS = "<frozen importlib"  # how the files of Python's import are called
_STANDARD = (
    "<frozen ",
    *(os.path.realpath(sysconfig.get_path(x)) + os.sep for x in ("stdlib", "platstdlib")),
)
_VIEWS = ("<frozen _collections_abc", collections.abc.__file__ or "<frozen _collections_abc")
_which = shutil.which
_BELOW = tuple(f"{os.sep}{x}{os.sep}" for x in ("site-packages", "dist-packages"))


def listen(heard: Callable[[str | None], None]) -> None:
    """Have every name that is asked for told from now on, and None where all are."""
    kind: Any = type(os.environ)

    def tells(name: str, all_of_them: bool) -> None:
        asks = getattr(kind, name)

        @functools.wraps(asks)
        def asked(self: Any, *rest: Any) -> Any:
            if all_of_them or not _in_a_pass(sys._getframe(1)):
                heard(None if all_of_them else _text(rest[0]))
            return asks(self, *rest)

        setattr(kind, name, asked)

    tells("__getitem__", False)
    for name in ("__iter__", "__len__", "__repr__"):
        tells(name, True)


def _in_a_pass(frame: FrameType) -> bool:
    """Whether a value is asked for on a way through all of them, which was told as it began."""
    return frame.f_code.co_name == "__iter__" and frame.f_code.co_filename.startswith(_VIEWS)


def _text(name: Any) -> str | None:
    """A name as it is kept; None, which stands for all, for what is no text that can be written down."""
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    return name if isinstance(name, str) and name.isprintable() else None


def named(name: str | None, frame: FrameType | None, ours: Container[str]) -> str:
    """How an asking is kept; frame: of who asked, ours: the files of the project."""
    top, importing = package_of(frame, ours)
    mine = f"{top.upper()}_"
    if top and (importing if name is None else name.startswith(mine)):
        return f"{SEVERAL}{mine}*"
    return ALL if name is None else f"{ONE}{name}"


def program(name: str | None, frame: FrameType | None) -> str | None:
    """The program for which PATH is asked, where that is all that it is asked for; else None.

    "" where a program is started: which one, the start itself tells.  frame: of who asked.
    """
    while frame is not None and frame.f_code.co_filename.startswith(_VIEWS):
        frame = frame.f_back
    if name != "PATH" or frame is None:
        return None
    if frame.f_code is os.get_exec_path.__code__:
        caller = frame.f_back
        started = caller is not None and caller.f_globals.get("__name__") == "subprocess"
        return "" if started else None
    if frame.f_code is not _which.__code__ or frame.f_locals.get("mode") != os.F_OK | os.X_OK:
        return None
    return _text(frame.f_locals.get("cmd"))


def package_of(frame: FrameType | None, ours: Container[str]) -> tuple[str, bool]:
    """The package from elsewhere that asks, if one does, and whether it is being imported."""
    top = ""
    while frame is not None and frame.f_code.co_filename not in ours:
        file = frame.f_code.co_filename
        if top and file.startswith(IMPORTS):
            return top, True
        if not top and (not file.startswith(_STANDARD) or any(x in file for x in _BELOW)):
            top = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        frame = frame.f_back
    return top, False


def state(what: str) -> str:
    """How a variable, or several, stand now."""
    if what.startswith(ONE):
        name = what.removeprefix(ONE)
        return _sha(os.environ[name]) if name in os.environ else "absent"
    begin = what.removeprefix(SEVERAL).removesuffix("*")
    return _sha("\0".join(f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith(begin)))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


__all__ = ["ALL", "KIND", "listen", "named", "package_of", "program", "state"]
