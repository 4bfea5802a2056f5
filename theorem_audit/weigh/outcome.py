"""What one run of one evidence came to, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from theorem_audit.kinds import DECIDING

OUTCOMES = ("passed", "refuted", "inconclusive", "error", "not_run")


@dataclass(frozen=True)
class Outcome:
    """What one run of one evidence (for one case) came to.

    outcome: one of ``OUTCOMES``.  seconds: wall time.  checks: assertions made.  error: probability
    that a true claim is called refuted by chance; power: of its weakest test, or None.
    uses: ids of the other claims whose formula or region was read.  read: which of the claim's own
    hypotheses were: kinds of items, and ``region`` for its conditions.  beyond: conditions of the claims in
    ``uses`` that the claim's own are not shown to say, "LEMMA: condition"; reader: those that speak of other
    quantities, too, and are the reader's (``theorem_audit.doubt.lemmas``).
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
    read: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    reader: tuple[str, ...] = ()
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


def where(outcome: Outcome) -> str:
    """The evidence that an outcome is of, shortly: function and case."""
    return outcome.test.rpartition("::")[2] + (f"[{outcome.case}]" if outcome.case else "")


def uses_of(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Ids of the claims that passed deciding evidence read."""
    return tuple(
        sorted(
            {u for o in outcomes if o.outcome == "passed" and o.kind in DECIDING for u in o.uses}
        )
    )


__all__ = ["OUTCOMES", "Outcome", "uses_of", "where"]
