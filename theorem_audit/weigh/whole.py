"""Whether a ledger is of a whole run: what a reader is told of one that was cut short."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from theorem_audit.errors import several
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


def lacking(run: Mapping[str, Any], known: Collection[str]) -> str:
    """Which of the theory's claims a run does not have, in words; empty where it has them all.

    known: their ids.  Whoever reads a page of some claims must not take it for one of all.
    """
    there = {claim["id"] for claim in run["claims"]}
    lacks = [x for x in known if x not in there]
    if not lacks:
        return ""
    names = ", ".join(lacks[:5]) + (", ..." if lacks[5:] else "")
    they = f"{len(lacks)} of the theory's {several(len(known), 'claim')}"
    return (
        f"{they} {'is' if len(lacks) == 1 else 'are'} not in this run ({names}): what reads them, and "
        "what they read, is not told"
    )


def not_reached(run: Mapping[str, Any], claim_id: str) -> str:
    """The same of one claim and all that it rests on; empty where all its evidence was reached.

    Raises KeyError for a claim that the run does not have.
    """
    claims = {c["id"]: c for c in run["claims"]}
    rests_on = below(claim_id, {x: c["uses"] for x, c in claims.items()})
    for claim in (claims[claim_id], *(c for x, c in claims.items() if x in rests_on)):
        if left := sum(map(_left, claim["evidence"])):
            return f"{CUT}: {left} of {len(claim['evidence'])} of {claim['id']} not reached"
    return ""


def below(claim_id: str, uses: Mapping[str, Iterable[str]]) -> set[str]:
    """All claims that ``claim_id`` rests on, itself included."""
    found, pending = set[str](), [claim_id]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += [x for x in uses.get(node, ()) if x in uses]
    return found


def _left(evidence: Mapping[str, Any]) -> bool:
    return (evidence["outcome"], evidence.get("detail")) == ("not_run", NOT_REACHED)


__all__ = ["below", "cut_short", "lacking", "not_reached"]
