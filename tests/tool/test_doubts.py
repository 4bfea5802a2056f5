"""What every run asks of a claim beside its evidence: wrong variants, and a short search."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sympy import (
    ITE,
    And,
    Contains,
    Eq,
    Equivalent,
    Gt,
    Integer,
    Integral,
    Le,
    Not,
    Or,
    Q,
    S,
    exp,
    oo,
    sqrt,
    zoo,
)

from theorem_audit import expect, expect_identity, expect_zero
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt import doubts, falsify
from theorem_audit.doubt.challenge import challenge
from theorem_audit.doubt.doubts import asked, searches_of
from theorem_audit.doubt.variants import drafts, formula_variants
from theorem_audit.exact import zero
from theorem_audit.exact.zero import relations
from theorem_audit.reuse.index import CHALLENGE, Row
from theorem_audit.reuse.keeper import RUNS, Keeper
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.conjuncts import equated
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.untouched import CHANGED
from theorem_audit.weigh.verdict import derive
from theorem_audit.weigh.watching import together
from theory import claims
from theory.notation import a, b, n, q_i, q_j, s

CONDITION = Assumption("positive", Gt(a, 0))
TRUE = Claim("GRAD", "made up", And(Eq(s, 3 * a), Eq(q_i, a**2)), Source("lemma", "made up"), "exact",
             "made", (CONDITION,))  # fmt: skip
FALSE = replace(TRUE, formula=And(Eq(s, 5 * a), Eq(q_i, a**3)))


def circular(claim: Claim) -> None:
    """Compares the claim with itself, so that any formula passes."""
    for part in relations(claim.formula):
        expect_identity(part, {part.lhs: part.rhs})


def honest(claim: Claim) -> None:
    expect_identity(claim.formula, {s: 3 * a, q_i: a**2})


def half(claim: Claim) -> None:
    """Derives the first equation and compares the second with itself."""
    values = equated(claim.formula)
    expect_identity(claim.formula, {s: 3 * a, q_i: values[q_i]})


def marked(function: object) -> list[Evidence]:
    return [Evidence("GRAD", "symbolic", function)]  # type: ignore[arg-type]


def test_circular_evidence_makes_a_false_formula_proved_and_is_challenged() -> None:
    outcome = run_evidence(marked(circular)[0], FALSE)
    assert outcome.outcome == "passed", "that is why it is challenged"
    found = challenge(FALSE, marked(circular))
    assert found is not None
    assert found.outcome == "inconclusive"
    assert "no wrong variant is rejected of Eq(" in found.detail
    assert derive({"GRAD": FALSE}, {"GRAD": [outcome, found]})["GRAD"].name == "inconclusive"


def test_each_conjunct_must_have_a_variant_that_is_rejected() -> None:
    found = challenge(TRUE, marked(honest))
    assert found is not None
    assert (found.outcome, found.checks) == ("passed", 2)
    found = challenge(TRUE, marked(half))
    assert found is not None
    assert found.outcome == "inconclusive"
    assert "Eq(q_i, a**2)" in found.detail
    assert "Eq(s, 3*a)" not in found.detail


def test_what_rejected_one_variant_is_asked_first_of_the_next() -> None:
    order = list[str]()

    def blind(claim: Claim) -> None:
        order.append("blind")
        time.sleep(0.3)  # what it costs is clearly more, whatever else the machine does
        expect_zero((a + 1) ** 2 - a**2 - 2 * a - 1, "whatever the claim says")

    def sighted(claim: Claim) -> None:
        order.append("sighted")
        honest(claim)

    first = challenge(TRUE, [*marked(blind), *marked(sighted)])
    assert order == ["blind", "sighted", "sighted", "sighted"]
    again = challenge(TRUE, [*marked(sighted), *marked(blind)])
    assert first is not None
    assert again is not None
    assert replace(first, seconds=0) == replace(again, seconds=0)
    assert (first.outcome, first.checks) == ("passed", 2)


WHOLE = Contains(q_j, S.Integers)
NO_NUMBER_IN_IT = {
    "a set": WHOLE,
    "its complement": Not(WHOLE),
    "alternatives": Or(WHOLE, Contains(b, S.Naturals)),
    "a property": Q.prime(n),
    "a case": ITE(WHOLE, Contains(n, S.Integers), Contains(b, S.Naturals)),
    "an equivalence": Equivalent(WHOLE, Contains(b, S.Naturals)),
}


@pytest.mark.parametrize("what", NO_NUMBER_IN_IT)
def test_a_conjunct_in_which_nothing_can_be_changed_is_negated(what: str) -> None:
    """Mended: no variant was made of it, so that whoever read the other conjunct alone proved both."""
    said = NO_NUMBER_IN_IT[what]
    claim = replace(TRUE, formula=And(Eq(s, 3 * a), said))

    def one(claim: Claim) -> None:
        expect_identity(claim.conjunct(kind="equation"), {s: 3 * a})

    def both(claim: Claim) -> None:
        one(claim)
        expect(said in relations(claim.formula), "as it is known to be")

    found = challenge(claim, marked(one))
    assert found is not None
    assert (found.outcome, "negated" in found.detail) == ("inconclusive", True), found
    found = challenge(claim, marked(both))
    assert found is not None
    assert found.outcome == "passed", found


def test_what_reaches_to_infinity_has_variants() -> None:
    """Mended: a formula with oo in it was taken for broken by any change, and not challenged at all."""
    formula = Eq(s, Integral(exp(-q_i * a), (q_i, 0, oo)))
    found = challenge(replace(TRUE, formula=And(Eq(q_j, a), formula)), marked(only_q_j))
    assert found is not None
    assert (found.outcome, "Integral" in found.detail) == ("inconclusive", True), found
    broken = [
        x
        for x in formula_variants(replace(TRUE, formula=Eq(s, 1 / a)))
        if x.claim.formula.has(oo, zoo)
    ]
    assert not broken


def only_q_j(claim: Claim) -> None:
    expect_identity(claim.conjunct(side=q_j), {q_j: a})


def test_what_the_claim_explains_counts_for_nothing() -> None:
    def no_size(claim: Claim) -> None:
        expect_zero(0 * a, "nothing")

    bound = replace(TRUE, formula=Le(s, 3 * a), bound="upper")
    found = challenge(bound, marked(no_size))
    assert found is not None
    names = found.detail.split("(tried: ")[1].rstrip(")").split("; ")
    excused = replace(bound, survivors=dict.fromkeys(names, "true: made up"))
    found = challenge(excused, marked(no_size))
    assert found is not None
    assert found.detail == "no wrong variant of the formula could be made"


def test_what_evidence_changes_for_a_variant_is_seen_where_the_doubt_ends() -> None:
    kept, known = zero.is_zero, TRUE.formula

    def trick(claim: Claim) -> None:
        zero.is_zero = lambda expr: True
        expect(claim.formula == known, "the formula that is known")

    def doubt(claim: Claim) -> None:
        found = challenge(claim, marked(trick))
        assert found is not None
        assert found.outcome == "passed", "that is why it is looked at"

    outcome = run_evidence(Evidence("GRAD", "variants", doubt, ()), TRUE)
    assert (outcome.outcome, zero.is_zero) == ("error", kept)
    assert outcome.detail.startswith(CHANGED)
    with together() as changed:
        assert run_evidence(marked(trick)[0], TRUE).outcome == "passed"
    assert (changed, zero.is_zero) == (["theorem_audit.exact.zero.is_zero"], kept)


def test_a_claim_that_nothing_decides_is_not_challenged() -> None:
    assert challenge(TRUE, [Evidence("GRAD", "property", honest)]) is None


def searching(claim_id: str) -> Row:
    place = falsify.tables()[0][claim_id]
    name = place.__name__
    return Row(claim_id, "search", place.__module__, name, 0, name, (), "", False, ("",))


@pytest.mark.parametrize("claim_id", ["STEP", "NORM"])
def test_a_search_refutes_what_is_false(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = claims[claim_id]
    assert run_evidence(asked(searching(claim_id)), claim).outcome == "passed"
    wrong = replace(claim, formula=claim.formula.subs(a, 2 * a))
    monkeypatch.setattr(doubts, "SECONDS", 20.0)  # it ends at the first; a busy machine plays few
    found = run_evidence(asked(searching(claim_id)), wrong)
    assert found.outcome == "refuted"
    assert found.witness


def test_searches_are_known_by_where_they_stand() -> None:
    from tests.falsify.model import table

    found = searches_of(table)["searches"]
    assert set(found) == {*table.FALSIFIERS, *table.OUT_OF_REACH}
    for claim_id, (module, name, _) in found.items():
        assert module.startswith("tests.falsify"), claim_id
        assert name.isidentifier(), claim_id


@IN_CI
def test_a_search_rests_on_what_its_table_wraps_it_in(keeper: Keeper) -> None:
    """``wraps`` gives the wrapper the name of what it wraps; the outcome kept is that of both."""
    from tests.falsify.walks import table as walks

    wrapped = searches_of(walks)["searches"]["SPARSE-RATE"]
    where = ["tests.falsify.walks.table", "_precise"]
    assert wrapped == ["tests.falsify.walks.sparse", "block_rate", [where]]
    row = next(x for x in keeper.index.evidence["SPARSE-RATE"] if x.kind == "search")
    assert ("def", *where) in keeper.nodes(row)
    assert keeper.key(row, "", seed=0, quick=False) != keeper.key(
        replace(row, around=()), "", seed=0, quick=False
    )


@IN_CI
def test_what_every_outcome_rests_on_is_not_the_whole_theory(keeper: Keeper) -> None:
    """What runs evidence looks no claim up by its name: every outcome would then rest on all claims."""
    assert [x for x in keeper.graph.reached(RUNS) if x[0] == "below"] == []


@IN_CI
def test_what_plays_trajectories_rests_on_no_file_by_its_name(keeper: Keeper) -> None:
    """The simulator imports by name in sweeps alone: an edit anywhere would make all that simulates stale."""

    for module, name, few in (
        ("sim.problems.autoencoder", "simulate", True), ("sim.problems.gram_design", "design", True),
        ("sim", "simulate", True), ("sim.sweeps.sweep", "sweep", False),
    ):  # fmt: skip
        nodes = [*keeper.graph.names.name(module, name), ("base", module)]
        below = [x for x in keeper.graph.reached(nodes) if x[0] == "below"]
        assert (below == []) is few, name


def test_the_rows_of_wrong_variants_bring_what_is_to_reject_them() -> None:
    name = "test_step_is_the_sum_of_gradients"
    beside = Row(
        "STEP", "symbolic", "tests.model.test_step", name, 0, name, ("statement",), "", False, ("",)
    )
    row = Row(
        "STEP", "variants", *CHALLENGE, 0, "challenge", (), "", False, ("",), beside=(beside,)
    )
    found = run_evidence(asked(row), claims["STEP"])
    assert (found.outcome, found.checks) == ("passed", 2)
    assert q_j in claims["STEP"].formula.free_symbols


def test_a_change_is_worked_out_when_it_is_asked_for() -> None:
    """And what comes out as true or false for all values is no variant."""
    claim = replace(claims["STEP"], formula=Eq(n, b + 1))
    made = drafts(claim)
    assert not any("part" in vars(x) for x in made)
    shown = list(formula_variants(claim))
    assert {v.part[1] for v in shown if v.part} == {x.part for x in made if x.part is not None}
    assert len({v.name for v in shown}) == len(shown)
    numbers = replace(claim, formula=Eq(sqrt(2), Integer(1), evaluate=False))
    assert drafts(numbers)
    assert not list(formula_variants(numbers))
