"""The batteries of what weighs: answers of workers, the table of variants, words of claims, the guard."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from sympy import Eq, Function, IndexedBase, Symbol

from tests.tool.judged.kernel import replaced
from theorem_audit import project
from theorem_audit.statement import setting
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.statement.meaning import Meaning
from theorem_audit.weigh.told import stated
from theorem_audit.weigh.verdict import Outcome
from theory import claims
from theory.vocabulary import ORTHONORMAL, UNIT_DATA

X, Y = Symbol("x", real=True), Symbol("y", positive=True)
ASKED = Outcome("A", "t", "symbolic", ("s",), "not_run", case="c", seed=3, needs="n")
GOOD = replace(
    ASKED, outcome="passed", checks=1, uses=("B",), notes=("a",), read=("k",), witness={"x": "1"}
)


def raises(kind: type[BaseException], call: Any) -> str:
    """What the call says as it raises; an AssertionError where it does not."""
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


@dataclass(frozen=True)
class Box:
    """A known class."""

    inside: Any
    more: int = 0


class Number(int):
    """As NumPy's numbers are: a plain one of another class."""


def answers_hold(judge: ModuleType) -> None:
    """What is written is read again, all else is refused; and an outcome must be the one that was asked for."""
    for value in (
        None, True, 3, -2.5, "x\ud800", [1, [2]], (1, ("a",)), {1, 2}, frozenset((3,)), {("a", "b"): {"c"}},
        {}, (), Box((1, {"x"}), 2), [Box(None)], float("inf"),
    ):  # fmt: skip
        found = judge.read(judge.written(value, [Box]), [Box])
        assert (found, type(found)) == (value, type(value))
    for value, plain in ((Number(7), 7), (np.float64(0.5), 0.5), (np.str_("a"), "a")):
        found = judge.read(judge.written(value, ()), ())
        assert (found, type(found)) == (plain, type(plain))
    for value in (Box(1), [{1: object()}], (X,), b"a", lambda: None, Box, {"a": Box(1)}):
        assert "is no part of an answer" in raises(
            judge.NotPlain, lambda v=value: judge.written(v, ())
        )
    for known in (GOOD, Number):
        assert raises(judge.NotPlain, lambda k=known: judge.written(Box(k), [Outcome]))
    for text in (
        b"", b"{", b"{}", b'["Box", {"inside": 1}]', b'["eval", ["1"]]', b"[[]]", b'["dict", [1]]',
        b'["set", [["list", []]]]', b'["Box", {"other": 1}]', b"[" * 100_000,
    ):  # fmt: skip
        known = [Box] if b"other" in text else []
        raises(judge.NotPlain, lambda t=text, k=known: judge.read(t, k))
    assert judge.doubt(GOOD, ASKED) == ""
    for many in ((GOOD,), None, {}, "passed"):
        assert judge.doubt(many, ASKED)
    for name, other in (
        ("claim_id", "B"), ("test", "u"), ("kind", "kernel"), ("steps", ("r",)), ("case", ""), ("seed", 4),
        ("needs", ""),
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **{name: other}), ASKED) == f"its {name} is another"
    for changes in (
        {"outcome": "proved"}, {"checks": 0}, {"checks": 1.0}, {"checks": True}, {"seconds": float("nan")},
        {"seconds": "1"}, {"error": -0.1}, {"error": 1.1}, {"error": None}, {"power": float("inf")},
        {"power": "1"}, {"smallest_visible": float("nan")}, {"detail": 1}, {"detail": "\ud800"},
        {"notes": ["a"]}, {"notes": (1,)}, {"uses": "B"}, {"uses": None}, {"read": (None,)}, {"witness": ()},
        {"witness": {"x": 1}}, {"witness": {1: "x"}},
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **changes), ASKED), changes
    for changes in (
        {"outcome": "refuted", "checks": 0}, {"error": 0}, {"error": 1.0}, {"power": 0.5},
        {"smallest_visible": 2.0}, {"checks": 9}, {"outcome": "not_run", "checks": 0}, {"notes": ()},
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **changes), ASKED) == "", changes


def _claim(name: str, **more: Any) -> Claim:
    return Claim(name, name, Eq(X, Y + 1), Source("lemma", "x"), "exact", "m", **more)


def _row(claim: Claim, *survivors: str, **more: Any) -> dict[str, Any]:
    left = [{"name": x} for x in survivors]
    return {"id": claim.id, "statement": "", "stated": stated(claim), "survivors": left, **more}


def tables_hold(judge: ModuleType) -> None:
    """What the table says of today's claims, what it says of none, and a table that is none."""
    made = {x: _claim(x, survivors={"why": "so"}) for x in "ABCDEFGHIJK"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "variants.json"
        here = replace(project.current(), variants=str(path))
        with replaced(project, _current=here):
            assert judge.table().trouble.startswith("none is kept")
            assert judge.accepted(made) == {}
            assert judge.line(made).startswith("variants: 0 of 11 claims current: none is kept")
            for text in (
                "{",
                "[]",
                '{"claims": [{}]}',
                '{"claims": 3}',
                "[" * 100_000,
                '{"claims": [[]]}',
            ):
                path.write_text(text)
                assert str(path) in raises(judge.UnreadableTable, lambda: judge.load(path))
            assert "cannot be read" in raises(
                judge.UnreadableTable, lambda: judge.load(path.parent)
            )
            row = _row(made["A"])
            for gone in ("id", "statement", "survivors"):
                less = {k: v for k, v in row.items() if k != gone}
                path.write_text(json.dumps({"claims": [less]}))
                assert raises(judge.UnreadableTable, lambda: judge.load(path))
            path.write_text(json.dumps({"claims": [{**row, "survivors": [{}]}]}))
            assert raises(judge.UnreadableTable, lambda: judge.load(path))
            assert judge.table().trouble.startswith(str(path))
            stale = {**_row(made["C"], "bad"), "stated": "other"}
            rows = [_row(made["A"], "why", "bad"), _row(made["B"], "why (part 12)"), stale,
                    _row(made["E"], tried_at="then")]  # fmt: skip
            path.write_text(json.dumps({"commit": "abc", "claims": rows}))
            found = judge.table().rows
            assert (judge.table().trouble, list(found)) == ("", ["A", "B", "C", "E"])
            assert (found["A"]["tried_at"], found["E"]["tried_at"]) == ("abc", "then")
            assert judge.current(made, found) == ["A", "B", "E"]
            assert judge.accepted(made) == {"A": ["bad"]}
            assert judge.accepted({"B": replace(made["B"], survivors={})}) == {
                "B": ["why (part 12)"]
            }
            assert judge.line(made) == (
                "variants: 3 of 11 claims current; stale: C; not tried: D, F, G, H, I, J, K"
            )
            more = made | {x: _claim(x) for x in ("L", "M")}
            assert judge.line(more).endswith("not tried: D, F, G, H, I, J, K, L and 1 more")
            less = {x: c for x, c in more.items() if x != "M"}
            assert judge.line(less).endswith("not tried: D, F, G, H, I, J, K, L")
            path.write_text(json.dumps({"claims": rows[:1]}))
            assert judge.table().rows["A"]["tried_at"] == "unknown"
    assert judge.explained({"a": "x", "b (part 1)": "y"}, "a (part 2)") == "x"
    assert judge.explained({"a": "x", "b (part 1)": "y"}, "b (part 1)") == "y"
    assert judge.explained({"b (part 1)": "y"}, "b (part 2)") == ""
    with replaced(
        judge, stated=lambda claim: ""
    ):  # a claim whose statement has no hash is never current
        assert judge.current({"A": made["A"]}, {"A": {"stated": ""}}) == []


def words_hold(judge: ModuleType) -> None:
    """What is told of a claim is what it says; each change of its statement is a change of the hashes."""
    for name in ("NORM", "GRAD", "SGD-RATE-PATHS"):
        claim = claims[name]
        data = judge.describe(claim)
        told = judge.Told.back(json.loads(json.dumps(data)))
        assert judge.Told.of(claim) == told
        assert judge.Told.of(told) is told
        for field in (
            "id",
            "title",
            "chapter",
            "sentence",
            "typeset",
            "bound",
            "statement",
            "remark",
        ):
            assert getattr(told, field) == getattr(claim, field)
        assert (told.steps, told.cites) == (claim.steps, claim.cites)
        assert told.formula == str(claim.formula)
        assert (told.region == "") == (str(claim.region) == "True")
        assert told.region in ("", str(claim.region))
        assert told.stated == judge.stated(claim)
        assert data["object"] == judge.fingerprint(claim)
        assert [x.work for x in told.source.prior] == [x.work.cite() for x in claim.source.prior]
        for said, x in zip(told.assumptions, claim.assumptions, strict=True):
            assert (said.name, said.text, said.needed) == (x.name, x.words, x.needed)
            assert (said.condition, said.item) == (
                str(x.condition) if x.condition is not None else "",
                x.item.kind if x.item is not None else "",
            )
        for told_item, item in zip(told.items, claim.items, strict=True):
            assert (told_item.kind, told_item.name, told_item.after) == (
                item.kind,
                item.name,
                item.after,
            )
            assert item.name in told_item.implied
        assert judge.items_of(told) == told.items == judge.items_of(claim)
    assert [x.widest for x in judge.items_of(claims["NORM"])] != [], "it has items"
    norm, step = claims["NORM"], claims["STEP"]
    (last,) = (x for x in norm.assumptions if x.name == "deviation")
    other = replace(last, condition=Eq(X, Y, evaluate=False))
    more = replace(norm, assumptions=tuple(other if x is last else x for x in norm.assumptions))
    assert judge.fingerprint(more) != judge.fingerprint(norm), "a condition is another"
    alone, was = SimpleNamespace(neighbours=lambda item: ()), judge.stated(norm)
    with replaced(setting, kind_of=lambda item: alone):
        assert judge.stated(norm) != was, "the item has other neighbours"
    wide = norm.with_item(ORTHONORMAL, UNIT_DATA)
    assert judge.beyond(norm, step) == judge.beyond(step, norm) == judge.beyond(norm, norm) == []
    gaps = judge.beyond(wide, step)
    assert gaps == [f"STEP supposes orthonormal ({ORTHONORMAL.kind}), NORM {UNIT_DATA.name}"]
    bare = replace(norm, assumptions=())
    kinds = [x for x in norm.items if not x.after]
    said = judge.beyond(bare, norm)
    assert 0 < len(said) <= len(kinds)
    assert all(x.endswith("NORM nothing") for x in said)
    after = claims["SGD-RATE-PATHS"]
    assert all(x.after for x in after.items if f"supposes {x.name} " not in " ".join(judge.beyond(bare, after))
               and not any(y.name == x.name and y.widest for y in judge.items_of(after)))  # fmt: skip
    near = Meaning("near", value=lambda run: 0)
    plain = _claim(
        "A", symbols={"x": Meaning("words", value=lambda run: run, near=(near,)), "y": "a"}
    )
    hashes = [
        judge.stated(plain), judge.stated(replace(plain, id="B")), judge.stated(replace(plain, bound="upper")),
        judge.stated(replace(plain, formula=Eq(X, Y + 2))),
        judge.stated(replace(plain, formula=Eq(Symbol("x"), Y + 1))),
        judge.stated(replace(plain, symbols={"x": Meaning("others", value=lambda run: run, near=(near,))})),
        judge.stated(replace(plain, symbols={"x": Meaning("words", value=lambda run: run)})),
        judge.stated(norm), judge.stated(wide), judge.stated(bare),
    ]  # fmt: skip
    assert len(set(hashes)) == len(hashes)
    assert {len(x) for x in hashes} == {24}
    for same in (replace(plain, title="other"), replace(plain, remark="r"), replace(plain, symbols={
        "x": plain.symbols["x"], "y": "other words"
    })):  # fmt: skip
        assert judge.stated(same) == hashes[0]
        assert judge.fingerprint(same) != judge.fingerprint(plain)
    assert judge.fingerprint(norm) != judge.fingerprint(wide)
    assert judge.fingerprint(replace(plain, formula=Eq(Symbol("x"), Y + 1))) != judge.fingerprint(
        plain
    )


def meanings_hold(judge: ModuleType) -> None:
    """Words with a function; none without words."""
    last = judge.Meaning("last", value=lambda run: run[-1])
    first = judge.Meaning("first", value=lambda run: run[0], near=[last])
    assert (first, first.value([3, 5]), first.near, last.near) == ("first", 3, (last,), ())
    assert "needs words" in raises(ValueError, lambda: judge.Meaning("", value=len))
    assert judge.meanings_of({"a": first, "b": "words"}) == {"a": first}
    assert judge.told_by({"r2, s": "", "Beta(x, y)": "", "bar a": ""}) == {
        "r2", "s", "Beta(x, y)", "Beta", r"\bar{a}",
    }  # fmt: skip
    x, y, k = Symbol("x"), Symbol("Y"), Symbol("k", integer=True)
    assert judge.names_of(Function("f")(y) + x, IndexedBase("q")[k]) == ("f", "k", "q", "x", "Y")
    table = {"": {"x": "of all", "z": "far"}, "one": {"x": "of one"}, "one.two": {"y": "of two"}}
    here = SimpleNamespace(
        legend="a.b",
        theory="theory",
        import_from=lambda *said: table if said == ("legend", "a.b") else {},
    )
    with replaced(project, current=lambda: here):
        for chapter in ("theory.one.two", "one.two"):
            said = [
                judge.line_of({"r2, s": "mine"}, chapter, name)
                for name in ("s", "r2", "x", "y", "z", "u")
            ]
            assert said == ["mine", "mine", "of one", "of two", "far", ""]
        assert judge.line_of({"r2, s": "mine"}, "three", "r2, s") == "mine"
        assert judge.line_of({}, "three", "x") == "of all"
        here.legend = ""
        assert judge.line_of({}, "one", "x") == ""


@contextmanager
def _module(name: str, text: str) -> Iterator[ModuleType]:
    module = ModuleType(name)
    place = f"<{name}>"  # no file, or coverage would look for it
    exec(compile(text, place, "exec"), module.__dict__)
    sys.modules[name] = module
    try:
        yield module
    finally:
        del sys.modules[name]


TOY = """'a docstring'
SIZE, NAMES, TABLE, kept = 3, ["a"], {"a": 1}, {}
def asked(x, least=0):
    return x > least
class Judge:
    def rule(self):
        return True
"""
NEAR, FAR, AWAY = "theorem_audit.checks.made_up", "theorem_audit.weigh.made_up", "elsewhere.made_up"


def _changes(module: ModuleType) -> Iterator[tuple[str, Any, Any]]:
    """(what is told, the change, is it back)."""
    asked, rule = module.asked, module.Judge.__dict__["rule"]
    code, name = asked.__code__, module.__name__

    def other(x: Any, least: Any = 0) -> bool:
        return True

    yield f"{name}.asked", lambda: setattr(module, "asked", other), lambda: module.asked is asked
    yield (f"{name}.asked", lambda: setattr(asked, "__code__", other.__code__),
           lambda: asked.__code__ is code)  # fmt: skip
    yield (f"{name}.asked", lambda: setattr(asked, "__defaults__", (9,)),
           lambda: asked.__defaults__ == (0,))  # fmt: skip
    yield (f"{name}.SIZE", lambda: setattr(module, "SIZE", 4), lambda: module.SIZE == 3)
    yield ("Judge.rule", lambda: setattr(module.Judge, "rule", other),
           lambda: module.Judge.__dict__["rule"] is rule)  # fmt: skip
    if name == NEAR:
        yield f"{name}.NAMES", lambda: module.NAMES.append("b"), lambda: module.NAMES == ["a"]
        yield f"{name}.TABLE", lambda: module.TABLE.clear(), lambda: module.TABLE == {"a": 1}
        yield (f"{name}.TABLE", lambda: (module.TABLE.clear(), module.NAMES.clear()),
               lambda: (module.TABLE, module.NAMES) == ({"a": 1}, ["a"]))  # fmt: skip
    yield (f"all, any in {name}, which hides", lambda: module.__dict__.update(any=other, all=other),
           lambda: "any" not in vars(module) and "all" not in vars(module))  # fmt: skip


@contextmanager
def _put_back() -> Iterator[None]:
    """Whatever a mutant of the guard leaves changed: other tests run in this process."""
    poly, norm = sys.modules["sympy.polys.polytools"].Poly, claims["NORM"]
    zero, formula = poly.__dict__["is_zero"], norm.formula
    said = [x for _, c in claims.loaded() for x in (c.formula, c.region)]
    known = [x._assumptions for x in {x for one in said for x in one.free_symbols}]
    copies = [dict(x) for x in known]
    try:
        yield
    finally:
        poly.is_zero = zero
        object.__setattr__(norm, "formula", formula)
        dict.__setitem__(claims, "NORM", norm)
        for table, copy in zip(known, copies, strict=True):
            table.clear()
            table.update(copy)


@_put_back()
def guard_holds(judge: ModuleType) -> None:
    """Each change is named and undone, where it is left and where it is undone before; a caller's stands."""
    judge_hears = sys.addaudithook
    system = _System()
    with replaced(judge, sys=system), _module(NEAR, TOY) as near, _module(FAR, TOY) as far:
        watch = judge.Untouched()
        assert system.hooks == [watch._hear]
        with _module(AWAY, TOY) as away:
            watch.extend()
            away.SIZE, away.asked = 4, None
            assert watch.changed() == []
        near.SIZE = 4
        watch.look(1)
        watch.extend()
        assert (near.SIZE, watch.changed()) == (3, []), "it was a caller's, and is over"
        for module in (near, far):
            for told, change, back in _changes(module):
                watch.extend()
                change()
                found = watch.changed()
                assert any(told in x for x in found), (told, found)
                assert back(), told
                assert watch.changed() == []
        for told, change, back in _changes(near):
            if "hides" in told:
                continue
            for checks in (1, 3, 4, 6):
                watch.extend()
                change()
                watch.look(checks)
                assert back(), told
                assert any(told in x for x in watch.changed()), told
                assert watch.changed() == []
        watch.extend()
        far.SIZE = 5  # is looked at when all is over
        for checks in (3, 4):
            watch.look(checks)
            assert far.SIZE == 5
        assert watch.changed() == [f"{FAR}.SIZE"]
        near.__doc__, near.kept, near._own = "others", {1: 2}, 4  # no constants, or new
        assert watch.changed() == []
        near.SIZE, far.SIZE = 7, 8
        with _module(f"{NEAR}.gone", TOY):
            watch.extend()
        norm = claims["NORM"]
        dict.__setitem__(claims, "NORM", claims["STEP"])
        watch.extend(accept=True)
        assert watch.changed() == []
        assert (near.SIZE, far.SIZE, claims["NORM"].id) == (7, 8, "STEP")
        dict.__setitem__(claims, "NORM", norm)
        watch.extend(accept=True)
        # What SymPy decides by is looked at at the first check, the second, the fourth, and so on.
        poly = sys.modules["sympy.polys.polytools"].Poly
        zero = poly.__dict__["is_zero"]
        for checks, sees in ((3, False), (6, False), (1, True), (2, True), (8, True)):
            watch.extend()
            poly.is_zero = property(lambda self: True)
            watch.look(checks)
            assert (poly.__dict__["is_zero"] is zero) == sees
            assert watch.changed() == ["Poly.is_zero"]
        # What the interpreter tells: only of functions in the list.
        for name in ("__code__", "__defaults__", "__kwdefaults__"):
            watch.extend()
            watch._hear("object.__setattr__", (near.asked, name, None))
            watch._hear("object.__setattr__", (near.asked, "__name__", None))
            watch._hear("object.__setattr__", (json.dumps, name, None))
            watch._hear("open", (near.asked, name, None))
            found = watch.changed()
            assert found == [f"{NEAR}.asked.{name}"], found
        watch._hear("sys.addaudithook", ())
        watch.look(1)
        assert watch.changed() == ["what the interpreter tells"]
        watch._hear("sys.addaudithook", ())
        watch.extend()
        assert watch.changed() == [], "done by a caller, in between"
        _claims_are_watched(watch)
        with _module(f"{FAR}.later", TOY) as later:
            watch.extend()
            later.SIZE = 0
            assert watch.changed() == [f"{FAR}.later.SIZE"]
        assert watch.changed() == []
    assert sys.addaudithook is judge_hears


def _claims_are_watched(watch: Any) -> None:
    norm = claims["NORM"]
    formula, symbol = norm.formula, min(norm.formula.free_symbols, key=str)
    watch.extend()
    object.__setattr__(norm, "formula", Eq(X, X, evaluate=False))
    assert watch.changed() == ["NORM.formula"]
    assert norm.formula is formula
    dict.__setitem__(claims, "NORM", claims["STEP"])
    assert watch.changed() == ["claims['NORM']"]
    assert claims["NORM"] is norm
    known = dict(symbol._assumptions)
    symbol._assumptions["zero"] = True
    (found,) = watch.changed()
    assert found.startswith("what is known of ")
    assert dict(symbol._assumptions) == {k: v for k, v in known.items() if v is not None}
    symbol._assumptions["prime"] = None  # asked, and not known
    assert watch.changed() == []


class _System:
    """``sys`` without a hook that would stay, and with few modules to look at."""

    ours = (
        NEAR,
        FAR,
        AWAY,
        f"{FAR}.later",
        "theorem_audit.project",
        "sympy.polys.polytools",
        "builtins",
    )

    def __init__(self) -> None:
        self.hooks: list[Any] = []

    @property
    def modules(self) -> dict[str, ModuleType]:
        return {x: sys.modules[x] for x in self.ours if x in sys.modules}

    def addaudithook(self, hook: Any) -> None:
        """It is noted, and not added."""
        self.hooks.append(hook)


def leftovers_hold(judge: ModuleType) -> None:
    """Each thing that is left is seen, and what is gone again is not."""
    before, end = judge.Leftovers(), threading.Event()
    assert before.left() is False
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert before.left() is True
        assert judge.Leftovers().left() is False
    finally:
        end.set()
        thread.join()
    assert before.left() is False
    for put, take in ((lambda: gc.callbacks.append(raises), lambda: gc.callbacks.remove(raises)),):
        put()
        try:
            assert before.left() is True
        finally:
            take()
    old, sys.excepthook = sys.excepthook, raises  # type: ignore[assignment]
    try:
        assert before.left() is True
    finally:
        sys.excepthook = old

    children = judge.children()
    with subprocess.Popen(["sleep", "60"]) as child:
        now = judge.children()
        child.kill()
    assert (now != children) == Path("/proc/self/task").exists()
    assert now - children in ({str(child.pid)}, set())

    def gone() -> frozenset[str]:
        return frozenset()

    with replaced(judge, children=gone):
        alone = judge.Leftovers()
        with replaced(judge, children=lambda: frozenset("7")):
            assert alone.left() is True
            assert judge.Leftovers().left() is False
            with replaced(judge, children=gone):
                assert alone.left() is False
    timed = [False, False, False]
    with replaced(judge, TIMERS=(0, 1, 2), signal=_Signals(judge.signal, timed)):
        alone = judge.Leftovers()
        for place in range(3):
            timed[place] = True
            assert alone.left() is True
            timed[place] = False
        assert alone.left() is False
    assert judge._home(raises) == "tests"
    assert judge._home(3) == ""


class _Signals:
    def __init__(self, real: Any, timed: list[bool]) -> None:
        self._real, self._timed = real, timed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def getitimer(self, which: int) -> tuple[float, float]:
        """Half a second to go, or a timer that does not run but is set again and again."""
        return (0.5 if self._timed[which] else 0.0), 1.5


def contexts_hold(judge: ModuleType) -> None:
    """What a run of evidence leaves behind: counts, sums, the weakest test; and streams by key."""
    seen: list[int] = []
    context = judge.RunContext(look=seen.append)
    for k in (1, 2, 3):
        context.count()
        assert (context.checks, seen) == (k, [*range(1, k + 1)])
    plain = judge.RunContext()
    plain.count()
    assert (plain.checks, plain.error, plain.power, plain.smallest_visible) == (1, 0.0, None, None)
    for error, power, visible in (
        (0.25, 0.75, 2.0),
        (0.5, 0.5, 3.0),
        (0, 0.9, 1.0),
        (0.0, None, None),
    ):
        plain.spend(error, power, visible)
    assert (plain.error, plain.power, plain.smallest_visible) == (0.75, 0.5, 3.0)
    for edge in (0, 1, 0.0, 1.0):
        judge.RunContext().spend(edge, edge, 0.0)
    for words in ((-0.1,), (1.1,), (float("nan"),), (0.1, 1.5), (0.1, -0.5), (0.1, float("nan")),
                  (0.1, 0.5, float("inf")), (0.1, 0.5, float("nan"))):  # fmt: skip
        assert raises(ValueError, lambda w=words: plain.spend(*w))
        assert plain.error == 0.75
    outside = judge.current()
    assert outside is not judge.current()
    assert judge.inside() is False
    hook = threading.excepthook
    with judge.running(judge.RunContext(test="t", seed=3)) as one:
        assert judge.current() is one
        assert judge.inside() is True
        states = {
            tuple(judge.seed(*key).generate_state(2))
            for key in ((), ("a",), ("b",), ("a", 1), (1,))
        }
        assert len(states) == 5
        assert judge.rng("a").random(3).tolist() == judge.rng("a").random(3).tolist()
        same = np.random.Generator(np.random.PCG64(judge.seed("a"))).random(3)
        assert judge.rng("a").random(3).tolist() == same.tolist()
        judge.note("words")
        thread = threading.Thread(target=lambda: [][1])
        thread.start()
        thread.join()
        with judge.running(judge.RunContext(test="u", seed=3)) as two:
            assert judge.current() is two
            assert tuple(judge.seed().generate_state(2)) not in states
        assert judge.current() is one
    assert (one.notes, one.lost) == (["words"], ["IndexError: list index out of range"])
    assert threading.excepthook is hook
    assert judge.current() is not one
    with judge.running(judge.RunContext(test="t", seed=4)):
        assert tuple(judge.seed().generate_state(2)) not in states
