"""The battery of what code changes that it did not make, and when that code is run."""

from __future__ import annotations

import ast
from types import ModuleType

from tests.tool.judged.defining import statements_are_read
from tests.tool.judged.kernel import replaced
from tests.tool.judged.small_files import tables_hold
from theorem_audit.reuse import definitions, statements
from theorem_audit.reuse.graph import Graph

# Code of a definition, and whether it may change what it did not make; each alone, without imports.
CHANGES = (
    ("def f(): next(IT)", True), ("def f(): next(x.it, None)", True), ("def f(): next(TABLE[0])", True),
    ("def f(): next(x for x in y)", False), ("def f(): next(g(x), None)", False), ("def f(x): next(x)", True),
    ("def f():\n    it = g(x)\n    next(it)", False), ("def f():\n    it = g(x)\n    next(IT)", True),
    ("def f(): insort(g(x), 1)", True),
    ("def f():\n    it = [1]\n    next(it)", False), ("def f(): map(next, x)", True),
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
    with replaced(statements, acts=judge):
        tables_hold(Graph, definitions.read)
        statements_are_read(definitions.read)
