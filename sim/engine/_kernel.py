"""What advances an engine's arrays: a kernel, given when the engine is made and read off it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Steps = Callable[[Any], None]


@dataclass(frozen=True)
class Kernel:
    """One way of doing an engine's steps; another gives the same numbers, to rounding or to the bit.

    name: what ran, for people. form: what it takes, a form of `sim.engine.batches`. make: given the
    engine, whose arrays it may keep, the function that does one step for each leading entry of its
    argument, in place. draws: it takes `sim.engine.batches.Drawn` too, and draws where it steps.
    """

    name: str
    form: str
    make: Callable[[Any], Steps]
    draws: bool = False
