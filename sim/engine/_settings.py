"""Reading the settings of a simulator's cell, before any work starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.engine import _arguments as arguments
from sim.engine.state import Floats


def complete(
    settings: Mapping[str, Any], required: Sequence[str], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the settings with their defaults, runs, steps and every (where there is one) checked.

    Raises ValueError or TypeError naming a setting that is unknown, missing or bad.
    """
    known = (*required, *defaults)
    for name in settings:
        if name not in known:
            raise ValueError(f"grid[{name!r}]: unknown setting; known are {', '.join(known)}")
    for name in required:
        if name not in settings:
            raise ValueError(f"grid[{name!r}]: is missing; {', '.join(required)} are needed")
    whole = {**defaults, **settings}
    arguments.integer("runs", whole["runs"], 1)
    arguments.steps(whole["steps"])
    if whole.get("every") is not None:
        arguments.integer("every", whole["every"], 1)
    return whole


def point(name: str, value: Any) -> Floats:
    """Give one point (d,), or raise naming it."""
    result = arguments.array(name, value)
    if result.ndim != 1 or not result.size:
        raise ValueError(
            f"{name}: shape {result.shape}; must be one point, (d,); in a grid, where a list is an "
            "axis, one point is written [[...]]"
        )
    return result
