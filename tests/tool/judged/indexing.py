"""The battery of the index: which module declares which claims and holds which evidence, each found once."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.tool.judged.declaring import imports_hold, modules_hold
from tests.tool.judged.kernel import replaced
from tests.tool.judged.small_files import tree_of
from tests.tool.judged.tools import raises
from theorem_audit.checks import mark
from theorem_audit.project import ProjectError

FILES = ("thing/__init__.py", "thing/b.py", "thing/a.py", "thing/deep/__init__.py", "thing/deep/c.py",
 "tests/__init__.py",
         "tests/helper.py", "tests/test_a.py", "tests/test_b.py", "tests/off/__init__.py",
          "tests/off/test_c.py",
         "falsify/__init__.py", "falsify/one.py", "falsify/test_two.py")  # fmt: skip


def _mark(claim: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"claim_id": claim, "kind": kind, "module": "tests.test_a", "binding": name, "number": 0,
     "name": name,
            "steps": ["s"], "needs": "", "slow": False, "cases": [""], **more}  # fmt: skip


def _said() -> dict[str, Any]:
    """What is kept of each module, by kind and name."""
    empty = {"order": [], "claims": [], "strays": [], "lost": ""}
    marks = {"order": [], "evidence": True, "marks": []}
    return {
        "chapter thing": {**empty, "order": ["b", "deep"]}, "chapter thing.a": {**empty, "claims": [("A",
         "AA")]},
        "chapter thing.b": {**empty, "claims": [("B", "BB"), ("C", "CC")], "strays": [("A", "thing.a")]},
        "chapter thing.deep": {**empty, "claims": [("D", "DD")]}, "chapter thing.deep.c": {**empty,
         "claims": [("E", "EE")]},
        "tests tests": dict(marks), "tests tests.off": {**marks, "evidence": False},
        "tests tests.test_a": {**marks, "marks": [_mark("A", "property", "p"), _mark("A", "symbolic", "s",
         cases=["x", "y"]),
                                                  _mark("A", "kernel", "k")]},
        "tests tests.test_b": {**marks, "marks": [_mark("B", "property", "q")]},
        "searches falsify": {"order": [], "searches": {"A": ("falsify", "first", [("m", "w")]),
         "Z": ("falsify", "z", [])}},
        "searches falsify.one": {"order": [], "searches": {"A": ("falsify.one", "later", []),
         "B": ("falsify.one", "b", [])}},
    }  # fmt: skip


def _built(
    judge: ModuleType, said: dict[str, Any], *, falsifiers: str = "falsify", files: Any = FILES
) -> tuple[Any, list[str]]:
    asked: list[str] = []

    def kept(kind: str, module: str, make: Any) -> Any:
        asked.append(f"{kind} {module}")
        found = said[f"{kind} {module}"]
        if isinstance(found, BaseException):
            raise found
        return found

    with replaced(judge, unreached=lambda *_: []):
        return judge.build(tree_of(*files, falsifiers=falsifiers), kept), asked


def _builds(judge: ModuleType) -> None:
    found, asked = _built(judge, _said())
    assert found.claims == {"D": ("thing.deep", "DD"), "B": ("thing.b", "BB"), "C": ("thing.b", "CC"),
                            "E": ("thing.deep.c", "EE"), "A": ("thing.a", "AA")}  # fmt: skip
    assert list(found.claims) == ["B", "C", "D", "E", "A"], "in the reading order, the rest by name"
    assert asked == [
        "chapter thing", "chapter thing.b", "chapter thing.deep", "chapter thing.deep.c", "chapter thing.a",
         "tests tests",
        "tests tests.off", "tests tests.test_a", "tests tests.test_b", "searches falsify",
         "searches falsify.one",
    ]  # fmt: skip
    rows = {x: [(r.kind, r.module, r.name) for r in found.evidence[x]] for x in found.evidence}
    assert rows == {
        "A": [("property", "tests.test_a", "p"), ("symbolic", "tests.test_a", "s"), ("kernel",
         "tests.test_a", "k"),
              ("search", "falsify", "first"), ("variants", "theorem_audit.doubt.challenge", "challenge")],
        "B": [("property", "tests.test_a", "q"), ("search", "falsify.one", "b")], "C": [], "D": [], "E": [],
    }  # fmt: skip
    search, variants = found.evidence["A"][3:]
    assert search.around == (("m", "w"),)
    assert search.cases == ("",)
    assert (search.binding, search.number, search.steps, search.needs, search.slow) == (
        "first",
        0,
        (),
        "",
        False,
    )
    assert [x.name for x in variants.beside] == ["s"], "Coq's kernel is no judge of variants"
    assert found.evidence["A"][1].cases == ("x", "y")
    assert found.evidence["A"][1].steps == ("s",)
    assert found.evidence["A"][0].test == "tests/test_a.py::p"
    assert (found.left_out, found.broken) == ({}, {})
    none, asked = _built(judge, _said(), falsifiers="")
    assert not [x for x in asked if x.startswith("searches")]
    assert [r.kind for r in none.evidence["B"]] == ["property"]
    assert "did you mean A?" in judge.Index({"A-B": ("", ""), "AA": ("", "")}).like("aa").replace(
        "AA?", "A?"
    )
    assert judge.Index({"AAAA": ("", "")}).like("zzz") == " among the 1 known"
    assert (
        judge.Index(dict.fromkeys(("ABCD1", "ABCD2", "ABCD3", "ABCD4"), ("", "")))
        .like("abcd")
        .count(" or ")
        == 2
    )


def _refuses(judge: ModuleType) -> None:
    """What cannot be told apart, or names what is not there, is an error with its reason."""

    def changed(kind: type[BaseException], change: Any, **more: Any) -> str:
        said = _said()
        change(said)
        return raises(kind, lambda: _built(judge, said, **more))

    def put(key: str, **parts: Any) -> Any:
        return lambda said: said[key].update(parts)

    assert "id='B' is claimed twice, in b and a" in changed(
        ProjectError, put("chapter thing.a", claims=[("A", "AA"), ("B", "x")])
    )
    assert "claim Q in thing.a names the chapter 'other'" in changed(
        ProjectError, put("chapter thing.a", strays=[("Q", "other")])
    )
    assert "it is lost" in changed(ProjectError, put("chapter thing.a", lost="it is lost"))
    unknown = put("tests tests.test_b", marks=[_mark("Q", "property", "q")])
    assert "tests/test_a.py::q speaks for unknown claim Q" in changed(mark.UnknownEvidence, unknown)

    def nothing(said: dict[str, Any]) -> None:
        for key in said:
            said[key].update(
                {"claims": [], "strays": []} if key.startswith("chapter") else {"marks": []}
            )

    assert "holds no claim" in changed(ProjectError, nothing)

    def no_marks(said: dict[str, Any]) -> None:
        for key in said:
            if key.startswith("tests"):
                said[key]["marks"] = []

    assert "no test_*.py in" in changed(mark.NoEvidence, no_marks)
    cause = ProjectError("it does not import")
    bare = ProjectError("bare")
    cause.__cause__ = KeyError("x")
    said = _said()
    said["chapter thing.deep.c"] = cause
    found, _ = _built(judge, said)
    assert found.broken == {"thing/deep/c.py": "KeyError: 'x'"}
    assert list(found.claims) == ["B", "C", "D", "A"]
    said["tests tests.test_b"] = {
        **said["tests tests.test_b"],
        "marks": [_mark("E", "property", "e"), _mark("A", "ball", "b")],
    }
    found, _ = _built(judge, said)
    assert found.broken["tests/test_b.py"] == "speaks for E, which is not known"
    assert [r.name for r in found.evidence["A"]][:4] == ["p", "s", "k", "b"]
    said["searches falsify.one"] = ValueError("y")
    found, _ = _built(judge, said)
    assert found.broken["falsify/one.py"] == "ValueError: y"
    said["searches falsify"] = ValueError("z")
    raises(ValueError, lambda: _built(judge, said))
    for key, error in (
        ("chapter thing.a", bare),
        ("chapter thing", cause),
        ("chapter thing.deep", cause),
        ("searches falsify.one", ValueError("y")),
    ):
        said = _said()
        said[key] = error
        raises(type(error), lambda s=said: _built(judge, s))
    every = {x for x in _said() if x.startswith("chapter") and x != "chapter thing"}
    said = _said()
    said |= {x: {**said[x], "claims": [], "strays": []} for x in every}
    said["chapter thing.a"] = cause
    assert "does not import: KeyError: 'x'" in raises(ProjectError, lambda: _built(judge, said))
    odd, plain = mark.UnknownEvidence("odd"), mark.UnknownEvidence("plain")
    odd.__cause__ = ImportError("n")
    said = _said()
    said["tests tests.test_b"] = odd
    assert _built(judge, said)[0].broken == {"tests/test_b.py": "ImportError: n"}
    for key, error in (
        ("tests tests.test_b", plain),
        ("tests tests", odd),
        ("tests tests.off", odd),
    ):
        said = _said()
        said[key] = error
        raises(mark.UnknownEvidence, lambda s=said: _built(judge, s))
    said = _said()
    said["tests tests.test_b"] = None
    mark.LEFT_OUT["tests/test_b.py"] = "skipped"
    mark.LEFT_OUT["tests/test_a.py"] = "another's"
    try:
        assert _built(judge, said)[0].left_out == {"tests/test_b.py": "skipped"}
    finally:
        del mark.LEFT_OUT["tests/test_b.py"], mark.LEFT_OUT["tests/test_a.py"]
    said["tests tests.test_a"] = None
    raises(mark.NoEvidence, lambda: _built(judge, said))
    with replaced(mark, imported=lambda name: None):
        raises(
            ProjectError,
            lambda: _built(judge, _said(), files=[x for x in FILES if not x.startswith("tests")]),
        )
    with replaced(
        judge, unreached=lambda folder, what, *_: ["hidden"] if what == judge.CLAIM else []
    ):
        single = tree_of("thing.py", *(x for x in FILES if x.startswith("tests")))
        said = _said()
        said["chapter thing"] = {**said["chapter thing"], "claims": [("A", "AA"), ("B", "BB")]}
        assert list(judge.build(single, lambda k, m, make: said[f"{k} {m}"]).claims) == [
            "A",
            "B",
        ], "no folder to look in"
        none = tree_of(*(x for x in FILES if x.startswith("tests")))
        assert "holds no claim" in raises(
            ProjectError, lambda: judge.build(none, lambda k, m, make: said[f"{k} {m}"])
        )
    for where, kind in ((judge.CLAIM, ProjectError), (judge.EVIDENCE, mark.UnknownEvidence)):
        with replaced(
            judge,
            unreached=lambda folder, what, *_, asked=where: ["hidden"] if what == asked else [],
        ):
            tree = tree_of(*FILES)
            assert "hidden" in raises(
                kind, lambda t=tree: judge.build(t, lambda k, m, make: _said()[f"{k} {m}"])
            )


def _states(judge: ModuleType) -> None:
    base = judge.state_of({"a": "1", "b": "2"}, {"c": "3"})
    assert len(base) == 32
    assert judge.state_of({"b": "2", "a": "1"}, {"c": "3"}) == base
    others = [
        ({"a": "2", "b": "2"}, {"c": "3"}),
        ({"a": "1"}, {"c": "3"}),
        ({"a": "1", "b": "2"}, {"c": "4"}),
        ({"a": "1", "b": "2"}, {}),
    ]
    assert len({base, *(judge.state_of(*x) for x in others)}) == 5
    with replaced(judge, FORM=0):
        assert judge.state_of({"a": "1", "b": "2"}, {"c": "3"}) != base


def _walks(judge: ModuleType) -> None:
    """Packages first, what is wanted below them, and nothing below one that says it holds none."""
    said: dict[str, Any] = {
        x: {"order": []} for x in ("p", "p.a", "p.test_b", "p.q", "p.q.test_c", "p.r", "p.r.d")
    }
    tree = tree_of(
        "p/__init__.py",
        "p/a.py",
        "p/test_b.py",
        "p/q/__init__.py",
        "p/q/test_c.py",
        "p/r/__init__.py",
        "p/r/d.py",
    )

    def names(wanted: str = "") -> list[str]:
        return [m.name for m, _ in judge.walk(tree, "p", lambda m: said[m.name], wanted)]

    assert names() == ["p", "p.a", "p.q", "p.q.test_c", "p.r", "p.r.d", "p.test_b"]
    assert names("test_") == ["p", "p.q", "p.q.test_c", "p.r", "p.test_b"]
    said["p"] = {"order": ["test_b", "r"]}
    assert names() == ["p", "p.test_b", "p.r", "p.r.d", "p.a", "p.q", "p.q.test_c"]
    said["p.q"] = {"order": [], "evidence": False}
    said["p.a"] = None
    assert names() == ["p", "p.test_b", "p.r", "p.r.d"]
    said["p"] = None
    assert names() == []
    assert list(judge.walk(tree, "gone", lambda m: {"order": []})) == []


def indexes_hold(judge: ModuleType) -> None:
    """What is found in a project, and what is refused there."""
    for part in (_states, _walks, modules_hold, _builds, _refuses, imports_hold):
        part(judge)
