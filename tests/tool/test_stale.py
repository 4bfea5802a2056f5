"""A verdict is stale when what it rests on has changed since the run."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Eq, Symbol

import verify
from tests.tool import ROOT
from theorem_audit.checks.mark import Evidence
from theorem_audit.cli import main
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh import stale
from theorem_audit.weigh.ledger import validate
from theorem_audit.weigh.outcome import Outcome

FILES = {
    "theory/__init__.py": "", "theory/base.py": "from __future__ import annotations\n",
    "theory/lower.py": "from theory.base import x\n", "theory/upper.py": "from . import lower\n",
    "theory/other.py": "", "sim/__init__.py": "from sim.engine import run\n", "sim/engine.py": "",
    "tests/__init__.py": "", "tests/helpers.py": "TABLE = 'data/table.csv'\n",
    "tests/test_lower.py": "import sim\nfrom tests.helpers import y\n",
    "tests/test_upper.py": "import numpy\nfrom theory import upper\n", "data/table.csv": "1,2\n",
    "theorem_audit/show.py": "",
}  # fmt: skip
X = Symbol("x", real=True)


def claim(name: str, chapter: str) -> Claim:
    return Claim(name, name, Eq(X, 2 * X), Source("lemma", "made up"), "exact", f"theory.{chapter}")


CLAIMS = {"LOWER": claim("LOWER", "lower"), "UPPER": claim("UPPER", "upper")}
OUTCOMES = (
    Outcome("LOWER", "tests/test_lower.py::test_a", "symbolic", ("statement",), "passed", checks=1),
    Outcome(
        "UPPER", "tests/test_upper.py::test_b", "symbolic", ("statement",), "passed", checks=1,
        uses=("LOWER",),
    ),
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run_of(root: Path) -> dict[str, Any]:
    """What a run's JSON holds of the outcomes above."""
    hashes = {**stale.snapshot(root), "data/table.csv": stale.digest(root / "data/table.csv")}
    return {
        "versions": stale.versions(),
        "sources": stale.sources(OUTCOMES, CLAIMS, hashes, root),
        "claims": [
            {
                "id": o.claim_id,
                "evidence": [{k: v for k, v in o.as_dict().items() if k != "claim_id"}],
            }
            for o in OUTCOMES
        ],
    }


LOWER_ONLY = ("tests/test_lower.py", "tests/helpers.py", "sim/engine.py", "data/table.csv")
BOTH = ("LOWER", "UPPER")
EDITED: dict[str, tuple[str, ...]] = {  # file -> what goes stale
    **dict.fromkeys([*LOWER_ONLY, "theory/lower.py", "theory/base.py"], BOTH),
    **dict.fromkeys(["theory/upper.py", "tests/test_upper.py"], ("UPPER",)),
    **dict.fromkeys(["theory/other.py", "theorem_audit/show.py"], ()),
}


@pytest.mark.parametrize("name", EDITED)
def test_a_change_makes_stale_what_rests_on_it(project: Path, name: str) -> None:
    data = run_of(project)
    found = stale.reload(data, CLAIMS, project)
    assert (found.stale, {v.name for v in found.verdicts.values()}) == ((), {"proved"})
    (project / name).write_text(FILES[name] + "# edited\n")
    found = stale.reload(data, CLAIMS, project)
    assert found.stale == EDITED[name]
    if EDITED[name] == BOTH:
        assert {f"{name} changed", "it was proved"} <= set(found.verdicts["LOWER"].reasons)
    if name in LOWER_ONLY:
        assert "rests on LOWER, which is stale" in found.verdicts["UPPER"].reasons


def test_what_a_run_lacks_makes_it_stale(project: Path) -> None:
    """A hash, its version of a dependency, a file of evidence."""
    assert stale.reload({**run_of(project), "sources": {}}, CLAIMS, project).stale == BOTH
    data = run_of(project)
    data["versions"]["sympy"] = "1.13"
    found = stale.reload(data, CLAIMS, project)
    assert found.stale == BOTH
    assert found.verdicts["LOWER"].reasons[0].startswith("sympy was 1.13, is ")
    data = run_of(project)
    (project / "tests/test_upper.py").unlink()
    assert stale.reload(data, CLAIMS, project).stale == ("UPPER",)


def test_evidence_that_is_new_makes_it_stale(project: Path) -> None:
    def test_c(claim: Claim) -> None: ...

    new = {"UPPER": [Evidence("UPPER", "symbolic", test_c)]}
    found = stale.reload(run_of(project), CLAIMS, project, new)
    assert found.stale == ("UPPER",)
    assert any("test_c is new" in reason for reason in found.verdicts["UPPER"].reasons)


def test_a_refuted_verdict_goes_stale_too(project: Path) -> None:
    data = run_of(project)
    data["claims"][0]["evidence"][0]["outcome"] = "refuted"
    (project / "theory/lower.py").write_text("# put right\n")
    found = stale.reload(data, CLAIMS, project)
    assert found.verdicts["LOWER"].name == "stale"
    assert "it was refuted" in found.verdicts["LOWER"].reasons


def test_claims_that_the_run_did_not_know_are_named(project: Path) -> None:
    more = {**CLAIMS, "NEW": claim("NEW", "other")}
    assert stale.reload(run_of(project), more, project).missing == ("NEW",)


@pytest.mark.parametrize(
    ("chapter", "file"),
    [("theory.model", "theory/model/__init__.py"), ("theory", "theory/__init__.py"), ("theory", "theory.py")],
)  # fmt: skip
def test_a_chapter_may_be_a_package_or_the_whole_theory(
    tmp_path: Path, chapter: str, file: str
) -> None:
    """Mended: its file was looked for as ``theory/model.py``, "absent", and no receipt could be verified."""
    for name in (file, "tests/test_a.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")
    made = replace(claim("HERE", "x"), chapter=chapter)
    outcome = Outcome("HERE", "tests/test_a.py::test_a", "symbolic", ("statement",), "passed")
    hashes = stale.snapshot(tmp_path)
    found = stale.sources([outcome], {"HERE": made}, hashes, tmp_path)
    assert found == {x: hashes[x] for x in (file, "tests/test_a.py")}
    said = {"chapter": chapter.removeprefix("theory."), "evidence": [outcome.as_dict()]}
    verify.check_sources({"sources": found, "claim": said})
    with pytest.raises(verify.Wrong, match="no hash of"):
        verify.check_sources({"sources": {**found, file: "absent"}, "claim": said})
    with pytest.raises(verify.Wrong, match="no hash of"):
        verify.check_sources(
            {"sources": {"tests/test_a.py": hashes["tests/test_a.py"]}, "claim": said}
        )


def test_this_project_is_followed_through_its_imports() -> None:
    found = stale.source_files(ROOT / "tests" / "model" / "test_autoencoder.py", ROOT)
    names = {str(f.relative_to(ROOT)) for f in found}
    assert {
        "theory/model/autoencoder.py",
        "theorem_audit/exact/bernstein.py",
        "theorem_audit/checks/expect.py",
    } <= names
    assert (
        not {"theorem_audit/cli.py", "theorem_audit/show.py", "theory/quadratic/mean_square.py"}
        & names
    )


def test_the_command_reads_what_the_run_wrote(
    run_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = Path(shutil.copy(run_file, tmp_path / "run.json"))
    assert main(["stale", str(target)]) == 0
    data = json.loads(target.read_text())
    assert "theory/model/autoencoder.py" in data["sources"]
    data["sources"]["theorem_audit/exact/zero.py"] = "0" * 64
    target.write_text(json.dumps(data))
    capsys.readouterr()
    assert main(["stale", str(target), "--json", "-"]) == 1
    told = json.loads(capsys.readouterr().out)
    validate(told)
    assert told["claims"][0]["verdict"] == "stale"
    assert "theorem_audit/exact/zero.py changed" in told["claims"][0]["reasons"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2}'])
def test_what_is_no_run_is_refused(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "run.json"
    target.write_text(text)
    assert main(["stale", str(target)]) == 2
    assert "run.json" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("text", ["/etc/hostname", "/proc/self/stat", "a/../../etc", "x/" * 90])
def test_a_path_outside_the_project_is_no_source(project: Path, text: str) -> None:
    """It once made every run fail to write its ledger."""
    file = project / "tests" / "test_lower.py"
    file.write_text(FILES["tests/test_lower.py"] + f"PLACE = {text!r}\n")
    stale.source_files.cache_clear()
    stale._named_in.cache_clear()
    assert all(f.is_relative_to(project) for f in stale.source_files(file, project))
    assert run_of(project)["sources"]
