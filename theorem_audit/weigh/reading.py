"""The commands that read the last ledger, and run nothing: ``audit list|show|graph|stale|impact``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from theorem_audit import project, show
from theorem_audit.errors import BadUsage
from theorem_audit.kinds import SOURCES
from theorem_audit.usage import CLAIM, emit, seed_of
from theorem_audit.weigh import impact, latest
from theorem_audit.weigh.commands import run_ledger, run_options

if TYPE_CHECKING:
    from theorem_audit.weigh.latest import Latest
    from theorem_audit.weigh.ledger import Ledger
    from theorem_audit.weigh.outcome import Outcome


def add_commands(command: Any) -> None:
    """Declare the commands on the parser that ``cli`` builds."""
    every = command("list", "list the claims, with the verdicts of the last run")
    every.add_argument(
        "--source", choices=SOURCES, help="only claims that come from there (paper, new, ...)"
    )
    every.add_argument("--names", action="store_true", help="only the ids, one a line")
    every.set_defaults(handler=_list)
    one = command(
        "show", "one claim: statement, steps, evidence, and the tree it rests on", ids=None
    )
    one.add_argument("id", metavar="ID", help=CLAIM)
    graph = command("graph", "what rests on what, read off the last run")
    for sub, handler in ((one, _show), (graph, _graph)):
        sub.add_argument("--run", action="store_true", help="run first what is new or out of date")
        run_options(sub)
        sub.set_defaults(handler=handler)
    fall = command(
        "impact", "what falls if a claim falls, and what rises if it is proved", ids=None
    )
    fall.add_argument("id", metavar="ID", help=CLAIM)
    fall.set_defaults(handler=_impact)
    old = command("stale", "which verdicts of the last run are out of date", ids=None)
    old.add_argument(
        "file", metavar="RUN", nargs="?", help="JSON that `audit run --json` wrote, in its place"
    )
    old.set_defaults(handler=_stale)


def _known(given: Sequence[str], known: Mapping[str, Any]) -> list[str] | None:
    """The claims asked for (none: all that are known); None where one of them is not known."""
    wanted = list(dict.fromkeys(x.upper() for x in given)) or list(known)
    return wanted if all(x in known for x in wanted) else None


def _list(args: argparse.Namespace, console: Console) -> int:
    found = latest.read(project.current(), tell=show.warn)
    ids = None if found is None else _known(args.ids, found.told)
    if found is None or ids is None:
        return _list_of_the_theory(args, console)
    ids = _from(args.source, {x: found.told[x] for x in ids})
    if args.names:
        return _names(ids, args.json)
    verdicts = found.verdicts()
    if args.json:
        rows = [
            {"id": t.id, "title": t.title, "chapter": t.chapter, "source": t.source.kind,
             "bound": t.bound, "evidence": _count(found.outcomes.get(t.id, ())),
             "verdict": verdicts[t.id].name if t.id in verdicts else "unchecked"}
            for t in (found.told[x] for x in ids)
        ]  # fmt: skip
        emit(rows, args.json)
    else:
        show.claim_table([found.told[x] for x in ids], console, verdicts)
        console.print(found.line(ids), markup=False, highlight=False, soft_wrap=True)
    return 0


def _names(ids: Sequence[str], target: str | None) -> int:
    """For the shell's completion, and for other programs."""
    if target:
        emit(list(ids), target)
    else:
        print("\n".join(ids))
    return 0


def _from(source: str | None, claims: Mapping[str, Any]) -> list[str]:
    """The ids of those claims that come from a kind of source; BadUsage where none does."""
    ids = [x for x, claim in claims.items() if source in (None, claim.source.kind)]
    if not ids:
        raise BadUsage(f"--source {source}: no claim of those asked for comes from there")
    return ids


def _count(outcomes: Sequence[Outcome]) -> int:
    """How many evidences, cases counted once."""
    return len({(o.test, o.kind, o.steps) for o in outcomes})


def _list_of_the_theory(args: argparse.Namespace, console: Console) -> int:
    """Where no run has been: what the theory says."""
    from theorem_audit.usage import ids_of
    from theorem_audit.weigh import collected

    claims = project.claims()
    asked = {claim_id: claims[claim_id] for claim_id in ids_of(args.ids)}
    rows = [asked[x] for x in _from(args.source, asked)]
    if args.names:
        return _names([c.id for c in rows], args.json)
    if args.json:
        emit(
            [
                {"id": c.id, "title": c.title, "chapter": c.chapter, "source": c.source.kind,
                 "bound": c.bound, "evidence": len(collected.evidence_of()[c.id]), "verdict": "unchecked"}
                for c in rows
            ],
            args.json,
        )  # fmt: skip
    else:
        show.claim_table(rows, console)
        console.print("no run is kept: `audit run` gives verdicts", markup=False)
    return 0


def ledger_of(found: Latest, ids: Sequence[str]) -> Ledger:
    """Some claims of the last ledger, and what they rest on, as a ledger."""
    from theorem_audit.weigh.ledger import Ledger

    below = {x for claim_id in ids for x in found.below(claim_id)}
    first = next(iter(ids))
    ledger = Ledger(
        seed=found.seeds[first], quick=found.quick[first], hashes=found.hashes,
        told={x: t for x, t in found.told.items() if x in below},
    )  # fmt: skip
    ledger.left_out = found.left_out
    ledger.why = {x: w for x, w in found.why.items() if x in below}
    ledger.opened = {x: names for x, names in found.opened.items() if x in below}
    ledger.elsewhere = {x: names for x, names in found.elsewhere.items() if x in below}
    for claim_id in found.told:
        if claim_id in below:
            ledger.expect([claim_id])
            ledger.about[claim_id] = found.about[claim_id]
            for outcome in found.outcomes[claim_id]:
                ledger.add(outcome)
    ledger.complete = True
    return ledger


def _read_or_run(
    given: Sequence[str], args: argparse.Namespace, console: Console
) -> tuple[Ledger, list[str], str, list[str]]:
    """The claims asked for, from the last ledger or, where it lacks one or ``--run`` says so, from a run.

    Returns the ledger, the ids, one line about it, and the claims of the theory that no run has seen.
    """
    seed = seed_of(args.seed)
    other = args.run or args.fresh or args.seed == "random"
    found = None if other else latest.read(project.current(), quick=args.quick, tell=show.warn)
    ids = None if found is None else _known(given, found.outcomes)
    if found is not None and ids and args.seed != "0" and any(found.seeds[x] != seed for x in ids):
        ids = None
    if found is None or ids is None:
        ledger, counts = run_ledger(given, args, console, seed=seed)
        asked = list(dict.fromkeys(x.upper() for x in given)) or list(ledger.told)
        seen = {*ledger.outcomes, *(found.outcomes if found else ())}
        never = [x for x in latest.known_claims(project.current()) if x not in seen]
        return ledger, asked, counts.line, never
    return ledger_of(found, ids), ids, found.line(ids if given else ()), found.never_run


def _show(args: argparse.Namespace, console: Console) -> int:
    ledger, (claim_id,), line, _ = _read_or_run([args.id], args, console)
    if args.json:
        emit(ledger.as_dict(), args.json)
    if args.json != "-":
        if not args.json:
            show.claim_page(claim_id, ledger, console)
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return ledger.exit_code()


def _graph(args: argparse.Namespace, console: Console) -> int:
    ledger, _, line, never = _read_or_run(args.ids, args, console)
    verdicts = ledger.verdicts()
    if args.json:
        nodes = [{"id": v.claim_id, "verdict": v.name} for v in verdicts.values()]
        edges = [{"from": v.claim_id, "to": u} for v in verdicts.values() for u in v.uses]
        told = {x: impact.of(x, ledger.told, ledger.outcomes) for x in verdicts}
        bearing = {x: i.as_dict() for x, i in told.items() if i.falls or i.rises}
        emit({"nodes": nodes, "edges": edges, "impact": bearing, "never_run": never}, args.json)
    else:
        show.graph(ledger, console)
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return ledger.exit_code()


def _impact(args: argparse.Namespace, console: Console) -> int:
    found = latest.read(project.current(), tell=show.warn)
    if found is None:
        raise BadUsage("no run is kept: `audit run` first")
    ids = _known([args.id], found.outcomes)
    if ids is None:
        from theorem_audit.usage import ids_of

        ids_of([args.id])  # an unknown claim is told
        raise BadUsage(f"{args.id.upper()} was not run yet: `audit run {args.id.upper()}` first")
    said = impact.of(ids[0], found.told, found.outcomes)
    if args.json:
        emit({"schema": 1, **said.as_dict(), "never_run": found.never_run}, args.json)
    if args.json != "-":
        show.impact(said, found.told, console)
        console.print(found.line(), markup=False, highlight=False, soft_wrap=True)
    return 0


def _stale(args: argparse.Namespace, console: Console) -> int:
    if args.file is not None:
        from theorem_audit.doubt.commands import stale_file

        return stale_file(Path(args.file), args, console)
    found = latest.read(project.current(), tell=show.warn)
    if found is None:
        raise BadUsage("no run is kept: `audit run` first, or name the JSON of a run")
    verdicts = found.verdicts()
    stale = [x for x, v in verdicts.items() if v.name == "stale"]
    if args.json:
        rows = [
            {"id": x, "verdict": v.name, "reasons": list(v.reasons)} for x, v in verdicts.items()
        ]
        emit({"schema": 1, "claims": rows, "not_run": found.fresh}, args.json)
    if args.json != "-":
        show.stale_table(verdicts, console)
        console.print(found.line(), markup=False, highlight=False, soft_wrap=True)
    return int(bool(stale or found.fresh))


__all__ = ["add_commands", "ledger_of"]
