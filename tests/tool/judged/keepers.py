"""The battery of the keeper: what keys hold, and what is looked at before an outcome is taken."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.keeper_keys import all_keys, by_name, supported
from tests.tool.judged.keeper_project import ROW, TEXTS, Versions, file_of, project, tree_of
from tests.tool.judged.kernel import replaced
from theorem_audit.reuse import definitions


def _taken(judge: ModuleType) -> None:
    """What is kept is taken while the files and claims that were read are as they were, and no longer."""
    with project(judge) as (folder, keeper):
        data, other = folder / "data", folder / "other"
        data.write_text("1")
        other.write_text("1")
        reads = {
            ("tests.test_a", "test_a"): {"file:data"}, ("tests.h", "help"): {"file:more"}, ("tests.h",
             ""): {"file:top"},
            ("tests.h", "other"): {"file:other"}, ("tests.test_a", "test_v"): {"file:other"},
            ("nobody", ""): {"file:other"}, ("thing.c", ""): {"there:data"},
        }  # fmt: skip
        one = keeper()
        said = {"uses": ["B", "gone"], "outcome": "passed"}
        one.keep("k", said, reads, ROW)
        kept = one.outcomes(["k", "none"])
        assert list(kept) == ["k"]
        assert kept["k"].outcome == said
        assert {*kept["k"].reads} == {"file:data", "file:more", "file:top", "there:data"}
        assert kept["k"].uses == {"B": one.claim_key("B")}
        assert kept["k"].snapshot == one.snapshot
        assert one.stirred == set()
        one.graph.asks_the_clock = lambda node: node == ("def", "thing.c", "K")
        one.keep("asks", said, reads, ROW)
        assert list(keeper().outcomes(["asks", "k"])) == ["k"], "what asks the clock is run anew"
        one.graph.asks_the_clock = lambda node: False
        one.graph.asks_the_system = lambda node: (
            {"environment:variable TZ"} & {*node[:1]}
            or ({"environment:variable TZ"} if node == ("def", "thing.c", "K") else set())
        )
        everyones = {("", ""): {"file:more"}, ("thing.c", "K"): {"file:/away/x"}}
        asks = one.keep("zone", said, everyones, ROW)
        assert {*asks.reads} == {"environment:variable TZ", "file:more", "file:/away/x"}
        assert one.files([*asks.reads, "there:x", "file:data/x"]) == {"more", "data/x"}
        one.since = data.stat().st_ctime_ns
        one.look_again()
        late = one.keep("late", said, {("", ""): {"file:data", "there:data"}}, ROW)
        assert {*late.reads} - {"environment:variable TZ"} == {
            "there:data", "unseen:what a file said that changed as the run went on",
        }  # fmt: skip
        one.since += 1
        again = {("", ""): {"file:data"}}
        assert "file:data" not in one.keep("at once", said, again, ROW).reads, "looked at once"
        one.look_again()
        assert (
            "file:data" in one.keep("soon", said, {("", ""): {"file:data", "file:gone"}}, ROW).reads
        )
        other.write_text("2")
        assert list(keeper().outcomes(["k"])) == ["k"], "it does not rest on that"
        data.write_text("2")
        assert list(one.outcomes(["k"])) == ["k"], "looked at once in a run"
        later = keeper()
        assert (later.outcomes(["k"]), later.stirred) == ({}, {"k"}), "one of four reads"
        data.write_text("1")
        assert list(keeper().outcomes(["k"])) == ["k"]
        changed = keeper(thing__a=TEXTS["thing/a.py"].replace("B = 2", "B = 3"))
        assert changed.outcomes(["k"]) == {}, "a claim that it read"
        assert changed.stirred == set(), "no file"
        back = keeper(thing__a=TEXTS["thing/a.py"])
        del back.index.claims["B"]
        assert back.outcomes(["k"]) == {}, "a claim that is gone"
        assert back._other({"B": "x", "A": back.claim_key("A")}) == ["B"]
        two = keeper()
        two.forget("k")
        assert list(two.outcomes(["k"])) == ["k"], "another run's is left alone"
        one.forget("k")
        assert keeper().outcomes(["k"]) == {}


def _earlier(judge: ModuleType) -> None:
    """What was absent and is has not changed; what came, went or says another thing has."""
    for own, said, changed in (
        ("absent", {}, False), ("absent", {"def.m.f": "x"}, True), ("x", {}, True), ("", {}, False),
        ("x", {"def.m.f": "x"}, False), ("x", {"def.m.f": "y"}, True), ("", {"def.m.f": "y"}, True),
    ):  # fmt: skip
        graph = SimpleNamespace(own=lambda _, own=own: own)
        assert judge.Earlier(graph, said)(("def", "m", "f")) == changed, (own, said)
        assert not judge.Earlier(graph, said)(("imports", "m")), "it says nothing itself"


def _moved(judge: ModuleType) -> None:
    """An edit while a run goes on counts where it is reached; why something is run again is told."""
    with project(judge) as (folder, keeper):
        one = keeper()
        nodes = one.nodes(ROW)
        snapshot = one.snapshot
        assert not one.moved(nodes)
        assert one.changes(nodes, "nothing") == []
        assert one.changes(nodes, snapshot) == []
        for key, text, moved, told in (
            ("thing__c", "K = 22\nL = 2\n", True, ["thing/c.py: K changed"]),
            ("thing__c", "K = 1\nL = 222\n", False, []),
            ("tests__h", TEXTS["tests/h.py"] + "print()\n", True, ["tests/h.py changed"]),
            ("tests__h", "def help(x): ...\n", True, ["tests/h.py: help changed"]),
        ):  # fmt: skip
            later = keeper()
            _ = later.key(ROW, "", seed=0, quick=False)
            (folder / file_of(key)).write_text(text)
            later.tree._looked = float("-inf")
            with replaced(_files(), look=judge.look):
                assert later.moved(nodes) == moved, text
            assert keeper().changes(nodes, snapshot) == told
            keeper(**{key: TEXTS[file_of(key)]})
        for names, told in (
            ("a, b, c, d", "a, b, c, ..."),
            ("a, b, c", "a, b, c"),
            ("a, b", "a, b"),
        ):
            text = f"def help(x): return {names}\n{names} = 1, 1, 1, 1\n"
            before = keeper(tests__h=text).snapshot
            assert keeper(tests__h=text.replace("1", "2")).changes(nodes, before) == [
                f"tests/h.py: {told} changed"
            ]
        keeper(tests__h=TEXTS["tests/h.py"])
        Versions.said = "2"
        assert keeper().changes(nodes, snapshot) == ["elsewhere 2 (was elsewhere 1)"]
        Versions.said = "1"
        loose = "def help(x): return __import__(x)\ndef other(): ...\n"
        before = keeper(tests__h=loose).snapshot
        Versions.said = "2"
        later = keeper(tests__h=loose.replace("...", "1"), thing__c="K = 22\nL = 2\n")
        assert later.changes(nodes, before) == [
            "thing/c.py: K changed",
            "elsewhere 2 (was elsewhere 1)",
            f"tests/h.py: other changed{judge.BY_NAME}",
        ], "what is named first"
        Versions.said = "1"
        keeper(tests__h=TEXTS["tests/h.py"], thing__c=TEXTS["thing/c.py"])
        gone = keeper()
        _ = gone.graph.reached(nodes)
        with (
            replaced(
                judge,
                look=lambda here: tree_of(
                    folder, {k: v for k, v in TEXTS.items() if "/h." not in k}
                ),
            ),
            replaced(
                _files(),
                look=lambda here: tree_of(
                    folder, {k: v for k, v in TEXTS.items() if "/h." not in k}
                ),
            ),
        ):
            gone.tree._looked = float("-inf")
            assert gone.moved(nodes), "a file that is gone"


def _files() -> ModuleType:
    from theorem_audit.reuse import files

    return files


def _read_once(judge: ModuleType) -> None:
    """Sources and rows are taken from the store for the same content, and made for another."""
    with project(judge) as (folder, keeper):
        kept = dict(definitions.KNOWN)
        try:
            definitions.KNOWN.clear()
            first = keeper()
            assert {*first.sources} == {*first.tree.modules}
            assert first.sources["thing.c"] == definitions.read(TEXTS["thing/c.py"].encode())
            definitions.KNOWN.clear()
            asked: list[bytes] = []
            real = definitions.read
            with replaced(definitions, read=lambda text: (asked.append(text), real(text))[1]):
                assert keeper().sources == first.sources
                assert asked == [], "as they are kept"
                definitions.KNOWN.clear()
                changed = keeper(thing__c="K = 3\n")
                assert changed.sources["thing.c"] == real(b"K = 3\n")
                assert asked == [b"K = 3\n"]
                gone = keeper()
                (folder / "thing/c.py").unlink()
                assert gone.sources["thing.c"] == real(b"")
        finally:
            definitions.KNOWN.clear()
            definitions.KNOWN.update(kept)
        one = keeper(thing__c=TEXTS["thing/c.py"])
        assert one.row("x", "tests.h") is None
        assert one.row("x", "tests.h", lambda: None) is None
        assert one.row("x", "tests.h", lambda: {"found": 1}) == {"found": 1}
        assert one.row("x", "tests.h", lambda: {"found": 2}) == {"found": 1}
        assert one.row("y", "tests.h", lambda: {"found": 3}) == {"found": 3}
        assert one.row("x", "tests.test_a") is None
        assert keeper(tests__h="def help(x): 1\n").row("x", "tests.h") is None
        keeper(tests__h=TEXTS["tests/h.py"])
        assert keeper().row("x", "tests.h") == {"found": 1}
        one.compare("what", {"k": [1, [2]]}, "k", (1, (2,)))
        one.compare("what", {}, "k", 3)
        assert one.others == []
        one.compare("what", {"k": 1}, "k", 2)
        assert one.others == ["what is another than kept"]


def _indexed(judge: ModuleType) -> None:
    """The index asks for each module of theory, evidence and searches once for each of its states."""
    with project(judge) as (_, keeper):
        asked: list[tuple[str, str]] = []
        made: list[str] = []
        says: dict[str, Any] = {}

        def build(tree: Any, known: Any) -> list[Any]:
            found = []
            for kind, module in (
                ("chapter", "thing.a"),
                ("tests", "tests.h"),
                ("tests", "tests"),
                ("searches", "thing.c"),
            ):
                asked.append((kind, module))
                found.append(
                    known(kind, module, lambda m=module: (made.append(m), says.get(m, [m]))[1])
                )
            return found

        with replaced(judge, build=build):

            def fresh(anew: bool = False) -> Any:
                one = keeper()
                del one.__dict__["index"]
                one.anew = anew
                one.project = replace(one.project, falsifiers="thing")
                return one

            says["tests.h"] = None
            first = fresh()
            assert first.index == [["thing.a"], None, ["tests"], ["thing.c"]]
            assert made == ["thing.a", "tests.h", "tests", "thing.c"]
            made.clear()
            assert fresh().index == first.index
            assert made == ["tests.h"], "what skips itself is asked each time"
            made.clear()
            says["thing.a"] = ["other"]
            assert fresh().index == first.index
            made.clear()
            anew = fresh(anew=True)
            assert anew.index == [["other"], None, ["tests"], ["thing.c"]]
            assert made == ["thing.a", "tests.h", "tests", "thing.c"]
            assert anew.others == ["thing/a.py: what it holds is another than kept"]
            assert fresh().index[0] == ["other"]
            made.clear()
            doubts = fresh()
            assert doubts.index[0] == ["other"]
            says["thing.a"], says["tests"] = ["new"], ["newer"]
            assert doubts.doubt(["tests"]) is True
            assert doubts.index[:3:2] == [["other"], ["newer"]], "of that one alone"
            assert doubts.doubt(["tests"]) is False
            assert doubts.doubt(["tests", "thing.a"]) is True
            assert doubts.index[:3:2] == [["new"], ["newer"]]
            says["thing.a"] = ["other"]
            assert doubts.doubt(["tests.h"]) is True
            assert (doubts.doubted, doubts.index[0]) == ({"tests", "thing.a", "tests.h"}, ["other"])
            made.clear()
            keeper(thing__c="K = 5\n")
            assert fresh().index[0] == ["other"]
            assert made == ["thing.a", "tests.h", "thing.c"], "what it imports is another one"


def _told(judge: ModuleType) -> None:
    """Whose words are told anew: of all claims, or of a doubted chapter's."""
    with project(judge) as (_, keeper):
        one = keeper()
        assert not one.told_anew("A")
        one.doubted.add("tests.test_a")
        assert not one.told_anew("A")
        one.doubted.add("thing.a")
        assert one.told_anew("A")
        other = keeper()
        other.anew = True
        assert other.told_anew("A")


def keepers_hold(judge: ModuleType) -> None:
    """Keys, what is looked at before an outcome is taken, and what is told of changes."""
    for now, was, told in (
        ("a 2; b 1; abc", "a 1; b 1; abc", "a 2 (was a 1)"),
        ("a 2; abc", "a 2; def", "a 2; abc (was a 2; def)"),
        ("a 2; b 1; abc", "a 1; b 1; def", "a 2; b 1; abc (was a 1; b 1; def)"),
        ("a 2; b 2", "a 2", "a 2; b 2 (was a 2)"),
    ):
        assert judge._otherwise(now, was) == told
    try:
        for part in (
            all_keys,
            by_name,
            supported,
            _taken,
            _earlier,
            _moved,
            _read_once,
            _indexed,
            _told,
        ):
            part(judge)
    finally:
        Versions.said, Versions.python = "1", "3"
