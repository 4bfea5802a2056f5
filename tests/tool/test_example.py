"""The second theory, ``examples/heavy_ball``: the tool knows nothing of it and judges it all the same."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.tool import ROOT, tutorial
from theorem_audit import guide
from theorem_audit.project import read
from theorem_audit.tests import warm

EXAMPLE = ROOT / "examples" / "heavy_ball"
TOOL = ROOT / "theorem_audit"
KINDS = {"symbolic", "certificate", "ball", "cited", "property", "simulation", "witness", "peer"}
# What each claim must come out as: claims of one conjunct, or whose parts make up the formula, by algebra ...
CERTIFIED = {"HB-SPEEDUP": "ball", "NAG-RATE": "certificate"}  # ... by these on a whole region ...
CITED = {"HB-STABLE"}  # ... or given an outside theorem.


def audit(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
    return warm.audit(words, where)


@pytest.fixture(scope="module")
def ledger() -> dict[str, Any]:
    """One run, from this theory's folder: its packages are called ``tests`` and ``figures``, too."""
    done = audit("run", "--project", "examples/heavy_ball", "--quick", "--json", "-", where=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_claim_is_decided_and_no_more_than_its_evidence_allows(
    ledger: dict[str, Any],
) -> None:
    assert ledger["project"] == "heavy-ball"
    found = {claim["id"]: claim["verdict"] for claim in ledger["claims"]}
    assert len(found) >= 10
    wanted = {
        claim_id: "certified"
        if claim_id in CERTIFIED
        else "proved_given"
        if claim_id in CITED
        else "proved"
        for claim_id in found
    }
    assert found == wanted


def test_every_kind_of_evidence_but_the_kernel_passes(ledger: dict[str, Any]) -> None:
    passed = {
        e["kind"]
        for claim in ledger["claims"]
        for e in claim["evidence"]
        if e["outcome"] == "passed"
    }
    assert passed == {*KINDS, "variants"}
    for claim in ledger["claims"]:
        if kind := CERTIFIED.get(claim["id"]):
            assert kind in {e["kind"] for e in claim["evidence"]}


def test_the_tutorial_prints_the_verdicts_of_a_run(ledger: dict[str, Any]) -> None:
    """Its table of all claims, line by line: id and verdict as the run has them, in the same order."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    table = text.split("$ audit run --json build/audit.json\n")[1].split("\n\n")[0]
    rows = [re.split(r"\s{2,}", line)[:2] for line in table.splitlines()[1:]]
    assert rows == [[c["id"], c["verdict"].replace("_", " ")] for c in ledger["claims"]]


def test_the_tutorial_counts_what_the_run_counts(ledger: dict[str, Any]) -> None:
    read, of = ledger["hypotheses"]["read"], ledger["hypotheses"]["of"]
    ran = sum(len(c["evidence"]) for c in ledger["claims"])
    text = tutorial.PAGE.read_text(encoding="utf-8")
    said = "all" if read == of else read
    assert f"hypotheses read by machine: {said} of {of}\n" in text
    assert f"reused 0 of {ran}, ran {ran}: " in text


@pytest.mark.thorough
def test_the_tutorials_first_project_prints_what_it_says(tmp_path: Path) -> None:
    """``python -m tests.tool.tutorial`` renews the whole page, in some minutes."""
    said = tutorial.PAGE.read_text(encoding="utf-8").split("## 3. ")[0]
    again = guide.renewed(said, tmp_path)
    assert tutorial.settled(again) == tutorial.settled(said)


def test_the_tutorial_and_the_notes_name_tests_that_exist() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (EXAMPLE / "tests").glob("*.py"))
    pages = [EXAMPLE / "README.md", *(EXAMPLE / "proofs_notes").glob("*.md")]
    named = {
        x for page in pages for x in re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in tests} == set()


def test_the_notes_are_up_to_date_seen_from_elsewhere(tmp_path: Path) -> None:
    done = audit("notes", "--check", "--project", str(EXAMPLE), where=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "out of date: none" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_edge_of_the_step_size_is_refuted(tmp_path: Path) -> None:
    """2/L made 2.1/L in the claim's own file: the run ends with 1 and names the point at which it fails."""
    copy = tmp_path / "heavy ball"
    for path in sorted(EXAMPLE.rglob("*")):
        if path.suffix in (".py", ".md", ".toml") and "build" not in path.parts:
            (copy / path.relative_to(EXAMPLE)).parent.mkdir(parents=True, exist_ok=True)
            (copy / path.relative_to(EXAMPLE)).write_bytes(path.read_bytes())
    chapter = copy / "heavy_ball" / "descent.py"
    text = chapter.read_text(encoding="utf-8")
    right = 'Assumption("below the edge", Lt(eta * L, 2)'
    assert text.count(right) == 1
    wrong = right.replace("L, 2", "L, Rational(21, 10)")
    text = text.replace(right, wrong).replace("Symbol, diff", "Rational, Symbol, diff")
    chapter.write_text(text, encoding="utf-8")
    done = audit("run", "GD-EDGE", "--workers", "1", "--quick", where=copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "refuted GD-EDGE" in done.stdout
    assert "eta=1/2" in done.stdout


def test_the_tool_does_not_know_the_example() -> None:
    """No file of the tool names a package, a chapter, a claim or a test of it.

    The project's name itself stands in the tool's documentation of ``[tool.theorem-audit]``, as an example
    of a name.
    """
    known = [
        path for path in TOOL.rglob("*") if path.suffix in (".py", ".txt", ".html", ".js", ".json")
    ]
    assert len(known) > 50
    texts = {path: path.read_text(encoding="utf-8") for path in known}
    names = {path.stem for path in (EXAMPLE / "tests").glob("test_*.py")} - {"test_descent"}
    names |= {"HB-", "NAG-RATE", "GD-EDGE", "GD-OPTIMAL", "examples/heavy_ball", "from heavy_ball"}
    said = [
        (str(path.relative_to(ROOT)), name)
        for path, text in texts.items()
        for name in names
        if name in text
    ]
    assert said == []


def test_the_example_is_a_project_of_its_own() -> None:
    project = read(EXAMPLE / "pyproject.toml")
    assert project is not None
    assert project.name == "heavy-ball"
    assert set(project.packages) == {"heavy_ball", "tests"}
    assert not any("examples" in path for path in _testpaths())


def _testpaths() -> list[str]:
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["pytest"]["ini_options"]["testpaths"]
