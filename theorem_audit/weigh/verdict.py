"""Verdicts, derived from outcomes: nobody writes one down.

A claim's own verdict comes from its evidence, step by step; then the weakest link: a claim is no
stronger than the weakest claim that its deciding evidence read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from theorem_audit.statement.claim import Claim

# From strongest to weakest.  ``refuted`` never spreads: a claim that rests on a false one is not
# thereby false, only unproved.
RANKS = (
    "proved",
    "certified",
    "proved_given",
    "supported",
    "open",
    "unchecked",
    "stale",
    "inconclusive",
    "refuted",
)
OUTCOMES = ("passed", "refuted", "inconclusive", "error", "not_run")
_STRENGTH = {
    "symbolic": "proved",
    "certificate": "certified",
    "ball": "certified",
    "cited": "proved_given",
}


class CyclicUse(ValueError):
    """Claims rest on each other in a circle, so none is proved; the message names the circle."""


@dataclass(frozen=True)
class Outcome:
    """What one run of one evidence (for one case) came to.

    outcome: one of ``OUTCOMES``.  seconds: wall time.  checks: assertions made.  error: probability
    that a true claim is called refuted by chance; power: of its weakest test, or None.
    uses: ids of the other claims whose formula or region was read.
    """

    claim_id: str
    test: str
    kind: str
    steps: tuple[str, ...]
    outcome: str
    case: str = ""
    seconds: float = 0.0
    checks: int = 0
    seed: int = 0
    error: float = 0.0
    power: float | None = None
    smallest_visible: float | None = None
    uses: tuple[str, ...] = ()
    needs: str = ""
    detail: str = ""
    notes: tuple[str, ...] = ()
    witness: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Outcome:
        """The inverse of ``as_dict``."""
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return Outcome(**plain)


@dataclass(frozen=True)
class Verdict:
    """A claim's verdict with what it came from.

    name: one of ``RANKS``.  own: the verdict before the weakest link.  given: outside theorems it
    rests on, directly or through ``uses``.  reasons: one line each, most telling first.
    """

    claim_id: str
    name: str
    own: str
    given: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def symbol(self) -> str:
        """One character for tables."""
        return {"proved": "■", "certified": "▣", "proved_given": "◧", "supported": "◌"}.get(
            self.name, "✗" if self.name == "refuted" else "?"
        )


def own_verdict(claim: Claim, outcomes: Sequence[Outcome]) -> tuple[str, tuple[str, ...]]:
    """The verdict of a claim's own evidence, with reasons."""
    for bad, name in (("refuted", "refuted"), ("error", "inconclusive")):
        hits = [o for o in outcomes if o.outcome == bad]
        if hits:
            return name, tuple(f"{bad}: {where(o)}: {o.detail}" for o in hits)
    if open_ones := [o for o in outcomes if o.outcome == "inconclusive"]:
        return "inconclusive", tuple(f"inconclusive: {where(o)}: {o.detail}" for o in open_ones)
    passed = [o for o in outcomes if o.outcome == "passed"]
    decided: dict[str, str] = {}
    for outcome in passed:
        strength = _STRENGTH.get(outcome.kind)
        for step in outcome.steps:
            if strength:
                best = decided.get(step, strength)
                decided[step] = min(best, strength, key=RANKS.index)
    # A step whose evidence has several cases is decided only when none of them is missing.
    for outcome in outcomes:
        if outcome.outcome == "not_run" and outcome.kind in _STRENGTH:
            for step in outcome.steps:
                decided.pop(step, None)
    missing = [step for step in claim.steps if step not in decided]
    if not missing:
        name = max(decided.values(), key=RANKS.index)
        if claim.cites:
            name = max(name, "proved_given", key=RANKS.index)
        return name, ()
    reason = f"undecided step: {', '.join(missing)}"
    if not passed:
        return "unchecked", (reason,)
    return ("open" if claim.source.kind == "open" else "supported"), (reason,)


def where(outcome: Outcome) -> str:
    """The evidence that an outcome is of, shortly: function and case."""
    return outcome.test.rsplit("::", 1)[-1] + (f"[{outcome.case}]" if outcome.case else "")


def uses_of(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Ids of the claims that passed deciding evidence read."""
    return tuple(
        sorted(
            {u for o in outcomes if o.outcome == "passed" and o.kind in _STRENGTH for u in o.uses}
        )
    )


def find_cycle(uses: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A cycle in the graph, as ids with the first repeated at the end, or None."""
    done: set[str] = set()
    path: list[str] = []

    def visit(node: str) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        path.append(node)
        for other in uses.get(node, ()):
            if cycle := visit(other):
                return cycle
        path.pop()
        done.add(node)
        return None

    for start in uses:
        if cycle := visit(start):
            return cycle
    return None


def derive(
    claims: Mapping[str, Claim], outcomes: Mapping[str, Sequence[Outcome]]
) -> dict[str, Verdict]:
    """Verdicts of all claims in ``outcomes``; claims they use must be there too.

    A used claim without outcomes counts as unchecked.  Raises CyclicUse on a circle.
    """
    uses = {claim_id: uses_of(found) for claim_id, found in outcomes.items()}
    if cycle := find_cycle(uses):
        raise CyclicUse(f"claims rest on each other in a circle: {' -> '.join(cycle)}")
    verdicts: dict[str, Verdict] = {}

    def settle(claim_id: str) -> Verdict:
        if claim_id in verdicts:
            return verdicts[claim_id]
        claim, found = claims[claim_id], tuple(outcomes.get(claim_id, ()))
        own, reasons = own_verdict(claim, found)
        name, given = own, set(claim.cites)
        for used in uses.get(claim_id, ()):
            below = settle(used)
            given |= set(below.given)
            cap = "inconclusive" if below.name == "refuted" else below.name
            if RANKS.index(cap) > RANKS.index(name):
                name = cap
                reasons = (*reasons, f"rests on {used}, which is {below.name}")
        verdicts[claim_id] = Verdict(
            claim_id, name, own, tuple(sorted(given)), uses.get(claim_id, ()), reasons, found
        )
        return verdicts[claim_id]

    for claim_id in outcomes:
        settle(claim_id)
    return verdicts
