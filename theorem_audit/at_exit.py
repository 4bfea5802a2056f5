"""What evidence leaves to be called as the process ends: a session of pytest could get another exit code by it.

``audit run`` has judged by then, and its workers' ends say nothing.
"""

from __future__ import annotations

import atexit
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ENDS = (os._exit, os.abort, os.kill)  # as they are here: a guard may stand in their places


@dataclass
class Left:
    """What was left: ``own`` of the project's, which is taken back; ``unknown`` of nobody knows whom."""

    own: list[str] = field(default_factory=list)
    unknown: int = 0

    @property
    def said(self) -> str:
        """What to say of it; empty where nothing was left, or what a package registers for itself."""
        if self.own:
            return f"it leaves {self.own[0]} to be called as the process ends"
        return (
            "it leaves what is called as the process ends, and is not known" if self.unknown else ""
        )


@contextmanager
def heard(root: Path) -> Iterator[Left]:
    """Hear what the block registers with ``atexit``; what stands in files below ``root`` is taken back.

    What is registered by another name of ``atexit.register`` is counted alone: the process then ends with 1
    before it is called.
    """
    left, first, held = Left(), atexit._ncallbacks(), list[Callable[..., Any]]()
    register = atexit.register

    def hears(function: Callable[..., Any], /, *words: Any, **named: Any) -> Callable[..., Any]:
        held.append(function)
        return register(function, *words, **named)

    atexit.register = hears
    try:
        yield left
    finally:
        atexit.register = register
        left.unknown = max(atexit._ncallbacks() - first - len(held), 0)
        if left.unknown:
            register(_end)  # called before them
        for function in held:
            ends = any(_inner(function) is x for x in ENDS)
            if ends or _stands_below(function, root):
                atexit.unregister(function)
                left.own.append(getattr(function, "__qualname__", repr(function)))


def _end() -> None:
    """End a process, in which evidence has failed, before what nobody knows could end it as a success."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)


def _inner(function: Any) -> Any:
    while isinstance(function, partial):
        function = function.func
    return inspect.unwrap(function)


def _stands_below(function: Any, root: Path) -> bool:
    """Whether a function, a method or an object that is called stands in a file of the project."""
    function = _inner(function)
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    module = sys.modules.get(type(function).__module__)
    if not (file := code.co_filename if code else getattr(module, "__file__", None)):
        return False  # of no file: a package's own, in another language
    below = Path(file).resolve()
    return below.is_relative_to(root) and "site-packages" not in below.parts


__all__ = ["Left", "heard"]
