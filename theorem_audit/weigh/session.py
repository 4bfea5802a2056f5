"""One run: what is kept is taken from the store, the rest is run in one crew of workers, and kept."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from theorem_audit import project
from theorem_audit.checks.mark import UnknownEvidence, no_assumption
from theorem_audit.doubt.instances import NOTHING
from theorem_audit.errors import BadUsage
from theorem_audit.kinds import NOT_REACHED
from theorem_audit.reuse.files import look
from theorem_audit.reuse.index import Row, unknown_step
from theorem_audit.reuse.keeper import Keeper, Kept
from theorem_audit.reuse.store import Tell, open_store
from theorem_audit.statement.discovery import Claims
from theorem_audit.weigh import collected, jobs, latest, lemmas_named, runner, stale
from theorem_audit.weigh.ahead import Ahead
from theorem_audit.weigh.apart import growing
from theorem_audit.weigh.counts import Counts
from theorem_audit.weigh.keeping import Keeping
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.meanwhile import Meanwhile
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.sense import LOOK
from theorem_audit.weigh.told import Told, describe, fingerprint

SHARE = 4.0  # seconds of expected work for each process: below, starting another one does not pay
GUESS = 0.5  # seconds for evidence that was never timed, and for looking at hypotheses
MANY = 100  # files of a project: with fewer, the index is made before a process has started


Progress = Callable[[str, str, int, int], None]  # what, claim, done, total


class Session:
    """One run of some claims' evidence.

    fresh: take no outcome from the store, no index of evidence and no words of claims.
    check: the same, and compare with what the store would have given.  tell: is handed lines about the store.
    progress: called after each job.  everything: all claims will be asked for, so that the processes of a run
    that finds nothing kept are started at once, and import what the index imports at the same time.
    """

    def __init__(
        self,
        *,
        seed: int,
        quick: bool,
        workers: int,
        limit: float,
        fresh: bool = False,
        check: bool = False,
        tell: Tell = lambda text: None,
        progress: Progress = lambda what, claim, done, total: None,
        everything: bool = False,
    ) -> None:
        self.seed, self.quick, self.workers, self.limit = seed, quick, workers, limit
        self.fresh, self.check, self.progress, self.tell = fresh or check, check, progress, tell
        self.project = project.current()
        kept = self.project.path("kept")
        early = (
            everything
            and (self.fresh or not kept.exists())
            and sum(not x.startswith("theorem_audit.") for x in look(self.project).modules) > MANY
        )
        self.crew = jobs.crew(workers, run_seed=seed, quick=quick, limit=limit, everything=early)
        self._meanwhile = Meanwhile(self.crew)
        self._ahead: Ahead | None = None
        self.store = open_store(kept, tell)
        try:
            if early:
                self.crew.begin()
            with growing():
                if early:
                    self._look_ahead()
                self._look_around()
        except BaseException:
            self.close()
            raise

    def _look_ahead(self) -> None:
        ids: list[str] = []
        with suppress(Exception):  # what cannot be imported is told by the index
            ids += self.project.claims
        self._ahead = Ahead(self.crew, ids, run_seed=self.seed, quick=self.quick)

    def _look_around(self) -> None:
        """What there is to run, and what a run keeps track of."""
        self.keeper = Keeper(self.project, self.store, anew=self.fresh)
        self.keeper.fingerprints = _other_objects()
        collected.load_profile(self.quick)
        self.index = self.keeper.index
        self.told: dict[str, Told] = {}
        self._words: dict[str, dict[str, Any]] = {}
        self.counts = Counts()
        self.ledger = Ledger(
            seed=self.seed, quick=self.quick, told=self.told, hashes=stale.snapshot()
        )
        self.ledger.left_out = self.index.left_out
        self._made_ready: dict[Row, Row] = {}
        self.keeping = Keeping(self.keeper, self.quick)
        self.ledger.opened, self.ledger.elsewhere = self.keeping.opened, self.keeping.elsewhere

    def close(self) -> None:
        """End the processes and close the store; ``run`` does it itself."""
        self._end()
        self.store.close()

    def _end(self) -> None:
        """End the processes."""
        self._meanwhile.stop()
        if self._ahead is None:
            self.crew.__exit__(None, None, None)
            return
        self._ahead.stop()
        self.crew.__exit__(None, None, None)
        self._ahead.join()  # its looks have ended with their processes
        self.crew.__exit__(None, None, None)  # and one that was started in between

    # --- the run ------------------------------------------------------------------------------

    def run(self, ids: Sequence[str], save: Path | None = None) -> Ledger:
        """Run the evidence of ``ids``, then of whatever it turns out to rest on, until nothing is new.

        save: where the ledger is written as it grows, so that an interrupted run leaves what it had.
        """
        ledger, asked, done = self.ledger, list(ids), set[str]()
        try:
            try:
                while todo := [x for x in asked if x not in done]:
                    self._level(todo, save)
                    done |= set(todo)
                    asked += [
                        u for found in ledger.outcomes.values() for o in found for u in o.uses
                    ]
                    asked = list(dict.fromkeys(asked))
            finally:
                self._end()
            if self.check:
                self.counts.wrong += self.keeper.others
            ledger.complete = not self.index.broken
            self.keeping.flush(now=True)
            if ledger.complete and not self.keeper.fingerprints:
                every = words(self.keeper, self.index.claims)
                latest.note(self.keeper, ledger, self.keeping.keys, every)
                latest.ahead(self.keeper)
        except KeyboardInterrupt:
            if save is not None:
                ledger.write(save)
            raise
        finally:
            self.keeping.flush(now=True)
            self.store.close()
        if save is not None:
            ledger.write(save)
        return ledger

    def _named(self, ids: Iterable[str]) -> None:
        """An error for each claim that says how it uses a lemma which its evidence does not read.

        As soon as all of it is done: the ledger of a run that is cut short must say it, too.
        """
        for claim_id in ids:
            found = self.ledger.outcomes[claim_id]
            if (idle := lemmas_named.unread(self.told[claim_id], found)) is not None:
                self.ledger.add(idle)

    def _blame(self) -> None:
        """An error for each claim that a broken file of evidence names, which might have refuted it."""
        here = project.current()
        prefix = f"{here.evidence.replace('.', '/')}/"
        for path, why in self.index.broken.items():
            file = here.root / path
            if not path.startswith(prefix) or not file.is_file():
                continue
            text = file.read_text(encoding="utf-8", errors="replace")
            for claim_id in list(self.ledger.outcomes):
                if f'"{claim_id}"' in text or f"'{claim_id}'" in text:
                    said = f"the file cannot be imported: {why}"
                    self.ledger.add(
                        Outcome(
                            claim_id,
                            f"{path}::import",
                            "property",
                            ("statement",),
                            "error",
                            detail=said,
                        )
                    )

    def _level(self, todo: Sequence[str], save: Path | None) -> None:
        ledger = self.ledger
        self._tell(todo)
        ledger.expect(todo)
        pairs, keys, kept = self._kept(todo)
        if self._doubts(pairs, keys, kept):
            self._tell(todo)
            pairs, keys, kept = self._kept(todo)
        self.keeping.keys |= {(r.claim_id, r.test, j[2], r.kind): keys[j] for j, r in pairs}
        self.counts.total += len(pairs)
        left, reads = [], dict[str, set[str]]()
        first = self._first(row for job, row in pairs if self.fresh or keys[job] not in kept)
        for job, row in pairs:
            known = kept.get(keys[job])
            if known is not None and not self.fresh:
                self._add(Outcome.from_dict(known.outcome))
                reads.setdefault(row.claim_id, set()).update(known.reads)
                self.counts.reused += 1
            else:
                ledger.add(runner.not_run(row, job[2], self.seed, NOT_REACHED))
                ready = replace(self._ready(row), first=first[row.claim_id])
                again: jobs.Job = (job[0], ready, job[2])
                keys[again] = keys[job]
                left.append((again, ready))
        for claim_id, opened in reads.items():
            self.keeping.opens(claim_id, opened)
        self._blame()
        self._named(todo)
        looks = self._known_looks(todo)
        for claim_id in looks:
            ledger.add(not_looked(claim_id, self.seed))
        if save is not None and (left or looks):  # else it is whole in a moment
            ledger.write(save)
        last = self._last(left)
        spent = sum(last.get(job, {}).get("seconds", GUESS) for job, _ in left) + GUESS * len(looks)
        self.crew.workers = min(self.workers, max(1, math.ceil(spent / SHARE)))
        self._look(looks)
        rows_of = dict(left)
        outcomes = jobs.run_jobs(
            left, run_seed=self.seed, quick=self.quick, workers=self._meanwhile, reads=self.keeping.reads,
            seconds={job: x["seconds"] for job, x in last.items()},
        )  # fmt: skip
        for shown, (job, outcome) in enumerate(outcomes, 1):
            self._add(outcome)
            self._named([outcome.claim_id])
            self.progress("evidence", outcome.claim_id, shown, len(left))
            if outcome.outcome == "not_run":
                self.counts.could_not += 1
            else:
                self.counts.ran += 1
                self._why(job, rows_of[job], keys[job], last)
            self.keeping.ended(keys[job], outcome, rows_of[job])
            if (known := kept.get(keys[job])) is not None and self.check:
                self.counts.compare(known.outcome, outcome)
            if save is not None:
                ledger.write_soon(save)
            self.keeping.flush()

    def _kept(
        self, todo: Sequence[str]
    ) -> tuple[list[tuple[jobs.Job, Row]], dict[jobs.Job, str], dict[str, Kept]]:
        """The jobs of some claims, their keys, and what is kept under these and still holds."""
        pairs = jobs.jobs_for(todo, self.index.evidence)
        keys = {
            job: self.keeper.key(row, job[2], seed=self.seed, quick=self.quick)
            for job, row in pairs
        }
        return pairs, keys, self.keeper.outcomes(keys.values())

    def _doubts(
        self,
        pairs: Sequence[tuple[jobs.Job, Row]],
        keys: Mapping[jobs.Job, str],
        kept: Mapping[str, Kept],
    ) -> bool:
        """Where a file or a variable changed, statements and tables of cases may be others: read them anew.

        Of what nothing is kept under its key (another seed, edited evidence), the last outcome tells.
        """
        if self.fresh:
            return False
        missing = [(job, row) for job, row in pairs if keys[job] not in kept]
        last = {job: x["key"] for job, x in self._last(missing).items()}
        self.keeper.outcomes({*last.values()} - {*keys.values()})
        stirred = [r for j, r in pairs if {keys[j], last.get(j)} & self.keeper.stirred]
        chapters = (self.index.claims[row.claim_id][0] for row in stirred)
        if not self.keeper.doubt([*chapters, *(row.module for row in stirred)]):
            return False
        before, self.index = {*self.index.claims}, self.keeper.index
        if others := sorted(before ^ {*self.index.claims}):
            raise BadUsage(
                f"a file or variable that the theory reads changed, and claims with it ({', '.join(others)}): "
                "run this again"
            )
        self._made_ready.clear()
        self.ledger.left_out = self.index.left_out
        return True

    def _add(self, outcome: Outcome) -> None:
        """Add an outcome, and tell the claims that it used: the ledger may be written before their turn."""
        self.ledger.add(outcome)
        known = self.index.claims
        if new := [x for x in outcome.uses if x not in self.told and x in known]:
            self._tell(new)
            self.ledger.about |= {x: NOTHING for x in new if x not in self.ledger.about}

    def _first(self, rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
        """Claim -> the modules that its evidence of this run is in, and may import, with all that those of them
        import that are of the evidence's package; a search is in any of its own.
        """
        found: dict[str, set[str]] = {}
        for row in rows:
            names, mine = found.setdefault(row.claim_id, set()), {*self._ready(row).imports}
            if row.kind == "search":
                names.add(self.project.falsifiers)
            mine |= {row.module, *(x.module for x in row.beside), *(x for x, _ in row.around)}
            names |= mine.union(*(self._evidence(x) for x in mine))
        return {x: tuple(sorted(names)) for x, names in found.items()}

    def _evidence(self, module: str) -> set[str]:
        """Which modules of the evidence's package one of them imports, directly or not."""
        inside = f"{self.project.evidence}."
        if not f"{module}.".startswith(inside):
            return set()
        return {x for x in self.keeper.imports(module) if x.startswith(inside)}

    def _ready(self, row: Row) -> Row:
        """The row, with the modules that its evidence may import as it runs; worked out once for all cases."""
        if row not in self._made_ready:
            self._made_ready[row] = self._with_imports(row)
        return self._made_ready[row]

    def _with_imports(self, row: Row) -> Row:
        reached = self.keeper.graph.reached(self.keeper.nodes(row))
        names = {x[1] for x in reached if x[0] in ("def", "whole")}
        tops = {x.split(".")[0] for x in (self.project.theory, self.project.evidence)}
        ours = {x for x in names if x.split(".")[0] in tops}
        known = ours & {*self.keeper.tree.modules}
        near = known & self.keeper.imports(row.module)
        return replace(row, imports=tuple(sorted(known)), near=tuple(sorted(near)))

    # --- words and hypotheses -----------------------------------------------------------------

    def _tell(self, todo: Iterable[str]) -> None:
        """The words of the claims, in the order of the theory; an unknown step of evidence is told."""
        self._words |= words(self.keeper, todo)
        for claim_id in todo:
            told = self.told[claim_id] = Told.back(self._words[claim_id])
            if own := next((x for x in told.cites if x in self.index.claims), ""):
                raise UnknownEvidence(
                    f"claim {claim_id} cites {own}, which is a claim of this theory and no outside theorem: "
                    "its evidence reads it"
                )
            if said := lemmas_named.no_claim(told, self.index.claims):
                raise UnknownEvidence(said)
            for row in self.index.evidence[claim_id]:
                if wrong := unknown_step(row, told.steps):
                    raise UnknownEvidence(wrong)
                names = [x.name for x in told.assumptions]
                if row.needs and row.needs not in names:
                    raise UnknownEvidence(no_assumption(row.test, claim_id, row.needs, names))
        ordered = {x: self.told[x] for x in self.index.claims if x in self.told}
        self.told.clear()
        self.told.update(ordered)

    def _known_looks(self, todo: Sequence[str]) -> list[str]:
        """Take what is kept of the hypotheses; the claims whose hypotheses are to be looked at."""
        self.ledger.about |= dict.fromkeys(todo, NOTHING)
        keys = {x: self.keeper.about_key(x) for x in todo}
        kept = self.store.get_all("about", keys.values())
        left = []
        for claim_id in todo:
            said = kept.get(keys[claim_id])
            if said is None or self.fresh or self.keeper.told_anew(claim_id):
                left.append(claim_id)
                continue
            self.ledger.about[claim_id] = said["about"]
            if said["empty"] is not None:
                self.ledger.add(replace(Outcome.from_dict(said["empty"]), seed=self.seed))
        return left

    def _look(self, todo: Sequence[str]) -> None:
        ahead = {} if self._ahead is None else self._ahead.taken()
        left = [x for x in todo if x not in ahead]
        found = jobs.look(left, run_seed=self.seed, quick=self.quick, workers=self._meanwhile)
        known = ((x, ahead[x]) for x in todo if x in ahead)
        for done, (claim_id, (empty, about)) in enumerate(chain(known, found), 1):
            self.ledger.about[claim_id] = about
            self.ledger.remove(not_looked(claim_id, self.seed))
            if empty is not None:
                self.ledger.add(empty)
            if about is not jobs.LOST:
                said = {"empty": None if empty is None else empty.as_dict(), "about": dict(about)}
                key = self.keeper.about_key(claim_id)
                if self.check and (known := self.store.get("about", key)) is not None:
                    self.counts.compare_looks(claim_id, known, said)
                moved = self.keeper.moved(self.keeper.claim_nodes(claim_id))
                if not self.keeper.fingerprints and not moved:
                    self.store.put("about", key, said)
            self.progress("hypotheses", claim_id, done, len(todo))
            self.keeping.flush()

    # --- why -----------------------------------------------------------------------------------

    def _last(self, left: Sequence[tuple[jobs.Job, Row]]) -> dict[jobs.Job, dict[str, Any]]:
        """What was last known of evidence, whatever it rested on then."""
        keys = {job: self.keeper.last_key(row, job[2], self.quick) for job, row in left}
        found = self.store.get_all("last", keys.values())
        return {job: found[key] for job, key in keys.items() if key in found}

    def _why(self, job: jobs.Job, row: Row, key: str, last: Mapping[Any, Any]) -> None:
        """Note why evidence was run, once for its claim."""
        if row.claim_id not in self.counts.why and not self.fresh:
            known = last.get(job)
            self.counts.why[row.claim_id] = (
                latest.reason(self.keeper, row, known, key) if known else "not run before"
            )


def not_looked(claim_id: str, seed: int) -> Outcome:
    """That nobody has looked yet whether a claim's hypotheses can hold; what is found takes its place."""
    return Outcome(claim_id, LOOK, "witness", (), "not_run", seed=seed, detail=NOT_REACHED)


def words(keeper: Keeper, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The words of claims as JSON, as kept, or else told by the claims' objects; ids are in the index.

    Raises ProjectError where a theory's own table of claims lacks one.
    """
    keys = {x: keeper.told_key(x) for x in ids}
    stored = keeper.store.get_all("told", keys.values())
    kept = {**{keys[x]: stored[keys[x]] for x in keys if keys[x] in stored and not keeper.told_anew(x)},
            **keeper.words}  # fmt: skip
    for claim_id, key in keys.items():
        if key not in kept:
            if claim_id not in project.claims():  # put together by hand
                here, module = project.current(), keeper.index.claims[claim_id][0]
                raise project.ProjectError(
                    f"{here.file}: theory = {here.theory!r}: its `claims` lack {claim_id}, which {module} "
                    "declares: leave `claims` out of the package, and all are found"
                )
            kept[key] = keeper.words[key] = describe(project.claims()[claim_id])
            keeper.store.put("told", key, kept[key])
            keeper.compare(f"{claim_id}: what is told of it", stored, key, kept[key])
    return {claim_id: kept[key] for claim_id, key in keys.items()}


def _other_objects() -> dict[str, str]:
    """Fingerprints of claims that stand in this process in the place of the theory's own."""
    here = project.current()
    known = getattr(sys.modules.get(here.theory), "claims", None)
    if not isinstance(known, Claims):
        return {}
    return {x: fingerprint(claim) for x, claim in known.loaded() if known.own.get(x) is not claim}


__all__ = ["Session", "words"]
