"""The shared symbols' values on what a search plays, as the claim means them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Symbol

from theorem_audit.statement.claim import Claim
from theory.legend import LEGEND
from theory.vocabulary.observables import Seen

SHARED = LEGEND[""]


def measured(
    claim: Claim, at: Seen, symbols: Iterable[Symbol], shared: Mapping[str, str] = SHARED
) -> dict[Symbol, Any]:
    """Each symbol's value at ``at``: by the claim's meaning, or, where it has other words, the shared one."""
    found = {}
    for x in symbols:
        try:
            meaning = claim.meaning(x)
        except LookupError:
            meaning = shared[str(x)]  # type: ignore[assignment]
        found[x] = meaning.value(at)
    return found
