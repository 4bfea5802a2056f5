"""The battery of ``doubt/challenge.py``: variants and evidence whose answers are written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Eq, Ge, Symbol

from tests.tool.judged.kernel import replaced
from theorem_audit.checks.mark import Evidence
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.outcome import Outcome

x, y, z = (Symbol(name, real=True) for name in "xyz")
ONE = claim(Eq(x, 1, evaluate=False))
PARTS = (Eq(x, 1), Ge(y, 2))
TWO = claim(And(*PARTS, evaluate=False))
STEPS = claim(TWO.formula, steps=("first", "second"), parts={"first": PARTS[0], "second": PARTS[1]})
FIRST = ("sign", "integer", "dropped term", "exponent")
LATER = (
    "coefficient", "swap", "strictness", "dropped assumption", "widened assumption", "dropped item",
    "other item", "other meaning",
)  # fmt: skip
NO_TIME: dict[str, float] = {}
BEGINS = ("the theory's own claim", "an object was changed")


def _item(name: str, kind: str = "symbolic", *steps: str, **more: Any) -> Evidence:
    def function(claim: Any) -> None:
        raise AssertionError("run by nobody")

    function.__name__ = name
    return Evidence("ODD", kind, function, steps or ("statement",), **more)


class _Play:
    """Variants by name, "GROUP NUMBER", for each conjunct; what becomes of each is told by the evidence."""

    def __init__(
        self, judge: ModuleType, named: Mapping[int, str], says: Mapping[str, str], harmless: str = "",
        excused: str = "", seconds: Mapping[str, float] = NO_TIME,
    ) -> None:  # fmt: skip
        self.judge, self.named, self.says, self.harmless_ones = judge, named, says, harmless.split()
        self.excused, self.seconds = excused.split(), seconds
        self.shared: list[str] = []  # names of what is doubled
        self.same = ""  # of these, what may say the same
        self.apart: list[str] = []  # a conjunct's alternatives: the numbers of its variants
        self.asked: list[str] = []
        self.made: list[str] = []
        self.seeds: set[int] = set()

    def changed_parts(self, claim: Any, index: int, groups: Any) -> Iterator[Any]:
        for name in self.named[index].split():
            if name.partition(":")[0].replace("_", " ") in groups:
                self.made.append(name)
                bad = name.endswith("none")
                wrong = SimpleNamespace(name=name, part=(index, name), claim=(claim, name))
                yield SimpleNamespace(variant=None if bad else wrong)

    def of_one(self, claim: Any, index: int, alternative: str) -> Iterator[Any]:
        for name in self.named[index].split():
            if name.partition(":")[2] == alternative:
                wrong = SimpleNamespace(name=name, part=(index, name), claim=(claim, name))
                yield SimpleNamespace(variant=wrong)

    def run_evidence(
        self, item: Evidence, wrong: Any, *, case: str, run_seed: int, call: Any
    ) -> Outcome:
        assert call == (item.function, 10.0)
        self.seeds.add(run_seed)
        name = item.function.__name__
        self.asked.append(f"{name} {wrong[1]}{case and f' {case}'}")
        said = self.says.get(self.asked[-1], self.says.get(name, "passed"))
        detail = f"{said}, it is" if said in BEGINS else ""
        kind = "error" if said in BEGINS else said
        return Outcome("ODD", item.test, item.kind, item.steps, kind, case, self.seconds.get(name, 0.0),
                       detail=detail)  # fmt: skip

    def harmless(self, claim: Any, part: Any, *, thorough: bool) -> str:
        assert not thorough
        return "weaker" if part[1] in self.harmless_ones else "different"

    def of(
        self, about: Any, *items: Evidence, seed: Any = MappingProxyType({"run_seed": 7})
    ) -> Any:
        runner = SimpleNamespace(run_evidence=self.run_evidence, NOTHING_SAID=BEGINS)
        with replaced(
            self.judge, changed_parts=self.changed_parts, runner=runner, harmless=self.harmless,
            limited=lambda *x: x,
            explanation=lambda claim, name: "why" if name in self.excused else "",
            rescaled=lambda claim: ((x, (claim, x)) for x in self.shared),
            alternatives=lambda part: self.apart, only=lambda part, new: new.partition(":")[2],
            of_one=self.of_one, shown_different=lambda claim, wrong: wrong[1] not in self.same.split(),
        ):  # fmt: skip
            return self.judge.challenge(about, items, **seed)


class _Few:
    """Gives some letters, and then none; who asks again and again is told."""

    def __init__(self, letters: str) -> None:
        self.letters, self.asked = [*letters], 0

    def __iter__(self) -> _Few:
        return self

    def __next__(self) -> str:
        self.asked += 1
        assert self.asked < 9, "asked again and again"
        if not self.letters:
            raise StopIteration
        return self.letters.pop(0)


def _told(outcome: Any) -> tuple[str, int, str]:
    assert (outcome.claim_id, outcome.kind, outcome.steps) == ("ODD", "witness", ())
    assert outcome.test == "theorem_audit/doubt/challenge.py::challenge"
    assert outcome.seed == 7
    assert 0 <= outcome.seconds < 60
    return outcome.outcome, outcome.checks, outcome.detail


def challenges_hold(judge: ModuleType) -> None:
    """Each conjunct needs one rejected variant; in which order they are made and asked; what says nothing."""
    good = _item("good")
    some = [_Few("ad"), _Few(""), _Few("bef"), _Few("c")]
    assert "".join(judge._in_turn(some)) == "abcdef"
    # Who decides nothing is not asked.
    for items in (
        (),
        (_item("p", "property"),),
        (_item("k", "kernel"),),
        (_item("s", "symbolic", "other"),),
    ):
        play = _Play(judge, {0: "sign:1"}, {})
        assert play.of(ONE, *items) is None
        assert play.asked == []
    # The gross ones in turn, then others, no more than four, and none made that is not tried.
    named = "coefficient:1 sign:1 sign:2 sign:3 exponent:1 integer:1 integer:2 dropped_term:1"
    play = _Play(judge, {0: named}, {})
    found = play.of(ONE, good, _item("p", "property"), _item("k", "kernel"))
    tried = ["sign:1", "integer:1", "dropped_term:1", "exponent:1"]
    assert play.asked == [f"good {v}" for v in tried]
    assert play.made == tried
    detail = f"no wrong variant is rejected of {ONE.formula} (tried: {'; '.join(tried)})"
    assert _told(found) == ("inconclusive", 0, detail)
    play = _Play(judge, {0: named}, {"good": "refuted"})
    assert _told(play.of(ONE, good)) == ("passed", 1, "")
    assert (play.asked, play.made, play.seeds) == (["good sign:1"], ["sign:1"], {7})
    for seed in ({"run_seed": 0}, {}):
        play = _Play(judge, {0: named}, {"good": "refuted"})
        assert play.of(ONE, good, seed=seed).seed == 0
        assert play.seeds == {0}
    for group in LATER:
        name = f"{group.replace(' ', '_')}:1"
        play = _Play(judge, {0: f"sign:none sign:1 sign:2 {name}"}, {})
        play.of(ONE, good)
        assert play.asked == [f"good {v}" for v in ("sign:1", "sign:2", name)], group
    for said, rejected in (
        ("refuted", 1),
        ("inconclusive", 1),
        ("error", 1),
        ("passed", 0),
        ("not_run", 0),
    ):
        play = _Play(judge, {0: "sign:1 sign:2"}, {"good sign:2": said})
        assert _told(play.of(ONE, good))[:2] == (
            "passed" if rejected else "inconclusive",
            rejected,
        ), said
    for said in BEGINS:
        play = _Play(judge, {0: "sign:1"}, {"good": said})
        assert _told(play.of(ONE, good))[:2] == ("inconclusive", 0)
        play = _Play(judge, {0: "sign:1"}, {"good": said, "other": "refuted"})
        assert _told(play.of(ONE, good, _item("other"))) == ("passed", 1, "")
        play = _Play(
            judge, {0: "sign:1"}, {"cases sign:1 one": said, "cases sign:1 two": "refuted"}
        )
        assert _told(play.of(ONE, _item("cases", cases={"one": 1, "two": 2, "three": 3}))) == (
            "passed",
            1,
            "",
        )
        assert play.asked == ["cases sign:1 one", "cases sign:1 two"]
    # What is harmless, or explained, is no word against the evidence, and none for it.
    none = f"no wrong variant of {PARTS[1]} could be made"
    formula = "no wrong variant of the formula could be made"
    for by_part, says, excused, told in (
        ({0: "sign:1 sign:2"}, {}, "sign:1", ("inconclusive", 0, "no wrong variant is rejected of "
         f"{PARTS[0]} (tried: sign:2)")),
        ({0: "sign:1 sign:2"}, {}, "sign:1 sign:2", ("inconclusive", 0, formula)),
        ({0: "sign:none"}, {}, "", ("inconclusive", 0, formula)),
        ({0: ""}, {}, "", ("inconclusive", 0, formula)),
        ({0: "sign:1", 1: "sign:2"}, {"good": "refuted"}, "", ("passed", 2, "")),
        ({0: "sign:1", 1: "sign:2 sign:3"}, {"good sign:1": "refuted"}, "sign:2 sign:3", ("passed", 1, "")),
        ({0: "sign:1", 1: ""}, {"good": "refuted"}, "", ("inconclusive", 1, none)),
        ({0: "", 1: ""}, {"good": "refuted"}, "", ("inconclusive", 0, formula)),
        ({0: "sign:1", 1: "sign:2"}, {"good sign:2": "refuted"}, "", ("inconclusive", 1,
         f"no wrong variant is rejected of {PARTS[0]} (tried: sign:1)")),
        ({0: "sign:1", 1: ""}, {}, "", ("inconclusive", 0,
         f"no wrong variant is rejected of {PARTS[0]} (tried: sign:1)")),
        ({0: "sign:1", 1: "sign:2 exponent:2"}, {}, "", ("inconclusive", 0, f"no wrong variant is rejected of "
         f"{PARTS[0]} (tried: sign:1) and {PARTS[1]} (tried: sign:2; exponent:2)")),
    ):  # fmt: skip
        about = TWO if len(by_part) > 1 else claim(PARTS[0])
        for gone in ((excused, ""), ("", excused)):
            play = _Play(judge, by_part, says, *gone)
            assert _told(play.of(about, good)) == told, (by_part, gone)
    _apart(judge)
    long = " ".join(f"sign:{k}{'x' * 400}" for k in range(4))
    assert len(_told(_Play(judge, {0: long}, {}).of(ONE, good))[2]) == 600
    _orders(judge)


def _orders(judge: ModuleType) -> None:
    """Who decides the conjunct first, slow ones last, of the others who rejected in the least time."""
    first, second = _item("a", "symbolic", "first"), _item("b", "ball", "second")
    slow = _item("c", "symbolic", "second", slow=True)
    play = _Play(judge, {0: "sign:1", 1: "sign:2"}, {"c": "refuted"})
    assert _told(play.of(STEPS, slow, second, first))[:2] == ("passed", 2)
    asked = ["a sign:1", "b sign:1", "c sign:1", "b sign:2", "c sign:2"]
    assert play.asked == asked
    # Two that take as long: who rejected comes first at the next conjunct, and who never did last.
    one, two, three = (_item(f"e{k}") for k in (1, 2, 3))
    play = _Play(
        judge,
        {0: "sign:1 sign:2", 1: "sign:3"},
        {"e2 sign:2": "refuted"},
        seconds=dict.fromkeys(("e1", "e2", "e3"), 3.0),
    )
    play.of(TWO, one, two, three)
    asked = [f"e{k} sign:1" for k in (1, 2, 3)] + ["e1 sign:2", "e2 sign:2", "e2 sign:3"]
    assert play.asked[:6] == asked, play.asked
    # The first rejected one of two, in more time; the second none of one.
    for took, last in ((1.9, ["a sign:3", "b sign:3"]), (2.5, ["b sign:3", "a sign:3"])):
        play = _Play(
            judge,
            {0: "sign:1", 1: "sign:2 sign:3"},
            {"a sign:1": "refuted"},
            seconds={"a": took, "b": 1},
        )
        play.of(TWO, _item("a"), _item("b"))
        assert play.asked == ["a sign:1", "b sign:2", "a sign:2", *last]
    # Seconds for one rejection: s of a questions, r of them rejected, (s/a) (a + 1)/(r + 1/2).
    for asked_, rejected, seconds, cost in (
        (0, 0, 0.0, 0.0), (1, 0, 3.0, 12.0), (1, 1, 3.0, 4.0), (4, 1, 8.0, 20 / 3), (2, 0, 2.0, 6.0),
    ):  # fmt: skip
        assert judge._Record(asked_, rejected, seconds).cost == cost


def _apart(judge: ModuleType) -> None:
    """Each alternative needs a rejected variant, but the one that has one; and what equations share."""
    good, part = _item("good"), PARTS[0]
    about = claim(part)
    named = "sign:1 sign:2 integer:2 sign:3 exponent:3 sign:3 sign:3 sign:3"
    for says, excused, told, asked in (
        ({"good": "refuted"}, "", ("passed", 3, ""), 3),
        ({"good sign:1": "refuted", "good integer:2": "refuted", "good exponent:3": "refuted"}, "",
         ("passed", 3, ""), 5),
        ({"good sign:1": "refuted", "good integer:2": "refuted"}, "", ("inconclusive", 2,
         f"no wrong variant is rejected of 3 in {part} (tried: sign:3; exponent:3; sign:3; sign:3)"), 7),
        ({"good sign:1": "refuted", "good sign:3": "refuted"}, "sign:2", ("inconclusive", 2,
         f"no wrong variant is rejected of 2 in {part} (tried: integer:2)"), 4),
        ({"good sign:1": "refuted", "good sign:3": "refuted"}, "sign:2 integer:2", ("passed", 2, ""), 4),
    ):  # fmt: skip
        play = _Play(judge, {0: named}, says, excused=excused)
        play.apart = ["1", "2", "3"]
        assert _told(play.of(about, good)) == told, says
        assert len(play.asked) == asked, play.asked
    play = _Play(judge, {0: "sign:1 integer:1"}, {})
    play.apart = ["2"]
    assert play.of(about, good).detail.startswith(
        f"no wrong variant is rejected of {part} (tried: sign:1; "
    )
    shared = "no wrong variant is rejected of what its equations share (tried: "
    for names, rejected, excused, says in (
        ("a b", "", "", f"{shared}a; b)"), ("a b", "b", "", ""), ("a b", "a", "", ""),
        ("a b", "", "a", f"{shared}b)"), ("a b", "", "a b", ""), ("a b c d e", "e", "", f"{shared}a; b; c; d)"),
        ("a b c d e", "d", "", ""), ("", "", "", ""),
    ):  # fmt: skip
        play = _Play(
            judge,
            {0: "sign:1"},
            {"good sign:1": "refuted", f"good {rejected}": "error"},
            excused=excused,
        )
        play.shared = names.split()
        assert _told(play.of(about, good))[1:] == (1, says), names
    for same, says in (("a", f"{shared}b)"), ("a b", ""), ("b", f"{shared}a)")):
        play = _Play(judge, {0: "sign:1"}, {"good sign:1": "refuted"})
        play.shared, play.same = ["a", "b"], same
        assert _told(play.of(about, good))[1:] == (1, says), same
    for slow in (
        False,
        True,
    ):  # the slow one last, else the one that rejects in the least time first
        play = _Play(
            judge, {0: "sign:1"}, {"fast": "refuted"}, seconds={"long": 1.0, "fast": 0.1 + 9 * slow}
        )
        play.shared = ["a"]
        play.of(about, _item("long"), _item("fast", slow=slow))
        assert play.asked[-1] == "fast a"
        assert ("long a" in play.asked) == slow
    play = _Play(judge, {0: "sign:1"}, {})
    play.shared = ["a"]
    assert play.of(about, good).detail == f"no wrong variant is rejected of {part} (tried: sign:1)"
    assert "good a" not in play.asked
