"""Finding the project, reading its table, and what is said where either is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from theorem_audit.project import ProjectError, find, locate, read
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import THOROUGH

SCRATCH = {"__pycache__", ".hypothesis"}  # what Python and Hypothesis keep beside the code
GOOD = '[tool.theorem-audit]\nname = "x"\ntheory = "x"\nevidence = "tests"\nnotes = "notes"\n'


def test_the_nearest_table_counts(fresh: Path) -> None:
    below = fresh / "proofs_notes" / "deep"
    below.mkdir()
    (below / "pyproject.toml").write_text("[project]\nname = 'no audit here'\n")
    found = find(below)
    assert found is not None
    assert (found.root, found.name, found.theory) == (fresh, "small", "small")
    assert list(found.claims) == ["GD-STEP"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.theorem-audit\n", "not TOML"),
        ("[tool]\ntheorem-audit = 3\n", "must be a table"),
        (GOOD.replace('notes = "notes"\n', ""), "lacks the key 'notes'"),
        (GOOD + 'theorie = "y"\n', "unknown key 'theorie'"),
        (GOOD.replace('"x"\ntheory', '""\ntheory'), "name = '': a non-empty string"),
        (GOOD + 'commands = "a:b"\n', "commands = 'a:b': a list of strings"),
        (GOOD + "sources = [1]\n", r"sources = \[1\]: a list of strings"),
    ],
)
def test_a_bad_table_is_told_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(ProjectError, match=message) as error:
        read(file)
    assert str(file) in str(error.value)


def test_a_folder_without_a_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no pyproject\.toml in it"):
        locate(str(tmp_path))
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(ProjectError, match=r"no \[tool\.theorem-audit\] table"):
        locate(str(tmp_path))


def test_nothing_is_run_without_a_project(tmp_path: Path, audit: Run) -> None:
    done = audit("list", cwd=tmp_path)
    assert done.returncode == 2
    assert "no pyproject.toml with [tool.theorem-audit]" in " ".join(done.stderr.split())


def test_from_anywhere_with_project(fresh: Path, tmp_path: Path, audit: Run) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(fresh / "small", elsewhere / "small")  # a namesake in the way
    (elsewhere / "small" / "descent.py").write_text("raise RuntimeError('the wrong one')\n")
    (elsewhere / "tests").mkdir()
    (elsewhere / "tests" / "__init__.py").touch()  # another's tests, that hold no evidence
    done = audit("run", "--project", str(fresh), "--json", "-", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert {c["verdict"] for c in json.loads(done.stdout)["claims"]} == {"proved"}
    assert json.loads(done.stdout)["project"] == "small"


@THOROUGH
def test_from_a_read_only_checkout(fresh: Path, tmp_path: Path, audit: Run) -> None:
    """No file is written into the project; output goes where it is told to.

    Outcomes can then not be kept (root may write everywhere, so a file stands in their folder's place).
    """
    (fresh / "build").touch()
    # Python's own caches, made in the run, would date the folders they stand in
    for folder in (fresh / "small", fresh / "tests"):
        (folder / "__pycache__").mkdir(exist_ok=True)
    before = {p: p.stat().st_mtime_ns for p in fresh.rglob("*") if not SCRATCH & {*p.parts}}
    done = audit("run", "--json", str(tmp_path / "run.json"))
    assert done.returncode == 0, done.stderr
    assert "kept.sqlite: " in done.stderr
    assert "nothing is kept" in done.stderr
    done = audit("report", "--from", str(tmp_path / "run.json"), "--out", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").exists()
    after = {p: p.stat().st_mtime_ns for p in fresh.rglob("*") if not SCRATCH & {*p.parts}}
    assert after == before


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("small/descent.py", "import no_such_module\n", "theory = 'small' does not import"),
        ("small/descent.py", "1 / 0\n", "ZeroDivisionError"),
        ("small/descent.py", "x = 1\n", "theory = 'small' holds no claim"),
        ("tests/test_descent.py", "x = 1\n", "holds a function marked @evidence"),
    ],
)
def test_a_project_with_nothing_to_check_is_an_error(
    fresh: Path, audit: Run, path: str, text: str, message: str
) -> None:
    (fresh / path).write_text(text)
    done = audit("run", "--json", str(fresh / "run.json"))
    assert done.returncode == 2, done.stdout
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (fresh / "run.json").exists()


def test_two_claims_of_one_id_are_told(fresh: Path, audit: Run) -> None:
    shutil.copy(fresh / "small" / "descent.py", fresh / "small" / "again.py")
    done = audit("list")
    assert done.returncode == 2
    assert "'GD-STEP' is claimed twice, in descent and again" in " ".join(done.stderr.split())


def test_a_claim_with_a_mistyped_chapter_is_told(fresh: Path, audit: Run) -> None:
    file = fresh / "small" / "descent.py"
    file.write_text(file.read_text().replace("chapter=__name__", 'chapter="small.decsent"'))
    done = audit("list")
    assert done.returncode == 2
    assert "names the chapter 'small.decsent'" in " ".join(done.stderr.split())


def test_nothing_found_is_an_error_everywhere(fresh: Path, audit: Run) -> None:
    for words, message in (
        (("opinions",), "no certificate"),
        (("export", "--coq", str(fresh / "v")), "no certificate"),
    ):
        done = audit(*words)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    (fresh / "proofs_notes" / "descent.md").unlink()
    done = audit("notes", "--check")
    assert (done.returncode, "no *.md in" in " ".join(done.stderr.split())) == (2, True)


def test_a_foreign_ledger_is_refused(fresh: Path, tmp_path: Path, audit: Run) -> None:
    run = tmp_path / "run.json"
    assert audit("run", "--json", str(run)).returncode == 0
    run.write_text(run.read_text().replace('"project": "small"', '"project": "other"'))
    done = audit("report", "--from", str(run), "--out", str(tmp_path / "site"))
    assert done.returncode == 2
    assert "not a ledger of this project ('small'), but of 'other'" in " ".join(done.stderr.split())
    assert not (tmp_path / "site").exists()
