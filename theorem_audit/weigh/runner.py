"""Runs evidence against a claim object, in this process (``jobs`` runs it in worker processes)."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import hypothesis
import numpy as np
from sympy import Expr
from sympy.logic.boolalg import Boolean

from theorem_audit import project
from theorem_audit.checks.covering import left_out
from theorem_audit.checks.mark import DECIDING, Evidence, collect
from theorem_audit.checks.run_context import (
    DEFAULT_SEED,
    Absent,
    Inconclusive,
    RunContext,
    inside,
    running,
    seed,
)
from theorem_audit.doubt import instances, lemmas
from theorem_audit.doubt.outside import BUT
from theorem_audit.doubt.undefined import false_anywhere, undefined, unsettled
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.reuse.index import Row
from theorem_audit.statement.claim import (
    OWN,
    Claim,
    original,
    read_at_import,
    recording_all,
    recording_hypotheses,
    recording_reads,
)
from theorem_audit.visible import visible
from theorem_audit.weigh import tried
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.untouched import CHANGED
from theorem_audit.weigh.verdict import Outcome, Verdict, derive

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


WATCHED: Any = None  # in a worker: what judges, as it was when that started


def watch() -> None:
    """From now on evidence is watched from one to the next: nobody else changes anything in this process."""
    global WATCHED
    WATCHED = _new_list()


def list_imported(package: str, names: Container[str]) -> None:
    """List what was imported since, where evidence is watched: once, and not again in each fork.

    names: the modules of the evidence's package that what runs there may come to.
    """
    if WATCHED is not None:
        WATCHED.extend()
        WATCHED.keep_to(package, names)


TOGETHER = False  # inside ``together``


@contextmanager
def together() -> Iterator[list[str]]:
    """Evidence inside is looked at once, at the end; yields a list of what was changed, filled then."""
    global TOGETHER
    untouched, changed = WATCHED or _here(), list[str]()
    untouched.extend(accept=WATCHED is None)
    TOGETHER = True
    try:
        yield changed
    finally:
        TOGETHER = False
        changed += untouched.changed()


def run_evidence(
    item: Evidence,
    claim: Claim,
    *,
    case: str = "",
    run_seed: int = DEFAULT_SEED,
    quick: bool = False,
    call: Callable[..., Any] | None = None,
    imports: Iterable[str] = (),
    asked: set[str] | None = None,
) -> Outcome:
    """Run one evidence (one case of it) against ``claim`` and say what came out.

    imports: modules beside its own whose statements it rests on; what they read of claims, it read.
    asked: is given what was asked of the claim's object before the outcome was known; see ``recording_all``.

    Never raises for what the evidence does, except KeyboardInterrupt.  ``call`` lets the pytest
    plugin put pytest's own call in place of the plain one.
    Whether its judge was left alone is looked at here, but inside ``together`` or another evidence's run: there
    it is looked at where that ends.
    """
    looks = not TOGETHER and not inside()
    arguments = dict(cases_of(item))[case]
    untouched = WATCHED or _here()
    context = RunContext(
        test=item.key + case, seed=run_seed, quick=quick, look=untouched.look, claim=claim
    )
    outcome, detail, witness = "passed", "", {}
    started = time.perf_counter()
    if looks:
        untouched.extend(accept=WATCHED is None)
    if not __debug__:
        return replace(
            not_run(item, case, run_seed, "python -O strips the assertions of evidence"),
            outcome="error",
        )
    with (
        running(context), recording_reads() as reads, recording_hypotheses() as hypotheses,
        original(_theorys(claim)), recording_all(claim, asked),
    ):  # fmt: skip
        function = call or item.function
        if hasattr(item.function, "hypothesis"):
            hypothesis.seed(int(seed("hypothesis").generate_state(1)[0]))(item.function)
            context.again = True
        try:
            said = function(claim=claim, **arguments)
            if why := _unfinished(said):
                outcome, detail = "error", why
            elif item.kind in DECIDING and context.error > 0:
                outcome, detail = "error", f"a test of chance decides nothing: kind {item.kind!r}"
            elif _count(context.checks) < 1:
                outcome, detail = "error", "the evidence checked nothing"
            elif context.refused:
                outcome, detail = (
                    "error",
                    f"a test of chance rejected, and it went on: {context.refused[0]}",
                )
            elif context.lost:
                outcome, detail = "error", f"a thread of it ended by {context.lost[0]}"
            elif context.failed:
                outcome, detail = "error", WENT_ON + _text(context.failed[0])
            elif context.weak:
                outcome, detail = "inconclusive", f"it went on: {context.weak[0]}"
            elif item.kind in DECIDING and (why := left_out(context)):
                outcome, detail = "inconclusive", why
            elif not 0 <= context.error <= 1:
                outcome, detail = "error", f"an error probability of {context.error} was booked"
        except Absent as error:
            outcome, detail = "not_run", _text(error)
            if context.failed:
                outcome, detail = "error", WENT_ON + _text(context.failed[0])
        except (Inconclusive, Undecided) as error:
            outcome, detail = "inconclusive", _text(error)
        except AssertionError as error:
            # That Coq does not accept a gate says nothing against the claim, unless it says Refuted.
            gate = item.kind == "kernel" and not isinstance(error, Refuted)
            outcome, detail = "error" if gate else "refuted", _message(error)
            if why := _beside(claim, error):
                outcome, detail = "inconclusive", f"{detail}{BUT}{why}"
            witness = {_text(k): _text(v) for k, v in getattr(error, "witness", {}).items()}
        except KeyboardInterrupt:
            raise
        except SystemExit as error:
            outcome, detail = "error", f"it called sys.exit({error.code!r})"
        except BaseException as error:  # noqa: BLE001 - pytest's own failures are no Exception
            outcome, detail = "error", f"{type(error).__name__}: {_message(error)}"
    if OWN in reads:  # a rejection that follows says nothing of the variant, nor does a pass
        outcome, detail = "error", COPIED
    early = read_at_import(item.function.__module__, *imports)
    uses, beyond, reader = (reads | early) - {claim.id, OWN}, tuple[str, ...](), tuple[str, ...]()
    if looks and (changed := untouched.changed()):
        outcome, detail = "error", CHANGED + ", ".join(changed)
    if outcome == "passed" and item.kind in DECIDING:  # by a judge that was left alone
        try:
            beyond, reader = _asked(claim, sorted(uses))
        except (TypeError, ValueError, ZeroDivisionError) as error:
            outcome, detail = "error", _text(error)
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
        uses=tuple(sorted(uses)),
        needs=item.needs,
        read=tuple(sorted({kind for name, kind in hypotheses if name == claim.id})),
        beyond=beyond,
        reader=reader,
        detail=visible(detail),
        notes=tuple(map(_text, context.notes)),
        witness=witness,
    )


WENT_ON = "an expectation failed, and it went on (`attempt` is for what may fail): "
# How the detail begins of what says nothing of the claim handed over.
NOTHING_SAID = (CHANGED, COPIED)


def _beside(claim: Claim, error: BaseException) -> str:
    """The hypothesis that excludes the point at which evidence fails; empty where it is one of the claim's.

    Found by name: outcomes that pass do not rest on how a point is looked for.
    """
    if not isinstance(error, Refuted):
        return ""
    excluded = sys.modules["theorem_audit.doubt.outside"].excluded
    return str(excluded(object.__getattribute__(claim, "region"), error.witness))  # it is no read


def _asked(claim: Claim, uses: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the lemmas that were read ask beyond what the claim says: not shown to hold, and for the reader."""
    found = [lemmas.asked(claim, x) for name in uses if (x := _lemma(name)) is not None]
    return tuple(x for y in found for x in y.beyond), tuple(x for y in found for x in y.reader)


def _lemma(name: str) -> Claim | None:
    """The theory's claim of an id; None for a made-up one.  Found by name, as ``_theorys``."""
    found: Claim | None = sys.modules["theorem_audit.weigh.copies"].lemma(name)
    return found


def _theorys(claim: Claim) -> Claim | None:
    """The theory's claim in the place of its variant.  Found by name: outcomes do not rest on all claims."""
    found: Claim | None = sys.modules["theorem_audit.weigh.copies"].theorys(claim)
    return found


def _unfinished(said: Any) -> str:
    """Why what a function of evidence gives back says that it was not run, or holds a verdict; or empty."""
    if inspect.isgenerator(said) or inspect.isawaitable(said) or inspect.isasyncgen(said):
        if hasattr(said, "close"):
            said.close()  # else Python warns that it was never awaited
        return f"it gives back a {type(said).__name__}, so that its body was not run to its end"
    if isinstance(said, bool | np.bool_ | Boolean) and not isinstance(said, Expr):
        return f"it gives back {said}, and nobody reads that: hand it to `expect`"
    return ""


def _count(checks: Any) -> int:
    """How many checks were made, as a plain number; 0 where evidence left there what is none."""
    try:
        return max(0, int(checks))
    except Exception:  # noqa: BLE001 - the evidence's own object, in which anything may break
        return 0


def _text(value: object) -> str:
    """What an object says of itself, as text that can be written and shown: no half of a character, no
    error, and nothing that steers a terminal.
    """
    try:
        return visible(str(value).encode("utf-8", "replace").decode("utf-8"))
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
    formula makes no sense at one.  Inconclusive where that is open: something infinite may converge or not.
    """
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
        else:
            return None
        if at is None:
            outcome = "inconclusive"
            detail = (
                f"{claim.id}: that {what} converges is not shown; Claim.converges says why it does"
            )
        else:
            point = ", ".join(f"{x} = {v}" for x, v in at.items()) or "every point"
            detail = f"{claim.id}: the formula is undefined at {point} of its region ({what})"
    except instances.EmptyRegion as error:
        detail = str(error)
    return Outcome(claim.id, where, "witness", (), outcome, seed=run_seed, detail=detail)


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
