"""The battery of the environment that evidence asks: which variables, for which program, and how they stand."""

from __future__ import annotations

import collections.abc
import os
import shutil
import subprocess
import sys
from types import FrameType, ModuleType
from typing import Any

from tests.tool.judged.reading import ASKED, INSTALLED, frame, put_back


def _programs(judge: ModuleType) -> None:
    """PATH asked on behalf of one program, of one that is started, or for itself."""
    kind: Any = type(os.environ)
    heard = set[str | None]()

    def which(cmd: str) -> str | None:
        return os.environ.get("PATH", cmd)

    def other() -> None:
        mode, cmd = os.F_OK | os.X_OK, "ls"
        os.environ.get("PATH", (mode, cmd))

    with put_back(*((kind, x) for x in ASKED)):
        judge.listen(lambda name: heard.add(judge.program(name, sys._getframe(2))))
        for call, told in (
            (lambda: shutil.which("ls"), {"ls"}), (lambda: shutil.which(b"ls"), {"ls"}),
            (lambda: shutil.which("no such"), {"no such"}), (lambda: shutil.which("ls", path="/bin"), set()),
            (lambda: shutil.which("ls", os.F_OK), {None}), (lambda: os.environ.get("PATH"), {None}),
            (lambda: os.environ["PATH"], {None}), (lambda: which("ls"), {None}), (other, {None}),
            (os.get_exec_path, {None}), (lambda: os.environ.get("HOME"), {None}),
            (lambda: subprocess.run(["true"], check=True), {""}),
        ):  # fmt: skip
            heard.clear()
            call()
            assert heard == told
    assert judge.program("PATH", None) is None


def environments_hold(judge: ModuleType) -> None:
    """Which variables are told, how they are named, and how they stand."""
    _programs(judge)
    kind: Any = type(os.environ)
    heard: list[str | None] = []
    with put_back(*((kind, x) for x in ASKED)):
        judge.listen(heard.append)
        for call, told in (
            (lambda: os.environ.get("A"), {"A"}), (lambda: os.getenv("B", "x"), {"B"}),
            (lambda: "C" in os.environ, {"C"}), (lambda: os.environb.get(b"D"), {"D"}),
            (lambda: os.environ.get("E\udc80"), {None}), (lambda: [*os.environ.items()], {None}),
            (lambda: [*os.environ.values()], {None}), (lambda: [*os.environ], {None}),
            (lambda: len(os.environ), {None}), (lambda: repr(os.environ), {None}),
            (lambda: os.environ.copy(), {None, *os.environ}), (lambda: os.environ.get(3), None),  # type: ignore[call-overload]
        ):  # fmt: skip
            heard.clear()
            try:
                call()
            except TypeError:
                assert told is None
                assert heard == [None]
                continue
            assert set(heard) == told
        assert os.environ.get("PATH") == os.environ["PATH"], "and it answers as before"
        assert sorted(os.environ) == sorted([*os.environ])
    ours = {"/p/a.py"}
    lib = f"{INSTALLED}/numba/config.py"
    importing = "<frozen importlib._bootstrap>"
    views = "<frozen _collections_abc>"
    for name, files, modules, told in (
        ("A", ("/p/a.py",), (), "variable A"), (None, ("/p/a.py",), (), "variables *"),
        ("A", ("/p/a.py", views), (), "variable A"), (None, ("/p/a.py", views), (), "variables *"),
        ("A", ("/p/a.py", lib), ("numba.core",), "variable A"),
        ("NUMBA_X", ("/p/a.py", lib), ("numba.core",), "variables NUMBA_*"),
        ("NUMBAX", ("/p/a.py", lib), ("numba.core",), "variable NUMBAX"),
        ("NUMBA_X", ("/p/a.py", lib, views), ("", "numba.core"), "variables NUMBA_*"),
        ("NUMBA_X", ("/p/a.py",), ("numba.core",), "variable NUMBA_X"),
        (None, ("/p/a.py", lib), ("numba.core",), "variables *"),
        (None, ("/p/a.py", importing, lib), ("numba.core",), "variables NUMBA_*"),
        (None, ("/p/a.py", importing, lib, views), ("", "numba.core"), "variables NUMBA_*"),
        (None, ("/p/a.py", importing), (), "variables *"), (None, (importing, "/p/a.py"), (), "variables *"),
        (None, (importing, "/p/a.py", lib), ("numba",), "variables *"),
        ("A", ("/p/a.py", importing, lib), ("numba",), "variable A"),
        (None, ("/p/a.py", "/elsewhere/y.py", lib), ("numba", "y"), "variables *"),
        (None, ("/p/a.py", importing, collections.abc.__file__), ("collections",), "variables *"),
        ("NUMBA_X", ("/p/a.py", "/elsewhere/x.py"), ("numba",), "variables NUMBA_*"),
    ):  # fmt: skip
        at: FrameType = frame(*files, names=modules)
        assert judge.named(name, at, ours) == f"environment:{told}", (name, files)
    assert judge.named("A", None, ours) == "environment:variable A"
    with put_back((os, "environ")):
        vars(os).update(environ={"A": "1", "A_B": "2", "A_C": "3", "C": ""})
        first = {
            x: judge.state(f"environment:{x}")
            for x in ("variable A", "variable C", "variables A_*", "variables *")
        }
        assert {len(x) for x in first.values()} == {24}
        assert judge.state("environment:variable B") == "absent"
        changes: tuple[tuple[str, str | None, set[str]], ...] = (
            ("A", "2", {"variable A", "variables *"}), ("C", None, {"variable C", "variables *"}),
            ("A_B", "3", {"variables A_*", "variables *"}), ("A_D", "", {"variables A_*", "variables *"}),
            ("X", "1", {"variables *"}), ("A_C", None, {"variables A_*", "variables *"}),
        )  # fmt: skip
        kept = dict(os.environ)
        for name, value, others in changes:
            others_left = {k: v for k, v in kept.items() if k != name}
            vars(os).update(environ=others_left | ({} if value is None else {name: value}))
            assert {
                x for x, was in first.items() if judge.state(f"environment:{x}") != was
            } == others
        vars(os).update(environ=dict(reversed(kept.items())))
        assert {x: judge.state(f"environment:{x}") for x in first} == first, "in whatever order"
