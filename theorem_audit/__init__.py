"""Audits a theory: runs the evidence for each claim, derives verdicts, tries wrong variants, reports.

The tool knows no theory.  A project names its own in ``[tool.theorem-audit]`` of its pyproject.toml
(``theorem_audit.project``); ``audit init`` writes a first one.

Nothing heavy is imported before it is used, so that the pytest plugin costs nothing where it has nothing
to do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PLACES = {
    "Absent": "checks.run_context",
    "Inconclusive": "checks.run_context",
    "Verdict": "weigh.verdict",
    "attempt": "checks.run_context",
    "Falsified": "doubt.falsify",
    "Found": "doubt.falsify",
    "Held": "doubt.falsify",
    "check": "weigh.check",
    "evidence": "checks.mark",
    "exact_quotient": "checks.expect",
    "expect": "checks.expect",
    "expect_identity": "checks.expect",
    "expect_inequality": "checks.expect",
    "expect_nonnegative": "checks.expect",
    "expect_positive_ball": "checks.expect",
    "expect_zero": "checks.expect",
    "falsify": "doubt.falsify",
    "note": "checks.run_context",
    "rng": "checks.run_context",
    "seed": "checks.run_context",
}

if TYPE_CHECKING:
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
    from theorem_audit.checks.run_context import Absent, Inconclusive, attempt, note, rng, seed
    from theorem_audit.doubt.falsify import Falsified, Found, Held, falsify
    from theorem_audit.weigh.check import check
    from theorem_audit.weigh.verdict import Verdict


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'theorem_audit' has no attribute {name!r}")
    value = getattr(import_module(f"theorem_audit.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})


__all__ = [
    "Absent",
    "Falsified",
    "Found",
    "Held",
    "Inconclusive",
    "Verdict",
    "attempt",
    "check",
    "evidence",
    "exact_quotient",
    "expect",
    "expect_identity",
    "expect_inequality",
    "expect_nonnegative",
    "expect_positive_ball",
    "expect_zero",
    "falsify",
    "note",
    "rng",
    "seed",
]
