"""Whether a claim says anything: its hypotheses have an instance, and its formula makes sense there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from theorem_audit.doubt import instances
from theorem_audit.doubt.corners import false_at
from theorem_audit.doubt.undefined import false_anywhere, undefined, unsettled
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.time_limit import TimeLimit, limited

PATIENCE = 10.0  # seconds of the processor for the look at one claim
LOOK = "theorem_audit/doubt/instances.py::instance"


def vacuous(claim: Claim, run_seed: int) -> Outcome | None:
    """The error to report when a claim says nothing: no instance of its hypotheses is found, or its
    formula makes no sense at one.  Inconclusive where that is open: something infinite may converge or not,
    or the look takes longer than PATIENCE.  Refuted where the formula is false at an exact point of its region.
    """
    found: list[Outcome | None] = []
    try:
        limited(lambda: found.append(_looked_at(claim, run_seed)), PATIENCE)()
    except TimeLimit as over:
        detail = f"{claim.id}: what its formula comes to at exact points was not asked: {over}"
        return Outcome(claim.id, LOOK, "witness", (), "inconclusive", seed=run_seed, detail=detail)
    return found[0]


def _looked_at(claim: Claim, run_seed: int) -> Outcome | None:
    where, outcome = LOOK, "error"
    at: Mapping[Any, Any] | None
    try:
        instances.instance(claim)
        if (wrong := false_anywhere(claim)) is not None:
            detail = f"{claim.id}: {wrong} is false, whatever its symbols are"
            return Outcome(claim.id, where, "witness", (), "refuted", seed=run_seed, detail=detail)
        if found := undefined(claim):
            where = "theorem_audit/doubt/undefined.py::undefined"
            what, at = found[0].what, found[0].instance
        elif endless := unsettled(claim):
            where = "theorem_audit/doubt/converges.py::unsettled"
            what, at = endless[0].what, endless[0].instance
        elif false := false_at(claim):
            where = "theorem_audit/doubt/corners.py::false_at"
            outcome = "refuted" if false.sure else "inconclusive"
            detail = f"{claim.id}: {false.part} is false at {_shown(false.at)}, where its hypotheses hold"
            if not false.sure:
                detail += (
                    "; if a symbol is no such number, its Meaning or a hypothesis says what it is"
                )
            return Outcome(claim.id, where, "witness", (), outcome, seed=run_seed, detail=detail)
        else:
            return None
        if at is None:
            outcome = "inconclusive"
            detail = (
                f"{claim.id}: that {what} converges is not shown; Claim.converges says why it does"
            )
        else:
            point = _shown(at)
            detail = f"{claim.id}: the formula is undefined at {point} of its region ({what})"
    except instances.EmptyRegion as error:
        detail = str(error)
    return Outcome(claim.id, where, "witness", (), outcome, seed=run_seed, detail=detail)


def _shown(at: Mapping[Any, Any]) -> str:
    return ", ".join(f"{x} = {v}" for x, v in at.items()) or "every point"


__all__ = ["LOOK", "vacuous"]
