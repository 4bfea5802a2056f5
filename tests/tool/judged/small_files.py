"""A made-up project of a few files, what its definitions reach, and the cases of how one reaches another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from theorem_audit.project import Project
from theorem_audit.reuse import definitions
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.reuse.graph import Graph, Node
from theorem_audit.tests import test_definitions as known

ROOT = Path("/no/such/folder")
Files = Mapping[str, str]
Read = Callable[[bytes], Any]
F, G, X = known.F, known.G, known.X
A = "X = 1\ndef f():\n    return X\ndef g():\n    return 2\n"


def tree_of(*files: str, **more: Any) -> Tree:
    """A project of these files, none of which is there."""
    tree = Tree(Project(ROOT, "small", "thing", "tests", "notes", **more))
    for file in files:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        tree.modules[name] = Module(name, ROOT / file, file.endswith("__init__.py"))
    return tree


def graph_of(files: Files, make: type[Graph] = Graph, read: Read = definitions.read) -> Graph:
    """What these files reach, ``thing`` and ``tests`` being packages."""
    whole = {"thing/__init__.py": "", "thing/a.py": A, "tests/__init__.py": "", **files}
    tree = tree_of(
        *whole,
        boundaries="thing.b:CASES",
        falsifiers="thing.a",
        pages=("thing.b:CASES", "thing.gone:X", "thing.deep"),
    )
    tree.__dict__["tops"] = ("thing", "tests", "theorem_audit")
    sources = {
        m.name: read(whole[str(m.file.relative_to(ROOT))].encode()) for m in tree.modules.values()
    }
    return make(
        tree, sources, lambda top: f"{top} {'absent' if top[:4] == 'gone' else 1}; gone absent"
    )


def reached(graph: Graph, name: str = "t", module: str = "tests.t") -> set[Node]:
    """All that a definition reaches."""
    return graph.reached([("def", module, name)])


def tables_hold(make: type[Graph], read: Read) -> None:
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
