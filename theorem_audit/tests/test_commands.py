"""Every command on a theory of four claims: what it says and what it writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from theorem_audit import ours, show
from theorem_audit.show import BECAME
from theorem_audit.tests import lab
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import IN_CI, THOROUGH

COQ = shutil.which("coqc") is not None


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The laboratory, where the fixture ``audit`` runs its commands."""
    return lab.write(tmp_path / "lab")


@pytest.fixture
def said(audit: Run) -> Any:
    """What a command writes to ``--json -``."""

    def run(*words: str, code: int = 0) -> Any:
        done = audit(*words, "--json", "-")
        assert done.returncode == code, done.stdout + done.stderr
        data = json.loads(done.stdout)
        texts = isinstance(data, list) and all(isinstance(x, str) for x in data)
        there = ours.There(data, done.stdout == ours.as_text(data))
        assert texts or ours.is_ours(there), "a second call would not replace it"
        return data

    return run


@IN_CI
def test_a_search_ends_as_what_it_found(said: Any, audit: Run) -> None:
    found = {row["claim_id"]: row for row in said("falsify", "--seconds", "0.5", code=1)["found"]}
    assert {x: row["outcome"] for x, row in found.items()} == {
        "HALF": "falsified", "SQUARE": "held", "ROOT": "error", "LOG": "out of reach",
    }  # fmt: skip
    assert found["HALF"]["witness"] == {"x": "3/5"}
    assert found["SQUARE"]["cases"] == 11
    assert "KeyError" in found["ROOT"]["detail"]
    assert found["LOG"]["detail"] == "no float is a logarithm"
    plain = audit("falsify", "HALF", "LOG")
    assert plain.returncode == 1
    assert "at x = 3/5" in plain.stdout
    assert "2 claims: " in plain.stdout
    assert audit("falsify", "SQUARE").returncode == 0


def test_the_columns_of_variants_are_explained(audit: Run) -> None:
    """Mended: the table said unused or slack, and no help said what that is."""
    told = audit("mutants", "--help").stdout
    explained = [
        line.split("  ")[1]
        for line in told.partition("became of a variant:")[2].split("\n")
        if line
    ]
    assert explained == [x.replace("_", " ") for x in BECAME]


def test_a_table_that_is_imported_twice_speaks_once(fresh: Path, audit: Run) -> None:
    (fresh / "searches" / "more.py").write_text("from searches.bounds import FALSIFIERS\n")
    assert audit("falsify", "SQUARE").returncode == 0


def test_certificates_are_stored_and_exported(fresh: Path, audit: Run, said: Any) -> None:
    assert "1 certificate stored, 0 removed" in audit("certify").stdout
    (file,) = fresh.rglob("SQUARE*.json")
    shutil.copy(file, file.with_name("GONE.json"))
    again = said("certify")
    assert [Path(x).name for x in again["written"]] == [file.name]
    assert [Path(x).name for x in again["removed"]] == ["GONE.json"]
    assert not file.with_name("GONE.json").exists()

    assert "files in coq" in audit("export", "--coq", "coq").stdout
    (made,) = (x for x in said("export", "--coq", "coq") if "SQUARE" in Path(x).name.upper())
    assert "Theorem" in (fresh / made).read_text()

    for name in ("Square", "identity"):  # a Coq file that another one would be
        shutil.copy(file, file.with_name(f"{name}.json"))
        clash = audit("export", "--coq", "coq")
        assert clash.returncode == 2
        assert "its Coq file would be that of" in clash.stderr
        file.with_name(f"{name}.json").unlink()

    unknown = audit("opinions", "NOTHING")
    assert unknown.returncode == 2
    assert "NOTHING is neither a claim nor one of 1 certificate, such as SQUARE" in unknown.stderr
    meant = audit("opinions", "SQUAR")
    assert "such as SQUARE; did you mean SQUARE? (`audit list`" in " ".join(meant.stderr.split())
    file.unlink()
    bare = " ".join(audit("opinions", "NOTHING").stderr.split())
    assert "NOTHING is neither a claim nor one of 0 certificates (`audit list`" in bare
    (fresh / "tests" / "test_bounds.py").write_text(
        lab.FILES["tests/test_bounds.py"].replace("(x,)", "()")
    )
    broken = audit("certify")
    assert broken.returncode == 2, "evidence that does not pass gives no certificate, in one line"
    assert "test_square error: ValueError" in broken.stderr


@pytest.mark.thorough  # one question to Coq, whose checker takes seconds to compile: what it said is kept
def test_certificates_are_judged(fresh: Path, audit: Run, said: Any) -> None:
    assert audit("certify").returncode == 0
    found = said("opinions")
    says = {row["program"]: row["says"] for row in found["opinions"]}
    assert says["checker"] == "accepted"
    assert says["coq"] == ("accepted" if COQ else "absent")
    if not COQ:
        assert found["kernel"] is None
        assert "kernel: not checked here" in audit("opinions", "ROOT").stdout
        return
    counted = found["kernel"]
    assert {x: row["in_kernel"] for x, row in counted["claims"].items()} == {
        "SQUARE": 1, "ROOT": 2, "LOG": 1,
    }  # fmt: skip
    assert (counted["refused"], counted["only_same"]) == (0, 2)
    assert said("opinions")["kernel"] == counted, "what was kept says the same"
    shown = " ".join(audit("opinions", "ROOT", "SQUARE").stdout.split())
    assert "proof steps in the kernel: 3 of 3" in shown
    tests = fresh / "tests" / "test_roots.py"
    tests.write_text(tests.read_text().replace("- sqrt(1 + x)", "- sqrt(2 + x)"))
    outside = said("opinions", "ROOT")["kernel"]["claims"]["ROOT"]
    assert outside["in_kernel"] == 1
    assert outside["outside"] == {"root": ["its evidence does not pass"]}


@IN_CI
def test_the_reason_why_there_is_no_search_is_kept_until_it_is_another(
    fresh: Path, audit: Run
) -> None:
    """Mended: it was read again in each run, by a worker, and its time made every page another."""
    words = ("run", "LOG", "--workers", "1", "--json", "run.json")
    audit(*words)
    first = (fresh / "run.json").read_text()
    again = audit(*words)
    assert "reused 3 of 3, ran 0" in again.stdout
    rows = [json.loads(x)["claims"] for x in (first, (fresh / "run.json").read_text())]
    assert rows[0] == rows[1]
    file = fresh / "searches" / "bounds.py"
    file.write_text(file.read_text().replace("no float is", "no rational is"))
    assert "reused 2 of 3" in audit(*words).stdout
    assert "no rational is a logarithm" in (fresh / "run.json").read_text()


def test_pictures_are_drawn_with_their_data(fresh: Path, audit: Run, said: Any) -> None:
    (row,) = said("figures", "line", "--out", "pictures")
    assert (fresh / row["csv"]).read_text() == "x,y\n0,0\n1,1\n"
    assert (fresh / row["png"]).read_bytes().startswith(b"\x89PNG")
    assert "line.png" in audit("figures", "line", "--out", "pictures").stdout
    bare = audit("figures", "bare")
    assert bare.returncode == 1
    assert "picture bare: no rows" in bare.stderr


def test_what_is_written_from_the_works_is_renewed_by_notes(
    fresh: Path, audit: Run, said: Any
) -> None:
    stale = set(said("notes", "--check", code=1))
    assert {"references.bib", "abstracts.md"} <= {Path(x).name for x in stale}
    assert not (fresh / "notes" / "references.bib").exists()
    assert audit("notes").returncode == 0
    entry = (fresh / "notes" / "references.bib").read_text()
    assert entry.startswith("@article{old,")
    assert r"{{On parabolas \& 5\%}}" in entry
    assert "https://example.org/a_b" in entry
    page = (fresh / "notes" / "abstracts.md").read_text()
    assert (
        "> squares are small\n\nSquares stay small. Claims: SQUARE. Where: the unit interval."
        in page
    )
    assert "A remark. Claims: none.\n" in page
    assert said("notes", "--check") == []
    (fresh / "notes" / "references.bib").write_text("edited")
    assert [Path(x).name for x in said("notes", "--check", code=1)] == ["references.bib"]
    works = fresh / "lab" / "works.py"
    works.write_text(works.read_text().replace('("SQUARE",)', '("CUBE",)'))
    done = audit("notes")
    assert done.returncode != 0
    assert "names CUBE, which is no claim" in done.stderr


def test_a_run_is_kept_shown_reported_and_judged_again(fresh: Path, audit: Run, said: Any) -> None:
    """HALF has no evidence: the run says so, and its search makes it refuted."""
    listed = {row["id"]: row["verdict"] for row in said("list")}
    assert set(listed.values()) == {"unchecked"}
    assert "no run is kept" in audit("list").stdout
    done = audit("run", "--json", "run.json", "--workers", "1")
    assert done.returncode == 1
    run = json.loads((fresh / "run.json").read_text())
    verdicts = {row["id"]: row["verdict"] for row in run["claims"]}
    assert verdicts["HALF"] == "refuted"
    assert verdicts["SQUARE"] == "certified"
    assert verdicts["LOG"] == "supported", "nothing read that x > 0"
    assert verdicts["ROOT"] == "inconclusive", "its search breaks"

    assert "steps root" not in audit("show", "ROOT").stdout
    assert "decides by itself: Eq(y," in audit("show", "ROOT").stdout
    shown = said("show", "SQUARE")
    assert [row["id"] for row in shown["claims"]] == ["SQUARE"]
    nodes = {row["id"]: row["verdict"] for row in said("graph", code=1)["nodes"]}
    assert nodes == verdicts
    assert said("impact", "SQUARE")["schema"] == 1
    assert said("stale", "run.json", code=0)["claims"]
    rows = {row["id"]: row["verdict"] for row in said("stale")["claims"]}
    assert rows == verdicts
    assert said("receipt", "SQUARE", "--from", "run.json")
    for compiled in fresh.rglob("__pycache__"):  # as where nothing was imported yet
        shutil.rmtree(compiled)
    assert audit("report", "--from", "run.json", "--out", "page").returncode == 0
    assert "up to date" in audit("report", "--from", "run.json", "--out", "page").stdout
    assert said("report", "--from", "run.json", "--out", "page") == [
        str(Path("page") / "index.html")
    ]
    (fresh / "other").mkdir()
    (fresh / "other/index.html").write_text("<title>another's</title>")
    refused = audit("report", "--from", "run.json", "--out", "other")
    assert (refused.returncode, "is of no report" in refused.stderr) == (2, True)
    assert (fresh / "other/index.html").read_text() == "<title>another's</title>"
    (fresh / "page/.stamp.json").unlink()  # as without --from
    assert audit("report", "--from", "run.json", "--out", "page").returncode == 0
    assert audit("report", "--from", "run.json", "--latex", "all.tex").returncode == 0
    assert (
        r"\begin{document}" in (fresh / "all.tex").read_text() or (fresh / "all.tex").stat().st_size
    )
    (fresh / "README.md").write_text("# no block\n")
    wrong = audit("report", "--from", "run.json", "--readme", "README.md")
    assert wrong.returncode == 2
    assert "--readme README.md" in wrong.stderr
    (fresh / "README.md").write_text("# Lab\n\n<!-- verdicts -->\n<!-- /verdicts -->\n")
    assert audit("report", "--from", "run.json", "--readme", "README.md").returncode == 0
    block = (fresh / "README.md").read_text()
    assert "4 claims:" in block
    assert audit("run", "LOG", "--json", "one.json", "--workers", "1").returncode == 0
    part = audit("report", "--from", "one.json", "--readme", "README.md")
    assert (part.returncode, "the run lacks 3 claims of the theory (" in part.stderr) == (
        2,
        True,
    ), part.stderr
    assert (fresh / "README.md").read_text() == block

    (fresh / "bad.json").write_text("[]")
    assert audit("report", "--from", "bad.json").returncode == 2
    chapter = fresh / "lab" / "bounds.py"
    chapter.write_text(chapter.read_text().replace("x * (1 - x), 0", "x * (2 - x), 0"))
    again = {row["id"]: row["verdict"] for row in said("stale", "run.json", code=1)["claims"]}
    assert again["SQUARE"] == "stale"
    changed = audit("run", "--changes", "--workers", "1")
    assert "SQUARE" in changed.stdout
    assert "reused " in changed.stdout


@IN_CI
def test_the_table_of_variants_is_kept_and_renewed_where_a_statement_changed(
    fresh: Path, audit: Run, said: Any
) -> None:
    words = ("mutants", "LOG", "SQUARE", "--workers", "1", "--json", "notes/variants.json", "--all")
    done = audit(*words)
    assert "not_accepted: LOG: " in done.stdout
    assert "refuted: SQUARE: " in done.stdout
    table = json.loads((fresh / "notes" / "variants.json").read_text())
    assert table["complete"] is True
    rows = {row["id"]: row for row in table["claims"]}
    left = [x for row in rows.values() for x in row["survivors"] if not x["why"]]
    assert done.returncode == int(bool(left)), "unexplained survivors are exit code 1"
    assert f"{len(left)} unexplained survivors of" in done.stdout
    assert rows["LOG"]["rejected"] > 10
    assert rows["SQUARE"]["refuted"] > 5
    current = "every statement, and what decides it, is the one that the kept table of variants has"
    assert current in audit("mutants", "LOG", "SQUARE", "--stale").stdout
    del rows["LOG"]["decided_by"]
    (fresh / "notes" / "variants.json").write_text(json.dumps(table))
    assert current not in audit("mutants", "LOG", "--stale").stdout, "it does not tell what decided"
    again = (
        "mutants",
        "LOG",
        "SQUARE",
        "--stale",
        "--workers",
        "1",
        "--json",
        "notes/variants.json",
    )
    assert "SQUARE" not in audit(*again).stdout
    tests = next(x for x in (fresh / "tests").glob("test_*.py") if '"SQUARE"' in x.read_text())
    tests.write_text(f"# a comment is no other evidence\n{tests.read_text()}")
    assert current in audit("mutants", "LOG", "SQUARE", "--stale").stdout
    mark = tests.read_text().index('@evidence("SQUARE"')
    body = tests.read_text().index(":\n", tests.read_text().index("def ", mark)) + 2
    tests.write_text(f"{tests.read_text()[:body]}    assert 1 + 1 == 2\n{tests.read_text()[body:]}")
    assert current not in audit("mutants", "LOG", "SQUARE", "--stale").stdout
    (fresh / "notes" / "variants.json").write_text("[]")
    assert audit("mutants", "LOG", "--stale").returncode == 2


def test_projects_add_commands_and_init_tells_what_it_wrote(
    fresh: Path, audit: Run, said: Any
) -> None:
    assert audit("greet").stdout == "hello from the lab\n"
    made = said("init", "other", "--name", "other")
    assert all((fresh / x).exists() for x in made)
    assert "now: cd second; audit run" in audit("init", "second", "--name", "second").stdout
    (stub,) = [x for x in said("new", "THIRD", "--chapter", "third") if x.endswith("lab/third.py")]
    assert "THIRD" in (fresh / stub).read_text()
    assert audit("third").returncode == 2


def test_evidence_that_kills_its_process_on_a_wrong_variant_rejects_nothing_else(
    fresh: Path, audit: Run, said: Any
) -> None:
    """Only where 2 log(1 + x) has become 3 log(1 + x): that variant is not accepted, the others are tried."""
    file = fresh / "tests" / "test_roots.py"
    text = file.read_text().replace(
        '    expect_zero(claim.formula.rhs - log(1 + x) - log(1 + x), "twice")',
        "    import os\n    if claim.formula.rhs == 3 * log(1 + x):\n        os._exit(0)\n"
        '    expect_zero(claim.formula.rhs - log(1 + x) - log(1 + x), "twice")',
    )
    assert text != file.read_text()
    file.write_text(text)
    (row,) = said("mutants", "LOG", "--workers", "1")["claims"]
    found = {x["name"]: x for x in row["variants"]}
    lost = [
        x for x in found.values() if "its worker process ended (exit code 0)" in x.get("detail", "")
    ]
    assert [x["outcome"] for x in lost] == ["not_accepted"]
    assert "3*log" in lost[0]["statement"]
    assert len(found) == len(row["variants"]) > 10
    assert sum("not a rational function" in x.get("detail", "") for x in found.values()) > 5


@THOROUGH
def test_a_run_with_variants_tells_them(fresh: Path, audit: Run) -> None:
    done = audit("run", "SQUARE", "--variants", "--workers", "1", "--json", "run.json")
    (claim,) = json.loads((fresh / "run.json").read_text())["claims"]
    assert claim["variants"]["refuted"] > 5
    left = [x for x in claim["variants"]["survivors"] if not x["why"]]
    assert done.returncode == int(bool(left))
    assert f"{len(left)} unexplained survivors of" in done.stdout


@THOROUGH
def test_a_receipt_of_a_claim_that_is_run_now(fresh: Path, audit: Run) -> None:
    assert audit("certify").returncode == 0
    done = audit("receipt", "SQUARE", "--workers", "1")
    assert done.returncode == 0, done.stderr
    data = json.loads((fresh / "SQUARE.receipt.json").read_text())
    assert data["claim"]["verdict"] == "certified"
    assert data["coq"]["SQUARE"]["theorem"] == "nonnegative"
    assert data["certificates"]["SQUARE"]["symbols"] == ["x"]
    again = audit("show", "SQUARE", "--seed", "5", "--workers", "1")
    assert again.returncode == 0, again.stderr
    assert audit("show", "SQUARE", "--seed", "random", "--workers", "1").returncode == 0
    other = audit("impact", "HALF")
    assert other.returncode == 2
    assert "HALF was not run yet" in other.stderr
    assert audit("impact", "HALFS").returncode == 2


def test_long_work_is_told_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each twenty seconds, on standard error; none of short work."""
    clock = iter([0.0, 19.0, 20.0, 39.0, 41.0])
    monkeypatch.setattr(show.time, "monotonic", lambda: next(clock))
    with show.progress(show.console()) as bar:
        task = bar.add_task("evidence", total=1203)
        for claim_id in ("GRAD", "HESS", "TRACE", "BAND", "STEP"):
            bar.update(task, advance=1, description=claim_id)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "audit: 3 of 1,203 done, last TRACE",
        "audit: 5 of 1,203 done, last STEP",
    ]
