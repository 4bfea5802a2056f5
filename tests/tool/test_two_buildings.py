"""What the tool and the simulator must both know, and neither may ask of the other: they say the same."""

from __future__ import annotations

import os

from sim.sweeps import opened
from theorem_audit.reuse import system


def test_both_know_which_files_say_another_thing_each_time() -> None:
    ours = opened._SYSTEM, opened._DEVICES, frozenset(opened._STEADY), opened._MEMORY
    memory = os.path.realpath(system.MEMORY) + os.sep
    assert ours == (system.SYSTEM, system.DEVICES, system.STEADY, memory)
