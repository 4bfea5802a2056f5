"""The verdict of one claim object, by its evidence alone, in this process: what ``theorem_audit.check`` is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from theorem_audit import project
from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.checks.run_context import DEFAULT_SEED
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh import lemmas_named, tried
from theorem_audit.weigh.collected import cases_of, evidence_of
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.sense import vacuous
from theorem_audit.weigh.verdict import Verdict, derive


def _deciding_first(items: Iterable[Evidence]) -> list[Evidence]:
    return sorted(items, key=lambda item: (item.kind not in DECIDING, item.slow))


def check(claim: Claim, *, run_seed: int = DEFAULT_SEED, quick: bool = False) -> Verdict:
    """The verdict of ``claim`` by running its evidence against this very object.

    A run asks more: a search and wrong variants (``theorem_audit.doubt.doubts``), which can lower it.
    A wrong variant (``dataclasses.replace(claim, formula=wrong)``) comes out refuted; the run stops at
    the first refutation.  The claims it rests on are run as registered, once per process.

    Raises ValueError when no claim of that id is registered: there would be no evidence to run.
    """
    claims = project.claims()

    if claim.id not in claims:
        raise ValueError(f"claim.id={claim.id!r}: no evidence; known are {', '.join(claims)}")
    if said := lemmas_named.no_claim(claim, claims):
        raise ValueError(said)
    if claim is claims[claim.id]:
        found = _registered(claim.id, run_seed, quick)
    else:
        found = tuple(_outcomes(claim, run_seed, quick, stop_early=True))
    idle = lemmas_named.unread(claim, found)
    found += () if idle is None else (idle,)
    outcomes = {claim.id: found}
    if all(o.outcome != "refuted" for o in found):
        pending = [u for o in found for u in o.uses]
        while pending:
            used = pending.pop()
            if used not in outcomes:
                outcomes[used] = _registered(used, run_seed, quick)
                pending += [u for o in outcomes[used] for u in o.uses]
    every = {**claims, claim.id: claim}
    wrong = tried.accepted({x: every[x] for x in outcomes})
    return derive(every, outcomes, accepted=wrong)[claim.id]


@cache
def _registered(claim_id: str, run_seed: int, quick: bool) -> tuple[Outcome, ...]:
    claims = project.claims()

    return tuple(_outcomes(claims[claim_id], run_seed, quick))


def _outcomes(
    claim: Claim, run_seed: int, quick: bool, stop_early: bool = False
) -> Iterator[Outcome]:
    if (empty := vacuous(claim, run_seed)) is not None:
        yield empty
    for item in _deciding_first(evidence_of()[claim.id]):
        for case, _ in cases_of(item):
            outcome = run_evidence(item, claim, case=case, run_seed=run_seed, quick=quick)
            yield outcome
            if stop_early and outcome.outcome == "refuted":
                return


__all__ = ["check"]
