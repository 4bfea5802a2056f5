"""What evidence opens while it runs: which reads are recorded, for whom, and how a read stands later.

Python calls an audit hook untraced, so the recorder is called here as the hook would be.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from theorem_audit.reuse.reads import Recorder, state

HERE = __file__


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path, tmp_path / "build", {HERE: "tests.here"})


@pytest.mark.parametrize(
    ("event", "rest", "name", "told"),
    [
        ("open", ("r", os.O_RDONLY), "data.json", "file:data.json"),
        ("open", (None, os.O_RDONLY), "deep/data.json", "file:deep/data.json"),
        ("open", ("r", os.O_RDONLY), "build/kept.txt", "stamp:build/kept.txt"),
        ("open", ("w", os.O_WRONLY), "data.json", ""),
        ("open", ("a", 0), "data.json", ""),
        ("open", ("r+", 0), "data.json", ""),
        ("open", (None, os.O_RDWR | os.O_CREAT), "data.json", ""),
        ("open", ("r", os.O_RDONLY), "chapter.py", ""),
        ("open", ("r", os.O_RDONLY), "__pycache__/chapter.pyc", ""),
        ("os.listdir", (), "data", "folder:data"),
        ("os.scandir", (), "data", "folder:data"),
    ],
)
def test_what_is_read_is_named(
    recorder: Recorder, tmp_path: Path, event: str, rest: tuple[object, ...], name: str, told: str
) -> None:
    assert recorder._what(event, (tmp_path / name, *rest)) == told
    assert recorder._what(event, (os.fsencode(tmp_path / name), *rest)) == told
    assert recorder._what(event, (str(Path(os.sep, "elsewhere", name)), *rest)) == ""
    assert recorder._what(event, (3, *rest)) == "", "a file that is open already has no name"


@pytest.mark.parametrize(
    ("path", "words", "told"),
    [
        ("coqc", ["coqc", "x.v"], "program:coqc"),
        ("/bin/sh", "sh -c true", "program:/bin/sh"),
        (None, (), ""),
        (b"sh", [b"sh"], "program:sh"),
        (3, [3], ""),
    ],
)
def test_programs_are_reads(recorder: Recorder, path: object, words: object, told: str) -> None:
    assert recorder._what("subprocess.Popen", (path, words)) == told


def test_a_read_belongs_to_the_function_of_the_project_that_asked(
    recorder: Recorder, tmp_path: Path
) -> None:
    def asks() -> None:
        def hook() -> None:  # as ``open`` stands between the function and the hook
            recorder._hook("open", (tmp_path / "data.json", "r", os.O_RDONLY))
            recorder._hook("socket.connect", ("somewhere",))

        hook()

    asks()
    name = test_a_read_belongs_to_the_function_of_the_project_that_asked.__name__
    assert recorder.reads == {("tests.here", name): {"file:data.json"}}
    assert recorder._owner(None) is None
    other = Recorder(tmp_path, tmp_path / "build", {"nobody.py": "nobody"})
    other._hook("open", (tmp_path / "data.json", "r", os.O_RDONLY))
    assert other.reads == {}, "nobody of the project asked"
    assert other._owner(sys._getframe()) is None
    other.modules = {HERE: "tests.here"}
    other._busy = True
    other._hook("open", (tmp_path / "data.json", "r", os.O_RDONLY))
    assert other.reads == {}, "what the recorder itself opens is nobody's read"


def test_how_a_read_stands_changes_with_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, folder, tool = tmp_path / "data.json", tmp_path / "data", tmp_path / "tool"
    asked = ("file:data.json", "stamp:data.json", "folder:data", "program:tool")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {state(x, tmp_path) for x in asked} == {"absent"}
    file.write_text("1")
    folder.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    before = [state(x, tmp_path) for x in asked]
    assert "absent" not in before
    (folder / "__pycache__").mkdir()
    assert [state(x, tmp_path) for x in asked] == before, "what Python keeps is no change"
    file.write_text("23")
    (folder / "more").touch()
    tool.write_text("#!/bin/sh\ntrue\n")
    after = [state(x, tmp_path) for x in asked]
    assert all(x != y for x, y in zip(before, after, strict=True))
