"""Weighs evidence: runs it, records what it read, derives verdicts, reports them."""

from __future__ import annotations

from theorem_audit.checks.expect import (
    exact_quotient,
    expect,
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.checks.mark import evidence
from theorem_audit.checks.run_context import Absent, Inconclusive, note, rng, seed
from theorem_audit.weigh.runner import check
from theorem_audit.weigh.verdict import Verdict

__all__ = [
    "Absent",
    "Inconclusive",
    "Verdict",
    "check",
    "evidence",
    "exact_quotient",
    "expect",
    "expect_identity",
    "expect_inequality",
    "expect_nonnegative",
    "expect_positive_ball",
    "expect_zero",
    "note",
    "rng",
    "seed",
]
