"""The pytest side: marks, the status of what could not tell, and silence where there is no project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from theorem_audit.tests import warm
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.tests.warm import this_tool

HEAVY = ("sympy", "numpy", "hypothesis", "theorem_audit.weigh", "theorem_audit.pytest_evidence")


WORDS = ("-q", "-p", "no:cacheprovider")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.server().run("pytest", (*WORDS, *words), folder, this_tool())


def test_a_run_without_a_project_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "theory").mkdir()  # the user's own; it is nobody's business
    (tmp_path / "theory" / "__init__.py").write_text("1 / 0\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it(pytestconfig):\n"
        f"    loaded = [x for x in {HEAVY!r} if x in sys.modules]\n"
        "    assert loaded == []\n"
        "    assert 'theorem_audit.pytest_plugin' in sys.modules\n"
        "    assert not hasattr(pytestconfig.option, 'audit_seed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *WORDS, "-p", "no:hypothesispytest"],
        cwd=tmp_path, env=this_tool(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "audit" not in done.stdout


def test_marks_select_evidence(whole: Path) -> None:
    for chosen, count in (("claim('GD-STEP')", 2), ("kind(name='property')", 0), ("slow", 0)):
        words = ["--collect-only", "--strict-markers"]
        if "(" not in chosen or "=" not in chosen:
            words += ["-m", chosen.split("(")[0]]
        done = run(whole, *words)
        found = done.stdout.count("::test_")
        assert found == (count or found), done.stdout
    assert run(whole, "--collect-only", "-m", "slow").returncode == 5


def test_what_cannot_tell_has_a_status_of_its_own(fresh: Path) -> None:
    test = fresh / "tests" / "test_more.py"
    test.write_text(
        "from theorem_audit import Inconclusive, evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness')\n"
        "def test_unsure(claim):\n"
        "    expect(True, 'one check')\n"
        "    raise Inconclusive('too little power')\n"
    )
    done = run(fresh, "-vv")
    assert done.returncode == 1, "a run with open questions is no success"
    assert "INCONCLUSIVE" in done.stdout
    assert "1 inconclusive" in done.stdout
    assert " failed" not in done.stdout.splitlines()[-1]


def test_a_broken_table_is_a_usage_error(fresh: Path) -> None:
    file = fresh / "pyproject.toml"
    file.write_text(file.read_text().replace('evidence = "tests"\n', ""))
    done = run(fresh)
    assert done.returncode == 4
    assert "lacks the key 'evidence'" in done.stderr


def test_names_of_cases_are_nobodys_business(fresh: Path) -> None:
    """Mended: pytest escapes or numbers such a test's id, and its evidence, which a run finds right, failed."""
    (fresh / "tests" / "test_more.py").write_text(
        "from theorem_audit import evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness', cases={'é': 1, 'a\\nb': 2, 'x[y]': 3, 'a::b': 4, '': 5})\n"
        "@evidence('GD-STEP', 'property', cases={'é': 1})\n"
        "def test_cased(claim, case):\n"
        "    expect(case in (1, 2, 3, 4, 5), 'a case')\n"
    )
    done = run(fresh)
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_a_mark_of_ones_own_may_be_called_as_ours(fresh: Path) -> None:
    """Mended: KeyError: 'row', and evidence of a claim that it does not speak for."""
    (fresh / "tests" / "test_more.py").write_text(
        "import pytest\nfrom theorem_audit import evidence, expect\n\n"
        "@pytest.mark.claim('MINE', row=1)\n"
        "@pytest.mark.claim\n"
        "@evidence('GD-STEP', 'witness', cases={'first': 1})\n"
        "@evidence('GD-STEP', 'property', cases={'second': 2})\n"
        "def test_marked(claim, case):\n"
        "    expect(case in (1, 2), 'a case')\n"
    )
    done = run(fresh, "--audit-json", "run.json")
    assert done.returncode == 0, done.stdout
    (claim,) = json.loads((fresh / "run.json").read_text())["claims"]
    marked = {x["case"]: x["kind"] for x in claim["evidence"] if "test_marked" in x["test"]}
    assert marked == {"first": "witness", "second": "property"}


def test_a_ledger_replaces_nothing_but_ledgers(fresh: Path) -> None:
    """Mended: ``--audit-json`` took any file's place, and where it could not be written, that was told last."""
    chapter = fresh / "small" / "descent.py"
    before = chapter.read_bytes()
    for target, why in (
        ("small/descent.py", "it would be lost"),
        ("pyproject.toml/x", "is no folder"),
    ):
        done = run(fresh, "--audit-json", target)
        assert done.returncode == 4
        assert f"--audit-json {target}: " in done.stderr
        assert why in done.stderr
    assert chapter.read_bytes() == before
    done = run(fresh, "--audit-seed", "-1")
    assert (done.returncode, "--audit-seed -1" in done.stderr) == (4, True)


@IN_CI
def test_a_ledger_of_pytest_goes_to_a_pipe_and_is_of_this_session(fresh: Path) -> None:
    """Mended: nothing was written to what is no plain file; after a session that ends before its tests, the
    older ledger stood there."""
    ledger = fresh / "run.json"
    pipe = fresh / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        done = run(fresh, "--audit-json", str(pipe))
        try:
            text, _ = reader.communicate(timeout=20)  # with no writer, ``cat`` waits for ever
        finally:
            reader.kill()
        said = json.loads(text)
    assert done.returncode == 0, done.stdout
    assert [claim["verdict"] for claim in said["claims"]] == ["proved"]
    assert run(fresh, "--audit-json", str(ledger)).returncode == 0
    assert json.loads(ledger.read_text())["claims"]
    whole = ledger.read_bytes()
    for told in (
        "--collect-only", "--markers", "--fixtures", "--fixtures-per-test", "--setup-only", "--setup-plan",
        "--cache-show=*",
    ):  # fmt: skip
        assert run(fresh, told, "-p", "cacheprovider", "--audit-json", str(ledger)).returncode == 0
        assert ledger.read_bytes() == whole, f"{told}: nothing was run"
    (fresh / "tests" / "test_bad.py").write_text("def (\n")
    assert run(fresh, "--audit-json", str(ledger)).returncode == 2
    assert json.loads(ledger.read_text())["claims"] == []
