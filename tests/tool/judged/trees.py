"""The battery of walks through syntax trees: beside ``ast``'s own, on programs that differ in one place."""

from __future__ import annotations

import ast
from itertools import combinations
from types import ModuleType

PROGRAMS = (
    "x = 1", "x = 2", "x = True", "x = 1.0", "x = '1'", "x = b'1'", "x = None", "x = ...", "x", "x = y = 1",
    "x = [1, [2]]", "x = [1, 2]", "x = [[1], 2]", "x = (1, 2)", "x = {1, 2}", "x = {1: 2}", "x = {**y}",
    "f(a, b)", "f(a)(b)", "f(a, b=b)", "f(*a)", "f(**a)", "f(a)", "f", "f.a", "f[a]", "f[a:]", "f[:a]",
    "f[a:b]", "def f(a, b): pass", "def f(a, /, b): pass", "def f(a, *, b): pass", "def f(a, b=1): pass",
    "def f(a, b) -> c: pass", "def f(a: c, b): pass", "async def f(a, b): pass", "@c\ndef f(a, b): pass",
    "class f: pass", "class f(a): pass", "class f(a=b): pass", "if a: b\nelse: c", "if a:\n b\n c", "if a: b",
    "for a in b: c", "for a in b: c\nelse: d", "while a: b", "import a", "import a as b", "from a import b",
    "from .a import b", "from ..a import b", "del a", "global a", "a += b", "a -= b", "a < b < c", "a < b > c",
    "lambda a: b", "lambda: b", "f'{a}'", "f'{a!r}'", "f'{a:b}'", "a and b or c", "a and (b or c)",
)  # fmt: skip


def syntax_holds(judge: ModuleType) -> None:
    """Every part once, in order; and texts that are equal for equal trees, and for no others."""
    trees = [ast.parse(x) for x in PROGRAMS]
    for tree in trees:
        wanted = [x for x in ast.walk(tree) if not isinstance(x, ast.expr_context)]
        assert judge.nodes(tree) == wanted
    texts = [judge.said(x) for x in trees]
    for (one, this), (two, that) in combinations(zip(PROGRAMS, texts, strict=True), 2):
        assert this != that, (one, two)
    for one, this in zip(PROGRAMS, texts, strict=True):
        spaced = one.replace(", ", "  ,  ").replace(" = ", "   = ") + "  # a comment\n\n"
        assert judge.said(ast.parse(spaced)) == this, one
    # A later Python has one field more: where it is empty the text is as before.
    later = type("Return", (ast.Return,), {"_fields": (*ast.Return._fields, "later")})
    zero = ast.Constant(0)
    texts = [judge.said(later(zero, later=x)) for x in (None, [], [zero], zero)]
    assert texts[0] == texts[1] == judge.said(ast.Return(zero))
    assert len({*texts, judge.said(ast.Return())}) == 4
