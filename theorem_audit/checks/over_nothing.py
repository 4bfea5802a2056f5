"""Whether ``expect(all(...))`` was asked over nothing: ``all`` of no items is true, and no item was checked.

A module that marks evidence gets an ``all`` and an ``any`` of its own, which say the same and note whether
there was an item at all, and where in the source they were called.  ``expect`` looks at those that stand
within its own call.  ``np.all(x > 0)``, ``(x > 0).all()`` (on one line) and ``np.allclose(x, y)`` are asked
whether an array or list that they name is empty.  What is counted elsewhere (a name that is bound before, a
helper of another module, a part of an array, a sum) is not seen; nor what Hypothesis draws, which may be a
matrix of size 1.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections import ChainMap
from collections.abc import Iterable
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import numpy as np

from theorem_audit.checks.run_context import current

Place = tuple[int, int, int, int]  # first line, last line, first column, last column
_NONE = object()


def all(items: Iterable[Any], /) -> bool:
    """Python's ``all``; a call over nothing is noted."""
    rest = iter(items)
    first = next(rest, _NONE)
    _noted("all", first is _NONE)
    return first is _NONE or (bool(first) and builtins.all(rest))


def any(items: Iterable[Any], /) -> bool:
    """Python's ``any``; a call over nothing is noted."""
    rest = iter(items)
    first = next(rest, _NONE)
    _noted("any", first is _NONE)
    return first is not _NONE and (bool(first) or builtins.any(rest))


def give(names: dict[str, Any]) -> None:
    """Put both into a module's names, where it has none of its own."""
    names.setdefault("all", all)
    names.setdefault("any", any)


def _noted(name: str, empty: bool) -> None:
    frame = sys._getframe(2)
    current().counted[frame.f_code, frame.f_lasti] = name if empty else ""


def expect_items(frame: FrameType, message: str) -> None:
    """Raise ValueError where the call at which a frame stands has an ``all`` or ``any`` over nothing in it.

    One within another's arguments is that one's own business: it is asked for each of its items.
    """
    context, here = current(), _place(frame.f_code, frame.f_lasti)
    counted = context.counted
    if not counted or context.again or here is None:
        return
    inside = {
        _place(*key): (key, name)
        for key, name in counted.items()
        if key[0] is frame.f_code and _within(_place(*key), here)
    }
    for key, _ in inside.values():
        del counted[key]
    for place, (_, name) in inside.items():
        if name and not builtins.any(_within(place, x) for x in inside if x != place):
            raise ValueError(f"{message}: {name}(...) over nothing, so that no item was checked")


OF_ALL = {"all", "allclose"}
# What has another number of items than what it is of.
COUNTING = {
    "any", "append", "array_equal", "c_", "concatenate", "hstack", "len", "max", "min", "r_", "shape", "size",
    "stack", "sum", "union1d", "vstack",
}  # fmt: skip
OF_MANY = (np.ndarray, list, tuple, dict, set, frozenset)


def expect_entries(frame: FrameType, message: str) -> None:
    """Raise ValueError where the call at which a frame stands asks ``all`` of NumPy of an empty array or list.

    ``all`` of no entries is true, whatever is asked of them.
    """
    names = _asked_of_all(frame.f_code, frame.f_lasti)
    if not names or current().again:
        return
    known = ChainMap(frame.f_locals, frame.f_globals)  # of the builtins none has items
    for name in names:
        value = known.get(name)
        if isinstance(value, OF_MANY) and not (
            value.size if isinstance(value, np.ndarray) else len(value)
        ):
            raise ValueError(
                f"{message}: all of {name}, which is empty, so that no entry was checked"
            )


@lru_cache(maxsize=4096)
def _asked_of_all(code: CodeType, at: int) -> tuple[str, ...]:
    """The names of which a call within the one at this instruction asks whether all of it holds."""
    if not OF_ALL & {*code.co_names} or (here := _place(code, at)) is None:
        return ()
    steps = [(x, _place(code, x.offset)) for x in dis.get_instructions(code)]
    inside = [(x, place) for x, place in steps if _within(place, here)]
    found: dict[str, None] = {}
    for x, place in inside:
        if not x.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")) or x.argval not in OF_ALL:
            continue
        calls = [y for z, y in inside if z.opname.startswith("CALL") and y is not None]
        whole = min((y for y in calls if _begin_together(place, y)), default=None, key=_end)
        read = [z for z, y in inside if _within(y, whole)]
        if {str(z.argval) for z in read} & COUNTING:
            continue
        found |= dict.fromkeys(name for z in read for name in _loaded(z))
    return tuple(found)


def _loaded(step: dis.Instruction) -> tuple[str, ...]:
    """The names that an instruction loads: one, or, from Python 3.13 on, two at once."""
    if step.opname in TWICE:
        return tuple(step.argval)
    return (str(step.argval),) if step.opname in LOADS else ()


def _begin_together(attribute: Place | None, call: Place) -> bool:
    """Whether `x.all` and a call begin at one place, as its own call does."""
    return attribute is not None and attribute[0::2] == call[0::2]


def _end(place: Place) -> tuple[int, int]:
    return place[1], place[3]


LOADS = {
    f"LOAD_{x}"
    for x in ("FAST", "FAST_CHECK", "FAST_BORROW", "DEREF", "NAME", "GLOBAL", "CLASSDEREF")
}
TWICE = {"LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"}


def _within(inner: Place | None, outer: Place | None) -> bool:
    if inner is None or outer is None:
        return False
    (first, last, left, right), (top, end, start, stop) = inner, outer
    return (top, start) <= (first, left) and (last, right) <= (end, stop)


@lru_cache(maxsize=4096)
def _place(code: CodeType, at: int) -> Place | None:
    """Where in its source an instruction stands; None where Python was told to forget (-X no_debug_ranges)."""
    found = list(code.co_positions())[at // 2]
    return None if None in found else found  # type: ignore[return-value]


__all__ = ["all", "any", "expect_entries", "expect_items", "give"]
