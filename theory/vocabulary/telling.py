"""How a meaning is told with its neighbours: what is easily confused with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from theorem_audit.statement.meaning import Meaning


def told(
    words: str, value: Callable[[Any], Any], near: Mapping[str, Callable[[Any], Any]], low: str = ""
) -> Meaning:
    """A meaning; near: words -> function.  low: where it is -oo."""
    return Meaning(words, value, [Meaning(other, f) for other, f in near.items()], low)
