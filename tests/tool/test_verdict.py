"""How verdicts follow from outcomes, by itself; and that an interrupted run loses nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Eq, Gt, Ne, Tuple, true

from tests.tool import ROOT
from tests.tool.verdict_tools import X, claim, outcome, verdict
from theorem_audit.checks.mark import DECIDING, DOUBTS, KINDS, SUPPORTING, Evidence
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.report.site import MEANINGS
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.ledger import SCHEMA_FILE, Ledger
from theorem_audit.weigh.outcome import OUTCOMES, Outcome
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.verdict import GIVEN, RANKS, STRENGTHS, CyclicUse, Verdict, derive, named

KIND_OF = {
    "kernel": "kernel", "proved": "symbolic", "certified": "certificate", "proved_given": "cited",
}  # fmt: skip


# --- one claim --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), KIND_OF.items())
def test_the_kind_of_evidence_sets_the_verdict(name: str, kind: str) -> None:
    assert verdict(claim(), outcome(kind=kind)).name == name


ONE, TWO, THREE = Eq(X, X + 1, evaluate=False), Gt(X, 2), Ne(X, 7)
PARTS = {"one": ONE, "two": And(TWO, THREE)}


WHOLE = And(ONE, TWO, THREE)


def parted(formula: Any = WHOLE, parts: Any = None, **more: Any) -> Claim:
    """Two steps, which together decide the three conjuncts unless something else is asked for."""
    parts = PARTS if parts is None else parts
    return claim(steps=("one", "two"), formula=formula, parts=parts, **more)


BOTH = outcome(step="one"), outcome(step="two", test="u")


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (parted(parts={}), "no parts of the formula"),
        (parted(parts={"one": And(ONE, TWO, THREE)}), "by two alone"),
        (parted(parts={"one": ONE, "two": TWO}), "no step alone decides Ne(x, 7)"),
        (parted(parts={**PARTS, "one": And(ONE, X < 9)}), "no conjunct of the formula: x < 9"),
        (parted(formula=And(ONE, TWO, X > 3, THREE)), "no step alone decides x > 3"),
        (dataclasses.replace(parted(), formula=And(ONE, X > 3, THREE)), "no step alone decides"),
    ],
)
def test_steps_that_prose_composes_are_steps(made: Claim, why: str) -> None:
    found = verdict(made, *BOTH)
    assert (found.name, found.strength) == ("steps", "steps")
    assert why in found.reasons[0]
    given_too = verdict(dataclasses.replace(made, cites=("Levy",)), *BOTH)
    assert (given_too.name, given_too.given) == ("steps_given", ("Levy",))


@pytest.mark.parametrize(
    "formula",
    [And(ONE, And(TWO, THREE)), Tuple(ONE, Tuple(TWO, THREE)), Tuple(THREE, And(TWO, ONE))],
)
def test_a_conjunction_needs_no_prose_however_it_is_nested(formula: Any) -> None:
    assert verdict(parted(formula), *BOTH).name == "proved"
    overlap = {"one": And(ONE, TWO), "two": PARTS["two"]}
    assert verdict(parted(formula, overlap), *BOTH).name == "proved"


def test_parts_name_steps_and_say_something() -> None:
    with pytest.raises(ValueError, match="step='three' in claim A: allowed are one, two"):
        parted(parts={**PARTS, "three": ONE})
    for nothing in (true, X, None):
        with pytest.raises(TypeError, match="a conjunct of the formula is needed"):
            parted(parts={**PARTS, "two": nothing})


def test_the_parts_are_in_the_ledger() -> None:
    data = Ledger(seed=0)._claim(parted(), verdict(parted(), *BOTH))
    assert data["parts"] == {"one": str(ONE), "two": str(And(TWO, THREE))}


def test_without_coq_the_rank_is_that_of_the_other_evidence() -> None:
    absent = dataclasses.replace(outcome(kind="kernel", what="not_run"), detail="no coqc")
    found = verdict(claim(), outcome(test="u"), absent)
    assert (found.name, found.reasons) == ("proved", ("kernel: not checked here (no coqc)",))
    assert verdict(parted(parts={}), *BOTH, absent).name == "steps"
    assert verdict(claim(), absent).name == "unchecked"
    half = outcome(kind="kernel", case="relu"), dataclasses.replace(absent, case="linear")
    assert verdict(claim(), outcome(test="u"), *half).name == "proved"


@pytest.mark.parametrize(
    ("raised", "what"), [(AssertionError("no proof"), "error"), (Refuted("false", {}), "refuted")]
)
def test_a_gate_that_does_not_close_refutes_nothing(raised: Exception, what: str) -> None:
    def gate(claim: Claim) -> None:
        raise raised

    found = run_evidence(Evidence("A", "kernel", gate), claim())
    assert found.outcome == what
    name = verdict(claim(), outcome(test="good"), found).name
    assert name == {"error": "inconclusive"}.get(what, what)


def test_every_name_is_known_everywhere() -> None:
    """What a name needs: a place in the order, a meaning, a place in the schema, a colour."""
    assert set(RANKS) == {named(x, given) for x in STRENGTHS for given in (False, True)}
    schema = json.loads(SCHEMA_FILE.read_text())
    about = schema["properties"]["claims"]["items"]["properties"]
    assert tuple(about["verdict"]["enum"]) == RANKS
    assert set(about["evidence"]["items"]["properties"]["kind"]["enum"]) == {*KINDS, *DOUBTS}
    assert set(MEANINGS) == set(RANKS)
    style = (ROOT / "theorem_audit/report/templates/style.css").read_text()
    assert all(f".v-{name}" in style for name in RANKS)
    assert not set(DECIDING) & set(SUPPORTING)


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
        gates = {o.outcome for o in found if o.kind == "kernel"}
        rest = {o.outcome for o in found if o.kind in DECIDING and o.kind != "kernel"}
        assert gates == {"passed"} or rest == {"passed"} or name in ("supported", "unchecked")
    elif name in KIND_OF:
        assert any(o.outcome == "passed" and o.kind in DECIDING for o in found)


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
    """Strength and ``given`` apart; a theorem of the kernel rests on nothing."""
    found = chain(*(KIND_OF[name] for name in names))
    strength, cites = "kernel", False
    for k, name in enumerate(names):
        own = name.removesuffix("_given")
        strength = own if own == "kernel" else max(strength, own, key=STRENGTHS.index)
        cites = own != "kernel" and (cites or name.endswith("_given"))
        assert found[f"A{k}"].name == (f"{strength}_given" if cites else strength)
        assert found[f"A{k}"].own == name
        assert found[f"A{k}"].name in RANKS
        assert strength == "kernel" or strength in GIVEN


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
