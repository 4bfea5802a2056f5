"""Wrong variants of this theory's claims: none survives unexplained, and explanations are not stale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from theorem_audit.doubt import mutation
from theorem_audit.doubt.variants import variants
from theorem_audit.reuse.keeper import sha
from theorem_audit.statement.claim import Assumption
from theorem_audit.tests.thorough import in_ci_but, thorough_but
from theorem_audit.weigh import collected
from theorem_audit.weigh.ledger import necessity
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.tried import PART, table
from theory import claims
from theory.vocabulary import ORTHONORMAL

# --- the ledger -------------------------------------------------------------------------------

FAST = ("NORM", "BAND-WIDE", "GROWTH-LOW")


@pytest.mark.parametrize("claim_id", in_ci_but(FAST, "GROWTH-LOW"))
def test_no_variant_survives_unexplained(claim_id: str) -> None:
    found = list(mutation.run([claim_id], cap=8, fast=True))
    assert [t.name for t in found if t.unexplained] == []
    assert sum(t.outcome == "refuted" for t in found) >= 3


EXPLAINED = [x.id for x in claims.values() if x.survivors]


@pytest.mark.parametrize("every", thorough_but([1, 8, 32], 32, in_ci=[8]))
def test_explanations_are_for_variants_that_exist(every: int) -> None:
    for claim in map(claims.__getitem__, EXPLAINED[::every]):
        known = {v.name for v in variants(claim)}
        known |= {PART.sub("", name) for name in known}
        assert set(claim.survivors) <= known, claim.id
        assert all(claim.survivors.values()), claim.id


def test_every_kept_row_tells_what_decided_it() -> None:
    """Without that no change of what decides a claim would make its row stale; nothing decides by nothing."""
    nothing = sha()[:24]
    assert [x for x, row in table().rows.items() if row.get("decided_by", nothing) == nothing] == []


def test_witnesses_name_assumptions_that_exist() -> None:
    for claim_id, items in collected.evidence_of().items():
        named = {item.needs for item in items if item.needs}
        assert named <= {x.name for x in claims[claim_id].assumptions}, claim_id


def test_need_is_read_off_the_run() -> None:
    typed = Assumption("x", item=ORTHONORMAL, needed=True, witness="typed by hand")
    run = Outcome("A", "t", "witness", (), "passed", case="c", needs="x")
    assert necessity(typed, []) == {"needed": None, "witness": ""}
    assert necessity(typed, [run]) == {"needed": True, "witness": "t[c]"}
    assert necessity(typed, [replace(run, outcome="refuted")])["needed"] is None
    assert necessity(replace(typed, needed=False), [])["needed"] is False
