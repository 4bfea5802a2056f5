"""Runs evidence against a claim object, in this process (``jobs`` runs it in worker processes)."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
from sympy import Expr
from sympy.logic.boolalg import Boolean

from theorem_audit.checks.asserted import tuple_asserted
from theorem_audit.checks.covering import left_out
from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.checks.over_nothing import unasked
from theorem_audit.checks.run_context import (
    DEFAULT_SEED,
    Absent,
    Inconclusive,
    RunContext,
    inside,
    running,
    seed,
)
from theorem_audit.doubt import lemmas
from theorem_audit.doubt.outside import BUT
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.reuse.index import Row
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import (
    OWN,
    known_below,
    original,
    read_at_import,
    recording_all,
    recording_hypotheses,
    recording_reads,
)
from theorem_audit.visible import visible
from theorem_audit.weigh import watching
from theorem_audit.weigh.collected import cases_of
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.early import READ
from theorem_audit.weigh.leftovers import limits, lowered
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.untouched import CHANGED


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
    asked: is given what was asked of the claim's object, its lemmas' conditions included (``recording_all``).

    Never raises for what the evidence does, except KeyboardInterrupt.  ``call`` lets the pytest
    plugin put pytest's own call in place of the plain one.
    Whether its judge was left alone is looked at here, but inside ``together`` or another evidence's run: there
    it is looked at where that ends.
    """
    looks = not watching.TOGETHER and not inside()
    arguments = dict(cases_of(item))[case]
    untouched = watching.listed()
    own: Claim | None = _copies().known(claim.id)
    handed = _copies().twin(claim) if own is claim else claim
    context = RunContext(
        test=item.key + case, seed=run_seed, quick=quick, look=untouched.look, claim=handed
    )
    outcome, detail, witness, might = "passed", "", {}, limits()
    started = time.perf_counter()
    if looks:
        watching.begin()
    if not __debug__:
        return replace(
            not_run(item, case, run_seed, "python -O strips the assertions of evidence"),
            outcome="error",
        )
    with (
        running(context), recording_reads() as reads, recording_hypotheses() as hypotheses,
        original(own), recording_all(handed, asked), known_below(),
    ):  # fmt: skip
        function = call or item.function
        if hasattr(item.function, "hypothesis"):
            hypothesis.seed(int(seed("hypothesis").generate_state(1)[0]))(item.function)
            context.again = True
        try:
            said = function(claim=handed, **arguments)
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
            elif why := _unchecked(item.function, context):
                outcome, detail = "error", why
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
    elif own is not None:
        try:
            if why := _early(item.function, own):
                outcome, detail = "error", f"{COPIED}, by {why}{READ}"
        except Exception as error:  # noqa: BLE001 - what it names may do anything as it is looked at
            outcome, detail = "error", f"{type(error).__name__}: {_message(error)}"
    early = read_at_import(item.function.__module__, *imports)
    uses, beyond, reader = (reads | early) - {claim.id, OWN}, tuple[str, ...](), tuple[str, ...]()
    changed = untouched.changed() if looks else []
    if handed is not claim and _copies().differs(handed, claim):
        changed = [*changed, claim.id]
    if changed:
        outcome, detail = "error", CHANGED + ", ".join(changed)
    elif less := lowered(might):
        outcome, detail = "error", f"it lowered what its process may take: {', '.join(less)}"
    if outcome == "passed" and item.kind in DECIDING:  # by a judge that was left alone
        try:
            with recording_all(claim, asked):  # what its lemmas ask rests on its conditions, too
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


def _unchecked(function: Any, context: RunContext) -> str:
    """What stands in evidence as a check, and can never fail or was never made; or empty."""
    if why := tuple_asserted(function):
        return why
    # as the function stands in its file, below what wraps it
    return "" if context.again else unasked(inspect.unwrap(function), context.asked)


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
    made = map(_copies().lemma, uses)  # None for a made-up one
    found = [lemmas.asked(claim, x) for x in made if x is not None]
    return tuple(x for y in found for x in y.beyond), tuple(x for y in found for x in y.reader)


def _copies() -> Any:
    """What knows the theory's claims.  Found by name: outcomes do not rest on all claims."""
    return sys.modules["theorem_audit.weigh.copies"]


def _early(function: Any, own: Claim) -> str:
    """Where the theory's claim was read at an import, for evidence to use.  Found by name, as ``_copies``."""
    return str(sys.modules["theorem_audit.weigh.early"].early(function, own))


def _unfinished(said: Any) -> str:
    """Why what a function of evidence gives back says that it was not run, or holds a verdict; or empty."""
    if inspect.isgenerator(said) or inspect.isawaitable(said) or inspect.isasyncgen(said):
        if hasattr(said, "close"):
            said.close()  # else Python warns that it was never awaited
        return f"it gives back a {type(said).__name__}, so that its body was not run to its end"
    held = said if isinstance(said, tuple | list) else (said,)
    if any(isinstance(x, bool | np.bool_ | Boolean) and not isinstance(x, Expr) for x in held):
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


__all__ = ["NOTHING_SAID", "not_run", "run_evidence"]
