"""The batteries of what stands for a file and a package: modules and their names, edits, versions."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
from importlib import invalidate_caches
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import folder_in_memory
from theorem_audit.project import Project

FILES = (
    "pyproject.toml", "thing/__init__.py", "thing/a.py", "thing/deep/__init__.py", "thing/deep/b.py",
     "thing/no.txt",
    "thing/bare/c.py", "thing/not-a-name.py", "thing/__pycache__/d.py", "thing/node_modules/e.py",
     "tests/__init__.py",
    "tests/z.py", "tests/b.py", "loose.py", "spare/__init__.py", "folder/x.py", "__pycache__/y.py", "single.py",
    "not-one.py",
)  # fmt: skip


def _maps(file: Path) -> Any:
    return lambda name, path: (
        spec_from_file_location(name, file) if name == "known_elsewhere" else None
    )


def files_hold(judge: ModuleType) -> None:
    """Which files are modules and by which names, and what an edit of one changes."""
    with folder_in_memory() as root, replaced(judge, TOOL="tool_of_none"):
        for name in FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(name)
        here = Project(
            root, "small", "thing", "tests", "notes", sources=("single", "json", "nowhere")
        )
        tree = judge.look(here)
        assert tree.tops == (
            "thing",
            "tests",
            "single",
            "json",
            "nowhere",
            "tool_of_none",
            "loose",
            "spare",
        )
        mine = {k: m for k, m in tree.modules.items() if k.split(".")[0] != "json"}
        assert {k: (str(m.file.relative_to(root)), m.package, m.name) for k, m in mine.items()} == {
            k: (v, v.endswith("__init__.py"), k)
            for k, v in {
                "thing": "thing/__init__.py", "thing.a": "thing/a.py", "thing.deep": "thing/deep/__init__.py",
                "thing.deep.b": "thing/deep/b.py", "thing.bare.c": "thing/bare/c.py",
                "tests": "tests/__init__.py", "tests.z": "tests/z.py", "tests.b": "tests/b.py",
                "loose": "loose.py", "spare": "spare/__init__.py", "single": "single.py",
            }.items()
        }  # fmt: skip
        assert [x for x in mine if x.startswith("tests")] == ["tests", "tests.b", "tests.z"]
        assert {"json", "json.decoder"} <= {*tree.modules}, "installed elsewhere"
        assert judge.place("thing", root) == root / "thing"
        assert judge.place("single", root) == root / "single.py"
        assert judge.place("nowhere", root) is None
        assert judge.place("sys", root) is None
        assert judge.place("folder", root) is None
        assert judge.place("json", root) == Path(json.__file__).parent
        assert judge.place("tempfile", root) == Path(tempfile.__file__)
        # A checkout that `pip install -e` maps; other finders know nothing of it, or are of an old kind.
        (root / "folder" / "mapped").mkdir()
        (root / "folder" / "mapped" / "__init__.py").touch()
        maps = SimpleNamespace(find_spec=_maps(root / "folder" / "mapped" / "__init__.py"))
        knows = SimpleNamespace(find_spec=lambda name, path: None)
        with replaced(sys, meta_path=[*sys.meta_path, SimpleNamespace(), knows, maps]):
            assert judge.place("known_elsewhere", root) == root / "folder" / "mapped"
            assert judge.place("nowhere", root) is None
            assert judge.place("json", root) == Path(json.__file__).parent, (
                "what is on the path first"
            )
        assert judge.shown(tree.modules, "thing.deep") == "thing/deep/__init__.py"
        assert judge.shown(tree.modules, "thing.a") == "thing/a.py"
        assert judge.shown(tree.modules, "gone.x") == "gone/x.py"
        assert judge._local(root / "nowhere") == []
        file = root / "thing/a.py"
        info = file.stat()
        assert tree.stamps[file] == (info.st_mtime_ns, info.st_size)
        one, two = tree.sha(file), tree.sha(root / "tests/b.py")
        assert one != two
        assert tree.sha(root / "gone.py") == "absent"
        state = tree.state()
        assert judge.look(here).state() == state
        assert tree.edited(now=True) == set()
        file.write_text("other")
        assert tree.sha(file) == one, "as it was first read"
        assert judge.look(here).sha(file) != one
        assert judge.look(here).state() != state
        clock = [100.0]
        with replaced(judge, time=_Clock(clock)):
            tree._looked = 100.0 - judge.LOOK / 2
            assert tree.edited() == set(), "a moment ago"
            tree._looked = 100.0 - judge.LOOK
            assert tree.edited() == set()
            assert tree.edited(now=True) == {"thing.a"}
            file.write_text("others")
            assert tree._looked == 100.0
            clock[0] += 2 * judge.LOOK
            assert tree.edited() == {"thing.a"}
            (root / "thing/new.py").write_text("")
            (root / "tests/z.py").unlink()
            clock[0] += 2 * judge.LOOK
            assert tree.edited() == {"thing.a", "thing.new", "tests.z"}
        fresh = judge.Tree(here)
        assert fresh.edited() != set(), "never looked yet"


class _Clock:
    """``time``, which stands where it is told to."""

    def __init__(self, now: list[float]) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now[0]


def versions_hold(judge: ModuleType) -> None:
    """What stands for a package: its version, and those of what it computes with."""
    from importlib.metadata import version

    for known in (judge.of, judge._version, judge.interpreter):
        known.cache_clear()
    assert judge.interpreter() == f"{sys.implementation.name} {platform.python_version()}"
    assert judge.of("numpy") == f"numpy {version('numpy')}"
    assert judge.of("scipy") == f"scipy {version('scipy')}; numpy {version('numpy')}"
    assert judge.of("flint") == f"python-flint {version('python-flint')}"
    assert judge.of("sympy").startswith(
        f"sympy {version('sympy')}; mpmath {version('mpmath')}; python-flint "
    )
    assert judge.of("no_such_package") == "no_such_package absent"
    assert judge.of("json") == "json of no distribution"
    assert judge.of("_pytest").startswith(f"_pytest pytest {version('pytest')}; colorama ")
    assert f"; pluggy {version('pluggy')}" in judge.of("_pytest") + judge.of("pytest")
    try:
        with replaced(judge, packages_distributions=lambda: {"json": ["b", "a", "b"]}):
            judge.of.cache_clear()
            assert judge.of("json") == "json a absent, b absent"
        asked = {"a": ("b", "c"), "b": ("a", "d"), "d": ()}
        with replaced(judge, requirements=lambda name: asked.get(name, ())):
            assert judge.needed(["a"]) == ["a", "b", "c", "d"]
            assert judge.needed(["d"]) == []
            judge.of.cache_clear()
            assert judge.of("a") == "a absent; b absent; c absent; d absent"
    finally:
        judge.of.cache_clear()
    for away in ("a.b.c", "..", "no_such_package"):
        assert judge._place(away) is None
    assert judge._place("json") == judge._place("numpy") == judge._place("sys") == ""
    with folder_in_memory() as folder, replaced(sys, path=[str(folder), *sys.path]):
        for text in ("", "x = 1"):
            (folder / "found_here.py").write_text(text)
            sha = hashlib.sha256(text.encode()).hexdigest()[:12]
            invalidate_caches()
            judge.of.cache_clear()
            assert judge._place("found_here") == sha
            assert judge.of("found_here") == f"found_here of no distribution; {sha}"
        (folder / "a_folder").mkdir()
        invalidate_caches()
        assert judge._place("a_folder") == ""
    judge.of.cache_clear()
    for told, (of, name, value) in {
        "encoding latin-1": (judge.locale, "getpreferredencoding", lambda _: "Latin-1"),
        "warnings error": (judge.sys, "warnoptions", ["error"]),
        "digits 640": (judge.sys, "get_int_max_str_digits", lambda: 640),
        "hashes 0": (
            judge.sys,
            "flags",
            SimpleNamespace(hash_randomization=0, utf8_mode=0, warn_default_encoding=0),
        ),
    }.items():
        judge.interpreter.cache_clear()
        with replaced(of, **{name: value}):
            assert judge.interpreter().endswith(f", {told}"), told
    judge.interpreter.cache_clear()
