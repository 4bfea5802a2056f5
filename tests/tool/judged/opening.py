"""The battery of what a sweep's cell reads: which opens are its own, and how the files stood before."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
import sysconfig
import tempfile
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.reading import frame

R, W, RW = os.O_RDONLY, os.O_WRONLY, os.O_RDWR


def _natively(judge: ModuleType, folder: Path) -> None:
    """What native code opens, as far as Python tells; who asks for attributes of files for himself."""
    base, library = folder / "n.db", folder / "l.so"
    base.write_text("1")
    library.write_text("2")
    with judge.reading() as files:
        judge._hook("sqlite3.connect", (f"file:{base}?mode=ro",))
        judge._hook("ctypes.dlopen", (str(library),))
        for name in ("libm.so.6", b"libm.so.6", None):
            judge._hook("ctypes.dlopen", (name,))
    assert files == {str(x): hashlib.sha256(x.read_bytes()).hexdigest() for x in (base, library)}
    with judge.reading() as files:
        judge._hook("open", (f"file:{base}", "r", R))
        judge._hook("sqlite3.connect", (str(base),))
    assert files[str(base)] == hashlib.sha256(b"1").hexdigest()
    assert {*files} == {str(base), os.path.realpath(f"file:{base}")}, "the name of a file, as it is"
    with judge.reading() as files:
        judge._hook("open", ("alone", "r", R))
    assert list(files) == [os.path.join(os.getcwd(), "alone")], "a file of no folder's name"
    package = os.path.join(sysconfig.get_path("purelib"), "x.py")
    for inner, outer, told in (("/a/script.py", package, True), (package, "/a/script.py", False)):
        space: dict[str, Any] = {"hook": judge._hook}
        exec(compile("def ask():\n    hook('os.getxattr', ('x', 'user.k'))", inner, "exec"), space)
        exec(compile("def asks():\n    ask()", outer, "exec"), space)
        with judge.reading() as files:
            space["asks"]()
        assert files == ({"it asks for an attribute of a file": judge.UNSEEN} if told else {})


def opens_hold(judge: ModuleType) -> None:
    """Which opens are a cell's reads, whoever else opens what, and how the files stood."""
    hooks: list[Any] = []
    real, hooked = sys.addaudithook, judge._HOOKED[:]
    try:
        sys.addaudithook = hooks.append  # type: ignore[assignment]
        judge._HOOKED.clear()
        _opens(judge)
    finally:
        sys.addaudithook = real
        judge._HOOKED[:] = hooked
    assert hooks == [judge._hook], "once in a process"


def _otherwise(judge: ModuleType, folder: Path) -> None:
    """What the system says of itself, and devices, which say another thing each time."""
    (folder / "chance").symlink_to("/dev/urandom")
    for event, rest, path, read in (
        ("open", ("r", R), "/proc/uptime", True), ("open", ("r", R), "/sys/x", True),
        ("open", ("r+", RW), "/dev/urandom", True), ("open", ("w", W), "/dev/tty", False),
        ("open", ("w", 0), "/dev/tty", False),
        ("open", ("r", R), "/dev/null", False), ("open", ("r", R), "/dev/zero", False),
        ("os.listdir", (), "/proc/1", True), ("os.scandir", (), "/sys/class", True),
        ("os.listdir", (), "/dev/pts", False), ("open", ("r", R), str(folder / "chance"), True),
        ("sqlite3.connect", (), "/proc/x", False),
    ):  # fmt: skip
        with judge.reading() as files:
            judge._hook(event, (path, *rest))
        where = os.path.realpath(path)
        told = f"it reads {where}, which says another thing each time"
        assert files == ({told: judge.UNSEEN} if read else {}), (event, path)
    space: dict[str, Any] = {"hook": judge._hook, "__name__": "platform"}
    exec(
        "def asks():\n    hook('open', ('/proc/cpuinfo', 'r', 0))\n    hook('os.listdir', ('/proc/1',))",
        space,
    )
    with judge.reading() as files:
        space["asks"]()
    assert files == {}, "it asks about the machine"


def _opens(judge: ModuleType) -> None:
    with judge.reading():
        pass
    with judge.reading() as files:
        judge._hook("open", ("/dev/shm/made_up", "r", R))
    assert list(files) == ["/dev/shm/made_up"], "a file in memory is a file"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _natively(judge, folder)
        _otherwise(judge, folder)
        (folder / "__pycache__").mkdir()
        (folder / "there").write_text("1")
        (folder / "link").symlink_to(folder / "there")
        module = f"{folder}/m.py"
        for event, rest, name, read in (
            ("open", ("r", R), "a", True), ("open", (None, R), "a", True), ("open", ("r+", 0), "a", True),
            ("open", ("a+", 0), "a", True), ("open", (None, RW), "a", True), ("open", (None,
             R | os.O_TRUNC), "a", True),
            ("open", ("r", None), "a", True), ("open", (None, None), "a", True), ("open", ("w", W), "a", False),
            ("open", ("w", 0), "a", False), ("open", ("x", None), "a", False), ("open", ("a", 0), "a", False),
            ("open", ("w+", 0), "a", False), ("open", (None, RW | os.O_TRUNC), "a", False),
            ("open", (None, RW | os.O_EXCL), "a", False), ("sqlite3.connect", (), "a", True), ("os.listdir",
             (), "a", None),
            ("open", ("r", R), "__pycache__/a", False), ("open", ("r", R), "m.py", True), ("open", ("r", R),
             "m.pyc", True),
        ):  # fmt: skip
            for path in (folder / name, str(folder / name), os.fsencode(folder / name)):
                with judge.reading() as files:
                    judge._hook(event, (path, *rest))
                key = f"{'folder:' if read is None else ''}{folder / name}"
                assert list(files) == ([] if read is False else [key]), (event, rest, name)
            with judge.reading() as files:
                judge._hook(event, (7, *rest))
                judge._hook(event, (os.__file__, *rest))
                judge._hook(event, ("/dev/null", *rest))
                judge._hook(event, (__import__("sim").__file__, *rest))
            assert files == {}
        for names, read in (
            ((("<frozen importlib._bootstrap>", ""),), False), ((("x", "linecache"),), False),
            ((("x", "inspect"), ("y", ""), ("y", ""), ("y", "")), False),
            ((("x", "inspect"), ("y", ""), ("y", ""), ("y", ""), ("y", "")), True), ((("x", ""),), True),
        ):  # fmt: skip
            at = frame(*(x for x, _ in names), names=tuple(reversed([x for _, x in names])))
            assert judge._imports(module, at) != read
            assert judge._imports(f"{module}c", at) != read
            assert not judge._imports(f"{module}x", at)
            assert not judge._imports(module, None)
        imports: dict[str, Any] = {"hook": judge._hook}
        asks = "def asks(path):\n    hook('open', (path, 'r', 0))\n    hook('os.listdir', (path,))"
        exec(compile(asks, "<frozen importlib._bootstrap_external>", "exec"), imports)
        with judge.reading() as files:
            imports["asks"](module)
        assert files == {}, "who opened it is who called the hook"
        with judge.reading() as files:
            for own in ("own", "mine"):
                judge._hook("open", (str(folder / own), "w", W))
                judge._hook("open", (str(folder / own), "r", R))
            judge._hook("open", (str(folder / "link"), "r", R))
            judge._hook("open", (str(folder / "b"), "r", R))
            with judge.reading() as inner:
                judge._hook("open", (str(folder / "own"), "r", R))
            other = threading.Thread(target=judge._hook, args=("open", (str(folder / "c"), "r", R)))
            other.start()
            other.join()
        assert list(files) == [
            *(str(folder / x) for x in ("b", "c", "own", "there")),
            f"link:{folder}/link",
        ], "the inner one's, too, and its thread's, and where a link leads"
        assert list(inner) == [str(folder / "own")]
        judge._hook("open", (str(folder / "b"), "r", R))
        assert len(files) == 5, "nobody listens any more"
        with judge.reading() as files:
            pass
        assert files == {}
        _changes(judge, folder)
        _asks(judge, folder)
        _starts(judge, folder)
        before = judge._HEARD.read
        try:
            with judge.reading() as files:
                judge._hook("open", (str(folder / "there"), "r", R))
                raise KeyError
        except KeyError:
            assert judge._HEARD.read is before is None
        assert files == {str(folder / "there"): hashlib.sha256(b"1").hexdigest()}
        path = folder / "there"
        assert judge.digest(str(folder)) == judge.digest(str(folder / "gone")) == judge.ABSENT
        info = path.stat()
        path.write_text("2")
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
        assert judge.digest(str(path)) == hashlib.sha256(b"2").hexdigest()


def _starts(judge: ModuleType, folder: Path) -> None:
    """A process that is started is told; a thread that outlives its cell is heard by those that run then."""
    data, told = (str(folder / "there"), "r", R), "unseen"
    for event, words, said in (
        ("os.system", (b"ls",), "os.system, ls"), ("os.fork", (), "os.fork"),
        ("subprocess.Popen", ("sh", ["cat", "x"]), "subprocess.Popen, cat"), ("compile", ("x", "y"), ""),
    ):  # fmt: skip
        with judge.reading() as outer, judge.reading() as files:
            judge._hook(event, words)
        assert (
            files == outer == ({f"it starts a process ({said})": judge.UNSEEN} if said else {})
        ), event
    space: dict[str, Any] = {"hook": judge._hook}
    exec(
        compile("def asks():\n    hook('os.fork', ())", "<frozen importlib._bootstrap>", "exec"),
        space,
    )
    with judge.reading() as files:
        space["asks"]()
        multiprocessing.Process(name="one")._popen = None  # made, not started
    assert files == {}
    judge.tell_unseen("x")
    with judge.reading() as files:
        judge.tell_unseen("x")
    assert files == {"x": judge.UNSEEN}
    for function, said in (
        (threading.Thread().run, []),
        (print, ["it starts a thread past `threading`"]),
    ):
        for event in ("_thread.start_new_thread", "_thread.start_joinable_thread"):
            with judge.reading() as files:
                judge._hook(event, (function, (), {}))
            assert [*files] == said, (event, function)
    assert judge._begun() is None, "no cell, nothing to go on with"
    again, over = threading.Event(), threading.Event()

    def stays() -> None:
        judge._hook("open", data)
        over.set()
        again.wait()
        over.clear()
        for event, words in (("os.mkdir", ("x",)), ("open", data), ("os.listdir", (str(folder),))):
            judge._hook(event, words)
            seen.append(len(told_of()))
        judge._hook("os.system", (b"ls",))
        seen.append(len(told_of()))
        os.path.exists(folder)
        over.set()

    def told_of() -> list[str]:
        return [x for cell in judge._RUNNING for x in cell.unseen]

    seen = list[int]()
    with judge.reading() as first:
        thread = threading.Thread(target=stays, daemon=True)
        thread.start()
        over.wait(5)
    assert list(first) == [str(folder / "there")]
    with judge.reading() as files:
        again.set()
        thread.join(5)
    assert seen == [0, 1, 1, 2]
    before = "a thread that an earlier cell started"
    assert files == dict.fromkeys(
        (f"{before} reads files", f"{before} goes on: it starts a process (os.system, ls)"),
        judge.UNSEEN,
    ), told
    assert judge._RUNNING == []


def _changes(judge: ModuleType, folder: Path) -> None:
    """How a file stood before it was first read; what it is then, and what the cell made where none was."""
    made = R | os.O_CREAT
    for event, rest, before, again, told in (
        ("open", ("r", R), "1", None, "1"), ("open", ("r", R), "1", "2", judge.CHANGED),
        ("open", ("r", made), "1", "2", judge.CHANGED), ("sqlite3.connect", (), "1", "2", judge.CHANGED),
        ("open", ("r", R), None, "2", judge.CHANGED), ("open", ("r", None), None, "2", judge.CHANGED),
        ("open", (None, RW | os.O_CREAT), None, "2", "2"), ("sqlite3.connect", (), None, "2", "2"),
        ("open", ("r", R), None, None, judge.ABSENT), ("sqlite3.connect", (), None, None, judge.ABSENT),
    ):  # fmt: skip
        path = folder / "changing"
        path.unlink(missing_ok=True)
        if before:
            path.write_text(before)
        with judge.reading() as outer:
            with judge.reading() as files:
                judge._hook(event, (str(path), *rest))
                if again:
                    _elsewhere(judge, path, again)
                judge._hook(event, (str(path), *rest))
            judge._hook("open", (str(path), "r", R))
        known = (judge.CHANGED, judge.ABSENT)
        told = told if told in known else hashlib.sha256(told.encode()).hexdigest()
        assert files == outer == {str(path): told}, (event, rest, before, again)
    for how in (
        "w",
        "r",
    ):  # what a cell finds absent and then writes is its own; what another writes is not
        path.unlink(missing_ok=True)
        with judge.reading() as files:
            judge._hook("open", (str(path), "r", R))
            judge._hook("open", (str(path), how, 0))
            _elsewhere(judge, path, "1")
        assert (files[str(path)] == judge.CHANGED) == (how == "r")
    with judge.reading() as files:
        for name in ("", ":memory:", b":memory:"):
            judge._hook("sqlite3.connect", (name,))
    assert files == {}
    with judge.reading() as files:
        judge._hook("open", (":memory:", "r", R))
    assert [Path(x).name for x in files] == [":memory:"]
    for age, kept in ((0, 0), (judge._TICK - 1, 0), (judge._TICK, 1), (10 * judge._TICK, 1)):
        judge._hashed.cache_clear()
        now = path.stat().st_ctime_ns + age
        with replaced(judge, time=_At(now)):
            assert judge.digest(str(path)) == hashlib.sha256(b"1").hexdigest()
        assert judge._hashed.cache_info().currsize == kept, "two edits in one tick have one time"


def _asks(judge: ModuleType, folder: Path) -> None:
    """What is asked without an open; what the cell made there itself is its own."""
    held = folder / "held"
    held.mkdir()
    (held / "old").write_text("1")
    for event, arguments, made in (
        ("os.mkdir", ("new", 0o777, -1), True), ("os.rename", ("other", "new", -1, -1), True), ("open",
         ("new", "w", W), True), ("os.symlink", ("other", "new", -1), True),
        ("os.link", ("other", "new"), True),
        ("open", ("new", "r", R), False), ("os.remove", ("new", -1), False), ("open", ("old", "w", W), False),
    ):  # fmt: skip
        arguments = tuple(str(held / x) if x in ("new", "old", "other") else x for x in arguments)
        with judge.reading() as outer, judge.reading() as files:
            judge._hook("os.listdir", (str(held),))
            judge._hook(event, arguments)
            _elsewhere(judge, held / "new", "2")
        assert outer.keys() == files.keys()
        assert (files[f"folder:{held}"] != judge.CHANGED) == made, event
        assert (outer[f"folder:{held}"] != judge.CHANGED) == made, event
        assert f"folder:{held}" in files
        (held / "new").unlink()
    with judge.reading() as files:
        judge._hook("os.mkdir", (str(folder / "own"), 0o777, -1))
        for path in ("own", "own/deep", "own/deep/er"):
            judge._hook("os.listdir", (str(folder / path),))
            os.path.exists(folder / path)
        judge._hook("os.listdir", (str(held),))
        os.path.exists(folder / "ownish")
        os.path.exists(held / "__pycache__" / "x")
        os.path.exists("/dev/null")
        judge._hook("os.mkdir", (7, 0o777, -1))
    assert list(files) == [f"folder:{held}", f"there:{folder}/ownish"]
    with judge.reading() as files:
        os.path.exists(folder / "later")
        judge._hook("os.mkdir", (str(folder / "later"), 0o777, -1))
        _elsewhere(judge, folder / "later", "2")
    assert files == {f"there:{folder}/later": "file"}, "absent, and then its own"
    with judge.reading():
        judge._asked("os.listdir", str(held), frame(__file__))
        assert list(judge._HEARD.read) == [f"folder:{held}"]
        judge._HEARD.read = None
        judge._asked("os.listdir", str(folder), frame(__file__))
        judge._keep("there:x")
        judge._HEARD.read = {}
    assert judge.digest(f"there:{held}") == "folder"
    assert judge.digest(f"folder:{held}", {f"{held}/old"}) != judge.digest(f"folder:{held}")


def _elsewhere(judge: ModuleType, path: Path, text: str) -> None:
    """Write in a thread of which no cell hears: a sweep before may have left the real hook, and heard it."""

    def write() -> None:
        judge._HEARD.read = None
        path.write_text(text)

    writes = threading.Thread(target=write)
    writes.start()
    writes.join()


class _At:
    """``time``, standing still."""

    def __init__(self, now: int) -> None:
        self.now = now

    def time_ns(self) -> int:
        return self.now
