"""The battery of the keeper: what keys hold, and what is looked at before an outcome is taken."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.kernel import replaced
from theorem_audit.project import Project
from theorem_audit.reuse import definitions
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.reuse.index import Index, Row
from theorem_audit.reuse.store import Store

TEXTS = {
    "thing/__init__.py": "", "thing/a.py": "from thing.c import K\nA = K\nB = 2\n",
     "thing/c.py": "K = 1\nL = 2\n",
    "tests/__init__.py": "",
    "tests/test_a.py": "import elsewhere\nfrom tests.h import help\nfrom thing.a import A\n"
                       "def test_a():\n    return help(A), elsewhere.x\ndef test_v(): ...\ndef wrap(): ...\n",
    "tests/h.py": "def help(x): return elsewhere(x)\ndef other(): ...\n",
    "theorem_audit/__init__.py": "", "theorem_audit/weigh/__init__.py": "",
     "theorem_audit/doubt/__init__.py": "",
    "theorem_audit/weigh/runner.py": "def run_evidence(): ...\ndef vacuous(): ...\n",
    "theorem_audit/weigh/told.py": "def describe(): ...\n",
    "theorem_audit/doubt/instances.py": "def about(): ...\n",
    "theorem_audit/doubt/doubts.py": "FORM = 1\nSECONDS = 1\n",
    "theorem_audit/doubt/challenge.py": "GROSS = 1\nTRIES = 1\ndef challenge(): ...\n",
}  # fmt: skip
ROW = Row("A", "symbolic", "tests.test_a", "test_a", 0, "test_a", (), "", False, ("",))
SUPPORTS = replace(ROW, kind="property", binding="test_v", name="test_v")
SEARCH = replace(
    ROW,
    kind="search",
    module="tests.h",
    binding="help",
    name="help",
    around=(("tests.test_a", "wrap"),),
)
VARIANTS = replace(
    ROW,
    kind="variants",
    module="theorem_audit.doubt.challenge",
    binding="challenge",
    name="challenge",
)
ROWS = {"evidence": ROW, "supporting": SUPPORTS, "search": SEARCH, "variants": VARIANTS}


class _Memory(Store):
    """A store in memory."""

    def __init__(self) -> None:
        super().__init__(None, lambda text: None)
        self.open(check=False)


def _tree(folder: Path, texts: dict[str, str]) -> Tree:
    tree = Tree(Project(folder, "small", "thing", "tests", "notes"))
    tree.__dict__["tops"] = ("thing", "tests", "theorem_audit")
    for file in texts:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        path = folder / file
        tree.modules[name] = Module(name, path, file.endswith("__init__.py"))
        info = path.stat()
        tree.stamps[path] = (info.st_mtime_ns, info.st_size)
    return tree


@contextmanager
def _project(judge: ModuleType) -> Iterator[tuple[Path, Any]]:
    """A project on disk, and a keeper of it as it is whenever one is asked for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for file, text in TEXTS.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        store = _Memory()

        def keeper(**texts: str) -> Any:
            """As the files are, with these changes to them, for good."""
            for key, text in texts.items():
                (folder / _file(key)).write_text(text)
            made = judge.Keeper(Project(folder, "small", "thing", "tests", "notes"), store)
            made.index = Index(
                {"A": ("thing.a", "A"), "B": ("thing.a", "B")}, {"A": [*ROWS.values()], "B": []}
            )
            return made

        with replaced(judge, look=lambda here: _tree(folder, TEXTS), versions=_Versions):
            yield folder, keeper


def _file(key: str) -> str:
    return f"{key.replace('__', '/')}.py"


class _Versions:
    """The versions of packages, as this test says."""

    said = "1"
    python = "3"

    @classmethod
    def interpreter(cls) -> str:
        return cls.python

    @classmethod
    def of(cls, top: str) -> str:
        return f"{top} {cls.said}"


def _keys(keeper: Any) -> dict[str, str]:
    found = {what: keeper.key(row, "", seed=0, quick=False) for what, row in ROWS.items()}
    found |= {
        "claim A": keeper.claim_key("A"),
        "claim B": keeper.claim_key("B"),
        "told": keeper.told_key("A"),
    }
    return found | {"about": keeper.about_key("A"), "deciding": keeper.deciding("A"), "state": keeper.snapshot,
                    "index": keeper._state("tests.test_a")}  # fmt: skip


EVERY = set(ROWS) | {"claim A", "told", "about"}
CHANGES: tuple[tuple[dict[str, str], set[str]], ...] = (
    ({"thing__c": "K = 2\nL = 2\n"}, {*EVERY, "index"}), ({"thing__c": "K = 1\nL = 3\n"}, {"index"}),
    ({"thing__c": "K = 1  # one\nL = 2\n"}, set()),
    ({"thing__a": TEXTS["thing/a.py"].replace("B = 2", "B = 3")}, {"claim B", "index"}),
    ({"tests__h": TEXTS["tests/h.py"].replace("(x)\ndef o", "(x), 1\ndef o")}, {"evidence", "variants",
     "search", "deciding", "index"}),
    ({"tests__h": TEXTS["tests/h.py"].replace("...", "1")}, {"index"}),
    ({"tests__test_a": TEXTS["tests/test_a.py"].replace("test_v(): ...", "test_v(): 1")}, {"supporting",
     "index"}),
    ({"tests__test_a": TEXTS["tests/test_a.py"].replace("wrap(): ...", "wrap(): 1")}, {"search", "index"}),
    ({"tests__test_a": f"{TEXTS['tests/test_a.py']}print()\n"}, {*ROWS, "deciding", "index"}),
    ({"theorem_audit__weigh__runner": "def run_evidence(): 1\ndef vacuous(): ...\n"}, {*ROWS}),
    ({"theorem_audit__weigh__runner": "def run_evidence(): ...\ndef vacuous(): 1\n"}, {"about"}),
    ({"theorem_audit__doubt__instances": "def about(): 1\n"}, {"about"}),
    ({"theorem_audit__weigh__told": "def describe(): 1\n"}, {"told"}),
    ({"theorem_audit__doubt__doubts": "FORM = 2\nSECONDS = 1\n"}, {"search", "variants"}),
    ({"theorem_audit__doubt__doubts": "FORM = 1\nSECONDS = 2\n"}, {"search", "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 2\nTRIES = 1\ndef challenge(): ...\n"}, {"search",
     "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 1\nTRIES = 2\ndef challenge(): ...\n"}, {"search",
     "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 1\nTRIES = 1\ndef challenge(): 1\n"}, set()),
)  # fmt: skip


def _all_keys(judge: ModuleType) -> None:
    """Each key changes with what its outcome rests on, and with nothing else."""
    with _project(judge) as (_, keeper):
        first = _keys(keeper())
        assert len({*first.values()}) == len(first)
        assert all(len(first[x]) == 40 for x in EVERY)
        assert len(first["deciding"]) == 24
        assert _keys(keeper()) == first
        for changes, moved in CHANGES:
            found = _keys(keeper(**changes))
            differ = {x for x in first if found[x] != first[x]} - {"state"}
            assert differ == moved, (changes, differ ^ moved)
            assert found["state"] != first["state"]
            keeper(**{key: TEXTS[_file(key)] for key in changes})
        assert _keys(keeper()) == first
        _Versions.said = "2"
        assert {x for x, was in first.items() if _keys(keeper())[x] != was} == {
            "evidence",
            "variants",
            "index",
        }
        _Versions.said, _Versions.python = "1", "4"
        differ = {x for x, was in first.items() if _keys(keeper())[x] != was}
        assert differ == {*ROWS, "told", "about", "index"}
        _Versions.python = "3"
        with replaced(judge, FORM="0"):
            assert {x for x, was in first.items() if _keys(keeper())[x] != was} == EVERY | {
                "claim B"
            }
        one = keeper()
        one.fingerprints = {"A": "x"}
        assert {x for x, was in first.items() if _keys(one)[x] != was} == EVERY
        base = one.key(ROW, "", seed=0, quick=False)
        others = {
            base, one.key(ROW, "c", seed=0, quick=False), one.key(ROW, "", seed=1, quick=False),
            one.key(ROW, "", seed=0, quick=True), one.key(replace(ROW, number=1), "", seed=0, quick=False),
            one.key(replace(ROW, name="x"), "", seed=0, quick=False),
        }  # fmt: skip
        assert len(others) == 6
        last = {judge.Keeper.last_key(ROW, c, q) for c in ("", "c") for q in (True, False)}
        assert len({*last, judge.Keeper.last_key(SUPPORTS, "", True)}) == 5
        assert last == {
            judge.Keeper.last_key(replace(ROW, number=7), c, q)
            for c in ("", "c")
            for q in (True, False)
        }
        assert one.deciding("none") == one.deciding("B") != one.deciding("A")
        assert one.imports("tests.test_a") == {
            "tests.test_a",
            "tests",
            "tests.h",
            "thing.a",
            "thing",
            "thing.c",
        }
        assert judge.sha("a", "b") != judge.sha("a\0", "b") != judge.sha("ab")
        assert len(judge.sha("\ud800")) == 40


def _by_name(judge: ModuleType) -> None:
    """A theory that finds its chapters by name reaches every test; what decides a claim are its own."""
    helpers = TEXTS["tests/h.py"]
    found = []
    with _project(judge) as (_, keeper):
        keeper(thing__a=f"{TEXTS['thing/a.py']}A = eval('K')\n")
        for text in (
            helpers,
            helpers.replace("...", "1"),
            helpers.replace("(x)\ndef o", "(x), 1\ndef o"),
        ):
            one = keeper(tests__h=text)
            found.append((one.key(ROW, "", seed=0, quick=False), one.deciding("A")))
    keys, deciding = zip(*found, strict=True)
    assert len({*keys}) == 3
    assert deciding[0] == deciding[1] != deciding[2]


def _supported(judge: ModuleType) -> None:
    """What supports a claim is what a row rests on where nothing decides it, and nowhere else."""
    said = TEXTS["tests/test_a.py"]
    for rows in ([SUPPORTS], [SUPPORTS, SEARCH, VARIANTS], [SEARCH, VARIANTS], [ROW, SUPPORTS]):
        with _project(judge) as (_, keeper):
            found = []
            for text in (said, said.replace("test_v(): ...", "test_v(): 1")):
                one = keeper(tests__test_a=text)
                one.index.evidence["A"] = rows
                found.append(one.deciding("A"))
            assert (found[0] != found[1]) == (SUPPORTS in rows and ROW not in rows), rows


def _taken(judge: ModuleType) -> None:
    """What is kept is taken while the files and claims that were read are as they were, and no longer."""
    with _project(judge) as (folder, keeper):
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
    with _project(judge) as (folder, keeper):
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
            (folder / _file(key)).write_text(text)
            later.tree._looked = float("-inf")
            with replaced(_files(), look=judge.look):
                assert later.moved(nodes) == moved, text
            assert keeper().changes(nodes, snapshot) == told
            keeper(**{key: TEXTS[_file(key)]})
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
        _Versions.said = "2"
        assert keeper().changes(nodes, snapshot) == ["elsewhere 2 (was elsewhere 1)"]
        _Versions.said = "1"
        loose = "def help(x): return __import__(x)\ndef other(): ...\n"
        before = keeper(tests__h=loose).snapshot
        _Versions.said = "2"
        later = keeper(tests__h=loose.replace("...", "1"), thing__c="K = 22\nL = 2\n")
        assert later.changes(nodes, before) == [
            "thing/c.py: K changed",
            "elsewhere 2 (was elsewhere 1)",
            f"tests/h.py: other changed{judge.BY_NAME}",
        ], "what is named first"
        _Versions.said = "1"
        keeper(tests__h=TEXTS["tests/h.py"], thing__c=TEXTS["thing/c.py"])
        gone = keeper()
        _ = gone.graph.reached(nodes)
        with (
            replaced(
                judge,
                look=lambda here: _tree(folder, {k: v for k, v in TEXTS.items() if "/h." not in k}),
            ),
            replaced(
                _files(),
                look=lambda here: _tree(folder, {k: v for k, v in TEXTS.items() if "/h." not in k}),
            ),
        ):
            gone.tree._looked = float("-inf")
            assert gone.moved(nodes), "a file that is gone"


def _files() -> ModuleType:
    from theorem_audit.reuse import files

    return files


def _read_once(judge: ModuleType) -> None:
    """Sources and rows are taken from the store for the same content, and made for another."""
    with _project(judge) as (folder, keeper):
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
    with _project(judge) as (_, keeper):
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
    with _project(judge) as (_, keeper):
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
    try:
        for part in (
            _all_keys,
            _by_name,
            _supported,
            _taken,
            _earlier,
            _moved,
            _read_once,
            _indexed,
            _told,
        ):
            part(judge)
    finally:
        _Versions.said, _Versions.python = "1", "3"
