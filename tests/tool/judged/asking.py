"""The battery of how what was asked of a file or a folder stands, and whose question counts times."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from tests.tool.judged.reading import frame
from tests.tool.judged.tools import raises


def _following(module: str, called: str, strict: bool) -> FrameType:
    """The frame of a function of that name, there, that was told whether a path must lead somewhere."""
    space: dict[str, Any] = {"__name__": module}
    exec(f"import sys\ndef {called}(strict):\n    return sys._getframe()\n", space)
    found: FrameType = space[called](strict)
    return found


def asks_hold(judge: ModuleType) -> None:
    """Whose question counts times; how what was asked stands."""
    modules = {"/p/a.py": "tests.a", "/p/t.py": "theorem_audit.kernel.gate"}
    for files, names, asked, timed in (
        (("/p/a.py",), (), "asks", True), (("/p/t.py",), (), "asks", False), (("lib.py",), (), "asks", False),
        (("/p/a.py", "lib.py"), (), "asks", False), (("/p/a.py", "os.py"), ("os",), "stat", True),
        (("/p/a.py", "os.py"), ("os",), "exists", False), (("/p/a.py", "g.py"),
        ("genericpath",), "getsize", False),
        (("lib.py", "g.py"), ("genericpath",), "getmtime", True), (("/p/t.py", "g.py"),
        ("genericpath",), "getctime", True),
        (("/p/a.py", "x.py", "y.py"), ("os", "glob"), "asks", True),
        (("/p/a.py", "x.py", "y.py"), ("os", "other"), "asks", False), (("/p/a.py", "exists.py"),
        ("other",), "exists", False),
        (("/p/a.py",), (), "exists", True),
    ):  # fmt: skip
        at = frame(*files, names=names, asked=asked)
        assert judge.of("there", at, modules) == ("when" if timed else "there"), (
            files,
            names,
            asked,
        )
        assert judge.of("folder", at, modules) == ("entries" if timed else "folder")
    assert judge.of("there", None, modules) == "there"
    for module, called, strict, linked in (
        ("posixpath", "realpath", False, True), ("posixpath", "_joinrealpath", False, True),
        ("posixpath", "realpath", True, False), ("posixpath", "lexists", False, False),
        ("other", "realpath", False, False),
    ):  # fmt: skip
        at = _following(module, called, strict)
        assert judge.of("there", at, modules) == ("link" if linked else "there")
        assert judge.of("folder", at, modules) == "folder"
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        one = root / "d/one"
        one.parent.mkdir()
        one.write_text("x")
        (root / "d/lost").symlink_to("nowhere")
        os.utime(one, ns=(1, 10**9))
        mode = f"{one.stat().st_mode & 0o777:o}"
        assert judge.state("there", one) == f"1 {mode}"
        assert judge.state("when", one) == f"1 {mode} 1000000000"
        folder = judge.state("when", root / "d").split()
        assert folder == [
            "folder",
            f"{(root / 'd').stat().st_mode & 0o777:o}",
            str((root / "d").stat().st_mtime_ns),
        ]
        kinds = ("folder", "entries")
        first = [judge.state(kind, root / "d") for kind in kinds]
        assert {len(x) for x in first} == {24}
        assert first[0] != first[1]
        os.utime(one, ns=(1, 2 * 10**9))
        later = [judge.state(kind, root / "d") for kind in kinds]
        assert later[0] == first[0]
        assert later[1] != first[1]
        (root / "d/two").touch()
        assert all(judge.state(kind, root / "d") != x for kind, x in zip(kinds, later, strict=True))
        assert [judge.state(kind, root / "d", ("two",)) for kind in kinds] == later
        for kind in ("there", "when", *kinds):
            assert raises(FileNotFoundError, lambda kind=kind: judge.state(kind, root / "gone"))
