"""The battery of what a cell asks of files without opening them: which question, and how it stands."""

from __future__ import annotations

import hashlib
import os
import stat
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.tools import raises

SETS = (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks)
ASK = ("stat", "lstat", "access", "readlink")
LIBRARY = os.path.join(os.path.realpath(sysconfig.get_path("purelib")), "numpy", "some.py")
CELL = "/home/someone/cells.py"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        (folder / "a.txt").write_text("abc")
        (folder / "sub").mkdir()
        os.symlink("a.txt", folder / "link")
        yield folder


def asks_hold(judge: ModuleType) -> None:
    """All is heard while somebody listens, and answered as ever; each question has its key and its state."""
    with _folder() as folder:
        _heard(judge, folder)
        _keys(judge, folder)
        _states(judge, folder)


def _heard(judge: ModuleType, folder: Path) -> None:
    own = {name: getattr(os, name) for name in ASK}
    sets = [{*x} for x in SETS]
    heard: list[Any] = []

    def hear(event: str, path: Any, frame: Any) -> None:
        heard.append((event, path, frame.f_code.co_name))

    more: list[Any] = []
    path = str(folder / "link")
    with judge.asking(hear):
        there = {name: getattr(os, name) for name in ASK}
        assert all(there[name] is not own[name] for name in ASK)
        assert all(
            (there[name] in now) == (own[name] in was)
            for name in ASK
            for now, was in zip(SETS, sets, strict=True)
        )
        with judge.asking(lambda *x: more.append(x[0])):
            assert os.stat is there["stat"]
            assert os.stat(path) == own["stat"](path)
        assert os.stat is there["stat"]
        assert os.lstat(path) == own["lstat"](path)
        assert os.access(path, os.R_OK) is True
        assert os.readlink(path) == "a.txt"
        opened = os.open(folder, os.O_RDONLY)
        try:
            assert os.stat("a.txt", dir_fd=opened).st_size == 3
            assert os.stat(opened) == own["stat"](folder)
        finally:
            os.close(opened)
        raises(OSError, lambda: os.stat("a.txt", dir_fd=opened))
        raises(FileNotFoundError, lambda: os.stat(folder / "none"))
        raises(KeyError, lambda: _breaks(judge))
        assert os.stat is there["stat"]
    assert more == ["stat"]
    told = [(event, path) for event, path, _ in heard]
    assert told == [
        ("stat", path), ("lstat", path), ("access", path), ("readlink", path),
        ("stat", str(folder / "a.txt")), ("stat", opened),
        ("stat", -1), ("stat", folder / "none"),
    ]  # fmt: skip
    assert {x for *_, x in heard} == {"_heard", "<lambda>"}
    assert {name: getattr(os, name) for name in ASK} == own
    assert [{*x} for x in SETS] == sets
    raises(KeyError, lambda: _breaks(judge))
    assert {name: getattr(os, name) for name in ASK} == own
    os.stat(folder)
    assert len(heard) == len(told)


def _breaks(judge: ModuleType) -> None:
    with judge.asking(lambda *_: None):
        raise KeyError


def _frames(file: str, *names: str) -> Any:
    """Functions of ``os`` that called each other, the last one first, called by a function of a file."""
    frame = SimpleNamespace(
        f_globals={"__name__": "theirs"},
        f_back=None,
        f_code=SimpleNamespace(co_name="exists", co_filename=file),
    )
    for name in names:
        code = SimpleNamespace(co_name=name, co_filename="/lib/os.py")
        frame = SimpleNamespace(f_globals={"__name__": "posixpath"}, f_code=code, f_back=frame)
    return frame


def _keys(judge: ModuleType, folder: Path) -> None:
    path = str(folder / "a.txt")
    for event, file, names, kind in (
        ("stat", CELL, (), "stat"), ("stat", LIBRARY, (), "size"), ("lstat", CELL, (), "stat"),
        ("access", CELL, (), "size"),
        ("stat", CELL, ("exists",), "there"), ("stat", LIBRARY, ("isfile",), "there"),
        ("stat", CELL, ("getsize",), "size"),
        ("stat", LIBRARY, ("getmtime",), "stat"), ("stat", CELL, ("getmtime",), "stat"),
        ("access", CELL, ("which",), "there"),
        ("readlink", CELL, (), "link"), ("readlink", CELL, ("realpath",), None),
        ("os.listdir", CELL, (), "folder"),
        ("os.scandir", CELL, (), "entries"), ("os.scandir", LIBRARY, (), "folder"),
        ("os.scandir", CELL, ("walk",), "folder"),
        ("os.listdir", LIBRARY, (), "folder"), ("stat", CELL, ("makedirs",), None),
        ("os.scandir", CELL, ("rmtree",), None),
        ("stat", "<frozen importlib._bootstrap_external>", (), None), ("access", LIBRARY, (), "size"),
        ("stat", CELL, ("is_dir", "stat"), "there"),
    ):  # fmt: skip
        key = judge.key_of(event, path, _frames(file, *names))
        assert key == (None if kind is None else f"{kind}:{path}"), (event, file, names, key)
    for given in (path.encode(), Path(path)):
        assert judge.key_of("stat", given, _frames(CELL)) == f"stat:{path}"
    for given in (3, None, 2.5):
        assert judge.key_of("stat", given, _frames(CELL)) is None
    here = os.path.abspath(".")
    assert judge.key_of("os.listdir", None, _frames(CELL)) == f"folder:{here}"
    assert judge.key_of("os.scandir", None, _frames(CELL)) == f"entries:{here}"
    assert judge.key_of("stat", "some", _frames(CELL)) == f"stat:{here}/some"
    for name, file, so in (
        ("x.py", LIBRARY, False),
        ("x.pyc", LIBRARY, False),
        ("x.py", CELL, True),
        ("x.txt", LIBRARY, True),
    ):
        assert (judge.key_of("stat", f"/r/{name}", _frames(file)) is not None) is so, (name, file)
    assert judge.key_of("stat", path, None) == f"stat:{path}"
    outside = _frames(CELL)
    outside.f_globals["__name__"] = "tests.cells"
    assert judge._called(outside) == (set(), CELL)
    assert judge._called(_frames(CELL, "a", "b")) == ({"a", "b"}, CELL)
    assert judge._called(None) == (set(), "")


def _states(judge: ModuleType, folder: Path) -> None:
    file, sub = folder / "a.txt", folder / "sub"
    os.chmod(file, 0o640)
    os.chmod(sub, 0o750)
    when, made = os.stat(file).st_mtime_ns, os.stat(sub).st_mtime_ns
    for key, said in (
        (f"there:{file}", "file"), (f"there:{sub}", "folder"), (f"size:{file}", "file 3 640"),
        (f"size:{sub}", "folder 750"),
        (f"stat:{file}", f"file 3 640 {when}"), (f"stat:{sub}", f"folder 750 {made}"),
        (f"link:{folder / 'link'}", str(file)),
        (f"there:{folder / 'none'}", "absent"), (f"folder:{folder / 'none'}", "absent"),
        (f"size:{folder}/\0", "absent"),
        ("there:/dev/null", "device"), ("stat:/dev/null", "device"),
        (f"link:{folder / 'none'}", str(folder / "none")),
    ):  # fmt: skip
        assert judge.state(key) == said, key
    (folder / "__pycache__").mkdir()
    (folder / ".git").mkdir()

    def hashed(held: Any) -> str:
        return hashlib.sha256(os.fsencode(repr(held))).hexdigest()

    names = ["a.txt", "link", "sub"]
    assert judge.state(f"folder:{folder}") == hashed([(x, "") for x in names])
    told = [(x, judge._told("stat", os.stat(folder / x))) for x in names]
    assert judge.state(f"entries:{folder}") == hashed(told)
    assert judge.state(f"folder:{folder}", {str(file)}) == hashed([(x, "") for x in names[1:]])
    assert judge.state(f"folder:{folder}", frozenset((str(sub), "a.txt"))) == hashed(
        [(x, "") for x in names[:2]]
    )
    info = SimpleNamespace(st_mode=stat.S_IFREG | 0o4755, st_size=7, st_mtime_ns=9)
    assert judge._told("stat", info) == "file 7 4755 9"


__all__ = ["asks_hold"]
