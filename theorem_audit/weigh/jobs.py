"""Evidence as jobs of worker processes: where it stands, what a worker does, and whether its answer is one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType, ModuleType
from typing import Any

from theorem_audit import project
from theorem_audit.checks.mark import Evidence, imported, is_test
from theorem_audit.doubt import instances
from theorem_audit.doubt.falsify import tables
from theorem_audit.kinds import DECIDING
from theorem_audit.reuse.files import look as look_at
from theorem_audit.reuse.index import Row
from theorem_audit.reuse.reads import CHILD, Reads, Recorder
from theorem_audit.statement.discovery import modules
from theorem_audit.weigh.answers import doubt
from theorem_audit.weigh.apart import Apart, growing
from theorem_audit.weigh.collected import cases_of, evidence_of, load_profile
from theorem_audit.weigh.leftovers import Leftovers, resource
from theorem_audit.weigh.meanwhile import Meanwhile
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.records import Imported
from theorem_audit.weigh.runner import not_run, run_evidence
from theorem_audit.weigh.sense import LOOK, vacuous
from theorem_audit.weigh.watching import list_imported, watch
from theorem_audit.weigh.workers import Crew, Last, Lost, set_up

# A claim, its evidence and a case; None: does the claim say anything?
Job = tuple[str, Row | None, str]


def jobs_for(
    claim_ids: Sequence[str], table: Mapping[str, Sequence[Row]] | None = None
) -> list[tuple[Job, Row]]:
    """One job per evidence and case, for the given claims.

    table: where the evidence stands, by claim; without it all evidence is collected.
    """
    if table is None:
        table = {x: [row_of(item) for item in evidence_of()[x]] for x in claim_ids}
    return [
        ((claim_id, row, case), row)
        for claim_id in claim_ids
        for row in table[claim_id]
        for case in row.cases
    ]


def row_of(item: Evidence) -> Row:
    """Where an evidence stands."""
    marks: list[Evidence] = item.function.evidence_marks  # type: ignore[attr-defined]
    name, cases = item.function.__name__, tuple(x for x, _ in cases_of(item))
    return Row(
        item.claim_id, item.kind, item.function.__module__, name, marks.index(item), name,
        item.steps, item.needs, item.slow, cases,
    )  # fmt: skip


# Imported before evidence can be the first to do so, and change them: by name, as outcomes rest on none.
LATE = tuple(
    f"theorem_audit.{x}"
    for x in ("kernel.axioms", "kernel.gate", "kernel.judge", "doubt.challenge", "doubt.doubts")
)
RECORDER: Recorder | None = None  # in a worker: what evidence opens
LEFT: Any = None  # in a worker: what could act there of itself, as it was then


def start_worker(here: project.Project, quick: bool, everything: bool = False) -> None:
    """What a worker process does first: what is opened is recorded.

    everything: import all claims and all evidence at once.
    """
    global LEFT, RECORDER
    project.enter(here)
    watch()
    load_profile(quick)
    files = {str(m.file): name for name, m in look_at(here).modules.items()}
    RECORDER = Recorder(here.root, here.path("output"), files)
    RECORDER.start()
    with growing():
        try:
            here.theory_package()
            here.evidence_package()
        except project.ProjectError:  # the caller looks for them, too, and tells it
            sys.exit(1)
        for name in LATE:
            importlib.import_module(name)
        if everything:
            _import_all(here)
    LEFT = Leftovers()


def _import_all(here: project.Project) -> None:
    """Import the theory, its evidence and its searches; what cannot be imported is told by the index."""

    def quietly(name: str) -> ModuleType | None:
        with suppress(Exception):
            return imported(name)
        return None

    with suppress(Exception):
        _ = here.claims.keys()
    with suppress(Exception):
        _ = [*modules(here.evidence_package(), is_test, quietly)]
    with suppress(Exception):
        tables()


def _before(job: Job) -> None:
    """In the process that jobs are forked from: import the claim and what all its jobs need."""
    _ = project.claims()[job[0]], job[1] and job[1].marked
    names = () if job[1] is None else job[1].first
    for name in names:
        with suppress(Exception):  # told by the evidence that is in it
            imported(name)
    here = project.current()
    if here.falsifiers in names:
        with suppress(Exception):
            _import_searches(here)
    if any([_draws(sys.modules.get(name)) for name in names]):
        _read_constants()
    list_imported(here.evidence, names or sys.modules)
    KNOWN[:] = [IMPORTED.names()]


@cache
def _import_searches(here: project.Project) -> None:
    """Import all searches, once."""
    del here
    tables()


@cache
def _draws(module: ModuleType | None) -> bool:
    """Whether a module holds something that Hypothesis draws for, by its names."""
    return any(hasattr(x, "hypothesis") for x in list(vars(module or project).values()))


def _read_constants() -> None:
    """Have Hypothesis read the constants in all sources here: each fork would parse them anew."""
    # It is no interface of Hypothesis, which reads them itself where this fails.
    with suppress(Exception):
        providers = importlib.import_module("hypothesis.internal.conjecture.providers")
        providers._get_local_constants()
    # No evidence asked for it.  What of the tool is named as something that evidence reaches is taken to be
    # reached, and all of that evidence rested on the text of every source.
    if RECORDER is not None:
        RECORDER.reads.pop((__name__, "_read_constants"), None)


def _left() -> bytes:
    """The installed modules that a job was the first to import, by name."""
    (known,) = KNOWN
    if not IMPORTED.names() - known:
        return b""
    roots = {*project.current().packages, "theorem_audit", "__mp_main__"}
    return " ".join(
        x for x in sys.modules if x not in known and x.partition(".")[0] not in roots
    ).encode("utf-8", "replace")


def _after(left: bytes) -> None:
    """Import them here, so that no later job has to."""
    for name in left.decode("utf-8", "replace").split():
        with suppress(Exception):
            importlib.import_module(name)


def _begin() -> None:
    """In a fork: what could act there of itself, as it begins."""
    global LEFT
    LEFT = Leftovers()


def _claim_of(job: Job) -> str | None:
    """Whose fork a job belongs in; a look at a claim's hypotheses runs no evidence."""
    return None if job[1] is None else job[0]


APART = Apart(_claim_of, _before, _begin, _left, _after)
IMPORTED = Imported()
KNOWN: list[Set[str]] = [frozenset()]  # the modules that were imported before the job's fork

TIME_LIMIT = 1200.0  # seconds for one evidence in a run; the slowest takes one, on a busy machine


def crew(
    workers: int, *, run_seed: int, quick: bool, limit: float = TIME_LIMIT, everything: bool = False
) -> Crew:
    """Worker processes for ``run_jobs``; they outlive one call, and whatever evidence does to them.

    everything: each imports all claims and evidence as it starts.
    """
    set_up()
    work = partial(_serve, run_seed=run_seed, quick=quick)
    start = (project.current(), quick, everything)
    return Crew(
        work, start_worker, start, workers=workers, limit=limit, answers=(Outcome,), apart=APART
    )


About = tuple[Outcome | None, dict[str, Any]]
SAID = ("error", "inconclusive", "refuted")  # what a look comes to where it finds something
LOST: dict[str, Any] = dict(instances.NOTHING)  # where the search for instances was cut short


def _work(job: Job, run_seed: int, quick: bool) -> Outcome | About:
    claims = project.claims()

    claim_id, row, case = job
    if row is None:
        return vacuous(claims[claim_id], run_seed), instances.about(claims[claim_id])
    top = f"{project.current().evidence}."
    found = run_evidence(
        row.marked, claims[claim_id], case=case, run_seed=run_seed, quick=quick,
        imports=[x for x in row.near if x.startswith(top)],
    )  # fmt: skip
    # A made-up claim is no lemma.  Not asked where evidence is run: all of it would rest on all claims.
    return replace(found, uses=tuple(x for x in found.uses if x in claims))


def _serve(job: Job, run_seed: int, quick: bool) -> tuple[Outcome | About, Reads] | Last:
    """``_work`` in a worker process, with all that was opened there so far.

    The last of that process where something was left in it that could act during the next one's turn.
    """
    _ = project.claims()[job[0]], job[1] and job[1].marked  # imports them
    before, children = IMPORTED.names(), _of_children()
    said = _work(job, run_seed, quick)
    reads = {} if RECORDER is None else RECORDER.reads
    if job[1] is not None and job[1].kind != "kernel" and _of_children() != children:
        # Some ways to start one are told to nobody.
        owner = (job[1].module, job[1].binding)
        reads = {**reads, owner: {*reads.get(owner, ()), CHILD}}
    answer = said, reads
    # What evidence is the first to import may be what it made of it.
    last = job[1] is not None and _ours(before ^ IMPORTED.names())
    last = last or (LEFT is not None and LEFT.left())
    return Last(answer) if last else answer


def _of_children() -> tuple[float, ...]:
    """What the processes that this one started, and waited for, have used."""
    if resource is None:  # Windows counts none
        return ()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime, used.ru_minflt


def _ours(names: Iterable[str]) -> bool:
    """Whether a module of the theory or of its evidence is among them."""
    here = project.current()
    roots = (f"{here.theory}.", f"{here.evidence}.")
    return any(x.startswith(roots) for x in names)


def look(
    claim_ids: Sequence[str], *, run_seed: int, quick: bool, workers: Crew | Meanwhile | None
) -> Iterator[tuple[str, About]]:
    """For each claim: the error to report if it says nothing, and instances of its hypotheses."""
    jobs: list[Job] = [(claim_id, None, "") for claim_id in claim_ids]
    if workers is None:
        yield from ((job[0], _work(job, run_seed, quick)) for job in jobs)  # type: ignore[misc]
        return
    for job, said in workers.run(jobs):
        if why := said.reason if isinstance(said, Lost) else _strange(said, job[0]):
            lost = Outcome(job[0], LOOK, "witness", (), "error", seed=run_seed, detail=why)
            yield job[0], (lost, LOST)
        else:
            yield job[0], said[0]


def _strange(said: Any, claim_id: str) -> str:
    """Why an answer is not what a look at the claim's hypotheses gives; empty where it is."""
    try:
        (empty, about), _ = said
        asked = empty and replace(empty, claim_id=claim_id, kind="witness", steps=())
        told = asked is None or (asked == empty and empty.outcome in SAID)
        fits = about.keys() == {"instance", "boundary"} and told
    except (AttributeError, TypeError, ValueError):
        fits = False
    return "" if fits else FORGED


def run_jobs(
    jobs: Sequence[tuple[Job, Row]],
    *,
    run_seed: int,
    quick: bool,
    workers: Crew | Meanwhile | None,
    reads: Callable[[Reads], None] = lambda opened: None,
    seconds: Mapping[Job, float] = MappingProxyType({}),
) -> Iterator[tuple[Job, Outcome]]:
    """Run jobs in worker processes and yield outcomes as they come.

    workers: a ``crew``; None runs them in this process, which evidence can then end.
    reads: called before an outcome is yielded, with the files that its process has opened.
    seconds: what jobs took when they were last run.
    Evidence that ends its process, or does not end in time, is an error, and the rest is run.
    With ``quick``, evidence marked slow is yielded as ``not_run`` at once.
    """
    todo = []
    for job, item in jobs:
        if quick and item.slow:
            yield job, not_run(item, job[2], run_seed, "slow evidence is left out by --quick")
        else:
            todo.append((job, item))
    # The longest claims first, so that no long run is left for the end; a claim's jobs share a fork, and its
    # caches: what decides reads its lemmas first, where they are put down to it.
    long: dict[str, float] = {}
    for job, item in todo:
        expected = seconds.get(job, SLOW if item.slow else USUAL.get(item.kind, 0.1))
        long[job[0]] = long.get(job[0], 0.0) + expected
    todo.sort(key=lambda pair: (-long[pair[0][0]], pair[0][0], pair[1].kind not in DECIDING))
    if workers is None:
        for job, _ in todo:
            yield job, _work(job, run_seed, quick)  # type: ignore[misc]
        return
    items = dict(todo)
    for job, said in workers.run([job for job, _ in todo]):
        asked = not_run(items[job], job[2], run_seed, "")
        if isinstance(said, Lost):
            yield job, replace(asked, outcome="error", detail=said.reason)
        elif why := _forged(said) or doubt(said[0], asked):
            yield job, replace(asked, outcome="error", detail=f"{FORGED}: {why}")
        else:
            reads(said[1])
            yield job, said[0]


SLOW = 2.0  # seconds that evidence marked slow is expected to take
# The same by kind, as they were on the machine of 27 November 2026.
USUAL = {"simulation": 0.33, "property": 0.31, "certificate": 0.21, "variants": 0.2, "search": 0.19}

FORGED = "what came back from its process is not its outcome"


def _forged(said: Any) -> str:
    """Why an answer is no outcome with what was opened; empty where it is one."""
    if not (isinstance(said, tuple) and len(said) == 2 and isinstance(said[1], dict)):
        return "it is no pair"
    for owner, whats in said[1].items():
        if not (isinstance(owner, tuple) and len(owner) == 2 and isinstance(whats, set | tuple)):
            return "what was opened is no set of texts"
        if not all(isinstance(x, str) for x in (*owner, *whats)):
            return "what was opened is no text"
    return ""
