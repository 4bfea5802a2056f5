"""Ledgers of made-up outcomes for real claims: what the report's tests report on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from theorem_audit.weigh.collected import evidence_of
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.outcome import Outcome
from theory import claims

IDS = ("GRAD", "HESS", "STEP", "NORM")
USES = {"GRAD": (), "HESS": (), "STEP": ("GRAD",), "NORM": ("STEP",)}


def _passed(ids: Iterable[str], uses: Mapping[str, tuple[str, ...]]) -> Ledger:
    ledger = Ledger(seed=0, quick=True)
    ledger.expect(ids)
    for claim_id in ids:
        for item in evidence_of()[claim_id]:
            ledger.add(
                Outcome(
                    claim_id, item.test, item.kind, item.steps, "passed", seconds=0.25, checks=3,
                    error=1e-7 if item.kind == "simulation" else 0.0, uses=uses.get(claim_id, ()),
                    notes=("a note",),
                )
            )  # fmt: skip
    ledger.complete = True
    return ledger


def small_ledger() -> Ledger:
    """Every evidence of ``IDS`` passed; NORM rests on STEP, and STEP on GRAD."""
    return _passed(IDS, USES)


def whole_ledger() -> Ledger:
    """Every evidence of every claim passed, and each rests on the one before on its shelf.

    No instance of the hypotheses is looked for: that takes most of the time, and the pages do not show it.
    """
    order = list(claims)
    uses = {
        claim_id: (before,)
        for before, claim_id in pairwise(order)
        if claims[before].chapter == claims[claim_id].chapter
    }
    ledger = _passed(order, uses)
    ledger.about = {x: {"instance": {}, "boundary": []} for x in order}
    return ledger
