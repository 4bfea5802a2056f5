"""Receipts: made from a ledger, re-checked by verify.py with the standard library alone."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import symbols

import verify
from sim.tests.sweep_stubs import ROOT
from theorem_audit.cli import main
from theorem_audit.kernel import second_opinion
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.collected import evidence_of
from theorem_audit.weigh.receipt import _made, certificates_of, receipt
from theorem_audit.weigh.verdict import RANKS
from theory import claims

OF = "tests/model/test_step.py"  # holds evidence of NORM


@pytest.fixture(scope="module")
def slip(run: dict[str, Any]) -> dict[str, Any]:
    """NORM's, which rests on STEP; with certificates of another claim, to have some."""
    data = copy.deepcopy(
        receipt({**run, "left_out": {"tests/test_x.py": "no GPU"}}, "NORM", claims)
    )
    small = sorted(second_opinion.stored().items(), key=lambda x: len(x[1].to_json()))[:3]
    data["certificates"] = {name: json.loads(c.to_json()) for name, c in small}
    data["made"] = {f"{OF}::c": [name for name, _ in small], f"{OF}::none": []}
    one = next(e for e in data["claim"]["evidence"] if e["kind"] == "symbolic")
    for test in data["made"]:
        data["claim"]["evidence"].append({**one, "kind": "certificate", "test": test})
    # What the run of these tests does not ask; that hypotheses are read is another test's.
    read = [y for x in data["claim"]["assumptions"] for y in ("region", x["item"]) if y]
    tried = {"kind": "variants", "test": f"{OF}::tried", "steps": [], "read": []}
    data["claim"]["evidence"] += [{**one, **tried}, {**one, "test": f"{OF}::reads", "read": read}]
    return signed(data)


def signed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "digest": verify.digest(data)}


@IN_CI
def test_verify_needs_the_standard_library_alone(slip: dict[str, Any], tmp_path: Path) -> None:
    """-I -S: no site-packages, no project on the path."""
    path = tmp_path / "r.json"
    path.write_text(json.dumps(slip))
    words = [sys.executable, "-I", "-S", str(ROOT / "verify.py"), str(path)]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        "digest", "verdict", "certificate", f"NOT CHECKED: {OF}::none, which left no certificate",
        "NOT CHECKED: the evidence itself",
        "NOT CHECKED: evidence in 'tests/test_x.py', which skipped itself in that run: 'no GPU'",
    ):  # fmt: skip
        assert line in done.stdout
    checked = subprocess.run([*words, "--project", str(ROOT)], capture_output=True, text=True,
                             timeout=60, check=False)  # fmt: skip
    assert "files are those of the run" in checked.stdout, checked.stdout


def _set(*path: Any, value: Any) -> Any:
    def change(data: dict[str, Any]) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


def _refute(data: dict[str, Any]) -> None:
    data["claim"]["evidence"][0]["outcome"] = "refuted"


def _forget(data: dict[str, Any]) -> None:
    deciding = [e for e in data["claim"]["evidence"] if e["kind"] in verify.KINDS]
    data["claim"]["evidence"] = [e for e in data["claim"]["evidence"] if e not in deciding]


def _stripped(data: dict[str, Any]) -> None:
    """As if no certificate had been made (mended: it was accepted)."""
    data["certificates"], data["coq"] = {}, {}


def _one_less(data: dict[str, Any]) -> None:
    data["certificates"].popitem()


def _unsaid(data: dict[str, Any]) -> None:
    _stripped(data)
    del data["made"][f"{OF}::c"]


def _negative(data: dict[str, Any]) -> None:
    for certificate in data["certificates"].values():
        size = len(certificate["symbols"])
        certificate["polynomial"] = [[[0] * size, "-1/7"]]


def _unsplit(data: dict[str, Any]) -> None:
    tent = [[[0], "1/100"], [[2], "1/1"], [[1], "-1/6"]]
    data["made"][f"{OF}::c"].append("x")
    data["certificates"]["x"] = {"schema": 1, "symbols": ["x"], "polynomial": tent,
                                 "box": [[[], [[[0], "1/1"]]]], "tree": None}  # fmt: skip


TAMPERED = {
    "a verdict": _set("claim", "verdict", value="kernel"),
    "the own verdict": _set("claim", "own", value="kernel"), "an outcome": _refute,
    "evidence left out": _forget,
    "a claim below": _set("uses", "STEP", "verdict", value="supported"),
    "a use left out": _set("claim", "uses", value=[]), "a certificate": _negative,
    "a coefficient between": _unsplit, "all certificates left out": _stripped,
    "one certificate left out": _one_less, "certificates left out, and their names": _unsaid,
    "a field that no receipt has": _set("claim", "extra", value="kernel"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.parametrize("again", [False, True], ids=["as it is", "with a new digest"])
def test_tampering_is_noticed(what: str, again: bool, slip: dict[str, Any]) -> None:
    bad = copy.deepcopy(slip)
    TAMPERED[what](bad)
    with pytest.raises(verify.Wrong) as caught:
        list(verify.verify(signed(bad) if again else bad))
    assert ("digest does not fit" in str(caught.value)) == (not again)


@pytest.mark.parametrize("key", ["statement", "region", "title"])
def test_words_are_kept_by_the_digest(key: str, slip: dict[str, Any]) -> None:
    bad = copy.deepcopy(slip)
    bad["claim"][key] += " "
    with pytest.raises(verify.Wrong, match="digest"):
        list(verify.verify(bad))


def _hypothesis(data: dict[str, Any]) -> None:
    data["claim"]["assumptions"].pop()


def _helper(data: dict[str, Any]) -> None:
    del data["sources"]["tests/rationals.py"]


REWRITTEN = {
    "a title": (_set("claim", "title", value="Of any norm"), "the title is 'Of any norm', but theory/model"),
    "a remark": (_set("claim", "remark", value="x"), "the remark is 'x', but theory/model"),
    "a bound": (_set("claim", "bound", value="upper"), "the bound is 'upper', but theory/model"),
    "a hypothesis": (_hypothesis, "1 hypotheses, but theory/model/step.py has 2"),
    "a step": (_set("claim", "steps", value=["one"]), "the steps is ['one'], but theory/model"),
    "a reason": (_set("claim", "carried", value={"STEP": "why"}), "the carried is {'STEP': 'why'}, but theory"),
    "a part": (_set("claim", "parts", value={"one": "x"}), "the list of parts is ['one'], but theory/model"),
    "a note": (_set("claim", "assumptions", 0, "note", value="x"), "is 'x', but theory/model/autoencoder.py"),
    "a kind": (_set("claim", "evidence", 0, "kind", value="symbolic"), "counts as symbolic, ['statement'] of"),
    "a step of evidence": (_set("claim", "evidence", 0, "steps", value=["one"]), "['one'] of NORM; its marks"),
    "a helper left out": (_helper, "tests/rationals.py is imported, and no hash of it"),
}  # fmt: skip


@pytest.mark.parametrize("what", REWRITTEN)
def test_words_that_were_changed_and_signed_anew_are_noticed(
    what: str, slip: dict[str, Any]
) -> None:
    """Mended: the digest was made anew, and no word was compared with the project's sources."""
    bad = copy.deepcopy(slip)
    REWRITTEN[what][0](bad)
    whole = what == "a title"
    check = {"a helper left out": verify.check_imports, "a kind": verify.check_marks,
             "a step of evidence": verify.check_marks}.get(what, verify.check_words)  # fmt: skip
    with pytest.raises(verify.Wrong) as caught:
        list(verify.verify(signed(bad), ROOT) if whole else check(bad, ROOT))
    assert REWRITTEN[what][1] in str(caught.value)


def test_a_changed_source_is_noticed(slip: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(verify.Wrong, match="changed since the run"):
        list(verify.verify(slip, tmp_path))


def test_what_is_no_receipt_is_said_in_one_line(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "x"
    for text, code in (
        ("{", 2), ("[" * 200_000, 2), ("[]", 1), ('{"project": "sgd-batch-audit"}', 1),
    ):  # fmt: skip
        path.write_text(text)
        assert verify.main([str(path)]) == code
    path.write_bytes(bytes(range(256)))
    assert verify.main([str(path)]) == 2
    assert verify.main([]) == 2
    capsys.readouterr()


@IN_CI
@given(data=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        [*sorted(verify.FIELDS), "id", "evidence", "steps", "parts", "x"]), inner, max_size=6),
    max_leaves=12,
))  # fmt: skip
def test_no_json_makes_verify_break_or_accept(data: Any, tmp_path_factory: Any) -> None:
    """Also where it has the form and a fitting digest."""
    for made in (
        data,
        {
            **dict.fromkeys(verify.FIELDS, data),
            "receipt": verify.VERSION,
            "project": "sgd-batch-audit",
        },
    ):
        if isinstance(made, dict):
            made = signed(made)
        path = tmp_path_factory.mktemp("r") / "r.json"
        path.write_text(json.dumps(made))
        assert verify.main([str(path)]) == 1


# --- the second checker agrees with the first -------------------------------------------------

U, V = symbols("u v")


def test_both_checkers_accept_stored_certificates() -> None:
    stored = sorted(second_opinion.stored().items(), key=lambda x: len(x[1].to_json()))
    for _, certificate in stored[:40]:
        assert verify.check_certificate(json.loads(certificate.to_json())) == certificate.cells


def test_certificates_go_to_the_claim_with_the_longest_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = second_opinion.stored()  # read once, and not for each claim
    monkeypatch.setattr(second_opinion, "stored", lambda: stored)
    band = certificates_of("BAND", claims)
    least = certificates_of("BAND-LEAST", claims)
    assert least
    assert not set(band) & set(least)
    every = [name for x in claims for name in certificates_of(x, claims)]
    assert sorted(every) == sorted(stored)


def test_a_receipt_holds_what_the_evidence_makes_also_where_it_is_not_stored() -> None:
    """TIME-BEST's are in no file; BAND's are, and keep their names."""
    for name, stored in (("TIME-BEST", False), ("BAND", True)):
        kept, made = _made(
            {"id": name, "evidence": [
                {"test": e.test, "steps": list(e.steps), "kind": e.kind, "outcome": "passed"}
                for e in evidence_of()[name]
            ]},
            certificates_of(name, claims),
        )  # fmt: skip
        assert kept
        assert sorted(x for names in made.values() for x in names) == sorted(kept)
        assert all(x in second_opinion.stored() for x in kept) == stored
        for certificate in kept.values():
            assert verify.check_certificate(json.loads(certificate.to_json())) == certificate.cells


def test_the_command_writes_one_from_a_run(run_file: Path, tmp_path: Path, capsys: Any) -> None:
    target = tmp_path / "r.json"
    words = ["receipt", "grad", "--from", str(run_file), "--json", str(target)]
    assert main(words) == 0
    assert verify.main([str(target)]) == 0
    assert json.loads(target.read_text())["claim"]["verdict"] in RANKS
    assert main(["receipt", "BAND", "--from", str(run_file)]) == 2
    assert "knows nothing of BAND" in capsys.readouterr().err
