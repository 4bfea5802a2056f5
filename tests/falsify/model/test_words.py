"""Each word of a statement of these chapters matters: dropped or exchanged, it is seen.

A variant is refuted by the search that reads it, or its proof reads a lemma that supposes the word, or the
evidence asks for it: then it gets no verdict.  What holds all the same, the claim's ``survivors`` say.
"""

from __future__ import annotations

import pytest

from tests.falsify.model.test_model import CHAPTERS
from theorem_audit.doubt.mutants import CAUGHT, explanation, try_variant
from theorem_audit.doubt.variants import Variant, assumption_variants
from theory import claims
from theory import vocabulary as words

VARIANTS = {
    f"{claim.id}, {variant.name}": variant
    for claim in claims.values()
    if claim.chapter in CHAPTERS
    for variant in assumption_variants(claim)
    if variant.item
}
QUICK = (
    "STEP, other item: orthonormal -> unit",
    "NORM, other item: orthonormal -> orthogonal",
    "MAX-EIG, dropped item: global minimum",
    "TRACE, dropped item: sign-symmetric",
    "DEAD, other item: ReLU -> linear",
    "GD-RATE, other item: full batch -> uniform subsets",
    "GD-ALIGN, other item: linear -> ReLU",
    "GD-ALIGN, dropped item: rotation-invariant",
)


def _caught(variant: Variant) -> None:
    tried = try_variant(variant)
    why = explanation(claims[variant.claim.id], variant.name)
    assert tried.outcome in CAUGHT or why, tried


@pytest.mark.parametrize("name", QUICK)
def test_a_word_exchanged_is_seen_in_a_second(name: str) -> None:
    _caught(VARIANTS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("name", [x for x in VARIANTS if x not in QUICK])
def test_no_word_can_be_exchanged(name: str) -> None:
    _caught(VARIANTS[name])


SABOTAGED = {  # what once kept its verdict, when these words stood in text alone
    "GD-ALIGN, uniform subsets": ("GD-ALIGN", words.FULL, words.UNIFORM),
    "GD-ALIGN, any batches": ("GD-ALIGN", words.FULL, None),
    "GD-ALIGN, any law of the start": ("GD-ALIGN", words.ROTATION_INVARIANT, None),
    "GD-DENSE, uniform subsets": ("GD-DENSE", words.FULL, words.UNIFORM),
    "GD-DENSE, any law of the start": ("GD-DENSE", words.ROTATION_INVARIANT, None),
    "GD-ALIGN, the ReLU neuron": ("GD-ALIGN", words.LINEAR, words.RELU),
    "GD-GAUSSIAN, within a radius": ("GD-GAUSSIAN", words.GAUSSIAN, words.ROTATION_INVARIANT),
    "SGD-ORTHOGONAL, everything from n = 8 on": (
        "SGD-ORTHOGONAL", words.UNIFORM, words.BATCHES["full from n = 8"],
    ),
    "SGD-ORTHOGONAL, adversarial batches": ("SGD-ORTHOGONAL", words.UNIFORM, None),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("name", SABOTAGED)
def test_sabotages_that_kept_their_verdict_are_seen(name: str) -> None:
    claim_id, old, new = SABOTAGED[name]
    wrong = claims[claim_id].with_item(old, new)
    _caught(Variant(name, "other item", wrong, item=old.name))
