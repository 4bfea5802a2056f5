"""The command line: ``audit run|list|show|graph|mutants|...``, and the commands a project adds.

Exit codes: those that ``EPILOG`` lists.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from theorem_audit import at_exit, completion, project, show
from theorem_audit.doubt import commands as doubts
from theorem_audit.errors import BadUsage, NoEvidence, NoNotes, UnknownEvidence
from theorem_audit.guard import Left, no_exit
from theorem_audit.project import Project, ProjectError, find, locate
from theorem_audit.report import commands as report
from theorem_audit.usage import checked_numbers, checked_target, emit, is_utf8
from theorem_audit.weigh import commands as weighing
from theorem_audit.weigh import reading, watch
from theorem_audit.weigh.verdict import CyclicUse

REPORT_LIBRARIES = (
    "jinja2", "latex2mathml", "markdown_it", "markupsafe", "matplotlib", "mdit_py_plugins", "pygraphviz",
)  # fmt: skip
EPILOG = """examples:
  audit run                        every claim: what is new or out of date is run
  audit run --fresh                every claim, all of it
  audit run ID ID --json -         two claims, the ledger on standard output
  audit run --seed random          fresh draws; the seed is printed
  audit show ID                    statement, proof steps, evidence, what it rests on
  audit impact ID                  what falls if it falls, what rises if it is proved
  audit watch                      run what an edit makes stale, as you save
  audit receipt ID --json r.json   what its verdict rests on; python verify.py r.json
  audit graph --json -             what rests on what, from the last run
  audit mutants ID --all           every wrong variant of a claim, and what caught it
  audit init my-theory             a new project, with one small claim that comes out proved

exit codes:
  0    nothing is refuted, and nothing that was run is left undecided
  1    a claim is refuted, an evidence broke, a file cannot be imported, a wrong variant survives or none of a
       claim could be tried, or what --check asks is out of date
  2    the words of the call, the project or a file cannot be used; one line says why
  3    nothing is refuted, but some evidence that was run could not tell (inconclusive), or a claim has none
  130  interrupted (129, 143: by SIGHUP, SIGTERM)
"""


def _parser(here: Project | None = None, word: str = "") -> argparse.ArgumentParser:
    """The parser; a project's own commands are imported only where ``word`` is none of ours."""
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Weigh the evidence for each claim of a theory.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if word.startswith("--print-completion") or not word:
        import shtab

        # bash, zsh or tcsh
        shtab.add_argument_to(parser, "--print-completion", preamble=completion.PREAMBLE)
    parser.add_argument(
        "--project", metavar="DIR", help="folder of the project's pyproject.toml (default: nearest)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, help_text: str, *, ids: str | None = "*") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        if ids is not None:
            asked = sub.add_argument(
                "ids", nargs=ids, metavar="ID", help="claim ids (default: all)"
            )
            completion.offer_ids(asked)
        sub.add_argument("--json", metavar="FILE", help="write JSON (- for standard output)")
        sub.set_defaults(handler=globals().get(f"_{name}"))
        return sub

    weighing.add_commands(command)
    reading.add_commands(command)
    watch.add_commands(command)
    doubts.add_commands(command, weighing.run_options)
    new = command("new", "write the stub of a claim: theory, evidence and proof note", ids=None)
    new.add_argument("id", metavar="ID", help="of the new claim: GD-RATE, say")
    new.add_argument("--chapter", required=True, metavar="NAME", help="module name of the chapter")
    new.add_argument(
        "--new-shelf", action="store_true", help="begin a shelf called nearly as another"
    )
    start = command("init", "write a new project: theory, evidence, notes, pyproject, CI", ids=None)
    start.add_argument("folder", metavar="DIR", nargs="?", default=".", help="default: here")
    start.add_argument("--name", help="name of the project (default: the folder's)")
    report.add_commands(command)
    keep = command("notes", "fill the proof notes' statements from the claims", ids=None)
    keep.add_argument("--check", action="store_true", help="only say what is out of date")
    for name in ("show", "impact", "receipt", "opinions"):  # what they take are ids, too
        last = commands.choices[name]._actions
        completion.offer_ids(*(x for x in last if x.dest in ("id", "names")))
    if here is not None and word not in commands.choices:
        for name in here.commands:
            here.import_from("commands", name)(command)
    return parser


def _init(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.scaffold import CannotInit, scaffold

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
            f"now: {where}audit run; pytest; audit new MY-CLAIM --chapter my_chapter", markup=False
        )
    return 0


def _new(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.new import BadClaimName, begun, create

    here = project.current()
    try:
        new = begun(args.chapter, here)
        touched = create(args.id, args.chapter, here, new_shelf=args.new_shelf)
    except BadClaimName as error:
        raise BadUsage(str(error)) from error
    if args.json:
        if new:
            show.warn(f"begun: {new}")
        emit([str(path) for path in touched], args.json)
    else:
        if new:
            console.print(f"begun: {new}", markup=False, soft_wrap=True)
        for path in touched:
            console.print(f"written: {path}", markup=False, soft_wrap=True)
        console.print(f"now: fill in each TODO, then  audit run {args.id}", markup=False)
    return 0


def _notes(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.report.notes import refresh

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


def _first_word(rest: Sequence[str]) -> str:
    """The command that the words name; empty where they ask for help, or for nothing."""
    named = [word for word in rest if not word.startswith("-") or "print-completion" in word]
    top = rest[: rest.index(named[0])] if named else rest
    return "" if not named or {"-h", "--help"} & {*top} else named[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code, and the process ends with no other (``at_exit``)."""
    ending, code, parsed = at_exit.Ending(), 1, list[int]()
    ending.begin()
    try:
        code = _main(argv, parsed)
    except SystemExit as left:
        code = parsed[0] if parsed else 1  # else of what was left running, as a signal comes
        raise SystemExit(code) from left
    finally:
        ending.finish(code, stands=argv is None)
    return code


def _main(argv: Sequence[str] | None, parsed: list[int]) -> int:
    """What ``main`` gives; ``parsed`` is given the code with which the parser ends the process."""
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
        with no_exit():  # a project's own commands are imported for it
            parser = _parser(here, _first_word(rest))
        try:
            args = parser.parse_args(rest)
        except SystemExit as left:
            parsed.append(left.code if isinstance(left.code, int) else int(left.code is not None))
            raise
        if args.command is None:
            parser.print_help()
            return 2
        checked_numbers(args)
        checked_target(args)
        console = show.console(stderr=args.json == "-")
        with no_exit():
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
    except show.Unread:
        return 1
    except (UnknownEvidence, CyclicUse, Left) as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red", soft_wrap=True)
        return 1
