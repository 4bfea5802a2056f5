"""The commands that doubt the evidence: ``audit mutants|falsify|certify|export|opinions``.

What they need is imported as they are called: declaring them costs nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from theorem_audit import project, show
from theorem_audit.errors import BadUsage, several
from theorem_audit.usage import emit, ids_of, same, seed_of

if TYPE_CHECKING:
    from theorem_audit.doubt.mutants import Tried
    from theorem_audit.exact.checker import Certificate
    from theorem_audit.weigh import stale
    from theorem_audit.weigh.ledger import Ledger

SAVE_EVERY = 5.0  # seconds
COLUMNS = """what became of a variant:
  refuted       some evidence found a contradiction
  not accepted  no evidence refuted it, and what decides could not decide it
  slack         accepted; the claim is a bound, and a larger change is refuted
  exempt        accepted; smaller than the least error that statistics see
  unused        accepted without a hypothesis that no witness needs
  survived      accepted: a hole in the evidence, or explained by `survivors`
  untested      no evidence passes on the claim itself
  equal         says what the claim says, and is not counted as wrong
  weaker        follows from the claim, and is not counted as wrong
"""
Command = Callable[..., argparse.ArgumentParser]


def add_commands(command: Command, run_options: Callable[[argparse.ArgumentParser], None]) -> None:
    """Declare the commands on the parser that ``cli`` builds."""
    wrong = command("mutants", "run the evidence against wrong variants of the claims")
    run_options(wrong)
    wrong.add_argument(
        "--cap", type=int, help="most variants a claim (0: all; default: enough for every place)"
    )
    wrong.add_argument("--all", action="store_true", help="print every variant, not only survivors")
    wrong.add_argument(
        "--stale",
        action="store_true",
        help="only claims whose statement, or what decides it, is not the kept table's; --json keeps its other "
        "rows",
    )
    wrong.epilog, wrong.formatter_class = COLUMNS, argparse.RawDescriptionHelpFormatter
    wrong.set_defaults(handler=_mutants)
    hunt = command("falsify", "search for counterexamples inside each claim's own region")
    hunt.add_argument(
        "--seconds", type=float, help="> 0, for all claims together (default: 2 for each)"
    )
    hunt.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")
    hunt.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    hunt.set_defaults(handler=_falsify)
    keep = command(
        "certify",
        "store the certificates of the claims that the project's `certified` names",
        ids=None,
    )
    keep.set_defaults(handler=_certify)
    out = command("export", "write the stored certificates as Coq files", ids=None)
    out.add_argument("--coq", metavar="DIR", required=True, help="folder for the .v files")
    out.set_defaults(handler=_export)
    second = command(
        "opinions",
        "what the checker, Coq and z3 say of certificates, and which proof steps are in Coq's kernel",
        ids=None,
    )
    second.add_argument(
        "names", nargs="*", metavar="NAME", help="certificates, or claim ids (default: all)"
    )
    second.set_defaults(handler=_opinions)


def try_variants(
    found: dict[str, list[Tried]],
    args: argparse.Namespace,
    console: Console,
    seed: int,
    cap: int | None = None,
    save: Callable[[], None] = lambda: None,
    whole: set[str] | None = None,
) -> None:
    """Run the variants of the claims that ``found`` has keys for, and fill it, with a progress bar.

    save: called now and then, so that an interrupted run loses nothing.  whole: see ``mutation.run``.
    """
    from theorem_audit.doubt import mutation

    saved = time.monotonic()
    ids = list(found)
    with show.progress(console) as bar:
        total = mutation.count(ids, cap) if console.is_terminal else None
        task = bar.add_task("variants", total=total)
        for tried in mutation.run(
            ids, run_seed=seed, workers=args.workers, cap=cap, fast=args.quick, whole=whole
        ):
            found[tried.claim_id].append(tried)
            bar.update(task, advance=1, description=tried.claim_id)
            if time.monotonic() - saved > SAVE_EVERY:
                save()
                saved = time.monotonic()


def add_variants(
    ledger: Ledger, args: argparse.Namespace, console: Console
) -> dict[str, list[Tried]]:
    """Run the variants of a ledger's claims and put what came out into the ledger."""
    from theorem_audit.doubt import mutants

    tried: dict[str, list[Tried]] = {claim_id: [] for claim_id in ledger.outcomes}
    try_variants(tried, args, console, ledger.seed)
    for claim_id, found in tried.items():
        ledger.add_variants(claim_id, mutants.summary(found))
    return tried


def exit_code(tried: Mapping[str, Sequence[Tried]]) -> int:
    """1 when a wrong variant survived unexplained, or none of a claim was tried that is no open question."""
    return int(
        any(t.unexplained for found in tried.values() for t in found) or bool(_untried(tried))
    )


def _untried(tried: Mapping[str, Sequence[Tried]]) -> list[str]:
    """The claims of which no variant met evidence: none could be made, or no evidence passes on the claim."""
    from theorem_audit.weigh.tallies import HARMLESS

    claims, none = project.claims(), {*HARMLESS, "untested"}
    return [
        x
        for x, found in tried.items()
        if all(t.outcome in none for t in found) and claims[x].source.kind != "open"
    ]


def say_untried(tried: Mapping[str, Sequence[Tried]], console: Console) -> None:
    """One line, with the reason, for each claim of which no variant was tried."""
    for claim_id in _untried(tried):
        told = [t.detail for t in tried[claim_id] if t.outcome == "untested"]
        said = f"no wrong variant was tried: {told[0] if told else 'none could be made'}"
        console.print(f"{claim_id}: {said}", markup=False, soft_wrap=True)


def _mutants(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.doubt import mutants, mutation
    from theorem_audit.weigh.ledger import commit
    from theorem_audit.weigh.told import stated

    claims = project.claims()

    seed = seed_of(args.seed)
    kept_at = project.current().path("variants")
    to_table = args.json not in (None, "-") and (
        Path(args.json).resolve() == kept_at.resolve() or same(str(kept_at), args.json)
    )
    if to_table and (args.cap or args.quick):
        raise BadUsage(
            f"--json {args.json}: verdicts read this table, and with --cap or --quick less is tried; name "
            "another file"
        )
    ids = ids_of(args.ids)
    kept = _kept(broken_is_none=not args.stale and not args.ids) if args.stale or to_table else {}
    sources = mutation.deciding_sources(ids) if args.stale or args.json else {}
    if args.stale:
        ids = [x for x in ids if _moved(kept.get(x, {}), stated(claims[x]), sources[x])]
    found: dict[str, list[Tried]] = {claim_id: [] for claim_id in ids}
    complete, at, whole = False, commit(), set[str]()

    def save() -> None:
        # A claim tried in part would stand there as one that was tried: it keeps the older row, or none.
        made = {
            claim_id: {
                "id": claim_id,
                "statement": claims[claim_id].statement,
                "stated": stated(claims[claim_id]),
                "decided_by": sources.get(claim_id, ""),
                **mutants.summary(tried),
            }
            for claim_id, tried in found.items()
            if claim_id in whole
        }
        rows = [x for x in ({**kept, **made}.get(claim_id) for claim_id in claims) if x]
        head = {"schema": 1, "seed": seed, "commit": at, "complete": complete}
        emit({**head, "claims": rows}, args.json)

    if args.stale and not ids:
        console.print(
            "every statement, and what decides it, is the one that the kept table of variants has"
        )
        complete = True
        if args.json and not to_table:
            save()
        return 0
    try:
        to_file = args.json and args.json != "-"
        try_variants(found, args, console, seed, args.cap, save if to_file else lambda: None, whole)
        complete = True
    except KeyboardInterrupt:
        console.print("[bold]interrupted[/]; what was tried:")
    if args.json:
        save()
    if args.json != "-":
        show.variant_table(found, console, every=args.all)
        say_untried(found, console)
    return exit_code(found) if complete else 130


def _moved(row: Mapping[str, Any], said: str, decided_by: str) -> bool:
    """Whether the row is of another statement, or of other evidence; so is one that does not tell of which."""
    return row.get("stated") != said or row.get("decided_by") != decided_by


def _kept(*, broken_is_none: bool = False) -> dict[str, dict[str, Any]]:
    """The rows of the kept table of variants, by claim id; none where there is no table.

    broken_is_none: so for one that cannot be read, which is made anew as a whole.
    """
    from theorem_audit.weigh import tried

    path = project.current().path("variants")
    if not path.exists():
        return {}
    try:
        return tried.load(path)
    except tried.UnreadableTable as error:
        if broken_is_none:
            return {}
        raise BadUsage(str(error)) from error


def _falsify(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.doubt import falsify

    ids = ids_of(args.ids)
    seconds = 2.0 * len(ids) if args.seconds is None else args.seconds
    seed, found = seed_of(args.seed), []
    for row in falsify.search(ids, seconds=seconds, seed=seed, workers=args.workers):
        found.append(row)
        if args.json != "-":
            show.found(row, console)
    if args.json:
        emit({"schema": 1, "seed": seed, "found": [asdict(row) for row in found]}, args.json)
    if args.json != "-":
        show.found_summary(found, console)
    return int(any(row.bad for row in found))


def stale_file(file: Path, args: argparse.Namespace, console: Console) -> int:
    """``audit stale RUN``: a run's JSON, judged by the files of today."""
    from theorem_audit.checks.mark import collect
    from theorem_audit.report.load import UnreadableRun, load_run
    from theorem_audit.weigh import stale
    from theorem_audit.weigh.whole import cut_short, not_reached

    claims = project.claims()

    try:
        data = load_run(file, judged=False)  # it derives the verdicts anew
    except UnreadableRun as error:
        raise BadUsage(str(error)) from error
    found = stale.reload(data, claims, evidence=collect())
    if args.json:
        emit(_with_verdicts(data, found), args.json)
    if args.json != "-":
        # An older ledger counts the files outside the project, and does not name them.
        unnamed = data.get("outside")
        if unnamed is not None and "elsewhere" in data:
            unnamed = 0
        show.reloaded(found, console, unnamed, cut_short(data))
    return int(bool(found.stale) or any(not_reached(data, x) for x in found.verdicts))


def _with_verdicts(data: Mapping[str, Any], found: stale.Reloaded) -> dict[str, Any]:
    rows = []
    for claim in data["claims"]:
        verdict = found.verdicts.get(claim["id"])
        if verdict is not None:
            claim = {**claim, "verdict": verdict.name, "reasons": list(verdict.reasons)}
        rows.append(claim)
    return {**data, "claims": rows}


def _certificates(names: Sequence[str]) -> dict[str, Certificate]:
    from theorem_audit.exact.checker import InvalidCertificate
    from theorem_audit.kernel import second_opinion

    claims = project.claims()

    try:
        known = second_opinion.stored()
    except InvalidCertificate as error:
        where = project.current().path("certificates")
        raise BadUsage(f"{where}: {error}; certificates alone are kept there") from error
    if not known and not names:
        raise BadUsage(
            f"no certificate (*.json) in {project.current().path('certificates')}; `audit certify` "
            "stores those of the claims that the project's `certified` names"
        )
    found: dict[str, Certificate] = {}
    for asked in names:
        mine = {
            x: c for x, c in known.items()
            if x == asked or (x.startswith(f"{asked}-") and _owner(x, claims) in ("", asked))
        }  # fmt: skip
        if not mine and asked not in claims:
            near = claims.like(asked) if "did you mean" in claims.like(asked) else ""
            such = f", such as {next(iter(known))}" if known else ""
            raise BadUsage(
                f"{asked or repr(asked)} is neither a claim nor one of "
                f"{several(len(known), 'certificate')}{such}{near} (`audit list` shows the claims)"
            )
        found |= mine
    return found if names else known


def _owner(certificate: str, claims: Iterable[str]) -> str:
    """The claim that a certificate is of, by its name: BAND-LEAST-upper is BAND-LEAST's where that is one."""
    return max((x for x in claims if certificate.startswith(f"{x}-")), key=len, default="")


def _certify(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.kernel import certify

    written, removed = certify.store()
    if args.json:
        emit(
            {"written": [str(x) for x in written], "removed": [str(x) for x in removed]}, args.json
        )
    else:
        console.print(
            f"{several(len(written), 'certificate')} stored, {len(removed)} removed", markup=False
        )
    return 0


def _export(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.kernel import certificates

    written = certificates.write(_certificates(()), Path(args.coq))
    if args.json:
        emit([str(path) for path in written], args.json)
    else:
        console.print(f"{several(len(written), 'file')} in {args.coq}", markup=False)
    return 0


def _opinions(args: argparse.Namespace, console: Console) -> int:
    from theorem_audit.kernel import second_opinion, steps
    from theorem_audit.kernel.judge import CoqAbsent

    claims = project.claims()
    names = [x.upper() if x.upper() in claims else x for x in args.names]

    found = []
    tell = show.status(console)
    for opinion in second_opinion.opinions(_certificates(names), tell=tell):
        found.append(opinion)
        if args.json != "-":
            show.opinion(opinion, console)
    ids = [x for x in names if x in claims]
    counted, absent = None, ""
    if ids or not names:
        try:
            counted = steps.of_claims(ids) if ids else steps.count(tell=tell)
        except CoqAbsent as error:
            absent = f"kernel: not checked here ({error})"
    if args.json:
        emit({"opinions": [x.as_dict() for x in found], "kernel": counted}, args.json)
    if args.json != "-":
        if counted:
            show.kernel_table(counted, console)
        elif absent:
            console.print(absent, markup=False)
    return int(any(x.disagrees for x in found) or bool(counted and counted["refused"]))
