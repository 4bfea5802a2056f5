"""Made-up claims and outcomes for the tests of verdicts."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Symbol

from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.verdict import Verdict, derive

X = Symbol("x", real=True)


def outcome(
    name: str = "A", kind: str = "symbolic", what: str = "passed", *, step: str = "statement",
    test: str = "t", uses: tuple[str, ...] = (), case: str = "",
) -> Outcome:  # fmt: skip
    return Outcome(name, test, kind, (step,), what, case=case, uses=uses, checks=1)


def claim(name: str = "A", steps: tuple[str, ...] = ("statement",), **more: Any) -> Claim:
    kind = more.pop("source", "lemma")
    formula = more.pop("formula", Eq(X, X + 1, evaluate=False))
    return Claim(
        name, name, formula, Source(kind, "made up"), "exact", "made",
        steps=steps, **more,
    )  # fmt: skip


def verdict(made: Claim, *found: Outcome) -> Verdict:
    return derive({made.id: made}, {made.id: found})[made.id]
