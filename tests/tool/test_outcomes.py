"""What evidence does, and what becomes of it: an outcome, with its witness, that survives its JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from tests.tool.verdict_tools import X, claim, outcome, verdict
from theorem_audit import expect
from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import Inconclusive
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.runner import run_evidence


def _nothing(claim: Claim) -> None:
    pass


def _breaks(claim: Claim) -> None:
    expect(True, "fine so far")
    raise KeyError("gone")


def _fails(claim: Claim) -> None:
    expect(False, "wrong", at=3)


def _plain_assert(claim: Claim) -> None:
    assert claim.id == "B", "not B"


def _cannot_tell(claim: Claim) -> None:
    expect(True, "fine so far")
    raise Inconclusive("too few draws")


def _undecided(claim: Claim) -> None:
    raise Undecided("no decision")


def _passes_then_refutes(claim: Claim) -> None:
    expect(True, "fine so far")
    raise Refuted("false", {X: 1})


RAISES = {
    _nothing: "error", _breaks: "error", _fails: "refuted", _plain_assert: "refuted",
    _cannot_tell: "inconclusive", _undecided: "inconclusive", _passes_then_refutes: "refuted",
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "what"), RAISES.items(), ids=lambda x: getattr(x, "__name__", x)
)
@pytest.mark.parametrize("kind", ["symbolic", "simulation"])
def test_evidence_that_does_not_pass(function: Any, what: str, kind: str) -> None:
    found = run_evidence(Evidence("A", kind, function), claim())
    assert found.outcome == what
    assert found.detail
    assert verdict(claim(), outcome(test="good"), found).name in ("refuted", "inconclusive")


def test_a_refutation_carries_its_witness() -> None:
    assert run_evidence(Evidence("A", "symbolic", _fails), claim()).witness == {"at": "3"}


def test_evidence_that_checks_nothing_is_named_as_such() -> None:
    found = run_evidence(Evidence("A", "symbolic", _nothing), claim())
    assert found.detail == "the evidence checked nothing"


def test_an_outcome_survives_its_json() -> None:
    made = dataclasses.replace(outcome(uses=("B",)), notes=("n",), witness={"x": "1"}, power=0.99)
    assert Outcome.from_dict(json.loads(json.dumps(made.as_dict()))) == made
