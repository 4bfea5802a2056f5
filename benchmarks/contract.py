"""What a contender is, for those who write one and those who measure it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.cases import Case


class NotApplicable(Exception):
    """A contender has no part in a case; the message says why."""


class Contender(Protocol):
    """`runs` trajectories advanced together; q() is (runs, n)."""

    runs: int

    def advance(self, steps: int) -> None: ...

    def q(self) -> np.ndarray: ...


Maker = Callable[[Case], Contender]
