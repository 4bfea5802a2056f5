"""Random search for counterexamples to a wrong variant; one that refutes the claim itself shows nothing."""

from __future__ import annotations

from theorem_audit import project
from theorem_audit.doubt import again
from theorem_audit.doubt.falsify import Falsified, falsify
from theorem_audit.statement.claim import Claim

SEARCH = 1.0  # seconds of random search in one variant that nothing else catches
GLANCE = 0.15  # seconds of random search before anything else is asked

# Claim -> itself, how long its own search went, and what that refuted.
_played: dict[str, tuple[Claim, float, str]] = {}


def counterexample(variant: Claim, seconds: float = SEARCH) -> Falsified | None:
    """What random search inside the variant's own hypotheses finds; None where that refutes the claim, too.

    The cases are drawn for the claim as they are for its variant: with twice the time of the variant's search,
    and ``GLANCE`` at least, those that refuted the variant are played.  Time is what searches go
    by: on a busy machine the clock on the wall would have the claim played for many times as long.
    """
    started = again.now()
    found = falsify(variant, seconds=seconds)
    if not isinstance(found, Falsified):
        return None
    _play(variant.id, max(GLANCE, 2 * (again.now() - started)))
    return None if against_itself(variant.id) else found


def against_itself(claim_id: str) -> str:
    """What the search said against the claim itself, as long as it was played; "" for nothing."""
    return _so_far(claim_id)[1]


def forget() -> None:
    """Play all claims anew."""
    _played.clear()


def _so_far(claim_id: str) -> tuple[float, str]:
    """How long the claim's own search went, and what that refuted."""
    of, longest, refuted = _played.get(claim_id, (None, 0.0, ""))
    return (longest, refuted) if of is project.claims()[claim_id] else (0.0, "")


def _play(claim_id: str, seconds: float) -> None:
    """Search for a counterexample to the claim itself, unless that was done for as long, or one is known."""
    longest, refuted = _so_far(claim_id)
    if refuted or longest >= seconds:
        return
    claim = project.claims()[claim_id]
    search = falsify(claim, seconds=seconds)
    _played[claim_id] = claim, seconds, search.detail if isinstance(search, Falsified) else ""


__all__ = ["GLANCE", "SEARCH", "against_itself", "counterexample", "forget"]
