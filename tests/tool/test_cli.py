"""The command line, the JSON ledger and the pytest side, as a user meets them."""

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
from theorem_audit.scaffold import scaffold
from theorem_audit.tests import warm
from theorem_audit.weigh import jobs
from theorem_audit.weigh.ledger import validate
from theory import claims
from theory.model.autoencoder import HESS


def run(*words: str) -> int:
    return main([*words, "--workers", "1"] if words[0] != "list" else list(words))


def test_run_writes_a_ledger_that_its_schema_describes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "deep" / "run.json"
    assert run("run", "HESS", "Q-KAPPA", "--quick", "--json", str(target)) == 0
    assert "2 claims: 2 proved" in capsys.readouterr().out
    data = json.loads(target.read_text())
    validate(data)
    assert [c["id"] for c in data["claims"]] == ["HESS", "Q-KAPPA"]
    assert data["complete"]
    assert data["quick"]
    assert list(target.parent.iterdir()) == [target]


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


def test_json_on_standard_output_is_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "HESS", "--quick", "--json", "-") == 0
    validate(json.loads(capsys.readouterr().out))
    assert run("list", "--json", "-") == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} == set(claims)
    assert run("graph", "HESS", "--quick", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out) == {
        "nodes": [{"id": "HESS", "verdict": "proved"}],
        "edges": [],
        "impact": {},
    }


def test_show_prints_the_statement_and_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "HESS", "--quick") == 0
    text = capsys.readouterr().out
    assert HESS.title in text
    assert "test_hessian_is_the_second_derivative_on_every_line" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "no-such-thing"), "unknown claim NO-SUCH-THING among the"),
        (("show", "sgd-spars"), "unknown claim SGD-SPARS; did you mean SGD-SPARSE"),
        (("run", "GRAD", "--seed", "-3"), "--seed"),
        (("run", "GRAD", "--seed", "soon"), "--seed 'soon': an integer >= 0, or 'random'"),
        (("run", "GRAD", "--workers", "0"), "--workers 0: at least 1"),
    ],
)
def test_bad_usage_exits_with_2_and_says_what_is_allowed(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(list(words))
    except SystemExit as stop:  # argparse's own
        code = int(stop.code or 0)
    assert code == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_refuted_claim_makes_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = claims["Q-KAPPA"]  # little evidence, so that this is quick
    wrong = dataclasses.replace(
        right, formula=right.formula.func(*map(_doubled, right.formula.args))
    )
    monkeypatch.setitem(claims, "Q-KAPPA", wrong)
    here = jobs.run_jobs  # in this process, which has the wrong claim
    monkeypatch.setattr(jobs, "run_jobs", lambda *x, **more: here(*x, **{**more, "workers": None}))
    assert run("run", "Q-KAPPA", "--quick") == 1
    assert "1 claim: 1 refuted" in capsys.readouterr().out


def _doubled(part: Any) -> Any:
    return Eq(part.lhs, 2 * part.rhs) if isinstance(part, Eq) else part


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
