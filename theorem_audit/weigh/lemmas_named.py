"""The lemmas that a claim names (``applied``, ``carried``): each is a claim that its deciding evidence reads.

A slip of the pen in a lemma's id would otherwise say nothing: the lemma would be compared as if the claim had
not said how it uses it, and nobody would look at what it did say.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from theorem_audit.kinds import DECIDING
from theorem_audit.weigh.verdict import Outcome

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim
    from theorem_audit.weigh.told import Told

HERE = "theorem_audit/weigh/lemmas_named.py::unread"


def _named(claim: Claim | Told) -> Iterator[tuple[str, str]]:
    for what, names in (("applied", claim.applied), ("carried", claim.carried)):
        yield from ((what, x) for x in names)


def no_claim(claim: Claim | Told, known: Container[str]) -> str:
    """What to say of a lemma that is no claim, or is the claim itself; empty where there is none."""
    for what, lemma in _named(claim):
        if lemma == claim.id or lemma not in known:
            other = "the claim itself" if lemma == claim.id else "no claim"
            return f"{what} of claim {claim.id} names {lemma}, which is {other}"
    return ""


def unread(claim: Claim | Told, outcomes: Iterable[Outcome]) -> Outcome | None:
    """The error of a claim that names a lemma which none of its deciding evidence read.

    None where some of that evidence was not run (the kernel's, where Coq is absent) or did not pass, or a step
    has none: it may yet read it.
    """
    deciding = [o for o in outcomes if o.kind in DECIDING]
    covered = {step for o in deciding for step in o.steps}
    if any(o.outcome != "passed" for o in deciding):
        return None
    if not ({*claim.steps} <= covered or "statement" in covered):
        return None
    read = {x for o in deciding for x in o.uses}
    for what, lemma in _named(claim):
        if lemma not in read:
            said = f"{what} of claim {claim.id} names {lemma}, which its deciding evidence does not read"
            seed = deciding[0].seed
            return Outcome(claim.id, HERE, "witness", (), "error", seed=seed, detail=said)
    return None


__all__ = ["no_claim", "unread"]
