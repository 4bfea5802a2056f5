"""What the kept table of wrong variants does to verdicts: an accepted one caps, an unknown one is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from theorem_audit import check, project
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told, stated
from theory import claims

NORM, NAME = claims["NORM"], "other item: orthonormal -> orthogonal"


def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *rows: Any) -> None:
    path = tmp_path / "variants.json"
    path.write_text(json.dumps({"commit": "made", "claims": rows}), encoding="utf-8")
    monkeypatch.setattr(project, "_current", replace(project.current(), variants=str(path)))


def _row(claim: Claim, *survivors: str) -> dict[str, Any]:
    left = [{"name": x, "statement": "", "why": ""} for x in survivors]
    return {"id": claim.id, "statement": "", "stated": stated(claim), "survivors": left}


def _verdict(
    claim: Claim = NORM, kind: str = "symbolic", outcome: str = "passed"
) -> tuple[str, tuple[str, ...]]:
    ledger = Ledger(seed=0, told={claim.id: Told.of(claim)}, hashes={})
    ledger.add(Outcome(claim.id, "t", kind, claim.steps, outcome, checks=1))
    found = ledger.verdicts()[claim.id]
    return found.name, found.reasons


def test_an_accepted_variant_of_a_word_caps_the_rank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _table(tmp_path, monkeypatch, _row(NORM))
    assert _verdict() == ("proved", ())
    assert check(NORM).name == "proved"
    _table(tmp_path, monkeypatch, _row(NORM, NAME))
    assert _verdict() == ("supported", (f"its evidence accepts wrong variants: {NAME}",))
    assert check(NORM).name == "supported"
    assert _verdict(kind="kernel")[0] == "kernel", "its statement is generated from the claim"
    assert _verdict(outcome="refuted")[0] == "refuted", "a cap lifts nothing"


def test_the_ledger_counts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _table(tmp_path, monkeypatch, _row(NORM))
    ledger = Ledger(seed=0, told={"NORM": Told.of(NORM)}, hashes={})
    ledger.expect(["NORM"])
    assert ledger.as_dict()["variants"] == {"current": 1, "of": 1}
