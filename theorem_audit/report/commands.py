"""``audit figures`` and ``audit report``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from theorem_audit import project, show
from theorem_audit.errors import BadUsage
from theorem_audit.files import write_text
from theorem_audit.usage import emit, seed_of


def add_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the commands on the parser that ``theorem_audit/cli.py`` builds."""
    draw = command(
        "figures", "draw the pictures from real runs, each with its data as CSV", ids=None
    )
    draw.add_argument("names", nargs="*", metavar="NAME", help="pictures (default: all)")
    draw.add_argument("--out", metavar="DIR", help="folder to write to (default: build/figures)")
    draw.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")
    draw.set_defaults(handler=_figures)
    told = command("report", "write the report of a run as a folder of web pages", ids=None)
    told.add_argument(
        "--from", dest="source", metavar="FILE",
        help="the run's JSON (default: audit.json in the project's output folder, build)",
    )  # fmt: skip
    told.add_argument("--out", metavar="DIR", help="folder to write to (default: build/report)")
    told.add_argument(
        "--pictures", metavar="DIR",
        help="folder that `audit figures --out DIR` wrote (default: the project's)",
    )  # fmt: skip
    told.add_argument(
        "--variants", metavar="FILE",
        help="what `audit mutants --json FILE` found (default: the project's table)",
    )  # fmt: skip
    told.add_argument("--readme", metavar="FILE", help="renew a README's verdict table instead")
    told.add_argument("--latex", metavar="FILE", help="write a LaTeX appendix instead")
    told.set_defaults(handler=_report)


def _figures(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.report.drawing import pictures, write

    known = pictures()
    if unknown := [name for name in args.names if name not in known]:
        raise BadUsage(f"unknown picture {', '.join(unknown)}; known are {', '.join(known)}")
    seed, written = seed_of(args.seed), []
    folder = Path(args.out or project.current().path("output") / "figures")
    with show.progress(console) as bar:
        chosen = args.names or list(known)
        task = bar.add_task("pictures", total=len(chosen))
        for name in chosen:
            image, table = write(known[name], folder, seed)
            written.append({"name": name, "png": str(image), "csv": str(table)})
            bar.update(task, advance=1, description=name)
    if args.json:
        emit(written, args.json)
    else:
        for row in written:
            console.print(f"{row['png']}  {row['csv']}", markup=False, soft_wrap=True)
    return 0


def _report(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.report.drawing import drawn
    from theorem_audit.report.latex import appendix
    from theorem_audit.report.load import UnreadableRun, load_run, with_variants
    from theorem_audit.report.readme import refreshed
    from theorem_audit.report.site import write_site

    output = project.current().path("output")
    try:
        run = load_run(Path(args.source or output / "audit.json"))
        kept = project.current().path("variants")
        if args.variants or kept.exists():
            run = with_variants(run, Path(args.variants or kept))
    except UnreadableRun as error:
        raise BadUsage(str(error)) from error
    if args.latex:
        write_text(Path(args.latex), appendix(run))
        written = [args.latex]
    elif args.readme:
        path = Path(args.readme)
        try:
            renewed = refreshed(path.read_text(encoding="utf-8"), run)
        except ValueError as error:
            raise BadUsage(f"--readme {path}: {error}") from error
        write_text(path, renewed)
        written = [args.readme]
    else:
        shown = drawn(Path(args.pictures or project.current().path("pictures")))
        written = [str(write_site(run, Path(args.out or output / "report"), shown))]
    if args.json:
        emit(written, args.json)
    else:
        console.print(f"written: {written[0]}", markup=False, soft_wrap=True)
    return 0
