"""JSON that every reader takes for the same: no key twice in one object, no NaN, nothing beyond floats."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any


def loads(text: str) -> Any:
    """``json.loads``; ValueError where a key stands twice (one reader takes the first, another the last), or
    a number is NaN, infinite or beyond the range of floats.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=finite, parse_float=finite)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} stands twice")
        found[name] = value
    return found


def finite(text: str) -> float:
    """A number of JSON; ValueError for NaN and what is beyond the range of floats."""
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no finite number")
    return number


__all__ = ["finite", "loads"]
