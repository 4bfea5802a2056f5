"""The command line: ``audit run|list|show|graph|mutants|...``, and the commands a project adds.

Exit codes: 0 nothing refuted; 1 some claim is refuted, or some evidence broke; 2 bad usage;
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import shtab
from rich.console import Console

from theorem_audit import project, show
from theorem_audit.checks.mark import NoEvidence, UnknownEvidence
from theorem_audit.doubt import commands as doubts
from theorem_audit.doubt import instances
from theorem_audit.new import BadClaimName, create
from theorem_audit.project import Project, ProjectError, find, locate
from theorem_audit.report import commands as report
from theorem_audit.report.load import UnreadableRun, load_run
from theorem_audit.report.notes import NoNotes, refresh
from theorem_audit.scaffold import CannotInit, scaffold
from theorem_audit.usage import BadUsage, emit, ids_of, is_utf8, seed_of
from theorem_audit.weigh import runner
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.receipt import receipt
from theorem_audit.weigh.verdict import CyclicUse

REPORT_LIBRARIES = (
    "jinja2", "latex2mathml", "markdown_it", "markupsafe", "matplotlib", "mdit_py_plugins", "pygraphviz",
)  # fmt: skip
EPILOG = """examples:
  audit run                        every claim
  audit run ID ID --json -         two claims, the ledger on standard output
  audit run --seed random          fresh draws; the seed is printed
  audit show ID                    statement, proof steps, evidence, what it rests on
  audit receipt ID --json r.json   what its verdict rests on; python verify.py r.json
  audit graph --json -             what rests on what, from a run
  audit mutants ID --all           every wrong variant of a claim, and what caught it
  audit init my-theory             a new project, with one small claim that comes out proved
"""


def _parser(here: Project | None = None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Weigh the evidence for each claim of a theory.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shtab.add_argument_to(parser, "--print-completion")  # bash, zsh or tcsh
    parser.add_argument(
        "--project", metavar="DIR", help="folder of the project's pyproject.toml (default: nearest)"
    )
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
    slip = command("receipt", "write what a claim's verdict rests on, for verify.py", ids=None)
    slip.add_argument("id", metavar="ID")
    slip.add_argument(
        "--from", dest="source", metavar="RUN", help="JSON of a run (default: run it now)"
    )
    _run_options(slip)
    graph = command("graph", "what rests on what, read off a run")
    _run_options(graph)
    doubts.add_commands(command, _run_options)
    new = command("new", "write the stub of a claim: theory, evidence and proof note", ids=None)
    new.add_argument("id", metavar="ID")
    new.add_argument("--chapter", required=True, metavar="NAME", help="module name of the chapter")
    start = command("init", "write a new project: theory, evidence, notes, pyproject, CI", ids=None)
    start.add_argument("folder", metavar="DIR", nargs="?", default=".", help="default: here")
    start.add_argument("--name", help="name of the project (default: the folder's)")
    report.add_commands(command)
    if here is not None:
        for name in here.commands:
            here.import_from("commands", name)(command)
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
    sub.add_argument(
        "--time-limit",
        type=float,
        default=runner.TIME_LIMIT,
        metavar="SECONDS",
        help="evidence that takes longer is stopped, and an error (default %(default)g)",
    )


def run_ledger(
    ids: Sequence[str],
    args: argparse.Namespace,
    console: Console,
    save: Path | None = None,
    seed: int | None = None,
) -> Ledger:
    """Run the evidence of ``ids``, then of whatever it turned out to rest on, until nothing is new.

    The ledger is saved as it grows, so that an interrupted run leaves what it had.
    """
    if args.workers < 1:
        raise BadUsage(f"--workers {args.workers}: at least 1")
    if not 0 < args.time_limit <= 1e6:
        raise BadUsage(f"--time-limit {args.time_limit}: a number of seconds, 0 < SECONDS <= 1e6")
    ledger = Ledger(seed=seed_of(args.seed) if seed is None else seed, quick=args.quick)
    asked, done = list(ids), set[str]()
    crew = runner.crew(args.workers, run_seed=ledger.seed, quick=args.quick, limit=args.time_limit)
    with crew, show.progress(console) as bar:
        while todo := [claim_id for claim_id in asked if claim_id not in done]:
            ledger.expect(todo)
            ledger.about |= dict.fromkeys(todo, instances.NOTHING)
            jobs = runner.jobs_for(todo, args.quick)
            for (claim_id, _, case), item in jobs:
                ledger.add(runner.not_run(item, case, ledger.seed, "not reached"))
                assert claim_id == item.claim_id
            if save is not None:
                ledger.write(save)
            task = bar.add_task("hypotheses", total=len(todo))
            for claim_id, (empty, about) in runner.look(
                todo, run_seed=ledger.seed, quick=args.quick, workers=crew
            ):
                ledger.about[claim_id] = about
                if empty is not None:
                    ledger.add(empty)
                bar.update(task, advance=1, description=claim_id)
            task = bar.add_task("evidence", total=len(jobs))
            for _, outcome in runner.run_jobs(
                jobs, run_seed=ledger.seed, quick=args.quick, workers=crew
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
    ids, seed = ids_of(args.ids), seed_of(args.seed)
    runner.evidence_of(args.quick)  # what cannot be collected is told before anything is written
    if save:  # an older ledger must not speak for a run that is cut short, or that cannot save
        Ledger(seed=seed, quick=args.quick).write(save)
    try:
        ledger = run_ledger(ids, args, console, save, seed)
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
    claims = project.claims()

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


def _receipt(args: argparse.Namespace, console: Console) -> int:
    claims = project.claims()

    (claim_id,) = ids_of([args.id])
    if args.source:
        try:
            run = load_run(Path(args.source))
            data = receipt(run, claim_id, claims)
        except UnreadableRun as error:
            raise BadUsage(str(error)) from error
        except KeyError:
            raise BadUsage(f"{args.source}: that run knows nothing of {claim_id}") from None
        code = 0
    else:
        ledger = run_ledger([claim_id], args, console)
        data, code = receipt(ledger.as_dict(), claim_id, claims), ledger.exit_code()
    target = args.json or f"{claim_id}.receipt.json"
    emit(data, target)
    if target != "-":
        console.print(f"written: {target}; python verify.py {target}", markup=False, soft_wrap=True)
    return code


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


def _init(args: argparse.Namespace, console: Console) -> int:
    try:
        touched = scaffold(Path(args.folder), args.name)
    except CannotInit as error:
        raise BadUsage(str(error)) from error
    if args.json:
        emit([str(path) for path in touched], args.json)
    else:
        for path in touched:
            console.print(f"written: {path}", markup=False, soft_wrap=True)
        where = "" if args.folder == "." else f"cd {args.folder}; "
        console.print(
            f"now: {where}audit run; pytest; audit new MY-CLAIM --chapter NAME", markup=False
        )
    return 0


def _new(args: argparse.Namespace, console: Console) -> int:
    try:
        touched = create(args.id, args.chapter, project.current())
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


def _asked_project(words: Sequence[str]) -> tuple[Project | None, list[str]]:
    """The project that the words name, or the nearest one, and the other words.

    Found before the parser is built, since a project brings commands of its own.  None where the command
    needs no project and there is none.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--project")
    known, rest = first.parse_known_args(words)
    named = [word for word in rest if not word.startswith("-")]
    helps = {"-h", "--help", "--print-completion"} & {*rest}
    if known.project is None and (not named or named[0] == "init" or helps):
        return find(), rest
    return locate(known.project), rest


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not __debug__:
        print("audit: python -O strips the assertions of evidence: run without it", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if not is_utf8(stream) and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # tables hold more than such a terminal can show
    try:
        here, rest = _asked_project(words)
        project.use(here)
        parser = _parser(here)
        args = parser.parse_args(rest)
        if args.command is None:
            parser.print_help()
            return 2
        console = show.console(stderr=args.json == "-")
        return int(args.handler(args, console))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in REPORT_LIBRARIES:
            raise
        text = f"{error.name} is not installed: pip install 'theorem-audit[report]'"
        Console(stderr=True).print(f"audit: {text}", markup=False, style="red", soft_wrap=True)
        return 2
    except (BadUsage, ProjectError, NoEvidence, NoNotes, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red", soft_wrap=True)
        return 2
    except (UnknownEvidence, CyclicUse) as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red", soft_wrap=True)
        return 1
