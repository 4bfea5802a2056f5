"""What a verdict leaves to the reader: conditions of lemmas that speak of what the claim does not.

A coordinate is in the claim's sum, the mass at a later step is one of those that the lemma is for: nothing is
decided of that (``theorem_audit.doubt.lemmas``), so it is said wherever the verdict is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from theorem_audit.errors import several
from theorem_audit.kinds import DECIDING
from theorem_audit.weigh.verdict import Outcome


def left(verdict: str, evidence: Iterable[Outcome | Mapping[str, Any]]) -> list[str]:
    """The conditions, "LEMMA: condition", that a claim's evidence leaves to the reader.

    None of a theorem of the kernel, which rests on none of that evidence.
    """
    rows = [vars(e) if isinstance(e, Outcome) else e for e in evidence]
    telling = [e for e in rows if e["outcome"] == "passed" and e["kind"] in DECIDING]
    found = dict.fromkeys(x for e in telling for x in e.get("reader", ()))
    return [] if verdict == "kernel" else list(found)


def line(found: Iterable[list[str]]) -> str:
    """How many there are in all, in one line; empty where there are none."""
    counts = [len(x) for x in found if x]
    if not counts:
        return ""
    asked, where = several(sum(counts), "condition"), several(len(counts), "claim")
    return f"{asked} of lemmas left to the reader, in {where}"


__all__ = ["left", "line"]
