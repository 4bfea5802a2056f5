"""Which job is whose turn: jobs of one key go to one process, which keeps what they have in common.

A second process helps with a key's jobs only where no other jobs are left: each then works out anew what
the other has, caches and all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from itertools import chain
from typing import Any


class Turns:
    """Jobs that wait, in the order of their keys' first ones.

    key(job): None for a job that any process may do.
    """

    def __init__(self, key: Callable[[Any], Any]) -> None:
        self._key = key
        self._waiting: dict[Any, deque[Any]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, jobs: Iterable[Any]) -> None:
        """Put jobs at the end."""
        for job in jobs:
            self._waiting.setdefault(self._key(job), deque()).append(job)
            self._size += 1

    def again(self, jobs: Iterable[Any]) -> None:
        """Put jobs at the beginning, in their order."""
        before = [*chain.from_iterable(self._waiting.values())]
        self._waiting, self._size = {}, 0
        self.extend([*jobs, *before])

    def take(self, mine: Any = None, others: Collection[Any] = ()) -> Any:
        """The next job of a process whose last one was of the key ``mine``, where ``others`` are at work on
        theirs: one of its own key, else of a key that is nobody's, else the last one of the longest row.

        Raises IndexError where none waits.
        """
        row = self._waiting
        free = (x for x in row if x is None or x not in others)
        for key in chain([mine] if mine is not None and mine in row else [], free):
            return self._taken(key, row[key].popleft)
        if not row:
            raise IndexError("no job waits")
        longest = max(row, key=lambda x: len(row[x]))
        return self._taken(longest, row[longest].pop)

    def _taken(self, key: Any, how: Callable[[], Any]) -> Any:
        job = how()
        self._size -= 1
        if not self._waiting[key]:
            del self._waiting[key]
        return job


__all__ = ["Turns"]
