"""The command line, the JSON ledger and the pytest side, as a user meets them.

Every command is run on small theories (``theorem_audit/tests/test_commands.py``, ``test_refusals.py``).
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sympy import Eq

import theorem_audit as audit
from theorem_audit.cli import main
from theorem_audit.reuse.keeper import Keeper
from theorem_audit.scaffold import scaffold
from theorem_audit.tests import warm
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.ledger import validate
from theory import claims
from theory.model.autoencoder import HESS


def _spoiled() -> dict[str, Any]:
    good: dict[str, Any] = {
        "schema": 1, "project": "sgd-batch-audit", "commit": "x", "started": "now",
        "complete": True, "quick": False, "seed": 0, "family_error": 0.0, "versions": {},
        "claims": [],
    }  # fmt: skip
    validate(good)
    return {
        "newer schema": {**good, "schema": 2},
        "project without a name": {**good, "project": ""},
        "negative error": {**good, "family_error": -1},
        "unknown key": {**good, "more": 1},
        "truncated": {k: v for k, v in good.items() if k != "claims"},
        "claim without id": {**good, "claims": [{"title": "x"}]},
    }


@pytest.mark.parametrize("what", list(_spoiled()))
def test_the_schema_refuses(what: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(_spoiled()[what])


@IN_CI
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run no-such-thing", "unknown claim NO-SUCH-THING among the"),
        ("show sgd-spars", "unknown claim SGD-SPARS; did you mean SGD-SPARSE"),
    ],
)
def test_an_unknown_claim_is_told_with_the_known(
    words: str, message: str, capsys: pytest.CaptureFixture[str], keeper: Keeper
) -> None:
    assert keeper.sources  # where no run has kept them, the command would parse all by itself
    assert main(words.split()) == 2
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run GRAD --seed -3", "--seed"),
        ("run GRAD --seed soon", "--seed 'soon': an integer >= 0, or 'random'"),
    ],
)
def test_a_bad_seed_exits_with_2_and_says_what_is_allowed(
    words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(words.split())
    except SystemExit as stop:  # argparse's own
        code = int(stop.code or 0)
    assert code == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_check_judges_the_object_it_is_given() -> None:
    assert audit.check(HESS).name == "proved"
    wrong = dataclasses.replace(HESS, formula=Eq(HESS.formula.lhs, 2 * HESS.formula.rhs))
    verdict = audit.check(wrong)
    assert verdict.name == "refuted"
    assert "not identically zero" in verdict.reasons[0]
    with pytest.raises(ValueError, match="NOPE"):
        audit.check(dataclasses.replace(HESS, id="NOPE"))


def test_ids_are_read_in_any_case_and_an_unknown_one_is_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "grad", "Hess", "--json", "-"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["GRAD", "HESS"]
    with pytest.raises(KeyError, match="did you mean TRACE"):
        claims["TRCE"]
    assert main([]) == 2
    assert "examples:" in capsys.readouterr().out


def test_pytest_records_what_the_audit_would(tmp_path: Path) -> None:
    """The plugin, with xdist workers in between: same outcomes, in the same schema."""
    scaffold(tmp_path / "small", "small")
    words = ("-q", "-n", "1", "-k", "gradient", "--audit-json", "pytest.json", "--audit-seed", "5")
    done = warm.server().run("pytest", words, tmp_path / "small", warm.this_tool())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "audit, by the tests selected: 1 proved" in done.stdout
    data = json.loads((tmp_path / "small" / "pytest.json").read_text())
    validate(data)
    assert {e["seed"] for e in data["claims"][0]["evidence"]} == {5}
