"""What a sweep runs at each point of its grid.

A cell is a module-level function (settings, SeedSequence) -> {name: number or array}. It must depend
on nothing but its arguments: then its result does not depend on who computes it, where or when.

To make a cell looks nothing up: who imports a package that has cells has run nothing of a sweep (``tasks``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[[dict[str, Any], np.random.SeedSequence], Mapping[str, Any]]


def _accept(settings: dict[str, Any]) -> None:
    """Find nothing wrong."""


@dataclass(frozen=True)
class Cell:
    """A cell function with what a sweep needs to know of it.

    version: raise it when the function gives other numbers for a reason that its source does not show
    (a library, or a file that it reads: a sweep reuses nothing of this version once that has changed);
    a store keeps versions apart, and functions that differ.
    check(settings): raises ValueError or TypeError on bad settings, before any work starts.
    """

    function: Function
    version: int | str = 1
    check: Callable[[dict[str, Any]], None] = _accept

    @property
    def name(self) -> str:
        """Module and name of the function, as a store records it."""
        function = self.function
        return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"

    def __call__(self, settings: dict[str, Any], seed: np.random.SeedSequence) -> Mapping[str, Any]:
        """Compute one cell, here and now."""
        return self.function(settings, seed)


__all__ = ["Cell", "Function"]
