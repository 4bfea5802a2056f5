"""A cell is known by what it computes: two scripts, or two editions of one, never share results."""

from __future__ import annotations

import builtins
import decimal
import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest

import sim
from sim import SerialExecutor, load, simulate_cell, sweep
from sim.sweeps import around, own
from sim.sweeps.cell import Cell
from sim.sweeps.fingerprint import NotComparable, fingerprint
from sim.sweeps.tasks import identity, same_here
from sim.tests import sweep_stubs
from sim.tests.sweep_stubs import ROOT
from sim.tests.sweep_tools import loaded_cell

SCRIPT = """
import sys
from sim import SerialExecutor, sweep

FACTOR = {factor}

def cell(settings, seed):
    return dict(value={expression}
                )

if __name__ == "__main__":
    found = sweep({{"x": [1, 2, 3]}}, seeds=1, store=sys.argv[1], cell=cell, executor=SerialExecutor(),
                  progress=False)
    print(found.computed, found.reused, *found.array("value").ravel())
"""


def _script(folder: Path, name: str, factor: int, expression: str) -> str:
    path = folder / name
    path.write_text(SCRIPT.format(factor=factor, expression=expression), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path), str(folder / "one.db")], capture_output=True,
                          text=True, timeout=120, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_scripts_on_one_store_do_not_get_each_others_numbers(tmp_path: Path) -> None:
    double = "FACTOR * settings['x']"
    first = _script(tmp_path, "a.py", 2, double)
    other = _script(tmp_path, "b.py", 2, "settings['x'] + 100")
    constant = _script(tmp_path, "c.py", 5, double)
    again = _script(tmp_path, "a.py", 2, "(FACTOR  *  settings['x'])")
    assert first.split()[:2] == other.split()[:2] == constant.split()[:2] == ["3", "0"]
    assert again.split()[:2] == ["0", "3"]
    assert [float(x) for x in other.split()[2:]] == [101, 102, 103]
    assert [float(x) for x in constant.split()[2:]] == [5, 10, 15]
    assert first.split()[2:] == again.split()[2:]


BASE = """
import math
import numpy as np
from helper_of_test import scale
LIMIT = 3
TABLE = np.array([1.0, 2.0])
def inner(x):
    return x + LIMIT
class Shape:
    side = 4
def cell(settings, seed, power=2, *, shift=0):
    '''Docstring.'''
    return {"v": scale(inner(settings["x"])) ** power + shift + math.pi + TABLE.sum() + Shape.side}
"""
EDITS = {
    "the body": ("** power + shift", "** power - shift"),
    "a default": ("power=2", "power=3"),
    "a keyword default": ("shift=0", "shift=1"),
    "a constant that a helper reads": ("LIMIT = 3", "LIMIT = 4"),
    "a helper": ("return x + LIMIT", "return x - LIMIT"),
    "an array": ("[1.0, 2.0]", "[1.0, 2.5]"),
    "a class": ("side = 4", "side = 5"),
    "another module's function of that name": ("import math", "import cmath as math"),
}
SAME = {
    "a comment": ("LIMIT = 3", "LIMIT = 3  # at most"),
    "the docstring": ("Docstring", "Another docstring"),
    "layout": ("return x + LIMIT", "return (x\n            + LIMIT)"),
    "a global that nothing reads": ("LIMIT = 3", "LIMIT = 3\nUNUSED = 9"),
}


@pytest.mark.parametrize("what", [*EDITS, *SAME])
def test_what_changes_the_numbers_changes_the_identity(what: str, tmp_path: Path) -> None:
    old, new = {**EDITS, **SAME}[what]
    assert BASE.count(old) == 1
    before = fingerprint(loaded_cell(tmp_path / "a", BASE))
    after = fingerprint(loaded_cell(tmp_path / "b", BASE.replace(old, new)))
    assert (before == after) == (what in SAME)


def test_a_helper_in_another_file_of_ones_own_counts(tmp_path: Path) -> None:
    before = fingerprint(loaded_cell(tmp_path / "a", BASE))
    after = fingerprint(loaded_cell(tmp_path / "b", BASE, "def scale(x):\n    return 3 * x\n"))
    assert before != after


def test_a_closure_counts() -> None:
    def make(k: int) -> Any:
        return lambda settings, seed: {"v": settings["x"] * k}

    assert fingerprint(make(1)) == fingerprint(make(1)) != fingerprint(make(2))


WIDER = {  # definitions, and what a cell then says
    "an instance": (
        "class M:\n    def f(self, n): return {} * n\nM0 = M()",
        "M0.f(s)",
    ),
    "an instance's state": (
        "class M:\n    def __init__(self): self.k = {}\nM0 = M()",
        "M0.k",
    ),
    "a slot": (
        "class M:\n    __slots__ = ('k',)\nM0 = M()\nM0.k = {}",
        "M0.k",
    ),
    "a base class": (
        "class B:\n    def f(self, n): return {} * n\nclass C(B):\n    pass",
        "C().f(s)",
    ),
    "what a method names": (
        "K = {}\nclass C:\n    def f(self, n): return K * n",
        "C().f(s)",
    ),
    "what a property names": (
        "K = {}\nclass C:\n    @property\n    def f(self): return K",
        "C().f",
    ),
    "a table": (
        "def f(n): return {} * n\nT = {{'f': f}}",
        "T['f'](s)",
    ),
    "a list in a list": (
        "def f(n): return {} * n\nT = [[f]]",
        "T[0][0](s)",
    ),
    "a partial": (
        "from functools import partial\ndef f(a, n): return {} * a * n\ng = partial(f, 1)",
        "g(s)",
    ),
    "what a decorator does": (
        "from functools import wraps\ndef d(f):\n    @wraps(f)\n    def g(n): return {} * f(n)\n    return g\n"
        "@d\ndef h(n): return n",
        "h(s)",
    ),
    "a class that decorates": (
        "from functools import update_wrapper\nclass D:\n    def __init__(self, f): update_wrapper(self, f)\n"
        "    def __call__(self, n): return {} * self.__wrapped__(n)\n@D\ndef h(n): return n",
        "h(s)",
    ),
    "a descriptor": (
        "class D:\n    def __get__(self, one, kind): return {}\nclass C:\n    k = D()",
        "C.k",
    ),
    "a subclass that its base knows": (
        "class B:\n    known = []\n    def __init_subclass__(cls): B.known.append(cls)\n"
        "class C(B):\n    k = {}",
        "B.known[0].k",
    ),
    "a partial after a partial": (
        "from functools import partial\ndef f(n): return n\ndef g(n): return {} * n\n"
        "P, Q = partial(f, 1), partial(g, 1)",
        "P() + Q()",
    ),
    "a method after a method": (
        "class M:\n    def f(self, n): return n\nclass N:\n    def f(self, n): return {} * n\n"
        "g, h = M().f, N().f",
        "g(s) + h(s)",
    ),
    "an object after an object": (
        "class M:\n    def __init__(self, f): self.f = f\ndef f(n): return n\ndef g(n): return {} * n\n"
        "A, B = M(f), M(g)",
        "A.f(s) + B.f(s)",
    ),
    "a default after a default": (
        "def f(n): return n\ndef g(n): return {} * n\ndef h(n, by=f): return by(n)\n"
        "def i(n, by=g): return by(n)",
        "h(s) + i(s)",
    ),
    "an attribute of a function": ("def f(): return f.k\nf.k = {}", "f()"),
    "an attribute of the cell": ("", "cell.k\ncell.k = {}"),
    "what NumPy makes of a function": (
        "import numpy as np\ndef f(n): return {} * n\ng = np.vectorize(f)",
        "g(s)",
    ),
    "an ordered table": (
        "from collections import OrderedDict\ndef f(n): return {} * n\nT = OrderedDict(f=f)",
        "T['f'](s)",
    ),
    "a namespace": (
        "from types import SimpleNamespace\ndef f(n): return {} * n\nT = SimpleNamespace(f=f)",
        "T.f(s)",
    ),
    "an array of functions": (
        "import numpy as np\ndef f(n): return {} * n\nT = np.array([f], dtype=object)",
        "T[0](s)",
    ),
    "a set of one's own": (
        "import enum\nclass E(enum.Enum):\n    A = {}\n    def __repr__(self): return 'E'\nT = {{E.A}}",
        "sorted(x.value for x in T)",
    ),
    "a table of a class of its own": ("class T(dict): pass\nt = T(k={})", "t['k']"),
    "a number of a class of its own": ("class N(int): pass\nn = N({})", "n + 0"),
    "an array of a class of its own": (
        "import numpy as np\nclass A(np.ndarray): pass\na = np.array([{}]).view(A)",
        "a[0]",
    ),
    "what an error says": ("class E(Exception): pass\ne = E({})", "e.args[0]"),
    "a metaclass": (
        "class M(type):\n    @property\n    def k(cls): return {}\nclass C(metaclass=M): pass",
        "C.k",
    ),
    "a function by type": (
        "from functools import singledispatch\n@singledispatch\ndef f(n): return 0\n"
        "@f.register\ndef _(n: int): return {}",
        "f(s)",
    ),
    "two that were told before, the other way round": (
        "def f(n): return n\ndef g(n): return -n\nA = [f, g]\nB = [A[{} == 3], A[{} == 2]]",
        "A[0](s) + B[0](s)",
    ),
    "a value put into another module": ("import helper_of_test as h\nh.K = {}", "h.K"),
    "a function put into another module": (
        "import helper_of_test as h\nh.scale = lambda n: {} * n",
        "h.scale(s)",
    ),
    "a table of another module that is filled here": (
        "import helper_of_test as h\nh.T = {{}}\nh.T['a'] = {}",
        "h.T['a']",
    ),
    "a function put into an installed module": (
        "import math\nmath.put_there_by_a_test = lambda: {}",
        "math.put_there_by_a_test()",
    ),
    "a value among the builtins": (
        "import builtins\nbuiltins.put_there_by_a_test = {}",
        "put_there_by_a_test",
    ),
    "the precision of decimal": (
        "import decimal\ndecimal.getcontext().prec = {}",
        "decimal.Decimal(1) / 3",
    ),
    "the precision of mpmath": ("import mpmath\nmpmath.mp.dps = {}", "mpmath.mpf(1) / 3"),
    "a bound method": (
        "class M:\n    def f(self, n): return {} * n\ng = M().f",
        "g(s)",
    ),
    "a default of a dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    k: int = {}\nheld = P()",
        "held.k",
    ),
    "what makes a field": (
        "import dataclasses\ndef made(): return {}\n@dataclasses.dataclass(slots=True)\n"
        "class P:\n    k: int = dataclasses.field(default_factory=made)",
        "P().k",
    ),
    "a named tuple that a call made": (
        "import collections\nP = collections.namedtuple('P', 'k m', defaults=({},))",
        "P(1).m",
    ),
    "an enumeration that a call made": (
        "import enum\nE = enum.Enum('E', {{'A': {}}})",
        "E.A.value",
    ),
    "a made dataclass's value": (
        "import dataclasses\nP = dataclasses.make_dataclass('P', [('x', int, {})])",
        "P().x",
    ),
    "a made dataclass's method": (
        "import dataclasses\nP = dataclasses.make_dataclass('P', ['x'], namespace={{'f': lambda self: {}}})",
        "P(1).f()",
    ),
    "a made dataclass's field's name": (
        "import dataclasses\nP = dataclasses.make_dataclass('P', ['x{}'])",
        "P(1)",
    ),
    "a made dataclass's order of fields": (
        "import dataclasses\nP = dataclasses.make_dataclass('P', ['a', 'b'][:: 2 * {} - 5])",
        "P(1, 2).a",
    ),
    "a made dataclass's ordering": (
        "import dataclasses\nP = dataclasses.make_dataclass('P', ['x'], order={} > 2)",
        "P(1) < P(2)",
    ),
    "a made dataclass's field's part in a comparison": (
        "import dataclasses as d\nP = d.make_dataclass('P', [('x', int, d.field(compare={} > 2))])",
        "P(1) == P(2)",
    ),
    "a bound method that is wrapped": (
        "import functools\ndef same(f):\n    @functools.wraps(f)\n    def g(*a): return f(*a)\n    return g\n"
        "class M:\n    def __init__(self, k): self.k = k\n    @same\n    def f(self): return self.k\n"
        "T = [M({}).f]",
        "T[0]()",
    ),
    "a bound method with a cache": (
        "import functools\nclass M:\n    def __init__(self, k): self.k = k\n"
        "    @functools.lru_cache\n    def f(self): return self.k\nf = M({}).f",
        "f()",
    ),
    "a bound method of a table": ("f = {{'a': {}}}.get", "f('a')"),
    "a bound method of a text, in a partial": (
        "import functools\nT = [functools.partial('{}'.ljust, 3)]",
        "T[0]()",
    ),
    "a bound method of an array": ("import numpy as np\nf = np.array([{}]).sum", "f()"),
    "a class method, by itself": ("f = classmethod(lambda kind: {})", "f.__func__(s)"),
}


def _cell(what: str, k: int) -> str:
    made, said = (text.format(k, k) for text in WIDER[what])
    return f"{made}\n\n\ndef cell(s, seed): return {said}\n"


@pytest.fixture
def _put_back() -> Iterator[None]:
    precision = mpmath.mp.dps
    with decimal.localcontext():
        yield
    mpmath.mp.dps = precision
    for module in (math, builtins):
        vars(module).pop("put_there_by_a_test", None)


@pytest.mark.usefixtures("_put_back")
@pytest.mark.parametrize("what", WIDER)
def test_what_a_cell_reaches_in_other_ways_counts(what: str, tmp_path: Path) -> None:
    """Mended: each gave the numbers of the edition before, and "reused"."""
    found = [
        fingerprint(loaded_cell(tmp_path / name, _cell(what, k)))
        for name, k in (("a", 2), ("b", 3), ("c", 2))
    ]
    assert found[0] == found[2] != found[1]


# What stands in a module where a cell is no plain function.
CALLED = {
    "with a cache": "import functools\nK = {}\n@functools.lru_cache\ndef cell(s, seed): return K\n",
    "a partial": "from functools import partial\ndef f(k, s, seed): return k\ncell = partial(f, {})\n",
    "an object": (
        "class W:\n    def __init__(self, k): self.k = k\n    def __call__(self, s, seed): return self.k\n"
        "cell = W({})\n"
    ),
    "an object that wraps": (
        "import functools\nK = {}\ndef f(s, seed): return K\nclass W:\n"
        "    def __init__(self, f): functools.update_wrapper(self, f)\n"
        "    def __call__(self, s, seed): return self.__wrapped__(s, seed)\ncell = W(f)\n"
    ),
    "a bound method": (
        "class W:\n    def __init__(self, k): self.k = k\n    def f(self, s, seed): return self.k\n"
        "cell = W({}).f\n"
    ),
    "a bound method of a partial": (
        "from functools import partial\nclass W:\n    def __init__(self, k): self.k = k\n"
        "    def f(self, s, seed): return self.k\ncell = partial(W({}).f)\n"
    ),
    "a method's global": (
        "K = {}\nclass W:\n    def f(self, s, seed): return K\ncell = W().f\n"
    ),
    "a class method": (
        "class W:\n    k = {}\n    @classmethod\n    def f(cls, s, seed): return cls.k\ncell = W.f\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CALLED)
def test_what_a_cell_that_is_no_plain_function_holds_counts(what: str, tmp_path: Path) -> None:
    """Mended: its source alone counted, so that the older number was "reused"; or it was refused."""
    found = [
        fingerprint(loaded_cell(tmp_path / name, CALLED[what].format(k)))
        for name, k in (("a", 2), ("b", 3), ("c", 2))
    ]
    assert found[0] == found[2] != found[1]


def test_the_state_of_a_stream_that_all_share_counts_for_nothing(tmp_path: Path) -> None:
    """Mended: a cell that seeds it was another in each process, so that nothing was reused."""
    text = "from random import random, seed as sow\ndef cell(s, seed): return (sow(3), random())\n"
    found = []
    for k in (1, 2):
        random.seed(k)
        found.append(fingerprint(loaded_cell(tmp_path / str(k), text)))
    assert found[0] == found[1]


def test_which_of_two_functions_on_a_line_counts(tmp_path: Path) -> None:
    """Their source is one line, whichever it is: older numbers were "reused"."""
    helper = "F = [lambda n: 2 * n, lambda n: 3 * n]\n"
    text = "from helper_of_test import F\nf = F[{}]\ndef cell(s, seed): return f(s)\n"
    found = [fingerprint(loaded_cell(tmp_path / str(k), text.format(k), helper)) for k in (0, 1)]
    assert found[0] != found[1]


@pytest.mark.parametrize("item", ["(k,)", "frozenset([(k,)])", "Own(k)"])
def test_the_order_of_a_set_counts_for_nothing(item: str, tmp_path: Path) -> None:
    """Mended: that of texts is another one in each process, so that nothing was reused."""
    made = (
        "class Own:\n    def __init__(self, k): self.held = k\n    def __hash__(self): return 0\n"
    )
    text = "S = set()\nfor k in {}:\n    S.add({})\ndef cell(s, seed): return len(S)\n"
    there = [k for k in range(999) if hash(eval(item, {"Own": lambda k: 0, "k": k})) % 8 == 0]
    found = [
        fingerprint(loaded_cell(tmp_path / name, made + text.format(keys, item)))
        for name, keys in (("a", there[:2]), ("b", there[1::-1]), ("c", there[1:3]))
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    "text",
    [
        "def cell(s, seed):\n    from helper_of_test import K\n    return K\n",
        "def cell(s, seed):\n    import helper_of_test\n    return helper_of_test.K\n",
        "def cell(s, seed):\n    def inner():\n        from helper_of_test import K\n"
        "        return K\n    return inner\n",
        "def cell(s, seed):\n    try:\n        from .helper_of_test import K\n"
        "    except ImportError:\n        from helper_of_test import K\n    return K\n",
    ],
)
def test_an_import_inside_a_cell_counts(text: str, tmp_path: Path) -> None:
    found = [fingerprint(loaded_cell(tmp_path / str(k), text, f"K = {k}\n")) for k in (2, 3)]
    assert found[0] != found[1]


def test_what_a_module_imports_in_turn_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for k in (2, 3):
        (tmp_path / "constants_of_test.py").write_text(f"K = {k}\n", encoding="utf-8")
        sys.modules.pop("constants_of_test", None)
        text = "import helper_of_test as h\ndef cell(s, seed): return h.f(s)\n"
        helper = "import constants_of_test as c\ndef f(n): return c.K * n\n"
        found.append(fingerprint(loaded_cell(tmp_path / str(k), text, helper)))
    assert found[0] != found[1]


def test_a_module_that_may_be_in_a_package_or_a_script_counts(tmp_path: Path) -> None:
    """Mended: an ImportError, of a line that the module itself bears."""
    helper = "K = {}\ntry:\n    from .nowhere import f\nexcept ImportError:\n    def f(n): return K * n\n"
    text = "import helper_of_test as h\ndef cell(s, seed): return h.f(s)\n"
    found = [fingerprint(loaded_cell(tmp_path / str(k), text, helper.format(k))) for k in (2, 3)]
    assert found[0] != found[1]


@pytest.mark.parametrize("edition", ["_ + f(settings, seed)", "_ - f(settings, seed)"])
def test_a_cell_that_a_decorator_made_is_known_by_both(edition: str, tmp_path: Path) -> None:
    """Of what ``functools.wraps`` made, the source was that of what was wrapped: older numbers, "reused"."""
    text = "from helper_of_test import decorated\n@decorated\ndef cell(settings, seed): return 1\n"
    helper = (
        "from functools import wraps\ndef decorated(f):\n    @wraps(f)\n"
        "    def g(settings, seed, _=7): return {}\n    return g\n"
    )
    before = fingerprint(loaded_cell(tmp_path / "a", text, helper.format("_ * f(settings, seed)")))
    assert before != fingerprint(loaded_cell(tmp_path / "b", text, helper.format(edition)))


MADE = {  # what stands in a class, from a function of another file: what makes it there, how it is put here
    "a table": ("{{'a': FACTOR}}", "made()"),
    "a number": ("1.5 * FACTOR", "made()"),
    "an array": ("np.full(3, FACTOR)", "made()"),
    "a frozenset": ("frozenset((0, FACTOR))", "made()"),
    "a text in a list": ("[str(FACTOR)]", "made()"),
    "a function": ("FACTOR", "made"),
    "a class": ("FACTOR", "Held"),
    "a cached property": ("FACTOR", "cached_property(lambda self: made())"),
}


@pytest.mark.parametrize("what", MADE)
def test_what_another_file_makes_for_a_class_counts(what: str, tmp_path: Path) -> None:
    """The class's source says who makes it, and no more: older numbers were "reused"."""
    made, put = MADE[what]
    text = (
        "from functools import cached_property\nfrom helper_of_test import Held, made\n"
        f"class A:\n    X = {put}\ndef cell(s, seed): return A.X\n"
    )
    helper = f"import numpy as np\nFACTOR = {{}}\ndef made(): return {made}\nclass Held:\n    x = {made}\n"
    found = [
        fingerprint(
            loaded_cell(
                tmp_path / name, text, helper.format(k).replace("{{", "{").replace("}}", "}")
            )
        )
        for name, k in (("a", 1), ("b", 7), ("c", 1))
    ]
    assert found[0] == found[2] != found[1]


KINDS = """
import abc, collections, dataclasses, enum, functools, typing
class Abstract(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
class Slots:
    __slots__ = ("k",)
@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Data:
    k: int = 2
    many: list = dataclasses.field(default_factory=list)
@dataclasses.dataclass(order=True)
class Record:
    k: int = 2
Pair = collections.namedtuple("Pair", "k m")
Sort = enum.Enum("Sort", "A B")
class Colour(enum.Enum):
    RED = 1
    BLUE = "b"
class Named(typing.NamedTuple):
    k: int = 2
class Shown(typing.Protocol):
    k: int
class Lazy:
    @functools.cached_property
    def k(self): return 2
    @functools.lru_cache
    def m(self): return 2
    @classmethod
    def c(cls): return 2
    half = functools.partialmethod(m, 1)
T = typing.TypeVar("T")
class Any(typing.Generic[T]): ...
def cell(s, seed): return KIND
"""


@pytest.mark.parametrize(
    "kind",
    [
        "Abstract",
        "Slots",
        "Data",
        "Record",
        "Pair",
        "Sort",
        "Colour",
        "Named",
        "Shown",
        "Lazy",
        "Any",
    ],
)
def test_what_python_puts_into_a_class_is_comparable(kind: str, tmp_path: Path) -> None:
    found = [
        fingerprint(loaded_cell(tmp_path / name, KINDS.replace("KIND", kind)))
        for name in ("a", "b")
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("word", ["default", "converter", "validator"])
def test_what_a_field_of_attrs_holds_counts(word: str, tmp_path: Path) -> None:
    """Mended: the class's source names it, and says no more of it."""
    pytest.importorskip("attrs")
    held = "attrs.Factory(f)" if word == "default" else "f"
    text = (
        "import attrs\ndef f(*_): return {}\n@attrs.define\nclass A:\n    k: int = attrs.field("
        f"{word}={held})\ndef cell(s, seed): return A\n"
    )
    one, two, again = (
        fingerprint(loaded_cell(tmp_path / x, text.format(x))) for x in ("1", "2", "1.0")
    )
    assert len({one, two, again}) == 3


def test_a_method_that_is_wrapped_in_ones_own_counts(tmp_path: Path) -> None:
    """What has no file is a dataclass's own where Python alone stands around it."""
    text = (
        "import functools\nexec('def g(self): return 0')\ndef doubled(f):\n    @functools.wraps(f)\n"
        "    def inner(self): return {} * f(self)\n    return inner\nclass A:\n    f = doubled(g)\n"
        "def cell(s, seed): return A\n"
    )
    with pytest.raises(NotComparable, match="its source cannot be read"):
        fingerprint(loaded_cell(tmp_path / "a", text))


def test_what_is_set_for_a_whole_process_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Mended: under another setting the older number was "reused"; as all begins nothing is told."""
    cell = loaded_cell(tmp_path / "a", "def cell(s, seed): return 2\n")
    base = fingerprint(cell)
    assert [*around.around()] == []
    with np.errstate(over="raise"):
        assert [*around.around()] == ["NumPy's error over: raise"]
        raised = fingerprint(cell)
    with np.printoptions(precision=3):
        assert [*around.around()] == ["NumPy shows precision: 3"]
        shown = fingerprint(cell)
    monkeypatch.setattr(around.locale, "setlocale", lambda place: "xx")
    assert [*around.around()] == [f"locale {x}: xx" for x in around.PLACES]
    placed = fingerprint(cell)
    monkeypatch.undo()
    flags = SimpleNamespace(optimize=0, utf8_mode=0)
    monkeypatch.setattr(around, "sys", SimpleNamespace(flags=flags))
    for said, told in (
        ("UTF-8", []),
        ("utf8", []),
        ("ISO-8859-1", ["Python's encoding: iso8859-1"]),
    ):
        monkeypatch.setattr(around.locale, "getencoding", lambda said=said: said)
        assert [*around.around()] == told
    read = fingerprint(cell)
    flags.optimize, flags.utf8_mode = 2, 1
    assert [*around.around()] == ["Python's optimize: 2"]
    assert len({base, raised, shown, placed, read, fingerprint(cell)}) == 6


def test_the_packages_own_cells_go_by_their_version() -> None:
    assert identity(simulate_cell) == simulate_cell.name
    assert identity(Cell(sweep_stubs.measure)).startswith("sim.tests.sweep_stubs:measure@")


def test_a_cell_that_calls_the_simulator_is_known_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = "simulate(0.5, 0.1, batch_size=1, step_size=0.1, steps=1, seed=settings['x']).r2"
    bodies = (f"from sim import simulate\ndef cell(settings, seed):\n    return {{'v': {calls}}}\n",
              f"import sim\ndef cell(settings, seed):\n    return {{'v': sim.{calls}}}\n",
              f"def cell(settings, seed):\n    from sim import simulate\n    return {{'v': {calls}}}\n",
              "def cell(settings, seed):\n    return {'v': settings['x']}\n")  # fmt: skip
    found = []
    for version in ("6", "7"):
        monkeypatch.setattr(sim, "ENGINE_VERSION", version)
        found.append(
            [
                fingerprint(loaded_cell(tmp_path / f"{version}{k}", text))
                for k, text in enumerate(bodies)
            ]
        )
    assert [x == y for x, y in zip(*found, strict=True)] == [False, False, False, True]


def test_a_folder_that_is_called_like_the_installed_packages_is_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: what lies in lib-mine was taken for a part of lib, and known by its name alone."""
    kind = type(own._INSTALLED[0])
    monkeypatch.setattr(own, "_INSTALLED", (kind(str((tmp_path / "lib").resolve())),))
    for name, mine in (("lib-mine", True), ("lib", False)):
        assert own.ours(sys.modules[loaded_cell(tmp_path / name, BASE).__module__]) == mine


def test_the_package_of_a_cell_counts_also_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: a cell of a package that was installed anew, with other code, had its older numbers "reused"."""
    kind = type(own._INSTALLED[0])
    monkeypatch.setattr(own, "_INSTALLED", (kind(str(tmp_path.resolve())),))
    text = "from helper_of_test import scale\ndef cell(s, seed): return {} * scale(s)\n"
    cells = [loaded_cell(tmp_path / str(k), text.format(k)) for k in (2, 3)]
    found = []
    for cell in cells:
        found.append(identity(Cell(cell)))
        same_here(cell, found[-1])
        assert not own.is_own(cell)
    assert found[0] != found[1]
    other = loaded_cell(tmp_path / "4", text.format(2), "def scale(x):\n    return 3 * x\n")
    assert identity(Cell(other)) == found[0], "another package, which is known by its name"
    monkeypatch.undo()
    with own.of(json.dumps):
        assert not own.is_own(json.dumps)
    with own.of(fingerprint):
        assert own.installed(own)


def test_results_are_found_by_the_plain_name(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    sweep(
        sweep_stubs.GRID, seeds=1, store=store, cell=sweep_stubs.measure, executor=SerialExecutor()
    )
    assert len(load(store, cell="sim.tests.sweep_stubs:measure")) == len(load(store)) > 0
