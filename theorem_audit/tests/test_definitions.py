"""What a definition reaches: never too little; and no more where that can be told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from theorem_audit.project import Project
from theorem_audit.reuse import definitions
from theorem_audit.reuse.files import look
from theorem_audit.reuse.graph import Graph

BASE = {
    "thing/__init__.py": "",
    "thing/a.py": "X = 1\n\n\ndef f():\n    return X\n\n\ndef g():\n    return 2\n",
    "tests/__init__.py": "",
}


def graph_of(folder: Path, files: Mapping[str, str]) -> Graph:
    for name, text in {**BASE, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    here = Project(folder, "small", "thing", "tests", "notes", boundaries="thing.b:CASES")
    tree = look(here)
    sources = {m.name: definitions.of_bytes(m.file.read_bytes()) for m in tree.modules.values()}
    return Graph(tree, sources, lambda top: f"{top} 1")


def reached(graph: Graph, name: str = "t", module: str = "tests.t") -> set[tuple[str, ...]]:
    return graph.reached([("def", module, name)])


V = (
    "class Bag:\n    def more(self, x): self.all = x\n"
    "class Reg(Bag):\n    def __init__(self): self.all = []\n    def note(self, x): self.all.append(x)\n"
    "    def twice(self, x): self.note(x)\n"
    "    def same(self): return self\n    def seen(self, x): return x in self.all\n"
    "    @property\n    def filled(self): self.all.append(1)\n"
    "    @filled.setter\n    def filled(self, x): ...\n"
    "    @functools.cached_property\n    def kept(self): self.all.append(1)\n"
    "    @property\n    def noted(self): return self.note(1)\nREG = Reg()\n"
    "class Asked:\n    def __getattr__(self, name): self.all = name\nASKED = Asked()\n"
    "class Called(Reg):\n    def __call__(self, x): self.note(x)\nCALLED = Called()\n"
    "def h(x: 'f'): ...\nfrom thing.a import f\n"
)  # fmt: skip
F, G, X = ("def", "thing.a", "f"), ("def", "thing.a", "g"), ("def", "thing.a", "X")
TYPING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
REACHING_F_ALONE = {
    "from import": "from thing.a import f\ndef t(): f()\n",
    "under another name": "from thing.a import f as h\ndef t(): h()\n",
    "through the module": "from thing import a\ndef t(): a.f()\n",
    "through the package": "import thing.a\ndef t(): thing.a.f()\n",
    "module under another name": "import thing.a as k\ndef t(): k.f()\n",
    "inside": "def t():\n    from thing.a import f\n    f()\n",
    "as a default": "from thing.a import f\ndef t(call=f): call()\n",
    "in a decorator": "from thing.a import f, g\n@evidence(f)\ndef t(): ...\n",
    "in a table": "from thing.a import f\nTABLE = {'f': f}\ndef t(): TABLE['f']()\n",
    "in a class": "from thing.a import f\nclass C:\n    def m(self): return f()\ndef t(): C().m()\n",
    "in a base class": "from thing.a import f\nclass B:\n    m = f\nclass C(B): ...\ndef t(): C()\n",
    "in a comprehension": "from thing.a import f\ndef t(): return [f() for _ in 'x']\n",
    "relative": "from .u import h\ndef t(): h()\n",
    "by typing alone": f"{TYPING}    from thing.a import f\ndef t(): f()\n",
    "unpacked": "from thing.a import f\np, q = f(), 1\ndef t(): return p\n",
    "as a field's type": (
        "from __future__ import annotations\nfrom thing.a import f\nclass C:\n    x: f\ndef t(): C()\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", list(REACHING_F_ALONE))
def test_what_is_named_is_reached_and_its_neighbour_is_not(tmp_path: Path, how: str) -> None:
    graph = graph_of(
        tmp_path,
        {"tests/t.py": REACHING_F_ALONE[how], "tests/u.py": "from thing.a import f as h\n"},
    )
    found = reached(graph)
    assert {F, X} <= found
    assert G not in found


REACHING_BOTH = {
    "a star": "from thing.a import *\ndef t(): f()\n",
    "the module as an object": "from thing import a\ndef t(): return vars(a)\n",
    "getattr": "from thing import a\ndef t(name): return getattr(a, name)\n",
    "import by name": "import importlib\ndef t(name): return importlib.import_module(name)\n",
    "import under a literal name": "import importlib\ndef t(): return importlib.import_module('thing.a')\n",
    "eval": "def t(text): return eval(text)\n",
    "all that the module has": "T = vars()\ndef t(): return T\n",
    "what a function's module has": "from thing.a import f\ndef t(): return f.__globals__\n",
    "all subclasses": "def t(): return object.__subclasses__()\n",
    "a helper that imports by name": "from tests.u import load\ndef t(): return load('thing.a')\n",
    "all that the module has, in a default": "def t(x=vars()): return x\n",
    "the same in a decorator": "@wraps(locals())\ndef t(): ...\n",
    "the module's own table": "from thing import a\ndef t(): return a.__dict__\n",
    "that of a package's module": "import thing.a\ndef t(): return thing.a.__dict__\n",
    "a module of a package's table": "import thing.a\ndef t(): return thing.__dict__['a'].f\n",
    "a module of a package as an object": "import thing.a\ndef t(name): return getattr(thing, name)\n",
    "its members": "import inspect\nimport thing.a\ndef t(): return inspect.getmembers(thing)\n",
    "a function's members": "from inspect import getmembers as m\nfrom thing.a import f\ndef t(): m(f)\n",
    "what a function closes over": "import inspect\ndef t(f): return inspect.getclosurevars(f)\n",
    "what a function's module has, by a text": "def t(f): return getattr(f, '__globals__')\n",
    "what a module does by itself": "import thing.a\ndef t(n): return thing.a.__getattribute__(n)\n",
    "a frame's names": "import sys\ndef t(): return sys._getframe().f_back.f_locals\n",
    "all objects": "import gc\ndef t(): return gc.get_objects()\n",
    "what is pickled": "import pickle\ndef t(text): return pickle.loads(text)\n",
    "eval, handed on": "def t(texts): return [*map(eval, texts)]\n",
}
HINTS = "def t(): return get_type_hints(h)\n"
AS_TEXTS = {
    "an annotation": f"from thing.a import f\ndef h(x: 'f'): ...\n{HINTS}",
    "within one": f"from thing.a import f\ndef h() -> List['f']: ...\n{HINTS}",
    "through a module": f"from thing import a\ndef h() -> 'a.f': ...\n{HINTS}",
    "unevaluated": f"from __future__ import annotations\nfrom thing.a import f\ndef h(x: f): ...\n{HINTS}",
    "of a variable": f"from thing.a import f\nx: 'f' = 1\n{HINTS}",
    "of another file": f"from tests.v import h\n{HINTS}",
    "of a method": f"from thing.a import f\nclass C:\n    def h(self): import k; x: 'f'\n{HINTS}",
    "inspect": "from thing.a import f\ndef h(x: 'f'): ...\ndef t(): return inspect.get_annotations(h)\n",
    "a signature": "from thing.a import f\ndef h(x: 'f'): ...\ndef t(): return signature(h, eval_str=True)\n",
    "as they stand": "from thing.a import f\ndef h(x: 'f'): ...\ndef t(): return h.__annotations__\n",
    "Hypothesis": "from thing.a import f\ndef h(x: 'f'): ...\ndef t(): return st.builds(h)\n",
    "by the type of what it is handed": (
        "from thing.a import f\n@singledispatch\ndef t(x): ...\n@t.register\ndef _(x: 'f'): ...\n"
    ),
    "a field": "from thing.a import f\nclass C:\n    x: 'f'\ndef t(): return C()\n",
}  # fmt: skip


@pytest.mark.parametrize("how", list(AS_TEXTS))
def test_what_annotations_name_as_texts_is_reached_by_who_reads_them(
    tmp_path: Path, how: str
) -> None:
    found = reached(graph_of(tmp_path, {"tests/t.py": AS_TEXTS[how], "tests/v.py": V}))
    assert {F, X} <= found
    assert G not in found
    plain = "from thing.a import f\ndef h(x: 'f, not a name', y: 'f'): ...\ndef t(): return h\n"
    assert F not in reached(
        graph_of(tmp_path, {"tests/t.py": plain, "tests/v.py": "", "tests/w.py": V})
    )


@pytest.mark.parametrize("how", list(REACHING_BOTH))
def test_where_it_cannot_be_told_everything_is_reached(tmp_path: Path, how: str) -> None:
    helper = "from importlib import import_module\ndef load(x): return import_module(x)\n"
    graph = graph_of(tmp_path, {"tests/t.py": REACHING_BOTH[how], "tests/u.py": helper})
    assert {F, G, X} <= reached(graph)


R = "from thing.a import g\nR = []\n"
P = "DONE = put(g)\n"
KNOWS = "from thing.a import g\nfrom tests.v import REG\n"
EFFECTS = {
    "a method of another module's object": f"{KNOWS}DONE = REG.note(g)\n",
    "the same through the module": "from thing.a import g\nfrom tests import v\nDONE = v.REG.note(g)\n",
    "a method that calls it": f"{KNOWS}DONE = REG.twice(g)\n",
    "a method that a base has": f"{KNOWS}DONE = REG.more(g)\n",
    "a method of what a method gives": f"{KNOWS}DONE = REG.same().note(g)\n",
    "a method that is handed on": f"{KNOWS}DONE = [*map(REG.note, [g])]\n",
    "a method in what it calls": f"{KNOWS}def put(x): return REG.note(x)\n{P}",
    "a method of what that is handed": f"{KNOWS}def put(r, x): return r.note(x)\nDONE = put(REG, g)\n",
    "an object that is called": "from thing.a import g\nfrom tests.v import CALLED\nDONE = CALLED(g)\n",
    "what it calls adds to a second name": f"{R}def put(x):\n    r = R\n    r += [x]\n{P}",
    "what it calls adds to what it is handed": f"{R}def put(r, x): r += [x]\nDONE = put(R, g)\n",
    "what it calls knows by one of two names": f"{R}def put(x):\n    r, s = R, x\n    r.append(s)\n{P}",
    "what it calls knows by a third name": f"{R}def put(x):\n    s = R\n    r = s\n    r.append(x)\n{P}",
    "what it calls knows in one case": f"{R}def put(x):\n    r = [] if x else R\n    r.append(x)\n{P}",
    "what it calls knows unless it is empty": f"{R}def put(x):\n    r = R or []\n    r.append(x)\n{P}",
    "what it calls knows by a walrus": f"{R}def put(x):\n    if r := R:\n        r.append(x)\n{P}",
    "what it calls is told by a call": (
        f"{R}def the(): return R\ndef put(x):\n    r = the()\n    r.append(x)\n{P}"
    ),
    "what it calls is told by a with": f"{R}def put(x):\n    with the() as r:\n        r.append(x)\n{P}",
    "what it calls goes through tables": f"{R}def put(x):\n    for r in [R]:\n        r += [x]\n{P}",
    "what it calls unpacks": f"{R}def put(x):\n    [r] = [R]\n    r.append(x)\n{P}",
    "a function that changes": f"import bisect\n{R}DONE = bisect.insort(R, g)\n",
    "that in what it calls": f"from bisect import insort\n{R}def put(x): insort(R, x)\n{P}",
    "that, handed on": f"import bisect\n{R}def put(x): partial(bisect.insort, R)(x)\n{P}",
    "what changes is handed on": f"{R}DONE = [*map(R.append, [g])]\n",
    "that in what it calls, too": f"{R}def put(x): return [*map(R.append, [x])]\n{P}",
    "what changes has a name": f"{R}def put(x):\n    f = R.append\n    f(x)\n{P}",
    "what changes, by a text": f"{R}def put(x): getattr(R, 'append')(x)\n{P}",
    "what changes, by a text, now": f"{R}DONE = getattr(R, 'append')(g)\n",
    "what changes, by any text": f"{R}def put(x, n): getattr(R, n)(x)\nDONE = put(g, 'append')\n",
    "what changes, by a caller": f"import operator\n{R}DONE = operator.methodcaller('append', g)(R)\n",
    "what changes in a default": f"{R}def h(x=R.append(g)): ...\n",
    "what changes in a method's default": f"{R}class C:\n    def h(self, *, x=R.append(g)): ...\n",
    "what changes in a class": f"{R}class C:\n    x = R.append(g)\n",
    "what changes in a class, as a statement": f"{R}class C:\n    for k in 'x':\n        R.append(g)\n",
    "what a class calls": f"{R}def put(x): R.append(x)\nclass C:\n    put(g)\n",
    "what changes by its type": f"{R}DONE = list.append(R, g)\n",
    "what it calls fills a list": f"{R}def put(x): R.append(x)\nDONE = put(g)\n",
    "what that calls does": f"{R}def put(x): R[0] = x\ndef call(x): put(x)\nDONE: object = call(g)\n",
    "what it calls changes what it is handed": f"{R}def put(r, x): r[0] = x\nDONE = put(R, g)\n",
    "what it calls binds a name": f"{R}def put(x):\n    global R\n    R = x\nDONE = put(g)\n",
    "what it calls knows by a second name": f"{R}def put(x):\n    r = R\n    r.append(x)\nDONE = put(g)\n",
    "what it hands on is called": f"{R}def put(x): R.append(x)\nDONE = [*map(put, [g])]\n",
    "what it calls sets an attribute": f"{R}def put(x): setattr(R, 'k', x)\nDONE = put(g)\n",
    "what it calls goes through a place": f"{R}def put(x):\n    for R[0] in x: ...\nDONE = put(g)\n",
    "one of two of its name": f"{R}def put(x): R.append(x)\nput = put\nDONE = put(g)\n",
    "what it calls takes away": f"{R}def put(x): del R[0]\nDONE = put(g)\n",
    "what it calls adds up": f"{R}def put(x): R[0] += x\nDONE = put(g)\n",
    "a default is made by it": f"{R}def put(x): R.append(x)\ndef h(x=put(g)): ...\n",
    "a keyword's default is made by it": f"{R}def put(x): R.append(x)\ndef h(*, x=put(g)): ...\n",
    "a decorator of a known name": (
        f"{R}def example(x):\n    R.append(x)\n    return x\n@example\ndef h(): g()\n"
    ),
    "a base class": f"{R}class B:\n    def __init_subclass__(cls): R.append(cls)\nclass C(B):\n    k = g\n",
    "a base's class": (
        f"{R}class M(type):\n    def __init__(cls, *a): R.append(cls)\nclass B(metaclass=M): ...\n"
        "class C(B):\n    k = g\n"
    ),
    "what stands in a class": (
        f"{R}class D:\n    def __set_name__(self, one, name): R[name] = self.k\nclass C:\n    d = D(g)\n"
    ),
    "what it calls imports what does": (
        f"{R}def put(x):\n    from tests.v import fill\n    fill(R, x)\nDONE = put(g)\n"
    ),
    "what it calls imports a module": f"{R}def put(x):\n    from . import v\nDONE = put(g)\n",
    "what it calls imports by a name": f"{R}def put(x): return __import__(x)\nDONE = put(g)\n",
    "what it calls imports by the table": (
        f"{R}def put(x): return x.import_from('boundaries')\nDONE = put(g)\n"
    ),
    "a method that imports": (
        f"{R}class C:\n    def __init__(self, x): self.put(x)\n    def put(self, x):\n"
        "        from tests.v import fill\n        fill(R, x)\nDONE = C(g)\n"
    ),
    "a call": "from thing.a import g\ng()\n",
    "a property": f"{KNOWS}DONE = (REG.filled, g)\n",
    "one that is kept": f"{KNOWS}DONE: object = (g, REG.kept)\n",
    "a property that calls what changes": f"{KNOWS}DONE = (g, REG.noted)\n",
    "a property of what a method gives": f"{KNOWS}DONE = (g, REG.same().filled)\n",
    "a property that a function reads": f"{KNOWS}def put(x): return REG.filled\nDONE = put(g)\n",
    "what any attribute asks": "from thing.a import g\nfrom tests.v import ASKED\nDONE = (ASKED.any, g)\n",
    "a method that changes": "from thing.a import g\nT = []\nU = T.append(g)\n",
    "an item": "from thing.a import g\nT = {}\nT['g'] = g\n",
    "a loop": "from thing.a import g\nfor k in 'x':\n    g()\n",
    "a decorator that is not known": "from thing.a import g\nfrom thing import reg\n@reg\ndef h(): g()\n",
    "in a module that it imports": "from tests import u\n",
}


@pytest.mark.parametrize("how", list(EFFECTS))
def test_effects_of_a_module_are_reached(tmp_path: Path, how: str) -> None:
    files = {
        "tests/t.py": EFFECTS[how] + "def t(): ...\n",
        "tests/u.py": "from thing.a import g\ng()\n",
        "tests/v.py": V,
    }
    assert G in reached(graph_of(tmp_path, files))


CALM = (
    "class Other:\n    def note(self, x): self.all = x\n    @property\n    def filled(self): self.all = 1\n"
    "OTHER = Other()\n"
    "class Reg:\n    def seen(self, x): return x in self.all\n    def note(self, x): return x\n    filled = 1\n"
    "    @property\n    def seen_by(self): return self.all\nREG = Reg()\n"
)
NO_EFFECTS = {
    "a list of its own": f"{R}def made(x):\n    r = []\n    r.append(x)\n    return r\nDONE = made(g)\n",
    "its own attributes": f"{R}class C:\n    def __init__(self, x): self.x = x\nDONE = C(g)\n",
    "a file of its own": f"{R}def made(x):\n    with open(x) as f:\n        f.k = x\nDONE = made(g)\n",
    "an import from elsewhere": f"{R}def made(x):\n    import math\n    return x\nDONE = made(g)\n",
    "another class's method that imports": (
        f"{R}class C:\n    def __init__(self, x): self.x = x\nclass D:\n    def put(self):\n"
        "        from tests.v import fill\n        fill(R)\nDONE = C(g)\n"
    ),
    "two that call each other": f"{R}def a(x): b(x)\ndef b(x): c(x)\ndef c(x): b(x)\nDONE = a(g)\n",
    "a property that changes nothing": f"{KNOWS}DONE = (REG.seen_by, g)\n",
    "a property that another class has": f"{KNOWS}DONE = (REG.filled, g)\n",
    "a method that is only named": f"{KNOWS}DONE = (OTHER.note, g)\n".replace("REG\n", "OTHER\n"),
    "nothing is called": f"{R}def put(x): R.append(x)\nDONE = (put, g)\n",
    "a base class that does nothing": f"{R}class B: ...\nclass C(B):\n    k = g\n",
    "what a method would call": f"{R}def put(x): R.append(x)\nclass C:\n    def m(self): put(g)\n",
    "numbers of its own": f"{R}def made(x):\n    n, m = 0, 1\n    n += m\n    for k in range(n): k += 1\n"
    "DONE = made(g)\n",
    "a second name for its own": (
        f"{R}def made(x):\n    r = []\n    s = r if x else [x]\n    t = s\n    t.append(x)\nDONE = made(g)\n"
    ),
    "a heap of its own": f"{R}def made(x):\n    r = []\n    heappush(r, x)\nDONE = made(g)\n",
    "fields that are frozen": (
        f"{R}class C:\n    def __init__(self, x): object.__setattr__(self, 'x', x)\nDONE = C(g)\n"
    ),
    "a method that only asks": f"{KNOWS}DONE = REG.seen(g)\n",
    "a method that is called like one that changes": f"{KNOWS}DONE = REG.note(g)\n",
    "the same in what it calls": f"{KNOWS}def made(x): return REG.note(x)\nDONE = made(g)\n",
    "a list of a class's own": f"{R}class C:\n    x = []\n    x.append(g)\n",
    "a text by its name": f"{R}def made(x): return getattr(x, 'real')\nDONE = made(g)\n",
}


@pytest.mark.parametrize("how", list(NO_EFFECTS))
def test_what_changes_nothing_else_is_no_effect(tmp_path: Path, how: str) -> None:
    files = {"tests/t.py": NO_EFFECTS[how] + "def t(): ...\n", "tests/v.py": CALM}
    assert G not in reached(graph_of(tmp_path, files))


def test_what_a_package_brings_on_demand_is_everything_unless_it_says_where_from(
    tmp_path: Path,
) -> None:
    lazy = "from importlib import import_module\ndef __getattr__(name): return import_module('thing.' + name)\n"
    files = {"thing/__init__.py": lazy, "tests/t.py": "from thing import what\ndef t(): what()\n"}
    assert {F, G} <= reached(graph_of(tmp_path, files))
    files["thing/__init__.py"] = f"{TYPING}    from thing.a import f as what\n{lazy}"
    found = reached(graph_of(tmp_path, files))
    assert F in found
    assert G not in found


def test_what_the_projects_table_names_is_reached_through_its_key(tmp_path: Path) -> None:
    files = {
        "thing/b.py": "from thing.a import f\nCASES = {1: f}\nOTHER = 2\n",
        "tests/t.py": "def t(here): return here.import_from('boundaries', here.boundaries)\n",
    }
    found = reached(graph_of(tmp_path, files))
    assert {F, ("def", "thing.b", "CASES")} <= found
    assert ("def", "thing.b", "OTHER") not in found


CLOCKS = {
    "time": "import time\ndef t(): return time.time()\n",
    "under another name": "import time as k\ndef t(): return k.localtime()\n",
    "from time": "from time import time_ns as now\ndef t(): return now()\n",
    "datetime": "import datetime\ndef t(): return datetime.datetime.now()\n",
    "from datetime": "from datetime import datetime as d\ndef t(): return d.utcnow()\n",
    "today": "from datetime import date\ndef t(): return date.today()\n",
    "handed on": "import time\ndef t(): return [*map(time.gmtime, [])]\n",
    "in what it calls": "from tests.v import when\ndef t(): return when()\n",
    "one of two of its name": "import time\ndef t(): time.time()\ndef t(): ...\n",
    "in a table": "import time\nTABLE = [time.time()]\ndef t(): return TABLE\n",
    "in an effect": "import time\nTABLE = []\nTABLE.append(time.time())\ndef t(): ...\n",
    "in a method that imports": (
        "class C:\n    def m(self):\n        import time\n        return time.time()\ndef t(): return C()\n"
    ),
}
NO_CLOCKS = {
    "how long it takes": "import time\ndef t(): return time.perf_counter()\n",
    "another's attribute": "def t(x): return x.time, x.now\n",
    "another's module": "from .time import time\ndef t(): return time()\n",
    "another definition": "import time\ndef u(): time.time()\ndef t(): ...\n",
    "a statement that is no effect": "import time\nNOW = time.time()\ndef t(): ...\n",
    "another name of datetime's": "from datetime import timedelta as now\ndef t(x): return now(1)\n",
    "the tool": "from theorem_audit.k import h\ndef t(): return h()\n",
}
WHEN = {
    "tests/v.py": "import time\ndef when(): return time.time()\n",
    "theorem_audit/k.py": "import time\ndef h(): return time.time()\n",
}


@pytest.mark.parametrize("how", [*CLOCKS, *NO_CLOCKS])
def test_who_asks_the_clock_is_known(tmp_path: Path, how: str) -> None:
    files = {"tests/t.py": {**CLOCKS, **NO_CLOCKS}[how], "tests/v.py": WHEN["tests/v.py"]}
    graph = graph_of(tmp_path, files)
    assert any(map(graph.asks_the_clock, reached(graph))) == (how in CLOCKS)


def test_circles_have_one_hash_and_end(tmp_path: Path) -> None:
    files = {
        "tests/t.py": "from tests.u import v\ndef t(): v()\ndef w(): t()\n",
        "tests/u.py": "from thing.a import f\ndef v():\n    from tests.t import w\n    w(), f()\n",
    }
    graph = graph_of(tmp_path, files)
    assert F in reached(graph)
    before = graph.digest(("def", "tests.t", "t"))
    assert graph.digest(("def", "tests.t", "w")) == before, "one circle"
    assert graph_of(tmp_path, files).digest(("def", "tests.t", "t")) == before
    files["thing/a.py"] = BASE["thing/a.py"].replace("X = 1", "X = 2")
    assert graph_of(tmp_path, files).digest(("def", "tests.t", "t")) != before


SAME = {
    "a comment": ("def f():\n    return 1\n", "def f():  # one\n    return 1\n"),
    "layout": ("x = (1, 2)\n", "x = (\n    1,\n    2,\n)\n"),
    "a docstring": ('def f():\n    "One."\n    return 1\n', 'def f():\n    "Two."\n    return 1\n'),
}
OTHER = {
    "a number": ("x = 1\n", "x = 2\n"),
    "the kind of a number": ("x = 1\n", "x = 1.0\n"),
    "order": ("f()\ng()\n", "g()\nf()\n"),
    "a docstring that is read": ('"""A."""\nx = __doc__\n', '"""B."""\nx = __doc__\n'),
    "an annotation": ("class C:\n    x: int\n", "class C:\n    x: str\n"),
    "nesting": ("if a:\n    f()\ng()\n", "if a:\n    f()\n    g()\n"),
}


@pytest.mark.parametrize("what", [*SAME, *OTHER])
def test_a_hash_is_of_the_syntax(what: str) -> None:
    left, right = {**SAME, **OTHER}[what]
    hashes = [definitions.read(text.encode()).digest for text in (left, right)]
    assert (hashes[0] == hashes[1]) == (what in SAME)


def test_a_file_that_cannot_be_parsed_hangs_on_its_bytes() -> None:
    left, right = definitions.read(b"def f(:\n"), definitions.read(b"def f(: \n")
    assert "SyntaxError" in left.broken
    assert left.digest != right.digest
    assert definitions.Source.back(left.plain()) == left
