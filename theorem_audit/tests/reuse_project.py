"""A small theory for the tests of reuse: three claims, helpers behind helpers, data, a package from elsewhere.

Evidence writes its name to a file beside the project, so that a test sees what was really run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorem_audit.tests import warm

TOOL = str(Path(__file__).resolve().parents[2])  # what holds the package theorem_audit
FILES = {
    "pyproject.toml": (
        '[tool.theorem-audit]\nname = "small"\ntheory = "thing"\nevidence = "tests"\nnotes = "notes"\n'
    ),
    "notes/first.md": "# first\n",
    "thing/__init__.py": 'READING_ORDER = ("first", "second")\n',
    "thing/constants.py": "FACTOR = 2\nUNUSED = 7\n",
    "thing/first.py": '''
from sympy import Eq, Ge, Symbol
from theorem_audit.statement import Assumption, Claim, Source
from thing.constants import FACTOR

x, y = Symbol("x", real=True), Symbol("y", real=True)
FLOOR = Assumption("floor", Ge(x, 1), "x is at least 1")
DOUBLE = Claim(
    id="DOUBLE", title="A multiple", formula=Eq(y, FACTOR * x), source=Source("new", "here"),
    bound="exact", chapter=__name__, assumptions=(FLOOR,),
)
''',
    "thing/second.py": '''
from sympy import Eq, Ge, Symbol
from theorem_audit.statement import Assumption, Claim, Source
from thing.first import DOUBLE, x, y

SQUARE = Claim(
    id="SQUARE", title="A square", formula=Eq(y, x * x), source=Source("new", "here"),
    bound="exact", chapter=__name__, assumptions=(Assumption("side", Ge(x, 0)),),
)
SUM = Claim(
    id="SUM", title="Twice a multiple", formula=Eq(y, 2 * DOUBLE.formula.rhs),
    source=Source("new", "here"), bound="exact", chapter=__name__,
    assumptions=(Assumption("above", Ge(x, 2)),),  # more than DOUBLE asks, which it uses
)
''',
    "tests/__init__.py": "",
    "tests/data.json": "[1, 2, 3]\n",
    "tests/log.py": '''
import os
import sys

def ran(name):
    frame = sys._getframe()
    while frame := frame.f_back:
        if frame.f_code.co_name == "challenge":
            return  # what wrong variants are tried with is no run of the evidence itself
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "log"), "a", encoding="utf-8") as file:
        file.write(name + "\\n")
''',
    "tests/three.py": "def deep(value):\n    return value\n\n\ndef other():\n    return 1\n",
    "tests/two.py": "from tests import three\n\n\ndef middle(value):\n    return three.deep(value)\n",
    "tests/one.py": "from tests.two import middle as through\n\n\ndef top(value):\n    return through(value)\n",
    "tests/test_first.py": '''
import os
from tests.log import ran
from tests.one import top
from theorem_audit import evidence, expect, expect_zero
from thing.constants import FACTOR
from thing.first import x

@evidence("DOUBLE", "symbolic")
def test_double(claim):
    """What it is."""
    ran("double")
    expect(claim.region.subs(x, 3), "it speaks of 3")
    expect_zero(claim.formula.rhs - FACTOR * x, "gap")

@evidence("DOUBLE", "property", cases={"low": 1, "high": 9})
def test_by_helper(claim, case):
    ran(f"helper-{case}")
    expect_zero(claim.formula.rhs.subs(x, top(case)) - FACTOR * case, "gap")

@evidence("DOUBLE", "property")
def test_hidden(claim):
    ran("hidden")
    expect_zero(claim.formula.rhs * int(os.environ.get("HIDDEN", "0")), "gap")
''',
    "tests/test_second.py": '''
import json
from functools import cache
from pathlib import Path
import elsewhere
from tests.log import ran
from theorem_audit import evidence, expect, expect_zero
from thing.first import DOUBLE, x

@cache
def numbers():
    return json.loads((Path(__file__).parent / "data.json").read_text(encoding="utf-8"))

@evidence("SQUARE", "symbolic")
def test_square(claim):
    ran("square")
    expect(claim.region.subs(x, 3), "it speaks of 3")
    expect_zero(claim.formula.rhs - x**2, "gap")

@evidence("SQUARE", "property")
def test_numbers(claim):
    ran("numbers")
    for k in numbers():
        expect_zero(claim.formula.rhs.subs(x, k) - k * k, "gap")

@evidence("SQUARE", "property")
def test_numbers_again(claim):
    ran("again")
    expect(len(numbers()) > 1, "several numbers")

@evidence("SQUARE", "peer")
def test_peer(claim):
    ran("peer")
    expect_zero(claim.formula.rhs.subs(x, 3) - elsewhere.square(3), "gap")

@evidence("SUM", "symbolic")
def test_sum(claim):
    ran("sum")
    expect(claim.region.subs(x, 4), "it speaks of 4")
    expect_zero(claim.formula.rhs - 2 * DOUBLE.formula.rhs, "gap")
''',
}  # fmt: skip
ALL = {"double", "helper-1", "helper-9", "hidden", "square", "numbers", "again", "peer", "sum"}
OF_DOUBLE = {"double", "helper-1", "helper-9", "hidden"}
OF_SQUARE = {"square", "numbers", "again", "peer"}


Audit = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass
class Done:
    """What a command came to: exit code, ledger, what was run, standard error."""

    code: int
    run: dict[str, Any]
    ran: set[str]
    said: str

    @property
    def verdicts(self) -> dict[str, str]:
        """Verdict by claim."""
        return {c["id"]: c["verdict"] for c in self.run["claims"]}


def write(folder: Path) -> None:
    """The project in ``folder/project``, and the package from elsewhere beside it."""
    for name, text in FILES.items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    other = folder / "site" / "elsewhere.py"
    other.parent.mkdir()
    other.write_text("def square(k):\n    return k * k\n", encoding="utf-8")
    version(folder, "1.0")


def version(folder: Path, said: str) -> None:
    """Install another version of the package from elsewhere."""
    info = folder / "site" / "elsewhere-0.dist-info" / "METADATA"
    info.parent.mkdir(exist_ok=True)
    info.write_text(f"Metadata-Version: 2.1\nName: elsewhere\nVersion: {said}\n", encoding="utf-8")


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Put ``new`` in the place of ``old``, which must stand there once."""
    path = folder / "project" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name}: {old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Variables for a process in the project."""
    paths = os.pathsep.join((str(folder / "site"), TOOL))
    return {**os.environ, "PYTHONPATH": paths, **more}


def audit(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """``audit WORDS`` in the project, as a process of its own."""
    return warm.audit(words, folder / "project", environment(folder, **more))


def begin(folder: Path, *words: str) -> int:
    """Start it, and give the number of its process."""
    return warm.server().begin("theorem_audit", words, folder / "project", environment(folder))


def end(process: int) -> subprocess.CompletedProcess[str]:
    """Wait for one that was begun."""
    return warm.server().end(process)


def from_nothing(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same by a new Python: its store holds the tool's sources, too, as a user's does."""
    return subprocess.run(
        [sys.executable, "-m", "theorem_audit", *words], cwd=folder / "project", text=True,
        env=environment(folder), capture_output=True, timeout=170, check=False,
    )  # fmt: skip


def run(folder: Path, *words: str, how: Audit = audit, **more: str) -> Done:
    """``audit run WORDS --json -``: what came out and what was really run."""
    (folder / "log").unlink(missing_ok=True)
    done = how(folder, "run", *words, "--json", "-", "--workers", "1", **more)
    assert done.stdout, done.stderr
    log = folder / "log"
    names = set(log.read_text(encoding="utf-8").split()) if log.exists() else set()
    return Done(done.returncode, json.loads(done.stdout), names, " ".join(done.stderr.split()))


def first_run(folder: Path) -> None:
    """Write the project and run it once, by a new Python."""
    write(folder)
    first = run(folder, how=from_nothing)
    assert first.code == 0, first.said
    assert first.ran == ALL
    assert "reused 0 of 12, ran 12: DOUBLE (not run before)" in first.said
    assert first.verdicts == dict.fromkeys(("DOUBLE", "SQUARE", "SUM"), "proved")


def same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether two ledgers say the same, apart from when it was run and how long it took.

    What was kept in another folder names a file elsewhere by its place there, so that they are two.
    """

    def bare(run: dict[str, Any]) -> str:
        claims = [{**x, "elsewhere": []} for x in run["claims"]]
        apart = {"started": "", "outside": 0, "elsewhere": {}, "claims": claims}
        text = json.dumps({**run, **apart}, sort_keys=True)
        return re.sub(r'"seconds": [\d.e-]+', "", text)

    return bare(left) == bare(right)
