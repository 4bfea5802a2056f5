"""The batteries of a claim's words: the table of variants, what is told of a claim, meanings."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import Eq, Function, IndexedBase, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit import project
from theorem_audit.statement import setting
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.statement.meaning import Meaning
from theorem_audit.statement.use import Use
from theorem_audit.weigh.told import stated
from theory import claims
from theory.vocabulary import ORTHONORMAL, UNIT_DATA

X, Y = Symbol("x", real=True), Symbol("y", real=True)


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
                "{", "[]", '{"claims": [{}]}', '{"claims": 3}', "[" * 100_000, '{"claims": [[]]}',
            ):  # fmt: skip
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
            "id", "title", "chapter", "sentence", "typeset", "bound", "statement", "remark",
        ):  # fmt: skip
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
    applied: list[dict[str, Any]] = [
        {}, {"L": (Use(),)}, {"M": (Use(),)}, {"L": (Use({X: Y}),)}, {"L": (Use({Y: X}),)},
        {"L": (Use({X: -Y}),)}, {"L": (Use(where=Eq(X, Y)),)}, {"L": (Use(), Use())},
    ]  # fmt: skip
    assert len({judge.fingerprint(replace(plain, applied=x)) for x in applied}) == len(applied)
    assert judge.fingerprint(replace(plain, formula=Eq(Symbol("x"), Y + 1))) != judge.fingerprint(
        plain
    )


def meanings_hold(judge: ModuleType) -> None:
    """Words with a function; none without words."""
    last = judge.Meaning("last", value=lambda run: run[-1])
    first = judge.Meaning("first", value=lambda run: run[0], near=[last])
    assert (first, first.value([3, 5]), first.near, last.near) == ("first", 3, (last,), ())
    assert (first.shared, first.shared.value, first.shared.near) == ("first", first.value, ())
    assert "needs words" in raises(ValueError, lambda: judge.Meaning("", value=len))
    low = judge.Meaning("log", value=len, low="at 1")
    assert (low, low.words, low.low, first.low) == ("log; -oo at 1", "log", "at 1", "")
    assert (low.said("it"), low.said("it").low, low.said("it", "at 2")) == (
        "it",
        "",
        "it; -oo at 2",
    )
    assert (low.shared, low.shared.low, low.shared.value) == (low, "at 1", len)
    for blank in (" ", "at 1 ", True, None):
        assert f"low={blank!r}: in words" in raises(
            ValueError, lambda blank=blank: judge.Meaning("log", value=len, low=blank)
        )
    assert judge.meanings_of({"a": first, "b": "words"}) == {"a": first}
    assert judge.OutOfReach("limit", why="a limit").why == "a limit"
    assert "says why" in raises(ValueError, lambda: judge.OutOfReach("limit", why=" "))
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
