"""``audit figures`` and ``audit report``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from theorem_audit import project, show
from theorem_audit.errors import BadUsage
from theorem_audit.files import NoText, in_its_ends, read_text, write_text
from theorem_audit.guide import GUIDE
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
        help="the run's JSON (default: the last runs, as they are kept)",
    )  # fmt: skip
    made = told.add_mutually_exclusive_group()  # one thing is made a call
    made.add_argument("--out", metavar="DIR", help="folder to write to (default: build/report)")
    told.add_argument(
        "--pictures", metavar="DIR",
        help="folder that `audit figures --out DIR` wrote (default: the project's)",
    )  # fmt: skip
    told.add_argument(
        "--variants", metavar="FILE",
        help="what `audit mutants --json FILE` found (default: the project's table)",
    )  # fmt: skip
    made.add_argument("--readme", metavar="FILE", help="renew a README's verdict table instead")
    made.add_argument("--latex", metavar="FILE", help="write a LaTeX appendix instead")
    made.add_argument(
        "--book", metavar="FILE",
        help="write the proof notes as one document instead: LaTeX, or set by TeX where FILE ends with .pdf",
    )  # fmt: skip
    told.set_defaults(handler=_report)


def _figures(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.report.drawing import pictures, write

    known, here = pictures(), project.current()
    if not known:
        named = f"figures = {here.figures!r} holds no @picture" if here.figures else "no `figures`"
        raise BadUsage(f"{here.file}: {named}: there is nothing to draw")
    if unknown := [name for name in args.names if name not in known]:
        raise BadUsage(f"unknown picture {', '.join(unknown)}; known are {', '.join(known)}")
    seed, written = seed_of(args.seed), []
    folder = Path(args.out or here.path("output") / "figures")
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


def _run_of(source: str | None) -> dict[str, Any]:
    """The run to report: the file that is named, else the last ledger, else ``audit.json``.

    Raises UnreadableRun where there is none.
    """
    from theorem_audit.report.load import load_run
    from theorem_audit.weigh import latest, reading

    if source is None and (found := latest.read(project.current(), tell=show.warn)) is not None:
        return reading.ledger_of(found, list(found.outcomes)).as_dict()
    return load_run(Path(source or project.current().path("output") / "audit.json"))


def _report(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.report import renewed
    from theorem_audit.report.folder import refuse_anothers
    from theorem_audit.report.load import UnreadableRun, with_variants
    from theorem_audit.weigh.latest import known_claims

    here = project.current()
    kept = Path(args.variants) if args.variants else here.path("variants")
    pictures = Path(args.pictures or here.path("pictures"))
    if args.pictures and not pictures.is_dir():
        raise BadUsage(
            f"--pictures {pictures}: no such folder; `audit figures --out DIR` makes one"
        )
    for name, path, makes in (
        ("variants", args.variants, "`audit mutants --json {}` makes it"),
        ("readme", args.readme, "the table is renewed in a file that has one"),
    ):
        if path is not None and not Path(path).is_file():
            raise BadUsage(f"--{name} {path}: no such file; {makes.format(path)}")
    folder = Path(args.out or here.path("output") / "report")
    said, anew = dict[str, str](), None
    pages = not (args.latex or args.readme or args.book)
    known = known_claims(here) if pages else []
    if pages:
        # Before the work; the others' names are known after it.
        refuse_anothers(folder, ["index.html"])
    try:
        if pages and args.source:
            read = project.current().path("formal") / "README.md"
            made = [
                here.root / x.split(".")[0] for x in (here.figures, here.findings, *here.pages) if x
            ]
            told = [here.path("tutorial")] if here.tutorial else []
            said = renewed.stamp(
                _plain(Path(args.source)),
                (kept, pictures, read, GUIDE, *told, *dict.fromkeys(made)),
            )
            said["the theory's claims"] = " ".join(known)
            said["a book"] = str((folder / "book.pdf").is_file())
            anew = renewed.changed(folder, said)
            if anew == []:
                return _told(args, console, str(folder / "index.html"), "up to date")
        run = _run_of(args.source)
        if args.variants or kept.exists():
            run = with_variants(run, kept)
    except UnreadableRun as error:
        raise BadUsage(str(error)) from error
    if args.latex:
        from theorem_audit.report.latex import appendix

        write_text(Path(args.latex), appendix(run))
        return _told(args, console, args.latex)
    if args.book:
        from theorem_audit.report.typeset import NoTeX, write

        try:
            return _told(args, console, str(write(run, Path(args.book))))
        except NoTeX as error:
            raise BadUsage(str(error)) from error
    if args.readme:
        from theorem_audit.report.readme import left_out, refreshed

        path = Path(args.readme)
        if lacks := left_out(run):
            raise BadUsage(f"--readme {path}: {lacks}")
        try:
            again = in_its_ends(read_text(path), lambda text: refreshed(text, run))
        except (ValueError, NoText) as error:
            raise BadUsage(f"--readme {path}: {error}") from error
        write_text(path, again)
        return _told(args, console, args.readme)
    from theorem_audit.report.site import write_site

    def shown() -> list[dict[str, str]]:
        from theorem_audit.report.drawing import drawn  # slow to import

        return drawn(pictures)

    first = write_site(run, folder, shown, known)
    if said:
        renewed.note(folder, said)
    why = f" ({', '.join(anew)}: changed)" if anew else ""
    return _told(args, console, str(first), f"written{why}")


def _plain(path: Path) -> dict[str, Any]:
    """A run's JSON as it stands; {} where it cannot be read, which is told when it is loaded."""
    try:
        data = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _told(args: argparse.Namespace, console: Console, path: str, what: str = "written") -> int:
    if args.json:
        emit([path], args.json)
    else:
        console.print(f"{what}: {path}", markup=False, soft_wrap=True)
    return 0
