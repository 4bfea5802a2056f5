"""What a cell asks as it runs, and nobody can compare, is refused; what is its own counts as it stands."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import CellError, sweep
from sim.sweeps.fingerprint import NotComparable, fingerprint
from sim.sweeps.tasks import same_here
from sim.sweeps.workers import worker_pool
from sim.tests.sweep_stubs import ROOT
from sim.tests.sweep_tools import loaded_cell


@pytest.mark.parametrize(
    "call",
    ["__import__('k').K", "eval('K')", "globals()['K']", "sys.modules['k'].K", "cell.__globals__['K']",
     "importlib.import_module('k').K", "object.__subclasses__()"],
)  # fmt: skip
def test_what_is_looked_up_by_a_text_is_refused(call: str, tmp_path: Path) -> None:
    text = f"import importlib, sys\nK = 2\ndef cell(s, seed):\n    return {call}\n"
    cell = loaded_cell(tmp_path / "a", text)
    with pytest.raises(NotComparable, match="what it means is known only as it runs"):
        fingerprint(cell)


@pytest.mark.parametrize(
    "call", ["cell.__doc__", "cell.__code__.co_firstlineno", "inspect.getsource(cell)",
             "inspect.currentframe().f_lineno"],
)  # fmt: skip
def test_what_reads_its_own_source_is_refused(call: str, tmp_path: Path) -> None:
    """Comments and docstrings count for nothing: under others the older number was "reused"."""
    text = f"import inspect\ndef cell(s, seed):\n    'A docstring.'\n    return {call}\n"
    with pytest.raises(NotComparable, match="count for nothing"):
        fingerprint(loaded_cell(tmp_path / "a", text))


@pytest.mark.parametrize("edit", [("2 * s", "3 * s"), ("K = 1\n", "K = 1\n\n")])
def test_a_file_that_was_edited_since_it_was_loaded_is_refused(
    edit: tuple[str, str], tmp_path: Path
) -> None:
    """Mended: what the old code computed was kept as the new file's, and "reused" by it."""
    text = "K = 1\ndef cell(s, seed):\n    return 2 * s\n"
    cell = loaded_cell(tmp_path / "a", text)
    fingerprint(cell)
    (tmp_path / "a" / "module_of_test.py").write_text(text.replace(*edit), encoding="utf-8")
    with pytest.raises(NotComparable, match="edited since: start again"):
        fingerprint(cell)


STALE = """
import sys
from sim import sweep
K = 2
def cell(s, seed): return {"v": K}
if __name__ == "__main__":
    K = 3
    sweep({"x": [1]}, seeds=1, store="s.db", cell=cell, workers=1)
"""


def test_a_worker_that_has_another_edition_gives_no_number(tmp_path: Path) -> None:
    """Mended: what it computed was kept as that of the edition here."""
    (tmp_path / "script.py").write_text(STALE, encoding="utf-8")
    call = [sys.executable, "script.py"]
    path = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        call, cwd=tmp_path, env=path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "cell is another in this worker process than where the sweep was called" in done.stderr


def test_a_worker_tells_of_what_is_set_for_a_whole_process(tmp_path: Path) -> None:
    """Mended: it was refused, and the message told of values alone."""
    cell = loaded_cell(tmp_path / "a", "def cell(s, seed): return 2\n")
    with np.printoptions(precision=3):
        there = f"{cell.__qualname__}@{fingerprint(cell)}"
    with pytest.raises(NotComparable, match=r"set for a whole process \(how NumPy prints"):
        same_here(cell, there)


def test_an_older_worker_gives_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "cells_of_test.py"
    file.write_text("def cell(s, seed): return {'v': 2}\n", encoding="utf-8")
    with worker_pool(1) as pool:
        older = importlib.import_module("cells_of_test")
        call: dict[str, Any] = {"seeds": 1, "store": tmp_path / "s.db", "executor": pool}
        sweep({"x": [1]}, cell=older.cell, **call)
        file.write_text("def cell(s, seed): return {'v': 33}\n", encoding="utf-8")
        newer = importlib.reload(older)
        with pytest.raises(CellError, match="says something else than what was loaded"):
            sweep({"x": [1]}, cell=newer.cell, **call)
    sys.modules.pop("cells_of_test")


@pytest.mark.parametrize("how", ["import sys as system", "from sys import modules as held"])
def test_modules_by_another_name_are_refused(how: str, tmp_path: Path) -> None:
    said = f"{how.split()[-1]}{'.modules' * ('system' in how)}['k'].K"
    cell = loaded_cell(tmp_path / "a", f"{how}\ndef cell(s, seed):\n    return {said}\n")
    with pytest.raises(NotComparable, match="what it means is known only as it runs"):
        fingerprint(cell)


@pytest.mark.parametrize(
    ("how", "call"),
    [("import os", "os.environ['K']"), ("import os as system", "system.getenv('K')"),
     ("from os import environ as held", "held['K']"), ("from os import getenv", "getenv('K')"),
     ("import os\nheld = os.getenv", "held('K')"), ("import random", "random._os.environ['K']"),
     ("import os\nenviron = 3", "os.environ['K'] + environ"),  # mended: the name alone was looked at
     ("import os\nclass Own: pass\nown = Own()\nown.system = os", "own.system.environ['K']"),
     ("import os", "[k.environ['K'] for k in (os,)]"), ("import os", "(os if s else s).environ['K']"),
     ("import os\nclass Own:\n    def get(self):\n        self = os\n        return self.environ['K']",
      "Own().get()"),
     ("import os\nclass Own:\n    @staticmethod\n    def get(system):\n        return system.environ['K']",
      "Own.get(os)"),
     ("import os\nclass Own:\n    def get(self):\n        return [self.environ for self in (os,)]",
      "Own().get()"),
     ("import os\nclass Own:\n    environ = property(lambda self: os.environ)", "Own().get()")],
)  # fmt: skip
def test_what_asks_the_environment_is_refused(how: str, call: str, tmp_path: Path) -> None:
    """Mended: under another value the older number was "reused"."""
    cell = loaded_cell(tmp_path / "a", f"{how}\ndef cell(s, seed):\n    return {call}\n")
    with pytest.raises(NotComparable, match="make it a setting"):
        fingerprint(cell)


@pytest.mark.parametrize(
    ("how", "call"),
    [("import sys", "sys.argv[1]"), ("import time", "time.time()"), ("from time import time", "time()"),
     ("from datetime import datetime", "datetime.fromtimestamp(0).hour"), ("import os", "os.urandom(1)[0]"),
     ("from datetime import date", "date.today().day"), ("import uuid", "uuid.uuid4().int"),
     ("import numpy as np", "np.random.default_rng().random()"), ("import random", "random.random()"),
     ("from numpy.random import default_rng", "default_rng().random()"),
     ("import numpy as np", "np.random.rand()"), ("import random", "random.Random().random()"),
     ("import random\nclass O: seed = 3", "random.random() + O.seed"),
     ("import numpy as np", "np.random.rand() + s.seed"), ("import random", "s.seed(random.random())"),
     ("import random", "(random.random(), random.seed(3))[0]"),
     ("import random", "(random.seed(), random.random())"),
     ("import random, numpy as np", "(np.random.seed(3), random.random())"),
     ("import numpy as np", "(np.random.seed(None), np.random.rand())"),
     ("import numpy as np", "np.random.ranf()"),
     ("import numpy as np", "np.random.default_rng(None)"), ("import numpy as np", "np.random.PCG64()"),
     ("from numpy.random import SFC64, Generator", "Generator(SFC64())"),
     ("import numpy as np", "np.random.PCG64(seed=None)"), ("import numpy as np", "np.random.SeedSequence()"),
     ("import numpy as np", "np.random.SeedSequence(spawn_key=(s, 3))"),
     ("import random", "random.Random(None)"),
     ("import random", "random.SystemRandom().random()"), ("import secrets", "secrets.token_hex()"),
     ("import secrets", "secrets.choice(s)"), ("import uuid", "uuid.getnode()"),
     ("import time", "time.ctime(0)"),
     ("import time", "time.monotonic()"), ("import time", "time.perf_counter_ns()"),
     ("import os", "os.getpid()"),
     ("import time", "time.gmtime()"), ("import time", "time.strftime('%H')"),
     ("import socket", "socket.gethostname()"),
     ("import platform", "platform.node()"), ("from os import getpid as k", "k()"),
     ("import time\ndef f(clock=time.time): return clock()", "f()"),
     ("import time\nT = {'t': time.time}", "T['t']()"),
     ("import time\nfrom functools import partial\nf = partial(time.ctime, 0)", "f()"),
     ("import time", "getattr(time, 'time')()"), ("import time", "getattr(time, 'time', None)()"),
     ("import numpy as np", "getattr(getattr(np, 'random'), 'rand')()"),
     *((f"import dataclasses, random, time\nimport numpy as np\n@dataclasses.dataclass\nclass O:\n"
        f"    x: float = dataclasses.field(default_factory={k})", "O().x")
       for k in ("time.time", "np.random.default_rng", "random.Random", "random.random"))],
)  # fmt: skip
def test_what_comes_otherwise_each_time_is_refused(how: str, call: str, tmp_path: Path) -> None:
    """Mended: its first number was "reused" for ever, and another process or order gave another."""
    cell = loaded_cell(tmp_path / "a", f"{how}\ndef cell(s, seed):\n    return {call}\n")
    with pytest.raises(NotComparable, match="make it a setting"):
        fingerprint(cell)


@pytest.mark.parametrize(
    ("how", "call"),
    [("import numpy as np", "np.random.default_rng(seed).random()"),
     ("import numpy as np", "np.random.Generator(np.random.PCG64(seed)).random()"),
     ("import random", "random.Random(3).random()"), ("import time", "time.sleep(0)"),
     ("import time", "time.gmtime(s)"), ("import numpy as np", "np.random.SFC64(seed=s)"),
     ("import numpy as np", "np.random.SeedSequence(3, spawn_key=(s,))"),
     ("import numpy as np", "np.random.SeedSequence(entropy=3, spawn_key=(s,))"),
     ("from numpy.random import default_rng", "default_rng(dict(a=None) or s)"),
     ("class O: seed = time = 3", "O.seed + O.time"), ("import time", "getattr(s, 'time')()"),
     ("import numpy as np", "getattr(np, 'sin')(np.pi)"), ("import math", "(getattr(math, 'sin')(s), 'time')"),
     ("import time\ndef getattr(k, name): return 3", "getattr(time, 'time')"),
     ("import dataclasses\n@dataclasses.dataclass\nclass O:\n"
      "    x: list = dataclasses.field(default_factory=list)", "O().x"),
     ("import time", "(getattr(s, 'a')(time), s.time)"), ("", "[time.time for time in (s,)]"),
     ("import numpy as np", "(np.random.seed(seed), np.random.rand())[1]"),
     ("import random", "(random.seed(3), random.random())[1]"),
     ("from datetime import datetime", "datetime(2020, 1, 1).day"), ("import sys", "sys.maxsize")],
)  # fmt: skip
def test_what_comes_again_is_none_of_it(how: str, call: str, tmp_path: Path) -> None:
    assert fingerprint(
        loaded_cell(tmp_path / "a", f"{how}\ndef cell(s, seed):\n    return {call}\n")
    )


@pytest.mark.parametrize(
    "lines",
    ["import time as k; return k.time()", "from time import time as k; return k()",
     "import uuid; return uuid.uuid4()",
     "import numpy.random as k; return k.default_rng()",
     "import numpy as np; make = np.random.PCG64; return make()",
     "from numpy import random as k; return k.rand()", "from os import path, getpid; return getpid()"],
)  # fmt: skip
def test_what_is_imported_as_it_runs_is_asked_for_too(lines: str, tmp_path: Path) -> None:
    """Mended: the first number was "reused"; only what stands at the top of a file was looked at."""
    with pytest.raises(NotComparable, match="make it a setting"):
        fingerprint(loaded_cell(tmp_path / "a", f"def cell(s, seed): {lines}\n"))


@pytest.mark.parametrize(
    ("words", "does"),
    [("attach 'x.db' as o", True), ("ATTACH\n DATABASE 'x.db' AS o", True), ("  attach\t?1 as o", True),
     ("-- why\nattach 'x.db' as o", True), ("/* why */ATTACH/**/DATABASE 'x.db' as o", True),
     ("select 1; attach 'x.db' as o", True), ("attach'x.db'as o", True), ("to attach x", False),
     ("attachment of x", False), ("attached", False)],
)  # fmt: skip
def test_an_attached_base_is_seen_however_it_is_written(
    words: str, does: bool, tmp_path: Path
) -> None:
    """Mended: only the word with a space behind it was seen, and the older number "reused"."""
    cell = loaded_cell(tmp_path / "a", f"def cell(s, seed):\n    return s.execute({words!r})\n")
    if not does:
        assert fingerprint(cell)
        return
    with pytest.raises(NotComparable, match="attach a base"):
        fingerprint(cell)


def test_what_finds_by_text_and_what_attaches_is_refused(tmp_path: Path) -> None:
    """Mended: both were "reused" after an edit of what they read."""
    for place, how, call in (
        ("a", "import pydoc", "pydoc.locate('k.K')"), ("b", "", "s.execute(\"attach 'x.db' as other\")"),
    ):  # fmt: skip
        cell = loaded_cell(tmp_path / place, f"{how}\ndef cell(s, seed):\n    return {call}\n")
        with pytest.raises(NotComparable, match=r"known only as it runs|attach a base"):
            fingerprint(cell)


OWN = """
class World:
    def __init__(self, size):
        self.environ = {"K": size}

    def read(self):
        return [self.environ["K"] for _ in "ab"]

    @classmethod
    def made(cls):
        return cls(2).read()


world = World(2)
"""


@pytest.mark.parametrize("call", ["world.environ['K']", "world.read()", "World.made()"])
def test_an_attribute_of_ones_own_is_not_the_environment(call: str, tmp_path: Path) -> None:
    """Mended: whatever was called ``environ`` was refused."""
    text = OWN + f"def cell(s, seed):\n    return {call}\n"
    ours, others = (text, text.replace("2)", "3)"))
    assert fingerprint(loaded_cell(tmp_path / "a", ours)) != fingerprint(
        loaded_cell(tmp_path / "b", others)
    )


def test_where_it_cannot_be_told_what_is_asked_that_is_said(tmp_path: Path) -> None:
    text = OWN + "def cell(s, seed):\n    here = World(2)\n    return here.environ['K']\n"
    with pytest.raises(
        NotComparable, match=r"known only as it runs.*give what is your own another name"
    ):
        fingerprint(loaded_cell(tmp_path / "a", text))


def test_a_variable_that_is_read_once_counts_by_its_value(tmp_path: Path) -> None:
    text = "import os\nK = os.environ.get('AUDIT_NONE', '2')\nenviron = 3\n"
    text += "def cell(s, seed):\n    return K + environ\n"
    assert fingerprint(loaded_cell(tmp_path / "a", text)) != fingerprint(
        loaded_cell(tmp_path / "b", text.replace("'2'", "'3'"))
    )


LOCK = threading.Lock()


def reads_a_lock(settings: dict[str, Any], seed: Any) -> dict[str, Any]:
    with LOCK:
        return {"value": 1}


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotComparable, match=r"LOCK=.*no value to compare"):
        sweep({"x": [1]}, seeds=1, store=tmp_path / "s.db", cell=reads_a_lock)
    scope: dict[str, Any] = {"__name__": __name__}
    exec("def made(settings, seed):\n    return {'value': 1}\n", scope)
    with pytest.raises(NotComparable, match="its source cannot be read"):
        fingerprint(scope["made"])
