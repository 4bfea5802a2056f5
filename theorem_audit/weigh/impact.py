"""What hangs on one claim: what falls if it falls, and what rises if it is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from theorem_audit.weigh import tried
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told
from theorem_audit.weigh.verdict import Verdict, derive


@dataclass(frozen=True)
class Change:
    """A claim whose verdict would be another: its id, the verdict now, the verdict then."""

    id: str
    now: str
    then: str


@dataclass(frozen=True)
class Impact:
    """What hangs on the claim ``id``, whose verdict is ``verdict``.

    direct: claims whose proofs read it.  falls: what changes if it is refuted.  rises: what changes if
    it, and all that it rests on, is proved without citing anything.
    """

    id: str
    verdict: str
    direct: tuple[str, ...]
    falls: tuple[Change, ...]
    rises: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def of(
    claim_id: str, told: Mapping[str, Told], outcomes: Mapping[str, Sequence[Outcome]]
) -> Impact:
    """What hangs on a claim, from a ledger's claims and outcomes.

    Raises KeyError for a claim that the ledger does not know.
    """
    known = {x: [_within(o, outcomes) for o in found] for x, found in outcomes.items() if x in told}
    wrong = tried.accepted(told)
    now = derive(told, known, accepted=wrong)
    verdict = now[claim_id]

    def changes(name: str) -> tuple[Change, ...]:
        assumed = {claim_id: Verdict(claim_id, name, name)}
        then = derive(told, known, assumed, wrong)
        return tuple(
            Change(x, now[x].name, then[x].name)
            for x in told
            if x in now and x != claim_id and then[x].name != now[x].name
        )

    direct = tuple(x for x in told if x in now and claim_id in now[x].uses)
    above = verdict.name in ("kernel", "proved")
    return Impact(
        claim_id, verdict.name, direct, changes("refuted"), () if above else changes("proved")
    )


def _within(outcome: Outcome, known: Mapping[str, Any]) -> Outcome:
    """The outcome, without reads of claims that the ledger does not hold."""
    return replace(outcome, uses=tuple(u for u in outcome.uses if u in known))


__all__ = ["Change", "Impact", "of"]
