"""Does evidence look at the theory's own claim in the place of the one that it is handed?

``expect_identity(claim.formula, {y: CLAIM.formula.rhs})`` compares the claim with itself, and rejects every
variant, since each differs from the theory's.  Such a rejection says nothing, nor does a pass.  So evidence
is never handed the theory's own object, but a twin of it: who reads the other one is seen also where a cache
keeps what was read for the variants that follow.  What a module reads as it is imported, ``early`` sees.
"""

from __future__ import annotations

from theorem_audit import project
from theorem_audit.statement.claim import Claim

# How the detail of such an outcome begins.
COPIED = "it compares the claim that it is handed with the theory's own"


def twin(claim: Claim) -> Claim:
    """Another object that says the same."""
    made = object.__new__(Claim)
    object.__getattribute__(made, "__dict__").update(object.__getattribute__(claim, "__dict__"))
    return made


def differs(one: Claim, other: Claim) -> bool:
    """Whether a twin holds something else by now, but its chapter, which is shortened as claims are found."""
    mine, theirs = ({**object.__getattribute__(x, "__dict__"), "chapter": ""} for x in (one, other))
    return bool(mine.keys() != theirs.keys() or any(mine[k] is not theirs[k] for k in mine))


def known(name: str) -> Claim | None:
    """The theory's claim of an id, where its chapter was looked at."""
    found: Claim | None = getattr(project.claims(), "own", {}).get(name)
    return found


def lemma(name: str) -> Claim | None:
    """The theory's claim of an id, looked for in all chapters: evidence imports lemmas by itself."""
    return known(name) if name in project.claims() else None


__all__ = ["COPIED", "differs", "known", "lemma", "twin"]
