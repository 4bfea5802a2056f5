"""The batteries of what a cell is made of: what is one's own, its source as it was loaded, objects by value."""

from __future__ import annotations

import functools
import hashlib
import importlib
import io
import json
import linecache
import pickle
import sys
import types
import weakref
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from sim.sweeps import said as of_sim
from tests.tool.judged.discovering import theory
from tests.tool.judged.tools import raises

FILES = {
    "__init__.py": "",
    "cells.py": '''
import os
import json as j, numpy.linalg
from . import other
from .deep.inner import thing as t, more
from .. import nothing
def cell(k):
    """Words."""
    import csv
    from .other import value  # as it runs
    from . import sub
    def inner():
        from numpy import fft, linalg
        from .deep import inner
        import a.b.c
        from ....far import away
    return k
class Kind:
    "Words."
    def method(self): return 1
two = (lambda x: x + 1, lambda x: x + 2)
def bare(): "only words"
def _outer():
    def nested(y): return y
    return nested
nested = _outer()
from functools import wraps
def changing(f):
    @wraps(f)
    def changed(*a): return f(*a) + 1
    return changed
@changing
def given(k): return k
'''.replace("from .. import nothing\n", ""),
    "other.py": "value = 1",
}


def own_holds(judge: ModuleType) -> None:
    """Installed, the simulator's, or one's own; by name or by file; and what is imported, by absolute name."""
    with theory(FILES) as name:
        cells, other = _loaded(name)
        _whose(judge, cells, name)
        _files(judge, other, name)
        above = {"__package__": name}
        names = [*judge.imported(cells.cell.__code__, above)]
        assert names == [
            "csv", f"{name}.other", f"{name}.other.value", name, f"{name}.sub", "numpy", "numpy.fft",
            "numpy.linalg",
            f"{name}.deep", f"{name}.deep.inner", "a.b.c",
        ]  # fmt: skip
        assert [*judge.imported(cells.cell.__code__, {})] == [
            "csv", "numpy", "numpy.fft", "numpy.linalg", "a.b.c",
        ]  # fmt: skip
        assert [*judge.imported(cells.nested.__code__, above)] == []
        expected = {
            "os", "json", "numpy.linalg", "csv", "numpy", "numpy.fft", "a.b.c", "functools",
            "functools.wraps", name,
            f"{name}.other", f"{name}.sub", f"{name}.other.value", f"{name}.deep", f"{name}.deep.inner",
            f"{name}.deep.inner.thing", f"{name}.deep.inner.more",
        }  # fmt: skip
        assert judge.imports(cells) == sorted(expected)
        assert judge.imports(sys) == []
        assert judge.imports(SimpleNamespace(__file__="some.so", __package__="")) == []
        cells.__package__ = None
        assert f"{name}.other" not in judge.imports(cells)
    assert judge._absolute("..x", "a.b") == "a.x"
    assert judge._absolute("..x", "a") == ""
    assert judge._absolute("x", "") == "x"


def _loaded(name: str) -> tuple[Any, Any]:
    """The two modules; what the first imports and is not there is left out as it is loaded."""
    deep = {f"{name}.deep": ModuleType("d"), f"{name}.deep.inner": ModuleType("i")}
    vars(deep[f"{name}.deep.inner"]).update(thing=1, more=2)
    sys.modules.update(deep)
    return importlib.import_module(f"{name}.cells"), importlib.import_module(f"{name}.other")


def _fails(judge: ModuleType, thing: Any) -> None:
    with judge.of(thing):
        raise ZeroDivisionError


def _whose(judge: ModuleType, cells: Any, name: str) -> None:
    main = ModuleType("__main__")
    for module, ours, installed in (
        (cells, True, False), (json, False, True), (np, False, True), (sys, False, True), (of_sim, True, True),
        (ModuleType("nowhere"), False, True), (main, True, False),
    ):  # fmt: skip
        assert (judge.ours(module), judge.installed(module)) == (ours, installed), module
    for thing, package in ((np.ndarray, True), (json.dumps, False), (of_sim.codes, False)):
        with judge.of(thing):
            found = judge.ours(np), judge.ours(json), judge.installed(np), judge.installed(of_sim)
            assert found == (package, False, not package, True), thing
            held = {**judge._PACKAGE}
        assert (list(held.values()), judge._PACKAGE) == (["numpy" if package else ""], {})
        raises(ZeroDivisionError, lambda t=thing: _fails(judge, t))
        assert judge._PACKAGE == {}
    for thing, engine in (
        (np.ndarray, False),
        (cells.cell, False),
        (cells.Kind, False),
        (of_sim.codes, True),
        (of_sim.NotComparable, True),
    ):
        assert judge.engine(thing) is engine, thing
    lost = types.FunctionType(cells.bare.__code__, {"__name__": "module_of_nobody"})
    kind = type("Lost", (), {"__module__": "module_of_nobody"})
    for thing, own in (
        (cells.cell, True), (cells.Kind, True), (json.dumps, False), (json.JSONDecoder, False), (int, False),
        (3, False), (lost, True),
        (kind, True), (len, False), (np.ndarray, False), (cells.Kind(), False),
        (types.FunctionType(cells.bare.__code__, {}), True), (types.new_class("SimpleNamespace"), True),
        (types.SimpleNamespace, False), (types.new_class("New"), True),
    ):  # fmt: skip
        assert judge.is_own(thing) is own, thing


def _files(judge: ModuleType, other: Any, name: str) -> None:
    assert judge.by_file(other) == hashlib.sha256(b"value = 1").hexdigest()
    assert judge.by_file(json) == "json"
    assert judge.by_file(of_sim) == "sim.sweeps.said"
    gone = ModuleType("gone")
    gone.__file__ = "/no/such/file.py"
    assert judge.by_file(gone) == "gone"
    main = ModuleType("__main__")
    assert judge.by_file(main) == "__main__"


def said_holds(judge: ModuleType) -> None:
    """The source as it was loaded, without words; another one in the file is refused."""
    with theory(FILES) as name:
        cells, _ = _loaded(name)
        text = judge.source(cells.cell)
        assert "Words" not in text
        assert "# as it runs" not in text
        assert text.startswith("def cell(k):\n    import csv")
        assert judge.source(cells.Kind) == "class Kind:\n\n    def method(self):\n        return 1"
        assert judge.source(cells.bare) == 'def bare():\n    """only words"""', "all that it holds"
        one, two = map(judge.source, cells.two)
        assert one.partition("\n# the one at ")[0] == two.partition("\n# the one at ")[0]
        line = next(x for x in FILES["cells.py"].splitlines() if x.startswith("two"))
        at = [line.index("x + 1"), line.index("x + 2")]
        assert [int(x.rpartition(" ")[2]) for x in (one, two)] == at
        assert judge.source(cells.nested) == "def nested(y):\n    return y"
        assert judge.source(cells.given) == "@wraps(f)\ndef changed(*a):\n    return f(*a) + 1"
        codes = [x.co_name for x in judge.codes(cells.cell.__code__)]
        assert codes == ["cell", "inner"]
        assert judge.as_written(cells.cell.__code__) is cells.cell.__code__
        _rewritten(judge, cells)
        file = Path(cells.__file__)
        written = file.read_text()
        changed = written.replace("return k\nclass", "return k + 1\nclass")
        file.write_text(changed)
        linecache.clearcache()
        said = raises(judge.NotComparable, lambda: judge.source(cells.cell))
        assert said == (
            f"cell: {file} says something else than what was loaded from it; it was edited since: start again"
        )
        assert judge.source(cells.nested) == "def nested(y):\n    return y", "the rest is as it was"
        file.write_text(written.replace("csv", "cgi"))
        linecache.clearcache()
        raises(judge.NotComparable, lambda: judge.source(cells.cell))
        file.write_text(written.replace("y): return y", "y, z=1): return y"))
        linecache.clearcache()
        raises(judge.NotComparable, lambda: judge.source(cells.nested))
        file.write_text("# another line\n" + written)
        linecache.clearcache()
        raises(judge.NotComparable, lambda: judge.source(cells.cell))
        file.write_text(written.replace("far import away", "far import else_where"))
        linecache.clearcache()
        raises(judge.NotComparable, lambda: judge.source(cells.cell))
    for thing in (eval("lambda: 1"), len, int):
        said = raises(judge.NotComparable, lambda x=thing: judge.source(x))
        assert said.startswith(f"{thing!r}: its source cannot be read (")
        assert said.endswith("; define it in a file")
    assert judge._column(compile("\n\n", "f", "exec")) == 0


def _rewritten(judge: ModuleType, cells: Any) -> None:
    """Where pytest wrote assertions anew the file's own code counts."""
    code = cells.nested.__code__
    anew = code.replace(co_names=(*code.co_names, "@pytest_ar"))
    also = code.replace(co_varnames=("@py_assert",), co_nlocals=1)
    assert [judge._rewritten(x) for x in (code, anew, also)] == [False, True, True]
    assert judge.as_written(anew) == code
    judge._look_again(anew)
    lost = anew.replace(co_qualname="_outer.<locals>.other")
    assert judge.as_written(lost) is lost
    raises(judge.NotComparable, lambda: judge._look_again(lost))
    raises(
        judge.NotComparable,
        lambda: judge._look_again(code.replace(co_qualname="_outer.<locals>.other")),
    )
    for change in (
        {"co_names": ("z",)},
        {"co_code": code.co_code[:-2]},
        {"co_consts": (*code.co_consts, 3)},
        {"co_consts": (code,)},
    ):
        assert judge._shape(code.replace(**change)) != judge._shape(code), change
    assert judge._shape(cells.cell.__code__) == judge._shape(
        cells.cell.__code__.replace(co_filename="other")
    )


def pickled_holds(judge: ModuleType) -> None:
    """Plain values as they are shown, sets in an order, the rest pickled with one's own put apart."""
    for value, plain, shown in (
        (3, True, "3"), (2.5, True, "2.5"), ("a", True, "'a'"), (b"a", True, "b'a'"), (None, True, "None"),
        (True, True, "True"),
        (1j, True, "1j"), ([1, (2, {"k": [3]})], True, "[1, (2, {'k': [3]})]"), ({"k": {4}}, False, None),
        ([{4}], False, None),
        ({(1, len): 2}, False, None), ({1: len}, False, None), (np.float64(2), False, None),
        ({3, 1, 2}, False, "set ['1', '2', '3']"),
        (frozenset((2, 1)), False, "frozenset ['1', '2']"), (set(), False, "set []"), ({len, 1}, False, None),
        ((), True, "()"),
        (frozenset((frozenset((2, 1)), 3)), False, "frozenset ['3', \"frozenset ['1', '2']\"]"),
        (len, False, None),
        ([1, len], False, None), (type("L", (list,), {})(), False, None),
        (type("D", (dict,), {})(), False, None),
    ):  # fmt: skip
        assert (judge.plain(value), judge.ordered(value)) == (plain, shown), value
    with theory(FILES) as name:
        cells, _ = _loaded(name)
        _by_value(judge, cells)
    lock = __import__("threading").Lock()
    said = raises(TypeError, lambda: judge.put_by_value("LOCK", lock))
    assert said.startswith(f"LOCK={lock!r}: a cell uses it, and it has no value to compare (")
    assert said.endswith("; make it a setting, or make it inside the cell")


def _by_value(judge: ModuleType, cells: Any) -> None:
    table = np.arange(6)
    digest, own = judge.put_by_value("T", table)
    assert (digest, own) == (hashlib.sha256(pickle.dumps(table, protocol=3)).hexdigest(), [])
    assert judge.put_by_value("T", np.arange(6)) == (digest, [])
    assert judge.put_by_value("T", np.arange(7))[0] != digest
    wrapped = functools.lru_cache(cells.cell)
    held = [cells.cell, cells.Kind, json.dumps, wrapped, len, int]
    digest, own = judge.put_by_value("H", held)
    assert own == [cells.cell, cells.Kind, wrapped]
    other = judge.put_by_value("H", [cells.bare, *held[1:]])
    assert other == (digest, [cells.bare, *own[1:]]), "by a number, not by a name"
    assert judge.put_by_value("H", held[1:])[0] != digest
    for count in (1, 2):
        file = io.BytesIO()
        judge._Pickler(file).dump([cells.cell] * 1 + [cells.bare] * (count - 1))
        assert pickle.loads(file.getvalue()) == [
            f"one's own, number {k}" for k in range(1, count + 1)
        ]
        assert file.getvalue()[:2] == b"\x80\x03"
    for weak in (weakref.WeakKeyDictionary(), weakref.WeakValueDictionary(), weakref.WeakSet()):
        assert judge.put_by_value("W", weak) == judge.put_by_value(
            "W", weakref.WeakSet([cells.Kind])
        )
    main, worker = (judge.put_by_value("M", [table, name]) for name in ("__main__", "__mp_main__"))
    assert main == worker, "a script is called otherwise in its worker processes"


__all__ = ["own_holds", "pickled_holds", "said_holds"]
