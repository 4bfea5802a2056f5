"""The batteries of what a file defines: what each statement binds and mentions, and what its hash tells."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from tests.tool.judged.exact_reach import exactly_reached
from tests.tool.judged.kernel import replaced
from tests.tool.judged.reaching import GRAPHS
from tests.tool.judged.small_files import Read, tables_hold
from theorem_audit.reuse import definitions
from theorem_audit.reuse.graph import Graph

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
    ("import sys as s\nf = s.modules", (["f"], False, {"s.modules"}, []), {"loose"}),
    ("f = sys.modules.get('a')", (["f"], False, {"sys.modules.get"}, []), {"loose"}),
    ("f = x.__globals__.get('a')", (["f"], False, {"x.__globals__.get"}, []), {"loose"}),
    ("f = x.y.__doc__.z.w", (["f"], False, {"x.y.__doc__.z.w"}, []), {"docs"}),
    ("f = x.get_type_hints.z", (["f"], False, {"x.get_type_hints.z"}, []), {"hinted"}),
    ("import other as s\nf = s.modules", (["f"], False, {"s.modules"}, []), set()),
    ("import sys\nf = vars(sys)", (["f"], False, {"sys", "vars"}, []), {"loose"}),
    ("import sys\nf = sys.path", (["f"], False, {"sys.path"}, []), set()),
    ("import builtins as b\nf = g(b)", (["f"], False, {"b", "g"}, []), {"loose"}),
    ("import builtins\nf = builtins.eval", (["f"], False, {"builtins.eval"}, []), {"loose"}),
    ("f = vars(sys)", (["f"], False, {"sys", "vars"}, []), set()),
    ("f = getattr(x, 'modules')", (["f"], False, {"getattr", "x"}, []), {"loose"}),
    ("f = 'import_module'", (["f"], False, set(), []), {"loose"}),
    ("f = __loader__", (["f"], False, {"__loader__"}, []), {"loose"}),
    ("f = __file__", (["f"], False, {"__file__"}, []), set()),
    ("f = x.__spec__", (["f"], False, {"x.__spec__"}, []), {"loose"}),
    ("f = x().load_module", (["f"], False, {"x"}, []), {"loose"}),
    ("f = pydoc.locate", (["f"], False, {"pydoc.locate"}, []), {"loose"}),
    ("from unittest import mock as m\nf = m.patch", (["f"], False, {"m.patch"}, []), {"loose"}),
    ("from unittest import mock\nf = mock.Mock", (["f"], False, {"mock.Mock"}, []), set()),
    ("import unittest.mock\nf = unittest.mock.patch", (["f"], False, {"unittest.mock.patch"}, []), {"loose"}),
    ("import unittest.mock as m\nf = m.patch", (["f"], False, {"m.patch"}, []), {"loose"}),
    ("f = x.patch", (["f"], False, {"x.patch"}, []), set()),
    ("import timeit\nf = timeit.repeat", (["f"], False, {"timeit.repeat"}, []), {"loose"}),
    ("import numpy as np\nf = np.repeat", (["f"], False, {"np.repeat"}, []), set()),
    ("def f(): return import_module('.a', __package__)",
     (["f"], False, {"__package__", "import_module"}, []), {"dynamic", "loose"}),
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


def statements_are_read(read: Read) -> None:
    """What each form of statement binds, mentions and imports."""
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
    zone, place = (
        ["environment:variable TZ"],
        ["environment:variable LANG", "environment:variables LC_*"],
    )
    for text, told in (
        ("import time\nf = time.tzname", zone), ("import time as t\nf = t.mktime", zone),
        ("f = time.tzname", []), ("import time\nf = time.sleep", []), ("import other\nf = other.tzname", []),
        ("from time import tzname as z\nf = z", zone), ("from time import tzname as z\nf = tzname", []),
        ("from time import sleep as z\nf = z", []), ("from .time import tzname\nf = tzname", []),
        ("from datetime import datetime\nf = datetime.fromtimestamp(0)", zone),
        ("import datetime\nf = datetime.datetime.now().astimezone()", zone),
        ("from time import sleep\nf = x.tzname", []), ("import time\nf = time.tzname.x.y()", zone),
        ("import locale\nf = locale.strcoll", place),
        ("import locale, time\nf = locale.strcoll, time.tzname", sorted([*zone, *place])),
        ("from locale import strcoll\ndef f(): return strcoll", place), ("import locale\nf = locale.x", []),
    ):  # fmt: skip
        assert read(text.encode()).statements[-1].variables == told, text
    for text, told in (("f = 'ATTACH\\n DATABASE x'", True), ("f = '-- a\\n/* b\\n */attach\\tx'", True),
                       ("f = 'select 1;attach x'", True), ("f = 'attach\\'x\\' as y'", True),
                       ("f = '-- attach x'", False), ("f = 'attached x'", False),
                       ("f = 'ATTACH x'", True), ("f = 'attach '", True), ("f = 'attach'", False),
                       ("f = 'to attach x'", False), ("f = 3", False), ("f = b'attach x'", False)):  # fmt: skip
        assert read(text.encode()).statements[-1].clock == told, text
    found = read(b"def f(h): return h.import_from('b', 1), h.import_from('a', 2)").statements[0]
    assert found.doors == ["a", "b"]
    assert read(b"x = a.b.c(d.e).f").statements[0].attrs == ["b", "c", "e", "f"]
    for text, looks in (
        ("x = a.b", True), ("x: T = a.b", True), ("x = a", False), ("def f(): return a.b", False),
        ("class C:\n    x = a.b", False),
    ):  # fmt: skip
        assert read(text.encode()).statements[-1].looks is looks, text
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
    for twice in (
        b"def a(self): import x\n    def a(self, y): import y",
        b"def a(self): ...\n    def a(self): import x",
    ):
        both = read(b"class C:\n    " + twice + b"\n")
        assert [both.methods["C.a"].imports[0][0], len(both.methods)] == ["x", 1], (
            "the first that imports"
        )
        assert len(both.statements[0].imports) == (twice.count(b"import") - 1)
        other = read(b"class C:\n    " + twice.replace(b"def a(self)", b"def a(self, z)") + b"\n")
        assert (other.statements[0].digest, other.methods["C.a"].digest) != (
            both.statements[0].digest, both.methods["C.a"].digest,
        )  # fmt: skip


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
    for part in (tables_hold, exactly_reached, *GRAPHS):
        part(Graph, judge.read)
    statements_are_read(judge.read)
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
    return json.loads(json.dumps(data))


def statements_hold(judge: ModuleType) -> None:
    """The same, where a mutant reads each statement."""
    parts = {"Reader": judge.Reader, "Statement": judge.Statement, "sha": judge.sha}
    with replaced(definitions, **parts):
        definitions_hold(definitions)


def unnamed_hold(judge: ModuleType) -> None:
    """The same, where a mutant finds what imports by a name and what tells the hour."""
    with replaced(
        definitions,
        imports=judge.imports,
        importers=judge.importers,
        clocks=judge.clocks,
        called=judge.called,
        variables=judge.variables,
    ):
        definitions_hold(definitions)
