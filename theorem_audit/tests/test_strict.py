"""Files that say one thing twice, or two things at once: receipts, certificates, ledgers, kept tables."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.exact.checker import Certificate, InvalidCertificate
from theorem_audit.report.load import UnreadableRun, load_run
from theorem_audit.strict import loads
from theorem_audit.tests import lab
from theorem_audit.tests.warm import audit as run_audit
from theorem_audit.weigh.tallies import table_of

VERIFY = Path(__file__).parents[2] / "verify.py"  # no wheel brings it
Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "a": 2}}]', "[NaN]", "[1e400]", "-Infinity"]
)
def test_json_that_readers_take_for_different_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"stands twice|no finite number"):
        loads(text)
    assert loads('{"a": {"a": [1, 2.5, "NaN", true]}}') == {"a": {"a": [1, 2.5, "NaN", True]}}


def test_a_certificate_or_ledger_that_says_a_thing_twice_is_none(tmp_path: Path) -> None:
    plain = Certificate(("x",), (((1,), "1/1"),), (((), (((0,), "1/1"),)),), None)
    text = plain.to_json()
    assert Certificate.from_json(text) == plain
    other = text.replace('"polynomial"', '"polynomial": [[[0], "-1/1"]],\n "polynomial"', 1)
    with pytest.raises(InvalidCertificate, match="stands twice"):
        Certificate.from_json(other)
    (tmp_path / "run.json").write_text('{"project": "x", "project": "sgd-batch-audit"}')
    with pytest.raises(UnreadableRun, match="stands twice"):
        load_run(tmp_path / "run.json")


def _row(**more: Any) -> dict[str, Any]:
    told = [("a", "refuted"), ("b", "survived"), ("c", "equal"), ("d", "not_accepted")]
    return {
        "id": "A", "statement": "", "stated": "s", "tried": 3, "rejected": 2, "refuted": 1, "equal": 1,
        "survivors": [{"name": "b", "statement": "", "why": ""}],
        "variants": [{"name": name, "outcome": outcome} for name, outcome in told], **more,
    }  # fmt: skip


UNSOUND: dict[str, dict[str, Any]] = {
    "a survivor is gone": {"survivors": []},
    "another one is there": {"survivors": [{"name": "a", "statement": "", "why": ""}]},
    "more were refuted": {"refuted": 2},
    "more were rejected": {"rejected": 3},
    "more were tried": {"tried": 30},
}


@pytest.mark.parametrize("what", UNSOUND)
def test_a_table_of_variants_that_does_not_add_up_is_refused(what: str) -> None:
    """A survivor that is taken away would cap nothing."""
    assert table_of(json.dumps({"claims": [_row()]}))["claims"] == [_row()]
    with pytest.raises(ValueError, match="A: "):
        table_of(json.dumps({"claims": [_row(**UNSOUND[what])]}))


def test_a_table_with_two_rows_of_a_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="A twice"):
        table_of(json.dumps({"claims": [_row(), _row()]}))


# --- receipts ---------------------------------------------------------------------------------


def _evidence(**more: Any) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        found = data["claim"]["evidence"]
        found.append({**found[0], "test": "tests/test_bounds.py::other", **more})

    return edit


def _certificate(**more: Any) -> Edit:
    return lambda data: [x.update(more) for x in data["certificates"].values()]


def _coq(text: str) -> Edit:
    sha = hashlib.sha256(text.encode()).hexdigest()
    return lambda data: [x.update(file=text, sha256=sha) for x in data["coq"].values()]


def _claim(**more: Any) -> Edit:
    return lambda data: data["claim"].update(more)


def _without(kind: str) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        data["claim"]["evidence"] = [e for e in data["claim"]["evidence"] if e["kind"] != kind]

    return edit


def _cited(data: dict[str, Any]) -> None:
    """As if a theorem that is cited decided it, and nothing said so."""
    for e in data["claim"]["evidence"]:
        e.update(kind={"certificate": "cited", "symbolic": "cited"}.get(e["kind"], e["kind"]))
    data["claim"].update(own="proved", verdict="proved")
    data.update(made={"stored": sorted(data["certificates"])})


def _of_the_tool(data: dict[str, Any]) -> None:
    sources = {k: v for k, v in data["sources"].items() if k.startswith("theorem_audit/")}
    data.update(sources=sources)


NAMED = "c\nsources: 12 files are those of the run"
SQUARE = [[[2], "-1/1"], [[1], "1/1"]]
EDITS: dict[str, tuple[Edit, str]] = {
    "an outcome in other letters": (_evidence(outcome="refut\u0435d", kind="property"), "no run says"),
    "an outcome in capitals": (_evidence(outcome="Refuted"), "no run says"),
    "an unknown kind": (_evidence(kind="oracle"), "no run says"),
    "true checks": (lambda data: data["claim"]["evidence"][0].update(checks=True), "checks True"),
    "half an exponent": (_certificate(polynomial=[[[2.5], "-1/1"], [[1], "1/1"]]), "exponents"),
    "a true exponent": (_certificate(polynomial=[[[2], "-1/1"], [[True], "1/1"]]), "exponents"),
    "an exponent in words": (_certificate(polynomial=[[["2"], "-1/1"], [[1], "1/1"]]), "exponents"),
    "a float coefficient": (_certificate(polynomial=[[[2], -1.0], [[1], "1/1"]]), "no fraction"),
    "a schema that is true": (_certificate(schema=True), "schema"),
    "an axis that is false": (_certificate(tree=[False, None, None]), "bad subdivision"),
    "a line in the claim's name": (_claim(id="SQUARE\nsources: all"), "the name of no claim"),
    "a name that looks like it": (_claim(id="SQUAR\u0415"), "the name of no claim"),
    "a line in a certificate's name": (
        lambda data: data["certificates"].update({NAMED: next(iter(data["certificates"].values()))}),
        "not all to be read",
    ),
    "a line in a theorem's name": (
        lambda data: [x.update(theorem="nonnegative\nsources: all") for x in data["coq"].values()],
        "has no nonnegative",
    ),
    "no sources": (lambda data: data.update(sources={}), "no hash of"),
    "sources of the tool alone": (_of_the_tool, "no hash of"),
    "a source that is absent": (
        lambda data: data["sources"].update({"lab/bounds.py": "absent"}), "no hash of lab/bounds.py"
    ),
    "a source from outside": (lambda data: data["sources"].update({"../x": "0" * 64}), "lies outside"),
    "a source from the root": (lambda data: data["sources"].update({"/x": "0" * 64}), "lies outside"),
    "evidence of no file": (_evidence(test="tests/nothing.py::x"), "no hash of tests/nothing.py"),
    "a chapter of no file": (_claim(chapter="nothing"), "no hash of nothing.py"),
    "evidence twice": (
        lambda data: data["claim"]["evidence"].append(data["claim"]["evidence"][0]), "stands twice"
    ),
    "wrong variants that nobody tried": (_without("variants"), "tries wrong variants"),
    "a cited theorem that is not said": (_cited, "rests on a cited theorem"),
    "a cited theorem beside the verdict": (_claim(given=["Doob"]), "cited theorems"),
    "quick in words": (lambda data: data.update(quick="false"), "quick 'false'"),
    "no seed": (lambda data: data.update(seed=[]), "seed []"),
    "no versions": (lambda data: data.update(versions={}), "versions"),
    "a version as a fraction": (lambda data: data.update(receipt=2.0), "not a receipt of version"),
    "a theorem in a comment": (_coq("(* Theorem nonnegative : True. *)\n"), "has no nonnegative"),
    "a theorem in a comment around another": (
        _coq("(* (* one *)\nTheorem nonnegative : True.\n(* two *) *)\n"), "has no nonnegative"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lab.write(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def slip(laboratory: Path) -> dict[str, Any]:
    folder = laboratory
    done = run_audit(("receipt", "SQUARE", "--json", "-"), folder)
    found: dict[str, Any] = json.loads(done.stdout)
    assert next(iter(found["certificates"].values()))["polynomial"] == SQUARE
    return found


def _signed(data: dict[str, Any]) -> dict[str, Any]:
    rest = {k: v for k, v in data.items() if k != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return {**rest, "digest": hashlib.sha256(text.encode()).hexdigest()}


def _verified(text: str, folder: Path, *words: str) -> tuple[int, str]:
    (folder / "r.json").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFY), "r.json", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


needs_verify = pytest.mark.skipif(not VERIFY.is_file(), reason="verify.py is not here: a wheel")


@needs_verify
def test_receipts_that_say_another_thing_are_wrong_also_signed_anew(
    slip: dict[str, Any], tmp_path: Path
) -> None:
    assert _verified(json.dumps(slip), tmp_path)[0] == 0
    for what, (edit, says) in EDITS.items():
        bad = copy.deepcopy(slip)
        edit(bad)
        code, said = _verified(json.dumps(_signed(bad)), tmp_path)
        assert (code, "WRONG" in said, says in said) == (1, True, True), (what, said)


@needs_verify
def test_what_a_receipt_lacks_is_said(slip: dict[str, Any], tmp_path: Path) -> None:
    """A run with --quick, and a theorem of Coq that its evidence names."""
    quick = _signed({**slip, "quick": True})
    assert "it was one with --quick" in _verified(json.dumps(quick), tmp_path)[1]
    kernel = copy.deepcopy(slip)
    row = {**kernel["claim"]["evidence"][0], "kind": "kernel", "steps": ["statement"]}
    for notes in ([], ["formal/x.v: t_x"]):
        kernel["claim"]["evidence"] = [*slip["claim"]["evidence"], {**row, "notes": notes}]
        kernel["claim"].update(own="kernel", verdict="kernel")
        code, said = _verified(json.dumps(_signed(kernel)), tmp_path)
        assert (code, "its theorem of Coq is not in the receipt" in said) == (0, True), said


@needs_verify
def test_a_receipt_that_says_a_thing_twice_is_wrong(slip: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(slip)
    verdict = '"verdict": "certified"'
    for bad in (
        text.replace(verdict, f'"verdict": "kernel", {verdict}', 1),
        '{"claim": {"id": "SQUARE", "verdict": "kernel"}, ' + text[1:],
        text.replace('"seed": 0', '"seed": NaN', 1),
    ):
        assert bad != text
        code, said = _verified(bad, tmp_path)
        assert (code, "WRONG" in said) == (1, True), said


@needs_verify
def test_a_project_without_the_tool_in_it_is_compared_with_its_own_files(
    slip: dict[str, Any], laboratory: Path
) -> None:
    """Where the tool is installed elsewhere, each of its files was "changed since the run"."""
    words = ("--project", str(laboratory))
    code, said = _verified(json.dumps(slip), laboratory, *words)
    assert code == 0, said
    mine = [x for x in slip["sources"] if not x.startswith("theorem_audit/")]
    assert "lab/bounds.py" in mine
    assert f"sources: {len(mine)} files are those of the run" in said
    tools = len(slip["sources"]) - len(mine)
    assert f"NOT CHECKED: {tools} source files of the tool, which is not in {laboratory}" in said
    chapter = laboratory / "lab" / "bounds.py"
    before = chapter.read_text(encoding="utf-8")
    chapter.write_text(before + "\n", encoding="utf-8")
    code, said = _verified(json.dumps(slip), laboratory, *words)
    chapter.write_text(before, encoding="utf-8")
    assert (code, "WRONG: changed since the run: lab/bounds.py" in said) == (1, True)
    (laboratory / "theorem_audit").mkdir()
    code, said = _verified(json.dumps(slip), laboratory, *words)
    (laboratory / "theorem_audit").rmdir()
    assert (code, "WRONG: changed since the run: theorem_audit/" in said) == (1, True)
