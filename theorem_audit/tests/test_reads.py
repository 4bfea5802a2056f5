"""What evidence opens while it runs: which reads are recorded, for whom, and how a read stands later.

Python calls an audit hook untraced, so the recorder is called here as the hook would be.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from theorem_audit.reuse.reads import CHILD, NETWORK, UNSEEN, Recorder, state
from theorem_audit.weigh import jobs

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
        ("open", ("r+", 0), "data.json", "file:data.json"),
        ("open", ("a+", 0), "data.json", "file:data.json"),
        ("open", ("w+", 0), "data.json", ""),
        ("open", (None, os.O_RDWR | os.O_CREAT), "data.json", "file:data.json"),
        ("open", (None, os.O_RDWR | os.O_TRUNC), "data.json", ""),
        ("open", ("r", os.O_RDONLY), "chapter.py", "file:chapter.py"),
        ("open", ("r", os.O_RDONLY), "chapter.pyc", "file:chapter.py"),
        ("open", ("r", os.O_RDONLY), "__pycache__/chapter.cpython-311.pyc", "file:chapter.py"),
        ("open", ("r", os.O_RDONLY), "__pycache__/data.nbi", ""),
        ("os.listdir", (), "data", "folder:data"),
        ("os.scandir", (), "data", "folder:data"),
        ("asked", (), "data", "there:data"),
        ("asked", (), "build/data", "there:build/data"),
        ("sqlite3.connect", (), "data.db", "file:data.db"),
    ],
)
def test_what_is_read_is_named(
    recorder: Recorder, tmp_path: Path, event: str, rest: tuple[object, ...], name: str, told: str
) -> None:
    beside = (
        ("", "-wal", "-journal") if event == "sqlite3.connect" else ("",)
    )  # what it has not yet written
    said = tuple(f"{told}{x}" for x in beside) if told else ()
    assert recorder._what(event, (tmp_path / name, *rest)) == said
    assert recorder._what(event, (os.fsencode(tmp_path / name), *rest)) == said
    away = recorder._what(event, (str(Path(os.sep, "elsewhere", name)), *rest))
    named = told.partition(":")[2]
    kind = "file" if told.startswith("stamp") else told.partition(":")[0]
    assert away == (tuple(f"{kind}:/elsewhere/{named}{x}" for x in beside) if told else ())
    assert recorder._what(event, (str(Path(sys.prefix, name)), *rest)) == (), "installed"
    assert recorder._what(event, (3, *rest)) == (), "a file that is open already has no name"


def test_what_this_process_wrote_is_no_read(recorder: Recorder, tmp_path: Path) -> None:
    path = str(tmp_path / "scratch.txt")
    assert recorder._what("open", (path, "r", os.O_RDONLY)) == ("file:scratch.txt",)
    assert recorder._what("open", (path, "w", os.O_WRONLY | os.O_CREAT)) == ()
    assert recorder._what("open", (path, "r", os.O_RDONLY)) == ()


def test_a_source_that_is_imported_or_shown_is_no_read(tmp_path: Path) -> None:
    """Its definitions are read anyway; of a file that is no module of the project nobody else knows."""
    file = tmp_path / "chapter.py"
    recorder = Recorder(tmp_path, tmp_path / "build", {str(file): "chapter"})
    frames = {}
    for name, filename in (
        ("linecache", "linecache.py"), ("any", "<frozen importlib._bootstrap_external>"),
        ("test", "test.py"),
    ):  # fmt: skip
        code = compile("found = __import__('sys')._getframe()", filename, "exec")
        space: dict[str, object] = {"__name__": name}
        exec(code, space)
        frames[name] = space["found"]
    asked = (str(file), "r", os.O_RDONLY)
    assert recorder._what("open", asked, frames["linecache"]) == ()  # type: ignore[arg-type]
    assert recorder._what("open", asked, frames["any"]) == ()  # type: ignore[arg-type]
    assert recorder._what("open", asked, frames["test"]) == ("file:chapter.py",)  # type: ignore[arg-type]
    assert recorder._what("asked", (str(file),), frames["test"]) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "words", "told"),
    [
        ("coqc", ["coqc", "x.v"], ("program:coqc",)),
        ("/bin/sh", "sh -c true", ("program:/bin/sh",)),
        (None, (), ()),
        (b"sh", [b"sh"], ("program:sh",)),
        (3, [3], ()),
    ],
)
def test_programs_are_reads(
    recorder: Recorder, path: object, words: object, told: tuple[str, ...]
) -> None:
    assert recorder._what("subprocess.Popen", (path, words)) == (CHILD, *told)


def test_what_cannot_be_seen_is_never_the_same_again(recorder: Recorder, tmp_path: Path) -> None:
    assert recorder._what("os.system", ("ls",)) == recorder._what("os.fork", ()) == (CHILD,)
    assert recorder._what("socket.connect", (None, "somewhere")) == (NETWORK,)
    assert state(CHILD, tmp_path) != state(CHILD, tmp_path)


def test_rights_of_a_folder_above_are_no_read(tmp_path: Path) -> None:
    """Mended: who let another one into a folder above the project had all of its evidence run again."""
    above = tmp_path / "above"
    (above / "data").mkdir(parents=True)
    recorder = Recorder(tmp_path, tmp_path / "build", {HERE: "tests.here"})
    asks = os.lstat
    try:
        recorder._ask("lstat", "asked")
        Path(above, "data", "one").resolve()
        made = {x for one in recorder.reads.values() for x in one}
        recorder.reads.clear()
        Path(above, "data").resolve(strict=True)
        must = {x for one in recorder.reads.values() for x in one}
    finally:
        os.lstat = asks
    assert {"link:above", "link:above/data"} <= made
    assert not any(x.startswith("there:") for x in made)
    before = {x: state(x, tmp_path) for x in made}
    above.chmod(0o711)
    assert {x: state(x, tmp_path) for x in made} == before
    above.rename(tmp_path / "moved")
    above.symlink_to("moved")
    assert {x: state(x, tmp_path) for x in made} != before, "it leads elsewhere"
    assert "there:above/data" in must, "it had to be there"


def test_what_the_tool_starts_itself_is_known(tmp_path: Path) -> None:
    """The gate starts Coq, and ``session`` says what that reads."""
    for module, told in (
        ("theorem_audit.kernel.gate", {"program:coqc"}),
        ("tests.here", {"program:coqc", CHILD}),
    ):
        recorder = Recorder(tmp_path, tmp_path / "build", {HERE: module})

        recorder._hook("subprocess.Popen", ("coqc", ["coqc"]))
        assert set().union(*recorder.reads.values()) == told


def test_a_name_that_is_asked_for_is_recorded(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "stat", os.stat)  # put back afterwards
    of = os.supports_follow_symlinks
    had = set(of)
    recorder._ask("stat", "asked")
    assert not (tmp_path / "nothing").exists()
    monkeypatch.undo()
    assert {*of} - had != set(), "what asks whether links are followed is told the same"
    of -= {*of} - had
    assert {"there:nothing"} in recorder.reads.values()


def test_a_read_belongs_to_the_function_of_the_project_that_asked(
    recorder: Recorder, tmp_path: Path
) -> None:
    def asks() -> None:
        recorder._hook("open", (tmp_path / "data.json", "r", os.O_RDONLY))
        recorder._hook("compile", ("somewhere",))

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
    asked = ("file:data.json", "stamp:data.json", "folder:data", "program:tool", "there:data.json")
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


def test_a_link_that_is_turned_to_another_program_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: where all versions have one size and time, as some package managers set it, it was not."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for version in ("v1", "v2"):
        (tmp_path / version).touch(0o755)
        os.utime(tmp_path / version, (1, 1))
    link = tmp_path / "prover"
    link.symlink_to("v1")
    before = state("program:prover", tmp_path)
    link.unlink()
    link.symlink_to("v2")
    assert "absent" != before != state("program:prover", tmp_path)


def test_which_opens_are_reads_in_memory_too(recorder: Recorder) -> None:
    """Mended: a file in memory was taken for a device, and an edit of it was not seen."""
    assert recorder._what("open", ("/dev/shm/data", "r", os.O_RDONLY)) == ("file:/dev/shm/data",)
    assert recorder._what("open", ("/dev/null", "r", os.O_RDONLY)) == ()


def test_what_says_another_thing_each_time_is_never_taken(
    recorder: Recorder, tmp_path: Path
) -> None:
    """Mended: what a device or the system said was nobody's read, and the outcome was "reused" for ever."""
    for name in ("/proc/uptime", "/sys/kernel/uevent_seqnum", "/dev/urandom"):
        (what,) = recorder._what("open", (name, "r", os.O_RDONLY))
        assert what == f"{UNSEEN}what {name} says"
        assert state(what, tmp_path) != state(what, tmp_path)
    assert recorder._what("open", ("/dev/tty", "w", os.O_WRONLY)) == ()
    (tmp_path / "chance").symlink_to("/dev/urandom")  # whose bytes have no end
    os.mkfifo(tmp_path / "pipe")  # which nobody writes to
    for name in ("file:chance", "file:pipe"):
        assert state(name, tmp_path) != state(name, tmp_path)


def test_what_is_asked_of_the_environment_is_put_down_to_who_asks(recorder: Recorder) -> None:
    frame = sys._getframe()
    assert recorder._what("variable", ("HOME",), frame) == ("environment:variable HOME",)
    assert recorder._what("variable", (None,), frame) == ("environment:variables *",)
    recorder._heard("variable", ("HOME",), frame)
    name = test_what_is_asked_of_the_environment_is_put_down_to_who_asks.__name__
    assert recorder.reads == {("tests.here", name): {"environment:variable HOME"}}


def test_sources_read_for_hypothesis_are_nobodys_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, tmp_path / "build", {str(jobs.__file__): jobs.__name__})
    monkeypatch.setattr(jobs, "RECORDER", recorder)
    providers = importlib.import_module("hypothesis.internal.conjecture.providers")
    heard = []

    def reads() -> None:
        recorder._hook("open", (str(tmp_path / "data.json"), "r", os.O_RDONLY))
        heard.append(dict(recorder.reads))

    monkeypatch.setattr(providers, "_get_local_constants", reads)
    jobs._read_constants()
    assert heard == [{(jobs.__name__, "_read_constants"): {"file:data.json"}}]
    assert recorder.reads == {}
