"""How verdicts follow from outcomes, by itself; and that an interrupted run loses nothing."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Symbol

from theorem_audit import expect
from theorem_audit.checks.mark import DECIDING, ROOT, Evidence
from theorem_audit.checks.run_context import Inconclusive
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh.ledger import Ledger, validate
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.verdict import (
    OUTCOMES,
    RANKS,
    CyclicUse,
    Outcome,
    Verdict,
    derive,
    find_cycle,
)

X = Symbol("x", real=True)
KIND_OF = {"proved": "symbolic", "certified": "certificate", "proved_given": "cited"}


def claim(name: str = "A", steps: tuple[str, ...] = ("statement",), **more: Any) -> Claim:
    kind = more.pop("source", "lemma")
    return Claim(
        name, name, Eq(X, X + 1, evaluate=False), Source(kind, "made up"), "exact", "made", 
        steps=steps, **more,
    )  # fmt: skip


def outcome(
    name: str = "A", kind: str = "symbolic", what: str = "passed", *, step: str = "statement",
    test: str = "t", uses: tuple[str, ...] = (), case: str = "",
) -> Outcome:  # fmt: skip
    return Outcome(name, test, kind, (step,), what, case=case, uses=uses, checks=1)


def verdict(made: Claim, *found: Outcome) -> Verdict:
    return derive({made.id: made}, {made.id: found})[made.id]


# --- one claim --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), KIND_OF.items())
def test_the_kind_of_evidence_sets_the_verdict(name: str, kind: str) -> None:
    assert verdict(claim(), outcome(kind=kind)).name == name


def test_the_weakest_step_sets_the_verdict() -> None:
    made = claim(steps=("one", "two"))
    parts = outcome(step="one"), outcome(step="two", kind="ball")
    assert verdict(made, *parts).name == "certified"
    assert verdict(made, parts[0]).name == "supported"
    assert "two" in verdict(made, parts[0]).reasons[0]


def test_the_strongest_evidence_for_a_step_counts() -> None:
    assert verdict(claim(), outcome(kind="certificate"), outcome(test="u")).name == "proved"


@pytest.mark.parametrize("kind", ["property", "simulation", "witness", "peer"])
def test_supporting_evidence_decides_nothing(kind: str) -> None:
    assert verdict(claim(), outcome(kind=kind)).name == "supported"
    assert verdict(claim(source="open"), outcome(kind=kind)).name == "open"


def test_outside_theorems_make_it_proved_given() -> None:
    found = verdict(claim(cites=("Levy's 0-1 law",)), outcome())
    assert (found.name, found.given) == ("proved_given", ("Levy's 0-1 law",))


def test_without_evidence_it_is_unchecked() -> None:
    assert verdict(claim()).name == "unchecked"
    assert verdict(claim(), outcome(what="not_run")).name == "unchecked"


def test_a_missing_case_leaves_the_step_undecided() -> None:
    ran, missing = outcome(case="n=2"), outcome(case="n=3", what="not_run")
    assert verdict(claim(), ran, missing).name == "supported"


@given(
    found=st.lists(
        st.builds(
            outcome,
            kind=st.sampled_from([*DECIDING, "property"]),
            what=st.sampled_from(OUTCOMES),
            test=st.sampled_from("tuv"),
        ),
        max_size=5,
    )
)
def test_bad_evidence_never_passes(found: list[Outcome]) -> None:
    name = verdict(claim(), *found).name
    kinds = {o.outcome for o in found}
    if "refuted" in kinds:
        assert name == "refuted"
    elif kinds & {"error", "inconclusive"}:
        assert name == "inconclusive"
    elif any(o.outcome == "not_run" and o.kind in DECIDING for o in found):
        assert name in ("supported", "unchecked")
    elif name in KIND_OF:
        assert any(o.outcome == "passed" and o.kind in DECIDING for o in found)


@given(extra=st.sampled_from(["refuted", "error", "inconclusive"]), kind=st.sampled_from("sp"))
def test_more_bad_evidence_never_helps(extra: str, kind: str) -> None:
    worse = outcome(kind={"s": "symbolic", "p": "property"}[kind], what=extra, test="bad")
    before, after = verdict(claim(), outcome()), verdict(claim(), outcome(), worse)
    assert RANKS.index(after.name) > RANKS.index(before.name)


# --- several ----------------------------------------------------------------------------------


def chain(*kinds: str) -> dict[str, Verdict]:
    """Claims A0 <- A1 <- ...: each reads the one before it."""
    claims = {f"A{k}": claim(f"A{k}") for k in range(len(kinds))}
    outcomes = {
        f"A{k}": [outcome(f"A{k}", kind, uses=(f"A{k - 1}",) if k else ())]
        for k, kind in enumerate(kinds)
    }
    return derive(claims, outcomes)


@given(st.lists(st.sampled_from(sorted(KIND_OF)), min_size=1, max_size=6))
def test_a_claim_is_no_stronger_than_the_weakest_it_rests_on(names: list[str]) -> None:
    found = chain(*(KIND_OF[name] for name in names))
    for k in range(len(names)):
        weakest = max(names[: k + 1], key=RANKS.index)
        assert found[f"A{k}"].name == weakest
        assert found[f"A{k}"].own == names[k]


def test_resting_on_a_refuted_claim_is_inconclusive_not_refuted() -> None:
    claims = {x: claim(x) for x in "AB"}
    found = derive(claims, {"A": [outcome("A", what="refuted")], "B": [outcome("B", uses=("A",))]})
    assert (found["A"].name, found["B"].name) == ("refuted", "inconclusive")
    assert "rests on A, which is refuted" in found["B"].reasons


def test_a_used_claim_without_outcomes_counts_as_unchecked() -> None:
    found = derive({x: claim(x) for x in "AB"}, {"B": [outcome("B", uses=("A",))]})
    assert found["B"].name == "unchecked"


def test_reading_a_claim_in_supporting_evidence_is_no_dependence() -> None:
    found = derive(
        {x: claim(x) for x in "AB"},
        {"B": [outcome("B"), outcome("B", "property", test="u", uses=("A",))]},
    )
    assert (found["B"].name, found["B"].uses) == ("proved", ())


def test_outside_theorems_are_inherited() -> None:
    claims = {"A": claim("A", cites=("Levy",)), "B": claim("B")}
    found = derive(claims, {"A": [outcome("A")], "B": [outcome("B", uses=("A",))]})
    assert (found["B"].name, found["B"].given) == ("proved_given", ("Levy",))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_circle_is_refused_by_name(size: int) -> None:
    ids = [f"C{k}" for k in range(size)]
    outcomes = {x: [outcome(x, uses=(ids[k - 1],))] for k, x in enumerate(ids)}
    outcomes["D"] = [outcome("D", uses=("C0",))]
    with pytest.raises(CyclicUse) as caught:
        derive({x: claim(x) for x in [*ids, "D"]}, outcomes)
    circle = str(caught.value).split(": ")[1].split(" -> ")
    assert circle[0] == circle[-1]
    assert set(circle) == set(ids)
    assert len(circle) == size + 1


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3), max_size=8))
def test_a_circle_is_found_exactly_when_there_is_one(graph: dict[int, list[int]]) -> None:
    named = {str(k): [str(x) for x in v] for k, v in graph.items()}
    left = {k: set(v) & set(named) for k, v in named.items()}
    while ends := [k for k, v in left.items() if not v & set(left)]:
        for k in ends:
            del left[k]
    found = find_cycle(named)
    assert (found is not None) == bool(left)
    if found:
        assert all(b in named[a] for a, b in pairwise(found))


# --- what evidence does, and what becomes of it -----------------------------------------------


def _nothing(claim: Claim) -> None:
    pass


def _breaks(claim: Claim) -> None:
    expect(True, "fine so far")
    raise KeyError("gone")


def _fails(claim: Claim) -> None:
    expect(False, "wrong", at=3)


def _plain_assert(claim: Claim) -> None:
    assert claim.id == "B", "not B"


def _cannot_tell(claim: Claim) -> None:
    expect(True, "fine so far")
    raise Inconclusive("too few draws")


def _undecided(claim: Claim) -> None:
    raise Undecided("no decision")


def _passes_then_refutes(claim: Claim) -> None:
    expect(True, "fine so far")
    raise Refuted("false", {X: 1})


RAISES = {
    _nothing: "error", _breaks: "error", _fails: "refuted", _plain_assert: "refuted",
    _cannot_tell: "inconclusive", _undecided: "inconclusive", _passes_then_refutes: "refuted",
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "what"), RAISES.items(), ids=lambda x: getattr(x, "__name__", x)
)
@pytest.mark.parametrize("kind", ["symbolic", "simulation"])
def test_evidence_that_does_not_pass(function: Any, what: str, kind: str) -> None:
    found = run_evidence(Evidence("A", kind, function), claim())
    assert found.outcome == what
    assert found.detail
    assert verdict(claim(), outcome(test="good"), found).name in ("refuted", "inconclusive")


def test_a_refutation_carries_its_witness() -> None:
    assert run_evidence(Evidence("A", "symbolic", _fails), claim()).witness == {"at": "3"}


def test_evidence_that_checks_nothing_is_named_as_such() -> None:
    found = run_evidence(Evidence("A", "symbolic", _nothing), claim())
    assert found.detail == "the evidence checked nothing"


def test_an_outcome_survives_its_json() -> None:
    made = dataclasses.replace(outcome(uses=("B",)), notes=("n",), witness={"x": "1"}, power=0.99)
    assert Outcome.from_dict(json.loads(json.dumps(made.as_dict()))) == made


# --- interruption -----------------------------------------------------------------------------

SLOW_RUN = """
import pkgutil, sys, time
every = pkgutil.iter_modules
pkgutil.iter_modules = lambda path=None, prefix="": [
    x for x in every(path, prefix) if x.name == "test_autoencoder" or x.name[:5] != "test_"
]  # one evidence module is enough, and loads sooner
from theorem_audit import cli
from theorem_audit.weigh import runner
real = runner._work
def slow(job, run_seed, quick):
    found = real(job, run_seed, quick)
    time.sleep(0.4)
    return found
runner._work = slow
sys.exit(cli.main(["run", "GRAD", "HESS", "--workers", "1", "--json", sys.argv[1]]))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda x: x.name)
def test_an_interrupted_run_leaves_a_readable_ledger(tmp_path: Path, how: signal.Signals) -> None:
    target = tmp_path / "run.json"
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_RUN, str(target)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not target.exists():
                assert process.poll() is None, "the run ended before it saved anything"
                assert time.monotonic() < deadline, "nothing was saved within a minute"
                time.sleep(0.05)
            process.send_signal(how)
            text = process.communicate(timeout=30)[0]
        finally:
            process.kill()
    data = json.loads(target.read_text())
    validate(data)
    states = {e["outcome"] for c in data["claims"] for e in c["evidence"]}
    assert not data["complete"]
    assert "not_run" in states, "it was over before it was interrupted"
    assert all(
        e["detail"] for c in data["claims"] for e in c["evidence"] if e["outcome"] == "not_run"
    )
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted" in text


def test_a_write_that_fails_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ledger = tmp_path / "run.json", Ledger(seed=0)
    ledger.write(target)
    before = target.read_text()

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("theorem_audit.weigh.ledger.os.replace", full)
    with pytest.raises(OSError, match="no space"):
        ledger.write(target)
    assert target.read_text() == before
    assert list(tmp_path.iterdir()) == [target]


# --- the error budget -------------------------------------------------------------------------


@pytest.mark.parametrize(("each", "code"), [(4e-5, 0), (6e-5, 1)])
def test_an_overspent_error_budget_fails_the_run(each: float, code: int) -> None:
    ledger = Ledger(seed=0)
    for test in "tu":
        ledger.add(dataclasses.replace(outcome("GRAD", "simulation", test=test), error=each))
    assert ledger.family_error == pytest.approx(2 * each)
    assert ledger.exit_code() == code
