"""``audit`` as a process of its own, many times, with its imports made once.

A server that has imported the tool and found no project forks for each call; the child goes to the folder
asked for and does what ``python -m theorem_audit`` does there.  What importing alone has to show (that it
works, what it costs) is tested with a Python started from nothing.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

from theorem_audit.tests.measured import end_gently

SERVE = "import sys; from theorem_audit.tests.warm import serve; serve()"
HEAVY = ("scipy.stats", "sympy", "hypothesis.strategies", "jsonschema", "theorem_audit.cli")
LIMIT = 120  # seconds for one call


def this_tool() -> dict[str, str]:
    """The environment in which a new Python, wherever it starts, imports the tool under test."""
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


class Warm:
    """The server, seen from the tests: ``audit(words, cwd)``.  A context manager."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self._server = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=this_tool(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for line in (self._server.stdin, self._server.stdout):
            assert line is not None
            line.close()
        self._server.wait(LIMIT)
        self._folder.cleanup()

    def audit(self, words: tuple[str, ...], cwd: Path) -> subprocess.CompletedProcess[str]:
        """What ``python -m theorem_audit WORDS`` came to in ``cwd``."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        out, err = (Path(self._folder.name) / x for x in ("out", "err"))
        asked = {"words": words, "cwd": str(cwd), "out": str(out), "err": str(err)}
        print(json.dumps(asked), file=self._server.stdin, flush=True)
        answer = self._server.stdout.readline()
        assert answer, "the server of commands has ended"
        said = [path.read_text(encoding="utf-8") for path in (out, err)]
        return subprocess.CompletedProcess(["audit", *words], int(answer), *said)


def serve() -> None:
    """Fork for each line of standard input; print the exit code of the child."""
    for name in HEAVY:
        importlib.import_module(name)
    end_gently()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(asked: dict[str, Any]) -> None:
    """Become the command; never returns."""
    code = 1
    signal.alarm(LIMIT)  # where it does not end, it is ended, and its test fails with -14
    for number, name in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    sys.path[0] = asked["cwd"]
    sys.argv = ["audit", *asked["words"]]
    try:
        from theorem_audit.cli import main

        code = main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does at its end
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
