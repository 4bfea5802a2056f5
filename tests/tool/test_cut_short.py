"""A run that was cut short is believed by nobody: what it did not reach might have refuted the claim."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import verify
from theorem_audit import project
from theorem_audit.report.load import UnreadableRun, load_run
from theorem_audit.scaffold import scaffold
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.tests import warm
from theorem_audit.weigh import verdict as rules
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.receipt import receipt
from theorem_audit.weigh.whole import cut_short, not_reached

MORE = """
from theorem_audit import evidence, expect

@evidence("GD-STEP", "witness")
def test_last(claim):
    expect(False, "m")
"""
# Evidence is run in this process, which ends before the second one.
CUT = """
import os, signal, sys
from theorem_audit import cli
from theorem_audit.weigh import jobs
one = jobs.run_jobs
def run(todo, **more):
    for done, found in enumerate(one(todo, **{**more, "workers": None})):
        if done:
            os.kill(os.getpid(), HOW)
        yield found
jobs.run_jobs = run
sys.exit(cli.main(["run", "--workers", "1", "--json", "l.json"]))
"""


def _cut(folder: Path, how: int) -> dict[str, Any]:
    done = warm.python(CUT.replace("HOW", str(int(how))), (), folder)
    assert done.returncode == (-how if how == signal.SIGKILL else 128 + how), done.stderr
    data: dict[str, Any] = json.loads((folder / "l.json").read_text())
    return data


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose run was killed after one of its pieces of evidence."""
    folder = scaffolded(tmp_path_factory.mktemp("killed") / "small")
    _cut(folder, signal.SIGKILL)
    return folder


def scaffolded(folder: Path) -> Path:
    """A fresh project, in which evidence that refutes stands last."""
    scaffold(folder, "small")
    file = folder / "tests" / "test_descent.py"
    file.write_text(file.read_text().partition('\n\n@evidence("GD-STEP", "property")')[0])
    (folder / "tests" / "test_more.py").write_text(MORE)
    return folder


def _left(claim: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (e for e in claim["evidence"] if e["detail"] == "not reached")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_claim_that_was_not_reached_whole_is_unchecked(
    tmp_path: Path, killed: Path, how: signal.Signals
) -> None:
    """Mended: "proved", while the evidence that refutes it was not reached."""
    if how == signal.SIGKILL:
        data = json.loads((killed / "l.json").read_text())
    else:
        data = _cut(scaffolded(tmp_path / "small"), how)
    (claim,) = data["claims"]
    left, all_of_it = len([*_left(claim)]), len(claim["evidence"])
    assert 0 < left < all_of_it
    assert claim["verdict"] == claim["own"] == verify.strength_of(claim) == "unchecked"
    assert claim["reasons"] == [f"the run was cut short: {left} of {all_of_it} not reached"]
    said = f"the run was cut short: {left} of {all_of_it} pieces of evidence were not reached"
    assert cut_short(data) == said


def test_what_reads_the_ledger_of_a_killed_run_says_so(killed: Path) -> None:
    """Mended: a report, a receipt and `audit stale` said nothing of it."""
    said = "he run was cut short: 2 of 3"
    for words in (("--out", "r"), ("--latex", "r/a.tex"), ("--book", "r/b.tex")):
        done = warm.audit(("report", "--from", "l.json", *words), killed)
        assert done.returncode == 0, done.stderr
    (killed / "r.md").write_text("<!-- verdicts -->\n<!-- /verdicts -->\n")
    warm.audit(("report", "--from", "l.json", "--readme", "r.md"), killed)
    for name in ("r/index.html", "r/ledger.html", "r/a.tex", "r/b.tex", "r.md"):
        assert said in (killed / name).read_text(), name
    assert "1 claim: 1 unchecked" in (killed / "r.md").read_text()
    done = warm.audit(("stale", "l.json"), killed)
    assert (done.returncode, said in done.stdout, "unchecked" in done.stdout) == (1, True, True)
    done = warm.audit(("receipt", "GD-STEP", "--from", "l.json", "--json", "s.json"), killed)
    assert (done.returncode, done.stderr.count("\n"), said in done.stderr) == (2, 1, True)
    assert not (killed / "s.json").exists()


def test_a_receipt_of_it_that_says_more_is_wrong(killed: Path) -> None:
    """Whoever writes one by hand: ``verify.py`` has the same rule."""
    with project.using(project.locate(str(killed))):
        data = json.loads((killed / "l.json").read_text())
        made = receipt(data, "GD-STEP", ["GD-STEP"])
        assert any("verdict unchecked" in x for x in verify.verify(made))
        made["claim"] |= {"verdict": "proved", "own": "proved"}
        made["digest"] = verify.digest(made)
        with pytest.raises(verify.Wrong, match="come to unchecked"):
            list(verify.verify(made))
        (killed / "p.json").write_text(
            json.dumps(
                {**data, "claims": [{**data["claims"][0], "verdict": "proved", "own": "proved"}]}
            )
        )
        with pytest.raises(UnreadableRun, match="come to unchecked"):
            load_run(killed / "p.json")


def _row(name: str, what: str = "passed", detail: str = "", **more: Any) -> Outcome:
    return Outcome(
        name, f"t{what}", "symbolic", ("statement",), what, checks=1, detail=detail, **more
    )


def _made(name: str) -> Claim:
    from sympy import Eq, Symbol

    x = Symbol("x", real=True)
    return Claim(name, "t", Eq(x, x + 1, evaluate=False), Source("open", "h"), "exact", "made")


@pytest.mark.parametrize(
    "rows, found",
    [
        ([_row("A"), _row("A", "not_run", "not reached")], "unchecked"),
        ([_row("A", "refuted"), _row("A", "not_run", "not reached")], "refuted"),
        ([_row("A", "inconclusive"), _row("A", "not_run", "not reached")], "inconclusive"),
        ([_row("A"), Outcome("A", "t", "peer", (), "not_run", detail="no PyTorch")], "proved"),
    ],
)
def test_what_is_absent_is_another_thing(rows: list[Outcome], found: str) -> None:
    assert rules.derive({"A": _made("A")}, {"A": rows})["A"].name == found


def test_what_rests_on_it_is_unchecked_too() -> None:
    claims = {x: _made(x) for x in "AB"}
    rows = {"A": [_row("A", uses=("B",))], "B": [_row("B"), _row("B", "not_run", "not reached")]}
    found = rules.derive(claims, rows)
    assert (found["A"].name, found["A"].own) == ("unchecked", "proved")
    run = {
        "complete": False,
        "claims": [
            {"id": x, "uses": list(v.uses), "evidence": [o.as_dict() for o in v.outcomes]}
            for x, v in found.items()
        ],
    }
    assert (
        not_reached(run, "A")
        == not_reached(run, "B")
        == "the run was cut short: 1 of 2 of B not reached"
    )


# --- what a run says of a claim beside its evidence -------------------------------------------

# The run ends as its processes are to end, or as hypotheses are looked at.
AT_THE_END = """
import os, signal, sys
from theorem_audit import cli
from theorem_audit.weigh import jobs
from theorem_audit.weigh.session import Session
one = jobs.run_jobs
jobs.run_jobs = lambda jobs, **more: one(jobs, **{**more, "workers": None})
end = lambda *x, **more: os.kill(os.getpid(), signal.SIGTERM)
if sys.argv[1] == "looks":
    Session._known_looks, jobs.look = lambda self, todo: list(todo), end
else:
    Session._end = end
sys.exit(cli.main(["run", "--workers", "1", "--json", "l.json"]))
"""
OTHER = """
from dataclasses import replace
OTHER = replace(GD_STEP, id="OTHER", source=Source("open", "h"))
GD_STEP = replace(GD_STEP, carried={"OTHER": "why"})
"""


@pytest.mark.parametrize(
    "what, found", [("looks", "unchecked"), ("lemma", "inconclusive"), ("file", "inconclusive")]
)
def test_what_is_asked_last_is_said_or_missing(tmp_path: Path, what: str, found: str) -> None:
    """Mended: hypotheses that nobody had looked at, a lemma that nobody read, and a file that cannot be
    imported were told where the run had come to its end, and else in no ledger."""
    folder = scaffolded(tmp_path / "small")
    (folder / "tests" / "test_more.py").unlink()
    if what == "looks":
        assert warm.audit(("run", "--workers", "1"), folder).returncode == 0
    if what == "file":
        (folder / "tests" / "test_more.py").write_text(MORE + "\nimport no_such_module\n")
    if what == "lemma":
        chapter = folder / "small" / "descent.py"
        chapter.write_text(chapter.read_text() + OTHER)
    done = warm.python(AT_THE_END, (what,), folder)
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    data = json.loads((folder / "l.json").read_text())
    assert (data["complete"], data["claims"][0]["id"]) == (False, "GD-STEP")
    assert data["claims"][0]["verdict"] == found, data["claims"][0]["reasons"]


# --- a ledger of nothing ----------------------------------------------------------------------


def test_a_ledger_without_a_claim_is_none(killed: Path) -> None:
    """Mended: a report of no claim, and exit code 0."""
    with project.using(project.locate(str(killed))):
        Ledger(seed=0).write(killed / "e.json")
    for words in (("report", "--from", "e.json", "--out", "e"), ("stale", "e.json"),
                  ("receipt", "GD-STEP", "--from", "e.json")):  # fmt: skip
        done = warm.audit(words, killed)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "e.json: a ledger without a claim" in done.stderr
    assert not (killed / "e").exists()
