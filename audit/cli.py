"""The command line: ``audit run|list|show|graph|mutants|...``.

Exit codes: 0 nothing refuted; 1 some claim is refuted, or some evidence broke; 2 bad usage;
130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from audit import mutants, runner, show
from audit.evidence import ROOT, UnknownEvidence
from audit.ledger import Ledger
from audit.new import BadClaimName, create
from audit.notes import refresh
from audit.verdict import CyclicUse

EPILOG = """examples:
  audit run                        every claim
  audit run TRACE BAND --json -    two claims, the ledger on standard output
  audit run --seed random          fresh draws; the seed is printed
  audit show GD-CONVERGES          statement, proof steps, evidence, what it rests on
  audit graph --json -             what rests on what, from a run
  audit mutants BAND --all         every wrong variant of a claim, and what caught it
  audit figures mass --out build   one picture and its data
"""


class BadUsage(Exception):
    """The call's words are off; exit code 2."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Weigh the evidence for each claim about SGD's batch size.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help_text: str, *, ids: str | None = "*") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        if ids is not None:
            sub.add_argument("ids", nargs=ids, metavar="ID", help="claim ids (default: all)")
        sub.add_argument("--json", metavar="FILE", help="write JSON (- for standard output)")
        sub.set_defaults(handler=globals()[f"_{name}"])
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
    wrong = command("mutants", "run the evidence against wrong variants of the claims")
    _run_options(wrong)
    _variant_options(wrong)
    draw = command(
        "figures", "draw the pictures from real runs, each with its data as CSV", ids=None
    )
    draw.add_argument("names", nargs="*", metavar="NAME", help="pictures (default: all)")
    draw.add_argument("--out", default="build/figures", metavar="DIR", help="folder to write to")
    draw.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")
    new = command("new", "write the stub of a claim: theory, evidence and proof note", ids=None)
    new.add_argument("id", metavar="ID")
    new.add_argument("--chapter", required=True, metavar="NAME", help="module name of the chapter")
    told = command("report", "write the report of a run as a folder of web pages", ids=None)
    told.add_argument(
        "--from", dest="source", default="build/audit.json", metavar="FILE",
        help="the run's JSON (default build/audit.json)",
    )  # fmt: skip
    told.add_argument("--out", default="build/report", metavar="DIR", help="folder to write to")
    told.add_argument("--no-figures", action="store_true", help="draw no pictures")
    told.add_argument("--latex", metavar="FILE", help="write a LaTeX appendix instead")
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


def _variant_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--cap", type=int, help="most variants a claim (0: all; default: enough for every place)"
    )
    sub.add_argument("--all", action="store_true", help="print every variant, not only survivors")


def _seed(text: str) -> int:
    if text == "random":
        return secrets.randbits(32)
    if text.isdecimal():
        return int(text)
    raise BadUsage(f"--seed {text!r}: an integer >= 0, or 'random'")


def _ids(given: Sequence[str]) -> list[str]:
    from theory import claims

    unknown = [claim_id for claim_id in given if claim_id not in claims]
    if unknown:
        raise BadUsage(f"unknown claim {', '.join(unknown)}; known are {', '.join(claims)}")
    return list(dict.fromkeys(given)) or list(claims)


def _emit(data: Any, target: str) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_text(text, encoding="utf-8")


def run_ledger(
    ids: Sequence[str], args: argparse.Namespace, console: Console, save: Path | None = None
) -> Ledger:
    """Run the evidence of ``ids``, then of whatever it turned out to rest on, until nothing is new.

    The ledger is saved as it grows, so that an interrupted run leaves what it had.
    """
    from theory import claims

    if args.workers < 1:
        raise BadUsage(f"--workers {args.workers}: at least 1")
    ledger = Ledger(seed=_seed(args.seed), quick=args.quick)
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
        ledger = run_ledger(_ids(args.ids), args, console, save)
    except KeyboardInterrupt:
        where = f"; what was run is in {save}" if save else ""
        console.print(f"[bold]interrupted[/]{where}")
        return 130
    survived = False
    if args.variants:
        tried = _try_variants(list(ledger.outcomes), args, console, ledger.seed)
        for claim_id, found in tried.items():
            ledger.add_variants(claim_id, mutants.summary(found))
        survived = any(t.unexplained for found in tried.values() for t in found)
        if save:
            ledger.write(save)
    if args.json == "-":
        _emit(ledger.as_dict(), "-")
    else:
        show.verdict_table(ledger, console)
        if args.variants:
            show.variant_table(tried, console)
        if save:
            console.print(f"written: {save}")
    return ledger.exit_code() or int(survived)


def _try_variants(
    ids: Sequence[str],
    args: argparse.Namespace,
    console: Console,
    seed: int,
    cap: int | None = None,
) -> dict[str, list[mutants.Tried]]:
    found: dict[str, list[mutants.Tried]] = {claim_id: [] for claim_id in ids}
    with show.progress(console) as bar:
        task = bar.add_task("variants", total=mutants.count(ids, cap))
        for tried in mutants.run(
            ids, run_seed=seed, workers=args.workers, cap=cap, fast=args.quick
        ):
            found[tried.claim_id].append(tried)
            bar.update(task, advance=1, description=tried.claim_id)
    return found


def _mutants(args: argparse.Namespace, console: Console) -> int:
    if args.cap is not None and args.cap < 0:
        raise BadUsage(f"--cap {args.cap}: at least 0")
    seed = _seed(args.seed)
    found = _try_variants(_ids(args.ids), args, console, seed, args.cap)
    if args.json:
        _emit(
            {"schema": 1, "seed": seed, "claims": [
                {"id": claim_id, **mutants.summary(tried)} for claim_id, tried in found.items()
            ]},
            args.json,
        )  # fmt: skip
    if args.json != "-":
        show.variant_table(found, console, every=args.all)
    return int(any(t.unexplained for tried in found.values() for t in tried))


def _list(args: argparse.Namespace, console: Console) -> int:
    from theory import claims

    rows = [claims[claim_id] for claim_id in _ids(args.ids)]
    if args.json:
        _emit(
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
    (claim_id,) = _ids([args.id])
    ledger = run_ledger([claim_id], args, console)
    if args.json:
        _emit(ledger.as_dict(), args.json)
    else:
        show.claim_page(claim_id, ledger, console)
    return ledger.exit_code()


def _graph(args: argparse.Namespace, console: Console) -> int:
    ledger = run_ledger(_ids(args.ids), args, console)
    verdicts = ledger.verdicts()
    if args.json:
        nodes = [{"id": v.claim_id, "verdict": v.name} for v in verdicts.values()]
        edges = [{"from": v.claim_id, "to": u} for v in verdicts.values() for u in v.uses]
        _emit({"nodes": nodes, "edges": edges}, args.json)
    else:
        show.graph(ledger, console)
    return ledger.exit_code()


def _figures(args: argparse.Namespace, console: Console) -> int:
    from audit.report.drawing import pictures, write

    known = pictures()
    if unknown := [name for name in args.names if name not in known]:
        raise BadUsage(f"unknown picture {', '.join(unknown)}; known are {', '.join(known)}")
    seed, written = _seed(args.seed), []
    with show.progress(console) as bar:
        chosen = args.names or list(known)
        task = bar.add_task("pictures", total=len(chosen))
        for name in chosen:
            image, table = write(known[name], Path(args.out), seed)
            written.append({"name": name, "png": str(image), "csv": str(table)})
            bar.update(task, advance=1, description=name)
    if args.json:
        _emit(written, args.json)
    else:
        for row in written:
            console.print(f"{row['png']}  {row['csv']}", markup=False, soft_wrap=True)
    return 0


def _new(args: argparse.Namespace, console: Console) -> int:
    try:
        touched = create(args.id, args.chapter, ROOT)
    except BadClaimName as error:
        raise BadUsage(str(error)) from error
    if args.json:
        _emit([str(path) for path in touched], args.json)
    else:
        for path in touched:
            console.print(f"written: {path}", markup=False, soft_wrap=True)
        console.print(f"now: fill in each TODO, then  audit run {args.id}", markup=False)
    return 0


def _report(args: argparse.Namespace, console: Console) -> int:
    from audit.report.drawing import pictures, write
    from audit.report.latex import appendix
    from audit.report.load import UnreadableRun, load_run
    from audit.report.site import write_site

    try:
        run = load_run(Path(args.source))
    except UnreadableRun as error:
        raise BadUsage(str(error)) from error
    if args.latex:
        Path(args.latex).parent.mkdir(parents=True, exist_ok=True)
        Path(args.latex).write_text(appendix(run), encoding="utf-8")
        written = [args.latex]
    else:
        drawn = []
        with show.progress(console) as bar:
            known = {} if args.no_figures else pictures()
            task = bar.add_task("pictures", total=len(known))
            for item in known.values():
                image, table = write(item, Path(args.out) / "pictures", run["seed"])
                drawn.append({"name": item.name, "title": item.title, "png": image, "csv": table})
                bar.update(task, advance=1, description=item.name)
        written = [str(write_site(run, Path(args.out), drawn))]
    if args.json:
        _emit(written, args.json)
    else:
        console.print(f"written: {written[0]}", markup=False, soft_wrap=True)
    return 0


def _notes(args: argparse.Namespace, console: Console) -> int:
    stale = refresh(check=args.check)
    if args.json:
        _emit(stale, args.json)
    else:
        console.print(
            f"{'out of date' if args.check else 'rewritten'}: {', '.join(stale) or 'none'}"
        )
    return int(args.check and bool(stale))


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    args = _parser().parse_args(argv)
    console = Console(stderr=args.json == "-")
    try:
        return int(args.handler(args, console))
    except BadUsage as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red")
        return 2
    except (UnknownEvidence, CyclicUse) as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red")
        return 1
