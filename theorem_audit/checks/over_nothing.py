"""Whether ``expect(all(...))`` was asked over nothing: ``all`` of no items is true, and no item was checked.

A module that marks evidence gets an ``all`` and an ``any`` of its own, which say the same and note whether
there was an item at all, and where in the source they were called.  ``expect`` looks at those that stand
within its own call.  ``np.all(x > 0)``, ``(x[a:b] > 0).all()`` and ``np.allclose(x, y)`` are asked whether an
array or list that they name, or a part of one, is empty.  Of evidence that passes, its loops are looked at
(``unasked``).  What is counted elsewhere (a name that is bound before, a helper of another module, a sum) is
not seen; nor what Hypothesis draws, which may be a matrix of size 1.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from theorem_audit.checks.run_context import current
from theorem_audit.checks.written import PLAIN, Place, call_at, loops, of_source, value_of

_NONE = object()


def noted_all(items: Iterable[Any], /) -> bool:
    """Python's ``all``; a call over nothing is noted."""
    rest = iter(items)
    first = next(rest, _NONE)
    _noted("all", first is _NONE)
    return first is _NONE or (bool(first) and all(rest))


def noted_any(items: Iterable[Any], /) -> bool:
    """Python's ``any``; a call over nothing is noted."""
    rest = iter(items)
    first = next(rest, _NONE)
    _noted("any", first is _NONE)
    return first is not _NONE and (bool(first) or any(rest))


def give(names: dict[str, Any]) -> None:
    """Put both into a module's names, where it has none of its own."""
    names.setdefault("all", noted_all)
    names.setdefault("any", noted_any)


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
        if name and not any(_within(place, x) for x in inside if x != place):
            raise ValueError(f"{message}: {name}(...) over nothing, so that no item was checked")


OF_ALL = {"all", "allclose"}
READING = ("LOAD_ATTR", "LOAD_METHOD")
# What has another number of items than what it is of.
COUNTING = {
    "any", "append", "array_equal", "c_", "concatenate", "get", "hstack", "len", "max", "min", "r_", "shape",
    "size", "stack", "sum", "union1d", "vstack",
}  # fmt: skip
NUMPY = ("np", "numpy")
OF_MANY = (np.ndarray, list, tuple, dict, set, frozenset)


def expect_entries(frame: FrameType, message: str) -> None:
    """Raise ValueError where the call at which a frame stands asks ``all`` of NumPy of an empty array or list.

    ``all`` of no entries is true, whatever is asked of them.
    """
    parts = _asked_of_all(frame.f_code, frame.f_lasti)
    if not parts or current().again:
        return
    known = ChainMap(frame.f_locals, frame.f_globals)  # of the builtins none has items
    for text, part in parts:
        try:
            value = value_of(part, known)
        except (IndexError, KeyError, TypeError, ValueError):
            continue  # a name of a comprehension's own, or none that is bound
        if isinstance(value, OF_MANY) and not (
            value.size if isinstance(value, np.ndarray) else len(value)
        ):
            raise ValueError(
                f"{message}: all of {text}, which is empty, so that no entry was checked"
            )


@lru_cache(maxsize=4096)
def _asked_of_all(code: CodeType, at: int) -> tuple[tuple[str, ast.expr], ...]:
    """What a call asks whether all of it holds: names, and parts of what they name, to be looked at."""
    asking = [x for x in codes(code) if OF_ALL & {*x.co_names}]  # also in comprehensions
    steps = (x for inner in asking for x in dis.get_instructions(inner) if x.opname in READING)
    if not any(x.argval in OF_ALL for x in steps) or (call := call_at(code, at)) is None:
        return ()
    found: dict[str, ast.expr] = {}
    for node in ast.walk(call):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in OF_ALL or {*_names(node)} & COUNTING:
            continue
        found |= {ast.unparse(part): part for part in _parts(node)}
    own = {*_names(call, ast.Store)}  # of its comprehensions, whatever they mean around it
    return tuple((text, part) for text, part in found.items() if own.isdisjoint(_names(part)))


def _names(node: ast.AST, how: type[ast.expr_context] = ast.expr_context) -> Iterator[str]:
    for x in ast.walk(node):
        if isinstance(x, ast.Name | ast.Attribute) and isinstance(x.ctx, how):
            yield x.id if isinstance(x, ast.Name) else x.attr


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """Names in a call, and parts of arrays or lists that are named by plain indices: to look does nothing.

    Of another call, what its value has the entries of: the object of a method, what NumPy is handed.
    """
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node
    elif isinstance(node, ast.Subscript) and all(isinstance(x, PLAIN) for x in ast.walk(node)):
        yield node
        return
    for inner in _handed(node) if isinstance(node, ast.Call) else ast.iter_child_nodes(node):
        yield from _parts(inner)


def _handed(call: ast.Call) -> Iterator[ast.AST]:
    above = call.func
    while isinstance(above, ast.Attribute):
        above = above.value
    if isinstance(above, ast.Name) and above.id in NUMPY:
        yield from call.args
    elif isinstance(call.func, ast.Attribute):
        yield call.func.value


def unasked(function: Any, asked: Set[tuple[CodeType, int]]) -> str:
    """What to say of a loop that evidence surely came to, and of which it made no check; or empty.

    asked: where its expectations were called.  What stands behind a condition, or in a helper, is not seen.
    """
    if not isinstance(function, FunctionType):
        return ""
    code, ours = function.__code__, _ours(function.__globals__)
    if all(_in_each_loop(x, asked) for x in codes(code) if ours & {*x.co_names}):
        return ""
    places = [_place(x, at) for x, at in asked if x.co_filename == code.co_filename]
    lines = {place[0] for place in places if place is not None}
    for loop, calls in loops(code, lambda call: getattr(call.func, "id", "") in ours):
        if calls and not any(lines & {*range(x.lineno, of_source(x)[1] + 1)} for x in calls):
            return f"its loop in line {loop.lineno} ran over nothing, so that none of the checks in it was made"
    return ""


EXPECTING = ("theorem_audit.checks.expect", "theorem_audit.checks.statistics")


def _ours(names: Mapping[str, Any]) -> frozenset[str]:
    """The names by which a module calls the expectations."""
    return frozenset(
        name
        for name, value in names.items()
        if getattr(value, "__module__", None) in EXPECTING
        and getattr(value, "__name__", "").startswith("expect")
    )


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of what stands in it."""
    yield code
    for x in code.co_consts:
        if isinstance(x, CodeType):
            yield from codes(x)


def _in_each_loop(code: CodeType, asked: Set[tuple[CodeType, int]]) -> bool:
    """Whether an expectation was called in each loop of this code, or it has none: a quick first look."""
    at = [offset for x, offset in asked if x is code]
    if code.co_name.startswith("<"):
        return bool(at)
    turns = [(x.offset, x.argval) for x in dis.get_instructions(code) if x.opname == "FOR_ITER"]
    return all(any(first < x < last for x in at) for first, last in turns)


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


__all__ = ["codes", "expect_entries", "expect_items", "give", "noted_all", "noted_any", "unasked"]
