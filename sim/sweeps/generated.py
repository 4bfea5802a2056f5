"""Classes and methods that Python makes of what a class says: dataclasses, attrs, named tuples, enumerations.

What is made has no source of its own.  The class's source says it, with the values that stand in its fields.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from sim.sweeps.own import is_own
from sim.sweeps.said import NotComparable, source


def written(thing: Any) -> str:
    """The source of a function or a class; its kind, where a call made a dataclass, named tuple, enumeration.

    What such a class holds is told as any class's is.  Raises NotComparable as ``source`` does.
    """
    try:
        return source(thing)
    except NotComparable:
        if _is_data(thing):
            return f"made by a call: {thing.__qualname__} {thing.__dataclass_params__} {_fields(thing)}"
        if not (isinstance(thing, enum.EnumType) or _is_named_tuple(thing)):
            raise
        return f"made by a call: {thing.__qualname__}"


def _fields(kind: Any) -> list[tuple[Any, ...]]:
    words = ("name", "init", "repr", "hash", "compare", "kw_only", "_field_type")
    return [
        tuple(str(getattr(x, word)) for word in words) for x in kind.__dataclass_fields__.values()
    ]


def _is_data(thing: Any) -> bool:
    return isinstance(thing, type) and "__dataclass_fields__" in vars(thing)


def _is_named_tuple(thing: Any) -> bool:
    held = vars(thing) if isinstance(thing, type) and thing.__bases__ == (tuple,) else {}
    new = getattr(held.get("__new__"), "__func__", held.get("__new__"))
    return "_fields" in held and isinstance(new, FunctionType) and _no_file(new)


def generated(function: FunctionType) -> bool:
    """Whether a method was made from its class's source; a dataclass's ``__repr__`` is wrapped, by Python."""
    inner = getattr(function, "__wrapped__", function)
    wrapped = inner is not function
    return (
        isinstance(inner, FunctionType) and _no_file(inner) and not (wrapped and is_own(function))
    )


def _no_file(function: FunctionType) -> bool:
    return function.__code__.co_filename == "<string>"


def in_fields(kind: type) -> Iterator[tuple[str, Any]]:
    """What the fields of a dataclass, or of a class of attrs, hold: its source may only name it."""
    fields = {**vars(kind).get("__dataclass_fields__", {})}
    fields |= {x.name: x for x in vars(kind).get("__attrs_attrs__", ())}
    for name, one in sorted(fields.items()):
        for word in ("default", "default_factory", "validator", "converter"):
            value = getattr(one, word, None)
            if value is not None and value is not dataclasses.MISSING:
                yield f"{name}.{word}", value


__all__ = ["generated", "in_fields", "written"]
