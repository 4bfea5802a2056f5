"""Which dictionaries, functions and cells were changed, by what the interpreter keeps of each in memory.

To ask a dictionary for what is in it counts references, and so writes to every object there; in a fork each
page of memory that is written to is copied first.  CPython 3.11 and 3.12 keep in a dictionary's own record
the number of its last change: a record that is the same has the same names for the same things.  Of a
function, the record says what it is made of, and of a cell what is in it.  To read records touches nothing.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from numpy import arange, array, frombuffer, intp, uintp

WORD = ctypes.sizeof(ctypes.c_size_t)
HEAD = 1  # words in front: how many references there are
TELLS = sys.implementation.name == "cpython" and sys.version_info[:2] in ((3, 11), (3, 12))

T = TypeVar("T")


class Records:
    """The records of things of one kind (dictionaries, functions, cells), as they were when last looked at."""

    def __init__(self, things: Sequence[Any], kind: type) -> None:
        self._things = things  # kept, so that nothing else comes to their addresses
        if not (TELLS and things):
            return
        at, size = [id(x) // WORD for x in things], kind.__basicsize__ // WORD
        low = min(at)
        memory = (ctypes.c_size_t * (max(at) - low + size)).from_address(low * WORD)
        self._memory = frombuffer(memory, dtype=uintp)  # type: ignore[call-overload]
        self._places = (array(at, dtype=intp) - low)[:, None] + arange(HEAD, size)
        self._was = self._memory[self._places]
        self._text = self._was.tobytes()

    def moved(self) -> list[int]:
        """The numbers of the things whose record is another than at the last look; all where none tells.

        A change that comes after this look is told at the next.
        """
        if not (TELLS and self._things):
            return [*range(len(self._things))]
        now = self._memory[self._places]
        if (text := now.tobytes()) == self._text:
            return []
        moved = (now != self._was).any(axis=1).nonzero()[0].tolist()
        self._was, self._text = now, text
        return [*moved]


class Asked(Generic[T]):
    """Things that are asked whether they are other than they were; again only where a record of theirs moved.

    records: one or more, of a thing each in the same order.
    """

    def __init__(self, things: Sequence[T], other: Callable[[T], bool], *records: Records) -> None:
        self._things, self._other, self._records = things, other, records
        # What was another already is told at the first look.
        self._open = {k for k, x in enumerate(things) if other(x)}

    def moved(self) -> list[T]:
        """What may be another: those whose records moved, and what was another at the last look."""
        found = self._open.union(*(x.moved() for x in self._records))
        self._open = {k for k in found if self._other(self._things[k])}
        return [self._things[k] for k in sorted(found)]

    def others(self) -> list[T]:
        """What is another; it is asked again at the next look, since it may be put back until then."""
        return [x for x in self.moved() if self._other(x)]


class Imported:
    """Which modules are imported: the same set again, as long as none is imported or taken away."""

    def __init__(self) -> None:
        self._records, self._names = Records([sys.modules], dict), frozenset(sys.modules)

    def names(self) -> frozenset[str]:
        """Their names."""
        if self._records.moved():
            self._names = frozenset(sys.modules)
        return self._names


__all__ = ["Asked", "Imported", "Records"]
