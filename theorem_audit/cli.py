"""The command line: ``audit run|list|show|graph|mutants|...``.

Exit codes: 0 nothing refuted; 1 some claim is refuted, or some evidence broke; 2 bad usage;
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import shtab
from rich.console import Console

from figures import simulate as play
from figures import stability
from theorem_audit import show
from theorem_audit.checks.mark import ROOT, UnknownEvidence
from theorem_audit.doubt import commands as doubts
from theorem_audit.new import BadClaimName, create
from theorem_audit.report import commands as report
from theorem_audit.report.notes import refresh
from theorem_audit.usage import BadUsage, emit, ids_of, seed_of
from theorem_audit.weigh import runner
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.verdict import CyclicUse

EPILOG = """examples:
  audit run                        every claim
  audit run TRACE BAND --json -    two claims, the ledger on standard output
  audit run --seed random          fresh draws; the seed is printed
  audit show GD-CONVERGES          statement, proof steps, evidence, what it rests on
  audit graph --json -             what rests on what, from a run
  audit mutants BAND --all         every wrong variant of a claim, and what caught it
  audit simulate --n 100 --b 1 --step-size 0.2 --plot out.png
  audit sweep --n 20 --b 1 2 19 20 --step-size 0.1 0.2 --store sweep.db
  audit stability J.npy --batch-size 1 2 4 8 --plot out.png
  audit figures mass --out build   one picture and its data
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Weigh the evidence for each claim about SGD's batch size.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shtab.add_argument_to(parser, "--print-completion")  # bash, zsh or tcsh
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, help_text: str, *, ids: str | None = "*") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        if ids is not None:
            sub.add_argument("ids", nargs=ids, metavar="ID", help="claim ids (default: all)")
        sub.add_argument("--json", metavar="FILE", help="write JSON (- for standard output)")
        sub.set_defaults(handler=globals().get(f"_{name}"))
        return sub

    run = command("run", "run the evidence and print the verdicts")
    _run_options(run)
    run.add_argument("--variants", action="store_true", help="then do what `audit mutants` does")
    command("list", "list the claims, without running anything")
    one = command(
        "show", "one claim: statement, steps, evidence, and the tree it rests on", ids=None
    )
    one.add_argument("id", metavar="ID")
    _run_options(one)
    graph = command("graph", "what rests on what, read off a run")
    _run_options(graph)
    doubts.add_commands(command, _run_options)
    new = command("new", "write the stub of a claim: theory, evidence and proof note", ids=None)
    new.add_argument("id", metavar="ID")
    new.add_argument("--chapter", required=True, metavar="NAME", help="module name of the chapter")
    report.add_commands(command)
    play.add_commands(command)
    stability.add_parser(commands)
    keep = command("notes", "fill the proof notes' statements from the claims", ids=None)
    keep.add_argument("--check", action="store_true", help="only say what is out of date")
    return parser


def _run_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--quick", action="store_true", help="fewer examples, no slow evidence")
    sub.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")
    sub.add_argument(
        "--workers",
        type=int,
        default=min(os.cpu_count() or 1, 8),
        help="processes (default: cores)",
    )


def run_ledger(
    ids: Sequence[str], args: argparse.Namespace, console: Console, save: Path | None = None
) -> Ledger:
    """Run the evidence of ``ids``, then of whatever it turned out to rest on, until nothing is new.

    The ledger is saved as it grows, so that an interrupted run leaves what it had.
    """
    from theory import claims

    if args.workers < 1:
        raise BadUsage(f"--workers {args.workers}: at least 1")
    ledger = Ledger(seed=seed_of(args.seed), quick=args.quick)
    asked, done = list(ids), set[str]()
    with show.progress(console) as bar:
        while todo := [claim_id for claim_id in asked if claim_id not in done]:
            ledger.expect(todo)
            for claim_id in todo:
                if (empty := runner.vacuous(claims[claim_id], ledger.seed)) is not None:
                    ledger.add(empty)
            jobs = runner.jobs_for(todo, args.quick)
            for (claim_id, _, case), item in jobs:
                ledger.add(runner.not_run(item, case, ledger.seed, "not reached"))
                assert claim_id == item.claim_id
            task = bar.add_task("evidence", total=len(jobs))
            for _, outcome in runner.run_jobs(
                jobs, run_seed=ledger.seed, quick=args.quick, workers=args.workers
            ):
                ledger.add(outcome)
                bar.update(task, advance=1, description=outcome.claim_id)
                if save is not None:
                    ledger.write_soon(save)
            done |= set(todo)
            asked += [u for found in ledger.outcomes.values() for o in found for u in o.uses]
            asked = list(dict.fromkeys(asked))
    ledger.complete = True
    if save is not None:
        ledger.write(save)
    return ledger


def _run(args: argparse.Namespace, console: Console) -> int:
    save = None if args.json in (None, "-") else Path(args.json)
    try:
        ledger = run_ledger(ids_of(args.ids), args, console, save)
    except KeyboardInterrupt:
        where = f"; what was run is in {save}" if save else ""
        console.print(f"[bold]interrupted[/]{where}")
        return 130
    tried = doubts.add_variants(ledger, args, console) if args.variants else {}
    if save:
        ledger.write(save)
    if args.json == "-":
        emit(ledger.as_dict(), "-")
    else:
        show.verdict_table(ledger, console)
        if tried:
            show.variant_table(tried, console)
        if save:
            console.print(f"written: {save}")
    return ledger.exit_code() or doubts.exit_code(tried)


def _list(args: argparse.Namespace, console: Console) -> int:
    from theory import claims

    rows = [claims[claim_id] for claim_id in ids_of(args.ids)]
    if args.json:
        emit(
            [
                {"id": c.id, "title": c.title, "chapter": c.chapter, "source": c.source.kind,
                 "bound": c.bound, "evidence": len(runner.evidence_of()[c.id])}
                for c in rows
            ],
            args.json,
        )  # fmt: skip
    else:
        show.claim_table(rows, console)
    return 0


def _show(args: argparse.Namespace, console: Console) -> int:
    (claim_id,) = ids_of([args.id])
    ledger = run_ledger([claim_id], args, console)
    if args.json:
        emit(ledger.as_dict(), args.json)
    else:
        show.claim_page(claim_id, ledger, console)
    return ledger.exit_code()


def _graph(args: argparse.Namespace, console: Console) -> int:
    ledger = run_ledger(ids_of(args.ids), args, console)
    verdicts = ledger.verdicts()
    if args.json:
        nodes = [{"id": v.claim_id, "verdict": v.name} for v in verdicts.values()]
        edges = [{"from": v.claim_id, "to": u} for v in verdicts.values() for u in v.uses]
        emit({"nodes": nodes, "edges": edges}, args.json)
    else:
        show.graph(ledger, console)
    return ledger.exit_code()


def _new(args: argparse.Namespace, console: Console) -> int:
    try:
        touched = create(args.id, args.chapter, ROOT)
    except BadClaimName as error:
        raise BadUsage(str(error)) from error
    if args.json:
        emit([str(path) for path in touched], args.json)
    else:
        for path in touched:
            console.print(f"written: {path}", markup=False, soft_wrap=True)
        console.print(f"now: fill in each TODO, then  audit run {args.id}", markup=False)
    return 0


def _notes(args: argparse.Namespace, console: Console) -> int:
    stale = refresh(check=args.check)
    if args.json:
        emit(stale, args.json)
    else:
        console.print(
            f"{'out of date' if args.check else 'rewritten'}: {', '.join(stale) or 'none'}"
        )
    return int(args.check and bool(stale))


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.print_help()
        return 2
    console = show.console(stderr=args.json == "-")
    try:
        return int(args.handler(args, console))
    except BadUsage as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red")
        return 2
    except (UnknownEvidence, CyclicUse) as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red")
        return 1
