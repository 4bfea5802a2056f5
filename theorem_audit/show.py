"""What the command line prints: tables and trees, coloured on a terminal only."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.tree import Tree

from theorem_audit.errors import rounded_down, rounded_up, several
from theorem_audit.weigh import tried
from theorem_audit.weigh.ledger import Ledger, necessity
from theorem_audit.weigh.left import left, line
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.unread import meanings_played, out_of_reach
from theorem_audit.weigh.verdict import CUT, RANKS, Verdict

if TYPE_CHECKING:
    from theorem_audit.doubt.falsify import Found
    from theorem_audit.doubt.mutants import Tried
    from theorem_audit.kernel.second_opinion import Opinion
    from theorem_audit.statement.claim import Claim
    from theorem_audit.weigh.counts import Counts
    from theorem_audit.weigh.impact import Impact
    from theorem_audit.weigh.stale import Reloaded
    from theorem_audit.weigh.told import Told

STYLE = {
    "kernel": "bold bright_green",
    "proved": "bold green",
    "certified": "green",
    "proved_given": "cyan",
    "certified_given": "cyan",
    "steps": "blue",
    "steps_given": "blue",
    "supported": "yellow",
    "open": "magenta",
    "refuted": "bold red",
}


WIDTH = 120  # columns when the output is no terminal, which then cannot say
TELL_EVERY = 20.0  # seconds between two lines of progress where there is no terminal


class Unread(Exception):
    """Nobody reads any more what is printed (``| head``)."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich ends the process here; the command line does, and nothing below it."""
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise Unread from None


def console(*, stderr: bool = False) -> Console:
    """A console that colours on a terminal only, and is wide enough for the tables elsewhere."""
    made = _Console(stderr=stderr)
    return made if made.is_terminal else _Console(stderr=stderr, width=WIDTH)


def warn(text: str) -> None:
    """A line on standard error, beside whatever a command prints."""
    Console(stderr=True).print(f"audit: {text}", markup=False, highlight=False, soft_wrap=True)


def _styled(verdict: Verdict) -> str:
    text = verdict.name.replace("_", " ")
    style = STYLE.get(verdict.name, "dim")
    return f"[{style}]{text}[/]"


class _Progress(Progress):
    """A bar on a terminal; elsewhere, a line on standard error each TELL_EVERY seconds."""

    told: float | None = None

    def update(self, task_id: TaskID, **changes: Any) -> None:
        super().update(task_id, **changes)
        now = time.monotonic()
        if self.told is None:
            self.told = now
        if self.disable and now - self.told >= TELL_EVERY:
            self.told = now
            task = self._tasks[task_id]
            of = "" if task.total is None else f" of {task.total:,.0f}"
            warn(f"{task.completed:,.0f}{of} done, last {task.description}")


def progress(console: Console) -> Progress:
    """A progress bar on a terminal; where work takes long, elsewhere a line on standard error now and then."""
    return _Progress(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def claim_table(
    claims: Iterable[Claim | Told], console: Console, verdicts: Mapping[str, Verdict] | None = None
) -> None:
    """The claims, with verdicts where there are any."""
    more = () if verdicts is None else ("verdict",)
    table = Table("claim", *more, "title", "chapter", "source", "bound", box=None)
    for c in claims:
        said = (
            ()
            if verdicts is None
            else (_styled(verdicts[c.id]) if c.id in verdicts else "[dim]never run[/]",)
        )
        table.add_row(c.id, *said, escape(c.title), c.chapter, c.source.kind, c.bound)
    console.print(table)


def verdict_table(ledger: Ledger, console: Console) -> None:
    """Verdict, rests-on and evidence for each claim; counts, error budget and failures below."""
    claims, verdicts = ledger.told, ledger.verdicts()
    table = Table("claim", "verdict", box=None, pad_edge=False)
    table.add_column("title", no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column("rests on", no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column("evidence", justify="right")
    table.add_column("s", justify="right")
    table.expand = True
    for verdict in (verdicts[claim_id] for claim_id in claims if claim_id in verdicts):
        done = [o for o in verdict.outcomes if o.outcome != "not_run"]
        table.add_row(
            verdict.claim_id,
            _styled(verdict),
            escape(claims[verdict.claim_id].title),
            " ".join(verdict.uses),
            str(len(done)),
            f"{sum(o.seconds for o in done):.1f}",
        )
    console.print(table)
    counts = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in ledger.counts().items()
    )
    console.print(f"\n{several(len(verdicts), 'claim')}: {counts}")
    read, total = ledger.hypotheses()
    counted = f"{'all' if read == total else read} of {total}" if total else "none is stated"
    console.print(f"hypotheses read by machine: {counted}")
    played, known = meanings_played(claims, ledger.outcomes)
    if known:
        said = "all" if played == known else played
        beyond = out_of_reach(claims, ledger.outcomes)
        more = f"; {beyond} no run can compute" if beyond else ""
        console.print(f"symbols with executable meaning: {said} of {known}{more}")
    if said := line(left(v.name, v.outcomes) for v in verdicts.values()):
        console.print(f"{said} (audit show lists them)", markup=False, highlight=False)
    console.print(tried.line({x: claims[x] for x in verdicts}), markup=False, highlight=False)
    for name, why in ledger.left_out.items():
        console.print(f"left out: {name}: {why}", markup=False)
    gates = [v.claim_id for v in verdicts.values() if any("kernel: not" in x for x in v.reasons)]
    if gates:
        console.print(f"kernel: not checked here for {', '.join(gates)}", markup=False)
    if set(verdicts) == set(claims):
        from theorem_audit.kernel import steps

        console.print(steps.told(steps.known()), markup=False)
    error = ledger.family_error
    said = f"at most {rounded_up(error)}" if error else "0 (nothing random)"
    console.print(f"seed {ledger.seed}; chance that any true claim is called refuted: {said}")
    for verdict in verdicts.values():
        if verdict.name in ("refuted", "inconclusive", "unchecked"):
            _why(verdict, console)


def _why(verdict: Verdict, console: Console) -> None:
    console.print(f"{_styled(verdict)} {verdict.claim_id}")
    for reason in verdict.reasons:
        console.print(f"  {escape(reason)}")


def changes(ledger: Ledger, counts: Counts, console: Console) -> None:
    """The claims of which something was run, with their verdicts and, where they are bad, why."""
    for claim_id, verdict in ledger.verdicts().items():
        if claim_id in counts.why:
            _why(verdict, console)


def _line(outcome: Outcome) -> str:
    case = f"[{outcome.case}]" if outcome.case else ""
    extra = f", error {rounded_up(outcome.error)}" if outcome.error else ""
    extra += f", power {rounded_down(outcome.power)}" if outcome.power is not None else ""
    name = outcome.test.rsplit("::", 1)[-1] + case
    return f"{outcome.outcome:<12} {outcome.kind:<11} {name} ({outcome.seconds:.2f} s{extra})"


def claim_page(claim_id: str, ledger: Ledger, console: Console) -> None:
    """One claim in full, with the tree it rests on."""
    claim, verdicts = ledger.told[claim_id], ledger.verdicts()
    verdict = verdicts[claim_id]
    console.print(f"[bold]{claim.id}[/]  {escape(claim.title)}  ({_styled(verdict)})")
    console.print(f"{claim.source.kind}: {escape(claim.source.reference)}; bound: {claim.bound}")
    for prior in claim.source.prior:
        console.print(f"prior work: {prior.work}: {prior.states}", markup=False)
    console.print(f"\n  {claim.sentence}", markup=False, highlight=False)
    hypotheses = "" if not claim.region else f"  for {claim.region}\n"
    console.print(f"\n  {claim.formula}\n{hypotheses}", markup=False)
    for symbol, meaning in claim.symbols.items():
        console.print(f"  {symbol}: {meaning}", markup=False, highlight=False)
    for x in claim.assumptions:
        found = necessity(x, verdict.outcomes)
        state = {None: "no witness that it is needed", True: "needed", False: "not needed"}[
            found["needed"]
        ]
        shown = x.text
        witness = f": {found['witness']}" if found["witness"] else ""
        console.print(f"assumes {x.name}: {shown} ({state}{witness})", markup=False)
    about = ledger.about[claim_id]
    if about["instance"]:
        values = ", ".join(f"{k} = {v}" for k, v in about["instance"].items())
        console.print(f"all hypotheses hold at {values}", markup=False)
    for edge in about["boundary"]:
        console.print(f"boundary {edge['case']}", markup=False)
    if claim.remark:
        console.print(f"remark: {claim.remark}", markup=False)
    if verdict.given:
        console.print(f"given: {'; '.join(verdict.given)}", markup=False)
    for reason in verdict.reasons:
        console.print(f"because: {reason}", markup=False)
    for condition in left(verdict.name, verdict.outcomes):
        console.print(f"left to the reader, of a lemma's conditions: {condition}", markup=False)
    rest = () if "statement" in claim.steps else ("statement",)
    for step in (*claim.steps, *rest):
        if step in rest and all("statement" not in o.steps for o in verdict.outcomes):
            continue
        title = "the statement as a whole" if step == "statement" else f"step {step}"
        console.print(f"\n{title}", style="bold", markup=False)
        if step in claim.parts:
            console.print(f"  decides by itself: {claim.parts[step]}", markup=False)
        for outcome in verdict.outcomes:
            if step in outcome.steps:
                console.print("  " + _line(outcome), markup=False)
                for text in (outcome.detail, *outcome.notes):
                    if text:
                        console.print("      " + text, markup=False)
    if verdict.uses:
        console.print()
        console.print(_tree(claim_id, verdicts, set()))


def _tree(claim_id: str, verdicts: dict[str, Verdict], seen: set[str]) -> Tree:
    verdict = verdicts[claim_id]
    again = claim_id in seen and bool(verdict.uses)
    tree = Tree(f"{claim_id} {_styled(verdict)}{' (above)' if again else ''}")
    if not again:
        seen.add(claim_id)
        for used in verdict.uses:
            tree.add(_tree(used, verdicts, seen))
    return tree


# What becomes of a variant: the columns, which the help of `audit mutants` explains.
BECAME = (
    "refuted", "not_accepted", "slack", "exempt", "unused", "survived", "untested", "equal", "weaker",
)  # fmt: skip


def variant_table(
    found: Mapping[str, Sequence[Tried]], console: Console, *, every: bool = False
) -> None:
    """What became of the wrong variants of each claim; then each survivor, or every variant."""
    everything = [t for tried in found.values() for t in tried]
    seen = {t.outcome for t in everything} | {"refuted", "survived"}
    shown = [name for name in BECAME if name in seen]
    table = Table("claim", "variants", box=None)
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right", no_wrap=True)
    table.add_column("s", justify="right")
    for label, these in [*found.items(), ("all", everything)]:
        counts = [sum(t.outcome == name for t in these) for name in shown]
        seconds = f"{sum(t.seconds for t in these):.1f}"
        table.add_row(label, str(len(these)), *(str(c) if c else "" for c in counts), seconds)
    console.print(table)
    for t in everything:
        if every or t.outcome == "survived":
            state = "explained" if t.explained else t.outcome
            console.print(f"\n{state}: {t.claim_id}: {t.name}", markup=False, soft_wrap=True)
            console.print(f"  {t.statement}", markup=False, soft_wrap=True)
            for text in (t.by, t.explained, t.detail):
                if text:
                    console.print(f"  {text}", markup=False, soft_wrap=True)
    left = [t for t in everything if t.unexplained]
    console.print(f"\n{len(left)} unexplained survivors of {len(everything)} variants")


def found(row: Found, console: Console) -> None:
    """One line: claim, what the search came to; the witness below where there is one."""
    style = "bold red" if row.bad else "dim" if row.outcome == "out of reach" else "green"
    line = f"{row.claim_id:<24} {row.outcome:<12} {row.cases:>7} cases {row.seconds:6.1f} s"
    console.print(
        f"{line}  {row.detail}", style=style, markup=False, highlight=False, soft_wrap=True
    )
    if row.witness:
        values = ", ".join(f"{k} = {v}" for k, v in row.witness.items())
        console.print(f"    at {values}", markup=False, highlight=False, soft_wrap=True)


def found_summary(rows: Sequence[Found], console: Console) -> None:
    """How many claims came to what."""
    counts = Counter(row.outcome for row in rows)
    told = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    played = several(sum(row.cases for row in rows), "case")
    console.print(f"\n{several(len(rows), 'claim')}: {told}; {played} played")


def opinion(said: Opinion, console: Console) -> None:
    """One line: certificate, program, what it says."""
    style = {"accepted": "green", "rejected": "bold red"}.get(said.says, "dim")
    line = f"{said.certificate:<44} {said.program:<8} {said.says:<10} {said.seconds:6.1f} s"
    console.print(f"{line}  {said.detail}", style=style, markup=False, highlight=False)


def status(console: Console) -> Callable[[str], None]:
    """A function that prints a line of progress: dim on a terminal, on standard error beside a pipe."""
    return lambda text: console.print(text, style="dim") if console.is_terminal else warn(text)


def kernel_table(counted: Mapping[str, Any], console: Console) -> None:
    """Proof steps in Coq's kernel, by claim, with reasons for those that are not; then the total."""
    table = Table("claim", box=None, pad_edge=False)
    table.add_column("in the kernel", justify="right", no_wrap=True)
    table.add_column("outside, and why")
    for claim_id, row in counted["claims"].items():
        why = "; ".join(f"{step}: {', '.join(told)}" for step, told in row["outside"].items())
        table.add_row(claim_id, f"{row['in_kernel']} of {row['decided']}", escape(why))
    console.print(table)
    inside, total = counted["in_kernel"], counted["decided"]
    console.print(
        f"\nproof steps in the kernel: {inside} of {total} ({several(counted['theorems'], 'theorem')}, "
        f"{counted['refused']} refused)"
    )
    console.print(
        f"of these {inside}: {counted['only_same']} state only that an expression equals itself; "
        f"{counted['with_conditions']} also assert conditions that Python alone reads",
        style="dim",
    )


def reloaded(
    found: Reloaded, console: Console, outside: int | None = 0, cut_short: str = ""
) -> None:
    """The verdicts of an earlier run as they stand today, and why some are stale.

    outside: how many files outside the project its evidence opened and it does not name; None where that run
    did not hear of any.
    cut_short: what to say of a run that is not whole.
    """
    table = Table("claim", "verdict", "because", box=None)
    for claim_id, verdict in found.verdicts.items():
        told = verdict.name == "stale" or any(x.startswith(CUT) for x in verdict.reasons)
        why = "; ".join(verdict.reasons[:4]) if told else ""
        table.add_row(claim_id, _styled(verdict), escape(why))
    for claim_id in found.missing:
        table.add_row(claim_id, "[dim]not in that run[/]", "")
    console.print(table)
    console.print(f"\n{len(found.stale)} of {len(found.verdicts)} verdicts are stale")
    if cut_short:
        console.print(cut_short, markup=False, soft_wrap=True)
    if outside is None:
        console.print(
            "not watched: files that evidence opened, of which that run (pytest's) did not hear"
        )
    elif outside:
        console.print(
            f"not watched: {several(outside, 'file')} outside the project that evidence opened"
        )


def graph(ledger: Ledger, console: Console) -> None:
    """A tree for each claim that nothing else rests on."""
    verdicts = ledger.verdicts()
    below = {used for v in verdicts.values() for used in v.uses}
    seen: set[str] = set()
    for claim_id in verdicts:
        if claim_id not in below:
            console.print(_tree(claim_id, verdicts, seen))


def impact(said: Impact, told: Mapping[str, Told], console: Console) -> None:
    """What hangs on a claim: who reads it, what falls with it, what rises if it is proved."""
    console.print(
        f"{said.id} ({said.verdict.replace('_', ' ')}): {told[said.id].title}", markup=False
    )
    console.print(
        f"read by {several(len(said.direct), 'proof')}: {', '.join(said.direct) or 'none'}"
    )
    for name, rows in (("falls", said.falls), ("is proved", said.rises)):
        if name != "falls" and said.verdict in ("kernel", "proved"):
            console.print("it is proved already")
            continue
        console.print(f"\nif it {name}, {len(rows)} other verdicts change", style="bold")
        table = Table("claim", "now", "then", "title", box=None)
        for row in sorted(rows, key=lambda x: RANKS.index(x.then)):
            then = f"[{STYLE.get(row.then, 'dim')}]{row.then.replace('_', ' ')}[/]"
            table.add_row(row.id, row.now.replace("_", " "), then, escape(told[row.id].title))
        if rows:
            console.print(table)


def stale_table(verdicts: Mapping[str, Verdict], console: Console) -> None:
    """The verdicts that are out of date, and why."""
    table = Table("claim", "was", "because", box=None)
    for claim_id, verdict in verdicts.items():
        if verdict.name == "stale":
            was = verdict.reasons[-1].removeprefix("it was ").replace("_", " ")
            table.add_row(claim_id, was, escape("; ".join(verdict.reasons[:-1][:3])))
    if table.rows:
        console.print(table)
