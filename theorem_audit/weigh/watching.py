"""When what judges is looked at (``untouched``): after each evidence, or once after several together.

It is listed before evidence runs.  In a worker that is done once, as the worker starts; in the caller's own
process, who may change what he likes in between, before each look.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import theorem_audit.weigh.untouched  # noqa: F401 - to be found by name


def _new_list() -> Any:
    """What judges, listed.  Found by name: outcomes do not rest on what watches over them."""
    return sys.modules["theorem_audit.weigh.untouched"].Untouched()


@cache
def _here() -> Any:
    """The same for evidence that runs in the caller's process, who may change what he likes in between."""
    return _new_list()


WATCHED: Any = None  # in a worker: what judges, as it was when that started


def listed() -> Any:
    """What judges, as it is listed in this process."""
    return WATCHED or _here()


def begin() -> None:
    """Before evidence runs: list what was imported since, and what the caller changed in his own process."""
    listed().extend(accept=WATCHED is None)


def watch() -> None:
    """From now on evidence is watched from one to the next: nobody else changes anything in this process."""
    global WATCHED
    WATCHED = _new_list()


def list_imported(package: str, names: Container[str]) -> None:
    """List what was imported since, where evidence is watched: once, and not again in each fork.

    names: the modules of the evidence's package that what runs there may come to.
    """
    if WATCHED is not None:
        WATCHED.extend()
        WATCHED.keep_to(package, names)


TOGETHER = False  # inside ``together``


@contextmanager
def together() -> Iterator[list[str]]:
    """Evidence inside is looked at once, at the end; yields a list of what was changed, filled then."""
    global TOGETHER
    untouched, changed = listed(), list[str]()
    begin()
    TOGETHER = True
    try:
        yield changed
    finally:
        TOGETHER = False
        changed += untouched.changed()


__all__ = ["begin", "list_imported", "listed", "together", "watch"]
