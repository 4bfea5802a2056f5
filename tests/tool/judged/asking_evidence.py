"""The battery of which evidence is asked about a wrong variant, of larger changes, and of what is counted."""

from __future__ import annotations

import time
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Ge, Gt, Le, Lt, Rational

from tests.tool.judged.kernel import replaced
from tests.tool.judged.variant_play import (
    CASES,
    KERNEL,
    PROOF,
    PROPERTY,
    SEED,
    SIMULATION,
    SLOW_PROOF,
    SLOW_PROPERTY,
    Play,
    changed_part,
    dropped,
    told,
    x,
    y,
)
from theorem_audit.tests.made_up import claim


def who_is_asked(judge: ModuleType) -> None:
    """In which order, how long each may take, and what is said of it all."""
    _asked(judge)
    _late(judge)
    _larger(judge)
    _harmless(judge)
    _counts(judge)


def _asked(judge: ModuleType) -> None:
    """Who is asked, and in which order; how long each may take; what is remembered."""
    everyone = (SIMULATION, SLOW_PROPERTY, PROPERTY, KERNEL, SLOW_PROOF, PROOF, CASES)
    seconds = {
        "proof": {"seconds": 3.0},
        "slow_proof": {"seconds": 9.0},
        "casesa": {"seconds": 4.0},
        "casesb": "refuted",
    }

    def order(play: Play, **more: Any) -> list[str]:
        play.tries(changed_part("excused"), **more)
        return [x.removesuffix(" excused") for x in play.asked if x.endswith(" excused")]

    play = Play(judge, *everyone, itself=seconds)
    assert order(play) == ["proof", "casesa", "slow_proof", "property"]
    assert play.limits == [20.0, 20.0, 45.0, 20.0]
    assert "coq itself" not in play.asked
    assert "runs itself" not in play.asked
    assert order(Play(judge, *everyone, itself=seconds), fast=True) == ["proof", "casesa"]
    alone = Play(
        judge,
        SIMULATION,
        SLOW_PROPERTY,
        PROPERTY,
        itself={"runs": {"seconds": 2.0}, "slow": {"seconds": 1.0}},
    )
    assert order(alone) == ["property", "slow", "runs"]
    assert order(Play(judge, SIMULATION, PROPERTY), fast=True) == []
    with_coq = Play(judge, KERNEL, SIMULATION, SLOW_PROPERTY, PROPERTY)
    assert order(with_coq) == ["property"], "Coq's decides"
    play = Play(
        judge,
        PROOF,
        CASES,
        wrong={"casesb": "refuted"},
        itself={"casesa": {"seconds": 1.0}, "casesb": {"seconds": 2.0}},
    )
    with play.on() as mutants:
        for name in ("one", "two"):
            assert mutants.try_variant(changed_part(name), run_seed=SEED).by == "cases[b]"
        mutants.try_variant(changed_part("far", 1), run_seed=SEED)
        mutants.ask_in_order()
        mutants.try_variant(changed_part("last"), run_seed=SEED)
    assert [x for x in play.asked if not x.endswith("itself")] == [
        "proof one", "casesa one", "casesb one", "casesb two", "proof far", "casesa far", "casesb far",
        "proof last",
        "casesa last", "casesb last",
    ]  # fmt: skip
    play = Play(judge, PROOF, PROPERTY)
    with play.on() as mutants:
        mutants.try_variant(changed_part(), run_seed=SEED)
        mutants.try_variant(changed_part(), run_seed=SEED)
        assert play.asked.count("proof itself") == 1
        mutants.forget()
        mutants.try_variant(changed_part(), run_seed=SEED)
        assert play.asked.count("proof itself") == 2
        mutants.forget()
        key = (PROOF.test, "symbolic", ("statement",), "")
        mutants.known_before("ODD", SEED, {key: play.outcome(PROOF, "", "refuted")})
        mutants.try_variant(changed_part("known"), run_seed=SEED)
        assert play.asked.count("proof itself") == 2
        assert "proof known" not in play.asked
        assert play.asked.count("property itself") == 3
        mutants.known_before("ODD", 0, {key: play.outcome(PROOF, "", "passed")})
        play.items = (PROOF,)
        mutants.try_variant(changed_part("first seed"))
        assert play.asked[-1] == "proof first seed"
    forgotten: list[str] = []
    with (
        Play(judge, PROOF).on(),
        replaced(judge, unasked=SimpleNamespace(forget=lambda: forgotten.append("x"))),
    ):
        judge.forget()
    assert forgotten == ["x"]


def _late(judge: ModuleType) -> None:
    """What is marked slow beside a proof is asked where a variant would survive without a word for it."""
    play = Play(
        judge,
        PROOF,
        SLOW_PROPERTY,
        SIMULATION,
        wrong={"slow": {"outcome": "refuted", "detail": "late"}},
    )
    found = play.tries(changed_part())
    assert (told(found), found.detail) == (("refuted", "slow", False), "late")
    assert [x for x in play.asked if not x.endswith("itself")] == ["proof slip", "slow slip"]
    play = Play(judge, PROOF, SLOW_PROPERTY, wrong={"slow": "refuted"})
    found = play.tries(changed_part("excused (part 2)"))
    assert (told(found), found.explained) == (("survived", "", False), "it is true")
    assert play.compared == [False]
    assert "slow excused (part 2)" not in play.asked
    play = Play(judge, PROOF, against="a" * 300)
    found = play.tries(changed_part())
    assert (told(found)[0], found.detail) == (
        "survived",
        "the search refutes the claim itself: " + "a" * 240,
    )
    play = Play(judge, PROOF, SLOW_PROPERTY, against="a", wrong={"slow": "refuted"})
    assert play.tries(changed_part()).outcome == "refuted"
    play = Play(judge, PROPERTY, SLOW_PROPERTY, wrong={"slow": "refuted"})
    assert told(play.tries(changed_part())) == ("refuted", "slow", False)
    assert play.asked.count("slow slip") == 1, "it is all there is: asked with the others"
    play = Play(judge, PROOF, against="a")
    assert play.tries(dropped(known_wrong=False)).outcome == "unused"


def _larger(judge: ModuleType) -> None:
    """The same change, larger."""
    gap, edge = Gt(y, Rational(22, 7) * x), Le(x, Rational(31, 10))
    own = claim(And(gap, edge), Gt(x, 0))
    found = judge.variants_of(own, Rational(1, 1000))
    assert {v.relative for v in found} >= {None, Rational(1, 1000)}
    assert judge.variants_of(own, Rational(1, 1000)) is found
    assert judge.variants_of(own) is judge.variants_of(own)
    assert judge.variants_of(own) is not found
    assert {v.group for v in judge.variants_of(own)} > {"coefficient", "dropped assumption"}
    other = replace(own, title="another object")
    assert judge.variants_of(other, Rational(1, 1000)) is not found
    assert Rational(1, 1000) == judge.SMALL
    for place, variant in enumerate(judge.variants_of(own, judge.SMALL)):
        if variant.relative is None:
            continue
        larger = [*judge._larger(variant, own)]
        assert [size for size, _ in larger] == ["1/100", "1/10", "1/2"], variant
        for size, about in larger:
            assert about is judge.variants_of(own, Rational(size))[place].claim
    strict = next(v for v in judge.variants_of(own) if v.group == "strictness")
    wrong = [*judge._larger(strict, own)]
    assert [size for size, _ in wrong] == [
        f"{m} of the gap" for m in ("1/1000000", "1/100", "1/10", "1/2")
    ]
    index = strict.part[0]
    changed = strict.part[1]
    for size, about in wrong:
        margin = Rational(size.split()[0])
        sides = changed.gts - changed.lts
        expected = {Ge(sides - margin, 0), [gap, edge][1 if changed.has(y) else 0]}
        assert {Ge(p.gts - p.lts, 0) for p in about.formula.args} == {
            Ge(p.gts - p.lts, 0) for p in expected
        }, index
    assert [*judge._larger(dropped(), own)] == []
    fewer = [v for v in judge.variants_of(own, judge.SMALL) if v.relative is not None]
    real = judge.variants_of

    def short(about: Any, size: Any = None) -> Any:
        return real(about, size)[: -1 if size == Rational(1, 10) else None]

    with replaced(judge, variants_of=short):
        assert [size for size, _ in judge._larger(fewer[0], own)] == ["1/100", "1/2"]


def _harmless(judge: ModuleType) -> None:
    """By its original, then by the others."""
    own = claim(And(Ge(y, x), Le(x, 3), Lt(y, 9)), Gt(x, 0))
    parts = judge.relations(own.formula)
    for answers, expected, asked in (
        ({0: "equal"}, "equal", [0]), ({0: "weaker"}, "weaker", [0]), ({}, "different", [0, 1, 2]),
        ({1: "equal"}, "weaker", [0, 1]), ({2: "weaker"}, "weaker", [0, 1, 2]),
    ):  # fmt: skip
        for thorough in (True, False):
            seen: list[int] = []

            def compared(one: Any, two: Any, region: Any, *, thorough: bool, seen: Any = seen,
                said: Any = answers,
                         given: bool = thorough) -> str:  # fmt: skip
                assert (two, region, thorough) == (Ge(y, x + 1), own.region, given)
                seen.append(parts.index(one))
                return said.get(seen[-1], "different")

            script = SimpleNamespace(compare=compared, DIFFERENT="different", WEAKER="weaker")
            with replaced(judge, compare=script):
                assert judge.harmless(own, (0, Ge(y, x + 1)), thorough=thorough) == expected
            assert seen == asked
    assert judge.harmless(own, (0, Ge(2 * y, 2 * x)), thorough=False) == "equal"


def _counts(judge: ModuleType) -> None:
    outcomes = (
        "refuted",
        "refuted",
        "refuted",
        "not_accepted",
        "equal",
        "weaker",
        "slack",
        "exempt",
        "unused",
        "untested",
        "survived",
    )
    tried = [
        judge.Tried("ODD", f"n{k}", "g", "s" * 200, o, deciding=k == 0, by="b" * (k == 0), seconds=1.23456,
            witness={"x": "1"} if k == 0 else {})
        for k, o in enumerate(outcomes)
    ]  # fmt: skip
    tried.append(judge.Tried("ODD", "last", "g", "s", "survived", explained="why", detail="d"))
    found = judge.summary(tried)
    assert found.pop("variants") == [judge._row(t) for t in tried]
    assert found == {
        "tried": 10, "rejected": 4, "by_supporting_only": 2, "refuted": 3, "not_accepted": 1, "equal": 1,
        "weaker": 1,
        "slack": 1, "exempt": 1, "unused": 1, "untested": 1,
        "survivors": [{"name": "n10", "statement": "s" * 200, "why": ""}, {"name": "last", "statement": "s",
        "why": "why"}],
    }  # fmt: skip
    assert judge._row(tried[0]) == {
        "name": "n0", "group": "g", "statement": "s" * 160, "outcome": "refuted", "by": "b", "deciding": True,
        "witness": {"x": "1"}, "seconds": 1.23,
    }  # fmt: skip
    assert judge._row(tried[1]) == {
        "name": "n1",
        "group": "g",
        "statement": "s" * 160,
        "outcome": "refuted",
        "seconds": 1.23,
    }
    own = claim(And(Gt(y, 2 * x), Le(x, 3)), Gt(x, 0))
    every = judge.variants_of(own)
    asked: list[int] = []
    for items, cap in (([PROOF], None), ([PROPERTY], None), ([PROOF], 3), ([PROOF], 0)):
        held = SimpleNamespace(evidence_of=lambda items=items: {"ODD": items})
        with replaced(
            judge, capped=lambda some, cap: asked.append(cap) or some[:1], collected=held
        ):
            assert judge.chosen(own, cap) == every[:1]
    assert asked == [30, 8, 3, 0]
    started = time.perf_counter()
    assert (
        Play(judge, PROOF, wrong={"proof": "refuted"}).tries(changed_part()).seconds
        <= time.perf_counter() - started
    )


__all__ = ["who_is_asked"]
