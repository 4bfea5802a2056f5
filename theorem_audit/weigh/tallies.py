"""Does a kept table of wrong variants add up?  Its rows say each thing twice: as variants, and as counts.

An edit by hand that takes a survivor away, so that it caps nothing, leaves the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from theorem_audit.strict import loads

CAUGHT = ("refuted", "not_accepted")
HARMLESS = ("equal", "weaker")
COUNTED = (*CAUGHT, *HARMLESS, "slack", "exempt", "unused", "untested")


def table_of(text: str) -> Any:
    """The table that ``audit mutants --json`` wrote, as plain data; ValueError where it does not add up."""
    data = loads(text)
    ids = Counter(row["id"] for row in data["claims"])
    if twice := [x for x, count in ids.items() if count > 1]:
        raise ValueError(f"it speaks of {twice[0]} twice")
    for row in data["claims"]:
        if why := _unsound(row):
            raise ValueError(f"{row['id']}: {why}; `audit mutants {row['id']}` tries them anew")
    return data


def _unsound(row: Mapping[str, Any]) -> str:
    """What of a row contradicts its own variants; empty where nothing does, or none are told."""
    if "variants" not in row:
        return ""
    found = Counter(x["outcome"] for x in row["variants"])
    left = Counter(x["name"] for x in row["variants"] if x["outcome"] == "survived")
    if left != Counter(x["name"] for x in row["survivors"]):
        return f"{left.total()} variants survived, and {len(row['survivors'])} survivors are listed"
    counts = {name: found[name] for name in COUNTED}
    counts["rejected"] = sum(found[name] for name in CAUGHT)
    counts["tried"] = found.total() - sum(found[name] for name in HARMLESS)
    for name, count in counts.items():
        if row.get(name, count) != count:
            return f"{name} is {row[name]}, by its variants {count}"
    return ""


__all__ = ["table_of"]
