"""The batteries of what a definition reaches: never too little, and no more where that can be told."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from theorem_audit.project import Project
from theorem_audit.reuse import definitions
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.reuse.graph import Graph, Node
from theorem_audit.tests import test_definitions as known

ROOT = Path("/no/such/folder")
Files = Mapping[str, str]
Read = Callable[[bytes], Any]
A = "X = 1\ndef f():\n    return X\ndef g():\n    return 2\n"


def tree_of(files: Files) -> Tree:
    """A project of these files (name -> text), none of which is there."""
    tree = Tree(Project(ROOT, "small", "thing", "tests", "notes", boundaries="thing.b:CASES",
     falsifiers="thing.a",
                        pages=("thing.b:CASES", "thing.gone:X", "thing.deep")))  # fmt: skip
    tree.__dict__["tops"] = ("thing", "tests", "theorem_audit")
    for file in files:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        tree.modules[name] = Module(name, ROOT / file, file.endswith("__init__.py"))
    return tree


def graph_of(files: Files, make: type[Graph] = Graph, read: Read = definitions.read) -> Graph:
    """What these files reach, ``thing`` and ``tests`` being packages."""
    whole = {"thing/__init__.py": "", "thing/a.py": A, "tests/__init__.py": "", **files}
    tree = tree_of(whole)
    sources = {
        m.name: read(whole[str(m.file.relative_to(ROOT))].encode()) for m in tree.modules.values()
    }
    return make(tree, sources, lambda top: f"{top} 1")


def reached(graph: Graph, name: str = "t", module: str = "tests.t") -> set[Node]:
    """All that a definition reaches."""
    return graph.reached([("def", module, name)])


F, G, X = known.F, known.G, known.X


def _tables(make: type[Graph], read: Read) -> None:
    """The cases of ``theorem_audit/tests/test_definitions.py``, each in a moment."""
    more = {"tests/u.py": "from thing.a import f as h\n"}
    for how, text in known.REACHING_F_ALONE.items():
        found = reached(graph_of({**more, "tests/t.py": text}, make, read))
        assert {F, X} <= found, how
        assert G not in found, how
    helper = "from importlib import import_module\ndef load(x): return import_module(x)\n"
    for how, text in known.REACHING_BOTH.items():
        assert {F, G, X} <= reached(
            graph_of({"tests/u.py": helper, "tests/t.py": text}, make, read)
        ), how
    for how, text in known.AS_TEXTS.items():
        found = reached(graph_of({"tests/t.py": text, "tests/v.py": known.V}, make, read))
        assert {F, X} <= found, how
        assert G not in found, how
    for how, text in known.EFFECTS.items():
        files = {
            "tests/t.py": f"{text}def t(): ...\n",
            "tests/u.py": "from thing.a import g\ng()\n",
            "tests/v.py": known.V,
        }
        assert G in reached(graph_of(files, make, read)), how
    for how, text in known.NO_EFFECTS.items():
        files = {"tests/t.py": f"{text}def t(): ...\n", "tests/v.py": known.CALM}
        assert G not in reached(graph_of(files, make, read)), how
    put = "R = []\ndef put(x): R.append(x)\ndef call(x): put(x)\n"
    for where, reaches in (("tests.u", True), ("theorem_audit.u", False)):
        text = f"from thing.a import g\nfrom {where} import call\nDONE = call(g)\ndef t(): ...\n"
        files = {"tests/t.py": text, f"{where.replace('.', '/')}.py": put}
        assert (G in reached(graph_of(files, make, read))) == reaches, where
    lazy = "from __future__ import annotations\nfrom thing.a import f\n"
    for text in (
        "x: f = 1\ndef t(): return x",
        "class C:\n    def m(self, a: f): ...\ndef t(): C()",
    ):
        assert F not in reached(graph_of({"tests/t.py": f"{lazy}{text}\n"}, make, read)), text


# (files beside, what t reaches exactly apart from the bases of its own module and package, from where)
BASES = {("base", "tests"), ("base", "tests.t")}
THING = {("base", "thing"), ("base", "thing.a")}
EXACT: tuple[tuple[str, dict[str, str], set[Node]], ...] = (
    ("def t(): ...", {}, set()),
    ("def t(): return len('x')", {}, set()),
    ("from thing.a import f\ndef t(): f()", {}, {F, X, *THING}),
    ("from thing.a import f\ndef t(): ...", {}, THING),
    ("import numpy as np\ndef t(): np.array(1)", {}, {("outside", "numpy")}),
    ("import numpy.linalg\ndef t(): numpy.linalg.norm(1)", {}, {("outside", "numpy")}),
    ("from numpy import array\ndef t(): array(1)", {}, {("outside", "numpy")}),
    ("import numpy\ndef t(): ...", {}, set()),
    ("def t():\n    import numpy.linalg\n    from os import path", {}, {("outside", "numpy"), ("outside",
     "os")}),
    ("def t():\n    from thing.a import f\n    f()", {}, {F, X, *THING}),
    ("def t():\n    from thing.a import f", {}, THING),
    ("def t():\n    from .u import h\n    h()", {"tests/u.py": "def h(): ...\ndef k(): ..."},
     {("def", "tests.u", "h"), ("base", "tests.u")}),
    ("def t():\n    import thing.a", {}, {("whole", "thing.a"), F, G, X, *THING}),
    ("def t():\n    import thing.a as k\n    k.f()", {}, {F, X, *THING}),
    ("def t():\n    from thing import a\n    a.f()", {}, {F, X, *THING}),
    ("def t():\n    from thing import a\n    a", {}, {("whole", "thing.a"), F, G, X, *THING}),
    ("from thing.a import gone\ndef t(): gone()", {}, THING),
    ("from thing import gone\ndef t(): gone()", {}, {("base", "thing")}),
    ("from thing.gone import x\ndef t(): x()", {}, set()),
    ("import thing.gone\ndef t(): thing.gone.x()", {}, {("base", "thing")}),
    ("import thing.a\ndef t(): thing.a", {}, {("whole", "thing.a"), F, G, X, *THING}),
    ("import thing\ndef t(): thing", {},
     {("below", "thing"), ("whole", "thing"), ("whole", "thing.a"), F, G, X, *THING}),
    ("import thing\ndef t(): thing.__name__, thing.a.__file__", {}, THING),
    ("from thing import a\ndef t(): a.__dict__", {}, {("whole", "thing.a"), F, G, X, *THING}),
    ("from thing import l\ndef t(): l.__own__", {"thing/l.py": "__own__ = 1\nx = 2"},
     {("def", "thing.l", "__own__"), ("base", "thing"), ("base", "thing.l")}),
    ("def t(x): return get_type_hints(x)", {"thing/a.py": "X = 1", "theorem_audit/k.py": "x: 'X' = 1"},
     {("hints", x) for x in ("thing", "thing.a", "tests", "tests.t")}),
    ("from theorem_audit.k import h\ndef t(x): return h(x)",
     {"theorem_audit/k.py": "def h(x): return get_type_hints(x)"},
     {("def", "theorem_audit.k", "h"), ("base", "theorem_audit.k")}),
    ("import thing\ndef t(): thing.X", {"thing/__init__.py": "X = 1"}, {("def", "thing", "X"), ("base",
     "thing")}),
    ("import thing\ndef t(): thing.bare.c.K", {"thing/bare/c.py": "K = 1"},
     {("def", "thing.bare.c", "K"), ("base", "thing"), ("base", "thing.bare.c")}),
    ("import thing.bare.c\ndef t(): thing.bare.c.K", {"thing/bare/c.py": "K = 1\nL = 2"},
     {("def", "thing.bare.c", "K"), ("base", "thing"), ("base", "thing.bare.c")}),
    ("from thing import bare\ndef t(): bare.more.c.K", {"thing/bare/more/c.py": "K = 1\nL = 2"},
     {("def", "thing.bare.more.c", "K"), ("base", "thing"), ("base", "thing.bare.more.c")}),
    ("from thing import bare\ndef t(): vars(bare)", {"thing/bare/c.py": "K = 1"},
     {("below", "thing.bare"), ("whole", "thing.bare.c"), ("def", "thing.bare.c", "K"), ("base", "thing"),
      ("base", "thing.bare.c")}),
    ("from thing.bare import c\ndef t(): c.K", {"thing/bare/c.py": "K = 1\nL = 2"},
     {("def", "thing.bare.c", "K"), ("base", "thing.bare.c"), ("base", "thing")}),
    ("from thing.bare import deeper\ndef t(): deeper.c.K", {"thing/bare/deeper/c.py": "K = 1\nL = 2"},
     {("def", "thing.bare.deeper.c", "K"), ("base", "thing.bare.deeper.c"), ("base", "thing")}),
    ("from thing.bare import gone\ndef t(): gone.x", {"thing/bare/c.py": "K = 1"}, set()),
    ("import theorem_audit\ndef t(): vars(theorem_audit)", {"theorem_audit/k.py": "K = 1"},
     {("below", "theorem_audit"), ("whole", "theorem_audit.k"), ("def", "theorem_audit.k", "K"),
      ("base", "theorem_audit.k")}),
    ("from thing import bare\ndef t(): bare.gone.x", {"thing/bare/c.py": "K = 1"}, {("base", "thing")}),
    ("from thing.deep import K\ndef t(): K", {"thing/deep/__init__.py": "from .c import K",
     "thing/deep/c.py": "K = 1"},
     {("def", "thing.deep.c", "K"), ("base", "thing"), ("base", "thing.deep"), ("base", "thing.deep.c")}),
    ("from thing.deep.c import K\ndef t(): K",
     {"thing/deep/__init__.py": "", "thing/deep/c.py": "from ..a import X as K"},
     {X, *THING, ("base", "thing.deep"), ("base", "thing.deep.c")}),
    ("from thing.deep import K\ndef t(): K", {"thing/deep/__init__.py": "from .. import a as K"},
     {("whole", "thing.a"), F, G, X, *THING, ("base", "thing.deep")}),
    ("from thing.s import f\ndef t(): f()", {"thing/s.py": "from thing.a import *"},
     {("whole", "thing.a"), F, G, X, *THING, ("base", "thing.s")}),
    ("from thing.s import h\ndef t(): h()", {"thing/s.py": "from thing.a import *\ndef h(): ..."},
     {("def", "thing.s", "h"), *THING, ("base", "thing.s")}),
    ("from thing.s import h\ndef t(): h()", {"thing/s.py": "from numpy import *"}, {("base", "thing"),
     ("base", "thing.s")}),
    ("from thing.a import *\ndef t(): f()", {}, {("whole", "thing.a"), F, G, X, *THING}),
    ("try:\n    from thing.a import f\nexcept ImportError:\n    f = None\ndef t(): f()", {},
     {("def", "tests.t", "f"), *THING}),
    ("def t(): a\nfrom thing.a import f as a\na = f", {}, {("def", "tests.t", "a"), F, X, *THING}),
    ("class C:\n    def m(self):\n        from thing.a import g\n        g()\ndef t(): C()", {},
     {("def", "tests.t", "C"), ("method", "tests.t", "C.m"), G, *THING}),
    ("class C:\n    def m(self): ...\nclass D:\n    def m(self):\n        from thing.a import g\n"
     "        g()\ndef t(): C().m()",
     {}, {("def", "tests.t", "C")}),
    ("from theorem_audit.k import K\ndef t(): K().go()", {"theorem_audit/k.py":
     "class K:\n    def go(self):\n        from thing.a import g\n        g()\n    def no(self):\n"
      "        import thing.a\n"},
     {("def", "theorem_audit.k", "K"), ("method", "theorem_audit.k", "K.go"), ("base", "theorem_audit.k"),
      G, *THING}),
    ("def t(x): x.go()", {"theorem_audit/k.py":
     "class K:\n    def go(self):\n        from thing.a import g\n        g()\n"},
     {("method", "theorem_audit.k", "K.go"), ("base", "theorem_audit.k"), G, *THING}),
    ("def t(x): x.go()",
     {"thing/k.py": "class K:\n    def go(self):\n        from thing.a import g\n        g()\n"}, set()),
    ("def t(here): here.import_from('boundaries', here.boundaries)",
     {"thing/b.py": "from thing.a import f\nCASES = f\nOTHER = 2"},
     {("def", "thing.b", "CASES"), F, X, *THING, ("base", "thing.b")}),
    ("def t(here): here.import_from('falsifiers', here.falsifiers)", {},
     {("below", "thing.a"), ("whole", "thing.a"), F, G, X, *THING}),
    ("def t(here): here.import_from('pages', here.pages)",
     {"thing/b.py": "CASES = 1", "thing/deep/__init__.py": "", "thing/deep/c.py": "K = 1",
      "thing/deeper.py": "L = 1"},
     {("def", "thing.b", "CASES"), ("below", "thing.deep"), ("whole", "thing.deep"), ("whole", "thing.deep.c"),
      ("def", "thing.deep.c", "K"), *(("base", f"thing{x}") for x in ("", ".b", ".deep", ".deep.c"))}),
    ("def t(here): here.import_from('nothing', 1)", {}, set()),
    ("def t(x): return x.__doc__", {"theorem_audit/k.py": ""},
     {("docs", x) for x in ("thing", "thing.a", "tests", "tests.t")}),
    ("from theorem_audit.k import h\ndef t(x): return h(x)",
     {"theorem_audit/k.py": "def h(x): return x.__doc__"},
     {("def", "theorem_audit.k", "h"), ("base", "theorem_audit.k")}),
    ("from theorem_audit.k import h\ndef t(x): return h(x)",
     {"theorem_audit/k.py": "def h(x): return x.import_module"},
     {("def", "theorem_audit.k", "h"), ("base", "theorem_audit.k")}),
    ("from thing.a import f as h\nh()\ndef t(): ...", {}, {F, X, *THING}),
    ("from thing import s\ndef t(): ...", {"thing/s.py": "from thing.a import g\ng()"},
     {("base", "thing"), ("base", "thing.s"), G, ("base", "thing.a")}),
    ("import thing.s\ndef t(): ...", {"thing/s.py": "from thing import a\nimport numpy\nnumpy.seed(1)"},
     {("base", "thing"), ("base", "thing.s"), ("base", "thing.a"), ("outside", "numpy")}),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from thing.a import f\ndef t(): ...", {}, set()),
    ("T = []\nT.append(1)\ndef t(): return T", {}, {("def", "tests.t", "T")}),
    ("from thing.l import x\ndef t(): x", {"thing/l.py": "def __getattr__(name): return name"},
     {("def", "thing.l", "__getattr__"), ("base", "thing"), ("base", "thing.l")}),
    ("from thing.l import x\ndef t(): x", {"thing/l.py": "x = 1\ndef __getattr__(name): return name"},
     {("def", "thing.l", "x"), ("base", "thing"), ("base", "thing.l")}),
    ("from thing.l import x\ndef t(): x",
     {"thing/l.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    x = 2\n"
      "def __getattr__(name): return name"},
     {("def", "thing.l", "x"), ("def", "thing.l", "__getattr__"), ("base", "thing"), ("base", "thing.l")}),
    ("from thing.l import x\ndef t(): x",
     {"thing/l.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    x = 2\nelse:\n    x = 1\n"
                    "def __getattr__(name): return name"},
     {("def", "thing.l", "x"), ("base", "thing"), ("base", "thing.l")}),
    ("from tests.u import h\ndef t(): h()", {"tests/u.py": "from tests.v import h",
     "tests/v.py": "from tests.u import h"},
     {("base", "tests.u"), ("base", "tests.v")}),
    ("def t(x): return eval(x)", {"thing/a.py": "X = 1"},
     {("below", x) for x in ("thing", "tests", "theorem_audit")}
     | {("whole", x) for x in ("thing", "thing.a", "tests", "tests.t")} | {X, *THING, ("def", "tests.t", "t")}),
)  # fmt: skip


def _exactly(make: type[Graph], read: Read) -> None:
    for text, files, told in EXACT:
        graph = graph_of({**files, "tests/t.py": text}, make, read)
        node = ("def", "tests.t", "t")
        expected = told | BASES | {node}
        assert reached(graph) == expected, (text, reached(graph) ^ expected)
        graph.digest(node)
        assert graph.reached([node]) == expected, "also where a hash is known"
        assert graph.reached([node, ("outside", "scipy")]) == expected | {("outside", "scipy")}
        assert graph.seen() == expected
        other = graph_of({**files, "tests/t.py": text}, make, read)
        for first in (("outside", "zzz"), ("def", "thing.a", "f"), ("outside", "yyy")):
            other.digest(first)
        other.digest(node)
        assert other.reached([node]) == expected, "whatever has a hash before"
        assert all(tuple(sorted(graph.edges(x))) == graph.edges(x) for x in expected)


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
    assert graph.own(("outside", "numpy")) == "numpy 1"
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
    assert graph.name("thing.a", "f") == {("def", "thing.a", "f")}
    assert graph._absolute("thing.deep.e", "a.b", 0) == "a.b"
    assert graph._absolute("thing.deep.e", "", 1) == "thing.deep"
    assert graph._absolute("thing.deep.e", "x", 2) == "thing.x"
    assert graph._absolute("thing", "x", 1) == "thing.x"
    assert graph._absolute("thing", "", 1) == "thing"
    links = {f"tests/l{k}.py": f"from tests.l{k + 1} import q\n" for k in range(60)} | {
        "tests/l60.py": "q = 1\n"
    }
    long = graph_of(links, make, read)
    assert any(x[0] == "whole" for x in long.name("tests.l0", "q")), "it gives up, and takes all"
    assert graph_of(links, make, read).name("tests.l30", "q") >= {("def", "tests.l60", "q")}


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
            assert any(map(graph.asks_the_clock, reached(graph))) == told, how
    assert not graph.asks_the_clock(("def", "gone", "x"))
    assert not graph.asks_the_clock(("outside", "tests.v"))
    assert not graph.asks_the_clock(("whole", "tests.v"))


def graphs_hold(judge: ModuleType) -> None:
    """What is reached, exactly, and its hashes."""
    for part in (_tables, _exactly, _hashes, _said, _asked, _found, _clocks):
        part(judge.Graph, definitions.read)


# Code of a definition, and whether it may change what it did not make; each alone, without imports.
CHANGES = (
    ("def f(x): x.a = 1", True), ("def f(x): x[0] = 1", True), ("def f(x): del x.a", True),
    ("def f(x): (a, *x.b) = 1, 2", True), ("def f(x): a = x.b = 1", True),
    ("def f(x): [a, x.b] = 1, 2", True), ("def f(x): a, b = x", False),
    ("def f(x): x.a: int = 1", True), ("def f(x): x.a += 1", True), ("def f(x): x += 1", True),
    ("def f():\n    x = 0\n    x += 1", False), ("def f():\n    global x", True),
    ("def f(x):\n    for x.a in 'x': ...", True), ("def f(x):\n    for a in 'x': a += 1", False),
    ("def f(x):\n    for a in range(3): a += 1", False), ("def f(x):\n    for a in x: a += 1", True),
    ("def f(x): [a.append(1) for a in x]", True), ("def f(x):\n    with x as a: a.b = 1", True),
    ("def f(x):\n    with open(x) as a: a.b = 1", False), ("def f(x):\n    with open(x): ...", False),
    ("def f(self): self.a = 1", False), ("def f(self): self.a.b.append(1)", False),
    ("def f(this): this.a = 1", True), ("def f(x): return x.append", True), ("def f(x): return x.copy", False),
    ("def f(x): return append", False), ("def f(x): return insort", True), ("def f(x): return k.insort", True),
    ("def f(x): insort(x, 1)", True), ("def f(x): k.insort(x, 1)", True), ("def f(): insort([], 1)", True),
    ("def f():\n    x = []\n    insort(x, 1)", False), ("def f():\n    x = []\n    k.insort(x, 1)", False),
    ("def f():\n    x = []\n    insort", True), ("def f(): insort()", True),
    ("def f():\n    x = []\n    return x, insort(y, x)", True), ("def f(x): x(methodcaller)", True),
    ("def f(x): operator.methodcaller('a')(x)", True), ("def f(x): list.append(x, 1)", True),
    ("def f():\n    x = []\n    list.append(x, 1)", False), ("def f(x): other.append(x, 1)", True),
    ("def f():\n    x = []\n    other.append(x, 1)", True), ("def f(): list.append()", True),
    ("def f(x): getattr(x, 'append')", True), ("def f(x): getattr(x, 'real')", False),
    ("def f(x): getattr(x, 3)", False), ("def f(x): getattr(x, x)", False), ("def f(x): getattr(x, x)()", True),
    ("def f(x): getattr(x, 'real')()", False), ("def f(x): getattr(x)()", False),
    ("def f(x): other(x, x)()", False),
    ("def f():\n    x = []\n    getattr(x, 'append')(1)", False), ("def f(x): getattr(x)", False),
    ("def f(y):\n    x = []\n    getattr(x, y)(1)", False), ("def f(x): return (lambda: x.pop())", True),
    ("def f(x):\n    y = x\n    y.a = 1", True), ("def f(x):\n    y = x.a\n    y.a = 1", True),
    ("def f(x):\n    y = x[0]\n    y.a = 1", True), ("def f(x):\n    y = x + x\n    y.a = 1", False),
    ("def f(x):\n    y = Thing(x)\n    y.a = 1", False), ("def f(x):\n    y = k._Thing(x)\n    y.a = 1", False),
    ("def f(x):\n    y = thing(x)\n    y.a = 1", True), ("def f(x):\n    y = x()()\n    y.a = 1", True),
    ("def f(x):\n    y = sorted(x)\n    y.sort()", False), ("def f(x):\n    y = x or []\n    y.sort()", True),
    ("def f(x):\n    y = [x] or []\n    y.sort()", False),
    ("def f(x):\n    y = x if x else []\n    y.sort()", True),
    ("def f(x):\n    y = [] if x else x\n    y.sort()", True),
    ("def f(x):\n    y = [] if x else {}\n    y.sort()", False),
    ("def f(x):\n    y = (z := x)\n    y.sort()", True), ("def f(x):\n    y = (z := [])\n    y.sort()", False),
    ("def f(x):\n    y = (z := [] if x else x)\n    y.sort()", True),
    ("def f(x):\n    y = (z := [])\n    z.sort()", False), ("def f(x):\n    y = yield\n    y.sort()", True),
    ("def f(x):\n    y, z = [], x\n    y.sort()", False), ("def f(x):\n    y, z = [], x\n    z.sort()", True),
    ("def f(x):\n    y, z = [[], []]\n    z.sort()", False),
    ("def f(x):\n    y, z = [[], [], []]\n    z.sort()", True),
    ("def f(x):\n    y, (z, w) = [], ([], x)\n    z.sort()", False),
    ("def f(x):\n    y = z = []\n    z.sort()", False),
    ("def f(x):\n    y = []\n    z = y\n    z.sort()", False), ("def f(x):\n    z = y\n    z.sort()", True),
    ("def f(x):\n    y = []\n    y = x\n    y.sort()", True),
    ("def f(x):\n    y = x\n    z = y\n    z.sort()", True),
    ("def f(x):\n    z = y\n    y = z\n    z.sort()", False),
    ("def f(x):\n    y: list = []\n    y.sort()", False),
    ("def f(x):\n    y: list\n    y.sort()", True), ("async def f(x): await x.pop()", True),
    ("def f(x):\n    y, z = ([], x) if x else (x, [])\n    y.sort()", True), ("f = 1", False),
    ("def f(x):\n    def g(y): y.sort()\n    return g", True), ("class C:\n    def f(x): x.a = 1", True),
    ("def f(x):\n    def g():\n        y = []\n    y.sort()", True), ("def f(x):\n    x.y[0](1).a = 1", True),
)  # fmt: skip
# What a class says, and the methods by which its objects change.
STIRS = (
    ("class C:\n    def __init__(self): self.a = 1\n    def __new__(self): self.a = 1", []),
    ("class C:\n    def a(self): self.a = 1\n    def b(self): return self.a", ["a", "b"]),
    ("class C:\n    def a(self): self.c.add(1)\n    def b(self): return self.d", ["a"]),
    ("class C:\n    def a(self): return self.b()\n    def b(self): self.c()\n    def c(self): self.d = 1",
     ["a", "b", "c"]),
    ("class C:\n    def a(self): return self.other()", []),
    ("class C(B):\n    def a(self): return self.other()", ["a"]),
    ("class C(B):\n    def a(self): return self.b()\n    def b(self): ...", []),
    ("class C(B):\n    def a(self): return x.b(), self.b, b()", []),
    ("class C:\n    def a(self): super().a()", ["a"]),
    ("class C:\n    async def a(self): self.a = 1\n    x = y = 1", ["a"]), ("def f(self): self.a = 1", []),
    ("class C:\n    def a(self): setattr(self, 'b', 1)", ["a"]), ("class C:\n    def a(self): return x.a", []),
    ("class C:\n    @property\n    def a(self): self.b += 1", [".a", "a"]),
    ("class C:\n    @property\n    def a(self): return self.b", []),
    ("class C:\n    @other\n    @functools.cached_property\n    def a(self): self.b[0] = 1", [".a", "a"]),
    ("class C:\n    @other\n    def a(self): self.b += 1", ["a"]),
    ("class C:\n    @property\n    def a(self): self.b = 1\n    @a.setter\n    def a(self, x): ...", [".a"]),
    ("class C:\n    def b(self): self.c = 1\n    @property\n    def a(self): self.b()", [".a", "a", "b"]),
    ("class C:\n    def __getattr__(self, a): self.b = a", [".", "__getattr__"]),
    ("class C:\n    def __getattr__(self, a): return a\n    x = 1", []),
    ("class C:\n    def __get__(self, a): self.b = a", [".", "__get__"]),
)  # fmt: skip


def acts_hold(judge: ModuleType) -> None:
    """What code changes beside what it makes, and when it is run."""
    for table, ask in ((CHANGES, judge.changes), (STIRS, judge.stirs)):
        for text, told in table:
            (node,) = ast.parse(text).body
            assert ask(node) == told, text
            if table is CHANGES:
                kinds = [(x, type(x)) for x in ast.walk(node)]
                assert not told or any(judge.suspect(x, kind) for x, kind in kinds), text
    for text, told in (
        ("def f(x): return x", False), ("f(x)", False), ("f.a", False), ("f.append", True), ("insort", True),
        ("x[0]", False), ("x[0] = 1", True), ("x.a = 1", True), ("x += 1", True), ("getattr", True),
        ("k.insort", True),
    ):  # fmt: skip
        found = any(judge.suspect(x, type(x)) for x in ast.walk(ast.parse(text)))
        assert found == told, text
    with replaced(definitions, acts=judge):
        _tables(Graph, definitions.read)
        _statements(definitions.read)


# (text, what its last statement is: (names, effect, refs, imports), flags that are set)
STATEMENTS: tuple[tuple[str, tuple[list[str], bool, set[str], list[Any]], set[str]], ...] = (
    ("def f(x=a): return b.c.d(x)", (["f"], False, {"a", "b.c.d", "x"}, []), set()),
    ("async def f(): await g", (["f"], False, {"g"}, []), set()),
    ("@cache\ndef f(): ...", (["f"], False, {"cache"}, []), set()),
    ("@functools.cache\ndef f(): ...", (["f"], False, {"functools.cache"}, []), set()),
    ("@evidence(f)\n@other\ndef f(): ...", (["f"], True, {"evidence", "f", "other"}, []), set()),
    ("@table[0]\ndef f(): ...", (["f"], True, {"table"}, []), set()),
    ("class C(B): x: T = 1", (["C"], False, {"B", "T"}, []), set()),
    ("class C(metaclass=M): ...", (["C"], True, {"M"}, []), set()),
    ("class C:\n    def __m__(self): import a", (["C"], False, set(), [("a", "", "a", 0)]), set()),
    ("x = y", (["x"], False, {"y"}, []), set()), ("x: T = y", (["x"], False, {"T", "y"}, []), set()),
    ("x, (y, z) = w", (["x", "y", "z"], False, {"w"}, []), set()), ("[x, y] = w", (["x", "y"], False, {"w"},
     []), set()),
    ("x = y = z", (["x", "y"], False, {"z"}, []), set()), ("x.a = 1", (["x"], True, {"x.a"}, []), set()),
    ("x[k] = 1", (["x", "k"], True, {"x", "k"}, []), set()), ("x = y.append(z)", (["x"], True, {"y.append",
     "z"}, []), set()),
    ("x = y.copy(z)", (["x"], False, {"y.copy", "z"}, []), set()), ("x = append(z)", (["x"], False,
     {"append", "z"}, []), set()),
    ("x = y.a = 1", (["x", "y"], True, {"y.a"}, []), set()), ("_, x = f()", (["_", "x"], False, {"f"}, []),
     set()),
    ("from __future__ import annotations, division\ndef f(x: T) -> U: ...", (["f"], False, set(), []), set()),
    ("_ = f()", (["_"], True, {"f"}, []), set()), ("_x = f()", (["_x"], False, {"f"}, []), set()),
    ("x += y", (["x"], True, {"y"}, []), set()), ("f(x)", ([], True, {"f", "x"}, []), set()),
    ("for k in y: z = k", (["k", "z"], True, {"y", "k"}, []), set()),
    ("if a: x = 1\nelse: y = 2", (["x", "y"], True, {"a"}, []), set()),
    ("import a", ([], False, set(), [("a", "", "a", 0)]), set()),
    ("import a.b", ([], False, set(), [("a.b", "", ".a", 0)]), set()),
    ("import a.b as c, d as e", ([], False, set(), [("a.b", "", "c", 0), ("d", "", "e", 0)]), set()),
    ("from a.b import c as d, e", ([], False, set(), [("a.b", "c", "d", 0), ("a.b", "e", "e", 0)]), set()),
    ("from .. import c", ([], False, set(), [("", "c", "c", 2)]), set()),
    ("from a import *", ([], False, set(), [("a", "*", "*", 0)]), set()),
    ("def f(): return importlib.import_module('a.b')",
     (["f"], False, {"importlib.import_module"}, [("a.b", "", "", 0)]), set()),
    ("def f(): return find_spec('a')", (["f"], False, {"find_spec"}, [("a", "", "", 0)]), set()),
    ("def f(x): return find_spec(x)", (["f"], False, {"find_spec", "x"}, []), set()),
    ("def f(): return pytest.importorskip('a')", (["f"], False, {"pytest.importorskip"}, [("a", "", "",
     0)]), set()),
    ("def f(x): return importlib.import_module(x)", (["f"], False, {"importlib.import_module", "x"}, []),
     {"dynamic", "loose"}),
    ("def f(): return import_module()", (["f"], False, {"import_module"}, []), {"dynamic", "loose"}),
    ("def f(): return import_module(3)", (["f"], False, {"import_module"}, []), {"dynamic", "loose"}),
    ("def f(x): return eval(x)", (["f"], False, {"eval", "x"}, []), {"dynamic"}),
    ("def f(x): return x.eval()", (["f"], False, {"x.eval"}, []), set()),
    ("f = eval", (["f"], False, {"eval"}, []), {"dynamic"}),
    ("f = x.__globals__", (["f"], False, {"x.__globals__"}, []), {"loose"}),
    ("f = '__globals__'", (["f"], False, set(), []), {"loose"}), ("f = 3", (["f"], False, set(), []), set()),
    ("f = pickle.loads", (["f"], False, {"pickle.loads"}, []), {"loose"}),
    ("f = json.loads", (["f"], False, {"json.loads"}, []), set()),
    ("f = vars()", (["f"], False, {"vars"}, []), {"dynamic"}),
    ("f = vars(x)", (["f"], False, {"vars", "x"}, []), set()),
    ("f = x.vars()", (["f"], False, {"x.vars"}, []), set()),
    ("def f(): return vars()", (["f"], False, {"vars"}, []), set()),
    ("def f(x=vars()): ...", (["f"], False, {"vars"}, []), {"dynamic"}),
    ("class C:\n    def f(self): vars()", (["C"], False, {"vars"}, []), set()),
    ("f = x.__annotations__", (["f"], False, {"x.__annotations__"}, []), {"hinted"}),
    ("f = get_type_hints", (["f"], False, {"get_type_hints"}, []), {"hinted"}),
    ("f = g(eval_str=x)", (["f"], False, {"g", "x"}, []), {"hinted"}),
    ("f = g(other=x)", (["f"], False, {"g", "x"}, []), set()), ("f = g(**x)", (["f"], False, {"g", "x"}, []),
     set()),
    ("class C:\n    x: 'T[a.b]'", (["C"], False, {"T", "a.b"}, []), set()),
    ("class C:\n    x = R.append", (["C"], True, {"R.append"}, []), set()),
    ("def f(): return globals()", (["f"], False, {"globals"}, []), {"dynamic"}),
    ("f = importlib.import_module", (["f"], False, {"importlib.import_module"}, []), {"loose"}),
    ("f = x().import_module", (["f"], False, {"x"}, []), {"loose"}),
    ("f = sys.modules", (["f"], False, {"sys.modules"}, []), {"loose"}),
    ("f = here.modules", (["f"], False, {"here.modules"}, []), set()),
    ("from sys import modules as m\nf = m", (["f"], False, {"m"}, []), {"loose"}),
    ("from sys import modules\nf = modules", (["f"], False, {"modules"}, []), {"loose"}),
    ("from other import modules\nf = modules", (["f"], False, {"modules"}, []), set()),
    ("from sys import path\nf = path", (["f"], False, {"path"}, []), set()),
    ("from importlib import import_module as i\nf = i('a')", (["f"], False, {"i"}, []), {"loose"}),
    ("from importlib import import_module\nf = import_module('a')",
     (["f"], False, {"import_module"}, [("a", "", "", 0)]), set()),
    ("from pkgutil import resolve_name as r\nf = r", (["f"], False, {"r"}, []), {"loose"}),
    ("f = x.__doc__", (["f"], False, {"x.__doc__"}, []), {"docs"}), ("f = __doc__", (["f"], False,
     {"__doc__"}, []), {"docs"}),
    ("f = getattr(x, '__doc__')", (["f"], False, {"getattr", "x"}, []), {"docs"}),
    ("f = inspect.getdoc(x)", (["f"], False, {"inspect.getdoc", "x"}, []), {"docs"}),
    ("f = x().__doc__", (["f"], False, {"x"}, []), {"docs"}),
    ("def f(h): return h.import_from('key', h.x, y)", (["f"], False, {"h", "h.x", "y"}, []), {"doors"}),
    ("def f(h): return h.import_from(k)", (["f"], False, {"h.import_from", "k"}, []), set()),
    ("def f(h): return import_from('key')", (["f"], False, {"import_from"}, []), set()),
    ("def f(h): return h.import_from()", (["f"], False, {"h.import_from"}, []), set()),
    ("from __future__ import annotations\ndef f(x: T) -> U: ...", (["f"], False, set(), []), set()),
    ("from __future__ import division\ndef f(x: T) -> U: ...", (["f"], False, {"T", "U"}, []), set()),
    ("def f(x: T) -> U: ...", (["f"], False, {"T", "U"}, []), set()),
    ("if TYPE_CHECKING:\n    from a import b", ([], False, set(), [("a", "b", "b", 0)]), {"typing"}),
    ("if typing.TYPE_CHECKING: ...\nelse:\n    x = 1", (["x"], False, set(), []), set()),
    ("if __name__ == '__main__':\n    f()\nelse:\n    x = 1", (["x"], False, set(), []), set()),
)  # fmt: skip


def _statements(read: Read) -> None:
    for text, (names, effect, refs, imports), flags in STATEMENTS:
        found = read(text.encode()).statements[-1]
        assert (found.names, found.effect, {*found.refs}, found.imports) == (
            names,
            effect,
            refs,
            imports,
        ), text
        assert found.refs == sorted(found.refs)
        told = {x for x in ("dynamic", "loose", "docs", "typing", "hinted") if getattr(found, x)}
        assert told | ({"doors"} if found.doors else set()) == flags, text
    for text, hints in (
        ("def f(x: 'a.b', y: T, *z: U) -> 'V[W, x().y]': ...", ["V", "W", "a.b", "x"]),
        ("from __future__ import annotations\ndef f(x: T[a.b.c]): T", ["a.b.c"]),
        ("x: 'f g'", []), ("class C:\n    x: 'f'\n    def f(self, y: 'g'): ...", ["g"]), ("x = 'f'", []),
        ("x: 3 = f", []),
    ):  # fmt: skip
        assert read(text.encode()).statements[-1].hints == hints, text
    found = read(b"def f(h): return h.import_from('b', 1), h.import_from('a', 2)").statements[0]
    assert found.doors == ["a", "b"]
    assert read(b"x = a.b.c(d.e).f").statements[0].attrs == ["b", "c", "e", "f"]
    assert [s.names for s in read(b"if TYPE_CHECKING:\n    x = 1\nelse:\n    y = 1\npass\n"
     b"z = 1").statements] == [
        ["x"], ["y"], ["z"]]  # fmt: skip
    assert [
        s.names for s in read(b"if __name__ == '__main__':\n    x = 1\nelse:\n    y = 1").statements
    ] == [["y"]]
    methods = read(
        b"class C:\n    k = 1\n    def a(self): import x\n    def b(self): ...\n    def c(self): eval('1')\n"
        b"    def d(self): self.import_from('k')\n    def __e__(self): import x\n"
        b"    async def g(self): import x\n"
    )
    assert sorted(methods.methods) == ["C.a", "C.c", "C.d"]
    assert methods.methods["C.a"].imports == [("x", "", "x", 0)]
    assert methods.statements[0].imports == [("x", "", "x", 0)] * 2, "of what stays"
    assert read(b"class C:\n    def a(self): import x\n").statements[0].names == ["C"]


SAME = {
    "a comment": ("x = 1", "x = 1  # one"), "layout": ("x = (1, 2)", "x = (\n    1,\n  2,)"),
    "docstrings": ("'m'\nclass C:\n    'c'\n    def f(self):\n        'f'\n        async def g():\n"
     "            'g'",
                   "'M'\nclass C:\n    'C'\n    def f(self):\n        'F'\n        async def g():\n"
                    "            'G'"),
    "a docstring in a block": ("if a:\n    def f():\n        'f'", "if a:\n    def f():\n        'F'"),
    "pass": ("x = 1", "pass\nx = 1"),
}  # fmt: skip
OTHER = {
    "a number": ("x = 1", "x = 2"), "its kind": ("x = 1", "x = 1.0"), "order": ("f()\ng()", "g()\nf()"),
    "a docstring that is read": ("'m'\nx = __doc__", "'n'\nx = __doc__"),
    "a docstring that something gets": ("'m'\nx = getdoc", "'n'\nx = getdoc"),
    "a text that is no docstring": ("x = 'a'", "x = 'b'"), "a later text": ("x = 1\n'a'", "x = 1\n'b'"),
    "bytes": ("b'a'", "b'b'"), "a number first": ("1", "2"),
    "what a script does": ("if __name__ == '__main__':\n    f()", "if __name__ == '__main__':\n    g()"),
    "typing": ("if TYPE_CHECKING:\n    import a", "if TYPE_CHECKING:\n    import b"),
    "typing, or not": ("if TYPE_CHECKING:\n    import a", "import a\nimport a"),
    "a method": ("class C:\n    def m(self): import a", "class C:\n    def m(self): import b"),
    "a surrogate": ("x = '\\ud800'", "x = '\\ud801'"),
}  # fmt: skip


def definitions_hold(judge: ModuleType) -> None:
    """What each form of statement binds, mentions and imports, and what is part of its hash."""
    for part in (_tables, _exactly, _hashes, _said, _found, _clocks):
        part(Graph, judge.read)
    _statements(judge.read)
    for table, same in ((SAME, True), (OTHER, False)):
        for how, texts in table.items():
            left, right = (judge.read(x.encode()) for x in texts)
            assert (left.digest == right.digest) == same, how
            assert len(left.digest) == 24
    docs = [
        judge.read(x).docs
        for x in (
            b"'m'\ndef f():\n    'f'",
            b"'m'\ndef f():\n    'g'",
            b"'m'\ndef f():\n    'f'\nx = 1",
        )
    ]
    assert docs[0] == docs[2] != docs[1]
    whole = judge.read(
        b"class C:\n    'd'\n    def m(self): import a\nfrom .a import b\nx = 'a/b', eval\n"
    )
    assert judge.Source.back(whole.plain()) == whole
    assert judge.Source.back(_through_json(whole.plain())) == whole
    for text, told in (
        ("a/b", True), ("certificates", True), ("ab", False), ("a/b\n", False), ("/", False), ("./", False),
         ("a/" + "b" * 198, True),
        ("a/" + "b" * 199, False), ("../x", True),
    ):  # fmt: skip
        assert (judge.read(f"x = {text!r}".encode()).strings == [text]) == told, text
    assert judge.read(b"x = 'b/b'\ny = 'a/a'").strings == ["a/a", "b/b"]
    for text in (b"def f(:\n", b"x = '\0'\n", b"(" * 3000 + b")" * 3000):
        broken = judge.read(text)
        assert broken.broken
        assert ": " in broken.broken
        assert broken.statements == []
        assert broken.digest != judge.read(text + b" ").digest
        assert len(broken.digest) == 24
    judge.KNOWN.clear()
    first = judge.of_bytes(b"x = 1")
    assert judge.of_bytes(b"x = 1") is first
    assert judge.of_bytes(b"x = 2").digest != first.digest
    assert len(judge.KNOWN) == 2


def _through_json(data: Any) -> Any:
    import json

    return json.loads(json.dumps(data))
