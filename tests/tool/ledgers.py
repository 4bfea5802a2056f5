"""A small ledger of made-up outcomes for real claims: what the report's tests report on."""

from __future__ import annotations

from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.runner import evidence_of
from theorem_audit.weigh.verdict import Outcome

IDS = ("GRAD", "HESS", "STEP", "NORM")
USES = {"GRAD": (), "HESS": (), "STEP": ("GRAD",), "NORM": ("STEP",)}


def small_ledger() -> Ledger:
    """Every evidence of ``IDS`` passed; NORM rests on STEP, and STEP on GRAD."""
    ledger = Ledger(seed=0, quick=True)
    ledger.expect(IDS)
    for claim_id in IDS:
        for item in evidence_of()[claim_id]:
            ledger.add(
                Outcome(
                    claim_id, item.test, item.kind, item.steps, "passed", seconds=0.25, checks=3,
                    error=1e-7 if item.kind == "simulation" else 0.0, uses=USES[claim_id],
                    notes=("a note",),
                )
            )  # fmt: skip
    ledger.complete = True
    return ledger
