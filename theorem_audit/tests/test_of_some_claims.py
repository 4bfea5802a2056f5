"""What is told of a run of some claims, so that nobody takes it for one of all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from theorem_audit.tests.conftest import Run
from theorem_audit.weigh.whole import lacking


@pytest.fixture
def some(fresh: Path, audit: Run) -> Run:
    """A project of two claims, of which one was run."""
    assert audit("new", "OTHER", "--chapter", "descent").returncode == 0
    assert audit("run", "GD-STEP", "--json", "run.json").returncode == 0
    return audit


def test_the_graph_and_what_bears_on_what_tell_of_claims_that_were_never_run(some: Run) -> None:
    """Mended: `audit graph` said "nothing is stale" alone, and neither's JSON said anything."""
    for words in (("list",), ("graph",), ("impact", "GD-STEP")):
        done = some(*words)
        assert done.returncode == 0, done.stderr
        assert "; 1 of 2 never run; `audit run` renews it" in done.stdout, words
        assert "OTHER" in done.stdout or words[0] != "list"
    for words in (
        ("graph",),
        ("graph", "GD-STEP"),
        ("impact", "GD-STEP"),
        ("graph", "--run", "GD-STEP"),
    ):
        assert json.loads(some(*words, "--json", "-").stdout)["never_run"] == ["OTHER"], words
    some("run")
    for words in (("graph",), ("impact", "GD-STEP")):
        assert "never run" not in some(*words).stdout
        assert json.loads(some(*words, "--json", "-").stdout)["never_run"] == []


def test_each_page_of_a_report_tells_which_claims_are_not_in_its_run(
    some: Run, fresh: Path
) -> None:
    """Mended: the README alone did."""
    told = "1 of the theory&#39;s 2 claims is not in this run (OTHER): what reads them"
    assert some("report", "--out", "pages", "--from", "run.json").returncode == 0
    for page in ("index", "ledger", "graph", "claims/GD-STEP"):
        assert told in (fresh / "pages" / f"{page}.html").read_text(), page
    (fresh / "build" / "kept.sqlite").unlink()  # nobody knows of other claims then
    assert (
        "written (the theory's claims: changed)"
        in some("report", "--out", "pages", "--from", "run.json").stdout
    )
    assert "is not in this run" not in (fresh / "pages" / "graph.html").read_text()


def test_what_is_lacking_is_named() -> None:
    run = {"claims": [{"id": "A"}]}
    assert lacking(run, ["A"]) == lacking(run, []) == ""
    assert lacking(run, ["A", *"BCDEFG"]).startswith(
        "6 of the theory's 7 claims are not in this run (B, C, D, E, F, ...): "
    )
