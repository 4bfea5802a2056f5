"""Jobs for ``test_workers``, in a module that imports little: a new process reads it for each death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


def nothing() -> None:
    pass


def never_ready() -> None:
    os._exit(7)


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
    if what == "prints":
        print("spoiled")
    return f"did {what}"
