"""The batteries of what a definition reaches: never too little, and no more where that can be told."""

from __future__ import annotations

from types import ModuleType

from tests.tool.judged.exact_reach import exactly_reached
from tests.tool.judged.kernel import replaced
from tests.tool.judged.small_files import A, F, G, Read, X, graph_of, reached, tables_hold
from theorem_audit.reuse import definitions
from theorem_audit.reuse import graph as graph_module
from theorem_audit.reuse.graph import Graph, Node
from theorem_audit.tests import test_definitions as known


def _hashes(make: type[Graph], read: Read) -> None:
    """A hash changes with what is reached, and with nothing else; circles have one."""
    base = {
        "tests/t.py": "from thing.a import f\nfrom tests.u import v\ndef t(): f(), v()\ndef w(): ...\n"
        "import numpy\n",
        "tests/u.py": "def v():\n    from tests.t import z\n    z()\ndef other(): ...\n",
    }
    base["tests/t.py"] += "def z(): v()\ndef y(): numpy.a\n"
    nodes = [("def", "tests.t", x) for x in "twzy"]

    def digests(**changes: str) -> list[str]:
        files = {**base, **{k.replace("_", "/", 1) + ".py": v for k, v in changes.items()}}
        graph = graph_of(files, make, read)
        return [graph.digest(x) for x in nodes]

    first = digests()
    assert digests() == first
    assert len({*first}) == 4
    assert {len(x) for x in first} == {32}
    for changes, moved in (
        ({"thing_a": A.replace("X = 1", "X = 2")}, "t"), ({"thing_a": A.replace("return 2", "return 3")}, ""),
        ({"tests_u": base["tests/u.py"].replace("z()", "z(), 1")}, "tz"),
        ({"tests_u": base["tests/u.py"].replace("...", "1")}, ""),
        ({"tests_t": base["tests/t.py"].replace("w(): ...", "w(): 1")}, "w"),
        ({"tests_t": base["tests/t.py"] + "print()\n"}, "twzy"),
    ):  # fmt: skip
        assert (
            "".join(x for x, a, b in zip("twzy", first, digests(**changes), strict=True) if a != b)
            == moved
        )
    graph = graph_of(base, make, read)
    assert graph.digest(("def", "tests.u", "v")) == graph.digest(("def", "tests.t", "z")), (
        "one circle"
    )
    assert graph.digest(("def", "tests.t", "t")) != graph.digest(("def", "tests.t", "z"))
    whole = graph.reached([("def", "tests.t", "t")])
    assert whole == graph.reached([("def", "tests.t", "z"), ("def", "tests.t", "t")])
    assert make(graph.tree, graph.sources, lambda top: "2").digest(nodes[3]) != first[3]
    pair = graph_of({"aa.py": "import bb", "bb.py": "import aa"}, make, read)
    assert pair.digest(("imports", "aa")) == pair.digest(("imports", "bb"))
    chain = (
        "".join(f"def c{k}(): c{k + 1}()\n" for k in range(1500))
        + "def c1500(): c0(), d()\ndef d(): ...\n"
    )
    graph = graph_of({"tests/c.py": chain}, make, read)
    assert len(graph.digest(("def", "tests.c", "c7"))) == 32, "without recursion"
    assert graph.digest(("def", "tests.c", "c7")) == graph.digest(("def", "tests.c", "c1500"))
    assert graph.digest(("def", "tests.c", "c7")) != graph.digest(("def", "tests.c", "d"))


def _said(make: type[Graph], read: Read) -> None:
    """What each kind of node itself says, and what a file imports."""
    texts = {
        "tests/t.py": "import numpy.linalg, thing.a\nfrom scipy import stats\nfrom . import u\n"
         "from ..x import y\n"
                      "def t():\n    'docs'\n    import sympy\nt()\nx = 1\nx = 2\n",
        "tests/u.py": "class C:\n    def m(self):\n        import mpmath, thing\n",
        "tests/bad.py": "def (",
         "thing/deep/e.py": "from ..a import f\nfrom ...far import x\nfrom os import path\n",
        "theorem_audit/k.py": "",
    }  # fmt: skip
    graph = graph_of(texts, make, read)
    source = graph.sources["tests.t"]
    digests = {n: s.digest for s in source.statements for n in s.names}
    assert graph.own(("outside", "numpy")) == "numpy 1; gone absent"
    assert graph.own(("outside", "os")) == ""
    assert graph.own(("def", "gone", "x")) == "absent"
    assert graph.own(("base", "theorem_audit")) == ""
    assert graph.own(("def", "tests.bad", "x")) == graph.sources["tests.bad"].digest != ""
    assert graph.own(("docs", "tests.t")) == source.docs
    assert graph.own(("def", "tests.t", "t")) == digests["t"]
    assert graph.own(("def", "tests.t", "nothing")) == ""
    two = graph.own(("def", "tests.t", "x")).split()
    assert len(two) == 2
    assert two[1] == digests["x"] != two[0]
    assert graph.own(("method", "tests.u", "C.m")) == graph.sources["tests.u"].methods["C.m"].digest
    assert graph.own(("base", "tests.t")) == next(s.digest for s in source.statements if s.effect)
    assert graph.own(("whole", "tests.t")) == graph.own(("imports", "tests.t")) == ""
    assert graph.tops("tests.t") == {"numpy", "scipy", "sympy"}
    assert graph.tops("tests.u") == {"mpmath"}
    assert graph.tops("thing.deep.e") == {"os"}
    for module, told in (
        ("tests.t", {"thing", "thing.a", "tests", "tests.u"}), ("tests.u", {"tests", "thing"}),
        ("thing.deep.e", {"thing", "thing.a"}), ("thing", set()), ("tests.bad", {"tests"}),
    ):  # fmt: skip
        assert graph._modules_imported(module) == told, module
        assert {("imports", x) for x in told - {module}} == {*graph.edges(("imports", module))}
    assert graph.edges(("def", "gone", "x")) == ()
    assert graph.edges(("docs", "tests")) == graph.edges(("outside", "numpy")) == ()
    assert graph.names.name("thing.a", "f") == {("def", "thing.a", "f")}
    assert graph.names.absolute("thing.deep.e", "a.b", 0) == "a.b"
    assert graph.names.absolute("thing.deep.e", "", 1) == "thing.deep"
    assert graph.names.absolute("thing.deep.e", "x", 2) == "thing.x"
    assert graph.names.absolute("thing", "x", 1) == "thing.x"
    assert graph.names.absolute("thing", "", 1) == "thing"
    links = {f"tests/l{k}.py": f"from tests.l{k + 1} import q\n" for k in range(60)} | {
        "tests/l60.py": "q = 1\n"
    }
    long = graph_of(links, make, read)
    assert any(x[0] == "whole" for x in long.names.name("tests.l0", "q")), (
        "it gives up, and takes all"
    )
    assert graph_of(links, make, read).names.name("tests.l30", "q") >= {("def", "tests.l60", "q")}


def _asked(make: type[Graph], read: Read) -> None:
    """Which of what is reached a question holds for, and whether an import by a name alone leads there."""
    files = {
        "tests/t.py": "import importlib\nfrom thing.a import f\n"
        "def t(x): return f(), importlib.import_module(x)\ndef u(): f()\n",
    }
    graph = graph_of(files, make, read)
    t, u = ("def", "tests.t", "t"), ("def", "tests.t", "u")

    def defined(node: Node) -> bool:
        return node[0] == "def"

    assert graph.among([u], defined) == [(u, True), (X, True), (F, True)]
    found = graph.among([u, t], defined)
    assert found == [(t, True), (u, True), (X, True), (F, True), (G, False)]
    assert graph.among([t, u], defined) == found
    assert graph.among([u], defined) == [(u, True), (X, True), (F, True)]
    assert graph.among([t], lambda node: node == G) == [(G, False)]
    assert graph.among([t], lambda node: False) == []


FINDER = (
    "import importlib\ndef modules(x): importlib.import_module(x)\ndef discover(x): modules(x)\n"
)
TAKES = "from theorem_audit.statement.discovery import discover\n"
# What takes the claims of a package, and all of which packages it may thereby import; "*" is all there is.
FINDING = (
    (f"{TAKES}def t(x): return x, discover('thing')\n", {"thing"}),
    (f"{TAKES}def t(): return discover('thing'), discover('tests.u')\n", {"thing", "tests.u"}),
    ("from theorem_audit.statement import discovery as k\ndef t(): return k.discover('thing')\n", {"thing"}),
    (f"{TAKES}def t(x): return discover(x)\n", "*"),
    (f"{TAKES}def t(x): return discover('thing'), discover(x)\n", "*"),
    (f"{TAKES}def t(x): return discover(''), x\n", "*"), (f"{TAKES}def t(x): return x(discover)\n", "*"),
    (f"{TAKES}def t(x): return discover('thing'), x(discover)\n", "*"),
    ("import theorem_audit.statement.discovery as k\n"
     "def t(x): return x(k.discover, k.discover('thing'))\n", "*"),
    ("from theorem_audit.statement.discovery import discover as d\ndef t(): return d('thing')\n", "*"),
    (f"{TAKES}from theorem_audit.statement.discovery import modules\nimport thing\n"
     "def t(): return discover('thing'), modules(thing)\n", "*"),
    ("def discover(x): ...\ndef t(x): return discover(x)\n", set()),
)  # fmt: skip


def _found(make: type[Graph], read: Read) -> None:
    """Where claims are looked for: in the packages that are written there, else anywhere."""
    for text, told in FINDING:
        files = {"tests/t.py": text, "theorem_audit/statement/discovery.py": FINDER}
        graph = graph_of(files, make, read)
        below = {x[1] for x in reached(graph) if x[0] == "below"}
        assert below == ({*graph.tree.tops} if told == "*" else told), text


def _clocks(make: type[Graph], read: Read) -> None:
    """Who asks what time it is."""
    for table, told in ((known.CLOCKS, True), (known.NO_CLOCKS, False)):
        for how, text in table.items():
            graph = graph_of({"tests/t.py": text, **known.WHEN}, make, read)
            assert graph.meets_the_clock([("def", "tests.t", "t")]) == told, how
            assert any(map(graph.asks_the_clock, reached(graph))) == told, how
    zone = "import time\nclass C:\n    def m(self):\n        import x\n        return time.tzname\ndef t(): C\n"
    asks = {"tests/t.py": f"{zone}time.tzname.x()\n", "theorem_audit/k.py": f"{zone}"}
    graph = graph_of(asks, make, read)
    for node, says in (
        (("def", "tests.t", "t"), False), (("method", "tests.t", "C.m"), True), (("base", "tests.t"), True),
        (("method", "theorem_audit.k", "C.m"), False), (("def", "gone", "x"), False),
    ):  # fmt: skip
        assert graph.asks_the_system(node) == ({"environment:variable TZ"} if says else set()), node
    root = ("method", "tests.t", "C.m")
    assert (root in graph.asking([root]), graph.asking([("outside", "tests.v")])) == (True, [])
    assert ("base", "tests.t") in graph_of(asks, make, read).asking([root])
    assert not graph.asks_the_clock(("def", "gone", "x"))
    assert not graph.asks_the_clock(("outside", "tests.v"))
    assert not graph.asks_the_clock(("whole", "tests.v"))


GRAPHS = (_hashes, _said, _found, _clocks)


def graphs_hold(judge: ModuleType) -> None:
    """What is reached, exactly, and its hashes."""
    for part in (tables_hold, exactly_reached, *GRAPHS, _asked):
        part(judge.Graph, definitions.read)


def names_hold(judge: ModuleType) -> None:
    """The same, where a mutant says what a name means."""
    with replaced(graph_module, Names=judge.Names):
        graphs_hold(graph_module)


def stirring_holds(judge: ModuleType) -> None:
    """The same, where a mutant says which statements change something."""
    with replaced(graph_module, Stirring=judge.Stirring):
        graphs_hold(graph_module)
