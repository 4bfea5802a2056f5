"""A small project on disk with a keeper of it, whose files and versions a test changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from theorem_audit.project import Project
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.reuse.index import Index, Row
from theorem_audit.reuse.store import Store

TEXTS = {
    "thing/__init__.py": "", "thing/a.py": "from thing.c import K\nA = K\nB = 2\n",
     "thing/c.py": "K = 1\nL = 2\n",
    "tests/__init__.py": "",
    "tests/test_a.py": "import elsewhere\nfrom tests.h import help\nfrom thing.a import A\n"
                       "def test_a():\n    return help(A), elsewhere.x\ndef test_v(): ...\ndef wrap(): ...\n",
    "tests/h.py": "def help(x): return elsewhere(x)\ndef other(): ...\n",
    "theorem_audit/__init__.py": "", "theorem_audit/weigh/__init__.py": "",
     "theorem_audit/doubt/__init__.py": "",
    "theorem_audit/weigh/runner.py": "def run_evidence(): ...\n",
    "theorem_audit/weigh/sense.py": "def vacuous(): ...\n",
    "theorem_audit/weigh/told.py": "def describe(): ...\n",
    "theorem_audit/doubt/instances.py": "def about(): ...\n",
    "theorem_audit/doubt/doubts.py": "FORM = 1\nSECONDS = 1\n",
    "theorem_audit/doubt/challenge.py": "GROSS = 1\nTRIES = 1\ndef challenge(): ...\n",
}  # fmt: skip
ROW = Row("A", "symbolic", "tests.test_a", "test_a", 0, "test_a", (), "", False, ("",))
SUPPORTS = replace(ROW, kind="property", binding="test_v", name="test_v")
SEARCH = replace(
    ROW,
    kind="search",
    module="tests.h",
    binding="help",
    name="help",
    around=(("tests.test_a", "wrap"),),
)
VARIANTS = replace(
    ROW,
    kind="variants",
    module="theorem_audit.doubt.challenge",
    binding="challenge",
    name="challenge",
)
ROWS = {"evidence": ROW, "supporting": SUPPORTS, "search": SEARCH, "variants": VARIANTS}


class Memory(Store):
    """A store in memory."""

    def __init__(self) -> None:
        super().__init__(None, lambda text: None)
        self.open(check=False)


def tree_of(folder: Path, texts: dict[str, str]) -> Tree:
    """The modules of these files, as they are on disk."""
    tree = Tree(Project(folder, "small", "thing", "tests", "notes"))
    tree.__dict__["tops"] = ("thing", "tests", "theorem_audit")
    for file in texts:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        path = folder / file
        tree.modules[name] = Module(name, path, file.endswith("__init__.py"))
        info = path.stat()
        tree.stamps[path] = (info.st_mtime_ns, info.st_size)
    return tree


@contextmanager
def project(judge: ModuleType) -> Iterator[tuple[Path, Any]]:
    """A project on disk, and a keeper of it as it is whenever one is asked for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for file, text in TEXTS.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        store = Memory()

        def keeper(**texts: str) -> Any:
            """As the files are, with these changes to them, for good."""
            for key, text in texts.items():
                (folder / file_of(key)).write_text(text)
            made = judge.Keeper(Project(folder, "small", "thing", "tests", "notes"), store)
            made.index = Index(
                {"A": ("thing.a", "A"), "B": ("thing.a", "B")}, {"A": [*ROWS.values()], "B": []}
            )
            return made

        with replaced(judge, look=lambda here: tree_of(folder, TEXTS), versions=Versions):
            yield folder, keeper


def file_of(key: str) -> str:
    """The path that a keyword stands for."""
    return f"{key.replace('__', '/')}.py"


class Versions:
    """The versions of packages, as this test says."""

    said = "1"
    python = "3"

    @classmethod
    def interpreter(cls) -> str:
        return cls.python

    @classmethod
    def of(cls, top: str) -> str:
        return f"{top} {cls.said}"
