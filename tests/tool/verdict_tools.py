"""Made-up claims and outcomes for the tests of verdicts."""

from __future__ import annotations

from theorem_audit.weigh.verdict import (
    Outcome,
)


def outcome(
    name: str = "A", kind: str = "symbolic", what: str = "passed", *, step: str = "statement",
    test: str = "t", uses: tuple[str, ...] = (), case: str = "",
) -> Outcome:  # fmt: skip
    return Outcome(name, test, kind, (step,), what, case=case, uses=uses, checks=1)
