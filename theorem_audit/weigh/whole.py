"""Whether a ledger is of a whole run: what a reader is told of one that was cut short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from theorem_audit.kinds import NOT_REACHED
from theorem_audit.weigh.verdict import CUT


def cut_short(run: Mapping[str, Any]) -> str:
    """What is missing in a run, in words; empty where it came to its end.

    run: a ledger's ``as_dict()``.
    """
    listed = [e for claim in run["claims"] for e in claim["evidence"]]
    if left := sum(map(_left, listed)):
        return f"{CUT}: {left} of {len(listed)} pieces of evidence were not reached"
    if not run.get("complete", True):
        return (
            "it is not the ledger of a whole run: the run was cut short, or pytest wrote it of the tests that "
            "were selected, or a file could not be imported"
        )
    return ""


def not_reached(run: Mapping[str, Any], claim_id: str) -> str:
    """The same of one claim and all that it rests on; empty where all its evidence was reached.

    Raises KeyError for a claim that the run does not have.
    """
    for claim in _below({c["id"]: c for c in run["claims"]}, claim_id):
        if left := sum(map(_left, claim["evidence"])):
            return f"{CUT}: {left} of {len(claim['evidence'])} of {claim['id']} not reached"
    return ""


def _below(claims: Mapping[str, Any], claim_id: str) -> Iterator[Mapping[str, Any]]:
    seen, pending = set[str](), [claim_id]
    while pending:
        if (x := pending.pop()) not in seen:
            seen.add(x)
            yield claims[x]
            pending += [u for u in claims[x]["uses"] if u in claims]


def _left(evidence: Mapping[str, Any]) -> bool:
    return (evidence["outcome"], evidence.get("detail")) == ("not_run", NOT_REACHED)


__all__ = ["cut_short", "not_reached"]
