"""Runs evidence against a claim object, and whole ledgers in worker processes."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import hypothesis

from theorem_audit import project
from theorem_audit.checks.mark import DECIDING, Evidence, collect
from theorem_audit.checks.run_context import (
    DEFAULT_SEED,
    Absent,
    Inconclusive,
    RunContext,
    running,
    seed,
)
from theorem_audit.doubt import instances
from theorem_audit.doubt.undefined import undefined
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.reuse.files import look as look_at
from theorem_audit.reuse.index import Row
from theorem_audit.reuse.reads import Reads, Recorder
from theorem_audit.statement.claim import Claim, recording_hypotheses, recording_reads
from theorem_audit.weigh import tried
from theorem_audit.weigh.answers import doubt
from theorem_audit.weigh.leftovers import Leftovers
from theorem_audit.weigh.untouched import CHANGED
from theorem_audit.weigh.verdict import Outcome, Verdict, derive
from theorem_audit.weigh.workers import Crew, Last, Lost

# On wrong variants any failing example will do, so none is shrunk.
EXAMPLES = {"audit": 50, "audit-quick": 10, "audit-variants": 20}
for _name, _examples in EXAMPLES.items():
    hypothesis.settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        phases=[
            phase
            for phase in hypothesis.Phase
            if _name != "audit-variants" or phase is not hypothesis.Phase.shrink
        ],
    )


def load_profile(quick: bool) -> None:
    """How many examples Hypothesis tries; evidence takes it as it is imported."""
    hypothesis.settings.load_profile("audit-quick" if quick else "audit")


@cache
def evidence_of(quick: bool = False) -> dict[str, list[Evidence]]:
    """All evidence by claim id (collected once; the Hypothesis profile is set before import)."""
    load_profile(quick)
    return collect()


def start_variant_worker(here: project.Project) -> None:
    """The same for wrong variants; the profile is that of the first import."""
    project.use(here)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    hypothesis.settings.load_profile("audit-variants")
    collect()


def cases_of(item: Evidence) -> list[tuple[str, dict[str, Any]]]:
    """The (name, keyword arguments) pairs an evidence is run for."""
    if not item.cases:
        return [("", {})]
    return [(name, {"case": value}) for name, value in item.cases.items()]


def _new_list() -> Any:
    """What judges, listed.  Found by name: outcomes do not rest on what watches over them."""
    return sys.modules["theorem_audit.weigh.untouched"].Untouched()


@cache
def _here() -> Any:
    """The same for evidence that runs in the caller's process, who may change what he likes in between."""
    return _new_list()


def run_evidence(
    item: Evidence,
    claim: Claim,
    *,
    case: str = "",
    run_seed: int = DEFAULT_SEED,
    quick: bool = False,
    call: Callable[..., Any] | None = None,
) -> Outcome:
    """Run one evidence (one case of it) against ``claim`` and say what came out.

    Never raises for what the evidence does, except KeyboardInterrupt.  ``call`` lets the pytest
    plugin put pytest's own call in place of the plain one.
    """
    arguments = dict(cases_of(item))[case]
    untouched = WATCHED or _here()
    context = RunContext(test=item.key + case, seed=run_seed, quick=quick, look=untouched.look)
    outcome, detail, witness = "passed", "", {}
    started = time.perf_counter()
    untouched.extend(accept=WATCHED is None)
    if not __debug__:
        return replace(
            not_run(item, case, run_seed, "python -O strips the assertions of evidence"),
            outcome="error",
        )
    with running(context), recording_reads() as reads, recording_hypotheses() as hypotheses:
        function = call or item.function
        if hasattr(item.function, "hypothesis"):
            hypothesis.seed(int(seed("hypothesis").generate_state(1)[0]))(item.function)
        try:
            function(claim=claim, **arguments)
            if _count(context.checks) < 1:
                outcome, detail = "error", "the evidence checked nothing"
            elif context.lost:
                outcome, detail = "error", f"a thread of it ended by {context.lost[0]}"
            elif not 0 <= context.error <= 1:
                outcome, detail = "error", f"an error probability of {context.error} was booked"
        except Absent as error:
            outcome, detail = "not_run", _text(error)
        except (Inconclusive, Undecided) as error:
            outcome, detail = "inconclusive", _text(error)
        except AssertionError as error:
            # That Coq does not accept a gate says nothing against the claim, unless it says Refuted.
            gate = item.kind == "kernel" and not isinstance(error, Refuted)
            outcome, detail = "error" if gate else "refuted", _message(error)
            witness = {_text(k): _text(v) for k, v in getattr(error, "witness", {}).items()}
        except KeyboardInterrupt:
            raise
        except SystemExit as error:
            outcome, detail = "error", f"it called sys.exit({error.code!r})"
        except BaseException as error:  # noqa: BLE001 - pytest's own failures are no Exception
            outcome, detail = "error", f"{type(error).__name__}: {_message(error)}"
    if changed := untouched.changed():
        outcome, detail = "error", CHANGED + ", ".join(changed)
    return Outcome(
        claim_id=claim.id,
        test=item.test,
        kind=item.kind,
        steps=item.steps,
        outcome=outcome,
        case=case,
        seconds=round(time.perf_counter() - started, 4),
        checks=_count(context.checks),
        seed=run_seed,
        error=float(context.error) if 0 <= context.error <= 1 else 1.0,
        power=context.power,
        smallest_visible=context.smallest_visible,
        uses=tuple(sorted(reads - {claim.id})),
        needs=item.needs,
        read=tuple(sorted({kind for name, kind in hypotheses if name == claim.id})),
        detail=detail,
        notes=tuple(map(_text, context.notes)),
        witness=witness,
    )


def _count(checks: Any) -> int:
    """How many checks were made, as a plain number; 0 where evidence left there what is none."""
    try:
        return max(0, int(checks))
    except Exception:  # noqa: BLE001 - the evidence's own object, in which anything may break
        return 0


def _text(value: object) -> str:
    """What an object says of itself, as text that can be written: no half of a character, no error."""
    try:
        return str(value).encode("utf-8", "replace").decode("utf-8")
    except Exception as error:  # noqa: BLE001 - the evidence's own object, in which anything may break
        return f"a {type(value).__name__} whose text cannot be made: {type(error).__name__}"


def _message(error: BaseException) -> str:
    lines = [
        _text(error).strip() or type(error).__name__,
        *map(_text, getattr(error, "__notes__", ())),
    ]
    return "; ".join(line.strip() for line in lines if line.strip())[:600]


def not_run(item: Evidence | Row, case: str, run_seed: int, why: str) -> Outcome:
    """The outcome of an evidence that was not run."""
    return Outcome(
        item.claim_id, item.test, item.kind, item.steps, "not_run", case, seed=run_seed,
        needs=item.needs, detail=why,
    )  # fmt: skip


LOOK = "theorem_audit/doubt/instances.py::instance"


def vacuous(claim: Claim, run_seed: int) -> Outcome | None:
    """The error to report when a claim says nothing: no instance of its hypotheses is found, or its
    formula makes no sense at one.
    """
    where = LOOK
    try:
        instances.instance(claim)
        if not (found := undefined(claim)):
            return None
        where = "theorem_audit/doubt/undefined.py::undefined"
        at = ", ".join(f"{x} = {v}" for x, v in found[0].instance.items()) or "every point"
        detail = f"{claim.id}: the formula is undefined at {at} of its region ({found[0].what})"
    except instances.EmptyRegion as error:
        detail = str(error)
    return Outcome(claim.id, where, "witness", (), "error", seed=run_seed, detail=detail)


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
    if claim is claims[claim.id]:
        found = _registered(claim.id, run_seed, quick)
    else:
        found = tuple(_outcomes(claim, run_seed, quick, stop_early=True))
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


Job = tuple[
    str, Row | None, str
]  # a claim, its evidence and a case; None: does the claim say anything?


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
    for x in ("kernel.axioms", "kernel.gate", "kernel.judge", "doubt.challenge")
)
RECORDER: Recorder | None = None  # in a worker: what evidence opens
WATCHED: Any = None  # in a worker: what judges, as it was when that started
LEFT: Any = None  # in a worker: what could act there of itself, as it was then


def start_worker(here: project.Project, quick: bool) -> None:
    """What a worker process does first: one thread for linear algebra; what is opened is recorded."""
    global LEFT, RECORDER, WATCHED
    project.use(here)
    WATCHED = _new_list()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    load_profile(quick)
    here.theory_package()
    here.evidence_package()
    files = {str(m.file): name for name, m in look_at(here).modules.items()}
    RECORDER = Recorder(here.root, here.path("output"), files)
    RECORDER.start()
    for name in LATE:
        importlib.import_module(name)
    LEFT = Leftovers()


TIME_LIMIT = 1200.0  # seconds for one evidence in a run; the slowest takes one, on a busy machine


def crew(workers: int, *, run_seed: int, quick: bool, limit: float = TIME_LIMIT) -> Crew:
    """Worker processes for ``run_jobs``; they outlive one call, and whatever evidence does to them."""
    work = partial(_serve, run_seed=run_seed, quick=quick)
    start = (project.current(), quick)
    return Crew(work, start_worker, start, workers=workers, limit=limit, answers=(Outcome,))


About = tuple[Outcome | None, dict[str, Any]]
LOST: dict[str, Any] = dict(
    instances.NOTHING
)  # in place of instances, where the search was cut short


def _work(job: Job, run_seed: int, quick: bool) -> Outcome | About:
    claims = project.claims()

    claim_id, row, case = job
    if row is None:
        return vacuous(claims[claim_id], run_seed), instances.about(claims[claim_id])
    return run_evidence(row.marked, claims[claim_id], case=case, run_seed=run_seed, quick=quick)


def _serve(job: Job, run_seed: int, quick: bool) -> tuple[Outcome | About, Reads] | Last:
    """``_work`` in a worker process, with all that was opened there so far.

    The last of that process where something was left in it that could act during the next one's turn.
    """
    _ = project.claims()[job[0]], job[1] and job[1].marked  # imports them
    before = _ours()
    said = _work(job, run_seed, quick)
    answer = said, {} if RECORDER is None else RECORDER.reads
    # What evidence is the first to import may be what it made of it.
    last = job[1] is not None and _ours() != before
    last = last or (LEFT is not None and LEFT.left())
    return Last(answer) if last else answer


def _ours() -> set[str]:
    """The modules of the theory and of its evidence that are imported here."""
    here = project.current()
    roots = (f"{here.theory}.", f"{here.evidence}.")
    return {x for x in sys.modules if x.startswith(roots)}


def look(
    claim_ids: Sequence[str], *, run_seed: int, quick: bool, workers: Crew | None
) -> Iterator[tuple[str, About]]:
    """For each claim: the error to report if it says nothing, and instances of its hypotheses."""
    jobs: list[Job] = [(claim_id, None, "") for claim_id in claim_ids]
    if workers is None:
        yield from ((job[0], _work(job, run_seed, quick)) for job in jobs)  # type: ignore[misc]
        return
    for job, said in workers.run(jobs):
        if isinstance(said, Lost):
            lost = Outcome(job[0], LOOK, "witness", (), "error", seed=run_seed, detail=said.reason)
            yield job[0], (lost, LOST)
        elif why := _strange(said, job[0]):
            lost = Outcome(job[0], LOOK, "witness", (), "error", seed=run_seed, detail=why)
            yield job[0], (lost, LOST)
        else:
            yield job[0], said[0]


def _strange(said: Any, claim_id: str) -> str:
    """Why an answer is not what a look at the claim's hypotheses gives; empty where it is."""
    try:
        (empty, about), _ = said
        asked = empty and replace(
            empty, claim_id=claim_id, kind="witness", steps=(), outcome="error"
        )
        fits = about.keys() == {"instance", "boundary"} and (asked is None or asked == empty)
    except (AttributeError, TypeError, ValueError):
        fits = False
    return "" if fits else FORGED


def run_jobs(
    jobs: Sequence[tuple[Job, Row]],
    *,
    run_seed: int,
    quick: bool,
    workers: Crew | None,
    reads: Callable[[Reads], None] = lambda opened: None,
) -> Iterator[tuple[Job, Outcome]]:
    """Run jobs in worker processes and yield outcomes as they come.

    workers: a ``crew``; None runs them in this process, which evidence can then end.
    reads: called before an outcome is yielded, with the files that its process has opened.
    Evidence that ends its process, or does not end in time, is an error, and the rest is run.
    With ``quick``, evidence marked slow is yielded as ``not_run`` at once.
    """
    todo = []
    for job, item in jobs:
        if quick and item.slow:
            yield job, not_run(item, job[2], run_seed, "slow evidence is left out by --quick")
        else:
            todo.append((job, item))
    # The slow ones first, so that no long run is left for the end.
    todo.sort(key=lambda pair: (not pair[1].slow, pair[1].kind != "simulation"))
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


FORGED = "what came back from its process is not its outcome"


def _forged(said: Any) -> str:
    """Why an answer is no outcome with what was opened; empty where it is one."""
    if not (isinstance(said, tuple) and len(said) == 2 and isinstance(said[1], dict)):
        return "it is no pair"
    texts = [x for owner, whats in said[1].items() for x in (*owner, *whats)]
    return "" if all(isinstance(x, str) for x in texts) else "what was opened is no text"
