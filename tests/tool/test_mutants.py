"""Wrong variants: what is generated, what is recognised as harmless, and that the rest is caught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Rational, Sum, Symbol
from sympy.logic.boolalg import Boolean

from theorem_audit import expect
from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import current
from theorem_audit.doubt import mutants, mutation, searched
from theorem_audit.doubt.falsify import Falsified, Found
from theorem_audit.doubt.variants import GROUPS, capped, variants
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Meaning
from theorem_audit.weigh import collected
from theory import claims
from theory.notation import S_C, S, a, delta_next, n, q_i, q_j, rho, s
from theory.vocabulary import ORTHONORMAL

h, k = Symbol("h", real=True), Symbol("k", integer=True)


def made(formula: Boolean, *assumptions: Assumption, bound: str = "exact") -> Claim:
    return Claim("GRAD", "made up", formula, Source("lemma", "made up"), bound, "made", assumptions)


# --- generating -------------------------------------------------------------------------------

BAND_LIKE = made(
    And(Le(delta_next, a / 4 - 3 * S**2 * q_i * q_j), Eq(s, 2 - rho * S_C)),
    Assumption("step size", And(Gt(a, 0), Le(a, Rational(2, 5))), sharp=Le(a, Rational(1, 2))),
    Assumption("size", Ge(n, 2)),
    Assumption("orthonormal data", item=ORTHONORMAL),
)
LAST, FIRST = (
    Meaning(f"the {x} mass", lambda run, k=k: run[k]) for x, k in (("last", -1), ("first", 0))
)
BAND_LIKE = replace(BAND_LIKE, symbols={"s": Meaning(LAST, LAST.value, near=(FIRST,))})


def test_every_group_is_there_and_every_name_is_unique() -> None:
    parts = *relations(BAND_LIKE.formula), Eq(h, Sum(k, (k, 1, n)))
    whole = replace(BAND_LIKE, formula=And(*parts, evaluate=False))
    found = variants(whole)
    assert {v.group for v in found} == set(GROUPS)
    assert len({v.name for v in found}) == len(found)
    assert [v.name for v in found] == [v.name for v in variants(whole)]


@pytest.mark.parametrize(
    "wrong",
    [
        Le(delta_next, a * Rational(1001, 4000) - 3 * S**2 * q_i * q_j),
        Le(delta_next, a / 4 - 4 * S**2 * q_i * q_j),
        Le(delta_next, a / 5 - 3 * S**2 * q_i * q_j),
        Le(delta_next, a / 4 + 3 * S**2 * q_i * q_j),
        Le(delta_next, a / 4 - 3 * S**3 * q_i * q_j),
        Le(delta_next, a / 4 - 3 * S**2 * q_i**2 * q_j),
        Le(delta_next, a / 4),
        Lt(delta_next, a / 4 - 3 * S**2 * q_i * q_j),
        Ge(delta_next, a / 4 - 3 * S**2 * q_i * q_j),
        Eq(s, 2 + rho * S_C),
        Eq(s, 3 - rho * S_C),
        Eq(rho, 2 - s * S_C),
        Eq(s, -rho * S_C),
    ],
    ids=str,
)
def test_the_usual_slips_are_made(wrong: Boolean) -> None:
    assert wrong in {v.part[1] for v in variants(BAND_LIKE) if v.part}


def test_other_conjuncts_stay() -> None:
    for v in variants(BAND_LIKE):
        if v.part:
            kept = set(BAND_LIKE.formula.args) - set(v.claim.formula.args)
            assert len(kept) == 1
            assert v.claim.region == BAND_LIKE.region


@pytest.mark.parametrize(
    "one, two", [(Gt(h, -1), Lt(h, 1)), (Le(s, a), Ge(a, -s)), (Eq(s, a), Eq(a, -s))], ids=str
)
def test_a_copy_of_another_conjunct_is_no_wrong_variant(one: Boolean, two: Boolean) -> None:
    """-h > -1 beside h < 1 leaves one conjunct: evidence that asks for two breaks, and was trusted for it."""
    assert two.canonical in {v.part[1].canonical for v in variants(made(one)) if v.part}
    claim = made(And(one, two))
    kept = [v.claim.formula.args for v in variants(claim) if v.part]
    assert kept
    for parts in kept:
        assert len({part.canonical for part in parts}) == 2, parts


def test_assumptions_are_dropped_and_widened_past_the_sharp_value() -> None:
    regions = {v.name: v.claim.region for v in variants(BAND_LIKE) if v.assumption}
    assert regions["dropped assumption: step size"] == Ge(n, 2)
    wide = [r for name, r in regions.items() if name.startswith("widened assumption: step size")]
    assert len(wide) == 1  # the sharp side; the other stays
    assert satisfies(wide[0], {a: Rational(51, 100), n: 2})
    assert not satisfies(wide[0], {a: Rational(0), n: 2})
    one_less = [r for name, r in regions.items() if name.startswith("widened assumption: size")]
    assert satisfies(one_less[0], {a: Rational(1, 10), n: 1})


@pytest.mark.parametrize("cap", [1, 9, 20])
def test_a_cap_leaves_a_spread(cap: int) -> None:
    everything = variants(BAND_LIKE)
    some = capped(everything, cap)
    assert len(some) == cap
    assert len({v.group for v in some}) == min(cap, len({v.group for v in everything}))
    assert capped(everything, cap) == some


# --- running ----------------------------------------------------------------------------------


@pytest.fixture
def with_evidence(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Put made-up evidence (and a claim) in place of GRAD's."""

    def put(
        claim: Claim, *items: tuple[str, Any], search: Any = None, **more: Any
    ) -> list[mutants.Tried]:
        table = {"GRAD": [Evidence("GRAD", kind, function) for kind, function in items]}
        monkeypatch.setitem(claims, "GRAD", claim)
        monkeypatch.setattr(collected, "evidence_of", lambda quick=False: table)
        none = search or (lambda wrong, **_: Found(wrong.id, "missing"))
        monkeypatch.setattr(searched, "falsify", none)
        mutants.forget()
        searched.forget()
        return list(mutation.run(["GRAD"], **more))

    yield put
    mutants.forget()
    searched.forget()


def outcomes(found: list[mutants.Tried]) -> dict[str, str]:
    return {t.name: t.outcome for t in found}


def blind(claim: Claim) -> None:
    expect(claim.formula is not None, "reads the formula and does not look at it")


def exact(claim: Claim) -> None:
    expect((claim.formula.lhs - claim.formula.rhs).subs(s, 3 * a).expand() == 0, "s = 3 a")


TRIPLE = Eq(s, 3 * a)
SIMPLE = made(TRIPLE)


def test_blind_evidence_leaves_survivors(with_evidence: Any) -> None:
    found = with_evidence(SIMPLE, ("symbolic", blind))
    assert set(outcomes(found).values()) == {"survived"}
    assert all(t.unexplained for t in found)


def test_an_explained_survivor_is_listed_with_its_reason(with_evidence: Any) -> None:
    (first, *rest) = with_evidence(SIMPLE, ("symbolic", blind))
    explained = replace(SIMPLE, survivors={first.name: "because"})
    (first, *rest) = with_evidence(explained, ("symbolic", blind))
    assert (first.explained, first.unexplained) == ("because", False)
    assert all(t.unexplained for t in rest)


def test_exact_evidence_leaves_none_and_gives_its_witness(with_evidence: Any) -> None:
    found = with_evidence(SIMPLE, ("symbolic", exact))
    assert set(outcomes(found).values()) == {"refuted"}
    assert all(t.by == "exact" and t.deciding and t.detail == "s = 3 a" for t in found)


def test_caught_by_supporting_evidence_only_is_told_apart(with_evidence: Any) -> None:
    found = with_evidence(SIMPLE, ("symbolic", blind), ("property", exact))
    assert set(outcomes(found).values()) == {"refuted"}
    assert not any(t.deciding for t in found)
    assert mutants.summary(found)["by_supporting_only"] == len(found)


def breaks(claim: Claim) -> None:
    expect(True, "fine")
    if claim.formula != TRIPLE:
        raise ZeroDivisionError("no such thing")


def test_evidence_that_cannot_tell_or_breaks_does_not_accept(with_evidence: Any) -> None:
    found = with_evidence(SIMPLE, ("symbolic", breaks))
    assert set(outcomes(found).values()) == {"not_accepted"}


@pytest.mark.parametrize("evidence", [blind, breaks], ids=["accepts", "breaks"])
def test_what_no_evidence_refutes_the_search_is_asked_about(
    with_evidence: Any, evidence: Any
) -> None:
    def plays(wrong: Claim, **_: Any) -> Found:
        if wrong.formula == TRIPLE:
            return Found(wrong.id, "held", 1)
        return Falsified(wrong.id, "falsified", detail="s is 3 a")

    found = with_evidence(SIMPLE, ("symbolic", evidence), search=plays)
    assert {(t.outcome, t.by, t.deciding) for t in found} == {("refuted", "random search", False)}
    told = with_evidence(SIMPLE, ("symbolic", exact), search=plays)
    assert {t.by for t in told} == {"exact"}, "evidence is asked first"


def test_a_search_that_refutes_the_claim_itself_catches_nothing(with_evidence: Any) -> None:
    def rounds(wrong: Claim, **_: Any) -> Found:
        return Falsified(wrong.id, "falsified", detail="the path is at 0")

    found = with_evidence(SIMPLE, ("symbolic", blind), search=rounds)
    assert {t.outcome for t in found} == {"survived"}
    assert {t.detail for t in found} == {"the search refutes the claim itself: the path is at 0"}


def test_evidence_that_fails_on_the_claim_itself_catches_nothing(with_evidence: Any) -> None:
    def fails(claim: Claim) -> None:
        expect(False, "always")

    found = with_evidence(SIMPLE, ("symbolic", fails))
    assert set(outcomes(found).values()) == {"untested"}


def test_a_bound_that_is_not_tight_has_slack_not_survivors(with_evidence: Any) -> None:
    def rough(claim: Claim) -> None:
        """s = a: the bound s <= 1.05 a has 5 per cent of slack."""
        gap = (claim.formula.rhs - claim.formula.lhs).subs(s, a).subs(a, 1)
        expect(gap >= 0, "s <= c a")

    loose = made(Le(s, Rational(21, 20) * a), Assumption("a", Gt(a, 0)), bound="upper")
    by_group: dict[str, set[str]] = {}
    for t in with_evidence(loose, ("certificate", rough)):
        by_group.setdefault(t.group, set()).add(t.outcome)
    assert by_group["coefficient"] == {"weaker", "slack"}
    assert "survived" in {t for x in by_group.values() for t in x}  # 21/20 -> 21/21: caught by none
    exactly = with_evidence(replace(loose, bound="exact"), ("certificate", rough))
    assert "slack" not in outcomes(exactly).values()


def test_statistics_are_excused_by_their_own_number_only(with_evidence: Any) -> None:
    def measures(claim: Claim) -> None:
        current().spend(1e-7, 0.999, 0.05)
        gap = (claim.formula.rhs / (3 * a)).expand()
        expect(gap.is_Rational and abs(gap - 1) < Rational(1, 20), "3 a within 5 per cent")

    found = with_evidence(SIMPLE, ("simulation", measures))
    groups = {t.group: t.outcome for t in found}
    assert groups["coefficient"] == "exempt"
    assert groups["integer"] == groups["sign"] == "refuted"
    assert "smallest visible error 0.05" in next(t for t in found if t.outcome == "exempt").detail


def test_dropping_what_a_witness_shows_to_be_needed_must_be_noticed(with_evidence: Any) -> None:
    claim = made(Eq(s, 3 * a), Assumption("positive", Gt(a, 0)))
    name = "dropped assumption: positive"
    again = replace(claim, assumptions=(*claim.assumptions, Assumption("more", Gt(a, 1))))
    assert outcomes(with_evidence(again, ("symbolic", exact)))[name] == "equal"
    assert outcomes(with_evidence(claim, ("symbolic", exact)))[name] == "unused"
    table = [
        Evidence("GRAD", "symbolic", exact),
        Evidence("GRAD", "witness", blind, needs="positive"),
    ]
    with_evidence(claim)
    collected.evidence_of()["GRAD"][:] = table
    mutants.forget()
    assert outcomes(list(mutation.run(["GRAD"])))[name] == "survived"


def test_slow_support_is_asked_where_a_variant_would_survive(with_evidence: Any) -> None:
    """It is its author who calls it slow, not the clock: what is asked hangs on no other work."""
    ran: list[Claim] = []

    def slowly(claim: Claim) -> None:
        ran.append(claim)
        exact(claim)

    def found(*table: Evidence) -> list[mutants.Tried]:
        ran.clear()
        with_evidence(SIMPLE)
        collected.evidence_of()["GRAD"][:] = table
        mutants.forget()
        return list(mutation.run(["GRAD"]))

    late = Evidence("GRAD", "witness", slowly, slow=True)
    rejected = found(Evidence("GRAD", "symbolic", blind), late)
    assert {t.outcome for t in rejected} == {"refuted"}
    assert {(t.by, t.deciding) for t in rejected} == {(rejected[0].by, False)}
    assert "slowly" in rejected[0].by
    assert len(ran) == len(rejected) + 1
    rejected = found(Evidence("GRAD", "symbolic", exact), late)
    assert {(t.outcome, t.deciding) for t in rejected} == {("refuted", True)}
    assert not ran
    alone = found(late)
    assert {(t.outcome, t.deciding) for t in alone} == {("refuted", False)}


def test_a_variant_that_takes_too_long_is_not_accepted(
    with_evidence: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(claim: Claim) -> None:
        expect(True, "fine")
        while claim.formula != TRIPLE:
            pass

    monkeypatch.setattr(mutants, "TIME_LIMIT", 0.2)
    found = with_evidence(SIMPLE, ("symbolic", endless), cap=2)
    assert {t.outcome for t in found} == {"not_accepted"}
    assert "no decision within" in found[0].detail


def test_an_item_is_dropped_and_replaced_by_each_neighbour() -> None:
    found = {v.name: v.claim for v in variants(BAND_LIKE) if v.group.endswith(" item")}
    assert set(found) == {
        "dropped item: orthonormal", "other item: orthonormal -> unit", "other item: orthonormal -> orthogonal",
    }  # fmt: skip
    assert found["dropped item: orthonormal"].items == ()
    assert {x.name for x in found["other item: orthonormal -> unit"].items} == {"unit"}
    assert all(claim.region == BAND_LIKE.region for claim in found.values())
