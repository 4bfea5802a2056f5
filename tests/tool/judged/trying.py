"""The battery of what becomes of a wrong variant: of a changed part, a hypothesis, an item."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from sympy import And, Eq, Ge, Gt, Rational

from tests.tool.judged.asking_evidence import who_is_asked
from tests.tool.judged.variant_play import (
    BALL,
    NO,
    ODD,
    PARTS,
    PROOF,
    PROPERTY,
    SLOW_PROOF,
    Play,
    changed_part,
    dropped,
    item,
    other_item,
    replaced_claim,
    told,
    x,
    y,
)
from theorem_audit.doubt import compare
from theorem_audit.doubt.variants import Variant
from theorem_audit.statement.assumption import Assumption
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.copies import COPIED


def variants_are_tried(judge: ModuleType) -> None:
    """Each end of a variant, in which order who is asked, and the words that are kept of it."""
    _plain(judge)
    _parts(judge)
    _accepted(judge)
    _hypotheses(judge)
    _items(judge)
    who_is_asked(judge)


def _plain(judge: ModuleType) -> None:
    for steps, items, so in (
        (("statement",), [PROOF], True), (("statement",), [PROPERTY], False), (("a", "b"), [PROOF], True),
        (("a", "b"), [item("f", steps=("a",))], False),
        (("a", "b"), [item("f", steps=("a",)), item("g", steps=("b",))],
                                                          True), (("a",), [item("f", steps=("a", "b"))],
                                                              True),
        (("statement",), [], False), (("a", "b"), [item("f", "property", steps=("a", "b"))], False),
    ):  # fmt: skip
        assert judge.decides(items, claim(PARTS[0], steps=steps)) is so, (steps, items)
    for outcome, explained, so in (
        ("survived", "", True),
        ("survived", "why", False),
        ("refuted", "", False),
    ):
        assert judge.Tried("A", "n", "g", "s", outcome, explained=explained).unexplained is so
    assert judge._place(changed_part(index=1)) == 1
    assert judge._place(changed_part()) == 0
    assert judge._place(dropped()) == "given"
    assert judge._place(other_item()) == "data"
    assert judge.explanation(ODD, "excused (part 3)") == "it is true"
    assert judge.explanation(ODD, "other") == ""
    assert (judge.CAP, judge.CAP_SUPPORTED, judge.TIME_LIMIT) == (30, 8, 20.0)


def _parts(judge: ModuleType) -> None:
    """Refuted, not accepted, harmless: by whom, and with what is kept of it."""
    said = {"outcome": "refuted", "detail": "d" * 400, "witness": {"x": "2"}}
    play = Play(
        judge, PROPERTY, BALL, PROOF, itself={"proof": {"seconds": 1.0}}, wrong={"ball": said}
    )
    found = play.tries(changed_part())
    assert told(found) == ("refuted", "ball", True)
    assert (found.detail, found.witness, found.explained) == ("d" * 300, {"x": "2"}, "")
    assert (found.name, found.group, found.statement) == ("slip", "coefficient", "y >= x + 1")
    assert play.asked == ["property itself", "ball itself", "proof itself", "ball slip"]
    assert play.compared == [False]
    assert play.searched == []
    play = Play(judge, PROOF, PROPERTY, wrong={"property": "refuted"})
    assert told(play.tries(changed_part())) == ("refuted", "property", False)
    assert play.asked[2:] == ["proof slip", "property slip"]
    for relation in (compare.EQUAL, compare.WEAKER):
        play = Play(judge, PROOF, harmless={False: relation})
        assert told(play.tries(changed_part())) == (relation, "", False)
        assert play.asked == []
        play = Play(judge, PROOF, harmless={True: relation})
        assert told(play.tries(changed_part())) == (relation, "", False)
        assert play.compared == [False, True]
    for what in ("inconclusive", "error", "not_run"):
        play = Play(judge, PROOF, PROPERTY, wrong={"proof": {"outcome": what, "detail": "d" * 400}})
        found = play.tries(changed_part())
        assert (told(found), found.detail) == (("not_accepted", "proof", True), "d" * 300), what
        assert play.searched == [("slip", 0.25)]
        play = Play(judge, PROPERTY, wrong={"property": what})
        assert told(play.tries(changed_part())) == ("not_accepted", "property", False)
        play = Play(judge, PROOF, PROPERTY, wrong={"property": what})
        assert told(play.tries(changed_part()))[0] == "survived", "the proof accepts it"
        play = Play(judge, PROOF, wrong={"proof": what}, finds={"slip": 0.25})
        found = play.tries(changed_part())
        assert told(found) == ("refuted", "random search", False)
        assert (found.detail, found.witness) == ("d" * 300, {"x": "1"})
    copied = {"outcome": "error", "detail": COPIED}
    assert told(Play(judge, PROOF, wrong={"proof": copied}).tries(changed_part()))[0] == "survived"
    copied["detail"] = f"beside, {COPIED}"
    assert (
        told(Play(judge, PROOF, wrong={"proof": copied}).tries(changed_part()))[0] == "not_accepted"
    )
    none = Play(judge, PROOF, itself={"proof": "inconclusive"}, finds={"slip": 0.0})
    found = none.tries(changed_part())
    assert (told(found), found.detail) == (
        ("untested", "", False),
        "no evidence passes on the claim itself",
    )
    assert none.searched == []
    play = Play(
        judge,
        BALL,
        PROOF,
        itself={"ball": {"seconds": 1}},
        wrong={"ball": "error", "proof": "passed"},
    )
    assert told(play.tries(changed_part())) == ("not_accepted", "ball", True)


def _accepted(judge: ModuleType) -> None:
    """Why nothing rejects a changed part: a larger change that is caught, or is not."""
    for bound, part, group, expected in (
        ("exact", None, "coefficient", "survived"), ("upper", None, "coefficient", "slack"),
        ("upper", (0, Eq(y, x + 1)), "coefficient", "survived"),
        ("upper", (0, And(Ge(y, 1), Ge(x, 1))), "sign", "survived"),
    ):  # fmt: skip
        own = replace(ODD, bound=bound)
        variant = changed_part(group=group, **({} if part is None else {"part": part}))
        play = Play(
            judge,
            PROOF,
            wrong={"proof by 1/2": {"outcome": "refuted", "detail": "w" * 300}},
            larger=("1/10", "1/2"),
        )
        with replaced_claim(own):
            found = play.tries(variant)
        detail = "a change by 1/2 is caught: " + "w" * 200
        assert (found.outcome, found.detail) == (expected, detail), (bound, part)
        assert found.by == ("proof" if expected == "slack" else "")
        assert play.searched == ([("slip", 1.0)] if expected == "survived" else [])
        assert play.asked[1:] == ["proof slip", "proof by 1/10", "proof by 1/2"]
    play = Play(
        judge, PROOF, wrong={"proof by 1/2": "refuted"}, larger=("1/2",), finds={"slip": 1.0}
    )
    assert told(play.tries(changed_part())) == ("refuted", "random search", False)
    play = Play(judge, PROOF, larger=("1/2",), finds={"slip": 1.0})
    assert told(play.tries(changed_part())) == ("refuted", "random search", False)
    play = Play(judge, PROOF, larger=("1/2",))
    found = play.tries(changed_part())
    assert (told(found), found.detail) == (("survived", "", False), "")
    assert play.searched == [("slip", 1.0)]
    play = Play(judge, PROOF, PROPERTY, wrong={"property by 1/2": "refuted"}, larger=("1/2",))
    with replaced_claim(replace(ODD, bound="upper")):
        assert told(play.tries(changed_part())) == ("slack", "property", False)
    assert play.asked[2:] == ["proof slip", "property slip", "proof by 1/2", "property by 1/2"]
    for visible, relative, expected in (
        (0.5, Rational(1, 10), "exempt"), (0.05, Rational(1, 10), "survived"),
        (0.125, Rational(1, 8), "survived"),
        (None, Rational(1, 10), "survived"), (0.5, None, "survived"),
    ):  # fmt: skip
        seen = {"outcome": "passed", "smallest_visible": visible}
        play = Play(
            judge, PROPERTY, wrong={"property slip": seen, "property by 1/2": {"outcome": "refuted",
                "detail": "w"}},
            larger=("1/2",),
        )  # fmt: skip
        with replaced_claim(replace(ODD, bound="upper")):
            found = play.tries(changed_part(relative=relative))
        assert found.outcome == expected, (visible, relative)
        if expected == "exempt":
            assert (
                found.detail == "below the smallest visible error 0.5; a change by 1/2 is caught: w"
            )
            assert (found.by, found.deciding) == ("property", False)
    two = (
        {"outcome": "passed", "smallest_visible": 0.5}, {"outcome": "passed", "smallest_visible": 0.01},
    )  # fmt: skip
    other = item("more", "property")
    play = Play(judge, PROPERTY, other, wrong={"property slip": two[1], "more slip": two[0],
        "more by 1/2": "refuted"},
                larger=("1/2",))  # fmt: skip
    assert play.tries(changed_part(relative=Rational(1, 10))).outcome == "exempt"


def _hypotheses(judge: ModuleType) -> None:
    """Dropped, needed, unused; what a lemma asks that is not shown any more; what the others say, too."""
    witness = item("w", "witness", needs="given")
    play = Play(judge, PROOF)
    found = play.tries(dropped(known_wrong=False))
    assert (told(found), found.detail) == (
        ("unused", "", False),
        "no evidence uses it to this extent",
    )
    assert found.statement == "True"
    assert play.compared == []
    for items, more, expected in (
        ((PROOF, witness), {"known_wrong": False}, "survived"), ((PROOF,), {"known_wrong": True}, "survived"),
        ((PROOF, item("w", "witness", needs="other")), {"known_wrong": False}, "unused"),
        ((PROOF, witness), {"known_wrong": False, "group": "widened assumption"}, "unused"),
    ):  # fmt: skip
        play = Play(judge, *items)
        assert play.tries(dropped(**more)).outcome == expected, (items, more)
        assert play.searched == [("dropped", 1.0)]
    play = Play(judge, PROOF, finds={"dropped": 1.0})
    assert told(play.tries(dropped(known_wrong=False))) == ("refuted", "random search", False)
    same = replace(dropped(), claim=replace(ODD, title="same", assumptions=ODD.assumptions))
    play = Play(judge, PROOF)
    assert told(play.tries(same)) == ("equal", "", False)
    assert play.asked == []
    two = replace(ODD, assumptions=(Assumption("a", Gt(x, 0)), Assumption("b", Gt(y, 0))))
    one = Variant(
        "one", "dropped assumption", replace(two, assumptions=two.assumptions[1:]), assumption="a"
    )
    with replaced_claim(two):
        assert Play(judge, PROOF).tries(one).outcome == "survived"
    gap = "LEMMA: x > 0"
    for itself, wrong, expected in (
        (NO, {"beyond": (gap,)}, True), (NO, {"reader": (gap,)}, True),
        ({"beyond": (gap,)}, {"beyond": (gap,)}, False),
        ({"reader": (gap,)}, {"beyond": (gap,)}, False), (NO, {"beyond": ("CARRIED: x > 0",)}, False),
        (NO, {"beyond": (gap,), "outcome": "inconclusive"}, False),
        (NO, {"beyond": ("CARRIED: x > 0", gap)}, True),
    ):  # fmt: skip
        for variant in (dropped(known_wrong=False), other_item()):
            play = Play(
                judge,
                PROOF,
                itself={"proof": {"outcome": "passed", **itself}},
                wrong={"proof": wrong},
            )
            found = play.tries(variant)
            assert (found.by == "condition of LEMMA") is expected, (itself, wrong)
            if expected:
                assert told(found) == ("not_accepted", "condition of LEMMA", True)
                assert found.detail == "LEMMA: x > 0 is not shown to hold any more"
                assert play.searched[-1] == (variant.name, 1.0)
        play = Play(
            judge, PROOF, itself={"proof": {"outcome": "passed", **itself}}, wrong={"proof": wrong}
        )
        assert play.tries(changed_part()).by in ("", "proof"), (
            "of a changed part nothing of it is asked"
        )
    play = Play(judge, PROOF, wrong={"proof": {"beyond": (gap,)}}, finds={"dropped": 1.0})
    assert told(play.tries(dropped())) == ("refuted", "random search", False)


def _items(judge: ModuleType) -> None:
    """A changed item is searched at a glance; then its lemmas' settings are looked at, then evidence."""
    play = Play(judge, PROOF, finds={"other": 0.15})
    found = play.tries(other_item())
    assert told(found) == ("refuted", "random search", False)
    assert found.statement == ODD.sentence
    assert play.asked == []
    used = {"proof": {"outcome": "passed", "uses": ("LEMMA",)}}
    for gaps, expected in (
        ({"other": ["g"]}, ("not_accepted", "setting of LEMMA", True)),
        ({"other": ["g"], ODD.title: ["g"]}, None),
        ({"other": ["f", "g"], ODD.title: ["f"]}, ("not_accepted", "setting of LEMMA", True)), ({}, None),
    ):  # fmt: skip
        play = Play(judge, PROOF, itself=used, gaps=gaps)
        found = play.tries(other_item())
        if expected is None:
            assert told(found)[0] == "survived"
            assert play.searched == [("other", 0.15), ("other", 1.0)]
        else:
            assert (told(found), found.detail) == (expected, "g")
            assert play.searched == [("other", 0.15)]
    play = Play(judge, PROOF, itself={"proof": "error"}, finds={"other": 1.0})
    assert told(play.tries(other_item())) == ("refuted", "random search", False)
    assert play.searched == [("other", 0.15), ("other", 1.0)]
    play = Play(judge, PROOF, itself={"proof": "error"})
    assert told(play.tries(other_item()))[0] == "untested"
    play = Play(judge, PROOF, wrong={"proof": "error"}, finds={"other": 0.25})
    assert told(play.tries(other_item())) == ("not_accepted", "proof", True)
    assert play.searched == [("other", 0.15)]
    play = Play(judge, PROOF, finds={"other": 1.0})
    assert told(play.tries(other_item())) == ("refuted", "random search", False)
    slow_used = {"slow_proof": {"outcome": "passed", "uses": ("LEMMA",)}}
    play = Play(judge, PROOF, SLOW_PROOF, itself=slow_used, gaps={"other": ["g"]})
    assert told(play.tries(other_item(), fast=True))[1] == "setting of LEMMA", (
        "slow evidence's lemmas, too"
    )


__all__ = ["variants_are_tried"]
