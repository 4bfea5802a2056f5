"""Each word of a statement matters: dropped or exchanged, it is seen, or the claim says why not.

``audit mutants`` tries at most thirty variants a claim, and keeps what became of them; here are tried the words
that it has no room for, of every claim.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from theorem_audit import project
from theorem_audit.doubt.mutants import try_variant
from theorem_audit.doubt.variants import Variant, assumption_variants
from theorem_audit.tests.thorough import in_ci_but, thorough_but
from theory import claims

QUICK = {
    "STEP": "other item: orthonormal -> unit",
    "NORM": "other item: orthonormal -> orthogonal",
    "MAX-EIG": "dropped item: global minimum",
    "TRACE": "dropped item: sign-symmetric",
    "DEAD": "other item: ReLU -> linear",
    "GD-RATE": "other item: full batch -> uniform subsets",
    "GD-ALIGN": "other item: linear -> ReLU",
    "NON-UNIFORMITY": "other item: independent -> reshuffled",
}


@cache
def _kept() -> dict[str, set[str]]:
    """Claim -> the variants in the kept table."""
    table = json.loads(project.current().path("variants").read_text(encoding="utf-8"))
    return {row["id"]: {x["name"] for x in row["variants"]} for row in table["claims"]}


def _words(claim_id: str) -> list[Variant]:
    """The claim with each word dropped or exchanged."""
    return [x for x in assumption_variants(claims[claim_id]) if x.item]


@pytest.mark.parametrize("claim_id", in_ci_but(QUICK, "STEP", "MAX-EIG", "GD-RATE"))
def test_a_word_exchanged_is_seen_in_a_second(claim_id: str) -> None:
    (variant,) = [x for x in _words(claim_id) if x.name == QUICK[claim_id]]
    assert try_variant(variant).outcome in ("refuted", "not_accepted")


@pytest.mark.parametrize("claim_id", thorough_but(claims))
def test_no_word_can_be_exchanged(claim_id: str) -> None:
    left = [x for x in _words(claim_id) if x.name not in _kept().get(claim_id, ())]
    assert [x for x in map(try_variant, left) if x.unexplained] == []
