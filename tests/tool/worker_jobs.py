"""Jobs for ``test_workers``, in a module that imports little: a new process reads it for each death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

EXIT = sys.modules[
    os.name
]._exit  # under coverage os._exit is another function, which cannot be pickled


def nothing() -> None:
    pass


def never_ready() -> None:
    os._exit(7)


class _Code:
    """Unpickled, it would end the caller without a word."""

    def __reduce__(self) -> Any:
        return EXIT, (0,)


def _mine() -> dict[str, Any]:
    """What the loop of this process knows: its line, and the number of the job."""
    frame = sys._getframe()
    while "line" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    return frame.f_locals


def _say(said: Any, later: int = 0) -> None:
    """A forged answer, as good as they get."""
    here = _mine()
    here["line"].send_bytes(json.dumps(["tuple", [here["number"] + later, said]]).encode())


def job(what: str) -> Any:
    """What a job may do to its process."""
    if what == "exit":
        os._exit(0)
    if what == "sys.exit":
        sys.exit(0)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "endless":
        while True:
            pass
    if what == "endless child":
        subprocess.run(["sleep", "600"], check=False)
    if what == "interrupt":
        raise KeyboardInterrupt
    if what == "unsendable":
        return lambda: None
    if what in ("zeros", "half an answer"):
        text = b"\x00" * 64 if what == "zeros" else b"\x00\x00\xff\xff half"
        for line in range(3, 40):
            with suppress(OSError):
                os.write(line, text)
        return "more"
    if what == "closes its line":
        _mine()["line"].close()
    if what == "answers twice":
        _say("forged")
    if what == "answers for the next":
        _say(f"did {what}")
        _say("forged", later=1)
    if what == "runs code in the caller":
        return _Code()
    if what == "sends code to the caller":
        _mine()["line"].send((_mine()["number"], _Code()))
        return "more"
    if what == "prints":
        print("spoiled")
    return f"did {what}"
