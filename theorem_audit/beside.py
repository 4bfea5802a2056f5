"""Work that another process does meanwhile, on what this one has in memory."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context
from typing import Any, TypeVar

from theorem_audit.weigh.apart import FORKS

Said = TypeVar("Said")


def beside(work: Callable[[], Said]) -> Callable[[], Said]:
    """Begin ``work`` in a fork of this process; what is given back waits for its result, which can be pickled.

    Where no fork is safe, or one processor is all there is, the work is done when its result is asked for; so
    it is where the fork came to none, and what the work raises is raised then.

    >>> sum_of = beside(lambda: sum(range(5)))
    >>> sum_of()
    10
    """
    if not FORKS or (os.cpu_count() or 1) < 2:
        return work
    ours, theirs = connection.Pipe(duplex=False)
    process = get_context("fork").Process(target=_do, args=(work, theirs), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # what other threads hold, the work asks for nothing of
        process.start()
    theirs.close()

    def result() -> Said:
        with ours:
            try:
                said: Said = ours.recv()
            except (EOFError, OSError):  # it ended before, or in the middle
                process.join()
                return work()
        process.join()
        return said

    return result


def _do(work: Callable[[], Any], line: connection.Connection) -> None:
    with suppress(BaseException), line:  # told by who does it again
        line.send(work())


__all__ = ["beside"]
