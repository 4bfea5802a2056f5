"""The batteries of claims: which are refused as they are made, and who is noted to read one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Dummy, Eq, Float, Gt, Le, Rational, Symbol, Tuple, false, true

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there, raises
from theorem_audit.statement import claim as claims
from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.bibliography import Prior
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning
from theorem_audit.statement.source import Source
from theorem_audit.statement.use import Use
from theorem_audit.statement.vocabulary import Item

x, y, z = (Symbol(name, real=True) for name in "xyz")
N = Symbol("n", integer=True)
LOW = Meaning("log", value=len, low="at 1")
LINE = And(Gt(y, x), Le(y, x + 1))
FAIR, BIASED = (
    Item("coin", name, f"the coin is {name}", "p", unread="made up") for name in ("fair", "biased")
)
CHAPTER = "made_up_chapter"


def made(**more: Any) -> Claim:
    """A claim with some fields of its own."""
    whole: dict[str, Any] = {
        "id": "A", "title": "t", "formula": LINE, "source": Source("new", "here"), "bound": "exact",
        "chapter": CHAPTER,
    }  # fmt: skip
    return Claim(**{**whole, **more})


def _given(condition: Any, name: str = "h", **more: Any) -> tuple[Assumption, ...]:
    return (Assumption(name, condition, **more),)


GOOD: tuple[dict[str, Any], ...] = (
    {}, {"id": "A-B2-C"}, {"id": "GD-STEP"}, {"steps": ("a", "b")}, {"cites": ("Levy",)}, {"bound": "upper"},
    {"bound": "lower"}, {"bound": "statement"}, {"assumptions": _given(Gt(x, 0))}, {"formula": Eq(x, y)},
    {"steps": ("a", "b"), "parts": {"a": Gt(y, x), "b": Le(y, x + 1)}}, {"parts": {"statement": LINE}},
    {"parts": {"statement": Tuple(Gt(y, x), Le(y, x + 1))}}, {"applied": {"L": (Use(),)}},
    {"assumptions": _given(Gt(x, 0)) + _given(Gt(y, 0), "other")}, {"remark": "two\nlines"}, {"formula": x + y},
    {"assumptions": (Assumption("a", item=FAIR), Assumption("b", Gt(x, 0), item=FAIR))},
    {"assumptions": _given(true)}, {"assumptions": _given(false)}, {"symbols": {"w": "a word"}},
    {"formula": Eq(y, N), "symbols": {"y": LOW, "n": "log; -oo at 1"}},
    {"formula": Eq(y, N), "symbols": {"n": LOW.said("log")}},
)  # fmt: skip
STEER = "\x1b[2K"
BAD: tuple[tuple[type[Exception], dict[str, Any], str], ...] = (
    (ValueError, {"id": "a"}, "id='a': upper-case"), (ValueError, {"id": "A-"}, "upper-case"),
    (ValueError, {"id": "A\n"}, "upper-case"), (ValueError, {"id": "1A"}, "upper-case"),
    (TypeError, {"steps": "ab"}, "steps='ab' in claim A: a tuple"),
    (TypeError, {"cites": "ab"}, "cites='ab' in"),
    (TypeError, {"assumptions": [*_given(Gt(x, 0))]}, "a tuple is needed"),
    (ValueError, {"steps": ()}, "one step at least"),
    (ValueError, {"steps": ("a", "b", "a")}, "steps of claim A: two"),
    (ValueError, {"assumptions": _given(Gt(x, 0)) * 2}, "assumptions of claim A: two"),
    (ValueError, {"steps": ("a", " ")}, "one has no name"), (ValueError, {"cites": ("",)}, "one has no name"),
    (ValueError, {"steps": ("a", 3)}, "one has no name"), (ValueError, {"title": "a\nb"}, "title of claim A"),
    *((ValueError, {what: STEER}, f"{what} of claim A: a control character in '") for what in ("title",
     "remark")),
    (ValueError, {"converges": STEER}, "remark of claim A"),
    (ValueError, {"source": Source("new", STEER)}, "source of"),
    (ValueError, {"source": Source("new", "here", (Prior(None, STEER),))}, "source of"),
    (ValueError, {"steps": (STEER,)}, "steps of"), (ValueError, {"cites": (STEER,)}, "cites of"),
    *((ValueError, {what: {"a": STEER}}, f"{what} of") for what in ("symbols", "survivors", "carried")),
    *((ValueError, {what: {STEER: "a"}}, f"{what} of") for what in ("symbols", "survivors", "carried")),
    *((ValueError, {what: {"a": blank}}, "a in claim A is explained by a blank")
      for what in ("survivors", "carried") for blank in ("", " ")),
    (ValueError, {"converges": " "}, "converges in claim A is explained by a blank"),
    (ValueError, {"assumptions": _given(Gt(x, 0), STEER)}, "assumption of"),
    (ValueError, {"assumptions": _given(Gt(x, 0), note=STEER)}, "assumption of"),
    (ValueError, {"assumptions": _given(Gt(x, 0), witness=STEER)}, "assumption of"),
    (ValueError, {"formula": Eq(y, Symbol(STEER, real=True))}, "symbol of"),
    (ValueError, {"assumptions": _given(Gt(Symbol(STEER, real=True), 0))}, "symbol of"),
    (ValueError, {"bound": "both"}, "bound='both' in claim A"),
    (TypeError, {"formula": True}, "formula=True in"),
    (TypeError, {"formula": "y > x"}, "a SymPy expression"), (TypeError, {"formula": true}, "evaluated it"),
    (TypeError, {"formula": false}, "evaluated it"), (TypeError, {"formula": Eq(y, Float("0.5") * x)}, "0.5"),
    (TypeError, {"assumptions": _given(Gt(x, Float("0.5")))}, "a float says"),
    (TypeError, {"formula": Eq(y, Symbol("x", positive=True))}, "positive=True"),
    (TypeError, {"assumptions": _given(Gt(Symbol("w", positive=True), 0, evaluate=False))}, "positive=True"),
    (TypeError, {"assumptions": _given(Gt(Dummy("x", real=True), 0))}, "shown alike"),
    (TypeError, {"parts": {"statement": Gt(Symbol("x"), y)}}, "two symbols are called x"),
    (ValueError, {"parts": {"other": LINE}}, "parts name step='other' in claim A: allowed are statement"),
    *((TypeError, {"parts": {"statement": part}}, "a conjunct of the formula")
      for part in (true, false, Tuple(), x, x + y, "y > x", None, True)),
    (TypeError, {"applied": {"L": ()}}, "a tuple of Use"),
    (ValueError, {"formula": Eq(y, N), "symbols": {"z, n": LOW}}, "an integer is nowhere -oo, and its meaning"),
    (ValueError, {"assumptions": (Assumption("a", item=FAIR), Assumption("b", item=BIASED))},
     "contradict each other: 'fair' and 'biased' are both items of kind 'coin'"),
    (ValueError, {"assumptions": (Assumption("a", item=replace(FAIR, words=STEER)),)}, "assumption of"),
)  # fmt: skip
# Of a chapter that is being imported, too.
BAD_THERE: tuple[tuple[type[Exception], dict[str, Any], str], ...] = (
    (TypeError, {"assumptions": _given(true)}, "evaluated its condition to True"),
    (TypeError, {"assumptions": _given(Gt(x, 0)) + _given(false, "no")}, "assumption 'no' in claim A"),
    (TypeError, {"formula": x + y}, "an expression claims nothing"),
    (ValueError, {"symbols": {"w": Meaning("a word", value=len)}}, "symbols give 'w' a meaning in claim A"),
)  # fmt: skip


def claims_are_refused(judge: ModuleType) -> None:
    """Each field that is wrong is refused with its value; more where its chapter is being imported."""
    judge.DECLARED.clear()
    with replaced(claims, well_formed=judge):
        for more in GOOD:
            assert made(**more).chapter == CHAPTER
        for error, more, says in BAD:
            said = raises(error, lambda more=more: made(**more))
            assert says in said, (more, said)
            assert STEER not in said
        for there in (True, False):
            with module_there(CHAPTER, __spec__=SimpleNamespace(_initializing=there)):
                for error, more, says in BAD_THERE:
                    if there:
                        assert says in raises(error, lambda more=more: made(**more)), more
                    else:
                        assert made(**more).id == "A"
        assert {CHAPTER: ["A"] * len(BAD_THERE)} == judge.DECLARED
        judge.DECLARED.clear()
        with module_there(CHAPTER, __spec__=SimpleNamespace(_initializing=True)):
            made(id="B")
            made(id="C")
            made(id="D", chapter="no_such_chapter")
        assert judge.DECLARED == {CHAPTER: ["B", "C"]}
    assert judge.unbound(CHAPTER, ["B", "C"]) == judge.unbound("another", []) == ""
    assert judge.unbound(CHAPTER, ["B"]).startswith(f"claim C is made in {CHAPTER}, and no name")
    assert judge.unbound(CHAPTER, []).startswith("claim B is made")
    judge.DECLARED.clear()


def _reader(judge: ModuleType, claim: Any) -> None:
    judge.note_read(claim)  # in the place of what a claim's attribute is asked by


def _deep(judge: ModuleType, claim: Any, depth: int) -> None:
    if depth:
        _deep(judge, claim, depth - 1)
    else:
        _reader(judge, claim)


def _in_a_thread(call: Any) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(call).result()


def _all_is_noted(judge: ModuleType) -> None:
    """What is asked of one object, by whom ever, while that is collected."""
    one, other, seen = SimpleNamespace(a=1), SimpleNamespace(a=1, b=2), set[str]()
    with judge.recording_all(one, None):
        assert judge.WATCHED == []
    with judge.recording_all(one, seen):
        assert (judge.held(one, "a"), judge.held(other, "b")) == (1, 2)
        judge.note_asked(one, "item:data")
    judge.note_asked(one, "later")
    assert seen == {"a", "item:data"}


def _places_are_noted(judge: ModuleType, one: Any) -> None:
    """By line and column, whoever collects, unless a claim is being declared."""

    def run(name: str, text: str, **names: Any) -> dict[str, Any]:
        space = {"__name__": name, "judge": judge, "one": one, "reader": _reader, **names}
        exec(compile(text, f"<{name}>", "exec"), space)
        return space

    run("made.n", "x = 1\n" * 40 + "x, y = 1, reader(judge, one)\n\nreader(judge, one)")
    places = judge.places_read(one)
    assert places["made.n"] == {(41, 10), (43, 0)}
    assert {line for line, _ in places["made.inside"]} == {1}
    assert judge.places_read(SimpleNamespace(id="A")) == {}
    look = "def __post_init__(): reader(judge, one)\ndef other(): reader(judge, one)"
    for home, counts in ((judge.CLAIMS, False), ("made.elsewhere", True)):
        space = run(home, look)
        for called in ("__post_init__", "other"):
            name = f"made.{called}.{home}"
            run(name, "asked()", asked=space[called])
            assert (name in places) == (counts or called == "other")
    # What lies below a frame is asked once, and comes to the same.
    known = "with judge.known_below(): "
    run("made.known", f"x = 1\n{known}deep(judge, one, 3)\nreader(judge, one)", deep=_deep)
    assert {line for line, _ in places["made.known"]} == {2, 3}
    run("made.outer", f"{known}run('made.in_it', 'reader(judge, one)')", run=run)
    assert ("made.in_it" in places, "made.outer" in places) == (True, False)
    for text, inner in (
        (look, f"{known}asked()"),
        (look.replace("(): ", f"():\n {known}"), "asked()"),
    ):
        space = run(judge.CLAIMS, text)
        for called in ("__post_init__", "other"):
            name = f"made.{called}.{len(text)}"
            run(name, inner, asked=space[called])
            assert (name in places) == (called == "other")
    before = {name: {*found} for name, found in places.items()}
    with judge.known_below():
        _deep(judge, one, 3)
        run("made.above", "reader(judge, one)")
    _reader(judge, one)
    assert {**places, "made.above": None} == {**before, "made.above": None}
    assert "made.above" in places
    assert judge._ground[0] is None


def reads_are_noted(judge: ModuleType) -> None:
    """A read goes to the innermost block, to that of whoever waits for the thread, or to a module's import."""
    one, two = SimpleNamespace(id="A"), SimpleNamespace(id="B")
    with judge.recording_reads() as outer:
        _reader(judge, one)
        with judge.recording_reads() as inner:
            _reader(judge, two)
            _in_a_thread(lambda: _reader(judge, SimpleNamespace(id="T")))
        assert (outer, inner) == ({"A"}, {"B", "T"})
        _in_a_thread(lambda: _reader(judge, two))
        with judge.original(one):
            _reader(judge, two)
            assert judge.OWN not in outer
            with judge.original(None):
                _reader(judge, one)
            assert judge.OWN not in outer
            _reader(judge, one)
        assert outer == {"A", "B", judge.OWN}
        outer.clear()
        _reader(judge, one)
    assert outer == {"A"}, "no longer"
    _reader(judge, two)
    _in_a_thread(lambda: _reader(judge, two))
    assert outer == {"A"}
    for name, text in (
        ("made.top", "reader(judge, one)"), ("made.deep", "deep(judge, one, 5); reader(judge, two)"),
        ("made.inside", "with judge.recording_reads() as inside: reader(judge, one)"),
        ("made.deeper", "deep(judge, one, 100)"),
    ):  # fmt: skip
        space = {
            "__name__": name,
            "judge": judge,
            "one": one,
            "two": two,
            "reader": _reader,
            "deep": _deep,
        }
        exec(compile(text, f"<{name}>", "exec"), space)
    assert judge.read_at_import("made.top") == {"A"}
    assert (
        judge.read_at_import("made.deep")
        == judge.read_at_import("made.top", "made.deep")
        == {"A", "B"}
    )
    assert judge.read_at_import("made.deeper") == {"A"}
    assert judge.read_at_import("made.inside", "gone") == judge.read_at_import() == set()
    _places_are_noted(judge, one)
    _reader(judge, SimpleNamespace())  # which is being made
    _all_is_noted(judge)
    assert judge.hypotheses() is None
    judge.note_hypothesis("A", "nobody asks")
    with judge.recording_hypotheses() as outer_asked:
        judge.note_hypothesis("A", "data")
        with judge.recording_hypotheses() as asked:
            judge.note_hypothesis("A", "region")
            _in_a_thread(lambda: judge.note_hypothesis("B", "data"))
            assert judge.hypotheses() is asked
        _in_a_thread(lambda: judge.note_hypothesis("C", str(judge.hypotheses())))
        assert judge.hypotheses() is outer_asked
    judge.note_hypothesis("A", "later")
    _in_a_thread(lambda: judge.note_hypothesis("A", "later"))
    assert asked == {("A", "region"), ("B", "data")}
    assert outer_asked == {("A", "data"), ("C", "None")}
    assert judge.hypotheses() is None


class _Loaded(dict[str, Any]):
    """Claims whose chapters are looked at where one is asked for."""

    def __init__(self, **claims: Any) -> None:
        super().__init__(claims)
        self.own: dict[str, Any] = {}

    def __contains__(self, name: object) -> bool:
        self.own |= {k: v for k, v in self.items() if k == name}
        return super().__contains__(name)


def copies_are_known(judge: ModuleType) -> None:
    """The theory's claim in the place of a variant, and a lemma by its id, where the theory has it."""
    own, variant = made(), made(title="another")
    loaded = _Loaded(A=own)
    with replaced(judge, project=SimpleNamespace(claims=lambda: loaded)):
        assert judge.known("A") is judge.known(variant.id) is None, "its chapter was not looked at"
        assert judge.lemma("A") is own
        assert judge.known("A") is judge.known(variant.id) is own
        assert judge.known(own.id) is own
        assert judge.known(made(id="B").id) is judge.lemma("B") is None
        other = judge.twin(own)
        assert (other is own, other == own, judge.differs(other, own)) == (False, True, False)
        object.__setattr__(other, "formula", variant.formula)
        assert not judge.differs(other, own), "the same object"
        object.__setattr__(other, "title", "another")
        assert judge.differs(other, own)
        other = judge.twin(own)
        object.__setattr__(other, "more", 1)
        assert [judge.differs(other, own), judge.differs(own, other)] == [True, True]
        loaded.own["GONE"] = own
        assert judge.lemma("GONE") is None
    with replaced(judge, project=SimpleNamespace(claims=lambda: {"A": own})):
        assert judge.known("A") is None


def sense_is_asked(judge: ModuleType) -> None:
    """What is said of a claim without an instance, a value or a limit; a true one is left alone."""
    at, nowhere = {x: Rational(1, 2), y: 3}, dict[Any, Any]()
    wrong = Eq(x, x + 1, evaluate=False)
    part = SimpleNamespace(what="1/x", instance=at)
    asked: list[str] = []

    def says(name: str, value: Any) -> Any:
        def function(claim: Claim) -> Any:
            asked.append(name)
            if isinstance(value, Exception):
                raise value
            return value

        return function

    empty = judge.instances.EmptyRegion("A: nothing there")
    for found, told in (
        ({}, None), ({"instance": empty}, ("error", judge.LOOK, "A: nothing there")),
        ({"false_anywhere": wrong}, ("refuted", judge.LOOK, f"A: {wrong} is false, whatever its symbols are")),
        ({"undefined": [part]}, ("error", "doubt/undefined.py::undefined",
         "A: the formula is undefined at x = 1/2, y = 3 of its region (1/x)")),
        ({"undefined": [SimpleNamespace(what="1/0", instance=nowhere), part]}, ("error",
         "doubt/undefined.py::undefined", "A: the formula is undefined at every point of its region (1/0)")),
        ({"unsettled": [part]}, ("error", "doubt/converges.py::unsettled",
         "A: the formula is undefined at x = 1/2, y = 3 of its region (1/x)")),
        ({"unsettled": [SimpleNamespace(what="1/x", instance=None), part]}, ("inconclusive",
         "doubt/converges.py::unsettled",
          "A: that 1/x converges is not shown; Claim.converges says why it does")),
        ({"false_at": SimpleNamespace(part=wrong, at=at, sure=True)}, ("refuted", "doubt/corners.py::false_at",
         f"A: {wrong} is false at x = 1/2, y = 3, where its hypotheses hold")),
        ({"false_at": SimpleNamespace(part=wrong, at=nowhere, sure=False)}, ("inconclusive",
         "doubt/corners.py::false_at", f"A: {wrong} is false at every point, where its hypotheses hold; if a "
         "symbol is no such number, its Meaning or a hypothesis says what it is")),
    ):  # fmt: skip
        asked.clear()
        stubs = {"instance": at, "false_anywhere": None, "undefined": [], "unsettled": [],
                 "false_at": None, **found}  # fmt: skip
        functions = {name: says(name, value) for name, value in stubs.items()}
        instances = SimpleNamespace(
            instance=functions.pop("instance"), EmptyRegion=judge.instances.EmptyRegion
        )
        with replaced(judge, instances=instances, **functions):
            outcome = judge.vacuous(made(), 7)
        assert asked == [*stubs][: len(asked)], "in this order"
        assert (outcome is None) == (told is None), found
        if told:
            assert outcome.test.endswith(told[1]), found
            assert (outcome.outcome, outcome.detail) == (told[0], told[2])
            assert (outcome.claim_id, outcome.kind, outcome.steps, outcome.seed) == (
                "A",
                "witness",
                (),
                7,
            )
