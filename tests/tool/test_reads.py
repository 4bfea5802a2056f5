"""A rank is kept only where every hypothesis was read, and every lemma is used within its setting."""

from __future__ import annotations

from dataclasses import replace

from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told
from theorem_audit.weigh.unread import read_by_machine, unread
from theorem_audit.weigh.verdict import derive
from theory import claims
from theory.vocabulary import ORTHONORMAL, UNIT_DATA


def _passed(kind: str, *read: str, step: str = "statement") -> Outcome:
    return Outcome("NORM", "t", kind, (step,), "passed", checks=1, read=read)


def test_a_hypothesis_that_nobody_read_caps_the_rank() -> None:
    """NORM supposes orthonormal data and two conditions; property tests count for nothing here."""
    claim = claims["NORM"]
    assert unread(claim, [_passed("symbolic")]) == [], "nothing was doubted: nothing is said"
    doubted = [_passed("symbolic", "region"), _passed("variants", "data")]
    assert unread(claim, doubted) == ["orthonormal data"], "a run without a search caps as well"
    searched = [_passed("symbolic", "region"), _passed("search", "region")]
    assert unread(claim, searched) == ["orthonormal data"]
    found = derive({"NORM": claim}, {"NORM": [replace(x, steps=claim.steps) for x in searched]})[
        "NORM"
    ]
    assert found.name == "supported"
    assert "nothing that decides or searches read: orthonormal data" in found.reasons
    assert unread(claim, [*searched, _passed("property", "data")]) == ["orthonormal data"]
    assert unread(claim, [*searched, _passed("search", "data")]) == []
    lemma = replace(_passed("symbolic", "region"), uses=("STEP",))
    assert unread(claim, [lemma, _passed("search")], claims) == [], "STEP supposes data, too"
    assert unread(claim, [lemma, _passed("search")]) == ["orthonormal data"]
    carried = replace(claim, carried={"STEP": "why"})  # of its setting nothing is asked then
    assert unread(carried, [lemma, _passed("search")], claims) == ["orthonormal data"]
    assert "deviation" in unread(claim, [_passed("search", "data")])
    assert unread(claim, [_passed("search"), _passed("kernel")]) == [], "its statement is generated"
    assert read_by_machine({"NORM": claim}, {"NORM": searched}) == (
        len(claim.assumptions) - 1, len(claim.assumptions),
    )  # fmt: skip


def test_a_lemma_beyond_its_setting_decides_nothing_unless_it_is_carried_over() -> None:
    step, norm = claims["STEP"], claims["NORM"]
    wider = norm.with_item(ORTHONORMAL, UNIT_DATA)
    mine = Outcome("NORM", "t", "symbolic", norm.steps, "passed", checks=1, uses=("STEP",))
    its = Outcome("STEP", "t", "symbolic", step.steps, "passed", checks=1)
    outcomes = {"NORM": [mine], "STEP": [its]}
    for told in (False, True):
        see = (lambda c: Told.of(c)) if told else (lambda c: c)
        assert derive({"STEP": see(step), "NORM": see(norm)}, outcomes)["NORM"].name == "proved"
        found = derive({"STEP": see(step), "NORM": see(wider)}, outcomes)["NORM"]
        assert found.name == "supported"
        assert "uses a lemma beyond its setting: STEP supposes orthonormal" in found.reasons[-1]
        carried = replace(wider, carried={"STEP": "for one sample S is the same"})
        found = derive({"STEP": see(step), "NORM": see(carried)}, outcomes)["NORM"]
        assert found.name == "steps"
        assert "STEP is carried over in prose: for one sample" in found.reasons[-1]
