"""The battery of what becomes of a wrong variant: evidence and searches whose answers are written down."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Rational, Symbol

from tests.tool.judged.kernel import replaced
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt import compare
from theorem_audit.doubt.variants import Variant
from theorem_audit.statement.assumption import Assumption
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.outcome import Outcome

x, y = Symbol("x", real=True), Symbol("y", real=True)
PARTS = (Ge(y, x), Le(x, 3))
ODD = claim(And(*PARTS), Gt(x, 0), carried={"CARRIED": "why"}, survivors={"excused": "it is true"})
LEMMA = claim(Ge(y, 0), name="LEMMA")
SEED = 7
NO: Mapping[str, Any] = MappingProxyType({})
DIFFERENT = compare.DIFFERENT


def _item(name: str, kind: str = "symbolic", **more: Any) -> Evidence:
    def function(claim: Any) -> None:
        """Run by nobody."""

    function.__name__ = name
    function.__module__ = "tests.m"
    return Evidence("ODD", kind, function, **more)


PROOF, BALL, PROPERTY = _item("proof"), _item("ball", "ball"), _item("property", "property")
SLOW_PROPERTY, SIMULATION = _item("slow", "property", slow=True), _item("runs", "simulation")
SLOW_PROOF, KERNEL = _item("slow_proof", slow=True), _item("coq", "kernel")
CASES = _item("cases", cases={"a": 1, "b": 2})


class Play:
    """Who says what: of the claim itself, of variants by their names, and where a search finds something."""

    def __init__(
        self, judge: ModuleType, *items: Evidence, itself: Mapping[str, Any] = NO, wrong: Mapping[str, Any] = NO,
        finds: Mapping[str, float] = NO, against: str = "", harmless: Mapping[Any, str] = NO,
        larger: tuple[str, ...] = (), gaps: Mapping[str, list[str]] = NO,
    ) -> None:  # fmt: skip
        self.judge, self.items, self.itself, self.wrong = judge, items, itself, wrong
        self.finds, self.against, self.harmless, self.larger = finds, against, harmless, larger
        self.gaps = gaps
        self.asked: list[str] = []
        self.limits: list[float] = []
        self.searched: list[tuple[str, float]] = []
        self.compared: list[bool] = []

    def outcome(self, item: Evidence, case: str, said: Any) -> Outcome:
        more = {"outcome": said} if isinstance(said, str) else dict(said)
        return Outcome("ODD", item.test, item.kind, item.steps, more.pop("outcome", "passed"), case, **more)

    def on_itself(self, item: Evidence, about: Any, *, case: str, run_seed: int) -> Outcome:
        assert (about, run_seed) == (ODD, SEED)
        name = item.function.__name__ + case
        self.asked.append(f"{name} itself")
        return self.outcome(item, case, self.itself.get(name, "passed"))

    def on_variant(self, item: Evidence, own: Any, wrong: Any, passed: Outcome, call: Any) -> Outcome:
        assert own is ODD
        assert call[0] is item.function
        self.limits.append(call[1])
        name = item.function.__name__ + passed.case
        self.asked.append(f"{name} {wrong.title}")
        return self.outcome(item, passed.case, self.wrong.get(self.asked[-1], self.wrong.get(name, "passed")))

    def counterexample(self, wrong: Any, seconds: float) -> Any:
        self.searched.append((wrong.title, seconds))
        if seconds < self.finds.get(wrong.title, 9.0):
            return None
        return SimpleNamespace(detail="d" * 400, witness={"x": "1"})

    def is_harmless(self, about: Any, part: Any, *, thorough: bool) -> str:
        assert about is ODD
        self.compared.append(thorough)
        return self.harmless.get((part, thorough), self.harmless.get(thorough, DIFFERENT))

    @contextmanager
    def on(self) -> Iterator[Any]:
        """The module judged, with these in the place of what it asks."""
        cases = lambda item: [("", {})] if not item.cases else [(k, {}) for k in item.cases]  # noqa: E731
        with replaced(
            self.judge,
            project=SimpleNamespace(claims=lambda: {"ODD": ODD, "LEMMA": LEMMA, "CARRIED": LEMMA}),
            collected=SimpleNamespace(evidence_of=lambda: {"ODD": [*self.items]}, cases_of=cases),
            unasked=SimpleNamespace(on_itself=self.on_itself, on_variant=self.on_variant, forget=lambda: None),
            counterexample=self.counterexample, against_itself=lambda _: self.against,
            limited=lambda function, limit: (function, limit), harmless=self.is_harmless,
            beyond=lambda wrong, lemma: self.gaps.get(wrong.title, []),
            _larger=lambda variant, about: ((size, replace(ODD, title=f"by {size}")) for size in self.larger),
        ):  # fmt: skip
            self.judge.forget()
            self.judge._kept.clear()
            self.judge.ask_in_order()
            yield self.judge

    def tries(self, variant: Variant, **more: Any) -> Any:
        """What became of one."""
        with self.on() as judge:
            return judge.try_variant(variant, run_seed=SEED, **more)


def _part(name: str = "slip", index: int = 0, **more: Any) -> Variant:
    part = Ge(y, x + 1)
    about = replace(ODD, title=name, formula=And(part, PARTS[1]))
    return Variant(**{"name": name, "group": "coefficient", "claim": about, "part": (index, part), **more})


def _dropped(name: str = "dropped", **more: Any) -> Variant:
    about = replace(ODD, title=name, assumptions=())
    return Variant(**{"name": name, "group": "dropped assumption", "claim": about, "assumption": "given", **more})


def _item_of(name: str = "other") -> Variant:
    return Variant(name, "other item", replace(ODD, title=name), item="data")


def variants_are_tried(judge: ModuleType) -> None:
    """Each end of a variant, in which order who is asked, and the words that are kept of it."""
    _plain(judge)
    _parts(judge)
    _accepted(judge)
    _hypotheses(judge)
    _items(judge)
    _asked(judge)
    _late(judge)
    _larger(judge)
    _harmless(judge)
    _counts(judge)


def _told(tried: Any) -> tuple[str, str, bool]:
    assert 0 <= tried.seconds < 60
    assert tried.claim_id == "ODD"
    return tried.outcome, tried.by, tried.deciding


def _plain(judge: ModuleType) -> None:
    for steps, items, so in (
        (("statement",), [PROOF], True), (("statement",), [PROPERTY], False), (("a", "b"), [PROOF], True),
        (("a", "b"), [_item("f", steps=("a",))], False), (("a", "b"), [_item("f", steps=("a",)), _item("g", steps=("b",))],
                                                          True), (("a",), [_item("f", steps=("a", "b"))], True),
        (("statement",), [], False), (("a", "b"), [_item("f", "property", steps=("a", "b"))], False),
    ):  # fmt: skip
        assert judge.decides(items, claim(PARTS[0], steps=steps)) is so, (steps, items)
    for outcome, explained, so in (("survived", "", True), ("survived", "why", False), ("refuted", "", False)):
        assert judge.Tried("A", "n", "g", "s", outcome, explained=explained).unexplained is so
    assert judge._place(_part(index=1)) == 1
    assert judge._place(_part()) == 0
    assert judge._place(_dropped()) == "given"
    assert judge._place(_item_of()) == "data"
    assert judge.explanation(ODD, "excused (part 3)") == "it is true"
    assert judge.explanation(ODD, "other") == ""
    assert (judge.CAP, judge.CAP_SUPPORTED, judge.TIME_LIMIT) == (30, 8, 20.0)


def _parts(judge: ModuleType) -> None:
    """Refuted, not accepted, harmless: by whom, and with what is kept of it."""
    said = {"outcome": "refuted", "detail": "d" * 400, "witness": {"x": "2"}}
    play = Play(judge, PROPERTY, BALL, PROOF, itself={"proof": {"seconds": 1.0}}, wrong={"ball": said})
    found = play.tries(_part())
    assert _told(found) == ("refuted", "ball", True)
    assert (found.detail, found.witness, found.explained) == ("d" * 300, {"x": "2"}, "")
    assert (found.name, found.group, found.statement) == ("slip", "coefficient", "y >= x + 1")
    assert play.asked == ["property itself", "ball itself", "proof itself", "ball slip"]
    assert play.compared == [False]
    assert play.searched == []
    play = Play(judge, PROOF, PROPERTY, wrong={"property": "refuted"})
    assert _told(play.tries(_part())) == ("refuted", "property", False)
    assert play.asked[2:] == ["proof slip", "property slip"]
    for relation in (compare.EQUAL, compare.WEAKER):
        play = Play(judge, PROOF, harmless={False: relation})
        assert _told(play.tries(_part())) == (relation, "", False)
        assert play.asked == []
        play = Play(judge, PROOF, harmless={True: relation})
        assert _told(play.tries(_part())) == (relation, "", False)
        assert play.compared == [False, True]
    for what in ("inconclusive", "error", "not_run"):
        play = Play(judge, PROOF, PROPERTY, wrong={"proof": {"outcome": what, "detail": "d" * 400}})
        found = play.tries(_part())
        assert (_told(found), found.detail) == (("not_accepted", "proof", True), "d" * 300), what
        assert play.searched == [("slip", 0.25)]
        play = Play(judge, PROPERTY, wrong={"property": what})
        assert _told(play.tries(_part())) == ("not_accepted", "property", False)
        play = Play(judge, PROOF, PROPERTY, wrong={"property": what})
        assert _told(play.tries(_part()))[0] == "survived", "the proof accepts it"
        play = Play(judge, PROOF, wrong={"proof": what}, finds={"slip": 0.25})
        found = play.tries(_part())
        assert _told(found) == ("refuted", "random search", False)
        assert (found.detail, found.witness) == ("d" * 300, {"x": "1"})
    copied = {"outcome": "error", "detail": COPIED}
    assert _told(Play(judge, PROOF, wrong={"proof": copied}).tries(_part()))[0] == "survived"
    copied["detail"] = f"beside, {COPIED}"
    assert _told(Play(judge, PROOF, wrong={"proof": copied}).tries(_part()))[0] == "not_accepted"
    none = Play(judge, PROOF, itself={"proof": "inconclusive"}, finds={"slip": 0.0})
    found = none.tries(_part())
    assert (_told(found), found.detail) == (("untested", "", False), "no evidence passes on the claim itself")
    assert none.searched == []
    play = Play(judge, BALL, PROOF, itself={"ball": {"seconds": 1}}, wrong={"ball": "error", "proof": "passed"})
    assert _told(play.tries(_part())) == ("not_accepted", "ball", True)


def _accepted(judge: ModuleType) -> None:
    """Why nothing rejects a changed part: a larger change that is caught, or is not."""
    for bound, part, group, expected in (
        ("exact", None, "coefficient", "survived"), ("upper", None, "coefficient", "slack"),
        ("upper", (0, Eq(y, x + 1)), "coefficient", "survived"), ("upper", (0, And(Ge(y, 1), Ge(x, 1))), "sign", "survived"),
    ):  # fmt: skip
        own = replace(ODD, bound=bound)
        variant = _part(group=group, **({} if part is None else {"part": part}))
        play = Play(judge, PROOF, wrong={"proof by 1/2": {"outcome": "refuted", "detail": "w" * 300}}, larger=("1/10", "1/2"))
        with replaced_claim(own):
            found = play.tries(variant)
        detail = "a change by 1/2 is caught: " + "w" * 200
        assert (found.outcome, found.detail) == (expected, detail), (bound, part)
        assert found.by == ("proof" if expected == "slack" else "")
        assert play.searched == ([("slip", 1.0)] if expected == "survived" else [])
        assert play.asked[1:] == ["proof slip", "proof by 1/10", "proof by 1/2"]
    play = Play(judge, PROOF, wrong={"proof by 1/2": "refuted"}, larger=("1/2",), finds={"slip": 1.0})
    assert _told(play.tries(_part())) == ("refuted", "random search", False)
    play = Play(judge, PROOF, larger=("1/2",), finds={"slip": 1.0})
    assert _told(play.tries(_part())) == ("refuted", "random search", False)
    play = Play(judge, PROOF, larger=("1/2",))
    found = play.tries(_part())
    assert (_told(found), found.detail) == (("survived", "", False), "")
    assert play.searched == [("slip", 1.0)]
    play = Play(judge, PROOF, PROPERTY, wrong={"property by 1/2": "refuted"}, larger=("1/2",))
    with replaced_claim(replace(ODD, bound="upper")):
        assert _told(play.tries(_part())) == ("slack", "property", False)
    assert play.asked[2:] == ["proof slip", "property slip", "proof by 1/2", "property by 1/2"]
    for visible, relative, expected in (
        (0.5, Rational(1, 10), "exempt"), (0.05, Rational(1, 10), "survived"), (0.125, Rational(1, 8), "survived"),
        (None, Rational(1, 10), "survived"), (0.5, None, "survived"),
    ):  # fmt: skip
        seen = {"outcome": "passed", "smallest_visible": visible}
        play = Play(
            judge, PROPERTY, wrong={"property slip": seen, "property by 1/2": {"outcome": "refuted", "detail": "w"}},
            larger=("1/2",),
        )  # fmt: skip
        with replaced_claim(replace(ODD, bound="upper")):
            found = play.tries(_part(relative=relative))
        assert found.outcome == expected, (visible, relative)
        if expected == "exempt":
            assert found.detail == "below the smallest visible error 0.5; a change by 1/2 is caught: w"
            assert (found.by, found.deciding) == ("property", False)
    two = (
        {"outcome": "passed", "smallest_visible": 0.5}, {"outcome": "passed", "smallest_visible": 0.01},
    )  # fmt: skip
    other = _item("more", "property")
    play = Play(judge, PROPERTY, other, wrong={"property slip": two[1], "more slip": two[0], "more by 1/2": "refuted"},
                larger=("1/2",))  # fmt: skip
    assert play.tries(_part(relative=Rational(1, 10))).outcome == "exempt"


@contextmanager
def replaced_claim(own: Any) -> Iterator[None]:
    """The theory's claim by another one."""
    global ODD
    kept, ODD = ODD, own
    try:
        yield
    finally:
        ODD = kept


def _hypotheses(judge: ModuleType) -> None:
    """Dropped, needed, unused; what a lemma asks that is not shown any more; what the others say, too."""
    witness = _item("w", "witness", needs="given")
    play = Play(judge, PROOF)
    found = play.tries(_dropped(known_wrong=False))
    assert (_told(found), found.detail) == (("unused", "", False), "no evidence uses it to this extent")
    assert found.statement == "True"
    assert play.compared == []
    for items, more, expected in (
        ((PROOF, witness), {"known_wrong": False}, "survived"), ((PROOF,), {"known_wrong": True}, "survived"),
        ((PROOF, _item("w", "witness", needs="other")), {"known_wrong": False}, "unused"),
        ((PROOF, witness), {"known_wrong": False, "group": "widened assumption"}, "unused"),
    ):  # fmt: skip
        play = Play(judge, *items)
        assert play.tries(_dropped(**more)).outcome == expected, (items, more)
        assert play.searched == [("dropped", 1.0)]
    play = Play(judge, PROOF, finds={"dropped": 1.0})
    assert _told(play.tries(_dropped(known_wrong=False))) == ("refuted", "random search", False)
    same = replace(_dropped(), claim=replace(ODD, title="same", assumptions=ODD.assumptions))
    play = Play(judge, PROOF)
    assert _told(play.tries(same)) == ("equal", "", False)
    assert play.asked == []
    two = replace(ODD, assumptions=(Assumption("a", Gt(x, 0)), Assumption("b", Gt(y, 0))))
    one = Variant("one", "dropped assumption", replace(two, assumptions=two.assumptions[1:]), assumption="a")
    with replaced_claim(two):
        assert Play(judge, PROOF).tries(one).outcome == "survived"
    gap = "LEMMA: x > 0"
    for itself, wrong, expected in (
        (NO, {"beyond": (gap,)}, True), (NO, {"reader": (gap,)}, True), ({"beyond": (gap,)}, {"beyond": (gap,)}, False),
        ({"reader": (gap,)}, {"beyond": (gap,)}, False), (NO, {"beyond": ("CARRIED: x > 0",)}, False),
        (NO, {"beyond": (gap,), "outcome": "inconclusive"}, False), (NO, {"beyond": ("CARRIED: x > 0", gap)}, True),
    ):  # fmt: skip
        for variant in (_dropped(known_wrong=False), _item_of()):
            play = Play(judge, PROOF, itself={"proof": {"outcome": "passed", **itself}}, wrong={"proof": wrong})
            found = play.tries(variant)
            assert (found.by == "condition of LEMMA") is expected, (itself, wrong)
            if expected:
                assert _told(found) == ("not_accepted", "condition of LEMMA", True)
                assert found.detail == "LEMMA: x > 0 is not shown to hold any more"
                assert play.searched[-1] == (variant.name, 1.0)
        play = Play(judge, PROOF, itself={"proof": {"outcome": "passed", **itself}}, wrong={"proof": wrong})
        assert play.tries(_part()).by in ("", "proof"), "of a changed part nothing of it is asked"
    play = Play(judge, PROOF, wrong={"proof": {"beyond": (gap,)}}, finds={"dropped": 1.0})
    assert _told(play.tries(_dropped())) == ("refuted", "random search", False)


def _items(judge: ModuleType) -> None:
    """A changed item is searched at a glance, then its lemmas' settings are looked at, then evidence is asked."""
    play = Play(judge, PROOF, finds={"other": 0.15})
    found = play.tries(_item_of())
    assert _told(found) == ("refuted", "random search", False)
    assert found.statement == ODD.sentence
    assert play.asked == []
    used = {"proof": {"outcome": "passed", "uses": ("LEMMA",)}}
    for gaps, expected in (
        ({"other": ["g"]}, ("not_accepted", "setting of LEMMA", True)), ({"other": ["g"], ODD.title: ["g"]}, None),
        ({"other": ["f", "g"], ODD.title: ["f"]}, ("not_accepted", "setting of LEMMA", True)), ({}, None),
    ):  # fmt: skip
        play = Play(judge, PROOF, itself=used, gaps=gaps)
        found = play.tries(_item_of())
        if expected is None:
            assert _told(found)[0] == "survived"
            assert play.searched == [("other", 0.15), ("other", 1.0)]
        else:
            assert (_told(found), found.detail) == (expected, "g")
            assert play.searched == [("other", 0.15)]
    play = Play(judge, PROOF, itself={"proof": "error"}, finds={"other": 1.0})
    assert _told(play.tries(_item_of())) == ("refuted", "random search", False)
    assert play.searched == [("other", 0.15), ("other", 1.0)]
    play = Play(judge, PROOF, itself={"proof": "error"})
    assert _told(play.tries(_item_of()))[0] == "untested"
    play = Play(judge, PROOF, wrong={"proof": "error"}, finds={"other": 0.25})
    assert _told(play.tries(_item_of())) == ("not_accepted", "proof", True)
    assert play.searched == [("other", 0.15)]
    play = Play(judge, PROOF, finds={"other": 1.0})
    assert _told(play.tries(_item_of())) == ("refuted", "random search", False)
    slow_used = {"slow_proof": {"outcome": "passed", "uses": ("LEMMA",)}}
    play = Play(judge, PROOF, SLOW_PROOF, itself=slow_used, gaps={"other": ["g"]})
    assert _told(play.tries(_item_of(), fast=True))[1] == "setting of LEMMA", "slow evidence's lemmas, too"


def _asked(judge: ModuleType) -> None:
    """Who is asked, and in which order; how long each may take; what is remembered."""
    everyone = (SIMULATION, SLOW_PROPERTY, PROPERTY, KERNEL, SLOW_PROOF, PROOF, CASES)
    seconds = {"proof": {"seconds": 3.0}, "slow_proof": {"seconds": 9.0}, "casesa": {"seconds": 4.0}, "casesb": "refuted"}

    def order(play: Play, **more: Any) -> list[str]:
        play.tries(_part("excused"), **more)
        return [x.removesuffix(" excused") for x in play.asked if x.endswith(" excused")]

    play = Play(judge, *everyone, itself=seconds)
    assert order(play) == ["proof", "casesa", "slow_proof", "property"]
    assert play.limits == [20.0, 20.0, 45.0, 20.0]
    assert "coq itself" not in play.asked
    assert "runs itself" not in play.asked
    assert order(Play(judge, *everyone, itself=seconds), fast=True) == ["proof", "casesa"]
    alone = Play(judge, SIMULATION, SLOW_PROPERTY, PROPERTY, itself={"runs": {"seconds": 2.0}, "slow": {"seconds": 1.0}})
    assert order(alone) == ["property", "slow", "runs"]
    assert order(Play(judge, SIMULATION, PROPERTY), fast=True) == []
    with_coq = Play(judge, KERNEL, SIMULATION, SLOW_PROPERTY, PROPERTY)
    assert order(with_coq) == ["property"], "Coq's decides"
    play = Play(judge, PROOF, CASES, wrong={"casesb": "refuted"}, itself={"casesa": {"seconds": 1.0}, "casesb": {"seconds": 2.0}})
    with play.on() as mutants:
        for name in ("one", "two"):
            assert mutants.try_variant(_part(name), run_seed=SEED).by == "cases[b]"
        mutants.try_variant(_part("far", 1), run_seed=SEED)
        mutants.ask_in_order()
        mutants.try_variant(_part("last"), run_seed=SEED)
    assert [x for x in play.asked if not x.endswith("itself")] == [
        "proof one", "casesa one", "casesb one", "casesb two", "proof far", "casesa far", "casesb far", "proof last",
        "casesa last", "casesb last",
    ]  # fmt: skip
    play = Play(judge, PROOF, PROPERTY)
    with play.on() as mutants:
        mutants.try_variant(_part(), run_seed=SEED)
        mutants.try_variant(_part(), run_seed=SEED)
        assert play.asked.count("proof itself") == 1
        mutants.forget()
        mutants.try_variant(_part(), run_seed=SEED)
        assert play.asked.count("proof itself") == 2
        mutants.forget()
        key = (PROOF.test, "symbolic", ("statement",), "")
        mutants.known_before("ODD", SEED, {key: play.outcome(PROOF, "", "refuted")})
        mutants.try_variant(_part("known"), run_seed=SEED)
        assert play.asked.count("proof itself") == 2
        assert "proof known" not in play.asked
        assert play.asked.count("property itself") == 3
        mutants.known_before("ODD", 0, {key: play.outcome(PROOF, "", "passed")})
        play.items = (PROOF,)
        mutants.try_variant(_part("first seed"))
        assert play.asked[-1] == "proof first seed"
    forgotten: list[str] = []
    with Play(judge, PROOF).on(), replaced(judge, unasked=SimpleNamespace(forget=lambda: forgotten.append("x"))):
        judge.forget()
    assert forgotten == ["x"]


def _late(judge: ModuleType) -> None:
    """What is marked slow beside a proof is asked where a variant would survive without a word for it."""
    play = Play(judge, PROOF, SLOW_PROPERTY, SIMULATION, wrong={"slow": {"outcome": "refuted", "detail": "late"}})
    found = play.tries(_part())
    assert (_told(found), found.detail) == (("refuted", "slow", False), "late")
    assert [x for x in play.asked if not x.endswith("itself")] == ["proof slip", "slow slip"]
    play = Play(judge, PROOF, SLOW_PROPERTY, wrong={"slow": "refuted"})
    found = play.tries(_part("excused (part 2)"))
    assert (_told(found), found.explained) == (("survived", "", False), "it is true")
    assert play.compared == [False]
    assert "slow excused (part 2)" not in play.asked
    play = Play(judge, PROOF, against="a" * 300)
    found = play.tries(_part())
    assert (_told(found)[0], found.detail) == ("survived", "the search refutes the claim itself: " + "a" * 240)
    play = Play(judge, PROOF, SLOW_PROPERTY, against="a", wrong={"slow": "refuted"})
    assert play.tries(_part()).outcome == "refuted"
    play = Play(judge, PROPERTY, SLOW_PROPERTY, wrong={"slow": "refuted"})
    assert _told(play.tries(_part())) == ("refuted", "slow", False)
    assert play.asked.count("slow slip") == 1, "it is all there is: asked with the others"
    play = Play(judge, PROOF, against="a")
    assert play.tries(_dropped(known_wrong=False)).outcome == "unused"


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
    assert judge.SMALL == Rational(1, 1000)
    for place, variant in enumerate(judge.variants_of(own, judge.SMALL)):
        if variant.relative is None:
            continue
        larger = [*judge._larger(variant, own)]
        assert [size for size, _ in larger] == ["1/100", "1/10", "1/2"], variant
        for size, about in larger:
            assert about is judge.variants_of(own, Rational(size))[place].claim
    strict = next(v for v in judge.variants_of(own) if v.group == "strictness")
    wrong = [*judge._larger(strict, own)]
    assert [size for size, _ in wrong] == [f"{m} of the gap" for m in ("1/1000000", "1/100", "1/10", "1/2")]
    index = strict.part[0]
    changed = strict.part[1]
    for size, about in wrong:
        margin = Rational(size.split()[0])
        sides = changed.gts - changed.lts
        expected = {Ge(sides - margin, 0), [gap, edge][1 if changed.has(y) else 0]}
        assert {Ge(p.gts - p.lts, 0) for p in about.formula.args} == {Ge(p.gts - p.lts, 0) for p in expected}, index
    assert [*judge._larger(_dropped(), own)] == []
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

            def compared(one: Any, two: Any, region: Any, *, thorough: bool, seen: Any = seen, said: Any = answers,
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
    outcomes = ("refuted", "refuted", "refuted", "not_accepted", "equal", "weaker", "slack", "exempt", "unused", "untested", "survived")
    tried = [
        judge.Tried("ODD", f"n{k}", "g", "s" * 200, o, deciding=k == 0, by="b" * (k == 0), seconds=1.23456, witness={"x": "1"} if k == 0 else {})
        for k, o in enumerate(outcomes)
    ]  # fmt: skip
    tried.append(judge.Tried("ODD", "last", "g", "s", "survived", explained="why", detail="d"))
    found = judge.summary(tried)
    assert found.pop("variants") == [judge._row(t) for t in tried]
    assert found == {
        "tried": 10, "rejected": 4, "by_supporting_only": 2, "refuted": 3, "not_accepted": 1, "equal": 1, "weaker": 1,
        "slack": 1, "exempt": 1, "unused": 1, "untested": 1,
        "survivors": [{"name": "n10", "statement": "s" * 200, "why": ""}, {"name": "last", "statement": "s", "why": "why"}],
    }  # fmt: skip
    assert judge._row(tried[0]) == {
        "name": "n0", "group": "g", "statement": "s" * 160, "outcome": "refuted", "by": "b", "deciding": True,
        "witness": {"x": "1"}, "seconds": 1.23,
    }  # fmt: skip
    assert judge._row(tried[1]) == {"name": "n1", "group": "g", "statement": "s" * 160, "outcome": "refuted", "seconds": 1.23}
    own = claim(And(Gt(y, 2 * x), Le(x, 3)), Gt(x, 0))
    every = judge.variants_of(own)
    asked: list[int] = []
    with replaced(judge, capped=lambda some, cap: asked.append(cap) or some[:1],
                  collected=SimpleNamespace(evidence_of=lambda: {"ODD": items})):  # fmt: skip
        for items, cap in (([PROOF], None), ([PROPERTY], None), ([PROOF], 3), ([PROOF], 0)):
            assert judge.chosen(own, cap) == every[:1]
    assert asked == [30, 8, 3, 0]
    started = time.perf_counter()
    assert Play(judge, PROOF, wrong={"proof": "refuted"}).tries(_part()).seconds <= time.perf_counter() - started


__all__ = ["variants_are_tried"]
