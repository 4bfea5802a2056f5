"""The commands that run evidence: ``audit run`` and what else starts a run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from theorem_audit import project, show
from theorem_audit.errors import BadUsage
from theorem_audit.files import write_bytes
from theorem_audit.guard import Ended, ends_in_order
from theorem_audit.usage import CLAIM, checked_json, emit, known_ids, seed_of

if TYPE_CHECKING:
    from theorem_audit.weigh.counts import Counts
    from theorem_audit.weigh.ledger import Ledger

VERIFY = "one file, without dependencies, from the repository of theorem_audit"
TIME_LIMIT = 1200.0  # seconds for one evidence; see ``jobs.TIME_LIMIT``


def run_options(sub: argparse.ArgumentParser) -> None:
    """The options of every command that may run evidence."""
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
        default=TIME_LIMIT,
        metavar="SECONDS",
        help="evidence that takes longer is stopped, and an error (default %(default)g)",
    )
    sub.add_argument("--fresh", action="store_true", help="take no outcome from earlier runs")


def run_ledger(
    ids: Sequence[str],
    args: argparse.Namespace,
    console: Console,
    save: Path | None = None,
    seed: int | None = None,
    begun: list[Path] | None = None,
) -> tuple[Ledger, Counts]:
    """Run the evidence of ``ids`` (none: of all claims) and of what it rests on; see ``Session``.

    begun: is given ``save`` once the ledger there is of this run.  Raises BadUsage for unknown ids, before
    anything is run or written.
    """
    begun = [] if begun is None else begun
    from theorem_audit.weigh.session import Session

    with show.progress(console) as bar:
        tasks: dict[str, Any] = {}

        def progress(what: str, claim_id: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total, description=claim_id)

        session = Session(
            seed=seed_of(args.seed) if seed is None else seed,
            quick=args.quick,
            workers=args.workers,
            limit=args.time_limit,
            fresh=args.fresh,
            check=getattr(args, "check_reuse", False),
            tell=show.warn,
            progress=progress,
            everything=not ids,
        )
        try:
            for path, why in session.index.broken.items():
                show.warn(f"broken, and left out: {path}: {why}")
            wanted = known_ids(ids, session.index.claims, session.index.like)
            if save is not None:  # an older ledger must not speak for a run that is cut short
                session.ledger.write(save)
                begun.append(save)
            session.counts.broken = tuple(session.index.broken)
        except BaseException:
            session.close()
            raise
        return session.run(wanted, save), session.counts


@contextmanager
def _older_aside(save: Path | None, seed: int, begun: list[Path]) -> Iterator[None]:
    """An older ledger does not speak for a run that is killed while chapters are imported.

    It stands there again where nothing comes of the run: what was asked for is refused, or interrupted before.
    """
    older = save.read_bytes() if save is not None and save.is_file() else None
    if save is None or older is None:
        yield
        return
    from theorem_audit.weigh.ledger import Ledger

    Ledger(seed=seed).write(save)
    try:
        yield
    except BaseException:
        if not begun:
            write_bytes(save, older)
        raise


def run(args: argparse.Namespace, console: Console) -> int:
    """``audit run``."""
    save = None if args.json in (None, "-") else Path(args.json)
    seed, begun = seed_of(args.seed), list[Path]()
    try:
        with ends_in_order(), _older_aside(save, seed, begun):
            ledger, counts = run_ledger(args.ids, args, console, save, seed, begun)
    except KeyboardInterrupt as stop:
        where = f"; what was run is in {save}" if begun else "; nothing was run" if save else ""
        by, code = (f" by {stop}", stop.code) if isinstance(stop, Ended) else ("", 130)
        with suppress(OSError):  # the terminal may be gone
            console.print(f"[bold]interrupted[/]{by}{where}")
        return code
    from theorem_audit.doubt import commands as doubts

    tried: Any = {}
    if args.variants:
        tried = doubts.add_variants(ledger, args, console)
        if save:
            ledger.write(save)
    if args.json == "-":
        emit(ledger.as_dict(), "-")
    elif args.changes:
        show.changes(ledger, counts, console)
    else:
        show.verdict_table(ledger, console)
        if tried:
            show.variant_table(tried, console)
            doubts.say_untried(tried, console)
        if save:
            console.print(f"written: {save}")
    console.print(counts.line, markup=False, highlight=False, soft_wrap=True)
    for wrong in counts.wrong:
        console.print(f"reuse would be wrong: {wrong}", markup=False, soft_wrap=True, style="red")
    if args.check_reuse and not counts.wrong:
        console.print("every outcome that reuse would take is what a fresh run finds", markup=False)
    if counts.broken:
        console.print(
            f"broken, and left out: {', '.join(counts.broken)}", markup=False, style="red"
        )
    code = ledger.exit_code() or int(bool(counts.wrong or counts.broken))
    if tried:
        code = code or doubts.exit_code(tried)
    return code


def receipt(args: argparse.Namespace, console: Console) -> int:
    """``audit receipt``."""
    from theorem_audit.report.load import UnreadableRun, load_run
    from theorem_audit.usage import ids_of
    from theorem_audit.weigh.receipt import receipt as receipt_of
    from theorem_audit.weigh.whole import not_reached

    claims = project.claims()
    (claim_id,) = ids_of([args.id])
    target = args.json or f"{claim_id}.receipt.json"
    checked_json(argparse.Namespace(**{**vars(args), "json": target}))  # before the work
    if args.source:
        try:
            found = load_run(Path(args.source))
            if left := not_reached(found, claim_id):
                raise BadUsage(f"{args.source}: {left}; `audit run` goes on from there")
            data = receipt_of(found, claim_id, claims)
        except UnreadableRun as error:
            raise BadUsage(str(error)) from error
        except KeyError:
            raise BadUsage(f"{args.source}: that run knows nothing of {claim_id}") from None
        code = 0
    else:
        ledger, _ = run_ledger([claim_id], args, console)
        data, code = receipt_of(ledger.as_dict(), claim_id, claims), ledger.exit_code()
    emit(data, target)
    if target != "-":
        where = "" if Path("verify.py").is_file() else f" ({VERIFY})"
        console.print(
            f"written: {target}; python verify.py {target}{where}", markup=False, soft_wrap=True
        )
    return code


def add_commands(command: Any) -> None:
    """Declare the commands on the parser that ``cli`` builds."""
    sub = command("run", "run the evidence that is new or out of date, and print the verdicts")
    run_options(sub)
    sub.add_argument(
        "--check-reuse", action="store_true",
        help="run everything, and report each outcome that reuse would have kept wrongly",
    )  # fmt: skip
    sub.add_argument("--changes", action="store_true", help="print only the claims that were run")
    sub.add_argument("--variants", action="store_true", help="then do what `audit mutants` does")
    sub.set_defaults(handler=run)
    slip = command("receipt", "write what a claim's verdict rests on, for verify.py", ids=None)
    slip.add_argument("id", metavar="ID", help=CLAIM)
    slip.add_argument(
        "--from", dest="source", metavar="RUN", help="JSON of a run (default: run it now)"
    )
    run_options(slip)
    slip.set_defaults(handler=receipt)


__all__ = ["add_commands", "run_ledger", "run_options"]
