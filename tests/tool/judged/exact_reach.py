"""A table of definitions and exactly what each reaches, no node too many."""

from __future__ import annotations

from tests.tool.judged.small_files import F, G, Read, X, graph_of, reached
from theorem_audit.reuse.graph import Graph, Node

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
    ("import numpy\ndef t(): ...", {}, {("outside", "numpy")}),
    ("import numpy\ndef u(): numpy\ndef t(): ...", {}, set()),
    ("import numpy as n\ndef u(): n.x\ndef t(): ...", {}, set()),
    ("import numpy as n\ndef u(): numpy\ndef t(): ...", {}, {("outside", "numpy")}),
    ("import numpy.linalg\ndef u(): numpy.x\ndef t(): ...", {}, set()),
    ("from numpy import x\nclass C:\n    def m(self):\n        import y\n        return x\ndef t(): ...", {},
     set()),
    ("from numpy import x\nfrom __future__ import annotations\ndef u(y: x): ...\ndef t(): ...", {}, set()),
    ("from numpy import *\ndef t(): ...", {}, {("outside", "numpy")}),
    ("import gone_1, gone_2\ndef u(): gone_1, gone_2\ndef t(): ...", {}, {("outside", "gone_1"), ("outside",
     "gone_2")}),
    ("import json\ndef t(): ...", {}, set()),
    ("from theorem_audit.k import h\ndef t(): h", {"theorem_audit/k.py": "import numpy\nh = 1"},
     {("def", "theorem_audit.k", "h"), ("base", "theorem_audit.k")}),
    ("from thing.l import *\ndef t(): c.K",
     {"thing/l/__init__.py": "__all__ = ['c']", "thing/l/c.py": "K = 1\nL = 2"},
     {("whole", "thing.l"), ("def", "thing.l", "__all__"), ("base", "thing"), ("base", "thing.l"),
      ("base", "thing.l.c"), ("def", "thing.l.c",
      "K")}),
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
     ("base", "thing.s"), ("outside", "numpy")}),
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


def exactly_reached(make: type[Graph], read: Read) -> None:
    """What each definition of the table reaches, whatever of it has a hash before."""
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
