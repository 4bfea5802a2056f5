"""Under `coverage`, worker processes end by themselves: one that is killed keeps nothing of what it reached."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


def measured() -> bool:
    """Whether `coverage` measures this process."""
    return "COVERAGE_PROCESS_CONFIG" in os.environ


@cache  # once a process
def end_gently() -> None:
    """Let an idle worker of a ``Crew`` come to its end before it is ended; nothing where nobody measures."""
    if not measured():
        return
    from theorem_audit.weigh.workers import Crew

    end = Crew._end

    def gently(crew: Crew, hand: Any) -> None:
        if hand.job is None:
            hand.line.close()  # it reads the end of its orders
            hand.process.join(20)
        end(crew, hand)

    Crew._end = gently  # type: ignore[method-assign]
