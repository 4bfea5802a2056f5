"""``audit`` and ``pytest`` as processes of their own, many times, with their imports made once.

A server that has imported the tool and found no project forks for each call; the child goes to the folder
asked for and does what ``python -m theorem_audit`` does there.  Workers of that command are forked, too, by a
second server (of ``multiprocessing``), itself a fork of the first.  The workers of xdist share one server,
which forks for each of them one that serves it alone.  Another server has imported no more than commands that
read.  What importing alone has to show (that it works, what it costs) is tested with a Python started from
nothing, and so are the workers themselves.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from itertools import count
from multiprocessing import context, forkserver, get_context, util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from theorem_audit.tests.measured import end_gently, measured
from theorem_audit.weigh.apart import settle

TOOL = Path(__file__).parents[1]
SERVE = "import sys; from theorem_audit.tests.warm import serve; serve()"
SERVE_READERS = "import sys; from theorem_audit.tests.warm import serve_readers; serve_readers()"
READ = ("theorem_audit.cli", "theorem_audit.weigh.latest", "theorem_audit.weigh.reading")
HEAVY = (
    "scipy.stats", "sympy", "hypothesis.strategies", "jsonschema", "theorem_audit.cli",
    "theorem_audit.weigh.jobs", "theorem_audit.weigh.session", "theorem_audit.kernel",
    "theorem_audit.doubt.falsify", "theorem_audit.doubt.mutation", "pytest", "theorem_audit.tests.warm",
)  # fmt: skip
# What SymPy, rich, pytest and a report import as they are first used, where it is there.
LATER = (
    "sympy.tensor.tensor", "sympy.sets.setexpr", "rich._emoji_codes", "_pytest.junitxml",
    "pygments.lexers.python", "theorem_audit.report.site", "theorem_audit.report.drawing",
)  # fmt: skip
LIMIT = 170  # seconds for one call
_recvfds = context.reduction.recvfds  # type: ignore[attr-defined]


def this_tool() -> dict[str, str]:
    """The environment in which a new Python, wherever it starts, imports the tool under test."""
    paths = [str(TOOL.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


class Warm:
    """A server, seen from the tests.

    serve: what a new Python does to be one.
    """

    def __init__(self, serve: str = SERVE) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._count = count()
        self._begun: dict[int, tuple[list[str], Path, Path]] = {}
        self._server: subprocess.Popen[str] | None = None
        self._serve = serve
        self._place = _shared() if serve == SERVE else None
        if self._place is None:
            self._server = _started(serve, "")
            self._asked, self._answers = self._server.stdin, self._server.stdout
        else:
            line = self._connected(self._place)
            self._asked, self._answers = line.makefile("w"), line.makefile("r")
            line.close()

    def _connected(self, place: Path) -> socket.socket:
        """A line to the server at ``place``, which is made where there is none, or no more."""
        line = socket.socket(socket.AF_UNIX)
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                line.connect(str(place))
            except OSError:
                place.unlink(missing_ok=True)
                self._server = _started(self._serve, str(place))
                assert self._server.stdout is not None
                assert self._server.stdout.readline(), "the server of commands did not begin"
                line.connect(str(place))
        return line

    def close(self) -> None:
        """End the server, where it is our own; whom it serves beside us, it goes on to serve."""
        for line in (self._asked, self._answers):
            line.close()
        if self._server is not None:
            for line in (self._server.stdin, self._server.stdout):
                line.close()
            self._server.wait(LIMIT)
            if self._place is not None:
                for file in (self._place, self._place.with_suffix(".lock")):
                    file.unlink(missing_ok=True)
        self._folder.cleanup()

    def run(
        self, module: str, words: tuple[str, ...], cwd: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """What ``python -m MODULE WORDS`` came to in ``cwd``."""
        return self.end(self.begin(module, words, cwd, environment))

    def begin(
        self, module: str, words: tuple[str, ...], cwd: Path, environment: Mapping[str, str]
    ) -> int:
        """Start it, and give the number of its process."""
        out, err = (Path(self._folder.name) / f"{x}{next(self._count)}" for x in ("out", "err"))
        asked = {"module": module, "words": words, "cwd": str(cwd), "out": str(out), "err": str(err),
                 "environment": dict(environment)}  # fmt: skip
        process = self._ask(asked)
        self._begun[process] = [module, *words], out, err
        return process

    def end(self, process: int) -> subprocess.CompletedProcess[str]:
        """Wait for one that was begun."""
        code = self._ask({"end": process})
        words, *files = self._begun.pop(process)
        said = [file.read_text(encoding="utf-8") for file in files]
        for file in files:
            file.unlink()
        return subprocess.CompletedProcess(words, code, *said)

    def _ask(self, what: dict[str, Any]) -> int:
        print(json.dumps(what), file=self._asked, flush=True)
        answer = self._answers.readline()
        assert answer, "the server of commands has ended"
        return int(answer)


KEPT: Path | None = None  # where the tool's sources are kept as they were read, or are to be


def _started(serve: str, place: str) -> subprocess.Popen[str]:
    # A file that a test edits twice in a second would be taken for what was compiled of it before.
    more = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", serve, place, str(KEPT or "")], env={**this_tool(), **more}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _shared() -> Path | None:
    """Where the workers of this run of xdist have their server; None for a process of no such run.

    What a worker starts has its environment, but another parent: it may test another tool.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return None
    return Path(tempfile.gettempdir()) / f"audit-{os.getppid()}-{run[:16]}"


@cache
def server(serve: str = SERVE) -> Warm:
    """The one of this process."""
    made = Warm(serve)
    atexit.register(made.close)
    return made


def audit(
    words: tuple[str, ...], cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``python -m theorem_audit WORDS`` came to in ``cwd``."""
    return server().run("theorem_audit", words, cwd, environment or this_tool())


def python(
    code: str, words: tuple[str, ...], cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``python -c CODE WORDS`` came to in ``cwd``, where the tool has been imported before."""
    return server().run("-c", (code, *words), cwd, environment or this_tool())


def reader(
    code: str, words: tuple[str, ...], cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What ``python -c CODE WORDS`` came to in ``cwd``, where no more was imported than what reads a ledger."""
    return server(SERVE_READERS).run("-c", (code, *words), cwd, environment)


def serve_readers() -> None:
    """Import what commands need that read, and serve standard input."""
    for name in READ:
        importlib.import_module(name)
    settle()
    _answer(0, 1)


def serve() -> None:
    """Import what commands need, then serve standard input, or whoever connects to the place that is named."""
    from theorem_audit.tests import sources
    from theorem_audit.weigh.jobs import _read_constants

    place, kept = sys.argv[1:]  # each may be empty

    for name in HEAVY:
        importlib.import_module(name)
    for name in LATER:
        with suppress(ImportError):
            importlib.import_module(name)
    # What a store keeps from the first run on; here each is a project's first.
    sources.read_all(Path(kept) if kept else None)
    _read_constants()  # Hypothesis reads the modules that are imported by now once, and not in each child
    end_gently()
    gc.collect()
    settle()  # no child's collector walks through, and so copies, what they all share
    _fork_workers()
    if place:
        _listen(place)
    else:
        _answer(0, 1)
    if measured():  # what the server of workers has reached is written before anybody reads it
        forkserver._forkserver._stop()  # type: ignore[attr-defined]


def _listen(place: str) -> None:
    """Fork for each connection, until whoever began this has ended."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    print("ready", flush=True)
    while 0 not in select.select([listener, 0], [], [])[0]:
        line, _ = listener.accept()
        if os.fork() == 0:
            try:
                listener.close()
                one = line.detach()
                _answer(one, one)
            finally:
                os._exit(0)
        line.close()


def _answer(line: int, back: int) -> None:
    """For each line that comes, fork and tell the child's number, or tell the exit code of one."""
    for text in os.fdopen(line, encoding="utf-8", closefd=False):
        asked = json.loads(text)
        if "end" in asked:
            said = os.waitstatus_to_exitcode(os.waitpid(asked["end"], 0)[1])
        elif (said := os.fork()) == 0:
            if line > 2:
                os.close(line)
            _run(asked)
        os.write(back, b"%d\n" % said)


def _fork_workers() -> None:
    """Have the workers of all commands forked by one server, which the commands find running."""
    from theorem_audit.weigh import workers

    one = forkserver._forkserver  # type: ignore[attr-defined]
    one.set_forkserver_preload([])
    forkserver.util = SimpleNamespace(**{**vars(util), "spawnv_passfds": _forked})  # type: ignore[attr-defined]
    one.ensure_running()
    one.ensure_running = lambda: None  # a command is not its parent, and cannot wait for it
    forks = get_context("forkserver")
    workers.get_context = lambda method: forks  # type: ignore[attr-defined]


def _forked(_: str, words: list[str], kept: tuple[int, ...]) -> int:
    """What ``multiprocessing`` would start as a new Python, in a fork that holds no other file open."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2 and int(name) not in kept:
                with suppress(OSError):  # the one that listed them
                    os.close(int(name))
        context.reduction.recvfds = _received
        exec(words[-1])
        code = 0
    finally:
        os._exit(code)


def _received(line: socket.socket, most: int) -> list[int]:
    """What a command hands over to have a worker; one that is killed before it did ends not the server."""
    try:
        return _recvfds(line, most)
    except (EOFError, OSError, RuntimeError) as error:
        raise OSError(errno.ECONNABORTED, "a command ended as it asked for a worker") from error


def _as_worker(environment: dict[str, str], *arguments: Any) -> None:
    """What a worker does, in the environment of its command and not in that of its server."""
    from theorem_audit.weigh.workers import _serve

    os.environ.clear()
    os.environ.update(environment)
    _serve(*arguments)


def _run(asked: dict[str, Any]) -> None:
    """Become the command; never returns."""
    code = 1
    signal.alarm(LIMIT)  # where it does not end, it is ended, and its test fails with -14
    for number, name in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["cwd"])
    paths = [x for x in os.environ.get("PYTHONPATH", "").split(os.pathsep) if x not in sys.path]
    sys.path[:] = [asked["cwd"], *paths, *sys.path[1:]]
    sys.argv = ["audit", *asked["words"]]
    try:
        if asked["module"] == "-c":
            sys.argv = ["-c", *asked["words"][1:]]
            exec(asked["words"][0], {"__name__": "__main__"})
            sys.exit(0)
        if asked["module"] != "theorem_audit":
            runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
        from theorem_audit.cli import main
        from theorem_audit.weigh import workers

        workers._serve = partial(_as_worker, dict(os.environ))  # type: ignore[assignment]
        code = main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does at its end
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
