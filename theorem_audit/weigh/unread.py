"""What of a claim evidence read: its hypotheses, and what its symbols mean; and what nothing read.

A hypothesis that nobody reads may be dropped without anybody's noticing, so a verdict does not rise past it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from theorem_audit.kinds import DECIDING, DOUBTS, MEANING, NO_RUN, REGION
from theorem_audit.weigh.outcome import Outcome, uses_of

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim
    from theorem_audit.weigh.told import Told

NO_CLAIMS: Mapping[str, Any] = {}


def hypotheses(claim: Claim | Told) -> dict[str, tuple[str, ...]]:
    """Name of a hypothesis -> what of a claim must be read for it: the kind of its item, its conditions."""
    found = {}
    for x in claim.assumptions:
        item: Any = x.item  # an item, or the name of its kind
        kinds = (getattr(item, "kind", item),) if item else ()
        found[x.name] = (*kinds, *((REGION,) if x.condition not in (None, "") else ()))
    return found


def unread(
    claim: Claim | Told,
    outcomes: Sequence[Outcome],
    claims: Mapping[str, Claim] | Mapping[str, Told] = NO_CLAIMS,
) -> list[str]:
    """The hypotheses that neither deciding evidence nor a search read; none where nothing was doubted.

    A run doubts each claim that it decides, by a search or by wrong variants, whether a search was written or
    not; ``audit.check`` asks the evidence alone.  Coq's kernel reads all of them: the statement is generated
    from the claim.  An item is read, too, by evidence that reads a lemma which supposes one of its kind:
    without it the claim would use the lemma beyond its setting.  Not so by a lemma that is carried over in
    prose: of its setting nothing is asked.
    """
    return _unread(claim, outcomes, claims) if any(o.kind in DOUBTS for o in outcomes) else []


def _unread(
    claim: Claim | Told,
    outcomes: Sequence[Outcome],
    claims: Mapping[str, Claim] | Mapping[str, Told],
) -> list[str]:
    telling = [o for o in outcomes if o.outcome == "passed" and o.kind in (*DECIDING, "search")]
    if any(o.kind == "kernel" and "statement" in o.steps for o in telling):
        return []
    read = {x for o in telling for x in o.read}
    lemmas = [claims[u] for u in uses_of(outcomes) if u in claims and u not in claim.carried]
    read |= {x.kind for lemma in lemmas for x in lemma.items if not x.after}
    return [name for name, parts in hypotheses(claim).items() if not read.issuperset(parts)]


def read_by_machine(
    claims: Mapping[str, Claim] | Mapping[str, Told], outcomes: Mapping[str, Sequence[Outcome]]
) -> tuple[int, int]:
    """How many hypotheses deciding evidence or a search read, and how many there are."""
    total = sum(len(claims[x].assumptions) for x in outcomes)
    return total - sum(
        len(_unread(claims[x], found, claims)) for x, found in outcomes.items()
    ), total


def meanings_played(
    claims: Mapping[str, Claim] | Mapping[str, Told], outcomes: Mapping[str, Sequence[Outcome]]
) -> tuple[int, int]:
    """How many symbols of the claims' statements evidence or a search played, and how many there are.

    Played: computed by its meaning, or drawn by a search, where it is a parameter.
    """
    names = {(x, name) for x in outcomes for name in claims[x].names}
    return len(names & _played(outcomes)), len(names)


def _played(outcomes: Mapping[str, Sequence[Outcome]]) -> set[tuple[str, str]]:
    return {
        (x, read.removeprefix(MEANING))
        for x, found in outcomes.items()
        for o in found
        if o.outcome == "passed"
        for read in o.read
        if read.startswith(MEANING)
    }


def out_of_reach(
    claims: Mapping[str, Claim] | Mapping[str, Told], outcomes: Mapping[str, Sequence[Outcome]]
) -> int:
    """How many symbols no run can compute: their line says so, or that no run can reach their claim."""
    beyond = {
        (x, name)
        for x, found in outcomes.items()
        for name in (
            claims[x].names
            if any(o.kind == "search" and o.detail.startswith(NO_RUN) for o in found)
            else claims[x].out_of_reach
        )
    }
    return len(beyond - _played(outcomes))


__all__ = [
    "NO_CLAIMS",
    "hypotheses",
    "meanings_played",
    "out_of_reach",
    "read_by_machine",
    "unread",
]
