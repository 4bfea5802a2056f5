"""The programs of Coq: where they are, which version, and one way to call them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGES = "coq libcoq-mathcomp-ssreflect libcoq-mathcomp-fingroup"
WARNINGS = "-notation-overridden,-ambiguous-paths,-deprecated-hint-without-locality"


class KernelAbsent(RuntimeError):
    """The kernel cannot be asked on this machine; the message says what to install."""


@dataclass(frozen=True)
class Done:
    """What a program of Coq came to.  ``ok``: it ended with status 0 within the time limit."""

    ok: bool
    out: str
    err: str
    timed_out: bool = False

    @property
    def complaint(self) -> str:
        """The error in one line, at most 400 characters."""
        text = " ".join((self.err or self.out).split())
        at = max(text.find("File"), 0) if "Error" in text else 0
        found = re.search(r"line (\d+), characters [\d-]+: (Error.*)", text[at:])
        return (f"line {found[1]}: {found[2]}" if found else text[at:])[:400]


def program(name: str) -> str:
    """The path of a program of Coq; raises KernelAbsent where there is none."""
    found = shutil.which(name)
    if found is None:
        raise KernelAbsent(f"no {name} (Debian: {PACKAGES})")
    return found


@cache
def version() -> str:
    """The version of ``coqc``; raises KernelAbsent without coqc or without mathcomp."""
    coqc = program("coqc")
    shown = subprocess.run([coqc, "--version"], capture_output=True, text=True, check=True).stdout
    where = Path(
        subprocess.run([coqc, "-where"], capture_output=True, text=True, check=True).stdout.strip()
    )
    for part in ("ssreflect", "fingroup"):
        if not (where / "user-contrib" / "mathcomp" / part).is_dir():
            raise KernelAbsent(f"no mathcomp {part} beside Coq (Debian: {PACKAGES})")
    return " ".join(shown.split())


def run(command: Sequence[str], folder: Path, time_limit: float) -> Done:
    """Run a program in ``folder``; a time-out is an answer, not an exception."""
    try:
        done = subprocess.run(
            list(command),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Done(False, "", f"no answer within {time_limit:.0f} s", timed_out=True)
    return Done(done.returncode == 0, done.stdout, done.stderr)


def compile_file(
    path: Path, folder: Path, roots: Sequence[tuple[Path, str]], time_limit: float
) -> Done:
    """``coqc`` on one file of ``folder``; ``roots`` are (folder, logical name) pairs."""
    search = [x for place, name in roots for x in ("-Q", str(place), name)]
    return run([program("coqc"), "-q", "-w", WARNINGS, *search, str(path)], folder, time_limit)


__all__ = ["Done", "KernelAbsent", "compile_file", "program", "run", "version"]
