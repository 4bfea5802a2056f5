"""What the kept table of wrong variants does to verdicts: an accepted one caps, an unknown one is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from theorem_audit import check, project
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh import tried
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.told import Told, stated
from theorem_audit.weigh.verdict import Outcome
from theory import claims
from theory.vocabulary import ORTHOGONAL, ORTHONORMAL

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


def test_what_the_claim_explains_today_caps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim's own words count, not those that the table kept."""
    row = _row(NORM, NAME)
    row["survivors"][0]["why"] = "an explanation that the claim no longer gives"
    _table(tmp_path, monkeypatch, row)
    assert _verdict()[0] == "supported"
    assert _verdict(replace(NORM, survivors={NAME: "true for every length"}))[0] == "proved"
    _table(tmp_path, monkeypatch, _row(NORM, f"{NAME} (part 3)"))
    assert _verdict(replace(NORM, survivors={NAME: "in any conjunct"}))[0] == "proved"


def test_a_row_of_another_statement_is_counted_and_caps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {x: Told.of(claims[x]) for x in ("NORM", "STEP", "BAND")}
    _table(tmp_path, monkeypatch, _row(NORM, NAME), {**_row(claims["STEP"]), "stated": "other"})
    assert tried.line(told) == (
        "variants: 1 of 3 claims current; stale: STEP; not tried: BAND"
    )  # fmt: skip
    wider = NORM.with_item(ORTHONORMAL, ORTHOGONAL)
    assert _verdict(wider)[0] == "proved", "nothing is known of that statement"
    assert tried.line({"NORM": Told.of(wider)}).endswith("0 of 1 claims current; stale: NORM")
    assert stated(replace(NORM, title="x", remark="y", survivors={NAME: "z"})) == stated(NORM)


def test_without_a_table_nothing_is_capped_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"NORM": Told.of(NORM)}
    _table(tmp_path, monkeypatch, _row(NORM, NAME))
    path = project.current().path("variants")
    path.write_text("{", encoding="utf-8")
    assert "0 of 1 claims current" in tried.line(told)
    assert "not what `audit mutants --json` writes" in tried.line(told)
    path.unlink()
    assert _verdict()[0] == "proved"
    assert tried.line(told).endswith("none is kept (`audit mutants --json FILE` makes it)")


def test_the_ledger_counts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _table(tmp_path, monkeypatch, _row(NORM))
    ledger = Ledger(seed=0, told={"NORM": Told.of(NORM)}, hashes={})
    ledger.expect(["NORM"])
    assert ledger.as_dict()["variants"] == {"current": 1, "of": 1}
