"""The battery of a cell's fingerprint: editions that differ, editions that do not, and what is refused."""

from __future__ import annotations

import abc
import builtins
import contextlib
import decimal
import enum
import hashlib
import itertools
import math
import sys
import tempfile
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import pytest

from sim import ENGINE_VERSION
from sim.sweeps import own
from sim.sweeps import said as sources
from sim.sweeps.tasks import Task
from sim.tests.sweep_tools import loaded_cell
from sim.tests.test_fingerprint import BASE, CALLED, EDITS, KINDS, MADE, SAME, WIDER
from tests.tool.judged.tools import raises

HELPER = "def scale(x):\n    return 2 * x\n"


class _Loads:
    """Cells of texts, each in a folder of its own."""

    def __init__(self, judge: ModuleType, folder: Path) -> None:
        self.judge, self.folder, self.count = judge, folder, itertools.count()

    def cell(self, text: str, helper: str = HELPER) -> Any:
        return loaded_cell(self.folder / str(next(self.count)), text, helper)

    def print(self, text: str, helper: str = HELPER) -> str:
        found: str = self.judge.fingerprint(self.cell(text, helper))
        return found

    def lines(self, text: str, helper: str = HELPER) -> list[str]:
        return [*self.judge._function(self.cell(text, helper), self.judge._Seen())]

    def refusal(self, text: str, helper: str = HELPER) -> str:
        cell = self.cell(text, helper)
        return raises(self.judge.NotComparable, lambda: self.judge.fingerprint(cell))


@contextmanager
def _put_back() -> Iterator[None]:
    precision, names = mpmath.mp.dps, ("helper_of_test", "module_of_test")
    modules = {name: sys.modules.get(name) for name in names}
    with decimal.localcontext(), pytest.MonkeyPatch.context() as changed:
        changed.delenv("PYTHONHASHSEED", raising=False)
        yield
    mpmath.mp.dps = precision
    for module in (math, builtins):
        vars(module).pop("put_there_by_a_test", None)
    for name, module in modules.items():
        if module is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = module


def prints_hold(judge: ModuleType) -> None:
    """The tables of the tests, then what is told of a cell line by line."""
    with tempfile.TemporaryDirectory() as name, _put_back():
        loads = _Loads(judge, Path(name))
        _tables(loads)
        _lines(loads)
        _refused(loads)
        _sets(loads)


def _tables(loads: _Loads) -> None:
    base = loads.print(BASE)
    assert len(base) == 16
    assert int(base, 16) >= 0
    for what, (old, new) in {**EDITS, **SAME}.items():
        assert (loads.print(BASE.replace(old, new)) == base) == (what in SAME), what
    assert loads.print(BASE, "def scale(x):\n    return 3 * x\n") != base
    for what, (made, said) in WIDER.items():
        found = [
            loads.print(f"{made.format(k, k)}\n\n\ndef cell(s, seed): return {said.format(k, k)}\n")
            for k in (2, 3, 2)
        ]
        assert found[0] == found[2] != found[1], what
    for what, text in CALLED.items():
        one, two, again = (loads.print(text.format(k)) for k in (2, 3, 2))
        assert one == again != two, what
    for what, (made, put) in MADE.items():
        text = (
            "from functools import cached_property\nfrom helper_of_test import Held, made\n"
            f"class A:\n    X = {put}\ndef cell(s, seed): return A.X\n"
        )
        said = made.replace("{{", "{").replace("}}", "}")
        helper = f"import numpy as np\nFACTOR = %s\ndef made(): return {said}\nclass Held:\n    x = {said}\n"
        one, two, again = (loads.print(text, helper % k) for k in (1, 7, 1))
        assert one == again != two, what
    for kind in (
        "Abstract", "Slots", "Data", "Record", "Pair", "Sort", "Colour", "Named", "Shown", "Lazy", "Any",
    ):  # fmt: skip
        one, two = (loads.print(KINDS.replace("KIND", kind)) for _ in "ab")
        assert one == two, kind


BY_TEXT = "{} calls {}: what it means is known only as it runs; name it, or make it a setting"
BY_SOURCE = (
    "{} asks for {}: comments, docstrings and the lines on which something stands count for nothing, so that "
    "its numbers would stay when these are others; make it a setting"
)
SURE = (
    "{} asks for {}: its numbers would stay when the environment, the hour or the machine's chance is another; "
    "make it a setting, or draw from the seed"
)
ATTACHED = "{} has SQLite attach a base, of which nobody is told: connect to it"
HASHED = (
    "{}, which is another in each process: its numbers would stay when that is another; sort what is a set, or "
    "take hashlib; or fix PYTHONHASHSEED before Python starts, as a sweep's own worker processes do"
)
OWN = """
import os
class World:
    environ = {"K": 2}
    def read(self): return self.environ
    @classmethod
    def made(cls): return cls.environ
world = World()
"""
STATIC = (
    "import os\nclass World:\n    environ = 2\n    @staticmethod\n"
    "    def of(system): return system.environ\n"
)
# What stands before a cell, what it gives back, and why it is refused; empty: it is not.
REFUSED: tuple[tuple[str, str, str], ...] = (
    ("", "__import__('k').K", BY_TEXT.format("cell", "__import__")),
    ("", "eval('K')", BY_TEXT.format("cell", "eval")),
    ("", "globals()['K']", BY_TEXT.format("cell", "globals")),
    ("", "s.eval('K')", BY_TEXT.format("cell", "eval")),
    ("import sys", "sys.modules['k']", BY_TEXT.format("cell", "modules")),
    ("import sys as system", "system.modules['k']", BY_TEXT.format("cell", "modules")),
    ("", "(lambda sys: sys.modules)(s)", ""), ("import sys", "sys.maxsize", ""),
    ("class O: modules = 2", "O.modules", ""), ("modules = 2", "modules", ""),
    ("from sys import modules as held", "held['k']", BY_TEXT.format("cell", "held")),
    ("", "cell.__globals__['K']", BY_TEXT.format("cell", "__globals__")),
    ("import importlib", "importlib.import_module('k')", BY_TEXT.format("cell", "import_module")),
    ("", "object.__subclasses__()", BY_TEXT.format("cell", "__subclasses__")),
    ("", "cell.__doc__", BY_SOURCE.format("cell", "__doc__")),
    ("", "__doc__", BY_SOURCE.format("cell", "__doc__")),
    ("", "cell.__code__.co_firstlineno", BY_SOURCE.format("cell", "co_firstlineno")),
    ("getdoc = 2", "getdoc", ""), ("", "s.getdoc", BY_SOURCE.format("cell", "getdoc")),
    ("eval = 2", "eval", ""),
    ("import os", "os.environ['K']", SURE.format("cell", "environ")),
    ("from os import getenv", "getenv('K')", SURE.format("cell", "getenv")),
    ("import time\ndef f(k=time.time): return k()", "f()", SURE.format("what is called defaults[0]", "time")),
    ("def f(k=len): return k(s)", "f()", ""),
    ("", "s.execute('; ATTACH\\n \"x.db\" as other')", ATTACHED.format("cell")),
    ("", "s.execute('Attach \"x.db\" as other')", ATTACHED.format("cell")),
    ("", "s.execute('attachment of x')", ""),
    ("environ = 2", "environ", ""), (OWN, "world.read()", ""), (OWN, "World.made()", ""),
    ("", "hash(s)", HASHED.format("cell calls hash")),
    ("K = {'a', 2}", "list(K)",
     HASHED.format("cell goes through a set of texts in its order, or hands it on")),
    ("K = [{'a'}]", "K", HASHED.format("K[0] is a set of texts, and what takes its order is not followed")),
    ("class C: pass\nc = C()\nc.k = {'a'}", "list(c.k)",
     HASHED.format("cell goes through a set of texts in its order, or hands it on")),
    ("K = [{2}]", "list(K[0])", ""),
    (STATIC, "World.of(os)", None), (OWN, "s.environ", None),
)  # fmt: skip


def _refused(loads: _Loads) -> None:
    for before, call, why in REFUSED:
        text = f"{before}\ndef cell(s, seed): return {call}\n"
        if why:
            assert loads.refusal(text) == why, call
        elif why is None:
            assert "known only as it runs" in loads.refusal(text), call
        else:
            assert loads.print(text), call
    inside = "def cell(s, seed):\n    import sys\n    return sys.modules['k']\n"
    assert loads.refusal(inside) == BY_TEXT.format("cell", "modules")
    empty = (
        "def make():\n    def f(s, seed): return later\n    g = f\n    return g\n"
        "    later = 1\ncell = make()\n"
    )
    assert loads.refusal(empty) == "later: a cell uses it before it has a value"
    for function in (own.is_own, own.installed, sources._column, sources._by_place.__wrapped__):
        assert len(loads.judge.fingerprint(function)) == 16, "the simulator goes by its version"


# What stands before a cell, what it gives back, and lines that tell of it, in order, or (-) that are not told.
LINES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("import math", "math.pi", ("math:", "math", "pi: an attribute, or nothing yet")),
    ("K = 2", "K", ("K:", "2")), ("", "len(s)", ("-len:",)), ("", "__name__", ("__name__: module_of_test",)),
    ("def f(n): return f(n)", "f(s)", ("f:", "def def f(n):\n    return f(n)", "f:", "number 1")),
    ("from functools import singledispatch\n@singledispatch\ndef f(n): return 0", "f(s)",
     ("def functools.singledispatch.<locals>.wrapper",)),
    ("import json", "json.dumps(s)", ("dumps: an attribute, or nothing yet", "json:", "json",
    "-__getattr__:")),
    ("from json import dumps", "dumps(s)", ("dumps:", "json.dumps")),
    ("from math import sin", "sin(s)", ("sin:", "math.sin")),
    ("from json import JSONDecoder as J", "J", ("J:", "json.decoder.JSONDecoder")),
    ("T = [len]", "T", ("T:", "list", "T[0]:", "builtins.len")), ("T = (1, [2])", "T", ("T:", "(1, [2])")),
    ("T = [len]\nT.append(T)", "T", ("T:", "list", "T[0]:", "builtins.len", "T[1]:", "number 1")),
    ("class C:\n    k = 2\nc = C()\nc.m = 3", "c", ("c:", "C:", "def class C:\n    k = 2", "c.m:", "3")),
    ("class C:\n    __slots__ = ('k', '__weakref__')\nc = C()\nc.k = 3", "c", ("c:", "c.k:", "3",
    "-c.__weakref__:")),
    ("class C:\n    __slots__ = '_k'\nc = C()\nc._k = 3", "c", ("c._k:", "3")),
    ("class C:\n    __slots__ = ('k', 'm')\nc = C()\nc.k = 3", "c", ("c.k:", "3", "-c.m:")),
    ("import helper_of_test as h", "h.scale(s)", ("h:", "helper_of_test.scale:",
    "def def scale(x):\n    return 2 * x")),
    ("import decimal", "decimal.Decimal(s)", ("decimal:", "decimal", "decimal at [")),
)  # fmt: skip


def _lines(loads: _Loads) -> None:
    for before, call, told in LINES:
        lines = loads.lines(f"{before}\ndef cell(s, seed): return {call}\n")
        at = 0
        for line in told:
            if line.startswith("-"):
                assert not [x for x in lines if x.startswith(line[1:])], (call, line)
                continue
            found = [
                k
                for k, x in enumerate(lines)
                if k >= at and (x == line or (line[-1] in "([" and x.startswith(line)))
            ]
            assert found, (before, call, line, lines)
            at = found[0] + 1
    tries = (
        "try:\n    import missing_of_test\n    from . import nowhere\nexcept ImportError: pass\n"
    )
    helper = f"{tries}import json\ndef f(n): return n\ndef __getattr__(name): return 3\n"
    once = loads.lines(
        "import helper_of_test as h, helper_of_test as g\ndef cell(s, seed): return h.f(s) + g.f(s)\n",
        helper,
    )
    assert once.count("__getattr__:") == 1
    assert [x for x in once if x.startswith("missing")] == []
    assert once.count("json:") == 0
    alone = loads.lines("import helper_of_test as h\ndef cell(s, seed): return h\n", tries)
    assert alone[-1] == hashlib.sha256(tries.encode()).hexdigest()
    inner = (
        "def cell(s, seed):\n    import helper_of_test, json\n    from . import missing_of_test\n"
        "    return helper_of_test.scale(s)\n"
    )
    told = loads.lines(inner)
    assert "helper_of_test:" in told
    assert "json:" not in told
    assert "missing_of_test:" not in told
    _found(loads)
    for text, last in (("class C:\n    k = 2\n", "3"), ("class C:\n    __slots__ = ('m',)\n", "3")):
        lines = loads.lines(f"{text}c = C()\nc.m = 3\ndef cell(s, seed): return c\n")
        assert (lines[-1], [x for x in lines if len(x) == 64]) == (last, []), text
    bare = loads.lines("class C:\n    __slots__ = ()\nc = C()\ndef cell(s, seed): return c\n")
    assert len([x for x in bare if len(x) == 64]) == 1, "as it is pickled"
    judge, kinds = (
        loads.judge,
        (object, abc.ABC, contextlib.ContextDecorator, enum.Enum, typing.Generic, int, dict, Path),
    )
    assert [judge._bare(x) for x in kinds] == [True, True, True, True, True, False, False, False]
    task = Task("c", "1", "{}", 1)
    known = [f"sim at {ENGINE_VERSION}", *judge._data("c", task, judge._Seen())]
    assert [*judge._object("c", task, judge._Seen())] == known


def _found(loads: _Loads) -> None:
    """A module that nobody has imported so far, in a cell and in what it imports."""
    (loads.folder / "late_of_test.py").write_text("K = 2\n")
    cell = "def cell(s, seed):\n    import late_of_test\n    return late_of_test.K\n"
    by_helper = "import helper_of_test as h\ndef cell(s, seed): return h\n"
    sys.path.insert(0, str(loads.folder))
    try:
        for text, helper in ((cell, HELPER), (by_helper, "def f():\n    import late_of_test\n")):
            lines = loads.lines(text, helper)
            assert lines[lines.index("late_of_test:") + 1] == hashlib.sha256(b"K = 2\n").hexdigest()
            del sys.modules["late_of_test"]
    finally:
        sys.path.remove(str(loads.folder))


def _sets(loads: _Loads) -> None:
    """In no order of its own, and once."""
    judge = loads.judge
    made = {(k, len) for k in (3, 1, 2)}
    lines = [*judge._items("S", made, seen := judge._Seen())]
    assert lines[0] == "set"
    assert [x for x in lines if x in "123"] == ["1", "2", "3"]
    assert [*judge._items("S", made, seen)] == ["number 0"]
    assert [*judge._value("S", made, judge._Seen())] == ["S:", *lines]


__all__ = ["prints_hold"]
