"""Does evidence that is handed a wrong variant look at the theory's own claim in its place?

``expect_identity(claim.formula, {y: CLAIM.formula.rhs})`` compares the claim with itself, and rejects every
variant, since each differs from the theory's.  Such a rejection says nothing, nor does a pass.
"""

from __future__ import annotations

from theorem_audit import project
from theorem_audit.statement.claim import Claim

# How the detail of such an outcome begins.
COPIED = "it compares the claim that it is handed with the theory's own"


def theorys(claim: Claim) -> Claim | None:
    """The theory's claim of that id, where ``claim`` is a variant of it."""
    found = known(claim.id)
    return None if found is claim else found


def known(name: str) -> Claim | None:
    """The theory's claim of an id, where its chapter was looked at."""
    found: Claim | None = getattr(project.claims(), "own", {}).get(name)
    return found


def lemma(name: str) -> Claim | None:
    """The theory's claim of an id, looked for in all chapters: evidence imports lemmas by itself."""
    return known(name) if name in project.claims() else None


__all__ = ["COPIED", "known", "lemma", "theorys"]
