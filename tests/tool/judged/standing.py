"""The battery of how evidence stands in its file: calls, parts of what is named, loops that it comes to."""

from __future__ import annotations

import ast
import linecache
from types import CodeType, ModuleType

import numpy as np

from tests.tool.judged.kernel import replaced
from tests.tool.judged.nothing import compiled, made, tables_are_told
from tests.tool.judged.tools import raises
from theorem_audit.checks import over_nothing


def written_holds(judge: ModuleType) -> None:
    """The same of its tables, and each way to write a loop, a call and a part of what is named."""
    names = ("PLAIN", "call_at", "loops", "of_source", "value_of")
    over_nothing._asked_of_all.cache_clear()
    try:
        with replaced(over_nothing, **{x: getattr(judge, x) for x in names}):
            tables_are_told(over_nothing)
    finally:
        over_nothing._asked_of_all.cache_clear()
    _values(judge)
    _surely(judge)
    _places(judge)


def _values(judge: ModuleType) -> None:
    """A part of what is named, worked out as Python does."""
    known = {
        "x": np.arange(12).reshape(3, 4),
        "n": 2,
        "t": (5, 6, 7),
        "d": {"k": [1, 2]},
        "m": np.array([True, False, True]),
    }
    for text in (
        "x", "x[1]", "x[1:]", "x[:n]", "x[::n]", "x[1, 2]", "x[1:, :2]", "x[x > 3]", "x[x >= 3]", "x[x < 3]",
        "x[x <= 3]", "x[x == 3]", "x[x != 3]", "t[n - 1]", "t[n + 0]", "t[n * 1]", "t[n // 2]", "t[n % 2]",
        "t[-n]",
        "x[m & m]", "x[m | m]", "x[~m]", "d['k'][0]", "t[n]", "x[1:3:n]", "x[(1, 2)]",
    ):  # fmt: skip
        found = judge.value_of(ast.parse(text, mode="eval").body, known)
        assert np.array_equal(found, eval(text, dict(known))), text
    for text in (
        "y",
        "f(x)",
        "x.size",
        "x[0 < n < 3]",
        "x[n / 2]",
        "x[+n]",
        "t[not n]",
        "[x]",
        "x[lambda: 0]",
    ):
        raises(KeyError, lambda t=text: judge.value_of(ast.parse(t, mode="eval").body, known))
    assert judge.value_of(None, known) is None


# A body, and in which lines loops stand that are come to whatever happens, with the lines of their calls.
BODIES: tuple[tuple[str, list[tuple[int, list[int]]]], ...] = (
    ("for x in y:\n a(x)", [(2, [3])]),
    ("for x in y:\n a(x)\n b(x)\nfor x in y: a(x)", [(2, [3]), (5, [5])]),
    ("for x in y:\n for z in x:\n  a(z)", [(2, [4]), (3, [4])]),
    ("if y:\n for x in y: a(x)", []),
    ("for x in y:\n if x: a(x)", [(2, [])]),
    ("try:\n for x in y: a(x)\nfinally: pass", []),
    ("while y:\n for x in y: a(x)", []),
    ("with y:\n for x in y: a(x)", [(3, [3])]),
    ("with suppress(E):\n for x in y: a(x)", []),
    ("with k.raises(E):\n for x in y: a(x)", []),
    ("with y, suppress(E):\n for x in y: a(x)", []),
    ("with y, z:\n for x in y: a(x)", [(3, [3])]),
    ("with f()():\n for x in y: a(x)", [(3, [3])]),
    ("return 1\nfor x in y: a(x)", []),
    ("if z: return 1\nfor x in y: a(x)", []),
    ("if z: raise E\nfor x in y: a(x)", []),
    ("for x in y:\n a(x)\n if x: break\n a(x)\nfor x in y: a(x)", [(2, [3])]),
    ("for x in y:\n if x: continue\n a(x)", [(2, [])]),
    ("[a(x) for x in y]", [(2, [2])]),
    ("z = {a(x) for x in y}", [(2, [2])]),
    ("z = {a(x): 1 for x in y}", [(2, [2])]),
    ("f(a(x) for x in y)", [(2, [2])]),
    ("[a(x) for x in y if x]", []),
    ("[a(z) for x in y for z in x if z]", []),
    ("[a(z) for x in y if x for z in x]", []),
    ("[x for x in [a(z) for z in y] if x]", [(2, [2])]),
    ("z and [a(x) for x in y]", []),
    ("z = [a(x) for x in y] if z else 0", []),
    ("z = lambda: [a(x) for x in y]", []),
    ("def g():\n for x in y: a(x)", []),
    ("class G:\n for x in y: a(x)", []),
    ("match z:\n case 1:\n  for x in y: a(x)", []),
    ("for x in y: b(x)", [(2, [])]),
    ("for x in y: z = lambda: a(x)", [(2, [])]),
    ("for x in y: [a(z) for z in x if z]", [(2, [])]),
    ("for x in y:\n for z in x: a(z)\n [a(z) for z in x]", [(2, [3, 4]), (3, [3]), (4, [4])]),
)  # fmt: skip


def _surely(judge: ModuleType) -> None:
    def asks(call: ast.Call) -> bool:
        return isinstance(call.func, ast.Name) and call.func.id == "a"

    for body, expected in BODIES:
        text = "def f():\n" + "".join(f" {line}\n" for line in body.splitlines())
        code = _code_of(text)
        found = [
            (loop.lineno, [x.lineno for x in calls]) for loop, calls in judge.loops(code, asks)
        ]
        assert found == expected, body
    both = "def f():\n [a(x) for x in y]\n@d\n@e\ndef f():\n for x in y: a(x)\ndef g():\n for x in y: a(x)\n"
    whole = compiled(both)
    for place, line in ((0, 2), (1, 6), (2, 8)):
        code = [x for x in whole.co_consts if isinstance(x, CodeType)][place]
        assert [loop.lineno for loop, _ in judge.loops(code, asks)] == [line]
    asynchronous = "async def f():\n async for x in y: a(x)\n"
    assert [*judge.loops(_code_of(asynchronous), asks)] == [], "its body is not run to its end"
    inside = "def f():\n async def g():\n  async with z:\n   async for x in y: a(x)\n"
    assert [*judge.loops(_code_of(inside), asks)] == []
    code = compiled("def f():\n for x in y: a(x)\n")
    name = code.co_filename
    linecache.cache[name] = (1, None, ["def f(:\n"], name)
    inner = next(x for x in code.co_consts if isinstance(x, CodeType))
    assert [*judge.loops(inner, asks)] == [], "it is no longer what was run"
    assert judge.call_at(inner, 0) is None


def _code_of(text: str) -> CodeType:
    return next(x for x in compiled(text).co_consts if isinstance(x, CodeType))


def _places(judge: ModuleType) -> None:
    code, at = made("f(g(1),\n  2)")
    call = judge.call_at(code, at)
    assert call.func.id == "f"
    assert judge.of_source(call) == (1, 2, 0, 4)
    inner = judge.of_source(call.args[0])
    assert inner == (1, 1, 2, 6)
    assert judge.call_at(code, 0) is None
    bare = ast.Name("x", ast.Load(), lineno=3, col_offset=4)
    assert judge.of_source(bare) == (3, 0, 4, 0)


__all__ = ["written_holds"]
