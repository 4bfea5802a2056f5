"""The battery of what evidence reads: which reads are recorded, for whom, and how they stand later."""

from __future__ import annotations

import _thread
import os
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(os.sep, "a", "project")
R, W, RW = os.O_RDONLY, os.O_WRONLY, os.O_RDWR
ASKED = ("__getitem__", "__iter__", "__len__", "__repr__")  # of os.environ
INSTALLED = sysconfig.get_path("purelib")


def frame(*files: str, names: tuple[str, ...] = (), asked: str = "asks") -> Any:
    """The frame of a function in the last of these files, called from the one before, and so on.

    names: the modules that the files are, from the last.
    """
    inner: Any = sys._getframe
    for file, name in zip(reversed(files), (*names, *[""] * len(files)), strict=False):
        space: dict[str, Any] = {"__name__": name or "somewhere", "inner": inner}
        exec(compile(f"def {asked}():\n    return inner()", file, "exec"), space)
        inner = space[asked]
    return inner()


def _named(judge: ModuleType) -> None:
    """What each event is put down as, for paths of every form."""
    recorder = judge.Recorder(ROOT, ROOT / "build", {str(ROOT / "tests/a.py"): "tests.a"})
    for event, rest, name, told in (
        ("open", ("r", R), "data", "file:data"), ("open", (None, R), "data", "file:data"),
        ("open", ("r", None), "data", "file:data"), ("open", ("r", R), "build/x", "stamp:build/x"),
        ("open", ("w", W), "w1", ""), ("open", ("x", 0), "w2", ""), ("open", ("a", 0), "w3", ""),
        ("open", ("w+", 0), "w4", ""), ("open", ("a+", 0), "r1", "file:r1"),
        ("open", ("r+", 0), "r2", "file:r2"), ("open", (None, RW), "r3", "file:r3"),
        ("open", (None, RW | os.O_TRUNC), "w5", ""), ("open", (None, RW | os.O_EXCL), "w6", ""),
        ("open", (None, R | os.O_TRUNC), "r4", "file:r4"), ("open", (None, None), "r5", "file:r5"),
        ("open", ("wb", "no flags"), "w7", ""), ("open", (None, W), "w8", ""),
        ("open", ("r", R), "b.py", "file:b.py"), ("open", ("r", R), "b.pyc", "file:b.py"),
        ("open", ("r", R), "__pycache__/b.cpython-311.pyc", "file:b.py"),
        ("open", ("r", R), "x/__pycache__/b.nbi", ""), ("open", ("r", R), ".git/HEAD", ""),
        ("os.listdir", (), "data", "folder:data"), ("os.scandir", (), "data", "folder:data"),
        ("asked", (), "data", "there:data"), ("asked", (), "build/x", "there:build/x"),
        ("asked", (), "tests/a.py", ""), ("ctypes.dlopen", (), "l.so", "file:l.so"),
    ):  # fmt: skip
        said = (told,) if told else ()
        for path in (ROOT / name, str(ROOT / name), os.fsencode(ROOT / name)):
            assert recorder._what(event, (path, *rest)) == said, (event, rest, name)
        away = tuple(x.replace(":", ":/away/").replace("stamp", "file") for x in said)
        if name != "tests/a.py":
            assert recorder._what(event, (f"/away/{name}", *rest)) == away
        assert recorder._what(event, (f"{INSTALLED}/{name}", *rest)) == ()
        assert recorder._what(event, (-7, *rest)) == ()
    for name, kind in (("b.db", "file"), ("build/b.db", "stamp")):
        beside = tuple(f"{kind}:{name}{x}" for x in ("", "-wal", "-journal"))
        for path in (
            ROOT / name,
            str(ROOT / name),
            f"file:{ROOT / name}?mode=ro",
            f"file://{ROOT / name}",
        ):
            assert recorder._what("sqlite3.connect", (path,)) == beside, path
    assert recorder._what("sqlite3.connect", (":memory:",)) == tuple(
        f"file:{os.getcwd()}/:memory:{x}" for x in ("", "-wal", "-journal")
    )
    for name in ("libm.so.6", b"libm.so.6", None):
        assert recorder._what("ctypes.dlopen", (name,)) == (), "the system's own"
    assert recorder._what("import", ("a", None, [], [], [])) == ()
    assert recorder._what("import", ("a", str(ROOT / "th/a.so"))) == ("file:th/a.so",)
    for file, told in (
        ("/p/a.py", ()),
        (str(ROOT / "tests/a.py"), ("unseen:what an attribute of a file says",)),
    ):
        assert recorder._what("os.getxattr", (str(ROOT / "data"), "user.k"), frame(file)) == told
    for written in ("w1", "w5", "w8"):
        assert recorder._what("open", (str(ROOT / written), "r", R)) == (), "it wrote it itself"
    for system in ("/proc/self/stat", "/sys/kernel/x", "/dev/urandom"):
        assert recorder._what("open", (system, "w", 0)) == (), "it only writes"
    for system in ("/proc/self/stat2", "/sys/kernel/y", "/dev/random"):
        says = (f"unseen:what {system} says",)
        assert recorder._what("open", (system, "r", R)) == says
        assert recorder._what("os.listdir", (system,)) == (says if "dev" not in system else ())
        assert recorder._what("asked", (system,)) == (f"there:{system}",)
        assert recorder._what("followed", (system,)) == (f"link:{system}",)
    package = "/p/site-packages/a/b.py"
    for files, names, told in (
        (("<frozen importlib._bootstrap>", package), ("a.b",), ()), ((package,), ("a.b",), says),
        ((str(ROOT / "tests/a.py"),), (), says),
    ):  # fmt: skip
        at = frame(*files, names=names)
        assert recorder._what("open", ("/dev/random", "r", R), at) == told, files
    assert recorder._what("open", ("/dev/null", "r", R)) == ()
    assert recorder._what("asked", ("/dev/null",)) == ()
    assert recorder._what("open", ("/device/x", "r", R)) == ("file:/device/x",)
    assert recorder._what("open", ("/dev/shm/x", "r", R)) == ("file:/dev/shm/x",), (
        "a file in memory is a file"
    )
    assert recorder._what("open", (f"{ROOT}x/data", "r", R)) == (f"file:{ROOT}x/data",)
    assert recorder._what("os.listdir", (None,)) == (f"folder:{os.getcwd()}",)
    assert recorder._what("os.scandir", (None,)) == (f"folder:{os.getcwd()}",)
    assert recorder._what("open", (None, "r", R)) == ()
    number = os.open("/usr", R)
    try:
        assert recorder._what("os.listdir", (number,)) == ("folder:/usr",)
        assert recorder._what("os.scandir", (number,)) == ("folder:/usr",)
        assert recorder._what("open", (number, "r", R)) == ()
    finally:
        os.close(number)
    ends = os.pipe()
    try:
        assert recorder._what("os.listdir", (ends[0],)) == ()
    finally:
        for end in ends:
            os.close(end)
    module = str(ROOT / "tests/a.py")
    for files, names, told in (
        (("<frozen importlib._bootstrap>",), (), ()), (("x.py",), ("linecache",), ()),
        (("x.py", "y", "y", "y"), ("", "", "", "inspect"), ()), (("tests.py",), (), ("file:tests/a.py",)),
        (("x.py", "y", "y", "y", "y"), ("", "", "", "", "inspect"), ("file:tests/a.py",)),
    ):  # fmt: skip
        assert recorder._what("open", (module, "r", R), frame(*files, names=names)) == told, files
        assert recorder._what("asked", (module,), frame(*files, names=names)) == ()
    assert recorder._what("open", (module, "r", R)) == ()
    assert not judge._shown(None)

    own = str(ROOT / "tests/a.py")
    for event, kind in (("asked", "when"), ("os.scandir", "entries"), ("allowed", "there"),
    ("os.listdir", "folder"),
                        ("followed", "link")):  # fmt: skip
        assert recorder._what(event, (str(ROOT / "data"),), frame(own)) == (f"{kind}:data",), event
    assert recorder._what("asked", (own,), frame(own)) == ("when:tests/a.py",), "of a source, too"
    assert recorder._what("asked", (str(ROOT / "w1"),), frame(own)) == (), "it wrote it itself"
    assert recorder._what("numbered", (0,), frame("lib.py")) == ()


def _never_seen(judge: ModuleType) -> None:
    recorder = judge.Recorder(ROOT, ROOT / "build", {})
    child, network = "unseen:what a child process read", "unseen:what the network said"
    for event in ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"):
        assert recorder._what(event, ("x",)) == (child,)
    for event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        assert recorder._what(event, ("x",)) == (network,)
    for path, words, told in (
        ("coqc", ["coqc", "x"], ("program:coqc",)), ("/bin/sh", "sh -c x", ("program:/bin/sh",)),
        (b"sh", (b"dash",), ("program:dash",)), (None, (), ()), ("sh", [], ("program:sh",)), (3, [4], ()),
    ):  # fmt: skip
        assert recorder._what("subprocess.Popen", (path, words)) == (child, *told)
    assert judge.state(child, ROOT) != judge.state(child, ROOT)
    assert judge.state(network, ROOT) != "absent"


def _owners(judge: ModuleType) -> None:
    """Whose a read is: the innermost of the project; nobody's where none is on the stack."""
    modules = {"/p/a.py": "tests.a", "/p/b.py": "tests.b", "/p/t.py": "theorem_audit.kernel.gate"}
    data = (str(ROOT / "data"), "r", R)
    for files, owner in (
        (("/p/a.py",), ("tests.a", "asks")), (("/p/a.py", "lib.py"), ("tests.a", "asks")),
        (("/p/a.py", "/p/b.py", "lib.py"), ("tests.b", "asks")),
    ):  # fmt: skip
        recorder = judge.Recorder(ROOT, ROOT / "build", modules)
        recorder._heard("open", data, frame(*files))
        recorder._heard("os.listdir", (str(ROOT),), frame(*files))
        assert recorder.reads == {owner: {"file:data", f"folder:{ROOT}"}}, "both, of one owner"
        recorder._busy = True
        recorder._heard("asked", ("other",), frame(*files))
        assert recorder.reads == {owner: {"file:data", f"folder:{ROOT}"}}
    recorder = judge.Recorder(ROOT, ROOT / "build", modules)
    recorder._heard("open", data, frame("lib.py"))
    assert recorder.reads == {}
    space: dict[str, Any] = {"asks": sys._getframe}
    exec(compile("class A:\n    def m(self):\n        return asks()\nthere, here = A().m(), asks()", "/p/a.py",
                 "exec"), space)  # fmt: skip
    assert recorder._owner(space["here"]) == ("tests.a", "")
    assert recorder._owner(space["there"]) == ("tests.a", "A")
    assert recorder._owner(None) is None
    exec(compile("there = (lambda: asks())()\nhere = [asks() for _ in (1,)][0]\n"
                 "def f(): return [asks() for _ in (1,)][0]\ninside = f()", "/p/a.py",
                 "exec"), space)  # fmt: skip
    assert [recorder._owner(space[x]) for x in ("there", "here", "inside")] == [
        ("tests.a", ""), ("tests.a", ""), ("tests.a", "f"),
    ]  # fmt: skip
    recorder = judge.Recorder(ROOT, ROOT / "build", modules)
    recorder._heard("import", ("a", str(ROOT / "th/a.so")), frame("/p/a.py"))
    assert recorder.reads == {("", ""): {"file:th/a.so"}}, "whoever is the first to import it"
    for file, owner in (
        ("<frozen importlib._bootstrap_external>", ("", "")),
        ("lib.py", ("tests.a", "asks")),
    ):
        for name, told in (("b.py", owner), ("b.txt", ("tests.a", "asks"))):
            recorder.reads.clear()
            recorder._heard("open", (str(ROOT / name), "r", R), frame("/p/a.py", file))
            assert recorder.reads == {told: {f"file:{name}"}}, "a source that is imported"
        recorder.reads.clear()
        recorder._heard("asked", (str(ROOT / "b.py"),), frame("/p/a.py", file))
        assert recorder.reads == {("tests.a", "asks"): {"there:b.py"}}
    recorder.reads.clear()
    recorder._starters |= {("tests.a", "f"), ("tests.b", "g")}
    recorder._heard("open", data, frame("lib.py"))
    assert recorder.reads == {x: {"file:data"} for x in recorder._starters}, "in a thread"
    for file, told in (("/p/t.py", {"program:coqc"}), ("/p/a.py", {"program:coqc", judge.CHILD})):
        recorder = judge.Recorder(ROOT, ROOT / "build", modules)
        recorder._heard("subprocess.Popen", ("coqc", ["coqc"]), frame(file))
        assert set().union(*recorder.reads.values()) == told
    uptime = f"{judge.UNSEEN}what /proc/uptime says"
    for file, told in (("/p/t.py", set()), ("/p/a.py", {uptime})):
        recorder = judge.Recorder(ROOT, ROOT / "build", modules)
        recorder._heard("open", ("/proc/uptime", "r", R), frame(file))
        assert set().union(*recorder.reads.values()) == told
    recorder.reads.clear()
    recorder.modules = {__file__: "tests.here"}
    recorder._hook("compile", ("x", "y"))
    assert recorder.reads == {}
    recorder._hook("os.fork", ())
    recorder._hook("open", data)
    assert recorder.reads == {("tests.here", "_owners"): {judge.CHILD, "file:data"}}


@contextmanager
def put_back(*things: tuple[Any, str]) -> Iterator[None]:
    kept = [(thing, name, getattr(thing, name)) for thing, name in things]
    try:
        yield
    finally:
        for thing, name, was in kept:
            setattr(thing, name, was)


@contextmanager
def _kept(*sets: set[Any]) -> Iterator[None]:
    had = [set(x) for x in sets]
    try:
        yield
    finally:
        for one, before in zip(sets, had, strict=True):
            one &= before


def _listening(judge: ModuleType) -> None:
    """From the start on: files by the hook, names by what stands in the place of os.stat, variables."""
    recorder = judge.Recorder(ROOT, ROOT / "build", {"/p/a.py": "tests.a"})
    space: dict[str, Any] = {}
    exec(compile("def asks(call, *words):\n    return call(*words)", "/p/a.py", "exec"), space)
    asks = space["asks"]
    exec(
        compile(
            "def below(call, *words, at):\n    return call(*words, dir_fd=at)", "/p/a.py", "exec"
        ),
        space,
    )
    hooks: list[Any] = []
    listened: list[Any] = []
    sets = (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks)
    had = [set(x) for x in sets]
    names = [(os, x) for x in ("stat", "lstat", "access", "readlink", "open", "fstat")]
    with (
        put_back(
            *names,
            (sys, "addaudithook"),
            (judge.environment, "listen"),
            (threading.Thread, "start"),
            (_thread, "start_new_thread"),
        ),
        _kept(*sets),
        tempfile.TemporaryDirectory() as folder,
    ):
        sys.addaudithook = hooks.append  # type: ignore[assignment]
        judge.environment.listen = listened.append
        were = os.stat, os.lstat, os.access, os.readlink, os.open
        threads = threading.Thread.start, _thread.start_new_thread
        recorder.start()
        assert threading.Thread.start is not threads[0]
        assert _thread.start_new_thread is not threads[1]
        assert hooks == [recorder._hook]
        now_are = os.stat, os.lstat, os.access, os.readlink, os.open
        for was, now in zip(were, now_are, strict=True):
            assert was is not now
            for one, before in zip(sets, had, strict=True):
                assert (was in before) == (now in one)
        place = str(Path(folder, "x"))
        for call, words, kind in (
            (os.stat, (place,), "when"), (os.lstat, (place,), "when"), (os.access, (place, os.R_OK), "there"),
            (os.path.exists, (place,), "there"),
        ):  # fmt: skip
            recorder.reads.clear()
            try:
                assert not asks(call, *words)
            except FileNotFoundError:
                assert call in (os.stat, os.lstat)
            assert recorder.reads == {("tests.a", "asks"): {f"{kind}:{place}"}}
        _below(recorder, asks, space["below"], folder)
    recorder.reads.clear()

    def told() -> None:
        listened[0]("A")

    asks(told)
    assert recorder.reads == {("tests.a", "asks"): {"environment:variable A"}}
    for sought, kept in (
        ("coqc", {"program:coqc"}),
        ("", set()),
        (None, {"environment:variable PATH"}),
    ):
        recorder.reads.clear()
        with put_back((judge.environment, "program")):
            vars(judge.environment).update(program=lambda name, frame, sought=sought: sought)
            asks(lambda: listened[0]("PATH"))
        assert recorder.reads == ({("tests.a", "asks"): kept} if kept else {}), sought


def _below(recorder: Any, asks: Any, below: Any, folder: str) -> None:
    """Where a link points, and what is named below an open folder."""
    place = Path(folder)
    (place / "link").symlink_to("to")
    (place / "file").touch()
    at = os.open(folder, os.O_RDONLY)

    def open_by_words(name: str) -> int:
        return os.open(name, flags=os.O_RDONLY, dir_fd=at)

    for call, words, told in (
        (lambda: os.readlink(place / "link"), (), f"link:{place}/link"),
        (lambda: os.readlink("link", dir_fd=at), (), f"link:{place}/link"),
        (lambda: os.stat("file", dir_fd=at), (), f"there:{place}/file"), (lambda: os.fstat(at), (), ""),
        (os.stat, (at,), f"when:{place}"), (os.fstat, (at,), f"when:{place}"), (os.path.exists, (at,), ""),
        (lambda: os.close(os.open("file", os.O_RDONLY, dir_fd=at)), (), f"file:{place}/file"),
        (lambda: os.close(open_by_words("file")), (), f"file:{place}/file"),
        (lambda: os.close(os.open(b"new", os.O_WRONLY | os.O_CREAT, dir_fd=at)), (), ""),
        (lambda: os.close(os.open(place / "file", os.O_RDONLY)), (), ""),  # told by the interpreter
    ):  # fmt: skip
        recorder.reads.clear()
        asks(call, *words)
        assert recorder.reads == ({("tests.a", "asks"): {told}} if told else {}), told
    recorder.reads.clear()
    os.close(below(os.open, "file", os.O_RDONLY, at=at))
    assert below(os.readlink, "link", at=at) == "to"
    below(os.stat, "file", at=at)
    assert recorder.reads == {
        ("tests.a", "below"): {f"file:{place}/file", f"link:{place}/link", f"when:{place}/file"}
    }
    os.close(at)
    recorder.reads.clear()
    try:
        asks(lambda: os.stat("file", dir_fd=at))
    except OSError:
        assert {x for one in recorder.reads.values() for x in one} == {f"there:{os.getcwd()}/file"}


def _threads(judge: ModuleType) -> None:
    """Who starts a thread is noted, in every way; a file that changed since a moment is known."""
    recorder = judge.Recorder(ROOT, ROOT / "build", {"/p/a.py": "tests.a"})
    space: dict[str, Any] = {}
    exec(compile("def asks(call, *words):\n    return call(*words)", "/p/a.py", "exec"), space)
    own = threading.Thread.start, _thread.start_new_thread
    try:
        recorder._starts(threading.Thread, "start")
        recorder._starts(_thread, "start_new_thread")
        done = list[str]()
        one = threading.Thread(target=done.append, args=("thread",))
        assert one.start.__name__ == "start"
        one.start()
        one.join()
        assert (done, recorder._starters) == (["thread"], set()), "nobody of the project"
        one = threading.Thread(target=done.append, args=("again",))
        space["asks"](one.start)
        one.join()
        assert (done, recorder._starters) == (["thread", "again"], {("tests.a", "asks")})
        recorder._starters.clear()
        ends = threading.Event()
        space["asks"](_thread.start_new_thread, ends.set, ())
        assert ends.wait(5)
        assert recorder._starters == {("tests.a", "asks")}
    finally:
        threading.Thread.start, _thread.start_new_thread = own  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "f"
        file.write_text("1")
        at = file.stat().st_ctime_ns
        for what, moment, told in (
            ("file:f", at, True), ("file:f", at + 1, False), ("there:f", at, False), ("file:gone", at, False),
            ("file:f\0", at, False),
        ):  # fmt: skip
            assert judge.changed_since(what, Path(name), moment) == told, (what, moment)


def _stand(judge: ModuleType) -> None:
    """How a read stands: another state for another content, the same for the same."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        kinds = ("file:f", "stamp:f", "folder:d", "program:p", "there:f", "there:d")  # no times
        with put_back((os, "environ")):
            vars(os).update(environ={**os.environ, "PATH": name, "A": "1"})
            assert {judge.state(x, root) for x in kinds} == {"absent"}
            file, folder, program = root / "f", root / "d", root / "p"
            file.write_text("1")
            folder.mkdir()
            program.write_text("x")
            program.chmod(0o755)
            first = {x: judge.state(x, root) for x in kinds}
            assert first["there:f"] == f"1 {file.stat().st_mode & 0o777:o}"
            assert {len(first[x]) for x in ("file:f", "folder:d")} == {24}
            assert first["there:d"] == f"folder {folder.stat().st_mode & 0o777:o}"
            assert judge.state("link:l", root) == "absent"
            (root / "l").symlink_to("f")
            assert judge.state("link:l", root) == "f"
            file.chmod(0o600)
            rights = judge.state("there:f", root)
            file.chmod(0o700)
            assert (rights, judge.state("there:f", root)) == ("1 600", "1 700")
            file.chmod(int(first["there:f"].split()[1], 8))
            for version in ("v1", "v2"):
                (root / version).touch(0o755)
                os.utime(root / version, (1, 1))
            (root / "turned").symlink_to("v1")
            before = judge.state("program:turned", root)
            (root / "turned").unlink()
            (root / "turned").symlink_to("v2")
            assert judge.state("program:turned", root) != before, "another, of one size and time"
            assert judge.state("file:m.py", root) == "absent"
            (root / "m.pyc").write_text("1")
            assert judge.state("file:m.py", root) == first["file:f"], "a module without a source"
            (root / "m.py").write_text("2")
            assert judge.state("file:m.py", root) != first["file:f"]
            for skipped in ("__pycache__", ".git"):
                (folder / skipped).mkdir()
            assert first == {x: judge.state(x, root) for x in kinds}
            assert judge.state(f"file:{file}", Path("/")) == first["file:f"]
            assert judge.state("there:a\0b", root) == "absent"
            (root / "odd").mkdir()
            (root / "odd" / os.fsdecode(b"\xff")).touch()
            assert len(judge.state("folder:odd", root)) == 24
            states = judge.States(root)
            kept = states.of(kinds)
            assert kept == first
            assert list(kept) == sorted(kinds)
            assert states.changed(kept) == []
            info = file.stat()
            file.write_text("2")
            os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))
            assert judge.state("file:f", root) != first["file:f"], "the bytes count"
            assert judge.state("stamp:f", root) == first["stamp:f"], "size and time"
            file.write_text("34")
            (folder / "more").touch()
            program.write_text("xy")
            for kind in kinds[:-1]:
                assert judge.state(kind, root) != first[kind]
            assert states.changed(kept) == [], "looked at once"
            assert judge.States(root).changed(kept) == sorted(kinds[:-1])
            assert judge.state("environment:variable A", root) != judge.state(
                "environment:variable B", root
            )


def _handed(judge: ModuleType) -> None:
    """A source that is read to be shown is a read where the project is handed it, and not a traceback."""
    modules = {"/p/a.py": "tests.a", "/p/t.py": "theorem_audit.kernel.gate"}
    for files, names, told in (
        (("/p/a.py", "l.py"), ("linecache",), True), (("/p/t.py", "l.py"), ("linecache",), False),
        (("lib.py", "l.py"), ("linecache",), False),
        (("/p/a.py", "i.py", "l.py"), ("inspect", "linecache"), True),
        (("/p/a.py", "t.py", "l.py"), ("traceback", "linecache"), False),
    ):  # fmt: skip
        at = frame(*files, names=names, asked="asks")
        assert judge._handed(at, modules) is told, files
        assert judge._shown(at, modules) is not told, files
    assert judge._handed(None, modules) is False
    assert judge._shown(frame("/p/a.py", asked="asks"), modules) is False


def natively_hold(judge: ModuleType) -> None:
    """Which file an event of the interpreter is about."""
    for event, given, told in (
        ("open", ("x", "r", 0), "x"), ("open", (3,), 3), ("import", ("a", None), None),
        ("import", ("a", "/b/a.so"), "/b/a.so"), ("ctypes.dlopen", ("libm.so",), None),
        ("ctypes.dlopen", ("/b/a.so",), "/b/a.so"), ("ctypes.dlopen", (b"b/a.so",), b"b/a.so"),
        ("ctypes.dlopen", (Path("b/a.so"),), Path("b/a.so")), ("ctypes.dlopen", (None,), None),
        ("sqlite3.connect", ("b.db",), "b.db"), ("sqlite3.connect", ("file:b%20c.db?mode=ro",), "b c.db"),
        ("sqlite3.connect", (b"b.db",), b"b.db"), ("open", ("file:b.db?x",), "file:b.db?x"),
    ):  # fmt: skip
        assert judge.path(event, given) == told, (event, given)


def reads_hold(judge: ModuleType) -> None:
    """Which reads are recorded, for whom, and how they stand."""
    _handed(judge)
    _named(judge)
    _never_seen(judge)
    _owners(judge)
    _threads(judge)
    _stand(judge)
    _listening(judge)
