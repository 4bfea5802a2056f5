"""What a run keeps of its outcomes, and when it is written to the store.

An error is not kept: it may be the machine's.  What was not run is kept only where it is known what was
missing: a package, whose version stands in the key, or Coq with its build; or a search, for a written reason.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from theorem_audit.reuse.index import Row
from theorem_audit.reuse.keeper import Keeper
from theorem_audit.reuse.reads import Reads
from theorem_audit.weigh.outcome import Outcome

KERNEL = ("coqc", "coqchk")
NO_SEARCH = "OUT_OF_REACH"  # of a module of falsifiers: why there is none, which is part of the key
EDITED = "edited"  # in place of an outcome's key
FLUSH = 1.0  # seconds between writes to the store


class Keeping:
    """Outcomes of a run on their way to the store.

    keys: (claim, test, case, kind) -> the key of its outcome, or ``EDITED`` where a source changed as it ran.
    """

    def __init__(self, keeper: Keeper, quick: bool) -> None:
        self.keeper, self.quick = keeper, quick
        self.keys: dict[tuple[str, str, str, str], str] = {}
        self._pending: list[tuple[str, Outcome, Reads, Row]] = []
        self._opened: Reads | None = None
        self.opened: dict[
            str, set[str]
        ] = {}  # claim -> the project's files that its evidence opened
        self.elsewhere: dict[str, set[str]] = {}  # the same of files outside the project
        self._flushed = time.monotonic()

    def reads(self, reads: Reads) -> None:
        """Take what the job that ends next has opened."""
        self._opened = reads

    def opens(self, claim_id: str, reads: Iterable[str]) -> None:
        """Note the files among what evidence of a claim has read."""
        self.opened.setdefault(claim_id, set()).update(self.keeper.files(reads))
        self.elsewhere.setdefault(claim_id, set()).update(self.keeper.outside(reads))

    def ended(self, key: str, outcome: Outcome, row: Row) -> None:
        """Take an outcome, to be kept where it may be."""
        reads, self._opened = self._opened, None
        if outcome.outcome == "error":
            # What it answered before, where its process answered twice.
            self._pending = [x for x in self._pending if x[0] != key]
            self.keeper.forget(key)
            return
        if reads is None:
            return
        if outcome.outcome == "not_run":
            if row.kind == "kernel":
                reads = {**reads, (row.module, row.binding): {*self._kernel()}}
            elif not (row.binding == NO_SEARCH or self._lacks(row)):
                return
        self._pending.append((key, outcome, reads, row))

    def _kernel(self) -> list[str]:
        """What evidence of Coq's kernel looks for: its programs, and a finished build."""
        root, output = self.keeper.project.root, self.keeper.project.path("output") / "formal"
        folders = [output, *sorted(x for x in output.glob("*") if x.is_dir() and x.name != "gates")]
        inside = [x.relative_to(root) for x in folders if x.is_relative_to(root)]
        return [f"program:{x}" for x in KERNEL] + [f"folder:{x}" for x in inside]

    def _lacks(self, row: Row) -> bool:
        """Whether a peer was not asked, and a package that it needs is not installed: its key says so."""
        return row.kind == "peer" and any(
            x[0] == "outside" and self.keeper.graph.own(x) == f"{x[1]} absent"
            for x in self.keeper.graph.reached(self.keeper.nodes(row))
        )

    def flush(self, now: bool = False) -> None:
        """Write what is to be kept to the store: now and then, or now."""
        if not now and time.monotonic() - self._flushed < FLUSH:
            return
        self.keeper.tree.edited(now=True)
        self.keeper.look_again()
        for key, outcome, reads, row in self._pending:
            if self.keeper.moved(self.keeper.nodes(row)):
                # The worker may have imported the file as it is now: it counts as stale.
                self.keys[outcome.claim_id, outcome.test, outcome.case, outcome.kind] = EDITED
                continue
            kept = self.keeper.keep(key, outcome.as_dict(), reads, row)
            self.opens(outcome.claim_id, kept.reads)
            last = self.keeper.last_key(row, outcome.case, self.quick)
            said = {"seconds": outcome.seconds, "key": key, "snapshot": self.keeper.snapshot}
            self.keeper.store.put("last", last, said)
        self._pending.clear()
        self.keeper.store.flush()
        self._flushed = time.monotonic()


__all__ = ["Keeping"]
