"""Tries the wrong variants of many claims, in worker processes; knows what earlier runs found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from theorem_audit import project
from theorem_audit.checks.mark import DOUBTS
from theorem_audit.doubt import mutants
from theorem_audit.doubt.mutants import Known, Tried, chosen, try_variant, variants_of
from theorem_audit.doubt.variants import Variant
from theorem_audit.weigh import collected, watching
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.workers import Crew, Lost, NotStarted, set_up

if TYPE_CHECKING:
    from theorem_audit.reuse.keeper import Keeper

CHUNK_LIMIT = 1800.0  # seconds for a job; where Python cannot interrupt, the process ends


def count(claim_ids: Iterable[str], cap: int | None = None) -> int:
    """How many variants ``run`` will yield."""
    claims = project.claims()

    return sum(len(chosen(claims[claim_id], cap)) for claim_id in claim_ids)


@dataclass(frozen=True)
class Job:
    """Variants of one claim that one process tries.

    part: of how many parts of them this is which; names: those alone.  kept: of the claim's evidence.
    """

    claim_id: str
    run_seed: int
    fast: bool
    cap: int | None
    part: tuple[int, int] = (0, 1)
    names: tuple[str, ...] = ()
    kept: Known = field(default_factory=dict, hash=False, compare=False)

    def variants(self) -> list[Variant]:
        """In a fixed order."""
        found, (which, of) = chosen(project.claims()[self.claim_id], self.cap), self.part
        size = -(-len(found) // of)
        found = found[which * size : (which + 1) * size]
        return [v for v in found if not self.names or v.name in self.names]


def _chunk(job: Job) -> list[Tried]:
    mutants.known_before(job.claim_id, job.run_seed, job.kept)
    with watching.together() as changed:
        found = _tried(job)
    if changed:  # by which evidence, and on which variant: each is looked at by itself
        mutants.forget()
        found = _tried(job)
    return found


def _tried(job: Job) -> list[Tried]:
    mutants.ask_in_order()
    return [try_variant(v, run_seed=job.run_seed, fast=job.fast) for v in job.variants()]


@contextmanager
def _keeper() -> Iterator[Keeper]:
    """What is kept of the project, if anything is."""
    from theorem_audit.reuse.keeper import Keeper
    from theorem_audit.reuse.store import open_store

    here = project.current()
    kept = here.path("kept")
    store = open_store(kept if kept.exists() else None, lambda text: None, check=False)
    try:
        yield Keeper(here, store)
    finally:
        store.close()


def kept_outcomes(claim_ids: Iterable[str], run_seed: int) -> dict[str, Known]:
    """What earlier runs found of the claims' evidence, where nothing that it rests on has changed."""
    if not project.current().path("kept").exists():
        return {}
    with _keeper() as keeper:
        rows = {
            keeper.key(row, case, seed=run_seed, quick=False): (claim_id, row, case)
            for claim_id in claim_ids
            for row in keeper.index.evidence.get(claim_id, ())
            if row.kind not in DOUBTS
            for case in row.cases
        }
        found: dict[str, Known] = {}
        for key, kept in keeper.outcomes(rows).items():
            claim_id, row, case = rows[key]
            known = found.setdefault(claim_id, {})
            known[row.test, row.kind, row.steps, case] = Outcome.from_dict(kept.outcome)
        return found


def deciding_sources(claim_ids: Iterable[str]) -> dict[str, str]:
    """Claim -> a hash of the sources of what decides it, as the table of variants keeps it."""
    with _keeper() as keeper:
        return {x: keeper.deciding(x) for x in claim_ids}


def run(
    claim_ids: Sequence[str],
    *,
    run_seed: int = 0,
    workers: int = 0,
    cap: int | None = None,
    fast: bool = False,
    whole: set[str] | None = None,
) -> Iterator[Tried]:
    """Try the variants of the given claims; yields them as they are settled.

    workers: processes (0: this one, where Hypothesis shrinks what it finds and time is not limited
    outside the main thread).  A claim is tried by one process, but where there are few of them.
    whole: is given each claim of which no variant is left to be tried.
    """
    of = 1 if len(claim_ids) > 4 * workers else 4
    kept = kept_outcomes(claim_ids, run_seed) if workers else {}
    jobs = [
        Job(x, run_seed, fast, cap, part=(k, of), kept=kept.get(x, {}))
        for x in claim_ids
        for k in range(of)
    ]
    left = Counter(job.claim_id for job in jobs)

    def done(claim_id: str, more: int = 0) -> None:
        left[claim_id] += more - 1
        if whole is not None and not left[claim_id]:
            whole.add(claim_id)

    if workers < 1:
        for job in jobs:
            yield from _chunk(job)
            done(job.claim_id)
        return
    set_up()
    crew = Crew(
        _chunk,
        collected.start_variant_worker,
        (project.current(),),
        workers=workers,
        limit=CHUNK_LIMIT,
        answers=(Tried,),
    )
    with crew:
        alone: list[Job] = []
        for job, said in crew.run(jobs):
            if isinstance(said, Lost):
                _begun(said)
                again = [replace(job, names=(v.name,)) for v in job.variants()]
                alone += again
                done(job.claim_id, more=len(again))
            else:
                yield from said
                done(job.claim_id)
        for job, said in crew.run(alone):  # one by one, to find which it was
            if isinstance(said, Lost):
                _begun(said)
            yield from ([_stuck(job.claim_id, job.names, said)] if isinstance(said, Lost) else said)
            done(job.claim_id)


def _begun(lost: Lost) -> None:
    """Raise what keeps a process from starting: nothing was tried, so nothing was rejected.

    What the project's own files raise is raised here, too, as they are read here; else ChildProcessError.
    """
    if isinstance(lost, NotStarted):
        collected.evidence_of()
        raise ChildProcessError(lost.reason)


def _stuck(claim_id: str, names: Sequence[str], lost: Lost) -> Tried:
    """A variant on which the evidence ended its process, or did not end."""
    claims = project.claims()

    (made,) = (v for v in variants_of(claims[claim_id]) if v.name == names[0])
    text = str(made.part[1] if made.part else made.claim.region)
    return Tried(claim_id, made.name, made.group, text, "not_accepted", detail=lost.reason)


__all__ = ["Job", "count", "deciding_sources", "kept_outcomes", "run"]
