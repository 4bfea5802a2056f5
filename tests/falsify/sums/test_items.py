"""Words of the statements taken away or exchanged: each of these is another statement, and a false one.

``claim.with_item`` is what a reader does who misreads a word; ``without`` and ``widened`` what one does who
forgets a condition.  A search reads the claim that it is handed and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sympy import Eq, Ge, Gt

from tests.falsify.trying import refuted
from theorem_audit.doubt.falsify import falsify
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import claims
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import oblique_least
from theory.assumptions.sampling import U_exit
from theory.notation import b, n
from theory.vocabulary.batches import DRAWN_ONCE, FULL_FROM_8

pytestmark = pytest.mark.thorough

SUBSETS, AGAIN = words.UNIFORM, words.WITH_REPLACEMENT
WORDS = [  # claim, its word, what is read in its place (None: nothing)
    ("Q-MS", words.INDEPENDENT, None),
    ("Q-MS", words.INDEPENDENT, words.CYCLIC),
    ("Q-BRACKET", words.INDEPENDENT, DRAWN_ONCE),
    ("Q-LARGE-BATCH", words.INDEPENDENT, None),
    ("Q-GRAM", words.FITTED, None),
    ("Q-GRAM-EDGE", words.FITTED, None),
    ("SAMPLING-STEP", words.ORTHONORMAL, words.UNIT_DATA),
    ("SAMPLING-REPLACEMENT", AGAIN, SUBSETS),
    ("SAMPLING-REPLACEMENT", AGAIN, None),
    ("SAMPLING-MOMENT", AGAIN, SUBSETS),
    ("SAMPLING-LOCAL", AGAIN, SUBSETS),
    ("SAMPLING-LOCAL", words.ORTHONORMAL, words.ORTHOGONAL),
    ("SAMPLING-EDGE", AGAIN, SUBSETS),
    ("SAMPLING-GLOBAL", AGAIN, SUBSETS),
    ("SAMPLING-GLOBAL", words.ORTHONORMAL, words.UNIT_DATA),
    ("SAMPLING-CYCLIC", words.CYCLIC, words.RESHUFFLED),
    ("SAMPLING-CYCLIC", words.CYCLIC, None),
    ("SAMPLING-CYCLIC-SHARED", words.CYCLIC, words.RESHUFFLED),
    ("SAMPLING-CYCLIC-LIMIT", words.ROTATION_INVARIANT, None),
    ("SAMPLING-CYCLIC-TWO", words.CYCLIC, words.RESHUFFLED),
    ("SAMPLING-CYCLIC-TWO", words.CYCLIC, SUBSETS),
    ("SAMPLING-CYCLIC-TWO", words.LINEAR, words.RELU),
    ("SAMPLING-CYCLIC-TWO", words.ORTHONORMAL, words.UNIT_DATA),
    ("SAMPLING-RESHUFFLED", words.RESHUFFLED, words.CYCLIC),
    ("SAMPLING-RESHUFFLED", words.RESHUFFLED, SUBSETS),
    ("NORMS-STEP", words.ORTHOGONAL, None),
    ("NORMS-STATIONARY", words.ORTHOGONAL, None),
    ("NORMS-HESSIAN", words.LINEAR, words.RELU),
    ("NORMS-HESSIAN", words.STATIONARY, None),
    ("NORMS-GD", words.FULL, SUBSETS),
    ("NORMS-EXPONENT", SUBSETS, AGAIN),
    ("NORMS-EXPONENT", SUBSETS, words.CYCLIC),
    ("NORMS-EXPONENT", SUBSETS, FULL_FROM_8),
    ("SADDLE-WINDOW", SUBSETS, DRAWN_ONCE),
    ("NONORTH-STEP", words.UNIT_DATA, None),
    ("NONORTH-FIXED", words.LINEAR, words.RELU),
    ("NONORTH-NOLIMIT", words.LINEAR, words.RELU),
    ("NONORTH-NOLIMIT", SUBSETS, FULL_FROM_8),
    ("NONORTH-PCA", words.LINEAR, words.RELU),
    ("NONORTH-OBTUSE", words.RELU, words.LINEAR),
    ("NONORTH-OBTUSE", words.RELU, None),
    ("MOMENTUM-DIRECTION", words.AT_REST, None),
    ("MOMENTUM-DIRECTION", words.FULL, SUBSETS),
    ("ADAM-BASIS", words.LINEAR, words.RELU),
    ("ADAM-BASIS", words.FULL, SUBSETS),
]
CONDITIONS: dict[str, tuple[str, Callable[[Claim], Claim]]] = {
    "neither a shared minimiser nor independence": (
        "Q-MS", lambda x: x.without("shared minimiser").with_item(words.INDEPENDENT, None)),
    "growth from every start": ("Q-MS", lambda x: x.without("full start")),
    "from any level": ("SAMPLING-LOCAL", lambda x: x.widened("level", Gt(U_exit, 0))),
    "any exit level": ("SADDLE-CAPTURE", lambda x: x.without("level")),
    "some point oblique": (
        "NONORTH-NOLIMIT", lambda x: x.widened("every point is oblique", Ge(oblique_least, 0))),
    "two samples a step": (
        "NONORTH-FLOOR", lambda x: x.widened("one of two points", Eq(n, 2) & Ge(b, 1))),
    "norms of i and j only": ("SADDLE-NEVER", lambda x: x.without("largest norm")),
}  # fmt: skip
SEEDS = 6


@pytest.mark.parametrize(("claim_id", "word", "other"), WORDS, ids=str)
def test_another_word_is_refuted(claim_id: str, word: Item, other: Item | None) -> None:
    assert refuted(claims[claim_id].with_item(word, other), SEEDS)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_forgotten_condition_is_refuted(name: str) -> None:
    claim_id, change = CONDITIONS[name]
    assert refuted(change(claims[claim_id]), SEEDS)


@pytest.mark.parametrize("claim_id", sorted({x for x, _, _ in WORDS}))
def test_the_same_claims_hold_as_they_stand(claim_id: str) -> None:
    assert falsify(claims[claim_id], seconds=0.3, seed=3).outcome == "held"
