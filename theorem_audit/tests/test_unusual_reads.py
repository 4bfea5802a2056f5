"""What evidence reads in unusual ways is seen: after an edit of it no outcome is reused.

In a small project evidence of R... reads a constant that is then edited.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.tests.one_chapter import CHAPTER, HEAD, asked, run, write
from theorem_audit.tests.thorough import in_ci_but

# How evidence reads a constant; the file that says 2, and then 3 (or is not there, and then is).
READS = {
    "outside": ("int(open('../outside.txt').read())", "../outside.txt", "{}\n"),
    "update": ("int(open('data/k.txt', 'r+').read())", "data/k.txt", "{}\n"),
    "child": ("int(subprocess.check_output(['cat', 'data/c.txt']))", "data/c.txt", "{}\n"),
    "shell": ("2 + (os.system('grep -q 3 data/s.txt') == 0)", "data/s.txt", "{}\n"),
    "exists": ("3 if Path('data/flag').exists() else 2", "data/flag", ""),
    "alias": ("im('th.a').K", "th/a.py", "K = {}\n"),
    "resolve": ("pkgutil.resolve_name('th.b:K')", "th/b.py", "K = {}\n"),
    "modules": ("sys.modules['th.c'].K", "th/c.py", "K = {}\n"),
    "namespace": ("namespace_k()", "helpers/d.py", "K = {}\n"),
    "otherwise": (
        "e.K", "th/e.py", "if __name__ == '__main__':\n    print(1)\nelse:\n    K = {}\n",
    ),
    "comment": (
        "int(__import__('inspect').getsource(src.f).split('#')[1])",
        "th/src.py",
        "def f():\n    return 0  # {}\n",
    ),
    "examples": ("2 + __import__('doctest').testmod(dt).failed", "th/dt.py", "'''\n>>> 2\n{}\n'''\n"),
    "docstring": ("int(f.f.__doc__)", "th/f.py", "def f():\n    '{}'\n"),
    "data": ("int(open('data/g.py').read())", "data/g.py", "{}\n"),
    "source": ("int(open('th/g.py').read().partition('#')[2])", "th/g.py", "# {}\n"),
    "path": ("runpy.run_path('data/h.py')['K']", "data/h.py", "K = {}\n"),
    "base": ("sqlite('data/i.db')", "data/i.db", ""),
    "link": ("int(os.readlink('data/link')[-1])", "", ""),
    "rights": ("3 if os.stat('data/rights').st_mode & 0o100 else 2", "", ""),
    "below": ("int(os.read(os.open('j.txt', 0, dir_fd=os.open('data', 0)), 1))", "data/j.txt", "{}\n"),
    "opened": ("int(os.read(os.open('data/o.txt', os.O_RDONLY), 1))", "data/o.txt", "{}\n"),
    "listed": ("3 if 'flag' in os.listdir(os.open('data', 0)) else 2", "data/flag", ""),
    "compiled": ("importlib.import_module('th.k').K", "", ""),
    "filled": ("t.TABLE['k']", "th/fills.py", "from th.t import fill\nDONE = fill({})\n"),
    "subclass": ("t.Base.known[0].k", "th/sub.py", "from th.t import Base\nclass Sub(Base):\n    k = {}\n"),
    "example": ("t.EXAMPLES[0]()", "th/ex.py", "from th.t import example\n@example\ndef one(): return {}\n"),
    "subclasses": (
        "t.Other.__subclasses__()[0].k", "th/other.py",
        "from th.t import Other\nclass Sub(Other):\n    k = {}\n",
    ),
    "hint": ("hint()", "th/hint.py", "from __future__ import annotations\nfrom typing import Annotated as A\n"
             "K = {}\nclass C:\n    k: A[int, K]\n"),
    "touched": ("int(os.stat('data/when').st_mtime)", "", ""),
    "modified": ("int(os.path.getmtime('data/when'))", "", ""),
    "numbered": ("int(os.fstat(os.open('data/when', 0)).st_mtime)", "", ""),
    "dated": ("int(Path('th/dated.py').stat().st_mtime)", "", ""),
    "clock": ("int(posix.stat('data/when').st_mtime + 0 * time.time())", "", ""),  # that alone is not heard
    "scanned": ("[x.stat().st_size for x in os.scandir('data/sizes')][0]", "", ""),
    "text": ("typing.get_type_hints(texts.f)['x'].k", "th/texts.py",
             "class C:\n    k = {}\ndef f(x: 'C'): ...\n"),
    "go": ("t.GONE[0]", "th/go.py", "def go():\n    from th.t import gone\n    gone({})\nDONE = go()\n"),
    "method": ("t.REG.all[0]", "th/puts.py", "from th.t import REG\nDONE = REG.put({})\n"),
    "second": ("t.SECOND[0]", "th/adds.py", "from th.t import adds\nDONE = adds({})\n"),
    "insort": ("t.SORTED[0]", "th/sorts.py",
               "import bisect\nfrom th.t import SORTED\nDONE = bisect.insort(SORTED, {})\n"),
    "mapped": ("t.MAPPED[0]", "th/maps.py", "from th.t import MAPPED\nDONE = [*map(MAPPED.append, [{}])]\n"),
    "package": ("th.__dict__['t4'].K", "th/t4.py", "K = {}\n"),
    "members": ("dict(inspect.getmembers(t5.f))['__globals__']['K']", "th/t5.py", "K = {}\ndef f(): ...\n"),
    "default": ("t6.T()['case']", "th/t6.py", "case = {}\ndef T(x=vars()): return x\n"),
    "globals": ("t2.f.__globals__['K']", "th/t2.py", "K = {}\ndef f(): ...\n"),
    "lambda": ("la.READ()", "data/la.txt", "{}\n"),
    "made": ("ma.T[0]", "data/ma.txt", "{}\n"),
    "pool": ("int(ThreadPoolExecutor(1).submit(Path('data/pool.txt').read_text).result())", "data/pool.txt",
             "{}\n"),
    "library": ("2 + hasattr(ctypes.CDLL(os.path.abspath('data/l.so')), 'PyInit__philox')", "", ""),
    "uri": ("sqlite('file:data/i.db?mode=ro')", "data/i.db", ""),
    "log": ("logged()", "data/w.db", ""),
    "system": ("int(open('/proc/self/cwd/data/system').read())", "data/system", "{}\n"),
    "attached": ("attached()", "data/i.db", ""),
    "of": ("inspect.getmodule(t7.f).K", "th/t7.py", "K = {}\ndef f(): ...\n"),
    "located": ("pydoc.locate('th.t8.K')", "th/t8.py", "K = {}\n"),
    "renamed": ("system.modules['th.t9'].K", "th/t9.py", "K = {}\n"),
    "got": ("sys.modules.get('th.t24').K", "th/t24.py", "K = {}\n"),
    "held": ("t25.f.__globals__.get('K')", "th/t25.py", "K = {}\ndef f(): ...\n"),
    "handed": ("vars(sys)['modules']['th.t10'].K", "th/t10.py", "K = {}\n"),
    "texted": ("getattr(sys, 'modules')['th.t11'].K", "th/t11.py", "K = {}\n"),
    "loaded": ("importlib.util.find_spec(f'th.t{12}').loader.load_module().K", "th/t12.py", "K = {}\n"),
    "evaluated": ("builtins.eval('__import__(\"th.t13\").t13.K')", "th/t13.py", "K = {}\n"),
    "timed": ("timed()", "th/t14.py", "K = {}\n"),
    "suite": ("unittest.defaultTestLoader.loadTestsFromName('th.t15.T')._tests[0].k", "th/t15.py",
              "import unittest\nclass T(unittest.TestCase):\n    k = {}\n    def test(self): ...\n"),
    "patched": ("unittest.mock.patch('th.t16.K', 1).getter().K", "th/t16.py", "K = {}\n"),
    "setter": ("t17.C().k", "th/t18.py", "K = {}\n"),
    "star": ("sub.K", "th/pack/sub.py", "K = {}\n"),
    "relative": ("importlib.import_module('.t19', th.__name__).K", "th/t19.py", "K = {}\n"),
    "put": ("t.QUEUE.get_nowait()", "th/t20.py", "from th.t import QUEUE\nDONE = QUEUE.put_nowait({})\n"),
    "set": ("t.VARIABLE.get()", "th/t21.py", "from th.t import VARIABLE\nDONE = VARIABLE.set({})\n"),
    "next": ("next(t.NUMBERS)", "th/t22.py",
             "from th.t import NUMBERS\nT = [next(NUMBERS) for _ in range({})]\n"),
    "packed": ("t.BYTES[0]", "th/t23.py",
               "import struct\nfrom th.t import BYTES\nDONE = struct.pack_into('B', BYTES, 0, {})\n"),
    "all": ("t3.T['case']", "th/t3.py", "case = {}\nT = dict(vars())\n"),
}  # fmt: skip
# Of a program, a module, what is no text, what an import does, the clock.
QUICK = ("child", "alias", "link", "filled", "clock", "lambda", "pool", "located")
READING = """
import builtins, ctypes, importlib.util, inspect, os, pkgutil, posix, pydoc, runpy, sqlite3, subprocess, sys
import sys as system, time, timeit, typing, unittest.mock
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module as im
from pathlib import Path
from theorem_audit import evidence, expect_identity
from th.ch import x, y
def hint():
    from th import hint as hinted
    return typing.get_type_hints(hinted.C, include_extras=True)["k"].__metadata__[0]
def namespace_k():
    from helpers.d import K
    return K
def sqlite(path):
    with sqlite3.connect(path, uri=True) as base:
        return base.execute("select k from k").fetchone()[0]
def logged():
    with sqlite3.connect("data/w.db") as base:
        return base.execute("select max(k) from k").fetchone()[0]
def attached():
    base = sqlite3.connect(":memory:")
    base.execute("-- beside it\\nATTACH\\n DATABASE 'data/i.db' as other")
    return base.execute("select k from other.k").fetchone()[0]
def timed():
    found = []
    timeit.timeit("found.append(K)", "from th.t14 import K", number=1, globals={"found": found})
    return found[0]
"""


PUTS = """
import contextvars, queue
QUEUE, VARIABLE, NUMBERS, BYTES = queue.Queue(), contextvars.ContextVar("v"), iter([1, 1, 2, 3]), bytearray(1)
TABLE, EXAMPLES = {}, []
def fill(k):
    TABLE["k"] = k
def example(f):
    EXAMPLES.append(f)
    return f
class Base:
    known = []
    def __init_subclass__(cls):
        Base.known.append(cls)
class Other: ...
GONE, SECOND, SORTED, MAPPED = [], [], [], []
def gone(k):
    GONE.append(k)
def adds(k):
    second = SECOND
    second += [k]
class Reg:
    def __init__(self):
        self.all = []
    def put(self, k):
        self.all.append(k)
REG = Reg()
"""


def _beside(folder: Path, k: int) -> None:
    """What is no text: a link, rights, times, sizes, a module without a source."""
    import py_compile

    link, rights, source = folder / "data/link", folder / "data/rights", folder / "th/source.txt"
    sizes = folder / "data/sizes"
    sizes.mkdir(exist_ok=True)
    (sizes / "one").write_bytes(b"x" * k)
    _native(folder, k)
    for name in ("data/when", "th/dated.py"):
        (folder / name).touch()
        os.utime(folder / name, (k, k))
    link.unlink(missing_ok=True)
    link.symlink_to(f"to{k}")
    rights.write_text("")
    rights.chmod(0o600 if k == 2 else 0o700)
    source.write_text(f"K = {k}\n")
    py_compile.compile(str(source), str(folder / "th/k.pyc"), doraise=True)


HELD = {
    "th/la.py": "READ = lambda: int(open('data/la.txt').read())\n",
    "th/ma.py": "T = [int(open(x).read()) for x in ['data/ma.txt']]\n",
    "th/t17.py": (
        "class C:\n    @property\n    def k(self):\n        from th.t18 import K\n        return K\n"
        "    @k.setter\n    def k(self, value):\n        from th.t7 import K\n"
    ),
    "th/pack/__init__.py": "__all__ = ['sub']\n",
}
LOG = """
import os, sqlite3
base = sqlite3.connect("data/w.db")
base.execute("pragma journal_mode=wal")
base.execute("pragma wal_autocheckpoint=0")
base.execute("create table if not exists k (k)")
base.execute("insert into k values ({})")
base.commit()
os._exit(0)
"""


def _native(folder: Path, k: int) -> None:
    """What native code reads: a library, and what a base has not yet written into it."""
    import importlib.util
    import shutil
    import subprocess
    import sys

    (folder / "data" / "ma.txt").write_text(f"{k}\n")  # read as a module of ``HELD`` is imported
    spec = importlib.util.find_spec("numpy.random._mt19937" if k == 2 else "numpy.random._philox")
    assert spec is not None
    assert spec.origin is not None
    shutil.copy(spec.origin, folder / "data" / "l.so.new")
    (folder / "data" / "l.so.new").rename(folder / "data" / "l.so")
    subprocess.run([sys.executable, "-c", LOG.format(k)], cwd=folder, check=True)


def _base(path: Path, k: int) -> None:
    import sqlite3

    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute("create table k (k)")
    base.execute("insert into k values (?)", (k,))
    base.commit()
    base.close()


IMPORTS = {
    "lambda": "from th import la\n", "made": "from th import ma\n", "setter": "from th import t17\n",
    "star": "from th.pack import *\n", "got": "import th.t24\n",
}  # fmt: skip


def _imports(name: str, how: str, file: str, text: str) -> str:
    """What a row's own file of evidence imports; in one file, an edit of one row's module is all rows'."""
    stem = Path(file).stem
    named = re.search(rf"\b({stem}[.)]|th\.{stem}'\]|'{stem}'\]\.)", how) or "from th.t" in text
    found = f"import th.{stem}\nfrom th import {stem}\n" if file.startswith("th/") and named else ""
    return f"import th\n{found}{IMPORTS.get(name, '')}" + (
        "from th import t\n" if "t." in how else ""
    )


@pytest.fixture(scope="module")
def edited(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The claims of the second project before and after the edit."""
    chapter, tests = CHAPTER, dict[str, str]()
    names = asked(request, "test_an_edit_of_what_was_read_in_an_unusual_way_is_seen")
    reads = {name: READS[name] for name in names}
    for name, (how, file, text) in reads.items():
        chapter += f'R_{name} = claim("R-{name.upper()}", Eq(y, 2*x))\n'
        tests[f"tests/test_{name}.py"] = (
            f'{READING}{_imports(name, how, file, text)}@evidence("R-{name.upper()}", "symbolic")\n'
            f"def test_r_{name}(claim):\n    expect_identity(claim.formula, {{y: ({how}) * x}})\n"
        )
    folder = tmp_path_factory.mktemp("edited") / "project"
    write(
        folder,
        {**HEAD, **tests, "th/ch.py": chapter, "data/x": "", "th/t.py": PUTS, **HELD},
    )
    found = []
    for k in (2, 3):
        texts = {file: text.format(k) for _, file, text in reads.values() if text}
        write(folder, texts)
        if k == 3:
            write(folder, {"data/flag": ""})
        _base(folder / "data" / "i.db", k)
        _beside(folder, k)
        found.append(run(folder))
    return found[0], found[1]


@pytest.mark.parametrize("what", in_ci_but(READS, *QUICK))
def test_an_edit_of_what_was_read_in_an_unusual_way_is_seen(
    what: str, edited: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """Mended: each said "reused", and proved what a run from scratch refutes."""
    before, after = edited
    assert before[f"R-{what.upper()}"]["verdict"] == "proved", before[""]
    assert after[f"R-{what.upper()}"]["verdict"] == "refuted"
