"""Whether ``expect(all(...))`` was asked over nothing: ``all`` of no items is true, and no item was checked.

A module that marks evidence gets an ``all`` and an ``any`` of its own, which say the same and note whether
there was an item at all, and where in the source they were called.  ``expect`` looks at those that stand
within its own call.  What is counted elsewhere (a name that is bound before, a helper of another module,
``np.all``, a sum) is not seen; nor what Hypothesis draws, which may be a matrix of size 1.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

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


__all__ = ["all", "any", "expect_items", "give"]
