"""What a run took from the store and what it ran, in one line; and whether it took it rightly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from theorem_audit.errors import several
from theorem_audit.weigh.outcome import Outcome

NAMED = 5  # claims whose evidence was run that the line names, with why
# Not how many checks were made: a helper that caches makes its own once a process.
COMPARED = ("outcome", "kind", "steps", "error", "power", "smallest_visible", "uses", "needs",
            "beyond", "reader", "detail", "notes", "witness")  # fmt: skip


@dataclass
class Counts:
    """What a run took from the store and what it ran.  why: claim id -> why some of its evidence was run.

    wrong: with ``check``, each outcome that reuse would have kept and a fresh run does not give.
    broken: files of the theory or its evidence that cannot be imported; nothing of them was run.
    """

    total: int = 0
    reused: int = 0
    ran: int = 0
    could_not: int = 0
    why: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    broken: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One line for the reader."""
        told = f"reused {self.reused} of {self.total}, ran {self.ran}"
        if self.why and self.ran:
            shown = [f"{x} ({y})" if y else x for x, y in list(self.why.items())[:NAMED]]
            more = len(self.why) - len(shown)
            told += f": {', '.join(shown)}" + (
                f" and {several(more, 'more claim')}" if more > 0 else ""
            )
        if self.could_not:
            told += f"; {self.could_not} not run (a part they need is absent, or left out)"
        return told

    def compare(self, known: Mapping[str, Any], outcome: Outcome) -> None:
        """Note where a fresh outcome is another than the one that would have been reused."""
        fresh = outcome.as_dict()
        for name in COMPARED:
            if known.get(name) != fresh[name]:
                case = f"[{outcome.case}]" if outcome.case else ""
                self.wrong.append(
                    f"{outcome.claim_id}: {outcome.test}{case}: {name} is {fresh[name]!r}, "
                    f"kept is {known.get(name)!r}"
                )

    def compare_looks(
        self, claim_id: str, known: Mapping[str, Any], said: Mapping[str, Any]
    ) -> None:
        """The same of what is found of a claim's hypotheses."""
        was, now = known["empty"] or {}, said["empty"] or {}
        if (was.get("detail"), known["about"]) != (now.get("detail"), said["about"]):
            self.wrong.append(f"{claim_id}: instances of its hypotheses are others than kept")


__all__ = ["Counts"]
