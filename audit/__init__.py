"""Weighs evidence: runs it, records what it read, derives verdicts, reports them."""

from __future__ import annotations

from audit.evidence import evidence
from audit.expect import (
    exact_quotient,
    expect,
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from audit.run_context import Absent, Inconclusive, note, rng, seed
from audit.runner import check
from audit.verdict import Verdict

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
